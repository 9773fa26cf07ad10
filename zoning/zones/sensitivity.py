"""Sensitivity: how far each unit is from the thresholds of the rules, and the smallest change that would flip it.

How far a unit is follows from what the rules found when they were asked. As a function of one measure the main function
changes only at the thresholds of the rules, and is the same all along between two of them. So the rules that read the
measure are asked at each threshold and once between each two, and :class:`zoning.zones.main_function.MainRules` says
what follows: priorities, ties, decisions, the default zone and the third answer all count as they do in a plan.

A value at which something is divided by zero tells nothing, and beyond it a ratio has another sign, as that of people
to an area below nothing: such values flip only where no value on the unit's own side of it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import Answer, Evaluation, Threshold, parse_condition, thresholds
from zoning.arguments import takes
from zoning.measures import complete_measures
from zoning.plan import Plan
from zoning.reasons import ClauseMargin, Field, Flips, Ids, Margins, Message, Remark, Term, joined, remark, say
from zoning.rulebook import Membership, Rulebook, without_unused_topics
from zoning.tables import CONFLICTS, tabulate
from zoning.unit_ids import keep_ids
from zoning.zones.main_function import CLAIMS_LEAST, MainRules, resolve
from zoning.zones.parent_units import AREA, rules_of_units

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Truths = npt.NDArray[np.bool_]
Words = npt.NDArray[np.object_]

SHARE = "_share"
"""The ending of indicators that cannot leave 0 to 1."""
NEAR = 1e-9
"""A unit is near a threshold where it is off by less than this part of it: noise of the inputs could flip it."""
SMALLEST_PCT = 1e-3
"""Changes of less are not told in per cent."""


class Turns(NamedTuple):
    """Where a rule may turn, as a function of one indicator: one row a unit, in any order, NaN for none."""

    points: Floats
    poles: Floats


def weigh_margins(
    claims: pd.DataFrame,
    measures: pd.DataFrame,
    rulebook: Rulebook,
    evaluations: Mapping[str, Evaluation] | None = None,
) -> Margins:
    """How far units are from the thresholds of the rules, and what would flip their main function."""
    rulebook = without_unused_topics(rulebook, map(str, measures.columns))
    known = complete_measures(measures, rulebook).table.rename_axis("unit_id")
    rules = rules_of_units(claims, rulebook)
    if evaluations is None:
        evaluations = {rule.id: parse_condition(rule.when).evaluate(known, rulebook.values) for rule in rules}
    by_rule = {rule.id: evaluations[rule.id] for rule in rules}
    read = {
        rule: sorted(evaluation.condition.names & set(map(str, known.columns))) for rule, evaluation in by_rule.items()
    }
    values = {name: _numbers(known[name]) for name in sorted(frozenset().union(*read.values()))}
    turns = {(rule, name): thresholds(by_rule[rule], name) for rule, names in read.items() for name in names}
    clauses = {
        (rule, threshold.text, name): ClauseMargin(
            rule,
            threshold.text,
            name,
            _nearest(values[name], threshold.values),
            threshold.at_threshold,
            threshold.determined,
        )
        for (rule, name), several in turns.items()
        for threshold in several
    }
    standing = claims[~claims["rule"].isin(list(by_rule)) & (claims["answer"] == "yes")]
    trials = _Trials(MainRules(rulebook, standing, known.index), by_rule, known, rulebook)
    movable = [name for name in values if pd.api.types.is_numeric_dtype(known[name])]
    movable = [name for name in movable if name not in fixed_measures(rulebook) and trials.reading(name)]
    return Margins(
        units=known.index,
        answers={rule: _words(evaluation) for rule, evaluation in by_rule.items()},
        values=values,
        truths=frozenset(name for name in values if pd.api.types.is_bool_dtype(known[name])),
        clauses=tuple(clauses.values()),
        flips={
            name: trials.flips(name, _turning([turns[rule, name] for rule in trials.reading(name)], len(known)))
            for name in movable
        },
    )


def margins_in(plan: Plan) -> Margins:
    """The margins of a plan's units: those that the run found."""
    if plan.trace.margins is None:  # a run folder from before they were kept
        return weigh_margins(plan.claims, plan.measures, plan.rulebook)
    return plan.trace.margins


def _numbers(column: pd.Series) -> Floats:
    """Truth values as 0 and 1; NaN where there is no number."""
    if not pd.api.types.is_numeric_dtype(column):
        return np.full(len(column), np.nan)
    return np.asarray(column.to_numpy(dtype=float, na_value=np.nan))


def _words(answer: Answer) -> Words:
    return np.select([answer.yes, answer.no], ["yes", "no"], "unknown").astype(object)


def _turning(turns: Iterable[tuple[Threshold, ...]], rows: int) -> Turns:
    """All values at which some rules may turn, as a function of one measure."""
    every = [threshold for several in turns for threshold in several]
    none = np.full((rows, 0), np.nan)
    poles = np.column_stack([none, *(pole for threshold in every for pole in threshold.poles)])
    return Turns(np.column_stack([poles, *(value for threshold in every for value in threshold.values)]), poles)


class _Trials:
    """What the main function of units would be if one measure were another."""

    def __init__(
        self, rules: MainRules, evaluations: Mapping[str, Evaluation], known: pd.DataFrame, rulebook: Rulebook
    ) -> None:
        self._rules, self._known, self._values = rules, known, rulebook.values
        self._evaluations = [evaluations[rule.id] for rule in rules.rules]
        self._now = rules.zones(self._evaluations)

    def reading(self, name: str) -> list[str]:
        """The rules for main functions that read a measure."""
        pairs = zip(self._rules.rules, self._evaluations, strict=True)
        return [rule.id for rule, evaluation in pairs if name in evaluation.condition.names]

    def flips(self, name: str, turns: Turns) -> Flips:
        """For each unit the nearest value of a measure with another main function."""
        column = self._known[name]
        probes = _toggled(column) if pd.api.types.is_bool_dtype(column) else _probed(column, turns, name)
        rows = probes["row"].to_numpy()
        answers = self._answers(name, rows, probes["probe"].to_numpy())
        zones = self._rules.zones(answers, rows)
        doubtful = self._rules.zones(answers, rows, doubtful=True)
        zones[probes["pole"].to_numpy() & (doubtful != zones)] = ""
        flipped = probes.assign(zone=zones)[(zones != self._now[rows]) & (zones != "")]
        order = ["row", "beyond", "away", "rank", "flip_value"]
        first = flipped.sort_values(order, kind="stable").drop_duplicates("row")
        count = len(column)
        nearest = Flips(np.full(count, np.nan), np.full(count, "", object), np.full(count, "", object))
        for array, column_name in zip(nearest, ("flip_value", "flip_side", "zone"), strict=True):
            array[first["row"].to_numpy()] = first[column_name].to_numpy()
        return nearest

    def _answers(self, name: str, rows: Places, probes: Floats) -> list[Answer]:
        """What each rule says of some rows; those that read the measure are asked with what is tried."""
        truths = pd.api.types.is_bool_dtype(self._known[name])
        tried = pd.array(probes.astype(bool), "boolean") if truths else probes
        answers: list[Answer] = []
        for evaluation in self._evaluations:
            if name in evaluation.condition.names:
                others = [column for column in self._known.columns if column in evaluation.condition.names]
                seen = self._known[others].iloc[rows].assign(**{name: tried})
                answers.append(evaluation.condition.evaluate(seen, self._values))
            else:
                answers.append(evaluation.taken(rows))
        return answers


def _toggled(truths: pd.Series) -> pd.DataFrame:
    """The other truth value, for units that have one."""
    truth = truths.astype("boolean")
    rows = np.flatnonzero(truth.notna().to_numpy())
    other = 1.0 - truth.iloc[rows].to_numpy(dtype=float)
    probes = pd.DataFrame({"row": rows, "probe": other, "flip_value": other, "flip_side": "at"})
    return probes.assign(away=1.0, rank=0, pole=False, beyond=False)


def _probed(values: pd.Series, turns: Turns, name: str) -> pd.DataFrame:
    """Values to ask about: every threshold, and one between each two; with the end that is nearer to the unit's own."""
    unit_values = values.to_numpy(dtype=float, na_value=np.nan)[:, None]
    low, high = (0.0, 1.0) if name.endswith(SHARE) else (-np.inf, np.inf)
    inside = np.where((turns.points >= low) & (turns.points <= high), turns.points, np.nan)
    ends = np.sort(
        np.hstack([inside, np.full_like(unit_values, low), np.full_like(unit_values, high)]), axis=1
    )  # NaN last
    left, right = ends[:, :-1], ends[:, 1:]
    with np.errstate(invalid="ignore"):
        between = left + (right - left) / 2
        between = np.where(np.isinf(left), right - np.maximum(1.0, np.abs(right)), between)
        between = np.where(np.isinf(right), left + np.maximum(1.0, np.abs(left)), between)
        gap = np.where((left < between) & (between < right) & ~np.isnan(unit_values), between, np.nan)
        edge = np.where(unit_values < between, left, right)
        edge = np.where(unit_values >= right, right, np.where(unit_values <= left, left, unit_values))
    sides = np.where(edge == left, "above", "below")
    parts = [
        _listed(inside, inside, np.full(inside.shape, "at"), unit_values, 0),
        _listed(gap, edge, sides, unit_values, 1),
    ]
    table = pd.concat(parts, ignore_index=True)
    row = table["row"].to_numpy()
    poles, probe, start = turns.poles[row], table[["probe"]].to_numpy(), unit_values[row]
    between = ((probe < poles) & (poles < start)) | ((start < poles) & (poles < probe))
    return table.assign(pole=(probe == poles).any(axis=1), beyond=between.any(axis=1))


def _listed(probe: Floats, edge: Floats, sides: npt.NDArray[np.str_], unit_values: Floats, rank: int) -> pd.DataFrame:
    row, column = np.nonzero(~np.isnan(probe) & ~np.isnan(unit_values))
    at = (row, column)
    return pd.DataFrame(
        {
            "row": row,
            "probe": probe[at],
            "flip_value": edge[at],
            "flip_side": sides[at],
            "away": np.abs(edge - unit_values)[at],
            "rank": rank,
        }
    )


@takes(claims=CLAIMS_LEAST)
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
        From :func:`zoning.zones.classify`, at least ``unit_id``, ``zone``, ``rule`` and ``answer``.
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
    >>> from zoning.zones import conflicts
    >>> denver = pd.DataFrame({"metro": [True], "pop_2020": [715522], "area_km2": [396.0]}, index=["08031"])
    >>> rulebook = zp.read_rulebook("us_west")
    >>> table = conflicts(zp.classify(denver, rulebook), denver, rulebook, ["08031"])
    >>> found = table.set_index(["rule", "indicator"])
    >>> zp.render(found.loc[("key-1", "pop_2020"), "reason"], "en", rulebook).split("; ")[1]
    'below 19,800 (-97.2 %) it would be General area'
    """
    zones = resolve(claims, rulebook)
    if units is None:
        return open_conflicts(weigh_margins(claims, measures, rulebook), zones, rulebook)
    known = complete_measures(measures, without_unused_topics(rulebook, map(str, measures.columns))).table
    margins = weigh_margins(claims, known.loc[known.index.isin(list(units))], rulebook)
    return _every_clause(margins, np.arange(len(margins.units)), zones, rulebook)


def open_conflicts(margins: Margins, zones: pd.DataFrame, rulebook: Rulebook) -> pd.DataFrame:
    """The conflicts of contested units, and of all units that are near a threshold."""
    contested = zones["status"].reindex(margins.units).eq("contested").to_numpy()
    mains = {rule.id for rule in rulebook.rules if rule.zone in set(rulebook.codes("main"))}
    picked = [
        (
            clause,
            np.flatnonzero(
                _is_near(margins.values[clause.measure], clause.thresholds) | (contested & (clause.rule in mains))
            ),
        )
        for clause in margins.clauses
    ]
    return _conflict_table(_rows(margins, picked, rulebook), zones, rulebook, margins.truths)


def unit_margins(plan: Plan, units: Iterable[str]) -> pd.DataFrame:
    """How far some units of a plan are from each threshold, and what would flip them: what the run found."""
    margins = margins_in(plan)
    places = np.flatnonzero(margins.units.isin(list(units)))
    return _every_clause(margins, places, plan.zones.set_index("unit_id"), plan.rulebook)


def _every_clause(margins: Margins, places: Places, zones: pd.DataFrame, rulebook: Rulebook) -> pd.DataFrame:
    rows = _rows(margins, [(clause, places) for clause in margins.clauses], rulebook)
    return _conflict_table(rows, zones, rulebook, margins.truths)


def _rows(margins: Margins, picked: Sequence[tuple[ClauseMargin, Places]], rulebook: Rulebook) -> pd.DataFrame:
    """A row for each clause and each of the units at its places."""
    zones = {rule.id: rule.zone for rule in rulebook.rules}
    none = np.full(len(margins.units), "", object)
    still = Flips(np.full(len(margins.units), np.nan), none, none)
    flips = [margins.flips.get(clause.measure, still) for clause, _ in picked]

    def each(arrays: Iterable[npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Of an array a clause what stands at its places, one after the other."""
        return np.concatenate([array[places] for array, (_, places) in zip(arrays, picked, strict=True)])

    def alike(values: Iterable[object]) -> npt.NDArray[Any]:
        """A value a clause, for each of its places."""
        return np.repeat(np.array(list(values)), [len(places) for _, places in picked])

    if not sum(len(places) for _, places in picked):
        return pd.DataFrame()
    clauses = [clause for clause, _ in picked]
    value, threshold = (
        each(margins.values[clause.measure] for clause in clauses),
        each(clause.thresholds for clause in clauses),
    )
    at_threshold = np.where(alike(clause.holds for clause in clauses), "yes", "no")
    return pd.DataFrame(
        {
            "unit_id": each(margins.units.to_numpy() for _ in clauses),
            "zone": alike(zones[clause.rule] for clause in clauses),
            "rule": alike(clause.rule for clause in clauses),
            "answer": each(margins.answers[clause.rule] for clause in clauses),
            "clause": alike(clause.text for clause in clauses),
            "indicator": alike(clause.measure for clause in clauses),
            "value": value,
            "threshold": threshold,
            "at_threshold": np.where(np.isnan(threshold), "", at_threshold),
            "determined": alike(clause.determined for clause in clauses),
            "near": _is_near(value, threshold),
            "flip_value": each(flip.values for flip in flips),
            "flip_side": each(flip.sides for flip in flips),
            "flip_zone": each(flip.zones for flip in flips),
        }
    )


def margin_findings(plan: Plan) -> Iterator[Remark]:
    """Units that noise of the inputs could flip, as a note."""
    rows = plan.conflicts[plan.conflicts["near"].astype(bool)]
    for (rule, clause), group in rows.groupby(["rule", "clause"], sort=True):
        units = sorted(set(group["unit_id"]))
        yield remark("note", "near_threshold", units, {"units": Ids(tuple(units)), "rule": rule, "clause": clause})


def _nearest(values: Floats, points: tuple[Floats, ...]) -> Floats:
    """Of several thresholds the one nearest to the value, the lower one of two; the first where there is no value."""
    if not points:
        return np.full(len(values), np.nan)
    stacked = np.sort(np.vstack(points), axis=0)
    away = np.abs(stacked - values)
    row = np.where(np.isnan(away), np.inf, away).argmin(axis=0)
    return np.asarray(stacked[row, np.arange(len(values))], dtype=float)


def _is_near(values: Floats, nearest: Floats) -> npt.NDArray[np.bool_]:
    away = np.abs(values - nearest)
    with np.errstate(invalid="ignore"):
        return np.where(nearest == 0, (away > 0) & (away <= NEAR), away <= NEAR * np.abs(nearest)).astype(bool)


def fixed_measures(rulebook: Rulebook) -> frozenset[str]:
    """The measures that no plan can move: area, regions, what the rulebook fixes, and what is derived from them alone.

    Examples
    --------
    >>> from zoning.rulebook import read_rulebook
    >>> sorted(fixed_measures(read_rulebook("us_west")))
    ['area_ha', 'area_km2', 'in_coal_transition_counties', 'in_groundwater_counties']
    """
    fixed = {AREA, *(indicator.name for indicator in rulebook.indicators if indicator.fixed)}
    for measure in rulebook.derived:  # each reads only those that stand above it
        if isinstance(measure, Membership) or measure.names - set(rulebook.parameters) <= fixed:
            fixed.add(measure.name)
    return frozenset(fixed)


def _conflict_table(
    table: pd.DataFrame, zones: pd.DataFrame, rulebook: Rulebook, truths: frozenset[str]
) -> pd.DataFrame:
    """The CONFLICTS table of rows, with margins, changes and reasons."""
    if table.empty:
        return tabulate(CONFLICTS, table)
    change = table["flip_value"] - table["value"]
    magnitude = table["value"].abs()
    margin = table["value"] - table["threshold"]
    share = (change.abs() / magnitude).mask(magnitude == 0, np.inf).mask(change == 0, 0.0)
    least = share.groupby(table["unit_id"]).transform("min")
    table = table.assign(
        deciding=table["rule"].to_numpy() == table["unit_id"].map(zones["rule"]).to_numpy(),
        margin=margin,
        margin_pct=(100 * margin / table["threshold"].abs()).mask(table["threshold"] == 0),
        change=change,
        change_pct=(100 * change / magnitude).mask(magnitude == 0),
        smallest=(share == least) & (table["flip_side"] != ""),
    )
    fixed, measured = fixed_measures(rulebook), rulebook.measured
    reasons = [
        _truth_reason(row, is_fixed=row["indicator"] in fixed)
        if row["indicator"] in truths
        else _reason(row, measured.get(row["indicator"], ""), is_fixed=row["indicator"] in fixed)
        for row in table.to_dict("records")
    ]
    return tabulate(CONFLICTS, table.assign(reason=reasons))


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
    fields: dict[str, Field] = {"name": name, "value": value or say("margin.value", value=row["value"])}
    if not row["determined"]:
        first = say("margin.curved", **fields, clause=row["clause"])
    elif np.isnan(row["threshold"]):
        first = say("margin.none", **fields)
    else:
        fields["answer"] = say(f"answer.{row['at_threshold']}")
        if row["near"] and row["margin"]:
            first = say(f"margin.{_side(row['margin'])}_just", **fields)
        elif row["margin"]:
            distance, threshold = abs(row["margin"]), row["threshold"]
            first = say(f"margin.{_side(row['margin'])}", **fields, margin=distance, threshold=threshold)
        else:
            first = say("margin.on", **fields)
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
        where=say(f"margin.flip_{row['flip_side']}", value=row["flip_value"], name=Term("name", row["indicator"])),
        size="" if small else say("margin.size", pct=pct),
        zone=Term("name", row["flip_zone"]),
    )
