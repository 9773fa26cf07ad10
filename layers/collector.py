"""The collector: a plan is made of tables, trees and lists without cycles, and nobody need search them for any."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for cycles inside, for each goes through all that a plan holds; also for whole functions.

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
