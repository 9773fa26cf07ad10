"""A sweep: the zones of a plan under a thousand values of its parameters, worked out together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.errors import Attempts, StudyError
from layers.overview import Overview, Shown, counted
from layers.phrases import Phrase
from zoning.pipeline import FreshPlan, claims_and_measures
from zoning.plan import Plan
from zoning.rulebook import Rulebook, require_parameters, value_of_kind, vary_rulebook
from zoning.scenario.differences import parts_of, remake
from zoning.scenario.variants import as_fresh
from zoning.zones import is_threshold, zones_by_variant

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Sweep(Shown):
    """The zones of a plan in many variants."""

    variants: pd.DataFrame
    outcomes: pd.DataFrame
    codes: Codes
    area: pd.Series

    def zones(self, variant: int) -> pd.DataFrame:
        """The zones of each unit in a variant."""
        return self.outcomes.iloc[self.codes[variant]].set_axis(self.area.index)

    def totals(self) -> pd.DataFrame:
        """Units and hectares of each zone in each variant, main functions and overlays."""
        held = [{row.main, *row.overlays.split(";")} - {""} for row in self.outcomes.itertuples()]
        zones = sorted(set().union(*held))
        of = np.array([[zone in own for zone in zones] for own in held], dtype=float).reshape(len(held), len(zones))
        units, hectares = self._sums(np.ones(len(self.area))), self._sums(self.area.to_numpy(dtype=float))
        index = pd.MultiIndex.from_product([self.variants.index, zones], names=["variant", "zone"])
        counts = np.rint(units @ of).astype(np.int64)
        return pd.DataFrame({"units": counts.ravel(), "hectares": (hectares @ of).ravel()}, index=index)

    def _sums(self, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """What the units of each outcome sum up to, variants x outcomes."""
        count = len(self.outcomes)
        sums = [np.bincount(own, weights, count) for own in self.codes]
        return np.array(sums, dtype=float).reshape(len(self.codes), count)

    def overview(self) -> Overview:
        """What was tried, and what came of it, in a few rows."""
        span = {name: f"{own.min()} to {own.max()}" for name, own in self.variants.items() if len(own)}
        kept = int((self.codes == self.codes[:1]).all(axis=0).sum())
        rows = (
            ("variants", f"{len(self.variants):,}"),
            ("units", f"{len(self.area):,}, of which {kept:,} have one outcome in all variants"),
            ("outcomes", counted(self.outcomes["main"].value_counts().to_dict())),
            *span.items(),
        )
        return Overview("Sweep", rows)


def sweep(
    plan: Plan, parameters: Mapping[str, Sequence[float | bool | str]] | pd.DataFrame, study_folder: Any = None
) -> Sweep:
    """The zones of a plan for many values of parameters, as ``Plan.vary`` gives them one by one.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder while its sources are still there.
    parameters : mapping of str to sequence of number, bool or str, or DataFrame
        By the name of a parameter its value in each variant; all sequences have the same length. The first values of
        all make the first variant, and so on.
    study_folder : str or Path, optional
        Where the sources are of a plan that was read back, as for :meth:`zoneplan.Plan.vary`.

    Returns
    -------
    Sweep
        Main function, overlays and status of each unit in each variant, with units and hectares of each zone. Quotas,
        money and policies of a variant are those of ``plan.vary``.

    Raises
    ------
    UnknownNameError
        There is no such parameter; the message has what may have been meant.
    StudyError
        A value is not what it should be, or the sequences are not of one length.
    ZoneplanError
        Whatever ``plan.vary`` refuses of a variant.

    Notes
    -----
    Parameters that stand in conditions of rules alone are swept together: the rules are asked of all variants at once.
    Others, from which measures are derived or land is cut, cost one variant of the plan for each different set of
    their values.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> swept = zp.sweep(plan, {"density_min_per_km2": [50.0, 100.0, 200.0]})
    >>> swept.totals().xs("key_development", level="zone")["units"].tolist()
    [15, 14, 7]
    """
    fresh = as_fresh(plan, study_folder)
    variants = _table(fresh.whole_rulebook, parameters)
    cutting = [name for name in variants.columns if not is_threshold(fresh.rulebook, str(name))]
    area = fresh.zones.set_index("unit_id")["area_ha"]
    outcomes: list[pd.DataFrame] = []
    codes = np.zeros((len(variants), len(area)), dtype=np.int64)
    for rows in _alike(variants, cutting):
        values = variants.iloc[rows]
        base = fresh
        if cutting:
            rulebook = vary_rulebook(fresh.whole_rulebook, {str(name): values[name].iloc[0] for name in cutting})
            base = remake(parts_of(fresh)._replace(rulebook=rulebook), fresh)
        known, own = _swept(base, values.drop(columns=cutting), area.index)
        codes[rows] = own + sum(map(len, outcomes))
        outcomes.append(known)
    every = pd.concat(outcomes, ignore_index=True)
    numbers = every.groupby(list(every.columns), sort=True).ngroup().to_numpy(dtype=np.int64)
    distinct = every.assign(number=numbers).drop_duplicates().sort_values("number").drop(columns="number")
    return Sweep(variants, distinct.reset_index(drop=True), numbers[codes], area)


def _table(rulebook: Rulebook, parameters: Mapping[str, Sequence[float | bool | str]] | pd.DataFrame) -> pd.DataFrame:
    """The variants, each value as the parameter's own is."""
    attempts = Attempts()
    given = {str(name): list(parameters[name]) for name in parameters}
    with attempts.trying():
        require_parameters(rulebook, given)
    lengths = {name: len(values) for name, values in given.items()}
    attempts.finish()
    if len(set(lengths.values())) != 1 or 0 in lengths.values():
        raise StudyError(
            Phrase(
                "a sweep needs as many values of each parameter, and at least one; these have {lengths}",
                lengths=counted(lengths) or "0",
            )
        )
    columns: dict[str, list[float | bool | str]] = {}
    for name, values in given.items():
        own = rulebook.parameters[name].value
        with attempts.trying():
            columns[name] = [value_of_kind(name, own, _plain(value)) for value in values]
    attempts.finish()
    return pd.DataFrame(columns)


def _plain(value: Any) -> Any:
    """A value of numpy as one of Python."""
    return value.item() if isinstance(value, np.generic) else value


def _alike(variants: pd.DataFrame, names: Sequence[str]) -> list[npt.NDArray[np.intp]]:
    """The places of the variants that have the same values of some parameters, in the order of the first of each."""
    if not names:
        return [np.arange(len(variants))]
    numbers = variants.groupby(list(names), sort=False).ngroup().to_numpy()
    return [np.flatnonzero(numbers == one) for one in range(numbers.max() + 1)]


def _swept(plan: FreshPlan, values: pd.DataFrame, units: pd.Index) -> tuple[pd.DataFrame, Codes]:
    """The outcomes of variants of thresholds, and the place of each unit's, in the order of some units."""
    if values.columns.empty:
        zones = plan.zones.set_index("unit_id").loc[units, ["main", "overlays", "status", "rule"]]
        places = np.broadcast_to(np.arange(len(zones)), (len(values), len(zones)))
        return zones.reset_index(drop=True), places
    claims, measured = claims_and_measures(plan.steps)
    outcomes, codes = zones_by_variant(claims, measured, plan.rulebook, values, plan.study.units.part_of)
    return outcomes, codes[:, measured.index.get_indexer(units)]
