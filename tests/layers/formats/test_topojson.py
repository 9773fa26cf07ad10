"""TopoJSON: arcs of neighbours joined to the numbers that GDAL gives; an arc that is missing is no silence."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import CrsError, SourceError
from layers.formats import count_features, layers_of, read_features
from layers.formats.gdal_drivers import FEATURES, format_of

ARCS = [
    [[1, 0], [0, 1]],  # shared by two unit squares, as steps
    [[1, 1], [-1, 0], [0, -1], [1, 0]],  # the rest of the western one
    [[1, 0], [1, 0], [0, 1], [-1, 0]],  # the rest of the eastern one
]
SQUARES = [
    {"type": "Polygon", "arcs": [[0, 1]], "id": "w", "properties": {"code": "01", "people": 5}},
    {"type": "MultiPolygon", "arcs": [[[2, -1]]], "id": "e", "properties": {"code": "2", "people": 2**53 + 1}},
]


@pytest.fixture
def write(tmp_path):
    """A function that writes a topology of these features, parts of it changed."""

    def written(features=SQUARES, name="a.topojson", **changed):
        objects = {"units": {"type": "GeometryCollection", "geometries": features}}
        transform = {"scale": [0.1, 0.1], "translate": [100.0, 0.5]}
        whole = {"type": "Topology", "transform": transform, "objects": objects, "arcs": ARCS} | changed
        (tmp_path / name).write_text(json.dumps({key: one for key, one in whole.items() if one is not None}))
        return tmp_path / name

    return written


def read(path, **keys):
    return read_features(path, "a", **({"crs": "EPSG:4326"} | keys))


def test_neighbours_share_an_arc(write):
    path = write()
    features, ledger = read(path, id="code")
    west, east = features.geometry
    assert shapely.get_coordinates(west).round(3).tolist() == [
        [100.1, 0.5],
        [100.1, 0.6],
        [100, 0.6],
        [100, 0.5],
        [100.1, 0.5],
    ]
    assert west.touches(east)
    assert west.union(east).geom_type == "Polygon"
    assert features.drop(columns="geometry").to_dict("list") == {
        "code": ["01", "2"],
        "people": ["5", str(2**53 + 1)],
        "id": ["w", "e"],
    }
    assert list(ledger["finding"]) == ["crs", "number"]
    assert count_features(path).features == 2
    assert layers_of(path, format_of(path, "a", FEATURES), "a") == {"units": "MultiPolygon, Polygon"}


@given(
    st.lists(st.tuples(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6)), min_size=2, max_size=8),
    st.tuples(st.floats(1e-9, 1), st.floats(1e-9, 1)),
    st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
    st.booleans(),
)
def test_quantised_arcs_are_those_of_gdal_to_the_last_digit(tmp_path_factory, steps, scale, translate, backwards):
    path = tmp_path_factory.mktemp("topo") / "a.topojson"
    feature = {"type": "LineString", "arcs": [-1 if backwards else 0], "properties": {"a": 1}}
    whole = {
        "type": "Topology",
        "transform": {"scale": scale, "translate": translate},
        "objects": {"a": {"type": "GeometryCollection", "geometries": [feature]}},
        "arcs": [steps],
    }
    path.write_text(json.dumps(whole))
    from layers.formats.kml_and_topojson import read_topojson

    found = shapely.from_wkb(read_topojson(path, "a", "a").geometry[0].as_py())
    (plain,) = pyogrio.read_dataframe(path).geometry
    assert shapely.equals_exact(found, plain)


def test_positions_that_are_not_quantised_and_points(write):
    features = [
        {"type": "Point", "coordinates": [1.5, 2.5, 9]},
        {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]},
        {"type": "LineString", "arcs": [0, 1]},
        {"type": "MultiLineString", "arcs": [[0], [1]]},
        {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [0, 0]}]},
        {"type": None},
    ]
    arcs = [[[0, 0], [1, 1]], [[1, 1], [2.5, 0]]]
    shapes = read(write(features, transform=None, arcs=arcs))[0].geometry
    assert [one and one.wkt for one in shapes] == [
        "POINT (1.5 2.5)",
        "MULTIPOINT ((1 2), (3 4))",
        "LINESTRING (0 0, 1 1, 2.5 0)",
        "MULTILINESTRING ((0 0, 1 1), (1 1, 2.5 0))",
        "MULTIPOINT ((0 0))",  # shapes of one kind
        None,
    ]


def test_a_topology_that_is_called_json_is_one(write):
    path = write(name="a.json")
    assert format_of(path, "a", FEATURES).name == "TopoJSON"
    assert len(read(path)[0]) == 2


def test_several_objects_are_layers(write):
    lake = {"type": "Polygon", "arcs": [[0, 1]]}
    path = write(objects={"units": {"type": "GeometryCollection", "geometries": SQUARES}, "lake": lake})
    assert len(read(path, layer="lake")[0]) == 1
    with pytest.raises(SourceError, match="holds 2 layers: 'units', 'lake'"):
        read(path)


def test_its_crs_is_what_the_plan_says(write):
    with pytest.raises(CrsError, match="crs"):
        read_features(write(), "a")
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert read_features(write(crs=named), "a")[0].crs.to_epsg() in (4326, None)
    link = {"type": "link", "properties": {"href": "http://127.0.0.1:9/x", "type": "proj4"}}
    with pytest.raises(CrsError, match="a link is never followed"):
        read(write(crs=link))


@pytest.mark.parametrize(
    ("features", "changed", "said"),
    [
        ([{"type": "Polygon", "arcs": [[7]]}], {}, "feature 1 of 'units': there is no arc 7"),
        (
            [{"type": "Polygon", "arcs": [[0, 2]]}],
            {},
            "feature 1 of 'units': arc 2 does not begin where the one before",
        ),
        ([SQUARES[0], {"type": "Polygon", "arcs": [[0]]}], {}, "feature 2 of 'units': a ring that is not closed"),
        ([{"type": "Blob"}], {}, "its type is 'Blob'"),
        ([{"type": "LineString"}], {}, "feature 1 of 'units': KeyError: 'arcs'"),
        (SQUARES, {"arcs": [[[0.5, 0], [1, 1]]]}, "an arc: a quantised position is no whole number"),
        (SQUARES, {"arcs": [[[1, 0]]]}, "an arc: an arc has fewer than two positions"),
        (SQUARES, {"transform": {"scale": [1, 1, 1], "translate": [0, 0]}}, "an arc: its transform is none"),
        (SQUARES, {"type": "Topo"}, "it is no topology with objects"),
    ],
)
def test_what_is_wrong_is_told_by_its_place(write, features, changed, said):
    with pytest.raises(SourceError, match=rf"a.topojson cannot be read: .*{said}") as caught:
        read(write(features, **changed))
    assert caught.value.exit_code == 3


def test_collections_do_not_nest_without_end(write):
    deep = {"type": "Point", "coordinates": [0, 0]}
    for _ in range(40):
        deep = {"type": "GeometryCollection", "geometries": [deep]}
    with pytest.raises(SourceError, match="collections nested too deeply"):
        read(write([deep]))


@pytest.mark.parametrize("left", [1, 50, 200])
def test_a_file_that_was_cut_short_is_one_clear_error(write, left):
    path = write()
    path.write_bytes(path.read_bytes()[:-left])
    with pytest.raises(SourceError, match=r"a.topojson cannot be read: .*cut short"):
        read(path)


def test_values_of_several_types_become_text(write):
    values = [1, "x", {"a": [1]}, None, True, 2**70]
    features = [{"type": "Point", "coordinates": [0, 0], "properties": {"v": one, "n": 0.5}} for one in values]
    found = read(write(features))[0]
    assert [None if pd.isna(one) else one for one in found["v"]] == ["1", "x", '{"a": [1]}', None, "true", str(2**70)]
    assert np.array_equal(found["n"], [0.5] * 6)
