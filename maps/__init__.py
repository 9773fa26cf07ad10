"""What people see: the web map, tables, report, the run folder and the command."""

import importlib
from typing import TYPE_CHECKING

from layers import LANGUAGES as LANGUAGES
from maps.errors import BusyError as BusyError
from maps.errors import DamagedRunError as DamagedRunError
from maps.errors import WriteError as WriteError
from maps.style import zone_fills as zone_fills
from maps.locale import format_number as format_number
from maps.locale import format_number as number  # noqa: F401  (its name before)
from maps.style import Frame as Frame
from maps.locale import report_words as report_words
from maps.style import Block as Block
from maps.style import picture as picture
from maps.style import fill_page as fill_page
from maps.reports import Chapter as Chapter
from maps.reports import ReportContext as ReportContext
from maps.reports import ReportContext as Edition  # noqa: F401  (its name before)
from maps.reports import summary as summary
from maps.reports import open_units as open_units
from maps.reports import energy as energy
from maps.reports import findings as findings
from maps.reports import optimum_leaves as optimum_leaves
from maps.reports import sources as sources
from maps.reports import flow_chart as flow_chart
from maps.reports import ecosystem_services as ecosystem_services
from maps.reports import land as land
from maps.reports import flows as flows
from maps.reports import sites as sites
from maps.reports import industries as industries
from maps.reports import unit_lists as unit_lists
from maps.reports import list_units as list_units
from maps.reports import report as report
from maps.reports import write_report as write_report
from maps.style import locator as locator
from maps.reports import dossier_chapters as dossier_chapters
from maps.reports import dossier as dossier
from maps.reports import write_dossier as write_dossier
from maps.exports import unit_style as unit_style
from maps.exports import write_geopackage as write_geopackage
from maps.exports import write_geoparquet as write_geoparquet
from maps.exports import write_workbook as write_workbook

# The web map.
from maps.locale import map_words as map_words
from maps.web import ReasonTable as ReasonTable
from maps.web import ReasonTable as Whys  # noqa: F401  (its name before)
from maps.web import Arcs as Arcs
from maps.web import encode_shapes as encode_shapes
from maps.web import encode_shapes as pack  # noqa: F401  (its name before)
from maps.web import cards as cards
from maps.web import FlowMarks as FlowMarks
from maps.web import draw_payments as draw_payments
from maps.web import use_breaks as use_breaks
from maps.web import payments_payload as payments_payload
from maps.web import payments_payload as tell_payments  # noqa: F401  (its name before)
from maps.web import map_payload_of as map_payload_of
from maps.web import map_payload_of as contents  # noqa: F401  (its name before)
from maps.web import site_layers as site_layers
from maps.web import OfflineFigure as OfflineFigure
from maps.web import draw as draw
from maps.run_folder import read_run as read_run
from maps.run_folder import write_csv as write_csv
from maps.run_folder import stage_folder as stage_folder
from maps.run_folder import stage_folder as hold  # noqa: F401  (its name before)
from maps.run_folder import Verification as Verification
from maps.run_folder import Verification as Verdict  # noqa: F401  (its name before)
from maps.run_folder import require_room as require_room
from maps.run_folder import require_whole as require_whole
from maps.run_folder import verify as verify
from maps.run_folder import write_run as write_run
from maps.init import write_study as write_study

# A first plan from a user's own files.
from maps.locale import plan_word as plan_word
from maps.init import InferredColumn as InferredColumn
from maps.init import InferredColumn as Guess  # noqa: F401  (its name before)
from maps.init import InspectedSource as InspectedSource
from maps.init import InspectedSource as OwnFile  # noqa: F401  (its name before)
from maps.init import free_name as free_name
from maps.init import grid_lines as grid_lines
from maps.init import PlanDraft as PlanDraft
from maps.init import PlanDraft as Draft  # noqa: F401  (its name before)
from maps.init import write_plan as write_plan
from maps.cli import diagnose as diagnose

from maps.cli import count_cases as count_cases
from maps.cli import progress as progress

# The command. It is loaded when it is asked for: who imports the package for its functions needs no command line.
if TYPE_CHECKING:
    from maps.cli.exit_codes import judge as judge
    from maps.cli.commands import main as main

_LATER = {"judge": "maps.cli.exit_codes", "main": "maps.cli.commands"}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LATER[name]), name)


def __dir__() -> list[str]:
    return [*(name for name in globals() if name not in ("importlib", "TYPE_CHECKING")), *_LATER]
