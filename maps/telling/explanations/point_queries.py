"""What applies at a point in longitude and latitude, and whether an industry may settle there."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Geod
from shapely import Point
from shapely.ops import nearest_points

from layers.errors import ZoneplanError, escape_hidden
from layers.overview import Overview, Shown, outline
from layers.phrases import Phrase
from layers.sources import Wording
from maps.telling.explanations.explanation_text import extent_sentence
from maps.telling.explanations.industry_query import IndustryAnswer, ask_industry, check_state, items_at, lists_at
from maps.telling.explanations.unit_lookup import find_unit
from maps.words import LocalizedPlan, catalogue, coverage_text, extent_text, localize, reading_text, text_in, written
from zoning.pipeline import TREATMENTS
from zoning.plan import Plan

WORLD = "EPSG:4326"
TOUCH_M = 0.001
"""A place this near to a border is on it: beyond what degrees with nine decimals can tell."""


def check_coordinates(lon: float, lat: float) -> None:
    """Refuse what is no longitude and latitude in degrees.

    Raises
    ------
    ZoneplanError
        One is no finite number or out of its range; where the other way round they would do, the message says so.

    Examples
    --------
    >>> try:
    ...     check_coordinates(39.74, -104.99)
    ... except ZoneplanError as error:
    ...     print(error)
    latitude -104.99: a latitude lies between -90 and 90. Longitude comes first: did you mean -104.99 39.74?
    """
    for name, value, limit in ((Phrase("longitude"), lon, 180), (Phrase("latitude"), lat, 90)):
        if not math.isfinite(value):
            raise ZoneplanError(
                Phrase("{name} {value}: give degrees, such as -104.99", name=name, value=str(value)), code="coordinates"
            )
        if abs(value) > limit:
            text = Phrase(
                "{name} {value}: a {name} lies between -{limit} and {limit}. {hint}",
                name=name,
                value=f"{value:.10g}",
                limit=limit,
                hint=_meant(lon, lat),
            )
            raise ZoneplanError(text, code="coordinates")


def _meant(lon: float, lat: float) -> str:
    turned = lon - math.copysign(360, lon)
    if abs(lat) <= 180 and abs(lon) <= 90:
        return Phrase("Longitude comes first: did you mean {lat} {lon}?", lat=f"{lat:.10g}", lon=f"{lon:.10g}")
    if abs(lat) <= 90 and abs(turned) <= 180:
        return Phrase("Did you mean {lon} {lat}?", lon=f"{turned:.10g}", lat=f"{lat:.10g}")
    return Phrase("Give degrees, WGS 84, not metres of a grid.")


def point_in(lon: float, lat: float, frame: gpd.GeoDataFrame) -> Point:
    """A place in the CRS of a frame; empty where its projection has no room for it."""
    (point,) = gpd.GeoSeries([Point(lon, lat)], crs=WORLD).to_crs(frame.crs)
    return point if np.isfinite(point.coords).all() else Point()


def polygons_at(point: Point, frame: gpd.GeoDataFrame) -> tuple[str, ...]:
    """The ids of the polygons that hold a point or have it on their border, sorted.

    Examples
    --------
    >>> from shapely import box
    >>> two = gpd.GeoDataFrame(geometry=[box(1, 0, 2, 1), box(0, 0, 1, 1)], index=["b", "a"], crs="EPSG:3035")
    >>> polygons_at(Point(1, 0.5), two), polygons_at(Point(1.5, 0.5), two), polygons_at(Point(3, 0.5), two)
    (('a', 'b'), ('b',), ())
    """
    if point.is_empty:
        return ()
    rows = frame.sindex.query(point, predicate="dwithin", distance=TOUCH_M)
    return tuple(sorted(str(polygon_id) for polygon_id in frame.index[rows]))


def nearest(lon: float, lat: float, units: gpd.GeoDataFrame) -> tuple[str, float]:
    """The unit that is nearest to a place, and how far it is, in kilometres on the ellipsoid.

    Notes
    -----
    Which unit is nearest is seen in the working CRS, ties by id; the distance is geodesic.
    """
    point = point_in(lon, lat, units)
    centres = units.geometry.representative_point()
    if point.is_empty:  # opposite the units there is no place in their projection
        ends = centres.to_crs(WORLD)
        _, _, metres = Geod(ellps="WGS84").inv(np.full(len(ends), lon), np.full(len(ends), lat), ends.x, ends.y)
        away = pd.Series(metres, index=units.index)
    else:
        away = units.geometry.distance(point)
    unit_id = min(units.index[away == away.min()], key=str)
    end = centres[unit_id] if point.is_empty else nearest_points(units.geometry[unit_id], point)[0]
    (there,) = gpd.GeoSeries([end], crs=units.crs).to_crs(WORLD)
    return str(unit_id), float(Geod(ellps="WGS84").inv(lon, lat, there.x, there.y)[2]) / 1000


Content = dict[str, Any]


class NamedUnit(TypedDict):
    """A unit by its names, and how far it is where that was asked."""

    unit_id: str
    name: str
    jurisdiction: str
    jurisdiction_name: str
    distance_km: NotRequired[float]
    area_ha: NotRequired[float]
    lon: NotRequired[float]
    lat: NotRequired[float]


class Outside(TypedDict):
    """What there is of a place outside the plan: the nearest unit, and the one where its coordinates are swapped."""

    nearest: NamedUnit
    swapped: NamedUnit | None


class ZonedUnit(TypedDict):
    """A unit with its zones."""

    unit: NamedUnit
    main: dict[str, str]
    overlays: list[dict[str, str]]


class Designation(TypedDict):
    """A layer that lies on a piece; its title in all its languages, the title of its role in that of the reader."""

    layer: str
    layer_title: Wording
    role: str
    title: str


class PieceContent(TypedDict):
    """A piece, its control line, and the layers that lie on it."""

    piece_id: str
    area_ha: float
    control_line: str
    designations: list[Designation]


@dataclass(frozen=True, repr=False)
class Place(Shown):
    """What a plan says of one point.

    Attributes
    ----------
    content : dict
        ``lon``, ``lat``, ``inside``; inside a unit ``unit``, ``shared_with``, ``main``, ``overlays``, ``piece``,
        ``line``, ``policies``, ``lists``; outside ``nearest`` and ``swapped``; and ``industry``, None where
        none was asked of.
    verdict : IndustryAnswer or None
        On the industry asked of; None outside the plan, too.
    language : {"en", "zh"}
    """

    content: Content
    verdict: IndustryAnswer | None = None
    language: str = "en"

    def overview(self) -> Overview:
        """Its outline; ``text()`` has all of it."""
        return outline(self.text())

    def as_dict(self) -> Content:
        """The place as plain values, ready for JSON."""
        return copy.deepcopy(self.content)

    def text(self) -> str:
        """The place for a terminal; characters that would steer it are shown as escapes."""
        return "\n".join(escape_hidden(line) for line in _lines(self)) + "\n"


def at(
    plan: Plan,
    lon: float,
    lat: float,
    *,
    industry: str | None = None,
    state: str = "planned",
    language: str = "en",
) -> Place:
    """What applies at a place: unit, piece, zones, control line, layers, policies, lists, and a verdict on an industry.

    Parameters
    ----------
    plan : LocalizedPlan
        Just made, or read back from a run folder.
    lon, lat : float
        WGS 84, degrees, longitude first.
    industry : str, optional
        Code of a branch of industry, as for :func:`maps.telling.explanations.ask_industry`.
    state : {"planned", "existing"}
        Whether the industry is to settle there or is there already.
    language : str, optional
        Of reasons and titles: "en", "zh", or another one that there is a catalogue of.

    Returns
    -------
    Place
        A place on the border of several units is in the one whose id sorts first, and says so; so with pieces. A place
        outside all units says which is nearest.

    Raises
    ------
    ZoneplanError
        No longitude and latitude; the language is not known.
    UnknownNameError
        The rulebook's classification of industries has no such branch.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> zp.at(plan, -104.99, 39.74).as_dict()["unit"]["name"]
    'Denver'
    >>> zp.at(plan, -95.0, 40.0).as_dict()["inside"]
    False
    """
    check_coordinates(lon, lat)
    check_state(state)
    whole = _code(plan, industry) if industry is not None else None
    localized = localize(plan, language)
    units = polygons_at(point_in(lon, lat, plan.units), plan.units)
    if not units:
        industry_content = {"code": whole, "state": state, "verdict": "outside"} if whole else None
        content = {
            "lon": lon,
            "lat": lat,
            "inside": False,
            **_outside(localized, lon, lat),
            "industry": industry_content,
        }
        return Place(content, None, language)
    unit_id, *others = units
    piece = _piece(localized, unit_id, lon, lat)
    verdict = ask_industry(localized, unit_id, whole, state, piece_id=piece["piece_id"]) if whole else None
    content = {
        "lon": lon,
        "lat": lat,
        "inside": True,
        **_unit(localized, unit_id),
        "shared_with": [_named(localized, other_id) for other_id in others],
        "piece": piece,
        "line": _line(localized, piece["control_line"]),
        "policies": _policies(localized, unit_id, piece["piece_id"]),
        "lists": _lists(localized, unit_id, piece["piece_id"]),
        "industry": verdict.as_dict() if verdict else None,
    }
    return Place(content, verdict, language)


def _code(plan: Plan, industry: str) -> str:
    """The whole code of a branch; under a rulebook that knows no branches as it was asked."""
    known = plan.rulebook.classification
    return industry if known is None else known.whole(industry)


def at_unit(
    plan: Plan,
    unit: str,
    *,
    industry: str | None = None,
    state: str = "planned",
    language: str = "en",
) -> Place:
    """What applies in the whole of a unit, and on parts of it: the answer of :func:`at` without a place.

    Parameters
    ----------
    plan : LocalizedPlan
    unit : str
        Its id or name, see :func:`maps.telling.explanations.find_unit`.
    industry, state, language
        As for :func:`at`. The verdict is by the lists that hold in all of the unit.

    Returns
    -------
    Place
        Without ``lon`` and ``lat``, ``piece`` and ``line``; ``lines`` are the control lines with their hectares, and a
        policy that holds on parts of the unit has the hectares of these as ``parts_ha``.

    Raises
    ------
    ZoneplanError
        As for :func:`at`; no unit or several are meant.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> at_unit(plan, "Denver").as_dict()["unit"]["unit_id"]
    '08031'
    """
    check_state(state)
    unit_id = find_unit(plan, unit)
    whole = _code(plan, industry) if industry is not None else None
    localized = localize(plan, language)
    verdict = ask_industry(localized, unit_id, whole, state) if whole else None
    settled = plan.lines[(plan.lines["unit_id"] == unit_id) & (plan.lines["settled_ha"] > 0)]
    lines = [
        {
            **(_line(localized, str(row["line"])) or {"line": row["line"], "title": row["line"]}),
            "area_ha": row["settled_ha"],
        }
        for row in settled.to_dict("records")
    ]
    content = {
        "lon": None,
        "lat": None,
        "inside": True,
        **_unit(localized, unit_id),
        "shared_with": [],
        "piece": None,
        "line": None,
        "lines": lines,
        "policies": _policies_of_unit(localized, unit_id),
        "lists": _lists(localized, unit_id, ""),
        "industry": verdict.as_dict() if verdict else None,
    }
    return Place(content, verdict, language)


def _policies_of_unit(plan: LocalizedPlan, unit_id: str) -> list[Content]:
    """The policies of the whole unit, then those of its parts, each once with the hectares of these parts."""
    areas = plan.pieces.loc[plan.pieces["unit_id"] == unit_id, "area_ha"]
    by_policy = {policy["policy"]: policy | {"parts_ha": None} for policy in _policies(plan, unit_id, "")}
    for piece, area in areas.items():
        for policy in _policies(plan, unit_id, str(piece)):
            entry = by_policy.setdefault(policy["policy"], policy | {"piece_id": "", "parts_ha": 0.0})
            if policy["piece_id"] and entry["parts_ha"] is not None:
                entry["parts_ha"] += float(area)
    return list(by_policy.values())


def _outside(plan: LocalizedPlan, lon: float, lat: float) -> Outside:
    unit_id, km = nearest(lon, lat, plan.units)
    turned = polygons_at(point_in(lat, lon, plan.units), plan.units) if abs(lon) <= 90 else ()
    swapped: NamedUnit | None = {**_named(plan, turned[0]), "lon": lat, "lat": lon} if turned else None
    return {"nearest": {**_named(plan, unit_id), "distance_km": round(km, 3)}, "swapped": swapped}


def _named(plan: LocalizedPlan, unit_id: str) -> NamedUnit:
    unit = plan.units.loc[unit_id]
    jurisdiction = str(unit["jurisdiction"])
    return {
        "unit_id": unit_id,
        "name": str(unit["name"]),
        "jurisdiction": jurisdiction,
        "jurisdiction_name": plan.jurisdiction(jurisdiction),
    }


def _unit(plan: LocalizedPlan, unit_id: str) -> ZonedUnit:
    zone = plan.zones.set_index("unit_id").loc[unit_id]
    titles = {declared.code: text_in(declared.title, plan.language, declared.code) for declared in plan.rulebook.zones}
    overlays = [code for code in str(zone["overlays"]).split(";") if code]
    main = {"zone": str(zone["main"]), "title": titles.get(zone["main"], zone["main"])}
    return {
        "unit": {**_named(plan, unit_id), "area_ha": float(zone["area_ha"])},
        "main": {**main, **{name: str(zone[name]) for name in ("status", "rule", "reason")}},
        "overlays": [{"zone": code, "title": titles.get(code, code)} for code in overlays],
    }


def _piece(plan: LocalizedPlan, unit_id: str, lon: float, lat: float) -> PieceContent:
    """The piece of the unit that holds the place, and the layers that lie on it."""
    pieces = plan.pieces[plan.pieces["unit_id"] == unit_id]
    point = point_in(lon, lat, pieces)
    piece_ids = polygons_at(point, pieces) or (str(pieces.geometry.distance(point).idxmin()),)
    piece = pieces.loc[piece_ids[0]]
    found_here = [
        str(column) for column in pieces.columns if pd.api.types.is_bool_dtype(pieces[column]) and piece[column]
    ]
    roles = ((layer, plan.roles.get(layer, "")) for layer in found_here)
    layers: list[Designation] = [
        {
            "layer": layer,
            "layer_title": plan.study.title_of("layers", layer),
            "role": role,
            "title": plan.renderer.terms.role(role) if role else "",
        }
        for layer, role in roles
    ]
    return {
        "piece_id": piece_ids[0],
        "area_ha": float(piece["area_ha"]),
        "control_line": str(piece["control_line"]),
        "designations": layers,
    }


def _line(plan: LocalizedPlan, code: str) -> Content | None:
    line = next((control_line for control_line in plan.rulebook.lines if control_line.code == code), None)
    if line is None:
        return None
    texts = {
        "title": text_in(line.title, plan.language, line.code),
        "reference": text_in(line.reference, plan.language),
    }
    return {"line": line.code, **texts}


def _policies(plan: LocalizedPlan, unit_id: str, piece_id: str) -> list[Content]:
    """The policies of the unit and of the piece, those that a stricter one overrules among them.

    One of the unit of which the piece has a row, as it is overruled there, is told by that row alone.
    """
    table = plan.policies[(plan.policies["unit_id"] == unit_id) & plan.policies["piece_id"].isin(("", piece_id))]
    of_piece = table["piece_id"] == piece_id
    table = table[of_piece | ~table["policy"].isin(table.loc[of_piece, "policy"])]
    columns = ("policy", "piece_id", "title", "instrument", "clause", "reference", "since", "until", "overruled_by")
    known = {policy.id: policy for policy in plan.rulebook.policies}
    return [
        {
            **{name: str(row[name]) for name in columns},
            "instrument_title": plan.renderer.terms.instrument(str(row["instrument"])),
            "verified": row["policy"] in known and known[row["policy"]].verified,
            "reading": known[row["policy"]].reading if row["policy"] in known else "unread",
            "extent": extent_text(known.get(row["policy"]), plan.language),
        }
        for row in table.to_dict("records")
    ]


def _lists(plan: LocalizedPlan, unit_id: str, piece_id: str) -> list[Content]:
    """The negative lists that hold, with the number of their items and how much of each was read."""
    items = items_at(plan, unit_id, piece_id)
    counts = items.groupby(["list", "treatment"]).size()
    return [
        {
            **vars(negative_list),
            **{treatment: int(counts.get((negative_list.list, treatment), 0)) for treatment in TREATMENTS},
        }
        for negative_list in lists_at(plan, unit_id, piece_id)
    ]


def where_lines(answer: Place) -> Iterator[str]:
    """Where a place is: in which unit, and in which others, too; or how far from the nearest one.

    Parameters
    ----------
    answer : Place
    """
    content, words = answer.content, catalogue("industry", answer.language)
    if content["lon"] is not None:
        yield words["place"].format(lon=content["lon"], lat=content["lat"])
    if not content["inside"]:
        yield from _far(content, words, answer.language)
        return
    unit = content["unit"]
    key = "in_unit" if unit["jurisdiction"] else "in_unit_alone"
    yield words[key].format(unit=_called(unit, words), jurisdiction=unit["jurisdiction_name"])
    if content["shared_with"]:
        yield words["shared"].format(
            others=words["and"].join(_called(other, words) for other in content["shared_with"])
        )


def ground_lines(answer: Place) -> Iterator[str]:
    """What lies on the ground there: the piece with its control line and layers, or the control lines of the unit.

    Parameters
    ----------
    answer : Place
        Inside a unit.
    """
    content, words = answer.content, catalogue("industry", answer.language)
    describe = _on_piece if content["piece"] else _lines_of_unit
    yield from describe(content, words, answer.language)


def _lines(answer: Place) -> Iterator[str]:
    content, words = answer.content, catalogue("industry", answer.language)
    yield from where_lines(answer)
    if not content["inside"]:
        return
    yield ""
    main = content["main"]
    yield words["main"].format(title=main["title"], code=main["zone"], rule=main["rule"], reason=main["reason"])
    if content["overlays"]:
        yield words["overlays"].format(titles=words["and"].join(zone["title"] for zone in content["overlays"]))
    yield from ground_lines(answer)
    yield from ("", words["policies"])
    for policy in content["policies"]:
        yield from _policy(policy, answer.language)
    if content["lists"]:
        yield from ("", words["lists"])
        for negative_list in content["lists"]:
            yield f"  {words['list'].format(**negative_list, items=coverage_text(negative_list, answer.language))}"
    if answer.verdict is not None:
        yield from ("", *answer.verdict.lines())


def _on_piece(content: Content, words: Mapping[str, str], language: str) -> Iterator[str]:
    line = content["line"]
    yield words["piece"].format(
        id=content["piece"]["piece_id"], area=written(content["piece"]["area_ha"], ",.2f", language)
    )
    reference = words["line_reference"].format(text=line["reference"]) if line and line["reference"] else ""
    yield words["line"].format(title=line["title"], reference=reference) if line else words["no_line"]
    if layers := content["piece"]["designations"]:
        named = (layer | {"layer": text_in(layer["layer_title"], language)} for layer in layers)
        names = (words["designation"].format(**layer) if layer["role"] else layer["layer"] for layer in named)
        yield words["designations"].format(names=words["and"].join(names))


def _lines_of_unit(content: Content, words: Mapping[str, str], language: str) -> Iterator[str]:
    """The control lines in the unit, with their hectares."""
    for line in content["lines"]:
        yield words["line"].format(
            title=line["title"], reference=words["line_area"].format(area=written(line["area_ha"], ",.2f", language))
        )
    if not content["lines"]:
        yield words["no_line"]


def _far(content: Content, words: Mapping[str, str], language: str) -> Iterator[str]:
    near, swapped, industry = content["nearest"], content["swapped"], content["industry"]
    yield words["outside"].format(unit=_called(near, words), km=written(near["distance_km"], ",.3f", language))
    if swapped:
        yield words["swapped"].format(unit=_called(swapped, words), lon=swapped["lon"], lat=swapped["lat"])
    if industry:
        yield words["no_verdict"].format(code=industry["code"], state=words[industry["state"]])


def _policy(policy: Content, language: str) -> Iterator[str]:
    words = catalogue("industry", language)
    over = words["policy_over"].format(id=policy["overruled_by"]) if policy["overruled_by"] else ""
    fields = {"title": policy["title"], "id": policy["policy"], "instrument": policy["instrument_title"]}
    parts = policy.get("parts_ha")
    key = "policy_piece" if policy["piece_id"] else "policy" if parts is None else "policy_parts"
    yield f"  {words[key].format(**fields, over=over, area=written(parts or 0, ',.2f', language))}"
    if policy["extent"]:
        yield f"    {extent_sentence(policy['extent'], language)}"
    doubt = "" if policy["verified"] else words["in_doubt"].format(reading=reading_text(policy["reading"], language))
    yield f"    {words['reference'].format(text=policy['reference'], doubt=doubt)}"


def _called(unit: Mapping[str, Any], words: Mapping[str, str]) -> str:
    named = unit["name"] and unit["name"] != unit["unit_id"]
    return words["called"].format_map(unit) if named else str(unit["unit_id"])
