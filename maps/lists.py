"""Lists: the units by main function as plans print them: unit, main function, overlays, area."""

from __future__ import annotations

import pandas as pd

from maps.report_editions import ReportContext, by_group, each_row
from maps.report_parts import Chapter, Grid, Leaf, Paragraph, Rows
from zoning import Plan


def list_units(plan: Plan, language: str | None = None) -> pd.DataFrame:
    """The statutory list of a plan, its titles in words.

    Parameters
    ----------
    plan : Plan
    language : {"en", "zh"}, optional
        By default the plan's own; titles of the rulebook fall back to English.

    Returns
    -------
    DataFrame
        One row a unit: jurisdiction, main function, id, name, overlay designations, area in hectares; sorted by
        jurisdiction, by main function in the order of the rulebook, by name and by id. Without sums.
    """
    edition = ReportContext(plan, language or plan.language)
    table = _sorted(plan)
    columns = {
        "jurisdiction": table["jurisdiction"],
        "main": table["main"].map(edition.title),
        "unit_id": table["unit_id"],
        "unit": table["name"],
        "overlays": table["overlays"].map(edition.overlays),
        "area_ha": table["area_ha"],
    }
    return pd.DataFrame({edition.words[key]: values for key, values in columns.items()}).reset_index(drop=True)


def unit_list(edition: ReportContext) -> Chapter:
    """The same list as a chapter of the report, with sums: a grid a jurisdiction, a group a main function."""
    leaves: list[Leaf] = [Paragraph(edition.words["list_intro"])]
    leaves += [_jurisdiction(edition, name, part) for name, part in by_group(_sorted(edition.plan), "jurisdiction")]
    return Chapter("list", edition.words["list"], tuple(leaves))


def _sorted(plan: Plan) -> pd.DataFrame:
    order = {zone.code: place for place, zone in enumerate(plan.rulebook.zones)}
    ranked = plan.zones.assign(rank=plan.zones["main"].map(order))
    return ranked.sort_values(["jurisdiction", "rank", "name", "unit_id"], kind="stable")


def _jurisdiction(edition: ReportContext, name: str, part: pd.DataFrame) -> Grid:
    extent = edition.extent(len(part), part["area_ha"].sum())
    groups = [(str(code), rows) for code, rows in part.groupby("main", sort=False)]
    return Grid(
        edition.say("with_extent", zone=name, extent=extent) if name else extent,
        edition.columns(unit="unit", unit_id="id", overlays="long", area_ha="number"),
        tuple(
            Rows(
                tuple(
                    (row.name, row.unit_id, edition.overlays(row.overlays), edition.ha(row.area_ha))
                    for row in each_row(rows)
                ),
                edition.title(code),
                edition.extent(len(rows), rows["area_ha"].sum()),
            )
            for code, rows in groups
        ),
    )
