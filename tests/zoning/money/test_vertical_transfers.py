"""Transfers: pencil numbers, published shares, and what holds whatever the numbers are."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from layers.errors import SourceError, UnknownNameError
from maps.words import render
from zoning.errors import InfeasibleError, MissingValueError
from zoning.money.vertical_transfers import TransferContext, pay_transfer
from zoning.solver import apportion
from zoning.study import Transfer

D = Decimal
COUNTIES = pd.DataFrame(
    {
        "state": ["east", "east", "west", "west"],
        "main": ["ecologically_fragile", "key_development", "ecologically_fragile", "agricultural"],
        "border": [True, False, False, False],
        "people": [10.0, 90.0, 30.0, 20.0],
        "spend": [50.0, 30.0, 40.0, 20.0],
        "earn": [20.0, 90.0, 30.0, 20.0],
        "protected_ha": [600.0, 0.0, 300.0, 100.0],
        "sites": [1.0, 0.0, 2.0, 1.0],
        "rangers": [5.0, 0.0, 2.0, 0.0],
        "got": [70.0, 1.0, 20.0, 1.0],
        "coefficient": [0.6, 0.6, 0.9, 0.9],
    },
    index=pd.Index(["a", "b", "c", "d"], name="unit_id"),
)
GAP = {
    "name": "key ecological function zones",
    "period": 2025,
    "unit": "CNY",
    "budget": 900,
    "by": "gap",
    "expenditure": "spend",
    "revenue": "earn",
    "coefficient": D("0.6"),
}
NO_GAP: dict[str, object] = {"expenditure": None, "revenue": None, "coefficient": None}
SIGHT = TransferContext(COUNTIES, {"high": 50.0})


def received(sight: TransferContext = SIGHT, **changes: object) -> dict[str, Decimal]:
    """Who receives how much."""
    given = {key: value for key, value in (GAP | changes).items() if value is not None}
    rows = pay_transfer(Transfer.model_validate(given), sight)
    return {row["receiver"]: row["amount"] for row in rows if row["receiver"] != "(pool)"}


def rules(language: str = "en", **changes: object) -> dict[str, str]:
    given = {key: value for key, value in (GAP | changes).items() if value is not None}
    rows = pay_transfer(Transfer.model_validate(given), SIGHT)
    return {row["receiver"]: render(row["rule"], language) for row in rows}


class TestGap:
    """Gaps 30, 0, 10, 0: three quarters and one quarter of the budget."""

    def test_pencil(self) -> None:
        assert received() == {"a": 675, "c": 225}
        assert rules()["a"] == (
            "key ecological function zones: (50 - 20) x 0.6 = 18.00; needs come to 24.00, the budget to 900.00: "
            "scaled by 37.5"
        )

    def test_only_units_that_meet_the_condition_count(self) -> None:
        assert received(when="main = 'ecologically_fragile' AND NOT border") == {"c": 900}

    def test_coefficients_may_be_a_measure(self) -> None:
        # 30 x 0.6 = 18, 10 x 0.9 = 9
        assert received(coefficient="coefficient") == {"a": 600, "c": 300}

    def test_a_reward_raises_the_need(self) -> None:
        reward = ({"when": "border", "factor": 2, "reason": "water improved"},)
        # 60 and 10
        assert received(adjust=reward, budget=700) == {"a": 600, "c": 100}
        assert "x 2.0 (water improved)" in rules(adjust=reward)["a"]

    def test_jurisdictions_receive_by_their_sums(self) -> None:
        """East 80 - 110: no gap, although a has one; west 60 - 50."""
        assert received(level="state") == {"west": 900}
        assert received(level="state", revenue=0) == {"east": D("514.29"), "west": D("385.71")}

    def test_units_meet_the_condition_and_jurisdictions_receive(self) -> None:
        """Of a and c alone, 50 - 20 and 40 - 30; 'spend' differs between the units of a state, and still is a sum."""
        assert received(level="state", when="spend > 30") == {"east": 675, "west": 225}

    def test_a_condition_may_name_the_level(self) -> None:
        reward = ({"when": "state = 'west'", "factor": 3, "reason": "the west thrice"},)
        assert received(level="state", adjust=reward, revenue=0, budget=1300) == {"east": D("400"), "west": D("900")}

    @pytest.mark.parametrize("level", ["unit", "state"])
    def test_what_is_no_number_is_told_with_who_needs_it(self, level: str) -> None:
        with pytest.raises(SourceError, match="'border' holds truth values where 'key ecological function zones'"):
            received(level=level, expenditure="border")
        with pytest.raises(SourceError, match="'main' holds texts where 'key ecological function zones' needs numbers"):
            received(level=level, expenditure="main")

    def test_a_unit_of_no_jurisdiction_has_nobody_who_is_paid(self) -> None:
        with pytest.raises(MissingValueError, match="level 'state': no jurisdiction for 1 unit: 'b'"):
            received(TransferContext(COUNTIES.assign(state=["east", "", "west", "west"]), {}), level="state")

    def test_a_ratio_is_no_sum(self) -> None:
        assert received(level="state", coefficient="coefficient", revenue=0) == {
            "east": D("423.53"),  # 80 x 0.6 = 48 of 48 + 54
            "west": D("476.47"),
        }
        with pytest.raises(SourceError, match="'got' is no sum and differs between the units of state 'east'"):
            received(level="state", coefficient="got")

    def test_growth_is_bounded_by_last_year(self) -> None:
        """At most 10 % more than 70 and 20: 77 and 22; the rest has nobody to go to."""
        with pytest.raises(InfeasibleError, match="the ceilings come to"):
            received(last="got", max_growth_pct=10)
        assert received(last="got", max_growth_pct=10, budget=99) == {"a": 77, "c": 22}
        assert received(last="got", max_growth_pct=10, budget=D("98.9"))["a"] == D("76.90")

    def test_growth_has_a_least_rate_too(self) -> None:
        """At least 10 % more than 70, 1, 20 and 1, 101.20 in all; by the gaps alone a has 76.50 of 102."""
        assert received(budget=102) == {"a": D("76.50"), "c": D("25.50")}
        least = {"a": 77, "b": D("1.10"), "c": D("22.80"), "d": D("1.10")}
        assert received(last="got", min_growth_pct=10, budget=102) == least
        shrunk = {"a": D("75.15"), "b": D("0.90"), "c": D("25.05"), "d": D("0.90")}
        assert received(last="got", min_growth_pct=-10, budget=102) == shrunk
        assert received(last="got", min_growth_pct=10, floor=78, budget=312) == dict.fromkeys("abcd", 78)
        with pytest.raises(InfeasibleError, match=r"the floors come to 101\.20"):
            received(last="got", min_growth_pct=10, budget=101)

    def test_it_is_told_in_chinese(self) -> None:
        assert rules("zh")["c"].startswith("key ecological function zones：（40 − 30）×0.6 = 6.00；需求合计 24.00")


def test_a_tie_of_weights_goes_by_id_whatever_binary_fractions_make_of_it() -> None:
    """0.3 and 3 x 0.1: one step of the budget, which goes to a."""
    sight = TransferContext(pd.DataFrame({"need": [0.3, 0.1], "poor": [False, True]}, index=["a", "b"]), {})
    three = {"when": "poor", "factor": 3, "reason": "the poor thrice"}
    for order in (sight, TransferContext(sight.measures[::-1], {})):
        part = {"name": "all", "by": "weighted", "weight": "need", "adjust": (three,)}
        assert received(order, by="parts", parts=(part | {"pct": 100},), budget=D("0.01"), **NO_GAP) == {"a": D("0.01")}


class TestParts:
    """Entitlement of the 2017 method: a gap, protected land by area and number, rangers; pencil numbers."""

    PARTS = (
        {"name": "key", "by": "gap", "expenditure": "spend", "revenue": "earn"},  # 30, 0, 10, 0
        {
            "name": "prohibited",
            "by": "weighted",
            "pct": 20,
            "weight": ({"measure": "protected_ha", "share": 0.5}, {"measure": "sites", "share": 0.5}),
        },
        {"name": "rangers", "by": "amount", "amount": "rangers", "rate": 4},  # 20, 0, 8, 0
    )

    def test_pencil(self) -> None:
        found = received(by="parts", parts=self.PARTS, budget=1000, expenditure=None, revenue=None, coefficient=None)
        # 200 by weight: a .5 x .6 + .5 x .25 = .425, c .5 x .3 + .5 x .5 = .4, d .5 x .1 + .5 x .25 = .175
        # 800 by needs of 50, 0, 18, 0
        assert found == {
            "a": D("85.00") + D("588.24"),
            "c": D("80.00") + D("211.76"),
            "d": D("35.00"),
        }

    def test_parts_that_leave_nothing(self) -> None:
        parts = (self.PARTS[0], self.PARTS[1] | {"pct": 100})
        with pytest.raises(ValidationError, match="sum to 100 %; nothing is left for the others"):
            received(by="parts", parts=parts, expenditure=None, revenue=None, coefficient=None)
        bare = {key: value for key, value in self.PARTS[1].items() if key != "pct"}
        with pytest.raises(ValidationError, match="part 'prohibited' needs 'pct'"):
            received(by="parts", parts=(bare,), expenditure=None, revenue=None, coefficient=None)


class TestOtherCountries:
    """The same instruments with the parameters of other countries."""

    def test_parana_shares_by_the_weights_of_its_law(self) -> None:
        """ICMS-E after 1991 (icms_parana.csv): value added 75 %, farm output 8, people 6, area 2, properties 2,
        fixed 2, environment 5; of a million reais the environmental 5 % go by protected land alone."""
        weights = {"value_added": 75, "farm_output": 8, "people": 6, "area": 2, "properties": 2, "fixed": 2}
        assert sum(weights.values()) + 5 == 100
        towns = pd.DataFrame(1.0, index=["green", "grey"], columns=list(weights)).assign(protected=[1.0, 0.0])
        parts = tuple({"measure": name, "share": share} for name, share in (weights | {"protected": 5}).items())
        found = received(
            TransferContext(towns, {}), by="weighted", weight=parts, budget=1_000_000, **dict.fromkeys(GAP_KEYS)
        )
        assert found == {"green": 475_000 + 50_000, "grey": 475_000}

    def test_cohesion_funds_by_the_berlin_method(self) -> None:
        """Regulation 2021/1060, Annex XXVI: people x gap to the EU's GDP a head x 2.85 % where GNI is below 82 %,
        1.25 % up to 99 %, and 570 EUR for each unemployed above the rate of less developed regions."""
        regions = pd.DataFrame(
            {"gdp_pc": [15_000.0, 25_000.0], "gni_pct": [60.0, 90.0], "people": [2e6, 1e6], "jobless": [10_000.0, 0.0]},
            index=["low", "middle"],
        )
        bands = (
            {"when": "gni_pct < 82", "factor": 0.0285, "reason": "GNI below 82 %"},
            {"when": "gni_pct >= 82 AND gni_pct < 99", "factor": 0.0125, "reason": "GNI from 82 to 99 %"},
        )
        gap = {"name": "gap", "by": "gap", "expenditure": 30_000, "revenue": "gdp_pc", "per": "people", "adjust": bands}
        jobs = {"name": "jobless", "by": "amount", "amount": "jobless", "rate": 570}
        # 2,000,000 x 15,000 x 2.85 % + 10,000 x 570 = 860.7 million; 1,000,000 x 5,000 x 1.25 % = 62.5 million
        found = received(
            TransferContext(regions, {}), by="parts", parts=(gap, jobs), budget=923_200_000, **dict.fromkeys(GAP_KEYS)
        )
        assert found == {"low": 860_700_000, "middle": 62_500_000}

    def test_montgomery_sends_rights_from_farms_to_towns(self) -> None:
        """One right for five acres; base zoning keeps one home for 25 acres. Both conventions."""
        land = pd.DataFrame(
            {
                "acres": [500.0, 250.0, 0.0],
                "allowed": [100.0, 50.0, 0.0],
                "built": [20.0, 10.0, 0.0],
                "room": [0.0, 0.0, 70.0],
            },
            index=["farm", "hill", "town"],
        )
        pool = {"by": "pooling", "budget": None, "weight": "room", "unit": "right", "step": 1}
        by_acre = {"name": "rights", "by": "amount", "amount": "acres", "rate": D("0.2")}
        by_home = {"name": "rights", "by": "gap", "expenditure": "allowed", "revenue": "built"}
        for convention, rights in ((by_acre, 150), (by_home, 120)):
            found = received(TransferContext(land, {}), **pool, pay_in=convention, **dict.fromkeys(GAP_KEYS))
            assert found == {"town": rights}


GAP_KEYS = ("expenditure", "revenue", "coefficient")


class TestPensions:
    """Central adjustment of 2018: pay in 0.9 x average wage x insured x rate, paid out alike to each retiree."""

    POOL: ClassVar = {
        "by": "pooling",
        "budget": None,
        "weight": "retirees",
        "pay_in": {"name": "levy", "by": "amount", "amount": "wage", "per": "insured", "rate": D("0.027")},
    }

    def test_pencil(self) -> None:
        """0.9 x 3 % = 2.7 %: 100 x 60,000 x 0.027 = 162,000 and 50 x 40,000 x 0.027 = 54,000."""
        regions = pd.DataFrame(
            {"wage": [60_000.0, 40_000.0], "insured": [100.0, 50.0], "retirees": [20.0, 40.0]}, index=["rich", "old"]
        )
        rows = pay_transfer(Transfer.model_validate(self.whole()), TransferContext(regions, {}))
        paid = {row["payer"]: row["amount"] for row in rows if row["receiver"] == "(pool)"}
        got = {row["receiver"]: row["amount"] for row in rows if row["payer"] == "(pool)"}
        assert paid == {"rich": 162_000, "old": 54_000}
        assert got == {"rich": 72_000, "old": 144_000}  # 3,600 a retiree

    def test_the_published_regions_net_to_zero(self) -> None:
        """Staff and retirees of 25 regions, NBS 2010 (table 21-40), at one wage: the pool pays out all that came in, to
        each retiree alike, and the regions with more staff a retiree are those that give."""
        staff = [785.9, 287.9, 728.9, 1024.2, 589.2, 2875.6, 861.9]
        retirees = [195.5, 143.6, 259.5, 472.7, 363.0, 339.6, 439.0]
        names = ["Beijing", "Tianjin", "Hebei", "Liaoning", "Heilongjiang", "Guangdong", "Sichuan"]
        regions = pd.DataFrame({"insured": staff, "retirees": retirees, "wage": 30_000.0}, index=names)
        rows = pay_transfer(Transfer.model_validate(self.whole()), TransferContext(regions, {}))
        net = dict.fromkeys(names, D(0))
        for row in rows:
            for party, sign in ((row["payer"], -1), (row["receiver"], 1)):
                if party in net:
                    net[party] += sign * row["amount"]
        assert sum(net.values()) == 0
        average = sum(staff) / sum(retirees)
        for name, working, retired in zip(names, staff, retirees, strict=True):
            assert (net[name] < 0) == (working / retired > average)

    def whole(self) -> dict[str, object]:
        given = {"name": "central adjustment", "period": 2018, "unit": "CNY"} | self.POOL
        return {key: value for key, value in given.items() if value is not None}


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"budget": None}, "key 'budget' is missing"),
            ({"budget": D("0.001")}, "no whole multiple"),
            ({"budget": -5}, "greater than 0"),
            ({"weight": "people"}, "'weight' has no meaning with by = \"gap\""),
            ({"revenue": None}, "needs 'revenue'"),
            ({"max_growth_pct": 5}, "go together"),
            ({"min_growth_pct": 5}, "go together"),
            ({"receiving": "border"}, "'receiving' has no meaning"),
            ({"by": "pooling"}, "needs 'pay_in'"),
            ({"by": "share"}, "Input should be"),
        ],
    )
    def test_in_the_plan(self, changes: dict, message: str) -> None:
        with pytest.raises(ValidationError, match=message):
            received(**changes)

    @pytest.mark.parametrize(
        ("changes", "error", "message"),
        [
            ({"expenditure": "spent"}, UnknownNameError, "nothing provides the measure of .* 'spent'.*'spend'"),
            ({"level": "county"}, UnknownNameError, "nothing provides the level 'county'"),
            ({"when": "main = 'marine'"}, InfeasibleError, "no unit meets"),
            ({"expenditure": 1, "revenue": 2}, InfeasibleError, "nobody has a need"),
            ({"expenditure": "state"}, SourceError, "'state' holds texts"),
        ],
    )
    def test_in_the_data(self, changes: dict, error: type[Exception], message: str) -> None:
        with pytest.raises(error, match=rf"transfer 'key ecological function zones' \(2025\): .*{message}"):
            received(**changes)

    def test_missing_and_negative_values_name_the_units(self) -> None:
        for value, error, why in ((np.nan, MissingValueError, "missing"), (-1.0, SourceError, "negative")):
            table = COUNTIES.assign(spend=COUNTIES["spend"].where(COUNTIES.index != "c", value))
            with pytest.raises(error, match=f"'spend' is {why} for unit 'c'|'spend' is {why} for .*c"):
                received(TransferContext(table, {}))


class TestWhateverTheNumbersAre:
    needs = st.lists(st.integers(0, 10**6), min_size=1, max_size=12)

    @given(needs, st.integers(1, 10**10))
    def test_the_budget_is_exhausted_to_the_cent(self, needs: list[int], cents: int) -> None:
        """P24, from above: what is received is the budget, and a larger need never has less."""
        if any(needs):
            found = self.shared(needs, cents)
            assert sum(found.values()) == D(cents) / 100
            larger = sorted(zip(needs, (found.get(f"{place:02}", D(0)) for place in range(len(needs))), strict=True))
            assert all(one[1] <= other[1] for one, other in pairwise(larger) if one[0] < other[0])

    @given(needs, st.integers(0, 11), st.integers(1, 10**5), st.integers(1, 10**8))
    def test_a_larger_need_never_gets_less(self, needs: list[int], place: int, more: int, cents: int) -> None:
        place %= len(needs)
        if any(needs):
            raised = [need + more * (at == place) for at, need in enumerate(needs)]
            unit = f"{place:02}"
            assert self.shared(raised, cents).get(unit, 0) >= self.shared(needs, cents).get(unit, 0)

    @given(needs, st.randoms())
    def test_the_order_of_the_rows_does_not_matter(self, needs: list[int], random) -> None:  # type: ignore[no-untyped-def]
        if any(needs):
            order = list(range(len(needs)))
            random.shuffle(order)
            assert self.shared(needs, 12_345, order) == self.shared(needs, 12_345)

    @given(needs)
    @example([360, 376, 536, 536, 538])
    def test_it_is_what_apportion_gives_for_the_needs(self, needs: list[int]) -> None:
        if any(needs):
            weights = pd.Series({f"{place:02}": need for place, need in enumerate(needs)})
            direct = {unit: amount for unit, amount in apportion(weights, 500, D("0.01")).items() if amount}
            assert self.shared(needs, 50_000) == direct

    def shared(self, needs: list[int], cents: int, order: list[int] | None = None) -> dict[str, Decimal]:
        table = pd.DataFrame(
            {"need": np.array(needs, dtype=float)}, index=[f"{place:02}" for place in range(len(needs))]
        )
        table = table.iloc[order] if order is not None else table
        return received(TransferContext(table, {}), expenditure="need", revenue=0, coefficient=1, budget=D(cents) / 100)
