"""What a report is made of: chapters that hold paragraphs, grids and cards. Plain values, no markup."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

OPEN_ROWS = 40
"""Longer grids and lists are folded on the screen; paper always shows them whole."""


class Light(NamedTuple):
    """A warning light in a cell: a shape and a colour by its level, with its word beside them.

    Attributes
    ----------
    level : int
        1 red, 2 yellow, 3 green.
    word : str
    note : str
        A muted line beneath it, or nothing.
    """

    level: int
    word: str
    note: str = ""


Cell = str | Light | tuple[str, ...]
"""A text, a light, or a first line with muted lines beneath it."""


def texts_of(cell: Cell) -> tuple[str, ...]:
    """The texts of a cell, whatever it is.

    Examples
    --------
    >>> texts_of("a"), texts_of(Light(1, "red", "does not count"))
    (('a',), ('red', 'does not count'))
    """
    if isinstance(cell, Light):
        return (cell.word, cell.note)
    return (cell,) if isinstance(cell, str) else cell


class Column(NamedTuple):
    """One column of a grid.

    Attributes
    ----------
    title : str
        With the unit of measure.
    kind : {"text", "unit", "number", "word", "id", "code", "hash", "long"}
        Units have room for a name; numbers stand right-aligned, words unbroken; ids (unbroken), codes and hashes
        (broken anywhere) in a fixed-width face; long texts get the room.
    """

    title: str
    kind: str = "text"


class Rows(NamedTuple):
    """Rows of a grid under one heading, or under none."""

    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    figure: str = ""


@dataclass(frozen=True)
class Grid:
    """A table of the page.

    Attributes
    ----------
    title : str
        Its caption.
    columns : tuple of Column
    groups : tuple of Rows
    total : tuple of str
        A last row of sums, or nothing.
    note : str
    """

    title: str
    columns: tuple[Column, ...]
    groups: tuple[Rows, ...]
    total: tuple[str, ...] = ()
    note: str = ""
    leaf: str = field(default="grid", init=False)

    @property
    def length(self) -> int:
        """The number of rows."""
        return sum(len(group.rows) for group in self.groups)

    @property
    def folded(self) -> bool:
        """Whether it is too long to stand open."""
        return self.length > OPEN_ROWS


class Names(NamedTuple):
    """A list of names inside a card."""

    title: str
    names: tuple[str, ...]

    @property
    def folded(self) -> bool:
        """Whether it is too long to stand open."""
        return len(self.names) > OPEN_ROWS


@dataclass(frozen=True)
class Card:
    """One thing told in full: a policy, a decision, a unit that waits.

    Attributes
    ----------
    title : str
    tag : str
        Its id.
    warning : str
        A mark that nobody may overlook, or nothing.
    facts : tuple of (str, str)
        Labels and texts; empty texts are left out.
    names : tuple of Names
    grid : Grid or None
    text : str
        What it says, above its facts, or nothing.
    """

    title: str
    tag: str = ""
    warning: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    names: tuple[Names, ...] = ()
    grid: Grid | None = None
    text: str = ""
    leaf: str = field(default="card", init=False)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, or a heading within a chapter."""

    text: str
    heading: bool = False
    leaf: str = field(default="paragraph", init=False)


@dataclass(frozen=True)
class Figures:
    """A few figures to see at a glance: labels and numbers."""

    figures: tuple[tuple[str, str], ...]
    leaf: str = field(default="figures", init=False)


Leaf = Grid | Card | Paragraph | Figures


class Chapter(NamedTuple):
    """A chapter of the report."""

    id: str
    title: str
    leaves: tuple[Leaf, ...]


def grid(title: str, columns: Iterable[Column], rows: Iterable[tuple[Cell, ...]], **rest: object) -> Grid:
    """A grid whose rows stand under no heading.

    Examples
    --------
    >>> grid("Sources", [Column("Path")], [("study.gpkg",)]).length
    1
    """
    return Grid(title, tuple(columns), (Rows(tuple(rows)),), **rest)  # type: ignore[arg-type]  # total and note, by name
