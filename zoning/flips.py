"""Flips: the smallest change of one indicator that gives a unit another main function, all else held as it is.

As a function of one indicator the main function changes only at the thresholds of the rules, and is the same all along
between two of them. So it is asked, through the rules and :func:`zoning.resolve` themselves, at each threshold and once
between each two: priorities, ties, decisions, the default zone and the third answer all count as they do in a plan.

A value at which something is divided by zero tells nothing, and beyond it a ratio has another sign, as that of people
to an area below nothing: such values flip only where no value on the unit's own side of it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers import parse_condition
from zoning.rulebook import Rulebook
from zoning.wholes import rules_of_units
from zoning.zones import resolve

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]

COLUMNS = ("indicator", "flip_value", "flip_side", "flip_zone")
SHARE = "_share"
"""The ending of indicators that cannot leave 0 to 1."""


class Turns(NamedTuple):
    """Where a rule may turn, as a function of one indicator: one row a unit, in any order, NaN for none.

    Attributes
    ----------
    points : float array
        Thresholds and poles.
    poles : float array
        Values at which something is divided by zero.
    """

    points: Floats
    poles: Floats


def verdicts(seen: pd.DataFrame, rulebook: Rulebook, standing: pd.DataFrame, *, doubtful: bool = False) -> Words:
    """The main function of each row, without its reasons.

    Parameters
    ----------
    seen : DataFrame
        Index ``unit_id``, where a unit may stand several times; every indicator that a rule reads.
    rulebook : Rulebook
    standing : DataFrame
        The claims on these units that no rule made which was asked of them: of decisions, of the default zone, and what
        they inherit from a larger unit.
    doubtful : bool
        Take rules that cannot be answered for met.

    Returns
    -------
    array of str
        Codes of zones; "" where a rule with ``on_unknown = "error"`` cannot be answered.
    """
    ids = pd.Index([f"{place:012d}" for place in range(len(seen))])
    mains, rows, refused = set(rulebook.codes("main")), [], np.zeros(len(seen), dtype=bool)
    for rule in rules_of_units(standing, rulebook):
        if rule.zone in mains:
            answer = parse_condition(rule.when).evaluate(seen, rulebook.values)
            met = answer.yes | answer.unknown if doubtful else answer.yes
            rows.append(pd.DataFrame({"unit_id": ids[met], "zone": rule.zone, "rule": rule.id}))
            refused |= answer.unknown if rule.on_unknown == "error" else False
    own = standing.loc[standing["zone"].isin(mains), ["unit_id", "zone", "rule", *({"inherited_from"} & set(standing))]]
    places = pd.DataFrame({"place": ids, "unit_id": seen.index})
    rows.append(places.merge(own, on="unit_id").drop(columns="unit_id").rename(columns={"place": "unit_id"}))
    claims = pd.concat(rows, ignore_index=True).assign(answer="yes", reason="", values="")
    if "inherited_from" in claims.columns:
        claims["inherited_from"] = claims["inherited_from"].fillna("")
    found: Words = resolve(claims, rulebook)["main"].reindex(ids).to_numpy(dtype=object)
    found[refused] = ""
    return found


def flips(
    measures: pd.DataFrame, rulebook: Rulebook, standing: pd.DataFrame, turning: Mapping[str, Turns]
) -> pd.DataFrame:
    """For each unit and indicator the nearest value with another main function.

    Parameters
    ----------
    measures : DataFrame
        Index ``unit_id``, unique; completed.
    rulebook : Rulebook
    standing : DataFrame
        As for :func:`verdicts`.
    turning : mapping of str to Turns
        By indicator. For an indicator of truth values nothing is read from it.

    Returns
    -------
    DataFrame
        Index ``unit_id``, one row a unit and indicator: ``indicator``, ``flip_value`` (NaN where no value flips, or the
        unit has none), ``flip_side`` ("at" the value, or just "above" or "below" it), ``flip_zone``. Of two equally
        near values the lower one. A value beyond a division by zero only where no other flips; a value at one only
        where the answer of the rule that it leaves unknown does not matter.
    """
    now = verdicts(measures, rulebook, standing)
    parts = [
        _toggled(measures, name) if pd.api.types.is_bool_dtype(measures[name]) else _probed(measures[name], turns, name)
        for name, turns in turning.items()
    ]
    asked = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if asked.empty:
        return pd.DataFrame(columns=list(COLUMNS), index=measures.index[:0])
    seen = measures.iloc[asked["row"].to_numpy()].copy()
    for name in turning:
        mine = (asked["indicator"] == name).to_numpy()
        seen[name] = _changed(seen[name], mine, asked["probe"].to_numpy()[mine])
    zone = verdicts(seen, rulebook, standing)
    pole = asked["pole"].to_numpy(dtype=bool)
    unsure = verdicts(seen[pole], rulebook, standing, doubtful=True) != zone[pole] if pole.any() else False
    zone[pole] = np.where(unsure, "", zone[pole])
    asked = asked.assign(flip_zone=zone)
    kept = asked[(zone != now[asked["row"]]) & (zone != "")]
    nearest = kept.sort_values(["row", "indicator", "beyond", "away", "rank", "flip_value"], kind="stable")
    nearest = nearest.drop_duplicates(["row", "indicator"])
    every = asked[["row", "indicator"]].drop_duplicates()
    found = every.merge(nearest, on=["row", "indicator"], how="left").sort_values(["row", "indicator"])
    told = found.assign(**{name: found[name].fillna("") for name in ("flip_side", "flip_zone")})
    return told.set_index(measures.index[found["row"]])[list(COLUMNS)]


def _changed(column: pd.Series, mine: npt.NDArray[np.bool_], values: Floats) -> pd.Series:
    """A column with other values in some rows."""
    if pd.api.types.is_bool_dtype(column):
        truths = column.astype("boolean").array.copy()
        truths[mine] = values.astype(bool)
        return pd.Series(truths, index=column.index)
    numbers = column.to_numpy(dtype=float, na_value=np.nan, copy=True)
    numbers[mine] = values
    return pd.Series(numbers, index=column.index)


def _toggled(measures: pd.DataFrame, name: str) -> pd.DataFrame:
    """The other truth value, for units that have one."""
    truth = measures[name].astype("boolean")
    rows = np.flatnonzero(truth.notna().to_numpy())
    other = 1.0 - truth.iloc[rows].to_numpy(dtype=float)
    told = pd.DataFrame({"row": rows, "indicator": name, "probe": other, "flip_value": other, "flip_side": "at"})
    return told.assign(away=1.0, rank=0, pole=False, beyond=False)


def _probed(values: pd.Series, turns: Turns, name: str) -> pd.DataFrame:
    """Values to ask about: every threshold, and one between each two; with the end that is nearer to the unit's own."""
    own = values.to_numpy(dtype=float, na_value=np.nan)[:, None]
    low, high = (0.0, 1.0) if name.endswith(SHARE) else (-np.inf, np.inf)
    inside = np.where((turns.points >= low) & (turns.points <= high), turns.points, np.nan)
    ends = np.sort(np.hstack([inside, np.full_like(own, low), np.full_like(own, high)]), axis=1)  # NaN last
    left, right = ends[:, :-1], ends[:, 1:]
    with np.errstate(invalid="ignore"):
        between = left + (right - left) / 2
        between = np.where(np.isinf(left), right - np.maximum(1.0, np.abs(right)), between)
        between = np.where(np.isinf(right), left + np.maximum(1.0, np.abs(left)), between)
        gap = np.where((left < between) & (between < right) & ~np.isnan(own), between, np.nan)
        edge = np.where(own < between, left, right)
        edge = np.where(own >= right, right, np.where(own <= left, left, own))
    sides = np.where(edge == left, "above", "below")
    parts = [
        _listed(inside, inside, np.full(inside.shape, "at"), own, 0),
        _listed(gap, edge, sides, own, 1),
    ]
    table = pd.concat(parts, ignore_index=True).assign(indicator=name)
    row = table["row"].to_numpy()
    poles, probe, start = turns.poles[row], table[["probe"]].to_numpy(), own[row]
    between = ((probe < poles) & (poles < start)) | ((start < poles) & (poles < probe))
    return table.assign(pole=(probe == poles).any(axis=1), beyond=between.any(axis=1))


def _listed(probe: Floats, edge: Floats, sides: npt.NDArray[np.str_], own: Floats, rank: int) -> pd.DataFrame:
    row, column = np.nonzero(~np.isnan(probe) & ~np.isnan(own))
    at = (row, column)
    return pd.DataFrame(
        {
            "row": row,
            "probe": probe[at],
            "flip_value": edge[at],
            "flip_side": sides[at],
            "away": np.abs(edge - own)[at],
            "rank": rank,
        }
    )
