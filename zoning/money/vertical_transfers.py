"""Vertical transfers: a budget to many by need or weight, and pools into which many pay; exhausted to the last cent."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd

from layers.conditions import Evaluator, parse_condition
from layers.errors import SourceError, naming_the_layer, shown
from layers.numerals import how_to_write, stray_texts
from layers.phrases import Phrase
from zoning.errors import InfeasibleError, MissingValueError
from zoning.measures import sum_by
from zoning.quotas import UNIT, find_column, name_level, product
from zoning.reasons import Message, in_languages, joined, say
from zoning.solver import Step, apportion, counted_ids, exact_number, find_binding
from zoning.study import POOL, FlowRow, Part, Priority, Row, Share, Transfer, flow_row, full_row

Weight = str | tuple[Share, ...] | None


class TransferContext(Evaluator):
    """What a transfer sees of the units that count: measures, and what conditions know besides.

    Parameters
    ----------
    measures : DataFrame
        Index ``unit_id``: the measures, ``main`` and one boolean an overlay.
    parameters : mapping
        Names that conditions may use beside them.
    """

    @property
    def measures(self) -> pd.DataFrame:
        """What it sees."""
        return self.table

    def meeting(self, condition: str) -> pd.Series:
        """Whether each unit meets a condition; one that cannot be answered is refused with the ids."""
        answer = self.evaluate(condition)
        if not answer.known.all():
            ids = self.measures.index[~answer.known]
            raise MissingValueError(
                Phrase(
                    '"{condition}" cannot be answered for {ids}; give the values that it reads, or say in the '
                    "condition "
                    "what holds where they are missing (IS NULL)",
                    condition=condition,
                    ids=counted_ids(ids),
                ),
                features=sorted(ids),
            )
        return pd.Series(answer.yes, index=self.measures.index)


class Needs(NamedTuple):
    """What each receiver needs, and why."""

    amounts: dict[str, Fraction]
    messages: dict[str, list[Message]]

    def plus(self, other: Needs) -> Needs:
        """These needs and others, receiver by receiver."""
        units = [*self.amounts, *(unit for unit in other.amounts if unit not in self.amounts)]
        return Needs(
            {unit: self.amounts.get(unit, Fraction(0)) + other.amounts.get(unit, Fraction(0)) for unit in units},
            {unit: [*self.messages.get(unit, ()), *other.messages.get(unit, ())] for unit in units},
        )


def gap_need(part: Part, sight: TransferContext) -> Needs:
    """The need of a part that does not depend on the budget."""
    index, called = sight.measures.index, in_languages(part.title or part.name)
    per = values_of(part.per, sight, part.name) if part.per else dict.fromkeys(index, Fraction(1))
    factors, because = _factors(part, sight)
    amounts: dict[str, Fraction] = {}
    messages: dict[str, list[Message]] = {}
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
            amounts[unit], messages[unit] = Fraction(0), []
            continue
        need = base[unit] * times[unit] * per[unit] * factors[unit]
        amounts[unit] = need
        multipliers = (times[unit], per[unit] if part.per else Fraction(1))
        multiplied = (
            *(say("flow.times", value=multiplier) for multiplier in multipliers if multiplier != 1),
            *because[unit],
        )
        if part.by == "gap" and not base[unit]:
            message = say("flow.no_gap", name=called, expenditure=spend[unit], revenue=earn[unit])
        elif part.by == "gap":
            balance = {"expenditure": spend[unit], "revenue": earn[unit]}
            message = say("flow.gap", name=called, **balance, factors=multiplied, need=need)
        else:
            message = say("flow.amount", name=called, amount=base[unit], factors=multiplied, need=need)
        messages[unit] = [message]
    return Needs(amounts, messages)


def weighted_need(part: Part, pot: Fraction, sight: TransferContext) -> Needs:
    """A part of the budget shared by weight."""
    weights = weigh_receivers(part.weight, sight, part.adjust)
    shares = {unit: Fraction(exact_number(weight)) for unit, weight in weights.items()}
    whole = sum(shares.values(), start=Fraction(0))
    if not whole:
        raise InfeasibleError(
            Phrase("part '{part}': all weights are 0, so its share has nobody to go to", part=part.name)
        )
    (_, because), called = _factors(part, sight), in_languages(part.title or part.name)
    amounts = {unit: pot * share / whole for unit, share in shares.items()}
    messages = {
        unit: [say("flow.weighted", name=called, share=100 * share / whole, amount=pot, factors=tuple(because[unit]))]
        for unit, share in shares.items()
    }
    return Needs(amounts, messages)


def _factors(part: Part, sight: TransferContext) -> tuple[dict[str, Fraction], dict[str, list[Message]]]:
    """The product of the adjustments of each receiver, and why."""
    factors = dict.fromkeys(sight.measures.index, Fraction(1))
    because: dict[str, list[Message]] = {unit: [] for unit in factors}
    for priority in part.adjust:
        held = sight.meeting(priority.when)
        for unit in held.index[held]:
            factors[unit] *= Fraction(exact_number(priority.factor))
            because[unit].append(
                say("flow.adjusted", factor=exact_number(priority.factor), reason=in_languages(priority.reason))
            )
    return factors, because


def weigh_receivers(weight: Weight, sight: TransferContext, adjust: Iterable[Priority]) -> pd.Series:
    """Composite weights of the receivers after adjustments, as floats; of one measure its own values."""
    total, parts = pd.Series(0.0, index=sight.measures.index), weights_of(weight)
    for name, share in parts.items():
        values = pd.Series({unit: float(value) for unit, value in values_of(name, sight, "weight").items()})
        whole = math.fsum(values)
        if not whole:
            raise InfeasibleError(
                Phrase("the weights of '{name}' sum to 0; a share of nothing cannot be taken", name=name)
            )
        total += values if len(parts) == 1 else share * values / whole
    multiplied = {unit: [weight] for unit, weight in total.items()}
    for priority in adjust:
        held = sight.meeting(priority.when)
        for unit in held.index[held]:
            multiplied[unit].append(priority.factor)
    return pd.Series({unit: product(numbers) for unit, numbers in multiplied.items()}, dtype=float)


def weights_of(weight: Weight) -> dict[str, float]:
    """The measures of a weight and their shares."""
    if weight is None:
        return {}
    return {weight: 1.0} if isinstance(weight, str) else {term.measure: term.share for term in weight}


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
    column = find_column(source, sight.measures, Phrase("measure of '{key}'", key=what))
    require_numbers(column, what)
    numbers = column.astype(float).to_numpy()
    for bad, why, kind in (
        (~np.isfinite(numbers), Phrase("is missing"), MissingValueError),
        (numbers < 0, Phrase("is negative"), SourceError),
    ):
        if bad.any():
            ids = column.index[bad]
            raise kind(
                Phrase(
                    "'{name}' {fault} for {ids}; '{key}' needs it",
                    name=source,
                    fault=why,
                    ids=counted_ids(ids),
                    key=what,
                ),
                layer=source,
                features=sorted(ids),
            )
    return {unit: Fraction(exact_number(value)) for unit, value in column.items()}


def require_numbers(column: pd.Series, what: str) -> None:
    """Refuse a measure that is none: truth values, or texts."""
    truths = pd.api.types.is_bool_dtype(column)
    exact_ones = all(isinstance(cell, Decimal) for cell in column.dropna())
    if truths or not (pd.api.types.is_numeric_dtype(column) or exact_ones):
        held = Phrase("truth values") if truths else Phrase("texts")
        name, odd = str(column.name), stray_texts(column)
        raise SourceError(
            Phrase(
                "'{name}' holds {kind} where '{key}' needs numbers, as in {values}, for {ids}. {remedy}.",
                name=name,
                kind=held,
                key=what,
                values=shown(odd.unique()[:3]),
                ids=counted_ids(odd.index),
                remedy=how_to_write(odd),
            ),
            code="not_a_number",
            layer=name,
        )


Keys = tuple[str | int, ...]


def pay_transfer(transfer: Transfer, sight: TransferContext) -> list[FlowRow]:
    """What a transfer makes flow in its period.

    Parameters
    ----------
    transfer : Transfer
        One ``[[transfers]]`` of a study.
    sight : TransferContext
        The units.

    Returns
    -------
    list of dict
        Rows of the FLOWS table: the payer to each receiver, or each payer to ``(pool)`` and the pool to each receiver.

    Raises
    ------
    UnknownNameError
        A measure or level that nothing provides.
    MissingValueError
        A value is missing that a need, a bound or a condition reads; with the ids.
    SourceError
        A negative amount, or a text where a number should be.
    InfeasibleError
        Nobody needs anything, or the bounds contradict the budget.

    Notes
    -----
    The need of a receiver is the sum of its parts, each after its adjustments:

        gap      = max(0, expenditure - revenue) * coefficient * per
        amount   = amount * rate * per
        weighted = pct per cent of the budget * share of the weight

    Weighted parts are taken first; what remains of the budget is shared in proportion to the sum of the other parts.
    The result is apportioned in whole steps by :func:`zoning.solver.apportion`, so that the budget is exhausted exactly
    and nobody with a larger need gets less. With ``last``, the bounds of growth are last * (1 + pct / 100).

    At a jurisdiction level, measures are summed over its units before the gap is taken; what is no sum (a coefficient)
    must be the same in all of them.

    Examples
    --------
    >>> table = pd.DataFrame({"spend": [50.0, 30.0, 10.0], "earn": [20.0, 20.0, 20.0]}, index=["a", "b", "c"])
    >>> one = Transfer(name="gap", period=2025, unit="CNY", by="gap", budget=100, expenditure="spend", revenue="earn")
    >>> [(row["receiver"], str(row["amount"])) for row in pay_transfer(one, TransferContext(table, {}))]
    [('a', '75.00'), ('b', '25.00')]
    """
    with naming_the_layer(Phrase("transfer '{transfer}' ({period})", transfer=transfer.name, period=transfer.period)):
        receivers = _gathered(transfer, _counting(transfer, sight))
        hand = _pooled if transfer.by == "pooling" else _paid
        rows = hand(transfer, receivers)
    common = (transfer.name, transfer.period, transfer.unit, transfer.reference)
    return [full_row(row, row["amount"], *common) for row in rows if row["amount"]]


def measures_of(transfer: Transfer) -> list[str]:
    """Every measure that a transfer names outside conditions, sorted."""
    return sorted(_readers(transfer))


def _readers(transfer: Transfer) -> dict[str, str]:
    """What reads each measure that a transfer names outside conditions: a part, the weight or a bound."""
    parts = [*transfer.needs, *([transfer.pay_in] if transfer.pay_in else [])]
    readers = dict.fromkeys(weights_of(transfer.weight), "weight")
    readers |= {bound: key for key in ("floor", "ceiling", "last") if isinstance(bound := getattr(transfer, key), str)}
    return readers | {name: part.name for part in parts for name in part_measures(part)}


def conditions_of(transfer: Transfer) -> dict[Keys, str]:
    """Every condition of a transfer, by its place below it in the plan."""
    parts: list[tuple[Keys, Part | Transfer]] = [
        (("parts", position), part) for position, part in enumerate(transfer.parts)
    ]
    parts += [(("pay_in",), transfer.pay_in)] if transfer.pay_in else []
    conditions: dict[Keys, str | None] = {("when",): transfer.when, ("receiving",): transfer.receiving}
    conditions |= {(*keys, "when"): part.when for keys, part in parts}
    adjusted = parts if transfer.by == "parts" else [((), transfer), *parts]
    conditions |= {
        (*keys, "adjust", n, "when"): priority.when for keys, part in adjusted for n, priority in enumerate(part.adjust)
    }
    return {keys: text for keys, text in conditions.items() if text}


def _counting(transfer: Transfer, sight: TransferContext) -> TransferContext:
    if transfer.when is None:
        return sight
    held = sight.measures[sight.meeting(transfer.when)]
    if held.empty:
        raise InfeasibleError(
            Phrase('no unit meets "{when}", so the budget has nobody to go to', when=transfer.when), code="nobody"
        )
    return TransferContext(held, sight.parameters)


def _gathered(transfer: Transfer, sight: TransferContext) -> TransferContext:
    """The receivers: the units themselves, or the jurisdictions of a level with the sums of their measures."""
    if transfer.level == UNIT:
        return sight
    groups = name_level(transfer.level, sight.measures)
    parts = [*transfer.needs, *([transfer.pay_in] if transfer.pay_in else [])]
    ratios = {part.coefficient for part in parts if isinstance(part.coefficient, str)}
    conditions = [text for keys, text in conditions_of(transfer).items() if keys != ("when",)]  # units have met that
    ratios |= {name for text in conditions for name in parse_condition(text).names}
    readers = _readers(transfer)
    read = {*readers, *ratios} & set(sight.measures.columns)
    columns = {}
    for name in sorted(read):
        column = sight.measures[name]
        if name in ratios:
            columns[name] = _common(column, groups, transfer.level)
        else:
            _require_all(column, readers[name])
            columns[name] = sum_by(column, groups)
    return TransferContext(pd.DataFrame(columns, index=sorted(groups.unique())), sight.parameters)


def _require_all(column: pd.Series, what: str) -> None:
    require_numbers(column, what)
    gaps = column.index[column.isna()]
    if len(gaps):
        raise MissingValueError(
            Phrase("'{column}' is missing for {ids}", column=column.name, ids=counted_ids(gaps)),
            features=sorted(gaps),
        )


def _common(column: pd.Series, groups: pd.Series, level: str) -> pd.Series:
    """The value that all units of each jurisdiction share."""
    different = column.groupby(groups).nunique(dropna=False)
    if (different > 1).any():
        name = min(different.index[different > 1])
        raise SourceError(
            Phrase(
                "'{column}' is no sum and differs between the units of {level} '{name}'; give one value for all of "
                'them, or pay the units (level = "unit")',
                column=column.name,
                level=level,
                name=name,
            ),
            code="not_common",
        )
    return column.groupby(groups, sort=True).first()


def _paid(transfer: Transfer, sight: TransferContext) -> list[Row]:
    budget = transfer.budget or Decimal(0)
    weighted, open_ended = Needs({}, {}), Needs({}, {})
    for part in transfer.needs:
        if part.by == "weighted":
            pot = Fraction(budget) * Fraction(part.pct if part.pct is not None else 100) / 100
            weighted = weighted.plus(weighted_need(part, pot, sight))
        else:
            open_ended = open_ended.plus(gap_need(part, sight))
    left = Fraction(budget) - sum(weighted.amounts.values(), start=Fraction(0))
    needs = sum(open_ended.amounts.values(), start=Fraction(0))
    if left > 0 and not needs and not weighted.amounts:
        raise InfeasibleError(Phrase("nobody has a need, so the budget has nobody to go to; drop it or change 'when'"))
    scale = left / needs if needs else Fraction(0)
    # Only the proportions count: needs stay as they are, for scaled ones would be rounded, and ties be broken by that.
    none, size = Fraction(0), scale or Fraction(1)
    totals = {
        unit: weighted.amounts.get(unit, none) / size + (open_ended.amounts.get(unit, none) if scale else none)
        for unit in sight.measures.index
    }
    messages = {unit: [*weighted.messages.get(unit, ()), *open_ended.messages.get(unit, ())] for unit in totals}
    if needs and scale != 1:
        for unit in open_ended.messages:
            messages[unit].append(say("flow.scaled", needs=needs, budget=left, scale=scale))
    return _apportioned(transfer, sight, totals, messages)


def _apportioned(
    transfer: Transfer,
    sight: TransferContext,
    totals: Mapping[str, Fraction],
    messages: Mapping[str, list[Message]],
) -> list[Row]:
    weights = pd.Series({unit: float(total) for unit, total in totals.items()}, dtype=float)
    floor, ceiling = _bounds(transfer, sight)
    budget = transfer.budget or Decimal(0)
    amounts = apportion(weights, budget, transfer.step, floor, ceiling)
    binding = find_binding(weights, amounts, transfer.step, floor, ceiling)
    rows = []
    for unit in sorted(amounts.index):
        why = [*messages[unit]]
        if binding[unit]:
            bound = floor if binding[unit] == "floor" else ceiling
            value = bound[unit] if isinstance(bound, pd.Series) else bound
            why.append(say(f"flow.bound_{binding[unit]}", bound=Fraction(exact_number(value))))
        rows.append(flow_row(transfer.payer, unit, amounts[unit], joined(why)))
    return rows


def _pooled(transfer: Transfer, sight: TransferContext) -> list[Row]:
    """Each pays in what it owes; the pool goes out by weight."""
    step = Step.of(transfer.step)
    if transfer.pay_in is None:  # the study file does not let it out
        raise InfeasibleError(Phrase("nothing is paid in"))
    owed = gap_need(transfer.pay_in, sight)
    size = Fraction(step.size)
    paid = {unit: step.amount(round(amount / size)) for unit, amount in sorted(owed.amounts.items()) if amount}
    total = sum(paid.values(), start=Decimal(0))
    rows = [
        flow_row(unit, POOL, amount, say("flow.pays_in", clauses=tuple(owed.messages[unit])))
        for unit, amount in paid.items()
    ]
    if not total:
        raise InfeasibleError(Phrase("nobody pays in, so the pool has nothing to pay out"), code="empty_pool")
    weights = weigh_receivers(transfer.weight, sight, transfer.adjust)
    if transfer.receiving is not None:
        weights = weights.where(sight.meeting(transfer.receiving), 0.0)
    whole = math.fsum(weights)
    floor, ceiling = _bounds(transfer, sight)
    got = apportion(weights, total, transfer.step, floor, ceiling)
    return rows + [
        flow_row(
            POOL,
            unit,
            got[unit],
            say("flow.paid_out", share=float(100 * weights[unit] / whole), amount=total),
        )
        for unit in sorted(got.index)
    ]


def _bounds(transfer: Transfer, sight: TransferContext) -> tuple[pd.Series, pd.Series | None]:
    """Floor and ceiling of each receiver, growth included."""
    floor = pd.Series(values_of(transfer.floor, sight, "floor"), dtype=object)
    ceiling = (
        None if transfer.ceiling is None else pd.Series(values_of(transfer.ceiling, sight, "ceiling"), dtype=object)
    )
    if transfer.last is not None:
        last = pd.Series(values_of(transfer.last, sight, "last"), dtype=object)
        if transfer.min_growth_pct is not None:
            least = last * (1 + Fraction(transfer.min_growth_pct) / 100)
            floor = floor.where(floor >= least, least)
        if transfer.max_growth_pct is not None:
            most = last * (1 + Fraction(transfer.max_growth_pct) / 100)
            ceiling = most if ceiling is None else ceiling.where(ceiling <= most, most)
    return _decimals(floor), None if ceiling is None else _decimals(ceiling)


def _decimals(values: pd.Series) -> pd.Series:
    return values.map(lambda fraction: Decimal(fraction.numerator) / Decimal(fraction.denominator)).astype(object)
