"""The land of each unit that a quota may take, and how suitable every plot of it is, also by what it lies beside."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Transformer

from layers.conditions import SURFACES, Answer, parse_condition
from layers.crs import way_between
from layers.formats import Raster
from layers.inputs import Layer
from layers.raster import Blocks, DistanceIndex, cell_boxes, cut_runs, cut_tracts, find_blocks
from zoning.measures import boundary_role, deducted_roles, steepness
from zoning.overlays import covered, roles_of
from zoning.quotas.patch_selection import Plots, threshold_scores
from zoning.rulebook import Rulebook
from zoning.study import Nearness, Siting

SIDES = (16, 4, 1)
"""Cells on a side of the blocks whose distances are looked up: first coarsely for all, at last for single cells."""

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
ALONE: Places = np.empty((0, 2), np.int64)
"""The links of plots of which none are connected."""
Shapes = npt.NDArray[np.object_]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Cells:
    """Plots of land: parts of cells, or pieces. Cells of a row side by side that are alike stand together."""

    unit: Places
    position: Places
    row: Places
    column: Places
    count: Places
    land: Places
    area_ha: Floats
    value: Floats
    apart: Floats
    score: Floats
    likely: Floats

    @classmethod
    def none(cls) -> Cells:
        """No plots at all."""
        no_place, no_value = np.empty(0, np.int64), np.empty(0)
        return cls(*(no_place,) * 6, *(no_value,) * 5)

    def only(self, chosen: Places | npt.NDArray[np.bool_] | slice) -> Cells:
        """Some of them."""
        return Cells(*(getattr(self, name)[chosen] for name in CELLS))

    def split(self, side: int) -> Cells:
        """The same plots, those together that are alike and of one block of so many cells on a side."""
        first, last = self.column // side, (self.column + self.count - 1) // side
        if (first == last).all():
            return self
        whole, block = _listed(first, last + 1)
        start = np.maximum(self.column[whole], block * side)
        stop = np.minimum((self.column + self.count)[whole], (block + 1) * side)
        cells = self.only(whole)
        return replace(cells, position=cells.position + start - cells.column, column=start, count=stop - start)

    def enough(self, amounts: Floats) -> Floats:
        """How suitable some of each unit's plots likely are that have its amount together; -inf if it is not told."""
        return threshold_scores(self.unit, self.area_ha * self.count, self.likely, amounts)

    def in_order(self) -> Cells:
        """The same plots by unit, row, column and land, with their places; they are sorted by land already."""
        cells = self.only(_by_cell(self))
        beside = (np.diff(cells.unit) == 0) & (np.diff(cells.row) == 0)
        if (beside & (np.diff(cells.column) < cells.count[:-1]) & (cells.count[:-1] > 1)).any():
            single = self.split(1)  # other plots lie in the same cells
            cells = single.only(_by_cell(single))
        return cells.numbered()

    def numbered(self) -> Cells:
        """The same plots, with their places among these alone."""
        before, first = np.cumsum(self.count) - self.count, np.flatnonzero(np.diff(self.unit, prepend=-1))
        return replace(self, position=before - np.repeat(before[first], np.diff(first, append=len(before))))


CELLS = tuple(Cells.__dataclass_fields__)


@dataclass(frozen=True)
class UnitLand:
    """The plots of one unit that may be taken: those that are not too steep, have a value and meet ``where``."""

    unit: str
    steep: float
    cells: Cells
    best: Cells
    limit: float

    @cached_property
    def area_ha(self) -> Floats:
        """Hectares of each plot."""
        return np.repeat(self.cells.area_ha, self.cells.count)

    @property
    def score(self) -> Floats:
        """How suitable each plot is; of others than the best, at most."""
        scores = np.full(len(self.area_ha), self.limit)
        scores[self.best.position] = self.best.score
        return scores

    def only(self, chosen: Truths) -> UnitLand:
        """Some of the cells alone, of which the best are not known."""
        return replace(self, cells=self.cells.only(chosen).numbered(), best=Cells.none(), limit=np.inf)


@dataclass(frozen=True)
class Surroundings:
    """What plots may lie beside."""

    near: tuple[tuple[Nearness, DistanceIndex], ...]
    raster: Raster | None
    lands: gpd.GeoSeries

    @cached_property
    def _way(self) -> Transformer | None:
        """From the grid into metres."""
        return None if self.raster is None else way_between(self.raster.crs, self.lands.crs)

    def settle(self, cells: Cells, amounts: Floats) -> tuple[Cells, Floats]:
        """The plots that may be among the most suitable ones of an amount, with their score.

        Notes
        -----
        Blocks of cells bound the score of all of theirs. Of each unit those of the likely best blocks are looked up in
        smaller blocks, the best of these at last by themselves: as they have the amount together, no plot counts whose
        bound is below their scores. The others are looked up in smaller blocks in turn.
        """
        if not self.near:
            limit = cells.enough(amounts)
            return cells.only(cells.score >= limit[cells.unit]).split(1), np.nextafter(limit, -np.inf)
        sides = SIDES if self.raster is not None else SIDES[-1:]
        first = cells = self.look(cells, sides[0])
        for side in sides[1:]:
            first = self.look(first.only(first.likely >= first.enough(amounts)[first.unit]), side)
        limit = first.enough(amounts)
        for side in sides[1:]:
            cells = self.look(cells.only(cells.score >= limit[cells.unit]), side)
        limit = np.maximum(limit, cells.enough(amounts))
        return cells.only(cells.score >= limit[cells.unit]), np.nextafter(limit, -np.inf)

    def look(self, cells: Cells, side: int) -> Cells:
        """Plots with the score that blocks of so many cells on a side leave, by what these lie beside.

        What is likely is the score of the middle of a block; of a single cell or a piece it is its own.
        """
        cells = cells.split(side)
        most = likely = cells.apart
        blocks = self._blocks(cells, side)
        for nearness, others in self.near:
            low, high = blocks.distances(others, nearness.within_m)
            most = most + (nearness.points * _closeness(low, nearness.within_m))[blocks.block]
            likely = likely + (nearness.points * _closeness((low + high) / 2, nearness.within_m))[blocks.block]
        return replace(cells, score=most, likely=likely)

    def _blocks(self, cells: Cells, side: int) -> Blocks:
        """The blocks in which plots lie; a piece is one of its own."""
        if self.raster is not None and self._way is not None:
            return find_blocks(self.raster, cells.row, cells.column, side, self._way)
        shapes = np.asarray(self.lands.array)[cells.land]
        return Blocks(shapes, np.zeros(len(shapes)), np.arange(len(shapes)))


def find_surroundings(
    siting: Siting, pieces: gpd.GeoDataFrame, layers: Mapping[str, Layer], lands: gpd.GeoSeries
) -> Surroundings:
    """What the plots of a siting may lie beside."""
    raster = layers[siting.layer].raster if siting.layer is not None else None
    near = tuple((nearness, DistanceIndex(_others(nearness, pieces, layers))) for nearness in siting.beside)
    return Surroundings(near, raster, lands)


def _others(nearness: Nearness, pieces: gpd.GeoDataFrame, layers: Mapping[str, Layer]) -> Shapes:
    if nearness.layer is not None:
        features = layers[nearness.layer].features
        shapes = np.empty(0, object) if features is None else np.asarray(features.geometry.array)
    else:
        shapes = np.asarray(pieces.geometry.array)[covered(pieces, [nearness.role or ""])]
    parts: Shapes = shapely.get_parts(shapes)
    return parts


def _closeness(far: Floats, within_m: float) -> Floats:
    """1 beside it, 0 at the distance and beyond."""
    return np.clip(1 - far / within_m, 0.0, 1.0)


BY_EDGE = 4
"""Of the neighbours of a cell those with which it has an edge in common."""
SLIVER = 1e-5
"""Land that is less than this part of its cell is not taken: edges of two layers leave such slivers between them."""
_STEEP = "slope > {limit!r}"


@dataclass(frozen=True)
class Ground:
    """The land of some units that a quota may take, in the order of units."""

    siting: Siting
    raster: Raster | None
    land: gpd.GeoDataFrame
    steep: str
    around: Surroundings

    @property
    def available(self) -> pd.Series:
        """Hectares of each unit; cells that are too steep are still among them where the grid itself tells slope."""
        hectares: pd.Series = (self.land.geometry.area / 1e4).groupby(self.land["unit_id"], sort=True).sum()
        return hectares

    def plots(self, amounts: Mapping[str, float]) -> Iterator[UnitLand]:
        """The plots of each unit, with the best for its amount in hectares; few units are in memory at a time."""
        flock, ids = self.land["unit_id"].factorize(sort=True)
        hectares = np.array([amounts.get(str(unit_id), 0.0) for unit_id in ids])
        # no name here keeps the table of cells while the scores of plots are looked up
        for steep, cells in map(partial(self._open, flock.astype(np.int64)), self._cells(flock)):
            best, limit = self.around.settle(cells, hectares)
            units = np.fromiter(steep, np.int64)
            parts = (np.searchsorted(some.unit, [units, units + 1]).T.tolist() for some in (cells, best))
            for number, whole, foremost in zip(units.tolist(), *parts, strict=True):
                unit = str(ids[number]), steep[number], cells.only(slice(*whole)), best.only(slice(*foremost))
                yield UnitLand(*unit, float(limit[number]))

    def for_amount(self, land: UnitLand, amount: float) -> UnitLand:
        """The plots of a unit, with the best of them for another amount."""
        units = int(land.cells.unit.max(initial=0)) + 1
        best, limit = self.around.settle(land.cells, np.full(units, amount))
        return replace(land, best=best, limit=float(limit[-1]))

    def _open(self, flock: Places, runs: pd.DataFrame) -> tuple[dict[int, float], Cells]:
        """Of each unit in a table of cells the hectares that are too steep; and all plots."""
        unit, counts = flock[runs["land"].to_numpy()], runs["share"].to_numpy() > SLIVER
        steep = self._too_steep(runs) & counts
        lost = np.bincount(unit, np.where(steep, runs["area_ha"], 0.0))
        apart = np.where(counts & ~steep, self._apart(runs), np.nan)
        present = np.flatnonzero(np.bincount(unit))
        too_steep = dict(zip(present.tolist(), lost[present].tolist(), strict=True))
        row, column, count, land, area = (
            runs[name].to_numpy() for name in ("row", "column", "count", "land", "area_ha")
        )
        cells = Cells(unit, row, row, column, count, land, area, self._value(runs), apart, apart, apart)
        return too_steep, cells.only(np.flatnonzero(~np.isnan(apart))).in_order()

    def _cells(self, flock: npt.NDArray[np.int64]) -> Iterator[pd.DataFrame]:
        if self.raster is not None:
            yield from cut_runs(self.land, self.raster, self._surfaces(), flock)
        elif len(self.land):
            positions = np.arange(len(self.land))
            hectares = (self.land.geometry.area / 1e4).to_numpy()
            alone = {"land": positions, "row": positions, "column": 0, "count": 1, "share": 1.0, "area_ha": hectares}
            yield pd.DataFrame(alone)

    def _surfaces(self) -> set[str]:
        preferred = {self.siting.surface} if self.siting.prefer else set()
        return preferred | {
            name for text in (*_conditions(self.siting), self.steep) if text for name in _names(text)
        } & {*SURFACES}

    def _too_steep(self, seen: pd.DataFrame) -> npt.NDArray[np.bool_]:
        if not self.steep:
            return np.zeros(len(seen), bool)
        return np.asarray(parse_condition(self.steep).evaluate(seen).yes)

    def _value(self, seen: pd.DataFrame) -> Floats:
        if self.siting.prefer is None:
            return np.full(len(seen), np.nan)
        return np.asarray(seen[self.siting.surface])

    def _apart(self, seen: pd.DataFrame) -> Floats:
        siting = self.siting
        score = np.zeros(len(seen))
        if siting.prefer is not None:
            score = score + self._value(seen) * (1.0 if siting.prefer == "high" else -1.0)
        for merit in siting.merits:
            yes, known = self._answer(merit.when, seen)
            score = np.where(known, score, np.nan) + np.where(yes, merit.points, 0.0)
        if siting.where is not None:
            score = np.where(self._answer(siting.where, seen)[0], score, np.nan)
        return score

    def _answer(self, text: str, seen: pd.DataFrame) -> tuple[Truths, Truths]:
        """Whether plots meet a condition, and whether that is known."""
        land = seen["land"].to_numpy()
        if text in self._designated:
            answer = self._designated[text]
            return answer.yes[land], answer.known[land]
        condition = parse_condition(text)
        names = condition.names & set(self.land.columns)
        answer = condition.evaluate(seen.assign(**{name: self.land[name].to_numpy()[land] for name in names}))
        return answer.yes, answer.known

    @cached_property
    def _designated(self) -> dict[str, Answer]:
        """What conditions on designations alone say of each land."""
        texts = [text for text in _conditions(self.siting) if _names(text) <= set(self.land.columns)]
        return {text: parse_condition(text).evaluate(self.land) for text in texts}

    def connect(self, cells: Cells) -> Plots:
        """The plots of one unit, those together that are alike, with what is connected to what."""
        links = self._touching(cells) if self.raster is None else _linked(cells, self.siting.neighbours)
        return Plots(cells.area_ha * cells.count, cells.score, links)

    def beside(self, cells: Cells, some: Cells) -> Cells:
        """Of the plots of a unit some and all that are connected to them, each by itself; of pieces all there are."""
        return cells if self.raster is None else _beside(cells, some, self.siting.neighbours)

    def _touching(self, cells: Cells) -> Places:
        """Pieces that have an edge in common, or with eight neighbours a point."""
        shapes = np.asarray(self.land.geometry.array)[cells.land]
        first, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        first, other = first[first < other], other[first < other]
        if self.siting.neighbours == BY_EDGE:
            edge = shapely.length(shapely.intersection(shapes[first], shapes[other])) > 0
            first, other = first[edge], other[edge]
        return np.column_stack([first, other]).astype(np.int64)

    def shapes(self, cells: Cells) -> Shapes:
        """The land of some plots, as polygons in the working CRS."""
        lands = np.asarray(self.land.geometry.array)
        if self.raster is None:
            return lands[cells.land]
        boxes = cell_boxes(self.raster, cells.row, cells.column, self.land.crs)
        land_numbers = np.unique(cells.land)
        parts, land_of_part = shapely.get_parts(lands[land_numbers], return_index=True)
        cell, part = shapely.STRtree(parts).query(boxes, predicate="intersects")
        mine = land_numbers[land_of_part[part]] == cells.land[cell]
        cell, part = cell[mine], part[mine]
        order = np.argsort(cell, kind="stable")
        cut = shapely.intersection(boxes[cell[order]], parts[part[order]])
        begin = np.searchsorted(cell[order], np.arange(len(boxes) + 1))
        plot_shapes = np.empty(len(boxes), object)
        for plot, (start, end) in enumerate(itertools.pairwise(begin.tolist())):
            plot_shapes[plot] = cut[start] if end == start + 1 else shapely.union_all(cut[start:end])
        return plot_shapes


def find_ground(
    siting: Siting,
    pieces: gpd.GeoDataFrame,
    layers: Mapping[str, Layer],
    rulebook: Rulebook | None = None,
    units: Iterable[str] | None = None,
    taken: Mapping[str, shapely.Geometry] | None = None,
) -> Ground:
    """The land of each unit that a quota may take.

    Notes
    -----
    The same land that ``available_ha`` counts (see :func:`zoning.measures.measure`): outside of
    :func:`zoning.measures.deducted_roles` and not too steep. Where heights and suitability are cells of one
    grid, too steep cells are left out; else they are cut out.
    """
    raster = layers[siting.layer].raster if siting.layer is not None else None
    free = ~covered(pieces, deducted_roles(rulebook))
    if siting.boundary:
        free &= covered(pieces, [boundary_role(rulebook)])
    if units is not None:
        free &= pieces["unit_id"].isin(set(units))
    land = _lands(pieces[free].sort_index(), _designations(siting, pieces), whole=raster is None)
    heights, limit = steepness(layers.values(), rulebook)
    condition = "" if heights is None else _STEEP.format(limit=limit)
    same = heights is not None and raster is not None and _one_grid(heights, raster)
    if heights is not None and not same:
        land = _level(land, heights, condition)
    if taken:
        left = [
            shapely.difference(shape, taken[unit]) if unit in taken else shape
            for unit, shape in zip(land["unit_id"], _united(land), strict=True)
        ]
        land = land.set_geometry(gpd.GeoSeries(left, index=land.index, crs=land.crs))
    around = find_surroundings(siting, pieces, layers, land.geometry)
    return Ground(siting, raster, land, condition if same else "", around)


def _conditions(siting: Siting) -> tuple[str, ...]:
    return (*(merit.when for merit in siting.merits), *((siting.where,) if siting.where is not None else ()))


def _names(text: str) -> frozenset[str]:
    return parse_condition(text).names


def condition_names(siting: Siting) -> frozenset[str]:
    """All names that the conditions of a siting read."""
    return frozenset().union(*map(_names, _conditions(siting)))


def _designations(siting: Siting, pieces: gpd.GeoDataFrame) -> list[str]:
    return sorted(condition_names(siting) & set(roles_of(pieces)))


def _lands(pieces: gpd.GeoDataFrame, names: list[str], *, whole: bool) -> gpd.GeoDataFrame:
    """A row a unit and set of answers, its pieces side by side; or a row a polygon of a piece, from the north-west."""
    trimmed = pieces[["unit_id", *names, pieces.geometry.name]]
    if whole or not len(trimmed):
        polygons = trimmed.explode(index_parts=False)
        ends = polygons.geometry.bounds
        order = np.lexsort((ends["minx"], -ends["maxy"], polygons.index.astype(object)))
        return polygons.iloc[order].sort_values("unit_id", kind="stable").reset_index(drop=True)
    by = ["unit_id", *names]
    group = trimmed.groupby(by, sort=True).ngroup().to_numpy()
    parts, piece = shapely.get_parts(np.asarray(trimmed.geometry.array), return_index=True)
    order = np.argsort(group[piece], kind="stable")
    shapes = shapely.multipolygons(parts[order], indices=group[piece][order])
    _, first = np.unique(group, return_index=True)
    groups = pd.DataFrame({name: trimmed[name].to_numpy()[first] for name in by})
    return gpd.GeoDataFrame(groups, geometry=shapes, crs=pieces.crs)


def _united(land: gpd.GeoDataFrame) -> Shapes:
    """The shapes of lands without the borders of the pieces inside them."""
    return np.array([shapely.coverage_union_all(shapely.get_parts(shape)) for shape in land.geometry], object)


def _level(land: gpd.GeoDataFrame, heights: Raster, condition: str) -> gpd.GeoDataFrame:
    """Land without the cells of another grid that are too steep."""
    shapes = _united(land)
    for cells in cut_tracts(land, heights, ["slope"]):
        steep = cells[parse_condition(condition).evaluate(cells).yes]
        for number, part in steep.groupby("land", sort=True):
            boxes = cell_boxes(heights, part["row"].to_numpy(), part["column"].to_numpy(), land.crs)
            shapes[number] = shapely.difference(shapes[number], shapely.union_all(boxes))
    return land.set_geometry(gpd.GeoSeries(shapes, index=land.index, crs=land.crs))


def _one_grid(raster: Raster, other: Raster) -> bool:
    return (raster.path, raster.transform, raster.shape) == (other.path, other.transform, other.shape)


def _by_cell(cells: Cells) -> Places:
    """The order of plots by unit, row and column; those of one cell stay as they are."""
    row, column = cells.row, cells.column
    key = (cells.unit * (row.max(initial=0) + 1) + row) * (column.max(initial=0) + 1) + column
    return np.argsort(key, kind="stable")


def _linked(cells: Cells, neighbours: int) -> Places:
    """Plots that share a cell or have neighbouring ones, each pair once; they are sorted by row and column."""
    start, end, wide = _on_one_line(cells)
    corner = int(neighbours != BY_EDGE)
    ahead = np.arange(len(start)) + 1, np.searchsorted(start, end, "right")
    below = (
        np.searchsorted(end, start + wide - corner, "right"),
        np.searchsorted(start, end + wide + corner, "left"),
    )
    pairs = []
    for first, stop in (ahead, below):
        plot, other = _listed(first, stop)
        pairs.append(np.column_stack([plot, other]))
    return np.concatenate(pairs).astype(np.int64)


def _beside(cells: Cells, some: Cells, neighbours: int) -> Cells:
    """Of plots those of the cells of some and of the neighbours of these, each by itself."""
    start, end, wide = _on_one_line(cells)
    steps = [0, 1, -1, wide, -wide]
    if neighbours != BY_EDGE:
        steps += [wide + 1, wide - 1, 1 - wide, -1 - wide]
    cell_numbers = np.unique(np.add.outer(some.row * wide + some.column, steps))
    cell, other = _listed(np.searchsorted(end, cell_numbers, "right"), np.searchsorted(start, cell_numbers, "right"))
    near_cells, further = cells.only(other), cell_numbers[cell] - start[other]
    return replace(
        near_cells,
        position=near_cells.position + further,
        column=near_cells.column + further,
        count=np.ones(len(other), np.int64),
    )


def _on_one_line(cells: Cells) -> tuple[Places, Places, int]:
    """Where plots of some rows begin and end if the rows stand one after another, and how long each is with a gap."""
    wide = int((cells.column + cells.count).max(initial=0)) + 2
    start = cells.row * wide + cells.column
    return start, start + cells.count, wide


def _listed(first: Places, stop: Places) -> tuple[Places, Places]:
    """The places of ranges and the numbers in each, one pair after another."""
    count = np.maximum(stop - first, 0)
    positions = np.repeat(np.arange(len(count)), count)
    return positions, np.arange(len(positions)) - np.repeat(np.cumsum(count) - count - first, count)
