"""Calls in threads: for work that GEOS, GDAL, PROJ and numpy do while Python is free."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import Thread
from typing import TypeVar

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
    found: Future[Found] = Future()

    def work() -> None:
        try:
            found.set_result(call())
        except BaseException as error:  # noqa: BLE001  (it is raised where somebody waits)
            found.set_exception(error)

    Thread(target=copy_context().run, args=(work,), name="zoneplan").start()
    return found.result
