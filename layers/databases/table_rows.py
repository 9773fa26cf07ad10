"""The rows of a table of a database, in the order of their keys, and the digest that stands for a file's sha256."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyproj import CRS

from layers.databases.table_columns import Column, ColumnKind, TableContent
from layers.errors import LimitError
from layers.phrases import Phrase
from layers.sources import DatabaseSection

if TYPE_CHECKING:
    import psycopg

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

    found = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(content.place)).fetchone()
    return int(found[0]) if found else 0


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

    outputs = [one.expression for one in columns]
    if content.shape is not None:
        outputs.append(sql.SQL("{}.ST_AsBinary({}, 'NDR')").format(content.postgis, _straight(content, sql)))
    query = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(outputs), content.place)
    if boxes is not None:
        near = [
            sql.SQL("{} OPERATOR({}.&&) {}.ST_MakeEnvelope({})").format(
                content.shape, content.postgis, content.postgis, sql.SQL(", ").join(map(sql.Literal, (*box, srid)))
            )
            for box in boxes.tolist()
        ]
        blank = sql.SQL("{} IS NULL OR {}.ST_IsEmpty({})").format(content.shape, content.postgis, content.shape)
        query += sql.SQL(" WHERE ") + sql.SQL(" OR ").join([*near, blank])
    found: list[list[Any]] = [[] for _ in outputs]
    size = count = 0
    wanted = _FIRST_ROWS
    with connection.cursor(name="zoneplan_rows", binary=True) as cursor:
        cursor.execute(query)  # without parameters, for a % in a name would be one
        while batch := cursor.fetchmany(wanted):
            count += len(batch)
            if count > limits.max_rows:
                raise _too_much(source, layer, "max_rows", Phrase("more than {most:,} rows", most=limits.max_rows))
            for place, cells in enumerate(zip(*batch, strict=True)):
                found[place].extend(cells)
                size += sum(len(one) if isinstance(one, str | bytes) else _NUMBER_BYTES for one in cells)
            if size > limits.max_bytes:
                raise _too_much(source, layer, "max_bytes", Phrase("more than {most:,} bytes", most=limits.max_bytes))
            wanted = max(1, min(_MOST_ROWS, 2 * wanted, _BATCH_BYTES * count // max(size, 1)))
    shapes = found.pop() if content.shape is not None else None
    return Rows(
        dict(zip((one.name for one in columns), found, strict=True)), {one.name: one.kind for one in columns}, shapes
    )


def _straight(content: TableContent, sql: Any) -> Any:
    """Shapes whose arcs are drawn as lines: nothing that plans reads arcs."""
    return sql.SQL(
        "CASE WHEN {schema}.GeometryType({shape}) IN ('CIRCULARSTRING', 'COMPOUNDCURVE', 'CURVEPOLYGON', 'MULTICURVE', "
        "'MULTISURFACE') THEN {schema}.ST_CurveToLine({shape}) ELSE {shape} END"
    ).format(schema=content.postgis, shape=content.shape)


def _too_much(source: str, layer: str, key: str, said: str) -> LimitError:
    return LimitError(
        Phrase(
            "layer '{layer}': {source} has {amount} to be read here. Cut it to the study area in a view, choose its "
            "columns with 'columns', or raise {key} in [databases].",
            layer=layer,
            source=source,
            amount=said,
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
    keys: list[Any] = [] if key is None else [(one is not None, one) for one in rows.columns[key]]
    if len(set(keys)) < len(rows):
        held = [*rows.columns.values(), *([] if rows.shapes is None else [rows.shapes])]
        contents = [repr(cells) for cells in zip(*held, strict=True)]
        keys = list(zip(keys or contents, contents, strict=True))
    order = sorted(range(len(rows)), key=keys.__getitem__)
    columns = {name: [held[place] for place in order] for name, held in rows.columns.items()}
    shapes = None if rows.shapes is None else [rows.shapes[place] for place in order]
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
        _add(made, [_as_bytes(one, rows.kinds[name]) for one in held])
    if rows.shapes is not None:
        _add(made, rows.shapes)
    return made.hexdigest()


def _add(made: Any, values: Sequence[bytes | None]) -> None:
    made.update(np.asarray([-1 if one is None else len(one) for one in values], dtype="<i8").tobytes())
    made.update(b"".join(one for one in values if one is not None))


def _as_bytes(value: Any, kind: ColumnKind) -> bytes | None:
    if value is None:
        return None
    if kind in {"integer", "number"}:
        return struct.pack("<q" if kind == "integer" else "<d", value)
    return str(value).encode("utf-8")
