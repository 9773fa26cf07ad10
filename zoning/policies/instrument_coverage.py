"""Which instruments of the law a unit has a policy of, and why it has none of the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from layers.conditions import Evaluator, parse_condition
from zoning.plan import Plan
from zoning.policies.applicability import condition_contexts
from zoning.rulebook import EXCEPTION, LIGHTS, PARTIES, CoveredInstrument, Gap, Policy, Rulebook

GAP_COLUMNS = ("unit_id", "instrument", "gap")
UNSTATED = -1
"""What stands for the gap of a unit without a policy for which no reason is stated."""


def instrument_gaps(seen: pd.DataFrame, policies: pd.DataFrame, rulebook: Rulebook) -> pd.DataFrame:
    """The instruments of which units have no policy, and which of their gaps says why.

    Examples
    --------
    >>> import zoneplan as zp
    >>> from zoning.rulebook import CoveredInstrument
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> mining = CoveredInstrument(
    ...     code="mining", title={"en": "mining"}, gaps=[{"when": "main = 'general'", "reason": {"en": "no law"}}]
    ... )
    >>> from dataclasses import replace
    >>> rulebook = replace(plan.rulebook, coverage=(mining,))
    >>> zones = plan.zones.set_index("unit_id")
    >>> seen = condition_contexts(zones, plan.measures, plan.quotas, None, None, rulebook)["unit"].seen
    >>> gaps = instrument_gaps(seen, plan.policies, rulebook)
    >>> sorted(set(gaps["gap"].tolist())), len(gaps) == len(zones)
    ([-1, 0], True)
    """
    if not rulebook.coverage:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in GAP_COLUMNS})
    conditions = Evaluator(seen, rulebook.values)
    held = policies[~policies["overruled_by"].astype(str).str.startswith(EXCEPTION)]
    parts = []
    for instrument in rulebook.coverage:
        without = ~seen.index.isin(held.loc[held["policy"].isin(instrument.policies), "unit_id"])
        gaps = np.full(len(seen), UNSTATED)
        for number, gap in reversed(list(enumerate(instrument.gaps))):
            if gap.on(rulebook.day):
                gaps = np.where(conditions.evaluate(gap.when).yes, number, gaps)
        columns = {"unit_id": seen.index[without].astype("str"), "instrument": instrument.code, "gap": gaps[without]}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def gaps_in(plan: Plan) -> pd.DataFrame:
    """The instruments of which units have no policy, as :func:`instrument_gaps` has them: those that the run found."""
    if plan.trace.gaps is not None:
        return plan.trace.gaps
    # a run folder from before they were kept
    tables = (plan.zones.set_index("unit_id"), plan.measures, plan.quotas, plan.energy, plan.flows, plan.rulebook)
    contexts = condition_contexts(*tables, levels=plan.study.units.levels, scopes=("unit",))
    return instrument_gaps(contexts["unit"].seen, plan.policies, plan.rulebook)


class Reach(NamedTuple):
    """How far an instrument reaches into a zone, where nothing else is known of a unit."""

    policies: tuple[str, ...]
    undecided_policies: tuple[str, ...]
    gap: Gap | None


def reach_of(instrument: CoveredInstrument, rulebook: Rulebook, zone: str | None = None) -> Reach:
    """How far an instrument reaches into a zone on the day of a rulebook.

    Examples
    --------
    >>> from datetime import date
    >>> from zoning.rulebook import read_rulebook
    >>> rulebook = read_rulebook("main_functional_areas", date(2025, 1, 1))
    >>> border = next(one for one in rulebook.coverage if one.code == "border")
    >>> reach_of(border, rulebook).policies, len(reach_of(border, rulebook, "border").policies)
    ((), 2)
    """
    by_answer: dict[str, list[str]] = {"yes": [], "unknown": []}
    for policy in rulebook.policies:
        if policy.id in instrument.policies:
            answer = "unknown" if policy.scope != "unit" else _answer(policy, rulebook, zone)
            by_answer.setdefault(answer, []).append(policy.id)
    gaps = (gap for gap in instrument.gaps if gap.on(rulebook.day) and _answer(gap, rulebook, zone) != "no")
    gap = None if by_answer["yes"] or by_answer["unknown"] else next(gaps, None)
    return Reach(tuple(by_answer["yes"]), tuple(by_answer["unknown"]), gap)


def _answer(entry: Policy | Gap, rulebook: Rulebook, zone: str | None) -> str:
    """What a condition says of a unit of which only the zone is known."""
    condition = parse_condition(entry.when)
    known = ((name, value, kind) for name, value, kind in _known(rulebook, zone) if name in condition.names)
    row = pd.DataFrame({name: pd.Series([value], dtype=kind) for name, value, kind in known}, index=[0])
    values = {name: value for name, value in rulebook.values.items() if name not in row}
    answer = condition.evaluate(row, values)
    return "yes" if answer.yes[0] else "no" if answer.no[0] else "unknown"


def _known(rulebook: Rulebook, zone: str | None) -> Iterator[tuple[str, object, str]]:
    """Name, value and dtype of all that a condition may read, missing but for the zone."""
    kinds = {"number": "Float64", "boolean": "boolean", "text": "object"}
    names: dict[str, str] = {indicator.name: kinds[indicator.type] for indicator in rulebook.indicators}
    names |= {measure.name: kinds[measure.type] for measure in rulebook.derived}
    names |= {
        name: "boolean" if isinstance(value, bool) else "Float64" for name, value in {**LIGHTS, **PARTIES}.items()
    }
    names |= {"unit_id": "object", "jurisdiction": "object"}
    yield from ((name, pd.NA, kind) for name, kind in names.items())
    mains = rulebook.codes("main")
    yield "main", zone if zone in mains else rulebook.default_zone.code, "object"
    yield from ((code, code == zone, "boolean") for code in rulebook.codes("overlay"))
