"""Jurisdictions: the tree down which a quota is handed, and what each place in it can take."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pandas as pd

from layers.errors import UnknownNameError, naming_the_layer
from layers.phrases import Phrase
from zoning.errors import InfeasibleError, MissingValueError, near
from zoning.quotas.bounds import UNIT, steps_left
from zoning.solver import ALL, UNLIMITED, Counts, Floats, GroupTree, Step, Webster, counted_ids
from zoning.study import Quota


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
                self.look(own, units=some, path=(*path, name))
                for (name, some), own in zip(inside.items(), families, strict=True)
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
        place = f"'{' / '.join(path)}'" if path else Phrase("the whole")
        return InfeasibleError(
            Phrase(
                "{place} or one of its groups must have {low} and can have {high} at the most, a gap of {gap}",
                place=place,
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
        found = [replace(family.only(local[some]), lows=none[0], highs=none[1]) for some in inside]
        for node in range(len(family.parents) - 1, ALL, -1):
            reaches = [
                own.reach(self.floors[some], self.ceilings[some]) for own, some in zip(found, inside, strict=True)
            ]
            least = np.array([low[node] for low, _ in reaches], dtype=np.int64)
            most = np.array([high[node] for _, high in reaches], dtype=np.int64)
            weigh = [self._weigh(own, some, node) for own, some in zip(found, inside, strict=True)]
            with naming_the_layer(Phrase("groups at level '{level}'", level=self.quota.levels[len(path)])):
                if family.highs[node] < int(most.sum()):
                    shares = self._hand(weigh, family.highs[node], least, most)
                    found = [
                        replace(own, highs=_set(own.highs, node, share))
                        for own, share in zip(found, shares, strict=True)
                    ]
                if family.lows[node] > int(least.sum()):
                    shares = self._hand(weigh, family.lows[node], least, most)
                    found = [
                        replace(own, lows=_set(own.lows, node, share)) for own, share in zip(found, shares, strict=True)
                    ]
        return found

    def _weigh(self, family: GroupTree, units: Counts, node: int) -> float:
        """The weight of the units of a node."""
        inside = {node}
        for one, parent in enumerate(family.parents):
            if parent in inside:
                inside.add(one)
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
        return [int(one) for one in Webster(places, given, sizes, total, least, np.minimum(most, total)).settle()]


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
