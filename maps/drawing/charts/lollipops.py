"""Lollipops: who gets most, the exact numbers beside each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from maps.drawing.charts.canvas import (
    CHART_INK,
    RULE,
    SECOND,
    THIRD,
    Canvas,
    Chart,
    Numbers,
    darker,
    edge_of,
    fit,
    text_mm,
)
from maps.drawing.charts.scales import round_steps


class Stick(NamedTuple):
    """One row.

    Attributes
    ----------
    title : str
    second : str
        Beside the title, such as where it lies.
    value : float
    said : str
        The value in words.
    fill : str
    mark : float or None
        A black mark across the stick: what it would be otherwise.
    cells : tuple of str
        Further numbers, right of the value.
    """

    title: str
    second: str
    value: float
    value_text: str
    fill: str
    mark: float | None = None
    cells: tuple[str, ...] = ()


class Sum(NamedTuple):
    """A line below the rows, such as all others or the total."""

    title: str
    value_text: str
    last: bool = False


def lollipops(
    name: str, first: str, value: str, rows: Sequence[Stick], write: Callable[[float], str], *,
    columns: Sequence[str] = (), sums: Sequence[Sum] = (), label: float = 40, wide: float = 174, row_mm: float = 4.9,
    heads: tuple[str, str] = ("", ""),
) -> Chart:  # fmt: skip
    """Sticks on one scale, from 0, with the numbers in columns and sums below.

    Parameters
    ----------
    name, first, value : str
        Of the chart, of the column of titles and of the value with its unit.
    rows : sequence of Stick
    write : callable
        How a number on the axis is written.
    columns : sequence of str
        Titles of the further numbers.
    sums : sequence of Sum
    label, wide, row_mm : float
        mm.

    Returns
    -------
    Chart

    Examples
    --------
    >>> chart = lollipops("Land", "County", "ha", [Stick("Maricopa", "Arizona", 2678, "2,678", "#A8401F")], str)
    >>> chart.numbers.rows
    (('Maricopa (Arizona)', '2,678'),)
    """
    asides = [
        max([text_mm(heading, 7), *(text_mm(row.cells[at], 8.2) for row in rows)]) + 4
        for at, heading in enumerate(columns)
    ]
    written = [*(row.value_text for row in rows), *(line.value_text for line in sums)]
    value_mm = max([text_mm(value, 7), *(1.06 * text_mm(text, 8.5) for text in written)]) + 3
    head = 5.2 if first or value else 0.8
    sheet = Canvas(wide, head + row_mm * (len(rows) + len(sums)) + (1.5 if sums else 0))
    left, right = label, wide - sum(asides) - value_mm
    highest = max((max(row.value, row.mark or 0.0) for row in rows), default=0.0) or 1.0
    steps = round_steps(highest)
    scale = (right - left - 2) / max(highest, steps[-1])
    foot = head + row_mm * len(rows)
    if first or value:
        sheet.text(0, 2.6, first, 7, fill=SECOND)
        for step in steps:
            sheet.line(left + step * scale, head - 0.6, left + step * scale, foot, RULE, 0.15)
            sheet.text(left + step * scale, 2.6, write(step), 6.8, fill=SECOND, anchor="middle")
        sheet.text(right + value_mm, 2.6, value, 7, fill=SECOND, anchor="end")
        edge = right + value_mm
        for heading, room in zip(columns, asides, strict=True):
            edge += room
            sheet.text(edge, 2.6, heading, 7, fill=SECOND, anchor="end")
    y = head
    for row in rows:
        middle = y + row_mm / 2
        _row(sheet, row, (left, right + value_mm, middle, scale), asides)
        y += row_mm
    for line in sums:
        sheet.line(0, y + 0.2, right + value_mm, y + 0.2, CHART_INK if line.last else RULE, 0.35 if line.last else 0.2)
        sheet.text(0, y + row_mm / 2 + 1.2, line.title, 8.5, bold=line.last)
        sheet.text(right + value_mm, y + row_mm / 2 + 1.2, line.value_text, 8.5, bold=True, anchor="end")
        y += row_mm
    table = [(f"{row.title} ({row.second})" if row.second else row.title, row.value_text, *row.cells) for row in rows]
    blank = ("",) * len(columns)
    table += [(line.title, line.value_text, *blank) for line in sums]
    return Chart(sheet.svg(name), name, Numbers((first or heads[0], value or heads[1], *columns), tuple(table)))


def _row(sheet: Canvas, row: Stick, at: tuple[float, float, float, float], asides: Sequence[float]) -> None:
    left, edge, middle, scale = at
    base, end = middle + 1.1, left + row.value * scale
    room = text_mm(row.second, 7) + 2 if row.second else 0.0
    sheet.text(0, base, fit(row.title, 8.5, left - room - 2), 8.5)
    if row.second:
        sheet.text(left - 2, base, row.second, 7, fill=THIRD, anchor="end")
    sheet.line(left, middle, end, middle, edge_of(row.fill) or row.fill, 0.9)
    sheet.circle(end, middle, 1.2, row.fill, stroke=darker(row.fill))
    if row.mark is not None:
        sheet.line(left + row.mark * scale, middle - 1.5, left + row.mark * scale, middle + 1.5, CHART_INK, 0.35)
    sheet.text(edge, base, row.value_text, 8.5, bold=True, anchor="end")
    for cell, room in zip(row.cells, asides, strict=True):
        edge += room
        sheet.text(edge, base, cell, 8.2, fill=SECOND, anchor="end")
