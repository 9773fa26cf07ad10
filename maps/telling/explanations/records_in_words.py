"""Records in words: what a matter of a unit rests on, in the keys of one form, ready for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypedDict

from layers.conditions import Clause, parse_condition
from layers.errors import ConditionError
from maps.words import Renderer, languages, render, texts_of
from zoning.reasons import EachLanguage, Message, Record, Said, Term, Texts, Titles, in_languages
from zoning.rulebook import Value

Content = dict[str, Any]


class ParameterContent(TypedDict):
    """A parameter of the rulebook as a link has it."""

    name: str
    title: dict[str, str]
    value: bool | float | str
    is_share: bool
    unit: str
    unit_title: dict[str, str]
    since: str
    until: str
    reference: str
    verified: bool
    reading: str


LINK = (
    "kind", "id", "reason", "amount", "unit", "when", "when_json", "clauses", "values", "parameters", "since", "until",
    "reference", "verified", "reading", "written", "links",
)  # fmt: skip
"""The keys of every link, in their order."""


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
    return {name: [content_of(record, renderer) for record in listed] for name, listed in several.items()}


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
        "clauses": clauses_in_words(record.evidence, renderer),
        "values": dict(record.evidence.values),
        "parameters": [_parameter(parameter, renderer) for parameter in record.evidence.parameters],
        "since": days.since.isoformat() if days and days.since else "",
        "until": days.until.isoformat() if days and days.until else "",
        "reference": _plain(record.reference, renderer),
        "verified": record.verified,
        "reading": record.reading,
        "written": record.written,
        "links": [content_of(link, renderer) for link in record.links],
        **{name: value if type(value) in _ATOMS else _plain(value, renderer) for name, value in record.facts.items()},
    }


def _parameter(parameter: str | Mapping[str, Any], renderer: Renderer) -> ParameterContent | Content:
    """A parameter of the rulebook by its name, or one that the record has."""
    if isinstance(parameter, str) and renderer.rulebook is not None:
        return renderer.once(renderer.rulebook.parameters[parameter], _of_rulebook)
    content: Content = _plain(parameter, renderer)
    return content


def _of_rulebook(parameter: Value, renderer: Renderer) -> ParameterContent:
    return {
        "name": parameter.name,
        "title": dict(parameter.title) if parameter.title else {},
        "value": parameter.value,
        "is_share": renderer.terms.is_share(parameter.name),
        "unit": parameter.unit,
        "unit_title": dict(texts_of(renderer.rulebook, "units", parameter.unit)),
        "since": parameter.since.isoformat() if parameter.since else "",
        "until": parameter.until.isoformat() if parameter.until else "",
        "reference": _plain(in_languages(parameter.reference), renderer),
        "verified": parameter.verified,
        "reading": parameter.reading,
    }


def clauses_in_words(statement: Said, renderer: Renderer) -> list[Content]:
    """The clauses with their sentences, and the rule of each where they are of several."""
    if not statement.clauses:
        return []
    contents = [
        {"sentence": clause["text"], **clause}
        if isinstance(clause, Mapping)
        else {
            "text": clause.text,
            "answer": clause.answer,
            "sentence": renderer.clause(clause),
            "decides": clause.decides,
        }
        for clause in statement.clauses
    ]
    return (
        [clause | {"rule": rule} for clause, rule in zip(contents, statement.rules, strict=True)]
        if statement.rules
        else contents
    )


_ATOMS = frozenset({str, int, float, bool, type(None)})


def _plain(value: object, renderer: Renderer) -> Any:
    """A fact as JSON has it."""
    if type(value) in _ATOMS:
        return value
    plain = value
    match value:
        case Message() | Clause() | Term() | Texts():
            plain = renderer.field(value)
        case Titles():
            plain = dict(texts_of(renderer.rulebook, value.kind, value.code))
        case EachLanguage():
            texts = {
                name: render(value.message, name, renderer.rulebook) for name in value.texts if name in languages()
            }
            plain = {**value.texts, **texts}
        case tuple() | list():
            plain = [_plain(fact, renderer) for fact in value]
        case Decimal():
            plain = str(value)
        case date():
            plain = value.isoformat()
        case Mapping():
            plain = {name: _plain(fact, renderer) for name, fact in value.items()}
    return plain


@lru_cache(maxsize=1024)
def condition_json(when: str) -> object:
    """A condition in the JSON of CQL2, None where that nests too deep; the same object for the same text."""
    try:
        return parse_condition(when).as_cql2_json()
    except ConditionError:
        return None
