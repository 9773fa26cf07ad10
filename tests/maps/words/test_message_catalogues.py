"""Catalogues: every text in every language with the same fields, and what programs read is what people wrote."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from layers.errors import ZoneplanError
from maps.words import languages, number_style
from maps.words.messages import CATALOGUES, COUNTS, templates

ROOT = Path(__file__).resolve().parents[3]
CHINESE = re.compile(r"[\u4e00-\u9fff，。；：、（）！？…≤≥≠]")
SAME = {"map.credit", "report.fonts"}
"""What is said alike in every language."""


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def is_sign(text: str) -> bool:
    """Whether a text has no word of its own: signs, figures and fields alone, an x between figures among them."""
    return re.fullmatch(r"(?:[\W\d_]|\bx\b)*", re.sub(r"\{[^}]*\}", "", text)) is not None


def test_there_is_a_catalogue_of_every_language() -> None:
    assert {"en", "zh"} <= set(languages())
    for ending in ("po", "mo"):
        assert sorted(path.stem for path in CATALOGUES.glob(f"*.{ending}")) == sorted(languages())


@pytest.mark.parametrize(
    "path", sorted(CATALOGUES.rglob("*.po")), ids=lambda path: path.relative_to(CATALOGUES).as_posix()
)
def test_each_text_is_said_once(path: Path) -> None:
    """Of two under one id, which a merge may leave, one version of Babel takes the first and one the last."""
    blocks = path.read_text("utf-8").split("\n\n")
    assert [block for block in blocks if len(re.findall(r"^msgstr(?:\[0\])? ", block, re.MULTILINE)) > 1] == []


def test_a_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(ZoneplanError, match=rf"no language 'xx': zoneplan speaks {', '.join(languages())}") as refused:
        templates("xx")
    assert refused.value.code == "language"


@pytest.mark.parametrize("language", ["../en", "", "EN"])
def test_a_language_is_a_name_and_no_path(language: str) -> None:
    with pytest.raises(ZoneplanError, match="no language"):
        templates(language)


@pytest.mark.parametrize("language", languages())
def test_every_text_has_all_its_fields_in_every_language(language: str) -> None:
    english, other = templates("en"), templates(language)
    assert other.keys() == english.keys()
    wanted = {key: fields(one.forms[0]) for key, one in english.items()}
    assert not {key: one for key, one in other.items() if any(fields(form) != wanted[key] for form in one.forms)}
    assert not [key for key, one in other.items() if not all(one.forms)]


@pytest.mark.parametrize("language", languages())
def test_what_has_plurals_has_all_of_them_and_a_number_to_choose_by(language: str) -> None:
    style = number_style(language)
    forms_of_the_language = {style.plural(count) for count in range(1000)}
    english, other = plural_keys("en"), plural_keys(language)
    assert other == english
    for key in other:
        forms = templates(language)[key].forms
        assert set(range(len(forms))) == forms_of_the_language, key
        assert fields(forms[0]) & set(COUNTS), key


def plural_keys(language: str) -> set[str]:
    written = (CATALOGUES / f"{language}.po").read_text("utf-8")
    pairs = re.findall(r'^msgid "(.*)"\nmsgid_plural "(.*)"$', written, re.MULTILINE)
    assert all(one == other for one, other in pairs)
    return {key for key, _ in pairs}


@pytest.mark.parametrize("language", languages())
def test_no_key_stands_twice_and_they_are_sorted(language: str) -> None:
    """So that two branches that add keys seldom meet, and a key is found by eye."""
    keys = re.findall(r'^msgid "(.+)"$', (CATALOGUES / f"{language}.po").read_text("utf-8"), re.MULTILINE)
    assert len(set(keys)) == len(keys)
    assert keys == sorted(keys)


@pytest.mark.parametrize("language", languages())
def test_each_language_is_written_in_its_own_script(language: str) -> None:
    chinese, broken = language == "zh", []
    for key, one in templates(language).items():
        worded = not is_sign(templates("en")[key]) and key not in SAME
        broken += [
            form
            for form in one.forms
            if (chinese and worded and not CHINESE.search(form))
            or (not chinese and CHINESE.search(form.replace("…", "")))
        ]
    assert not broken


@pytest.mark.parametrize("language", languages())
def test_the_signs_of_numbers_are_told_apart(language: str) -> None:
    style = number_style(language)
    assert style.thousands != style.point
    assert style.written("-1,234,567.8").replace(style.thousands, "").replace(style.point, ".") == "-1234567.8"


def test_a_tree_that_nobody_built_is_named_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maps.words.messages.CATALOGUES", tmp_path)
    with pytest.raises(ZoneplanError, match=r"hatch_build\.py") as left:
        languages.__wrapped__()
    assert left.value.code == "catalogues"
