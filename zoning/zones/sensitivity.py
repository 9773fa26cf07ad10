"""Margins: how far each unit is from the thresholds of the rules, and the smallest change that would flip it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers import Finding, Threshold, number_text, parse_condition, shown, thresholds
from zoning.entries import Rule
from zoning.finding_words import finding_words
from zoning.flips import Turns, flips
from zoning.indicators import complete_measures
from zoning.plans import Plan
from zoning.rulebook import Rulebook
from zoning.tables import CONFLICTS, tabulate
from zoning.topics import without_unused_topics
from zoning.wholes import rules_of_units
from zoning.words import engine_words
from zoning.zones import resolve

Floats = npt.NDArray[np.float64]

NEAR = 1e-9
"""A unit is near a threshold where it is off by less than this part of it: noise of the inputs could flip it."""
SMALLEST_PCT = 1e-3
"""Changes of less are not told in per cent."""


class _Clause(NamedTuple):
    """A clause of a rule as to one indicator: a row a unit, the indicator ("" for one of text), where it turns."""

    rows: pd.DataFrame
    indicator: str
    threshold: Threshold


def conflicts(
    claims: pd.DataFrame,
    measures: pd.DataFrame,
    rulebook: Rulebook,
    units: Iterable[str] | None = None,
    language: str = "en",
) -> pd.DataFrame:
    """How far units are from the thresholds of the rules, and what would flip their main function.

    Parameters
    ----------
    claims : DataFrame
        From :func:`zoning.classify`.
    measures : DataFrame
        Index ``unit_id``, one column a measure.
    rulebook : Rulebook
    units : iterable of str, optional
        Ids; every rule is told for them. By default the rules for main functions of contested units, and the clauses of
        all units that are near their threshold.
    language : {"en", "zh"}
        Of the reasons.

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
        than the first degree; flips that no value brings about.

    Notes
    -----
    ``near`` marks a clause whose threshold is missed or met by less than 1e-9 of it: so little may be noise of the
    inputs. A value of exactly 0 on a threshold of 0 is not near: none is none.

    Where units are parts of larger ones, only rules that refine are told: the others were asked of the wholes.

    Examples
    --------
    >>> from datetime import date
    >>> from zoning import classify, read_rulebook
    >>> rulebook = read_rulebook("us_west", date(2025, 1, 1))
    >>> denver = pd.DataFrame({"metro": [True], "pop_2020": [715522], "area_km2": [396.0]}, index=["08031"])
    >>> found = conflicts(classify(denver, rulebook), denver, rulebook, ["08031"]).set_index(["rule", "indicator"])
    >>> found.loc[("key-1", "pop_2020"), "reason"].split("; ")[1]
    'below 19,800 (-97.2 %) it would be General area'
    """
    rulebook = without_unused_topics(rulebook, map(str, measures.columns))
    known = complete_measures(measures, rulebook).rename_axis("unit_id")
    zones = resolve(claims, rulebook)
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
    turning = _turning(found, set(rulebook.codes("main")))
    standing = claims[~claims["rule"].isin([rule.id for rule in asked]) & (claims["answer"] == "yes")]
    nearest = flips(known, rulebook, standing, turning).reset_index()
    table = table.merge(nearest.rename(columns={"index": "unit_id"}), on=["unit_id", "indicator"], how="left")
    truths = frozenset(str(name) for name in known.columns if pd.api.types.is_bool_dtype(known[name]))
    return tabulate(CONFLICTS, _told(table, decided, rulebook, language, truths))


def margin_findings(plan: Plan) -> Iterator[Finding]:
    """Units that noise of the inputs could flip, as a note.

    Parameters
    ----------
    plan : Plan
        With its conflicts.

    Yields
    ------
    Finding
        One of code ``near_threshold`` for each clause that some units are near to.
    """
    rows = plan.conflicts[plan.conflicts["near"].astype(bool)]
    for (rule, clause), group in rows.groupby(["rule", "clause"], sort=True):
        units = sorted(set(group["unit_id"]))
        said = finding_words(plan.language)["near_threshold"]
        text = said.format(count=len(units), units=shown(units, plan.language), rule=rule, clause=clause)
        yield Finding("note", "near_threshold", "", tuple(units[:5]), len(units), text)


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


def _turning(found: Iterable[_Clause], mains: set[str]) -> dict[str, Turns]:
    """By indicator all values at which a rule for a main function may turn."""
    ours = [one for one in found if one.indicator and one.rows["zone"].iloc[0] in mains]
    turning = {}
    for name in sorted({one.indicator for one in ours}):
        turns = [one.threshold for one in ours if one.indicator == name]
        none = np.full((len(ours[0].rows), 0), np.nan)
        poles = np.column_stack([none, *(pole for one in turns for pole in one.poles)])
        turning[name] = Turns(np.column_stack([poles, *(value for one in turns for value in one.values)]), poles)
    return turning


def _told(
    table: pd.DataFrame, decided: pd.DataFrame, rulebook: Rulebook, language: str, truths: frozenset[str]
) -> pd.DataFrame:
    """The rows with margins, changes and words."""
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
    words, titles, units = engine_words(language), rulebook.titles_in(language), rulebook.units_in(language)
    reasons = [
        _truth_reason(row, words, titles)
        if row["indicator"] in truths
        else _reason(row, words, titles, units.get(row["indicator"], ""))
        for row in table.to_dict("records")
    ]
    return table.assign(reason=reasons)


def _truth_reason(row: Mapping[Any, Any], words: Mapping[str, str], titles: Mapping[str, str]) -> str:
    """What is so, and what the main function would be if it were not."""
    name = titles.get(row["indicator"], row["indicator"])
    if np.isnan(row["value"]):
        return words["margin_missing"].format(name=name)
    now, other = (words[f"taken_{str(truth).lower()}"] for truth in (bool(row["value"]), not row["value"]))
    zone = titles.get(row["flip_zone"], row["flip_zone"])
    second = words["flip_truth" if row["flip_side"] else "flip_truth_none"].format(value=other, zone=zone)
    return f"{words['margin_truth'].format(name=name, value=now)}{words['and']}{second}"


def _reason(row: Mapping[Any, Any], words: Mapping[str, str], titles: Mapping[str, str], unit: str) -> str:
    """One sentence on the threshold, one on what would flip."""
    name = titles.get(row["indicator"], row["indicator"])
    if np.isnan(row["value"]):
        return words["margin_missing"].format(name=name)
    told = {"name": name, "clause": row["clause"], "value": f"{_number(row['value'])} {unit}".rstrip()}
    if not row["determined"]:
        first = words["margin_curved"].format(**told)
    elif np.isnan(row["threshold"]):
        first = words["margin_none"].format(**told)
    else:
        key = "margin_on" if row["margin"] == 0 else "margin_over" if row["margin"] > 0 else "margin_under"
        key += "_just" if row["near"] and row["margin"] else ""
        first = words[key].format(
            **told,
            margin=_number(abs(row["margin"])),
            threshold=_number(row["threshold"]),
            answer=words[row["at_threshold"]],
        )
    if not row["flip_side"]:
        second = words["flip_none"].format(name=name)
    else:
        where = words[f"flip_{row['flip_side']}"].format(value=_number(row["flip_value"]))
        size = _size(row["change_pct"], words)
        zone = titles.get(row["flip_zone"], row["flip_zone"])
        second = words["flip"].format(name=name, where=where, size=size, zone=zone)
    return f"{first}{words['and']}{second}"


def _size(pct: float, words: Mapping[str, str]) -> str:
    """A change in per cent to three digits; nothing where it is none to speak of, or of a value of 0."""
    if np.isnan(pct) or abs(pct) < SMALLEST_PCT:
        return ""
    told = f"{float(f'{pct:.3g}'):+,.0f}" if abs(pct) >= 1000 else f"{pct:+.3g}"
    return words["flip_size"].format(pct=told)


def _number(value: float) -> str:
    """Six digits, and more where it takes them to see a number that is no whole one beside its threshold; no power."""
    text = number_text(float(value), 6)
    return np.format_float_positional(value, precision=6, fractional=False, trim="-") if "e" in text else text
