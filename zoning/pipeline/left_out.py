"""What a plan does without where a layer cannot be read: the layer, and then what hangs on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from layers.conditions import parse_condition
from layers.errors import Finding, ZoneplanError
from layers.inputs import Inputs, LeftOut
from layers.phrases import Phrase, phrase_list
from layers.read import can_be_left_out, leave_out
from zoning.measures import QUOTA, boundary_role, divergence_measures, free_of
from zoning.money import measure_names
from zoning.rulebook import Rulebook
from zoning.study import Siting, Study

DAMAGED = "damaged"
"""The code of a file of which only a later step found that it cannot be read."""

MISSING = 3
"""The exit code of files and values that are missing; what is wrong with a plan has another."""
NO_VALUES = "no_values"
"""The code of what has no value in any unit, as a measure of a layer that is left out."""
_LISTS: Mapping[str, Callable[[Any], tuple[str, ...]]] = {
    "quotas": lambda quota: (f"{QUOTA}{quota.name}",),
    "indices": lambda index: (*index.measures, *index.standards),
    "agreements": lambda _: (),
    "transfers": lambda _: (),
    "scenarios": lambda _: (),
}
"""The lists of a plan an entry of which can be left out, and the measures that it gives."""
_SECTIONS: Mapping[str, Callable[[Any], tuple[str, ...]]] = {
    "services": measure_names,
    "divergence": lambda section: tuple(name for _, name in divergence_measures(section)),
    "robustness": lambda _: (),
}


def leave_out_cause(study: Study, inputs: Inputs, error: ZoneplanError) -> tuple[Study, Inputs] | None:
    """A study and its inputs without what a step refused for want of a layer."""
    for part in error.parts:
        less = _without_layer(study, inputs, part) or _without_entry(study, inputs, part)
        if less is None:
            return None
        study, inputs = less
    return study, inputs


def _without_layer(study: Study, inputs: Inputs, part: ZoneplanError) -> tuple[Study, Inputs] | None:
    """The inputs without a layer that only a step after reading found to be damaged."""
    there = part.layer in {layer.name for layer in inputs.layers}
    gone = part.layer in {omission.name for omission in inputs.left_out}
    if part.code != DAMAGED or not (there or gone):
        return None
    if gone:  # another step has complained of it before
        return study, inputs
    (section,) = (layer for layer in study.layers if layer.name == part.layer)
    layers = tuple(layer for layer in inputs.layers if layer.name != part.layer)
    return study, replace(inputs, layers=layers, left_out=(*inputs.left_out, leave_out(section, [part], study.folder)))


def _without_entry(study: Study, inputs: Inputs, part: ZoneplanError) -> tuple[Study, Inputs] | None:
    """The study without an entry that needs what is unknown now."""
    missing = part.exit_code == MISSING or part.code == NO_VALUES
    if not inputs.left_out or not missing or not part.keys:
        return None
    head, *more = part.keys
    if head in _LISTS and more and isinstance(more[0], int):
        entries = getattr(study, str(head))
        return _less(study, inputs, str(head), [entries[more[0]]], part.said)
    if head in _SECTIONS:
        section = getattr(study, str(head))
        gone = LeftOut(str(head), str(head), _SECTIONS[str(head)](section), part.said)
        return study.model_copy(update={str(head): None}), replace(inputs, left_out=(*inputs.left_out, gone))
    return None


def _less(study: Study, inputs: Inputs, head: str, entries: Iterable[Any], reason: str) -> tuple[Study, Inputs]:
    """A study without some entries of a list, which are noted."""
    gone = list(entries)
    remaining = tuple(entry for entry in getattr(study, head) if all(entry is not other for other in gone))
    noted = (LeftOut(head, entry.name, _LISTS[head](entry), reason) for entry in gone)
    names = {entry.name for entry in gone} if head == "quotas" else set()  # without a quota its sites need no word
    known = (omission for omission in inputs.left_out if omission.kind != "siting" or omission.name not in names)
    return study.model_copy(update={head: remaining}), replace(inputs, left_out=(*known, *noted))


def without_dependants(study: Study, inputs: Inputs, rulebook: Rulebook) -> tuple[Study, Inputs]:
    """A study without what names a layer that is left out, or takes land of which nobody knows whether it is free."""
    layers = {omission.name: omission for omission in inputs.left_out if omission.kind == "layer"}
    reason = Phrase("it needs what is left out: {names}", names=phrase_list(sorted(layers)))
    rivers = [agreement for agreement in study.agreements if agreement.river in layers]
    study, inputs = _less(study, inputs, "agreements", rivers, reason)
    made = [index for index in study.indices if not layers.keys().isdisjoint(index.layers)]
    study, inputs = _less(study, inputs, "indices", made, reason)
    quotas = {omission.name for omission in inputs.left_out if omission.kind == "quotas"}
    moved = [scenario for scenario in study.scenarios if not quotas.isdisjoint(map(_quota_of, scenario.set))]
    study, inputs = _less(study, inputs, "scenarios", moved, reason)
    roles = {omission.role for omission in layers.values() if omission.role is not None}
    unsure = bool(roles & free_of(rulebook))
    bare, noted = [], []
    for quota in study.quotas:
        if quota.siting is not None and (unsure or _reads(quota.siting, layers, roles, boundary_role(rulebook))):
            noted.append(LeftOut("siting", quota.name, (), reason))
            quota = quota.model_copy(update={"siting": None})  # noqa: PLW2901  (the same without its sites)
        bare.append(quota)
    if noted:
        study = study.model_copy(update={"quotas": tuple(bare)})
    return study, replace(inputs, left_out=(*inputs.left_out, *noted))


def _quota_of(path: str) -> str:
    """The quota that a scenario sets by a path, such as ``quotas.land.total``; "" of what is no quota."""
    head, _, rest = path.partition(".")
    return rest.partition(".")[0] if head == "quotas" else ""


def _reads(siting: Siting, layers: Iterable[str], roles: Iterable[str], boundary: str) -> bool:
    """Whether land is chosen by some layers or roles."""
    texts = [*(merit.when for merit in siting.merits), *((siting.where,) if siting.where else ())]
    named = {siting.layer, *(term.layer for term in siting.beside)}.union(
        *(parse_condition(term).names for term in texts)
    )
    played = {*(neighbour.role for neighbour in siting.beside), *([boundary] if siting.boundary else [])}
    return not named.isdisjoint(layers) or not played.isdisjoint(roles)


def with_entries_left_out(inputs: Inputs, left_out: Iterable[LeftOut]) -> Inputs:
    """Inputs of a plan that was read back, whose own file has no more what hung on a layer that was left out."""
    entries = tuple(omission for omission in left_out if omission.kind != "layer")
    return replace(inputs, left_out=(*inputs.left_out, *entries))


def foresee_left_out(study: Study, errors: Iterable[ZoneplanError]) -> Iterator[Finding]:
    """What a run that keeps going would leave out, in place of being refused."""
    faults = list(errors)
    names = {layer.name: layer for layer in study.layers}
    if not all(fault.layer in names and can_be_left_out(fault) for fault in faults):
        return
    for name in dict.fromkeys(fault.layer for fault in faults):
        section = names[name]
        roles = [f"{section.role}_share", f"{section.role}_ha"] if section.role else []
        unknown = phrase_list([*section.measure, *roles]) or Phrase("nothing is measured of it")
        yield Finding(
            "note",
            "left_out",
            name,
            (name,),
            1,
            Phrase(
                "run --keep-going would leave out layer '{layer}'; unknown would be: {measures}",
                layer=name,
                measures=unknown,
            ),
        )
