"""A condition as a tree of frozen values, each of which knows where it stands in the text.

Nothing here reads text or data: :mod:`grammar` makes the tree, :mod:`evaluation` asks it about a table.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cached_property

from layers.phrases import Phrase


@dataclass(frozen=True)
class Node:
    """A part of a condition."""

    start: int
    end: int
    depth: int

    @property
    def children(self) -> tuple[Node, ...]:
        """The parts it is made of, in the order of the text."""
        values = (getattr(self, field.name) for field in fields(self))
        listed = (value if isinstance(value, tuple) else (value,) for value in values)
        return tuple(part for parts in listed for part in parts if isinstance(part, Node))


@dataclass(frozen=True)
class Constant(Node):
    """A number, text or truth value as written."""

    value: float | str | bool


@dataclass(frozen=True)
class Name(Node):
    """A column or a parameter."""

    name: str


@dataclass(frozen=True)
class Minus(Node):
    """The negative of a number."""

    operand: Node


@dataclass(frozen=True)
class Arithmetic(Node):
    """A chain of + and -, or of * and /, taken from the left."""

    operands: tuple[Node, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True)
class Comparison(Node):
    """Two values compared by one of = <> < <= > >=."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Between(Node):
    """A number between two others, both included."""

    value: Node
    low: Node
    high: Node
    negated: bool


@dataclass(frozen=True)
class Among(Node):
    """A value that is one of several."""

    value: Node
    options: tuple[Node, ...]
    negated: bool


@dataclass(frozen=True)
class Like(Node):
    """A text that fits a pattern: ``%`` any characters, ``_`` one; a backslash takes the next character as it is."""

    value: Node
    pattern: str
    negated: bool


@dataclass(frozen=True)
class Missing(Node):
    """A value that is missing, or with ``negated`` is there."""

    value: Node
    negated: bool


@dataclass(frozen=True)
class Opposite(Node):
    """NOT of a condition."""

    operand: Node


@dataclass(frozen=True)
class Joined(Node):
    """Conditions joined by AND, or by OR."""

    word: str
    operands: tuple[Node, ...]


CONDITIONS = (Comparison, Between, Among, Like, Missing, Opposite, Joined)
"""The parts that are yes, no or unknown by their form; a name or a constant may be, too."""


def walk(node: Node) -> Iterator[Node]:
    """A part and all below it, in the order of the text."""
    yield node
    for child in node.children:
        yield from walk(child)


@dataclass(frozen=True)
class Expression:
    """A text in the language of conditions, read and ready to be asked."""

    text: str
    tree: Node = field(repr=False)

    @cached_property
    def names(self) -> frozenset[str]:
        """The columns and parameters it reads."""
        return frozenset(node.name for node in walk(self.tree) if isinstance(node, Name))

    @cached_property
    def compared(self) -> tuple[frozenset[str], ...]:
        """Of each comparison the columns and parameters that stand in it by themselves, side by side."""
        sides = (part.children for part in walk(self.tree) if isinstance(part, Comparison | Between))
        return tuple(frozenset(one.name for one in some if isinstance(one, Name)) for some in sides)

    @cached_property
    def numbers(self) -> tuple[Constant, ...]:
        """The numbers written in it, in order, each with its place (``start``, ``end``) in the text."""
        constants = (node for node in walk(self.tree) if isinstance(node, Constant))
        return tuple(node for node in constants if isinstance(node.value, float) and not isinstance(node.value, bool))


def pointed(message: str, text: str, start: int, end: int) -> str:
    """A message with its place in the text: column, line, and carets under it.

    Examples
    --------
    >>> print(pointed("unexpected '=='", "slope == 25", 6, 8))
    unexpected '==' (column 7):
        slope == 25
              ^^
    """
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    last = len(text) if last < 0 else last
    line = Phrase("line {line}, ", line=text.count(chr(10), 0, start) + 1) if "\n" in text else ""
    left, right = max(first, start - 60), min(last, max(min(end, start + 60), start) + 20)
    before, after = ("..." if left > first else ""), ("..." if right < last else "")
    under = "".join("\u3000" if _wide(character) else " " for character in before + text[left:start])
    carets = "^" * max(1, sum(1 + _wide(character) for character in text[start : min(end, right)]))
    shown = f"{before}{_printable(text[left:right])}{after}"
    return Phrase(
        "{message} ({line}column {column}):\n    {shown}\n    {under}{carets}",
        message=message,
        line=line,
        column=start - first + 1,
        shown=shown,
        under=under,
        carets=carets,
    )


def _wide(character: str) -> bool:
    """Whether it takes two columns of a terminal, as Chinese characters do."""
    return unicodedata.east_asian_width(character) in "WF"


def _printable(text: str) -> str:
    """The text without control characters: they must not reach a terminal."""
    return "".join(one if one.isprintable() else " " if one == "\t" else "\ufffd" for one in text)
