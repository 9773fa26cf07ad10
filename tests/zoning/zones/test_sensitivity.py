"""Margins and flips: by pencil, by the rules themselves, and by trying every value of a fine grid."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import zoning.zones
from tests.zoning.conftest import said
from zoneplan import classify
from zoning.pipeline.flow import run
from zoning.rulebook import Indicator, Rule, Rulebook
from zoning.rulebook.schema import Zone
from zoning.study import Decision, builtin_studies, builtin_study, read_study
from zoning.zones import conflicts, resolve
from zoning.zones.main_function import MainRules
from zoning.zones.sensitivity import fixed_measures

DAY = date(2025, 1, 1)


def told(measures, rulebook, units=None, decisions=(), language="en") -> pd.DataFrame:
    """The table of conflicts, its reasons in words."""
    found = conflicts(classify(measures, rulebook, decisions), measures, rulebook, units)
    found["reason"] = [said(one, rulebook, language) for one in found["reason"]]
    return found.set_index(["unit_id", "rule", "indicator"])


def flip(row) -> tuple[float, str, str]:
    return (row["flip_value"], row["flip_side"], row["flip_zone"])


def equal_ranks(rulebook: Rulebook) -> Rulebook:
    """Both rules for main functions at one priority, so that unit c of the small province is contested."""
    return replace(rulebook, rules=tuple(rule.model_copy(update={"priority": 10}) for rule in rulebook.rules))


def test_a_contested_unit_by_pencil(measures, rulebook) -> None:
    """c has 500 people on 10 km2 (limit 50) and a fragile share of 0.9 (limit 0.5)."""
    found = told(measures, equal_ranks(rulebook))
    assert set(found.index.get_level_values("unit_id")) == {"b", "c"}
    people = found.loc[("c", "key-1", "population")]
    assert (people["zone"], people["answer"], people["deciding"]) == ("key_development", "yes", False)
    assert (people["value"], people["threshold"], people["margin"], people["at_threshold"]) == (500, 500, 0, "yes")
    assert people["near"]
    assert flip(people)[1:] == ("", "")  # fragile-1 sorts first and wins in any case
    area = found.loc[("c", "key-1", "area_km2")]
    assert (area["threshold"], area["margin"]) == (10, 0)
    fragile = found.loc[("c", "fragile-1", "ecologically_fragile_share")]
    assert fragile["deciding"]
    assert (fragile["value"], fragile["threshold"], fragile["margin"]) == (0.9, 0.5, pytest.approx(0.4))
    assert flip(fragile) == (0.5, "below", "key_development")
    assert (fragile["change"], fragile["change_pct"]) == (pytest.approx(-0.4), pytest.approx(-400 / 9))
    assert fragile["smallest"]
    assert fragile["reason"] == (
        "ecologically_fragile_share at 90\u00a0% is 40 percentage points above its threshold 50\u00a0%, "
        "which itself counts as yes; below 50\u00a0% (-44.4 %) it would be Key development"
    )


def test_a_unit_on_its_threshold_is_told_without_being_contested(measures, rulebook) -> None:
    """P27: b's fragile share is exactly 0.5, which counts; c's people and megawatts lie on their limits, too."""
    found = told(measures, rulebook)
    assert found["near"].all()
    assert [one[:2] for one in found.index] == [
        ("b", "fragile-1"),
        ("c", "energy-1"),
        ("c", "key-1"),
        ("c", "key-1"),
    ]
    row = found.loc[("b", "fragile-1", "ecologically_fragile_share")]
    assert flip(row) == (0.5, "below", "general")
    assert (row["change"], row["change_pct"]) == (0, 0)
    assert row["reason"] == (
        "ecologically_fragile_share at 50\u00a0% lies on its threshold, which counts as yes; "
        "below 50\u00a0% it would be General"
    )


@pytest.mark.parametrize(("noise", "near", "main"), [(-1e-12, True, "general"), (1e-12, True, "ecologically_fragile")])
def test_noise_around_a_threshold_flips_no_unit_in_silence(measures, rulebook, noise, near, main) -> None:
    """P27."""
    table = measures.loc[["b"]].assign(ecologically_fragile_share=0.5 + noise)
    row = told(table, rulebook).loc[("b", "fragile-1", "ecologically_fragile_share")]
    assert row["near"] is np.bool_(near) or row["near"] == near
    assert row["margin"] == pytest.approx(noise, rel=1e-3)
    assert resolve(classify(table, rulebook), rulebook).loc["b", "main"] == main
    assert {main, row["flip_zone"]} == {"general", "ecologically_fragile"}
    assert row["flip_side"] == ("at" if noise < 0 else "below")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.floats(1e-6, 0.9),
    st.sampled_from([-1e-12, -1e-13, 0.0, 1e-13, 1e-12]),
    st.sampled_from([(">=", True), (">", False), ("<=", True), ("<", False)]),
)
def test_any_threshold_has_one_side_and_reports_whoever_lies_on_it(measures, rulebook, threshold, noise, asked) -> None:
    """P27: the comparison alone decides, to the last bit; within noise the unit is reported, and 1 % away it is not."""
    sign, counts = asked
    limit = rulebook.parameters["fragile_min"].model_copy(update={"value": threshold})
    rule = next(one for one in rulebook.rules if one.id == "fragile-1")
    rule = rule.model_copy(update={"when": f"ecologically_fragile_share {sign} fragile_min"})
    own = replace(rulebook, rules=(rule,), parameters={**rulebook.parameters, "fragile_min": limit})
    value = threshold * (1 + noise)
    exact = {"<": value < threshold, ">": value > threshold}.get(sign[0], False) or (counts and value == threshold)
    for factor, near in ((1.0, True), (1.01, False)):
        table = measures.loc[["b"]].assign(ecologically_fragile_share=value * factor)
        row = told(table, own, ["b"]).loc[("b", "fragile-1", "ecologically_fragile_share")]
        assert bool(row["near"]) == near
        if near:
            assert (row["answer"] == "yes") == exact
            assert row["at_threshold"] == ("yes" if counts else "no")
            assert row["margin"] == pytest.approx(value - threshold, abs=threshold * 1e-15)


def test_a_plain_unit_is_told_on_request(measures, rulebook) -> None:
    """d: 499 people on 10 km2 against 50, a fragile share of 0.49 against 0.5, 99 MW against 100, at the border."""
    found = told(measures, rulebook, ["d"])
    assert found["answer"].to_dict() == {
        ("d", "border-1", "at_border"): "yes",
        ("d", "energy-1", "energy_mw"): "no",
        ("d", "fragile-1", "ecologically_fragile_share"): "no",
        ("d", "key-1", "area_km2"): "no",
        ("d", "key-1", "population"): "no",
    }
    assert flip(found.loc[("d", "key-1", "population")]) == (500, "at", "key_development")
    assert flip(found.loc[("d", "key-1", "area_km2")]) == (9.98, "at", "key_development")
    assert flip(found.loc[("d", "fragile-1", "ecologically_fragile_share")]) == (0.5, "at", "ecologically_fragile")
    assert found.loc[("d", "energy-1", "energy_mw"), "margin"] == -1
    assert flip(found.loc[("d", "energy-1", "energy_mw")])[1:] == ("", "")  # an overlay is no main function
    smallest = found.index[found["smallest"]].tolist()
    assert smallest == [("d", "key-1", "area_km2")]  # 0.2 per cent; the people 0.2004, the share 2
    assert not found["near"].any()


def test_what_is_missing_has_no_margin(measures, rulebook) -> None:
    found = told(measures, rulebook, ["e", "f"])
    row = found.loc[("e", "key-1", "population")]
    assert np.isnan(row["value"])
    assert np.isnan(row["margin"])
    assert (row["answer"], row["flip_side"], row["reason"]) == ("unknown", "", "population: missing")
    assert flip(found.loc[("f", "key-1", "population")]) == (500, "at", "key_development")


def test_a_decision_is_flipped_by_nothing(measures, rulebook) -> None:
    decision = Decision(unit="d", main="key_development", reason="r", by="the council", date=date(2024, 1, 1))
    found = told(measures, rulebook, ["d"], [decision])
    assert set(found["flip_side"]) == {""}
    assert not found["deciding"].any()


def book(*whens: str, priorities=(1, 1, 2), unknown=("review", "review", "review")) -> Rulebook:
    zones = [Zone(code=code, kind="main", title={"en": code}) for code in ("one", "two", "three")]
    rules = [
        Rule(
            id=f"r{place}",
            zone=zone.code,
            when=when,
            priority=priority,
            on_unknown=says,
            reason={"en": "r"},
            reference="r",
        )
        for place, (zone, when, priority, says) in enumerate(zip(zones, whens, priorities, unknown, strict=False))
    ]
    names = ("x", "y", "w_share")
    indicators = [Indicator(name=name) for name in names] + [Indicator(name="flag", type="boolean")]
    rest = Zone(code="rest", kind="main", default=True, title={"en": "rest"})
    return Rulebook("hand", "Toyland", "", DAY, zones=(*zones, rest), rules=tuple(rules), indicators=tuple(indicators))


def units(x, y=1.0, w_share=0.5, flag=False) -> pd.DataFrame:
    xs = np.atleast_1d(np.asarray(x, dtype=float))
    return pd.DataFrame(
        {"x": xs, "y": y, "w_share": w_share, "flag": pd.array([flag] * len(xs), dtype="boolean")},
        index=pd.Index([f"u{place}" for place in range(len(xs))], name="unit_id"),
    )


@pytest.mark.parametrize(
    ("when", "x", "expected"),
    [
        ("x > 5", 4.0, (5, "above", "one")),
        ("x > 5", 5.0, (5, "above", "one")),
        ("x > 5", 6.0, (5, "at", "rest")),
        ("x = 5", 4.0, (5, "at", "one")),
        ("x = 5", 5.0, (5, "below", "rest")),
        ("x BETWEEN 2 AND 3", 2.4, (2, "below", "rest")),
        ("x BETWEEN 2 AND 3", 2.5, (2, "below", "rest")),
        ("x BETWEEN 2 AND 3", 9.0, (3, "at", "one")),
        ("x IN (1, 2, 8)", 6.0, (8, "at", "one")),
        ("y / (x - 2) > 0", 1.0, (2, "above", "one")),
        ("x > 5 AND x < 5", 4.0, (np.nan, "", "")),
        ("x * x > 5", 1.0, (np.nan, "", "")),
        ("TRUE OR x > 1", 1.0, (np.nan, "", "")),
    ],
)
def test_flips_by_pencil(when, x, expected) -> None:
    row = told(units(x), book(when), ["u0"]).iloc[0]
    np.testing.assert_equal(flip(row), expected)


def test_shares_stay_between_nothing_and_all() -> None:
    low = told(units(0), book("w_share < 0.2 OR w_share > 1.5"), ["u0"]).iloc[0]
    assert flip(low) == (0.2, "below", "one")
    high = told(units(0), book("w_share > 1.5"), ["u0"]).iloc[0]
    assert flip(high)[1:] == ("", "")


def test_truth_values_flip_and_count_as_nought_and_one() -> None:
    found = told(units(1.0), book("flag AND x > 0"), ["u0"])
    row = found.loc[("u0", "r0", "flag")]
    assert (row["value"], *flip(row)) == (0, 1, "at", "one")
    assert row["reason"] == "flag: false; if it were true it would be one"
    locked = told(units(-1.0), book("flag AND x > 0"), ["u0"], language="zh")
    assert locked.loc[("u0", "r0", "flag"), "reason"] == "flag 为假；若为真，主体功能不变"


def test_an_area_of_nothing_is_no_flip() -> None:
    """735538 people on 399 km2, as in Denver: without land there is no density, and less land than none is none."""
    rulebook = book("x / y >= 50")
    row = told(units(735_538.0, y=399.0), rulebook, ["u0"]).loc[("u0", "r0", "y")]
    assert flip(row) == (735_538 / 50, "above", "rest")
    assert row["reason"] == (
        "y at 399 is 14,311.8 below its threshold 14,710.8, which itself counts as yes; "
        "above 14,710.8 (+3,590 %) it would be rest"
    )


def test_a_division_by_zero_hides_no_flip_that_another_rule_brings() -> None:
    """At x = 0 r0 has no answer; r1 says yes there, and wins where it comes first."""
    whens, here = ("y / x >= 5", "x = 0"), units(1.0, y=90.0)
    first = told(here, book(*whens, priorities=(2, 1)), ["u0"])
    assert flip(first.loc[("u0", "r1", "x")]) == (0, "at", "two")
    after = told(here, book(*whens), ["u0"])
    assert flip(after.loc[("u0", "r1", "x")]) == (18, "above", "rest")


@pytest.mark.parametrize(
    ("x", "when", "words"),
    [
        (
            0.3,
            "x < 30",
            "x at 0.3 is 29.7 below its threshold 30, which itself counts as no; at 30 (+9,900 %) it would be rest",
        ),
        (3e-9, "x < 2", "x at 0.000000003 is 2 below"),
        (
            2.0 + 4e-14,
            "x >= 2",
            "x at 2 is at its threshold, above it by rounding noise only; it itself",
        ),
        (
            2.0 - 4e-14,
            "x >= 2",
            "x at 2 is at its threshold, below it by rounding noise only; it itself",
        ),
        (2.0 - 4e-14, "x >= 2", "counts as yes; at 2 it would be one"),
    ],
)
def test_people_read_no_powers_and_no_noise(x, when, words) -> None:
    reason = told(units(x), book(when), ["u0"]).iloc[0]["reason"]
    assert words in reason
    assert "e-" not in reason
    assert "e+" not in reason


def test_an_indicator_that_is_not_solved_says_so() -> None:
    row = told(units(1.0), book("x * x > 5"), ["u0"]).iloc[0]
    assert row["reason"].startswith("x at 1: no threshold is determined, for it does not stand in x * x > 5")


def test_a_value_for_which_a_rule_would_refuse_to_plan_is_no_flip() -> None:
    """At x = 2 the rule cannot be answered and would stop the plan; just above it is no answer of another kind."""
    row = told(units(1.0), book("y / (x - 2) < 5", unknown=("error",)), ["u0"]).iloc[0]
    assert flip(row) == (2, "above", "rest")


def test_ties_and_priorities_count_as_in_a_plan() -> None:
    """r0 and r1 stand at one priority, r0 sorts first; r2 comes after both."""
    rulebook = book("x > 10", "x > 5", "x > 0")
    assert flip(told(units(3.0), rulebook, ["u0"]).loc[("u0", "r2", "x")]) == (5, "above", "two")
    assert flip(told(units(9.0), rulebook, ["u0"]).loc[("u0", "r1", "x")]) == (10, "above", "one")
    contested = told(units([3.0, 12.0]), rulebook)
    assert set(contested.index.get_level_values("unit_id")) == {"u1"}
    assert contested["deciding"].to_dict() == {
        ("u1", "r0", "x"): True,
        ("u1", "r1", "x"): False,
        ("u1", "r2", "x"): False,
    }
    assert set(map(tuple, contested[["flip_value", "flip_side", "flip_zone"]].to_numpy())) == {(10.0, "at", "two")}


def test_reasons_are_told_in_chinese(measures, rulebook) -> None:
    found = told(measures, equal_ranks(rulebook), language="zh")
    reason = found.loc[("c", "fragile-1", "ecologically_fragile_share"), "reason"]
    assert reason == (
        "ecologically_fragile_share 90% 高于阈值 50%，裕度 40 百分点，阈值本身计为满足；"
        "低于 50% 时（-44.4 %）将变为重点开发"
    )


def test_nothing_to_tell_is_an_empty_table(measures, rulebook) -> None:
    assert told(measures.loc[["a"]], rulebook).empty
    assert told(measures, rulebook, []).empty


def test_rules_in_order_give_the_zones_of_the_plan(measures, rulebook) -> None:
    """Units in another order than that of the claims, one of them twice."""
    claims, asked = zoning.zones.classify(measures, rulebook)
    units = measures.index[::-1].append(measures.index[:1])
    rules = MainRules(rulebook, claims[claims["rule"] == "default"], units)
    found = rules.zones([asked[rule.id].taken(measures.index.get_indexer(units)) for rule in rules.rules])
    assert found.tolist() == resolve(claims, rulebook)["main"].loc[units].tolist()


class Forms:
    """Random conditions over x, y and flag."""

    def __init__(self, seed: int) -> None:
        self.chance = np.random.default_rng(seed)

    def pick(self, *options: str) -> str:
        return str(self.chance.choice(options))

    def leaf(self) -> str:
        side = self.pick("x", "x + y", "2 * x - y", "x / y", "y / x", "-x", "y", "x * y", "(x - y) / (x + y)")
        number = self.pick("-3", "0", "1", "2.5", "4", "y")
        return self.pick(
            f"{side} {self.pick('<', '<=', '>', '>=', '=', '<>')} {number}",
            f"{side} {self.pick('', 'NOT ')}BETWEEN {number} AND 6",
            f"{side} {self.pick('', 'NOT ')}IN ({number}, 5, -1)",
            f"{side} IS {self.pick('', 'NOT ')}NULL",
            "flag",
        )

    def condition(self, depth: int = 2) -> str:
        if depth == 0:
            return self.leaf()
        one, other = self.condition(depth - 1), self.condition(depth - 1)
        return self.pick(f"({one}) AND ({other})", f"({one}) OR ({other})", f"NOT ({one})", self.leaf())


@pytest.mark.parametrize("seed", range(8))
def test_no_value_of_a_fine_grid_flips_a_unit_sooner(seed) -> None:
    """Brute force: every value from -40 to 40 in steps of an eighth is put through classify and resolve.

    At a division by zero nothing is asked, and beyond one only where no value on this side of it flips.
    """
    forms = Forms(seed)
    chance = forms.chance
    unknown = [str(one) for one in chance.choice(["review", "no"], 3)]
    priorities = tuple(chance.integers(1, 3, 3).tolist())
    whens = [forms.condition() for _ in range(3)]
    rulebook = book(*whens, priorities=priorities, unknown=unknown)
    start, y, flag = float(chance.integers(-24, 25)) / 4, float(chance.integers(-4, 5)), bool(chance.random() < 0.5)
    here = units(start, y=y, flag=flag)
    main = resolve(classify(here, rulebook), rulebook)["main"].iloc[0]
    found = told(here, rulebook, ["u0"]).reset_index()
    found = found[found["indicator"] == "x"]
    grid = np.arange(-320, 321) / 8
    mains = resolve(classify(units(grid, y=y, flag=flag), rulebook), rulebook)["main"]
    away = {float(x): mains[f"u{place}"] for place, x in enumerate(grid)}
    poles = {pole for part, pole in (("y / x", 0.0), ("(x + y)", -y)) if any(part in when for when in whens)}
    other = {x for x, zone in away.items() if zone != main and x not in poles}
    if found.empty:
        assert not other
        return
    assert len(found[["flip_value", "flip_side", "flip_zone"]].drop_duplicates()) == 1
    value, side, zone = flip(found.iloc[0])
    if side == "":
        assert not other
        return
    just = value + {"at": 0.0, "above": 1e-7, "below": -1e-7}[side]
    there = resolve(classify(units(just, y=y, flag=flag), rulebook), rulebook)["main"].iloc[0]
    assert there == zone != main
    beyond = any(min(start, just) < pole < max(start, just) for pole in poles)
    near = {x for x in other if not any(min(start, x) < pole < max(start, x) for pole in poles)}
    assert not (beyond and near)
    for x in other if beyond else near:
        assert abs(x - start) >= abs(value - start) - 1e-12, (x, value, side)


def test_advice_names_only_what_a_plan_can_move(measures, rulebook) -> None:
    """Area said to be fixed: its margin is told, no flip; what people change is told as before, and is the smallest."""
    still = [one.model_copy(update={"fixed": one.name == "area_km2"}) for one in rulebook.indicators]
    fixed = replace(rulebook, indicators=tuple(still))
    free, found = (told(measures, book, ["d"]) for book in (rulebook, fixed))
    area = found.loc[("d", "key-1", "area_km2")]
    assert flip(area)[1:] == ("", "")
    assert np.isnan(area["flip_value"])
    assert area["reason"].endswith("; no plan can move it")
    assert area["margin"] == free.loc[("d", "key-1", "area_km2"), "margin"]
    assert found.index[found["smallest"]].tolist() == [("d", "key-1", "population")]
    others = found.index.drop([("d", "key-1", "area_km2")])
    pd.testing.assert_frame_equal(found.loc[others].drop(columns="smallest"), free.loc[others].drop(columns="smallest"))


@pytest.mark.parametrize("name", builtin_studies())
def test_no_unit_of_a_built_in_study_is_told_to_move_its_borders_or_itself(name: str) -> None:
    plan = run(read_study(builtin_study(name)))
    found = conflicts(plan.claims, plan.measures, plan.rulebook, plan.units.index)
    fixed = found["indicator"].isin(fixed_measures(plan.rulebook))
    assert fixed.any()
    assert set(found.loc[fixed, "flip_side"]) == {""}
    assert not found.loc[fixed, "smallest"].any()
    assert found.loc[~fixed, "smallest"].any()
    places = [one for one in plan.rulebook.indicators if one.unit in ("ha", "km2") and one.name.startswith("area")]
    assert all(one.name in fixed_measures(plan.rulebook) for one in places)
