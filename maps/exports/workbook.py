"""A plan as a workbook for people who work with spreadsheets: a cover, then its tables in words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from itertools import zip_longest
from numbers import Real
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from layers.format_limits import CELL_CHARACTERS, SHEET_ROWS
from layers.outputs import GENERATOR, WORKBOOK, staged
from maps.drawing import INK, ink_on, zone_fills
from maps.exports.workbook_sheets import Cells, Column, Cover, Kind, Sheet, Table, cover_of, sheets_of
from maps.words import LocalizedPlan, catalogue, decimals_of, localize, shifted, text_in, width
from zoning.plan import Plan

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from maps.exports.streamed_sheet import StreamedSheet

_TEXT_FORMAT = 255
"""Older spreadsheets show longer texts of the text format as ####."""
_WIDEST, _LINES = 56, 3
"""Characters of a wide column; longer texts wrap where most of them need no more lines."""
_EXACT_DIGITS = 15
"""Digits that a spreadsheet keeps of a number."""
LEAST_DIGITS, NOISE = 3, 1e-9
"""So many digits has every number that is not as good as nothing."""
HEAD, RULE, NOTE = "#F3F0E8", "#B9B2A2", "#4C565C"
A4_WIDTH, A3_WIDTH = 200, 320
"""Characters that are legible across one sheet of paper; a wider table goes over several, its first column on each."""

_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def write_workbook(plan: Plan, path: str | Path, language: str = "en") -> None:
    """Write a plan as a workbook: a cover with key figures, charts and links, then a sheet for each table with rows.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.
    path : str or Path
        An older one that zoneplan wrote is replaced when the new one is whole.
    language : str, optional
        Of titles, reasons and texts. The last sheet says what each column is called in the files of the run.

    Raises
    ------
    WriteError
        Something else stands there, such as a source of the plan, or the disk is full or not writable.

    Notes
    -----
    Headers stay in view and have filters; main functions have the colours of the map. Codes stand only where they join
    tables. What each policy says stands once, in a sheet of its own. Columns without a value are left out; geometry and
    the JSON of claims are in the GeoPackage and the GeoParquet files.

    Texts are written as texts: no id loses a zero, and none becomes a formula or a link. An amount with more digits
    than a spreadsheet keeps is a text, too. A table with more rows than a sheet holds goes on in ``<name> (2)``; a text
    that is longer than a cell holds ends with an ellipsis. The same plan gives the same bytes.

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
    localized = localize(plan, language)
    import xlsxwriter  # noqa: PLC0415  (a map or a GeoPackage needs none)

    sheets, packed = sheets_of(localized), BytesIO()
    with (
        staged(path, WORKBOOK, inputs=plan.study.source_paths) as stage,
        _refusing(),
        TemporaryDirectory() as folder,
    ):
        with xlsxwriter.Workbook(packed, {"constant_memory": True, "tmpdir": folder}) as book:
            _fill(book, localized, sheets)
        stage.write_bytes(packed.getvalue())


def _fill(book: Workbook, plan: LocalizedPlan, sheets: Sequence[Sheet]) -> None:
    """Write the cover and the sheets, and say whose workbook it is."""
    book.use_zip64()
    created = datetime.combine(plan.study.study.date, time.min)
    book.set_properties({"title": legible(text_in(plan.study.title, plan.language)), "created": created})
    book.set_custom_property("generator", GENERATOR)
    writer = _Writer(book, plan)
    cover = writer.add(catalogue("workbook", plan.language)["sheet_cover"])
    parts = [(sheet, start) for sheet in sheets for start in range(0, sheet.rows, SHEET_ROWS)]
    pages = [(sheet, start, writer.add(_part(sheet.title, start))) for sheet, start in parts]
    writer.fill_cover(cover, cover_of(plan, sheets))
    for sheet, start, page in pages:
        writer.fill(page, sheet, start)


def _part(title: str, start: int) -> str:
    return f"{title} ({start // SHEET_ROWS + 1})" if start else title


@contextmanager
def _refusing() -> Iterator[None]:
    """Trouble with the disk as OSError, whatever the writer makes of it."""
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415  (as above)

    try:
        yield
    except FileCreateError as error:
        raise OSError(str(error)) from error


class _Look(NamedTuple):
    """How the cells of a column look."""

    width: float
    properties: dict[str, Any]


class _Writer:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Workbook, plan: LocalizedPlan) -> None:
        self.book, self.plan = book, plan
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._page = catalogue("workbook", plan.language, plan.noun)["page"]
        titles = {zone.code: text_in(zone.title, plan.language, zone.code) for zone in plan.rulebook.zones}
        self._fills = {legible(titles[code]): fill for code, fill in zone_fills(plan.rulebook).items()}

    def add(self, title: str) -> StreamedSheet:
        """A sheet that is still empty."""
        from maps.exports.streamed_sheet import StreamedSheet  # noqa: PLC0415  (loads XlsxWriter)

        page: StreamedSheet = self.book.add_worksheet(title, StreamedSheet)
        return page

    def format(self, **properties: Any) -> Format:
        """A format, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(properties)
        return self._formats[key]

    def fill(self, page: StreamedSheet, sheet: Sheet, start: int) -> None:
        """One table: header, filters, widths, colours and cells."""
        here = slice(start, start + SHEET_ROWS)
        columns = [
            column._replace(cells=_cells(column.cells[here]), shares=column.shares[here]) for column in sheet.columns
        ]
        rows, last = len(columns[0].cells), len(columns) - 1
        head = self.format(bold=True, text_wrap=True, valign="top", bottom=1, bottom_color=RULE, bg_color=HEAD)
        looks = [_look(column) for column in columns]
        for index, (column, look) in enumerate(zip(columns, looks, strict=True)):
            page.set_column(index, index, look.width, self.format(**look.properties))
            page.write_string(0, index, legible(column.title), head)
            if column.kind == "zone":
                self._colour(page, index, rows)
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, rows, last)
        page.ignore_errors({"number_stored_as_text": _area(rows, last)})
        self._on_paper(page, sum(look.width for look in looks))
        cells = [self._precise(column, look) for column, look in zip(columns, looks, strict=True)]
        page.write_rows(1, zip(*cells, strict=True))

    def _precise(self, column: Column, look: _Look) -> Cells:
        """The cells of a column, those apart that need more decimals than the column has, or are parts of a whole."""
        shown = look.properties["num_format"]
        formats = [shown, *_number_formats(column)] if column.kind in ("number", "area", "amount", "share") else []
        if len(set(formats)) < 2:
            return column.cells
        from maps.exports.streamed_sheet import Styled  # noqa: PLC0415  (loads XlsxWriter)

        looks = {code: self.format(**look.properties | {"num_format": code}) for code in dict.fromkeys(formats)}
        pairs = zip(column.cells, formats[1:], strict=True)
        return [cell if code == shown or not _is_number(cell) else Styled(cell, looks[code]) for cell, code in pairs]

    def _colour(self, page: Worksheet, column: int, rows: int) -> None:
        """Each main function in the colour that it has on the map."""
        for title, fill in self._fills.items():
            if len(title) < _TEXT_FORMAT:  # a condition holds no longer text
                look = self.format(bg_color=fill, font_color=ink_on(fill))
                same = '"' + title.replace('"', '""') + '"'
                rule = {"type": "cell", "criteria": "==", "value": same, "format": look}
                page.conditional_format(1, column, rows, column, rule)

    def _on_paper(self, page: Worksheet, width: float) -> None:
        page.set_paper(9 if width <= A4_WIDTH else 8)  # A4, A3
        page.set_landscape()
        page.repeat_rows(0)
        page.repeat_columns(0)
        page.set_footer(f"&L&A&R{self._page}")
        if width <= A3_WIDTH:
            page.fit_to_pages(1, 0)

    def fill_cover(self, page: Worksheet, cover: Cover) -> None:
        """Title, key figures, contents with links, two tables and their charts."""
        page.hide_gridlines(2)
        page.set_paper(9)
        page.set_landscape()
        page.fit_to_pages(1, 1)
        page.set_column(0, 0, 2)
        page.set_column(1, 1, 34)
        page.set_column(2, 4, 19)
        page.set_column(5, 5, 3)
        title = self.format(bold=True, font_size=22, font_color=INK)
        page.set_row(1, 32)
        page.write_string(1, 1, legible(cover.title), title)
        page.write_string(2, 1, legible(cover.subtitle), self.format(font_color=NOTE))
        page.set_row(4, 30)
        page.set_row(5, 32)
        top = {"align": "left", "font_color": INK}
        for column, figure in enumerate(cover.figures, start=1):
            look = self.format(bold=True, font_size=18, num_format=_number_format([figure.value]), top=2, **top)
            self._write(page, 4, column, figure.value, look)
        label = self.format(text_wrap=True, valign="top", font_color=NOTE)
        for column, figure in enumerate(cover.figures, start=1):  # rows that wait in a file come in order
            page.write_string(5, column, legible(figure.label), label)
        head = self.format(bold=True, bottom=1, bottom_color=RULE)
        row = self._contents(page, 7, cover, head)
        for table, chart_row in zip(cover.tables, (1, 18), strict=False):
            chart = self._chart(page.get_name(), row, table)
            page.insert_chart(chart_row, 6, chart, {"description": legible(table.title)})
            row = self._table(page, row, table)
        note = self.format(text_wrap=True, valign="top", font_color=NOTE, italic=True)
        page.set_row(row, 92)
        page.merge_range(row, 1, row, 4, legible(cover.note), note)

    def _contents(self, page: Worksheet, row: int, cover: Cover, head: Format) -> int:
        """Links to the sheets; gives the next free row."""
        for column, text in enumerate((cover.contents, "", "", ""), start=1):
            page.write_string(row, column, text, head)
        link = self.format(font_color="#17608A", underline=1)
        for number, (title, about) in enumerate(cover.links, start=row + 1):
            page.write_url(number, 1, f"internal:'{title}'!A1", link, title)
            page.write_string(number, 2, about, self.format(font_color=NOTE))
        return row + len(cover.links) + 2

    def _table(self, page: Worksheet, row: int, table: Table) -> int:
        """A small table; gives the next free row."""
        for column, text in enumerate(table.heads, start=1):
            align = "left" if column == 1 else "right"
            look = self.format(bold=True, bottom=1, bottom_color=RULE, align=align, text_wrap=True)
            page.write_string(row, column, legible(text), look)
        _, *columns = zip(*table.rows, strict=True)
        pairs = zip(columns, table.shares, strict=True)
        formats = ["@", *(_number_format(list(cells), "share" if share else "number") for cells, share in pairs)]
        for number, (cells, fill) in enumerate(zip(table.rows, table.fills, strict=True), start=row + 1):
            for column, cell in enumerate(cells):
                colours = {"bg_color": fill, "font_color": ink_on(fill)} if table.keyed and not column else {}
                self._write(page, number, column + 1, cell, self.format(num_format=formats[column], **colours))
        return row + len(table.rows) + 2

    def _chart(self, page: str, row: int, table: Table) -> Any:
        """Bars of the last column of a table that begins in a row of the cover, its first row on top."""
        last, column = row + len(table.rows), len(table.heads)
        chart = self.book.add_chart({"type": "bar"})
        chart.add_series(
            {
                "categories": [page, row + 1, 1, last, 1],
                "values": [page, row + 1, column, last, column],
                "points": [{"fill": {"color": fill}, "border": {"color": RULE}} for fill in table.fills],
                "data_labels": {"value": True, "font": {"color": NOTE}},
                "gap": 40,
            }
        )
        chart.set_title({"name": legible(table.title), "name_font": {"size": 12, "color": INK}, "overlay": False})
        chart.set_legend({"none": True})
        chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
        named = {"num_font": {"color": INK}, "major_tick_mark": "none", "line": {"color": RULE}}
        chart.set_y_axis({"reverse": True, **named})
        chart.set_chartarea({"border": {"none": True}})
        chart.set_size({"width": 560, "height": 320})
        return chart

    def _write(self, page: Worksheet, row: int, column: int, cell: Any, look: Format) -> None:
        if isinstance(cell, str):
            page.write_string(row, column, legible(cell), look)
        else:
            page.write_number(row, column, cell, look)


def _cells(cells: Cells) -> Cells:
    """Cells as a sheet takes them: texts, finite numbers, truths, and None for nothing."""
    return [_cell(cell) for cell in cells]


def _cell(cell: Any) -> str | float | bool | None:
    kind = type(cell)
    if kind is str:
        return legible(cell) if cell else None
    if kind is float:
        return cell if math.isfinite(cell) else None if math.isnan(cell) else str(cell)
    if cell is None or isinstance(cell, bool | int):
        return cell
    if isinstance(cell, Decimal):
        return _amount(cell)
    return _cell(float(cell)) if isinstance(cell, Real) else None if pd.isna(cell) else legible(str(cell))


def _amount(value: Decimal) -> str | float:
    """A number where a spreadsheet keeps all its digits, else its text."""
    if not value.is_finite():
        return str(value)
    return float(value) if len(value.normalize().as_tuple().digits) <= _EXACT_DIGITS else f"{value:f}"


def _look(column: Column) -> _Look:
    """Width and format of a column by what stands in it."""
    words = max((_wide(word) for word in re.split(r"[\s/]", column.title)), default=0)
    least = max(min(words + 2, 18), 9)
    if column.kind in ("text", "code", "zone"):
        lengths = sorted(_wide(text) for text in {cell for cell in column.cells if isinstance(cell, str)})
        longest = lengths[-1] if lengths else 0
        most = lengths[len(lengths) * 9 // 10] if lengths else 0
        wraps = longest > _WIDEST and most <= _LINES * _WIDEST
        width = max(least, min(longest + 2, _WIDEST))
        plain = "@" if longest <= _TEXT_FORMAT else "General"
        return _Look(width, {"num_format": plain, "valign": "top", **({"text_wrap": True} if wraps else {})})
    numbers = [cell for cell in column.cells if _is_number(cell)]
    shown = _number_format(numbers, column.kind)
    finest = max(map(_decimals_in, (shown, *_number_formats(column))))
    digits = max((len(f"{cell:,.0f}") for cell in numbers), default=0) + finest
    return _Look(max(least, digits + 3), {"num_format": shown, "valign": "top"})


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _number_formats(column: Column) -> Iterator[str]:
    """How each number of a column is shown: as the column, but never in fewer than three digits; shares in per cent."""
    numbers = [cell for cell in column.cells if _is_number(cell)]
    whole = _number_format(numbers, column.kind)
    for cell, is_share in zip_longest(column.cells, column.shares, fillvalue=column.kind == "share"):
        if not _is_number(cell) or abs(cell) < NOISE:
            yield whole
            continue
        least = max(1, _decimals_in(whole)) if is_share else 0 if column.shares else _decimals_in(whole)
        number = shifted(cell, 2) if is_share else float(cell)
        decimals = max(least, decimals_of(number, LEAST_DIGITS))
        if is_share:
            yield f"0.{'0' * decimals}%"
        else:
            yield f"#,##0.{'0' * decimals}" if decimals else "#,##0"


def _number_format(values: Cells, kind: Kind = "number") -> str:
    """Thousands apart, and as many decimals as the largest of some numbers needs; exact amounts have all of theirs."""
    if kind == "share":
        return "0.0%"
    if kind == "year":
        return "0"
    numbers = [abs(float(value)) for value in values if isinstance(value, Real | Decimal)]
    largest = max(numbers, default=0.0)
    whole = largest >= 1000 or all(number == int(number) for number in numbers)
    decimals = 0 if whole else 1 if largest >= 100 else 2 if largest >= 1 else 4
    if kind == "amount":
        decimals = max((decimals_of(number, _EXACT_DIGITS) for number in numbers), default=0)
    return f"#,##0.{'0' * decimals}" if decimals else "#,##0"


def _decimals_in(shown: str) -> int:
    """How many decimals a format shows."""
    return shown.partition(".")[2].count("0")


def _wide(text: str) -> float:
    """Characters that a text takes; ideographs take two."""
    return len(text) if text.isascii() else width(text) * 1.8


def _area(rows: int, last: int) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell  # noqa: PLC0415  (as above)

    return f"A1:{xl_rowcol_to_cell(rows, last)}"


@lru_cache(maxsize=4096)
def legible(text: str) -> str:
    """A text that a cell can hold: not too long, no character that XML forbids."""
    text = _NO_XML.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return text if len(text) <= CELL_CHARACTERS else f"{text[: CELL_CHARACTERS - 1]}…"
