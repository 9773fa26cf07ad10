"""Templates: the texts of a catalogue, with fields that are filled as their language counts and writes numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cached_property
from numbers import Integral, Real
from string import Formatter
from typing import Any, Self

import numpy as np

from layers.conditions import number_text

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
        own = {",": self.thousands, ".": self.point}
        return {ord(sign): one for sign, one in own.items()} if any(sign != one for sign, one in own.items()) else {}


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
