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
    value_text: str
    needed: str
    answer: str
    passes: bool
    fill: str


def gauge(test: Gauge, columns: tuple[str, str, str, str], *, wide: float = 110, label: float = 40) -> Chart:
    """A bar with a tick where the threshold is.

    Parameters
    ----------
    test : Gauge
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
    pt = 8.8 if text_mm(test.title, 8.8) * 1.06 <= label - 2 else 7.6
    sheet.text(0, 6.2, fit(test.title, pt, (label - 2) / 1.04), pt, bold=True)
    if test.second:
        sheet.text(0, 9.6, fit(test.second, 7.2, label - 2), 7.2, fill=SECOND)
    sheet.text(wide, 6.8, test.answer, 9.4, bold=test.passes, anchor="end", fill=CHART_INK if test.passes else SECOND)
    name = f"{test.title}: {test.value_text}, {test.needed}"
    if test.value is not None and test.threshold is not None and max(abs(test.value), abs(test.threshold)) > 0:
        low = min(0.0, test.value, test.threshold)
        most = max(1.22 * test.value, 1.8 * test.threshold if test.threshold > 0 else 0.0, 0.0)
        scale = (right - left) / ((most - low) or 1.0)
        end, at = left + (test.value - low) * scale, left + (test.threshold - low) * scale
        sheet.rect(left, 4.3, right - left, 2.8, TRACK)
        sheet.rect(left, 4.3, end - left, 2.8, test.fill if test.passes else PLAIN)
        sheet.line(at, 2.7, at, 8.6, CHART_INK, 0.5)
        half = text_mm(test.needed, 7.2) / 2
        sheet.text(min(max(at, half), wide - half), 2.0, test.needed, 7.2, anchor="middle")
        inside = end + 1.2 + text_mm(test.value_text, 8) > right + 8
        crosses = end < at < end + 1.6 + text_mm(test.value_text, 8)
        x = at + 1.2 if crosses and not inside else end + 1.2
        sheet.text(end - 1.2 if inside else x, 6.7, test.value_text, 8, bold=True, anchor="end" if inside else "start")
    else:
        sheet.text(left, 6.7, test.value_text, 8, bold=True)
        sheet.text(left + 2 + 1.06 * text_mm(test.value_text, 8), 6.7, test.needed, 7.2, fill=SECOND)
    return Chart(sheet.svg(name), name, Numbers(columns, ((test.title, test.value_text, test.needed, test.answer),)))
