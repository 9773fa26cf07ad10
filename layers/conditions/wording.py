"""Conditions in words: what a comparison found, with values and thresholds, true whether it holds or not."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from layers.conditions.evaluation import Plain
from layers.conditions.grammar import (
    Among,
    Between,
    Comparison,
    Constant,
    Joined,
    Like,
    Missing,
    Name,
    Node,
    Opposite,
    parse_expression,
    walk,
)

_BEGINNING = re.compile(r"(?P<text>[^%_\\]+)(?P<each>_*)(?P<more>%?)")
"""A pattern that asks how a text begins, and perhaps of how many signs it is."""


def like_words(name: str, pattern: str, words: Mapping[str, str], *, negated: bool) -> str:
    r"""What a pattern asks of a text: how it begins, how long it is, or else the pattern itself.

    Examples
    --------
    >>> words = {"begins": "{name} begins with {text}", "signs_or_more": "{text} ({n} signs or more)"}
    >>> like_words("code", "21____%", words, negated=False), like_words("code", "34%", words, negated=False)
    ('code begins with 21 (6 signs or more)', 'code begins with 34')
    """
    match = _BEGINNING.fullmatch(pattern)
    no = "not_" if negated else ""
    if match is None or not (match["each"] or match["more"]):
        return words[f"is_{no}like"].format(name=name, pattern=repr(pattern))
    text, count = match["text"], len(match["text"]) + len(match["each"])
    shown = text if text.isalnum() else repr(text)  # so that no control character of a file's text reaches a terminal
    phrase = words[f"{no}begins"].format(name=name, text=shown)
    return (
        words["signs_or_more" if match["more"] else "signs"].format(text=phrase, n=count) if match["each"] else phrase
    )


def condition_words(
    tree: Node,
    shown: Callable[[Node, str], str],
    words: Mapping[str, str],
) -> str:
    """A condition in words."""
    return _Words(shown, words).in_words(tree)


class _Words(NamedTuple):
    """Says the parts of one condition."""

    shown: Callable[[Node, str], str]
    words: Mapping[str, str]

    def in_words(self, node: Node) -> str:
        """A condition and all below it."""
        match node:
            case Joined(word=word, operands=operands):
                return self.words[word.lower()].join(map(self._within, operands))
            case Opposite(operand=Name()):
                return self._say("is_not_so", name=self._value(node.operand))
            case Opposite(operand=operand):
                return self._say("opposite", text=self._within(operand))
            case Name():
                return self._say("is_so", name=self._value(node))
            case Constant(value=bool(value)):
                return self.words["always" if value else "never"]
        return self._leaf(node)

    def _within(self, node: Node) -> str:
        """A condition inside another one, in brackets where it is of several."""
        text = self.in_words(node)
        return self._say("within", text=text) if isinstance(node, Joined) else text

    def _leaf(self, node: Node) -> str:
        """A condition that joins no others."""
        no, column = "not_" if getattr(node, "negated", False) else "", compared_column(node)
        match node:
            case Comparison(operator=operator, left=left, right=right):
                sides = self._value(left, column), self._value(right, column)
                return f" {self.words.get(operator, operator)} ".join(sides)
            case Between(value=value, low=low, high=high):
                fields = {"name": self._value(value), "low": self._value(low), "high": self._value(high)}
                return self._say(f"is_{no}between", **fields)
            case Among(value=value, options=options):
                listed = dict.fromkeys(self._value(option, column) for option in options)  # several may have one title
                return self._say(f"is_{no}among", name=self._value(value), options=self.words["next"].join(listed))
            case Like(value=value, pattern=pattern):
                return like_words(self._value(value), pattern, self.words, negated=bool(no))
            case Missing(value=value):
                return self._say("is_known" if no else "is_missing", name=self._value(value))
        return self._value(node)

    def _value(self, node: Node, column: str = "") -> str:
        """A value as people read it, a truth in words."""
        if isinstance(node, Constant) and isinstance(node.value, bool):
            return self.words["true" if node.value else "false"]
        return self.shown(node, column)

    def _say(self, key: str, **parts: str) -> str:
        return self.words[key].format(**parts)


def compared_column(node: Node) -> str:
    """The column that a comparison is about: a text means another thing in another column."""
    return next((part.name for part in node.children if isinstance(part, Name)), "")


Word = Literal["yes", "no", "unknown"]


@dataclass(frozen=True)
class Clause:
    """One comparison of a condition, answered for one row.

    Attributes
    ----------
    text : str
        As written, with NOT before it where the condition turns it round.
    answer : {"yes", "no", "unknown"}
        Of ``text``.
    values : mapping of str to value
        The columns it reads; None where missing.
    thresholds : mapping of str to value
        The parameters it reads.
    sides : tuple of value
        What it compares, side by side as in the text; None where missing.
    decides : bool
        The whole condition is answered as it is because of this clause, possibly among others.
    """

    text: str
    answer: Word
    values: Mapping[str, Plain]
    thresholds: Mapping[str, Plain]
    sides: tuple[Plain, ...]
    decides: bool

    def __hash__(self) -> int:
        return hash((self.text, self.sides, self.decides, *self.values.items(), *self.thresholds.items()))


_SPREAD = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")+")|[ \t\r\n]+""")
"""What a condition may be spread by, or else a quoted text or name, whose own white space means something."""

CONTRARY = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
MOST_OPTIONS = 8


def number_text(value: float, digits: int | None = None) -> str:
    """A number for people: thousands apart, whole numbers whole, others with some digits and no zeros at the end.

    Examples
    --------
    >>> number_text(812.0), number_text(812.4321, 4), number_text(123456.7, 4), number_text(0.1)
    ('812', '812.4', '123,457', '0.1')
    """
    if value.is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    if digits is None or not math.isfinite(value):
        return f"{float(value):,}"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    if decimals > 12 or abs(value) >= 1e15:
        return f"{value:.{digits}g}"
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def titled(text: str, node: Node, titles: Mapping[str, str], column: str = "") -> str:
    """A part of a text as written, on one line, with titles for the names and texts in it."""
    wording, start = "", node.start
    for part, key in _entitled(node, column):
        if key in titles:
            wording += _on_one_line(text[start : part.start]) + titles[key]
            start = part.end
    return wording + _on_one_line(text[start : node.end])


def _on_one_line(text: str) -> str:
    return _SPREAD.sub(lambda match: match[1] or " ", text)


def _entitled(node: Node, column: str = "") -> Iterator[tuple[Node, str]]:
    """The names and constants in a part of a condition, each with the key of its title."""
    if isinstance(node, Name):
        yield node, node.name
    elif isinstance(node, Constant):
        yield node, _key_of(column, node.value)
    compared = compared_column(node)
    for child in node.children:
        yield from _entitled(child, compared)


def _key_of(column: str, value: Plain) -> str:
    return f"{column} = {value}"


class ClauseWording:
    """What the clauses of one text say, in the words of one language.

    Examples
    --------
    >>> import pandas as pd
    >>> from layers.conditions.condition import parse_condition
    >>> condition = parse_condition("people >= least")
    >>> ((clause,),) = condition.explain(pd.DataFrame({"people": [4062.5]}), {"least": 50})
    >>> words = {"of_number": "{name} {value}", "of_threshold": "{value} ({name})"}
    >>> ClauseWording(clause.text, words, {"people": "inhabitants"}).in_words(clause)
    'inhabitants 4,062 >= 50 (least)'
    """

    def __init__(
        self,
        text: str,
        words: Mapping[str, str],
        titles: Mapping[str, str] | None = None,
        units: Mapping[str, str] | None = None,
        signs: Callable[[str], str] = str,
        is_share: Callable[[str], bool] = lambda _: False,
    ) -> None:
        tree, self._text = parse_expression(text), text
        self._titles, self._units = titles or {}, units or {}
        self._turned = isinstance(tree, Opposite)
        self._leaf = tree.operand if isinstance(tree, Opposite) else tree
        self._sides = [self._side(part) for part in self._leaf.children or (self._leaf,)]
        self._names = [self._side(part) for part in walk(self._leaf) if isinstance(part, Name)]
        sides = [side.node for side in self._sides if not isinstance(side.node, Constant)]
        names = [node.name for node in sides if isinstance(node, Name)]
        shares = len(names) == len(sides) and any(map(is_share, names))
        self._teller = _Teller(words, self._titles, compared_column(self._leaf), signs, shares)

    def in_words(self, clause: Clause) -> str:
        """A fact where the clause is known to hold or not, else what is missing; true whatever the answer.

        Such as ``slope_mean_deg 12.5 <= 25 (slope_max_deg)``, ``metro is true``, ``value 12 is one of 12, 14``,
        ``energy_mw is missing``.
        """
        sides = [side.of(clause, value) for side, value in zip(self._sides, clause.sides, strict=True)]
        if clause.answer == "unknown":
            read = {**clause.values, **clause.thresholds}
            names = [side.of(clause, read[side.node.name]) for side in self._names if isinstance(side.node, Name)]
            return self._teller.lack(names, sides)
        negated = bool(getattr(self._leaf, "negated", False))
        holds = (clause.answer == "yes") != self._turned
        return self._teller.fact(self._leaf, sides, holds != negated)

    def _side(self, node: Node) -> _Part:
        names = frozenset(part.name for part in walk(node) if isinstance(part, Name))
        if isinstance(node, Name):
            return _Part(node, self._titles.get(node.name, node.name), names, self._units.get(node.name, ""))
        return _Part(node, titled(self._text, node, self._titles), names, "")


class _Part(NamedTuple):
    """One side of a comparison, or a name in it, as it is written."""

    node: Node
    words: str
    names: frozenset[str]
    unit: str

    def of(self, clause: Clause, value: Plain) -> _Side:
        fixed = not self.names & clause.values.keys()
        return _Side(self.words, value, fixed, isinstance(self.node, Constant), self.unit)


class _Side(NamedTuple):
    """One value of a comparison; ``fixed``: it depends on no column; ``written``: it stands in the text."""

    words: str
    value: Plain
    fixed: bool
    written: bool
    unit: str


class _Teller(NamedTuple):
    """Facts of one row, in the words of one language; ``shares``: the numbers are parts of a whole."""

    words: Mapping[str, str]
    titles: Mapping[str, str]
    compared: str
    signs: Callable[[str], str]
    shares: bool = False

    def fact(self, leaf: Node, sides: Sequence[_Side], is_so: bool) -> str:
        """A comparison that is known: as it is written without its NOT where ``is_so``, else the contrary."""
        value, no = sides[0].value, "" if is_so else "not_"
        match leaf:
            case Comparison(operator=operator):
                return self.comparison(operator if is_so else CONTRARY[operator], sides)
            case Between():
                first, low, high = self.phrases(sides)
                return self.say(f"is_{no}between", name=first, low=low, high=high)
            case Among():
                return self.among(f"is_{no}", sides)
            case Like(pattern=pattern):
                return like_words(self.phrases(sides)[0], pattern, self.words, negated=not is_so)
        shown = self.words["nothing"] if value is None else self.exact(value)
        return self.say("is_truth" if isinstance(value, bool) else "is", name=sides[0].words, value=shown)

    def comparison(self, operator: str, sides: Sequence[_Side]) -> str:
        """What a truth value or a text is, or how numbers stand to each other."""
        values = [side.value for side in sides]
        if any(isinstance(value, bool) for value in values):
            truths = (
                self.say("is_truth", name=side.words, value=self.exact(value))
                for side, value in zip(sides, values, strict=True)
                if not side.written
            )
            return self.words["comma"].join(truths)
        if isinstance(values[0], str) and sides[1].written:
            value, other = map(self.exact, values)
            return self.say("is" if operator == "=" else "is_not", name=sides[0].words, value=value, other=other)
        first, second = self.phrases(sides)
        return f"{first} {self.words.get(operator, operator)} {second}"

    def among(self, key: str, sides: Sequence[_Side]) -> str:
        """Which of some values it is, or none of them; of many the first and how many there are."""
        first, *others = self.phrases(sides)
        options = ", ".join(others[:MOST_OPTIONS])
        if len(others) > MOST_OPTIONS:
            options = self.say("and_more", options=options, n=len(others))
        if isinstance(value := sides[0].value, str):
            return self.say(f"{key}one", name=sides[0].words, value=self.exact(value), options=options)
        return self.say(f"{key}among", name=first, options=options)

    def lack(self, names: Sequence[_Side], sides: Sequence[_Side]) -> str:
        """What is missing: a column, or else the result of a division by zero or of numbers too large."""
        missing = dict.fromkeys(name.words for name in names if name.value is None)
        if missing:
            return self.words["comma"].join(self.say("is_missing", name=words) for words in missing)
        empty = next(side.words for side in sides if side.value is None)
        values = dict.fromkeys(f"{name.words} {self.exact(name.value)}" for name in names)
        return self.say("has_no_value", name=empty, values=self.words["comma"].join(values))

    def phrases(self, sides: Sequence[_Side]) -> list[str]:
        """Each side with its value."""
        values = [side.value for side in sides]
        if self.shares:
            sides = [side._replace(value=_in_per_cent(side.value)) for side in sides]
        texts = [
            self.exact(side.value) if number is None else self.number(number)
            for side, number in zip(sides, _numbers(sides), strict=True)
        ]
        measured = next((side.unit for side in reversed(sides) if side.unit), "")
        if measured and isinstance(values[-1], float):
            texts[-1] += f" {measured}"  # the others are in the same unit
        return [
            text if side.written else self.phrase(side, text, is_number=isinstance(value, float))
            for side, text, value in zip(sides, texts, values, strict=True)
        ]

    def phrase(self, side: _Side, text: str, *, is_number: bool) -> str:
        """``slope 12.5`` of a column, ``people / area = 12.5`` of several words, ``25 (slope_max)`` of a parameter."""
        kinds = ("parameter", "threshold") if side.fixed else ("column", "named" if " " in side.words else "number")
        return self.say(f"of_{kinds[is_number]}", name=side.words, value=text)

    def number(self, number: str) -> str:
        """A number with the signs of the language; a share with that of per cent."""
        return self.say("percent", n=self.signs(number)) if self.shares else self.signs(number)

    def exact(self, value: Plain) -> str:
        if value is None:
            return self.words["nothing_here"]
        if isinstance(value, bool):
            return self.words["true" if value else "false"]
        if isinstance(value, str):
            # repr, so that no control character of a file's text reaches a terminal
            return self.titles.get(_key_of(self.compared, value)) or repr(value)
        return self.signs(number_text(float(value)))

    def say(self, key: str, **parts: object) -> str:
        return self.words[key].format(**parts)


def _in_per_cent(value: Plain) -> Plain:
    """A share as people read it, its decimal point moved, so that no digit changes."""
    return float(Decimal(repr(value)).scaleb(2)) if isinstance(value, float) else value


def _numbers(sides: Sequence[_Side]) -> list[str | None]:
    """The numbers among the sides, in as many digits as it takes to see how the first compares with the others."""
    values = [side.value for side in sides]
    exact = [number_text(value) if isinstance(value, float) else None for value in values]
    order = _order([value for value in values if isinstance(value, float)])
    for digits in range(4, 17):
        texts = [
            text if side.fixed or not isinstance(side.value, float) else number_text(side.value, digits)
            for side, text in zip(sides, exact, strict=True)
        ]
        if _order([float(text.replace(",", "")) for text in texts if text is not None]) == order:
            return texts
    return exact


def _order(numbers: Sequence[float]) -> list[tuple[bool, bool]]:
    """How the first number stands to each of the others."""
    return [(numbers[0] < other, numbers[0] > other) for other in numbers[1:]]
