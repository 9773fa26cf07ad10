"""Sensitivity: how far each unit is from the thresholds of the rules, and the smallest change that would flip it.

As a function of one indicator the main function changes only at the thresholds of the rules, and is the same all along
between two of them. So it is asked, through the rules and :func:`zoning.zones.resolve` themselves, at each threshold
and once between each two: priorities, ties, decisions, the default zone and the third answer all count as they do in a
plan.

A value at which something is divided by zero tells nothing, and beyond it a ratio has another sign, as that of people
to an area below nothing: such values flip only where no value on the unit's own side of it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import Threshold, parse_condition, thresholds
from zoning.measures import complete_measures
from zoning.plan import Plan
from zoning.rulebook import Rule, Rulebook, without_unused_topics
from zoning.tables import CONFLICTS, tabulate
from zoning.trace import Field, Ids, Message, Remark, Term, joined, remark, say
from zoning.unit_ids import keep_ids
from zoning.zones.main_function import resolve
from zoning.zones.parent_units import AREA, rules_of_units

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


NEAR = 1e-9
"""A unit is near a threshold where it is off by less than this part of it: noise of the inputs could flip it."""
SMALLEST_PCT = 1e-3
"""Changes of less are not told in per cent."""


class _Clause(NamedTuple):
    """A clause of a rule as to one indicator: a row a unit, the indicator ("" for one of text), where it turns."""

    rows: pd.DataFrame
    indicator: str
    threshold: Threshold


@keep_ids("measures", "units")
def conflicts(
    claims: pd.DataFrame,
    measures: pd.DataFrame,
    rulebook: Rulebook,
    units: Iterable[str] | None = None,
) -> pd.DataFrame:
    """How far units are from the thresholds of the rules, and what would flip their main function.

    Parameters
    ----------
    claims : DataFrame
        From :func:`zoning.zones.classify`.
    measures : DataFrame
        Index ``unit_id``, one column a measure.
    rulebook : Rulebook
        Its rules, with the parameters that they compare with.
    units : iterable of str, optional
        Ids; every rule is told for them. By default the rules for main functions of contested units, and the clauses of
        all units that are near their threshold.

    Returns
    -------
    DataFrame
        The CONFLICTS table, one row a unit, rule, clause and indicator. ``answer`` is the rule's; ``deciding`` says
        that it gave the unit its main function. ``threshold`` is the value of the indicator nearest to its own at which
        the clause turns, all else held as it is, ``margin`` the value less the threshold, ``at_threshold`` the answer
        of the clause on the threshold itself. ``flip_value`` is the nearest value of the indicator at which, or just
        above or below which (``flip_side``), the unit's main function is another (``flip_zone``). ``smallest`` marks
        the indicator of the unit that needs the smallest change in per cent of its value. Truth values count as 0 and
        1. What there is not is empty: thresholds of an indicator that is no number, or stands in a clause to a higher
        than the first degree; flips that no value brings about, and those of area and location, which no plan can move.

    Notes
    -----
    ``near`` marks a clause whose threshold is missed or met by less than 1e-9 of it: so little may be noise of the
    inputs. A value of exactly 0 on a threshold of 0 is not near: none is none.

    Where units are parts of larger ones, only rules that refine are told: the others were asked of the wholes.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> denver = pd.DataFrame({"metro": [True], "pop_2020": [715522], "area_km2": [396.0]}, index=["08031"])
    >>> rulebook = zp.read_rulebook("us_west")
    >>> table = zp.conflicts(zp.classify(denver, rulebook), denver, rulebook, ["08031"])
    >>> found = table.set_index(["rule", "indicator"])
    >>> zp.render(found.loc[("key-1", "pop_2020"), "reason"], "en", rulebook).split("; ")[1]
    'below 19,800 (-97.2 %) it would be General area'
    """
    return conflicts_in(claims, resolve(claims, rulebook), measures, rulebook, units)


def conflicts_in(
    claims: pd.DataFrame,
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    rulebook: Rulebook,
    units: Iterable[str] | None = None,
) -> pd.DataFrame:
    """The conflicts of :func:`conflicts` where zones are resolved already; index ``unit_id``."""
    rulebook = without_unused_topics(rulebook, map(str, measures.columns))
    known = complete_measures(measures, rulebook).rename_axis("unit_id")
    if units is not None:
        known = known.loc[known.index.isin(list(units))]
    asked = rules_of_units(claims, rulebook)
    found = [one for rule in asked for one in _clauses(rule, known, rulebook)]
    if not found or known.empty:
        return tabulate(CONFLICTS, pd.DataFrame())
    table = pd.concat([one.rows for one in found], ignore_index=True)
    decided = zones.reindex(known.index)
    mains = table["zone"].isin(rulebook.codes("main")).to_numpy()
    if units is None:
        contested = table["unit_id"].map(decided["status"]).eq("contested").to_numpy()
        table = table[(contested & mains) | table["near"].to_numpy()]
        known = known.loc[known.index.isin(table["unit_id"])]
        if table.empty:
            return tabulate(CONFLICTS, table)
        found = [one for rule in asked for one in _clauses(rule, known, rulebook)]
    turning = _turning(found, set(rulebook.codes("main")), fixed_measures(rulebook))
    standing = claims[~claims["rule"].isin([rule.id for rule in asked]) & (claims["answer"] == "yes")]
    nearest = flips(known, rulebook, standing, turning).reset_index()
    table = table.merge(nearest.rename(columns={"index": "unit_id"}), on=["unit_id", "indicator"], how="left")
    truths = frozenset(str(name) for name in known.columns if pd.api.types.is_bool_dtype(known[name]))
    return tabulate(CONFLICTS, _told(table, decided, rulebook, truths))


def margin_findings(plan: Plan) -> Iterator[Remark]:
    """Units that noise of the inputs could flip, as a note.

    Parameters
    ----------
    plan : Plan
        With its conflicts.

    Yields
    ------
    Remark
        One of code ``near_threshold`` for each clause that some units are near to.
    """
    rows = plan.conflicts[plan.conflicts["near"].astype(bool)]
    for (rule, clause), group in rows.groupby(["rule", "clause"], sort=True):
        units = sorted(set(group["unit_id"]))
        yield remark("note", "near_threshold", units, {"units": Ids(tuple(units)), "rule": rule, "clause": clause})


def _clauses(rule: Rule, known: pd.DataFrame, rulebook: Rulebook) -> list[_Clause]:
    """For each clause and indicator of a rule."""
    condition = parse_condition(rule.when)
    answer = condition.evaluate(known, rulebook.values)
    said = np.select([answer.yes, answer.no], ["yes", "no"], "unknown")
    found: dict[tuple[str, str], _Clause] = {}
    for name in sorted(condition.names & set(map(str, known.columns))):
        numeric = pd.api.types.is_numeric_dtype(known[name])  # truth values included
        for one in thresholds(condition, known, rulebook.values, name):
            values = known[name].to_numpy(dtype=float, na_value=np.nan) if numeric else np.full(len(known), np.nan)
            nearest = _nearest(values, one.values)
            rows = pd.DataFrame(
                {
                    "unit_id": known.index,
                    "zone": rule.zone,
                    "rule": rule.id,
                    "answer": said,
                    "clause": one.text,
                    "indicator": name,
                    "value": values,
                    "threshold": nearest,
                    "at_threshold": np.where(np.isnan(nearest), "", "yes" if one.at_threshold else "no"),
                    "determined": one.determined,
                    "near": _is_near(values, nearest),
                }
            )
            found[one.text, name] = _Clause(rows, name if numeric else "", one)
    return list(found.values())


def _nearest(values: Floats, points: tuple[Floats, ...]) -> Floats:
    """Of several thresholds the one nearest to the value, the lower one of two; the first where there is no value."""
    if not points:
        return np.full(len(values), np.nan)
    stacked = np.sort(np.vstack(points), axis=0)
    away = np.abs(stacked - values)
    place = np.where(np.isnan(away), np.inf, away).argmin(axis=0)
    return np.asarray(stacked[place, np.arange(len(values))], dtype=float)


def _is_near(values: Floats, nearest: Floats) -> npt.NDArray[np.bool_]:
    away = np.abs(values - nearest)
    with np.errstate(invalid="ignore"):
        return np.where(nearest == 0, (away > 0) & (away <= NEAR), away <= NEAR * np.abs(nearest)).astype(bool)


def fixed_measures(rulebook: Rulebook) -> frozenset[str]:
    """The measures that no plan can move: area, what the rulebook says is fixed, and what is derived from them alone.

    Examples
    --------
    >>> from zoning.rulebook import read_rulebook
    >>> sorted(fixed_measures(read_rulebook("us_west")))
    ['area_ha', 'area_km2']
    """
    found = {AREA, *(one.name for one in rulebook.indicators if one.fixed)}
    for one in rulebook.derived:  # each reads only those that stand above it
        if one.names - set(rulebook.parameters) <= found:
            found.add(one.name)
    return frozenset(found)


def _turning(found: Iterable[_Clause], mains: set[str], fixed: frozenset[str]) -> dict[str, Turns]:
    """By indicator that a plan can move all values at which a rule for a main function may turn."""
    ours = [one for one in found if one.indicator not in {"", *fixed} and one.rows["zone"].iloc[0] in mains]
    turning = {}
    for name in sorted({one.indicator for one in ours}):
        turns = [one.threshold for one in ours if one.indicator == name]
        none = np.full((len(ours[0].rows), 0), np.nan)
        poles = np.column_stack([none, *(pole for one in turns for pole in one.poles)])
        turning[name] = Turns(np.column_stack([poles, *(value for one in turns for value in one.values)]), poles)
    return turning


def _told(table: pd.DataFrame, decided: pd.DataFrame, rulebook: Rulebook, truths: frozenset[str]) -> pd.DataFrame:
    """The rows with margins, changes and reasons."""
    change = table["flip_value"] - table["value"]
    own = table["value"].abs()
    margin = table["value"] - table["threshold"]
    share = (change.abs() / own).mask(own == 0, np.inf).mask(change == 0, 0.0)
    least = share.groupby(table["unit_id"]).transform("min")
    table = table.assign(
        deciding=table["rule"].to_numpy() == table["unit_id"].map(decided["rule"]).to_numpy(),
        margin=margin,
        margin_pct=(100 * margin / table["threshold"].abs()).mask(table["threshold"] == 0),
        change=change,
        change_pct=(100 * change / own).mask(own == 0),
        smallest=(share == least) & (table["flip_side"].fillna("") != ""),
        flip_side=table["flip_side"].fillna(""),
        flip_zone=table["flip_zone"].fillna(""),
    )
    fixed, measured = fixed_measures(rulebook), rulebook.measured
    reasons = [
        _truth_reason(row, is_fixed=row["indicator"] in fixed)
        if row["indicator"] in truths
        else _reason(row, measured.get(row["indicator"], ""), is_fixed=row["indicator"] in fixed)
        for row in table.to_dict("records")
    ]
    return table.assign(reason=reasons)


def _truth_reason(row: Mapping[Any, Any], *, is_fixed: bool) -> Message:
    """What is so, and what the main function would be if it were not."""
    name = Term("name", row["indicator"])
    if np.isnan(row["value"]):
        return say("margin.missing", name=name)
    value = bool(row["value"])
    first = say("margin.truth", name=name, value=value)
    if is_fixed:
        return joined([first, say("margin.fixed")])
    if not row["flip_side"]:
        return joined([first, say("margin.flip_truth_none", value=not value)])
    return joined([first, say("margin.flip_truth", value=not value, zone=Term("name", row["flip_zone"]))])


def _reason(row: Mapping[Any, Any], unit: str, *, is_fixed: bool) -> Message:
    """One sentence on the threshold, one on what would flip."""
    name = Term("name", row["indicator"])
    if np.isnan(row["value"]):
        return say("margin.missing", name=name)
    value = say("margin.value_unit", value=row["value"], unit=Term("unit", unit)) if unit else None
    told: dict[str, Field] = {"name": name, "value": value or say("margin.value", value=row["value"])}
    if not row["determined"]:
        first = say("margin.curved", **told, clause=row["clause"])
    elif np.isnan(row["threshold"]):
        first = say("margin.none", **told)
    else:
        told["answer"] = say(f"answer.{row['at_threshold']}")
        if row["near"] and row["margin"]:
            first = say(f"margin.{_side(row['margin'])}_just", **told)
        elif row["margin"]:
            distance, threshold = abs(row["margin"]), row["threshold"]
            first = say(f"margin.{_side(row['margin'])}", **told, margin=distance, threshold=threshold)
        else:
            first = say("margin.on", **told)
    return joined([first, say("margin.fixed") if is_fixed else _flip(row)])


def _side(margin: float) -> str:
    return "over" if margin > 0 else "under"


def _flip(row: Mapping[Any, Any]) -> Message:
    """What the main function would be, and from which value on."""
    if not row["flip_side"]:
        return say("margin.flip_none")
    pct = row["change_pct"]
    small = np.isnan(pct) or abs(pct) < SMALLEST_PCT
    return say(
        "margin.flip",
        where=say(f"margin.flip_{row['flip_side']}", value=row["flip_value"]),
        size="" if small else say("margin.size", pct=pct),
        zone=Term("name", row["flip_zone"]),
    )
