"""Languages: what the house says of itself, each text in English and in Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from layers.errors import ZoneplanError, escape_hidden

LANGUAGES = ("en", "zh")
"""The languages that the house speaks, in the order in which the texts of a dictionary stand."""

Words = Mapping[str, tuple[str, str]]
"""Texts by their key, each in every one of ``LANGUAGES``; figures stand in braces."""


def require_language(language: str, offered: Iterable[str] = LANGUAGES, who: str = "zoneplan") -> None:
    """Refuse a language that is not offered.

    Parameters
    ----------
    language : str
        Such as "zh".
    offered : iterable of str, optional
        By default the languages of the house.
    who : str, optional
        Who offers them, for the message.

    Raises
    ------
    ZoneplanError
        With the languages that there are.

    Examples
    --------
    >>> require_language("fr")
    Traceback (most recent call last):
        ...
    layers.errors.ZoneplanError: no language 'fr': zoneplan speaks en, zh; choose one of these
    """
    known = list(offered)
    if language not in known:
        raise ZoneplanError(
            f"no language '{escape_hidden(language)}': {who} speaks {', '.join(known)}; choose one of these",
            code="language",
        )


def words_in(language: str, words: Words) -> dict[str, str]:
    """The texts of one language by their key.

    Parameters
    ----------
    language : {"en", "zh"}
    words : mapping of str to texts

    Raises
    ------
    ZoneplanError
        The language is neither English nor Chinese.

    Examples
    --------
    >>> words_in("zh", {"missing": ("{name} is missing", "{name} 缺失")})
    {'missing': '{name} 缺失'}
    """
    require_language(language)
    place = LANGUAGES.index(language)
    return {key: texts[place] for key, texts in words.items()}
