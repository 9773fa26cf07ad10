"""What the quotas of a plan mean: names, levels, units and values that they need, before anything is handed out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial

import pandas as pd

from layers import Quota, Study, UnknownNameError, ZoneplanError, shown, telling
from zoning.apportionment import measure_bounds, measure_weights
from zoning.bounds import count_carried
from zoning.errors import InfeasibleError, MissingValueError, near
from zoning.flow_checks import is_foreseen, unseen_names
from zoning.indicators import QUOTA
from zoning.jurisdictions import name_level
from zoning.limits import Limiting
from zoning.rulebook import Rulebook
from zoning.steps import Step
from zoning.weights import Values, meeting

CONDITIONED = {"priority": "priority", "groups": "group", "limits": "limit", "locked": "lock"}
"""The lists of a quota whose entries may have a condition, and what an entry is called."""
Keys = tuple[str | int, ...]
Need = tuple[Keys, str, Callable[[], object]]
"""Where a quota names something, what it is there, and what refuses units that lack it."""


def quota_faults(study: Study, rulebook: Rulebook, known: pd.DataFrame, names: set[str]) -> Iterator[ZoneplanError]:
    """The complaints about quotas that can be told before anything is measured.

    Parameters
    ----------
    study : Study
        Its ``[[quotas]]``.
    rulebook : Rulebook
    known : DataFrame
        Index ``unit_id``; what is known of the units by now, from :func:`zoning.indicators.foresee`.
    names : set of str
        Every measure that there will be; a quota is known to those below it only.

    Yields
    ------
    UnknownNameError
        A measure, level, quota or unit that is not there.
    ConditionError
        A condition cannot be read.
    MissingValueError, SourceError
        A jurisdiction, weight, bound or what a limit reads is missing or no number; a condition cannot be answered.
    """
    names = names - {f"{QUOTA}{quota.name}" for quota in study.quotas}
    always = {*rulebook.values, "unit_id", "main", *rulebook.codes("overlay")}
    for place, quota in enumerate(study.quotas):
        yield from _unprovided(study, place, names, rulebook)
        for key in CONDITIONED:
            for number, part in enumerate(getattr(quota, key)):
                if part.when is not None:
                    yield from unseen_names(
                        part.when, names | always, study.where("quotas", place, key, number, "when")
                    )
        yield from _strangers(study, place, known.index)
        yield from _gaps(study, place, known, rulebook.values)
        names |= {f"{QUOTA}{quota.name}"}


def _weights(quota: Quota) -> list[tuple[Keys, str]]:
    """The measures of a quota's weight, each with its place below the quota."""
    if isinstance(quota.weight, str):
        return [(("weight",), quota.weight)]
    return [(("weight", number, "measure"), part.measure) for number, part in enumerate(quota.weight)]


def _gaps(study: Study, place: int, known: pd.DataFrame, parameters: Values) -> Iterator[ZoneplanError]:
    """What a unit lacks in its own columns, as far as that can be told before anything is measured."""
    quota = study.quotas[place]
    for keys, what, need in [
        *_levels(study, quota, known),
        *_columns(quota, known),
        *_conditions(quota, known, parameters),
        *_limits(quota, known, parameters),
    ]:
        try:
            with telling(f"{study.where('quotas', place, *keys)}: quota '{quota.name}'{what}"):
                need()
        except InfeasibleError:
            continue  # what contradicts what is told when all is known
        except ZoneplanError as error:
            yield error


def _levels(study: Study, quota: Quota, known: pd.DataFrame) -> Iterator[Need]:
    for number, level in enumerate(quota.levels[:-1]):
        if level in study.units.levels:
            yield ("levels", number), "", partial(name_level, level, known)


def _columns(quota: Quota, known: pd.DataFrame) -> Iterator[Need]:
    """Where a quota reads a column of the units, and what reads it."""
    for keys, name in _weights(quota):
        if name in known.columns:
            yield keys, f": weight '{name}'", partial(measure_weights, known[name])
    step, none = Step.of(quota.step), Decimal(0)
    if isinstance(quota.floor, str) and quota.floor in known.columns:
        yield ("floor",), "", partial(measure_bounds, known.index, step, known[quota.floor], None)
    if isinstance(quota.ceiling, str) and quota.ceiling in known.columns:
        yield ("ceiling",), "", partial(measure_bounds, known.index, step, none, known[quota.ceiling])
    if isinstance(quota.carried, str) and quota.carried in known.columns:
        yield ("carried",), "", partial(count_carried, quota, known, step)


def _conditions(quota: Quota, known: pd.DataFrame, parameters: Values) -> Iterator[Need]:
    """The conditions that can be answered by now."""
    for key, what in CONDITIONED.items():
        for number, part in enumerate(getattr(quota, key)):
            if part.when is not None and is_foreseen(part.when, known, parameters):
                yield (key, number, "when"), "", partial(meeting, what, part.when, known, parameters)


def _limits(quota: Quota, known: pd.DataFrame, parameters: Values) -> Iterator[Need]:
    """The columns that limits read, of the units that are known to count."""
    limiting = Limiting(quota, known, known, {}, parameters)
    for number, limit in enumerate(quota.limits):
        if limit.when is not None and not is_foreseen(limit.when, known, parameters):
            continue
        said = f": limit '{limit.name}'"
        try:
            here = limiting.counting(limit)
        except MissingValueError:
            continue  # told with the condition
        if isinstance(limit.per, str) and limit.per in known.columns:
            yield ("limits", number, "per"), said, partial(limiting.uses, limit)
        for key, end in (("min", limit.min), ("max", limit.max)):
            if isinstance(end, str) and end in known.columns:
                yield ("limits", number, key), said, partial(limiting.end, end, here)


def _unprovided(study: Study, place: int, names: set[str], rulebook: Rulebook) -> Iterator[ZoneplanError]:
    """Measures, levels and other quotas that a quota names and that nothing provides."""
    quota, at = study.quotas[place], f"{study.where('quotas', place, 'name')}: quota '{study.quotas[place].name}'"
    weights = [name for _, name in _weights(quota)]
    bounds = [bound for bound in (quota.floor, quota.ceiling, quota.carried) if isinstance(bound, str)]
    later = {f"{QUOTA}{one.name}" for one in study.quotas[place:]}
    limits = [one for limit in quota.limits for one in (limit.per, limit.max, limit.min) if isinstance(one, str)]
    for name in [*weights, *bounds, *limits]:
        if name not in names:
            hint = "; a quota is known to those that stand below it" if name in later else _unasked(name, rulebook)
            hint = hint or near(name, names)
            yield UnknownNameError(f"{at}: nothing provides the measure '{name}'{hint}", code="unknown_measure")
    for level in quota.levels[:-1]:
        if level not in study.units.levels:
            yield UnknownNameError(
                f"{at}: level '{level}' is no jurisdiction of [units] (it has {shown(study.units.levels) or 'none'})",
                code="unknown_level",
            )
    above = [one.name for one in study.quotas[:place]]
    for number, link in enumerate(quota.within):
        if link.quota not in above:
            yield UnknownNameError(
                f"{study.where('quotas', place, 'within', number, 'quota')}: no quota '{link.quota}' stands above "
                f"'{quota.name}', to stay within{near(link.quota, above)}",
                code="unknown_quota",
            )


def _unasked(name: str, rulebook: Rulebook) -> str:
    """Which measures a study must give for one that the rulebook could derive; "" of any other name."""
    draft = rulebook.draft
    made = next((one for one in (draft.derived if draft else ()) if one.name == name and one.on(rulebook.day)), None)
    if draft is None or made is None:
        return ""
    given = [one.name for one in draft.indicators if one.name in made.names and one.when_absent in ("error", "unknown")]
    given += [one.name for one in draft.derived if one.name in made.names]
    return f"; rulebook '{rulebook.name}' derives it from {', '.join(given)}: give these in a table"


def _strangers(study: Study, place: int, units: pd.Index) -> Iterator[ZoneplanError]:
    """Units that locked amounts and transfers name and that are not there."""
    quota = study.quotas[place]
    named = [(("locked", number, "unit"), one.unit) for number, one in enumerate(quota.locked)]
    for number, one in enumerate(quota.transfers):
        named += [(("transfers", number, "from"), one.giver), (("transfers", number, "to"), one.receiver)]
    for keys, unit in named:
        if unit is not None and unit not in units:
            at = study.where("quotas", place, *keys)
            yield UnknownNameError(f"{at}: there is no unit {shown([unit])}{near(unit, units)}", code="unknown_unit")
