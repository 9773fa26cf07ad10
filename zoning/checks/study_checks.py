"""What the plan means: do its roles, names, quotas and decisions find something to refer to? All at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from layers import (
    Finding,
    SeveralErrors,
    Stack,
    Study,
    UnknownNameError,
    ZoneplanError,
    naming_the_layer,
    number_text,
    raise_all,
    read_layers,
    shown,
)
from zoning.decisions import decision_faults
from zoning.drafts import find_rulebook
from zoning.energy_checks import energy_faults, energy_notes
from zoning.entries import Indicator
from zoning.errors import near
from zoning.flow_checks import flow_faults, flow_notes
from zoning.foresights import ExpectedColumns
from zoning.indicators import QUOTA, expected_measures, misfits
from zoning.land_entries import Derived
from zoning.locked_units import locked_elsewhere
from zoning.measures import try_formula
from zoning.origins import ADDED, origin_faults, provided
from zoning.own_lists import local_list_faults
from zoning.parties import known_parties
from zoning.quota_checks import quota_faults
from zoning.repair_notes import repair_notes
from zoning.roles import role_faults, shape_faults
from zoning.rule_checks import rule_faults
from zoning.rulebook import Rulebook, read_rulebook
from zoning.services import service_faults
from zoning.siting_checks import siting_faults
from zoning.topics import without_unused_topics

GIVES_NO = "no layer or table gives "


def read_inputs(study: Study) -> tuple[Rulebook, Stack]:
    """The rulebook of a study on its date, and its layers as :func:`layers.read_layers` reads them.

    Raises
    ------
    ZoneplanError
        What cannot be read, rulebook and layers together, and with it the names in the plan that the rulebook does not
        know. A rulebook that is not there has its place in the plan.
    """
    unread: list[ZoneplanError] = []
    rulebook = stack = None
    try:
        with naming_the_layer(study.where("study", "rulebook")):
            find_rulebook(study.rulebook)
        rulebook = read_rulebook(study.rulebook, study.date)
    except ZoneplanError as error:
        unread += _several(error)
    try:
        stack = read_layers(study)
    except ZoneplanError as error:
        unread += _several(error)
    if rulebook is None or stack is None:
        units = pd.Index([decision.unit for decision in study.decisions])  # those that there are may be unread
        known = [] if rulebook is None else [*role_faults(study, rulebook), *_decisions(study, rulebook, units)]
        raise_all([*known, *unread])
        raise AssertionError  # one of the two was refused, and that has been raised
    return rulebook, stack


def _several(error: ZoneplanError) -> tuple[ZoneplanError, ...]:
    return error.errors if isinstance(error, SeveralErrors) else (error,)


def check(study: Study, rulebook: Rulebook, stack: Stack) -> tuple[Finding, ...]:
    """Every finding on a study whose layers have been read.

    Parameters
    ----------
    study : Study
    rulebook : Rulebook
        In force on the study's date.
    stack : Stack
        From :func:`layers.read_layers`.

    Returns
    -------
    tuple of Finding
        Errors first, then warnings (repairs, decisions without effect) and notes (what was absent).

    Examples
    --------
    >>> from layers import builtin_study, read_layers, read_study
    >>> from zoning import read_rulebook
    >>> study = read_study(builtin_study("us_mountain_west"))
    >>> findings = check(study, read_rulebook(study.rulebook, study.date), read_layers(study))
    >>> [finding.text for finding in findings if finding.level == "error"]
    []
    """
    rulebook = without_unused_topics(rulebook, provided(study, stack))
    errors = [finding for complaint in complaints(study, rulebook, stack) for finding in complaint.findings]
    return (
        *errors,
        *repair_notes(study, stack),
        *_idle_decisions(study, stack),
        *_absent(study, rulebook, stack),
        *_locked(study, rulebook, stack),
        *flow_notes(study, rulebook, known_parties(stack.units, study.units.levels)),
        *energy_notes(study, rulebook, stack),
    )


def complaints(study: Study, rulebook: Rulebook, stack: Stack) -> list[ZoneplanError]:
    """The errors of :func:`check`, for a caller who wants to raise them together."""
    rulebook = without_unused_topics(rulebook, provided(study, stack))
    misfitting = list(misfits(stack.units, rulebook, stack.origins))
    foresight = _foresight(study, rulebook, stack, [error.layer for error in misfitting])
    return [
        *role_faults(study, rulebook),
        *shape_faults(study, stack),
        *_formulas(study, stack),
        *_names(study, rulebook, stack),
        *origin_faults(study, rulebook, stack),
        *misfitting,
        *rule_faults(study, foresight),
        *_decisions(study, rulebook, _known_units(study, stack), dropped_units(stack)),
        *quota_faults(study, foresight),
        *siting_faults(study, stack),
        *(local_list_faults(stack.industries, study, rulebook, stack.units) if stack.industries is not None else ()),
        *service_faults(study, provided(study.model_copy(update={"services": None}), stack), foresight.known),
        *flow_faults(study, known_parties(stack.units, study.units.levels), foresight),
        *energy_faults(study, rulebook, stack),
    ]


def _decisions(
    study: Study, rulebook: Rulebook, units: pd.Index, dropped: frozenset[str] = frozenset()
) -> Iterator[ZoneplanError]:
    places = [study.where("decisions", place) for place in range(len(study.decisions))]
    return decision_faults(study.decisions, units, rulebook, dropped, places)


def _known_units(study: Study, stack: Stack) -> pd.Index:
    """Units and larger units on which somebody may decide."""
    level = study.units.part_of
    if level is None or level not in stack.units.columns:
        return stack.units.index
    return stack.units.index.union(pd.Index(stack.units[level].dropna().astype("str")).unique())


def dropped_units(stack: Stack) -> frozenset[str]:
    """Units that the file has and the study has not, for they have no geometry."""
    ledger = stack.ledger
    gone = ledger.loc[(ledger["layer"] == "units") & (ledger["finding"] == "empty"), "feature"]
    return frozenset(map(str, gone)) - set(stack.units.index)


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


def _formulas(study: Study, stack: Stack) -> Iterator[ZoneplanError]:
    """Formulas that their layer cannot answer: another kind of layer, no such column, no numbers in it."""
    layers = {layer.name: layer for layer in stack.layers}
    for place, section in enumerate(study.layers):
        for name in section.measure if section.name in layers else ():
            try:
                with naming_the_layer(study.where("layers", place, "measure", name)):
                    try_formula(stack.units, layers[section.name], name)
            except ZoneplanError as error:
                yield error


def _names(study: Study, rulebook: Rulebook, stack: Stack) -> Iterator[ZoneplanError]:
    names = provided(study, stack)
    for indicator in rulebook.indicators:
        if indicator.when_absent == "error" and indicator.name not in names:
            yield UnknownNameError(
                f"rulebook '{rulebook.name}' needs the measure '{indicator.name}' ({indicator.unit}), "
                f"and no layer or table of the plan gives it{near(indicator.name, names - set(ADDED))}; "
                "add a layer, a table or a 'measure' of that name",
                code="missing_measure",
            )


def _foresight(study: Study, rulebook: Rulebook, stack: Stack, misfitting: Sequence[str]) -> ExpectedColumns:
    """What there will be: measures of the study, indicators of the rulebook, and what it derives; and what is known."""
    given = provided(study, stack)
    known = stack.units.drop(columns=[stack.units.geometry.name, *misfitting])
    listed: tuple[Indicator | Derived, ...] = (*rulebook.indicators, *rulebook.derived)
    taken = (one.name for one in listed if not one.name.startswith(QUOTA))  # a quota that the study has is given
    return ExpectedColumns(expected_measures(known, rulebook, given), given.union(taken), rulebook)


def _idle_decisions(study: Study, stack: Stack) -> Iterator[Finding]:
    dropped = dropped_units(stack)
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


def _locked(study: Study, rulebook: Rulebook, stack: Stack) -> Iterator[Finding]:
    """Normal where a study is a part of the country, so a note."""
    level = study.units.part_of
    absent = locked_elsewhere(stack.units, rulebook, None if level is None else stack.units[level])
    if absent:
        names = tuple(entry.place[1] for entry in absent.values())
        text = (
            f"{len(absent)} of {len(rulebook.locked)} locked decisions of rulebook '{rulebook.name}' are on units or "
            f"jurisdictions that this study does not have ({shown(names)}): they are not used"
        )
        yield Finding("note", "locked_elsewhere", "", names[:5], len(names), text)


def _absent(study: Study, rulebook: Rulebook, stack: Stack) -> Iterator[Finding]:
    names = provided(study, stack)
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
