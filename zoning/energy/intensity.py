"""Intensities: the arithmetic of energy and output, in decimals. A fall of intensity is positive, in per cent."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise

import pandas as pd

from layers.errors import ZoneplanError, shown
from zoning.solver import Number, exact_number

HUNDRED = Decimal(100)


def intensity_change(energy: Number, output: Number, base_energy: Number, base_output: Number) -> Decimal:
    """The change of energy per unit of output since the base year, in per cent; a fall is negative.

    Parameters
    ----------
    energy, base_energy : number
        Energy used in the year and in the base year, in one unit.
    output, base_output : number
        Output of both years at constant prices; above 0.

    Returns
    -------
    Decimal
        ``((energy / output) / (base_energy / base_output) - 1) * 100``.

    Raises
    ------
    ZoneplanError
        An output or the base energy is not above 0, or something is no number.

    Notes
    -----
    National Bureau of Statistics of China: energy consumption per unit of GDP at constant prices.

    Examples
    --------
    >>> intensity_change(energy=102, output=106, base_energy=100, base_output=100).quantize(Decimal("0.01"))
    Decimal('-3.77')
    """
    above = {"output": _above(output, "output"), "base_output": _above(base_output, "base_output")}
    ratio = exact_number(energy) * above["base_output"] / (above["output"] * _above(base_energy, "base_energy"))
    return (ratio - 1) * HUNDRED


def chain_output(base_output: Number, growth_pct: pd.Series) -> pd.Series:
    """Output at the prices of the base year, from output in that year and real growth since.

    Parameters
    ----------
    base_output : number
        Above 0.
    growth_pct : Series
        Index: years, in order, the first after the base year. Real growth, in per cent.

    Returns
    -------
    Series of Decimal
        Index as given.

    Examples
    --------
    >>> chain_output(200, pd.Series({2021: 10, 2022: "5"})).tolist()
    [Decimal('220.0'), Decimal('231.000')]
    """
    level, found = _above(base_output, "base_output"), []
    for growth in growth_pct:
        level *= _left(-exact_number(growth))
        found.append(level)
    return pd.Series(found, index=growth_pct.index, dtype=object)


def trace_intensity(energy: pd.Series, output: pd.Series) -> pd.DataFrame:
    """Intensity year by year, with its change over the year before and its fall since the first.

    Parameters
    ----------
    energy, output : Series
        Index: the same years, in order. Energy in one unit, output at constant prices, both above 0.

    Returns
    -------
    DataFrame
        Index as given. ``intensity``; ``change_pct`` over the year before (a fall is negative), missing in the first;
        ``fall_pct`` since the first year (a fall is positive), which is what a target over several years asks for.
        Decimals.

    Raises
    ------
    ZoneplanError
        The years differ, or something is no number above 0.

    Examples
    --------
    >>> used, made = pd.Series({2020: 500, 2021: 510}), pd.Series({2020: 1000, 2021: 1060})
    >>> [str(round(one, 2)) for one in trace_intensity(used, made).loc[2021]]
    ['0.48', '-3.77', '3.77']
    """
    if list(energy.index) != list(output.index):
        raise ZoneplanError(f"energy is of {shown(energy.index)}, output of {shown(output.index)}", code="years")
    found = [
        _above(used, f"energy of {year}") / _above(made, f"output of {year}")
        for year, used, made in zip(energy.index, energy, output, strict=True)
    ]
    changes = [(later / earlier - 1) * HUNDRED for earlier, later in pairwise(found)]
    falls = [(1 - one / found[0]) * HUNDRED for one in found]
    columns = {"intensity": found, "change_pct": [None, *changes][: len(found)], "fall_pct": falls}
    return pd.DataFrame(columns, index=energy.index, dtype=object)


def annual_fall(fall_pct: Number, years: int) -> Decimal:
    """The fall of each year that makes up a fall over several years: ``1 - (1 - t) ** (1 / n)``, in per cent.

    Examples
    --------
    Shenzhen, twelfth five-year plan: 19.5 % in five years are 4.25 % a year.

    >>> annual_fall("19.5", 5).quantize(Decimal("0.01"))
    Decimal('4.25')
    """
    if years < 1:
        raise ZoneplanError(f"{years} years: give 1 or more", code="number")
    return (1 - _left(fall_pct) ** (Decimal(1) / years)) * HUNDRED


def fall_over_years(falls_pct: Iterable[Number]) -> Decimal:
    """The fall over several years from the falls of each: ``1 - (1 - f1)(1 - f2)...``, in per cent.

    Examples
    --------
    >>> fall_over_years([10, 10])
    Decimal('19.00')
    """
    left = Decimal(1)
    for fall in falls_pct:
        left *= _left(fall)
    return (1 - left) * HUNDRED


def target_progress(falls_pct: Iterable[Number], target_pct: Number) -> Decimal:
    """How much of a target over several years the falls so far have brought, in per cent of the way.

    Returns
    -------
    Decimal
        ``ln(1 - fall so far) / ln(1 - target) * 100``: years of one and the same fall each bring the same part.

    Raises
    ------
    ZoneplanError
        The target is not above 0, or a fall is not below 100 %.

    Examples
    --------
    Henan, 2016: 7.64 % of a target of 16 % in five years was reported as 45.58 % of the way.

    >>> target_progress(["7.64"], 16).quantize(Decimal("0.01"))
    Decimal('45.58')
    """
    way = _left(_above(target_pct, "target_pct")).ln()
    return _left(fall_over_years(falls_pct)).ln() / way * HUNDRED


def over_fulfilment(actual: Number, target: Number) -> Decimal:
    """By how much more than a target was reached, in per cent of the target: ``(actual - target) / target``.

    Examples
    --------
    Beijing, eleventh five-year plan: 26.59 % where 20 % was the target.

    >>> over_fulfilment("26.59", 20)
    Decimal('32.9500')
    """
    return (exact_number(actual) - exact_number(target)) / _above(target, "target") * HUNDRED


def implied_growth(intensity_change_pct: Number, energy_growth_pct: Number) -> Decimal:
    """The growth of output that changes of intensity and energy imply, ``(1 + e) / (1 + i) - 1``, in per cent.

    Parameters
    ----------
    intensity_change_pct : number
        As statistics print it: a fall is negative.
    energy_growth_pct : number

    Examples
    --------
    Beijing, 2020: intensity -9.18 %, energy -8.1 %.

    >>> implied_growth("-9.18", "-8.1").quantize(Decimal("0.01"))
    Decimal('1.19')
    """
    return ((1 + exact_number(energy_growth_pct) / HUNDRED) / _left(-exact_number(intensity_change_pct)) - 1) * HUNDRED


def energy_total(base_energy: Number, fall_pct: Number, growth_pct: Number) -> Decimal:
    """The energy that is used if intensity falls and output grows so much: intensity times output.

    Returns
    -------
    Decimal
        ``base_energy * (1 - fall) * (1 + growth)``, in the unit of ``base_energy``; less where the fall is larger.

    Examples
    --------
    >>> energy_total(1000, 3, 5)
    Decimal('1018.5000')
    """
    return exact_number(base_energy) * _left(fall_pct) * (1 + exact_number(growth_pct) / HUNDRED)


def _left(fall_pct: Number) -> Decimal:
    """What a fall leaves of one."""
    left = 1 - exact_number(fall_pct) / HUNDRED
    if not left.is_finite() or left <= 0:
        raise ZoneplanError(f"a fall of {fall_pct} % leaves nothing; give per cent below 100", code="number")
    return left


def _above(value: Number, name: str) -> Decimal:
    number = exact_number(value)
    if not number.is_finite() or number <= 0:
        raise ZoneplanError(f"{name} = {value}: a finite number above 0 is needed", code="number")
    return number
