"""A variable of a netCDF file or a Zarr folder as one band, north up, read window by window.

What the CF conventions say of it holds: the fill and missing values, the valid range, scale and offset, which axis is
which, and the grid mapping. HDF5, in which netCDF is mostly kept, can take data from other files: such are refused.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from traceback import clear_frames
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from pyproj import CRS

from layers.errors import LimitError, SourceError
from layers.formats.feature_records import chosen_layer
from layers.phrases import Phrase, phrase_list

if TYPE_CHECKING:
    from affine import Affine
    from rasterio.enums import MaskFlags

MAX_CHUNK_BYTES = 1024**3
_HDF5 = b"\x89HDF"
_AXES = {
    "X": (
        {"longitude", "projection_x_coordinate"},
        {"degrees_east", "degree_east"},
        {"x", "lon", "longitude", "easting"},
    ),
    "Y": (
        {"latitude", "projection_y_coordinate"},
        {"degrees_north", "degree_north"},
        {"y", "lat", "latitude", "northing"},
    ),
}
"""For each axis its standard names, its units, and the names that it has where neither is said."""
_EVEN = 0.01
"""So much of a cell its middle may lie off an even step: coordinates are often kept with seven digits."""
_UNWRITTEN = 9.969209968386869e36
"""What netCDF writes where nobody wrote a value."""


@contextmanager
def opened_array(path: Path, driver: str, name: str, layer: str | None = None) -> Iterator[ArrayBand]:
    """A variable, open for reading as a dataset of rasterio is."""
    try:
        import xarray  # noqa: PLC0415  (an extra, loaded where there are such grids)

        engine = _engine(path, driver, name)
    except ImportError as error:
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} needs {package}, which is not installed: pip install 'zoneplan[netcdf]'",
                layer=name,
                file=path.name,
                package=error.name or "xarray",
            ),
            code="not_installed",
            layer=name,
        ) from error
    options = {"consolidated": False} if engine == "zarr" else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries, on what they will do in later versions
        try:
            array_file = xarray.open_dataset(path, engine=engine, decode_cf=False, cache=False, backend_kwargs=options)
        except Exception as error:
            clear_frames(error.__traceback__)  # scipy closes a file that it cannot read when nothing holds it any more
            raise
        with array_file as dataset:
            yield ArrayBand(dataset, path, driver, name, layer)


def _engine(path: Path, driver: str, name: str) -> str:
    """Which library reads a file; ImportError where it is not there."""
    if driver == "Zarr":
        import zarr  # noqa: F401, PLC0415  (an extra)

        return "zarr"
    with path.open("rb") as stream:
        is_hdf5 = stream.read(4) == _HDF5
    if not is_hdf5:
        import scipy.io  # noqa: F401, PLC0415  (an extra; the classic format)

        return "scipy"
    import h5netcdf  # noqa: F401, PLC0415  (an extra)
    import h5py  # noqa: PLC0415  (comes with it)

    with h5py.File(path, "r") as file:
        if away := sorted(_parts_elsewhere(file, h5py)):
            raise SourceError(
                Phrase(
                    "layer '{layer}': {file} takes {parts} from other files. Copy it into one file (nccopy, or "
                    "xarray's to_netcdf).",
                    layer=name,
                    file=path.name,
                    parts=phrase_list(map(repr, away[:5])),
                ),
                code="computed",
                layer=name,
            )
    return "h5netcdf"


def _parts_elsewhere(group: Any, h5py: Any) -> Iterator[str]:
    """Names of what a group, and those in it, take from other files."""
    for key in group:
        link = group.get(key, getlink=True)
        if isinstance(link, h5py.ExternalLink):
            yield f"{group.name.rstrip('/')}/{key}"
            continue
        if isinstance(link, h5py.SoftLink):
            continue  # to something in this file, which is looked at where it stands
        part = group[key]
        if isinstance(part, h5py.Group):
            yield from _parts_elsewhere(part, h5py)
        elif isinstance(part, h5py.Dataset) and (part.external or part.is_virtual):
            yield part.name


class ArrayBand:
    """A variable as one band of a raster: what a dataset of rasterio says of itself, of arrays."""

    count = 1
    descriptions = (None,)
    mask_flag_enums: tuple[tuple[MaskFlags, ...], ...] = ((),)

    def __init__(self, dataset: Any, path: Path, driver: str, name: str, layer: str | None) -> None:
        self._path, self._name = path, name
        places = {str(key): axes for key in dataset.data_vars if (axes := _axes_of(dataset, dataset[key])) is not None}
        if not places:
            raise self._no_grid(
                Phrase("holds no variable that lies on a map: none has one axis that runs north and one that runs east")
            )
        chosen = chosen_layer([*places], path, name, layer)
        self._variable, (down, across) = dataset[chosen].variable, places[chosen]
        self._refuse_more(chosen, down, across)
        self._dims = (down, across)
        ys, xs = (self._middles(dataset, axis) for axis in (down, across))
        self._south_first = bool(ys[0] < ys[-1])
        self.shape = self.height, self.width = len(ys), len(xs)
        self.transform = _transform(xs, ys[::-1] if self._south_first else ys)
        self.crs = _crs_of(dataset, self._variable.attrs)
        self._read_attributes(self._variable.attrs, driver)
        self.block_shapes = (self._block(),)

    def _no_grid(self, fault: str) -> SourceError:
        return SourceError(
            Phrase("layer '{layer}': {file} {fault}.", layer=self._name, file=self._path.name, fault=fault),
            code="grid",
            layer=self._name,
        )

    def _refuse_more(self, chosen: str, *plain: str) -> None:
        sizes = dict(zip(self._variable.dims, self._variable.shape, strict=True))
        more = [f"{dimension} ({size})" for dimension, size in sizes.items() if dimension not in plain and size != 1]
        if more:
            raise self._no_grid(
                Phrase(
                    "gives '{variable}' for several {dimensions}. Write the one that is meant into a file of its own "
                    "(xarray: isel, then to_netcdf)",
                    variable=chosen,
                    dimensions=phrase_list(more),
                )
            )
        if self._variable.dtype.kind not in "iuf":
            raise self._no_grid(
                Phrase("holds {kind}, no real numbers. Export it as Int32 or Float32", kind=str(self._variable.dtype))
            )

    def _middles(self, dataset: Any, dimension: str) -> npt.NDArray[np.float64]:
        """The coordinates along an axis: middles of cells, evenly spaced."""
        middles = np.asarray(dataset[dimension].values, dtype=np.float64)
        if len(middles) >= 2 and np.isfinite(middles).all():
            even = np.linspace(middles[0], middles[-1], len(middles))
            step = abs(middles[-1] - middles[0]) / (len(middles) - 1)
            if step > 0 and np.abs(middles - even).max() <= _EVEN * step:
                return middles
        raise SourceError(
            Phrase(
                "layer '{layer}': its {axis} are not evenly spaced, or fewer than two: no plain grid",
                layer=self._name,
                axis=dimension,
            ),
            code="grid",
            layer=self._name,
        )

    def _read_attributes(self, attributes: Mapping[str, Any], driver: str) -> None:
        """What the conventions say of the values, in the numbers of the file."""
        stored = self._variable.dtype
        unsigned = stored.kind == "i" and str(attributes.get("_Unsigned", "")).lower() == "true"
        self._stored = np.dtype(f"u{stored.itemsize}") if unsigned else stored
        numbers = {
            key: np.atleast_1d(np.asarray(attributes[key])).astype(self._stored)
            for key in ("_FillValue", "missing_value", "valid_range", "valid_min", "valid_max")
            if key in attributes
        }
        none = [*numbers.get("_FillValue", ()), *numbers.get("missing_value", ())]
        self.nodata = float(none[0]) if none else None
        self.nodatavals = (self.nodata,)
        self._none = [
            *none[1:],
            *([self._stored.type(_UNWRITTEN)] if driver == "netCDF" and stored.kind == "f" else []),
        ]
        limits = numbers.get("valid_range", ())
        least = [*limits[:1], *numbers.get("valid_min", ())]
        most = [*limits[1:2], *numbers.get("valid_max", ())]
        self._least, self._most = (max(least) if least else None), (min(most) if most else None)
        holed = bool(self._none) or self._least is not None or self._most is not None
        self._filled = self.nodata is None and holed and self._stored.kind != "f"
        self.dtypes = ("float64" if self._filled else str(self._stored),)
        self.scales, self.offsets = (
            (float(attributes.get("scale_factor", 1.0)),),
            (float(attributes.get("add_offset", 0.0)),),
        )

    def _block(self) -> tuple[int, int]:
        """Rows and columns of the chunks in which the file keeps the band."""
        dims = self._variable.dims
        stated: Sequence[int] = self._variable.encoding.get("chunksizes") or self._variable.encoding.get("chunks") or ()
        chunks = dict(zip(dims, stated, strict=False)) if stated else {}
        size = int(np.prod([chunks.get(dimension, 1) for dimension in dims])) * self._variable.dtype.itemsize
        rows, columns = int(chunks.get(self._dims[0], 1)), int(chunks.get(self._dims[1], self.width))
        if size > MAX_CHUNK_BYTES:
            raise LimitError(
                Phrase(
                    "layer '{layer}': {file} is stored in blocks of {rows} x {columns} cells, too large to unpack. "
                    "Store it in tiles (gdal_translate -co TILED=YES).",
                    layer=self._name,
                    file=self._path.name,
                    rows=rows,
                    columns=columns,
                ),
                code="block_size",
                layer=self._name,
            )
        return min(rows, self.height), min(columns, self.width)

    def read(self, _band: int, window: tuple[tuple[int, int], tuple[int, int]]) -> npt.NDArray[Any]:
        """The cells of a window in the numbers of the file, north up; without a value those that it says have none."""
        (top, bottom), (left, right) = window
        rows = slice(self.height - bottom, self.height - top) if self._south_first else slice(top, bottom)
        places = {dimension: 0 for dimension in self._variable.dims if dimension not in self._dims}
        part = self._variable.isel({**places, self._dims[0]: rows, self._dims[1]: slice(left, right)})
        cells = np.asarray(part.transpose(*self._dims).values)
        cells = cells.view(self._stored) if cells.dtype != self._stored and cells.dtype.kind == "i" else cells
        cells = cells[::-1] if self._south_first else cells
        without = np.zeros(cells.shape, dtype=bool)
        for number in self._none:
            without |= cells == number
        if self._least is not None:
            without |= cells < self._least
        if self._most is not None:
            without |= cells > self._most
        if self._filled:
            cells = cells.astype(np.float64)
        if without.any():
            cells = cells.copy()
            cells[without] = np.nan if cells.dtype.kind == "f" else self.nodata
        return cells


def _axes_of(dataset: Any, variable: Any) -> tuple[str, str] | None:
    """The dimensions of a variable that run down and across a map, where it has one of each."""
    axes = {}
    for axis, (standards, units, names) in _AXES.items():
        dimensions = [
            str(dimension)
            for dimension in variable.dims
            if dimension in dataset.variables and dataset[dimension].ndim == 1
        ]
        stated = [dimension for dimension in dimensions if _is_axis(dataset[dimension].attrs, axis, standards, units)]
        axes[axis] = stated or [dimension for dimension in dimensions if dimension.lower() in names]
    return (axes["Y"][0], axes["X"][0]) if len(axes["X"]) == len(axes["Y"]) == 1 else None


def _is_axis(attributes: Mapping[str, Any], axis: str, standards: set[str], units: set[str]) -> bool:
    return (
        attributes.get("axis") == axis
        or attributes.get("standard_name") in standards
        or attributes.get("units") in units
    )


def _transform(xs: npt.NDArray[np.float64], ys: npt.NDArray[np.float64]) -> Affine:
    """From (column, row) to (x, y), of the middles of cells from north to south."""
    from affine import Affine  # noqa: PLC0415  (rasterio's, loaded for rasters alone)

    wide, high = ((middles[-1] - middles[0]) / (len(middles) - 1) for middles in (xs, ys))
    return Affine(float(wide), 0.0, float(xs[0] - wide / 2), 0.0, float(high), float(ys[0] - high / 2))


def _crs_of(dataset: Any, attributes: Mapping[str, Any]) -> CRS | None:
    """What the grid mapping of a variable says; None where it has none."""
    mapping = str(attributes.get("grid_mapping", "")).partition(":")[0].strip()
    if mapping not in dataset.variables:
        return None
    about = dict(dataset[mapping].attrs)
    stated = about.get("crs_wkt") or about.get("spatial_ref")
    return CRS.from_wkt(str(stated)) if stated else CRS.from_cf(about)
