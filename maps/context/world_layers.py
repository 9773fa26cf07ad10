"""The bundled world: land, borders, rivers, lakes and places, of which each reader takes what lies in some boxes.

Where the layers come from, under which licences, and how their borders may be drawn: ``data/README.md``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq
import shapely

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Name = Literal["land", "lakes", "rivers", "admin1_lines", "admin0_lines", "places", "regions"]

DATA = Path(__file__).parent / "data"


class WorldLayer(NamedTuple):
    """One of the layers, or a part of it, in longitude and latitude of WGS 84.

    Attributes
    ----------
    shapes : array of geometries
        Single parts, all valid; none crosses the 180th meridian.
    fields : DataFrame
        A row each, index 0..n-1.
    """

    shapes: Geometries
    fields: pd.DataFrame

    def where(self, chosen: Flags | pd.Series) -> WorldLayer:
        """Some of the features, in their order."""
        kept = np.asarray(chosen, bool)
        return WorldLayer(self.shapes[kept], self.fields[kept].reset_index(drop=True))

    def meeting(self, boxes: Floats) -> WorldLayer:
        """The features whose own box meets one of some boxes.

        Parameters
        ----------
        boxes : array of float, (n, 4)
            West, south, east, north, in degrees.
        """
        own = shapely.bounds(self.shapes)
        found = np.zeros(len(own), bool)
        for west, south, east, north in boxes:
            found |= (own[:, 0] <= east) & (own[:, 2] >= west) & (own[:, 1] <= north) & (own[:, 3] >= south)
        return self.where(found)


@cache
def world_layer(name: Name) -> WorldLayer:
    """A layer of the whole world; read once a process.

    Examples
    --------
    >>> places = world_layer("places")
    >>> int((places.fields["capital"] == "country").sum())
    192
    """
    fields = pq.read_table(DATA / f"{name}.parquet").to_pandas()
    if name == "places":
        fields = _with_own_names(fields)
    shapes = shapely.from_wkb(fields.pop("geometry").to_numpy())
    return WorldLayer(shapes, fields)


@cache
def without_borders() -> frozenset[str]:
    """Codes of the countries around whose studies no border may be drawn from these layers."""
    return frozenset(pd.read_csv(DATA / "no_borders.csv")["iso_a2"])


def _with_own_names(places: pd.DataFrame) -> pd.DataFrame:
    """Places with the names of ``place_names.csv``, which were set by hand where the layer has none or an odd one."""
    rows = pd.read_csv(DATA / "place_names.csv").pivot_table("name", "geonameid", "column", aggfunc="first")
    own = places[["geonameid"]].join(rows, on="geonameid")
    return places.assign(**{column: own[column].fillna(places[column]) for column in rows.columns})
