"""The walls before GDAL: formats by ending and first bytes, drivers by name, and no driver but the few."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
import rasterio
from shapely import box

from layers.errors import LimitError, SourceError
from layers.formats import ALLOWED, digest, parts_of, read_features, read_raster
from layers.formats.gdal_drivers import FEATURES, GRIDS, check_rows, check_size, format_of
from layers.sandbox import sandboxed
from layers.sources import LimitsSection

ROOT = Path(__file__).parents[3]
VRT = """<VRTDataset rasterXSize="4" rasterYSize="1">
<VRTRasterBand dataType="Byte" band="1" subClass="VRTRawRasterBand">
<SourceFilename relativetoVRT="0">{}</SourceFilename></VRTRasterBand></VRTDataset>"""
OGR_VRT = '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
GDALG = {"type": "gdal_streamed_alg", "command_line": "gdal vector read {}", "relative_paths_relative_to_this_file": 0}


def run(code: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("GDAL", "CPL"))}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env=environment | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_behind_the_wall_there_are_only_the_allowed_drivers_and_nothing_is_said():
    done = run(
        "import json, os\nfrom zoneplan.driver_wall import limit_drivers\nlimit_drivers()\n"
        "from layers.formats import loaded_drivers\nprint(json.dumps(loaded_drivers()))"
    )
    assert done.stderr == ""
    loaded = json.loads(done.stdout)
    assert set(loaded) <= ALLOWED
    assert {"GPKG", "GTiff", "GeoJSON", "FlatGeobuf", "ESRI Shapefile"} <= set(loaded)


def test_the_command_puts_up_the_wall_before_gdal_is_loaded():
    done = run("import sys; sys.argv = ['zoneplan', 'doctor', '--json']\nfrom zoneplan.__main__ import main\nmain()")
    (told,) = [one for one in json.loads(done.stdout)["symptoms"] if one["topic"] == "drivers"]
    assert (told["level"], done.stderr) == ("ok", "")


def test_the_other_walls_hold_where_all_drivers_are_loaded(tmp_path):
    """As in a notebook that has used geopandas and rasterio before."""
    secret = tmp_path / "secret.csv"
    secret.write_text("id,x\ncanary,1\n")
    (tmp_path / "a.tif").write_text(VRT.format(secret))
    (tmp_path / "a.geojson").write_text(OGR_VRT.format(secret))
    (tmp_path / "b.geojson").write_text(json.dumps(GDALG).replace("{}", str(secret)))
    (tmp_path / "a.gpkg").write_text(OGR_VRT.format(secret))
    (tmp_path / "a.fgb").write_text(OGR_VRT.format(secret))
    code = f"""
import pyogrio, rasterio
from pathlib import Path
with rasterio.Env() as env:
    assert "VRT" in env.drivers()
assert "OGR_VRT" in pyogrio.list_drivers()
from layers.errors import SourceError
from layers.formats import read_features, read_raster
for name in ("a.tif", "a.geojson", "b.geojson", "a.gpkg", "a.fgb"):
    path = Path({str(tmp_path)!r}) / name
    try:
        (read_raster if name.endswith("tif") else read_features)(path, "layer")
    except SourceError as error:
        assert "canary" not in str(error)
    else:
        raise SystemExit(name + " was read")
"""
    done = run(code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("ending", ["vrt", "gdalg.json.vrt", "gml", "kmz", "yaml", "txt", ""])
def test_other_endings_are_refused(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    path.write_bytes(b"SQLite format 3\0")
    with pytest.raises(SourceError, match=r"one of the endings .gpkg, .parquet") as caught:
        format_of(path, "forests", FEATURES)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "fgb", "geojson", "shp"])
def test_a_wrong_content_is_refused(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    path.write_bytes(b"II*\0 something else")
    with pytest.raises(SourceError, match="though its name says so"):
        format_of(path, "forests", FEATURES)


def test_a_grid_is_no_table_of_features(tmp_path):
    path = tmp_path / "a.tif"
    path.write_bytes(b"II*\0")
    assert format_of(path, "x", GRIDS).name == "GTiff"
    with pytest.raises(SourceError, match="endings"):
        format_of(path, "x", FEATURES)


def test_only_regular_files_are_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "real.csv").write_text("a\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    for name, reason in [("pipe", "no regular"), ("folder", "no regular"), ("link", "a link"), ("none", "no file")]:
        with pytest.raises(SourceError, match=reason):
            format_of(tmp_path / f"{name}.csv", "x", FEATURES)


def test_a_geopackage_that_another_program_writes_to_is_refused(tmp_path):
    path = tmp_path / "a.gpkg"
    path.write_bytes(b"SQLite format 3\0")
    beside = tmp_path / "a.gpkg-wal"
    beside.write_bytes(b"")
    assert format_of(path, "x", FEATURES).name == "GPKG"
    beside.write_bytes(b"x")
    with pytest.raises(SourceError, match=r"open in another program.* a.gpkg-wal"):
        format_of(path, "x", FEATURES)


def test_a_database_that_is_no_geopackage_is_not_opened_as_another_kind(tmp_path):
    """With all drivers loaded, GDAL would take any database of SQLite, whatever its ending."""
    path = tmp_path / "a.gpkg"
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("CREATE TABLE canary (name TEXT, geometry BLOB)")
        store.execute("INSERT INTO canary VALUES ('a', ?)", (box(0, 0, 1, 1).wkb,))
    with pytest.raises(SourceError, match="damaged") as caught:
        read_features(path, "forests")
    assert "canary" not in str(caught.value)


def test_limits(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a" * (1024**2 + 1))
    with (
        sandboxed(None, LimitsSection(file_mb=1)),
        pytest.raises(LimitError, match=r"the limit is 1 MB.*raise file_mb") as caught,
    ):
        format_of(path, "x", FEATURES)
    assert caught.value.exit_code == 6
    with pytest.raises(LimitError, match="5,000,000 rows"):
        check_rows(5_000_001, path, "x")
    with pytest.raises(LimitError, match=r"unpacks to 40\.0 GiB"):
        check_size(40 * 1024**3, path, "x")


def test_parts_of_a_shapefile_and_the_digest(tmp_path):
    for name in ("A.SHP", "A.SHX", "A.DBF"):
        (tmp_path / name).write_bytes(b"abc")
    assert [part.name for part in parts_of(tmp_path / "A.SHP")] == ["A.SHP", "A.SHX", "A.DBF"]
    assert digest(tmp_path / "A.SHP") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_what_stands_beside_a_grid_is_not_read(tmp_path, rows_grid):
    """An .aux.xml may lay another CRS or nodata over the file, an .ovr or .msk may be a VRT."""
    plain = read_raster(rows_grid, "elevation")[0]
    (tmp_path / "elevation.tif.aux.xml").write_text(
        "<PAMDataset><SRS>EPSG:4326</SRS>"
        "<PAMRasterBand band='1'><NoDataValue>3</NoDataValue></PAMRasterBand></PAMDataset>"
    )
    (tmp_path / "elevation.tif.msk").write_text(VRT.format(tmp_path / "elevation.tif"))
    beside = read_raster(rows_grid, "elevation")[0]
    assert beside.crs == plain.crs
    assert (beside.read() == plain.read()).all()


def test_sql_in_a_name_of_a_layer_is_a_name(tmp_path):
    """S13, S15."""
    path = tmp_path / "a.gpkg"
    name = "x'; DROP TABLE gpkg_contents; --"
    gpd.GeoDataFrame({"a": [1]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:3035").to_file(path, layer=name)
    before = digest(path)
    features, _ = read_features(path, "x", layer=name)
    assert len(features) == 1
    with pytest.raises(SourceError, match="has no layer"):
        read_features(path, "x", layer="a' OR 1=1")
    assert digest(path) == before


def test_no_leftover_of_the_settings_in_rasterio():
    with rasterio.Env() as env:
        assert "GDAL_DISABLE_READDIR_ON_OPEN" not in env.options
