"""The collector: a plan is made of tables, trees and lists, and Python need not search them for cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Python's search for cycles is off inside, for the whole process: each would go through all that a plan holds.

    A context manager, or a decorator of functions. The few cycles that there are wait until after.

    Examples
    --------
    >>> with uncollected():
    ...     gc.isenabled()
    False
    """
    active = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if active:
            gc.enable()
