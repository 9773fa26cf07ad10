"""Rulebooks that were changed in memory, written as files: what runs is what the files of the run say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

from layers.errors import ZoneplanError, raise_all
from layers.phrases import Phrase
from layers.sources import Dated, Source, to_toml
from zoning.errors import RulebookError
from zoning.rulebook.chapter_schemas import ListedItem, Membership, memberships
from zoning.rulebook.entry_validation import classification_of, rulebook_faults
from zoning.rulebook.rulebook_folder import FILES, Draft, parse_draft
from zoning.rulebook.rulebook_model import Rulebook, Value, in_force_on, value_on
from zoning.rulebook.schema import LOCKED, DatedValue, Head, Locked, Parameter, Terms
from zoning.rulebook.unused_topics import without_unused_topics

DATED = ("zones", "rules", "floors", "policies", "lists", "industries", "derived", "norms")
"""Kinds of entries of which a rulebook has those that are in force."""
UNDATED = ("indicators", "lines", "schemes", "agreements", "coverage", "places", "regions")


def as_written(rulebook: Rulebook, names: Iterable[str]) -> Rulebook:
    """The same rulebook as its files say it, so that a plan made with it is the plan that the files make."""
    try:
        return _as_written(rulebook, frozenset(names))
    except (AttributeError, TypeError) as reason:  # of values that no entry could have; nothing checks a model_copy
        raise RulebookError(
            Phrase(
                "rulebook '{rulebook}' was changed in memory to what is no rulebook: {reason}",
                rulebook=rulebook.name,
                reason=reason,
            )
        ) from None


def _as_written(rulebook: Rulebook, known: frozenset[str]) -> Rulebook:
    folder = rulebook.draft.folder if rulebook.draft else Path(rulebook.name)
    before = None
    with suppress(ZoneplanError):  # it was made in memory, and has no files, or not its own
        before = parse_draft(folder, rulebook.files)
        if _same(
            without_unused_topics(in_force_on(before, rulebook.day), known), without_unused_topics(rulebook, known)
        ):
            return rulebook
    files = dict(sorted(_files(rulebook, before).items()))
    draft = parse_draft(folder, files, written=True)
    raise_all(rulebook_faults(draft, rulebook.day))
    return in_force_on(draft, rulebook.day)


def _same(first: Rulebook, other: Rulebook) -> bool:
    """Whether two have the same content to the kind of each value (1 is neither 1.0 nor true), whatever their files."""
    shown = [field.name for field in fields(Rulebook) if field.repr]
    shown.sort(key=lambda name: name != "parameters")  # most variants change these, and the first difference is enough
    alike = all(repr(getattr(first, name)) == repr(getattr(other, name)) for name in shown)
    return alike and first.classification == other.classification


def _files(rulebook: Rulebook, before: Draft | None) -> dict[str, bytes]:
    """The files of a rulebook: those of before, but for the ones that do not say what it says."""
    files = dict(rulebook.files)
    draft = rulebook.draft or before or Draft(Path(rulebook.name), _head(rulebook))
    content = dict(_content(rulebook, draft))
    for name, model in FILES.items():
        if model is Head:
            now: Any = _head(rulebook)
            was: Any = before.head if before else None
        else:
            now = {kind: content[kind] for kind in model.model_fields if content[kind]}
            was = {
                kind: entries for kind in model.model_fields if before for entries in [getattr(before, kind)] if entries
            }
        if repr(now) != repr(was):
            files[name] = to_toml(now, RulebookError).encode("utf-8")
        if not now:
            files.pop(name, None)
    return files


def _head(rulebook: Rulebook) -> Head:
    content: dict[str, Any] = {name: getattr(rulebook, name) for name in Head.model_fields}
    if rulebook.classification is not None:
        content["classification"] = rulebook.classification.name
    return Head.model_construct(**content)


def _content(rulebook: Rulebook, draft: Draft) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """All entries by kind: what is in force as the rulebook has it, and the draft's of other days."""
    _refuse_other_members(rulebook)
    for kind in UNDATED:
        yield kind, getattr(rulebook, kind)
    for kind in Terms.model_fields:
        yield kind, getattr(rulebook.terms, kind)
    for kind in DATED:
        entries = tuple(entry for entry in getattr(rulebook, kind) if not isinstance(entry, Membership | ListedItem))
        yield kind, _with_other_days(entries, getattr(draft, kind), rulebook.day)
    yield "parameters", tuple(_parameters(rulebook, draft))
    yield "decisions", tuple(_decisions(rulebook.locked, draft.decisions, rulebook.day))
    if rulebook.classification is None or rulebook.classification == classification_of(draft):
        yield "classification", draft.classification
    else:
        yield "classification", tuple(rulebook.classification.branches.values())


def _refuse_other_members(rulebook: Rulebook) -> None:
    """Refuse members of regions that are not what the regions and places of the rulebook make them."""
    meant = {membership.name: membership for membership in memberships(rulebook.places, rulebook.regions, rulebook.day)}
    current = {membership.name: membership for membership in rulebook.derived if isinstance(membership, Membership)}
    other = sorted(name for name in {*meant, *current} if repr(meant.get(name)) != repr(current.get(name)))
    if other:
        raise RulebookError(
            Phrase(
                "rulebook '{rulebook}': '{name}' was changed in memory, but who lies in a region is what its places "
                "say: change these, or the region",
                rulebook=rulebook.name,
                name=other[0],
            )
        )


def _with_other_days(in_force: tuple[Dated, ...], all_days: tuple[Dated, ...], day: dt.date) -> tuple[Dated, ...]:
    if repr(in_force) == repr(tuple(entry for entry in all_days if entry.on(day))):
        return all_days
    return (*in_force, *(entry for entry in all_days if not entry.on(day)))


def _parameters(rulebook: Rulebook, draft: Draft) -> Iterator[Parameter]:
    """Each with the values of other days, those without one on the day included."""
    written = {parameter.name: parameter for parameter in draft.parameters}
    values = dict(rulebook.parameters)
    for name, parameter in written.items():
        value = values.pop(name, None)
        if repr(value) == repr(value_on(parameter, rulebook.day)):
            yield parameter
        elif value is not None:
            yield _parameter(value, parameter.source, parameter.dated, rulebook.day)
    yield from (_parameter(value, value.source, (), rulebook.day) for value in values.values())


def _parameter(value: Value, source: Source | None, others: tuple[DatedValue, ...], day: dt.date) -> Parameter:
    """A parameter with another value on a day, and the source of its values of other days."""
    value_source = None if value.source == source else value.source
    now = DatedValue.model_construct(value=value.value, since=value.since, until=value.until, source=value_source)
    dated = (now, *(dated_value for dated_value in others if not dated_value.on(day)))
    shared = {name: getattr(value, name) for name in Value.model_fields if name in Parameter.model_fields}
    return Parameter.model_construct(**{**shared, "source": source}, dated=dated)


def _decisions(in_force: Mapping[str, Locked], all_days: tuple[Locked, ...], day: dt.date) -> Iterator[Locked]:
    """In the order of their numbers, those of other days in their places."""
    left = dict(in_force)
    for number, decision in enumerate(all_days, start=1):
        now = left.pop(f"{LOCKED}{number}", None)
        if now is not None:
            yield now
        elif not decision.on(day):
            yield decision
    yield from left.values()
