"""A unit, and what many draws of a plan came to, on the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.table import Table as RichTable
from rich.text import Text

from layers.errors import escape_hidden
from layers.phrases import Phrase
from maps.telling import Gauge, Place, Verdict, ground_lines, quota_shifts, verdicts, where_lines
from maps.words import LocalizedPlan, amount, capital, catalogue, format_number, localize, percent, text_in

if TYPE_CHECKING:
    from zoning.whatif import Robustness


SHOWN = 5
"""So many policies are named, of two more at most all."""
WIDE = 1000
"""Columns of what is no terminal, so that no line of a pipe is broken."""
COLOURS: Mapping[bool | None, str] = {True: "green", False: "red", None: "yellow"}
ANSWERS: Mapping[bool | None, str] = {True: "yes", False: "no", None: "unknown"}


def show_unit(plan: LocalizedPlan, unit_id: str) -> None:
    """Print why a unit is what it is, and what it gets, on one screen."""
    words = catalogue("terminal", plan.language, plan.noun)
    console, row = wide_console(), plan.zones.set_index("unit_id").loc[unit_id]
    heading = words["unit" if row["jurisdiction"] else "unit_alone"]
    _print(console, [heading.format(name=row["name"], id=unit_id, place=plan.place(row["jurisdiction"]))], "dim")
    _verdict(console, plan, verdicts(plan)[unit_id])
    held = plan.policies[(plan.policies["unit_id"] == unit_id) & (plan.policies["overruled_by"] == "")]
    _print(console, ["", *_quotas(plan, unit_id), *_policies([str(title) for title in held["title"]], words)])
    _print(console, ["", words["more_explain"]], "dim")


def _quotas(plan: LocalizedPlan, unit_id: str) -> Iterator[str]:
    """What the unit gets of each quota, and why that is more or less than by its weight alone."""
    words, terms = catalogue("terminal", plan.language, plan.noun), plan.renderer.terms
    asked = {(one.name, one.period): one for one in plan.study.quotas}
    for one in plan.quotas[plan.quotas["unit_id"] == unit_id].to_dict("records"):
        unit = terms.unit(str(one["unit"]))
        yield words["quota"].format(
            title=capital(terms.quota(str(one["quota"]))),
            period=str(one["period"]),
            amount=amount(one["amount"], plan.language),
            unit=unit,
        )
        found = quota_shifts(plan, asked[str(one["quota"]), int(one["period"])])
        group = None if found is None else next((each for each in found.groups if unit_id in each.units), None)
        if found is not None and group is not None:
            moved = format_number(abs(found.difference[unit_id]), plan.language)
            key = "quota_less" if group.loses else "quota_more"
            yield "  " + words[key].format(amount=moved, unit=unit, reason=escape_hidden(group.reason))


def show_place(plan: LocalizedPlan, place: Place) -> None:
    """Print what applies at a place or in a unit, on one screen."""
    words, console, content = catalogue("terminal", plan.language, plan.noun), wide_console(), place.content
    _print(console, where_lines(place), "dim" if content["inside"] else "")
    if not content["inside"]:
        return
    _verdict(console, plan, verdicts(plan)[content["unit"]["unit_id"]])
    _print(console, ["", *ground_lines(place)])
    held = [str(one["title"]) for one in content["policies"] if not one["overruled_by"]]
    _print(console, _policies(held, words))
    if place.verdict is not None:
        _print(console, ["", *place.verdict.lines()])
    _print(console, ["", words["more_at"]], "dim")


def wide_console() -> Console:
    """The console as it is where somebody reads it; else one so wide that no line of a pipe is broken."""
    is_terminal = Console().is_terminal
    return Console(
        highlight=False,
        markup=False,
        emoji=False,
        width=None if is_terminal else WIDE,
        color_system="auto" if is_terminal and not os.environ.get("NO_COLOR") else None,
    )


def _print(console: Console, lines: Iterable[str], style: str = "") -> None:
    """Print lines as they are; the terminal breaks them."""
    for line in lines:
        console.print(escape_hidden(line), style=style or None, soft_wrap=True)


def _verdict(console: Console, plan: LocalizedPlan, one: Verdict) -> None:
    """The verdict with its note, its overlays, its tests, and what would change it."""
    words = catalogue("terminal", plan.language, plan.noun)
    _print(console, [one.sentence], "bold")
    _print(console, [*filter(None, [one.note]), *(line.text for line in one.overlays)])
    mains = {*plan.rulebook.codes("main")}
    gauges = [gauge for gauge in one.gauges if gauge.decided or gauge.zone in mains]
    if gauges:
        _print(console, [""])
        _tests(console, plan, gauges)
    if one.changes:
        _print(console, ["", words["changes"], *(f"  {change}" for change in one.changes)])


def _tests(console: Console, plan: LocalizedPlan, gauges: Sequence[Gauge]) -> None:
    """A row a test: measure, value, what it needs, for which zone, and whether it is met."""
    words, answers = (catalogue(chapter, plan.language) for chapter in ("terminal", "answer"))
    table = Table(box=None, pad_edge=False, header_style="dim")
    for key in ("test", "value", "needs", "zone", "answer"):
        table.add_column(words[f"column_{key}"], justify="right" if key == "value" else "left")
    for gauge in gauges:
        zone = plan.rulebook.zone(gauge.zone)
        title = escape_hidden(text_in(zone.short or zone.title, plan.language, gauge.zone))
        answer = str(answers[ANSWERS[gauge.passed]])
        if gauge.decided:
            answer = words["decides"].format(answer=answer)
        cells = [Text(text) for text in (gauge.title, gauge.value_text, gauge.needs, title)]
        table.add_row(*cells, Text(answer, style=COLOURS[gauge.passed]), style="bold" if gauge.decided else "")
    if console.is_terminal:
        console.print(table)
        return
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        console.print(line.rstrip(), soft_wrap=True)


def _policies(titles: Sequence[str], words: Mapping[str, str]) -> Iterator[str]:
    """How many policies hold, and the titles of the first few."""
    told = list(dict.fromkeys(titles))
    if not told:
        return
    shown = told if len(told) <= SHOWN + 2 else told[:SHOWN]
    yield ""
    yield words["policies"].format(n=len(told))
    yield from (f"  {title}" for title in shown)
    if len(shown) < len(told):
        yield "  " + words["policies_more"].format(n=len(told) - len(shown))


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
