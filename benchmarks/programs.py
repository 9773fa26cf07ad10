"""The programs that ``whole_run.py`` weighs: one in a process of its own, or several in copies of one process.

    python benchmarks/programs.py PROGRAM PLAN JOB OUT
    python benchmarks/programs.py

Without arguments this process imports what the two scripts import, reads arguments from its standard input, a JSON list
a line, and answers each with what a copy of it used. It loads nothing that the programs do not load themselves.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
RIVAL, SAME, _ = PROGRAMS = ("plain script", "zoneplan, same outputs", "zoneplan, whole run folder")


class Cost(NamedTuple):
    """What one process used."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    map_mb: float
    all_mb: float


def cache_of(out: str) -> str:
    """A new cache beside what is written."""
    return f"{out}.cache"


def do(program: str, plan: str, job: str, out: str) -> None:
    """One of the programs, in this process."""
    if program == RIVAL:
        runpy.run_path(str(HERE / "plain_script.py"))["main"](Path(job), Path(out))
    elif program == SAME:
        runpy.run_path(str(HERE / "same_outputs.py"))["main"](Path(plan), Path(out))
    else:
        from zoneplan.__main__ import main as zoneplan  # noqa: PLC0415  (only the program that is asked for is loaded)

        os.environ["ZONEPLAN_CACHE"] = cache_of(out)  # a run that an earlier round has made would only be copied
        sys.argv = ["zoneplan", "run", plan, "--out", out]
        zoneplan()  # which leaves the process


def weigh(pid: int, out: str, begun: float) -> Cost:
    """What a process used that began at a moment of the clock of performance, once it has ended."""
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - begun
    if status:
        raise SystemExit(f"failed: {out}")
    written = sum(path.stat().st_size for path in Path(out).rglob("*") if path.is_file())
    page = (Path(out) / "map.html").stat().st_size
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, page / 1e6, written / 1e6)


def serve() -> None:
    """Import what the two scripts import; then do what comes in, each in a copy of this process."""
    runpy.run_path(str(HERE / "plain_script.py"))
    runpy.run_path(str(HERE / "same_outputs.py"))
    for line in sys.stdin:
        work, begun = json.loads(line), time.perf_counter()
        pid = os.fork()
        if not pid:
            for number in (1, 2):
                os.dup2(os.open(os.devnull, os.O_WRONLY), number)
            do(*work)
            os._exit(0)
        print(json.dumps(weigh(pid, work[-1], begun)), flush=True)


if __name__ == "__main__":
    do(*sys.argv[1:]) if len(sys.argv) > 1 else serve()
