"""What a file of features may not hold: a CRS behind a link, and tables that are computed when they are read.

GDAL follows the link, so that another machine decides where the features lie; and it runs the view, which may never
end, or give other rows each time it is asked.
"""

from __future__ import annotations

import json
import mmap
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from pyproj import CRS
from pyproj.exceptions import CRSError

from layers.errors import CrsError, SourceError, shown
from layers.formats.gdal_drivers import Format
from layers.formats.reading_boundary import damaged
from layers.phrases import Phrase

_BETWEEN = rb"(?:\s|/\*.*?\*/|//[^\n]*\n)*"  # GDAL's parser takes comments, and keys in single quotes
_CRS_KEY = re.compile(
    rb"""["'](?:c|\\u0063)(?:r|\\u0072)(?:s|\\u0073)["']""" + _BETWEEN + rb":" + _BETWEEN + rb"(?=\{)", re.DOTALL
)
_CODE = re.compile(r"(?:urn:ogc:def:crs:|https?://www\.opengis\.net/def/crs/|)\w+(?:[:/][\w.]*)?[:/]\w+")
_NAME = re.compile(r"[\w /()+-]+")
_LONGEST = 4096
"""Bytes that a CRS takes at most."""

_COMPUTED = """
SELECT type || ' ' || name FROM sqlite_master WHERE type = 'view'
UNION ALL
SELECT 'virtual table ' || name FROM sqlite_master
WHERE type = 'table' AND sql LIKE 'create virtual%' AND sql NOT LIKE '% using rtree%'
UNION ALL
SELECT 'computed column ' || x.name || ' of ' || m.name FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS x
WHERE m.type = 'table' AND m.sql NOT LIKE 'create virtual%' AND x.hidden IN (2, 3)
ORDER BY 1
"""
"""Triggers are left alone: every GeoPackage has some, they run on writing, and nothing is written."""


def refuse_active_content(path: Path, file_format: Format, name: str) -> None:
    """Refuse a file that would have GDAL ask elsewhere or compute what is to be read."""
    if file_format.name == "GeoJSON":
        _refuse_links(path, name)
    elif file_format.name == "GPKG":
        _refuse_views(path, name)


def _refuse_links(path: Path, name: str) -> None:
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as text:
        if text.find(b"crs") < 0 and text.find(b"\\u00") < 0:
            return
        stated = [text[match.end() : match.end() + _LONGEST] for match in _CRS_KEY.finditer(text)]
    for crs_text in stated:
        if not is_plain_crs(crs_text.decode("utf-8", errors="replace")):
            start = re.sub(r"\s+", " ", crs_text[:80].decode("utf-8", errors="replace"))
            raise CrsError(
                Phrase(
                    "layer '{layer}': the 'crs' of {file} is neither a name nor a code ({start} ...), and a link is "
                    'never followed. Export the file anew, in longitude and latitude, or write "crs": {{"type": '
                    '"name", '
                    '"properties": {{"name": "urn:ogc:def:crs:EPSG::4326"}}}}.',
                    layer=name,
                    file=path.name,
                    start=start,
                ),
                code="crs_link",
                layer=name,
            )


def is_plain_crs(text: str) -> bool:
    """Whether a ``crs`` of GeoJSON, with whatever follows it, is a name or code that PROJ knows by itself.

    Examples
    --------
    >>> is_plain_crs('{"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, "features": []')
    True
    >>> is_plain_crs('{"type": "link", "properties": {"href": "http://example.com/crs", "type": "proj4"}}')
    False
    """
    try:
        stated, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    properties = stated.get("properties")
    if not isinstance(properties, dict) or not stated.keys() <= {"type", "properties"}:
        return False
    if str(stated.get("type")).lower() == "epsg":
        return properties.keys() == {"code"} and str(properties["code"]).isdigit()
    crs_name = properties.get("name")
    if stated.get("type") != "name" or properties.keys() != {"name"} or not isinstance(crs_name, str):
        return False
    return _CODE.fullmatch(crs_name) is not None or (_NAME.fullmatch(crs_name) is not None and _is_known(crs_name))


def _is_known(name: str) -> bool:
    """Whether PROJ knows a CRS of this name; else GDAL would look for a file that is called so."""
    try:
        CRS.from_user_input(name)
    except CRSError:
        return False
    return True


def _refuse_views(path: Path, name: str) -> None:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as store:
            store.execute("PRAGMA trusted_schema = OFF")
            computed = [str(row[0]) for row in store.execute(_COMPUTED)]
    except sqlite3.Error as error:
        raise damaged(path, name, error) from error
    if computed:
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} holds {count} thing(s) that are computed when they are read: {ids}. Only "
                "tables are read: export the layer to a file of its own, for instance from QGIS.",
                layer=name,
                file=path.name,
                count=len(computed),
                ids=shown(computed),
            ),
            code="computed",
            layer=name,
        )
