"""The chapters on what is open: units contested or to be reviewed, and what the plan misses or does for nothing."""

from __future__ import annotations

from typing import Any

import pandas as pd

from maps.telling.annex.report_context import ReportContext, by_group, each_row
from maps.telling.annex.zones_chapter import answered
from maps.telling.summaries.page_blocks import Block, Card, Chapter, Grid, Names, Paragraph, grid
from zoning.zones import OPEN

TOLD = 40
"""So many units are told in full; more of the same claims would only make the report longer."""


def open_units(edition: ReportContext) -> Chapter:
    """Contested units and units to be reviewed, each with every claim made on it; beyond ``TOLD``, each by its kind."""
    words, table = edition.words, edition.plan.zones
    waiting = table[table["status"].isin(OPEN)]
    claims = dict(by_group(edition.plan.claims[edition.plan.claims["unit_id"].isin(waiting["unit_id"])], "unit_id"))
    kinds = waiting.assign(kind=[_kind(edition, row, claims[row.unit_id]) for row in each_row(waiting)])
    in_full = _in_full(kinds)
    blocks: list[Block] = [Paragraph(words["open_intro"] if len(waiting) else words["none"])]
    if len(in_full) < len(waiting):
        blocks = [Paragraph(edition.say("open_told", n=edition.number(len(in_full)), all=edition.number(len(waiting))))]
    conflicts = edition.plan.conflicts
    blocks += [
        _open_unit(edition, row, claims[row.unit_id], conflicts[conflicts["unit_id"] == row.unit_id])
        for row in each_row(in_full)
    ]
    rest = kinds.drop(index=in_full.index)
    blocks += [_like(edition, part) for _, part in rest.groupby("kind", sort=True)]
    near = conflicts[conflicts["near"].astype(bool)]
    if len(near):
        blocks.append(_near(edition, near))
    return Chapter("open", words["open_units"], tuple(blocks))


def _kind(edition: ReportContext, row: Any, claims: pd.DataFrame) -> tuple[Any, ...]:
    """What units have in common that wait for the same answer."""
    made = zip(claims["zone"], claims["rule"], claims["answer"], strict=True)
    return (OPEN.index(row.status), edition.standing(row.unit_id), row.main, *made)


def _in_full(waiting: pd.DataFrame) -> pd.DataFrame:
    """The units told in full: contested ones first, and of each kind the first ones; in the order of the plan."""
    if len(waiting) <= TOLD:
        return waiting
    ranked = waiting.assign(settled=waiting["status"] != OPEN[0], nth=waiting.groupby("kind").cumcount())
    return waiting.loc[ranked.sort_values(["settled", "nth"], kind="stable").index[:TOLD].sort_values()]


def _open_unit(edition: ReportContext, row: Any, claims: pd.DataFrame, margins: pd.DataFrame) -> Card:
    words = edition.words
    facts = (
        (words["jurisdiction"], edition.jurisdiction(row.jurisdiction)),
        (words["main"], edition.title(row.main)),
        (words["margins"], _margins(edition, margins)),
        (words["smallest_change"], _smallest(edition, margins) if row.status == "contested" else ""),
    )
    return Card(
        row.name or row.unit_id, row.unit_id, edition.standing(row.unit_id), facts, grid=_claims(edition, claims)
    )


def _like(edition: ReportContext, part: pd.DataFrame) -> Card:
    """Units of one kind by their names, under what they have in common."""
    _, standing, main, *made = part["kind"].iloc[0]
    words = edition.words
    claims = (
        edition.say("claim_answered", zone=edition.title(zone), rule=rule, answer=words.get(answer, answer))
        for zone, rule, answer in made
    )
    return Card(
        edition.title(main),
        warning=standing,
        facts=((words["claims"], words["semicolon"].join(claims)),),
        names=(Names(edition.counted(len(part)), tuple(edition.unit(unit_id) for unit_id in part["unit_id"])),),
    )


def _margins(edition: ReportContext, margins: pd.DataFrame) -> str:
    sentences = (edition.say("rule_said", rule=row.rule, reason=row.reason) for row in each_row(margins))
    return edition.words["semicolon"].join(sentences)


def _smallest(edition: ReportContext, margins: pd.DataFrame) -> str:
    """The one change of one indicator that is the smallest, in words."""
    smallest = margins[margins["smallest"].astype(bool)]
    return edition.words["no_change"] if smallest.empty else str(smallest["reason"].iloc[0])


def _near(edition: ReportContext, near: pd.DataFrame) -> Grid:
    return grid(
        edition.words["near_units"],
        edition.columns(unit="text", rule="id", reason="long"),
        ((edition.unit(row.unit_id), row.rule, row.reason) for row in each_row(near)),
        note=edition.words["near_note"],
    )


def _claims(edition: ReportContext, claims: pd.DataFrame) -> Grid:
    return grid(
        "",
        edition.columns(zone="text", rule="id", answer="word", reason="long"),
        (
            (edition.title(row.zone), row.rule, answered(edition, row), _grounds(edition, row))
            for row in each_row(claims)
        ),
    )


def _grounds(edition: ReportContext, row: Any) -> tuple[str, ...]:
    return (row.reason, *edition.clauses(row))


def findings(edition: ReportContext) -> Chapter:
    """Every finding on the plan, warnings before notes."""
    words = edition.words
    listed = edition.plan.findings
    columns = edition.columns(level_of="word", said="long", cases="number")
    rows = ((words[f"level_{finding.level}"], finding.text, edition.number(finding.count)) for finding in listed)
    blocks = (Paragraph(words["findings_intro"]), grid("", columns, rows)) if listed else (Paragraph(words["none"]),)
    return Chapter("findings", words["findings"], blocks)
