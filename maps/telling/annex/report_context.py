"""An edition of a report: one plan in one language, with the names and figures as they stand on every page."""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from math import floor, log10
from typing import Any

import pandas as pd
from pyproj import CRS

from layers.conditions import parse_calculation, parse_condition
from layers.sources import Sourced
from maps.drawing import Neighbourhood
from maps.telling.explanations.records_in_words import clauses_in_words
from maps.telling.summaries.column_words import ColumnWords
from maps.telling.summaries.page_blocks import Column
from maps.words import (
    NONE,
    RECORD,
    LocalizedPlan,
    amount,
    area_decimals,
    assumption_title,
    catalogue,
    format_measure,
    format_number,
    localize,
    name_text,
    percent,
    projection,
    reading_text,
    sentence_gap,
    short_amount,
    text_in,
)
from zoning.pipeline import claim_said
from zoning.plan import Assumption, Plan

TOLD = 300
"""More units are not told one by one: map and workbook have them."""
"""How references begin that cite no text: nobody can have seen it, or fail to."""


@dataclass(frozen=True)
class ReportContext:
    """One plan, told in one language.

    Attributes
    ----------
    plan : LocalizedPlan
    near : Neighbourhood
        Of the plan, for its maps.
    """

    plan: LocalizedPlan
    near: Neighbourhood

    @classmethod
    def of(cls, plan: Plan, language: str = "en", near: Neighbourhood | None = None) -> ReportContext:
        """The edition of a plan in a language, with its neighbourhood where another page has it already.

        Raises
        ------
        ZoneplanError
            The language is not known.
        """
        return cls(localize(plan, language), near or Neighbourhood(plan))

    @property
    def language(self) -> str:
        """The language that it is in."""
        return self.plan.language

    @cached_property
    def words(self) -> Mapping[str, str]:
        """What the report says of itself."""
        return catalogue("report", self.language, self.plan.noun)

    @cached_property
    def name(self) -> str:
        """What the plan is called."""
        return text_in(self.plan.study.title, self.language)

    @cached_property
    def column_words(self) -> ColumnWords:
        """What columns of tables are called and what their values say."""
        return ColumnWords(self.plan)

    @cached_property
    def pages(self) -> Mapping[str, str]:
        """What the pages say."""
        return catalogue("page", self.language, self.plan.noun)

    def tell(self, key: str, **figures: object) -> str:
        """A sentence of the pages with its figures."""
        return self.pages[key].format(**figures)

    @cached_property
    def map_credits(self) -> str:
        """Whose data lie around the plan on its maps, and what is to be said of borders."""
        return self.near.credits(self.language)

    @property
    def gap(self) -> str:
        """What stands between two sentences."""
        return sentence_gap(self.language)

    def jurisdiction(self, name: str) -> str:
        """What a jurisdiction is called."""
        return self.plan.jurisdiction(name)

    def quota(self, name: str) -> str:
        """What a quota is called."""
        return self.plan.renderer.terms.quota(name)

    def flow(self, name: str) -> str:
        """What an agreement or transfer is called."""
        return self.plan.renderer.terms.flow(name)

    def source(self, name: str) -> str:
        """What an input is called: a layer by its title, a table by its file."""
        return self.plan.renderer.terms.source(name)

    def evidence(self, name: str) -> tuple[str, ...]:
        """Whose data an input holds, of when, and under which licence; nothing where the plan does not say it."""
        provenance = self.plan.study.evidence_of(name)
        texts = () if provenance is None else (provenance.publisher, provenance.vintage, provenance.licence)
        return tuple(text_in(text or "", self.language) for text in texts)

    @cached_property
    def titles(self) -> dict[str, str]:
        """Title of every zone and control line by its code."""
        rulebook = self.plan.rulebook
        zones = {zone.code: text_in(zone.title, self.language, zone.code) for zone in rulebook.zones}
        return zones | {line.code: text_in(line.title, self.language, line.code) for line in rulebook.lines}

    @cached_property
    def deductions(self) -> tuple[str, ...]:
        """What available land was not reduced by, for want of a layer."""
        return tuple(self.assumed(assumption) for assumption in self.plan.assumptions if assumption.kind == "deduction")

    def assumed(self, assumption: Assumption) -> str:
        """What an assumption is about."""
        return name_text(assumption_title(assumption, self.plan.renderer.terms))

    def measure(self, name: str) -> str:
        """What a measure is called."""
        return self.plan.renderer.terms.measure(name).title

    def level(self, name: str) -> str:
        """What a level of the hierarchy is called."""
        return self.plan.renderer.terms.level(name)

    def when(self, condition: str | None) -> str:
        """A condition on one line, in the words of the rulebook; empty where there is none."""
        return self.plan.renderer.terms.condition(condition) if condition else ""

    def calculation(self, text: str) -> str:
        """A calculation on one line, with titles for the names in it."""
        return parse_calculation(text).in_words(self.plan.renderer.terms.names)

    def unit_of(self, unit: str) -> str:
        """A unit of measure."""
        return self.plan.renderer.terms.unit(unit)

    def rulebook(self, *details: str | Mapping[str, str]) -> str:
        """What the rulebook is called, with what it says of itself."""
        texts = (text_in(text, self.language) for text in (self.plan.rulebook.display_name, *details))
        return self.words["comma"].join(filter(None, texts))

    def terms(self, terms: Iterable[tuple[str, str]]) -> str:
        """What a policy sets, in one line."""
        return self.words["semicolon"].join(self.say("term", name=name, value=value) for name, value in terms)

    def role(self, role: str) -> str:
        """What a role is called."""
        return name_text(self.plan.renderer.terms.role(role))

    @cached_property
    def total_ha(self) -> float:
        """Area of all units."""
        return float(self.plan.zones["area_ha"].sum())

    @cached_property
    def _named(self) -> dict[str, str]:
        zones = self.plan.zones
        return {
            unit_id: f"{name} ({unit_id})" if name and name != unit_id else unit_id
            for unit_id, name in zip(zones["unit_id"], zones["name"], strict=True)
        }

    def unit(self, unit_id: str) -> str:
        """A unit by its name and id."""
        return self._named.get(unit_id, unit_id)

    @cached_property
    def _standings(self) -> dict[str, str]:
        return {str(unit_id): self.words[standing] for unit_id, standing in self.plan.standings.items()}

    def standing(self, unit_id: str) -> str:
        """How the zones of a unit came about, in words."""
        return self._standings[unit_id]

    def title(self, code: str) -> str:
        """Title of a zone or line; what no rulebook knows stands as it is."""
        return self.titles.get(code, code)

    def reading(self, cited: Sourced) -> str:
        """How the text that an entry of the rulebook or the plan cites is known, where and when it was read."""
        return reading_text(cited.reading, self.language, cited.source)

    def doubt(self, entry: Sourced | Mapping[str, Any]) -> str:
        """How the text that an entry cites is known, where it is not verified; empty where it cites none."""
        if isinstance(entry, Sourced):
            verified, reading = entry.verified, entry.reading
        else:
            verified, reading = entry["verified"], entry["reading"]
        return "" if verified is not False or reading == "own" else reading_text(reading, self.language)

    def own_thresholds(self) -> str:
        """How many of the numbers that rules compare with are in no law, but the author's own; empty where none is."""
        rulebook = self.plan.rulebook
        compared = {name for rule in rulebook.rules for name in parse_condition(rule.when).names}
        limits = [parameter for name, parameter in rulebook.parameters.items() if name in compared]
        count = sum(parameter.is_own for parameter in limits)
        return self.tell("own_thresholds", own=count, all=len(limits)) if count else ""

    def overlays(self, codes: str) -> str:
        """Titles of overlays from the column of a table."""
        return self.words["and"].join(self.title(code) for code in codes.split(";") if code)

    def lost(self, codes: str, row: Mapping[Any, Any]) -> str:
        """To which lines land went, from the column ``lost_to``; with the hectares where the row has them."""
        parts = (
            self.say("lost_part", line=self.title(code), n=self.ha(row[f"to_{code}_ha"]))
            if f"to_{code}_ha" in row
            else self.title(code)
            for code in codes.split(";")
            if code
        )
        return self.words["and"].join(parts)

    def ha(self, area: object) -> str:
        """Hectares, with the same decimals on every page."""
        return format_number(area, self.language, area_decimals(self.total_ha))

    def share(self, area_ha: float) -> str:
        """Per cent of the area of all units."""
        return percent(area_ha, self.total_ha, self.language)

    def percent(self, number: str) -> str:
        """A number with the sign of per cent, as verdicts have it."""
        return catalogue("verdict", self.language)["percent"].format(n=number)

    def share_text(self, part: float) -> str:
        r"""A share with its sign: one decimal, two below one per cent, none of nothing and of all.

        Examples
        --------
        >>> import zoneplan as zp
        >>> edition = ReportContext.of(zp.run(zp.read_study(zp.builtin_study("us_mountain_west"))))
        >>> [edition.share_text(part) for part in (0, 0.00063, 0.0461, 1)]
        ['0\xa0%', '0.06\xa0%', '4.6\xa0%', '100\xa0%']
        """
        exact = part in (0, 1)
        return self.percent(self.number(100 * part, 0 if exact else 2 if part < 0.01 else 1))

    def tiny(self, part: float) -> str:
        r"""A share with its sign in two digits, however small.

        Examples
        --------
        >>> import zoneplan as zp
        >>> edition = ReportContext.of(zp.run(zp.read_study(zp.builtin_study("us_mountain_west"))))
        >>> [edition.tiny(part) for part in (0.000012, 0.0364, 0)]
        ['0.0012\xa0%', '3.6\xa0%', '0\xa0%']
        """
        decimals = 0 if not part else max(0, 1 - floor(log10(abs(100 * part))))
        return self.percent(self.number(100 * part, decimals))

    def signed(self, part: float, decimals: int = 0) -> str:
        r"""A change in per cent with its sign.

        Examples
        --------
        >>> import zoneplan as zp
        >>> edition = ReportContext.of(zp.run(zp.read_study(zp.builtin_study("us_mountain_west"))))
        >>> edition.signed(0.134), edition.signed(-0.003, 1)
        ('+13\xa0%', '−0.3\xa0%')
        """
        sign = "+" if part > 0 else "−" if part < 0 else ""
        return self.percent(f"{sign}{self.number(abs(100 * part), decimals)}")

    def change(self, amount: float, decimals: int = 0) -> str:
        """An amount more or less, with its sign, whole or with so many decimals.

        Examples
        --------
        >>> import zoneplan as zp
        >>> edition = ReportContext.of(zp.run(zp.read_study(zp.builtin_study("us_mountain_west"))))
        >>> edition.change(-1234.4), edition.change(0.2), edition.change(0.2, 1)
        ('−1,234', '0', '+0.2')
        """
        rounded = round(amount, decimals)
        sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
        return f"{sign}{self.number(abs(rounded), decimals if rounded else 0)}"

    def compact(self, value: float | Decimal) -> str:
        """A large number in the words of the language, as the map has it; see :func:`maps.words.short_amount`.

        Examples
        --------
        >>> import zoneplan as zp
        >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
        >>> [ReportContext.of(plan, language).compact(19_167_646) for language in ("en", "zh")]
        ['19.2 million', '1,917万']
        """
        return short_amount(value, self.language)

    def large(self, value: float) -> str:
        """A whole number; a large one in tens of thousands where the language counts so.

        Examples
        --------
        >>> import zoneplan as zp
        >>> plan = zp.run(zp.read_study(zp.builtin_study("china_provinces")))
        >>> [ReportContext.of(plan, "zh").large(value) for value in (191.797, 1_027_312)]
        ['192', '103万']
        """
        return self.compact(value) if self.language == "zh" and value >= 10_000 else self.number(value)

    def people_text(self, people: float) -> str:
        """So many people."""
        return self.tell("persons", n=self.compact(people))

    def money(self, value: Decimal, unit: str, *, signed: bool = False) -> str:
        """An amount of money, large ones in words, with its currency."""
        sign = "−" if value < 0 else "+" if signed and value > 0 else ""
        written = self.compact(abs(value)) if abs(value) >= 10**6 else self.amount(abs(value))
        return f"{sign}{self.tell('money', n=written, unit=self.unit_of(unit))}"

    def date(self, day: date) -> str:
        """A day in words; a language may have another word for the first of a month, by its rule of plurals."""
        return self.tell("date", n=day.day, month=self.pages[f"month_{day.month}"], year=str(day.year))

    @cached_property
    def rulebook_title(self) -> str:
        """What the rulebook is called."""
        return text_in(self.plan.rulebook.display_name, self.language)

    def projection(self, crs: CRS) -> str:
        """The name of a projection, in words where it is one that zoneplan makes."""
        return projection(crs, self.language)

    def number(self, value: object, decimals: int = 0) -> str:
        """A number with so many decimals; see :func:`maps.words.format_number`."""
        return format_number(value, self.language, decimals)

    def amount(self, value: object) -> str:
        """An exact amount; see :func:`maps.words.amount`."""
        return amount(value, self.language)

    def measured(self, value: object) -> str:
        """A measured value; see :func:`maps.words.format_measure`."""
        return format_measure(value, self.language)

    def counted(self, count: int) -> str:
        """A number of units in words."""
        return self.say("n_units", n=count)

    def extent(self, count: int, area_ha: float) -> str:
        """A number of units and their area in words."""
        return self.words["comma"].join((self.counted(count), self.say("ha", n=self.ha(area_ha))))

    def say(self, key: str, **figures: object) -> str:
        """A sentence with its figures."""
        return self.words[key].format(**figures)

    def columns(self, **kinds: str) -> tuple[Column, ...]:
        """Columns of a grid: the key of each title, and what stands in it."""
        return tuple(Column(self.words[key], kind) for key, kind in kinds.items())

    def yes(self, answer: bool) -> str:
        """Yes or no."""
        return self.column_words.truth(answer)

    def clauses(self, claim: Any) -> tuple[str, ...]:
        """What each clause of a claim, a row of the CLAIMS table, said; those of the default by rule."""
        sentences, plan = [], self.plan
        rests_on = claim_said(getattr(claim, RECORD), json.loads(claim.values), plan.rulebook)
        for clause in clauses_in_words(rests_on, plan.renderer):
            answer = self.words.get(clause["answer"], clause["answer"])
            sentence = self.say("answered", answer=answer, sentence=clause["sentence"])
            sentences.append(f"{clause['rule']}, {sentence}" if "rule" in clause else sentence)
        return tuple(dict.fromkeys(sentences))

    def day(self, value: object) -> str:
        """A date as ISO, or a dash."""
        return str(value) if value is not None and str(value) not in {"", "nan", "NaT"} else NONE


def each_row(table: pd.DataFrame) -> Iterator[Any]:
    """Rows of a table with their cells as attributes."""
    make = _row_type(tuple(table.columns))._make
    yield from map(make, zip(table.index.tolist(), *(table[name].tolist() for name in table.columns), strict=True))


@cache
def _row_type(names: tuple[str, ...]) -> Any:
    """What ``itertuples`` makes rows of, once for all tables with these columns."""
    return namedtuple("Row", ("Index", *names), rename=True)  # noqa: PYI024  (its fields are known with the table)


def group_rows(rows: Iterable[Any], column: str) -> dict[str, list[Any]]:
    """Rows of :func:`each_row` by the values of a column, in the order in which these come."""
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(str(getattr(row, column)), []).append(row)
    return groups


def by_group(table: pd.DataFrame, column: str) -> list[tuple[str, pd.DataFrame]]:
    """Parts of a table by the values of a column, sorted."""
    return [(str(name), part) for name, part in table.groupby(column, sort=True)]
