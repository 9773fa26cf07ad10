"""File Geodatabases: a folder that is one source; layers and tables of it, its digest, and what is no geodatabase."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely import box

from layers.errors import LimitError, SourceError, StudyError
from layers.formats import count_features, digest, layers_of, read_features, read_table, unpacked
from layers.formats.gdal_drivers import FEATURES, TABLES
from layers.formats.header_counts import box_of
from layers.read.pins import source_digest
from layers.sandbox import sandboxed
from layers.sources import LimitsSection, resolve_source

COUNT = 40
INT64 = {"TARGET_ARCGIS_VERSION": "ARCGIS_PRO_3_2_OR_LATER"}


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """Two layers and a table, written once."""
    path = tmp_path_factory.mktemp("gdb") / "b.gdb"
    codes = [f"{one:03}" for one in range(COUNT)]
    squares = [box(one / 4, 40, one / 4 + 0.25, 41) for one in range(COUNT)]
    people = np.arange(COUNT) + 2**53 + 1
    units = gpd.GeoDataFrame({"code": codes, "people": people}, geometry=squares, crs="EPSG:4490")
    pyogrio.write_dataframe(units, path, layer="units", driver="OpenFileGDB", **INT64)
    pyogrio.write_dataframe(units[:3], path, layer="lakes", driver="OpenFileGDB", append=True, **INT64)
    gdp = pd.DataFrame({"code": codes, "gdp": np.arange(COUNT) / 2})
    pyogrio.write_dataframe(gdp, path, layer="gdp", driver="OpenFileGDB", append=True, **INT64)
    return path


@pytest.fixture
def base(written, tmp_path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "b.gdb"))


@pytest.fixture
def archive(written, tmp_path) -> Path:
    made = shutil.make_archive(str(tmp_path / "b.gdb"), "zip", written.parent, "b.gdb")
    return Path(made)


@pytest.mark.parametrize("form", ["base", "archive"])
def test_layers_are_read_with_ids_as_text_and_whole_numbers_whole(form, request):
    features, ledger = read_features(request.getfixturevalue(form), "a", layer="units", id="code")
    assert list(features.index[:2]) == ["000", "001"]
    assert features["people"].iloc[0] == str(2**53 + 1)
    assert features.crs == "EPSG:4490"
    assert shapely.bounds(shapely.union_all(np.asarray(features.geometry))).tolist() == [0, 40, 10, 41]
    assert list(ledger["finding"]) == ["number"]


@pytest.mark.parametrize("form", ["base", "archive"])
def test_a_table_of_it_joins(form, request):
    table, ledger = read_table(request.getfixturevalue(form), "b.gdb", "code", layer="gdp")
    assert table["gdp"].tolist() == [one / 2 for one in range(COUNT)]
    assert (table.index[1], ledger.empty) == ("001", True)


@pytest.mark.parametrize("form", ["base", "archive"])
def test_a_layer_must_be_named_and_is_told_where_it_is_not(form, request):
    with pytest.raises(SourceError, match=r"b.gdb holds 3 layers: 'units', 'lakes', 'gdp'"):
        read_features(request.getfixturevalue(form), "a")
    with pytest.raises(SourceError, match=r"has no layer 'unit'; it holds: .* Did you mean 'units'"):
        read_features(request.getfixturevalue(form), "a", layer="unit")


@pytest.mark.parametrize("form", ["base", "archive"])
def test_layers_and_headers_are_told(form, request):
    path = request.getfixturevalue(form)
    with unpacked(path, "a", FEATURES) as (inside, found):
        assert layers_of(inside, found, "a") == {"units": "MultiPolygon", "lakes": "MultiPolygon", "gdp": "None"}
    assert count_features(path, "lakes").features == 3
    assert box_of(path, "units")[0].tolist() == [0, 40, 10, 41]


def test_the_digest_is_what_sha256sum_prints_and_passes_over_locks(base):
    names = sorted(one.name for one in base.iterdir())
    lines = "".join(f"{hashlib.sha256((base / one).read_bytes()).hexdigest()}  {one}\n" for one in names)
    before = digest(base)
    assert before == source_digest(base) == hashlib.sha256(lines.encode()).hexdigest()
    (base / "_gdb.PC.1.2.sr.lock").write_bytes(b"")
    assert digest(base) == before
    table = base / "a00000009.gdbtable"
    body = bytearray(table.read_bytes())
    body[-1] ^= 1
    table.write_bytes(body)
    assert digest(base) != before


@pytest.mark.parametrize(
    "part", ["a00000001.gdbtable", "a00000001.gdbtablx", "a00000009.gdbtable", "a00000009.gdbtablx"]
)
@pytest.mark.parametrize("left", [0.3, 0.6, 0.9])
def test_a_part_that_was_cut_short_is_one_clear_error(base, part, left):
    whole = (base / part).read_bytes()
    (base / part).write_bytes(whole[: int(len(whole) * left)])
    with pytest.raises(SourceError) as caught:
        read_features(base, "a", layer="units")
    assert (caught.value.exit_code, caught.value.layer) == (3, "a")
    assert "b.gdb" in str(caught.value)


def test_rows_that_were_cut_off_are_missed(base):
    table = base / "a00000009.gdbtable"
    table.write_bytes(table.read_bytes()[:-40])
    with pytest.raises(SourceError, match=r"it says that it has 40 rows, and 39 are there. It may be damaged"):
        read_features(base, "a", layer="units")


def test_a_link_or_pipe_in_it_is_refused(base, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("canary")
    (base / "timestamps").unlink()
    (base / "timestamps").symlink_to(secret)
    with pytest.raises(SourceError, match="timestamps is a link to elsewhere"):
        read_features(base, "a", layer="units")
    (base / "timestamps").unlink()
    os.mkfifo(base / "timestamps")
    with pytest.raises(SourceError, match="timestamps is no regular file"):
        read_features(base, "a", layer="units")


def test_another_folder_or_a_file_under_its_ending_is_no_geodatabase(tmp_path):
    (tmp_path / "a.gdb").mkdir()
    gpd.GeoDataFrame({"a": [1]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:3035").to_file(tmp_path / "a.gdb" / "a.shp")
    with pytest.raises(SourceError, match=r"a.gdb is not a OpenFileGDB file, though its name says so"):
        read_features(tmp_path / "a.gdb", "a")
    (tmp_path / "b.gdb").write_bytes(b"\3\0\0\0 file")
    with pytest.raises(SourceError, match=r"b.gdb is not a OpenFileGDB file, though its name says so"):
        read_features(tmp_path / "b.gdb", "a")


def test_its_files_together_are_bounded(base):
    for number in range(3):
        (base / f"a0000fff{number}.gdbtable").write_bytes(bytes(500_000))
    with sandboxed(None, LimitsSection(file_mb=1)), pytest.raises(LimitError, match=r"b.gdb has"):
        read_features(base, "a", layer="units")


def test_a_folder_of_that_ending_is_a_source_and_no_other(base, tmp_path):
    assert resolve_source(tmp_path, "b.gdb") == base
    (tmp_path / "plain").mkdir()
    with pytest.raises(SourceError, match="is a folder; name a file"):
        resolve_source(tmp_path, "plain")
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "b.gdb").symlink_to(base)
    with pytest.raises(StudyError, match="leads out of the study's folder by a link"):
        resolve_source(tmp_path / "study", "b.gdb")


def test_a_shapefile_in_an_archive_is_no_table(tmp_path):
    gpd.GeoDataFrame({"a": [1]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:3035").to_file(tmp_path / "a.shp")
    made = shutil.make_archive(str(tmp_path / "b"), "zip", tmp_path)
    with pytest.raises(SourceError, match=r"b.shp cannot be read here"), unpacked(Path(made), "a", TABLES):
        pass
