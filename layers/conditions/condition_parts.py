"""The parts of a condition as columns: what each compares, with what limit, and whether the whole hangs on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from layers.conditions.clause_wording import CONTRARY
from layers.conditions.condition import Evaluation
from layers.conditions.evaluation import Answer, Truths, View
from layers.conditions.syntax_tree import Between, Comparison, Joined, Name, Node, Opposite, walk

Operator = Literal["=", "<>", "<", "<=", ">", ">="]
Floats = npt.NDArray[np.float64]

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


def condition_parts(asked: Evaluation) -> tuple[ConditionPart, ...]:
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
    every = np.ones(len(asked.yes), bool)
    return tuple(_parts(asked.view, asked.condition.tree, every, every, turned=False))


def _parts(view: View, node: Node, deciding: Truths, pivotal: Truths, *, turned: bool) -> Iterator[ConditionPart]:
    if isinstance(node, Opposite):
        yield from _parts(view, node.operand, deciding, pivotal, turned=not turned)
        return
    if not isinstance(node, Joined):
        yield from _leaf(view, node, deciding, pivotal, turned=turned)
        return
    answers = [~view.answer(one) if turned else view.answer(one) for one in node.operands]
    whole = ~view.answer(node) if turned else view.answer(node)
    needs_all = (node.word == "AND") != turned
    for place, operand in enumerate(node.operands):
        others = [one.yes if needs_all else one.no for one in (*answers[:place], *answers[place + 1 :])]
        same = (answers[place].yes == whole.yes) & (answers[place].known == whole.known)
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
    names = tuple(dict.fromkeys(one.name for one in walk(node) if isinstance(one, Name) and view.is_column(one.name)))
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
    own, fixed = (node.left, node.right) if left else (node.right, node.left)
    known, limit = view.values(own), view.values(fixed)
    if known.kind not in ("number", "nothing") or limit.kind != "number":
        return part
    return ConditionPart(
        *plain,
        measure=view.words(own),
        operator=operator if left else MIRRORED[operator],
        limit=float(limit.array),
        parameter=fixed.name if isinstance(fixed, Name) else "",
        values=np.where(known.known, known.array, np.nan).astype(float),
    )


def _reads_columns(view: View, node: Node) -> bool:
    return any(isinstance(one, Name) and view.is_column(one.name) for one in walk(node))
