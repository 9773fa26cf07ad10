"""Whole steps: exact amounts that are multiples of the smallest amount that a quota hands out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.errors import ZoneplanError
from layers.phrases import Phrase

Number = Decimal | float | int | str
"""A number as a caller may write it; floats count as what they print, 0.1 is one tenth."""

Counts = npt.NDArray[np.int64]
UNLIMITED = 2**62
"""A count that stands for "no bound"."""
NO_BOUND = Decimal("Infinity")
"""An amount that stands for "no bound"."""


def exact_number(value: object) -> Decimal:
    """A number as it is written, without the noise of binary fractions.

    Examples
    --------
    >>> exact_number(0.1) * 3 == exact_number("0.3")
    True
    """
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ZoneplanError(Phrase("{value!r} is not a number", value=value), code="number") from None


@dataclass(frozen=True)
class Step:
    """The size of one step.

    Examples
    --------
    >>> hundredths = Step.of(0.01)
    >>> hundredths.count("12.34"), hundredths.amount(1234)
    (1234, Decimal('12.34'))
    """

    size: Decimal

    @classmethod
    def of(cls, size: Number) -> Step:
        """A step of the size written."""
        number = exact_number(size)
        if not number.is_finite() or number <= 0:
            raise ZoneplanError(Phrase("step {step}: give a number above 0, such as 1 or 0.01", step=size), code="step")
        return cls(number)

    def count(self, amount: Number) -> int | None:
        """The number of steps in an amount; None where it is not a whole number."""
        number = exact_number(amount)
        if not number.is_finite():
            raise ZoneplanError(Phrase("{amount!r} is not a finite number", amount=amount), code="number")
        steps = Fraction(number) / Fraction(self.size)
        return steps.numerator if steps.denominator == 1 else None

    def below(self, amount: Number) -> Decimal:
        """The largest whole multiple of the step that is not above an amount."""
        return self.amount(Fraction(exact_number(amount)) // Fraction(self.size))

    def counts(self, values: pd.Series, towards: Literal["up", "down"]) -> Counts:
        """Whole steps in each value, rounded up or down, exactly.

        Notes
        -----
        Division in floating point decides where it is clear, and exact arithmetic where the quotient is near a whole
        number: 0.29 holds 29 steps of 0.01, although 0.29 / 0.01 is 28.999999999999996 in floating point.
        """
        with np.errstate(over="ignore"):
            ratios = np.clip(values.to_numpy(dtype=float) / float(self.size), -UNLIMITED, UNLIMITED)
        whole: Counts = (np.ceil(ratios) if towards == "up" else np.floor(ratios)).astype(np.int64)
        near = np.abs(ratios - np.rint(ratios)) <= 1e-9 + np.abs(ratios) * 2.0**-50
        places = np.flatnonzero(near & (np.abs(ratios) < UNLIMITED))
        size = self.size.as_integer_ratio()
        whole[places] = [_quotient(value, size, towards) for value in values.iloc[places].tolist()]
        return whole

    def amount(self, count: int) -> Decimal:
        """The amount of so many steps, with as many decimals as the step has."""
        _, digits, exponent = self.size.as_tuple()
        if not isinstance(exponent, int):  # a NaN or an infinity; ``of`` lets none in
            raise TypeError(Phrase("step {step} is not finite", step=self.size))
        size = int("".join(map(str, digits)))
        return Decimal(f"{count * size * 10 ** max(exponent, 0)}e{min(exponent, 0)}")

    def amounts(self, counts: Counts, index: pd.Index) -> pd.Series:
        """The amounts of an array of counts, a Series of Decimals; ``NO_BOUND`` where there is none."""
        different, inverse = np.unique(counts, return_inverse=True)
        decimals = np.empty(len(different), dtype=object)
        decimals[:] = [NO_BOUND if count == UNLIMITED else self.amount(count) for count in different.tolist()]
        return pd.Series(decimals[inverse], index=index, dtype=object)


def _quotient(value: object, size: tuple[int, int], towards: str) -> int:
    """Whole sizes in a value, rounded; a count beyond the largest is the largest."""
    over, under = exact_number(value).as_integer_ratio()
    top, bottom = over * size[1], under * size[0]
    whole = -(-top // bottom) if towards == "up" else top // bottom
    return max(-UNLIMITED, min(whole, UNLIMITED))
