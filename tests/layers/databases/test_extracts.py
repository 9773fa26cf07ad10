"""Tables of a real PostgreSQL server with PostGIS as units, layers and tables of a study."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Point, box

from layers.errors import CrsError, LimitError, SeveralErrors, SourceError, StudyError, ZoneplanError
from layers.read.reading_step import read_inputs, read_pins, record_sources
from maps.runs import write_run
from tests.conftest import examples, rectangle
from tests.postgis_server import CANARY, Server
from zoning.pipeline.flow import run
from zoning.study import read_study

pytestmark = pytest.mark.postgis
Write = Callable[..., Path]
LAYER = '[[layers]]\nname = "{name}"\nsource = "office:planning.{name}"\n'


def read(path: Path):
    return read_inputs(read_study(path))


def refusal(path: Path, kind: type[ZoneplanError] = SourceError) -> str:
    with pytest.raises(kind) as caught:
        read(path)
    shown = str(caught.value)
    assert "canary" not in shown
    assert caught.value.__context__ is None or "psycopg" not in repr(caught.value.__context__)
    return shown


def test_a_plan_from_tables_is_that_from_files_but_for_its_sources(
    office: Server, office_folder: Path, copy_toy: Callable[[Path], Path], tmp_path: Path
) -> None:
    from_files = write_run(run(read_study(copy_toy(tmp_path / "files") / "plan.toml")), tmp_path / "of_files")
    from_tables = write_run(run(read_study(office_folder / "plan.toml")), tmp_path / "of_tables")
    names = {one.relative_to(from_files) for one in from_files.rglob("*") if one.is_file()}
    assert names == {one.relative_to(from_tables) for one in from_tables.rglob("*") if one.is_file()}
    differing = {str(name) for name in names if (from_files / name).read_bytes() != (from_tables / name).read_bytes()}
    pages = {"report.html", "map.html", "plan.xlsx"}  # they tell the sources, too
    assert differing <= pages | {"plan.toml", "provenance.json", "manifest.json"}
    one, other = (re.split("[<>]", (folder / "report.html").read_text("utf-8")) for folder in (from_files, from_tables))
    told = [text for text in (*set(one) - set(other), *set(other) - set(one)) if not SOURCES.fullmatch(text)]
    assert told == []


SOURCES = re.compile(
    r"(?s)((units|forest|coalfield|farmland|stats\.csv)[, ]*)+|[0-9a-f]{64}|.*(toy\.gpkg|stats\.csv|office:planning).*"
)


SHAPES = st.builds(
    lambda x, y, size, several: (
        shapely.MultiPolygon([rectangle(x, y, x + size, y + size), rectangle(x + 2, y, x + 2 + size, y + size)])
        if several
        else rectangle(x, y, x + size, y + size)
    ),
    st.integers(0, 3),
    st.integers(0, 2),
    st.sampled_from([0.25, 0.5, 1.0]),
    st.booleans(),
)
ROWS = st.lists(
    st.tuples(
        st.one_of(st.none(), SHAPES, st.just(shapely.Polygon())),
        st.one_of(st.none(), st.integers(-(2**40), 2**40)),
        st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
        st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]))),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
).filter(lambda rows: any(row[0] is not None and not row[0].is_empty for row in rows))


@settings(max_examples=examples(8), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_a_layer_is_the_same_from_postgis_and_from_a_geopackage(
    rows: list[tuple], office: Server, toy_folder: Path, tmp_path: Path
) -> None:
    shapes, counts, shares, words, truths = zip(*rows, strict=True)
    frame = gpd.GeoDataFrame(
        {
            "fid": np.arange(1, len(rows) + 1),
            "count": pd.array(counts, dtype="Int64"),
            "share": pd.array(shares, dtype="Float64"),
            "word": pd.array(words, dtype="str"),
            "truth": list(truths),
        },
        geometry=list(shapes),
        crs="EPSG:3035",
    )
    frame.set_index("fid").to_file(toy_folder / "same.gpkg", layer="same", driver="GPKG")
    held = gpd.read_file(toy_folder / "same.gpkg", fid_as_index=True)  # all its shapes are multipolygons
    office.load(held.rename_axis("fid").reset_index(), "planning.same", "fid", 3035)
    office.do(
        """ALTER TABLE planning.same ALTER COLUMN "count" TYPE bigint USING "count"::numeric,
        ALTER COLUMN "share" TYPE float8 USING "share"::float8,
        ALTER COLUMN "truth" TYPE boolean USING "truth"::boolean"""
    )
    section = '\n[[layers]]\nname = "same"\nrole = "energy_rich"\nsource = "{source}"\n'
    base = (toy_folder / "plan.toml").read_text().split("\n[[layers]]")[0]
    found = []
    for source in ("same.gpkg", "office:planning.same"):
        text = f'{base}{section.format(source=source)}\n[databases.office]\nurl_env = "OFFICE_DATABASE"\n'
        (toy_folder / "same.toml").write_text(text)
        try:
            found.append(read(toy_folder / "same.toml"))
        except ZoneplanError as error:
            found.append(re.sub(r"same\.gpkg|office:planning\.same", "SOURCE", str(error)))
    one, other = found
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
        return
    pd.testing.assert_frame_equal(one.ledger, other.ledger)
    pd.testing.assert_frame_equal(
        pd.DataFrame(one.layers[0].features.drop(columns="geometry")),
        pd.DataFrame(other.layers[0].features.drop(columns="geometry")),
    )
    assert list(shapely.to_wkb(one.layers[0].features.geometry)) == list(
        shapely.to_wkb(other.layers[0].features.geometry)
    )


def test_only_what_is_near_the_units_comes_over_the_line(office: Server, write_study: Write) -> None:
    far = [rectangle(x, 0, x + 1, 1) for x in range(100, 150)]
    frame = gpd.GeoDataFrame({"fid": range(51)}, geometry=[rectangle(0, 0, 2, 2), *far], crs="EPSG:3035")
    office.load(frame, "planning.woods", "fid", 3035)
    found = read(write_study(LAYER.format(name="woods") + 'role = "protected"\n'))
    assert found.layers[0].features.index.tolist() == ["0"]
    (row,) = found.ledger.itertuples(index=False)
    assert (row.layer, row.feature, row.finding) == ("woods", "", "outside")
    assert row.action == "50 feature(s) of the table not read: far from all units"


def test_the_nearest_one_may_lie_afar(office: Server, write_study: Write) -> None:
    frame = gpd.GeoDataFrame({"fid": [1]}, geometry=[rectangle(100, 0, 101, 1).centroid], crs="EPSG:3035")
    office.load(frame, "planning.ports", "fid", 3035)
    found = read(write_study(LAYER.format(name="ports") + 'measure = { port_km = "nearest(km)" }\n'))
    assert len(found.layers[0].features) == 1


def test_a_layer_of_which_only_far_features_are_meant_is_told_as_that_of_a_file(
    office: Server, write_study: Write
) -> None:
    shapes = [rectangle(0, 0, 1, 1), rectangle(100, 0, 101, 1)]
    office.load(gpd.GeoDataFrame({"kind": ["a", "b"]}, geometry=shapes, crs="EPSG:3035"), "planning.woods", None, 3035)
    said = refusal(write_study(LAYER.format(name="woods") + 'where = "kind = \'b\'"\nrole = "protected"\n'), CrsError)
    assert "so they do not meet" in said


def test_columns_are_chosen_in_the_server(office: Server, write_study: Write) -> None:
    office.do("ALTER TABLE planning.units ADD secret text", "REVOKE ALL ON planning.units FROM reader")
    found = read(write_study(units='columns = ["population"]'))
    assert found.units.columns.drop("geometry").tolist() == [
        *("name", "jurisdiction", "code", "county", "population", "area_ha")
    ]
    found = read(write_study())
    assert "secret" in found.units


def test_a_table_that_several_layers_read_is_read_once(office: Server, office_folder: Path, postgis_log) -> None:
    before = len(postgis_log())
    read_inputs(read_study(office_folder / "plan.toml"))
    asked = [line for line in postgis_log()[before:] if "ST_AsBinary" in line and "land" in line]
    assert len(asked) == 1
    assert 'OPERATOR("public".&&)' in asked[0]
    assert "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" in "".join(postgis_log()[before:])


def test_ids_stay_as_they_are_written(office: Server, write_study: Write) -> None:
    codes = ["007", "12345678901234567890", "α ", "4"]
    shapes = [rectangle(x, 0, x + 1, 1) for x in range(4)]
    office.load(gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs="EPSG:3035"), "planning.ids", "code", 3035)
    layer = LAYER.format(name="ids") + 'role = "protected"\n'
    assert read(write_study(layer)).layers[0].features.index.tolist() == sorted(codes)
    office.do(
        "CREATE VIEW planning.whole AS SELECT 900719925474099312::numeric(20,0) AS id, geom FROM planning.ids LIMIT 1"
    )
    layer = LAYER.format(name="whole") + 'id = "id"\nrole = "protected"\n'
    assert read(write_study(layer)).layers[0].features.index.tolist() == ["900719925474099312"]
    office.do("CREATE VIEW planning.broken AS SELECT 1.5::float8 AS id, geom FROM planning.ids LIMIT 1")
    assert "numbers with a fraction" in refusal(write_study(layer.replace("whole", "broken")))


def test_types_come_as_what_they_are(office: Server, write_study: Write) -> None:
    office.do(
        "CREATE TYPE planning.colour AS ENUM ('red', 'green')",
        "CREATE DOMAIN planning.percent AS numeric(5,2) CHECK (VALUE <= 100)",
        """CREATE VIEW planning.kinds AS SELECT 1 AS fid,
        2::int2 AS small, 3.5::float4 AS half, 12.25::numeric AS exact,
        true AS truth, date '2024-02-29' AS day, timestamp '2024-02-29 12:30:00.5' AS moment,
        timestamptz '2024-02-29 12:30:00+08' AS zoned, 'red'::planning.colour AS colour, 7.5::planning.percent AS pct,
        '{"a": 1}'::jsonb AS json, ARRAY[1, 2] AS list, E'\\\\x00'::bytea AS bytes, 'ab'::char(4) AS padded,
        '5a1b9c2e-0000-4000-8000-000000000000'::uuid AS own, 'NaN'::float8 AS nothing, geom
        FROM planning.units LIMIT 1""",
    )
    found = read(write_study(LAYER.format(name="kinds") + 'role = "protected"\n')).layers[0].features.iloc[0]
    assert found.drop(["geometry", "nothing"]).to_dict() == {
        "fid": 1, "small": 2, "half": 3.5, "exact": 12.25, "truth": True, "day": "2024-02-29",
        "moment": "2024-02-29 12:30:00.500", "zoned": "2024-02-29 04:30:00.000Z", "colour": "red", "pct": 7.5,
        "padded": "ab", "own": "5a1b9c2e-0000-4000-8000-000000000000",
    }  # fmt: skip
    assert np.isnan(found["nothing"])


def test_names_are_taken_as_they_are(office: Server, write_study: Write) -> None:
    office.do(
        'CREATE SCHEMA IF NOT EXISTS "Pläne; DROP TABLE x"',
        'DROP TABLE IF EXISTS "Pläne; DROP TABLE x"."Wald ""2025"" 森林"',
        'CREATE TABLE "Pläne; DROP TABLE x"."Wald ""2025"" 森林" AS '
        'SELECT fid AS "id of %s {x}", geom FROM planning.land',
    )
    source = '"Pläne; DROP TABLE x"."Wald ""2025"" 森林"'
    found = read(write_study(f'[[layers]]\nname = "woods"\nsource = \'office:{source}\'\nrole = "protected"\n'))
    assert list(found.layers[0].features.columns) == ["id of %s {x}", "geometry"]
    assert {one.path for one in found.sources if one.name == "woods"} == {f"office:{source}"}


def test_points_of_two_columns_and_tables_without_shapes(office: Server, write_study: Write) -> None:
    office.do("CREATE TABLE planning.plants AS SELECT 4000500.0 AS x, 3000500.0 AS y, 40 AS mw, 'p' AS id")
    layer = LAYER.format(name="plants") + 'x = "x"\ny = "y"\ncrs = "EPSG:3035"\nmeasure = { plant_mw = "sum(mw)" }\n'
    assert read(write_study(layer)).layers[0].features["mw"].tolist() == [40]
    table = '[[tables]]\nsource = "office:planning.stats"\nid = "code"\n'
    assert "income" in read(write_study(table)).units


def test_of_several_columns_of_shapes_one_is_chosen(office: Server, write_study: Write) -> None:
    office.do("ALTER TABLE planning.land ADD centre geometry(Point, 3035)")
    office.do("UPDATE planning.land SET centre = ST_Centroid(geom)")
    layer = LAYER.format(name="land")
    assert "has 2 geometry columns: 'geom', 'centre'. Say which one with layer" in refusal(write_study(layer))
    assert read(write_study(layer + 'layer = "centre"\n')).layers[0].kind == "points"
    assert "no geometry column 'center'; there are 'geom', 'centre'" in refusal(
        write_study(layer + 'layer = "center"\n')
    )


def test_a_number_for_each_row_is_no_measure(office: Server, write_study: Write) -> None:
    office.do(
        "CREATE TABLE planning.units2 AS SELECT * FROM planning.units",
        "ALTER TABLE planning.units2 ADD gid serial PRIMARY KEY",
        "CREATE TABLE planning.stats2 AS SELECT code, income FROM planning.stats",
        "ALTER TABLE planning.stats2 ADD gid serial PRIMARY KEY",
    )
    path = write_study('[[tables]]\nsource = "office:planning.stats2"\nid = "code"\n')
    path.write_text(path.read_text().replace("planning.units", "planning.units2"))
    assert "gid" not in read(path).units
    path.write_text(path.read_text().replace('name = "name"', 'name = "name"\ncolumns = ["gid"]'))
    assert "gid" in read(path).units


def test_arcs_are_drawn_as_lines_and_heights_left_out(office: Server, write_study: Write) -> None:
    ring = "CIRCULARSTRING(4000000 3000500, 4000500 3001000, 4001000 3000500, 4000500 3000000, 4000000 3000500)"
    office.do(
        f"""CREATE TABLE planning.round AS SELECT ST_GeomFromText('CURVEPOLYGON({ring})', 3035) AS geom, 'a' AS id
        UNION ALL SELECT ST_Force3D(ST_MakeEnvelope(4002000, 3000000, 4003000, 3001000, 3035), 7), 'b'"""
    )
    found = read(write_study(LAYER.format(name="round") + 'id = "id"\nrole = "protected"\n'))
    areas = found.layers[0].features.area / 1e4
    assert areas.round(1).tolist() == pytest.approx([np.pi * 25, 100.0], rel=2e-3)
    assert found.ledger["finding"].tolist() == ["dimensions"]


def test_geography_and_other_reference_systems(office: Server, write_study: Write) -> None:
    office.do(
        "CREATE TABLE planning.globe AS SELECT 1 AS id, ST_Transform(geom, 4326)::geography AS geog FROM planning.land",
        "CREATE TABLE planning.turned AS SELECT fid, ST_Transform(geom, 3857) AS geom FROM planning.land",
    )
    for name in ("globe", "turned"):
        found = read(write_study(LAYER.format(name=name) + 'role = "protected"\n'))
        assert found.layers[0].features.area.sum() / 1e4 == pytest.approx(800.0, rel=1e-5)


def test_reference_systems_that_contradict_or_are_missing(office: Server, write_study: Write) -> None:
    office.do(
        "CREATE TABLE planning.bare AS SELECT fid, ST_SetSRID(geom, 0) AS geom FROM planning.land",
        "CREATE TABLE planning.mixed AS SELECT 1 AS fid, geom FROM planning.land UNION ALL "
        "SELECT 2, ST_Transform(geom, 4326) FROM planning.land",
    )
    role = 'role = "protected"\n'
    layer = LAYER.format(name="bare") + role
    assert "office:planning.bare has no coordinate reference system. Find out" in refusal(write_study(layer), CrsError)
    found = read(write_study(layer + 'crs = "EPSG:3035"\n'))
    assert found.ledger["finding"].tolist() == ["crs"]
    layer = LAYER.format(name="land") + role
    said = refusal(write_study(layer + 'crs = "EPSG:3857"\n'), CrsError)
    assert 'the plan says crs = "EPSG:3857" (WGS 84 / Pseudo-Mercator), but office:planning.land says' in said
    said = refusal(write_study(LAYER.format(name="mixed") + role), CrsError)
    assert "in several reference systems: SRID '3035', '4326'" in said


def test_a_reference_system_of_the_office(office: Server, write_study: Write) -> None:
    text = 'PROJCS["Office",GEOGCS["ETRS89",DATUM["European_Terrestrial_Reference_System_1989",SPHEROID["GRS 1980",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Lambert_Azimuthal_Equal_Area"],PARAMETER["latitude_of_center",52],PARAMETER["longitude_of_center",10],PARAMETER["false_easting",4321000],PARAMETER["false_northing",3210000],UNIT["metre",1]]'  # noqa: E501
    import psycopg

    with psycopg.connect(office.url("postgres")) as connection:
        connection.execute("DELETE FROM spatial_ref_sys WHERE srid IN (990001, 990002)")
        connection.execute("INSERT INTO spatial_ref_sys VALUES (990001, 'OFFICE', 1, %s, '')", (text,))
        connection.execute("INSERT INTO spatial_ref_sys VALUES (990002, 'OFFICE', 2, 'nonsense', '')")
    for code in (990001, 990002):
        office.do(f"CREATE TABLE planning.own{code} AS SELECT fid, ST_SetSRID(geom, {code}) AS geom FROM planning.land")
    role = 'role = "protected"\n'
    found = read(write_study(LAYER.format(name="own990001") + role))
    assert found.layers[0].features.area.sum() / 1e4 == pytest.approx(800.0)
    assert "SRID 990002" in refusal(write_study(LAYER.format(name="own990002") + role), CrsError)


def test_pins_notice_a_changed_row_and_not_the_order_of_rows(office: Server, office_folder: Path) -> None:
    study = read_study(office_folder / "plan.toml")
    pins, sources = read_pins(study), record_sources(study)
    pinned = study.with_pins(pins)
    read_inputs(pinned)
    assert {one.path: one.sha256 for one in sources}["office:planning.units"] == pins["units",].sha256
    office.do(
        "CREATE TABLE planning.other AS SELECT * FROM planning.units ORDER BY code DESC",
        "TRUNCATE planning.units",
        "INSERT INTO planning.units SELECT * FROM planning.other",
    )
    read_inputs(pinned)
    office.do("UPDATE planning.units SET population = population + 1 WHERE code = 'b2'")
    with pytest.raises(SourceError, match=r"office:planning\.units is not what was pinned: sha256 pinned") as caught:
        read_inputs(pinned)
    assert caught.value.code == "pin"


def test_limits_are_told_with_the_key_that_raises_them(office: Server, write_study: Write) -> None:
    said = refusal(write_study(more="max_rows = 11"), LimitError)
    assert "layer 'units': office:planning.units has more than 11 rows" in said
    assert "raise max_rows in [databases]" in said
    assert "more than 500 bytes" in refusal(write_study(more="max_bytes = 500"), LimitError)
    office.do("CREATE VIEW planning.slow AS SELECT *, pg_sleep(3)::text AS late FROM planning.land")
    said = refusal(write_study(LAYER.format(name="slow") + 'role = "protected"\n', more="timeout_s = 1"), LimitError)
    assert "took longer than 1 seconds" in said
    assert "Raise timeout_s in [databases.office]" in said


def test_nothing_is_ever_changed(office: Server, write_study: Write) -> None:
    office.do(
        "CREATE TABLE planning.noted (at text)",
        """CREATE FUNCTION planning.note() RETURNS int LANGUAGE sql AS
        $$ INSERT INTO planning.noted VALUES ('read'); SELECT 1 $$""",
        "CREATE VIEW planning.noting AS SELECT *, planning.note() AS noted FROM planning.land",
    )
    said = refusal(write_study(LAYER.format(name="noting") + 'role = "protected"\n'))
    assert "layer 'noting' (planning.noting of database 'office'): the view changes something when it is read" in said
    assert office.ask("SELECT count(*) FROM planning.noted") == [(0,)]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "the environment variable OFFICE_DATABASE is not set"),
        ("@wrong", "the server does not let this user in. Check user and password"),
        ("@nobody", "the server does not let this user in. Check user and password"),
        ("@database", "the server has no database of that name"),
        ("postgresql://planner:canary@127.0.0.1:1/gis", "no server answers there"),
        ("postgresql://planner:canary@nowhere.invalid/gis", "no server answers there"),
        ("postgresql://planner:canary@[::1/gis", "it cannot be understood"),
        ("PG:host=localhost password=canary", "it cannot be understood"),
        ("postgresql+psycopg://planner:canary@localhost/gis", "it cannot be understood"),
    ],
)
def test_a_database_that_cannot_be_opened(
    address: str, said: str, office: Server, write_study: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {
        "@wrong": office.url(password="wrong-canary"),
        "@nobody": office.url("nobody", "canary"),
        "@database": office.url(database="other"),
    }
    monkeypatch.setenv("OFFICE_DATABASE", told.get(address, address))
    text = refusal(write_study(LAYER.format(name="land") + 'role = "protected"\n'))
    assert "plan.toml, line 6, column 2: database 'office'" in text
    assert said in text
    assert text.count("database 'office'") == 1, "one error for all that it concerns"
    assert not re.search(r"127\.0\.0\.1|localhost|planner|:1/|nowhere\.invalid", text)


def test_tables_and_rights_that_are_missing(office: Server, write_study: Write, monkeypatch) -> None:
    role = 'role = "protected"\n'
    office.do(
        'CREATE TABLE planning."Lakes" AS SELECT * FROM planning.land', "CREATE TABLE planning.text AS SELECT 1 AS id"
    )
    said = refusal(write_study(LAYER.format(name="lakes") + role))
    assert "database 'office' has no table or view planning.lakes" in said
    assert "did you mean planning.Lakes" in said
    assert "plan.toml, line" in said
    said = refusal(write_study(LAYER.format(name="text") + role))
    assert "has no geometry column that its user may read" in said
    said = refusal(write_study(LAYER.format(name="land") + role + 'id = "fidd"\n'))
    assert "office:planning.land has no column 'fidd'" in said
    assert "Did you mean 'fid'?" in said
    monkeypatch.setenv("OFFICE_DATABASE", office.url("reader"))
    assert "may not read office:planning.units. Ask whoever keeps the database" in refusal(write_study())
    office.do(
        "GRANT USAGE ON SCHEMA planning TO reader",
        "GRANT SELECT (code, name, county, geom) ON planning.units TO reader",
    )
    found = read(write_study())
    assert "population" not in found.units
    assert "no column 'population'" in refusal(write_study(units='columns = ["population"]'))


def test_all_that_is_wrong_is_told_at_once(office: Server, write_study: Write) -> None:
    layers = "".join(LAYER.format(name=name) + 'role = "protected"\n' for name in ("one", "two"))
    assert len(refusal(write_study(layers), SeveralErrors).split("\n\n")) == 2


def test_layers_that_cannot_be_read_can_be_left_out(office: Server, write_study: Write) -> None:
    path = write_study(LAYER.format(name="gone") + 'role = "protected"\n')
    (left,) = read_inputs(read_study(path), keep_going=True).left_out
    assert left.name == "gone"
    assert "no table or view planning.gone" in left.said


def test_a_server_that_goes_while_it_is_read(office: Server, write_study: Write) -> None:
    office.do(
        """CREATE VIEW planning.ending AS SELECT *, pg_terminate_backend(pg_backend_pid())::text AS over
        FROM planning.land"""
    )
    said = refusal(write_study(LAYER.format(name="ending") + 'role = "protected"\n'))
    assert "the connection broke" in said


def test_a_service_of_the_client(office: Server, write_study: Write, monkeypatch, tmp_path: Path) -> None:
    services = tmp_path / "pg_service.conf"
    services.write_text(f"[office]\nhost=127.0.0.1\nport={office.port}\ndbname=gis\nuser=planner\n")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    monkeypatch.setenv("PGPASSWORD", CANARY % "planner")
    path = write_study()
    path.write_text(path.read_text().replace('url_env = "OFFICE_DATABASE"', 'service = "office"'))
    assert len(read(path).units) == 12
    path.write_text(path.read_text().replace('service = "office"', 'service = "other"'))
    assert "(the service 'other' of pg_service.conf): there is no such section" in refusal(path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('url_env = "OFFICE_DATABASE"', "", "a database is given by 'url_env' or by 'service'"),
        ('url_env = "OFFICE_DATABASE"', 'url_env = "A"\nservice = "b"', "one of them; the plan holds no address"),
        ('"OFFICE_DATABASE"', '"postgresql://planner:canary@host/gis"', "this is no name of an environment variable"),
        ('url_env = "OFFICE_DATABASE"', 'service = "host=db password=canary"', "this is no name of a service"),
        ('url_env = "OFFICE_DATABASE"', 'url = "postgresql://planner:canary@host/gis"', "unknown key 'url'"),
        ("[databases.office]", "[databases.other]", "no [databases.office] is there; there are other"),
        ('"office:planning.units"', '"office:planning.units"\nlayers = 1', "unknown key 'layers'"),
        (
            '"office:planning.units"',
            '"units.gpkg"\ncolumns = ["a"]',
            "'columns' chooses among those of a database's table",
        ),
        ('"office:planning.units"', '"postgresql://planner:canary@host/gis"', "it has a scheme"),
    ],
)
def test_plans_that_say_it_wrongly(old: str, new: str, said: str, write_study: Write) -> None:
    path = write_study()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises((StudyError, SeveralErrors)) as caught:
        read_study(path)
    assert said in str(caught.value)
    assert "canary" not in str(caught.value)


def test_units_of_a_file_say_which_part_of_a_table_is_read(office: Server, toy_folder: Path) -> None:
    office.load(
        gpd.GeoDataFrame({"fid": [1, 2]}, geometry=[box(9.0, 48.0, 9.1, 48.1), Point(0, 0).buffer(1)], crs="EPSG:4326"),
        "planning.ponds",
        "fid",
        4326,
    )
    plan = toy_folder / "plan.toml"
    base = plan.read_text().split("\n[[layers]]")[0]
    units = gpd.read_file(toy_folder / "toy.gpkg", layer="units").to_crs("EPSG:4326")
    west, south, east, north = units.total_bounds
    office.do(f"INSERT INTO planning.ponds VALUES (3, ST_MakeEnvelope({west}, {south}, {east}, {north}, 4326))")
    plan.write_text(
        f'{base}\n{LAYER.format(name="ponds")}role = "protected"\n[databases.office]\nurl_env = "OFFICE_DATABASE"\n'
    )
    found = read(plan)
    assert found.layers[0].features.index.tolist() == ["3"]
    assert found.ledger["action"].tolist()[1:] == ["2 feature(s) of the table not read: far from all units"]
    again = read_inputs(read_study(plan), reader="process")
    assert again.layers[0].features.equals(found.layers[0].features)
    assert again.ledger.equals(found.ledger)
