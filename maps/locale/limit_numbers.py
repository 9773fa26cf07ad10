"""Numbers beside a limit: short, and never so short that a value seems to stand on the other side of its limit.

``src/verdict.js`` of the web map writes the same numbers; both work on the shortest decimal of a float.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, localcontext

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


def _order(one: float, other: float) -> int:
    return (one > other) - (one < other)


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
