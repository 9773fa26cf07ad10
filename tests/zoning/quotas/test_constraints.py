"""Groups, locked amounts, balances, links and transfers of quotas, on the toy province with pencil numbers."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import SourceError, StudyError, UnknownNameError
from tests.helpers import land_quota
from zoneplan import allocate
from zoning.errors import InfeasibleError, MissingValueError
from zoning.study import Group, Lock, QuotaTransfer, Within


def by_unit(table: pd.DataFrame, column: str = "amount", name: str = "land") -> pd.Series:
    rows = table[(table["quota"] == name) & (table["level"] == "unit") & (table["unit_id"] != "(reserve)")]
    return rows.set_index("unit_id")[column]


def by_county(table: pd.DataFrame, column: str = "amount", name: str = "land") -> dict[str, object]:
    rows = table[(table["quota"] == name) & (table["level"] == "county")]
    return rows.set_index("jurisdiction")[column].to_dict()


def moved(giver: str, receiver: str, amount: object, **more) -> QuotaTransfer:
    return QuotaTransfer(**{"from": giver, "to": receiver, "amount": amount, "reason": "agreed"} | more)


@pytest.fixture
def measures(units) -> pd.DataFrame:
    """Population 100 a unit in column 1 to 400 in column 4; west has columns 1 and 2, east 3 and 4."""
    return pd.DataFrame(units.drop(columns="geometry"))


FRAGILE = "main = 'ecologically_fragile'"


class TestGroups:
    def test_a_group_stops_at_its_part_of_the_total(self, zones, measures):
        # 60 ha for 3000 people give a3 6, a4 8 and b2 4; the group may have 20 % of 60 = 12: shares of 900 people
        table = allocate(zones, measures, [land_quota(total=60, groups=(Group(when=FRAGILE, max_pct=20),))])
        amounts, binding = by_unit(table).astype(int), by_unit(table, "binding")
        assert amounts[["b2", "a3", "a4"]].tolist() == [3, 4, 5]  # 2.67, 4, 5.33
        assert amounts.sum() == 60
        assert binding[["b2", "a3", "a4"]].tolist() == ["group"] * 3
        assert set(binding.drop(["b2", "a3", "a4"])) == {""}

    def test_a_group_that_stays_below_its_most_changes_nothing(self, zones, measures):
        plain = allocate(zones, measures, [land_quota(total=60)])
        held = allocate(zones, measures, [land_quota(total=60, groups=(Group(when=FRAGILE, max_pct=30),))])
        pd.testing.assert_frame_equal(plain, held)

    @pytest.mark.parametrize("levels", [("unit",), ("county", "unit")])
    def test_members_of_weight_0_have_their_floor_and_full_ones_their_ceiling(self, zones, measures, levels):
        # the group must have 15: b2 has no weight and its floor of 1, a3 and a4 may have 7; by weight a3 would have 6
        measures.loc["b2", "population"] = 0
        bounds = measures.assign(least=0, most=99)
        bounds.loc[["b2", "a3", "a4"], ["least", "most"]] = [[1, 9], [0, 7], [0, 7]]
        changes = {"total": 60, "levels": levels, "floor": "least", "ceiling": "most"}
        table = allocate(zones, bounds, [land_quota(**changes, groups=(Group(when=FRAGILE, min_pct=25),))])
        assert by_unit(table)[["b2", "a3", "a4"]].tolist() == [1, 7, 7]
        assert by_unit(table).sum() == 60
        with pytest.raises(InfeasibleError, match="15"):
            allocate(zones, bounds, [land_quota(**changes, groups=(Group(when=FRAGILE, min_pct=26),))])

    def test_a_least_part(self, zones, measures):
        table = allocate(zones, measures, [land_quota(total=60, groups=(Group(when=FRAGILE, min_pct=50),))])
        assert by_unit(table)[["b2", "a3", "a4"]].sum() == 30

    def test_the_most_is_rounded_down_to_the_step_and_the_least_up(self, zones, measures):
        for bound, sum_ in ((Group(when=FRAGILE, max_pct=5), 1), (Group(when=FRAGILE, min_pct=51), 13)):
            table = allocate(zones, measures, [land_quota(total=24, groups=(bound,))])
            assert by_unit(table)[["b2", "a3", "a4"]].sum() == sum_

    def test_a_part_of_a_group_is_handed_to_each_jurisdiction_by_weight(self, zones, measures):
        # 12 ha for the group: b2 in west has 200 of its 900 people: 2.67, so 3; east has 9
        asked = land_quota(total=60, levels=("county", "unit"), groups=(Group(when=FRAGILE, max_pct=20),))
        table = allocate(zones, measures, [asked])
        amounts = by_unit(table).astype(int)
        assert amounts[["b2", "a3", "a4"]].tolist() == [3, 4, 5]
        assert by_county(table) == {"west": 18, "east": 42}
        assert amounts[["a3", "a4", "b3", "b4", "c3", "c4"]].sum() == 42

    def test_what_a_jurisdiction_can_take_counts_its_groups(self, zones, measures):
        # all of east but a3 may have 1 each, and the group with a3 in it 6 of 24
        measures = measures.assign(
            most=[99.0 if unit == "a3" or county == "west" else 1.0 for unit, county in measures["county"].items()]
        )
        asked = land_quota(
            levels=("county", "unit"), ceiling="most", groups=(Group(when="unit_id = 'a3'", max_pct=25),)
        )
        table = allocate(zones, measures, [asked])
        assert by_county(table, "ceiling")["east"] == 11
        assert by_county(table, "binding") == {"east": "group", "west": ""}
        assert by_county(table) == {"east": 11, "west": 13}

    def test_groups_inside_each_other(self, zones, measures):
        inner, outer = Group(when="unit_id = 'a4'", max_pct=5), Group(when=FRAGILE, max_pct=20)
        for groups in ((inner, outer), (outer, inner)):
            amounts = by_unit(allocate(zones, measures, [land_quota(total=60, groups=groups)]))
            assert amounts["a4"] == 3
            assert amounts[["b2", "a3"]].sum() == 9

    def test_groups_that_cross_are_refused(self, zones, measures):
        with pytest.raises(StudyError) as caught:
            allocate(
                zones,
                measures,
                [land_quota(groups=(Group(when=FRAGILE, max_pct=5), Group(when="population = 200", max_pct=9)))],
            )
        assert (
            "the groups \"main = 'ecologically_fragile'\" and \"population = 200\" cross: they share 1 unit: 'b2'"
            in str(caught.value)
        )
        assert 'use by = "optimal"' in str(caught.value)

    def test_a_group_whose_floors_are_too_much(self, zones, measures):
        with pytest.raises(InfeasibleError):
            allocate(zones, measures, [land_quota(floor=2, groups=(Group(when=FRAGILE, max_pct=20),))])

    def test_a_group_that_cannot_be_answered(self, zones, measures):
        measures = measures.assign(metro=[True, None, *[False] * 10])
        with pytest.raises(MissingValueError, match="the group \"metro\" cannot be answered for 1 unit: 'a2'"):
            allocate(zones, measures, [land_quota(groups=(Group(when="metro", max_pct=9),))])


class TestLocks:
    def test_a_locked_amount_is_exactly_that_and_the_others_share_the_rest(self, zones, measures):
        # 60 - 20 = 40 ha for 2600 people
        locks = (Lock(unit="c4", amount=20, reason="the new town"),)
        table = allocate(zones, measures, [land_quota(total=60, locked=locks)])
        assert by_unit(table)["c4"] == 20
        assert by_unit(table, "binding")["c4"] == "lock"
        assert by_unit(table).drop("c4").sum() == 40

    def test_a_lock_by_condition_stands_above_the_floor_and_below_the_ceiling(self, zones, measures):
        locks = (Lock(when=FRAGILE, amount=0, reason="nothing is built here"),)
        table = allocate(zones, measures, [land_quota(total=60, floor=1, locked=locks, levels=("county", "unit"))])
        assert by_unit(table)[["a3", "a4", "b2"]].tolist() == [0, 0, 0]
        with pytest.raises(InfeasibleError, match=r"locked amount of 9 \(big\) is above the ceiling of 1 unit: 'a1'"):
            allocate(zones, measures, [land_quota(ceiling=8, locked=(Lock(unit="a1", amount=9, reason="big"),))])

    def test_two_locks_on_one_unit(self, zones, measures):
        locks = (Lock(unit="a3", amount=2, reason="x"), Lock(when=FRAGILE, amount=0, reason="y"))
        with pytest.raises(StudyError, match="two locked amounts for 1 unit: 'a3'"):
            allocate(zones, measures, [land_quota(locked=locks)])

    def test_an_unknown_unit(self, zones, measures):
        with pytest.raises(UnknownNameError, match="unit 'a33', which is not there; did you mean 'a3'"):
            allocate(zones, measures, [land_quota(locked=(Lock(unit="a33", amount=2, reason="x"),))])


class TestBalances:
    def test_what_is_carried_over_adds_to_what_is_given(self, zones, measures):
        measures = measures.assign(left=[5, *[0] * 11])
        table = allocate(
            zones, measures, [land_quota(total=60, levels=("county", "unit"), carried="left", reserve_pct=5)]
        )
        plain = allocate(zones, measures, [land_quota(total=60, levels=("county", "unit"), reserve_pct=5)])
        assert (by_unit(table) - by_unit(plain)).to_dict() == {**dict.fromkeys(measures.index, 0), "a1": 5}
        assert by_unit(table, "carried").sum() == 5
        assert by_county(table)["west"] == by_county(plain)["west"] + 5
        assert table.loc[table["level"] == "unit", "amount"].sum() == 65

    def test_it_counts_under_floor_and_ceiling(self, zones, measures):
        measures = measures.assign(left=[5, 3, *[0] * 10])
        table = allocate(zones, measures, [land_quota(total=26, floor=2, ceiling=6, carried="left", weight="area_ha")])
        amounts = by_unit(table)
        assert amounts.sum() == 26 + 8
        assert amounts.min() >= 2
        assert amounts.max() <= 6

    def test_the_bounds_of_the_table_hold_the_balance(self, zones, measures):
        """Amounts, floors and ceilings are of the same land: what is carried over included."""
        measures = measures.assign(left=[5, 3, -1, *[0] * 9])
        table = allocate(zones, measures, [land_quota(total=26, floor=2, ceiling=6, carried="left", weight="area_ha")])
        assert by_unit(table, "floor")[["a1", "a2", "a3", "a4"]].tolist() == [5, 3, 2, 2]
        assert by_unit(table, "ceiling")[["a1", "a2", "a3", "a4"]].tolist() == [6, 6, 6, 6]

    def test_a_debt_is_paid_first(self, zones, measures):
        measures = measures.assign(left=[-4, *[0] * 11])
        table = allocate(zones, measures, [land_quota(total=60, carried="left")])
        assert by_unit(table)["a1"] >= 0  # at least 4 are given, so that nobody is left with less than nothing
        assert by_unit(table).sum() == 56

    def test_more_than_the_ceiling(self, zones, measures):
        measures = measures.assign(left=[7, *[0] * 11])
        with pytest.raises(InfeasibleError, match=r"carries over more than the ceiling for 1 unit: 'a1'.*that is 7"):
            allocate(zones, measures, [land_quota(ceiling=6, carried="left")])

    def test_no_whole_step(self, zones, measures):
        measures = measures.assign(left=[0.5, *[0] * 11])
        with pytest.raises(SourceError, match="no whole multiple of the step 1 for 1 unit: 'a1'"):
            allocate(zones, measures, [land_quota(carried="left")])

    def test_a_balance_that_is_missing(self, zones, measures):
        measures = measures.assign(left=[None, *[0.0] * 11])
        with pytest.raises(MissingValueError, match="balance 'left' is missing or not finite for 1 unit: 'a1'"):
            allocate(zones, measures, [land_quota(carried="left")])


class TestTransfers:
    def test_a_transfer_moves_an_amount_and_keeps_all_sums(self, zones, measures):
        asked = land_quota(total=60, levels=("county", "unit"), transfers=(moved("a4", "b3", 3), moved("b3", "c3", 1)))
        table = allocate(zones, measures, [asked])
        assert by_unit(table)[["a4", "b3", "c3"]].tolist() == [5, 8, 7]
        assert by_unit(table, "transferred")[["a4", "b3", "c3", "a1"]].tolist() == [-3, 2, 1, 0]
        assert by_county(table) == {"west": 18, "east": 42}

    def test_across_jurisdictions_only_where_the_plan_says_so(self, zones, measures):
        with pytest.raises(StudyError, match=r"transfer 1 \(agreed\): it leads from 'east' to 'west'.*across = true"):
            allocate(zones, measures, [land_quota(total=60, transfers=(moved("a4", "a1", 3),))])
        asked = land_quota(total=60, levels=("county", "unit"), transfers=(moved("a4", "a1", 3, across=True),))
        table = allocate(zones, measures, [asked])
        assert by_county(table) == {"west": 21, "east": 39}
        assert by_county(table, "transferred") == {"west": 3, "east": -3}

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"floor": 4, "transfers": (moved("a4", "a3", 4),)}, "'a4' would have 3, 1 below its floor of 4"),
            ({"transfers": (moved("a4", "a3", 9),)}, "'a4' would have -1, 1 below its floor of 0"),
            ({"ceiling": 9, "transfers": (moved("a4", "a3", 4),)}, "'a3' would have 10, 1 above its ceiling of 9"),
        ],
    )
    def test_bounds(self, zones, measures, changes, words):
        with pytest.raises(InfeasibleError) as caught:
            allocate(zones, measures, [land_quota(total=60, **changes)])
        assert words in str(caught.value)
        assert "transfer 1 less" in str(caught.value)

    def test_a_transfer_is_named_by_its_number_from_1(self, zones, measures):
        fine, unknown = moved("a4", "b3", 1), moved("a44", "a1", 1)
        with pytest.raises(UnknownNameError, match="transfer 2 ") as caught:
            allocate(zones, measures, [land_quota(total=60, transfers=(fine, unknown))])
        assert caught.value.keys[-3:] == ("transfers", 1, "from"), "keys count from 0, as the plan's list does"
        out = moved("a4", "a3", 5)
        with pytest.raises(InfeasibleError, match=r"after transfer 2, 3 'a4' would have -2, "):
            allocate(zones, measures, [land_quota(total=60, transfers=(moved("b3", "c3", 1), out, out))])

    def test_locked_amounts_and_groups(self, zones, measures):
        locked = (Lock(unit="a3", amount=6, reason="x"),)
        with pytest.raises(InfeasibleError, match="the amount of 'a3' is locked"):
            allocate(zones, measures, [land_quota(total=60, locked=locked, transfers=(moved("a4", "a3", 1),))])
        held = (Group(when=FRAGILE, max_pct=20),)
        with pytest.raises(
            InfeasibleError, match=r"a group would have 13 of this total, and may have 12; transfer 1 less"
        ):
            allocate(zones, measures, [land_quota(total=60, groups=held, transfers=(moved("c4", "a3", 1),))])

    def test_an_unknown_unit(self, zones, measures):
        with pytest.raises(UnknownNameError, match="there is no unit 'a44'"):
            allocate(zones, measures, [land_quota(transfers=(moved("a44", "a1", 1),))])


class TestLinks:
    """Farmland may be occupied where as much has been reclaimed."""

    def test_a_balance_unit_by_unit(self, zones, measures):
        reclaimed = land_quota(name="reclaimed", total=24, weight="area_ha")  # two a unit
        table = allocate(zones, measures, [reclaimed, land_quota(total=20, within=(Within(quota="reclaimed"),))])
        amounts = by_unit(table)
        assert amounts.max() == 2
        assert by_unit(table, "binding")["a4"] == "within"

    def test_a_balance_of_each_county(self, zones, measures):
        reclaimed = land_quota(name="reclaimed", total=24, weight="area_ha", levels=("county", "unit"))  # 12 a county
        asked = land_quota(total=20, levels=("county", "unit"), within=(Within(quota="reclaimed", level="county"),))
        table = allocate(zones, measures, [reclaimed, asked])
        assert by_county(table) == {"west": 8, "east": 12}
        assert by_county(table, "binding") == {"west": "", "east": "within"}

    def test_as_much_as_a_multiple(self, zones, measures):
        reclaimed = land_quota(name="reclaimed", total=24, weight="area_ha")
        asked = land_quota(total=12, within=(Within(quota="reclaimed", times=Decimal("0.5")),))
        assert set(by_unit(allocate(zones, measures, [reclaimed, asked]))) == {1}

    def test_the_amount_of_a_quota_above_is_a_measure(self, zones, measures):
        asked = land_quota(total=12, weight="quota_reclaimed", ceiling="quota_reclaimed")
        table = allocate(zones, measures, [land_quota(name="reclaimed", total=24, weight="area_ha"), asked])
        assert set(by_unit(table)) == {1}

    def test_only_quotas_above(self, zones, measures):
        other = land_quota(name="reclaimed", weight="area_ha")
        with pytest.raises(UnknownNameError, match="no quota 'reclaimed' stands above it, to stay within"):
            allocate(zones, measures, [land_quota(within=(Within(quota="reclaimed"),)), other])

    def test_the_same_jurisdictions(self, zones, measures):
        asked = land_quota(levels=("county", "unit"), within=(Within(quota="reclaimed", level="county"),))
        with pytest.raises(StudyError, match="that quota is handed down by 'unit'; give both the same levels"):
            allocate(zones, measures, [land_quota(name="reclaimed", weight="area_ha"), asked])


@st.composite
def provinces(draw):
    count = draw(st.integers(2, 8))
    numbers = st.lists(st.integers(0, 9), min_size=count, max_size=count)
    measures = pd.DataFrame(
        {
            "county": draw(st.lists(st.sampled_from("pq"), min_size=count, max_size=count)),
            "kind": draw(st.lists(st.sampled_from("xyz"), min_size=count, max_size=count)),
            "population": draw(numbers.filter(any)),
            "most": draw(numbers),
            "left": draw(numbers),
        },
        index=pd.Index([f"u{one}" for one in range(count)], name="unit_id"),
    )
    return measures.assign(most=measures["most"] + measures["left"])


@settings(max_examples=100)
@given(provinces(), st.integers(0, 40), st.integers(0, 100), st.integers(0, 100), st.booleans())
def test_sums_are_exact_and_all_bounds_kept_or_it_is_refused(measures, total, first, second, levelled):
    """P15, P16, P21: sums are exact, bounds and groups kept, whatever the order of rows; what cannot be is refused."""
    zones = pd.DataFrame({"main": "general", "overlays": ""}, index=measures.index)
    groups = (Group(when="kind = 'x'", max_pct=first), Group(when="kind IN ('y', 'z')", max_pct=second))
    levels = ("county", "unit") if levelled else ("unit",)
    asked = land_quota(total=total, levels=levels, ceiling="most", carried="left", groups=groups)
    try:
        table = allocate(zones, measures, [asked])
    except InfeasibleError:
        return
    amounts = by_unit(table).astype(int)[measures.index]
    given_ = amounts - measures["left"]
    assert given_.sum() == total
    assert (given_ >= 0).all()
    assert (amounts <= measures["most"]).all()
    assert given_[measures["kind"] == "x"].sum() <= total * first // 100
    assert given_[measures["kind"] != "x"].sum() <= total * second // 100
    if levelled:
        sums = amounts.groupby(measures["county"]).sum().to_dict()
        assert {name: int(amount) for name, amount in by_county(table).items()} == sums
    shuffled = allocate(zones.iloc[::-1], measures.iloc[::-1], [asked])
    pd.testing.assert_frame_equal(table, shuffled)
