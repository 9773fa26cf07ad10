"""Quotas handed down the levels: pencil numbers on the toy province, exact sums, fairness at every level, refusals."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.conditions import Evaluator
from layers.errors import SourceError, StudyError, UnknownNameError, ZoneplanError
from tests.helpers import land_quota
from zoneplan import allocate
from zoning.errors import InfeasibleError, MissingValueError
from zoning.quotas.weights import applied_priorities, unit_context, weigh_units
from zoning.solver import apportion
from zoning.study import Priority, Quota, Share
from zoning.tables import QUOTAS, tabulate


def unit_weights(asked: Quota, zones: pd.DataFrame, measures: pd.DataFrame, overlays=()) -> pd.Series:
    """The weight of each unit after priorities."""
    return weigh_units(asked, measures, Evaluator(unit_context(zones, measures, overlays))).after


def unit_rows(table: pd.DataFrame) -> pd.Series:
    """Amounts of the units, as whole numbers."""
    rows = table[(table["level"] == "unit") & (table["unit_id"] != "(reserve)")]
    return rows.set_index("unit_id")["amount"].astype(float)


def part_rows(table: pd.DataFrame, level: str) -> dict[str, Decimal]:
    return table[table["level"] == level].set_index("jurisdiction")["amount"].to_dict()


@pytest.fixture
def measures(units) -> pd.DataFrame:
    """The toy province: population 100 a unit in column 1 to 400 in column 4; west has columns 1 and 2."""
    return pd.DataFrame(units.drop(columns="geometry")).assign(nation="toy")


@pytest.fixture
def zones(units) -> pd.DataFrame:
    """a1 and a2 are key development, c4 is energy rich, b3 is both border and energy rich."""
    zones = pd.DataFrame({"main": "general", "overlays": ""}, index=units.index)
    zones.loc[["a1", "a2"], "main"] = "key_development"
    zones.loc["c4", "overlays"] = "energy_rich"
    zones.loc["b3", "overlays"] = "border;energy_rich"
    return zones


class TestPencil:
    def test_units_by_weight(self, zones, measures):
        # 3000 people, 60 ha: one ha for 50 people
        table = allocate(zones, measures, [land_quota(total=60)])
        assert unit_rows(table).to_dict() == {f"{row}{column}": 2 * column for row in "abc" for column in range(1, 5)}
        assert set(table["jurisdiction"]) == {"west", "east"}
        assert table["name"].tolist()[:2] == ["Unit A3", "Unit A4"]

    def test_jurisdictions_first_and_units_inside_each(self, zones, measures):
        # west has 900 people, east 2100; 10 ha go 3 to 7
        table = allocate(zones, measures, [land_quota(total=10, levels=("county", "unit"))])
        assert part_rows(table, "county") == {"west": 3, "east": 7}
        amounts = unit_rows(table)
        # west, 3 ha over 100 200 100 200 100 200: one each to the three with 200
        assert amounts[["a1", "a2", "b1", "b2", "c1", "c2"]].tolist() == [0, 1, 0, 1, 0, 1]
        # east, 7 ha over 300 400 300 400 300 400: one each, and the seventh to the first id with 400
        assert amounts[["a3", "a4", "b3", "b4", "c3", "c4"]].tolist() == [1, 2, 1, 1, 1, 1]

    def test_the_rows_of_jurisdictions_carry_sums(self, zones, measures):
        table = allocate(zones, measures, [land_quota(levels=("county", "unit"), floor=1, ceiling=3)])
        west = table[(table["level"] == "county") & (table["jurisdiction"] == "west")].iloc[0]
        assert (west["weight"], west["floor"], west["ceiling"], west["unit_id"]) == (900, 6, 18, "")

    def test_four_levels(self, zones, measures):
        """Two provinces that share the row a, counties by row: 300 by people, whole at each of the four levels."""
        known = measures.assign(
            province=["inner" if unit == "a1" or unit[0] == "b" else "outer" for unit in measures.index],
            county=[unit[0] for unit in measures.index],
        )
        table = allocate(zones, known, [land_quota(total=300, levels=("nation", "province", "county", "unit"))])
        # people: inner a1 100, b 1000; outer a 900, c 1000; 3000 in all, a tenth of a unit of land for each person
        assert part_rows(table, "nation") == {"toy": 300}
        assert part_rows(table, "province") == {"inner": 110, "outer": 190}
        counties = table[table["level"] == "county"].set_index("name")["amount"]
        assert {name.split(" / ", 1)[1]: amount for name, amount in counties.items()} == {
            "inner / a": 10,
            "inner / b": 100,
            "outer / a": 90,
            "outer / c": 100,
        }
        assert unit_rows(table).tolist() == [10, 20, 30, 40] * 3

    def test_three_levels(self, zones, measures):
        table = allocate(zones, measures, [land_quota(levels=("nation", "county", "unit"))])
        assert part_rows(table, "nation") == {"toy": 24}
        assert sum(part_rows(table, "county").values()) == 24
        assert table.loc[table["level"] == "county", "name"].tolist() == ["toy / east", "toy / west"]

    def test_the_reserve_of_each_jurisdiction_is_rounded_down(self, zones, measures):
        # 5 % of 3 and of 7 is 0.15 and 0.35
        table = allocate(
            zones, measures, [land_quota(total=10, step=Decimal("0.1"), levels=("county", "unit"), reserve_pct=5)]
        )
        reserves = table[table["unit_id"] == "(reserve)"].set_index("jurisdiction")["amount"]
        assert reserves.to_dict() == {"west": Decimal("0.1"), "east": Decimal("0.3")}
        assert table.loc[table["level"] == "unit", "amount"].sum() == 10
        assert set(table.loc[table["unit_id"] == "(reserve)", "level"]) == {"unit"}

    def test_the_reserve_of_a_quota_without_jurisdictions(self, zones, measures):
        table = allocate(zones, measures, [land_quota(reserve_pct=10)])
        row = table[table["unit_id"] == "(reserve)"].iloc[0]
        assert (row["amount"], row["jurisdiction"]) == (2, "")
        assert unit_rows(table).sum() == 22

    def test_priorities_multiply_weights(self, zones, measures):
        first = Priority(when="main = 'key_development'", factor=1.5, reason="leading cities first")
        second = Priority(when="population <= small_max", factor=2, reason="small ones twice")
        table = allocate(zones, measures, [land_quota(priority=(first, second))], {"small_max": 100})
        weights = table.set_index("unit_id")["weight"]
        assert weights[["a1", "a2", "b1", "b2", "a3"]].tolist() == [300, 300, 200, 200, 300]

    def test_priorities_multiply_numbers_as_they_print(self, zones, measures):
        tenth = Priority(when="population = 3", factor=0.1, reason="a tenth")
        people = measures.assign(population=0.3)
        people.loc["c4", "population"] = 3.0
        assert set(unit_weights(land_quota(priority=(tenth,)), zones, people)) == {0.3}

    def test_priorities_by_overlay(self, zones, measures):
        rich = Priority(when="energy_rich AND NOT border", factor=3, reason="energy")
        assert unit_weights(land_quota(priority=(rich,)), zones, measures)[["b3", "c4", "a4"]].tolist() == [
            300,
            1200,
            400,
        ]

    def test_an_overlay_that_no_unit_has(self, zones, measures):
        asked = land_quota(priority=(Priority(when="heritage", factor=2, reason="old"),))
        assert unit_weights(asked, zones, measures, overlays=["heritage"])["a1"] == 100
        with pytest.raises(UnknownNameError, match="heritage"):
            unit_weights(asked, zones, measures)

    def test_the_priorities_that_applied_and_why(self, zones, measures):
        first = Priority(when="main = 'key_development'", factor=1.5, reason="leading cities first")
        second = Priority(when="population <= 100", factor=2, reason="small ones twice")
        applied = applied_priorities(land_quota(priority=(second, first)), Evaluator(unit_context(zones, measures)))
        assert applied.to_numpy().tolist() == [
            ["a1", "population <= 100", 2.0, "small ones twice"],
            ["a1", "main = 'key_development'", 1.5, "leading cities first"],
            ["a2", "main = 'key_development'", 1.5, "leading cities first"],
            ["b1", "population <= 100", 2.0, "small ones twice"],
            ["c1", "population <= 100", 2.0, "small ones twice"],
        ]
        assert applied_priorities(land_quota(), Evaluator(unit_context(zones, measures))).columns.tolist() == [
            "unit_id",
            "condition",
            "factor",
            "reason",
        ]

    def test_a_composite_weight_adds_shares_of_sums(self, zones, measures):
        # population 3000, area 1200 ha: a1 has 0.6 * 100/3000 + 0.4 * 100/1200
        weight = (Share(measure="population", share=0.6), Share(measure="area_ha", share=0.4))
        assert unit_weights(land_quota(weight=weight), zones, measures)["a1"] == pytest.approx(0.02 + 1 / 30)

    def test_bounds_by_measure_are_rounded_to_the_step(self, zones, measures):
        measures = measures.assign(room=[2.9, *[20.0] * 11], least=[0.0] * 11 + [4.2])
        table = allocate(zones, measures, [land_quota(floor="least", ceiling="room", total=60)]).set_index("unit_id")
        assert table.loc["a1", ["ceiling", "amount"]].tolist() == [2, 2]
        assert table.loc["c4", "floor"] == 5

    def test_no_ceiling_is_an_empty_cell(self, zones, measures):
        table = allocate(zones, measures, [land_quota(reserve_pct=10)])
        assert table["ceiling"].tolist() == [None] * 13

    def test_what_bound_whom(self, zones, measures):
        # floors take 24 of 32; three steps go to column 4 (400 / 2.5), three to column 3, two to a2 and b2 (200 / 2.5);
        # c2 is next with 80. Column 4 would take a fourth (400 / 3.5 = 114), column 3 as well (86); column 1 has its
        # second only by the floor (100 / 1.5 = 67), and c2 would have it anyway (133)
        table = allocate(zones, measures, [land_quota(total=32, floor=2, ceiling=3)]).set_index("unit_id")
        ids = ["a1", "a2", "c2", "a3", "c4"]
        assert table.loc[ids, "amount"].tolist() == [2, 3, 2, 3, 3]
        assert table.loc[ids, "binding"].tolist() == ["floor", "", "", "ceiling", "ceiling"]

    def test_amounts_have_the_decimals_of_the_step(self, zones, measures):
        table = allocate(zones, measures, [land_quota(step=Decimal("0.010"), levels=("county", "unit"), reserve_pct=5)])
        assert {amount.as_tuple().exponent for amount in table["amount"]} == {-3}

    def test_a_unit_without_weight_does_not_draw_land_into_its_jurisdiction(self, zones, measures):
        # west may have 6 x 3 ha by its ceilings, but only a1 has people there: its reach is 3
        west = measures["county"] == "west"
        measures = measures.assign(population=measures["population"].where(~west | (measures.index == "a1"), 0))
        measures.loc["a1", "population"] = 10_000
        table = allocate(zones, measures, [land_quota(total=21, levels=("county", "unit"), ceiling=3)])
        assert part_rows(table, "county") == {"west": 3, "east": 18}

    def test_two_counties_of_one_name_stay_apart(self):
        unit = pd.Index(["a", "b", "c"], name="unit_id")
        zones = pd.DataFrame({"main": "general", "overlays": ""}, index=unit)
        columns = {"state": ["Idaho", "Oregon", "Oregon"], "county": ["Washington", "Washington", "Wasco"]}
        measures = pd.DataFrame(columns | {"population": [10, 60, 30]}, index=unit)
        table = allocate(zones, measures, [land_quota(total=20, levels=("state", "county", "unit"), reserve_pct=50)])
        counties = table[table["level"] == "county"]
        assert counties["jurisdiction"].tolist() == ["Wasco", "Washington", "Washington"]
        assert counties["name"].tolist() == ["Oregon / Wasco", "Idaho / Washington", "Oregon / Washington"]
        assert counties["amount"].tolist() == [6, 2, 12]
        assert unit_rows(table).to_dict() == {"a": 1, "b": 6, "c": 3}

    def test_several_quotas_and_none(self, zones, measures):
        table = allocate(
            zones, measures, [land_quota(), land_quota(name="water", period=2030, unit="m3", weight="area_ha")]
        )
        assert table["quota"].unique().tolist() == ["land", "water"]
        assert table.columns.tolist() == list(QUOTAS.columns)
        pd.testing.assert_frame_equal(table, tabulate(QUOTAS, table))
        assert allocate(zones, measures, []).columns.tolist() == list(QUOTAS.columns)

    def test_columns_that_bear_the_names_of_the_table(self, zones, measures):
        measures = measures.rename(columns={"county": "weight", "population": "floor"})
        table = allocate(zones, measures, [land_quota(weight="floor", levels=("weight", "unit"))])
        assert part_rows(table, "weight") == {"west": 7, "east": 17}

    def test_the_inputs_stay_as_they_were_and_the_order_of_rows_does_not_matter(self, zones, measures):
        before = zones.copy(), measures.copy()
        asked = [land_quota(levels=("county", "unit"), floor=1, reserve_pct=10)]
        table = allocate(zones, measures, asked)
        pd.testing.assert_frame_equal(zones, before[0])
        pd.testing.assert_frame_equal(measures, before[1])
        shuffled = allocate(zones.iloc[::-1], measures.sample(frac=1, random_state=3), asked)
        pd.testing.assert_frame_equal(table, shuffled)

    def test_amounts_can_be_had_again_from_the_columns_of_the_table(self, zones, measures):
        asked = land_quota(total=40, levels=("county", "unit"), floor=1, ceiling=6)
        table = allocate(zones, measures, [asked])
        for county, amount in part_rows(table, "county").items():
            rows = table[(table["level"] == "unit") & (table["jurisdiction"] == county)].set_index("unit_id")
            again = apportion(rows["weight"], amount, 1, rows["floor"], rows["ceiling"])
            assert again.tolist() == rows["amount"].tolist()


@given(st.integers(0, 6), st.integers(1, 200), st.data())
@settings(max_examples=40)
def test_any_number_of_levels_adds_up_exactly(depth, total, data):
    """Each jurisdiction's amount is the sum of its parts', whatever the depth; each level has the total."""
    levels = [f"level_{place}" for place in range(depth)]
    index = pd.Index([f"u{place}" for place in range(7)], name="unit_id")
    named = {level: data.draw(st.lists(st.sampled_from("xyz"), min_size=7, max_size=7)) for level in levels}
    weights = data.draw(st.lists(st.integers(1, 50), min_size=7, max_size=7))
    table = allocate(
        pd.DataFrame({"main": "general", "overlays": ""}, index=index),
        pd.DataFrame({**named, "people": weights}, index=index),
        [land_quota(total=total, weight="people", levels=(*levels, "unit"))],
    )
    assert set(table.groupby("level")["amount"].sum()) == {total}
    for above, below in itertools.pairwise(levels):
        rows = table[table["level"] == below]
        sums = rows["amount"].groupby(rows["name"].str.rsplit(" / ", n=1).str[0]).sum()
        assert sums.to_dict() == table[table["level"] == above].set_index("name")["amount"].to_dict()


@st.composite
def provinces(draw):
    """Units in states and counties with whole weights and bounds, and a total that fits."""
    count = draw(st.integers(1, 9))
    numbers = st.lists(st.integers(0, 9), min_size=count, max_size=count)
    floors, rooms, weights = draw(numbers), draw(numbers), draw(numbers.filter(any))
    measures = pd.DataFrame(
        {
            "state": draw(st.lists(st.sampled_from("xy"), min_size=count, max_size=count)),
            "county": draw(st.lists(st.sampled_from("pq"), min_size=count, max_size=count)),
            "population": weights,
            "least": floors,
            "most": [low + room for low, room in zip(floors, rooms, strict=True)],
        },
        index=pd.Index([f"u{one}" for one in range(count)], name="unit_id"),
    )
    reach = measures["most"].where(measures["population"] > 0, measures["least"]).sum()
    return measures, draw(st.integers(sum(floors), int(reach))), int(reach)


class TestPromises:
    @settings(max_examples=50)
    @given(provinces())
    def test_sums_are_exact_at_every_level_and_bounds_are_kept(self, province):
        measures, total, _ = province
        zones = pd.DataFrame({"main": "general", "overlays": ""}, index=measures.index)
        asked = land_quota(total=total, levels=("state", "county", "unit"), floor="least", ceiling="most")
        table = allocate(zones, measures, [asked])
        assert sum(part_rows(table, "state").values()) == total
        amounts = unit_rows(table)[measures.index]
        assert ((measures["least"] <= amounts) & (amounts <= measures["most"])).all()
        for path, level in ((["state"], "state"), (["state", "county"], "county")):
            sums = amounts.groupby([measures[column] for column in path]).sum()
            rows = table[table["level"] == level].set_index("name")["amount"]
            names = [" / ".join(key) if isinstance(key, tuple) else key for key in sums.index]
            assert rows[names].astype(float).tolist() == sums.tolist()

    @settings(max_examples=50)
    @given(provinces(), st.data())
    def test_a_larger_total_is_never_less_for_anyone(self, province, data):
        measures, total, reach = province
        larger = data.draw(st.integers(total, reach))
        zones = pd.DataFrame({"main": "general", "overlays": ""}, index=measures.index)
        asked = land_quota(total=total, levels=("state", "county", "unit"), floor="least", ceiling="most")
        before, after = (
            allocate(zones, measures, [asked.model_copy(update={"total": Decimal(amount)})])["amount"]
            for amount in (total, larger)
        )
        assert (before <= after).all()

    @settings(max_examples=30)
    @given(provinces(), st.integers(0, 60), st.integers(0, 60), st.integers(0, 99))
    def test_that_holds_with_a_reserve_too(self, province, total, more, pct):
        measures, _, _ = province
        zones = pd.DataFrame({"main": "general", "overlays": ""}, index=measures.index)
        before, after = (
            allocate(zones, measures, [land_quota(total=amount, levels=("state", "unit"), reserve_pct=pct)])["amount"]
            for amount in (total, total + more)
        )
        assert (before <= after).all()
        assert sum(after) == 2 * (total + more)


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            (
                {"weight": "populaton"},
                "quota 'land': nothing provides the weight 'populaton'; did you mean 'population'?",
            ),
            (
                {"floor": "area_h"},
                "quota 'land': nothing provides the floor 'area_h'; did you mean 'area_ha'?",
            ),
            ({"ceiling": "aera_ha"}, "nothing provides the ceiling 'aera_ha'; did you mean 'area_ha'?"),
            ({"levels": ("conty", "unit")}, "nothing provides the level 'conty'; did you mean 'county'?"),
            ({"priority": (Priority(when="popultion > 1", factor=2, reason="x"),)}, "popultion"),
        ],
    )
    def test_unknown_names(self, zones, measures, changes, words):
        with pytest.raises(UnknownNameError) as caught:
            allocate(zones, measures, [land_quota(**changes)])
        assert words in str(caught.value)
        assert caught.value.exit_code == 2

    def test_text_as_a_weight(self, zones, measures):
        with pytest.raises(ZoneplanError, match="quota 'land': weight 'name': the weight is text") as caught:
            allocate(zones, measures, [land_quota(weight="name")])
        assert caught.value.exit_code == 2

    def test_text_as_a_bound(self, zones, measures):
        with pytest.raises(ZoneplanError, match="the ceiling is text"):
            allocate(zones, measures, [land_quota(ceiling="name")])

    def test_text_as_a_balance(self, zones, measures):
        with pytest.raises(ZoneplanError, match="the balance is text, not a number, as in 'Unit A1'") as caught:
            allocate(zones, measures, [land_quota(carried="name")])
        assert caught.value.exit_code == 2

    @pytest.mark.parametrize("role", ["weight", "floor", "ceiling"])
    def test_missing_values(self, zones, measures, role):
        measures = measures.assign(some=[1.0, None, *[2.0] * 10])
        with pytest.raises(MissingValueError, match=f"{role} is missing or not finite for 1 unit: 'a2'") as caught:
            allocate(zones, measures, [land_quota(**{role: "some"})])
        assert caught.value.exit_code == 3

    def test_missing_jurisdictions(self, zones, measures):
        measures = measures.assign(county=[None, "", *["west"] * 10])
        with pytest.raises(MissingValueError, match="level 'county': no jurisdiction for 2 units: 'a1', 'a2'"):
            allocate(zones, measures, [land_quota(levels=("county", "unit"))])

    def test_a_priority_that_cannot_be_answered(self, zones, measures):
        measures = measures.assign(metro=[True, None, *[False] * 10])
        with pytest.raises(MissingValueError, match="the priority \"metro\" cannot be answered for 1 unit: 'a2'"):
            allocate(zones, measures, [land_quota(priority=(Priority(when="metro", factor=2, reason="x"),))])

    def test_negative_weights(self, zones, measures):
        measures = measures.assign(growth=[-1.0, *[2.0] * 11])
        with pytest.raises(SourceError, match="weight 'growth': the weight is below 0 for 1 unit: 'a1'"):
            allocate(zones, measures, [land_quota(weight="growth", levels=("county", "unit"))])

    def test_a_part_of_a_weight_that_sums_to_nothing(self, zones, measures):
        parts = (Share(measure="population", share=0.6), Share(measure="nothing", share=0.4))
        with pytest.raises(InfeasibleError, match="weights of 'nothing' sum to 0"):
            allocate(zones, measures.assign(nothing=0.0), [land_quota(weight=parts)])

    def test_floors_that_do_not_fit(self, zones, measures):
        with pytest.raises(InfeasibleError) as caught:
            allocate(zones, measures, [land_quota(levels=("county", "unit"), floor=3)])
        assert "level 'county': the floors come to 36, which is 12 more than the total of 24" in str(caught.value)

    def test_floors_that_do_not_fit_beside_the_reserve(self, zones, measures):
        with pytest.raises(InfeasibleError) as caught:
            allocate(zones, measures, [land_quota(levels=("county", "unit"), floor=2, reserve_pct=10)])
        words = "level 'unit' of 'east', after a reserve of 1 out of 12: the floors come to 12, which is 1 more than"
        assert words in str(caught.value)

    def test_ceilings_that_are_too_low(self, zones, measures):
        with pytest.raises(InfeasibleError, match="the ceilings come to 12, which is 12 less than the total of 24"):
            allocate(zones, measures, [land_quota(levels=("county", "unit"), ceiling=1)])

    def test_a_measure_with_the_name_of_a_zone(self, zones, measures):
        with pytest.raises(UnknownNameError, match="'energy_rich' is both a measure and a zone"):
            allocate(zones, measures.assign(energy_rich=1), [land_quota()])

    def test_tables_of_different_units(self, zones, measures):
        with pytest.raises(MissingValueError, match="only one of them has 1 unit: 'a1'"):
            allocate(zones, measures.drop(index="a1"), [land_quota()])

    def test_two_quotas_of_one_name(self, zones, measures):
        with pytest.raises(StudyError, match="quota 'land': there are two of this name"):
            allocate(zones, measures, [land_quota(), land_quota(period=2030)])
