"""What the quotas of a plan name, and where their amounts go on the ground: it must be there and mean something."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from layers.conditions import SURFACES, parse_condition
from layers.errors import SourceError, UnknownNameError, ZoneplanError, shown
from layers.inputs import Inputs, Layer
from layers.phrases import AND, Phrase, phrase_list, word
from layers.raster import MAX_SLOPE_CELL_M
from zoning.errors import near
from zoning.measures import QUOTA, boundary_role
from zoning.pipeline.column_sources import ExpectedColumns, later_measures
from zoning.quotas import condition_names, hectares_of, measures_read
from zoning.rulebook import Rulebook
from zoning.study import Quota, Siting, Study

CONDITIONED = ("priority", "groups", "limits", "locked")
"""The lists of a quota whose entries may have a condition."""
Keys = tuple[str | int, ...]


def quota_faults(study: Study, columns: ExpectedColumns) -> Iterator[ZoneplanError]:
    """The complaints about names that quotas give and that nothing provides, each with its place in the plan."""
    later = set(later_measures(study))
    for place, quota in enumerate(study.quotas):
        yield from _unprovided(study, place, columns.names - later, columns.rulebook)
        for key in CONDITIONED:
            for number, part in enumerate(getattr(quota, key)):
                if part.when is not None:
                    keys = ("quotas", place, key, number, "when")
                    yield from columns.complaints(part.when, Phrase("quota '{quota}'", quota=quota.name), keys, later)
        yield from _strangers(quota, place, columns.units.index)
        later -= {f"{QUOTA}{quota.name}"}


def _unprovided(study: Study, place: int, names: frozenset[str], rulebook: Rulebook) -> Iterator[ZoneplanError]:
    """Measures, levels and other quotas that a quota names and that nothing provides."""
    quota, keys = study.quotas[place], ("quotas", place, "name")
    later = {f"{QUOTA}{one.name}" for one in study.quotas[place:]}
    for name in measures_read(quota):
        if name not in names:
            hint = (
                Phrase("; a quota is known to those that stand below it") if name in later else _unasked(name, rulebook)
            )
            hint = hint or near(name, names)
            text = Phrase(
                "quota '{quota}': nothing provides the measure '{measure}'{hint}",
                quota=quota.name,
                measure=name,
                hint=hint,
            )
            yield UnknownNameError(text, code="unknown_measure", keys=keys)
    for level in quota.levels[:-1]:
        if level not in study.units.levels:
            yield UnknownNameError(
                Phrase(
                    "quota '{quota}': level '{level}' is no jurisdiction of [units] (it has {levels})",
                    quota=quota.name,
                    level=level,
                    levels=shown(study.units.levels) or Phrase("none"),
                ),
                code="unknown_level",
                keys=keys,
            )


def _unasked(name: str, rulebook: Rulebook) -> str:
    """Which measures a study must give for one that the rulebook could derive; "" of any other name."""
    draft = rulebook.draft
    made = next((one for one in (draft.derived if draft else ()) if one.name == name and one.on(rulebook.day)), None)
    if draft is None or made is None:
        return ""
    needed = made.among(()).names
    given = [one.name for one in draft.indicators if one.name in needed and one.when_absent in ("error", "unknown")]
    given += [one.name for one in draft.derived if one.name in needed]
    return Phrase(
        "; rulebook '{rulebook}' derives it from {names}: give these in a table",
        rulebook=rulebook.name,
        names=phrase_list(given),
    )


def _strangers(quota: Quota, place: int, units: pd.Index) -> Iterator[ZoneplanError]:
    """Units that locked amounts and transfers name and that are not there."""
    named: list[tuple[Keys, str | None]] = [
        (("locked", number, "unit"), one.unit) for number, one in enumerate(quota.locked)
    ]
    for number, one in enumerate(quota.transfers):
        named += [(("transfers", number, "from"), one.giver), (("transfers", number, "to"), one.receiver)]
    for keys, unit in named:
        if unit is not None and unit not in units:
            text = Phrase("there is no unit {unit}{hint}", unit=shown([unit]), hint=near(unit, units))
            yield UnknownNameError(text, code="unknown_unit", keys=("quotas", place, *keys))


def siting_faults(study: Study, rulebook: Rulebook, inputs: Inputs) -> Iterator[ZoneplanError]:
    """What is wrong with the ``siting`` of quotas, each with its place in the file."""
    boundary = boundary_role(rulebook)
    layers = {layer.name: layer for layer in inputs.layers}
    listed = {section.name for section in study.layers}
    for place, quota in enumerate(study.quotas):
        if quota.siting is not None:
            try:
                hectares_of(quota.unit, rulebook)
            except UnknownNameError as no_area:
                no_area.keys = ("quotas", place, "unit")
                yield no_area
            for fault in _siting_faults(quota.siting, inputs, layers, listed, boundary):
                fault.keys = ("quotas", place, "siting")
                yield fault


def _siting_faults(
    siting: Siting, inputs: Inputs, layers: dict[str, Layer], listed: set[str], boundary: str
) -> Iterator[ZoneplanError]:
    yield from _raster(siting, layers, listed)
    yield from _beside(siting, layers, listed)
    yield from _siting_conditions(siting, inputs)
    if siting.boundary and boundary not in {layer.role for layer in inputs.layers}:
        text = Phrase("'boundary' asks for the growth boundary, and no layer has the role '{role}'", role=boundary)
        yield UnknownNameError(Phrase("{text}; add the layer, or leave 'boundary' out", text=text), code="unknown_role")


def _raster(siting: Siting, layers: dict[str, Layer], listed: set[str]) -> Iterator[ZoneplanError]:
    if siting.layer is None:
        return
    layer = layers.get(siting.layer)
    if siting.layer not in listed:
        grids = [name for name, one in layers.items() if one.raster is not None]
        text = Phrase("there is no layer '{layer}'{hint}", layer=siting.layer, hint=near(siting.layer, grids))
        yield UnknownNameError(
            Phrase("{text}; name a raster layer, or leave 'layer' out to take whole pieces", text=text), code="no_layer"
        )
    elif layer is not None and layer.raster is None:
        yield SourceError(
            Phrase(
                "layer '{layer}' holds {kind}, and land is ranked by the cells of a raster; name a raster, or leave "
                "'layer' out to take whole pieces",
                layer=siting.layer,
                kind=word(layer.kind),
            ),
            code="no_raster",
            layer=siting.layer,
        )
    elif layer is not None and layer.raster is not None:
        shape = sorted(({siting.surface} | condition_names(siting)) & (set(SURFACES) - {"value"}))
        if shape and layer.raster.cell_size_m > MAX_SLOPE_CELL_M and not layer.raster.coarse:
            yield SourceError(
                Phrase(
                    "{shape} of layer '{layer}' is asked of cells of {cell:,.0f} m, and cells above "
                    "{most:.0f} m flatten the land; use a finer grid, or write coarse = true on the layer",
                    shape=phrase_list(shape, AND),
                    layer=siting.layer,
                    cell=layer.raster.cell_size_m,
                    most=MAX_SLOPE_CELL_M,
                ),
                code="coarse",
                layer=siting.layer,
            )


def _beside(siting: Siting, layers: dict[str, Layer], listed: set[str]) -> Iterator[ZoneplanError]:
    roles = {layer.role for layer in layers.values() if layer.role is not None and layer.kind == "polygons"}
    for one in siting.beside:
        layer = layers.get(one.layer or "")
        if one.role is not None and one.role not in roles:
            text = Phrase(
                "nothing has the role '{role}' to lie beside{hint}", role=one.role, hint=near(one.role, roles)
            )
            yield UnknownNameError(
                Phrase("{text}; add a layer of that role, or leave it out of 'beside'", text=text), code="unknown_role"
            )
        elif one.layer is not None and one.layer not in listed:
            text = Phrase(
                "there is no layer '{layer}' to lie beside{hint}", layer=one.layer, hint=near(one.layer, listed)
            )
            yield UnknownNameError(text, code="no_layer")
        elif layer is not None and layer.features is None:
            text = Phrase(
                "layer '{layer}' is a raster, and land lies beside points, lines or polygons", layer=one.layer
            )
            yield SourceError(text, code="no_features", layer=layer.name)


def _siting_conditions(siting: Siting, inputs: Inputs) -> Iterator[ZoneplanError]:
    known = {*inputs.designations, *(SURFACES if siting.layer is not None else ())}
    for text in (*(merit.when for merit in siting.merits), *((siting.where,) if siting.where else ())):
        for name in sorted(parse_condition(text).names - known):
            hint = Phrase("; only the cells of a raster have it, and 'layer' names none") if name in SURFACES else ""
            yield UnknownNameError(
                Phrase(
                    "\"{text}\" reads '{name}', which no land has{hint}; it may name the layers that designate "
                    "land, and "
                    "value, slope, aspect and relief of a cell",
                    text=text,
                    name=name,
                    hint=hint or near(name, known),
                ),
                code="unknown_measure",
            )
