"""Phrases in words: the English templates of errors, findings and repairs, as a language puts them.

A phrase carries its English template, by which ``catalogues/phrases/<language>.po`` has that of another language.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from layers.phrases import Phrase, Reworded
from maps.locale.messages import CATALOGUES, number_style, read_catalogue
from maps.locale.templates import Template
from maps.locale.texts import STANDARD, text_in

PHRASES = CATALOGUES / "phrases"


def phrase_in(said: str, language: str) -> str:
    """What is said, in a language.

    Examples
    --------
    >>> phrase_in(Phrase("arithmetic needs numbers"), "zh"), phrase_in("no file a.gpkg", "zh")
    ('算术运算需要数字', 'no file a.gpkg')
    """
    if language == STANDARD or not isinstance(said, Phrase):
        return str(said)
    if isinstance(said, Reworded):
        whole, old, new = (phrase_in(part, language) for part in said.fields.values())
        return whole.replace(old, new, 1)
    known = phrase_templates(language).get(said.template)
    template = known or Template((said.template,), number_style(language))
    return template.format(**{name: _field(value, language) for name, value in said.fields.items()})


def _field(value: object, language: str) -> object:
    if isinstance(value, Phrase):
        return phrase_in(value, language)
    return text_in(value, language) if isinstance(value, Mapping) else value


@cache
def phrase_templates(language: str) -> Mapping[str, Template]:
    """The templates of a language by the English ones; none of English, or of a language that is not there yet."""
    path = PHRASES / f"{language}.mo"
    return read_catalogue(path, number_style(language)) if path.exists() else {}
