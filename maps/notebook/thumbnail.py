"""Thumbnails: units as a small SVG, one path a colour."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely

from maps.style import Frame, svg_path

SIZE_PX = 220


def thumbnail(units: gpd.GeoDataFrame, fills: Sequence[str], edge: str) -> str:
    """Units as a small picture.

    Examples
    --------
    >>> from shapely import box
    >>> square = gpd.GeoDataFrame(geometry=[box(0, 0, 1000, 1000)], crs="EPSG:3035")
    >>> thumbnail(square, ["#5FA383"], "#2B3135").count("<path")
    1
    """
    shapes = np.asarray(units.geometry.array)
    frame = Frame.around(units.total_bounds, SIZE_PX, SIZE_PX)
    small = shapely.area(shapely.envelope(shapes)) < frame.metres_per_px**2 * 4
    drawn = np.where(small, shapely.envelope(shapes), shapes)
    drawn = shapely.simplify(drawn, frame.metres_per_px * 0.7, preserve_topology=False)
    drawn = np.where(shapely.is_empty(drawn), shapely.envelope(shapes), drawn)
    colours, paths = np.asarray(fills, dtype=object), []
    width = 0.4 if len(units) < 1000 else 0.15
    for fill in dict.fromkeys(fills):
        path = svg_path(drawn[colours == fill], frame)
        paths.append(f'<path d="{path}" fill="{fill}"/>')
    size = f'width="{frame.width_px:.0f}" height="{frame.height_px:.0f}"'
    box = f'viewBox="0 0 {frame.width_px * 10:.0f} {frame.height_px * 10:.0f}"'
    look = f'fill-rule="evenodd" stroke="{edge}" stroke-width="{width * 10:g}" stroke-opacity=".45"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} role="img" {look}>{"".join(paths)}</svg>'
