"""The chapters on land: what the rulebook derives and asks of it, and where quotas take it on the ground."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from maps.telling.annex.report_context import ReportContext, each_row
from maps.telling.explanations.explanation_content import derived_measures
from maps.telling.explanations.explanation_text import derived_value, value_text, why_text
from maps.telling.explanations.records_in_words import contents_of
from maps.telling.summaries.page_blocks import Block, Card, Cell, Chapter, Column, Grid, Paragraph, grid
from maps.words import NONE, text_in
from zoning.pipeline import derived_in
from zoning.quotas import why_unplaced
from zoning.rulebook import Derived, Membership, Norm
from zoning.study import Quota, Siting
from zoning.zones import norms_in


def land(edition: ReportContext) -> Chapter:
    """Each norm with the places where it is kept or not, then each derived measure with its table and its values."""
    words, plan = edition.words, edition.plan
    found, told = norms_in(plan), contents_of(derived_measures(plan), plan.renderer)
    blocks: list[Block] = [Paragraph(words["land_intro"])]
    for norm in plan.rulebook.norms:
        blocks.append(_norm_card(edition, norm))
        blocks.append(_places(edition, found[found["norm"] == norm.id]))
    for one in derived_in(plan):
        blocks.append(_derived_card(edition, one))
        own = {unit: link for unit, links in told.items() for link in links if link["measure"] == one.name}
        blocks.append(_values(edition, one, own))
    return Chapter("land", words["land"], tuple(blocks))


def unit_land(
    edition: ReportContext, derived: Iterable[dict[str, Any]], norms: Iterable[dict[str, Any]]
) -> Iterator[Block]:
    """What a dossier says of the derived measures of a unit and of the norms where it belongs, from its explanation."""
    words = edition.words
    values = [
        (
            text_in(one["title"], edition.language, one["measure"]),
            derived_value(one, edition.language) or NONE,
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
    reference = text_in(norm.reference, edition.language)
    asked_of = words["whole_study"] if norm.level == "study" else edition.level(norm.level)
    facts = ((words["holds"], edition.when(norm.holds)), (words["asked_of"], asked_of), (words["reference"], reference))
    title, doubt = text_in(norm.title, edition.language, norm.id), edition.doubt(norm)
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
            edition.plan.renderer.render(row.facts),
        )
        for row in each_row(sorted_rows)
    )
    return grid("", edition.columns(place="unit", kept="word", reason="long"), cells)


def _derived_card(edition: ReportContext, one: Derived) -> Card:
    words = edition.words
    of_region = isinstance(one, Membership)
    table = _members(edition, one) if isinstance(one, Membership) else _bands(edition, one)
    return Card(
        text_in(one.title, edition.language, one.name),
        one.name,
        edition.doubt(one),
        (
            (words["unit_of_measure"], _unit_title(edition, one.unit)),
            (words["members" if of_region else "bands"], words["semicolon"].join(table)),
            (words["reference"], text_in(one.reference, edition.language)),
            (words["since"], edition.day(one.since)),
        ),
    )


def _bands(edition: ReportContext, one: Derived) -> Iterator[str]:
    """The rows of a graded table: when each counts, and the value, in titles."""
    table = one.among(edition.plan.measures.columns).table
    for place, band in enumerate(table, start=1):
        truth = band.value in {"TRUE", "FALSE"}
        told = edition.yes(band.value == "TRUE") if truth else edition.calculation(band.value)
        if band.when != "TRUE":
            yield edition.say("band", n=edition.number(place), when=edition.when(band.when), value=told)
        else:
            yield told if len(table) == 1 else edition.say("band_else", n=edition.number(place), value=told)


def _members(edition: ReportContext, one: Membership) -> Iterator[str]:
    """The places that lie in a region, each with the codes by which its units are known, and what a layer draws."""
    say, region = edition.say, one.region
    for place in one.places:
        how = [edition.when(place.when_by_id), edition.words["or_by_jurisdiction"] if place.names else ""]
        told = edition.words["semicolon"].join(filter(None, how))
        yield say("member", place=text_in(place.title, edition.language, place.code), how=told)
    if region.drawn_by and region.on(edition.plan.study.date):
        known = {place.code: text_in(place.title, edition.language) for place in edition.plan.rulebook.places}
        role = edition.role(region.drawn_by)
        partly = edition.words["and"].join(known[code] for code in region.partly if code in known)
        yield say("member_partly", role=role, places=partly) if partly else say("member_drawn", role=role)


def _values(edition: ReportContext, one: Derived, told: Mapping[str, Mapping[str, Any]]) -> Grid:
    columns = (
        Column(edition.words["unit"], "unit"),
        Column(edition.words["value"], "number" if one.type == "number" else "text"),
        Column(edition.words["reason"], "long"),
    )
    rows = (
        (edition.unit(unit), value_text(one["value"], edition.language) or NONE, why_text(one, edition.language))
        for unit, one in told.items()
    )
    return grid("", columns, rows)


def _unit_title(edition: ReportContext, unit: str) -> str:
    return "" if unit == "1" else edition.unit_of(unit)


def sites(edition: ReportContext) -> Chapter:
    """Each quota that is sited: its rules, then every unit with what was placed and how well."""
    blocks: list[Block] = [Paragraph(edition.words["sites_intro"])]
    for quota in edition.plan.study.quotas:
        if quota.siting is not None:
            table = edition.plan.sitings
            rows = table[(table["quota"] == quota.name) & (table["period"] == quota.period)]
            blocks += [_rules(edition, quota, quota.siting, rows), _site_grid(edition, quota, quota.siting, rows)]
    return Chapter("sites", edition.words["sites"], tuple(blocks))


def _rules(edition: ReportContext, quota: Quota, siting: Siting, rows: pd.DataFrame) -> Card:
    words, say = edition.words, edition.say
    prefer = words[f"prefer_{siting.prefer}"] if siting.prefer else words["prefer_none"]
    exact = (
        say("least_patch", n=edition.measured(siting.min_patch_ha)) if siting.min_patch_ha else words["no_least_patch"]
    )
    gap, layer = rows["gap_pct"].max(), edition.source(siting.layer or "")
    return Card(
        f"{edition.quota(quota.name)} {quota.period}",
        facts=(
            (words["asked_ha"], edition.ha(rows["asked_ha"].sum())),
            (words["placed_ha"], edition.ha(rows["placed_ha"].sum())),
            (words["unplaced_ha"], edition.ha(rows["unplaced_ha"].sum())),
            (words["patches"], edition.number(rows["patches"].sum())),
            (words["sited_by"], say("sited_cells", layer=layer) if layer else words["sited_pieces"]),
            (words["suitability"], say("surface", surface=siting.surface, prefer=prefer) if siting.layer else ""),
            (words["only_where"], edition.when(siting.where)),
            (words["boundary"], edition.yes(siting.boundary)),
            *((words["merits"], line) for line in _points(edition, siting)),
            (words["min_patch"], exact),
            (words["neighbours"], words[f"neighbours_{siting.neighbours}"]),
            (words["last"], words[f"last_{siting.last}"]),
            (words["gap_pct"], NONE if pd.isna(gap) else edition.measured(gap)),
        ),
    )


def _points(edition: ReportContext, siting: Siting) -> Iterator[str]:
    for merit in siting.merits:
        yield edition.say("merit_line", points=f"{merit.points:+g}", when=edition.when(merit.when), reason=merit.reason)
    for one in siting.beside:
        what = edition.role(one.role) if one.role else edition.source(one.layer or "")
        told = {"points": f"{one.points:+g}", "what": what, "n": edition.number(one.within_m)}
        yield edition.say("beside_line", **told)


def _site_grid(edition: ReportContext, quota: Quota, siting: Siting, rows: pd.DataFrame) -> Block:
    words = edition.words
    columns = edition.columns(
        name="unit",
        asked_ha="number",
        placed_ha="number",
        unplaced_ha="number",
        patches="number",
        value_mean="number",
        score_mean="number",
        score_bound="number",
        gap_pct="number",
    )
    sums = [edition.ha(rows[name].sum()) for name in ("asked_ha", "placed_ha", "unplaced_ha")]
    return grid(
        f"{edition.quota(quota.name)} {quota.period}",
        columns,
        (_site_row(edition, siting, row) for row in each_row(rows)),
        total=(words["total"], *sums, edition.number(rows["patches"].sum()), "", "", "", ""),
    )


def _site_row(edition: ReportContext, siting: Siting, row: Any) -> tuple[Cell, ...]:
    name = edition.unit(row.unit_id)
    because = row.unplaced_because
    why = edition.plan.renderer.render(why_unplaced(because, siting.min_patch_ha)) if because else ""
    return (
        (name, why) if why else name,
        *(edition.number(value, 2) for value in (row.asked_ha, row.placed_ha, row.unplaced_ha)),
        edition.number(row.patches),
        *(
            NONE if pd.isna(value) else edition.measured(value)
            for value in (row.value_mean, row.score_mean, row.score_bound)
        ),
        NONE if pd.isna(row.gap_pct) else edition.measured(row.gap_pct),
    )


def unit_sites(edition: ReportContext, said: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """What the dossier of a unit says of the land that a quota takes, from its explanation."""
    if said is None:
        return
    words = edition.words
    if said["patches"]:
        told = {"n": edition.number(said["placed_ha"], 2), "patches": edition.number(said["patches"])}
        scores = {"score": edition.measured(said["score_mean"]), "bound": edition.measured(said["score_bound"])}
        yield words["placed_label"], edition.say("placed_line", **told, **scores)
    if said["why"]:
        yield (
            words["not_placed_label"],
            edition.say("not_placed_line", n=edition.number(said["unplaced_ha"], 2), why=said["why"]),
        )
