"""A main function that hangs on what was taken for absent measures is assumed, and no other is."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zoning.conftest import said
from zoneplan import classify
from zoning.rulebook import Derived, Indicator, Rule, Rulebook
from zoning.rulebook.schema import Zone
from zoning.study import Decision
from zoning.zones import assumed_measures, resolve

DAY = date(2025, 1, 1)
MAINS, OVERLAYS = ("alpha", "beta"), ("near", "odd")
GIVEN, ABSENT = ("p", "q"), ("u", "v", "w")


def text(word: str) -> dict[str, str]:
    return {"en": word}


def rule(name: str, zone: str, when: str, priority: int = 10, on_unknown: str = "review", **more: object) -> Rule:
    why = {"reason": text(name), "reference": "toy"}
    return Rule(id=name, zone=zone, when=when, priority=priority, on_unknown=on_unknown, **why, **more)


def rulebook(*rules: Rule, derived: tuple[Derived, ...] = (), **when_absent: object) -> Rulebook:
    """Zones ``MAINS``, a default and ``OVERLAYS``; measures of ``ABSENT`` are taken as 0 unless said otherwise."""
    taken = dict.fromkeys(ABSENT, 0) | when_absent
    return Rulebook(
        "toy",
        "Toyland",
        "For tests",
        DAY,
        zones=(
            *(Zone(code=code, kind="main", title=text(code)) for code in MAINS),
            Zone(code="general", kind="main", title=text("General"), default=True),
            *(Zone(code=code, kind="overlay", title=text(code)) for code in OVERLAYS),
        ),
        indicators=tuple(Indicator(name=name, when_absent=taken.get(name, "error")) for name in (*GIVEN, *ABSENT)),
        rules=rules,
        derived=derived,
    )


UNITS = pd.DataFrame({"p": [0.0, 1.0], "q": [0.0, 1.0]}, index=["a", "b"])


def zones(*rules: Rule, decisions: tuple[Decision, ...] = (), measures: pd.DataFrame = UNITS, **more: object):
    book = rulebook(*rules, **more)
    return resolve(classify(measures, book, decisions), book)


def status_of(*rules: Rule, **more: object) -> list[tuple[str, str, str]]:
    found = zones(*rules, **more)
    return list(found[["main", "status", "assumed"]].itertuples(index=False, name=None))


def test_the_default_hangs_on_a_rule_that_nothing_could_answer() -> None:
    assert status_of(rule("a-1", "alpha", "u >= 1")) == [("general", "assumed", "u")] * 2


def test_a_main_function_that_another_measure_decides_is_no_assumption() -> None:
    rules = rule("a-1", "alpha", "p >= 1", 10), rule("b-1", "beta", "u >= 1", 20)
    assert status_of(*rules) == [("general", "assumed", "u"), ("alpha", "decided", "")]


def test_a_rule_that_stands_above_leaves_it_open() -> None:
    rules = rule("a-1", "alpha", "p >= 1", 20), rule("b-1", "beta", "u >= 1", 10)
    assert status_of(*rules) == [("general", "assumed", "u"), ("alpha", "assumed", "u")]


def test_another_rule_for_the_same_zone_hides_no_doubt_and_makes_none() -> None:
    rules = rule("a-1", "alpha", "p >= 1", 20), rule("a-2", "alpha", "u >= 1", 10)
    assert status_of(*rules) == [("general", "assumed", "u"), ("alpha", "decided", "")]


def test_what_holds_by_an_assumption_alone_is_assumed() -> None:
    assert status_of(rule("a-1", "alpha", "u <= 1")) == [("alpha", "assumed", "u")] * 2
    assert status_of(rule("a-1", "alpha", "u <= 1", on_unknown="no")) == [("alpha", "assumed", "u")] * 2


def test_a_rule_that_takes_unknown_for_no_is_answered() -> None:
    assert status_of(rule("a-1", "alpha", "u >= 1", on_unknown="no")) == [("general", "decided", "")] * 2


def test_an_overlay_that_hangs_on_an_assumption_is_named_and_does_not_change_the_status() -> None:
    rules = rule("n-1", "near", "v >= 1"), rule("n-2", "near", "p >= 1")
    assert status_of(*rules, v=1.0) == [("general", "decided", "v"), ("general", "decided", "")]


def test_an_overlay_that_nothing_gives_hangs_on_nothing() -> None:
    """No unit has it, for want of a measure that all are without: the assumptions say so once."""
    assert status_of(rule("n-1", "near", "v >= 1")) == [("general", "decided", "")] * 2


def test_a_measure_that_does_not_matter_is_not_named() -> None:
    found = status_of(rule("a-1", "alpha", "p >= 1 AND u >= 1 OR v >= 1"))
    assert found == [("general", "assumed", "v"), ("general", "assumed", "u;v")]


def test_an_assumption_reaches_through_what_is_derived_from_it() -> None:
    twice = Derived(name="twice", title=text("twice"), bands=[{"value": "u + u"}], reference="toy")
    assert status_of(rule("a-1", "alpha", "twice >= 1"), derived=(twice,)) == [("general", "assumed", "u")] * 2


def test_the_first_status_that_fits_counts() -> None:
    day = {"reason": "so", "by": "the council", "date": DAY}
    hanging = rule("a-1", "alpha", "u >= 1", 5)
    main, overlay = Decision(unit="a", main="beta", **day), Decision(unit="a", overlay="near", **day)
    assert status_of(hanging, decisions=(main,))[0] == ("beta", "by_decision", "")
    assert status_of(hanging, decisions=(overlay,))[0] == ("general", "assumed", "u")
    tied = rule("a-2", "alpha", "p >= 1"), rule("b-1", "beta", "p >= 1")
    assert status_of(rule("b-0", "beta", "u >= 1", 5), *tied)[1] == ("alpha", "contested", "u")
    assert status_of(hanging, rule("b-1", "beta", "w >= 1", 20), w="unknown") == [("general", "review", "u;w")] * 2


def test_a_whole_hands_its_assumption_to_its_parts() -> None:
    book = rulebook(rule("a-1", "alpha", "u >= 1"), rule("b-1", "beta", "p >= 1", refines=True))
    towns = UNITS.assign(county="k", area_ha=1.0)
    found = resolve(classify(towns, book, part_of="county"), book)
    assert found[["main", "status", "assumed"]].to_numpy().tolist() == [
        ["general", "assumed", "u"],
        ["beta", "decided", ""],
    ]


def test_completed_measures_are_facts() -> None:
    facts = UNITS.assign(**dict.fromkeys(ABSENT, 0.0))
    assert status_of(rule("a-1", "alpha", "u >= 1"), measures=facts) == [("general", "decided", "")] * 2


def test_a_rival_that_would_lapse_if_it_were_unknown_opens_nothing() -> None:
    """Without u there is no claim of alpha, and beta stays: by review, and for certain."""
    rules = (
        rule("a-1", "alpha", "u < 1", 2, "no"),
        rule("b-1", "beta", "u < 1", 1),
        rule("b-2", "beta", "p >= 0", 2),
    )
    assert status_of(*rules) == [("beta", "decided", "")] * 2


def test_a_claim_that_is_not_made_says_why() -> None:
    book = rulebook(rule("a-1", "alpha", "u + v >= 1"))
    (row,) = classify(UNITS.iloc[:1], book).query("answer == 'no'").to_dict("records")
    assert (row["zone"], row["rule"], row["assumed"]) == ("alpha", "a-1", "u;v")
    assert said(row["reason"], book) == (
        "not claimed, and only because of what was taken for measures that nothing gives: u, v"
    )


def test_names_of_a_study_are_told_once() -> None:
    both = rule("a-1", "alpha", "u >= 1"), rule("n-1", "near", "v >= 1 AND p >= 1")
    assert assumed_measures(zones(*both, v=1.0)) == ["u", "v"]


CLAUSES = st.tuples(st.sampled_from([*GIVEN, *ABSENT]), st.sampled_from(["<", ">="]))
RULES = st.lists(
    st.tuples(
        st.sampled_from(MAINS),
        st.lists(CLAUSES, min_size=1, max_size=3),
        st.sampled_from(["AND", "OR"]),
        st.integers(1, 3),
        st.sampled_from(["review", "no"]),
    ),
    min_size=1,
    max_size=4,
)
Truth = bool | None


def answer(clauses: list[tuple[str, str]], word: str, values: dict[str, float]) -> Truth:
    """A second program for three-valued logic."""
    found = [None if name not in values else (values[name] >= 1) == (sign == ">=") for name, sign in clauses]
    decisive = word == "OR"
    if decisive in found:
        return decisive
    return None if None in found else not decisive


@given(RULES, st.fixed_dictionaries(dict.fromkeys(ABSENT, st.sampled_from([0.0, 1.0]))))
def test_assumed_is_whatever_could_be_another_if_what_is_absent_were_unknown(drawn: list, taken: dict) -> None:
    """Against a second program, over all rulebooks of some rules: walk down the rules until one holds for certain."""
    rules = [
        rule(f"r-{number}", zone, f" {word} ".join(f"{name} {sign} 1" for name, sign in clauses), priority, unknown)
        for number, (zone, clauses, word, priority, unknown) in enumerate(drawn)
    ]
    found = zones(*rules, **taken)
    order = sorted(zip(drawn, rules, strict=True), key=lambda one: (one[1].priority, one[1].id))
    for unit, given_values in UNITS.to_dict("index").items():
        possible = set()
        for (zone, clauses, word, _, unknown), _ in order:
            holds = answer(clauses, word, given_values)
            if holds or (holds is None and unknown != "no"):
                possible.add(zone)
            if holds:
                break
        else:
            possible.add("general")
        row = found.loc[unit]
        if row["status"] != "contested":
            assert row["status"] == ("decided" if possible == {row["main"]} else "assumed"), (unit, possible)
        assert set(row["assumed"].split(";")) - {""} <= set(ABSENT)
        assert (row["assumed"] != "") == (possible != {row["main"]})


@pytest.mark.parametrize("measures", [UNITS.iloc[:0], UNITS])
def test_nothing_is_mutated_and_no_units_are_no_fault(measures: pd.DataFrame) -> None:
    before = measures.copy()
    classify(measures, rulebook(rule("a-1", "alpha", "u >= 1")))
    pd.testing.assert_frame_equal(measures, before)
