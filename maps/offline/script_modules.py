"""The scripts of a page: ES modules of a folder, joined to one script, for the page may load nothing.

A module is written so that a browser and node take it as it is, in a part of the language that needs no parser to be
joined: ``import { a, b } from "./other.js";`` on one line, and ``export`` before a function, class or constant.
"""

from __future__ import annotations

import re
from pathlib import Path

from maps.offline.offline_page import as_script

ENTRY = "main"

_IMPORT = re.compile(r'^import (\{ [^{}]+ \}) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_TEXTS = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`")
_SIGNS = r"=>|[=!<>]==?|&&|\|\||\?\?|[-+*]=|[=*<>?:,;{}&|()\[\]]|[-+](?= ?[\w(])|(?<= )/(?= )"
_SPACED = re.compile(rf"(?=[-=!<>&|?+*:,;{{}}()\[\]/ \"'`])(?:({_TEXTS.pattern})| ({_SIGNS}) ?|({_SIGNS}) )")
"""A text, or a sign beside a space; the signs that either begins with are looked for first, for that is quick."""
_OPEN = ("(", "[", "{", ",", "=", "=>", "&&", "||", "??", ";", "}")
"""Signs after which no break is needed, whatever follows: each statement ends with one."""
_TYPES = re.compile(r"/\*\*.*?\*/ ?", re.DOTALL)


def page_script(folder: Path, entry: str = ENTRY) -> str:
    """The script of the page: each module in a scope of its own, of which only ``globalThis.zoneplan`` can be seen."""
    parts = [_scope(name, text) for name, text in _in_order(folder, entry, (), {}).items()]
    body = "\n".join(
        ['const zoneplan = globalThis.zoneplan = (() => {\n"use strict";', *parts, f"return {_named(entry)};\n}})();\n"]
    )
    return as_script(body)


def bare(text: str) -> str:
    r"""A script or style without indentation, empty lines and comments on lines of their own: smaller, yet readable.

    Examples
    --------
    >>> bare("// one\nfunction one() {\n  return /** @type {number} */ (1);\n}\n")
    'function one() {\nreturn (1);\n}\n'
    """
    lines = (line.strip() for line in _TYPES.sub("", text).splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def squeezed(text: str) -> str:
    r"""A bare script without spaces around signs, and breaks that no statement needs; texts and patterns stay.

    Examples
    --------
    >>> squeezed('const one = (a, b) => a + "x = y";\nreturn f(\none / 2\n);\n')
    'const one=(a,b)=>a + "x = y";return f(one/2\n);'
    """
    found, inside = "", False
    for line in text.splitlines():
        ticks = line.count("`")
        patterns = "/" in line and "/" in _TEXTS.sub("", line).replace(" / ", "")
        whole = inside or ticks not in (0, 2) or patterns
        told = line if whole else _SPACED.sub(_without_spaces, line)
        inside ^= bool(ticks % 2)
        found += told if told.endswith(_OPEN) and not whole else f"{told}\n"
    return found


def _without_spaces(part: re.Match[str]) -> str:
    return part[part.lastindex or 0]


def _in_order(folder: Path, name: str, above: tuple[str, ...], read: dict[str, str]) -> dict[str, str]:
    """The texts of a module and of all that it imports, each once, after what it imports itself."""
    if name in above:
        raise ValueError(f"modules import each other in a ring: {', '.join((*above, name))}")
    if name not in read:
        text = (folder / f"{name}.js").read_text("utf-8")
        for found in _IMPORT.finditer(text):
            _in_order(folder, found[2], (*above, name), read)
        read[name] = text
    return read


def _scope(name: str, text: str) -> str:
    """A module as a function that is called at once and gives what the module exports."""
    exported = [found[1] for found in _EXPORT.finditer(text)]
    inside = _EXPORT.sub("", _IMPORT.sub(lambda found: f"const {found[1]} = {_named(found[2])};", text))
    other = _OTHER.search(inside)
    if other:
        raise ValueError(f"{name}.js: a module says import {{ names }} from or export before a name: {other[0]}")
    return f"const {_named(name)} = (() => {{\n{squeezed(bare(inside))}return {{ {', '.join(exported)} }};\n}})();"


def _named(module: str) -> str:
    return f"{module}_js"
