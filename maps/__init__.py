"""What people see: web map, tables, report and the run folder."""

from zoneplan.front_door import serve

__all__, __getattr__, __dir__ = serve(__name__)
