"""Paths of sources: plain ones inside the folder, and those that must not lead out of it."""

from __future__ import annotations

import os

import pytest

from layers.errors import SourceError, StudyError
from layers.sources import resolve_source


@pytest.mark.parametrize(
    "source",
    [
        "/etc/passwd",
        "../other.gpkg",
        "a/../../b.gpkg",
        "..\\b.gpkg",
        "C:\\data\\b.gpkg",
        "C:/data/b.gpkg",
        "\\\\server\\share\\b.gpkg",
        "~/b.gpkg",
        "http://example.org/b.gpkg",
        "/vsicurl/http://example.org/b.gpkg",
        "/vsizip/b.zip",
        "WFS:http://example.org",
        "PG:dbname=x",
        "GeoJSON:b.geojson",
        '{"type": "FeatureCollection"}',
        "<OGRVRTDataSource>\n</OGRVRTDataSource>",
        "a\x00b.gpkg",
        "a\x1b[31m.gpkg",
        "",
        "  ",
    ],
)
def test_paths_that_are_not_plain_are_refused_before_anything_is_touched(tmp_path, source):
    with pytest.raises(StudyError, match="is no path inside the study's folder") as caught:
        resolve_source(tmp_path, source)
    assert caught.value.exit_code == 2


def test_a_plain_path_gives_the_real_file(tmp_path):
    (tmp_path / "grids").mkdir()
    (tmp_path / "grids" / "西 部.tif").write_bytes(b"x")
    assert resolve_source(tmp_path, "grids/西 部.tif") == (tmp_path / "grids" / "西 部.tif").resolve()
    (tmp_path / "link.tif").symlink_to("grids/西 部.tif")
    assert resolve_source(str(tmp_path), "link.tif") == (tmp_path / "grids" / "西 部.tif").resolve()


def test_links_that_lead_out_are_refused_whether_or_not_something_is_there(tmp_path):
    folder = tmp_path / "study"
    folder.mkdir()
    (tmp_path / "study2").mkdir()
    (tmp_path / "study2" / "x.gpkg").write_bytes(b"x")
    (folder / "file.gpkg").symlink_to("/etc/passwd")
    (folder / "gone.gpkg").symlink_to("/nowhere/at/all")
    (folder / "sub").symlink_to(tmp_path / "study2")
    for source in ("file.gpkg", "gone.gpkg", "sub/x.gpkg"):
        with pytest.raises(StudyError, match="leads out of the study's folder by a link"):
            resolve_source(folder, source)


def test_a_folder_that_is_itself_a_link_is_fine(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x.csv").write_bytes(b"x")
    (tmp_path / "link").symlink_to("real")
    assert resolve_source(tmp_path / "link", "x.csv") == (tmp_path / "real" / "x.csv").resolve()


def test_what_is_no_regular_file_is_bad_data(tmp_path):
    (tmp_path / "study.gpkg").write_bytes(b"x")
    (tmp_path / "layers").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe.csv")
    for source, message in [
        ("stdy.gpkg", r"no file stdy.gpkg in .*; did you mean study.gpkg\?"),
        ("nowhere/x.gpkg", "no file nowhere/x.gpkg in "),
        ("layers", "is a folder; name a file"),
        ("pipe.csv", "is no regular file; name a file"),
        ("loop", "cannot be read"),
        ("study.gpkg/x", "cannot be read"),
    ]:
        with pytest.raises(SourceError, match=message) as caught:
            resolve_source(tmp_path, source)
        assert caught.value.exit_code == 3
