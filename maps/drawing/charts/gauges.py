"""Gauges: a value against what is needed, with the answer beside it."""

from __future__ import annotations

from typing import NamedTuple

from maps.drawing.charts.canvas import CHART_INK, SECOND, Canvas, Chart, Numbers, fit, text_mm

TRACK, PLAIN = "#ECEEF0", "#A6AEB6"


class Gauge(NamedTuple):
    """One test of one unit.

    Attributes
    ----------
    title : str
    second : str
        Below it, such as a condition beside it; or nothing.
    value, threshold : float or None
        None where there is no number.
    said, needed : str
        Both in words.
    answer : str
        Yes, no or not known, in words.
    passes : bool
    fill : str
        Of the bar, where it passes.
    """

    title: str
    second: str
    value: float | None
    threshold: float | None
    said: str
    needed: str
    answer: str
    passes: bool
    fill: str


def gauge(one: Gauge, columns: tuple[str, str, str, str], *, wide: float = 110, label: float = 40) -> Chart:
    """A bar with a tick where the threshold is.

    Parameters
    ----------
    one : Gauge
    columns : tuple of str
        What test, value, threshold and answer are called in the table of numbers.
    wide, label : float
        mm.

    Returns
    -------
    Chart

    Examples
    --------
    >>> crops = Gauge("Cropland", "", 0.243, 0.05, "24.3%", "5%", "yes", True, "#E3C24B")
    >>> gauge(crops, ("Test", "Value", "Needed", "Answer")).numbers.rows
    (('Cropland', '24.3%', '5%', 'yes'),)
    """
    sheet = Canvas(wide, 11.4)
    left, right = label, wide - 20.0
    pt = 8.8 if text_mm(one.title, 8.8) * 1.06 <= label - 2 else 7.6
    sheet.text(0, 6.2, fit(one.title, pt, (label - 2) / 1.04), pt, bold=True)
    if one.second:
        sheet.text(0, 9.6, fit(one.second, 7.2, label - 2), 7.2, fill=SECOND)
    sheet.text(wide, 6.8, one.answer, 9.4, bold=one.passes, anchor="end", fill=CHART_INK if one.passes else SECOND)
    name = f"{one.title}: {one.said}, {one.needed}"
    if one.value is not None and one.threshold is not None and max(abs(one.value), abs(one.threshold)) > 0:
        low = min(0.0, one.value, one.threshold)
        most = max(1.22 * one.value, 1.8 * one.threshold if one.threshold > 0 else 0.0, 0.0)
        scale = (right - left) / ((most - low) or 1.0)
        end, at = left + (one.value - low) * scale, left + (one.threshold - low) * scale
        sheet.rect(left, 4.3, right - left, 2.8, TRACK)
        sheet.rect(left, 4.3, end - left, 2.8, one.fill if one.passes else PLAIN)
        sheet.line(at, 2.7, at, 8.6, CHART_INK, 0.5)
        half = text_mm(one.needed, 7.2) / 2
        sheet.text(min(max(at, half), wide - half), 2.0, one.needed, 7.2, anchor="middle")
        inside = end + 1.2 + text_mm(one.said, 8) > right + 8
        crosses = end < at < end + 1.6 + text_mm(one.said, 8)
        x = at + 1.2 if crosses and not inside else end + 1.2
        sheet.text(end - 1.2 if inside else x, 6.7, one.said, 8, bold=True, anchor="end" if inside else "start")
    else:
        sheet.text(left, 6.7, one.said, 8, bold=True)
        sheet.text(left + 2 + 1.06 * text_mm(one.said, 8), 6.7, one.needed, 7.2, fill=SECOND)
    return Chart(sheet.svg(name), name, Numbers(columns, ((one.title, one.said, one.needed, one.answer),)))
