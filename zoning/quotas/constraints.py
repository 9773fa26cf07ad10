"""The constraints of a quota as linear ones: total, groups of units, limits, links; and which cannot hold together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from layers.conditions import Evaluator
from layers.errors import Attempts, SourceError, StudyError, at_key, naming_the_layer, shown
from layers.numerals import floats_of, how_to_write, stray_texts
from layers.phrases import AND, LINES, Phrase, phrase_list
from zoning.errors import InfeasibleError, MissingValueError
from zoning.quotas.bounds import Bounds, steps_left
from zoning.quotas.weights import find_column, rows_meeting
from zoning.solver import (
    UNLIMITED,
    Counts,
    CrossingError,
    Flags,
    Floats,
    GroupTree,
    LinearConstraint,
    Programme,
    Step,
    Wording,
    counted_ids,
    find_conflict,
    group_tree,
    refuse,
)
from zoning.study import Group, Limit, Quota


def group_family(quota: Quota, evaluator: Evaluator, total: int) -> GroupTree:
    """The tree of the groups with the least and the most of each in whole steps."""
    members = members_of(quota, evaluator)
    try:
        family, nodes = group_tree([members[column].to_numpy() for column in members.columns], len(members))
    except CrossingError as crossing:
        first, other = crossing.args
        both = members.index[(members[first] & members[other]).to_numpy()]
        crossed = StudyError(
            Phrase(
                'the groups "{when}" and "{other}" cross: they share {ids}, and each has others beside; make one '
                'part of the other, keep them apart, or use by = "optimal", which takes any groups',
                when=quota.groups[first].when,
                other=quota.groups[other].when,
                ids=counted_ids(both),
            ),
            code="crossing_groups",
            features=sorted(both),
        )
        with at_key("groups"):
            raise crossed from None
    lows, highs = list(family.lows), list(family.highs)
    for group, node in zip(quota.groups, nodes, strict=True):
        lows[node], highs[node] = group_reach(group, total)
    return replace(family, lows=tuple(lows), highs=tuple(highs))


def group_reach(group: Group, total: int) -> tuple[int, int]:
    """The least and the most steps of a group out of a total; the least rounded up, the most down."""
    least = -(-total * Fraction(group.min_pct or 0) // 100)
    return least, UNLIMITED if group.max_pct is None else int(total * Fraction(group.max_pct) // 100)


def members_of(quota: Quota, evaluator: Evaluator) -> pd.DataFrame:
    """The units of each group: one boolean column a group."""
    columns, attempts = {}, Attempts()
    for position, group in enumerate(quota.groups):
        with attempts.trying(), at_key("groups", position, "when"):
            columns[position] = rows_meeting(Phrase("group"), group.when, evaluator)
    attempts.finish()
    return pd.DataFrame(columns, index=evaluator.table.index, dtype=np.bool_)


_TOLD = ("floors_above_total", "ceilings_below_total", "crossed_bounds", "group_and_units", "groups")
"""Codes of errors behind which a conflict of rules stands."""


@dataclass(frozen=True)
class Constraints:
    """All that is demanded of a quota; arrays follow the units."""

    quota: Quota
    total: int
    units: pd.Index
    bounds: Bounds
    reach: Counts
    members: Sequence[Flags]
    names: tuple[pd.Series, ...]
    links: Mapping[str, Mapping[str, Decimal]]
    limits: tuple[LinearConstraint, ...] = ()

    @property
    def held(self) -> int:
        """Steps that are held back."""
        return int(self.total * Fraction(self.quota.reserve_pct) // 100)

    def rows(self) -> tuple[LinearConstraint, ...]:
        """The rules over all units together, the total first."""
        return (self._whole(), *self._groups(), *self._linked(), *self.limits)

    def tell(self, error: InfeasibleError) -> InfeasibleError:
        """The same error with the rules that contradict each other and the least change of each that would do."""
        if error.code not in _TOLD:
            return error
        text = self.conflict() or (
            Phrase(
                "taken together the rules can hold, but not where the amounts are handed down level by level: take "
                'levels = ["unit"] or by = "optimal", or give the lower level more room'
            )
        )
        return InfeasibleError(Phrase(LINES, first=error.said, rest=text), code=error.code, features=error.features)

    def conflict(self) -> str:
        """The rules that contradict each other, in words; empty where they can all hold, if only in parts of steps."""
        paths = pd.Series("", index=self.units)
        for level in self.names:
            paths = paths.where(paths == "", paths + " / ") + level.to_numpy()
        lower = np.where(self.bounds.locked, 0, self.bounds.floors)
        upper = np.maximum(np.minimum(self.reach, self.total), self.bounds.floors)
        rows = (*self.rows(), *self._locks())
        programme = Programme(np.zeros(len(lower)), lower, upper, rows)
        clashes = find_conflict(programme, Wording(self.amount, paths))
        return refuse(clashes, self.amount).said if clashes else ""

    def amount(self, steps: float, unit: str = "") -> str:
        """Steps, or what they come to in another unit of measure, for people; never less than it is."""
        step = Step.of(self.quota.step)
        if not unit:
            return Phrase("{amount} {unit}", amount=step.amount(math.ceil(steps - 1e-6)), unit=self.quota.unit)
        value = steps * float(step.size)
        size = 10.0 ** (math.floor(math.log10(abs(value))) - 5) if value else 1.0
        return Phrase("{amount:,.6g} {unit}", amount=math.ceil(value / size - 1e-6) * size, unit=unit)

    def _whole(self) -> LinearConstraint:
        held = self.held
        by_jurisdiction = self.quota.by == "weighted" and self.names and held
        parts = len(pd.concat(self.names, axis=1).drop_duplicates()) if by_jurisdiction else 0
        text = Phrase(
            "the total is {total}, of which {held} are held back" if held else "the total is {total}",
            total=self.amount(self.total),
            held=self.amount(held),
        )
        low = self.total - held
        return _row("total", text, np.ones(len(self.units), dtype=bool), low, low + parts)

    def _groups(self) -> Iterator[LinearConstraint]:
        for number, (group, here) in enumerate(zip(self.quota.groups, self.members, strict=True), 1):
            low, high = group_reach(group, self.total)
            if group.max_pct is not None:
                text = Phrase(
                    'group {place} ("{when}") may have {max_pct} % of the total, {high}',
                    place=number,
                    when=group.when,
                    max_pct=group.max_pct,
                    high=self.amount(high),
                )
                yield _row(f"group-{number}", text, here, -np.inf, high)
            if group.min_pct is not None:
                text = Phrase(
                    'group {place} ("{when}") must have {min_pct} % of the total, {low}',
                    place=number,
                    when=group.when,
                    min_pct=group.min_pct,
                    low=self.amount(low),
                )
                yield _row(f"group-{number}-least", text, here, low, np.inf)

    def _locks(self) -> Iterator[LinearConstraint]:
        """Units that are locked at one amount, with it."""
        locked = self.bounds.locked
        for steps in np.unique(self.bounds.floors[locked]).tolist():
            here = locked & (self.bounds.floors == steps)
            ids = self.units[here]
            text = Phrase(
                "'{unit}' is locked at {amount}"
                if len(ids) == 1
                else "{count} units are locked at {amount} each, {total} in all",
                unit=ids[0],
                count=len(ids),
                amount=self.amount(steps),
                total=self.amount(steps * len(ids)),
            )
            yield _row("locked", text, here, steps * len(ids), steps * len(ids))

    def _linked(self) -> Iterator[LinearConstraint]:
        """Links to other quotas by jurisdiction; those by unit are ceilings already."""
        step = Step.of(self.quota.step)
        for depth, level in enumerate(self.quota.levels[:-1], 1):
            if level not in self.links:
                continue
            paths = paths_of(self.names, depth)
            for path in sorted(set(paths)):
                here = (paths == path).to_numpy()
                carried = int(self.bounds.carried[here].sum())
                most = steps_left(self.links[level].get(path, Decimal(0)), step, carried)
                text = Phrase(
                    "'{path}' stays within the quota that it is linked to, at {most}", path=path, most=self.amount(most)
                )
                yield replace(_row(f"within-{level}", text, here, -np.inf, most), path=path)


def paths_of(names: tuple[pd.Series, ...], depth: int) -> pd.Series:
    """The path of the jurisdiction of each unit, down to a depth."""
    paths = names[0]
    for level in names[1:depth]:
        paths = paths + " / " + level
    return paths


def _row(code: str, words: str, here: Flags, low: float, high: float) -> LinearConstraint:
    places: Counts = np.flatnonzero(here)
    return LinearConstraint(code, words, places, np.ones(len(places)), low, high)


_PCT = "%"


@dataclass(frozen=True)
class Limiting:
    """What limits are made of; arrays and tables follow the units."""

    quota: Quota
    evaluator: Evaluator
    measures: pd.DataFrame
    paths: dict[str, pd.Series]

    def rows(self) -> tuple[LinearConstraint, ...]:
        """All limits as rules over whole steps.

        Notes
        -----
        A limit in per cent, sum(c x of the units that count) <= p / 100 * sum(c x of all units), is linear as well:
        each c becomes c * (1 - p / 100) where the unit counts and -c * p / 100 elsewhere.
        """
        rows, attempts = list[LinearConstraint](), Attempts()
        for position, limit in enumerate(self.quota.limits):
            with (
                attempts.trying(),
                at_key("limits", position),
                naming_the_layer(Phrase("limit '{limit}'", limit=limit.name)),
            ):
                rows += self._rows(limit)
        attempts.finish()
        return tuple(rows)

    def counting(self, limit: Limit) -> Flags:
        """The units that count."""
        if limit.when is None:
            return np.ones(len(self.evaluator.table), dtype=bool)
        with at_key("when"):
            return rows_meeting(Phrase("limit"), limit.when, self.evaluator)

    def uses(self, limit: Limit) -> Floats:
        """What one of the quota's unit uses in each unit."""
        counting = self.counting(limit) | (pct_of(limit) is not None)
        with at_key("per"):
            return self._values(limit.per, Phrase("what is used per unit"), counting)

    def end(self, end: Decimal | str | None, inside: Flags) -> float | None:
        """One end of a limit over some units; a measure is summed."""
        if end is None or isinstance(end, Decimal):
            return None if end is None else float(end)
        return float(np.sum(self._values(end, Phrase("bound"), inside)[inside]))

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
            with at_key("min"):
                low = self.end(limit.min, inside)
            with at_key("max"):
                high = self.end(limit.max, inside)
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
            words = self._words(limit, path, {end: float(pct)}, Phrase("% of that of all units"))
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
            return np.full(len(self.evaluator.table), float(source))
        column = find_column(source, self.measures, what)
        values = floats_of(column)
        texts = stray_texts(column[np.isnan(values)])
        if len(texts):
            raise SourceError(
                Phrase(
                    "'{name}' ({use}) is text, not a number, as in {values}, for {ids}. {remedy}.",
                    name=source,
                    use=what,
                    values=shown(texts.unique()[:3]),
                    ids=counted_ids(texts.index),
                    remedy=how_to_write(texts),
                ),
                code="text",
                features=sorted(texts.index),
            )
        missing = self.evaluator.table.index[~np.isfinite(values) & needed]
        if len(missing):
            raise MissingValueError(
                Phrase(
                    "'{name}' ({use}) is missing or not finite for {ids}; give a number, 0 included",
                    name=source,
                    use=what,
                    ids=counted_ids(missing),
                ),
                features=sorted(missing),
            )
        return np.where(needed, values, 0.0)

    def _words(self, limit: Limit, path: str, ends: dict[str, float | None], unit: str) -> str:
        phrases = [
            Phrase(
                "at most {amount:,.10g} {unit}" if end == "at most" else "at least {amount:,.10g} {unit}",
                amount=value,
                unit=unit or self.quota.unit,
            )
            for end, value in ends.items()
            if value is not None
        ]
        return Phrase(
            "limit '{limit}'{of}{when} asks for {bounds}",
            limit=limit.name,
            of=Phrase(" of '{path}'", path=path) if path else "",
            when=Phrase(' ("{when}")', when=limit.when) if limit.when else "",
            bounds=phrase_list(phrases, AND),
        )


def unit_of(limit: Limit) -> str:
    """Unit of measure of the sum of a limit; empty where that is the quota's own."""
    return limit.unit or ("" if limit.per == 1 else Phrase("units of '{per}'", per=limit.per))


def _whole(low: float, high: float) -> tuple[float, float]:
    """Ends of a sum of steps, rounded inwards but for the noise of floating point."""
    noise = 1e-9 * max(1.0, *(abs(end) for end in (low, high) if math.isfinite(end)))
    return np.ceil(low - noise), np.floor(high + noise)


def pct_of(limit: Limit) -> Decimal | None:
    """The per cent that a limit asks for; None where it asks for amounts."""
    return limit.max_pct if limit.max_pct is not None else limit.min_pct
