"""Costs of runs: measured at several sizes, fitted, and held against what ``zoneplan estimate`` foretells.

    python benchmarks/estimates.py            # runs beside their estimates
    python benchmarks/estimates.py --measure  # measure and write zoning/estimates/costs.json anew

Each study is run by the command in a process of its own, without the cache. CPU is user and system time, memory the
largest resident set, disk the bytes of the run folder. Costs are fitted by least squares of relative errors, none below
zero; where runs do not tell two drivers apart, both get a part. Beside the built-in studies stand the counties of the
United States, parts of them, some with the rulebook ``us_west``, whose policies are ten times as many, and the Mountain
West without its sites.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
from scipy.optimize import nnls
from whole_run import LARGE, copy_counties

from zoning.estimates.machine_speed import work_seconds
from zoning.estimates.run_estimate import COSTS, DRIVERS, count_drivers, estimate
from zoning.study import builtin_studies, builtin_study, read_study

PARTS = ((200, "rules"), (1000, "rules"), (500, "us_west"), (2000, "us_west"))
"""Counties of the parts of the United States, from the first of the file, and the rulebook."""
RIDGE = 0.01
"""Weight of the wish that no cost be large, against relative errors."""
HANGS_ON = {
    "seconds": DRIVERS,
    "memory_bytes": ("runs", "units", "unit_vertices", "cut_vertices", "cut_cells", "unit_policies"),
    "disk_bytes": ("runs", "units", "unit_vertices", "cut_vertices", "cut_cells", "unit_policies", "sites"),
}
"""What each kind of cost can hang on."""
KINDS = ("seconds", "memory_bytes", "disk_bytes")
PROGRAM = "import sys; sys.argv[0] = 'zoneplan'; from zoneplan.__main__ import main; main()"


class Measured(NamedTuple):
    """What a run took, in the order of ``KINDS``."""

    seconds: float
    memory_bytes: float
    disk_bytes: float


def studies(folder: Path) -> Iterator[tuple[str, Path]]:
    """Each study by its name, as a plan file in a folder of its own."""
    for name in builtin_studies():
        shutil.copytree(builtin_study(name).parent, folder / name)
        yield name, folder / name / "plan.toml"
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


def measure(plan: Path) -> Measured:
    """What a run of a plan takes."""
    out = plan.parent / "measured"
    child = os.posix_spawn(
        sys.executable,
        [sys.executable, "-c", PROGRAM, "run", str(plan), "--out", str(out), "--no-cache", "--json"],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, used = os.wait4(child, 0)
    if status:
        raise SystemExit(f"{plan}: the run failed")
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    shutil.rmtree(out)
    return Measured(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024.0, float(size))


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
    parser.add_argument("--measure", action="store_true", help="Write zoning/estimates/costs.json anew.")
    writes = parser.parse_args().measure
    with tempfile.TemporaryDirectory() as name:
        plans = list(studies(Path(name)))
        work = [work_seconds()]
        runs = []
        for _, plan in plans:
            runs.append(measure(plan))
            work.append(work_seconds())
        drivers = [count_drivers(read_study(plan)) for _, plan in plans]
        figures = [{"drivers": counts, **took._asdict()} for counts, took in zip(drivers, runs, strict=True)]
        print(json.dumps(figures), file=sys.stderr)
        if writes:
            costs = {"work_seconds": round(float(np.median(work)), 5), **fitted(drivers, runs)}
            COSTS.write_text(json.dumps(costs, indent=1) + "\n", "utf-8")
        print("| study | units | CPU s | foretold | MB of memory | foretold | MB on disk | foretold |")
        print("|---|---|---|---|---|---|---|---|")
        for (study, plan), took, counts in zip(plans, runs, drivers, strict=True):
            told = estimate(read_study(plan))
            pairs = ((took.seconds, told.seconds), (took.memory_bytes / 1e6, told.memory_bytes / 1e6))
            pairs += ((took.disk_bytes / 1e6, told.disk_bytes / 1e6),)
            figures = " | ".join(f"{one:.1f} | {other:.1f} ({other / one - 1:+.0%})" for one, other in pairs)
            print(f"| {study} | {counts['units']:,.0f} | {figures} |")


if __name__ == "__main__":
    main()
