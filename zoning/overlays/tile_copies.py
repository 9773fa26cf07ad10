"""Tiles in copies of this process, one after another: what it takes to cut a tile is given back when its copy ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from layers.parallel import copies
from zoning.overlays.planar_partition import Faces
from zoning.overlays.tile_archives import pack_faces, unpack_faces
from zoning.overlays.unit_tiles import Tile

ONE_BESIDE = 2
"""Workers: this process, which waits, and the copy that cuts."""


def cut_in_copies(cut: Callable[[Tile], Faces], tiles: Iterable[Tile]) -> Iterator[Faces]:
    """The faces of each tile, cut in a copy of this process that ends before the next begins.

    Examples
    --------
    >>> import numpy as np
    >>> import shapely
    >>> from zoning.overlays.unit_tiles import partition_tiles
    >>> row = np.array([shapely.box(x, 0, x + 2, 2) for x in range(0, 6, 2)])
    >>> faces = partition_tiles(row, [np.array([shapely.box(1, 0, 3, 2)])], matched=True, for_each=cut_in_copies)
    >>> shapely.area(faces.geometry).tolist()
    [2.0, 2.0, 2.0, 2.0, 4.0]
    """
    with TemporaryDirectory(prefix="zoneplan-") as folder, copies(ONE_BESIDE) as some:
        path = Path(folder) / "faces"
        for tile in tiles:
            some.start(partial(_write_faces, cut, tile, path))
            some.wait()
            yield unpack_faces(path.read_bytes())


def _write_faces(cut: Callable[[Tile], Faces], tile: Tile, path: Path) -> None:
    path.write_bytes(pack_faces(cut(tile)))
