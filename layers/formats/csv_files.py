"""Text in columns that commas separate, or another sign that the plan names. Every cell is text."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from layers.errors import SourceError, naming_the_layer, shown
from layers.formats.gdal_drivers import check_rows, check_size
from layers.ledger import entries
from layers.phrases import Phrase
from layers.sources import check_encoding

BOM = b"\x84\x31\x95\x33"
"""How a file in GB18030 begins that says so."""
_LEAST = 6
_PLAIN_SHARE, _COMMON_SHARE, _LATE_SHARE, _TELLING = 0.9, 0.8, 0.1, 2
_FIRST, _LATE, _LAST = 0xB0, 0xC9, 0xD7
"""Rows of GB 2312: its 3,755 common signs by their sound, those from r to z; hangul reaches from the first to 0xC8."""
_SIGNS = frozenset(
    "省市县区州镇乡村街道旗盟自治林地田水河湖山江名称代码面积人口类型编号土用草建设耕园单位年万元公顷数量总计东西南北中"
)


def is_clearly_chinese(content: bytes) -> bool:
    """Whether bytes that are not UTF-8 are Chinese in GB18030, and hardly anything else.

    Examples
    --------
    >>> is_clearly_chinese("昭通市,毕节市".encode("gb18030")), is_clearly_chinese("МОСКВА,РОСТОВ".encode("cp1251"))
    (True, False)
    >>> is_clearly_chinese("Zürich,Genève,Besançon".encode("cp1252"))
    False
    """
    if content.startswith(BOM):
        return True
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return False
    beyond = [character for character in text if not character.isascii()]
    rows = [encoded[0] for encoded in (sign.encode("gb2312", "ignore") for sign in beyond) if encoded]
    signs = [row for row in rows if row >= _FIRST]
    if (
        len(signs) < _LEAST
        or len(rows) < _PLAIN_SHARE * len(beyond)
        or any("\u3040" <= character < "\u3100" for character in beyond)
    ):
        return False
    common = [row for row in signs if row <= _LAST]
    late = [row for row in common if row >= _LATE]
    telling = sum(character in _SIGNS for character in beyond)
    return len(common) >= _COMMON_SHARE * len(signs) and len(late) >= _LATE_SHARE * len(signs) and telling >= _TELLING


_UNSEEN = " \t\r\n\v\f\xa0\u3000\ufeff\u200b\u200c\u200d\u2060"
"""Blanks and what nobody sees, around the name of a column."""


class CsvRow(NamedTuple):
    """One row of a sheet: its cells as text, and the line of the file on which it ends."""

    cells: Sequence[str]
    line: int


def read_sheet(
    path: Path, name: str, encoding: str | None = None, separator: str | None = None
) -> tuple[pa.Table, pd.DataFrame]:
    """A CSV as a table of text, and what the ledger has to say of its encoding.

    Empty cells are missing, and so are rows of nothing else.
    """
    check_size(path.stat().st_size, path, name)
    content = path.read_bytes()
    guessed = encoding is None and not _is_utf8(content) and is_clearly_chinese(content)
    header, rows = read_cells(path, name, "gb18030" if guessed else encoding, content, separator=separator)
    rows = [row for row in rows if any(cell and not cell.isspace() for cell in row.cells)]
    cells = zip(*(row.cells for row in rows), strict=True) if rows else [()] * len(header)
    columns = [pa.array([cell or None for cell in column], type=pa.large_string()) for column in cells]
    note = entries(
        name,
        [""] if guessed and not content.startswith(BOM) else [],
        "encoding",
        Phrase("read as GB18030: neither plan nor file say an encoding, and the texts are plain Chinese in this one"),
    )
    return pa.table(columns, names=header), note


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def misspelt_column(table: str, column: str, near: str, code: str) -> SourceError:
    """A column of a table that is not read, but nearly has the name of one that is."""
    return SourceError(
        Phrase(
            "table '{table}', line 1: '{column}' is no column that is read, but nearly one; did you mean '{near}'?",
            table=table,
            column=column,
            near=near,
        ),
        code=code,
        layer=table,
    )


def read_cells(
    path: Path,
    name: str,
    encoding: str | None = None,
    content: bytes | None = None,
    separator: str | None = None,
) -> tuple[list[str], list[CsvRow]]:
    """The first line of a CSV and its rows, each with its place in the file; otherwise as :func:`read_sheet`."""
    first, *rows = read_rows(path, name, encoding, content, separator) or [CsvRow([], 1)]
    header = [column_name(cell) for cell in first.cells]
    check_header(header, path, name)
    check_rows(len(rows), path, name)
    odd = [str(row.line) for row in rows if len(row.cells) != len(header)]
    if odd:
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} has {count} columns, but {odd} line(s) have more or fewer cells: lines "
                "{ids}. A comma inside a text needs quotes around the text.",
                layer=name,
                file=path.name,
                count=len(header),
                odd=len(odd),
                ids=shown(odd),
            ),
            code="columns",
            layer=name,
            features=odd,
        )
    return header, rows


def read_rows(
    path: Path,
    name: str,
    encoding: str | None = None,
    content: bytes | None = None,
    separator: str | None = None,
) -> list[CsvRow]:
    """All lines of a CSV as they are, titles above the header included; those without a cell are left out."""
    check_size(path.stat().st_size if content is None else len(content), path, name)
    if encoding is not None:
        with naming_the_layer(Phrase("layer '{layer}'", layer=name)):
            check_encoding(encoding)
    try:
        held = path.read_bytes() if content is None else content
        text = held.decode(encoding or "utf-8-sig", "strict").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} is not in {encoding} (byte {number}). Save it as UTF-8, or say encoding = "
                '"gb18030", "cp1252" or what it is.',
                layer=name,
                file=path.name,
                encoding=encoding or "UTF-8",
                number=error.start + 1,
            ),
            code="encoding",
            layer=name,
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator or ",", strict=True)
    try:
        return [CsvRow(row, reader.line_num) for row in reader if row or reader.line_num == 1]
    except csv.Error as error:
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} is no CSV: line {line}, {error}. Save it anew.",
                layer=name,
                file=path.name,
                line=reader.line_num,
                error=error,
            ),
            code="damaged",
            layer=name,
        ) from error


def column_name(cell: str) -> str:
    r"""The name of a column without blanks around it, and what nobody sees there.

    Examples
    --------
    >>> column_name("\ufeff pop\u00a0")
    'pop'
    """
    return cell.strip(_UNSEEN)


def check_header(header: Sequence[str], path: Path, name: str) -> None:
    """Refuse names of columns of which one is empty or stands twice."""
    other = re.search(r"[;\t|,]", header[0]) if len(header) == 1 else None
    if other:
        raise SourceError(
            Phrase(
                "layer '{layer}': the columns of {file} seem to be separated by '{sign}', which is not how they are "
                'read. Say separator = "{sign}" in the plan, or save it as CSV with commas.',
                layer=name,
                file=path.name,
                sign="\\t" if other[0] == "\t" else other[0],
            ),
            code="separator",
            layer=name,
            features=[other[0]],
        )
    twice = sorted(column for column, count in Counter(header).items() if column and count > 1)
    if not header or twice or "" in header:
        wrong = Phrase("these stand twice: {ids}", ids=shown(twice)) if twice else Phrase("a name is empty")
        raise SourceError(
            Phrase(
                "layer '{layer}': the first line of {file} must name each column once; {wrong}.",
                layer=name,
                file=path.name,
                wrong=wrong,
            ),
            code="columns",
            layer=name,
        )
