"""The reference: each name of the front door has one place in it, and a docstring that can be used as it stands."""

from __future__ import annotations

import ast
import builtins
import doctest
import importlib
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

import pytest

import zoneplan as zp

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
PACKAGES = ("layers", "zoning", "maps", "zoneplan")
ERRORS = [name for name in zp.__all__ if inspect.isclass(getattr(zp, name)) and name.endswith(("Error", "Errors"))]
NAMES = [*zp.__all__, *(f"indices.{name}" for name in zp.indices.__all__)]
FUNCTIONS = [name for name in NAMES if not inspect.isclass(attrgetter(name)(zp))]


def sections(name: str) -> set[str]:
    """The headings of sections in the docstring of a name."""
    return set(re.findall(r"^(\w[\w ]*)\n-+$", inspect.getdoc(attrgetter(name)(zp)) or "", re.MULTILINE))


def example(name: str) -> ast.Module:
    """What the examples of a name run, one after the other."""
    found = doctest.DocTestParser().get_examples(inspect.getdoc(attrgetter(name)(zp)) or "")
    return ast.parse("".join(one.source for one in found))


def test_each_name_of_the_front_door_stands_on_one_page() -> None:
    described = Counter(
        name
        for page in (DOCS / "reference").glob("*.md")
        for name in re.findall(r"^::: zoneplan\.([\w.]+)$", page.read_text("utf-8"), re.MULTILINE)
    )
    assert described == Counter(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_says_what_it_is(name: str) -> None:
    first = (inspect.getdoc(attrgetter(name)(zp)) or "").partition("\n\n")[0]
    assert first.endswith((".", "?"))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_says_what_goes_in_and_what_comes_out(name: str) -> None:
    signature = inspect.signature(attrgetter(name)(zp))
    wanted = {"Examples"}
    wanted |= {"Parameters"} if signature.parameters else set()
    wanted |= {"Returns"} if signature.return_annotation != "None" else set()
    assert wanted <= sections(name)
    text = inspect.getdoc(attrgetter(name)(zp)) or ""
    told = re.search(r"Parameters\n-+\n(.*?)(?:\n\n\w|\Z)", text, re.DOTALL)
    names = re.findall(r"^(\w[\w, ]*) : ", told[1], re.MULTILINE) if told else []
    assert [one for few in names for one in few.split(", ")] == list(signature.parameters)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ERRORS])
def test_an_example_can_be_copied(name: str) -> None:
    """It brings its imports, calls the front door, and leaves nothing that it uses to the module where it stands."""
    tree = example(name)
    assert any(isinstance(node, ast.Import) and node.names[0].asname == "zp" for node in tree.body)
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    imported = {
        (alias.asname or alias.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)} | imported | set(dir(builtins))
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    assert {node.id for node in names} <= bound
    if name in FUNCTIONS:
        assert f"zp.{name}(" in ast.unparse(tree)


def mentioned(page: Path) -> Iterator[str]:
    """The dotted names of the house in the code of a page, be it a block or a few words."""
    for code in re.findall(r"^```\w*\n.*?^```$|`[^`\n]+`", page.read_text("utf-8"), re.DOTALL | re.MULTILINE):
        yield from re.findall(r"(?<![\w./-])(?:zp|layers|zoning|maps|zoneplan)(?:\.\w+)+", code)
        for module, names in re.findall(
            r"^from ((?:layers|zoning|maps|zoneplan)[\w.]*) import ([\w, ]+)", code, re.MULTILINE
        ):
            yield from (f"{module}.{name}" for name in names.split(", "))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_names_only_what_is_there(page: Path) -> None:
    for name in mentioned(page):
        package, *parts = name.split(".")
        value: object = importlib.import_module("zoneplan" if package == "zp" else package)
        for part in parts:
            if inspect.ismodule(value) and not hasattr(value, part):
                value = importlib.import_module(f"{value.__name__}.{part}")
            else:
                value = getattr(value, part)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_names_only_files_that_are_there_and_what_is_in_them(page: Path) -> None:
    text = page.read_text("utf-8")
    for path in re.findall(r"`((?:layers|zoning|maps|tests|docs|benchmarks)/[\w./]*)`", text):
        assert (ROOT / path).exists(), path
    for name, path in re.findall(r"`(\w+)`,? (?:of|in)\s+`((?:layers|zoning|maps|tests)/[\w/]+\.\w+)`", text):
        assert re.search(rf"\b{name}\b", (ROOT / path).read_text("utf-8")), f"{name} in {path}"
