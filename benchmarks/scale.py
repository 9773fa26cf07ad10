"""Tiles at three sizes: what one takes, what travels, and what does not shard; the figures of docs/scale.md.

    python benchmarks/scale.py [--units 10000 40000 160000] [--target 3000000]

Units are cells of 60 vertices with bent borders, six designations are seeded blobs. Of each size the units are put into
tiles as ``zoneplan run`` does, and some tiles, evenly spread, are packed, cut and packed again, as a worker does. A
quota is handed out over all units by a bounded divisor. The last row is what that comes to for the target: as many
tiles, seconds and bytes for each unit as of the largest size, memory as it grew from the smallest to the largest.
"""

from __future__ import annotations

import argparse
import math
import resource
import subprocess
import sys
import time
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

import zoneplan as zp
from zoning.overlays.planar_partition import cut_packed, pack_tile, tiles_of

SEED = 20260101
VERTICES = 60
"""Of a unit: the sides of a square, bent the same way for both that share one."""
KM = 1000.0
DESIGNATIONS = 6
SAMPLE = 4
"""Tiles that are cut."""


class Figures(NamedTuple):
    """What a size came to."""

    units: int
    tiles: int
    tile_mb: float
    there_mb: float
    back_mb: float
    cut_seconds: float
    central_seconds: float
    quota_seconds: float
    central_gb: float


def territory(count: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """Units in a square, and designations of blobs that cover it evenly."""
    side = math.isqrt(count)
    along = np.linspace(0, 1, VERTICES // 4, endpoint=False)
    bent = 0.12 * np.sin(2 * np.pi * along)
    low, right = np.column_stack([along, bent]), np.column_stack([1 + bent, along])
    top, left = np.column_stack([along, 1 + bent])[::-1], np.column_stack([bent, along])[::-1]
    high, west = np.add(top, [1 / len(along), 0]), np.add(left, [0, 1 / len(along)])
    high[:, 1] = 1 + 0.12 * np.sin(2 * np.pi * high[:, 0])
    west[:, 0] = 0.12 * np.sin(2 * np.pi * west[:, 1])
    ring = np.vstack([low, right, high, west, low[:1]])
    x, y = np.divmod(np.arange(side * side), side)
    rings = ring[None] + np.column_stack([x, y])[:, None]
    units = shapely.polygons(np.round(rings * KM, 3))
    random = np.random.default_rng(SEED)
    blobs = []
    for _ in range(DESIGNATIONS):
        number = max(1, side * side // 40)
        middles = shapely.points(random.uniform(0, side * KM, (number, 2)))
        blobs.append(shapely.buffer(middles, random.uniform(0.5 * KM, 2.0 * KM, number), quad_segs=32))
    return units, blobs


def measure(count: int) -> Figures:
    """One size."""
    units, blobs = territory(count)
    start = time.process_time()
    tiles = list(tiles_of(units, blobs, matched=True))
    central = time.process_time() - start
    chosen = [tiles[int(place)] for place in np.linspace(0, len(tiles) - 1, min(SAMPLE, len(tiles)))]
    start = time.process_time()
    packed = [pack_tile(tile) for tile in chosen]
    central += (time.process_time() - start) / len(chosen) * len(tiles)
    there, back, seconds, memory = [], [], [], []
    for one in packed:
        start = time.process_time()
        faces = cut_packed(one)
        seconds.append(time.process_time() - start)
        there.append(len(one) / 1e6)
        back.append(len(faces) / 1e6)
        memory.append(peak_mb(one))
    weights = pd.Series(np.random.default_rng(SEED).lognormal(8, 1.5, len(units)).round() + 1)
    start = time.process_time()
    zp.apportion(weights, len(units), ceiling=weights)
    quota = time.process_time() - start
    gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    means = (float(np.mean(part)) for part in (there, back, seconds))
    return Figures(len(units), len(tiles), max(memory), *means, central, quota, gb)


def peak_mb(packed: bytes) -> float:
    """Memory that a process takes to cut a tile, above what it takes to load."""
    program = (
        "import sys; from zoning.overlays.planar_partition import cut_packed\n"
        "def kb(name): return next(int(x.split()[1]) for x in open('/proc/self/status') if x.startswith(name))\n"
        "tile = sys.stdin.buffer.read(); before = kb('VmRSS'); cut_packed(tile); print(kb('VmHWM') - before)"
    )
    done = subprocess.run([sys.executable, "-c", program], input=packed, check=True, capture_output=True)
    return int(done.stdout) * 1024 / 1e6


def main() -> None:
    """All sizes, and the target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, nargs="+", default=[10_000, 40_000, 160_000])
    parser.add_argument("--target", type=int, default=3_000_000)
    given = parser.parse_args()
    print(
        "| units | tiles | MB a tile | MB there | MB back | CPU s a tile | central CPU s | CPU s of a quota |",
        end="",
    )
    print(" central GB |\n|---|---|---|---|---|---|---|---|---|")
    sizes = []
    for count in sorted(given.units):
        sizes.append(measure(count))
        print(row(sizes[-1]), flush=True)
    least, found = sizes[0], sizes[-1]
    more = (found.central_gb - least.central_gb) / max(1, found.units - least.units)
    times = given.target / found.units
    there = found._replace(
        units=given.target,
        tiles=round(found.tiles * times),
        central_seconds=found.central_seconds * times,
        quota_seconds=found.quota_seconds * times,
        central_gb=found.central_gb + more * (given.target - found.units),
    )
    print(
        f"{row(there)}\n\nTraffic for {given.target:,} units: {there.tiles * there.there_mb / 1e3:.1f} GB there, ",
        end="",
    )
    print(f"{there.tiles * there.back_mb / 1e3:.1f} GB back; {there.tiles * there.cut_seconds / 3600:.2f} h of CPU.")


def row(one: Figures) -> str:
    """A line of the table."""
    counts = f"{one.units:,} | {one.tiles:,}"
    tile = f"{one.tile_mb:.0f} | {one.there_mb:.1f} | {one.back_mb:.1f} | {one.cut_seconds:.2f}"
    return f"| {counts} | {tile} | {one.central_seconds:.1f} | {one.quota_seconds:.2f} | {one.central_gb:.2f} |"


if __name__ == "__main__":
    main()
