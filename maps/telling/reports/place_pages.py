"""A page for each jurisdiction, or an index where there are many: map, shares, who gets what, and every unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from math import ceil

import pandas as pd

from maps.drawing import ShareRow, share_bars, text_mm
from maps.telling.annex.report_context import TOLD
from maps.telling.figures.plan_figures import PlanFigures, QuotaFigures
from maps.telling.figures.plan_maps import PlanMaps, map_key
from maps.telling.figures.rule_figures import RuleFigures
from maps.telling.reports.functions_page import marks_of, overlay_letters
from maps.telling.reports.land_page import gets_most
from maps.telling.reports.summary_page import all_listed
from maps.telling.summaries.page_blocks import Block, Cell, Facts, Figure, Page, Paragraph, Split, Swatch, Table, drawn
from maps.words import capital, text_in

PLACES = 8
"""More jurisdictions have no page each."""
A_PAGE = 60
"""Units on a page of the index."""
CALLS = 6
"""So many close calls stand on the page of a jurisdiction."""
ON_A_PAGE = 120
"""More units of one jurisdiction are not listed on its page."""
NAME_PT, NAME_MM = 7.3, 14.5
"""Names of a list are so large, and so wide at most where it has four columns."""


def place_pages(figures: PlanFigures, maps: PlanMaps, rules: RuleFigures) -> tuple[Page, ...]:
    """One page a jurisdiction; of more than eight, or of one alone, an index; of many units one of jurisdictions."""
    if 1 < len(figures.places) <= PLACES:
        return tuple(_place_page(figures, maps, rules, number) for number in range(len(figures.places)))
    if len(figures.units) <= TOLD:
        return tuple(_index(figures))
    return tuple(_places(figures)) if len(figures.places) > 1 else ()


def _place_page(figures: PlanFigures, maps: PlanMaps, rules: RuleFigures, number: int) -> Page:
    edition, name = figures.edition, figures.places[number]
    units = figures.units[figures.units["jurisdiction"] == name]
    called, key = figures.jurisdiction(name), map_key(figures)
    high = min(105.0, 140 - 3.3 * ceil(len(units) / _columns(units))) if len(units) <= ON_A_PAGE else 130.0
    picture, scale = maps.of_place(name, 174, high, edition.tell("map_name", title=called))
    there = set(units["main"])
    keys = tuple(Swatch(key[code], figures.zone(code)) for code in figures.mains if code in there)
    most = gets_most(figures, name)
    left: list[Block] = [_shares(figures, name, units)]
    facts = tuple(_facts(figures, rules, units))
    if facts:
        left.append(Facts(facts))
    middle: Block = Split((tuple(left), (most,)), "near") if most else Split((tuple(left),), "one")
    blocks: list[Block] = [Figure("", picture, keys=keys), middle]
    if len(units) <= ON_A_PAGE:
        blocks += [_list(figures, units, _columns(units)), Paragraph(_letters(figures, name), "small")]
    else:
        blocks.append(Paragraph(edition.pages["elsewhere"], "small"))
    return Page(
        id=f"place-{number + 1}",
        chapter=called,
        title=called,
        lead=_purposes(figures, units),
        blocks=tuple(blocks),
        foot=edition.gap.join((edition.tell("foot_map", scale=edition.number(scale)), edition.map_credits)),
        above=_above(figures, units, number),
        verdicts=(),
        look="place",
    )


def _purposes(figures: PlanFigures, units: pd.DataFrame) -> str:
    """What the units of a jurisdiction are for, in one line: those with a function of their own, then the others."""
    edition, counts = figures.edition, Counter(units["main"])
    purposes = [
        edition.tell("purpose", purpose=figures.purpose(code), n=counts[code])
        for code in figures.mains
        if code in counts
    ]
    line = edition.pages["comma_short"].join(purposes)
    return capital(line)


def _above(figures: PlanFigures, units: pd.DataFrame, number: int) -> str:
    edition = figures.edition
    parts = [
        edition.tell("place_of", n=edition.number(number + 1), all=edition.number(len(figures.places))),
        edition.counted(len(units)),
    ]
    area = float(units["area_ha"].sum())
    parts.append(edition.tell("place_land", land=figures.land(area), share=edition.share_text(area / edition.total_ha)))
    if figures.people:
        parts.append(edition.tell("place_people", people=edition.people_text(float(units["people"].sum()))))
    return edition.pages["dot"].join(parts)


def _shares(figures: PlanFigures, name: str, units: pd.DataFrame) -> Figure:
    edition, words = figures.edition, figures.edition.pages

    def row(title: str, amounts: tuple[float, ...], total: str) -> ShareRow:
        whole = sum(amounts)
        return ShareRow(title, amounts, tuple(figures.percent(amount, whole) for amount in amounts), total)

    rows = [row(words["land"], figures.land_by_place[name], figures.land(float(units["area_ha"].sum())))]
    if figures.people:
        rows.append(
            row(words["people"], figures.people_by_place[name], edition.people_text(float(units["people"].sum())))
        )
    for allocation in figures.quotas[:1]:
        given = allocation.amounts[allocation.amounts.index.isin(units.index)]
        rows.append(row(allocation.label, figures.sums(given, units), allocation.amount_text(sum(given, Decimal(0)))))
    title = _finding(figures, name, units) or words["shares"]
    heads = words["of_what"], words["total"]
    return drawn(title, share_bars(title, figures.parts, rows, wide=112, label=26, high=5.4, gap=1.7, heads=heads))


def _finding(figures: PlanFigures, name: str, units: pd.DataFrame) -> str:
    """What most of the land is, or where most people are, whichever says more."""
    edition = figures.edition
    land = dict(zip(figures.mains, figures.land_by_place[name], strict=True))
    people = dict(zip(figures.mains, figures.people_by_place[name], strict=True))
    whole, everyone = sum(land.values()), sum(people.values())
    if figures.people and everyone and figures.claimed:
        top = max(figures.claimed, key=lambda code: people[code])
        if people[top] > 0.5 * everyone and people[top] / everyone > 2 * land[top] / whole:
            count = int((units["main"] == top).sum())
            fields = {"zone": figures.zone(top), "people": edition.share_text(people[top] / everyone)}
            return edition.tell("finding_place_people", n=count, land=edition.share_text(land[top] / whole), **fields)
    top = max(land, key=lambda code: land[code])
    return edition.tell("finding_place_land", share=edition.share_text(land[top] / whole), zone=figures.zone(top))


def _facts(figures: PlanFigures, rules: RuleFigures, units: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Close calls, decisions of planners and what is open."""
    edition, words = figures.edition, figures.edition.pages
    changing = rules.moved[rules.moved["unit_id"].isin(units.index)]
    calls = [
        edition.tell(
            "close_call",
            name=figures.names([str(row.unit_id)], placed=True)[0],
            measure=rules.tests[int(row.test)].title,
            value=rules.tests[int(row.test)].value_text(float(rules.tests[int(row.test)].values[row.unit_id])),
            limit=rules.tests[int(row.test)].limit_text,
        )
        for row in changing.iloc[:CALLS].itertuples()
    ]
    if calls:
        more = len(changing) - CALLS
        calls += [edition.tell("more_calls", n=more)] if more > 0 else []
        yield words["close_calls"], edition.words["semicolon"].join(calls)
    decided = [decision for unit in units.index for decision in rules.decided.get(str(unit), ())]
    if decided:
        yield words["decided"], all_listed(figures, decided)
    waiting, overlays_alone = figures.open_units(units)
    if len(waiting):
        yield (
            words["waiting_overlay" if overlays_alone else "waiting"],
            all_listed(figures, figures.names(waiting, placed=True)),
        )
    powers = _own_policies(figures, units)
    if powers:
        yield words["own_policies"], edition.words["semicolon"].join(powers[:4])


def _own_policies(figures: PlanFigures, rows: pd.DataFrame) -> list[str]:
    """Policies that hold in this jurisdiction and in no other, with the number of units."""
    edition, units = figures.edition, set(rows.index)
    inside = Counter(policy for unit, policy in figures.policies_held if unit in units)
    outside = {policy for unit, policy in figures.policies_held if unit not in units}
    labels = tuple(edition.tell("label", name=figures.jurisdiction(jurisdiction)) for jurisdiction in figures.places)
    whole = {policy.id: text_in(policy.title, edition.language, policy.id) for policy in edition.plan.rulebook.policies}
    bare = {name: _without(labels, title) for name, title in whole.items()}
    alike = Counter(bare.values())  # what several jurisdictions call the same keeps the name of its own
    titles = {name: capital(title) if alike[title] == 1 else whole[name] for name, title in bare.items()}
    return [
        edition.tell("policy_in", title=titles.get(name, name), n=count)
        for name, count in sorted(inside.items())
        if name not in outside
    ]


def _without(labels: tuple[str, ...], title: str) -> str:
    """A title without the name of a jurisdiction before it."""
    return next((title.removeprefix(label).strip() for label in labels if title.startswith(label)), title)


def _columns(units: pd.DataFrame) -> int:
    """Four, or three where a name would break in them."""
    return 4 if max(text_mm(str(name), NAME_PT) for name in units["name"]) <= NAME_MM else 3


def _list(figures: PlanFigures, units: pd.DataFrame, columns: int) -> Split:
    """All units by name with their function, overlays and share of the first quota."""
    edition, words = figures.edition, figures.edition.pages
    key, letters = map_key(figures), overlay_letters(figures)
    amounts = figures.quotas[0].amounts if figures.quotas else pd.Series(dtype=object)
    unit = figures.quotas[0].unit if figures.quotas else words["land"]
    shifts = figures.quotas[0].shifts if figures.quotas else None
    rows: list[tuple[Cell, ...]] = [
        (
            Swatch(key[str(row.main)], str(row.name or row.Index)),
            marks_of(str(row.overlays), letters),
            edition.amount(amounts[row.Index])
            if row.Index in amounts.index
            else ""
            if len(amounts)
            else figures.land(row.area_ha),
            *([_change(figures.quotas[0], figures, str(row.Index))] if shifts else []),
        )
        for row in units.sort_values("name", kind="stable").itertuples()
    ]
    step = max(1, ceil(len(rows) / columns))
    head = (words["unit"], "", unit, *(["±"] if shifts else []))
    return Split(
        tuple(
            (Table("", head, tuple(rows[first : first + step]), frozenset({2, 3}), look="index"),)
            for first in range(0, len(rows), step)
        ),
        {4: "quarters", 3: "thirds"}.get(columns, "even"),
    )


def _change(allocation: QuotaFigures, figures: PlanFigures, unit: str) -> str:
    """How much more or less a unit gets than by weight alone; nothing of one that takes no part."""
    if allocation.shifts is None or unit not in allocation.shifts.difference.index:
        return ""
    return figures.edition.change(float(allocation.shifts.difference[unit]), allocation.decimals)


def _letters(figures: PlanFigures, jurisdiction: str) -> str:
    """What the columns of the list mean."""
    edition = figures.edition
    notes = []
    if figures.quotas:
        allocation = figures.quotas[0]
        notes.append(
            edition.tell("note_list", unit=allocation.unit, quota=allocation.title, period=allocation.quota.period)
        )
        if held := allocation.reserves.get(jurisdiction, None):
            notes.append(edition.tell("note_list_reserve", amount=allocation.amount_text(held)))
        if allocation.shifts:
            notes.append(edition.pages["note_list_shift"])
    signs = (f"{sign} {figures.zone(code)}" for code, sign in overlay_letters(figures).items())
    notes.append(edition.pages["comma"].join(signs))
    return edition.words["semicolon"].join(filter(None, notes))


def _index(figures: PlanFigures) -> Iterator[Page]:
    """Every unit, sixty a page, by name."""
    edition, words = figures.edition, figures.edition.pages
    table = figures.units.sort_values("name", kind="stable")
    for number, first in enumerate(range(0, len(table), A_PAGE)):
        part = table.iloc[first : first + A_PAGE]
        yield Page(
            id=f"index-{number + 1}",
            chapter=words["chapter_index"],
            title=edition.tell("index_title", first=str(part["name"].iloc[0]), last=str(part["name"].iloc[-1])),
            lead="",
            blocks=(_list(figures, part, 2), Paragraph(_letters(figures, ""), "small")),
            foot=words["foot_index"],
        )


def _places(figures: PlanFigures) -> Iterator[Page]:
    """Every jurisdiction, forty a page, with its shares."""
    edition, words = figures.edition, figures.edition.pages
    counts = figures.units["jurisdiction"].value_counts()
    for number, first in enumerate(range(0, len(figures.places), 36)):
        rows = []
        for name in figures.places[first : first + 36]:
            amounts = figures.land_by_place[name]
            shares = tuple(figures.percent(amount, sum(amounts)) for amount in amounts)
            rows.append(ShareRow(figures.jurisdiction(name), amounts, shares, f"{counts[name]:,}"))
        title = words["places_title"]
        yield Page(
            id=f"index-{number + 1}",
            chapter=words["chapter_index"],
            title=edition.tell("finding_places", n=len(figures.places)),
            lead=words["elsewhere"],
            blocks=(
                drawn(
                    title,
                    share_bars(title, figures.parts, rows, label=44, gap=1.7, heads=(words["of_what"], words["total"])),
                    words["note_places_units"],
                ),
            ),
            foot=words["foot_index"],
        )
