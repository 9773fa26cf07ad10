"""The chapter on the land that quotas take: how it was chosen, unit by unit what was placed, and what was not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from layers import Quota, Siting
from maps.lettering import NONE, format_measure, format_number
from maps.report_editions import ReportContext, each_row
from maps.report_parts import Card, Cell, Chapter, Leaf, Paragraph, grid
from zoning import name_text, why_unplaced


def sites(edition: ReportContext) -> Chapter:
    """Each quota that is sited: its rules, then every unit with what was placed and how well."""
    leaves: list[Leaf] = [Paragraph(edition.words["sites_intro"])]
    for quota in edition.plan.study.quotas:
        if quota.siting is not None:
            table = edition.plan.sitings
            rows = table[(table["quota"] == quota.name) & (table["period"] == quota.period)]
            leaves += [_rules(edition, quota, quota.siting, rows), _site_grid(edition, quota, quota.siting, rows)]
    return Chapter("sites", edition.words["sites"], tuple(leaves))


def _rules(edition: ReportContext, quota: Quota, siting: Siting, rows: pd.DataFrame) -> Card:
    words, say = edition.words, edition.say
    prefer = words[f"prefer_{siting.prefer}"] if siting.prefer else words["prefer_none"]
    exact = (
        say("least_patch", n=format_measure(siting.min_patch_ha)) if siting.min_patch_ha else words["no_least_patch"]
    )
    gap = rows["gap_pct"].max()
    return Card(
        f"{name_text(quota.name)} {quota.period}",
        facts=(
            (words["asked_ha"], edition.ha(rows["asked_ha"].sum())),
            (words["placed_ha"], edition.ha(rows["placed_ha"].sum())),
            (words["unplaced_ha"], edition.ha(rows["unplaced_ha"].sum())),
            (words["patches"], format_number(rows["patches"].sum())),
            (words["sited_by"], say("sited_cells", layer=siting.layer) if siting.layer else words["sited_pieces"]),
            (words["suitability"], say("surface", surface=siting.surface, prefer=prefer) if siting.layer else ""),
            (words["only_where"], edition.when(siting.where)),
            (words["boundary"], edition.yes(siting.boundary)),
            *((words["merits"], line) for line in _points(edition, siting)),
            (words["min_patch"], exact),
            (words["neighbours"], words[f"neighbours_{siting.neighbours}"]),
            (words["last"], words[f"last_{siting.last}"]),
            (words["gap_pct"], NONE if pd.isna(gap) else format_measure(gap)),
        ),
    )


def _points(edition: ReportContext, siting: Siting) -> Iterator[str]:
    for merit in siting.merits:
        yield edition.say("merit_line", points=f"{merit.points:+g}", when=edition.when(merit.when), reason=merit.reason)
    for one in siting.beside:
        told = {"points": f"{one.points:+g}", "what": one.role or one.layer, "n": format_number(one.within_m)}
        yield edition.say("beside_line", **told)


def _site_grid(edition: ReportContext, quota: Quota, siting: Siting, rows: pd.DataFrame) -> Leaf:
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
        f"{name_text(quota.name)} {quota.period}",
        columns,
        (_site_row(edition, siting, row) for row in each_row(rows)),
        total=(words["total"], *sums, format_number(rows["patches"].sum()), "", "", "", ""),
    )


def _site_row(edition: ReportContext, siting: Siting, row: Any) -> tuple[Cell, ...]:
    name = edition.unit(row.unit_id)
    because = row.unplaced_because
    why = why_unplaced(because, siting.min_patch_ha, edition.language) if because else ""
    return (
        (name, why) if why else name,
        *(format_number(value, 2) for value in (row.asked_ha, row.placed_ha, row.unplaced_ha)),
        format_number(row.patches),
        *(
            NONE if pd.isna(value) else format_measure(value)
            for value in (row.value_mean, row.score_mean, row.score_bound)
        ),
        NONE if pd.isna(row.gap_pct) else format_measure(row.gap_pct),
    )


def unit_sites(edition: ReportContext, said: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """What the dossier of a unit says of the land that a quota takes, from its explanation."""
    if said is None:
        return
    words = edition.words
    if said["patches"]:
        told = {"n": format_number(said["placed_ha"], 2), "patches": format_number(said["patches"])}
        scores = {"score": format_measure(said["score_mean"]), "bound": format_measure(said["score_bound"])}
        yield words["placed_label"], edition.say("placed_line", **told, **scores)
    if said["why"]:
        yield (
            words["not_placed_label"],
            edition.say("not_placed_line", n=format_number(said["unplaced_ha"], 2), why=said["why"]),
        )
