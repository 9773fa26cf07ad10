"""A condition as CQL2-JSON, the form in which other programs exchange filters (OGC 21-065r2, clause 8)."""

from __future__ import annotations

from typing import Any

from layers.conditions.syntax_tree import (
    CONDITIONS,
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
)
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
    own = len(node.operators) if isinstance(node, Arithmetic) else 1
    return own + max((_nested(child) for child in node.children), default=0)


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
    found = _predicate(node)
    return _op("not", found) if getattr(node, "negated", False) else found


def _op(operator: str, *arguments: Json) -> dict[str, Json]:
    return {"op": operator, "args": list(arguments)}


def _flat(node: Node, word: str) -> list[Node]:
    """The parts that one word joins, those in parentheses included: (a AND b) AND c are three."""
    if isinstance(node, Joined) and node.word == word:
        return [one for part in node.operands for one in _flat(part, word)]
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
            found = _value(first)
            for operator, other in zip(operators, others, strict=True):
                found = _op(operator, found, _value(other))
            return found
        case Constant(value=value):
            whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
            return int(value) if whole else value
    raise TypeError(f"no value: {node!r}")
