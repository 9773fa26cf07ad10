"""The curve of a parameter on the terminal: where units change, and between which values nothing does."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from layers.conditions import number_text
from maps.locale import catalogue, format_number, number_style, text_in

if TYPE_CHECKING:
    from zoning.plan import Plan
    from zoning.zones import Curve

DIGITS = 4
"""So many digits of a value are printed."""
AROUND = 6
"""So many steps are printed on either side of the plan's own."""


def print_curve(curve: Curve, plan: Plan, language: str) -> None:
    """One sentence on how firmly the plan stands, and the steps around it with the units of each zone."""
    words, console = catalogue("curve", language), Console()
    low, high = curve.stable
    keys = {(True, True): "any", (True, False): "below", (False, True): "above"}
    key = keys.get((low is None, high is None), "stable")
    said = words[key].format(
        parameter=curve.parameter,
        adopted=_written(curve.adopted, language),
        low="" if low is None else _written(inward(low, curve.adopted), language),
        high="" if high is None else _written(inward(high, curve.adopted), language),
    )
    console.print(escape(said))
    place = curve.steps.index(curve.current)
    shown = curve.steps[max(0, place - AROUND) : place + AROUND + 1]
    titles = {zone.code: text_in(zone.short or zone.title, language) for zone in plan.rulebook.zones}
    zones = [code for code in titles if any(code in step.units for step in curve.steps)]
    table = RichTable()
    for heading in (words["from"], words["to"], *(escape(titles[code]) for code in zones)):
        table.add_column(heading, justify="right")
    for step in shown:
        ends = ["" if end is None else _written(float(f"{end:.{DIGITS}g}"), language) for end in (step.low, step.high)]
        counts = [format_number(step.units.get(code, 0), language) for code in zones]
        table.add_row(*ends, *counts, style="bold" if step is curve.current else None)
    console.print(table)
    left = len(curve.steps) - len(shown)
    if left:
        console.print(words["more"].format(count=left))


def inward(end: float, adopted: float) -> float:
    """An end of a range in few digits, on the side of the adopted value, so that what is said of the range holds.

    Examples
    --------
    >>> inward(0.19936924675383008, 0.2), inward(0.20422858491454712, 0.2), inward(0.19999999, 0.2)
    (0.1994, 0.2042, 0.19999999)
    """
    way = ROUND_CEILING if end < adopted else ROUND_FLOOR
    for digits in range(DIGITS, 17):
        exact = Decimal(repr(end))
        with localcontext():  # which keeps what was rounded
            short = float(exact.quantize(Decimal(1).scaleb(exact.adjusted() + 1 - digits), rounding=way))
        if min(end, adopted) <= short <= max(end, adopted) and short != adopted:
            return short
    return end


def _written(number: float, language: str) -> str:
    return number_style(language).written(number_text(number))
