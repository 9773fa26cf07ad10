"""A plan is made of tables, trees and lists, and Python need not search them for cycles.

A plan has many short tables of texts, and Arrow's own memory keeps pages for columns of every size.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa


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


_CHOICE = "ARROW_DEFAULT_MEMORY_POOL"
"""Where a user says which memory Arrow takes."""


@contextmanager
def unpooled() -> Iterator[None]:
    """Arrow takes its memory from the system inside, for the whole process, unless the user has chosen a pool.

    A context manager, or a decorator of functions. What was made inside stays as it is afterwards.

    Examples
    --------
    >>> with unpooled():
    ...     pa.default_memory_pool().backend_name
    'system'
    """
    pool = pa.default_memory_pool()
    if _CHOICE not in os.environ:
        pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(pool)
