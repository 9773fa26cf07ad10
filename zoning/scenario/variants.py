"""Variants: a plan with some things changed in memory, where only what depends on them is worked out again."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from layers.errors import Attempts, SourceError, StudyError, UnknownNameError, raise_all, shown
from layers.memory import replace_layers
from layers.phrases import Phrase, template
from layers.read import changed_files, read_inputs
from layers.sources import MEMORY, LayerSection, Section, Source, find_faults
from zoning.checks import read_study_tables
from zoning.errors import near
from zoning.pipeline import Announce, FreshPlan, make_plan, placing
from zoning.plan import Plan
from zoning.rulebook import Rule, Rulebook
from zoning.study import Decision, Study, read_study

UNREAD = Source(kind="memory")
"""Where the value of a parameter comes from that somebody tries: from no text."""
Number = int | float
NO_QUOTA = template("there is no quota '{name}'{near}")
NO_PARAMETER = template("there is no parameter '{name}'{near}")
NO_RULE = template("there is no rule '{name}'{near}")
Changes = Mapping[str, Any]
Entry = TypeVar("Entry", bound=Section)


def vary(
    plan: Plan,
    *,
    parameters: Mapping[str, float | bool | str] | None = None,
    quotas: Mapping[str, Number | Changes] | None = None,
    decisions: Iterable[Decision | Changes] = (),
    layers: Mapping[str, Any] | None = None,
    rules: Mapping[str, Changes | None] | None = None,
    study_folder: str | Path | None = None,
    announce: Announce = lambda _step: None,
) -> FreshPlan:
    """A plan with some things changed, and all that follows from them.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder while its sources are still there.
    parameters : mapping of str to number, bool or str, optional
        Other values of parameters of the rulebook, on the day of the plan. They have no source, and are not verified.
    quotas : mapping of str to number or mapping, optional
        By the name of a quota its other total, or other values of its keys, such as ``{"total": 9000, "step": 10}``.
    decisions : iterable of Decision or mapping, optional
        Further decisions, the keys of ``[[decisions]]``. One on the main function of a unit takes the place of the
        plan's own on it.
    layers : mapping of str to layer, optional
        By the name of a layer of the plan other data, as :func:`zoneplan.prepare` takes them; what the plan says of
        the layer holds. A further layer is a mapping: its data by the key ``data``, and the keys of ``[[layers]]``
        that say of it what a plan would, such as ``{"data": drawn, "role": "heritage"}``.
    rules : mapping of str to mapping or None, optional
        By the id of a rule other values of its keys, such as ``{"when": "cropland_share > 0.2"}``; None drops it.
    study_folder : str or Path, optional
        Where the sources are of a plan that was read back; by default the folder from which ``runs/<name>`` was
        written.
    announce : callable, optional
        Called with the name of each step, as by :func:`zoneplan.run`.

    Returns
    -------
    FreshPlan
        The same, to the byte, as a run of a plan and a rulebook that say so.

    Raises
    ------
    UnknownNameError
        There is no such parameter, quota, layer or rule; the message has what may have been meant.
    StudyError, RulebookError
        A value is not what it should be.
    SourceError
        Of a plan that was read back: its sources are gone, or are not what they were.
    ZoneplanError
        Whatever :func:`zoneplan.run` refuses.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> stricter = plan.vary(parameters={"density_min_per_km2": 100.0})
    >>> [int((one.zones["main"] == "key_development").sum()) for one in (plan, stricter)]
    [15, 14]
    """
    fresh = plan if isinstance(plan, FreshPlan) else made_again(plan, study_folder)
    study = _varied_study(fresh.study, quotas or {}, decisions)
    rulebook = _varied_rulebook(fresh.whole_rulebook, parameters or {}, rules or {})
    inputs = fresh.inputs
    if layers:
        study, data = _with_layers(study, layers)
        inputs = replace_layers(inputs, study, data)
    return make_plan(study, rulebook, inputs, fresh.tables, announce, before=fresh.steps)


def made_again(plan: Plan, study_folder: str | Path | None = None) -> FreshPlan:
    """A plan that was read back, made once more from the sources that it was made from.

    Parameters
    ----------
    plan : Plan
        From a run folder.
    study_folder : str or Path, optional
        Where its sources are; by default the folder from which ``runs/<name>`` was written.

    Raises
    ------
    SourceError
        Its sources are gone, or are not what they were.
    """
    place = plan.study.folder.parent.parent if study_folder is None else Path(study_folder)
    study = read_study(plan.study.path, place)
    with placing(study):
        inputs, tables = read_inputs(study), read_study_tables(study)
    changed = changed_files(inputs.sources, plan.sources)
    if changed:
        raise SourceError(
            Phrase(
                "{count} source(s) are not those that the plan was made from: {files}. Run the plan anew, and vary "
                "that.",
                count=len(changed),
                files=shown(changed),
            ),
            code="changed",
            features=changed,
        )
    return make_plan(study, plan.rulebook, inputs, tables)


def _varied_study(
    study: Study, quotas: Mapping[str, Number | Changes], decisions: Iterable[Decision | Changes]
) -> Study:
    attempts = Attempts()
    with attempts.trying():
        _known(NO_QUOTA, quotas, [one.name for one in study.quotas])
    changed = []
    for quota in study.quotas:
        wanted = quotas.get(quota.name, {})
        wanted = wanted if isinstance(wanted, Mapping) else {"total": wanted}
        changed.append(attempts.attempt(_with, quota, wanted, Phrase("quota '{quota}'", quota=quota.name)) or quota)
    further = [
        one if isinstance(one, Decision) else attempts.attempt(_entry, Decision, one, Phrase("a decision"))
        for one in decisions
    ]
    attempts.finish()
    given = tuple(one for one in further if one is not None)
    decided = {one.unit for one in given if one.main is not None}
    kept = tuple(one for one in study.decisions if one.main is None or one.unit not in decided)
    if changed == list(study.quotas) and not given:
        return study
    return study.model_copy(update={"quotas": tuple(changed), "decisions": (*kept, *given)})


def _with_layers(study: Study, layers: Mapping[str, Any]) -> tuple[Study, dict[str, Any]]:
    """The study with what is said of further layers, and the data of all that are given."""
    data, further = dict(layers), []
    for name, given in layers.items():
        if isinstance(given, Mapping):
            said = {key: value for key, value in given.items() if key != "data"}
            what = Phrase("layer '{layer}'", layer=name)
            further.append(_entry(LayerSection, {"name": name, "source": f"{MEMORY}/{name}", **said}, what))
            data[name] = given.get("data")
    taken = [one.name for one in further if one.name in {layer.name for layer in study.layers}]
    if taken:
        raise StudyError(Phrase("the plan has a layer '{name}' already: give its data alone", name=taken[0]))
    return study.model_copy(update={"layers": (*study.layers, *further)}), data


def _varied_rulebook(
    rulebook: Rulebook, parameters: Mapping[str, float | bool | str], rules: Mapping[str, Changes | None]
) -> Rulebook:
    attempts = Attempts()
    with attempts.trying():
        _known(NO_PARAMETER, parameters, rulebook.parameters)
    with attempts.trying():
        _known(NO_RULE, rules, [one.id for one in rulebook.rules])
    attempts.finish()
    values = dict(rulebook.parameters)
    for name, tried in parameters.items():
        value = _of_kind(name, values[name].value, tried)
        if value != values[name].value:
            values[name] = values[name].model_copy(update={"value": value, "source": UNREAD})
    changed = [
        one if wanted == {} else attempts.attempt(_with, one, wanted, Phrase("rule '{rule}'", rule=one.id))
        for one in rulebook.rules
        if (wanted := rules.get(one.id, {})) is not None
    ]
    attempts.finish()
    kept: Sequence[Rule] = [one for one in changed if one is not None]
    return replace(rulebook, parameters=values, rules=tuple(kept))


def _of_kind(name: str, own: float | bool | str, wanted: float | bool | str) -> float | bool | str:
    """What a parameter shall be, as its own value is: a number, true or false, or a text."""
    if isinstance(own, (bool, str)):
        alike, value = type(wanted) is type(own), wanted
    else:
        alike = isinstance(wanted, (int, float)) and not isinstance(wanted, bool) and math.isfinite(wanted)
        value = float(wanted) if alike else wanted
    if not alike:
        raise StudyError(
            Phrase(
                "parameter '{parameter}' is {own!r}, and {wanted!r} is of another kind",
                parameter=name,
                own=own,
                wanted=wanted,
            )
        )
    return value


def _known(said: str, wanted: Iterable[str], known: Iterable[str]) -> None:
    names = list(known)
    strange = [name for name in wanted if name not in names]
    if strange:
        raise UnknownNameError(Phrase(said, name=strange[0], near=near(strange[0], names)), features=strange)


def _with(one: Entry, changes: Changes, what: str) -> Entry:
    """An entry with other values of some keys; itself where there are none."""
    if not changes:
        return one
    names = {field.alias or name: name for name, field in type(one).model_fields.items()}
    own = {name: getattr(one, name) for name in one.model_fields_set}
    return _entry(type(one), own | {names.get(key, key): value for key, value in changes.items()}, what)


def _entry(kind: type[Entry], content: Changes, what: str) -> Entry:
    """An entry as a file would say it; what it may not say is refused in the same words."""
    try:
        return kind.model_validate(content)
    except ValidationError as invalid:
        faults = [
            StudyError(Phrase("{what}: {fault}", what=what, fault=fault.message))
            for fault in find_faults(invalid, kind, dict(content))
        ]
        raise_all(faults)
        raise
