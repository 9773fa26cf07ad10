from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneplan import assign, classify
from zoning.policies import uncovered
from zoning.rulebook import Policy, Rulebook
from zoning.rulebook.schema import Zone
from zoning.tables import POLICIES, QUOTAS, tabulate
from zoning.zones import resolve

NO_QUOTAS = tabulate(QUOTAS, pd.DataFrame())


def given_land(**hectares: str) -> pd.DataFrame:
    rows = [
        {"quota": "construction_land", "period": 2025, "level": "unit", "unit_id": unit, "amount": Decimal(amount)}
        for unit, amount in hectares.items()
    ]
    return tabulate(QUOTAS, pd.DataFrame(rows).reindex(columns=list(QUOTAS.columns)))


@pytest.fixture
def assigned(measures, rulebook) -> pd.DataFrame:
    zones = resolve(classify(measures, rulebook), rulebook)
    return assign(zones, measures, given_land(a="0.5", b="0"), rulebook)


def of_unit(policies: pd.DataFrame, unit: str) -> list[str]:
    return policies.loc[policies["unit_id"] == unit, "policy"].tolist()


def test_what_applies_where(assigned) -> None:
    assert list(assigned.columns) == list(POLICIES.columns_in_memory)
    assert {unit: of_unit(assigned, unit) for unit in "abcdef"} == {
        "a": ["land-report", "plan-first"],
        "b": ["no-building", "plan-first"],
        "c": ["energy-review", "no-building", "plan-first"],
        "d": ["plan-first"],
        "e": ["plan-first"],
        "f": ["plan-first"],
    }


def test_a_row_points_at_its_clause_zone_and_dates(assigned) -> None:
    rows = assigned.set_index(["unit_id", "policy"])
    row = rows.loc[("c", "no-building")]
    assert row["zone"] == "ecologically_fragile"
    assert (row["instrument"], row["strictness"], row["reference"]) == ("land", 3, "Small Act, section 10")
    assert (row["since"], row["until"], row["piece_id"]) == ("", "", "")
    assert rows.loc[("a", "plan-first"), "since"] == "2001-01-01"
    assert rows.loc[("c", "energy-review"), "zone"] == "energy_rich"
    assert rows.loc[("a", "plan-first"), "zone"] == ""


def test_parameters_and_indicators_are_replaced_by_their_values(assigned) -> None:
    rows = assigned.set_index(["unit_id", "policy"])["parameters"]
    assert json.loads(rows[("c", "no-building")]) == {
        "cap": {"unit": "%", "value": 20.5},
        "note": "no exception",
        "share": {"unit": "1", "value": 0.9},
        "steps": [1, 0.5],
    }
    assert rows[("a", "plan-first")] == "{}"


def test_the_stricter_of_one_subject_overrules_and_nothing_disappears(assigned) -> None:
    rows = assigned.set_index(["unit_id", "policy"])["overruled_by"]
    assert rows[("b", "plan-first")] == "no-building"
    assert rows[("b", "no-building")] == ""
    assert rows[("a", "plan-first")] == ""
    assert rows[("a", "land-report")] == ""  # the same instrument, but no subject


def test_a_condition_that_cannot_be_answered_does_not_apply(measures, rulebook) -> None:
    zones = resolve(classify(measures, rulebook), rulebook)
    indicators = [
        one.model_copy(update={"when_absent": "unknown"}) if one.name.startswith("quota_") else one
        for one in rulebook.indicators
    ]
    from dataclasses import replace

    policies = assign(zones, measures, given_land(a="1"), replace(rulebook, indicators=tuple(indicators)))
    assert policies.loc[policies["policy"] == "land-report", "unit_id"].tolist() == ["a"]


def test_a_missing_value_of_an_indicator_is_null(measures, rulebook) -> None:
    zones = resolve(classify(measures, rulebook), rulebook).assign(main="ecologically_fragile")
    policies = assign(zones, measures, NO_QUOTAS, rulebook).set_index(["unit_id", "policy"])
    assert json.loads(policies.loc[("f", "no-building"), "parameters"])["share"] == {"unit": "1", "value": None}


def test_units_without_any_policy_are_found(measures, rulebook) -> None:
    from dataclasses import replace

    zones = resolve(classify(measures, rulebook), rulebook)
    fewer = replace(rulebook, policies=tuple(one for one in rulebook.policies if one.id != "plan-first"))
    assert uncovered(assign(zones, measures, NO_QUOTAS, fewer), measures.index) == ("a", "d", "e", "f")
    none = assign(zones, measures, NO_QUOTAS, replace(rulebook, policies=()))
    assert none.empty
    assert list(none.columns) == list(POLICIES.columns_in_memory)
    assert uncovered(none, measures.index) == tuple("abcdef")


def test_zones_named_in_texts_and_names_are_found_whatever_the_quotes() -> None:
    mains = [Zone(code=code, kind="main", title={"en": code}, default=code == "c") for code in "abc"]
    rulebook = Rulebook(
        "toy",
        "",
        "",
        date(2025, 1, 1),
        zones=(*mains, Zone(code="near", kind="overlay", title={"en": "near"})),
        policies=(
            Policy(
                id="p",
                instrument="land",
                when="main IN ('a', 'b') OR near",
                title={"en": "P"},
                clause="c",
                reference="r",
            ),
            Policy(
                id="q",
                instrument="land",
                when="NOT \"near\" OR main <> 'a'",
                title={"en": "Q"},
                clause="c",
                reference="r",
            ),
        ),
    )
    zones = pd.DataFrame(
        {"main": ["a", "b", "c"], "overlays": ["near", "", "near"]}, index=pd.Index(list("xyz"), name="unit_id")
    )
    rows = assign(zones, pd.DataFrame(index=zones.index), NO_QUOTAS, rulebook).set_index(["unit_id", "policy"])["zone"]
    assert rows.to_dict() == {
        ("x", "p"): "a;near",
        ("y", "p"): "b",
        ("z", "p"): "near",
        ("y", "q"): "",
        ("z", "q"): "near",
    }


SUBJECTS = ("", "building", "mining")


def policy(number: int, when: str, subject: str, strictness: int) -> Policy:
    return Policy(
        id=f"p-{number}",
        instrument="land",
        subject=subject,
        when=when,
        strictness=strictness,
        title={"en": f"Policy {number}"},
        clause="clause",
        reference="toy",
    )


some_policies = st.lists(
    st.tuples(
        st.sampled_from(["TRUE", "main = 'a'", "near", "NOT near", "FALSE"]),
        st.sampled_from(SUBJECTS),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=6,
)
ZONES = pd.DataFrame(
    {"main": ["a", "b", "a"], "overlays": ["near", "", ""]}, index=pd.Index(list("xyz"), name="unit_id")
)


def applied(listed) -> pd.DataFrame:
    mains = [Zone(code=code, kind="main", title={"en": code}, default=code == "b") for code in "ab"]
    rulebook = Rulebook(
        "toy",
        "",
        "",
        date(2025, 1, 1),
        zones=(*mains, Zone(code="near", kind="overlay", title={"en": "near"})),
        policies=tuple(policy(number, *parts) for number, parts in enumerate(listed)),
    )
    return assign(ZONES, pd.DataFrame(index=ZONES.index), NO_QUOTAS, rulebook)


@settings(max_examples=50)
@given(some_policies, some_policies)
def test_one_policy_more_frees_nobody(few, more) -> None:
    """P23: what applied still applies, and what was overruled stays so."""
    before, after = applied(few), applied([*few, *more])
    key = ["unit_id", "policy"]
    assert set(map(tuple, before[key].to_numpy())) <= set(map(tuple, after[key].to_numpy()))
    over = [set(map(tuple, rows.loc[rows["overruled_by"] != "", key].to_numpy())) for rows in (before, after)]
    assert over[0] <= over[1]


@settings(max_examples=50)
@given(some_policies)
def test_of_every_subject_the_strictest_stay_and_only_they(listed) -> None:
    rows = applied(listed)
    subjects = {f"p-{number}": parts[1] for number, parts in enumerate(listed)}
    for row in rows.itertuples():
        rivals = [
            other
            for other in rows[rows["unit_id"] == row.unit_id].itertuples()
            if subjects[other.policy] == subjects[row.policy] != ""
        ]
        best = max((other.strictness for other in rivals), default=row.strictness)
        winners = sorted(other.policy for other in rivals if other.strictness == best)
        assert row.overruled_by == ("" if row.strictness == best else winners[0])
