"""Features written as text: lines of GeoJSON, each of which is a feature or is refused."""

from layers.formats.text_features.geojson_lines import check_lines

__all__ = ["check_lines"]
