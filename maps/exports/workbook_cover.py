"""The first sheet of a workbook: what the plan is, four numbers, contents, and two small tables to draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

import pandas as pd

from maps.exports.workbook_sheets import Sheet
from maps.locale import LocalizedPlan, capital, catalogue, text_in
from maps.style import SITE_CIRCLE, zone_fills
from maps.summaries import net_received, payments_without_amounts
from zoning.quotas import RESERVE
from zoning.study import Quota
from zoning.zones import OPEN

FIGURES = 4
MOST = 12
"""Bars of a chart; the smallest of more are one together."""
Cell = str | int | float | Decimal


class Figure(NamedTuple):
    """A number and what it counts."""

    value: int | float | Decimal
    label: str


class Table(NamedTuple):
    """A small table that is drawn, too."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    fills: tuple[str, ...]
    shares: tuple[bool, ...]
    keyed: bool = False


class Cover(NamedTuple):
    """What stands on the cover; ``links`` are titles of sheets with what is in them."""

    title: str
    subtitle: str
    figures: tuple[Figure, ...]
    contents: str
    links: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    note: str


def cover_of(plan: LocalizedPlan, sheets: Sequence[Sheet]) -> Cover:
    """The cover of a plan."""
    words, book = catalogue("workbook", plan.language, plan.noun), plan.rulebook
    said = text_in(book.display_name, plan.language)
    largest = _largest_quota(plan)
    return Cover(
        title=text_in(plan.study.title, plan.language),
        subtitle=words["as_of"].format(date=book.day.isoformat(), rulebook=said),
        figures=tuple(_figures(plan, largest))[:FIGURES],
        contents=words["contents"],
        links=tuple((sheet.title, words[f"about_{sheet.key}"]) for sheet in sheets),
        tables=(_land(plan), *([_shares(plan, largest)] if largest else [])),
        note=" ".join((*_unworked(plan), words["not_here"].format(columns=words["sheet_columns"]))),
    )


def _unworked(plan: LocalizedPlan) -> Iterator[str]:
    """Payments that apply, and that no sheet has an amount of."""
    if names := payments_without_amounts(plan):
        listed = catalogue("report", plan.language)["semicolon"].join(names)
        yield catalogue("page", plan.language)["notice_amounts"].format(n=len(names), names=listed)


def _figures(plan: LocalizedPlan, quota: Quota | None) -> Iterator[Figure]:
    """The numbers of a plan, those that matter most first."""
    words, terms = catalogue("workbook", plan.language, plan.noun), plan.renderer.terms
    yield Figure(len(plan.zones), words["figure_units"])
    yield Figure(float(plan.zones["area_ha"].sum()), words["figure_area"])
    if quota:
        told = {"quota": terms.quota(quota.name), "period": quota.period, "unit": terms.unit(quota.unit)}
        yield Figure(_handed_out(plan, quota), words["figure_quota"].format(**told))
    if received := net_received(plan):
        amount, unit = received
        yield Figure(amount, words["figure_money"].format(unit=terms.unit(unit)))
    waiting = int(plan.zones["status"].isin(OPEN).sum())
    if waiting:
        yield Figure(waiting, words["figure_open"])
    yield Figure(plan.policies["policy"].nunique(), words["figure_policies"].format(all=len(plan.rulebook.policies)))


def _land(plan: LocalizedPlan) -> Table:
    """Units and land of each main function that any unit has."""
    words, columns = catalogue("workbook", plan.language, plan.noun), catalogue("columns", plan.language, plan.noun)
    fills = zone_fills(plan.rulebook)
    titles = {zone.code: text_in(zone.title, plan.language, zone.code) for zone in plan.rulebook.zones}
    found, whole = plan.zones.groupby("main")["area_ha"].agg(["size", "sum"]), plan.zones["area_ha"].sum()
    own = [code for code in fills if code in found.index]
    heads = (columns["main"], words["units"], columns["area_ha"], words["land_share"])
    rows = (
        (titles[code], int(found.loc[code, "size"]), float(found.loc[code, "sum"]), found.loc[code, "sum"] / whole)
        for code in own
    )
    return Table(
        words["land_by_main"], heads, tuple(rows), tuple(fills[code] for code in own), (False, False, True), keyed=True
    )


def _shares(plan: LocalizedPlan, quota: Quota) -> Table:
    """What units get of a quota by jurisdiction, or each where there is one; the largest first, the reserve last."""
    words, terms = catalogue("workbook", plan.language, plan.noun), plan.renderer.terms
    own, by = _divided(plan, quota)
    sums = own.groupby(by)["amount"].sum().sort_index().sort_values(ascending=False, kind="stable")
    rows: list[tuple[Cell, ...]] = [(plan.place(str(name)), amount) for name, amount in sums.items()]
    if len(rows) > MOST:
        rest = sum((amount for _, amount in rows[MOST - 1 :]), Decimal(0))
        rows = [*rows[: MOST - 1], (words["others"].format(n=len(rows) - MOST + 1), rest)]
    held = _handed_out(plan, quota) - sum(sums, Decimal(0))
    if held:
        rows.append((words["reserve"], held))
    told = {"quota": capital(terms.quota(quota.name)), "period": quota.period, "unit": terms.unit(quota.unit)}
    columns = catalogue("columns", plan.language, plan.noun)
    heads = (columns["name" if by == "name" else "jurisdiction"], words["to_units"] if held else columns["amount"])
    return Table(words["quota_by"].format(**told), heads, tuple(rows), (SITE_CIRCLE,) * len(rows), (False,))


def _divided(plan: LocalizedPlan, quota: Quota) -> tuple[pd.DataFrame, str]:
    """The rows of units, and the column by which they are told apart: of the highest level that has several."""
    rows = plan.quotas[(plan.quotas["quota"] == quota.name) & (plan.quotas["period"] == quota.period)]
    units = rows[(rows["level"] == quota.levels[-1]) & (rows["unit_id"] != RESERVE)]
    for level in (*quota.levels[:-1], *plan.study.units.levels):
        places = units["unit_id"].map(plan.units[level])
        if len(set(places)) > 1:
            return units.assign(place=places), "place"
    return units, "name"


def _handed_out(plan: LocalizedPlan, quota: Quota) -> Decimal:
    """The amounts of a quota in all, reserves included."""
    rows = plan.quotas[(plan.quotas["quota"] == quota.name) & (plan.quotas["period"] == quota.period)]
    return sum(rows.loc[rows["level"] == quota.levels[-1], "amount"], Decimal(0))


def _largest_quota(plan: LocalizedPlan) -> Quota | None:
    """The quota that hands out most."""
    quotas = [quota for quota in plan.study.quotas if _handed_out(plan, quota)]
    return max(quotas, key=lambda quota: _handed_out(plan, quota), default=None)
