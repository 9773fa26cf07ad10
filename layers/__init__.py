"""Read and prepare: files, CRS, geometry, rasters, conditions. Knows nothing of zones, quotas or money."""

from zoneplan.front_door import serve

__all__, __getattr__, __dir__ = serve(__name__)
