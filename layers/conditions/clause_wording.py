"""What a comparison found, said with values and thresholds, and true whether the comparison holds or not."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from layers.conditions.evaluation import Answer, Plain, View
from layers.conditions.syntax_tree import Among, Between, Comparison, Constant, Like, Name, Node, walk
from layers.languages import Words, words_in

_SPREAD = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")+")|[ \t\r\n]+""")
"""What a condition may be spread by, or else a quoted text or name, whose own white space means something."""

CONTRARY = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
MOST_OPTIONS = 8
WORDS: Words = {
    "of_column": ("{name} {value}", "{name} {value}"),
    "of_number": ("{name} {value}", "{name} 现状值 {value}"),
    "of_named": ("{name} = {value}", "{name} 现状值 {value}"),
    "of_parameter": ("{value} ({name})", "{value}（{name}）"),
    "of_threshold": ("{value} ({name})", "阈值 {value}（{name}）"),
    "is": ("{name} is {value}", "{name} 为{value}"),
    "is_truth": ("{name}: {value}", "{name} 为{value}"),
    "is_not": ("{name} is {value}, not {other}", "{name} 为{value}，而非{other}"),
    "is_one": ("{name} is {value}, one of {options}", "{name} 为{value}，属于 {options}"),
    "is_not_one": ("{name} is {value}, none of {options}", "{name} 为{value}，不属于 {options}"),
    "is_missing": ("{name}: missing", "{name} 缺失"),
    "is_between": ("{name} is between {low} and {high}", "{name} 介于 {low} 与 {high} 之间"),
    "is_not_between": ("{name} is not between {low} and {high}", "{name} 不在 {low} 与 {high} 之间"),
    "is_among": ("{name} is one of {options}", "{name} 属于 {options}"),
    "is_not_among": ("{name} is none of {options}", "{name} 不属于 {options}"),
    "and_more": ("{options}, ... ({n} values)", "{options}……（共 {n} 个值）"),
    "is_like": ("{name} is like {pattern}", "{name} 符合 {pattern}"),
    "is_not_like": ("{name} is not like {pattern}", "{name} 不符合 {pattern}"),
    "has_no_value": ("{name} has no value ({values})", "{name} 无值（{values}）"),
    "nothing": ("missing", "缺失"),
    "nothing_here": ("(missing)", "（缺失）"),
    "true": ("true", "真"),
    "false": ("false", "假"),
    "comma": (", ", "，"),
    "<>": ("<>", "≠"),
    "<=": ("<=", "≤"),
    ">=": (">=", "≥"),
}


def number_text(value: float, digits: int | None = None) -> str:
    """A number for people: thousands apart, whole numbers whole, others with some digits and no zeros at the end.

    Parameters
    ----------
    value : float
    digits : int, optional
        Significant digits after which it is rounded; by default it is shown exactly.

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


def titled(text: str, node: Node, titles: Mapping[str, str]) -> str:
    """A part of a text as written, on one line, with titles for the names and texts in it."""
    told, start = "", node.start
    for part, key in _entitled(node):
        if key in titles:
            told += _on_one_line(text[start : part.start]) + titles[key]
            start = part.end
    return told + _on_one_line(text[start : node.end])


def _on_one_line(text: str) -> str:
    return _SPREAD.sub(lambda found: found[1] or " ", text)


def _entitled(node: Node, column: str = "") -> Iterator[tuple[Node, str]]:
    """The names and constants in a part of a condition, each with the key of its title."""
    if isinstance(node, Name):
        yield node, node.name
    elif isinstance(node, Constant):
        yield node, _key_of(column, node.value)
    compared = _compared(node)
    for child in node.children:
        yield from _entitled(child, compared)


def _compared(node: Node) -> str:
    """The column that a comparison is about: a text means another thing in another column."""
    return next((part.name for part in node.children if isinstance(part, Name)), "")


def _key_of(column: str, value: Plain) -> str:
    return f"{column} = {value}"


def sentences(
    view: View,
    leaf: Node,
    answer: Answer,
    language: str = "en",
    titles: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
) -> list[str]:
    """What is the case in each row: a fact where the comparison is known to hold or not, else what is missing.

    Parameters
    ----------
    view : View
        The table and the parameters.
    leaf : Node
        A part of the condition without AND, OR and NOT.
    answer : Answer
        What ``view`` answers to it.
    language : {"en", "zh"}
    titles : mapping of str to str, optional
        What columns, parameters and texts are called in the sentences; by default as they are written. The title of
        a text goes by its column, too: ``main = forest``.
    units : mapping of str to str, optional
        Units of measure of columns and parameters.

    Returns
    -------
    list of str
        ``slope_mean_deg 12.5 <= 25 (slope_max_deg)``, ``metro is true``, ``value 12 is one of 12, 14``,
        ``energy_mw is missing``; true whatever the answer.
    """
    called, measured = titles or {}, units or {}
    teller = _Teller(words_in(language, WORDS), called, _compared(leaf))
    sides = [_Side.of(view, part, called, measured) for part in leaf.children or (leaf,)]
    names = [_Side.of(view, part, called, measured) for part in walk(leaf) if isinstance(part, Name)]
    negated = bool(getattr(leaf, "negated", False))
    return [
        teller.fact(leaf, sides, row, bool(answer.yes[row]) != negated)
        if answer.known[row]
        else teller.lack(names, sides, row)
        for row in range(len(view.table))
    ]


class _Side(NamedTuple):
    """One value of a comparison in all rows; ``fixed``: it depends on no column; ``written``: it stands in the text."""

    words: str
    values: Sequence[Plain]
    fixed: bool
    written: bool
    unit: str

    @classmethod
    def of(cls, view: View, node: Node, titles: Mapping[str, str], units: Mapping[str, str]) -> _Side:
        fixed = not any(isinstance(part, Name) and view.is_column(part.name) for part in walk(node))
        words = titles.get(node.name, node.name) if isinstance(node, Name) else titled(view.text, node, titles)
        unit = units.get(node.name, "") if isinstance(node, Name) else ""
        return cls(words, view.values(node).listed(len(view.table)), fixed, isinstance(node, Constant), unit)


class _Teller(NamedTuple):
    """Facts of one row, in the words of one language."""

    words: Mapping[str, str]
    titles: Mapping[str, str]
    compared: str

    def fact(self, leaf: Node, sides: Sequence[_Side], row: int, is_so: bool) -> str:
        """A comparison that is known: as it is written without its NOT where ``is_so``, else the contrary."""
        value, no = sides[0].values[row], "" if is_so else "not_"
        match leaf:
            case Comparison(operator=operator):
                return self.comparison(operator if is_so else CONTRARY[operator], sides, row)
            case Between():
                first, low, high = self.phrases(sides, row)
                return self.say(f"is_{no}between", name=first, low=low, high=high)
            case Among():
                return self.among(f"is_{no}", sides, row)
            case Like(pattern=pattern):
                return self.say(f"is_{no}like", name=self.phrases(sides, row)[0], pattern=repr(pattern))
        shown = self.words["nothing"] if value is None else self.exact(value)
        return self.say("is_truth" if isinstance(value, bool) else "is", name=sides[0].words, value=shown)

    def comparison(self, operator: str, sides: Sequence[_Side], row: int) -> str:
        """What a truth value or a text is, or how numbers stand to each other."""
        values = [side.values[row] for side in sides]
        if any(isinstance(value, bool) for value in values):
            told = (
                self.say("is_truth", name=side.words, value=self.exact(value))
                for side, value in zip(sides, values, strict=True)
                if not side.written
            )
            return self.words["comma"].join(told)
        if isinstance(values[0], str) and sides[1].written:
            value, other = map(self.exact, values)
            return self.say("is" if operator == "=" else "is_not", name=sides[0].words, value=value, other=other)
        first, second = self.phrases(sides, row)
        return f"{first} {self.words.get(operator, operator)} {second}"

    def among(self, key: str, sides: Sequence[_Side], row: int) -> str:
        """Which of some values it is, or none of them; of many the first and how many there are."""
        first, *others = self.phrases(sides, row)
        options = ", ".join(others[:MOST_OPTIONS])
        if len(others) > MOST_OPTIONS:
            options = self.say("and_more", options=options, n=len(others))
        if isinstance(value := sides[0].values[row], str):
            return self.say(f"{key}one", name=sides[0].words, value=self.exact(value), options=options)
        return self.say(f"{key}among", name=first, options=options)

    def lack(self, names: Sequence[_Side], sides: Sequence[_Side], row: int) -> str:
        """What is missing: a column, or else the result of a division by zero or of numbers too large."""
        missing = dict.fromkeys(name.words for name in names if name.values[row] is None)
        if missing:
            return self.words["comma"].join(self.say("is_missing", name=words) for words in missing)
        empty = next(side.words for side in sides if side.values[row] is None)
        values = dict.fromkeys(f"{name.words} {self.exact(name.values[row])}" for name in names)
        return self.say("has_no_value", name=empty, values=self.words["comma"].join(values))

    def phrases(self, sides: Sequence[_Side], row: int) -> list[str]:
        """Each side with its value, in as many digits as it takes to see how the first compares with the others."""
        values = [side.values[row] for side in sides]
        numbers = [value for value in values if isinstance(value, float)]
        for digits in range(4, 17):
            texts = [
                number_text(value, digits) if isinstance(value, float) and not side.fixed else self.exact(value)
                for side, value in zip(sides, values, strict=True)
            ]
            seen = [
                float(text.replace(",", ""))
                for text, value in zip(texts, values, strict=True)
                if isinstance(value, float)
            ]
            if _order(seen) == _order(numbers):
                break
        else:
            texts = [self.exact(value) for value in values]
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

    def exact(self, value: Plain) -> str:
        if value is None:
            return self.words["nothing_here"]
        if isinstance(value, bool):
            return self.words["true" if value else "false"]
        if isinstance(value, str):
            # repr, so that no control character of a file's text reaches a terminal
            return self.titles.get(_key_of(self.compared, value)) or repr(value)
        return number_text(float(value))

    def say(self, key: str, **parts: object) -> str:
        return self.words[key].format(**parts)


def _order(numbers: Sequence[float]) -> list[tuple[bool, bool]]:
    """How the first number stands to each of the others."""
    return [(numbers[0] < other, numbers[0] > other) for other in numbers[1:]]
