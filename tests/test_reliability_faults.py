"""Faults: kills, full disks, no memory, two writers, a world that changes meanwhile. Whole, or nothing.

Rows F of the catalogue of reliability; kills at random moments and damaged runs are tested beside the run folder.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import shapely

import maps.runs.run_files
import zoning.overlays.unit_overlay
from layers.errors import LimitError, SourceError, ZoneplanError
from layers.outputs import staged
from maps.errors import BusyError, WriteError
from maps.runs import require_room, verify, write_run
from maps.runs.manifest import RUN
from zoning.overlays import overlay
from zoning.pipeline.flow import run
from zoning.plan import Plan
from zoning.study import read_study

ROOT = Path(__file__).resolve().parent.parent
FORK = multiprocessing.get_context("fork")
PROGRAM = "import sys; sys.argv[0] = 'zoneplan'; from zoneplan.__main__ import main; main()"


@pytest.fixture
def start():
    """A function that starts the command in a process of its own; none outlives the test, however that ends."""
    processes: list[subprocess.Popen[str]] = []

    def begin(*arguments: object, program: str = PROGRAM, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", program, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        )
        processes.append(process)
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def left_in(folder: Path) -> list[str]:
    """What a run that failed has left beside or at its place."""
    return sorted(path.name for path in folder.iterdir() if "result" in path.name)


# F07, F08, F18: the disk.

WRITERS = ("write_report", "write_geoparquet", "write_geopackage", "write_workbook", "write_csv", "write_provenance")


@pytest.mark.parametrize("writer", WRITERS)
def test_f07_a_disk_that_fills_up_keeps_the_older_run(
    writer: str, command, toy_result: Path, toy_folder: Path, tmp_path: Path, monkeypatch
) -> None:
    folder = shutil.copytree(toy_result, tmp_path / "result")
    before = (folder / "manifest.json").read_bytes()

    def full(*_arguments, **_words):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(maps.runs.run_files, writer, full)
    done = command("run", toy_folder / "plan.toml", "--out", folder)
    assert done.code == 5
    assert "No space left on device" in done.err
    assert (folder / "manifest.json").read_bytes() == before
    assert verify(folder).state == "complete"
    assert left_in(tmp_path) == ["result"]


def test_f07_a_disk_that_is_nearly_full_is_refused_before_the_work(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=10**6))
    with pytest.raises(WriteError, match=r"has 1\.0 MB left, and a run needs 8 MB"):
        require_room(tmp_path / "result")


def _code_of(step, *arguments) -> int:
    """The exit code of what a step refuses; 0 where it does what it should."""
    try:
        step(*arguments)
    except ZoneplanError as error:
        return error.exit_code
    except BaseException:  # noqa: BLE001  (the parent waits for an answer)
        return 70
    return 0


def answer_of(step, *arguments) -> int:
    """The exit code of a step in a child process, which may change the process as it likes."""
    answer = FORK.Queue()
    child = FORK.Process(target=lambda: answer.put(_code_of(step, *arguments)))
    child.start()
    code = answer.get(timeout=60)
    child.join()
    return code


def _write_small(plan, folder: Path, size: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    write_run(plan, folder)


@pytest.mark.parametrize("size", [1, 20_000, 100_000])
def test_f08_files_that_may_not_grow_leave_nothing(size: int, toy_run: Plan, tmp_path: Path) -> None:
    assert answer_of(_write_small, toy_run, tmp_path / "result", size) == 5
    assert left_in(tmp_path) == []


def test_f18_a_file_in_the_way_is_named_before_the_work(command, toy_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    (toy_folder / "plants.csv").unlink()  # would be exit 3, had the work begun
    for out in (tmp_path / "taken", tmp_path / "taken" / "below"):
        done = command("run", toy_folder / "plan.toml", "--out", out)
        assert done.code == 5
        assert "taken" in done.err
    assert (tmp_path / "taken").read_text() == "mine"


def _as_nobody(folder: Path) -> None:
    if os.geteuid() == 0:  # root may write anywhere
        os.setuid(65534)
    require_room(folder)


def test_f18_a_folder_without_permission_is_named_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o555)
    assert answer_of(_as_nobody, tmp_path / "locked" / "result") == 5


# F09: memory.


def test_f09_no_memory_in_the_geometry_library_is_a_limit(units, designations, monkeypatch) -> None:
    def starve(*_arguments, **_words):
        raise shapely.errors.GEOSException("std::bad_alloc")

    monkeypatch.setattr(zoning.overlays.unit_overlay, "partition_tiles", starve)
    with pytest.raises(LimitError, match="out of memory while cutting 12 units by 'ecologically_fragile'") as caught:
        overlay(units, designations)
    assert (caught.value.exit_code, caught.value.code) == (6, "memory")


@pytest.mark.parametrize(
    "where",
    [
        "layers.formats.vector.read_records",
        "zoning.measures.unit_measures._columns_by_source",
        "maps.runs.run_files.write_map",
    ],
)
def test_f09_no_memory_anywhere_is_exit_6(where: str, command, toy_folder: Path, tmp_path: Path, monkeypatch) -> None:
    def starve(*_arguments, **_words):
        raise MemoryError

    monkeypatch.setattr(where, starve)
    done = command("run", toy_folder / "plan.toml", "--out", tmp_path / "result")
    assert done.code == 6
    assert "out of memory" in done.err or "MB of memory" in done.err
    assert left_in(tmp_path) == []


# F12, F14: the inputs.


def test_f12_one_bad_layer_of_many_stops_the_run_and_leaves_no_map(command, toy_folder: Path, tmp_path: Path) -> None:
    (toy_folder / "elevation.tif").write_bytes((toy_folder / "elevation.tif").read_bytes()[:200])
    done = command("run", toy_folder / "plan.toml", "--out", tmp_path / "result")
    assert done.code == 3
    assert "layer 'height'" in done.err
    assert left_in(tmp_path) == []


def test_f12_a_run_that_keeps_going_does_the_rest_and_is_partial(command, toy_folder: Path, tmp_path: Path) -> None:
    (toy_folder / "elevation.tif").write_bytes((toy_folder / "elevation.tif").read_bytes()[:200])
    done = command("run", toy_folder / "plan.toml", "--out", tmp_path / "result", "--keep-going")
    assert done.code == 8
    assert "incomplete, without height" in (tmp_path / "result" / "map.html").read_text("utf-8")


@pytest.mark.parametrize("name", ["toy.gpkg", "plants.csv", "elevation.tif", "stats.csv"])
def test_f14_an_input_that_changes_during_the_run_is_noticed(name: str, toy_folder: Path) -> None:
    def meddle(step: str) -> None:
        if step == "allocate":
            with (toy_folder / name).open("ab") as file:
                file.write(b"\n")

    with pytest.raises(SourceError, match=name) as caught:
        run(read_study(toy_folder / "plan.toml"), meddle)
    assert caught.value.code == "changed"


# F13, F16: other writers, living and dead.


def test_f13_of_two_runs_into_one_folder_the_second_leaves(command, toy_folder: Path, tmp_path: Path) -> None:
    with staged(tmp_path / "result", RUN) as stage:
        stage.mkdir()
        done = command("run", toy_folder / "plan.toml", "--out", tmp_path / "result")
        assert done.code == 7
        assert "another zoneplan is writing there" in done.err
    assert command("run", toy_folder / "plan.toml", "--out", tmp_path / "result").code == 0


def _take_over(folder: Path, barrier, answer) -> None:
    """Try to take the lock that a dead process left; inside, nobody else may be."""
    mark = folder.with_name("inside")
    barrier.wait()
    try:
        with staged(folder, RUN) as stage:
            stage.mkdir()
            handle = os.open(mark, os.O_CREAT | os.O_EXCL)
            time.sleep(0.05)  # no wait for anything: the longer it lasts, the more often others meet it
            os.close(handle)
            mark.unlink()
    except BusyError:
        answer.put("busy")
    except FileExistsError:
        answer.put("two at once")
    else:
        answer.put("alone")


def _die_inside(folder: Path) -> None:
    with staged(folder, RUN) as stage:
        stage.mkdir()
        os.kill(os.getpid(), signal.SIGKILL)


def test_f13_f16_a_dead_lock_is_taken_over_by_one_alone(tmp_path: Path) -> None:
    for turn in range(5):
        folder = tmp_path / f"result{turn}"
        dead = FORK.Process(target=_die_inside, args=(folder,))
        dead.start()
        dead.join()
        assert len(list(tmp_path.glob(".result*"))) == 2
        barrier, answer = FORK.Barrier(6, timeout=60), FORK.Queue()
        rivals = [FORK.Process(target=_take_over, args=(folder, barrier, answer)) for _ in range(6)]
        for one in rivals:
            one.start()
        told = [answer.get(timeout=60) for _ in rivals]
        for one in rivals:
            one.join()

        assert "two at once" not in told
        assert "alone" in told
        assert list(tmp_path.glob(".result*")) == []


# F15: a run that is stopped.

STOPPED = """
import multiprocessing, os, signal, sys
import maps.runs.run_files
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background begins without it
name = sys.argv.pop()
from maps.runs.run_files import write_report, write_workbook
def write_slowly(plan, path, *arguments, **others):
    while multiprocessing.parent_process():  # a copy goes on until it is ended
        (path.parent / "late").mkdir(parents=True, exist_ok=True)
    write_report(plan, path, *arguments, **others)
def stop(plan, path, *arguments):
    write_workbook(plan, path, *arguments)
    if multiprocessing.parent_process():  # a copy may write it
        os.kill(os.getppid(), getattr(signal, name))
        signal.pause()
    signal.raise_signal(getattr(signal, name))  # to this thread; another could take a signal to the process, too late
maps.runs.run_files.write_report, maps.runs.run_files.write_workbook = write_slowly, stop
sys.argv[0] = "zoneplan"
from zoneplan.cli import main
main()
"""


@pytest.fixture
def interrupts(request: pytest.FixtureRequest):
    """What the processes of a test inherit for SIGINT: a runner in the background has it ignored."""
    before = signal.signal(signal.SIGINT, request.param)
    yield request.param
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("interrupts", [signal.default_int_handler, signal.SIG_IGN], indirect=True)
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_f15_a_run_that_is_stopped_leaves_nothing(
    name: str, code: int, interrupts, start, toy_folder: Path, tmp_path: Path
) -> None:
    process = start("run", toy_folder / "plan.toml", "--out", tmp_path / "result", name, program=STOPPED)
    _, err = process.communicate(timeout=120)
    assert process.returncode == code, err
    assert "no run folder was written" in err
    assert "Traceback" not in err
    assert left_in(tmp_path) == []


def test_f15_a_command_that_is_stopped_while_it_loads_says_so(start, toy_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "pandas.py").write_text("raise KeyboardInterrupt", "utf-8")
    process = start("run", toy_folder / "plan.toml", PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    _, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (130, "zoneplan: interrupted: no run folder was written\n")


# F17: what must not matter.

WORLDS = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C", "OMP_NUM_THREADS": "1"},
    {"PYTHONHASHSEED": "4242", "TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "4", "COLUMNS": "40"},
)


def test_f17_clock_zone_locale_hash_seed_and_threads_change_no_byte(start, toy_folder: Path, tmp_path: Path) -> None:
    processes = [
        start("run", toy_folder / "plan.toml", "--out", tmp_path / f"result{number}", **world)
        for number, world in enumerate(WORLDS)
    ]
    for process in processes:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    one, other = ((tmp_path / f"result{number}" / "manifest.json").read_bytes() for number in range(2))
    assert one == other
