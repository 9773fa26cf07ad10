"""Archives: a zipped shapefile reads as the plain one; bombs, links and names that lead elsewhere are refused."""

from __future__ import annotations

import stat
import struct
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

from layers.errors import LimitError, SourceError
from layers.formats import count_features, read_features, unpacked
from layers.formats.gdal_drivers import FEATURES
from layers.formats.header_counts import box_of
from layers.read.pins import source_digest

NAMES = ["昭通市", "毕节市", "曲靖市"]


@pytest.fixture
def shapefile(tmp_path):
    """The parts of a shapefile of three squares, in a folder of their own."""

    def write(encoding="UTF-8", names=NAMES, *, cpg=True) -> Path:
        folder = tmp_path / "plain"
        folder.mkdir()
        shapes = [box(i, 0, i + 1, 1) for i in range(len(names))]
        frame = gpd.GeoDataFrame({"name": names}, geometry=shapes, crs="EPSG:3035")
        frame.to_file(folder / "a.shp", encoding=encoding)
        if not cpg:
            (folder / "a.cpg").unlink()
        return folder / "a.shp"

    return write


def packed(target: Path, *files: Path, inside="", method=zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(target, "w", method) as archive:
        for file in files:
            archive.write(file, f"{inside}{file.name}")
    return target


def parts(main: Path) -> list[Path]:
    return sorted(main.parent.glob(f"{main.stem}.*"))


@pytest.mark.parametrize("inside", ["", "counties 2020/deep/"])
@pytest.mark.parametrize(
    ("encoding", "cpg", "asked"), [("UTF-8", True, None), ("GBK", True, None), ("GBK", False, "gbk")]
)
def test_an_archive_reads_as_what_it_holds(tmp_path, shapefile, inside, encoding, cpg, asked):
    main = shapefile(encoding, cpg=cpg)
    path = packed(tmp_path / "b.zip", *parts(main), inside=inside)
    plain, said = read_features(main, "a", encoding=asked)
    found, noted = read_features(path, "a", encoding=asked)
    assert found["name"].tolist() == NAMES
    assert found.equals(plain)
    assert found.crs == plain.crs
    assert noted.equals(said)


def test_texts_in_no_stated_encoding_are_refused_in_an_archive_too(tmp_path, shapefile):
    path = packed(tmp_path / "b.zip", *parts(shapefile("GBK", cpg=False)))
    with pytest.raises(SourceError, match=r"no .cpg that says in which encoding"):
        read_features(path, "a")


def test_what_macos_adds_and_capital_endings_do_no_harm(tmp_path, shapefile):
    main = shapefile()
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for part in parts(main):
            archive.write(part, f"A{part.suffix.upper()}")
            archive.writestr(f"__MACOSX/._A{part.suffix}", b"\0\5\x16\7")
        archive.writestr("readme.txt", "of 2020")
    found, _ = read_features(tmp_path / "b.zip", "a")
    assert found["name"].tolist() == NAMES


def test_the_pin_is_the_digest_of_the_archive_which_tells_all_in_it(tmp_path, shapefile):
    main = shapefile()
    first = source_digest(packed(tmp_path / "b.zip", *parts(main)))
    main.with_suffix(".prj").write_text("another")
    assert source_digest(packed(tmp_path / "b.zip", *parts(main))) != first


def test_headers_are_counted_through_the_archive(tmp_path, shapefile):
    main = shapefile()
    path = packed(tmp_path / "b.zip", *parts(main))
    assert count_features(path) == count_features(main)
    (edges, crs), (plain, own) = box_of(path), box_of(main)
    assert edges.tolist() == plain.tolist() == [0, 0, 3, 1]
    assert crs == own


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, r"holds 0 shapefiles or File Geodatabases \(none\)"),
        (2, r"holds 2 shapefiles or File Geodatabases \('a.shp', 'z.shp'\)"),
    ],
)
def test_exactly_one_shapefile_is_read(tmp_path, shapefile, count, said):
    main = shapefile()
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for stem in "az"[:count]:
            for part in parts(main):
                archive.write(part, f"{stem}{part.suffix}")
        archive.writestr("readme.txt", "")
    with pytest.raises(SourceError, match=said) as caught:
        read_features(tmp_path / "b.zip", "forests")
    assert caught.value.layer == "forests"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("twin", ["a.DBF", "a.dbf", "readme.txt"])
def test_a_file_that_stands_twice_is_refused(tmp_path, shapefile, twin):
    path = packed(tmp_path / "b.zip", *parts(shapefile()))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("readme.txt", "")
        archive.writestr(twin, b"other")
    with pytest.raises(SourceError, match="holds a file twice"):
        read_features(path, "a")


def test_a_lost_part_is_named(tmp_path, shapefile):
    path = packed(tmp_path / "b.zip", *(one for one in parts(shapefile()) if one.suffix != ".dbf"))
    with pytest.raises(SourceError, match=r"b.shp lacks b.dbf"):
        read_features(path, "a")


@pytest.mark.parametrize("member", ["../evil.shp", "/etc/evil.shp", "a/../../evil.shp", "c:evil.shp", "..\\evil.shp"])
def test_s27_names_that_lead_elsewhere_are_refused(tmp_path, shapefile, member):
    """S27: zip slip."""
    path = packed(tmp_path / "b.zip", *parts(shapefile()))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(member, b"")
    with pytest.raises(SourceError, match="its name leads elsewhere"):
        read_features(path, "a")
    assert not list(tmp_path.parent.rglob("evil*"))


def test_s27_links_are_refused(tmp_path, shapefile):
    """S27: a symbolic link in an archive."""
    secret = tmp_path / "secret.prj"
    secret.write_text("canary")
    path = packed(tmp_path / "b.zip", *(one for one in parts(shapefile()) if one.suffix != ".prj"))
    link = zipfile.ZipInfo("a.prj")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, str(secret))
    with pytest.raises(SourceError, match=r"'a.prj', which is not unpacked: it is a link") as caught:
        read_features(path, "a")
    assert "canary" not in str(caught.value)


def test_s21_sizes_are_looked_at_in_the_directory_first(tmp_path, shapefile, monkeypatch):
    """S21: a small archive of zeros."""
    main = shapefile()
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts(main):
            with archive.open(part.name, "w") as out:
                out.write(part.read_bytes())
                if part.suffix == ".dbf":
                    out.write(bytes(20 * 2**20))
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    with pytest.raises(
        LimitError, match=r"'a.dbf', which unpacks to [\d,]+ times its size; the limit is 100"
    ) as caught:
        read_features(tmp_path / "b.zip", "a")
    assert caught.value.exit_code == 6


def test_s21_the_sum_of_sizes_is_bounded(tmp_path, shapefile, monkeypatch):
    """S21: many parts that each unpack to little."""
    path = packed(tmp_path / "b.zip", *parts(shapefile()))
    monkeypatch.setattr("layers.formats.gdal_drivers.MAX_BYTES", 100)
    with pytest.raises(LimitError, match=r"b.zip unpacks to"):
        read_features(path, "a")


def test_s21_a_directory_that_lies_ends_where_it_says(tmp_path, shapefile):
    """S21: the directory says 10 bytes, the data are more; no more than 10 are unpacked."""
    path = packed(tmp_path / "b.zip", *parts(shapefile()), method=zipfile.ZIP_STORED)
    body = bytearray(path.read_bytes())
    at = body.index(b"PK\x01\x02")
    struct.pack_into("<II", body, at + 20, 10, 10)
    path.write_bytes(body)
    with pytest.raises(SourceError, match=r"b.zip cannot be read: (Bad CRC-32|Overlapped entries)"):
        read_features(path, "a")


def test_too_many_members_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for place in range(10_001):
            archive.writestr(f"{place}.txt", b"")
    with pytest.raises(LimitError, match=r"lists 10,001 files; the limit is 10,000"):
        read_features(tmp_path / "b.zip", "a")


@pytest.mark.parametrize(("method", "said"), [(zipfile.ZIP_LZMA, "another method than deflate"), (None, "a password")])
def test_what_cannot_be_unpacked_says_why(tmp_path, shapefile, method, said):
    path = packed(tmp_path / "b.zip", *parts(shapefile()), method=method or zipfile.ZIP_STORED)
    if method is None:
        body = bytearray(path.read_bytes())
        body[body.index(b"PK\x01\x02") + 8] |= 1
        path.write_bytes(body)
    with pytest.raises(SourceError, match=said):
        read_features(path, "a")


@pytest.mark.parametrize("left", [0.3, 0.9, 0.999])
def test_an_archive_that_was_cut_short_is_one_clear_error(tmp_path, shapefile, left):
    path = packed(tmp_path / "b.zip", *parts(shapefile()))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * left)])
    with pytest.raises(SourceError, match=r"b.zip cannot be read: .*cut short") as caught:
        read_features(path, "a")
    assert caught.value.exit_code == 3


def test_damaged_bytes_inside_are_noticed(tmp_path, shapefile):
    path = packed(tmp_path / "b.zip", *parts(shapefile()))
    body = bytearray(path.read_bytes())
    body[body.index(b"a.dbf") + 20] ^= 0xFF
    path.write_bytes(body)
    with pytest.raises(SourceError, match=r"b.zip cannot be read"):
        read_features(path, "a")


def test_nothing_is_left_behind(tmp_path, shapefile):
    path = packed(tmp_path / "b.zip", *parts(shapefile()))
    with unpacked(path, "a", FEATURES) as (inside, found):
        assert (inside.name, found.name) == ("b.shp", "ESRI Shapefile")
        assert sorted(one.suffix for one in inside.parent.iterdir()) == [".cpg", ".dbf", ".prj", ".shp", ".shx"]
    assert not inside.parent.exists()
