"""Step curves of thresholds: how much of a plan changes as one threshold moves, and the range in which nothing does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from maps.drawing.charts.canvas import CHART_INK, CLOSE, RULE, SECOND, Canvas, Chart, Numbers, fit, mm, text_mm
from maps.words import wrap
from zoning.zones import Curve

HEAD, ROW, PLOT = 6.0, 15.0, 8.2
"""Height of the heads, of a row, and of the curve in it, mm."""
REACH = 0.5
"""A curve is drawn from half of the adopted value to one and a half of it."""
LABEL, CURVE = 46.0, 60.0
"""Width of the titles and of the curves, mm."""


class CurveRow(NamedTuple):
    """One threshold.

    Attributes
    ----------
    title, adopted : str
        What it is called, and its value in the plan.
    stands : str
        The range in which nothing changes.
    first : tuple of str
        Lines on what changes first.
    view : (float, float)
        The values at the ends of the axis.
    at : float
        The adopted value.
    stable : (float, float)
        The ends of the range in which nothing changes, inside the view.
    steps : sequence of (float, float, int)
        From which value to which so many units are not what they are in the plan; inside the view, in order.
    write : callable
        How a value on the axis is written.
    """

    title: str
    adopted: str
    stands: str
    first: tuple[str, ...]
    view: tuple[float, float]
    at: float
    stable: tuple[float, float]
    steps: Sequence[tuple[float, float, int]]
    write: Callable[[float], str] = "{:.4g}".format


def curve_row(
    curve: Curve, title: str = "", adopted: str = "", stands: str = "", first: tuple[str, ...] = (), *,
    write: Callable[[float], str] = "{:.4g}".format,
) -> CurveRow:  # fmt: skip
    """The row of a curve: what is seen of it around the adopted value, with the range in which nothing changes.

    Parameters
    ----------
    curve : Curve
    title, adopted, stands : str, optional
    first : tuple of str, optional
    write : callable, optional
        As for :class:`CurveRow`.
    """
    at = curve.adopted
    reach = REACH * (abs(at) or 1.0)
    near = [end for end in curve.stable if end is not None]
    low = min([at - reach, *(end - reach / 10 for end in near if end > at - 3 * reach)])
    high = max([at + reach, *(end + reach / 10 for end in near if end < at + 3 * reach)])
    if at >= 0 and all(end >= 0 for end in near):
        low = max(low, 0.0)  # an axis of shares or amounts does not reach below what there can be
    ranges = [
        (low if step.low is None else max(low, step.low), high if step.high is None else min(high, step.high))
        for step in curve.steps
    ]
    steps = [(*ends, count) for ends, count in zip(ranges, curve.changes, strict=True) if ends[0] <= ends[1]]
    stable = (low if curve.stable[0] is None else curve.stable[0], high if curve.stable[1] is None else curve.stable[1])
    return CurveRow(title, adopted, stands, first, (low, high), at, stable, steps, write)


def step_curves(name: str, columns: tuple[str, str, str], rows: Sequence[CurveRow], *, wide: float = 174) -> Chart:
    """A small curve a threshold, with the range in which the plan stands as it is.

    Parameters
    ----------
    name : str
        Of the chart.
    columns : (str, str, str)
        Titles: of the threshold, of the curve, and of the range with what changes first beyond it.
    rows : sequence of CurveRow
    wide : float
        mm.

    Returns
    -------
    Chart

    Examples
    --------
    >>> row = CurveRow("Forest", "0.2", "0.19 to 0.21", (), (0.1, 0.3), 0.2, (0.19, 0.21), [(0.1, 0.3, 0)])
    >>> step_curves("Curves", ("Threshold", "Units", "Stands"), [row]).numbers.rows
    (('Forest', '0.2', '0.19 to 0.21'),)
    """
    sheet = Canvas(wide, HEAD + ROW * len(rows) + 0.6)
    left, right = LABEL + 4, LABEL + 4 + CURVE
    for x, title in zip((0.0, left, right + 6), columns, strict=True):
        sheet.text(x, 3.2, title, 7, fill=SECOND)
    for nth, row in enumerate(rows):
        top = HEAD + nth * ROW
        sheet.line(0, top, wide, top, RULE, 0.2)
        for line, text in enumerate(wrap(row.title, LABEL / (8.2 * 0.3175))[:2]):
            sheet.text(0, top + 4.6 + 3.5 * line, fit(text, 8.2, LABEL), 8.2)
        sheet.text(0, top + 12.2, row.adopted, 7.4, fill=SECOND)
        _curve(sheet, row, (left, right, top + 1.8))
        room = wide - right - 6
        for line, text in enumerate(wrap(row.stands, room / (8.4 * 0.3175))[:1]):
            sheet.text(right + 6, top + 4.6 + 3.4 * line, fit(text, 8.4, room), 8.4, bold=True)
        for line, text in enumerate(row.first[:2]):
            sheet.text(right + 6, top + 8.7 + 3.5 * line, fit(text, 7.2, room), 7.2, fill=SECOND)
    table = tuple((row.title, row.adopted, " ".join((row.stands, *row.first))) for row in rows)
    return Chart(sheet.svg(name), name, Numbers((columns[0], columns[0], columns[2]), table))


def _curve(sheet: Canvas, row: CurveRow, at: tuple[float, float, float]) -> None:
    left, right, top = at
    foot = top + PLOT
    low, high = row.view

    def x_of(value: float) -> float:
        return left + (min(max(value, low), high) - low) / (high - low) * (right - left)

    most = max((count for _, _, count in row.steps), default=0)
    start, end = x_of(row.stable[0]), x_of(row.stable[1])
    sheet.rect(start, top - 0.6, max(end - start, 0.35), PLOT + 0.6, CLOSE)
    sheet.line(left, foot, right, foot, RULE, 0.2)
    if most:
        path = ""
        for begins, ends, count in row.steps:
            y = foot - PLOT * count / most
            path += f"{'L' if path else 'M'}{mm(x_of(begins))} {mm(y)}L{mm(x_of(ends))} {mm(y)}"
        sheet.path(path, stroke=CHART_INK, thick=0.3)
        sheet.text(left - 1, top + 2, str(most), 6.2, fill=SECOND, anchor="end")
        sheet.text(left - 1, foot, "0", 6.2, fill=SECOND, anchor="end")
    middle = x_of(row.at)
    sheet.line(middle, top - 0.9, middle, foot + 0.7, "#A8401F", 0.45)
    for value, x, anchor in ((low, left, "start"), (high, right, "end")):
        sheet.text(x, foot + 2.9, row.write(value), 6.2, fill=SECOND, anchor="start" if anchor == "start" else "end")
    figure = row.write(row.at)
    if x_of(row.at) - left > text_mm(row.write(low), 6.2) + text_mm(figure, 6.2) and right - middle > 8:
        sheet.text(middle, foot + 2.9, figure, 6.2, fill=CHART_INK, anchor="middle")
