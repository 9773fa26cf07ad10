"""Workbooks: one sheet as a table of text. Cells become numbers as those of a CSV do, so that codes keep their zeros.

A workbook is a ZIP of XML, and a small one may unpack to gigabytes: its own list of sizes is looked at first. Macros,
links and formulas are not followed; a formula counts with the value that it had when the sheet was saved.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from layers.errors import LimitError, SourceError, shown
from layers.formats.csv_files import check_header
from layers.formats.gdal_drivers import check_rows, check_size
from layers.phrases import Phrase

_MOST_TIMES = 100
"""So many times its size a part may unpack to; sheets of people stay below thirty."""
_LARGE_BYTES = 2**24
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_WITHOUT_VALUE = re.compile(
    rb'<c\s[^>]*?r="([A-Z]+[0-9]+)"[^>]*>\s*<f[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>|</c>)'
)


def check_workbook(path: Path, name: str) -> None:
    """Refuse a workbook that unpacks to too much, or has formulas that were never worked out.

    Parameters
    ----------
    path : Path
    name : str
        Name of the layer, for messages.

    Raises
    ------
    SourceError
        It is no ZIP, or a program wrote formulas without their values.
    LimitError
        Too many bytes.
    """
    with zipfile.ZipFile(path) as parts:
        listed = parts.infolist()
        check_size(sum(one.file_size for one in listed), path, name)
        for one in listed:
            if one.file_size > max(_LARGE_BYTES, _MOST_TIMES * one.compress_size):
                raise LimitError(
                    Phrase(
                        "layer '{layer}': {file} holds {part}, which unpacks to {times:,} times its size. No "
                        "sheet of people does: save it as CSV.",
                        layer=name,
                        file=path.name,
                        part=one.filename,
                        times=one.file_size // max(one.compress_size, 1),
                    ),
                    code="unpacked_size",
                    layer=name,
                )
        empty = [
            cell.decode()
            for one in listed
            if _SHEET.fullmatch(one.filename)
            for cell in _WITHOUT_VALUE.findall(parts.read(one))
        ]
    if empty:
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} has {count} formula(s) without a value: {ids}. Open it in a spreadsheet and "
                "save it, so that they are worked out, or save it as CSV.",
                layer=name,
                file=path.name,
                count=len(empty),
                ids=shown(empty),
            ),
            code="formula",
            layer=name,
            features=empty,
        )


def table_of(cells: pa.Table, path: Path, name: str) -> pa.Table:
    """A sheet without the lines and columns in which there is nothing.

    Parameters
    ----------
    cells : pyarrow.Table
        All cells as text, as GDAL has them under the names in the first line; a column without one is called after its
        place, "Field1" and so on.
    path : Path
    name : str
        Name of the layer, for messages.

    Raises
    ------
    SourceError
        A column has no name, or one that another has.
    LimitError
        Too many rows.
    """
    header = [one.strip() if one != f"Field{place}" else "" for place, one in enumerate(cells.column_names, 1)]
    texts = [pc.utf8_trim_whitespace(column.cast(pa.large_string())) for column in cells.columns]
    there = [pc.fill_null(pc.not_equal(text, ""), False) for text in texts]
    kept = [place for place, one in enumerate(there) if header[place] or pc.any(one).as_py()]
    check_header([header[place] for place in kept], path, name)
    columns = [pc.if_else(there[place], cells.column(place), None) for place in kept]
    table = pa.table(columns, names=[header[place] for place in kept]).filter(_any([there[place] for place in kept]))
    check_rows(len(table), path, name)
    return table


def _any(masks: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    found = masks[0]
    for mask in masks[1:]:
        found = pc.or_(found, mask)
    return found
