"""A sheet of a workbook whose rows go to its file as text, one at a time: the bytes that XlsxWriter writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellBooleanTuple, CellStringTuple, Worksheet

_UNUSUAL = re.compile('[\x00-\x1f"&<>\ufffe\uffff]|_x|^\\s|\\s$')
"""What a text may have that is not written as it is."""


class Styled(NamedTuple):
    """A number that has another format than its column."""

    number: float
    look: Format


Cell = str | float | bool | Styled | None


class StreamedSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter's rows have no types
    """A sheet of a workbook that is made in constant memory.

    XlsxWriter keeps each cell of a row in a table, looks up its format and puts its attributes together one by one: of
    two million cells a fifth of all that a run takes. Here a row is one text. What is unusual, such as a text with a
    sign that XML escapes, is still written by XlsxWriter.
    """

    def write_rows(self, first: int, rows: Iterable[Sequence[Cell]]) -> None:
        """Write all rows from a place on, each from the first column; what has been written lies above.

        Cells are texts that fit, finite numbers, truths, and None for nothing; they have the format of their column,
        or one of their own.
        """
        self._names: list[str] = []
        self._styles: dict[int, str] = {}
        waiting: tuple[int, Sequence[Cell]] | None = None
        for number, row in enumerate(rows, start=first):
            if any(cell is not None for cell in row):
                if waiting is not None:
                    self._stream(*waiting)
                waiting = number, row
        if waiting is not None:  # the last row is kept until all sheets are filled, and its formats are numbered then
            self._keep(*waiting)

    def _keep(self, number: int, row: Sequence[Cell]) -> None:
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                self.write_string(number, column, cell)
            elif cell is True or cell is False:
                self.write_boolean(number, column, cell)
            elif isinstance(cell, Styled):
                self.write_number(number, column, *cell)
            elif cell is not None:
                self.write_number(number, column, cell)

    def _stream(self, number: int, row: Sequence[Cell]) -> None:
        self._write_single_row(number)  # what came before, if anything waits
        parts = [f'<row r="{number + 1}">']
        for column, cell in enumerate(row):
            if cell is None:
                continue
            self._names += map(xl_col_to_name, range(len(self._names), column + 1))
            if isinstance(cell, Styled):
                style = cell.look._get_xf_index()  # noqa: SLF001  (no public way to it)
                parts.append(f'<c r="{self._names[column]}{number + 1}" s="{style}"><v>{cell.number:.16G}</v></c>')
                continue
            if column not in self._styles:  # formats are numbered as they are met
                self._styles[column] = f'" s="{self.col_info[column].column_format._get_xf_index()}"'  # noqa: SLF001
            text = isinstance(cell, str)
            if isinstance(cell, str) and not _UNUSUAL.search(cell):
                begin = f'<c r="{self._names[column]}{number + 1}{self._styles[column]}'
                parts.append(f'{begin} t="inlineStr"><is><t>{cell}</t></is></c>')
            elif text or cell is True or cell is False:
                self.fh.write("".join(parts))
                parts.clear()
                cell_tuple = CellStringTuple(cell, None) if text else CellBooleanTuple(int(cell), None)
                self._write_cell(number, column, cell_tuple)
            else:
                parts.append(f'<c r="{self._names[column]}{number + 1}{self._styles[column]}><v>{cell:.16G}</v></c>')
        parts.append("</row>")
        self.fh.write("".join(parts))
        self._check_dimensions(number, 0)
        self.previous_row = number + 1
