"""The land of each unit that a quota may take, and how suitable every plot of it is, also by what it lies beside."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.conditions import SURFACES, Answer, parse_condition
from layers.formats import Raster
from layers.inputs import Layer
from layers.raster import Blocks, cell_boxes, cut_tracts, find_blocks
from zoning.measures import boundary_role, deducted_roles, steepness
from zoning.overlays import covered, roles_of
from zoning.rulebook import Rulebook
from zoning.siting.patch_selection import Plots, threshold_score
from zoning.study import Nearness, Siting

SIDES = (16, 4, 1)
"""Cells on a side of the blocks whose distances are looked up: first coarsely for all, at last for single cells."""

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Cells:
    """Plots of land: parts of cells, or pieces.

    Attributes
    ----------
    row, column : array of int
        Of the cell; of a piece its place.
    land : array of int
        Place in the land of the ground.
    area_ha, value : array of float
        Hectares, and the surface that counts (NaN where none does).
    apart : array of float
        How suitable without what lies beside.
    least, score : array of float
        How suitable at least and at most; the same where it is known.
    """

    row: Places
    column: Places
    land: Places
    area_ha: Floats
    value: Floats
    apart: Floats
    least: Floats
    score: Floats

    @classmethod
    def none(cls) -> Cells:
        """No plots at all."""
        no_place, no_value = np.empty(0, np.int64), np.empty(0)
        return cls(no_place, no_place, no_place, no_value, no_value, no_value, no_value, no_value)

    def only(self, chosen: Places | npt.NDArray[np.bool_] | slice) -> Cells:
        """Some of them."""
        return Cells(*(getattr(self, name)[chosen] for name in CELLS))


CELLS = tuple(Cells.__dataclass_fields__)


@dataclass(frozen=True)
class Surroundings:
    """What plots may lie beside.

    Attributes
    ----------
    near : tuple of (Nearness, STRtree)
        In the working CRS.
    raster : Raster or None
        The grid whose cells are plots; None where pieces are.
    lands : GeoSeries
        The pieces, by the land of plots.
    """

    near: tuple[tuple[Nearness, shapely.STRtree], ...]
    raster: Raster | None
    lands: gpd.GeoSeries

    def bound(self, cells: Cells) -> Cells:
        """Plots with the bounds of their score when nothing is known of what they lie beside."""
        most = cells.apart
        for nearness, _ in self.near:
            most = most + nearness.points
        return replace(cells, least=cells.apart, score=most)

    def settle(self, cells: Cells, begin: Places, amounts: Sequence[float]) -> Cells:
        """Plots with the score itself of all that may be among the most suitable ones of an amount.

        Parameters
        ----------
        cells : Cells
            Of some units, one unit after another.
        begin : array of int
            Where the plots of each unit begin, and where the last ones end.
        amounts : sequence of float
            Hectares of each unit.

        Returns
        -------
        Cells
            The score of other plots is no less than it is, and below that of these.
        """
        found = replace(cells, least=cells.least.copy(), score=cells.score.copy())
        held: list[Places | slice] = [slice(*ends) for ends in itertools.pairwise(begin.tolist())]
        for side in SIDES:
            held = [_contenders(found, own, amount) for own, amount in zip(held, amounts, strict=True)]
            unknown = (_places(own)[found.least[own] < found.score[own]] for own in held)
            doubted = np.concatenate([np.empty(0, np.int64), *unknown])
            if not len(doubted):
                break
            low, high = self._look(cells, doubted, side)
            found.least[doubted] = np.maximum(found.least[doubted], low)
            found.score[doubted] = np.minimum(found.score[doubted], high)
        return found

    def _look(self, cells: Cells, some: Places, side: int) -> tuple[Floats, Floats]:
        """The bounds of the score of some plots that distances of blocks of so many cells on a side leave."""
        least = most = cells.apart[some]
        if self.raster is None:
            blocks = Blocks(np.asarray(self.lands.array)[cells.land[some]], np.zeros(len(some)), np.arange(len(some)))
        else:
            blocks = find_blocks(self.raster, cells.row[some], cells.column[some], side, self.lands.crs)
        for nearness, others in self.near:
            low, high = blocks.distances(others, nearness.within_m)
            least = least + (nearness.points * _closeness(high, nearness.within_m))[blocks.block]
            most = most + (nearness.points * _closeness(low, nearness.within_m))[blocks.block]
        return least, most


def find_surroundings(
    siting: Siting, pieces: gpd.GeoDataFrame, layers: Mapping[str, Layer], lands: gpd.GeoSeries
) -> Surroundings:
    """What the plots of a siting may lie beside.

    Parameters
    ----------
    siting : Siting
    pieces : GeoDataFrame
        From :func:`zoning.overlays.settle_lines`.
    layers : mapping of str to Layer
        By name.
    lands : GeoSeries
        The land of the plots, in the working CRS.
    """
    raster = layers[siting.layer].raster if siting.layer is not None else None
    near = tuple((one, shapely.STRtree(_others(one, pieces, layers))) for one in siting.beside)
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


def _contenders(cells: Cells, own: Places | slice, amount: float) -> Places | slice:
    """The plots of some of a unit that may be among the most suitable ones of an amount, if any is of unknown score.

    Those left out before are less suitable than so many hectares of the others, and so have no say.
    """
    least, score = cells.least[own], cells.score[own]
    if not (least < score).any():
        return own
    return _places(own)[score >= threshold_score(cells.area_ha[own], least, amount)]


def _places(own: Places | slice) -> Places:
    return np.arange(own.start, own.stop) if isinstance(own, slice) else own


BY_EDGE = 4
"""Of the neighbours of a cell those with which it has an edge in common."""
SLIVER = 1e-5
"""Land that is less than this part of its cell is not taken: edges of two layers leave such slivers between them."""
_STEEP = "slope > {limit!r}"

Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Ground:
    """The land of some units that a quota may take, in the order of units.

    Attributes
    ----------
    siting : Siting
    raster : Raster or None
        The grid whose cells are taken; None where pieces are.
    land : GeoDataFrame
        ``unit_id``, one boolean a designation that conditions name, and geometry in the working CRS: one row a unit and
        set of answers, or without a grid one row a piece.
    steep : str
        The condition on slope that too steep cells of the grid meet; "" where they are cut out of the land already.
    around : Surroundings
        What land may lie beside.
    """

    siting: Siting
    raster: Raster | None
    land: gpd.GeoDataFrame
    steep: str
    around: Surroundings

    @property
    def available(self) -> pd.Series:
        """Hectares of each unit; cells that are too steep are still among them where the grid itself tells slope."""
        found: pd.Series = (self.land.geometry.area / 1e4).groupby(self.land["unit_id"], sort=True).sum()
        return found

    def plots(self, amounts: Mapping[str, float]) -> Iterator[tuple[str, float, Cells]]:
        """Every unit with the hectares of it that are too steep, and the plots that may be taken.

        Those are the plots that are not too steep, have a value and meet ``where``; the score is known of those that
        may be among the most suitable ones of the unit's amount in hectares. Few units are in memory at a time.
        """
        flock, ids = self.land["unit_id"].factorize(sort=True)
        # no name here keeps the table of cells while the scores of plots are looked up
        for lost, begin, cells in map(partial(self._open, flock.astype(np.int64)), self._cells(flock)):
            scored = self.around.settle(cells, begin, [amounts.get(str(ids[one]), 0.0) for one in lost])
            for (one, steep), (start, end) in zip(lost.items(), itertools.pairwise(begin.tolist()), strict=True):
                yield str(ids[one]), steep, scored.only(slice(start, end))

    def _open(self, flock: Places, tracts: pd.DataFrame) -> tuple[dict[int, float], Places, Cells]:
        """Of each unit in a table of cells the hectares that are too steep; where its plots begin; and all plots."""
        unit, counts = flock[tracts["land"].to_numpy()], tracts["share"].to_numpy() > SLIVER
        steep = self._too_steep(tracts) & counts
        lost = np.bincount(unit, np.where(steep, tracts["area_ha"], 0.0))
        apart = np.where(counts & ~steep, self._apart(tracts), np.nan)
        order = _by_cell(unit, tracts)
        order = order[~np.isnan(apart[order])]
        present = np.flatnonzero(np.bincount(unit))
        begin = np.searchsorted(unit[order], np.append(present, len(lost)))
        too_steep = dict(zip(present.tolist(), lost[present].tolist(), strict=True))
        return too_steep, begin, self._plots(tracts, apart, order)

    def _plots(self, tracts: pd.DataFrame, apart: Floats, chosen: Places) -> Cells:
        row, column, land, area = (tracts[name].to_numpy()[chosen] for name in ("row", "column", "land", "area_ha"))
        value, apart = self._value(tracts)[chosen], apart[chosen]
        return self.around.bound(Cells(row, column, land, area, value, apart, apart, apart))

    def _cells(self, flock: npt.NDArray[np.int64]) -> Iterator[pd.DataFrame]:
        if self.raster is not None:
            yield from cut_tracts(self.land, self.raster, self._surfaces(), flock)
        elif len(self.land):
            place = np.arange(len(self.land))
            hectares = (self.land.geometry.area / 1e4).to_numpy()
            yield pd.DataFrame({"land": place, "row": place, "column": 0, "share": 1.0, "area_ha": hectares})

    def _surfaces(self) -> set[str]:
        own = {self.siting.surface} if self.siting.prefer else set()
        return own | {name for text in (*_conditions(self.siting), self.steep) if text for name in _names(text)} & {
            *SURFACES
        }

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

    def alone(self, cells: Cells) -> Plots:
        """The plots of one unit, as if none were connected."""
        return Plots(cells.area_ha, cells.score, np.empty((0, 2), np.int64))

    def connect(self, cells: Cells) -> Plots:
        """The plots of one unit, with what is connected to what."""
        links = self._touching(cells) if self.raster is None else _linked(cells, self.siting.neighbours)
        return Plots(cells.area_ha, cells.score, links)

    def _touching(self, cells: Cells) -> Places:
        """Pieces that have an edge in common, or with eight neighbours a point."""
        shapes = np.asarray(self.land.geometry.array)[cells.land]
        one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        one, other = one[one < other], other[one < other]
        if self.siting.neighbours == BY_EDGE:
            edge = shapely.length(shapely.intersection(shapes[one], shapes[other])) > 0
            one, other = one[edge], other[edge]
        return np.column_stack([one, other]).astype(np.int64)

    def shapes(self, cells: Cells) -> Shapes:
        """The land of some plots, as polygons in the working CRS."""
        lands = np.asarray(self.land.geometry.array)
        if self.raster is None:
            return lands[cells.land]
        boxes = cell_boxes(self.raster, cells.row, cells.column, self.land.crs)
        own = np.unique(cells.land)
        parts, place = shapely.get_parts(lands[own], return_index=True)
        cell, part = shapely.STRtree(parts).query(boxes, predicate="intersects")
        mine = own[place[part]] == cells.land[cell]
        cell, part = cell[mine], part[mine]
        order = np.argsort(cell, kind="stable")
        cut = shapely.intersection(boxes[cell[order]], parts[part[order]])
        begin = np.searchsorted(cell[order], np.arange(len(boxes) + 1))
        found = np.empty(len(boxes), object)
        for one, (start, end) in enumerate(itertools.pairwise(begin.tolist())):
            found[one] = cut[start] if end == start + 1 else shapely.union_all(cut[start:end])
        return found


def find_ground(
    siting: Siting,
    pieces: gpd.GeoDataFrame,
    layers: Mapping[str, Layer],
    rulebook: Rulebook | None = None,
    units: Iterable[str] | None = None,
    taken: Mapping[str, shapely.Geometry] | None = None,
) -> Ground:
    """The land of each unit that a quota may take.

    Parameters
    ----------
    siting : Siting
    pieces : GeoDataFrame
        From :func:`zoning.overlays.settle_lines`.
    layers : mapping of str to Layer
        By name.
    rulebook : Rulebook, optional
        It says which land is not available and what is too steep.
    units : iterable of str, optional
        Ids of those that count; by default all.
    taken : mapping of str to geometry, optional
        What other quotas have taken of a unit already.

    Returns
    -------
    Ground

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
    kept = pieces[["unit_id", *names, pieces.geometry.name]]
    if whole or not len(kept):
        polygons = kept.explode(index_parts=False)
        ends = polygons.geometry.bounds
        order = np.lexsort((ends["minx"], -ends["maxy"], polygons.index.astype(object)))
        return polygons.iloc[order].sort_values("unit_id", kind="stable").reset_index(drop=True)
    by = ["unit_id", *names]
    group = kept.groupby(by, sort=True).ngroup().to_numpy()
    parts, piece = shapely.get_parts(np.asarray(kept.geometry.array), return_index=True)
    order = np.argsort(group[piece], kind="stable")
    shapes = shapely.multipolygons(parts[order], indices=group[piece][order])
    _, first = np.unique(group, return_index=True)
    told = pd.DataFrame({name: kept[name].to_numpy()[first] for name in by})
    return gpd.GeoDataFrame(told, geometry=shapes, crs=pieces.crs)


def _united(land: gpd.GeoDataFrame) -> Shapes:
    """The shapes of lands without the borders of the pieces inside them."""
    return np.array([shapely.coverage_union_all(shapely.get_parts(one)) for one in land.geometry], object)


def _level(land: gpd.GeoDataFrame, heights: Raster, condition: str) -> gpd.GeoDataFrame:
    """Land without the cells of another grid that are too steep."""
    shapes = _united(land)
    for cells in cut_tracts(land, heights, ["slope"]):
        steep = cells[parse_condition(condition).evaluate(cells).yes]
        for place, part in steep.groupby("land", sort=True):
            boxes = cell_boxes(heights, part["row"].to_numpy(), part["column"].to_numpy(), land.crs)
            shapes[place] = shapely.difference(shapes[place], shapely.union_all(boxes))
    return land.set_geometry(gpd.GeoSeries(shapes, index=land.index, crs=land.crs))


def _one_grid(one: Raster, other: Raster) -> bool:
    return (one.path, one.transform, one.shape) == (other.path, other.transform, other.shape)


def _by_cell(unit: Places, seen: pd.DataFrame) -> Places:
    """Places of plots by unit, row, column and land; they are sorted by land already."""
    row, column = seen["row"].to_numpy(), seen["column"].to_numpy()
    key = (unit * (row.max(initial=0) + 1) + row) * (column.max(initial=0) + 1) + column
    return np.argsort(key, kind="stable")


def _linked(cells: Cells, neighbours: int) -> Places:
    """Plots of one cell or of neighbouring cells, each pair once; they are sorted by row and column."""
    wide = int(cells.column.max(initial=0)) + 3
    key = cells.row * wide + cells.column
    steps = [1, wide] if neighbours == BY_EDGE else [1, wide - 1, wide, wide + 1]
    pairs = []
    for step in (0, *steps):
        first = np.searchsorted(key, key + step) if step else np.arange(len(key)) + 1
        count = np.searchsorted(key, key + step, "right") - first
        one = np.repeat(np.arange(len(key)), count)
        other = np.arange(len(one)) - np.repeat(np.cumsum(count) - count - first, count)
        pairs.append(np.column_stack([one, other]))
    return np.concatenate(pairs).astype(np.int64)
