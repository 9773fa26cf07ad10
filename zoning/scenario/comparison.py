"""Two plans compared: what moved, from where to where, and on which difference between the plans each move hangs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import pandas as pd

from layers.errors import ZoneplanError
from zoning.pipeline import FreshPlan
from zoning.plan import Plan
from zoning.scenario.differences import Difference, differences, parts_of, remake
from zoning.scenario.variants import made_again
from zoning.tables import MOVED, TRANSITIONS, tabulate

What = Literal["main", "overlay", "quota", "flow", "policy"]
MOVES: tuple[What, ...] = get_args(What)
"""What can move, in the order in which it is told."""
Announce = Callable[[str], None]


class _Key(NamedTuple):
    """What can move: of a unit (of money: of a party), and of what."""

    unit_id: str
    what: What
    item: str


State = Mapping[_Key, str]
"""All of a plan that can move, as texts."""


@dataclass(frozen=True)
class Comparison:
    """What differs between two plans.

    Attributes
    ----------
    moved : DataFrame
        One row for each main function, overlay, amount of a quota, flow of money and policy of a unit that is not the
        same: ``unit_id``, ``what``, ``item`` (the overlay, quota, instrument or policy), ``before``, ``after`` (empty
        where there is none), ``cause_kind``, ``cause_id``. Of flows the unit is the receiver, the item the instrument
        and the payer. A cause "several" names all differences that it takes together, or each of which is enough.
    transitions : DataFrame
        Units and hectares by main function before (``before``) and after (``after``), those that stay included.
    differences : tuple of Difference
        All in which study, rulebook and sources differ.
    only_before, only_after : tuple of str
        Units that only one of the plans has.
    """

    moved: pd.DataFrame
    transitions: pd.DataFrame
    differences: tuple[Difference, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether nothing moved, and both plans have the same units."""
        return not len(self.moved) and not self.only_before and not self.only_after

    @property
    def totals(self) -> dict[str, dict[str, Any]]:
        """How many moved of each kind, the hectares that changed their main function, and amounts given and taken."""
        counts = self.moved["what"].value_counts()
        changed = self.transitions[self.transitions["before"] != self.transitions["after"]]
        quotas = self.moved[self.moved["what"] == "quota"]
        gained: dict[str, Decimal] = {}
        for item, before, after in zip(quotas["item"], quotas["before"], quotas["after"], strict=True):
            gained[item] = gained.get(item, Decimal(0)) + max(Decimal(after or 0) - Decimal(before or 0), Decimal(0))
        return {
            "moved": {str(what): int(count) for what, count in counts.items()},
            "main_ha": {"changed": float(changed["area_ha"].sum())},
            "quotas": {name: {"shifted": str(amount)} for name, amount in gained.items()},
        }


def compare(
    one: Plan, other: Plan, *, study_folder: str | Path | None = None, announce: Announce = lambda _step: None
) -> Comparison:
    """What moved from one plan to another, and because of what.

    The causes come from making the first plan anew with each difference alone: a move hangs on the difference that
    alone makes it. Where none alone does, or more than one, the cause is "several".

    Parameters
    ----------
    one, other : Plan
        Just made, or read back from run folders while their sources are still there.
    study_folder : str or Path, optional
        Where the sources are of plans that were read back; by default the folder from which ``runs/<name>`` was
        written.
    announce : callable, optional
        Called with the name of each difference before it is tried.

    Returns
    -------
    Comparison

    Raises
    ------
    SourceError
        Of a plan that was read back: its sources are gone, or are not what they were.

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
    first, second = (plan if isinstance(plan, FreshPlan) else made_again(plan, study_folder) for plan in (one, other))
    found = differences(parts_of(first), parts_of(second))
    before, after = _state(first), _state(second)
    units = set(map(str, first.units.index)), set(map(str, second.units.index))
    lone = units[0] ^ units[1]
    keys = [key for key in dict.fromkeys((*before, *after)) if before.get(key) != after.get(key)]
    keys = [key for key in keys if key.unit_id not in lone]
    causes = _causes(keys, first, second, after, found, announce)
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
        _transitions(first, second),
        found,
        tuple(sorted(units[0] - units[1])),
        tuple(sorted(units[1] - units[0])),
    )


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
    first: FreshPlan,
    second: FreshPlan,
    after: State,
    found: Sequence[Difference],
    announce: Announce,
) -> Mapping[_Key, tuple[str, str]]:
    """The kind and id of what each move hangs on."""
    if len(found) == 1 or not keys:
        kind, name = (found[0].kind, found[0].id) if found else ("", "")
        return dict.fromkeys(keys, (str(kind), name))
    enough: dict[_Key, list[Difference]] = {key: [] for key in keys}
    for one in found:
        announce(one.id)
        state = _state_with(one, first)
        for key in keys:
            if state is not None and state.get(key) == after.get(key):
                enough[key].append(one)
    joint = [key for key in keys if not enough[key]]
    needed = _needed(joint, first, second, after, announce) if joint else {}
    return {
        key: _named(alone) if (alone := enough[key]) else _named(needed.get(key) or list(found), several=True)
        for key in keys
    }


def _named(causes: Sequence[Difference], *, several: bool = False) -> tuple[str, str]:
    if len(causes) == 1 and not several:
        return causes[0].kind, causes[0].id
    return "several", "; ".join(one.id for one in causes)


def _state_with(one: Difference, plan: FreshPlan) -> State | None:
    """What a plan would be with one difference alone; None where no plan can be made with it alone."""
    try:
        return _state(remake(one.apply(parts_of(plan)), plan))
    except ZoneplanError:
        return None


def _needed(
    keys: Sequence[_Key], first: FreshPlan, second: FreshPlan, after: State, announce: Announce
) -> dict[_Key, list[Difference]]:
    """Of moves that no difference alone makes those differences without which the second plan would not have them."""
    needed: dict[_Key, list[Difference]] = {key: [] for key in keys}
    for back in differences(parts_of(second), parts_of(first)):
        announce(back.id)
        state = _state_with(back, second)
        for key in keys:
            if state is None or state.get(key) != after.get(key):
                needed[key].append(back)
    return needed


def _transitions(first: Plan, second: Plan) -> pd.DataFrame:
    """Units and hectares by main function before and after, of units that both plans have; hectares of the first."""
    pair = first.zones.set_index("unit_id")[["main", "area_ha"]].join(
        second.zones.set_index("unit_id")["main"].rename("after"), how="inner"
    )
    grouped = pair.rename(columns={"main": "before"}).groupby(["before", "after"], sort=True)["area_ha"]
    sums = grouped.agg(["size", "sum"]).reset_index()
    return tabulate(TRANSITIONS, sums.rename(columns={"size": "units", "sum": "area_ha"}))
