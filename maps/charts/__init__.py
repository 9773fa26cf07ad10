"""Charts: bars, dots on a threshold, lollipops, columns, flows and gauges as SVG, each with its numbers as a table."""

from maps.charts.bars import AmountRow, Class, Part, ShareRow, amount_bars, count_columns, share_bars
from maps.charts.canvas import (
    INK,
    SECOND,
    SHAPES,
    SIGNS,
    Canvas,
    Chart,
    Numbers,
    Shape,
    edge_of,
    fit,
    mm,
    text_lines,
    text_mm,
)
from maps.charts.curves import CurveRow, curve_row, step_curves
from maps.charts.dots import Dot, MarginRow, Strip, margin_dots, threshold_dots
from maps.charts.flows import Wording, flow_chart
from maps.charts.gauges import Gauge, gauge
from maps.charts.lollipops import Stick, Sum, lollipops
from maps.charts.matrix import Transition, transition_matrix
from maps.charts.slopes import Slope, SlopePanel, slope_panels

__all__ = [
    "INK",
    "SECOND",
    "SHAPES",
    "SIGNS",
    "AmountRow",
    "Canvas",
    "Chart",
    "Class",
    "CurveRow",
    "Dot",
    "Gauge",
    "MarginRow",
    "Numbers",
    "Part",
    "Shape",
    "ShareRow",
    "Slope",
    "SlopePanel",
    "Stick",
    "Strip",
    "Sum",
    "Transition",
    "Wording",
    "amount_bars",
    "count_columns",
    "curve_row",
    "edge_of",
    "fit",
    "flow_chart",
    "gauge",
    "lollipops",
    "margin_dots",
    "mm",
    "share_bars",
    "slope_panels",
    "step_curves",
    "text_lines",
    "text_mm",
    "threshold_dots",
    "transition_matrix",
]
