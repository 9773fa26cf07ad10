"""Locked units: those to which a level above the plan has given a zone, in the rulebook's ``decisions.toml``."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from zoning.locked_entries import Locked
from zoning.rulebook import Rulebook
from zoning.wholes import group_parts


def locked_units(
    units: pd.DataFrame, rulebook: Rulebook, part_of: pd.Series | None = None
) -> Iterator[tuple[str, str, Locked]]:
    """Every unit that is locked, by which rule and entry.

    Parameters
    ----------
    units : DataFrame
        Index ``unit_id``; with ``jurisdiction`` where entries on a whole jurisdiction shall find their units.
    rulebook : Rulebook
        Its entries that are in force.
    part_of : Series, optional
        The larger unit of which each unit is a part; an entry on one locks all its parts.

    Yields
    ------
    tuple of str, str and Locked
        The unit, the rule "locked-<n>" and the entry, in the order of the file. Entries on units that the study does
        not have yield nothing.

    Examples
    --------
    >>> from datetime import date
    >>> said = {"reason": {"en": "listed"}, "by": "the State Council", "reference": "the list", "locked": True}
    >>> entry = Locked(jurisdiction="west", main="ecologically_fragile", **said)
    >>> rulebook = Rulebook("r", "", "", date(2025, 1, 1), locked={"locked-1": entry})
    >>> units = pd.DataFrame({"jurisdiction": ["west", "east"]}, index=["a", "b"])
    >>> [(unit, rule) for unit, rule, _ in locked_units(units, rulebook)]
    [('a', 'locked-1')]
    """
    named = units["jurisdiction"] if "jurisdiction" in units.columns else pd.Series(dtype="str")
    parts = {} if part_of is None else group_parts(part_of)
    groups = {
        "unit": parts | {str(unit): [str(unit)] for unit in units.index},
        "jurisdiction": group_parts(named),
    }
    for rule, entry in rulebook.locked.items():
        kind, name = entry.place
        for unit_id in groups[kind].get(name, ()):
            yield unit_id, rule, entry


def locked_elsewhere(units: pd.DataFrame, rulebook: Rulebook, part_of: pd.Series | None = None) -> dict[str, Locked]:
    """The entries that find no unit, by their rule: normal where a study is a part of the country.

    Parameters
    ----------
    units, rulebook, part_of
        As in :func:`locked_units`.
    """
    used = {rule for _, rule, _ in locked_units(units, rulebook, part_of)}
    return {rule: entry for rule, entry in rulebook.locked.items() if rule not in used}
