"""Negative lists in report and dossier: which hold where, and what they say; and the list of units by main function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import fsum
from typing import Any

import pandas as pd

from maps.telling.annex.report_context import ReportContext, each_row, group_rows
from maps.telling.explanations.industry_query import coverage_of, items_at, list_titles, lists_at
from maps.telling.summaries.page_blocks import Block, Card, Cell, Chapter, Column, Grid, Paragraph, Rows, grid
from maps.words import LocalizedPlan, catalogue, coverage_text, reading_text, text_in
from zoning.pipeline import TREATMENTS
from zoning.policies import count_industries
from zoning.rulebook import OWN


def unit_list(edition: ReportContext) -> Chapter:
    """The statutory list of a plan with sums: a grid a jurisdiction, a group a main function."""
    blocks: list[Block] = [Paragraph(edition.words["list_intro"])]
    places = group_rows(each_row(_sorted(edition.plan)), "jurisdiction")
    blocks += [_jurisdiction(edition, name, part) for name, part in places.items()]
    return Chapter("list", edition.words["list"], tuple(blocks))


def _sorted(plan: LocalizedPlan) -> pd.DataFrame:
    order = {zone.code: rank for rank, zone in enumerate(plan.rulebook.zones)}
    ranked = plan.zones.assign(rank=plan.zones["main"].map(order))
    return ranked.sort_values(["jurisdiction", "rank", "name", "unit_id"], kind="stable")


def _jurisdiction(edition: ReportContext, name: str, part: Sequence[Any]) -> Grid:
    extent = edition.extent(len(part), fsum(row.area_ha for row in part))
    return Grid(
        edition.say("with_extent", zone=edition.jurisdiction(name), extent=extent) if name else extent,
        edition.columns(unit="unit", unit_id="id", overlays="long", area_ha="number"),
        tuple(
            Rows(
                tuple((row.name, row.unit_id, edition.overlays(row.overlays), edition.ha(row.area_ha)) for row in rows),
                edition.title(code),
                edition.extent(len(rows), fsum(row.area_ha for row in rows)),
            )
            for code, rows in group_rows(part, "main").items()
        ),
    )


def industries(edition: ReportContext) -> Chapter:
    """Each negative list: in how many units it holds, how much it touches, and its items by section."""
    words, table = edition.words, edition.plan.industries
    blocks: list[Block] = [Paragraph(edition.say("industries_intro", name=edition.plan.rulebook.branches.name))]
    if table.empty:
        return Chapter("industries", words["industries"], (*blocks, Paragraph(words["none"])))
    lists = [(str(name), part) for name, part in table.groupby("list", sort=True)]
    return Chapter(
        "industries",
        words["industries"],
        (*blocks, _overview(edition, lists), *(_items(edition, name, part) for name, part in lists)),
    )


def unit_lists(edition: ReportContext, unit_id: str) -> Iterator[Block]:
    """The negative lists that hold in the whole of a unit, a card each with the number of items by section."""
    items = items_at(edition.plan, unit_id)
    for negative_list in lists_at(edition.plan, unit_id):
        part = items[items["list"] == negative_list.list]
        sections = ((_section(edition, code), _counted(edition, some)) for code, some in _by_section(edition, part))
        read = edition.say("list_read", items=coverage_text(vars(negative_list), edition.language))
        text = edition.words["and"].join(filter(None, (_counted(edition, part), read)))
        yield Card(negative_list.title, negative_list.list, facts=tuple(sections), text=text)


def _overview(edition: ReportContext, lists: list[tuple[str, pd.DataFrame]]) -> Grid:
    words = edition.words
    read = {
        negative_list.list: negative_list for negative_list in coverage_of(edition.plan, (name for name, _ in lists))
    }
    rows: Iterator[tuple[Cell, ...]] = (
        (
            (read[name].title, name),
            edition.number(len(_list_units(edition, name, part))),
            *(edition.number(int((part["treatment"] == treatment).sum())) for treatment in TREATMENTS),
            " / ".join(map(str, count_industries(part["code"], edition.plan.rulebook.branches))),
            coverage_text(vars(read[name]), edition.language),
        )
        for name, part in lists
    )
    columns = edition.columns(negative_list="text", holds_in="number", prohibited="number", restricted="number")
    columns = (*columns, Column(words["branches"], "word"), *edition.columns(items_read="text"))
    return grid("", columns, rows, note=words["branches_note"])


def _list_units(edition: ReportContext, name: str, items: pd.DataFrame) -> set[str]:
    """The units in which a list holds, be it in part."""
    plan = edition.plan
    policies = {policy.id for policy in plan.rulebook.policies if policy.list == name}
    units = set(plan.policies.loc[plan.policies["policy"].isin(policies), "unit_id"]) | set(items["unit_id"]) - {""}
    places = set(items["jurisdiction"]) - {""}
    if places:
        columns = [column for column in ("jurisdiction", *plan.study.units.levels) if column in plan.units.columns]
        inside = plan.units[columns].isin(places).any(axis=1)
        units |= set(map(str, plan.units.index[inside]))
    return units


def _items(edition: ReportContext, name: str, items: pd.DataFrame) -> Grid:
    """One list, its items under their sections."""
    titles, is_placed = list_titles(edition.plan), bool((items["unit_id"] + items["jurisdiction"] != "").any())
    columns = edition.columns(branch="unit", treatment="word", works="word", conditions="long", reference="long")
    place_columns = (Column(edition.words["holds_in_place"]),) if is_placed else ()
    numbered = name == OWN or any(
        negative_list.id == name and negative_list.table for negative_list in edition.plan.rulebook.lists
    )
    title = titles.get(name, name)
    return Grid(
        title if numbered else edition.say("items_with", title=title),
        (*columns[:1], *place_columns, *columns[1:]),
        tuple(
            Rows(
                tuple(_row(edition, row, is_placed=is_placed) for row in each_row(part)),
                _section(edition, code),
                _counted(edition, part),
            )
            for code, part in _by_section(edition, items)
        ),
    )


def _row(edition: ReportContext, row: pd.Series, *, is_placed: bool) -> tuple[Cell, ...]:
    words, branches = catalogue("industry", edition.language), edition.plan.rulebook.branches
    listed, title = branches.listed(row.code), text_in(branches.title(row.code), edition.language, row.code)
    place_cells = (
        (edition.unit(row.unit_id) if row.unit_id else edition.jurisdiction(row.jurisdiction),) if is_placed else ()
    )
    return (
        (row.code, title if listed == row.code else f"{listed} {title}"),
        *place_cells,
        words[row.treatment],
        words[row.state],
        (row.conditions, row.note) if row.note else row.conditions,
        row.reference if row.verified else (row.reference, reading_text(row.reading, edition.language)),
    )


def _by_section(edition: ReportContext, items: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    sections = items["code"].map(lambda code: edition.plan.rulebook.branches.path(code)[0])
    return [(str(code), part) for code, part in items.groupby(sections, sort=True)]


def _section(edition: ReportContext, code: str) -> str:
    return f"{code} {text_in(edition.plan.rulebook.branches.title(code), edition.language, code)}"


def _counted(edition: ReportContext, items: pd.DataFrame) -> str:
    """How many items prohibit and how many restrict, without what there is none of."""
    counts = ((treatment, int((items["treatment"] == treatment).sum())) for treatment in TREATMENTS)
    counted = (f"{edition.words[treatment]} {edition.number(count)}" for treatment, count in counts if count)
    return edition.words["and"].join(counted)
