"""The page's model: all that Python hands to the scripts of the map, as frozen records with named fields.

The types of the scripts, ``src/page_model.d.ts``, are written from it by ``python docs/generate.py``. A place is the
number of an entry in the list that the field's description names; tables go to the page a column at a time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

from maps.recompute import PlanModel
from maps.style import Sign
from maps.summaries import Headline, MeasureAxis, VerdictTable

Row = TypeVar("Row")

LineKind = Literal["reason", "setting", "yes", "no", "unknown", "parameter", "reference"]
Standing = Literal["decided", "contested", "review", "review_overlay", "by_decision", "by_decision_overlay", "assumed"]


class Columns(NamedTuple, Generic[Row]):
    """Rows of one kind, which the page gets a column at a time, by name: that packs to half the size.

    Parameters
    ----------
    kind : type
        Of the rows; without rows its columns are there all the same.
    rows : sequence

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
    """A record of the model, and all that is in it, as JSON: fields by their names.

    Raises
    ------
    ValueError
        A number is not finite.
    """
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
        return {key: _plain(one) for key, one in value.items()}
    if kind is tuple:
        return _each(value)
    return dict(zip(kind._fields, _each(value), strict=True)) if hasattr(kind, "_fields") else value


def _each(values: Sequence[Any]) -> Sequence[Any]:
    """Values of which none is a record, as most columns are, stay as they are."""
    return values if _ATOMS.issuperset(map(type, values)) else [_plain(one) for one in values]


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
    """Where the text of a policy was read.

    Attributes
    ----------
    title : str
    source : str
        Document, article, address and day.
    reading : str
        How it is known, in words.
    """

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
    """The plan as a whole, and what to know before relying on it.

    Attributes
    ----------
    tried : str
        Of a try by whom it is, and that it is not the adopted plan; empty of any other plan.
    deductions : tuple of str
        Roles that available land was not reduced by.
    hangs_on : tuple of str
        Absent measures that some main functions hang on.
    sources : tuple of str
        Whose data it rests on; the file where the plan does not say it.
    """

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
    """A zone type of the rulebook with what it looks like.

    Attributes
    ----------
    units : int
        How many units have it.
    ha : float
        Their land.
    default : bool
        Whether it is the main function of what no rule claims: the colour of the paper, where it has none of its own.
    fill : str or None
        Of a main function; None for an overlay, and for paper.
    sign : Sign or None
        Of an overlay.
    """

    code: str
    kind: Literal["main", "overlay"]
    title: str
    units: int
    ha: float
    default: bool
    fill: str | None
    sign: Sign | None


class LineLayer(NamedTuple):
    """A control line.

    Attributes
    ----------
    dashes : tuple of float
        Their lengths, in widths of the line.
    pieces : tuple of int
        The places of the pieces that it has.
    """

    code: str
    title: str
    reference: str
    colour: str
    width: float
    dashes: tuple[float, ...]
    ha: float
    pieces: tuple[int, ...]


class DesignationLayer(NamedTuple):
    """A layer that cut the units, drawn as a tint with an outline.

    Attributes
    ----------
    dashes : tuple of float
        Of its outline, in widths of the line.
    pieces : tuple of int
        The places of the pieces that it covers.
    """

    name: str
    title: str
    role: str
    colour: str
    dashes: tuple[float, ...]
    ha: float
    pieces: tuple[int, ...]


class QuotaBase(NamedTuple):
    """What the amounts of a quota are put in relation to: the people of each unit, available land, the weight alone.

    Attributes
    ----------
    title : str
        What is shown then.
    unit : str
        Of an amount in relation to it, in words.
    scale : float
        An amount times this, divided by the value of a unit, is in that unit.
    plain : str
        What the weight is made of, where amounts are told by how much they differ from what it alone would give; empty
        where they are divided.
    values : tuple of float or None
        One a unit; None where it is not known.
    """

    key: str
    title: str
    unit: str
    scale: float
    plain: str
    values: tuple[float | None, ...]


class QuotaShift(NamedTuple):
    """What makes some units get less, or more, of a quota than by their weight alone.

    Attributes
    ----------
    units : int
        How many.
    amount : float
        The sum of their differences, below 0 where they get less.
    """

    reason: str
    units: int
    amount: float


class QuotaLayer(NamedTuple):
    """A quota of the study.

    Attributes
    ----------
    unit : str
        Of its amounts, in words.
    total, reserve : str
        Exact amounts.
    step : float
        Amounts are whole multiples of it.
    objective : str
        Empty where amounts follow weights.
    solution : str
        What was found to be the best.
    bases : tuple of QuotaBase
        The first is shown first.
    shifts : tuple of QuotaShift
        Why units get less or more than by their weight alone.
    jurisdictions : dict of str to str
        By each jurisdiction above the units what its units get, exactly, without what it holds back.
    """

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
    """A measure that no rule compares with a limit; its values stand beside the shapes, one a unit.

    Attributes
    ----------
    name : str
        Of its column.
    unit : str
        Of measure, in words; empty where there is none.
    share : bool
        Whether it is printed in per cent.
    step : float
        Its values are multiples of it.
    axis : MeasureAxis
        On which they are drawn.
    """

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
    """The land that a quota takes in all.

    Attributes
    ----------
    quota : int
        Its place in ``quotas``.
    ha, unplaced_ha : float
        What has a place on the ground, and what has none.
    """

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
    """Who pays or receives.

    Attributes
    ----------
    unit : int or None
        The place of a unit, where it is one.
    point : Point or None
        Inside a jurisdiction; a pool, a budget and those outside of the study have no place.
    units : tuple of int
        The places of the units that it consists of.
    """

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
    """The payments of one instrument in one period and one unit of account.

    Attributes
    ----------
    paid, net : str
        Exact amounts: all that is paid, and what is left of it on balance.
    arrows, marks : Columns
        The largest first, so that the smaller lie on top.
    beyond : tuple of int
        The parties without a place on the map.
    many : bool
        Whether the arrows were too many, so that net amounts are drawn instead.
    """

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
    """What a unit is.

    Attributes
    ----------
    other_names : tuple of str
        By which it is found, too: those of other languages.
    jurisdiction : int
        Its place in ``jurisdictions``.
    main : int
        The place of its main function in ``zones``.
    overlays : tuple of int
        Places in ``zones``.
    status, standing : str
        What a rule, a decision or a doubt made of it; its standing tells overlays, too.
    policies : int
        The place of its list in ``policy_lists``.
    policy_reasons : int
        The place of the reasons for them in ``reason_lists``.
    derived, norms, energy, services, flows, industries : int
        What is said of these matters: places in ``headings``.
    shown : tuple of str
        What further columns of the zones say, in the order of ``unit_titles``; empty for nothing.
    """

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
    """A control line in a unit.

    Attributes
    ----------
    line : int
        Its place in ``lines``.
    lost_to : tuple of str
        The titles of the lines that took the rest.
    reason : int
        Its place in ``reasons``.
    """

    line: int
    claimed_ha: float
    settled_ha: float
    lost_to: tuple[str, ...]
    reason: int


class QuotaRow(NamedTuple):
    """What a unit gets of a quota; amounts are exact, and None where there is none.

    Attributes
    ----------
    quota : int
        Its place in ``quotas``.
    binding : str
        What kept the amount from being another one; empty for nothing.
    price_text : str
        The shadow price in words.
    shown : tuple of str
        What further columns of the quotas say, in the order of ``quota_titles``; empty for nothing.
    shift : int
        Why it is not what the unit's weight alone gives: a place in the quota's ``shifts``, -1 for rounding alone.
    reason : int
        Its place in ``reasons``.
    """

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
    """What a quota took of a unit on the ground.

    Attributes
    ----------
    quota : int
        Its place in ``quotas``.
    gap_pct : float or None
        How far it is from the best possible.
    """

    quota: int
    placed_ha: float
    unplaced_ha: float
    patches: int
    gap_pct: float | None


class PolicyEntry(NamedTuple):
    """A policy of the rulebook.

    Attributes
    ----------
    pays : bool
        Whether its instrument is one of money.
    extent : str
        The sentence that says what stands for the places that it means; empty where its clause says where it holds.
    doubt : str
        How its text is known, in words, where it is not verified.
    """

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
    """A policy in the list of a unit.

    Attributes
    ----------
    policy : int
        Its place in ``policies``.
    holds : bool
        Whether it gives way to nothing.
    over : int or None
        The place of the policy that it gives way to; None for an exception.
    settings : int
        Their place in ``settings``.
    part_ha : float or None
        The land on which it holds; None for the whole unit.
    exception : str
        Why it does not apply.
    inherited_from : str
        The jurisdiction that it comes from.
    unknown : tuple of str
        What is missing, in words, where it applies because nobody knows whether it has to.
    """

    policy: int
    holds: bool
    over: int | None
    settings: int
    part_ha: float | None
    exception: str
    inherited_from: str
    unknown: tuple[str, ...]


class CardLine(NamedTuple):
    """A line of a reason.

    Attributes
    ----------
    depth : int
        How far below the matter it stands.
    kind : str
        What it is.
    decides : bool
        Whether anything hangs on it.
    text : int
        Its place in ``texts``.
    numbers : tuple of str
        What stands in the gaps of the text, as it is written.
    """

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
    """What the cards of the units say. Groups of rows are in the order of ``units``, if nothing else is said.

    Attributes
    ----------
    unit_titles, quota_titles : tuple of str
        What the further columns of zones and quotas are called that have something to say.
    main_claims : Columns
        What decided the main function of each unit.
    claims : Groups
        All others.
    settings, policy_lists : Groups
        Each that some units share, once.
    texts : tuple of str
        Each once; a NUL stands for a number that differs from unit to unit.
    reasons : Groups
        Each chain of lines once.
    reason_lists : tuple of tuple of int
        Places in ``reasons``.
    headings : Groups
        Each list of headings once.
    """

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
    """How large numbers are told, such as in millions.

    Attributes
    ----------
    least : float
        From here on.
    unit : float
        What they are counted in.
    text : str
        With ``{n}`` for so many.
    """

    least: float
    unit: float
    text: str


class NumberSigns(NamedTuple):
    """How the language writes numbers and counts things.

    Attributes
    ----------
    plural : tuple of int
        The plural form of each count from 0 to 199.
    percent : str
        How a share is told, with ``{n}``.
    large : tuple of LargeNumber
        The larger ones first.
    """

    thousands: str
    point: str
    plural: tuple[int, ...]
    percent: str
    large: tuple[LargeNumber, ...]


class DatumShift(NamedTuple):
    """How far places of WGS 84 lie from where the formulas of the projection put them, in metres of the plane.

    Attributes
    ----------
    x, y, reach : float
        The middle of the plan and half its size, metres: u and v are the place from there, in parts of the reach.
    east, north : tuple of float
        Factors of 1, u, v, uu, uv and vv.
    """

    x: float
    y: float
    reach: float
    east: tuple[float, ...]
    north: tuple[float, ...]


class MapProjection(NamedTuple):
    """The projection in which the map is drawn: one of equal area, on an ellipsoid, or the web's Mercator projection.

    Attributes
    ----------
    lon_0, lat_0, lat_1, lat_2 : float
        Degrees: the middle, or the origin, and standard parallels. Mercator's map is open half a turn from its middle.
    x_0, y_0 : float
        Metres that the origin has.
    radius_m, eccentricity_2 : float
        The longer half axis of the ellipsoid, and the square of its eccentricity.
    """

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
    """Shapes of one kind of the ground; their places stand in the block, after all else.

    Attributes
    ----------
    kind : str
        Rings of land and lakes, lines of rivers, provinces and countries; "disputed" are lines of countries that are
        not settled.
    rank : int
        Of rivers, 0 the most important.
    parts, points : int
        How many rings or lines, and how many points in all.
    names : tuple of str
        One a part, empty where it has none; no names at all where none has one.
    """

    kind: GroundKind
    rank: int
    parts: int
    points: int
    names: tuple[str, ...]


class Town(NamedTuple):
    """A town, on the grid of the ground.

    Attributes
    ----------
    apart_km : float
        To the next more important one.
    inside : bool
        It lies in the study.
    """

    name: str
    x: int
    y: int
    population: int
    capital: Literal["", "admin1", "country", "territory"]
    apart_km: float
    inside: bool


class RegionName(NamedTuple):
    """A province or a country around the study, and places on the grid of the ground where its name may stand.

    Attributes
    ----------
    x, y : tuple of int
        The best first.
    """

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
    """What lies under and around the plan.

    Attributes
    ----------
    west, south, step : float
        Where the grid of the ground lies in the plane of the map, and its step, metres.
    width, height : int
        Steps; all of the ground lies on so many.
    layers : tuple of GroundLayer
        From the ground up.
    towns : Columns
        The most important first; all of those in the study are there.
    regions : Columns
        Provinces, then countries.
    credits : str
        What stands on a map that draws it.
    """

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
    """A column of a table.

    Attributes
    ----------
    measure : int or None
        The place of its numbers in ``measures``; None for texts.
    numbers : tuple of float or None
        One a row, where its measure tells them in fewer digits; else none at all.
    texts : tuple of str
        Each once.
    places : tuple of int
        In ``texts``, one a row; -1 where there is none.
    """

    title: str
    measure: int | None
    numbers: tuple[float | None, ...]
    texts: tuple[str, ...]
    places: tuple[int, ...]


class TableView(NamedTuple):
    """A table of polygons that is drawn without a plan: its rows are the units, and the values of one column the zones.

    Attributes
    ----------
    by : str
        The name of the measure that the map opens with; empty for the values of a column of texts, or one colour.
    stacked : bool
        Whether polygons may lie on others: then each lies above those before it.
    columns : tuple of TableColumn
    tip : tuple of int
        Places of the columns that stand beside the pointer; of none, what the map is filled by does.
    """

    by: str
    stacked: bool
    columns: tuple[TableColumn, ...]
    tip: tuple[int, ...]


# ----- another plan beside it


class Transition(NamedTuple):
    """Units of which the main function is one in the first plan and another in the second.

    Attributes
    ----------
    before, after : int
        Places of zones.
    """

    before: int
    after: int
    units: int
    ha: float


class ComparedCause(NamedTuple):
    """What some moves hang on.

    Attributes
    ----------
    text : str
    counts : tuple of int
        How many moves of each kind do.
    """

    text: str
    counts: tuple[int, ...]


class Move(NamedTuple):
    """Something of a unit that is not the same in both plans.

    Attributes
    ----------
    kind : int
        Place of the kind.
    title, before, after : int
        Places of texts.
    cause : int
        Place of the cause.
    """

    kind: int
    title: int
    before: int
    after: int
    cause: int


class AmountChange(NamedTuple):
    """What units get more or less of a quota.

    Attributes
    ----------
    values : tuple of float or None
        By unit; None where one of the plans has no amount.
    """

    title: str
    unit: str
    values: tuple[float | None, ...]


class ComparedPlans(NamedTuple):
    """What differs from another plan, which came before.

    Attributes
    ----------
    title, lead : str
        What moved, and in what the plans differ.
    names : tuple of (str, str)
        Of the plans.
    kinds : tuple of str
        What can move, by its title: first of all main functions.
    mains : tuple of int
        By unit the place of the zone that was its main function; -1 where the first plan has no such unit.
    transitions : tuple of Transition
        Those that change, the largest first.
    causes : tuple of ComparedCause
    moves : Groups of Move
        By unit.
    texts : tuple of str
    amounts : tuple of AmountChange
    sums : tuple of (str, str, str)
        What all get of a quota or by an instrument: title, before, after.
    """

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
    """A unit that a scenario gives another main function, overlay, status or amount.

    Attributes
    ----------
    unit : int
        Its place.
    main : int
        The place of its main function in ``zones``.
    overlays : tuple of int
        So the places of its overlays.
    amounts : tuple of str
        Of each quota, in the order of ``quotas``; exact.
    """

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
    """Everything that the page is made from, shapes apart.

    Attributes
    ----------
    words : dict of str to str
        The words of the map in its language.
    counted_words : dict of str to tuple of str
        Those that depend on a count, in each plural form of the language.
    undrawn : tuple of int
        The places of units that the projection cannot show.
    table : TableView or None
        What is drawn where there is no plan: all that only a plan has is empty then.
    comparison : ComparedPlans or None
        Only on the map of a comparison.
    model : PlanModel or None
        What the plan is worked out again from; None where there is no plan.
    """

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
