"""Who is upstream of whom, out of lines that are drawn the way the water runs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely


def river_pairs(units: gpd.GeoDataFrame, rivers: gpd.GeoDataFrame, by: str | None = None) -> pd.DataFrame:
    """The pairs of neighbours along rivers: the water of one runs straight into the other.

    Examples
    --------
    >>> from shapely.geometry import LineString, box
    >>> units = gpd.GeoDataFrame(index=["a", "b", "c"], geometry=[box(x, 0, x + 1, 1) for x in (0, 1, 2)], crs=3035)
    >>> river = gpd.GeoDataFrame(geometry=[LineString([(2.5, 0.5), (0.5, 0.5)])], crs=3035)
    >>> river_pairs(units, river).to_dict("records")[0]
    {'upstream': 'b', 'downstream': 'a', 'crossings': 1}
    """
    names = (units.index if by is None else units[by]).astype(str).to_numpy()
    lines = shapely.get_parts(shapely.line_merge(rivers.geometry.to_numpy()))
    found = [pair for line in lines for pair in _pairs(line, units.geometry.to_numpy(), names)]
    table = pd.DataFrame(found, columns=["upstream", "downstream"], dtype="str")
    return table.groupby(["upstream", "downstream"], sort=True).size().rename("crossings").reset_index()


def _pairs(line: shapely.LineString, shapes: np.ndarray, names: np.ndarray) -> Iterator[tuple[str, str]]:
    """Each change of hands along one line, from its first point on."""
    touched = np.flatnonzero(shapely.intersects(shapes, line))
    stretches = shapely.intersection(shapes[touched], line)
    parts, owner = shapely.get_parts(stretches, return_index=True)
    running = shapely.length(parts) > 0
    parts, owner = parts[running], touched[owner[running]]
    places = shapely.line_locate_point(line, shapely.line_interpolate_point(parts, 0.5, normalized=True))
    passed = names[owner[np.lexsort((names[owner], places))]]
    for upper, lower in pairwise(passed):
        if upper != lower:
            yield str(upper), str(lower)
