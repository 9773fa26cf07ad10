"""Findings: what a finished plan leaves open, misses or does for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from layers.errors import Finding, shown
from zoning.plan import Plan
from zoning.policies import find_repeats, uncovered
from zoning.rulebook import LOCKED, Floor
from zoning.study import Decision
from zoning.wording import engine_words, finding_words, name_text, siting_words, text_in, why_unplaced
from zoning.zones import (
    DECISION,
    DEFAULT_RULE,
    assumed_measures,
    first_part,
    margin_findings,
    refinements,
    resolve,
    weigh_floors,
    weigh_norms,
)

OPEN = ("contested", "review")
SHOWN = 5
_ASKED_FOR = ("last",)
"""Reasons for which an amount stays unplaced because somebody asked for it."""
_ORDER = ("error", "warning", "note")


def plan_findings_of(plan: Plan) -> tuple[Finding, ...]:
    """What a finished plan leaves open, misses or does for nothing.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.

    Returns
    -------
    tuple of Finding
        In the plan's language, warnings before notes: units without any policy (``uncovered``) or without an
        instrument that the rulebook asks of each (``missing_instrument``), units that are ``contested`` or to be
        reviewed (``review``) or that lie on a threshold (``near_threshold``), floors of control lines that are missed
        (``floor_missed``) or could not be checked (``floor_unchecked``), norms that are not kept (``norm_missed``) or
        could not be checked (``norm_unchecked``), and decisions without effect
        (``decision_without_effect``, ``decision_not_in_force``, ``decision_unit_dropped``) or against a locked unit
        (``decision_against_lock``), items of the plan's own negative list that repeat the rulebook's
        (``item_repeats``), parts that deviate from their larger unit (``refined``),
        amounts of quotas that found no land (``unplaced``), and measures that are 0 or missing in every unit
        (``empty_measure``).

    Examples
    --------
    >>> from zoning.study import builtin_study, read_study
    >>> from zoning.pipeline import run
    >>> plan = run(read_study(builtin_study("us_mountain_west")))
    >>> [finding.code for finding in plan_findings_of(plan)]
    []
    """
    found = [
        *_policies(plan),
        *_zones(plan),
        *margin_findings(plan),
        *_floors(plan),
        *_norms(plan),
        *_decisions(plan),
        *find_repeats(plan),
        *_refined(plan),
        *find_unplaced(plan),
        *_empty_measures(plan),
    ]
    return tuple(sorted(found, key=lambda one: _ORDER.index(one.level)))


def _say(plan: Plan, key: str, **parts: object) -> str:
    return finding_words(plan.language)[key].format(**parts)


def _of_units(plan: Plan, code: str, ids: Iterable[str], **parts: object) -> Finding:
    """A warning about some units."""
    units = sorted(ids)
    text = _say(plan, code, count=f"{len(units):,}", units=shown(units, plan.language), **parts)
    return Finding("warning", code, "", tuple(units[:5]), len(units), text)


def _policies(plan: Plan) -> Iterator[Finding]:
    """Units without any policy, and without an instrument that each must have on the whole of its land."""
    bare = uncovered(plan.policies, plan.units.index)
    if bare:
        yield _of_units(plan, "uncovered", bare)
    rows = plan.policies
    whole = rows[(rows["piece_id"] == "") & (rows["overruled_by"] == "")]
    for instrument in plan.rulebook.instruments:
        missing = set(plan.units.index) - set(whole.loc[whole["instrument"] == instrument, "unit_id"])
        if missing:
            called = plan.rulebook.instrument_title(instrument, plan.language)
            yield _of_units(plan, "missing_instrument", missing, instrument=called, rulebook=plan.rulebook.name)


def _empty_measures(plan: Plan) -> Iterator[Finding]:
    """Measures that the study has and that say nothing anywhere; of columns, only those that the rulebook reads."""
    absent = {name for one in plan.assumptions for name in (one.name, f"{one.name}_share", f"{one.name}_ha")}
    roles = (f"{role}_share" for role in dict.fromkeys(plan.roles.values()))
    indicators = (one.name for one in plan.rulebook.indicators if one.name not in absent)
    names = dict.fromkeys((*(name for layer in plan.study.layers for name in layer.measure), *roles, *indicators))
    found = plan.measures[[name for name in names if name in plan.measures.columns]]
    empty = [str(name) for name, column in found.items() if _says_nothing(column)]
    if empty:
        text = _say(plan, "empty_measure", count=len(empty), names=shown(empty, plan.language))
        yield Finding("warning", "empty_measure", "", tuple(empty[:SHOWN]), len(empty), text)


def _says_nothing(column: pd.Series) -> bool:
    """Whether all is missing or 0; that something is false everywhere is an answer."""
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        return bool((column.isna() | (column == 0)).all())
    return bool(column.isna().all())


def _zones(plan: Plan) -> Iterator[Finding]:
    for status in OPEN:
        units = plan.zones.loc[plan.zones["status"] == status, "unit_id"]
        if len(units):
            yield _of_units(plan, status, units)
    hanging = plan.zones[plan.zones["status"] == "assumed"]
    if len(hanging):
        yield _of_units(plan, "assumed", hanging["unit_id"], names=", ".join(assumed_measures(hanging)))


def _floors(plan: Plan) -> Iterator[Finding]:
    """Floors that are missed, place by place, and those that nobody could check."""
    levels = plan.study.units.levels
    weighed = weigh_floors(plan.lines, plan.measures, plan.rulebook, levels)
    for number, floor in enumerate(plan.rulebook.floors):
        title = text_in(floor.title, plan.language, floor.line)
        roles = next((line.roles for line in plan.rulebook.lines if line.code == floor.line), ())
        rows = weighed[weighed["floor"] == number]
        if not set(roles) & set(plan.roles.values()):
            yield _unchecked(floor, _say(plan, "floor_no_layer", title=title, roles=", ".join(roles)))
        elif floor.level == "jurisdiction" and not levels:
            yield _unchecked(floor, _say(plan, "floor_no_level", title=title))
        else:
            yield from _weighed(plan, floor, title, rows)


def _unchecked(floor: Floor, text: str, places: Iterable[str] = ()) -> Finding:
    listed = tuple(places)
    return Finding("note", "floor_unchecked", floor.line, listed[:5], max(len(listed), 1), text)


def _weighed(plan: Plan, floor: Floor, title: str, rows: pd.DataFrame) -> Iterator[Finding]:
    of = next(
        (text_in(one.title or {}, plan.language, one.name) for one in plan.rulebook.indicators if one.name == floor.of),
        floor.of,
    )
    places = rows["place"].where(rows["place"] != "", _say(plan, "study"))
    for row, place in zip(rows[rows["missing_ha"] > 0].to_dict("records"), places[rows["missing_ha"] > 0], strict=True):
        text = _say(
            plan,
            "floor_missed",
            title=title,
            place=place,
            of=of,
            share=f"{100 * row['share']:.2f}",
            least=f"{100 * row['at_least']:g}",
            missing=f"{row['missing_ha']:,.2f}",
            settled=f"{row['settled_ha']:,.2f}",
            whole=f"{row['of_ha']:,.2f}",
            reference=floor.reference,
        )
        yield Finding("warning", "floor_missed", floor.line, (str(place),), 1, text)
    silent = places[rows["missing_ha"].isna()].tolist()
    if silent:
        text = _say(
            plan, "floor_no_measure", title=title, count=len(silent), places=shown(silent, plan.language), of=of
        )
        yield _unchecked(floor, text, silent)


def _norms(plan: Plan) -> Iterator[Finding]:
    """Norms that are not kept, and those of which nobody can say, each with the first places and their values."""
    rows = norms_in(plan, plan.language)
    for norm in plan.rulebook.norms:
        own, title = rows[rows["norm"] == norm.id], text_in(norm.title, plan.language, norm.id)
        if own.empty:
            text = _say(plan, "norm_no_place", title=title, level=norm.level)
            yield Finding("note", "norm_unchecked", norm.id, (), 1, text)
        for code, answer in (("norm_missed", "no"), ("norm_unchecked", "unknown")):
            here = own[own["answer"] == answer]
            if len(here):
                places = here["place"].where(here["place"] != "", _say(plan, "study")).tolist()
                first = zip(places[:SHOWN], here["facts"], strict=False)
                told = [_say(plan, "norm_told", place=place, facts=facts) for place, facts in first]
                said = engine_words(plan.language)["and"].join([*told, *["..."][: len(here) > SHOWN]])
                parts = {"title": title, "count": len(here), "all": len(own), "told": said, "reference": norm.reference}
                text, listed = _say(plan, code, **parts), tuple(places[:SHOWN])
                yield Finding("warning" if answer == "no" else "note", code, norm.id, listed, len(here), text)


def _decisions(plan: Plan) -> Iterator[Finding]:
    """Decisions that change nothing, and those that a locked unit stands against."""
    rules = plan.claims[~plan.claims["rule"].str.startswith(DECISION)]
    places = [first_part(plan.zones, decision.unit) for decision in plan.study.decisions]
    rules = rules[rules["unit_id"].isin(places)]
    without = resolve(rules, plan.rulebook) if len(rules) else pd.DataFrame()
    for number, decision in enumerate(plan.study.decisions, start=1):
        told: dict[str, object] = {"number": number, "unit": shown([decision.unit])}
        place = places[number - 1]
        if not place:
            yield _decided(plan, "decision_unit_dropped", decision, told)
            continue
        for zone in filter(None, (decision.main, decision.overlay)):
            own, row = rules[rules["unit_id"] == place], without.loc[place].to_dict()
            if place != decision.unit:  # on a larger unit: what counts is the function of the whole
                own, row = own[own["inherited_from"] != ""], row | {"main": row["main_of_whole"]}
            yield from _idle(plan, decision, zone, own, pd.Series(row), told)


def _idle(
    plan: Plan, decision: Decision, zone: str, claims: pd.DataFrame, without: pd.Series, told: dict[str, object]
) -> Iterator[Finding]:
    """One matter of a decision: the main function, or one overlay."""
    is_main = zone == decision.main
    alike = claims["zone"].isin(plan.rulebook.codes("main")) if is_main else claims["zone"] == zone
    locked = claims[alike & claims["rule"].str.startswith(LOCKED)]
    said = _said(plan, zone, claims, without, is_main=is_main)
    if decision.date > plan.rulebook.day:
        day = {"date": decision.date, "today": plan.rulebook.day, "said": said}
        yield _decided(plan, "decision_not_in_force", decision, told | day)
    elif len(locked) and zone not in set(locked["zone"]):
        row = locked.iloc[0]
        held = _say(plan, "said", zone=_title(plan, row["zone"]), rule=row["rule"], reason=row["reason"])
        yield _decided(plan, "decision_against_lock", decision, told | {"wanted": _title(plan, zone), "said": held})
    elif zone == without["main"] if is_main else zone in str(without["overlays"]).split(";"):
        yield _decided(plan, "decision_without_effect", decision, told | {"said": said})


def _refined(plan: Plan) -> Iterator[Finding]:
    """How far parts deviate from the main function of their whole: no fault, but to be seen."""
    found = refinements(plan.zones)
    rows = found[found["refined_parts"] > 0]
    if len(rows):
        one = engine_words(plan.language)["refined_whole"].format
        told = engine_words(plan.language)["comma"].join(
            one(whole=whole, refined=f"{row['refined_ha']:,.2f}", area=f"{row['area_ha']:,.2f}")
            for whole, row in rows.iterrows()
        )
        count, level = int(rows["refined_parts"].sum()), plan.study.units.part_of
        text = engine_words(plan.language)["refined"].format(count=f"{count:,}", level=level, wholes=told)
        yield Finding("note", "refined", "", tuple(map(str, rows.index[:5])), len(rows), text)


def _said(plan: Plan, zone: str, claims: pd.DataFrame, without: pd.Series, *, is_main: bool) -> str:
    """What the rules say in the matter, without any decision of the plan."""
    if is_main and without["rule"] == DEFAULT_RULE:
        return _say(plan, "said_default", zone=_title(plan, without["main"]))
    if is_main:
        told = {"zone": _title(plan, without["main"]), "rule": without["rule"], "reason": without["reason"]}
        return _say(plan, "said", **told)
    own = claims[(claims["zone"] == zone) & (claims["answer"] == "yes")]
    if own.empty:
        return _say(plan, "said_nothing", zone=_title(plan, zone))
    row = own.iloc[0]
    return _say(plan, "said", zone=_title(plan, zone), rule=row["rule"], reason=row["reason"])


def _title(plan: Plan, code: object) -> str:
    return text_in(plan.rulebook.zone(str(code)).title, plan.language, str(code))


def _decided(plan: Plan, code: str, decision: Decision, told: dict[str, object]) -> Finding:
    return Finding("warning", code, "", (decision.unit,), 1, _say(plan, code, **told))


def norms_in(plan: Plan, language: str) -> pd.DataFrame:
    """The norms of a plan's rulebook at every place; columns as :func:`zoning.zones.weigh_norms` has them."""
    return weigh_norms(plan.measures, plan.rulebook, plan.study.units.levels, plan.quotas, language)


def find_unplaced(plan: Plan) -> Iterator[Finding]:
    """Amounts that found no land, one finding a quota and reason; a note where somebody asked for it."""
    for quota in plan.study.quotas:
        own = plan.sitings[(plan.sitings["quota"] == quota.name) & (plan.sitings["period"] == quota.period)]
        rows = own[own["unplaced_because"] != ""]
        for because, part in rows.groupby("unplaced_because", sort=True):
            units = sorted(part["unit_id"])
            least = quota.siting.min_patch_ha if quota.siting is not None else 0.0
            text = siting_words(plan.language)["unplaced"].format(
                quota=name_text(quota.name),
                period=quota.period,
                n=f"{part['unplaced_ha'].sum():,.2f}",
                count=f"{len(units):,}",
                units=shown(units, plan.language),
                why=why_unplaced(str(because), least, plan.language),
            )
            yield Finding(
                "note" if because in _ASKED_FOR else "warning", "unplaced", "", tuple(units[:5]), len(units), text
            )
