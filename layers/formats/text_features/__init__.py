"""Features written as text: lines of GeoJSON, and KML and TopoJSON, which are read without a driver."""

from layers.formats.text_features.geojson_lines import check_lines, features_by_line
from layers.formats.text_features.kml import kml_kinds, kml_layers
from layers.formats.text_features.topojson import read_topojson, topojson_kinds, topojson_objects

__all__ = [
    "check_lines",
    "features_by_line",
    "kml_kinds",
    "kml_layers",
    "read_topojson",
    "topojson_kinds",
    "topojson_objects",
]
