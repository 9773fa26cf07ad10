"""The estimate: what a run will cost, from counts in the headers of its files and from what each of them costs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypedDict

from pyproj import CRS

from layers.archives import in_sandbox
from layers.databases import extracted
from layers.errors import ZoneplanError
from layers.formats import GRID_ENDINGS, Box, Counts, box_of, count_cells, count_features, reading
from layers.phrases import Phrase
from layers.read import main_files
from layers.sandbox import sandboxed
from zoning.estimates.machine_speed import machine_speed
from zoning.rulebook import read_rulebook
from zoning.study import Study

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
    found: Costs = json.loads(COSTS.read_text("utf-8"))
    return found


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
    found = {"units": float(units.features), "unit_vertices": float(units.vertices)}
    found |= dict.fromkeys(("cells", "features", "cut_vertices", "cut_cells"), 0.0)
    for place, section in enumerate(study.layers):
        counts = _of_layer(study, place, near)
        found["cells"] += counts.cells
        if section.role is None:
            found["features"] += counts.features
        else:
            found["cut_vertices"] += counts.vertices
            found["cut_cells"] += counts.cells
    for table in study.tables:
        with suppress(ZoneplanError, OSError), reading(table.source):
            found["features"] += count_features(study.locate(table.source), table.layer, table.source).features
    return found


def _of_layer(study: Study, place: int, near: tuple[Box, CRS] | None) -> Counts:
    """Counts of a layer; of one whose file several layers read, its part of the features."""
    section = study.layers[place]
    with suppress(ZoneplanError, OSError), reading(section.name):
        path = study.locate(section.source)
        if path.suffix.lower() in GRID_ENDINGS:
            return count_cells(path, section.name, near, section.layer)
        counts = count_features(path, section.layer, section.name)
        others = [one for one in study.layers if (one.source, one.layer) == (section.source, section.layer)]
        part = len(others) if section.where is not None else 1
        return Counts(counts.features // part, counts.vertices // part)
    return Counts()
