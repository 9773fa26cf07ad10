from layers.conditions import parse_condition
from layers.crs import project, working_crs
from layers.errors import ZoneplanError
from layers.inputs import Inputs
from layers.read import prepare, read_inputs
from maps.drafts import write_plan, write_study
from maps.drawing import picture
from maps.exports import (
    write_geodatabase,
    write_geopackage,
    write_geoparquet,
    write_workbook,
)
from maps.runs import read_run, verify, write_run
from maps.telling import (
    at,
    dossier,
    explain,
    report,
    write_dossier,
    write_report,
)
from maps.web import draw
from maps.words import render
from zoneplan import indices as indices
from zoneplan.cli import progress
from zoning.arguments import gives_table
from zoning.errors import InfeasibleError
from zoning.measures import derive as _derive
from zoning.measures import measure
from zoning.money import account as _account
from zoning.money import judge_energy
from zoning.overlays import area_shares, overlay, settle_lines
from zoning.pipeline import check, estimate, run
from zoning.plan import Plan
from zoning.policies import assign as _assign
from zoning.quotas import allocate as _allocate
from zoning.quotas import site
from zoning.reasons import Trace
from zoning.rulebook import Rulebook, read_rulebook
from zoning.solver import apportion
from zoning.study import (
    Decision,
    Quota,
    Study,
    builtin_study,
    read_study,
)
from zoning.tables import as_floats
from zoning.whatif import (
    calibrate,
    compare,
    consensus,
    robustness,
    seek,
    sweep,
)
from zoning.zones import classify as _classify
from zoning.zones import curve, resolve

# Steps that say why as well give the table alone
derive = gives_table(_derive)
classify = gives_table(_classify)
allocate = gives_table(_allocate)
account = gives_table(_account)
assign = gives_table(_assign)

__all__ = [
    # Read
    "read_study",
    "read_rulebook",
    "read_inputs",
    "prepare",
    "builtin_study",
    # Decide, in the order of the flow
    "overlay",
    "area_shares",
    "settle_lines",
    "measure",
    "derive",
    "classify",
    "resolve",
    "allocate",
    "apportion",
    "site",
    "judge_energy",
    "account",
    "assign",
    "run",
    "progress",
    # Ask
    "check",
    "estimate",
    "compare",
    "consensus",
    "curve",
    "sweep",
    "robustness",
    "seek",
    "calibrate",
    "explain",
    "at",
    "render",
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
    "as_floats",
    # Begin
    "write_study",
    "write_plan",
    # Conditions and coordinates
    "parse_condition",
    "working_crs",
    "project",
    # Nouns
    "Study",
    "Rulebook",
    "Inputs",
    "Plan",
    "Trace",
    "Quota",
    "Decision",
    # What is refused
    "ZoneplanError",
    "InfeasibleError",
]
