"""Every key of the catalogues is said by somebody, and what is said has a key."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from maps.words.messages import templates
from zoning.zones.main_function import STANDINGS

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("layers", "zoning", "maps", "zoneplan")
ROOMS = [path for package in PACKAGES for path in (ROOT / package).iterdir() if path.is_dir()]
SPEAKS = re.compile(r'\bcatalogue\(\s*"(\w+)"|\bf"(\w+)\.\{')
"""How a room takes a chapter: ``catalogue("report", ...)``, or ``f"energy.{key}"`` where it makes its own messages."""
HANDED = {
    "conditions": {"clause"},
    "annex": {"page"},
    "figures": {"page", "report"},
    "reports": {"page", "report", "compare"},
    "cli": {"compare", "consensus"},
    "runs": {"consensus"},
}
"""The rooms that are given the templates of a chapter, for they cannot ask for them."""
FIELD = r"\w*"
"""What a field of an f-string is in its pattern."""
SAID_BY_RENDERING = {"list", "number", "clauses", "roles", "units", "settings"}
"""Chapters whose keys are names of fields, or codes that stand in data."""


@cache
def read(path: Path) -> str:
    return path.read_text("utf-8")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(read(path))


@pytest.fixture(scope="module", autouse=True)
def forgotten() -> Iterator[None]:
    """Trees of all modules take 100 MB, which no other test needs."""
    yield
    read.cache_clear()
    parsed.cache_clear()


@cache
def chapters_of(room: Path) -> frozenset[str]:
    found = [one for path in room.rglob("*.py") for pair in SPEAKS.findall(read(path)) for one in pair]
    return frozenset(filter(None, found)) | HANDED.get(room.name, set())


def texts_in(tree: ast.Module) -> Iterator[str]:
    """The texts of a module: constants, names of arguments; and patterns of f-strings with a word of their own."""
    docstrings = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    for one in ast.walk(tree):
        if isinstance(one, ast.JoinedStr):
            parts = [str(part.value) if isinstance(part, ast.Constant) else "" for part in one.values]
            if re.search(r"\w{3}(?!\w*\.$)", "".join(parts)):
                yield "".join(re.escape(part) or FIELD for part in parts)
        elif isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in docstrings:
            yield one.value
        elif isinstance(one, ast.keyword) and one.arg:
            yield one.arg


def texts_of_assets(room: Path) -> Iterator[str]:
    """The same of scripts and pages."""
    for path in room.rglob("*"):
        if path.suffix in {".js", ".html", ".j2"}:
            plain = re.findall(r'\bwords\.(\w+)|["\'](\w+)["\']|\$(\w+)', read(path))
            yield from (one for found in plain for one in found if one)
            for one in re.findall(r"`((?:\w|\$\{[^}]*\})+)`", read(path)):
                if re.search(r"\w{3}", re.sub(r"\$\{[^}]*\}", "", one)):
                    yield FIELD.join(re.split(r"\$\{[^}]*\}", one))


class Texts:
    """What some rooms say: texts, and patterns of texts."""

    def __init__(self, found: Iterable[str]) -> None:
        self.plain = set(found)
        self.patterns = re.compile("|".join(one for one in self.plain if FIELD in one) or "(?!)")

    def __contains__(self, key: str) -> bool:
        return key in self.plain or self.patterns.fullmatch(key) is not None


def test_every_key_is_said_by_somebody() -> None:
    """The whole key stands anywhere; the short one in a room that says its chapter, or as a code of the engine."""
    said = {
        room: {*texts_of_assets(room), *(text for path in room.rglob("*.py") for text in texts_in(parsed(path)))}
        for room in ROOMS
    }
    whole = Texts(text for texts in said.values() for text in texts if "." in text)
    engine = [room for room in ROOMS if room.parent.name in {"layers", "zoning"}]
    codes = {text for room in engine for text in said[room] if FIELD not in text}
    codes |= set(STANDINGS)
    unsaid = []
    for chapter in {key.partition(".")[0] for key in templates("en")} - SAID_BY_RENDERING:
        own = Texts(codes.union(*(said[room] for room in ROOMS if chapter in chapters_of(room))))
        keys = [key for key in templates("en") if key.startswith(f"{chapter}.")]
        unsaid += [key for key in keys if not (key in whole or key.partition(".")[2] in own)]
    assert sorted(unsaid) == []


def keys_in(tree: ast.Module) -> Iterator[str]:
    """The keys that a module names beyond doubt: ``words["key"]``, ``told["key"]`` of words, ``say("key", ...)``."""
    named = {"words", "_words"} | {
        name.id
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign) and is_words(one.value)
        for name in one.targets
        if isinstance(name, ast.Name)
    }
    for one in ast.walk(tree):
        taken: ast.AST | None = None
        if isinstance(one, ast.Subscript) and (name_of(one.value) in named or is_words(one.value)):
            taken = one.slice
        elif isinstance(one, ast.Call) and one.args and name_of(one.func) in {"say", "_say"}:
            taken = one.args[0]
        if isinstance(taken, ast.Constant) and isinstance(taken.value, str):
            yield taken.value


def name_of(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def is_words(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and name_of(node.func) == "catalogue"


def keys_of_assets(path: Path) -> list[str]:
    """The same of a script or a template of pages."""
    found = re.findall(r'\bwords\.(\w+)|\bspeech\.say\("(\w+)"', read(path)) if path.suffix in {".js", ".j2"} else []
    return [key for pair in found for key in pair if key]


def test_every_key_that_is_said_is_in_the_catalogues() -> None:
    known = templates("en")
    missing = []
    for room in ROOMS:
        for path in room.rglob("*"):
            chapters = {"report"} if path.suffix == ".j2" else chapters_of(room)
            missing += [
                f"{path.relative_to(ROOT)}: {key}"
                for key in (keys_in(parsed(path)) if path.suffix == ".py" else keys_of_assets(path))
                if key not in known and not any(f"{chapter}.{key}" in known for chapter in chapters)
            ]
    assert not missing
