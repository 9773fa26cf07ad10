"""Variants: a plan with some things changed in memory, and what it gives along the curve of a parameter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from layers.errors import SourceError, StudyError, UnknownNameError, shown
from layers.phrases import Phrase
from layers.read import changed_files, read_inputs, replace_layers, require_files
from layers.sources import MEMORY, LayerSection, entry_of
from zoning.errors import InfeasibleError, near
from zoning.pipeline import (
    Announce,
    Steps,
    make_plan,
    placing,
    read_study_tables,
    with_entries_left_out,
    with_parameters,
)
from zoning.plan import Plan
from zoning.rulebook import Rulebook, vary_rulebook, with_all_topics
from zoning.study import Changes, Decision, Study, vary_study, with_scenario
from zoning.tables import FLOWS
from zoning.whatif.differences import parts_of, remake
from zoning.zones import Curve, Step


def vary(
    plan: Plan,
    *,
    parameters: Mapping[str, float | bool | str] | None = None,
    quotas: Mapping[str, float | Changes] | None = None,
    decisions: Iterable[Decision | Changes] = (),
    layers: Mapping[str, Any] | None = None,
    rules: Mapping[str, Changes | None] | None = None,
    study_folder: str | Path | None = None,
    announce: Announce = lambda _step: None,
) -> Plan:
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
        Where the sources are of a plan that was read back; by default where the run was made.
    announce : callable, optional
        Called with the name of each step, as by :func:`zoneplan.run`.

    Returns
    -------
    Plan
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
    fresh = as_fresh(plan, study_folder)
    study = vary_study(fresh.study, quotas or {}, decisions)
    rulebook = vary_rulebook(fresh.whole_rulebook, parameters or {}, rules or {})
    return _made(fresh, study, rulebook, layers, announce)


def as_fresh(plan: Plan, study_folder: str | Path | None = None) -> Plan:
    """A plan with all that it was made from: one that was read back is made once more from its sources."""
    if plan.origin is not None:
        return plan
    study = plan.study
    if study_folder is not None:
        study = study.standing_at(Path(study_folder) / study.path.name)
    require_files(study, {entry.name for entry in plan.left_out})
    with placing(study):
        inputs, tables = read_inputs(study, keep_going=bool(plan.left_out)), read_study_tables(study)
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
    inputs = with_entries_left_out(inputs, plan.left_out)
    return make_plan(study, with_all_topics(plan.rulebook), inputs, tables, keep_going=bool(plan.left_out))


def plan_of_scenario(plan: Plan, name: str, study_folder: str | Path | None = None) -> Plan:
    """The plan of one of the scenarios of a plan; parameters and errors as of :meth:`zoning.plan.Plan.scenario`."""
    scenarios = {scenario.name: scenario for scenario in plan.study.scenarios}
    if name not in scenarios:
        raise UnknownNameError(
            Phrase("there is no scenario '{name}'{near}", name=name, near=near(name, scenarios)), features=[name]
        )
    fresh = as_fresh(plan, study_folder)
    study = with_scenario(fresh.study, scenarios[name])
    return _made(fresh, study, with_parameters(fresh.whole_rulebook, scenarios[name]))


def plan_of_try(
    plan: Plan,
    study: Study,
    layers: Mapping[str, Any] | None = None,
    announce: Announce = lambda _step: None,
) -> Plan:
    """The plan of a try of a plan, with further layers."""
    return _made(plan, study, with_parameters(plan.whole_rulebook, study.scenarios[0]), layers, announce)


def _made(
    plan: Plan,
    study: Study,
    rulebook: Rulebook,
    layers: Mapping[str, Any] | None = None,
    announce: Announce = lambda _step: None,
) -> Plan:
    """The plan of another study and rulebook, from the inputs and steps of a plan, with other or further layers."""
    inputs = plan.inputs
    if layers:
        study, data = _with_layers(study, layers)
        inputs = replace_layers(inputs, study, data)
    return make_plan(study, rulebook, inputs, plan.tables, announce, steps=Steps(plan.steps))


def _with_layers(study: Study, layers: Mapping[str, Any]) -> tuple[Study, dict[str, Any]]:
    """The study with what is said of further layers, and the data of all that are given."""
    data, further = dict(layers), []
    for name, given in layers.items():
        if isinstance(given, Mapping):
            settings = {key: value for key, value in given.items() if key != "data"}
            what = Phrase("layer '{layer}'", layer=name)
            further.append(entry_of(LayerSection, {"name": name, "source": f"{MEMORY}/{name}", **settings}, what))
            data[name] = given.get("data")
    taken = [section.name for section in further if section.name in {layer.name for layer in study.layers}]
    if taken:
        raise StudyError(Phrase("the plan has a layer '{name}' already: give its data alone", name=taken[0]))
    return study.model_copy(update={"layers": (*study.layers, *further)}), data


Progress = Callable[[int, int], None]
QUOTA_COLUMNS = ("step", "quota", "period", "unit_id", "main", "amount")
FLOW_COLUMNS = ("step", *FLOWS.key, "amount", "unit")


class CurveAmounts(NamedTuple):
    """Amounts and money by step of a curve."""

    quotas: pd.DataFrame
    flows: pd.DataFrame
    refused: Mapping[int, str]


def curve_amounts(
    plan: Plan,
    curve: Curve,
    *,
    study_folder: str | Path | None = None,
    announce: Progress = lambda _done, _of: None,
) -> CurveAmounts:
    """What each unit gets, and who pays whom, at each step of a curve.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder while its sources are still there.
    curve : Curve
        Of that plan, from :func:`zoneplan.curve`.
    study_folder : str or Path, optional
        Where the sources are of a plan that was read back, as for :meth:`zoneplan.Plan.vary`.
    announce : callable, optional
        Called before each step with how many are done, and of how many.

    Returns
    -------
    CurveAmounts
        Zones are the same everywhere in a step, so one plan stands for all of it: amounts depend on zones alone where
        no quota and no payment asks for the parameter itself.

    Raises
    ------
    ZoneplanError
        Whatever ``plan.vary`` refuses, but for quotas that cannot be met: these are told by step.

    Examples
    --------
    >>> import zoneplan as zp
    >>> from zoning.whatif import curve_amounts
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> found = curve_amounts(plan, zp.curve(plan, "cropland_share_min"))
    >>> found.quotas.groupby("step")["amount"].sum().nunique()  # the total is the same in all steps
    1
    """
    fresh = as_fresh(plan, study_folder)
    parts = parts_of(fresh)
    quotas, flows, refused = [], [], {}
    for step_number, step in enumerate(curve.steps):
        announce(step_number, len(curve.steps))
        try:
            rulebook = vary_rulebook(parts.rulebook, {curve.parameter: _inside(step, curve)})
            varied = remake(parts._replace(rulebook=rulebook), fresh)
        except InfeasibleError as error:
            refused[step_number] = error.said
            continue
        mains = varied.zones.set_index("unit_id")["main"]
        given = varied.quotas[varied.quotas["unit_id"].isin(mains.index)]
        quotas.append(given.assign(step=step_number, main=mains.reindex(given["unit_id"]).to_numpy()))
        flows.append(varied.flows.assign(step=step_number))
    return CurveAmounts(_joined(quotas, QUOTA_COLUMNS), _joined(flows, FLOW_COLUMNS), refused)


def _inside(step: Step, curve: Curve) -> float:
    """A value of the parameter that lies in a step: the adopted one where it does."""
    if step.holds(curve.adopted):
        return curve.adopted
    for end, included in ((step.low, step.low_included), (step.high, step.high_included)):
        if end is not None and included:
            return end
    if step.low is None:
        return curve.adopted if step.high is None else step.high - max(1.0, abs(step.high))
    return step.low + (max(1.0, abs(step.low)) if step.high is None else (step.high - step.low) / 2)


def _joined(parts: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))
    return rows[list(columns)]
