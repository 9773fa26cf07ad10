"""Why money and energy concern a unit: its payments, what its land is worth, and the lights of its regions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from layers.conditions import parse_condition
from maps.explain.trace_records import Content, Record, Said, Titles, condition_chains, in_plan, in_rulebook
from maps.locale import names_by_language
from zoning.compensation import (
    BUDGET,
    POOL,
    expand_agreements,
    itemise_services,
    measure_names,
    measures_of,
    parties_of_unit,
)
from zoning.energy import EnergyTable, scheme_in_force
from zoning.plan import Plan
from zoning.quotas import UNIT, unit_context
from zoning.rulebook import Scheme
from zoning.study import Agreement, Transfer
from zoning.trace import Message, Term, Texts, in_languages, say


def explain_flows(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """What some units, and the jurisdictions that they lie in, pay and receive.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of Record
        By unit, in the order of the FLOWS table. Facts are the columns of the table, and what unit of account, payer
        and receiver are called (``title`` of the
        instrument, ``unit_title``, ``payer_name``, ``receiver_name``). ``reason`` tells how the amount
        was found. Of a transfer to units there are the clauses of
        its condition, and the measures that its needs read.
    """
    found: dict[str, list[Record]] = {unit: [] for unit in ids}
    if plan.flows.empty:
        return found
    explainer, rows = _FlowExplainer(plan, list(found)), plan.flows.to_dict("records")
    told = [{str(name): value for name, value in row.items()} for row in rows]
    for unit, flows in found.items():
        parties = parties_of_unit(plan.measures, unit, plan.study.units.levels)
        flows += [explainer.flow(row, unit) for row in told if row["payer"] in parties or row["receiver"] in parties]
    return found


class _FlowExplainer:
    """Explains flows.

    Parameters
    ----------
    plan : Plan
    ids : list of str
    """

    def __init__(self, plan: Plan, ids: list[str]) -> None:
        self._plan, study = plan, plan.study
        made: dict[tuple[str, int], tuple[str, int, Agreement | Transfer]] = {}
        for place, agreement in enumerate(expand_agreements(study, plan.rulebook)):
            made[agreement.name, agreement.period] = "agreement", place, agreement
        for place, transfer in enumerate(study.transfers):
            made[transfer.name, transfer.period] = "transfer", place, transfer
        self._made = made
        names = names_by_language(plan.units, study.units)
        self._names = {str(unit): in_languages(name) for unit, name in names.items() if name}
        zones = plan.zones.set_index("unit_id").loc[ids, ["main", "overlays"]]
        measures = plan.measures.loc[ids].rename_axis("unit_id")
        self._seen = unit_context(zones, measures, plan.rulebook.codes("overlay"))
        self._asked: dict[str, dict[str, Said]] = {}

    def flow(self, row: Mapping[str, Any], unit: str) -> Record:
        """One row of the FLOWS table."""
        kind, place, made = self._made.get((row["instrument"], int(row["period"])), ("flow", 0, None))
        of_unit = made if isinstance(made, Transfer) and made.level == UNIT and row["receiver"] == unit else None
        return Record(
            kind=kind,
            id=str(row["instrument"]),
            reason=row["rule"],
            amount=row["amount"],
            unit=str(row["unit"]),
            when=(of_unit.when or "") if of_unit else "",
            said=self._condition(of_unit, unit) if of_unit else Said(),
            reference=row["reference"],
            verified=made.verified if made is not None and row["reference"] else None,
            written=in_plan(self._plan.study, f"{kind}s", place) if made is not None else "",
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
        special = {POOL: "explain.party_pool", BUDGET: "explain.party_budget"}
        return say(special[party]) if party in special else self._names.get(party, party)

    def _condition(self, made: Transfer, unit: str) -> Said:
        """What the condition of a transfer to units found, and the measures by which its amounts are found."""
        said = Said()
        if made.when is not None:
            if made.when not in self._asked:
                condition = parse_condition(made.when)
                self._asked[made.when] = condition_chains(condition, self._seen, self._plan.rulebook)
            said = self._asked[made.when][unit]
        read = {name: float(self._plan.measures.loc[unit, name]) for name in measures_of(made)}
        return replace(said, values={**said.values, **read})


def explain_services(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """What the services of some units' land are worth.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of Record
        By unit; empty where the study values no services. Otherwise one of kind "services" with one of kind "class"
        below it for each class of land that the unit has. Facts: ``classes`` (rows of
        :func:`zoning.compensation.itemise_services`), ``measures`` (what
        :func:`zoning.compensation.value_services` gives), ``settings`` and ``terms`` (the same as people read it).
    """
    found: dict[str, list[Record]] = {unit: [] for unit in ids}
    services = plan.study.services
    if services is None:
        return found
    items = itemise_services(plan.measures.loc[list(found)], services)
    rows = {str(unit): part.to_dict("records") for unit, part in items.groupby("unit_id", sort=False)}
    for unit, told in found.items():
        told.append(_services(plan, unit, rows.get(unit, [])))
    return found


def _services(plan: Plan, unit: str, rows: list[dict[Any, Any]]) -> Record:
    services = plan.study.services
    if services is None:  # explain_services has seen to it
        raise AssertionError(unit)
    figures = {name: plan.measures.loc[unit, name] for name in measure_names(services)}
    measures = {name: None if pd.isna(value) else float(value) for name, value in figures.items()}
    settings = {name: _setting(value) for name, value in measures.items()}
    return Record(
        kind="services",
        id="services",
        amount=None if measures[next(iter(measures))] is None else sum((row["value"] for row in rows), Decimal(0)),
        unit=services.unit,
        said=Said(values=measures),
        reference=in_languages(services.reference),
        verified=services.verified if services.reference else None,
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
    said = say(
        "explain.service_class",
        land_class=Term("role", land_class),
        area=float(row["area_ha"]),
        unit=unit,
        value=row["value"],
        nonmarket_value=row["nonmarket_value"],
    )
    written = in_plan(plan.study, "services", "values", land_class)
    return Record(kind="class", id=land_class, reason=said, amount=row["value"], unit=unit, written=written)


def _setting(value: float | None) -> Message:
    """A measure that follows, as people read it."""
    return say("explain.missing") if value is None else say("explain.money", value=value)


def scheme_in_use(plan: Plan) -> Scheme | None:
    """The scheme by which a plan judges its regions; None where it judges none."""
    if plan.energy.empty or plan.study.energy is None:
        return None
    section = plan.study.energy
    return scheme_in_force(EnergyTable(section.period, pd.DataFrame(), section.scheme), plan.rulebook)


def scheme_parameters(scheme: Scheme, period: int) -> list[Content]:
    """The numbers and switches of a scheme at the end of a period, as plain values."""
    found = [(one, one.at(date(period, 12, 31))) for one in scheme.parameters]
    return [
        {
            "name": one.name,
            "title": dict(one.title) if one.title else {},
            "value": value.value,
            "unit": one.unit,
            "since": value.since.isoformat() if value.since else "",
            "until": value.until.isoformat() if value.until else "",
            "reference": one.reference,
            "verified": one.verified,
        }
        for one, value in found
        if value is not None
    ]


def explain_lights(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """The lights of the regions that some units are or lie in, the nearest region first.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of Record
        By unit. Facts: ``region``, ``period``, ``intensity_light``, ``total_light``,
        ``total_exempt``, ``verdict``, ``scheme``; none where no region of the energy table has the unit in it.
    """
    scheme = scheme_in_use(plan)
    found: dict[str, list[Record]] = {unit: [] for unit in ids}
    if scheme is None:
        return found
    levels = [level for level in plan.study.units.levels if level in plan.measures.columns]
    told = {str(row["region"]): _light(row, scheme, plan) for row in plan.energy.to_dict("records")}
    for unit, lights in found.items():
        regions = [unit, *(str(plan.measures.loc[unit, level]) for level in reversed(levels))]
        lights += [told[region] for region in dict.fromkeys(regions) if region in told]
    return found


def _light(row: Mapping[Any, Any], scheme: Scheme, plan: Plan) -> Record:
    period, called = int(row["period"]), plan.rulebook.texts_of
    numbers = (
        one | {"unit_title": called("units", one["unit"]), "reference": in_languages(one["reference"])}
        for one in scheme_parameters(scheme, period)
    )
    return Record(
        kind="scheme",
        id=scheme.code,
        reason=row["reason"],
        said=Said(parameters=tuple(numbers)),
        days=scheme,
        reference=in_languages(scheme.reference),
        verified=scheme.verified,
        written=in_rulebook(plan.rulebook, "schemes", scheme),
        facts={
            "region": str(row["region"]),
            "period": period,
            "intensity_light": int(row["intensity_light"]),
            "total_light": int(row["total_light"]),
            "total_exempt": bool(row["total_exempt"]),
            "verdict": str(row["verdict"]),
            "scheme": {
                "code": scheme.code,
                "title": scheme.title,
                "since": scheme.since or "",
                "until": scheme.until or "",
                "reference": in_languages(scheme.reference),
                "verified": scheme.verified,
            },
        },
    )
