"""What the check of a rulebook finds: its worked cases, the days on which it changes, and what a plan uses of it.

Of each number of the rulebook it says how much land hangs on it in a plan.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from layers.conditions import Clause, parse_condition
from layers.errors import Finding, ZoneplanError
from layers.phrases import Phrase
from zoning.errors import RulebookError
from zoning.pipeline.records.findings import claim_said
from zoning.pipeline.worked_cases import run_cases
from zoning.plan import Plan
from zoning.reasons import Ids, Remark, remark, say
from zoning.rulebook import (
    Draft,
    Policy,
    Rule,
    Rulebook,
    calendar_faults,
    read_draft,
    typed_verified_note,
    unread_languages_note,
)
from zoning.zones import DEFAULT_RULE

RULE_COLUMNS = ("rule", "zone", "claims", "unknown", "decides", "decides_ha", "ties", "parameters")
POLICY_COLUMNS = ("policy", "applies", "overruled", "area_ha")
PARAMETER_COLUMNS = ("parameter", "verified", "units", "area_ha", "main_ha", "overlays_ha", "policies_ha")

Behind = dict[str, frozenset[str]]
"""By name in a condition the parameters that stand behind it."""


@dataclass(frozen=True)
class RuleCoverage:
    """What of a rulebook a plan makes use of."""

    rules: pd.DataFrame
    policies: pd.DataFrame
    parameters: pd.DataFrame

    def as_dict(self) -> dict[str, list[dict[str, Any]]]:
        """Plain values, ready for JSON."""
        return {name: getattr(self, name).to_dict("records") for name in ("rules", "policies", "parameters")}


def rule_coverage_of(plan: Plan) -> RuleCoverage:
    """What of its rulebook a plan makes use of, and how much land hangs on each of its numbers.

    Notes
    -----
    A unit's main function depends on a parameter where the rule that gave it did so by a clause that compares with the
    parameter; of the default zone these are the clauses by which each rule said no. An overlay depends on it in the
    same way, and a policy where its condition or what it sets names it. A decision depends on no parameter. Where units
    are parts of larger ones, only rules that refine read the units' own values; the others read the larger ones'. The
    whole of the unit counts, once for all that depends; a policy on a part of it counts with that part in
    ``policies_ha``, and with the unit in ``area_ha``. What compares with a derived measure depends on the parameters
    that it is derived from. Numbers read elsewhere than in rules, policies and derived measures do not count.

    Examples
    --------
    >>> from zoning.study import builtin_study, read_study
    >>> from zoning.pipeline.flow import run
    >>> found = rule_coverage_of(run(read_study(builtin_study("us_mountain_west"))))
    >>> bool(found.parameters.set_index("parameter").loc["density_min_per_km2", "units"] > 0)
    True
    """
    area = plan.zones.set_index("unit_id")["area_ha"]
    behind, read = _behind(plan.rulebook), _read(plan)
    named = {rule.id: _compared(plan, rule, behind, read) for rule in plan.rulebook.rules}
    rules = pd.DataFrame([_rule(plan, rule, named[rule.id], behind, area) for rule in plan.rulebook.rules])
    policies = pd.DataFrame([_policy(plan, policy, area) for policy in plan.rulebook.policies])
    parameters = pd.DataFrame(
        [_parameter(plan, name, named, behind, area) for name in sorted(plan.rulebook.parameters)]
    )
    return RuleCoverage(
        rules.reindex(columns=list(RULE_COLUMNS)),
        policies.reindex(columns=list(POLICY_COLUMNS)),
        parameters.reindex(columns=list(PARAMETER_COLUMNS)),
    )


def usage_findings(plan: Plan) -> Iterator[Remark]:
    """What a rulebook's writer should know of a plan that it made, as notes."""
    coverage = rule_coverage_of(plan)
    doubtful = {name for name, parameter in plan.rulebook.parameters.items() if not parameter.verified}
    for row in coverage.rules.to_dict("records"):
        fields = {name: row[name] for name in ("rule", "zone", "claims", "unknown")} | {"parameter": row["parameters"]}
        for code in _rule_codes(row, doubtful):
            yield remark("note", code, [row["rule"]], fields, "rules")
    never = coverage.policies.loc[coverage.policies["applies"] == 0, "policy"].tolist()
    if never:
        yield remark("note", "policy_never_applies", never, {"policies": Ids(tuple(never))}, "policies")
    for row in coverage.parameters.to_dict("records"):
        if row["parameter"] in doubtful and row["units"]:
            fields = {"parameter": row["parameter"], "units": row["units"]}
            hectares = {name: row[name] for name in ("area_ha", "main_ha", "overlays_ha", "policies_ha")}
            named, count = [row["parameter"]], row["units"]
            yield remark("note", "unverified_land", named, fields | hectares, "parameters", count=count)


def _rule_codes(row: dict[Any, Any], doubtful: set[str]) -> Iterator[str]:
    if not row["claims"]:
        yield "rule_never_fires"
    elif row["ties"] == row["claims"]:
        yield "rule_always_ties"
    elif not row["decides"]:
        yield "rule_never_decides"
    if row["decides"] and row["parameters"] in doubtful:  # one name, not several
        yield "rule_hinges"


def _decided(plan: Plan, rule: str) -> pd.Index:
    """The units whose main function or overlay a rule gave."""
    main = plan.zones.loc[plan.zones["rule"] == rule, "unit_id"]
    overlays = plan.claims["zone"].isin(plan.rulebook.codes("overlay")) & (plan.claims["answer"] == "yes")
    return pd.Index([*main, *plan.claims.loc[overlays & (plan.claims["rule"] == rule), "unit_id"]])


def _compared(plan: Plan, rule: Rule, behind: Behind, read: Mapping[tuple[str, str], set[str]]) -> dict[str, set[str]]:
    """By unit the parameters with which the clauses compare by which a rule decides it, or leaves it to the default."""
    if not parse_condition(rule.when).names & set(behind) or (rule.refines and not plan.study.units.part_of):
        return {}
    units = _decided(plan, rule.id)
    if rule.zone in plan.rulebook.codes("main"):
        units = units.append(_decided(plan, DEFAULT_RULE))
    return {
        unit: {parameter for name in read.get((unit, rule.id), ()) for parameter in behind.get(name, ())}
        for unit in units.unique()
    }


def _read(plan: Plan) -> dict[tuple[str, str], set[str]]:
    """By unit and rule the names in the clauses that decide: of its claim, or of its no in that of the default."""
    read_names: dict[tuple[str, str], set[str]] = {}
    columns = (plan.claims[name].tolist() for name in ("unit_id", "rule", "reason", "values"))
    for unit, claiming_rule, reason, values in zip(*columns, strict=True):
        evidence = claim_said(reason, json.loads(values), plan.rulebook)
        for position, clause in enumerate(evidence.clauses):
            text, decides = (
                (clause.text, clause.decides) if isinstance(clause, Clause) else (clause["text"], clause["decides"])
            )
            rule = (
                clause.get("rule", claiming_rule)
                if isinstance(clause, Mapping)
                else evidence.rules[position]
                if evidence.rules
                else claiming_rule
            )
            if decides:
                read_names.setdefault((unit, rule), set()).update(parse_condition(text).names)
    return read_names


def _behind(rulebook: Rulebook) -> Behind:
    """The parameters behind each name of a condition: itself, or those from which a measure is derived."""
    parameters = {name: frozenset([name]) for name in rulebook.parameters}
    for measure in rulebook.derived:  # each reads only those that stand above it
        parameters[measure.name] = frozenset().union(*(parameters.get(name, ()) for name in measure.names))
    return parameters


def _rule(plan: Plan, rule: Rule, named: dict[str, set[str]], behind: Behind, area: pd.Series) -> dict[str, object]:
    claims = plan.claims[plan.claims["rule"] == rule.id]
    claimed = claims.loc[claims["answer"] == "yes", "unit_id"]
    units = _decided(plan, rule.id)
    mains = set(plan.rulebook.codes("main"))
    rivals = [
        rival.id
        for rival in plan.rulebook.rules
        if {rival.zone, rule.zone} <= mains and rival.zone != rule.zone and rival.priority == rule.priority
    ]
    contested = plan.claims[plan.claims["rule"].isin(rivals) & (plan.claims["answer"] == "yes")]["unit_id"]
    used = {name for unit in units for name in named.get(unit, ())}
    if not len(units):
        used = {parameter for name in parse_condition(rule.when).names for parameter in behind.get(name, ())}
    return {
        "rule": rule.id,
        "zone": rule.zone,
        "claims": len(claimed),
        "unknown": int((claims["answer"] == "unknown").sum()),
        "decides": len(units),
        "decides_ha": float(area.reindex(units).sum()),
        "ties": int(claimed.isin(contested).sum()),
        "parameters": ";".join(sorted(used)),
    }


def _policy(plan: Plan, policy: Policy, area: pd.Series) -> dict[str, object]:
    rows = plan.policies[plan.policies["policy"] == policy.id]
    over = rows["overruled_by"] != ""
    land = _land(plan, rows[~over], area)
    return {
        "policy": policy.id,
        "applies": int(rows["unit_id"].nunique()),
        "overruled": int(rows.loc[over, "unit_id"].nunique()),
        "area_ha": float(land.sum()),
    }


def _land(plan: Plan, rows: pd.DataFrame, area: pd.Series) -> pd.Series:
    """By unit the hectares that some rows of policies cover: the unit, or its pieces."""
    whole = pd.Index(rows.loc[rows["piece_id"] == "", "unit_id"].unique())
    parts = rows[(rows["piece_id"] != "") & ~rows["unit_id"].isin(whole)].drop_duplicates("piece_id")
    pieces = plan.pieces["area_ha"].reindex(parts["piece_id"]) if len(parts) else pd.Series(dtype=float)
    by_unit = pd.Series(pieces.to_numpy(), index=parts["unit_id"].to_numpy(), dtype=float).groupby(level=0).sum()
    return pd.concat([area.reindex(whole), by_unit])


def _parameter(
    plan: Plan, name: str, named: dict[str, dict[str, set[str]]], behind: Behind, area: pd.Series
) -> dict[str, object]:
    mains = set(plan.rulebook.codes("main"))
    units: dict[str, set[str]] = {"main_ha": set(), "overlays_ha": set()}
    for rule in plan.rulebook.rules:
        kind = "main_ha" if rule.zone in mains else "overlays_ha"
        units[kind] |= {unit for unit, names in named[rule.id].items() if name in names}
    through = {read for read, parameters in behind.items() if name in parameters}
    policies = [
        policy.id
        for policy in plan.rulebook.policies
        if through & (parse_condition(policy.when).names | set(map(str, policy.parameters.values())))
    ]
    rows = plan.policies[plan.policies["policy"].isin(policies) & (plan.policies["overruled_by"] == "")]
    every = sorted(units["main_ha"] | units["overlays_ha"] | set(rows["unit_id"]))
    return {
        "parameter": name,
        "verified": plan.rulebook.parameters[name].verified,
        "units": len(every),
        "area_ha": float(area.reindex(every).sum()),
        **{kind: float(area.reindex(sorted(ids)).sum()) for kind, ids in units.items()},
        "policies_ha": float(_land(plan, rows, area).sum()),
    }


def audit(
    name_or_path: str | Path,
    plan: Plan | None = None,
    announce: Callable[[int, int], None] = lambda _done, _of: None,
) -> tuple[Finding | Remark, ...]:
    """Everything that the check of a rulebook finds, at once.

    Examples
    --------
    >>> audit("france_zan")
    ()
    """
    try:
        draft = read_draft(name_or_path)
    except ZoneplanError as error:
        return error.findings
    errors = tuple(_cases(name_or_path, draft.folder.name, announce))
    texts = {finding.text for finding in errors if isinstance(finding, Finding)}
    warnings = (
        Finding("warning", "day", draft.folder.name, (), 0, Phrase("on {day}: {fault}", day=day, fault=fault))
        for day, fault in calendar_faults(draft)
        if str(fault) not in texts
    )
    notes = (*typed_verified_note(draft), *unread_languages_note(draft))
    return (*errors, *warnings, *notes, *(_used(draft, plan) if plan is not None else ()))


def _used(draft: Draft, plan: Plan) -> Iterator[Finding | Remark]:
    """What a plan uses of a rulebook."""
    name, rulebook = draft.head.name, plan.rulebook
    if name != rulebook.name:
        text = Phrase(
            "the run was made with the rulebook '{rulebook}', not with '{name}': give a run of this one",
            rulebook=rulebook.name,
            name=name,
        )
        yield Finding("error", "rulebook", name, (), 0, text, RulebookError.exit_code)
        return
    files = sorted(
        file for file in {*draft.files, *rulebook.files} if draft.files.get(file) != rulebook.files.get(file)
    )
    if files:
        yield remark("warning", "other_rulebook", files, {"files": Ids(tuple(files))}, name)
    yield from usage_findings(plan)


def _cases(name_or_path: str | Path, name: str, announce: Callable[[int, int], None]) -> Iterator[Finding | Remark]:
    """Cases that do not come out as expected, or what forbids to run them."""
    try:
        results = run_cases(name_or_path, announce)
    except ZoneplanError as error:
        yield from error.findings
        return
    for result in results:
        if not result.passed:
            differences = tuple(difference.message for difference in result.differences)
            message = say("finding.case", where=result.where, name=result.name, differences=differences)
            yield Remark("error", "case", name, (result.name,), 1, message, RulebookError.exit_code)
