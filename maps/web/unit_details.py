"""What the map says of each unit, one column a fact, with texts and reasons that recur kept once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from layers.errors import escape_hidden
from maps.explain import entry_heading, reason_lines, records, rule_and_reason, trace
from maps.locale import LocalizedPlan, describe_parameters, hectares, price_words, text_in
from zoning.rulebook import EXCEPTION
from zoning.zones import STANDINGS, decision_status

KINDS = ("reason", "setting", "yes", "no", "unknown", "parameter", "reference")
"""What a line of a chain can be, by its number from 1; below 0 it is a clause on which nothing hangs."""
_KINDS = {kind: number for number, kind in enumerate(KINDS, start=1)}
GAP = "\0"
"""Where a number stands in a text that is kept once; no visible text has this character."""
_NUMBER = re.compile(r"(?<![A-Za-z0-9_])([0-9]+(?:[.,][0-9]+)*)")

Link = Mapping[str, Any]


class StringTable:
    """Values that recur, each kept once.

    Examples
    --------
    >>> shelf = StringTable()
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


class ReasonTable:
    """Chains as the cards unfold them: each text once, its numbers apart, and each chain that units share once.

    Parameters
    ----------
    language : str
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self._texts, self._whys, self._lists = StringTable(), StringTable(), StringTable()
        self._parts: dict[str, tuple[int | str, ...]] = {}
        self._placed: dict[tuple[int, object], tuple[Link, int]] = {}

    def place(self, link: Link, word: Callable[[Link, str], Link] | None = None) -> int:
        """The number of a chain: its lines, each by its depth, kind and text.

        Parameters
        ----------
        link : mapping
            One that several units share is told once; it must not change.
        word : callable, optional
            Takes the link and the language, and returns it as it is to be told.
        """
        known = self._placed.get((id(link), word))
        if known is None:
            worded = link if word is None else word(link, self._language)
            lines = reason_lines(worded, self._language)
            told = tuple((one.depth, self._kind(one.kind, one.decides), *self._text(one.text)) for one in lines)
            known = self._placed[id(link), word] = link, self._whys.place(told)
        return known[1]

    def place_all(self, links: Iterable[Link]) -> int:
        """The number of a list of chains."""
        return self._lists.place(tuple(self.place(link) for link in links))

    def headed(self, matter: str, links: Iterable[Link]) -> int:
        """The number of a list of headings, each with its chain."""
        told = ((self.place(one), *self._text(entry_heading(matter, one, self._language))) for one in links)
        return self._lists.place(tuple(told))

    def told(self) -> dict[str, list[Any]]:
        """What is kept, ready for JSON."""
        return {"texts": self._texts.kept, "whys": self._whys.kept, "why_lists": self._lists.kept}

    def _text(self, text: str) -> tuple[int | str, ...]:
        """The place of a text without its numbers, which differ from unit to unit, and these as they are written."""
        if text not in self._parts:
            parts = _NUMBER.split(escape_hidden(text))
            self._parts[text] = self._texts.place(GAP.join(parts[::2])), *parts[1::2]
        return self._parts[text]

    @staticmethod
    def _kind(kind: str, decides: bool) -> int:
        return _KINDS[kind] if decides else -_KINDS[kind]


EXCEPTED = -2
"""What a policy gives way to where an exception holds."""
STATUSES = ("decided", "contested", "review", "by_decision", "assumed")
HEADED_ON_CARDS = ("derived", "norms", "energy", "services", "flows", "industries")
"""Matters of which a card has the headings and chains of the explanation, and nothing else."""

Rows = list[dict[str, Any]]
Content = dict[str, Any]


def cards(plan: LocalizedPlan, language: str) -> dict[str, Any]:
    """Everything that the cards of the units say.

    Parameters
    ----------
    plan : LocalizedPlan
    language : str
        Of the titles and reasons of the rulebook.

    Returns
    -------
    dict
        ``units``: columns in the order of ``plan.units``. Zones, lines and quotas are numbers in the order of the
        rulebook and of the study; ``rules``, ``policies``, ``settings``, ``shared`` (lists of policies that units
        have in common), ``texts``, ``whys`` (chains as :func:`maps.explain.explain` tells them, line by line)
        and ``why_lists`` are kept once and numbered. Ready for JSON, hidden characters made visible.
    """
    table = plan.zones.set_index("unit_id").reindex(plan.units.index)
    zones = {str(name): column.tolist() for name, column in table.items()}
    codes = [zone.code for zone in plan.rulebook.zones]
    rules, jurisdictions, whys = StringTable(), StringTable(), ReasonTable(language)
    sets = _Policies(plan, language)
    ids = plan.units.index.tolist()
    traced = trace(plan, ids)
    chains = [traced[unit_id] for unit_id in ids]
    by_unit = {name: _by_unit(getattr(plan, name), ids) for name in ("lines", "quotas", "policies")}

    def claims(chain: Content, *keys: str) -> list[list[Any]]:
        found = [one for key in keys for one in (chain[key] if isinstance(chain[key], list) else [chain[key]])]
        return [_claim(one, codes, rules, whys) for one in found]

    def each(
        matter: str, told: Callable[[Rows, LocalizedPlan, str], list[list[Any]]], known: Collection[str]
    ) -> list[Any]:
        links = ([whys.place(one) for one in chain[matter] if one["id"] in known] for chain in chains)
        rows = (told(rows, plan, language) for rows in by_unit[matter])
        return [
            [[*one, why] for one, why in zip(some, found, strict=True)] for some, found in zip(rows, links, strict=True)
        ]

    units = {
        "id": [escape_hidden(unit_id) for unit_id in ids],
        "name": [escape_hidden(name) for name in zones["name"]],
        "jurisdiction": [jurisdictions.place(escape_hidden(name)) for name in zones["jurisdiction"]],
        "area_ha": [hectares(area) for area in zones["area_ha"]],
        "main": [codes.index(code) for code in zones["main"]],
        "overlays": [[codes.index(code) for code in held.split(";") if code] for held in zones["overlays"]],
        "status": [STATUSES.index(status) for status in zones["status"]],
        "standing": [STANDINGS.index(standing) for standing in decision_status(plan).reindex(ids)],
        "main_claim": [claims(chain, "main")[0] for chain in chains],
        "claims": [claims(chain, "overlays", "other_claims") for chain in chains],
        "lines": each("lines", _lines, [line.code for line in plan.rulebook.lines]),
        "quotas": each("quotas", _quotas, [quota.name for quota in plan.study.quotas]),
        "sitings": [_sitings(rows, plan) for rows in _by_unit(plan.sitings, ids)],
        "policies": [sets.place(rows) for rows in by_unit["policies"]],
        "policy_whys": [whys.place_all(_whole_first(chain["policies"])) for chain in chains],
        **{matter: [whys.headed(matter, chain[matter]) for chain in chains] for matter in HEADED_ON_CARDS},
    }
    return {
        "units": units,
        "jurisdictions": jurisdictions.kept,
        "rules": [{"id": name, "kind": kind} for name, kind in rules.kept],
        **sets.told(),
        **whys.told(),
    }


def _by_unit(table: pd.DataFrame, ids: list[str]) -> list[Rows]:
    """The rows of a table that speak of each unit, in their order."""
    found: dict[str, Rows] = {unit_id: [] for unit_id in ids}
    for row in records(table):
        if row["unit_id"] in found:
            found[row["unit_id"]].append(row)
    return list(found.values())


def _claim(one: Content, codes: list[str], rules: StringTable, whys: ReasonTable) -> list[Any]:
    """A claim by the place of its rule, its zone, its answer, and why."""
    rule = rules.place((one["rule"], one["kind"]))
    return [rule, codes.index(one["zone"]), one["answer"], whys.place(one, rule_and_reason)]


def _whole_first(policies: list[Content]) -> list[Content]:
    """Policies in the order in which cards list them."""
    return sorted(policies, key=lambda one: bool(one["pieces"]))


def _lines(rows: Rows, plan: LocalizedPlan, _language: str) -> list[list[Any]]:
    codes = [line.code for line in plan.rulebook.lines]
    return [
        [
            codes.index(row["line"]),
            hectares(row["claimed_ha"]),
            hectares(row["settled_ha"]),
            [
                codes.index(code) if code in codes else escape_hidden(code)
                for code in str(row["lost_to"]).split(";")
                if code
            ],
        ]
        for row in rows
        if row["line"] in codes
    ]


def _quotas(rows: Rows, plan: LocalizedPlan, language: str) -> list[list[Any]]:
    names = [quota.name for quota in plan.study.quotas]
    objectives = {quota.name: quota.objective or "" for quota in plan.study.quotas}
    return [
        [
            names.index(row["quota"]),
            *(_decimal(row[column]) for column in ("amount", "floor", "ceiling")),
            None if pd.isna(row["weight"]) else float(f"{row['weight']:.7g}"),
            escape_hidden(row["binding"]),
            escape_hidden(row["jurisdiction"]),
            None if pd.isna(row["shadow_price"]) else float(f"{row['shadow_price']:.7g}"),
            *(_decimal(row[column] or None) for column in ("carried", "transferred")),
            escape_hidden(price_words(row, objectives[row["quota"]], language)),
        ]
        for row in rows
        if row["quota"] in names
    ]


def _sitings(rows: Rows, plan: LocalizedPlan) -> list[list[Any]]:
    """What each quota took on the ground: hectares placed and not placed, patches, and how far from the best."""
    names = [quota.name for quota in plan.study.quotas]
    return [
        [
            names.index(row["quota"]),
            hectares(row["placed_ha"]),
            hectares(row["unplaced_ha"]),
            int(row["patches"]),
            None if pd.isna(row["gap_pct"]) else float(f"{row['gap_pct']:.3g}"),
        ]
        for row in rows
        if row["quota"] in names
    ]


def _decimal(value: Any) -> str | None:
    return f"{value:f}" if isinstance(value, Decimal) else None


class _Policies:
    """Policies as the cards list them: each kept once, and each list that units share kept once."""

    def __init__(self, plan: LocalizedPlan, language: str) -> None:
        self._written = {policy.id: policy for policy in plan.rulebook.policies}
        self._plan, self._language = plan, language
        self._areas: dict[str, float] = plan.pieces["area_ha"].to_dict() if len(plan.pieces) else {}
        self._titles = {row["policy"]: row for row in records(plan.policies.drop_duplicates("policy"))}
        self._policies, self._settings, self._shared = StringTable(sorted(self._titles)), StringTable(), StringTable()

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
                    self._settings.place((row["policy"], row["parameters"])),
                    0.0 if piece else None,
                    *map(escape_hidden, notes),
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
            "settings": [self._terms(*one) for one in self._settings.kept],
            "shared": self._shared.kept,
        }

    def _terms(self, policy_id: str, parameters: str) -> list[list[str]]:
        """The settings of a policy in words: what each is called, and what it is."""
        settings = json.loads(parameters) if parameters else {}
        told = describe_parameters(self._written.get(policy_id), settings, self._plan.renderer.terms)
        return [[escape_hidden(title), escape_hidden(text)] for title, text in told]

    def _policy(self, policy_id: str) -> dict[str, Any]:
        written = self._written.get(policy_id)
        row = self._titles.get(policy_id, {})
        said = {
            name: escape_hidden(row.get(name) or "")
            for name in ("title", "instrument", "clause", "reference", "since", "until")
        }
        title = escape_hidden(text_in(written.title, self._language, policy_id)) if written else said["title"]
        return {
            **said,
            "id": policy_id,
            "title": title,
            "instrument": self._plan.renderer.terms.instrument(said["instrument"]),
            "verified": bool(written and written.verified),
        }


def _rounded(area: float | None) -> float | None:
    return None if area is None else hectares(area)
