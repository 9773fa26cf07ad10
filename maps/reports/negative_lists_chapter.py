"""Negative lists in report and dossier: which hold where, and what they say, section by section."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from maps.lettering import format_number
from maps.report_editions import ReportContext, each_row
from maps.report_parts import Card, Cell, Chapter, Column, Grid, Leaf, Paragraph, Rows, grid
from zoning import TREATMENTS, count_industries, industry_words, items_at, list_titles


def industries(edition: ReportContext) -> Chapter:
    """Each negative list: in how many units it holds, how much it touches, and its items by section."""
    words, table = edition.words, edition.plan.industries
    leaves: list[Leaf] = [Paragraph(edition.say("industries_intro", name=edition.plan.rulebook.branches.name))]
    if table.empty:
        return Chapter("industries", words["industries"], (*leaves, Paragraph(words["none"])))
    lists = [(str(name), part) for name, part in table.groupby("list", sort=True)]
    return Chapter(
        "industries",
        words["industries"],
        (*leaves, _overview(edition, lists), *(_items(edition, name, part) for name, part in lists)),
    )


def unit_lists(edition: ReportContext, unit_id: str) -> Iterator[Leaf]:
    """The negative lists that hold in the whole of a unit, a card each with the number of items by section."""
    titles = list_titles(edition.plan)
    for name, part in items_at(edition.plan, unit_id).groupby("list", sort=True):
        sections = ((_section(edition, code), _counted(edition, items)) for code, items in _by_section(edition, part))
        yield Card(titles.get(str(name), str(name)), str(name), facts=tuple(sections), text=_counted(edition, part))


def _overview(edition: ReportContext, lists: list[tuple[str, pd.DataFrame]]) -> Grid:
    words, titles = edition.words, list_titles(edition.plan)
    rows: Iterator[tuple[Cell, ...]] = (
        (
            (titles.get(name, name), name),
            format_number(len(_list_units(edition, name, part))),
            *(format_number(int((part["treatment"] == one).sum())) for one in TREATMENTS),
            " / ".join(map(str, count_industries(part["code"], edition.plan.rulebook.branches))),
        )
        for name, part in lists
    )
    columns = edition.columns(negative_list="text", holds_in="number", prohibited="number", restricted="number")
    return grid("", (*columns, Column(words["branches"], "word")), rows, note=words["branches_note"])


def _list_units(edition: ReportContext, name: str, items: pd.DataFrame) -> set[str]:
    """The units in which a list holds, be it in part."""
    plan = edition.plan
    policies = {policy.id for policy in plan.rulebook.policies if policy.list == name}
    found = set(plan.policies.loc[plan.policies["policy"].isin(policies), "unit_id"]) | set(items["unit_id"]) - {""}
    places = set(items["jurisdiction"]) - {""}
    if places:
        columns = [one for one in ("jurisdiction", *plan.study.units.levels) if one in plan.units.columns]
        inside = plan.units[columns].isin(places).any(axis=1)
        found |= set(map(str, plan.units.index[inside]))
    return found


def _items(edition: ReportContext, name: str, items: pd.DataFrame) -> Grid:
    """One list, its items under their sections."""
    titles, own = list_titles(edition.plan), bool((items["unit_id"] + items["jurisdiction"] != "").any())
    columns = edition.columns(branch="unit", treatment="word", works="word", conditions="long", reference="long")
    place = (Column(edition.words["holds_in_place"]),) if own else ()
    return Grid(
        titles.get(name, name),
        (*columns[:1], *place, *columns[1:]),
        tuple(
            Rows(
                tuple(_row(edition, row, own=own) for row in each_row(part)),
                _section(edition, code),
                _counted(edition, part),
            )
            for code, part in _by_section(edition, items)
        ),
    )


def _row(edition: ReportContext, row: pd.Series, *, own: bool) -> tuple[Cell, ...]:
    said, branches = industry_words(edition.language), edition.plan.rulebook.branches
    listed, title = branches.listed(row.code), branches.title(row.code, edition.language)
    place = (edition.unit(row.unit_id) if row.unit_id else row.jurisdiction,) if own else ()
    return (
        (row.code, title if listed == row.code else f"{listed} {title}"),
        *place,
        said[row.treatment],
        said[row.state],
        (row.conditions, row.note) if row.note else row.conditions,
        row.reference if row.verified else (row.reference, edition.words["unseen"]),
    )


def _by_section(edition: ReportContext, items: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    sections = items["code"].map(lambda code: edition.plan.rulebook.branches.path(code)[0])
    return [(str(code), part) for code, part in items.groupby(sections, sort=True)]


def _section(edition: ReportContext, code: str) -> str:
    return f"{code} {edition.plan.rulebook.branches.title(code, edition.language)}"


def _counted(edition: ReportContext, items: pd.DataFrame) -> str:
    """How many items prohibit and how many restrict, without what there is none of."""
    counts = ((one, int((items["treatment"] == one).sum())) for one in TREATMENTS)
    told = (f"{edition.words[one]} {format_number(count)}" for one, count in counts if count)
    return edition.words["and"].join(told)
