"""Every word of the house in both languages: with the same figures in it, and Chinese where Chinese is meant.

Each test is one rule over all dictionaries, and shows every text that breaks it.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import layers
import maps
import zoning
from layers.languages import LANGUAGES
from maps.locale.message_catalogues import _WORDS

CATALOGUES = sorted((Path(maps.__path__[0]) / "locale").glob("*.toml"))
CHINESE = re.compile(r"[\u4e00-\u9fff，。；：、（）！？…≤≥≠]")
SAME = {"{name} {value}", "{n} {unit}", "zoneplan", "of_column", "{name} = {value}"}
"""What is said alike in both languages."""


class Text(NamedTuple):
    """One text of a dictionary, and where it stands."""

    place: str
    english: str
    chinese: str


def dictionaries() -> Iterator[tuple[str, dict[str, tuple[str, str]]]]:
    """Every dictionary of the house: what a module annotates as ``Words``, the map's own, and the files."""
    for package in (layers, zoning, maps):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            for name, kind in getattr(module, "__annotations__", {}).items():
                if kind == "Words" and hasattr(module, name):
                    yield f"{found.name}.{name}", getattr(module, name)
    yield "maps.locale", _WORDS
    for path in CATALOGUES:
        read = tomllib.loads(path.read_text("utf-8"))
        yield path.name, {key: tuple(texts.get(language, "") for language in LANGUAGES) for key, texts in read.items()}


@pytest.fixture(scope="module")
def texts() -> list[Text]:
    return [Text(f"{where}: {key}", *pair) for where, words in dictionaries() for key, pair in words.items()]


def require_none(broken: Iterable[Text]) -> None:
    """Show all texts that break a rule, not the first."""
    told = [f"{one.place}: {one.english!r}, {one.chinese!r}" for one in broken]
    assert not told, "\n".join(told)


def figures(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def is_sign(text: str) -> bool:
    """Whether a text has no word of its own: signs and figures alone, an x between figures among them."""
    return re.fullmatch(r"(?:[\W\d_]|\bx\b)*", re.sub(r"\{\w*\}", "", text)) is not None


def test_every_dictionary_is_found(texts: list[Text]) -> None:
    """A rule over nothing would hold: of each package some words, and of the files all."""
    assert len(texts) > 900
    assert {"layers", "zoning", "maps"} <= {one.place.partition(".")[0] for one in texts}
    assert {"plan_messages.toml", "report_messages.toml"} <= {path.name for path in CATALOGUES}


def test_each_word_stands_in_both_languages(texts: list[Text]) -> None:
    require_none(one for one in texts if not (one.english and one.chinese))


def test_the_figures_of_the_english_stand_in_the_chinese(texts: list[Text]) -> None:
    """Chinese may give a title beside its code."""
    require_none(one for one in texts if not figures(one.english) <= figures(one.chinese))


def test_there_is_no_chinese_in_the_english(texts: list[Text]) -> None:
    require_none(one for one in texts if CHINESE.search(one.english.replace("…", "")))


def test_there_is_chinese_in_the_chinese(texts: list[Text]) -> None:
    worded = [one for one in texts if not is_sign(one.english) and one.english not in SAME]
    require_none(one for one in worded if not CHINESE.search(one.chinese))


def test_the_files_have_no_third_language() -> None:
    for path in CATALOGUES:
        read = tomllib.loads(path.read_text("utf-8"))
        assert {language for texts in read.values() for language in texts} == set(LANGUAGES), path.name
