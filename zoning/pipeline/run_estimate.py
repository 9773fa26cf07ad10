"""What a run will take: time, memory and disk by measured costs, and the way by which it fits the machine."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, TypedDict

import numpy as np
import shapely
from pyproj import CRS

from layers.archives import in_sandbox
from layers.databases import extracted
from layers.errors import LimitError, ZoneplanError
from layers.formats import GRID_ENDINGS, Box, Counts, box_of, count_cells, count_features, reading
from layers.phrases import Phrase
from layers.read import main_files
from layers.sandbox import sandboxed
from zoning.rulebook import read_rulebook
from zoning.study import Study

ROUNDS = 3
SIDE = 24
"""Of a square of circles that are cut by one another."""


def machine_speed(reference_seconds: float) -> float:
    """How much faster this machine is than the one on which costs were measured."""
    return reference_seconds / work_seconds()


def work_seconds() -> float:
    """CPU seconds of a fixed piece of work: cutting, sorting, and a loop of Python; the least of three rounds."""
    return min(_timed() for _ in range(ROUNDS))


def _timed() -> float:
    start = time.process_time()
    places = np.arange(SIDE * SIDE)
    circles = shapely.buffer(shapely.points(places % SIDE, places // SIDE), 0.7, quad_segs=8)
    shapely.union_all(shapely.boundary(circles))
    numbers = (places.repeat(200) * 7919) % 104729
    np.sort(numbers, kind="stable")
    {str(number): number * number for number in range(30_000)}
    return time.process_time() - start


COSTS = Path(__file__).with_name("costs.json")
"""Written by ``python benchmarks/estimates.py --measure``."""
DRIVERS = (
    "runs", "units", "unit_vertices", "cut_vertices", "cut_cells", "features", "cells", "unit_policies", "unit_quotas",
    "sites",
)  # fmt: skip
"""What costs hang on: a run as such; units and their vertices; vertices, and cells of grids, of layers that cut;
features of those that do not; cells of all grids near the units; units times policies, and times quotas; units with
sites."""


Kind = Literal["seconds", "memory_bytes", "tiled_memory_bytes", "disk_bytes"]
TILED: Kind = "tiled_memory_bytes"


class Costs(TypedDict):
    """What was measured: seconds of CPU, bytes of memory and of disk for one of each driver, on one machine."""

    work_seconds: float
    seconds: dict[str, float]
    memory_bytes: dict[str, float]
    tiled_memory_bytes: dict[str, float]
    disk_bytes: dict[str, float]


@dataclass(frozen=True)
class Estimate:
    """What a run will cost.

    Attributes
    ----------
    seconds : float
        CPU time on this machine, with the time that programs need to load; nothing is taken from the cache.
    memory_bytes : int
        The most at one time, by one worker.
    tiled_memory_bytes : int
        The same of a run that goes by tiles.
    disk_bytes : int
        Of the run folder.
    drivers : mapping of str to float
        What it hangs on, see ``DRIVERS``.

    Examples
    --------
    >>> import zoneplan as zp
    >>> found = zp.estimate(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> found.drivers["units"], 1e6 < found.disk_bytes < 1e8
    (164.0, True)
    """

    seconds: float
    memory_bytes: int
    tiled_memory_bytes: int
    disk_bytes: int
    drivers: Mapping[str, float]

    def as_dict(self) -> dict[str, object]:
        """The figures for other programs."""
        return {
            "seconds": round(self.seconds, 2),
            "memory_bytes": self.memory_bytes,
            "tiled_memory_bytes": self.tiled_memory_bytes,
            "disk_bytes": self.disk_bytes,
        }

    @property
    def said(self) -> str:
        """The figures in one sentence."""
        return Phrase(
            "a run takes about {seconds:.1f} s of CPU, {memory:,.0f} MB of memory (by tiles {tiled:,.0f}) and "
            "{disk:,.1f} MB on disk",
            seconds=self.seconds,
            memory=self.memory_bytes / 1e6,
            tiled=self.tiled_memory_bytes / 1e6,
            disk=self.disk_bytes / 1e6,
        )


def estimate(study: Study) -> Estimate:
    """Time, memory and disk of a run, before any work is done.

    Parameters
    ----------
    study : Study
        From :func:`zoneplan.read_study`.

    Returns
    -------
    Estimate
        Of a run by one process that takes nothing from the cache.

    Raises
    ------
    ZoneplanError
        The rulebook, or the file of the units, cannot be read.

    Notes
    -----
    Each figure is the sum of counts times costs. Counts come from headers: features and bytes of geometry, cells of
    grids near the units, policies and quotas of the plan. Costs were measured on runs of several sizes by
    ``benchmarks/estimates.py``; seconds are put right for the speed of the machine, by a fixed piece of work of some
    tenths of a second.

    Examples
    --------
    >>> import zoneplan as zp
    >>> found = zp.estimate(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> found.drivers["units"], found.memory_bytes > 1e8
    (164.0, True)
    """
    drivers, costs = count_drivers(study), read_costs()
    return Estimate(
        amount_of("seconds", drivers) / machine_speed(costs["work_seconds"]),
        round(amount_of("memory_bytes", drivers)),
        round(amount_of(TILED, drivers)),
        round(amount_of("disk_bytes", drivers)),
        drivers,
    )


def amount_of(kind: Kind, drivers: Mapping[str, float]) -> float:
    """Seconds on the machine where they were measured, or bytes, that the drivers of a run come to."""
    costs = read_costs()[kind]
    return sum(costs.get(name, 0.0) * amount for name, amount in drivers.items())


@cache
def read_costs() -> Costs:
    """The costs that came with this version."""
    costs: Costs = json.loads(COSTS.read_text("utf-8"))
    return costs


def count_drivers(study: Study, policies: int | None = None) -> dict[str, float]:
    """What the costs of a study hang on, by name; of files that cannot be read nothing, but for the units."""
    with sandboxed(None, study.limits), extracted(study) as placed:
        counted = in_sandbox(_count_files, placed, main_files(placed))
    if policies is None:
        policies = len(read_rulebook(study.rulebook, study.date).policies)
    units = counted["units"]
    given = {
        "runs": 1,
        "unit_policies": units * policies,
        "unit_quotas": units * len(study.quotas) * (1 + len(study.scenarios)),
        "sites": units * sum(quota.siting is not None for quota in study.quotas),
    }
    return dict.fromkeys(DRIVERS, 0.0) | counted | {name: float(amount) for name, amount in given.items()}


def _count_files(study: Study) -> dict[str, float]:
    """What there is in the files of a study, by name."""
    with reading("units"):
        path = study.locate(study.units.source)
        units = count_features(path, study.units.layer, "units")
        near = box_of(path, study.units.layer, "units")
    totals = {"units": float(units.features), "unit_vertices": float(units.vertices)}
    totals |= dict.fromkeys(("cells", "features", "cut_vertices", "cut_cells"), 0.0)
    for position, section in enumerate(study.layers):
        counts = _of_layer(study, position, near)
        totals["cells"] += counts.cells
        if section.role is None:
            totals["features"] += counts.features
        else:
            totals["cut_vertices"] += counts.vertices
            totals["cut_cells"] += counts.cells
    for table in study.tables:
        with suppress(ZoneplanError, OSError), reading(table.source):
            totals["features"] += count_features(study.locate(table.source), table.layer, table.source).features
    return totals


def _of_layer(study: Study, position: int, near: tuple[Box, CRS] | None) -> Counts:
    """Counts of a layer; of one whose file several layers read, its part of the features."""
    section = study.layers[position]
    with suppress(ZoneplanError, OSError), reading(section.name):
        path = study.locate(section.source)
        if path.suffix.lower() in GRID_ENDINGS:
            return count_cells(path, section.name, near, section.layer)
        counts = count_features(path, section.layer, section.name)
        others = [layer for layer in study.layers if (layer.source, layer.layer) == (section.source, section.layer)]
        part = len(others) if section.where is not None else 1
        return Counts(counts.features // part, counts.vertices // part)
    return Counts()


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
    estimated = estimate(study)
    require_memory(estimated, round(room.whole))
    return Way(
        by_tiles=True,
        workers=1,
        said=Phrase(
            "{said}; {limit:,.0f} MB are there, so it goes by tiles, one after another",
            said=estimated.said,
            limit=room.free / 1e6,
        ),
    )


def require_memory(estimated: Estimate, limit: int | None) -> None:
    """Refuse a run that does not fit, by tiles either."""
    least = (
        estimated.tiled_memory_bytes if sys.platform == "linux" else estimated.memory_bytes
    )  # else no process is copied
    if limit is not None and least > limit:
        raise LimitError(
            Phrase(
                "{said}; that is more than the {limit:,.0f} MB of memory that are allowed, by tiles as well: {step}. "
                "Plan a smaller territory at a time, take coarser grids, or allow more with --max-memory",
                said=estimated.said,
                limit=limit / 1e6,
                step=_in_need(estimated, limit),
            ),
            code="memory",
        )


def _in_need(estimated: Estimate, limit: int) -> Phrase:
    """The step that needs most at once, and what of it would fit."""
    base = read_costs()[TILED]["runs"]
    if base >= limit:
        return Phrase("programs and an empty plan alone take {base:,.0f} MB", base=base / 1e6)
    cut = amount_of(TILED, {name: estimated.drivers[name] for name in CUTTING})
    units = estimated.tiled_memory_bytes - base - cut
    if cut > units:
        return Phrase(
            "reading needs the layers that cut the units whole, and about {share:.0f} % of their cells and vertices "
            "would fit",
            share=100 * max(0.0, limit - base - units) / cut,
        )
    fitting = max(0.0, limit - base - cut) / units * estimated.drivers["units"]
    return Phrase(
        "the map and the report need all units at once, and about {count:,.0f} of {units:,.0f} would fit",
        count=fitting,
        units=estimated.drivers["units"],
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
