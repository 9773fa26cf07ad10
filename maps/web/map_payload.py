"""What the map says of the whole plan: legend, figures, classes of quota use, and what to know before relying on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache

import numpy as np
import pandas as pd

from layers.errors import escape_hidden
from maps.locale import (
    LocalizedPlan,
    UnitNoun,
    amount,
    assumption_title,
    catalogue,
    hectares,
    localize,
    number_style,
    provision_text,
    reading_text,
    solution_words,
    text_in,
)
from maps.recompute import PlanModel
from maps.style import DASHES, designation_inks, line_styles, overlay_signs, zone_fills
from maps.summaries import ComparisonWords, QuotaShifts, amounts_by_jurisdiction, headline, quota_shifts, verdicts
from maps.web.geometry_encoding import Shapes
from maps.web.measure_columns import PackedMeasure, measure_columns, measure_layers
from maps.web.page_model import (
    AmountChange,
    Assumed,
    Columns,
    ComparedCause,
    ComparedPlans,
    Decided,
    DesignationLayer,
    Groups,
    LargeNumber,
    LawText,
    LineLayer,
    Move,
    NumberSigns,
    Page,
    ParametersChecked,
    PoliciesChecked,
    QuotaLayer,
    QuotaShift,
    ScenarioLayer,
    ScenarioRow,
    Summary,
    Surroundings,
    Transition,
    ZoneLayer,
)
from maps.web.payment_layer import payments_of
from maps.web.quota_bases import quota_bases
from maps.web.site_layer import site_layers
from maps.web.unit_details import cards
from zoning.plan import Plan
from zoning.quotas import RESERVE
from zoning.rulebook import Policy
from zoning.scenario import MOVES, Comparison
from zoning.zones import DECISION, assumed_measures

COUNTS = 200
"""Rules of plurals look at small counts, and at the last two digits of larger ones."""


@cache
def counted_words() -> frozenset[str]:
    """Keys of the words of the map that depend on a count: those that have a plural in English."""
    return frozenset(key for key, one in catalogue("map", "en").items() if len(one.forms) > 1)


def words_of(language: str, noun: UnitNoun | None = None) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The words of the map in a language, and those that depend on a count in each of their forms."""
    told, counted = catalogue("map", language, noun), counted_words()
    return (
        {key: one.forms[0] for key, one in told.items() if key not in counted},
        {key: one.forms for key, one in told.items() if key in counted},
    )


def page_of(
    plan: Plan,
    shapes: Shapes,
    language: str = "en",
    surroundings: Surroundings | None = None,
    model: PlanModel | None = None,
    measured: Sequence[PackedMeasure] | None = None,
) -> Page:
    """Everything that the map says and draws."""
    said = localize(plan, language)
    words, counted = words_of(language, said.noun)
    found = verdicts(said)
    tested = {one.name for one in found.table.measures}
    columns = measure_columns(plan) if measured is None else measured
    shifts = {one.name: moved for one in plan.study.quotas if (moved := quota_shifts(said, one)) is not None}
    return Page(
        language=language,
        words=words,
        counted_words=counted,
        numbers=number_signs(language),
        plan=_summary(said),
        zones=_zones(said),
        lines=_lines(said),
        designations=_designations(said),
        quotas=tuple(_quota(said, place, shifts.get(one.name)) for place, one in enumerate(plan.study.quotas)),
        measures=measure_layers(said, (one for one in columns if one.name not in tested)),
        sites=site_layers(plan, shapes),
        payments=payments_of(said, words),
        cards=cards(said, shifts),
        verdicts=found.table,
        headline=headline(said, found),
        scenarios=_scenarios(said),
        undrawn=tuple(shapes.undrawn.tolist()),
        table=None,
        surroundings=surroundings,
        comparison=None,
        model=model,
        grid=shapes.grid,
    )


def compared_page(page: Page, found: Comparison) -> Page:
    """The page of the second plan of a comparison, with what differs from the first."""
    told = ComparisonWords(found, page.language)
    first = [zone for zone in _zones(told.plans[0]) if zone.code not in {one.code for one in page.zones}]
    zones = (*page.zones, *(zone._replace(units=0, ha=0.0) for zone in first))
    return page._replace(zones=zones, scenarios=(), comparison=_compared(told, page, [zone.code for zone in zones]))


def _compared(told: ComparisonWords, page: Page, codes: list[str]) -> ComparedPlans:
    found, ids = told.found, page.cards.units.rows
    before = dict(zip(found.before.zones["unit_id"], found.before.zones["main"], strict=True))
    causes = {(one.kind, one.id): place for place, one in enumerate(told.causes)}
    texts: dict[str, int] = {}
    moves: dict[str, list[Move]] = {}

    def add(unit: str, what: str, said: Iterable[str], cause: tuple[str, str]) -> None:
        title, was, now = (texts.setdefault(escape_hidden(text), len(texts)) for text in said)
        moves.setdefault(escape_hidden(unit), []).append(Move(MOVES.index(what), title, was, now, causes[cause]))

    for row in found.moved[found.moved["what"] != "flow"].itertuples(index=False):
        values = (told.value(row.what, row.item, text) for text in (row.before, row.after))
        add(row.unit_id, row.what, (told.item(row.what, row.item), *values), (row.cause_kind, row.cause_id))
    for one in told.balances:
        add(one.unit_id, "flow", (one.title, one.before, one.after), one.cause)
    return ComparedPlans(
        title=told.verdict,
        lead=told.lead,
        names=told.names,
        kinds=tuple(told.what(what) for what in MOVES),
        mains=tuple(codes.index(before[one.id]) if one.id in before else -1 for one in ids),
        transitions=tuple(
            Transition(codes.index(row.before), codes.index(row.after), row.units, row.area_ha)
            for row in told.changed.itertuples(index=False)
        ),
        causes=tuple(ComparedCause(one.text, tuple(one.counts.get(what, 0) for what in MOVES)) for one in told.causes),
        moves=Groups(Move, [moves.get(one.id, ()) for one in ids]),
        texts=tuple(texts),
        amounts=tuple(_amount_changes(told, [one.id for one in ids])),
        sums=tuple(
            (one.title, *(f"{amount(side, page.language)} {one.unit}" for side in (one.before, one.after)))
            for key in ("quotas", "flows")
            for one in told.sums[key]
        ),
    )


def _amount_changes(told: ComparisonWords, ids: list[str]) -> Iterator[AmountChange]:
    """By quota of which something moved what each unit gets more or less."""
    for name in told.found.totals["quotas"]:
        sides = []
        for plan in told.plans:
            own = plan.quotas[plan.quotas["quota"] == name]
            sides.append(dict(zip(map(escape_hidden, own["unit_id"]), own["amount"], strict=True)))
        values = (
            float(sides[1][one] - sides[0][one]) if one and one in sides[0] and one in sides[1] else None for one in ids
        )
        unit = next((quota.unit for plan in told.plans for quota in plan.study.quotas if quota.name == name), "")
        terms = told.plans[1].renderer.terms
        yield AmountChange(escape_hidden(terms.quota(name)), escape_hidden(terms.unit(unit)), tuple(values))


def number_signs(language: str) -> NumberSigns:
    """How a language writes numbers and counts things."""
    style, words = number_style(language), catalogue("number", language)
    large = tuple(
        LargeNumber(float(words[f"{name}_from"]), float(words[f"{name}_unit"]), str(words[name]))
        for name in ("larger", "large")
    )
    plural = tuple(style.plural(count) for count in range(COUNTS))
    return NumberSigns(style.thousands, style.point, plural, str(catalogue("verdict", language)["percent"]), large)


def _summary(plan: LocalizedPlan) -> Summary:
    language, parameters = plan.language, plan.rulebook.parameters.values()
    assumed = [(one, escape_hidden(assumption_title(one, plan.renderer.terms))) for one in plan.assumptions]
    hanging = assumed_measures(plan.zones[plan.zones["status"] == "assumed"])
    return Summary(
        name=escape_hidden(text_in(plan.study.title, language)),
        note=escape_hidden(plan.study.study.note or ""),
        tried=escape_hidden(plan.study.study.note or "") if plan.study.tried or plan.left_out else "",
        date=plan.rulebook.day.isoformat(),
        rulebook=escape_hidden(text_in(plan.rulebook.display_name, language)),
        country=escape_hidden(text_in(plan.rulebook.country, language)),
        description=escape_hidden(text_in(plan.rulebook.description, language)),
        area_ha=hectares(plan.zones["area_ha"].sum()),
        checked=PoliciesChecked(*plan.rulebook.policies_checked),
        parameters=ParametersChecked(len(parameters), sum(not parameter.verified for parameter in parameters)),
        texts=tuple(_text_of(policy, language) for policy in plan.rulebook.policies),
        deductions=tuple(title for one, title in assumed if one.kind == "deduction"),
        assumptions=tuple(
            Assumed(title, escape_hidden(one.assumed)) for one, title in assumed if one.kind in {"role", "indicator"}
        ),
        hangs_on=tuple(escape_hidden(plan.renderer.terms.measure(one).title) for one in hanging),
        decisions=_decisions(plan),
        sources=_sources(plan),
    )


def _sources(plan: LocalizedPlan) -> tuple[str, ...]:
    """Whose data the plan rests on, each once; where the plan does not say it, the file."""
    told = ((plan.study.evidence_of(one.name), one.path) for one in plan.sources)
    whose = (text_in(found.publisher, plan.language) if found else path for found, path in told)
    return tuple(dict.fromkeys(map(escape_hidden, whose)))


def _decisions(plan: LocalizedPlan) -> tuple[Decided, ...]:
    titles = {zone.code: text_in(zone.title, plan.language, zone.code) for zone in plan.rulebook.zones}
    names = dict(zip(plan.zones["unit_id"], plan.zones["name"], strict=True))
    decided = plan.claims[plan.claims["rule"].str.startswith(DECISION)]
    return tuple(
        Decided(
            escape_hidden(unit),
            escape_hidden(names.get(unit, unit)),
            escape_hidden(titles[zone]),
            escape_hidden(reason),
        )
        for unit, zone, reason in zip(decided["unit_id"], decided["zone"], decided["reason"], strict=True)
    )


def _text_of(policy: Policy, language: str) -> LawText:
    """Where the text of a policy was read, and when."""
    source, title = policy.source, escape_hidden(text_in(policy.title, language, policy.id))
    reading = reading_text(policy.reading, language)
    if source is None:
        return LawText(title, escape_hidden(text_in(policy.reference, language)), reading)
    day = source.read_on.isoformat() if source.read_on else ""
    told = filter(None, (provision_text(source, language), source.url, day))
    return LawText(title, escape_hidden(catalogue("reading", language)["next"].join(told)), reading)


def _zones(plan: LocalizedPlan) -> tuple[ZoneLayer, ...]:
    fills, signs = zone_fills(plan.rulebook), overlay_signs(plan.rulebook)
    held = plan.zones["overlays"].str.split(";")
    found = []
    for zone in plan.rulebook.zones:
        has = (
            plan.zones["main"] == zone.code
            if zone.kind == "main"
            else held.map(lambda codes, code=zone.code: code in codes)
        )
        found.append(
            ZoneLayer(
                code=zone.code,
                kind=zone.kind,
                title=escape_hidden(text_in(zone.title, plan.language, zone.code)),
                units=int(has.sum()),
                ha=_ha(plan.zones["area_ha"][has.astype(bool)]),
                default=zone.default,
                fill=None if zone.default and zone.colour is None else fills.get(zone.code),
                sign=signs.get(zone.code),
            )
        )
    return tuple(found)


def _lines(plan: LocalizedPlan) -> tuple[LineLayer, ...]:
    styles = line_styles(plan)
    found = []
    for line in plan.rulebook.lines:
        colour, width, dashes = styles[line.code]
        has = (plan.pieces["control_line"] == line.code).to_numpy()
        found.append(
            LineLayer(
                code=line.code,
                title=escape_hidden(text_in(line.title, plan.language, line.code)),
                reference=escape_hidden(text_in(line.reference, plan.language)),
                colour=colour,
                width=width,
                dashes=tuple(float(length) for length in dashes.split()),
                ha=_ha(plan.pieces["area_ha"][has]),
                pieces=tuple(np.flatnonzero(has).tolist()),
            )
        )
    return tuple(found)


def _designations(plan: LocalizedPlan) -> tuple[DesignationLayer, ...]:
    """The layers that cut the units, in the order of their names."""
    names = sorted(name for name in plan.roles if name in plan.pieces.columns)
    inks = designation_inks(len(names))
    return tuple(
        DesignationLayer(
            name=escape_hidden(name),
            title=escape_hidden(plan.renderer.terms.layer(name)),
            role=escape_hidden(plan.roles[name]),
            colour=ink,
            dashes=DASHES[place % len(DASHES)],
            ha=_ha(plan.pieces["area_ha"][plan.pieces[name].to_numpy(bool)]),
            pieces=tuple(np.flatnonzero(plan.pieces[name].to_numpy(bool)).tolist()),
        )
        for place, (name, ink) in enumerate(zip(names, inks, strict=True))
    )


def _quota(plan: LocalizedPlan, place: int, shifts: QuotaShifts | None) -> QuotaLayer:
    language, quota = plan.language, plan.study.quotas[place]
    unit = plan.renderer.terms.unit(quota.unit)
    rows = plan.quotas[plan.quotas["quota"] == quota.name]
    solved = plan.solutions[plan.solutions["quota"] == quota.name]
    reserve = rows.loc[rows["unit_id"] == RESERVE, "amount"]
    # of two jurisdictions of one name the card cannot say which is meant
    above = set(rows.loc[rows["unit_id"] == "", "jurisdiction"].drop_duplicates(keep=False))
    given = {name: sums for name, sums in amounts_by_jurisdiction(plan, quota).items() if name in above}
    return QuotaLayer(
        name=escape_hidden(quota.name),
        title=escape_hidden(plan.renderer.terms.quota(quota.name)),
        period=quota.period,
        unit=escape_hidden(unit),
        total=f"{quota.total:f}",
        reserve=f"{sum(reserve, Decimal(0)):f}",
        step=float(quota.step),
        objective=quota.objective or "",
        solution=escape_hidden("".join(solution_words(row, unit, language) for row in solved.to_dict("records"))),
        bases=quota_bases(plan, quota, shifts),
        shifts=tuple(QuotaShift(one.reason, len(one.units), round(one.amount, 6)) for one in shifts.groups)
        if shifts
        else (),
        jurisdictions={escape_hidden(plan.place(name)): f"{amount:f}" for name, amount in given.items()},
    )


def _scenarios(plan: LocalizedPlan) -> tuple[ScenarioLayer, ...]:
    """The scenarios of the plan in its order, each with the units in which it differs."""
    zones = {zone.code: place for place, zone in enumerate(plan.rulebook.zones)}
    quotas, columns = [quota.name for quota in plan.study.quotas], ["main", "overlays", "status"]
    ids = plan.units.index
    own = plan.zones.set_index("unit_id")[columns].reindex(ids)
    own_amounts = _amounts_by_unit(plan.quotas[ids.get_indexer(plan.quotas["unit_id"]) >= 0], ids, quotas)
    found = []
    for scenario in plan.study.scenarios if len(plan.scenarios) else ():
        there = plan.scenarios[plan.scenarios["scenario"] == scenario.name].set_index("unit_id")[columns].reindex(ids)
        given = plan.scenario_quotas[plan.scenario_quotas["scenario"] == scenario.name]
        amounts = _amounts_by_unit(given, ids, quotas)
        differs = (there != own).any(axis=1).to_numpy() | (amounts != own_amounts).any(axis=1).to_numpy()
        rows = [
            ScenarioRow(
                int(place),
                zones[there["main"].iloc[place]],
                tuple(zones[code] for code in there["overlays"].iloc[place].split(";") if code),
                there["status"].iloc[place],
                tuple(f"{amount:f}" for amount in amounts.iloc[place]),
            )
            for place in np.flatnonzero(differs)
        ]
        title = text_in(scenario.title or scenario.name, plan.language)
        found.append(ScenarioLayer(escape_hidden(scenario.name), escape_hidden(title), Columns(ScenarioRow, rows)))
    return tuple(found)


def _amounts_by_unit(rows: pd.DataFrame, ids: pd.Index, quotas: list[str]) -> pd.DataFrame:
    """Exact amounts, a row a unit and a column a quota; nothing is 0."""
    given = {(quota, unit): amount for quota, unit, amount in rows[["quota", "unit_id", "amount"]].to_numpy()}
    columns = {quota: [given.get((quota, unit), Decimal(0)) for unit in ids] for quota in quotas}
    return pd.DataFrame(columns, index=ids, dtype=object)


def _ha(areas: pd.Series) -> float:
    return hectares(areas.sum())
