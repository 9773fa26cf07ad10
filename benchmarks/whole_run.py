"""The whole run beside a plain script that does the same job: CPU, peak memory, size of the map, as ratios.

    python benchmarks/whole_run.py [--rounds 3]

Each round runs both, one after the other, in processes of their own; the figures are medians. The larger study needs
the files of ``$ZONEPLAN_SHARED/data/large`` (default: ``../shared``) and is left out, with a word, where they are
missing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from layers import builtin_study

HERE = Path(__file__).resolve().parent
LARGE = Path(os.environ.get("ZONEPLAN_SHARED", HERE.parent.parent / "shared")) / "data" / "large"
OURS = "import sys; sys.argv[0] = 'zoneplan'; from maps import main; main()"


@dataclass(frozen=True)
class Cost:
    """What one process used."""

    cpu_s: float
    peak_mb: float
    map_mb: float


def spend(command: list[str], page: Path) -> Cost:
    """Run a command and weigh it."""
    quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    pid = os.posix_spawn(sys.executable, [sys.executable, *command], os.environ, file_actions=quiet)
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"failed: {' '.join(command)}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, page.stat().st_size / 1e6)


def compare(name: str, plan: Path, job: Path, rounds: int) -> None:
    """Interleave both and print medians and ratios."""
    costs: dict[str, list[Cost]] = {"zoneplan": [], "plain script": []}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            ours, plain = Path(folder) / f"ours-{number}", Path(folder) / f"plain-{number}"
            costs["zoneplan"].append(spend(["-c", OURS, "run", str(plan), "--out", str(ours)], ours / "map.html"))
            rival = [str(HERE / "plain_script.py"), str(job), str(plain)]
            costs["plain script"].append(spend(rival, plain / "map.html"))
    middle = {
        who: Cost(
            *(statistics.median(getattr(cost, field) for cost in found) for field in ("cpu_s", "peak_mb", "map_mb"))
        )
        for who, found in costs.items()
    }
    print(f"\n{name}, median of {rounds}")
    print("| | CPU s | peak MB | map MB |\n|---|---|---|---|")
    for who, cost in middle.items():
        print(f"| {who} | {cost.cpu_s:.1f} | {cost.peak_mb:.0f} | {cost.map_mb:.2f} |")
    ours, plain = middle["zoneplan"], middle["plain script"]
    print(
        f"| plain script / zoneplan | {plain.cpu_s / ours.cpu_s:.2f} | {plain.peak_mb / ours.peak_mb:.2f} "
        f"| {plain.map_mb / ours.map_mb:.2f} |"
    )


def main() -> None:
    """Both studies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        small = Path(name) / "us_mountain_west"
        shutil.copytree(builtin_study("us_mountain_west").parent, small)
        shutil.copy(HERE / "us_mountain_west.toml", small / "job.toml")
        compare("us_mountain_west, 164 counties", small / "plan.toml", small / "job.toml", rounds)
        if not LARGE.is_dir():
            print(f"\nThe larger study is left out: no {LARGE}")
            return
        large = Path(name) / "us_counties"
        shutil.copytree(HERE / "us_counties", large)
        for source in ("us_energy_sites", "world_cities15000", "ecoregions_raw_with_invalid"):
            shutil.copy(LARGE / f"{source}.parquet", large)
        counties = gpd.read_parquet(LARGE / "us_counties.parquet")
        ids = counties["fips"].fillna(pd.Series(counties.index.map("row {}".format), counties.index))  # eight have none
        counties.assign(fips=ids, state=ids.str[:2]).to_parquet(large / "us_counties.parquet")
        compare("United States, 3,235 counties", large / "plan.toml", large / "job.toml", rounds)


if __name__ == "__main__":
    main()
