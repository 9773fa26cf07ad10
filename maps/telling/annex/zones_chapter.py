"""The chapters on what the plan says: summary, zones, decisions, control lines."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum
from typing import Any

import pandas as pd

from maps.telling.annex.report_context import ReportContext, each_row, group_rows
from maps.telling.summaries.page_blocks import Block, Card, Cell, Chapter, Column, Figures, Grid, Paragraph, Rows, grid
from maps.words import NONE, text_in
from zoning.study import Decision
from zoning.tables import ZONES
from zoning.zones import DECISION, first_part

STATUSES = ("decided", "by_decision", "assumed", "contested", "review")


def overview(edition: ReportContext) -> Chapter:
    """The plan in figures: land by main function, jurisdiction and overlay, how each unit was settled."""
    words = edition.words
    return Chapter(
        "overview",
        words["summary"],
        (
            Figures(tuple(_key_figures(edition))),
            _by_main(edition),
            _by_jurisdiction(edition),
            _by_overlay(edition),
            _by_status(edition),
        ),
    )


def _key_figures(edition: ReportContext) -> Iterator[tuple[str, str]]:
    plan, words = edition.plan, edition.words
    yield words["planning_units"], edition.number(len(plan.zones))
    yield words["total_area"], edition.ha(edition.total_ha)
    yield words["jurisdictions"], edition.number(plan.zones["jurisdiction"].nunique())
    yield words["decisions_made"], edition.number(len(plan.study.decisions))
    for quota in plan.study.quotas:
        label = edition.say(
            "quota_total", name=edition.quota(quota.name), period=quota.period, unit=edition.unit_of(quota.unit)
        )
        yield label, edition.amount(quota.total)
    yield words["policies_in_force"], edition.number(len(plan.rulebook.policies))
    yield words["policies_that_apply"], edition.number(plan.policies["policy"].nunique())
    yield words["repairs"], edition.number(len(plan.ledger))


def _land(edition: ReportContext, areas: pd.Series) -> tuple[str, str, str]:
    whole = float(areas.sum())
    return edition.number(len(areas)), edition.ha(whole), edition.share(whole)


def _land_columns(edition: ReportContext, first: str) -> list[Column]:
    words = edition.words
    return [Column(words[first]), *(Column(words[key], "number") for key in ("units", "area_ha", "share"))]


def _by_main(edition: ReportContext) -> Grid:
    zones, words = edition.plan.zones, edition.words
    areas, mains = zones["area_ha"], [zone.code for zone in edition.plan.rulebook.zones if zone.kind == "main"]
    return grid(
        words["by_main"],
        _land_columns(edition, "main"),
        ((edition.title(code), *_land(edition, areas[zones["main"] == code])) for code in mains),
        total=(words["total"], *_land(edition, areas)),
    )


def _by_jurisdiction(edition: ReportContext) -> Grid:
    words = edition.words
    mains = [zone.code for zone in edition.plan.rulebook.zones if zone.kind == "main"]
    land = edition.plan.zones.pivot_table("area_ha", "jurisdiction", "main", "sum", fill_value=0.0)
    land = land.reindex(columns=mains, fill_value=0.0).sort_index()
    return grid(
        words["by_jurisdiction"],
        [
            Column(words["jurisdiction"]),
            *(Column(title, "number") for title in (*map(edition.title, mains), words["total"])),
        ],
        ((edition.jurisdiction(str(name)), *map(edition.ha, (*areas, areas.sum()))) for name, areas in land.iterrows()),
        total=(words["total"], *map(edition.ha, (*land.sum(), edition.total_ha))),
    )


def _by_overlay(edition: ReportContext) -> Grid:
    zones, words = edition.plan.zones, edition.words
    carried = zones["overlays"].str.split(";")
    codes = [zone.code for zone in edition.plan.rulebook.zones if zone.kind == "overlay"]
    parts = ((code, zones.loc[[code in overlays for overlays in carried], "area_ha"]) for code in codes)
    return grid(
        words["by_overlay"],
        _land_columns(edition, "overlay"),
        ((edition.title(code), *_land(edition, part)) for code, part in parts),
        note=words["overlay_note"],
    )


def _by_status(edition: ReportContext) -> Grid:
    zones, areas, words = edition.plan.zones, edition.plan.zones["area_ha"], edition.words
    return grid(
        words["by_status"],
        _land_columns(edition, "status"),
        ((words[status], *_land(edition, areas[zones["status"] == status])) for status in STATUSES),
        total=(words["total"], *_land(edition, areas)),
    )


def zones(edition: ReportContext) -> Chapter:
    """Every unit with its zone, status and reason, main function by main function; then the rules."""
    words, table, overlaid = edition.words, edition.plan.zones, _overlaid(edition)
    mains = [zone.code for zone in edition.plan.rulebook.zones if zone.kind == "main"]
    parts = [(code, table[table["main"] == code]) for code in mains]
    return Chapter(
        "zones",
        words["zones"],
        (
            Paragraph(words["zones_intro"]),
            *(_units(edition, code, part, overlaid) for code, part in parts if len(part)),
            _rules(edition),
        ),
    )


def _units(edition: ReportContext, code: str, part: pd.DataFrame, overlaid: dict[str, list[str]]) -> Grid:
    column_words = edition.column_words
    shown = column_words.shown(ZONES)

    def unit(row: Any) -> tuple[Cell, ...]:
        first, last = _unit(edition, row), (edition.plan.without_codes(row.reason), *overlaid.get(row.unit_id, []))
        return (*first, *(column_words.text(ZONES, name, getattr(row, name)) for name in shown), last)

    return Grid(
        edition.say("with_extent", zone=edition.title(code), extent=edition.extent(len(part), part["area_ha"].sum())),
        (
            *edition.columns(unit="unit", area_ha="number", overlays="text", status="word"),
            *column_words.heads(ZONES, shown),
            *edition.columns(reason="long"),
        ),
        tuple(
            Rows(
                tuple(map(unit, group)),
                edition.jurisdiction(jurisdiction),
                edition.extent(len(group), fsum(row.area_ha for row in group)),
            )
            for jurisdiction, group in sorted(group_rows(each_row(part), "jurisdiction").items())
        ),
    )


def _unit(edition: ReportContext, row: Any) -> tuple[Cell, ...]:
    return (
        (row.name, row.unit_id) if row.name and row.name != row.unit_id else row.unit_id,
        edition.ha(row.area_ha),
        edition.overlays(row.overlays),
        edition.standing(row.unit_id),
    )


def _overlaid(edition: ReportContext) -> dict[str, list[str]]:
    """Why units carry their overlays: by unit, a line a claim."""
    claims = edition.plan.claims
    overlays = [zone.code for zone in edition.plan.rulebook.zones if zone.kind == "overlay"]
    reasons: dict[str, list[str]] = {}
    for row in each_row(claims[claims["zone"].isin(overlays) & (claims["answer"] == "yes")]):
        reasons.setdefault(row.unit_id, []).append(
            edition.say("claim_said", zone=edition.title(row.zone), reason=edition.plan.without_codes(row.reason))
        )
    return reasons


def _rules(edition: ReportContext) -> Grid:
    words = edition.words
    return grid(
        words["rules"],
        edition.columns(rule="id", zone="text", when="long", priority="number", reference="text", reading="long"),
        (
            (
                rule.id,
                edition.title(rule.zone),
                edition.when(rule.when),
                str(rule.priority),
                text_in(rule.reference, edition.language),
                edition.reading(rule),
            )
            for rule in edition.plan.rulebook.rules
        ),
        note=words["lowest_wins"],
    )


def decisions(edition: ReportContext) -> Chapter:
    """What planners decided, by whom and why, beside what the rules said."""
    words = edition.words
    blocks = [Paragraph(words["decisions_intro"] if edition.plan.study.decisions else words["none"])]
    return Chapter("decisions", words["decisions"], (*blocks, *_decision_cards(edition)))


def _decision_cards(edition: ReportContext) -> Iterator[Card]:
    words, claims = edition.words, edition.plan.claims
    for position, decision in enumerate(edition.plan.study.decisions, start=1):
        unit_id = first_part(edition.plan.zones, decision.unit)
        yield Card(
            edition.unit(decision.unit),
            f"{DECISION}{position}",
            facts=(
                (words["decided_as"], edition.title(decision.main or decision.overlay or "")),
                (words["why"], text_in(decision.reason, edition.language)),
                (words["decided_by"], text_in(decision.by, edition.language)),
                (words["decided_on"], decision.date.isoformat()),
                (words["reference"], text_in(decision.reference, edition.language)),
                (words["rules_said"], _claimed_by_rules(edition, decision, claims[claims["unit_id"] == unit_id])),
            ),
        )


def _claimed_by_rules(edition: ReportContext, decision: Decision, claims: pd.DataFrame) -> str:
    """What the rules, not decisions and not the default, claim the unit for in the matter that was decided."""
    rulebook = edition.plan.rulebook
    matter = (
        {decision.overlay} if decision.main is None else {zone.code for zone in rulebook.zones if zone.kind == "main"}
    )
    rule_ids = {rule.id for rule in rulebook.rules}
    matching = claims[claims["zone"].isin(matter) & claims["rule"].isin(rule_ids)]
    if len(matching):
        answers = (
            {"zone": edition.title(row.zone), "rule": row.rule, "answer": answered(edition, row), "reason": row.reason}
            for row in each_row(matching)
        )
        return edition.words["semicolon"].join(edition.say("answer_said", **fields) for fields in answers)
    if decision.main is None:
        return edition.words["default_rule"]
    default = next(zone.code for zone in rulebook.zones if zone.default)
    return edition.say("would_be", zone=edition.title(default))


def answered(edition: ReportContext, row: Any) -> str:
    """What a rule said of a unit."""
    return edition.words.get(str(row.answer), str(row.answer))


def lines(edition: ReportContext) -> Chapter:
    """Control lines: what was claimed, what was settled, what went to a line of higher rank."""
    words, table = edition.words, edition.plan.lines
    parts = [(line.code, table[table["line"] == line.code]) for line in edition.plan.rulebook.lines]
    whole = grid(
        "",
        edition.columns(line="text", units="number", claimed_ha="number", settled_ha="number", lost_ha="number"),
        ((edition.title(code), edition.number(len(part)), *_line_land(edition, part)) for code, part in parts),
    )
    blocks: list[Block] = [Paragraph(words["lines_intro"]), whole]
    if len(table):
        blocks.append(_lines_by_unit(edition, table))
    return Chapter("lines", words["lines"], tuple(blocks))


def _line_land(edition: ReportContext, part: pd.DataFrame) -> tuple[str, str, str]:
    claimed, settled = float(part["claimed_ha"].sum()), float(part["settled_ha"].sum())
    return edition.ha(claimed), edition.ha(settled), edition.ha(max(claimed - settled, 0.0))


def _lines_by_unit(edition: ReportContext, table: pd.DataFrame) -> Grid:
    words = edition.words
    order = [line.code for line in edition.plan.rulebook.lines]
    return Grid(
        words["by_unit"],
        edition.columns(unit="text", claimed_ha="number", settled_ha="number", lost_ha="number", lost_to="text"),
        tuple(
            Rows(
                tuple(
                    (
                        edition.unit(row.unit_id),
                        edition.ha(row.claimed_ha),
                        edition.ha(row.settled_ha),
                        edition.ha(max(row.claimed_ha - row.settled_ha, 0.0)),
                        edition.lost(row.lost_to, row._asdict()) or NONE,
                    )
                    for row in part
                ),
                edition.title(code),
            )
            for code, part in sorted(group_rows(each_row(table), "line").items(), key=lambda pair: order.index(pair[0]))
        ),
    )
