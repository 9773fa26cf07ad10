"""True sizes of cells, by closed form and by another route."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from affine import Affine
from pyproj import CRS, Geod, Transformer

from layers.errors import CrsError
from layers.formats import Raster
from layers.raster.cells import cell_areas, cell_sides

ONE = np.array([0])


def grid(crs, transform, shape=(4, 4)):
    return Raster(Path("none.tif"), CRS(crs), transform, shape, 100.0)


@pytest.mark.parametrize("north", [1.0, 40.0, 75.0, 90.0])
def test_a_lonlat_cell_has_the_geodesic_area(north):
    found = cell_areas(grid("EPSG:4326", Affine(0.5, 0, 10, 0, -0.5, north)), ONE, ONE)
    box = shapely.segmentize(shapely.box(10, north - 0.5, 10.5, north), 0.001)
    assert found[0] == pytest.approx(abs(Geod(ellps="WGS84").geometry_area_perimeter(box)[0]), rel=1e-8)


def test_all_cells_together_are_the_earth():
    areas = cell_areas(grid("EPSG:4326", Affine(1, 0, -180, 0, -1, 90), (180, 360)), np.arange(180), np.zeros(180, int))
    assert areas.sum() * 360 == pytest.approx(510_065_621.724e6, rel=1e-9)


def test_a_sphere_and_a_crs_in_grads():
    sphere = cell_areas(grid("+proj=longlat +R=6371000", Affine(90, 0, 0, 0, -90, 90), (1, 1)), ONE, ONE)
    assert sphere[0] == pytest.approx(4 * np.pi * 6371000.0**2 / 8)
    grads = cell_areas(grid("EPSG:4807", Affine(100, 0, 0, 0, -100, 100), (1, 1)), ONE, ONE)
    assert grads[0] == pytest.approx(510_064_000e6 / 8, rel=1e-3)


def test_equal_area_cells_are_planar():
    assert cell_areas(grid("EPSG:3035", Affine(500, 0, 4e6, 0, -500, 3e6)), ONE, ONE)[0] == 250_000.0


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:32632"])
def test_other_projections_are_measured_on_the_ellipsoid(crs):
    transform = Affine(1000, 0, 600_000, 0, -1000, 6_000_000)
    raster = grid(crs, transform, (900, 900))
    row, column = np.array([0, 450, 899]), np.array([3, 450, 899])
    found = cell_areas(raster, row, column)
    for area, i, j in zip(found, row, column, strict=True):
        x, y = transform.c + transform.a * j, transform.f + transform.e * i
        lonlat = shapely.transform(
            shapely.segmentize(shapely.box(x, y - 1000, x + 1000, y), 50.0), _to_lonlat(crs), interleaved=False
        )
        assert area == pytest.approx(abs(Geod(ellps="WGS84").geometry_area_perimeter(lonlat)[0]), rel=2e-6)


def _to_lonlat(crs):
    from pyproj import Transformer

    return Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform


def test_an_area_does_not_depend_on_the_other_cells_asked_for():
    raster = grid("EPSG:3857", Affine(1000, 0, 0, 0, -1000, 6_000_000), (2000, 2000))
    alone = cell_areas(raster, np.array([777]), np.array([1234]))
    among = cell_areas(raster, np.array([0, 777, 1999]), np.array([0, 1234, 1999]))
    assert alone[0] == among[1]


def test_sides_in_lonlat_shrink_poleward():
    width, height = cell_sides(grid("EPSG:4326", Affine(0.01, 0, 0, 0, -0.01, 60.02)), slice(0, 4))
    geod = Geod(ellps="WGS84")
    assert width[0] == pytest.approx(geod.inv(0, 60.015, 0.01, 60.015)[2], rel=1e-8)
    assert height[0] == pytest.approx(geod.inv(0, 60.01, 0, 60.02)[2], rel=1e-8)
    assert (np.diff(width) > 0).all()


def test_sides_in_web_mercator_are_those_on_the_ground():
    width, height = cell_sides(grid("EPSG:3857", Affine(100, 0, 0, 0, -100, 8_400_000)), slice(0, 2))
    assert width[0] == pytest.approx(50.0, rel=0.01)  # at 60 degrees north a map metre is half a metre
    assert height[0] == pytest.approx(50.0, rel=0.01)


def test_a_grid_that_is_not_tied_to_the_earth_is_refused():
    local = 'LOCAL_CS["site",UNIT["metre",1]]'
    with pytest.raises(CrsError, match="not tied to the earth"):
        cell_sides(grid(local, Affine(1, 0, 0, 0, -1, 4)), slice(0, 2))


def test_cells_at_the_rim_of_a_map_are_refused_in_words():
    disk = grid("+proj=ortho +lat_0=0 +lon_0=0", Affine(1e6, 0, -7e6, 0, -1e6, 7e6), (14, 14))
    assert cell_areas(disk, np.array([7]), np.array([7]))[0] == pytest.approx(1e12, rel=0.05)
    with pytest.raises(CrsError, match=r"layer 'raster': units reach to cells at the rim .* such as EPSG:4326"):
        cell_areas(disk, np.array([7, 0]), np.array([7, 7]))


def test_cells_near_a_rim_are_measured_though_the_lattice_has_no_place_there():
    robinson = grid("ESRI:54030", Affine(20_000, 0, -17_100_000, 0, -20_000, 8_700_000), (870, 1710))
    way = Transformer.from_crs("EPSG:4326", "ESRI:54030", always_xy=True)
    column = int((way.transform(178.5, 5.0)[0] + 17_100_000) // 20_000)
    row = int((8_700_000 - way.transform(178.5, 5.0)[1]) // 20_000)
    near = cell_areas(robinson, np.array([row, row]), np.array([column, column - 40]))
    assert near[0] == pytest.approx(near[1], rel=0.01)
