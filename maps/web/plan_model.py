"""The plan as data that can be worked out again: what is asked, of which measures, and in which order it counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Literal, NamedTuple, NewType

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import column_kind, parse_calculation, parse_condition
from layers.errors import escape_hidden
from maps.words import LocalizedPlan, text_in
from zoning.measures import QUOTA, complete_measures, sources_of
from zoning.plan import Plan
from zoning.quotas import UNIT, measures_read, name_level
from zoning.rulebook import (
    ELEVATION_ROLE,
    LOCKED,
    Derived,
    Membership,
    Rule,
    Rulebook,
    possible_range,
    without_unused_topics,
)
from zoning.study import Group, Limit, Lock, Priority, Quota
from zoning.zones import DECISION, gather_parents

Integers = npt.NDArray[np.int64]
Kind = Literal["number", "text", "boolean", "nothing"]

_LOW = np.uint64(0xFFFF_FFFF)


class ExactColumn(NamedTuple):
    """A measure as it is."""

    name: str
    kind: Kind
    texts: tuple[str, ...]


class ExactTable(NamedTuple):
    """Measures of units, or of the larger units of which they are parts."""

    rows: int
    columns: tuple[ExactColumn, ...]
    derived: tuple[str, ...]


def exact_table(table: pd.DataFrame, names: Iterable[str], derived: Iterable[str]) -> tuple[ExactTable, list[Integers]]:
    """Some columns of a table, and their numbers for the block.

    Examples
    --------
    >>> found, numbers = exact_table(pd.DataFrame({"metro": [True, None, False]}), ["metro"], [])
    >>> found.columns[0].kind, [one.tolist() for one in numbers]
    ('boolean', [[2, 1, 0]])
    """
    columns: list[ExactColumn] = []
    numbers: list[Integers] = []
    for name in names:
        column, column_numbers = _exact(name, table[name])
        columns.append(column)
        numbers += column_numbers
    return ExactTable(len(table), tuple(columns), tuple(derived)), numbers


def _exact(name: str, values: pd.Series) -> tuple[ExactColumn, list[Integers]]:
    kind = column_kind(values)
    if kind == "number":
        return ExactColumn(name, "number", ()), halves(values.to_numpy(dtype=np.float64, na_value=np.nan))
    if kind == "text":
        codes, texts = text_codes(values)
        return ExactColumn(name, "text", texts), [codes + 1]
    if kind == "boolean":
        truths = values.astype("boolean")
        yes = truths.fillna(value=False).to_numpy(dtype=bool)
        return ExactColumn(name, "boolean", ()), [np.where(truths.isna(), 1, 2 * yes.astype(np.int64))]
    return ExactColumn(name, "nothing", ()), []


def text_codes(values: pd.Series) -> tuple[Integers, tuple[str, ...]]:
    """Each text by its place among all, which are sorted; -1 where it is missing.

    Examples
    --------
    >>> codes, texts = text_codes(pd.Series(["west", None, "east"]))
    >>> codes.tolist(), texts
    ([1, -1, 0], ('east', 'west'))
    """
    known = values.notna().to_numpy(dtype=bool)
    listed = [str(cell) if there else "" for cell, there in zip(values.tolist(), known, strict=True)]
    texts = tuple(sorted({text for text, there in zip(listed, known, strict=True) if there}))
    places = {text: position for position, text in enumerate(texts)}
    codes = [places[text] if there else -1 for text, there in zip(listed, known, strict=True)]
    return np.array(codes, dtype=np.int64), texts


def halves(numbers: npt.NDArray[np.float64]) -> list[Integers]:
    """The upper and the lower 32 bits of each number; every NaN is one and the same.

    Examples
    --------
    >>> [half.tolist() for half in halves(np.array([1.0, np.nan]))]
    [[1072693248, 2146959360], [0, 0]]
    """
    bits = np.where(np.isnan(numbers), np.nan, numbers).view(np.uint64)
    return [(bits >> np.uint64(32)).astype(np.int64), (bits & _LOW).astype(np.int64)]


Cql2 = NewType("Cql2", object)
"""A condition, or a value, as CQL2-JSON."""


class QuotaShare(NamedTuple):
    """A measure by which a quota weighs, its title, and its part in the weight; None where it is the whole weight."""

    measure: str
    title: str
    share: float | None


class QuotaFactor(NamedTuple):
    """A factor on the weight of the units that meet a condition."""

    when: Cql2
    factor: float


class QuotaBound(NamedTuple):
    """A bound: an exact number, or a measure; both empty where there is none."""

    number: str
    measure: str


class QuotaGroup(NamedTuple):
    """Units that together get at most, or at least, a part of the total: exact per cent, empty for no bound."""

    when: Cql2
    min_pct: str
    max_pct: str


class QuotaLock(NamedTuple):
    """An amount that is settled: of the unit at a place, or where a condition holds, then the place is -1."""

    unit: int
    when: Cql2 | None
    amount: str


class QuotaHandover(NamedTuple):
    """An amount that one unit hands to another afterwards, by their places."""

    giver: int
    receiver: int
    amount: str


class QuotaLink(NamedTuple):
    """A quota above this one that it stays within: its place, the depth where that must hold (0: units), the factor."""

    quota: int
    depth: int
    times: str


class QuotaModel(NamedTuple):
    """A quota, in the order of the plan."""

    name: str
    weighted: bool
    total: str
    step: str
    levels: tuple[int, ...]
    weight: tuple[QuotaShare, ...]
    priority: tuple[QuotaFactor, ...]
    floor: QuotaBound
    ceiling: QuotaBound
    carried: QuotaBound
    reserve_pct: str
    groups: tuple[QuotaGroup, ...]
    locked: tuple[QuotaLock, ...]
    transfers: tuple[QuotaHandover, ...]
    within: tuple[QuotaLink, ...]
    reads: tuple[str, ...]


def quota_models(
    quotas: Sequence[Quota], units: pd.Index, levels: Sequence[str], title: Callable[[str], str]
) -> tuple[QuotaModel, ...]:
    """The quotas of a plan.

    Examples
    --------
    >>> quota = Quota(name="land", period=2025, total=20, unit="ha", levels=("state", "unit"), weight="people")
    >>> (found,) = quota_models([quota], pd.Index(["a"]), ["state"], str)
    >>> found.total, found.levels, found.weight, found.reads
    ('20', (0,), (QuotaShare(measure='people', title='people', share=None),), ('people',))
    """
    places = {str(unit): position for position, unit in enumerate(units)}
    names = [quota.name for quota in quotas]
    return tuple(_model(quota, places, list(levels), names, title) for quota in quotas)


def _model(
    quota: Quota,
    places: dict[str, int],
    levels: list[str],
    names: list[str],
    title: Callable[[str], str],
) -> QuotaModel:
    shares: list[tuple[str, float | None]] = (
        [(quota.weight, None)]
        if isinstance(quota.weight, str)
        else [(part.measure, float(part.share)) for part in quota.weight]
    )
    weight = tuple(QuotaShare(name, escape_hidden(title(name)), share) for name, share in shares)
    return QuotaModel(
        name=quota.name,
        weighted=quota.by == "weighted",
        total=f"{quota.total:f}",
        step=f"{quota.step:f}",
        levels=tuple(levels.index(name) for name in quota.levels if name != UNIT),
        weight=weight,
        priority=tuple(QuotaFactor(_cql2(priority.when), float(priority.factor)) for priority in quota.priority),
        floor=_bound(quota.floor),
        ceiling=_bound(quota.ceiling),
        carried=_bound(quota.carried),
        reserve_pct=f"{quota.reserve_pct:f}",
        groups=tuple(
            QuotaGroup(_cql2(group.when), _text(group.min_pct), _text(group.max_pct)) for group in quota.groups
        ),
        locked=tuple(
            QuotaLock(
                -1 if lock.unit is None else places[lock.unit],
                None if lock.when is None else _cql2(lock.when),
                f"{lock.amount:f}",
            )
            for lock in quota.locked
        ),
        transfers=tuple(
            QuotaHandover(places[transfer.giver], places[transfer.receiver], f"{transfer.amount:f}")
            for transfer in quota.transfers
        ),
        within=tuple(
            QuotaLink(
                names.index(link.quota),
                0 if link.level == UNIT else quota.levels.index(link.level) + 1,
                f"{link.times:f}",
            )
            for link in quota.within
        ),
        reads=tuple(sorted(names_read(quota))),
    )


def names_read(quota: Quota) -> frozenset[str]:
    """The measures and parameters that a quota reads: in weights, bounds and conditions."""
    parts: tuple[Priority | Group | Limit | Lock, ...] = (*quota.priority, *quota.groups, *quota.limits, *quota.locked)
    conditions = (parse_condition(part.when).names for part in parts if part.when is not None)
    return frozenset(measures_read(quota)).union(*conditions)


def _cql2(text: str) -> Cql2:
    return Cql2(parse_condition(text).as_cql2_json())


def _text(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"


def _bound(bound: Decimal | str | None) -> QuotaBound:
    return QuotaBound("", bound) if isinstance(bound, str) else QuotaBound(_text(bound), "")


OF_SLOPE = ("available_ha", "available_in_boundary_ha")
"""Measures of land that is not too steep: how steep that is was asked of a grid, which the page does not have."""


class DerivedMeasure(NamedTuple):
    """A measure that is derived from others."""

    name: str
    number: bool
    whens: tuple[Cql2, ...]
    values: tuple[Cql2, ...]


class AskedRule(NamedTuple):
    """A rule, in the order in which rules count."""

    id: str
    zone: int
    refines: bool
    priority: float
    of_parents: bool
    on_unknown: Literal["review", "no", "error"]
    when: Cql2


class DecidedZone(NamedTuple):
    """A zone that somebody decided, in the order in which decisions count."""

    about: str
    zone: int
    units: tuple[int, ...]
    tier: int


class MovableParameter(NamedTuple):
    """A parameter of the rulebook."""

    name: str
    title: str
    unit: str
    value: float | bool | str
    least: float | None
    most: float | None
    stale: tuple[str, ...]


class QuotaLevel(NamedTuple):
    """The jurisdictions of a level of quotas, sorted; that of each unit stands in the block."""

    name: str
    texts: tuple[str, ...]


class PlanModel(NamedTuple):
    """What the page needs to work the plan out again.

    In the block stand, after all else, the numbers of ``units``, then of ``parents``; of each unit the place of its
    larger unit, where there are any; of each level the place of the jurisdiction of each unit; and the places of the
    units in the order of their ids.
    """

    units: ExactTable
    parents: ExactTable | None
    parent_ids: tuple[str, ...]
    derived: tuple[DerivedMeasure, ...]
    absent: tuple[str, ...]
    rules: tuple[AskedRule, ...]
    default_zone: int
    by_code: tuple[int, ...]
    decided: tuple[DecidedZone, ...]
    parameters: tuple[MovableParameter, ...]
    levels: tuple[QuotaLevel, ...]
    quotas: tuple[QuotaModel, ...]
    file: str
    digest: str


class PlacedModel(NamedTuple):
    """The model, and its numbers for the block."""

    model: PlanModel
    numbers: tuple[Integers, ...]


def plan_model(plan: LocalizedPlan) -> PlacedModel:
    """What the page needs to work a plan out again."""
    measures = plan.measures.reindex(plan.units.index)
    rulebook = without_unused_topics(plan.rulebook, map(str, measures.columns))
    completed = complete_measures(measures, rulebook).table.rename_axis("unit_id")
    level = plan.study.units.part_of
    parents = gather_parents(completed, rulebook, level) if level else None
    rules = _in_order(rulebook, parents is not None)
    read = _names_read(plan, rulebook)
    derived = [
        formula.among(completed.columns)
        for formula in _formulas(rulebook)
        if formula.name in completed.columns and formula.name in read
    ]
    made = {formula.name for formula in _formulas(rulebook)}
    names = [name for name in map(str, completed.columns) if name in read and name not in made]
    names_of_derived = [formula.name for formula in derived]
    units, numbers = _table(completed, names, names_of_derived)
    above = None
    if parents is not None:
        above, more = _table(parents.table.rename_axis("unit_id"), names, names_of_derived)
        numbers += [*more, parents.table.index.get_indexer(parents.of.reindex(completed.index)).astype(np.int64)]
    levels, places = _levels(plan, completed)
    order = np.array(sorted(range(len(completed)), key=list(map(str, completed.index)).__getitem__), dtype=np.int64)
    zones = {zone.code: position for position, zone in enumerate(plan.rulebook.zones)}

    def title(measure: str) -> str:
        return plan.renderer.terms.measure(measure).title

    model = PlanModel(
        units=units,
        parents=above,
        parent_ids=tuple(map(str, parents.table.index)) if parents else (),
        derived=tuple(
            DerivedMeasure(
                formula.name,
                formula.type == "number",
                tuple(Cql2(parse_condition(band.when).as_cql2_json()) for band in formula.table),
                tuple(Cql2(parse_calculation(band.value).as_cql2_json()) for band in formula.table),
            )
            for formula in derived
        ),
        absent=absent_of(plan, rulebook, completed),
        rules=tuple(
            AskedRule(
                id=rule.id,
                zone=zones[rule.zone],
                refines=rule.refines,
                priority=float(rule.priority),
                of_parents=parents is not None and not rule.refines,
                on_unknown=rule.on_unknown,
                when=Cql2(parse_condition(rule.when).as_cql2_json()),
            )
            for rule in rules
        ),
        default_zone=zones[rulebook.default_zone.code],
        by_code=tuple(zones[code] for code in sorted(zones)),
        decided=_decided(plan, completed.index, zones),
        parameters=_parameters(plan),
        levels=levels,
        quotas=quota_models(plan.study.quotas, completed.index, [quota_level.name for quota_level in levels], title),
        file="" if plan.study.tried else escape_hidden(plan.study.path.name),
        digest=plan.source.study.sha256,
    )
    return PlacedModel(model, (*numbers, *places, order))


def absent_of(plan: Plan, rulebook: Rulebook, completed: pd.DataFrame) -> tuple[str, ...]:
    """The measures that nothing gives, of a plan that holds them completed: what its assumptions fill."""
    assumed = {assumption.name for assumption in plan.assumptions if assumption.kind in {"role", "indicator"}}
    absent = []
    for name in (indicator.name for indicator in rulebook.indicators if not indicator.name.startswith(QUOTA)):
        role = name.removesuffix("_share").removesuffix("_ha")
        if {name, role} & assumed and name in completed.columns and _is_filled(completed[name], name, rulebook):
            absent.append(name)
    return tuple(absent)


def _is_filled(values: pd.Series, name: str, rulebook: Rulebook) -> bool:
    """Whether a column is the one value that the rulebook takes where there is none."""
    taken = next(indicator.when_absent for indicator in rulebook.indicators if indicator.name == name)
    if taken in {"unknown", "error"}:
        return bool(values.isna().all())
    return bool(values.notna().all() and (values == taken).all())


def _in_order(rulebook: Rulebook, of_parts: bool) -> list[Rule]:
    """The rules in the order in which their claims count; those that refine are asked of parts alone."""
    rules = (rule for rule in rulebook.rules if of_parts or not rule.refines)
    return sorted(rules, key=lambda rule: (not rule.refines, rule.priority, rule.id))


def _names_read(plan: Plan, rulebook: Rulebook) -> set[str]:
    """The measures that rules and quotas read, and those from which derived ones are."""
    read = {name for rule in rulebook.rules for name in parse_condition(rule.when).names}
    for quota in plan.study.quotas:
        read |= names_read(quota)
    return set(sources_of(read, replace(rulebook, derived=_formulas(rulebook))))


def _formulas(rulebook: Rulebook) -> tuple[Derived, ...]:
    """What the page derives by itself; who lies in a region hangs on no parameter, and is a column like others."""
    return tuple(formula for formula in rulebook.derived if not isinstance(formula, Membership))


def _table(table: pd.DataFrame, names: Collection[str], derived: Collection[str]) -> tuple[ExactTable, list[Integers]]:
    """The columns of a table that are read, its index among them."""
    whole = table.assign(unit_id=table.index.astype(str))
    columns = [name for name in names if name in table.columns]
    return exact_table(whole, ["unit_id", *columns], [name for name in derived if name in table.columns])


def _levels(plan: Plan, completed: pd.DataFrame) -> tuple[tuple[QuotaLevel, ...], list[Integers]]:
    names = dict.fromkeys(name for quota in plan.study.quotas for name in quota.levels if name != UNIT)
    levels, places = [], []
    for name in names:
        codes, texts = text_codes(name_level(name, completed))
        levels.append(QuotaLevel(name, texts))
        places.append(codes)
    return tuple(levels), places


_LOCKED, _LOCKED_PARENT, _LOCKED_AROUND, _DECISION, _DECISION_PARENT = range(5)


def _decided(plan: Plan, units: pd.Index, zones: Mapping[str, int]) -> tuple[DecidedZone, ...]:
    """What was decided, the strongest first."""
    claims = plan.claims[plan.claims["rule"].str.startswith((DECISION, LOCKED))]
    places = {str(unit): position for position, unit in enumerate(units)}
    groups: dict[tuple[int, str, str], list[int]] = {}
    for unit, zone, rule, parent in zip(
        claims["unit_id"], claims["zone"], claims["rule"], claims["inherited_from"], strict=True
    ):
        locked = rule.startswith(LOCKED)
        tier = (_LOCKED if locked else _DECISION) + (1 if parent else 0)
        if locked and plan.rulebook.locked[rule].unit is None:
            tier = _LOCKED_AROUND
        groups.setdefault((tier, rule, zone), []).append(places[unit])
    decided = []
    for (tier, rule, zone), positions in sorted(groups.items()):
        about = "" if rule.startswith(LOCKED) else plan.study.decisions[int(rule.removeprefix(DECISION)) - 1].unit
        decided.append(DecidedZone(about, zones[zone], tuple(sorted(positions)), tier))
    return tuple(decided)


def _parameters(plan: LocalizedPlan) -> tuple[MovableParameter, ...]:
    """The parameters of the rulebook, those included that nothing of the study asks for."""
    terms, rulebook = plan.renderer.terms, plan.rulebook
    values = {
        name: (parameter.value, parameter.unit, parameter.title) for name, parameter in rulebook.parameters.items()
    }
    if rulebook.draft is not None:
        idle = ((parameter, parameter.at(rulebook.day)) for parameter in rulebook.draft.parameters)
        values |= {
            parameter.name: (now.value, parameter.unit, parameter.title)
            for parameter, now in idle
            if now is not None and parameter.name not in values
        }
    steep = rulebook.available_land.steeper_than
    has_elevation = any(layer.role == ELEVATION_ROLE for layer in plan.study.layers)
    return tuple(
        MovableParameter(
            name=name,
            title=escape_hidden(text_in(title or {}, terms.language, terms.name(name))),
            unit=escape_hidden(terms.measured.get(name, "")),
            value=value,
            least=_end(value, unit, 0),
            most=_end(value, unit, 1),
            stale=OF_SLOPE if has_elevation and name == steep else (),
        )
        for name, (value, unit, title) in values.items()
    )


def _end(value: float | bool | str, unit: str, side: Literal[0, 1]) -> float | None:
    """Down to what, or up to what, a parameter can be moved."""
    if isinstance(value, (bool, str)):
        return None
    end = possible_range(value, unit)[side]
    return end if math.isfinite(end) else None
