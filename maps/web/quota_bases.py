"""What amounts of a quota are put in relation to, so that one sees who gets more or less than others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from layers.errors import escape_hidden
from maps.locale import LocalizedPlan, catalogue
from maps.summaries import QuotaShifts
from maps.web.page_model import QuotaBase
from zoning.study import Quota

AVAILABLE = "available_ha"
PLAIN = "plain"
"""The key of what the weight alone gives; no measure is asked for by it."""
PERSONS = "persons"
"""The unit of measure of a measure that counts people."""
HECTARE = "ha"
M2_PER_HA = 10_000.0
DIGITS = 7


def quota_bases(plan: LocalizedPlan, quota: Quota, shifts: QuotaShifts | None = None) -> tuple[QuotaBase, ...]:
    """People, if the quota weighs by them, or else what it weighs by; the land that is available; the weight alone."""
    return (*_bases(plan, quota), *([_weight_alone(plan, quota, shifts)] if shifts else []))


def _bases(plan: LocalizedPlan, quota: Quota) -> Iterator[QuotaBase]:
    words, terms = catalogue("map", plan.language, plan.noun), plan.renderer.terms
    hectares = quota.unit == HECTARE
    unit, scale = (words["m2"].format(), M2_PER_HA) if hectares else (escape_hidden(terms.unit(quota.unit)), 1.0)
    measured = plan.rulebook.measured
    weights = [quota.weight] if isinstance(quota.weight, str) else [part.measure for part in quota.weight]
    held = [name for name in weights if name in plan.measures.columns]
    weight = next((name for name in held if measured.get(name) == PERSONS), next(iter(held), None))
    for name in dict.fromkeys((weight, AVAILABLE)):
        if name is None or name not in plan.measures.columns:
            continue
        per = "per_person" if measured.get(name) == PERSONS else "per_available" if name == AVAILABLE else "per_other"
        fields = {"unit": unit, "name": escape_hidden(terms.measure(name).title)}
        title = escape_hidden(terms.quota(quota.name))
        yield QuotaBase(
            key=name,
            title=words[f"{per}_title"].format(quota=title, name=fields["name"]),
            unit=words[per].format(**fields),
            scale=scale,
            plain="",
            values=_values(plan.measures.loc[plan.units.index, name]),
        )


def _weight_alone(plan: LocalizedPlan, quota: Quota, shifts: QuotaShifts) -> QuotaBase:
    words, terms = catalogue("map", plan.language, plan.noun), plan.renderer.terms
    measures = [quota.weight] if isinstance(quota.weight, str) else [one.measure for one in quota.weight]
    names = dict.fromkeys(escape_hidden(terms.measure(name).title) for name in measures)
    return QuotaBase(
        key=PLAIN,
        title=str(words["shift_title"]),
        unit=words["shift_unit"].format(unit=escape_hidden(terms.unit(quota.unit))),
        scale=1.0,
        plain=words["and"].join(names),
        values=_values((shifts.plain / shifts.plain.sum()).reindex(plan.units.index)),
    )


def _values(column: pd.Series) -> tuple[float | None, ...]:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(float)
    return tuple(float(f"{one:.{DIGITS}g}") if np.isfinite(one) else None for one in numbers)
