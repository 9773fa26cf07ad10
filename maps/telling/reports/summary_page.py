"""Page 1: the plan as a map, four numbers, three sentences and one chart; what comes after, and what there is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import pandas as pd

from maps.drawing import ShareRow, share_bars
from maps.telling.figures.plan_figures import PlanFigures
from maps.telling.figures.plan_maps import PlanMaps, map_key
from maps.telling.summaries.page_blocks import (
    BigNumbers,
    Block,
    Cell,
    Contents,
    Facts,
    Figure,
    Page,
    Split,
    Swatch,
    Table,
    drawn,
)
from maps.words import text_in

MANY_PLACES = 8
"""More jurisdictions have no row each in a chart, and no name each in a sentence."""
ACT = 30
"""So many units that somebody has to act on are all named."""
BESIDE = 1.15
"""A plan that is wider than this part of its height has its numbers above the map instead of beside it."""


def summary(figures: PlanFigures, maps: PlanMaps, contents: Contents, close: int | None) -> Page:
    """The page.

    Parameters
    ----------
    figures : PlanFigures
    maps : PlanMaps
    contents : Contents
    close : int or None
        How many units would change their function if a threshold moved by a tenth; None where none can move.
    """
    edition = figures.edition
    tell = edition.tell
    numbers = tuple(_numbers(figures, close))
    wide = maps.ratio > BESIDE
    picture, scale = maps.main(174 if wide else 104, 91 if wide else 126, tell("map_name", title=edition.name))
    legend = _legend(figures)
    top: list[Block] = (
        [BigNumbers(numbers, across=True), Figure("", picture)]
        if wide
        else [Split(((Figure("", picture),), (BigNumbers(numbers), legend)))]
    )
    sentences = Facts(tuple(_sentences(figures)), running=True)
    block: Block = Split(((legend,), (sentences,)), "far") if wide else sentences
    return Page(
        id="summary",
        chapter=edition.pages["summary"],
        title=edition.name,
        lead=_lead(figures),
        blocks=(*top, block, _shares(figures), contents),
        foot=_foot(figures, scale),
        look="first",
    )


def _lead(figures: PlanFigures) -> str:
    edition = figures.edition
    places = [figures.jurisdiction(jurisdiction) for jurisdiction in figures.places]
    some = 1 < len(places) <= MANY_PLACES
    where = edition.tell("in_places", places=listed(figures, places)) if some else ""
    tail = ""
    if figures.quotas:
        first = figures.quotas[0]
        tail = edition.tell("lead_land", amount=first.amount_text(first.total), quota=first.title)
    if len(edition.plan.flows):
        tail += edition.pages["lead_money"]
    return edition.tell("lead", n=len(figures.units), where=where, tail=tail)


def listed(figures: PlanFigures, names: Sequence[str], most: int = 99, others: str = "and_others") -> str:
    """Names in a row, the last one joined; of more than ``most`` the first, and how many others there are."""
    edition = figures.edition
    if len(names) > most:
        return edition.tell(others, names=edition.pages["comma"].join(names[:most]), n=len(names) - most)
    if len(names) < 2:
        return "".join(names)
    return edition.tell("and_last", names=edition.pages["comma"].join(names[:-1]), last=names[-1])


def all_listed(figures: PlanFigures, names: Sequence[str]) -> str:
    """Names of what a reader has to act on: all; of a great many the first, and where the others stand."""
    return listed(figures, names, ACT, "and_others_where")


def leading(figures: PlanFigures) -> str:
    """The function given by rules that holds most people for its land; or nothing where that is not known."""
    if not figures.people or not figures.claimed:
        return ""
    people = dict(zip(figures.mains, figures.sums(figures.units["people"]), strict=True))
    land = dict(zip(figures.mains, figures.sums(figures.units["area_ha"]), strict=True))
    return max(figures.claimed, key=lambda code: people[code] / land[code] if land[code] else 0.0)


def _numbers(figures: PlanFigures, close: int | None) -> Iterator[tuple[str, str]]:
    edition, units = figures.edition, figures.units
    land = dict(zip(figures.mains, figures.sums(units["area_ha"]), strict=True))
    top, everyone = leading(figures), float(units["people"].sum())
    if top:
        zone_units = units[units["main"] == top]
        phrase = edition.tell(
            "number_people",
            n=len(zone_units), zone=figures.zone(top), land=figures.percent(land[top], edition.total_ha),
        )  # fmt: skip
        yield figures.percent(float(zone_units["people"].sum()), everyone), phrase
    others = [code for code in figures.claimed if code != top]
    if others:
        code = max(others, key=lambda code: land[code])
        zone_units = units[units["main"] == code]
        most = zone_units["jurisdiction"].value_counts()
        jurisdiction, count = str(most.index[0]), int(most.iloc[0])
        some = len(figures.places) > 1 and 2 * count > len(zone_units) and count < len(zone_units)
        tail = edition.tell("number_most_in", n=count, place=figures.jurisdiction(jurisdiction)) if some else ""
        share = figures.percent(land[code], edition.total_ha)
        yield (
            edition.counted(len(zone_units)),
            edition.tell("number_units", zone=figures.zone(code), land=share, tail=tail),
        )
    for allocation in figures.quotas[:1]:
        yield allocation.amount_text(allocation.total), _quota_number(figures)
    waiting, overlays_alone = figures.open_units(units)
    if len(waiting):
        names = listed(figures, figures.names(waiting), 3, "and_others_firmness")
        assumed = int(units["status"].eq("assumed").sum())
        tail = edition.tell("number_assumed", n=assumed) if assumed else ""
        yield (
            edition.tell("of_all", n=edition.number(len(waiting)), all=edition.number(len(units))),
            edition.tell("number_open_overlay" if overlays_alone else "number_open", names=names) + tail,
        )
    elif close is None:
        yield edition.number(0), edition.pages["number_no_threshold"]
    else:
        yield (
            edition.tell("of_all", n=edition.number(close), all=edition.number(len(units))),
            edition.pages["number_close"],
        )
    if not figures.quotas:
        yield edition.number(len(edition.plan.rulebook.policies)), edition.pages["number_policies"]


def _quota_number(figures: PlanFigures) -> str:
    edition, allocation = figures.edition, figures.quotas[0]
    given = sum(allocation.amounts, Decimal(0))
    top = leading(figures)
    fields = {"quota": allocation.title, "period": allocation.quota.period, "n": allocation.amount_text(given)}
    if not top or not given:
        return edition.tell("number_quota_plain", **fields)
    amount = float(
        sum(
            allocation.amounts[allocation.amounts.index.isin(figures.units.index[figures.units["main"] == top])],
            Decimal(0),
        )
    )
    key = "number_quota_reserve" if allocation.reserve else "number_quota"
    return edition.tell(
        key,
        share=figures.percent(amount, float(given)),
        zone=figures.zone(top),
        reserve=allocation.amount_text(allocation.reserve),
        **fields,
    )


def _legend(figures: PlanFigures) -> Table:
    """The legend, which is a table: units and land of each function."""
    edition, key = figures.edition, map_key(figures)
    people = bool(figures.people)
    everyone = float(figures.units["people"].sum()) if people else 0.0
    rows: list[tuple[Cell, ...]] = []
    for code in figures.mains:
        zone_units = figures.units[figures.units["main"] == code]
        cells: list[Cell] = [
            Swatch(key[code], figures.zone(code)),
            edition.number(len(zone_units)),
            figures.percent(float(zone_units["area_ha"].sum()), edition.total_ha),
        ]
        rows.append((*cells, *([figures.percent(float(zone_units["people"].sum()), everyone)] if people else [])))
    words = edition.pages
    columns = (words["function"], words["units"], words["land"], *([words["people"]] if people else []))
    return Table("", columns, tuple(rows), frozenset({1, 2, 3}), look="legend")


def _sentences(figures: PlanFigures) -> Iterator[tuple[str, str]]:
    edition, units = figures.edition, figures.units
    for code in figures.claimed[:3]:
        zone_units = units[units["main"] == code].sort_values("area_ha", ascending=False, kind="stable")
        names = listed(figures, figures.names(zone_units.index), 3)
        fields = {"land": figures.percent(float(zone_units["area_ha"].sum()), edition.total_ha), "names": names}
        yield (
            edition.tell("sentence_zone", zone=figures.zone(code)),
            edition.tell("sentence_units", n=len(zone_units), **fields),
        )
    rest = units[units["main"] == figures.default]
    if (len(rest) and len(figures.claimed) < 3) or len(rest):
        yield _rest_sentence(figures, rest)
    yield from _money_sentence(figures)


def _rest_sentence(figures: PlanFigures, rest: pd.DataFrame) -> tuple[str, str]:
    edition = figures.edition
    share = float(rest["area_ha"].sum()) / edition.total_ha
    key = "sentence_most_default" if share > 0.5 else "sentence_default"
    first = edition.tell(key, land=edition.share_text(share), zone=figures.zone(figures.default))
    return first, edition.tell("sentence_default_units", n=len(rest))


def _money_sentence(figures: PlanFigures) -> Iterator[tuple[str, str]]:
    """Who receives most of all net, and who pays; of one currency."""
    edition, table = figures.edition, figures.edition.plan.positions
    positions = table[table["kind"] == "unit"] if len(table) else table
    if len(positions) and len(set(positions["unit"])) == 1:
        unit = str(positions["unit"].iloc[0])
        most, least = max(positions["net"]), min(positions["net"])
        if most > 0 > least:
            gains, pays = (figures.names(positions.loc[positions["net"] == net, "party"]) for net in (most, least))
            yield (
                _of_all(figures, ("sentence_gains", "sentence_gain_alike"), gains, edition.money(most, unit)),
                _of_all(figures, ("sentence_pays", "sentence_pay_alike"), pays, edition.money(-least, unit)),
            )


def _of_all(figures: PlanFigures, keys: tuple[str, str], names: Sequence[str], amount: str) -> str:
    """What one party receives or pays, or each of several alike."""
    if len(names) == 1:
        return figures.edition.tell(keys[0], name=names[0], amount=amount)
    return figures.edition.tell(keys[1], names=listed(figures, names, 3), amount=amount)


def _shares(figures: PlanFigures) -> Figure:
    """Land, people and quotas by main function, then the land of each jurisdiction."""
    edition, units = figures.edition, figures.units
    words = edition.pages
    many = len(figures.places) > 1
    rows = [
        _share_row(
            figures,
            words["land"],
            figures.sums(units["area_ha"]),
            figures.land(edition.total_ha),
            words["all_together"] if many else "",
        )
    ]
    if figures.people:
        total = float(units["people"].sum())
        rows.append(_share_row(figures, words["people"], figures.sums(units["people"]), edition.people_text(total)))
    for allocation in figures.quotas[:2]:
        given = sum(allocation.amounts, Decimal(0))
        rows.append(
            _share_row(figures, allocation.label, figures.sums(allocation.amounts), allocation.amount_text(given))
        )
    if many and len(figures.places) <= MANY_PLACES:
        for position, name in enumerate(figures.places):
            amounts, head = figures.land_by_place[name], words["land_by_place"] if position == 0 else ""
            rows.append(_share_row(figures, figures.jurisdiction(name), amounts, figures.land(sum(amounts)), head))
    title = _finding(figures) or words["shares"]
    return drawn(title, share_bars(title, figures.parts, rows, heads=(words["of_what"], words["total"])))


def _share_row(figures: PlanFigures, title: str, amounts: tuple[float, ...], total: str, heading: str = "") -> ShareRow:
    whole = sum(amounts)
    return ShareRow(title, amounts, tuple(figures.percent(amount, whole) for amount in amounts), total, heading)


def _finding(figures: PlanFigures) -> str:
    """What the chart shows, where it does: a little land with many people that takes much of what is handed out."""
    top, edition = leading(figures), figures.edition
    if not top:
        return ""
    position = figures.mains.index(top)
    land, people = figures.sums(figures.units["area_ha"]), figures.sums(figures.units["people"])
    parts = {"land": land[position] / sum(land), "people": people[position] / sum(people)}
    if parts["people"] < 2 * parts["land"]:
        return ""
    shares = {name: edition.share_text(part) for name, part in parts.items()}
    if figures.quotas:
        given = figures.sums(figures.quotas[0].amounts)
        share = given[position] / sum(given) if sum(given) else 0.0
        if share > 2 * parts["land"]:
            return edition.tell(
                "finding_shares_quota", quota=figures.quotas[0].title, given=edition.share_text(share), **shares
            )
    return edition.tell("finding_shares", **shares)


def _foot(figures: PlanFigures, scale: int) -> str:
    edition = figures.edition
    plan = edition.plan
    sentence = edition.tell("foot_plan", date=edition.date(plan.rulebook.day), rulebook=edition.rulebook_title)
    note = text_in(plan.study.study.note, edition.language) if plan.study.study.note else ""
    return " ".join(
        filter(
            None,
            (
                sentence,
                note,
                edition.tell("foot_map", scale=edition.number(scale)),
                edition.map_credits,
            ),
        )
    )
