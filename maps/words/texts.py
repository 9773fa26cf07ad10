"""Texts of a rulebook or a plan in the language of a reader, with a mark where they are in another."""

from __future__ import annotations

from collections.abc import Mapping

from layers.sources import Source
from maps.words.messages import catalogue
from zoning.rulebook import Policy

STANDARD = "en"
"""The language that stands in for others."""


def text_in(text: str | Mapping[str, str], language: str, fallback: str = "") -> str:
    """What is said, in a language; with the mark of another one where there is nothing in it.

    Examples
    --------
    >>> river = {"en": "Chishui river", "zh": "赤水河"}
    >>> text_in(river, "zh"), text_in(river, "pt"), text_in({"zh": "赤水河"}, "en")
    ('赤水河', 'Chishui river (en)', '赤水河 (zh)')
    >>> text_in("Denver", "zh"), text_in({}, "zh", "construction land")
    ('Denver', 'construction land')
    """
    if isinstance(text, str):
        return text or fallback
    if language in text:
        return text[language]
    other = STANDARD if STANDARD in text else next(iter(text), "")
    return f"{text[other]} ({other})" if other else fallback


def capital(text: str) -> str:
    """A text with a capital letter at its head.

    Examples
    --------
    >>> capital("gross value added"), capital("GDP"), capital("")
    ('Gross value added', 'GDP', '')
    """
    return f"{text[:1].upper()}{text[1:]}"


def extent_text(policy: Policy | None, language: str) -> str:
    """What stands for the places that a policy means, as its rulebook says it; empty where its clause says it itself.

    Examples
    --------
    >>> from zoning.rulebook import read_rulebook
    >>> policies = {one.id: one for one in read_rulebook("us_west").policies}
    >>> extent_text(policies["conservation-reserve"], "en").split(",")[0]
    "the study's own: counties where it sees cropland"
    >>> extent_text(None, "en")
    ''
    """
    return text_in(policy.extent.reference, language) if policy and policy.extent else ""


def provision_text(source: Source, language: str) -> str:
    """The document and its article, by the names that they have in a language.

    Examples
    --------
    >>> names = {"document": {"en": "Land Act", "zh": "《土地法》"}, "article": {"en": "article 3", "zh": "第三条"}}
    >>> [provision_text(Source(**names, kind="copy"), language) for language in ("en", "zh")]
    ['Land Act, article 3', '《土地法》，第三条']
    >>> provision_text(Source(document="Act 3", kind="copy"), "zh")
    'Act 3'
    """
    document, article = text_in(source.document, language), text_in(source.article, language)
    if document and article:
        return str(catalogue("reading", language)["provision"].format(document=document, article=article))
    return document or article


def reading_text(reading: str, language: str, source: Source | None = None) -> str:
    """How the text that something cites is known, in words, and where and when it was read where a source is given.

    Examples
    --------
    >>> reading_text("memory", "en")
    'recalled; nobody read it'
    >>> reading_text("undated", "en", Source(kind="copy", url="law.example"))
    'read in a copy, on a day nobody noted (law.example)'
    >>> reading_text("memory", "en", Source(kind="memory", url="news.example"))
    'recalled; nobody read it'
    """
    words = catalogue("reading", language)
    phrase = str(words[reading or "unread"])  # tables of older runs say nothing
    if source is None or reading == "memory":  # what was seen of a recalled text is no reading of it
        return phrase
    parts = [source.read_on.isoformat() if source.read_on else "", source.url]
    where = words["next"].join(filter(None, parts))
    return words["where"].format(reading=phrase, where=where) if where else phrase
