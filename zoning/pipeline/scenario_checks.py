"""Scenarios checked: whether each path that one sets leads to something, and each of its decisions can be taken."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from layers.errors import Attempts, StudyError, UnknownNameError, ZoneplanError, at_key
from layers.phrases import Phrase
from zoning.errors import near
from zoning.measures import made_of
from zoning.rulebook import Rulebook, require_possible, vary_rulebook
from zoning.study import PARAMETERS, QUOTA_KEYS, QUOTAS, Scenario, Study, with_scenario
from zoning.zones import decision_faults, threshold_range


def scenario_faults(
    study: Study, rulebook: Rulebook, units: pd.Index, dropped: Collection[str] = ()
) -> list[ZoneplanError]:
    """The complaints about scenarios, each with its place in the plan."""
    attempts = Attempts()
    for place, scenario in enumerate(study.scenarios):
        with attempts.trying(), at_key("scenarios", place):
            _try_paths(scenario, study, rulebook)
        with attempts.trying(), at_key("scenarios", place):
            with_scenario(study, scenario)
        for fault in decision_faults(scenario.decisions, units, rulebook, dropped):
            fault.keys = ("scenarios", place, *fault.keys)
            attempts.errors.append(fault)
    return attempts.errors


def robustness_faults(study: Study, rulebook: Rulebook) -> list[ZoneplanError]:
    """The complaints about what ``[robustness]`` draws, each with its place in the plan."""
    attempts = Attempts()
    ranges = {} if study.robustness is None else study.robustness.within
    mixed = () if study.robustness is None else study.robustness.opinions
    with attempts.trying(), at_key("robustness", "within"):
        if study.robustness is not None and not ranges and not mixed:
            raise StudyError(Phrase("nothing is to be drawn: give at least one range, or an index with opinions"))
    for place, index_name in enumerate(mixed):
        with attempts.trying(), at_key("robustness", "opinions", place):
            _mixed_index(study, rulebook, index_name)
    for name, ends in ranges.items():
        with attempts.trying(), at_key("robustness", "within", name):
            if name.startswith(f"{QUOTAS}."):
                raise StudyError(
                    Phrase(
                        "'{name}' is drawn by the command alone (zoneplan robustness RUN --within NAME=LOW:HIGH): for "
                        "weights land has to be allocated anew in each draw. Leave it out here",
                        name=name,
                    )
                )
            threshold_range(rulebook, name, ends)
    return attempts.errors


def _mixed_index(study: Study, rulebook: Rulebook, name: str) -> None:
    """Refuse an index whose weights cannot be drawn."""
    places = {index.name: place for place, index in enumerate(study.indices)}
    if name not in places:
        raise UnknownNameError(
            Phrase("there is no index '{index}'{hint}", index=name, hint=near(name, sorted(places))), features=[name]
        )
    index = study.indices[places[name]]
    if len(index.opinions) < 2:
        raise StudyError(Phrase("index '{index}' has no two opinions to draw weights between", index=name))
    if made_of(places[name], study.indices, rulebook) or study.units.part_of:
        raise StudyError(
            Phrase(
                "the weights of index '{index}' cannot be drawn where other measures, or larger units, are made of it; "
                "compare plans with other weights instead (zoneplan compare)",
                index=name,
            )
        )


def with_parameters(rulebook: Rulebook, scenario: Scenario) -> Rulebook:
    """A rulebook with the parameters that a scenario sets."""
    attempts = Attempts()
    for name, value in scenario.parameters.items():
        with attempts.trying(), at_key("set", f"{PARAMETERS}.{name}"):
            varied = vary_rulebook(rulebook, {name: value})
            require_possible(rulebook, name, value)
            rulebook = varied
    attempts.finish()
    return rulebook


def _try_paths(scenario: Scenario, study: Study, rulebook: Rulebook) -> None:
    """Refuse paths that begin with nothing that a scenario sets, and values that a parameter cannot have."""
    attempts = Attempts()
    with attempts.trying():
        with_parameters(rulebook, scenario)
    known = [f"{PARAMETERS}.{name}" for name in rulebook.parameters]
    known += [f"{QUOTAS}.{quota.name}.{key}" for quota in study.quotas for key in QUOTA_KEYS]
    for path in scenario.set:
        head = path.partition(".")[0]
        if head in {PARAMETERS, QUOTAS}:
            continue
        with attempts.trying(), at_key("set", path):
            if head in type(study).model_fields or head == "rules":
                said = Phrase(
                    "'{path}': a scenario sets parameters and quotas, and leaves {section} as the plan has them",
                    path=path,
                    section=head,
                )
            else:
                said = Phrase("there is no path '{path}'{hint}", path=path, hint=near(path, known))
            raise UnknownNameError(said, code="unknown_path", features=[path])
    attempts.finish()
