"""The overlay of tables: the toy province by pencil, promises of pieces, and everything it refuses."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import CrsError, GeometryError, SeveralErrors, UnknownNameError
from layers.inputs import Layer
from zoning.overlays import overlay

CRS = "EPSG:3035"
KM = 1000.0


def square(x, y, size=1.0):
    return shapely.box(4e6 + x * KM, 3e6 + y * KM, 4e6 + (x + size) * KM, 3e6 + (y + size) * KM)


def frame(*shapes, index=None, crs=CRS):
    return gpd.GeoDataFrame(geometry=list(shapes), index=index, crs=crs)


def test_the_toy_province_by_pencil(units, designations):
    pieces = overlay(units, designations)
    assert pieces.columns.tolist() == [
        "unit_id",
        "area_ha",
        "ecologically_fragile",
        "energy_rich",
        "permanent_farmland",
        "geometry",
    ]
    assert len(pieces) == 16
    assert pieces.index.name == "piece_id"
    assert pieces.loc[["a2/1", "a2/2"], "permanent_farmland"].tolist() == [True, True]
    assert pieces.loc[["a2/1", "a2/2"], "ecologically_fragile"].tolist() == [False, True]
    assert pieces.loc[["a2/1", "a2/2"], "area_ha"].tolist() == [50.0, 50.0]
    assert pieces.loc["b4/1", ["area_ha", "energy_rich"]].tolist() == [100.0, True]
    sums = {name: pieces.loc[pieces[name], "area_ha"].sum() for name in designations}
    assert sums == {"ecologically_fragile": 450.0, "energy_rich": 150.0, "permanent_farmland": 200.0}
    assert pieces.attrs["roles"] == {name: name for name in designations}
    assert pieces.crs == units.crs


def test_pieces_are_a_valid_coverage_and_lose_nothing(units, designations):
    pieces = overlay(units, designations)
    assert shapely.coverage_is_valid(pieces.geometry.to_numpy())
    assert pieces.groupby("unit_id")["area_ha"].sum().tolist() == pytest.approx([100.0] * 12, rel=1e-9)


def test_units_known_to_be_tiled_give_the_same_pieces(units, designations):
    known = overlay(units, designations, tiled=True)
    assert known.to_wkb().equals(overlay(units, designations).to_wkb())


def test_a_layer_brings_its_role(units, designations):
    forest = Layer("forest", "polygons", "ecologically_fragile", designations["ecologically_fragile"])
    pieces = overlay(units, {"forest": forest})
    assert pieces.attrs["roles"] == {"forest": "ecologically_fragile"}
    assert pieces["forest"].sum() == 6


def test_a_layer_without_role_goes_by_its_name(units, designations):
    forest = Layer("forest", "polygons", None, designations["ecologically_fragile"])
    assert overlay(units, {"forest": forest}).attrs["roles"] == {"forest": "forest"}


def test_neither_rows_nor_layers_have_an_order(units, designations):
    whole = overlay(units, designations)
    rows = np.random.default_rng(3).permutation(len(units))
    turned = overlay(units.iloc[rows], dict(reversed(designations.items())))
    pd.testing.assert_frame_equal(pd.DataFrame(turned), pd.DataFrame(whole), check_exact=True)
    assert (turned.geometry.to_wkb() == whole.geometry.to_wkb()).all()


@settings(max_examples=30)
@given(st.randoms(use_true_random=False), st.integers(1, 12))
def test_every_order_gives_the_same_bytes(random, count):
    cells = [square(x, y) for x in range(4) for y in range(3)]
    units = frame(*cells, index=[f"u{n}" for n in range(12)])
    discs = [
        square(random.uniform(-1, 4), random.uniform(-1, 3)).centroid.buffer(900, quad_segs=3) for _ in range(count)
    ]
    designations = {"x": frame(*discs[: count // 2 + 1]), "y": frame(*discs[count // 2 :])}
    whole = overlay(units, designations)
    turned = overlay(
        units.sample(frac=1, random_state=random.randint(0, 99)),
        {"y": designations["y"].iloc[::-1], "x": designations["x"].iloc[::-1]},
    )
    assert whole.drop(columns="geometry").equals(turned.drop(columns="geometry"))
    assert (whole.geometry.to_wkb() == turned.geometry.to_wkb()).all()


def test_no_designation_at_all(units):
    pieces = overlay(units, {})
    assert pieces.index.tolist() == [f"{unit}/1" for unit in units.index]
    assert pieces["area_ha"].tolist() == [100.0] * 12
    assert pieces.attrs["roles"] == {}


def test_an_empty_designation_is_false_everywhere(units):
    assert not overlay(units, {"water": frame(crs=None)})["water"].any()
    assert not overlay(units, {"water": frame(square(50, 50))})["water"].any()


def test_no_unit_at_all(units, designations):
    pieces = overlay(units.iloc[:0], designations)
    assert len(pieces) == 0
    assert "energy_rich" in pieces.columns


def test_whole_numbers_come_back(units):
    pieces = overlay(frame(square(0, 0), square(1, 0), index=[8031, 59]), {})
    assert pieces["unit_id"].tolist() == [59, 8031]


def test_heights_are_left_out(designations):
    high = frame(shapely.force_3d(square(0, 0), 7.0), index=["a"])
    assert not shapely.has_z(overlay(high, designations).geometry.to_numpy()).any()


def test_inputs_stay_as_they_are(units, designations):
    before = units.copy()
    overlay(units, designations)
    pd.testing.assert_frame_equal(pd.DataFrame(units), pd.DataFrame(before))


def test_a_common_border_of_neighbours_gets_the_same_points():
    # A slanted line cuts the border of two squares where no floating-point number lies exactly on it.
    line = shapely.Polygon([(4e6 - 1000, 3e6 + 1 / 3), (4e6 + 2900, 3e6 + 777.7), (4e6 + 2900, 3e6 - 500)])
    pieces = overlay(frame(square(0, 0), square(1, 0), square(2, 0), index=["a", "b", "c"]), {"x": frame(line)})
    assert shapely.coverage_is_valid(pieces.geometry.to_numpy())


BAD_UNITS = [
    (frame(square(0, 0), index=["a"], crs=None), CrsError, "no CRS"),
    (frame(square(0, 0), index=["a"], crs="EPSG:32632"), CrsError, "areas are not true; project them first"),
    (frame(shapely.box(0, 0, 1, 1), index=["a"], crs="EPSG:4326"), CrsError, "areas are not true"),
    (frame(square(0, 0), square(1, 0), index=["a", "a"]), GeometryError, "more than once: 'a'"),
    (
        frame(square(0, 0), square(1, 0), index=["a", None]),
        GeometryError,
        "must be text, and these are not: 'nan'|'None'",
    ),
    (frame(square(0, 0), index=[8031.0]), GeometryError, "must be text, and these are not: '8031.0'"),
    (frame(square(0, 0), square(1, 0), index=[1, "a"]), GeometryError, "must be text, and these are not: '1'"),
    (frame(square(0, 0), index=pd.MultiIndex.from_tuples([("a", 1)])), GeometryError, "has 2 levels; make one id"),
    (frame(square(0, 0), None, index=["a", "b"]), GeometryError, r"1 have no geometry.*\('b'\)"),
    (frame(square(0, 0), shapely.Polygon(), index=["a", "b"]), GeometryError, r"no geometry.*\('b'\)"),
    (frame(square(0, 0).centroid, index=["a"]), GeometryError, r"no polygon.*\('a'\)"),
    (
        frame(shapely.Polygon([(4e6, 3e6), (4e6 + 1, 3e6 + 1), (4e6 + 1, 3e6), (4e6, 3e6 + 1)]), index=["a"]),
        GeometryError,
        r"invalid geometry; zp.prepare mends it.*\('a'\)",
    ),
]


@pytest.mark.parametrize(("units", "kind", "message"), BAD_UNITS)
def test_units_that_cannot_be_cut_are_refused(units, kind, message):
    with pytest.raises(kind, match=message) as refused:
        overlay(units, {})
    assert refused.value.exit_code == 3


def test_a_column_of_ids_that_is_no_index_is_pointed_out():
    with pytest.raises(GeometryError, match=r"units\.set_index\('unit_id'\)"):
        overlay(frame(square(0, 0)).assign(unit_id="a"), {})


def test_overlapping_units_are_named_in_pairs():
    units = frame(square(0, 0), square(0.9, 0), square(5, 0), square(5.2, 0.2, 0.1), index=["a", "b", "c", "d"])
    with pytest.raises(GeometryError, match=r"units overlap, by 11 ha together: 'a and b', 'c and d'") as refused:
        overlay(units, {})
    assert refused.value.features == ("a and b", "c and d")


def test_an_overlap_below_a_billionth_goes_to_the_first_id(designations):
    step = 1e-7  # 1e-4 m2 of 1e6 m2
    units = frame(square(0, 0), shapely.box(4e6 + KM - step, 3e6, 4e6 + 2 * KM, 3e6 + KM), index=["b", "a"])
    pieces = overlay(units, designations)
    assert shapely.coverage_is_valid(pieces.geometry.to_numpy())
    assert pieces["area_ha"].sum() == pytest.approx(200.0, rel=1e-9)


BAD_DESIGNATIONS = [
    ({"water": frame(square(0, 0), crs="EPSG:3857")}, CrsError, r"designation 'water' is in WGS 84 / Pseudo-Mercator"),
    ({"water": frame(square(0, 0), crs=None)}, CrsError, "designation 'water' has no CRS"),
    ({"water": frame(None)}, GeometryError, r"designation 'water': 1 have no geometry.*\('0'\)"),
    ({"water": frame(square(0, 0).boundary)}, GeometryError, "designation 'water': 1 have geometry that is no polygon"),
    ({"unit_id": frame(square(0, 0))}, UnknownNameError, "cannot be called 'unit_id'"),
    ({"rivers": Layer("rivers", "raster")}, GeometryError, "designation 'rivers' has no polygons"),
]


@pytest.mark.parametrize(("designations", "kind", "message"), BAD_DESIGNATIONS)
def test_designations_that_cannot_cut_are_refused(units, designations, kind, message):
    with pytest.raises(kind, match=message):
        overlay(units, designations)


def test_all_that_is_wrong_is_said_at_once(units):
    with pytest.raises(SeveralErrors) as refused:
        overlay(units, {"a": frame(None), "b": frame(square(0, 0), crs=None)})
    assert [error.layer for error in refused.value.errors] == ["designation 'a'", "b"]


@pytest.mark.parametrize("table", [pd.DataFrame(index=["a"]), gpd.GeoDataFrame({"people": [1]}, index=["a"])])
def test_a_table_without_geometry_is_told_in_the_houses_words(table) -> None:
    with pytest.raises(GeometryError, match=f"units have no geometry: this is a {type(table).__name__}; give"):
        overlay(table, {})
    with pytest.raises(GeometryError, match="designation 'forest' has no polygons; give a GeoDataFrame"):
        overlay(frame(square(0, 0), index=["a"]), {"forest": table})


def test_the_index_of_a_designation_does_not_matter(units):
    x, y = units.total_bounds[:2]
    forest = gpd.GeoDataFrame(
        {"a": [1, 1], "b": [1, 2]}, geometry=[shapely.box(x, y, x + 500, y + 500), shapely.box(x, y, x + 900, y + 90)]
    ).set_crs(units.crs)
    one, other = (overlay(units, {"forest": frame}) for frame in (forest, forest.dissolve(by=["a", "b"])))
    assert one.index.equals(other.index)
    assert one["area_ha"].equals(other["area_ha"])


def test_designations_without_a_name_and_units_that_are_a_series_are_told() -> None:
    units = frame(square(0, 0), index=["a"])
    with pytest.raises(GeometryError, match="designations are a list; give each its name"):
        overlay(units, [units])  # type: ignore[arg-type]
    with pytest.raises(GeometryError, match="this is a GeoSeries; give a GeoDataFrame"):
        overlay(units.geometry, {})
