"""Why there is a payment, and what the services of a unit's land are worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd

from layers.read import jurisdiction_names
from layers.sources import UnitsSection
from zoning.money import PARTY_WORDS, expand_agreements, measure_names, measures_of
from zoning.pipeline.records.findings import each_row, in_plan, saids_at
from zoning.plan import Plan
from zoning.quotas import UNIT
from zoning.reasons import Message, Record, Said, Term, Texts, Titles, in_languages, say
from zoning.study import Agreement, ServicesSection, Transfer


def flow_records(plan: Plan, rows: pd.DataFrame) -> list[Record]:
    """Why there are some payments."""
    maker = _FlowMaker(plan) if len(rows) else None
    return [maker.flow(row) for row in each_row(rows)] if maker else []


class _FlowMaker:
    """Makes the records of payments."""

    def __init__(self, plan: Plan) -> None:
        self._plan, study = plan, plan.study
        made: dict[tuple[str, int], tuple[str, int, Agreement | Transfer]] = {}
        for position, agreement in enumerate(expand_agreements(study, plan.rulebook)):
            made[agreement.name, agreement.period] = "agreement", position, agreement
        for position, transfer in enumerate(study.transfers):
            made[transfer.name, transfer.period] = "transfer", position, transfer
        self._made = made
        names = names_by_language(plan.units, study.units)
        self._names = {str(unit): in_languages(name) for unit, name in names.items() if name}
        self._names |= {code: in_languages(name) for code, name in jurisdiction_names(plan.units, study.units).items()}
        self._evidence: dict[str, dict[str, Said]] = {}

    def flow(self, row: Mapping[str, Any]) -> Record:
        """One row of the FLOWS table."""
        kind, position, made = self._made.get((row["instrument"], int(row["period"])), ("flow", 0, None))
        unit = str(row["receiver"])
        known = isinstance(made, Transfer) and made.level == UNIT and unit in self._plan.measures.index
        of_unit = made if isinstance(made, Transfer) and known else None
        return Record(
            kind=kind,
            id=str(row["instrument"]),
            reason=row["rule"],
            amount=row["amount"],
            unit=str(row["unit"]),
            when=(of_unit.when or "") if of_unit else "",
            evidence=self._condition(of_unit, unit) if of_unit else Said(),
            reference=row["reference"],
            reading=made.reading if made is not None and row["reference"] else "",
            written=in_plan(self._plan.study, f"{kind}s", position) if made is not None else "",
            facts={
                "title": self._plan.study.title_of("flows", str(row["instrument"])),
                "unit_title": Titles("units", str(row["unit"])),
                **{name: str(row[name]) for name in ("instrument", "payer", "receiver")},
                **{f"{side}_name": self._called(str(row[side])) for side in ("payer", "receiver")},
                "rule": row["rule"],
                "period": int(row["period"]),
            },
        )

    def _called(self, party: str) -> Message | Texts | str:
        """What a party is called: a pool or a budget in words, a unit by its name."""
        return say(f"explain.{PARTY_WORDS[party]}") if party in PARTY_WORDS else self._names.get(party, party)

    def _condition(self, made: Transfer, unit: str) -> Said:
        """What the condition of a transfer to units found, and the measures by which its amounts are found."""
        evidence = Said()
        if made.when is not None and made.when in self._plan.trace.transfers:
            if made.when not in self._evidence:
                evaluation, units = self._plan.trace.transfers[made.when], set(self._plan.measures.index)
                self._evidence[made.when] = saids_at(evaluation, units, self._plan.rulebook)
            evidence = self._evidence[made.when][unit]
        read = {name: float(self._plan.measures.loc[unit, name]) for name in measures_of(made)}
        return replace(evidence, values={**evidence.values, **read})


def service_records(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """What the services of some units' land are worth."""
    by_unit: dict[str, list[Record]] = {unit: [] for unit in ids}
    services = plan.study.services
    if services is None:
        return by_unit
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in each_row(plan.trace.services) if plan.trace.services is not None else ():
        rows.setdefault(row["unit_id"], []).append(row)
    for unit, unit_records in by_unit.items():
        unit_records.append(_services(plan, services, unit, rows.get(unit, [])))
    return by_unit


def _services(plan: Plan, services: ServicesSection, unit: str, rows: list[dict[str, Any]]) -> Record:
    figures = {name: plan.measures.loc[unit, name] for name in measure_names(services)}
    measures = {name: None if pd.isna(value) else float(value) for name, value in figures.items()}
    settings = {name: _setting(value) for name, value in measures.items()}
    return Record(
        kind="services",
        id="services",
        amount=None if measures[next(iter(measures))] is None else sum((row["value"] for row in rows), Decimal(0)),
        unit=services.unit,
        evidence=Said(values=measures),
        reference=in_languages(services.reference),
        reading=services.reading if services.reference else "",
        written=in_plan(plan.study, "services"),
        links=tuple(_class(plan, row, services.unit) for row in rows),
        facts={
            "classes": [{name: row[name] for name in row if name != "unit_id"} for row in rows],
            "measures": measures,
            "settings": settings,
            "terms": [*settings.items()],
        },
    )


def _class(plan: Plan, row: Mapping[Any, Any], unit: str) -> Record:
    """A class of land: its hectares and what they give."""
    land_class = str(row["land_class"])
    message = say(
        "explain.service_class",
        land_class=Term("role", land_class),
        area=float(row["area_ha"]),
        unit=unit,
        value=row["value"],
        nonmarket_value=row["nonmarket_value"],
    )
    written = in_plan(plan.study, "services", "values", land_class)
    return Record(kind="class", id=land_class, reason=message, amount=row["value"], unit=unit, written=written)


def _setting(value: float | None) -> Message:
    """A measure that follows, as people read it."""
    return say("explain.missing") if value is None else say("explain.money", value=value)


def names_by_language(units: pd.DataFrame, section: UnitsSection) -> dict[str, str | dict[str, str]]:
    """What each unit is called, by language where the plan names a column for each; by id."""
    if not section.names:
        return dict(zip(units.index, units["name"], strict=True))
    rows = zip(*(units[column].fillna("").tolist() for column in section.names.values()), strict=True)
    by_language = ({tag: text for tag, text in zip(section.names, row, strict=True) if text.strip()} for row in rows)
    return {unit: texts or name for unit, texts, name in zip(units.index, by_language, units["name"], strict=True)}
