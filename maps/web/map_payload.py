"""What the map says of the whole plan: legend, figures, payments, sites, measures, and what to know before using it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from layers.crs import way_between
from layers.errors import escape_hidden
from maps.drawing import (
    DASHES,
    MeasureAxis,
    designation_inks,
    line_styles,
    measure_axis,
    overlay_signs,
    site_inks,
    zone_fills,
)
from maps.telling import ComparisonWords, QuotaShifts, amounts_by_jurisdiction, headline, quota_shifts, verdicts
from maps.web.geometry_encoding import Shapes, label_points
from maps.web.page_model import (
    AmountChange,
    Arrow,
    Assumed,
    Columns,
    ComparedCause,
    ComparedPlans,
    Decided,
    DesignationLayer,
    Groups,
    Instrument,
    LargeNumber,
    LawText,
    LineLayer,
    Mark,
    MeasureLayer,
    Move,
    NumberSigns,
    Page,
    ParametersChecked,
    Party,
    Payment,
    Payments,
    Point,
    PoliciesChecked,
    QuotaBase,
    QuotaLayer,
    QuotaShift,
    ScenarioLayer,
    ScenarioRow,
    Site,
    SiteLayer,
    SiteRing,
    Summary,
    Surroundings,
    Transition,
    ZoneLayer,
)
from maps.web.plan_model import PlanModel
from maps.web.unit_details import Shelf, cards
from maps.words import (
    COVERED,
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
from zoning.money import PARTY_WORDS, POOL, known_parties, net_amounts
from zoning.plan import Plan
from zoning.quotas import RESERVE
from zoning.rulebook import Policy
from zoning.study import Quota
from zoning.whatif import MOVES, Comparison
from zoning.zones import DECISION, assumed_measures

Integers = npt.NDArray[np.int64]

MEASURE_DIGITS = 4
"""So many digits has the value that nine in ten are larger than, zeros apart."""
LARGEST = 2**29


class PackedMeasure(NamedTuple):
    """A measure of all units in whole numbers."""

    name: str
    step: float
    steps: Integers
    axis: MeasureAxis


def measure_columns(plan: Plan) -> tuple[PackedMeasure, ...]:
    """Every measure that is a number and differs from unit to unit, in the order of the table."""
    return tuple(_measure_columns(plan.measures.reindex(plan.units.index)))


def measure_layers(plan: LocalizedPlan, columns: Iterable[PackedMeasure]) -> tuple[MeasureLayer, ...]:
    """What some measures are called in the language of a plan, and their units of measure."""
    titled = ((column, plan.renderer.terms.measure(column.name)) for column in columns)
    return tuple(
        MeasureLayer(
            column.name,
            escape_hidden(title.heading),
            escape_hidden(title.unit),
            plan.renderer.terms.is_share(column.name),
            column.step,
            column.axis,
        )
        for column, title in titled
    )


def _measure_columns(table: pd.DataFrame) -> Iterator[PackedMeasure]:
    for name in map(str, table.columns):
        kind = table[name].dtype
        if name.endswith(COVERED) or pd.api.types.is_bool_dtype(kind) or not pd.api.types.is_numeric_dtype(kind):
            continue
        values = table[name].to_numpy(dtype=np.float64, na_value=np.nan)
        values = np.where(np.isfinite(values), values, np.nan)
        if len(np.unique(values[~np.isnan(values)])) > 1:
            step = step_of(values)
            yield PackedMeasure(name, step, in_steps(values, step), measure_axis(values))


def step_of(values: npt.NDArray[np.float64]) -> float:
    """The power of ten in whose multiples some values are told: fine enough for rather small ones among them.

    Examples
    --------
    >>> step_of(np.array([0.0, 0.21, 0.834, np.nan])), step_of(np.array([71887.0, 125922.0]))
    (0.0001, 10.0)
    """
    sizes = np.abs(values[~np.isnan(values) & (values != 0)])
    small = float(np.quantile(sizes, 0.1, method="lower"))
    finest = math.floor(math.log10(small)) - MEASURE_DIGITS + 1
    coarsest = math.ceil(math.log10(float(sizes.max()) / LARGEST))
    return float(f"1e{max(finest, coarsest)}")


def in_steps(values: npt.NDArray[np.float64], step: float) -> Integers:
    """Values as whole numbers from 0 up: 0 where there is none, else twice the steps and one more, or two below zero.

    Examples
    --------
    >>> in_steps(np.array([np.nan, 0.0, 0.2, -0.1]), 0.1).tolist()
    [0, 1, 5, 2]
    """
    known = ~np.isnan(values)
    steps = np.rint(np.where(known, values, 0.0) / step).astype(np.int64)
    return np.where(known, ((steps << 1) ^ (steps >> 63)) + 1, 0)


AVAILABLE = "available_ha"
PLAIN = "plain"
"""The key of what the weight alone gives; no measure is asked for by it."""
PERSONS = "persons"
"""The unit of measure of a measure that counts people."""
HECTARE = "ha"
M2_PER_HA = 10_000.0
BASE_DIGITS = 7


def quota_bases(plan: LocalizedPlan, quota: Quota, shifts: QuotaShifts | None = None) -> tuple[QuotaBase, ...]:
    """People, if the quota weighs by them, or else what it weighs by; the land that is available; the weight alone."""
    return (*_bases(plan, quota), *([_weight_alone(plan, quota, shifts)] if shifts else []))


def _bases(plan: LocalizedPlan, quota: Quota) -> Iterator[QuotaBase]:
    words, terms = catalogue("map", plan.language, plan.noun), plan.renderer.terms
    hectares = quota.unit == HECTARE
    unit, scale = (words["m2"].format(), M2_PER_HA) if hectares else (escape_hidden(terms.unit(quota.unit)), 1.0)
    measured = plan.rulebook.measured
    weights = [quota.weight] if isinstance(quota.weight, str) else [part.measure for part in quota.weight]
    held = [name for name in weights if name in plan.measures.columns]
    weight = next((name for name in held if measured.get(name) == PERSONS), next(iter(held), None))
    for name in dict.fromkeys((weight, AVAILABLE)):
        if name is None or name not in plan.measures.columns:
            continue
        per = "per_person" if measured.get(name) == PERSONS else "per_available" if name == AVAILABLE else "per_other"
        fields = {"unit": unit, "name": escape_hidden(terms.measure(name).title)}
        title = escape_hidden(terms.quota(quota.name))
        yield QuotaBase(
            key=name,
            title=words[f"{per}_title"].format(quota=title, name=fields["name"]),
            unit=words[per].format(**fields),
            scale=scale,
            plain="",
            values=_values(plan.measures.loc[plan.units.index, name]),
        )


def _weight_alone(plan: LocalizedPlan, quota: Quota, shifts: QuotaShifts) -> QuotaBase:
    words, terms = catalogue("map", plan.language, plan.noun), plan.renderer.terms
    measures = [quota.weight] if isinstance(quota.weight, str) else [part.measure for part in quota.weight]
    names = dict.fromkeys(escape_hidden(terms.measure(name).title) for name in measures)
    return QuotaBase(
        key=PLAIN,
        title=str(words["shift_title"]),
        unit=words["shift_unit"].format(unit=escape_hidden(terms.unit(quota.unit))),
        scale=1.0,
        plain=words["and"].join(names),
        values=_values((shifts.plain / shifts.plain.sum()).reindex(plan.units.index)),
    )


def _values(column: pd.Series) -> tuple[float | None, ...]:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(float)
    return tuple(float(f"{number:.{BASE_DIGITS}g}") if np.isfinite(number) else None for number in numbers)


FINER = 16
"""Steps of a site's corners in one step of the grid: a site may be a small part of a unit."""


def site_layers(plan: Plan, shapes: Shapes) -> tuple[SiteLayer, ...]:
    """The land that each quota takes; a quota that takes none is left out."""
    inks = site_inks(len(plan.study.quotas))
    layers = []
    for position, quota in enumerate(plan.study.quotas):
        rows = plan.sites[(plan.sites["quota"] == quota.name) & (plan.sites["period"] == quota.period)]
        sitings = plan.sitings[(plan.sitings["quota"] == quota.name) & (plan.sitings["period"] == quota.period)]
        if len(rows):
            units = plan.units.index.get_indexer(rows["unit_id"]).tolist()
            drawn = _on_grid(rows.geometry.to_numpy(), shapes, plan.units.crs)
            sites = [
                Site(unit, round(float(area), 2), _rings(site))
                for unit, area, site in zip(units, rows["area_ha"], drawn, strict=True)
            ]
            layers.append(
                SiteLayer(
                    quota=position,
                    colour=inks[position],
                    ha=hectares(rows["area_ha"].sum()),
                    unplaced_ha=hectares(sitings["unplaced_ha"].clip(lower=0).sum()),
                    sites=Columns(Site, sites),
                )
            )
    return tuple(layers)


def _rings(site: shapely.Geometry) -> tuple[SiteRing, ...]:
    rings = shapely.get_rings(shapely.get_parts(site))
    steps = (_stepped(shapely.get_coordinates(ring)[:-1]).T.tolist() for ring in rings)
    return tuple(SiteRing(tuple(x), tuple(y)) for x, y in steps)


def _on_grid(sites: npt.NDArray[np.object_], shapes: Shapes, crs: pyproj.CRS) -> npt.NDArray[np.object_]:
    """Sites in the working CRS on the finer grid; a plan across the date line has no break."""

    def placed(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return (shapes.plane.placed(points, crs) - (shapes.west, shapes.south)) / shapes.step * FINER

    geometries: npt.NDArray[np.object_] = shapely.transform(sites, placed)
    return geometries


def _stepped(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Each corner as the step from the one before; corners that fall together are one."""
    places = np.rint(corners).astype(np.int64)
    apart = np.r_[True, (np.diff(places, axis=0) != 0).any(axis=1)]
    return np.diff(places[apart], axis=0, prepend=0)


MOST_ARROWS = 60
"""Arrows that one instrument may have; more would hide one another, and each party's net amount is drawn instead."""

Flow = tuple[str, str, Decimal]


@dataclass(frozen=True)
class FlowMarks:
    """What the map draws of one instrument."""

    arrows: dict[tuple[str, str], Fraction] = field(default_factory=dict)
    drops: dict[str, Fraction] = field(default_factory=dict)
    rings: dict[str, Fraction] = field(default_factory=dict)
    beyond: tuple[str, ...] = ()
    many: bool = False


def draw_payments(flows: Iterable[Flow], placed: Iterable[str], most: int = MOST_ARROWS) -> FlowMarks:
    """What the map draws of the flows of one instrument.

    Notes
    -----
    What goes through the pool is netted for each party, and those who put in more than they took out pay those who took
    out more, each payer each receiver in proportion: arrow = paid * received / sum(received). So the arrows of a party
    sum to what it paid or received on balance. What a pool keeps is received by the pool, which has no place.

    Examples
    --------
    >>> flows = [("a", "(pool)", Decimal(6)), ("b", "(pool)", Decimal(4)), ("(pool)", "c", Decimal(10))]
    >>> {ends: int(amount) for ends, amount in draw_payments(flows, "abc").arrows.items()}
    {('a', 'c'): 6, ('b', 'c'): 4}
    >>> draw_payments([("(budget)", "a", Decimal(5))], "a").drops
    {'a': Fraction(5, 1)}
    """
    flows, here = list(flows), frozenset(placed)
    direct = [flow for flow in flows if POOL not in flow[:2]]
    payers, receivers = _sides(net_amounts(flow for flow in flows if POOL in flow[:2]))
    beyond = tuple(sorted({*payers, *receivers, *(party for flow in direct for party in flow[:2])} - here))
    pairs = {flow[:2] for flow in direct if here.issuperset(flow[:2])}
    if len(pairs) + len(here.intersection(payers)) * len(here.intersection(receivers)) > most:
        rings, drops = _sides(net_amounts(flows))
        return FlowMarks({}, _only(drops, here), _only(rings, here), beyond, many=True)
    arrows: dict[tuple[str, str], Fraction] = {}
    drops, rings = {}, {}
    exact = ((payer, receiver, Fraction(amount)) for payer, receiver, amount in direct)
    for payer, receiver, paid in (*exact, *_passed(_gathered(payers, here), _gathered(receivers, here))):
        if payer in here and receiver in here:
            _add(arrows, (payer, receiver), paid)
        elif receiver in here:
            _add(drops, receiver, paid)
        elif payer in here:
            _add(rings, payer, paid)
    return FlowMarks(arrows, drops, rings, beyond)


def _sides(balance: Mapping[str, Decimal]) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """Who pays on balance and how much, and who receives."""
    exact = {party: Fraction(amount) for party, amount in balance.items()}
    payers = {party: -amount for party, amount in exact.items() if amount < 0}
    return payers, {party: amount for party, amount in exact.items() if amount > 0}


def _gathered(amounts: Mapping[str, Fraction], here: frozenset[str]) -> dict[str, Fraction]:
    """Amounts by party; those without a place are one."""
    totals: dict[str, Fraction] = {}
    for party, paid in amounts.items():
        _add(totals, party if party in here else POOL, paid)
    return totals


def _passed(payers: Mapping[str, Fraction], receivers: Mapping[str, Fraction]) -> Iterator[tuple[str, str, Fraction]]:
    whole = sum(receivers.values(), start=Fraction(0))
    for payer, paid in payers.items():
        for receiver, received in receivers.items():
            yield payer, receiver, paid * received / whole


def _only(amounts: Mapping[str, Fraction], here: frozenset[str]) -> dict[str, Fraction]:
    return {party: amount for party, amount in amounts.items() if party in here}


def _add(amounts: dict[Any, Fraction], key: Any, amount: Fraction) -> None:
    amounts[key] = amounts.get(key, Fraction(0)) + amount


def payments_of(plan: LocalizedPlan, words: Mapping[str, str]) -> Payments:
    """Everything that the map says and draws of the flows of a plan."""
    parties = _Parties(plan, words)
    texts: Shelf[str] = Shelf()
    instruments, rows = [], []
    keys = ["instrument", "period", "unit"]
    for position, ((name, period, unit), flows) in enumerate(plan.flows.groupby(keys, sort=True)):
        terms = plan.renderer.terms
        called = (escape_hidden(name), escape_hidden(terms.flow(name)), int(period), escape_hidden(terms.unit(unit)))
        instruments.append(_instrument(called, flows, parties))
        rows += [
            Payment(
                instrument=position,
                payer=parties.of(payer),
                receiver=parties.of(receiver),
                amount=f"{amount:f}",
                rule=texts.index_of(escape_hidden(rule)),
                reference=texts.index_of(escape_hidden(reference)),
            )
            for payer, receiver, amount, rule, reference in _payment_columns(
                flows, "payer", "receiver", "amount", "rule", "reference"
            )
        ]
    return Payments(tuple(instruments), Columns(Payment, rows), texts.values, parties.columns())


def _payment_columns(table: pd.DataFrame, *names: str) -> Iterator[tuple[Any, ...]]:
    yield from table[list(names)].itertuples(index=False, name=None)


def _instrument(called: tuple[str, str, int, str], rows: pd.DataFrame, parties: _Parties) -> Instrument:
    """What flows in all, and what of it is drawn, the largest first so that the smaller lie on top."""
    flows = list(_payment_columns(rows, "payer", "receiver", "amount"))
    drawn = draw_payments(flows, parties.placed)
    arrows = sorted(drawn.arrows.items(), key=lambda arrow: (-arrow[1], arrow[0]))
    marks = [*_largest_first(drawn.drops), *((party, -amount) for party, amount in _largest_first(drawn.rings))]
    paid = sum((amount for payer, _, amount in flows if payer != POOL), start=Decimal(0))
    net = sum((amount for amount in net_amounts(flows).values() if amount > 0), start=Decimal(0))
    return Instrument(
        *called,
        paid=f"{paid:f}",
        net=f"{net:f}",
        arrows=Columns(Arrow, [Arrow(parties.of(a), parties.of(b), float(amount)) for (a, b), amount in arrows]),
        marks=Columns(Mark, [Mark(parties.of(party), float(amount)) for party, amount in marks]),
        beyond=tuple(parties.of(party) for party in drawn.beyond),
        many=drawn.many,
    )


def _largest_first(amounts: Mapping[str, Fraction]) -> list[tuple[str, Fraction]]:
    return sorted(amounts.items(), key=lambda pair: (-pair[1], pair[0]))


class _Parties:
    """The parties of a plan: what each is called, where it stands and which units it is."""

    def __init__(self, plan: LocalizedPlan, words: Mapping[str, str]) -> None:
        self._plan = plan
        self._shelf: Shelf[str] = Shelf()
        self._known = known_parties(plan.units, plan.study.units.levels)
        self._called = {party: words[key] for party, key in PARTY_WORDS.items()}
        self.placed = frozenset(self._known)

    def of(self, party: str) -> int:
        """The place of a party."""
        return self._shelf.index_of(party)

    def columns(self) -> Columns[Party]:
        """The parties in the order of their places."""
        return Columns(Party, [self._party(party) for party in self._shelf.values])

    def _party(self, party: str) -> Party:
        units, kind = self._plan.units, self._known.get(party)
        if kind is None:
            return Party(self._called.get(party, escape_hidden(party)), None, None, ())
        if kind == "unit":
            position = int(units.index.get_loc(party))
            return Party(escape_hidden(units["name"].iloc[position]), position, None, (position,))
        members = np.flatnonzero((units[kind].astype("str") == party).to_numpy())
        return Party(
            escape_hidden(self._plan.jurisdiction(party)),
            None,
            inside_point(units.iloc[members]),
            tuple(members.tolist()),
        )


def inside_point(units: gpd.GeoDataFrame) -> Point:
    """A point inside some units: their common centre, or that of the largest one.

    Examples
    --------
    >>> from shapely.geometry import box
    >>> west, east = box(499_998, -1, 500_000, 1), box(500_000, -1, 500_001, 1)
    >>> inside_point(gpd.GeoDataFrame(geometry=[west, east], crs="EPSG:32631"))
    Point(lon=3.0, lat=0.0)
    """
    shapes = np.asarray(units.geometry)
    areas = shapely.area(shapes)
    centres = shapely.get_coordinates(shapely.centroid(shapes))
    middle = shapely.Point(np.average(centres, axis=0, weights=areas))
    point = middle if shapely.contains(shapes, middle).any() else label_points(shapes[[int(areas.argmax())]])[0]
    lon, lat = way_between(units.crs, pyproj.CRS("EPSG:4326")).transform(point.x, point.y)
    return Point(round(float(lon), 4), round(float(lat), 4))


COUNTS = 200
"""Rules of plurals look at small counts, and at the last two digits of larger ones."""


@cache
def counted_words() -> frozenset[str]:
    """Keys of the words of the map that depend on a count: those that have a plural in English."""
    return frozenset(key for key, template in catalogue("map", "en").items() if len(template.forms) > 1)


def words_of(language: str, noun: UnitNoun | None = None) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The words of the map in a language, and those that depend on a count in each of their forms."""
    words, counted = catalogue("map", language, noun), counted_words()
    return (
        {key: template.forms[0] for key, template in words.items() if key not in counted},
        {key: template.forms for key, template in words.items() if key in counted},
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
    localized = localize(plan, language)
    words, counted = words_of(language, localized.noun)
    unit_verdicts = verdicts(localized)
    tested = {measure.name for measure in unit_verdicts.table.measures}
    columns = measure_columns(plan) if measured is None else measured
    shifts = {quota.name: moved for quota in plan.study.quotas if (moved := quota_shifts(localized, quota)) is not None}
    return Page(
        language=language,
        words=words,
        counted_words=counted,
        numbers=number_signs(language),
        plan=_summary(localized),
        zones=_zones(localized),
        lines=_lines(localized),
        designations=_designations(localized),
        quotas=tuple(
            _quota(localized, position, shifts.get(quota.name)) for position, quota in enumerate(plan.study.quotas)
        ),
        measures=measure_layers(localized, (column for column in columns if column.name not in tested)),
        sites=site_layers(plan, shapes),
        payments=payments_of(localized, words),
        cards=cards(localized, shifts),
        verdicts=unit_verdicts.table,
        headline=headline(localized, unit_verdicts),
        scenarios=_scenarios(localized),
        undrawn=tuple(shapes.undrawn.tolist()),
        table=None,
        surroundings=surroundings,
        comparison=None,
        model=model,
        grid=shapes.grid,
    )


def compared_page(page: Page, comparison: Comparison) -> Page:
    """The page of the second plan of a comparison, with what differs from the first."""
    summary = ComparisonWords(comparison, page.language)
    first = [zone for zone in _zones(summary.plans[0]) if zone.code not in {known.code for known in page.zones}]
    zones = (*page.zones, *(zone._replace(units=0, ha=0.0) for zone in first))
    return page._replace(zones=zones, scenarios=(), comparison=_compared(summary, page, [zone.code for zone in zones]))


def _compared(summary: ComparisonWords, page: Page, codes: list[str]) -> ComparedPlans:
    comparison, ids = summary.comparison, page.cards.units.rows
    before = dict(zip(comparison.before.zones["unit_id"], comparison.before.zones["main"], strict=True))
    causes = {(cause.kind, cause.id): position for position, cause in enumerate(summary.causes)}
    texts: dict[str, int] = {}
    moves: dict[str, list[Move]] = {}

    def add(unit: str, what: str, phrases: Iterable[str], cause: tuple[str, str]) -> None:
        title, was, now = (texts.setdefault(escape_hidden(text), len(texts)) for text in phrases)
        moves.setdefault(escape_hidden(unit), []).append(Move(MOVES.index(what), title, was, now, causes[cause]))

    for row in comparison.moved[comparison.moved["what"] != "flow"].itertuples(index=False):
        values = (summary.value(row.what, row.item, text) for text in (row.before, row.after))
        add(row.unit_id, row.what, (summary.item(row.what, row.item), *values), (row.cause_kind, row.cause_id))
    for balance in summary.balances:
        add(balance.unit_id, "flow", (balance.title, balance.before, balance.after), balance.cause)
    return ComparedPlans(
        title=summary.verdict,
        lead=summary.lead,
        names=summary.names,
        kinds=tuple(summary.what(what) for what in MOVES),
        mains=tuple(codes.index(before[unit.id]) if unit.id in before else -1 for unit in ids),
        transitions=tuple(
            Transition(codes.index(row.before), codes.index(row.after), row.units, row.area_ha)
            for row in summary.changed.itertuples(index=False)
        ),
        causes=tuple(
            ComparedCause(cause.text, tuple(cause.counts.get(what, 0) for what in MOVES)) for cause in summary.causes
        ),
        moves=Groups(Move, [moves.get(unit.id, ()) for unit in ids]),
        texts=tuple(texts),
        amounts=tuple(_amount_changes(summary, [unit.id for unit in ids])),
        sums=tuple(
            (total.title, *(f"{amount(side, page.language)} {total.unit}" for side in (total.before, total.after)))
            for key in ("quotas", "flows")
            for total in summary.sums[key]
        ),
    )


def _amount_changes(summary: ComparisonWords, ids: list[str]) -> Iterator[AmountChange]:
    """By quota of which something moved what each unit gets more or less."""
    for name in summary.comparison.totals["quotas"]:
        sides = []
        for plan in summary.plans:
            rows = plan.quotas[plan.quotas["quota"] == name]
            sides.append(dict(zip(map(escape_hidden, rows["unit_id"]), rows["amount"], strict=True)))
        values = (
            float(sides[1][unit_id] - sides[0][unit_id])
            if unit_id and unit_id in sides[0] and unit_id in sides[1]
            else None
            for unit_id in ids
        )
        unit = next((quota.unit for plan in summary.plans for quota in plan.study.quotas if quota.name == name), "")
        terms = summary.plans[1].renderer.terms
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
    assumed = [
        (assumption, escape_hidden(assumption_title(assumption, plan.renderer.terms)))
        for assumption in plan.assumptions
    ]
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
        deductions=tuple(title for assumption, title in assumed if assumption.kind == "deduction"),
        assumptions=tuple(
            Assumed(title, escape_hidden(assumption.assumed))
            for assumption, title in assumed
            if assumption.kind in {"role", "indicator"}
        ),
        hangs_on=tuple(escape_hidden(plan.renderer.terms.measure(name).title) for name in hanging),
        decisions=_decisions(plan),
        sources=_sources(plan),
    )


def _sources(plan: LocalizedPlan) -> tuple[str, ...]:
    """Whose data the plan rests on, each once; where the plan does not say it, the file."""
    sources = ((plan.study.evidence_of(source.name), source.path) for source in plan.sources)
    whose = (text_in(evidence.publisher, plan.language) if evidence else path for evidence, path in sources)
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
    parts = filter(None, (provision_text(source, language), source.url, day))
    return LawText(title, escape_hidden(catalogue("reading", language)["next"].join(parts)), reading)


def _zones(plan: LocalizedPlan) -> tuple[ZoneLayer, ...]:
    fills, signs = zone_fills(plan.rulebook), overlay_signs(plan.rulebook)
    held = plan.zones["overlays"].str.split(";")
    layers = []
    for zone in plan.rulebook.zones:
        has = (
            plan.zones["main"] == zone.code
            if zone.kind == "main"
            else held.map(lambda codes, code=zone.code: code in codes)
        )
        layers.append(
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
    return tuple(layers)


def _lines(plan: LocalizedPlan) -> tuple[LineLayer, ...]:
    styles = line_styles(plan)
    layers = []
    for line in plan.rulebook.lines:
        colour, width, dashes = styles[line.code]
        has = (plan.pieces["control_line"] == line.code).to_numpy()
        layers.append(
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
    return tuple(layers)


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
            dashes=DASHES[position % len(DASHES)],
            ha=_ha(plan.pieces["area_ha"][plan.pieces[name].to_numpy(bool)]),
            pieces=tuple(np.flatnonzero(plan.pieces[name].to_numpy(bool)).tolist()),
        )
        for position, (name, ink) in enumerate(zip(names, inks, strict=True))
    )


def _quota(plan: LocalizedPlan, position: int, shifts: QuotaShifts | None) -> QuotaLayer:
    language, quota = plan.language, plan.study.quotas[position]
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
        shifts=tuple(QuotaShift(group.reason, len(group.units), round(group.amount, 6)) for group in shifts.groups)
        if shifts
        else (),
        jurisdictions={escape_hidden(plan.jurisdiction(name)): f"{amount:f}" for name, amount in given.items()},
    )


def _scenarios(plan: LocalizedPlan) -> tuple[ScenarioLayer, ...]:
    """The scenarios of the plan in its order, each with the units in which it differs."""
    zones = {zone.code: position for position, zone in enumerate(plan.rulebook.zones)}
    quotas, columns = [quota.name for quota in plan.study.quotas], ["main", "overlays", "status"]
    ids = plan.units.index
    planned = plan.zones.set_index("unit_id")[columns].reindex(ids)
    own_amounts = _amounts_by_unit(plan.quotas[ids.get_indexer(plan.quotas["unit_id"]) >= 0], ids, quotas)
    layers = []
    for scenario in plan.study.scenarios if len(plan.scenarios) else ():
        there = plan.scenarios[plan.scenarios["scenario"] == scenario.name].set_index("unit_id")[columns].reindex(ids)
        given = plan.scenario_quotas[plan.scenario_quotas["scenario"] == scenario.name]
        amounts = _amounts_by_unit(given, ids, quotas)
        differs = (there != planned).any(axis=1).to_numpy() | (amounts != own_amounts).any(axis=1).to_numpy()
        rows = [
            ScenarioRow(
                int(position),
                zones[there["main"].iloc[position]],
                tuple(zones[code] for code in there["overlays"].iloc[position].split(";") if code),
                there["status"].iloc[position],
                tuple(f"{amount:f}" for amount in amounts.iloc[position]),
            )
            for position in np.flatnonzero(differs)
        ]
        title = text_in(scenario.title or scenario.name, plan.language)
        layers.append(ScenarioLayer(escape_hidden(scenario.name), escape_hidden(title), Columns(ScenarioRow, rows)))
    return tuple(layers)


def _amounts_by_unit(rows: pd.DataFrame, ids: pd.Index, quotas: list[str]) -> pd.DataFrame:
    """Exact amounts, a row a unit and a column a quota; nothing is 0."""
    given = {(quota, unit): amount for quota, unit, amount in rows[["quota", "unit_id", "amount"]].to_numpy()}
    columns = {quota: [given.get((quota, unit), Decimal(0)) for unit in ids] for quota in quotas}
    return pd.DataFrame(columns, index=ids, dtype=object)


def _ha(areas: pd.Series) -> float:
    return hectares(areas.sum())
