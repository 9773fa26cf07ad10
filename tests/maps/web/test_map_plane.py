"""The plane of the map: the scripts put places of the earth where PROJ puts them, in every projection of equal area."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely

from maps.web.geometry_encoding import WGS_84, Plane, equal_area_plane, mercator_plane
from maps.web.page_model import as_json

SCRIPT = Path(__file__).parent / "scripts" / "project_points.js"
WEST = (-114.8, 31.3, -102.0, 45.0)
# name of a CRS to the part of the earth that a plan in it covers: west, south, east and north
CASES = {
    "+proj=laea +lat_0=38.2 +lon_0=-108.4 +datum=NAD83": WEST,
    "+proj=laea +lat_0=-18 +lon_0=179.5 +datum=WGS84 +x_0=1000 +y_0=-500": (177.0, -20.0, 183.0, -16.0),
    "+proj=laea +lat_0=0 +lon_0=20 +datum=WGS84": (10.0, -12.0, 35.0, 12.0),
    "+proj=laea +lat_0=90 +lon_0=-40 +datum=WGS84": (-70.0, 60.0, -10.0, 89.0),
    "+proj=laea +lat_0=-90 +lon_0=0 +datum=WGS84": (-70.0, -89.0, 60.0, -65.0),
    "EPSG:3035": (-9.0, 36.0, 30.0, 60.0),
    "EPSG:6931": (-120.0, 50.0, 60.0, 80.0),
    "EPSG:5070": (-124.0, 25.0, -67.0, 49.0),
    "EPSG:3577": (113.0, -43.0, 153.0, -10.0),  # Australian Albers, GDA94
    "+proj=aea +lat_1=30 +lat_2=30 +lat_0=0 +lon_0=10 +datum=WGS84": (5.0, 20.0, 15.0, 40.0),
    "EPSG:5069": (-109.0, 37.0, -102.0, 41.0),  # NAD27: some hundred metres off
    "+proj=aea +lat_1=-22 +lat_2=-33 +lat_0=0 +lon_0=24 +ellps=clrk80 +type=crs": (17.0, -34.0, 32.0, -23.0),
    "+proj=cea +lat_ts=30 +lon_0=0 +datum=WGS84": (-170.0, -60.0, 170.0, 75.0),
    "EPSG:8857": (-170.0, -60.0, 170.0, 80.0),
}  # fmt: skip


def places(part: tuple[float, float, float, float]) -> np.ndarray:
    west, south, east, north = part
    lon, lat = np.meshgrid(np.linspace(west, east, 9), np.linspace(south, north, 9))
    return np.column_stack([(lon.ravel() + 180) % 360 - 180, lat.ravel()])


def plane_over(crs: pyproj.CRS, points: np.ndarray) -> Plane:
    moved = np.column_stack(pyproj.Transformer.from_crs(WGS_84, crs, always_xy=True).transform(*points.T))
    return equal_area_plane(crs, tuple(shapely.total_bounds(shapely.points(moved))))


@pytest.mark.node
def test_scripts_put_places_where_proj_puts_them(node, tmp_path: Path) -> None:
    """To a centimetre on the plan's own datum, to a metre on another one; and back to the same degrees."""
    asked, expected = [], []
    for name, part in CASES.items():
        crs, points = pyproj.CRS(name), places(part)
        asked.append({"projection": json.loads(as_json(plane_over(crs, points).projection)), "points": points.tolist()})
        expected.append(np.column_stack(pyproj.Transformer.from_crs(WGS_84, crs, always_xy=True).transform(*points.T)))
    (tmp_path / "asked").write_text(json.dumps(asked), "utf-8")
    told = json.loads(node(SCRIPT, tmp_path / "asked"))
    for name, one, own, true in zip(CASES, asked, told, expected, strict=True):
        off = np.hypot(*(np.array(own["metres"]) - true).T).max()
        assert off < (1.0 if one["projection"]["shift"] else 0.01), (name, off)
        back = np.array(own["degrees"]) - one["points"]
        back[:, 0] = (back[:, 0] + 180) % 360 - 180
        assert np.abs(back * np.cos(np.radians(np.array(one["points"])[:, 1:]))).max() < 1e-5, name


@pytest.mark.node
def test_scripts_never_lose_a_place(node, tmp_path: Path) -> None:
    """Leaflet asks for places far beyond the earth's edge while a map is dragged."""
    everywhere = [[lon, lat] for lon in (-400, -180, -71.6, 0, 71.6, 180, 400) for lat in (-90, -38.2, 0, 38.2, 90)]
    asked = [
        {"projection": json.loads(as_json(plane_over(pyproj.CRS(name), places(part)).projection)), "points": everywhere}
        for name, part in CASES.items()
    ]
    (tmp_path / "asked").write_text(json.dumps(asked), "utf-8")
    for own in json.loads(node(SCRIPT, tmp_path / "asked")):
        assert None not in np.ravel(own["metres"] + own["degrees"]).tolist()


@pytest.mark.node
def test_mercator_is_open_where_the_plan_is_not(node, tmp_path: Path) -> None:
    points = np.array([[178.0, -17.0], [-178.0, -17.0], [179.9, 10.0]])
    plane = mercator_plane(points[:, 0])
    asked = [{"projection": json.loads(as_json(plane.projection)), "points": points.tolist()}]
    (tmp_path / "asked").write_text(json.dumps(asked), "utf-8")
    (own,) = json.loads(node(SCRIPT, tmp_path / "asked"))
    assert np.array(own["metres"]) == pytest.approx(plane.placed(points, WGS_84), abs=1e-3)
    assert own["metres"][1][0] - own["metres"][0][0] == pytest.approx(6378137 * np.radians(4))


def test_a_plan_on_the_datum_of_the_web_needs_no_shift() -> None:
    assert plane_over(pyproj.CRS("EPSG:8857"), places(WEST)).projection.shift is None
    shift = plane_over(pyproj.CRS("EPSG:5069"), places(WEST)).projection.shift  # NAD27: some hundred metres
    assert shift is not None
    assert 50 < np.hypot(shift.east[0], shift.north[0]) < 300
