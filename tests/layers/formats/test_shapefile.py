"""Shapefiles: parts that do not fit together and texts in unstated encodings are refused, not guessed at."""

from __future__ import annotations

import struct
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Point, box

from layers.errors import SourceError, StudyError
from layers.formats import read_features
from layers.formats.vector import check_shapefile, encoding_of


@pytest.fixture
def written(tmp_path):
    def write(names, encoding="UTF-8", cpg=True):
        shapes = [box(i, 0, i + 1, 1) for i in range(len(names))]
        frame = gpd.GeoDataFrame({"name": names, "code": range(len(names))}, geometry=shapes, crs="EPSG:3035")
        frame.to_file(tmp_path / "a.shp", encoding=encoding)
        if not cpg:
            (tmp_path / "a.cpg").unlink()
        return tmp_path / "a.shp"

    return write


def test_a_whole_shapefile_passes(written):
    path = written(["x", "y"])
    check_shapefile(path, "a")
    features, ledger = read_features(path, "a")
    assert features["name"].tolist() == ["x", "y"]
    assert list(features.index) == ["0", "1"]
    assert ledger.empty


@pytest.mark.parametrize("ending", ["shx", "dbf"])
def test_a_missing_part_is_named(written, ending):
    path = written(["x", "y"])
    path.with_suffix(f".{ending}").unlink()
    with pytest.raises(SourceError, match=rf"lacks a.{ending}. A shapefile is several files"):
        read_features(path, "a")


def test_a_lost_prj_is_a_lost_crs(written):
    path = written(["x"])
    path.with_suffix(".prj").unlink()
    with pytest.raises(SourceError, match=r"may have lost its \.prj"):
        read_features(path, "a")


@pytest.mark.parametrize("ending", ["shp", "shx"])
def test_a_part_that_was_cut_short_is_noticed(written, ending):
    path = written(["x"] * 50)
    part = path.with_suffix(f".{ending}")
    part.write_bytes(part.read_bytes()[:-60])
    with pytest.raises(SourceError, match=rf"a.{ending} says that it has \d+ bytes"):
        read_features(path, "a")


@pytest.mark.parametrize("cut", [2, 60, 200])
def test_a_table_that_was_cut_short_is_noticed_by_its_rows(written, cut):
    path = written(["x"] * 50)
    table = path.with_suffix(".dbf")
    whole = table.read_bytes()
    table.write_bytes(whole[:-1])  # the mark of the end is no row: some programs leave it out
    assert len(read_features(path, "a")[0]) == 50
    table.write_bytes(whole[:-cut])
    real = len(whole) - cut
    with pytest.raises(SourceError, match=rf"a.dbf says that it has 50 rows in \d+ bytes, but it has {real}\. .*cut"):
        read_features(path, "a")


def test_rows_of_no_width_are_no_table(written):
    path = written(["x"])
    table = path.with_suffix(".dbf")
    body = bytearray(table.read_bytes())
    body[10:12] = b"\0\0"
    table.write_bytes(body)
    with pytest.raises(SourceError, match=r"a\.dbf says that it has 1 rows"):
        read_features(path, "a")


@pytest.mark.parametrize(("column", "told"), [(None, ["1", "3"]), ("name", ["密云", "3"]), ("code", ["1", "3"])])
def test_a_row_that_is_marked_as_deleted_is_in_the_ledger(written, column, told):
    path = written(["北京市", "密云", "x", "", "y"], "GBK")
    table = path.with_suffix(".dbf")
    body = bytearray(table.read_bytes())
    head, width = struct.unpack_from("<HH", body, 8)
    for row in (1, 3):
        body[head + row * width] = ord("*")
    table.write_bytes(body)
    features, ledger = read_features(path, "a", id=column)
    assert features["code"].astype(int).tolist() == [0, 2, 4]
    assert sorted(ledger["feature"]) == sorted(told)
    assert set(ledger["finding"]) == {"deleted"}
    assert set(ledger["action"]) == {"left out: a.dbf marks its row as deleted"}


def test_parts_of_two_shapefiles_are_noticed(written):
    path = written(["x"] * 3)
    table = path.with_suffix(".dbf").read_bytes()
    written(["x"] * 5)
    path.with_suffix(".dbf").write_bytes(table)
    with pytest.raises(SourceError, match=r"a\.shx tells of 5 features, a\.dbf of 3"):
        read_features(path, "a")


def test_encodings(written):
    names = ["北京市", "密云"]
    assert read_features(written(names, "GBK"), "a")[0]["name"].tolist() == names
    assert read_features(written(names), "a")[0]["name"].tolist() == names
    silent, ledger = read_features(written(names, cpg=False), "a")
    assert silent["name"].tolist() == names
    assert ledger["finding"].tolist() == ["encoding"]


def test_an_encoding_that_nobody_states_is_asked_for(written):
    path = written(["Malmö", "Ås"], "ISO-8859-1", cpg=False)
    table = path.with_suffix(".dbf")
    body = bytearray(table.read_bytes())
    body[29] = 0
    table.write_bytes(body)
    with pytest.raises(SourceError, match=r"there is no .cpg .* encoding = .*gb18030.*cp1252.*ö"):
        read_features(path, "a")
    assert read_features(path, "a", encoding="ISO-8859-1")[0]["name"].tolist() == ["Malmö", "Ås"]


def test_a_cpg_that_lies_is_noticed(written):
    path = written(["北京市"], "GBK")
    path.with_suffix(".cpg").write_text("UTF-8")
    with pytest.raises(SourceError, match=r"a\.cpg says UTF-8, but the texts are in another encoding"):
        encoding_of(path, "a")


def test_the_encoding_of_the_plan_goes_before_the_cpg_and_is_told(written):
    path = written(["café", "Ås"])
    features, ledger = read_features(path, "a", encoding="cp1252")
    assert features["name"].tolist() == ["cafÃ©", "Ã…s"]
    assert ledger[["finding", "action"]].to_numpy().tolist() == [
        ["encoding", "read as cp1252 as the plan says: a.cpg says UTF-8"]
    ]
    path.with_suffix(".cpg").write_text("klingon")
    assert read_features(path, "a", encoding="UTF-8")[1]["action"].tolist() == [
        "read as UTF-8 as the plan says: a.cpg says klingon"
    ]


def test_two_encodings_that_read_the_texts_alike_are_no_finding(written):
    assert read_features(written(["北京市"], "GBK"), "a", encoding="gb18030")[1].empty
    assert read_features(written(["plain"]), "a", encoding="cp1252")[1].empty


def test_an_encoding_of_the_plan_that_cannot_be_right_is_refused(written):
    path = written(["Malmö"], "ISO-8859-1", cpg=False)
    with pytest.raises(SourceError, match="the plan says utf-8, but the texts are in another encoding"):
        read_features(path, "a", encoding="utf-8")
    with pytest.raises(StudyError, match=r"layer 'a': .*klingon.* is no encoding that Python knows"):
        read_features(path, "a", encoding="klingon")


def test_a_text_cut_in_the_middle_of_a_character_is_forgiven(written):
    path = written(["é" * 40, "short"])
    table = path.with_suffix(".dbf")
    full = ("é" * 40).encode()
    assert full in table.read_bytes()
    table.write_bytes(table.read_bytes().replace(full, b"x" + full[:-1]))
    assert encoding_of(path, "a")[0] == "utf-8"
    assert read_features(path, "a")[0]["name"].iloc[1] == "short"


@pytest.mark.parametrize("asked", ["936", "chinese"])
def test_a_name_of_an_encoding_that_gdal_does_not_know_is_read(asked: str, tmp_path: Path) -> None:
    path = tmp_path / "u.shp"
    gpd.GeoDataFrame({"nm": ["重庆", "成都"]}, geometry=[Point(0, 0), Point(1, 1)], crs="EPSG:4326").to_file(
        path, encoding="GBK"
    )
    path.with_suffix(".cpg").unlink()
    assert read_features(path, "u", encoding=asked)[0]["nm"].tolist() == ["重庆", "成都"]
