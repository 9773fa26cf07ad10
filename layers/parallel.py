"""Parallel work: how many cores there are, calls in threads, and jobs in copies of this process.

A copy begins with all that this process has in memory and has loaded, so that nothing is packed up, sent or imported
again. It does its jobs, which leave files behind, and ends; no block that tidies up is left by it. It ends, too, as
soon as this process does, however that happens. Only Linux copies a process safely once libraries are loaded; elsewhere
jobs are done here, one after another.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from multiprocessing import Pipe, current_process, get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from threading import Thread
from typing import NamedTuple, TypeVar

from layers.errors import ZoneplanError
from layers.phrases import Phrase

Found = TypeVar("Found")


def in_threads(calls: Sequence[Callable[[], Found]], workers: int) -> list[Found]:
    """What some calls give, in their order, several at a time.

    Examples
    --------
    >>> in_threads([lambda: "a", lambda: "b"], 2)
    ['a', 'b']
    """
    if workers == 1 or len(calls) < 2:
        return [call() for call in calls]
    with ThreadPoolExecutor(min(workers, len(calls)), thread_name_prefix="zoneplan") as pool:
        futures = [pool.submit(copy_context().run, call) for call in calls]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def begin(call: Callable[[], Found]) -> Callable[[], Found]:
    """Begin a call in a thread; what comes back waits until it is done, and gives what it gives.

    Examples
    --------
    >>> found = begin(lambda: "a")
    >>> found()
    'a'
    """
    future: Future[Found] = Future()

    def work() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001  (it is raised where somebody waits)
            future.set_exception(error)

    Thread(target=copy_context().run, args=(work,), name="zoneplan").start()
    return future.result


def require_workers(workers: int | None) -> None:
    """Refuse a number of workers that is none.

    Examples
    --------
    >>> require_workers(None), require_workers(2)
    (None, None)
    """
    if workers is not None and (isinstance(workers, bool) or not isinstance(workers, int) or workers < 1):
        raise ZoneplanError(
            Phrase(
                "workers = {asked}: give a whole number, 1 or more, or leave it out for all cores", asked=repr(workers)
            )
        )


def worker_count(workers: int | None = None) -> int:
    """How many workers there are.

    Examples
    --------
    >>> worker_count(3), worker_count() >= 1
    (3, True)
    """
    require_workers(workers)
    if workers is not None:
        return workers
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


Job = Callable[[], object]
LEFT_TO_US = frozenset({signal.SIGINT, signal.SIGTERM})
"""Signals that this process answers for its copies, too."""


class Outcome(NamedTuple):
    """What a copy says when it ends: jobs that it has done and its errors, by number, and what it warned of."""

    done: Sequence[int]
    errors: Sequence[tuple[int, BaseException]]
    warned: Sequence[warnings.WarningMessage] = ()


class Copies:
    """The copies of this process that are at work; see :func:`copies`."""

    def __init__(self, workers: int) -> None:
        self.workers = workers if sys.platform == "linux" and not current_process().daemon else 1
        self._at_work: list[tuple[BaseProcess, Connection]] = []
        self._ending: list[BaseProcess] = []
        self._left: dict[int, Job] = {}
        self._begun = 0

    @property
    def several(self) -> bool:
        """Whether jobs are done side by side."""
        return self.workers > 1

    def start(self, *jobs: Job) -> None:
        """Have a copy do some jobs, one after another, while this process goes on; do them here where there is none."""
        numbers = self._numbered(jobs)
        if not self.several or not self._copy(lambda: zip(numbers, jobs, strict=True)):
            for number in numbers:
                self._do(number)

    def share(self, jobs: Sequence[Job], announce: Callable[[int], None] = lambda _position: None) -> None:
        """Do jobs here and in copies, whoever is free the next; a copy that was started goes on beside them."""
        numbers = self._numbered(jobs)
        if not self.several:
            for position, number in enumerate(numbers):
                announce(position)
                self._do(number)
            return
        queue, entry = os.pipe()
        try:
            os.write(entry, bytes(range(len(jobs))))
            os.close(entry)

            def waiting() -> Iterator[tuple[int, Job]]:
                while byte := os.read(queue, 1):
                    yield numbers[byte[0]], jobs[byte[0]]

            for _ in range(min(self.workers, len(jobs)) - 1):
                self._copy(waiting)
            errors, todo = [], waiting()
            for number, _ in todo:
                announce(number - numbers[0])
                try:
                    self._do(number)
                except Exception as error:  # noqa: BLE001  (whichever comes first in order is raised)
                    errors.append((number, error))
                    _leave(todo)
            self.wait(errors)
        finally:
            os.close(queue)

    def wait(self, errors: Sequence[tuple[int, BaseException]] = ()) -> None:
        """Wait for all copies; what one that was killed has left, as for want of memory, is done here."""
        collected = list(errors)
        while self._at_work:
            process, answer = self._at_work[0]
            outcome = _heard(process, answer)
            del self._at_work[0]
            self._ending.append(process)  # the system takes its memory apart while others go on
            collected += outcome.errors
            for number in outcome.done:
                del self._left[number]
            for warning in outcome.warned:
                warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
        if collected:
            raise min(collected, key=lambda numbered: numbered[0])[1]
        for number in sorted(self._left):
            self._do(number)

    def close(self) -> None:
        """End what is still at work."""
        for process, answer in self._at_work:
            process.kill()
            answer.close()
            self._ending.append(process)
        self._at_work.clear()
        self._bury()

    def _bury(self) -> None:
        for process in self._ending:
            process.join()
            process.close()
        self._ending.clear()

    def _numbered(self, jobs: Sequence[Job]) -> range:
        numbers = range(self._begun, self._begun + len(jobs))
        self._begun = numbers.stop
        self._left |= zip(numbers, jobs, strict=True)
        return numbers

    def _do(self, number: int) -> None:
        self._left[number]()
        del self._left[number]

    def _copy(self, work: Callable[[], Iterator[tuple[int, Job]]]) -> bool:
        """Begin a copy, once those that have ended are gone; whether the system had room for one."""
        self._bury()
        answer, voice = Pipe(duplex=False)
        process = get_context("fork").Process(target=_work, args=(work, voice), daemon=True)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, LEFT_TO_US)  # until somebody answers for the copy
        try:
            with warnings.catch_warnings():
                # a copy uses neither threads of the caller nor what they may hold: no streams, no console, no display
                warnings.filterwarnings("ignore", ".*multi-threaded.*fork", DeprecationWarning)
                process.start()
            self._at_work.append((process, answer))
        except OSError:
            answer.close()
            return False
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            voice.close()
        return True


@contextmanager
def copies(workers: int) -> Iterator[Copies]:
    """Copies of this process for the jobs of a block; at its end, however it ends, none is left.

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


def _work(work: Callable[[], Iterator[tuple[int, Job]]], voice: Connection) -> None:
    """What a copy does."""
    Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who is interrupted ends its copies
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, LEFT_TO_US)
    outcome = _done(work())
    try:
        ForkingPickler.loads(ForkingPickler.dumps(outcome))
    except Exception:  # noqa: BLE001  (whatever a class of somebody else raises when it is packed)
        errors = [(number, RuntimeError(f"{type(error).__name__}: {error}")) for number, error in outcome.errors]
        outcome = Outcome(outcome.done, errors)
    voice.send(outcome)


def _end_with_parent() -> None:
    """End this copy once the process that it is one of has ended."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _done(work: Iterator[tuple[int, Job]]) -> Outcome:
    done: list[int] = []
    with warnings.catch_warnings(record=True) as warned:
        for number, job in work:
            try:
                job()
            except BaseException as error:  # noqa: BLE001  (it is raised by the process that waits)
                error.add_note("".join(traceback.format_exception(error)))
                _leave(work)
                return Outcome(done, [(number, error)], warned)
            done.append(number)
    return Outcome(done, [], warned)


def _leave(work: Iterator[object]) -> None:
    """Take what is left of some work, and do none of it."""
    for _ in work:
        pass


def _heard(process: BaseProcess, answer: Connection) -> Outcome:
    """What a copy says; of one that ended without a word, why, unless somebody killed it."""
    try:
        outcome: Outcome = answer.recv()
    except EOFError:
        process.join()
        outcome = Outcome([], [])
        if process.exitcode not in (-signal.SIGKILL, -signal.SIGTERM):
            outcome = Outcome([], [(0, RuntimeError(f"a worker has ended with {process.exitcode}"))])
    answer.close()
    return outcome
