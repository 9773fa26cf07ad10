"""Lines of a plan: whatever stands in the texts, TOML reads back what was meant, and a comment stays one."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from layers.sources import check_name
from maps.drafts.plan_draft import comments, free_name, line, listed, toml_value

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT, st.lists(TEXT), st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**62), 2**62))
def test_values_are_read_back(text: str, texts: list[str], real: float, whole: int) -> None:
    plan = f"a = {toml_value(text)}\nb = {toml_value(texts)}\nc = {toml_value(real)}\nd = {toml_value(whole)}\n"
    assert tomllib.loads(plan) == {"a": text, "b": texts, "c": real, "d": whole}


@given(TEXT, TEXT)
def test_a_comment_says_nothing_to_the_plan(value: str, comment: str) -> None:
    assert tomllib.loads("\n".join([*comments(comment), *line("key", value, comment), ""])) == {"key": value}


@given(st.lists(TEXT, max_size=6))
def test_free_names_are_names_and_differ(wanted: list[str]) -> None:
    taken: set[str] = set()
    names = [free_name(one, taken) for one in wanted]
    assert len(set(names)) == len(names) == len(taken)
    for name in names:
        check_name(name)


def test_long_lists_are_cut() -> None:
    assert listed(range(3)) == "0, 1, 2"
    assert listed(range(100)).endswith("22, 23, ... (100)")
