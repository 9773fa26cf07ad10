"""The trace of a plan: what its steps found on their way, kept as columns, from which records are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import Evaluation
from layers.overview import Overview, Shown, counted, listed
from zoning.trace.records import Record
from zoning.trace.written_records import WrittenRecords


class QuotaTrace(NamedTuple):
    """How a quota was handed out.

    Attributes
    ----------
    asked : mapping of str to Evaluation
        What its conditions found, by their text.
    terms : DataFrame of float
        Index ``unit_id``; for each part of the weight, in their order, what it adds to the weight before priorities.
    sums : mapping of str to float
        The sum over all units of each measure whose terms are shares of it.
    """

    asked: Mapping[str, Evaluation]
    terms: pd.DataFrame
    sums: Mapping[str, float]


class Banding(NamedTuple):
    """Which row of its table counts for a derived measure.

    Attributes
    ----------
    rows : int array
        For each unit the row, from 0; -1 where none counts.
    asked : tuple of Evaluation
        What the condition of each row found.
    """

    rows: npt.NDArray[np.int64]
    asked: Sequence[Evaluation]


@dataclass(frozen=True, eq=False, repr=False)
class Trace(Shown):
    """What the steps of a run found on their way; empty for a plan that no run has made.

    Attributes
    ----------
    derived : mapping of str to Banding
        By derived measure.
    norms, floors : DataFrame or None
        What :func:`zoning.zones.weigh_norms` and :func:`zoning.zones.weigh_floors` found of the finished plan.
    services : DataFrame or None
        What each class of land gives, see :func:`zoning.compensation.itemise_services`.
    quotas : mapping of str to QuotaTrace
        By quota.
    transfers : mapping of str to Evaluation
        What the conditions of transfers found of the units, by their text.
    policies : mapping of str to mapping of str to Evaluation
        What the conditions of policies found, by scope and by their text.
    written : WrittenRecords or None
        The records themselves, where they were read from a run folder.
    made : dict
        By table those that were made of all its rows, and the table.
    """

    derived: Mapping[str, Banding] = field(default_factory=dict)
    norms: pd.DataFrame | None = None
    floors: pd.DataFrame | None = None
    services: pd.DataFrame | None = None
    quotas: Mapping[str, QuotaTrace] = field(default_factory=dict)
    transfers: Mapping[str, Evaluation] = field(default_factory=dict)
    policies: Mapping[str, Mapping[str, Evaluation]] = field(default_factory=dict)
    written: WrittenRecords | None = None
    made: dict[str, tuple[pd.DataFrame, list[Record]]] = field(default_factory=dict)

    def overview(self) -> Overview:
        """What there is, in a few rows."""
        held = {"norms": self.norms, "floors": self.floors, "services": self.services}
        rows = (
            ("derived", listed(self.derived)),
            *((name, f"{len(table):,} rows") for name, table in held.items() if table is not None),
            ("quotas", listed(self.quotas)),
            ("transfers", listed(self.transfers)),
            ("policies", counted({scope: len(found) for scope, found in self.policies.items()})),
            ("records", counted({table: len(records) for table, (_, records) in self.made.items()})),
            ("read back", "yes" if self.written is not None else ""),
        )
        return Overview("Trace", rows)
