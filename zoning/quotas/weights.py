"""Weights of a quota: measures, composites of them, and the priorities that raise or lower them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd

from layers.conditions import Evaluator, parse_condition
from layers.errors import Attempts, UnknownNameError, at_key, naming_the_layer
from layers.phrases import Phrase
from zoning.errors import InfeasibleError, MissingValueError, near
from zoning.measures import QUOTA
from zoning.solver import Flags, Floats, counted_ids, measure_weights
from zoning.study import Group, Limit, Lock, Priority, Quota

Values = Mapping[str, float | bool | str]


class Weights(NamedTuple):
    """The weights of a quota, and what they are made of."""

    after: pd.Series
    terms: pd.DataFrame
    sums: Mapping[str, float]


def weigh_units(quota: Quota, measures: pd.DataFrame, evaluator: Evaluator) -> Weights:
    """The weight of each unit in a quota.

    Examples
    --------
    >>> from zoning.study import Quota, Share
    >>> unit = pd.Index(["a", "b"], name="unit_id")
    >>> zones = pd.DataFrame({"main": "general", "overlays": ""}, index=unit)
    >>> measures = pd.DataFrame({"people": [30, 10], "jobs": [1, 1]}, index=unit)
    >>> parts = (Share(measure="people", share=0.8), Share(measure="jobs", share=0.2))
    >>> quota = Quota(name="land", period=2025, total=20, unit="ha", weight=parts)
    >>> found = weigh_units(quota, measures, Evaluator(unit_context(zones, measures)))
    >>> found.after.round(2).to_dict(), found.terms[0].round(2).to_dict(), found.sums["people"]
    ({'a': 0.7, 'b': 0.3}, {'a': 0.6, 'b': 0.2}, 40.0)
    """
    attempts = Attempts()
    with attempts.trying():
        terms, sums = _terms(quota, measures.sort_index())
    with attempts.trying():
        applied = applied_priorities(quota, evaluator)
    attempts.finish()
    before = sum((terms[part] for part in terms.columns[1:]), start=terms[0])
    multiplied = {unit: [weight] for unit, weight in before.items()}
    for unit, factor in zip(applied["unit_id"].tolist(), applied["factor"].tolist(), strict=True):
        multiplied[unit].append(factor)
    after = pd.Series(list(map(product, multiplied.values())), index=terms.index, name="weight", dtype=float)
    return Weights(after, terms, sums)


def measures_read(quota: Quota) -> list[str]:
    """The measures that a quota reads outside conditions: weights, bounds, and what limits need; in this order."""
    weights = [quota.weight] if isinstance(quota.weight, str) else [part.measure for part in quota.weight]
    bounds = [quota.floor, quota.ceiling, quota.carried]
    limits = [entry for limit in quota.limits for entry in (limit.per, limit.max, limit.min)]
    return [*weights, *(measure for measure in (*bounds, *limits) if isinstance(measure, str))]


def quotas_read(quota: Quota) -> frozenset[str]:
    """The names of other quotas that one reads: those that it stays within, and those whose amounts are measures.

    Examples
    --------
    >>> from zoning.study import Quota
    >>> sorted(quotas_read(Quota(name="b", period=2025, total=20, unit="ha", weight="quota_a", ceiling="population")))
    ['a']
    """
    names = {*measures_read(quota), *names_asked([quota])}
    amounts = (name.removeprefix(QUOTA) for name in names if name.startswith(QUOTA))
    return frozenset([*amounts, *(link.quota for link in quota.within)])


def names_asked(quotas: Iterable[Quota]) -> frozenset[str]:
    """The names in the conditions of some quotas: measures, parameters, overlays, and ``main``."""
    return frozenset(name for quota in quotas for text in conditions_of(quota) for name in parse_condition(text).names)


def conditions_of(quota: Quota) -> list[str]:
    """The texts of all conditions in a quota."""
    parts: tuple[Priority | Group | Limit | Lock, ...] = (*quota.priority, *quota.groups, *quota.limits, *quota.locked)
    return [part.when for part in parts if part.when is not None]


def zones_asked(zones: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """What conditions with some names can see of zones: the rest is left empty, so that it makes no difference.

    Examples
    --------
    >>> zones = pd.DataFrame({"main": ["general"], "overlays": ["heritage;marine"]}, index=["a"])
    >>> zones_asked(zones, {"marine"}).loc["a"].to_dict()
    {'main': '', 'overlays': 'marine'}
    """
    seen = {some: ";".join(code for code in some.split(";") if code in names) for some in zones["overlays"].unique()}
    main = zones["main"] if "main" in names else ""
    return pd.DataFrame({"main": main, "overlays": zones["overlays"].map(seen).astype("str")}, index=zones.index)


def product(numbers: Sequence[float]) -> float:
    """A product of numbers as they print, rounded once: 3 times 0.1 is 0.3."""
    if len(numbers) == 1:
        return numbers[0]
    return float(math.prod(Fraction(repr(float(number))) for number in numbers))


def applied_priorities(quota: Quota, evaluator: Evaluator) -> pd.DataFrame:
    """The priorities of a quota that apply to each unit.

    Errors are those of :func:`zoning.quotas.allocate`.

    Examples
    --------
    >>> from zoning.study import Priority, Quota
    >>> units = pd.DataFrame({"main": ["key_development", "general"]}, index=pd.Index(["a", "b"], name="unit_id"))
    >>> first = Priority(when="main = 'key_development'", factor=1.5, reason="leading cities first")
    >>> quota = Quota(name="land", period=2025, total=20, unit="ha", weight="people", priority=(first,))
    >>> applied_priorities(quota, Evaluator(units)).to_dict("records")[0]
    {'unit_id': 'a', 'condition': "main = 'key_development'", 'factor': 1.5, 'reason': 'leading cities first'}
    """
    rows = []
    attempts = Attempts()
    for position, priority in enumerate(quota.priority):
        with attempts.trying(), at_key("priority", position, "when"):
            yes = rows_meeting(Phrase("priority"), priority.when, evaluator)
            rows += [
                (unit, position, priority.when, priority.factor, priority.reason) for unit in evaluator.table.index[yes]
            ]
    attempts.finish()
    columns = ["unit_id", "place", "condition", "factor", "reason"]
    frame = pd.DataFrame(sorted(rows), columns=columns).astype({"factor": float})
    return frame.drop(columns="place")


def unit_context(zones: pd.DataFrame, measures: pd.DataFrame, overlays: Iterable[str] = ()) -> pd.DataFrame:
    """What conditions about quotas and money see of the units, sorted by unit."""
    apart = zones.index.symmetric_difference(measures.index)
    if len(apart):
        raise MissingValueError(
            Phrase("zones and measures are not of the same units: only one of them has {ids}", ids=counted_ids(apart)),
            features=apart,
        )
    held = zones["overlays"].str.split(";")
    codes = sorted({*overlays, *(code for some in held for code in some)} - {""})
    clashes = sorted({"main", *codes} & set(measures.columns))
    if clashes:
        raise UnknownNameError(
            Phrase("'{name}' is both a measure and a zone; rename the measure", name=clashes[0]),
            code="two_sources",
        )
    overlay_flags = {code: np.array([code in some for some in held], dtype=bool) for code in codes}
    return measures.reindex(zones.index).assign(main=zones["main"], **overlay_flags).sort_index()


def rows_meeting(what: str, when: str, evaluator: Evaluator) -> Flags:
    """The units that meet a condition; MissingValueError where that is unknown."""
    answer = evaluator.evaluate(when)
    if not answer.known.all():
        ids = evaluator.table.index[~answer.known]
        raise MissingValueError(
            Phrase(
                'the {kind} "{when}" cannot be answered for {ids}; give the values that it reads, or say in the '
                "condition what holds where they are missing (IS NULL)",
                kind=what,
                when=when,
                ids=counted_ids(ids),
            ),
            features=sorted(ids),
        )
    return answer.yes


def find_column(name: str, measures: pd.DataFrame, what: str) -> pd.Series:
    """A measure by its name; UnknownNameError with a near miss where nothing provides it."""
    if name not in measures.columns:
        raise UnknownNameError(
            Phrase(
                "nothing provides the {kind} '{name}'{hint}", kind=what, name=name, hint=near(name, measures.columns)
            )
        )
    return measures[name]


def _terms(quota: Quota, measures: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, float]]:
    """What each measure adds to the weight of each unit before priorities, and the sums of which terms are shares."""
    if isinstance(quota.weight, str):
        with at_key("weight"):
            return _part(quota.weight, measures).to_frame(0), {}
    terms, sums, attempts = dict[int, pd.Series](), dict[str, float](), Attempts()
    for position, part in enumerate(quota.weight):
        with attempts.trying(), at_key("weight", position, "measure"):
            values = _part(part.measure, measures)
            # how suitable land is does not depend on how suitable the rest is
            if quota.objective != "suitability":
                sums[part.measure] = _whole(part.measure, values)
            terms[position] = part.share * values / sums.get(part.measure, 1.0)
    attempts.finish()
    return pd.DataFrame(terms, index=measures.index), sums


def sizes_of(quota: Quota, measures: pd.DataFrame) -> dict[str, Floats]:
    """The measures of a quota's weight, each with its values; InfeasibleError where one of them is 0 everywhere."""
    names = [quota.weight] if isinstance(quota.weight, str) else [part.measure for part in quota.weight]
    sizes = {name: _part(name, measures) for name in names}
    for name, values in sizes.items():
        _whole(name, values)
    return {name: values.to_numpy(dtype=float) for name, values in sizes.items()}


def _whole(name: str, values: pd.Series) -> float:
    whole = math.fsum(values)
    if whole == 0:
        raise InfeasibleError(Phrase("the weights of '{name}' sum to 0; a share of nothing cannot be taken", name=name))
    return whole


def _part(name: str, measures: pd.DataFrame) -> pd.Series:
    values = find_column(name, measures, Phrase("weight"))
    with naming_the_layer(Phrase("weight '{weight}'", weight=name)):
        return pd.Series(measure_weights(values), index=measures.index)
