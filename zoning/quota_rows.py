"""Rows of the table of quotas: amounts in whole steps as exact decimals, with their bounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoning.contests import Floats
from zoning.steps import UNLIMITED, Counts, Step

RESERVE = "(reserve)"
"""In the place of a unit's id: what is held back."""


@dataclass(frozen=True)
class Writer:
    """Writes rows of a quota.

    Attributes
    ----------
    step : Step
    huge : int
        Steps that no ceiling reaches.
    """

    step: Step
    huge: int

    def frame(self, counts: Counts, floors: Counts, ceilings: Counts, carried: Counts, weights: Floats) -> pd.DataFrame:
        """Amounts and bounds of some rows, what they carry over included."""
        index, none = pd.RangeIndex(len(counts)), ceilings >= self.huge
        tops = np.where(none, UNLIMITED, ceilings + carried)
        return pd.DataFrame(
            {
                "amount": self.step.amounts(counts + carried, index),
                "floor": self.step.amounts(floors + carried, index),
                "ceiling": self.step.amounts(tops, index).where(~none, None),
                "carried": self.step.amounts(carried, index),
                "weight": weights,
            }
        )

    def reserve(self, steps: int, path: tuple[str, ...], level: str) -> pd.DataFrame:
        """The row of what a jurisdiction holds back."""
        row = {
            "level": level,
            "jurisdiction": path[-1] if path else "",
            "unit_id": RESERVE,
            "name": " / ".join(path),
            "amount": self.step.amount(steps),
            "floor": None,
            "ceiling": None,
            "weight": np.nan,
            "binding": "",
            "carried": self.step.amount(0),
        }
        return pd.DataFrame([row])


def huge(count: int) -> int:
    """So many steps that a total cannot reach them, and so few that they can be summed over all units."""
    return UNLIMITED // (count + 1)
