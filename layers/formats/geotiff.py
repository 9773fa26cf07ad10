"""One band of a GeoTIFF, opened by one driver from the file alone, checked, and read window by window.

A grid that is not a plain one is refused. What stands beside the file (.tfw, .aux.xml, .ovr, .msk) is never read: the
file's sha256 tells all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
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
from layers.errors import Attempts, ConditionError, CrsError, LimitError, SourceError, UnknownNameError
from layers.formats.gdal_drivers import GRIDS, format_of
from layers.formats.reading_boundary import reading
from layers.formats.served_grids import ServedGrid, opened_here
from layers.ledger import entries, gather
from layers.phrases import Phrase, phrase_list
from layers.sandbox import reader_now

if TYPE_CHECKING:
    from affine import Affine
    from rasterio.io import DatasetReader


_WRITTEN = (-999.0, -9999.0, -99999.0, -32767.0, -32768.0, -2147483647.0, -2147483648.0)
_WRITTEN_HIGH = (32767.0, 65535.0, 2147483647.0, 4294967295.0)
"""What programs write for "no value", whatever a file stores its numbers as."""
HUGE = 1e18
"""Beyond it nothing on a map is measured: -3.4e38, 1e20, 9.97e36 stand for none."""
_APART_BELOW, _APART_ABOVE = 0.1, 0.5
"""How far from the other values such a number lies, in parts of their range; above it real values lie apart, too."""


def telltales(kind: np.dtype[Any]) -> frozenset[float]:
    """The numbers that may stand for none in a grid that stores its cells so.

    Examples
    --------
    >>> 255.0 in telltales(np.dtype("uint8")), 255.0 in telltales(np.dtype("int16"))
    (True, False)
    """
    extremes: tuple[float, ...] = ()
    if kind.kind in "iu":
        limits = np.iinfo(kind)
        extremes = (float(limits.max), *((float(limits.min), float(limits.min) + 1) if limits.min else ()))
    return frozenset((*_WRITTEN, *_WRITTEN_HIGH, *extremes))


class CellSurvey:
    """What the cells of a grid hold, looked at block by block.

    Examples
    --------
    >>> heights = CellSurvey(np.dtype("int16"))
    >>> heights.add(np.array([300, -9999, 450], dtype="int16"))
    >>> heights.suspects(), heights.low, heights.high
    ((-9999.0,), 300.0, 450.0)
    >>> greys = CellSurvey(np.dtype("uint8"))
    >>> greys.add(np.arange(256, dtype="uint8"))
    >>> greys.suspects()
    ()
    """

    def __init__(self, kind: np.dtype[Any]) -> None:
        self._telltales = telltales(kind)
        self._real = kind.kind == "f"
        self.low, self.high = np.inf, -np.inf
        self.counts: dict[float, int] = {}

    def add(self, cells: npt.NDArray[Any]) -> None:
        """Look at some cells that have a value, as the file stores them."""
        flat = cells[np.isfinite(cells)] if self._real else cells.ravel()
        if not flat.size:
            return
        ends = float(flat.min()), float(flat.max())
        if any(end in self._telltales or abs(end) >= HUGE for end in ends):
            with np.errstate(over="ignore"):
                odd = np.isin(flat, np.asarray(sorted(self._telltales)))
            if self._real:
                odd |= np.abs(flat) >= HUGE
            values, numbers = np.unique(flat[odd], return_counts=True)
            for value, number in zip(values.tolist(), numbers.tolist(), strict=True):
                self.counts[float(value)] = self.counts.get(float(value), 0) + number
            flat = flat[~odd]
            if not flat.size:
                return
            ends = float(flat.min()), float(flat.max())
        self.low, self.high = min(self.low, ends[0]), max(self.high, ends[1])

    def suspects(self) -> tuple[float, ...]:
        """The values that stand apart from the others, sorted; without others, all that may stand for none."""
        return tuple(sorted(filter(self._apart, self.counts)))

    def _apart(self, value: float) -> bool:
        spread = self.high - self.low
        if spread < 0 or abs(value) >= HUGE:
            return True
        if value < self.low:
            return self.low >= 0 or self.low - value > _APART_BELOW * spread
        return value > self.high and value - self.high > _APART_ABOVE * spread


def range_with(values: Iterable[float], survey: CellSurvey) -> tuple[float, float]:
    """The least range that holds some values and those which do not stand for none."""
    known = [*values, *((survey.low, survey.high) if survey.low <= survey.high else ())]
    return min(known), max(known)


MAX_BLOCK_BYTES = 1024**3


@contextmanager
def opened(path: Path, name: str, layer: str | None = None) -> Iterator[DatasetReader | ServedGrid]:
    """A grid, open for reading by one driver alone, without what stands beside it; by a child where one reads."""
    with reading(name, path.name):
        if reader_now() == "process":
            yield ServedGrid(path, name, layer)
        else:
            with opened_here(path, name, layer) as dataset:
                yield dataset


def check_grid(dataset: DatasetReader | ServedGrid, path: Path, name: str, band: int | None = None) -> None:
    """Refuse what is no plain grid: a band of real numbers, north up, with a place on the earth."""
    grid, index = dataset.transform, (band or 1) - 1
    problem = ""
    if band is None and dataset.count != 1:
        problem = Phrase(
            "has {count} bands{names}. Say in the plan which one is meant, such as band = 1",
            count=dataset.count,
            names=_band_names(dataset),
        )
    elif index >= dataset.count:
        problem = Phrase("has no band {band}, but {count}", band=band, count=dataset.count)
    elif np.dtype(dataset.dtypes[index]).kind not in "iuf":
        problem = Phrase("holds {kind}, no real numbers. Export it as Int32 or Float32", kind=dataset.dtypes[index])
    elif not _scales(dataset.scales[index], dataset.offsets[index]):
        problem = Phrase(
            "has scale {scale:g} and offset {offset:g}, by which its cells have no values. Write the right ones into "
            "the file (gdal_translate -a_scale 1 -a_offset 0 in.tif out.tif)",
            scale=dataset.scales[index],
            offset=dataset.offsets[index],
        )
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
    rows, columns = dataset.block_shapes[index]
    if rows * columns * np.dtype(dataset.dtypes[index]).itemsize > MAX_BLOCK_BYTES:
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


def _band_names(dataset: DatasetReader | ServedGrid) -> str:
    """What the file calls its bands, where it calls them anything."""
    band_names = [f"{band} {name}" for band, name in enumerate(dataset.descriptions, 1) if name]
    return Phrase(" ({names})", names=phrase_list(band_names[:_BANDS_SHOWN])) if band_names else ""


def _scales(scale: float, offset: float) -> bool:
    """Whether scale and offset make numbers of numbers."""
    sizes = abs(scale), max(abs(offset), 1 / _MAX_SCALE)
    return all(np.isfinite(size) and 1 / _MAX_SCALE <= size <= _MAX_SCALE for size in sizes)


Window = tuple[slice, slice]
Floats = npt.NDArray[np.float64]
Cells = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
"""Rows and columns, counted in a window."""

HOLD_ALL = Phrase("Give the raster in a CRS that holds all units, such as EPSG:4326 (gdalwarp -t_srs EPSG:4326)")
"""The remedy where the CRS of a raster cannot show some."""
MAX_CELLS = 200_000_000
MAX_WINDOW_CELLS = 10_000_000_000
_STRIP_CELLS = 2_000_000
_BANDS_SHOWN = 9
_MAX_SCALE = 1e30


@dataclass(frozen=True)
class Reader:
    """A grid held open."""

    values: Callable[..., Floats]
    block: tuple[int, int]

    def __call__(self, window: Window | None = None, at: Cells | None = None) -> Floats:
        """See :meth:`Raster.read`."""
        return self.values(window, at)


@dataclass(frozen=True)
class Raster:
    """One band of a grid, north up, in its own CRS; values are read when asked for."""

    path: Path
    crs: CRS
    transform: Affine
    shape: tuple[int, int]
    cell_size_m: float
    nodata: float | None = None
    where: Condition | None = None
    coarse: bool = False
    name: str = "raster"
    band: int = 1
    valid_range: tuple[float, float] | None = None
    layer: str | None = None

    def read(self, window: Window | None = None, at: Cells | None = None) -> Floats:
        """Values as float64, scale and offset applied, NaN where there is none."""
        with self.reader() as read:
            return read(window, at)

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """The file held open for many windows: a function that does what :meth:`read` does, and knows its blocks."""
        with opened(self.path, self.name, self.layer) as dataset:
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
            yield Reader(partial(self._values, dataset), tuple(dataset.block_shapes[self.band - 1]))

    def has_value(self, window: Window) -> npt.NDArray[np.bool_]:
        """Which cells of a window have a value; read strip by strip, so that memory holds a byte a cell."""
        rows, columns = self._bounded(window)
        filled = np.empty((rows.stop - rows.start, columns.stop - columns.start), dtype=bool)
        with self.reader() as read:
            for strip in _strips(rows, columns):
                filled[strip.start - rows.start : strip.stop - rows.start] = np.isfinite(read((strip, columns)))
        return filled

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

    def _values(self, dataset: DatasetReader | ServedGrid, window: Window | None, at: Cells | None = None) -> Floats:
        rows, columns = self._bounded(window)
        ranges = ((rows.start, rows.stop), (columns.start, columns.stop))
        chosen = at or (slice(None), slice(None))
        cells, empty = self.stored(dataset, ranges)
        cells, empty = cells[chosen], empty[chosen]
        scale, offset = dataset.scales[self.band - 1], dataset.offsets[self.band - 1]
        values: Floats = cells.astype(np.float64)
        values[empty] = np.nan
        if scale != 1.0 or offset != 0.0:
            values = values * scale + offset
        if self.valid_range is not None:
            low, high = self.valid_range
            values[(values < low) | (values > high)] = np.nan
        if self.where is not None and values.size:
            table = pd.DataFrame({"value": values.ravel()})
            values[~self.where.evaluate(table).yes.reshape(values.shape)] = np.nan
        return values

    def stored(
        self, dataset: DatasetReader, window: tuple[tuple[int, int], tuple[int, int]]
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
        """The cells as the file stores them, and which of them have no value."""
        cells = dataset.read(self.band, window=window)
        tagged = dataset.nodatavals[self.band - 1]
        nodata = self.nodata if tagged is None else tagged
        empty = ~np.isfinite(cells) if cells.dtype.kind == "f" else np.zeros(cells.shape, dtype=bool)
        if {flag.name for flag in dataset.mask_flag_enums[self.band - 1]} == {"per_dataset"}:
            empty |= dataset.read_masks(self.band, window=window) == 0
        if nodata is not None:  # beside a mask, too
            with np.errstate(over="ignore"):
                empty |= cells == nodata  # in the numbers of the file: -9999.9 is another one as float32
        return cells, empty


def read_raster(
    path: Path,
    name: str,
    *,
    layer: str | None = None,
    crs: str | None = None,
    override_crs: bool = False,
    nodata: float | None = None,
    where: str | None = None,
    coarse: bool = False,
    band: int | None = None,
    valid_range: tuple[float, float] | None = None,
) -> tuple[Raster, pd.DataFrame]:
    """A raster ready to be read, and what the ledger has to say of it."""
    path = Path(path)
    format_of(path, name, GRIDS)
    refused = Attempts()
    condition = None if where is None else refused.attempt(cell_condition, where, name)
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
    with opened(path, name, layer) as dataset:
        check_grid(dataset, path, name, band)
        file_crs = CRS.from_user_input(dataset.crs.to_wkt()) if dataset.crs else None
        transform, shape, tagged = dataset.transform, dataset.shape, dataset.nodatavals[(band or 1) - 1]
        stored = np.dtype(dataset.dtypes[(band or 1) - 1])
    settled = refused.attempt(partial(settle_crs, override=override_crs), file_crs, crs, path.name, name)
    if nodata is not None and tagged is not None and not _alike(nodata, tagged, stored):
        refused.errors.append(
            SourceError(
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
        )
    if settled is None or refused.errors:
        refused.stop()
    known, note = settled
    nodata_note = entries(
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
        band or 1,
        valid_range,
        layer,
    )
    return raster, gather([note, nodata_note])


def cell_condition(where: str, name: str) -> Condition:
    """A condition on the cells of a raster."""
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
    slices = window or (slice(None), slice(None))
    (top, bottom, _), (left, right, _) = (part.indices(size) for part, size in zip(slices, raster.shape, strict=True))
    return slice(top, max(top, bottom)), slice(left, max(left, right))


def _alike(number: float, other: float, stored: np.dtype[Any]) -> bool:
    """Whether two numbers are one in the numbers of a file; those beyond them are not one because both are infinite."""
    if number == other or (np.isnan(number) and np.isnan(other)):
        return True
    with np.errstate(over="ignore"):
        near, there = np.asarray([number, other]).astype(stored) if stored.kind == "f" else (number, other)
    return bool(near == there and np.isfinite(near))


def check_values(raster: Raster, window: Window, meant: Collection[float] = ()) -> pd.DataFrame:
    """Read a window once, strip by strip, for values that stand for none and do not say so."""
    rows, columns = _slices(raster, window)
    with opened(raster.path, raster.name, raster.layer) as dataset:
        survey = CellSurvey(np.dtype(dataset.dtypes[raster.band - 1]))
        outside = _Outside(raster)
        scale, offset = dataset.scales[raster.band - 1], dataset.offsets[raster.band - 1]
        for strip in _strips(rows, columns):
            cells, empty = raster.stored(dataset, ((strip.start, strip.stop), (columns.start, columns.stop)))
            known = cells[~empty]
            if raster.valid_range is None:
                survey.add(known)
            else:
                outside.add(known * scale + offset if (scale, offset) != (1.0, 0.0) else known)
    if raster.valid_range is not None:
        return outside.ledger_row()
    values = {value: value * scale + offset for value in survey.suspects()}
    odd = [value for value, real in values.items() if _counts(real, raster.where, meant)]
    if odd:
        raise _unstated(raster, survey, odd, scale, offset)
    return entries(raster.name, [], "nodata", "")


def _counts(value: float, where: Condition | None, meant: Collection[float]) -> bool:
    """Whether cells of a value would be measured, and nobody says that they are meant."""
    if value in meant or where is None:
        return value not in meant
    named = value in {constant.value for constant in where.numbers}
    return not named and bool(where.evaluate(pd.DataFrame({"value": [value]})).yes[0])


def _unstated(raster: Raster, survey: CellSurvey, odd: list[float], scale: float, offset: float) -> SourceError:
    """The complaint about values that stand for none and do not say so, with what to write."""
    every = [f"{edge:.17g}" for edge in sorted(number * scale + offset for number in range_with(odd, survey))]
    usual = [f"{edge:.17g}" for edge in sorted((survey.low * scale + offset, survey.high * scale + offset))]
    alone = survey.low > survey.high
    one_key = raster.nodata is None and len(odd) == 1
    return SourceError(
        Phrase(
            "layer '{layer}': {file} holds nothing but {found} near the units, which mostly stands for \"no value\". "
            "Say nodata = {found} in the plan, or valid_range = [{least}, {most}] if it is meant."
            if alone
            else "layer '{layer}': {file} holds {found} in {count:,} cell(s), apart from its other values ({low} to "
            '{high}), and does not say that it stands for "no value". Say nodata = {found} in the plan, or '
            "valid_range = [{least}, {most}] if it is meant."
            if one_key
            else "layer '{layer}': {file} holds {found} in {count:,} cell(s), apart from its other values ({low} to "
            '{high}), and does not say that they stand for "no value". Say valid_range = [{low}, {high}] in the plan, '
            "and cells outside have none; or valid_range = [{least}, {most}] if they are meant.",
            layer=raster.name,
            file=raster.path.name,
            found=phrase_list(f"{number:.17g}" for number in odd),
            count=sum(survey.counts[number] for number in odd),
            low=usual[0],
            high=usual[1],
            least=every[0],
            most=every[1],
        ),
        code="nodata" if one_key else "valid_range",
        layer=raster.name,
    )


class _Outside:
    """The cells that lie outside the valid range of a raster, counted block by block."""

    def __init__(self, raster: Raster) -> None:
        self.raster, self.count, self.inside = raster, 0, 0
        self.low, self.high = np.inf, -np.inf

    def add(self, values: npt.NDArray[Any]) -> None:
        if self.raster.valid_range is None or not values.size:
            return
        low, high = self.raster.valid_range
        out = values[(values < low) | (values > high)]
        self.inside += values.size - out.size
        self.count += out.size
        if out.size:
            self.low, self.high = min(self.low, float(out.min())), max(self.high, float(out.max()))

    def ledger_row(self) -> pd.DataFrame:
        """The row of the ledger; that nothing lies inside is refused."""
        wanted = phrase_list(f"{limit:g}" for limit in self.raster.valid_range or ())
        low, high = f"{self.low:g}", f"{self.high:g}"
        if self.count and not self.inside:
            raise SourceError(
                Phrase(
                    "layer '{layer}': no cell of {file} near the units lies within valid_range = [{range}]: all "
                    "{count:,} lie from {low} to {high}. The file may count in another unit, such as per cent; mend "
                    "valid_range.",
                    layer=self.raster.name,
                    file=self.raster.path.name,
                    range=wanted,
                    count=self.count,
                    low=low,
                    high=high,
                ),
                code="valid_range",
                layer=self.raster.name,
            )
        action = Phrase(
            "{count:,} cell(s) near the units taken as having no value: from {low} to {high}, outside valid_range = "
            "[{range}]",
            count=self.count,
            low=low,
            high=high,
            range=wanted,
        )
        return entries(self.raster.name, [""] if self.count else [], "nodata", action)


def _strips(rows: slice, columns: slice) -> Iterator[slice]:
    """The rows of a window, some at a time."""
    step = max(1, _STRIP_CELLS // max(columns.stop - columns.start, 1))
    for top in range(rows.start, rows.stop, step):
        yield slice(top, min(top + step, rows.stop))


def window_of(raster: Raster, bounds: npt.NDArray[np.float64], crs: CRS) -> Window:
    """The window of a raster that covers a box, and a cell more on each side."""
    boxes = box_in(bounds, crs, raster.crs)
    transform, (height, width) = raster.transform, raster.shape
    placed = shifted_by_a_turn(boxes, raster.crs)[:, [0, 2, 3, 1]] - [
        transform.c,
        transform.c,
        transform.f,
        transform.f,
    ]
    cells = placed / [transform.a, transform.a, transform.e, transform.e]
    edges = np.floor(cells) + np.asarray([-1, 2, -1, 2])
    left, right, top, bottom = edges.T
    meets = np.isfinite(edges).all(axis=1) & (right >= 2) & (bottom >= 2) & (left <= width - 2) & (top <= height - 2)
    if not meets.any():
        whole = np.asarray(
            [transform.c, transform.f + transform.e * height, transform.c + transform.a * width, transform.f]
        )
        raise far_away(raster.name, whole, boxes[0], raster.crs, (bounds, crs))
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
