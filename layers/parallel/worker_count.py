"""How many workers a call may use at a time."""

from __future__ import annotations

import os

from layers.errors import ZoneplanError
from layers.phrases import Phrase


def require_workers(asked: int | None) -> None:
    """Refuse a number of workers that is none.

    Examples
    --------
    >>> require_workers(None), require_workers(2)
    (None, None)
    """
    if asked is not None and (isinstance(asked, bool) or not isinstance(asked, int) or asked < 1):
        raise ZoneplanError(
            Phrase(
                "workers = {asked}: give a whole number, 1 or more, or leave it out for all cores", asked=repr(asked)
            )
        )


def worker_count(asked: int | None = None) -> int:
    """How many workers there are.

    Examples
    --------
    >>> worker_count(3), worker_count() >= 1
    (3, True)
    """
    require_workers(asked)
    if asked is not None:
        return asked
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
