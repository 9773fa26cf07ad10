"""Offline pages: every script and style stands in the file itself, and nothing else may run or be loaded."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from html import escape
from importlib import metadata
from pathlib import Path
from string import Template
from typing import Any, Protocol

from layers.outputs import GENERATOR
from maps.offline.folium_elements import PICTURES, TILES, CssLink, Element, Figure, JavascriptLink, Link, folium

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
        return any(isinstance(one, kinds) for one in _family(self))

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


def _escaped(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _path(name: str) -> Path:
    package, inside = LIBRARIES[name]
    return Path(str(metadata.distribution(package).locate_file(inside)))


def _with_pictures(style: str, folder: Path) -> str:
    def inside(found: re.Match[str]) -> str:
        address = found[1]
        return found[0] if address.startswith(("data:", "#")) else f'url("{_data_url(folder / address)}")'

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
