"""What the map says of each unit, with texts and reasons that recur kept once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Generic, TypeVar, cast

import pandas as pd

from layers.conditions import parse_condition
from layers.errors import escape_hidden
from maps.telling import (
    PAYING,
    ColumnWords,
    QuotaShifts,
    entry_heading,
    extent_sentence,
    names_of_units,
    reason_lines,
    rule_and_reason,
    trace,
)
from maps.web.page_model import (
    CardHeading,
    CardLine,
    Cards,
    ClaimRow,
    Columns,
    Groups,
    LineKind,
    LineRow,
    PolicyEntry,
    PolicyRow,
    QuotaRow,
    RuleEntry,
    Setting,
    SitingRow,
    UnitRow,
)
from maps.words import LocalizedPlan, describe_parameters, extent_text, hectares, price_words, reading_text, text_in
from zoning.pipeline import each_row, rows_about
from zoning.rulebook import EXCEPTION
from zoning.tables import QUOTAS, ZONES, Table

GAP = "\0"
"""Where a number stands in a text that is kept once; no visible text has this character."""
TOLD_TOGETHER = 4_096
"""Units whose chains are in words at one time: those of a country would take half a gigabyte."""
_NUMBER = re.compile(r"(?<![A-Za-z0-9_])([0-9]+(?:[.,][0-9]+)*)")

Link = Mapping[str, Any]


Kept = TypeVar("Kept", bound=Hashable)


class Shelf(Generic[Kept]):
    """Values that recur, each kept once.

    Examples
    --------
    >>> shelf = Shelf()
    >>> [shelf.index_of(word) for word in ("land", "energy", "land")], shelf.values
    ([0, 1, 0], ('land', 'energy'))
    """

    def __init__(self, values: Iterable[Kept] = ()) -> None:
        self._places = {value: position for position, value in enumerate(values)}

    @property
    def values(self) -> tuple[Kept, ...]:
        """The values in the order of their places."""
        return tuple(self._places)

    def index_of(self, value: Kept) -> int:
        """Where a value stands; it is put there if it is new."""
        return self._places.setdefault(value, len(self._places))


class ReasonTable:
    """Chains as the cards unfold them: each text once, its numbers apart, and each chain that units share once."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._texts: Shelf[str] = Shelf()
        self._reasons: Shelf[tuple[CardLine, ...]] = Shelf()
        self._lists: Shelf[tuple[int, ...]] = Shelf()
        self._headings: Shelf[tuple[CardHeading, ...]] = Shelf()
        self._parts: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._placed: dict[tuple[int, object], tuple[Link, int]] = {}

    def index_of(self, link: Link, word: Callable[[Link, str], Link] | None = None) -> int:
        """The place of a chain: its lines, each by its depth, kind and text."""
        known = self._placed.get((id(link), word))
        if known is None:
            worded = link if word is None else word(link, self._language)
            lines = reason_lines(worded, self._language)
            card_lines = tuple(
                CardLine(line.depth, cast("LineKind", line.kind), line.decides, *self._text(line.text))
                for line in lines
            )
            known = self._placed[id(link), word] = link, self._reasons.index_of(card_lines)
        return known[1]

    def place_all(self, links: Iterable[Link]) -> int:
        """The place of a list of chains."""
        return self._lists.index_of(tuple(self.index_of(link) for link in links))

    def headed(self, matter: str, links: Iterable[Link]) -> int:
        """The place of a list of headings, each with its chain."""
        texts = ((link, self._text(entry_heading(matter, link, self._language))) for link in links)
        return self._headings.index_of(tuple(CardHeading(*text, self.index_of(link)) for link, text in texts))

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts, each with its gaps."""
        return self._texts.values

    @property
    def reasons(self) -> Groups[CardLine]:
        """The chains, line by line."""
        return Groups(CardLine, self._reasons.values)

    @property
    def lists(self) -> tuple[tuple[int, ...], ...]:
        """The lists of chains."""
        return self._lists.values

    @property
    def headings(self) -> Groups[CardHeading]:
        """The lists of headings."""
        return Groups(CardHeading, self._headings.values)

    def forget(self) -> None:
        """Let go of the links that it was given; what they say stays."""
        self._placed.clear()

    def _text(self, text: str) -> tuple[int, tuple[str, ...]]:
        """The place of a text without its numbers, which differ from unit to unit, and these as they are written."""
        if text not in self._parts:
            parts = _NUMBER.split(escape_hidden(text))
            self._parts[text] = self._texts.index_of(GAP.join(parts[::2])), tuple(parts[1::2])
        return self._parts[text]


HEADED_ON_CARDS = ("derived", "norms", "energy", "services", "flows", "industries")
"""Matters of which a card has the headings and chains of the explanation, and nothing else."""

Rows = list[dict[str, Any]]
Content = dict[str, Any]


def cards(plan: LocalizedPlan, shifts: Mapping[str, QuotaShifts] | None = None) -> Cards:
    """Everything that the cards of the units say."""
    ids = plan.units.index.tolist()
    zones = [zone.code for zone in plan.rulebook.zones]
    rules: Shelf[RuleEntry] = Shelf()
    jurisdictions: Shelf[str] = Shelf()
    reasons, policies = ReasonTable(plan.language), _Policies(plan)
    names = names_of_units(plan.source)
    rows_of_zones = each_row(plan.zones.set_index("unit_id").reindex(ids).rename_axis("unit_id").reset_index())
    statuses = plan.standings.reindex(ids).tolist()
    moved = {
        (name, str(unit)): position
        for name, shifts_of_quota in (shifts or {}).items()
        for unit, position in shifts_of_quota.of_units().items()
    }
    words = ColumnWords(plan)
    of_zones, of_quotas = (_Shown(words, table) for table in (ZONES, QUOTAS))

    def claim(link: Content) -> ClaimRow:
        rule = rules.index_of(RuleEntry(link["rule"], link["kind"]))
        return ClaimRow(rule, zones.index(link["zone"]), link["answer"], reasons.index_of(link, rule_and_reason))

    def unit(row: Mapping[str, Any], standing: Any, duties: Rows, chain: Content) -> UnitRow:
        return UnitRow(
            id=escape_hidden(row["unit_id"]),
            name=escape_hidden(row["name"]),
            other_names=tuple(escape_hidden(name) for name in names[row["unit_id"]] if name != row["name"]),
            jurisdiction=jurisdictions.index_of(escape_hidden(plan.jurisdiction(row["jurisdiction"]))),
            area_ha=hectares(row["area_ha"]),
            main=zones.index(row["main"]),
            overlays=tuple(zones.index(code) for code in row["overlays"].split(";") if code),
            status=row["status"],
            standing=standing,
            policies=policies.index_of(duties, chain["policies"]),
            policy_reasons=reasons.place_all(_whole_first(chain["policies"])),
            **{matter: reasons.headed(matter, chain[matter]) for matter in HEADED_ON_CARDS},
            shown=of_zones.texts(row),
        )

    units: list[UnitRow] = []
    main_claims: list[ClaimRow] = []
    claims: list[list[ClaimRow]] = []
    line_rows: list[list[LineRow]] = []
    quota_rows: list[list[QuotaRow]] = []
    for here, chains in _chains(plan, ids):
        lines, quotas, duties = (_by_unit(getattr(plan, name), ids[here]) for name in ("lines", "quotas", "policies"))
        units += map(unit, rows_of_zones[here], statuses[here], duties, chains)
        main_claims += [claim(chain["main"]) for chain in chains]
        claims += [[claim(link) for link in (*chain["overlays"], *chain["other_claims"])] for chain in chains]
        line_rows += [
            _line_rows(rows, chain["lines"], plan, reasons) for rows, chain in zip(lines, chains, strict=True)
        ]
        quota_rows += [
            _quota_rows(rows, chain["quotas"], plan, reasons, of_quotas, moved)
            for rows, chain in zip(quotas, chains, strict=True)
        ]
        reasons.forget()
    return Cards(
        units=Columns(UnitRow, units),
        unit_titles=of_zones.titles,
        quota_titles=of_quotas.titles,
        jurisdictions=jurisdictions.values,
        rules=rules.values,
        main_claims=Columns(ClaimRow, main_claims),
        claims=Groups(ClaimRow, claims),
        line_rows=Groups(LineRow, line_rows),
        quota_rows=Groups(QuotaRow, quota_rows),
        siting_rows=Groups(SitingRow, [_siting_rows(rows, plan) for rows in _by_unit(plan.sitings, ids)]),
        policies=policies.entries,
        settings=policies.settings,
        policy_lists=policies.lists,
        texts=reasons.texts,
        reasons=reasons.reasons,
        reason_lists=reasons.lists,
        headings=reasons.headings,
    )


def _chains(plan: LocalizedPlan, ids: list[str]) -> Iterator[tuple[slice, list[Content]]]:
    """The chains of units, some at a time, and the places of these."""
    every = trace(plan, ids)
    for start in range(0, len(ids), TOLD_TOGETHER):
        here = slice(start, start + TOLD_TOGETHER)
        chains = every if len(ids) <= TOLD_TOGETHER else every.apart()
        yield here, [chains[unit] for unit in ids[here]]


class _Shown:
    """The shown columns of a table that have something to say of any unit, as cards list them."""

    def __init__(self, words: ColumnWords, table: Table) -> None:
        self._words, self._table, self._names = words, table, words.shown(table)
        self.titles = tuple(words.title(table.name, name) for name in self._names)

    def texts(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        """What they say of a row."""
        by_column = {fact.name: escape_hidden(fact.text) for fact in self._words.facts(self._table, row)}
        return tuple(by_column.get(name, "") for name in self._names)


def _by_unit(table: pd.DataFrame, ids: list[str]) -> list[Rows]:
    """The rows of a table that speak of each unit, in their order."""
    rows_by_unit: dict[str, Rows] = {unit_id: [] for unit_id in ids}
    for row in each_row(rows_about(table, rows_by_unit)):
        rows_by_unit[row["unit_id"]].append(row)
    return list(rows_by_unit.values())


def _whole_first(policies: list[Content]) -> list[Content]:
    """Policies in the order in which cards list them."""
    return sorted(policies, key=lambda policy: bool(policy["pieces"]))


def _line_rows(rows: Rows, links: list[Content], plan: LocalizedPlan, reasons: ReasonTable) -> list[LineRow]:
    """The lines of the rulebook in a unit, each with its reason."""
    codes = [line.code for line in plan.rulebook.lines]
    titles = {line.code: escape_hidden(text_in(line.title, plan.language, line.code)) for line in plan.rulebook.lines}
    return [
        LineRow(
            line=codes.index(row["line"]),
            claimed_ha=hectares(row["claimed_ha"]),
            settled_ha=hectares(row["settled_ha"]),
            lost_to=tuple(titles.get(code, escape_hidden(code)) for code in str(row["lost_to"]).split(";") if code),
            reason=reasons.index_of(link),
        )
        for row, link in _explained(rows, "line", links, codes)
    ]


def _quota_rows(
    rows: Rows,
    links: list[Content],
    plan: LocalizedPlan,
    reasons: ReasonTable,
    columns: _Shown,
    shifts: Mapping[tuple[str, str], int],
) -> list[QuotaRow]:
    """The quotas of the study in a unit, each with its reason."""
    names = [quota.name for quota in plan.study.quotas]
    objectives = {quota.name: quota.objective or "" for quota in plan.study.quotas}
    return [
        QuotaRow(
            quota=names.index(row["quota"]),
            amount=f"{row['amount']:f}",
            ceiling=_decimal(row["ceiling"]),
            weight=_digits(row["weight"], 7),
            binding=escape_hidden(row["binding"]),
            jurisdiction=escape_hidden(plan.jurisdiction(row["jurisdiction"])),
            price=_digits(row["shadow_price"], 7),
            price_text=escape_hidden(price_words(row, objectives[row["quota"]], plan.language)),
            shown=columns.texts(row),
            shift=int(shifts.get((row["quota"], row["unit_id"]), -1)),
            reason=reasons.index_of(link),
        )
        for row, link in _explained(rows, "quota", links, names)
    ]


def _explained(
    rows: Rows, column: str, links: list[Content], known: Collection[str]
) -> Iterator[tuple[Content, Content]]:
    """The rows whose subject is known, each with the link that explains it."""
    return zip(
        (row for row in rows if row[column] in known), (link for link in links if link["id"] in known), strict=True
    )


def _siting_rows(rows: Rows, plan: LocalizedPlan) -> list[SitingRow]:
    """What each quota took on the ground of a unit."""
    names = [quota.name for quota in plan.study.quotas]
    return [
        SitingRow(
            quota=names.index(row["quota"]),
            placed_ha=hectares(row["placed_ha"]),
            unplaced_ha=hectares(row["unplaced_ha"]),
            patches=int(row["patches"]),
            gap_pct=_digits(row["gap_pct"], 3),
        )
        for row in rows
        if row["quota"] in names
    ]


def _decimal(value: Any) -> str | None:
    return f"{value:f}" if isinstance(value, Decimal) else None


def _digits(value: Any, digits: int) -> float | None:
    return None if pd.isna(value) else float(f"{value:.{digits}g}")


def _unknown(link: Content) -> tuple[str, ...]:
    """What a condition holds by although it is missing: only a test for that says yes to nothing but missing values."""
    values = link["values"]
    return tuple(
        escape_hidden(clause["sentence"])
        for clause in link["clauses"]
        if clause["decides"]
        and clause["answer"] == "yes"
        and (names := parse_condition(clause["text"]).names & values.keys())
        if all(values[name] is None for name in names)
    )


class _Policies:
    """Policies as the cards list them: each kept once, and each list that units share kept once."""

    def __init__(self, plan: LocalizedPlan) -> None:
        self._written = {policy.id: policy for policy in plan.rulebook.policies}
        self._plan = plan
        self._areas: dict[str, float] = plan.pieces["area_ha"].to_dict() if len(plan.pieces) else {}
        self._titles = {row["policy"]: row for row in each_row(plan.policies.drop_duplicates("policy"))}
        self._policies = Shelf(sorted(self._titles))
        self._settings: Shelf[tuple[str, str]] = Shelf()
        self._lists: Shelf[tuple[PolicyRow, ...]] = Shelf()

    def index_of(self, rows: Rows, links: Sequence[Content]) -> int:
        """The place of a unit's list, with what its chains leave open; rows of one policy on several pieces are one."""
        unknown = {link["policy"]: _unknown(link) for link in links}
        policy_rows: dict[tuple[str, ...], PolicyRow] = {}
        part_ha: dict[tuple[str, ...], float] = {}
        for row in rows:
            over, piece = str(row["overruled_by"]), str(row["piece_id"])
            notes = (str(row.get("exception") or ""), str(row.get("inherited_from") or ""))
            key = (row["policy"], over, "part" if piece else "", *notes)
            if key not in policy_rows:
                policy_rows[key] = PolicyRow(
                    policy=self._policies.index_of(row["policy"]),
                    holds=not over,
                    over=self._policies.index_of(over) if over and not over.startswith(EXCEPTION) else None,
                    settings=self._settings.index_of((row["policy"], row["parameters"])),
                    part_ha=None,
                    exception=escape_hidden(notes[0]),
                    inherited_from=escape_hidden(self._plan.jurisdiction(notes[1])),
                    unknown=unknown.get(row["policy"], ()),
                )
            if piece:
                part_ha[key] = part_ha.get(key, 0.0) + self._areas.get(piece, 0.0)
        whole = [policy_row for key, policy_row in policy_rows.items() if key not in part_ha]
        parts = [policy_rows[key]._replace(part_ha=hectares(area)) for key, area in part_ha.items()]
        return self._lists.index_of((*whole, *parts))

    @property
    def entries(self) -> tuple[PolicyEntry, ...]:
        """The policies."""
        return tuple(self._entry(policy_id) for policy_id in self._policies.values)

    @property
    def settings(self) -> Groups[Setting]:
        """The settings of policies in words."""
        return Groups(Setting, [self._terms(*setting) for setting in self._settings.values])

    @property
    def lists(self) -> Groups[PolicyRow]:
        """The lists of units."""
        return Groups(PolicyRow, self._lists.values)

    def _terms(self, policy_id: str, parameters: str) -> list[Setting]:
        settings = json.loads(parameters) if parameters else {}
        described = describe_parameters(self._written.get(policy_id), settings, self._plan.renderer)
        return [Setting(escape_hidden(title), escape_hidden(text)) for title, text in described]

    def _entry(self, policy_id: str) -> PolicyEntry:
        written = self._written.get(policy_id)
        row = self._titles.get(policy_id, {})
        texts = {
            name: escape_hidden(row.get(name) or "")
            for name in ("title", "instrument", "clause", "reference", "since", "until")
        }
        title = escape_hidden(text_in(written.title, self._plan.language, policy_id)) if written else texts["title"]
        extent = extent_text(written, self._plan.language)
        return PolicyEntry(
            id=policy_id,
            title=title,
            instrument=self._plan.renderer.terms.instrument(texts["instrument"]),
            pays=texts["instrument"] in PAYING,
            clause=texts["clause"],
            extent=escape_hidden(extent_sentence(extent, self._plan.language)) if extent else "",
            reference=texts["reference"],
            since=texts["since"],
            until=texts["until"],
            doubt="" if written is None or written.verified else reading_text(written.reading, self._plan.language),
        )
