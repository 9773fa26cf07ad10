"""Records: why one thing is as it is, in links of one form: rule, clauses, values, parameters, reference."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from layers.conditions import Clause, Evaluation
from layers.sources import Dated, Section
from zoning.rulebook import Rulebook
from zoning.study import Study
from zoning.trace.messages import Field, Message, Texts


class Days(NamedTuple):
    """From when until when something holds; None where that is always."""

    since: date | None
    until: date | None


def days_of(one: Dated | None) -> Days | None:
    """The days of an entry of the rulebook."""
    return Days(one.since, one.until) if one is not None else None


class Titles(NamedTuple):
    """What a code is called in every language, see ``maps.locale``.

    Attributes
    ----------
    kind : {"roles", "instruments", "units", "settings"}
    code : str
    """

    kind: str
    code: str


class EachLanguage(NamedTuple):
    """A message that is told in every language that a text has, and not only in that of the reader.

    Attributes
    ----------
    said : Message
        The text is in it.
    texts : mapping of str to str
        The text by language; it stands alone in a language that there is no catalogue of.
    """

    said: Message
    texts: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a condition found.

    Attributes
    ----------
    clauses : tuple of Clause
        Of a run from before there were messages each is a mapping, its text the sentence as it was written.
    rules : tuple of str
        The rule to which each clause belongs, where they are of several; else empty.
    values : mapping of str to value
        What the clauses read; None where missing.
    parameters : tuple of str or mapping
        What they compare with: parameters of the rulebook by name, those of a scheme with their values.
    """

    clauses: tuple[Clause | Mapping[str, Any], ...] = ()
    rules: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    parameters: tuple[str | Mapping[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Record:
    """One link of a chain; every matter of an explanation is one, and has further ones below it.

    Attributes
    ----------
    kind : str
        What decides: "rule", "decision", "locked", "default", "line", "quota", "scheme", "agreement", "transfer",
        "policy", "list", "services", "derived", "norm"; and below these "layer", "taken", "least", "level", "reserve",
        "weight", "term", "priority", "floor", "ceiling", "within", "carried", "group", "lock", "moved", "optimum",
        "site", "class", "exception", "overruled".
    id : str
        Which of them: an id, a code, a measure, a layer.
    reason : Message, Texts or str
        What the rulebook or the plan says of itself stands as it does there; "" where there is nothing to say.
    amount : str, float or Decimal, optional
        What it comes to, in ``unit``.
    unit : str
    when : str
        The condition that it was asked by, as written.
    said : Said
        What the condition found.
    days : Days, optional
    reference : Message, Texts or str
    verified : bool, optional
        Somebody has seen it in the official text; None where nobody could.
    written : str
        File and line.
    links : tuple of Record
        What it is made of.
    facts : mapping of str to object
        What only this matter has, in the order in which it is told: plain values, messages, terms, titles.
    """

    kind: str
    id: str
    reason: Message | Texts | str = ""
    amount: str | float | Decimal | None = None
    unit: str = ""
    when: str = ""
    said: Said = field(default_factory=Said)
    days: Days | None = None
    reference: Message | Texts | str = ""
    verified: bool | None = None
    written: str = ""
    links: tuple[Record, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


def said_of(
    clauses: Iterable[Clause],
    rulebook: Rulebook,
    rules: Sequence[str] = (),
    *,
    reads: Mapping[str, Any] = MappingProxyType({}),
    names: Iterable[str] = (),
) -> Said:
    """Clauses, the values that they read, and the parameters that they compare with.

    Parameters
    ----------
    clauses : iterable of Clause
    rulebook : Rulebook
    rules : sequence of str, optional
        To which each clause belongs, where they are of several.
    reads : mapping of str to value, optional
        What is read beside them.
    names : iterable of str, optional
        What is compared with beside their thresholds.
    """
    listed = tuple(clauses)
    values = {key: value for one in listed for key, value in one.values.items()}
    thresholds = {*names, *(name for one in listed for name in one.thresholds)}
    return Said(
        clauses=listed,
        rules=tuple(rules),
        values=values | dict(reads),
        parameters=parameters_of(thresholds, rulebook),
    )


def saids_at(found: Evaluation, places: Collection[str], rulebook: Rulebook) -> dict[str, Said]:
    """What a condition found at some places, by the place; places at which it read the same share one."""
    told: dict[int, Said] = {}
    clauses_at = found.clauses_at(places)
    for clauses in clauses_at.values():
        if id(clauses) not in told:
            told[id(clauses)] = said_of(clauses, rulebook)
    return {place: told[id(clauses)] for place, clauses in clauses_at.items()}


def titled(title: Mapping[str, str], code: str) -> Texts:
    """What something is called, and its code in languages in which nobody has given it, and not in English either.

    Examples
    --------
    >>> titled({"zh": "森林"}, "forest").by_language["en"]
    'forest'
    """
    return Texts({"en": code, **title})


def parameters_of(names: Iterable[str], rulebook: Rulebook) -> tuple[str, ...]:
    """Those of some names that are parameters of the rulebook, sorted."""
    return tuple(sorted({*names} & set(rulebook.parameters)))


def claim_said(record: str | Message, written: Mapping[str, Any], rulebook: Rulebook) -> Said:
    """What a claim rests on.

    Parameters
    ----------
    record : Message or str
        The reason of the claim; a text in a run from before there were messages.
    written : mapping
        The column ``values`` of the claim, which has all of it in such a run.
    rulebook : Rulebook
    """
    if isinstance(record, str):
        parameters = parameters_of(written["thresholds"], rulebook)
        return Said(clauses=tuple(written["clauses"]), values=written["values"], parameters=parameters)
    pairs = list(_clauses_in(record))
    rules = [rule for rule, _ in pairs] if any(rule for rule, _ in pairs) else []
    return said_of((clause for _, clause in pairs), rulebook, rules)


def _clauses_in(said: Field, rule: str = "") -> Iterator[tuple[str, Clause]]:
    """The clauses in a message, each with the rule to which it belongs where the message names several."""
    match said:
        case Message(fields={"reason": Message() as claimant, "facts": tuple() as clauses}):
            yield from ((_rule_of(claimant), one) for one in clauses if isinstance(one, Clause))
        case Message(fields=fields):
            for one in fields.values():
                yield from _clauses_in(one, rule)
        case Clause():
            yield rule, said
        case tuple():
            for one in said:
                yield from _clauses_in(one, rule)


def _rule_of(claimant: Message) -> str:
    inner = claimant.fields.get("reason")
    return _rule_of(inner) if isinstance(inner, Message) else str(claimant.fields["rule"])


def in_plan(study: Study, *keys: str | int) -> str:
    """File and line of something in a study file; every run folder has it by the name of plan.toml."""
    return f"plan.toml{_line(study.where(*keys))}"


def in_rulebook(rulebook: Rulebook, kind: str, entry: Section) -> str:
    """File and line of an entry of a rulebook; empty where it was not read from a file."""
    entries = getattr(rulebook.draft, kind, ())
    if rulebook.draft is None or entry not in entries:
        return ""
    place = rulebook.draft.where(kind, entries.index(entry))
    return f"{place.rpartition('/')[2].partition(',')[0]}{_line(place)}"


def _line(place: str) -> str:
    _, comma, rest = place.partition(", line ")
    return f"{comma}{rest.partition(',')[0]}"
