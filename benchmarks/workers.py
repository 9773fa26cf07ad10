"""``zoneplan run`` by one worker and by several: seconds, CPU, memory, and whether the files are the same.

    python benchmarks/workers.py [--rounds 3] [--workers 1 2] [--plan PLAN]

Each is a command in a process of its own that makes everything anew (``--no-cache``), one after another in each round.
The study is that of the 3,235 counties of the United States, whose files lie in ``$ZONEPLAN_SHARED/data/large``
(default: ``../shared``), unless another plan is given. CPU is user and system time of the command and all its workers.
Medians of the rounds. Seconds say something only where nobody else works on the machine.

Once more each is looked at every 50 ms, on Linux alone: memory is what its processes have together at their largest,
pages that they share counted once (PSS). Then comes from when to when each process computed, and for how many seconds
of CPU: the command, the child that reads, and the copies that write.
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
USER, SYSTEM = 11, 12
"""Where times stand in /proc/PID/stat, after the name of the program."""


class Cost(NamedTuple):
    """What a command took."""

    wall_s: float
    cpu_s: float
    files: str


class Seen(NamedTuple):
    """What one of its processes was seen to do."""

    first_s: float
    last_s: float
    cpu_s: float


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


def computed(pid: int) -> float:
    """CPU seconds of a process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[USER]) + int(fields[SYSTEM])) / os.sysconf("SC_CLK_TCK")


def begin(plan: Path, workers: int, out: Path) -> subprocess.Popen[bytes]:
    """The command, at work."""
    command = [sys.executable, "-m", "zoneplan", "run", str(plan), "--no-cache", "--out", str(out)]
    return subprocess.Popen([*command, "--workers", str(workers)], stdout=subprocess.DEVNULL)


def look_at(plan: Path, workers: int, out: Path) -> tuple[float, dict[int, Seen]]:
    """Megabytes that the processes of a command have together, and what each of them did, in the order of their ids."""
    begun, most, seen = time.perf_counter(), 0.0, dict[int, Seen]()
    process = begin(plan, workers, out)
    while process.poll() is None:
        now, known = time.perf_counter() - begun, [*family(process.pid)]
        most = max(most, sum(map(shared_mb, known)))
        for pid in known:
            before, cpu = seen.get(pid, Seen(now, now, 0.0)), computed(pid)
            if cpu > before.cpu_s or pid not in seen:
                seen[pid] = Seen(before.first_s, now, cpu)
        time.sleep(LOOK_S)
    return most, dict(sorted(seen.items()))


def run(plan: Path, workers: int, out: Path) -> Cost:
    """One command."""
    begun = time.perf_counter()
    process = begin(plan, workers, out)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = status
    if status:
        raise SystemExit("failed")
    files = hashlib.sha256((out / "manifest.json").read_bytes()).hexdigest()
    return Cost(wall, usage.ru_utime + usage.ru_stime, files)


def compare(plan: Path, counts: list[int], rounds: int) -> None:
    """Print the medians of each number of workers."""
    found: dict[int, list[Cost]] = {count: [] for count in counts}
    with tempfile.TemporaryDirectory() as folder:
        run(plan, 1, Path(folder) / "compiled")
        for place in range(rounds):
            for count in counts:
                found[count].append(run(plan, count, Path(folder) / f"{place}-{count}"))
        looks = {count: look_at(plan, count, Path(folder) / f"look-{count}") for count in counts}
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
        print(f"| {count} | {wall:.2f} | {cpu:.2f} | {ratio:.2f} | {more:.2f} | {looks[count][0]:.0f} |")
    print("\n| workers | process | from s | to s | CPU s |\n|---|---|---|---|---|")
    for count, (_, seen) in looks.items():
        for place, one in enumerate(seen.values(), 1):
            print(f"| {count} | {place} | {one.first_s:.1f} | {one.last_s:.1f} | {one.cpu_s:.2f} |")


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
