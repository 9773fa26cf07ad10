"""What many draws came to, on the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer
from rich.markup import escape
from rich.table import Table as RichTable

from layers.phrases import Phrase
from maps.cli.unit_display import wide_console
from maps.locale import catalogue, format_number, localize, percent, text_in

if TYPE_CHECKING:
    from zoning.scenario import Robustness

MOST = 20
"""So many units that are not stable are listed."""


def ranges_of(texts: Iterable[str]) -> dict[str, tuple[float, float]]:
    """By name the ends between which it is drawn.

    Examples
    --------
    >>> ranges_of(["fragile_share_min=0.15:0.25"])
    {'fragile_share_min': (0.15, 0.25)}
    """
    found = {}
    for text in texts:
        name, _, ends = text.partition("=")
        low, _, high = ends.partition(":")
        try:
            found[name.strip()] = (float(low), float(high))
        except ValueError:
            raise typer.BadParameter(
                Phrase("'{text}' is no range: write NAME=LOW:HIGH, such as fragile_share_min=0.15:0.25", text=text),
                param_hint="--within",
            ) from None
    return found


def print_robustness(found: Robustness, language: str) -> None:
    """How much of the plan is stable, by main function, and the units that are least so."""
    plan = localize(found.plan, language)
    words, console = catalogue("robustness", language), wide_console()
    titles = {zone.code: text_in(zone.short or zone.title, language, zone.code) for zone in plan.rulebook.zones}
    said = words["verdict"].format(
        n=int(found.stable.sum()), all=format_number(len(found.units), language),
        draws=format_number(len(found.draws), language), seed=found.seed,
    )  # fmt: skip
    console.print(escape(said))
    table = RichTable()
    for heading in ("function", "units", "stable_units", "hectares", "stable_hectares"):
        table.add_column(words[heading], justify="left" if heading == "function" else "right")
    for one in found.land:
        figures = (one.units, one.stable_units, one.hectares, one.stable_hectares)
        table.add_row(escape(titles.get(one.zone, one.zone)), *(format_number(figure, language) for figure in figures))
    console.print(table)
    wavering = found.units[~found.stable].sort_values(["share", "main"], kind="stable")
    if not len(wavering):
        return
    named = dict(zip(plan.zones["unit_id"], plan.zones["name"], strict=True))
    table = RichTable()
    for heading in ("unit", "now", "kept", "other", "other_kept"):
        table.add_column(words[heading], justify="right" if heading in {"kept", "other_kept"} else "left")
    for row in wavering.head(MOST).itertuples():
        table.add_row(
            escape(f"{named.get(str(row.Index), '')} ({row.Index})"),
            escape(titles.get(str(row.main), str(row.main))),
            f"{percent(float(str(row.share)), 1, language)} %",
            escape(titles.get(str(row.other), str(row.other))),
            f"{percent(float(str(row.other_share)), 1, language)} %",
        )
    console.print(table)
    if len(wavering) > MOST:
        console.print(words["more"].format(n=len(wavering) - MOST))
