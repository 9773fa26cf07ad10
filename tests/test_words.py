"""Every word of the house in both languages: with the same figures in it, and Chinese where Chinese is meant."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from layers.conditions import clause_wording as layer_words
from layers.languages import LANGUAGES
from maps.locale.message_catalogues import _WORDS as MAP
from zoning.wording import chapter_messages, solution_messages, terms
from zoning.wording import messages as engine

ROOT = Path(__file__).resolve().parent.parent
REPORT = tomllib.loads((ROOT / "maps" / "locale" / "report_messages.toml").read_text("utf-8"))
DICTIONARIES = {
    "layers": layer_words.WORDS,
    "zoning": engine.WORDS,
    "instruments": terms.INSTRUMENTS,
    "roles": terms.ROLES,
    "settings": terms.SETTINGS,
    "units": terms.UNITS,
    "industries": chapter_messages.INDUSTRY_WORDS,
    "prices": solution_messages.WORDS,
    "map": MAP,
    "report": {key: tuple(texts[language] for language in LANGUAGES) for key, texts in REPORT.items()},
}
ALL = [(name, key, *texts) for name, words in DICTIONARIES.items() for key, texts in words.items()]
CHINESE = re.compile(r"[\u4e00-\u9fff，。；：、（）！？…≤≥≠]")
SAME = {"{name} {value}", "{n} {unit}", "zoneplan", "of_column", "{name} = {value}"}
"""What is said alike in both languages."""


@pytest.mark.parametrize(("dictionary", "key", "english", "chinese"), ALL, ids=[f"{one[0]}-{one[1]}" for one in ALL])
def test_each_word_stands_in_both_languages(dictionary: str, key: str, english: str, chinese: str) -> None:
    assert english, f"{dictionary}: {key} has no English"
    assert chinese, f"{dictionary}: {key} has no Chinese"
    assert fields(english) <= fields(chinese)  # Chinese may give a title beside its code
    assert not CHINESE.search(english.replace("…", "")), f"{dictionary}: Chinese in the English of {key}"
    if not re.fullmatch(r"[\W\d_]*", re.sub(r"\{\w*\}", "", english)) and english not in SAME:
        assert CHINESE.search(chinese), f"{dictionary}: no Chinese in the Chinese of {key}"


def test_the_report_has_no_third_language() -> None:
    assert {language for texts in REPORT.values() for language in texts} == set(LANGUAGES)


def fields(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))
