"""What it costs that a child process opens the files: ``reader="process"`` beside ``reader="inline"``.

    python benchmarks/readers.py [--rounds 5]

Each run is a process of its own, imports included; the two readers take turns. CPU is user and system time of the
process and of its child. The larger study needs files of ``$ZONEPLAN_SHARED``, and is left out, with a word, where
they are missing. It fails where the two readers do not give the same tables.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from whole_run import LARGE, copy_counties

import zoneplan as zp

READERS = ("inline", "process")
RUN = """
import hashlib, sys
import zoneplan as zp
plan = zp.run(zp.read_study(sys.argv[1]), reader=sys.argv[2])
tables = (plan.measures, plan.zones, plan.claims, plan.quotas, plan.policies, plan.ledger)
print(hashlib.sha256("".join(one.to_csv() for one in tables).encode()).hexdigest())
"""


def seconds(plan: Path, reader: str) -> tuple[float, str]:
    """CPU seconds of a run, and the digest of its tables."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    made = subprocess.run([sys.executable, "-c", RUN, str(plan), reader], check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, made.stdout.strip()


def main() -> None:
    """Weigh both studies."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        studies = {"us_mountain_west": zp.builtin_study("us_mountain_west")}
        if LARGE.is_dir():
            studies["us_counties"] = copy_counties(Path(folder) / "us_counties") / "plan.toml"
        else:
            print(f"{LARGE} is missing: the larger study is left out")
        print("| study | inline, CPU s | process, CPU s | more, s | more, % |\n|---|---|---|---|---|")
        for name, plan in studies.items():
            found = {reader: [] for reader in READERS}
            digests = set()
            for place in range(rounds):
                for reader in READERS[:: 1 if place % 2 else -1]:
                    spent, digest = seconds(plan, reader)
                    found[reader].append(spent)
                    digests.add(digest)
            if len(digests) > 1:
                sys.exit(f"{name}: the two readers give other tables")
            inline, process = (statistics.median(found[reader]) for reader in READERS)
            more = statistics.median(b - a for a, b in zip(found["inline"], found["process"], strict=True))
            print(f"| {name} | {inline:.2f} | {process:.2f} | {more:+.2f} | {100 * more / inline:+.0f} |", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
