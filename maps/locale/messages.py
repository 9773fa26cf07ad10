"""Messages in words: a catalogue a language, in gettext's format, and what puts a message into its sentence.

Several messages in one field stand in a row, with what the catalogue has under ``list.`` and the field's name between.
"""

from __future__ import annotations

import gettext
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import pandas as pd

from maps.locale.number_format import exact_text
from zoning.tables import Table
from zoning.trace import Field, Message

CATALOGUES = Path(__file__).parent / "catalogues"
"""``<language>.po`` for people who translate, and ``<language>.mo``, which is made of it and read here."""


def render(said: str | Message, language: str) -> str:
    """What is said, in a language.

    Parameters
    ----------
    said : str or Message
        A text is in a language already, as in runs that were written before there were messages.
    language : {"en", "zh"}

    Raises
    ------
    KeyError
        The catalogue has no such message, or its sentence has a field that the message does not fill.

    Examples
    --------
    >>> from zoning.trace import say
    >>> met = say("energy.incentive", target=Fraction(7, 2))
    >>> render(met, "en"), render(met, "zh")
    ('the incentive target of 3.5 % is met, so the total does not count', '达到激励目标 3.5%，总量免予考核')
    """
    if isinstance(said, str):
        return said
    fields = {name: _shown(name, value, language) for name, value in said.fields.items()}
    return _template(said.key, language).format(**fields)


def render_table(table: Table, rows: pd.DataFrame, language: str) -> pd.DataFrame:
    """The rows of a table with its messages in words."""
    told = [name for name, kind in table.columns.items() if kind == "message"]
    return rows.assign(**{name: [render(one, language) for one in rows[name]] for name in told}) if told else rows


def _shown(name: str, value: Field, language: str) -> object:
    if isinstance(value, Message):
        return render(value, language)
    if isinstance(value, tuple):
        return _between(name, language).join(render(one, language) for one in value)
    return _Figure(value) if isinstance(value, Fraction) else value


class _Figure:
    """An exact number as a sentence wants it: with so many decimals or digits, or as :func:`exact_text` has it."""

    def __init__(self, value: Fraction) -> None:
        self._value = value

    def __format__(self, spec: str) -> str:
        if not spec:
            return exact_text(self._value)
        if spec.endswith("f"):
            return format(Decimal(self._value.numerator) / Decimal(self._value.denominator), spec)
        return format(float(self._value), spec)


def _between(name: str, language: str) -> str:
    """What stands between messages in a row: nothing where the catalogue does not say."""
    key = f"list.{name}"
    found = _catalogue(language).gettext(key)
    return "" if found == key else found


def _template(key: str, language: str) -> str:
    found = _catalogue(language).gettext(key)
    if found == key:
        raise KeyError(key)
    return found


@cache
def _catalogue(language: str) -> gettext.GNUTranslations:
    with (CATALOGUES / f"{language}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)
