"""A condition asked about every row of a table at once, with three answers: yes, no, unknown.

Missing is missing however it is written: NULL, NaN, ``None`` and ``NaT`` are one thing, and so are numbers that are not
finite and the result of a division by zero. What is compared with something missing is unknown. AND is no where one
side is no, OR is yes where one side is yes, whatever the other side is.

Numbers are 64-bit floats, whatever dtype a file gave its column, and are compared exactly, without a tolerance: where a
value may carry noise around its threshold, round the column, or read the sentence of
:meth:`layers.conditions.Condition.explain`, which shows as many digits as it takes to see on which side a value lies.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions.grammar import (
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
from layers.errors import ConditionError, UnknownNameError, ZoneplanError, raise_all, shown
from layers.numerals import EXACT, how_to_write, stray_texts
from layers.phrases import OR, Phrase, phrase_list, word

Truths = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
Plain = float | bool | str | None
Scalar = Plain | Decimal

KINDS = dict.fromkeys(("integer", "floating", "mixed-integer-float", "decimal"), "number") | {"string": "text"}


@dataclass(frozen=True, eq=False)
class Values:
    """One value a row, or one for all rows."""

    kind: str
    array: Any
    known: Any

    def listed(self, rows: int) -> list[Plain]:
        """The values of all rows as plain Python values, None where missing."""
        if not np.ndim(self.array):
            return [(self.array if isinstance(self.array, str) else self.array.item()) if self.known else None] * rows
        known = np.broadcast_to(self.known, rows)
        return [value if there else None for value, there in zip(self.array.tolist(), known, strict=True)]

    def picked(self, rows: Places) -> list[Plain]:
        """The values of some rows, as :meth:`listed` has them."""
        if not np.ndim(self.array):
            return self.listed(len(rows))
        return Values(self.kind, self.array[rows], np.broadcast_to(self.known, len(self.array))[rows]).listed(len(rows))


def scalar_values(value: Scalar) -> Values:
    """A parameter or a constant, one for all rows."""
    if isinstance(value, (bool, np.bool_)):
        return Values("boolean", np.bool_(value), True)
    if isinstance(value, str):
        return Values("text", value, True)
    number = np.float64("nan" if value is None else value)
    return Values("number", number, True) if np.isfinite(number) else Values("nothing", np.float64("nan"), False)


def column_values(series: pd.Series) -> Values:
    """A column by what it holds, not by the dtype that its file happened to give it."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype)
    known = ~np.asarray(series.array.isna())
    if not known.any():
        return Values("nothing", np.full(len(series), np.nan), known)
    kind = _kind(series)
    if kind == "number":
        numbers = series.to_numpy(dtype=float, na_value=np.nan)
        return Values(kind, numbers, np.isfinite(numbers))
    if kind == "boolean":
        return Values(kind, series.to_numpy(dtype=bool, na_value=False), known)
    # one sign for missing texts: an object column may hold None, NaN and NA side by side
    if series.dtype == object:
        texts = series.to_numpy(dtype=object, copy=True)
        texts[~known] = None
        return Values(kind, texts, known)
    return Values(kind, series.array, known)


def column_kind(series: pd.Series) -> str:
    """What a column holds: "number", "text", "boolean", "nothing" where all is missing, or what conditions do not read.

    Examples
    --------
    >>> column_kind(pd.Series([None, 1.5])), column_kind(pd.Series(["a"], dtype="category"))
    ('number', 'text')
    """
    if series.isna().all():
        return "nothing"
    return _kind(
        series.astype(series.cat.categories.dtype) if isinstance(series.dtype, pd.CategoricalDtype) else series
    )


def _kind(series: pd.Series) -> str:
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "iufb":
        return "boolean" if series.dtype.kind == "b" else "number"
    if isinstance(series.dtype, pd.StringDtype):
        return "text"
    content = str(pd.api.types.infer_dtype(series, skipna=True))
    return KINDS.get(content, content)


def same_text(first: Any, other: Any) -> Truths:
    """Equality of texts, False where either is missing."""
    if isinstance(first, str):
        first, other = other, first
    if isinstance(first, str):
        return np.array([first == other])
    if isinstance(other, str):
        equal = first == other
        return np.asarray(equal if isinstance(equal, np.ndarray) else equal.to_numpy(dtype=bool, na_value=False))
    return np.asarray(pd.Series(first).eq(pd.Series(other)).to_numpy(dtype=bool, na_value=False))


def like_pattern(pattern: str) -> re.Pattern[str]:
    """A LIKE pattern as a regular expression that never goes back: hostile patterns cost no more than others."""
    parts: list[str] = []
    part, taken = "", False
    for character in pattern:
        if taken or character not in "\\%_":
            part, taken = part + re.escape(character), False
        elif character == "\\":
            taken = True
        elif character == "_":
            part += "."
        else:
            parts, part = [*parts, part], ""
    if not parts:
        return re.compile(part, re.DOTALL)
    first, *middle = parts
    return re.compile(first + "".join(f"(?>.*?{piece})" for piece in middle) + f".*{part}", re.DOTALL)


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

    def taken(self, rows: npt.NDArray[np.intp]) -> Answer:
        """The answers of some rows, by their places."""
        return Answer(self.yes[rows], self.known[rows])

    def __invert__(self) -> Answer:
        return Answer(self.no, self.known)

    def __and__(self, other: Answer) -> Answer:
        yes = self.yes & other.yes
        return Answer(yes, yes | self.no | other.no)

    def __or__(self, other: Answer) -> Answer:
        yes = self.yes | other.yes
        return Answer(yes, yes | (self.known & other.known))


class View:
    """A table and parameters as a condition sees them: what its names are, and what follows, worked out once."""

    def __init__(self, text: str, tree: Node, table: pd.DataFrame, parameters: Mapping[str, Scalar]) -> None:
        self.text, self.index = text, table.index
        names = [node for node in walk(tree) if isinstance(node, Name)]
        firsts = {node.name: node for node in reversed(names)}
        raise_all(error for node in reversed(firsts.values()) for error in self._doubts(node, table, parameters))
        self._columns = frozenset(name for name in firsts if name in table.columns or name == table.index.name)
        self._named = {name: self._read(node, table, parameters) for name, node in firsts.items()}
        self._answers: dict[int, tuple[Node, Answer]] = {}
        self._values: dict[int, tuple[Node, Values]] = {}

    def _read(self, node: Name, table: pd.DataFrame, parameters: Mapping[str, Scalar]) -> Values:
        name = node.name
        if name not in self._columns:
            return scalar_values(parameters[name])
        column = table[name] if name in table.columns else table.index.to_series()
        if column.dtype.kind in "iu" and not column.empty and (column.max() > EXACT or column.min() < -EXACT):
            raise self.complain(
                Phrase(
                    "'{name}' holds whole numbers beyond 2^53, such as {value}, which do not stay exact here; give it "
                    "as text",
                    name=name,
                    value=column.max() if column.max() > EXACT else column.min(),
                ),
                node,
            )
        return column_values(column)

    def _of_texts(self, node: Node) -> str:
        """Behind a complaint that a column of texts is no number: which cells are none, and how to write them."""
        values = self.values(node)
        if values.kind != "text" or not isinstance(node, Name) or node.name not in self._columns:
            return ""
        odd = stray_texts(pd.Series(values.array, index=self.index, dtype=object))
        return Phrase(
            ": '{name}' has {values} for {ids}. {remedy}; a text stands in single quotes",
            name=node.name,
            values=shown(odd.unique()[:3]),
            ids=shown(odd.index),
            remedy=how_to_write(odd.unique()),
        )

    def is_column(self, name: str) -> bool:
        """Whether a name is a column or the index, rather than a parameter."""
        return name in self._columns

    def answer(self, node: Node) -> Answer:
        """What a part of the condition says of each row."""
        if id(node) not in self._answers:  # the part is kept, so that no other gets its id
            self._answers[id(node)] = node, self._answer(node)
        return self._answers[id(node)][1]

    def _answer(self, node: Node) -> Answer:
        match node:
            case Joined(word=word, operands=operands):
                answer = self.answer(operands[0])
                for operand in operands[1:]:
                    answer = answer & self.answer(operand) if word == "AND" else answer | self.answer(operand)
            case Opposite(operand=operand):
                answer = ~self.answer(operand)
            case Comparison(operator=operator, left=left, right=right):
                answer = self._compare(operator, left, right)
            case Between(value=value, low=low, high=high):
                answer = self._compare("<=", low, value) & self._compare("<=", value, high)
            case Among(value=value, options=options):
                answer = self._among(value, options)
            case Like(value=value, pattern=pattern):
                answer = self._like(value, pattern)
            case Missing(value=value):
                answer = self._spread(~np.asarray(self.values(value).known), True)
            case _:
                truth = self._of_kind(node, "boolean", Phrase("a condition is needed here: write a comparison"))
                answer = self._spread(truth.array, truth.known)
        return ~answer if getattr(node, "negated", False) else answer

    def named(self, name: str) -> Values:
        """What a name is in each row."""
        return self._named[name]

    def values(self, node: Node) -> Values:
        """What a value is in each row."""
        if id(node) not in self._values:
            self._values[id(node)] = node, self._value(node)
        return self._values[id(node)][1]

    def _value(self, node: Node) -> Values:
        match node:
            case Name(name=name):
                return self.named(name)
            case Constant(value=value):
                return scalar_values(value)
            case Minus(operand=operand):
                number = self._of_kind(operand, "number", Phrase("arithmetic needs numbers"))
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

    def _doubts(self, node: Name, table: pd.DataFrame, parameters: Mapping[str, Scalar]) -> Iterable[ZoneplanError]:
        name = node.name
        twice = name in parameters or name == table.index.name or not table.columns.is_unique
        if name in table.columns and not twice:
            return
        columns = list(map(str, table.columns.tolist()))
        places = columns.count(name) + (table.index.name == name)
        if places and name in parameters:
            message = Phrase("'{name}' is a column of the table and a parameter as well; rename the column", name=name)
            yield UnknownNameError(pointed(message, self.text, node.start, node.end), code="two_sources")
        elif places > 1:
            message = Phrase("the table has {places} columns '{name}'; rename them", places=places, name=name)
            yield UnknownNameError(pointed(message, self.text, node.start, node.end), code="two_sources")
        elif not places and name not in parameters:
            index = [str(table.index.name)] if table.index.name is not None else []
            known = [*columns, *index, *parameters]
            near = difflib.get_close_matches(name, known, 3)
            if near:
                hint = Phrase("did you mean {names}?", names=phrase_list((repr(candidate) for candidate in near), OR))
            elif self.text[node.start] == '"':
                hint = Phrase("a text stands in single quotes")
            else:
                hint = Phrase("there are {names}", names=shown(known)) if known else Phrase("there are no columns")
            yield UnknownNameError(
                pointed(
                    Phrase("nothing provides '{name}'; {hint}", name=name, hint=hint), self.text, node.start, node.end
                )
            )

    def _of_kind(self, node: Node, kind: str, need: str) -> Values:
        values = self.values(node)
        if values.kind not in (kind, "nothing"):
            cells = self._of_texts(node) if kind == "number" else ""
            message = Phrase("this is a {kind}; {need}{cells}", kind=word(values.kind), need=need, cells=cells)
            raise self.complain(message, node)
        return values

    def _spread(self, yes: Any, known: Any) -> Answer:
        """An answer for each row, from arrays or from one truth for all."""
        rows = len(self.index)
        known = np.array(np.broadcast_to(known, rows), dtype=bool)
        return Answer(np.broadcast_to(yes, rows).astype(bool) & known, known)

    def _calculate(self, operands: tuple[Node, ...], operators: tuple[str, ...]) -> Values:
        first, *others = (self._of_kind(operand, "number", Phrase("arithmetic needs numbers")) for operand in operands)
        values, known = first.array, first.known
        with np.errstate(all="ignore"):
            for operator, other in zip(operators, others, strict=True):
                values = ARITHMETIC[operator](values, other.array)
                known = known & other.known & np.isfinite(values)
        nothing = "nothing" in {first.kind, *(other.kind for other in others)}
        return Values("nothing" if nothing else "number", values, known)

    def _compare(self, operator: str, left: Node, right: Node) -> Answer:
        first, other = self.values(left), self.values(right)
        kinds = {first.kind, other.kind} - {"nothing"}
        if len(kinds) > 1:
            cells = (self._of_texts(left) or self._of_texts(right)) if "number" in kinds else ""
            message = Phrase(
                "a {kind} is compared with a {other}{cells}",
                kind=word(first.kind),
                other=word(other.kind),
                cells=cells,
            )
            raise self.complain(message, right)
        if kinds and operator not in ("=", "<>") and kinds != {"number"}:
            raise self.complain(
                Phrase("{operator} puts numbers in order; this is a {kind}", operator=operator, kind=word(first.kind)),
                left,
            )
        if not kinds <= {"number", "text", "boolean"}:
            raise self.complain(
                Phrase("conditions read numbers, texts and booleans; this is a {kind}", kind=word(first.kind)), left
            )
        if "nothing" in (first.kind, other.kind):
            return self._spread(False, False)
        if kinds == {"text"}:
            yes = same_text(first.array, other.array)
            return self._spread(yes if operator == "=" else ~yes, first.known & other.known)
        with np.errstate(invalid="ignore"):
            yes = ORDER[operator](first.array, other.array)
        return self._spread(yes, first.known & other.known)

    def _among(self, value: Node, options: tuple[Node, ...]) -> Answer:
        """One of the constants, looked up together, or equal to one of the rest."""
        constants = [option for option in options if isinstance(option, Constant)]
        answers = [self._compare("=", value, option) for option in options if option not in constants]
        if constants:
            for constant in constants:
                self._check_same(value, constant)
            values = self.values(value)
            wanted = [constant.value for constant in constants]
            yes = values.kind != "nothing" and pd.Series(values.array).isin(wanted).to_numpy()
            answers.append(self._spread(yes, values.known))
        answer = answers[0]
        for other in answers[1:]:
            answer = answer | other
        return answer

    def _check_same(self, value: Node, constant: Constant) -> None:
        kinds = self.values(value).kind, scalar_values(constant.value).kind
        if "nothing" not in kinds and kinds[0] != kinds[1]:
            raise self.complain(
                Phrase(
                    "a {kind} is compared with a {other}{cells}",
                    kind=word(kinds[0]),
                    other=word(kinds[1]),
                    cells=self._of_texts(value) if kinds[1] == "number" else "",
                ),
                constant,
            )

    def _like(self, value: Node, pattern: str) -> Answer:
        text = self._of_kind(value, "text", Phrase("LIKE is for texts"))
        if text.kind == "nothing":
            return self._spread(False, False)
        expression = like_pattern(pattern)
        codes, distinct = pd.factorize(pd.Series(text.array))
        fits = np.array([isinstance(cell, str) and bool(expression.fullmatch(cell)) for cell in distinct], dtype=bool)
        return self._spread(np.append(fits, False)[codes], text.known)
