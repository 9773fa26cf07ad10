"""Differences between what two plans were made from, each of which can be applied alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

from layers.inputs import Inputs, Source
from zoning.pipeline import Steps, StudyTables, make_plan
from zoning.plan import Plan
from zoning.rulebook import Rulebook, with_all_topics
from zoning.study import PlanIndex, Quota, Share, Study

Kind = Literal["rule", "parameter", "decision", "datum", "list"]


class Parts(NamedTuple):
    """What a plan is made from."""

    study: Study
    rulebook: Rulebook
    inputs: Inputs
    tables: StudyTables


@dataclass(frozen=True)
class Difference:
    """One thing in which two plans differ."""

    kind: Kind
    id: str
    before: str
    after: str
    apply: Callable[[Parts, Parts], Parts]
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict)


ENTRIES: tuple[tuple[str, Kind, tuple[str, ...]], ...] = (
    ("rules", "rule", ("id",)),
    ("zones", "rule", ("code",)),
    ("lines", "rule", ("code",)),
    ("floors", "rule", ("line", "of", "level")),
    ("norms", "rule", ("id",)),
    ("indicators", "rule", ("name",)),
    ("derived", "rule", ("name",)),
    ("policies", "rule", ("id",)),
    ("schemes", "rule", ("code",)),
    ("agreements", "rule", ("id",)),
    ("lists", "list", ("id",)),
    ("industries", "list", ("list", "code", "state")),
)
"""The chapters of a rulebook that are entries, as what they count, and what tells the entries apart."""
WHOLE: tuple[tuple[str, Kind], ...] = (("available_land", "rule"), ("terms", "rule"), ("classification", "list"))
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("indices", ("name",)),
    ("quotas", ("name",)),
    ("agreements", ("name", "period")),
    ("transfers", ("name", "period")),
)


def entries_of(rulebook: Rulebook) -> Iterator[tuple[str, Any]]:
    """Every entry of a rulebook that can differ as a rule or list, by what differences call it."""
    for chapter, _, keys in ENTRIES:
        for entry in getattr(rulebook, chapter):
            yield _name(entry, keys), entry


def _name(entry: Any, keys: Sequence[str]) -> str:
    return " ".join(str(getattr(entry, key)) for key in keys)


def parts_of(plan: Plan) -> Parts:
    """What a plan was made from."""
    return Parts(plan.study, plan.whole_rulebook, plan.inputs, plan.tables)


def differences(plan: Plan, other: Plan) -> tuple[Difference, ...]:
    """All in which two plans differ, by what they say of themselves; one after the other they make one the other."""
    books = with_all_topics(plan.rulebook), with_all_topics(other.rulebook)
    return (
        *_of_parameters(books[0].parameters, books[1].parameters),
        *_of_rulebooks(*books),
        *_of_decisions(plan.study, other.study),
        *_of_sections(plan.study, other.study),
        *_of_sources(plan, other),
    )


def remake(parts: Parts, before: Plan) -> Plan:
    """A plan of some parts, without sites of quotas and scenarios, which no amount depends on."""
    study = parts.study.without_sites().model_copy(update={"scenarios": (), "robustness": None})
    return make_plan(study, parts.rulebook, parts.inputs, parts.tables, steps=Steps(before.steps))


def _of_parameters(parameters: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys((*parameters, *other)):
        before, after = parameters.get(name), other.get(name)
        if _value(before) != _value(after):
            yield Difference("parameter", name, _value(before), _value(after), _with_parameter(name, after))


def _value(parameter: Any) -> str:
    return "" if parameter is None else repr(parameter.value)


def _with_parameter(name: str, value: Any) -> Callable[[Parts, Parts], Parts]:
    def apply(parts: Parts, _: Parts) -> Parts:
        values = dict(parts.rulebook.parameters)
        before = values.pop(name, None)
        if value is not None:  # in force as long as that which it replaces, which may be of another day
            dates = {} if before is None else {"since": before.since, "until": before.until}
            values[name] = value.model_copy(update=dates)
        return parts._replace(rulebook=replace(parts.rulebook, parameters=values))

    return apply


def _of_rulebooks(rulebook: Rulebook, other: Rulebook) -> Iterator[Difference]:
    for chapter, kind, keys in ENTRIES:
        for name, entries, put in _entries(getattr(rulebook, chapter), getattr(other, chapter), keys):
            yield _difference(kind, name, entries, _in_rulebook(chapter, put))
    for name in dict.fromkeys((*rulebook.locked, *other.locked)):
        if repr(rulebook.locked.get(name)) != repr(other.locked.get(name)):
            pair = rulebook.locked.get(name), other.locked.get(name)
            yield _difference("list", name, pair, _with_locked(name, pair[1]))
    for chapter, kind in WHOLE:
        before, after = getattr(rulebook, chapter), getattr(other, chapter)
        if before != after:
            yield _difference(kind, chapter, (before, after), _in_rulebook(chapter, _constant(after)))


def _in_rulebook(chapter: str, change: Callable[[Any], Any]) -> Callable[[Parts, Parts], Parts]:
    def apply(parts: Parts, _: Parts) -> Parts:
        changed: Any = {chapter: change(getattr(parts.rulebook, chapter))}
        return parts._replace(rulebook=replace(parts.rulebook, **changed))

    return apply


def _with_locked(name: str, entry: Any) -> Callable[[Parts, Parts], Parts]:
    def apply(parts: Parts, _: Parts) -> Parts:
        locked = {key: decision for key, decision in parts.rulebook.locked.items() if key != name}
        locked |= {name: entry} if entry is not None else {}
        return parts._replace(rulebook=replace(parts.rulebook, locked=dict(sorted(locked.items()))))

    return apply


def _constant(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


_Entries = tuple[Any, ...]
_Change = tuple[str, tuple[_Entries, _Entries], Callable[[Sequence[Any]], _Entries]]


def _entries(entries: Sequence[Any], other: Sequence[Any], keys: tuple[str, ...]) -> Iterator[_Change]:
    """The entries that differ: id, those of either, and what puts those of the second into the first.

    An id can have several entries, each with days of its own; they go together.
    """
    before, after = _by_id(entries, keys), _by_id(other, keys)
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name, ()), after.get(name, ())
        if repr(was) != repr(now):
            yield name, (was, now), _put(name, now, keys, list(after))


def _by_id(entries: Sequence[Any], keys: tuple[str, ...]) -> dict[str, tuple[Any, ...]]:
    by_id: dict[str, tuple[Any, ...]] = {}
    for entry in entries:
        name = _name(entry, keys)
        by_id[name] = (*by_id.get(name, ()), entry)
    return by_id


def _put(
    name: str, replacement: tuple[Any, ...], keys: tuple[str, ...], order: list[str]
) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """What gives a chapter with other entries of an id: in their place, or where the second plan has them."""

    def change(entries: Sequence[Any]) -> tuple[Any, ...]:
        by_id = _by_id(entries, keys)
        if name in by_id:
            by_id[name] = replacement
        else:
            later = [entry_id for entry_id in by_id if entry_id in order and order.index(entry_id) > order.index(name)]
            names = list(by_id)
            position = names.index(later[0]) if later else len(names)
            by_id = {
                entry_id: replacement if entry_id == name else by_id[entry_id]
                for entry_id in (*names[:position], name, *names[position:])
            }
        return tuple(entry for group in by_id.values() for entry in group)

    return change


def _of_decisions(first: Study, other: Study) -> Iterator[Difference]:
    """Decisions on a unit, all of them together: one on the main function and any on overlays."""
    units = dict.fromkeys(decision.unit for study in (first, other) for decision in study.decisions)
    for unit in units:
        was, now = ([entry for entry in study.decisions if entry.unit == unit] for study in (first, other))
        if repr(was) != repr(now):
            texts = ["; ".join(str(entry.main or entry.overlay) for entry in entries) for entries in (was, now)]
            yield Difference("decision", unit, texts[0], texts[1], _with_decisions(unit, tuple(now)))


def _with_decisions(unit: str, entries: tuple[Any, ...]) -> Callable[[Parts, Parts], Parts]:
    def apply(parts: Parts, _: Parts) -> Parts:
        others = tuple(entry for entry in parts.study.decisions if entry.unit != unit)
        return parts._replace(study=parts.study.model_copy(update={"decisions": (*others, *entries)}))

    return apply


def _of_sections(first: Study, other: Study) -> Iterator[Difference]:
    """What the plans say of indices, quotas and money."""
    for section, keys in SECTIONS:
        for name, entries, put in _entries(getattr(first, section), getattr(other, section), keys):
            yield _difference("parameter", f"{section}.{name}", entries, _in_study(section, put))
    for section in ("services", "energy", "industries", "divergence"):
        was, now = getattr(first, section), getattr(other, section)
        if repr(was) != repr(now):
            yield _difference("parameter", section, (was, now), _in_study(section, _constant(now)))
    if first.study.none_of != other.study.none_of:
        lists = [", ".join(study.study.none_of) for study in (first, other)]
        yield Difference("parameter", "study.none_of", lists[0], lists[1], _with_none_of(other.study.none_of))


def _difference(kind: Kind, name: str, pair: tuple[Any, Any], apply: Callable[[Parts, Parts], Parts]) -> Difference:
    """A difference between two values, told by the keys that differ where both plans have it."""
    was, now = (value[0] if isinstance(value, tuple) and len(value) == 1 else value for value in pair)
    keys = dict(_keys_that_differ(was, now)) if type(was) is type(now) else {}
    if keys and "" not in keys:
        texts = [as_fields({key: texts[side] for key, texts in keys.items()}) for side in (0, 1)]
        return Difference(kind, name, texts[0], texts[1], apply, keys)
    return Difference(kind, name, _text(was), _text(now), apply)


def as_fields(values: Mapping[str, str]) -> str:
    """Keys with their values, as differences have them."""
    return "; ".join(f"{key} = {text}" for key, text in values.items())


def _keys_that_differ(was: Any, now: Any, above: str = "") -> Iterator[tuple[str, tuple[str, str]]]:
    """The keys of two values that differ, with their texts, those of what stands inside them one by one."""
    if (values := _values_of(was)) is None or (others := _values_of(now)) is None or type(was) is not type(now):
        yield above, (_text(was), _text(now))
        return
    for key in dict.fromkeys((*values, *others)):
        pair = values.get(key), others.get(key)
        if repr(pair[0]) != repr(pair[1]):
            yield from _keys_that_differ(*pair, f"{above}.{key}" if above else str(key))


def _values_of(value: Any) -> Mapping[Any, Any] | None:
    """What a section, an entry of a rulebook or a mapping holds, by key; None of anything else."""
    if isinstance(value, BaseModel):
        return {key: getattr(value, key) for key in type(value).model_fields}
    if is_dataclass(value):
        return {attribute.name: getattr(value, attribute.name) for attribute in fields(value)}
    return value if isinstance(value, Mapping) else None


def _text(value: Any) -> str:
    """A value as a planner would write it down: numbers, names, and keys with their values; never as Python does."""
    if isinstance(value, Share):
        return f"{value.measure} {value.share}"
    if isinstance(value, Quota | PlanIndex):  # one that a single plan has
        return str(value.total) if isinstance(value, Quota) else value.name
    if (values := _values_of(value)) is not None:
        return ", ".join(f"{key}: {text}" for key, entry in values.items() if (text := _text(entry)))
    if isinstance(value, tuple | list | set | frozenset):
        entries = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        flat = all(isinstance(entry, Share) or _values_of(entry) is None for entry in entries)
        return (", " if flat else "; ").join(map(_text, entries))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _in_study(section: str, change: Callable[[Any], Any]) -> Callable[[Parts, Parts], Parts]:
    def apply(parts: Parts, _: Parts) -> Parts:
        changed = {section: change(getattr(parts.study, section))}
        return parts._replace(study=parts.study.model_copy(update=changed))

    return apply


def _with_none_of(names: tuple[str, ...]) -> Callable[[Parts, Parts], Parts]:
    def apply(parts: Parts, _: Parts) -> Parts:
        head = parts.study.study.model_copy(update={"none_of": names})
        return parts._replace(study=parts.study.model_copy(update={"study": head}))

    return apply


def _of_sources(first: Plan, other: Plan) -> Iterator[Difference]:
    """Sources that are not the same, or of which the plans say other things: one by one, where all are layers."""
    was, now = (_digests(plan.sources) for plan in (first, other))
    descriptions = [dict(_said_of_sources(plan.study)) for plan in (first, other)]
    names = [name for name in dict.fromkeys((*was, *now)) if was.get(name) != now.get(name)]
    names += [
        name
        for name in dict.fromkeys((*descriptions[0], *descriptions[1]))
        if descriptions[0].get(name) != descriptions[1].get(name)
    ]
    names = list(dict.fromkeys(names))
    layers = {layer.name for plan in (first, other) for layer in plan.study.layers}
    if first.units.crs != other.units.crs or not layers.issuperset(names):
        yield Difference("datum", ", ".join(names) or "units", "", "", _with_all)
        return
    for name in names:
        texts = [" ".join(digests.get(name, ())) for digests in (was, now)]
        yield Difference("datum", name, texts[0], texts[1], _with_layer(name))


def _said_of_sources(study: Study) -> Iterator[tuple[str, str]]:
    """What a plan says of each source beside its bytes, by the name of the source."""
    for (name, _), (_, section) in zip(study.files, study.sections, strict=False):
        yield name, repr(section)


def _digests(sources: Iterable[Source]) -> dict[str, tuple[str, ...]]:
    """By the name of a source the sha256 of its files."""
    digests: dict[str, tuple[str, ...]] = {}
    for source in sources:
        digests[source.name] = (*digests.get(source.name, ()), source.sha256)
    return digests


def _with_all(parts: Parts, other: Parts) -> Parts:
    sections = {name: getattr(other.study, name) for name in ("units", "layers", "tables", "energy", "industries")}
    return Parts(parts.study.model_copy(update=sections), parts.rulebook, other.inputs, other.tables)


def _with_layer(name: str) -> Callable[[Parts, Parts], Parts]:
    def apply(parts: Parts, other: Parts) -> Parts:
        order = [layer.name for layer in other.inputs.layers]
        layers = {layer.name: layer for layer in parts.inputs.layers if layer.name != name}
        layers |= {layer.name: layer for layer in other.inputs.layers if layer.name == name}
        sections = {section.name: section for section in parts.study.layers if section.name != name}
        sections |= {section.name: section for section in other.study.layers if section.name == name}
        placed = sorted(layers, key=lambda layer_name: order.index(layer_name) if layer_name in order else len(order))
        sources = [source for source in parts.inputs.sources if source.name != name]
        sources += [source for source in other.inputs.sources if source.name == name]
        inputs = replace(
            parts.inputs, layers=tuple(layers[layer_name] for layer_name in placed), sources=tuple(sources),
            holds=(parts.inputs.holds, other.inputs.holds),
        )  # fmt: skip
        ordered_sections = tuple(sections[layer_name] for layer_name in placed)
        return parts._replace(study=parts.study.model_copy(update={"layers": ordered_sections}), inputs=inputs)

    return apply
