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
        return self.where(_meet(shapely.bounds(self.shapes), boxes))


class World:
    """The world around one plan: of each layer what pictures have needed so far, read once for all that lie in it.

    Whoever draws several pictures starts with the widest.
    """

    def __init__(self) -> None:
        self._read: dict[Name, tuple[Floats, WorldLayer]] = {}

    def near(self, name: Name, boxes: Floats) -> WorldLayer:
        """The features of a layer whose own box meets one of some boxes.

        Parameters
        ----------
        name : Name
        boxes : array of float, (n, 4)
            West, south, east, north, in degrees.
        """
        known = self._read.get(name)
        if known is None or not _lie_in(boxes, known[0]):
            known = self._read[name] = boxes, world_layer(name, boxes)
        return known[1].meeting(boxes)


def world_layer(name: Name, boxes: Floats) -> WorldLayer:
    """The part of a layer of the world that meets some boxes.

    Parameters
    ----------
    name : Name
    boxes : array of float, (n, 4)
        West, south, east, north, in degrees.

    Notes
    -----
    Only that part is decoded: files say the box of each of their lines and polygons.

    Examples
    --------
    >>> places = world_layer("places", np.array([[-180.0, -90.0, 180.0, 90.0]]))
    >>> int((places.fields["capital"] == "country").sum())
    192
    """
    rows = pq.ParquetFile(DATA / f"{name}.parquet").read(use_threads=False)
    if "bbox" in rows.column_names:
        sides = [rows["bbox"].combine_chunks().field(side).to_numpy() for side in ("xmin", "ymin", "xmax", "ymax")]
        rows = rows.drop_columns(["bbox"]).filter(_meet(np.column_stack(sides), boxes))
    layer = WorldLayer(
        shapely.from_wkb(rows["geometry"].to_numpy()), rows.drop_columns(["geometry"]).to_pandas(ignore_metadata=True)
    ).meeting(boxes)
    return WorldLayer(layer.shapes, _with_own_names(layer.fields)) if name == "places" else layer


@cache
def languages_of_places() -> frozenset[str]:
    """The languages in which places have names of their own."""
    names = pq.read_schema(DATA / "places.parquet").names
    return frozenset(name.removeprefix("name_") for name in names if name.startswith("name_"))


@cache
def without_borders() -> frozenset[str]:
    """Codes of the countries around whose studies no border may be drawn from these layers."""
    return frozenset(pd.read_csv(DATA / "no_borders.csv")["iso_a2"])


def _with_own_names(places: pd.DataFrame) -> pd.DataFrame:
    """Places with the names of ``place_names.csv``, which were set by hand where the layer has none or an odd one."""
    rows = pd.read_csv(DATA / "place_names.csv").pivot_table("name", "geonameid", "column", aggfunc="first")
    own = places[["geonameid"]].join(rows, on="geonameid")
    return places.assign(**{column: own[column].fillna(places[column]) for column in rows.columns})


def _meet(own: Floats, boxes: Floats) -> Flags:
    """Whether a box meets one of some others."""
    found = np.zeros(len(own), bool)
    for west, south, east, north in boxes:
        found |= (own[:, 0] <= east) & (own[:, 2] >= west) & (own[:, 1] <= north) & (own[:, 3] >= south)
    return found


def _lie_in(boxes: Floats, wider: Floats) -> bool:
    """Whether each box lies in one of the wider ones."""
    return all(any((box[:2] >= other[:2]).all() and (box[2:] <= other[2:]).all() for other in wider) for box in boxes)
