"""Which files may be opened, and how: a few formats, told by ending and first bytes, and nothing else of GDAL.

GDAL guesses a file's format from its content and opens whatever that asks for: other files, other machines, programs.
So the driver is named at each open, or the first bytes must be those that only this driver reads, and what has opened
the file is asked afterwards. What stands beside a file is not read, but for the parts of a shapefile, and what stands
in the folder of a geodatabase: the sha256 tells all. Nothing is changed for other users of the two GDALs (pyogrio's and
rasterio's) in the process; only the command, which has its process to itself, leaves all other drivers out
(:func:`zoneplan.driver_wall.limit_drivers`).
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from stat import S_ISREG
from typing import Literal, NamedTuple

from layers.errors import LimitError, SourceError
from layers.phrases import Phrase, phrase_list
from layers.sandbox import current_limits
from layers.sources import FOLDERS

ALLOWED = frozenset(
    {
        "COG",
        "CSV",
        "ESRI Shapefile",
        "FlatGeobuf",
        "GPKG",
        "GTiff",
        "GeoJSON",
        "GeoJSONSeq",
        "MEM",
        "Memory",
        "OpenFileGDB",
    }
)

_CERTIFICATES = ("GDAL_CURL_CA_BUNDLE", "PROJ_CURL_CA_BUNDLE")
"""Variables that pyogrio and rasterio set when they are imported, for reading over the network."""


class Format(NamedTuple):
    """A format that may be read."""

    name: str
    endings: tuple[str, ...]
    magic: bytes


FORMATS = (
    Format("GPKG", (".gpkg",), rb"SQLite format 3\0"),
    Format("Parquet", (".parquet", ".geoparquet", ".pq"), rb"PAR1"),
    Format("FlatGeobuf", (".fgb",), rb"fgb\x03fgb."),
    Format("GeoJSON", (".geojson", ".json"), rb"(?:\xef\xbb\xbf)?\s*\{"),
    Format("GeoJSONSeq", (".geojsonl", ".geojsons", ".ndgeojson", ".ndjson"), rb"(?:\xef\xbb\xbf)?\s*\x1e?\s*\{"),
    Format("TopoJSON", (".topojson",), rb"(?:\xef\xbb\xbf)?\s*\{"),
    Format("KML", (".kml",), rb"(?:\xef\xbb\xbf)?\s*<"),
    Format("ESRI Shapefile", (".shp",), rb"\0\0\x27\x0a"),
    Format("OpenFileGDB", (".gdb",), rb"[\3\4]\0\0\0"),
    Format("GTiff", (".tif", ".tiff"), rb"II[*+]\0|MM\0[*+]"),
    Format("netCDF", (".nc", ".nc4"), rb"CDF[\1\2\5]|\x89HDF\r\n\x1a\n"),
    Format("Zarr", (".zarr",), rb"\s*\{"),
    Format("XLSX", (".xlsx",), rb"PK\x03\x04"),
    Format("ZIP", (".zip",), rb"PK\x03\x04"),
    Format("CSV", (".csv",), rb""),
)
GRIDS = ("GTiff", "netCDF", "Zarr")
GRID_ENDINGS = {
    ending: file_format.name for file_format in FORMATS if file_format.name in GRIDS for ending in file_format.endings
}
"""The endings of what holds cells, each with its format."""
TABLES = ("CSV", "GPKG", "OpenFileGDB", "Parquet", "XLSX", "ZIP")
FEATURES = (
    "GPKG",
    "Parquet",
    "FlatGeobuf",
    "GeoJSON",
    "GeoJSONSeq",
    "TopoJSON",
    "KML",
    "ESRI Shapefile",
    "OpenFileGDB",
    "ZIP",
    "CSV",
    "XLSX",
)

MB = 1024**2
MAX_BYTES = 4 * 1024**3
MAX_ROWS = 5_000_000
_TOPOLOGY = re.compile(rb"""(?:\xef\xbb\xbf)?\s*\{\s*"type"\s*:\s*"Topology\"""")
"""How a file begins that is called .json and holds TopoJSON."""
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
GEODATABASE = ".gdb"
"""The ending of the folder of a File Geodatabase."""
_MAINS = {"OpenFileGDB": ("a00000001.gdbtable",), "Zarr": ("zarr.json", ".zgroup")}
"""For each format that is a folder the file in it that tells it: a geodatabase by the table that lists its tables."""
_OF_PYOGRIO = frozenset({"ESRI Shapefile", "FlatGeobuf", "GPKG", "GeoJSON", "GeoJSONSeq", "OpenFileGDB", "ZIP"})
"""Formats that the GDAL of features reads."""
_LOCK = ".lock"
"""The ending of files by which programs say that they use a geodatabase."""


def load_gdal(gdal: Literal["pyogrio", "rasterio"]) -> None:
    """Import one of the two GDALs, and leave the environment as it was.

    Called before the first open; cheap when repeated. A study without grids never loads theirs.

    Notes
    -----
    Either sets two variables when it is imported, so that GDAL and PROJ know the certificates of other machines. They
    are taken out again; this GDAL alone is told, so that whoever uses it for other files reads them as before.

    Examples
    --------
    >>> import os
    >>> before = dict(os.environ)
    >>> load_gdal("rasterio")
    >>> dict(os.environ) == before
    True
    """
    if gdal in sys.modules:
        return
    unset = [key for key in _CERTIFICATES if key not in os.environ]
    if gdal == "pyogrio":
        from pyogrio import set_gdal_config_options  # noqa: PLC0415  (it sets the variables when it is imported)

        variables = {key: os.environ.pop(key, None) for key in unset}
        set_gdal_config_options({key: value for key, value in variables.items() if value})
    else:
        from rasterio.env import set_gdal_config  # noqa: PLC0415  (as pyogrio)

        for key in unset:
            if value := os.environ.pop(key, None):
                set_gdal_config(key, value)


def load_libraries(files: Iterable[Path]) -> None:
    """Import what reads some files, so that every copy of this process has it."""
    endings = {path.suffix.lower() for path in files}
    format_names = {file_format.name for file_format in FORMATS if endings & {*file_format.endings}}
    if "GTiff" in format_names:
        load_gdal("rasterio")
    if format_names & _OF_PYOGRIO:
        load_gdal("pyogrio")
    if "Parquet" in format_names:
        import pyarrow.parquet  # noqa: F401, PLC0415  (for this format alone)


def loaded_drivers() -> tuple[str, ...]:
    """Names of all drivers in either GDAL of this process, sorted.

    Examples
    --------
    >>> "GPKG" in loaded_drivers()
    True
    """
    load_gdal("pyogrio")
    load_gdal("rasterio")
    import pyogrio  # noqa: PLC0415  (loaded by load_gdal)
    import rasterio  # noqa: PLC0415  (loaded by load_gdal)

    with rasterio.Env() as env:
        return tuple(sorted(set(pyogrio.list_drivers()) | set(env.drivers())))


def format_of(path: Path, layer: str, allowed: tuple[str, ...]) -> Format:
    """The format of a file, from its ending and first bytes."""
    for part in parts_of(path):
        (_check_folder if part.is_dir() and part.suffix.lower() in FOLDERS else _check_plain)(part, layer)
    known = {ending: candidate for candidate in FORMATS for ending in candidate.endings}
    file_format = known.get(path.suffix.lower())
    if file_format is None or file_format.name not in allowed:
        endings = phrase_list(ending for ending, candidate in known.items() if candidate.name in allowed)
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} cannot be read here: a file with one of the endings {endings} is expected. "
                "Export it to one of these formats, for instance from QGIS.",
                layer=layer,
                file=path.name,
                endings=endings,
            ),
            code="format",
            layer=layer,
        )
    beside = path.with_name(path.name + "-wal")
    if file_format.name == "GPKG" and beside.exists() and beside.stat().st_size:
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} is open in another program, and part of it stands in {beside}. Close it "
                "there, for instance in QGIS.",
                layer=layer,
                file=path.name,
                beside=beside.name,
            ),
            code="file_open",
            layer=layer,
        )
    head = _head(path, file_format)
    if not re.match(file_format.magic, head, re.DOTALL):
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} is not a {found} file, though its name says so: its first bytes are "
                "{head!r}. It is damaged, or another format under a wrong ending: export it anew.",
                layer=layer,
                file=path.name,
                found=file_format.name,
                head=head[:12],
            ),
            code="format",
            layer=layer,
        )
    if file_format.name == "GeoJSON" and file_format.name in allowed and _TOPOLOGY.match(head):
        return next(candidate for candidate in FORMATS if candidate.name == "TopoJSON")
    return file_format


def _head(path: Path, file_format: Format) -> bytes:
    """The first bytes of a file, or of the one that tells a folder's format; none where there is no such."""
    mains = [path / file_name for file_name in _MAINS[file_format.name]] if file_format.name in _MAINS else [path]
    main = next((candidate for candidate in mains if candidate.is_file()), None)
    if main is None:
        return b""
    with main.open("rb") as stream:
        return stream.read(64)


def _check_folder(path: Path, layer: str) -> None:
    """Refuse a folder with links or pipes in it, or with more bytes than a file may have."""
    files = files_in(path)
    for file in files:
        _check_plain(file, layer)
    _check_length(sum(file.stat().st_size for file in files), path, layer)


def _check_plain(path: Path, layer: str) -> None:
    try:
        status = path.stat()
    except OSError as error:
        raise SourceError(
            Phrase(
                "layer '{layer}': no file {file} ({cause}). Check 'source' in the plan.",
                layer=layer,
                file=path.name,
                cause=error.strerror,
            ),
            code="file_missing",
            layer=layer,
        ) from error
    if not S_ISREG(status.st_mode):
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} is no regular file. Name a file in 'source', no folder, pipe or device.",
                layer=layer,
                file=path.name,
            ),
            code="file_kind",
            layer=layer,
        )
    if path.is_symlink():
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} is a link to elsewhere. Put the file itself beside its other parts.",
                layer=layer,
                file=path.name,
            ),
            code="file_kind",
            layer=layer,
        )
    _check_length(status.st_size, path, layer)


def _check_length(size: int, path: Path, layer: str) -> None:
    most = current_limits().file_mb
    if size > most * MB:
        raise LimitError(
            Phrase(
                "layer '{layer}': {file} has {size:,.1f} MB; the limit is {most:,} MB. Cut it to the study area "
                "first, or raise file_mb under [limits] in the plan.",
                layer=layer,
                file=path.name,
                size=size / MB,
                most=most,
            ),
            code="file_size",
            layer=layer,
        )


def check_rows(rows: int, path: Path, layer: str) -> None:
    """Refuse more rows than memory is meant to hold."""
    if rows > MAX_ROWS:
        raise LimitError(
            Phrase(
                "layer '{layer}': {file} has more than {most:,} rows. Cut it to the study area first.",
                layer=layer,
                file=path.name,
                most=MAX_ROWS,
            ),
            code="rows",
            layer=layer,
        )


def check_size(size: int, path: Path, layer: str) -> None:
    """Refuse more bytes, once unpacked, than memory is meant to hold."""
    if size > MAX_BYTES:
        raise LimitError(
            Phrase(
                "layer '{layer}': {file} unpacks to {size:.1f} GiB; the limit is {most:.0f} GiB. Cut it to the "
                "study area, or leave out columns.",
                layer=layer,
                file=path.name,
                size=size / 1024**3,
                most=MAX_BYTES / 1024**3,
            ),
            code="unpacked_size",
            layer=layer,
        )


def parts_of(path: Path) -> tuple[Path, ...]:
    """The files that are read for a source: itself, and for a shapefile the parts beside it that exist.

    Examples
    --------
    >>> [part.name for part in parts_of(Path("units.gpkg"))]
    ['units.gpkg']
    """
    if path.suffix.lower() != ".shp":
        return (path,)
    beside = [path.with_suffix(ending.upper() if path.suffix.isupper() else ending) for ending in SHAPEFILE_PARTS[1:]]
    return (path, *(part for part in beside if part.exists()))


def files_in(folder: Path) -> tuple[Path, ...]:
    """All that stands in the folder of a source and is no folder, sorted; without what programs lock it by."""
    return tuple(sorted(path for path in folder.rglob("*") if _is_entry(path)))


def _is_entry(path: Path) -> bool:
    return (path.is_symlink() or not path.is_dir()) and path.suffix.lower() != _LOCK


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in the folder of a source."""
    return sum(file.stat().st_size for file in files_in(path)) if path.is_dir() else path.stat().st_size


def digest(path: Path) -> str:
    """The sha256 of a file, in hexadecimal.

    Of a folder that of a list with one line ``<sha256>  <path in it>`` for each file, sorted by path, as ``sha256sum``
    prints it. Files that end in ``.lock`` are left out: programs write them while they look at it.
    """
    if path.is_dir():
        lines = "".join(f"{digest(file)}  {file.relative_to(path).as_posix()}\n" for file in files_in(path))
        return hashlib.sha256(lines.encode()).hexdigest()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
