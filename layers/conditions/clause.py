"""What a condition found in one row, comparison by comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from layers.conditions.evaluation import Plain

Word = Literal["yes", "no", "unknown"]


@dataclass(frozen=True)
class Clause:
    """One comparison of a condition, answered for one row.

    Attributes
    ----------
    text : str
        As written, with NOT before it where the condition turns it round.
    answer : {"yes", "no", "unknown"}
        Of ``text``.
    values : mapping of str to value
        The columns it reads; None where missing.
    thresholds : mapping of str to value
        The parameters it reads.
    sides : tuple of value
        What it compares, side by side as in the text; None where missing.
    decides : bool
        The whole condition is answered as it is because of this clause, possibly among others.
    """

    text: str
    answer: Word
    values: Mapping[str, Plain]
    thresholds: Mapping[str, Plain]
    sides: tuple[Plain, ...]
    decides: bool

    def __hash__(self) -> int:
        return hash((self.text, self.sides, self.decides, *self.values.items(), *self.thresholds.items()))
