"""Overviews: what nouns show at a prompt is short, whatever they hold."""

from __future__ import annotations

import pytest

from layers.overview import ROWS, WIDTH, Overview, Shown, counted, listed


class Basket(Shown):
    def overview(self) -> Overview:
        return Overview("Basket", (("apples", "3"), ("pears", "")))


def test_rows_without_a_text_are_left_out() -> None:
    assert repr(Basket()) == str(Basket()) == "Basket\n  apples  3"


def test_a_noun_that_nobody_draws_has_no_card() -> None:
    assert Basket()._repr_html_() is None


def test_what_is_long_is_cut() -> None:
    text = Overview("t", tuple((f"row {place}", "word " * 100) for place in range(99))).text()
    assert len(text.splitlines()) == ROWS < 30
    assert max(map(len, text.splitlines())) <= WIDTH


def test_no_name_adds_a_line_or_hides_something() -> None:
    text = Overview("a\nb", (("x", "1\n2\u202e"),)).text()
    assert len(text.splitlines()) == 2
    assert "\u202e" not in text


@pytest.mark.parametrize(("count", "end"), [(8, "7"), (9, "... 1 more")])
def test_many_names_are_counted(count: int, end: str) -> None:
    assert listed(range(count)).endswith(end)
    assert counted({"a": 2000, "b": 0}) == "a 2,000"
