"""Energy schemes: which scheme of a rulebook judges a period."""

from __future__ import annotations

from datetime import date

from layers import EnergyTable, StudyError, shown
from zoning.energy_entries import Scheme
from zoning.errors import RulebookError, near
from zoning.rulebook import Rulebook


def scheme_in_force(table: EnergyTable, rulebook: Rulebook) -> Scheme:
    """The scheme that a table asks for, or the one in force on the last day of its period.

    Raises
    ------
    RulebookError
        The rulebook knows no dual control of energy.
    StudyError
        It has no scheme of that name, or none was in force at the end of the period.

    Examples
    --------
    >>> import pandas as pd
    >>> from zoning import read_rulebook
    >>> rulebook = read_rulebook("main_functional_areas", date(2025, 1, 1))
    >>> [scheme_in_force(EnergyTable(period, pd.DataFrame()), rulebook).code for period in (2019, 2021, 2026)]
    ['13th_plan', '14th_plan', 'carbon']
    """
    codes = tuple(dict.fromkeys(scheme.code for scheme in rulebook.schemes))
    at = table.where("table")
    if not codes:
        raise RulebookError(
            f"{at}: rulebook '{rulebook.name}' knows no dual control of energy: it has no energy.toml. "
            "Leave [energy] out, or choose a rulebook that has one, such as 'main_functional_areas'",
            code="no_energy",
        )
    end = date(table.period, 12, 31)
    if table.scheme is None:
        found = next((scheme for scheme in rulebook.schemes if scheme.on(end)), None)
        if found is None:
            raise StudyError(
                f"{table.where('period')}: no scheme of rulebook '{rulebook.name}' is in force at the end of the "
                f"period, {end}; name one: scheme = {' or '.join(repr(code) for code in codes)}",
                code="no_scheme",
            )
        return found
    named = [scheme for scheme in rulebook.schemes if scheme.code == table.scheme]
    if not named:
        raise StudyError(
            f"{table.where('scheme')}: rulebook '{rulebook.name}' has no scheme {shown([table.scheme])}"
            f"{near(table.scheme, codes)}",
            code="unknown_scheme",
        )
    return next((scheme for scheme in named if scheme.on(end)), named[-1])
