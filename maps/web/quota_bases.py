"""What amounts of a quota are put in relation to, so that one sees who gets more or less than others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from layers.errors import escape_hidden
from maps.locale import LocalizedPlan, catalogue
from maps.web.page_model import QuotaBase
from zoning.study import Quota

AVAILABLE = "available_ha"
EVEN = "even"
"""The key of an even share; no measure is asked for by it."""
PERSONS = "persons"
"""The unit of measure of a measure that counts people."""
HECTARE = "ha"
M2_PER_HA = 10_000.0
DIGITS = 7


def quota_bases(plan: LocalizedPlan, quota: Quota) -> tuple[QuotaBase, ...]:
    """People, if the quota weighs by them, or else what it weighs by; the land that is available; an even share.

    An even share is what a unit would get by the measures that the quota weighs by alone: without priorities, bounds,
    and levels above it. Where the suitability of land decides there is none.

    Parameters
    ----------
    plan : LocalizedPlan
    quota : Quota
        Of its study.

    Returns
    -------
    tuple of QuotaBase
        Units in the order of ``plan.units``; amounts in hectares are told in square metres.
    """
    return (*_bases(plan, quota), *_even_share(plan, quota))


def _bases(plan: LocalizedPlan, quota: Quota) -> Iterator[QuotaBase]:
    words, terms = catalogue("map", plan.language), plan.renderer.terms
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
            even="",
            values=_values(plan.measures.loc[plan.units.index, name]),
        )


def _even_share(plan: LocalizedPlan, quota: Quota) -> Iterator[QuotaBase]:
    weights = quota.weight
    parts = [(weights, 1.0)] if isinstance(weights, str) else [(one.measure, one.share) for one in weights]
    if quota.objective == "suitability" or any(name not in plan.measures.columns for name, _ in parts):
        return
    table = plan.measures.loc[plan.units.index, [name for name, _ in parts]].apply(pd.to_numeric, errors="coerce")
    sums = table.sum()
    if not (sums > 0).all():
        return
    words, terms = catalogue("map", plan.language), plan.renderer.terms
    shares = sum((share * table[name] / sums[name] for name, share in parts), start=pd.Series(0.0, table.index))
    names = words["and"].join(dict.fromkeys(escape_hidden(terms.measure(name).title) for name, _ in parts))
    yield QuotaBase(
        key=EVEN,
        title=words["even_title"].format(quota=escape_hidden(terms.quota(quota.name))),
        unit=words["even_unit"].format(unit=escape_hidden(terms.unit(quota.unit))),
        scale=1.0,
        even=names,
        values=_values(shares),
    )


def _values(column: pd.Series) -> tuple[float | None, ...]:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(float)
    return tuple(float(f"{one:.{DIGITS}g}") if np.isfinite(one) else None for one in numbers)
