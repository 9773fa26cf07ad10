"""All benchmarks in one command: short ones in at most ten minutes, or all of them in full.

    python benchmarks/run_all.py [--full] [--minutes 10]

Each is a process of its own; what it prints stands below its name, with the CPU seconds that it took. They follow one
after another, those that weigh the whole first, and each has the time that is left: one that would need more is
stopped, and that is said, as for those that had no turn. With ``--full`` there is no limit, and every script is called
with its largest sizes. Some need programs or files that may be missing (Chromium, node, ``$ZONEPLAN_SHARED``); they say
so. The command fails where one does, such as ``growth.py`` where something grows faster than it should.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent


class Benchmark(NamedTuple):
    """A script, and with what it is called; None where it is left to ``--full``."""

    script: str
    short: str | None
    full: str


ALL = (
    Benchmark("whole_run", "--rounds 1", "--rounds 6 --large 42000"),
    Benchmark("growth", "--rounds 1", "--rounds 2 --full"),
    Benchmark("quotas", "--rounds 1 --patience 5 --largest 100000", "--rounds 3"),
    Benchmark("shares", "--rounds 1", "--rounds 3 --full"),
    Benchmark("zonal", "--rounds 1", "--rounds 2 --full"),
    Benchmark("conditions", "--rounds 3", "--rounds 7"),
    Benchmark("workers", "--rounds 1", "--rounds 3"),
    Benchmark("readers", "--rounds 1", "--rounds 6"),
    Benchmark("variants", "--rounds 1", "--rounds 3"),
    Benchmark("map_weight", "", "--large 42000"),
    Benchmark("scale", "--units 2500 10000", ""),
    Benchmark("estimates", None, ""),
    Benchmark("demo_cost", None, "--parts --rounds 3"),
    Benchmark("map_in_browser", None, "--rounds 3"),
    Benchmark("try_in_page", None, "--counties"),
)


def run(script: str, arguments: str, seconds: float | None) -> str:
    """Call a script; what went wrong, if anything did."""
    call = [sys.executable, str(HERE / f"{script}.py"), *arguments.split()]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    print(f"\n## {script}.py {arguments}\n", flush=True)
    process = subprocess.Popen(call, cwd=HERE, start_new_session=True)
    try:
        code = process.wait(seconds)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL)  # and what it has started
        process.wait()
        if isinstance(error, subprocess.TimeoutExpired):
            return f"{script}: stopped, the time was up"
        raise
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"\n({spent:.0f} s of CPU, {time.monotonic() - start:.0f} s)", flush=True)
    return f"{script}: failed with {code}" if code else ""


def main() -> None:
    """Each script in turn, then what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="all, with their largest sizes, however long it takes")
    parser.add_argument("--minutes", type=float, default=10, help="for all together, without --full")
    asked = parser.parse_args()
    end, failed = time.monotonic() + 60 * asked.minutes, []
    for one in ALL:
        arguments = one.full if asked.full else one.short
        left = None if asked.full else end - time.monotonic()
        if arguments is None:
            print(f"\n## {one.script}.py: with --full", flush=True)
        elif left is not None and left <= 0:
            failed.append(f"{one.script}: not begun, the time was up")
        elif wrong := run(one.script, arguments, left):
            failed.append(wrong)
    if failed:
        sys.exit("\n" + "\n".join(failed))


if __name__ == "__main__":
    main()
