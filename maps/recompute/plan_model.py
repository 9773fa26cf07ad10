"""The plan as data that can be worked out again: what is asked, of which measures, and in which order it counts."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from layers.conditions import parse_calculation, parse_condition
from layers.errors import escape_hidden
from maps.locale import LocalizedPlan, text_in
from maps.recompute.exact_columns import ExactTable, Integers, exact_table, text_codes
from maps.recompute.quota_model import Cql2, QuotaModel, names_read, quota_models
from zoning.measures import QUOTA, complete_measures, sources_of
from zoning.plan import Plan
from zoning.quotas import UNIT, name_level
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
from zoning.zones import DECISION, gather_parents

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
    own = complete_measures(measures, rulebook).rename_axis("unit_id")
    level = plan.study.units.part_of
    parents = gather_parents(own, rulebook, level) if level else None
    asked = _asked(rulebook, parents is not None)
    read = _names_read(plan, rulebook)
    derived = [one.among(own.columns) for one in _formulas(rulebook) if one.name in own.columns and one.name in read]
    made = {one.name for one in _formulas(rulebook)}
    names = [name for name in map(str, own.columns) if name in read and name not in made]
    names_of_derived = [one.name for one in derived]
    units, numbers = _table(own, names, names_of_derived)
    above = None
    if parents is not None:
        above, more = _table(parents.table.rename_axis("unit_id"), names, names_of_derived)
        numbers += [*more, parents.table.index.get_indexer(parents.of.reindex(own.index)).astype(np.int64)]
    levels, places = _levels(plan, own)
    order = np.array(sorted(range(len(own)), key=list(map(str, own.index)).__getitem__), dtype=np.int64)
    zones = {zone.code: place for place, zone in enumerate(plan.rulebook.zones)}

    def title(measure: str) -> str:
        return plan.renderer.terms.measure(measure).title

    model = PlanModel(
        units=units,
        parents=above,
        parent_ids=tuple(map(str, parents.table.index)) if parents else (),
        derived=tuple(
            DerivedMeasure(
                one.name,
                one.type == "number",
                tuple(Cql2(parse_condition(band.when).as_cql2_json()) for band in one.table),
                tuple(Cql2(parse_calculation(band.value).as_cql2_json()) for band in one.table),
            )
            for one in derived
        ),
        absent=absent_of(plan, rulebook, own),
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
            for rule in asked
        ),
        default_zone=zones[rulebook.default_zone.code],
        by_code=tuple(zones[code] for code in sorted(zones)),
        decided=_decided(plan, own.index, zones),
        parameters=_parameters(plan),
        levels=levels,
        quotas=quota_models(plan.study.quotas, own.index, [one.name for one in levels], title),
        file="" if plan.study.tried else escape_hidden(plan.study.path.name),
        digest=plan.source.study.sha256,
    )
    return PlacedModel(model, (*numbers, *places, order))


def absent_of(plan: Plan, rulebook: Rulebook, completed: pd.DataFrame) -> tuple[str, ...]:
    """The measures that nothing gives, of a plan that holds them completed: what its assumptions fill."""
    assumed = {one.name for one in plan.assumptions if one.kind in {"role", "indicator"}}
    found = []
    for name in (one.name for one in rulebook.indicators if not one.name.startswith(QUOTA)):
        role = name.removesuffix("_share").removesuffix("_ha")
        if {name, role} & assumed and name in completed.columns and _is_filled(completed[name], name, rulebook):
            found.append(name)
    return tuple(found)


def _is_filled(values: pd.Series, name: str, rulebook: Rulebook) -> bool:
    """Whether a column is the one value that the rulebook takes where there is none."""
    taken = next(one.when_absent for one in rulebook.indicators if one.name == name)
    if taken in {"unknown", "error"}:
        return bool(values.isna().all())
    return bool(values.notna().all() and (values == taken).all())


def _asked(rulebook: Rulebook, of_parts: bool) -> list[Rule]:
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
    return tuple(one for one in rulebook.derived if not isinstance(one, Membership))


def _table(table: pd.DataFrame, names: Collection[str], derived: Collection[str]) -> tuple[ExactTable, list[Integers]]:
    """The columns of a table that are read, its index among them."""
    whole = table.assign(unit_id=table.index.astype(str))
    columns = [name for name in names if name in table.columns]
    return exact_table(whole, ["unit_id", *columns], [name for name in derived if name in table.columns])


def _levels(plan: Plan, own: pd.DataFrame) -> tuple[tuple[QuotaLevel, ...], list[Integers]]:
    names = dict.fromkeys(name for quota in plan.study.quotas for name in quota.levels if name != UNIT)
    found, places = [], []
    for name in names:
        codes, texts = text_codes(name_level(name, own))
        found.append(QuotaLevel(name, texts))
        places.append(codes)
    return tuple(found), places


_LOCKED, _LOCKED_PARENT, _LOCKED_AROUND, _DECISION, _DECISION_PARENT = range(5)


def _decided(plan: Plan, units: pd.Index, zones: Mapping[str, int]) -> tuple[DecidedZone, ...]:
    """What was decided, the strongest first."""
    claims = plan.claims[plan.claims["rule"].str.startswith((DECISION, LOCKED))]
    places = {str(unit): place for place, unit in enumerate(units)}
    groups: dict[tuple[int, str, str], list[int]] = {}
    for unit, zone, rule, parent in zip(
        claims["unit_id"], claims["zone"], claims["rule"], claims["inherited_from"], strict=True
    ):
        locked = rule.startswith(LOCKED)
        tier = (_LOCKED if locked else _DECISION) + (1 if parent else 0)
        if locked and plan.rulebook.locked[rule].unit is None:
            tier = _LOCKED_AROUND
        groups.setdefault((tier, rule, zone), []).append(places[unit])
    found = []
    for (tier, rule, zone), own in sorted(groups.items()):
        about = "" if rule.startswith(LOCKED) else plan.study.decisions[int(rule.removeprefix(DECISION)) - 1].unit
        found.append(DecidedZone(about, zones[zone], tuple(sorted(own)), tier))
    return tuple(found)


def _parameters(plan: LocalizedPlan) -> tuple[MovableParameter, ...]:
    """The parameters of the rulebook, those included that nothing of the study asks for."""
    terms, rulebook = plan.renderer.terms, plan.rulebook
    values = {name: (one.value, one.unit, one.title) for name, one in rulebook.parameters.items()}
    if rulebook.draft is not None:
        idle = ((one, one.at(rulebook.day)) for one in rulebook.draft.parameters)
        values |= {
            one.name: (now.value, one.unit, one.title)
            for one, now in idle
            if now is not None and one.name not in values
        }
    steep = rulebook.available_land.steeper_than
    asked = any(layer.role == ELEVATION_ROLE for layer in plan.study.layers)
    return tuple(
        MovableParameter(
            name=name,
            title=escape_hidden(text_in(title or {}, terms.language, terms.name(name))),
            unit=escape_hidden(terms.measured.get(name, "")),
            value=value,
            least=_end(value, unit, 0),
            most=_end(value, unit, 1),
            stale=OF_SLOPE if asked and name == steep else (),
        )
        for name, (value, unit, title) in values.items()
    )


def _end(value: float | bool | str, unit: str, side: Literal[0, 1]) -> float | None:
    """Down to what, or up to what, a parameter can be moved."""
    if isinstance(value, (bool, str)):
        return None
    end = possible_range(value, unit)[side]
    return end if math.isfinite(end) else None
