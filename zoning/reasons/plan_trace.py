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
from zoning.reasons.records import Record
from zoning.reasons.written_records import WrittenRecords


class QuotaTrace(NamedTuple):
    """How a quota was handed out."""

    evaluations: Mapping[str, Evaluation]
    terms: pd.DataFrame
    sums: Mapping[str, float]


class IndexParts(NamedTuple):
    """What an index of several measures was made of."""

    scores: pd.DataFrame
    weights: pd.Series


class AccessParts(NamedTuple):
    """Which facilities each unit reaches, and what each of them adds to its access."""

    reached: pd.DataFrame
    supply: float
    supply_reached: float


class CapacityParts(NamedTuple):
    """How many people each thing is enough for."""

    people: pd.DataFrame


class RasterParts(NamedTuple):
    """What an index of rasters was made of."""

    statistics: pd.DataFrame
    weights: pd.Series


class ArealParts(NamedTuple):
    """Of how many other areas an index comes to each unit."""

    areas: pd.Series


class Banding(NamedTuple):
    """Which row of its table counts for a derived measure."""

    rows: npt.NDArray[np.int64]
    evaluations: Sequence[Evaluation]


class ClauseMargin(NamedTuple):
    """Where a clause of a rule turns, as a function of one measure."""

    rule: str
    text: str
    measure: str
    thresholds: npt.NDArray[np.float64]
    holds: bool
    determined: bool


class Flips(NamedTuple):
    """For each unit the value of a measure nearest to its own at which its main function is another."""

    values: npt.NDArray[np.float64]
    sides: npt.NDArray[np.object_]
    zones: npt.NDArray[np.object_]


class Margins(NamedTuple):
    """How far units are from the thresholds of the rules, and what would flip their main function."""

    units: pd.Index
    answers: Mapping[str, npt.NDArray[np.object_]]
    values: Mapping[str, npt.NDArray[np.float64]]
    truths: frozenset[str]
    clauses: tuple[ClauseMargin, ...]
    flips: Mapping[str, Flips]


@dataclass(frozen=True, eq=False, repr=False)
class Trace(Shown):
    """What the steps of a run found on their way; empty for a plan that no run has made.

    Attributes
    ----------
    rules : dict of str to Evaluation
        What the rules found, by rule: of the units, or of the larger units of which they are parts.
    margins : Margins or None
        How far each unit is from the thresholds of the rules.
    derived : mapping of str to Banding
        By derived measure.
    indices : mapping of str to IndexParts, AccessParts, CapacityParts, RasterParts or ArealParts
        By index of the plan what it was made of.
    norms, floors : DataFrame or None
        What :func:`zoning.zones.weigh_norms` and :func:`zoning.zones.weigh_floors` found of the finished plan.
    gaps : DataFrame or None
        The instruments of which units have no policy, and why: see :func:`zoning.policies.instrument_gaps`.
    services : DataFrame or None
        What each class of land gives, see :func:`zoning.money.itemise_services`.
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

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> sorted(plan.trace.quotas)
    ['construction_land']
    """

    rules: Mapping[str, Evaluation] = field(default_factory=dict)
    margins: Margins | None = None
    derived: Mapping[str, Banding] = field(default_factory=dict)
    indices: Mapping[str, IndexParts | AccessParts | CapacityParts | RasterParts | ArealParts] = field(
        default_factory=dict
    )
    norms: pd.DataFrame | None = None
    floors: pd.DataFrame | None = None
    gaps: pd.DataFrame | None = None
    services: pd.DataFrame | None = None
    quotas: Mapping[str, QuotaTrace] = field(default_factory=dict)
    transfers: Mapping[str, Evaluation] = field(default_factory=dict)
    policies: Mapping[str, Mapping[str, Evaluation]] = field(default_factory=dict)
    written: WrittenRecords | None = None
    made: dict[str, tuple[pd.DataFrame, list[Record]]] = field(default_factory=dict)

    def overview(self) -> Overview:
        """What there is, in a few rows."""
        held = {"norms": self.norms, "floors": self.floors, "gaps": self.gaps, "services": self.services}
        rows = (
            ("rules", listed(self.rules)),
            ("margins", f"{len(self.margins.clauses):,} clauses" if self.margins is not None else ""),
            ("derived", listed(self.derived)),
            ("indices", listed(self.indices)),
            *((name, f"{len(table):,} rows") for name, table in held.items() if table is not None),
            ("quotas", listed(self.quotas)),
            ("transfers", listed(self.transfers)),
            ("policies", counted({scope: len(evaluations) for scope, evaluations in self.policies.items()})),
            ("records", counted({table: len(records) for table, (_, records) in self.made.items()})),
            ("read back", "yes" if self.written is not None else ""),
        )
        return Overview("Trace", rows)
