"""One band of a GeoTIFF, opened by one driver from the file alone, checked, and read window by window.

A grid that is not a plain one is refused. What stands beside the file (.tfw, .aux.xml, .ovr, .msk) is never read: the
file's sha256 tells all.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS, Geod

from layers.conditions import Condition, parse_condition
from layers.crs import box_in, far_away, is_gcj02, settle_crs, shifted_by_a_turn, way_between
from layers.errors import ConditionError, CrsError, LimitError, SourceError, UnknownNameError
from layers.formats.gdal_drivers import GRIDS, format_of, load_gdal
from layers.formats.reading_boundary import reading
from layers.ledger import entries, gather
from layers.phrases import Phrase

if TYPE_CHECKING:
    from affine import Affine
    from rasterio.io import DatasetReader


MAX_BLOCK_BYTES = 1024**3
_CACHE_BYTES = 2**26


@contextmanager
def opened(path: Path, name: str) -> Iterator[DatasetReader]:
    """A GeoTIFF, open for reading by that driver alone, without what stands beside it.

    Raises
    ------
    SourceError
        It cannot be opened or read.
    """
    load_gdal("rasterio")
    import rasterio  # noqa: PLC0415  (loaded by load_gdal)
    from rasterio.errors import NotGeoreferencedWarning  # noqa: PLC0415  (as rasterio)

    with (
        reading(name, path.name),
        rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GDAL_PAM_ENABLED="NO", GDAL_CACHEMAX=_CACHE_BYTES),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # a missing place is refused by check_grid
            dataset = rasterio.open(path, driver="GTiff", sharing=False)
        with dataset:
            yield dataset


def check_grid(dataset: DatasetReader, path: Path, name: str) -> None:
    """Refuse what is no plain grid: one band of real numbers, north up, with a place on the earth.

    Raises
    ------
    SourceError
        With the remedy.
    LimitError
        Its blocks are too large to be unpacked.
    """
    grid = dataset.transform
    problem = ""
    if dataset.count != 1:
        problem = Phrase("has {count} bands. Export the one that is meant (gdal_translate -b 1)", count=dataset.count)
    elif np.dtype(dataset.dtypes[0]).kind not in "iuf":
        problem = Phrase("holds {kind}, no real numbers. Export it as Int32 or Float32", kind=dataset.dtypes[0])
    elif grid == grid.identity():
        problem = Phrase(
            "does not say where on the earth it lies (a .tfw or .aux.xml beside it is not read). Write it into "
            "the file (gdal_translate in.tif out.tif)"
        )
    elif grid.b or grid.d:
        problem = Phrase("is turned against north. Straighten it (gdalwarp)")
    elif grid.e > 0 or grid.a < 0:
        problem = Phrase("does not run from north-west to south-east. Turn it (gdalwarp)")
    if problem:
        raise SourceError(
            Phrase("layer '{layer}': {file} {fault}.", layer=name, file=path.name, fault=problem),
            code="grid",
            layer=name,
        )
    rows, columns = dataset.block_shapes[0]
    if rows * columns * np.dtype(dataset.dtypes[0]).itemsize > MAX_BLOCK_BYTES:
        raise LimitError(
            Phrase(
                "layer '{layer}': {file} is stored in blocks of {rows} x {columns} cells, too large to unpack. Store "
                "it in tiles (gdal_translate -co TILED=YES).",
                layer=name,
                file=path.name,
                rows=rows,
                columns=columns,
            ),
            code="block_size",
            layer=name,
        )


Window = tuple[slice, slice]
Floats = npt.NDArray[np.float64]
Cells = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
"""Rows and columns, counted in a window."""

HOLD_ALL = Phrase("Give the raster in a CRS that holds all units, such as EPSG:4326 (gdalwarp -t_srs EPSG:4326)")
"""The remedy where the CRS of a raster cannot show some."""
MAX_CELLS = 200_000_000
MAX_WINDOW_CELLS = 10_000_000_000
_STRIP_CELLS = 2_000_000
# What programs write for "no value" when they forget to say so in the file.
_TELLTALES = (-9999.0, -32768.0, -99999.0, float(np.finfo("float32").min), float(np.finfo("float64").min))


@dataclass(frozen=True)
class Reader:
    """A grid held open.

    Attributes
    ----------
    values : callable
        Does what :meth:`Raster.read` does.
    block : (int, int)
        Rows and columns of the blocks in which the file stores its cells.
    """

    values: Callable[..., Floats]
    block: tuple[int, int]

    def __call__(self, window: Window | None = None, at: Cells | None = None) -> Floats:
        """See :meth:`Raster.read`."""
        return self.values(window, at)


@dataclass(frozen=True)
class Raster:
    """One band of a grid, north up, in its own CRS; values are read when asked for.

    Attributes
    ----------
    path : Path
        The file.
    crs : pyproj.CRS
        Geographic (lon/lat) or projected.
    transform : affine.Affine
        From (column, row) to (x, y) in ``crs``; no rotation, rows go south.
    shape : (int, int)
        Rows, columns.
    cell_size_m : float
        The larger side of the middle cell, in metres on the ground.
    nodata : float or None
        The value that stands for none: the file's, else the plan's.
    where : Condition or None
        Cells that do not meet it count as having no value.
    coarse : bool
        The plan allows slope on cells above 100 m.
    name : str
        The layer's name in the plan, for messages.
    """

    path: Path
    crs: CRS
    transform: Affine
    shape: tuple[int, int]
    cell_size_m: float
    nodata: float | None = None
    where: Condition | None = None
    coarse: bool = False
    name: str = "raster"

    def read(self, window: Window | None = None, at: Cells | None = None) -> Floats:
        """Values as float64, scale and offset applied, NaN where there is none.

        Parameters
        ----------
        window : (slice, slice), optional
            Rows and columns; by default all.
        at : (array of int, array of int), optional
            Some cells of the window, by row and column inside it; by default all, in rows.

        Raises
        ------
        SourceError
            The file has changed, cannot be read, or holds what looks like nodata and does not say so.
        LimitError
            More cells are asked for than memory is meant to hold.
        """
        with self.reader() as read:
            return read(window, at)

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """The file held open for many windows: a function that does what :meth:`read` does, and knows its blocks."""
        with opened(self.path, self.name) as dataset:
            if dataset.shape != self.shape or dataset.transform != self.transform:
                raise SourceError(
                    Phrase(
                        "layer '{layer}': {file} has changed while it was being used. Run again.",
                        layer=self.name,
                        file=self.path.name,
                    ),
                    code="changed",
                    layer=self.name,
                )
            yield Reader(partial(self._values, dataset), tuple(dataset.block_shapes[0]))

    def has_value(self, window: Window) -> npt.NDArray[np.bool_]:
        """Which cells of a window have a value; read strip by strip, so that memory holds a byte a cell.

        Raises
        ------
        SourceError, LimitError
            As :meth:`read`.
        """
        rows, columns = self._bounded(window)
        found = np.empty((rows.stop - rows.start, columns.stop - columns.start), dtype=bool)
        with self.reader() as read:
            for strip in _strips(rows, columns):
                found[strip.start - rows.start : strip.stop - rows.start] = np.isfinite(read((strip, columns)))
        return found

    def _bounded(self, window: Window | None) -> Window:
        """Rows and columns that are asked for, which memory is meant to hold."""
        rows, columns = _slices(self, window)
        height, width = rows.stop - rows.start, columns.stop - columns.start
        if height * width > MAX_CELLS:
            raise LimitError(
                Phrase(
                    "layer '{layer}': {rows:,} x {columns:,} cells are asked for at once; the limit is {most:,}. "
                    "Cut the raster to the study area, or make it coarser.",
                    layer=self.name,
                    rows=height,
                    columns=width,
                    most=MAX_CELLS,
                ),
                code="cells",
                layer=self.name,
            )
        return rows, columns

    def _values(self, dataset: DatasetReader, window: Window | None, at: Cells | None = None) -> Floats:
        rows, columns = self._bounded(window)
        place = ((rows.start, rows.stop), (columns.start, columns.stop))
        chosen = at or (slice(None), slice(None))
        cells = dataset.read(1, window=place)[chosen]
        tagged, scale, offset = dataset.nodata, dataset.scales[0], dataset.offsets[0]
        drawn = {flag.name for flag in dataset.mask_flag_enums[0]} == {"per_dataset"}
        values: Floats = cells.astype(np.float64)
        if drawn:
            values[dataset.read_masks(1, window=place)[chosen] == 0] = np.nan
        nodata = self.nodata if tagged is None else tagged
        if nodata is not None:  # beside a mask, too
            with np.errstate(over="ignore"):
                values[cells == nodata] = np.nan  # in the numbers of the file: -9999.9 is another one as float32
        elif not drawn:
            _refuse_telltales(values, self)
        if cells.dtype.kind == "f":
            values[~np.isfinite(values)] = np.nan
        if scale != 1.0 or offset != 0.0:
            values = values * scale + offset
        if self.where is not None and values.size:
            table = pd.DataFrame({"value": values.ravel()})
            values[~self.where.evaluate(table).yes.reshape(values.shape)] = np.nan
        return values


def read_raster(
    path: Path,
    name: str,
    *,
    crs: str | None = None,
    nodata: float | None = None,
    where: str | None = None,
    coarse: bool = False,
) -> tuple[Raster, pd.DataFrame]:
    """A raster ready to be read, and what the ledger has to say of it.

    Parameters
    ----------
    path : Path
        A GeoTIFF, resolved.
    name : str
        Name of the layer in the plan, for messages and the ledger.
    crs, nodata : optional
        What the plan says; needed where the file does not.
    where : str, optional
        A condition on ``value``: other cells count as having none.
    coarse : bool
        The plan allows slope on cells above 100 m.

    Raises
    ------
    SourceError
        Missing, damaged, turned, upside down, without a place on the earth, or of several bands.
    CrsError
        The CRS is missing or contradicts the plan.
    LimitError
        Its blocks are too large to be unpacked.
    """
    format_of(path, name, GRIDS)
    condition = None if where is None else cell_condition(where, name)
    if is_gcj02(crs):
        raise CrsError(
            Phrase(
                "layer '{layer}': {file} is a grid, and cells that a Chinese web map has moved (GCJ-02) cannot be "
                "taken back one by one. Get it in the CRS of the survey, or give the layer as features.",
                layer=name,
                file=path.name,
            ),
            code="crs_moved_grid",
            layer=name,
        )
    with opened(path, name) as dataset:
        check_grid(dataset, path, name)
        own = CRS.from_user_input(dataset.crs.to_wkt()) if dataset.crs else None
        transform, shape, tagged = dataset.transform, dataset.shape, dataset.nodata
        stored = np.dtype(dataset.dtypes[0])
    known, note = settle_crs(own, crs, path.name, name)
    if nodata is not None and tagged is not None and not _alike(nodata, tagged, stored):
        raise SourceError(
            Phrase(
                "layer '{layer}': the plan says nodata = {nodata}, but {file} says {tagged}. Leave "
                "'nodata' out of the plan, or mend the file.",
                layer=name,
                nodata=f"{nodata:.17g}",
                file=path.name,
                tagged=f"{tagged:.17g}",
            ),
            code="nodata",
            layer=name,
        )
    said = entries(
        name,
        [""] if nodata is not None and tagged is None else [],
        "nodata",
        Phrase("cells of {nodata} taken as having no value as the plan says: the file does not say it", nodata=nodata),
    )
    raster = Raster(
        path,
        known,
        transform,
        shape,
        cell_size_m(known, transform, shape),
        tagged if nodata is None else nodata,
        condition,
        coarse,
        name,
    )
    return raster, gather([note, said])


def cell_condition(where: str, name: str) -> Condition:
    """A condition on the cells of a raster.

    Parameters
    ----------
    where : str
        Such as ``value IN (12, 14)``.
    name : str
        Name of the layer, for messages.

    Raises
    ------
    ConditionError, UnknownNameError
        It cannot be read, speaks of something else than ``value``, or asks of numbers what only texts have.
    """
    try:
        condition = parse_condition(where)
        if condition.names == {"value"}:
            condition.evaluate(pd.DataFrame({"value": [0.0]}))
            return condition
    except ConditionError as error:
        raise ConditionError(Phrase("layer '{layer}', where: {error}", layer=name, error=error), layer=name) from error
    raise UnknownNameError(
        Phrase(
            "layer '{layer}': where = \"{where}\" may speak of 'value' only, the value of a cell.",
            layer=name,
            where=where,
        ),
        layer=name,
    )


def cell_size_m(crs: CRS, transform: Affine, shape: tuple[int, int]) -> float:
    """The larger side of the middle cell, in metres on the ground.

    Examples
    --------
    >>> from affine import Affine
    >>> round(cell_size_m(CRS("EPSG:4326"), Affine(0.5, 0, 0, 0, -0.5, 1), (4, 4)))
    55660
    """
    row, column = shape[0] / 2, shape[1] / 2
    x, y = transform.c + column * transform.a, transform.f + row * transform.e
    corners = [(x, y), (x + transform.a, y), (x, y + transform.e)]
    base = crs.geodetic_crs
    if base is None:
        return float(max(transform.a, -transform.e))
    to = way_between(crs, base)
    (x0, y0), (x1, y1), (x2, y2) = [to.transform(*corner) for corner in corners]
    geod = crs.get_geod() or Geod(ellps="WGS84")
    return float(max(geod.inv(x0, y0, x1, y1)[2], geod.inv(x0, y0, x2, y2)[2]))


def _slices(raster: Raster, window: Window | None) -> Window:
    asked = window or (slice(None), slice(None))
    (top, bottom, _), (left, right, _) = (part.indices(size) for part, size in zip(asked, raster.shape, strict=True))
    return slice(top, max(top, bottom)), slice(left, max(left, right))


def _alike(one: float, other: float, stored: np.dtype[Any]) -> bool:
    """Whether two numbers are one in the numbers of a file; those beyond them are not one because both are infinite."""
    if one == other or (np.isnan(one) and np.isnan(other)):
        return True
    with np.errstate(over="ignore"):
        near, there = np.asarray([one, other]).astype(stored) if stored.kind == "f" else (one, other)
    return bool(near == there and np.isfinite(near))


def _refuse_telltales(values: Floats, raster: Raster) -> None:
    """Refuse a value that stands for "none" elsewhere, where neither file nor plan says what does."""
    if not values.size or not np.fmin.reduce(values, axis=None) <= max(_TELLTALES):
        return
    found = [value for value in _TELLTALES if (values == value).any()]
    if found:
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} holds {found}, which mostly stands for \"no value\", but does not say "
                "so. Say nodata = {found} in the plan, or another number if it is meant.",
                layer=raster.name,
                file=raster.path.name,
                found=f"{found[0]:.17g}",
            ),
            code="nodata",
            layer=raster.name,
        )


def check_values(raster: Raster, window: Window) -> None:
    """Read a window once, strip by strip, so that what :meth:`Raster.read` refuses is refused now.

    Raises
    ------
    SourceError
        It holds what looks like nodata and does not say so, or is damaged.
    """
    rows, columns = _slices(raster, window)
    with raster.reader() as read:
        for strip in _strips(rows, columns):
            read((strip, columns))


def _strips(rows: slice, columns: slice) -> Iterator[slice]:
    """The rows of a window, some at a time."""
    step = max(1, _STRIP_CELLS // max(columns.stop - columns.start, 1))
    for top in range(rows.start, rows.stop, step):
        yield slice(top, min(top + step, rows.stop))


def window_of(raster: Raster, bounds: npt.NDArray[np.float64], crs: CRS) -> Window:
    """The window of a raster that covers a box, and a cell more on each side.

    Parameters
    ----------
    raster : Raster
    bounds : array of 4
        West, south, east, north, in ``crs``.
    crs : pyproj.CRS

    Raises
    ------
    CrsError
        The box and the raster do not meet.
    LimitError
        The raster has more than ``MAX_WINDOW_CELLS`` cells there.
    """
    boxes = box_in(bounds, crs, raster.crs)
    own, (height, width) = raster.transform, raster.shape
    placed = shifted_by_a_turn(boxes, raster.crs)[:, [0, 2, 3, 1]] - [own.c, own.c, own.f, own.f]
    cells = placed / [own.a, own.a, own.e, own.e]
    edges = np.floor(cells) + np.asarray([-1, 2, -1, 2])
    left, right, top, bottom = edges.T
    meets = np.isfinite(edges).all(axis=1) & (right >= 2) & (bottom >= 2) & (left <= width - 2) & (top <= height - 2)
    if not meets.any():
        whole = np.asarray([own.c, own.f + own.e * height, own.c + own.a * width, own.f])
        raise far_away(raster.name, whole, boxes[0], raster.crs)
    inside = meets & (cells[:, 1] > 0)
    meets = inside if inside.any() else meets  # a box that only touches the grid counts where no other does more
    # units on both sides of the meridian at which the grid is cut: all columns
    rows = slice(max(int(top[meets].min()), 0), min(int(bottom[meets].max()), height))
    columns = slice(max(int(left[meets].min()), 0), min(int(right[meets].max()), width))
    tall, wide = rows.stop - rows.start, columns.stop - columns.start
    if tall * wide > MAX_WINDOW_CELLS:
        raise LimitError(
            Phrase(
                "layer '{layer}': {file} has {rows:,} x {columns:,} cells around the units; the limit is "
                "{most:,}. Make it coarser (gdalwarp -tr).",
                layer=raster.name,
                file=raster.path.name,
                rows=tall,
                columns=wide,
                most=MAX_WINDOW_CELLS,
            ),
            code="cells",
            layer=raster.name,
        )
    return rows, columns
