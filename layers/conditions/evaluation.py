"""Answers: a condition asked about every row of a table at once, with three answers: yes, no, unknown.

Missing is missing however it is written: NULL, NaN, ``None`` and ``NaT`` are one thing, and so are numbers that are not
finite and the result of a division by zero. What is compared with something missing is unknown. AND is no where one
side is no, OR is yes where one side is yes, whatever the other side is.

Numbers are 64-bit floats and are compared exactly, without a tolerance: where a value may carry noise around its
threshold, round the column, or read the sentence of :meth:`layers.conditions.Condition.explain`, which shows as many
digits as it takes to see on which side a value lies.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from layers.columns import Scalar, Truths, Values, column_values, like_pattern, same_text, scalar_values
from layers.errors import ConditionError, UnknownNameError, ZoneplanError, raise_all, shown
from layers.expressions import (
    Among,
    Arithmetic,
    Between,
    Comparison,
    Constant,
    Joined,
    Like,
    Minus,
    Missing,
    Name,
    Node,
    Opposite,
    pointed,
    walk,
)

ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}
ORDER: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


@dataclass(frozen=True, eq=False)
class Answer:
    """What a condition says of each row.

    Attributes
    ----------
    yes : ndarray of bool
        Where it holds; False where that is unknown.
    known : ndarray of bool
        Where the values needed are there.
    """

    yes: Truths
    known: Truths

    @property
    def no(self) -> Truths:
        """Where it does not hold."""
        return self.known & ~self.yes

    @property
    def unknown(self) -> Truths:
        """Where something needed is missing."""
        return ~self.known

    def __invert__(self) -> Answer:
        return Answer(self.no, self.known)

    def __and__(self, other: Answer) -> Answer:
        yes = self.yes & other.yes
        return Answer(yes, yes | self.no | other.no)

    def __or__(self, other: Answer) -> Answer:
        yes = self.yes | other.yes
        return Answer(yes, yes | (self.known & other.known))


class View:
    """A table and parameters as a condition sees them.

    Parameters
    ----------
    text : str
        The condition, for messages.
    tree : Node
        The condition.
    table : DataFrame
        Columns and, under its own name, the index.
    parameters : mapping of str to scalar
        One value for all rows.

    Raises
    ------
    UnknownNameError
        A name of the condition is neither, or both, or stands for two columns.
    """

    def __init__(self, text: str, tree: Node, table: pd.DataFrame, parameters: Mapping[str, Scalar]) -> None:
        self.text, self.table, self.parameters = text, table, parameters
        self._read: dict[str, Values] = {}
        names = [node for node in walk(tree) if isinstance(node, Name)]
        firsts = {node.name: node for node in reversed(names)}
        raise_all(error for node in reversed(firsts.values()) for error in self._doubts(node))

    def is_column(self, name: str) -> bool:
        """Whether a name is a column or the index, rather than a parameter."""
        return name in self.table.columns or name == self.table.index.name

    def answer(self, node: Node) -> Answer:
        """What a condition says of each row."""
        match node:
            case Joined(word=word, operands=operands):
                found = self.answer(operands[0])
                for operand in operands[1:]:
                    found = found & self.answer(operand) if word == "AND" else found | self.answer(operand)
            case Opposite(operand=operand):
                found = ~self.answer(operand)
            case Comparison(operator=operator, left=left, right=right):
                found = self._compare(operator, left, right)
            case Between(value=value, low=low, high=high):
                found = self._compare("<=", low, value) & self._compare("<=", value, high)
            case Among(value=value, options=options):
                found = self._among(value, options)
            case Like(value=value, pattern=pattern):
                found = self._like(value, pattern)
            case Missing(value=value):
                found = self._spread(~np.asarray(self.values(value).known), True)
            case _:
                truth = self._of_kind(node, "boolean", "a condition is needed here: write a comparison")
                found = self._spread(truth.array, truth.known)
        return ~found if getattr(node, "negated", False) else found

    def named(self, name: str) -> Values:
        """What a name is in each row."""
        if name not in self._read:
            if not self.is_column(name):
                self._read[name] = scalar_values(self.parameters[name])
            elif name in self.table.columns:
                self._read[name] = column_values(self.table[name])
            else:
                self._read[name] = column_values(self.table.index.to_series())
        return self._read[name]

    def values(self, node: Node) -> Values:
        """What a value is in each row."""
        match node:
            case Name(name=name):
                return self.named(name)
            case Constant(value=value):
                return scalar_values(value)
            case Minus(operand=operand):
                number = self._of_kind(operand, "number", "arithmetic needs numbers")
                return Values(number.kind, np.negative(number.array), number.known)
            case Arithmetic(operands=operands, operators=operators):
                return self._calculate(operands, operators)
        raise TypeError(f"no value: {node!r}")

    def words(self, node: Node) -> str:
        """A part as written, on one line."""
        return " ".join(self.text[node.start : node.end].split())

    def complain(self, message: str, node: Node) -> ConditionError:
        """A complaint about a part of the condition."""
        return ConditionError(pointed(message, self.text, node.start, node.end))

    def _doubts(self, node: Name) -> Iterable[ZoneplanError]:
        name, table = node.name, self.table
        twice = name in self.parameters or name == table.index.name or not table.columns.is_unique
        if name in table.columns and not twice:
            return
        columns = list(map(str, table.columns.tolist()))
        places = columns.count(name) + (table.index.name == name)
        if places and name in self.parameters:
            message = f"'{name}' is a column of the table and a parameter as well; rename the column"
            yield UnknownNameError(pointed(message, self.text, node.start, node.end), code="two_sources")
        elif places > 1:
            message = f"the table has {places} columns '{name}'; rename them"
            yield UnknownNameError(pointed(message, self.text, node.start, node.end), code="two_sources")
        elif not places and name not in self.parameters:
            index = [str(table.index.name)] if table.index.name is not None else []
            known = [*columns, *index, *self.parameters]
            near = difflib.get_close_matches(name, known, 3)
            if near:
                hint = f"did you mean {' or '.join(repr(one) for one in near)}?"
            elif self.text[node.start] == '"':
                hint = "a text stands in single quotes"
            else:
                hint = f"there are {shown(known)}" if known else "there are no columns"
            yield UnknownNameError(pointed(f"nothing provides '{name}'; {hint}", self.text, node.start, node.end))

    def _of_kind(self, node: Node, kind: str, need: str) -> Values:
        found = self.values(node)
        if found.kind not in (kind, "nothing"):
            raise self.complain(f"this is a {found.kind}; {need}", node)
        return found

    def _spread(self, yes: Any, known: Any) -> Answer:
        """An answer for each row, from arrays or from one truth for all."""
        rows = len(self.table)
        known = np.array(np.broadcast_to(known, rows), dtype=bool)
        return Answer(np.broadcast_to(yes, rows).astype(bool) & known, known)

    def _calculate(self, operands: tuple[Node, ...], operators: tuple[str, ...]) -> Values:
        first, *others = (self._of_kind(operand, "number", "arithmetic needs numbers") for operand in operands)
        values, known = first.array, first.known
        with np.errstate(all="ignore"):
            for operator, other in zip(operators, others, strict=True):
                values = ARITHMETIC[operator](values, other.array)
                known = known & other.known & np.isfinite(values)
        nothing = "nothing" in {first.kind, *(other.kind for other in others)}
        return Values("nothing" if nothing else "number", values, known)

    def _compare(self, operator: str, left: Node, right: Node) -> Answer:
        one, other = self.values(left), self.values(right)
        kinds = {one.kind, other.kind} - {"nothing"}
        if len(kinds) > 1:
            raise self.complain(f"a {one.kind} is compared with a {other.kind}", right)
        if kinds and operator not in ("=", "<>") and kinds != {"number"}:
            raise self.complain(f"{operator} puts numbers in order; this is a {one.kind}", left)
        if not kinds <= {"number", "text", "boolean"}:
            raise self.complain(f"conditions read numbers, texts and booleans; this is a {one.kind}", left)
        if "nothing" in (one.kind, other.kind):
            return self._spread(False, False)
        if kinds == {"text"}:
            yes = same_text(one.array, other.array)
            return self._spread(yes if operator == "=" else ~yes, one.known & other.known)
        with np.errstate(invalid="ignore"):
            yes = ORDER[operator](one.array, other.array)
        return self._spread(yes, one.known & other.known)

    def _among(self, value: Node, options: tuple[Node, ...]) -> Answer:
        """One of the constants, looked up together, or equal to one of the rest."""
        constants = [option for option in options if isinstance(option, Constant)]
        found = [self._compare("=", value, option) for option in options if option not in constants]
        if constants:
            for constant in constants:
                self._check_same(value, constant)
            one = self.values(value)
            wanted = [constant.value for constant in constants]
            yes = one.kind != "nothing" and pd.Series(one.array).isin(wanted).to_numpy()
            found.append(self._spread(yes, one.known))
        answer = found[0]
        for other in found[1:]:
            answer = answer | other
        return answer

    def _check_same(self, value: Node, constant: Constant) -> None:
        kinds = self.values(value).kind, scalar_values(constant.value).kind
        if "nothing" not in kinds and kinds[0] != kinds[1]:
            raise self.complain(f"a {kinds[0]} is compared with a {kinds[1]}", constant)

    def _like(self, value: Node, pattern: str) -> Answer:
        text = self._of_kind(value, "text", "LIKE is for texts")
        if text.kind == "nothing":
            return self._spread(False, False)
        expression = like_pattern(pattern)
        codes, distinct = pd.factorize(pd.Series(text.array))
        fits = np.array([isinstance(one, str) and bool(expression.fullmatch(one)) for one in distinct], dtype=bool)
        return self._spread(np.append(fits, False)[codes], text.known)
