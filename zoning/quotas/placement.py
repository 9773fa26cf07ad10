"""Where the amounts of a quota go on the ground, inside each unit on its most suitable land first.

The last piece is cut along one side, so that the land has exactly the amount.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.errors import UnknownNameError
from layers.inputs import Layer
from layers.phrases import Phrase, phrase_list
from zoning.arguments import at_least, takes
from zoning.quotas.bounds import RESERVE, UNIT
from zoning.quotas.patch_selection import (
    SEEDS,
    TOLERANCE,
    Plots,
    UnknownScoreError,
    grow,
    patches,
    rank_plots,
    roomy,
    score_bound,
)
from zoning.quotas.suitability import ALONE, CELLS, Cells, Ground, UnitLand, find_ground
from zoning.reasons import Message, say
from zoning.rulebook import AREAS_HA, Rulebook
from zoning.study import Quota, Siting
from zoning.tables import PIECES, QUOTAS, SITES, SITINGS, tabulate
from zoning.unit_ids import keep_ids

Places = npt.NDArray[np.int64]

_STEPS = 120
_FAR = 1e9


def cut_strip(shape: shapely.Geometry, share: float, side: str) -> shapely.Geometry:
    """The part of a shape that lies on one side and has a share of its area.

    Examples
    --------
    >>> cut_strip(shapely.box(0, 0, 100, 100), 0.25, "east").bounds
    (75.0, 0.0, 100.0, 100.0)
    """
    axis = 0 if side in {"west", "east"} else 1
    ends = shapely.bounds(shape)
    low, high = float(ends[axis]), float(ends[axis + 2])
    from_low = side in {"west", "south"}
    wanted = shapely.area(shape) * (share if from_low else 1 - share)
    line = _line(shape, axis, wanted, low, high)
    return _clipped(shape, axis, -_FAR, line) if from_low else _clipped(shape, axis, line, _FAR)


def _line(shape: shapely.Geometry, axis: int, wanted: float, low: float, high: float) -> float:
    """Where a line across an axis leaves an area below it, by false position after Illinois."""
    under, over, last = -wanted, float(shapely.area(shape)) - wanted, 0
    noise = 1e-12 * (over - under)
    line = low
    for step in range(_STEPS):
        # every third step halves, for shapes whose width changes suddenly
        line = (low + high) / 2 if step % 3 == 2 else low - under * (high - low) / (over - under)
        off = float(shapely.area(_clipped(shape, axis, -_FAR, line))) - wanted
        if abs(off) <= noise:
            break
        if off < 0:
            low, under, over, last = line, off, over / 2 if last < 0 else over, -1
        else:
            high, over, under, last = line, off, under / 2 if last > 0 else under, 1
    return line


def _clipped(shape: shapely.Geometry, axis: int, low: float, high: float) -> shapely.Geometry:
    box = (low, -_FAR, high, _FAR) if axis == 0 else (-_FAR, low, _FAR, high)
    return shapely.clip_by_rect(shape, *box)


def polygonal(shape: shapely.Geometry) -> shapely.MultiPolygon:
    """The polygons of a geometry without the lines and points at which parts of it only touch.

    Examples
    --------
    >>> touching = shapely.GeometryCollection([shapely.Point(5, 5), shapely.box(0, 0, 1, 1)])
    >>> polygonal(touching).geom_type, polygonal(touching).area
    ('MultiPolygon', 1.0)
    """
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2])


_WIDER = 16
"""As many times as much land has its score looked up when patches come upon plots of unknown score."""
NOT_PLACED_HA = 1e-6
"""Less than this of an amount, or that part of a billionth, is noise of sums and counts as placed."""


@dataclass
class _Found:
    """Rows of both tables as they are found."""

    sitings: list[dict[str, object]] = field(default_factory=list)
    sites: list[dict[str, object]] = field(default_factory=list)


@takes(
    quotas=at_least("quota", "period", "level", "unit_id", "amount", of=QUOTAS), pieces=at_least("unit_id", of=PIECES)
)
@keep_ids()
def site(
    quotas: pd.DataFrame,
    pieces: gpd.GeoDataFrame,
    asked: Iterable[Quota],
    layers: Iterable[Layer] = (),
    rulebook: Rulebook | None = None,
) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Where the amount of each unit goes on the ground.

    Parameters
    ----------
    quotas : DataFrame
        From :func:`zoning.quotas.allocate`, at least ``quota``, ``period``, ``level``, ``unit_id`` and ``amount``.
    pieces : GeoDataFrame
        From :func:`zoning.overlays.settle_lines`, at least ``unit_id`` and a boolean column a designation, in the
        working CRS.
    asked : iterable of Quota
        The ``[[quotas]]`` of a study; those with a ``siting`` are placed, in their order: what one has taken, none
        below it takes again.
    layers : iterable of Layer
        Those of the study.
    rulebook : Rulebook, optional
        It says what is too steep, see :func:`zoning.measures.measure`, and how much land its own units of measure are.

    Returns
    -------
    (DataFrame, GeoDataFrame)
        The SITINGS table, one row a quota and unit: how much was placed, how well, and how well it could have been
        at most. The SITES table with a polygon a patch, in the CRS of the pieces.

    Raises
    ------
    SourceError
        Slope or relief is asked of cells above 100 m, and the layer does not say ``coarse``.
    UnknownNameError
        The amounts of a quota are no land.

    Notes
    -----
    Inside a unit, plots (cells of the raster inside the available land, or pieces where there is no raster) are ranked
    by their score: the surface of the cell, as it is or turned about where low is preferred, plus points. Equal plots
    are taken by row and column from the north-west, equal pieces by id. Without a smallest patch this is exact: no
    other land of the same area scores more, and a larger amount takes all that a smaller one took. With one, patches
    are grown (:func:`zoning.quotas.patch_selection.grow`), and ``score_bound`` is the highest mean score that land of
    the same area in large enough connected land could have, patches or not; ``gap_pct`` is how far the result may be
    from the best.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> import zoneplan as zp
    >>> units = gpd.GeoDataFrame(geometry=[box(0, 0, 300, 100)], index=["a"], crs="EPSG:3035")
    >>> meadow = gpd.GeoDataFrame(geometry=[box(100, 0, 300, 100)], crs="EPSG:3035")
    >>> pieces = zp.overlay(units, {"meadow": meadow})
    >>> where = {"merits": [{"when": "meadow", "points": 1, "reason": "level and drained"}]}
    >>> quota = zp.Quota(name="land", period=2025, total=1, unit="ha", weight="people", siting=where)
    >>> amounts = pd.DataFrame({"quota": ["land"], "period": 2025, "level": "unit", "unit_id": "a", "amount": 1})
    >>> sitings, sites = zp.site(amounts, pieces, [quota])
    >>> sitings[["unit_id", "asked_ha", "placed_ha", "score_mean"]]
      unit_id  asked_ha  placed_ha  score_mean
    0       a       1.0        1.0         1.0
    >>> sites.geometry.iloc[0].bounds
    (100.0, 0.0, 200.0, 100.0)
    """
    tables = _Found()
    by_name = {layer.name: layer for layer in layers}
    for quota in asked:
        if quota.siting is not None:
            amounts = _amounts(quotas, quota, hectares_of(quota.unit, rulebook))
            ground = find_ground(quota.siting, pieces, by_name, rulebook, amounts, _taken(tables.sites))
            _place_units(quota, amounts, ground, tables)
    return tabulate(SITINGS, pd.DataFrame(tables.sitings)), _sites(tables.sites, pieces)


def site_again(
    quotas: pd.DataFrame,
    pieces: gpd.GeoDataFrame,
    study_quotas: Iterable[Quota],
    layers: Iterable[Layer] = (),
    rulebook: Rulebook | None = None,
    *,
    before: tuple[pd.DataFrame, tuple[pd.DataFrame, gpd.GeoDataFrame]] | None = None,
) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """What :func:`site` gives; a unit whose amounts are what they were is not sited again."""
    if before is None:
        return site(quotas, pieces, study_quotas, layers, rulebook)
    wanted = tuple(study_quotas)
    known, (sitings, sites) = before
    moved = _moved(known, quotas, [quota.name for quota in wanted if quota.siting is not None])
    if not moved:
        return sitings, sites
    others = site(quotas[quotas["unit_id"].isin(moved)], pieces, wanted, layers, rulebook)
    left = [
        pd.concat([table[~table["unit_id"].isin(moved)], other])
        for table, other in zip((sitings, sites), others, strict=True)
    ]
    rows = left[1].reset_index(drop=True).to_dict("records")
    return tabulate(SITINGS, left[0]), _sites(rows, pieces)


def _moved(before: pd.DataFrame, after: pd.DataFrame, names: list[str]) -> set[str]:
    """The units that have another amount of some quota."""
    rows = [
        table.loc[(table["level"] == UNIT) & table["quota"].isin(names), ["quota", "period", "unit_id", "amount"]]
        for table in (before, after)
    ]
    row_sets = [set(table.itertuples(index=False, name=None)) for table in rows]
    return {str(unit) for _, _, unit, _ in row_sets[0] ^ row_sets[1]}


def _taken(sites: list[dict[str, object]]) -> dict[str, shapely.Geometry]:
    """What quotas have taken of each unit."""
    patches_of: dict[str, list[object]] = {}
    for row in sites:
        patches_of.setdefault(str(row["unit_id"]), []).append(row["geometry"])
    return {unit: shapely.union_all(shapes) for unit, shapes in patches_of.items()}


def hectares_of(unit: str, rulebook: Rulebook | None = None) -> float:
    """How many hectares one of a unit of measure is.

    Examples
    --------
    >>> from zoning.rulebook import read_rulebook
    >>> hectares_of("km2"), 15 * hectares_of("mu", read_rulebook("main_functional_areas"))
    (100.0, 1.0)
    """
    terms = () if rulebook is None else rulebook.terms.units
    areas = {term.code: 1 / term.per_ha for term in terms if term.per_ha is not None} | AREAS_HA
    if unit not in areas:
        raise UnknownNameError(
            Phrase(
                "'{unit}' is no area that can be sited; give one of {areas}, or say in terms.toml of the rulebook "
                "how many are a hectare (per_ha)",
                unit=unit,
                areas=phrase_list(areas),
            ),
            code="no_area",
        )
    return areas[unit]


def _amounts(quotas: pd.DataFrame, quota: Quota, each_ha: float) -> dict[str, float]:
    """Hectares of each unit that has any, where one of the quota's unit of measure is so many."""
    of_quota = (quotas["quota"] == quota.name) & (quotas["period"] == quota.period) & (quotas["level"] == UNIT)
    rows = quotas[of_quota & (quotas["unit_id"] != RESERVE)]
    hectares = {str(unit): float(amount) * each_ha for unit, amount in _pairs(rows)}
    return {unit: amount for unit, amount in sorted(hectares.items()) if amount > 0}


def _pairs(rows: pd.DataFrame) -> Iterator[tuple[object, float]]:
    yield from zip(rows["unit_id"], rows["amount"], strict=True)


def _sites(rows: list[dict[str, object]], pieces: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    table = tabulate(SITES, pd.DataFrame([{k: v for k, v in row.items() if k != "geometry"} for row in rows]))
    shapes = {tuple(row[name] for name in SITES.key): row["geometry"] for row in rows}
    keys = table[list(SITES.key)].itertuples(index=False, name=None)
    return gpd.GeoDataFrame(table, geometry=[shapes[key] for key in keys], crs=pieces.crs)


def _place_units(quota: Quota, amounts: Mapping[str, float], ground: Ground, tables: _Found) -> None:
    """Both rows of every unit."""
    whole, left = ground.available, dict(amounts)
    chosen: dict[str, _Chosen] = {}
    for land in ground.plots(amounts):
        case = _Case(land.unit, left.pop(land.unit), float(whole[land.unit]) - land.steep)
        chosen[land.unit] = _place_unit(quota, case, ground, land, tables)
    for unit, amount in left.items():  # without any land on the grid
        nothing = UnitLand(unit, 0.0, Cells.none(), Cells.none(), -np.inf)
        _place_unit(quota, _Case(unit, amount, float(whole.get(unit, 0.0))), ground, nothing, tables)
    tables.sites += _draw(quota, ground, {unit: choice for unit, choice in chosen.items() if len(choice.patch)})


@dataclass(frozen=True)
class _Case:
    """A unit, what it shall place and what land it has, in hectares."""

    unit: str
    wanted_ha: float
    available: float


@dataclass(frozen=True)
class _Chosen:
    """The plots that are taken: their shares, and the numbers of their patches."""

    cells: Cells
    taken: npt.NDArray[np.float64]
    patch: npt.NDArray[np.int64]

    @classmethod
    def of(cls, ground: Ground, cells: Cells, taken: npt.NDArray[np.float64]) -> _Chosen:
        """Those of some plots of which a share is taken."""
        held = np.flatnonzero(taken)
        cells, taken = cells.only(held), taken[held]
        return cls(cells, taken, patches(ground.connect(cells), taken) if len(taken) else np.empty(0, np.int64))

    @property
    def area(self) -> npt.NDArray[np.float64]:
        """Hectares that are taken of each."""
        return self.taken * self.cells.area_ha

    def is_large_enough(self, least: float) -> bool:
        """Whether no patch is too small: then nothing is better, and what is left need not be connected."""
        return bool((np.bincount(self.patch, self.area)[1:] >= least * (1 - TOLERANCE)).all())


def _place_unit(quota: Quota, case: _Case, ground: Ground, land: UnitLand, tables: _Found) -> _Chosen:
    """What is taken of a unit; its row of SITINGS is added."""
    chosen, fitting = _choose(ground, land, case.wanted_ha)
    tables.sitings.append(_siting_row(quota, case, float(land.area_ha.sum()), fitting, chosen))
    return chosen


@dataclass(frozen=True)
class _Fitting:
    """The plots of land that is large enough for a patch, and the places of the best of them where they are known."""

    plots: Plots
    best: Places | None


def _choose(ground: Ground, land: UnitLand, amount: float) -> tuple[_Chosen, _Fitting]:
    """The plots that are taken, and those among which they were chosen."""
    least, last, best = ground.siting.min_patch_ha, ground.siting.last, land.best.position
    plots = Plots(land.area_ha, land.score, ALONE)
    chosen = _Chosen.of(ground, land.best, rank_plots(plots, amount, last, best)[best])
    if not least or chosen.is_large_enough(least):
        return chosen, _Fitting(plots, best)
    land = land.only(roomy(ground.connect(land.cells), least))
    if amount < least * (1 - TOLERANCE):
        return _Chosen.of(ground, Cells.none(), np.empty(0)), _Fitting(replace(plots, area=land.area_ha), None)
    return _grow(ground, land, amount)


def _grow(ground: Ground, land: UnitLand, amount: float) -> tuple[_Chosen, _Fitting]:
    """What is taken in patches of the land of a unit.

    Only the scores of the best plots and of their neighbours are looked up; if these do not tell, more are the best.
    """
    wide = amount + 2 * SEEDS * float(land.cells.area_ha.max(initial=0.0))
    while True:
        land = ground.for_amount(land, wide)
        known = ground.around.look(ground.beside(land.cells, land.best), 1)
        near = ground.beside(land.cells, known)
        score, scored = land.score, np.zeros(len(land.area_ha), bool)
        score[known.position], scored[known.position] = known.score, True
        plots = Plots(land.area_ha, score, near.position[ground.connect(near).links])
        try:
            taken = grow(plots, amount, ground.siting.min_patch_ha, ground.siting.last, scored)
        except UnknownScoreError:
            wide *= _WIDER
        else:
            return _Chosen.of(ground, known, taken[known.position]), _Fitting(plots, known.position)


def _draw(quota: Quota, ground: Ground, chosen: Mapping[str, _Chosen]) -> Iterator[dict[str, object]]:
    """The rows of SITES, with their polygons, from what is taken of each unit."""
    if not chosen:
        return
    cells = Cells(*(np.concatenate([getattr(choice.cells, name) for choice in chosen.values()]) for name in CELLS))
    shapes, start = ground.shapes(cells), 0
    for unit, choice in chosen.items():
        cut_shapes = _cut(shapes[start : start + len(choice.patch)], choice)
        start += len(choice.patch)
        order, hectares = np.argsort(choice.patch, kind="stable"), choice.area
        for mine in np.split(order, np.flatnonzero(np.diff(choice.patch[order])) + 1):
            area = hectares[mine]
            yield {
                "quota": quota.name,
                "period": quota.period,
                "unit_id": unit,
                "patch": int(choice.patch[mine[0]]),
                "area_ha": round(float(area.sum()), 6),
                "plots": len(mine),
                "value_mean": _mean(choice.cells.value[mine], area),
                "score_mean": _mean(choice.cells.score[mine], area),
                "geometry": polygonal(cut_shapes[mine[0]] if len(mine) == 1 else shapely.union_all(cut_shapes[mine])),
            }


def _siting_row(quota: Quota, case: _Case, suitable: float, fitting: _Fitting, chosen: _Chosen) -> dict[str, object]:
    """The row of SITINGS."""
    placed = float(chosen.area.sum())
    best = score_bound(fitting.plots, placed, fitting.best) / placed if placed > 0 else float("nan")
    mean = _mean(chosen.cells.score, chosen.area)
    gap = best - mean if best - mean > TOLERANCE * max(abs(best), 1.0) else 0.0
    unplaced = case.wanted_ha - placed
    unplaced = 0.0 if abs(unplaced) <= max(NOT_PLACED_HA, TOLERANCE * case.wanted_ha) else unplaced
    return {
        "quota": quota.name,
        "period": quota.period,
        "unit_id": case.unit,
        "asked_ha": case.wanted_ha,
        "available_ha": case.available,
        "suitable_ha": suitable,
        "placed_ha": case.wanted_ha - unplaced,
        "unplaced_ha": unplaced,
        "patches": int(chosen.patch.max(initial=0)),
        "plots": len(chosen.patch),
        "value_mean": _mean(chosen.cells.value, chosen.area),
        "score_mean": mean,
        "score_bound": best,
        "gap_pct": 100 * gap / abs(best) if gap and best else 0.0 if placed > 0 and not gap else float("nan"),
        "unplaced_because": _why(quota.siting or Siting(), case, suitable, fitting.plots, unplaced),
    }


def _why(siting: Siting, case: _Case, suitable: float, fitting: Plots, unplaced: float) -> str:
    """What kept an amount from being placed."""
    enough = case.wanted_ha - max(NOT_PLACED_HA, TOLERANCE * case.wanted_ha)
    if unplaced <= 0:
        return ""
    if case.available < enough:
        return "land"
    if suitable < enough:
        return "suitable"
    if case.wanted_ha < siting.min_patch_ha * (1 - TOLERANCE):
        return "small"
    return "last" if siting.last == "under" and float(fitting.area.sum()) >= enough else "patches"


def _mean(values: npt.NDArray[np.float64], area: npt.NDArray[np.float64]) -> float:
    return float(np.sum(values * area) / np.sum(area)) if len(area) else float("nan")


def _cut(shapes: npt.NDArray[np.object_], chosen: _Chosen) -> npt.NDArray[np.object_]:
    """Shapes of plots, those that are taken in part cut on the side of the rest of their patch."""
    cut_shapes = shapes.copy()
    for plot in np.flatnonzero(chosen.taken < 1.0).tolist():
        rest = (chosen.patch == chosen.patch[plot]) & (chosen.taken >= 1.0)
        down = chosen.cells.row[rest] - chosen.cells.row[plot]
        right = chosen.cells.column[rest] - chosen.cells.column[plot]
        cut_shapes[plot] = cut_strip(shapes[plot], float(chosen.taken[plot]), _side(down.tolist(), right.tolist()))
    return cut_shapes


def _side(down: list[int], right: list[int]) -> str:
    """Where a plot touches the rest of its patch: by an edge if it does, else by a corner; else the west."""
    steps = [(abs(dy) + abs(dx), dy, dx) for dy, dx in zip(down, right, strict=True) if max(abs(dy), abs(dx)) <= 1]
    _, dy, dx = min(steps, default=(0, 0, -1))
    return ("west" if dx < 0 else "east") if dx else ("north" if dy < 0 else "south")


def why_unplaced(because: str, least: float) -> Message:
    """What kept an amount from being placed, and what to do."""
    return say(f"siting.{because}", **({"least": least} if because in ("small", "patches") else {}))
