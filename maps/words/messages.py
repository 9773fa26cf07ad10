"""Catalogues: every sentence of zoneplan by its key, one file of gettext a language, in chapters.

Several messages in one field stand in a row, with what the catalogue has under ``list.`` and the field's name between.
"""

from __future__ import annotations

import gettext
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache, cached_property
from numbers import Integral, Real
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple, Self

import numpy as np

from layers.conditions import number_text
from layers.errors import ZoneplanError, escape_hidden
from layers.phrases import Phrase, phrase_list
from layers.sources import Noun
from zoning.rulebook import Rulebook
from zoning.study import Study

COUNTS = ("n", "count")
"""The fields that choose among the plural forms of a template."""


@dataclass(frozen=True)
class NumberStyle:
    """How a language counts and writes numbers."""

    plural: Callable[[int], int]
    thousands: str
    point: str

    def written(self, number: str) -> str:
        """A number that Python has formatted, with the signs of the language.

        Examples
        --------
        >>> NumberStyle(int, ".", ",").written("1,234.5")
        '1.234,5'
        """
        return number.translate(self._signs) if self._signs else number

    @cached_property
    def _signs(self) -> Mapping[int, str]:
        """What stands for the signs of Python; nothing where these are the same."""
        signs = {",": self.thousands, ".": self.point}
        return (
            {ord(sign): mark for sign, mark in signs.items()}
            if any(sign != mark for sign, mark in signs.items())
            else {}
        )


class Template(str):
    """A text of a catalogue, with fields in braces.

    Examples
    --------
    >>> english = NumberStyle(lambda n: n != 1, ",", ".")
    >>> units = Template(("{n:,} unit", "{n:,} units"), english)
    >>> units.format(n=1), units.format(n=1234)
    ('1 unit', '1,234 units')
    """

    __slots__ = ("_parts", "_style", "forms")

    forms: tuple[str, ...]
    _style: NumberStyle
    _parts: tuple[tuple[str | _Gap, ...], ...] | None

    def __new__(cls, forms: tuple[str, ...], style: NumberStyle) -> Self:
        """The template, as a text its last form."""
        made = super().__new__(cls, forms[-1])
        made.forms, made._style, made._parts = forms, style, None
        return made

    def __deepcopy__(self, _: object) -> Self:
        """Itself, for nothing can change it."""
        return self

    def format(self, *_: object, **fields: object) -> str:
        """The text with its fields filled, in the plural form of ``n`` or ``count``.

        A number is written with the decimals or digits that stand behind its colon, as Python has it; or ``:digits``,
        six and as many more as it takes to tell it from a whole number; ``:figure``, six, and whole from 100,000 on;
        ``:bound``, up to ten; ``:long``, up to twelve; ``:plain``, exactly; ``:change``, with its sign; ``:money``,
        with two decimals or none. An exact fraction is exact where nothing stands there.
        """
        if self._parts is None:  # a run says few of the templates that there are, and these often
            self._parts = tuple(tuple(_parts(form, self._style)) for form in self.forms)
        parts = self._parts[0 if len(self._parts) == 1 else self._style.plural(_counted(fields))]
        return "".join([part if isinstance(part, str) else part.filled(fields[part.name]) for part in parts])


def _parts(form: str, style: NumberStyle) -> Iterator[str | _Gap]:
    """The words of a text and the gaps between them, in their order."""
    for words, name, spec, conversion in Formatter().parse(form):
        if words:
            yield words
        if name is not None:
            yield _Gap(name, spec or "", conversion, style)


_NUMBERS = frozenset({int, float, Decimal, Fraction})


class _Gap:
    """Where a field of a template stands."""

    __slots__ = ("_conversion", "_named", "_spec", "_style", "name")

    def __init__(self, name: str, spec: str, conversion: str | None, style: NumberStyle) -> None:
        self.name, self._spec, self._conversion, self._style = name, spec, conversion, style
        self._named = _NAMED.get(spec)

    def filled(self, value: object) -> str:
        """A value as it stands there: a number as the template wants it, in the signs of the language."""
        if isinstance(value, str) and not self._conversion and (self._named or not self._spec):
            return str(value)  # also a number that is written already
        if type(value) in _NUMBERS or (isinstance(value, Real | Decimal) and not isinstance(value, bool)):
            return self._style.written(self._number(value))
        return format(Formatter().convert_field(value, self._conversion), self._spec)

    def _number(self, value: Any) -> str:
        if self._conversion:
            return format(repr(value), self._spec)
        return self._named(float(value)) if self._named else _formatted(value, self._spec)


def _formatted(value: Real | Decimal, spec: str) -> str:
    if not isinstance(value, Fraction):
        return format(value, spec)
    if not spec:
        return exact_text(value)
    with localcontext():  # which keeps what was rounded
        exact = Decimal(value.numerator) / Decimal(value.denominator)
    return format(exact if spec.endswith("f") else float(value), spec)


def _digits(value: float) -> str:
    text = number_text(value, 6)
    return np.format_float_positional(value, precision=6, fractional=False, trim="-") if "e" in text else text


def _change(value: float) -> str:
    return f"{float(f'{value:.3g}'):+,.0f}" if abs(value) >= 1000 else format(value, "+.3g")


def _money(value: float) -> str:
    return f"{value:,.2f}".removesuffix(".00")


def _long(value: float) -> str:
    return number_text(value, 12)


def _bound(value: float) -> str:
    return number_text(value, 10)


def _figure(value: float) -> str:
    return format(value, ",.0f" if abs(value) >= 1e5 and math.isfinite(value) else ",.6g")


_NAMED: Mapping[str, Callable[[float], str]] = {
    "digits": _digits,
    "plain": number_text,
    "long": _long,
    "bound": _bound,
    "figure": _figure,
    "change": _change,
    "money": _money,
}


def _counted(fields: Mapping[str, object]) -> int:
    for name in COUNTS:
        count = fields.get(name)
        if isinstance(count, Integral):
            return int(count)
    raise KeyError(" or ".join(COUNTS))


def exact_text(value: Fraction) -> str:
    """A number exactly where it ends within eight decimals, else rounded to them.

    Examples
    --------
    >>> exact_text(Fraction(27, 10)), exact_text(Fraction(1, 3)), exact_text(Fraction(1200))
    ('2.7', '0.33333333', '1200')
    """
    whole, part = divmod(abs(round(value * 10**8)), 10**8)
    decimals = f".{part:08d}".rstrip("0").rstrip(".")
    return f"{'-' if value < 0 and (whole or part) else ''}{whole}{decimals}"


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

    singular: str
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
    >>> unit_noun("counties", "en")[:2], unit_noun(None, "en", {"en": ("bloc", "blocs")})[:4]
    (('unit', 'counties'), ('unit', 'units', 'bloc', 'blocs'))
    >>> unit_noun({"fr": ("une commune", "communes")}, "fr", {"fr": ("un pays", "pays")})
    UnitNoun(singular='commune', many='communes', jurisdiction='pays', jurisdictions='pays', gender='feminine')
    """
    singular, many, gender = _called(called, language, "one", "many")
    above_one, above_many, _ = _called(above, language, "jurisdiction", "jurisdictions")
    return UnitNoun(singular, many, above_one, above_many, gender)


def noun_of(study: Study | None, language: str) -> UnitNoun:
    """What a study calls its units and jurisdictions, see :func:`unit_noun`; as the catalogue has it without one."""
    units = study.units if study else None
    return unit_noun(units.called, language, units.jurisdiction_called) if units else unit_noun(None, language)


def _called(noun: Noun | None, language: str, singular_key: str, many: str) -> tuple[str, str, str]:
    """One and several of something, as a plan or else the catalogue has it, and of which gender it is."""
    words, style = catalogue("noun", language), number_style(language)
    noun_text = noun.get(language) if isinstance(noun, Mapping) else noun
    if isinstance(noun_text, tuple):
        singular, plural = map(escape_hidden, noun_text)
        for gender, article in zip(GENDERS, words["articles"].split("|"), strict=False):
            if singular.startswith(article):
                return singular.removeprefix(article), plural, gender
        return singular, plural, ""
    if not noun_text:
        return str(words[singular_key]), str(words[many]), _own_noun(language).gender
    several = escape_hidden(noun_text)
    return str(words[singular_key]) if style.plural(1) != style.plural(2) else several, several, ""


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
    default = _own_noun(language)
    called = noun or default
    jurisdiction, many = called.jurisdiction or default.jurisdiction, called.jurisdictions or default.jurisdictions
    called, default = (noun._replace(jurisdiction=jurisdiction, jurisdictions=many) for noun in (called, default))
    return _Templates(texts, style, (called, default))


@cache
def _own_noun(language: str) -> UnitNoun:
    """What a catalogue itself calls units, feminine where its language has genders, and jurisdictions."""
    texts = _read(language).texts
    names = ("one", "many", "jurisdiction", "jurisdictions", "articles")
    singular, many, above, several, articles = (texts[f"noun.{name}"][0] for name in names)
    return UnitNoun(singular, many, above, several, GENDERS[0] if "|" in articles else "")


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
        forms_by_key: dict[str, tuple[str, ...]] = {}
        for key, text in sorted(self._catalog.items(), key=lambda item: str(item[0])):
            name = key if isinstance(key, str) else key[0]
            forms_by_key[name] = (*forms_by_key.get(name, ()), text)
        del forms_by_key[""]  # the header
        return forms_by_key


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
        noun, default = self._nouns
        if "|" in text and not noun.gender:
            noun = default
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
    if len(forms) > len(GENDERS) and _begins_with_vowel(noun.singular):
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
