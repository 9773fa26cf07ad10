"""``zoneplan run`` by one worker and by several: seconds, CPU, memory, and whether the files are the same.

    python benchmarks/workers.py [--rounds 3] [--workers 1 2] [--plan PLAN]

Each is a command in a process of its own that makes everything anew (``--no-cache``), one after another in each round.
The study is that of the 3,235 counties of the United States, whose files lie in ``$ZONEPLAN_SHARED/data/large``
(default: ``../shared``), unless another plan is given. CPU is user and system time of the command and all its workers.
Memory is what they have together at their largest, pages that they share counted once (PSS, looked at every 50 ms); it
is told on Linux alone. Medians of the rounds. Seconds say something only where nobody else works on the machine.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from whole_run import copy_counties

LOOK_S = 0.05


class Cost(NamedTuple):
    """What a command took."""

    wall_s: float
    cpu_s: float
    memory_mb: float
    files: str


def family(pid: int) -> Iterator[int]:
    """A process and those that it has begun."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def shared_mb(pid: int) -> float:
    """The memory of a process, what it shares in parts."""
    try:
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(row.split()[1]) for row in rows if row.startswith("Pss:")) / 1024


def run(plan: Path, workers: int, out: Path, *, look: bool) -> Cost:
    """One command; with memory, which takes time of its own, or with time."""
    command = [sys.executable, "-m", "zoneplan", "run", str(plan), "--no-cache", "--out", str(out)]
    begun, most = time.perf_counter(), 0.0
    process = subprocess.Popen([*command, "--workers", str(workers)], stdout=subprocess.DEVNULL)
    while look and process.poll() is None:
        most = max(most, sum(map(shared_mb, family(process.pid))))
        time.sleep(LOOK_S)
    if look:
        return Cost(0.0, 0.0, most, "")
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = status
    if status:
        raise SystemExit("failed")
    files = hashlib.sha256((out / "manifest.json").read_bytes()).hexdigest()
    return Cost(wall, usage.ru_utime + usage.ru_stime, 0.0, files)


def compare(plan: Path, counts: list[int], rounds: int) -> None:
    """Print the medians of each number of workers."""
    found: dict[int, list[Cost]] = {count: [] for count in counts}
    with tempfile.TemporaryDirectory() as folder:
        run(plan, 1, Path(folder) / "compiled", look=False)
        for place in range(rounds):
            for count in counts:
                found[count].append(run(plan, count, Path(folder) / f"{place}-{count}", look=False))
        memory = {count: run(plan, count, Path(folder) / f"memory-{count}", look=True).memory_mb for count in counts}
    if len({cost.files for costs in found.values() for cost in costs}) > 1:
        raise SystemExit("the files are not the same")
    print("| workers | s | CPU s | s / CPU s | CPU to one worker | memory MB |\n|---|---|---|---|---|---|")
    for count, costs in found.items():
        wall, cpu = (statistics.median(one) for one in list(zip(*costs, strict=True))[:2])
        ratio, more = (
            statistics.median(some)
            for some in (
                [one.wall_s / one.cpu_s for one in costs],
                [one.cpu_s / other.cpu_s for one, other in zip(costs, found[counts[0]], strict=True)],
            )
        )
        print(f"| {count} | {wall:.2f} | {cpu:.2f} | {ratio:.2f} | {more:.2f} | {memory[count]:.0f} |")


def main() -> None:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--plan", type=Path, help="another study than the counties")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        plan = asked.plan or copy_counties(Path(folder) / "us_counties") / "plan.toml"
        compare(plan, asked.workers, asked.rounds)


if __name__ == "__main__":
    main()
