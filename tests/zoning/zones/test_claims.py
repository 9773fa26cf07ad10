from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import UnknownNameError
from tests.zoning.conftest import said
from zoneplan import classify
from zoning.errors import MissingValueError
from zoning.rulebook import Indicator, Rule, Rulebook
from zoning.rulebook.schema import Zone
from zoning.study import Decision
from zoning.tables import CLAIMS
from zoning.zones import resolve


def decision(unit: str, day: date = date(2024, 6, 1), **zones: str) -> Decision:
    return Decision(unit=unit, reason="the old town", by="the council", reference="Resolution 7", date=day, **zones)


def by_unit(claims: pd.DataFrame) -> dict[str, list[str]]:
    kept = claims[claims["rule"] != "default"]
    marks = kept["rule"] + kept["answer"].map({"yes": "", "unknown": "?"})
    return marks.groupby(claims["unit_id"]).agg(list).to_dict()


def test_each_rule_claims_by_its_answer(measures, rulebook) -> None:
    claims = classify(measures, rulebook)
    assert list(claims.columns) == list(CLAIMS.columns)
    assert by_unit(claims) == {
        "a": ["key-1"],
        "b": ["fragile-1"],
        "c": ["fragile-1", "energy-1", "key-1"],
        "d": ["border-1"],
        "e": ["key-1?"],
    }


def test_a_value_on_its_threshold_counts_and_a_hair_below_does_not(measures, rulebook) -> None:
    """P27: the side is stated by the rule, and the sentence shows the hair."""
    near = measures.loc[["b"]].assign(ecologically_fragile_share=0.5 - 1e-12)
    claims = classify(near, rulebook)
    assert "fragile-1" not in set(claims["rule"])
    assert "49.9999999999\u00a0% < 50\u00a0%" in said(claims.set_index("rule").loc["default", "reason"], rulebook)


def test_the_reason_has_values_and_thresholds(measures, rulebook) -> None:
    claims = classify(measures, rulebook).set_index(["unit_id", "rule"])
    assert said(claims.loc[("a", "key-1"), "reason"], rulebook) == (
        "many people live here: population / area_km2 = 60 >= 50 persons/km2 (density_min)"
    )
    assert said(claims.loc[("a", "key-1"), "reason"], rulebook, "zh") == (
        "人口密集：population / area_km2 现状值 60 ≥ 阈值 50 人/平方公里（density_min）"
    )
    assert said(claims.loc[("e", "key-1"), "reason"], rulebook) == "many people live here: population: missing"
    assert json.loads(claims.loc[("a", "key-1"), "values"]) == {
        "clauses": [
            {
                "answer": "yes",
                "decides": True,
                "text": "population / area_km2 >= density_min",
            }
        ],
        "thresholds": {"density_min": 50},
        "values": {"area_km2": 10, "population": 600},
    }


def test_every_unit_has_the_default_claim_that_says_why(measures, rulebook) -> None:
    claims = classify(measures, rulebook)
    defaults = claims[claims["rule"] == "default"].set_index("unit_id")
    assert defaults.index.tolist() == list("abcdef")
    assert set(defaults["zone"]) == {"general"}
    assert said(defaults.loc["d", "reason"], rulebook) == (
        "no rule for a main function claims the unit; fragile-1 (Ecologically fragile): ecologically_fragile_share "
        "49\u00a0% < 50\u00a0% (fragile_min); key-1 (Key development): population / area_km2 = 49.9 < 50 persons/km2 "
        "(density_min)"
    )
    assert json.loads(defaults.loc["d", "values"])["values"] == {
        "area_km2": 10,
        "ecologically_fragile_share": 0.49,
        "population": 499,
    }
    assert said(defaults.loc["a", "reason"], rulebook) == "stands back: key-1 (Key development) claims the unit"
    assert "population: missing" in said(defaults.loc["e", "reason"], rulebook)


def test_a_rule_may_refuse_to_do_without_a_value(measures, rulebook) -> None:
    with pytest.raises(MissingValueError) as caught:
        classify(measures.assign(at_border=[None, True, None, False, False, False]), rulebook)
    assert str(caught.value) == (
        "small/rules.toml, line 30, column 14: "
        "rule border-1 (at_border) cannot be answered for 2 units ('a', 'c'): at_border is missing; "
        'fill the column, or give the rule on_unknown = "review"'
    )
    assert (caught.value.exit_code, caught.value.features) == (3, ("a", "c"))


def test_decisions_are_claims_of_their_own(measures, rulebook) -> None:
    decisions = [
        decision("d", main="key_development"),
        decision("d", date(2025, 1, 2), main="ecologically_fragile"),
        decision("a", overlay="border"),
    ]
    claims = classify(measures, rulebook, decisions)
    assert by_unit(claims)["d"] == ["border-1", "decision-1"]
    assert by_unit(claims)["a"] == ["decision-3", "key-1"]
    row = claims.set_index(["unit_id", "rule"]).loc[("d", "decision-1")]
    assert said(row["reason"]) == "decided by the council on 2024-06-01: the old town (Resolution 7)"
    assert json.loads(row["values"])["decision"] == {
        "by": "the council",
        "date": "2024-06-01",
        "reason": "the old town",
        "reference": "Resolution 7",
    }
    default = claims.set_index(["unit_id", "rule"]).loc[("d", "default"), "reason"]
    assert said(default, rulebook) == "stands back: decision-1 (Key development) claims the unit"
    zones = resolve(claims, rulebook)
    assert zones.loc["d", "status"] == "by_decision"
    assert zones.loc["a", "overlays"] == "border"


def test_a_decision_hides_nothing_that_the_rules_say(measures, rulebook) -> None:
    ruled = classify(measures, rulebook)
    decided = classify(measures, rulebook, [decision(unit, main="general") for unit in "abcdef"])
    rows = decided[~decided["rule"].str.startswith("decision-") & (decided["rule"] != "default")]
    expected = ruled[ruled["rule"] != "default"]
    pd.testing.assert_frame_equal(rows.reset_index(drop=True), expected.reset_index(drop=True))


@pytest.mark.parametrize(
    ("decisions", "message"),
    [
        ([decision("dd", main="general")], "decision 1: there is no unit 'dd'; did you mean 'd'"),
        (
            [decision("a", main="key_develpment")],
            (
                r"decision 1 \(unit 'a'\): rulebook 'small' has no main zone 'key_develpment' on 2025-01-01; did "
                r"you mean 'key"
            ),
        ),
        ([decision("a", main="border")], "'border' is an overlay zone: write overlay = \"border\""),
        ([decision("a", overlay="general")], "'general' is a main zone: write main = \"general\""),
        (
            [decision("a", main="general"), decision("b", main="general"), decision("a", main="key_development")],
            r"decision 3 \(unit 'a'\) decides the main function once more, after decision 1",
        ),
    ],
)
def test_decisions_that_cannot_be_carried_out(measures, rulebook, decisions, message) -> None:
    with pytest.raises(UnknownNameError, match=message) as caught:
        classify(measures, rulebook, decisions)
    assert caught.value.exit_code == 2


def test_a_later_decision_on_the_same_unit_waits_for_its_day(measures, rulebook) -> None:
    later = [decision("a", main="general"), decision("a", date(2026, 1, 1), main="key_development")]
    assert by_unit(classify(measures, rulebook, later))["a"] == ["decision-1", "key-1"]


def test_no_rules_and_no_units(measures, rulebook, write_rulebook) -> None:
    from zoning.rulebook import read_rulebook

    assert classify(measures.iloc[:0], rulebook).empty
    bare = read_rulebook(write_rulebook(rules=None, cases=None, policies=None), date(2025, 1, 1))
    claims = classify(measures, bare)
    assert set(claims["rule"]) == {"default"}
    assert {said(one) for one in claims["reason"]} == {"the rulebook has no rule for a main function"}


ZONES = (
    Zone(code="alpha", kind="main", title={"en": "Alpha"}),
    Zone(code="beta", kind="main", title={"en": "Beta"}),
    Zone(code="general", kind="main", title={"en": "General"}, default=True),
    Zone(code="extra", kind="overlay", title={"en": "Extra"}),
)


def rule(number: int, zone: str, when: str, on_unknown: str, priority: int) -> Rule:
    return Rule(
        id=f"r-{number}",
        zone=zone,
        when=when,
        on_unknown=on_unknown,
        priority=priority,
        reason={"en": f"reason {number}"},
        reference="toy",
    )


some_rules = st.lists(
    st.builds(
        lambda zone, when, on_unknown, priority: (zone, when, on_unknown, priority),
        st.sampled_from(["alpha", "beta", "extra"]),
        st.sampled_from(["x > 1", "x <= 0 OR y", "NOT y", "x = 1 AND y", "x IS NULL"]),
        st.sampled_from(["review", "no"]),
        st.sampled_from([1, 2]),
    ),
    min_size=1,
    max_size=5,
)
some_measures = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0, 2.0, None]), st.sampled_from([True, False, None])), min_size=1, max_size=5
)


def toy(rules) -> Rulebook:
    indicators = (Indicator(name="x"), Indicator(name="y", type="boolean"))
    listed = tuple(rule(number, *parts) for number, parts in enumerate(rules))
    return Rulebook("toy", "", "", date(2025, 1, 1), zones=ZONES, indicators=indicators, rules=listed)


def frame(rows) -> pd.DataFrame:
    index = pd.Index([f"u{place}" for place in range(len(rows))], name="unit_id")
    columns = {"x": [row[0] for row in rows], "y": [row[1] for row in rows]}
    return pd.DataFrame(columns, index=index).astype({"x": float, "y": "boolean"})


@settings(max_examples=50)
@given(some_measures, some_rules, some_rules)
def test_one_rule_more_never_takes_a_claim_away(rows, rules, more) -> None:
    few, many = classify(frame(rows), toy(rules)), classify(frame(rows), toy([*rules, *more]))
    key = ["unit_id", "zone", "rule", "reason", "values", "answer"]
    few, many = (set(map(tuple, table[table["rule"] != "default"][key].to_numpy())) for table in (few, many))
    assert few <= many


@settings(max_examples=50)
@given(some_measures, some_rules, st.randoms(use_true_random=False))
def test_the_order_of_units_does_not_matter(rows, rules, random) -> None:
    measures, rulebook = frame(rows), toy(rules)
    mixed = measures.loc[random.sample(list(measures.index), len(measures))]
    pd.testing.assert_frame_equal(classify(measures, rulebook), classify(mixed, rulebook))


@settings(max_examples=50)
@given(some_measures, some_rules, st.randoms(use_true_random=False))
def test_the_order_of_rules_does_not_matter(rows, rules, random) -> None:
    """P26: only the declared priority counts."""
    listed = toy(rules)
    mixed = replace(listed, rules=tuple(random.sample(listed.rules, len(listed.rules))))
    claims = classify(frame(rows), listed)
    pd.testing.assert_frame_equal(claims, classify(frame(rows), mixed))
    pd.testing.assert_frame_equal(resolve(claims, listed), resolve(claims, mixed))


@settings(max_examples=50)
@given(some_measures, some_rules)
def test_claims_are_resolved_to_one_main_function_a_unit(rows, rules) -> None:
    measures, rulebook = frame(rows), toy(rules)
    zones = resolve(classify(measures, rulebook), rulebook)
    assert zones.index.tolist() == measures.index.tolist()
    assert set(zones["main"]) <= {"alpha", "beta", "general"}
    assert all(said(one, rulebook) for one in zones["reason"])


def test_a_name_that_nothing_provides_is_refused(measures, rulebook) -> None:
    with pytest.raises(UnknownNameError, match="population"):
        classify(measures.drop(columns="population"), rulebook)
