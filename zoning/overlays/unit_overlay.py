"""The overlay: units cut by every designation into pieces, with no gap, no overlap and no hectare lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, TypeGuard

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from layers.crs import is_equal_area, same_crs
from layers.errors import CrsError, GeometryError, LimitError, UnknownNameError, is_out_of_memory, raise_all, shown
from layers.inputs import Layer
from layers.phrases import Phrase
from zoning.overlays.planar_partition import Faces, ForEach, Geometries, partition_tiles
from zoning.unit_ids import keep_ids

Designation: TypeAlias = gpd.GeoDataFrame | Layer

TOLERANCE = 1e-9
"""Relative; of a unit's area, for what the pieces may lose and what two units may share."""

_TAKEN = ("piece_id", "unit_id", "area_ha", "control_line", "geometry")


@keep_ids("units")
def overlay(
    units: gpd.GeoDataFrame,
    designations: Mapping[str, Designation],
    *,
    tiled: bool = False,
    for_each: ForEach = map,
) -> gpd.GeoDataFrame:
    """Pieces: the planar partition of the units by all designations.

    Parameters
    ----------
    units : GeoDataFrame
        Index: unit ids, text or whole numbers, unique. Valid polygons in an equal-area CRS in metres; no two overlap.
    designations : mapping of str to GeoDataFrame or Layer
        By name. Valid polygons in the CRS of the units; polygons of one designation may overlap and count once. The
        role of a bare GeoDataFrame is its name.
    tiled : bool
        The units are known to be a valid coverage, as :func:`layers.read.read_inputs` tells, and are not tested again.
    for_each : callable, optional
        What cuts the tiles of neighbouring units, each with the whole designations that touch them; by default one
        after the other.

    Returns
    -------
    GeoDataFrame
        Index ``piece_id`` (``<unit_id>/<n>``, sorted); ``unit_id``, ``area_ha``, one boolean a designation (sorted by
        name), ``geometry``. Within a unit pieces are numbered by their flags, from those with none on.
        ``attrs["roles"]`` maps designations to roles.

    Raises
    ------
    CrsError
        A CRS is missing, differs from the units', or is not equal-area.
    GeometryError
        Units or designations have geometry that is missing, empty, invalid or no polygon; units overlap; ids are
        missing or double; or area was lost, which names the units.
    UnknownNameError
        A designation has a name that pieces need for something else.
    LimitError
        There is not enough memory.

    Notes
    -----
    Borders of units and designations are noded once, in floating point, and turned into faces; each face is labelled
    by a point inside it. The area of the pieces of each unit equals the unit's to 1e-9 relative.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> import zoneplan as zp
    >>> units = gpd.GeoDataFrame(geometry=[box(0, 0, 200, 100)], index=["a"], crs="EPSG:3035")
    >>> forest = gpd.GeoDataFrame(geometry=[box(150, 0, 300, 100)], crs="EPSG:3035")
    >>> zp.overlay(units, {"forest": forest})[["area_ha", "forest"]].reset_index()
      piece_id  area_ha  forest
    0      a/1      1.5   False
    1      a/2      0.5    True
    """
    crs = checked_crs(units)
    ids = unit_ids(units)
    if not isinstance(designations, Mapping):
        raise GeometryError(
            Phrase(
                "designations are a {kind}; give each its name: {{'forest': forest}}", kind=type(designations).__name__
            )
        )
    names = sorted(designations)
    features = {name: features_of(name, designations[name]) for name in names}
    raise_all(
        [
            *(complaint for name in names for complaint in complaints(name, features[name], crs)),
            *(() if tiled else broken("units", ids, units.geometry)),
        ]
    )
    order = np.argsort(ids.to_numpy(dtype=object), kind="stable")
    shapes = flat_shapes(units.geometry)[order]
    sorted_ids = ids[order]
    matched = tiled or _refuse_overlaps(sorted_ids, shapes)
    try:
        polygons = [flat_shapes(features[name].geometry) for name in names]
        faces = partition_tiles(shapes, polygons, matched=matched, for_each=for_each)
    except shapely.errors.GEOSException as error:
        if is_out_of_memory(error):
            raise LimitError(
                Phrase(
                    "out of memory while cutting {count} units by {names}: close other programs, or plan a smaller "
                    "territory at a time",
                    count=len(ids),
                    names=shown(names),
                ),
                code="memory",
            ) from error
        raise GeometryError(
            Phrase(
                "the overlay of {count} units with {names} failed in GEOS: {error}. Borders nearer to each other "
                "than coordinates can tell are the likely cause: round the layers to a millimetre and try again",
                count=len(ids),
                names=shown(names),
                error=error,
            ),
            code="overlay",
        ) from error
    _confirm_area(sorted_ids, shapes, faces)
    pieces = _tabulated(sorted_ids, faces, names, crs)
    pieces.attrs["roles"] = {name: _role(name, designations[name]) for name in names}
    return pieces


def unit_ids(units: gpd.GeoDataFrame) -> pd.Index:
    """The ids of units as text, from their index.

    Examples
    --------
    >>> unit_ids(gpd.GeoDataFrame(index=[8031, 8059])).tolist()
    ['8031', '8059']
    """
    index = units.index
    if "unit_id" in units.columns and index.name != "unit_id":
        raise GeometryError(
            Phrase("units have a column 'unit_id' that is not their index; use units.set_index('unit_id')")
        )
    if index.nlevels > 1:
        raise GeometryError(
            Phrase(
                "the index of the units has {count} levels; make one id of them, such as "
                "units.index = ['-'.join(map(str, one)) for one in units.index]",
                count=index.nlevels,
            ),
            code="ids",
            layer="units",
        )
    whole = pd.api.types.is_integer_dtype(index.dtype)
    wrong = [str(label) for label in index if not isinstance(label, str)] if not whole or index.hasnans else []
    if wrong:
        raise GeometryError(
            Phrase(
                "unit ids must be text, and these are not: {ids}; ids that went through a number or a missing "
                "value have lost digits: read the column as text",
                ids=shown(wrong),
            ),
            code="ids",
            layer="units",
            features=wrong,
        )
    ids: pd.Index = pd.Index(index.astype("str"), name="unit_id")
    double = sorted(set(ids[ids.duplicated()]))
    if double:
        raise GeometryError(
            Phrase(
                "{count} unit ids occur more than once: {ids}; dissolve or rename them",
                count=len(double),
                ids=shown(double),
            ),
            code="duplicate",
            layer="units",
            features=double,
        )
    return ids


def checked_crs(units: gpd.GeoDataFrame) -> CRS:
    """The CRS of units, which must be equal-area."""
    if not _has_geometry(units):
        raise GeometryError(
            Phrase(
                "units have no geometry: this is a {name}; give a GeoDataFrame: gpd.GeoDataFrame(table, "
                "geometry=..., crs=...)",
                name=type(units).__name__,
            ),
            code="no_geometry",
            layer="units",
        )
    if units.crs is None:
        raise CrsError(Phrase("units have no CRS; say which it is: units.set_crs(...)"), layer="units")
    crs = CRS.from_user_input(units.crs)
    if not is_equal_area(crs):
        raise CrsError(
            Phrase(
                "units are in {crs}, in which areas are not true; project them first: zp.project(units, "
                "zp.working_crs(units)), and the designations to the same CRS",
                crs=crs.name,
            ),
            layer="units",
        )
    return crs


def _has_geometry(table: object) -> TypeGuard[gpd.GeoDataFrame]:
    return isinstance(table, gpd.GeoDataFrame) and table.active_geometry_name is not None


def features_of(name: str, designation: Designation) -> gpd.GeoDataFrame:
    """The polygons of a designation."""
    features = designation.features if isinstance(designation, Layer) else designation
    if not _has_geometry(features):
        raise GeometryError(
            Phrase(
                "designation '{designation}' has no polygons; give a GeoDataFrame or a layer of polygons",
                designation=name,
            ),
            layer=name,
        )
    return features


def _role(name: str, designation: Designation) -> str:
    return designation.role or name if isinstance(designation, Layer) else name


def complaints(name: str, features: gpd.GeoDataFrame, crs: CRS) -> list[CrsError | GeometryError | UnknownNameError]:
    """What is wrong with a designation: its name, its CRS, its polygons."""
    faults: list[CrsError | GeometryError | UnknownNameError] = []
    if name in _TAKEN:
        faults.append(
            UnknownNameError(
                Phrase("a designation cannot be called '{name}': pieces have a column of that name", name=name)
            )
        )
    layer_crs = features.crs
    if layer_crs is None and len(features):
        faults.append(
            CrsError(
                Phrase("designation '{designation}' has no CRS; say which it is: .set_crs(...)", designation=name),
                layer=name,
            )
        )
    if layer_crs is not None and not same_crs(CRS.from_user_input(layer_crs), crs):
        faults.append(
            CrsError(
                Phrase(
                    "designation '{designation}' is in {crs_of_layer}, the units are in {crs}; project it first: "
                    "zp.project(..., units.crs)",
                    designation=name,
                    crs_of_layer=CRS.from_user_input(layer_crs).name,
                    crs=crs.name,
                ),
                layer=name,
            )
        )
    return [
        *faults,
        *broken(Phrase("designation '{designation}'", designation=name), features.index.map(str), features.geometry),
    ]


def broken(whose: str, ids: pd.Index, geometry: gpd.GeoSeries) -> list[GeometryError]:
    """What is wrong with polygons: one error a kind, with the ids."""
    shapes = np.asarray(geometry.array)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    polygon = np.isin(shapely.get_type_id(shapes), (3, 6))
    kinds = {
        "empty": (missing, Phrase("no geometry; drop them or find their geometry")),
        "type": (
            ~missing & ~polygon,
            Phrase("geometry that is no polygon; keep the polygons only (.explode(), .geom_type)"),
        ),
        "invalid": (
            polygon & ~missing & ~shapely.is_valid(shapes),
            Phrase("invalid geometry; zp.prepare mends it, and its ledger tells the areas before and after"),
        ),
    }
    return [
        GeometryError(
            Phrase(
                "{layer}: {count} have {fault} ({ids})",
                layer=whose,
                count=int(rows.sum()),
                fault=what,
                ids=shown(ids[rows]),
            ),
            code=code,
            layer=whose,
            features=ids[rows],
        )
        for code, (rows, what) in kinds.items()
        if rows.any()
    ]


def flat_shapes(geometry: gpd.GeoSeries) -> Geometries:
    """Shapes without heights."""
    shapes = np.asarray(geometry.array)
    return np.asarray(shapely.force_2d(shapes) if shapely.has_z(shapes).any() else shapes, dtype=object)


def _refuse_overlaps(ids: pd.Index, shapes: Geometries) -> bool:
    """Refuse units that share land; say whether neighbours have all vertices of their common border in common."""
    suspects = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes)))
    if not len(suspects):
        return True
    first, other = shapely.STRtree(shapes).query(shapes[suspects], predicate="intersects")
    pairs = np.unique(np.sort(np.column_stack([suspects[first], other]), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    areas = shapely.area(shapes)
    shared = shapely.area(shapely.intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]]))
    bad = shared > TOLERANCE * areas[pairs].min(axis=1)
    if bad.any():
        named = [Phrase("{unit} and {other}", unit=ids[a], other=ids[b]) for a, b in pairs[bad]]
        raise GeometryError(
            Phrase(
                "units overlap, by {area:.6g} ha together: {pairs}; give the shared land to one of each pair",
                area=shared[bad].sum() / 10000.0,
                pairs=shown(named),
            ),
            code="overlap",
            layer="units",
            features=named,
        )
    return False


def _confirm_area(ids: pd.Index, shapes: Geometries, faces: Faces) -> None:
    areas = shapely.area(shapes)
    sums = np.bincount(faces.unit, shapely.area(faces.geometry), len(shapes))
    lost: npt.NDArray[np.bool_] = np.abs(sums - areas) > TOLERANCE * areas
    if lost.any():
        raise GeometryError(
            Phrase(
                "the pieces of {units} units do not add up to the unit ({ids}): {area:.6g} ha differ; borders "
                "nearer to each other than coordinates can tell are the likely cause: round the layers to a "
                "millimetre and try again",
                units=int(lost.sum()),
                ids=shown(ids[lost]),
                area=np.abs(sums - areas)[lost].sum() / 10000.0,
            ),
            code="area",
            layer="units",
            features=ids[lost],
        )


def _tabulated(ids: pd.Index, faces: Faces, names: list[str], crs: CRS) -> gpd.GeoDataFrame:
    first = np.append(True, faces.unit[1:] != faces.unit[:-1])[: len(faces.unit)]
    start = np.flatnonzero(first)[np.cumsum(first) - 1]
    number = np.arange(len(faces.unit)) - start + 1
    owner = ids.to_numpy(dtype=object)[faces.unit]
    piece_ids = pd.Index([f"{unit}/{n}" for unit, n in zip(owner, number, strict=True)], dtype="str", name="piece_id")
    table = pd.DataFrame(
        {
            "unit_id": pd.Series(owner, dtype="str").to_numpy(),
            "area_ha": shapely.area(faces.geometry) / 1e4,
            **{name: faces.flags[:, column] for column, name in enumerate(names)},
        },
        index=piece_ids,
    )
    return gpd.GeoDataFrame(table, geometry=faces.geometry, crs=crs).sort_index()
