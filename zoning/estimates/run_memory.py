"""The memory of a run: how much there is, and the way by which a run fits into it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from layers.errors import LimitError, ZoneplanError
from layers.phrases import Phrase
from zoning.estimates.run_estimate import TILED, Estimate, amount_of, count_drivers, estimate, read_costs
from zoning.study import Study

ANOTHER = 0.5
"""Of the memory of one worker: what another one adds, as ``benchmarks/workers.py`` measures it."""
MANY_POLICIES = 500
"""More than a rulebook has in force on a day: what fits with so many fits, and the rulebook is read once."""
CUTTING = ("cut_vertices", "cut_cells")
"""What costs of layers that cut hang on."""
MEMORY_FILE = Path("/proc/meminfo")
GROUP_FILES = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"), Path("/sys/fs/cgroup/memory/memory.usage_in_bytes")),
)
"""What a container may take, and what it takes."""


class Room(NamedTuple):
    """Bytes of memory: what is free now, and what there is in all."""

    free: float
    whole: float


class Way(NamedTuple):
    """How a run goes so that it fits."""

    by_tiles: bool
    workers: int
    said: Phrase | None = None


def choose_way(study: Study, workers: int, limit: int | None = None) -> Way:
    """The way by which a run fits into memory: as asked, by fewer workers, or by tiles."""
    room = machine_room() if limit is None else Room(limit, limit)
    if room is None:
        return Way(by_tiles=False, workers=workers)
    as_asked = Way(by_tiles=False, workers=workers)
    try:
        most = amount_of("memory_bytes", count_drivers(study, MANY_POLICIES))
        if most * (1 + ANOTHER * (workers - 1)) <= room.free:
            return as_asked
        usual = amount_of("memory_bytes", count_drivers(study))
    except ZoneplanError:  # the run tells of it, with all else
        return as_asked
    if usual <= room.free:
        return Way(by_tiles=False, workers=max(1, min(workers, 1 + int((room.free / usual - 1) / ANOTHER))))
    found = estimate(study)
    require_memory(found, round(room.whole))
    return Way(
        by_tiles=True,
        workers=1,
        said=Phrase(
            "{said}; {limit:,.0f} MB are there, so it goes by tiles, one after another",
            said=found.said,
            limit=room.free / 1e6,
        ),
    )


def require_memory(found: Estimate, limit: int | None) -> None:
    """Refuse a run that does not fit, by tiles either."""
    least = found.tiled_memory_bytes if sys.platform == "linux" else found.memory_bytes  # else no process is copied
    if limit is not None and least > limit:
        raise LimitError(
            Phrase(
                "{said}; that is more than the {limit:,.0f} MB of memory that are allowed, by tiles as well: {step}. "
                "Plan a smaller territory at a time, take coarser grids, or allow more with --max-memory",
                said=found.said,
                limit=limit / 1e6,
                step=_in_need(found, limit),
            ),
            code="memory",
        )


def _in_need(found: Estimate, limit: int) -> Phrase:
    """The step that needs most at once, and what of it would fit."""
    base = read_costs()[TILED]["runs"]
    if base >= limit:
        return Phrase("programs and an empty plan alone take {base:,.0f} MB", base=base / 1e6)
    cut = amount_of(TILED, {name: found.drivers[name] for name in CUTTING})
    units = found.tiled_memory_bytes - base - cut
    if cut > units:
        return Phrase(
            "reading needs the layers that cut the units whole, and about {share:.0f} % of their cells and vertices "
            "would fit",
            share=100 * max(0.0, limit - base - units) / cut,
        )
    fitting = max(0.0, limit - base - cut) / units * found.drivers["units"]
    return Phrase(
        "the map and the report need all units at once, and about {count:,.0f} of {units:,.0f} would fit",
        count=fitting,
        units=found.drivers["units"],
    )


def machine_room() -> Room | None:
    """What this machine, or the container that this process runs in, has; None where that is not known."""
    with suppress(OSError, KeyError, ValueError):
        lines = (line.split(":") for line in MEMORY_FILE.read_text("ascii").splitlines())
        kilobytes = {name: float(rest.split()[0]) * 1024 for name, rest in lines}
        free = kilobytes["MemAvailable"] + kilobytes["SwapFree"]
        whole = kilobytes["MemTotal"] + kilobytes["SwapTotal"]
        return Room(*(min(sizes) for sizes in zip((free, whole), *_of_groups(), strict=True)))
    return None


def _of_groups() -> Iterable[tuple[float, float]]:
    """What a container leaves free, and what it allows."""
    for most, taken in GROUP_FILES:
        with suppress(OSError, ValueError):  # of no limit it says "max"
            allowed = float(most.read_text("ascii"))
            yield max(0.0, allowed - float(taken.read_text("ascii"))), allowed
