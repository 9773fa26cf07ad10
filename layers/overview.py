"""What a noun shows of itself: a title and a few rows, as text at a prompt, and as a card in a notebook.

A card is drawn by who sees to pictures, and not by the noun: the front door says who that is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any, NamedTuple, Self

from layers.errors import escape_hidden

ROWS = 28
"""Lines of an overview at most, its title included."""
WIDTH = 110
"""Characters of a line."""
MOST = 8
"""So many names stand in a row."""

INDENT = 2
"""Spaces before what belongs to a part of a text."""
_COLON = re.compile(r"\s?:\s|：")

_CARDS: dict[str, str] = {}


class Overview(NamedTuple):
    """A title and rows of a name and what is to be said of it."""

    title: str
    rows: tuple[tuple[str, str], ...]

    def text(self) -> str:
        """As it stands at a prompt: at most :data:`ROWS` lines.

        Examples
        --------
        >>> print(Overview("Inputs", (("units", "164"), ("layers", ""), ("ledger", "2 rows"))).text())
        Inputs
          units   164
          ledger  2 rows
        """
        rows = [(name, escape_hidden(text)) for name, text in self.rows if text]
        wide = max((len(name) for name, _ in rows), default=0)
        lines = [escape_hidden(self.title), *(f"  {name:<{wide}}  {text}" for name, text in rows)]
        return "\n".join(line if len(line) <= WIDTH else f"{line[: WIDTH - 4]} ..." for line in lines[:ROWS])


def outline(text: str) -> Overview:
    r"""The outline of a text for a terminal: its first line, then of each part the heading and what stands below it.

    Examples
    --------
    >>> text = "Denver\n\nMain function: Key area\n    rule key-1\nOverlays\n  City\n    rule city-1\n  Energy"
    >>> print(outline(text).text())
    Denver
      Main function  Key area; rule key-1
      Overlays       City, Energy
    """
    title, *lines = filter(None, text.splitlines())
    parts: list[tuple[str, str, list[str]]] = []
    for line in lines:
        bare = line.lstrip()
        if bare == line:
            name, _, value = (part.strip() for part in _COLON.sub("\n", line, count=1).partition("\n"))
            parts.append((name, value, []))
        elif parts and (len(line) - len(bare) == INDENT or (parts[-1][1] and not parts[-1][2])):
            parts[-1][2].append(bare)
    rows = ((name, "; ".join([value, *below[:1]]) if value else listed(below)) for name, value, below in parts)
    return Overview(title, tuple((name, cell) if cell else ("", name) for name, cell in rows))


class Shown:
    """A value that shows an overview of itself, at a prompt and in a notebook."""

    def overview(self) -> Overview:
        """Its title and rows."""
        raise NotImplementedError

    def __repr__(self) -> str:
        """The overview as text."""
        return self.overview().text()

    __str__ = __repr__

    def _repr_html_(self) -> str | None:
        """The overview as a card of HTML; None where nobody draws one."""
        kind = next((kind.__name__ for kind in type(self).__mro__ if kind.__name__ in _CARDS), None)
        card: str | None = None if kind is None else drawn_by(kind)(self)
        return card


class ShownText(Shown, str):
    """A long text, such as a page: all of it as ever, but at a prompt and in a notebook it shows what it is.

    Examples
    --------
    >>> page = ShownText("<html></html>", "Report of 'Toy'", "zp.write_report(plan, 'report.html')")
    >>> page
    Report of 'Toy'
      characters  13
      to a file   zp.write_report(plan, 'report.html')
    >>> print(page)
    <html></html>
    """

    __slots__ = ("call", "kind")

    kind: str
    call: str

    def __new__(cls, text: str, title: str, call: str) -> Self:
        """The text, which knows what it is."""
        made = super().__new__(cls, text)
        made.kind, made.call = title, call
        return made

    __str__ = str.__str__

    def __reduce__(self) -> tuple[Any, ...]:
        """The text for another process."""
        return type(self), (str(self), self.kind, self.call)

    def overview(self) -> Overview:
        """What it is, how long, and how it is written to a file."""
        return Overview(self.kind, (("characters", f"{len(self):,}"), ("to a file", self.call)))


class ShownPicture(ShownText):
    """A picture as SVG, which a notebook draws."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)


def drawn_by(name: str) -> Callable[..., Any]:
    """Who draws the card of a noun, or something else, as the front door says."""
    module, _, function = _CARDS[name].partition(":")
    draw: Callable[..., Any] = getattr(import_module(module), function)
    return draw


def exact(value: object) -> str:
    """All of a value as Python writes it, of a noun, too: what tells 50 from 50.0.

    Examples
    --------
    >>> exact(50), exact(50.0)
    ('50', '50.0')
    """
    if not isinstance(value, Shown):
        return repr(value)
    if is_dataclass(value):
        return repr({field.name: getattr(value, field.name) for field in fields(value) if field.repr})
    return repr({name: attribute for name, attribute in vars(value).items() if not name.startswith("_")})


def draw_cards_by(places: Mapping[str, str]) -> None:
    """Say who draws the cards of nouns: ``module:function`` by the name of the noun."""
    _CARDS.update(places)


def listed(names: Iterable[object]) -> str:
    """Names in a row, the first few and how many more there are.

    Examples
    --------
    >>> listed(["red_line", "growth_boundary"]), listed(range(20))
    ('red_line, growth_boundary', '0, 1, 2, 3, 4, 5, 6, 7, ... 12 more')
    """
    texts = [str(name) for name in names]
    more = [f"... {len(texts) - MOST:,} more"] if len(texts) > MOST else []
    return ", ".join(texts[:MOST] + more)


def counted(counts: Mapping[str, int]) -> str:
    """Names with how many there are of each, those of which there are none left out.

    Examples
    --------
    >>> counted({"general": 1103, "agricultural": 18, "fragile": 0})
    'general 1,103, agricultural 18'
    """
    return listed(f"{name} {count:,}" for name, count in counts.items() if count)
