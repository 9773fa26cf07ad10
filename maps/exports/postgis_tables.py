"""The plan as tables of a PostGIS database: zones, pieces and sites with their keys, all of them or none."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from layers.databases import in_transaction
from layers.errors import shown
from layers.format_limits import POSTGRES_BYTES, POSTGRES_COLUMNS
from layers.phrases import Phrase
from layers.sources import DatabaseSection
from maps.errors import WriteError
from maps.exports.geopackage import layers_in_file
from maps.words import localize
from zoning.plan import Plan
from zoning.tables import SITES

if TYPE_CHECKING:
    import psycopg

_GEOMETRY = "geom"
_MARK = "zoneplan: "
"""How the comment of a table begins that was written here, and may be written anew."""
_KEYS = {"zones": ("unit_id",), "pieces": ("piece_id",), "sites": SITES.key}
_LAYERS = {"zones": "units", "pieces": "pieces", "sites": "sites"}
_TYPES = {"b": "boolean", "i": "bigint", "u": "bigint", "f": "double precision"}


class _Present(NamedTuple):
    """A table that is there already."""

    kind: str
    comment: str
    columns: tuple[tuple[str, str], ...]


def write_postgis(
    plan: Plan, database: DatabaseSection, schema: str, *, name: str = "", language: str = "en"
) -> dict[str, int]:
    """Write zones, pieces and sites as tables of a PostGIS database, in one transaction.

    Notes
    -----
    The tables have the columns of the layers of ``plan.gpkg``, see :func:`maps.exports.write_geopackage`, and their
    shapes in ``geom`` in the CRS of the units, under its SRID, with an index. Their keys are ``unit_id``, ``piece_id``,
    and of sites quota, period, unit and patch. Each says in its comment which plan it is of. A table that has the same
    columns keeps its rights and whatever views stand on it: only its rows are replaced.
    """
    localized = localize(plan, language)
    frames = dict(layers_in_file(localized))
    tables = {table: frames[layer] for table, layer in _LAYERS.items() if layer in frames}
    mark = f"{_MARK}{plan.study.name}, {plan.study.date.isoformat()}, plan sha256 {localized.source.study.sha256}"
    work = partial(_write_all, tables=tables, schema=schema, mark=mark)
    called = name or database.service or database.url_env or ""
    return in_transaction(called, database, work, writing=True)


def _write_all(
    connection: psycopg.Connection[Any], tables: dict[str, gpd.GeoDataFrame], schema: str, mark: str
) -> dict[str, int]:
    from psycopg import sql  # noqa: PLC0415  (an extra)

    postgis = _home_of_postgis(connection)
    present = {table: _present(connection, schema, table) for table in _LAYERS}
    strangers = [
        f"{schema}.{table}" for table, relation in present.items() if relation is not None and not _is_ours(relation)
    ]
    if strangers:
        raise WriteError(
            Phrase(
                "the database has tables that zoneplan did not write: {tables}. Nothing was changed. Name another "
                "schema, or rename them.",
                tables=shown(strangers),
            ),
            code="not_ours",
        )
    there = connection.execute("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %s", (schema,)).fetchone()
    if there is None:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    for table, relation in present.items():
        if relation is not None and table not in tables:
            connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(schema, table)))
    for table, frame in tables.items():
        srid = _srid_of(connection, postgis, CRS.from_user_input(frame.crs))
        _write_one(connection, frame, sql.Identifier(schema, table), postgis, srid, _KEYS[table], present[table])
        identifier = sql.Identifier(schema, table)
        connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(identifier, sql.Literal(mark)))
    return {table: len(frame) for table, frame in tables.items()}


def _home_of_postgis(connection: psycopg.Connection[Any]) -> str:
    row = connection.execute(
        "SELECT n.nspname::text FROM pg_catalog.pg_extension e "
        "JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'postgis'"
    ).fetchone()
    if row is None:
        raise WriteError(
            Phrase("PostGIS is not installed in this database. Ask whoever keeps it for CREATE EXTENSION postgis."),
            code="postgis",
        )
    return str(row[0])


def _present(connection: psycopg.Connection[Any], schema: str, table: str) -> _Present | None:
    """What is there under a name, be it a table, a view or anything else that has columns."""
    row = connection.execute(
        "SELECT c.oid::int8, c.relkind::text, pg_catalog.obj_description(c.oid, 'pg_class') "
        "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND c.relname = %s",
        (schema, table),
    ).fetchone()
    if row is None:
        return None
    columns = connection.execute(
        "SELECT attname::text, pg_catalog.format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute "
        "WHERE attrelid = %s::oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        (row[0],),
    ).fetchall()
    return _Present(row[1], row[2] or "", tuple((str(name), str(kind)) for name, kind in columns))


def _is_ours(relation: _Present) -> bool:
    return relation.kind == "r" and relation.comment.startswith(_MARK)


def _srid_of(connection: psycopg.Connection[Any], postgis: str, crs: CRS) -> int:
    """The SRID of a CRS: of its authority's code, or of a row of spatial_ref_sys that says the same."""
    from psycopg import sql  # noqa: PLC0415  (an extra)

    known = sql.SQL("SELECT srid, srtext::text FROM {}.spatial_ref_sys").format(sql.Identifier(postgis))
    authority = crs.to_authority()
    if authority is not None and authority[1].isdigit():
        of_code = sql.SQL(" WHERE auth_name = %s AND auth_srid = %s ORDER BY srid")
        row = connection.execute(known + of_code, (authority[0], int(authority[1]))).fetchone()
        if row is not None:
            return int(row[0])
    other_rows = sql.SQL(" WHERE auth_name IS NULL OR auth_name NOT IN ('EPSG', 'ESRI') ORDER BY srid")
    for srid, text in connection.execute(known + other_rows).fetchall():
        if text and _is_same(text, crs):
            return int(srid)
    raise WriteError(
        Phrase(
            "spatial_ref_sys of the database has no SRID for the reference system of the units, {crs}. Ask whoever "
            "keeps the database to add a row for it.",
            crs=crs.name,
        ),
        code="srid",
    )


def _is_same(text: str, crs: CRS) -> bool:
    try:
        return bool(CRS.from_wkt(text).equals(crs, ignore_axis_order=True))
    except CRSError:
        return False


def _write_one(
    connection: psycopg.Connection[Any],
    frame: gpd.GeoDataFrame,
    identifier: Any,
    postgis: str,
    srid: int,
    key: tuple[str, ...],
    before: _Present | None,
) -> None:
    from psycopg import sql  # noqa: PLC0415  (an extra)

    plain = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    types = {str(name): _TYPES.get(plain[name].dtype.kind, "text") for name in plain}
    if long := [name for name in types if len(name.encode()) > POSTGRES_BYTES]:
        raise WriteError(
            Phrase(
                "PostgreSQL takes names of at most {most} bytes, and these columns have longer ones: {names}. Give "
                "their measures shorter names in the plan.",
                most=POSTGRES_BYTES,
                names=shown(long),
            ),
            code="name_length",
        )
    if len(types) >= POSTGRES_COLUMNS:
        raise WriteError(
            Phrase(
                "PostgreSQL takes tables of at most {most:,} columns, and this one has {count:,}. Export a GeoPackage, "
                "or take columns that the plan does not need out of its tables and run again.",
                most=POSTGRES_COLUMNS,
                count=len(types) + 1,
            ),
            code="column_count",
        )
    wanted = (*types.items(), (_GEOMETRY, f"geometry(MultiPolygon,{srid})"))
    same = before is not None and tuple((name, kind.rpartition(".")[2]) for name, kind in before.columns) == wanted
    if same:
        connection.execute(sql.SQL("DELETE FROM {}").format(identifier))
    else:
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(identifier))
        columns = [sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in types.items()]
        shape = sql.SQL("{} {}.geometry(MultiPolygon, {})").format(
            sql.Identifier(_GEOMETRY), sql.Identifier(postgis), sql.Literal(srid)
        )
        keys = sql.SQL("PRIMARY KEY ({})").format(sql.SQL(", ").join(map(sql.Identifier, key)))
        definitions = sql.SQL(", ").join([*columns, shape, keys])
        connection.execute(sql.SQL("CREATE TABLE {} ({})").format(identifier, definitions))
        connection.execute(sql.SQL("CREATE INDEX ON {} USING gist ({})").format(identifier, sql.Identifier(_GEOMETRY)))
    names = sql.SQL(", ").join(map(sql.Identifier, [*types, _GEOMETRY]))
    cells = [_cells(plain[name], types[str(name)]) for name in plain]
    shapes = _as_ewkb(frame.geometry.to_numpy(), srid)
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(identifier, names)) as copy,
    ):
        for row in zip(*cells, shapes, strict=True):
            copy.write_row(row)


def _cells(column: pd.Series, kind: str) -> list[Any]:
    """Values as a database takes them: None for what is missing, text for what is of no type that it knows."""
    missing = column.isna().to_numpy()
    values = column.tolist()
    if kind == "text":
        values = [str(cell).replace("\0", "") for cell in values]
    return [None if gone else cell for cell, gone in zip(values, missing, strict=True)]


def _as_ewkb(shapes: Any, srid: int) -> list[str | None]:
    """Multipolygons in hexadecimal EWKB."""
    single = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
    many = np.asarray(shapes, dtype=object).copy()
    many[single] = [shapely.multipolygons([polygon]) for polygon in many[single]]
    ewkb: list[str | None] = shapely.to_wkb(shapely.set_srid(many, srid), hex=True, include_srid=True).tolist()
    return ewkb
