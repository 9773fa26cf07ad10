"""Features written as text: lines of GeoJSON, and KML, which is read without a driver."""

from layers.formats.text_features.geojson_lines import check_lines
from layers.formats.text_features.kml import kml_kinds, kml_layers

__all__ = ["check_lines", "kml_kinds", "kml_layers"]
