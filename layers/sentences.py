"""Sentences: what a comparison found, said with values and thresholds, and true whether the comparison holds or not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from layers.answers import Answer, View
from layers.columns import Plain
from layers.expressions import Among, Between, Comparison, Constant, Like, Name, Node, walk

CONTRARY = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
MOST_OPTIONS = 8


def number_text(value: float, digits: int | None = None) -> str:
    """A number for people: whole numbers whole, others with some significant digits and no zeros at the end.

    Parameters
    ----------
    value : float
        A finite number.
    digits : int, optional
        Significant digits after which it is rounded; by default it is shown exactly.

    Examples
    --------
    >>> number_text(812.0), number_text(812.4321, 4), number_text(123456.7, 4), number_text(0.1)
    ('812', '812.4', '123457', '0.1')
    """
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if digits is None:
        return repr(float(value))
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    if decimals > 12 or abs(value) >= 1e15:
        return f"{value:.{digits}g}"
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def sentences(view: View, leaf: Node, answer: Answer) -> list[str]:
    """What is the case in each row: a fact where the comparison is known to hold or not, else what is missing.

    Parameters
    ----------
    view : View
        The table and the parameters.
    leaf : Node
        A part of the condition without AND, OR and NOT.
    answer : Answer
        What ``view`` answers to it.

    Returns
    -------
    list of str
        ``slope_mean_deg 12.5 <= 25 (slope_max_deg)``, ``metro is true``, ``value 12 is one of 12, 14``,
        ``energy_mw is missing``; true whatever the answer.
    """
    sides = [_Side.of(view, part) for part in leaf.children or (leaf,)]
    names = [_Side.of(view, part) for part in walk(leaf) if isinstance(part, Name)]
    negated = bool(getattr(leaf, "negated", False))
    return [
        _fact(leaf, sides, row, bool(answer.yes[row]) != negated) if answer.known[row] else _lack(names, sides, row)
        for row in range(len(view.table))
    ]


@dataclass(frozen=True)
class _Side:
    """One value of a comparison in all rows; ``fixed``: it depends on no column; ``written``: it stands in the text."""

    words: str
    values: Sequence[Plain]
    fixed: bool
    written: bool

    @classmethod
    def of(cls, view: View, node: Node) -> _Side:
        fixed = not any(isinstance(part, Name) and view.is_column(part.name) for part in walk(node))
        words = node.name if isinstance(node, Name) else view.words(node)
        return cls(words, view.values(node).listed(len(view.table)), fixed, isinstance(node, Constant))

    def phrase(self, text: str) -> str:
        """``slope 12.5`` of a column, ``25 (slope_max)`` of a parameter, ``25`` as written."""
        if self.written:
            return text
        return f"{text} ({self.words})" if self.fixed else f"{self.words} {text}"


def _fact(leaf: Node, sides: Sequence[_Side], row: int, is_so: bool) -> str:
    """A comparison that is known: as it is written without its NOT where ``is_so``, else the contrary."""
    first, *others = _phrases(sides, row)
    words, value = sides[0].words, sides[0].values[row]
    match leaf:
        case Comparison() if any(isinstance(side.values[row], bool) for side in sides):
            return ", ".join(f"{side.words} is {_exact(side.values[row])}" for side in sides if not side.written)
        case Comparison(operator=operator):
            return f"{first} {operator if is_so else CONTRARY[operator]} {others[0]}"
        case Between():
            return f"{first} is {'' if is_so else 'not '}between {' and '.join(others)}"
        case Among():
            more = f", ... ({len(others)} values)" if len(others) > MOST_OPTIONS else ""
            return f"{first} is {'one' if is_so else 'none'} of {', '.join(others[:MOST_OPTIONS])}{more}"
        case Like(pattern=pattern):
            return f"{first} is {'' if is_so else 'not '}like {pattern!r}"
    return f"{words} is {'missing' if value is None else _exact(value)}"


def _lack(names: Sequence[_Side], sides: Sequence[_Side], row: int) -> str:
    """What is missing: a column, or else the result of a division by zero or of numbers too large."""
    missing = dict.fromkeys(name.words for name in names if name.values[row] is None)
    if missing:
        return ", ".join(f"{words} is missing" for words in missing)
    empty = next(side.words for side in sides if side.values[row] is None)
    values = dict.fromkeys(f"{name.words} {_exact(name.values[row])}" for name in names)
    return f"{empty} has no value ({', '.join(values)})"


def _phrases(sides: Sequence[_Side], row: int) -> list[str]:
    """Each side with its value, in as many digits as it takes to see how the first compares with the others."""
    values = [side.values[row] for side in sides]
    numbers = [value for value in values if isinstance(value, float)]
    for digits in range(4, 17):
        texts = [
            number_text(value, digits) if isinstance(value, float) and not side.fixed else _exact(value)
            for side, value in zip(sides, values, strict=True)
        ]
        seen = [float(text) for text, value in zip(texts, values, strict=True) if isinstance(value, float)]
        if _order(seen) == _order(numbers):
            break
    else:
        texts = [_exact(value) for value in values]
    return [side.phrase(text) for side, text in zip(sides, texts, strict=True)]


def _order(numbers: Sequence[float]) -> list[tuple[bool, bool]]:
    """How the first number stands to each of the others."""
    return [(numbers[0] < other, numbers[0] > other) for other in numbers[1:]]


def _exact(value: Plain) -> str:
    if value is None:
        return "(missing)"
    if isinstance(value, bool):
        return "true" if value else "false"
    # repr, so that no control character of a file's text reaches a terminal
    return repr(value) if isinstance(value, str) else number_text(float(value))
