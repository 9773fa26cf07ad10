"""What is unknown where a plan does without a layer: its measures, shares of its role, and land free to build on."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from layers.inputs import LeftOut
from zoning.measures.indicators import column_of
from zoning.measures.unit_measures import boundary_role, deducted_roles
from zoning.rulebook import ELEVATION_ROLE, Indicator, Rulebook

FREE, FREE_INSIDE = "available_ha", "available_in_boundary_ha"


def unknown_measures(left_out: Iterable[LeftOut], rulebook: Rulebook) -> tuple[str, ...]:
    """The measures that nobody can tell, for what they are made of is left out.

    Examples
    --------
    >>> from zoning.rulebook import read_rulebook
    >>> lakes = LeftOut("layer", "lakes", ("lakes_count",), "no file lakes.gpkg", "water")
    >>> unknown_measures([lakes], read_rulebook("us_west"))
    ('lakes_count', 'water_share', 'water_ha', 'available_ha', 'available_in_boundary_ha')
    """
    names = list[str]()
    for omission in left_out:
        names += omission.measures
        if omission.role is not None and omission.role != ELEVATION_ROLE:
            names += [f"{omission.role}_share", f"{omission.role}_ha"]
        if omission.role in free_of(rulebook):
            names += [FREE, FREE_INSIDE]
        elif omission.role is not None and omission.role == boundary_role(rulebook):
            names.append(FREE_INSIDE)
    return tuple(dict.fromkeys(names))


def free_of(rulebook: Rulebook) -> frozenset[str]:
    """The roles of which land that is free to build on must be free; ``elevation`` stands for steep land."""
    steep = rulebook.available_land.steeper_than in rulebook.parameters
    return frozenset((*deducted_roles(rulebook), *([ELEVATION_ROLE] if steep else [])))


def with_left_out(measures: pd.DataFrame, left_out: Iterable[LeftOut], rulebook: Rulebook) -> pd.DataFrame:
    """Measures in which all is missing that nobody can tell."""
    kinds = {indicator.name: indicator for indicator in rulebook.indicators}
    names = unknown_measures(left_out, rulebook)
    if not names:
        return measures
    units = measures.index
    return measures.assign(**{name: column_of(kinds.get(name, Indicator(name=name)), None, units) for name in names})


def lines_left_out(left_out: Iterable[LeftOut], rulebook: Rulebook) -> tuple[str, ...]:
    """The control lines that cannot be drawn as a whole, in order of precedence."""
    roles = {omission.role for omission in left_out}
    return tuple(line.code for line in rulebook.lines if roles.intersection(line.roles))
