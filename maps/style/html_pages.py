"""Pages: HTML that opens without a network; no script, every value escaped, one style sheet allowed by its own hash."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from layers.errors import escape_hidden
from layers.outputs import GENERATOR

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
