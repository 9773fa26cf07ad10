"""The grammar of conditions: what is read, what is refused, and with which words."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.conditions import KEYWORDS, parse_condition
from layers.conditions.grammar import (
    MAX_DEPTH,
    MAX_LENGTH,
    Arithmetic,
    Between,
    Comparison,
    Constant,
    Joined,
    Like,
    Minus,
    Name,
    Opposite,
    parse_expression,
    walk,
)
from layers.errors import ConditionError


def shape(text: str) -> object:
    """The tree as nested tuples, for the eye."""

    def told(node):
        children = [told(child) for child in node.children]
        match node:
            case Name() | Constant():
                form = getattr(node, "name", None) or node.value
            case Comparison(operator=operator):
                form = (children[0], operator, children[1])
            case Joined(word=word):
                form = (word, *children)
            case Arithmetic(operators=operators):
                form = (*operators, *children)
            case Opposite():
                form = ("NOT", *children)
            case Minus():
                form = ("-", *children)
            case _:
                form = (type(node).__name__, node.negated, *children)
        return form

    return told(parse_expression(text))


def test_and_binds_tighter_than_or_and_not_tighter_than_and():
    assert shape("a OR b AND NOT c = 1") == ("OR", "a", ("AND", "b", ("NOT", ("c", "=", 1.0))))
    assert shape("(a OR b) AND c") == ("AND", ("OR", "a", "b"), "c")
    assert shape("a AND b AND c") == ("AND", "a", "b", "c")


def test_products_bind_tighter_than_sums_and_go_from_the_left():
    assert shape("a - b - c * 2 / d > 0") == (("-", "-", "a", "b", ("*", "/", "c", 2.0, "d")), ">", 0.0)
    assert shape("a > 1 -- b") == ("a", ">", ("-", 1.0, ("-", "b")))
    assert shape("-a * -2 < b") == (("*", ("-", "a"), -2.0), "<", "b")


def test_all_predicates_with_and_without_not():
    assert shape("a NOT BETWEEN 1 AND 2 AND b") == ("AND", ("Between", True, "a", 1.0, 2.0), "b")
    assert shape("a IN (1, -2, 'x', b)") == ("Among", False, "a", 1.0, -2.0, "x", "b")
    assert shape("a not in (1)") == ("Among", True, "a", 1.0)
    assert shape("a IS NULL OR a IS NOT NULL") == ("OR", ("Missing", False, "a"), ("Missing", True, "a"))
    assert parse_expression("a NOT LIKE 'x%'") == Like(0, 15, 2, Name(0, 1, 1, "a"), "x%", True)
    assert isinstance(parse_expression("a BETWEEN -1 AND b + 1"), Between)


def test_texts_names_and_truths():
    assert shape("\"a b\" = 'it''s'") == ("a b", "=", "it's")
    assert shape('"say ""hi""" = TRUE') == ('say "hi"', "=", True)
    assert shape("土地_ha > .5e1 AND größe < 1.") == ("AND", ("土地_ha", ">", 5.0), ("größe", "<", 1.0))
    assert shape("true and False") == ("AND", True, False)
    assert shape("nota OR android") == ("OR", "nota", "android")


def test_lines_and_tabs_are_white_space():
    assert shape("a > 1\r\n\tAND b") == ("AND", ("a", ">", 1.0), "b")


def test_every_part_knows_its_place():
    text = "(a + b) / c >= 50 AND NOT metro"
    parts = [text[node.start : node.end] for node in walk(parse_expression(text))]
    assert parts == [text, "(a + b) / c >= 50", "(a + b) / c", "(a + b)", "a", "b", "c", "50", "NOT metro", "metro"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("slope == 25", "unexpected '='; write = for 'equal' (column 8):\n    slope == 25\n           ^"),
        ("a != 5", "write <> for 'not equal'"),
        ("a > = 5", "write <=, >= and <> without a space"),
        ("1 < x < 5", "compare two values at a time: x BETWEEN a AND b, or a < x AND x < b"),
        ("a = NULL", "write IS NULL or IS NOT NULL"),
        ("lower(a) = 'x'", "functions are not known in conditions (column 6)"),
        ("kind = 'forest", "the closing ' is missing"),
        ('kind = "', 'the closing " is missing'),
        ("a = 'x' \"b\"", "texts stand in single quotes, names of columns in double quotes"),
        ("a = ‘x’", "texts stand in straight single quotes"),
        ("a.b > 1", 'a name with a dot stands in double quotes: "a.b"'),
        ("a > 5%", "a remainder is not known here"),
        ("a > 9 ^ 9", "powers are not known here"),
        ("a > 9 ** 9", "expected a name, a number"),
        ("a && b", "write AND"),
        ("a || b", "write OR"),
        ("!a", "write NOT"),
        ("a ≥ 5", "write >="),
        ("a ＞ 5", "write '>'"),
        ("a > ５", "write '5'"),
        ("a > ", "the condition ends too early; expected a name, a number, a 'text', '('"),
        ("a b", "unexpected 'b'; expected a comparison (= <> < <= > >=), AND, OR, NOT, BETWEEN, IN, LIKE, IS NULL"),
        ("a IS TRUE", "expected NOT, NULL"),
        ("a IN ()", "unexpected ')'"),
        ("a LIKE b", "expected a 'text'"),
        ("a LIKE 'x\\'", "ends in a backslash"),
        ("5", "this is a value; a condition is needed here: write a comparison (column 1)"),
        ("'x' OR a", "this is a value"),
        ("NOT a + 1", "this is a value"),
        ("(a > 1) + 2 > 3", "this is a condition; arithmetic needs numbers"),
        ("(a > 1) = b", "this is a condition; a comparison needs values on both sides"),
        ("-(a > 1) > 2", "this is a condition; arithmetic needs a number"),
        ("a > 1e999", "this number is too large"),
        ("", "an empty condition"),
        (" \n", "an empty condition"),
        ("a > 1; DROP TABLE x", "unexpected ';'"),
        ("@pd.io.common.os.system('id')", "unexpected '@'"),
    ],
)
def test_what_is_refused_says_why_and_what_to_write(text, message):
    with pytest.raises(ConditionError) as caught:
        parse_condition(text)
    assert message in str(caught.value)


def test_the_caret_stands_under_its_place_also_below_wide_characters_and_in_the_second_line():
    with pytest.raises(ConditionError) as caught:
        parse_condition("土地 > 5 和")
    assert str(caught.value).endswith("(column 8):\n    土地 > 5 和\n    　　     ^^")
    with pytest.raises(ConditionError) as caught:
        parse_condition("a > 1\nAND b >> 2\nAND c")
    assert str(caught.value).endswith("(line 2, column 8):\n    AND b >> 2\n           ^")


def test_a_long_line_is_shown_around_the_place_only():
    with pytest.raises(ConditionError) as caught:
        parse_condition(" AND ".join(["abcdef > 1"] * 40) + " == 2 " + " AND ".join(["abcdef > 1"] * 40))
    shown = str(caught.value).splitlines()[1]
    assert shown.startswith("    ...")
    assert shown.endswith("...")
    assert len(shown) < 100


def test_control_characters_do_not_reach_the_terminal():
    with pytest.raises(ConditionError) as caught:
        parse_condition("a\x1b[31m > '\u202e'")
    assert "\x1b" not in str(caught.value)
    assert "\u202e" not in str(caught.value)


@pytest.mark.parametrize(
    "bomb",
    [
        "NOT " * 400 + "a",
        "-" * 900 + "1 > 2",
        "(" * 900 + "a" + ")" * 900,
        "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1),
        "NOT (" * 300 + "a" + ")" * 300,
        "a > " + "9" * 1900,
        "a" * (MAX_LENGTH + 1),
        "+".join("a" * 900) + " > 1",
        "9**9**9 > 1",
        "- " * 60 + "a > 1",
        "(" * 1999,
    ],
    ids=lambda bomb: bomb[:12],
)
def test_bombs_are_refused_cleanly(bomb):
    with pytest.raises(ConditionError):
        parse_condition(bomb)


@pytest.mark.parametrize(
    ("within", "beyond", "message"),
    [
        ("a = 1" + " " * 1995, "a = 1" + " " * 1996, "a condition of 2001 characters; at most 2000 are read"),
        (" OR ".join(["a=1"] * 250), " OR ".join(["a=1"] * 251), "more than 1000 words and signs in one condition"),
        (
            "(" * 50 + "a" + ")" * 50,
            "(" * 51 + "a" + ")" * 51,
            "more than 50 parentheses inside each other (column 51)",
        ),
        ("NOT " * 49 + "a", "NOT " * 50 + "a", "more than 50 levels inside each other (column 1)"),
    ],
    ids=["length", "tokens", "parentheses", "depth"],
)
def test_limits_lie_where_they_are_said_to_lie(within: str, beyond: str, message: str) -> None:
    parse_condition(within)
    assert message in refusal(beyond)


def test_what_planners_need_is_within_the_limits():
    parse_condition("value IN (" + ", ".join(str(code) for code in range(300)) + ")")
    parse_condition(" OR ".join(f"a = {number}" for number in range(150)))
    parse_condition("(" * 40 + "a > 1" + ")" * 40)
    parse_condition("+".join("a" * 400) + " > 1")


@given(st.text(alphabet=string.printable + "土≥＞’é\x00\u202e", max_size=60))
def test_any_text_is_read_or_refused_and_nothing_else(text):
    message = refusal(text)
    assert "\x00" not in message
    assert "\u202e" not in message


@given(st.lists(st.sampled_from([*"a1(),-+*/=<", "'x'", "<>", ">=", *sorted(KEYWORDS)])))
def test_any_sequence_of_words_is_read_or_refused(words):
    message = refusal(" ".join(words))
    assert not message or "(column" in message or "empty" in message


def refusal(text: str) -> str:
    """Why a text is refused, "" where it is read."""
    try:
        parse_condition(text)
    except ConditionError as error:
        return str(error)
    return ""
