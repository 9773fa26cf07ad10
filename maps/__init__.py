"""What people see: web map, tables, report, the run folder and the command."""

from zoneplan.front_door import serve

__all__, __getattr__, __dir__ = serve(__name__)
