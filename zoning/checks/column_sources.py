"""Origins: where each measure of a study comes from, and names that two sources give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from layers import Stack, Study, UnknownNameError
from zoning.indicators import QUOTA
from zoning.rulebook import Rulebook
from zoning.services import measure_names

ADDED = ("area_ha", "available_ha", "available_in_boundary_ha")
"""Measures that the steps add to those of the study."""


class Origin(NamedTuple):
    """A name, and one source of it.

    Attributes
    ----------
    name : str
    said : str
        "comes from layer 'forests'".
    keys : tuple
        Where the plan says it; empty where it does not.
    """

    name: str
    said: str
    keys: tuple[str | int, ...] = ()


def provided(study: Study, stack: Stack) -> frozenset[str]:
    """The measures that a study will have once it has run."""
    return frozenset(origin.name for origin in _of_study(study, stack))


def origin_faults(study: Study, rulebook: Rulebook, stack: Stack) -> Iterator[UnknownNameError]:
    """The complaints about names that two sources give, each with its place in the plan."""
    first: dict[str, Origin] = {}
    for one in (*_of_rulebook(rulebook), *_of_study(study, stack), *_covered(study, stack)):
        other = first.setdefault(one.name, one)
        if other is not one:
            also = one.said.removeprefix("comes ") if other.said.startswith("comes ") else one.said
            yield UnknownNameError(
                f"{study.where(*(one.keys or other.keys))}: '{one.name}' {other.said} and {also} as well; "
                "rename one of them",
                code="two_sources",
            )


def _of_study(study: Study, stack: Stack) -> Iterator[Origin]:
    """Every measure of a study, with each of its sources."""
    homes: dict[str, tuple[str | int, ...]] = {
        part.source: ("tables", place, "source") for place, part in enumerate(study.tables)
    }
    for column in map(str, stack.units.columns.drop(stack.units.geometry.name)):
        home = stack.origins.get(column, "the units' file")
        yield Origin(column, f"comes from {home}", homes.get(home, ("units", "source")))
    designations = stack.designations
    roles = {layer.role: place for place, layer in enumerate(study.layers) if layer.name in designations}
    for role, place in roles.items():
        for ending in ("share", "ha"):
            yield Origin(f"{role}_{ending}", "comes from the overlay", ("layers", place, "role"))
    for place, layer in enumerate(study.layers):
        for name in layer.measure:
            yield Origin(name, f"comes from layer '{layer.name}'", ("layers", place, "measure", name))
    for name in ADDED:
        if name != "area_ha" or name not in stack.units.columns:
            yield Origin(name, "comes from the overlay")
    for name in measure_names(study.services):
        yield Origin(name, "comes from [services]", ("services",))
    for place, quota in enumerate(study.quotas):
        yield Origin(f"{QUOTA}{quota.name}", f"is the amount of quota '{quota.name}'", ("quotas", place, "name"))


def _of_rulebook(rulebook: Rulebook) -> Iterator[Origin]:
    """Every name that is no measure of a study but that conditions read beside them."""
    yield Origin("main", "is the main function of a unit")
    for code in rulebook.codes("overlay"):
        yield Origin(code, f"is an overlay of rulebook '{rulebook.name}'")
    for derived in rulebook.derived:
        yield Origin(derived.name, f"is derived by rulebook '{rulebook.name}'")
    for name in rulebook.parameters:
        yield Origin(name, f"is a parameter of rulebook '{rulebook.name}'")


def _covered(study: Study, stack: Stack) -> Iterator[Origin]:
    """What is added beside the measure of a raster that has values for a part of a unit only."""
    rasters = {layer.name for layer in stack.layers if layer.raster is not None}
    for place, layer in enumerate(study.layers):
        for name in layer.measure if layer.name in rasters else ():
            said = f"is kept for the share of a unit that layer '{layer.name}' covers"
            yield Origin(f"{name}_covered", said, ("layers", place, "measure", name))
