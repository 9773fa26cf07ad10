"""Variants of a plan beside what a user has without them: a loop of whole runs.

    python benchmarks/variants.py [--rounds 5] [--variants 1000]

For the study of the provinces of China and for the counties of the United States: one other threshold by ``plan.vary``
beside ``zp.run`` of a changed plan, both with zones, quotas, flows and policies; a thousand variants of thresholds by
``zp.sweep`` beside the loop; a search for goals; a plan whose costly steps are kept; and the command ``zoneplan run``
for the first and the second time.
Figures are CPU seconds, medians of the rounds. A loop of a thousand runs is told from the median of the rounds.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from whole_run import LARGE, copy_counties

import zoneplan as zp
from maps.runs import ContentCache
from zoning.pipeline.flow import run as run_plan
from zoning.pipeline.plan_steps import KeptResults
from zoning.whatif import seek, sweep

STUDIES = {
    "china_provinces": {
        "fragile_share_min": (0.0, 1.0),
        "agricultural_share_min": (0.0, 1.0),
        "key_share_min": (0.0, 1.0),
    },
    "us_counties": {"fragile_min": (0.0, 1.0), "city_min": (1e4, 1e6), "energy_min_mw": (10.0, 2000.0)},
}
"""The thresholds that are swept, with their ranges."""
GOAL = "count(main = 'ecologically_fragile') <= {most}"


def spent(work: Callable[[], object], rounds: int) -> float:
    """CPU seconds, the median of some rounds."""
    figures = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        figures.append(time.process_time() - start)
    return statistics.median(figures)


def command(plan: Path, out: Path, cache: Path) -> float:
    """CPU seconds of the command, in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    program = [sys.executable, "-m", "zoneplan", "run", str(plan), "--out", str(out)]
    subprocess.run(program, check=True, capture_output=True, env={**os.environ, "ZONEPLAN_CACHE": str(cache)})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def weigh(name: str, file: Path, rounds: int, count: int) -> None:
    """Print a row for each kind of work."""
    moves = STUDIES[name]
    plan = zp.run(zp.read_study(file))
    rng = np.random.default_rng(1)
    values = {key: rng.uniform(*span, count).tolist() for key, span in moves.items()}
    first = next(iter(moves))
    tried = iter(values[first])
    run = spent(lambda: zp.run(plan.study), rounds)
    vary = spent(lambda: plan.vary(parameters={first: next(tried)}), rounds)
    swept = spent(lambda: sweep(plan, values), rounds)
    fragile = int((plan.zones["main"] == "ecologically_fragile").sum())
    goal = GOAL.format(most=fragile // 2)
    sought = spent(lambda: seek(plan, goal, {key: moves[key] for key in list(moves)[:2]}), 1)
    print(f"\n{name}, {len(plan.zones):,} units\n\n| work | CPU s | loop of runs, CPU s | ratio |\n|---|---|---|---|")
    print(f"| another threshold: `plan.vary` | {vary:.2f} | {run:.2f} | {run / vary:.0f} |")
    loop = run * count
    print(f"| {count:,} variants of {len(moves)}: `zp.sweep` | {swept:.2f} | {loop:.0f} | {loop / swept:.0f} |")
    print(f"| two thresholds for a goal: `zp.seek` | {sought:.2f} | | |")
    with tempfile.TemporaryDirectory() as folder:
        kept = KeptResults(ContentCache(Path(folder)), "a program")
        again = spent(lambda: run_plan(plan.study, kept=kept), rounds + 1)  # the first of which keeps its steps
    print(f"| a plan of sources that were read and cut before | {again:.2f} | {run:.2f} | {run / again:.1f} |")
    with tempfile.TemporaryDirectory() as folder:
        costs = [command(file, Path(folder) / str(number), Path(folder) / "cache") for number in range(2)]
    print(f"| `zoneplan run` again | {costs[1]:.2f} | {costs[0]:.2f} | {costs[0] / costs[1]:.1f} |")


def main() -> None:
    """Both studies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--variants", type=int, default=1000)
    options = parser.parse_args()
    weigh("china_provinces", zp.builtin_study("china_provinces"), options.rounds, options.variants)
    if not LARGE.is_dir():
        print(f"\nThe larger study is left out: no {LARGE}")
        return
    with tempfile.TemporaryDirectory() as name:
        large = copy_counties(Path(name) / "us_counties")
        weigh("us_counties", large / "plan.toml", options.rounds, options.variants)


if __name__ == "__main__":
    main()
