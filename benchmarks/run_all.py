"""All benchmarks in one command: to the end within ten minutes, or all of them in full.

    python benchmarks/run_all.py [--full] [--minutes 10]

Each is a process of its own; what it prints stands below its name, with the time that it took. They follow one another,
those that weigh the whole first. Of each it is known what it takes in CPU seconds, by its usual arguments and by its
least ones. Before each begins, the time that is left is held against what it and all that follow take at the pace of
those before: on two quiet cores all have their usual sizes, on a busy machine the later ones have their least, and one
that has none, or for which not even these are left, is passed over with a word. With ``--full`` there is no limit, and
every script is called with its largest sizes. Some need programs or files that may be missing (Chromium, node,
``$ZONEPLAN_SHARED``); they say so. The command fails where one does, such as ``growth.py`` where something grows faster
than it should.
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
SPARE = 1.15
"""What is expected is by so much more than what was measured."""


class Call(NamedTuple):
    """With what a script is called, and the CPU seconds that this takes."""

    arguments: str
    seconds: float


class Benchmark(NamedTuple):
    """A script with its usual and its least call, None where there is none, and its arguments in full."""

    script: str
    usual: Call | None
    least: Call | None
    full: str


ALL = (
    Benchmark(
        "whole_run",
        Call("--rounds 2 --ways command", 90),
        Call("--rounds 1 --ways command --small", 35),
        "--rounds 6 --large 42000",
    ),
    Benchmark("shares", Call("--rounds 2", 28), Call("--rounds 1 --few", 9), "--rounds 3 --full"),
    Benchmark("zonal", Call("--rounds 1", 52), Call("--rounds 1 --largest 500000", 34), "--rounds 2 --full"),
    Benchmark(
        "quotas",
        Call("--rounds 1 --patience 5 --largest 100000", 21),
        Call("--rounds 1 --patience 2 --largest 30000", 4),
        "--rounds 3",
    ),
    Benchmark("growth", Call("--rounds 1", 80), Call("--rounds 1 --few", 45), "--rounds 2 --full --plot growth.svg"),
    Benchmark("conditions", Call("--rounds 3", 3), Call("--rounds 1", 3), "--rounds 7"),
    Benchmark("map_weight", Call("", 13), None, "--large 42000"),
    Benchmark("scale", Call("--units 2500 10000", 11), Call("--units 2500 10000", 11), ""),
    Benchmark("workers", Call("--rounds 1", 60), None, "--rounds 3"),
    Benchmark("readers", Call("--rounds 1", 15), None, "--rounds 6"),
    Benchmark("variants", Call("--rounds 1", 60), None, "--rounds 3"),
    Benchmark("estimates", None, None, ""),
    Benchmark("demo_cost", None, None, "--parts --rounds 3"),
    Benchmark("map_in_browser", None, None, "--rounds 3"),
    Benchmark("try_in_page", None, None, "--counties"),
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


def choose(rest: tuple[Benchmark, ...], left: float, pace: float) -> Call | None:
    """The call of the first of the benchmarks that are left: the usual one where all have time for theirs.

    Parameters
    ----------
    rest : tuple of Benchmark
        At least one.
    left : float
        Seconds.
    pace : float
        Seconds of time to a CPU second.

    Returns
    -------
    Call or None
        The least one where all have time for that, or it alone has.

    Examples
    --------
    >>> two = tuple(Benchmark(name, Call("usual", 60), Call("least", 6), "") for name in "ab")
    >>> [choose(two, left, pace).arguments for left, pace in ((200, 1), (200, 3), (100, 1))]
    ['usual', 'least', 'least']
    >>> choose(two, 5, 1)
    """
    usual = sum(one.usual.seconds for one in rest if one.usual)
    if usual * SPARE * pace <= left:
        return rest[0].usual
    least = rest[0].least
    return least if least and least.seconds * SPARE * pace <= left else None


def main() -> None:
    """Each script in turn, then what all took, and what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="all, with their largest sizes, however long it takes")
    parser.add_argument("--minutes", type=float, default=10, help="for all together, without --full")
    asked = parser.parse_args()
    begun, foreseen, failed, passed = time.monotonic(), 0.0, [], []
    for place, one in enumerate(ALL):
        took = time.monotonic() - begun
        left = 60 * asked.minutes - took
        if asked.full:
            arguments: str | None = one.full
        elif one.usual is None:
            print(f"\n## {one.script}.py: with --full", flush=True)
            continue
        else:
            call = choose(ALL[place:], left, max(1.0, took / foreseen) if foreseen else 1.0)
            arguments = None if call is None else call.arguments
            foreseen += call.seconds if call else 0.0
        if arguments is None:
            passed.append(one.script)
        elif wrong := run(one.script, arguments, None if asked.full else left):
            failed.append(wrong)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"\nAll: {usage.ru_utime + usage.ru_stime:.0f} s of CPU, {time.monotonic() - begun:.0f} s")
    if passed:
        print(f"Passed over, for the machine is busy: {', '.join(passed)}")
    if failed:
        sys.exit("\n" + "\n".join(failed))


if __name__ == "__main__":
    main()
