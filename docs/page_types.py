# ruff: noqa: INP001  (a script, no package)
"""The types of the map's scripts, written from the model that Python hands to the page."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Union

from maps.web import page_model
from maps.web.map_payload import counted_words
from maps.web.page_model import Columns, Groups, Page
from maps.words import catalogue

TYPES = Path(page_model.__file__).parent / "src" / "page_model.d.ts"
PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}
HEAD = """\
// What Python hands to the page. Written by docs/generate.py from maps/web/page_model.py; change it there.

/** Rows of one kind, a column at a time. */
export type Columns<Row> = { [Name in keyof Row]: Row[Name][] };

/** Rows of one kind in groups: how many each group has, and the columns of all. */
export interface Groups<Row> {
  counts: number[];
  columns: Columns<Row>;
}

/** A condition, or a value, as CQL2-JSON. */
export type Cql2 = { op: string; args: (Cql2 | Cql2[])[] } | { property: string } | number | string | boolean;
"""


def page_types() -> str:
    """The content of ``page_model.d.ts``: an interface for each record, the page first, and the keys of the words."""
    words = _keys("Word", "Keys of the words of the map.", {*catalogue("map", "en")} - counted_words())
    counted = _keys("CountedWord", "Keys of those that depend on a count.", counted_words())
    return "\n".join([HEAD, *(_interface(kind) for kind in _records(Page, [])), words, counted])


def _keys(name: str, meaning: str, keys: Collection[str]) -> str:
    listed = "".join(f'\n  | "{key}"' for key in sorted(keys))
    return f"/** {meaning} */\nexport type {name} ={listed};\n"


def _records(kind: type, found: list[type]) -> list[type]:
    """A record and all that it is made of, in the order in which they are named."""
    if kind not in found:
        found.append(kind)
        for one in _hints(kind).values():
            for part in _parts(one):
                if hasattr(part, "_fields") and part not in {Columns, Groups}:
                    _records(part, found)
    return found


def _parts(kind: Any) -> Iterator[Any]:
    yield typing.get_origin(kind) or kind
    for part in typing.get_args(kind):
        yield from _parts(part)


def _hints(kind: type) -> Mapping[str, Any]:
    return typing.get_type_hints(kind, include_extras=True)


def _interface(kind: type) -> str:
    summary, described = _docstring(kind)
    lines = [*_comment(summary, ""), f"export interface {kind.__name__} {{"]
    for name, hint in _hints(kind).items():
        lines += [*_comment(described.get(name, ""), "  "), f"  {name}: {_type(hint)};"]
    return "\n".join([*lines, "}", ""])


def _docstring(kind: type) -> tuple[str, dict[str, str]]:
    """The first paragraph of a docstring, and what it says of each attribute."""
    text = inspect.getdoc(kind) or ""
    summary, _, attributes = text.partition("\n\nAttributes\n----------\n")
    described: dict[str, str] = {}
    for found in re.finditer(r"^(\S[^:\n]*) : .*\n((?:    .*\n?)*)", f"{attributes}\n", re.MULTILINE):
        described |= dict.fromkeys(found[1].split(", "), " ".join(found[2].split()))
    return " ".join(summary.split()), described


def _comment(text: str, indent: str) -> list[str]:
    return [f"{indent}/** {text.replace('``', '`')} */"] if text else []


def _type(hint: Any) -> str:
    """A type of Python as one of TypeScript."""
    origin = typing.get_origin(hint)
    return (PLAIN.get(hint) or hint.__name__) if origin is None else COMPOSED[origin](*typing.get_args(hint))


def _union(*parts: Any) -> str:
    return " | ".join(map(_type, parts))


def _array(part: Any, _more: Any) -> str:
    inner = _type(part)
    return f"({inner})[]" if " | " in inner else f"{inner}[]"


COMPOSED: dict[Any, Callable[..., str]] = {
    Annotated: lambda plain, name: f"Record<{name}, {_type(typing.get_args(plain)[1])}>",
    Literal: lambda *parts: " | ".join(f'"{one}"' for one in parts),
    Union: _union,
    types.UnionType: _union,
    tuple: _array,
    dict: lambda key, value: f"Record<{_type(key)}, {_type(value)}>",
    Columns: lambda row: f"Columns<{_type(row)}>",
    Groups: lambda row: f"Groups<{_type(row)}>",
}
"""What is written for a type that is made of others."""
