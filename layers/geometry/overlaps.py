"""Units that tile the ground, without overlap; where they overlap a little, the first by id keeps it."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry import shape

from layers.crs import parts_of_dimension, valid_polygons
from layers.errors import GeometryError, shown
from layers.formats import Raster, Window, load_gdal
from layers.ledger import entries, gather
from layers.phrases import SEMICOLON, Phrase, phrase_list


def polygons_of(raster: Raster, window: Window) -> gpd.GeoDataFrame:
    """The cells that have a value, as polygons along the cells' edges.

    Every corner of a cell on an outline is a point of it, so that two classes of one raster share all points of their
    common border wherever they are projected to.
    """
    load_gdal("rasterio")
    from rasterio.features import shapes  # noqa: PLC0415  (loaded by load_gdal)

    filled = raster.has_value(window)
    outlines = [shape(outline) for outline, _ in shapes(filled.astype(np.uint8), mask=filled, connectivity=4)]
    cells = np.asarray(outlines, dtype=object)
    cells = shapely.transform(shapely.segmentize(cells, 1.0), np.rint)
    wrong = ~shapely.is_valid(cells)
    cells[wrong] = valid_polygons(cells[wrong])
    top, left, grid = window[0].start, window[1].start, raster.transform
    placed = shapely.transform(
        cells, lambda at: np.column_stack([grid.c + grid.a * (at[:, 0] + left), grid.f + grid.e * (at[:, 1] + top)])
    )
    ids = pd.Index([str(number) for number in range(1, len(placed) + 1)], dtype="str")
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(placed, index=ids, crs=raster.crs), index=ids)


MAX_GAP_HA = 100.0
MAX_GAP_WIDTH_M = 50.0
_NOISE_M2 = 0.01


def settle_overlaps(units: gpd.GeoDataFrame, max_overlap_ha: float) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Units of which no two overlap.

    Notes
    -----
    Overlaps below 0.01 m2 are rounding and stay as they are.

    Examples
    --------
    >>> from shapely import box
    >>> two = gpd.GeoDataFrame(index=["a", "b"], geometry=[box(0, 0, 110, 100), box(100, 0, 200, 100)], crs="EPSG:3035")
    >>> settled, ledger = settle_overlaps(two, max_overlap_ha=1)
    >>> settled.area.tolist(), ledger["action"].tolist()
    ([11000.0, 9000.0], ["overlap given to 'a' (0.1000 ha)"])
    """
    nothing = entries("units", [], "overlap", "")
    shapes = np.asarray(units.geometry.array)
    first, second, areas = _overlaps(shapes)
    if not len(areas):
        return units, nothing
    total = float(areas.sum()) / 1e4
    ids = units.index.astype(str)
    if total > max_overlap_ha:
        worst = np.argsort(-areas, kind="stable")[:5]
        named = (
            Phrase(
                "{unit} and {other} by {area:.4f} ha",
                unit=shown([ids[first[pair]]]),
                other=shown([ids[second[pair]]]),
                area=areas[pair] / 1e4,
            )
            for pair in worst
        )
        pairs = phrase_list(named, SEMICOLON)
        raise GeometryError(
            Phrase(
                "layer 'units': {count} pair(s) of units overlap by {total:.4f} ha in total, more than "
                "max_overlap_ha = {most}: {pairs}. Mend the outlines, or raise max_overlap_ha in "
                "[units]; an overlap then goes to the unit whose id sorts first.",
                count=len(areas),
                total=total,
                most=f"{max_overlap_ha:g}",
                pairs=pairs,
            ),
            code="overlap",
            layer="units",
            features=ids[np.unique(np.concatenate([first, second]))],
        )
    cut, actions = shapes.copy(), []
    losers = np.unique(second)
    for loser in losers:
        mine = np.flatnonzero(second == loser)
        cut[loser] = _without(shapes[loser], shapes[first[mine]])
        given = phrase_list(
            Phrase("{unit} ({area:.4f} ha)", unit=shown([ids[first[pair]]]), area=areas[pair] / 1e4) for pair in mine
        )
        actions.append(Phrase("overlap given to {units}", units=given))
    gone = losers[shapely.area(cut[losers]) <= _NOISE_M2]
    if len(gone):
        raise GeometryError(
            Phrase(
                "layer 'units': {count} unit(s) lie wholly inside others: {ids}. One place belongs to one unit: mend "
                "the outlines.",
                count=len(gone),
                ids=shown(ids[gone]),
            ),
            code="overlap",
            layer="units",
            features=ids[gone],
        )
    note = entries(
        "units",
        ids[losers],
        "overlap",
        actions,
        before_ha=shapely.area(shapes[losers]) / 1e4,
        after_ha=shapely.area(cut[losers]) / 1e4,
    )
    return units.set_geometry(gpd.GeoSeries(cut, index=units.index, crs=units.crs, name="geometry")), note


def _overlaps(shapes: npt.NDArray[Any]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Pairs of rows that overlap, the lower first, and by how much in m2."""
    suspects = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes)))
    suspect, other = shapely.STRtree(shapes).query(shapes[suspects], predicate="intersects")
    pairs = np.unique(np.sort(np.column_stack([suspects[suspect], other]), axis=1), axis=0)
    first, second = pairs[pairs[:, 0] != pairs[:, 1]].T
    touching = shapely.touches(shapes[first], shapes[second])
    first, second = first[~touching], second[~touching]
    areas = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    real = areas > _NOISE_M2
    order = np.lexsort((second[real], first[real]))
    return first[real][order], second[real][order], areas[real][order]


def note_overlaps(features: gpd.GeoDataFrame, name: str) -> pd.DataFrame:
    """Ledger rows for features of a layer that share land with others of it; nothing is changed.

    Examples
    --------
    >>> from shapely import box
    >>> parks = gpd.GeoDataFrame(index=["a", "b"], geometry=[box(0, 0, 110, 100), box(100, 0, 200, 100)], crs=3035)
    >>> note_overlaps(parks, "parks")["action"].tolist()[0]
    "kept: it shares 0.1000 ha with 'b', and that land counts once"
    """
    shapes, ids = np.asarray(features.geometry.array), features.index.astype(str)
    first, second, areas = _overlaps(shapes)
    pairs = pd.DataFrame({"one": [*first, *second], "other": [*second, *first], "ha": [*areas, *areas]})
    groups = pairs.sort_values(["one", "other"], kind="stable").groupby("one")
    rows = [(int(row), ids[each["other"]], float(each["ha"].sum()) / 1e4) for row, each in groups]
    actions = [
        Phrase("kept: it shares {area:.4f} ha with {ids}, and that land counts once", area=area, ids=shown(others))
        for _, others, area in rows
    ]
    return entries(name, ids[[row for row, _, _ in rows]], "overlap", actions)


def _without(shape: Any, others: npt.NDArray[Any]) -> Any:
    """A polygon less others; what is left of a lower dimension goes."""
    return parts_of_dimension(shapely.difference(shape, shapely.union_all(others)), 2)[0]


def note_gaps(units: gpd.GeoDataFrame, union: Any = None) -> pd.DataFrame:
    """Ledger rows for holes between the units that look like slips of the pen; nothing is changed.

    Notes
    -----
    A hole of the units' union is a gap if it is below 100 ha, or narrower than 50 m: twice its area over its perimeter.
    Larger ones are taken as meant, such as a lake that belongs to no unit; so is a slit that is open to the outside,
    such as an inlet of the sea.
    """
    shapes = np.asarray(units.geometry.array)
    holes = _holes(shapely.union_all(shapes) if union is None else union)
    areas, lengths = np.asarray(shapely.area(holes)), np.asarray(shapely.length(holes))
    gaps = (areas > _NOISE_M2) & ((areas < MAX_GAP_HA * 1e4) | (2 * areas < MAX_GAP_WIDTH_M * lengths))
    if not gaps.any():
        return entries("units", [], "gap", "")
    holes, areas = holes[gaps], areas[gaps]
    hole, unit = shapely.STRtree(shapes).query(holes, predicate="intersects")
    beside = pd.Series(unit).groupby(hole).min().reindex(range(len(holes)), fill_value=0)
    hectares = pd.Series(areas / 1e4).groupby(units.index.astype(str)[beside.to_numpy()]).agg(["count", "sum"])
    actions = [
        Phrase("left as it is: {count} gap(s) beside it belong to no unit", count=count) for count in hectares["count"]
    ]
    size = hectares["sum"].to_numpy()
    return gather([entries("units", hectares.index, "gap", actions, before_ha=size, after_ha=size)])


def _holes(union: Any) -> npt.NDArray[Any]:
    """The land inside the outlines of a union that is none of it: around an island, without the island."""
    parts = shapely.get_parts(union)
    rings = [ring for part in parts for ring in shapely.get_rings(part)[1:]]
    holes = np.asarray([shapely.Polygon(ring) for ring in rings], dtype=object)
    held, island = shapely.STRtree(parts).query(holes, predicate="contains")
    for hole in np.unique(held):
        holes[hole] = shapely.difference(holes[hole], shapely.union_all(parts[island[held == hole]]))
    return np.asarray(shapely.get_parts(holes), dtype=object)
