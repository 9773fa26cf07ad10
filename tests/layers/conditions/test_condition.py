"""Conditions: three answers by pencil, by DuckDB and by their laws; explanations; the CQL2 parser as second reader."""

from __future__ import annotations

import datetime as dt
import gc
import sys
from decimal import Decimal

import cql2
import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from layers.conditions import Answer, parse_condition
from layers.errors import ConditionError, SeveralErrors, UnknownNameError
from tests.layers.conftest import said

WORDS = {(True, True): "yes", (False, True): "no", (False, False): "unknown"}


def words(answer: Answer) -> list[str]:
    """yes, no or unknown a row; yes where unknown is an error."""
    return [WORDS[bool(yes), bool(known)] for yes, known in zip(answer.yes, answer.known, strict=True)]


def ask(text: str, table: pd.DataFrame, **parameters) -> list[str]:
    return words(parse_condition(text).evaluate(table, parameters))


@pytest.fixture
def table() -> pd.DataFrame:
    """Four units: plain, at the threshold, with a zero, and with nothing."""
    return pd.DataFrame(
        {
            "slope": [30.0, 25.0, 5.0, np.nan],
            "people": [100, 50, 7, 0],
            "area": [2.0, 1.0, 0.0, 4.0],
            "metro": pd.array([True, False, None, None], dtype="boolean"),
            "kind": ["forest", "water", "Wald_1", None],
        },
        index=pd.Index(["a1", "a2", "b1", "b2"], name="unit_id"),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("slope > 25", "yes no no unknown"),
        ("slope >= 25", "yes yes no unknown"),
        ("slope = 25", "no yes no unknown"),
        ("slope <> 25", "yes no yes unknown"),
        ("NOT slope > 25", "no yes yes unknown"),
        ("slope BETWEEN 5 AND 25", "no yes yes unknown"),
        ("slope NOT BETWEEN 5 AND 25", "yes no no unknown"),
        ("people IN (100, 7)", "yes no yes no"),
        ("people NOT IN (100, 7)", "no yes no yes"),
        ("kind = 'water'", "no yes no unknown"),
        ("kind <> 'water'", "yes no yes unknown"),
        ("kind IN ('forest', 'water')", "yes yes no unknown"),
        ("kind LIKE '%a%'", "no yes yes unknown"),
        ("kind LIKE '_a%_1'", "no no yes unknown"),
        ("kind LIKE 'wald%'", "no no no unknown"),
        ("kind NOT LIKE '%\\_1'", "yes yes no unknown"),
        ("kind IS NULL", "no no no yes"),
        ("kind IS NOT NULL", "yes yes yes no"),
        ("metro", "yes no unknown unknown"),
        ("NOT metro", "no yes unknown unknown"),
        ("metro = FALSE", "no yes unknown unknown"),
        ("people / area > 40", "yes yes unknown no"),
        ("people / area IS NULL", "no no yes no"),
        ("-people < -50", "yes no no no"),
        ("metro OR slope > 25", "yes no unknown unknown"),
        ("metro AND slope > 25", "yes no no unknown"),
        ("metro OR people < 10", "yes no yes yes"),
        ("unit_id IN ('a1', 'b2')", "yes no no yes"),
        ("TRUE", "yes yes yes yes"),
        ("FALSE OR slope > 0", "yes yes yes unknown"),
        ("1 + 1 = 2", "yes yes yes yes"),
        ("1 / 0 > 1", "unknown unknown unknown unknown"),
        ("5 IN (people, 5)", "yes yes yes yes"),
        ("slope IN (25, people)", "no yes no unknown"),
    ],
)
def test_answers_by_pencil(table, text, expected):
    assert ask(text, table) == expected.split()


def test_parameters_are_one_value_for_all_rows(table):
    assert ask("slope > slope_max", table, slope_max=25) == ["yes", "no", "no", "unknown"]
    assert ask("slope > slope_max", table, slope_max=Decimal("24.5")) == ["yes", "yes", "no", "unknown"]
    assert ask("kind = wanted AND strict", table, wanted="water", strict=True) == ["no", "yes", "no", "unknown"]
    assert ask("slope > slope_max", table, slope_max=None) == ["unknown"] * 4
    assert ask("slope > slope_max", table, slope_max=float("nan")) == ["unknown"] * 4


def test_between_is_no_where_one_bound_is_missing_and_the_other_is_not_met(table):
    assert ask("slope BETWEEN low AND 10", table, low=None) == ["no", "no", "unknown", "unknown"]
    assert ask("people IN (7, gone)", table, gone=None) == ["unknown", "unknown", "yes", "unknown"]


def test_thresholds_are_compared_exactly():
    table = pd.DataFrame({"share": [0.1 + 0.2, 0.3, np.nextafter(0.3, 0)]})
    assert ask("share >= 0.3", table) == ["yes", "yes", "no"]
    assert ask("share = 0.3", table) == ["no", "yes", "no"]
    clauses = [clause for (clause,) in parse_condition("share > 0.3").explain(table)]
    assert [clause.sides for clause in clauses] == [(share, 0.3) for share in table["share"]]
    assert [said(clause) for clause in clauses] == [
        "share 0.30000000000000004 > 0.3",
        "share 0.3 <= 0.3",
        "share 0.2999999999999999 <= 0.3",
    ]


@pytest.mark.parametrize(
    ("values", "text", "expected"),
    [
        (pd.Series([1, None], dtype="Int64"), "x = 1", "yes unknown"),
        (pd.Series([1, 2], dtype="uint8"), "x - 2 < 0", "yes no"),
        (pd.Series([1.5, None], dtype="float32"), "x = 1.5", "yes unknown"),
        (pd.Series([Decimal("0.3"), None]), "x = 0.3", "yes unknown"),
        (pd.Series([1, 2.5], dtype=object), "x > 2", "no yes"),
        (pd.Series([1, None], dtype="int64[pyarrow]"), "x = 1", "yes unknown"),
        (pd.Series([np.inf, -np.inf]), "x > 0", "unknown unknown"),
        (pd.Series([True, None], dtype=object), "x", "yes unknown"),
        (pd.Series([True, False]), "x", "yes no"),
        (pd.Series([True, None], dtype="bool[pyarrow]"), "NOT x", "no unknown"),
        (pd.Series(["a", None], dtype="string"), "x = 'a'", "yes unknown"),
        (pd.Series(["a", pd.NA], dtype=object), "x <> 'a' OR x IN ('a') OR x LIKE 'a'", "yes unknown"),
        (pd.Series(["a", np.nan, "b"], dtype="category"), "x = 'a'", "yes unknown no"),
        (pd.Series([1, 2], dtype="category"), "x = 1", "yes no"),
        (pd.Series([None, None], dtype=object), "x = 'a' OR x > 1 OR x OR x + 1 > 2 OR x LIKE 'a'", "unknown unknown"),
        (pd.Series([np.nan, np.nan]), "x = 'a' OR x IN ('a', 'b') OR -x > 2", "unknown unknown"),
        (pd.Series([dt.date(2020, 1, 1), None]), "x IS NULL", "no yes"),
    ],
)
def test_a_column_counts_by_what_it_holds(values, text, expected):
    assert ask(text, pd.DataFrame({"x": values})) == expected.split()


def test_texts_of_two_columns_are_compared_whatever_their_dtypes():
    table = pd.DataFrame(
        {"x": pd.Series(["a", "b", None], dtype=object), "y": pd.Series(["a", "c", None], dtype="string")}
    )
    assert ask("x = y", table) == ["yes", "no", "unknown"]
    assert ask("y <> x", table) == ["no", "yes", "unknown"]
    assert ask("'a' = x AND 'a' = 'a'", table) == ["yes", "no", "unknown"]


def test_an_empty_table_has_no_answers():
    condition = parse_condition("slope > 25 AND metro")
    answer = condition.evaluate(pd.DataFrame({"slope": [], "metro": []}))
    assert answer.yes.shape == answer.known.shape == (0,)
    assert condition.explain(pd.DataFrame({"slope": [], "metro": []})) == []


def test_nothing_is_changed_and_order_is_kept(table):
    before = table.copy(deep=True)
    turned = table.iloc[::-1]
    answer = parse_condition("slope > 25 OR kind LIKE 'W%'").evaluate(turned)
    assert words(answer) == ask("slope > 25 OR kind LIKE 'W%'", table)[::-1]
    answer.yes[:] = True
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (
            "slop > 25",
            UnknownNameError,
            "nothing provides 'slop'; did you mean 'slope'? (column 1):\n    slop > 25\n    ^^^^",
        ),
        ("xyz > 25", UnknownNameError, "there are 'slope', 'people', 'area', 'metro', 'kind' and 1 more"),
        ('kind = "forest_"', UnknownNameError, "a text stands in single quotes (column 8)"),
        ("people > 1", UnknownNameError, "'people' is a column of the table and a parameter as well"),
        ("kind > 1", ConditionError, "a text is compared with a number: 'kind' has"),
        ("kind > 'a'", ConditionError, "> puts numbers in order; this is a text (column 1):"),
        ("metro < TRUE", ConditionError, "< puts numbers in order; this is a boolean"),
        ("metro = 1", ConditionError, "a boolean is compared with a number"),
        (
            "kind + 1 > 2",
            ConditionError,
            "a text stands in single quotes (column 1):\n    kind + 1 > 2\n    ^^^^",
        ),
        ("-TRUE > 2", ConditionError, "this is a boolean; arithmetic needs numbers"),
        ("slope", ConditionError, "this is a number; a condition is needed here: write a comparison"),
        ("slope AND metro", ConditionError, "this is a number; a condition is needed here"),
        ("slope IN (1, 'a')", ConditionError, "a number is compared with a text (column 14)"),
        ("slope LIKE '1%'", ConditionError, "this is a number; LIKE is for texts"),
        ("kind BETWEEN 'a' AND 'b'", ConditionError, "<= puts numbers in order; this is a text"),
    ],
)
def test_names_and_kinds_that_do_not_fit(table, text, error, message):
    with pytest.raises(error) as caught:
        parse_condition(text).evaluate(table, {"people": 1} if text == "people > 1" else {})
    assert message in str(caught.value)


def test_all_unknown_names_are_told_at_once(table):
    with pytest.raises(SeveralErrors) as caught:
        parse_condition("aa = 1 AND bb = 2 AND aa = 3").evaluate(table)
    assert [finding.code for finding in caught.value.findings] == ["unknown_name", "unknown_name"]


def test_columns_of_one_name_and_kinds_that_conditions_do_not_read_are_refused():
    twice = pd.DataFrame([[1, 2]], columns=["x", "x"])
    with pytest.raises(UnknownNameError, match="the table has 2 columns 'x'"):
        parse_condition("x > 1").evaluate(twice)
    points = gpd.GeoDataFrame({"day": [dt.date(2020, 1, 1)]}, geometry=[Point(0, 0)], crs="EPSG:3035")
    with pytest.raises(ConditionError, match="a date is compared with a text"):
        parse_condition("day = '2020-01-01'").evaluate(points)
    with pytest.raises(ConditionError, match="conditions read numbers, texts and booleans; this is a date"):
        parse_condition("day = day").evaluate(points)
    mixed = pd.DataFrame({"x": [1, "a"]}, dtype=object)
    with pytest.raises(ConditionError, match="mixed-integer is compared with a number"):
        parse_condition("x = 1").evaluate(mixed)


def test_a_condition_tells_its_names_and_numbers_with_their_places():
    condition = parse_condition(
        "\"pop 2020\" / area >= density_min AND value IN (12, -14) AND kind = '7' AND metro = TRUE"
    )
    assert condition.names == {"pop 2020", "area", "density_min", "value", "kind", "metro"}
    assert [(number.value, condition.text[number.start : number.end]) for number in condition.numbers] == [
        (12.0, "12"),
        (-14.0, "-14"),
    ]


# Explanations


def test_a_clause_has_its_values_thresholds_answer_and_sides(table):
    (first, second), *_ = parse_condition("people / area >= density_min AND NOT metro").explain(
        table, {"density_min": 50}
    )
    assert first.text == "people / area >= density_min"
    assert (first.answer, first.decides) == ("yes", False)
    assert first.values == {"people": 100, "area": 2}
    assert first.thresholds == {"density_min": 50}
    assert first.sides == (50, 50)
    assert (second.text, second.answer, second.decides) == ("NOT metro", "no", True)
    assert (second.values, second.thresholds, second.sides) == ({"metro": True}, {}, (True,))


def test_a_condition_is_said_on_one_line_in_the_words_of_titles():
    titles = {"kind": "Kind of land", "kind = water": "Open water", "slope": "Mean slope", "%a%": "never"}
    condition = parse_condition("(kind IN ('water', 'it''s') OR\n\t kind LIKE '%a%') AND slope + slope < limit")
    assert condition.said() == "(kind IN ('water', 'it''s') OR kind LIKE '%a%') AND slope + slope < limit"
    assert condition.said(titles) == (
        "(Kind of land IN (Open water, 'it''s') OR Kind of land LIKE '%a%') AND Mean slope + Mean slope < limit"
    )


def test_white_space_that_hides_is_not_taken_for_a_line_end():
    assert parse_condition("kind\n= 'a\u2028b\x1f'").said() == "kind = 'a\u2028b\x1f'"


def test_white_space_in_a_text_is_told_as_it_is():
    condition = parse_condition("kind  IN ('a  b',\n'it''s\t') AND  kind LIKE 'a  %' AND \"two  words\" >  1")
    assert condition.said() == "kind IN ('a  b', 'it''s\t') AND kind LIKE 'a  %' AND \"two  words\" > 1"
    assert condition.said({"kind": "Kind's  name"}).startswith("Kind's  name IN ('a  b', ")


def test_a_text_has_the_title_that_it_has_in_its_column():
    titles = {"main": "main function", "main = forest": "Forest", "forest": "on forest"}
    condition = parse_condition("county = 'main' OR county IN ('forest') OR 'forest' = main OR forest")
    assert condition.said(titles) == "county = 'main' OR county IN ('forest') OR Forest = main function OR on forest"


@pytest.mark.parametrize(
    ("text", "row", "deciding"),
    [
        ("slope > 25 AND metro", 0, [True, True]),
        ("slope > 25 AND metro", 1, [True, True]),
        ("slope > 25 AND metro", 2, [True, False]),
        ("slope > 25 OR people > 1", 1, [False, True]),
        ("(slope > 25 AND people > 500) OR area > 1", 0, [False, False, True]),
        ("NOT (slope > 25 AND people > 500)", 0, [False, True]),
        ("NOT (slope > 25 OR people > 500)", 1, [True, True]),
        ("metro AND slope > 1", 2, [True, False]),
    ],
)
def test_the_clauses_that_decide_are_marked(table, text, row, deciding):
    assert [clause.decides for clause in parse_condition(text).explain(table)[row]] == deciding


# Properties


def conditions(depth: int = 3) -> st.SearchStrategy[str]:
    leaf = st.sampled_from(
        ["slope > 25", "metro", "kind = 'water'", "people / area > 40", "slope IS NULL", "people IN (7, 50)", "TRUE"]
    )
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            inner.map(lambda one: f"NOT ({one})"),
            st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda three: "({}) {} ({})".format(*three)),
        ),
        max_leaves=2**depth,
    )


TABLE = pd.DataFrame(
    {
        "slope": [30.0, 25.0, 5.0, np.nan],
        "people": [100, 50, 7, 0],
        "area": [2.0, 1.0, 0.0, 4.0],
        "metro": pd.array([True, False, None, None], dtype="boolean"),
        "kind": ["forest", "water", "Wald", None],
    }
)


@given(conditions(), conditions())
def test_de_morgan_and_double_negation_hold_with_three_answers(one, other):
    assert ask(f"NOT (NOT ({one}))", TABLE) == ask(one, TABLE)
    assert ask(f"NOT (({one}) AND ({other}))", TABLE) == ask(f"NOT ({one}) OR NOT ({other})", TABLE)
    assert ask(f"({one}) OR ({other})", TABLE) == ask(f"({other}) OR ({one})", TABLE)


@given(conditions())
def test_every_answer_has_a_clause_that_decides_it(text):
    condition = parse_condition(text)
    answers = words(condition.evaluate(TABLE))
    for answer, clauses in zip(answers, condition.explain(TABLE), strict=True):
        assert answer in {clause.answer for clause in clauses if clause.decides}
        assert all(clause.answer == answer for clause in clauses if clause.decides)


@given(conditions())
def test_a_row_is_answered_alike_alone_and_among_others(text):
    together = ask(text, TABLE)
    assert [ask(text, TABLE.iloc[[row]])[0] for row in range(len(TABLE))] == together


@given(st.text(alphabet="ab%_\\", max_size=8), st.text(alphabet="ab%_\\\n", max_size=8))
def test_like_agrees_with_a_slow_matcher(pattern, text):
    def fits(pattern: str, text: str) -> bool:
        if not pattern:
            return not text
        if pattern[0] == "%":
            return any(fits(pattern[1:], text[start:]) for start in range(len(text) + 1))
        if pattern[0] == "_":
            return bool(text) and fits(pattern[1:], text[1:])
        skip = 1 if pattern[0] == "\\" else 0
        return bool(text) and text[0] == pattern[skip] and fits(pattern[skip + 1 :], text[1:])

    if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
        pattern += "\\"
    assert ask(f"x LIKE '{pattern}'", pd.DataFrame({"x": [text, None]})) == [
        "yes" if fits(pattern, text) else "no",
        "unknown",
    ]


def test_a_hostile_pattern_costs_no_more_than_others():
    # with a matcher that goes back, this would not end
    assert ask(f"x LIKE '{'%a' * 400}%b'", pd.DataFrame({"x": ["a" * 5000]})) == ["no"]


def calls_of(condition, table: pd.DataFrame) -> int:
    """How many functions Python calls to answer a condition, those written in C included."""
    calls = 0

    def count(_frame, event: str, _argument) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    gc.disable()  # what is called when it runs is no part of the answer
    sys.setprofile(count)
    try:
        condition.evaluate(table)
    finally:
        sys.setprofile(None)
        gc.enable()
    return calls


@pytest.mark.parametrize(
    "text",
    [
        "slope > 25 AND NOT (people / area >= 40 OR slope IS NULL)",
        "people - area * 2 NOT BETWEEN 1 AND slope",
        "people IN (7, 50, area) OR metro",
        "kind = 'water' OR kind LIKE 'W%' OR kind IN ('forest', 'x')",
    ],
)
def test_a_million_rows_take_as_many_calls_as_a_thousand(text):
    """One pass over whole columns: Python does nothing for a row of its own."""
    few = pd.concat([TABLE] * 250, ignore_index=True).astype({"kind": "str"})
    many = pd.concat([few] * 1000, ignore_index=True)
    condition = parse_condition(text)
    condition.evaluate(many.iloc[:8])  # what is made once is made
    assert abs(calls_of(condition, many) - calls_of(condition, few)) < 50
    assert condition.evaluate(many).yes.reshape(1000, 1000).all(axis=0).tolist() == condition.evaluate(few).yes.tolist()


# Oracles


def test_duckdb_gives_the_same_three_answers(writer_of, random_table):
    table = random_table
    rows = table.astype(object).where(table.notna(), None).to_numpy().tolist()
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE t (a DOUBLE, b DOUBLE, 土地 DOUBLE, t TEXT, u TEXT, p BOOLEAN, q BOOLEAN, row INTEGER)"
    )
    connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [[*row, i] for i, row in enumerate(rows)])
    writer = writer_of(2025)
    pairs = [writer.condition(3) for _ in range(3000)]
    says = {True: "yes", False: "no", None: "unknown"}
    for start in range(0, len(pairs), 50):
        part = pairs[start : start + 50]
        found = connection.execute(f"SELECT {', '.join(f'({sql})' for _, sql in part)} FROM t ORDER BY row").fetchall()
        for (text, _), column in zip(part, zip(*found, strict=True), strict=True):
            assert ask(text, table) == [says[value] for value in column], text


def test_the_cql2_parser_reads_what_is_read_here(writer_of):
    writer = writer_of(7, minus=False)  # that parser knows no minus between NOT and a parenthesis
    for _ in range(500):
        text = writer.condition(3)[0]
        parse_condition(text)
        cql2.parse_text(text)
    for text in ["\"a b\" = 'it''s'", "NOT NOT a", "a NOT IN (1, -2)", "a > 1e5 OR a < 5.", "TRUE AND a IS NOT NULL"]:
        parse_condition(text)
        cql2.parse_text(text)


@pytest.mark.parametrize(
    "text", ["a == 5", "a >", "a > 1 AND", "kind = 'x", "a IN ()", "a BETWEEN 1", "(a > 1", "a LIKE"]
)
def test_the_cql2_parser_refuses_what_is_refused_here(text):
    with pytest.raises(ConditionError):
        parse_condition(text)
    with pytest.raises(cql2.ParseError):
        cql2.parse_text(text)
