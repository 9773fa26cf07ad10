"""Phrases: English sentences that keep what they are made of."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal

import pytest

from layers.errors import SeveralErrors, SourceError, StudyError, naming_the_layer, shown
from layers.phrases import AND, COMMA, Phrase, Reworded, phrase_list, word

EMPTY = "layer '{layer}': {count:,} row(s) are empty"


def test_a_phrase_is_its_english_sentence() -> None:
    said = Phrase(EMPTY, layer="forests", count=1200)
    assert said == "layer 'forests': 1,200 row(s) are empty"
    assert f"{said}" == str(said)
    assert (said.template, dict(said.fields)) == (EMPTY, {"layer": "forests", "count": 1200})


@pytest.mark.parametrize(
    "said",
    [
        Phrase(EMPTY, layer="a", count=1),
        Phrase("{place}: {said}", place="plan.toml", said=Phrase("the code is empty")),
        Reworded(Phrase("layer '{layer}': no", layer="a"), "layer", "table"),
    ],
)
def test_a_copy_of_a_phrase_keeps_its_parts(said: Phrase) -> None:
    for again in (pickle.loads(pickle.dumps(said)), copy.copy(said), copy.deepcopy(said)):
        assert type(again) is type(said)
        assert (again, again.template, again.fields) == (said, said.template, said.fields)


def test_an_error_in_a_field_is_what_it_says() -> None:
    inner = SourceError(Phrase(EMPTY, layer="a", count=2))
    outer = Phrase("{place}: {said}", place="plan.toml", said=inner)
    assert outer == "plan.toml: layer 'a': 2 row(s) are empty"
    assert outer.fields["said"].template == EMPTY
    assert Phrase("{said}", said=OSError("disk full")).fields["said"] == "disk full"


def test_a_text_by_language_reads_as_its_english_one() -> None:
    assert Phrase("because {reason}", reason={"zh": "城市优先", "en": "cities first"}) == "because cities first"
    assert Phrase("because {reason}", reason={"zh": "城市优先"}) == "because 城市优先"


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 300])
def test_a_list_of_phrases_reads_as_joined(count: int) -> None:
    names = [f"'{number}'" for number in range(count)]
    assert phrase_list(names) == ", ".join(names)
    assert phrase_list(names, AND) == " and ".join(names)


def test_many_ids_are_counted_in_a_phrase_of_their_own() -> None:
    few, many = shown("ab"), shown("abcdefg")
    assert not isinstance(few, Phrase)
    assert isinstance(many, Phrase)
    assert many.fields["count"] == 2


def test_words_of_kinds_are_phrases_and_other_texts_stay() -> None:
    assert isinstance(word("polygons"), Phrase)
    assert word("polygons") == "polygons"
    assert not isinstance(word("uint8"), Phrase)


def test_what_is_refused_stays_a_phrase_with_its_place() -> None:
    with pytest.raises(SourceError) as refused, naming_the_layer(Phrase("quota '{quota}'", quota="land")):
        raise SourceError(Phrase(EMPTY, layer="a", count=2))
    said = refused.value.said
    assert said == "quota 'land': layer 'a': 2 row(s) are empty" == str(refused.value)
    assert [said.fields[name].template for name in ("place", "said")] == ["quota '{quota}'", EMPTY]
    (finding,) = refused.value.findings
    assert finding.text is said


def test_several_errors_say_a_paragraph_each() -> None:
    both = SeveralErrors([SourceError(Phrase(EMPTY, layer="a", count=2)), StudyError("unknown key")])
    assert str(both) == "layer 'a': 2 row(s) are empty\n\nunknown key"
    with pytest.raises(SeveralErrors) as refused, naming_the_layer("plan.toml"):
        raise both
    assert str(refused.value) == "plan.toml: layer 'a': 2 row(s) are empty\n\nplan.toml: unknown key"
    assert isinstance(refused.value.said, Phrase)


def test_exact_numbers_stay_exact() -> None:
    said = Phrase("the total is {total}", total=Decimal("10600.50"))
    assert said == "the total is 10600.50"
    assert said.fields["total"] == Decimal("10600.50")
    assert phrase_list(["a", "b"], COMMA) == "a, b"
