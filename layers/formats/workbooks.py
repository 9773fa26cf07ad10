"""Workbooks (XLSX): the cells of one sheet as text, merged ones filled; no formula is worked out.

A workbook is a ZIP of XML, and a small one may unpack to gigabytes: its own list of sizes is looked at first.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError, fromstring, iterparse

from layers.errors import LimitError, SourceError, shown
from layers.formats.csv_files import CsvRow
from layers.formats.gdal_drivers import check_rows, check_size
from layers.numerals import DecimalSign
from layers.phrases import Phrase

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MAX_COLUMNS = 16_384
"""As many columns as a sheet can have."""
MOST_TIMES = 100
"""So many times its size a large part may unpack to; sheets of people stay below thirty."""
UNREADABLE = (zipfile.BadZipFile, ParseError, KeyError, ValueError, IndexError)
"""What comes of a file that is no workbook, or is damaged."""
_LARGE_BYTES = 2**24
_FIRST_DAY = dt.datetime(1899, 12, 30)  # noqa: DTZ001  (a sheet knows no zones)
_MARCH_1900 = 61
_LAST_DAY = 2_958_466
"""Behind 9999-12-31."""
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Numbers of built-in formats of dates and times, those of Chinese, Japanese and Korean programs among them."""
_NOT_SIGNS = re.compile(r'"[^"]*"|\\.|_.|\[(?!h+\]|m+\]|s+\])[^]]*\]', re.IGNORECASE)
"""Texts, colours, conditions and locales inside a format; times in brackets count on."""
_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


class _About(NamedTuple):
    """What the cells of a sheet go by: texts, styles of dates, the day that is 0, and the sign before a fraction."""

    shared: list[str]
    dates: frozenset[str]
    first_day: dt.datetime
    decimal: DecimalSign


class _Cells(NamedTuple):
    """What a sheet holds: texts and merged ranges by row and column, and where a formula has no value."""

    texts: dict[tuple[int, int], str]
    merged: list[str]
    empty: list[str]


def read_workbook(
    path: Path,
    name: str,
    sheet: str | None = None,
    content: bytes | None = None,
    decimal: DecimalSign | None = None,
) -> list[CsvRow]:
    """The rows of a sheet, those without a text left out."""
    check_size(path.stat().st_size if content is None else len(content), path, name)
    try:
        with zipfile.ZipFile(path if content is None else io.BytesIO(content)) as archive:
            _check_parts(archive, path, name)
            cells = _cells(archive, _part_of(archive, sheet), name, decimal or ".")
        _fill_merged(cells)
    except UNREADABLE as error:
        raise SourceError(
            Phrase("table '{table}': {file} is no workbook that can be read; save it anew", table=name, file=path.name),
            code="damaged",
            layer=name,
        ) from error
    if cells.empty:
        raise SourceError(
            Phrase(
                "table '{table}': {file} has {count} formula(s) without a value: {ids}. Open it in a spreadsheet and "
                "save it, so that they are worked out, or save it as CSV.",
                table=name,
                file=path.name,
                count=len(cells.empty),
                ids=shown(cells.empty),
            ),
            code="formula",
            layer=name,
            features=cells.empty,
        )
    width = max((column for _, column in cells.texts), default=0)
    lines = sorted({row for row, _ in cells.texts})
    check_rows(len(lines), path, name)
    return [CsvRow([cells.texts.get((line, column), "") for column in range(1, width + 1)], line) for line in lines]


def sheets_of(path: Path, name: str) -> list[str]:
    """The names of the sheets of a workbook, in their order."""
    with zipfile.ZipFile(path) as archive:
        _check_parts(archive, path, name)
        return [sheet.attrib["name"] for sheet in _sheets(archive)]


def count_rows(path: Path, name: str, sheet: str | None = None) -> int:
    """About how many rows a sheet has, without reading their cells; 0 where it cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_parts(archive, path, name)
            return archive.read(_part_of(archive, sheet)).count(b"<row")
    except UNREADABLE:
        return 0


def _check_parts(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    parts = archive.infolist()
    check_size(sum(part.file_size for part in parts), path, name)
    for part in parts:
        if part.file_size > max(_LARGE_BYTES, MOST_TIMES * part.compress_size):
            raise LimitError(
                Phrase(
                    "table '{table}': {file} holds {part}, which unpacks to {times:,} times its size. No sheet of "
                    "people does: save it as CSV.",
                    table=name,
                    file=path.name,
                    part=part.filename,
                    times=part.file_size // max(part.compress_size, 1),
                ),
                code="unpacked_size",
                layer=name,
            )


def _content(archive: zipfile.ZipFile, part: str) -> bytes:
    content = archive.read(part)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError(part)
    return content


def _parsed(archive: zipfile.ZipFile, part: str) -> Element:
    return fromstring(_content(archive, part))  # noqa: S314  (without a DTD there is nothing to expand)


def _sheets(archive: zipfile.ZipFile) -> list[Element]:
    return _parsed(archive, "xl/workbook.xml").findall(f"{SHEET}sheets/{SHEET}sheet")


def _part_of(archive: zipfile.ZipFile, sheet: str | None) -> str:
    """The part that holds a sheet, or the first one; KeyError or ValueError where there is none."""
    listed = {element.attrib["name"]: element.attrib[f"{RELATION}id"] for element in _sheets(archive)}
    first, *_ = listed
    wanted = listed[first if sheet is None else sheet]
    parts = {
        relation.attrib["Id"]: relation.attrib["Target"] for relation in _parsed(archive, "xl/_rels/workbook.xml.rels")
    }
    target = parts[wanted]
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _shared_texts(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return [_text(element) for element in _parsed(archive, "xl/sharedStrings.xml").findall(f"{SHEET}si")]


def _text(element: Element) -> str:
    """A text, the runs of a formatted one together; how it is pronounced is left out."""
    runs = [run.find(f"{SHEET}t") for run in element.findall(f"{SHEET}r")]
    return "".join(run.text or "" for run in (element.find(f"{SHEET}t"), *runs) if run is not None)


def _cells(archive: zipfile.ZipFile, part: str, name: str, decimal: DecimalSign) -> _Cells:
    """What stands in a sheet; it is read cell by cell, for a large one does not fit into memory as a tree."""
    about, cells = _About(_shared_texts(archive), *_dates(archive), decimal), _Cells({}, [], [])
    for _, element in iterparse(io.BytesIO(_content(archive, part))):  # noqa: S314  (as above)
        if element.tag == f"{SHEET}c":
            _take(element, about, cells, name)
        elif element.tag == f"{SHEET}mergeCell":
            cells.merged.append(element.attrib["ref"])
        elif element.tag == f"{SHEET}row":
            element.clear()
    return cells


def _take(cell: Element, about: _About, cells: _Cells, name: str) -> None:
    kind, value = cell.attrib.get("t", "n"), cell.findtext(f"{SHEET}v", "")
    if kind == "e":
        raise SourceError(
            Phrase(
                "table '{table}': cell {cell} holds the error {value} of a formula; write what it stands for",
                table=name,
                cell=cell.attrib["r"],
                value=value,
            ),
            code="cell",
            layer=name,
        )
    if not value and kind != "str" and cell.find(f"{SHEET}f") is not None:
        cells.empty.append(cell.attrib["r"])
    inline = cell.find(f"{SHEET}is")
    if inline is not None:
        text = _text(inline)
    elif kind == "s":
        text = about.shared[int(value)]
    elif kind == "b":
        text = {"0": "false", "1": "true"}.get(value, value)
    elif kind == "n" and value:
        text = _number(value, cell.attrib.get("s", "0"), about)
    else:
        text = value
    if text.strip():
        cells.texts[_row_and_column(cell.attrib["r"])] = text.strip()


def _number(value: str, style: str, about: _About) -> str:
    """A number as it stands in a CSV of the sheet: a date as such, else with the sign that the plan says."""
    if style in about.dates:
        return _date(float(value), about.first_day)
    return value.replace(".", about.decimal)


def _date(days: float, first: dt.datetime) -> str:
    """A day as 2024-12-31, with the time where there is one; a time of no day as 13:45:00."""
    if not 0 <= days < _LAST_DAY:
        return f"{days:.15g}"
    moment = first + dt.timedelta(seconds=round(days * 86400))
    if days < 1:
        return moment.time().isoformat()
    if first == _FIRST_DAY and days < _MARCH_1900:  # the sheet has a 29 February 1900, which never was
        moment += dt.timedelta(days=1)
    return moment.date().isoformat() if moment.time() == dt.time() else moment.isoformat(sep=" ")


def _dates(archive: zipfile.ZipFile) -> tuple[frozenset[str], dt.datetime]:
    """The styles of cells that show dates or times, by their number, and the day that is 0."""
    settings = _parsed(archive, "xl/workbook.xml").find(f"{SHEET}workbookPr")
    late = settings is not None and settings.attrib.get("date1904") in ("1", "true")
    first = dt.datetime(1904, 1, 1) if late else _FIRST_DAY  # noqa: DTZ001  (a sheet knows no zones)
    if "xl/styles.xml" not in archive.namelist():
        return frozenset(), first
    styles = _parsed(archive, "xl/styles.xml")
    formats = {element.attrib["numFmtId"]: element.attrib["formatCode"] for element in styles.iter(f"{SHEET}numFmt")}
    shown_as = [style.attrib.get("numFmtId", "0") for style in styles.findall(f"{SHEET}cellXfs/{SHEET}xf")]
    return frozenset(
        str(position) for position, number in enumerate(shown_as) if _is_date(number, formats.get(number))
    ), first


def _is_date(number: str, code: str | None) -> bool:
    """Whether a format of numbers shows days or times: a built-in one by its number, another by its signs."""
    if code is None:
        return number.isdigit() and int(number) in _DATE_FORMATS
    return re.search("[dmyhs]", _NOT_SIGNS.sub("", code), re.IGNORECASE) is not None


def _row_and_column(reference: str) -> tuple[int, int]:
    match = _PLACE.fullmatch(reference)
    if match is None:
        raise ValueError(reference)
    column = 0
    for letter in match[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    if column > MAX_COLUMNS:
        raise ValueError(reference)
    return int(match[2]), column


def _fill_merged(cells: _Cells) -> None:
    """Give all cells of each merged range the text of its first."""
    known: Mapping[tuple[int, int], str] = dict(cells.texts) if cells.merged else {}
    last = max((row for row, _ in known), default=0)
    for merged in cells.merged:
        begin, _, end = merged.partition(":")
        (top, left), (bottom, right) = _row_and_column(begin), _row_and_column(end or begin)
        text = known.get((top, left), "")
        if text:
            for row in range(top, min(bottom, last) + 1):
                cells.texts.update({(row, column): text for column in range(left, right + 1)})
