"""The tables of a plan as a workbook, for people who live in spreadsheets; the same bytes on every run."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from numbers import Real
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pandas as pd

from maps.locale import LocalizedPlan, catalogue, localize, text_in
from maps.reports import list_units
from zoning.plan import Plan
from zoning.tables import TABLES

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

SHEETS = (
    "zones", "quotas", "solutions", "quota_rules", "sitings", "sites", "policies", "lines", "measures", "claims",
    "conflicts", "energy", "flows", "positions", "industries", "ledger",
)  # fmt: skip
LIST = "list"
"""The last sheet: the units by main function, its titles in words."""
SHEET_ROWS = 1_048_575
"""Rows that a sheet holds below its header."""
CELL_CHARACTERS = 32_767
_TEXT_FORMAT = 255
"""Older spreadsheets show longer texts of the text format as ####."""

_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def write_workbook(plan: Plan, path: str | Path, language: str = "en") -> None:
    """Write the tables of a plan as a workbook, one sheet a table, and the list of units by main function.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.
    path : str or Path
        Replaced where it exists.
    language : str, optional
        Of reasons, titles and clauses; the columns have the names of the tables.

    Raises
    ------
    OSError
        The disk is full or not writable.

    Notes
    -----
    Headers stay in view and have filters. Texts are written as texts: no id loses a zero, and none becomes a formula or
    a link. A table with more rows than a sheet holds goes on in ``<name> (2)``; a text that is longer than a cell holds
    ends with an ellipsis.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> with TemporaryDirectory() as folder:
    ...     zp.write_workbook(plan, Path(folder) / "plan.xlsx")
    ...     [file.name for file in Path(folder).iterdir()]
    ['plan.xlsx']
    """
    path, said = Path(path), localize(plan, language)
    import xlsxwriter  # noqa: PLC0415  (a map or a GeoPackage needs none)

    packed = BytesIO()
    with (
        _refusing(path),
        TemporaryDirectory() as folder,  # rows wait there, so that memory does not grow with them
        xlsxwriter.Workbook(packed, {"constant_memory": True, "tmpdir": folder}) as book,
    ):
        book.use_zip64()
        created = datetime.combine(plan.study.study.date, time.min)
        book.set_properties({"title": _legible(text_in(plan.study.title, language)), "created": created})
        for name in (*SHEETS, LIST):
            rows = list_units(said) if name == LIST else _declared(said, name)
            rows = _with_seen(rows, said) if name == "policies" else rows
            rows = rows if "unit_id" in rows.columns or rows.index.name != "unit_id" else rows.reset_index()
            for part, start in enumerate(range(0, max(len(rows), 1), SHEET_ROWS), start=1):
                sheet = book.add_worksheet(name if part == 1 else f"{name} ({part})")
                _fill_sheet(book, sheet, rows.iloc[start : start + SHEET_ROWS])
    path.write_bytes(packed.getvalue())


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Trouble with the disk as OSError, whatever the writer makes of it."""
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415  (as above)

    try:
        yield
    except FileCreateError as error:
        raise OSError(f"{path}: cannot write: {error}") from error


def _declared(plan: LocalizedPlan, name: str) -> pd.DataFrame:
    """A table as files have it."""
    rows: pd.DataFrame = getattr(plan, name)
    return rows if TABLES[name].open else rows[list(TABLES[name].columns)]


def _with_seen(policies: pd.DataFrame, plan: LocalizedPlan) -> pd.DataFrame:
    """Policies with a column that says of which clauses nobody has seen the text."""
    seen = {policy.id for policy in plan.rulebook.policies if policy.verified}
    unseen = catalogue("report", plan.language)["unseen"]
    return policies.assign(text=["" if policy in seen else unseen for policy in policies["policy"]])


def _fill_sheet(book: Workbook, sheet: Worksheet, rows: pd.DataFrame) -> None:
    """One table: header, filters, widths and cells."""
    from xlsxwriter.utility import xl_rowcol_to_cell  # noqa: PLC0415  (as above)

    bold, text = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "@"})
    columns = [rows[name].astype(object).where(rows[name].notna(), None).tolist() for name in rows.columns]
    for place, (name, cells) in enumerate(zip(rows.columns, columns, strict=True)):
        lengths = [len(str(cell)) for cell in cells if cell is not None]
        longest = max(lengths, default=0)
        texts = any(isinstance(cell, str) for cell in cells) and longest <= _TEXT_FORMAT
        sheet.set_column(place, place, min(max(longest, len(name) + 3, 8), 60), text if texts else None)
        sheet.write_string(0, place, _legible(name), bold)
    sheet.freeze_panes(1, 0)
    if columns:
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_rowcol_to_cell(len(rows), len(columns) - 1)}"})
    for number, row in enumerate(zip(*columns, strict=True), start=1):
        for place, cell in enumerate(row):
            _fill_cell(sheet, number, place, cell)


def _fill_cell(sheet: Worksheet, row: int, column: int, cell: object) -> None:
    if cell is None or cell == "":  # an empty cell, which filters call blank
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, Real | Decimal) and math.isfinite(cell):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, _legible(str(cell)))


@lru_cache(maxsize=4096)
def _legible(text: str) -> str:
    """A text that a cell can hold: not too long, no character that XML forbids."""
    text = _NO_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text if len(text) <= CELL_CHARACTERS else f"{text[: CELL_CHARACTERS - 1]}…"
