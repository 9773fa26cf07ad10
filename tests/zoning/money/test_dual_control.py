"""Three lights: pencil, published verdicts, properties, errors."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import SeveralErrors, SourceError, StudyError, UnknownNameError, ZoneplanError
from maps.words import render
from tests.conftest import rulebook_on
from zoning.errors import InfeasibleError, MissingValueError, RulebookError
from zoning.money import EnergyTable, judge_energy, scheme_in_force
from zoning.money.dual_control import apportion_energy, figures_of
from zoning.rulebook import read_rulebook
from zoning.study import EnergyShare
from zoning.tables import TABLES

LAW = rulebook_on("main_functional_areas", date(2025, 1, 1))
PUBLISHED = Path(__file__).resolve().parents[2] / "data" / "energy"
PLAIN = {
    "intensity_target_pct": "3",
    "intensity_actual_pct": "3",
    "total_target_tce": "100",
    "total_actual_tce": "100",
}
targets = st.decimals(min_value="0", max_value="20", places=2)
actuals = st.decimals(min_value="-5", max_value="25", places=2)
totals = st.decimals(min_value="0", max_value="1000", places=1)


def table(*rows: dict, period: int = 2019, scheme: str | None = None) -> EnergyTable:
    frame = pd.DataFrame([PLAIN | {"region": f"r{place}"} | row for place, row in enumerate(rows)])
    return EnergyTable(period, frame.set_index("region"), scheme)


def judged(language: str = "en", period: int = 2019, scheme: str | None = None, **row) -> pd.Series:
    """The light of one region, its reason in words."""
    found = judge_energy(table(row, period=period, scheme=scheme), LAW).iloc[0]
    return found.replace({found["reason"]: render(found["reason"], language)})


def reasons(found: pd.DataFrame, language: str = "en") -> list[str]:
    return [render(one, language) for one in found["reason"]]


@pytest.mark.parametrize(
    ("actual", "light"),
    [
        ("3", 3),
        ("30", 3),
        ("2.999999999999999", 2),
        ("2.7", 2),  # exactly 10 % of the target short
        ("2.699999999999999", 1),
        ("0", 1),
        ("-0.01", 1),
    ],
)
def test_lights_of_intensity(actual, light) -> None:
    assert judged(intensity_actual_pct=actual).intensity_light == light


@pytest.mark.parametrize(
    ("actual", "light"), [("-50", 3), ("100", 3), ("100.0000001", 2), ("110", 2), ("110.0000001", 1), ("300", 1)]
)
def test_lights_of_the_total(actual, light) -> None:
    assert judged(total_actual_tce=actual).total_light == light


def test_a_shortfall_of_exactly_a_tenth_is_yellow_whatever_floats_make_of_it() -> None:
    """0.1 - 0.09 is more than a tenth of 0.1 in binary fractions."""
    assert 0.1 - 0.09 > 0.1 * 0.1
    assert judged(intensity_target_pct=0.1, intensity_actual_pct=0.09).intensity_light == 2


def test_a_target_of_nothing_allows_nothing() -> None:
    row = judged(total_target_tce="0", total_actual_tce="0", intensity_target_pct=0, intensity_actual_pct=0)
    assert (row.intensity_light, row.total_light, row.verdict) == (3, 3, "green")
    assert judged(total_target_tce="0", total_actual_tce="0.1").total_light == 1


@pytest.mark.parametrize("period", [2019, 2020])
def test_an_intensity_that_stays_as_it_was_did_not_rise(period: int) -> None:
    """The smallest rise is red; exactly 0 is none."""
    row = judged(period=period, intensity_actual_pct="0", intensity_target_pct="0")
    assert (row.intensity_light, "rose" in row.reason) == (3, False)
    row = judged(period=2020, intensity_actual_pct="-0.000001", intensity_target_pct="0")
    assert (row.intensity_light, "rose" in row.reason) == (1, True)


def test_the_table_is_the_one_of_the_contract() -> None:
    found = judge_energy(table({}, {"intensity_actual_pct": 1}), LAW)
    assert list(found.columns) == list(TABLES["energy"].columns)
    assert found["region"].tolist() == ["r0", "r1"]
    assert found["verdict"].tolist() == ["green", "red"]
    assert judge_energy(None, LAW).empty


def test_reasons_have_values_and_thresholds() -> None:
    row = judged(intensity_actual_pct="2.6", total_actual_tce="105")
    assert row.reason == (
        "intensity fell by 2.6 % and the target was 3 %: 0.4 short, margin 0.3 (10 %) - red; "
        "total grew by 105 tce and the target was 100: 5 over, margin 10 (10 %) - yellow; scheme 13th_plan, 2019"
    )
    row = judged("zh", intensity_actual_pct="-1.2", total_actual_tce="-44")
    assert row.reason == (
        "强度不降反升 1.2%，目标为下降 3%——红灯；总量较基年减少 44 tce，目标为增加 100——绿灯；方案 13th_plan，2019 年"
    )


# --- schemes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "code"),
    [(2016, "13th_plan"), (2020, "13th_plan"), (2021, "14th_plan"), (2025, "14th_plan"), (2026, "carbon")],
)
def test_the_scheme_in_force_at_the_end_of_the_period_judges(period, code) -> None:
    assert scheme_in_force(table({}, period=period), LAW).code == code
    assert (
        scheme_in_force(table({}, period=period), read_rulebook("main_functional_areas", date(2018, 1, 1))).code == code
    )


def test_who_meets_the_incentive_target_is_exempt_from_the_total() -> None:
    over = {"intensity_incentive_pct": "4", "intensity_actual_pct": "4", "total_actual_tce": "200", "period": 2022}
    row = judged(**over)
    assert (row.intensity_light, row.total_light, bool(row.total_exempt), row.verdict) == (3, 1, True, "green")
    assert "the incentive target of 4 % is met, so the total does not count" in row.reason
    row = judged(**over | {"intensity_actual_pct": "3.99"})
    assert (bool(row.total_exempt), row.verdict) == (False, "red")
    row = judged(**over | {"period": 2019})  # there was no such target before 2021
    assert (bool(row.total_exempt), row.verdict) == (False, "red")


def test_exempt_energy_is_subtracted_from_the_scheme_of_2021_on() -> None:
    row = judged(period=2021, total_actual_tce="130", exempt_tce="20")
    assert row.total_light == 2
    assert "total grew by 110 tce" in row.reason
    assert "of the total 20 tce are exempt" in row.reason
    assert judged(period=2020, total_actual_tce="130", exempt_tce="20").total_light == 1


def test_growth_relaxes_the_total_of_those_who_meet_their_intensity() -> None:
    """Base 1000, fall 3 %: each point of growth more than expected is worth 9.7."""
    row = {"period": 2022, "base_used_tce": "1000", "growth_target_pct": "5", "growth_actual_pct": "6"}
    found = judged(**row, total_actual_tce="109.7")
    assert found.total_light == 3
    assert "its target is 9.7 tce higher because output grew by 6 % where 5 % was expected" in found.reason
    assert judged(**row, total_actual_tce="109.8").total_light == 2
    assert judged(**row, total_actual_tce="109.7", intensity_actual_pct="2.9").total_light == 2
    assert judged(**row | {"growth_actual_pct": "4"}, total_actual_tce="100").total_light == 3
    assert judged(**row | {"period": 2020}, total_actual_tce="109.7").total_light == 2


def test_intensity_and_total_can_be_computed_from_use_and_output() -> None:
    """102 / 106 against 100 / 100 is a fall of 3.77358... %; the total grew by 2."""
    frame = pd.DataFrame(
        {
            "intensity_target_pct": ["3.7", "3.8"],
            "used_tce": ["102", "102"],
            "base_used_tce": ["100", "100"],
            "output": ["106", "106"],
            "base_output": ["100", "100"],
            "total_target_tce": ["2", "1.9"],
        },
        index=["a", "b"],
    )
    found = judge_energy(EnergyTable(2019, frame), LAW)
    assert found["intensity_light"].tolist() == [3, 2]
    assert found["total_light"].tolist() == [3, 2]
    assert "fell by 3.77358491 %" in reasons(found)[0]


def test_carbon_is_counted_in_tonnes_of_carbon_dioxide() -> None:
    frame = table({}, period=2026).rows.rename(columns=lambda name: name.replace("_tce", "_tco2"))
    found = judge_energy(EnergyTable(2026, frame), LAW)
    assert "tco2" in reasons(found)[0]
    with pytest.raises(
        SeveralErrors, match=r"total_target_tco2 is missing.*table has total_target_tce, and scheme 'carbon'"
    ):
        judge_energy(table({}, period=2026), LAW)
    assert judge_energy(table({}, period=2026, scheme="14th_plan"), LAW)["verdict"].tolist() == ["green"]


# --- published --------------------------------------------------------------------------------------------------------


def test_published_lights_follow_from_inputs_that_deserve_them() -> None:
    """Sixty provinces and periods. Their targets and figures are not published, only the levels: so each level is given
    inputs on both sides of its bounds, and counts and combinations must come out as printed."""
    lights = pd.read_csv(PUBLISHED / "energy_traffic_light.csv")
    reached = {1: ("2.69", "-1"), 2: ("2.7", "2.99"), 3: ("3", "9")}
    used = {1: ("110.1", "300"), 2: ("110", "100.1"), 3: ("100", "-5")}
    counts = {}
    for name, part in lights.groupby("period"):
        for place in (0, 1):
            rows = pd.DataFrame(
                {
                    "intensity_target_pct": "3",
                    "intensity_actual_pct": [reached[level][place] for level in part["intensity_level"]],
                    "total_target_tce": "100",
                    "total_actual_tce": [used[level][place] for level in part["total_level"]],
                },
                index=part["province"],
            )
            found = judge_energy(EnergyTable(int(name[:4]), rows), LAW).set_index("region").loc[part["province"]]
            assert found["intensity_light"].tolist() == part["intensity_level"].tolist()
            assert found["total_light"].tolist() == part["total_level"].tolist()
            worst = part[["intensity_level", "total_level"]].min(axis=1)
            assert found["verdict"].tolist() == [{1: "red", 2: "yellow", 3: "green"}[level] for level in worst]
        for kind in ("intensity", "total"):
            counted = found[f"{kind}_light"].value_counts()
            counts[name, kind] = tuple(int(counted[level]) for level in (1, 2, 3))
    assert counts == {
        ("2020Q1-Q3", "intensity"): (9, 2, 19),
        ("2020Q1-Q3", "total"): (5, 1, 24),
        ("2021H1", "intensity"): (9, 10, 11),
        ("2021H1", "total"): (8, 5, 17),
    }


def test_henan_in_2016() -> None:
    """-16 % in five years is 3.43 % a year, and 7.64 % came; 35.4 million t in five years, and use fell by 0.44 million
    (zhengzhou.baogaosu.com, 25 December 2017: exceeded)."""
    row = judged(
        period=2016,
        intensity_target_pct="3.43",
        intensity_actual_pct="7.64",
        total_target_tce=35_400_000 // 5,
        total_actual_tce=-440_000,
    )
    assert (row.intensity_light, row.total_light, row.verdict) == (3, 3, "green")


def test_pingxiang_in_2017() -> None:
    """6.07 % against 2 %; 202,600 t against a fifth of 1.33 million."""
    row = judged(
        period=2017,
        intensity_target_pct="2",
        intensity_actual_pct="6.07",
        total_target_tce=266_000,
        total_actual_tce=202_600,
    )
    assert row.verdict == "green"


def test_intensity_of_2020_follows_from_the_growth_of_use_and_output() -> None:
    """National Bureau of Statistics, 2020: use and real growth of thirty provinces give back the printed change of
    intensity, as near as growth in hundredths of a per cent allows."""
    published = (
        pd.read_csv(PUBLISHED / "energy_intensity_nbs_2018_2020.csv", dtype=str).set_index("region").map(Decimal)
    )
    rows = pd.DataFrame(
        {
            "intensity_target_pct": "0",
            "used_tce": 100 + published["energy_growth_2020_pct"],
            "base_used_tce": "100",
            "growth_actual_pct": published["implied_real_gdp_growth_2020_pct"],
            "total_target_tce": "0",
        }
    )
    figures = figures_of(EnergyTable(2020, rows), scheme_in_force(EnergyTable(2020, rows), LAW))
    for region, printed in published["intensity_change_2020_pct"].items():
        assert abs(figures[region]["intensity_actual_pct"] + Fraction(printed)) < Fraction(1, 100), region
        assert figures[region]["total_actual"] == Fraction(published.loc[region, "energy_growth_2020_pct"])


def test_provinces_whose_intensity_rose_in_2020_are_red() -> None:
    """National Bureau of Statistics; seven of thirty, among them Zhejiang with 6.34 %. No target is needed for that."""
    published = pd.read_csv(PUBLISHED / "energy_intensity_nbs_2018_2020.csv", dtype=str).set_index("region")
    change = published["intensity_change_2020_pct"].map(Decimal)
    rows = pd.DataFrame(
        {"intensity_target_pct": "0", "intensity_actual_pct": -change, "total_target_tce": "0", "total_actual_tce": "0"}
    )
    found = judge_energy(EnergyTable(2020, rows), LAW).set_index("region")
    rose = found.index[found["intensity_light"] == 1]
    assert sorted(rose) == sorted(change.index[change > 0])
    assert len(rose) == 7
    assert reasons(found.loc[["Zhejiang"]])[0].startswith("intensity rose by 6.34 %")


# --- properties -------------------------------------------------------------------------------------------------------


@given(targets, actuals, totals, st.decimals(min_value="-100", max_value="1500", places=1))
def test_lights_by_another_route(target, actual, cap, used) -> None:
    """By cross-multiplication with whole numbers."""
    row = judged(intensity_target_pct=target, intensity_actual_pct=actual, total_target_tce=cap, total_actual_tce=used)
    t, a, c, u = (int(one * 100) for one in (target, actual, cap, used))
    assert row.intensity_light == (3 if a >= t else 2 if 10 * (t - a) <= t else 1)
    assert row.total_light == (3 if u <= c else 2 if 10 * (u - c) <= c else 1)


@given(targets, targets, actuals, totals, totals, totals, st.sampled_from([2019, 2022]))
def test_a_tighter_target_never_turns_a_light_greener(one, other, actual, low, high, used, period) -> None:
    (loose, tight), (small, large) = sorted((one, other)), sorted((low, high))
    easy = judged(
        intensity_target_pct=loose,
        intensity_actual_pct=actual,
        total_target_tce=large,
        total_actual_tce=used,
        period=period,
    )
    hard = judged(
        intensity_target_pct=tight,
        intensity_actual_pct=actual,
        total_target_tce=small,
        total_actual_tce=used,
        period=period,
    )
    assert hard.intensity_light <= easy.intensity_light
    assert hard.total_light <= easy.total_light


@given(actuals, totals, totals, st.sampled_from([2019, 2022]))
def test_reasons_have_the_same_figures_in_every_language(actual, used, exempt, period) -> None:
    row = {
        "period": period,
        "intensity_actual_pct": actual,
        "intensity_incentive_pct": 4,
        "total_actual_tce": used,
        "exempt_tce": exempt,
        "base_used_tce": 1000,
        "growth_target_pct": 5,
        "growth_actual_pct": 7,
    }
    english, chinese = (re.findall(r"\d[\d.]*", judged(language, **row).reason) for language in ("en", "zh"))
    assert sorted(english) == sorted(chinese)


@given(st.permutations(range(4)))
def test_the_order_of_regions_does_not_matter(order) -> None:
    rows = [{"intensity_actual_pct": one, "region": f"r{one}"} for one in order]
    assert judge_energy(table(*rows), LAW)["intensity_light"].tolist() == [1, 1, 1, 3]


# --- errors -----------------------------------------------------------------------------------------------------------


def test_missing_values_name_their_regions_and_nothing_is_assumed() -> None:
    rows = table({}, {"intensity_actual_pct": None}, {"intensity_actual_pct": float("nan"), "total_target_tce": None})
    with pytest.raises(SeveralErrors) as caught:
        judge_energy(rows, LAW)
    first, second = caught.value.errors
    assert isinstance(first, MissingValueError)
    assert (first.exit_code, first.features) == (3, ("r1", "r2"))
    assert str(first) == (
        "table 'energy': intensity_actual_pct is missing for 2 region(s): 'r1', 'r2'. Fill it in, or leave the region "
        "out; nothing is assumed."
    )
    assert second.features == ("r2",)


def test_a_column_that_is_not_there_is_missing_for_all() -> None:
    with pytest.raises(MissingValueError, match=r"total_actual_tce is missing for 1 region"):
        judge_energy(EnergyTable(2019, table({}).rows.drop(columns="total_actual_tce")), LAW)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            {"intensity_target_pct": -3},
            "intensity_target_pct is negative for 1 region.*a fall of intensity is written as",
        ),
        ({"total_target_tce": -1}, "total_target_tce is negative"),
        ({"exempt_tce": "-0.1"}, "exempt_tce is negative"),
        ({"base_used_tce": 0}, "base_used_tce is not above 0"),
        ({"growth_actual_pct": -100}, "growth_actual_pct is -100 or less for 1 region.*nothing is left of the output"),
        ({"intensity_incentive_pct": "2.99"}, "intensity_incentive_pct is below intensity_target_pct"),
    ],
)
def test_amounts_that_cannot_be_are_refused(row, said) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        judge_energy(table(row), LAW)
    assert caught.value.exit_code == 3


def test_one_number_from_two_sources_is_refused() -> None:
    with pytest.raises(
        SourceError, match=r"total_actual_tce stands in the table and can be computed from used_tce, base_used"
    ):
        judge_energy(table({"used_tce": 1, "base_used_tce": 1}), LAW)


def test_growth_from_two_sources_is_refused() -> None:
    with pytest.raises(
        SourceError, match=r"growth_actual_pct stands in the table and can be computed from output, base"
    ):
        judge_energy(table({"growth_actual_pct": 5, "output": 105, "base_output": 100}), LAW)


def test_regions_that_stand_twice_are_refused() -> None:
    with pytest.raises(SourceError, match=r"1 region.s. stand more than once: 'r'"):
        judge_energy(table({"region": "r"}, {"region": "r"}), LAW)


def test_schemes_that_are_not_there() -> None:
    with pytest.raises(StudyError, match=r"has no scheme '13th plan'; did you mean '13th_plan'"):
        judge_energy(table({}, scheme="13th plan"), LAW)
    with pytest.raises(
        StudyError, match=r"in force at the end of the period, 2012-12-31; name one: scheme = '13th_plan' or"
    ):
        judge_energy(table({}, period=2012), LAW)
    with pytest.raises(
        RulebookError, match=r"rulebook 'us_west' knows no dual control of energy: it has no energy.toml"
    ):
        judge_energy(table({}), read_rulebook("us_west", date(2025, 1, 1)))
    for error in (StudyError, RulebookError):
        assert issubclass(error, ZoneplanError)
        assert error.exit_code == 2


# --- sharing out a total ----------------------------------------------------------------------------------------------

BASE = {
    "base_used": [500, 300, 200],
    "base_output": [900, 300, 100],
    "intensity_target_pct": 3,
    "growth_target_pct": [6, 5, 3],
}


def of_regions(**changes) -> pd.DataFrame:
    return pd.DataFrame(BASE | changes, index=["north", "south", "west"])


def test_a_total_goes_where_a_tonne_makes_more() -> None:
    """Weights 900 x 0.97 x 1.06 = 925.38, 300 x 0.97 x 1.05 = 305.55 and 100 x 0.97 x 1.03 = 99.91. Nobody falls below
    nine tenths of its use, so south and west keep 270 and 180, and north has what remains."""
    found = apportion_energy(of_regions(), 1000, least_pct=90)
    assert found["weight"].tolist() == pytest.approx([925.38, 305.55, 99.91])
    assert found["amount"].tolist() == [550, 270, 180]
    assert found["binding"].tolist() == ["", "floor", "floor"]
    assert found["increment"].tolist() == [50, -30, -20]
    open_ended = apportion_energy(of_regions(), "1330.84", step="0.01")
    assert [str(amount) for amount in open_ended["amount"]] == ["925.38", "305.55", "99.91"]
    assert set(open_ended["binding"]) == {""}
    assert apportion_energy(of_regions(), 1000, most_pct=100)["amount"].tolist() == [500, 300, 200]


def test_shares_that_cannot_be() -> None:
    with pytest.raises(InfeasibleError, match="come to 900"):
        apportion_energy(of_regions(), 899, least_pct=90)
    with pytest.raises(MissingValueError, match=r"growth_target_pct is missing for 1 region.s.: 'west'; the share of"):
        apportion_energy(of_regions(growth_target_pct=[6, 5, None]), 1000)
    with pytest.raises(SourceError, match=r"base_output is not above 0 for 1 region.s.: 'north'"):
        apportion_energy(of_regions(base_output=[0, 1, 1]), 1000)
    with pytest.raises(UnknownNameError, match="share of energy 'base_output'"):
        apportion_energy(of_regions().drop(columns="base_output"), 1000)


@given(
    st.lists(
        st.tuples(st.integers(1, 40), st.integers(1, 2000), st.integers(0, 20), st.integers(-5, 12)),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 3000),
    st.integers(0, 3000),
)
def test_p25_tightening_a_total_never_raises_anybodys_share(rows, one, other) -> None:
    """Exact sums, inside the bounds, never more for anyone; and faster growth never means less for a region."""
    regions = pd.DataFrame(rows, columns=["base_used", "base_output", "intensity_target_pct", "growth_target_pct"])
    regions["base_used"] *= 10
    used = int(regions["base_used"].sum())
    tight, loose = sorted(min(max(total, used * 9 // 10), used * 12 // 10) for total in (one, other))
    bounds = {"least_pct": 90, "most_pct": 120}
    less, more = (apportion_energy(regions, total, **bounds) for total in (tight, loose))
    assert (sum(less["amount"]), sum(more["amount"])) == (tight, loose)
    assert all(less["floor"] <= less["amount"])
    assert all(less["amount"] <= less["ceiling"])
    assert all(less["amount"] <= more["amount"])
    assert sum(less["increment"]) == tight - used
    faster = regions.assign(growth_target_pct=regions["growth_target_pct"].where(regions.index > 0, 30))
    assert apportion_energy(faster, loose, **bounds)["amount"][0] >= more["amount"][0]


SHARED = {
    "intensity_target_pct": ["3", "3", "3"],
    "intensity_actual_pct": ["3.4", "3", "2"],
    "base_used_tce": ["500", "300", "200"],
    "base_output": ["900", "300", "100"],
    "growth_target_pct": ["6", "5", "3"],
    "total_actual_tce": ["55", "-20", "-25"],
}


def shared(total: str = "1000", **changes) -> EnergyTable:
    rows = pd.DataFrame(SHARED | changes, index=["north", "south", "west"])
    return EnergyTable(2022, rows, share=EnergyShare(total=Decimal(total), least_pct=Decimal(90)))


def test_shares_are_the_targets_of_the_total() -> None:
    """Targets 50, -30 and -20: 55 is a tenth too much, -20 is ten more than -30, and -25 is on schedule."""
    found = judge_energy(shared(), LAW)
    assert found["total_light"].tolist() == [2, 1, 3]
    assert "total grew by 55 tce and the target was 50: 5 over, margin 5 (10 %) - yellow" in reasons(found)[0]
    assert "its share of the total is 550 tce and it used 500 in the base year" in reasons(found)[0]
    assert "total fell by 20 tce and the target was a growth of -30: 10 over, margin 3" in reasons(found)[1]
    assert "总量分解为 550 tce，基年用量 500" in reasons(found, "zh")[0]
    assert judge_energy(shared("1010"), LAW)["total_light"].tolist() == [3, 1, 3]


def test_shares_need_all_they_are_made_of_and_no_second_target() -> None:
    rows = shared().rows
    bare = EnergyTable(2022, rows.drop(columns="growth_target_pct"), share=shared().share)
    with pytest.raises(MissingValueError, match=r"growth_target_pct is missing for 3 region"):
        judge_energy(bare, LAW)
    with pytest.raises(SourceError, match=r"total_target_tce stands in the table and follows from the total that the"):
        judge_energy(shared(total_target_tce=["1", "2", "3"]), LAW)
    with pytest.raises(InfeasibleError, match=r"table 'energy': table 'energy': .*come to 900"):
        judge_energy(shared("800"), LAW)
