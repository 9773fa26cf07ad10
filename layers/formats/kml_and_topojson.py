"""Features written as text: KML and TopoJSON, read without a driver so that nothing is followed; GeoJSON by lines."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, ParseError, iterparse
from xml.parsers import expat

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyproj import CRS

from layers.errors import CrsError, GeometryError, SourceError, shown
from layers.formats.active_content import is_plain_crs
from layers.formats.gdal_drivers import check_rows, check_size
from layers.formats.reading_boundary import damaged
from layers.phrases import Phrase

Points = npt.NDArray[np.float64]
"""Two or three numbers a row."""
_POINT, _LINE, _POLYGON, _COLLECTION = 1, 2, 3, 7
_WITH_Z = 0x80000000


def point(coordinates: Points) -> bytes:
    """A point of two or three numbers."""
    return _head(_POINT, len(coordinates)) + _numbers(coordinates)


def line(points: Points) -> bytes:
    """A line through some points."""
    return _head(_LINE, points.shape[1]) + _sequence(points)


def polygon(rings: Sequence[Points]) -> bytes:
    """A polygon: its outer ring, and those of its holes."""
    return b"".join(
        [_head(_POLYGON, rings[0].shape[1]), struct.pack("<I", len(rings)), *(_sequence(ring) for ring in rings)]
    )


def collection(parts: Sequence[bytes]) -> bytes:
    """Several shapes as one: of one simple kind a multipoint, multiline or multipolygon, else a collection.

    Examples
    --------
    >>> import shapely
    >>> shapely.from_wkb(collection([point(np.array([1.0, 2.0]))] * 2)).geom_type
    'MultiPoint'
    """
    kinds = {struct.unpack_from("<I", part, 1)[0] for part in parts}
    plain = {kind & ~_WITH_Z for kind in kinds}
    kind = plain.pop() + 3 if len(plain) == 1 and plain <= {_POINT, _LINE, _POLYGON} else _COLLECTION
    tall = any(kind & _WITH_Z for kind in kinds)
    return b"".join([_head(kind, 3 if tall else 2), struct.pack("<I", len(parts)), *parts])


def _head(kind: int, dimensions: int) -> bytes:
    return struct.pack("<BI", 1, kind | (_WITH_Z if dimensions == 3 else 0))


def _numbers(points: Points) -> bytes:
    return np.ascontiguousarray(points, dtype="<f8").tobytes()


def _sequence(points: Points) -> bytes:
    return struct.pack("<I", len(points)) + _numbers(points)


_SEPARATOR = b"\x1e"
_BOM = b"\xef\xbb\xbf"
_GEOMETRIES = frozenset(
    {"Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"}
)


def check_lines(path: Path, read: int, name: str) -> None:
    """Refuse a file of which fewer features were read than it has lines."""
    if sum(1 for _ in _records(path)) == read:
        return
    for line, text in _records(path):
        if fault := _fault(text):
            raise SourceError(
                Phrase(
                    "layer '{layer}': {file}, line {line}, is no feature: {fault}. It may be damaged or cut short: "
                    "get it anew.",
                    layer=name,
                    file=path.name,
                    line=line,
                    fault=fault,
                ),
                code="damaged",
                layer=name,
            )
    raise damaged(path, name, Phrase("GDAL reads {count} features of it, and it has others", count=read))


def features_by_line(path: Path) -> Iterator[object]:
    """The features of a file, one after another, as JSON has them."""
    for _, text in _records(path):
        yield json.loads(text.removeprefix(_BOM))


def _records(path: Path) -> Iterator[tuple[int, bytes]]:
    """The texts of the features, each with the line on which it begins; blank ones are left out."""
    with path.open("rb") as stream:
        head = stream.read(64).removeprefix(_BOM).lstrip()
        stream.seek(0)
        if not head.startswith(_SEPARATOR):
            yield from ((line, text) for line, text in enumerate(stream, 1) if text.removeprefix(_BOM).strip())
            return
        start, held = 1, b""
        for line, text in enumerate(stream, 1):
            if text.startswith(_SEPARATOR) and held.strip(_SEPARATOR).strip():
                yield start, held.strip(_SEPARATOR)
                start, held = line, b""
            held += text
        if held.strip(_SEPARATOR).strip():
            yield start, held.strip(_SEPARATOR)


def _fault(text: bytes) -> str:
    """Why a text is no feature; nothing where it is one."""
    try:
        content = json.loads(text.removeprefix(_BOM))
    except (ValueError, RecursionError) as error:
        return str(error)
    kind = content.get("type") if isinstance(content, dict) else None
    if kind != "Feature" and kind not in _GEOMETRIES:
        return Phrase("its type is {kind}", kind=repr(kind))
    return ""


KML_DEPTH = 60
"""So deep elements may stand inside of each other."""
_CONTAINERS = ("Document", "Folder")
_SHAPES = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry")
_UNREAD = ("Model", "Track", "MultiTrack")
_BLOCK = 2**16
_KINDS = {1: "Point", 2: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon"}


class KmlLayer(NamedTuple):
    """The placemarks of one folder."""

    table: pa.Table
    geometry: pa.ChunkedArray


@dataclass
class _Placemark:
    """What stands in a placemark; the folder around it may get its name later."""

    folder: list[str]
    texts: dict[str, str] = field(default_factory=dict)
    shape: bytes | None = None


def kml_layers(path: Path, name: str) -> dict[str, KmlLayer]:
    """The folders and documents of a KML file that hold placemarks, by their names."""
    check_size(path.stat().st_size, path, name)
    reader = _Reader(path, name)
    try:
        _refuse_declarations(path, name)
        reader.read()
    except (ParseError, expat.ExpatError, LookupError, UnicodeError) as error:
        raise damaged(path, name, error) from error
    reader.raise_faults()
    check_rows(len(reader.placemarks), path, name)
    folders: dict[str, list[_Placemark]] = {}
    for placemark in reader.placemarks:
        folders.setdefault(placemark.folder[0].strip() or path.stem, []).append(placemark)
    return {folder: _layer(placemarks, path, name) for folder, placemarks in folders.items()}


def _refused(path: Path, name: str, what: str) -> SourceError:
    return SourceError(
        Phrase(
            "layer '{layer}': {file} {fault}. Only what stands in the file itself is read: save its places anew as "
            "KML, for instance with QGIS.",
            layer=name,
            file=path.name,
            fault=what,
        ),
        code="computed",
        layer=name,
    )


class _FirstElement(Exception):  # noqa: N818  (no error: what can declare entities ends here)
    """The root of the document begins."""


def _refuse_declarations(path: Path, name: str) -> None:
    """Refuse a document type, which may declare entities; it can only stand before the root."""

    def begin(*_: object) -> None:
        raise _FirstElement

    def declare(*_: object) -> None:
        raise _refused(path, name, Phrase("declares a document type, which may hold entities"))

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = begin, declare
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                parser.Parse(block)
    except _FirstElement:
        return
    parser.Parse(b"", True)


class _Reader:
    """One pass over a document, placemark by placemark."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self.placemarks: list[_Placemark] = []
        self._faults: dict[str, list[str]] = {}

    def read(self) -> None:
        root = [""]  # the name of the folder: one that stands behind its placemarks holds for them, too
        folders, open_elements = [root], list[Element]()
        for event, element in iterparse(self.path, events=("start", "end")):  # noqa: S314  (as above)
            kind = _local(element)
            if event == "start":
                self._check_start(kind, open_elements)
                open_elements.append(element)
                if kind in _CONTAINERS:
                    folders.append([""])
                continue
            open_elements.pop()
            around = _local(open_elements[-1]) if open_elements else ""
            if kind in _CONTAINERS:
                folders.pop()
            elif kind == "name" and around in _CONTAINERS:
                folders[-1][0] = element.text or ""
            elif kind == "Placemark":
                self.placemarks.append(self._placemark(element, folders[-1]))
            if around in _CONTAINERS and open_elements:
                open_elements[-1].remove(element)  # a large document does not fit into memory as a tree

    def _check_start(self, kind: str, around: Sequence[Element]) -> None:
        if not around and kind != "kml":
            raise damaged(
                self.path, self.name, Phrase("it begins with {kind}, not with kml", kind=repr(kind)), "format"
            )
        if kind == "NetworkLink":
            raise _refused(self.path, self.name, Phrase("links to another document (NetworkLink)"))
        if len(around) >= KML_DEPTH:
            raise _refused(self.path, self.name, Phrase("nests more than {most} elements", most=KML_DEPTH))

    def _placemark(self, element: Element, folder: list[str]) -> _Placemark:
        placemark = _Placemark(folder)
        for child in element:
            kind = _local(child)
            if kind in ("name", "description") and (text := (child.text or "").strip()):
                placemark.texts.setdefault(kind, text)
            elif kind == "ExtendedData":
                for key, text in _extended(child):
                    if placemark.texts.setdefault(key, text) != text:
                        self._fault(Phrase("two values for '{column}'", column=key))
            elif kind in _SHAPES:
                placemark.shape = self._shape(child)
            elif kind in _UNREAD:
                self._fault(Phrase("a shape that is not read ({kind})", kind=kind))
        return placemark

    def _fault(self, what: str) -> None:
        self._faults.setdefault(what, []).append(str(len(self.placemarks) + 1))

    def raise_faults(self) -> None:
        for what, rows in self._faults.items():
            raise GeometryError(
                Phrase(
                    "layer '{layer}': {count} placemark(s) of {file} have {fault}: number {ids}. Draw or save them "
                    "anew.",
                    layer=self.name,
                    count=len(rows),
                    file=self.path.name,
                    fault=what,
                    ids=shown(rows),
                ),
                code="geometry_unreadable",
                layer=self.name,
                features=rows,
            )

    def _shape(self, element: Element) -> bytes | None:
        kind = _local(element)
        if kind == "MultiGeometry":
            parts = [self._shape(child) for child in element if _local(child) in _SHAPES]
            strange = [_local(child) for child in element if _local(child) in _UNREAD]
            if strange:
                self._fault(Phrase("a shape that is not read ({kind})", kind=strange[0]))
            shapes = [part for part in parts if part is not None]
            return collection(shapes) if shapes else None
        if kind == "Polygon":
            edges = [
                self._points(ring, 4)
                for side in ("outerBoundaryIs", "innerBoundaryIs")
                for boundary in element
                if _local(boundary) == side
                for ring in boundary
                if _local(ring) == "LinearRing"
            ]
            rings = [ring for ring in edges if ring is not None]
            if any((ring[0] != ring[-1]).any() for ring in rings):
                self._fault(Phrase("a ring that is not closed"))
                return None
            if len({ring.shape[1] for ring in rings}) > 1:
                rings = [ring[:, :2] for ring in rings]
            return polygon(rings) if rings and edges[0] is not None else None
        points = self._points(element, 1 if kind == "Point" else 2)
        if points is None:
            return None
        return point(points[0]) if kind == "Point" else line(points)

    def _points(self, element: Element, least: int) -> Points | None:
        """The coordinates of a point, line or ring; none where there are none, or where they are a fault."""
        texts = [child.text or "" for child in element if _local(child) == "coordinates"]
        places = [position.split(",") for text in texts for position in text.split()]
        if not places:
            return None
        try:
            points = np.asarray([[float(number) for number in position] for position in places])
        except ValueError:  # no number, or places of two and of three numbers
            points = np.empty((0, 0))
        if points.ndim != 2 or points.shape[1] not in (2, 3) or len(points) < least:
            self._fault(Phrase("coordinates that are none"))
            return None
        return points


def _local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def _extended(element: Element) -> Iterator[tuple[str, str]]:
    """Names and values of extended data, typed or not; empty values are left out."""
    for descendant in element.iter():
        kind, key = _local(descendant), descendant.attrib.get("name", "")
        if kind == "SimpleData" and (descendant.text or "").strip():
            yield key, (descendant.text or "").strip()
        elif kind == "Data":
            value = next((part.text for part in descendant if _local(part) == "value"), None)
            if (value or "").strip():
                yield key, (value or "").strip()


def _layer(placemarks: Sequence[_Placemark], path: Path, name: str) -> KmlLayer:
    names = list(dict.fromkeys(key for placemark in placemarks for key in placemark.texts))
    if "" in names:
        raise _refused(path, name, Phrase("has data without a name"))
    columns = {
        key: pa.array([placemark.texts.get(key) for placemark in placemarks], type=pa.large_string()) for key in names
    }
    shapes = pa.array([placemark.shape for placemark in placemarks], type=pa.binary())
    table = pa.table(columns) if columns else pa.table({"name": pa.nulls(len(placemarks), pa.large_string())})
    return KmlLayer(table, pa.chunked_array([shapes]))


def kml_kinds(layer: KmlLayer) -> str:
    """The kinds of the shapes of a layer, as GDAL calls them."""
    kinds = {_KINDS.get(blob[1], "GeometryCollection") for blob in layer.geometry.to_pylist() if blob is not None}
    return ", ".join(sorted(kinds)) if kinds else "None"


TOPOJSON_DEPTH = 30
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
    return {key: _features(content) for key, content in _topology(path, name)["objects"].items()}


def read_topojson(path: Path, name: str, chosen: str) -> TopoObject:
    """The features of one object, arcs joined."""
    topology = _topology(path, name)
    features = _features(topology["objects"][chosen])
    check_rows(len(features), path, name)
    blobs: list[bytes | None] = []
    shapes = None
    try:
        shapes = _Shapes(topology)
        blobs.extend(shapes.of(feature) for feature in features)
    except (KeyError, IndexError, TypeError, ValueError, OverflowError, RecursionError) as error:
        location: str = (
            Phrase("feature {row} of '{name}'", row=len(blobs) + 1, name=chosen) if shapes else Phrase("an arc")
        )
        fault = str(error) if isinstance(error, TopologyError) else f"{type(error).__name__}: {error}"
        raise damaged(path, name, Phrase("{place}: {fault}", place=location, fault=fault)) from error
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
        topology = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise damaged(path, name, error) from error
    if (
        not isinstance(topology, dict)
        or topology.get("type") != "Topology"
        or not isinstance(topology.get("objects"), dict)
    ):
        raise damaged(path, name, Phrase("it is no topology with objects"))
    return topology


def _features(content: Any) -> list[Mapping[str, Any]]:
    """A collection as its geometries, anything else as one feature."""
    if isinstance(content, dict) and content.get("type") == "GeometryCollection":
        content = content.get("geometries")
    features = content if isinstance(content, list) else [content]
    return [feature if isinstance(feature, dict) else {} for feature in features]


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
        self.arcs = [self._arc(positions) for positions in topology.get("arcs", [])]

    def _arc(self, positions: Sequence[Sequence[float]]) -> Points:
        """The points of an arc, in two dimensions: the format says nothing of more."""
        if self.grid is None:
            points = np.asarray([position[:2] for position in positions], dtype=np.float64)
        else:
            steps = np.asarray([position[:2] for position in positions])
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
        if depth > TOPOJSON_DEPTH:
            raise TopologyError(Phrase("collections nested too deeply"))
        if kind == "GeometryCollection":
            parts = (self.of(geometry, depth + 1) for geometry in feature["geometries"])
            return _several([part for part in parts if part is not None])
        single = _SIMPLE.get(str(kind).removeprefix("Multi"))
        if single is None:
            raise TopologyError(Phrase("its type is {kind}", kind=repr(kind)))
        key, make = single
        if kind.startswith("Multi"):
            return _several([make(self, coordinates) for coordinates in feature[key]])
        return make(self, feature[key])

    def point(self, position: Sequence[float]) -> bytes:
        """A point; quantised, it is no step from another one."""
        return point(self._position(position))

    def line(self, numbers: Sequence[int]) -> bytes:
        """A line of some arcs."""
        return line(self._joined(numbers))

    def _position(self, position: Sequence[float]) -> Points:
        pair = np.asarray(position[:2], dtype=np.float64)
        if pair.shape != (2,):
            raise TopologyError(Phrase("a position is no pair of numbers"))
        return pair if self.grid is None else pair * self.grid[0] + self.grid[1]

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
    owned = [_properties(feature) for feature in features]
    names = list(dict.fromkeys(key for properties in owned for key in properties))
    columns = {key: _column([properties.get(key) for properties in owned]) for key in names}
    if "id" not in columns and any("id" in feature for feature in features):
        columns["id"] = _column([feature.get("id") for feature in features])
    return pa.table(columns) if columns else pa.table({"id": pa.nulls(len(features), pa.large_string())})


def _properties(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = feature.get("properties")
    return properties if isinstance(properties, dict) else {}


def _column(values: Sequence[Any]) -> pa.Array:
    """Values of one type as such, whole numbers among others as those; of several types, or nested, as text."""
    kinds = {type(cell) for cell in values if cell is not None}
    if kinds == {bool}:
        return pa.array(values, type=pa.bool_())
    if kinds == {int} and all(cell is None or -(2**63) <= cell < 2**63 for cell in values):
        return pa.array(values, type=pa.int64())
    if kinds and kinds <= {int, float}:
        return pa.array([None if cell is None else float(cell) for cell in values], type=pa.float64())
    texts = [cell if cell is None or isinstance(cell, str) else json.dumps(cell, ensure_ascii=False) for cell in values]
    return pa.array(texts, type=pa.large_string())


def topojson_kinds(features: Sequence[Mapping[str, Any]]) -> str:
    """The kinds of some features, as GDAL calls them."""
    kinds = sorted({str(feature["type"]) for feature in features if feature.get("type")})
    return ", ".join(kinds) if kinds else "None"
