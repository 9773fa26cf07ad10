"""Catalogues: every message in every language with the same fields, and what programs read is what people wrote."""

from __future__ import annotations

import gettext
import importlib.util
import io
import re
import string
from pathlib import Path
from types import ModuleType

import pytest

from maps.locale import languages, render
from maps.locale.messages import CATALOGUES
from zoning.trace import say
from zoning.trace.messages import CLAUSES

babel = pytest.importorskip("babel.messages.pofile", reason="Babel is not installed: pip install zoneplan[dev]")
ROOT = Path(__file__).resolve().parents[3]


def entries(language: str) -> dict[str, str]:
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        return {one.id: one.string for one in babel.read_po(file, abort_invalid=True) if one.id}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_there_is_a_catalogue_of_every_language() -> None:
    assert sorted(path.stem for path in CATALOGUES.glob("*.po")) == sorted(languages())


@pytest.mark.parametrize("language", languages())
def test_every_message_has_all_its_fields_in_every_language(language: str) -> None:
    english, other = entries("en"), entries(language)
    assert other.keys() == english.keys()
    assert {key: fields(text) for key, text in other.items()} == {key: fields(text) for key, text in english.items()}
    assert all(other.values())


def test_every_key_that_a_step_says_is_in_the_catalogues_and_no_other() -> None:
    """Keys that are put together from parts are found by what stands before the braces."""
    said = {
        key
        for package in ("zoning", "maps")
        for path in (ROOT / package).rglob("*.py")
        for key in re.findall(r'(?:say|_say|_template)\(\s*f?"([^"]+)"', path.read_text("utf-8"))
    }
    chapters = {
        name
        for path in (ROOT / "maps").rglob("*.py")
        for name in re.findall(r'catalogue\("(\w+)"', path.read_text("utf-8"))
    } | {"roles", "units", "settings", "instruments", "finding"}  # by kinds of terms, and codes of remarks
    prefixes = (
        {f"{name}." for name in chapters}
        | {key.partition("{")[0] for key in said}
        | {f"energy.{key.partition('{')[0]}" for key in said}
    )
    told = [key for key in entries("en") if key != CLAUSES and not key.startswith("list.")]  # what renders the others
    unsaid = [key for key in told if not any(key.startswith(prefix) for prefix in prefixes if prefix)]
    assert not unsaid
    missing = [key for key in said if "." in key and "{" not in key and key not in entries("en")]
    assert not missing


def sentences(compiled: bytes) -> dict[str, str]:
    """All but the header, which names the version of Babel."""
    catalogue = gettext.GNUTranslations(io.BytesIO(compiled))
    return {key: catalogue.gettext(key) for key in entries("en")}


@pytest.fixture(scope="module")
def compiler() -> ModuleType:
    spec = importlib.util.spec_from_file_location("compile_catalogues", ROOT / "docs" / "compile_catalogues.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("language", languages())
def test_what_programs_read_is_what_people_wrote(language: str, compiler: ModuleType) -> None:
    written = CATALOGUES / f"{language}.po"
    read, made = written.with_suffix(".mo").read_bytes(), compiler.compiled(written)
    assert sentences(read) == sentences(made), "python docs/compile_catalogues.py"


def test_a_message_that_no_catalogue_has_is_a_fault() -> None:
    with pytest.raises(KeyError):
        render(say("energy.nothing"), "en")
