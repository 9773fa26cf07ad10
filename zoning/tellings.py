"""Tellings: a chain of links as lines of text, the same for a terminal and for the card of the map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from layers import number_text
from zoning.vocabulary import unit_in
from zoning.words import engine_words, text_in

ANSWERS = ("yes", "no", "unknown")
_UNSEEN = ("policy", "exception", "overruled", "list")
"""Kinds of which people say that nobody has seen the text; of numbers and rules, that they are not verified."""


class ReasonLine(NamedTuple):
    """One line of a chain.

    Attributes
    ----------
    depth : int
        How far below the matter it stands.
    kind : str
        "reason", "setting", "yes", "no", "unknown", "parameter" or "reference".
    text : str
    decides : bool
        False for a clause that the answer does not hang on.
    """

    depth: int
    kind: str
    text: str
    decides: bool = True


def reason_lines(link: Mapping[str, Any], language: str = "en") -> Iterator[ReasonLine]:
    """A link and all below it, line by line.

    Parameters
    ----------
    link : mapping
        See :func:`zoning.link`.
    language : {"en", "zh"}

    Returns
    -------
    iterator of ReasonLine
        Names are in the text as they were read, see :func:`layers.visible`.

    Examples
    --------
    >>> from zoning import reason_record
    >>> floor = reason_record("floor", "two", "floor 2 ha", reference="Plan of 2024", written="plan.toml, line 7")
    >>> [(one.depth, one.text) for one in reason_lines(floor)]
    [(0, 'floor 2 ha'), (1, 'reference: Plan of 2024 [plan.toml, line 7]')]
    """
    return _told(link, language, engine_words(language), 0)


def rule_and_reason(claim: Mapping[str, Any], language: str = "en") -> dict[str, Any]:
    """A claim that says of which rule it is, why in words alone, and each fact once: the clauses have the values.

    Parameters
    ----------
    claim : mapping
        Of an explanation.
    language : {"en", "zh"}
    """
    words, told = engine_words(language), dict(claim)
    if claim["kind"] == "default":
        asked = bool(claim["links"])
        told |= {"clauses": [], "parameters": []} if asked else {}
        reason = words["unclaimed"] if asked else claim["reason"]
        return told | {"reason": words["no_rule"].format(id=words["default"], reason=reason)}
    key, because = "rule" if claim["when"] else "no_rule", text_in(claim["because"], language, claim["reason"])
    return told | {"reason": words[key].format(id=claim["rule"], reason=because)}


def _told(link: Mapping[str, Any], language: str, words: Mapping[str, str], depth: int) -> Iterator[ReasonLine]:
    """The lines of a link that stands so far below the matter."""
    where, under = _reference(link, words), depth + 1 if link["reason"] else depth
    if link["reason"]:
        placed = _there(link, words) if not where else ""
        yield ReasonLine(depth, "reason", f"{link['reason']}{placed}")
    for name, value in link.get("terms", ()):
        yield ReasonLine(depth, "setting", words["setting"].format(name=name, value=value))
    yield from dict.fromkeys(  # two clauses that lack the same value say the same
        ReasonLine(
            under,
            clause["answer"],
            words["always"] if clause["text"].upper() == "TRUE" else clause["sentence"],
            bool(clause["decides"]),
        )
        for clause in link["clauses"]
    )
    for one in link["parameters"]:
        yield ReasonLine(under, "parameter", _parameter(one, language, words))
    for below in link["links"]:
        yield from _told(below, language, words, under)
    if where:
        yield ReasonLine(under, "reference", where)


def days_of(one: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """From when until when something holds, in words; empty where that is always."""
    return "".join(words[f"policy_{key}"].format(day=one[key]) for key in ("since", "until") if one[key])


def _parameter(one: Mapping[str, Any], language: str, words: Mapping[str, str]) -> str:
    title = text_in(one["title"], language)
    return words["parameter"].format(
        name=words["titled"].format(title=title, code=one["name"]) if title else one["name"],
        value=_plain(one["value"], words),
        unit="" if one["unit"] == "1" else f" {unit_in(language, one['unit'])}",
        since=days_of(one, words),
        reference=one["reference"],
        doubt=words["unverified"] if one["verified"] is False else "",
    )


def _plain(value: float | bool | str, words: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return words["taken_true" if value else "taken_false"]
    return value if isinstance(value, str) else number_text(value)


def _reference(link: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """By which document, from when until when, whether somebody has seen it, and in which line of which file."""
    if not link["reference"]:
        return "" if link["reason"] or not link["written"] else words["written"].format(place=_placed(link, words))
    doubt = "" if link["verified"] is not False else words["unseen" if link["kind"] in _UNSEEN else "unverified"]
    days, place = days_of(link, words), _there(link, words)
    return words["reference"].format(text=link["reference"], days=days, doubt=doubt, place=place)


def _there(link: Mapping[str, Any], words: Mapping[str, str]) -> str:
    return words["there"].format(place=_placed(link, words)) if link["written"] else ""


def _placed(link: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """File and line in which it is written, in words."""
    file, comma, line = link["written"].rpartition(", line ")
    return words["placed"].format(file=file, line=line) if comma else str(link["written"])
