"""Conditions: rules as data, read from text, asked about a table, and explained with values and thresholds.

The language is a strict subset of OGC CQL2-Text: comparisons, AND, OR, NOT, BETWEEN, IN, LIKE, IS NULL, arithmetic with
``+ - * /``, texts in single quotes, names in double quotes where they are no plain words. There are no functions and no
powers, and nothing is ever evaluated by Python, pandas or SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from layers.conditions.evaluation import Answer, Places, Plain, Scalar, Truths, Values, View
from layers.conditions.grammar import (
    CONDITIONS,
    Among,
    Arithmetic,
    Between,
    Comparison,
    Constant,
    Expression,
    Joined,
    Like,
    Minus,
    Missing,
    Name,
    Node,
    Opposite,
    parse_expression,
    walk,
)
from layers.conditions.wording import Clause, Word, condition_words, number_text, titled
from layers.errors import ConditionError
from layers.phrases import Phrase

Json = dict[str, Any] | list[Any] | float | str | bool

MAX_NESTED = 100
"""So many operations inside each other at most: readers and writers of JSON call themselves once a level."""


def cql2_json(tree: Node) -> Json:
    """A condition in the JSON encoding of CQL2.

    Notes
    -----
    The encoding has no NOT inside a predicate, no sign before an expression, and no name that is a condition by itself:
    ``a NOT IN (1)`` is written as NOT of ``a IN (1)``, ``-a`` as ``-1 * a``, ``metro`` as ``metro = true``. The answers
    are the same, the third one included. Names of parameters are properties like those of columns.

    Examples
    --------
    >>> from layers.conditions.grammar import parse_expression
    >>> cql2_json(parse_expression("slope > slope_max AND NOT metro"))["args"][1]
    {'op': 'not', 'args': [{'op': '=', 'args': [{'property': 'metro'}, True]}]}
    """
    _refuse_nested(tree)
    return _condition(tree)


def value_json(tree: Node) -> Json:
    """A value in the JSON encoding of CQL2: the side of a comparison by itself.

    Examples
    --------
    >>> from layers.conditions.grammar import parse_expression
    >>> value_json(parse_expression("people / 2", value=True))
    {'op': '/', 'args': [{'property': 'people'}, 2]}
    """
    _refuse_nested(tree)
    return _value(tree)


def _refuse_nested(tree: Node) -> None:
    nested = _nested(tree)
    if nested > MAX_NESTED:
        raise ConditionError(
            Phrase(
                "{nested} operations inside each other; at most {most} are written as CQL2-JSON: put the sum "
                "into a column of a table",
                nested=nested,
                most=MAX_NESTED,
            )
        )


def _nested(node: Node) -> int:
    """How many operations stand inside each other once every chain is written two by two."""
    operations = len(node.operators) if isinstance(node, Arithmetic) else 1
    return operations + max((_nested(child) for child in node.children), default=0)


def _condition(node: Node) -> Json:
    match node:
        case Joined(word=word):
            return _op(word.lower(), *(_condition(part) for part in _flat(node, word)))
        case Opposite(operand=operand):
            return _op("not", _condition(operand))
        case Name():
            return _op("=", _value(node), True)
        case Constant():
            return _value(node)
    predicate = _predicate(node)
    return _op("not", predicate) if getattr(node, "negated", False) else predicate


def _op(operator: str, *arguments: Json) -> dict[str, Json]:
    return {"op": operator, "args": list(arguments)}


def _flat(node: Node, word: str) -> list[Node]:
    """The parts that one word joins, those in parentheses included: (a AND b) AND c are three."""
    if isinstance(node, Joined) and node.word == word:
        return [operand for part in node.operands for operand in _flat(part, word)]
    return [node]


def _predicate(node: Node) -> Json:
    match node:
        case Comparison(operator=operator, left=left, right=right):
            return _op(operator, _value(left), _value(right))
        case Between(value=value, low=low, high=high):
            return _op("between", _value(value), _value(low), _value(high))
        case Among(value=value, options=options):
            return _op("in", _value(value), [_value(option) for option in options])
        case Like(value=value, pattern=pattern):
            return _op("like", _value(value), pattern)
        case Missing(value=value):
            return _op("isNull", _value(value))
    raise TypeError(f"no condition: {node!r}")


def _value(node: Node) -> Json:
    if isinstance(node, CONDITIONS):
        raise TypeError(f"no value: {node!r}")
    match node:
        case Name(name=name):
            return {"property": name}
        case Minus(operand=operand):
            return _op("*", -1, _value(operand))
        case Arithmetic(operands=(first, *others), operators=operators):
            expression = _value(first)
            for operator, other in zip(operators, others, strict=True):
                expression = _op(operator, expression, _value(other))
            return expression
        case Constant(value=value):
            whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
            return int(value) if whole else value
    raise TypeError(f"no value: {node!r}")


class Condition(Expression):
    """A condition, read and ready to be asked."""

    def as_cql2_json(self) -> Json:
        """The condition in the JSON encoding of OGC CQL2, for other programs.

        Returns
        -------
        dict or bool
            Plain values, valid by the standard's schema; see :func:`layers.conditions.cql2_json`.

        Raises
        ------
        ConditionError
            More than a hundred operations inside each other.

        Examples
        --------
        >>> parse_condition("slope > 25").as_cql2_json()
        {'op': '>', 'args': [{'property': 'slope'}, 25]}
        """
        return cql2_json(self.tree)

    def said(
        self,
        titles: Mapping[str, str] | None = None,
        words: Mapping[str, str] | None = None,
        signs: Callable[[str], str] = str,
    ) -> str:
        """The condition on one line.

        Parameters
        ----------
        titles : mapping of str to str, optional
            What columns and parameters are called, and texts by their column; by default as they are written.
        words : mapping of str to str, optional
            The chapter "clause" of a catalogue, in whose words it is said; by default as it is written.
        signs : callable, optional
            Writes a number with the signs of the language of these words.

        Examples
        --------
        >>> condition = parse_condition("main = 'forest'  OR metro")
        >>> condition.said(), condition.said({"main": "main function", "main = forest": "Forest"})
        ("main = 'forest' OR metro", 'main function = Forest OR metro')
        """
        known = titles or {}
        if words is None:
            return titled(self.text, self.tree, known)

        def shown(part: Node, column: str) -> str:
            if isinstance(part, Constant) and isinstance(part.value, float):
                return signs(number_text(part.value))
            return titled(self.text, part, known, column)

        return condition_words(self.tree, shown, words)

    def evaluate(self, table: pd.DataFrame, parameters: Mapping[str, Scalar] | None = None) -> Evaluation:
        """The answer for each row of a table, which knows its clauses.

        Parameters
        ----------
        table : DataFrame
            One row an object; columns of numbers, texts and booleans. The index can be read under its own name.
        parameters : mapping of str to number, bool or str, optional
            Names with one value for all rows.

        Returns
        -------
        Evaluation
            In the order of the rows.

        Raises
        ------
        UnknownNameError
            A name is no column and no parameter, or is both.
        ConditionError
            Kinds do not fit: a text compared with a number, or put in order.

        Examples
        --------
        >>> table = pd.DataFrame({"slope": [30.0, 5.0, None], "metro": [False, True, True]})
        >>> answer = parse_condition("slope > slope_max OR metro").evaluate(table, {"slope_max": 25})
        >>> answer.yes.tolist(), answer.known.tolist()
        ([True, True, True], [True, True, True])
        >>> parse_condition("NOT slope > 25").evaluate(table).known.tolist()
        [True, True, False]
        """
        view = View(self.text, self.tree, table, parameters or {})
        answer = view.answer(self.tree)
        return Evaluation(answer.yes, answer.known, self, view)

    def waits_for(self, table: pd.DataFrame, parameters: Mapping[str, Scalar] | None = None) -> dict[str, Truths]:
        """For each name the rows in which the answer is unknown because its value is missing.

        Parameters
        ----------
        table, parameters
            As for :meth:`evaluate`; so are the errors.

        Returns
        -------
        dict of str to array of bool
            Only names whose value is missing somewhere, in the order of the text. A name in a part that does not matter
            to the answer is not waited for.

        Examples
        --------
        >>> table = pd.DataFrame({"slope": [30.0, 5.0], "coal_mw": [None, None], "people": [None, 7.0]})
        >>> waiting = parse_condition("slope > 25 AND coal_mw > 0 OR people > 9").waits_for(table)
        >>> {name: rows.tolist() for name, rows in waiting.items()}
        {'coal_mw': [True, False], 'people': [True, False]}
        """
        view = View(self.text, self.tree, table, parameters or {})
        open_ = view.answer(self.tree).unknown
        waiting_rows: dict[str, Truths] = {}
        for leaf, _, answer, decides in _leaves(view, self.tree, open_):
            for name in dict.fromkeys(node.name for node in walk(leaf) if isinstance(node, Name)):
                waiting = decides & answer.unknown & ~np.asarray(view.named(name).known)
                if waiting.any():
                    waiting_rows[name] = waiting_rows.get(name, False) | waiting
        return waiting_rows

    def explain(
        self,
        table: pd.DataFrame,
        parameters: Mapping[str, Scalar] | None = None,
    ) -> list[tuple[Clause, ...]]:
        """The clauses of the condition for each row, in the order of the text.

        Parameters
        ----------
        table, parameters
            As for :meth:`evaluate`; so are the errors.

        Examples
        --------
        >>> table = pd.DataFrame({"people": [4062.0], "area_km2": [5.0], "metro": [True], "energy_mw": [None]})
        >>> condition = parse_condition("people / area_km2 >= density_min AND (metro OR energy_mw > 100)")
        >>> for clause in condition.explain(table, {"density_min": 50})[0]:
        ...     print(clause.text, clause.answer, clause.decides, clause.sides)
        people / area_km2 >= density_min yes True (812.4, 50.0)
        metro yes True (True,)
        energy_mw > 100 unknown False (None, 100.0)
        """
        evaluation = self.evaluate(table, parameters)
        return evaluation.clauses(np.arange(len(table)))


class Evaluation(Answer):
    """What a condition found in a table: the answer for each row, and the clauses of it for whoever asks why.

    It keeps the values that the condition read, and nothing else of the table.
    """

    def __init__(self, yes: Truths, known: Truths, condition: Condition, view: View) -> None:
        super().__init__(yes, known)
        self.condition, self.view = condition, view

    @property
    def index(self) -> pd.Index:
        """The index of the table."""
        return self.view.index

    @property
    def met(self) -> frozenset[str]:
        """The index of the rows in which the condition holds."""
        return frozenset(map(str, self.view.index[self.yes]))

    def clauses(self, rows: Places) -> list[tuple[Clause, ...]]:
        """The clauses of some rows, by their places, in the order of the text; rows that read the same share them."""
        read = [self.view.named(name).picked(rows) for name in sorted(self.condition.names) if self._reads(name)]
        alike = list(zip(*read, strict=True)) if read else [()] * len(rows)
        firsts = dict(zip(reversed(alike), reversed(rows.tolist()), strict=True))
        clause_tuples = zip(
            *(leaf.clauses(np.array([*firsts.values()], np.intp)) for leaf in self._leaves), strict=True
        )
        clauses_by_reading = dict(zip(firsts, clause_tuples, strict=True))
        return [clauses_by_reading[reading] for reading in alike]

    def clauses_at(self, places: Collection[str]) -> dict[str, tuple[Clause, ...]]:
        """The clauses at some places of the table's index, by the place; places that it does not have are left out.

        Examples
        --------
        >>> table = pd.DataFrame({"metro": [True, False, True]}, index=["a", "b", "c"])
        >>> found = parse_condition("metro").evaluate(table).clauses_at({"a", "b", "c"})
        >>> found["b"][0].answer, found["a"] is found["c"]
        ('no', True)
        """
        names = self.view.index.tolist()
        rows = [row for row, name in enumerate(names) if name in places]
        clauses_of_rows = self.clauses(np.array(rows, np.intp))
        return {str(names[row]): clauses for row, clauses in zip(rows, clauses_of_rows, strict=True)}

    def _reads(self, name: str) -> bool:
        return self.view.is_column(name)

    @cached_property
    def _leaves(self) -> tuple[_Leaf, ...]:
        """The parts without AND and OR, with what was found of each."""
        view, every = self.view, np.ones(len(self.yes), dtype=bool)
        return tuple(_leaf(view, *part) for part in _leaves(view, self.condition.tree, every))


class Evaluator:
    """Conditions about the rows of one table, each asked once.

    Examples
    --------
    >>> asked = Evaluator(pd.DataFrame({"slope": [30.0, 5.0]}), {"slope_max": 25})
    >>> asked.evaluate("slope > slope_max").yes.tolist(), list(asked.evaluations)
    ([True, False], ['slope > slope_max'])
    """

    def __init__(self, table: pd.DataFrame, parameters: Mapping[str, Scalar] | None = None) -> None:
        self.table, self.parameters = table, parameters or {}
        self.evaluations: dict[str, Evaluation] = {}

    def evaluate(self, text: str) -> Evaluation:
        """What a condition found; errors are those of :func:`parse_condition` and :meth:`Condition.evaluate`."""
        if text not in self.evaluations:
            self.evaluations[text] = parse_condition(text).evaluate(self.table, self.parameters)
        return self.evaluations[text]


class _Leaf(NamedTuple):
    """A comparison, its answer in each row, what it reads and what it compares."""

    text: str
    answer: Answer
    decides: Truths
    columns: dict[str, Values]
    thresholds: dict[str, Plain]
    sides: tuple[Values, ...]

    def clauses(self, rows: Places) -> Iterator[Clause]:
        """A clause for each of some rows."""
        read = [[_plain(value) for value in column.picked(rows)] for column in self.columns.values()]
        sides = zip(*(side.picked(rows) for side in self.sides), strict=True)
        for position, (row, compared) in enumerate(zip(rows.tolist(), sides, strict=True)):
            values = {name: column[position] for name, column in zip(self.columns, read, strict=True)}
            answer: Word = "unknown" if not self.answer.known[row] else "yes" if self.answer.yes[row] else "no"
            yield Clause(self.text, answer, values, self.thresholds, compared, bool(self.decides[row]))


def _leaf(view: View, node: Node, turned: bool, answer: Answer, decides: Truths) -> _Leaf:
    text = f"NOT {view.words(node)}" if turned else view.words(node)
    names = dict.fromkeys(part.name for part in walk(node) if isinstance(part, Name))
    columns = {name: view.named(name) for name in names if view.is_column(name)}
    fixed = {name: _plain(view.named(name).listed(1)[0]) for name in names if name not in columns}
    return _Leaf(text, answer, decides, columns, fixed, tuple(view.values(side) for side in node.children or (node,)))


@lru_cache(maxsize=1024)
def parse_condition(text: str) -> Condition:
    """A condition from its text.

    Parameters
    ----------
    text : str
        Of the language of rules, a strict subset of CQL2-Text; names are columns and parameters.

    Returns
    -------
    Condition
        Read and not yet asked; the same text gives the same object.

    Raises
    ------
    ConditionError
        The text is not in the language; the message has a caret under the place.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> dense = zp.parse_condition("people / area_km2 >= density_min")
    >>> sorted(dense.names)
    ['area_km2', 'density_min', 'people']
    >>> table = pd.DataFrame({"people": [4062, None], "area_km2": [5.0, 5.0]}, index=["a", "b"])
    >>> answer = dense.evaluate(table, {"density_min": 50})
    >>> answer.yes.tolist(), answer.known.tolist()
    ([True, False], [True, False])
    """
    return Condition(text, parse_expression(text))


def _leaves(
    view: View, node: Node, deciding: Truths, turned: bool = False
) -> Iterator[tuple[Node, bool, Answer, Truths]]:
    """The parts without AND and OR: whether NOT stands before each, its answer, and the rows in which it decides.

    A part decides where it is answered as the whole that it belongs to: for a yes of AND these are all parts, for a no
    of AND those that are no, and the like for OR. NOT turns the answers round, and nothing of this.
    """
    if isinstance(node, Opposite):
        yield from _leaves(view, node.operand, deciding, not turned)
        return
    whole = ~view.answer(node) if turned else view.answer(node)
    if not isinstance(node, Joined):
        yield node, turned, whole, deciding
        return
    for part in node.operands:
        answer = ~view.answer(part) if turned else view.answer(part)
        same = (answer.yes == whole.yes) & (answer.known == whole.known)
        yield from _leaves(view, part, deciding & same, turned)


def _plain(value: Plain) -> Plain:
    """Whole numbers as integers: 12000 people, not 12000.0."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value
