"""TopoJSON: features made of arcs that neighbours share, read without a driver, so that no arc is passed over.

Quantised positions are whole numbers, and each says how far it lies from the one before; their sums are exact, and so
neighbours meet in the same numbers. The format knows no coordinate reference system; some writers add that of GeoJSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyproj import CRS

from layers.errors import CrsError
from layers.formats.active_content import is_plain_crs
from layers.formats.gdal_drivers import check_rows, check_size
from layers.formats.reading_boundary import damaged
from layers.formats.text_features.well_known_binary import Points, collection, line, point, polygon
from layers.phrases import Phrase

MAX_DEPTH = 30
"""So deep collections may stand inside of each other."""


class TopoObject(NamedTuple):
    """The features of one object of a topology."""

    table: pa.Table
    geometry: pa.ChunkedArray
    crs: CRS | None


class TopologyError(ValueError):
    """What is wrong with a topology, told by whoever knows its file."""


def topojson_objects(path: Path, name: str) -> dict[str, list[Mapping[str, Any]]]:
    """The objects of a topology by their names, each with its features as the file has them."""
    return {key: _features(one) for key, one in _topology(path, name)["objects"].items()}


def read_topojson(path: Path, name: str, chosen: str) -> TopoObject:
    """The features of one object, arcs joined."""
    topology = _topology(path, name)
    features = _features(topology["objects"][chosen])
    check_rows(len(features), path, name)
    blobs: list[bytes | None] = []
    shapes = None
    try:
        shapes = _Shapes(topology)
        blobs.extend(shapes.of(one) for one in features)
    except (KeyError, IndexError, TypeError, ValueError, OverflowError, RecursionError) as error:
        place: str = (
            Phrase("feature {row} of '{name}'", row=len(blobs) + 1, name=chosen) if shapes else Phrase("an arc")
        )
        told = str(error) if isinstance(error, TopologyError) else f"{type(error).__name__}: {error}"
        raise damaged(path, name, Phrase("{place}: {fault}", place=place, fault=told)) from error
    shapes_of_all = pa.chunked_array([pa.array(blobs, type=pa.binary())])
    return TopoObject(_table(features), shapes_of_all, _stated_crs(topology, path, name))


def _stated_crs(topology: Mapping[str, Any], path: Path, name: str) -> CRS | None:
    stated = topology.get("crs")
    if stated is None:
        return None
    if not is_plain_crs(json.dumps(stated)) or "name" not in stated["properties"]:
        raise CrsError(
            Phrase(
                "layer '{layer}': the 'crs' of {file} is not the name of one, and a link is never followed. Export "
                "the file anew, without it.",
                layer=name,
                file=path.name,
            ),
            code="crs_link",
            layer=name,
        )
    return CRS.from_user_input(stated["properties"]["name"])


def _topology(path: Path, name: str) -> Mapping[str, Any]:
    check_size(path.stat().st_size, path, name)
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise damaged(path, name, error) from error
    if not isinstance(found, dict) or found.get("type") != "Topology" or not isinstance(found.get("objects"), dict):
        raise damaged(path, name, Phrase("it is no topology with objects"))
    return found


def _features(found: Any) -> list[Mapping[str, Any]]:
    """A collection as its geometries, anything else as one feature."""
    if isinstance(found, dict) and found.get("type") == "GeometryCollection":
        found = found.get("geometries")
    features = found if isinstance(found, list) else [found]
    return [one if isinstance(one, dict) else {} for one in features]


class _Shapes:
    """The arcs of a topology, and shapes joined of them."""

    def __init__(self, topology: Mapping[str, Any]) -> None:
        transform = topology.get("transform")
        self.grid: tuple[Points, Points] | None = None
        """Scale and offset of quantised positions."""
        if transform:
            scale, offset = (np.asarray(transform[key], dtype=np.float64) for key in ("scale", "translate"))
            if not scale.shape == offset.shape == (2,):
                raise TopologyError(Phrase("its transform is none"))
            self.grid = scale, offset
        self.arcs = [self._arc(one) for one in topology.get("arcs", [])]

    def _arc(self, positions: Sequence[Sequence[float]]) -> Points:
        """The points of an arc, in two dimensions: the format says nothing of more."""
        if self.grid is None:
            points = np.asarray([one[:2] for one in positions], dtype=np.float64)
        else:
            steps = np.asarray([one[:2] for one in positions])
            if steps.dtype.kind != "i":
                raise TopologyError(Phrase("a quantised position is no whole number"))
            points = np.cumsum(steps, axis=0, dtype=np.int64) * self.grid[0] + self.grid[1]
        if points.ndim != 2 or points.shape[1] != 2 or len(points) < 2:
            raise TopologyError(Phrase("an arc has fewer than two positions"))
        return points

    def of(self, feature: Mapping[str, Any], depth: int = 0) -> bytes | None:
        """The shape of a feature, None where it has none."""
        kind = feature.get("type")
        if kind is None:
            return None
        if depth > MAX_DEPTH:
            raise TopologyError(Phrase("collections nested too deeply"))
        if kind == "GeometryCollection":
            parts = (self.of(one, depth + 1) for one in feature["geometries"])
            return _several([one for one in parts if one is not None])
        single = _SIMPLE.get(str(kind).removeprefix("Multi"))
        if single is None:
            raise TopologyError(Phrase("its type is {kind}", kind=repr(kind)))
        key, make = single
        if kind.startswith("Multi"):
            return _several([make(self, one) for one in feature[key]])
        return make(self, feature[key])

    def point(self, position: Sequence[float]) -> bytes:
        """A point; quantised, it is no step from another one."""
        return point(self._position(position))

    def line(self, numbers: Sequence[int]) -> bytes:
        """A line of some arcs."""
        return line(self._joined(numbers))

    def _position(self, position: Sequence[float]) -> Points:
        place = np.asarray(position[:2], dtype=np.float64)
        if place.shape != (2,):
            raise TopologyError(Phrase("a position is no pair of numbers"))
        return place if self.grid is None else place * self.grid[0] + self.grid[1]

    def polygon(self, rings: Sequence[Sequence[int]]) -> bytes:
        """A polygon of rings of arcs."""
        edges = [self._joined(ring) for ring in rings]
        for ring in edges:
            if len(ring) < 4 or (ring[0] != ring[-1]).any():
                raise TopologyError(Phrase("a ring that is not closed"))
        return polygon(edges)

    def _joined(self, numbers: Sequence[int]) -> Points:
        """Arcs one after the other, each from where the one before ended; ``~n`` is arc ``n`` backwards."""
        parts: list[Points] = []
        for number in numbers:
            at = number if number >= 0 else ~number
            if isinstance(number, bool) or at >= len(self.arcs):
                raise TopologyError(Phrase("there is no arc {number}", number=at))
            arc = self.arcs[at] if number >= 0 else self.arcs[at][::-1]
            if parts and (parts[-1][-1] != arc[0]).any():
                raise TopologyError(Phrase("arc {number} does not begin where the one before it ends", number=number))
            parts.append(arc[1:] if parts else arc)
        return np.concatenate(parts)


_SIMPLE: Mapping[str, tuple[str, Callable[[_Shapes, Any], bytes]]] = {
    "Point": ("coordinates", _Shapes.point),
    "LineString": ("arcs", _Shapes.line),
    "Polygon": ("arcs", _Shapes.polygon),
}
"""For each simple kind where its places are, and what makes a shape of them."""


def _several(parts: Sequence[bytes]) -> bytes | None:
    return collection(parts) if parts else None


def _table(features: Sequence[Mapping[str, Any]]) -> pa.Table:
    owned = [_properties(one) for one in features]
    names = list(dict.fromkeys(key for one in owned for key in one))
    columns = {key: _column([one.get(key) for one in owned]) for key in names}
    if "id" not in columns and any("id" in one for one in features):
        columns["id"] = _column([one.get("id") for one in features])
    return pa.table(columns) if columns else pa.table({"id": pa.nulls(len(features), pa.large_string())})


def _properties(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    found = feature.get("properties")
    return found if isinstance(found, dict) else {}


def _column(values: Sequence[Any]) -> pa.Array:
    """Values of one type as such, whole numbers among others as those; of several types, or nested, as text."""
    kinds = {type(one) for one in values if one is not None}
    if kinds == {bool}:
        return pa.array(values, type=pa.bool_())
    if kinds == {int} and all(one is None or -(2**63) <= one < 2**63 for one in values):
        return pa.array(values, type=pa.int64())
    if kinds and kinds <= {int, float}:
        return pa.array([None if one is None else float(one) for one in values], type=pa.float64())
    texts = [one if one is None or isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in values]
    return pa.array(texts, type=pa.large_string())


def topojson_kinds(features: Sequence[Mapping[str, Any]]) -> str:
    """The kinds of some features, as GDAL calls them."""
    kinds = sorted({str(one["type"]) for one in features if one.get("type")})
    return ", ".join(kinds) if kinds else "None"
