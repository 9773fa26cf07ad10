"""Catalogues: every sentence of zoneplan by its key, one file of gettext a language, in chapters.

Several messages in one field stand in a row, with what the catalogue has under ``list.`` and the field's name between.
"""

from __future__ import annotations

import gettext
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from layers.errors import ZoneplanError, escape_hidden
from layers.phrases import Phrase, phrase_list
from layers.sources import Noun
from maps.locale.templates import NumberStyle, Template
from zoning.rulebook import Rulebook
from zoning.study import Study

CATALOGUES = Path(__file__).parent / "catalogues"
"""``<language>.po`` for people who translate, and ``<language>.mo``, which is made of it and read here."""


@cache
def languages() -> tuple[str, ...]:
    """The languages that zoneplan speaks: those of which there is a catalogue, English first."""
    compiled = sorted(path.stem for path in CATALOGUES.glob("*.mo"))
    if "en" not in compiled:
        raise ZoneplanError(
            Phrase(
                "no compiled catalogue of English in {folder}; install zoneplan again, or in its source tree run "
                "python hatch_build.py",
                folder=str(CATALOGUES),
            ),
            code="catalogues",
        )
    return tuple(sorted(compiled, key=lambda language: language != "en"))


def require_language(language: str) -> None:
    """Refuse a language that there is no catalogue of.

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
    """Refuse a language that zoneplan or a rulebook does not speak."""
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
    """What one unit of a plan is called, and several, and what the jurisdictions above them are.

    Catalogues have ``‹unit›``, ``‹units›``, ``‹jurisdiction›`` and ``‹jurisdictions›`` where they stand. In a language
    with genders the words beside the unit agree with it: there catalogues have ``‹une|un›``, the feminine form before
    the masculine one, and after these the two before a vowel, as in ``‹cette |ce |cette |cet ›‹unit›``.
    """

    one: str
    many: str
    jurisdiction: str = ""
    jurisdictions: str = ""
    gender: str = ""


def unit_noun(called: Noun | None, language: str, above: Noun | None = None) -> UnitNoun:
    """What units and the jurisdictions above them are called in a language.

    Examples
    --------
    >>> unit_noun({"en": ("county", "counties"), "zh": "县"}, "en")[:2], unit_noun({"zh": "县"}, "zh")[:2]
    (('county', 'counties'), ('县', '县'))
    >>> unit_noun("counties", "en")[:2], unit_noun(None, "en", {"en": ("bloc", "blocs")})
    (('unit', 'counties'), UnitNoun(one='unit', many='units', jurisdiction='bloc', jurisdictions='blocs', gender=''))
    >>> unit_noun({"fr": ("une commune", "communes")}, "fr", {"fr": ("un pays", "pays")})
    UnitNoun(one='commune', many='communes', jurisdiction='pays', jurisdictions='pays', gender='feminine')
    """
    one, many, gender = _called(called, language, "one", "many")
    above_one, above_many, _ = _called(above, language, "jurisdiction", "jurisdictions")
    return UnitNoun(one, many, above_one, above_many, gender)


def noun_of(study: Study | None, language: str) -> UnitNoun:
    """What a study calls its units and jurisdictions, see :func:`unit_noun`; as the catalogue has it without one."""
    units = study.units if study else None
    return unit_noun(units.called, language, units.jurisdiction_called) if units else unit_noun(None, language)


def _called(noun: Noun | None, language: str, one: str, many: str) -> tuple[str, str, str]:
    """One and several of something, as a plan or else the catalogue has it, and of which gender it is."""
    own, style = catalogue("noun", language), number_style(language)
    said = noun.get(language) if isinstance(noun, Mapping) else noun
    if isinstance(said, tuple):
        singular, plural = map(escape_hidden, said)
        for gender, article in zip(GENDERS, own["articles"].split("|"), strict=False):
            if singular.startswith(article):
                return singular.removeprefix(article), plural, gender
        return singular, plural, ""
    if not said:
        return str(own[one]), str(own[many]), _own_noun(language).gender
    several = escape_hidden(said)
    return str(own[one]) if style.plural(1) != style.plural(2) else several, several, ""


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
    own = _own_noun(language)
    called = noun or own
    one, many = called.jurisdiction or own.jurisdiction, called.jurisdictions or own.jurisdictions
    called, own = (noun._replace(jurisdiction=one, jurisdictions=many) for noun in (called, own))
    return _Templates(texts, style, (called, own))


@cache
def _own_noun(language: str) -> UnitNoun:
    """What a catalogue itself calls units, feminine where its language has genders, and jurisdictions."""
    texts = _read(language).texts
    names = ("one", "many", "jurisdiction", "jurisdictions", "articles")
    one, many, above, several, articles = (texts[f"noun.{name}"][0] for name in names)
    return UnitNoun(one, many, above, several, GENDERS[0] if "|" in articles else "")


@cache
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

    def __init__(
        self, forms: Mapping[str, tuple[str, ...]], style: NumberStyle, nouns: tuple[UnitNoun, UnitNoun] | None = None
    ) -> None:
        self._forms, self._style = forms, style
        self._nouns = nouns
        self._made: dict[str, Template] = {}

    def __getitem__(self, key: str) -> Template:
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = Template(tuple(map(self._named, self._forms[key])), self._style)
        return made

    def _named(self, text: str) -> str:
        """A text with what the units are called in the places of its marks."""
        if self._nouns is None or "‹" not in text:
            return text
        noun, own = self._nouns
        if "|" in text and not noun.gender:
            noun = own
        return _MARK.sub(lambda mark: _marked(mark[1], noun), text)

    def __iter__(self) -> Iterator[str]:
        return iter(self._forms)

    def __len__(self) -> int:
        return len(self._forms)


GENDERS = ("feminine", "masculine")
"""In the order of the forms of a mark."""
_MARK = re.compile("‹([^›]*)›")


def _marked(mark: str, noun: UnitNoun) -> str:
    """What stands for a mark: a noun, as it is or with a capital letter at its head, or a word that agrees with it.

    Examples
    --------
    >>> arrondissement = UnitNoun("arrondissement", "arrondissements", gender="masculine")
    >>> _marked("Units", arrondissement), _marked("la |le |l’", arrondissement), _marked("une|un", arrondissement)
    ('Arrondissements', 'l’', 'un')
    """
    nouns = dict(zip(("unit", "units", "jurisdiction", "jurisdictions"), noun, strict=False))
    if mark.lower() in nouns:
        word = nouns[mark.lower()].replace("{", "{{").replace("}", "}}")
        return f"{word[:1].upper()}{word[1:]}" if mark[0].isupper() else word
    forms = mark.split("|")
    at = GENDERS.index(noun.gender) if noun.gender else 0
    if len(forms) > len(GENDERS) and _begins_with_vowel(noun.one):
        at = min(at + len(GENDERS), len(forms) - 1)
    return forms[at]


def _begins_with_vowel(word: str) -> bool:
    return unicodedata.normalize("NFD", word)[:1].casefold() in {*"aeiouyœ"}


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
