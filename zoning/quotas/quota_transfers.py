"""Balances of a quota: what units hand to each other once it has been handed out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

import pandas as pd

from layers.errors import Attempts, StudyError, UnknownNameError, at_key, naming_the_layer, shown
from layers.phrases import Phrase, phrase_list
from zoning.errors import InfeasibleError, near
from zoning.quotas.bounds import UNIT
from zoning.study import Quota, QuotaTransfer

NOTHING = Decimal(0)


def apply_transfers(quota: Quota, rows: pd.DataFrame, names: tuple[pd.Series, ...] = ()) -> pd.DataFrame:
    """The rows of a quota after its transfers."""
    units = rows[rows["level"] == UNIT].set_index("unit_id")
    moved: dict[tuple[str, str], Decimal] = {}
    attempts = Attempts()
    for place, one in enumerate(quota.transfers):
        with attempts.trying(), at_key("transfers", place, "from"):
            _refuse(place + 1, one, units, names)
    attempts.finish()
    for one in quota.transfers:
        for unit, amount in ((one.giver, -one.amount), (one.receiver, one.amount)):
            path = [str(level[unit]) for level in names]
            keys = [(UNIT, unit), *((quota.levels[depth], " / ".join(path[: depth + 1])) for depth in range(len(path)))]
            moved |= {key: moved.get(key, NOTHING) + amount for key in keys}
    given = pd.Series([moved.get(key, NOTHING) for key in _keys(rows)], index=rows.index, dtype=object)
    amounts = pd.Series([a + b for a, b in zip(rows["amount"], given, strict=True)], index=rows.index, dtype=object)
    zero = rows["carried"].map(lambda one: one - one)  # with as many decimals as the step has
    told = rows.assign(amount=amounts, transferred=[z + g for z, g in zip(zero, given, strict=True)])
    _refuse_bounds(quota, told, given != NOTHING)
    return told


def _keys(rows: pd.DataFrame) -> Iterator[tuple[str, str]]:
    for level, unit, name in zip(rows["level"], rows["unit_id"], rows["name"], strict=True):
        yield (level, unit) if level == UNIT else (level, name)


def _refuse(place: int, one: QuotaTransfer, units: pd.DataFrame, names: tuple[pd.Series, ...]) -> None:
    at = Phrase("transfer {place} ({reason})", place=place, reason=one.reason)
    for unit in (one.giver, one.receiver):
        if unit not in units.index:
            raise UnknownNameError(
                Phrase(
                    "{place}: there is no unit {unit}{hint}", place=at, unit=shown([unit]), hint=near(unit, units.index)
                ),
                code="unknown_unit",
            )
        if units.loc[unit, "binding"] == "lock":
            raise InfeasibleError(
                Phrase(
                    "{place}: the amount of '{unit}' is locked; unlock it, or change the locked amount",
                    place=at,
                    unit=unit,
                ),
                code="transfer_of_locked",
                features=[unit],
            )
    with naming_the_layer(at):
        _refuse_across(one, (*names, units["jurisdiction"]))


def _refuse_across(one: QuotaTransfer, jurisdictions: Iterable[pd.Series]) -> None:
    """Refuse a transfer from one jurisdiction to another that does not say so."""
    sides = [(str(level[one.giver]), str(level[one.receiver])) for level in jurisdictions]
    if not one.across and any(giver != receiver for giver, receiver in sides):
        giver, receiver = sides[-1]
        raise StudyError(
            Phrase(
                "it leads from '{giver}' to '{receiver}'; a transfer between jurisdictions needs across = true",
                giver=giver,
                receiver=receiver,
            ),
            code="transfer_across",
            features=[one.giver, one.receiver],
        )


def _refuse_bounds(quota: Quota, rows: pd.DataFrame, moved: pd.Series) -> None:
    """Refuse amounts beyond a bound, in units and in jurisdictions."""
    for row in rows[moved].itertuples():
        low, high = row.floor, row.ceiling
        below = row.amount < (NOTHING if low is None else low)
        if not below and (high is None or row.amount <= high):
            continue
        what, bound = ("floor", low) if below else ("ceiling", high)
        who = row.unit_id or row.name
        numbers = [
            str(place) for place, one in enumerate(quota.transfers, 1) if row.unit_id in ("", one.giver, one.receiver)
        ]
        raise InfeasibleError(
            Phrase(
                "after transfer {numbers} '{who}' would have {amount}, {gap} below its floor of {bound}; "
                "transfer {gap} "
                "less, or change the floor"
                if below
                else "after transfer {numbers} '{who}' would have {amount}, {gap} above its ceiling of {bound}; "
                "transfer "
                "{gap} less, or change the ceiling",
                numbers=phrase_list(numbers),
                who=who,
                amount=row.amount,
                gap=abs(row.amount - bound),
                bound=bound,
            ),
            code=f"transfer_{what}",
            features=[who],
        )
