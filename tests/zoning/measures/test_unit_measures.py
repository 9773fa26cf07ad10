"""Measures of the toy province by pencil, and by geopandas as a second route."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.crs import project, working_crs
from layers.errors import CrsError, GeometryError, SourceError, StudyError, UnknownNameError
from layers.formats import read_raster
from layers.inputs import Layer
from zoning.measures import deducted_roles, measure, undeducted
from zoning.overlays import overlay
from zoning.rulebook import AvailableLand, Line, Rulebook, Value

CRS = "EPSG:3035"
KM = 1000.0


def box(x0, y0, x1, y1):
    return shapely.box(4e6 + x0 * KM, 3e6 + y0 * KM, 4e6 + x1 * KM, 3e6 + y1 * KM)


def frame(*shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def rulebook(limit=25.0):
    value = Value(
        name="buildable_slope_max_deg",
        value=limit,
        unit="deg",
        title={"en": "Slope"},
        since=None,
        until=None,
        reference="",
    )
    return Rulebook("toy", "Toyland", "", date(2025, 1, 1), parameters={"buildable_slope_max_deg": value})


def test_the_toy_province_by_pencil(units, designations):
    found = measure(units, overlay(units, designations))
    assert found.columns.tolist() == [
        *("name", "county", "jurisdiction", "population", "area_ha"),
        *("ecologically_fragile_share", "ecologically_fragile_ha"),
        *("energy_rich_share", "energy_rich_ha"),
        *("permanent_farmland_share", "permanent_farmland_ha"),
        *("available_ha", "available_in_boundary_ha"),
    ]
    assert found.index.name == "unit_id"
    assert found.index.tolist() == units.index.tolist()
    assert found.loc["a2", "ecologically_fragile_share":"available_ha"].tolist() == [0.5, 50, 0, 0, 1, 100, 0]
    assert found.loc["b3", "ecologically_fragile_share":"available_ha"].tolist() == [0, 0, 0.5, 50, 0, 0, 100]
    assert found["available_in_boundary_ha"].isna().all()


def test_layers_of_one_role_count_once(units):
    parks = {name: Layer(name, "polygons", "protected", frame(box(*span))) for name, span in OVERLAPPING.items()}
    found = measure(units, overlay(units, parks))
    assert found.loc["a1", ["protected_share", "protected_ha", "available_ha"]].tolist() == pytest.approx(
        [0.75, 75, 25]
    )


OVERLAPPING = {"west": (0, 0, 0.5, 1), "middle": (0.25, 0, 0.75, 1)}


def test_the_land_that_is_left(units):
    pieces = overlay(
        units,
        {
            "water": frame(box(0, 0, 0.5, 1)),
            "town": Layer("town", "polygons", "built_up", frame(box(0.4, 0, 0.6, 1))),
            "growth_boundary": frame(box(0.2, 0, 1, 0.5)),
        },
    )
    found = measure(units, pieces)
    assert found.loc["a1", ["available_ha", "available_in_boundary_ha"]].tolist() == pytest.approx([40.0, 20.0])
    assert found.loc["a2", ["available_ha", "available_in_boundary_ha"]].tolist() == pytest.approx([100.0, 0.0])
    assert undeducted(pieces) == ("red_line_core", "red_line", "protected", "permanent_farmland", "elevation")
    assert undeducted(pieces, [Layer("dem", "raster", "elevation")])[-1] == "permanent_farmland"


def test_lines_of_a_rulebook_say_what_else_is_not_available(units):
    """100 ha, of which the shore takes 30 and the old fields, given back, nothing."""

    def line(code, deducted=None):
        return Line(code=code, roles=(code,), title={"en": code}, deducted=deducted)

    lines = (line("shore", deducted=True), line("permanent_farmland", deducted=False), line("growth_boundary"))
    own = replace(rulebook(), lines=lines)
    pieces = overlay(units, {"shore": frame(box(0, 0, 0.3, 1)), "permanent_farmland": frame(box(0.3, 0, 1, 1))})
    assert measure(units, pieces, rulebook=own).loc["a1", "available_ha"] == pytest.approx(70.0)
    assert measure(units, pieces).loc["a1", "available_ha"] == pytest.approx(30.0)
    assert deducted_roles(own) == ("red_line_core", "red_line", "protected", "built_up", "water", "shore")
    # red lines are no lines of this country, so that nobody misses a layer of them
    assert undeducted(pieces, (), own) == ("built_up", "water", "elevation")
    assert undeducted(overlay(units, {}), (), own) == ("built_up", "water", "shore", "elevation")


def test_a_rulebook_says_which_roles_are_deducted_and_what_the_boundary_is(units):
    """100 ha: a lake takes 20, a moor 30; water is no role of this country; the wall has the west half inside."""
    land = AvailableLand(deduct=("lake", "moor"), boundary="wall")
    own = replace(rulebook(), available_land=land)
    spans = {"lake": (0, 0.2), "moor": (0.2, 0.5), "water": (0.5, 0.8), "wall": (0, 0.6), "growth_boundary": (0, 1)}
    pieces = overlay(units, {name: frame(box(west, 0, east, 1)) for name, (west, east) in spans.items()})
    found = measure(units, pieces, rulebook=own).loc["a1", ["available_ha", "available_in_boundary_ha"]]
    assert found.tolist() == pytest.approx([50.0, 10.0])
    assert deducted_roles(own) == ("lake", "moor")
    assert undeducted(overlay(units, {}), (), own) == ("lake", "moor", "elevation")


def test_what_is_too_steep_stands_in_the_parameter_that_the_rulebook_names(units, ramp):
    """45 degrees east of x = 2.5 km: a1 is level, a4 is not."""
    book = rulebook(30.0)
    renamed = {"slope_max": book.parameters["buildable_slope_max_deg"]}
    layers = [Layer("dem", "raster", "elevation", None, ramp)]
    for own, left in (
        (replace(book, parameters=renamed, available_land=AvailableLand(steeper_than="slope_max")), 0.0),
        (replace(book, parameters=renamed), 100.0),
    ):
        found = measure(units, overlay(units, {}), layers, own)["available_ha"]
        assert (found["a1"], found["a4"]) == (pytest.approx(100.0), pytest.approx(left))


@pytest.fixture
def ramp(tmp_path: Path):
    """100 m cells: level west of x = 2.5 km, rising 1 m a metre (45 degrees) east of it."""
    east = np.maximum(np.arange(-5, 45) * 100.0 - 2500.0, 0.0)
    values = np.tile(east, (40, 1))
    path = tmp_path / "ramp.tif"
    transform = Affine(100, 0, 4e6 - 500, 0, -100, 3e6 + 3500)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=50,
        height=40,
        count=1,
        dtype="float64",
        crs=CRS,
        transform=transform,
        nodata=-1,
    ) as out:
        out.write(values, 1)
    return read_raster(path, "dem", coarse=True)[0]


def test_steep_land_is_not_available(units, ramp):
    dem = Layer("dem", "raster", "elevation", raster=ramp)
    pieces = overlay(units, {"water": frame(box(2, 0, 2.75, 1))})
    found = measure(units, pieces, [dem], rulebook(40.0))["available_ha"]
    # Slopes: 0 up to 2.4 km, a bend of 26.6 degrees to 2.6, 45 degrees beyond.
    assert found[["b1", "b2"]].tolist() == [100.0, 100.0]
    assert found["b3"] == pytest.approx(60.0, rel=1e-9)
    assert found["b4"] == 0
    assert found["a3"] == pytest.approx(0.0, abs=1e-9)  # what is left of it lies on the steep side
    gentle = measure(units, pieces, [dem], rulebook(50.0))["available_ha"]
    assert gentle[["b3", "a3"]].tolist() == pytest.approx([100.0, 25.0])


def test_without_a_limit_in_the_rulebook_slope_deducts_nothing(units, ramp):
    dem = Layer("dem", "raster", "elevation", raster=ramp)
    pieces = overlay(units, {})
    assert measure(units, pieces, [dem])["available_ha"].tolist() == pytest.approx([100.0] * 12)
    bare = Rulebook("bare", "", "", date(2025, 1, 1))
    assert measure(units, pieces, [dem], bare)["available_ha"].tolist() == pytest.approx([100.0] * 12)


def test_coarse_heights_cannot_say_what_is_steep(units, elevation_tif):
    dem = Layer("dem", "raster", "elevation", raster=read_raster(elevation_tif, "dem")[0])
    with pytest.raises(SourceError, match=r"'slope > 25.0' asks for slope of cells of 500 m"):
        measure(units, overlay(units, {}), [dem], rulebook())


def test_two_elevations_are_refused(units, ramp):
    dems = [Layer(name, "raster", "elevation", raster=ramp) for name in ("dem", "dtm")]
    with pytest.raises(UnknownNameError, match="layers 'dem', 'dtm' have the role 'elevation'"):
        measure(units, overlay(units, {}), dems, rulebook())


def test_formulas_of_every_kind(units, designations, elevation_tif):
    plants = Layer(
        "plants", "points", None, frame(shapely.Point(4e6 + 500, 3e6 + 500), mw=[7.0]), None, {"coal_mw": "sum(mw)"}
    )
    road = shapely.LineString([(4e6, 3e6 + 500), (4e6 + 1500, 3e6 + 500)])
    roads = Layer("roads", "lines", None, frame(road), None, {"road_km": "length(km)", "roads": "count()"})
    dem = Layer("dem", "raster", None, None, read_raster(elevation_tif, "dem")[0], {"height_m": "mean(value)"})
    wood = frame(box(0, 0, 0.5, 1), box(0.25, 0, 0.75, 1))
    free = Layer(
        "woods", "polygons", None, wood, None, {"wood_share": "share()", "wood_ha": "ha()", "woods": "count()"}
    )
    named = Layer(
        "forest", "polygons", "ecologically_fragile", designations["ecologically_fragile"], None, {"f_ha": "ha()"}
    )
    pieces = overlay(units, {"forest": named})
    found = measure(units, pieces, [plants, roads, dem, free, named])
    row = found.loc["a1", ["coal_mw", "road_km", "roads", "height_m", "wood_share", "wood_ha", "woods", "f_ha"]]
    assert row.tolist() == pytest.approx([7.0, 1.0, 1, 4.5, 0.75, 75.0, 2, 100.0], rel=2e-3)
    assert found.columns.tolist()[-3:] == ["f_ha", "available_ha", "available_in_boundary_ha"]


def test_a_raster_that_designates_can_be_measured_both_ways(units, elevation_tif):
    raster = read_raster(elevation_tif, "high", where="value <= 2")[0]
    high = Layer(
        "high", "polygons", "snow", frame(box(0, 1.5, 4, 3)), raster, {"high_ha": "ha()", "highest": "max(value)"}
    )
    found = measure(units, overlay(units, {"high": high}), [high])
    assert found.loc["b1", ["high_ha", "highest", "highest_covered"]].tolist() == [50.0, 2.0, 0.5]


def test_every_column_has_one_source(units, designations):
    pieces = overlay(units, designations)
    points = Layer("shops", "points", None, frame(shapely.Point(4e6, 3e6)), None, {"population": "count()"})
    with pytest.raises(UnknownNameError, match="'population' comes from the units and from layer 'shops'") as refused:
        measure(units, pieces, [points])
    assert refused.value.exit_code == 2
    with pytest.raises(UnknownNameError, match="'energy_rich_ha' comes from the units and from the overlay"):
        measure(units.assign(energy_rich_ha=1.0), pieces)
    with pytest.raises(UnknownNameError, match="'area_ha' of the units is not their area for 12"):
        measure(units.assign(area_ha=1.0), pieces)


def test_what_does_not_fit_is_refused(units, designations):
    pieces = overlay(units, designations)
    with pytest.raises(StudyError, match=r"holds points, of which 'share\(slope > 3\)'"):
        measure(
            units, pieces, [Layer("p", "points", None, frame(shapely.Point(0, 0)), None, {"x": "share(slope > 3)"})]
        )
    elsewhere = frame(shapely.Point(0, 0)).to_crs(4326)
    with pytest.raises(CrsError, match="layer 'p' is in WGS 84"):
        measure(units, pieces, [Layer("p", "points", None, elsewhere, None, {"x": "count()"})])
    with pytest.raises(GeometryError, match="do not belong together: 'a1' are in one"):
        measure(units.drop(index="a1"), pieces)
    pieces.attrs = {}
    with pytest.raises(GeometryError, match=r"attrs\['roles'\]"):
        measure(units, pieces)


def test_units_keep_their_order_and_missing_values(units, designations):
    turned = units.iloc[::-1].assign(income=[np.nan, *range(11)])
    found = measure(turned, overlay(units, designations))
    assert found.index.tolist() == turned.index.tolist()
    assert np.isnan(found["income"].iloc[0])
    pd.testing.assert_frame_equal(
        found.drop(columns="income").sort_index(), measure(units, overlay(units, designations)), check_exact=True
    )


spans = st.tuples(st.floats(-1, 4), st.floats(-1, 3), st.floats(0.1, 3), st.floats(0.1, 3))


@settings(max_examples=40)
@given(st.lists(spans, min_size=1, max_size=4), spans)
def test_shares_are_those_of_geopandas_and_protection_never_adds_land(many, extra):
    units = frame(*[box(x, y, x + 1, y + 1) for x in range(4) for y in range(3)]).set_axis([f"u{n}" for n in range(12)])
    parks = frame(*[box(x, y, x + w, y + h) for x, y, w, h in many])
    found = measure(units, overlay(units, {"protected": parks}))
    union = parks.union_all()
    assert found["protected_ha"].tolist() == pytest.approx((units.intersection(union).area / 1e4).tolist(), abs=1e-6)
    assert found["available_ha"].add(found["protected_ha"]).tolist() == pytest.approx([100.0] * 12, rel=1e-9)
    x, y, w, h = extra
    more = pd.concat([parks, frame(box(x, y, x + w, y + h))])
    less = measure(units, overlay(units, {"protected": more}))["available_ha"]
    assert (less <= found["available_ha"] + 1e-9).all()


@pytest.mark.parametrize("crs", ["EPSG:6933", "EPSG:5070", "EPSG:3035"])
def test_the_equal_area_crs_does_not_matter(crs):
    cells = [shapely.box(lon, lat, lon + 2, lat + 2) for lon in range(-104, -96, 2) for lat in range(38, 44, 2)]
    units = gpd.GeoDataFrame(geometry=cells, index=[f"u{n:02}" for n in range(12)], crs="EPSG:4326")
    lake = gpd.GeoDataFrame(geometry=[shapely.Point(-100, 41).buffer(2.3, quad_segs=5)], crs="EPSG:4326")
    at_home = working_crs(units)
    here, there = (
        measure(project(units, one), overlay(project(units, one), {"water": project(lake, one)}))["water_share"]
        for one in (at_home, crs)
    )
    assert there.tolist() == pytest.approx(here.tolist(), abs=1e-6)
