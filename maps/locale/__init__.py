"""Languages: numbers as they are written, and the words of map, report and plan file."""

from maps.locale.message_catalogues import map_words, plan_word, report_words, units_counted
from maps.locale.messages import render, render_table
from maps.locale.number_format import (
    NONE,
    amount,
    area_decimals,
    format_measure,
    format_number,
    hectares,
    percent,
    projection,
    width,
    wrap,
)

__all__ = [
    "NONE",
    "amount",
    "area_decimals",
    "format_measure",
    "format_number",
    "hectares",
    "map_words",
    "percent",
    "plan_word",
    "projection",
    "render",
    "render_table",
    "report_words",
    "units_counted",
    "width",
    "wrap",
]
