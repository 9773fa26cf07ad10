"""Jurisdictions: the tree down which a quota is handed, what each can take, and balances handed on afterwards."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pandas as pd

from layers.errors import Attempts, StudyError, UnknownNameError, at_key, naming_the_layer, shown
from layers.phrases import Phrase, phrase_list
from zoning.errors import InfeasibleError, MissingValueError, near
from zoning.quotas.bounds import UNIT, steps_left
from zoning.solver import ALL, UNLIMITED, Counts, Floats, GroupTree, Step, Webster, counted_ids
from zoning.study import Quota, QuotaTransfer


@dataclass(frozen=True)
class Jurisdiction:
    """A place in the tree; the whole has an empty path."""

    path: tuple[str, ...]
    units: Counts
    family: GroupTree
    least: int
    most: int
    parts: tuple[Jurisdiction, ...] = ()


class Survey(NamedTuple):
    """What is needed to see what jurisdictions can take; arrays follow the units."""

    quota: Quota
    weights: pd.Series
    floors: Counts
    ceilings: Counts
    carried: Counts
    names: tuple[pd.Series, ...]
    links: Mapping[str, Mapping[str, Decimal]]

    def look(self, family: GroupTree, units: Counts | None = None, path: tuple[str, ...] = ()) -> Jurisdiction:
        """A jurisdiction and all below it."""
        units = np.arange(len(self.weights)) if units is None else units
        depth = len(path)
        parts: tuple[Jurisdiction, ...] = ()
        if self.quota.levels[depth] == UNIT:
            least, most = family.reach(self.floors[units], self.ceilings[units])
            crossed = [node for node in range(1, len(least)) if least[node] > most[node]]
            low, high = (least[ALL], most[ALL]) if not crossed else (least[crossed[0]], most[crossed[0]])
        else:
            named_ = self.names[depth].iloc[units]
            inside = {str(name): units[where] for name, where in named_.groupby(named_, sort=True).indices.items()}
            families = self._divide(family, units, list(inside.values()), path)
            parts = tuple(
                self.look(part_family, units=some, path=(*path, name))
                for (name, some), part_family in zip(inside.items(), families, strict=True)
            )
            low, high = sum(part.least for part in parts), sum(part.most for part in parts)
        high = min(high, self._cap(units, path))
        if low > high:
            raise self._crossed(path, low, high)
        return Jurisdiction(path, units, family, low, high, parts)

    def _cap(self, units: Counts, path: tuple[str, ...]) -> int:
        """The most by links to other quotas."""
        caps = self.links.get(self.quota.levels[len(path) - 1], {}) if path else {}
        if not caps:
            return UNLIMITED
        return steps_left(
            caps.get(" / ".join(path), Decimal(0)), Step.of(self.quota.step), int(self.carried[units].sum())
        )

    def _crossed(self, path: tuple[str, ...], low: int, high: int) -> InfeasibleError:
        step = Step.of(self.quota.step)
        jurisdiction = f"'{' / '.join(path)}'" if path else Phrase("the whole")
        return InfeasibleError(
            Phrase(
                "{place} or one of its groups must have {low} and can have {high} at the most, a gap of {gap}",
                place=jurisdiction,
                low=step.amount(low),
                high=step.amount(high),
                gap=step.amount(low - high),
            ),
            code="crossed_bounds",
        )

    def _divide(self, family: GroupTree, units: Counts, inside: list[Counts], path: tuple[str, ...]) -> list[GroupTree]:
        """The groups over each part, with the part's share of what each group may and must have.

        What a group may have is handed down like the quota itself: in proportion to the weights of its units in each
        part, between what these must have and can take. Inner groups are handed down before those around them.
        """
        local = np.empty(len(self.weights), dtype=np.int64)
        local[units] = np.arange(len(units))
        none = (0,) * len(family.parents), (UNLIMITED,) * len(family.parents)
        families = [replace(family.only(local[some]), lows=none[0], highs=none[1]) for some in inside]
        for node in range(len(family.parents) - 1, ALL, -1):
            reaches = [
                part_family.reach(self.floors[some], self.ceilings[some])
                for part_family, some in zip(families, inside, strict=True)
            ]
            least = np.array([low[node] for low, _ in reaches], dtype=np.int64)
            most = np.array([high[node] for _, high in reaches], dtype=np.int64)
            weigh = [self._weigh(part_family, some, node) for part_family, some in zip(families, inside, strict=True)]
            with naming_the_layer(Phrase("groups at level '{level}'", level=self.quota.levels[len(path)])):
                if family.highs[node] < int(most.sum()):
                    shares = self._hand(weigh, family.highs[node], least, most)
                    families = [
                        replace(part_family, highs=_set(part_family.highs, node, share))
                        for part_family, share in zip(families, shares, strict=True)
                    ]
                if family.lows[node] > int(least.sum()):
                    shares = self._hand(weigh, family.lows[node], least, most)
                    families = [
                        replace(part_family, lows=_set(part_family.lows, node, share))
                        for part_family, share in zip(families, shares, strict=True)
                    ]
        return families

    def _weigh(self, family: GroupTree, units: Counts, node: int) -> float:
        """The weight of the units of a node."""
        inside = {node}
        for child, parent in enumerate(family.parents):
            if parent in inside:
                inside.add(child)
        here = np.isin(family.homes, sorted(inside))
        return math.fsum(self.weights.iloc[units[here]])

    def _hand(self, weights: list[float], total: int, least: Counts, most: Counts) -> list[int]:
        low, high = int(least.sum()), int(most.sum())
        if not low <= total <= high:
            step = Step.of(self.quota.step)
            more = (
                Phrase("must have {low}", low=step.amount(low))
                if total < low
                else Phrase("can have no more than {high}", high=step.amount(high))
            )
            raise InfeasibleError(
                Phrase(
                    "a group is to have {total} by its per cent, and its units together {more}",
                    total=step.amount(total),
                    more=more,
                ),
                code="group_and_units",
            )
        sizes: Floats = np.array(weights, dtype=float)
        places, given = np.arange(len(weights)).astype(object), np.array(weights, dtype=object)
        return [int(count) for count in Webster(places, given, sizes, total, least, np.minimum(most, total)).settle()]


def name_level(level: str, measures: pd.DataFrame) -> pd.Series:
    """The jurisdiction of each unit at a level."""
    if level not in measures.columns:
        raise UnknownNameError(
            Phrase("nothing provides the level '{level}'{hint}", level=level, hint=near(level, measures.columns))
        )
    values = measures[level]
    gaps = measures.index[(values.isna() | (values.astype(str) == "")).to_numpy(dtype=bool)]
    if len(gaps):
        raise MissingValueError(
            Phrase("level '{level}': no jurisdiction for {ids}", level=level, ids=counted_ids(gaps)), features=gaps
        )
    return values.astype(str)


def _set(values: tuple[int, ...], node: int, value: int) -> tuple[int, ...]:
    return (*values[:node], value, *values[node + 1 :])


NOTHING = Decimal(0)


def apply_transfers(quota: Quota, rows: pd.DataFrame, names: tuple[pd.Series, ...] = ()) -> pd.DataFrame:
    """The rows of a quota after its transfers."""
    units = rows[rows["level"] == UNIT].set_index("unit_id")
    moved: dict[tuple[str, str], Decimal] = {}
    attempts = Attempts()
    for position, transfer in enumerate(quota.transfers):
        with attempts.trying(), at_key("transfers", position, "from"):
            _refuse(position + 1, transfer, units, names)
    attempts.finish()
    for transfer in quota.transfers:
        for unit, amount in ((transfer.giver, -transfer.amount), (transfer.receiver, transfer.amount)):
            path = [str(level[unit]) for level in names]
            keys = [(UNIT, unit), *((quota.levels[depth], " / ".join(path[: depth + 1])) for depth in range(len(path)))]
            moved |= {key: moved.get(key, NOTHING) + amount for key in keys}
    given = pd.Series([moved.get(key, NOTHING) for key in _keys(rows)], index=rows.index, dtype=object)
    amounts = pd.Series([a + b for a, b in zip(rows["amount"], given, strict=True)], index=rows.index, dtype=object)
    zero = rows["carried"].map(lambda carried: carried - carried)  # with as many decimals as the step has
    rows_after = rows.assign(amount=amounts, transferred=[z + g for z, g in zip(zero, given, strict=True)])
    _refuse_bounds(quota, rows_after, given != NOTHING)
    return rows_after


def _keys(rows: pd.DataFrame) -> Iterator[tuple[str, str]]:
    for level, unit, name in zip(rows["level"], rows["unit_id"], rows["name"], strict=True):
        yield (level, unit) if level == UNIT else (level, name)


def _refuse(number: int, transfer: QuotaTransfer, units: pd.DataFrame, names: tuple[pd.Series, ...]) -> None:
    at = Phrase("transfer {place} ({reason})", place=number, reason=transfer.reason)
    for unit in (transfer.giver, transfer.receiver):
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
        _refuse_across(transfer, (*names, units["jurisdiction"]))


def _refuse_across(transfer: QuotaTransfer, jurisdictions: Iterable[pd.Series]) -> None:
    """Refuse a transfer from one jurisdiction to another that does not say so."""
    sides = [(str(level[transfer.giver]), str(level[transfer.receiver])) for level in jurisdictions]
    if not transfer.across and any(giver != receiver for giver, receiver in sides):
        giver, receiver = sides[-1]
        raise StudyError(
            Phrase(
                "it leads from '{giver}' to '{receiver}'; a transfer between jurisdictions needs across = true",
                giver=giver,
                receiver=receiver,
            ),
            code="transfer_across",
            features=[transfer.giver, transfer.receiver],
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
            str(number)
            for number, transfer in enumerate(quota.transfers, 1)
            if row.unit_id in ("", transfer.giver, transfer.receiver)
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
