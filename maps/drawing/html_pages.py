"""Pages of HTML: templates, the typefaces inside them, and notices of what others have made."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from layers.errors import escape_hidden
from layers.formats import digest
from layers.outputs import GENERATOR
from zoning.plan import Plan
from zoning.study import builtin_studies, builtin_study

ASSETS = Path(__file__).parent / "templates"


def fill_page(template: str, styles: Iterable[str], *, faces: str = "", **values: object) -> str:
    """A page of our own assets with values in it."""
    style = "\n".join([*filter(None, [faces]), *((ASSETS / name).read_text("utf-8") for name in styles)])
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode()
    return page_template(template).render(
        style=Markup(style),  # noqa: S704  (our own files)
        style_hash=f"sha256-{digest}",
        generator=GENERATOR,
        **values,
    )


def page_template(name: str) -> Template:
    """A template of our own assets, compiled once in a process.

    Examples
    --------
    >>> page_template("report.html.j2") is page_template("report.html.j2")
    True
    """
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    return Environment(autoescape=True, undefined=StrictUndefined, finalize=_shown, loader=FileSystemLoader(ASSETS))


def _shown(value: object) -> object:
    """What a template prints: our own markup as it is, all else with nothing hidden in it."""
    return value if isinstance(value, Markup) else escape_hidden(value)


FOLDER = Path(__file__).parent / "fonts"
FACES = {"Inter": "inter.woff2", "Zoneplan Serif": "zoneplan_serif.woff2"}
"""The second is Source Serif 4 under a name of its own, as its licence asks of a subset."""


@cache
def font_faces() -> str:
    """The typefaces as rules of CSS that hold the files themselves.

    Examples
    --------
    >>> font_faces().count("@font-face"), "https:" in font_faces()
    (2, False)
    """
    return "".join(
        f'@font-face{{font-family:"{name}";font-weight:400 700;font-display:block;src:url(data:font/woff2;base64,'
        f'{base64.b64encode((FOLDER / file).read_bytes()).decode("ascii")}) format("woff2")}}\n'
        for name, file in FACES.items()
    )


PRINTED = {400: "source_sans_3_400.woff2", 600: "source_sans_3_600.woff2"}
"""Source Sans 3 as it is packaged, by weight."""
IDEOGRAPHS = frozenset({"zh", "ja", "ko"})
"""Languages whose own faces have the letters and digits that go with them."""


@cache
def printed_faces(language: str) -> str:
    """The typeface of report and dossier as rules of CSS; none where the fonts of the system are the better ones.

    Examples
    --------
    >>> printed_faces("en").count("@font-face"), printed_faces("zh")
    (2, '')
    """
    if language.partition("-")[0] in IDEOGRAPHS:
        return ""
    return "".join(
        f'@font-face{{font-family:"Source Sans 3";font-weight:{weight};src:url(data:font/woff2;base64,'
        f'{base64.b64encode((FOLDER / file).read_bytes()).decode("ascii")}) format("woff2")}}\n'
        for weight, file in PRINTED.items()
    )


_FILE = Path(__file__).parent.parent / "NOTICES.md"
_IN_THE_MAP = ("BSD-2-Clause", "MIT")
"""The licences of the software that a map holds in itself, whose words go with it."""
_AS_THESE = "as these"
"""The licence of what was derived from other rows of the file, which are credited themselves."""


class Notice(NamedTuple):
    """One thing that others have made."""

    what: str
    credit: str
    licence: str


@cache
def notices_text() -> str:
    """The whole file, in Markdown: every bundled file, the software in the map, and the texts of the licences.

    Examples
    --------
    >>> notices_text().splitlines()[0]
    '# Notices'
    """
    return _FILE.read_text("utf-8")


@cache
def notices_of(chapter: str) -> tuple[Notice, ...]:
    """The rows of a table of the file.

    Examples
    --------
    >>> [one.what for one in notices_of("Software in the map")]
    ['Leaflet (XStatic-Leaflet)', 'jQuery (XStatic-jQuery)', 'folium', 'branca']
    """
    lines = _chapter(f"## {chapter}").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return tuple(Notice(row[0], row[1], row[-1]) for row in rows[1:])


def page_notices(plan: Plan | None, *, software: bool, world: bool = True, language: str = "en") -> str:
    """What a page has to say: credits of the world layers, of the plan's inputs that are bundled, and of its software.

    Examples
    --------
    >>> page_notices(None, software=False, language="zh").splitlines()
    ['Natural Earth 底图数据 (公有领域)', 'GeoNames (CC-BY-4.0, MIT)']
    """
    used = {source.sha256 for source in plan.sources} if plan else set()
    notices = [
        notice for notice in notices_of("Data of the built-in studies") if _digest(notice.what.split(",")[0]) in used
    ]
    notices += notices_of("World layers") if world else ()
    lines = [
        f"{_named(notice.credit, language)} ({_licence(notice.licence, language)})"
        for notice in notices
        if notice.licence != _AS_THESE
    ]
    if software:
        lines += [f"{notice.what}: {notice.credit} ({notice.licence})" for notice in notices_of("Software in the map")]
        lines += [f"{notice.credit} ({notice.licence})" for notice in notices_of("Typefaces")]
        lines += [f"\n{name}\n\n{_chapter(f'### {name}')}" for name in _IN_THE_MAP]
    return "\n".join(dict.fromkeys(lines))


@cache
def _names(language: str) -> dict[str, str]:
    """What names are called in a language."""
    rows = notices_of("Names in other languages")
    return {notice.what: notice.licence for notice in rows if notice.credit == language}


def _named(name: str, language: str) -> str:
    """A name in a language, as it is where it has none."""
    return _names(language).get(name, name)


def _licence(licence: str, language: str) -> str:
    """A licence, the terms in it that have a name in a language by that."""
    return ", ".join(_named(term, language) for term in licence.split(", "))


def _chapter(heading: str) -> str:
    """What stands under a heading, up to the next one."""
    return notices_text().partition(f"\n{heading}\n")[2].split("\n#")[0].strip()


@cache
def _digest(name: str) -> str:
    """The sha256 of a bundled file, told by its study and name; "" for one that stands elsewhere."""
    study, _, file = name.partition("/")
    return digest(builtin_study(study).parent / file) if study in builtin_studies() else ""
