"""Every output by one routine: killed at any step, on a full disk, by way of links, four at once.

Afterwards the place is free, or holds the older or the newer output whole, and after the next start nothing else lies
beside it. A module that writes, or a command, that stands in no list here fails.
"""

from __future__ import annotations

import ast
import itertools
import json
import multiprocessing
import os
import random
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pandas as pd
import pytest
import xarray as xr

from layers.errors import BusyError, WriteError
from layers.formats import digest
from layers.outputs import NEW, csv_table, files_in, staged, write_text
from layers.read.reading_step import read_inputs
from layers.sandbox import can_fork
from maps.drafts import write_first_rulebook, write_pins, write_plan, write_study
from maps.exports import write_geodatabase, write_geopackage, write_geoparquet, write_workbook
from maps.runs import write_run
from maps.runs.comparison_folder import replace_own
from maps.telling.reports import pdf_file
from maps.telling.reports.pdf_file import write_pdf
from maps.telling.reports.report_page import write_report
from maps.telling.reports.unit_dossier import write_dossier
from maps.web import draw
from zoneplan.cli.commands import app
from zoning.indices import raster_index
from zoning.study import read_study

ROOT = Path(__file__).resolve().parent.parent
FORK = multiprocessing.get_context("fork")
LANGUAGES = ("zh", "en")
KILLS = 3
"""Of each output in the usual tests, spread over its steps; the long ones take every step."""
pytestmark = [
    pytest.mark.skipif(not can_fork(), reason="this system copies no process safely"),
]


class Case(NamedTuple):
    """An output: where it stands, and what writes it, in an older and a newer edition."""

    name: str
    write: Callable[[SimpleNamespace, Path, int], object]
    replaces: bool = True
    is_large: bool = False


def _raster(_world: SimpleNamespace, target: Path, edition: int) -> None:
    place = {"dims": ("y", "x"), "coords": {"y": [50, 0], "x": [0, 50]}, "attrs": {"crs": "EPSG:3035"}}
    layers = {"a": xr.DataArray([[10.0, 20], [30, 40]], **place), "b": xr.DataArray([[5.0, 25], [5, 5]], **place)}
    raster_index(layers, target, cost=["a"] if edition else [])


def _table(_world: SimpleNamespace, target: Path, edition: int) -> None:
    write_text(target, f"\ufeffcode,item\n{edition},x\n", csv_table(["code", "item"]))


def _tables(_world: SimpleNamespace, target: Path, edition: int) -> None:
    replace_own(target, "zoneplan comparison", {"moved": pd.DataFrame({"a": [edition]})}, lambda _stage: None)


def _pins(target: Path) -> None:
    study = read_study(target)
    write_pins(study, read_inputs(study))


CASES = {
    "geopackage": Case("plan.gpkg", lambda world, target, e: write_geopackage(world.plan, target, LANGUAGES[e])),
    "geodatabase": Case("plan.gdb", lambda world, target, e: write_geodatabase(world.plan, target, LANGUAGES[e])),
    "workbook": Case("plan.xlsx", lambda world, target, e: write_workbook(world.plan, target, LANGUAGES[e])),
    "geoparquet": Case("x.parquet", lambda world, target, e: write_geoparquet(world.plan.units[: 5 + e], target)),
    "raster": Case("fit.tif", _raster),
    "report": Case("r.html", lambda world, target, e: write_report(world.plan, target, LANGUAGES[e]), is_large=True),
    "dossier": Case("a1.html", lambda world, target, e: write_dossier(world.plan, "a1", target, LANGUAGES[e])),
    "pdf": Case("report.pdf", lambda _world, target, e: write_pdf(f"<p>{e}", target)),
    "map": Case("m.html", lambda world, target, e: draw(world.plan, LANGUAGES[e]).save(target), is_large=True),
    "run": Case("run", lambda world, target, e: write_run(world.plan, target, flat=bool(e)), is_large=True),
    "tables": Case("compared", _tables),
    "table": Case("list.csv", _table),
    "try": Case("try.toml", lambda _world, target, _e: write_text(target, "[try]\n", NEW), replaces=False),
    "study": Case("mine", lambda _world, target, _e: write_study("us_mountain_west", target), replaces=False),
    "rulebook": Case("rules", lambda _world, target, _e: write_first_rulebook(target), replaces=False),
    "plan": Case(
        "first", lambda world, target, _e: write_plan(target, f"{world.study}/toy.gpkg:units"), replaces=False
    ),
}
"""Each of what zoneplan writes."""
USUAL = [pytest.param(name, marks=[pytest.mark.long] if case.is_large else []) for name, case in CASES.items()]
WRITERS = {
    "zoneplan.cli.make": {"table"},
    "maps.exports.file_geodatabase": {"geodatabase"},
    "maps.exports.geopackage": {"geopackage", "geoparquet"},
    "maps.exports.workbook": {"workbook"},
    "maps.drafts.first_plan": {"study", "plan"},  # pins, with a test of their own, write over a file of the user
    "maps.drafts.first_rulebook": {"rulebook"},
    "maps.web.offline_page": {"map"},
    "maps.telling.reports.comparison_page": {"report"},
    "maps.telling.reports.firmness_page": {"report"},
    "maps.telling.reports.pdf_file": {"pdf"},
    "maps.telling.reports.report_page": {"report"},
    "maps.telling.reports.unit_dossier": {"dossier"},
    "maps.runs.run_writer": {"run"},
    "maps.runs.comparison_folder": {"tables"},
    "maps.serve.plan_server": {"try"},
    "zoning.indices.rasters.grids": {"raster"},
}
"""The modules that ask for a stage, and the cases that stand for what they write."""
COMMANDS = {
    "run": "run {study}/plan.toml --no-cache --out {out}",
    "demo": "demo {out}",
    "init": "init {out} --units {study}/toy.gpkg:units",
    "new-rulebook": "new-rulebook {out}",
    "industries": "industries {list} --out {out}.csv --force",
    "check": "check {study}/plan.toml --pin",
    "explain": "explain {run} a1 --html {out}.html --force",
    "report": "report {run} --out {out}.html --force",
    "export": "export {run} {out}.gpkg --force",
    "compare": "compare {run} {study}/plan.toml --out {out}",
    "consensus": "consensus {study}/plan.toml {study}/other.toml --out {out}",
    "robustness": "robustness {study}/plan.toml --within fragile_min=0.4:0.6 --draws 5 --out {out}",
}
"""The commands that write, each with a call."""
READERS = {"at", "verify", "curve", "weights", "seek", "calibrate", "schema", "cache", "doctor", "estimate", "serve"}
"""Commands that write nothing but the cache; ``serve`` where a page asks it to, which is the case ``try``."""
RAW = {
    "write_text", "write_bytes", "unlink", "mkdir", "rmdir", "rmtree", "copyfile", "copytree", "copy2", "mkstemp",
    "mkdtemp", "to_file", "to_parquet", "to_csv", "symlink_to", "touch",
}  # fmt: skip
"""Calls that change the disk."""
INSIDE = {
    "layers.outputs": "the routine",
    "layers.read.memory": "temporary files",
    "layers.databases.extracts": "temporary files",
    "layers.raster.coarse_heights": "the stage of a run",
    "layers.formats.archived": "temporary files of the reading child",
    "zoning.overlays.planar_partition": "temporary files",
    "maps.runs.run_cache": "the cache, which nobody's work hangs on",
    "maps.runs.manifest": "the stage of a run",
    "maps.runs.run_files": "the stage of a run",
    "maps.runs.trace_file": "the stage of a run",
    "maps.exports.qgis_project": "the stage of a run",
    "maps.drafts.first_rulebook": "the stage of a plan",
}
"""Modules that change the disk in another way, and where."""


@pytest.fixture(scope="module")
def world(toy_run, copy_toy, tmp_path_factory) -> SimpleNamespace:
    return SimpleNamespace(plan=toy_run, study=copy_toy(tmp_path_factory.mktemp("study") / "toy"))


@pytest.fixture(autouse=True)
def printer(monkeypatch) -> None:
    """A printer of PDF that takes no time."""
    monkeypatch.setattr(pdf_file, "find_browser", lambda: "chromium")
    monkeypatch.setattr(
        pdf_file, "_print_by_browser", lambda _browser, page, printed: printed.write_bytes(page.read_bytes())
    )


def state(path: Path) -> object:
    """What stands at a place: nothing, or all of it."""
    if not path.is_dir():
        return digest(path) if path.exists() else None
    return {name: digest(path / name) for name in files_in(path)}


def in_a_copy(work: Callable[[], object]) -> int:
    """The exit code of a step in a copy of this process; minus the signal that ended it."""

    answer = FORK.SimpleQueue()

    def call() -> None:
        code = 0
        try:
            work()
        except (WriteError, BusyError) as error:
            code = error.exit_code
        except BaseException:  # noqa: BLE001
            answer.put(traceback.format_exc())
            code = 70
        os._exit(code)

    child = FORK.Process(target=call)
    child.start()
    child.join()
    assert answer.empty(), answer.get()
    return child.exitcode


def steps_of(work: Callable[[], object], folder: Path, last: int) -> Callable[[], int]:
    """Do a work, and be killed before the given step on the disk below a folder."""
    count = itertools.count()

    def step(event: str, arguments: tuple[object, ...]) -> None:
        changes = event in {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link"}
        if (changes and any(str(folder) in str(one) for one in arguments)) or event == "ctypes.dlopen":
            strike()

    def strike() -> None:
        if next(count) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def run() -> int:
        flush = os.fsync

        def flushed(handle: int) -> None:
            strike()
            flush(handle)

        os.fsync = flushed
        sys.addaudithook(step)
        work()
        return next(count)

    return run


def count_steps(work: Callable[[], object], folder: Path) -> int:
    answer = FORK.SimpleQueue()
    assert in_a_copy(lambda: answer.put(steps_of(work, folder, -1)())) == 0
    return answer.get()


def beside(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir() if path != target)


def kill_at(case: Case, world: SimpleNamespace, folder: Path, kills: Callable[[int], Iterator[int]]) -> None:
    expected = folder / "expected" / case.name
    expected.parent.mkdir()
    if case.replaces:
        case.write(world, expected, 0)
    older = state(expected)
    counted = folder / "counted" / case.name
    counted.parent.mkdir()
    steps = count_steps(lambda: case.write(world, counted, 1), counted.parent)
    newer = state(counted)
    assert steps > 3
    for step in kills(steps):
        target = folder / f"killed-{step}" / case.name
        target.parent.mkdir()
        if case.replaces and step % 3:
            case.write(world, target, 0)
        before = state(target)
        code = in_a_copy(steps_of(partial(case.write, world, target, 1), target.parent, step))
        assert code in {-signal.SIGKILL, 0}, (step, code)
        assert state(target) in (before, newer), step
        assert before in (None, older)
        if case.replaces or state(target) is None:
            case.write(world, target, 1)
        else:
            write_text(target.parent / "next", "", NEW)
            (target.parent / "next").unlink()
        assert state(target) == newer
        assert beside(target) == [], step


def some(steps: int) -> Iterator[int]:
    """A few steps, the last ones among them: there the output gets into its place."""
    yield from sorted({steps * one // KILLS for one in range(KILLS)} | {steps - 1, steps - 2})


@pytest.mark.parametrize("name", USUAL)
def test_killed_at_some_steps_an_output_is_whole_or_as_before(name: str, world, tmp_path: Path) -> None:
    kill_at(CASES[name], world, tmp_path, some)


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_killed_at_any_step_an_output_is_whole_or_as_before(name: str, world, tmp_path: Path) -> None:
    kill_at(CASES[name], world, tmp_path, lambda steps: iter(range(steps)))


@pytest.mark.parametrize("name", USUAL)
def test_a_full_disk_leaves_what_was_there(name: str, world, tmp_path: Path) -> None:
    case, target = CASES[name], tmp_path / "place" / CASES[name].name
    target.parent.mkdir()
    if case.replaces:
        case.write(world, target, 0)
    before = state(target)

    def write(size: int) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        case.write(world, target, 1)

    whole = tmp_path / target.name
    case.write(world, whole, 1)
    largest = max(path.stat().st_size for path in [whole, *whole.rglob("*")] if path.is_file())
    for size in {0, largest // 2, largest - 1}:
        assert in_a_copy(lambda size=size: write(size)) == WriteError.exit_code, size
        assert state(target) == before
        assert beside(target) == []


@pytest.mark.parametrize("name", USUAL)
def test_nobody_elses_file_is_replaced_and_no_link_is_followed(name: str, world, tmp_path: Path) -> None:
    case, target = CASES[name], tmp_path / "place" / CASES[name].name
    target.parent.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("mine")
    inside = tmp_path / "folder"
    inside.mkdir()
    (inside / "mine.txt").write_text("mine")
    lock = target.with_name(f".{target.name}.zoneplan-lock")
    for where, to in ((target, victim), (target, tmp_path / "free"), (lock, victim), (lock, tmp_path / "free")):
        where.symlink_to(to)
        with pytest.raises(WriteError):
            case.write(world, target, 1)
        assert where.is_symlink()
        where.unlink()
        assert (state(target), beside(target)) == (None, [])
    for stranger in (victim, inside):
        if stranger.is_dir() and not case.replaces:
            continue  # new files get into a folder that is there, or are refused by what it holds
        stranger.rename(target)
        held = state(target)
        with pytest.raises(WriteError):
            case.write(world, target, 1)
        assert (state(target), beside(target)) == (held, [])
        target.rename(stranger)
    assert victim.read_text() == "mine"
    assert not (tmp_path / "free").exists()


@pytest.mark.parametrize("name", USUAL)
def test_of_four_at_once_one_writes_and_nothing_else_is_left(name: str, world, tmp_path: Path) -> None:
    case, target = CASES[name], tmp_path / "place" / CASES[name].name
    target.parent.mkdir()
    case.write(world, tmp_path / CASES[name].name, 1)
    if case.replaces:
        case.write(world, target, 0)
    barrier = FORK.Barrier(4, timeout=60)

    def write() -> None:
        barrier.wait()
        try:
            case.write(world, target, 1)
        except (BusyError, WriteError) as error:
            os._exit(error.exit_code)
        os._exit(0)

    rivals = [FORK.Process(target=write) for _ in range(4)]
    for one in rivals:
        one.start()
    for one in rivals:
        one.join()
    codes = {one.exitcode for one in rivals}
    assert 0 in codes
    assert codes <= {0, BusyError.exit_code, *(() if case.replaces else (WriteError.exit_code,))}
    assert state(target) == state(tmp_path / CASES[name].name)
    assert beside(target) == []


def test_pins_killed_at_any_step_leave_the_plan_as_it_was_or_pinned(copy_toy, tmp_path: Path) -> None:
    counted = copy_toy(tmp_path / "counted") / "plan.toml"
    before = counted.read_bytes()
    steps = count_steps(partial(_pins, counted), counted.parent)
    pinned = counted.read_bytes()
    assert pinned != before
    for step in some(steps):
        folder = copy_toy(tmp_path / f"killed-{step}")
        names = sorted(folder.iterdir())
        code = in_a_copy(steps_of(lambda folder=folder: _pins(folder / "plan.toml"), folder, step))
        assert code == -signal.SIGKILL
        assert (folder / "plan.toml").read_bytes() in (before, pinned)
        _pins(folder / "plan.toml")
        assert (folder / "plan.toml").read_bytes() == pinned
        assert sorted(folder.iterdir()) == names


@pytest.mark.parametrize("name", ["plan", "study"])
def test_a_folder_that_is_there_gets_all_new_files_or_none(name: str, world, tmp_path: Path) -> None:
    counted = tmp_path / "counted" / "mine"
    counted.mkdir(parents=True)
    steps = count_steps(lambda: CASES[name].write(world, counted, 1), counted)
    whole = state(counted)
    for step in sorted({*some(steps), *range(steps - len(whole) - 4, steps)}):
        folder = tmp_path / f"killed-{step}" / "mine"
        folder.mkdir(parents=True)
        (folder / "mine.txt").write_text("mine")
        in_a_copy(steps_of(partial(CASES[name].write, world, folder, 1), folder, step))
        write_text(folder / "next", "", NEW)
        (folder / "next").unlink()
        mine = {"mine.txt": digest(folder / "mine.txt")}
        assert state(folder) in (mine, whole | mine), step


def test_a_source_of_the_plan_is_never_replaced(world, tmp_path: Path) -> None:
    ours = tmp_path / "ours.gpkg"
    write_geopackage(world.plan, ours)
    study = world.plan.study
    source = study.folder / "toy.gpkg"
    before = source.read_bytes()
    source.write_bytes(ours.read_bytes())  # it bears the mark
    try:
        with pytest.raises(WriteError, match="is a source of what would be written"):
            write_geopackage(world.plan, source)
    finally:
        source.write_bytes(before)


def test_inside_a_run_nothing_is_written(world, toy_result: Path) -> None:
    before = state(toy_result)
    for name in ("report.html", "more.html"):
        with pytest.raises(WriteError, match="lies inside the run"):
            write_dossier(world.plan, "a1", toy_result / name)
    assert state(toy_result) == before


def test_a_stage_is_this_users_alone_and_has_a_name_that_nobody_can_guess(tmp_path: Path) -> None:
    names = set()
    for _ in range(2):
        with staged(tmp_path / "x.toml", NEW._replace(strangers=lambda _path: [])) as stage:
            stage.write_text("x")
            names.add(stage.parent.name)
            assert stage.parent.stat().st_mode & 0o777 == 0o700
    assert len(names) == 2


# The lists above are whole.


@cache
def modules() -> dict[str, ast.Module]:
    paths = (path for package in ("layers", "zoning", "maps", "zoneplan") for path in (ROOT / package).rglob("*.py"))
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in paths}
    return {name: ast.parse(path.read_text("utf-8")) for name, path in names.items()}


def asks_for_a_stage(tree: ast.Module) -> bool:
    taken = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "layers.outputs")
    return any(alias.name in {"staged", "staged_in", "write_text"} for node in taken for alias in node.names)


def changes_the_disk(call: ast.Call) -> bool:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    modes = {str(one.value) for one in call.args if isinstance(one, ast.Constant)}
    return name in RAW or (name == "open" and bool(modes & {"w", "x", "a", "wb", "xb", "ab", "r+b", "w+b"}))


def test_each_module_that_writes_has_a_case_and_nothing_else_changes_the_disk() -> None:
    assert {module for module, tree in modules().items() if asks_for_a_stage(tree)} == set(WRITERS)
    assert set().union(*WRITERS.values()) == set(CASES)
    wrong = [
        f"{module}:{node.lineno}"
        for module, tree in modules().items()
        if module not in WRITERS and not module.startswith(tuple(INSIDE))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and changes_the_disk(node)
    ]
    modules.cache_clear()
    assert wrong == []


def test_each_command_is_known_to_write_or_not_to() -> None:
    commands = [command for family in app.registered_groups for command in family.typer_instance.registered_commands]
    names = {command.name or command.callback.__name__ for command in commands}
    assert names == set(COMMANDS) | READERS
    assert not set(COMMANDS) & READERS


@pytest.mark.long
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_is_killed_at_any_moment(name: str, world, toy_result: Path, copy_toy, tmp_path: Path) -> None:
    """Twelve kills at random moments; the last call, which nobody ends, leaves its output and nothing beside it."""
    study = copy_toy(tmp_path / "study")
    (study / "other.toml").write_bytes((study / "plan.toml").read_bytes())
    listed = tmp_path / "list.csv"
    listed.write_text("item,text,treatment\n1,Mining of coal,prohibited\n", "utf-8")
    place = tmp_path / "place"
    place.mkdir()
    fields = {"study": study, "run": toy_result, "out": place / "out", "list": listed}
    program = "import sys; sys.argv[0] = 'zoneplan'; from zoneplan.__main__ import main; main()"
    call = [sys.executable, "-c", program, *COMMANDS[name].format(**fields).split()]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ZONEPLAN_CACHE": str(tmp_path / "cache")}

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(call, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def tree(folder: Path) -> dict[str, str]:
        return {one: digest(folder / one) for one in files_in(folder) if "/runs/" not in f"/{one}"}

    begun, chance = time.perf_counter(), random.Random(3)
    with start() as process:
        process.wait()
    lasts = time.perf_counter() - begun
    whole = (tree(place), tree(study))
    for _ in range(12):
        with start() as process:
            try:
                process.wait(chance.uniform(0.3, 1.1) * lasts)
            except subprocess.TimeoutExpired:
                process.kill()
    with start() as process:
        process.wait()
    assert (tree(place), tree(study)) == whole, json.dumps([*tree(place)])
