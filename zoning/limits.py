"""Limits of a quota: what amounts may come to over some units, each times what one of the quota's unit uses there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pandas as pd

from layers import Limit, Quota, SourceError, naming_the_layer
from zoning.apportionment import counted_ids
from zoning.contests import Flags, Floats
from zoning.errors import MissingValueError
from zoning.programmes import LinearConstraint
from zoning.weights import Values, find_column, rows_meeting

_PCT = "%"


@dataclass(frozen=True)
class Limiting:
    """What limits are made of; arrays and tables follow the units.

    Attributes
    ----------
    quota : Quota
    seen : DataFrame
        From :func:`zoning.weights.see`.
    measures : DataFrame
    paths : mapping of str to Series
        The path of the jurisdiction of each unit, by level.
    parameters : mapping of str to number, bool or str
    """

    quota: Quota
    seen: pd.DataFrame
    measures: pd.DataFrame
    paths: dict[str, pd.Series]
    parameters: Values

    def rows(self) -> tuple[LinearConstraint, ...]:
        """All limits as rules over whole steps.

        Raises
        ------
        UnknownNameError
            A measure that nothing provides.
        MissingValueError
            A value that a limit needs is missing, or a condition cannot be answered.

        Notes
        -----
        A limit in per cent, sum(c x of the units that count) <= p / 100 * sum(c x of all units), is linear as well:
        each c becomes c * (1 - p / 100) where the unit counts and -c * p / 100 elsewhere.
        """
        rows: list[LinearConstraint] = []
        for limit in self.quota.limits:
            with naming_the_layer(f"limit '{limit.name}'"):
                rows += self._rows(limit)
        return tuple(rows)

    def counting(self, limit: Limit) -> Flags:
        """The units that count."""
        if limit.when is None:
            return np.ones(len(self.seen), dtype=bool)
        return rows_meeting("limit", limit.when, self.seen, self.parameters)

    def uses(self, limit: Limit) -> Floats:
        """What one of the quota's unit uses in each unit."""
        return self._values(limit.per, "what is used per unit", self.counting(limit) | (pct_of(limit) is not None))

    def end(self, end: Decimal | str | None, inside: Flags) -> float | None:
        """One end of a limit over some units; a measure is summed."""
        if end is None or isinstance(end, Decimal):
            return None if end is None else float(end)
        return float(np.sum(self._values(end, "bound", inside)[inside]))

    def inside(self, limit: Limit, path: str) -> Flags:
        """The units that count in a jurisdiction; in all of them where the path is empty."""
        here = self.counting(limit)
        return here & (self.paths[limit.each] == path).to_numpy() if limit.each and path else here

    def _rows(self, limit: Limit) -> Iterator[LinearConstraint]:
        here, uses = self.counting(limit), self.uses(limit)
        for path, inside in self._parts(limit, here):
            if pct_of(limit) is not None:
                yield from self._shares(limit, path, inside, uses)
                continue
            low, high = (self.end(end, inside) for end in (limit.min, limit.max))
            places, size = np.flatnonzero(inside), float(self.quota.step)
            ends = -np.inf if low is None else low / size, np.inf if high is None else high / size
            words = self._words(limit, path, {"at least": low, "at most": high}, unit_of(limit))
            row = LinearConstraint(
                f"limit-{limit.name}", words, places, uses[places], *ends, unit=unit_of(limit), path=path
            )
            ends = _whole(*ends) if row.plain else ends
            yield replace(row, low=ends[0], high=ends[1])

    def _shares(self, limit: Limit, path: str, inside: Flags, uses: Floats) -> Iterator[LinearConstraint]:
        for end, pct in (("at most", limit.max_pct), ("at least", limit.min_pct)):
            if pct is None:
                continue
            parts = np.where(inside, 1.0, 0.0) - float(pct) / 100
            bounds = (-np.inf, 0.0) if end == "at most" else (0.0, np.inf)
            words = self._words(limit, path, {end: float(pct)}, f"{_PCT} of that of all units")
            code = f"limit-{limit.name}" + ("-least" if end == "at least" else "")
            yield LinearConstraint(
                code, words, np.arange(len(uses)), uses * parts, *bounds, unit=unit_of(limit), path=path
            )

    def _parts(self, limit: Limit, here: Flags) -> Iterator[tuple[str, Flags]]:
        """The limit's units, or those of each jurisdiction of its level."""
        if limit.each is None:
            yield "", here
            return
        paths = self.paths[limit.each]
        for path in sorted(set(paths)):
            yield path, self.inside(limit, path)

    def _values(self, source: Decimal | str, what: str, needed: Flags) -> Floats:
        """A number for all units, or a measure of each, 0 where it is not needed."""
        if isinstance(source, Decimal):
            return np.full(len(self.seen), float(source))
        column = find_column(source, self.measures, what)
        values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
        texts = self.seen.index[np.isnan(values) & column.notna().to_numpy()]
        if len(texts):
            raise SourceError(
                f"'{source}' ({what}) is text, not a number, for {counted_ids(texts)}",
                code="text",
                features=sorted(texts),
            )
        missing = self.seen.index[~np.isfinite(values) & needed]
        if len(missing):
            raise MissingValueError(
                f"'{source}' ({what}) is missing or not finite for {counted_ids(missing)}; give a number, 0 included",
                features=sorted(missing),
            )
        return np.where(needed, values, 0.0)

    def _words(self, limit: Limit, path: str, ends: dict[str, float | None], unit: str) -> str:
        where = (f" of '{path}'" if path else "") + (f' ("{limit.when}")' if limit.when else "")
        said = [f"{end} {value:,.10g} {unit or self.quota.unit}" for end, value in ends.items() if value is not None]
        return f"limit '{limit.name}'{where} asks for {' and '.join(said)}"


def unit_of(limit: Limit) -> str:
    """Unit of measure of the sum of a limit; empty where that is the quota's own."""
    return limit.unit or ("" if limit.per == 1 else f"units of '{limit.per}'")


def _whole(low: float, high: float) -> tuple[float, float]:
    """Ends of a sum of steps, rounded inwards but for the noise of floating point."""
    noise = 1e-9 * max(1.0, *(abs(one) for one in (low, high) if math.isfinite(one)))
    return np.ceil(low - noise), np.floor(high + noise)


def pct_of(limit: Limit) -> Decimal | None:
    """The per cent that a limit asks for; None where it asks for amounts."""
    return limit.max_pct if limit.max_pct is not None else limit.min_pct
