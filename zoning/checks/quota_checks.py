"""What the quotas of a plan mean: names, levels, units and values that they need, before anything is handed out.

Checks of sitings: the raster, layers, roles and conditions that they name must be there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial

import numpy as np
import pandas as pd

from layers.conditions import SURFACES, parse_condition
from layers.errors import ConditionError, SourceError, UnknownNameError, ZoneplanError, naming_the_layer, shown
from layers.inputs import Inputs, Layer
from layers.raster import MAX_SLOPE_CELL_M
from layers.sources import Lock, Quota, Siting, Study
from zoning.checks.column_sources import ExpectedColumns
from zoning.errors import InfeasibleError, near
from zoning.measures import BOUNDARY_ROLE, QUOTA
from zoning.quotas import (
    Limiting,
    count_carried,
    group_family,
    lock_once,
    name_level,
    refuse_across,
    refuse_link,
    rows_meeting,
)
from zoning.rulebook import Rulebook
from zoning.siting import condition_names
from zoning.solver import Step, measure_bounds, measure_weights, refuse_huge

CONDITIONED = {"priority": "priority", "groups": "group", "limits": "limit", "locked": "lock"}
"""The lists of a quota whose entries may have a condition, and what an entry is called."""
Keys = tuple[str | int, ...]
Need = tuple[Keys, str, Callable[[], object]]
"""Where a quota names something, what it is there, and what refuses units that lack it."""


def quota_faults(study: Study, foresight: ExpectedColumns) -> Iterator[ZoneplanError]:
    """The complaints about quotas that can be told before anything is measured.

    Parameters
    ----------
    study : Study
        Its ``[[quotas]]``.
    foresight : Foresight
        Of the units and the rulebook; a quota is known to those below it only.

    Yields
    ------
    UnknownNameError
        A measure, level, quota or unit that is not there.
    ConditionError
        A condition cannot be read, or compares what does not fit.
    MissingValueError, SourceError
        A jurisdiction, weight, bound or what a limit reads is missing or no number; a condition cannot be answered.
    StudyError
        A unit is locked twice, groups cross, or a transfer crosses jurisdictions.
    LimitError
        Too many steps.
    """
    later = {f"{QUOTA}{quota.name}" for quota in study.quotas}
    for place, quota in enumerate(study.quotas):
        yield from _unprovided(study, place, foresight.names - later, foresight.rulebook)
        for key in CONDITIONED:
            for number, part in enumerate(getattr(quota, key)):
                if part.when is not None:
                    at = f"{study.where('quotas', place, key, number, 'when')}: quota '{quota.name}'"
                    yield from foresight.complaints(part.when, at, later)
        yield from _strangers(study, place, foresight.known.index)
        yield from _gaps(study, place, foresight)
        later -= {f"{QUOTA}{quota.name}"}


def _weights(quota: Quota) -> list[tuple[Keys, str]]:
    """The measures of a quota's weight, each with its place below the quota."""
    if isinstance(quota.weight, str):
        return [(("weight",), quota.weight)]
    return [(("weight", number, "measure"), part.measure) for number, part in enumerate(quota.weight)]


def _gaps(study: Study, place: int, foresight: ExpectedColumns) -> Iterator[ZoneplanError]:
    """What run would refuse of the units' own columns, as far as that can be told before anything is measured."""
    quota, known = study.quotas[place], foresight.known
    for keys, what, need in [
        *_levels(study, quota, known),
        *_links(study, place),
        *_size(quota, known),
        *_columns(quota, known),
        *_conditions(quota, foresight),
        *_groups(quota, foresight),
        *_locks(quota, foresight),
        *_transfers(quota, known),
        *_limits(quota, foresight),
    ]:
        try:
            with naming_the_layer(f"{study.where('quotas', place, *keys)}: quota '{quota.name}'{what}"):
                need()
        except (InfeasibleError, ConditionError):
            continue  # what contradicts what is told when all is known, and what a condition compares is told with it
        except ZoneplanError as error:
            yield error


def _levels(study: Study, quota: Quota, known: pd.DataFrame) -> Iterator[Need]:
    for number, level in enumerate(quota.levels[:-1]):
        if level in study.units.levels:
            yield ("levels", number), "", partial(name_level, level, known)


def _links(study: Study, place: int) -> Iterator[Need]:
    """The quotas that one stays within: whether they can bind it."""
    quota, above = study.quotas[place], {one.name: one for one in study.quotas[:place]}
    for number, link in enumerate(quota.within):
        yield ("within", number, "quota"), "", partial(refuse_link, quota, link, above)


def _size(quota: Quota, known: pd.DataFrame) -> Iterator[Need]:
    """The steps in the total, for those among whom it is handed out first."""
    if quota.by == "weighted":
        highest = next((level for level in quota.levels[:-1] if level in known.columns), None)
        count, step = len(known) if highest is None else known[highest].nunique(), Step.of(quota.step)
        yield ("total",), "", partial(refuse_huge, step.count(quota.total) or 0, count, step)


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


def _conditions(quota: Quota, foresight: ExpectedColumns) -> Iterator[Need]:
    """The conditions that can be answered by now, but for those of locked amounts."""
    for key, what in CONDITIONED.items():
        for number, part in enumerate(getattr(quota, key) if key != "locked" else ()):
            if part.when is not None and foresight.foresees(part.when):
                need = partial(rows_meeting, what, part.when, foresight.known, foresight.parameters)
                yield (key, number, "when"), "", need


def _groups(quota: Quota, foresight: ExpectedColumns) -> Iterator[Need]:
    """The groups whose units are known by now: whether they make a tree."""
    if quota.by == "weighted":
        groups = tuple(group for group in quota.groups if foresight.answers(group.when))
        some = quota.model_copy(update={"groups": groups})
        yield ("groups",), "", partial(group_family, some, foresight.known, foresight.parameters, 0)


def _locks(quota: Quota, foresight: ExpectedColumns) -> Iterator[Need]:
    """The locked amounts whose units are known by now: whether one comes upon another."""
    locked = np.zeros(len(foresight.known), dtype=bool)

    def add(lock: Lock) -> None:
        nonlocal locked
        locked = locked | lock_once(lock, locked, foresight.known, foresight.parameters)

    for number, lock in enumerate(quota.locked):
        if lock.unit in foresight.known.index or (lock.when is not None and foresight.foresees(lock.when)):
            yield ("locked", number, "unit" if lock.when is None else "when"), "", partial(add, lock)


def _transfers(quota: Quota, known: pd.DataFrame) -> Iterator[Need]:
    """The transfers between units that are there: whether they stay in a jurisdiction."""
    levels = [level for level in quota.levels[:-1] if level in known.columns] or ["jurisdiction"]
    for number, one in enumerate(quota.transfers):
        if {one.giver, one.receiver} <= set(known.index):
            need = partial(refuse_across, one, [known[level] for level in levels])
            yield ("transfers", number, "from"), f": transfer {number + 1} ({one.reason})", need


def _limits(quota: Quota, foresight: ExpectedColumns) -> Iterator[Need]:
    """The columns that limits read, of the units that are known to count."""
    known, parameters = foresight.known, foresight.parameters
    limiting = Limiting(quota, known, known, {}, parameters)
    for number, limit in enumerate(quota.limits):
        if limit.when is not None and not foresight.answers(limit.when):
            continue  # told with the condition
        said, here = f": limit '{limit.name}'", limiting.counting(limit)
        if isinstance(limit.per, str) and limit.per in known.columns:
            yield ("limits", number, "per"), said, partial(limiting.uses, limit)
        for key, end in (("min", limit.min), ("max", limit.max)):
            if isinstance(end, str) and end in known.columns:
                yield ("limits", number, key), said, partial(limiting.end, end, here)


def _unprovided(study: Study, place: int, names: frozenset[str], rulebook: Rulebook) -> Iterator[ZoneplanError]:
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


def siting_faults(study: Study, inputs: Inputs) -> Iterator[ZoneplanError]:
    """What is wrong with the ``siting`` of quotas, each with its place in the file.

    Parameters
    ----------
    study : Study
    inputs : Inputs
        From :func:`layers.read.read_inputs`.
    """
    layers = {layer.name: layer for layer in inputs.layers}
    listed = {section.name for section in study.layers}
    for place, quota in enumerate(study.quotas):
        if quota.siting is not None:
            at = study.where("quotas", place, "siting")
            yield from _raster(quota.siting, layers, listed, at)
            yield from _beside(quota.siting, layers, listed, at)
            yield from _siting_conditions(quota.siting, inputs, at)
            if quota.siting.boundary and BOUNDARY_ROLE not in {layer.role for layer in inputs.layers}:
                text = f"{at}: 'boundary' asks for the growth boundary, and no layer has the role '{BOUNDARY_ROLE}'"
                yield UnknownNameError(f"{text}; add the layer, or leave 'boundary' out", code="unknown_role")


def _raster(siting: Siting, layers: dict[str, Layer], listed: set[str], at: str) -> Iterator[ZoneplanError]:
    if siting.layer is None:
        return
    layer = layers.get(siting.layer)
    if siting.layer not in listed:
        grids = [name for name, one in layers.items() if one.raster is not None]
        text = f"{at}: there is no layer '{siting.layer}'{near(siting.layer, grids)}"
        yield UnknownNameError(
            f"{text}; name a raster layer, or leave 'layer' out to take whole pieces", code="no_layer"
        )
    elif layer is not None and layer.raster is None:
        yield SourceError(
            f"{at}: layer '{siting.layer}' holds {layer.kind}, and land is ranked by the cells of a raster; name a "
            "raster, or leave 'layer' out to take whole pieces",
            code="no_raster",
            layer=siting.layer,
        )
    elif layer is not None and layer.raster is not None:
        shape = sorted(({siting.surface} | condition_names(siting)) & (set(SURFACES) - {"value"}))
        if shape and layer.raster.cell_size_m > MAX_SLOPE_CELL_M and not layer.raster.coarse:
            yield SourceError(
                f"{at}: {' and '.join(shape)} of layer '{siting.layer}' is asked of cells of "
                f"{layer.raster.cell_size_m:,.0f} m, and cells above {MAX_SLOPE_CELL_M:.0f} m flatten the land; use a "
                "finer grid, or write coarse = true on the layer",
                code="coarse",
                layer=siting.layer,
            )


def _beside(siting: Siting, layers: dict[str, Layer], listed: set[str], at: str) -> Iterator[ZoneplanError]:
    roles = {layer.role for layer in layers.values() if layer.role is not None and layer.kind == "polygons"}
    for one in siting.beside:
        layer = layers.get(one.layer or "")
        if one.role is not None and one.role not in roles:
            text = f"{at}: nothing has the role '{one.role}' to lie beside{near(one.role, roles)}"
            yield UnknownNameError(
                f"{text}; add a layer of that role, or leave it out of 'beside'", code="unknown_role"
            )
        elif one.layer is not None and one.layer not in listed:
            text = f"{at}: there is no layer '{one.layer}' to lie beside{near(one.layer, listed)}"
            yield UnknownNameError(text, code="no_layer")
        elif layer is not None and layer.features is None:
            text = f"{at}: layer '{one.layer}' is a raster, and land lies beside points, lines or polygons"
            yield SourceError(text, code="no_features", layer=layer.name)


def _siting_conditions(siting: Siting, inputs: Inputs, at: str) -> Iterator[ZoneplanError]:
    known = {*inputs.designations, *(SURFACES if siting.layer is not None else ())}
    for text in (*(merit.when for merit in siting.merits), *((siting.where,) if siting.where else ())):
        for name in sorted(parse_condition(text).names - known):
            hint = "; only the cells of a raster have it, and 'layer' names none" if name in SURFACES else ""
            yield UnknownNameError(
                f"{at}: \"{text}\" reads '{name}', which no land has{hint or near(name, known)}; it may name "
                "the layers that designate land, and value, slope, aspect and relief of a cell",
                code="unknown_measure",
            )
