"""Targets that a scheme sets regions for its whole term: what is due by a year, and progress as it was announced."""

from __future__ import annotations

import csv
import os
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import SeveralErrors, StudyError
from maps.words import render
from tests.conftest import rulebook_on
from zoning.errors import MissingValueError
from zoning.money import EnergyTable, intensity_progress, judge_energy, scheme_in_force
from zoning.money.dual_control import figures_of
from zoning.money.energy_table import intensity_due
from zoning.study import EnergyShare

LAW = rulebook_on("main_functional_areas", date(2025, 1, 1))
SHARED = os.environ.get("ZONEPLAN_SHARED")
THIRTEENTH = next(one for one in LAW.schemes if one.code == "13th_plan")


def table(period: int, region: str = "410000", **row: object) -> EnergyTable:
    reached = {"intensity_actual_pct": "7.64", "total_actual_tce": "-440000"} | row
    return EnergyTable(period, pd.DataFrame([reached], index=[region], dtype=object), targets=True)


@pytest.mark.parametrize("region", ["410000", "Henan", "河南", "河南省"])
def test_a_region_takes_its_targets_by_code_or_name(region: str) -> None:
    (one,) = figures_of(table(2016, region), THIRTEENTH).values()
    assert one["intensity_target_pct"] == Fraction("3.427")  # 1 - 0.84 ** 0.2
    assert one["total_target"] == 7_080_000  # a fifth of 35.4 million


def test_at_the_end_of_the_term_all_of_it_is_due() -> None:
    (one,) = figures_of(table(2020), THIRTEENTH).values()
    assert (one["intensity_target_pct"], one["total_target"]) == (16, 35_400_000)


def test_the_table_comes_first() -> None:
    (one,) = figures_of(table(2016, intensity_target_pct="4"), THIRTEENTH).values()
    assert (one["intensity_target_pct"], one["total_target"]) == (4, 7_080_000)
    assert "term_target_pct" not in one


def test_a_total_that_the_plan_splits_comes_before_that_of_the_scheme() -> None:
    row = {"base_used_tce": "100.5", "base_output": "10", "growth_target_pct": "6.2"}
    frame = pd.DataFrame(
        [row | {"intensity_actual_pct": "4", "total_actual_tce": "10"}], index=["410000"], dtype=object
    )
    shared = EnergyTable(2016, frame, share=EnergyShare(total=Decimal(110)), targets=True)
    (one,) = figures_of(shared, THIRTEENTH).values()
    assert one["total_target"] == Fraction("9.5")  # 110 - 100.5, whatever the scheme sets


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "year 1 of 5 of a target of 16 % for the whole term, of which 45.58 % are reached"),
        ("zh", "整个时期目标下降 16%，5 年中的第 1 年，已完成 45.58%"),
        ("pt", "ano 1 de 5 de uma meta de 16 % para todo o período, da qual 45,58 % foram atingidos"),
    ],
)
def test_the_reason_says_of_what_it_is_a_part(language: str, said: str) -> None:
    assert said in render(judge_energy(table(2016), LAW)["reason"][0], language)


@pytest.mark.parametrize(
    ("given_table", "error", "said"),
    [
        (
            table(2016, "Honan"),
            StudyError,
            "'13th_plan' has no target for 1 region(s): 'Honan'. Write their codes, such",
        ),
        (table(2023, "410000"), StudyError, "'14th_plan' has no target for 1 region(s): '410000'"),
        (table(2027, "410000"), StudyError, "scheme 'carbon' has no targets of regions"),
        (table(2020, "540000"), MissingValueError, "total_target_tce is missing for 1 region(s): '540000'"),
        (
            EnergyTable(2023, table(2023).rows, "13th_plan", targets=True),
            StudyError,
            "the targets of scheme '13th_plan' hold from 2016-01-01 until 2021-01-01, and 2023 is not in it",
        ),
    ],
)
def test_what_there_is_no_target_for(given_table: EnergyTable, error: type[Exception], said: str) -> None:
    with pytest.raises((error, SeveralErrors)) as caught:
        judge_energy(given_table, LAW)
    assert said in str(caught.value)


@given(st.decimals(min_value="0.1", max_value="30", places=1), st.integers(1, 5))
def test_what_is_due_is_the_progress_of_its_years(target: Decimal, done: int) -> None:
    progress = intensity_progress(intensity_due(target, done, 5), target)
    assert progress is not None
    assert abs(progress - 20 * done) <= Decimal("0.06")  # the fall is rounded to a ten-thousandth of a per cent


@pytest.mark.parametrize(("fall", "target"), [(3, 0), (100, 16)])
def test_progress_that_there_is_not(fall: float, target: float) -> None:
    assert intensity_progress(fall, target) is None


def test_the_provinces_of_the_thirteenth_plan() -> None:
    """31 provinces, of which Tibet has no total; five levels; what was read beside memory says so."""
    falls = [one.intensity_fall_pct for one in THIRTEENTH.targets]
    assert {fall: falls.count(fall) for fall in sorted(set(falls))} == {10: 4, 14: 6, 15: 5, 16: 8, 17: 8}
    assert [one.region for one in THIRTEENTH.targets if one.increment is None] == ["540000"]
    assert not any(one.verified for one in THIRTEENTH.targets)
    assert [one.names[0] for one in THIRTEENTH.targets if one.reading == "secondary"] == [
        "Inner Mongolia", "Henan", "Hunan",
    ]  # fmt: skip


def test_who_set_a_target_of_the_fourteenth_plan_that_was_read() -> None:
    scheme = scheme_in_force(EnergyTable(2023, pd.DataFrame()), LAW)
    assert {one.names[0]: one.intensity_fall_pct for one in scheme.targets} == {
        "Inner Mongolia": 15, "Ordos": Decimal("16.5"), "Guangdong": 14, "Hunan": 14,
    }  # fmt: skip


@pytest.mark.skipif(SHARED is None, reason="ZONEPLAN_SHARED is not set")
def test_the_announcements() -> None:
    """energy_progress_checks.csv: logarithms give all three within what rounding of the falls leaves open."""
    lines = (Path(SHARED or "") / "domain" / "energy_progress_checks.csv").read_text("utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert len(rows) == 3
    for row in rows:
        progress = intensity_progress(float(row["fall_pct"]), float(row["target_pct"]))
        assert progress is not None
        assert abs(progress - Decimal(row["printed_progress_pct"])) <= Decimal("0.05"), row["region"]
