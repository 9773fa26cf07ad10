"""Calibration: the thresholds of rules that agree best with a list of units that were decided elsewhere.

As functions of the thresholds zones change at finitely many values, so that between two of these every value gives the
same zones. Where the thresholds are few, the agreement of every cell of all of them together is counted; else one
threshold after another is moved to where it agrees best, from several beginnings.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.archives import in_sandbox
from layers.errors import SourceError, StudyError, UnknownNameError, raise_all, shown
from layers.formats import read_cells, reading
from layers.overview import Overview, Shown
from layers.phrases import Phrase
from zoning.errors import near
from zoning.pipeline import claims_and_measures
from zoning.plan import Plan
from zoning.rulebook import LOCKED, Rulebook, require_parameters
from zoning.whatif.goal_seeking import asked_rules, breakpoints, distinct_points
from zoning.whatif.variants import as_fresh
from zoning.zones import DECISION, ThresholdSweep, is_threshold

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
MOST_CELLS = 4_000_000
"""So many cells of all thresholds together are counted; where there are more, they are searched."""
MOST_ROWS = 2_000_000
"""So many units times own cells of theirs are asked about at once."""
RESTARTS = 3
DECIMALS = 12


class Agreement(NamedTuple):
    """How far main functions agree with those of a list."""

    confusion: pd.DataFrame
    share: float
    kappa: float | None

    @classmethod
    def of(cls, decided: pd.Series, by_rules: pd.Series, zones: Sequence[str]) -> Agreement:
        """The agreement of two Series of the same units; zones in this order, as far as they occur."""
        known = [zone for zone in zones if zone in set(decided) | set(by_rules)]
        rows, columns = (pd.Categorical(mains, known) for mains in (decided, by_rules))
        table = pd.crosstab(rows, columns, dropna=False).reindex(index=known, columns=known, fill_value=0)
        counts = table.rename_axis(index="decided", columns="by rules").astype(np.int64)
        total = len(decided)
        same = int(np.trace(counts.to_numpy()))
        chance = int((counts.sum(axis=0) * counts.sum(axis=1)).sum())  # times the square of the total
        kappa = None if chance == total**2 else (same * total - chance) / (total**2 - chance)
        return cls(counts, same / total, kappa)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        rows = {
            str(zone): {str(name): int(count) for name, count in row.items()} for zone, row in self.confusion.iterrows()
        }
        return {"agreement": self.share, "kappa": self.kappa, "confusion": rows}


class Fitted(NamedTuple):
    """A threshold that was fitted."""

    adopted: float
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, eq=False, repr=False)
class Calibration(Shown):
    """The thresholds that agree best with a list, and how well."""

    fitted: Mapping[str, Fitted]
    method: Literal["exact", "search"]
    units: int
    before: Agreement
    within: Agreement
    beyond: Agreement
    blocks: pd.Series

    def overview(self) -> Overview:
        """The thresholds and the agreement, in a few rows."""
        rows = [(name, f"{threshold.adopted:g} to {threshold.value:g}") for name, threshold in self.fitted.items()]
        before, within, beyond = (f"{agreement.share:.1%}" for agreement in (self.before, self.within, self.beyond))
        shares = f"{before} before, {within} fitted, {beyond} out of sample"
        return Overview(
            "Calibration", (("units", f"{self.units:,}"), ("method", self.method), ("agreement", shares), *rows)
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "parameters": {name: threshold._asdict() for name, threshold in self.fitted.items()},
            "method": self.method,
            "units": self.units,
            "before": self.before.as_dict(),
            "in_sample": self.within.as_dict(),
            "out_of_sample": self.beyond.as_dict(),
            "blocks": {str(unit): int(block) for unit, block in self.blocks.items()},
        }


def calibrate(
    plan: Plan,
    decided: pd.Series,
    parameters: Sequence[str] | None = None,
    *,
    blocks: int = 4,
    seed: int = 0,
    study_folder: str | Path | None = None,
) -> Calibration:
    """The thresholds of rules that agree best with main functions that were decided elsewhere.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder while its sources are still there. Its decisions are left out: rules
        alone are asked.
    decided : Series of str
        By ``unit_id`` the code of the main function. Units of the plan that are not in it are not looked at.
    parameters : sequence of str, optional
        The thresholds to fit; by default all that stand in rules for main functions alone and tell units of the list
        from each other.
    blocks : int, optional
        Blocks of neighbouring units, 2 or more: each is judged by thresholds that were fitted to the others.
    seed : int, optional
        Of the beginnings of a search.
    study_folder : str or Path, optional
        Where the sources are of a plan that was read back, as for :meth:`zoneplan.Plan.vary`.

    Returns
    -------
    Calibration

    Raises
    ------
    UnknownNameError
        A unit, a main function or a parameter is not there.
    StudyError
        A parameter is no threshold of rules, or stands in a clause beside another one; none is left to fit; a unit
        stands twice; or there are fewer units than blocks.

    Notes
    -----
    Candidates lie midway between values at which a unit of the list turns. Where all cells of the thresholds together
    are no more than ``MOST_CELLS``, each is counted, and what is found is the best there is ("exact"). Else each
    threshold in turn is moved to its best cell until nothing is gained, from the rulebook's values and from
    ``RESTARTS`` others that the seed draws ("search"): the best that was found, not proved to be the best. Of equals
    the nearest to the rulebook's values counts, and these stay where nothing is gained. J. Cohen, *Educational and
    Psychological Measurement* 20, 1960 (kappa); D. R. Roberts and others, *Ecography* 40, 2017 (spatial blocks).

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> elsewhere = plan.vary(parameters={"density_min_per_km2": 90.0}).zones.set_index("unit_id")["main"]
    >>> found = zp.calibrate(plan, elsewhere, ["density_min_per_km2"])
    >>> found.method, found.within.share > 0.99, 50 < found.fitted["density_min_per_km2"].value <= 90
    ('exact', True, True)
    """
    fresh = as_fresh(plan, study_folder)
    known = _checked(fresh, decided, blocks)
    search = _Fit(fresh, known, _names(fresh, parameters), named=parameters is not None, seed=seed)
    adopted, best = search.mains(search.adopted), search.best(np.ones(len(known), dtype=bool))
    fitted = {axis.name: axis.fitted(cell) for axis, cell in zip(search.axes, best, strict=True)}
    fitted_mains = search.mains({name: threshold.value for name, threshold in fitted.items()})
    if (fitted_mains == search.decided).sum() <= (adopted == search.decided).sum():
        fitted = {axis.name: axis.fitted(axis.adopted_cell)._replace(value=axis.adopted) for axis in search.axes}
        fitted_mains = adopted
    folds = _blocks(fresh, known.index, blocks)
    beyond = np.full(len(known), "", dtype=object)
    for fold in range(blocks):
        in_fold = (folds == fold).to_numpy()
        beyond[in_fold] = search.mains(search.values(search.best(~in_fold)))[in_fold]
    zones = fresh.rulebook.codes("main")
    before, within, out = (
        Agreement.of(known, pd.Series(mains, index=known.index), zones) for mains in (adopted, fitted_mains, beyond)
    )
    return Calibration(fitted, search.method, len(known), before, within, out, folds)


def read_decided(path: Path, rulebook: Rulebook) -> pd.Series:
    """Main functions by unit from a CSV of ``unit_id`` and ``main``, which are codes or titles in any language."""
    if not path.is_file():
        raise SourceError(Phrase("there is no list {file}", file=path.name), code="missing")
    ids, mains = in_sandbox(_decided_rows, None, {path.name: path}, str(path))
    called = {
        text.casefold(): zone.code
        for zone in rulebook.zones
        for texts in (zone.title, zone.short or {})
        for text in texts.values()
    }
    return pd.Series([called.get(text.casefold(), text) or None for text in mains], index=ids)


def _decided_rows(file_path: str) -> tuple[list[str], list[str]]:
    """Ids and main functions as a list has them."""
    path = Path(file_path)
    with reading(path.name, path.name):
        header, rows = read_cells(path, path.name)
    for column in ("unit_id", "main"):
        if column not in header:
            raise SourceError(
                Phrase(
                    "{file} has no column '{column}': give unit_id and main, a row a unit",
                    file=path.name,
                    column=column,
                ),
                code="column",
            )
    ids, mains = ([row.cells[header.index(column)].strip() for row in rows] for column in ("unit_id", "main"))
    return ids, mains


def _checked(plan: Plan, decided: pd.Series, blocks: int) -> pd.Series:
    """The list in the order of the plan's units, ids as text."""
    known = decided.set_axis(decided.index.astype(str)).dropna().astype(str)
    twice = known.index[known.index.duplicated()]
    if len(twice):
        raise StudyError(Phrase("the list has units twice: {ids}", ids=shown(twice)), features=twice)
    zones, mains = plan.zones["unit_id"].astype(str), plan.rulebook.codes("main")
    strange = [unit for unit in known.index if unit not in set(zones)]
    if strange:
        text = Phrase("the list has units that the plan has not: {ids}", ids=shown(strange))
        raise UnknownNameError(text, features=strange)
    raise_all(
        UnknownNameError(
            Phrase("the list names '{name}', which is no main function{hint}", name=name, hint=near(name, mains))
        )
        for name in sorted(set(known) - set(mains))
    )
    if blocks < 2 or len(known) < 2 * blocks:
        raise StudyError(
            Phrase(
                "{units} units for {blocks} blocks: give 2 blocks or more, of 2 units or more",
                units=len(known),
                blocks=blocks,
            )
        )
    return known.loc[[unit for unit in zones if unit in known.index]]


def _names(plan: Plan, parameters: Sequence[str] | None) -> list[str]:
    """The parameters to fit, in the order of the rulebook, or as they were asked for."""
    rulebook = plan.rulebook
    if parameters is not None:
        require_parameters(plan.whole_rulebook, parameters)
    names = list(dict.fromkeys(parameters)) if parameters is not None else list(rulebook.parameters)
    fit = [name for name in names if _is_number(rulebook.values.get(name)) and is_threshold(rulebook, name)]
    for name in names if parameters is not None else ():
        if name not in fit:
            raise StudyError(
                Phrase(
                    "parameter '{name}' cannot be fitted: main functions do not hang on it by rules alone", name=name
                )
            )
    return fit


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True, eq=False)
class _Axis:
    """A threshold. Cell i is what lies between break i - 1 and break i."""

    name: str
    adopted: float
    points: Floats
    breaks: Floats

    @property
    def cells(self) -> int:
        return len(self.breaks) + 1

    @property
    def adopted_cell(self) -> int:
        """The cell of the rulebook's value, or that below it where a unit turns at that value."""
        return int(np.searchsorted(self.breaks, self.adopted, side="left"))

    def bounds(self, cell: int) -> tuple[float, float]:
        return (
            float(self.breaks[cell - 1]) if cell else -math.inf,
            float(self.breaks[cell]) if cell < len(self.breaks) else math.inf,
        )

    def value(self, cell: int) -> float:
        """The rulebook's value where it is of the cell, else a short number near the middle."""
        low, high = self.bounds(cell)
        if low < self.adopted < high:
            return self.adopted
        step = float(np.diff(self.breaks).max(initial=0.0)) or abs(float(self.breaks[0])) or 1.0
        middle = high - step / 2 if low == -math.inf else low + step / 2 if high == math.inf else low + (high - low) / 2
        size = 0 if middle == 0 else math.floor(math.log10(abs(middle)))
        for digits in range(DECIMALS):
            short = round(middle, digits - size)
            if low < short < high:
                return float(short)
        return middle

    def fitted(self, cell: int) -> Fitted:
        low, high = self.bounds(cell)
        return Fitted(
            self.adopted, self.value(cell), None if low == -math.inf else low, None if high == math.inf else high
        )

    def own_cells(self) -> tuple[Floats, Places, Places, Flags]:
        """Of each unit and own cell a value, the first and the last cell of all that it is, and whether it is one."""
        at = np.searchsorted(self.breaks, self.points)
        count = (~np.isnan(self.points)).sum(axis=1)[:, None]
        none = np.zeros((len(self.points), 1), dtype=np.int64)
        first, last = np.column_stack([none, at + 1]), np.column_stack([at, none])
        position = np.arange(first.shape[1])
        last = np.where(position == count, self.cells - 1, last)
        valid = position <= count
        values = np.array([self.value(cell) for cell in range(self.cells)])
        middle = np.where(valid, np.clip((first + last) // 2, 0, self.cells - 1), 0)
        return values[middle], first, last, valid


class _Fit:
    """Units of a list, and the thresholds that are fitted to them."""

    def __init__(self, plan: Plan, decided: pd.Series, names: Sequence[str], *, named: bool, seed: int) -> None:
        self.decided, self.rulebook, self.seed = decided.to_numpy(dtype=object), plan.rulebook, seed
        part_of = plan.study.units.part_of
        claims, measured = claims_and_measures(plan.steps)
        by_hand = claims["rule"].str.startswith(DECISION) | claims["rule"].str.startswith(LOCKED)
        self.rows = np.asarray(measured.index.astype(str).get_indexer(decided.index), dtype=np.int64)
        known = plan.measures.rename_axis("unit_id")
        mains = set(self.rulebook.codes("main"))
        of_mains = {rule.id for rule in self.rulebook.rules if rule.zone in mains}
        conditions = [
            condition
            for condition in asked_rules(self.rulebook, known, measured.index, part_of)
            if condition.of in of_mains
        ]
        self.axes = []
        for name in names:
            columns = breakpoints(conditions, name, self.rulebook.values, set(names))
            points = np.column_stack([np.full((len(measured), 0), np.nan), *columns])[self.rows]
            axis = _Axis(name, float(self.rulebook.values[name]), *distinct_points(points))
            if named or len(axis.breaks) > 1:  # where all turn at one value, it tells no unit from another
                self.axes.append(axis)
        if not any(len(axis.breaks) for axis in self.axes):
            raise StudyError(Phrase("no threshold is left to fit: no unit of the list turns at any"))
        self.sweep = ThresholdSweep(claims[~by_hand], measured, self.rulebook, self.adopted, part_of)
        counts = [axis.cells for axis in self.axes]
        combination_count = math.prod(axis.points.shape[1] + 1 for axis in self.axes)
        exact = math.prod(counts) <= MOST_CELLS and combination_count * len(decided) <= MOST_ROWS
        self.method: Literal["exact", "search"] = "exact" if exact else "search"
        self._counted: tuple[list[Places], list[Places], Flags] | None = None

    @property
    def adopted(self) -> dict[str, float]:
        """The rulebook's own values."""
        return {axis.name: axis.adopted for axis in self.axes}

    def values(self, cells: Sequence[int]) -> dict[str, float]:
        """A value of each threshold in a cell of each."""
        return {axis.name: axis.value(cell) for axis, cell in zip(self.axes, cells, strict=True)}

    def mains(self, values: Mapping[str, float]) -> npt.NDArray[np.object_]:
        """The main function of each unit of the list, by rules with these thresholds."""
        return self._mains(self.rows, pd.DataFrame(dict(values), index=range(len(self.rows))))

    def _mains(self, rows: Places, values: pd.DataFrame) -> npt.NDArray[np.object_]:
        return np.asarray(self.sweep.zones_by_row(rows, values)["main"].to_numpy(dtype=object))

    def best(self, chosen: Flags) -> list[int]:
        """The cells that agree best with some units; of equals those nearest to the rulebook's own."""
        return self._counted_best(chosen) if self.method == "exact" else self._searched_best(chosen)

    def _counted_best(self, chosen: Flags) -> list[int]:
        firsts, lasts, agrees = self._all_cells()
        shape = [axis.cells for axis in self.axes]
        counts = np.zeros([size + 1 for size in shape], dtype=np.int32)
        units, combos = np.nonzero(agrees & chosen[:, None])
        for corner in itertools.product((0, 1), repeat=len(shape)):
            at = [
                lasts[dimension][units, combos] + 1 if end else firsts[dimension][units, combos]
                for dimension, end in enumerate(corner)
            ]
            np.add.at(counts, tuple(at), -1 if sum(corner) % 2 else 1)
        for dimension in range(len(shape)):
            np.cumsum(counts, axis=dimension, out=counts)
        counts = counts[tuple(slice(0, size) for size in shape)]
        most = np.argwhere(counts == counts.max())
        off = np.abs(most - [axis.adopted_cell for axis in self.axes]).sum(axis=1)
        return [int(cell) for cell in most[int(np.argmin(off))]]

    def _all_cells(self) -> tuple[list[Places], list[Places], Flags]:
        """Of each unit and combination of own cells the first and last cells, and whether it agrees with the list."""
        if self._counted is None:
            own_cells = [axis.own_cells() for axis in self.axes]
            grid = np.array(list(itertools.product(*(range(axis_cells[3].shape[1]) for axis_cells in own_cells)))).T
            valid = np.logical_and.reduce(
                [axis_cells[3][:, cells] for axis_cells, cells in zip(own_cells, grid, strict=True)]
            )
            units, combos = np.nonzero(valid)
            values = pd.DataFrame(
                {
                    axis.name: axis_cells[0][units, cells[combos]]
                    for axis, axis_cells, cells in zip(self.axes, own_cells, grid, strict=True)
                }
            )
            agrees = np.zeros(valid.shape, dtype=bool)
            agrees[units, combos] = self._mains(self.rows[units], values) == self.decided[units]
            firsts = [axis_cells[1][:, cells] for axis_cells, cells in zip(own_cells, grid, strict=True)]
            lasts = [axis_cells[2][:, cells] for axis_cells, cells in zip(own_cells, grid, strict=True)]
            self._counted = firsts, lasts, agrees
        return self._counted

    def _searched_best(self, chosen: Flags) -> list[int]:
        draw = np.random.default_rng(self.seed)
        starts = [[axis.adopted_cell for axis in self.axes]]
        starts += [[int(draw.integers(axis.cells)) for axis in self.axes] for _ in range(RESTARTS)]
        climbs = [self._climbed(start, chosen) for start in starts]
        return max(climbs, key=lambda climb: climb[0])[
            1
        ]  # of equals the first, which began at the rulebook's own values

    def _climbed(self, start: Sequence[int], chosen: Flags) -> tuple[int, list[int]]:
        """Each threshold moved in turn to where it agrees best, until nothing is gained."""
        cells, most, idle, axis_number = list(start), -1, 0, 0
        while idle < len(self.axes):
            counts = self._along(axis_number, cells, chosen)
            gained = int(counts.max())
            if gained > most:
                best = np.flatnonzero(counts == gained)
                cells[axis_number] = int(best[np.argmin(np.abs(best - self.axes[axis_number].adopted_cell))])
                most, idle = gained, 0
            else:
                idle += 1
            axis_number = (axis_number + 1) % len(self.axes)
        return most, cells

    def _along(self, axis_number: int, cells: Sequence[int], chosen: Flags) -> Places:
        """How many units agree in each cell of one threshold, the others standing still."""
        axis = self.axes[axis_number]
        own_values, first, last, valid = axis.own_cells()
        units, columns = np.nonzero(valid & chosen[:, None])
        values = pd.DataFrame({**self.values(cells), axis.name: own_values[units, columns]}, index=range(len(units)))
        agrees = self._mains(self.rows[units], values) == self.decided[units]
        counts = np.zeros(axis.cells + 1, dtype=np.int64)
        np.add.at(counts, first[units, columns][agrees], 1)
        np.add.at(counts, last[units, columns][agrees] + 1, -1)
        return np.cumsum(counts)[:-1]


def _blocks(plan: Plan, units: pd.Index, count: int) -> pd.Series:
    """Units in blocks of neighbours, as many in each as can be: land is cut across its longer side, again and again."""
    shapes = plan.inputs.units.geometry
    middle = shapes.set_axis(shapes.index.astype(str)).loc[units].representative_point()
    x, y = middle.x.to_numpy(), middle.y.to_numpy()
    blocks = np.zeros(len(units), dtype=np.int64)
    waiting = [(np.arange(len(units)), 0, count)]
    while waiting:
        here, first, parts = waiting.pop()
        blocks[here] = first
        if parts > 1:
            along, beside = (x, y) if np.ptp(x[here]) >= np.ptp(y[here]) else (y, x)
            order = here[np.lexsort([units[here], beside[here], along[here]])]
            less = parts // 2
            at = round(len(here) * less / parts)
            waiting += [(order[:at], first, less), (order[at:], first + less, parts - less)]
    return pd.Series(blocks, index=units, name="block")
