"""A plan as tables of a real PostgreSQL server with PostGIS, and back again as a layer of another plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import psycopg
import pytest
import shapely

from layers.errors import SourceError, StudyError
from layers.sources import DatabaseSection, database_of
from maps.errors import WriteError
from maps.exports import write_geopackage, write_postgis
from tests.postgis_server import Server
from zoning.plan import Plan

pytestmark = pytest.mark.postgis
OFFICE = DatabaseSection(url_env="OFFICE_DATABASE")


@pytest.fixture
def office(postgis: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    postgis.do('DROP SCHEMA IF EXISTS "Zones of 2025" CASCADE')
    monkeypatch.setenv("OFFICE_DATABASE", postgis.url())
    yield postgis
    postgis.do('DROP SCHEMA IF EXISTS "Zones of 2025" CASCADE')


def test_tables_hold_what_the_geopackage_holds(office: Server, toy_run: Plan, tmp_path: Path) -> None:
    written = write_postgis(toy_run, OFFICE, "Zones of 2025")
    write_geopackage(toy_run, tmp_path / "plan.gpkg")
    assert list(written) == ["zones", "pieces"]
    for table, layer in (("zones", "units"), ("pieces", "pieces")):
        with psycopg.connect(office.url()) as connection:
            cursor = connection.execute(f'SELECT *, ST_AsBinary(geom) AS wkb FROM "Zones of 2025".{table}')
            rows = pd.DataFrame(cursor.fetchall(), columns=[one.name for one in cursor.description])
        own = gpd.read_file(tmp_path / "plan.gpkg", layer=layer)
        assert len(rows) == written[table] == len(own)
        for column in own.columns.drop("geometry"):
            assert rows[column].astype(object).where(rows[column].notna(), None).tolist() == (
                own[column].astype(object).where(own[column].notna(), None).tolist()
            ), column
        assert list(rows["wkb"]) == list(shapely.to_wkb(own.geometry, byte_order=1))


def test_keys_srid_index_and_comment(office: Server, toy_run: Plan) -> None:
    write_postgis(toy_run, OFFICE, "Zones of 2025")
    keys = office.ask(
        """SELECT c.relname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE k.contype = 'p' AND c.relnamespace = '"Zones of 2025"'::regnamespace ORDER BY 1"""
    )
    assert keys == [("pieces", "PRIMARY KEY (piece_id)"), ("zones", "PRIMARY KEY (unit_id)")]
    shapes = "SELECT f_table_name, srid, type FROM geometry_columns WHERE f_table_schema = 'Zones of 2025' ORDER BY 1"
    assert office.ask(shapes) == [("pieces", 3035, "MULTIPOLYGON"), ("zones", 3035, "MULTIPOLYGON")]
    ((comment,),) = office.ask("""SELECT obj_description('"Zones of 2025".zones'::regclass)""")
    assert comment == f"zoneplan: Toy province, 2025-01-01, plan sha256 {toy_run.study.sha256}"
    assert office.ask("SELECT count(*) FROM pg_indexes WHERE schemaname = 'Zones of 2025' AND indexdef ~ 'gist'") == [
        (2,)
    ]


def test_written_again_rows_are_replaced_and_rights_stay(office: Server, toy_run: Plan) -> None:
    write_postgis(toy_run, OFFICE, "Zones of 2025")
    office.do(
        'CREATE VIEW "Zones of 2025".mine AS SELECT unit_id, main FROM "Zones of 2025".zones',
        'GRANT SELECT ON "Zones of 2025".zones TO reader',
        """UPDATE "Zones of 2025".zones SET main = 'nonsense'""",
    )
    write_postgis(toy_run, OFFICE, "Zones of 2025", language="zh")
    found = dict(office.ask('SELECT * FROM "Zones of 2025".mine'))
    assert found == toy_run.zones.set_index("unit_id")["main"].to_dict()
    assert office.ask("""SELECT has_table_privilege('reader', '"Zones of 2025".zones', 'SELECT')""") == [(True,)]


@pytest.mark.parametrize("what", ["TABLE", "VIEW"])
def test_what_is_not_ours_is_not_overwritten(what: str, office: Server, toy_run: Plan) -> None:
    body = "(id int)" if what == "TABLE" else "AS SELECT 1 AS id"
    office.do('CREATE SCHEMA "Zones of 2025"', f'CREATE {what} "Zones of 2025".pieces {body}')
    with pytest.raises(WriteError, match=r"did not write: 'Zones of 2025\.pieces'\. Nothing was changed") as caught:
        write_postgis(toy_run, OFFICE, "Zones of 2025")
    assert caught.value.exit_code == 5
    assert office.ask("SELECT relname::text FROM pg_class WHERE relnamespace = '\"Zones of 2025\"'::regnamespace") == [
        ("pieces",)
    ]


def test_all_of_it_or_nothing(office: Server, toy_run: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    write_postgis(toy_run, OFFICE, "Zones of 2025")
    office.do('ALTER TABLE "Zones of 2025".pieces ADD CHECK (area_ha < 1)  NOT VALID')
    before = office.ask('SELECT xmin::text FROM "Zones of 2025".zones')
    with pytest.raises(SourceError, match=r"could not answer \(CheckViolation, SQLSTATE 23514\)"):
        write_postgis(toy_run, OFFICE, "Zones of 2025")
    assert office.ask('SELECT xmin::text FROM "Zones of 2025".zones') == before


def test_rights_and_reference_systems_that_are_missing(
    office: Server, toy_run: Plan, make_plan: Callable[..., Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = "+proj=laea +lat_0=51.5 +lon_0=10.25 +x_0=0 +y_0=0 +ellps=GRS80 +units=m +type=crs"
    with pytest.raises(WriteError, match="has no SRID for the reference system of the units"):
        write_postgis(make_plan(own_crs=own), OFFICE, "Zones of 2025")
    monkeypatch.setenv("OFFICE_DATABASE", office.url("reader"))
    with pytest.raises(SourceError, match="the user has no right to what is asked"):
        write_postgis(toy_run, OFFICE, "Zones of 2025")


def test_the_command_takes_the_database_of_the_plan_or_another(
    office: Server, toy_result: Path, command: Callable[..., object]
) -> None:
    done = command("export", toy_result, "Zones of 2025", "--url-env", "OFFICE_DATABASE")
    assert (done.code, done.out.splitlines()[0]) == (0, "Zones of 2025.zones: 12 rows")
    assert command("export", toy_result, "Zones of 2025", "--url-env", "OFFICE_DATABASE", "--json").code == 0
    done = command("export", toy_result, "Zones of 2025")
    assert done.code == 2
    assert "which database is not clear" in done.err
    done = command("export", toy_result, "Zones of 2025", "--url-env", office.url())
    assert done.code == 2
    assert "canary" not in done.err
    done = command("export", toy_result, "Zones of 2025", "--url-env", "NOWHERE_SET")
    assert done.code == 3


def test_a_call_names_one_database() -> None:
    both = {"a": OFFICE, "b": OFFICE}
    assert database_of({"a": OFFICE}, None, url_env=None, service=None) == ("a", OFFICE)
    assert database_of(both, "b", url_env=None, service=None) == ("b", OFFICE)
    for name, url_env in ((None, None), ("c", None), ("a", "X")):
        with pytest.raises(StudyError, match=r"name one of the plan with --database \(a and b\)|\(a, b\)"):
            database_of(both, name, url_env=url_env, service=None)
