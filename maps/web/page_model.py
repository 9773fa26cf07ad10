"""The page's model: all that Python hands to the scripts of the map, as frozen records with named fields.

The types of the scripts, ``src/page_model.d.ts``, are written from it by ``python docs/generate.py``. A place is the
number of an entry in the list that the field's description names; tables go to the page a column at a time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

from maps.drawing import MeasureAxis, Sign
from maps.telling import Headline, VerdictTable
from maps.web.plan_model import PlanModel

Row = TypeVar("Row")

LineKind = Literal["reason", "setting", "yes", "no", "unknown", "parameter", "reference"]
Standing = Literal["decided", "contested", "review", "review_overlay", "by_decision", "by_decision_overlay", "assumed"]


class Columns(NamedTuple, Generic[Row]):
    """Rows of one kind, which the page gets a column at a time, by name: that packs to half the size.

    Examples
    --------
    >>> as_json(Columns(Arrow, [Arrow(0, 1, 5.0), Arrow(0, 2, 4.0)]))
    '{"payer":[0,0],"receiver":[1,2],"amount":[5.0,4.0]}'
    """

    kind: type[Row]
    rows: Sequence[Row]


class Groups(NamedTuple, Generic[Row]):
    """Rows of one kind in groups, as those of each unit: how many each group has, and the columns of all.

    Examples
    --------
    >>> as_json(Groups(Setting, [[Setting("fee", "5")], []]))
    '{"counts":[1,0],"columns":{"name":["fee"],"value":["5"]}}'
    """

    kind: type[Row]
    groups: Sequence[Sequence[Row]]


def as_json(record: Any) -> str:
    """A record of the model, and all that is in it, as JSON: fields by their names."""
    return json.dumps(_plain(record), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


_ATOMS = frozenset({str, int, float, bool, type(None)})


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is Columns:
        return _columns(value.kind, value.rows)
    if kind is Groups:
        rows = [row for group in value.groups for row in group]
        return {"counts": [len(group) for group in value.groups], "columns": _columns(value.kind, rows)}
    if kind is dict:
        return {key: _plain(entry) for key, entry in value.items()}
    if kind is tuple:
        return _each(value)
    return dict(zip(kind._fields, _each(value), strict=True)) if hasattr(kind, "_fields") else value


def _each(values: Sequence[Any]) -> Sequence[Any]:
    """Values of which none is a record, as most columns are, stay as they are."""
    return values if _ATOMS.issuperset(map(type, values)) else [_plain(entry) for entry in values]


def _columns(kind: Any, rows: Sequence[Any]) -> dict[str, Sequence[Any]]:
    columns = zip(*rows, strict=True) if rows else ((),) * len(kind._fields)
    return {name: _each(column) for name, column in zip(kind._fields, columns, strict=True)}


# ----- the plan as a whole


class PoliciesChecked(NamedTuple):
    """How many policies there are, were checked against the text of the law, and this on the publisher's site."""

    all: int
    verified: int
    official: int


class ParametersChecked(NamedTuple):
    """How many numbers of the rulebook there are, and how many nobody has checked."""

    all: int
    unverified: int


class LawText(NamedTuple):
    """Where the text of a policy was read."""

    title: str
    source: str
    reading: str


class Assumed(NamedTuple):
    """What was assumed where the study says nothing."""

    title: str
    assumed: str


class Decided(NamedTuple):
    """What planners decided: of which unit, for which zone, and why."""

    unit_id: str
    name: str
    zone: str
    reason: str


class Summary(NamedTuple):
    """The plan as a whole, and what to know before relying on it."""

    name: str
    note: str
    tried: str
    date: str
    rulebook: str
    country: str
    description: str
    area_ha: float
    checked: PoliciesChecked
    parameters: ParametersChecked
    texts: tuple[LawText, ...]
    deductions: tuple[str, ...]
    assumptions: tuple[Assumed, ...]
    hangs_on: tuple[str, ...]
    decisions: tuple[Decided, ...]
    sources: tuple[str, ...]


# ----- what can be shown


class ZoneLayer(NamedTuple):
    """A zone type of the rulebook with what it looks like."""

    code: str
    kind: Literal["main", "overlay"]
    title: str
    units: int
    ha: float
    default: bool
    fill: str | None
    sign: Sign | None


class LineLayer(NamedTuple):
    """A control line."""

    code: str
    title: str
    reference: str
    colour: str
    width: float
    dashes: tuple[float, ...]
    ha: float
    pieces: tuple[int, ...]


class DesignationLayer(NamedTuple):
    """A layer that cut the units, drawn as a tint with an outline."""

    name: str
    title: str
    role: str
    colour: str
    dashes: tuple[float, ...]
    ha: float
    pieces: tuple[int, ...]


class QuotaBase(NamedTuple):
    """What the amounts of a quota are put in relation to: the people of each unit, available land, the weight alone."""

    key: str
    title: str
    unit: str
    scale: float
    plain: str
    values: tuple[float | None, ...]


class QuotaShift(NamedTuple):
    """What makes some units get less, or more, of a quota than by their weight alone."""

    reason: str
    units: int
    amount: float


class QuotaLayer(NamedTuple):
    """A quota of the study."""

    name: str
    title: str
    period: int
    unit: str
    total: str
    reserve: str
    step: float
    objective: str
    solution: str
    bases: tuple[QuotaBase, ...]
    shifts: tuple[QuotaShift, ...]
    jurisdictions: dict[str, str]


class MeasureLayer(NamedTuple):
    """A measure that no rule compares with a limit; its values stand beside the shapes, one a unit."""

    name: str
    title: str
    unit: str
    share: bool
    step: float
    axis: MeasureAxis


class SiteRing(NamedTuple):
    """The corners of a ring in 16ths of the grid's steps, each as the step from the one before."""

    x: tuple[int, ...]
    y: tuple[int, ...]


class Site(NamedTuple):
    """A patch of land that a quota takes: the place of its unit, and its rings."""

    unit: int
    area_ha: float
    rings: tuple[SiteRing, ...]


class SiteLayer(NamedTuple):
    """The land that a quota takes in all."""

    quota: int
    colour: str
    ha: float
    unplaced_ha: float
    sites: Columns[Site]


# ----- payments


class Point(NamedTuple):
    """Degrees of WGS 84."""

    lon: float
    lat: float


class Party(NamedTuple):
    """Who pays or receives."""

    name: str
    unit: int | None
    point: Point | None
    units: tuple[int, ...]


class Arrow(NamedTuple):
    """An amount from one party to another, by their places in ``parties``."""

    payer: int
    receiver: int
    amount: float


class Mark(NamedTuple):
    """What a party receives, or below 0 pays, for which no arrow can be drawn."""

    party: int
    amount: float


class Instrument(NamedTuple):
    """The payments of one instrument in one period and one unit of account."""

    name: str
    title: str
    period: int
    unit: str
    paid: str
    net: str
    arrows: Columns[Arrow]
    marks: Columns[Mark]
    beyond: tuple[int, ...]
    many: bool


class Payment(NamedTuple):
    """A row of the table of flows: places in ``instruments`` and ``parties``, the exact amount, places in ``texts``."""

    instrument: int
    payer: int
    receiver: int
    amount: str
    rule: int
    reference: int


class Payments(NamedTuple):
    """All payments, and what the map draws of them."""

    instruments: tuple[Instrument, ...]
    rows: Columns[Payment]
    texts: tuple[str, ...]
    parties: Columns[Party]


# ----- what is said of each unit


class UnitRow(NamedTuple):
    """What a unit is."""

    id: str
    name: str
    other_names: tuple[str, ...]
    jurisdiction: int
    area_ha: float
    main: int
    overlays: tuple[int, ...]
    status: Literal["decided", "contested", "review", "by_decision", "assumed"]
    standing: Standing
    policies: int
    policy_reasons: int
    derived: int
    norms: int
    energy: int
    services: int
    flows: int
    industries: int
    shown: tuple[str, ...]


class RuleEntry(NamedTuple):
    """A rule that claims units, or what stands in its place: the default, a decision, a lock from above."""

    id: str
    kind: str


class ClaimRow(NamedTuple):
    """A claim on a unit: places in ``rules``, ``zones`` and ``reasons``."""

    rule: int
    zone: int
    answer: Literal["yes", "no", "unknown"]
    reason: int


class LineRow(NamedTuple):
    """A control line in a unit."""

    line: int
    claimed_ha: float
    settled_ha: float
    lost_to: tuple[str, ...]
    reason: int


class QuotaRow(NamedTuple):
    """What a unit gets of a quota; amounts are exact, and None where there is none."""

    quota: int
    amount: str
    ceiling: str | None
    weight: float | None
    binding: str
    jurisdiction: str
    price: float | None
    price_text: str
    shown: tuple[str, ...]
    shift: int
    reason: int


class SitingRow(NamedTuple):
    """What a quota took of a unit on the ground."""

    quota: int
    placed_ha: float
    unplaced_ha: float
    patches: int
    gap_pct: float | None


class PolicyEntry(NamedTuple):
    """A policy of the rulebook."""

    id: str
    title: str
    instrument: str
    pays: bool
    clause: str
    extent: str
    reference: str
    since: str
    until: str
    doubt: str


class Setting(NamedTuple):
    """A setting of a policy in words: what it is called, and what it is."""

    name: str
    value: str


class PolicyRow(NamedTuple):
    """A policy in the list of a unit."""

    policy: int
    holds: bool
    over: int | None
    settings: int
    part_ha: float | None
    exception: str
    inherited_from: str
    unknown: tuple[str, ...]


class CardLine(NamedTuple):
    """A line of a reason."""

    depth: int
    kind: LineKind
    decides: bool
    text: int
    numbers: tuple[str, ...]


class CardHeading(NamedTuple):
    """A heading of a card and the reason below it: places in ``texts`` and ``reasons``, and the numbers of the text."""

    text: int
    numbers: tuple[str, ...]
    reason: int


class Cards(NamedTuple):
    """What the cards of the units say. Groups of rows are in the order of ``units``, if nothing else is said."""

    units: Columns[UnitRow]
    unit_titles: tuple[str, ...]
    quota_titles: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    rules: tuple[RuleEntry, ...]
    main_claims: Columns[ClaimRow]
    claims: Groups[ClaimRow]
    line_rows: Groups[LineRow]
    quota_rows: Groups[QuotaRow]
    siting_rows: Groups[SitingRow]
    policies: tuple[PolicyEntry, ...]
    settings: Groups[Setting]
    policy_lists: Groups[PolicyRow]
    texts: tuple[str, ...]
    reasons: Groups[CardLine]
    reason_lists: tuple[tuple[int, ...], ...]
    headings: Groups[CardHeading]


class LargeNumber(NamedTuple):
    """How large numbers are told, such as in millions."""

    least: float
    unit: float
    text: str


class NumberSigns(NamedTuple):
    """How the language writes numbers and counts things."""

    thousands: str
    point: str
    plural: tuple[int, ...]
    percent: str
    large: tuple[LargeNumber, ...]


class DatumShift(NamedTuple):
    """How far places of WGS 84 lie from where the formulas of the projection put them, in metres of the plane."""

    x: float
    y: float
    reach: float
    east: tuple[float, ...]
    north: tuple[float, ...]


class MapProjection(NamedTuple):
    """The projection in which the map is drawn: of equal area, on an ellipsoid, or the web's Mercator projection."""

    method: Literal["azimuthal", "conic", "cylindrical", "equal_earth", "mercator"]
    lon_0: float
    lat_0: float
    lat_1: float
    lat_2: float
    x_0: float
    y_0: float
    radius_m: float
    eccentricity_2: float
    shift: DatumShift | None


class MapGrid(NamedTuple):
    """Where the grid of the shapes lies in the plane of the map, in metres, and how much stands on it."""

    projection: MapProjection
    west: float
    south: float
    step: float
    arcs: int
    points: int
    pieces: int
    units: int


GroundKind = Literal["land", "lake", "river", "province", "country", "disputed"]


class GroundLayer(NamedTuple):
    """Shapes of one kind of the ground; their places stand in the block, after all else."""

    kind: GroundKind
    rank: int
    parts: int
    points: int
    names: tuple[str, ...]


class Town(NamedTuple):
    """A town, on the grid of the ground."""

    name: str
    x: int
    y: int
    population: int
    capital: Literal["", "admin1", "country", "territory"]
    apart_km: float
    inside: bool


class RegionName(NamedTuple):
    """A province or a country around the study, and places on the grid of the ground where its name may stand."""

    name: str
    country: bool
    x: tuple[int, ...]
    y: tuple[int, ...]


class ReliefPicture(NamedTuple):
    """Shadow and light, to be laid over colours: where it lies in the plane of the map, metres, and its address."""

    west: float
    south: float
    east: float
    north: float
    address: str


class Surroundings(NamedTuple):
    """What lies under and around the plan."""

    west: float
    south: float
    step: float
    width: int
    height: int
    layers: tuple[GroundLayer, ...]
    towns: Columns[Town]
    regions: Columns[RegionName]
    relief: ReliefPicture | None
    credits: str


# ----- a table without a plan


class TableColumn(NamedTuple):
    """A column of a table."""

    title: str
    measure: int | None
    numbers: tuple[float | None, ...]
    texts: tuple[str, ...]
    places: tuple[int, ...]


class TableView(NamedTuple):
    """A table of polygons that is drawn without a plan: its rows are units, the values of one column zones."""

    by: str
    stacked: bool
    columns: tuple[TableColumn, ...]
    tip: tuple[int, ...]


# ----- another plan beside it


class Transition(NamedTuple):
    """Units of which the main function is one in the first plan and another in the second."""

    before: int
    after: int
    units: int
    ha: float


class ComparedCause(NamedTuple):
    """What some moves hang on."""

    text: str
    counts: tuple[int, ...]


class Move(NamedTuple):
    """Something of a unit that is not the same in both plans."""

    kind: int
    title: int
    before: int
    after: int
    cause: int


class AmountChange(NamedTuple):
    """What units get more or less of a quota."""

    title: str
    unit: str
    values: tuple[float | None, ...]


class ComparedPlans(NamedTuple):
    """What differs from another plan, which came before."""

    title: str
    lead: str
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    mains: tuple[int, ...]
    transitions: tuple[Transition, ...]
    causes: tuple[ComparedCause, ...]
    moves: Groups[Move]
    texts: tuple[str, ...]
    amounts: tuple[AmountChange, ...]
    sums: tuple[tuple[str, ...], ...]


class ScenarioRow(NamedTuple):
    """A unit that a scenario gives another main function, overlay, status or amount."""

    unit: int
    main: int
    overlays: tuple[int, ...]
    status: Literal["decided", "contested", "review", "by_decision", "assumed"]
    amounts: tuple[str, ...]


class ScenarioLayer(NamedTuple):
    """A scenario of the plan: the units in which it differs from it."""

    name: str
    title: str
    units: Columns[ScenarioRow]


class Page(NamedTuple):
    """Everything that the page is made from, shapes apart."""

    language: str
    words: Annotated[dict[str, str], "Word"]
    counted_words: Annotated[dict[str, tuple[str, ...]], "CountedWord"]
    numbers: NumberSigns
    plan: Summary
    zones: tuple[ZoneLayer, ...]
    lines: tuple[LineLayer, ...]
    designations: tuple[DesignationLayer, ...]
    quotas: tuple[QuotaLayer, ...]
    measures: tuple[MeasureLayer, ...]
    sites: tuple[SiteLayer, ...]
    payments: Payments
    cards: Cards
    verdicts: VerdictTable
    headline: Headline
    scenarios: tuple[ScenarioLayer, ...]
    undrawn: tuple[int, ...]
    table: TableView | None
    surroundings: Surroundings | None
    comparison: ComparedPlans | None
    model: PlanModel | None
    grid: MapGrid
