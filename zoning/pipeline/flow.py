"""The whole flow in one call, and the same flow asked what is wrong.

``check`` walks the same stages as ``run`` and stops before anything is written, so that a plan which it passes is one
that ``run`` makes. Stages that do not depend on each other are all tried, and what they refuse is said at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from layers.conditions import Evaluation
from layers.crs import known_crs
from layers.databases import extracted
from layers.errors import Attempts, Finding, ZoneplanError, at_key, raise_all
from layers.inputs import Inputs, Layer, Source
from layers.phrases import Phrase
from layers.raster import HeightGrid, height_grid
from layers.read import confirm_sources, read_inputs, record_sources
from layers.sandbox import Reader, sandboxed
from zoning.measures import (
    Drifting,
    LayerIndices,
    assumed,
    complete_measures,
    layer_indices,
    lines_left_out,
    measure,
    more_facilities,
    scores_by_weights,
    sources_of,
    undeducted,
    with_divergence,
    with_indices,
    with_left_out,
    with_none_of,
    with_standards,
)
from zoning.money import (
    EnergyTable,
    account,
    itemise_services,
    judge_energy,
    known_parties,
    positions,
    scheme_in_force,
    targets_in_use,
    value_services,
)
from zoning.overlays import ForEach, cut_in_threads, overlay, settle_lines, tabulate_lines
from zoning.pipeline.column_sources import StudyTables, provided, read_study_tables
from zoning.pipeline.entry_checks import robustness_faults, scenario_faults, with_parameters
from zoning.pipeline.left_out import foresee_left_out, leave_out_cause, without_dependants
from zoning.pipeline.plan_findings import assume, assume_scheme
from zoning.pipeline.plan_steps import KeptResults, OnPieces, Step, Steps
from zoning.pipeline.study_checks import dropped_units, known_units, name_faults, read_everything, remarks
from zoning.plan import Amounts, Assumption, Duties, IndexRaster, Land, Money, Origin, Plan, Zoning
from zoning.policies import (
    PolicyReasons,
    assign,
    instrument_gaps,
    list_industries,
    lists_in_force,
    local_items,
    looser_faults,
)
from zoning.quotas import QuotaReasons, allocate, names_asked, site_again, zones_asked
from zoning.reasons import Margins, Trace
from zoning.rulebook import ELEVATION_ROLE, Rulebook, as_written, with_all_topics, without_unused_topics
from zoning.study import PlanIndex, Scenario, ServicesSection, Study, place_in_scenario, read_study, with_scenario
from zoning.tables import (
    CLAIMS,
    DIVERGENCE,
    DIVERGENCE_UNITS,
    LEDGER,
    POLICIES,
    ROBUSTNESS,
    SCENARIO_QUOTAS,
    SCENARIOS,
    ZONES,
    Made,
    tabulate,
)
from zoning.zones import (
    classify,
    draw_evenly,
    draw_mixtures,
    kept_in_draws,
    open_conflicts,
    resolve,
    threshold_range,
    weigh_floors,
    weigh_margins,
    weigh_norms,
    without_floors,
)

STEPS = ("read", "overlay", "measure", "classify", "allocate", "site", "account", "assign")
"""The steps that ``run`` announces, in order."""
SCENARIO = "scenario"
"""What it announces after them, before each scenario of the plan."""

Announce = Callable[[str], None]


def run(
    study: Study | str | Path,
    announce: Announce = lambda _step: None,
    *,
    inputs: Inputs | None = None,
    kept: KeptResults | None = None,
    keep_going: bool = False,
    for_each: ForEach | None = None,
    on_pieces: OnPieces = lambda _units, _pieces: None,
    reader: Reader | None = None,
    workers: int = 1,
) -> Plan:
    """A finished plan from a study: every step of the flow, in order.

    Parameters
    ----------
    study : Study, str or Path
        From :func:`zoneplan.read_study`, or the plan file that it reads.
    announce : callable, optional
        Called with the name of each of ``STEPS`` before it starts, and with ``SCENARIO`` before each scenario.
    inputs : Inputs, optional
        From :func:`zoneplan.prepare` or :func:`zoneplan.read_inputs`; by default they are read.
    kept : KeptResults, optional
        What was read, cut, measured and sited of the same sources before, as the command keeps it between its calls.
    keep_going : bool, optional
        Do without layers that cannot be read: what they measure is unknown, and what needs it is left out, too. The
        plan says it in ``left_out``.
    for_each : callable, optional
        What cuts the tiles of units, such as a cluster; by default threads do, as many as there are workers.
    on_pieces : callable, optional
        Called with the units and the pieces into which they are cut as soon as these are known: to begin what needs no
        more of a plan, such as the borders of its map, while zones and quotas are decided.
    reader : {"process", "inline"}, optional
        Who opens the files of the study, see :func:`zoneplan.read_inputs`; the plan is the same, to the byte.
    workers : int
        How many threads look at units and cut them at a time; the plan is the same, to the byte.

    Returns
    -------
    Plan
        A plan that holds what it was made from, so that it can be varied; the same bytes on every run with the same
        input.

    Raises
    ------
    ZoneplanError
        Whatever a step refuses; what steps that do not depend on each other refuse comes together.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> len(plan.zones)
    164
    """
    announce("read")
    study = study if isinstance(study, Study) else read_study(study)
    cut = for_each or partial(cut_in_threads, workers=workers)
    study, steps = study.as_written(), Steps(kept_results=kept, for_each=cut, on_pieces=on_pieces)
    with sandboxed(reader, study.limits), extracted(study) as placed:
        known = inputs if inputs is not None or kept is None else _known_inputs(study, placed, steps)
        return _run(study, placed, steps, announce, known, keep_going=keep_going, workers=workers)


def _run(
    study: Study,
    placed: Study,
    steps: Steps,
    announce: Announce,
    known: Inputs | None,
    *,
    keep_going: bool,
    workers: int,
) -> Plan:
    with placing(study):
        rulebook, read, tables = read_everything(placed, known, keep_going=keep_going, workers=workers)
        if known is None:
            steps.put(READ, (*_read_of(study, read.sources), *(omission.name for omission in read.left_out)), read)
            _keep(steps, study, read)
    return make_plan(study, rulebook, read, tables, announce, steps, keep_going=keep_going)


def _known_inputs(study: Study, placed: Study, steps: Steps) -> Inputs | None:
    """The inputs as they were read from the same bytes before; None where that is not known."""
    sources = record_sources(placed)
    places = {}
    for layer in placed.layers:
        with suppress(ZoneplanError):  # said when it is read
            places[layer.name] = placed.locate(layer.source)
    return steps.recall(READ, _read_of(study, sources), places)


def _read_of(study: Study, sources: tuple[Source, ...]) -> tuple[object, ...]:
    """All that inputs depend on."""
    return study.units, study.layers, study.tables, sources


def check(
    study: Study | str | Path,
    rulebook: Rulebook | None = None,
    inputs: Inputs | None = None,
    announce: Announce = lambda _step: None,
    tables: StudyTables | None = None,
) -> tuple[Finding, ...]:
    """Every finding on a study: the plan is made, and nothing is written.

    Parameters
    ----------
    study : Study, str or Path
        From :func:`zoneplan.read_study`, or the plan file that it reads.
    rulebook : Rulebook, optional
        In force on the study's date; by default the one that the study names is read.
    inputs : Inputs, optional
        From :func:`zoneplan.read_inputs`, or :func:`zoneplan.prepare`; by default they are read.
    announce : callable, optional
        As for :func:`run`.
    tables : StudyTables, optional
        What ``[energy]`` and ``[industries]`` name; by default it is read from beside the plan.

    Returns
    -------
    tuple of Finding
        Errors first, then warnings (repairs, decisions without effect) and notes (what was absent). Without an error,
        :func:`run` makes a plan of the same study.

    Examples
    --------
    >>> import zoneplan as zp
    >>> findings = zp.check(zp.builtin_study("us_mountain_west"))
    >>> [finding.text for finding in findings if finding.level == "error"]
    []
    """
    attempts = Attempts()
    parsed = study if isinstance(study, Study) else attempts.attempt(read_study, study)
    if parsed is None:
        return _findings(attempts)
    if rulebook is None or inputs is None:
        with attempts.trying(), placing(parsed):
            book, inputs, named = read_everything(parsed, inputs)
            rulebook, tables = rulebook or book, tables or named
    if rulebook is None or inputs is None or attempts.errors:
        return (*_findings(attempts), *foresee_left_out(parsed, attempts.errors))
    named = tables or attempts.attempt(read_study_tables, parsed) or StudyTables()
    attempts.attempt(make_plan, parsed, rulebook, inputs, named, announce)
    errors = (*_findings(attempts), *foresee_left_out(parsed, attempts.errors))
    return (
        *errors,
        *remarks(parsed, without_unused_topics(rulebook, provided(parsed, inputs, rulebook)), inputs, named),
    )


def _findings(attempts: Attempts) -> tuple[Finding, ...]:
    return tuple(finding for error in attempts.errors for finding in error.findings)


@contextmanager
def placing(study: Study) -> Iterator[None]:
    """Put file, line and column before what is refused inside, wherever a step knew which value is to blame."""
    try:
        yield
    except ZoneplanError as error:
        for part in error.parts:
            if part.keys:
                part.args = (Phrase("{place}: {said}", place=study.where(*part.keys), said=part.said),)
                part.keys = ()
        raise


def make_plan(
    study: Study,
    rulebook: Rulebook,
    inputs: Inputs,
    tables: StudyTables,
    announce: Announce = lambda _step: None,
    steps: Steps | None = None,
    *,
    keep_going: bool = False,
) -> Plan:
    """The plan of a study whose inputs have been read; parameters and errors are those of :func:`run`.

    Where something of the inputs is left out, or ``keep_going`` allows it, what is refused for want of that is left out
    as well, and the steps go on from what they have made.

    Of a variant, ``steps`` begin with those of the plan that is varied: only what depends on the change is done again.

    Study and rulebook run as files would say them, whatever was changed in memory: what is written of them is what ran.

    Names come first. Where only quotas, money or the plan's own list are complained of, these are left out and the
    steps before the policies are tried all the same, so that what they refuse is said with the rest.
    """
    steps = Steps() if steps is None else steps
    while True:
        if inputs.left_out:
            study, inputs = without_dependants(study, inputs, rulebook)
        study = study.as_written()
        try:
            with sandboxed(None, study.limits):
                return _planned(study, rulebook, inputs, tables, announce, steps)
        except ZoneplanError as error:
            going = keep_going or inputs.left_out
            less = leave_out_cause(study, inputs, error) if going else None
            if less is None or less[1] is inputs:
                with placing(study):
                    raise
        (study, inputs), steps = less, steps.again()


def _planned(
    study: Study, rulebook: Rulebook, inputs: Inputs, tables: StudyTables, announce: Announce, steps: Steps
) -> Plan:
    written, plan = _make(study, rulebook, inputs, tables, steps, announce)
    zones, quotas = _scenarios(study, written, inputs, tables, steps, announce)
    drawn = _drawn(study, plan, steps)
    steps.keep()
    variants = {"scenarios": zones, "scenario_quotas": quotas, "robustness": drawn}
    return plan.having(**variants, origin=Origin(written, inputs, tables, steps))


def _keep(steps: Steps, study: Study, inputs: Inputs) -> None:
    """Keep at once what finished steps made, so that a run which is killed after them goes on from there."""
    if steps.keeps:
        confirm_sources(inputs, study)
        steps.keep()


@dataclass(frozen=True)
class _Given:
    """What all stages of the flow read, and the steps that are known already."""

    study: Study
    rulebook: Rulebook
    inputs: Inputs
    tables: StudyTables
    steps: Steps


def _make(
    study: Study, rulebook: Rulebook, inputs: Inputs, tables: StudyTables, steps: Steps, announce: Announce
) -> tuple[Rulebook, Plan]:
    """The rulebook as it is written, with all its topics, and the plan without its scenarios."""
    names = provided(study, inputs, rulebook)
    written = as_written(rulebook, names)
    rulebook = without_unused_topics(written, names)
    attempts = Attempts()
    attempts.errors += name_faults(study, rulebook, inputs, tables)
    if study.tried is None:
        attempts.errors += scenario_faults(study, written, known_units(study, inputs), dropped_units(inputs))
    attempts.errors += robustness_faults(study, rulebook)
    apart = {str(error.keys[0]) if error.keys else "" for error in attempts.errors}
    if not apart <= APART:
        attempts.finish()
    sound = study.model_copy(update=dict.fromkeys(apart & LISTS, ()))
    return written, _flow(_Given(sound, rulebook, inputs, tables, steps), attempts, announce)


def _flow(given: _Given, attempts: Attempts, announce: Announce) -> Plan:
    """All stages in their order: zone before quota before money before policy, and none reads a later one."""
    with attempts.trying():
        announce("overlay")
        pieces = _overlay(given)
        announce("measure")
        measured = _measure(given, pieces)
        announce("classify")
        claims = _classify(given, measured)
        zones = _resolve(given, measured, claims)
        independent = Attempts()  # what these refuse is reported together
        announce("allocate")
        with independent.trying():
            quotas = _allocate(given, zones)
            announce("site")
            sites = _site(given, pieces, quotas)
        with independent.trying():
            lights = _judge_energy(given)
        announce("account")
        with independent.trying():
            flows = _account(given, zones)
        independent.finish()
    attempts.finish()
    announce("assign")
    policies = _assign(given, pieces, zones, quotas, lights, flows)
    return _plan(given, _Decided(pieces, measured, claims, zones, quotas, *sites, lights, flows, policies))


def claims_and_measures(steps: Steps) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What the rules claimed, and the measures that they were asked about: what other thresholds are tried on."""
    return steps.made(CLASSIFY).table, steps.made(INDICES)[0]


def _drawn(study: Study, plan: Plan, steps: Steps) -> pd.DataFrame:
    """How often each unit keeps its main function in the draws that a study asks for."""
    section = study.robustness
    if section is None:
        return plan.robustness
    ranges = {name: threshold_range(plan.rulebook, name, ends) for name, ends in section.within.items()}
    claims, measured = claims_and_measures(steps)
    zones = steps.made(RESOLVE)
    with at_key("robustness"):
        shares = steps.do(
            DRAW,
            claims,
            measured,
            plan.rulebook,
            zones,
            section.draws,
            section.seed,
            ranges,
            study.units.part_of,
            tuple(index for index in study.indices if index.name in section.opinions),
        )
    return tabulate(ROBUSTNESS, shares)


def _kept_in_draws(
    claims: pd.DataFrame,
    measures: pd.DataFrame,
    rulebook: Rulebook,
    zones: pd.DataFrame,
    draws: int,
    seed: int,
    ranges: Mapping[str, tuple[float, float]],
    part_of: str | None,
    mixed: tuple[PlanIndex, ...],
) -> pd.DataFrame:
    moved = {
        index.name: scores_by_weights(measures, index, draw_mixtures(index.name, index.opinions, draws, seed))
        for index in mixed
    }
    return kept_in_draws(claims, measures, rulebook, zones, draw_evenly(ranges, draws, seed), part_of, moved)


def _scenarios(
    study: Study, rulebook: Rulebook, inputs: Inputs, tables: StudyTables, steps: Steps, announce: Announce
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Zones and amounts of each unit in each scenario; of a try, whose scenario is the plan itself, none."""
    attempts, zones, quotas = Attempts(), [pd.DataFrame()], [pd.DataFrame()]
    for position, scenario in enumerate(study.scenarios if study.tried is None else ()):
        announce(SCENARIO)
        with attempts.trying(), _in_scenario(study, position):
            plan = _in_effect(scenario, study, rulebook, inputs, tables, steps)
            zones.append(plan.zones.assign(scenario=scenario.name))
            of_units = plan.quotas["unit_id"].isin(plan.units.index)
            quotas.append(plan.quotas[of_units].assign(scenario=scenario.name))
    attempts.finish()
    return tabulate(SCENARIOS, pd.concat(zones)), tabulate(SCENARIO_QUOTAS, pd.concat(quotas))


def _in_effect(
    scenario: Scenario, study: Study, rulebook: Rulebook, inputs: Inputs, tables: StudyTables, steps: Steps
) -> Plan:
    """The plan of a scenario, without sites, on which no zone and no amount depends."""
    varied = with_scenario(study, scenario).without_sites().model_copy(update={"robustness": None})
    return _make(varied, with_parameters(rulebook, scenario), inputs, tables, Steps(steps), lambda _step: None)[1]


@contextmanager
def _in_scenario(study: Study, position: int) -> Iterator[None]:
    """Say of whatever is refused inside in which scenario it is, and which of its values is to blame."""
    scenario = study.scenarios[position]
    try:
        yield
    except ZoneplanError as error:
        varied = with_scenario(study, scenario)
        for part in error.parts:
            part.args = (Phrase("scenario '{scenario}': {said}", scenario=scenario.name, said=part.said),)
            keys = place_in_scenario(scenario, varied.quotas, varied.decisions, part.keys)
            part.keys = ("scenarios", position, *keys)
        raise


LISTS = frozenset({"quotas", "agreements", "transfers", "scenarios"})
"""Sections of a plan that no zone depends on."""
APART = LISTS | {"energy", "industries", "robustness"}


class _Measured(NamedTuple):
    """The measures, and what they were made of."""

    table: pd.DataFrame
    trace: Trace
    drifting: Drifting | None
    rasters: Mapping[str, IndexRaster]


class _Claims(NamedTuple):
    """All claims and those that are made, the measures as the rules read them, and why."""

    table: pd.DataFrame
    made: pd.DataFrame
    measures: pd.DataFrame
    margins: Margins
    trace: Trace


class _Zones(NamedTuple):
    """The zones, and the measures with what is known of them once zones are: as measured, and completed."""

    table: pd.DataFrame
    measured: pd.DataFrame
    measures: pd.DataFrame


class _Policies(NamedTuple):
    """Where policies apply and why, and the items of the plan's own list."""

    table: pd.DataFrame
    reasons: PolicyReasons
    local: pd.DataFrame


class _Decided(NamedTuple):
    """What the stages have made, in their order."""

    pieces: gpd.GeoDataFrame
    measured: _Measured
    claims: _Claims
    zones: _Zones
    quotas: Made[pd.DataFrame, QuotaReasons]
    sitings: pd.DataFrame
    sites: gpd.GeoDataFrame
    lights: pd.DataFrame
    flows: Made[pd.DataFrame, Mapping[str, Evaluation]]
    policies: _Policies


def _overlay(given: _Given) -> gpd.GeoDataFrame:
    """The pieces into which designations cut the units, their control lines settled."""
    steps, inputs = given.steps, given.inputs
    by = replace(OVERLAY, function=partial(_cut, for_each=steps.for_each))
    cut = steps.do_kept(by, inputs.units, inputs.designations, inputs.tiled)
    _keep(steps, given.study, inputs)
    pieces = steps.do(SETTLE_LINES, cut, _part_of(given.rulebook, "lines"))
    steps.on_pieces(inputs.units, pieces)
    return pieces


def _measure(given: _Given, pieces: gpd.GeoDataFrame) -> _Measured:
    """One row a unit: of layers, services of the land, indices, and whether regions drift apart."""
    study, rulebook, inputs, steps = given.study, given.rulebook, given.inputs, given.steps
    of_land = _part_of(rulebook, "lines", "available_land", parameters=(rulebook.available_land.steeper_than,))
    measured = steps.do_kept(MEASURE, inputs.units, pieces, inputs.layers, of_land)
    _keep(steps, study, inputs)
    measured = steps.do(LEFT_OUT, measured, inputs.left_out, rulebook)
    items = None
    if study.services is not None:
        measured, items = steps.do(SERVICES, measured, study.services)
    measured = steps.do(NONE_OF, measured, study.study.none_of, rulebook)
    of_layers = _of_layers(study, rulebook, inputs, steps)
    measured, parts = steps.do(INDICES, measured, study.indices, given.tables.travel, of_layers)
    drifting = None
    if study.divergence is not None:
        measured, drifting = steps.do(DRIFT, measured, inputs.units, study.divergence)
    trace = Trace(indices=parts, services=items)
    return _Measured(measured, trace, drifting, {} if of_layers is None else of_layers.files)


def _classify(given: _Given, measured: _Measured) -> _Claims:
    """Which zones claim a unit, by which rule, and how near each answer was."""
    study, rulebook, steps = given.study, given.rulebook, given.steps
    claims, rules = steps.do(
        CLASSIFY,
        measured.table,
        rulebook,
        study.decisions,
        dropped=dropped_units(given.inputs),
        part_of=study.units.part_of,
    )
    made = steps.do(CLAIMED, claims)
    measures, derived = steps.do(COMPLETE, measured.table, rulebook)
    margins = steps.do(WEIGH_MARGINS, made, measures, rulebook, rules)
    trace = replace(measured.trace, rules=rules, margins=margins, derived=derived)
    return _Claims(claims, made, measures, margins, trace)


def _resolve(given: _Given, measured: _Measured, claims: _Claims) -> _Zones:
    """Exactly one main function a unit, and the standards of indices that depend on it."""
    zones = given.steps.do(RESOLVE, claims.table, given.rulebook)
    if not any(index.standards for index in given.study.indices):
        return _Zones(zones, measured.table, claims.measures)
    standing = given.steps.do(STANDARDS, measured.table, zones, given.study.indices)
    added = standing[standing.columns.difference(measured.table.columns, sort=False)]
    return _Zones(zones, standing, claims.measures.drop(columns=added.columns, errors="ignore").join(added))


def _of_layers(study: Study, rulebook: Rulebook, inputs: Inputs, steps: Steps) -> LayerIndices | None:
    """The indices of a study that are made of layers; None where it has none."""
    indices = tuple(index for index in study.indices if index.rasters is not None or index.areal is not None)
    if not indices:
        return None
    derived = {index.rasters.derive for index in indices if index.rasters is not None and index.rasters.derive}
    whole = with_all_topics(rulebook)  # what it derives of cells it need not derive of units
    read = _part_of(whole, "derived", parameters=sources_of(derived, whole))
    return steps.do(LAYER_INDICES, inputs.units, inputs.layers, study.indices, read)


def _cut(
    units: gpd.GeoDataFrame, designations: dict[str, Layer], tiled: bool, for_each: ForEach = map
) -> gpd.GeoDataFrame:
    return overlay(units, designations, tiled=tiled, for_each=for_each)


def _claimed(claims: pd.DataFrame) -> pd.DataFrame:
    """The claims of all rules that claim something."""
    return claims[claims["answer"] != "no"]


def _with_services(measured: pd.DataFrame, services: ServicesSection) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The measures with what the services of the land are worth, and the items of which that is the sum."""
    items = itemise_services(measured, services)
    return measured.join(value_services(measured, services, items)), items


def _part_of(rulebook: Rulebook, *chapters: str, parameters: Collection[str] = ()) -> Rulebook:
    """A rulebook with these chapters and parameters alone: what a step is given is all that it can depend on."""
    values = {name: value for name, value in rulebook.parameters.items() if name in parameters}
    return Rulebook(
        rulebook.name, "", "", rulebook.day, parameters=values, **{name: getattr(rulebook, name) for name in chapters}
    )


def _allocate(given: _Given, zones: _Zones) -> Made[pd.DataFrame, QuotaReasons]:
    """The amounts of each quota down the levels."""
    rulebook, quotas = given.rulebook, given.study.quotas
    names = names_asked(quotas)
    values = {name: value for name, value in rulebook.values.items() if name in names}
    seen = given.steps.do(ZONES_OF_QUOTAS, zones.table, names)
    return given.steps.do(ALLOCATE, seen, zones.measures, quotas, values, rulebook.codes("overlay"))


def _site(
    given: _Given, pieces: gpd.GeoDataFrame, quotas: Made[pd.DataFrame, QuotaReasons]
) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Where the amounts go on the ground."""
    terms = _part_of(given.rulebook, "terms")
    return given.steps.do_from(SITE, quotas.table, pieces, given.study.quotas, given.inputs.layers, terms)


def _judge_energy(given: _Given) -> pd.DataFrame:
    """The lights of each region."""
    return given.steps.do(JUDGE_ENERGY, given.tables.energy, _part_of(given.rulebook, "schemes"))


def _account(given: _Given, zones: _Zones) -> Made[pd.DataFrame, Mapping[str, Evaluation]]:
    """Who pays whom."""
    units, layers = given.inputs.units, given.inputs.layers
    return given.steps.do(ACCOUNT, zones.table, zones.measures, given.study, given.rulebook, units=units, layers=layers)


def _assign(
    given: _Given,
    pieces: gpd.GeoDataFrame,
    zones: _Zones,
    quotas: Made[pd.DataFrame, QuotaReasons],
    lights: pd.DataFrame,
    flows: Made[pd.DataFrame, Mapping[str, Evaluation]],
) -> _Policies:
    """The policies that apply; refused where the plan's own list is looser than one that is in force."""
    study, rulebook, units = given.study, given.rulebook, given.inputs.units
    decided = zones.table, zones.measures, quotas.table, lights, flows.table
    made = given.steps.do(ASSIGN, *decided, rulebook, pieces=pieces, levels=study.units.levels)
    local = local_items(given.tables.industries, study, rulebook)
    raise_all(looser_faults(local, lists_in_force(made.table, rulebook), study, rulebook, units))
    return _Policies(made.table, made.reasons, local)


def _plan(given: _Given, decided: _Decided) -> Plan:
    """Everything that has been decided, with what is known once it is, in the form of a plan."""
    study, rulebook, inputs, tables, steps = given.study, given.rulebook, given.inputs, given.tables, given.steps
    pieces, claims, zones, measures = decided.pieces, decided.claims, decided.zones.table, decided.zones.measures
    quotas, flows, policies = decided.quotas.table, decided.flows.table, decided.policies
    units, levels, drifting = inputs.units, study.units.levels, decided.measured.drifting
    confirm_sources(inputs, study)
    lines = steps.do(TABULATE_LINES, pieces, _part_of(rulebook, "lines"))
    floors = steps.do(WEIGH_FLOORS, lines, measures, rulebook, levels)
    trace = replace(
        claims.trace,
        norms=steps.do(WEIGH_NORMS, measures, rulebook, levels, quotas),
        floors=without_floors(floors, lines_left_out(inputs.left_out, rulebook)),
        quotas=decided.quotas.reasons.traces,
        transfers=decided.flows.reasons,
        policies=policies.reasons.evaluations,
        gaps=steps.do(GAPS, policies.reasons.read, policies.table, rulebook),
    )
    return Plan(
        study,
        rulebook,
        Land(
            units=units,
            pieces=pieces,
            measures=measures,
            ledger=tabulate(LEDGER, inputs.ledger),
            roles=dict(pieces.attrs["roles"]),
            sources=inputs.sources,
            own_crs=inputs.own_crs.to_string(),
            heights=steps.do(HEIGHTS, study.map.relief, inputs.layers, units),
            rasters=decided.measured.rasters,
            left_out=tuple(
                sorted(inputs.left_out, key=lambda omission: (omission.kind != "layer", omission.kind, omission.name))
            ),
        ),
        Zoning(
            claims=tabulate(CLAIMS, claims.made),
            zones=tabulate(ZONES, units[["name", "jurisdiction", "area_ha"]].join(zones)),
            lines=lines,
            conflicts=steps.do(OPEN_CONFLICTS, claims.margins, zones, rulebook),
        ),
        Amounts(
            quotas=quotas,
            solutions=decided.quotas.reasons.solutions,
            quota_rules=decided.quotas.reasons.rules,
            sitings=decided.sitings,
            sites=decided.sites,
        ),
        Money(flows=flows, positions=positions(flows, known_parties(measures, levels), zones)),
        Duties(
            energy=decided.lights,
            policies=tabulate(POLICIES, policies.table),
            industries=list_industries(rulebook, policies.local),
            **({} if drifting is None else _tables_of(drifting)),
            facilities=steps.do(FACILITIES, measures, study.indices, tables.travel),
        ),
        assumptions=(
            *_assumptions(given, pieces, decided.zones.measured, quotas),
            *_energy_assumed(tables.energy, rulebook),
        ),
        trace=trace,
    )


def _tables_of(drifting: Drifting) -> dict[str, pd.DataFrame]:
    return {DIVERGENCE.name: drifting.figures, DIVERGENCE_UNITS.name: drifting.units}


def _heights(name: str | None, layers: tuple[Layer, ...], units: gpd.GeoDataFrame) -> HeightGrid | None:
    """The heights whose relief maps show: of the layer that ``[map] relief`` names, else of the one with the role."""
    for layer in layers:
        wanted = layer.role == ELEVATION_ROLE if name is None else layer.name == name
        if wanted and layer.raster is not None:
            return height_grid(layer.raster, units.total_bounds, known_crs(units))
    return None


def _assumptions(
    given: _Given, pieces: gpd.GeoDataFrame, measured: pd.DataFrame, quotas: pd.DataFrame
) -> tuple[Assumption, ...]:
    rulebook, inputs = given.rulebook, given.inputs
    absent = assumed(measured, rulebook, quotas)
    undrawn = undeducted(pieces, inputs.layers, rulebook)
    known = {*given.study.study.none_of, *(omission.role for omission in inputs.left_out)}
    return tuple(assume(absent, [role for role in undrawn if role not in known], rulebook))


def _energy_assumed(table: EnergyTable | None, rulebook: Rulebook) -> tuple[Assumption, ...]:
    if table is None:
        return ()
    scheme = scheme_in_force(table, rulebook)
    return assume_scheme(scheme, table.period, targets_in_use(table, scheme))


READ = Step("read", read_inputs)
OVERLAY = Step("overlay", _cut)
SETTLE_LINES = Step("lines", settle_lines)
MEASURE = Step("measure", measure)
LEFT_OUT = Step("left out", with_left_out)
SERVICES = Step("services", _with_services)
NONE_OF = Step("none of", with_none_of)
LAYER_INDICES = Step("layer indices", layer_indices)
INDICES = Step("indices", with_indices)
DRIFT = Step("divergence", with_divergence)
CLASSIFY = Step("classify", classify)
CLAIMED = Step("claims", _claimed)
COMPLETE = Step("complete", complete_measures)
WEIGH_MARGINS = Step("margins", weigh_margins)
RESOLVE = Step("resolve", resolve)
STANDARDS = Step("standards", with_standards)
ZONES_OF_QUOTAS = Step("zones of quotas", zones_asked)
ALLOCATE = Step("allocate", allocate)
SITE = Step("site", site_again)
JUDGE_ENERGY = Step("energy", judge_energy)
ACCOUNT = Step("account", account)
ASSIGN = Step("assign", assign)
TABULATE_LINES = Step("tabulate lines", tabulate_lines)
WEIGH_FLOORS = Step("floors", weigh_floors)
WEIGH_NORMS = Step("norms", weigh_norms)
GAPS = Step("gaps", instrument_gaps)
OPEN_CONFLICTS = Step("conflicts", open_conflicts)
FACILITIES = Step("facilities", more_facilities)
HEIGHTS = Step("heights", _heights)
DRAW = Step("robustness", _kept_in_draws)
