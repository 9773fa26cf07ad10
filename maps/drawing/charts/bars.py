"""Bars: who has what share, how much each gets, and how many get how little."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from maps.drawing.charts.canvas import CHART_INK, RULE, SECOND, Canvas, Chart, Numbers, edge_of, fit, text_mm
from maps.drawing.palette import ink_on

LEAST = 0.042
"""The least part of a bar that has its number inside."""


class Part(NamedTuple):
    """What the parts of bars stand for, the same in every bar.

    Attributes
    ----------
    title : str
    fill : str
    """

    title: str
    fill: str


class ShareRow(NamedTuple):
    """A bar of 100 per cent.

    Attributes
    ----------
    title : str
    amounts : tuple of float
        One a part, 0 or more.
    shares : tuple of str
        The share of each part in words, for the table.
    total : str
        What all of it is, at the right.
    heading : str
        Above the first bar of a group, or nothing.
    """

    title: str
    amounts: tuple[float, ...]
    shares: tuple[str, ...]
    total: str
    heading: str = ""


def share_bars(
    name: str, parts: Sequence[Part], rows: Sequence[ShareRow], *, wide: float = 174, label: float = 34,
    high: float = 4.7, gap: float = 1.4, heads: tuple[str, str] = ("", ""),
) -> Chart:  # fmt: skip
    """Bars of 100 per cent: whole per cent inside, the total at the right, no axis.

    Parameters
    ----------
    name : str
        What a reader hears who does not see the picture.
    parts : sequence of Part
    rows : sequence of ShareRow
    wide, label, high, gap : float
        Of the chart, its names, a bar and the space below it, mm.
    heads : tuple of str
        What a reader hears above the titles of rows, and above their totals.

    Returns
    -------
    Chart

    Examples
    --------
    >>> town, field = Part("Town", "#A8401F"), Part("Field", "#E3C24B")
    >>> chart = share_bars("Land", [town, field], [ShareRow("East", (1.0, 3.0), ("25%", "75%"), "4 ha")])
    >>> chart.numbers.rows
    (('East', '25%', '75%', '4 ha'),)
    """
    room = max((text_mm(row.total, 8) for row in rows), default=0.0) + 2
    above = sum(5.6 if row.heading else 0 for row in rows)
    sheet = Canvas(wide, len(rows) * (high + gap) + above)
    left, right, y = label, wide - room, 0.0
    for index, row in enumerate(rows):
        if row.heading:
            y += 5.6 if index else 4.2
            sheet.text(0, y - 1.5, row.heading, 7, fill=SECOND, bold=True)
        base = y + high / 2 + 1.0
        sheet.text(0, base, fit(row.title, 8.5, label - 1.5), 8.5)
        whole, x = sum(row.amounts), left
        for part, value in zip(parts, row.amounts, strict=True):
            share = value / whole if whole else 0.0
            long = (right - left) * share
            if long > 0:
                sheet.rect(x, y, long, high, part.fill, stroke=edge_of(part.fill), thick=0.12)
                sheet.line(x + long, y, x + long, y + high, "#FFFFFF", 0.35)
                if share >= LEAST:
                    percentage = f"{100 * share:.0f}"
                    sheet.text(x + long / 2, base, percentage, 7.5, fill=ink_on(part.fill), anchor="middle")
                x += long
        sheet.text(wide, base, row.total, 8, fill=SECOND, anchor="end")
        y += high + gap
    numbers = Numbers(
        (heads[0], *(part.title for part in parts), heads[1]),
        tuple((row.title, *row.shares, row.total) for row in rows),
    )
    return Chart(sheet.svg(name), name, numbers)


class AmountRow(NamedTuple):
    """A bar as long as its amount.

    Attributes
    ----------
    title : str
    amounts : tuple of float
        One a part.
    rest : float
        What nobody has yet, outlined at the end; or 0.
    total : str
        At the end of the bar.
    beside : str
        A second number in a column at the right, or nothing.
    """

    title: str
    amounts: tuple[float, ...]
    rest: float
    total: str
    beside: str = ""


def amount_bars(
    name: str, parts: Sequence[Part], rows: Sequence[AmountRow], *, rest: str = "", beside: str = "", wide: float = 92,
    label: float = 22, high: float = 6.0, gap: float = 2.3, heads: tuple[str, str] = ("", ""),
    write: Callable[[float], str] = "{:,g}".format,
) -> Chart:  # fmt: skip
    """Bars by amount, in parts, with what is held back outlined and a second number beside them.

    Parameters
    ----------
    name : str
    parts : sequence of Part
    rows : sequence of AmountRow
    rest, beside : str
        What the outlined part, and the second number, are called.
    wide, label, high, gap : float
        mm.
    heads : tuple of str
        What a reader hears above the titles of rows, and above their totals.
    write : callable
        How an amount is written in the table.

    Returns
    -------
    Chart

    Examples
    --------
    >>> chart = amount_bars("Land", [Part("Town", "#A8401F")], [AmountRow("East", (8.0,), 2.0, "10 ha")], rest="held")
    >>> chart.numbers.columns, chart.numbers.rows[0]
    (('', 'Town', 'held', ''), ('East', '8', '2', '10 ha'))
    """
    head = 7.0 if beside else 0.5
    aside = max((text_mm(row.beside, 8) for row in rows), default=0.0) + 3 if beside else 0.0
    total_mm = max((text_mm(row.total, 8.5) for row in rows), default=0.0) * 1.06 + 2
    sheet = Canvas(wide, head + len(rows) * (high + gap))
    most = max((sum(row.amounts) + row.rest for row in rows), default=0.0) or 1.0
    scale = (wide - label - total_mm - aside) / most
    if beside:
        lines = _two_lines(beside, 7, 30)
        for nth, line in enumerate(lines):
            sheet.text(wide, 2.6 + 2.9 * (nth + 2 - len(lines)), line, 7, fill=SECOND, anchor="end")
    y = head
    for row in rows:
        base, x = y + high / 2 + 1.1, label
        sheet.text(0, base, fit(row.title, 8.5, label - 1.5), 8.5)
        for part, value in zip(parts, row.amounts, strict=True):
            if value > 0:
                sheet.rect(x, y, value * scale, high, part.fill, stroke=edge_of(part.fill), thick=0.12)
                x += value * scale
        if row.rest > 0:
            sheet.rect(x + 0.1, y + 0.1, row.rest * scale, high - 0.2, "#FFFFFF", stroke=CHART_INK)
            x += row.rest * scale
        sheet.text(x + 1.3, base, row.total, 8.5, bold=True)
        if row.beside:
            sheet.text(wide, base, row.beside, 8, anchor="end", fill=SECOND)
        y += high + gap
    columns = (heads[0], *(part.title for part in parts), *([rest] if rest else []), heads[1])
    columns = (*columns, *([beside] if beside else []))
    table = tuple(
        (
            row.title,
            *map(write, row.amounts),
            *([write(row.rest)] if rest else []),
            row.total,
            *([row.beside] if beside else []),
        )
        for row in rows
    )
    return Chart(sheet.svg(name), name, Numbers(columns, table))


def _two_lines(text: str, pt: float, room: float) -> list[str]:
    """A short heading on one line, or broken at the space nearest its middle."""
    spaces = [index for index, char in enumerate(text) if char == " "]
    if text_mm(text, pt) <= room or not spaces:
        return [text]
    middle = min(spaces, key=lambda space: abs(space - len(text) / 2))
    return [text[:middle], text[middle + 1 :]]


class Class(NamedTuple):
    """One column of a chart of counts.

    Attributes
    ----------
    title : str
        The range.
    counts : tuple of int
        One a part.
    """

    title: str
    counts: tuple[int, ...]


def count_columns(
    name: str,
    parts: Sequence[Part],
    classes: Sequence[Class],
    *,
    wide: float = 174,
    high: float = 30,
    heads: tuple[str, str] = ("", ""),
) -> Chart:
    """Columns of counts, in parts, the sum above each.

    Parameters
    ----------
    name : str
    parts : sequence of Part
    classes : sequence of Class
    wide, high : float
        mm.
    heads : tuple of str
        What a reader hears above the ranges, and above the sums.

    Returns
    -------
    Chart

    Examples
    --------
    >>> chart = count_columns("Counties", [Part("General", "#B9B4A9")], [Class("2", (37,)), Class("3–5", (31,))])
    >>> chart.numbers.rows
    (('2', '37', '37'), ('3–5', '31', '31'))
    """
    sheet = Canvas(wide, high)
    foot, top = high - 4.2, 4.4
    most = max((sum(column.counts) for column in classes), default=0) or 1
    step = wide / max(len(classes), 1)
    for index, column in enumerate(classes):
        x, y = index * step + 0.1 * step, foot
        for part, count in zip(parts, column.counts, strict=True):
            tall = (foot - top) * count / most
            y -= tall
            sheet.rect(x, y, 0.8 * step, tall, part.fill, stroke=edge_of(part.fill), thick=0.12)
        sheet.text(x + 0.4 * step, y - 1.0, f"{sum(column.counts):,}", 8.5, bold=True, anchor="middle")
        sheet.text(x + 0.4 * step, high - 0.8, column.title, 7.5, fill=SECOND, anchor="middle")
    sheet.line(0, foot, wide, foot, RULE, 0.25)
    numbers = Numbers(
        (heads[0], *(part.title for part in parts), heads[1]),
        tuple((column.title, *map(str, column.counts), str(sum(column.counts))) for column in classes),
    )
    return Chart(sheet.svg(name), name, numbers)
