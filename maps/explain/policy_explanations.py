"""The policies of units, on the whole of them and on parts, with the clauses that decided; and the lists they bring."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from layers.conditions import parse_condition
from maps.explain.industry_query import cover, jurisdictions_of, titles_of_lists
from maps.explain.trace_records import (
    Record,
    Said,
    Titles,
    condition_chains,
    in_rulebook,
    is_about,
    parameters_of,
    rows_about,
    rows_of,
    titled,
)
from maps.locale import parameters_said
from zoning.measures import paths
from zoning.plan import Plan
from zoning.policies import ConditionContext, condition_contexts, lists_on, say_exception
from zoning.rulebook import EXCEPTION, OWN, Exemption, Policy
from zoning.trace import in_languages, say

Row = Mapping[str, Any]


def explain_policies(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """The policies of some units; rows of one policy on several pieces are one.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of Record
        By unit, in the order of the POLICIES table. Facts: the columns of the table, the policy as written, and what
        its instrument is called (``instrument_title``); clauses are those of the first of several pieces. ``pieces``
        has their ids and ``part_ha`` their hectares, None where it is on the whole unit. Links: the ``exception`` that
        holds, or the policy by which it is ``overruled``. ``parameters`` has those that the policy sets as well.
    """
    found: dict[str, list[Record]] = {unit: [] for unit in ids}
    groups = list(_grouped(rows_of(plan.policies, found)))
    if groups:
        explainer = _PolicyExplainer(plan, found.keys(), [group[0] for group in groups])
        for group in groups:
            found[group[0]["unit_id"]].append(explainer.duty(group))
    return found


def _grouped(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows that tell of one policy in one unit, on all its pieces."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        whole = "" if row["piece_id"] == "" else "part"
        parts = (row["unit_id"], row["policy"], whole, row["overruled_by"], row["inherited_from"])
        groups.setdefault(parts, []).append(row)
    yield from groups.values()


class _PolicyExplainer:
    """Explains policies.

    Parameters
    ----------
    plan : Plan
    ids : collection of str
    rows : list of mapping
        Of the POLICIES table; conditions are asked where these are.
    """

    def __init__(self, plan: Plan, ids: Collection[str], rows: list[Row]) -> None:
        self._plan, self._seen = plan, _sights(plan, ids)
        self._written = {policy.id: policy for policy in plan.rulebook.policies}
        self._exceptions = {
            (policy.id, f"{EXCEPTION}{number}"): one
            for policy in plan.rulebook.policies
            for number, one in enumerate(policy.exceptions, start=1)
        }
        self._asked_at: dict[str, set[str]] = {}
        for row in rows:
            self._asked_at.setdefault(row["policy"], set()).add(_place(self._written[row["policy"]], row))
        self._places = {one.id: in_rulebook(plan.rulebook, "policies", one) for one in plan.rulebook.policies}
        self._areas: dict[str, float] = plan.pieces["area_ha"].to_dict() if len(plan.pieces) else {}
        self._asked: dict[tuple[str, str], dict[str, Said]] = {}
        self._told: dict[tuple[Any, ...], Record] = {}

    def duty(self, rows: list[Row]) -> Record:
        """One policy in one unit; the same record wherever there is the same to say of it."""
        row, policy = rows[0], self._written[rows[0]["policy"]]
        exception = self._exceptions.get((policy.id, row["overruled_by"]))
        said = self._chain(policy, policy.when, row)
        excepted = [(exception, self._chain(policy, exception.when, row))] if exception else []
        same = (id(said), *(id(found) for _, found in excepted), *(row[name] for name in row if name != "unit_id"))
        if same not in self._told:
            links = (*(self._excepted(row, one, found) for one, found in excepted), *self._overruled(row))
            self._told[same] = self._duty(policy, rows, said, links, exception)
        return self._told[same]

    def _duty(
        self, policy: Policy, rows: list[Row], said: Said, links: tuple[Record, ...], exception: Exemption | None
    ) -> Record:
        """A policy, what its condition found, and what it gives way to."""
        row = rows[0]
        sets = [value for value in policy.parameters.values() if isinstance(value, str)]
        pieces = [str(one["piece_id"]) for one in rows if one["piece_id"]]
        settings = json.loads(row["parameters"])
        return Record(
            kind="policy",
            id=policy.id,
            reason=in_languages(policy.clause),
            when=policy.when,
            said=replace(said, parameters=self._parameters(said, sets)),
            days=policy,
            reference=in_languages(policy.reference),
            verified=policy.verified,
            written=self._places[policy.id],
            links=links,
            facts={
                **{name: str(row[name]) for name in ("policy", "instrument", "zone")},
                "clause": in_languages(policy.clause),
                "reference": in_languages(policy.reference),
                **{name: str(row[name]) for name in ("since", "until", "overruled_by", "inherited_from")},
                "exception": say_exception(exception) if exception else "",
                "title": policy.title,
                "instrument_title": Titles("instruments", policy.instrument),
                "subject": policy.subject,
                "effect": policy.effect or "",
                "scope": policy.scope,
                "pieces": pieces,
                "part_ha": sum(self._areas.get(piece, 0.0) for piece in pieces) if pieces else None,
                "strictness": int(row["strictness"]),
                "settings": settings,
                "terms": parameters_said(policy, settings, self._plan.rulebook),
            },
        )

    def _chain(self, policy: Policy, when: str, row: Row) -> Said:
        """What a condition of a policy found where the row is."""
        key = policy.id, when
        if key not in self._asked:
            seen, places = self._seen[policy.scope].seen, self._asked_at[policy.id]
            self._asked[key] = condition_chains(parse_condition(when), seen, self._plan.rulebook, places)
        return self._asked[key][_place(policy, row)]

    def _parameters(self, found: Said, sets: list[str]) -> tuple[Mapping[str, Any], ...]:
        """The parameters that a condition compares with, and those that the policy sets."""
        return parameters_of([*(one["name"] for one in found.parameters), *sets], self._plan.rulebook)

    def _excepted(self, row: Row, one: Exemption, said: Said) -> Record:
        return Record(
            kind="exception",
            id=str(row["overruled_by"]),
            reason=in_languages(one.reason),
            when=one.when,
            said=said,
            reference=in_languages(one.reference),
            verified=one.verified,
        )

    def _overruled(self, row: Row) -> Iterator[Record]:
        other = self._written.get(str(row["overruled_by"]))
        if other is None:
            return
        alike = other.instrument == row["instrument"] and other.strictness > row["strictness"]
        key, title = "explain.stricter" if alike else "explain.banned", titled(other.title, other.id)
        yield Record(
            kind="overruled",
            id=other.id,
            reason=say(key, title=title, id=other.id, strictness=other.strictness),
            days=other,
            reference=in_languages(other.reference),
            verified=other.verified,
            written=self._places[other.id],
        )


def _place(policy: Policy, row: Row) -> str:
    """What was asked: a piece, a jurisdiction, a region, or the unit."""
    if policy.scope == "region":
        return str(row["inherited_from"] or row["unit_id"])
    return str(row[{"piece": "piece_id", "jurisdiction": "inherited_from", "unit": "unit_id"}[policy.scope]])


def _sights(plan: Plan, ids: Collection[str]) -> Mapping[str, ConditionContext]:
    """What the conditions saw; the neighbours of the units' jurisdictions are there for their sums."""
    levels = plan.study.units.levels
    inside = paths(plan.measures, levels)
    own = is_about(plan.measures.index, ids)
    near = plan.measures[(inside.isin(set(inside[own])) & (inside != "")) | own]
    zones = plan.zones.set_index("unit_id").loc[near.index]
    land = rows_about(plan.pieces, ids)
    land.attrs = {"roles": plan.roles}
    quotas = rows_about(plan.quotas, set(near.index.tolist()))
    measures, scopes = near.rename_axis("unit_id"), {policy.scope for policy in plan.rulebook.policies}
    return condition_contexts(zones, measures, quotas, plan.energy, plan.flows, plan.rulebook, land, levels, scopes)


TREATMENTS = ("prohibited", "restricted")


def explain_lists(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """The negative lists that hold in the whole of some units.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of Record
        By unit, sorted by list. Facts: ``list``, ``title``, ``prohibited`` and ``restricted``, the numbers of its
        items, ``complete``, ``items_read`` and ``items_known``, which say how much of it was read, and ``policies``,
        those by which it holds. What an item says, and whether an industry may settle,
        :func:`maps.explain.ask_industry` tells.
    """
    found: dict[str, list[Record]] = {unit: [] for unit in ids}
    explainer = _ListExplainer(plan)
    whole = plan.policies[plan.policies["unit_id"].isin(found) & (plan.policies["piece_id"] == "")]
    held = {str(unit): tuple(rows) for unit, rows in whole.groupby("unit_id")["policy"]}
    return {unit: explainer.lists(unit, held.get(unit, ())) for unit in found}


class _ListExplainer:
    """Explains negative lists.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        self._plan, self._titles = plan, titles_of_lists(plan)
        self._policies = {policy.id: policy for policy in plan.rulebook.policies if policy.list}
        self._lists = {one.list: one for one in cover(plan, (*lists_on(self._policies, plan.rulebook), OWN))}
        self._items = {name: plan.industries[plan.industries["list"] == name] for name in self._lists}

    def lists(self, unit: str, held: Iterable[str]) -> list[Record]:
        """The lists that hold in a unit with some policies."""
        by_list: dict[str, list[Policy]] = {}
        for policy in map(self._policies.get, held):
            if policy is not None:
                by_list.setdefault(str(policy.list), []).append(policy)
        written = [self._by_policy(name, policies) for name, policies in sorted(by_list.items())]
        return [*written, *self._own(unit)]

    def _by_policy(self, name: str, policies: list[Policy]) -> Record:
        first, titles = policies[0], tuple(titled(one.title, one.id) for one in policies)
        return Record(
            kind="list",
            id=name,
            reason=say("explain.list_held", titles=titles),
            days=first,
            reference=in_languages(first.reference),
            verified=first.verified,
            written=in_rulebook(self._plan.rulebook, "policies", first),
            facts={**self._counted(name, self._items[name]), "policies": [one.id for one in policies]},
        )

    def _own(self, unit: str) -> Iterator[Record]:
        """The items of the plan's own list that hold in the unit or a jurisdiction of it."""
        items = self._items[OWN]
        if items.empty:
            return
        items = items[(items["unit_id"] == unit) | items["jurisdiction"].isin(jurisdictions_of(self._plan, unit))]
        if len(items):
            places = tuple(row.unit_id or row.jurisdiction for row in items.itertuples())
            references = tuple(filter(None, items["reference"]))
            yield Record(
                kind="list",
                id=OWN,
                reason=say("explain.list_own", places=places),
                reference=say("explain.references", references=references) if references else "",
                verified=bool(items["verified"].all()),
                facts={**self._counted(OWN, items), "policies": []},
            )

    def _counted(self, name: str, items: pd.DataFrame) -> Mapping[str, object]:
        counts = {one: int((items["treatment"] == one).sum()) for one in TREATMENTS}
        return {**vars(self._lists[name]), "title": self._titles[name], **counts}
