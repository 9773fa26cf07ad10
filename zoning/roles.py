"""Roles: what the layers of a plan play, and whether anything reads it."""

from __future__ import annotations

from collections.abc import Iterator

from layers import SourceError, Stack, Study, UnknownNameError, ZoneplanError
from zoning.errors import near
from zoning.measures import DEDUCTED_ROLES, ELEVATION_ROLE, SLOPE_LIMIT
from zoning.rulebook import Rulebook


def known_roles(rulebook: Rulebook) -> set[str]:
    """Roles that something in the house or the rulebook reads."""
    declared = {
        indicator.name.removesuffix(ending)
        for indicator in rulebook.indicators
        for ending in ("_share", "_ha")
        if indicator.name.endswith(ending)
    }
    lines = {role for line in rulebook.lines for role in line.roles}
    heights = {ELEVATION_ROLE} if SLOPE_LIMIT in rulebook.parameters else set()
    return {*heights, *DEDUCTED_ROLES, *lines, *declared, *(zone.code for zone in rulebook.zones)}


def role_faults(study: Study, rulebook: Rulebook) -> Iterator[ZoneplanError]:
    """The complaints about roles that nothing reads, each with its place in the plan."""
    known = known_roles(rulebook)
    for place, layer in enumerate(study.layers):
        if layer.role is not None and layer.role not in known:
            yield UnknownNameError(
                f"{study.where('layers', place, 'role')}: rulebook '{rulebook.name}' reads no role '{layer.role}'"
                f"{near(layer.role, known)}",
                code="unknown_role",
                layer=layer.name,
            )


def shape_faults(study: Study, stack: Stack) -> Iterator[ZoneplanError]:
    """The complaints about layers that cannot play their role: one needs area, elevation needs a grid."""
    kinds = {layer.name: layer.kind for layer in stack.layers}
    for place, layer in enumerate(study.layers):
        kind = kinds.get(layer.name)
        wanted = "raster" if layer.role == ELEVATION_ROLE else "polygons"
        if layer.role is None or kind is None or kind == wanted:
            continue
        remedy = (
            "give a raster of heights in metres"
            if wanted == "raster"
            else "a role needs area: give polygons, or a raster with 'where'; or drop the role and use 'measure'"
        )
        yield SourceError(
            f"{study.where('layers', place, 'role')}: layer '{layer.name}' holds {kind}, which cannot play "
            f"the role '{layer.role}'; {remedy}",
            code="role_without_area",
            layer=layer.name,
        )
