"""zoneplan: from map layers to a functional-zoning plan, ``import zoneplan as zp``.

The names stand in the order of the flow. Each opens its room when it is asked for, so that the import alone loads
nothing; before the first opens it is made sure that the rooms are zoneplan's own.

Examples
--------
>>> import zoneplan as zp
>>> study = zp.read_study(zp.builtin_study("us_mountain_west"))
>>> plan = zp.run(study)
>>> plan.zones["main"].value_counts().idxmax()
'general'
"""

from importlib import import_module
from inspect import isfunction
from typing import TYPE_CHECKING

from zoneplan.own_packages import require_own_packages

if TYPE_CHECKING:
    from layers.conditions import parse_condition
    from layers.crs import project, working_crs
    from layers.errors import (
        ConditionError,
        CrsError,
        Finding,
        GeometryError,
        LimitError,
        SeveralErrors,
        SourceError,
        StudyError,
        UnknownNameError,
        ZoneplanError,
    )
    from layers.inputs import Inputs, Layer
    from layers.read import prepare, read_inputs
    from maps.cli import progress
    from maps.drafts import write_plan, write_study
    from maps.drawing import picture
    from maps.errors import BusyError, DamagedRunError, WriteError
    from maps.explain import at, explain
    from maps.exports import write_geodatabase, write_geopackage, write_geoparquet, write_workbook
    from maps.reports import dossier, report, write_dossier, write_report
    from maps.runs import read_run, verify, write_run
    from maps.web import draw
    from maps.words import render
    from zoneplan import indices as indices
    from zoning.audits import run_cases
    from zoning.errors import InfeasibleError, MissingValueError, RulebookError
    from zoning.measures import complete_measures, derive, measure
    from zoning.money import account, judge_energy, positions
    from zoning.overlays import area_shares, overlay, settle_lines
    from zoning.pipeline import check, estimate, run
    from zoning.plan import Plan
    from zoning.policies import assign
    from zoning.quotas import allocate, site
    from zoning.rulebook import Rulebook, builtin_rulebooks, read_rulebook
    from zoning.solver import apportion
    from zoning.study import (
        Decision,
        Quota,
        Scenario,
        Study,
        builtin_studies,
        builtin_study,
        read_study,
        study_schema,
    )
    from zoning.tables import as_floats
    from zoning.whatif import calibrate, compare, consensus, curve_amounts, robustness, seek, sweep
    from zoning.zones import classify, conflicts, curve, resolve, weight_intervals

__all__ = [
    # Read
    "read_study",
    "read_rulebook",
    "read_inputs",
    "prepare",
    "builtin_studies",
    "builtin_study",
    "builtin_rulebooks",
    "study_schema",
    # Decide, in the order of the flow
    "overlay",
    "area_shares",
    "settle_lines",
    "measure",
    "complete_measures",
    "derive",
    "classify",
    "resolve",
    "conflicts",
    "allocate",
    "apportion",
    "site",
    "judge_energy",
    "account",
    "positions",
    "assign",
    "run",
    "progress",
    # Ask
    "check",
    "estimate",
    "compare",
    "consensus",
    "curve",
    "curve_amounts",
    "weight_intervals",
    "sweep",
    "robustness",
    "seek",
    "calibrate",
    "explain",
    "at",
    "run_cases",
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
    "Layer",
    "Quota",
    "Decision",
    "Scenario",
    "Finding",
    # What is refused
    "ZoneplanError",
    "SeveralErrors",
    "StudyError",
    "RulebookError",
    "ConditionError",
    "UnknownNameError",
    "SourceError",
    "CrsError",
    "GeometryError",
    "LimitError",
    "MissingValueError",
    "InfeasibleError",
    "WriteError",
    "BusyError",
    "DamagedRunError",
]

_ROOMS = {
    "read_study": "zoning.study",
    "read_rulebook": "zoning.rulebook",
    "read_inputs": "layers.read",
    "prepare": "layers.read",
    "builtin_studies": "zoning.study",
    "builtin_study": "zoning.study",
    "builtin_rulebooks": "zoning.rulebook",
    "study_schema": "zoning.study",
    "overlay": "zoning.overlays",
    "area_shares": "zoning.overlays",
    "settle_lines": "zoning.overlays",
    "measure": "zoning.measures",
    "complete_measures": "zoning.measures",
    "derive": "zoning.measures",
    "classify": "zoning.zones",
    "resolve": "zoning.zones",
    "conflicts": "zoning.zones",
    "allocate": "zoning.quotas",
    "apportion": "zoning.solver",
    "site": "zoning.quotas",
    "judge_energy": "zoning.money",
    "account": "zoning.money",
    "positions": "zoning.money",
    "assign": "zoning.policies",
    "run": "zoning.pipeline",
    "progress": "maps.cli",
    "check": "zoning.pipeline",
    "estimate": "zoning.pipeline",
    "compare": "zoning.whatif",
    "consensus": "zoning.whatif",
    "curve": "zoning.zones",
    "curve_amounts": "zoning.whatif",
    "weight_intervals": "zoning.zones",
    "sweep": "zoning.whatif",
    "robustness": "zoning.whatif",
    "seek": "zoning.whatif",
    "calibrate": "zoning.whatif",
    "explain": "maps.explain",
    "at": "maps.explain",
    "run_cases": "zoning.audits",
    "render": "maps.words",
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
    "as_floats": "zoning.tables",
    "write_study": "maps.drafts",
    "write_plan": "maps.drafts",
    "parse_condition": "layers.conditions",
    "working_crs": "layers.crs",
    "project": "layers.crs",
    "Study": "zoning.study",
    "Rulebook": "zoning.rulebook",
    "Inputs": "layers.inputs",
    "Plan": "zoning.plan",
    "Layer": "layers.inputs",
    "Quota": "zoning.study",
    "Decision": "zoning.study",
    "Scenario": "zoning.study",
    "Finding": "layers.errors",
    "ZoneplanError": "layers.errors",
    "SeveralErrors": "layers.errors",
    "StudyError": "layers.errors",
    "RulebookError": "zoning.errors",
    "ConditionError": "layers.errors",
    "UnknownNameError": "layers.errors",
    "SourceError": "layers.errors",
    "CrsError": "layers.errors",
    "GeometryError": "layers.errors",
    "LimitError": "layers.errors",
    "MissingValueError": "zoning.errors",
    "InfeasibleError": "zoning.errors",
    "WriteError": "maps.errors",
    "BusyError": "maps.errors",
    "DamagedRunError": "maps.errors",
}


_MODULES = ("indices",)
"""Doors of their own behind this one: what stands there is asked for as ``zp.indices.gini``."""

_CARDS = {
    "Plan": "maps.notebook:plan_card",
    "Inputs": "maps.notebook:inputs_card",
    "Rulebook": "maps.notebook:rulebook_card",
    **dict.fromkeys(("Study", "Trace", "Explanation", "Place", "Sought", "ShownText"), "maps.notebook:overview_card"),
    "widget": "maps.notebook:plan_widget",
    "Comparison": "maps.notebook:comparison_card",
    "Curve": "maps.notebook:curve_card",
    "Robustness": "maps.notebook:robustness_card",
    "map": "maps.web:draw",
}
"""Who draws what a noun shows of itself in a notebook, and its widget."""


def __getattr__(name: str) -> object:
    """The name from its room; not by ``layers.lazy_exports``, which may be another's before it is looked at."""
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    require_own_packages()
    import_module("layers.overview").draw_cards_by(_CARDS)
    value = getattr(import_module(_ROOMS[name]), name)
    return import_module("zoning.arguments").at_the_door(value, __name__) if isfunction(value) else value


def __dir__() -> list[str]:
    return sorted([*_ROOMS, *_MODULES])
