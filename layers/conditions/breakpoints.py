"""The values of one column at which the clauses of a condition turn, all else held as it is.

A comparison whose sides are sums, products and quotients is, seen as a function of one column, one polynomial over
another. Where both are of the first degree at most, the place at which the sides meet is a division; where they are
not, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.conditions.condition import Evaluation
from layers.conditions.evaluation import View
from layers.conditions.syntax_tree import (
    Among,
    Arithmetic,
    Between,
    Comparison,
    Joined,
    Minus,
    Missing,
    Name,
    Node,
    Opposite,
    walk,
)

Floats = npt.NDArray[np.float64]
Polynomial = tuple[Floats, ...]
"""Coefficients, that of the constant first; one number a row each."""


@dataclass(frozen=True, eq=False)
class Threshold:
    """Where one clause turns."""

    text: str
    values: tuple[Floats, ...]
    poles: tuple[Floats, ...]
    at_threshold: bool
    determined: bool = True


def thresholds(asked: Evaluation, name: str) -> tuple[Threshold, ...]:
    """The thresholds of a column in each clause of a condition that reads it.

    Examples
    --------
    >>> import pandas as pd
    >>> from layers.conditions import parse_condition
    >>> table = pd.DataFrame({"people": [4062.0], "area_km2": [5.0]})
    >>> asked = parse_condition("people / area_km2 >= least").evaluate(table, {"least": 50})
    >>> (found,) = thresholds(asked, "people")
    >>> found.values[0].tolist(), found.at_threshold
    ([250.0], True)
    >>> (found,) = thresholds(asked, "area_km2")
    >>> found.values[0].tolist(), found.poles[0].tolist()
    ([81.24], [0.0])
    """
    leaves = _leaves(asked.condition.tree)
    return tuple(_threshold(asked.view, leaf, name, turned=turned) for leaf, turned in leaves if _reads(leaf, name))


class _CurvedError(Exception):
    """A column that does not stand in a clause to the first degree; a signal inside this module."""


@dataclass(frozen=True, eq=False)
class _Ratio:
    """One polynomial over another; ``zeros`` are the divisors on the way to it."""

    top: Polynomial
    bottom: Polynomial
    zeros: tuple[Polynomial, ...] = ()


def _leaves(node: Node, *, turned: bool = False) -> Iterator[tuple[Node, bool]]:
    """The parts without AND and OR, and whether NOT stands before each."""
    if isinstance(node, Opposite):
        yield from _leaves(node.operand, turned=not turned)
    elif isinstance(node, Joined):
        for part in node.operands:
            yield from _leaves(part, turned=turned)
    else:
        yield node, turned


def _reads(node: Node, name: str) -> bool:
    return any(isinstance(one, Name) and one.name == name for one in walk(node))


def _threshold(view: View, leaf: Node, name: str, *, turned: bool) -> Threshold:
    text = f"NOT {view.words(leaf)}" if turned else view.words(leaf)
    equal = not isinstance(leaf, Comparison) or leaf.operator in ("=", "<=", ">=")
    holds = equal != (turned != bool(getattr(leaf, "negated", False)))
    if view.named(name).kind != "number":
        return Threshold(text, (), (), holds)
    try:
        with np.errstate(all="ignore"):
            values, poles = _turns(view, leaf, name)
    except _CurvedError:
        return Threshold(text, (), (), holds, determined=False)
    return Threshold(text, values, poles, holds)


def _turns(view: View, leaf: Node, name: str) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
    match leaf:
        case Comparison(left=left, right=right):
            pairs: tuple[tuple[Node, Node], ...] = ((left, right),)
        case Between(value=value, low=low, high=high):
            pairs = ((low, value), (value, high))
        case Among(value=value, options=options):
            pairs = tuple((value, option) for option in options)
        case Missing(value=value):
            return (), _poles(_ratio(view, value, name))
        case _:
            return (), ()
    values, poles = [], []
    for one, other in pairs:
        left_ratio, right_ratio = _ratio(view, one, name), _ratio(view, other, name)
        if len(left_ratio.top) + len(left_ratio.bottom) + len(right_ratio.top) + len(right_ratio.bottom) > 4:
            values.append(_meeting(left_ratio, right_ratio))
            poles += [*_poles(left_ratio), *_poles(right_ratio)]
    return tuple(values), tuple(poles)


def _meeting(one: _Ratio, other: _Ratio) -> Floats:
    """Where two ratios are equal."""
    difference = _plus(_times(one.top, other.bottom), _negative(_times(other.top, one.bottom)))
    found = _root(difference)
    for zero in (*one.zeros, *other.zeros):
        if len(zero) == 1:  # divided by nothing, there is no value whatever the column is
            found = np.where(zero[0] == 0, np.nan, found)
    return found


def _poles(ratio: _Ratio) -> tuple[Floats, ...]:
    return tuple(_root(zero) for zero in ratio.zeros if len(zero) > 1)


def _root(polynomial: Polynomial) -> Floats:
    if len(polynomial) > 2:
        raise _CurvedError
    if len(polynomial) < 2:
        return np.full_like(polynomial[0], np.nan)
    constant, slope = polynomial
    root = np.where(slope == 0, np.nan, -constant / slope) + 0.0  # no negative zero
    return np.where(np.isfinite(root), root, np.nan)


def _ratio(view: View, node: Node, name: str) -> _Ratio:
    rows = len(view.index)
    one = np.ones(rows)
    if not _reads(node, name):
        values = view.values(node)
        known = np.broadcast_to(values.known, rows)
        number = np.broadcast_to(values.array if values.kind == "number" else np.nan, rows)
        return _Ratio((np.where(known, number, np.nan).astype(float),), (one,))
    match node:
        case Minus(operand=operand):
            inner = _ratio(view, operand, name)
            return _Ratio(_negative(inner.top), inner.bottom, inner.zeros)
        case Arithmetic(operands=(first, *others), operators=operators):
            found = _ratio(view, first, name)
            for operator, other in zip(operators, others, strict=True):
                found = _joined(found, operator, _ratio(view, other, name))
            return found
    return _Ratio((np.zeros(rows), one), (one,))


def _joined(one: _Ratio, operator: str, other: _Ratio) -> _Ratio:
    zeros = (*one.zeros, *other.zeros)
    if operator == "*":
        return _Ratio(_times(one.top, other.top), _times(one.bottom, other.bottom), zeros)
    if operator == "/":
        return _Ratio(_times(one.top, other.bottom), _times(one.bottom, other.top), (*zeros, other.top))
    added = other.top if operator == "+" else _negative(other.top)
    top = _plus(_times(one.top, other.bottom), _times(added, one.bottom))
    return _Ratio(top, _times(one.bottom, other.bottom), zeros)


def _negative(one: Polynomial) -> Polynomial:
    return tuple(-part for part in one)


def _plus(one: Polynomial, other: Polynomial) -> Polynomial:
    short, long = sorted((one, other), key=len)
    return tuple(part + short[place] if place < len(short) else part for place, part in enumerate(long))


def _times(one: Polynomial, other: Polynomial) -> Polynomial:
    if len(one) + len(other) > 3:
        raise _CurvedError
    if len(one) == 2:
        one, other = other, one
    return tuple(one[0] * part for part in other)
