"""The wall of the command before GDAL: all drivers are left out but the few that zoneplan reads by.

The command has its process to itself. In a program of others the library leaves GDAL as it is: there the driver is
named at each open (:mod:`layers.formats`).
"""

from __future__ import annotations

import os

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
OSM OZI PAux PCIDSK PCRaster PDF PDS PDS4 PGDUMP PGEO PLMOSAIC PLSCENES PMTiles PNG PNM PRF Parquet
PostGISRaster PostgreSQL R RCM RDB RIK RMF ROI_PAC RPFTOC RRASTER RS2 RST Rasterlite S102 S104 S111 S57 SAFE SAGA
SAR_CEOS SDTS SENTINEL2 SGI SIGDEM SNAP_TIFF SNODAS SOSI SQLite SRP SRTMHGT STACIT STACTA SVG SXF Selafin TGA TIL TSX
Terragen Tiger TileDB TopoJSON UK_.NTF USGSDEM VDV VFK VICAR VRT WAsP WCS WEBP WFS WMS WMTS Walk XLS XLSX XODR XPM XYZ
ZMap Zarr netCDF
"""
_SPACED = {"MapInfo_File": "MapInfo File", "UK_.NTF": "UK .NTF"}
_SKIP = ",".join(_SPACED.get(name, name) for name in _OTHERS.split())

_SETTINGS = {
    "GDAL_SKIP": _SKIP,
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
}


def limit_drivers() -> None:
    """Leave out of both GDALs of this process, and of its children, all drivers but the few.

    Called before either is loaded, by the entry point of the command alone. GDAL's log goes into the bin, unless a
    place is chosen for it: it warns of each name that a wheel does not have.
    """
    os.environ.update(_SETTINGS)
    os.environ.setdefault("CPL_LOG", os.devnull)
