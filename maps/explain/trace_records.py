"""What a matter of a unit rests on, in links of one form: rule, clauses, values, parameters, reference."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import Clause, Condition, parse_condition
from layers.errors import ConditionError
from layers.sources import Dated, Section
from maps.locale import Renderer, languages, render, texts_of
from zoning.rulebook import Rulebook
from zoning.study import Study
from zoning.trace import Field, Message, Term, Texts, in_languages

Content = dict[str, Any]

LINK = (
    "kind", "id", "reason", "amount", "unit", "when", "when_json", "clauses", "values", "parameters", "since", "until",
    "reference", "verified", "written", "links",
)  # fmt: skip
"""The keys of every link, in their order."""


class Titles(NamedTuple):
    """What a code is called in every language, see :func:`maps.locale.texts_of`.

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
    parameters : tuple of mapping
        What they compare with, see :func:`parameters_of`.
    """

    clauses: tuple[Clause | Mapping[str, Any], ...] = ()
    rules: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    parameters: tuple[Mapping[str, Any], ...] = ()


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
    days : Dated, optional
        What holds from one day until another.
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
    days: Dated | None = None
    reference: Message | Texts | str = ""
    verified: bool | None = None
    written: str = ""
    links: tuple[Record, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


def content_of(record: Record, renderer: Renderer) -> Content:
    """A record in the words of a language, ready for JSON: the keys of ``LINK``, then its facts.

    The same record gives the same object, not to be changed; decimals are text, so that none is lost.

    Examples
    --------
    >>> one = content_of(Record(kind="floor", id="0", reason="floor 2 ha", amount=Decimal(2)), Renderer("en"))
    >>> tuple(one) == LINK, one["amount"], one["clauses"], one["verified"]
    (True, '2', [], None)
    """
    return renderer.once(record, _content)


def contents_of(several: Mapping[str, Iterable[Record]], renderer: Renderer) -> dict[str, list[Content]]:
    """Several lists of records in words, as :func:`content_of` has each."""
    return {name: [content_of(one, renderer) for one in listed] for name, listed in several.items()}


def _content(record: Record, renderer: Renderer) -> Content:
    days = record.days
    return {
        "kind": record.kind,
        "id": record.id,
        "reason": _plain(record.reason, renderer),
        "amount": _plain(record.amount, renderer),
        "unit": record.unit,
        "when": record.when,
        "when_json": condition_json(record.when) if record.when else None,
        "clauses": clauses_in_words(record.said, renderer),
        "values": dict(record.said.values),
        "parameters": [_plain(one, renderer) for one in record.said.parameters],
        "since": days.since.isoformat() if days and days.since else "",
        "until": days.until.isoformat() if days and days.until else "",
        "reference": _plain(record.reference, renderer),
        "verified": record.verified,
        "written": record.written,
        "links": [content_of(one, renderer) for one in record.links],
        **{name: _plain(value, renderer) for name, value in record.facts.items()},
    }


def clauses_in_words(said: Said, renderer: Renderer) -> list[Content]:
    """The clauses with their sentences, and the rule of each where they are of several."""
    told = [
        {"sentence": one["text"], **one}
        if isinstance(one, Mapping)
        else {"text": one.text, "answer": one.answer, "sentence": renderer.clause(one), "decides": one.decides}
        for one in said.clauses
    ]
    return [one | {"rule": rule} for one, rule in zip(told, said.rules, strict=True)] if said.rules else told


def _plain(value: object, renderer: Renderer) -> Any:
    """A fact as JSON has it."""
    plain = value
    match value:
        case Message() | Clause() | Term() | Texts():
            plain = renderer.field(value)
        case Titles():
            plain = dict(texts_of(renderer.rulebook, value.kind, value.code))
        case EachLanguage():
            told = {name: render(value.said, name, renderer.rulebook) for name in value.texts if name in languages()}
            plain = {**value.texts, **told}
        case Mapping():
            plain = {name: _plain(one, renderer) for name, one in value.items()}
        case tuple() | list():
            plain = [_plain(one, renderer) for one in value]
        case Decimal():
            plain = str(value)
        case date():
            plain = value.isoformat()
    return plain


@lru_cache(maxsize=1024)
def condition_json(when: str) -> object:
    """A condition in the JSON of CQL2, None where that nests too deep; the same object for the same text."""
    try:
        return parse_condition(when).as_cql2_json()
    except ConditionError:
        return None


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


def titled(title: Mapping[str, str], code: str) -> Texts:
    """What something is called, and its code in languages in which nobody has given it, and not in English either.

    Examples
    --------
    >>> titled({"zh": "森林"}, "forest").by_language["en"]
    'forest'
    """
    return Texts({"en": code, **title})


def parameters_of(names: Iterable[str], rulebook: Rulebook) -> tuple[Mapping[str, Any], ...]:
    """Those of some names that are parameters of the rulebook, sorted, each with value, unit, days and reference."""
    return tuple(
        {
            "name": name,
            "title": dict(one.title) if one.title else {},
            "value": one.value,
            "unit": one.unit,
            "unit_title": Titles("units", one.unit),
            "since": one.since.isoformat() if one.since else "",
            "until": one.until.isoformat() if one.until else "",
            "reference": in_languages(one.reference),
            "verified": one.verified,
        }
        for name in sorted({*names} & set(rulebook.parameters))
        for one in [rulebook.parameters[name]]
    )


def rows_of(table: pd.DataFrame, units: Collection[str]) -> list[Content]:
    """The rows of a table that speak of some units, in their order.

    Examples
    --------
    >>> rows_of(pd.DataFrame({"unit_id": ["a", "b"], "amount": [1, 2]}), {"b"})
    [{'unit_id': 'b', 'amount': 2}]
    """
    return records(rows_about(table, units))


def records(table: pd.DataFrame) -> list[Content]:
    """The rows of a table, read column by column, which is much faster than ``to_dict``."""
    names = [str(name) for name in table.columns]
    columns = [table[name].tolist() for name in table.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def rows_about(table: pd.DataFrame, units: Collection[str]) -> pd.DataFrame:
    """The part of a table that speaks of some units."""
    return table[is_about(table["unit_id"], units)]


def is_about(ids: pd.Series | pd.Index, units: Collection[str]) -> npt.NDArray[np.bool_]:
    """Which ids are those of some units; of columns of Arrow's texts much faster than ``isin``."""
    return np.array([unit in units for unit in ids.tolist()], bool)


def condition_chains(
    condition: Condition,
    seen: pd.DataFrame,
    rulebook: Rulebook,
    places: Collection[str] | None = None,
) -> dict[str, Said]:
    """What a condition found in each row of a table, or at some places of its index, which is unique; by the index.

    Rows in which the condition reads the same values share one.
    """
    read = seen[sorted(name for name in condition.names if name in seen.columns)]
    index = read.index.tolist()
    columns = [read[name].tolist() for name in read.columns] + [index] * (read.index.name in condition.names)
    rows = list(zip(index, zip(*columns, strict=True) if columns else [()] * len(index), strict=True))
    unlike = {row: number for number, (name, row) in enumerate(rows) if places is None or name in places}
    found = condition.explain(read.iloc[[*unlike.values()]], rulebook.values)
    chains = {row: said_of(clauses, rulebook) for row, clauses in zip(unlike, found, strict=True)}
    return {str(name): chains[row] for name, row in rows if row in chains}


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
