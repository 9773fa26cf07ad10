"""Vectors: text ids, honest coordinates, a known CRS; each file format gives the same features."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from layers.errors import ConditionError, CrsError, GeometryError, LimitError, SourceError, UnknownNameError
from layers.formats import read_features, select


def frame(*shapes, crs="EPSG:4326", **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


@pytest.fixture
def save(tmp_path):
    def write(features, name):
        path = tmp_path / name
        if path.suffix == ".parquet":
            features.to_parquet(path)
        else:
            features.to_file(path)
        return path

    return write


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "fgb", "geojson", "shp"])
def test_every_format_gives_the_same_features(save, ending):
    shapes = [box(i, 40, i + 1, 41) for i in range(4)]
    given = frame(*shapes, code=["010203", "0", "x", "ä"], big=[2**53 + 1, 1, 2, 3], share=[0.5, np.nan, 1.0, 2.0])
    features, ledger = read_features(save(given, f"a.{ending}"), "a", id="code")
    assert set(features.index) == {"010203", "0", "x", "ä"}  # FlatGeobuf has an order of its own
    features = features.loc[["010203", "0", "x", "ä"]]
    assert [str(one.dtype) for one in features.drop(columns="geometry").dtypes.index.map(features.__getitem__)] == [
        "str",
        "str",
        "float64",
    ]
    assert features["big"].tolist() == [str(2**53 + 1), "1", "2", "3"]  # which as floats would be another number
    assert features.crs == given.crs
    assert shapely.equals(np.asarray(features.geometry.array), np.asarray(given.geometry.array)).all()
    assert ledger["finding"].tolist() == ["number"]


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "geojson", "shp"])
def test_whole_number_ids_become_text_digit_by_digit_even_beside_a_missing_number(save, ending):
    """B19, B21: a missing number must not turn the others into floats."""
    codes = pd.array([110101001001, 2**53 + 1, 7], dtype="Int64")
    other = pd.array([110101001001, None, 7], dtype="Int64")
    given = frame(*[box(i, 40, i + 1, 41) for i in range(3)], code=codes, msa=other)
    features, _ = read_features(save(given, f"a.{ending}"), "a", id="code", texts=["msa"])
    assert list(features.index) == ["110101001001", "9007199254740993", "7"]
    assert [None if pd.isna(one) else one for one in features["msa"]] == ["110101001001", None, "7"]
    loose, _ = read_features(save(given, f"a.{ending}"), "a")
    assert loose["msa"].iloc[0] == 110101001001


def test_ids_kept_as_floats_are_refused(save):
    """Limits: Ids kept as numbers."""
    path = save(frame(Point(0, 0), Point(1, 1), code=[10203.0, np.nan]), "a.gpkg")
    with pytest.raises(SourceError, match=r"column 'code' is kept as numbers with a fraction \(such as 10203.0\)"):
        read_features(path, "a", id="code")


@pytest.mark.parametrize("nothing", [None, "", " ", "\u3000\t"])
def test_a_missing_id_is_refused_by_row(save, nothing):
    path = save(frame(Point(0, 0), Point(1, 1), code=["a ", nothing]), "a.gpkg")
    with pytest.raises(SourceError, match=r"1 feature\(s\) have no id in column 'code': rows '2'"):
        read_features(path, "a", id="code")
    with pytest.raises(SourceError, match=r"there is no column 'cod'; the columns are code. Did you mean 'code'\?"):
        read_features(path, "a", id="cod")


@pytest.mark.parametrize(("ending", "first"), [("gpkg", "1"), ("geojson", "0"), ("parquet", "1")])
def test_features_without_ids_have_those_of_the_file_or_their_row(save, ending, first):
    features, _ = read_features(save(frame(Point(0, 0)), f"a.{ending}"), "a")
    assert list(features.index) == [first]


def test_dates_are_text_and_truths_may_be_missing(save):
    given = frame(
        Point(0, 0), Point(1, 1), since=pd.to_datetime(["2020-01-31", None]), metro=pd.array([True, None], "boolean")
    )
    features, _ = read_features(save(given, "a.gpkg"), "a")
    assert features["since"].iloc[0].startswith("2020-01-31")
    assert pd.isna(features["since"].iloc[1])
    assert features["metro"].dtype == "boolean"


def test_several_layers_need_a_name_and_styles_are_no_layer(tmp_path):
    path = tmp_path / "a.gpkg"
    for name in ("forests", "lakes"):
        frame(Point(0, 0)).to_file(path, layer=name)
    with pytest.raises(SourceError, match=r"holds 2 layers: 'forests', 'lakes'. Say which one") as caught:
        read_features(path, "x")
    assert caught.value.code == "layer"
    with pytest.raises(SourceError, match=r"no layer 'forest'.*Did you mean 'forests'"):
        read_features(path, "x", layer="forest")
    only = tmp_path / "b.gpkg"
    for name in ("forests", "layer_styles"):
        frame(Point(0, 0)).to_file(only, layer=name)
    assert len(read_features(only, "x")[0]) == 1
    frame(Point(0, 0)).to_parquet(tmp_path / "c.parquet")
    with pytest.raises(SourceError, match="has no layers inside"):
        read_features(tmp_path / "c.parquet", "x", layer="a")


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_the_crs_must_be_known(save):
    lost = frame(Point(0, 0), crs=None)
    path = save(lost, "a.gpkg")
    with pytest.raises(CrsError, match=r"a\.gpkg has no coordinate reference system"):
        read_features(path, "a")
    features, ledger = read_features(path, "a", crs="EPSG:4490")
    assert features.crs == "EPSG:4490"
    assert ledger["finding"].tolist() == ["crs"]
    with pytest.raises(CrsError, match="the plan says"):
        read_features(save(frame(Point(0, 0)), "b.gpkg"), "b", crs="EPSG:3857")


def test_geoparquet_without_crs_key_is_lonlat_and_null_is_none(save):
    assert read_features(save(frame(Point(0, 0), crs="OGC:CRS84"), "a.parquet"), "a")[0].crs.is_geographic
    with pytest.raises(CrsError):
        read_features(save(frame(Point(0, 0), crs=None), "b.parquet"), "b")


def test_heights_and_measures_are_left_out_with_a_note(save):
    features, ledger = read_features(save(frame(Point(0, 0, 9), Point(1, 1, 9)), "a.gpkg"), "a")
    assert not features.has_z.any()
    assert ledger[["feature", "finding"]].to_numpy().tolist() == [["", "dimensions"]]
    measured = save(frame(shapely.from_wkt("LINESTRING M (0 0 1, 1 1 2)")), "b.parquet")
    assert not shapely.has_m(read_features(measured, "b")[0].geometry.iloc[0])


def test_what_is_said_of_a_file_does_not_depend_on_what_was_read_before(tmp_path):
    """GDAL warns of every layer when it lists them, and layers are listed once."""
    import pyogrio

    frame(Point(0, 0)).to_file(tmp_path / "a.gpkg", layer="units")
    pyogrio.raw.write(
        tmp_path / "a.gpkg",
        np.array([shapely.to_wkb(Point(1, 2, 3))], object),
        field_data=[],
        fields=[],
        layer="tall",
        geometry_type="Point Z",
        crs="EPSG:4326",
    )
    twice = [read_features(tmp_path / "a.gpkg", "a", layer="units")[1] for _ in range(2)]
    assert twice[0].equals(twice[1])


def test_curves_are_drawn_as_lines(tmp_path, save):
    """B33: a circle in a GeoPackage, written by hand as this GEOS would not."""
    import sqlite3

    path = save(frame(box(0, 0, 1, 1), crs="EPSG:3035"), "a.gpkg")
    arc = struct.pack("<BII6d", 1, 8, 3, 1.0, 0.0, -1.0, 0.0, 1.0, 0.0)
    circle = struct.pack("<BII", 1, 10, 1) + arc
    header = b"GP\x00\x01" + struct.pack("<i", 3035)
    with sqlite3.connect(path) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("UPDATE a SET geom = ?", (header + circle,))
    database.close()
    features, ledger = read_features(path, "a")
    assert features.geometry.iloc[0].geom_type == "Polygon"
    assert features.area.iloc[0] == pytest.approx(np.pi * (1 - 0.0008), rel=1e-4)  # a polygon of 90 corners
    assert ledger[["feature", "finding"]].to_numpy().tolist() == [["", "curves"]]
    assert "a circle loses 0.08 % of its area" in ledger.loc[0, "action"]


RING = struct.pack("<I", 4) + struct.pack("<8d", 0, 0, 1, 0, 1, 1, 0, 0)
TRIANGLE = struct.pack("<BII", 1, 17, 1) + RING
TIN = struct.pack("<BII", 1, 16, 1) + TRIANGLE
POLYHEDRAL = struct.pack("<BII", 1, 15, 1) + struct.pack("<BII", 1, 3, 1) + RING
CURVED = struct.pack("<BII", 1, 10, 1) + struct.pack("<BII6d", 1, 8, 3, 1.0, 0.0, -1.0, 0.0, 1.0, 0.0)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (TRIANGLE, "surfaces in space"),
        (TIN, "surfaces in space"),
        (POLYHEDRAL, "surfaces in space"),
        (CURVED, "have curves, which its format does not know"),
    ],
)
def test_shapes_that_are_none_of_a_map_are_refused_by_id(save, tmp_path, shape, words):
    """B33: not as a ring that is not closed, which would send people to look for a fault that is not there."""
    path = save(frame(box(0, 0, 1, 1), box(1, 0, 2, 1), crs="EPSG:3035", code=["a", "b"]), "a.parquet")
    table = pq.read_table(path)
    plain = table.column("geometry")[0].as_py()
    mixed = table.set_column(table.column_names.index("geometry"), "geometry", pa.array([plain, shape], pa.binary()))
    pq.write_table(mixed.replace_schema_metadata(table.schema.metadata), path)
    with pytest.raises(GeometryError, match=words) as caught:
        read_features(path, "a", id="code")
    assert (caught.value.code, caught.value.features, caught.value.exit_code) == ("kind", ("b",), 3)


@pytest.mark.skipif(shutil.which("ogr2ogr") is None, reason="ogr2ogr, which the message names, is not installed")
def test_the_command_that_the_message_names_makes_polygons_of_a_tin(tmp_path):
    rows = 'id,WKT\n1,"TIN Z (((0 0 1, 1000 0 1, 1000 1000 2, 0 0 1)), ((0 0 1, 1000 1000 2, 0 1000 1, 0 0 1)))"\n'
    (tmp_path / "tin.csv").write_text(rows, "utf-8")
    made = ["ogr2ogr", "tin.gpkg", "tin.csv", "-a_srs", "EPSG:3035", "-oo", "GEOM_POSSIBLE_NAMES=WKT"]
    subprocess.run(made, cwd=tmp_path, check=True, capture_output=True)
    with pytest.raises(GeometryError, match="TIN") as caught:
        read_features(tmp_path / "tin.gpkg", "a")
    command = str(caught.value).rpartition(": ")[2].removesuffix(".").split()
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    features, _ = read_features(tmp_path / "flat.gpkg", "a")
    assert features.area.tolist() == [1e6]


@pytest.mark.filterwarnings("ignore:invalid value encountered in linestrings")
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_coordinates_that_are_no_numbers_are_refused_by_id(save, bad):
    path = save(frame(Point(0, 0), LineString([(0, 0), (bad, 1)]), code=["a", "b"]), "a.parquet")
    with pytest.raises(GeometryError, match=r"1 feature\(s\) have coordinates that are no numbers.*'b'") as caught:
        read_features(path, "a", id="code")
    assert caught.value.features == ("b",)


def test_degrees_beyond_the_globe_are_refused(save):
    with pytest.raises(GeometryError, match="longitude and latitude seem to be exchanged"):
        read_features(save(frame(Point(40, 116)), "a.gpkg"), "a")
    with pytest.raises(GeometryError, match="seem to be metres or feet"):
        read_features(save(frame(Point(500_000, 4_000_000)), "b.gpkg"), "b")


def test_a_leap_over_the_180th_meridian_is_refused_and_a_split_is_not(save):
    leap = Polygon([(179, 0), (-179, 0), (-179, 1), (179, 1)])
    with pytest.raises(GeometryError, match=r"seem to cross the 180th meridian.*'1'"):
        read_features(save(frame(leap), "a.gpkg"), "a")
    turn = Polygon([(177, -18), (180, -18), (-180, -16), (177, -16)])  # a whole turn from the third corner back
    with pytest.raises(GeometryError, match=r"seem to cross the 180th meridian.*'1'"):
        read_features(save(frame(turn), "turn.gpkg"), "turn")
    polar = Polygon([(-180, -90), (180, -90), (180, -80), (0, -70), (-180, -80)])
    assert len(read_features(save(frame(polar), "polar.gpkg"), "polar")[0]) == 1
    split = MultiPolygon([box(179, 0, 180, 1), box(-180, 0, -179, 1)])
    assert len(read_features(save(frame(split, box(-180, -90, 180, 90)), "b.gpkg"), "b")[0]) == 2


def test_a_file_of_a_chinese_web_map_is_taken_back(save):
    place = Point(116.377817, 39.911954)
    path = save(frame(Point(116.38404722455657, 39.91334545536069)), "a.gpkg")
    features, ledger = read_features(path, "towns", crs="GCJ-02")
    assert features.geometry.iloc[0].distance(place) < 1e-12
    assert features.crs == "EPSG:4326"
    assert ledger["finding"].tolist() == ["crs"]


def test_eastings_with_a_zone_number_are_refused_with_the_right_crs(save):
    """B38: zone 38 written before the easting, under a CRS that does not expect it."""
    path = save(frame(Point(38_500_000, 4_000_000), crs="EPSG:4547"), "a.gpkg")
    with pytest.raises(CrsError, match=r"number of a zone, 38.*EPSG:4526"):
        read_features(path, "a")
    assert len(read_features(save(frame(Point(38_500_000, 4_000_000), crs="EPSG:4526"), "b.gpkg"), "b")[0]) == 1


def test_an_empty_file_is_refused(save):
    empty = save(frame(Point(0, 0)).iloc[:0], "a.gpkg")
    with pytest.raises(SourceError, match=r"has no features\. Leave the layer out of the plan, or export it anew"):
        read_features(empty, "a")
    with pytest.raises(SourceError, match=r"has no features\. Give one with units"):
        read_features(empty, "units")


def test_columns_that_are_not_there_come_in_the_order_asked(save):
    with pytest.raises(SourceError, match="there is no column 'id', 'zz', 'yy';"):
        read_features(save(frame(Point(0, 0)), "a.gpkg"), "a", id="id", texts=["zz", "yy", "zz"])


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "fgb", "geojson"])
def test_damaged_files_are_refused_in_words(save, ending):
    path = save(frame(*[Point(i, 0).buffer(1) for i in range(50)]), f"a.{ending}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(SourceError, match="layer 'a'"):
        read_features(path, "a")


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "fgb", "geojson"])
def test_formats_of_one_encoding_take_no_other(save, ending):
    path = save(frame(Point(0, 0)), f"a.{ending}")
    assert len(read_features(path, "a", encoding="utf-8")[0]) == 1
    with pytest.raises(SourceError, match=rf"the texts of a.{ending} are in UTF-8, .* leave out encoding = \"cp1252\""):
        read_features(path, "a", encoding="cp1252")


def test_a_ring_that_is_not_closed_is_refused_by_id(tmp_path):
    """B60, S23."""
    ring = struct.pack("<BIII6d", 1, 3, 1, 3, 0, 0, 1, 0, 1, 1)
    good = shapely.to_wkb(box(0, 0, 1, 1))
    path = tmp_path / "a.parquet"
    frame(box(0, 0, 1, 1), box(0, 0, 1, 1)).to_parquet(path)
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    pq.write_table(table.set_column(0, table.schema.field(0), pa.array([good, ring], pa.binary())), path)
    with pytest.raises(
        GeometryError, match=r"geometry of 1 feature\(s\) cannot be read: '2'. A ring may not be closed"
    ):
        read_features(path, "a")
    deep = bytes.fromhex("010700000001000000") * 200_000
    pq.write_table(table.set_column(0, table.schema.field(0), pa.array([good, deep], pa.binary())), path)
    with pytest.raises(GeometryError, match=r"nested too deeply in 1 feature\(s\): '2'"):
        read_features(path, "a")


def test_an_open_ring_in_geojson_is_refused(tmp_path):
    path = tmp_path / "a.geojson"
    ring = [[0, 0], [1, 0], [1, 1]]
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [one]}}
        for one in ([*ring, ring[0]], ring)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    with pytest.raises(GeometryError, match=r"'1'. A ring may not be closed"):
        read_features(path, "a")


def test_texts_that_unpack_to_too_much_are_refused(tmp_path, monkeypatch):
    """S22: one long text in a dictionary, many times over."""
    path = tmp_path / "a.parquet"
    frame(*[Point(0, 0)] * 3000, note=["x" * 10_000] * 3000).to_parquet(path)
    assert path.stat().st_size < 200_000
    assert len(read_features(path, "a")[0]) == 3000
    monkeypatch.setattr("layers.formats.gdal_drivers.MAX_BYTES", 2_000_000)
    with pytest.raises(LimitError, match="unpacks to"):
        read_features(path, "a")


def test_too_many_rows_are_refused(save, monkeypatch):
    path = save(frame(*[Point(0, 0)] * 5), "a.gpkg")
    monkeypatch.setattr("layers.formats.gdal_drivers.MAX_ROWS", 4)
    monkeypatch.setattr("layers.formats.feature_records.MAX_ROWS", 4)
    with pytest.raises(LimitError, match="more than 4 rows"):
        read_features(path, "a")


def test_points_from_a_table(tmp_path):
    path = tmp_path / "plants.csv"
    path.write_text("id,lon,lat,mw\n007,-109.5,40.25,600\n008,,,5\n")
    with pytest.raises(CrsError, match="has no coordinate"):
        read_features(path, "plants", x="lon", y="lat")
    features, ledger = read_features(path, "plants", id="id", x="lon", y="lat", crs="EPSG:4326")
    assert features.geometry.iloc[0] == Point(-109.5, 40.25)
    assert features.geometry.iloc[1] is None
    assert features["mw"].tolist() == [600, 5]
    assert list(features.index) == ["007", "008"]
    assert ledger["finding"].tolist() == ["crs"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [("1,109 W,40", r"column 'lon' are no plain numbers: features '2'"), ("1,1,north", "column 'lat'")],
)
def test_coordinates_of_a_table_are_numbers(tmp_path, row, reason):
    path = tmp_path / "plants.csv"
    path.write_text(f"id,lon,lat\n0,1,1\n{row}\n")
    with pytest.raises(GeometryError, match=reason):
        read_features(path, "plants", x="lon", y="lat", crs="EPSG:4326")


def test_a_table_without_places_is_no_layer(tmp_path):
    path = tmp_path / "plants.csv"
    path.write_text("id,lon\n0,1\n")
    with pytest.raises(SourceError, match=r"has no geometry. For points of a table name its columns: x"):
        read_features(path, "plants", crs="EPSG:4326")
    with pytest.raises(SourceError, match="no column 'lat' for the coordinates"):
        read_features(path, "plants", x="lon", y="lat", crs="EPSG:4326")


def test_where_picks_features_and_unknown_is_told():
    features = frame(*[Point(i, 0) for i in range(3)], kind=["a", None, "b"], size=[1.0, 2.0, np.nan]).set_axis(
        list("xyz")
    )
    chosen, ledger = select(features, "kind = 'a'", "forests")
    assert list(chosen.index) == ["x"]
    assert ledger[["feature", "finding"]].to_numpy().tolist() == [["y", "unknown"]]
    assert list(select(features, "kind IS NULL OR size > 1", "forests")[0].index) == ["y"]
    with pytest.raises(UnknownNameError, match=r"layer 'forests', where: .*nothing provides 'sort'"):
        select(features, "sort = 'a'", "forests")
    with pytest.raises(ConditionError, match="layer 'forests', where"):
        select(features, "kind = ", "forests")
    with pytest.raises(SourceError, match=r"none of its 3 features meets where = \"kind = 'c'\""):
        select(features, "kind = 'c'", "forests")


def test_where_is_no_sql():
    features = frame(Point(0, 0), kind=["a"])
    for text in ("kind = 'a' OR 1=1 --", "kind IN (SELECT 1)", "1=1; DROP TABLE a"):
        with pytest.raises(ConditionError):
            select(features, text, "x")


def test_nothing_of_a_collection_is_lost_on_reading(save):
    both = GeometryCollection([box(0, 0, 1, 1), LineString([(0, 0), (5, 5)])])
    assert read_features(save(frame(both), "a.gpkg"), "a")[0].geometry.iloc[0].equals(both)
