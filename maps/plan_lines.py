"""Plan lines: keys and comments of a plan as TOML, whatever stands in the texts; and names that nothing else has."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Mapping

from layers import ZoneplanError, check_name, escape_hidden

WIDTH = 120
LISTED = 24


def toml_value(value: object) -> str:
    r"""A text, number, day or list as TOML.

    Examples
    --------
    >>> toml_value("县\n\x7f"), toml_value(["a", "b"]), toml_value(-9999.0)
    ('"县\\n\\u007f"', '["a", "b"]', '-9999.0')
    """
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return f"[{', '.join(map(toml_value, value))}]"
    return repr(value) if isinstance(value, float) else str(value)


def line(key: str, value: object, comment: str = "") -> list[str]:
    """A key, and its comment behind it, or above it where the line would be long.

    Examples
    --------
    >>> line("id", "fips", "sure")
    ['id = "fips"                             # sure']
    """
    text = f"{key} = {toml_value(value)}"
    if not comment:
        return [text]
    whole = f"{text:<40}# {escape_hidden(comment)}"
    return [whole] if len(whole) <= WIDTH else [*comments(comment), text]


def comments(text: str) -> list[str]:
    r"""A text as lines of comment; whatever stands in it, it stays one.

    Examples
    --------
    >>> comments("a\nid = 1")
    ['# a\\u000aid = 1']
    """
    return textwrap.wrap(
        escape_hidden(text), WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False
    )


def listed(items: Iterable[object]) -> str:
    """The first of many, with commas, and how many there are."""
    found = [str(one) for one in items]
    return ", ".join(found[:LISTED]) + (f", ... ({len(found)})" if len(found) > LISTED else "")


def free_name(wanted: str, taken: set[str], instead: str = "layer") -> str:
    """A name after the one wanted, such as conditions can read and nothing in ``taken`` has; it is added there.

    Examples
    --------
    >>> taken = {"forest"}
    >>> free_name("Forest", taken), free_name("2020 耕地.shp", taken), free_name("and", taken), free_name("!", taken)
    ('forest_2', '耕地_shp', 'layer_and', 'layer')
    """
    plain = re.sub(r"\W+", "_", wanted.lower()).lstrip("0123456789_").rstrip("_") or instead or "layer"
    try:
        check_name(plain)
    except ZoneplanError:
        plain = f"layer_{plain}"
    name, count = plain, 1
    while name in taken:
        count += 1
        name = f"{plain}_{count}"
    taken.add(name)
    return name


def measures(formulas: Mapping[str, str], taken: set[str]) -> str:
    """A line with measures, under names that nothing else has.

    Examples
    --------
    >>> measures({"cities_count": "count()"}, {"cities_count"})
    'measure = { cities_count_2 = "count()" }'
    """
    parts = [f"{free_name(name, taken)} = {toml_value(formula)}" for name, formula in formulas.items()]
    return f"measure = {{ {', '.join(parts)} }}"
