"""The chapter on the rules of the field: what the rulebook derives for each unit and why, and which norms are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from maps.lettering import NONE, format_number
from maps.report_editions import ReportContext, each_row
from maps.report_parts import Card, Chapter, Column, Grid, Leaf, Paragraph, grid
from zoning import Derived, Norm, derived_in, explain_measures, norms_in, text_in, value_text, why_text


def land(edition: ReportContext) -> Chapter:
    """Each norm with the places where it is kept or not, then each derived measure with its table and its values."""
    words, plan = edition.words, edition.plan
    found, told = norms_in(plan, edition.language), explain_measures(plan, plan.units.index)
    leaves: list[Leaf] = [Paragraph(words["land_intro"])]
    for norm in plan.rulebook.norms:
        leaves.append(_norm_card(edition, norm))
        leaves.append(_places(edition, found[found["norm"] == norm.id]))
    for place, one in enumerate(derived_in(plan)):
        leaves.append(_derived_card(edition, one))
        leaves.append(_values(edition, one, {unit: links[place] for unit, links in told.items()}))
    return Chapter("land", words["land"], tuple(leaves))


def unit_land(
    edition: ReportContext, derived: Iterable[dict[str, Any]], norms: Iterable[dict[str, Any]]
) -> Iterator[Leaf]:
    """What a dossier says of the derived measures of a unit and of the norms where it belongs, from its explanation."""
    words = edition.words
    values = [
        (
            text_in(one["title"], edition.language, one["measure"]),
            value_text(one["value"]) or NONE,
            _unit_title(edition, one["unit"]),
            (why_text(one, edition.language), one["reference"]),
        )
        for one in derived
    ]
    if values:
        columns = edition.columns(name="text", value="number", unit_of_measure="text", reason="long")
        yield grid(words["derived"], columns, values)
    kept = [
        (
            text_in(one["title"], edition.language, one["norm"]),
            one["place"] or words["whole_study"],
            words[f"norm_{one['answer']}"],
            (one["facts"], one["reference"]),
        )
        for one in norms
    ]
    if kept:
        yield grid(words["norms"], edition.columns(name="text", place="text", kept="word", reason="long"), kept)


def _norm_card(edition: ReportContext, norm: Norm) -> Card:
    words = edition.words
    facts = ((words["holds"], norm.holds), (words["asked_of"], norm.level), (words["reference"], norm.reference))
    title, doubt = text_in(norm.title, edition.language, norm.id), "" if norm.verified else words["unseen"]
    return Card(title, norm.id, doubt, facts)


def _places(edition: ReportContext, rows: pd.DataFrame) -> Grid:
    """Places where a norm is not kept first, then those where nobody can say."""
    words = edition.words
    order = {"no": 0, "unknown": 1, "yes": 2}
    sorted_rows = rows.sort_values("answer", key=lambda answers: answers.map(order), kind="stable")
    cells = (
        (
            edition.unit(row.place) if row.level == "unit" else row.place or words["whole_study"],
            words[f"norm_{row.answer}"],
            row.facts,
        )
        for row in each_row(sorted_rows)
    )
    return grid("", edition.columns(place="unit", kept="word", reason="long"), cells)


def _derived_card(edition: ReportContext, one: Derived) -> Card:
    words = edition.words
    table = [
        edition.say("band", n=format_number(place), when=edition.when(band.when), value=band.value)
        for place, band in enumerate(one.bands, start=1)
    ]
    return Card(
        text_in(one.title, edition.language, one.name),
        one.name,
        "" if one.verified else words["unseen"],
        (
            (words["unit_of_measure"], _unit_title(edition, one.unit)),
            (words["bands"], words["semicolon"].join(table)),
            (words["reference"], one.reference),
            (words["since"], edition.day(one.since)),
        ),
    )


def _values(edition: ReportContext, one: Derived, told: Mapping[str, Mapping[str, Any]]) -> Grid:
    columns = (
        Column(edition.words["unit"], "unit"),
        Column(edition.words["value"], "number" if one.type == "number" else "text"),
        Column(edition.words["reason"], "long"),
    )
    rows = (
        (edition.unit(unit), value_text(one["value"]) or NONE, why_text(one, edition.language))
        for unit, one in told.items()
    )
    return grid("", columns, rows)


def _unit_title(edition: ReportContext, unit: str) -> str:
    return "" if unit == "1" else edition.unit_of(unit)
