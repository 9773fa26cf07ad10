"""Well-known binary, looked at before the geometry library sees it: types, and how deep collections nest.

A collection inside a collection, 200,000 times over, ends the whole process inside GEOS. GDAL stops at 32 levels, so
only what comes past GDAL is looked at here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

MAX_DEPTH = 32
_POINT, _LINE, _POLYGON, _COLLECTION = 1, 2, 3, 7
_COLLECTIONS = frozenset(range(4, _COLLECTION + 1))
CURVED = frozenset(range(8, 18))
_SINGLE = frozenset(struct.pack(order + "BI", order == "<", kind) for order in "<>" for kind in range(1, 4))
"""The first bytes of flat points, lines and polygons, of which most files are made."""
_WITH_Z, _WITH_M, _WITH_SRID = 0x80000000, 0x40000000, 0x20000000


def types_in(blobs: pa.ChunkedArray) -> frozenset[int]:
    """The types of geometry that a column of WKB holds, without their dimensions; 0 for what is too short to tell."""
    heads = pc.unique(pc.binary_slice(blobs, 0, 5).combine_chunks()).to_pylist()
    return frozenset(_kind(head, 0)[1] if len(head) == 5 else 0 for head in heads if head is not None)


def shapes_of(blobs: pa.ChunkedArray) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Geometries from a column of WKB, None where there is none, and whether a value could not be read."""
    raw = np.asarray(blobs.to_pylist(), dtype=object)
    with np.errstate(invalid="ignore"):  # NaN among coordinates is refused where the ids are known
        shapes = np.asarray(shapely.from_wkb(raw, on_invalid="ignore"), dtype=object)
    return shapes, np.asarray([blob is not None for blob in raw], dtype=bool) & shapely.is_missing(shapes)


def too_deep(blobs: Iterable[bytes | None]) -> tuple[int, ...]:
    """Places of the values whose collections nest deeper than ``MAX_DEPTH``, or whose counts are no counts.

    Examples
    --------
    >>> level = bytes.fromhex("010700000001000000")
    >>> too_deep([level * 5 + bytes.fromhex("010700000000000000"), level * 200_000, None])
    (1,)
    """
    return tuple(
        place
        for place, blob in enumerate(blobs)
        if blob is not None and len(blob) >= 5 and blob[:5] not in _SINGLE and not _shallow(blob)
    )


def _kind(blob: bytes, at: int) -> tuple[str, int, int, int]:
    """Byte order, type, number of dimensions, and where the content begins."""
    order = "<" if blob[at] else ">"
    (code,) = struct.unpack_from(order + "I", blob, at + 1)
    start = at + 5 + 4 * bool(code & _WITH_SRID)
    size = 2 + bool(code & _WITH_Z) + bool(code & _WITH_M)
    code &= ~(_WITH_Z | _WITH_M | _WITH_SRID)
    return order, code % 1000, size + (0, 1, 1, 2)[min(code // 1000, 3)], start


def _shallow(blob: bytes) -> bool:
    at, waiting = 0, [1]
    try:
        while waiting:
            if not waiting[-1]:
                waiting.pop()
                continue
            waiting[-1] -= 1
            order, kind, size, at = _kind(blob, at)
            if kind in _COLLECTIONS:
                if len(waiting) > MAX_DEPTH:
                    return False
                waiting.append(struct.unpack_from(order + "I", blob, at)[0])
                at += 4
            elif kind == _POINT:
                at += 8 * size
            else:
                at = _after_rings(blob, at, order, size, lines=kind == _LINE)
    except (struct.error, IndexError):
        return True  # cut short or no WKB: reading it will say so
    return True


def _after_rings(blob: bytes, at: int, order: str, size: int, *, lines: bool) -> int:
    rings = 1
    if not lines:
        (rings,) = struct.unpack_from(order + "I", blob, at)
        at += 4
    for _ in range(rings):
        (points,) = struct.unpack_from(order + "I", blob, at)
        at += 4 + 8 * size * points
    return at
