"""Messages in words."""

from __future__ import annotations

import pytest

from maps.words import render
from zoning.reasons import joined, say


def test_a_message_that_no_catalogue_has_is_a_fault() -> None:
    with pytest.raises(KeyError):
        render(say("energy.nothing"), "en")
    with pytest.raises(KeyError):
        render(say("nothing"), "en")


def test_a_message_without_a_field_of_its_sentence_is_a_fault() -> None:
    with pytest.raises(KeyError, match="target"):
        render(say("energy.incentive"), "en")


def test_a_text_stays_as_it_is() -> None:
    assert render("wie gesagt", "zh") == "wie gesagt"


def test_clauses_stand_in_a_row() -> None:
    assert render(joined([say("light.red"), say("light.green")]), "en") == "red; green"
