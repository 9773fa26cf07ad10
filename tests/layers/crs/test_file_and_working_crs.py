from __future__ import annotations

import geopandas as gpd
import pytest
from pyproj import CRS
from shapely import Point, box

from layers.crs import datum_note, is_equal_area, same_crs, settle_crs, working_crs
from layers.crs.working_crs import parse_crs
from layers.errors import CrsError, GeometryError


def frame(*shapes, crs="EPSG:4326"):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=crs)


def test_an_equal_area_crs_of_the_units_is_the_working_crs(units):
    assert working_crs(units) == CRS("EPSG:3035")


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("EPSG:3035", True),
        ("EPSG:5070", True),
        ("EPSG:6933", True),
        ("EPSG:8857", True),
        ("EPSG:3857", False),
        ("EPSG:32633", False),
        ("EPSG:4326", False),
        ("ESRI:54009", False),  # Mollweide takes the earth for a sphere, and so does the next
        ("EPSG:2163", False),
        ("EPSG:9473", True),
    ],
)
def test_equal_area(code, answer):
    assert is_equal_area(CRS(code)) is answer


def test_an_equal_area_crs_in_feet_is_not_used():
    feet = CRS.from_proj4("+proj=aea +lat_1=29.5 +lat_2=45.5 +lat_0=23 +lon_0=-96 +datum=NAD83 +units=us-ft")
    assert not is_equal_area(feet)


@pytest.mark.parametrize(
    ("shapes", "centre"),
    [
        ([box(10, 50, 12, 52)], (51.0, 11.0)),
        ([box(170, -10, 180, 0), box(-180, -10, -170, 0)], (-5.0, -180.0)),
        ([box(-125, 25, -67, 49), box(172, 51, 180, 53)], (39.0, -127.5)),
        ([box(-170, -80, 170, 80)], (0.0, 0.0)),
        ([box(100, 20, 110, 30), box(10, 20, 11, 30)], (25.0, 60.0)),
    ],
)
def test_the_working_crs_stands_in_the_middle(shapes, centre):
    crs = working_crs(frame(*shapes))
    parameters = {one.name: one.value for one in crs.coordinate_operation.params}
    assert (
        parameters["Latitude of natural origin"],
        parameters["Longitude of natural origin"],
    ) == pytest.approx(centre)
    assert is_equal_area(crs)


def test_the_working_crs_keeps_the_datum_and_does_not_move_for_a_trifle():
    one, other = frame(box(100, 30, 102, 32), crs="EPSG:4490"), frame(box(100, 30, 102.01, 32), crs="EPSG:4490")
    assert working_crs(one) == working_crs(other)
    assert "China" in working_crs(one).datum.name


def test_projected_units_get_a_crs_in_their_middle():
    crs = working_crs(frame(box(400_000, 5_500_000, 600_000, 5_700_000), crs="EPSG:32633"))
    assert crs.name.startswith("Equal area at 50.5 15.0")


def test_units_without_crs_or_place_are_refused():
    with pytest.raises(CrsError, match="have no CRS"):
        working_crs(gpd.GeoDataFrame(geometry=[Point(0, 0)]))
    with pytest.raises(GeometryError, match="no unit has a geometry"):
        working_crs(frame(None))


def test_the_plan_and_the_file_must_agree_on_the_crs():
    assert settle_crs(CRS("EPSG:4326"), "EPSG:4326", "a.gpkg", "forests")[1].empty
    known, note = settle_crs(None, "EPSG:4490", "a.gpkg", "forests")
    assert known == CRS("EPSG:4490")
    assert note.loc[0, ["layer", "feature", "finding"]].tolist() == ["forests", "", "crs"]
    with pytest.raises(CrsError, match=r"a.gpkg has no coordinate reference system.* crs = \"EPSG") as caught:
        settle_crs(None, None, "a.gpkg", "forests")
    assert (caught.value.exit_code, caught.value.code, caught.value.layer) == (3, "crs_missing", "forests")
    with pytest.raises(CrsError, match=r"the plan says crs = \"EPSG:4490\" .* but a.gpkg says WGS 84"):
        settle_crs(CRS("EPSG:4326"), "EPSG:4490", "a.gpkg", "forests")
    with pytest.raises(CrsError, match="no CRS that PROJ knows"):
        parse_crs("EPSG:99999999", "forests")


def test_axis_order_makes_no_other_crs():
    assert same_crs(CRS("EPSG:4326"), CRS("OGC:CRS84"))
    assert not same_crs(CRS("EPSG:4326"), CRS("EPSG:4269"))


def test_a_change_of_datum_is_told_with_its_operation():
    """Limits: Another datum than that of the units."""
    (row,) = datum_note(CRS("EPSG:4490"), CRS("EPSG:4326"), "x").to_dict("records")
    assert (row["layer"], row["feature"], row["finding"]) == ("x", "", "datum")
    assert row["action"].startswith("moved from China 2000 to World Geodetic System 1984 by ")
    assert row["action"].endswith(": the two are taken as equal")
    known = datum_note(CRS("EPSG:4258"), CRS("EPSG:4326"), "x").loc[0, "action"]
    assert known.startswith("moved from European Terrestrial Reference System 1989 to World Geodetic System 1984 by ")
    assert "taken as equal" not in known
    assert datum_note(CRS("OGC:CRS84"), CRS("EPSG:3857"), "x").empty


ROUND_THE_EARTH = gpd.GeoDataFrame(
    geometry=[box(west, -20, west + 30, 20) for west in range(-180, 180, 30)],
    index=[f"u{number}" for number in range(12)],
    crs="EPSG:4326",
)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857"])
def test_units_that_go_round_the_earth_have_no_middle(crs: str) -> None:
    with pytest.raises(CrsError, match=r"'u0'.* opposite to the middle of all \(longitude -180, latitude 0\)") as left:
        working_crs(ROUND_THE_EARTH.to_crs(crs))
    assert left.value.code == "crs_round_the_earth"
    assert "EPSG:8857 or EPSG:6933" in str(left.value)


@pytest.mark.parametrize("crs", ["EPSG:8857", "EPSG:6933"])
def test_the_remedy_for_units_that_go_round_the_earth_is_one(crs: str) -> None:
    assert working_crs(ROUND_THE_EARTH.to_crs(crs)) == CRS(crs)


def test_units_that_stop_short_of_the_point_opposite_are_planned_for() -> None:
    assert working_crs(ROUND_THE_EARTH.iloc[1:]).name == "Equal area at 0.0 15.0 (WGS 84)"
    polar = gpd.GeoDataFrame(geometry=[box(-180, 60, 0, 90), box(0, 60, 180, 90)], crs="EPSG:4326")
    assert working_crs(polar).name == "Equal area at 75.0 0.0 (WGS 84)"


def test_a_crs_from_the_middle_of_the_earth_is_none_to_plan_in() -> None:
    with pytest.raises(
        CrsError, match=r"counts from the middle of the earth. Give the units a geographic or projected"
    ):
        working_crs(frame(box(0, 0, 1, 1), crs="EPSG:4978"))


@pytest.mark.parametrize(("crs", "place"), [("EPSG:2056", (2_600_000, 1_200_000)), ("EPSG:23700", (650_000, 240_000))])
def test_an_oblique_mercator_goes_round_no_earth(crs: str, place: tuple[int, int]) -> None:
    """PROJ puts the point opposite to the middle of Switzerland into Switzerland again."""
    x, y = place
    units = frame(*[box(x + at, y - 50_000, x + at + 50_000, y + 50_000) for at in (-50_000, 0)], crs=crs)
    assert working_crs(units).name.startswith("Equal area at 4")
