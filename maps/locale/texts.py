"""Texts that a rulebook or a plan gives in several languages, and names without any."""

from __future__ import annotations

from collections.abc import Mapping


def text_in(texts: Mapping[str, str], language: str, fallback: str = "") -> str:
    """A text of the rulebook in a language, else in English, else the fallback.

    Examples
    --------
    >>> text_in({"en": "Energy-rich area"}, "zh"), text_in({}, "en", "energy_rich")
    ('Energy-rich area', 'energy_rich')
    """
    return texts.get(language) or texts.get("en") or fallback


def said_in(said: str | Mapping[str, str], language: str) -> str:
    """A text that is the same in all languages, or one of several.

    Examples
    --------
    >>> said_in("Brazil", "zh"), said_in({"en": "China", "zh": "中国"}, "zh")
    ('Brazil', '中国')
    """
    return said if isinstance(said, str) else text_in(said, language)


def name_text(name: str) -> str:
    """A name of the study as words.

    Examples
    --------
    >>> name_text("construction_land")
    'construction land'
    """
    return name.replace("_", " ")
