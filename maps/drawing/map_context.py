"""What lies under and around a plan: land, water, borders and towns, cut to a frame and simplified to its scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely

from layers.crs import box_in, way_between
from maps.words import catalogue, text_in
from zoning.plan import Plan

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Name = Literal["land", "lakes", "rivers", "admin1_lines", "admin0_lines", "places", "regions"]

DATA = Path(__file__).parent / "data"


class WorldLayer(NamedTuple):
    """One of the layers, or a part of it, in longitude and latitude of WGS 84."""

    shapes: Geometries
    fields: Mapping[str, npt.NDArray[Any]]

    def where(self, chosen: Flags | Places) -> WorldLayer:
        """Some of the features, by a flag each or by their places."""
        return WorldLayer(self.shapes[chosen], {name: values[chosen] for name, values in self.fields.items()})

    def meeting(self, boxes: Floats) -> WorldLayer:
        """The features whose own box meets one of some boxes."""
        return self.where(_meet(shapely.bounds(self.shapes), boxes))


class World:
    """The world around one plan: of each layer what pictures have needed so far, read once for all that lie in it.

    Whoever draws several pictures starts with the widest.
    """

    def __init__(self) -> None:
        self._read: dict[Name, tuple[Floats, WorldLayer]] = {}

    def near(self, name: Name, boxes: Floats) -> WorldLayer:
        """The features of a layer whose own box meets one of some boxes."""
        known = self._read.get(name)
        if known is None or not _lie_in(boxes, known[0]):
            known = self._read[name] = boxes, world_layer(name, boxes)
        return known[1].meeting(boxes)


def world_layer(name: Name, boxes: Floats) -> WorldLayer:
    """The part of a layer of the world that meets some boxes.

    Notes
    -----
    Only that part is decoded: files say the box of each of their lines and polygons.

    Examples
    --------
    >>> places = world_layer("places", np.array([[-180.0, -90.0, 180.0, 90.0]]))
    >>> int((places.fields["capital"] == "country").sum())
    192
    """
    with pq.ParquetFile(DATA / f"{name}.parquet", pre_buffer=False) as file:
        rows = _rows_near(file, boxes) if "bbox" in file.schema_arrow.names else file.read(use_threads=False)
    shapes = shapely.from_wkb(rows["geometry"].to_numpy())
    fields = {column: _values(rows[column]) for column in rows.column_names if column != "geometry"}
    layer = WorldLayer(shapes, fields).meeting(boxes)
    return WorldLayer(layer.shapes, _with_own_names(layer.fields)) if name == "places" else layer


def _rows_near(file: pq.ParquetFile, boxes: Floats) -> pa.Table:
    """The rows whose own box, which the file says, meets one of some boxes; groups of rows without any are not read."""
    row_boxes = file.read(["bbox"], use_threads=False)["bbox"].combine_chunks()
    near = _meet(
        np.column_stack([row_boxes.field(side).to_numpy() for side in ("xmin", "ymin", "xmax", "ymax")]), boxes
    )
    sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
    group = np.repeat(np.arange(len(sizes)), sizes)
    some = np.unique(group[near])
    columns = [column for column in file.schema_arrow.names if column != "bbox"]
    if not some.size:  # older versions of Arrow ask for a group all the same
        return file.schema_arrow.empty_table().select(columns)
    return file.read_row_groups(some.tolist(), columns, use_threads=False).filter(near[np.isin(group, some)])


def _values(column: pa.ChunkedArray) -> npt.NDArray[Any]:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return np.array([text or "" for text in column.to_pylist()], dtype=object)
    return np.asarray(column.to_numpy())


@cache
def languages_of_places() -> frozenset[str]:
    """The languages in which places have names of their own."""
    names = pq.read_schema(DATA / "places.parquet").names
    return frozenset(name.removeprefix("name_") for name in names if name.startswith("name_"))


@cache
def without_borders() -> frozenset[str]:
    """Codes of the countries around whose studies no border may be drawn from these layers."""
    return frozenset(pd.read_csv(DATA / "no_borders.csv")["iso_a2"])


def _with_own_names(places: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """Places with the names of ``place_names.csv``, which were set by hand where the layer has none or an odd one."""
    columns = {name: values.copy() for name, values in places.items()}
    for row in pd.read_csv(DATA / "place_names.csv").itertuples():
        columns[str(row.column)][columns["geonameid"] == row.geonameid] = row.name
    return columns


def _meet(candidates: Floats, boxes: Floats) -> Flags:
    """Whether a box meets one of some others."""
    meets = np.zeros(len(candidates), bool)
    for west, south, east, north in boxes:
        meets |= (
            (candidates[:, 0] <= east)
            & (candidates[:, 2] >= west)
            & (candidates[:, 1] <= north)
            & (candidates[:, 3] >= south)
        )
    return meets


def _lie_in(boxes: Floats, wider: Floats) -> bool:
    """Whether each box lies in one of the wider ones."""
    return all(any((box[:2] >= other[:2]).all() and (box[2:] <= other[2:]).all() for other in wider) for box in boxes)


WGS84 = pyproj.CRS("EPSG:4326")
TOLERANCE_PX = 0.6
"""Lines keep what is larger than this."""
STEP_DEGREES = 0.5
"""The longest edge that is projected by its ends; longer ones are split."""
LONGEST_EDGE_M = 500_000.0
"""An edge that is longer once it is projected was torn apart by the projection."""
MARGIN_DEGREES = 1.0
APART_PX = 17
"""How far from the next more important place a place outside of the study must lie to be there at all."""


class Detail(NamedTuple):
    """What is drawn at a scale and coarser."""

    metres_per_px: float
    lines: float
    rivers: int
    lakes_km2: float


DETAILS = (Detail(15_000, 2, 3, 3_000), Detail(4_000, 5, 5, 500), Detail(500, 7, 7, 90), Detail(0, 8, 8, 0))
"""A world, a large country, some provinces, a province."""
OWN_TOWNS = 0.2
"""The part of its towns in a country from which on a study lies in it."""
PROVINCE_NAMES = 6
"""Provinces have names where lines of at least this zoom are drawn."""
ISLAND_PX = 1.5
"""Land whose side is smaller is left out."""
SETTLED = ("international",)
INTERNAL = "internal"
"""Status of borders that are drawn solid, and of those that are drawn as lines of provinces; all others are dashed."""


CAPITAL_WEIGHTS = {"country": 4, "territory": 4, "admin1": 2}
"""How often the inhabitants of a capital count where places are put in order."""


Capital = Literal["", "admin1", "country", "territory"]


class Place(NamedTuple):
    """A town."""

    name: str
    x: float
    y: float
    population: int
    capital: Capital
    sep_km: float
    inside: bool


class Region(NamedTuple):
    """A country or a first-order unit around the study."""

    name: str
    country: bool
    spots: tuple[tuple[float, float], ...]


class Context(NamedTuple):
    """The surroundings of a plan, from the ground up, in the CRS that was asked for."""

    crs: pyproj.CRS
    bounds: tuple[float, float, float, float]
    study: shapely.Geometry
    land: Geometries
    lakes: Geometries
    lake_names: tuple[str, ...]
    rivers: Geometries
    river_ranks: tuple[int, ...]
    river_names: tuple[str, ...]
    provinces: Geometries
    countries: Geometries
    settled: tuple[bool, ...]
    places: tuple[Place, ...]
    regions: tuple[Region, ...]
    credits: str


class Surrounded(NamedTuple):
    """Land without a plan, under and around which surroundings are drawn: it has no borders that stand for others."""

    units: gpd.GeoDataFrame


class Neighbourhood:
    """What lies around a plan, and what may be said of it: found out once for all pictures of the plan."""

    def __init__(self, plan: Plan | Surrounded) -> None:
        self.plan = plan
        self.world = World()

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Codes of the countries in which the plan lies, by its towns, that of most first; not those with a few."""
        units = self.plan.units
        crs = pyproj.CRS(units.crs)
        near = self.world.near("places", box_in(units.total_bounds, crs, WGS84))
        points = np.column_stack(way_between(WGS84, crs).transform(*shapely.get_coordinates(near.shapes).T))
        finite = np.isfinite(points).all(axis=1)
        tree = shapely.STRtree(np.asarray(units.geometry))
        inside = np.unique(tree.query(shapely.points(points[finite]), predicate="intersects")[0])
        counts = Counter(near.fields["iso_a2"][finite][inside].tolist())
        many = [code for code, count in counts.items() if code and count >= OWN_TOWNS * (counts.total() - counts[""])]
        return tuple(sorted(many, key=lambda code: (-counts[code], code)))

    @cached_property
    def borders(self) -> bool:
        """Whether borders may be drawn around the plan, most of which lies in the first of its countries."""
        plan = self.plan
        wanted = plan.rulebook.map.borders and plan.study.map.borders if isinstance(plan, Plan) else True
        return wanted and not {*self.countries[:1]} & without_borders()

    def credits(self, language: str = "en") -> str:
        """What a page that draws any of this has to say: whose data they are, and what of borders."""
        return f"{catalogue('report', language)['context_credits']} {self.border_note(language)}".strip()

    def border_note(self, language: str = "en") -> str:
        """What any map of the plan has to say of borders; empty where that is nothing."""
        note = self.plan.rulebook.map.note if isinstance(self.plan, Plan) else None
        text = text_in(note, language) if note else ""
        return text or ("" if self.borders else str(catalogue("report", language)["reference_only"]))


def context_around(
    near: Neighbourhood,
    bounds: tuple[float, float, float, float],
    metres_per_px: float,
    language: str = "en",
    *,
    outline: shapely.Geometry | None = None,
    crs: pyproj.CRS | None = None,
) -> Context:
    """The surroundings of a plan for one picture.

    Notes
    -----
    Borders come from the world layers, which show who holds the land. No border is drawn and nothing outside of the
    study is named where the rulebook or the plan says ``[map] borders = false``, and around studies in countries whose
    borders these layers must not show (``data/no_borders.csv``); what is to be said of it stands in the credits.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> context = context_around(Neighbourhood(plan), tuple(plan.units.total_bounds), 2000.0)
    >>> context.places[0].name, len(context.countries) > 0
    ('Phoenix', True)
    """
    plan = near.plan
    crs = pyproj.CRS(crs or plan.units.crs)
    detail = next(level for level in DETAILS if metres_per_px >= level.metres_per_px)
    frame = _Frame.of(near.world, bounds, crs, TOLERANCE_PX * metres_per_px)
    study_area = study_outline(np.asarray(plan.units.geometry)) if outline is None else outline
    study = _in_crs(study_area, plan.units.crs, crs)
    towns, borders = frame.near("places"), near.borders
    land, lakes, rivers = (frame.near(name) for name in ("land", "lakes", "rivers"))
    ground = frame.drawn(land.where(land.fields["km2"] * 1e6 >= (ISLAND_PX * metres_per_px) ** 2))
    lakes = frame.drawn(lakes.where(lakes.fields["km2"] >= detail.lakes_km2))
    rivers = frame.drawn(rivers.where((rivers.fields["rank"] <= detail.rivers) & ~rivers.fields["in_lake"]))
    provinces, countries = frame.near("admin1_lines"), frame.near("admin0_lines")
    status = countries.fields["status"]
    provinces = provinces.where((provinces.fields["min_zoom"] <= detail.lines) & borders)
    inner = frame.drawn(countries.where((status == INTERNAL) & borders))
    outer = frame.drawn(countries.where((status != INTERNAL) & borders))
    lines = np.concatenate([frame.drawn(provinces).shapes, inner.shapes])
    water_in = None if borders else study
    return Context(
        crs=crs,
        bounds=bounds,
        study=study,
        land=ground.shapes,
        lakes=lakes.shapes,
        lake_names=_names(lakes, language, water_in),
        rivers=rivers.shapes,
        river_ranks=tuple(int(rank) for rank in rivers.fields["rank"]),
        river_names=_names(rivers, language, water_in),
        provinces=_outside(lines, study, 3 * metres_per_px) if isinstance(plan, Plan) else lines,
        countries=outer.shapes,
        settled=tuple(status in SETTLED for status in outer.fields["status"]),
        places=_places(frame, towns, study, language, metres_per_px if borders else np.inf),
        regions=_regions(frame, study, language, near.countries, detail) if borders else (),
        credits=near.credits(language),
    )


def study_outline(units: Geometries) -> shapely.Geometry:
    """All units of a plan as one shape."""
    try:
        return shapely.coverage_union_all(units)
    except shapely.GEOSException:  # neighbours that lie nearer to each other than coordinates can tell
        return shapely.union_all(units)


class _Frame(NamedTuple):
    """The rectangle of a picture, and where it lies on the globe."""

    world: World
    crs: pyproj.CRS
    bounds: tuple[float, float, float, float]
    boxes: Floats
    tolerance: float

    @classmethod
    def of(cls, world: World, bounds: tuple[float, float, float, float], crs: pyproj.CRS, tolerance: float) -> _Frame:
        boxes = box_in(np.asarray(bounds), crs, WGS84)
        if not np.isfinite(boxes).all():  # the frame reaches beyond the globe
            boxes = np.array([[-180.0, -90.0, 180.0, 90.0]])
        wider = boxes + np.array([-MARGIN_DEGREES, -MARGIN_DEGREES, MARGIN_DEGREES, MARGIN_DEGREES])
        return cls(world, crs, bounds, np.clip(wider, [-180, -90, -180, -90], [180, 90, 180, 90]), tolerance)

    def near(self, name: Name) -> WorldLayer:
        """The features of a layer that may lie in the frame, as they are."""
        return self.world.near(name, self.boxes)

    def drawn(self, layer: WorldLayer) -> WorldLayer:
        """Features cut to the frame, projected and simplified; those of which nothing is left, or that tear, go."""
        parts, rows = [], []
        for west, south, east, north in self.boxes:
            cut = shapely.clip_by_rect(layer.shapes, west, south, east, north)
            some = np.flatnonzero(~shapely.is_empty(cut))
            parts.append(_valid(cut[some]))
            rows.append(some)
        row = np.concatenate(rows)
        order = np.argsort(row, kind="stable")
        shapes = self._projected(np.concatenate(parts)[order])
        inside = _valid(shapely.clip_by_rect(shapes, *self.bounds))
        simple = shapely.simplify(inside, self.tolerance)
        filled = ~(shapely.is_empty(simple) | shapely.is_missing(simple))
        return WorldLayer(simple[filled], layer.where(row[order][filled]).fields)

    def _projected(self, shapes: Geometries) -> Geometries:
        """Shapes in the CRS of the frame; empty where the projection has no place for them or tears them apart."""
        way = way_between(WGS84, self.crs)
        dense = shapely.segmentize(shapes, STEP_DEGREES)
        points, owner = shapely.get_coordinates(dense, return_index=True)
        placed = np.column_stack(way.transform(points[:, 0], points[:, 1]))
        lost = ~np.isfinite(placed).all(axis=1)
        placed[lost] = 0.0
        torn = (np.hypot(*np.diff(placed, axis=0).T) > LONGEST_EDGE_M) & _edges(dense)
        bad = np.zeros(len(shapes), bool)
        bad[owner[lost]] = True
        bad[owner[:-1][torn]] = True
        moved = shapely.set_coordinates(dense, placed)
        moved[bad] = shapely.Polygon()
        return _valid(moved)


def _edges(shapes: Geometries) -> Flags:
    """For each pair of coordinates that follow each other, whether they are the ends of an edge."""
    parts = shapely.get_parts(shapes)
    rings = shapely.get_rings(parts)
    _, line = shapely.get_coordinates(rings if len(rings) else parts, return_index=True)
    return np.asarray(line[1:] == line[:-1])


def _valid(shapes: Geometries) -> Geometries:
    wrong = ~shapely.is_valid(shapes)
    if wrong.any():
        shapes = shapes.copy()
        shapes[wrong] = shapely.make_valid(shapes[wrong], method="structure", keep_collapsed=False)
    return shapes


def _in_crs(shape: shapely.Geometry, from_crs: pyproj.CRS, crs: pyproj.CRS) -> shapely.Geometry:
    if pyproj.CRS(from_crs) == crs:
        return shape
    way = way_between(pyproj.CRS(from_crs), crs)
    return shapely.transform(shape, lambda xy: np.column_stack(way.transform(xy[:, 0], xy[:, 1])))


def _outside(lines: Geometries, study: shapely.Geometry, margin: float) -> Geometries:
    """Lines without what lies in the study or along its border: the study draws its own."""
    if not len(lines):
        return lines
    reach = 4 * margin
    parts = shapely.get_parts(shapely.simplify(study, margin))
    near = np.unique(shapely.STRtree(lines).query(parts, predicate="dwithin", distance=reach)[0])
    wide = shapely.multipolygons(parts[near]).buffer(reach, quad_segs=2)
    left: Geometries = shapely.difference(lines, wide)
    remaining: Geometries = left[~shapely.is_empty(left)]
    return remaining


def _names(layer: WorldLayer, language: str, within: shapely.Geometry | None) -> tuple[str, ...]:
    """Names of waters, inside of a shape where one is given.

    The layers have them in Latin letters alone: a language with a column of its own for places has none.
    """
    if language in languages_of_places():
        return ("",) * len(layer.shapes)
    names = layer.fields["name"]
    if within is not None and len(layer.shapes):
        shapely.prepare(within)
        names = np.where(shapely.intersects(within, layer.shapes), names, "")
    return tuple(names)


def _places(
    frame: _Frame, layer: WorldLayer, study: shapely.Geometry, language: str, metres_per_px: float
) -> tuple[Place, ...]:
    way = way_between(WGS84, frame.crs)
    x, y = way.transform(*shapely.get_coordinates(layer.shapes).T)
    west, south, east, north = frame.bounds
    shapely.prepare(study)
    inside = shapely.contains_xy(study, x, y)
    far = layer.fields["sep_km"] > APART_PX * metres_per_px / 1000
    there = (x > west) & (x < east) & (y > south) & (y < north) & (inside | far)
    shown = there & (_place_names(layer, language) != "")
    towns = layer.where(shown)
    capitals, people, apart = (towns.fields[name] for name in ("capital", "population", "sep_km"))
    heavy = np.array([CAPITAL_WEIGHTS.get(capital, 1) for capital in capitals], int)
    order = np.lexsort((towns.fields["geonameid"], -(np.maximum(people, 1) * heavy * apart)))
    rows = zip(_place_names(towns, language), x[shown], y[shown], people, capitals, apart, inside[shown], strict=True)
    placed = [
        Place(name, float(east), float(north), int(n), capital, float(far), bool(inner))
        for name, east, north, n, capital, far, inner in rows
    ]
    return tuple(placed[index] for index in order)


def _regions(
    frame: _Frame, study: shapely.Geometry, language: str, countries: tuple[str, ...], detail: Detail
) -> tuple[Region, ...]:
    """Provinces and countries around a study that have a spot for their name; its own country has none."""
    layer = frame.near("regions")
    province = layer.fields["kind"] == "province"
    layer = layer.where(np.where(province, detail.lines >= PROVINCE_NAMES, ~np.isin(layer.fields["iso_a2"], countries)))
    points, owner = shapely.get_coordinates(layer.shapes, return_index=True)
    x, y = way_between(WGS84, frame.crs).transform(*points.T)
    west, south, east, north = frame.bounds
    shapely.prepare(study)
    inside = shapely.contains_xy(study, x, y)
    first = np.searchsorted(owner, np.arange(len(layer.shapes)))
    within = inside[first] & (layer.fields["kind"] == "province")
    seen = (x > west) & (x < east) & (y > south) & (y < north) & ~inside
    names = _place_names(layer, language)
    regions = [
        Region(
            names[index],
            layer.fields["kind"][index] == "country",
            tuple(zip(x[mine].tolist(), y[mine].tolist(), strict=True)),
        )
        for index in np.flatnonzero(~within)
        if (mine := seen & (owner == index)).any() and names[index]
    ]
    return tuple(sorted(regions, key=lambda region: (region.country, region.name)))


def _place_names(layer: WorldLayer, language: str) -> npt.NDArray[np.object_]:
    """The column of a language where there is one, such as ``name_zh``, in which some places have no name."""
    return layer.fields[column if (column := f"name_{language}") in layer.fields else "name"]
