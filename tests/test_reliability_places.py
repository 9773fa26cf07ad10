"""Layers that lie elsewhere than they say: each is refused in words that help when they are followed to the letter.

Rows B12, B36, B38 and B39 of the catalogue of reliability. A layer of two rectangles near Xi'an is written as others
write it, mended as the message says, and must then lie where it lies.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import CRS
from shapely import Polygon, box

from layers.errors import CrsError, GeometryError, SeveralErrors, ZoneplanError
from layers.inputs import Inputs
from layers.read.reading_step import read_inputs
from layers.sources import Sources, read_sources

PLAN = """[study]
name = "toy"
date = 2025-01-01
rulebook = "main_functional_areas"

[units]
source = "units.gpkg"
id = "code"
{units}
[[layers]]
name = "land"
source = "{source}"
{keys}
"""
LONLAT = "EPSG:4490"
UNITS = [box(108 + x / 10, 34 + y / 10, 108.1 + x / 10, 34.1 + y / 10) for y in range(3) for x in range(4)]
LAND = [box(108.02, 34.02, 108.17, 34.15), box(108.2, 34.1, 108.35, 34.2)]

pytestmark = [pytest.mark.filterwarnings("ignore:'crs' was not provided")]


def frame(shapes=LAND, crs: str | None = LONLAT) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"code": [f"6101{one:02}" for one in range(len(shapes))]}, geometry=list(shapes), crs=crs)


def told(features: gpd.GeoDataFrame, crs: str | None) -> gpd.GeoDataFrame:
    """The same numbers, said to be in another CRS."""
    return features.set_crs(crs, allow_override=True)


def exchanged(features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    turned = shapely.transform(np.asarray(features.geometry.array), lambda points: points[:, ::-1])
    return features.set_geometry(gpd.GeoSeries(turned, index=features.index, crs=features.crs))


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Inputs]:
    """Write a layer and a plan, and read them."""

    def made(land: gpd.GeoDataFrame | None, keys: str = "", source: str = "land.gpkg", units=None, more: str = ""):
        (frame(UNITS) if units is None else units).to_file(tmp_path / "units.gpkg")
        if land is not None:
            land.to_file(tmp_path / source)
        (tmp_path / "plan.toml").write_text(PLAN.format(source=source, keys=keys, units=more), "utf-8")
        return read_inputs(read_sources(tmp_path / "plan.toml", Sources))

    return made


def lies_right(inputs: Inputs) -> None:
    true = frame().to_crs(inputs.crs)
    (layer,) = inputs.layers
    off = true.geometry.symmetric_difference(layer.features.geometry.set_axis(true.index)).area / true.area
    assert off.max() < 1e-3  # edges are straight in the CRS of their file, so that they bend a little in another


GAUSS = frame().to_crs("EPSG:4545")
NUMBERED = frame().to_crs("EPSG:4524")
"""As strips of 3 degrees have it round 108 E, and with the number of the strip, 36, in front."""


@pytest.mark.parametrize(
    ("row", "land", "words"),
    [
        ("B38", told(NUMBERED, "EPSG:4545"), "begin with the number of a zone, 36"),
        ("B38", told(frame().to_crs("EPSG:4497"), "EPSG:4545"), "begin with the number of a zone, 19"),
        ("B38", told(NUMBERED, "EPSG:32649"), "begin with the number of a zone, 36"),
        ("B38, the wrong zone", told(NUMBERED, "EPSG:4525"), "they do not meet"),
        ("B38, no zone under a code with one", told(GAUSS, "EPSG:4524"), "they do not meet"),
        ("B38, the wrong meridian", told(GAUSS, "EPSG:4546"), "they do not meet"),
        ("B38, as longitude and latitude", told(NUMBERED, LONLAT), "seem to be metres"),
        ("B38, as a web map", told(NUMBERED, "EPSG:3857"), "they do not meet"),
        ("B39, degrees as metres", told(frame(), "EPSG:4545"), "they do not meet"),
        ("B39, a web map as a strip", told(frame().to_crs("EPSG:3857"), "EPSG:4545"), "they do not meet"),
    ],
)
def test_a_layer_under_a_wrong_crs_is_told_the_one_in_which_it_fits(row, land, words, read) -> None:
    """The code in the message, written into the plan as it says, puts the layer where it lies.

    Limits: Eastings with the number of a zone under a code without one.

    Limits: Numbers of another strip, of degrees or of a web map.
    """
    with pytest.raises(ZoneplanError, match=words) as refused:
        read(land)
    assert refused.value.layer == "land", row
    said = re.search(r'say (crs = "EPSG:\d+").* and (override_crs = true)', str(refused.value), re.IGNORECASE)
    assert said, str(refused.value)
    inputs = read(land, "\n".join(said.groups()))
    lies_right(inputs)
    assert "although the file says" in str(inputs.ledger.set_index("finding")["action"].loc["crs"])


@pytest.mark.parametrize("crs", [LONLAT, "EPSG:4524", "EPSG:4545"])
def test_b36_exchanged_coordinates_are_told_as_that(crs: str, read) -> None:
    """Limits: Latitude first, or northing first."""
    right = frame().to_crs(crs)
    with pytest.raises(ZoneplanError, match=r"seem to be exchanged[:.] (?i:exchange) them") as refused:
        read(exchanged(right))
    assert refused.value.layer == "land"
    lies_right(read(exchanged(exchanged(right))))


@pytest.mark.parametrize("crs", [LONLAT, "EPSG:4524"])
def test_b36_x_and_y_of_a_table_are_exchanged_in_the_plan(crs: str, read, tmp_path: Path) -> None:
    places = frame().representative_point().to_crs(crs)
    rows = "".join(f"{one.y!r},{one.x!r}\n" for one in places)
    (tmp_path / "land.csv").write_text("first,second\n" + rows, "utf-8")
    keys = f'crs = "{crs}"\nmeasure = {{ plants = "count()" }}\n'
    with pytest.raises(ZoneplanError, match="'x' and 'y' in the plan"):
        read(None, keys + 'x = "first"\ny = "second"', "land.csv")
    inputs = read(None, keys + 'x = "second"\ny = "first"', "land.csv")
    assert inputs.layers[0].features.distance(places.to_crs(inputs.crs).set_axis(["1", "2"])).max() < 0.01


def test_b36_exchanged_degrees_that_are_degrees_as_well(read) -> None:
    """B36: of Brazil, both orders are on the globe; what may lie far away is measured, and told."""
    units = frame([box(-48, -16, -47, -15)], "EPSG:4674")
    right = frame([box(-47.8, -15.8, -47.6, -15.6)], "EPSG:4674")
    with pytest.raises(CrsError, match="Its x and y seem to be exchanged"):
        read(exchanged(right), units=units)
    nearest = 'measure = { away_km = "nearest(km)" }'
    ledger = read(exchanged(right), nearest, units=units).ledger
    assert "measured as it is, but it lies at x -15.8" in str(ledger["action"].iloc[0])
    assert "Its x and y seem to be exchanged" in str(ledger["action"].iloc[0])
    assert read(right, nearest, units=units).ledger.empty
    ledger = read(frame([box(-50, -20, -49, -19)], "EPSG:4674"), nearest, units=units).ledger
    assert "crs" not in ledger["finding"].tolist(), "it is far away, and nothing else"


def test_a_layer_in_feet_under_a_crs_in_metres_is_told_so(read) -> None:
    """B39: Utah North counts in metres (EPSG:32142) or in feet (EPSG:3560).

    Limits: Feet under a CRS in metres.
    """
    units = frame([box(-112, 41, -111.5, 41.5)], "EPSG:4269")
    land = frame([box(-111.9, 41.1, -111.8, 41.2)], "EPSG:4269").to_crs("EPSG:3560")
    with pytest.raises(CrsError, match=r"if its numbers were feet.*the code of the same in feet"):
        read(told(land, "EPSG:32142"), units=units)
    inputs = read(told(land, "EPSG:32142"), 'crs = "EPSG:3560"\noverride_crs = true', units=units)
    found = inputs.layers[0].features.to_crs("EPSG:4269").total_bounds
    assert found == pytest.approx([-111.9, 41.1, -111.8, 41.2], abs=1e-6)


def test_b39_a_layer_of_another_region_is_no_riddle(read) -> None:
    """Limits: A layer of another region."""
    with pytest.raises(CrsError, match="of another region: then leave it out") as refused:
        read(frame([box(-110, 40, -109, 41)]))
    assert "numbers lie on the units" not in str(refused.value)


def test_b39_units_in_the_wrong_strip_are_to_blame_and_not_their_layers(read) -> None:
    units = told(frame(UNITS).to_crs("EPSG:4524"), "EPSG:4525")
    with pytest.raises(SeveralErrors) as refused:
        read(frame(), units=units)
    first, *_ = refused.value.findings
    assert (first.layer, first.code) == ("units", "area_of_use")
    assert "109°30'E and 112°30'E" in first.text
    lies_right(read(frame(), units=units, more='crs = "EPSG:4524"\noverride_crs = true\n'))


@pytest.mark.parametrize(("crs", "accused"), [("EPSG:2154", True), ("EPSG:32612", True), ("EPSG:4674", True)])
def test_a_crs_for_another_part_of_the_world_is_told(crs: str, accused: bool, read) -> None:
    """B39: it may hold numbers of China well enough to be drawn there, and not to be measured.

    Limits: A CRS for another part of the world.
    """
    land = told(frame(), crs) if CRS(crs).is_geographic else frame().to_crs(crs)
    ledger = read(land).ledger
    said = " ".join(map(str, ledger.loc[ledger["finding"] == "crs", "action"]))
    assert (CRS(crs).name in said and "the units lie at longitude 108.2" in said) is accused


@pytest.mark.parametrize("crs", [LONLAT, "EPSG:4545", "EPSG:4524", "EPSG:4546", "EPSG:3857", "EPSG:4326", "EPSG:8857"])
def test_a_crs_of_the_place_or_of_the_next_strip_is_not_accused(crs: str, read) -> None:
    """B39: a county that lies across the edge of a strip is drawn in one of both."""
    assert "crs" not in read(frame().to_crs(crs)).ledger["finding"].tolist()


def test_a_contradiction_is_settled_by_the_plan_where_it_says_so(read) -> None:
    """Limits: Another CRS than the plan says."""
    with pytest.raises(CrsError, match="Leave 'crs' out of the plan or, where the file is wrong") as refused:
        read(frame(), 'crs = "EPSG:4545"')
    assert (refused.value.code, refused.value.layer) == ("crs_contradiction", "land")
    lies_right(read(told(frame(), "EPSG:4545"), f'crs = "{LONLAT}"\noverride_crs = true'))


@pytest.mark.parametrize("keys", ["override_crs = true", 'crs = "GCJ-02"\noverride_crs = true'])
def test_nothing_is_overridden_by_nothing(keys: str, read) -> None:
    with pytest.raises(ZoneplanError, match="'override_crs' needs the 'crs' that holds"):
        read(frame(), keys)


def test_b12_a_missing_crs_is_said_in_the_plan(read) -> None:
    """Limits: No coordinate reference system."""
    with pytest.raises(CrsError, match="has no coordinate reference system"):
        read(told(GAUSS, None))
    lies_right(read(told(GAUSS, None), 'crs = "EPSG:4545"'))


def esri(name: str, easting: float, meridian: float = 108.0, northing: float = 0.0) -> str:
    """A .prj as ArcGIS writes it."""
    base = (
        'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
        'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
    )
    if not name:
        return base
    numbers = {
        "False_Easting": easting,
        "False_Northing": northing,
        "Central_Meridian": meridian,
        "Scale_Factor": 1.0,
        "Latitude_Of_Origin": 0.0,
    }
    listed = ",".join(f'PARAMETER["{key}",{value}]' for key, value in numbers.items())
    return f'PROJCS["{name}",{base},PROJECTION["Gauss_Kruger"],{listed},UNIT["Meter",1.0]]'


CITY = "+proj=tmerc +lat_0=0 +lon_0=108.25 +k=1 +x_0=50000 +y_0=-3000000 +ellps=GRS80 +units=m"


@pytest.mark.parametrize(
    ("crs", "prj", "code"),
    [
        (LONLAT, esri("", 0), LONLAT),
        ("EPSG:4524", esri("CGCS2000_3_Degree_GK_Zone_36", 36500000.0), "EPSG:4524"),
        ("EPSG:4545", esri("CGCS2000_3_Degree_GK_CM_108E", 500000.0), "EPSG:4545"),
        (CITY, esri("City_of_Xian_2000", 50000.0, 108.25, -3000000.0), None),
    ],
)
def test_a_prj_of_arcgis_says_the_same_as_its_code(crs, prj, code, read, tmp_path: Path) -> None:
    """B12: also a strip of a city, which no registry has; the plan may say the code as well.

    Limits: A .prj of ArcGIS, also of a city's own strip.
    """
    told(frame().to_crs(crs), None).to_file(tmp_path / "land.shp")
    (tmp_path / "land.prj").write_text(prj, "utf-8")
    for keys in ["", *([f'crs = "{code}"'] if code else [])]:
        inputs = read(None, keys, "land.shp")
        lies_right(inputs)
        assert inputs.ledger.empty


def test_a_crs_that_is_nowhere_is_refused(read, tmp_path: Path) -> None:
    """B12: what a program writes of a drawing without a CRS.

    Limits: A CRS without a place on the earth.
    """
    told(NUMBERED, None).to_file(tmp_path / "land.shp")
    (tmp_path / "land.prj").write_text('LOCAL_CS["City",UNIT["Meter",1]]', "utf-8")
    with pytest.raises(CrsError, match=r"land.shp says City, which is not tied to the earth"):
        read(None, "", "land.shp")
    lies_right(read(None, 'crs = "EPSG:4524"\noverride_crs = true', "land.shp"))


def test_degrees_beyond_the_globe_that_no_code_explains_are_metres(read) -> None:
    with pytest.raises(GeometryError, match=r'seem to be metres or feet. Say crs = "EPSG:...", the one they are in'):
        read(told(GAUSS, LONLAT))
    lies_right(read(told(GAUSS, LONLAT), 'crs = "EPSG:4545"\noverride_crs = true'))


def test_the_crs_of_a_grid_is_overridden_alike(read, tmp_path: Path) -> None:
    """B54: a grid in one strip that says that it is in the next."""
    west, south, east, north = frame(UNITS).to_crs("EPSG:4545").total_bounds
    about = {"driver": "GTiff", "count": 1, "dtype": "float32", "nodata": -1, "width": 8, "height": 6}
    transform = Affine((east - west) / 8, 0, west, 0, (south - north) / 6, north)
    with rasterio.open(tmp_path / "land.tif", "w", crs="EPSG:4546", transform=transform, **about) as out:
        out.write(np.ones((6, 8), dtype="float32"), 1)
    measure = 'measure = { green = "mean(value)" }\n'
    with pytest.raises(CrsError, match="numbers lie on the units in EPSG:4545"):
        read(None, measure, "land.tif")
    inputs = read(None, measure + 'crs = "EPSG:4545"\noverride_crs = true', "land.tif")
    assert inputs.layers[0].raster.crs == CRS("EPSG:4545")


@pytest.mark.skipif(shutil.which("ogr2ogr") is None, reason="ogr2ogr is not installed")
def test_b35_the_remedy_for_the_180th_meridian_is_one(read, tmp_path: Path) -> None:
    """B35: the command of the message splits the polygon, and then it is read.

    Limits: An edge across the 180th meridian.
    """
    units = frame([box(178, -19, 180, -15), box(-180, -19, -178, -15)], "EPSG:4326")
    across = frame([Polygon([(179, -18), (-179, -18), (-179, -16), (179, -16)])], "EPSG:4326")
    with pytest.raises(GeometryError, match=r"cross the 180th meridian. Split them there \(ogr2ogr -wrapdateline\)"):
        read(across, units=units)
    subprocess.run(
        ["ogr2ogr", "-wrapdateline", tmp_path / "split.gpkg", tmp_path / "land.gpkg"], check=True, capture_output=True
    )
    inputs = read(None, "", "split.gpkg", units=units)
    west, _, east, _ = inputs.layers[0].features.total_bounds
    assert east - west == pytest.approx(2 * 111_320 * np.cos(np.radians(16)), rel=0.01)
