"""The nouns that reading gives: a source, a layer, a raster, and the stack of them all in one working CRS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    from affine import Affine
    from pyproj import CRS

    from layers.conditions import Condition

Kind = Literal["polygons", "lines", "points", "raster"]

LEDGER_COLUMNS = ("layer", "feature", "finding", "action", "area_before_ha", "area_after_ha")


@dataclass(frozen=True)
class Source:
    """One input file as it was read.

    Attributes
    ----------
    name : str
        The layer's or table's name in the plan ("units" for the units).
    path : str
        Relative to the study folder, as written in the plan.
    sha256 : str
        Of the whole file, taken when it was read.
    """

    name: str
    path: str
    sha256: str


@dataclass(frozen=True)
class Raster:
    """One band of a grid, north up, in its own CRS; values are read when asked for.

    Attributes
    ----------
    path : Path
        The file.
    crs : pyproj.CRS
        Geographic (lon/lat) or projected.
    transform : affine.Affine
        From (column, row) to (x, y) in ``crs``; no rotation, rows go south.
    shape : (int, int)
        Rows, columns.
    cell_size_m : float
        The larger side of the middle cell, in metres on the ground.
    where : Condition or None
        Cells that do not meet it count as having no value.
    coarse : bool
        The plan allows slope on cells above 100 m.
    """

    path: Path
    crs: CRS
    transform: Affine
    shape: tuple[int, int]
    cell_size_m: float
    nodata: float | None = None
    where: Condition | None = None
    coarse: bool = False

    def read(self, window: tuple[slice, slice] | None = None) -> npt.NDArray[np.float64]:
        """Values as float64, scale and offset applied, NaN where there is none.

        Parameters
        ----------
        window : (slice, slice), optional
            Rows and columns; by default all.

        Raises
        ------
        SourceError
            The file has changed or cannot be read.
        LimitError
            More cells are asked for than memory is meant to hold.
        """
        from layers.rasters import read_window  # noqa: PLC0415  (the reader stands below its noun)

        return read_window(self, window)


@dataclass(frozen=True)
class Layer:
    """One checked input.

    Attributes
    ----------
    name : str
        Its name in the plan.
    kind : {"polygons", "lines", "points", "raster"}
        A raster that designates (it has a ``where`` and a ``role``) is read as polygons and keeps its raster.
    role : str or None
        What the layer says of the land: a zone's code, a control line, a fact such as ``water``, or ``elevation``.
    features : GeoDataFrame or None
        Index: feature id (text); the file's own columns; 2D geometry in the working CRS, valid. None for a plain raster.
    raster : Raster or None
        For rasters.
    measures : mapping of str to str
        Name of a measure to its formula, such as ``{"slope_mean_deg": "mean(slope)"}``.
    """

    name: str
    kind: Kind
    role: str | None = None
    features: gpd.GeoDataFrame | None = None
    raster: Raster | None = None
    measures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stack:
    """All inputs of a study, checked, repaired and in one working CRS.

    Attributes
    ----------
    units : GeoDataFrame
        Index ``unit_id`` (text, unique, sorted); ``name``, ``jurisdiction``, one column a jurisdiction level, every column
        of the units file and of the study's tables, ``area_ha``; geometry in the working CRS, no two overlap.
    layers : tuple of Layer
        In the order of the plan.
    ledger : DataFrame
        Columns of ``LEDGER_COLUMNS``: what was wrong, what was done.
    sources : tuple of Source
        Every file read.
    crs : pyproj.CRS
        The working CRS: equal-area, metres, centred on the units.
    own_crs : pyproj.CRS
        The CRS of the units file.
    """

    units: gpd.GeoDataFrame
    layers: tuple[Layer, ...]
    ledger: pd.DataFrame
    sources: tuple[Source, ...]
    crs: CRS
    own_crs: CRS

    @property
    def designations(self) -> dict[str, Layer]:
        """The layers that cut the units: polygons with a role, by name."""
        return {layer.name: layer for layer in self.layers if layer.role is not None and layer.kind == "polygons"}
