"""Needs: what each receiver of a transfer needs, exactly, and the words for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd

from layers import Part, Priority, Share, SourceError, parse_condition
from zoning.apportionment import counted_ids
from zoning.errors import InfeasibleError, MissingValueError
from zoning.steps import exact_number
from zoning.weights import Values, find_column, product

Weight = str | tuple[Share, ...] | None


class TransferContext(NamedTuple):
    """What a transfer sees of the units that count: measures, and what conditions know besides.

    Attributes
    ----------
    measures : DataFrame
        Index ``unit_id``: the measures, ``main`` and one boolean an overlay.
    parameters : mapping
        Names that conditions may use beside them.
    """

    measures: pd.DataFrame
    parameters: Values

    def meeting(self, condition: str) -> pd.Series:
        """Whether each unit meets a condition; one that cannot be answered is refused with the ids."""
        answer = parse_condition(condition).evaluate(self.measures, self.parameters)
        if not answer.known.all():
            ids = self.measures.index[~answer.known]
            raise MissingValueError(
                f'"{condition}" cannot be answered for {counted_ids(ids)}; give the values that it reads, or say in the '
                "condition what holds where they are missing (IS NULL)",
                features=sorted(ids),
            )
        return pd.Series(answer.yes, index=self.measures.index)


class Needs(NamedTuple):
    """What each receiver needs, and the words for it."""

    amounts: dict[str, Fraction]
    said: dict[str, list[str]]

    def plus(self, other: Needs) -> Needs:
        """These needs and others, receiver by receiver."""
        units = [*self.amounts, *(unit for unit in other.amounts if unit not in self.amounts)]
        return Needs(
            {unit: self.amounts.get(unit, Fraction(0)) + other.amounts.get(unit, Fraction(0)) for unit in units},
            {unit: [*self.said.get(unit, ()), *other.said.get(unit, ())] for unit in units},
        )


def gap_need(part: Part, sight: TransferContext, say: Mapping[str, str]) -> Needs:
    """The need of a part that does not depend on the budget."""
    index = sight.measures.index
    per = values_of(part.per, sight, part.name) if part.per else dict.fromkeys(index, Fraction(1))
    factors, because = _factors(part, sight, say)
    amounts: dict[str, Fraction] = {}
    said: dict[str, list[str]] = {}
    if part.by == "gap":
        spend = values_of(part.expenditure, sight, part.name)
        earn = values_of(part.revenue, sight, part.name)
        times = values_of(part.coefficient, sight, part.name)
        base = {unit: max(Fraction(0), spend[unit] - earn[unit]) for unit in index}
    else:
        base = values_of(part.amount, sight, part.name)
        times = dict.fromkeys(index, Fraction(part.rate))
    counting = None if part.when is None else sight.meeting(part.when)
    for unit in index:
        if counting is not None and not counting[unit]:
            amounts[unit], said[unit] = Fraction(0), []
            continue
        need = base[unit] * times[unit] * per[unit] * factors[unit]
        amounts[unit] = need
        terms = "".join(
            say["times"].format(value=printed_number(value))
            for value in (times[unit], per[unit] if part.per else Fraction(1))
            if value != 1
        )
        terms += "".join(f" {words}" for words in because[unit])
        if part.by == "gap":
            key = "gap" if base[unit] else "no_gap"
            words = {"expenditure": printed_number(spend[unit]), "revenue": printed_number(earn[unit])}
        else:
            key, words = "amount", {"amount": printed_number(base[unit])}
        said[unit] = [say[key].format(name=part.name, times=terms, need=printed_amount(need), **words)]
    return Needs(amounts, said)


def weighted_need(part: Part, pot: Fraction, sight: TransferContext, say: Mapping[str, str]) -> Needs:
    """A part of the budget shared by weight."""
    weights = weigh_receivers(part.weight, sight, part.adjust)
    shares = {unit: Fraction(exact_number(weight)) for unit, weight in weights.items()}
    whole = sum(shares.values(), start=Fraction(0))
    if not whole:
        raise InfeasibleError(f"part '{part.name}': all weights are 0, so its share has nobody to go to")
    _, because = _factors(part, sight, say)
    amounts = {unit: pot * share / whole for unit, share in shares.items()}
    said = {
        unit: [
            " ".join(
                [
                    say["weighted"].format(
                        name=part.name, share=f"{float(100 * share / whole):.4g}", amount=printed_amount(pot)
                    ),
                    *because[unit],
                ]
            )
        ]
        for unit, share in shares.items()
    }
    return Needs(amounts, said)


def _factors(
    part: Part, sight: TransferContext, say: Mapping[str, str]
) -> tuple[dict[str, Fraction], dict[str, list[str]]]:
    """The product of the adjustments of each receiver, and why."""
    factors = dict.fromkeys(sight.measures.index, Fraction(1))
    because: dict[str, list[str]] = {unit: [] for unit in factors}
    for one in part.adjust:
        held = sight.meeting(one.when)
        for unit in held.index[held]:
            factors[unit] *= Fraction(exact_number(one.factor))
            because[unit].append(say["adjusted"].format(factor=exact_number(one.factor), reason=one.reason))
    return factors, because


def weigh_receivers(weight: Weight, sight: TransferContext, adjust: Iterable[Priority]) -> pd.Series:
    """Composite weights of the receivers after adjustments, as floats; of one measure its own values."""
    total, parts = pd.Series(0.0, index=sight.measures.index), weights_of(weight)
    for name, share in parts.items():
        values = pd.Series({unit: float(one) for unit, one in values_of(name, sight, "weight").items()})
        whole = math.fsum(values)
        if not whole:
            raise InfeasibleError(f"the weights of '{name}' sum to 0; a share of nothing cannot be taken")
        total += values if len(parts) == 1 else share * values / whole
    multiplied = {unit: [weight] for unit, weight in total.items()}
    for one in adjust:
        held = sight.meeting(one.when)
        for unit in held.index[held]:
            multiplied[unit].append(one.factor)
    return pd.Series({unit: product(numbers) for unit, numbers in multiplied.items()}, dtype=float)


def weights_of(weight: Weight) -> dict[str, float]:
    """The measures of a weight and their shares."""
    if weight is None:
        return {}
    return {weight: 1.0} if isinstance(weight, str) else {one.measure: one.share for one in weight}


def part_measures(part: Part) -> Iterator[str]:
    """The measures that a part names outside conditions."""
    for value in (part.expenditure, part.revenue, part.coefficient, part.amount, part.per):
        if isinstance(value, str):
            yield value
    yield from weights_of(part.weight)


def values_of(source: Decimal | str | None, sight: TransferContext, what: str) -> dict[str, Fraction]:
    """A number for all receivers, or a measure of each: exactly as printed, none missing, none negative."""
    if not isinstance(source, str):
        return dict.fromkeys(sight.measures.index, Fraction(source or 0))
    column = find_column(source, sight.measures, f"measure of '{what}'")
    require_numbers(column, what)
    numbers = column.astype(float).to_numpy()
    for bad, why, kind in (
        (~np.isfinite(numbers), "is missing", MissingValueError),
        (numbers < 0, "is negative", SourceError),
    ):
        if bad.any():
            ids = column.index[bad]
            raise kind(
                f"'{source}' {why} for {counted_ids(ids)}; '{what}' needs it", layer=source, features=sorted(ids)
            )
    return {unit: Fraction(exact_number(value)) for unit, value in column.items()}


def require_numbers(column: pd.Series, what: str) -> None:
    """Refuse a measure that is none: truth values, or texts."""
    truths = pd.api.types.is_bool_dtype(column)
    exact_ones = all(isinstance(one, Decimal) for one in column.dropna())
    if truths or not (pd.api.types.is_numeric_dtype(column) or exact_ones):
        held = "truth values" if truths else "texts"
        name = str(column.name)
        raise SourceError(f"'{name}' holds {held} where '{what}' needs numbers", code="not_a_number", layer=name)


def printed_number(value: Fraction) -> str:
    """A value of a measure as it would be printed."""
    return f"{float(value):,.10g}"


def printed_amount(value: Fraction) -> str:
    """An amount for people, with two decimals."""
    return f"{float(value):,.2f}"
