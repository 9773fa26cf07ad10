"""The parts of a condition as columns: limits, where answers change, and whether the whole hangs on one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from layers.conditions.condition import Evaluation
from layers.conditions.evaluation import Answer, Truths, View
from layers.conditions.grammar import (
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
from layers.conditions.wording import CONTRARY

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


def thresholds(evaluation: Evaluation, name: str) -> tuple[Threshold, ...]:
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
    leaves = _leaves(evaluation.condition.tree)
    return tuple(
        _threshold(evaluation.view, leaf, name, turned=turned) for leaf, turned in leaves if _reads(leaf, name)
    )


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
    return any(isinstance(inner_node, Name) and inner_node.name == name for inner_node in walk(node))


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
    for first, other in pairs:
        left_ratio, right_ratio = _ratio(view, first, name), _ratio(view, other, name)
        if len(left_ratio.top) + len(left_ratio.bottom) + len(right_ratio.top) + len(right_ratio.bottom) > 4:
            values.append(_meeting(left_ratio, right_ratio))
            poles += [*_poles(left_ratio), *_poles(right_ratio)]
    return tuple(values), tuple(poles)


def _meeting(ratio: _Ratio, other: _Ratio) -> Floats:
    """Where two ratios are equal."""
    difference = _plus(_times(ratio.top, other.bottom), _negative(_times(other.top, ratio.bottom)))
    root = _root(difference)
    for zero in (*ratio.zeros, *other.zeros):
        if len(zero) == 1:  # divided by nothing, there is no value whatever the column is
            root = np.where(zero[0] == 0, np.nan, root)
    return root


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
    ones = np.ones(rows)
    if not _reads(node, name):
        values = view.values(node)
        known = np.broadcast_to(values.known, rows)
        number = np.broadcast_to(values.array if values.kind == "number" else np.nan, rows)
        return _Ratio((np.where(known, number, np.nan).astype(float),), (ones,))
    match node:
        case Minus(operand=operand):
            inner = _ratio(view, operand, name)
            return _Ratio(_negative(inner.top), inner.bottom, inner.zeros)
        case Arithmetic(operands=(first, *others), operators=operators):
            ratio = _ratio(view, first, name)
            for operator, other in zip(operators, others, strict=True):
                ratio = _joined(ratio, operator, _ratio(view, other, name))
            return ratio
    return _Ratio((np.zeros(rows), ones), (ones,))


def _joined(ratio: _Ratio, operator: str, other: _Ratio) -> _Ratio:
    zeros = (*ratio.zeros, *other.zeros)
    if operator == "*":
        return _Ratio(_times(ratio.top, other.top), _times(ratio.bottom, other.bottom), zeros)
    if operator == "/":
        return _Ratio(_times(ratio.top, other.bottom), _times(ratio.bottom, other.top), (*zeros, other.top))
    added = other.top if operator == "+" else _negative(other.top)
    top = _plus(_times(ratio.top, other.bottom), _times(added, ratio.bottom))
    return _Ratio(top, _times(ratio.bottom, other.bottom), zeros)


def _negative(polynomial: Polynomial) -> Polynomial:
    return tuple(-part for part in polynomial)


def _plus(polynomial: Polynomial, other: Polynomial) -> Polynomial:
    short, long = sorted((polynomial, other), key=len)
    return tuple(part + short[power] if power < len(short) else part for power, part in enumerate(long))


def _times(polynomial: Polynomial, other: Polynomial) -> Polynomial:
    if len(polynomial) + len(other) > 3:
        raise _CurvedError
    if len(polynomial) == 2:
        polynomial, other = other, polynomial
    return tuple(polynomial[0] * part for part in other)


Operator = Literal["=", "<>", "<", "<=", ">", ">="]

MIRRORED: Mapping[str, Operator] = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, eq=False)
class ConditionPart:
    """A part of a condition without AND and OR, asked of every row; NOT is resolved."""

    names: tuple[str, ...]
    answer: Answer
    decides: Truths
    pivotal: Truths
    measure: str = ""
    operator: Operator | Literal[""] = ""
    limit: float = float("nan")
    parameter: str = ""
    values: Floats = field(default_factory=lambda: np.empty(0))

    def taken(self, rows: npt.NDArray[np.intp]) -> ConditionPart:
        """The part of some rows, by their places."""
        return replace(
            self,
            answer=self.answer.taken(rows),
            decides=self.decides[rows],
            pivotal=self.pivotal[rows],
            values=self.values[rows] if len(self.values) else self.values,
        )


class _Leaf(NamedTuple):
    """One comparison, or a truth value; the two ends of BETWEEN are two."""

    node: Node
    turned: bool
    compared: tuple[str, Node, Node] | None


def condition_parts(evaluation: Evaluation) -> tuple[ConditionPart, ...]:
    """The parts of a condition, each with what it compares.

    Examples
    --------
    >>> import pandas as pd
    >>> from layers.conditions import parse_condition
    >>> table = pd.DataFrame({"people": [4062.0, 90.0], "area_km2": [5.0, 5.0], "metro": [True, True]})
    >>> asked = parse_condition("metro AND people / area_km2 >= least").evaluate(table, {"least": 50})
    >>> metro, dense = condition_parts(asked)
    >>> dense.measure, dense.operator, dense.limit, dense.parameter, dense.values.tolist()
    ('people / area_km2', '>=', 50.0, 'least', [812.4, 18.0])
    >>> dense.answer.yes.tolist(), dense.pivotal.tolist(), metro.pivotal.tolist()
    ([True, False], [True, True], [True, False])
    """
    every = np.ones(len(evaluation.yes), bool)
    return tuple(_parts(evaluation.view, evaluation.condition.tree, every, every, turned=False))


def _parts(view: View, node: Node, deciding: Truths, pivotal: Truths, *, turned: bool) -> Iterator[ConditionPart]:
    if isinstance(node, Opposite):
        yield from _parts(view, node.operand, deciding, pivotal, turned=not turned)
        return
    if not isinstance(node, Joined):
        yield from _leaf(view, node, deciding, pivotal, turned=turned)
        return
    answers = [~view.answer(part) if turned else view.answer(part) for part in node.operands]
    whole = ~view.answer(node) if turned else view.answer(node)
    needs_all = (node.word == "AND") != turned
    for position, operand in enumerate(node.operands):
        others = [answer.yes if needs_all else answer.no for answer in (*answers[:position], *answers[position + 1 :])]
        same = (answers[position].yes == whole.yes) & (answers[position].known == whole.known)
        open_ = pivotal & np.logical_and.reduce(others)
        yield from _parts(view, operand, deciding & same, open_, turned=turned)


def _leaf(view: View, node: Node, deciding: Truths, pivotal: Truths, *, turned: bool) -> Iterator[ConditionPart]:
    """A part that is no AND or OR; BETWEEN is two where it asks for both of its ends."""
    if isinstance(node, Between) and node.negated == turned:
        low = Comparison(node.start, node.end, node.depth, ">=", node.value, node.low)
        high = Comparison(node.start, node.end, node.depth, "<=", node.value, node.high)
        yield from _parts(
            view, Joined(node.start, node.end, node.depth, "AND", (low, high)), deciding, pivotal, turned=False
        )
        return
    answer = ~view.answer(node) if turned else view.answer(node)
    names = tuple(
        dict.fromkeys(
            inner_node.name
            for inner_node in walk(node)
            if isinstance(inner_node, Name) and view.is_column(inner_node.name)
        )
    )
    part = ConditionPart(names, answer, deciding, pivotal)
    yield _measured(view, node, part, turned=turned)


def _measured(view: View, node: Node, part: ConditionPart, *, turned: bool) -> ConditionPart:
    """The part with what it compares, where that is a number or a truth value of the row and a limit for all rows."""
    plain = (part.names, part.answer, part.decides, part.pivotal)
    if isinstance(node, Name):
        values = np.where(part.answer.known, part.answer.yes != turned, np.nan).astype(float)
        return ConditionPart(*plain, measure=view.words(node), limit=0.0 if turned else 1.0, values=values)
    if not isinstance(node, Comparison):
        return part
    left, right = (_reads_columns(view, side) for side in (node.left, node.right))
    if left == right:
        return part
    operator = cast("Operator", CONTRARY[node.operator] if turned else node.operator)
    varying, fixed = (node.left, node.right) if left else (node.right, node.left)
    known, limit = view.values(varying), view.values(fixed)
    if known.kind not in ("number", "nothing") or limit.kind != "number":
        return part
    return ConditionPart(
        *plain,
        measure=view.words(varying),
        operator=operator if left else MIRRORED[operator],
        limit=float(limit.array),
        parameter=fixed.name if isinstance(fixed, Name) else "",
        values=np.where(known.known, known.array, np.nan).astype(float),
    )


def _reads_columns(view: View, node: Node) -> bool:
    return any(isinstance(inner_node, Name) and view.is_column(inner_node.name) for inner_node in walk(node))
