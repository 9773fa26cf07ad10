"""The mutants of ``benchmarks/mutants.py``: what is changed, and that a move changes no draw."""

from __future__ import annotations

import ast
import importlib.util
import signal
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = b'''"""Rules."""

def \xe5\x90\x88(values, least):
    """Sum what is enough."""
    if not values or len(values) < 2:
        raise ValueError(f"{len(values) + 1} values")
    total = max(values[0] + 1, least) if least is None else sum(value * 2 for value in values if value >= least)
    rows = []
    rows.append(total)
    return rows, "a" + "b"


class Rule:
    def holds(self, share):
        return share == 0.5 and True
'''
SCRIPT = b"""export function shareOf(sum, all) {
  // a < b
  return all === 0 ? "a < b" : Math.max(sum / all, 0);
}
"""


@pytest.fixture(scope="module")
def mutants() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutants", ROOT / "benchmarks" / "mutants.py")
    assert spec
    assert spec.loader
    module = sys.modules["mutants"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_change_stands_where_its_sign_is(mutants: ModuleType) -> None:
    first, second = mutants.functions_of(Path("rules.py"), SOURCE)
    changed = [(change.operator, SOURCE[change.start : change.end].decode(), change.new) for change in first.changes]
    assert changed == [
        ("condition", "not values or len(values) < 2", "(not (not values or len(values) < 2))"),
        ("boolean", "or", "and"),
        ("negation", "not", ""),
        ("comparison", "<", "<="),
        ("constant", "2", "3"),
        ("condition", "least is None", "(not (least is None))"),
        ("comparison", "is", "is not"),
        ("call", "max", "min"),
        ("arithmetic", "+", "-"),
        ("constant", "0", "1"),
        ("constant", "1", "2"),
        ("arithmetic", "*", "/"),
        ("constant", "2", "3"),
        ("comparison", ">=", ">"),
        ("effect", "rows.append(total)", "pass"),
    ]
    assert [change.operator for change in second.changes] == ["boolean", "comparison", "constant", "constant"]
    for change in (*first.changes, *second.changes):
        mutant = mutants.Mutant("", "rules.py", 1, "", change)
        assert ast.dump(ast.parse(mutant.applied(SOURCE))) != ast.dump(ast.parse(SOURCE))


def test_scripts_are_changed_outside_their_texts(mutants: ModuleType) -> None:
    (function,) = mutants.functions_of_script(Path("rules.js"), SCRIPT)
    signs = {(change.operator, SCRIPT[change.start : change.end].decode()) for change in function.changes}
    assert signs == {("equality", "==="), ("arithmetic", "/"), ("call", "max"), ("constant", "0")}


def test_a_move_changes_no_draw_and_another_seed_does(
    mutants: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    many = "".join(f"def rule_{number}(x):\n    return x < {number} and x > 1\n" for number in range(40)).encode()
    drawn = {}
    for name, text, seed in (("a.py", many, 1), ("b.py", b"import os\n" + many, 1), ("c.py", many, 2)):
        (tmp_path / name).write_bytes(text)
        functions = list(mutants.functions_of(Path(name), text))
        drawn[name] = [mutant.id for mutant in mutants.draw(functions, 10, seed, set(mutants.OPERATORS))]
    assert drawn["a.py"] == drawn["b.py"]
    assert drawn["a.py"] != drawn["c.py"]
    assert len({name.partition(",")[0] for name in drawn["a.py"]}) == 10, "one of a function"


def test_the_table_counts_real_mutants(mutants: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = tmp_path / "equivalent.toml"
    listed.write_text('[[equivalent]]\nmutant = "c"\nreason = "alike"\n', "utf-8")
    monkeypatch.setattr(mutants, "EQUIVALENT", listed)
    change = mutants.Change("boolean", 0, 1, "and")
    every = [mutants.Mutant(name, "rules.py", 1, "or", change) for name in "abcd"]
    results = {"a": {"status": "killed", "test": "t"}, "b": {"status": "survived"}, "c": {"status": "survived"}}
    mutants.write_table(every, results, tmp_path / "table.md")
    last = (tmp_path / "table.md").read_text("utf-8").splitlines()[-2:]
    assert last[0] == "Python: 1 of 2 real mutants killed (50 %); 1 equivalent, 1 not tried"
    assert last[1].startswith("scripts: 0 of 0")
    listed.write_text('[[equivalent]]\nmutant = "c"\nreason = "alike"\n' * 11, "utf-8")
    with pytest.raises(SystemExit, match="at most 10"):
        mutants.equivalent_mutants()


def test_a_mutant_is_tried_and_taken_back(mutants: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a tree of one rule, whose command of the tests is a program that fails where the rule is another."""
    tree = tmp_path / "source"
    tree.mkdir()
    (tree / "rule.py").write_text("def rule(x):\n    return x and x\n", "utf-8")
    monkeypatch.setattr(mutants, "ROOT", tree)
    monkeypatch.setattr(mutants, "copy_tree", lambda copy: (copy.mkdir(parents=True), copy_into(tree, copy)))
    program = "import rule, sys; print('FAILED t.py::t'); sys.exit(rule.rule('') != '')"
    call = Namespace(tests=f'python -c "{program}"', near_seconds=1.0, only_near=False, timeout=60.0, seed=1)
    house = Namespace(select=lambda *_: Namespace(taken=()), arguments=list)
    runner = mutants.Runner(tmp_path / "copy", call, house, lambda _group: None)
    (function,) = mutants.functions_of(Path("rule.py"), (tree / "rule.py").read_bytes())
    (mutant,) = mutants.draw([function], 1, 1, {"boolean"})
    assert runner.outcome(mutant)["status"] == "survived", "'' or '' is '', too"
    other = mutants.Mutant("other", "rule.py", 2, "x and x", mutants.Change("effect", 24, 31, "1"))
    assert (runner.outcome(other)["status"], runner.outcome(other)["test"]) == ("killed", "t.py::t")
    assert (runner.tree / "rule.py").read_bytes() == (tree / "rule.py").read_bytes()


def test_a_kill_from_outside_leaves_no_folder_and_no_test_behind() -> None:
    """What is killed has a child that would run on; the output ends only when all have gone that write to it."""
    program = f"""
import os, signal, subprocess, sys
sys.path.insert(0, {str(ROOT / "benchmarks")!r})
from mutants import WorkFolder
with WorkFolder() as work:
    over = subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)
    work.note(over.pid)
    work.note(over.pid)
    program = "import signal; signal.alarm(50); signal.pause()"
    running = subprocess.Popen([sys.executable, "-c", program], start_new_session=True)
    work.note(running.pid)
    print(work.path, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGKILL, "")
    assert not Path(done.stdout.strip()).exists()


def copy_into(source: Path, target: Path) -> None:
    for path in source.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
