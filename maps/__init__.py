"""What people see: the web map, tables, report, the run folder and the command."""

import importlib
from typing import TYPE_CHECKING

from layers import LANGUAGES as LANGUAGES
from maps.errors import BusyError as BusyError
from maps.errors import DamagedRunError as DamagedRunError
from maps.errors import WriteError as WriteError
from maps.palette import zone_fills as zone_fills
from maps.lettering import format_number as format_number
from maps.lettering import format_number as number  # noqa: F401  (its name before)
from maps.outlines import Frame as Frame
from maps.report_words import report_words as report_words
from maps.legends import Block as Block
from maps.pictures import picture as picture
from maps.pages import fill_page as fill_page
from maps.report_parts import Chapter as Chapter
from maps.report_editions import ReportContext as ReportContext
from maps.report_editions import ReportContext as Edition  # noqa: F401  (its name before)
from maps.report_chapters import summary as summary
from maps.report_waiting import open_units as open_units
from maps.report_energy import energy as energy
from maps.report_findings import findings as findings
from maps.report_optima import optimum_leaves as optimum_leaves
from maps.report_annexes import sources as sources
from maps.flow_charts import flow_chart as flow_chart
from maps.report_services import ecosystem_services as ecosystem_services
from maps.report_land import land as land
from maps.report_flows import flows as flows
from maps.report_sites import sites as sites
from maps.report_industries import industries as industries
from maps.report_industries import unit_lists as unit_lists
from maps.lists import list_units as list_units
from maps.reports import report as report
from maps.reports import write_report as write_report
from maps.locators import locator as locator
from maps.dossier_chapters import dossier_chapters as dossier_chapters
from maps.dossiers import dossier as dossier
from maps.dossiers import write_dossier as write_dossier
from maps.styles import unit_style as unit_style
from maps.exports import write_geopackage as write_geopackage
from maps.exports import write_geoparquet as write_geoparquet
from maps.exports import write_workbook as write_workbook

# The web map.
from maps.map_words import map_words as map_words
from maps.shelves import ReasonTable as ReasonTable
from maps.shelves import ReasonTable as Whys  # noqa: F401  (its name before)
from maps.arcs import Arcs as Arcs
from maps.packing import encode_shapes as encode_shapes
from maps.packing import encode_shapes as pack  # noqa: F401  (its name before)
from maps.cards import cards as cards
from maps.arrows import FlowMarks as FlowMarks
from maps.arrows import draw_payments as draw_payments
from maps.ceilings import use_breaks as use_breaks
from maps.payments import payments_payload as payments_payload
from maps.payments import payments_payload as tell_payments  # noqa: F401  (its name before)
from maps.contents import map_payload_of as map_payload_of
from maps.contents import map_payload_of as contents  # noqa: F401  (its name before)
from maps.site_layers import site_layers as site_layers
from maps.offline import OfflineFigure as OfflineFigure
from maps.webmap import draw as draw
from maps.files import read_run as read_run
from maps.files import write_csv as write_csv
from maps.locks import stage_folder as stage_folder
from maps.locks import stage_folder as hold  # noqa: F401  (its name before)
from maps.folders import Verification as Verification
from maps.folders import Verification as Verdict  # noqa: F401  (its name before)
from maps.folders import require_room as require_room
from maps.folders import require_whole as require_whole
from maps.folders import verify as verify
from maps.folders import write_run as write_run
from maps.demos import write_study as write_study

# A first plan from a user's own files.
from maps.plan_words import plan_word as plan_word
from maps.guesses import InferredColumn as InferredColumn
from maps.guesses import InferredColumn as Guess  # noqa: F401  (its name before)
from maps.own_files import InspectedSource as InspectedSource
from maps.own_files import InspectedSource as OwnFile  # noqa: F401  (its name before)
from maps.plan_lines import free_name as free_name
from maps.plan_blocks import grid_lines as grid_lines
from maps.plan_texts import PlanDraft as PlanDraft
from maps.plan_texts import PlanDraft as Draft  # noqa: F401  (its name before)
from maps.first_plans import write_plan as write_plan
from maps.doctor import diagnose as diagnose

from maps.progress import count_cases as count_cases
from maps.progress import progress as progress

# The command. It is loaded when it is asked for: who imports the package for its functions needs no command line.
if TYPE_CHECKING:
    from maps.exits import judge as judge
    from maps.commands import main as main

_LATER = {"judge": "maps.exits", "main": "maps.commands"}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LATER[name]), name)


def __dir__() -> list[str]:
    return [*(name for name in globals() if name not in ("importlib", "TYPE_CHECKING")), *_LATER]
