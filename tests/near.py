"""Run the tests nearest to a change: ``python -m tests.near [FILE ...]``, without files those that git calls changed.

Nearest are a changed test, the tests that stand under the same path and the examples in the docstrings of a changed
module; then what imports it, then what imports that, each in the order of what it takes. The times are those of
``tests/times.json``; a test that stands not there is taken to be short. They leave out what tests share, a browser or a
plan of a built-in study: so the clock has the last word, and no test begins once the seconds are over. What is left out
is named, with the reason.
"""

from __future__ import annotations

import argparse
import ast
import heapq
import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
TIMES = Path("tests/times.json")
PACKAGES = ("layers", "zoning", "maps", "zoneplan")
SECONDS = 60.0
STARTING_S, UNTIMED_S = 5.0, 0.25
"""What it takes to begin at all, and a test of which nobody has measured the time."""
UNTIL = "ZONEPLAN_NEAR_UNTIL"
"""The variable that says until when tests begin, in seconds of the clock."""
LATE = "left out, since the time is over (--seconds)"
COMMON = 20
"""So many files name one that has a common name."""
MODULE_NAME = re.compile(rf"(?:{'|'.join(PACKAGES)})(?:\.\w+)+")
SCRIPT_IMPORT = re.compile(r"""(?:from|import)\s*\(?["'](\.[^"']+)["']""")


class Near(NamedTuple):
    """A test or a file of tests: how many steps from the change, seconds, and what pytest calls it."""

    steps: int
    seconds: float
    name: str


class Selection(NamedTuple):
    """What is run, and what is left out."""

    taken: tuple[Near, ...]
    left_out: tuple[Near, ...]


class Source:
    """A module as it is imported and as it imports."""

    def __init__(self, path: Path, tree: ast.Module) -> None:
        self.path, self.tree = path, tree
        self.is_package = path.name == "__init__.py"
        self.is_test = path.parts[0] == "tests" and path.name.startswith("test_")

    @cached_property
    def imports(self) -> list[tuple[str, str | None]]:
        """Modules, each with the name that is taken of it, wherever that is said."""
        taken: list[tuple[str, str | None]] = []
        aliases: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                taken += [(node.module, alias.name) for alias in node.names]
            elif isinstance(node, ast.Import):
                taken += [(alias.name, None) for alias in node.names]
                aliases |= {alias.asname or alias.name: alias.name for alias in node.names}
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and MODULE_NAME.fullmatch(node.value):
                module, _, name = node.value.rpartition(".")
                taken.append((module, name))
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
                taken.append((aliases[node.value.id], node.attr))
        return taken

    @cached_property
    def exported(self) -> Mapping[str, tuple[str, str | None]]:
        """Of a package: the module of each name that it hands on, at once or when it is asked for."""
        handed = {name: (module, name) for module, name in self.imports if name}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
                for key, value in zip(node.value.keys, node.value.values, strict=True):
                    if all(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in (key, value)):
                        handed.setdefault(key.value, (value.value, key.value))
        return handed

    @cached_property
    def tests(self) -> list[str]:
        """The tests of a file as pytest calls them, without parameters."""
        names = []
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
                names.append(node.name)
            if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
                names += [f"{node.name}::{inner.name}" for inner in node.body if inner_test(inner)]
        return [f"{self.path}::{name}" for name in names]

    @cached_property
    def has_examples(self) -> bool:
        return any(
            ">>> " in (ast.get_docstring(node) or "")
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        )


def inner_test(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")


class House:
    """All modules, tests and scripts of a tree, and who imports whom."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        files = sorted(path for folder in (*PACKAGES, "tests") for path in (root / folder).rglob("*.py"))
        parts = [(path.relative_to(root), path.read_text("utf-8")) for path in files]
        self.texts = dict(parts)
        self.modules = {path: Source(path, ast.parse(text)) for path, text in parts if "data" not in path.parts}
        self.by_name = {dotted(path): path for path in self.modules}
        times = root / TIMES
        self.times: Mapping[str, float] = summed(json.loads(times.read_text("utf-8"))) if times.exists() else {}

    def defining(self, module: str, name: str | None) -> set[Path]:
        """The modules that a name of a module comes from: the module, and where its package has it from."""
        if name and (path := self.by_name.get(f"{module}.{name}")):
            return {path}
        path = self.by_name.get(module)
        if path is None:
            return set()
        source = self.modules[path]
        if name and source.is_package and name in source.exported and source.exported[name] != (module, name):
            return {path} | self.defining(*source.exported[name])
        return {path}

    @cached_property
    def importers(self) -> Mapping[Path, set[Path]]:
        """By module or script who reads it; what a package hands on, only whoever takes it."""
        readers: dict[Path, set[Path]] = defaultdict(set)
        for path, source in self.modules.items():
            for target in self.imported(source):
                readers[target].add(path)
        for folder in ("maps/web/src", "tests"):
            for script in sorted((self.root / folder).rglob("*.js")):
                for target in SCRIPT_IMPORT.findall(script.read_text("utf-8")):
                    imported = os.path.relpath((script.parent / target).resolve(), self.root.resolve())
                    readers[Path(imported)].add(script.relative_to(self.root))
        return readers

    def imported(self, source: Source) -> set[Path]:
        """What a module imports of the house, and the fixtures that pytest gives to a test."""
        taken = [
            (module, name) for module, name in source.imports if not (source.is_package and name in source.exported)
        ]
        imported = {path for module, name in taken for path in self.defining(module, name)}
        if source.is_test:
            imported |= {folder / "conftest.py" for folder in source.path.parents} & self.modules.keys()
        return imported - {source.path}

    def naming(self, path: Path) -> set[Path]:
        """Modules and tests in whose text a file is named that is no module; a script by its stem.

        Where many name it, the name is common, and it is the name of its folder that counts.
        """
        by_name = self.with_word(path.stem if path.suffix == ".js" and len(path.stem) > 4 else path.name)
        return by_name if len(by_name) <= COMMON else self.with_word(path.parent.name)

    def with_word(self, word: str) -> set[Path]:
        pattern = re.compile(rf"(?<![\w.]){re.escape(word)}(?!\w)")
        return {reader for reader in self.modules if pattern.search(self.texts[reader])}

    def mirrored(self, path: Path) -> tuple[list[Path], list[Path]]:
        """The tests that stand under the path of a file, and the others beside them."""
        folder = Path("tests") / path.parent if path.parts[0] in PACKAGES else path.parent
        while folder != Path("tests") and folder.parts and not (self.root / folder).is_dir():
            folder = folder.parent
        beside = [test for test, source in self.modules.items() if source.is_test and test.parent == folder]
        if folder == Path("tests"):
            beside = []
        exact = [test for test in beside if test.stem.startswith(f"test_{path.stem.removeprefix('_')}")]
        return exact, [test for test in beside if test not in exact]

    def steps(self, changed: Iterable[Path]) -> dict[Path, int]:
        """How far each file stands from a change that can be reached from it."""
        distance: dict[Path, int] = {}
        waiting = sorted((steps, path) for file in changed for path, steps in self.beginnings(file).items())
        while waiting:
            steps, path = heapq.heappop(waiting)
            if path in distance:
                continue
            distance[path] = steps
            if path not in self.modules or not self.modules[path].is_test:
                for reader in self.importers.get(path, ()):
                    heapq.heappush(waiting, (steps + 1, reader))
        return distance

    def beginnings(self, path: Path) -> dict[Path, int]:
        """Where to begin from a changed file: itself, tests of the same path, those beside them, and who names it."""
        exact, beside = self.mirrored(path)
        steps = dict.fromkeys(beside, 2)
        if path.suffix in {".js", ".css"} and path.parts[0] in PACKAGES:
            steps |= {test: 3 for test in self.modules if test.name.startswith("test_browser")}
        if path not in self.modules:
            steps |= dict.fromkeys(self.naming(path), 1)
        if path.suffix == ".md":
            steps[Path("tests/test_docs.py")] = 1
        return steps | dict.fromkeys([path, *exact], 0)

    def nearest(self, changed: Iterable[Path]) -> list[Near]:
        """Every test that a change can reach, the nearest first, of as many steps the quickest."""
        rows = []
        for path, steps in self.steps(changed).items():
            source = self.modules.get(path)
            if path.name.endswith(".test.js"):
                name = f"tests/maps/web/test_scripts.py::test_scripts_pass_their_own_tests[{path.name}]"
                rows.append(Near(steps, self.times.get(name, 1.0), name))
            elif source is not None and source.is_test:
                rows += [Near(steps, self.times.get(test, UNTIMED_S), test) for test in source.tests]
            elif source is not None and source.has_examples and path.parts[0] in PACKAGES:
                known = [seconds for name, seconds in self.times.items() if name.startswith(f"{path}::")]
                rows.append(Near(steps, sum(known) or 1.0, str(path)))
        return sorted(rows)

    def select(self, changed: Iterable[Path], seconds: float = SECONDS) -> Selection:
        """The nearest tests that fit into some seconds."""
        left, taken, left_out = seconds - STARTING_S, [], []
        for test in self.nearest(changed):
            fits = test.seconds <= left
            left -= test.seconds if fits else 0
            (taken if fits else left_out).append(test)
        return Selection(tuple(taken), tuple(left_out))

    def arguments(self, tests: Sequence[Near]) -> list[str]:
        """What pytest is called with, in this order: a file of which all tests are meant by its name alone."""
        names = {test.name for test in tests}
        whole = {
            test: str(source.path)
            for source in self.modules.values()
            if source.is_test and names.issuperset(source.tests)
            for test in source.tests
        }
        return list(dict.fromkeys(whole.get(test.name, test.name) for test in tests))


def dotted(path: Path) -> str:
    """The name by which a module is imported."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def summed(times: Mapping[str, float]) -> dict[str, float]:
    """Measured seconds by test, those of its parameters together; a script's own test alone, too."""
    sums: dict[str, float] = defaultdict(float)
    for name, seconds in times.items():
        sums[name.partition("[")[0]] += seconds
        if name.endswith(".test.js]"):
            sums[name] = seconds
    return sums


def changed_files(root: Path = ROOT) -> Iterator[Path]:
    """What git calls changed or new."""
    for command in (["diff", "--name-only", "HEAD"], ["ls-files", "--others", "--exclude-standard"]):
        done = subprocess.run(["git", *command], cwd=root, capture_output=True, text=True, check=True)
        yield from map(Path, done.stdout.splitlines())


def report(selection: Selection, seconds: float) -> None:
    """Say what is run, and what is left out and why."""
    taken, left_out = selection
    print(f"{len(taken)} of {len(taken) + len(left_out)} tests that the change can reach, about "
          f"{STARTING_S + sum(test.seconds for test in taken):.0f} s")  # fmt: skip
    if not left_out:
        return
    print(f"left out, since all would take more than {seconds:.0f} s (--seconds, or the command beside):")
    by_file: dict[str, list[Near]] = defaultdict(list)
    for test in left_out:
        by_file[test.name.partition("::")[0]].append(test)
    nearest = sorted(by_file, key=lambda name: min(by_file[name]))
    for name in nearest[:8]:
        tests = by_file[name]
        distance, total = min(test.steps for test in tests), sum(test.seconds for test in tests)
        print(f"  pytest {name}: {len(tests)} tests, {total:.0f} s, {distance} steps away")
    if nearest[8:]:
        print(f"  and {len(nearest) - 8} other files: pytest")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Of the pytest that runs the selection: begin no test once the time is over."""
    if time.time() > float(os.environ[UNTIL]):
        pytest.skip(LATE)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many were left out for that."""
    late = [row for row in terminalreporter.getreports("skipped") if LATE in str(row.longrepr)]
    if late:
        files = sorted({row.nodeid.partition("::")[0] for row in late})
        terminalreporter.write_line(f"{len(late)} tests {LATE}, of {', '.join(files[:4])}{' ...' * (len(files) > 4)}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.near", description=__doc__.partition("\n\n")[0])
    parser.add_argument("files", nargs="*", help="changed files; without any those that git calls changed")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="what it may take (default: %(default).0f)")
    parser.add_argument("--list", action="store_true", help="name the tests, run none")
    call, others = parser.parse_known_args()
    named = [Path(file).resolve() for file in call.files]
    for path in named:
        if not path.exists() or not path.is_relative_to(ROOT):
            parser.error(f"no file {path} in {ROOT}")
    changed = [path.relative_to(ROOT) for path in named] or sorted(changed_files())
    if not changed:
        print("nothing is changed: name files, or run pytest")
        return 0
    house = House()
    selection = house.select(changed, call.seconds)
    print("changed:", " ".join(str(PurePosixPath(path)) for path in changed))
    report(selection, call.seconds)
    if call.list:
        print("\n".join(test.name for test in selection.taken))
        return 0
    if not selection.taken:
        return 0
    arguments = house.arguments(selection.taken)
    print("pytest", shlex.join(arguments[:6]), "..." if len(arguments) > 6 else "", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.near", *others, *arguments]
    environment = os.environ | {UNTIL: str(time.time() + call.seconds)}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
