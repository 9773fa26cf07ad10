"""Which files may be opened, and how: seven formats, told by ending and first bytes, and nothing else of GDAL.

GDAL guesses a file's format from its content and opens whatever that asks for: other files, other machines, programs.
Three walls stand before it. The driver is named when a file is opened, or the first bytes must be those that only this
driver reads. All other drivers are left out of both GDALs in the process (pyogrio's and rasterio's), if they are not
loaded already. What stands beside a file is not read, but for the parts of a shapefile: the sha256 tells all.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG
from typing import Literal, NamedTuple

from layers.errors import LimitError, SourceError

ALLOWED = frozenset(
    {"COG", "CSV", "ESRI Shapefile", "FlatGeobuf", "GPKG", "GTiff", "GeoJSON", "GeoJSONSeq", "MEM", "Memory"}
)

# Every other driver of GDAL 3.6 to 3.12, either wheel. A name that a wheel does not have is passed over in silence.
_OTHERS = """
AAIGrid ACE2 ADBC ADRG AIG AIVector AVCBin AVCE00 AirSAR AmigoCloud Arrow ARG AVIF BAG BASISU BIGGIF BLX BMP BSB BT BYN
CAD CALS CEOS COASP COSAR CPG CSW CTG CTable2 Carto Cloudant CouchDB DAAS DB2ODBC DDS DERIVED DGN DIMAP DIPEx DOQ1 DOQ2
DTED DWG DXF ECRGTOC ECW EDIGEO EEDA EEDAI EHdr EIR ELAS ENVI EOPF ERS ESAT ESRIC ESRIJSON EXR Elasticsearch FAST FENIX
FIT FITS FileGDB GDALG GFF GIF GMLAS GML GNMDatabase GNMFile GPSBabel GPX GRASS GRASSASCIIGrid GRIB GS7BG GSAG GSBG GSC
GSGeoTIFF GTFS GTI GTX GXF Geoconcept GenBin GeoRSS HANA HDF4 HDF4Image HDF5 HDF5Image HEIF HF2 HFA HTTP IDA IDB ILWIS
INGR IRIS ISCE ISG ISIS2 ISIS3 Idrisi Interlis1 Interlis2 JAXAPALSAR JDEM JML JP2ECW JP2KAK JP2MrSID JP2OpenJPEG JPEG
JPEGXL JSONFG KEA KML KMLSUPEROVERLAY KRO KTX2 L1B LAN LCP LIBERTIFF LIBKML LOSLAS LVBAG Leveller MAP MBTiles MFF MFF2
MRF MSG MSGN MSSQLSpatial MVT MapInfo_File MapML MiraMonRaster MiraMonVector MongoDBv3 MrSID MySQL NAS NDF NGSGEOID NGW
NITF NOAA_B NSIDCbin NTv1 NTv2 NUMPY NWT_GRC NWT_GRD OAPIF OCI ODBC ODS OGCAPI OGR_GMT OGR_PDS OGR_SDTS OGR_VRT OPENJPEG
OSM OZI OpenFileGDB PAux PCIDSK PCRaster PDF PDS PDS4 PGDUMP PGEO PLMOSAIC PLSCENES PMTiles PNG PNM PRF Parquet
PostGISRaster PostgreSQL R RCM RDB RIK RMF ROI_PAC RPFTOC RRASTER RS2 RST Rasterlite S102 S104 S111 S57 SAFE SAGA
SAR_CEOS SDTS SENTINEL2 SGI SIGDEM SNAP_TIFF SNODAS SOSI SQLite SRP SRTMHGT STACIT STACTA SVG SXF Selafin TGA TIL TSX
Terragen Tiger TileDB TopoJSON USGSDEM VDV VFK VICAR VRT WAsP WCS WEBP WFS WMS WMTS Walk XLS XLSX XODR XPM XYZ ZMap Zarr
netCDF
"""
_SKIP = ",".join(name.replace("MapInfo_File", "MapInfo File") for name in _OTHERS.split())

_SETTINGS = {
    "GDAL_SKIP": _SKIP,
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
}


class Format(NamedTuple):
    """A format that may be read.

    Attributes
    ----------
    name : str
        Its driver's name in GDAL, or "Parquet" or "CSV", which GDAL does not read here.
    endings : tuple of str
        Of its file names, in lower case.
    magic : bytes
        A pattern that its first bytes match. The binary ones have a NUL early on, which ends every search of another
        driver for a telling word.
    """

    name: str
    endings: tuple[str, ...]
    magic: bytes


FORMATS = (
    Format("GPKG", (".gpkg",), rb"SQLite format 3\0"),
    Format("Parquet", (".parquet", ".geoparquet", ".pq"), rb"PAR1"),
    Format("FlatGeobuf", (".fgb",), rb"fgb\x03fgb."),
    Format("GeoJSON", (".geojson", ".json"), rb"(?:\xef\xbb\xbf)?\s*\{"),
    Format("ESRI Shapefile", (".shp",), rb"\0\0\x27\x0a"),
    Format("GTiff", (".tif", ".tiff"), rb"II[*+]\0|MM\0[*+]"),
    Format("CSV", (".csv",), rb""),
)
GRIDS = ("GTiff",)
TABLES = ("CSV", "GPKG", "Parquet")
FEATURES = ("GPKG", "Parquet", "FlatGeobuf", "GeoJSON", "ESRI Shapefile", "CSV")

MAX_FILE_BYTES = 8 * 1024**3
MAX_BYTES = 4 * 1024**3
MAX_ROWS = 5_000_000
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def limit_drivers(gdal: Literal["pyogrio", "rasterio"] = "pyogrio") -> None:
    """One of the two GDALs with the drivers of ``ALLOWED`` only, where it is not loaded yet.

    Called before the first open; cheap when repeated. The settings stay in ``os.environ``, so that the other GDAL and
    child processes have them too. In a process that has used pyogrio or rasterio before, the other walls hold alone.

    Parameters
    ----------
    gdal : {"pyogrio", "rasterio"}
        The one that is about to be used: that of features or that of grids. A study without grids never loads theirs.

    Examples
    --------
    >>> limit_drivers()
    >>> import os
    >>> os.environ["GDAL_VRT_ENABLE_PYTHON"]
    'NO'
    """
    settled = all(os.environ.get(key) == value for key, value in _SETTINGS.items())
    if settled and gdal in sys.modules:  # a child process has the settings of its parent, and still must load
        return
    os.environ.update(_SETTINGS)
    with _quiet():
        if gdal == "pyogrio":
            import pyogrio  # noqa: F401, PLC0415  (it registers its drivers when it is imported)
        else:
            import rasterio  # noqa: PLC0415  (it registers its drivers in the first Env)

            with rasterio.Env():
                pass


@contextmanager
def _quiet() -> Iterator[None]:
    """GDAL's log in the bin: it warns of each name in ``GDAL_SKIP`` that a wheel does not have."""
    before = os.environ.get("CPL_LOG")
    os.environ["CPL_LOG"] = os.devnull
    try:
        yield
    finally:
        if before is None:
            del os.environ["CPL_LOG"]
        else:
            os.environ["CPL_LOG"] = before


def loaded_drivers() -> tuple[str, ...]:
    """Names of all drivers in either GDAL of this process, sorted.

    Examples
    --------
    >>> "GPKG" in loaded_drivers()
    True
    """
    limit_drivers("pyogrio")
    limit_drivers("rasterio")
    import pyogrio  # noqa: PLC0415  (loaded after the settings)
    import rasterio  # noqa: PLC0415  (loaded after the settings)

    with rasterio.Env() as env:
        return tuple(sorted(set(pyogrio.list_drivers()) | set(env.drivers())))


def format_of(path: Path, layer: str, allowed: tuple[str, ...]) -> Format:
    """The format of a file, from its ending and first bytes.

    Parameters
    ----------
    path : Path
        A resolved path: plain, inside the study folder.
    layer : str
        Name of the layer, for messages.
    allowed : tuple of str
        Names of the formats that may stand here.

    Returns
    -------
    Format

    Raises
    ------
    SourceError
        The file is missing, no regular file, of another format, or not what its ending says.
    LimitError
        The file is larger than ``MAX_FILE_BYTES``.
    """
    for part in parts_of(path):
        _check_plain(part, layer)
    known = {ending: one for one in FORMATS for ending in one.endings}
    found = known.get(path.suffix.lower())
    if found is None or found.name not in allowed:
        endings = ", ".join(ending for ending, one in known.items() if one.name in allowed)
        raise SourceError(
            f"layer '{layer}': {path.name} cannot be read here: a file with one of the endings {endings} is expected. "
            f"Export it to one of these formats, for instance from QGIS.",
            code="format",
            layer=layer,
        )
    beside = path.with_name(path.name + "-wal")
    if found.name == "GPKG" and beside.exists() and beside.stat().st_size:
        raise SourceError(
            f"layer '{layer}': {path.name} is open in another program, and part of it stands in {beside.name}. Close "
            f"it there, for instance in QGIS.",
            code="file_open",
            layer=layer,
        )
    with path.open("rb") as stream:
        head = stream.read(64)
    if not re.match(found.magic, head, re.DOTALL):
        raise SourceError(
            f"layer '{layer}': {path.name} is not a {found.name} file, though its name says so: its first bytes are "
            f"{head[:12]!r}. It is damaged, or another format under a wrong ending: export it anew.",
            code="format",
            layer=layer,
        )
    return found


def _check_plain(path: Path, layer: str) -> None:
    try:
        status = path.stat()
    except OSError as error:
        raise SourceError(
            f"layer '{layer}': no file {path.name} ({error.strerror}). Check 'source' in the plan.",
            code="file_missing",
            layer=layer,
        ) from error
    if not S_ISREG(status.st_mode):
        raise SourceError(
            f"layer '{layer}': {path.name} is no regular file. Name a file in 'source', no folder, pipe or device.",
            code="file_kind",
            layer=layer,
        )
    if path.is_symlink():
        raise SourceError(
            f"layer '{layer}': {path.name} is a link to elsewhere. Put the file itself beside its other parts.",
            code="file_kind",
            layer=layer,
        )
    if status.st_size > MAX_FILE_BYTES:
        raise LimitError(
            f"layer '{layer}': {path.name} has {status.st_size / 1024**3:.1f} GiB; the limit is "
            f"{MAX_FILE_BYTES / 1024**3:.0f} GiB. Cut it to the study area first.",
            code="file_size",
            layer=layer,
        )


def check_rows(rows: int, path: Path, layer: str) -> None:
    """Refuse more rows than memory is meant to hold.

    Raises
    ------
    LimitError
        There are more than ``MAX_ROWS``.
    """
    if rows > MAX_ROWS:
        raise LimitError(
            f"layer '{layer}': {path.name} has more than {MAX_ROWS:,} rows. Cut it to the study area first.",
            code="rows",
            layer=layer,
        )


def check_size(size: int, path: Path, layer: str) -> None:
    """Refuse more bytes, once unpacked, than memory is meant to hold.

    Raises
    ------
    LimitError
        There are more than ``MAX_BYTES``.
    """
    if size > MAX_BYTES:
        raise LimitError(
            f"layer '{layer}': {path.name} unpacks to {size / 1024**3:.1f} GiB; the limit is {MAX_BYTES / 1024**3:.0f} "
            f"GiB. Cut it to the study area, or leave out columns.",
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


def digest(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
