"""The tables that sections of a plan name beside its layers: what regions reached, and the plan's own negative list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from layers.errors import Attempts, at_key
from layers.formats import reading
from zoning.energy import EnergyTable, read_energy
from zoning.measures import TravelTable, read_travel_table
from zoning.policies import read_industries
from zoning.study import Study


@dataclass(frozen=True)
class StudyTables:
    """What the tables hold that a plan names for one chapter of the law each.

    Attributes
    ----------
    energy : EnergyTable or None
        What ``[energy]`` names, where the plan has it.
    industries : DataFrame or None
        What ``[industries]`` names, where the plan has it, see :func:`zoning.policies.read_industries`.
    travel : mapping of str to TravelTable
        By index what its ``[indices.access]`` names.
    """

    energy: EnergyTable | None = None
    industries: pd.DataFrame | None = None
    travel: Mapping[str, TravelTable] = field(default_factory=dict)


def read_study_tables(study: Study) -> StudyTables:
    """The tables that ``[energy]``, ``[industries]`` and ``[indices.access]`` name.

    Raises
    ------
    SourceError
        A file is missing or no CSV, or a column or a cell is not what it should be; of all tables together.
    StudyError
        A path leads out of the study's folder.
    """
    attempts = Attempts()
    energy, industries = None, None
    if study.energy is not None:
        with attempts.trying(), reading(study.energy.table):
            energy = read_energy(study.energy)
    if study.industries is not None:
        with attempts.trying(), reading(study.industries.table):
            industries = read_industries(study.industries)
    travel = dict[str, TravelTable]()
    for place, index in enumerate(study.indices):
        if index.access is not None:
            keys = ("indices", place, "access")
            with attempts.trying(), at_key(*keys), reading(index.access.table):
                travel[index.name] = read_travel_table(index.access, study.folder, study.where(*keys, "table"))
    attempts.finish()
    return StudyTables(energy, industries, travel)
