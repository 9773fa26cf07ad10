"""Why indices and derived measures are what they are, how far apart regions are, and whether norms are kept."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from layers.conditions import parse_calculation, parse_condition
from layers.sources import name_text
from zoning.measures import (
    DRIFTING,
    GROWTH,
    YEARS_APART,
    Because,
    divergence_measures,
    drift_answer,
    explain_derived,
    places_of,
)
from zoning.pipeline.records.findings import each_row, in_plan, in_rulebook, is_about, parameters_of, said_of
from zoning.plan import Plan
from zoning.policies import plain_value
from zoning.reasons import (
    AccessParts,
    ArealParts,
    CapacityParts,
    IndexParts,
    Message,
    RasterParts,
    Record,
    Said,
    Term,
    Texts,
    Titles,
    days_of,
    in_languages,
    say,
)
from zoning.rulebook import Derived, Membership, Norm, Rulebook
from zoning.study import AccessTerms, ArealTerms, DivergenceSection, PlanIndex, RasterTerms, RegionalSeries
from zoning.zones import norms_in

AGGREGATES = {
    "weighted_sum": "explain.index_weighted_sum",
    "geometric_mean": "explain.index_geometric_mean",
    "weakest_link": "explain.index_weakest_link",
    "topsis": "explain.index_topsis",
}
"""What is said of an index by how its scores are made one."""


SHOWN = 8
"""So many facilities that a unit reaches are told one by one, the nearest first."""

Parts = list[tuple[Message, Mapping[str, Any]]]
"""What is said of each part, and the same as plain values."""


def derived_in(plan: Plan) -> tuple[Derived, ...]:
    """The measures that a plan's rulebook derived for it, in the order of the rulebook."""
    return tuple(measure for measure in plan.rulebook.derived if measure.name in plan.measures.columns)


def derived_records(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """Why indices of the plan and derived measures of some units are what they are."""
    by_unit = index_records(plan, ids)
    for unit, records in _drift_records(plan, by_unit).items():
        by_unit[unit] += records
    derived = [
        (measure, plan.trace.derived[measure.name])
        for measure in derived_in(plan)
        if measure.name in plan.trace.derived
    ]
    places = np.flatnonzero(is_about(plan.measures.index, by_unit)) if derived else np.array([], np.intp)
    units, values = plan.measures.index[places].astype(str).tolist(), each_row(plan.measures.iloc[places])
    for measure, banding in derived:
        amounts = [plain_value(row[measure.name]) for row in values]
        here = [*range(len(places))]
        if isinstance(measure, Membership):  # nothing is told of regions in which a unit does not lie
            here = [position for position in here if amounts[position] is not False]
        reasons = explain_derived(measure, banding, places[here], plan.measures, plan.rulebook)
        for position, because in zip(here, reasons, strict=True):
            amount, row = amounts[position], values[position]
            by_unit[units[position]].append(
                _membership(measure, amount, because, row, plan)
                if isinstance(measure, Membership)
                else _measure(measure, amount, because, row, plan)
            )
    return by_unit


def divergence_records(plan: Plan, rows: pd.DataFrame) -> list[Record]:
    """What each figure of regions that drift apart is of."""
    section = plan.study.divergence
    if section is None:
        return []
    places = {series.name: position for position, series in enumerate(section.series)}
    return [
        _drift_answer(plan, row, section) if row["indicator"] == DRIFTING else _figure(plan, row, places[row["series"]])
        for row in each_row(rows)
    ]


def _drift_answer(plan: Plan, row: Mapping[str, Any], section: DivergenceSection) -> Record:
    """Why regions drift apart, or do not: each gap in the first and in the last year."""
    series, drift = section.series[0], drift_answer(plan.divergence, section)
    called = {"series": in_languages(series.called), "since": str(row["since"]), "year": str(row["year"])}
    return Record(
        kind="divergence",
        id=DRIFTING,
        reason=say(f"explain.drift_{drift.answer}", years=drift.years, least=YEARS_APART, **called),
        amount=plain_value(row["value"]),
        unit="1",
        evidence=Said(clauses=drift.clauses, values={}),
        written=in_plan(plan.study, "divergence"),
        facts={
            **called,
            "answer": drift.answer,
            "years": drift.years,
            "gaps": [
                {
                    **gap._asdict(),
                    "before": plain_value(gap.before),
                    "after": plain_value(gap.after),
                    "wider": gap.answer,
                }
                for gap in drift.gaps
            ],
        },
    )


def _figure(plan: Plan, row: Mapping[str, Any], position: int) -> Record:
    series = _series(plan, position)
    years = f"{row['since']}–{row['year']}" if row["since"] else row["year"]
    texts = {"series": in_languages(series.called), "vintage": in_languages(series.vintage)}
    return Record(
        kind="divergence",
        id=row["indicator"],
        reason=say(
            "explain.drift_figure",
            indicator=say(f"divergence.{row['indicator']}"),
            years=years,
            units=int(row["units"]),
            **texts,
        ),
        amount=plain_value(row["value"]),
        unit=row["unit"],
        reference=in_languages(series.reference),
        reading=series.reading if series.reference else "",
        written=in_plan(plan.study, "divergence", "series", position),
        facts={
            **texts,
            **{name: plain_value(row[name]) for name in ("grouping", "region", "since", "year", "p", "units")},
        },
    )


def _series(plan: Plan, position: int) -> RegionalSeries:
    section = plan.study.divergence
    if section is None:
        raise KeyError(position)
    return section.series[position]


def _drift_records(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """Why the growth of each unit, and its likeness to its neighbours, is what it is; by series in their order."""
    by_unit: dict[str, list[Record]] = {unit: [] for unit in ids}
    every = plan.divergence_units
    here = every[is_about(every["unit_id"], by_unit)] if len(every) else every
    rows = {(row["series"], row["unit_id"]): row for row in each_row(here)}
    for position, name in divergence_measures(plan.study.divergence):
        drift = _Drift(plan, name, position)
        for unit, unit_records in by_unit.items():
            row = rows.get((drift.series.name, unit))
            if row is not None:
                unit_records.append(drift.record(row))
    return by_unit


class _Drift:
    """What is said of one measure that follows from a series; what all units share is made once."""

    def __init__(self, plan: Plan, name: str, position: int) -> None:
        self.name, self.series = name, _series(plan, position)
        self._reference = in_languages(self.series.reference)
        self._reading = self.series.reading if self.series.reference else ""
        self._written = in_plan(plan.study, "divergence", "series", position)
        self._vintage, called = in_languages(self.series.vintage), in_languages(self.series.called)
        self._compared = say(f"divergence.compared_{self.series.compared}", series=called)
        self._span = {"since": min(self.series.years), "year": max(self.series.years)}
        self._grows = name.endswith(GROWTH)
        self._unit = "%" if self._grows else "1"
        self._title = (
            say("measured.growth", series=called, vintage=self._vintage, **self._span)
            if self._grows
            else say("measured.local_moran", compared=self._compared, vintage=self._vintage)
        )

    def record(self, row: Mapping[str, Any]) -> Record:
        """That of a unit."""
        value = row["growth_pct"] if self._grows else row["local_i"]
        reason = self._of_growth(row) if self._grows else self._of_neighbours(row)
        return Record(
            kind="derived",
            id=self.name,
            reason=reason,
            amount=plain_value(value),
            unit=self._unit,
            reference=self._reference,
            reading=self._reading,
            written=self._written,
            facts={
                "unit_title": Titles("units", self._unit),
                "measure": self.name,
                "title": self._title,
                "value": None if value != value else float(f"{value:.6g}"),  # noqa: PLR0124  (NaN is what differs from itself)
                "row": 0,
                "rows": 0,
                "because": {},
                "calculation": reason,
                "parts": (),
            },
        )

    def _of_growth(self, row: Mapping[str, Any]) -> Message:
        return say(
            "explain.drift_grown",
            vintage=self._vintage,
            change=Decimal(f"{row['change']:.6g}"),
            unit=Term("unit", str(row["unit"])),
            share=100 * float(row["share"]),
            **self._span,
        )

    def _of_neighbours(self, row: Mapping[str, Any]) -> Message | str:
        if not row["cluster"]:
            return ""
        cluster, p = say(f"divergence.{row['cluster']}"), float(row["local_p"])
        return say("explain.drift_local", compared=self._compared, vintage=self._vintage, cluster=cluster, p=p)


def index_records(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """Why the indices of the plan are what they are."""
    by_unit: dict[str, list[Record]] = {unit: [] for unit in ids}
    for position, index in enumerate(plan.study.indices):
        parts = plan.trace.indices.get(index.name)
        if parts is None:
            continue
        measures = (name for _, name in index.reads)
        names = dict.fromkeys((*measures, *index.measures, *index.standards))
        table = plan.measures.loc[list(by_unit), [name for name in names if name in plan.measures.columns]]
        explainer = _Told(index, parts)
        for unit, values in zip(by_unit, each_row(table), strict=True):
            by_unit[unit].append(_index(index, position, explainer.of(unit, values), values, plan))
    return by_unit


def _index(
    index: PlanIndex, position: int, explanation: tuple[Message | str, Parts], values: Mapping[Any, Any], plan: Plan
) -> Record:
    calculation, parts = explanation
    value = plain_value(values[index.name])
    unit = "1" if index.capacity is None else "persons" if index.capacity.per == "person" else "ha"
    return Record(
        kind="derived",
        id=index.name,
        reason=calculation,
        amount=value,
        unit=unit,
        evidence=Said(values={name: plain_value(values[name]) for _, name in index.reads}),
        reference=in_languages(index.reference),
        reading=index.reading if index.reference else "",
        written=in_plan(plan.study, "indices", position),
        links=tuple(
            Record(kind="index_part", id=f"{index.name}-{n}", reason=message) for n, (message, _) in enumerate(parts)
        ),
        facts={
            "unit_title": Titles("units", unit),
            "measure": index.name,
            "title": in_languages(index.title or name_text(index.name)),
            "value": value,
            "row": 0,
            "rows": 0,
            "because": {},
            "calculation": calculation,
            "parts": tuple(facts for _, facts in parts if facts),
        },
    )


class _Told:
    """What is said of one index."""

    def __init__(
        self, index: PlanIndex, parts: IndexParts | AccessParts | CapacityParts | RasterParts | ArealParts
    ) -> None:
        self._index, self._parts = index, parts
        self._rows: dict[str, Any] = {}
        match parts:
            case IndexParts(scores, _):
                self._rows = dict(zip(scores.index.astype(str), each_row(scores), strict=True))
            case AccessParts(reached, _, _):
                ids = reached["unit_id"].astype(str)
                self._rows = {str(unit): list(each_row(rows)) for unit, rows in reached.groupby(ids, sort=False)}
            case CapacityParts(people):
                self._rows = dict(zip(people.index.astype(str), each_row(people), strict=True))

    def of(self, unit: str, values: Mapping[Any, Any]) -> tuple[Message | str, Parts]:
        """The main thing, and what is said of each part; nothing where the unit has no such index."""
        match self._parts:
            case IndexParts(_, weights) if unit in self._rows:
                key = AGGREGATES[self._index.aggregate]
                return say(key), self._scores(values, self._rows[unit], weights)
            case CapacityParts() if unit in self._rows:
                return self._capacity(values, self._rows[unit])
            case RasterParts() if self._index.rasters is not None and not pd.isna(values[self._index.name]):
                return self._of_cells(self._index.rasters, self._parts)
            case ArealParts(areas) if self._index.areal is not None and not pd.isna(values[self._index.name]):
                return self._of_areas(self._index.areal, int(areas[unit])), []
            case AccessParts() if self._index.access is not None:
                return self._access(self._index.access, values, self._rows.get(unit, []))
        return "", []

    def _scores(self, values: Mapping[Any, Any], scores: Mapping[Any, Any], weights: pd.Series) -> Parts:
        explained: Parts = []
        sums = self._index.aggregate == "weighted_sum"
        for name in self._index.of:
            facts = {"value": float(values[name]), "score": float(scores[name]), "weight": float(weights[name])}
            if sums:
                facts["adds"] = facts["score"] * facts["weight"]
            key = "explain.index_part_of_sum" if sums else "explain.index_part"
            explained.append((say(key, name=Term("measure", name), **facts), {"name": name, **facts}))
        return explained

    def _of_cells(self, terms: RasterTerms, parts: RasterParts) -> tuple[Message, Parts]:
        explained: Parts = []
        for name, layer in terms.layers.items():
            facts: dict[str, Any] = {"name": name, "layer": layer}
            key = "explain.index_raster_layer"
            if terms.derive is None:
                row = parts.statistics.loc[name]
                facts |= {"low": float(row["min"]), "high": float(row["max"]), "weight": float(parts.weights[name])}
                key = "explain.index_raster_part"
            titles = {"name": Term("measure", name), "layer": Term("layer", layer)}
            explained.append((say(key, **(facts | titles)), facts))
            if "rank_error" in parts.statistics.columns and parts.statistics.loc[name, "rank_error"] > 0:
                off = {"error": float(row["rank_error"]), "cells": float(row["cells"])}
                explained.append((say("explain.index_raster_ranks", layer=titles["layer"], **off), {}))
        if terms.derive is not None:
            return say("explain.index_raster_derived", name=Term("name", terms.derive)), explained
        how = say(AGGREGATES[self._index.aggregate])
        return say(
            "explain.index_rasters" if terms.classes is None else "explain.index_raster_grades", how=how
        ), explained

    def _of_areas(self, terms: ArealTerms, areas: int) -> Message:
        message = say(
            f"explain.index_{terms.kind}",
            layer=Term("layer", terms.layer),
            column=terms.column,
            value=terms.value or "",
            n=areas,
        )
        if terms.dasymetric is None:
            return message
        return say("explain.index_dasymetric", how=message, layer=Term("layer", terms.dasymetric))

    def _capacity(self, values: Mapping[Any, Any], people: Mapping[Any, Any]) -> tuple[Message, Parts]:
        terms, name = self._index.capacity, self._index.name
        needs, ending = ({}, "") if terms is None else (terms.needs, "" if terms.per == "person" else "_ha")
        explained: Parts = []
        for thing, need in sorted(needs.items(), key=lambda pair: float(people[pair[0]])):
            facts = {"value": float(values[thing]), "need": need, "people": float(people[thing])}
            key = f"explain.capacity_part{ending}"
            explained.append((say(key, name=Term("measure", thing), **facts), {"name": thing, **facts}))
        if terms is not None and terms.present is not None:
            heads, load = float(values[terms.present]), float(values[f"{name}_load"]) * 100
            if math.isnan(load):
                explained.append((say(f"explain.capacity_nothing{ending}", people=heads), {}))
            else:
                key = "explain.capacity_over" if load > 100 else "explain.capacity_load"
                explained.append((say(f"{key}{ending}", people=heads, load_pct=load), {}))
        scarcest = Term("measure", str(values[f"{name}_limited_by"]))
        return say("explain.capacity", name=scarcest), explained

    def _access(
        self, terms: AccessTerms, values: Mapping[Any, Any], rows: list[Mapping[Any, Any]]
    ) -> tuple[Message, Parts]:
        nearest = terms.method == "nearest"
        explained: Parts = []
        for row in rows:
            facts = {key: float(row[key]) for key in ("time", "supply", "people", "adds")}
            key = "explain.access_nearest" if nearest else "explain.access_part"
            explained.append(
                (say(key, facility=str(row["facility"]), **facts), {"facility": str(row["facility"]), **facts})
            )
        if len(explained) > SHOWN:
            explained = [*explained[:SHOWN], (say("explain.access_more", n=len(rows) - SHOWN), {})]
        explained += self._standard(values)
        reach = {"n": len(rows), "reach": terms.reach}
        key = f"explain.access_{terms.method}" if not nearest else "explain.access_ways"
        return say(key if rows else "explain.access_none", **reach), explained

    def _standard(self, values: Mapping[Any, Any]) -> Parts:
        name = self._index.name
        standard = values.get(f"{name}_standard")
        if standard is None or pd.isna(standard):
            return []
        below, missing = values[f"{name}_people_below"], values.get(f"{name}_missing")
        if not below > 0:
            return [(say("explain.standard_met", standard=float(standard)), {})]
        facts = {"standard": float(standard), "people": float(below)}
        if missing is None:
            return [(say("explain.standard_too_far", **facts), {})]
        return [(say("explain.standard_missed", **facts, missing=float(missing)), {})]


def norm_records(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """Why the norms of the places where some units belong are kept or not."""
    by_unit: dict[str, list[Record]] = {unit: [] for unit in ids}
    norms = {norm.id: norm for norm in plan.rulebook.norms}
    for (name, level), rows in norms_in(plan).groupby(["norm", "level"], sort=False) if norms else ():
        norm, records = norms[str(name)], dict[object, Record]()
        by_place = {row["place"]: row for row in each_row(rows)}
        for unit, area in places_of(plan.measures, str(level), plan.study.units.levels).items():
            if str(unit) in by_unit and area in by_place:
                if area not in records:
                    records[area] = _norm(norm, by_place[area], plan)
                by_unit[str(unit)].append(records[area])
    return by_unit


def _measure(measure: Derived, value: Any, because: Because, row: Mapping[Any, Any], plan: Plan) -> Record:
    applied, band = measure.among(plan.measures.columns), because.band
    names = parse_condition(band.when).names | parse_calculation(band.value).names if band else applied.names
    always = band is not None and band.when.strip().upper() == "TRUE"
    text = Texts(band.reason) if band and band.reason else ""
    worked = because.calculation if band and parse_calculation(band.value).names else ""
    if measure.correction is not None and applied is not measure:
        alone = say("explain.uncorrected", factor=_title(measure.correction.by, plan.rulebook))
        worked = say("explain.worked", because=alone, calculation=worked) if worked else alone
    return Record(
        kind="derived",
        id=measure.name,
        reason=say("explain.worked", because=text, calculation=worked) if text and worked else text or worked,
        amount=value,
        unit=measure.unit,
        when="" if band is None or always else band.when,
        evidence=Said(
            clauses=() if always else tuple(because.clauses),
            values={name: plain_value(row[name]) for name in sorted(names) if name in row},
            parameters=parameters_of(names, plan.rulebook),
        ),
        days=days_of(measure),
        reference=in_languages(measure.reference),
        reading=measure.reading,
        written=in_rulebook(plan.rulebook, "derived", measure),
        facts={
            "unit_title": Titles("units", measure.unit),
            "measure": measure.name,
            "title": measure.title,
            "value": value,
            "row": because.number,
            "rows": len(applied.table),
            "because": band.reason if band and band.reason else {},
            "calculation": worked,
            "parts": (),
        },
    )


def _membership(membership: Membership, value: Any, because: Because, row: Mapping[Any, Any], plan: Plan) -> Record:
    """Through which place a unit lies in a region, and which programmes run there."""
    region = membership.region
    location = membership.places[because.number - 1] if 0 < because.number <= len(membership.places) else None
    through = location if location is not None and location.source is not None else membership
    return replace(
        _measure(membership, value, because, row, plan),
        reference=in_languages(through.reference or membership.reference),
        reading=through.reading,
        written=in_rulebook(plan.rulebook, "regions", region),
        links=tuple(
            Record(
                kind="programme",
                id=programme.id,
                reason=Texts(programme.title),
                days=days_of(programme),
                reference=in_languages(programme.reference),
                reading=programme.reading if programme.reference else "",
                written=in_rulebook(plan.rulebook, "regions", region),
                facts={"title": programme.title, "policies": programme.policies},
            )
            for programme in membership.programmes
        ),
    )


def _title(name: str, rulebook: Rulebook) -> Texts | str:
    """What a rulebook calls an indicator, also of a topic about which the study gives nothing."""
    listed = rulebook.draft.indicators if rulebook.draft else rulebook.indicators
    return next((Texts(indicator.title) for indicator in listed if indicator.name == name and indicator.title), name)


def _norm(norm: Norm, row: Mapping[Any, Any], plan: Plan) -> Record:
    return Record(
        kind="norm",
        id=norm.id,
        when=norm.holds,
        evidence=said_of(row["facts"].fields["facts"], plan.rulebook),
        days=days_of(norm),
        reference=in_languages(norm.reference),
        reading=norm.reading,
        written=in_rulebook(plan.rulebook, "norms", norm),
        facts={
            "norm": norm.id,
            "title": norm.title,
            "level": str(row["level"]),
            "place": str(row["place"]),
            "answer": str(row["answer"]),
            "facts": row["facts"],
        },
    )
