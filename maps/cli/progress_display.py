"""Progress on stderr for people, silence for pipes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from zoning.pipeline import STEPS

PAGES = ("map.html", "report.html", "tables")

_WORDS = {
    "read": "reading and checking the layers",
    "overlay": "cutting the units by the designations",
    "measure": "measuring",
    "classify": "applying the rules",
    "allocate": "sharing out the quotas",
    "site": "siting the quotas",
    "account": "settling what flows between parties",
    "assign": "assigning the policies",
    "map.html": "drawing the map",
    "report.html": "writing the report",
    "tables": "writing the tables",
}


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function that announces steps; it moves a bar on stderr where stderr is a terminal, and is silent elsewhere.

    Examples
    --------
    >>> with progress() as announce:
    ...     announce("read")
    """
    steps = (*STEPS, *PAGES)
    with _bar() as move:
        yield lambda step: move(steps.index(step), len(steps), _WORDS[step])


@contextmanager
def count_cases() -> Iterator[Callable[[int, int], None]]:
    """A function that is told how many cases are done, and of how many; shown as by :func:`progress`.

    Examples
    --------
    >>> with count_cases() as announce:
    ...     announce(3, 176)
    """
    with _bar() as move:
        yield lambda done, of: move(done, of, f"working through case {done + 1} of {of}")


@contextmanager
def _bar() -> Iterator[Callable[[int, int, str], None]]:
    from rich.console import Console  # noqa: PLC0415  (who imports zoneplan for its functions needs no bar)
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415  (as above)

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of, words: bar.update(task, completed=done, total=of, description=words, refresh=True)
