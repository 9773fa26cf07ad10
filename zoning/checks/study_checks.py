"""What the plan means: do its roles, names, quotas and decisions find something to refer to? All at once.

Rule checks: larger units that are none, and rules that do not do without a value which a unit lacks.

What the check says of the ledger: one warning a layer and kind of repair.

What the layers of a plan play, and whether anything reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace

import pandas as pd

from layers.conditions import number_text
from layers.errors import (
    Finding,
    SeveralErrors,
    SourceError,
    UnknownNameError,
    ZoneplanError,
    naming_the_layer,
    raise_all,
    shown,
)
from layers.inputs import Inputs
from layers.read import read_inputs
from layers.sources import Study
from zoning.checks.column_sources import ADDED, ExpectedColumns, origin_faults, provided
from zoning.checks.flow_checks import energy_faults, energy_notes, flow_faults, flow_notes
from zoning.checks.quota_checks import quota_faults, siting_faults
from zoning.compensation import known_parties, service_faults
from zoning.errors import near
from zoning.measures import DEDUCTED_ROLES, ELEVATION_ROLE, QUOTA, SLOPE_LIMIT, expected_measures, misfits, try_formula
from zoning.policies import local_list_faults
from zoning.rulebook import Derived, Indicator, Rulebook, find_rulebook, read_rulebook, without_unused_topics
from zoning.zones import ParentUnits, RuleEvaluation, decision_faults, gather_parents, locked_elsewhere


def repair_notes(study: Study, inputs: Inputs) -> Iterator[Finding]:
    """One warning a layer or table and kind of repair; the ledger has the features.

    Parameters
    ----------
    study : Study
        Its tables are told from its layers.
    inputs : Inputs

    Yields
    ------
    Finding
    """
    tables = {table.source for table in study.tables}
    for (name, finding), rows in inputs.ledger.groupby(["layer", "finding"], sort=True):
        features = [str(feature) for feature in rows["feature"]]
        actions = "; ".join(sorted(set(rows["action"]))[:3])
        of = f"{'table' if name in tables else 'layer'} '{name}': {finding}"
        if features == [""]:  # it is of the layer as a whole
            text = f"{of}: {actions}"
        else:
            times = "once" if len(features) == 1 else f"{len(features)} times"
            text = f"{of}, {times}: {actions} ({shown(features)})"
        yield Finding("warning", str(finding), str(name), tuple(features[:5]), len(features), text)


def known_roles(rulebook: Rulebook) -> set[str]:
    """Roles that something in the house or the rulebook reads."""
    declared = {
        indicator.name.removesuffix(ending)
        for indicator in rulebook.indicators
        for ending in ("_share", "_ha")
        if indicator.name.endswith(ending)
    }
    lines = {role for line in rulebook.lines for role in line.roles}
    heights = {ELEVATION_ROLE} if SLOPE_LIMIT in rulebook.parameters else set()
    return {*heights, *DEDUCTED_ROLES, *lines, *declared, *(zone.code for zone in rulebook.zones)}


def role_faults(study: Study, rulebook: Rulebook) -> Iterator[ZoneplanError]:
    """The complaints about roles that nothing reads, each with its place in the plan."""
    known = known_roles(rulebook)
    for place, layer in enumerate(study.layers):
        if layer.role is not None and layer.role not in known:
            yield UnknownNameError(
                f"{study.where('layers', place, 'role')}: rulebook '{rulebook.name}' reads no role '{layer.role}'"
                f"{near(layer.role, known)}",
                code="unknown_role",
                layer=layer.name,
            )


def shape_faults(study: Study, inputs: Inputs) -> Iterator[ZoneplanError]:
    """The complaints about layers that cannot play their role: one needs area, elevation needs a grid."""
    kinds = {layer.name: layer.kind for layer in inputs.layers}
    for place, layer in enumerate(study.layers):
        kind = kinds.get(layer.name)
        wanted = "raster" if layer.role == ELEVATION_ROLE else "polygons"
        if layer.role is None or kind is None or kind == wanted:
            continue
        remedy = (
            "give a raster of heights in metres"
            if wanted == "raster"
            else "a role needs area: give polygons, or a raster with 'where'; or drop the role and use 'measure'"
        )
        yield SourceError(
            f"{study.where('layers', place, 'role')}: layer '{layer.name}' holds {kind}, which cannot play "
            f"the role '{layer.role}'; {remedy}",
            code="role_without_area",
            layer=layer.name,
        )


def rule_faults(study: Study, foresight: ExpectedColumns) -> Iterator[ZoneplanError]:
    """What :func:`zoning.zones.classify` will complain about, as far as that can be told before anything is measured.

    Parameters
    ----------
    study : Study
        Its ``part_of``.
    foresight : Foresight
        Of the units and the rulebook.

    Yields
    ------
    UnknownNameError, SourceError
        The column of the larger units is missing or has gaps, one has the id of a unit, or lies in two jurisdictions.
    MissingValueError
        A rule with ``on_unknown = "error"`` cannot be answered.
    """
    level, wholes = study.units.part_of, None
    if level is not None:
        try:
            with naming_the_layer(study.where("units", "part_of")):
                wholes = _wholes(foresight, level)
        except ZoneplanError as error:
            yield error
            return
    rulebook = foresight.rulebook
    for rule in rulebook.rules:
        if rule.on_unknown != "error" or (rule.refines and wholes is None) or not foresight.foresees(rule.when):
            continue
        draft = rulebook.draft
        place = (
            naming_the_layer(draft.where("rules", draft.rules.index(rule), "on_unknown")) if draft else nullcontext()
        )
        try:
            with place:
                asked = RuleEvaluation(rule, foresight.known, rulebook, "en", None if rule.refines else wholes)
                raise_all(asked.errors)
        except ZoneplanError as error:
            yield error


def _wholes(foresight: ExpectedColumns, level: str) -> ParentUnits:
    """The larger units, with what is known of their parts by now."""
    read = tuple(one for one in foresight.rulebook.indicators if one.name in foresight.known.columns)
    return gather_parents(foresight.known, replace(foresight.rulebook, indicators=read, derived=()), level)


GIVES_NO = "no layer or table gives "


def read_rulebook_and_inputs(study: Study) -> tuple[Rulebook, Inputs]:
    """The rulebook of a study on its date, and its layers as :func:`layers.read.read_inputs` reads them.

    Raises
    ------
    ZoneplanError
        What cannot be read, rulebook and layers together, and with it the names in the plan that the rulebook does not
        know. A rulebook that is not there has its place in the plan.
    """
    unread: list[ZoneplanError] = []
    rulebook = inputs = None
    try:
        with naming_the_layer(study.where("study", "rulebook")):
            find_rulebook(study.rulebook)
        rulebook = read_rulebook(study.rulebook, study.date)
    except ZoneplanError as error:
        unread += _several(error)
    try:
        inputs = read_inputs(study)
    except ZoneplanError as error:
        unread += _several(error)
    if rulebook is None or inputs is None:
        units = pd.Index([decision.unit for decision in study.decisions])  # those that there are may be unread
        known = [] if rulebook is None else [*role_faults(study, rulebook), *_decisions(study, rulebook, units)]
        raise_all([*known, *unread])
        raise AssertionError  # one of the two was refused, and that has been raised
    return rulebook, inputs


def _several(error: ZoneplanError) -> tuple[ZoneplanError, ...]:
    return error.errors if isinstance(error, SeveralErrors) else (error,)


def check(study: Study, rulebook: Rulebook, inputs: Inputs) -> tuple[Finding, ...]:
    """Every finding on a study whose layers have been read.

    Parameters
    ----------
    study : Study
    rulebook : Rulebook
        In force on the study's date.
    inputs : Inputs
        From :func:`layers.read.read_inputs`.

    Returns
    -------
    tuple of Finding
        Errors first, then warnings (repairs, decisions without effect) and notes (what was absent).

    Examples
    --------
    >>> from layers.sources import builtin_study, read_study
    >>> from layers.read import read_inputs
    >>> from zoning.rulebook import read_rulebook
    >>> study = read_study(builtin_study("us_mountain_west"))
    >>> findings = check(study, read_rulebook(study.rulebook, study.date), read_inputs(study))
    >>> [finding.text for finding in findings if finding.level == "error"]
    []
    """
    rulebook = without_unused_topics(rulebook, provided(study, inputs))
    errors = [finding for complaint in complaints(study, rulebook, inputs) for finding in complaint.findings]
    return (
        *errors,
        *repair_notes(study, inputs),
        *_idle_decisions(study, inputs),
        *_absent(study, rulebook, inputs),
        *_locked(study, rulebook, inputs),
        *flow_notes(study, rulebook, known_parties(inputs.units, study.units.levels)),
        *energy_notes(study, rulebook, inputs),
    )


def complaints(study: Study, rulebook: Rulebook, inputs: Inputs) -> list[ZoneplanError]:
    """The errors of :func:`check`, for a caller who wants to raise them together."""
    rulebook = without_unused_topics(rulebook, provided(study, inputs))
    misfitting = list(misfits(inputs.units, rulebook, inputs.origins))
    foresight = _foresight(study, rulebook, inputs, [error.layer for error in misfitting])
    return [
        *role_faults(study, rulebook),
        *shape_faults(study, inputs),
        *_formulas(study, inputs),
        *_names(study, rulebook, inputs),
        *origin_faults(study, rulebook, inputs),
        *misfitting,
        *rule_faults(study, foresight),
        *_decisions(study, rulebook, _known_units(study, inputs), dropped_units(inputs)),
        *quota_faults(study, foresight),
        *siting_faults(study, inputs),
        *(local_list_faults(inputs.industries, study, rulebook, inputs.units) if inputs.industries is not None else ()),
        *service_faults(study, provided(study.model_copy(update={"services": None}), inputs), foresight.known),
        *flow_faults(study, known_parties(inputs.units, study.units.levels), foresight),
        *energy_faults(study, rulebook, inputs),
    ]


def _decisions(
    study: Study, rulebook: Rulebook, units: pd.Index, dropped: frozenset[str] = frozenset()
) -> Iterator[ZoneplanError]:
    places = [study.where("decisions", place) for place in range(len(study.decisions))]
    return decision_faults(study.decisions, units, rulebook, dropped, places)


def _known_units(study: Study, inputs: Inputs) -> pd.Index:
    """Units and larger units on which somebody may decide."""
    level = study.units.part_of
    if level is None or level not in inputs.units.columns:
        return inputs.units.index
    return inputs.units.index.union(pd.Index(inputs.units[level].dropna().astype("str")).unique())


def dropped_units(inputs: Inputs) -> frozenset[str]:
    """Units that the file has and the study has not, for they have no geometry."""
    ledger = inputs.ledger
    gone = ledger.loc[(ledger["layer"] == "units") & (ledger["finding"] == "empty"), "feature"]
    return frozenset(map(str, gone)) - set(inputs.units.index)


def group_absent(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of :func:`check` for people: one note of all that nothing gives, in place of one each.

    Examples
    --------
    >>> absent = [Finding("note", "absent", "", (name,), 1, f"{GIVES_NO}'{name}': taken as 0") for name in "ab"]
    >>> print(group_absent(absent)[0].text)
    no layer or table gives 2 measures
    taken as 0: a, b
    """
    groups: dict[str, list[str]] = {}
    others: list[Finding] = []
    place: int | None = None
    for finding in findings:
        if finding.code == "absent" and finding.level == "note":
            place = len(others) if place is None else place
            name = finding.features[0]
            groups.setdefault(finding.text.removeprefix(f"{GIVES_NO}'{name}': "), []).append(name)
        else:
            others.append(finding)
    names = tuple(name for group in groups.values() for name in group)
    if place is None or len(names) == 1:
        return list(findings)
    lines = [f"{GIVES_NO}{len(names)} measures", *(f"{taken}: {', '.join(some)}" for taken, some in groups.items())]
    grouped = Finding("note", "absent", "", names[:5], len(names), "\n".join(lines))
    return [*others[:place], grouped, *others[place:]]


def _formulas(study: Study, inputs: Inputs) -> Iterator[ZoneplanError]:
    """Formulas that their layer cannot answer: another kind of layer, no such column, no numbers in it."""
    layers = {layer.name: layer for layer in inputs.layers}
    for place, section in enumerate(study.layers):
        for name in section.measure if section.name in layers else ():
            try:
                with naming_the_layer(study.where("layers", place, "measure", name)):
                    try_formula(inputs.units, layers[section.name], name)
            except ZoneplanError as error:
                yield error


def _names(study: Study, rulebook: Rulebook, inputs: Inputs) -> Iterator[ZoneplanError]:
    names = provided(study, inputs)
    for indicator in rulebook.indicators:
        if indicator.when_absent == "error" and indicator.name not in names:
            yield UnknownNameError(
                f"rulebook '{rulebook.name}' needs the measure '{indicator.name}' ({indicator.unit}), "
                f"and no layer or table of the plan gives it{near(indicator.name, names - set(ADDED))}; "
                "add a layer, a table or a 'measure' of that name",
                code="missing_measure",
            )


def _foresight(study: Study, rulebook: Rulebook, inputs: Inputs, misfitting: Sequence[str]) -> ExpectedColumns:
    """What there will be: measures of the study, indicators of the rulebook, and what it derives; and what is known."""
    given = provided(study, inputs)
    known = inputs.units.drop(columns=[inputs.units.geometry.name, *misfitting])
    listed: tuple[Indicator | Derived, ...] = (*rulebook.indicators, *rulebook.derived)
    taken = (one.name for one in listed if not one.name.startswith(QUOTA))  # a quota that the study has is given
    return ExpectedColumns(expected_measures(known, rulebook, given), given.union(taken), rulebook)


def _idle_decisions(study: Study, inputs: Inputs) -> Iterator[Finding]:
    dropped = dropped_units(inputs)
    for place, decision in enumerate(study.decisions):
        if decision.unit in dropped:
            text = (
                f"{study.where('decisions', place, 'unit')}: unit {shown([decision.unit])} was dropped, for it has no "
                "geometry: the decision has no effect"
            )
            yield Finding("warning", "decision_unit_dropped", "", (decision.unit,), 1, text)
        if decision.date > study.date:
            text = (
                f"{study.where('decisions', place, 'date')}: the decision on {shown([decision.unit])} is of "
                f"{decision.date}, after the plan's date {study.date}: it has no effect yet"
            )
            yield Finding("warning", "decision_not_in_force", "", (decision.unit,), 1, text)


def _locked(study: Study, rulebook: Rulebook, inputs: Inputs) -> Iterator[Finding]:
    """Normal where a study is a part of the country, so a note."""
    level = study.units.part_of
    absent = locked_elsewhere(inputs.units, rulebook, None if level is None else inputs.units[level])
    if absent:
        names = tuple(entry.place[1] for entry in absent.values())
        text = (
            f"{len(absent)} of {len(rulebook.locked)} locked decisions of rulebook '{rulebook.name}' are on units or "
            f"jurisdictions that this study does not have ({shown(names)}): they are not used"
        )
        yield Finding("note", "locked_elsewhere", "", names[:5], len(names), text)


def _absent(study: Study, rulebook: Rulebook, inputs: Inputs) -> Iterator[Finding]:
    names = provided(study, inputs)
    for indicator in rulebook.indicators:
        if indicator.name not in names and indicator.when_absent != "error":
            value = indicator.when_absent
            taken = number_text(value) if isinstance(value, float) else value
            text = f"{GIVES_NO}'{indicator.name}': rulebook '{rulebook.name}' takes it as {taken}"
            yield Finding("note", "absent", "", (indicator.name,), 1, text)
    unread = [value.name for value in rulebook.parameters.values() if not value.verified]
    if unread:
        text = f"parameters of rulebook '{rulebook.name}' not verified against an official text: {shown(unread)}"
        yield Finding("note", "unverified", "", tuple(unread[:5]), len(unread), text)
