"""How many small faults the tests find: mutants of the rules, drawn by the names of functions.

    python benchmarks/mutants.py --list
    python benchmarks/mutants.py --results first.jsonl --tests "python -m pytest -n 2"
    python benchmarks/mutants.py --results whole.jsonl --survivors-of first.jsonl --tests "python -m pytest -m whole"

A mutant changes one thing of one function. Which functions are drawn follows from the seed and their qualified names,
not from their paths, and the change within one from what it says: so the same rules are met after they have moved. In a
copy of the tree each mutant runs the tests that ``tests.near`` finds nearest, then all of the command; the first that
fails kills it. Results are kept a line each, and a call with the same file goes on where it was left. Mutants that
change nothing that anybody can see stand in ``benchmarks/equivalent_mutants.toml``, with the reason.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import queue
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.all import copy_tree  # noqa: E402  (of this tree)
from tests.near import House  # noqa: E402  (of this tree)

EQUIVALENT = Path(__file__).with_name("equivalent_mutants.toml")
MOST_EQUIVALENT = 10
SCRIPTS = Path("maps/web/src")
COMPARISONS = {
    ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">"), ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="), ast.In: ("in", "not in"), ast.Is: ("is", "is not"),
}  # fmt: skip
ARITHMETIC = {ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "/"), ast.Div: ("/", "*")}
CALLS = {"min": "max", "any": "all", "idxmin": "idxmax", "floor": "ceil", "ffill": "bfill", "cumsum": "cumprod"}
CALLS |= {other: name for name, other in CALLS.items() if name != "cumsum"}
EFFECTS = {"append", "add", "update", "extend", "setdefault", "discard", "remove"}
SKIPPED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Raise, ast.Assert, ast.JoinedStr)
"""Functions are drawn by themselves; messages are nobody's rule, and parts of texts have no position of their own."""
IN_SCRIPTS = (
    ("comparison", r" (<=|>=|<|>) ", {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}),
    ("equality", r" (===|!==) ", {"===": "!==", "!==": "==="}),
    ("boolean", r" (&&|\|\|) ", {"&&": "||", "||": "&&"}),
    ("arithmetic", r" ([-+*/]) ", {"+": "-", "-": "+", "*": "/", "/": "*"}),
    ("call", r"Math\.(min|max|floor|ceil)\b", {"min": "max", "max": "min", "floor": "ceil", "ceil": "floor"}),
    ("constant", r"(?<![\w.])(true|false|0|1)(?![\w.])", {"true": "false", "false": "true", "0": "1", "1": "2"}),
)
SILENT_SCRIPT = re.compile(
    r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`""", re.DOTALL
)
OPERATORS = ("comparison", "equality", "boolean", "negation", "arithmetic", "constant", "condition", "call", "effect")
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
CLEARING = """
import contextlib, os, shutil, signal, sys

groups = set()
for line in sys.stdin:
    groups ^= {int(line)}
for group in groups:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
shutil.rmtree(sys.argv[1], ignore_errors=True)
"""


@dataclass(frozen=True)
class Change:
    """A part of a text and what takes its place, in bytes."""

    operator: str
    start: int
    end: int
    new: str


@dataclass(frozen=True)
class Mutant:
    """One change of one function."""

    id: str
    path: str
    line: int
    old: str
    change: Change

    def applied(self, text: bytes) -> bytes:
        return text[: self.change.start] + self.change.new.encode() + text[self.change.end :]


@dataclass(frozen=True)
class Function:
    """A function, what tells it apart from another of its name, and the changes that it offers."""

    name: str
    body: str
    path: str
    changes: tuple[Change, ...]


class Offers:
    """The changes that the body of one function offers."""

    def __init__(self, text: bytes) -> None:
        self.text, self.changes = text, []
        self.kinds = {
            ast.Compare: self.compare, ast.BoolOp: self.connect, ast.BinOp: self.compute, ast.UnaryOp: self.negate,
            ast.Constant: self.replace, ast.If: self.decide, ast.IfExp: self.decide, ast.Call: self.call,
            ast.Expr: self.leave_out,
        }  # fmt: skip
        self.lines = [0]
        for line in text.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))

    def offer(self, operator: str, start: int, end: int, new: str) -> None:
        self.changes.append(Change(operator, start, end, new))

    def start(self, node: ast.AST) -> int:
        return self.lines[node.lineno - 1] + node.col_offset

    def end(self, node: ast.AST) -> int:
        return self.lines[node.end_lineno - 1] + node.end_col_offset

    def between(self, operator: str, before: ast.AST, after: ast.AST, old: str, new: str) -> None:
        """Offer another sign where one stands between two parts."""
        start, end = self.end(before), self.start(after)
        pattern = rf"(?<!\w){old}(?!\w)" if old.isalpha() else re.escape(old)
        if sign := re.search(pattern.encode(), self.text[start:end]):
            self.offer(operator, start + sign.start(), start + sign.end(), new)

    def visit(self, node: ast.AST) -> None:
        """Offer what a part of the function offers, and all inside it but what is drawn by itself or no rule."""
        if isinstance(node, SKIPPED):
            return
        if type(node) in self.kinds:
            self.kinds[type(node)](node)
        parts = [node.value] if isinstance(node, ast.AnnAssign) else ast.iter_child_nodes(node)
        for part in filter(None, parts):
            self.visit(part)

    def compare(self, node: ast.Compare) -> None:
        parts = [node.left, *node.comparators]
        for before, sign, after in zip(parts, node.ops, parts[1:], strict=False):
            if type(sign) in COMPARISONS:
                self.between("comparison", before, after, *COMPARISONS[type(sign)])

    def connect(self, node: ast.BoolOp) -> None:
        signs = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for before, after in zip(node.values, node.values[1:], strict=False):
            self.between("boolean", before, after, *signs)

    def compute(self, node: ast.BinOp) -> None:
        is_text = any(isinstance(part, ast.JoinedStr) or isinstance(getattr(part, "value", None), str)
                      for part in (node.left, node.right))  # fmt: skip
        if type(node.op) in ARITHMETIC and not is_text:
            self.between("arithmetic", node.left, node.right, *ARITHMETIC[type(node.op)])

    def negate(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self.offer("negation", self.start(node), self.start(node) + len("not"), "")

    def replace(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self.offer("constant", self.start(node), self.end(node), str(not value))
        elif isinstance(value, int | float):
            self.offer("constant", self.start(node), self.end(node), repr(value + 1))

    def decide(self, node: ast.If | ast.IfExp) -> None:
        start, end = self.start(node.test), self.end(node.test)
        self.offer("condition", start, end, f"(not ({self.text[start:end].decode()}))")

    def call(self, node: ast.Call) -> None:
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in CALLS:
            end = self.end(node.func)
            self.offer("call", end - len(name), end, CALLS[name])

    def leave_out(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call) and getattr(node.value.func, "attr", "") in EFFECTS:
            self.offer("effect", self.start(node), self.end(node), "pass")


def functions_of(path: Path, text: bytes) -> Iterator[Function]:
    """The functions of a Python module."""

    def walk(node: ast.AST, above: str) -> Iterator[Function]:
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                offers = Offers(text)
                for statement in inner.body:
                    offers.visit(statement)
                name = f"{above}{inner.name}"
                yield Function(name, ast.dump(inner), str(path), tuple(offers.changes))
                yield from walk(inner, f"{name}.")
            else:
                yield from walk(inner, f"{above}{inner.name}." if isinstance(inner, ast.ClassDef) else above)

    yield from walk(ast.parse(text), "")


def functions_of_script(path: Path, text: bytes) -> Iterator[Function]:
    """The functions of a script of the map."""
    masked = SILENT_SCRIPT.sub(lambda part: re.sub(r"[^\n]", " ", part[0]), text.decode("latin-1"))
    for head in re.finditer(r"^(?:export )?(?:async )?function (\w+)\(", masked, re.MULTILINE):
        end = masked.find("\n}", head.end())
        changes = [
            Change(operator, sign.start(1), sign.end(1), signs[sign[1]])
            for operator, pattern, signs in IN_SCRIPTS
            for sign in re.compile(pattern).finditer(masked, head.end(), end)
        ]
        yield Function(f"{head[1]}()", text[head.start() : end].decode(), str(path), tuple(changes))


def rank(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def draw(functions: list[Function], count: int, seed: int, operators: set[str]) -> list[Mutant]:
    """One mutant of each of so many functions."""
    mutants: list[Mutant] = []
    drawn: dict[str, int] = defaultdict(int)
    for function in sorted(functions, key=lambda one: (rank(seed, one.name), rank(one.body))):
        offered = [change for change in function.changes if change.operator in operators]
        if not offered or len(mutants) == count:
            continue
        kinds = sorted({change.operator for change in offered}, key=lambda kind: rank(seed, function.name, kind))
        sites = [change for change in offered if change.operator == kinds[0]]
        site = min(range(len(sites)), key=lambda number: rank(seed, function.name, kinds[0], number))
        text = (ROOT / function.path).read_bytes()
        change = sites[site]
        drawn[function.name] += 1
        number = f" #{drawn[function.name]}" if drawn[function.name] > 1 else ""
        name = f"{function.name}{number}, {change.operator} {site + 1} of {len(sites)}"
        old = text[change.start : change.end].decode()
        mutant = Mutant(name, function.path, text.count(b"\n", 0, change.start) + 1, old, change)
        if function.path.endswith(".py"):
            ast.parse(mutant.applied(text))
        mutants.append(mutant)
    return mutants


def drawn_mutants(call: argparse.Namespace) -> list[Mutant]:
    operators = set(call.operators)
    python = sorted(path.relative_to(ROOT) for name in call.modules for path in (ROOT / name).rglob("*.py"))
    scripts = sorted(path.relative_to(ROOT) for path in (ROOT / SCRIPTS).rglob("*.js"))
    readers: list[tuple[list[Path], Callable[[Path, bytes], Iterator[Function]], int]] = [
        (python, functions_of, call.python), (scripts, functions_of_script, call.scripts),
    ]  # fmt: skip
    return [
        mutant
        for paths, read, count in readers
        for mutant in draw([one for path in paths for one in read(path, (ROOT / path).read_bytes())],
                           count, call.seed, operators)
    ]  # fmt: skip


class WorkFolder:
    """A folder for copies of the tree, which is cleared, and whose tests are ended, however this process ends.

    A process beside it reads which groups of processes begin and end; when nobody is left who writes, it clears up.
    """

    def __enter__(self) -> Self:
        self.path = Path(mkdtemp(prefix="zoneplan-mutants-"))
        command = [sys.executable, "-c", CLEARING, str(self.path)]
        self.clearing = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True)
        return self

    def note(self, group: int) -> None:
        """Note that a group of processes has begun, or that it has ended."""
        self.clearing.stdin.write(f"{group}\n")
        self.clearing.stdin.flush()

    def __exit__(self, *_: object) -> None:
        self.clearing.communicate()


class Runner:
    """A copy of the tree in which mutants are tried one after the other."""

    def __init__(self, folder: Path, call: argparse.Namespace, house: House, note: Callable[[int], None]) -> None:
        self.tree, self.call, self.house, self.note = folder / "tree", call, house, note
        copy_tree(self.tree)
        if (ROOT / "node_modules").exists():
            (self.tree / "node_modules").symlink_to(ROOT / "node_modules")
        self.tried = 0

    def outcome(self, mutant: Mutant) -> dict[str, object]:
        """Which test kills a mutant, and whether it is one of the nearest."""
        path = self.tree / mutant.path
        text, changed_ns = path.read_bytes(), path.stat().st_mtime_ns
        self.tried += 1
        begun = time.monotonic()
        path.write_bytes(mutant.applied(text))
        other_ns = changed_ns + self.tried * 10**9  # else Python takes what it has compiled of another of this size
        os.utime(path, ns=(other_ns, other_ns))
        try:
            near = self.house.select([Path(mutant.path)], self.call.near_seconds).taken
            killed = self.tests(self.house.arguments(near)) if near else None
            by = "near" if killed else "all"
            killed = killed or (None if self.call.only_near else self.tests([]))
        finally:
            path.write_bytes(text)
            os.utime(path, ns=(changed_ns, changed_ns))
        seconds = round(time.monotonic() - begun)
        return {"status": "killed" if killed else "survived", "by": by if killed else "", "test": killed or "",
                "seconds": seconds}  # fmt: skip

    def tests(self, names: list[str]) -> str | None:
        """The first test that fails, or what else went wrong; None where all pass."""
        command = [*shlex.split(self.call.tests), "-x", "-q", "-rfE", f"--hypothesis-seed={self.call.seed}", *names]
        command = [sys.executable if part in {"python", "python3"} else part for part in command]
        environment = {**os.environ, "PYTHONPATH": str(self.tree)}
        running = subprocess.Popen(
            command, cwd=self.tree, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip
        self.note(running.pid)
        try:
            said, _ = running.communicate(timeout=self.call.timeout)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.communicate()
            return f"no end after {self.call.timeout} s"
        finally:
            self.note(running.pid)
        if running.returncode in {0, 5}:  # all pass, or none of these is of the tests that are meant
            return None
        if running.returncode == 4:
            raise SystemExit(f"pytest refuses its call: {shlex.join(command[:12])}\n{said[-2000:]}")
        failed = FAILED.search(said)
        return failed[1] if failed else f"pytest ends with {running.returncode}"


def equivalent_mutants() -> dict[str, str]:
    """The reasons why some mutants change nothing, by what they are called."""
    listed = tomllib.loads(EQUIVALENT.read_text("utf-8")).get("equivalent", [])
    if len(listed) > MOST_EQUIVALENT:
        raise SystemExit(f"{EQUIVALENT.name} lists {len(listed)} mutants; at most {MOST_EQUIVALENT}")
    return {entry["mutant"]: entry["reason"] for entry in listed}


def read_results(path: Path | None) -> dict[str, dict[str, object]]:
    if path is None or not path.exists():
        return {}
    return {row["id"]: row for row in map(json.loads, path.read_text("utf-8").splitlines())}


def try_all(mutants: list[Mutant], call: argparse.Namespace) -> None:
    """Try mutants in several copies at once, and keep each result as soon as it is there."""
    waiting: queue.SimpleQueue[Mutant] = queue.SimpleQueue()
    for mutant in mutants:
        waiting.put(mutant)
    lock, house, failures = threading.Lock(), House(), []
    _ = house.importers  # once, before there are threads

    def work(folder: Path) -> None:
        try:
            runner = Runner(folder, call, house, work_folder.note)
            while not failures:
                mutant = waiting.get_nowait()
                row = {**asdict(mutant), **runner.outcome(mutant)}
                with lock, call.results.open("a", encoding="utf-8") as file:
                    file.write(f"{json.dumps(row)}\n")
                print(f"{row['status']:9} {row['seconds']:>5} s  {mutant.id}  {row['test']}", flush=True)
        except queue.Empty:
            return
        except BaseException as error:  # noqa: BLE001  (told by the main thread)
            failures.append(error)

    with WorkFolder() as work_folder:
        workers = [threading.Thread(target=work, args=[work_folder.path / str(job)]) for job in range(call.jobs)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    if failures:
        raise failures[0]


def baseline(call: argparse.Namespace) -> None:
    """Refuse to begin where tests fail without any mutant."""
    with WorkFolder() as work_folder:
        if failed := Runner(work_folder.path, call, House(), work_folder.note).tests([]):
            raise SystemExit(f"without a mutant a test fails, too: {failed}")


def write_table(mutants: list[Mutant], results: dict[str, dict[str, object]], path: Path) -> None:
    """Every mutant and what came of it, then how many of the real ones were killed."""
    reasons = equivalent_mutants()
    lines = ["| mutant | where | was | is | outcome | test or reason |", "|---|---|---|---|---|---|"]
    counts: dict[str, int] = defaultdict(int)
    for mutant in mutants:
        row = results.get(mutant.id, {})
        outcome = str(row.get("status", "not tried"))
        if mutant.id in reasons and outcome != "killed":
            outcome = "equivalent"
        kind = "scripts" if mutant.path.endswith(".js") else "Python"
        counts[f"{kind} {outcome}"] += 1
        texts = (mutant.id, f"{mutant.path}:{mutant.line}", f"`{mutant.old}`", f"`{mutant.change.new}`", outcome,
                 reasons.get(mutant.id, str(row.get("test", ""))))  # fmt: skip
        lines.append("| " + " | ".join(re.sub(r"\s+", " ", text).replace("|", "\\|") for text in texts) + " |")
    lines.append("")
    for kind in ("Python", "scripts"):
        killed, survived = counts[f"{kind} killed"], counts[f"{kind} survived"]
        share = f"{100 * killed / (killed + survived):.0f} %" if killed + survived else "none tried"
        rest = f"{counts[f'{kind} equivalent']} equivalent, {counts[f'{kind} not tried']} not tried"
        lines.append(f"{kind}: {killed} of {killed + survived} real mutants killed ({share}); {rest}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines[-2:]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--python", type=int, default=120, help="mutants of Python (default: %(default)s)")
    parser.add_argument("--scripts", type=int, default=18, help="and of the map's scripts (default: %(default)s)")
    parser.add_argument("--operators", nargs="+", choices=OPERATORS, default=list(OPERATORS))
    parser.add_argument("--modules", nargs="+", default=["layers", "zoning", "maps"], help="folders to draw from")
    parser.add_argument("--tests", default="python -m pytest", help="the command of the tests (default: %(default)s)")
    parser.add_argument("--near-seconds", type=float, default=60.0, help="what the nearest tests may take")
    parser.add_argument("--only-near", action="store_true", help="run the nearest tests alone")
    parser.add_argument("--timeout", type=float, default=1800.0, help="seconds after which tests count as failed")
    parser.add_argument("--results", type=Path, default=Path("mutants.jsonl"), help="where results are kept")
    parser.add_argument("--survivors-of", type=Path, help="try those alone that survived in other results")
    parser.add_argument("--jobs", type=int, default=1, help="copies of the tree at once")
    parser.add_argument("--no-baseline", action="store_true", help="do not run the tests without a mutant first")
    parser.add_argument("--first", type=int, help="try so many and stop")
    parser.add_argument("--list", action="store_true", help="name the mutants, try none")
    call = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # no result of a test that was interrupted; the work folder is cleared
    mutants = drawn_mutants(call)
    if call.list:
        for mutant in mutants:
            print(f"{mutant.path}:{mutant.line}: {mutant.id}: {mutant.old!r} to {mutant.change.new!r}")
        return
    before = read_results(call.survivors_of)
    done = {id_: row for id_, row in before.items() if row["status"] == "killed"} | read_results(call.results)
    left = [mutant for mutant in mutants if mutant.id not in done and mutant.id not in equivalent_mutants()]
    if left and not (call.no_baseline or call.only_near or call.results.exists()):
        baseline(call)
    try_all(left[: call.first], call)
    results = {id_: row for id_, row in before.items() if row["status"] == "killed"} | read_results(call.results)
    write_table(mutants, results, call.results.with_suffix(".md"))


if __name__ == "__main__":
    main()
