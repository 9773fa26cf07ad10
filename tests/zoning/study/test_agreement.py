"""Agreements: pencil numbers, the published settlements, and what holds whatever the numbers are."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from maps.words import render
from zoning.money import parties_of
from zoning.study import Agreement, Sides, settle_agreement
from zoning.study.agreement import index_of, tonnes_above
from zoning.study.flow_rows import Band, Pollutant

D = Decimal
CHISHUI = {
    "name": "Chishui",
    "period": 2018,
    "kind": "pool",
    "unit": "CNY",
    "amount": 200_000_000,
    "pay": {"yunnan": 1, "guizhou": 5, "sichuan": 4},
    "receive": {"yunnan": 3, "guizhou": 4, "sichuan": 3},
}
QINGSHUIPU = {"section": "Qingshuipu", "met": False, "of": "yunnan", "pct": 50, "to": {"guizhou": 1, "sichuan": 1}}
LIANYUXI = {"section": "Lianyuxi", "met": False, "of": "guizhou", "pct": 25, "to": {"sichuan": 1}}


def net(rows: list[dict]) -> dict[str, Decimal]:
    """What each party is better or worse off."""
    found: dict[str, Decimal] = {}
    for row in rows:
        found[row["payer"]] = found.get(row["payer"], D(0)) - row["amount"]
        found[row["receiver"]] = found.get(row["receiver"], D(0)) + row["amount"]
    return found


def xinanjiang(measured: str, **more: object) -> Agreement:
    """The second round by its bands, with one value for all four indicators."""
    names = ("CODMn", "NH3-N", "TN", "TP")
    return Agreement(
        name="Xin'anjiang",
        period=2016,
        kind="index",
        unit="CNY",
        upstream="anhui",
        downstream="zhejiang",
        k0=D("0.89"),
        indicators=tuple(Pollutant(name=name, weight=D("0.25"), base=D(2), measured=D(measured)) for name in names),
        bands=(
            Band(up_to=D("0.95"), payer="downstream", amount=D(200_000_000)),
            Band(up_to=D(1), payer="downstream", amount=D(100_000_000)),
            Band(payer="upstream", amount=D(100_000_000)),
        ),
        **more,
    )


def load(**changes: object) -> Agreement:
    """Two indicators in two months: 3 and 0 tonnes of CODMn above the target, 0.5 tonnes of TP."""
    given = {
        "name": "Zhenjiang",
        "period": 2024,
        "kind": "load",
        "unit": "CNY",
        "pay": {"danyang": 1, "dantu": 1},
        "receive": {"changzhou": 1},
        "flow_m3": (1_000_000, 2_000_000),
        "indicators": (
            {"name": "CODMn", "target": 6, "measured": (9, 5), "price": 15_000},
            {
                "name": "TP",
                "target": D("0.2"),
                "measured": (D("0.3"), D("0.4")),
                "price": 100_000,
                "pay": {"danyang": D("88.07"), "dantu": D("11.93")},
            },
        ),
    }
    return Agreement.model_validate(given | changes)


class TestPool:
    def test_chishui_of_2018_as_it_was_settled(self) -> None:
        """Ministry of Finance and Yunnan, 10 December 2019: all sections met; 2,000 / 10,000 / 8,000 (10,000 yuan)."""
        rows = settle_agreement(Agreement.model_validate(CHISHUI))
        paid = {row["payer"]: row["amount"] for row in rows if row["receiver"] == "(pool)"}
        assert paid == {"yunnan": 20_000_000, "guizhou": 100_000_000, "sichuan": 80_000_000}
        # the two payments that reached Yunnan, 20 million each from Guizhou and Sichuan (horizontal_comp_events.csv)
        assert net(rows) == {
            "(pool)": 0,
            "yunnan": 40_000_000,
            "guizhou": -20_000_000,
            "sichuan": -20_000_000,
        }

    def test_the_second_round_gives_the_30_million_of_the_accounts(self) -> None:
        """300 million a year: Sichuan paid 30 million for 2021 and Guizhou for 2024, as their budgets say."""
        assert net(settle_agreement(Agreement.model_validate(CHISHUI | {"amount": 300_000_000}))) == {
            "(pool)": 0,
            "yunnan": 60_000_000,
            "guizhou": -30_000_000,
            "sichuan": -30_000_000,
        }

    def test_a_missed_section_moves_money_between_receivers(self) -> None:
        rows = settle_agreement(Agreement.model_validate(CHISHUI | {"deductions": (QINGSHUIPU, LIANYUXI)}))
        received = {row["receiver"]: row["amount"] for row in rows if row["payer"] == "(pool)"}
        # Yunnan 60 - 30; Guizhou 80 - 20 + 15; Sichuan 60 + 15 + 20
        assert received == {"yunnan": 30_000_000, "guizhou": 75_000_000, "sichuan": 95_000_000}
        rule = next(render(row["rule"], "en") for row in rows if row["receiver"] == "guizhou")
        assert rule == (
            "receives 4 of 10 shares of 200,000,000; plus 15,000,000.00 deducted from yunnan for section Qingshuipu; "
            "less 20,000,000.00 (25 % for section Lianyuxi, target missed)"
        )

    def test_a_met_section_moves_nothing(self) -> None:
        met = Agreement.model_validate(CHISHUI | {"deductions": (QINGSHUIPU | {"met": True},)})
        assert net(settle_agreement(met)) == net(settle_agreement(Agreement.model_validate(CHISHUI)))

    def test_a_pool_that_does_not_divide_is_split_to_the_last_cent(self) -> None:
        odd = CHISHUI | {"amount": 100, "pay": {"a": 1, "b": 1, "c": 1}, "receive": {"d": 1, "e": 2}}
        rows = settle_agreement(Agreement.model_validate(odd))
        assert [str(row["amount"]) for row in rows] == ["33.33", "66.67", "33.34", "33.33", "33.33"]

    def test_grants_come_beside(self) -> None:
        centre = {"payer": "centre", "receiver": "yunnan", "amount": 5, "reason": "reward"}
        rows = settle_agreement(Agreement.model_validate(CHISHUI | {"grants": (centre,)}))
        assert net(rows)["yunnan"] == 40_000_005
        assert render(rows[-4]["rule"], "en") == "fixed amount: reward"


class TestIndex:
    @pytest.mark.parametrize(
        ("measured", "result", "payer", "amount"),
        [
            ("2", "0.89", "zhejiang", 200_000_000),  # all at their base: P = k0
            ("2.2", "0.979", "zhejiang", 100_000_000),
            ("2.3", "1.0235", "anhui", 100_000_000),
        ],
    )
    def test_the_bands_of_the_second_round(self, measured: str, result: str, payer: str, amount: int) -> None:
        agreement = xinanjiang(measured)
        assert index_of(agreement) == Fraction(result)
        (row,) = settle_agreement(agreement)
        assert (row["payer"], row["amount"]) == (payer, amount)

    def test_a_result_on_the_limit_lies_in_the_better_band(self) -> None:
        """0.95 exactly, although 0.95 / 0.89 has no end: compared as fractions."""
        agreement = xinanjiang("1").model_copy(update={"k0": D("1.9")})
        assert index_of(agreement) == Fraction("0.95")
        (row,) = settle_agreement(agreement)
        assert (row["payer"], row["amount"]) == ("zhejiang", 200_000_000)
        assert render(row["rule"], "en").endswith("= 0.9500; 0.9500 <= 0.95: zhejiang pays 200,000,000")

    def test_an_accident_puts_the_last_band_in_force(self) -> None:
        (row,) = settle_agreement(xinanjiang("1", accident=True))
        assert (row["payer"], row["receiver"]) == ("anhui", "zhejiang")
        assert "a major accident" in render(row["rule"], "en")

    def test_the_weights_of_the_mainstems_sum_to_one(self) -> None:
        """Document 50 of 2025 on the Yangtze and Yellow rivers: CODMn 30 %, NH3-N 30 %, TP 40 %."""
        weights = {"CODMn": "0.30", "NH3-N": "0.30", "TP": "0.40"}
        given = xinanjiang("1").model_dump(exclude_unset=True)
        given["indicators"] = [
            {"name": name, "weight": D(weight), "base": D(1), "measured": D(1)} for name, weight in weights.items()
        ]
        assert index_of(Agreement.model_validate(given)) == Fraction("0.89")

    def test_it_is_told_in_chinese(self) -> None:
        (row,) = settle_agreement(xinanjiang("2"))
        assert render(row["rule"], "zh").endswith("0.8900 ≤ 0.95：由 zhejiang 支付 200,000,000")


class TestLoad:
    def test_pencil(self) -> None:
        """(9 - 6) mg/L x 1,000,000 m3 = 3 t x 15,000 = 45,000; TP 0.1 + 0.4 = 0.5 t x 100,000 = 50,000."""
        codmn, tp = load().indicators
        assert tonnes_above(codmn, load().flow_m3) == [3, 0]
        assert tonnes_above(tp, load().flow_m3) == [Fraction(1, 10), Fraction(2, 5)]
        found = net(settle_agreement(load()))
        # the split of TP is Zhenjiang's: Danyang 88.07 %, Dantu 11.93 % (zhenjiang_contribution_pct.csv)
        assert found == {
            "(pool)": 0,
            "changzhou": 95_000,
            "danyang": -D("22500.00") - D("44035.00"),
            "dantu": -D("22500.00") - D("5965.00"),
        }

    def test_clean_water_costs_nothing(self) -> None:
        clean = ({"name": "CODMn", "target": 6, "measured": (6, 1), "price": 15_000},)
        assert settle_agreement(load(indicators=clean)) == []


class TestCompliance:
    """Jiuzhou river, second round: monthly compliance of 75, 83 and 100 % in the three years."""

    @pytest.mark.parametrize(("months", "payer"), [(12, "guangdong"), (10, "guangdong"), (9, None)])
    def test_83_per_cent_are_ten_months(self, months: int, payer: str | None) -> None:
        rows = settle_agreement(self.agreement(months))
        assert [row["payer"] for row in rows] == ([payer] if payer else [])

    def test_a_mean_that_missed_its_target_puts_the_last_band_in_force(self) -> None:
        assert settle_agreement(self.agreement(12, mean_met=False)) == []

    @staticmethod
    def agreement(months: int, **more: object) -> Agreement:
        bands = (Band(at_least=D(83), payer="downstream", amount=D(100_000_000)), Band(payer="nobody"))
        sides = {"upstream": "guangxi", "downstream": "guangdong"}
        given = {"name": "Jiuzhou", "period": 2019, "kind": "compliance", "unit": "CNY", **sides}
        return Agreement(**given, compliant_months=months, bands=bands, **more)


class TestSides:
    def test_a_river_may_say_who_is_upstream(self) -> None:
        given = xinanjiang("2").model_dump(exclude_unset=True)
        given |= {"upstream": None, "downstream": None, "river": "rivers"}
        agreement = Agreement.model_validate(given)
        assert settle_agreement(agreement, Sides("a", "b"))[0]["payer"] == "b"
        with pytest.raises(Exception, match="nothing says who is upstream"):
            settle_agreement(agreement)

    def test_every_party_is_listed(self) -> None:
        pool = Agreement.model_validate(CHISHUI | {"deductions": (QINGSHUIPU,)})
        assert parties_of(pool) == ["guizhou", "sichuan", "yunnan"]
        assert parties_of(load()) == ["changzhou", "dantu", "danyang"]


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"pay": None}, "needs 'pay'|Input"),
            ({"amount": D("0.001")}, "no whole multiple"),
            ({"amount": -1}, "greater than 0"),
            ({"k0": D(1)}, "'k0' has no meaning in an agreement of kind \"pool\""),
            ({"deductions": (QINGSHUIPU | {"of": "hunan"},)}, "'hunan' receives nothing to deduct from"),
            ({"deductions": (QINGSHUIPU, QINGSHUIPU | {"pct": 60})}, "sum to 110 %"),
            ({"pay": {}}, "at least 1"),
            ({"pay": {"a": 0}}, "greater than 0"),
        ],
    )
    def test_pools(self, changes: dict, message: str) -> None:
        with pytest.raises(ValidationError, match=message):
            Agreement.model_validate({key: value for key, value in (CHISHUI | changes).items() if value is not None})

    def test_shares_that_do_not_add_up(self) -> None:
        given = xinanjiang("1").model_dump(exclude_unset=True)
        with pytest.raises(ValidationError, match=r"weights of the indicators sum to 0\.75, not to 1"):
            Agreement.model_validate(given | {"indicators": given["indicators"][:3]})

    def test_bands_out_of_order(self) -> None:
        given = xinanjiang("1").model_dump(exclude_unset=True)
        first, second, last = given["bands"]
        for bands, message in (
            ((second, first, last), "from the best result to the worst: up_to = 0.95, 1"),
            ((first, second), "the last has none"),
            ((last, first), "the last has none"),
        ):
            with pytest.raises(ValidationError, match=message):
                Agreement.model_validate(given | {"bands": bands})

    def test_months_that_do_not_match(self) -> None:
        with pytest.raises(ValidationError, match="indicator 'CODMn' has 2 values and 'flow_m3' 1"):
            load(flow_m3=1_000_000)
        with pytest.raises(ValidationError, match="13 of 12 months cannot have complied"):
            TestCompliance.agreement(13)

    def test_a_party_against_itself(self) -> None:
        with pytest.raises(ValidationError, match="is upstream and downstream of itself"):
            Agreement.model_validate(xinanjiang("1").model_dump(exclude_unset=True) | {"downstream": "anhui"})


shares = st.dictionaries(st.sampled_from("abcdef"), st.decimals("0.01", 100, places=2), min_size=1)


class TestWhateverTheNumbersAre:
    @given(
        amount=st.integers(1, 10**9),
        pay=shares,
        receive=shares,
        cuts=st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 100), shares), max_size=3),
    )
    def test_paid_is_received_to_the_cent(self, amount, pay, receive, cuts) -> None:  # type: ignore[no-untyped-def]
        """P24, between regions: a pool pays out what was paid in, whatever is deducted."""
        deductions, used = [], {}
        for of, pct, to in cuts:
            if of in receive and used.get(of, 0) + pct <= 100:
                used[of] = used.get(of, 0) + pct
                deductions.append({"section": "s", "met": False, "of": of, "pct": pct, "to": to})
        total = D(amount) / 100
        given = CHISHUI | {"amount": total, "pay": pay, "receive": receive, "deductions": tuple(deductions)}
        rows = settle_agreement(Agreement.model_validate(given))
        assert sum(row["amount"] for row in rows if row["receiver"] == "(pool)") == total
        assert sum(net(rows).values()) == 0
        assert net(rows)["(pool)"] == 0
        assert all(row["amount"] > 0 for row in rows)

    @given(st.lists(st.integers(0, 40), min_size=4, max_size=4), st.integers(0, 3), st.integers(1, 5))
    def test_cleaner_water_never_costs_the_upstream_party(self, values, place, less) -> None:  # type: ignore[no-untyped-def]
        def gain(concentrations: list[int]) -> Decimal:
            given = xinanjiang("1").model_dump(exclude_unset=True)
            for one, value in zip(given["indicators"], concentrations, strict=True):
                one["measured"] = D(value) / 10
            return net(settle_agreement(Agreement.model_validate(given)))["anhui"]

        cleaner = [max(0, value - less) if at == place else value for at, value in enumerate(values)]
        assert gain(cleaner) >= gain(values)
