"""The numbers of a plan as its pages tell them: land, people and quotas by main function and jurisdiction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import fsum

import numpy as np
import numpy.typing as npt
import pandas as pd

from maps.drawing import SHAPE_SIGNS, SHAPES, Part, Shape, mark_fills
from maps.telling.annex.report_context import ReportContext
from maps.telling.summaries.amount_shifts import QuotaShifts, quota_shifts
from maps.words import capital, name_text, text_in
from zoning.quotas import RESERVE
from zoning.study import Quota
from zoning.zones import OPEN

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]

PEOPLE = "persons"
"""The unit of measure of who lives somewhere."""


class QuotaFigures:
    """One quota: what each unit, each jurisdiction and each main function gets.

    Parameters
    ----------
    edition : ReportContext
    quota : Quota

    Attributes
    ----------
    amounts : Series of Decimal
        By unit.
    reserve : Decimal
        What is held back.
    rows : DataFrame
        Of the QUOTAS table, those of units, by unit.
    """

    def __init__(self, edition: ReportContext, quota: Quota) -> None:
        self.quota, self._edition = quota, edition
        table = edition.plan.quotas
        rows = table[(table["quota"] == quota.name) & (table["period"] == quota.period)]
        last = rows[rows["level"] == quota.levels[-1]]
        held = last["unit_id"] == RESERVE
        self.rows = last[~held].set_index("unit_id")
        self.amounts = self.rows["amount"]
        self.reserves = last[held].set_index("jurisdiction")["amount"]
        self.reserve = sum(self.reserves, Decimal(0))

    @property
    def total(self) -> Decimal:
        """All that is handed out, with what is held back."""
        return sum(self.amounts, Decimal(0)) + self.reserve

    @property
    def unit(self) -> str:
        """The unit of measure."""
        return self._edition.unit_of(self.quota.unit)

    @property
    def title(self) -> str:
        """What the quota is called."""
        return self._edition.quota(self.quota.name)

    @property
    def label(self) -> str:
        """The same at the beginning of a line."""
        return capital(self.title)

    @property
    def decimals(self) -> int:
        """Of its amounts, as its step has them: two of a step of 0.01."""
        return max(0, -int(self.quota.step.normalize().as_tuple().exponent))

    def amount_text(self, amount: object) -> str:
        """An amount with its unit, short where that is exact."""
        value = float(amount)  # type: ignore[arg-type]  # a Decimal of a table
        is_round = value == round(value) == float(f"{value:.3g}")
        written = self._edition.large(value) if is_round else self._edition.amount(amount)
        return f"{written}{self._edition.gap}{self.unit}"

    @cached_property
    def shifts(self) -> QuotaShifts | None:
        """What each unit gets beside what it would get by its weight alone; None where it is not done by weight."""
        return quota_shifts(self._edition.plan, self.quota)

    @property
    def plain(self) -> pd.Series:
        """What each unit would get by its weight alone, without priorities; empty where there are none."""
        shifts = self.shifts if self.quota.priority else None
        return pd.Series(dtype=float) if shifts is None else shifts.plain


@dataclass(frozen=True)
class PlanFigures:
    """What the pages count.

    Attributes
    ----------
    edition : ReportContext
    """

    edition: ReportContext

    @cached_property
    def mains(self) -> tuple[str, ...]:
        """Codes of the main functions that some unit has, in the order of the rulebook, the default last."""
        zones = [zone for zone in self.edition.plan.rulebook.zones if zone.kind == "main"]
        codes = set(self.edition.plan.zones["main"])
        return tuple(zone.code for zone in sorted(zones, key=lambda zone: bool(zone.default)) if zone.code in codes)

    @cached_property
    def default(self) -> str:
        """Code of the main function that needs no rule."""
        return next(zone.code for zone in self.edition.plan.rulebook.zones if zone.kind == "main" and zone.default)

    @cached_property
    def marks(self) -> dict[str, Shape]:
        """The shape of each main function, for those who see no colour."""
        return {
            code: SHAPES[position] if position < len(SHAPES) else "circle" for position, code in enumerate(self.claimed)
        } | {self.default: "circle"}

    @cached_property
    def marks_said(self) -> str:
        """What each shape means."""
        phrases = (f"{SHAPE_SIGNS[self.marks[code]]} {self.zone(code)}" for code in self.mains)
        return self.edition.pages["comma"].join(phrases)

    @cached_property
    def claimed(self) -> tuple[str, ...]:
        """The main functions that some rule or decision gave."""
        return tuple(code for code in self.mains if code != self.default)

    @cached_property
    def overlays(self) -> tuple[str, ...]:
        """Codes of the overlays that some unit has."""
        codes = [zone.code for zone in self.edition.plan.rulebook.zones if zone.kind == "overlay"]
        return tuple(code for code in codes if len(self.carrying(code)))

    @cached_property
    def fills(self) -> dict[str, str]:
        """Colours of marks on white."""
        return mark_fills(self.edition.plan.rulebook)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The main functions as parts of bars."""
        return tuple(Part(self.edition.title(code), self.fills[code]) for code in self.mains)

    @cached_property
    def units(self) -> pd.DataFrame:
        """One row a unit, by id: name, jurisdiction, main, overlays, status, area_ha and people, NaN where unknown."""
        zones = self.edition.plan.zones.set_index("unit_id")
        table = zones[["name", "jurisdiction", "main", "overlays", "status", "area_ha"]].copy()
        people = self.edition.plan.measures[self.people].reindex(table.index) if self.people else float("nan")
        return table.assign(people=pd.to_numeric(people) if self.people else people)

    def open_units(self, units: pd.DataFrame) -> tuple[pd.Index, bool]:
        """Those of some units that wait for an answer, and whether all that is open is about overlays.

        Where the main function of any is open these are told alone.
        """
        standing = self.edition.plan.standings.reindex(units.index)
        main = units.index[standing.isin(OPEN)]
        return (main, False) if len(main) else (units.index[standing == "review_overlay"], True)

    @cached_property
    def people(self) -> str:
        """The measure of how many live in a unit: one that a quota goes by, else any that is whole; or nothing."""
        plan = self.edition.plan
        measured, there = plan.rulebook.measured, set(map(str, plan.measures.columns))
        counts = [name for name in plan.measures.columns if measured.get(name) == PEOPLE and name in there]
        named = [name for quota in plan.study.quotas for name in weights_of(quota)]
        whole = [name for name in counts if plan.measures[name].notna().all()]
        return str(next((name for name in named if name in whole), next(iter(whole), "")))

    @cached_property
    def quotas(self) -> tuple[QuotaFigures, ...]:
        """The quotas of the plan that some unit takes part in."""
        allocations = (QuotaFigures(self.edition, quota) for quota in self.edition.plan.study.quotas)
        return tuple(allocation for allocation in allocations if len(allocation.amounts))

    @cached_property
    def places(self) -> tuple[str, ...]:
        """The jurisdictions, sorted."""
        return tuple(sorted(map(str, self.units["jurisdiction"].unique())))

    def carrying(self, overlay: str) -> pd.Index:
        """Ids of the units that carry an overlay."""
        carried = self.units["overlays"]
        return carried.index[[overlay in codes.split(";") for codes in carried]]

    @cached_property
    def policies_held(self) -> tuple[tuple[str, str], ...]:
        """Each unit with each policy that holds in it or in a part of it, and that nothing overrules."""
        table = self.edition.plan.policies
        rows = zip(*(table[name].tolist() for name in ("unit_id", "policy", "overruled_by")), strict=True)
        return tuple(dict.fromkeys((unit, policy) for unit, policy, overruler in rows if not overruler))

    def sums(self, values: pd.Series, units: pd.DataFrame | None = None) -> tuple[float, ...]:
        """The sum of a value of units by main function.

        Parameters
        ----------
        values : Series
            By unit; missing is none.
        units : DataFrame, optional
            Rows of ``units``; by default all.
        """
        column, main = self._by_unit(values, self.units if units is None else units)
        return self._summed(column, main)

    @cached_property
    def land_by_place(self) -> dict[str, tuple[float, ...]]:
        """Hectares of each jurisdiction by main function."""
        return self.sums_by_place(self.units["area_ha"])

    @cached_property
    def people_by_place(self) -> dict[str, tuple[float, ...]]:
        """Inhabitants alike."""
        return self.sums_by_place(self.units["people"])

    def sums_by_place(self, values: pd.Series) -> dict[str, tuple[float, ...]]:
        """The same of all units, for each jurisdiction."""
        column, main = self._by_unit(values, self.units)
        jurisdictions = self.units["jurisdiction"].to_numpy(dtype=object)
        return {
            name: self._summed(column[here], main[here]) for name in self.places for here in (jurisdictions == name,)
        }

    def _by_unit(self, values: pd.Series, table: pd.DataFrame) -> tuple[Floats, Words]:
        """A value and the main function of some units."""
        column = values if values.index is table.index else values.reindex(table.index)
        return pd.to_numeric(column).to_numpy(dtype=float), table["main"].to_numpy(dtype=object)

    def _summed(self, values: Floats, main: Words) -> tuple[float, ...]:
        return tuple(fsum(values[(main == code) & ~np.isnan(values)]) for code in self.mains)

    def percent(self, part: float, whole: float) -> str:
        """A share with its sign: one decimal, two below one per cent, ``0%`` only for nothing."""
        if not whole:
            return "–"
        return self.edition.share_text(part / whole)

    def land(self, area_ha: float) -> str:
        """An area in the unit that its size asks for."""
        if area_ha >= 10_000:
            unit = self.edition.unit_of("km2").replace("km2", "km²")
            return f"{self.edition.large(area_ha / 100)}{self.edition.gap}{unit}"
        return f"{self.edition.ha(area_ha)} {self.edition.unit_of('ha')}"

    def jurisdiction(self, name: str) -> str:
        """What a jurisdiction is called."""
        return self.edition.jurisdiction(name)

    def zone(self, code: str) -> str:
        """What a zone is called, in short."""
        return self._short.get(code) or self.edition.title(code)

    def purpose(self, code: str) -> str:
        """What land of a main function is for, in a word where the rulebook has one."""
        zone = next(zone for zone in self.edition.plan.rulebook.zones if zone.code == code)
        return text_in(zone.purpose, self.edition.language) if zone.purpose else self.zone(code)

    @cached_property
    def _short(self) -> dict[str, str]:
        rulebook, language = self.edition.plan.rulebook, self.edition.language
        return {zone.code: text_in(zone.short, language) for zone in rulebook.zones if zone.short}

    def names(self, ids: Iterable[str], *, placed: bool = False) -> tuple[str, ...]:
        """What units are called, without their ids; with their jurisdiction where others are called so, too.

        Parameters
        ----------
        ids : iterable of str
        placed : bool, optional
            Their jurisdiction stands beside them anyway.
        """
        if not placed:
            return tuple(self.edition.plan.distinct_names[unit] for unit in ids)
        named = self.units["name"]
        return tuple(str(named[unit] or unit) for unit in ids)


def lower(title: str) -> str:
    """A title in the middle of a sentence: with a small letter, where it is no abbreviation.

    Examples
    --------
    >>> lower("Households"), lower("GDP")
    ('households', 'GDP')
    """
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def weights_of(quota: Quota) -> tuple[str, ...]:
    """The measures that a quota goes by."""
    return (quota.weight,) if isinstance(quota.weight, str) else tuple(part.measure for part in quota.weight)


def _percent(edition: ReportContext, share: float) -> str:
    """A share with its sign, with a decimal only where it has one."""
    return edition.percent(edition.number(100 * share, 0 if abs(100 * share - round(100 * share)) < 1e-9 else 1))


def weight_words(edition: ReportContext, quota: Quota) -> str:
    """The same in words, of several each with its share."""
    measures = weights_of(quota)
    if isinstance(quota.weight, str) or len(measures) < 2:
        return lower("".join(map(edition.measure, measures))) or name_text(quota.name)
    whole = float(sum(part.share for part in quota.weight))
    parts = [
        edition.tell("weighed", name=lower(edition.measure(part.measure)), share=_percent(edition, part.share / whole))
        for part in quota.weight
    ]
    return edition.tell("and_last", names=edition.pages["comma"].join(parts[:-1]), last=parts[-1])
