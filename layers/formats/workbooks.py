"""Workbooks (XLSX): the cells of the first sheet as text, merged ones filled; no formula is worked out."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, fromstring  # a document with a DTD or entities is refused

from layers.errors import SourceError
from layers.formats.csv_files import CsvRow
from layers.formats.gdal_drivers import check_rows, check_size
from layers.phrases import Phrase

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MAX_COLUMNS = 16_384
"""As many columns as a sheet can have."""
_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def read_first_sheet(path: Path, name: str) -> list[CsvRow]:
    """The rows of the first sheet of a workbook, those without a text left out.

    Parameters
    ----------
    path : Path
        An ``.xlsx``.
    name : str
        Name of the table, for messages.

    Returns
    -------
    list of CsvRow
        As many cells in each as the widest has; ``line`` is the number of the row in the sheet. The cells of a merged
        range all have the text of its first one.

    Raises
    ------
    SourceError
        It is no workbook, its sheet cannot be read, or a formula in it ended in an error.
    LimitError
        Too many rows or bytes.
    """
    check_size(path.stat().st_size, path, name)
    try:
        with zipfile.ZipFile(path) as archive:
            check_size(sum(part.file_size for part in archive.infolist()), path, name)
            sheet = _parsed(archive, _first_sheet(archive))
            shared = _shared_texts(archive)
        cells = dict(_cells(sheet, shared, name))
        _fill_merged(sheet, cells)
    except (zipfile.BadZipFile, ParseError, KeyError, ValueError, IndexError) as error:
        raise SourceError(
            Phrase("table '{table}': {file} is no workbook that can be read; save it anew", table=name, file=path.name),
            code="damaged",
            layer=name,
        ) from error
    width = max((column for _, column in cells), default=0)
    lines = sorted({row for row, _ in cells})
    check_rows(len(lines), path, name)
    return [CsvRow([cells.get((line, column), "") for column in range(1, width + 1)], line) for line in lines]


def _parsed(archive: zipfile.ZipFile, part: str) -> Element:
    content = archive.read(part)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError(part)
    return fromstring(content)  # noqa: S314  (without a DTD there is nothing to expand)


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """The part that holds the first sheet."""
    first = _parsed(archive, "xl/workbook.xml").find(f"{SHEET}sheets/{SHEET}sheet")
    if first is None:
        raise ValueError("sheets")
    wanted = first.attrib[f"{RELATION}id"]
    parts = {one.attrib["Id"]: one.attrib["Target"] for one in _parsed(archive, "xl/_rels/workbook.xml.rels")}
    target = parts[wanted]
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _shared_texts(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return [_text(one) for one in _parsed(archive, "xl/sharedStrings.xml").findall(f"{SHEET}si")]


def _text(one: Element) -> str:
    """A text, the runs of a formatted one together; how it is pronounced is left out."""
    runs = [run.find(f"{SHEET}t") for run in one.findall(f"{SHEET}r")]
    return "".join(run.text or "" for run in (one.find(f"{SHEET}t"), *runs) if run is not None)


def _cells(sheet: Element, shared: list[str], name: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Row, column and text of each cell that has one."""
    for cell in sheet.iter(f"{SHEET}c"):
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
        inline = cell.find(f"{SHEET}is")
        text = shared[int(value)] if kind == "s" else _text(inline) if inline is not None else value
        if text.strip():
            yield _place(cell.attrib["r"]), text.strip()


def _place(reference: str) -> tuple[int, int]:
    found = _PLACE.fullmatch(reference)
    if found is None:
        raise ValueError(reference)
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    if column > MAX_COLUMNS:
        raise ValueError(reference)
    return int(found[2]), column


def _fill_merged(sheet: Element, cells: dict[tuple[int, int], str]) -> None:
    """Give all cells of each merged range the text of its first."""
    known: Mapping[tuple[int, int], str] = dict(cells)
    last = max((row for row, _ in known), default=0)
    for merged in sheet.iter(f"{SHEET}mergeCell"):
        begin, _, end = merged.attrib["ref"].partition(":")
        (top, left), (bottom, right) = _place(begin), _place(end or begin)
        text = known.get((top, left), "")
        if text:
            for row in range(top, min(bottom, last) + 1):
                cells.update({(row, column): text for column in range(left, right + 1)})
