"""Rows of the table of quotas: amounts in whole steps as exact decimals, with their bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from zoning.solver import UNLIMITED, Counts, Floats, Step

RESERVE = "(reserve)"
"""In the place of a unit's id: what is held back."""
AMOUNTS = ("amount", "floor", "ceiling", "carried")

Rows = Mapping[str, Any]
"""Rows to come, a list or an array a column; amounts in steps, ``UNLIMITED`` where there is no bound."""


class Writer(NamedTuple):
    """Writes rows of a quota."""

    step: Step
    huge: int

    def counted(self, counts: Counts, floors: Counts, ceilings: Counts, carried: Counts, weights: Floats) -> Rows:
        """Steps and bounds of some rows, what they carry over included."""
        return {
            "amount": counts + carried,
            "floor": floors + carried,
            "ceiling": np.where(ceilings >= self.huge, UNLIMITED, ceilings + carried),
            "carried": carried,
            "weight": weights,
        }

    @staticmethod
    def reserve(steps: int, path: tuple[str, ...], level: str) -> Rows:
        """The row of what a jurisdiction holds back."""
        return {
            "amount": [steps],
            "floor": [UNLIMITED],
            "ceiling": [UNLIMITED],
            "carried": [0],
            "weight": [np.nan],
            "level": [level],
            "jurisdiction": [path[-1] if path else ""],
            "unit_id": [RESERVE],
            "name": [" / ".join(path)],
            "binding": [""],
        }

    def table(self, parts: Sequence[Rows]) -> pd.DataFrame:
        """All rows, in the order of the parts, their steps as amounts."""
        numbers = {name: np.concatenate([part[name] for part in parts]) for name in (*AMOUNTS, "weight")}
        index = pd.RangeIndex(len(numbers["weight"]))
        amounts = {name: self.step.amounts(numbers[name], index) for name in AMOUNTS}
        bounded = {name: column.where(numbers[name] != UNLIMITED, None) for name, column in amounts.items()}
        named = [name for name in parts[0] if name not in numbers]
        labels = {name: list(chain.from_iterable(part[name] for part in parts)) for name in named}
        return pd.DataFrame({**bounded, "weight": numbers["weight"], **labels}, index=index)


def huge(count: int) -> int:
    """So many steps that a total cannot reach them, and so few that they can be summed over all units."""
    return UNLIMITED // (count + 1)
