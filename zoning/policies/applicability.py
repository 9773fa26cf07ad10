"""What applies to units, to pieces and through jurisdictions, by which clause, and what gives way to the stricter."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, compress
from typing import Any, NamedTuple, TypedDict, overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import Evaluation, Evaluator, parse_condition
from layers.phrases import english
from zoning.arguments import at_least, takes
from zoning.measures import complete_measures, mean_by, paths, sum_by
from zoning.overlays import covered, roles_of
from zoning.reasons import Message, in_languages, say
from zoning.rulebook import (
    CONTROL_LINE,
    EXCEPTION,
    LIGHTS,
    ON,
    Exemption,
    Policy,
    Rulebook,
    is_summed,
    without_unused_topics,
)
from zoning.tables import ENERGY, FLOWS, POLICIES, POLICY_TEXTS, QUOTAS, ZONES, Made, tabulate
from zoning.unit_ids import keep_ids


class Setting(TypedDict):
    """A parameter that a policy sets: its value and its unit of measure."""

    value: bool | float | str
    unit: str


def policy_parameters_of(policy: Policy, rulebook: Rulebook) -> dict[str, Setting | Any]:
    """The settings of a policy as the POLICIES table has them; an indicator, which each unit has, by its name."""
    known = rulebook.parameters
    return {
        key: {"value": known[value].value, "unit": known[value].unit}
        if isinstance(value, str) and value in known
        else value
        for key, value in policy.parameters.items()
    }


def settings_of(policy: Policy, rulebook: Rulebook) -> dict[str, object]:
    """What a policy sets wherever it applies: its parameters, and the items of the negative list that it brings."""
    settings: dict[str, object] = {**policy_parameters_of(policy, rulebook)}
    if policy.list:
        treatments = Counter(item.treatment for item in rulebook.industries if item.list == policy.list)
        settings |= {
            "list": policy.list,
            **{treatment: treatments[treatment] for treatment in ("prohibited", "restricted")},
        }
    return settings


def indicators_set(policy: Policy, rulebook: Rulebook) -> dict[str, tuple[str, str]]:
    """The settings of a policy that each unit has for itself: the indicator, and its unit of measure."""
    units = {measure.name: measure.unit for measure in rulebook.indicators} | {
        measure.name: measure.unit for measure in rulebook.derived
    }
    named = {key: setting for key, setting in policy.parameters.items() if isinstance(setting, str)}
    return {
        key: (name, units[name]) for key, name in named.items() if name not in rulebook.parameters and name in units
    }


def settings_text(settings: Mapping[str, object]) -> str:
    """Settings as tables have them: JSON."""
    return json.dumps(settings, ensure_ascii=False, allow_nan=False, sort_keys=True, default=str)


PLACE = ["unit_id", "piece_id"]
OPPOSITE = (("permit", "ban"), ("ban", "permit"))


def overrule(rows: pd.DataFrame) -> pd.DataFrame:
    """Policies with the stricter ones that they give way to.

    Notes
    -----
    Of one instrument and subject those of the highest strictness stay, and the one of them whose id sorts first is said
    to overrule the others. Of a ban and a permit of one subject, whatever their instruments, the stricter stays, the
    ban where both are equally strict. On a piece its own policies meet those of its unit. A policy without a subject
    meets none. All are compared with all, overruled or not: one policy more never frees another.

    Examples
    --------
    >>> rows = pd.DataFrame({"unit_id": "a", "piece_id": ["", "a-1"], "policy": ["mine", "no-mine"], "strictness": 1})
    >>> rows = rows.assign(instrument="land", subject="mining", effect=["permit", "ban"], overruled_by="")
    >>> overrule(rows)[["piece_id", "policy", "overruled_by"]].to_numpy().tolist()
    [['', 'mine', ''], ['a-1', 'no-mine', ''], ['a-1', 'mine', 'no-mine']]
    """
    meeting = rows[(rows["subject"] != "") & (rows["overruled_by"] == "")]
    whole, parts = meeting[meeting["piece_id"] == ""], meeting[meeting["piece_id"] != ""]
    on_units = _stricter(whole)
    pieces = parts[[*PLACE, "subject"]].drop_duplicates()
    guests = whole.drop(columns="piece_id").reset_index().merge(pieces, on=["unit_id", "subject"])
    guests = guests.set_index("index")[whole.columns.tolist()]
    there = pd.concat([parts.assign(own=True), guests.assign(own=False)])
    on_pieces = _stricter(there.reset_index(drop=True)).set_axis(there.index)
    local = there["own"].to_numpy(dtype=bool)
    stricter = pd.concat([on_units, on_pieces[local]])
    beaten = guests.assign(overruled_by=on_pieces[~local])[(on_units == "").reindex(guests.index).to_numpy()]
    marked = rows.assign(
        overruled_by=rows["overruled_by"].where(rows["overruled_by"] != "", stricter.reindex(rows.index))
    )
    marked["overruled_by"] = marked["overruled_by"].fillna("")
    return pd.concat([marked, beaten[beaten["overruled_by"] != ""]], ignore_index=True)


def _stricter(rows: pd.DataFrame) -> pd.Series:
    """For each row the policy that it gives way to at its place; "" for none."""
    if rows.empty:
        return pd.Series("", index=rows.index, dtype=object)
    ranked = rows.sort_values(["strictness", "policy"], ascending=[False, True])
    first = ranked.groupby([*PLACE, "instrument", "subject"])[["policy", "strictness"]].transform("first")
    first = first.reindex(rows.index)
    stricter = first["policy"].astype(object).where(rows["strictness"] < first["strictness"], "")
    for effect, other in OPPOSITE:
        of_effect, against = rows[rows["effect"] == effect], ranked[ranked["effect"] == other]
        best = against.drop_duplicates([*PLACE, "subject"])[[*PLACE, "subject", "policy", "strictness"]]
        pairs = of_effect[[*PLACE, "subject", "strictness"]].merge(
            best, on=[*PLACE, "subject"], how="left", suffixes=("", "_other")
        )
        pairs = pairs.set_axis(of_effect.index)
        equal = pairs["strictness_other"] == pairs["strictness"] if other == "ban" else False
        beaten = (pairs["strictness_other"] > pairs["strictness"]) | equal
        stricter = stricter.mask((stricter == "") & beaten.reindex(stricter.index, fill_value=False), pairs["policy"])
    return stricter


@dataclass(frozen=True)
class ConditionContext:
    """What conditions of one scope see, and where an answer holds."""

    seen: pd.DataFrame
    places: pd.DataFrame

    @cached_property
    def seen_rows(self) -> npt.NDArray[np.intp]:
        """The row of ``seen`` whose answer holds at each place."""
        rows: npt.NDArray[np.intp] = self.seen.index.get_indexer(self.places.index)
        return rows

    @cached_property
    def place_columns(self) -> dict[str, npt.NDArray[np.object_]]:
        """The columns of the places, of whose texts many policies take some."""
        return {str(name): column.to_numpy(dtype=object) for name, column in self.places.items()}


def condition_contexts(
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    quotas: pd.DataFrame,
    lights: pd.DataFrame | None,
    flows: pd.DataFrame | None,
    rulebook: Rulebook,
    pieces: pd.DataFrame | None = None,
    levels: Sequence[str] = ("jurisdiction",),
    scopes: Collection[str] = ("unit", "piece", "jurisdiction", "region"),
) -> Mapping[str, ConditionContext]:
    """What the conditions of policies see, by scope; parameters and errors are those of :func:`zoning.policies.assign`.

    ``scopes`` says which are wanted; "unit" is always there, others where there are pieces, jurisdictions or lights.

    Notes
    -----
    Units: measures, amounts of quotas, lights, ``pays`` and ``receives``, ``main``, and a boolean an overlay. A measure
    of the study hides a light of its name. Pieces: all this of their unit, ``control_line`` and ``on_<role>``.
    Jurisdictions, of the lowest level, by their whole path: sums of ``_ha`` and ``quota_``, shares weighted by
    ``area_ha``, lights, ``pays`` and ``receives``, ``jurisdiction``; a sum of which one part is missing is missing.
    Regions, those of the lights that are a unit or a jurisdiction of any level: their own lights, and ``region``.
    """
    units = _units(zones, measures, quotas, lights, flows, rulebook, levels)
    ids = units.index.to_series().astype("str")
    whole = pd.DataFrame({"unit_id": ids, "piece_id": "", "inherited_from": ""}, index=units.index)
    contexts = {"unit": ConditionContext(units, whole)}
    if "jurisdiction" in scopes and any(level in units.columns for level in levels):
        contexts["jurisdiction"] = _jurisdictions(units, levels, _around(_regions(units, levels)[1:], lights, flows))
    if "piece" in scopes and pieces is not None:
        contexts["piece"] = _pieces(units, pieces, rulebook)
    if "region" in scopes and lights is not None and not lights.empty:
        contexts["region"] = _lit_regions(_regions(units, levels), lights)
    return contexts


def _units(
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    quotas: pd.DataFrame,
    lights: pd.DataFrame | None,
    flows: pd.DataFrame | None,
    rulebook: Rulebook,
    levels: Sequence[str],
) -> pd.DataFrame:
    known = complete_measures(measures, rulebook, quotas).table.reindex(zones.index)
    held = zones["overlays"].str.split(";")
    overlays = {code: [code in codes for codes in held] for code in rulebook.codes("overlay")}
    around = _around(_regions(known, levels), lights, flows)
    around = around.drop(columns=[name for name in around.columns if name in known.columns])
    return pd.concat([known, around], axis=1).assign(main=zones["main"], **overlays).rename_axis("unit_id")


def _regions(units: pd.DataFrame, levels: Sequence[str]) -> list[pd.Series]:
    """What a unit can be called in a table of regions: itself first, then its jurisdictions, the nearest first."""
    ids = pd.Series(units.index.astype(str), index=units.index, dtype=object)
    return [ids, *(units[level].astype(object) for level in reversed(levels) if level in units.columns)]


def _around(regions: Sequence[pd.Series], lights: pd.DataFrame | None, flows: pd.DataFrame | None) -> pd.DataFrame:
    """Lights, and sides of payments."""
    return pd.concat([_lights(regions, lights), _parties(regions, flows)], axis=1)


def _lights(regions: Sequence[pd.Series], lights: pd.DataFrame | None) -> pd.DataFrame:
    """The verdict of the latest period on the region that the unit is, or the nearest that it lies in."""
    index = regions[0].index
    if lights is None or lights.empty:
        columns = {name: pd.Series(pd.NA, index=index, dtype=_dtype(example)) for name, example in LIGHTS.items()}
        return pd.DataFrame(columns, index=index)
    latest = _latest(lights)
    region = pd.Series(pd.NA, index=index, dtype=object)
    for called in reversed(regions):
        region = called.where(called.isin(latest.index), region)
    return pd.DataFrame(
        {name: region.map(latest[name]).astype(_dtype(example)) for name, example in LIGHTS.items()}, index=index
    )


def _latest(lights: pd.DataFrame) -> pd.DataFrame:
    """The row of the latest period of each region, by region."""
    return lights.sort_values("period", kind="stable").drop_duplicates("region", keep="last").set_index("region")


def _lit_regions(regions: Sequence[pd.Series], lights: pd.DataFrame) -> ConditionContext:
    """Each region of the lights by its own name, and the units that it is or that lie in it."""
    latest = _latest(lights)
    seen = pd.DataFrame({name: latest[name].astype(_dtype(example)) for name, example in LIGHTS.items()})
    seen = seen.assign(region=latest.index.astype(object))
    ids, *around = (called[called.isin(latest.index)] for called in regions)
    parts = [
        pd.DataFrame(
            {"unit_id": called.index.astype("str"), "piece_id": "", "inherited_from": name}, index=called.array
        )
        for called, name in ((ids, ""), *((called, called.array) for called in around))
    ]
    places = pd.concat(parts)
    return ConditionContext(seen, places[~places.reset_index().duplicated(["index", "unit_id"]).to_numpy()])


def _dtype(example: object) -> str:
    return "boolean" if isinstance(example, bool) else "Float64"


def _parties(regions: Sequence[pd.Series], flows: pd.DataFrame | None) -> pd.DataFrame:
    """Whether money goes out or comes in; missing where nobody has accounted for it."""
    index = regions[0].index
    columns = {}
    for name, side in (("pays", "payer"), ("receives", "receiver")):
        answer = pd.Series(pd.NA if flows is None else False, index=index, dtype="boolean")
        if flows is not None:
            parties = set(flows[side])
            for called in regions:
                answer |= called.isin(parties)
        columns[name] = answer
    return pd.DataFrame(columns, index=index)


def _pieces(units: pd.DataFrame, pieces: pd.DataFrame, rulebook: Rulebook) -> ConditionContext:
    """Each piece with all that its unit has."""
    land = pieces[pieces["unit_id"].isin(units.index)]
    roles = {name.removeprefix(ON) for name in _names_on_pieces(rulebook) if name.startswith(ON)}
    on = {f"{ON}{role}": covered(land, [role]) for role in sorted({*roles_of(pieces).values(), *roles})}
    seen = units.loc[land["unit_id"]].set_axis(land.index)
    seen = seen.drop(columns=[name for name in (*on, CONTROL_LINE) if name in seen.columns])
    seen = pd.concat([seen, pd.DataFrame({**on, CONTROL_LINE: land[CONTROL_LINE]}, index=land.index)], axis=1)
    ids = land.index.to_series().astype("str")
    places = {"unit_id": land["unit_id"].astype("str"), "piece_id": ids, "inherited_from": ""}
    return ConditionContext(seen.rename_axis("piece_id"), pd.DataFrame(places, index=land.index))


def _names_on_pieces(rulebook: Rulebook) -> set[str]:
    """Every name that a condition on pieces reads; a study need not have a layer of its role."""
    policies = [policy for policy in rulebook.policies if policy.scope == "piece"]
    conditions = (
        text for policy in policies for text in (policy.when, *(exception.when for exception in policy.exceptions))
    )
    return {name for text in conditions for name in parse_condition(text).names}


def _jurisdictions(units: pd.DataFrame, levels: Sequence[str], around: pd.DataFrame) -> ConditionContext:
    """Each jurisdiction with what can be summed up of its units."""
    path = paths(units, levels)
    inside = units[path != ""]
    path = path[path != ""].rename("inherited_from")
    area = inside["area_ha"].astype(float) if "area_ha" in inside else pd.Series(float("nan"), index=inside.index)
    numbers = inside[[name for name in inside.columns if is_summed(str(name))]].select_dtypes("number").astype(float)
    shares = [name for name in numbers.columns if str(name).endswith("_share")]
    columns = {
        str(name): mean_by(column, area, path) if name in shares else sum_by(column, path)
        for name, column in numbers.items()
    }
    lowest = [level for level in levels if level in inside.columns][-1:]
    columns |= {str(name): around[name].reindex(inside.index).groupby(path).first() for name in around.columns}
    index = pd.Index(sorted(set(path)), name="inherited_from")
    seen = pd.DataFrame({name: column.reindex(index) for name, column in columns.items()}, index=index)
    if lowest:
        seen = seen.assign(jurisdiction=inside[lowest[0]].groupby(path).first().reindex(index))
    ids = inside.index.to_series().astype("str")
    places = pd.DataFrame({"unit_id": ids, "piece_id": "", "inherited_from": path}).set_index(path)
    return ConditionContext(seen, places)


VARYING = ("unit_id", "piece_id", "inherited_from", "parameters", "zone", "overruled_by")
"""Columns of the policies table that differ from place to place."""

_QUOTED = re.compile(r"""'((?:[^']|'')*)'|"(?:[^"]|"")*\"""")
"""The texts of a condition; names in double quotes are taken along, for a text may stand inside one."""


class PolicyReasons(NamedTuple):
    """Why policies apply: what their conditions came to, by scope and by text, and what those of units read."""

    evaluations: Mapping[str, Mapping[str, Evaluation]]
    read: pd.DataFrame


@overload
def assign(
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    quotas: pd.DataFrame,
    lights: pd.DataFrame | None,
    flows: pd.DataFrame | None,
    rulebook: Rulebook,
    *,
    pieces: pd.DataFrame | None = None,
    levels: Sequence[str] = ("jurisdiction",),
) -> Made[pd.DataFrame, PolicyReasons]: ...
@overload
def assign(
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    quotas: pd.DataFrame,
    lights: Rulebook,
    *,
    pieces: pd.DataFrame | None = None,
    levels: Sequence[str] = ("jurisdiction",),
) -> Made[pd.DataFrame, PolicyReasons]: ...
@overload
def assign(
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    quotas: pd.DataFrame,
    *,
    rulebook: Rulebook,
    pieces: pd.DataFrame | None = None,
    levels: Sequence[str] = ("jurisdiction",),
) -> Made[pd.DataFrame, PolicyReasons]: ...
@takes(
    zones=at_least("main", of=ZONES, overlays=""),
    quotas=at_least("quota", "period", "level", "unit_id", "amount", of=QUOTAS),
    lights=at_least("region", "intensity_light", "total_light", "total_exempt", of=ENERGY),
    flows=at_least("payer", "receiver", of=FLOWS),
)
@keep_ids("zones", "measures")
def assign(
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    quotas: pd.DataFrame,
    lights: pd.DataFrame | Rulebook | None = None,
    flows: pd.DataFrame | None = None,
    rulebook: Rulebook | None = None,
    *,
    pieces: pd.DataFrame | None = None,
    levels: Sequence[str] = ("jurisdiction",),
) -> Made[pd.DataFrame, PolicyReasons]:
    """The policies that apply to each unit, to its pieces, and through its jurisdiction or region.

    Parameters
    ----------
    zones : DataFrame
        Index ``unit_id``; ``main``, and ``overlays`` where there are any, as :func:`zoning.zones.resolve` gives them.
    measures : DataFrame
        Index ``unit_id``, the same units.
    quotas : DataFrame
        The QUOTAS table, at least ``quota``, ``period``, ``level``, ``unit_id`` and ``amount``; conditions see a unit's
        amount of a quota as ``quota_<name>``.
    lights : DataFrame, optional
        The ENERGY table, at least ``region``, ``intensity_light``, ``total_light`` and ``total_exempt``; conditions see
        the last three of the region that is the unit, or the nearest of its jurisdictions. A rulebook may stand here,
        as before there were lights and flows.
    flows : DataFrame, optional
        The FLOWS table, at least ``payer`` and ``receiver``; conditions see whether the unit or a jurisdiction of it
        ``pays`` or ``receives``.
    rulebook : Rulebook
        Its policies in force.
    pieces : DataFrame, optional
        From :func:`zoning.overlays.settle_lines`. Without it policies on pieces are not asked.
    levels : sequence of str
        Columns of ``measures`` with the jurisdictions, highest first. Policies of scope "jurisdiction" are asked of the
        last, and of nobody where there are none. Those of scope "region" are asked of each region of the lights.

    Returns
    -------
    DataFrame
        The POLICIES table. ``zone`` has the codes that the condition names and that the unit has, joined by ``;``.
        ``parameters`` has the value and the unit of measure where a policy names a parameter or an indicator.
        ``overruled_by`` is empty where the policy is in force; else it names the stricter policy, or is
        ``exception-<n>``, the place of the exception in the policy. Titles, clauses and reasons of exceptions stand in
        the rulebook, and in the table of a run folder.
        ``inherited_from`` is the jurisdiction that was asked, and empty where a region is the unit itself.
        What gives way, and where, :func:`zoning.policies.overrule` says.

    Raises
    ------
    UnknownNameError
        An indicator that the rulebook cannot do without is absent.
    TypeError
        There is no rulebook.

    Notes
    -----
    A policy whose condition cannot be answered does not apply: an obligation needs a known reason. So does an
    exception. See :func:`uncovered` for units that are left without any.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> denver = pd.DataFrame({"metro": [True], "pop_2020": [715522], "area_km2": [396.0]}, index=["08031"])
    >>> zones = pd.DataFrame({"main": ["key_development"], "overlays": [""]}, index=["08031"])
    >>> no_quotas = zp.allocate(zones, denver, [])
    >>> policies = zp.assign(zones, denver, no_quotas, rulebook=zp.read_rulebook("us_west"))
    >>> sorted(policies["policy"])[:3]
    ['air-class-two', 'farmland-protection', 'historic-properties']
    """
    if isinstance(lights, Rulebook):
        lights, rulebook = None, lights
    if rulebook is None:
        raise TypeError("assign(zones, measures, quotas, lights, flows, rulebook) needs a rulebook")
    scopes = {policy.scope for policy in rulebook.policies}
    seen = condition_contexts(zones, measures, quotas, lights, flows, rulebook, pieces, levels, scopes)
    concerned = without_unused_topics(rulebook, map(str, seen["unit"].seen.columns))
    conditions = {scope: Evaluator(context.seen, rulebook.values) for scope, context in seen.items()}
    reasons = PolicyReasons(
        {scope: condition.evaluations for scope, condition in conditions.items()}, seen["unit"].seen
    )
    policies = [policy for policy in concerned.policies if policy.scope in seen]
    parts = [_varying(policy, seen[policy.scope], conditions[policy.scope], rulebook) for policy in policies]
    varying = pd.DataFrame({name: list(chain.from_iterable(part[name] for part in parts)) for name in VARYING})
    if varying.empty:
        return Made(tabulate(POLICIES, pd.DataFrame()), reasons)
    fixed = pd.DataFrame([_fixed(policy) for policy in policies])
    number = np.repeat(np.arange(len(policies)), [len(part["unit_id"]) for part in parts])
    rows = overrule(pd.concat([fixed.iloc[number].reset_index(drop=True), varying], axis=1))
    return Made(tabulate(POLICIES, rows), reasons)


def policy_texts(policies: pd.DataFrame, rulebook: Rulebook) -> pd.DataFrame:
    """What is the same wherever a policy applies, once a policy."""
    written = {policy.id: policy for policy in rulebook.policies}
    rows = policies.drop_duplicates("policy")
    known = [written[policy] for policy in rows["policy"]]
    texts = rows.assign(
        parameters=[settings_text(settings_of(policy, rulebook)) for policy in known],
        verified=[policy.verified for policy in known],
    )
    return tabulate(POLICY_TEXTS, texts, written="title" in rows.columns)


def join_texts(
    placed: pd.DataFrame,
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    quotas: pd.DataFrame,
    lights: pd.DataFrame | None,
    flows: pd.DataFrame | None,
    rulebook: Rulebook,
    levels: Sequence[str] = ("jurisdiction",),
) -> pd.DataFrame:
    """The POLICIES table from where policies apply, with what each of them sets there."""
    written = {policy.id: policy for policy in rulebook.policies}
    held = [written[policy] for policy in placed["policy"].unique()]
    if not held:
        return tabulate(POLICIES, pd.DataFrame())
    fixed = pd.DataFrame([_fixed(policy) for policy in held]).set_index("policy")
    rows = placed.join(fixed, on="policy")
    texts = (
        rows["policy"].map({policy.id: settings_text(settings_of(policy, rulebook)) for policy in held}).astype(object)
    )
    varying = [policy for policy in held if indicators_set(policy, rulebook)]
    if varying:
        scopes = {"unit" if policy.scope == "piece" else policy.scope for policy in varying}
        seen = condition_contexts(zones, measures, quotas, lights, flows, rulebook, None, levels, scopes)
        for policy in varying:
            there = rows.loc[rows["policy"] == policy.id, ["unit_id", "inherited_from"]]
            by_unit = policy.scope in {"unit", "piece"}
            table = seen["unit" if by_unit else policy.scope].seen
            by_label = dict(
                zip(table.index.astype(str), _settings(policy, table, np.arange(len(table)), rulebook), strict=True)
            )
            places = (
                there["unit_id"]
                if by_unit
                else there["inherited_from"].where(there["inherited_from"] != "", there["unit_id"])
            )
            texts[there.index] = places.map(by_label)
    return tabulate(POLICIES, rows.assign(parameters=texts))


def uncovered(policies: pd.DataFrame, units: pd.Index) -> tuple[str, ...]:
    """The units to which no policy applies, sorted.

    Examples
    --------
    >>> uncovered(pd.DataFrame({"unit_id": ["a", "a"]}), pd.Index(["b", "a"]))
    ('b',)
    """
    if "overruled_by" in policies.columns:
        policies = policies[~policies["overruled_by"].astype(str).str.startswith(EXCEPTION)]
    return tuple(sorted(set(units) - set(policies["unit_id"])))


def _fixed(policy: Policy) -> dict[str, object]:
    """What is the same wherever a policy applies."""
    return {
        "policy": policy.id,
        "instrument": policy.instrument,
        "subject": policy.subject,
        "effect": policy.effect or "",
        "strictness": policy.strictness,
        "reference": english(policy.reference),
        "since": policy.since.isoformat() if policy.since else "",
        "until": policy.until.isoformat() if policy.until else "",
    }


def _varying(
    policy: Policy, sight: ConditionContext, conditions: Evaluator, rulebook: Rulebook
) -> dict[str, list[str]]:
    """The columns ``VARYING`` of the places where a policy applies."""
    yes = conditions.evaluate(policy.when).yes
    if not yes.any():
        return {name: [] for name in VARYING}
    held = np.flatnonzero(yes)
    by_row = {
        "parameters": _settings(policy, sight.seen, held, rulebook),
        "zone": _zones(policy, sight.seen, held, rulebook),
        "overruled_by": _excepted(policy, yes, conditions),
    }
    places = np.flatnonzero(yes[sight.seen_rows])
    rows = (np.cumsum(yes) - 1)[sight.seen_rows[places]].tolist()
    there = {name: column[places].tolist() for name, column in sight.place_columns.items()}
    columns = {name: [texts[row] for row in rows] for name, texts in by_row.items()} | there
    return _once_a_unit(columns) if policy.scope == "region" else columns


def _once_a_unit(columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """Of the regions by which a policy concerns a unit the nearest in which it is in force, else the nearest."""
    order = sorted(range(len(columns["unit_id"])), key=lambda row: columns["overruled_by"][row] != "")
    first = {columns["unit_id"][row]: row for row in reversed(order)}
    return {name: [texts[row] for row in sorted(first.values())] for name, texts in columns.items()}


def _zones(policy: Policy, seen: pd.DataFrame, held: npt.NDArray[np.intp], rulebook: Rulebook) -> list[str]:
    """The zones that the condition names and that each of some rows has."""
    named = parse_condition(policy.when).names
    named |= {match[1].replace("''", "'") for match in _QUOTED.finditer(policy.when) if match[1]}
    codes = sorted(named & {zone.code for zone in rulebook.zones}) if policy.scope in {"unit", "piece"} else []
    if not codes:
        return [""] * len(held)
    mains = rulebook.codes("main")
    holds = [
        (seen["main"].iloc[held] == code if code in mains else seen[code].iloc[held].astype(bool)).tolist()
        for code in codes
    ]
    return [";".join(compress(codes, row)) for row in zip(*holds, strict=True)]


def _excepted(policy: Policy, held: npt.NDArray[np.bool_], conditions: Evaluator) -> list[str]:
    """Which exception holds for each row where the policy does, the first of several; "" where none does."""
    overruled = np.full(int(held.sum()), "", dtype=object)
    for name, exception in reversed(exceptions_of(policy).items()):
        overruled[conditions.evaluate(exception.when).yes[held]] = name
    return [str(name) for name in overruled]


def exceptions_of(policy: Policy) -> dict[str, Exemption]:
    """The exceptions of a policy by what stands for them in the column ``overruled_by``."""
    return {f"{EXCEPTION}{number}": exception for number, exception in enumerate(policy.exceptions, start=1)}


def say_exception(exception: Exemption) -> Message:
    """The reason and the reference of an exception, and whether anybody has seen the text."""
    doubt = "" if exception.verified else say("explain.excepted_in_doubt", reading=say(f"reading.{exception.reading}"))
    return say(
        "explain.exception",
        reason=in_languages(exception.reason),
        reference=in_languages(exception.reference),
        doubt=doubt,
    )


def _settings(policy: Policy, seen: pd.DataFrame, held: npt.NDArray[np.intp], rulebook: Rulebook) -> list[str]:
    """The parameters of a policy for each of some rows, as JSON."""
    fixed = settings_of(policy, rulebook)
    varying = indicators_set(policy, rulebook)
    if not varying:
        return [settings_text(fixed)] * len(held)
    columns = {
        key: ([plain_value(cell) for cell in seen[name].iloc[held]], unit) for key, (name, unit) in varying.items()
    }
    return [
        settings_text(
            fixed | {key: {"value": values[position], "unit": unit} for key, (values, unit) in columns.items()}
        )
        for position in range(len(held))
    ]


def plain_value(value: Any) -> float | bool | str | None:
    """A value of a column for JSON; None where it is missing."""
    if pd.isna(value):
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return value if isinstance(value, str) else float(value)
