"""Shapes as well-known binary, as readers of text make them of arrays of coordinates."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
"""Two or three numbers a row."""
_POINT, _LINE, _POLYGON, _COLLECTION = 1, 2, 3, 7
_WITH_Z = 0x80000000


def point(place: Points) -> bytes:
    """A point of two or three numbers."""
    return _head(_POINT, len(place)) + _numbers(place)


def line(points: Points) -> bytes:
    """A line through some points."""
    return _head(_LINE, points.shape[1]) + _sequence(points)


def polygon(rings: Sequence[Points]) -> bytes:
    """A polygon: its outer ring, and those of its holes."""
    return b"".join(
        [_head(_POLYGON, rings[0].shape[1]), struct.pack("<I", len(rings)), *(_sequence(one) for one in rings)]
    )


def collection(parts: Sequence[bytes]) -> bytes:
    """Several shapes as one: of one simple kind a multipoint, multiline or multipolygon, else a collection.

    Examples
    --------
    >>> import shapely
    >>> shapely.from_wkb(collection([point(np.array([1.0, 2.0]))] * 2)).geom_type
    'MultiPoint'
    """
    kinds = {struct.unpack_from("<I", part, 1)[0] for part in parts}
    plain = {kind & ~_WITH_Z for kind in kinds}
    kind = plain.pop() + 3 if len(plain) == 1 and plain <= {_POINT, _LINE, _POLYGON} else _COLLECTION
    tall = any(one & _WITH_Z for one in kinds)
    return b"".join([_head(kind, 3 if tall else 2), struct.pack("<I", len(parts)), *parts])


def _head(kind: int, dimensions: int) -> bytes:
    return struct.pack("<BI", 1, kind | (_WITH_Z if dimensions == 3 else 0))


def _numbers(points: Points) -> bytes:
    return np.ascontiguousarray(points, dtype="<f8").tobytes()


def _sequence(points: Points) -> bytes:
    return struct.pack("<I", len(points)) + _numbers(points)
