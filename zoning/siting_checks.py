"""Checks of sitings: the raster, layers, roles and conditions that they name must be there."""

from __future__ import annotations

from collections.abc import Iterator

from layers import (
    MAX_SLOPE_CELL_M,
    SURFACES,
    Layer,
    Siting,
    SourceError,
    Stack,
    Study,
    UnknownNameError,
    ZoneplanError,
    parse_condition,
)
from zoning.errors import near
from zoning.grounds import condition_names
from zoning.measures import BOUNDARY_ROLE


def siting_faults(study: Study, stack: Stack) -> Iterator[ZoneplanError]:
    """What is wrong with the ``siting`` of quotas, each with its place in the file.

    Parameters
    ----------
    study : Study
    stack : Stack
        From :func:`layers.read_layers`.
    """
    layers = {layer.name: layer for layer in stack.layers}
    listed = {section.name for section in study.layers}
    for place, quota in enumerate(study.quotas):
        if quota.siting is not None:
            at = study.where("quotas", place, "siting")
            yield from _raster(quota.siting, layers, listed, at)
            yield from _beside(quota.siting, layers, listed, at)
            yield from _siting_conditions(quota.siting, stack, at)
            if quota.siting.boundary and BOUNDARY_ROLE not in {layer.role for layer in stack.layers}:
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


def _siting_conditions(siting: Siting, stack: Stack, at: str) -> Iterator[ZoneplanError]:
    known = {*stack.designations, *(SURFACES if siting.layer is not None else ())}
    for text in (*(merit.when for merit in siting.merits), *((siting.where,) if siting.where else ())):
        for name in sorted(parse_condition(text).names - known):
            hint = "; only the cells of a raster have it, and 'layer' names none" if name in SURFACES else ""
            yield UnknownNameError(
                f"{at}: \"{text}\" reads '{name}', which no land has{hint or near(name, known)}; it may name "
                "the layers that designate land, and value, slope, aspect and relief of a cell",
                code="unknown_measure",
            )
