"""Tables of a database: their columns, their rows in the order of the keys, and a digest like a file's sha256."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyproj import CRS
from pyproj.exceptions import CRSError

from layers.errors import CrsError, LimitError, SourceError, shown
from layers.phrases import OR, Phrase, phrase_list
from layers.sources import DatabaseSection, TableName

if TYPE_CHECKING:
    import psycopg


ColumnKind = Literal["integer", "number", "text", "truth", "date", "time", "zoned_time"]
_KINDS: dict[str, ColumnKind] = {
    **dict.fromkeys(("int2", "int4", "int8", "oid"), "integer"),
    **dict.fromkeys(("float4", "float8", "numeric"), "number"),
    **dict.fromkeys(("text", "varchar", "bpchar", "name", "char", "citext", "uuid"), "text"),
    "bool": "truth",
    "date": "date",
    "timestamp": "time",
    "timestamptz": "zoned_time",
}
_SHAPES = ("geometry", "geography")
_READABLE = "rvmpf"
"""Tables, views, materialised views, partitioned and foreign tables."""
_TABLES = """
SELECT c.oid::int8, pg_catalog.has_schema_privilege(n.oid, 'USAGE')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relname = %s AND pg_catalog.strpos(%s, c.relkind::text) > 0"""
_ALIKE = """
SELECT n.nspname::text, c.relname::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE pg_catalog.strpos(%s, c.relkind::text) > 0 AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
ORDER BY 1, 2"""
_COLUMNS = """
WITH RECURSIVE bases AS (
  SELECT a.attnum, a.atttypid AS type, a.atttypmod AS modifier FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = %(table)s::oid AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT b.attnum, t.typbasetype, t.typtypmod FROM bases b JOIN pg_catalog.pg_type t ON t.oid = b.type
  WHERE t.typtype = 'd')
SELECT a.attname::text, t.typname::text, t.typtype::text, n.nspname::text, b.modifier,
  pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT'),
  EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary
    AND i.indnatts = 1 AND i.indkey[0] = a.attnum)
FROM pg_catalog.pg_attribute a JOIN bases b ON b.attnum = a.attnum
JOIN pg_catalog.pg_type t ON t.oid = b.type JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE a.attrelid = %(table)s::oid AND t.typtype <> 'd'
ORDER BY a.attnum"""
_POSTGIS = """
SELECT n.nspname::text FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'postgis'"""


class Column(NamedTuple):
    """A column that can be read."""

    name: str
    kind: ColumnKind
    whole: bool
    expression: Any


class TableContent(NamedTuple):
    """What can be read of a table."""

    identifier: Any
    columns: tuple[Column, ...]
    key: str | None
    shape: Any
    shape_name: str
    postgis: Any
    srid: int

    @property
    def key_column(self) -> Column | None:
        """The primary key, where it can be read."""
        return next((column for column in self.columns if column.name == self.key), None)


def describe(
    connection: psycopg.Connection[Any], named: TableName, source: str, layer: str, shapes: str | None, *, bare: bool
) -> TableContent:
    """What can be read of a table, from the catalogues of the database."""
    from psycopg import sql  # noqa: PLC0415  (an extra)

    table_row = connection.execute(_TABLES, (named.schema, named.table, _READABLE)).fetchone()
    if table_row is None:
        raise _missing(connection, named, layer)
    oid, usable = table_row
    rows = connection.execute(_COLUMNS, {"table": oid}).fetchall()
    readable = [row for row in rows if row[5]]
    if not usable or not readable:
        raise SourceError(
            Phrase(
                "layer '{layer}': the user of database '{database}' may not read {source}. Ask whoever keeps the "
                "database for it: GRANT USAGE ON SCHEMA, GRANT SELECT ON the table.",
                layer=layer,
                database=named.database,
                source=source,
            ),
            code="not_permitted",
            layer=layer,
        )
    home = connection.execute(_POSTGIS).fetchone()
    postgis = None if home is None else sql.Identifier(home[0])
    drawn = [row[0] for row in readable if home is not None and row[1] in _SHAPES and row[3] == home[0]]
    column = None if bare else _shapes_of(drawn, shapes, source, layer)
    columns = tuple(
        Column(row[0], kind, _is_whole(row[1], row[4]), _expression(row[0], kind, sql))
        for row in readable
        if (kind := "text" if row[2] == "e" else _KINDS.get(row[1])) is not None and row[0] != column
    )
    shape = None if column is None else sql.SQL("{}::{}.geometry").format(sql.Identifier(column), postgis)
    key = next((row[0] for row in rows if row[6]), None)
    return TableContent(
        sql.Identifier(named.schema, named.table),
        columns,
        key,
        shape,
        "" if column is None else column,
        postgis,
        0 if column is None else _declared(connection, postgis, next(row[4] for row in readable if row[0] == column)),
    )


def _declared(connection: psycopg.Connection[Any], postgis: Any, modifier: int) -> int:
    from psycopg import sql  # noqa: PLC0415  (an extra)

    if modifier < 0:
        return 0
    row = connection.execute(sql.SQL("SELECT {}.postgis_typmod_srid(%s)").format(postgis), (modifier,)).fetchone()
    return int(row[0]) if row else 0


def _missing(connection: psycopg.Connection[Any], named: TableName, layer: str) -> SourceError:
    there = [f"{schema}.{table}" for schema, table in connection.execute(_ALIKE, (_READABLE,)).fetchall()]
    full_name = f"{named.schema}.{named.table}"
    folded = {table.casefold(): table for table in there}
    same = [table for table in there if table.rpartition(".")[2].casefold() == named.table.casefold()]
    near = list(dict.fromkeys([*same, *(folded[key] for key in get_close_matches(full_name.casefold(), folded, 3))]))[
        :3
    ]
    return SourceError(
        Phrase(
            "layer '{layer}': database '{database}' has no table or view {asked}, or shows none of that name to this "
            "user{hint}. Write it as SCHEMA.TABLE, with the capital letters that it has there.",
            layer=layer,
            database=named.database,
            asked=full_name,
            hint=Phrase("; did you mean {names}?", names=phrase_list(near, OR)) if near else "",
        ),
        code="table_missing",
        layer=layer,
    )


def _shapes_of(drawn: list[str], shapes: str | None, source: str, layer: str) -> str | None:
    """The geometry column; None where a table has none, which is said where somebody needs them."""
    if shapes is not None and shapes not in drawn:
        raise SourceError(
            Phrase(
                "layer '{layer}': {source} has no geometry column '{column}'{there}. Name another with layer, or "
                "leave it out.",
                layer=layer,
                source=source,
                column=shapes,
                there=Phrase("; there are {names}", names=shown(drawn)) if drawn else "",
            ),
            code="layer",
            layer=layer,
        )
    if shapes is None and len(drawn) > 1:
        raise SourceError(
            Phrase(
                "layer '{layer}': {source} has {count} geometry columns: {names}. Say which one with layer = \"...\".",
                layer=layer,
                source=source,
                count=len(drawn),
                names=shown(drawn),
            ),
            code="layer",
            layer=layer,
        )
    return shapes or next(iter(drawn), None)


def _is_whole(type_name: str, modifier: int) -> bool:
    """Whether numbers of a type never have a fraction: of ``numeric(10, 0)``, too."""
    return _KINDS.get(type_name) == "integer" or (
        type_name == "numeric" and modifier >= 4 and (modifier - 4) & 2047 == 0
    )


def _expression(name: str, kind: ColumnKind, sql: Any) -> Any:
    forms = {
        "integer": "{}::pg_catalog.int8",
        "number": "{}::pg_catalog.float8",
        "truth": "{}::pg_catalog.bool",
        "time": "pg_catalog.to_char({}, 'YYYY-MM-DD HH24:MI:SS.MS')",
        "zoned_time": "pg_catalog.to_char({}, 'YYYY-MM-DD HH24:MI:SS.MS\"Z\"')",
    }
    return sql.SQL(forms.get(kind, "{}::pg_catalog.text")).format(sql.Identifier(name))


def chosen_columns(
    content: TableContent, wanted: Iterable[str], texts: Collection[str], source: str, layer: str
) -> tuple[Column, ...]:
    """Some columns of a table in its own order, those that are to be text as text."""
    from psycopg import sql  # noqa: PLC0415  (an extra)

    names = set(wanted)
    known = [column.name for column in content.columns]
    absent = sorted(names - set(known))
    if absent:
        near = [candidate for name in absent for candidate in get_close_matches(name, known, 1)]
        hint = Phrase(" Did you mean {near}?", near=shown(near)) if near else ""
        raise SourceError(
            Phrase(
                "layer '{layer}': {source} has no column {names} that can be read as text, number, truth or date and "
                "that its user may read; there are {columns}.{hint}",
                layer=layer,
                source=source,
                names=shown(absent),
                columns=phrase_list(known),
                hint=hint,
            ),
            code="column",
            layer=layer,
        )
    return tuple(
        column._replace(kind="text", expression=sql.SQL("{}::pg_catalog.text").format(sql.Identifier(column.name)))
        if column.name in texts and column.whole
        else column
        for column in content.columns
        if column.name in names
    )


def crs_of(
    connection: psycopg.Connection[Any], content: TableContent, source: str, layer: str
) -> tuple[int, CRS | None]:
    """The SRID of the shapes of a table, and the CRS that the database says it is; 0 and None where it has none."""
    from psycopg import sql  # noqa: PLC0415  (an extra)

    query = sql.SQL("SELECT DISTINCT {}.ST_SRID({}) FROM {} WHERE {} IS NOT NULL ORDER BY 1 LIMIT 6").format(
        content.postgis, content.shape, content.identifier, content.shape
    )
    srids = [content.srid] if content.srid else [row[0] for row in connection.execute(query).fetchall()]
    if len(srids) > 1:
        raise CrsError(
            Phrase(
                "layer '{layer}': the shapes of {source} are in several reference systems: SRID {numbers}. Bring them "
                "into one with ST_Transform, or name a view that does.",
                layer=layer,
                source=source,
                numbers=shown(map(str, srids)),
            ),
            code="crs_several",
            layer=layer,
        )
    if not srids or srids[0] == 0:
        return 0, None
    definition = connection.execute(
        sql.SQL("SELECT auth_name::text, auth_srid, srtext::text FROM {}.spatial_ref_sys WHERE srid = %s").format(
            content.postgis
        ),
        (srids[0],),
    ).fetchone()
    crs = None if definition is None else _known(*definition)
    if crs is None:
        raise CrsError(
            Phrase(
                "layer '{layer}': the shapes of {source} have SRID {number}, and what spatial_ref_sys of the database "
                "says of it is no reference system that PROJ knows. Mend that row, or set the SRID with "
                "UpdateGeometrySRID.",
                layer=layer,
                source=source,
                number=srids[0],
            ),
            code="crs_unknown",
            layer=layer,
        )
    return srids[0], crs


def _known(authority: str | None, code: int | None, text: str | None) -> CRS | None:
    """The CRS of a row of spatial_ref_sys: by the code of its authority, else by its text."""
    attempts = ([(authority, str(code))] if authority in {"EPSG", "ESRI"} and code else []) + ([text] if text else [])
    for attempt in attempts:
        try:
            return CRS.from_authority(*attempt) if isinstance(attempt, tuple) else CRS.from_wkt(attempt)
        except CRSError:
            continue
    return None


_TYPES: dict[ColumnKind, pa.DataType] = {"integer": pa.int64(), "number": pa.float64(), "truth": pa.bool_()}
_FIRST_ROWS = 64
_MOST_ROWS = 10_000
_BATCH_BYTES = 16 * 1024**2
_NUMBER_BYTES = 8
Boxes = npt.NDArray[np.float64]


class Rows(NamedTuple):
    """What was read of a table."""

    columns: dict[str, list[Any]]
    kinds: dict[str, ColumnKind]
    shapes: list[bytes | None] | None

    def __len__(self) -> int:
        """How many rows."""
        return len(next(iter(self.columns.values()), self.shapes or []))

    def as_arrow(self) -> pa.Table:
        """The columns without the shapes."""
        types = {name: _TYPES.get(kind, pa.large_string()) for name, kind in self.kinds.items()}
        return pa.table([pa.array(held, types[name]) for name, held in self.columns.items()], names=list(types))


def count_rows(connection: psycopg.Connection[Any], content: TableContent) -> int:
    """How many rows a table has."""
    from psycopg import sql  # noqa: PLC0415  (an extra)

    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(content.identifier)).fetchone()
    return int(row[0]) if row else 0


def fetch_rows(
    connection: psycopg.Connection[Any],
    content: TableContent,
    columns: Sequence[Column],
    boxes: Boxes | None,
    srid: int,
    limits: DatabaseSection,
    source: str,
    layer: str,
) -> Rows:
    """The rows of a table, or those whose shapes meet a box, in whatever order the server gives them."""
    from psycopg import sql  # noqa: PLC0415  (an extra)

    outputs = [column.expression for column in columns]
    if content.shape is not None:
        outputs.append(sql.SQL("{}.ST_AsBinary({}, 'NDR')").format(content.postgis, _straight(content, sql)))
    query = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(outputs), content.identifier)
    if boxes is not None:
        near = [
            sql.SQL("{} OPERATOR({}.&&) {}.ST_MakeEnvelope({})").format(
                content.shape, content.postgis, content.postgis, sql.SQL(", ").join(map(sql.Literal, (*box, srid)))
            )
            for box in boxes.tolist()
        ]
        blank = sql.SQL("{} IS NULL OR {}.ST_IsEmpty({})").format(content.shape, content.postgis, content.shape)
        query += sql.SQL(" WHERE ") + sql.SQL(" OR ").join([*near, blank])
    columns_read: list[list[Any]] = [[] for _ in outputs]
    size = count = 0
    wanted = _FIRST_ROWS
    with connection.cursor(name="zoneplan_rows", binary=True) as cursor:
        cursor.execute(query)  # without parameters, for a % in a name would be one
        while batch := cursor.fetchmany(wanted):
            count += len(batch)
            if count > limits.max_rows:
                raise _too_much(source, layer, "max_rows", Phrase("more than {most:,} rows", most=limits.max_rows))
            for position, cells in enumerate(zip(*batch, strict=True)):
                columns_read[position].extend(cells)
                size += sum(len(cell) if isinstance(cell, str | bytes) else _NUMBER_BYTES for cell in cells)
            if size > limits.max_bytes:
                raise _too_much(source, layer, "max_bytes", Phrase("more than {most:,} bytes", most=limits.max_bytes))
            wanted = max(1, min(_MOST_ROWS, 2 * wanted, _BATCH_BYTES * count // max(size, 1)))
    shapes = columns_read.pop() if content.shape is not None else None
    return Rows(
        dict(zip((column.name for column in columns), columns_read, strict=True)),
        {column.name: column.kind for column in columns},
        shapes,
    )


def _straight(content: TableContent, sql: Any) -> Any:
    """Shapes whose arcs are drawn as lines: nothing that plans reads arcs."""
    return sql.SQL(
        "CASE WHEN {schema}.GeometryType({shape}) IN ('CIRCULARSTRING', 'COMPOUNDCURVE', 'CURVEPOLYGON', 'MULTICURVE', "
        "'MULTISURFACE') THEN {schema}.ST_CurveToLine({shape}) ELSE {shape} END"
    ).format(schema=content.postgis, shape=content.shape)


def _too_much(source: str, layer: str, key: str, amount: str) -> LimitError:
    return LimitError(
        Phrase(
            "layer '{layer}': {source} has {amount} to be read here. Cut it to the study area in a view, choose its "
            "columns with 'columns', or raise {key} in [databases].",
            layer=layer,
            source=source,
            amount=amount,
            key=key,
        ),
        code=key,
        layer=layer,
    )


def in_order(rows: Rows, key: str | None) -> Rows:
    """The same rows in the order of a column, and of all that they hold where it leaves open which comes first.

    Examples
    --------
    >>> rows = Rows({"id": ["b", "a"], "people": [1, 2]}, {"id": "text", "people": "integer"}, None)
    >>> in_order(rows, "id").columns
    {'id': ['a', 'b'], 'people': [2, 1]}
    """
    keys: list[Any] = [] if key is None else [(cell is not None, cell) for cell in rows.columns[key]]
    if len(set(keys)) < len(rows):
        held = [*rows.columns.values(), *([] if rows.shapes is None else [rows.shapes])]
        contents = [repr(cells) for cells in zip(*held, strict=True)]
        keys = list(zip(keys or contents, contents, strict=True))
    order = sorted(range(len(rows)), key=keys.__getitem__)
    columns = {name: [held[row] for row in order] for name, held in rows.columns.items()}
    shapes = None if rows.shapes is None else [rows.shapes[row] for row in order]
    return Rows(columns, rows.kinds, shapes)


def digest_of(rows: Rows, srid: int, crs: CRS | None) -> str:
    """The sha256 of rows as they stand: names and types of their columns, each value, each shape, and the SRID.

    Notes
    -----
    Of each column come the lengths of its values in bytes, -1 where there is none, as 64-bit integers, and then the
    values: texts in UTF-8, numbers as 64-bit integers or floats, all little-endian.

    Examples
    --------
    >>> people = {"id": "text", "people": "integer"}
    >>> one, other = (Rows({"id": ["a"], "people": [count]}, people, None) for count in (1, 2))
    >>> digest_of(one, 0, None) == digest_of(other, 0, None), len(digest_of(one, 0, None))
    (False, 64)
    """
    authority = crs.to_authority() if crs is not None else None
    head = [list(rows.kinds.items()), rows.shapes is not None, len(rows), srid, list(authority or ())]
    made = hashlib.sha256(json.dumps(head, ensure_ascii=True).encode("ascii"))
    for name, held in rows.columns.items():
        _add(made, [_as_bytes(cell, rows.kinds[name]) for cell in held])
    if rows.shapes is not None:
        _add(made, rows.shapes)
    return made.hexdigest()


def _add(made: Any, values: Sequence[bytes | None]) -> None:
    made.update(np.asarray([-1 if encoded is None else len(encoded) for encoded in values], dtype="<i8").tobytes())
    made.update(b"".join(encoded for encoded in values if encoded is not None))


def _as_bytes(value: Any, kind: ColumnKind) -> bytes | None:
    if value is None:
        return None
    if kind in {"integer", "number"}:
        return struct.pack("<q" if kind == "integer" else "<d", value)
    return str(value).encode("utf-8")
