"""The chapter on the indices of the plan: how each is made, and what it is made of in every unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from maps.telling.annex.report_context import ReportContext
from maps.telling.explanations.explanation_content import derived_measures
from maps.telling.explanations.records_in_words import contents_of
from maps.telling.summaries.page_blocks import Block, Card, Cell, Chapter, Column, Grid, Paragraph, grid
from maps.words import NONE, text_in
from zoning.study import PlanIndex, RasterTerms

Link = Mapping[str, Any]


def indices(edition: ReportContext) -> Chapter:
    """Each index with its terms, then every unit with the parts of its score, the highest first."""
    plan, words = edition.plan, edition.words
    contents = contents_of(derived_measures(plan), plan.renderer)
    blocks: list[Block] = [Paragraph(words["indices_intro"])]
    for index in plan.study.indices:
        links = {unit: link for unit, several in contents.items() for link in several if link["measure"] == index.name}
        ranked = sorted(links.items(), key=lambda pair: _order(pair[1]))
        blocks += [_card(edition, index, [link for _, link in ranked]), _grid(edition, index, ranked)]
    return Chapter("indices", words["indices"], tuple(blocks))


def _order(link: Link) -> tuple[bool, float]:
    """The highest first, those without a value last."""
    return link["value"] is None, -float(link["value"] or 0)


def _card(edition: ReportContext, index: PlanIndex, links: Iterable[Link]) -> Card:
    words = edition.words
    title = text_in(index.title, edition.language) if index.title else edition.measure(index.name)
    facts: list[tuple[str, str]] = []
    if index.access is not None:
        terms = index.access
        facts = [
            (words["index_method"], words[f"method_{terms.method}"]),
            (words["index_reach"], edition.measured(terms.reach)),
            (words["index_people"], edition.measure(terms.people)),
            (words["index_standard"], _standard(edition, terms.standard)),
        ]
    elif index.rasters is not None and index.rasters.derive is not None:
        facts = [(words["index_derived"], edition.measure(index.rasters.derive)), _layers(edition, index.rasters)]
    elif index.areal is not None:
        layer = edition.measure(index.areal.layer)
        facts = [(words["index_areal"], edition.say("index_areal_column", column=index.areal.column, layer=layer))]
    elif index.capacity is not None:
        needs = index.capacity.needs.items()
        each = (edition.say("need", name=edition.measure(name), value=edition.measured(need)) for name, need in needs)
        needed = "index_needs" if index.capacity.per == "person" else "index_needs_ha"
        facts = [(words[needed], words["semicolon"].join(each))]
    else:
        parts = next((link["parts"] for link in links if link["parts"]), ())
        weights = (
            edition.say("need", name=edition.measure(part["name"]), value=edition.measured(part["weight"]))
            for part in parts
        )
        chosen = words[f"weights_{'given' if isinstance(index.weights, dict) else index.weights}"]
        if index.weights == "ahp":
            chosen = edition.say("weights_ahp", ratio=edition.measured(index.judged[1]))
        less = (edition.measure(name) for name in index.cost)
        facts = [
            (words["index_aggregate"], words[f"aggregate_{index.aggregate}"]),
            (words["index_normalise"], words[f"normalise_{index.scale}"]),
            (words["index_weights"], words["semicolon"].join((chosen, *weights))),
            (words["index_cost"], words["semicolon"].join(less)),
        ]
        facts += [_layers(edition, index.rasters)] if index.rasters is not None else []
    reference = text_in(index.reference, edition.language) if index.reference else ""
    return Card(title, index.name, facts=(*facts, (words["reference"], reference)))


def _layers(edition: ReportContext, terms: RasterTerms) -> tuple[str, str]:
    """Of which layers it is made, cell by cell."""
    words = edition.words
    each = (
        edition.measure(layer) if layer == name else f"{edition.measure(layer)} ({name})"
        for name, layer in terms.layers.items()
    )
    return words["index_rasters"], words["semicolon"].join(each)


def _standard(edition: ReportContext, standard: float | Mapping[str, float] | None) -> str:
    if standard is None:
        return ""
    if not isinstance(standard, Mapping):
        return edition.measured(standard)
    each = (
        edition.say("need", name=edition.title(zone), value=edition.measured(need)) for zone, need in standard.items()
    )
    return edition.words["semicolon"].join(each)


def _grid(edition: ReportContext, index: PlanIndex, ranked: Iterable[tuple[str, Link]]) -> Grid:
    words = edition.words
    head = [Column(words["unit"], "unit"), Column(words["index_order"], "number"), Column(words["value"], "number")]
    measures = edition.plan.measures
    if index.of:
        further = [Column(edition.measure(name), "number") for name in index.of]
    else:
        names = [name for name in (*index.measures[1:], *index.standards) if name in measures.columns]
        further = [
            Column(edition.measure(name), "text" if name.endswith("_limited_by") else "number") for name in names
        ]
        further += [Column(words["index_parts"], "long")]
    rows: list[tuple[Cell, ...]] = []
    for rank, (unit, entry) in enumerate(ranked, start=1):
        value = NONE if entry["value"] is None else edition.measured(entry["value"])
        cells: list[Cell] = [edition.unit(unit), NONE if entry["value"] is None else edition.number(rank), value]
        if index.of:
            by_name = {part["name"]: part for part in entry["parts"]}
            cells += [_part(edition, by_name.get(name)) for name in index.of]
        else:
            row = measures.loc[unit]
            cells += [
                edition.measure(str(row[name])) if name.endswith("_limited_by") else edition.measured(row[name])
                for name in names
            ]
            cells += [tuple(link["reason"] for link in entry["links"]) or entry["calculation"] or NONE]
        rows.append(tuple(cells))
    return grid("", [*head, *further], rows, note=words["index_part_note"] if index.of else "")


def _part(edition: ReportContext, part: Link | None) -> Cell:
    if part is None:
        return NONE
    score = edition.say("index_score", score=edition.measured(part["score"]))
    return edition.measured(part["value"]), score
