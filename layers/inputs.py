"""The nouns that reading gives: a source, a layer, and the inputs of them all in one working CRS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from layers.formats import Kind, Raster
from layers.overview import Overview, Shown, listed


@dataclass(frozen=True)
class Source:
    """One input file as it was read."""

    name: str
    path: str
    sha256: str


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
        Index: feature id (text); the file's own columns; 2D geometry in the working CRS, valid. None for a
        plain raster.
    raster : Raster or None
        For rasters.
    measures : mapping of str to str
        Name of a measure to its formula, such as ``{"slope_mean_deg": "mean(slope)"}``; taken of these features or this
        raster.
    whole : Layer or None
        Where features or raster are the part that designates: the whole layer, without a role, with the measures that
        are taken on it.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> import zoneplan as zp
    >>> from layers.inputs import Layer
    >>> units = gpd.GeoDataFrame(geometry=[box(0, 0, 200, 100)], index=["a"], crs="EPSG:3035")
    >>> wells = gpd.GeoDataFrame({"depth_m": [30.0]}, geometry=[box(50, 50, 51, 51).centroid], crs="EPSG:3035")
    >>> layer = Layer("wells", "points", features=wells, measures={"wells": "count()", "deepest_m": "max(depth_m)"})
    >>> zp.measure(units, zp.overlay(units, {}), [layer])[["wells", "deepest_m"]].to_dict("index")
    {'a': {'wells': 1.0, 'deepest_m': 30.0}}
    """

    name: str
    kind: Kind
    role: str | None = None
    features: gpd.GeoDataFrame | None = None
    raster: Raster | None = None
    measures: Mapping[str, str] = field(default_factory=dict)
    whole: Layer | None = None

    @property
    def measured(self) -> tuple[Layer, ...]:
        """What measures are taken of: the layer itself, and the whole where it is the part that designates."""
        return (self,) if self.whole is None else (self, self.whole)


@dataclass(frozen=True)
class LeftOut:
    """Something of a plan that is done without, for a layer cannot be read and the rest shall go on."""

    kind: str
    name: str
    measures: tuple[str, ...]
    said: str
    role: str | None = None

    @property
    def title(self) -> str:
        """Its name; of an entry of a section that of the section before it.

        Examples
        --------
        >>> LeftOut("layer", "lakes", (), "").title, LeftOut("quotas", "land", (), "").title
        ('lakes', 'quotas.land')
        """
        return self.name if self.kind in ("layer", self.name) else f"{self.kind}.{self.name}"


@dataclass(frozen=True, repr=False)
class Inputs(Shown):
    """All inputs of a study, checked, repaired and in one working CRS.

    Attributes
    ----------
    units : GeoDataFrame
        Index ``unit_id`` (text, unique, sorted); ``name``, ``jurisdiction``, one column a jurisdiction level, every
        column of the units file and of the study's tables, ``area_ha``; geometry in the working CRS, no two overlap.
    layers : tuple of Layer
        In the order of the plan.
    designations : mapping of str to Layer
        Those of them that cut the units: polygons with a role, by name.
    ledger : DataFrame
        Columns of ``LEDGER_COLUMNS``: what was wrong, what was done.
    sources : tuple of Source
        Every file that the plan names.
    crs : pyproj.CRS
        The working CRS, see :func:`layers.crs.working_crs`: equal-area, metres.
    own_crs : pyproj.CRS
        The CRS of the units file.
    tiled : bool
        The units are known to be a valid coverage: neighbours have all vertices of their common border in common.
    origins : mapping of str to str
        For each column of the units, the file it came from.
    left_out : tuple of LeftOut
        What is done without, where :func:`layers.read.read_inputs` was asked to keep going.
    holds : object
        What has to live as long as they do: files that were written of what was given in memory.

    Examples
    --------
    >>> import zoneplan as zp
    >>> inputs = zp.read_inputs(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> inputs.units.loc["08031", ["name", "jurisdiction"]].tolist()
    ['Denver', 'CO']
    >>> [layer.name for layer in inputs.layers if layer.kind == "raster"]
    ['elevation', 'solar', 'climate']
    """

    units: gpd.GeoDataFrame
    layers: tuple[Layer, ...]
    ledger: pd.DataFrame
    sources: tuple[Source, ...]
    crs: CRS
    own_crs: CRS
    tiled: bool = False
    origins: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    holds: object = field(default=None, repr=False, compare=False)

    @property
    def designations(self) -> dict[str, Layer]:
        """The layers that cut the units: polygons with a role, by name."""
        return {layer.name: layer for layer in self.layers if layer.role is not None and layer.kind == "polygons"}

    def overview(self) -> Overview:
        """What they are, in a few rows."""
        cut = self.designations
        other = (layer for layer in self.layers if layer.name not in cut)
        rows = (
            ("units", f"{len(self.units):,}, {self.units['area_ha'].sum():,.0f} ha"),
            ("columns", listed(name for name in self.units if name != self.units.geometry.name)),
            ("designations", listed(f"{name} ({layer.role})" for name, layer in cut.items())),
            ("other layers", listed(f"{layer.name} ({layer.kind})" for layer in other)),
            ("sources", listed(dict.fromkeys(source.path for source in self.sources))),
            ("ledger", f"{len(self.ledger):,} rows" if len(self.ledger) else ""),
            ("left out", listed(entry.name for entry in self.left_out)),
            ("crs", self.crs.name),
        )
        return Overview("Inputs", rows)
