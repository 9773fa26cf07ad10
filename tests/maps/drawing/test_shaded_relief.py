"""Relief: lit from the north-west, fainter outside, clear where nothing is known, and light on the page."""

from __future__ import annotations

import dataclasses
import io
import struct
import zlib

import numpy as np
import pytest
import shapely
from affine import Affine
from pyproj import CRS

from layers.raster import HeightGrid
from maps.drawing.shaded_relief import LEVELS, LIGHT, SHADOW, png, relief


def read_png(image: bytes) -> np.ndarray:
    """The colours of an indexed PNG as rows x columns x RGBA, by a reader of its own."""
    stream = io.BytesIO(image)
    assert stream.read(8) == b"\x89PNG\r\n\x1a\n"
    chunks = {}
    while head := stream.read(8):
        size, kind = struct.unpack(">I4s", head)
        content = stream.read(size)
        assert struct.unpack(">I", stream.read(4))[0] == zlib.crc32(kind + content)
        chunks[kind] = content
    columns, rows = struct.unpack(">II", chunks[b"IHDR"][:8])
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(rows, columns + 1)
    assert set(lines[:, 0]) == {2}
    places = np.cumsum(lines[:, 1:], axis=0, dtype=np.uint8)
    palette = np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(-1, 3)
    return np.dstack([palette[places], np.frombuffer(chunks[b"tRNS"], np.uint8)[places]])


@pytest.fixture
def cone(toy_plan):
    """A cone of 1,000 m height and 20 km radius in the middle of 40 x 40 km, in cells of 500 m."""
    west, south, east, north = toy_plan.units.total_bounds
    x, y = (west + east) / 2, (south + north) / 2
    off = (np.arange(80) - 39.5) * 500.0
    heights = np.clip(1000 - np.hypot(*np.meshgrid(off, off)) / 20, 0, None)
    corner = Affine(500.0, 0, x - 20_000, 0, -500.0, y + 20_000)
    grid = HeightGrid(np.rint(heights).astype(np.int16), 1.0, CRS(toy_plan.units.crs), corner)
    return toy_plan.having(heights=grid)


def test_a_cone_is_lit_from_the_north_west(cone):
    picture = read_png(relief(cone, side_px=160).image)
    assert picture.shape == (160, 160, 4)
    lit, shaded = picture[50:60, 50:60], picture[100:110, 100:110]
    assert (lit[..., :3] == LIGHT).all()
    assert (shaded[..., :3] == SHADOW).all()
    assert lit[..., 3].min() > 20
    assert shaded[..., 3].min() > 40


def test_shadow_and_light_stay_soft(cone):
    alpha = read_png(relief(cone, side_px=160).image)[..., 3]
    assert 40 < alpha.max() <= round(0.46 * 255)


def test_flat_land_has_no_relief(cone):
    flat = dataclasses.replace(cone.heights, steps=np.full((80, 80), 300, np.int16))
    alpha = read_png(relief(cone.having(heights=flat), side_px=100).image)[..., 3]
    assert alpha.max() == 0


def test_nothing_is_drawn_where_nothing_is_known(cone):
    steps = cone.heights.steps.copy()
    steps[:, 60:] = -32768
    alpha = read_png(relief(cone.having(heights=dataclasses.replace(cone.heights, steps=steps))).image)
    assert alpha[:, 700:, 3].max() == 0
    assert alpha[:, 300:500, 3].max() > 0


def test_relief_is_fainter_outside_of_the_study(cone):
    west, south, east, north = np.add(cone.units.total_bounds, [-18_000, -18_000, 18_000, 18_000]).tolist()
    half = shapely.box(west, (south + north) / 2, east, north)
    whole = read_png(relief(cone, side_px=200).image)[..., 3].astype(float)
    part = read_png(relief(cone, outline=half, side_px=200).image)[..., 3].astype(float)
    assert part[60:90, 60:90].mean() == pytest.approx(whole[60:90, 60:90].mean(), rel=0.05)
    assert part[110:140, 110:140].mean() == pytest.approx(0.3 * whole[110:140, 110:140].mean(), rel=0.15)


def test_a_plan_without_heights_has_no_relief(toy_plan):
    assert toy_plan.heights is None
    assert relief(toy_plan) is None


def test_relief_lies_where_the_heights_lie_in_any_projection(cone):
    own = relief(cone)
    assert own.bounds == pytest.approx(np.add(cone.units.total_bounds, [-18_000, -18_500, 18_000, 18_500]), abs=600)
    other = relief(cone, CRS("EPSG:3857"))
    assert other.bounds[2] - other.bounds[0] > 1.5 * 40_000  # Mercator is larger by 1 / cos(latitude)


def test_the_same_heights_give_the_same_picture(cone):
    assert relief(cone) == relief(cone)


def test_a_picture_of_few_colours_is_read_back():
    pixels = np.arange(2 * LEVELS + 1, dtype=np.uint8).reshape(7, 7)
    palette = np.arange(4 * 49).reshape(49, 4).astype(np.uint8)
    assert (read_png(png(pixels, palette)) == palette[pixels]).all()
