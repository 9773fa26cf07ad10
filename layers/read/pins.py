"""Pins: what a source held when somebody said that this is what the plan was made of, and whether it still does."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.crs import project, working_crs
from layers.errors import CrsError, GeometryError, SourceError, ZoneplanError
from layers.formats import Raster, digest, parts_of
from layers.phrases import SEMICOLON, Phrase, phrase_list
from layers.sources import Extract, Pin

Content = TypeVar("Content", gpd.GeoDataFrame, pd.DataFrame, Raster)
"""What a file holds: features, the rows of a table, a grid."""
_DECIMALS = 6
"""Of the numbers of a box: a tenth of a metre in degrees."""
_AREA_TOLERANCE = 1e-6
"""Relative: another version of PROJ may give the last digits otherwise."""


def source_digest(path: Path) -> str:
    """The sha256 of a source."""
    if isinstance(path, Extract):
        return path.sha256
    parts = parts_of(path)
    if len(parts) == 1:
        return digest(path)
    lines = "".join(f"{digest(part)}  {part.suffix.lower()}\n" for part in parts)
    return hashlib.sha256(lines.encode()).hexdigest()


def pin_of(content: Content, sha256: str) -> Pin:
    """What a pin says of a source: all features or rows as the file has them, before ``where`` and any repair.

    Examples
    --------
    >>> from shapely import box
    >>> lake = gpd.GeoDataFrame(geometry=[box(4e6, 3e6, 4e6 + 2000, 3e6 + 1000)], crs="EPSG:3035")
    >>> pin = pin_of(lake, "0" * 64)
    >>> pin.rows, pin.box, pin.area_ha
    (1, (4000000.0, 3000000.0, 4002000.0, 3001000.0), 200.0)
    >>> pin_of(pd.DataFrame({"people": [1, 2, 3]}), "0" * 64).rows
    3
    """
    if isinstance(content, Raster):
        grid, (height, width) = content.transform, content.shape
        edges = (grid.c, grid.f + grid.e * height, grid.c + grid.a * width, grid.f)
        return Pin(sha256=sha256, box=_rounded(edges))
    if not isinstance(content, gpd.GeoDataFrame):
        return Pin(sha256=sha256, rows=len(content))
    shapes = np.asarray(content.geometry.array)
    drawn = content[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)]
    box = _rounded(tuple(drawn.total_bounds)) if len(drawn) else None
    return Pin(sha256=sha256, rows=len(content), box=box, area_ha=_area_ha(drawn))


def _rounded(numbers: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(round(float(number), _DECIMALS) + 0.0 for number in numbers)


def _area_ha(drawn: gpd.GeoDataFrame) -> float | None:
    """The area of all polygons, None where there are none, or where they go round the earth."""
    shapes = np.asarray(drawn.geometry.array)
    polygons = drawn[[drawn.geometry.name]][shapely.get_dimensions(shapes) == 2]
    if polygons.empty:
        return None
    try:
        return round(float(project(polygons, working_crs(polygons)).area.sum()) / 1e4, 4)
    except (CrsError, GeometryError):
        return None


def hold_to_pin(
    pin: Pin | None, path: Path, name: str, read: Callable[[], tuple[Content, pd.DataFrame]], *keys: str | int
) -> tuple[Content, pd.DataFrame]:
    """Read a source, and refuse it where it is not what was pinned."""
    if pin is None:
        return read()
    sha256, rest = source_digest(path), None
    try:
        rest = content, note = read()
    except ZoneplanError as error:
        if sha256 == pin.sha256:
            raise
        differing = [_pair("sha256", pin.sha256, sha256)]
        more: str = Phrase(" It cannot be read now: {error}", error=error)
    else:
        actual, more = pin_of(content, sha256), ""
        differing = [
            _pair(key, pinned, other) for key, pinned, other in _pairs(pin, actual) if _differ(key, pinned, other)
        ]
        if not differing:
            return content, note
    refused = SourceError(
        Phrase(
            "{place}: {file} is not what was pinned: {differing}. Get the file that was pinned or, if this one is "
            "meant, pin it anew with zoneplan check --pin.{more}",
            place=Phrase("table '{table}'", table=name)
            if keys[:1] == ("tables",)
            else Phrase("layer '{layer}'", layer=name),
            file=path.name,
            differing=phrase_list(differing, SEMICOLON),
            more=more,
        ),
        code="pin",
        layer=name,
        keys=(*keys, "pin"),
    )
    refused.rest = rest
    raise refused


def _pairs(pinned: Pin, actual: Pin) -> Iterator[tuple[str, object, object]]:
    yield from ((key, getattr(pinned, key), getattr(actual, key)) for key in Pin.model_fields)


def _differ(key: str, pinned: object, actual: object) -> bool:
    if key == "area_ha" and isinstance(pinned, float) and isinstance(actual, float):
        return not math.isclose(pinned, actual, rel_tol=_AREA_TOLERANCE, abs_tol=1e-4)
    return pinned != actual


def _pair(key: str, pinned: object, actual: object) -> str:
    return Phrase("{key} pinned {pinned}, found {found}", key=key, pinned=_shown(pinned), found=_shown(actual))


def _shown(value: object) -> str:
    return Phrase("nothing") if value is None else str(list(value) if isinstance(value, tuple) else value)
