"""Quotas that are the best by an objective, on the toy province with pencil numbers: rows, prices, rules, refusals."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from layers.errors import UnknownNameError
from zoning.errors import InfeasibleError, MissingValueError
from zoning.quotas import QuotaReasons, allocate
from zoning.solver.gini_optimum import composite
from zoning.study import Group, Limit, Lock, Priority, Quota, QuotaTransfer, Share, Within
from zoning.tables import QUOTA_RULES, SOLUTIONS, Made

FRAGILE = "main = 'ecologically_fragile'"
INF = float("inf")


def quota(**changes) -> Quota:
    told = {"name": "land", "period": 2025, "total": 24, "unit": "ha", "weight": "suitability", "ceiling": 6}
    return Quota(**{**told, "by": "optimal", "objective": "suitability"} | changes)


def amounts(handed: Made[pd.DataFrame, QuotaReasons]) -> dict[str, int]:
    rows = handed.table[handed.table["unit_id"].str.len() == 2]
    return {unit: int(amount) for unit, amount in zip(rows["unit_id"], rows["amount"], strict=True) if amount}


def of(handed: Made[pd.DataFrame, QuotaReasons], unit: str) -> pd.Series:
    return handed.table.set_index("unit_id").loc[unit]


def rule(handed: Made[pd.DataFrame, QuotaReasons], code: str, path: str = "") -> pd.Series:
    return handed.reasons.rules.set_index(["rule", "jurisdiction"]).loc[(code, path)]


@pytest.fixture
def measures(units) -> pd.DataFrame:
    """Suitability 0.2, 0.4, 0.6, 0.8 by column in row a; 0.01 less in row b, 0.02 less in row c; water 10 a hectare."""
    table = pd.DataFrame(units.drop(columns="geometry"))
    rows, columns = table.index.str[0], table.index.str[1].astype(int)
    return table.assign(suitability=(columns * 20 - rows.map({"a": 0, "b": 1, "c": 2})) / 100, water=10.0)


class TestPencil:
    def test_the_most_suitable_land_first(self, zones, measures):
        # 24 ha, 6 each: a4, b4, c4 and a3; the next would be b3 with 0.59
        handed = allocate(zones, measures, [quota()])
        assert amounts(handed) == {"a4": 6, "b4": 6, "c4": 6, "a3": 6}
        solution = handed.reasons.solutions.iloc[0]
        assert (solution["method"], solution["gap"]) == ("ranking", 0)
        assert solution["value"] == solution["bound"] == pytest.approx(6 * (0.8 + 0.79 + 0.78 + 0.6))
        assert json.loads(solution["parts"])["mean"] == pytest.approx(0.7425)

    def test_prices_of_ceilings_and_the_total(self, zones, measures):
        handed = allocate(zones, measures, [quota(total=23)])
        # the last hectare goes to a3 with 0.6: one more for a4 is worth 0.2 more than that, while a3 has some to give
        assert of(handed, "a4")[["shadow_price", "binding"]].tolist() == [pytest.approx(0.2), "ceiling"]
        assert of(handed, "a4")[["price_from", "price_to"]].tolist() == [5, 11]
        assert of(handed, "a3")[["shadow_price", "binding"]].tolist() == [0, ""]
        assert of(handed, "b3")["shadow_price"] == pytest.approx(-0.01)
        total = rule(handed, "total")
        assert total[["amount", "least", "most"]].tolist() == [23, 23, 23]
        assert total[["shadow_price", "price_from", "price_to"]].tolist() == [pytest.approx(0.6), 18, 24]

    def test_priorities_multiply_the_suitability(self, zones, measures):
        first = Priority(when="county = 'west'", factor=4, reason="the west first")
        handed = allocate(zones, measures, [quota(priority=(first,))])
        assert amounts(handed) == {"a2": 6, "b2": 6, "c2": 6, "a1": 6}  # 1.6, 1.56, 1.52, 0.8 before a4 with 0.8
        assert of(handed, "a2")["weight"] == pytest.approx(1.6)

    def test_a_composite_is_the_sum_of_its_parts(self, zones, measures):
        parts = (Share(measure="suitability", share=0.5), Share(measure="water", share=0.01))
        handed = allocate(zones, measures, [quota(weight=parts)])
        assert of(handed, "a4")["weight"] == pytest.approx(0.5)

    def test_steps_and_decimals(self, zones, measures):
        handed = allocate(zones, measures, [quota(total=Decimal("7.5"), step=Decimal("0.5"))])
        assert of(handed, "a4")["amount"] == Decimal("6.0")
        assert of(handed, "b4")["amount"] == Decimal("1.5")
        assert handed.reasons.solutions["value"].iloc[0] == pytest.approx(6 * 0.8 + 1.5 * 0.79)

    def test_levels_add_up_with_their_reserves(self, zones, measures):
        # 10 % of 41 are 4, held back; 37 ha: 36 of them in the six units of the east, then a2
        asked = quota(total=41, levels=("county", "unit"), reserve_pct=10)
        handed = allocate(zones, measures, [asked])
        assert amounts(handed) == dict.fromkeys(("a3", "a4", "b3", "b4", "c3", "c4"), 6) | {"a2": 1}
        county = handed.table[handed.table["level"] == "county"].set_index("jurisdiction")
        assert county["amount"].to_dict() == {"east": 40, "west": 1}
        assert county["binding"].to_dict() == {"east": "ceiling", "west": ""}
        assert county["shadow_price"].to_dict() == {"east": pytest.approx(0.8 - 0.4), "west": 0}
        reserve = handed.table[handed.table["unit_id"] == "(reserve)"].set_index("jurisdiction")["amount"]
        assert reserve.to_dict() == {"east": 4, "west": 0}

    def test_floors_locks_and_balances(self, zones, measures):
        asked = quota(floor=1, locked=(Lock(unit="a1", amount=3, reason="agreed"),), carried="left", total=24)
        handed = allocate(zones, measures.assign(left=[2 if unit == "a4" else 0 for unit in measures.index]), [asked])
        assert of(handed, "a1")[["amount", "binding"]].tolist() == [3, "lock"]
        assert of(handed, "a4")[["amount", "carried", "binding"]].tolist() == [6, 2, "ceiling"]
        assert of(handed, "c2")[["amount", "binding"]].tolist() == [1, "floor"]
        assert sum(handed.table["amount"]) == 24 + 2

    def test_a_link_to_another_quota(self, zones, measures):
        above = Quota(name="new", period=2025, total=24, unit="ha", weight="population", levels=("county", "unit"))
        asked = quota(levels=("county", "unit"), within=(Within(quota="new", level="county"),))
        handed = allocate(zones, measures, [above, asked])
        rows = handed.table[(handed.table["quota"] == "land") & (handed.table["level"] == "county")]
        counties = rows.set_index("jurisdiction")
        assert counties["amount"].to_dict() == {"east": 17, "west": 7}  # 24 by 2100 and 900 people: 16.8 and 7.2
        assert counties["binding"].to_dict() == {"east": "within", "west": ""}
        # one more for the east: c3... a hectare of 0.6 instead of one of 0.39
        assert counties.loc["east", "shadow_price"] == pytest.approx(
            rule(handed, "within-county", "east")["shadow_price"]
        )
        assert counties.loc["east", "shadow_price"] > 0


class TestRules:
    def test_overlapping_groups(self, zones, measures):
        groups = (Group(when=FRAGILE, max_pct=25), Group(when="county = 'east'", max_pct=50))
        handed = allocate(zones, measures, [quota(groups=groups)])
        # 12 ha in the east, 6 of them fragile at the most, which b2 (0.39) is as well; a2 with 0.4, c2 with 0.38 follow
        assert amounts(handed) == {"a4": 6, "b4": 6, "a2": 6, "c2": 6}
        assert rule(handed, "group-1")["most"] == 6
        assert rule(handed, "group-2")["condition"] == "county = 'east'"

    def test_a_limit_with_coefficients(self, zones, measures):
        thirsty = measures.assign(water=[20.0 if unit in ("a4", "b4") else 10.0 for unit in measures.index])
        water = Limit(name="water", per="water", max=300, unit="m3", reason="the river has no more")
        handed = allocate(zones, thirsty, [quota(limits=(water,))])
        # 240 m3 for 24 ha anywhere; each of a4 or b4 takes 10 more: a4 has its 6, b4 none
        assert amounts(handed) == {"a4": 6, "c4": 6, "a3": 6, "b3": 6}
        row = rule(handed, "limit-water")
        assert row[["unit", "amount", "most"]].tolist() == ["m3", 300, 300]
        assert row["shadow_price"] > 0
        assert of(handed, "b4")["binding"] == "limit" or of(handed, "b4")["shadow_price"] < 0

    def test_a_limit_for_each_jurisdiction_by_a_measure(self, zones, measures):
        given = measures.assign(budget=[10.0 if unit in ("a1", "a3") else 0.0 for unit in measures.index])
        each = Limit(name="budget", each="county", max="budget")
        handed = allocate(zones, given, [quota(total=20, levels=("county", "unit"), limits=(each,))])
        assert amounts(handed) == {"a4": 6, "b4": 4, "a2": 6, "b2": 4}
        assert rule(handed, "limit-budget", "west")[["amount", "most"]].tolist() == [10, 10]

    def test_a_limit_in_per_cent_of_all(self, zones, measures):
        part = Limit(name="fragile", when=FRAGILE, per="water", max_pct=10)
        handed = allocate(zones, measures, [quota(total=30, limits=(part,))])
        # water is 10 everywhere: of 30 ha 3 may be fragile
        assert amounts(handed) == {"a4": 3, "b4": 6, "c4": 6, "b3": 6, "c3": 6, "a2": 3}
        row = rule(handed, "limit-fragile")
        assert row[["unit", "amount", "most"]].tolist() == ["%", 10, 10]
        # 1 % more are 0.3 ha of 0.8 instead of 0.4
        assert row["shadow_price"] == pytest.approx(0.3 * (0.8 - 0.4))

    def test_at_least(self, zones, measures):
        least = Limit(name="west", when="county = 'west'", min=5)
        handed = allocate(zones, measures, [quota(limits=(least,))])
        assert amounts(handed) == {"a4": 6, "b4": 6, "c4": 6, "a3": 1, "a2": 5}
        row = rule(handed, "limit-west")
        assert row["shadow_price"] == pytest.approx(0.4 - 0.6)
        assert of(handed, "a2")["binding"] == "limit"


class TestEven:
    def test_in_proportion_to_people(self, zones, measures):
        handed = allocate(zones, measures, [quota(objective="gini", weight="population", total=60, ceiling=60)])
        table = handed.table.set_index("unit_id")["amount"]
        assert table.to_dict() == {f"{row}{column}": 2 * column for row in "abc" for column in range(1, 5)}
        solution = handed.reasons.solutions.iloc[0]
        assert (solution["objective"], solution["method"]) == ("gini", "cuts")
        assert solution["value"] == pytest.approx(0, abs=1e-9)

    def test_two_measures(self, zones, measures):
        parts = (Share(measure="population", share=0.75), Share(measure="area_ha", share=0.25))
        handed = allocate(zones, measures, [quota(objective="gini", weight=parts, total=600, ceiling=600)])
        solution = handed.reasons.solutions.iloc[0]
        given = handed.table.set_index("unit_id")["amount"].astype(int).sort_index()
        sizes = [measures.sort_index()[name].to_numpy(float) for name in ("population", "area_ha")]
        assert solution["value"] == pytest.approx(composite(given.to_numpy(), sizes, [0.75, 0.25]))
        told = json.loads(solution["parts"])
        assert 0.75 * told["population"] + 0.25 * told["area_ha"] == pytest.approx(solution["value"])
        assert solution["bound"] <= solution["value"]
        assert np.isnan(rule(handed, "total")["shadow_price"])

    def test_nothing_to_hand_out(self, zones, measures):
        handed = allocate(zones, measures, [quota(objective="gini", weight="population", total=0)])
        assert (handed.reasons.solutions["value"].iloc[0], handed.reasons.solutions["gap"].iloc[0]) == (0, 0)


class TestRefusals:
    def test_rules_that_contradict_each_other(self, zones, measures):
        water = Limit(name="water", per="water", max=200, unit="m3")
        with pytest.raises(InfeasibleError) as raised:
            allocate(zones, measures, [quota(limits=(water,))])
        assert (raised.value.exit_code, raised.value.code) == (4, "conflict")
        assert str(raised.value).splitlines() == [
            "quota 'land': these rules cannot hold together:",
            "  - the total is 24 ha: alone, 4 ha less would do",
            "  - limit 'water' asks for at most 200 m3: alone, 40 m3 more would do",
        ]

    def test_floors_and_overlapping_groups(self, zones, measures):
        groups = (Group(when=FRAGILE, max_pct=10), Group(when="county = 'east'", max_pct=50))
        with pytest.raises(InfeasibleError) as raised:
            allocate(zones, measures, [quota(floor=1, groups=groups)])
        assert str(raised.value).splitlines()[1:] == [
            f'  - group 1 ("{FRAGILE}") may have 10 % of the total, 2 ha: alone, 1 ha more would do',
            "  - the floors of 'a3', 'a4', 'b2' come to 3 ha: alone, 1 ha less in all would do",
        ]

    def test_locked_amounts(self, zones, measures):
        locks = (Lock(when="county = 'west'", amount=5, reason="agreed"),)
        with pytest.raises(
            InfeasibleError, match="6 units are locked at 5 ha each, 30 ha in all: alone, 6 ha less would"
        ):
            allocate(zones, measures, [quota(locked=locks)])

    def test_possible_in_parts_of_steps_only(self, zones, measures):
        half = Limit(name="half", per=2, min=3, max=3, when="county = 'west'")
        with pytest.raises(InfeasibleError, match="not in whole multiples of 1 ha: take a smaller step"):
            allocate(zones, measures, [quota(limits=(half,))])

    def test_a_transfer_against_a_limit(self, zones, measures):
        least = Limit(name="west", when="county = 'west'", max=0)
        give = QuotaTransfer(**{"from": "a4", "to": "a1", "amount": 1, "reason": "agreed", "across": True})
        with pytest.raises(InfeasibleError, match="after the transfers this would not hold: limit 'west'"):
            allocate(zones, measures, [quota(limits=(least,), transfers=(give,))])

    def test_missing_values_and_names(self, zones, measures):
        water = Limit(name="water", per="water", max=200)
        with pytest.raises(
            MissingValueError, match=re.escape("limit 'water': 'water' (what is used per unit) is missing")
        ):
            allocate(zones, measures.assign(water=np.nan), [quota(limits=(water,))])
        with pytest.raises(UnknownNameError, match="did you mean 'water'"):
            allocate(zones, measures, [quota(limits=(Limit(name="water", per="watr", max=200),))])
        with pytest.raises(InfeasibleError, match="the weights of 'none' sum to 0"):
            allocate(zones, measures.assign(none=0), [quota(objective="gini", weight="none")])

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"objective": None}, 'by = "optimal" needs objective'),
            ({"by": "weighted"}, "'objective' is for by = \"optimal\""),
            (
                {"objective": "gini", "priority": (Priority(when="county = 'west'", factor=2, reason="x"),)},
                "no priority",
            ),
            ({"limits": (Limit(name="a", max=1, each="state"),)}, "'state' is no level above the units"),
            ({"limits": (Limit(name="a", max=1), Limit(name="a", max=2))}, "there are two limits 'a'"),
            (
                {"levels": ("county", "unit"), "reserve_pct": 5, "within": (Within(quota="x", level="county"),)},
                "stay within by unit, or hold nothing back",
            ),
        ],
    )
    def test_combinations_without_sense(self, changes, said):
        with pytest.raises(ValidationError, match=re.escape(said)):
            quota(**changes)

    @pytest.mark.parametrize(
        ("keys", "said"),
        [
            ({}, "this one gives none"),
            ({"max": 3, "max_pct": 5, "when": FRAGILE}, "make two limits of it"),
            ({"min": 3, "max": 2}, "'min' 3 is more than 'max' 2"),
            ({"max_pct": 5}, "needs 'when' or 'each'"),
        ],
    )
    def test_limits_without_sense(self, keys, said):
        with pytest.raises(ValidationError, match=re.escape(said)):
            Limit(name="water", **keys)


class TestTables:
    def test_the_same_bytes_whatever_the_order_of_rows(self, zones, measures):
        groups = (Group(when=FRAGILE, max_pct=25), Group(when="county = 'east'", max_pct=50))
        asked = quota(groups=groups, levels=("county", "unit"), reserve_pct=5)
        one = allocate(zones, measures, [asked])
        other = allocate(zones.iloc[::-1], measures.iloc[::-1], [asked])
        assert one.table.to_csv() == other.table.to_csv()
        for table in ("solutions", "rules"):
            assert getattr(one.reasons, table).to_csv() == getattr(other.reasons, table).to_csv()

    def test_quotas_by_weight_have_no_solution(self, zones, measures):
        handed = allocate(zones, measures, [Quota(name="a", period=1, total=5, unit="ha", weight="population")])
        assert handed.reasons.solutions.columns.tolist() == list(SOLUTIONS.columns)
        assert handed.reasons.rules.columns.tolist() == list(QUOTA_RULES.columns)
        assert handed.reasons.solutions.empty
        assert handed.reasons.rules.empty

    def test_a_quota_below_sees_the_amounts(self, zones, measures):
        second = Quota(name="more", period=2025, total=12, unit="ha", weight="quota_land")
        table = allocate(zones, measures, [quota(), second]).table
        rows = table[table["quota"] == "more"].set_index("unit_id")["amount"]
        assert rows[["a4", "a3", "a1"]].tolist() == [3, 3, 0]

    def test_a_quota_says_how_good_it_is(self, zones, measures):
        row = allocate(zones, measures, [quota()]).reasons.solutions.iloc[0]
        assert (row["objective"], row["method"]) == ("suitability", "ranking")
        assert (row["value"], row["bound"]) == pytest.approx((17.82, 17.82))
        assert (row["gap"], row["gap_pct"]) == (0, 0)
