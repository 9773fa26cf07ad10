"""Geometry made valid, of one kind, in the working CRS; every change of a feature is a row of the ledger.

Features that a file holds twice, to the last column, are told of and stay as they are.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from layers.crs import parts_of_dimension, project, repair_reasons, valid_polygons
from layers.errors import Attempts, GeometryError, raise_all, shown
from layers.formats import Kind
from layers.ledger import entries, gather
from layers.phrases import Phrase, phrase_list, word

_KINDS: dict[int, Kind] = {0: "points", 1: "lines", 2: "polygons"}
_ORDINARY = {0: (0, 4), 1: (1, 2, 5), 2: (3, 6)}


def drop_empty(features: gpd.GeoDataFrame, name: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The features that have a geometry, and a ledger row for each that has none.

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
        error = GeometryError(
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
        raise_all([error], rest=_KINDS[int(kinds[np.argmax(counts)])])
    return _KINDS[int(kinds[0])]


def only_kind(features: gpd.GeoDataFrame, kind: Kind) -> gpd.GeoDataFrame:
    """The features of a kind, of a layer that mixes them."""
    dimensions = shapely.get_dimensions(np.asarray(features.geometry.array))
    return features[[_KINDS.get(int(dimension)) == kind for dimension in dimensions]]


def keep_kind(features: gpd.GeoDataFrame, name: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The features without parts of a lower dimension, such as lines that an earlier overlay left beside polygons."""
    shapes = np.asarray(features.geometry.array)
    dimensions = shapely.get_dimensions(shapes)
    ordinary = [kind for kinds in _ORDINARY.values() for kind in kinds]
    mixed = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), ordinary))
    if not len(mixed):
        return features, entries(name, [], "parts", "")
    remaining, actions = shapes.copy(), []
    for row in mixed:
        remaining[row], dropped = parts_of_dimension(shapes[row], int(dimensions[row]))
        actions.append(Phrase("collection opened; {count} part(s) of a lower dimension left out", count=dropped))
    return _with(features, remaining), entries(name, features.index[mixed], "parts", actions)


def make_valid(
    features: gpd.GeoDataFrame,
    name: str,
    *,
    crs: CRS | None = None,
    earlier: pd.DataFrame | None = None,
    max_share: float | None = None,
    each: bool = False,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Polygons that are valid: each covers the points that its rings enclose; overlapping parts count once.

    Notes
    -----
    What is not valid in the file is mended there, where coordinates are exact: a point that lies on an edge lies beside
    it on a map where the edge bends. What is valid and becomes invalid by that is mended in ``crs``, and told apart.

    GEOS's "structure" method; the default one ("linework") takes away where parts of one feature overlap. Where each
    part of a feature is valid by itself, its land is their union, whatever the order of the parts: that changes no
    land of a layer, though the areas of the parts add up to more.

    Examples
    --------
    >>> from shapely import Polygon
    >>> bow_tie = Polygon([(0, 0), (200, 200), (200, 0), (0, 200)])
    >>> made, ledger = make_valid(gpd.GeoDataFrame(index=["a"], geometry=[bow_tie], crs="EPSG:3035"), "fields")
    >>> ledger[["area_before_ha", "area_after_ha"]].to_numpy().tolist()
    [[0.0, 2.0]]
    """
    refused = Attempts()
    whole, drawn, why = _mended(features)
    straight = whole if crs is None else refused.attempt(project, whole, crs)
    if straight is None:
        there = features[~features.index.astype(str).isin(refused.errors[0].ids)]
        again = partial(make_valid, crs=crs, earlier=earlier, max_share=max_share, each=each)
        refused.finish(rest=refused.attempt(again, there, name) if 0 < len(there) < len(features) else None)
        refused.stop()
    before = _areas(features.iloc[drawn], crs)
    placed, bent, why_bent = _mended(straight)
    bent_before = _areas(straight.iloc[bent], None)
    after = _areas(placed, None)
    ids, gone = features.index, shapely.is_empty(np.asarray(placed.geometry.array))
    if each and max_share is not None:
        rows = np.concatenate([drawn, bent])
        refused.attempt(_check_each, ids[rows], np.concatenate([before, bent_before]), after[rows], name, max_share)
    mended_before = drawn if earlier is None else [*drawn, *np.flatnonzero(ids.astype(str).isin(_ids_mended(earlier)))]
    well = ~np.isin(bent, mended_before)
    notes = [
        _note(name, ids[drawn], why, gone[drawn], before, after[drawn]),
        _note(name, ids[bent], why_bent, gone[bent], bent_before, after[bent], well),
    ]
    if max_share is not None and not each:
        shapes = np.asarray(features.geometry.array)[drawn]
        crossed = np.asarray([not shapely.is_valid(shapely.get_parts(shape)).all() for shape in shapes], dtype=bool)
        changed = [notes[0][crossed], notes[1], *([] if earlier is None else [earlier])]
        land = pd.Series(after, index=ids.astype(str))
        refused.attempt(_check_layer, pd.concat(changed, ignore_index=True), land, name, max_share)
    made = (placed[~gone] if gone.any() else placed), gather(notes)
    refused.finish(rest=made)
    return made


def _ids_mended(ledger: pd.DataFrame) -> pd.Series:
    ids: pd.Series = ledger.loc[ledger["finding"] == "invalid", "feature"]
    return ids


def _mended(features: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, npt.NDArray[np.intp], list[str]]:
    """Polygons made valid where they are, the rows that were not, and why."""
    shapes = np.asarray(features.geometry.array)
    rows = np.flatnonzero(~shapely.is_valid(shapes))
    if not len(rows):
        return features, rows, []
    whole = shapes.copy()
    whole[rows] = valid_polygons(shapes[rows])
    return _with(features, whole), rows, repair_reasons(shapes[rows])


def _note(
    name: str,
    ids: pd.Index,
    reasons: list[str],
    gone: npt.NDArray[np.bool_],
    before: npt.NDArray[np.float64],
    after: npt.NDArray[np.float64],
    well: npt.NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """A ledger row for each repair; those drawn well became invalid when they were projected."""
    actions = [
        Phrase(
            "left out, it has no area: {reason}"
            if lost
            else "made valid: {reason}; it is valid in the file and became invalid when projected"
            if bent
            else "made valid: {reason}",
            reason=reason,
        )
        for reason, lost, bent in zip(reasons, gone, np.zeros(len(gone), bool) if well is None else well, strict=True)
    ]
    return entries(name, ids, "invalid", actions, before_ha=before, after_ha=after)


def _areas(features: gpd.GeoDataFrame, crs: CRS | None) -> npt.NDArray[np.float64]:
    """Hectares of features as they are drawn, where they are placed."""
    placed = features if crs is None or not len(features) else project(features, crs)
    return np.asarray(shapely.area(np.asarray(placed.geometry.array))) / 1e4


def _check_each(
    ids: pd.Index, before: npt.NDArray[np.float64], after: npt.NDArray[np.float64], name: str, max_share: float
) -> None:
    """Refuse repairs that change a feature by more than a share of it, or leave nothing of it."""
    most = np.maximum(np.abs(before), np.abs(after))
    change = np.divide(np.abs(after - before), most, out=np.ones(len(ids)), where=most > 0)
    changed = (change > max_share) | (after == 0)
    if changed.any():
        wrong, gone = ids[changed], after == 0
        example = int(np.flatnonzero(changed)[0])
        remedy = Phrase("mend them in the file")
        if not gone.any():
            enough = _rounded_up(float(change.max()))
            remedy = Phrase("mend them in the file, or take the repair with max_repair_share = {enough}", enough=enough)
        raise GeometryError(
            Phrase(
                "layer '{layer}': {count} outline(s) cross or overlap themselves, and mending them changes their "
                "area by more than {most:g} %: {ids} (the first from {before:.2f} to {after:.2f} ha). Which is right "
                "cannot be told: {remedy}.",
                layer=name,
                count=len(wrong),
                most=100 * max_share,
                ids=shown(wrong),
                before=before[example],
                after=after[example],
                remedy=remedy,
            ),
            code="invalid",
            layer=name,
            features=wrong,
        )


def _check_layer(repairs: pd.DataFrame, land: pd.Series, name: str, max_share: float) -> None:
    """Refuse repairs that change more than a share of a layer's land, in hectares by feature id."""
    repairs = repairs[repairs["finding"] == "invalid"]
    change = (repairs["area_after_ha"] - repairs["area_before_ha"]).abs()
    placed = land.groupby(level=0).sum().reindex(repairs["feature"], fill_value=0.0).to_numpy()
    wide = repairs["area_after_ha"] - placed
    total = float(land.sum() + wide.clip(lower=0.0).sum())  # of what was cut to the units the whole was mended
    changed = float(change.sum())
    if not changed or changed <= max_share * total:
        return
    order = change.sort_values(ascending=False, kind="stable").index
    worst = repairs.loc[order[0]]
    ids = repairs["feature"].loc[order[change[order] > 0]]
    share = changed / total if total else 1.0
    raise GeometryError(
        Phrase(
            "layer '{layer}': mending {count} outline(s) that cross or overlap themselves would change {share:.3g} % "
            "of its land: {ids} (the first from {before:.2f} to {after:.2f} ha). Which is right cannot be told: mend "
            "them in the file, or take the repairs with max_repair_share = {enough}.",
            layer=name,
            count=len(ids),
            share=100 * share,
            ids=shown(ids),
            before=worst["area_before_ha"],
            after=worst["area_after_ha"],
            enough=_rounded_up(share),
        ),
        code="invalid",
        layer=name,
        features=ids,
    )


def _rounded_up(share: float) -> str:
    """A share to two digits, not below it."""
    if share >= 1:
        return "1"
    digits = 1 - int(np.floor(np.log10(share)))
    return f"{min(np.ceil(share * 10**digits) / 10**digits, 1.0):.{digits}g}"


def _with(features: gpd.GeoDataFrame, shapes: npt.NDArray[Any]) -> gpd.GeoDataFrame:
    return features.set_geometry(gpd.GeoSeries(shapes, index=features.index, crs=features.crs, name="geometry"))


def drop_outside(
    features: gpd.GeoDataFrame, units: gpd.GeoDataFrame, name: str, kind: Kind, *, keep: bool
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The features that meet a unit, or all; and a ledger row for each feature that meets none."""
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
        if feature == other
        else Phrase("kept: its shape and its columns are those of '{other}', and both count", other=other)
        for feature, other in again
    ]
    return entries(name, [feature for feature, _ in again], "duplicate", actions)
