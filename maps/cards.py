"""Cards: what the map says of each unit, one column a fact, texts that recur kept once."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import pandas as pd

from layers import visible
from zoning import Plan, inherited_reason, instrument_in, price_words, text_in

DEFAULT_RULE = "default"
DECISION = "decision-"
EXCEPTION = "exception-"
EXCEPTED = -2
"""What a policy gives way to where an exception holds."""
LOCKED = "locked-"
STATUSES = ("decided", "contested", "review", "by_decision")

Rows = list[dict[str, Any]]


class Shelf:
    """Values that recur, each kept once.

    Examples
    --------
    >>> shelf = Shelf()
    >>> [shelf.place(word) for word in ("land", "energy", "land")], shelf.kept
    ([0, 1, 0], ['land', 'energy'])
    """

    def __init__(self, kept: Iterable[Hashable] = ()) -> None:
        self._places = {one: place for place, one in enumerate(kept)}

    @property
    def kept(self) -> list[Any]:
        """The values in the order of their places."""
        return list(self._places)

    def place(self, value: Hashable) -> int:
        """Where a value stands; it is put there if it is new."""
        return self._places.setdefault(value, len(self._places))


def cards(plan: Plan, language: str) -> dict[str, Any]:
    """Everything that the cards of the units say.

    Parameters
    ----------
    plan : Plan
    language : {"en", "zh"}
        Of the titles and reasons of the rulebook.

    Returns
    -------
    dict
        ``units``: columns in the order of ``plan.units``. Zones, lines and quotas are numbers in the order of the
        rulebook and of the study; ``rules``, ``policies``, ``settings`` and ``shared`` (lists of policies that units
        have in common) are kept once and numbered. Ready for JSON, hidden characters made visible.
    """
    zones = plan.zones.set_index("unit_id").reindex(plan.units.index)
    codes = [zone.code for zone in plan.rulebook.zones]
    rules = Shelf()
    sets = _Policies(plan, language)
    by_unit = {
        name: _by_unit(getattr(plan, name), plan.units.index) for name in ("claims", "lines", "quotas", "policies")
    }
    jurisdictions = Shelf()
    reasons = _Reasons(plan, language)
    claimed = [
        _claims(rows, zone, codes, rules, reasons) for rows, zone in zip(by_unit["claims"], _rows(zones), strict=True)
    ]
    units = {
        "id": [visible(unit_id) for unit_id in plan.units.index],
        "name": [visible(name) for name in zones["name"]],
        "jurisdiction": [jurisdictions.place(visible(name)) for name in zones["jurisdiction"]],
        "area_ha": [round(float(area), 2) for area in zones["area_ha"]],
        "main": [codes.index(code) for code in zones["main"]],
        "overlays": [[codes.index(code) for code in held.split(";") if code] for held in zones["overlays"]],
        "status": [STATUSES.index(status) for status in zones["status"]],
        "main_claim": [one[0] for one in claimed],
        "claims": [one[1] for one in claimed],
        "lines": [_lines(rows, plan) for rows in by_unit["lines"]],
        "quotas": [_quotas(rows, plan, language) for rows in by_unit["quotas"]],
        "policies": [sets.place(rows) for rows in by_unit["policies"]],
    }
    return {
        "units": units,
        "jurisdictions": jurisdictions.kept,
        "rules": [_rule(rule, plan, language) for rule in rules.kept],
        **sets.told(),
    }


def _rows(frame: pd.DataFrame) -> Rows:
    names = frame.columns.tolist()
    return [dict(zip(names, row, strict=True)) for row in zip(*(frame[name].tolist() for name in names), strict=True)]


def _by_unit(table: pd.DataFrame, units: pd.Index) -> list[Rows]:
    """The rows of a table that speak of each unit, in their order."""
    found: dict[str, Rows] = {unit_id: [] for unit_id in units}
    for row in _rows(table[table["unit_id"].isin(units)]):
        found[row["unit_id"]].append(row)
    return list(found.values())


class _Reasons:
    """What a card says of a claim that its rule does not say already."""

    def __init__(self, plan: Plan, language: str) -> None:
        self._given = {rule.id: text_in(rule.reason, language) for rule in plan.rulebook.rules}
        self._level, self._language = plan.study.units.part_of or "", language

    def of(self, row: Mapping[str, Any], *, tested: bool) -> str:
        """The reason; of a rule whose clauses stand below only where it holds for a larger unit."""
        rule = row["rule"]
        if not tested or rule == DEFAULT_RULE or rule.startswith((DECISION, LOCKED)):
            return visible(row["reason"])
        whole, reason = row["inherited_from"], self._given.get(rule, row["reason"])
        return visible(inherited_reason(reason, self._level, whole, self._language)) if whole else ""


def _claims(
    rows: Rows, zone: Mapping[str, Any], codes: list[str], rules: Shelf, reasons: _Reasons
) -> tuple[list[Any], list[list[Any]]]:
    """The claim that decided the main function, and the others; the default zone speaks only where it decided."""
    main: list[Any] = [-1, codes.index(zone["main"]), "yes", visible(zone["reason"]), []]
    others = []
    for row in rows:
        said = json.loads(row["values"]) if row["values"] else {}
        clauses = [[one["answer"], visible(one["sentence"]), int(one["decides"])] for one in said.get("clauses", ())]
        text = reasons.of(row, tested=bool(clauses))
        claim = [rules.place(row["rule"]), codes.index(row["zone"]), row["answer"], text, clauses]
        if (row["zone"], row["rule"]) == (zone["main"], zone["rule"]):
            main = claim
        elif row["rule"] != DEFAULT_RULE:
            others.append(claim)
    return main, others


def _rule(rule_id: str, plan: Plan, language: str) -> dict[str, Any]:
    """What is said once of a rule, a decision or the default."""
    rule = next((one for one in plan.rulebook.rules if one.id == rule_id), None)
    if rule is None:
        kinds = {DECISION: "decision", LOCKED: "locked", DEFAULT_RULE: "default"}
        kind = next((kind for beginning, kind in kinds.items() if rule_id.startswith(beginning)), "rule")
        entry = plan.rulebook.locked.get(rule_id)
        return {
            "id": rule_id,
            "kind": kind,
            "reason": "",
            "reference": visible(entry.reference) if entry else "",
            "verified": entry is None or entry.verified,
        }
    return {
        "id": rule.id,
        "kind": "rule",
        "reason": visible(text_in(rule.reason, language)),
        "reference": visible(rule.reference),
        "verified": rule.verified,
    }


def _lines(rows: Rows, plan: Plan) -> list[list[Any]]:
    codes = [line.code for line in plan.rulebook.lines]
    return [
        [
            codes.index(row["line"]),
            round(float(row["claimed_ha"]), 2),
            round(float(row["settled_ha"]), 2),
            [codes.index(code) if code in codes else visible(code) for code in str(row["lost_to"]).split(";") if code],
        ]
        for row in rows
        if row["line"] in codes
    ]


def _quotas(rows: Rows, plan: Plan, language: str) -> list[list[Any]]:
    names = [quota.name for quota in plan.study.quotas]
    objectives = {quota.name: quota.objective or "" for quota in plan.study.quotas}
    return [
        [
            names.index(row["quota"]),
            *(_decimal(row[column]) for column in ("amount", "floor", "ceiling")),
            None if pd.isna(row["weight"]) else float(f"{row['weight']:.7g}"),
            visible(row["binding"]),
            visible(row["jurisdiction"]),
            None if pd.isna(row["shadow_price"]) else float(f"{row['shadow_price']:.7g}"),
            *(_decimal(row[column] or None) for column in ("carried", "transferred")),
            visible(price_words(row, objectives[row["quota"]], language)),
        ]
        for row in rows
        if row["quota"] in names
    ]


def _decimal(value: Any) -> str | None:
    return None if pd.isna(value) else f"{value:f}"


class _Policies:
    """Policies as the cards list them: each kept once, and each list that units share kept once."""

    def __init__(self, plan: Plan, language: str) -> None:
        self._written = {policy.id: policy for policy in plan.rulebook.policies}
        self._language = language
        self._areas: dict[str, float] = plan.pieces["area_ha"].to_dict() if len(plan.pieces) else {}
        self._titles = {row["policy"]: row for row in _rows(plan.policies.drop_duplicates("policy"))}
        self._policies, self._settings, self._shared = Shelf(sorted(self._titles)), Shelf(), Shelf()

    def place(self, rows: Rows) -> int:
        """The number of a unit's list: each policy, what it gives way to, its settings, its part, and notes.

        What it gives way to is the place of a policy, -1 for nothing and -2 for an exception. Rows of one policy on
        several pieces are one, with their hectares; a policy on the whole unit has None there.
        """
        found: dict[tuple[str, ...], list[Any]] = {}
        for row in rows:
            over, piece = str(row["overruled_by"]), str(row["piece_id"])
            notes = (str(row.get("exception") or ""), str(row.get("inherited_from") or ""))
            told = found.setdefault(
                (row["policy"], over, "part" if piece else "", *notes),
                [
                    self._policies.place(row["policy"]),
                    self._over(over),
                    self._settings.place(row["parameters"]),
                    0.0 if piece else None,
                    *map(visible, notes),
                ],
            )
            if piece:
                told[3] += self._areas.get(piece, 0.0)
        whole_first = sorted(found.values(), key=lambda told: told[3] is not None)
        return self._shared.place(tuple((*told[:3], _rounded(told[3]), *told[4:]) for told in whole_first))

    def _over(self, overruled_by: str) -> int:
        if overruled_by.startswith(EXCEPTION):
            return EXCEPTED
        return self._policies.place(overruled_by) if overruled_by else -1

    def told(self) -> dict[str, Any]:
        """What is kept, ready for JSON."""
        return {
            "policies": [self._policy(policy_id) for policy_id in self._policies.kept],
            "settings": [_settings(text) for text in self._settings.kept],
            "shared": self._shared.kept,
        }

    def _policy(self, policy_id: str) -> dict[str, Any]:
        written = self._written.get(policy_id)
        row = self._titles.get(policy_id, {})
        said = {
            name: visible(row.get(name) or "")
            for name in ("title", "instrument", "clause", "reference", "since", "until")
        }
        title = visible(text_in(written.title, self._language, policy_id)) if written else said["title"]
        return {
            **said,
            "id": policy_id,
            "title": title,
            "instrument": instrument_in(self._language, said["instrument"]),
            "verified": bool(written and written.verified),
        }


def _rounded(area: float | None) -> float | None:
    return None if area is None else round(area, 2)


def _settings(text: str) -> list[list[str]]:
    """The settings of a policy as name, value and unit of measure."""
    content: dict[str, Any] = json.loads(text) if text else {}
    return [[visible(name), *_setting(value)] for name, value in content.items()]


def _setting(value: Any) -> tuple[Any, str]:
    if isinstance(value, dict) and set(value) == {"value", "unit"}:
        inner, unit = value["value"], "" if value["unit"] == "1" else visible(value["unit"])
        return (visible(inner) if isinstance(inner, str) else inner), unit
    return (visible(value) if isinstance(value, str) else visible(json.dumps(value, ensure_ascii=False))), ""
