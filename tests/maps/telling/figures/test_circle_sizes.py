"""The legend of circles stands on no land that has circles of its own."""

from __future__ import annotations

import re

import shapely

from maps.telling.annex.report_context import ReportContext
from maps.telling.figures.plan_figures import PlanFigures
from maps.telling.figures.plan_maps import MapFrame, PlanMaps, _free_corner

FRAME = MapFrame.tight((0, 0, 75_000, 65_000), 76, 66)


def test_the_corner_with_the_least_land_is_taken() -> None:
    assert _free_corner(FRAME, shapely.box(0, 0, 35_000, 65_000))[0] > 38
    assert _free_corner(FRAME, shapely.box(0, 0, 75_000, 30_000))[1] == 0


def test_land_on_the_whole_map_leaves_no_corner() -> None:
    assert _free_corner(FRAME, shapely.box(0, 0, 75_000, 65_000)) is None


def test_then_the_legend_stands_below_and_has_whole_amounts_of_a_whole_quota(toy_run) -> None:
    """The toy province is a rectangle: every corner is land."""
    figures = PlanFigures(ReportContext.of(toy_run, "en"))
    maps = PlanMaps(figures)
    drawn = str(maps.circles(figures.quotas[0].amounts.round(), ("sizes", "{n} ha"), 76, 66))
    wide, high = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawn).groups())
    assert high > 0.8 * wide, "4 x 3 squares and the legend below them"
    sizes = re.findall(r">([^<>]+) ha<", drawn)
    assert sizes
    assert not [one for one in sizes if float(one.replace(",", "")) < 1]
