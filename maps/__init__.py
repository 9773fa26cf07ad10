"""What people see: web map, tables, report, the run folder and the command."""

from typing import TYPE_CHECKING

from layers.lazy_exports import export_lazily

if TYPE_CHECKING:
    from maps.drafts import write_plan, write_study
    from maps.drawing import picture
    from maps.errors import BusyError, DamagedRunError, WriteError
    from maps.exports import write_geodatabase, write_geopackage, write_geoparquet, write_workbook
    from maps.reports import dossier, report, write_dossier, write_report
    from maps.runs import read_run, verify, write_run
    from maps.web import draw

__all__ = [
    # Show and write
    "draw",
    "picture",
    "report",
    "dossier",
    "write_run",
    "read_run",
    "verify",
    "write_report",
    "write_dossier",
    "write_geopackage",
    "write_geodatabase",
    "write_geoparquet",
    "write_workbook",
    # Begin
    "write_study",
    "write_plan",
    # What is refused
    "WriteError",
    "BusyError",
    "DamagedRunError",
]

_ROOMS = {
    "draw": "maps.web",
    "picture": "maps.drawing",
    "report": "maps.reports",
    "dossier": "maps.reports",
    "write_run": "maps.runs",
    "read_run": "maps.runs",
    "verify": "maps.runs",
    "write_report": "maps.reports",
    "write_dossier": "maps.reports",
    "write_geopackage": "maps.exports",
    "write_geodatabase": "maps.exports",
    "write_geoparquet": "maps.exports",
    "write_workbook": "maps.exports",
    "write_study": "maps.drafts",
    "write_plan": "maps.drafts",
    "WriteError": "maps.errors",
    "BusyError": "maps.errors",
    "DamagedRunError": "maps.errors",
}

__getattr__, __dir__ = export_lazily(__name__, _ROOMS)
