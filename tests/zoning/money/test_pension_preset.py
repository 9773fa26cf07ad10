"""The preset of the central adjustment of pensions: by pencil, and by what was published of who pays and who gains."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

from zoning.pipeline.flow import run
from zoning.study import read_study

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "chinese_pensions"
POOL = "(pool)"


@cache
def figures() -> dict[str, dict[str, int]]:
    with (FOLDER / "provinces.csv").open(encoding="utf-8") as file:
        return {row.pop("code"): {name: int(value) for name, value in row.items()} for row in csv.DictReader(file)}


def moved(folder: Path) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """What each province pays in, and what it gets."""
    flows = run(read_study(folder / "plan.toml")).flows
    paid: dict[str, Decimal] = defaultdict(Decimal)
    got: dict[str, Decimal] = defaultdict(Decimal)
    for row in flows.itertuples():
        if row.receiver == POOL:
            paid[str(row.payer)] += Decimal(row.amount)
        else:
            got[str(row.receiver)] += Decimal(row.amount)
    return paid, got


@cache
def of_2018() -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    return moved(FOLDER)


def test_each_pays_in_by_the_published_formula() -> None:
    paid, _ = of_2018()
    assert len(paid) == 25
    assert paid["310000"] == Decimal("10648260000.00")  # pencil: 60,000 x 0.9 x 6,573,000 x 0.03
    for code, row in figures().items():
        assert paid[code] == Decimal(row["average_wage_cny"] * row["pension_insured"] * 27) / 1000


def test_all_that_is_paid_in_goes_out_the_same_for_each_pensioner() -> None:
    paid, got = of_2018()
    pool, pensioners = sum(paid.values()), sum(row["pension_retirees"] for row in figures().values())
    assert sum(got.values()) == pool
    for code, row in figures().items():
        exact = Fraction(pool) * row["pension_retirees"] / pensioners
        assert abs(Fraction(got[code]) - exact) <= Fraction(1, 100), code


def test_who_pays_and_who_gains_are_those_of_the_published_years() -> None:
    """Budget of 2020: Guangdong pays most; Liaoning, Heilongjiang and Sichuan are among the first six to gain.

    Shanghai is the seventh to pay. It does so by its wages, which one placeholder
    for all does not show: here it gains most.
    """
    paid, got = of_2018()
    net = sorted(paid, key=lambda code: got[code] - paid[code])
    assert net[0] == "440000"
    assert {*net[-4:]} == {"210000", "230000", "510000", "310000"}
    payers_of_2020 = {"440000", "110000", "330000", "320000", "350000", "370000"}
    assert payers_of_2020 <= {code for code in paid if paid[code] > got[code]}


def test_the_figures_are_those_of_the_yearbook() -> None:
    """Table 21-40 of 2011, and one placeholder for wages."""
    rows = figures().values()
    assert {row["average_wage_cny"] for row in rows} == {60000}
    assert figures()["440000"] == {
        "average_wage_cny": 60000,
        "pension_insured": 28_756_000,
        "pension_retirees": 3_396_000,
    }


def test_from_2022_the_amounts_of_the_budget_are_given(tmp_path: Path) -> None:
    """Guangdong handed over 885.11 of 2,175.03 hundred million yuan: 40.7 %; what the others handed over is one sum."""
    folder = tmp_path / "pensions"
    shutil.copytree(FOLDER, folder)
    plan = (folder / "plan.toml").read_text("utf-8")
    plan = plan.replace("date = 2018-12-01", "date = 2022-12-01").replace("period = 2018", "period = 2022")
    plan = plan.replace('amount = "pension_pay_in_cny"', 'amount = "pension_handed_over_cny"')
    plan = plan.replace('weight = "pension_retirees"', 'weight = "pension_allocated_cny"')
    (folder / "plan.toml").write_text(plan, "utf-8")
    handed = dict.fromkeys(figures(), 0) | {"440000": 88_511_000_000, "110000": 217_503_000_000 - 88_511_000_000}
    allocated = dict.fromkeys(figures(), 0) | {"210000": 1, "230000": 1}
    lines = ["code,pension_handed_over_cny,pension_allocated_cny"]
    lines += [f"{code},{handed[code]},{allocated[code]}" for code in figures()]
    (folder / "provinces.csv").write_text("\n".join(lines) + "\n", "utf-8")
    paid, got = moved(folder)
    assert round(100 * paid["440000"] / sum(paid.values()), 1) == Decimal("40.7")
    assert got["210000"] == got["230000"] == sum(paid.values()) / 2
