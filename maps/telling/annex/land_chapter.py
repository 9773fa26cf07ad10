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
    norms, contents = norms_in(plan), contents_of(derived_measures(plan), plan.renderer)
    blocks: list[Block] = [Paragraph(words["land_intro"])]
    for norm in plan.rulebook.norms:
        blocks.append(_norm_card(edition, norm))
        blocks.append(_places(edition, norms[norms["norm"] == norm.id]))
    for measure in derived_in(plan):
        blocks.append(_derived_card(edition, measure))
        by_unit = {unit: link for unit, links in contents.items() for link in links if link["measure"] == measure.name}
        blocks.append(_values(edition, measure, by_unit))
    return Chapter("land", words["land"], tuple(blocks))


def unit_land(
    edition: ReportContext, derived: Iterable[dict[str, Any]], norms: Iterable[dict[str, Any]]
) -> Iterator[Block]:
    """What a dossier says of the derived measures of a unit and of the norms where it belongs, from its explanation."""
    words = edition.words
    values = [
        (
            text_in(link["title"], edition.language, link["measure"]),
            derived_value(link, edition.language) or NONE,
            _unit_title(edition, link["unit"]),
            (why_text(link, edition.language), link["reference"]),
        )
        for link in derived
    ]
    if values:
        columns = edition.columns(name="text", value="number", unit_of_measure="text", reason="long")
        yield grid(words["derived"], columns, values)
    norm_rows = [
        (
            text_in(norm["title"], edition.language, norm["norm"]),
            norm["place"] or words["whole_study"],
            words[f"norm_{norm['answer']}"],
            (norm["facts"], norm["reference"]),
        )
        for norm in norms
    ]
    if norm_rows:
        yield grid(words["norms"], edition.columns(name="text", place="text", kept="word", reason="long"), norm_rows)


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


def _derived_card(edition: ReportContext, measure: Derived) -> Card:
    words = edition.words
    of_region = isinstance(measure, Membership)
    table = _members(edition, measure) if isinstance(measure, Membership) else _bands(edition, measure)
    return Card(
        text_in(measure.title, edition.language, measure.name),
        measure.name,
        edition.doubt(measure),
        (
            (words["unit_of_measure"], _unit_title(edition, measure.unit)),
            (words["members" if of_region else "bands"], words["semicolon"].join(table)),
            (words["reference"], text_in(measure.reference, edition.language)),
            (words["since"], edition.day(measure.since)),
        ),
    )


def _bands(edition: ReportContext, measure: Derived) -> Iterator[str]:
    """The rows of a graded table: when each counts, and the value, in titles."""
    table = measure.among(edition.plan.measures.columns).table
    for position, band in enumerate(table, start=1):
        truth = band.value in {"TRUE", "FALSE"}
        text = edition.yes(band.value == "TRUE") if truth else edition.calculation(band.value)
        if band.when != "TRUE":
            yield edition.say("band", n=edition.number(position), when=edition.when(band.when), value=text)
        else:
            yield text if len(table) == 1 else edition.say("band_else", n=edition.number(position), value=text)


def _members(edition: ReportContext, membership: Membership) -> Iterator[str]:
    """The places that lie in a region, each with the codes by which its units are known, and what a layer draws."""
    say, region = edition.say, membership.region
    for location in membership.places:
        how = [edition.when(location.when_by_id), edition.words["or_by_jurisdiction"] if location.names else ""]
        text = edition.words["semicolon"].join(filter(None, how))
        yield say("member", place=text_in(location.title, edition.language, location.code), how=text)
    if region.drawn_by and region.on(edition.plan.study.date):
        known = {location.code: text_in(location.title, edition.language) for location in edition.plan.rulebook.places}
        role = edition.role(region.drawn_by)
        partly = edition.words["and"].join(known[code] for code in region.partly if code in known)
        yield say("member_partly", role=role, places=partly) if partly else say("member_drawn", role=role)


def _values(edition: ReportContext, measure: Derived, links: Mapping[str, Mapping[str, Any]]) -> Grid:
    columns = (
        Column(edition.words["unit"], "unit"),
        Column(edition.words["value"], "number" if measure.type == "number" else "text"),
        Column(edition.words["reason"], "long"),
    )
    rows = (
        (edition.unit(unit), value_text(link["value"], edition.language) or NONE, why_text(link, edition.language))
        for unit, link in links.items()
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
    for neighbour in siting.beside:
        what = edition.role(neighbour.role) if neighbour.role else edition.source(neighbour.layer or "")
        fields = {"points": f"{neighbour.points:+g}", "what": what, "n": edition.number(neighbour.within_m)}
        yield edition.say("beside_line", **fields)


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


def unit_sites(edition: ReportContext, siting: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """What the dossier of a unit says of the land that a quota takes, from its explanation."""
    if siting is None:
        return
    words = edition.words
    if siting["patches"]:
        fields = {"n": edition.number(siting["placed_ha"], 2), "patches": edition.number(siting["patches"])}
        scores = {"score": edition.measured(siting["score_mean"]), "bound": edition.measured(siting["score_bound"])}
        yield words["placed_label"], edition.say("placed_line", **fields, **scores)
    if siting["why"]:
        yield (
            words["not_placed_label"],
            edition.say("not_placed_line", n=edition.number(siting["unplaced_ha"], 2), why=siting["why"]),
        )
