"""KML: the placemarks of a document, read without a driver, so that nothing in it is followed or expanded.

A document may link to others (NetworkLink), declare entities that read files or grow without end, and nest without end:
each is refused. Pictures, styles, tours and overlays are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError, iterparse  # one with a DTD or entities is refused
from xml.parsers import expat

import numpy as np
import pyarrow as pa

from layers.errors import GeometryError, SourceError, shown
from layers.formats.gdal_drivers import check_rows, check_size
from layers.formats.reading_boundary import damaged
from layers.formats.text_features.well_known_binary import Points, collection, line, point, polygon
from layers.phrases import Phrase

MAX_DEPTH = 60
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
    for one in reader.placemarks:
        folders.setdefault(one.folder[0].strip() or path.stem, []).append(one)
    return {folder: _layer(found, path, name) for folder, found in folders.items()}


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
        if len(around) >= MAX_DEPTH:
            raise _refused(self.path, self.name, Phrase("nests more than {most} elements", most=MAX_DEPTH))

    def _placemark(self, element: Element, folder: list[str]) -> _Placemark:
        found = _Placemark(folder)
        for child in element:
            kind = _local(child)
            if kind in ("name", "description") and (text := (child.text or "").strip()):
                found.texts.setdefault(kind, text)
            elif kind == "ExtendedData":
                for key, text in _extended(child):
                    if found.texts.setdefault(key, text) != text:
                        self._fault(Phrase("two values for '{column}'", column=key))
            elif kind in _SHAPES:
                found.shape = self._shape(child)
            elif kind in _UNREAD:
                self._fault(Phrase("a shape that is not read ({kind})", kind=kind))
        return found

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
            parts = [self._shape(one) for one in element if _local(one) in _SHAPES]
            strange = [_local(one) for one in element if _local(one) in _UNREAD]
            if strange:
                self._fault(Phrase("a shape that is not read ({kind})", kind=strange[0]))
            kept = [one for one in parts if one is not None]
            return collection(kept) if kept else None
        if kind == "Polygon":
            edges = [
                self._points(ring, 4)
                for side in ("outerBoundaryIs", "innerBoundaryIs")
                for boundary in element
                if _local(boundary) == side
                for ring in boundary
                if _local(ring) == "LinearRing"
            ]
            rings = [one for one in edges if one is not None]
            if any((one[0] != one[-1]).any() for one in rings):
                self._fault(Phrase("a ring that is not closed"))
                return None
            if len({one.shape[1] for one in rings}) > 1:
                rings = [one[:, :2] for one in rings]
            return polygon(rings) if rings and edges[0] is not None else None
        points = self._points(element, 1 if kind == "Point" else 2)
        if points is None:
            return None
        return point(points[0]) if kind == "Point" else line(points)

    def _points(self, element: Element, least: int) -> Points | None:
        """The coordinates of a point, line or ring; none where there are none, or where they are a fault."""
        texts = [one.text or "" for one in element if _local(one) == "coordinates"]
        places = [one.split(",") for text in texts for one in text.split()]
        if not places:
            return None
        try:
            points = np.asarray([[float(number) for number in one] for one in places])
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
    for one in element.iter():
        kind, key = _local(one), one.attrib.get("name", "")
        if kind == "SimpleData" and (one.text or "").strip():
            yield key, (one.text or "").strip()
        elif kind == "Data":
            value = next((part.text for part in one if _local(part) == "value"), None)
            if (value or "").strip():
                yield key, (value or "").strip()


def _layer(placemarks: Sequence[_Placemark], path: Path, name: str) -> KmlLayer:
    names = list(dict.fromkeys(key for one in placemarks for key in one.texts))
    if "" in names:
        raise _refused(path, name, Phrase("has data without a name"))
    columns = {key: pa.array([one.texts.get(key) for one in placemarks], type=pa.large_string()) for key in names}
    shapes = pa.array([one.shape for one in placemarks], type=pa.binary())
    table = pa.table(columns) if columns else pa.table({"name": pa.nulls(len(placemarks), pa.large_string())})
    return KmlLayer(table, pa.chunked_array([shapes]))


def kml_kinds(found: KmlLayer) -> str:
    """The kinds of the shapes of a layer, as GDAL calls them."""
    kinds = {_KINDS.get(one[1], "GeometryCollection") for one in found.geometry.to_pylist() if one is not None}
    return ", ".join(sorted(kinds)) if kinds else "None"
