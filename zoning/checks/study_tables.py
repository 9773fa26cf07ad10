"""The tables that sections of a plan name beside its layers: what regions reached, and the plan's own negative list."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import pandas as pd

from layers.archives import in_sandbox
from layers.errors import Attempts, ZoneplanError, at_key
from layers.formats import reading
from layers.sandbox import sandboxed
from zoning.energy import EnergyTable, read_energy
from zoning.measures import TravelTable, read_travel_table
from zoning.policies import read_industries
from zoning.study import Study

SUPPLY = "supply"
TravelParts = tuple[pd.DataFrame, pd.DataFrame, str]
"""Times, supply in one column, and the name of the table."""


@dataclass(frozen=True)
class StudyTables:
    """What the tables hold that a plan names for one chapter of the law each."""

    energy: EnergyTable | None = None
    industries: pd.DataFrame | None = None
    travel: Mapping[str, TravelTable] = field(default_factory=dict)


def read_study_tables(study: Study) -> StudyTables:
    """The tables that ``[energy]``, ``[industries]`` and ``[indices.access]`` name."""
    names = _names(study)
    if not names:
        return StudyTables()
    files = {str(study.folder): study.folder}
    for name in names:
        with suppress(ZoneplanError, OSError):  # said when it is read
            files[name] = study.locate(name)
    with sandboxed(None, study.limits):
        rows, industries, travel = in_sandbox(_read_tables, study, files)
    energy = None if rows is None or study.energy is None else EnergyTable.of(study.energy, rows)
    return StudyTables(
        energy,
        industries,
        {
            index: TravelTable(times, supply[SUPPLY].rename(None), name)
            for index, (times, supply, name) in travel.items()
        },
    )


def _names(study: Study) -> list[str]:
    """The tables as the plan names them."""
    sections = [one for one in (study.energy, study.industries) if one is not None]
    of_indices = [index.access for index in study.indices if index.access is not None]
    return [*(one.table for one in sections), *(name for one in of_indices for name in (one.table, one.facilities))]


def _read_tables(study: Study) -> tuple[pd.DataFrame | None, pd.DataFrame | None, dict[str, TravelParts]]:
    """Rows of energy, items of industries, and by index the parts of its travel table."""
    attempts = Attempts()
    energy, industries = None, None
    if study.energy is not None:
        with attempts.trying(), reading(study.energy.table):
            energy = read_energy(study.energy).rows
    if study.industries is not None:
        with attempts.trying(), reading(study.industries.table):
            industries = read_industries(study.industries)
    travel = {}
    for place, index in enumerate(study.indices):
        if index.access is not None:
            keys = ("indices", place, "access")
            with attempts.trying(), at_key(*keys), reading(index.access.table):
                found = read_travel_table(index.access, study.folder, study.where(*keys, "table"))
                travel[index.name] = found.times, found.supply.to_frame(SUPPLY), found.name
    attempts.finish()
    return energy, industries, travel
