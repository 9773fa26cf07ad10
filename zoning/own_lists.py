"""Own lists: the negative list that a plan brings, which may only be stricter than those of the rulebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import pandas as pd

from layers import Finding, SourceError, Study, UnknownNameError, ZoneplanError, shown
from zoning.errors import near
from zoning.industries import Verdict, judge_industry, list_industries, lists_on, states_of
from zoning.industry_entries import OWN
from zoning.industry_texts import industry_words
from zoning.plans import Plan
from zoning.rulebook import Rulebook
from zoning.tables import INDUSTRIES, tabulate

Held = Mapping[str, frozenset[str]]
"""The lists of the rulebook that hold in each unit where any does."""


def local_list_faults(
    own: pd.DataFrame, study: Study, rulebook: Rulebook, units: pd.DataFrame
) -> Iterator[ZoneplanError]:
    """The complaints about a plan's own list that need no zones: places, codes, lists that hold everywhere.

    Parameters
    ----------
    own : DataFrame
        From :func:`layers.read_industries`.
    study : Study
    rulebook : Rulebook
    units : DataFrame
        Index ``unit_id``, with the columns of the jurisdictions.

    Yields
    ------
    UnknownNameError, SourceError
        With the line of the table.
    """
    name = study.industries.table if study.industries else OWN
    if rulebook.classification is None:
        yield UnknownNameError(
            f"{study.where('industries', 'table')}: rulebook '{rulebook.name}' names no 'classification' of "
            "industries, so that the codes of the plan's own list mean nothing",
            code="no_lists",
        )
        return
    places = {"unit_id": set(map(str, units.index)), "jurisdiction": _jurisdictions(units, study.units.levels)}
    faults: list[ZoneplanError] = []
    first: dict[tuple[str, ...], int] = {}
    for line, item in own.iterrows():
        at = f"table '{name}', line {line}"
        for kind, known in places.items():
            if item[kind] and item[kind] not in known:
                what = f"there is no {'unit' if kind == 'unit_id' else kind} {shown([item[kind]])}"
                faults.append(UnknownNameError(f"{at}: {what}{near(item[kind], known)}", code=f"unknown_{kind}"))
        try:
            whole = rulebook.branches.whole(item["code"])
        except UnknownNameError as error:
            faults.append(UnknownNameError(f"{at}: {error}", code=error.code))
            continue
        key = (whole, *(str(item[one]) for one in ("unit_id", "jurisdiction", "treatment", "state", "conditions")))
        if key in first:
            faults.append(SourceError(f"{at}: line {first[key]} says the same; drop one.", code="item", layer=name))
        first.setdefault(key, int(str(line)))
    yield from faults
    if not faults:
        always = [one.id for one in rulebook.policies if one.list and one.when.strip().upper() == "TRUE"]
        held = dict.fromkeys(map(str, units.index), frozenset(lists_on(always, rulebook)))
        yield from looser_faults(local_items(own, study, rulebook), held, study, rulebook, units)


def local_items(own: pd.DataFrame | None, study: Study, rulebook: Rulebook) -> pd.DataFrame:
    """A plan's own list as rows of the INDUSTRIES table; ``item`` is the line of its table."""
    if own is None or own.empty:
        return tabulate(INDUSTRIES, pd.DataFrame())
    reference = (study.industries.reference or "") if study.industries else ""
    rows = own.assign(
        list=OWN,
        item=own.index,
        code=[rulebook.branches.whole(code) for code in own["code"]],
        reference=own["reference"].mask(own["reference"] == "", reference),
        verified=False,
    )
    return tabulate(INDUSTRIES, rows.reset_index(drop=True))


def lists_in_force(policies: pd.DataFrame, rulebook: Rulebook) -> Held:
    """The lists that hold in the whole of each unit where any does, by the POLICIES table."""
    bringing = {policy.id for policy in rulebook.policies if policy.list}
    held: dict[str, set[str]] = {}
    for unit, piece, policy in zip(*(policies[one].tolist() for one in ("unit_id", "piece_id", "policy")), strict=True):
        if piece == "" and policy in bringing:
            held.setdefault(unit, set()).add(policy)
    return {unit: frozenset(lists_on(ids, rulebook)) for unit, ids in held.items()}


def looser_faults(
    items: pd.DataFrame, held: Held, study: Study, rulebook: Rulebook, units: pd.DataFrame
) -> Iterator[SourceError]:
    """Items of a plan's own list that restrict what a list of the rulebook prohibits where they hold.

    Parameters
    ----------
    items : DataFrame
        From :func:`own_items`.
    held : mapping
        From :func:`held_lists`.
    study : Study
    rulebook : Rulebook
    units : DataFrame
        Index ``unit_id``, with the columns of the jurisdictions.

    Yields
    ------
    SourceError
        With the line of the table. Nothing can loosen a list, so that such an item would be a promise without effect.
    """
    name = study.industries.table if study.industries else OWN
    for item, bases in _beside(items, held, study.units.levels, rulebook, units):
        stricter = [(unit, base) for unit, base in bases if base.treatment == "prohibited"]
        if item["treatment"] == "restricted" and stricter:
            base = stricter[0][1].decided_by
            said = f"item {base.item} of list '{base.list}' prohibits {base.code}" if base else ""
            concerned = list(dict.fromkeys(unit for unit, _ in stricter))
            yield SourceError(
                f"table '{name}', line {item['item']}: {item['code']} is restricted here, and {said} in "
                f"{len(concerned)} unit(s) where the item holds ({shown(concerned)}). A plan's own list may only be "
                "stricter: write prohibited, or drop the line.",
                code="looser_item",
                layer=name,
                features=concerned,
            )


def find_repeats(plan: Plan) -> Iterator[Finding]:
    """Items of a plan's own list that say what lists of the rulebook say already, wherever they hold.

    Yields
    ------
    Finding
        A warning with the line of the table: such items are not to be repeated.
    """
    if plan.study.industries is None:
        return
    name, held = plan.study.industries.table, lists_in_force(plan.policies, plan.rulebook)
    own = plan.industries[plan.industries["list"] == OWN]
    for item, bases in _beside(own, held, plan.study.units.levels, plan.rulebook, plan.units):
        alike = [_same(item, base) for _, base in bases]
        if alike and all(alike):
            base = bases[0][1].decided_by
            told = {"list": base.list, "number": base.item} if base else {}
            text = industry_words(plan.language)["repeats"].format(
                table=name, line=item["item"], code=item["code"], **told
            )
            yield Finding("warning", "item_repeats", name, (str(item["item"]),), 1, text)


def _same(item: Mapping[str, Any], base: Verdict) -> bool:
    if item["treatment"] != base.treatment:
        return False
    return base.treatment == "prohibited" or item["conditions"] in base.conditions


def _beside(
    items: pd.DataFrame, held: Held, levels: Sequence[str], rulebook: Rulebook, units: pd.DataFrame
) -> Iterator[tuple[Mapping[str, Any], list[tuple[str, Verdict]]]]:
    """Each item, and what the lists of the rulebook say of its branch, by unit and state where it holds."""
    if items.empty:
        return
    written = list_industries(rulebook)
    for row in items.to_dict("records"):
        item = {str(key): value for key, value in row.items()}
        base: dict[tuple[frozenset[str], str], Verdict] = {}
        found = []
        for unit, state in product(_units_of(item, levels, units), states_of(item["state"])):
            key = (held.get(unit, frozenset()), state)
            if key not in base:
                rows = written[written["list"].isin(key[0])]
                base[key] = judge_industry(rows, item["code"], rulebook.branches, state)
            found.append((unit, base[key]))
        yield item, found


def _units_of(item: Mapping[str, Any], levels: Sequence[str], units: pd.DataFrame) -> list[str]:
    if item["unit_id"]:
        return [str(item["unit_id"])]
    inside = pd.Series(data=False, index=units.index)
    for column in _columns(units, levels):
        inside |= units[column].astype("str") == item["jurisdiction"]
    return [str(one) for one in units.index[inside]]


def _columns(units: pd.DataFrame, levels: Sequence[str]) -> list[str]:
    return [one for one in ("jurisdiction", *levels) if one in units.columns]


def _jurisdictions(units: pd.DataFrame, levels: Sequence[str]) -> set[str]:
    return {str(name) for column in _columns(units, levels) for name in units[column].dropna()} - {""}
