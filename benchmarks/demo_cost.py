"""CPU and peak memory of ``zoneplan demo``: of one installation beside another, or of each part of the command.

    python benchmarks/demo_cost.py --beside OTHER/bin/zoneplan [--rounds 9] [--study NAME | --plan PLAN]
    python benchmarks/demo_cost.py --parts [--rounds 3]

The two commands run in turn, each in a process of its own that writes into a new folder. Figures are medians of the
rounds; a ratio is the median of the ratios of the rounds, with the middle half of them. CPU is user and system time,
which says more than seconds where others work on the same machine. ``--plan`` lets both run one plan in place of the
demo, for studies and rulebooks have grown, too: our own command by one worker. Python keeps what it has compiled, as an
installation does: a round that is not counted goes first.

Parts are those of the installation that runs this file, of ``run --workers 1``, which does all but the reading in one
process: every 2 ms of CPU somebody looks which of the listed functions is at work, the innermost first. What the
collector of cycles takes is told apart, wherever it comes in.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import shlex
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple

STEP_S = 0.002
IMPORTS = ("importlib._bootstrap>", "_find_and_load")
PARTS = {
    IMPORTS: "imports",
    ("zoning/quotas/placement.py", "site"): "sites of the quota",
    ("zoning/pipeline/flow.py", "make_plan"): "the rest of the plan",
    ("maps/drawing/shaded_relief.py", "relief"): "relief, of map and report",
    ("maps/drawing/map_context.py", "context_around"): "land, water, borders and towns around, of map and report",
    ("maps/web/web_map.py", "draw"): "the map beside them",
    ("maps/telling/figures/plan_maps.py", "_draw"): "maps of the report beside them",
    ("maps/telling/reports/report_page.py", "_pages"): "pages of the report beside their maps",
    ("maps/telling/reports/report_page.py", "report"): "annex and HTML of the report",
    ("maps/runs/trace_file.py", "write_trace"): "trace.json",
    ("maps/exports/workbook.py", "write_workbook"): "workbook",
    ("maps/exports/geopackage.py", "write_geopackage"): "GeoPackage",
    ("maps/exports/qgis_project.py", "write_qgis_project"): "project of QGIS",
    ("maps/runs/run_files.py", "write_files"): "all other files",
}
"""Functions by the end of their file and their name, and what they are."""
CHILD, COLLECTOR = "the child that reads", "the collector of cycles"
REST = "the command itself, and the end of the process"


class Cost(NamedTuple):
    """What one process used."""

    cpu_s: float
    peak_mb: float


def settings(folder: str) -> dict[str, str]:
    """The environment of a command that keeps what Python compiles, and finds no finished run of an earlier round."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return own | {"XDG_CACHE_HOME": str(Path(folder) / "cache"), "LOCALAPPDATA": str(Path(folder) / "cache")}


def weigh(command: str, arguments: Sequence[str]) -> Cost:
    """What a command takes that writes into the folder named last."""
    with tempfile.TemporaryDirectory() as folder:
        environment = settings(folder)
        work = [command, *arguments, str(Path(folder) / "written")]
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(work, stdout=quiet, stderr=quiet, env=environment, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
    if status:
        raise SystemExit(f"failed: {shlex.join(work)}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def compare(own: str, other: str, study: str, plan: str | None, rounds: int) -> None:
    """Print medians of two commands, and their ratios."""
    if plan is None:
        works = [["demo", "--study", study]] * 2
    else:
        works = [["run", str(Path(plan).resolve()), *more, "--out"] for more in ([], ["--workers", "1"])]
    pairs = [(weigh(other, works[0]), weigh(own, works[1])) for _ in range(rounds + 1)][1:]
    for name, costs in zip((other, own), zip(*pairs, strict=True), strict=True):
        cpu, peak = (statistics.median(one) for one in zip(*costs, strict=True))
        print(f"{cpu:6.2f} s {peak:5.0f} MB  {name}")
    for what, ratios in (
        ("CPU", [new.cpu_s / old.cpu_s for old, new in pairs]),
        ("memory", [new.peak_mb / old.peak_mb for old, new in pairs]),
    ):
        low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
        print(f"{what}: {middle:.2f} ({low:.2f} to {high:.2f}) of the other")


def look(study: str) -> dict[str, float]:
    """Seconds of CPU of each part of one run in this process, which ends with it."""
    found: defaultdict[str, float] = defaultdict(float)
    last = started = 0.0

    def look_up(_signal: int, frame: FrameType | None) -> None:
        nonlocal last
        now, part = time.process_time(), REST
        while frame is not None and part == REST:
            file, name = frame.f_code.co_filename, frame.f_code.co_name
            part = next((part for (end, own), part in PARTS.items() if name == own and file.endswith(end)), REST)
            frame = frame.f_back
        found[part] += now - last
        last = time.process_time()

    def collected(phase: str, _info: dict[str, int]) -> None:
        nonlocal last, started
        if phase == "start":
            started = time.process_time()
        else:
            took = time.process_time() - started
            found[COLLECTOR] += took
            last += took

    gc.callbacks.append(collected)
    signal.signal(signal.SIGPROF, look_up)
    signal.setitimer(signal.ITIMER_PROF, STEP_S, STEP_S)
    with tempfile.TemporaryDirectory() as folder:
        try:
            import zoneplan.__main__ as command  # noqa: PLC0415  (imports are a part)

            gc.set_threshold(command.OBJECTS_BETWEEN_COLLECTIONS, command.YOUNG_COLLECTIONS)
            plan = str(Path(command.__file__).parents[1] / "layers/studies" / study / "plan.toml")
            sys.argv = ["zoneplan", "run", plan, "--out", str(Path(folder) / "run"), "--no-cache", "--workers", "1"]
            command.run()
        except SystemExit:
            pass
    signal.setitimer(signal.ITIMER_PROF, 0)
    child = resource.getrusage(resource.RUSAGE_CHILDREN)
    found[CHILD] = child.ru_utime + child.ru_stime
    return dict(found)


def weigh_parts(study: str, rounds: int) -> None:
    """Print the median of each part, the largest first."""
    work = [sys.executable, __file__, "--look", "--study", study]
    looks = []
    for _ in range(rounds + 1):
        with tempfile.TemporaryDirectory() as folder:
            told = subprocess.run(work, capture_output=True, text=True, check=True, env=settings(folder))
        looks.append(json.loads(told.stderr.splitlines()[-1]))
    del looks[0]  # which compiled
    parts = {
        part: statistics.median(one.get(part, 0.0) for one in looks)
        for part in (*PARTS.values(), CHILD, COLLECTOR, REST)
    }
    for part, cpu_s in sorted(parts.items(), key=lambda one: -one[1]):
        print(f"{cpu_s:6.2f} s  {part}")
    print(f"{sum(parts.values()):6.2f} s  all")


def main(arguments: Sequence[str] | None = None) -> None:
    """Weigh what the arguments ask for."""
    parser = argparse.ArgumentParser(description="CPU and memory of zoneplan demo.")
    parser.add_argument("--command", default=shutil.which("zoneplan") or "zoneplan", help="By default that of PATH.")
    parser.add_argument("--beside", help="The command of another installation.")
    parser.add_argument("--parts", action="store_true", help="What each part of the command takes.")
    parser.add_argument("--look", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--study", default="us_mountain_west")
    parser.add_argument("--plan", help="Both run this plan in place of the demo.")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args(arguments)
    if asked.look:
        print(json.dumps(look(asked.study)), file=sys.stderr)
    elif asked.parts:
        weigh_parts(asked.study, asked.rounds)
    elif asked.beside:
        compare(asked.command, asked.beside, asked.study, asked.plan, asked.rounds)
    else:
        parser.error("say --beside COMMAND or --parts")


if __name__ == "__main__":
    main()
