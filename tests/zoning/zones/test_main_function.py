from __future__ import annotations

from datetime import date
from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import UnknownNameError
from zoning.rulebook import Rule, Rulebook
from zoning.rulebook.schema import Zone
from zoning.zones import resolve
from zoning.zones.main_function import COLUMNS

MAINS = ("alpha", "beta", "gamma")
OVERLAYS = ("near", "odd")
PRIORITIES = {"a-1": 10, "a-2": 20, "b-1": 10, "b-2": 30, "g-1": 20, "n-1": 10, "o-1": 5, "o-2": 40}
ZONE_OF = {"a": "alpha", "b": "beta", "g": "gamma", "n": "near", "o": "odd"}


def text(word: str) -> dict[str, str]:
    return {"en": word}


RULEBOOK = Rulebook(
    "toy",
    "Toyland",
    "For tests",
    date(2025, 1, 1),
    zones=(
        *(Zone(code=code, kind="main", title=text(code)) for code in MAINS),
        Zone(code="general", kind="main", title=text("General"), default=True),
        *(Zone(code=code, kind="overlay", title=text(code)) for code in OVERLAYS),
    ),
    rules=tuple(
        Rule(id=rule, zone=ZONE_OF[rule[0]], when="TRUE", priority=priority, reason=text(rule), reference="toy")
        for rule, priority in PRIORITIES.items()
    ),
)


def claim(unit: str, zone: str, rule: str, answer: str = "yes") -> dict[str, str]:
    return {
        "unit_id": unit,
        "zone": zone,
        "rule": rule,
        "reason": f"why {rule}",
        "values": "{}",
        "answer": answer,
    }


def by_rules(unit: str, *rules: str) -> list[dict[str, str]]:
    """Claims by rules ("b-1", "b-1?" where it could not be answered) and decisions ("1=beta")."""
    claims = [claim(unit, "general", "default")]
    for rule in rules:
        number, _, zone = rule.partition("=")
        if zone:
            claims.append(claim(unit, zone, f"decision-{number}"))
        else:
            name = rule.removesuffix("?")
            claims.append(claim(unit, ZONE_OF[name[0]], name, "unknown" if rule.endswith("?") else "yes"))
    return claims


def resolved(*rules: str) -> tuple[str, str, str, str]:
    row = resolve(pd.DataFrame(by_rules("u", *rules)), RULEBOOK).loc["u"]
    return row["main"], row["overlays"], row["status"], row["rule"]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((), ("general", "", "decided", "default")),
        (("a-2",), ("alpha", "", "decided", "a-2")),
        (("a-2", "b-1"), ("beta", "", "decided", "b-1")),
        (("b-1", "a-1"), ("alpha", "", "contested", "a-1")),
        (("a-1", "a-2"), ("alpha", "", "decided", "a-1")),
        (("a-2", "g-1"), ("alpha", "", "contested", "a-2")),
        (("a-1", "a-2", "g-1"), ("alpha", "", "decided", "a-1")),
        (("o-2", "n-1", "o-1"), ("general", "near;odd", "decided", "default")),
        (("a-2", "b-1?"), ("alpha", "", "review", "a-2")),
        (("a-1?",), ("general", "", "review", "default")),
        (("a-1", "o-1?"), ("alpha", "", "review", "a-1")),
        (("a-1", "o-1?", "o-2"), ("alpha", "odd", "decided", "a-1")),
        (("a-1", "o-1?", "n-1"), ("alpha", "near", "review", "a-1")),
        (("a-1", "o-1?", "2=odd"), ("alpha", "odd", "by_decision", "a-1")),
        (("a-1", "b-2?"), ("alpha", "", "decided", "a-1")),
        (("a-1", "b-1?"), ("alpha", "", "review", "a-1")),
        (("a-1?", "a-2"), ("alpha", "", "decided", "a-2")),
        (("a-1?", "b-2"), ("beta", "", "review", "b-2")),
        (("a-1", "b-1", "o-1?"), ("alpha", "", "contested", "a-1")),
        (("a-1", "1=beta"), ("beta", "", "by_decision", "decision-1")),
        (("a-1?", "b-1", "1=gamma"), ("gamma", "", "by_decision", "decision-1")),
        (("a-1", "2=near"), ("alpha", "near", "by_decision", "a-1")),
        (("a-1", "o-1?", "2=near"), ("alpha", "near", "review", "a-1")),
        (("1=general", "a-1"), ("general", "", "by_decision", "decision-1")),
    ],
)
def test_one_main_function_by_decision_priority_and_id(rules, expected) -> None:
    assert resolved(*rules) == expected


def test_the_reason_is_that_of_the_claim_that_decided() -> None:
    zones = resolve(pd.DataFrame(by_rules("u", "a-2", "b-1")), RULEBOOK)
    assert zones.loc["u", "reason"] == "why b-1"
    assert list(zones.columns) == list(COLUMNS)


def test_units_are_sorted_and_do_not_touch_each_other() -> None:
    claims = pd.DataFrame([*by_rules("10", "a-1"), *by_rules("09", "n-1", "b-2?"), *by_rules("z")])
    zones = resolve(claims, RULEBOOK)
    assert zones.index.tolist() == ["09", "10", "z"]
    assert zones.index.name == "unit_id"
    assert zones["main"].tolist() == ["general", "alpha", "general"]
    assert zones["overlays"].tolist() == ["near", "", ""]
    assert zones["status"].tolist() == ["review", "decided", "decided"]


def test_no_claims_no_zones() -> None:
    zones = resolve(pd.DataFrame([claim("u", "general", "default")]).iloc[:0], RULEBOOK)
    assert zones.empty
    assert "main" in zones.columns


def test_a_unit_that_nothing_claims_is_named() -> None:
    with pytest.raises(UnknownNameError, match=r"nothing claims a main function for '[a-z0-9]+', not even.*default"):
        resolve(pd.DataFrame([claim("u", "near", "n-1")]), RULEBOOK)


def test_unknown_zones_and_rules_are_named_together() -> None:
    claims = pd.DataFrame([claim("u", "general", "default"), claim("u", "alhpa", "a-1"), claim("u", "beta", "b-9")])
    with pytest.raises(Exception, match=r"no zone 'alhpa'; did you mean 'alpha'[\s\S]*no rule 'b-9'"):
        resolve(claims, RULEBOOK)


some_rules = st.lists(
    st.sampled_from([*PRIORITIES, *(f"{rule}?" for rule in PRIORITIES), "1=beta", "2=near", "2=general"]),
    unique_by=lambda rule: rule.rstrip("?"),
).filter(lambda rules: not {"1=beta", "2=general"} <= set(rules))
some_units = st.dictionaries(st.text("abc1", min_size=1, max_size=3), some_rules, min_size=1, max_size=6)


@settings(max_examples=50)
@given(some_units, st.randoms(use_true_random=False))
def test_the_result_does_not_depend_on_the_order_of_rows(units, random) -> None:
    rows = [row for unit, rules in units.items() for row in by_rules(unit, *rules)]
    mixed = random.sample(rows, len(rows))
    pd.testing.assert_frame_equal(
        resolve(pd.DataFrame(rows), RULEBOOK), resolve(pd.DataFrame(mixed), RULEBOOK), check_exact=True
    )


@settings(max_examples=50)
@given(some_units)
def test_exactly_one_main_function_that_somebody_claims(units) -> None:
    """P12."""
    zones = resolve(pd.DataFrame([row for unit, rules in units.items() for row in by_rules(unit, *rules)]), RULEBOOK)
    assert zones.index.tolist() == sorted(units)
    for unit, rules in units.items():
        claims = [row for row in by_rules(unit, *rules) if row["answer"] == "yes"]
        assert (zones.loc[unit, "main"], zones.loc[unit, "rule"]) in {(row["zone"], row["rule"]) for row in claims}
        overlays = sorted({row["zone"] for row in claims} & set(OVERLAYS))
        assert zones.loc[unit, "overlays"] == ";".join(overlays)


@settings(max_examples=50)
@given(some_rules)
def test_the_main_function_agrees_with_a_plain_loop(rules) -> None:
    """The independent route: what a clerk would do with a list of claims."""
    best = ("general", 10**9, "default")
    for row in by_rules("u", *rules):
        if row["answer"] != "yes" or row["zone"] in OVERLAYS or row["rule"] == "default":
            continue
        rank = -1 if row["rule"].startswith("decision") else PRIORITIES[row["rule"]]
        if (rank, row["rule"]) < (best[1], best[2]):
            best = (row["zone"], rank, row["rule"])
    main, _, _, rule = resolved(*rules)
    assert (main, rule) == (best[0], best[2])


@given(some_rules)
def test_a_unit_is_to_be_reviewed_where_an_answer_would_give_another_outcome_and_nowhere_else(rules) -> None:
    """Against all ways in which the rules that have no answer could be answered."""
    unknown = [rule for rule in rules if rule.endswith("?")]
    outcomes = set()
    for answers in product((True, False), repeat=len(unknown)):
        met = {rule.removesuffix("?") for rule, answer in zip(unknown, answers, strict=True) if answer}
        main, overlays, status, _ = resolved(*(one for one in rules if one not in unknown), *sorted(met))
        outcomes.add((main, overlays, status == "contested"))
    main, _, status, rule = resolved(*rules)
    if status != "contested" and not rule.startswith("decision"):
        assert (status == "review") == (len(outcomes) > 1)


@settings(max_examples=50)
@given(some_rules)
def test_claiming_once_more_changes_nothing(rules) -> None:
    rows = by_rules("u", *rules)
    once = resolve(pd.DataFrame(rows), RULEBOOK)
    pd.testing.assert_frame_equal(once, resolve(pd.DataFrame(rows + rows), RULEBOOK))


@settings(max_examples=50)
@given(some_rules, st.sampled_from(["b-2", "o-2"]))
def test_a_weaker_rule_more_takes_nothing_away(rules, more) -> None:
    before, after = resolved(*rules), resolved(*{*rules, more} - {f"{more}?"})
    if before[3] != "default":
        assert after[0] == before[0]
    assert set(filter(None, before[1].split(";"))) <= set(filter(None, after[1].split(";")))
