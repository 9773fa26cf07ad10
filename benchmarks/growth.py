"""How the work on a plan grows with units, layers, vertices and cells: CPU seconds, fitted exponents, and a picture.

    python benchmarks/growth.py [--rounds 2] [--few] [--full] [--plot growth.svg]

Studies are made up, each from a seed: units are cells of a bent lattice, a layer has a round patch in every fifth of
them, the grid is one of heights; rules and quota are those of ``us_counties``. One number doubles, the others stay.
Each plan is made and its run folder written by one worker in a copy of this process, so that no run finds what another
has loaded; CPU is user and system time, the least of the rounds, which other work on the machine changes least.

The exponent e is that of the best fit of ``a + b * size ** e``, in relative terms: ``a`` is what a plan costs whatever
its size. 1 is growth in proportion. Other work on the machine moves it by a tenth, more where ``a`` is large; the
command fails where a whole axis grows faster than 1.1 by the fit and over the last doubling as well. Steps below 0.6
seconds at their largest say nothing and are left out.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio
import shapely
from rasterio.transform import from_origin

import zoneplan as zp

HERE = Path(__file__).resolve().parent
CRS = "EPSG:3035"
WEST, NORTH, SIDE = 4_000_000.0, 3_500_000.0, 10_000.0
"""The corner of the territory and the side of a unit, in metres."""
SLOTS = 8
"""A unit has so many times so many places for patches, one for each layer: patches of two layers never meet, so that
what comes out grows as what goes in."""
WORTH_TELLING = 0.6
"""Seconds of a step at its largest."""
MOST = 1.1
"""No exponent is to be above it."""
GROWS = 1.5
"""What hardly grows, from the smallest size to the largest, has no exponent."""
PLAN = """
[study]
name = "growth"
date = 2025-01-01
rulebook = "rules"
[units]
source = "units.parquet"
id = "id"
name = "name"
jurisdiction = "state"
[[layers]]
name = "cities"
source = "cities.parquet"
measure = { city_people = "sum(people)", energy_mw = "sum(people)" }
[[layers]]
name = "heights"
source = "heights.tif"
measure = { height_m = "mean(value)" }
[[quotas]]
name = "construction_land"
period = 2025
total = 1000
unit = "ha"
levels = ["state", "unit"]
by = "weighted"
weight = "city_people"
ceiling = "available_ha"
"""
LAYER = """
[[layers]]
name = "patches_{number}"
source = "patches_{number}.parquet"
role = "ecologically_fragile"
"""

Floats = npt.NDArray[np.float64]
Costs = Mapping[str, float]


@dataclass(frozen=True)
class Size:
    """What a study is made of; ``vertices`` are those of a border between two units."""

    units: int = 400
    layers: int = 2
    vertices: int = 8
    cells: int = 250_000


AXES: Mapping[str, tuple[Sequence[int], Sequence[int]]] = {
    "units": ((500, 1_000, 2_000, 4_000), (2_500, 5_000, 10_000, 20_000, 40_000)),
    "layers": ((4, 8, 16, 32), (8, 16, 32, 64)),
    "vertices": ((64, 128, 256, 512), (256, 512, 1_024, 2_048)),
    "cells": ((4_000_000, 8_000_000, 16_000_000, 32_000_000), (8_000_000, 16_000_000, 32_000_000, 64_000_000)),
}
"""The sizes of each axis: by default, and with ``--full``."""


def lattice(size: Size) -> gpd.GeoDataFrame:
    """Units without gap or overlap, whose borders bend at random."""
    random = np.random.default_rng(size.units)
    rows = math.isqrt(size.units)
    columns = -(-size.units // rows)
    along = np.linspace(0, 1, size.vertices + 2)

    def bent(count: tuple[int, int]) -> Floats:
        offsets = random.uniform(-0.3 / size.vertices, 0.3 / size.vertices, (*count, len(along)))
        offsets[..., [0, -1]] = 0  # corners stay, where four units meet
        return offsets

    across, down = bent((rows + 1, columns)), bent((rows, columns + 1))
    rings = []
    for place in range(size.units):
        row, column = divmod(place, columns)
        top, bottom = (np.column_stack([column + along, one + across[one, column]]) for one in (row, row + 1))
        left, right = (np.column_stack([one + down[row, one], row + along]) for one in (column, column + 1))
        rings.append(np.vstack([top[:-1], right[:-1], bottom[:0:-1], left[::-1]]))
    shapes = [shapely.Polygon(ring * [SIDE, -SIDE] + [WEST, NORTH]) for ring in rings]
    ids = [f"u{place:06}" for place in range(size.units)]
    states = [f"s{place * 20 // size.units:02}" for place in range(size.units)]
    return gpd.GeoDataFrame({"id": ids, "name": ids, "state": states}, geometry=shapes, crs=CRS)


def strewn(size: Size, slot: int) -> gpd.GeoDataFrame:
    """A point in each unit, at the same place in all of them, with people."""
    columns = -(-size.units // math.isqrt(size.units))
    rows_down, across = np.divmod(np.arange(size.units), columns)
    row, column = np.divmod(slot, SLOTS)
    x, y = across + (column + 0.5) / SLOTS, rows_down + (row + 0.5) / SLOTS
    points = gpd.points_from_xy(WEST + x * SIDE, NORTH - y * SIDE, crs=CRS)
    people = np.random.default_rng(slot).integers(1_000, 400_000, size.units)
    return gpd.GeoDataFrame({"people": people}, geometry=points)


def write_grid(size: Size, path: Path) -> None:
    """Heights over the whole territory, in square cells."""
    rows = math.isqrt(size.units)
    columns = -(-size.units // rows)
    step = math.sqrt(rows * columns / size.cells) * SIDE
    height, width = math.ceil(rows * SIDE / step) + 1, math.ceil(columns * SIDE / step) + 1
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "crs": CRS, "nodata": -9999, "tiled": True}
    where = from_origin(WEST - step / 2, NORTH + step / 2, step, step)
    band = np.random.default_rng(size.cells).integers(0, 4_000, (height, width)).astype("float32")
    with rasterio.open(path, "w", height=height, width=width, transform=where, **profile) as file:
        file.write(band, 1)


def write_study(size: Size, folder: Path) -> Path:
    """A study of that size; its plan."""
    shutil.copytree(HERE / "us_counties" / "rules", folder / "rules")
    lattice(size).to_parquet(folder / "units.parquet")
    strewn(size, 0).to_parquet(folder / "cities.parquet")
    write_grid(size, folder / "heights.tif")
    for number in range(size.layers):
        centres = strewn(size, number).iloc[number % 5 :: 5]
        patches = centres.set_geometry(centres.buffer(SIDE / SLOTS / 3, quad_segs=size.vertices))
        patches.to_parquet(folder / f"patches_{number}.parquet")
    plan = folder / "plan.toml"
    plan.write_text(PLAN + "".join(LAYER.format(number=number) for number in range(size.layers)), "utf-8")
    return plan


def job(plan: Path) -> dict[str, float]:
    """CPU seconds of each step of a plan and of the files of its run, in this process."""
    marks: list[tuple[str, float]] = []
    made = zp.run(zp.read_study(plan), lambda step: marks.append((step, time.process_time())))
    marks.append(("files", time.process_time()))
    zp.write_run(made.having(origin=None), plan.parent / "run", workers=1)
    marks.append(("", time.process_time()))
    spent = {name: end - start for (name, start), (_, end) in pairwise(marks)}
    steps = {"read": "read", "overlay": "overlay", "measure": "measure", "files": "files"}
    told = dict.fromkeys([*steps, "rules, quotas, policies"], 0.0)
    for name, seconds in spent.items():
        told[steps.get(name, "rules, quotas, policies")] += seconds
    return told | {"all": sum(spent.values())}


def in_a_copy(work: Callable[[], dict[str, float]]) -> dict[str, float]:
    """What some work tells, done in a copy of this process."""
    answer, voice = os.pipe()
    pid = os.fork()
    if not pid:
        os.write(voice, json.dumps(work()).encode())
        os._exit(0)
    os.close(voice)
    with os.fdopen(answer) as stream:
        told = stream.read()
    if os.waitpid(pid, 0)[1]:
        raise SystemExit("failed")
    return dict(json.loads(told))


def costs(size: Size, rounds: int) -> dict[str, float]:
    """The least CPU seconds of each step."""
    found = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            plan = write_study(size, Path(folder))
            found.append(in_a_copy(lambda: job(plan)))  # noqa: B023  (it is called at once)
    return {step: min(one[step] for one in found) for step in found[0]}


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """The exponent of the best fit of a constant and a power, of relative errors."""
    x, y = np.array(sizes, dtype=float) / max(sizes), np.array(seconds)

    def error(power: float) -> float:
        terms = np.column_stack([np.ones(len(x)), x**power]) / y[:, None]
        factors = np.linalg.lstsq(terms, np.ones(len(x)), rcond=None)[0]
        if factors[0] < 0:  # no plan costs less than nothing
            only = terms[:, 1]
            factors = np.array([0.0, only.sum() / (only @ only)])
        return float(((terms @ factors - 1) ** 2).sum())

    return min((power / 100 for power in range(20, 301)), key=error)


def too_fast(sizes: Sequence[int], seconds: Sequence[float]) -> bool:
    """Whether what was measured grows faster than ``MOST``, by the fit and over the last doubling alike."""
    last = math.log(seconds[-1] / seconds[-2]) / math.log(sizes[-1] / sizes[-2])
    return min(exponent(sizes, seconds), last) > MOST


def rows_of(sizes: Sequence[int], found: Sequence[Costs]) -> Iterator[tuple[str, list[float], str]]:
    """Each step that is worth telling, its seconds, and its exponent."""
    for step in found[0]:
        seconds = [one[step] for one in found]
        if seconds[-1] >= WORTH_TELLING:
            grows = seconds[-1] >= GROWS * seconds[0]
            yield step, seconds, f"{exponent(sizes, seconds):.2f}" if grows else ""


def plot(drawn: Mapping[str, tuple[Sequence[int], Sequence[Costs]]]) -> str:
    """One panel an axis, sizes and seconds in logarithms, a line a step; SVG."""
    panel, margin, tall = 330, 56, 260
    colours = {"all": "#111", "files": "#b5533c", "read": "#2f6f9f", "overlay": "#4d8a4a", "measure": "#8a5fa8"}
    box = f"0 0 {len(drawn) * panel} {tall + 2 * margin}"
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" font-family="sans-serif" font-size="12">']
    seconds = [one for sizes, found in drawn.values() for _, told, _ in rows_of(sizes, found) for one in told]
    low, high = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))

    def level(spent: float) -> float:
        return margin + tall * (high - math.log10(spent)) / (high - low)

    for place, (axis, (sizes, found)) in enumerate(drawn.items()):
        left, right = place * panel + margin, (place + 1) * panel - 1.6 * margin
        along = np.interp(np.log(sizes), np.log([sizes[0], sizes[-1]]), [left, right])
        parts.append(f'<text x="{left}" y="{margin - 22}" font-weight="bold">{escape(axis)}</text>')
        for power in range(low, high + 1):
            at = level(10.0**power)
            parts.append(f'<path d="M{left},{at:.1f}H{right:.1f}" stroke="#ddd"/>')
            parts.append(f'<text x="{left - 6}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>')
        for x, size in ((along[0], sizes[0]), (along[-1], sizes[-1])):
            parts.append(f'<text x="{x:.1f}" y="{margin + tall + 18}" text-anchor="middle">{size:,}</text>')
        lowest = math.inf
        for step, spent, fitted in sorted(rows_of(sizes, found), key=lambda row: row[1][-1]):
            colour = colours.get(step, "#777")
            line = " ".join(f"{x:.1f},{level(one):.1f}" for x, one in zip(along, spent, strict=True))
            lowest = min(level(spent[-1]) + 4.0, lowest - 13.0)  # names stand clear of each other
            parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
            name = f"{step.split(',')[0]} {fitted}"
            parts.append(f'<text x="{right + 4:.1f}" y="{lowest:.1f}" fill="{colour}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>\n"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--few", action="store_true", help="the three smallest sizes alone")
    parser.add_argument("--full", action="store_true", help="to 40,000 units and 64 million cells")
    parser.add_argument("--plot", type=Path, help="write a picture (SVG)")
    asked = parser.parse_args()
    in_a_copy(lambda: costs(Size(), 1))  # what Python compiles is there for all that follow
    drawn: dict[str, tuple[Sequence[int], Sequence[Costs]]] = {}
    for axis, (few, many) in AXES.items():
        sizes = many if asked.full else few[:3] if asked.few else few
        found = [costs(replace(Size(), **{axis: size}), asked.rounds) for size in sizes]
        drawn[axis] = sizes, found
        print(f"\n| {axis} | {' | '.join(f'{size:,}' for size in sizes)} | exponent |")
        print("|---" * (len(sizes) + 2) + "|")
        for step, seconds, fitted in rows_of(sizes, found):
            print(f"| {step} | {' | '.join(f'{one:.2f}' for one in seconds)} | {fitted} |", flush=True)
    if asked.plot:
        asked.plot.write_text(plot(drawn), "utf-8")
    over = [axis for axis, (sizes, found) in drawn.items() if too_fast(sizes, [one["all"] for one in found])]
    if over:
        sys.exit(f"grows faster than {MOST}: {', '.join(over)}")


if __name__ == "__main__":
    main()
