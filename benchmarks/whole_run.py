"""zoneplan beside a plain script that does the same job: CPU, peak memory, size of the map, as ratios.

    python benchmarks/whole_run.py [--rounds 3]

Three programs: ``plain_script.py``; ``same_outputs.py``, which makes the same files with zoneplan; and the command
``zoneplan run``, whose folder holds much more. Each round runs them one after the other, in processes of their own; the
figures are medians. Python keeps what it has compiled, as an installation does: a round that is not counted goes first.
The larger study needs the files of ``$ZONEPLAN_SHARED/data/large`` (default: ``../shared``) and is left out, with a
word, where they are missing.
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
RIVAL = "plain script"
COMMAND = "import sys; sys.argv[0] = 'zoneplan'; from maps import main; main()"


@dataclass(frozen=True)
class Cost:
    """What one process used."""

    cpu_s: float
    peak_mb: float
    map_mb: float


def spend(command: list[str], page: Path, compiled: Path) -> Cost:
    """Run a command and weigh it; what Python compiles is kept in a folder."""
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    settings["PYTHONPYCACHEPREFIX"] = str(compiled)
    quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    pid = os.posix_spawn(sys.executable, [sys.executable, *command], settings, file_actions=quiet)
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"failed: {' '.join(command)}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, page.stat().st_size / 1e6)


def compare(name: str, plan: Path, job: Path, rounds: int) -> None:
    """Interleave all programs and print medians and ratios."""
    programs = {
        RIVAL: [str(HERE / "plain_script.py"), str(job)],
        "zoneplan, same outputs": [str(HERE / "same_outputs.py"), str(plan)],
        "zoneplan, whole run folder": ["-c", COMMAND, "run", str(plan), "--out"],
    }
    costs: dict[str, list[Cost]] = {who: [] for who in programs}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds + 1):
            for place, (who, command) in enumerate(programs.items()):
                out = Path(folder) / f"{place}-{number}"
                cost = spend([*command, str(out)], out / "map.html", Path(folder) / "compiled")
                costs[who] += [cost] if number else []
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
    plain = middle.pop(RIVAL)
    for who, ours in middle.items():
        ratios = (plain.cpu_s / ours.cpu_s, plain.peak_mb / ours.peak_mb, plain.map_mb / ours.map_mb)
        print(f"| {RIVAL} / {who} | {' | '.join(f'{ratio:.2f}' for ratio in ratios)} |")


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
