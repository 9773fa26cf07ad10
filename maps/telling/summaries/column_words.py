"""What columns are called and what their values say: one wording a column, whoever tells of the row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from layers.ledger import finding_word
from maps.telling.explanations.industry_query import list_titles
from maps.telling.summaries.page_blocks import Cell, Column, Grid, Light, grid
from maps.words import (
    NONE,
    LocalizedPlan,
    amount,
    capital,
    catalogue,
    format_measure,
    format_number,
    phrase_in,
    reading_text,
    text_in,
)
from zoning.money import PARTY_WORDS, light_message
from zoning.quotas import RESERVE
from zoning.rulebook import EXCEPTION, Policy
from zoning.tables import Table

FIGURES = frozenset({"int", "float", "decimal"})
"""Types of columns that hold numbers."""
LIGHTS = frozenset({"intensity_light", "total_light", "verdict"})
"""Columns that hold warning lights, by level or by colour."""
LEVELS: Mapping[int | str, int] = {
    key: level for level, colour in ((1, "red"), (2, "yellow"), (3, "green")) for key in (level, colour)
}
"""The level of a light, by itself or by its colour."""
HECTARES = "_ha"
PLACES = frozenset({"region", "payer", "receiver", "party"})
"""Columns that hold units, among jurisdictions and others."""
TITLES = {
    ("flows", "rule"): "paid_by",
    ("flows", "instrument"): "agreement",
    ("flows", "amount"): "amount_of_money",
    ("conflicts", "clause"): "test",
    ("industries", "code"): "branch",
    ("policy_texts", "exception"): "exceptions",
    ("findings", "level"): "kind",
    ("firmness", "parameter"): "nearest_threshold",
    ("divergence_units", "share"): "part_of_all",
    ("divergence_units", "change"): "change_over_years",
    ("divergence", "since"): "first_year",
    ("divergence_units", "since"): "first_year",
}
"""Columns of one name that say different things."""


class ShownFact(NamedTuple):
    """What a column says of a row.

    Attributes
    ----------
    name : str
        Of the column.
    title : str
    text : str
        With its unit of measure.
    """

    name: str
    title: str
    text: str


class ColumnWords:
    """The columns of the tables of a plan in its language: headings, values as texts, and as cells of pages."""

    def __init__(self, plan: LocalizedPlan) -> None:
        self._plan, self.language, self.terms = plan, plan.language, plan.renderer.terms
        chapters = ("columns", "report", "workbook")
        self._titles, self._report, self._workbook = (catalogue(part, plan.language, plan.noun) for part in chapters)
        answers, industry, optimum, firmness = (
            catalogue(chapter, plan.language) for chapter in ("answer", "industry", "optimum", "firmness")
        )
        titles = {scenario.name: scenario.title or scenario.name for scenario in plan.study.scenarios}
        scenarios = {name: text_in(title, plan.language, name) for name, title in titles.items()}
        self._by_name: Mapping[str, Callable[[Any], str]] = {
            "main": self.zone, "main_of_whole": self.zone, "flip_zone": self.zone, "line": self.zone,
            "zone": self.zones, "overlays": self.zones, "lost_to": self.zones,
            "scenario": lambda name: scenarios.get(name, name),
            "quota": self.terms.quota, "unit": self.terms.unit, "layer": self.terms.source,
            "level": self.level, "reason": plan.without_codes,
            "status": self._report.__getitem__, "binding": lambda code: self._report.get(code, code),
            "assumed": self.measures,
            "firmness": lambda kind: firmness[f"name_{kind}"], "parameter": self.measure,
            "finding": lambda kind: phrase_in(finding_word(kind), self.language),
            "indicator": self.measure, "answer": answers.__getitem__, "at_threshold": answers.__getitem__,
            "flip_side": lambda side: self._workbook[f"flip_{side}"],
            "policy": self.policy, "overruled_by": self.overruler,
            "payer": self.party, "receiver": self.party, "party": self.party,
            "kind": lambda kind: self._report.get(f"party_{kind}", kind),
            "region": self.region,
            "jurisdiction": self.terms.jurisdiction, "inherited_from": self.terms.jurisdiction,
            **dict.fromkeys(LIGHTS, self.light),
            "treatment": industry.__getitem__, "state": industry.__getitem__,
            "objective": lambda code: self._report[f"objective_{code}"], "method": optimum.__getitem__,
            "list": lambda code: self.lists.get(code, code), "code": self.branch,
            "condition": self.terms.condition, "parts": self.parts,
        }  # fmt: skip
        self._by_column: Mapping[tuple[str, str], Callable[[Any], str]] = {
            ("policy_texts", "instrument"): self.terms.instrument, ("flows", "instrument"): self.terms.flow,
            ("industries", "reading"): lambda code: reading_text(code, self.language),
            ("flows", "period"): str, ("energy", "period"): str,
        }  # fmt: skip
        self._by_type: Mapping[str, Callable[[Any], str]] = {
            "int": lambda value: format_number(value, self.language),
            "decimal": lambda value: amount(value, self.language),
            "float": lambda value: format_measure(float(value), self.language),
            "bool": self.truth,
            "message": plan.renderer.render,
            "measures": self.measures,
        }
        self._shown: dict[str, tuple[str, ...]] = {}

    def title(self, table: str, name: str) -> str:
        """What a column of a table is called."""
        return str(self._titles[TITLES.get((table, name), name)])

    def wording(self, table: str, name: str) -> Callable[[Any], str] | None:
        """How a value of a column is called; None where its type says it."""
        return self._by_column.get((table, name)) or self._by_name.get(name)

    def shown(self, table: Table) -> tuple[str, ...]:
        """The columns that people read wherever they read of a row; those with nothing but 0 are left out."""
        if table.name not in self._shown:
            rows = getattr(self._plan, table.name)
            self._shown[table.name] = tuple(
                name
                for name in table.shown
                if name in rows and any(not _is_missing(cell) and cell for cell in rows[name])
            )
        return self._shown[table.name]

    def text(self, table: Table, name: str, value: Any) -> str:
        """What a value says, without its unit of measure; a dash where there is none.

        Examples
        --------
        >>> import zoneplan as zp
        >>> from maps.words import localize
        >>> from zoning.tables import QUOTAS
        >>> words = ColumnWords(localize(zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))))
        >>> words.title("quotas", "floor"), [words.text(QUOTAS, "floor", value) for value in (Decimal("1250.5"), None)]
        ('Floor', ['1,250.5', '–'])
        """
        if not has_value(value):
            return NONE
        return (self.wording(table.name, name) or self._by_type.get(table.columns[name], str))(value)

    def measured(self, table: Table, name: str, row: Mapping[str, Any]) -> str:
        """What a column says of a row, with its unit of measure, and what qualifies it."""
        text, kind = self.text(table, name, row[name]), table.columns[name]
        unit = "ha" if name.endswith(HECTARES) else row.get("unit", "") if kind == "decimal" else ""
        measured = f"{text} {self.terms.unit(str(unit))}" if unit else text
        return self._report["comma"].join(filter(None, (measured, self._qualifier(table, name, row))))

    def facts(self, table: Table, row: Mapping[str, Any]) -> tuple[ShownFact, ...]:
        """What the shown columns say of a row, those without a value left out."""
        return tuple(
            ShownFact(name, self.title(table.name, name), self.measured(table, name, row))
            for name in self.shown(table)
            if has_value(row[name])
        )

    def cell(self, table: Table, name: str, row: Mapping[str, Any]) -> Cell:
        """What a column says of a row, as pages show it: a light with its shape, the id of a unit beneath its name."""
        text, note = self.text(table, name, row[name]), self._qualifier(table, name, row)
        if name in LIGHTS:
            return Light(LEVELS[row[name]], text, note)
        if name in PLACES and row[name] in self._plan.distinct_names and text != row[name]:
            return text, row[name]
        return (text, note) if note else text

    def grid(self, title: str, table: Table, names: Iterable[str], rows: pd.DataFrame, note: str = "") -> Grid:
        """Some columns of some rows of a table as a grid of a page."""
        wanted = tuple(names)
        cells = (tuple(self.cell(table, name, row) for name in wanted) for row in rows.to_dict("records"))
        return grid(title, self.heads(table, wanted), cells, note=note)

    def heads(self, table: Table, names: Iterable[str]) -> tuple[Column, ...]:
        """Columns of a grid, each by its title."""
        return tuple(Column(self.title(table.name, name), _look(table, name)) for name in names)

    def _qualifier(self, table: Table, name: str, row: Mapping[str, Any]) -> str:
        """What must be known beside a value, such as that it does not count; empty where nothing must."""
        by = table.qualified.get(name, "")
        return self._report[by] if by and row[by] else ""

    @cached_property
    def lists(self) -> Mapping[str, str]:
        """Titles of negative lists."""
        return list_titles(self._plan)

    @cached_property
    def _zones(self) -> Mapping[str, str]:
        book = self._plan.rulebook
        zones = [(zone.code, zone.title) for zone in book.zones]
        lines = [(line.code, line.title) for line in book.lines]
        return {code: text_in(title, self.language, code) for code, title in (*zones, *lines)}

    @cached_property
    def policies(self) -> Mapping[str, Policy]:
        """The policies of the rulebook by code."""
        return {policy.id: policy for policy in self._plan.rulebook.policies}

    @cached_property
    def _policy_titles(self) -> Mapping[str, str]:
        """Titles of policies; two of one title have their codes behind them, for a title joins two sheets."""
        titles = {code: text_in(policy.title, self.language, code) for code, policy in self.policies.items()}
        taken = list(titles.values())
        return {code: f"{title} ({code})" if taken.count(title) > 1 else title for code, title in titles.items()}

    def zone(self, code: str) -> str:
        """Title of a zone or line; what no rulebook knows stands as it is."""
        return self._zones.get(code, code)

    def zones(self, codes: str) -> str:
        """Titles of several, from the column of a table."""
        return self.listed(self.zone(code) for code in codes.split(";") if code)

    def listed(self, texts: Iterable[str]) -> str:
        """Texts in a row."""
        return self._report["and"].join(texts)

    def measure(self, name: str) -> str:
        """What a measure is called in a row of words."""
        return self.terms.measure(name).title

    def measures(self, names: str) -> str:
        """Titles of several, from the column of a table."""
        return self.listed(self.measure(name) for name in str(names).split(";"))

    def truth(self, answer: bool) -> str:
        """Yes or no."""
        return self._report["yes" if answer else "no"]

    def region(self, code: str) -> str:
        """A region by the name of its unit or jurisdiction."""
        return self._plan.distinct_names.get(code) or self.terms.jurisdiction(code)

    def policy(self, code: str) -> str:
        """Title of a policy."""
        return self._policy_titles.get(code, code)

    def overruler(self, code: str) -> str:
        """The stricter policy, or the exception, to which one gives way."""
        number = code.removeprefix(EXCEPTION)
        return self._workbook["exception_of"].format(n=number) if number != code else self.policy(code)

    def level(self, code: str) -> str:
        """A level by its title, and what is held back at the last one in a word of its own."""
        return str(self._workbook["level_reserve"]) if code == RESERVE else capital(self.terms.level(code))

    def party(self, code: str) -> str:
        """A unit by its name, a zone by its title, a pool or budget in words."""
        if code in PARTY_WORDS:
            return self._report[PARTY_WORDS[code]]
        return self._plan.distinct_names.get(code) or self.terms.jurisdiction(self.zone(code))

    def light(self, code: int | str) -> str:
        """A light by its colour."""
        return self._plan.renderer.render(light_message(int(code) if str(code).isdigit() else code))

    def parts(self, text: str) -> str:
        """The parts of an objective with their values."""
        part_values = json.loads(text).items()
        return self.listed(f"{self.measure(part)} {self.terms.value_text(part, value)}" for part, value in part_values)

    def branch(self, code: str) -> str:
        """A branch of industry by its code and title."""
        branches = self._plan.rulebook.branches
        return f"{branches.listed(code)} {text_in(branches.title(code), self.language, '')}".strip()


def has_value(value: Any) -> bool:
    """Whether a value of a table says anything: a number, 0 among them, a text, or that something is so.

    Examples
    --------
    >>> [has_value(cell) for cell in ("", None, float("nan"), False, Decimal(0), -1.5, "east", True)]
    [False, False, False, False, True, True, True, True]
    """
    return not _is_missing(value) and (bool(value) or not isinstance(value, (str, bool, np.bool_)))


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, (float, Decimal)) and value != value) or value is pd.NA  # noqa: PLR0124  (NaN is what differs from itself)


def _look(table: Table, name: str) -> str:
    """How a column of a grid is set."""
    kind = table.columns[name]
    if name in LIGHTS:
        return "word"
    return "number" if kind in FIGURES else "long" if kind == "message" else "text"
