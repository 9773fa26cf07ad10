"""Many draws of a plan: zones and amounts under a thousand values of its parameters, worked out together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.errors import Attempts, StudyError, UnknownNameError
from layers.overview import Overview, Shown, counted, drawn_by
from layers.phrases import Phrase
from zoning.errors import near
from zoning.pipeline import claims_and_measures
from zoning.plan import Plan
from zoning.rulebook import Rulebook, require_parameters, value_of_kind, vary_rulebook
from zoning.study import vary_study
from zoning.whatif.differences import parts_of, remake
from zoning.whatif.variants import as_fresh
from zoning.zones import (
    Range,
    draw_evenly,
    draw_mixtures,
    is_threshold,
    kept_in_draws,
    range_of,
    threshold_range,
    zones_by_variant,
)

Announce = Callable[[str], None]
KEPT = "draws_kept_share"
"""The name of the measure of how often a unit keeps its main function."""
STABLE = 0.95
"""A unit that keeps its main function in so many of all draws is stable."""
AMOUNTS = ("quota", "unit_id", "amount", "low", "high")
LOW, HIGH = 0.05, 0.95
"""Of the spread of amounts, as parts of all draws."""
WEIGHT = re.compile(r"quotas\.(?P<quota>.+)\.weight\.(?P<measure>[^.]+)")
"""How the share of a measure in the weight of a quota is named."""


class StableLand(NamedTuple):
    """The land of a main function, and what of it is stable."""

    zone: str
    units: int
    hectares: float
    stable_units: int
    stable_hectares: float


@dataclass(frozen=True, repr=False, eq=False)
class Robustness(Shown):
    """What became of a plan in many draws.

    Attributes
    ----------
    plan : Plan
        As it was asked about.
    within : mapping of str to (float, float)
        What was drawn, each evenly and by itself between these ends.
    seed : int
        Of the draws: the same seed gives the same draws.
    draws : DataFrame
        Index 0..n-1; one column a name in ``within``, in the order of the names.
    units : DataFrame
        Index ``unit_id``: ``main`` in the plan, ``share`` of the draws in which it is kept, the main function ``other``
        that it has most often instead (empty where there is none), and ``other_share``.
    amounts : DataFrame
        Of quotas of which a weight was drawn, by unit: ``quota``, ``unit_id``, ``amount`` in the plan, and ``low`` and
        ``high``, between which nine in ten draws lie (5 % to 95 %).
    """

    plan: Plan = field(repr=False)
    within: Mapping[str, Range]
    seed: int
    draws: pd.DataFrame
    units: pd.DataFrame
    amounts: pd.DataFrame

    @property
    def stable(self) -> pd.Series:
        """Whether each unit keeps its main function in 95 % of the draws or more."""
        return self.units["share"] >= STABLE

    @property
    def land(self) -> tuple[StableLand, ...]:
        """By main function the land of the plan and what of it is stable, the largest first."""
        area = self.plan.zones.set_index("unit_id")["area_ha"].reindex(self.units.index)
        table = pd.DataFrame({"zone": self.units["main"], "area": area, "stable": self.stable})
        rows = [
            StableLand(
                str(zone), len(zone_rows), float(zone_rows["area"].sum()),
                int(zone_rows["stable"].sum()), float(zone_rows.loc[zone_rows["stable"], "area"].sum()),
            )
            for zone, zone_rows in table.groupby("zone", sort=True)
        ]  # fmt: skip
        return tuple(sorted(rows, key=lambda stable_land: (-stable_land.hectares, stable_land.zone)))

    @property
    def measured(self) -> Plan:
        """The plan with the share of draws in which a unit keeps its main function as a further measure, ``KEPT``."""
        measures = self.plan.measures
        shares = self.units["share"].reindex(measures.index.astype(str)).to_numpy(dtype=float)
        return self.plan.having(measures=measures.assign(**{KEPT: shares}))

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "within": {name: list(ends) for name, ends in self.within.items()},
            "draws": len(self.draws),
            "seed": self.seed,
            "stable_at": STABLE,
            "land": [stable_land._asdict() for stable_land in self.land],
            "units": self.units.reset_index().to_dict("records"),
            "amounts": [
                {**row, "amount": str(row["amount"])} for row in self.amounts.to_dict("records")
            ],
        }  # fmt: skip

    def overview(self) -> Overview:
        """What was drawn, and how much of the plan is stable."""
        land = self.land
        whole, stable_ha = (
            sum(getattr(stable_land, name) for stable_land in land) for name in ("hectares", "stable_hectares")
        )
        rows = (
            ("draws", f"{len(self.draws):,}, seed {self.seed}"),
            *((name, f"{low:g} to {high:g}") for name, (low, high) in self.within.items()),
            ("stable", f"{int(self.stable.sum()):,} of {len(self.units):,} units, {stable_ha:,.0f} of {whole:,.0f} ha"),
            ("of them", counted({stable_land.zone: stable_land.stable_units for stable_land in land})),
        )
        return Overview("Robustness", rows)

    def map(self, language: str = "en") -> Any:
        """A map of the plan that can be coloured by the share of draws in which a unit keeps its main function.

        Parameters
        ----------
        language : str, optional
            Of the page.

        Returns
        -------
        folium.Map
        """
        return drawn_by("map")(self, language)


def robustness(
    plan: Plan,
    within: Mapping[str, Sequence[float]],
    *,
    draws: int = 1000,
    seed: int = 0,
    study_folder: str | Path | None = None,
    announce: Announce = lambda _step: None,
) -> Robustness:
    """In how many of many draws each unit keeps its main function.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder while its sources are still there.
    within : mapping of str to (float, float)
        By the name of a parameter the lowest and the highest value that may be drawn; by
        ``quotas.NAME.weight.MEASURE`` those of the share of a measure in the weight of a quota.
    draws : int, optional
    seed : int, optional
        The same seed gives the same draws.
    study_folder : str or Path, optional
        Where the sources are of a plan that was read back, as for :meth:`zoneplan.Plan.vary`.
    announce : callable, optional
        Called with the number of each draw of which amounts are worked out.

    Returns
    -------
    Robustness

    Raises
    ------
    UnknownNameError
        There is no such parameter, quota or measure of its weight.
    StudyError
        A range or a count is not what it should be, or a parameter is no number, or no threshold of rules.
    ZoneplanError
        Whatever ``plan.vary`` refuses of a draw.

    Notes
    -----
    Each name is drawn evenly between its ends and by itself. That says how the plan bears uncertain thresholds; it does
    not say how likely any value is. :func:`zoneplan.curve` is exact for one threshold at a time.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> found = zp.robustness(plan, within={"density_min_per_km2": (45, 52)}, draws=20)
    >>> bool(found.stable.all()), found.units.loc["08069", "main"]
    (True, 'key_development')
    """
    ranges = _ranges(plan, within)
    if draws < 1:
        raise StudyError(Phrase("there must be at least one draw, and {draws} were asked for", draws=draws))
    drawn = draw_evenly(ranges, draws, seed)
    of_weights = [name for name in ranges if WEIGHT.fullmatch(name)]
    fresh = as_fresh(plan, study_folder)
    units = _stability(fresh, drawn.drop(columns=of_weights))
    amounts = _spread(fresh, drawn, of_weights, announce)
    return Robustness(plan, ranges, seed, drawn, units, amounts)


def _ranges(plan: Plan, within: Mapping[str, Sequence[float]]) -> dict[str, Range]:
    """What is drawn, checked, in the order of the names."""
    if not within:
        raise StudyError(Phrase("nothing is to be drawn: give at least one range"))
    ranges: dict[str, Range] = {}
    for name in sorted(within):
        weight = WEIGHT.fullmatch(name)
        if weight:
            known = {
                f"quotas.{quota.name}.weight.{part.measure}"
                for quota in plan.study.quotas
                if not isinstance(quota.weight, str)
                for part in quota.weight
            }
        else:
            known = set(plan.rulebook.parameters)
        if name not in known:
            raise UnknownNameError(
                Phrase("there is no parameter or weight '{name}'{near}", name=name, near=near(name, sorted(known))),
                features=[name],
            )
        ranges[name] = (
            range_of(name, within[name], 0.0) if weight else threshold_range(plan.rulebook, name, within[name])
        )
    return ranges


def _stability(plan: Plan, drawn: pd.DataFrame) -> pd.DataFrame:
    """How often each unit keeps its main function, and what it is else; weights move no zone."""
    claims, measured = claims_and_measures(plan.steps)
    zones = plan.zones.set_index("unit_id")
    return kept_in_draws(claims, measured, plan.rulebook, zones, drawn, plan.study.units.part_of)


def index_weight(index: str, measure: str) -> str:
    """How the weight of a measure in an index is named.

    Examples
    --------
    >>> index_weight("fit", "slope_deg")
    'indices.fit.weights.slope_deg'
    """
    return f"indices.{index}.weights.{measure}"


def robustness_of(plan: Plan) -> Robustness | None:
    """What the draws came to that a plan asks for itself, by ``[robustness]``; None where it asks for none.

    Examples
    --------
    >>> from zoning.pipeline.flow import run
    >>> from zoning.study import builtin_study, read_study
    >>> robustness_of(run(read_study(builtin_study("us_mountain_west")))) is None
    True
    """
    section = plan.study.robustness
    if section is None:
        return None
    ranges = {name: threshold_range(plan.rulebook, name, section.within[name]) for name in sorted(section.within)}
    drawn, none = draw_evenly(ranges, section.draws, section.seed), pd.DataFrame(columns=list(AMOUNTS))
    for index in plan.study.indices:
        if index.name in section.opinions:
            mixed = draw_mixtures(index.name, index.opinions, section.draws, section.seed)
            names = {name: index_weight(index.name, str(name)) for name in mixed.columns}
            drawn = pd.concat([drawn, mixed.rename(columns=names)], axis=1)
            held = {name: [opinion[name] for opinion in index.opinions.values()] for name in names}
            ranges |= {names[name]: (min(several), max(several)) for name, several in held.items()}
    return Robustness(plan, ranges, section.seed, drawn, plan.robustness.set_index("unit_id"), none)


def _spread(plan: Plan, drawn: pd.DataFrame, of_weights: Sequence[str], announce: Announce) -> pd.DataFrame:
    """What units get of quotas of which a weight was drawn."""
    names = dict.fromkeys(match["quota"] for name in of_weights if (match := WEIGHT.fullmatch(name)))
    if not names:
        return pd.DataFrame(columns=list(AMOUNTS))
    rows = plan.quotas[plan.quotas["quota"].isin(names) & plan.quotas["unit_id"].isin(plan.units.index.astype(str))]
    keys = pd.MultiIndex.from_frame(rows[["quota", "unit_id"]])
    amounts = np.full((len(drawn), len(rows)), np.nan)
    parts = parts_of(plan)
    for nth, draw in enumerate(drawn.to_dict("records")):
        announce(str(nth + 1))
        study = vary_study(parts.study, _weights(plan, names, draw), ())
        rulebook = vary_rulebook(parts.rulebook, _parameters(draw))
        other = remake(parts._replace(study=study, rulebook=rulebook), plan)
        draw_amounts = other.quotas.set_index(["quota", "unit_id"])["amount"]
        amounts[nth] = draw_amounts[~draw_amounts.index.duplicated()].reindex(keys).astype(float).to_numpy()
    low, high = np.quantile(amounts, [LOW, HIGH], axis=0)
    return rows[["quota", "unit_id", "amount"]].assign(low=low, high=high).reset_index(drop=True)


def _parameters(draw: Mapping[Any, float]) -> dict[str, float]:
    return {str(name): value for name, value in draw.items() if not WEIGHT.fullmatch(str(name))}


def _weights(plan: Plan, names: Mapping[str, None], draw: Mapping[Any, float]) -> dict[str, dict[str, Any]]:
    """By quota the weight of a draw."""
    weights = {}
    for quota in plan.study.quotas:
        if quota.name in names and not isinstance(quota.weight, str):
            shares = {part.measure: draw.get(f"quotas.{quota.name}.weight.{part.measure}") for part in quota.weight}
            parts = [
                {"measure": part.measure, "share": part.share if shares[part.measure] is None else shares[part.measure]}
                for part in quota.weight
            ]
            weights[quota.name] = {"weight": parts}
    return weights


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
        of = np.array([[zone in codes for zone in zones] for codes in held], dtype=float).reshape(len(held), len(zones))
        units, hectares = self._sums(np.ones(len(self.area))), self._sums(self.area.to_numpy(dtype=float))
        index = pd.MultiIndex.from_product([self.variants.index, zones], names=["variant", "zone"])
        counts = np.rint(units @ of).astype(np.int64)
        return pd.DataFrame({"units": counts.ravel(), "hectares": (hectares @ of).ravel()}, index=index)

    def _sums(self, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """What the units of each outcome sum up to, variants x outcomes."""
        count = len(self.outcomes)
        sums = [np.bincount(variant_codes, weights, count) for variant_codes in self.codes]
        return np.array(sums, dtype=float).reshape(len(self.codes), count)

    def overview(self) -> Overview:
        """What was tried, and what came of it, in a few rows."""
        span = {name: f"{column.min()} to {column.max()}" for name, column in self.variants.items() if len(column)}
        unchanged = int((self.codes == self.codes[:1]).all(axis=0).sum())
        rows = (
            ("variants", f"{len(self.variants):,}"),
            ("units", f"{len(self.area):,}, of which {unchanged:,} have one outcome in all variants"),
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
        known, swept_codes = _swept(base, values.drop(columns=cutting), area.index)
        codes[rows] = swept_codes + sum(map(len, outcomes))
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
        adopted = rulebook.parameters[name].value
        with attempts.trying():
            columns[name] = [value_of_kind(name, adopted, _plain(value)) for value in values]
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
    return [np.flatnonzero(numbers == number) for number in range(numbers.max() + 1)]


def _swept(plan: Plan, values: pd.DataFrame, units: pd.Index) -> tuple[pd.DataFrame, Codes]:
    """The outcomes of variants of thresholds, and the place of each unit's, in the order of some units."""
    if values.columns.empty:
        zones = plan.zones.set_index("unit_id").loc[units, ["main", "overlays", "status", "rule"]]
        places = np.broadcast_to(np.arange(len(zones)), (len(values), len(zones)))
        return zones.reset_index(drop=True), places
    claims, measured = claims_and_measures(plan.steps)
    outcomes, codes = zones_by_variant(claims, measured, plan.rulebook, values, plan.study.units.part_of)
    return outcomes, codes[:, measured.index.get_indexer(units)]
