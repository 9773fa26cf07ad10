"""All that must hold, in stages: ``python -m tests.all [--stage NAME ...]``.

Without a stage all of them run in a copy of the tree as it is, committed or not, in an environment of its own, by the
very commands of the README. A stage that is named runs alone: ``lint``, ``tests`` and ``whole`` in this tree and with
this Python, ``readme`` and ``versions`` in a copy. Needs no root, and only the standard library.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
OF_A_TREE = shutil.ignore_patterns(".venv*", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache", "artefacts")
MISSING = re.compile(r"Debian package|not installed|extra dev")
"""What a skipped test says where something can be installed."""
EDGES = {"lowest": ("lowest-direct", ["3.11"]), "newest": ("highest", ["3.15", "3.14", "3.13", "3.12"])}
"""By the end of the declared versions: how packages are chosen, and which Pythons are tried, the first that is here."""


class StageError(Exception):
    """A stage failed, for the reason said."""


@dataclass(frozen=True)
class Work:
    """Where a stage works: a tree, the Python of its environment, and whether nothing may be missing on the machine."""

    tree: Path
    python: Path
    fresh: bool
    complete: bool

    def call(self, *command: str | Path, env: dict[str, str] | None = None) -> None:
        """Run a command in the tree."""
        print("$", *command, flush=True)
        done = subprocess.run([str(part) for part in command], cwd=self.tree, env=env or environment(), check=False)
        if done.returncode:
            raise StageError(f"{command[0]} ended with exit code {done.returncode}")

    def shell(self, command: str, env: dict[str, str] | None = None) -> None:
        """Run what a reader would type."""
        self.call("bash", "-euo", "pipefail", "-c", command, env=env)


def environment() -> dict[str, str]:
    """That of the caller; each of hundreds of processes may keep what it compiles."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def readme_commands(tree: Path) -> list[str]:
    """The two commands of the README."""
    section = (tree / "README.md").read_text("utf-8").partition("\n## Two commands\n")[2].partition("\n## ")[0]
    commands = [line for block in re.findall(r"^```sh\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
                for line in block.splitlines()]  # fmt: skip
    if len(commands) != 2:
        raise StageError("README.md must show exactly two commands, under Two commands")
    return commands


def readme(work: Work) -> None:
    """The first command of the README, and what it makes."""
    work.shell(readme_commands(work.tree)[0])
    work.call(work.python.parent / "zoneplan", "verify", "zoneplan-demo/runs/plan")
    if not (work.tree / "zoneplan-demo/runs/plan/map.html").stat().st_size:
        raise StageError("the map of the demo is empty")


def lint(work: Work) -> None:
    """Linters and types, of the map's scripts too."""
    if work.fresh:
        work.call(work.python, "-m", "pip", "install", "--quiet", ".[dev]")
    work.call(work.python, "-m", "ruff", "check", ".")
    work.call(work.python, "-m", "ruff", "format", "--check", ".")
    work.call(work.python, "-m", "mypy")
    if not shutil.which("npm"):
        if work.complete:
            raise StageError("npm (Debian package npm) is not installed")
        print("types of the map's scripts: left out, since npm (Debian package npm) is not installed")
        return
    if not (work.tree / "node_modules").exists():
        work.call("npm", "install", "--silent")
    work.call("npx", "tsc")


def tests(work: Work) -> None:
    """The tests that no change may break: the second command of the README."""
    command = readme_commands(work.tree)[1]
    with listed_skips(work) as env:
        if work.fresh:
            work.shell(command, env=env)
        else:
            work.call(work.python, "-m", "pytest", "-n", "2", env=env)


def whole(work: Work) -> None:
    """All other tests, but those of a night."""
    with listed_skips(work) as env:
        work.call(work.python, "-m", "pytest", "-n", str(os.cpu_count()), "-m", "whole", env=env)


@contextmanager
def listed_skips(work: Work) -> Iterator[dict[str, str]]:
    """An environment in which pytest keeps its results; then tell why tests were skipped."""
    with TemporaryDirectory() as folder:
        results = Path(folder) / "results.xml"
        options = f"{os.environ.get('PYTEST_ADDOPTS', '')} --junitxml={results}".strip()
        yield environment() | {"PYTEST_ADDOPTS": options}
        skipped = skip_reasons(results)
    for reason, count in sorted(skipped.items()):
        print(f"skipped: {count} tests, {reason}")
    missing = [reason for reason in skipped if MISSING.search(reason)]
    if missing and work.complete:
        raise StageError(f"tests were skipped for want of what should be here: {'; '.join(sorted(missing))}")


def skip_reasons(results: Path) -> Counter[str]:
    """Why tests were skipped, by what JUnit's XML says."""
    skipped = ET.parse(results).iter("skipped")
    return Counter(node.get("message", "") for node in skipped if node.get("type") == "pytest.skip")


def versions(work: Work) -> None:
    """The demo and the tests with the lowest and the newest versions declared, on a Python that is here."""
    if not work.python.exists():
        work.call(sys.executable, "-m", "venv", work.python.parent.parent)
    work.call(work.python, "-m", "pip", "install", "--quiet", "uv")
    for edge, (resolution, pythons) in EDGES.items():
        at_edge(work, edge, resolution, pythons)


def at_edge(work: Work, edge: str, resolution: str, pythons: list[str]) -> None:
    """The demo and the tests with the packages of one end, on the first Python that is here and takes them all."""
    uv, made = work.python.parent / "uv", work.tree / f".venv-{edge}"
    env = environment() | {"VIRTUAL_ENV": str(made)}
    for version in pythons:
        find = [str(uv), "python", "find", "--no-project", "--no-python-downloads", version]
        python = subprocess.run(find, cwd=work.tree, capture_output=True, text=True, check=False).stdout.strip()
        if not python:
            continue
        work.call(uv, "venv", "--quiet", "--no-project", "--clear", "--seed", "--python", python, made, env=env)
        try:
            work.call(uv, "pip", "install", "--quiet", "--resolution", resolution, ".[dev]", env=env)
        except StageError:
            continue
        print(f"::: {edge} declared versions, on Python {version}")
        work.call(made / "bin/zoneplan", "demo", f"demo-{edge}")
        work.call(made / "bin/python", "-m", "pytest", "-q", "-n", "2")
        return
    print(f"::: {edge} declared versions: left out, since no Python of {', '.join(pythons)} here takes all packages")


STAGES: dict[str, Callable[[Work], None]] = {
    "readme": readme, "lint": lint, "tests": tests, "whole": whole, "versions": versions,
}  # fmt: skip
IN_A_COPY = {"readme", "versions"}


def copy_tree(target: Path) -> None:
    """Copy the tree as it is: what git holds or would add, or a source distribution."""
    if not (ROOT / ".git").exists():
        shutil.copytree(ROOT, target, ignore=OF_A_TREE)
        return
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        if os.path.lexists(ROOT / name):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name, follow_symlinks=False)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.all",
        description=__doc__,
        epilog="\n".join(f"{name:9} {stage.__doc__}" for name, stage in STAGES.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stage", action="append", choices=STAGES, help="this one alone; may be given again")
    parser.add_argument("--complete", action="store_true", help="fail where a test is skipped for want of a program")
    call = parser.parse_args()
    chosen = list(call.stage or STAGES)
    with TemporaryDirectory(prefix="all-of-zoneplan-") as folder:
        copy = Path(folder) / "zoneplan"
        in_copy = Work(copy, copy / ".venv/bin/python", fresh=True, complete=call.complete)
        here = Work(ROOT, Path(sys.executable), fresh=False, complete=call.complete)
        if not call.stage or IN_A_COPY & set(chosen):
            copy_tree(copy)
        for name in chosen:
            work = in_copy if not call.stage or name in IN_A_COPY else here
            print(f"::: {name}: {STAGES[name].__doc__}", flush=True)
            begun = time.monotonic()
            try:
                STAGES[name](work)
            except StageError as error:
                print(f"::: {name} failed: {error}")
                return 1
            print(f"::: {name}: {time.monotonic() - begun:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
