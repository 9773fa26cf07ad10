"""Grids held open by a child process, which hands over blocks of cells through memory that both see.

To whoever reads it, such a grid is a dataset of rasterio with what is asked of one here; its cells are the same bytes.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from layers.errors import LimitError
from layers.formats.gdal_drivers import GRID_ENDINGS, load_gdal
from layers.formats.grids import ArrayBand, opened_array
from layers.sandbox import (
    SHARED_BYTES,
    Answer,
    ChildFault,
    ReadingChild,
    ReadingEnded,
    ask_child,
    current_limits,
    refuse_limit,
)

if TYPE_CHECKING:
    from affine import Affine
    from rasterio.enums import MaskFlags
    from rasterio.io import DatasetReader

ANSWER = f"{__name__}:answer"
"""What a child calls of this module."""
_CACHE_BYTES = 2**26
Place = tuple[tuple[int, int], tuple[int, int]]
"""Rows and columns, each from and to."""


class ServedCrs(NamedTuple):
    """A CRS as its file says it."""

    text: str

    def to_wkt(self) -> str:
        """Well-known text."""
        return self.text


_Version = tuple[str, int, int, int, str]
"""A file as it is: its path, what changes when another is put there, and the variable."""
_OPEN: dict[_Version, DatasetReader | ArrayBand] = {}
"""In a child the grids that it holds open."""
_HOLDING = ExitStack()
_MOST_OPEN = 8


def answer(
    child: ReadingChild, what: str, version: Sequence[Any], name: str, extent: Place | None, band: int
) -> Answer:
    """In a child: leave cells of a grid in the common memory, or tell what there is to know of it."""
    try:
        with child.at_work(name):
            return ["done", _done(_opened(version, name), child, what, extent, band)], ()
    except LimitError as error:
        return ["limit", error.code], ()
    except Exception as error:  # noqa: BLE001  (it is raised where the grid is asked for)
        return ["raised", [type(error).__name__, str(error)]], ()


def _opened(version: Sequence[Any], name: str) -> DatasetReader | ArrayBand:
    key = (version[0], version[1], version[2], version[3], version[4])
    if key not in _OPEN:
        if len(_OPEN) >= _MOST_OPEN:
            _OPEN.clear()
            _HOLDING.close()
        _OPEN[key] = _HOLDING.enter_context(opened_here(Path(key[0]), name, key[4] or None))
    return _OPEN[key]


def _done(
    dataset: DatasetReader | ArrayBand, child: ReadingChild, what: str, extent: Place | None, band: int
) -> object:
    if what == "crs":
        return dataset.crs.to_wkt() if dataset.crs else ""
    if extent is None:
        return _facts(dataset)
    kind = np.dtype(np.uint8 if what == "mask" else dataset.dtypes[band - 1])
    (top, bottom), (left, right) = extent
    cells = np.frombuffer(child.shared, kind, (bottom - top) * (right - left)).reshape(bottom - top, right - left)
    window = ((top, bottom), (left, right))
    if isinstance(dataset, ArrayBand):
        cells[...] = dataset.read(band, window)
    elif what == "mask":
        dataset.read_masks(band, window=window, out=cells)
    else:
        dataset.read(band, window=window, out=cells)
    return None


@contextmanager
def opened_here(path: Path, name: str, layer: str | None = None) -> Iterator[DatasetReader | ArrayBand]:
    """A grid, open for reading in this process by one driver alone, without what stands beside it."""
    driver = GRID_ENDINGS.get(path.suffix.lower(), "GTiff")
    if driver != "GTiff":
        with opened_array(path, driver, name, layer) as band:
            yield band
        return
    load_gdal("rasterio")
    import rasterio  # noqa: PLC0415  (loaded by load_gdal)
    from rasterio.errors import NotGeoreferencedWarning  # noqa: PLC0415  (as rasterio)

    with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GDAL_PAM_ENABLED="NO", GDAL_CACHEMAX=_CACHE_BYTES):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # a missing place is refused by check_grid
            dataset = rasterio.open(path, driver="GTiff", sharing=False)
        with dataset:
            yield dataset


def _facts(dataset: DatasetReader | ArrayBand) -> dict[str, object]:
    return {
        "transform": list(dataset.transform)[:6],
        "shape": list(dataset.shape),
        "count": dataset.count,
        "dtypes": list(dataset.dtypes),
        "block_shapes": [list(shape) for shape in dataset.block_shapes],
        "nodatavals": list(dataset.nodatavals),
        "descriptions": list(dataset.descriptions),
        "scales": list(dataset.scales),
        "offsets": list(dataset.offsets),
        "masks": [[flag.name for flag in band] for band in dataset.mask_flag_enums],
    }


class ServedGrid:
    """A grid that a child holds open, as rasterio would show it here."""

    def __init__(self, path: Path, name: str, layer: str | None = None) -> None:
        load_gdal("rasterio")
        from affine import Affine  # noqa: PLC0415  (comes with rasterio, which is loaded where there are rasters)
        from rasterio.enums import MaskFlags  # noqa: PLC0415  (as above)

        about = path.stat()
        self._path, self._name = path, name
        self._version: _Version = (str(path), about.st_ino, about.st_mtime_ns, about.st_size, layer or "")
        facts = self._ask("facts", None, lambda _, reply: reply)
        self.transform: Affine = Affine(*facts["transform"])
        self.shape: tuple[int, int] = (facts["shape"][0], facts["shape"][1])
        self.height, self.width = self.shape
        self.count: int = facts["count"]
        self.dtypes: tuple[str, ...] = tuple(facts["dtypes"])
        self.block_shapes: list[tuple[int, int]] = [(rows, columns) for rows, columns in facts["block_shapes"]]
        self.nodatavals: tuple[float | None, ...] = tuple(facts["nodatavals"])
        self.descriptions: tuple[str | None, ...] = tuple(facts["descriptions"])
        self.scales: tuple[float, ...] = tuple(facts["scales"])
        self.offsets: tuple[float, ...] = tuple(facts["offsets"])
        self.mask_flag_enums: tuple[list[MaskFlags], ...] = tuple(
            [MaskFlags[flag] for flag in band] for band in facts["masks"]
        )

    @property
    def crs(self) -> ServedCrs | None:
        """Its CRS, None where the file says none; asked for only where it is wanted, for libraries load much for it."""
        text = self._ask("crs", None, lambda _, reply: reply)
        return ServedCrs(text) if text else None

    def read(self, band: int, window: Place | None = None) -> npt.NDArray[Any]:
        """Cells of a window, rows from north, as they stand in the file."""
        return self._cells("cells", window, np.dtype(self.dtypes[band - 1]), band)

    def read_masks(self, band: int, window: Place | None = None) -> npt.NDArray[np.uint8]:
        """For each cell of a window 0 where it has no value."""
        return self._cells("mask", window, np.dtype(np.uint8), band)

    def _cells(self, what: str, window: Place | None, kind: np.dtype[Any], band: int) -> npt.NDArray[Any]:
        rows, columns = window or ((0, self.height), (0, self.width))
        cells = np.empty((max(rows[1] - rows[0], 0), max(columns[1] - columns[0], 0)), dtype=kind)
        for extent in self._parts(rows, columns, kind.itemsize):
            (top, bottom), (left, right) = extent
            part = cells[top - rows[0] : bottom - rows[0], left - columns[0] : right - columns[0]]

            def take(child: ReadingChild, _reply: object, part: npt.NDArray[Any] = part) -> None:
                part[...] = np.frombuffer(child.shared, kind, part.size).reshape(part.shape)

            self._ask(what, extent, take, band)
        return cells

    def _parts(self, rows: tuple[int, int], columns: tuple[int, int], size: int) -> Iterator[Place]:
        """A window in parts that the common memory holds, by whole blocks where that goes."""
        wide = max(1, min(columns[1] - columns[0], SHARED_BYTES // size))
        tall, block = max(1, SHARED_BYTES // (wide * size)), self.block_shapes[0][0]
        for left in range(columns[0], columns[1], wide):
            top = rows[0]
            while top < rows[1]:
                end = min(top + tall, rows[1])
                whole = end // block * block
                end = whole if top < whole and end < rows[1] else end
                yield (top, end), (left, min(left + wide, columns[1]))
                top = end

    def _ask(self, what: str, extent: Place | None, take: Callable[[ReadingChild, Any], Any], band: int = 1) -> Any:
        """What comes of a question, taken while the child is asked nothing else."""

        def ask(child: ReadingChild) -> tuple[bool, Any]:
            (kind, reply), _ = child.call(ANSWER, what, self._version, self._name, extent, band)
            return (True, take(child, reply)) if kind == "done" else (False, (kind, reply))

        try:
            done, outcome = ask_child(ask, {self._name: (self._path,)})
        except ReadingEnded as end:
            raise end.error from end
        if done:
            return outcome
        kind, fault = outcome
        if kind == "limit":
            raise refuse_limit(fault, self._name, current_limits(), self._version[3])
        raise ChildFault(*fault)
