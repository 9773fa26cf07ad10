"""What applies at a point: the toy province, whose kilometres are turned into degrees and back."""

from __future__ import annotations

import geopandas as gpd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely import Point

from layers.errors import UnknownNameError, ZoneplanError
from maps.telling.explanations.point_queries import at, check_coordinates, nearest, point_in, polygons_at
from zoning.plan import Plan

CRS, X0, Y0, KM = "EPSG:3035", 4_000_000.0, 3_000_000.0, 1000.0  # as in tests/conftest.py
TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)


def degrees(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a point of the toy province, in kilometres from its south-west corner."""
    lon, lat = TO_DEGREES.transform(X0 + x * KM, Y0 + y * KM)
    return lon, lat


@pytest.fixture
def plan(toy_run: Plan) -> Plan:
    return toy_run


def test_a_place_inside(plan) -> None:
    place = at(plan, *degrees(0.25, 2.5))
    said = place.as_dict()
    assert said["inside"]
    assert said["unit"] == {
        "unit_id": "c1",
        "name": "Unit C1",
        "jurisdiction": "west",
        "jurisdiction_name": "west",
        "area_ha": pytest.approx(100),
    }
    zone = plan.zones.set_index("unit_id").loc["c1"]
    assert (said["main"]["zone"], said["main"]["rule"]) == (zone["main"], zone["rule"])
    assert {one["role"] for one in said["piece"]["designations"]} == {"ecologically_fragile"}
    assert said["piece"]["piece_id"] in plan.pieces.index
    assert said["policies"]
    assert {one["policy"] for one in said["policies"]} == set(
        plan.policies.loc[plan.policies["unit_id"] == "c1", "policy"]
    )
    assert (said["shared_with"], said["line"], said["industry"], place.verdict) == ([], None, None, None)


def test_the_two_halves_of_a_unit_are_two_pieces(plan) -> None:
    west, east = (at(plan, *degrees(x, 2.5)).as_dict() for x in (1.25, 1.75))
    assert west["unit"] == east["unit"]
    assert west["piece"]["piece_id"] != east["piece"]["piece_id"]
    assert [one["role"] for one in west["piece"]["designations"]] == ["ecologically_fragile"]
    assert east["piece"]["designations"] == []


def test_a_control_line_is_that_of_the_piece(plan) -> None:
    said = at(plan, *degrees(1.5, 0.5)).as_dict()
    assert said["unit"]["unit_id"] == "a2"
    assert said["line"]["line"] == "permanent_farmland" == said["piece"]["control_line"]
    assert said["line"]["title"] in at(plan, *degrees(1.5, 0.5)).text()


@pytest.mark.parametrize(
    ("x", "y", "unit", "others"),
    [(1, 2.5, "c1", ["c2"]), (1, 1, "a1", ["a2", "b1", "b2"]), (2.5, 2, "b3", ["c3"]), (0, 0, "a1", [])],
)
def test_a_place_on_a_border_is_in_the_unit_that_sorts_first(plan, x, y, unit, others) -> None:
    place = at(plan, *degrees(x, y))
    assert place.as_dict()["unit"]["unit_id"] == unit
    assert [one["unit_id"] for one in place.as_dict()["shared_with"]] == others
    assert ("on the border with" in place.text()) == bool(others)
    assert plan.pieces.loc[place.as_dict()["piece"]["piece_id"], "unit_id"] == unit


def test_a_place_outside_says_which_unit_is_nearest_and_how_far(plan) -> None:
    place = at(plan, *degrees(-2, 2.5))
    said = place.as_dict()
    assert (said["inside"], said["nearest"]["unit_id"]) == (False, "c1")
    assert said["nearest"]["distance_km"] == pytest.approx(
        2.0, rel=0.01
    )  # the grid's kilometres are not quite true ones
    assert place.text().splitlines()[1].startswith("outside all units; the nearest is Unit C1 (c1), ")
    assert (
        at(plan, *degrees(-2, 2.5), language="zh")
        .text()
        .splitlines()[1]
        .startswith("不在任何单元内；最近的单元是 Unit C1（c1），")
    )


def test_the_other_way_round_is_told_where_it_would_lie_inside(plan) -> None:
    lon, lat = degrees(0.5, 0.5)
    said = at(plan, lat, lon).as_dict()
    assert said["swapped"]["unit_id"] == "a1"
    assert (said["swapped"]["lon"], said["swapped"]["lat"]) == (lon, lat)
    assert "did you mean" in at(plan, lat, lon).text()
    assert at(plan, lat + 40, lon).as_dict()["swapped"] is None


def test_the_far_side_of_the_earth_has_a_nearest_unit_too(plan) -> None:
    lon, lat = degrees(2, 1)
    said = at(plan, lon - 180, -lat).as_dict()
    assert not said["inside"]
    assert 19_900 < said["nearest"]["distance_km"] < 20_040


@pytest.mark.parametrize(
    ("lon", "lat", "message"),
    [
        (39.74, -104.99, "a latitude lies between -90 and 90. Longitude comes first: did you mean -104.99 39.74?"),
        (255.01, 39.74, "longitude 255.01: a longitude lies between -180 and 180. Did you mean -104.99 39.74?"),
        (4_000_000, 3_000_000, "a longitude lies between -180 and 180. Give degrees, WGS 84, not metres"),
        (float("nan"), 1, "longitude nan: give degrees, such as -104.99"),
        (1, float("inf"), "latitude inf: give degrees"),
    ],
)  # fmt: skip
def test_what_is_no_place(lon, lat, message) -> None:
    with pytest.raises(ZoneplanError) as error:
        check_coordinates(lon, lat)
    assert message in str(error.value)
    assert error.value.exit_code == 2


def test_an_industry_of_a_rulebook_without_lists(plan) -> None:
    place = at(plan, *degrees(0.5, 0.5), industry="C3011")
    assert (place.content["industry"]["verdict"], place.content["industry"]["lists"]) == ("not_listed", [])
    assert place.content["lists"] == []
    assert place.text().splitlines()[-2:] == [
        "C3011, planned: not listed",
        "  no list of industries was read for this place; whether it may settle is not known",
    ]
    with pytest.raises(UnknownNameError, match="state 'old': write existing or planned"):
        at(plan, *degrees(0.5, 0.5), state="old")


@settings(max_examples=40)
@given(st.floats(-1, 5), st.floats(-1, 4))
def test_the_unit_is_that_which_a_search_by_hand_finds(units_once, x: float, y: float) -> None:
    """Two routes: the index of all units, and each square by its numbers."""
    lon, lat = degrees(x, y)
    found = polygons_at(point_in(lon, lat, units_once), units_once)
    near = 1e-5  # kilometres; nearer to a border either answer will do
    inside = [
        unit_id
        for unit_id in units_once.index
        for column, row in [(int(unit_id[1]) - 1, "abc".index(unit_id[0]))]
        if column + near < x < column + 1 - near and row + near < y < row + 1 - near
    ]
    if inside:
        assert found == tuple(inside)
    if not (-near <= x <= 4 + near and -near <= y <= 3 + near):
        assert found == ()
        unit_id, km = nearest(lon, lat, units_once)
        away = {one: shape.distance(Point(X0 + x * KM, Y0 + y * KM)) / KM for one, shape in units_once.geometry.items()}
        assert away[unit_id] == pytest.approx(min(away.values()), abs=1e-6)
        assert km == pytest.approx(min(away.values()), rel=0.02, abs=1e-6)


@pytest.fixture(scope="module")
def units_once() -> gpd.GeoDataFrame:
    from shapely import box

    squares = {
        f"{row}{column + 1}": box(X0 + column * KM, Y0 + y * KM, X0 + (column + 1) * KM, Y0 + (y + 1) * KM)
        for y, row in enumerate("abc")
        for column in range(4)
    }
    return gpd.GeoDataFrame(geometry=list(squares.values()), index=list(squares), crs=CRS)
