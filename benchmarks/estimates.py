"""Costs of runs: measured at several sizes, fitted, and held against what ``zoneplan estimate`` foretells.

    python benchmarks/estimates.py            # runs beside their estimates
    python benchmarks/estimates.py --only us_counties_200_rules made_up  # of these alone
    python benchmarks/estimates.py --measure  # measure and write zoning/pipeline/costs.json anew

Each study is run by the command in a process of its own, by one worker, without the cache; then again by tiles. CPU is
user and system time, memory the largest resident set of the process and its copies, disk the bytes of the run folder.
Costs are fitted by least squares of relative errors, none below
zero; where runs do not tell two drivers apart, both get a part. Beside the built-in studies stand the counties of the
United States, parts of them, some with the rulebook ``us_west``, whose policies are ten times as many, and the Mountain
West without its sites; and units made up by ``growth.py`` with a fine grid that cuts them, and one by one finer. Costs
are fitted to all of these and to nothing else: what is written is what this call measured. To ``made_up``, a study that
``growth.py`` makes up as well, nothing is fitted: it tells whether costs hold for others.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import rasterio
from growth import Size, write_study
from rasterio.transform import from_bounds
from scipy.ndimage import gaussian_filter
from scipy.optimize import nnls
from whole_run import LARGE, copy_counties, cut_finer

from zoning.pipeline.run_estimate import COSTS, DRIVERS, count_drivers, estimate, work_seconds
from zoning.study import builtin_studies, builtin_study, read_study

PARTS = ((200, "rules"), (1000, "rules"), (500, "us_west"), (2000, "us_west"))
"""Counties of the parts of the United States, from the first of the file, and the rulebook."""
SMOOTH = 3.0
"""Cells over which the noise of grids is smoothed."""
RIDGE = 0.01
"""Weight of the wish that no cost be large, against relative errors."""
FINER = (12_000, 42_000)
"""Units into which the counties are cut, for the largest of all."""
GRIDS = (2_000_000, 10_000_000)
"""Cells of made-up grids that cut."""
COVER = """
[[layers]]
name = "cover"
source = "cover.tif"
where = "value = 1"
role = "built_up"
"""
MEMORY_HANGS_ON = ("runs", "units", "unit_vertices", "cut_vertices", "cut_cells", "unit_policies")
HANGS_ON = {
    "seconds": DRIVERS,
    "memory_bytes": MEMORY_HANGS_ON,
    "tiled_memory_bytes": MEMORY_HANGS_ON,
    "disk_bytes": ("runs", "units", "unit_vertices", "cut_vertices", "cut_cells", "unit_policies", "sites"),
}
"""What each kind of cost can hang on."""
KINDS = ("seconds", "memory_bytes", "disk_bytes", "tiled_memory_bytes")
PROGRAM = "import sys; sys.argv[0] = 'zoneplan'; from zoneplan.__main__ import main; main()"
BY_TILES = """
from zoneplan.cli import make
found = make._fitting
make._fitting = lambda study, how: found(study, how)._replace(workers=1, by_tiles=True)
"""
"""Whatever the machine has."""
LAUNCHER = """
import os, sys
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, used = os.wait4(child, 0)
print(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
sys.exit(status != 0)
"""
"""A small process: the largest set of one that it starts, and of the copies of that, is not below its own."""


HELD_OUT = "made_up"
"""The study to which nothing is fitted."""


class Measured(NamedTuple):
    """What a run took, in the order of ``KINDS``."""

    seconds: float
    memory_bytes: float
    disk_bytes: float
    tiled_memory_bytes: float


def studies(folder: Path) -> Iterator[tuple[str, Path]]:
    """Each study by its name, as a plan file in a folder of its own."""
    for name in builtin_studies():
        shutil.copytree(builtin_study(name).parent, folder / name)
        yield name, folder / name / "plan.toml"
    other = folder / HELD_OUT
    other.mkdir()
    yield HELD_OUT, write_study(Size(units=3_000, layers=6, vertices=24), other)
    if not LARGE.exists():
        print("the larger studies are left out: their files are not here")
        return
    whole = copy_counties(folder / "us_counties")
    yield "us_counties", whole / "plan.toml"
    units = gpd.read_parquet(whole / "us_counties.parquet")
    more = units.assign(metro=units["msa_code"].notna(), area_km2=units.to_crs("EPSG:5070").area / 1e6)
    for count, rulebook in PARTS:
        part = folder / f"us_counties_{count}_{rulebook}"
        shutil.copytree(whole, part)
        more.iloc[:count].to_parquet(part / "us_counties.parquet")
        text = (part / "plan.toml").read_text("utf-8")
        (part / "plan.toml").write_text(text.replace('rulebook = "rules"', f'rulebook = "{rulebook}"'), "utf-8")
        yield part.name, part / "plan.toml"
    small = folder / "mountain_west_bare"
    shutil.copytree(builtin_study("us_mountain_west").parent, small)
    text = (small / "plan.toml").read_text("utf-8")
    start, end = text.index("[quotas.siting]"), text.index("# Are regions drifting apart?")
    (small / "plan.toml").write_text(text[:start] + text[end:], "utf-8")
    yield small.name, small / "plan.toml"
    for cells in GRIDS:
        fine = folder / f"grid_{cells}"
        fine.mkdir()
        yield fine.name, write_cover(fine, cells)
    for many in FINER:
        largest = folder / f"us_counties_{many}"
        shutil.copytree(whole, largest)
        cut_finer(units, many).to_parquet(largest / "us_counties.parquet")
        yield largest.name, largest / "plan.toml"


def write_cover(folder: Path, cells: int) -> Path:
    """A study of made-up units that the classes of a grid of smoothed noise cut; its plan."""
    plan = write_study(Size(), folder)
    with rasterio.open(folder / "heights.tif") as heights:
        west, south, east, north = heights.bounds
        crs = heights.crs
    side = math.isqrt(cells)
    noise = gaussian_filter(np.random.default_rng(cells).standard_normal((side, side), dtype="float32"), SMOOTH)
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 1, "crs": crs, "nodata": 0, "compress": "deflate"}
    where = from_bounds(west, south, east, north, side, side)
    with rasterio.open(folder / "cover.tif", "w", height=side, width=side, transform=where, **profile) as file:
        file.write(np.where(noise < -noise.std(), 1, 2).astype("uint8"), 1)
    plan.write_text(plan.read_text("utf-8") + COVER, "utf-8")
    return plan


def measure(plan: Path) -> Measured:
    """What a run of a plan takes, in both ways."""
    seconds, memory, size = spent(plan, PROGRAM)
    return Measured(seconds, memory, size, spent(plan, BY_TILES + PROGRAM)[1])


def spent(plan: Path, program: str) -> tuple[float, float, float]:
    """Seconds of CPU, and bytes of memory and of disk, that a program takes to run a plan."""
    out = plan.parent / "measured"
    call = [
        sys.executable,
        "-c",
        program,
        "run",
        str(plan),
        "--out",
        str(out),
        "--no-cache",
        "--json",
        "--workers",
        "1",
    ]
    told = subprocess.run([sys.executable, "-S", "-c", LAUNCHER, *call], check=True, capture_output=True, text=True)
    seconds, memory = map(float, told.stdout.split())
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    shutil.rmtree(out)
    return seconds, memory, float(size)


def fitted(drivers: list[dict[str, float]], runs: list[Measured]) -> dict[str, dict[str, float]]:
    """The cost of one of each driver, by kind; what costs nothing is left out."""
    found = {}
    for kind, taken in zip(KINDS, zip(*runs, strict=True), strict=True):
        names = HANGS_ON[kind]
        table = np.array([[one[name] for name in names] for one in drivers])
        scale = np.array(taken).mean() / table.max(axis=0).clip(min=1.0)
        asked = np.vstack([table * scale / np.array(taken)[:, None], RIDGE * np.eye(len(names))])
        parts, _ = nnls(asked, np.append(np.ones(len(taken)), np.zeros(len(names))))
        costs = zip(names, parts * scale, strict=True)
        found[kind] = {name: float(f"{one:.5g}") for name, one in costs if one > 0}
    return found


def main() -> None:
    """Measure, and write or compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--measure", action="store_true", help="Write zoning/pipeline/costs.json anew.")
    parser.add_argument("--only", nargs="+", metavar="STUDY", help="Of these studies alone.")
    asked = parser.parse_args()
    if asked.measure and (asked.only or not LARGE.exists()):
        parser.error("costs are fitted to all studies, the larger ones included, or not at all")
    with tempfile.TemporaryDirectory() as name:
        plans, wanted = dict[str, Path](), set(asked.only or ())
        for study, plan in studies(Path(name)):
            if not asked.only or study in wanted:
                plans[study] = plan
                wanted.discard(study)
            if asked.only and not wanted:
                break
        if wanted:
            parser.error(f"there is no study {', '.join(sorted(wanted))}")
        work, runs = [work_seconds()], dict[str, Measured]()
        for study, plan in plans.items():
            runs[study] = measure(plan)
            work.append(work_seconds())
        drivers = {study: count_drivers(read_study(plan)) for study, plan in plans.items()}
        figures = [{"study": study, "drivers": drivers[study], **took._asdict()} for study, took in runs.items()]
        print(json.dumps(figures), file=sys.stderr)
        if asked.measure:
            fitting = [study for study in plans if study != HELD_OUT]
            found = fitted([drivers[study] for study in fitting], [runs[study] for study in fitting])
            costs = {"work_seconds": round(float(np.median(work)), 5), **found}
            COSTS.write_text(json.dumps(costs, indent=1) + "\n", "utf-8")
        kinds = ("CPU s", "MB of memory", "by tiles", "MB on disk")
        print(f"| study | units | {' | '.join(f'{kind} | foretold' for kind in kinds)} |")
        print("|---" * 10 + "|")
        for study, took in runs.items():
            told = estimate(read_study(plans[study]))
            pairs = ((took.seconds, told.seconds), (took.memory_bytes / 1e6, told.memory_bytes / 1e6))
            pairs += ((took.tiled_memory_bytes / 1e6, told.tiled_memory_bytes / 1e6),)
            pairs += ((took.disk_bytes / 1e6, told.disk_bytes / 1e6),)
            beside = " | ".join(f"{one:.1f} | {other:.1f} ({other / one - 1:+.0%})" for one, other in pairs)
            print(f"| {study} | {drivers[study]['units']:,.0f} | {beside} |")


if __name__ == "__main__":
    main()
