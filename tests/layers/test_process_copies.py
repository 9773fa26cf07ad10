"""Copies of a process: all jobs done, the first error told, and nothing left behind however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from layers.errors import SourceError
from layers.parallel import copies
from layers.phrases import Phrase

ROOT = Path(__file__).resolve().parents[3]
forks = pytest.mark.skipif(sys.platform != "linux", reason="only Linux copies a process")


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208  (names alone)


def children() -> set[str]:
    """The processes that this one has begun and not waited for."""
    tasks = Path("/proc/self/task").iterdir()
    return {child for task in tasks for child in (task / "children").read_text("ascii").split()}


@pytest.fixture(autouse=True)
def no_child_is_left() -> Iterator[None]:
    """None but those that were there: a browser of other tests, say."""
    before = children()
    yield
    assert children() <= before


def own_id(path: Path) -> None:
    path.write_text(str(os.getpid()))


def fail(number: int) -> None:
    raise SourceError(Phrase("layer {name} is bad", name=number), layer=str(number), features=["a"])


@forks
@pytest.mark.parametrize("workers", [1, 2, 3, 7])
def test_every_job_is_done_once_and_nothing_is_left(tmp_path: Path, workers: int) -> None:
    before = open_files(), threading.active_count(), signal.pthread_sigmask(signal.SIG_BLOCK, [])
    begun: list[int] = []
    with copies(workers) as some:
        some.start(partial(own_id, tmp_path / "first"))
        some.share([partial(own_id, tmp_path / str(number)) for number in range(5)], begun.append)
    assert len(list(tmp_path.iterdir())) == 6
    assert begun == sorted(begun)
    assert begun == [0, 1, 2, 3, 4] or workers > 1
    ids = {path.read_text() for path in tmp_path.iterdir()}
    assert (ids == {str(os.getpid())}) == (workers == 1)
    assert (open_files(), threading.active_count(), signal.pthread_sigmask(signal.SIG_BLOCK, [])) == before


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_the_error_is_that_of_the_first_job_with_all_that_it_knows(workers: int) -> None:
    jobs = [int, partial(fail, 1), int, partial(fail, 3)]
    with pytest.raises(SourceError, match="layer 1 is bad") as caught, copies(workers) as some:
        some.share(jobs)
    assert caught.value.said == Phrase("layer {name} is bad", name=1)
    assert (caught.value.layer, caught.value.features, caught.value.exit_code) == ("1", ("a",), 3)


@forks
def test_jobs_begin_with_what_is_in_memory_and_leave_it_alone() -> None:
    held = [1]

    def add() -> None:
        held.append(2)
        assert held == [1, 2]

    with copies(2) as some:
        some.start(add)
    assert held == [1]


@forks
def test_what_a_copy_warns_of_is_heard(recwarn: pytest.WarningsRecorder) -> None:
    warnings.simplefilter("always")
    with copies(2) as some:
        some.start(partial(warnings.warn, "a mountain", UserWarning))
    assert [str(one.message) for one in recwarn] == ["a mountain"]


class OddError(Exception):
    """It cannot be put together from what it hands to its base."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(one + other)


def be_odd() -> None:
    raise OddError("a", "b")


@forks
def test_an_error_that_cannot_be_packed_is_told_in_words() -> None:
    """Where another library has not taught pickle how to pack it."""
    with pytest.raises((RuntimeError, OddError), match="ab"), copies(2) as some:
        some.start(be_odd)


@forks
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
def test_f10_what_a_killed_copy_left_is_done_here(name: str, tmp_path: Path) -> None:
    """As the system kills the largest process where memory ends, or asks all of a group to end, a copy first."""
    here = os.getpid()

    def die_elsewhere() -> None:
        if os.getpid() != here:
            os.kill(os.getpid(), getattr(signal, name))

    with copies(2) as some:
        some.start(partial(own_id, tmp_path / "a"), die_elsewhere, partial(own_id, tmp_path / "b"))
        some.share([die_elsewhere, partial(own_id, tmp_path / "c"), die_elsewhere])
    assert (tmp_path / "a").read_text() == (tmp_path / "b").read_text() == str(here)
    assert (tmp_path / "c").exists()


@forks
def test_a_copy_that_ends_without_a_word_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="a worker has ended with 3"), copies(2) as some:
        some.start(lambda: os._exit(3))


@forks
def test_a_process_that_may_have_no_children_does_all_itself(tmp_path: Path, monkeypatch) -> None:
    """Such as a worker of a pool of the caller's."""
    monkeypatch.setattr("layers.parallel.current_process", lambda: SimpleNamespace(daemon=True))
    with copies(3) as some:
        some.share([partial(own_id, tmp_path / "a"), partial(own_id, tmp_path / "b")])
    assert {path.read_text() for path in tmp_path.iterdir()} == {str(os.getpid())}


@forks
def test_an_error_here_ends_the_copies_at_once(tmp_path: Path) -> None:
    def interrupted() -> None:
        with copies(2) as some:
            some.start(partial(time.sleep, 60), partial(own_id, tmp_path / "late"))
            raise KeyboardInterrupt

    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert time.monotonic() - begun < 30
    assert not (tmp_path / "late").exists()


@forks
def test_where_the_system_has_no_room_for_a_copy_jobs_are_done_here(tmp_path: Path, monkeypatch) -> None:
    def full() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", full)
    with copies(4) as some:
        some.start(partial(own_id, tmp_path / "a"))
        some.share([partial(own_id, tmp_path / "b"), partial(own_id, tmp_path / "c")])
    assert {path.read_text() for path in tmp_path.iterdir()} == {str(os.getpid())}


@forks
def test_copies_are_made_from_any_thread_and_end_with_the_process(tmp_path: Path) -> None:
    """By a kill that no block can answer, of a program that is a text, its work in another thread."""
    program = f"""
import os, threading, time
from layers.parallel import copies

def note():
    open({str(tmp_path / "copy")!r}, "w").write(str(os.getpid()))
    time.sleep(60)

def work():
    with copies(2) as some:
        some.start(note)
        some.wait()

threading.Thread(target=work).start()
"""
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT) as process:
        pid = read_when_there(tmp_path / "copy")
        process.kill()
    assert ends(pid)


def read_when_there(path: Path) -> int:
    for _ in range(600):
        if path.exists() and path.read_text():
            return int(path.read_text())
        time.sleep(0.05)
    raise AssertionError


def ends(pid: int) -> bool:
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return True  # and nobody has asked yet
        time.sleep(0.05)
    return False
