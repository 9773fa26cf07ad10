"""Shaded relief of a plan's own heights: shadow and light over colours, as a picture in PNG.

Dark with alpha on a colour is the same as multiplying with it, so that no page needs a blend mode.
"""

from __future__ import annotations

import base64
import struct
import zlib
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from affine import Affine

from layers.crs import box_in
from layers.formats import load_gdal
from layers.raster import HeightGrid
from zoning.plan import Plan

Bytes = npt.NDArray[np.uint8]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_INDEXED = 3
_UP = 2


def png(pixels: Bytes, palette: Bytes) -> bytes:
    """A picture as a PNG of indexed colours.

    Notes
    -----
    Each row is written as its difference to the one above, which packs best where colours stand in the palette as
    they follow each other on the picture. What is packed are runs of equal bytes alone: a search for all that is
    alike would save a twentieth and take ten times as long.

    Examples
    --------
    >>> png(np.zeros((1, 1), np.uint8), np.array([[255, 0, 0, 128]], np.uint8))[1:4]
    b'PNG'
    """
    rows, columns = pixels.shape
    above = np.vstack([np.zeros((1, columns), np.uint8), pixels[:-1]])
    filtered = np.column_stack([np.full(rows, _UP, np.uint8), pixels - above])
    return _SIGNATURE + b"".join(
        _chunk(kind, content)
        for kind, content in (
            (b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, _INDEXED, 0, 0, 0)),
            (b"PLTE", palette[:, :3].tobytes()),
            (b"tRNS", palette[:, 3].tobytes()),
            (b"IDAT", _packed(filtered.tobytes())),
            (b"IEND", b""),
        )
    )


def _packed(content: bytes) -> bytes:
    packer = zlib.compressobj(strategy=zlib.Z_RLE)
    return packer.compress(content) + packer.flush()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


Floats = npt.NDArray[np.float32]
Bounds = tuple[float, float, float, float]

SIDE_PX = 900
"""Of the longer side of a picture."""
LIGHTS = ((315.0, 0.55), (270.0, 0.2), (0.0, 0.15), (225.0, 0.1))
"""Where light comes from, degrees clockwise from north, and how much of it."""
ALTITUDE = np.radians(45.0)
STEEP = 0.62
"""How steep the steepest tenth of the land is drawn, as rise by run: heights are stretched until it is."""
MOST_STRETCHED = 14.0
COARSE = 2
"""Pixels on a side of the squares that light is worked out for; between their middles it changes evenly."""
SOFT, AROUND = 1.2, 14.0
"""Pixels: how far heights are softened, and how wide the surroundings are above which ridges are lifted."""
FADE = 60.0
"""Pixels over which the picture fades to the edge of the heights."""
OUTSIDE = 0.3
"""Strength outside of the study."""
SHADOW, LIGHT = (38, 34, 44), (255, 253, 246)
DARKEST, LIGHTEST = 0.46, 0.30
"""Largest alpha of shadow and of light."""
STRIP = 128
"""Rows or columns that are worked on at a time, so that what is in between stays small."""
LEVELS = 24
"""Steps of alpha of either."""


class Relief(NamedTuple):
    """A picture of shadow and light."""

    image: bytes
    bounds: Bounds
    width: int
    height: int

    @property
    def data_url(self) -> str:
        """The picture as an address that holds it."""
        return f"data:image/png;base64,{base64.b64encode(self.image).decode('ascii')}"


def relief(
    plan: Plan,
    crs: pyproj.CRS | None = None,
    *,
    outline: shapely.Geometry | None = None,
    side_px: int = SIDE_PX,
) -> Relief | None:
    """The relief of a plan's own heights.

    Notes
    -----
    Heights are resampled by a cubic spline, softened, lifted a little above their surroundings, and lit from the
    north-west and three more sides. The stretch of heights follows from how steep the land is at this scale. Light is
    worked out for squares of a few pixels, for softened heights have nothing finer.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> picture = relief(plan)
    >>> picture.height, len(picture.image) < 300_000
    (900, True)
    """
    if plan.heights is None:
        return None
    target = pyproj.CRS(crs or plan.units.crs)
    grid = _Grid.over(plan.heights, target, side_px)
    if grid is None:
        return None
    squares = grid.coarser(COARSE)
    heights, known = squares.resampled(plan.heights)
    strength = _fade(known, squares.scaled(FADE))
    if outline is not None:
        strength *= OUTSIDE + (1 - OUTSIDE) * squares.share_of(outline)
    tone = _tone(_shade(heights, known, squares), strength)
    return Relief(png(*_coloured(_enlarged(tone, grid.shape))), grid.bounds, *grid.shape[::-1])


class _Grid(NamedTuple):
    """The pixels of a picture on the ground."""

    crs: pyproj.CRS
    bounds: Bounds
    cell: float
    shape: tuple[int, int]
    side_px: float

    @classmethod
    def over(cls, heights: HeightGrid, crs: pyproj.CRS, side_px: int) -> _Grid | None:
        """Where all heights have a place; none where the map has no place for them in one piece."""
        (rows, columns), at = heights.steps.shape, heights.transform
        bounds = np.array([at.c, at.f + rows * at.e, at.c + columns * at.a, at.f])
        boxes = box_in(bounds, heights.crs, crs)
        if len(boxes) != 1 or not np.isfinite(boxes).all():
            return None
        west, south, east, north = map(float, boxes[0])
        cell = max(east - west, north - south) / side_px
        shape = max(1, round((north - south) / cell)), max(1, round((east - west) / cell))
        return cls(crs, (west, north - shape[0] * cell, west + shape[1] * cell, north), cell, shape, side_px)

    def coarser(self, times: int) -> _Grid:
        """Squares of so many pixels a side that cover the picture, from its north-western corner on."""
        west, _, _, north = self.bounds
        rows, columns = (-(-pixels // times) for pixels in self.shape)
        cell = self.cell * times
        bounds = (west, north - rows * cell, west + columns * cell, north)
        return _Grid(self.crs, bounds, cell, (rows, columns), self.side_px / times)

    @property
    def transform(self) -> Affine:
        return Affine(self.cell, 0, self.bounds[0], 0, -self.cell, self.bounds[3])

    def scaled(self, pixels: float) -> float:
        """Pixels of a picture of full size, on this one."""
        return pixels * self.side_px / SIDE_PX

    def resampled(self, heights: HeightGrid) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Heights at each pixel, and where there are any; elsewhere they are those of the mean."""
        load_gdal("rasterio")
        from rasterio.warp import Resampling, reproject  # noqa: PLC0415  (loaded by load_gdal)

        source = heights.heights_m.astype(np.float32)
        there = np.isfinite(source)
        way = {
            "src_transform": heights.transform,
            "src_crs": heights.crs.to_wkt(),
            "dst_transform": self.transform,
            "dst_crs": self.crs.to_wkt(),
        }
        filled, share = np.zeros(self.shape, np.float32), np.zeros(self.shape, np.float32)
        mean = source[there].mean()
        reproject(np.where(there, source, mean) - mean, filled, resampling=Resampling.cubic_spline, **way)
        reproject(there.astype(np.float32), share, resampling=Resampling.bilinear, **way)
        return filled, share > 0.6

    def share_of(self, outline: shapely.Geometry) -> Floats:
        """1 in a shape, 0 outside of it, softened."""
        load_gdal("rasterio")
        from rasterio.features import rasterize  # noqa: PLC0415  (loaded by load_gdal)

        drawn = rasterize([(outline, 1)], out_shape=self.shape, transform=self.transform, dtype="uint8")
        return _blur(drawn.astype(np.float32), 1.0)


def _shade(heights: Floats, known: npt.NDArray[np.bool_], grid: _Grid) -> Floats:
    """Light on each pixel, 0 on flat ground, below it in the shadow."""
    soft = _blur(heights, max(0.6, grid.scaled(SOFT)))
    south, east = np.gradient(soft + 0.5 * (soft - _blur(soft, grid.scaled(AROUND))), grid.cell)
    del soft
    steep = float(np.quantile(np.hypot(east[known], south[known]), 0.9)) if known.any() else 0.0
    stretch = min(STEEP / steep, MOST_STRETCHED) if steep > 0 else 1.0
    shade = np.zeros_like(heights)
    for top in range(0, len(shade), STRIP):
        rows = slice(top, top + STRIP)
        x, y = east[rows] * stretch, -south[rows] * stretch
        length = np.sqrt(1 + x**2 + y**2)
        for azimuth, weight in LIGHTS:
            towards = np.radians(azimuth)
            lit = np.cos(ALTITUDE) * (-x * np.sin(towards) - y * np.cos(towards)) + np.sin(ALTITUDE)
            shade[rows] += weight * lit / length
        shade[rows] -= np.sin(ALTITUDE)
    return shade


def _enlarged(values: Floats, shape: tuple[int, int]) -> Floats:
    """What is known of the middles of squares of :data:`COARSE` pixels, for each pixel of a picture."""
    for size in shape:
        ends = np.pad(values, ((1, 1), (0, 0)), mode="edge")
        pixels = np.empty((len(values) * COARSE, values.shape[1]), np.float32)
        for at in range(COARSE):
            part = np.float32((at + 0.5) / COARSE + 0.5)
            above = int(part)
            low, high = ends[above : above + len(values)], ends[above + 1 : above + 1 + len(values)]
            pixels[at::COARSE] = low + (part - above) * (high - low)
        values = pixels[:size].T
    return values


def _fade(known: npt.NDArray[np.bool_], pixels: float) -> Floats:
    """1 far inside, falling to 0 at the edge of what is known and of the picture."""
    share = _blur(np.pad(known.astype(np.float32), 1), pixels / 2)[1:-1, 1:-1]
    return np.asarray(np.clip(2 * share - 1, 0, 1), np.float32)


def _tone(shade: Floats, strength: Floats) -> Floats:
    """How dark or light to draw, from -1 to 1."""
    dark = np.clip(-shade / 0.75, 0, 1) ** 0.85
    return np.asarray((np.clip(shade / 0.30, 0, 1) - dark) * strength, np.float32)


def _coloured(tone: Floats) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """The picture as places in a palette: shadow from dark to clear, then light from clear to bright."""
    places = (np.rint(tone * LEVELS) + LEVELS).astype(np.uint8)
    levels = np.arange(2 * LEVELS + 1) - LEVELS
    alpha = np.where(levels < 0, -levels * DARKEST, levels * LIGHTEST) / LEVELS
    palette = np.empty((len(levels), 4), np.uint8)
    palette[:, :3] = np.where((levels < 0)[:, None], SHADOW, LIGHT)
    palette[:, 3] = np.rint(alpha * 255)
    return places, palette


def _blur(values: Floats, sigma: float) -> Floats:
    """Values softened by a Gaussian, that of the edge beyond the edge; of a wide one by three boxes."""
    if sigma > 4:
        side = max(1, round((np.sqrt(4 * sigma**2 + 1) - 1) / 2))
        for _ in range(3):
            values = _box_along(_box_along(values, side).T, side).T
        return values
    reach = max(1, int(np.ceil(3 * sigma)))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2).astype(np.float32)
    kernel /= kernel.sum()
    return _weighted_along(_weighted_along(values, kernel).T, kernel).T


def _weighted_along(values: Floats, kernel: Floats) -> Floats:
    """Each value as the weighted mean of those above and below it."""
    reach, rows = len(kernel) // 2, len(values)
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    smoothed = np.zeros_like(values)
    for at, weight in enumerate(kernel):
        smoothed += weight * padded[at : at + rows]
    return smoothed


def _box_along(values: Floats, side: int) -> Floats:
    """Each value as the mean of those at most so many above and below it; some columns at a time."""
    means, wide = np.empty_like(values, order="C"), 2 * side + 1
    for left in range(0, values.shape[1], STRIP):
        padded = np.pad(values[:, left : left + STRIP], ((side + 1, side), (0, 0)), mode="edge")
        sums = np.cumsum(padded, axis=0, dtype=np.float64)
        means[:, left : left + STRIP] = (sums[wide:] - sums[:-wide]) / wide
    return means
