from __future__ import annotations

import struct

import pyarrow as pa
import pytest
import shapely
from shapely import GeometryCollection, LineString, MultiPoint, MultiPolygon, Point, box

from layers.formats.feature_records import MAX_DEPTH, shapes_of, too_deep, types_in

LEVEL = bytes.fromhex("010700000001000000")
EMPTY = bytes.fromhex("010700000000000000")
BIG_ENDIAN = bytes.fromhex("000000000700000001")


@pytest.mark.parametrize("level", [LEVEL, BIG_ENDIAN, bytes.fromhex("0107000020e610000001000000")])
def test_collections_within_collections_are_counted(level):
    assert too_deep([level * (MAX_DEPTH - 1) + EMPTY]) == ()
    assert too_deep([level * (MAX_DEPTH + 1) + EMPTY]) == (0,)
    assert too_deep([level * 200_000]) == (0,)


def test_a_deep_member_behind_a_plain_one_is_found():
    pair = bytes.fromhex("010700000002000000") + shapely.to_wkb(box(0, 0, 1, 1))
    assert too_deep([None, pair * 100 + EMPTY]) == (1,)
    multi = bytes.fromhex("010600000001000000")  # a multipolygon in a multipolygon in ...
    assert too_deep([multi * 100_000]) == (0,)


def test_ordinary_geometry_passes():
    shapes = [
        Point(0, 0),
        LineString([(0, 0), (1, 1)]),
        MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3).difference(box(2.2, 2.2, 2.4, 2.4))]),
        MultiPoint([(0, 0, 1), (1, 1, 2)]),
        GeometryCollection([GeometryCollection([Point(1, 1), box(0, 0, 1, 1)]), LineString([(0, 0), (1, 1)])]),
    ]
    for flavour in ("extended", "iso"):
        for order in (0, 1):
            assert too_deep(shapely.to_wkb(shapes, flavor=flavour, byte_order=order)) == ()
    assert too_deep(shapely.to_wkb(shapely.set_srid(shapes, 4326), include_srid=True)) == ()


def test_lying_counts_do_not_hang():
    many = struct.pack("<BII", 1, 7, 4_000_000_000)
    assert too_deep([many, many * 3]) == ()
    shapes, unreadable = shapes_of(pa.chunked_array([[many, None, shapely.to_wkb(Point(0, 0))]]))
    assert unreadable.tolist() == [True, False, False]
    assert shapes[2] == Point(0, 0)


def test_types():
    blobs = shapely.to_wkb([Point(0, 0, 1), box(0, 0, 1, 1)], flavor="iso").tolist()
    curve = bytes.fromhex("010a00000000000000")
    assert types_in(pa.chunked_array([[*blobs, curve, None, b"\1"]])) == {0, 1, 3, 10}
