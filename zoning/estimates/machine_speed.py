"""The speed of a machine: a fixed piece of work of the kind that plans are made of, timed."""

from __future__ import annotations

import time

import numpy as np
import shapely

ROUNDS = 3
SIDE = 24
"""Of a square of circles that are cut by one another."""


def machine_speed(reference_seconds: float) -> float:
    """How much faster this machine is than the one on which costs were measured."""
    return reference_seconds / work_seconds()


def work_seconds() -> float:
    """CPU seconds of a fixed piece of work: cutting, sorting, and a loop of Python; the least of three rounds."""
    return min(_timed() for _ in range(ROUNDS))


def _timed() -> float:
    start = time.process_time()
    places = np.arange(SIDE * SIDE)
    circles = shapely.buffer(shapely.points(places % SIDE, places // SIDE), 0.7, quad_segs=8)
    shapely.union_all(shapely.boundary(circles))
    numbers = (places.repeat(200) * 7919) % 104729
    np.sort(numbers, kind="stable")
    {str(one): one * one for one in range(30_000)}
    return time.process_time() - start
