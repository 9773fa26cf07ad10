"""No file has anything asked elsewhere, or computed when it is read; what ordinary programs write is read."""

from __future__ import annotations

import http.server
import json
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from layers.errors import CrsError, SourceError
from layers.formats.active_content import is_plain_crs
from layers.formats.attribute_join import read_table
from layers.formats.header_counts import box_of, count_features
from layers.formats.vector import read_features

PLAIN = {
    "name": '{"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}',
    "short": '{"type": "name", "properties": {"name": "EPSG:4326"}}',
    "urn": '{"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3035"}}',
    "uri": '{"type": "name", "properties": {"name": "http://www.opengis.net/def/crs/EPSG/0/4326"}}',
    "words": '{"type": "name", "properties": {"name": "WGS 84 / UTM zone 33N"}}',
    "code": '{"type": "EPSG", "properties": {"code": 4326}}',
    "none": "null",
}
LINK = '{"type": "link", "properties": {"href": "URL", "type": "proj4"}}'
ACTIVE = {
    "link": LINK,
    "link by another case": LINK.replace("link", "Link"),
    "link of a kind": LINK.replace("proj4", "ogcwkt"),
    "escaped": LINK.replace("link", "\\u006cink"),
    "url as a name": '{"type": "name", "properties": {"name": "URL"}}',
    "url as an urn": '{"type": "name", "properties": {"name": "urn:x-ogp:URL"}}',
    "file as a name": '{"type": "name", "properties": {"name": "/vsicurl/URL"}}',
    "local file as a name": '{"type": "name", "properties": {"name": "crs.prj"}}',
    "known by nobody": '{"type": "name", "properties": {"name": "no such place"}}',
    "init file": '{"type": "name", "properties": {"name": "+init=epsg:4326"}}',
    "both": '{"type": "name", "properties": {"name": "EPSG:4326", "href": "URL"}}',
    "ogc": '{"type": "OGC", "properties": {"urn": "URL"}}',
    "too long": '{"type": "name", ' + " " * 5000 + '"properties": {"name": "EPSG:4326"}}',
}
KEYS = ('"crs"', '"\\u0063rs"', '"c\\u0072\\u0073"', "'crs'")
SHAPE = '{"type": "Point", "coordinates": [10.0, 50.0]}'


def geojson(crs: str, key: str = '"crs"', *, last: bool = False) -> str:
    feature = f'{{"type": "Feature", "properties": {{"n": 1}}, "geometry": {SHAPE}}}'
    members = [f"{key} : {crs}", f'"features": [{feature}]']
    return f'{{"type": "FeatureCollection", {", ".join(reversed(members) if last else members)}}}'


@pytest.fixture
def asked():
    """The URL of a server of one's own, and the list of what was asked of it."""
    seen: list[str] = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"+proj=longlat +datum=NAD27 +no_defs")

        do_HEAD = do_GET  # noqa: N815  (the name that the library calls)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/crs", seen
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("kind", ACTIVE)
@pytest.mark.parametrize("last", [False, True])
def test_no_crs_is_looked_for_elsewhere(kind: str, last: bool, asked, tmp_path: Path) -> None:
    url, seen = asked
    for number, key in enumerate(KEYS):
        path = tmp_path / f"{number}.geojson"
        path.write_text(geojson(ACTIVE[kind].replace("URL", url), key, last=last), "utf-8")
        with pytest.raises(
            CrsError, match=r"layer 'x': the 'crs' of \d.geojson is neither a name nor a code"
        ) as caught:
            read_features(path, "x")
        assert caught.value.exit_code == 3
    assert seen == []


@pytest.mark.parametrize("place", ["feature", "geometry"])
def test_a_link_anywhere_inside_is_refused(place: str, asked, tmp_path: Path) -> None:
    url, seen = asked
    link = ', "crs": ' + LINK.replace("URL", url) + "}"
    shape = SHAPE[:-1] + (link if place == "geometry" else "}")
    feature = f'{{"type": "Feature", "properties": {{}}, "geometry": {shape}' + (link if place == "feature" else "}")
    (tmp_path / "a.geojson").write_text(f'{{"type": "FeatureCollection", "features": [{feature}]}}', "utf-8")
    for read in (read_features, count_features, box_of):
        with pytest.raises(CrsError):
            read(tmp_path / "a.geojson", "x")
    assert seen == []


@pytest.mark.parametrize("kind", PLAIN)
def test_names_and_codes_are_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(geojson(PLAIN[kind]), "utf-8")
    features, _ = read_features(path, "x", crs="EPSG:4326" if kind == "none" else None)
    assert features.crs is not None
    assert kind == "none" or is_plain_crs(PLAIN[kind])


def test_a_column_called_crs_is_a_column(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"crs": ["link", 'a "crs": {'], "n": 1}, geometry=[box(0, 0, 1, 1)] * 2, crs="EPSG:4326")
    frame.to_file(tmp_path / "a.geojson", driver="GeoJSON")
    assert read_features(tmp_path / "a.geojson", "x")[0]["crs"].tolist() == ["link", 'a "crs": {']


COMPUTED = {
    "view": "CREATE VIEW later AS SELECT * FROM land",
    "view in place of a table": "ALTER TABLE land RENAME TO old; CREATE VIEW land AS SELECT * FROM old WHERE random()",
    "endless view": "CREATE VIEW later AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x FROM r) SELECT x FROM r",
    "view in place of the contents": "ALTER TABLE gpkg_contents RENAME TO c; CREATE VIEW gpkg_contents AS SELECT 1",
    "virtual table": "CREATE VIRTUAL TABLE later USING fts5(words)",
    "computed column": "ALTER TABLE land ADD COLUMN much AS (hex(zeroblob(n * 1000)))",
}
REGISTERED = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier) "
    "SELECT name, 'attributes', name FROM sqlite_master WHERE name = 'later'"
)


@pytest.mark.parametrize("kind", COMPUTED)
@pytest.mark.parametrize("registered", [False, True])
def test_nothing_computed_is_read_of_a_geopackage(kind: str, registered: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    land = gpd.GeoDataFrame({"n": ["1", "2"]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs="EPSG:3035")
    land.to_file(path, layer="land", driver="GPKG")
    with closing(sqlite3.connect(path)) as store, store:
        for statement in COMPUTED[kind].split("; "):
            store.execute(statement)
        if registered and "contents" not in kind:
            store.execute(REGISTERED)
    for read in (
        lambda: read_features(path, "x", layer="land"),
        lambda: read_table(path, "x", "n", layer="land"),
        lambda: read_table(path, "x", "x", layer="later"),
        lambda: count_features(path, "land", "x"),
        lambda: box_of(path, "land", "x"),
    ):
        with pytest.raises(SourceError, match="computed when they are read") as caught:
            read()
        assert caught.value.exit_code == 3


def test_what_programs_write_is_read(tmp_path: Path) -> None:
    """Spatial index, its triggers, and a table of styles, as GDAL and QGIS write them; a file that is not changed."""
    path = tmp_path / "a.gpkg"
    land = gpd.GeoDataFrame({"n": ["1"]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:3035")
    land.to_file(path, layer="land", driver="GPKG")
    with closing(sqlite3.connect(path)) as store, store:
        kinds = dict(store.execute("SELECT type, count(*) FROM sqlite_master GROUP BY type").fetchall())
        store.execute("CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, styleQML TEXT)")
    assert kinds["trigger"] > 0
    before = path.read_bytes()
    assert len(read_features(path, "x")[0]) == 1
    assert path.read_bytes() == before


def test_messages_quote_little_of_a_long_crs(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text(geojson(json.dumps({"type": "link", "x": "y" * 100_000})), "utf-8")
    with pytest.raises(CrsError) as caught:
        read_features(tmp_path / "a.geojson", "x")
    assert len(str(caught.value)) < 500
