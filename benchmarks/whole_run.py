"""zoneplan beside a plain script that does the same job: CPU, peak memory, size of the map, as ratios.

    python benchmarks/whole_run.py [--rounds 3]

Three programs: ``plain_script.py``; ``same_outputs.py``, which makes the same files with zoneplan; and the command
``zoneplan run``, whose folder holds much more. Each round runs them one after the other, twice: as a command, in a
process of its own that begins with nothing, and as in a notebook, in a copy of one process that has imported what the
two scripts import. The figures are medians. Python keeps what it has compiled, as an installation does: a round that is
not counted goes first.
The larger study needs the files of ``$ZONEPLAN_SHARED/data/large`` (default: ``../shared``) and is left out, with a
word, where they are missing.
"""

from __future__ import annotations

import argparse
import json
import os
import runpy
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
LARGE = Path(os.environ.get("ZONEPLAN_SHARED", HERE.parent.parent / "shared")) / "data" / "large"
RIVAL, SAME, _ = PROGRAMS = ("plain script", "zoneplan, same outputs", "zoneplan, whole run folder")
COMMAND, NOTEBOOK = WAYS = ("as a command", "as in a notebook")


@dataclass(frozen=True)
class Cost:
    """What one process used."""

    cpu_s: float
    peak_mb: float
    map_mb: float


def do(program: str, plan: str, job: str, out: str) -> None:
    """One of the programs, in this process."""
    if program == RIVAL:
        runpy.run_path(str(HERE / "plain_script.py"))["main"](Path(job), Path(out))
    elif program == SAME:
        runpy.run_path(str(HERE / "same_outputs.py"))["main"](Path(plan), Path(out))
    else:
        from maps import main as zoneplan  # noqa: PLC0415  (only the program that is asked for is loaded)

        zoneplan(["run", plan, "--out", out])  # which leaves the process


def weighed(pid: int, out: str) -> Cost:
    """What a process used, once it has ended."""
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"failed: {out}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, (Path(out) / "map.html").stat().st_size / 1e6)


def as_command(environment: dict[str, str], *work: str) -> Cost:
    """A program in a process that begins with nothing."""
    command = [sys.executable, str(HERE / "whole_run.py"), "--do", *work]
    quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    return weighed(os.posix_spawn(sys.executable, command, environment, file_actions=quiet), work[-1])


def serve() -> None:
    """Import what the two scripts import; then do what comes in, line by line, each in a copy of this process."""
    runpy.run_path(str(HERE / "plain_script.py"))
    runpy.run_path(str(HERE / "same_outputs.py"))
    for line in sys.stdin:
        work = json.loads(line)
        pid = os.fork()
        if not pid:
            for number in (1, 2):
                os.dup2(os.open(os.devnull, os.O_WRONLY), number)
            do(*work)
            os._exit(0)
        print(json.dumps(weighed(pid, work[-1]).__dict__), flush=True)


def compare(name: str, plan: Path, job: Path, rounds: int) -> None:
    """Interleave all programs, in both ways, and print medians and ratios."""
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    costs: dict[tuple[str, str], list[Cost]] = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = settings | {"PYTHONPYCACHEPREFIX": str(Path(folder) / "compiled")}
        served = [sys.executable, str(HERE / "whole_run.py"), "--serve"]
        with subprocess.Popen(
            served, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        ) as server:

            def as_in_notebook(*work: str) -> Cost:
                if server.stdin is None or server.stdout is None:
                    raise SystemExit("no server")
                print(json.dumps(work), file=server.stdin, flush=True)
                found = server.stdout.readline()
                if not found:
                    raise SystemExit(f"failed: {work[-1]}")
                return Cost(**json.loads(found))

            ways: dict[str, Callable[..., Cost]] = {
                COMMAND: lambda *work: as_command(environment, *work),
                NOTEBOOK: as_in_notebook,
            }
            for number in range(rounds + 1):
                for way, spend in ways.items():
                    for place, program in enumerate(PROGRAMS):
                        out = str(Path(folder) / f"{way}-{place}-{number}")
                        cost = spend(program, str(plan), str(job), out)
                        costs.setdefault((way, program), []).extend([cost] if number else [])
                        shutil.rmtree(out)
    for way in WAYS:
        print(f"\n{name}, {way}, median of {rounds}")
        print("| | CPU s | peak MB | map MB | ratio CPU | ratio memory | ratio map |\n|---|---|---|---|---|---|---|")
        plain = middle(costs[way, RIVAL])
        for program in PROGRAMS:
            own = middle(costs[way, program])
            shown = f"| {program} | {own.cpu_s:.1f} | {own.peak_mb:.0f} | {own.map_mb:.2f} |"
            ratios = (plain.cpu_s / own.cpu_s, plain.peak_mb / own.peak_mb, plain.map_mb / own.map_mb)
            print(shown + (" | | |" if program == RIVAL else "".join(f" {ratio:.2f} |" for ratio in ratios)))


def middle(costs: list[Cost]) -> Cost:
    """The median of each figure."""
    fields = ("cpu_s", "peak_mb", "map_mb")
    return Cost(*(statistics.median(getattr(cost, field) for cost in costs) for field in fields))


def main() -> None:
    """The benchmark, or one of the processes that it starts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--do", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.do:
        do(*asked.do)
    elif asked.serve:
        serve()
    else:
        measure(asked.rounds)


def measure(rounds: int) -> None:
    """Both studies."""
    # The processes that are weighed load this file, and only what they need themselves beside it.
    import geopandas as gpd  # noqa: PLC0415  (see above)
    import pandas as pd  # noqa: PLC0415  (see above)

    from layers import builtin_study  # noqa: PLC0415  (see above)

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
