"""GeoJSON one feature a line (GeoJSONSeq, RFC 8142): whether each line is a feature, for GDAL passes over others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from layers.errors import SourceError
from layers.formats.reading_boundary import damaged
from layers.phrases import Phrase

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
        found = json.loads(text.removeprefix(_BOM))
    except (ValueError, RecursionError) as error:
        return str(error)
    kind = found.get("type") if isinstance(found, dict) else None
    if kind != "Feature" and kind not in _GEOMETRIES:
        return Phrase("its type is {kind}", kind=repr(kind))
    return ""
