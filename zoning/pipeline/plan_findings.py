"""Findings: what a finished plan assumes, leaves open, misses or does for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from layers.conditions import condition_parts, parse_condition
from zoning.measures import complete_measures, lines_left_out, unknown_measures
from zoning.plan import Assumption, Plan
from zoning.policies import UNSTATED, find_repeats, gaps_in, uncovered
from zoning.quotas import why_unplaced
from zoning.reasons import Field, Ids, Message, Remark, Term, amount, in_languages, remark, say
from zoning.rulebook import (
    LOCKED,
    STUDY,
    UNIT,
    DatedValue,
    Floor,
    Parameter,
    RegionTarget,
    Rulebook,
    Scalar,
    Scheme,
    Value,
    without_unused_topics,
)
from zoning.study import Decision
from zoning.zones import (
    DECISION,
    DEFAULT_RULE,
    OPEN,
    assumed_measures,
    first_part,
    floors_in,
    margin_findings,
    norms_in,
    refinements,
    resolve,
)


def assume(absent: Iterable[Assumption], undeducted_roles: Iterable[str], rulebook: Rulebook) -> tuple[Assumption, ...]:
    """What was absent, which deductions were not made, and which parameters nobody has seen in an official text."""
    deductions = (Assumption(role, "deduction", say("assumed.no_deduction")) for role in undeducted_roles)
    unread = (_unseen(value) for value in rulebook.parameters.values() if not value.verified)
    return (*absent, *deductions, *unread)


def assume_scheme(scheme: Scheme, period: int, targets: Mapping[str, RegionTarget]) -> tuple[Assumption, ...]:
    """What of a scheme of dual control nobody has seen in an official text: its numbers, and targets of regions."""
    day = date(period, 12, 31)
    values = ((parameter, parameter.at(day)) for parameter in scheme.parameters if not parameter.verified)
    numbers = (_unseen_in(scheme, parameter, value) for parameter, value in values if value is not None)
    return (
        *numbers,
        *(_unseen_target(scheme, region, target) for region, target in targets.items() if not target.verified),
    )


def _unseen(value: Value) -> Assumption:
    return Assumption(value.name, "parameter", _not_seen(value.value, value.unit))


def _unseen_in(scheme: Scheme, parameter: Parameter, value: DatedValue) -> Assumption:
    """A number of a scheme; schemes share the names of their numbers."""
    return Assumption(f"{parameter.name} ({scheme.code})", "parameter", _not_seen(value.value, parameter.unit))


def _unseen_target(scheme: Scheme, region: str, target: RegionTarget) -> Assumption:
    """What a scheme sets a region; the total goes with the intensity, for both stand in one row."""
    return Assumption(
        f"intensity_fall_pct of {region} ({scheme.code})", "parameter", _not_seen(float(target.intensity_fall_pct), "%")
    )


def _not_seen(value: Scalar, unit: str) -> Message:
    return say("assumed.not_seen", amount=amount(value, unit))


SHOWN = 5
_ASKED_FOR = ("last",)
"""Reasons for which an amount stays unplaced because somebody asked for it."""
_ORDER = ("error", "warning", "note")


def plan_findings_of(plan: Plan) -> tuple[Remark, ...]:
    """What a finished plan leaves open, misses or does for nothing.

    Examples
    --------
    >>> from zoning.study import builtin_study, read_study
    >>> from zoning.pipeline.flow import run
    >>> plan = run(read_study(builtin_study("us_mountain_west")))
    >>> {finding.code for finding in plan_findings_of(plan)}
    {'instrument_unread'}
    """
    findings = [
        *_left_out(plan),
        *_policies(plan),
        *_zones(plan),
        *_without_roles(plan),
        *margin_findings(plan),
        *_floors(plan),
        *_norms(plan),
        *_decisions(plan),
        *find_repeats(plan),
        *_refined(plan),
        *_decided_by_topics(plan),
        *find_unplaced(plan),
        *_services(plan),
        *_over_capacity(plan),
        *_empty_measures(plan),
        *_limits_out_of_range(plan),
        *_fractional_reserves(plan),
        *_instruments(plan),  # what has no text or layer comes last: it says what to bring, not what to look at
    ]
    return tuple(sorted(findings, key=lambda finding: _ORDER.index(finding.level)))


def _of_units(code: str, ids: Iterable[str], fields: Mapping[str, Field] | None = None) -> Remark:
    """A warning about some units."""
    units = sorted(ids)
    return remark("warning", code, units, {"units": Ids(tuple(units)), **(fields or {})})


def _left_out(plan: Plan) -> Iterator[Remark]:
    """What the plan does without, each with the measures that are unknown for it."""
    for omission in plan.left_out:
        fields: dict[str, Field] = {"name": omission.name, "said": omission.said}
        unknown = unknown_measures([omission], plan.rulebook)
        if omission.kind != "layer":
            yield remark(
                "warning", "left_out", [omission.name], fields | {"section": omission.kind}, key="left_out_entry"
            )
        elif unknown:
            yield remark("warning", "left_out", [omission.name], fields | {"names": Ids(unknown)}, omission.name)
        else:
            yield remark("warning", "left_out", [omission.name], fields, omission.name, key="left_out_alone")
    lines = lines_left_out(plan.left_out, plan.rulebook)
    if lines:
        yield remark("warning", "left_out", lines, {"names": Ids(lines)}, key="left_out_lines")


def _without_roles(plan: Plan) -> Iterator[Remark]:
    """That every unit has the main function of the rest, and no layer a role by which a rule could claim one."""
    rest = [zone for zone in plan.rulebook.zones if zone.default]
    if not any(layer.role for layer in plan.study.layers) and set(plan.zones["main"]) == {zone.code for zone in rest}:
        yield remark("note", "no_role", (), {"zone": in_languages(rest[0].title)})


def _policies(plan: Plan) -> Iterator[Remark]:
    """Units without any policy, and without an instrument that each must have on the whole of its land."""
    bare = uncovered(plan.policies, plan.units.index)
    if bare:
        yield _of_units("uncovered", bare)
    rows = plan.policies
    whole = rows[(rows["piece_id"] == "") & (rows["overruled_by"] == "")]
    rulebook = in_languages(plan.rulebook.display_name)
    for instrument in plan.rulebook.instruments:
        missing = set(plan.units.index) - set(whole.loc[whole["instrument"] == instrument, "unit_id"])
        if missing:
            fields: dict[str, Field] = {"instrument": Term("instrument", instrument), "rulebook": rulebook}
            yield _of_units("missing_instrument", missing, fields)


def _instruments(plan: Plan) -> Iterator[Remark]:
    """Units without an instrument for which no reason is stated, and instruments whose text nobody has read."""
    gaps, rulebook = gaps_in(plan), in_languages(plan.rulebook.display_name)
    for instrument in plan.rulebook.coverage:
        rows = gaps[gaps["instrument"] == instrument.code]
        fields: dict[str, Field] = {"instrument": in_languages(instrument.title), "rulebook": rulebook}
        missing = rows.loc[rows["gap"] == UNSTATED, "unit_id"]
        if len(missing):
            yield _of_units("missing_instrument", missing, fields)
        for number, gap in enumerate(instrument.gaps):
            units = rows.loc[rows["gap"] == number, "unit_id"].tolist()
            if gap.needs is not None and units:
                words: dict[str, Field] = {"reason": in_languages(gap.reason), "needs": in_languages(gap.needs)}
                yield remark("note", "instrument_unread", units, fields | words, instrument.code)


def _empty_measures(plan: Plan) -> Iterator[Remark]:
    """Measures that the study has and that say nothing anywhere; of columns, only those that the rulebook reads."""
    absent = {*unknown_measures(plan.left_out, plan.rulebook)}
    absent |= {
        name
        for assumption in plan.assumptions
        for name in (assumption.name, f"{assumption.name}_share", f"{assumption.name}_ha")
    }
    roles = (f"{role}_share" for role in dict.fromkeys(plan.roles.values()))
    indicators = (indicator.name for indicator in plan.rulebook.indicators if indicator.name not in absent)
    names = dict.fromkeys((*(name for layer in plan.study.layers for name in layer.measure), *roles, *indicators))
    measures = plan.measures[[name for name in names if name in plan.measures.columns]]
    empty = [str(name) for name, column in measures.items() if name not in absent and _says_nothing(column)]
    if empty:
        yield remark("warning", "empty_measure", empty, {"names": Ids(tuple(empty))})


def _limits_out_of_range(plan: Plan) -> Iterator[Remark]:
    """Limits of rules beyond what their measure can be, so that all units get one answer: 30 for 30 % of a share."""
    ranges = {
        indicator.name: indicator.limits for indicator in plan.rulebook.indicators if indicator.limits is not None
    }
    rulebook = without_unused_topics(plan.rulebook, map(str, plan.measures.columns))
    first, values = complete_measures(plan.measures.head(1), rulebook).table, rulebook.values
    for rule in rulebook.rules:
        condition = parse_condition(rule.when)
        if ranges.keys().isdisjoint(condition.names) or not condition.names <= {*first.columns, *values}:
            continue
        for part in condition_parts(condition.evaluate(first, values)):
            least, most = ranges.get(part.measure, (-np.inf, np.inf))
            if part.operator and not least <= part.limit <= most:
                fields: dict[str, Field] = {"rule": rule.id, "measure": part.measure, "limit": part.limit}
                fields |= {"least": least, "most": most, "parameter": part.parameter}
                key = "limit_out_of_range" if part.parameter else "number_out_of_range"
                yield remark("warning", "limit_out_of_range", [rule.id], fields, key=key)


def _fractional_reserves(plan: Plan) -> Iterator[Remark]:
    """Reserves of less than 1 %: reserve_pct = 0.05 is a twentieth of a per cent."""
    for quota in plan.study.quotas:
        if 0 < quota.reserve_pct < 1:
            fields: dict[str, Field] = {
                "quota": in_languages(quota.title or quota.name),
                "pct": quota.reserve_pct,
                "meant": (100 * quota.reserve_pct).normalize(),
            }
            yield remark("warning", "fractional_reserve", [quota.name], fields)


def _says_nothing(column: pd.Series) -> bool:
    """Whether all is missing or 0; that something is false everywhere is an answer."""
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        return bool((column.isna() | (column == 0)).all())
    return bool(column.isna().all())


def _zones(plan: Plan) -> Iterator[Remark]:
    for status in OPEN:
        units = plan.zones.loc[plan.zones["status"] == status, "unit_id"]
        if len(units):
            yield _of_units(status, units)
    hanging = plan.zones[plan.zones["status"] == "assumed"]
    if len(hanging):
        measures = assumed_measures(hanging)
        yield _of_units(
            "assumed",
            hanging["unit_id"],
            {"names": tuple(Term("name", measure) for measure in measures), "codes": ", ".join(measures)},
        )


def _floors(plan: Plan) -> Iterator[Remark]:
    """Floors that are missed, place by place, and those that nobody could check."""
    levels, weighed = plan.study.units.levels, floors_in(plan)
    for number, floor in enumerate(plan.rulebook.floors):
        roles = next((line.roles for line in plan.rulebook.lines if line.code == floor.line), ())
        rows = weighed[weighed["floor"] == number]
        if not set(roles) & set(plan.roles.values()):
            yield _unchecked(floor, "floor_no_layer", {"roles": tuple(Term("role", role) for role in roles)})
        elif floor.level == "jurisdiction" and not levels:
            yield _unchecked(floor, "floor_no_level")
        else:
            yield from _weighed(plan, floor, rows)


def _unchecked(floor: Floor, key: str, fields: Mapping[str, Field] | None = None, places: Sequence[str] = ()) -> Remark:
    all_fields = {"title": in_languages(floor.title), **(fields or {})}
    return remark("note", "floor_unchecked", places, all_fields, floor.line, count=max(len(places), 1), key=key)


def _weighed(plan: Plan, floor: Floor, rows: pd.DataFrame) -> Iterator[Remark]:
    of = Term("name", floor.of)
    for row in rows[rows["missing_ha"] > 0].to_dict("records"):
        place_name = str(row["place"])
        fields: dict[str, Field] = {
            "title": in_languages(floor.title),
            "place": _territory(place_name),
            "of": of,
            "reference": in_languages(floor.reference),
            "share": 100 * row["share"],
            "least": 100 * row["at_least"],
            "missing": row["missing_ha"],
            "settled": row["settled_ha"],
            "whole": row["of_ha"],
        }
        yield remark("warning", "floor_missed", [place_name or plan.study.name], fields, floor.line)
    silent = rows.loc[rows["missing_ha"].isna(), "place"].tolist()
    if silent:
        places = [name or plan.study.name for name in silent]
        yield _unchecked(floor, "floor_no_measure", {"of": of, "places": Ids(tuple(places))}, places)


def _territory(name: str) -> Field:
    """A place by its name; the whole study has none."""
    return name or say("place.study")


def _norms(plan: Plan) -> Iterator[Remark]:
    """Norms that are not kept, and those of which nobody can say, each with the first places and their values."""
    rows = norms_in(plan)
    for norm in plan.rulebook.norms:
        norm_rows, title = rows[rows["norm"] == norm.id], in_languages(norm.title)
        if norm_rows.empty:
            fields: dict[str, Field] = {"title": title, "level": norm.level}
            key = "norm_no_quota" if norm.level in (UNIT, STUDY) else "norm_no_place"
            yield remark("note", "norm_unchecked", (), fields, norm.id, count=1, key=key)
        for code, answer in (("norm_missed", "no"), ("norm_unchecked", "unknown")):
            here = norm_rows[norm_rows["answer"] == answer]
            if len(here):
                first = zip(here["place"][:SHOWN], here["facts"][:SHOWN], strict=True)
                facts = [say("finding.norm_told", place=_territory(name), facts=fact) for name, fact in first]
                if len(here) > SHOWN:
                    facts.append(say("finding.and_so_on"))
                fields = {
                    "title": title,
                    "all": len(norm_rows),
                    "told": tuple(facts),
                    "reference": in_languages(norm.reference),
                }
                places = [name or plan.study.name for name in here["place"]]
                yield remark("warning" if answer == "no" else "note", code, places, fields, norm.id)


def _decisions(plan: Plan) -> Iterator[Remark]:
    """Decisions that change nothing, and those that a locked unit stands against."""
    rules = plan.claims[~plan.claims["rule"].str.startswith(DECISION)]
    places = [first_part(plan.zones, decision.unit) for decision in plan.study.decisions]
    rules = rules[rules["unit_id"].isin(places)]
    without = resolve(rules, plan.rulebook) if len(rules) else pd.DataFrame()
    for number, decision in enumerate(plan.study.decisions, start=1):
        fields: dict[str, Field] = {"number": number, "unit": Ids((decision.unit,))}
        unit = places[number - 1]
        if not unit:
            yield _decided("decision_unit_dropped", decision, fields)
            continue
        for zone in filter(None, (decision.main, decision.overlay)):
            claims, row = rules[rules["unit_id"] == unit], without.loc[unit].to_dict()
            if unit != decision.unit:  # on a larger unit: what counts is the function of the whole
                claims, row = claims[claims["inherited_from"] != ""], row | {"main": row["main_of_whole"]}
            yield from _idle(plan, decision, zone, claims, pd.Series(row), fields)


def _idle(
    plan: Plan, decision: Decision, zone: str, claims: pd.DataFrame, without: pd.Series, fields: dict[str, Field]
) -> Iterator[Remark]:
    """One matter of a decision: the main function, or one overlay."""
    is_main = zone == decision.main
    alike = claims["zone"].isin(plan.rulebook.codes("main")) if is_main else claims["zone"] == zone
    locked = claims[alike & claims["rule"].str.startswith(LOCKED)]
    message = _verdict_of_rules(zone, claims, without, is_main=is_main)
    if decision.date > plan.rulebook.day:
        day: dict[str, Field] = {"date": decision.date, "today": plan.rulebook.day, "said": message}
        yield _decided("decision_not_in_force", decision, fields | day)
    elif len(locked) and zone not in set(locked["zone"]):
        row = locked.iloc[0]
        held = say("finding.said", zone=Term("name", row["zone"]), rule=row["rule"], reason=row["reason"])
        yield _decided("decision_against_lock", decision, fields | {"wanted": Term("name", zone), "said": held})
    elif zone == without["main"] if is_main else zone in str(without["overlays"]).split(";"):
        yield _decided("decision_without_effect", decision, fields | {"said": message})


def _refined(plan: Plan) -> Iterator[Remark]:
    """How far parts deviate from the main function of their whole: no fault, but to be seen."""
    table = refinements(plan.zones)
    rows = table[table["refined_parts"] > 0]
    if len(rows):
        wholes = tuple(
            say("finding.refined_whole", whole=str(whole), refined=row["refined_ha"], area=row["area_ha"])
            for whole, row in rows.iterrows()
        )
        parts, level = int(rows["refined_parts"].sum()), plan.study.units.part_of or ""
        message = say("finding.refined", count=parts, level=level, wholes=wholes)
        yield Remark("note", "refined", "", tuple(map(str, rows.index)), len(rows), message)


def _decided_by_topics(plan: Plan) -> Iterator[Remark]:
    """How many main functions follow from what the plan gives of a topic, and which units have theirs otherwise."""
    topics = {indicator.name: indicator.topic for indicator in plan.rulebook.indicators if indicator.topic is not None}
    mains = set(plan.rulebook.codes("main"))
    read = {
        rule.id: parse_condition(rule.when).names & topics.keys() for rule in plan.rulebook.rules if rule.zone in mains
    }
    given = {topics[name] for name in topics.keys() & set(plan.measures.columns)}
    for topic in dict.fromkeys(topics.values()):
        rules = {rule for rule, names in read.items() if any(topics[name] == topic for name in names)}
        if topic in given and rules:
            names = sorted({name for rule in rules for name in read[rule] if topics[name] == topic})
            by_topic = plan.zones["rule"].isin(rules)
            others = sorted(plan.zones.loc[~by_topic, "unit_id"])
            fields: dict[str, Field] = {
                "names": tuple(Term("name", name) for name in names),
                "decided": int(by_topic.sum()),
                "units": Ids(tuple(others)),
            }
            key = "decided_by_topic_alone" if not others else ""
            yield remark("note", "decided_by_topic", others, fields, key=key)


def _verdict_of_rules(zone: str, claims: pd.DataFrame, without: pd.Series, *, is_main: bool) -> Message:
    """What the rules say in the matter, without any decision of the plan."""
    if is_main and without["rule"] == DEFAULT_RULE:
        return say("finding.said_default", zone=Term("name", without["main"]))
    if is_main:
        main = Term("name", without["main"])
        return say("finding.said", zone=main, rule=without["rule"], reason=without["reason"])
    rows = claims[(claims["zone"] == zone) & (claims["answer"] == "yes")]
    if rows.empty:
        return say("finding.said_nothing", zone=Term("name", zone))
    row = rows.iloc[0]
    return say("finding.said", zone=Term("name", zone), rule=row["rule"], reason=row["reason"])


def _decided(code: str, decision: Decision, fields: Mapping[str, Field]) -> Remark:
    return remark("warning", code, [decision.unit], fields)


def _services(plan: Plan) -> Iterator[Remark]:
    """Units whose people have less of a service than its standard, service by service."""
    for index in plan.study.indices:
        name = f"{index.name}_people_below"
        if index.standards and name in plan.measures.columns:
            below = plan.measures[name].astype(float)
            units = sorted(map(str, below.index[below > 0]))
            if units:
                fields: dict[str, Field] = {"name": Term("name", index.name), "people": float(below.sum())}
                yield _of_units("below_standard", units, fields)


def _over_capacity(plan: Plan) -> Iterator[Remark]:
    """Units in which more people live, or hectares are used, than there is enough for, by what is scarcest."""
    for index in plan.study.indices:
        if index.capacity is None or index.capacity.present is None:
            continue
        present, key = index.capacity.present, "over_capacity" if index.capacity.per == "person" else "over_capacity_ha"
        if {present, *index.measures} <= set(plan.measures.columns):
            over = plan.measures[plan.measures[present].astype(float) > plan.measures[index.name].astype(float)]
            for scarcest, rows in over.groupby(f"{index.name}_limited_by", sort=True):
                fields: dict[str, Field] = {
                    "name": Term("name", index.name),
                    "scarcest": Term("measure", str(scarcest)),
                }
                yield _of_units(key, map(str, rows.index), fields)


def find_unplaced(plan: Plan) -> Iterator[Remark]:
    """Amounts that found no land, one finding a quota and reason; a note where somebody asked for it."""
    for quota in plan.study.quotas:
        sitings = plan.sitings[(plan.sitings["quota"] == quota.name) & (plan.sitings["period"] == quota.period)]
        rows = sitings[sitings["unplaced_because"] != ""]
        for because, part in rows.groupby("unplaced_because", sort=True):
            units = sorted(part["unit_id"])
            least = quota.siting.min_patch_ha if quota.siting is not None else 0.0
            fields: dict[str, Field] = {
                "quota": Term("quota", quota.name),
                "period": quota.period,
                "n": float(part["unplaced_ha"].sum()),
                "units": Ids(tuple(units)),
                "why": why_unplaced(str(because), least),
            }
            yield remark("note" if because in _ASKED_FOR else "warning", "unplaced", units, fields)
