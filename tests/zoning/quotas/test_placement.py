"""Where quotas go on the ground, on the toy province: every hectare can be found with a pencil.

The raster has 8 x 6 cells of 25 ha; its value is the row from the north. A unit of 100 ha holds four cells.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from layers.errors import SourceError, StudyError, UnknownNameError
from layers.formats import read_raster
from layers.inputs import Layer
from tests.conftest import CRS, KM, X0, Y0, frame, rectangle
from zoning.measures import measure
from zoning.overlays import overlay
from zoning.quotas import site
from zoning.quotas.placement import _Chosen
from zoning.rulebook import read_rulebook
from zoning.study import Quota, read_study

FARM = {"permanent_farmland": "permanent_farmland", "forest": "ecologically_fragile", "town": "built_up"}


def layer(name, *shapes, role=None):
    return Layer(name, "polygons", role or FARM[name], frame(geometry=list(shapes)))


@pytest.fixture
def land(units, elevation_tif):
    """The pieces of the province with farmland in a2 and a3, forest in the west, and the raster of rows."""
    designations = [
        layer("permanent_farmland", rectangle(1, 0, 3, 1)),
        layer("forest", rectangle(0, 0, 1.5, 3)),
    ]
    pieces = overlay(units, {one.name: one for one in designations})
    raster, _ = read_raster(elevation_tif, "rows")
    return pieces, [*designations, Layer("rows", "raster", None, None, raster)]


def quota(name="land", unit="ha", **siting):
    return Quota(name=name, period=2025, total=1000, unit=unit, weight="people", siting=siting)


def amounts(name="land", **hectares):
    rows = {
        "quota": name,
        "period": 2025,
        "level": "unit",
        "unit_id": list(hectares),
        "amount": list(hectares.values()),
    }
    return pd.DataFrame(rows)


def cells(raster_values, crs=CRS, transform=None, nodata=None, folder=Path()):
    """A raster layer over the province."""
    values = np.asarray(raster_values, "float32")
    path = folder / "cells.tif"
    at = transform or Affine(4 * KM / values.shape[1], 0, X0, 0, -3 * KM / values.shape[0], Y0 + 3 * KM)
    shape = {"width": values.shape[1], "height": values.shape[0], "count": 1, "dtype": "float32"}
    with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=at, nodata=nodata, **shape) as out:
        out.write(values, 1)
    return Layer("cells", "raster", None, None, read_raster(path, "cells")[0])


def test_the_northern_cells_first_and_the_last_one_cut(land):
    """b4 has rows 2 (north, 50 ha) and 3: of 60 ha the two northern cells whole, and 10 ha of the south-western one."""
    pieces, layers = land
    sitings, sites = site(amounts(b4=60), pieces, [quota(layer="rows", prefer="low")], layers)
    row = sitings.iloc[0]
    assert (row["asked_ha"], row["placed_ha"], row["unplaced_ha"]) == (60, 60, 0)
    assert (row["available_ha"], row["suitable_ha"]) == pytest.approx((100, 100))
    assert row["value_mean"] == pytest.approx((50 * 2 + 10 * 3) / 60)
    assert row["score_mean"] == row["score_bound"] == pytest.approx(-130 / 60)
    assert (row["gap_pct"], row["patches"], row["plots"], row["unplaced_because"]) == (0, 1, 3, "")
    assert sites.geometry.iloc[0].area == pytest.approx(60e4)
    north = rectangle(3, 1.5, 4, 2)
    assert sites.geometry.iloc[0].intersection(north).area == pytest.approx(50e4)
    assert sites.geometry.iloc[0].intersection(rectangle(3, 1, 3.5, 1.5)).area == pytest.approx(10e4)


def test_hectares_of_sites_carry_no_noise(land):
    pieces, layers = land
    _, sites = site(amounts(b4=100 / 7), pieces, [quota(layer="rows", prefer="low")], layers)
    assert sites["area_ha"].tolist() == [14.285714]


@pytest.mark.parametrize(("last", "placed", "over"), [("under", 50, 10), ("over", 75, -15)])
def test_the_last_cell_left_or_taken_whole(land, last, placed, over):
    pieces, layers = land
    sitings, sites = site(amounts(b4=60), pieces, [quota(layer="rows", prefer="low", last=last)], layers)
    assert sitings[["placed_ha", "unplaced_ha"]].iloc[0].tolist() == pytest.approx([placed, over])
    assert sitings["unplaced_because"].tolist() == ["last" if last == "under" else ""]
    assert sites.area.sum() == pytest.approx(placed * 1e4)


def test_farmland_takes_nothing(land):
    pieces, layers = land
    sitings, sites = site(amounts(a2=5), pieces, [quota(layer="rows", prefer="low")], layers)
    assert sitings[["placed_ha", "unplaced_ha", "available_ha"]].iloc[0].tolist() == [0, 5, 0]
    assert sitings["unplaced_because"].tolist() == ["land"]
    assert np.isnan(sitings["score_mean"].iloc[0])
    assert len(sites) == 0
    assert sites.crs == pieces.crs


def test_points_for_what_a_layer_says_cut_cells_at_its_border(land):
    """Half of b2 is forest: with 5 points off, its eastern half comes first although the forest lies no lower."""
    pieces, layers = land
    spare = [{"when": "forest", "points": -5, "reason": "fragile land is spared"}]
    sitings, sites = site(amounts(b2=60), pieces, [quota(layer="rows", prefer="low", merits=spare)], layers)
    east, west = rectangle(1.5, 1, 2, 2), rectangle(1, 1, 1.5, 2)
    assert sites.geometry.iloc[0].intersection(east).area == pytest.approx(50e4)
    assert sites.geometry.iloc[0].intersection(west).area == pytest.approx(10e4)
    assert sitings["score_mean"].iloc[0] == pytest.approx((25 * -2 + 25 * -3 + 10 * -7) / 60)


def test_land_that_does_not_meet_where_is_not_suitable(land):
    pieces, layers = land
    sitings, _ = site(amounts(b2=60), pieces, [quota(layer="rows", prefer="low", where="NOT forest")], layers)
    assert sitings[["available_ha", "suitable_ha", "placed_ha"]].iloc[0].tolist() == pytest.approx([100, 50, 50])
    assert sitings["unplaced_because"].tolist() == ["suitable"]


def test_land_beside_the_town_comes_first(units, elevation_tif):
    """A town at the eastern edge of b3: cells of b4 have centres 250 m and 750 m off; only the near ones gain."""
    town = layer("town", rectangle(2, 1, 3, 2))
    pieces = overlay(units, {"town": town})
    rows = Layer("rows", "raster", None, None, read_raster(elevation_tif, "rows")[0])
    near = [{"role": "built_up", "within_m": 500, "points": 4}]
    sitings, sites = site(amounts(b4=50), pieces, [quota(layer="rows", beside=near)], [town, rows])
    assert sites.geometry.iloc[0].equals(rectangle(3, 1, 3.5, 2))
    assert sitings["score_mean"].iloc[0] == pytest.approx(4 * (1 - 250 / 500))


def test_beside_points_of_a_layer_without_a_role(land):
    pieces, layers = land
    stop = Layer("stop", "points", None, frame(geometry=[Point(X0 + 4 * KM, Y0 + KM)]))
    near = [{"layer": "stop", "within_m": 2000, "points": 1}]
    _, sites = site(amounts(b4=25), pieces, [quota(layer="rows", beside=near)], [*layers, stop])
    assert sites.geometry.iloc[0].equals(rectangle(3.5, 1, 4, 1.5))


def test_small_patches_are_drawn_together(units, tmp_path):
    """The two best cells of b4 lie in opposite corners; in one patch of 50 ha the best with its better neighbour."""
    values = np.zeros((6, 8))
    values[2, 6], values[3, 7], values[2, 7], values[3, 6] = 9, 8, 1, 2
    pieces = overlay(units, {})
    layers = [cells(values, folder=tmp_path)]
    alone, two = site(amounts(b4=50), pieces, [quota(layer="cells", prefer="high")], layers)
    assert (alone["patches"].item(), alone["score_mean"].item(), len(two)) == (2, 8.5, 2)
    joined, one = site(amounts(b4=50), pieces, [quota(layer="cells", prefer="high", min_patch_ha=50)], layers)
    assert (joined["patches"].item(), joined["score_mean"].item(), len(one)) == (1, 5.5, 1)
    assert joined["score_bound"].item() == 8.5
    assert joined["gap_pct"].item() == pytest.approx(100 * 3 / 8.5)
    corners = quota(layer="cells", prefer="high", min_patch_ha=50, neighbours=8)
    assert site(amounts(b4=50), pieces, [corners], layers)[0]["gap_pct"].item() == 0


def test_an_amount_smaller_than_a_patch_is_not_placed(land):
    pieces, layers = land
    sitings, sites = site(amounts(b4=20), pieces, [quota(layer="rows", prefer="low", min_patch_ha=30)], layers)
    assert sitings[["placed_ha", "unplaced_ha"]].iloc[0].tolist() == [0, 20]
    assert sitings["unplaced_because"].tolist() == ["small"]
    assert len(sites) == 0


def test_land_in_pieces_that_are_too_small_is_left(land):
    """Forest keeps 50 ha of b2 free: a patch of 60 ha fits nowhere."""
    pieces, layers = land
    asked = quota(layer="rows", prefer="low", where="NOT forest", min_patch_ha=60)
    assert site(amounts(b2=50, b1=60, c3=70), pieces, [asked], layers)[0]["unplaced_because"].tolist() == [
        "suitable", "small", "",
    ]  # fmt: skip


def test_without_a_raster_whole_pieces_are_taken(land):
    pieces, _ = land
    first = [{"when": "NOT forest", "points": 1, "reason": "no forest"}]
    sitings, sites = site(amounts(b2=60), pieces, [quota(merits=first)], [])
    assert sitings[["placed_ha", "plots"]].iloc[0].tolist() == [60, 2]
    assert sites.geometry.iloc[0].intersection(rectangle(1.5, 1, 2, 2)).area == pytest.approx(50e4)
    assert np.isnan(sitings["value_mean"].iloc[0])


def test_pieces_touch_by_an_edge(units):
    """b2 is cut into four by a cross of two forests: opposite quarters touch by a corner only."""
    quarters = {
        "meadow": layer("meadow", rectangle(1, 1, 1.5, 1.5), rectangle(1.5, 1.5, 2, 2), role="meadow"),
    }
    pieces = overlay(units, quarters)
    best = [{"when": "meadow", "points": 1, "reason": "level"}]
    assert site(amounts(b2=50), pieces, [quota(merits=best)], [])[0]["patches"].item() == 2
    assert site(amounts(b2=50), pieces, [quota(merits=best, neighbours=8)], [])[0]["patches"].item() == 1


def test_a_second_quota_takes_what_the_first_has_left(land):
    pieces, layers = land
    both = [quota("first", layer="rows", prefer="low"), quota("second", layer="rows", prefer="low")]
    asked = pd.concat([amounts("first", b4=50), amounts("second", b4=50)])
    sitings, sites = site(asked, pieces, both, layers)
    assert sitings["placed_ha"].tolist() == [50, 50]
    assert sitings["value_mean"].tolist() == pytest.approx([2, 3])
    assert sites.geometry.iloc[0].intersection(sites.geometry.iloc[1]).area == pytest.approx(0, abs=1e-6)
    third = pd.concat([asked, amounts("third", b4=1)])
    full = site(third, pieces, [*both, quota("third", layer="rows")], layers)[0].set_index("quota").loc["third"]
    assert (full["available_ha"], full["unplaced_because"]) == (pytest.approx(0, abs=1e-6), "land")


@pytest.mark.parametrize(("unit", "amount"), [("ha", 15), ("km2", 0.15), ("m2", 150_000), ("mu", 225), ("亩", 225)])
def test_amounts_in_other_units_of_land(land, unit, amount):
    """The mu of China is a unit of its rulebook."""
    (pieces, layers), rulebook = land, read_rulebook("main_functional_areas")
    sitings, _ = site(amounts(b4=amount), pieces, [quota(unit=unit, layer="rows")], layers, rulebook)
    assert sitings["placed_ha"].item() == pytest.approx(15)


def test_a_quota_of_no_land_cannot_be_sited(land):
    (pieces, layers), here, there = land, read_rulebook("us_west"), read_rulebook("main_functional_areas")
    for unit, rulebook in (("mu", None), ("mu", here), ("CNY", there)):
        with pytest.raises(UnknownNameError, match=f"'{unit}' is no area that can be sited; give one of .*ha, km2, m2"):
            site(amounts(b4=1), pieces, [quota(unit=unit, layer="rows")], layers, rulebook)


def test_prefer_needs_a_raster():
    with pytest.raises(StudyError, match="'surface' ranks cells by their slope: say with 'prefer' whether high or low"):
        read_study_of('unit = "ha"\n[quotas.siting]\nlayer = "height"\nsurface = "slope"\n')
    with pytest.raises(StudyError, match="'prefer' speaks of the cells of a raster, and 'layer' names none"):
        read_study_of('unit = "ha"\n[quotas.siting]\nprefer = "low"\n')


def read_study_of(rest, folder=[]):  # noqa: B006  (filled by the fixture below)
    path = folder[0] / "plan.toml"
    path.write_text(
        '[study]\nname = "T"\ndate = 2025-01-01\nrulebook = "rules"\n[units]\nsource = "u.gpkg"\nid = "id"\n'
        '[[quotas]]\nname = "q"\nperiod = 2025\ntotal = 1\nweight = "area_ha"\n' + rest,
        "utf-8",
    )
    return read_study(path)


@pytest.fixture(autouse=True)
def _folder(tmp_path):
    read_study_of.__defaults__[0][:] = [tmp_path]


def test_all_nodata_leaves_no_suitable_land(units, tmp_path):
    pieces = overlay(units, {})
    empty = cells(np.full((6, 8), -1.0), nodata=-1, folder=tmp_path)
    sitings, sites = site(amounts(b4=5), pieces, [quota(layer="cells", prefer="low")], [empty])
    assert sitings[["suitable_ha", "placed_ha", "unplaced_because"]].iloc[0].tolist() == [0, 0, "suitable"]
    assert len(sites) == 0


def test_a_raster_that_covers_a_part_only(units, tmp_path):
    """The grid ends in the middle of b4: 50 ha have a value."""
    half = cells(np.zeros((6, 7)), transform=Affine(500, 0, X0, 0, -500, Y0 + 3 * KM), folder=tmp_path)
    pieces = overlay(units, {})
    sitings, _ = site(amounts(b4=80), pieces, [quota(layer="cells", prefer="low")], [half])
    assert sitings[["available_ha", "suitable_ha", "placed_ha"]].iloc[0].tolist() == pytest.approx([100, 50, 50])


def test_a_raster_that_lies_elsewhere(units, tmp_path):
    away = cells(np.zeros((6, 8)), transform=Affine(500, 0, X0 + 90 * KM, 0, -500, Y0), folder=tmp_path)
    sitings, _ = site(amounts(b4=80), overlay(units, {}), [quota(layer="cells", prefer="low")], [away])
    assert sitings[["available_ha", "suitable_ha", "unplaced_because"]].iloc[0].tolist() == [100, 0, "suitable"]


def test_a_raster_in_degrees(units, tmp_path):
    """The same land by cells of a lon/lat grid: hectares are those of the ground, and polygons stay inside."""
    lat = 0.004
    west, south, east, north = gpd.GeoSeries(units.geometry, crs=CRS).to_crs(4326).total_bounds
    columns, rows = int((east - west) / lat) + 3, int((north - south) / lat) + 3
    values = np.add.outer(np.arange(rows), np.arange(columns))
    grid = cells(values, "EPSG:4326", Affine(lat, 0, west - lat, 0, -lat, north + lat), folder=tmp_path)
    pieces = overlay(units, {"forest": layer("forest", rectangle(0, 0, 1.5, 3))})
    asked = amounts(**dict.fromkeys(units.index, 33.3))
    sitings, sites = site(asked, pieces, [quota(layer="cells", prefer="low", where="NOT forest")], [grid])
    assert sitings.set_index("unit_id").loc[["a3", "b4", "c3"], "placed_ha"].tolist() == [33.3] * 3
    assert (sites.area / 1e4).sum() == pytest.approx(sitings["placed_ha"].sum(), rel=1e-4)
    free = box(X0 + 1.5 * KM - 0.1, Y0 - 0.1, X0 + 4 * KM + 0.1, Y0 + 3 * KM + 0.1)
    assert sites.within(free).all()


def test_steep_land_is_the_same_that_measures_deduct(units, tmp_path):
    """A ramp in the eastern half: with one grid or another, available land is that of the measures."""
    rulebook = read_rulebook("us_west", date(2025, 1, 1))
    limit = float(rulebook.parameters["buildable_slope_max_deg"].value)
    step = 50 * np.tan(np.radians(limit + 5))
    heights = np.zeros((60, 80))
    heights[:, 50:] = np.arange(30) * step
    hills = replace(cells(heights, folder=tmp_path), name="hills", role="elevation")
    (tmp_path / "other").mkdir()
    grid = cells(np.add.outer(np.arange(12), np.zeros(16)), folder=tmp_path / "other")
    pieces = overlay(units, {"forest": layer("forest", rectangle(0, 0, 1.5, 3))})
    known = measure(units, pieces, [hills, grid], rulebook)["available_ha"]
    asked = amounts(**dict.fromkeys(units.index, 150.0))
    for name in ("hills", "cells", None):
        wanted = quota(layer=name) if name else quota()
        sitings, sites = site(asked, pieces, [wanted], [hills, grid], rulebook)
        found = sitings.set_index("unit_id")
        assert found["available_ha"].tolist() == pytest.approx(known.tolist(), abs=1e-6)
        assert found["placed_ha"].tolist() == pytest.approx(known.tolist(), abs=1e-6)
        assert (sites.area / 1e4).tolist() == pytest.approx(sites["area_ha"].tolist(), abs=1e-6)
    assert known.loc["b3"] == pytest.approx(50, abs=11)


def test_slope_of_coarse_cells_is_refused(land):
    pieces, layers = land
    with pytest.raises(SourceError, match=r"'rows': siting asks for slope of cells of 500 m"):
        site(amounts(b4=5), pieces, [quota(layer="rows", surface="slope", prefer="low")], layers)


def test_rows_and_layers_in_another_order_change_nothing(land):
    pieces, layers = land
    asked = amounts(b4=60, b2=33, c1=7, a4=100)
    wanted = [quota(layer="rows", prefer="low", min_patch_ha=20)]
    sitings, sites = site(asked, pieces, wanted, layers)
    turned = pieces.iloc[::-1]
    turned.attrs.update(pieces.attrs)
    again, sites_again = site(asked.iloc[::-1], turned, wanted, layers[::-1])
    pd.testing.assert_frame_equal(sitings, again)
    assert sites.geometry.to_wkb().tolist() == sites_again.geometry.to_wkb().tolist()


@settings(max_examples=25)
@given(
    st.dictionaries(st.sampled_from(["b2", "b3", "b4", "c1", "c4", "a4"]), st.floats(0.5, 99), min_size=1),
    st.sampled_from([0, 10, 30]),
)
def test_what_is_placed_is_available_land_and_no_more_than_asked(given_land, hectares, least):
    pieces, layers = given_land
    sitings, sites = site(amounts(**hectares), pieces, [quota(layer="rows", min_patch_ha=least)], layers)
    for row in sitings.itertuples():
        own = sites[sites["unit_id"] == row.unit_id]
        assert own["area_ha"].sum() == pytest.approx(row.placed_ha)
        assert own.area.sum() / 1e4 == pytest.approx(row.placed_ha, abs=1e-6)
        assert row.placed_ha + row.unplaced_ha == pytest.approx(row.asked_ha)
        assert row.asked_ha < least or row.unplaced_ha == 0
        assert (own["area_ha"] >= least - 1e-6).all()
        free = pieces[(pieces["unit_id"] == row.unit_id) & ~pieces["permanent_farmland"]].union_all()
        assert own.union_all().difference(free).area < 1e-3 if len(own) else True


@pytest.fixture(scope="module")
def given_land(tmp_path_factory):
    """As ``land``, made once for all examples."""
    rows = [(f"{r}{c}", rectangle(c - 1, y, c, y + 1)) for y, r in enumerate("abc") for c in range(1, 5)]
    units = frame(unit_id=[one for one, _ in rows], geometry=[shape for _, shape in rows]).set_index("unit_id")
    farm = layer("permanent_farmland", rectangle(1, 0, 3, 1))
    values = np.repeat(np.arange(6.0)[:, None], 8, axis=1)
    grid = replace(cells(values, folder=tmp_path_factory.mktemp("grid")), name="rows")
    return overlay(units, {"permanent_farmland": farm}), [farm, grid]


def test_one_patch_that_is_too_small_is_one_too_many() -> None:
    cells = SimpleNamespace(area_ha=np.array([1.0, 5.0, 5.0]))
    for patch, large in (([1, 2, 2], False), ([1, 1, 2], True), ([2, 1, 1], False)):
        assert _Chosen(cells, np.ones(3), np.array(patch)).is_large_enough(5.0) is large
