"""Signs: every overlay has one, no two the same, and each can be seen on its disc."""

from __future__ import annotations

from typing import get_args

import pytest

from maps.drawing.palette import DARK, DARK_INKS, LIGHT, LIGHT_INKS, SIGNS, overlay_signs
from tests.maps.drawing.test_palette import luminance, rulebook
from zoning.rulebook import builtin_rulebooks, read_rulebook
from zoning.rulebook.schema import SignName


def test_there_is_a_drawing_of_every_name_that_a_rulebook_can_say() -> None:
    assert set(SIGNS) == set(get_args(SignName))


@pytest.mark.parametrize("name", builtin_rulebooks())
def test_the_overlays_of_a_built_in_rulebook_say_their_signs(name: str) -> None:
    book = read_rulebook(name)
    signs = overlay_signs(book)
    assert list(signs) == [zone.code for zone in book.zones if zone.kind == "overlay"]
    assert {one.name for one in signs.values()} == {zone.sign for zone in book.zones if zone.kind == "overlay"}


def test_overlays_without_a_sign_take_those_that_are_left() -> None:
    book = rulebook("general", overlays=5)
    first = book.zones[1].model_copy(update={"sign": "star"})
    signs = overlay_signs(book.__class__(**{**vars(book), "zones": (book.zones[0], first, *book.zones[2:])}))
    assert [one.name for one in signs.values()] == ["star", "bolt", "temple", "drop", "shield"]


@pytest.mark.parametrize(("inks", "ground"), [(LIGHT_INKS, LIGHT.panel), (DARK_INKS, DARK.panel)])
def test_each_ink_can_be_read_on_its_disc(inks: tuple[str, ...], ground: str) -> None:
    for ink in inks:
        light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5
