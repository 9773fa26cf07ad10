"""Siftings: the few of very many units that decide the best plan, so that the solver begins next to it."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from zoning.contests import Flags, Floats
from zoning.programmes import BASIC, LOWER, UPPER, Basis, Places, Programme, basis_of, load_solver, settle_status

_FEW = 10_000
"""So few units are left to the solver as they are."""
_SHARE = 500
"""So many units a rule; of fewer a sample knows too little, and the solver alone is as fast."""
_PART = 16
"""One unit in so many is in a sample, and as large a part of them decides at first."""
_WIDTHS = (1, 4)
"""So many times that part, where the units that do not decide leave no plan to the others."""
_CLEAR_PRICE = 1e-9
"""A price below this, relative to the largest gain, is 0."""
_SPREAD, _WORD = 2_654_435_761, 2**32
"""Multiples of the first, modulo the second, are spread evenly (D. E. Knuth, *TAOCP* 3, 6.4): units at any rhythm."""


class _Found(NamedTuple):
    """Where the units are, and what the rules are worth."""

    basis: Basis
    duals: Floats


def sifting(programme: Programme) -> Basis | None:
    """Where the best plan has each unit; None where the solver had better find that out by itself.

    Parameters
    ----------
    programme : Programme
        Gains of about 1.

    Returns
    -------
    Basis or None
        None of few units, of units without gains, or where no plan was found.

    Raises
    ------
    LimitError
        HiGHS gave up.

    Notes
    -----
    Nearly all units are at one of their bounds, and the worth of the rules tells at which. A sample of the units, with
    its part of each rule, tells that worth roughly. The units whose prices are then nearest to 0 are solved, the others
    keep the bound that pays. Those that the new worth would have at their other bound join, until there are none:
    then no unit could gain, and the plan is the best of the whole programme (sifting; R. E. Bixby and others,
    *Operations Research* 40, 1992). Samples of very many units are sifted themselves.

    Examples
    --------
    >>> from zoning.programmes import LinearConstraint
    >>> units = np.arange(20_000)
    >>> total = LinearConstraint("total", "the total", units, np.ones(20_000), 500, 500)
    >>> basis = sifting(Programme(units % 101 / 100, units * 0, units * 0 + 3, (total,)))
    >>> [int((basis.units == side).sum()) for side in (LOWER, BASIC, UPPER)]
    [19833, 1, 166]
    """
    if not _many(programme):
        return None
    found = _sifted(programme)
    return None if found is None else found.basis


def _many(programme: Programme) -> bool:
    count = len(programme.gains)
    return count > _FEW and count >= _SHARE * len(programme.rows) and bool(programme.gains.any())


def _sifted(programme: Programme) -> _Found | None:
    if not _many(programme):
        return _run(programme)
    count = len(programme.gains)
    places = np.sort(np.argsort(np.arange(count) * _SPREAD % _WORD, kind="stable")[: count // _PART])
    guess = _sifted(_sample(programme, places))
    if guess is None:
        return None
    prices = _prices(programme, guess.duals)
    units = np.where(prices > 0, UPPER, LOWER).astype(np.int8)
    units[places[guess.basis.units == BASIC]] = BASIC
    order = np.argsort(np.abs(prices), kind="stable")
    for width in _WIDTHS:
        deciding = units == BASIC
        deciding[order[: width * count // _PART]] = True
        found = _decided(programme, Basis(units, guess.basis.rows), deciding)
        if found is not None:
            return found
    return None


def _sample(programme: Programme, places: Places) -> Programme:
    """Some units, with as large a part of each rule as they could have of it."""
    inside = np.zeros(len(programme.gains), dtype=bool)
    inside[places] = True
    few = programme.among(inside, np.zeros(len(inside), dtype=np.int64))
    rows = []
    for row, own in zip(programme.rows, few.rows, strict=True):
        whole, part = (
            np.abs(one.coefficients) @ some.upper[one.places] for one, some in ((row, programme), (own, few))
        )
        share = float(part / whole) if whole else 1.0
        rows.append(replace(own, low=row.low * share, high=row.high * share))
    return replace(few, rows=rows)


def _decided(programme: Programme, basis: Basis, deciding: Flags) -> _Found | None:
    """The best plan, found from a basis by some units and those that have to join them."""
    amounts = np.where(basis.units == UPPER, programme.upper, programme.lower)
    while True:
        few = programme.among(deciding, amounts)
        found = _run(few, Basis(basis.units[deciding], basis.rows))
        if found is None:
            return None
        units = basis.units.copy()
        units[deciding] = found.basis.units
        basis = Basis(units, found.basis.rows)
        prices = _prices(programme, found.duals)
        up, down = (
            (prices > _CLEAR_PRICE) & (amounts < programme.upper),
            (prices < -_CLEAR_PRICE) & (amounts > programme.lower),
        )
        joining = ~deciding & (up | down)
        if not joining.any():
            return _Found(basis, found.duals)
        deciding = deciding | joining


def _run(programme: Programme, basis: Basis | None = None) -> _Found | None:
    solver = load_solver(programme, whole=False, basis=basis)
    solver.run()
    return _Found(basis_of(solver), -np.array(solver.getSolution().row_dual)) if settle_status(solver) else None


def _prices(programme: Programme, duals: Floats) -> Floats:
    """What one step more of each unit gains beyond what it takes from the rules."""
    prices = programme.gains.copy()
    for row, dual in zip(programme.rows, duals, strict=True):
        if dual:
            prices[row.places] -= dual * row.coefficients
    return prices
