"""A matrix of transitions: how many were one thing before and are another after, and how much land they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from maps.drawing.charts.bars import Part
from maps.drawing.charts.canvas import (
    CHART_INK,
    PASSING,
    RULE,
    SECOND,
    THIRD,
    Canvas,
    Chart,
    Numbers,
    darker,
    fit,
    text_mm,
)
from maps.words import wrap

HEAD, ROW, LABEL = 11.0, 12.5, 34.0
"""Height of the heads of columns, of a row, and width of the titles of rows, mm."""


class Transition(NamedTuple):
    """A cell of the matrix.

    Attributes
    ----------
    units : str
        How many.
    land : str
        Their area with its unit.
    """

    units: str
    land: str


def transition_matrix(
    name: str, titles: tuple[str, str], parts: Sequence[Part], cells: Mapping[tuple[int, int], Transition], *,
    wide: float = 104,
) -> Chart:  # fmt: skip
    """From which of some things to which others, with what stays in grey on the diagonal.

    Parameters
    ----------
    name : str
        Of the chart.
    titles : (str, str)
        Of the rows, "before", and of the columns, "after".
    parts : sequence of Part
        The things in their order, each with its colour.
    cells : mapping of (int, int) to Transition
        By the places of what it was and what it is; nothing where nothing moved.
    wide : float
        mm.

    Returns
    -------
    Chart

    Examples
    --------
    >>> parts = [Part("forest", "#2E7D5B"), Part("town", "#A8401F")]
    >>> chart = transition_matrix("Moves", ("2020", "2025"), parts, {(0, 1): Transition("3", "120 ha")})
    >>> chart.numbers.rows
    (('forest', '–', '3 (120 ha)'), ('town', '–', '–'))
    """
    column = (wide - LABEL) / max(1, len(parts))
    sheet = Canvas(wide, HEAD + ROW * len(parts) + 0.6)
    sheet.text(0, HEAD - 2, fit(f"{titles[0]} ↓", 7, LABEL / 2), 7, fill=SECOND)
    sheet.text(LABEL - 2, 2.8, fit(f"{titles[1]} →", 7, LABEL / 2), 7, fill=SECOND, anchor="end")
    for index, part in enumerate(parts):
        left = LABEL + index * column
        sheet.rect(left + 0.6, 0.4, column - 1.2, 1.5, part.fill, stroke=darker(part.fill), thick=0.12)
        lines = wrap(part.title, (column - 1.5) / (7 * 0.3175))[:2]
        for nth, line in enumerate(lines):
            sheet.text(left + column / 2, 5.0 + 3 * nth, fit(line, 7, column - 0.8), 7, anchor="middle")
    for row, part in enumerate(parts):
        top = HEAD + row * ROW
        sheet.line(0, top, wide, top, RULE, 0.2)
        sheet.rect(0, top + 2.2, 1.7, ROW - 4.4, part.fill, stroke=darker(part.fill), thick=0.12)
        lines = wrap(part.title, (LABEL - 5) / (8 * 0.3175))[:2]
        for nth, line in enumerate(lines):
            sheet.text(3.4, top + ROW / 2 + 1.1 + 3.4 * (nth - (len(lines) - 1) / 2), fit(line, 8, LABEL - 5), 8)
        for index, other in enumerate(parts):
            _cell(sheet, cells.get((row, index)), (LABEL + index * column, top, column), other.fill, stays=row == index)
    sheet.line(0, HEAD + ROW * len(parts), wide, HEAD + ROW * len(parts), RULE, 0.2)
    return Chart(
        sheet.svg(name), name, Numbers((titles[0], *(part.title for part in parts)), _cell_texts(parts, cells))
    )


def _cell_texts(parts: Sequence[Part], cells: Mapping[tuple[int, int], Transition]) -> tuple[tuple[str, ...], ...]:
    def cell_text(cell: Transition | None) -> str:
        return f"{cell.units} ({cell.land})" if cell else "–"

    places = range(len(parts))
    return tuple((parts[row].title, *(cell_text(cells.get((row, column))) for column in places)) for row in places)


def _cell(sheet: Canvas, cell: Transition | None, at: tuple[float, float, float], fill: str, *, stays: bool) -> None:
    left, top, column = at
    middle = left + column / 2
    if stays:
        sheet.rect(left + 0.4, top + 0.5, column - 0.8, ROW - 1, PASSING)
    if cell is None:
        sheet.text(middle, top + ROW / 2 + 1, "–", 8, fill=THIRD, anchor="middle")
        return
    if not stays:
        sheet.rect(left + 0.4, top + 0.5, column - 0.8, ROW - 1, "#FFFFFF", stroke=darker(fill), thick=0.5)
        sheet.rect(left + 0.4, top + ROW - 1.9, column - 0.8, 1.4, fill)
    ink = SECOND if stays else CHART_INK
    size = 9.0 if stays else 12.0
    sheet.text(middle, top + 5.6, fit(cell.units, size, column - 1), size, fill=ink, bold=not stays, anchor="middle")
    small = 6.6 if text_mm(cell.land, 6.6) <= column - 1 else 5.8
    sheet.text(middle, top + 9.2, fit(cell.land, small, column - 1), small, fill=SECOND, anchor="middle")
