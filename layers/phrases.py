"""Phrases: what is said to people, as an English template and its fields, so that others can put it into a language.

A phrase reads as its English sentence wherever a text is wanted. Nothing below ``maps`` knows another language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self


class Phrase(str):
    """A sentence, or a part of one: an English template with named fields, and what fills them.

    Parameters
    ----------
    template : str
        English, with fields in braces as :meth:`str.format` has them. Catalogues know the phrase by it.
    **fields : object
        Names, numbers, other phrases, texts by language, or errors, of which their own phrase is taken.

    Attributes
    ----------
    template : str
    fields : mapping of str to object

    Examples
    --------
    >>> said = Phrase("layer '{layer}': {count:,} row(s) are empty", layer="forests", count=1200)
    >>> said
    "layer 'forests': 1,200 row(s) are empty"
    >>> said.template, said.fields["count"]
    ("layer '{layer}': {count:,} row(s) are empty", 1200)
    """

    __slots__ = ("fields", "template")

    template: str
    fields: Mapping[str, Any]

    def __new__(cls, template: str, /, **fields: object) -> Self:
        """The English sentence, which keeps its template and fields."""
        known = {
            name: _message_of(value) if isinstance(value, BaseException) else value for name, value in fields.items()
        }
        plain = {name: english(value) if isinstance(value, Mapping) else value for name, value in known.items()}
        made = super().__new__(cls, template.format(**plain))
        made.template, made.fields = template, known
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """The phrase for another process."""
        return _remade, (self.template, dict(self.fields))


class Reworded(Phrase):
    """A phrase in which one of its parts, such as a name of its subject, stands in other words.

    Examples
    --------
    >>> of_layer = Phrase("layer '{layer}': no rows", layer="gdp.csv")
    >>> Reworded(of_layer, Phrase("layer '{layer}'", layer="gdp.csv"), Phrase("table '{table}'", table="gdp.csv"))
    "table 'gdp.csv': no rows"
    """

    __slots__ = ()

    def __new__(cls, phrase: str, old: str, new: str) -> Self:
        """The English sentence with the new words."""
        made = super().__new__(cls, "{said}", said=phrase.replace(old, new, 1))
        made.fields = {"said": phrase, "old": old, "new": new}
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """The phrase for another process."""
        return Reworded, tuple(self.fields.values())


def _remade(template: str, fields: Mapping[str, object]) -> Phrase:
    return Phrase(template, **fields)


def _message_of(error: BaseException) -> str:
    """What an error says: its phrase, where it has one."""
    first = error.args[0] if len(error.args) == 1 else None
    return first if isinstance(first, Phrase) else str(error)


def template(text: str) -> str:
    """A template that stands apart from the phrase that is made of it, marked for those who translate.

    Examples
    --------
    >>> template("there is no zone '{name}'")
    "there is no zone '{name}'"
    """
    return text


AND = template("{first} and {rest}")
OR = template("{first} or {rest}")
COMMA = template("{first}, {rest}")
SEMICOLON = template("{first}; {rest}")
BESIDE, LINES, PARAGRAPHS = "{first}{rest}", "{first}\n{rest}", "{first}\n\n{rest}"


def phrase_list(parts: Iterable[str], by: str = COMMA) -> str:
    """Several phrases or names in a row.

    Examples
    --------
    >>> phrase_list(["'a'", "'b'", "'c'"], OR)
    "'a' or 'b' or 'c'"
    >>> phrase_list([])
    ''
    """
    phrases = list(parts)
    if len(phrases) < 2:
        return phrases[0] if phrases else ""
    middle = len(phrases) // 2  # halves of halves, so that a long row is no deep nest
    return Phrase(by, first=phrase_list(phrases[:middle], by), rest=phrase_list(phrases[middle:], by))


def english(text: str | Mapping[str, str]) -> str:
    """A text of a plan in English, or that which stands first.

    Examples
    --------
    >>> english("a swap"), english({"zh": "互换", "en": "a swap"}), english({"zh": "互换"})
    ('a swap', 'a swap', '互换')
    """
    return text if isinstance(text, str) else text.get("en", next(iter(text.values()), ""))


_WORDS: Mapping[str, str] = {
    phrase.template: phrase
    for phrase in (
        Phrase("number"),
        Phrase("text"),
        Phrase("boolean"),
        Phrase("unknown"),
        Phrase("true"),
        Phrase("false"),
        Phrase("condition"),
        Phrase("points"),
        Phrase("lines"),
        Phrase("polygons"),
        Phrase("raster"),
        Phrase("table"),
        Phrase("main"),
        Phrase("overlay"),
        Phrase("jurisdiction"),
        Phrase("parameter"),
        Phrase("quota"),
        Phrase("rule"),
        Phrase("unit"),
    )
}


def word(kind: str) -> str:
    """The word for a kind of value, layer or place that code knows by its English name; others stay as they are.

    Examples
    --------
    >>> word("polygons").template, word("gpkg")
    ('polygons', 'gpkg')
    """
    return _WORDS.get(kind, kind)
