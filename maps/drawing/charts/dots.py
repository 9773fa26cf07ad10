"""Dots: where each unit stands on a measure, which side of the threshold it is on, and who is close to one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from maps.drawing.charts.canvas import (
    CHART_INK,
    CLOSE,
    PASSING,
    RULE,
    SECOND,
    THIRD,
    Canvas,
    Chart,
    Numbers,
    Shape,
    fit,
    mm,
    text_mm,
)
from maps.drawing.charts.measure_axes import MeasureAxis
from maps.drawing.charts.scales import Floats, Scale, swarm

MOST = 400
"""More dots than this are counted in columns instead."""
DOT = 0.88
CIRCLES = 120
"""More dots in a row than this have no edge each."""


class Dot(NamedTuple):
    """One unit.

    Attributes
    ----------
    value : float
    fill : str
        Of its main function; "" for a hollow dot: the test is not asked of it.
    name : str
        Beside the dot where it shall be named, else nothing.
    shape : {"circle", "square", "diamond", "triangle"}
        Of its main function, too.
    """

    value: float
    fill: str
    name: str = ""
    shape: Shape = "circle"


class Strip(NamedTuple):
    """A measure and its threshold.

    Attributes
    ----------
    threshold : float
    said : str
        The threshold in words.
    above : bool
        Whether the side above it passes.
    axis : MeasureAxis
    called : str
        What the axis shows, in which unit, and whether it is logarithmic.
    zeros : str
        What is said of units of which there is nothing, where they are counted at the left.
    """

    threshold: float
    threshold_text: str
    above: bool
    axis: MeasureAxis
    called: str
    zeros: str = ""


def threshold_dots(
    name: str, strip: Strip, dots: Sequence[Dot], write: Callable[[float], str], numbers: Numbers, *,
    wide: float = 174, high: float = 34,
) -> Chart:  # fmt: skip
    """All units on one measure: the passing side shaded, the threshold a thick line with its value in words.

    Parameters
    ----------
    name : str
    strip : Strip
    dots : sequence of Dot
        Of many, counts in columns are drawn.
    write : callable
        How a number on the axis is written.
    numbers : Numbers
        What a reader hears: a dot each would be no news.
    wide, high : float
        mm.

    Returns
    -------
    Chart

    Examples
    --------
    >>> dots = [Dot(0.02, "#F8F4EB"), Dot(0.24, "#E3C24B", "Weld")]
    >>> axis = MeasureAxis(0, 0.3, False, (0.0, 0.1, 0.2, 0.3), 0)
    >>> strip = Strip(0.05, "5% or more", True, axis, "Share of cropland, %")
    >>> "Weld" in threshold_dots("Cropland", strip, dots, "{:.0%}".format, Numbers((), ())).svg
    True
    """
    sheet = Canvas(wide, high)
    zeros = strip.axis.zeros
    shown = [dot for dot in dots if dot.value != 0] if zeros else list(dots)
    left, right, foot = (30.0 if zeros else 3.0), wide - 4.0, high - 7.6
    scale = Scale.of(strip.axis, left, right)
    at = scale.position_mm(strip.threshold)
    passing = (at, right - at) if strip.above else (left, at - left)
    sheet.rect(passing[0], 1.2, passing[1], foot - 1.2, PASSING)
    for tick in strip.axis.ticks:
        x = scale.position_mm(tick)
        sheet.line(x, 4.6, x, foot, RULE, 0.12)
        sheet.text(x, foot + 3.5, write(tick), 7, fill=SECOND, anchor="middle")
    sheet.line(left, foot, right, foot, THIRD, 0.2)
    sheet.text(left, foot + 6.7, fit(strip.called, 7, right - left), 7, fill=SECOND)
    middle = (foot + 4.6) / 2 + 0.3
    if zeros:
        sheet.text(0, middle - 0.4, f"{zeros:,}", 10, bold=True)
        for nth, line in enumerate(_lines(strip.zeros, 7, left - 3)):
            sheet.text(0, middle + 2.8 + 2.8 * nth, line, 7, fill=SECOND)
    if len(shown) > MOST:
        _columns(sheet, scale, shown, foot)
    else:
        _dots(sheet, scale, shown, (middle, foot), at)
    sheet.line(at, 0.6, at, foot + 1.1, CHART_INK, 0.5)
    beyond = at + 1.2 + text_mm(strip.threshold_text, 8) > wide
    x = at - 1.2 if beyond else at + 1.2
    sheet.text(x, 3.4, strip.threshold_text, 8, bold=True, anchor="end" if beyond else "start", halo=PASSING)
    return Chart(sheet.svg(name), name, numbers)


def _lines(text: str, pt: float, room: float) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        tried = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_mm(tried, pt) > room:
            lines.append(word)
        else:
            lines[-1] = tried
    return [fit(line, pt, room) for line in lines[:2]]


def _dots(sheet: Canvas, scale: Scale, dots: Sequence[Dot], band: tuple[float, float], line: float) -> None:
    middle, foot = band
    places = np.array([scale.position_mm(dot.value) for dot in dots])
    room = (foot - 6.0) / 2
    radius = DOT
    off = swarm(places, radius)
    while len(off) and np.abs(off).max() + radius > room and radius > 0.4:
        radius *= 0.88
        off = swarm(places, radius)
    tall = float(np.abs(off).max(initial=0.0)) + radius
    off = off * min(1.0, room / tall) if tall else off
    at = {index: (float(places[index]), middle + float(off[index])) for index in range(len(dots))}
    for hollow in (True, False):
        for index, dot in enumerate(dots):
            if (not dot.fill) == hollow:
                x, y = at[index]
                if hollow:
                    sheet.circle(x, y, 0.72 * radius, "#FFFFFF", stroke="#A9A499", thick=0.2)
                else:
                    sheet.mark(x, y, radius, dot.fill, dot.shape)
    named = sorted((index for index, dot in enumerate(dots) if dot.name), key=lambda index: at[index][0])
    _names(sheet, [(dots[index].name, *at[index]) for index in named], (7.2, foot - 1.2), line)


def _names(
    sheet: Canvas, named: Sequence[tuple[str, float, float]], band: tuple[float, float], threshold: float
) -> None:
    """Names above and below the dots, on their side of the threshold; one that finds no place is left out."""
    taken: list[tuple[float, float, float]] = [(line, threshold - 0.6, threshold + 0.6) for line in band]
    for turn, (name, x, y) in enumerate(named):
        long = text_mm(name, 7)
        beyond = threshold + 1.8 if x >= threshold else threshold - 1.8 - long
        starts = (x - long / 2, beyond, x + 1.5, x - long - 1.5, x + 6, x - long - 6)
        tried = ((line, start) for line in (band if turn % 2 == 0 else band[::-1]) for start in starts)
        for line, start in tried:
            inside = start >= 0 and start + long <= sheet.wide
            if inside and _free(taken, line, start, start + long):
                taken.append((line, start, start + long))
                above = line < y
                tip, edge = min(max(x, start), start + long), line + (0.5 if above else -2.2)
                sheet.line(x, y - DOT if above else y + DOT, tip, edge, SECOND, 0.15)
                sheet.text(start, line, name, 7, halo="#FFFFFF")
                break


def _free(taken: Sequence[tuple[float, float, float]], line: float, start: float, end: float) -> bool:
    """Whether nothing stands on a line from one place to another."""
    return all(line != other or start > last + 1 or end < first - 1 for other, first, last in taken)


def _columns(sheet: Canvas, scale: Scale, dots: Sequence[Dot], foot: float) -> None:
    """Counts in columns of one and a half millimetres, the colours on top of each other."""
    step = 1.5
    count = int((scale.right - scale.left) / step)
    along = np.array([scale.position_mm(dot.value) for dot in dots]) - scale.left
    places = np.clip((along / step).astype(int), 0, count - 1)
    fills = list(dict.fromkeys(dot.fill or "#DAD6CD" for dot in dots))
    counts = np.zeros((len(fills), count))
    for column, dot in zip(places, dots, strict=True):
        counts[fills.index(dot.fill or "#DAD6CD"), column] += 1
    unit = (foot - 6.0) / counts.sum(axis=0).max()
    base = np.full(count, foot)
    for fill, row in zip(fills, counts, strict=True):
        long = f"{step - 0.2:g}"
        data = "".join(
            f"M{mm(scale.left + column * step + 0.1)} {mm(base[column])}h{long}v-{mm(row[column] * unit)}h-{long}z"
            for column in np.flatnonzero(row)
        )
        sheet.path(data, fill=fill)
        base = base - row * unit


class MarginRow(NamedTuple):
    """A test with the units near its threshold.

    Attributes
    ----------
    title : str
    second, third : str
        Lines below it: the threshold, whom it is asked of.
    dots : tuple of Dot
        ``value`` is the distance from the threshold in per cent of it.
    below, above : str
        How many lie beyond the ends of the axis, in words; or nothing.
    """

    title: str
    second: str
    third: str
    dots: tuple[Dot, ...]
    below: str
    above: str


REACH_PCT = 50.0
CLOSE_PCT = 10.0


def margin_dots(
    name: str, rows: Sequence[MarginRow], within: str, threshold: str, numbers: Numbers, *, percent: str = "{n}%",
    wide: float = 174, row_mm: float = 17.0,
) -> Chart:  # fmt: skip
    """All tests on one axis of distance from their threshold; names stand only within a tenth of it.

    Parameters
    ----------
    name : str
    rows : sequence of MarginRow
    within, threshold : str
        What the band and the line are called.
    numbers : Numbers
    percent : str
        How per cent are written, with ``{n}``.
    wide, row_mm : float
        mm.

    Returns
    -------
    Chart

    Examples
    --------
    >>> row = MarginRow("Cropland", "5%", "", (Dot(1.3, "#E3C24B", "Bent"), Dot(-40.0, "")), "132 below", "14 above")
    >>> "Bent" in margin_dots("Close", [row], "within a tenth", "threshold", Numbers((), ())).svg
    True
    """
    head, left, right = 6.0, 42.0, wide - 5.0
    foot = head + row_mm * len(rows)
    sheet = Canvas(wide, foot + 5)
    scale = Scale(-REACH_PCT, REACH_PCT, left, right)
    start, end = scale.position_mm(-CLOSE_PCT), scale.position_mm(CLOSE_PCT)
    sheet.rect(start, head, end - start, foot - head, CLOSE)
    for tick in (-50, -25, 25, 50):
        sheet.line(scale.position_mm(tick), head, scale.position_mm(tick), foot, RULE, 0.12)
    for index in range(len(rows) + 1):
        sheet.line(0, head + index * row_mm, wide, head + index * row_mm, RULE, 0.2)
    sheet.line(scale.position_mm(0), head, scale.position_mm(0), foot, CHART_INK, 0.5)
    sheet.text(scale.position_mm(0), 4.2, threshold, 7.5, bold=True, anchor="middle")
    sheet.text(start - 1, 4.2, within, 7.5, fill="#7A5A12", anchor="end")
    for index, row in enumerate(rows):
        _margin_row(sheet, row, scale, head + index * row_mm, row_mm)
    for tick in (-50, -25, 0, 25, 50):
        sign = "−" if tick < 0 else "+" if tick else ""
        sheet.text(
            scale.position_mm(tick), foot + 3.4, percent.format(n=f"{sign}{abs(tick)}"), 7, fill=SECOND, anchor="middle"
        )
    return Chart(sheet.svg(name), name, numbers)


def _margin_row(sheet: Canvas, row: MarginRow, scale: Scale, top: float, row_mm: float) -> None:
    room = scale.left - 4
    base = top + 5.2
    for line, pt, fill in ((row.title, 8.5, CHART_INK), (row.second, 7, SECOND), (row.third, 7, SECOND)):
        for text in _lines(line, pt, room) if line else []:
            sheet.text(0, base, text, pt, fill=fill, bold=pt > 8)
            base += 3.5 if pt > 8 else 3.0
    inside = [dot for dot in row.dots if abs(dot.value) <= REACH_PCT]
    places = np.array([scale.position_mm(dot.value) for dot in inside])
    off = swarm(places, DOT)
    tall = float(np.abs(off).max(initial=0.0))
    off = off * min(1.0, (row_mm / 2 - 3.4) / tall) if tall else off
    middle = top + row_mm / 2
    if len(inside) > CIRCLES:
        _many(sheet, inside, places, middle + off)
        inside = []
    named = []
    for dot, x, away in sorted(
        zip(inside, places[: len(inside)], off[: len(inside)], strict=True), key=lambda placed: placed[1]
    ):
        if dot.fill:
            sheet.mark(x, middle + away, DOT, dot.fill, dot.shape)
        else:
            sheet.circle(x, middle + away, DOT, "#FFFFFF", stroke=SECOND, thick=0.25)
        if dot.name:
            named.append((dot.name, float(x), float(middle + away)))
    _names_within(sheet, named, (top + 3.2, top + row_mm - 1.4, top + 5.9))
    if row.below:
        sheet.text(scale.left + 0.6, top + row_mm - 1.6, f"← {row.below}", 7, fill=THIRD)
    if row.above:
        sheet.text(scale.right - 0.6, top + row_mm - 1.6, f"{row.above} →", 7, fill=THIRD, anchor="end")


def _many(sheet: Canvas, dots: Sequence[Dot], x: Floats, y: Floats) -> None:
    """Dots of one colour as one path of points with round ends, for there are many."""
    for fill in dict.fromkeys(dot.fill for dot in dots):
        members = [index for index, dot in enumerate(dots) if dot.fill == fill]
        data = "".join(f"M{x[index]:.1f} {y[index]:.1f}h0" for index in members)
        look = f'stroke="{fill or THIRD}" stroke-width="{mm(1.3 * DOT)}" stroke-linecap="round" fill="none"'
        sheet.add(f'<path d="{data}" {look}/>')


def _names_within(sheet: Canvas, named: Sequence[tuple[str, float, float]], lines: Sequence[float]) -> None:
    taken: list[tuple[float, float, float]] = []
    for name, x, _ in named:
        long = text_mm(name, 7)
        for line in lines:
            start = x - long / 2
            if _free(taken, line, start, start + long):
                taken.append((line, start, start + long))
                sheet.text(x, line, name, 7, anchor="middle", halo=CLOSE)
                break
