"""Texts by language: any language by its tag, one text for all, and complaints at the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.errors import StudyError
from layers.sources import Section, Wording, read_document


class Named(Section):
    title: Wording


def read(folder: Path, text: str) -> Wording:
    (folder / "named.toml").write_text(f"title = {text}\n", "utf-8")
    return read_document(folder / "named.toml", Named)[0].title


@pytest.mark.parametrize("tag", ["en", "zh", "pt", "pt-BR", "zh-Hant", "de-1996", "yue"])
def test_any_language_may_have_a_text(tmp_path: Path, tag: str) -> None:
    assert read(tmp_path, f'{{ {tag} = "river" }}') == {tag: "river"}


def test_one_text_stands_for_all_languages(tmp_path: Path) -> None:
    assert read(tmp_path, '"Chishui"') == "Chishui"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{ EN = "a" }', 'column 11: \'EN\' is no language: write its tag, such as "en", "zh" or "pt-BR"'),
        ('{ english = "a" }', "column 11: 'english' is no language"),
        ('{ en = "a", e = "b" }', "column 21: 'e' is no language"),
        ('{ en = "" }', "column 16: 'en' must not be empty"),
        ("{ en = 3 }", "column 16: 'en': a text in quotes is needed, not the number 3"),
        ("{}", "column 9: 'title' must not be empty"),
        ('""', "column 9: 'title' must not be empty"),
        ("3", "column 9: 'title': a text in quotes or a table is needed, not the number 3"),
    ],
)
def test_what_is_no_text_by_language_is_refused_at_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(StudyError) as refused:
        read(tmp_path, text)
    assert f"named.toml, line 1, {said}" in str(refused.value)
    assert len(refused.value.parts) == 1


def test_the_schema_says_what_a_tag_looks_like() -> None:
    _, by_language = Named.model_json_schema()["properties"]["title"]["anyOf"]
    (pattern,) = by_language["patternProperties"]
    assert pattern.startswith("^[a-z]{2,3}")
