"""Numbers as a language writes them, and never so short that a value seems beyond its limit.

``src/verdict.js`` of the web map writes the same numbers; both work on the shortest decimal of a float.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, localcontext
from functools import cache, lru_cache

from pyproj import CRS

from layers.crs import is_made
from maps.words.messages import catalogue, number_style

NONE = "–"
"""What stands where there is no value."""

_LAEA = "Lambert Azimuthal Equal Area"
_WIDE = {"W", "F"}


def format_number(value: object, language: str, decimals: int = 0) -> str:
    """A number with its thousands apart and a fixed count of decimals.

    Examples
    --------
    >>> format_number(1234567.8, "en"), format_number(1234.5, "en", 1), format_number(0.04, "en", 1)
    ('1,234,568', '1,234.5', '< 0.1')
    >>> format_number(float("nan"), "en")
    '–'
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NONE
    figure = value if isinstance(value, Decimal) else Decimal(str(value))
    if not figure.is_finite():
        return str(value)
    step = Decimal(1).scaleb(-decimals)
    text = f"{figure:,.{decimals}f}"
    if figure and not text.strip("-0.,"):
        text = f"< {step}" if figure > 0 else f"> -{step}"
    return number_style(language).written(text)


def amount(value: object, language: str) -> str:
    """An exact amount: all its decimals, its thousands apart.

    Examples
    --------
    >>> amount(Decimal("12345.60"), "en"), amount(None, "en")
    ('12,345.60', '–')
    """
    return NONE if _is_missing(value) else number_style(language).written(f"{Decimal(str(value)):,f}")


def written(value: float | Decimal, spec: str, language: str) -> str:
    """A number as Python formats it, with the signs of a language.

    Examples
    --------
    >>> written(1234.5, ",.2f", "en"), written(1234.5, ",.2f", "pt")
    ('1,234.50', '1.234,50')
    """
    return number_style(language).written(format(value, spec))


def short_amount(value: float | Decimal, language: str) -> str:
    """A large amount in the large numbers of the language, in three digits; a smaller one whole, or exact below 1,000.

    Examples
    --------
    >>> [short_amount(one, "en") for one in (10600, 40_000_000, 1_406_000_000, Decimal("12.50"))]
    ['10,600', '40 million', '1.41 billion', '12.5']
    >>> [short_amount(one, "zh") for one in (10600, 520_000, 40_000_000)]
    ['1.06万', '52万', '4,000万']
    """
    with localcontext():  # which keeps what was rounded
        figure = Decimal(str(value))
        words = catalogue("number", language)
        for name in ("larger", "large"):
            least, unit = (Decimal(words[f"{name}_{key}"]) for key in ("from", "unit"))
            if abs(figure) >= least:
                return words[name].format(n=number_style(language).written(f"{_in_digits(figure / unit, 3):,f}"))
        shown = figure.quantize(Decimal(1)) if abs(figure) >= 1000 else _in_digits(figure, 6)
        return number_style(language).written(f"{shown:,f}")


def _in_digits(figure: Decimal, digits: int) -> Decimal:
    """A number in so many digits, without zeros behind its decimals."""
    if not figure:
        return Decimal(0)
    short = figure.quantize(Decimal(1).scaleb(min(0, figure.adjusted() + 1 - digits)))
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short.normalize()


def format_measure(value: object, language: str) -> str:
    """A measured value: six significant digits, thousands apart; text and truth values as they are.

    Examples
    --------
    >>> [format_measure(value, "en") for value in (812.43219, 1234567.0, 0.5, True, "Boise", None)]
    ['812.432', '1,234,567', '0.5', 'true', 'Boise', '–']
    """
    if _is_missing(value):
        return NONE
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, (int, float)):
        return str(value)
    spec = ",.0f" if abs(value) >= 1e5 and math.isfinite(value) else ",.6g"
    return number_style(language).written(format(float(value), spec))


def share_text(share: float, language: str) -> str:
    r"""A part of a whole in per cent, in six significant digits.

    Examples
    --------
    >>> share_text(0.0507, "en"), share_text(0.07, "zh"), share_text(0.000071435, "fr")
    ('5.07\xa0%', '7%', '0,0071435\xa0%')
    """
    return str(catalogue("clause", language)["percent"].format(n=format_measure(shifted(share, 2), language)))


def percent(part: float, whole: float, language: str) -> str:
    """A share in per cent with one decimal, without the sign.

    Examples
    --------
    >>> percent(1, 3, "en"), percent(1, 100_000, "en"), percent(0, 0, "en")
    ('33.3', '< 0.1', '–')
    """
    return format_number(100 * part / whole, language, 1) if whole else NONE


def area_decimals(total_ha: float) -> int:
    """Decimals with which the areas of one document are shown, so that its columns align.

    Examples
    --------
    >>> area_decimals(1200.0), area_decimals(5e4), area_decimals(9e7)
    (2, 1, 0)
    """
    return 0 if total_ha >= 1e6 else 1 if total_ha >= 1e4 else 2


def hectares(area: object) -> float:
    """An area for the map, which rounds it itself: rounded here to what people read, it would be rounded twice.

    Examples
    --------
    >>> hectares(191800.84624)
    191800.84624
    """
    return round(float(area), 6)  # type: ignore[arg-type]  # a cell of a table


@lru_cache(maxsize=64)
def projection(crs: CRS, language: str = "en") -> str:
    """The name of a CRS that a reader can look up, or in words how it is built; PROJ takes long to search.

    Examples
    --------
    >>> projection(CRS("EPSG:3035"))
    'ETRS89-extended / LAEA Europe (EPSG:3035)'
    >>> projection(CRS("+proj=laea +lat_0=37.5 +lon_0=-109 +datum=NAD83"), "pt")
    'azimutal equivalente de Lambert, centrada na latitude 37,5, longitude -109; North American Datum 1983'
    """
    authority = None if is_made(crs) else crs.to_authority(min_confidence=100)
    if authority:
        return f"{crs.name} ({':'.join(authority)})"
    operation, datum = crs.coordinate_operation, crs.geodetic_crs
    if operation is None or datum is None:
        return str(crs.name)
    places = [
        f"{_parameter_name(parameter.name)} {parameter.value:g}" for parameter in operation.params if parameter.value
    ]
    frame = datum.name if datum.name != "unknown" else datum.datum.name if datum.datum else ""
    if operation.method_name == _LAEA:
        style = number_style(language)
        latitude, longitude = (
            style.written(f"{round(float(parameter.value), 1):g}") for parameter in list(operation.params)[:2]
        )
        return str(catalogue("page", language)["laea"].format(latitude=latitude, longitude=longitude, datum=frame))
    return f"{operation.method_name} ({', '.join(places)}; {frame})"


def _parameter_name(name: str) -> str:
    return name.removesuffix(" of natural origin").removesuffix(" of false origin").lower()


def width(text: str) -> float:
    """Estimated width of a text, in units of its font size: 1 for ideographs, about half for Latin letters.

    Examples
    --------
    >>> width("能源"), round(width("energy"), 2)
    (2.0, 3.48)
    """
    return sum(map(_advance, text))


@cache
def _advance(char: str) -> float:
    if unicodedata.east_asian_width(char) in _WIDE:
        return 1.0
    if char in " .,;:'|!ijlIt()[]":
        return 0.33
    return 0.70 if char.isupper() or char in "mwMW@%" else 0.58


def wrap(text: str, limit: float) -> list[str]:
    """A text broken into lines no wider than ``limit`` font sizes: at spaces, inside a word only where it must.

    Examples
    --------
    >>> wrap("Ecologically fragile area", 9)
    ['Ecologically', 'fragile area']
    >>> wrap("生态脆弱区", 3)
    ['生态脆', '弱区']
    """
    lines = [""]
    for part in _parts(text, limit):
        if width((lines[-1] + part).rstrip()) <= limit or not lines[-1]:
            lines[-1] += part
        else:
            lines.append(part.lstrip())
    return [line.rstrip() for line in lines]


def _parts(text: str, limit: float) -> Iterable[str]:
    """Words with the space before them; ideographs, and the letters of a word that is too long, one by one."""
    word = ""
    for char in text:
        if char == " " or unicodedata.east_asian_width(char) in _WIDE or width(word + char) > limit:
            if word:
                yield word
            word = ""
        word += char
        if unicodedata.east_asian_width(char) in _WIDE:
            yield word
            word = ""
    if word:
        yield word


def _is_missing(value: object) -> bool:
    return value is None or value == "" or value != value  # noqa: PLR0124  (NaN is what differs from itself)


MOST_DECIMALS = 10
DIGITS = 4
"""So many digits tell where a range ends, and from which limit on something changes."""


def shifted(value: float, places: int) -> float:
    """A number with its decimal point moved to the right, as from shares to per cent.

    Examples
    --------
    >>> shifted(0.07, 2), 0.07 * 100
    (7.0, 7.000000000000001)
    """
    return float(Decimal(repr(float(value))).scaleb(places))


def limit_number(limit: float) -> str:
    """A limit, exact up to ten decimals, its thousands apart.

    Examples
    --------
    >>> limit_number(0.125), limit_number(250000.0)
    ('0.125', '250,000')
    """
    return _rounded(limit, MOST_DECIMALS, ROUND_HALF_EVEN)


def number_beside(value: float, limit: float) -> str:
    """A value in two digits or more, as many as it takes to see how it stands to its limit.

    Examples
    --------
    >>> number_beside(24.31, 5), number_beside(19.94, 20), number_beside(3.14159, 5), number_beside(3314.2, 500)
    ('24', '19.9', '3.1', '3,314')
    """
    for decimals in range(decimals_of(value, 2), MOST_DECIMALS + 1):
        text = _rounded(value, decimals, ROUND_HALF_EVEN)
        if _order(_number(text), limit) == _order(value, limit):
            return text
    return _rounded(value, 2 * MOST_DECIMALS, ROUND_HALF_EVEN)


def number_past(value: float, limit: float, *, up: bool) -> str:
    """A limit that would change an answer, rounded away from the present limit so that what is said of it stays true.

    Examples
    --------
    >>> number_past(32.148, 50, up=False), number_past(24.281, 5, up=True), number_past(49.999, 50, up=False)
    ('32.14', '24.29', '49.99')
    """
    way = ROUND_CEILING if up else ROUND_FLOOR
    for decimals in range(decimals_of(value, DIGITS), MOST_DECIMALS + 1):
        text = _rounded(value, decimals, way)
        if _number(text) != limit:
            return text
    return _rounded(value, 2 * MOST_DECIMALS, way)


def decimals_of(value: float, digits: int) -> int:
    """So many decimals show some digits of a number, none where it has more before its point, or ends before.

    Examples
    --------
    >>> decimals_of(0.0506743, 3), decimals_of(0.05, 3), decimals_of(812.4, 3), decimals_of(32.5, 3)
    (4, 2, 0, 1)
    """
    if not value:
        return 0
    exact = Decimal(repr(abs(float(value)))).normalize()
    return max(0, min(MOST_DECIMALS, digits - 1 - exact.adjusted(), -int(exact.as_tuple().exponent)))


def _rounded(value: float, decimals: int, way: str) -> str:
    with localcontext():  # which keeps what was rounded
        text = f"{Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), rounding=way):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def _order(first: float, other: float) -> int:
    return (first > other) - (first < other)


def inward(end: float, adopted: float) -> float:
    """An end of a range in few digits, on the side of the adopted value, so that what is said of the range holds.

    Examples
    --------
    >>> inward(0.19936924675383008, 0.2), inward(0.20422858491454712, 0.2), inward(0.19999999, 0.2)
    (0.1994, 0.2042, 0.19999999)
    """
    way = ROUND_CEILING if end < adopted else ROUND_FLOOR
    for digits in range(DIGITS, 17):
        exact = Decimal(repr(end))
        with localcontext():  # which keeps what was rounded
            short = float(exact.quantize(Decimal(1).scaleb(exact.adjusted() + 1 - digits), rounding=way))
        if min(end, adopted) <= short <= max(end, adopted) and short != adopted:
            return short
    return end
