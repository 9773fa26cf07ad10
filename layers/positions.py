"""Positions: where each key and each value of a TOML text stands, so that a complaint can name line and column."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

MAX_NESTING = 64
"""Levels of the syntax tree: about thirty tables or lists inside each other."""

Keys = tuple[str | int, ...]

_LANGUAGE = Language(tree_sitter_toml.language())
_LONG_KEY = re.compile(rf"(?:[\w\"'-]+[ \t]*\.[ \t]*){{{MAX_NESTING}}}")


class Position(NamedTuple):
    """A place in a text; both count from 1, columns in characters."""

    line: int
    column: int


@dataclass(frozen=True)
class Positions:
    r"""The places of a TOML text, looked for when one is asked for: most texts give no cause for complaint.

    Attributes
    ----------
    text : str
    too_deep : bool
        There are more levels than :data:`MAX_NESTING`; nothing else is told then.

    Examples
    --------
    >>> positions = find_positions('[study]\nname = "West"\n')
    >>> positions.of("study", "name"), positions.of("study", "date"), positions.of_key("study", "name")
    (Position(line=2, column=8), Position(line=1, column=2), Position(line=2, column=1))
    """

    text: str = ""
    too_deep: bool = False

    @property
    def values(self) -> Mapping[Keys, Position]:
        """Where the value of a path such as ``("layers", 0, "role")`` stands; a table's place is its header."""
        return self._surveyor.values

    @property
    def keys(self) -> Mapping[Keys, Position]:
        """Where the key of a path stands."""
        return self._surveyor.keys

    @property
    def repeated(self) -> Sequence[tuple[Keys, Position, Position]]:
        """Keys that are written twice: the path, the second place, the first."""
        return self._surveyor.repeated

    @cached_property
    def _surveyor(self) -> _Surveyor:
        data = self.text.encode()
        surveyor = _Surveyor(data)
        if not self.too_deep:
            surveyor.survey(_root(data))
        return surveyor

    def of(self, *path: str | int) -> Position:
        """Where the value of a path stands, or the nearest thing around it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Position(1, 1))

    def of_key(self, *path: str | int) -> Position:
        """Where the key of a path stands, or the nearest thing around it."""
        return self.keys[path] if path in self.keys else self.of(*path)


def find_positions(text: str) -> Positions:
    """The positions of a TOML text, as far as it can be read."""
    root = _root(text.encode())
    return Positions(text, too_deep=_is_deep(root) or bool(root.has_error and _LONG_KEY.search(text)))


def _root(data: bytes) -> Node:
    return Parser(_LANGUAGE).parse(data).root_node


def _is_deep(root: Node) -> bool:
    """Whether the tree is too deep, found without recursion."""
    cursor, depth = root.walk(), 0
    while depth <= MAX_NESTING:
        if cursor.goto_first_child():
            depth += 1
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return False
            depth -= 1
    return True


class _Surveyor:
    """Walks once through the tree of a text and writes down what stands where."""

    def __init__(self, data: bytes) -> None:
        self.lines = data.split(b"\n")
        self.values: dict[Keys, Position] = {}
        self.keys: dict[Keys, Position] = {}
        self.repeated: list[tuple[Keys, Position, Position]] = []
        self._entries: dict[Keys, int] = {}
        self._written: dict[Keys, Position] = {}

    def survey(self, root: Node) -> None:
        for node in root.named_children:
            if node.type == "pair":
                self._pair((), node)
            elif node.type in ("table", "table_array_element") and node.named_children:
                self._table(node, repeats=node.type == "table_array_element")

    def _table(self, node: Node, *, repeats: bool) -> None:
        header, *rest = node.named_children
        path, place = self._resolve(_key(header)), self._place(header)
        if repeats:
            number = self._entries.get(path, 0)
            self._entries[path] = number + 1
            self.values.setdefault(path, place)
            path = (*path, number)
        else:
            self._write(path, place)
        self._enter(path, place)
        self.values.setdefault(path, place)
        for child in rest:
            self._pair(path, child)

    def _resolve(self, names: tuple[str, ...]) -> Keys:
        """The path of a header; where it leads through a list of tables, the last table is meant."""
        path: Keys = ()
        for count, name in enumerate(names, 1):
            path = (*path, name)
            if count < len(names) and path in self._entries:
                path = (*path, self._entries[path] - 1)
        return path

    def _pair(self, base: Keys, node: Node) -> None:
        parts = [child for child in node.named_children if child.type != "comment"]
        if node.type != "pair" or len(parts) < 2:
            return
        key, value = parts[:2]
        path, place = (*base, *_key(key)), self._place(key)
        self._write(path, place)
        self._enter(path, place)
        self._value(path, value)

    def _write(self, path: Keys, place: Position) -> None:
        """Remember a key that may be written once only."""
        if path in self._written:
            self.repeated.append((path, place, self._written[path]))
        self._written.setdefault(path, place)

    def _enter(self, path: Keys, place: Position) -> None:
        """The place of a key, and of the tables that it makes on its way."""
        for end in range(1, len(path)):
            self.keys.setdefault(path[:end], place)
            self.values.setdefault(path[:end], place)
        self.keys.setdefault(path, place)

    def _value(self, path: Keys, node: Node) -> None:
        self.values.setdefault(path, self._place(node))
        children = [child for child in node.named_children if child.type != "comment"]
        if node.type == "array":
            for number, child in enumerate(children):
                self._value((*path, number), child)
        elif node.type == "inline_table":
            for child in children:
                self._pair(path, child)

    def _place(self, node: Node) -> Position:
        row, column = node.start_point
        return Position(row + 1, len(self.lines[row][:column].decode(errors="replace")) + 1)


def _key(node: Node) -> tuple[str, ...]:
    """The names of a key such as ``a."b c"``."""
    if node.type == "dotted_key":
        return tuple(name for child in node.named_children for name in _key(child))
    text = (node.text or b"").decode(errors="replace")
    if node.type != "quoted_key":
        return (text,)
    try:
        return tuple(tomllib.loads(f"{text} = 1"))
    except tomllib.TOMLDecodeError:
        return (text,)
