"""Geometry made valid, of one kind, in the working CRS; every change of a feature is a row of the ledger.

Features that a file holds twice, to the last column, are told of and stay as they are.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.crs import parts_of_dimension, valid_polygons
from layers.errors import GeometryError, shown
from layers.formats import Kind
from layers.ledger import entries, gather
from layers.phrases import Phrase, phrase_list, word

_KINDS: dict[int, Kind] = {0: "points", 1: "lines", 2: "polygons"}
_ORDINARY = {0: (0, 4), 1: (1, 2, 5), 2: (3, 6)}
TOLERANCE = 1e-3


def drop_empty(features: gpd.GeoDataFrame, name: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The features that have a geometry, and a ledger row for each that has none.

    Raises
    ------
    GeometryError
        None has one.

    Examples
    --------
    >>> from shapely import Point
    >>> points = gpd.GeoDataFrame(index=["a", "b"], geometry=[Point(0, 0), None], crs="EPSG:3035")
    >>> kept, ledger = drop_empty(points, "wells")
    >>> list(kept.index), list(ledger["feature"])
    (['a'], ['b'])
    """
    shapes = np.asarray(features.geometry.array)
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if empty.all():
        raise GeometryError(
            Phrase(
                "layer '{layer}': none of its {count} features has a geometry. Export the layer anew.",
                layer=name,
                count=len(features),
            ),
            code="empty",
            layer=name,
            features=features.index,
        )
    note = entries(name, features.index[empty], "empty", Phrase("left out: it has no geometry"))
    return (features[~empty] if empty.any() else features), note


def kind_of(features: gpd.GeoDataFrame, name: str) -> Kind:
    """What the features are: points, lines or polygons.

    Raises
    ------
    GeometryError
        They are of several kinds.

    Examples
    --------
    >>> from shapely import box
    >>> kind_of(gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)]), "forests")
    'polygons'
    """
    shapes = np.asarray(features.geometry.array)
    dimensions = shapely.get_dimensions(shapes)
    kinds, counts = np.unique(dimensions, return_counts=True)
    if len(kinds) > 1:
        listed = phrase_list(
            Phrase("{count} {kind}", count=int(count), kind=word(_KINDS[int(kind)]))
            for kind, count in zip(kinds, counts, strict=True)
        )
        odd = features.index[dimensions == kinds[np.argmin(counts)]]
        raise GeometryError(
            Phrase(
                "layer '{layer}' mixes kinds of geometry: {kinds}; of the rarest kind: {ids}. Make a layer of each, "
                "for each is measured in its own way.",
                layer=name,
                kinds=listed,
                ids=shown(odd),
            ),
            code="mixed_kinds",
            layer=name,
            features=odd,
        )
    return _KINDS[int(kinds[0])]


def keep_kind(features: gpd.GeoDataFrame, name: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The features without parts of a lower dimension, such as lines that an earlier overlay left beside polygons."""
    shapes = np.asarray(features.geometry.array)
    dimensions = shapely.get_dimensions(shapes)
    ordinary = [kind for kinds in _ORDINARY.values() for kind in kinds]
    mixed = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), ordinary))
    if not len(mixed):
        return features, entries(name, [], "parts", "")
    kept, actions = shapes.copy(), []
    for row in mixed:
        kept[row], dropped = parts_of_dimension(shapes[row], int(dimensions[row]))
        actions.append(Phrase("collection opened; {count} part(s) of a lower dimension left out", count=dropped))
    return _with(features, kept), entries(name, features.index[mixed], "parts", actions)


def make_valid(features: gpd.GeoDataFrame, name: str, *, strict: bool = False) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Polygons that are valid: each covers the points that its rings enclose; overlapping parts count once.

    Parameters
    ----------
    features : GeoDataFrame
        Polygons, in an equal-area CRS in metres, index: feature id.
    name : str
        Name of the layer, for the ledger.
    strict : bool
        Refuse a repair that changes a feature's area by more than 0.1 %: for units, whose area is the ground of all.

    Returns
    -------
    features : GeoDataFrame
        Same columns; without those that had no area at all.
    ledger : DataFrame
        One row a repaired feature, hectares before and after.

    Raises
    ------
    GeometryError
        With ``strict``, ids and areas.

    Notes
    -----
    GEOS's "structure" method; the default one ("linework") takes away where parts of one feature overlap.

    Examples
    --------
    >>> from shapely import Polygon
    >>> bow_tie = Polygon([(0, 0), (200, 200), (200, 0), (0, 200)])
    >>> made, ledger = make_valid(gpd.GeoDataFrame(index=["a"], geometry=[bow_tie], crs="EPSG:3035"), "fields")
    >>> ledger[["area_before_ha", "area_after_ha"]].to_numpy().tolist()
    [[0.0, 2.0]]
    """
    shapes = np.asarray(features.geometry.array)
    bad = np.flatnonzero(~shapely.is_valid(shapes))
    if not len(bad):
        return features, entries(name, [], "invalid", "")
    reasons = shapely.is_valid_reason(shapes[bad])
    mended = valid_polygons(shapes[bad])
    before, after = shapely.area(shapes[bad]) / 1e4, shapely.area(mended) / 1e4
    if strict:
        _check_change(features.index[bad], before, after, name)
    gone = shapely.is_empty(mended) | shapely.is_missing(mended)
    actions = [
        Phrase(
            "left out, it has no area: {reason}" if lost else "made valid: {reason}",
            reason=str(reason).split("[", maxsplit=1)[0].lower(),
        )
        for lost, reason in zip(gone, reasons, strict=True)
    ]
    whole = shapes.copy()
    whole[bad] = mended
    kept = np.ones(len(shapes), dtype=bool)
    kept[bad[gone]] = False
    note = entries(name, features.index[bad], "invalid", actions, before_ha=before, after_ha=after)
    return _with(features, whole)[kept], note


def _check_change(ids: pd.Index, before: npt.NDArray[np.float64], after: npt.NDArray[np.float64], name: str) -> None:
    changed = np.abs(after - before) > TOLERANCE * np.maximum(np.abs(before), np.abs(after))
    changed |= after == 0
    if changed.any():
        wrong = ids[changed]
        example = int(np.flatnonzero(changed)[0])
        raise GeometryError(
            Phrase(
                "layer '{layer}': {count} outline(s) cross or overlap themselves, and mending them changes their "
                "area by more than 0.1 %: {ids} (the first from {before:.2f} to {after:.2f} ha). Which is right "
                "cannot be told: mend them in the file.",
                layer=name,
                count=len(wrong),
                ids=shown(wrong),
                before=before[example],
                after=after[example],
            ),
            code="invalid",
            layer=name,
            features=wrong,
        )


def _with(features: gpd.GeoDataFrame, shapes: npt.NDArray[Any]) -> gpd.GeoDataFrame:
    return features.set_geometry(gpd.GeoSeries(shapes, index=features.index, crs=features.crs, name="geometry"))


def drop_outside(
    features: gpd.GeoDataFrame, units: gpd.GeoDataFrame, name: str, kind: Kind, *, keep: bool
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The features that meet a unit, or all; and a ledger row for each feature that meets none.

    Parameters
    ----------
    features, units : GeoDataFrame
        In the working CRS, valid.
    name : str
        Name of the layer, for the ledger.
    kind : {"points", "lines", "polygons"}
    keep : bool
        Those outside stay, for the nearest one may lie across the border; they count in no unit.
    """
    shapes = np.asarray(features.geometry.array)
    tree = shapely.STRtree(np.asarray(units.geometry.array))
    inside = np.zeros(len(shapes), dtype=bool)
    inside[tree.query(shapes, predicate="intersects")[0]] = True
    outside = features.index[~inside]
    if keep:
        return features, entries(name, outside, "outside", Phrase("counts in no unit: it lies outside all of them"))
    areas = shapely.area(shapes[~inside]) / 1e4 if kind == "polygons" else None
    note = entries(
        name,
        outside,
        "outside",
        Phrase("left out: it meets no unit"),
        before_ha=areas,
        after_ha=None if areas is None else 0.0,
    )
    return (features[inside] if len(outside) else features), gather([note])


def note_duplicates(features: gpd.GeoDataFrame, name: str) -> pd.DataFrame:
    """Ledger rows for features whose shape and columns are those of a feature before; nothing is changed.

    Parameters
    ----------
    features : GeoDataFrame
        Index: ids as text.
    name : str
        Name of the layer.

    Returns
    -------
    DataFrame
        A row for each feature but the first of those that are the same.

    Examples
    --------
    >>> plants = gpd.GeoDataFrame({"mw": [5, 5, 7]}, geometry=[shapely.Point(0, 0)] * 3, index=["1", "2", "3"])
    >>> note_duplicates(plants, "plants")["feature"].tolist()
    ['2']
    """
    alike = pd.DataFrame(shapely.bounds(np.asarray(features.geometry.array))).duplicated(keep=False).to_numpy()
    if not alike.any():
        return entries(name, [], "duplicate", "")
    same = features[alike].sort_index(kind="stable")  # which of two is told must not hang on the order of rows
    shapes = shapely.to_wkb(np.asarray(same.geometry.array))
    columns = same.drop(columns=same.geometry.name).astype(str)
    contents = zip(*(column.tolist() for _, column in columns.items()), shapes, strict=True)
    ids = columns.index.tolist()
    first: dict[tuple[object, ...], int] = {}
    again = [(ids[at], ids[first[row]]) for at, row in enumerate(contents) if first.setdefault(row, at) != at]
    actions = [
        Phrase(
            "kept: the file holds it more than once under this id, with the same shape and columns, and each one counts"
        )
        if one == other
        else Phrase("kept: its shape and its columns are those of '{other}', and both count", other=other)
        for one, other in again
    ]
    return entries(name, [one for one, _ in again], "duplicate", actions)
