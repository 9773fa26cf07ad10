"""Offline pages: a folium map with every script and style in the file itself; nothing else may run or be loaded."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from importlib import import_module, metadata
from pathlib import Path
from string import Template
from types import ModuleType
from typing import Any, Protocol

from layers.outputs import GENERATOR, PAGE, staged


@contextmanager
def _deferred(name: str) -> Iterator[None]:
    """Have imports in this block find a module that is loaded once something of it is asked for."""
    if name in sys.modules:
        yield
        return
    stand_in = ModuleType(name)
    stand_in.__getattr__ = lambda attribute: getattr(import_module(name), attribute)  # type: ignore[method-assign]  # PEP 562
    sys.modules[name] = stand_in
    try:
        yield
    finally:
        del sys.modules[name]


with _deferred("requests"):
    import folium
    from branca.element import CssLink, Element, Figure, JavascriptLink, Link, MacroElement
    from folium import LayerControl
    from folium.map import Layer
    from folium.raster_layers import ImageOverlay, TileLayer, VideoOverlay, WmsTileLayer


class Map(folium.Map):  # type: ignore[misc]  # folium has no types
    """A map of folium whose file is written whole, and over nothing but an earlier page."""

    def save(self, outfile: Any, *arguments: Any, **words: Any) -> None:
        """Write the page to a path, or to a stream, as folium does."""
        if not isinstance(outfile, str | Path):
            super().save(outfile, *arguments, **words)
            return
        with staged(outfile, PAGE) as stage:
            super().save(str(stage), *arguments, **words)


TILES = (TileLayer, WmsTileLayer)
"""Layers that load pictures from a server."""
PICTURES = (*TILES, ImageOverlay, VideoOverlay)
"""Layers of pictures in the web's Mercator projection."""

__all__ = [
    "PICTURES",
    "TILES",
    "CssLink",
    "Element",
    "Figure",
    "JavascriptLink",
    "Layer",
    "LayerControl",
    "Link",
    "MacroElement",
    "Map",
    "folium",
    "tile_layer",
]


def tile_layer(address: str, attribution: str) -> TileLayer:
    """Tiles under everything else; the same ones have the same name on the page."""
    layer = TileLayer(address, attr=attribution, control=False)
    layer._id = "tiles"  # noqa: SLF001  (folium's ids are random)
    return layer


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
    script, inside = "", False
    for line in text.splitlines():
        ticks = line.count("`")
        patterns = "/" in line and "/" in _TEXTS.sub("", line).replace(" / ", "")
        whole = inside or ticks not in (0, 2) or patterns
        squeezed_line = line if whole else _SPACED.sub(_without_spaces, line)
        inside ^= bool(ticks % 2)
        script += squeezed_line if squeezed_line.endswith(_OPEN) and not whole else f"{squeezed_line}\n"
    return script


def _without_spaces(part: re.Match[str]) -> str:
    return part[part.lastindex or 0]


def _in_order(folder: Path, name: str, above: tuple[str, ...], read: dict[str, str]) -> dict[str, str]:
    """The texts of a module and of all that it imports, each once, after what it imports itself."""
    if name in above:
        raise ValueError(f"modules import each other in a ring: {', '.join((*above, name))}")
    if name not in read:
        text = (folder / f"{name}.js").read_text("utf-8")
        for match in _IMPORT.finditer(text):
            _in_order(folder, match[2], (*above, name), read)
        read[name] = text
    return read


def _scope(name: str, text: str) -> str:
    """A module as a function that is called at once and gives what the module exports."""
    exported = [match[1] for match in _EXPORT.finditer(text)]
    inside = _EXPORT.sub("", _IMPORT.sub(lambda match: f"const {match[1]} = {_named(match[2])};", text))
    other = _OTHER.search(inside)
    if other:
        raise ValueError(f"{name}.js: a module says import {{ names }} from or export before a name: {other[0]}")
    return f"const {_named(name)} = (() => {{\n{squeezed(bare(inside))}return {{ {', '.join(exported)} }};\n}})();"


def _named(module: str) -> str:
    return f"{module}_js"


LEAFLET, JQUERY = "XStatic-Leaflet", "XStatic-jQuery"
LIBRARIES = {
    "leaflet": (LEAFLET, "xstatic/pkg/leaflet/data/leaflet.js"),
    "leaflet_css": (LEAFLET, "xstatic/pkg/leaflet/data/leaflet.css"),
    "jquery": (JQUERY, "xstatic/pkg/jquery/data/jquery.min.js"),
}
"""What folium links under these names, as files of installed packages."""

NOTEBOOK_HEIGHT_PX = 720

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_OWN_VIEWPORT = re.compile(r"""<meta name="viewport"[^>]*/>""")
_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)['\"]?\s*\)")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_SOURCE_MAP = re.compile(r"//[#@]\s*sourceMappingURL=\S*")


class Verbatim(Element):  # type: ignore[misc]  # branca has no types
    """A text that stands on the page as it is; branca would compile it as a template."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__()
        self.text = text
        self._id = name

    def render(self, **_: Any) -> str:
        """The text."""
        return self.text


class Settle(Protocol):
    """What to do before a map is rendered."""

    def __call__(self, *, pictures: bool) -> None:
        """Say whether pictures in the web's Mercator projection stand on the map, such as tiles."""


class OfflineFigure(Figure):  # type: ignore[misc]  # branca has no types
    """The page around a folium map: whole in one file, with a policy that names every script by its hash.

    Notes
    -----
    What folium has rendered is taken as text. branca would compile it a second time as a template, and so run what
    stands in the attributes of whatever layer somebody adds.

    ``asks_its_server`` is False: a page asks nobody for anything. One that a server of ours hands out may ask that.

    A map to which somebody adds a layer that loads something (tiles, a plugin's script) stays open for that: the
    policy then lets scripts in by their address, and images from anywhere.
    """

    def __init__(self, skeleton: str, fields: Mapping[str, str], settle: Settle) -> None:
        super().__init__(height=f"{NOTEBOOK_HEIGHT_PX}px")
        self._skeleton, self._fields, self._settle = Template(skeleton), dict(fields), settle
        self.asks_its_server = False
        self.header._children.clear()  # noqa: SLF001  (its only child is the charset, which the skeleton has)

    def render(self, **kwargs: Any) -> str:
        """The page; the same map gives the same text."""
        self._settle(pictures=self._has(PICTURES))
        for child in list(self._children.values()):
            child.render(**kwargs)
        for name, link in self._icon_links():
            self.header.add_child(link, name=name)
        head, body, script = ("\n".join(_texts(part)) for part in (self.header, self.html, self.script))
        page = self._skeleton.substitute(
            {name: escape(text) for name, text in self._fields.items()},
            policy="$policy",
            generator=GENERATOR,
            head=_OWN_VIEWPORT.sub("", head),
            body=body,
            script=script,
        ).replace("\r", "")
        return page.replace("$policy", self._policy(page), 1)

    def _has(self, kinds: tuple[type, ...]) -> bool:
        """Whether an element of some kinds stands on the page."""
        return any(isinstance(element, kinds) for element in _family(self))

    def _icon_links(self) -> Iterator[tuple[str, Link]]:
        """What folium's own icons need, where somebody has put one on the map."""
        if not self._has((folium.Icon,)):
            return
        for kind, listed in ((JavascriptLink, folium.Map.default_js), (CssLink, folium.Map.default_css)):
            yield from ((name, kind(url)) for name, url in listed if name not in LIBRARIES)

    def _policy(self, page: str) -> str:
        """The content security policy of a page."""
        hashes = sorted({f"'sha256-{_hash(script)}'" for script in _SCRIPT.findall(page)})
        linked = _foreign(self.header).values()
        scripts = sorted({link.url for link in linked if isinstance(link, JavascriptLink)})
        loads = bool(linked) or self._has(TILES)
        anywhere = " https:" if loads else ""
        connected = anywhere + (" 'self'" if self.asks_its_server else "")
        return "; ".join(
            (
                "default-src 'none'",
                f"script-src {' '.join([*hashes, *scripts])}",
                f"style-src 'unsafe-inline'{anywhere}",
                f"img-src data: blob:{anywhere}",
                f"font-src data:{anywhere}",
                "connect-src" + (connected or " 'none'"),
                "base-uri 'none'",
                "form-action 'none'",
            )
        )


def library(name: str) -> str:
    """The text of a script or style of ``LIBRARIES``, with its pictures inside."""
    path = _path(name)
    text = path.read_text("utf-8")
    return _with_pictures(text, path.parent) if path.suffix == ".css" else as_script(text)


def marker_icons() -> dict[str, str]:
    """Leaflet's own marker, as addresses that hold the pictures themselves."""
    folder = _path("leaflet_css").parent / "images"
    names = {"iconUrl": "marker-icon.png", "iconRetinaUrl": "marker-icon-2x.png", "shadowUrl": "marker-shadow.png"}
    return {option: _data_url(folder / name) for option, name in names.items()}


def as_script(text: str) -> str:
    r"""A script that can stand inside ``<script>`` of a page in any encoding: nothing in it ends or hides the element.

    Notes
    -----
    Letters beyond ASCII are written as escapes, which mean the same inside the texts of a script. A page whose letters
    were misread would have scripts that differ from their hashes.

    Examples
    --------
    >>> as_script("write('</script>')  //# sourceMappingURL=x.map")
    "write('<\\/script>')  "
    """
    safe = re.sub(r"</(script)", r"<\\/\1", _SOURCE_MAP.sub("", text), flags=re.IGNORECASE)
    return _BEYOND_ASCII.sub(_escaped, safe.replace("<!--", r"<\!--").replace("\r\n", "\n"))


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _path(name: str) -> Path:
    package, inside = LIBRARIES[name]
    return Path(str(metadata.distribution(package).locate_file(inside)))


def _with_pictures(style: str, folder: Path) -> str:
    def inside(match: re.Match[str]) -> str:
        address = match[1]
        return match[0] if address.startswith(("data:", "#")) else f'url("{_data_url(folder / address)}")'

    return _URL.sub(inside, style)


def _data_url(path: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def _foreign(part: Element) -> dict[str, Link]:
    """Links of a part of the page that no installed package can stand in for."""
    listed = part._children.items()  # noqa: SLF001  (branca has no other way to its children)
    return {name: child for name, child in listed if isinstance(child, Link) and name not in LIBRARIES}


def _texts(part: Element) -> Iterator[str]:
    """The texts of the children of a part of the page."""
    for name, child in part._children.items():  # noqa: SLF001  (as above)
        if name in LIBRARIES and isinstance(child, Link):
            tag = "style" if isinstance(child, CssLink) else "script"
            yield f"<{tag}>{library(name)}</{tag}>"
        elif isinstance(child, Link | Verbatim) or child._children or child._template_str is None:  # noqa: SLF001  (as above)
            yield child.render()
        else:
            yield child._template_str  # noqa: SLF001  (the text that folium has rendered)


def _family(element: Element) -> Iterator[Element]:
    """An element and all that stands in it."""
    yield element
    for child in element._children.values():  # noqa: SLF001  (as above)
        yield from _family(child)
