"""zoneplan beside a plain script that does the same job: CPU, peak memory, size of the map, as ratios.

    python benchmarks/whole_run.py [--rounds 9] [--ways command notebook] [--small] [--large 42000]

Three programs: ``plain_script.py``; ``same_outputs.py``, which makes the same files with zoneplan; and the command
``zoneplan run``, whose folder holds much more. Each round runs them one after the other, twice: as a command, in a
process of its own that begins with nothing, and as in a notebook, in a copy of one process that has imported what the
two scripts import. Figures are medians, ratios the medians of the rounds' own, with the middle half of them for CPU.
Python keeps what it has compiled, as an installation does: a round that is not counted goes first.
The larger study needs the files of ``$ZONEPLAN_SHARED/data/large`` (default: ``../shared``) and is left out, with a
word, where they are missing. ``--large`` adds its counties cut by Voronoi cells, as a command, in one round.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from programs import HERE, PROGRAMS, RIVAL, Cost, cache_of, weigh

from zoning.study import builtin_study

LARGE = Path(os.environ.get("ZONEPLAN_SHARED", HERE.parent.parent / "shared")) / "data" / "large"
COMMAND, NOTEBOOK = WAYS = ("command", "notebook")
TOLD = {COMMAND: "as a command", NOTEBOOK: "as in a notebook"}
WEIGHED = [sys.executable, str(HERE / "programs.py")]


def as_command(environment: dict[str, str], *work: str) -> Cost:
    """A program in a process that begins with nothing."""
    quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    begun = time.perf_counter()
    child = os.posix_spawn(sys.executable, [*WEIGHED, *work], environment, file_actions=quiet)
    return weigh(child, work[-1], begun)


def compare(name: str, plan: Path, job: Path, rounds: int, wanted: Sequence[str], compiled: Path) -> None:
    """Interleave all programs, in the ways that are wanted, and print medians and ratios.

    A round that is not counted goes first where nothing is compiled yet.
    """
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    costs: dict[tuple[str, str], list[Cost]] = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = settings | {"PYTHONPYCACHEPREFIX": str(compiled)}
        begin = 1 if compiled.exists() else 0
        with subprocess.Popen(
            WEIGHED, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        ) as server:

            def as_in_notebook(*work: str) -> Cost:
                if server.stdin is None or server.stdout is None:
                    raise SystemExit("no server")
                print(json.dumps(work), file=server.stdin, flush=True)
                found = server.stdout.readline()
                if not found:
                    raise SystemExit(f"failed: {work[-1]}")
                return Cost(*json.loads(found))

            ways: dict[str, Callable[..., Cost]] = {
                COMMAND: lambda *work: as_command(environment, *work),
                NOTEBOOK: as_in_notebook,
            }
            for number in range(begin, rounds + 1):
                for way, spend in ((way, ways[way]) for way in wanted):
                    for place, program in enumerate(PROGRAMS):
                        out = str(Path(folder) / f"{way}-{place}-{number}")
                        cost = spend(program, str(plan), str(job), out)
                        costs.setdefault((way, program), []).extend([cost] if number else [])
                        shutil.rmtree(out)
                        shutil.rmtree(cache_of(out), ignore_errors=True)
    for way in wanted:
        print(f"\n{name}, {TOLD[way]}, median of {rounds}")
        print("| | CPU s | s | peak MB | map MB | all MB | ratio CPU | ratio wall | ratio memory | ratio map |")
        print("|---" * 10 + "|")
        for program in PROGRAMS:
            print(told(program, costs[way, program], costs[way, RIVAL]))


def told(program: str, own: Sequence[Cost], plain: Sequence[Cost]) -> str:
    """A row of the table: the medians of a program, and its ratios to the plain script's of the same round."""
    cpu, wall, peak, size, written = (statistics.median(figures) for figures in zip(*own, strict=True))
    shown = f"| {program} | {cpu:.1f} | {wall:.1f} | {peak:.0f} | {size:.2f} | {written:.1f} |"
    if program == RIVAL:
        return f"{shown} | | | |"
    rounds = [
        Cost(*(theirs / ours for ours, theirs in zip(*pair, strict=True))) for pair in zip(own, plain, strict=True)
    ]
    cpus, walls, peaks, sizes, _ = zip(*rounds, strict=True)
    spread = " | ".join(map(with_spread, (cpus, walls)))
    return f"{shown} {spread} | {statistics.median(peaks):.2f} | {statistics.median(sizes):.2f} |"


def with_spread(ratios: Sequence[float]) -> str:
    """The median, and in brackets the middle half."""
    low, _, high = statistics.quantiles(ratios, method="inclusive") if len(ratios) > 1 else [*ratios] * 3
    return f"{statistics.median(ratios):.2f} ({low:.2f} to {high:.2f})"


def copy_counties(folder: Path) -> Path:
    """The study of the counties of the United States with its files, in a new folder."""
    shutil.copytree(HERE / "us_counties", folder)
    for source in ("us_energy_sites", "world_cities15000", "ecoregions_raw_with_invalid"):
        shutil.copy(LARGE / f"{source}.parquet", folder)
    counties = gpd.read_parquet(LARGE / "us_counties.parquet")
    ids = counties["fips"].fillna(pd.Series(counties.index.map("row {}".format), counties.index))  # eight have none
    counties.assign(fips=ids, state=ids.str[:2]).to_parquet(folder / "us_counties.parquet")
    return folder


def cut_finer(counties: gpd.GeoDataFrame, many: int) -> gpd.GeoDataFrame:
    """Units cut by Voronoi cells until there are about so many; the same ones each time."""
    random = np.random.default_rng(1)
    crs = "EPSG:5070"
    flat = counties.to_crs(crs)
    share = many / len(flat)
    inside = [
        shapely.points(random.uniform(shape.bounds[:2], shape.bounds[2:], (round(2 * share) + 2, 2)))
        for shape in flat.geometry
    ]
    rows = []
    for (_, row), points in zip(flat.iterrows(), inside, strict=True):
        shape = shapely.make_valid(row.geometry)
        seeds = points[shapely.contains(shape, points)][: max(2, round(share))]
        cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=shape))
        parts = shapely.intersection(cells, shape) if len(seeds) > 1 else np.array([shape])
        kept = [one for one in parts if one.geom_type in {"Polygon", "MultiPolygon"} and one.area > 0]
        rows += [{**row, "fips": f"{row['fips']}-{place:02}", "geometry": one} for place, one in enumerate(kept)]
    return gpd.GeoDataFrame(rows, crs=crs)


def main() -> None:
    """Both studies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--small", action="store_true", help="the smallest study alone")
    parser.add_argument("--large", type=int, default=0, metavar="UNITS", help="the counties cut into so many, once")
    asked = parser.parse_args()
    rounds, ways = asked.rounds, asked.ways
    with tempfile.TemporaryDirectory() as name:
        small = Path(name) / "us_mountain_west"
        shutil.copytree(builtin_study("us_mountain_west").parent, small)
        shutil.copy(HERE / "us_mountain_west.toml", small / "job.toml")
        compiled = Path(name) / "compiled"
        compare("us_mountain_west, 164 counties", small / "plan.toml", small / "job.toml", rounds, ways, compiled)
        if asked.small:
            return
        if not LARGE.is_dir():
            print(f"\nThe larger study is left out: no {LARGE}")
            return
        large = copy_counties(Path(name) / "us_counties")
        compare("United States, 3,235 counties", large / "plan.toml", large / "job.toml", rounds, ways, compiled)
        if asked.large:
            units = cut_finer(gpd.read_parquet(large / "us_counties.parquet"), asked.large)
            units.to_parquet(large / "us_counties.parquet")
            told = f"cut into {len(units):,} units"
            compare(told, large / "plan.toml", large / "job.toml", 1, (COMMAND,), compiled)


if __name__ == "__main__":
    main()
