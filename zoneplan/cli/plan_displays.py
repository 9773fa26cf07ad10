"""Comparisons, consensus, a unit, and what many draws of a plan came to, on the terminal and as JSON."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.table import Table as RichTable
from rich.text import Text

from layers.errors import escape_hidden
from layers.phrases import Phrase
from maps.telling import (
    ComparisonWords,
    ConsensusWords,
    Gauge,
    Place,
    Verdict,
    ground_lines,
    quota_shifts,
    verdicts,
    where_lines,
)
from maps.words import LocalizedPlan, amount, capital, catalogue, format_number, localize, percent, text_in
from zoning.whatif import MOVES, UNKNOWN

if TYPE_CHECKING:
    from zoning.whatif import Comparison, Consensus, Robustness


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """What moved, why, and sums, as plain values."""
    rows = comparison.moved.rename(columns={"before": "from", "after": "to"}).to_dict("records")
    moved = [
        {**{key: row[key] for key in ("unit_id", "what", "item", "from", "to")},
         "cause": {"kind": row["cause_kind"], **({"id": row["cause_id"]} if row["cause_kind"] != UNKNOWN else {})}}
        for row in rows
    ]  # fmt: skip
    differences = [
        {"kind": difference.kind, "id": difference.id, "from": difference.before, "to": difference.after}
        for difference in comparison.differences
    ]
    return {
        "moved": moved,
        "differences": differences,
        "totals": comparison.totals,
        "transitions": comparison.transitions.rename(columns={"before": "from", "after": "to"}).to_dict("records"),
        "only_before": list(comparison.only_before),
        "only_after": list(comparison.only_after),
        **({"note": comparison.note} if comparison.note else {}),
    }


def print_comparison(comparison: Comparison, language: str) -> None:
    """The tables that people read: who became what, and how much moved because of which difference."""
    comparison_words, console = ComparisonWords(comparison, language), Console()
    words = comparison_words.words
    console.print(escape(comparison_words.verdict))
    if comparison_words.lead:
        console.print(escape(comparison_words.lead))
    if comparison.same:
        return
    if len(comparison_words.changed):
        table = RichTable(title=words["title"], title_justify="left")
        for heading in ("before", "after", "units", "hectares"):
            table.add_column(words[heading], justify="right" if heading in {"units", "hectares"} else "left")
        for row in comparison_words.changed.itertuples():
            table.add_row(
                escape(comparison_words.zone(str(row.before))),
                escape(comparison_words.zone(str(row.after))),
                format_number(int(str(row.units)), language),
                format_number(float(str(row.area_ha)), language),
            )
        console.print(table)
    causes = RichTable()
    causes.add_column(words["cause"])
    there = [what for what in MOVES if any(what in cause.counts for cause in comparison_words.causes)]
    for what in there:
        causes.add_column(words[what], justify="right")
    for cause in comparison_words.causes:
        causes.add_row(escape(cause.text), *(format_number(cause.counts.get(what, 0), language) for what in there))
    console.print(causes)
    for key, lines in (("amounts", comparison_words.sums["quotas"]), ("amounts_paid", comparison_words.sums["flows"])):
        for line in lines:
            before, after = (f"{amount(side, language)} {line.unit}" for side in (line.before, line.after))
            text = words[key].format(quota=line.title, more=line.more, less=line.less, before=before, after=after)
            console.print(escape(text))


SHOWN_IN_CONSENSUS = 20
"""Units that are listed; the table has all."""


def consensus_json(consensus: Consensus) -> dict[str, Any]:
    """What they agree on and what the rest hangs on, as plain values."""
    pairs = consensus.says.groupby("unit_id")
    says = {str(unit): dict(zip(rows["voice"], rows["main"], strict=True)) for unit, rows in pairs}
    units = [{**row, "says": says[row["unit_id"]]} for row in consensus.units.to_dict("records")]
    grouped, hangs = (table.groupby(["kind", "id"], sort=True) for table in (consensus.differences, consensus.hangs))
    differences = [
        {
            "kind": kind,
            "id": name,
            "values": dict(zip(rows["voice"], rows["value"], strict=True)),
            "units": hangs.get_group((kind, name))["unit_id"].unique().tolist() if (kind, name) in hangs.groups else [],
        }
        for (kind, name), rows in grouped
    ]
    agreed = consensus.units.drop(consensus.disputed.index)
    return {
        "voices": list(consensus.voices),
        "agreed": {"units": len(agreed), "area_ha": float(agreed["area_ha"].sum())},
        "disputed": {"units": len(consensus.disputed), "area_ha": float(consensus.disputed["area_ha"].sum())},
        "units": units,
        "differences": differences,
    }


def print_consensus(consensus: Consensus, language: str) -> None:
    """How far they agree, the units on which they do not, and in what they differ."""
    consensus_words, console, disputed = ConsensusWords(consensus, language), Console(), consensus.disputed
    words = consensus_words.words
    console.print(escape(consensus_words.verdict))
    if len(disputed):
        table = RichTable(title=words["disputed"], title_justify="left")
        for key in ("unit", "main", "agree", "hangs_on"):
            table.add_column(words[key])
        ranked = disputed.sort_values(["agree", "area_ha"], ascending=[True, False], kind="stable")
        for row in ranked.head(SHOWN_IN_CONSENSUS).to_dict("records"):
            agreement = words["agree_value"].format(agree=row["agree"], voices=row["voices"])
            named = f"{consensus_words.unit(row['unit_id'])} ({row['unit_id']})"
            hangs = consensus_words.hangs.get(row["unit_id"], "")
            table.add_row(*map(escape, (named, consensus_words.zone(row["main"]), agreement, hangs)))
        console.print(table)
        if len(disputed) > SHOWN_IN_CONSENSUS:
            console.print(
                escape(words["more"].format(count=format_number(len(disputed) - SHOWN_IN_CONSENSUS, language)))
            )
    if not len(consensus.differences):
        console.print(escape(words["none"]))
        return
    table = RichTable(title=words["differences"], title_justify="left")
    table.add_column(words["what"], overflow="fold")
    for voice in consensus.voices:
        table.add_column(escape(consensus_words.voices[voice]), overflow="fold")
    table.add_column(words["units"], justify="right")
    for row in consensus_words.rows:
        count = format_number(row.units, language)
        table.add_row(escape(row.title), *(escape(row.values[voice]) for voice in consensus.voices), count)
    console.print(table)


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
    _print(console, [heading.format(name=row["name"], id=unit_id, place=plan.jurisdiction(row["jurisdiction"]))], "dim")
    _verdict(console, plan, verdicts(plan)[unit_id])
    held = plan.policies[(plan.policies["unit_id"] == unit_id) & (plan.policies["overruled_by"] == "")]
    _print(console, ["", *_quotas(plan, unit_id), *_policies([str(title) for title in held["title"]], words)])
    _print(console, ["", words["more_explain"]], "dim")


def _quotas(plan: LocalizedPlan, unit_id: str) -> Iterator[str]:
    """What the unit gets of each quota, and why that is more or less than by its weight alone."""
    words, terms = catalogue("terminal", plan.language, plan.noun), plan.renderer.terms
    quotas = {(quota.name, quota.period): quota for quota in plan.study.quotas}
    for row in plan.quotas[plan.quotas["unit_id"] == unit_id].to_dict("records"):
        unit = terms.unit(str(row["unit"]))
        yield words["quota"].format(
            title=capital(terms.quota(str(row["quota"]))),
            period=str(row["period"]),
            amount=amount(row["amount"], plan.language),
            unit=unit,
        )
        shifts = quota_shifts(plan, quotas[str(row["quota"]), int(row["period"])])
        group = None if shifts is None else next((each for each in shifts.groups if unit_id in each.units), None)
        if shifts is not None and group is not None:
            moved = format_number(abs(shifts.difference[unit_id]), plan.language)
            key = "quota_less" if group.loses else "quota_more"
            yield "  " + words[key].format(amount=moved, unit=unit, reason=escape_hidden(group.reason))


def show_place(plan: LocalizedPlan, answer: Place) -> None:
    """Print what applies at a place or in a unit, on one screen."""
    words, console, content = catalogue("terminal", plan.language, plan.noun), wide_console(), answer.content
    _print(console, where_lines(answer), "dim" if content["inside"] else "")
    if not content["inside"]:
        return
    _verdict(console, plan, verdicts(plan)[content["unit"]["unit_id"]])
    _print(console, ["", *ground_lines(answer)])
    held = [str(policy["title"]) for policy in content["policies"] if not policy["overruled_by"]]
    _print(console, _policies(held, words))
    if answer.verdict is not None:
        _print(console, ["", *answer.verdict.lines()])
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


def _verdict(console: Console, plan: LocalizedPlan, verdict: Verdict) -> None:
    """The verdict with its note, its overlays, its tests, and what would change it."""
    words = catalogue("terminal", plan.language, plan.noun)
    _print(console, [verdict.sentence], "bold")
    _print(console, [*filter(None, [verdict.note]), *(line.text for line in verdict.overlays)])
    mains = {*plan.rulebook.codes("main")}
    gauges = [gauge for gauge in verdict.gauges if gauge.decided or gauge.zone in mains]
    if gauges:
        _print(console, [""])
        _tests(console, plan, gauges)
    if verdict.changes:
        _print(console, ["", words["changes"], *(f"  {change}" for change in verdict.changes)])


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
    distinct = list(dict.fromkeys(titles))
    if not distinct:
        return
    shown = distinct if len(distinct) <= SHOWN + 2 else distinct[:SHOWN]
    yield ""
    yield words["policies"].format(n=len(distinct))
    yield from (f"  {title}" for title in shown)
    if len(shown) < len(distinct):
        yield "  " + words["policies_more"].format(n=len(distinct) - len(shown))


MOST = 20
"""So many units that are not stable are listed."""


def ranges_of(texts: Iterable[str]) -> dict[str, tuple[float, float]]:
    """By name the ends between which it is drawn.

    Examples
    --------
    >>> ranges_of(["fragile_share_min=0.15:0.25"])
    {'fragile_share_min': (0.15, 0.25)}
    """
    ranges = {}
    for text in texts:
        name, _, ends = text.partition("=")
        low, _, high = ends.partition(":")
        try:
            ranges[name.strip()] = (float(low), float(high))
        except ValueError:
            raise typer.BadParameter(
                Phrase("'{text}' is no range: write NAME=LOW:HIGH, such as fragile_share_min=0.15:0.25", text=text),
                param_hint="--within",
            ) from None
    return ranges


def print_robustness(robustness: Robustness, language: str) -> None:
    """How much of the plan is stable, by main function, and the units that are least so."""
    plan = localize(robustness.plan, language)
    words, console = catalogue("robustness", language), wide_console()
    titles = {zone.code: text_in(zone.short or zone.title, language, zone.code) for zone in plan.rulebook.zones}
    sentence = words["verdict"].format(
        n=int(robustness.stable.sum()), all=format_number(len(robustness.units), language),
        draws=format_number(len(robustness.draws), language), seed=robustness.seed,
    )  # fmt: skip
    console.print(escape(sentence))
    table = RichTable()
    for heading in ("function", "units", "stable_units", "hectares", "stable_hectares"):
        table.add_column(words[heading], justify="left" if heading == "function" else "right")
    for stable_land in robustness.land:
        figures = (stable_land.units, stable_land.stable_units, stable_land.hectares, stable_land.stable_hectares)
        table.add_row(
            escape(titles.get(stable_land.zone, stable_land.zone)),
            *(format_number(figure, language) for figure in figures),
        )
    console.print(table)
    wavering = robustness.units[~robustness.stable].sort_values(["share", "main"], kind="stable")
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
