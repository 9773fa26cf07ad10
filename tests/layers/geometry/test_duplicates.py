"""Duplicates are told of, to the last column, and nothing goes."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import LineString, Point, box

from layers.geometry import note_duplicates
from layers.ledger import gather


def layer(*shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), index=[f"f{row}" for row in range(len(shapes))])


@pytest.mark.parametrize("shape", [Point(1, 2), LineString([(0, 0), (1, 1)]), box(0, 0, 1, 1)])
def test_each_but_the_first_is_told(shape):
    ledger = note_duplicates(layer(shape, shape, shape, mw=[5.0, 5.0, 5.0], note=["a", "a", "a"]), "plants")
    assert ledger[["layer", "feature", "finding"]].to_numpy().tolist() == [
        ["plants", "f1", "duplicate"],
        ["plants", "f2", "duplicate"],
    ]
    assert ledger["action"].str.contains("'f0'", regex=False).all()


def test_copies_under_one_id_are_told_in_one_row():
    copies = layer(*[Point(1, 2)] * 4, mw=[5, 5, 5, 6]).set_axis(["7", "7", "7", "7"])
    ledger = gather([note_duplicates(copies, "plants")])
    assert ledger["feature"].tolist() == ["7"]
    assert ledger["action"].str.startswith("kept: the file holds it more than once under this id").all()
    assert note_duplicates(copies[2:], "plants").empty


def test_what_differs_in_one_column_or_in_shape_is_no_duplicate():
    here = Point(1, 2)
    assert note_duplicates(layer(here, here, mw=[5, 6]), "plants").empty
    one, other = LineString([(0, 0), (1, 1)]), LineString([(0, 0), (0, 1), (1, 1)])  # of one bounding box
    assert note_duplicates(layer(one, other), "roads").empty
    assert note_duplicates(layer(mw=[]), "none").empty


def test_missing_values_are_alike():
    here = Point(1, 2)
    assert note_duplicates(layer(here, here, note=[None, None]), "plants")["feature"].tolist() == ["f1"]


def test_which_of_two_is_told_does_not_hang_on_the_order_of_rows():
    two = layer(Point(1, 2), Point(1, 2))
    assert note_duplicates(two[::-1], "plants").equals(note_duplicates(two, "plants"))
