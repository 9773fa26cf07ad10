"""Why a policy or a list applies, to a unit or parts of it, by which clause, and what it gives way to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from zoning.pipeline.records.findings import each_row, in_rulebook, parameters_of, saids_at
from zoning.plan import Plan
from zoning.policies import ListCoverage, cover_lists, lists_on, say_exception, titles_of_lists
from zoning.reasons import Field, Message, Record, Said, Term, Titles, amount, days_of, in_languages, say, titled
from zoning.rulebook import EXCEPTION, OWN, Exemption, Policy, Rulebook

TREATMENTS = ("prohibited", "restricted")
_HELD = ("unit_id", "piece_id", "policy")


def list_records(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """Why negative lists hold in the whole of some units."""
    by_unit: dict[str, list[Record]] = {unit: [] for unit in ids}
    maker = _ListMaker(plan)
    held: dict[str, list[str]] = {}
    for unit, piece, policy in zip(*(plan.policies[column].tolist() for column in _HELD), strict=True):
        if not piece and unit in by_unit:
            held.setdefault(unit, []).append(policy)
    return {unit: maker.lists(unit, held.get(unit, ())) for unit in by_unit}


class _ListMaker:
    """Makes the records of negative lists."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._titles = plan, titles_of_lists(plan.rulebook, plan.study)
        self._policies = {policy.id: policy for policy in plan.rulebook.policies if policy.list}
        self._lists = {
            coverage.list: coverage for coverage in cover(plan, (*lists_on(self._policies, plan.rulebook), OWN))
        }
        self._items = {name: plan.industries[plan.industries["list"] == name] for name in self._lists}
        self._made: dict[tuple[str, ...], Record] = {}

    def lists(self, unit: str, held: Iterable[str]) -> list[Record]:
        """The lists that hold in a unit with some policies."""
        by_list: dict[str, list[Policy]] = {}
        for policy in map(self._policies.get, held):
            if policy is not None:
                by_list.setdefault(str(policy.list), []).append(policy)
        written = [self._written(name, policies) for name, policies in sorted(by_list.items())]
        return [*written, *self._of_own_list(unit)]

    def _written(self, name: str, policies: list[Policy]) -> Record:
        """A list of the rulebook; units in which it holds by the same policies share one record."""
        key = (name, *(policy.id for policy in policies))
        if key not in self._made:
            self._made[key] = self._by_policy(name, policies)
        return self._made[key]

    def _by_policy(self, name: str, policies: list[Policy]) -> Record:
        first, titles = policies[0], tuple(titled(policy.title, policy.id) for policy in policies)
        return Record(
            kind="list",
            id=name,
            reason=say("explain.list_held", titles=titles),
            days=days_of(first),
            reference=in_languages(first.reference),
            reading=first.reading,
            written=in_rulebook(self._plan.rulebook, "policies", first),
            facts={**self._counted(name, self._items[name]), "policies": [policy.id for policy in policies]},
        )

    def _of_own_list(self, unit: str) -> Iterator[Record]:
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
                reading=str(items["reading"].iloc[0]),
                facts={**self._counted(OWN, items), "policies": []},
            )

    def _counted(self, name: str, items: pd.DataFrame) -> Mapping[str, object]:
        counts = {treatment: int((items["treatment"] == treatment).sum()) for treatment in TREATMENTS}
        return {**vars(self._lists[name]), "title": self._titles[name], **counts}


def item_records(plan: Plan, rows: pd.DataFrame) -> list[Record]:
    """The items of negative lists: what each says of a branch of industry, where, and by which document."""
    titles = titles_of_lists(plan.rulebook, plan.study)
    return [
        Record(
            kind="item",
            id=str(row["code"]),
            reason=row["conditions"],
            reference=row["reference"],
            reading=str(row["reading"]) or ("read" if row["verified"] else "unread"),
            facts={
                "list": str(row["list"]),
                "title": titles.get(str(row["list"]), ""),
                "provision": row["provision"],
                **{name: str(row[name]) for name in ("treatment", "state", "unit_id", "jurisdiction")},
                "note": row["note"],
            },
        )
        for row in each_row(rows)
    ]


def cover(plan: Plan, names: Iterable[str], titles: Mapping[str, str] | None = None) -> tuple[ListCoverage, ...]:
    """How much of some negative lists a plan has read, by their ids, with titles or without."""
    section = plan.study.industries
    own_complete = section is not None and section.complete
    return cover_lists(names, plan.industries, plan.rulebook, titles, own_complete=own_complete)


def jurisdictions_of(plan: Plan, unit_id: str) -> set[str]:
    """The names of the jurisdictions of all levels to which a unit belongs."""
    unit = plan.units.loc[unit_id]
    return {str(unit[level]) for level in ("jurisdiction", *plan.study.units.levels) if level in unit.index} - {""}


Row = Mapping[str, Any]
UNITS_AT_ONCE = 4_096
"""Of so many units the rows are taken apart at a time: there may be a hundred policies in each."""
_ASKED = {"piece": "piece_id", "jurisdiction": "inherited_from", "region": "inherited_from", "unit": "unit_id"}
"""The column that names what a policy asks, by its scope; where it is empty, as in a region, the unit is asked."""


def policy_records(plan: Plan, rows: pd.DataFrame) -> list[Record]:
    """Why policies apply; rows of one policy on several pieces of a unit share one."""
    maker, records = _PolicyMaker(plan, rows), dict[int, Record]()
    block = pd.factorize(rows["unit_id"])[0] // UNITS_AT_ONCE
    for number in range(block.max(initial=-1) + 1):
        here = np.flatnonzero(block == number)
        block_rows = each_row(rows.iloc[here])
        keys = [_group_key(row) for row in block_rows]
        groups: dict[tuple[str, ...], list[Row]] = {}
        for key, row in zip(keys, block_rows, strict=True):
            groups.setdefault(key, []).append(row)
        made = {key: maker.duty(group) for key, group in groups.items()}
        records |= zip(here.tolist(), map(made.__getitem__, keys), strict=True)
    return [records[position] for position in range(len(rows))]


def _group_key(row: Row) -> tuple[str, ...]:
    """What rows have alike that tell of one policy in one unit, on all its pieces."""
    whole = "" if row["piece_id"] == "" else "part"
    return (row["unit_id"], row["policy"], whole, row["overruled_by"], row["inherited_from"])


class _PolicyMaker:
    """Makes the records of policies."""

    def __init__(self, plan: Plan, rows: pd.DataFrame) -> None:
        self._plan = plan
        self._written = {policy.id: policy for policy in plan.rulebook.policies}
        self._exceptions = {
            (policy.id, f"{EXCEPTION}{number}"): exception
            for policy in plan.rulebook.policies
            for number, exception in enumerate(policy.exceptions, start=1)
        }
        self._asked_at = {
            str(name): _places(self._written[str(name)], policy_rows)
            for name, policy_rows in rows.groupby("policy", sort=False)
        }
        self._places = {policy.id: in_rulebook(plan.rulebook, "policies", policy) for policy in plan.rulebook.policies}
        self._evidence: dict[tuple[str, str], dict[str, Said]] = {}
        self._records: dict[tuple[Any, ...], Record] = {}

    def duty(self, rows: list[Row]) -> Record:
        """One policy in one unit; the same record wherever there is the same to say of it."""
        row, policy = rows[0], self._written[rows[0]["policy"]]
        exception = self._exceptions.get((policy.id, row["overruled_by"]))
        evidence = self._chain(policy, policy.when, row)
        excepted = [(exception, self._chain(policy, exception.when, row))] if exception else []
        same = (
            id(evidence),
            *(id(exempting_evidence) for _, exempting_evidence in excepted),
            *(row[name] for name in row if name != "unit_id"),
        )
        if same not in self._records:
            links = (
                *(self._excepted(row, exception, exempting_evidence) for exception, exempting_evidence in excepted),
                *self._overruled(row),
            )
            self._records[same] = self._duty(policy, rows, evidence, links, exception)
        return self._records[same]

    def _duty(
        self, policy: Policy, rows: list[Row], evidence: Said, links: tuple[Record, ...], exception: Exemption | None
    ) -> Record:
        """A policy, what its condition found, and what it gives way to."""
        row = rows[0]
        sets = [value for value in policy.parameters.values() if isinstance(value, str)]
        pieces = [str(row["piece_id"]) for row in rows if row["piece_id"]]
        settings = json.loads(row["parameters"])
        return Record(
            kind="policy",
            id=policy.id,
            reason=in_languages(policy.clause),
            when=policy.when,
            evidence=replace(evidence, parameters=self._parameters(evidence, sets)),
            days=days_of(policy),
            reference=in_languages(policy.reference),
            reading=policy.reading,
            written=self._places[policy.id],
            links=links,
            facts={
                **{name: str(row[name]) for name in ("policy", "instrument", "zone")},
                "clause": in_languages(policy.clause),
                "reference": in_languages(policy.reference),
                **{name: str(row[name]) for name in ("since", "until", "overruled_by", "inherited_from")},
                "inherited_name": Term("place", str(row["inherited_from"])),
                "exception": say_exception(exception) if exception else "",
                "extent": in_languages(policy.extent.reference) if policy.extent else "",
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

    @cached_property
    def _areas(self) -> Mapping[str, float]:
        """The hectares of each piece."""
        areas: dict[str, float] = self._plan.pieces["area_ha"].to_dict() if len(self._plan.pieces) else {}
        return areas

    def _chain(self, policy: Policy, when: str, row: Row) -> Said:
        """What a condition of a policy found where the row is."""
        evaluation = self._plan.trace.policies.get(policy.scope, {}).get(when)
        if evaluation is None:
            return Said()
        key = policy.id, when
        if key not in self._evidence:
            self._evidence[key] = saids_at(evaluation, self._asked_at[policy.id], self._plan.rulebook)
        return self._evidence[key][_subject(policy, row)]

    def _parameters(self, evidence: Said, sets: list[str]) -> tuple[str, ...]:
        """The parameters that a condition compares with, and those that the policy sets."""
        return parameters_of([*map(str, evidence.parameters), *sets], self._plan.rulebook)

    def _excepted(self, row: Row, exception: Exemption, evidence: Said) -> Record:
        return Record(
            kind="exception",
            id=str(row["overruled_by"]),
            reason=in_languages(exception.reason),
            when=exception.when,
            evidence=evidence,
            reference=in_languages(exception.reference),
            reading=exception.reading,
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
            days=days_of(other),
            reference=in_languages(other.reference),
            reading=other.reading,
            written=self._places[other.id],
        )


def _subject(policy: Policy, row: Row) -> str:
    """What was asked: a piece, a jurisdiction, a region, or the unit."""
    return str(row[_ASKED[policy.scope]] or row["unit_id"])


def _places(policy: Policy, rows: pd.DataFrame) -> set[str]:
    """What was asked in some rows, see :func:`_subject`."""
    labels, units = (rows[name].tolist() for name in (_ASKED[policy.scope], "unit_id"))
    return {label or unit for label, unit in zip(labels, units, strict=True)}


def parameters_said(
    policy: Policy | None, settings: Mapping[str, Any], rulebook: Rulebook | None
) -> list[tuple[Term, Field]]:
    """What each setting of a policy is called, and what it is.

    Examples
    --------
    >>> from zoning.policies import policy_parameters_of
    >>> from zoning.rulebook import read_rulebook
    >>> rulebook = read_rulebook("us_west")
    >>> (park,) = (one for one in rulebook.policies if one.id == "air-class-one")
    >>> ((title, text),) = parameters_said(park, policy_parameters_of(park, rulebook), rulebook)
    >>> title.kind, text.key, text.fields["value"]
    ('name', 'amount.measured', 6000.0)
    """
    teller = _Teller(_titled(rulebook), [setting.code for setting in rulebook.terms.settings] if rulebook else ())
    named = policy.parameters if policy else {}
    implied = {"list"} if policy and policy.list else set()  # the title of the policy has said it
    titles = {key: teller.title(key, named.get(key)) for key in settings if key not in implied}
    pairs = [(title, _of(title, teller.text(settings[key]))) for key, title in titles.items()]
    each = say("explain.each_its_own")  # where the setting is a measure of each unit
    return [(title, each if text == title else text) for title, text in pairs]


def _of(title: Term, text: Field) -> Field:
    """A plain number with the name of the parameter that it is of, for a share is written in per cent."""
    if isinstance(text, Message) and text.key == "amount.number" and title.kind == "name":
        return say(text.key, **text.fields, name=title)
    return text


class _Teller:
    """Says settings."""

    def __init__(self, titled: Iterable[str], settings: Iterable[str]) -> None:
        self._titled, self._settings = frozenset(titled), frozenset(settings)

    def title(self, key: str, named: object = None) -> Term:
        """What a setting is called: as the parameter or indicator that it names, else by its own title."""
        return Term("name", named) if isinstance(named, str) and named in self._titled else Term("setting", key)

    def text(self, value: Any) -> Field:
        """A value with its unit, or lists and tables of such, in one line."""
        if isinstance(value, Mapping) and set(value) == {"value", "unit"}:
            return self._measured(value["value"], str(value["unit"]))
        if isinstance(value, Mapping):
            pairs = [say("explain.pair", title=self.title(key), text=self.text(entry)) for key, entry in value.items()]
            return _row("explain.row", pairs)
        if isinstance(value, list):
            tables = any(isinstance(entry, Mapping) for entry in value)
            return _row("explain.rows" if tables else "explain.row", map(self.text, value))
        return self._plain(value)

    def _measured(self, value: Any, unit: str) -> Field:
        if value is None:
            return say("explain.missing")
        return self._plain(value) if isinstance(value, bool | str) else amount(value, unit)

    def _plain(self, value: Any) -> Field:
        if isinstance(value, bool):
            return say("explain.taken_true" if value else "explain.taken_false")
        if isinstance(value, int | float):
            return amount(value)
        text = str(value)
        if text in _LIGHTS:
            return say(f"light.{text}")
        if text in self._titled:
            return Term("name", text)
        return Term("setting", text) if text in self._settings else text


def _titled(rulebook: Rulebook | None) -> Iterator[str]:
    """The measures and parameters of a rulebook that have a title."""
    if rulebook is not None:
        yield from (indicator.name for indicator in rulebook.indicators if indicator.title)
        yield from (parameter.name for parameter in rulebook.parameters.values() if parameter.title)
        yield from (measure.name for measure in rulebook.derived if measure.title)


_LIGHTS = ("green", "yellow", "red")


def _row(key: str, several: Iterable[Field]) -> Field:
    """Fields side by side, also those that are alike."""
    *before, row = [*several] or [""]
    for field in reversed(before):
        row = say(key, first=field, rest=row)
    return row
