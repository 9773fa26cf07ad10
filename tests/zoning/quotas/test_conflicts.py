"""Quotas that cannot be met: which rules contradict each other, in the planner's words, and what would end it."""

from __future__ import annotations

import re
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers import land_quota
from zoneplan import allocate
from zoning.errors import InfeasibleError
from zoning.study import Group, Lock, Within

FRAGILE = "main = 'ecologically_fragile'"


@pytest.fixture
def measures(units) -> pd.DataFrame:
    return pd.DataFrame(units.drop(columns="geometry"))


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        (
            {"floor": 3},
            [
                "the total is 24 ha: alone, 12 ha more would do",
                "the floors of 12 units come to 36 ha: alone, 12 ha less in all would do",
            ],
        ),
        (
            {"ceiling": 1, "levels": ("county", "unit")},
            [
                "the total is 24 ha: alone, 12 ha less would do",
                "the ceilings of 12 units in 'east', 'west' come to 12 ha: alone, 12 ha more in all would do",
            ],
        ),
        (  # 20 % of 24 is 4.8, and the group locks 4 and has floors of 2 beside: the total and all others do not matter
            {
                "floor": 1,
                "groups": (Group(when=FRAGILE, max_pct=20),),
                "locked": (Lock(unit="a3", amount=4, reason="x"),),
            },
            [
                f'group 1 ("{FRAGILE}") may have 20 % of the total, 4 ha: alone, 2 ha more would do',
                "'a3' is locked at 4 ha: alone, 2 ha less would do",
                "the floors of 'a4', 'b2' come to 2 ha: alone, 2 ha less in all would do",
            ],
        ),
        (
            {"ceiling": 5, "groups": (Group(when=FRAGILE, min_pct=80),), "levels": ("county", "unit")},
            [
                f'group 1 ("{FRAGILE}") must have 80 % of the total, 20 ha: alone, 5 ha less would do',
                "the ceilings of 'a3', 'a4', 'b2' in 'east', 'west' come to 15 ha: alone, 5 ha more in all would do",
            ],
        ),
        (
            {"levels": ("county", "unit"), "within": (Within(quota="reclaimed", level="county"),)},
            [
                "the total is 24 ha: alone, 4 ha less would do",
                "'east' stays within the quota that it is linked to, at 14 ha: alone, 4 ha more would do",
                "'west' stays within the quota that it is linked to, at 6 ha: alone, 4 ha more would do",
            ],
        ),
    ],
)
def test_the_rules_that_contradict_each_other(zones, measures, changes, lines):
    reclaimed = land_quota(name="reclaimed", total=20, levels=("county", "unit"))
    with pytest.raises(InfeasibleError) as caught:
        allocate(zones, measures, [reclaimed, land_quota(**changes)])
    first, *told = str(caught.value).split("\n")
    assert first.startswith("quota 'land': ")
    assert told == ["these rules cannot hold together:", *(f"  - {line}" for line in lines)]
    assert caught.value.exit_code == 4


def test_rules_that_could_hold_but_not_level_by_level(zones, measures):
    # 24 ha need all room: 8 of the other units in west, 12 of those in east, and the 4 ha of the group, which go to a1
    # in west and a3 in east by weight, 1 and 3; but west may only have 8 in all, so that the 1 ha of a1 is lost
    most = {"a1": 9, "a3": 9, "a2": 4, "b1": 1, "b2": 1, "c1": 1, "c2": 1, "a4": 4, "b3": 2, "b4": 2, "c3": 2, "c4": 2}
    measures = measures.assign(most=pd.Series(most), reclaimed_ha=[1, 3, 3, 3, 1, 1, 3, 2, 1, 1, 3, 2])
    levels = ("county", "unit")
    reclaimed = land_quota(name="reclaimed", weight="reclaimed_ha", levels=levels)
    asked = land_quota(
        levels=levels,
        ceiling="most",
        groups=(Group(when="unit_id IN ('a1', 'a3')", max_pct=17),),
        within=(Within(quota="reclaimed", level="county"),),
    )
    with pytest.raises(InfeasibleError) as caught:
        allocate(zones, measures, [reclaimed, asked])
    assert "taken together the rules can hold, but not where the amounts are handed down level by level" in str(
        caught.value
    )


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3), st.integers(0, 3), st.booleans()), min_size=2, max_size=6),
    st.integers(0, 20),
)
def test_the_change_of_the_total_that_is_named_would_do_and_no_smaller_one(rows, total):
    measures = pd.DataFrame(
        {
            "population": [weight for weight, *_ in rows],
            "least": [low for _, low, _, _ in rows],
            "most": [low + room for _, low, room, _ in rows],
        },
        index=pd.Index([f"u{one}" for one in range(len(rows))], name="unit_id"),
    )
    zones = pd.DataFrame({"main": "general", "overlays": ""}, index=measures.index)
    asked = land_quota(total=total, floor="least", ceiling="most")
    try:
        allocate(zones, measures, [asked])
    except InfeasibleError as error:
        found = re.search(r"the total is \d+ ha: alone, (\d+) ha (more|less) would do", str(error))
        assert found
        change = int(found[1]) * (1 if found[2] == "more" else -1)
        for some, works in ((change, True), (change - (1 if change > 0 else -1), False)):
            changed = asked.model_copy(update={"total": Decimal(total + some)})
            if works:
                assert len(allocate(zones, measures, [changed]))
            else:
                with pytest.raises(InfeasibleError):
                    allocate(zones, measures, [changed])
