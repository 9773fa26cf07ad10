"""What units are called, by language."""

from __future__ import annotations

import pandas as pd

from layers.sources import UnitsSection


def names_by_language(units: pd.DataFrame, section: UnitsSection) -> dict[str, str | dict[str, str]]:
    """What each unit is called, by language where the plan names a column for each; by id.

    Parameters
    ----------
    units : DataFrame
        Index ``unit_id``; ``name`` and the columns of names.
    section : UnitsSection
        ``[units]`` of the plan.
    """
    if not section.names:
        return dict(zip(units.index, units["name"], strict=True))
    rows = zip(*(units[column].fillna("").tolist() for column in section.names.values()), strict=True)
    said = ({tag: text for tag, text in zip(section.names, row, strict=True) if text.strip()} for row in rows)
    return {unit: texts or name for unit, texts, name in zip(units.index, said, units["name"], strict=True)}
