"""What the quotas of a plan mean: names, levels, units and values that they need, before anything is handed out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial

import pandas as pd

from layers import Quota, Study, UnknownNameError, ZoneplanError, shown, telling
from zoning.apportionment import measure_bounds, measure_weights
from zoning.bounds import count_carried
from zoning.errors import InfeasibleError, near
from zoning.flow_checks import unseen_names
from zoning.indicators import QUOTA
from zoning.jurisdictions import name_level
from zoning.rulebook import Rulebook
from zoning.steps import Step

Keys = tuple[str | int, ...]
Need = tuple[Keys, str, Callable[[], object]]
"""Where a quota names something, what it is there, and what refuses units that lack it."""


def quota_faults(study: Study, rulebook: Rulebook, units: pd.DataFrame, names: set[str]) -> Iterator[ZoneplanError]:
    """The complaints about quotas that can be told before anything is measured.

    Parameters
    ----------
    study : Study
        Its ``[[quotas]]``.
    rulebook : Rulebook
    units : DataFrame
        Index ``unit_id``; with the columns of the units' file and of the tables.
    names : set of str
        Every measure that there will be; a quota is known to those below it only.

    Yields
    ------
    UnknownNameError
        A measure, level, quota or unit that is not there.
    ConditionError
        A condition cannot be read.
    MissingValueError, SourceError
        A jurisdiction, weight or bound of a unit is missing or no number.
    """
    names = names - {f"{QUOTA}{quota.name}" for quota in study.quotas}
    always = {*rulebook.values, "unit_id", "main", *rulebook.codes("overlay")}
    for place, quota in enumerate(study.quotas):
        yield from _unprovided(study, place, names, rulebook)
        for key in ("priority", "groups", "limits", "locked"):
            for number, part in enumerate(getattr(quota, key)):
                if part.when is not None:
                    yield from unseen_names(
                        part.when, names | always, study.where("quotas", place, key, number, "when")
                    )
        yield from _strangers(study, place, units.index)
        yield from _gaps(study, place, units)
        names |= {f"{QUOTA}{quota.name}"}


def _weights(quota: Quota) -> list[tuple[Keys, str]]:
    """The measures of a quota's weight, each with its place below the quota."""
    if isinstance(quota.weight, str):
        return [(("weight",), quota.weight)]
    return [(("weight", number, "measure"), part.measure) for number, part in enumerate(quota.weight)]


def _gaps(study: Study, place: int, units: pd.DataFrame) -> Iterator[ZoneplanError]:
    """Jurisdictions, weights and bounds that a unit lacks in its own columns; measures can be judged once they are."""
    quota = study.quotas[place]
    for keys, what, need in [*_levels(study, quota, units), *_columns(quota, units)]:
        try:
            with telling(f"{study.where('quotas', place, *keys)}: quota '{quota.name}'{what}"):
                need()
        except InfeasibleError:
            continue  # what contradicts what is told when all is known
        except ZoneplanError as error:
            yield error


def _levels(study: Study, quota: Quota, units: pd.DataFrame) -> Iterator[Need]:
    for number, level in enumerate(quota.levels[:-1]):
        if level in study.units.levels:
            yield ("levels", number), "", partial(name_level, level, units)


def _columns(quota: Quota, units: pd.DataFrame) -> Iterator[Need]:
    """Where a quota reads a column of the units, and what reads it."""
    for keys, name in _weights(quota):
        if name in units.columns:
            yield keys, f": weight '{name}'", partial(measure_weights, units[name])
    step, none = Step.of(quota.step), Decimal(0)
    if isinstance(quota.floor, str) and quota.floor in units.columns:
        yield ("floor",), "", partial(measure_bounds, units.index, step, units[quota.floor], None)
    if isinstance(quota.ceiling, str) and quota.ceiling in units.columns:
        yield ("ceiling",), "", partial(measure_bounds, units.index, step, none, units[quota.ceiling])
    if isinstance(quota.carried, str) and quota.carried in units.columns:
        yield ("carried",), "", partial(count_carried, quota, units, step)


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
