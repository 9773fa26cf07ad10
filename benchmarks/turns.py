"""What programs that take turns used: CPU and wall time of each call, and ratios with the spread of the rounds."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

Found = TypeVar("Found")


class Spent(NamedTuple):
    """What a call used, in seconds; CPU is user and system time of this process."""

    cpu: float
    wall: float


def spent(work: Callable[[], Found]) -> tuple[Spent, Found]:
    """What a call used, and what it gave."""
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    found = work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(cpu, time.perf_counter() - begun), found


def ratio(own: Sequence[float], theirs: Sequence[float]) -> str:
    """Theirs to ours, round by round: the median, and in brackets the least and the most.

    Examples
    --------
    >>> ratio([1.0, 2.0, 1.0], [2.0, 5.0, 3.0])
    '2.5 (2 to 3)'
    """
    rounds = [there / max(here, 1e-9) for here, there in zip(own, theirs, strict=True)]
    least, middle, most = (f"{one:.3g}" for one in (min(rounds), statistics.median(rounds), max(rounds)))
    return middle if least == most else f"{middle} ({least} to {most})"


def ratios(own: Sequence[Spent], theirs: Sequence[Spent]) -> str:
    """Two cells of a table: the ratio of CPU and that of wall time."""
    cells = [ratio(here, there) for here, there in zip(zip(*own, strict=True), zip(*theirs, strict=True), strict=True)]
    return " | ".join(cells)
