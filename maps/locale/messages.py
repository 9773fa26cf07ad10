"""Catalogues: every sentence of zoneplan by its key, one file of gettext a language, in chapters.

Several messages in one field stand in a row, with what the catalogue has under ``list.`` and the field's name between.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from layers.errors import ZoneplanError, escape_hidden
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
    >>> require_language("xx")
    Traceback (most recent call last):
        ...
    layers.errors.ZoneplanError: no language 'xx': zoneplan speaks en, zh; choose one of these
    """
    if language not in languages():
        raise ZoneplanError(
            f"no language '{escape_hidden(language)}': zoneplan speaks {', '.join(languages())}; choose one of these",
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
            f"no language '{language}': rulebook '{rulebook.name}' speaks {', '.join(rulebook.languages)}; choose one "
            "of these",
            code="language",
        )


@cache
def catalogue(chapter: str, language: str) -> Mapping[str, str]:
    """The sentences of one chapter of a catalogue, by the rest of their keys.

    Examples
    --------
    >>> catalogue("light", "en")
    {'green': 'green', 'red': 'red', 'yellow': 'yellow'}
    """
    head = f"{chapter}."
    return {key.removeprefix(head): text for key, text in _texts(language).items() if key.startswith(head)}


def sentence(key: str, language: str) -> str:
    """The sentence of a message, its fields not yet filled.

    Raises
    ------
    KeyError
        The catalogue has none.
    """
    return _texts(language)[key]


def between(name: str, language: str) -> str:
    """What stands between messages in a row: nothing where the catalogue does not say."""
    return _texts(language).get(f"list.{name}", "")


@cache
def _texts(language: str) -> Mapping[str, str]:
    """The sentences of a language by their key."""
    require_language(language)
    with (CATALOGUES / f"{language}.mo").open("rb") as file:
        texts = gettext.GNUTranslations(file)
    keys = (key for key in texts._catalog if isinstance(key, str) and key)  # type: ignore[attr-defined]  # noqa: SLF001  (gettext lists its keys nowhere else)
    return {key: texts.gettext(key) for key in keys}
