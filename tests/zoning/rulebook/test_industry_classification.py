from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import UnknownNameError
from zoning.errors import RulebookError
from zoning.rulebook.chapter_schemas import Branch
from zoning.rulebook.industry_classification import (
    branch_faults,
    builtin_classifications,
    classified,
    read_classification,
)

GB = read_classification("gbt4754_2017")
SECTIONS = {"A": 5, "B": 7, "C": 31, "D": 3, "E": 4, "F": 2, "G": 8, "H": 2, "I": 3, "J": 4, "K": 1, "L": 2, "M": 3,
            "N": 4, "O": 3, "P": 1, "Q": 2, "R": 5, "S": 6, "T": 1}  # fmt: skip
"""Divisions a section; the standard of 2017 counts 20 sections and 97 divisions."""


def test_the_chinese_standard_has_twenty_sections_and_ninety_seven_divisions_without_a_gap() -> None:
    divisions = {code: one.within for code, one in GB.branches.items() if one.within}
    assert [code for code, one in GB.branches.items() if not one.within] == list(SECTIONS)
    assert list(divisions) == [f"{number:02d}" for number in range(1, 98)]
    assert {section: list(divisions.values()).count(section) for section in SECTIONS} == SECTIONS
    assert sum(SECTIONS.values()) == 97


def test_titles_speak_both_languages() -> None:
    for branch in GB.branches.values():
        assert set(branch.title) == {"en", "zh"}
        assert branch.title["en"].isascii()
        assert not branch.title["zh"].isascii()
    assert GB.title("C30") == GB.title("c3011") == GB.branches["30"].title
    assert (GB.title("C30")["zh"], GB.title("K70")["en"]) == ("非金属矿物制品业", "Real estate")


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("C3011", ("C", "C30", "C301", "C3011")),
        ("3011", ("C", "C30", "C301", "C3011")),
        (" c30 ", ("C", "C30")),
        ("30", ("C", "C30")),
        ("C", ("C",)),
        ("06", ("B", "B06")),
        ("B0610", ("B", "B06", "B061", "B0610")),
    ],
)
def test_a_code_with_or_without_its_letter_at_any_depth(code: str, path: tuple[str, ...]) -> None:
    assert GB.path(code) == path


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("A3011", "industry 'A3011': 30 is a part of C, not of A; write 'C3011'"),
        ("C06", "industry 'C06': 06 is a part of B, not of C; write 'B06'"),
        ("98", "there is no such branch in gbt4754_2017"),
        ("C30111", "gbt4754_2017 has codes of up to 4 digits"),
        ("U", "there is no such branch"),
        ("C30-1", "there is no such branch in gbt4754_2017; did you mean"),
        ("", "there is no such branch"),
        ("6", "there is no such branch"),
    ],
)
def test_a_code_that_is_none_says_what_may_be_meant(code: str, message: str) -> None:
    with pytest.raises(UnknownNameError) as error:
        GB.path(code)
    assert message in str(error.value)


@given(st.integers(0, 9999), st.integers(1, 4))
def test_every_number_has_one_path_or_none(number: int, length: int) -> None:
    digits = f"{number:04d}"[:length]
    if 1 <= int(digits[:2]) <= 97 and length >= 2:
        path = GB.path(digits)
        assert len(path) == length
        assert path[-1] == path[0] + digits
        assert GB.path(path[-1]) == path
        assert all(GB.path(one) == path[: place + 1] for place, one in enumerate(path))
    else:
        with pytest.raises(UnknownNameError):
            GB.path(digits)


def test_a_classification_without_letters() -> None:
    """As in the American one: a sector may be a range of numbers."""
    title = {"en": "x"}
    branches = [
        Branch(code="31-33", title=title),
        Branch(code="327", within="31-33", digits=6, title=title),
        Branch(code="11", digits=3, title=title),
    ]
    industries = classified("toy", branches)
    assert industries.path("32731") == ("31-33", "327", "3273", "32731")
    assert industries.path("31-33") == ("31-33",)
    assert industries.path("113") == ("11", "113")
    with pytest.raises(UnknownNameError, match="no such branch"):
        industries.path("1134")


def test_faults_of_a_classification_of_ones_own() -> None:
    title = {"en": "x"}
    branches = [
        Branch(code="A", title=title),
        Branch(code="01", within="B", title=title),
        Branch(code="A", title=title),
    ]
    assert branch_faults(branches) == [
        (1, "within", "no branch 'B' stands before it; there are 'A'"),
        (2, "code", "'A' is there already; drop or rename one"),
    ]


def test_a_classification_that_is_not_there() -> None:
    assert builtin_classifications() == ("gbt4754_2017",)
    with pytest.raises(RulebookError, match=r"no classification 'gbt4754'; did you mean 'gbt4754_2017'\?"):
        read_classification("gbt4754")
