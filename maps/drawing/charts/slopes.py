"""Slopes: how the parts of a whole move from year to year, a line a part, the numbers at both ends."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from maps.drawing.charts.canvas import CHART_INK, RULE, SECOND, Canvas, Chart, Numbers, fit, text_mm

LINE_MM = 3.1
"""Two numbers beside an axis are this far apart at least."""
HEAD, FOOT, GAP, NAMES = 8.6, 1.6, 5.0, 30.0
"""Above and below the lines, between panels, and for titles at the most, mm."""


class Slope(NamedTuple):
    """One line.

    Attributes
    ----------
    title : str
    values : tuple of float
        One a year.
    said : tuple of str
        The values in words.
    fill : str
    sign : str
        Stands for its last dot.
    strong : bool
        Whether it stands out.
    """

    title: str
    values: tuple[float, ...]
    value_texts: tuple[str, ...]
    fill: str
    sign: str = ""
    strong: bool = False


class SlopePanel(NamedTuple):
    """The lines of one whole.

    Attributes
    ----------
    title, second : str
        What is divided, and by what or in which edition of the data.
    years : tuple of str
        In order; one is a column of dots.
    slopes : tuple of Slope
    named : bool
        Whether the titles of its lines stand beside them; False where the next panel has the same lines.
    """

    title: str
    second: str
    years: tuple[str, ...]
    slopes: tuple[Slope, ...]
    named: bool = True


def slope_panels(
    name: str, panels: Sequence[SlopePanel], columns: tuple[str, str], *, wide: float = 174, high: float = 47
) -> Chart:
    """Panels beside each other, from 0 on one scale, so that equal slopes are equal changes.

    Parameters
    ----------
    name : str
        What a reader hears who does not see the picture.
    panels : sequence of SlopePanel
    columns : (str, str)
        Above the columns of the table that name the panel and the line; years follow.
    wide, high : float
        Of all, mm.

    Returns
    -------
    Chart

    Examples
    --------
    >>> north = Slope("North", (0.42, 0.38), ("42 %", "38 %"), "#8C1C13")
    >>> panel = SlopePanel("Output", "first figures", ("2012", "2018"), (north,))
    >>> slope_panels("Shares", [panel], ("Of", "Region")).numbers
    Numbers(columns=('Of', 'Region', '2012', '2018'), rows=(('Output, first figures', 'North', '42 %', '38 %'),))
    """
    sheet = Canvas(wide, high)
    named = [
        min(max((text_mm(slope.title, 7.5) * 1.06 for slope in panel.slopes), default=0.0) + 1.4, NAMES)
        for panel in panels
    ]
    names = [width if panel.named else 0.0 for width, panel in zip(named, panels, strict=True)]
    room = min((wide - sum(names) - GAP * (len(panels) - 1)) / max(len(panels), 1), 68.0)
    highest = max((value for panel in panels for slope in panel.slopes for value in slope.values), default=1.0) or 1.0
    years = tuple(dict.fromkeys(sorted(year for panel in panels for year in panel.years)))
    rows, left = [], 0.0
    for panel, width in zip(panels, names, strict=True):
        _panel(sheet, panel, (left, room, width), highest)
        left += room + width + GAP
        of = f"{panel.title}, {panel.second}" if panel.second else panel.title
        for slope in panel.slopes:
            figures = dict(zip(panel.years, slope.value_texts, strict=True))
            rows.append((of, slope.title, *(figures.get(year, "") for year in years)))
    return Chart(sheet.svg(name), name, Numbers((*columns, *years), tuple(rows)))


def _panel(sheet: Canvas, panel: SlopePanel, at: tuple[float, float, float], highest: float) -> None:
    left, room, names = at
    sheet.text(left, 2.8, fit(panel.title, 8, room + names), 8, bold=True)
    sheet.text(left, 6.2, fit(panel.second, 7, room + names), 7, fill=SECOND)
    top, foot = HEAD + 3.4, sheet.high - FOOT
    written = [text for slope in panel.slopes for text in (slope.value_texts[0], slope.value_texts[-1])]
    numbers = max((1.3 * text_mm(text, 7.5) for text in written), default=0.0) + 1.6
    several = len(panel.years) > 1
    start = left + (numbers if several else 1.0)
    end = left + room - numbers
    steps = [start + (end - start) * index / max(len(panel.years) - 1, 1) for index in range(len(panel.years))]

    def height(value: float) -> float:
        return foot - (foot - top) * value / highest

    for x, year in zip(steps, panel.years, strict=True):
        sheet.line(x, top - 0.8, x, foot, RULE, 0.2)
        sheet.text(x, HEAD + 1.6, year, 7, fill=SECOND, anchor="middle" if several else "start")
    sheet.line(steps[0] - 1, foot, steps[-1] + 1, foot, RULE, 0.2)
    for line in sorted(panel.slopes, key=lambda slope: slope.strong):
        _line(sheet, line, list(zip(steps, map(height, line.values), strict=True)))
    if several:
        for slope, y in zip(
            panel.slopes, _apart([height(slope.values[0]) for slope in panel.slopes], foot), strict=True
        ):
            sheet.text(
                start - 1.6, y + 0.95, slope.value_texts[0], 7.5, fill=_ink(slope), bold=slope.strong, anchor="end"
            )
    for slope, y in zip(panel.slopes, _apart([height(slope.values[-1]) for slope in panel.slopes], foot), strict=True):
        sheet.text(steps[-1] + 1.6, y + 0.95, slope.value_texts[-1], 7.5, fill=_ink(slope), bold=slope.strong)
        beside = steps[-1] + 1.6 + numbers
        if panel.named:
            sheet.text(beside, y + 0.95, fit(slope.title, 7.5, names), 7.5, fill=_ink(slope), bold=slope.strong)


def _line(sheet: Canvas, slope: Slope, points: Sequence[tuple[float, float]]) -> None:
    """A line with a dot a year; its sign, if it has one, stands for the last."""
    for (x, y), (east, south) in pairwise(points):
        sheet.line(x, y, east, south, slope.fill, 0.75 if slope.strong else 0.4)
    for x, y in points[:-1] if slope.sign else points:
        sheet.circle(x, y, 0.9 if slope.strong else 0.7, slope.fill)
    if slope.sign:
        x, y = points[-1]
        sheet.text(x, y + 1.0, slope.sign, 8, fill=slope.fill, anchor="middle")


def _ink(slope: Slope) -> str:
    return slope.fill if slope.strong else CHART_INK


def _apart(heights: Sequence[float], foot: float) -> list[float]:
    """Heights moved as little as keeps a line of type between them, none below the foot.

    Examples
    --------
    >>> [round(one, 2) for one in _apart([10.0, 10.0, 30.0], 40)]
    [8.45, 11.55, 30.0]
    """
    runs: list[list[int]] = []
    middle: list[float] = []
    for index in sorted(range(len(heights)), key=lambda nth: heights[nth]):
        runs.append([index])
        middle.append(min(heights[index], foot))
        while len(runs) > 1 and middle[-1] - middle[-2] < LINE_MM * (len(runs[-1]) + len(runs[-2])) / 2:
            joined = runs[-2] + runs[-1]
            centre = sum(heights[member] for member in joined) / len(joined)
            runs[-2:], middle[-2:] = [joined], [min(centre, foot - LINE_MM * (len(joined) - 1) / 2)]
    moved = list(heights)
    for run, centre in zip(runs, middle, strict=True):
        for nth, index in enumerate(run):
            moved[index] = centre + LINE_MM * (nth - (len(run) - 1) / 2)
    return moved
