"""Jobs in copies of this process: for work that Python itself does, which holds its lock.

A copy begins with all that this process has in memory and has loaded, so that nothing is packed up, sent or imported
again. It does its jobs, which leave files behind, and ends; no block that tidies up is left by it. It ends, too, as
soon as this process does, however that happens. Only Linux copies a process safely once libraries are loaded;
elsewhere jobs are done here, one after another.
"""

from __future__ import annotations

import _thread
import gc
import os
import pickle
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple

Job = Callable[[], object]
LEFT_TO_US = frozenset({signal.SIGINT, signal.SIGTERM})
"""Signals that this process answers for its copies, too."""


class Outcome(NamedTuple):
    """What a copy says when it ends: its errors by the number of the job, and what it warned of."""

    errors: Sequence[tuple[int, BaseException]]
    warned: list[warnings.WarningMessage]


class Copies:
    """The copies of this process that are at work; see :func:`copies`.

    Parameters
    ----------
    workers : int

    Attributes
    ----------
    workers : int
        1 where this system cannot copy a process.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers if sys.platform == "linux" else 1
        self._at_work: dict[int, int] = {}
        self._begun = 0
        self._alive, self._life = os.pipe() if self.several else (-1, -1)

    @property
    def several(self) -> bool:
        """Whether jobs are done side by side."""
        return self.workers > 1

    def start(self, *jobs: Job) -> None:
        """Have a copy do some jobs, one after another, while this process goes on; do them here where there is none."""
        numbers = self._numbered(jobs)
        if not self.several or not self._copy(lambda: zip(numbers, jobs, strict=True)):
            for job in jobs:
                job()

    def share(self, jobs: Sequence[Job], announce: Callable[[int], None] = lambda _place: None) -> None:
        """Do jobs here and in copies, whoever is free the next; those that were started come first.

        Parameters
        ----------
        jobs : sequence of callable
            At most 256. With one worker in this order.
        announce : callable, optional
            Called with the place of each job that is done here, before it begins: those before it have begun.
        """
        self.wait()
        numbers = self._numbered(jobs)
        if not self.several:
            for place, job in enumerate(jobs):
                announce(place)
                job()
            return
        queue, entry = os.pipe()
        try:
            os.write(entry, bytes(range(len(jobs))))
            os.close(entry)

            def waiting() -> Iterator[tuple[int, Job]]:
                while place := os.read(queue, 1):
                    yield numbers[place[0]], jobs[place[0]]

            for _ in range(min(self.workers, len(jobs)) - 1):
                self._copy(waiting)
            errors, todo = [], waiting()
            for number, job in todo:
                announce(number - numbers[0])
                try:
                    job()
                except Exception as error:  # noqa: BLE001  (whichever comes first in order is raised)
                    errors.append((number, error))
                    _leave(todo)
            self.wait(errors)
        finally:
            os.close(queue)

    def wait(self, errors: Sequence[tuple[int, BaseException]] = ()) -> None:
        """Wait for all copies.

        Raises
        ------
        BaseException
            What the first job that failed raised, of copies and of those done here.
        """
        found = list(errors)
        for pid, answer in list(self._at_work.items()):
            outcome = _read(pid, answer)
            del self._at_work[pid]
            os.close(answer)
            found += outcome.errors
            for one in outcome.warned:
                warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
        if found:
            raise min(found, key=lambda one: one[0])[1]

    def close(self) -> None:
        """End what is still at work."""
        for pid, answer in self._at_work.items():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)
            os.close(answer)
        self._at_work.clear()
        for end in {self._alive, self._life} - {-1}:
            os.close(end)
        self._alive = self._life = -1

    def _numbered(self, jobs: Sequence[Job]) -> range:
        self._begun += len(jobs)
        return range(self._begun - len(jobs), self._begun)

    def _copy(self, work: Callable[[], Iterator[tuple[int, Job]]]) -> bool:
        """Begin a copy; whether the system had room for one."""
        answer, voice = os.pipe()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, LEFT_TO_US)  # until somebody answers for the copy
        try:
            with warnings.catch_warnings():
                # a copy uses neither threads of the caller nor what they may hold: no streams, no console, no display
                warnings.filterwarnings("ignore", ".*multi-threaded.*fork", DeprecationWarning)
                pid = os.fork()
            if pid == 0:
                self._work(work, voice)
            self._at_work[pid] = answer
        except OSError:
            os.close(answer)
            return False
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            os.close(voice)
        return True

    def _work(self, work: Callable[[], Iterator[tuple[int, Job]]], voice: int) -> None:
        """What a copy does, and its end; it never returns."""
        code = 1
        try:
            os.close(self._life)
            _thread.start_new_thread(_end_with, (self._alive,))
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # who is interrupted ends its copies
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, LEFT_TO_US)
            gc.freeze()  # the collector leaves alone what the copy shares with this process
            with os.fdopen(voice, "wb") as stream:
                stream.write(_packed(_done(work())))
            code = 0
        finally:
            os._exit(code)


@contextmanager
def copies(workers: int) -> Iterator[Copies]:
    """Copies of this process for the jobs of a block; at its end, however it ends, none is left.

    Parameters
    ----------
    workers : int
        How many work at a time, this process included. With 1 every job is done here, in its order.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, copies(2) as some:
    ...     some.share([Path(folder, "a").touch, Path(folder, "b").touch])
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['a', 'b']
    """
    some = Copies(workers)
    try:
        yield some
        some.wait()
    finally:
        some.close()


def _end_with(alive: int) -> None:
    """End this copy once the process that it is one of has ended: then nobody holds the other end."""
    os.read(alive, 1)
    os._exit(1)


def _done(work: Iterator[tuple[int, Job]]) -> Outcome:
    with warnings.catch_warnings(record=True) as warned:
        for number, job in work:
            try:
                job()
            except BaseException as error:  # noqa: BLE001  (it is raised by the process that waits)
                error.add_note("".join(traceback.format_exception(error)))
                _leave(work)
                return Outcome([(number, error)], warned)
    return Outcome([], warned)


def _leave(work: Iterator[object]) -> None:
    """Take what is left of some work, and do none of it."""
    for _ in work:
        pass


def _packed(outcome: Outcome) -> bytes:
    """An outcome as bytes; of an error that cannot be packed its words."""
    try:
        content = pickle.dumps(outcome)
        pickle.loads(content)  # noqa: S301  (our own)
    except Exception:  # noqa: BLE001  (whatever a class of somebody else raises when it is packed)
        errors = [(number, RuntimeError(f"{type(one).__name__}: {one}")) for number, one in outcome.errors]
        return pickle.dumps(Outcome(errors, []))
    return content


def _read(pid: int, answer: int) -> Outcome:
    """What a copy says; of one that has ended without a word, why."""
    with os.fdopen(answer, "rb", closefd=False) as stream:
        content = stream.read()
    status = 0
    with suppress(ChildProcessError):  # where somebody else asks after all children
        _, status = os.waitpid(pid, 0)
    if content:
        return pickle.loads(content)  # type: ignore[no-any-return]  # noqa: S301  (of our own copy)
    number = -os.waitstatus_to_exitcode(status)
    if number == signal.SIGKILL:  # nobody else ends a copy in this way
        return Outcome([(0, MemoryError("the system has ended a worker"))], [])
    return Outcome([(0, RuntimeError(f"a worker has ended with {-number}"))], [])
