"""Measure the processor time of tests and write ``times.json``: ``python -m tests.measure [tests/zoning ...]``.

Without a name all but the long ones, on a quiet machine. Time of a child process counts for the test that waited for
it. The first test that uses what a whole run shares would pay for all others, so fixtures of a session or module are
not counted.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.tiers import LEAST_SECONDS, TIMES

FOLDER = Path(__file__).resolve().parent
SHARED = ("session", "package", "module")


def processor_seconds() -> float:
    """What this process and its finished children have used, browsers apart: these are counted by the clock."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


class Meter:
    """A plugin of pytest that writes the seconds of each test to a file of its process."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / f"{os.getpid()}.jsonl"
        self.shared = 0.0
        """Seconds that fixtures took which other tests use as well."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        seconds, clock, self.shared = processor_seconds(), time.monotonic(), 0.0
        try:
            return (yield)
        finally:
            by_clock = item.get_closest_marker("browser") or item.get_closest_marker("postgis")
            used = time.monotonic() - clock if by_clock else processor_seconds() - seconds
            with self.file.open("a", encoding="utf-8") as out:
                out.write(json.dumps([item.nodeid, used - self.shared]) + "\n")

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef) -> Generator[None, object, object]:
        seconds, before = processor_seconds(), self.shared
        try:
            return (yield)
        finally:
            if fixturedef.scope in SHARED:
                self.shared = before + processor_seconds() - seconds


def pytest_configure(config: pytest.Config) -> None:
    """Count what each test takes."""
    config.pluginmanager.register(Meter(Path(os.environ["ZONEPLAN_METER"])))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Make first what tests share without a fixture."""
    from tests.conftest import SHIPPED, builtin_plan

    if hasattr(session.config, "workerinput") or not session.config.option.numprocesses:
        for name in SHIPPED:
            builtin_plan(name)


def main() -> int:
    """Run the tests and keep what they took; the exit code is that of pytest."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["-p", "tests.measure", "-m", "whole or not long", "-n", str(os.cpu_count()), *sys.argv[1:]]
        call = [sys.executable, "-m", "pytest", "-q", *options]
        environment = {**os.environ, "ZONEPLAN_METER": folder}
        done = subprocess.run(call, env=environment, cwd=FOLDER.parent, check=False)
        rows = [
            json.loads(line) for path in Path(folder).glob("*.jsonl") for line in path.read_text("utf-8").splitlines()
        ]
    measured = {test: round(used, 1) for test, used in rows}
    seconds = {**(TIMES if sys.argv[1:] else {}), **measured}
    seconds = {test: used for test, used in sorted(seconds.items()) if used > LEAST_SECONDS}
    (FOLDER / "times.json").write_text(json.dumps(seconds, indent=0, ensure_ascii=False) + "\n", "utf-8")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
