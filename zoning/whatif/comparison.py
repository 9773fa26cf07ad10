"""Two plans compared: what moved, from where to where, and on which difference between the plans each move hangs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import pandas as pd

from layers.errors import StudyError, ZoneplanError, shown
from layers.overview import Overview, Shown, counted, drawn_by, listed
from layers.phrases import Phrase
from layers.read import without_place
from zoning.money import POOL, net_amounts_by
from zoning.plan import Plan
from zoning.study import Scenario
from zoning.tables import MOVED, TRANSITIONS, tabulate
from zoning.whatif.differences import Difference, differences, parts_of, remake
from zoning.whatif.variants import as_fresh


class AmountMoves(NamedTuple):
    """What a scenario moves of one quota."""

    quota: str
    before: Decimal
    after: Decimal
    more: int
    less: int
    shifted: Decimal


@dataclass(frozen=True)
class ScenarioMoves:
    """What one scenario moves."""

    scenario: Scenario
    transitions: pd.DataFrame
    overlays: int
    amounts: tuple[AmountMoves, ...]

    @property
    def changed(self) -> pd.DataFrame:
        """The transitions of units that change their main function."""
        return self.transitions[self.transitions["before"] != self.transitions["after"]]

    @property
    def units(self) -> int:
        """How many units change their main function."""
        return int(self.changed["units"].sum())

    @property
    def area_ha(self) -> float:
        """Their hectares."""
        return float(self.changed["area_ha"].sum())


def scenario_moves(plan: Plan) -> tuple[ScenarioMoves, ...]:
    """What each scenario of a plan moves, in the order of the plan.

    Examples
    --------
    >>> import zoneplan as zp
    >>> from zoning.study import Scenario
    >>> study = zp.read_study(zp.builtin_study("us_mountain_west"))
    >>> less = Scenario(name="less", set={"quotas.construction_land.total": 9000})
    >>> (moves,) = scenario_moves(zp.run(study.model_copy(update={"scenarios": (less,)})))
    >>> moves.units, [(one.quota, str(one.before), str(one.after)) for one in moves.amounts]
    (0, [('construction_land', '10073', '8553')])
    """
    plan_zones = plan.zones.set_index("unit_id")
    of_units = plan.quotas[plan_zones.index.get_indexer(plan.quotas["unit_id"]) >= 0].set_index(["quota", "unit_id"])[
        "amount"
    ]
    zones, quotas = plan.scenarios.groupby("scenario"), plan.scenario_quotas.groupby("scenario")
    moves = []
    for scenario in plan.study.scenarios if len(plan.scenarios) else ():
        there = zones.get_group(scenario.name).set_index("unit_id")
        given = quotas.get_group(scenario.name) if scenario.name in quotas.groups else plan.scenario_quotas.iloc[:0]
        amounts = given.set_index(["quota", "unit_id"])["amount"]
        moves.append(
            ScenarioMoves(
                scenario,
                transitions(plan_zones, there),
                int((there["overlays"] != plan_zones["overlays"].reindex(there.index)).sum()),
                tuple(_amounts(quota.name, of_units, amounts) for quota in plan.study.quotas),
            )
        )
    return tuple(moves)


def _amounts(quota: str, before: pd.Series, after: pd.Series) -> AmountMoves:
    amounts, other = before.loc[quota], after.loc[quota]
    more = [other[unit] - amount for unit, amount in amounts.items()]
    return AmountMoves(
        quota,
        sum(amounts, Decimal(0)),
        sum(other, Decimal(0)),
        sum(gain > 0 for gain in more),
        sum(gain < 0 for gain in more),
        sum((gain for gain in more if gain > 0), Decimal(0)),
    )


What = Literal["main", "overlay", "quota", "flow", "policy"]
MOVES: tuple[What, ...] = get_args(What)
"""What can move, in the order in which it is told."""
UNKNOWN = "unknown"
"""The kind of the cause of a move where the plans cannot be made again with each difference alone."""
Announce = Callable[[str], None]


class _Key(NamedTuple):
    """What can move: of a unit (of money: of a party), and of what."""

    unit_id: str
    what: What
    item: str


State = Mapping[_Key, str]
"""All of a plan that can move, as texts."""


@dataclass(frozen=True, repr=False, eq=False)
class Comparison(Shown):
    """What differs between two plans.

    Attributes
    ----------
    moved : DataFrame
        One row for each main function, overlay, amount of a quota, flow of money and policy of a unit that is not the
        same: ``unit_id``, ``what``, ``item`` (the overlay, quota, instrument or policy), ``before``, ``after`` (empty
        where there is none), ``cause_kind``, ``cause_id``. Of flows the unit is the receiver, the item the instrument
        and the payer. A cause "several" names all differences that it takes together, or each of which is enough; of
        an "unknown" one ``note`` says why.
    transitions : DataFrame
        Units and hectares by main function before (``before``) and after (``after``), those that stay included.
    differences : tuple of Difference
        All in which study, rulebook and sources differ.
    only_before, only_after : tuple of str
        Units that only one of the plans has.
    before, after : Plan
        The plans, as they were compared.
    note : str
        Why causes are unknown; empty where all are known.
    """

    moved: pd.DataFrame
    transitions: pd.DataFrame
    differences: tuple[Difference, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    before: Plan = field(repr=False)
    after: Plan = field(repr=False)
    note: str = ""

    @property
    def same(self) -> bool:
        """Whether nothing moved, and both plans have the same units."""
        return not len(self.moved) and not self.only_before and not self.only_after

    @property
    def totals(self) -> dict[str, dict[str, Any]]:
        """How many moved of each kind, the hectares that changed their main function, and what of amounts moved.

        Of each quota and of each instrument that pays: ``before`` and ``after`` what all get together, ``gained`` what
        some units get more, and ``lost`` what others get less, as texts; ``more`` and ``less`` how many these are. What
        goes through a pool counts once, and of payments a unit gets what it receives less what it pays.
        """
        counts = self.moved["what"].value_counts()
        changed = self.transitions[self.transitions["before"] != self.transitions["after"]]
        plans = self.before, self.after
        return {
            "moved": {str(what): int(count) for what, count in counts.items()},
            "main_ha": {"changed": float(changed["area_ha"].sum())},
            "quotas": _sums(*[(amounts, amounts) for amounts in map(_quotas, plans)]),
            "flows": _sums(*[(_paid(plan), _balances(plan)) for plan in plans]),
        }

    def overview(self) -> Overview:
        """What moved and why, in a few rows."""
        changed = self.transitions[self.transitions["before"] != self.transitions["after"]]
        ways = {f"{row.before} to {row.after}": int(str(row.units)) for row in changed.itertuples()}
        totals = self.totals
        sums = (
            f"{name} {total['before']} to {total['after']}"
            for key in ("quotas", "flows")
            for name, total in totals[key].items()
        )
        rows = (
            ("differ in", listed(f"{difference.kind} {difference.id}" for difference in self.differences)),
            ("moved", counted(totals["moved"])),
            ("main", counted(ways)),
            ("hectares", f"{totals['main_ha']['changed']:,.0f}" if len(changed) else ""),
            ("amounts", listed(sums)),
            ("only before", listed(self.only_before)),
            ("only after", listed(self.only_after)),
            ("note", self.note),
        )
        return Overview("Nothing differs" if self.same else "What differs between two plans", rows)

    def map(self, language: str = "en") -> Any:
        """A map of the second plan with a swipe to the first, and a layer of what differs: see :func:`zoneplan.draw`.

        Parameters
        ----------
        language : str, optional
            Of the page.

        Returns
        -------
        folium.Map
        """
        return drawn_by("map")(self, language)


def compare(
    one: Plan, other: Plan, *, study_folder: str | Path | None = None, announce: Announce = lambda _step: None
) -> Comparison:
    """What moved from one plan to another, and because of what.

    Plans that were read back are compared from what stands in their folders. Where they differ in more than one thing,
    the causes come from making the first plan anew with each difference alone: a move hangs on the difference that
    alone makes it. Where none alone does, or more than one, the cause is "several"; where a plan cannot be made anew,
    since its sources are gone or are not what they were, it is "unknown".

    Parameters
    ----------
    one, other : Plan
        Just made, or read back from run folders.
    study_folder : str or Path, optional
        Where the sources are of plans that were read back; by default where their runs were made.
    announce : callable, optional
        Called with the name of each difference before it is tried.

    Returns
    -------
    Comparison

    Raises
    ------
    StudyError
        The plans have no unit in common.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> found = zp.compare(plan, plan.vary(parameters={"density_min_per_km2": 100.0}))
    >>> found.same, [(one.kind, one.id) for one in found.differences]
    (False, [('parameter', 'density_min_per_km2')])
    >>> found.moved.query("what == 'main'")[["before", "after"]].drop_duplicates().to_numpy().tolist()
    [['key_development', 'ecologically_fragile']]
    """
    units = set(map(str, one.units.index)), set(map(str, other.units.index))
    if not units[0] & units[1]:
        raise StudyError(
            Phrase(
                "the plans have no unit in common, so that nothing can be compared: the first has {units}, the second "
                "{others}; compare two plans of the same units",
                units=shown(sorted(units[0])),
                others=shown(sorted(units[1])),
            )
        )
    plan_differences = differences(one, other)
    before, after = _state(one), _state(other)
    lone = units[0] ^ units[1]
    keys = [key for key in dict.fromkeys((*before, *after)) if before.get(key) != after.get(key)]
    keys = [key for key in keys if key.unit_id not in lone]
    causes, note = _causes(keys, (one, other), after, plan_differences, study_folder, announce)
    rows = [
        {
            **key._asdict(),
            "before": before.get(key, ""),
            "after": after.get(key, ""),
            "cause_kind": causes[key][0],
            "cause_id": causes[key][1],
        }
        for key in sorted(keys, key=lambda key: (MOVES.index(key.what), key))
    ]
    return Comparison(
        tabulate(MOVED, pd.DataFrame(rows)),
        transitions(one.zones.set_index("unit_id"), other.zones.set_index("unit_id")),
        plan_differences,
        tuple(sorted(units[0] - units[1])),
        tuple(sorted(units[1] - units[0])),
        one,
        other,
        note,
    )


_Amounts = Mapping[tuple[str, tuple[str, ...]], Decimal]
"""By the name of a quota or instrument, and by who gets it."""


def _quotas(plan: Plan) -> _Amounts:
    """What units get of each quota."""
    unit_rows = plan.quotas[plan.quotas["unit_id"].isin(plan.units.index.astype(str))]
    rows = zip(unit_rows["quota"], unit_rows["unit_id"], unit_rows["amount"], strict=True)
    return {(str(quota), (str(unit),)): amount for quota, unit, amount in rows}


def _paid(plan: Plan) -> _Amounts:
    """What each instrument pays from whom to whom; what comes out of a pool was paid into it."""
    rows = plan.flows[["instrument", "period", "payer", "receiver", "amount"]].itertuples(index=False)
    return {(str(name), (str(period), payer, to)): amount for name, period, payer, to, amount in rows if payer != POOL}


def _balances(plan: Plan) -> _Amounts:
    """What each unit receives by each instrument, less what it pays."""
    units = set(plan.units.index.astype(str))
    nets = net_amounts_by(plan.flows, "instrument")
    return {(name, (party,)): net for (name, party), net in nets.items() if party in units}


def _sums(before: tuple[_Amounts, _Amounts], after: tuple[_Amounts, _Amounts]) -> dict[str, dict[str, str | int]]:
    """Of each quota or instrument of which something moved what all get, and what some get more and others less."""
    none, totals = Decimal(0), {}
    for name in dict.fromkeys(name for side in (*before, *after) for name, _ in side):
        whole = [sum((amount for key, amount in side[0].items() if key[0] == name), none) for side in (before, after)]
        keys = [key for key in dict.fromkeys((*before[1], *after[1])) if key[0] == name]
        moves = [after[1].get(key, none) - before[1].get(key, none) for key in keys]
        if any(moves) or whole[0] != whole[1]:
            sums = {
                "before": whole[0],
                "after": whole[1],
                "gained": sum((move for move in moves if move > 0), none),
                "lost": -sum((move for move in moves if move < 0), none),
            }
            counts = {"more": sum(move > 0 for move in moves), "less": sum(move < 0 for move in moves)}
            totals[name] = {key: f"{amount:f}" for key, amount in sums.items()} | counts
    return totals


def _state(plan: Plan) -> State:
    """All of a plan that can move, as texts."""
    zones, quotas, flows, policies = plan.zones, plan.quotas, plan.flows, plan.policies
    state = {_Key(unit, "main", ""): main for unit, main in zip(zones["unit_id"], zones["main"], strict=True)}
    for unit, overlays in zip(zones["unit_id"], zones["overlays"], strict=True):
        state |= {_Key(unit, "overlay", code): code for code in str(overlays).split(";") if code}
    of_units = quotas[quotas["unit_id"].isin(plan.units.index.astype(str))]
    for unit, quota, amount in zip(of_units["unit_id"], of_units["quota"], of_units["amount"], strict=True):
        state[_Key(unit, "quota", quota)] = str(amount)
    for flow in flows.itertuples():
        state[_Key(flow.receiver, "flow", f"{flow.instrument} {flow.period} {flow.payer}")] = str(flow.amount)
    held = policies[policies["overruled_by"] == ""]
    for unit, policy in zip(held["unit_id"], held["policy"], strict=True):
        state[_Key(unit, "policy", policy)] = policy
    return state


def _causes(
    keys: Sequence[_Key],
    plans: tuple[Plan, Plan],
    after: State,
    candidates: Sequence[Difference],
    study_folder: str | Path | None,
    announce: Announce,
) -> tuple[Mapping[_Key, tuple[str, str]], str]:
    """The kind and id of what each move hangs on, and why that is unknown if it is."""
    if not keys:
        return {}, ""
    if not candidates:
        return dict.fromkeys(keys, (UNKNOWN, "")), Phrase(
            "Causes are unknown: study, rulebook and sources of both plans are the same. Other versions of zoneplan "
            "may have made them: zoneplan verify RUN --rerun tells"
        )
    if len(candidates) == 1:
        return dict.fromkeys(keys, (candidates[0].kind, candidates[0].id)), ""
    fresh: list[Plan] = []
    for plan in plans:
        try:
            fresh.append(as_fresh(plan, study_folder))
        except ZoneplanError as error:
            reason = without_place(error.said, plan.study.folder if study_folder is None else Path(study_folder))
            return dict.fromkeys(keys, (UNKNOWN, "")), Phrase(
                "Causes are unknown, for a plan cannot be made again: {reason}", reason=reason
            )
    first, second = fresh
    enough: dict[_Key, list[Difference]] = {key: [] for key in keys}
    for difference in candidates:
        announce(difference.id)
        state = _state_with([difference], first, second)
        for key in keys:
            if state is not None and state.get(key) == after.get(key):
                enough[key].append(difference)
    joint = [key for key in keys if not enough[key]]
    needed = _needed(joint, first, second, candidates, after, announce) if joint else {}
    return {
        key: _named(alone) if (alone := enough[key]) else _named(needed[key], several=len(needed[key]) > 1)
        for key in keys
    }, ""


def _named(causes: Sequence[Difference], *, several: bool = False) -> tuple[str, str]:
    if len(causes) == 1 and not several:
        return causes[0].kind, causes[0].id
    return "several", "; ".join(difference.id for difference in causes)


def _state_with(some: Sequence[Difference], plan: Plan, other: Plan) -> State | None:
    """What a plan would be with some differences of another; None where no plan can be made so."""
    parts, others = parts_of(plan), parts_of(other)
    try:
        for difference in some:
            parts = difference.apply(parts, others)
        return _state(remake(parts, plan))
    except ZoneplanError:
        return None


def _needed(
    keys: Sequence[_Key],
    first: Plan,
    second: Plan,
    candidates: Sequence[Difference],
    after: State,
    announce: Announce,
) -> dict[_Key, list[Difference]]:
    """Of moves that no difference alone makes those that make them together: none can be left out of them.

    One difference after the other is dropped for good that none of these moves misses; each move then names what it
    would miss of the rest, or all of it where the rest stand for one another.
    """

    def missing(difference: Difference, remaining: Sequence[Difference]) -> set[_Key]:
        state = _state_with([other for other in remaining if other is not difference], first, second)
        return {key for key in keys if state is None or state.get(key) != after.get(key)}

    remaining, misses = list(candidates), dict[tuple[str, str], set[_Key]]()
    for difference in candidates:
        announce(difference.id)
        if lost := missing(difference, remaining):
            misses[difference.kind, difference.id] = lost
        else:
            remaining.remove(difference)
            misses.clear()  # of fewer differences an earlier one may be missed by more
    for difference in remaining:
        if (difference.kind, difference.id) not in misses:
            misses[difference.kind, difference.id] = missing(difference, remaining)
    return {
        key: [difference for difference in remaining if key in misses[difference.kind, difference.id]] or remaining
        for key in keys
    }


def transitions(zones: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Units and hectares by main function before and after, of units that both tables have; hectares of the first."""
    pair = zones[["main", "area_ha"]].join(other["main"].rename("after"), how="inner")
    grouped = pair.rename(columns={"main": "before"}).groupby(["before", "after"], sort=True)["area_ha"]
    sums = grouped.agg(["size", "sum"]).reset_index()
    return tabulate(TRANSITIONS, sums.rename(columns={"size": "units", "sum": "area_ha"}))
