"""Catalogues: every sentence of zoneplan by its key, one file of gettext a language, in chapters.

Several messages in one field stand in a row, with what the catalogue has under ``list.`` and the field's name between.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from layers.errors import ZoneplanError, escape_hidden
from layers.phrases import Phrase, phrase_list
from layers.sources import Noun
from maps.locale.templates import NumberStyle, Template
from zoning.rulebook import Rulebook

CATALOGUES = Path(__file__).parent / "catalogues"
"""``<language>.po`` for people who translate, and ``<language>.mo``, which is made of it and read here."""


@cache
def languages() -> tuple[str, ...]:
    """The languages that zoneplan speaks: those of which there is a catalogue, English first."""
    found = sorted(path.stem for path in CATALOGUES.glob("*.mo"))
    return tuple(sorted(found, key=lambda language: language != "en"))


def require_language(language: str) -> None:
    """Refuse a language that there is no catalogue of.

    Raises
    ------
    ZoneplanError
        With the languages that there are.

    Examples
    --------
    >>> require_language("xx")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    layers.errors.ZoneplanError: no language 'xx': zoneplan speaks en, ...; choose one of these
    """
    if language not in languages():
        raise ZoneplanError(
            Phrase(
                "no language '{language}': zoneplan speaks {languages}; choose one of these",
                language=escape_hidden(language),
                languages=phrase_list(languages()),
            ),
            code="language",
        )


def require_spoken(language: str, rulebook: Rulebook) -> None:
    """Refuse a language that zoneplan or a rulebook does not speak.

    Raises
    ------
    ZoneplanError
        With the languages that there are.
    """
    require_language(language)
    if language not in rulebook.languages:
        raise ZoneplanError(
            Phrase(
                "no language '{language}': rulebook '{rulebook}' speaks {languages}; choose one of these",
                language=language,
                rulebook=rulebook.name,
                languages=phrase_list(rulebook.languages),
            ),
            code="language",
        )


class UnitNoun(NamedTuple):
    """What one unit of a plan is called, and several; catalogues have ``‹unit›`` and ``‹units›`` where it stands."""

    one: str
    many: str


def unit_noun(called: Noun | None, language: str) -> UnitNoun:
    """What units are called in a language.

    Parameters
    ----------
    called : text, pair of texts, or mapping of str to these, or None
        As ``[units]`` of a plan says it.
    language : str

    Returns
    -------
    UnitNoun
        That of the catalogue where the plan has none in the language; of a text for several it is the singular, where
        the language has one.

    Examples
    --------
    >>> unit_noun({"en": ("county", "counties"), "zh": "县"}, "en"), unit_noun({"zh": "县"}, "zh")
    (UnitNoun(one='county', many='counties'), UnitNoun(one='县', many='县'))
    >>> unit_noun("counties", "en"), unit_noun(None, "en")
    (UnitNoun(one='unit', many='counties'), UnitNoun(one='unit', many='units'))
    """
    own, style = catalogue("noun", language), number_style(language)
    said = called.get(language) if isinstance(called, Mapping) else called
    if isinstance(said, tuple):
        return UnitNoun(*map(escape_hidden, said))
    many = escape_hidden(said) if said else str(own["many"])
    return UnitNoun(str(own["one"]) if style.plural(1) != style.plural(2) else many, many)


@cache
def catalogue(chapter: str, language: str, noun: UnitNoun | None = None) -> Mapping[str, Template]:
    """The templates of one chapter of a catalogue, by the rest of their keys.

    Parameters
    ----------
    chapter, language : str
    noun : UnitNoun, optional
        What the units of a plan are called; by default as the catalogue has it.

    Examples
    --------
    >>> catalogue("light", "en")
    {'green': 'green', 'red': 'red', 'yellow': 'yellow'}
    >>> catalogue("report", "en", UnitNoun("county", "counties"))["n_units"].format(n=2)
    '2 counties'
    """
    head = f"{chapter}."
    every = templates(language, noun)
    return {key.removeprefix(head): every[key] for key in every if key.startswith(head)}


@cache
def templates(language: str, noun: UnitNoun | None = None) -> Mapping[str, Template]:
    """Every template of a language by its whole key, with a noun for its units."""
    texts, style = _read(language)
    own = UnitNoun(*(texts[f"noun.{number}"][0] for number in UnitNoun._fields))
    return _Templates(texts, style, noun or own)


def sentence(key: str, language: str, noun: UnitNoun | None = None) -> Template:
    """The template of a message.

    Raises
    ------
    KeyError
        The catalogue has none.
    """
    return templates(language, noun)[key]


def between(name: str, language: str) -> str:
    """What stands between messages in a row: nothing where the catalogue does not say."""
    return templates(language).get(f"list.{name}", "")


def sentence_gap(language: str) -> str:
    """What stands between two sentences.

    Examples
    --------
    >>> sentence_gap("en"), sentence_gap("zh")
    (' ', '')
    """
    return "" if language == "zh" else " "


def number_style(language: str) -> NumberStyle:
    """How a language counts and writes numbers.

    Examples
    --------
    >>> number_style("en").written("1,234.5")
    '1,234.5'
    """
    return _read(language).style


class _Translations(gettext.GNUTranslations):
    """A catalogue as gettext reads it, which only answers by key: here also what there is, and its rule of plurals."""

    _catalog: dict[str | tuple[str, int], str]
    plural: Callable[[int], int]

    def forms(self) -> dict[str, tuple[str, ...]]:
        """By key one text, or its plural forms."""
        found: dict[str, tuple[str, ...]] = {}
        for key, text in sorted(self._catalog.items(), key=lambda item: str(item[0])):
            name = key if isinstance(key, str) else key[0]
            found[name] = (*found.get(name, ()), text)
        del found[""]  # the header
        return found


class _Templates(Mapping[str, Template]):
    """The templates of a catalogue by key, each made when somebody first asks for it: a run says few of them."""

    def __init__(self, forms: Mapping[str, tuple[str, ...]], style: NumberStyle, noun: UnitNoun | None = None) -> None:
        self._forms, self._style = forms, style
        self._nouns = _marks(noun) if noun else {}
        self._made: dict[str, Template] = {}

    def __getitem__(self, key: str) -> Template:
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = Template(tuple(map(self._named, self._forms[key])), self._style)
        return made

    def _named(self, text: str) -> str:
        """A text with what the units are called in the places of its marks."""
        if "‹" in text:
            for mark, noun in self._nouns.items():
                text = text.replace(mark, noun)
        return text

    def __iter__(self) -> Iterator[str]:
        return iter(self._forms)

    def __len__(self) -> int:
        return len(self._forms)


def _marks(noun: UnitNoun) -> dict[str, str]:
    """What stands for a noun in catalogues, with the noun; as it is, and with a capital letter at its head."""
    one, many = (text.replace("{", "{{").replace("}", "}}") for text in noun)
    heads = {"‹Unit›": f"{one[:1].upper()}{one[1:]}", "‹Units›": f"{many[:1].upper()}{many[1:]}"}
    return {"‹unit›": one, "‹units›": many, **heads}


class _Catalogue(NamedTuple):
    """What one language says, by key in its forms, and how it writes numbers."""

    texts: Mapping[str, tuple[str, ...]]
    style: NumberStyle


@cache
def _read(language: str) -> _Catalogue:
    require_language(language)
    read = _opened(CATALOGUES / f"{language}.mo")
    texts = read.forms()
    (thousands,), (point,) = texts["number.thousands"], texts["number.point"]
    style = NumberStyle(read.plural, thousands, point)
    return _Catalogue(texts, style)


def read_catalogue(path: Path, style: NumberStyle) -> Mapping[str, Template]:
    """The templates of a compiled catalogue by their keys."""
    return _Templates(_opened(path).forms(), style)


def _opened(path: Path) -> _Translations:
    with path.open("rb") as file:
        return _Translations(file)
