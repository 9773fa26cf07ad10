"""Derived measures: the first row that holds counts, noise is no value, and the published tables come out again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zoning.measures
from tests.conftest import rulebook_on
from zoneplan import derive
from zoning.measures import complete_measures, explain_derived
from zoning.rulebook import Derived, Rulebook
from zoning.zones import weigh_norms

PUBLISHED = Path(__file__).resolve().parents[2] / "data" / "published"
DAY = date(2025, 1, 1)
NATIONAL = rulebook_on("main_functional_areas", DAY)


def table(*bands: tuple[str, str], kind: str = "number", name: str = "step") -> Derived:
    """A derived measure from pairs of condition and value."""
    listed = [{"when": when, "value": value} for when, value in bands]
    return Derived(name=name, type=kind, title={"en": name}, bands=listed, reference="by hand")


def rulebook(*derived: Derived) -> Rulebook:
    return Rulebook("r", "", "", DAY, derived=derived)


def derived(measures: dict[str, list[object]], jurisdiction: str = "") -> pd.DataFrame:
    """What the national rulebook makes of some units."""
    frame = pd.DataFrame(measures)
    frame.index = pd.Index([f"u{place}" for place in range(len(frame))], name="unit_id")
    return complete_measures(frame.assign(jurisdiction=jurisdiction), NATIONAL).table


STEPS = table(("x <= 10", "1"), ("x <= 20", "x * 2"), ("x > 20", "0"))


def test_the_first_row_that_holds_counts():
    found = derive(pd.DataFrame({"x": [10.0, 10.1, 20, 21, None]}), rulebook(STEPS))
    assert found["step"].tolist()[:4] == [1, 20.2, 40, 0]
    assert pd.isna(found["step"][4])


def test_a_row_above_that_cannot_be_answered_leaves_the_value_open():
    one = table(("a > 1", "1"), ("TRUE", "2"))
    found = derive(pd.DataFrame({"a": [None, 2.0, 0.0]}), rulebook(one))["step"]
    assert found.isna().tolist() == [True, False, False]
    before, places = pd.DataFrame({"a": [None, 2.0, 0.0]}), np.arange(3)
    known, banding = zoning.measures.derive(before, rulebook(one))
    (unknown, yes, _) = explain_derived(one, banding["step"], places, known, rulebook(one))
    (clause,) = unknown.clauses
    assert (clause.text, clause.answer, clause.values, clause.sides) == ("a > 1", "unknown", {"a": None}, (None, 1))
    assert (unknown.number, unknown.band, yes.number) == (0, None, 1)


def test_one_measure_may_stand_on_another_and_nothing_is_changed():
    twice = table(("TRUE", "step + 1"), name="more")
    before = pd.DataFrame({"x": [5.0]}, index=["a"])
    found = derive(before, rulebook(STEPS, twice))
    assert found.loc["a", ["step", "more"]].tolist() == [1, 2]
    assert list(before.columns) == ["x"]
    assert derive(found, rulebook(STEPS, twice)).equals(found)
    assert list(derive(before, rulebook(twice)).columns) == ["x"]  # what it reads is not there


def test_columns_of_many_measures_lie_in_one_piece():
    """Of a hundred columns that lie apart pandas warns whoever sets one more, and here warnings are errors."""
    wide = pd.DataFrame({"x": [5.0]}, index=["a"])
    for place in range(90):
        wide[f"column_{place}"] = 1.0
    found = complete_measures(wide.rename_axis("unit_id"), rulebook(STEPS)).table
    for place in range(90):
        found[f"more_{place}"] = 1.0
    assert found.shape == (1, 182)


def test_texts_are_values_too():
    one = table(("x > 35", "'state_council'"), ("TRUE", "'province'"), kind="text")
    found = derive(pd.DataFrame({"x": [35.0, 35.01, None]}), rulebook(one))["step"]
    assert found.tolist()[:2] == ["province", "state_council"]
    assert pd.isna(found[2])
    assert found.dtype == "str"


@given(st.decimals(0, 10**7, places=2), st.sampled_from(["1.1", "0.8", "1.5", "0.07", "3"]))
def test_arithmetic_leaves_no_noise(amount, factor):
    """A value of few digits comes out as it would on paper."""
    one = table(("TRUE", "amount * factor"))
    found = derive(pd.DataFrame({"amount": [float(amount)], "factor": [float(factor)]}), rulebook(one))["step"][0]
    assert Decimal(repr(float(found))) == amount * Decimal(factor)


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(PUBLISHED / f"{name}.csv", dtype=str, keep_default_na=False)


@pytest.mark.parametrize("row", read("human_land_linkage").to_dict("records"), ids=lambda row: row["scope"][:12])
def test_the_published_steps_of_land_for_settlers(row):
    """Henan (gov.cn, 9 November 2017), Zhengzhou, Anhui; inside each band, and on the side that belongs to it."""
    low, high = float(row["current_pc_lower_excl_m2"]), float(row["current_pc_upper_incl_m2"] or 400)
    anhui = row["scope"].startswith("Anhui")
    edges = [low + 0.01, (low + high) / 2, high - 0.01, *([] if anhui and high < 150 else [high])]
    found = derived(
        {"settled_migrants": [10000] * len(edges), "urban_land_m2_per_head": edges}, "Anhui" if anhui else "Henan"
    )
    step = float(row["new_land_m2_per_settled_person"])
    assert found["human_land_m2_per_person"].tolist() == [step] * len(edges)
    assert found["human_land_quota_ha"].tolist() == [step] * len(edges)
    if row["adjust_pct"]:
        most = NATIONAL.parameters["human_land_variation_max_pct"].value
        assert most == float(row["adjust_pct"])


def test_the_published_steps_of_stock_and_increment():
    """Both tasks done + 10 %, any one not done - 20 % (2018, boaoxuexiao.com/bqxw/12351.html)."""
    done, undone = (float(row["value"].rstrip("%")) for row in read("stock_increment_linkage").to_dict("records"))
    tasks = {"approved_land_task_done": [True, True, False, False], "idle_land_task_done": [True, False, True, False]}
    found = derived({"plan_index_ha": [1000] * 4, **tasks})["next_plan_index_ha"]
    assert found.tolist() == [1000 + 10 * done, *[1000 + 10 * undone] * 3]
    assert (done, undone) == (10, -20)


BANDS = {"<=1": [0.5, 1], "(1,2]": [1.01, 2], "(2,3]": [2.01, 3], ">3": [3.01, 9]}


def test_the_published_rates_of_the_farmland_occupation_tax():
    """The law of 2018, articles 4 to 7 and 12, row by row."""
    rows = {row["per_capita_farmland_mu"]: row for row in read("farmland_occupation_tax").to_dict("records")}
    for band, people in BANDS.items():
        found = derived({"arable_mu_per_head": people, "occupation_tax_rate_cny_per_m2": 8.0})
        assert set(found["occupation_tax_least_cny_per_m2"]) == {float(rows[band]["rate_min_yuan_m2"])}
        assert set(found["occupation_tax_most_cny_per_m2"]) == {float(rows[band]["rate_max_yuan_m2"])}
    taxed = {
        "basic farmland": ("taxed_permanent_ha", 1.5),
        "rural own house within norm": ("taxed_rural_homes_ha", 0.5),
        "other agri land": ("taxed_other_farmland_ha", 0.5),
        "rail/road/airport/port/water works": ("taxed_works_ha", 2 / 40),
    }
    assert set(rows) == {*BANDS, *taxed, "<0.5"}
    for column, times in taxed.values():
        given_rate = {"arable_mu_per_head": [1.5], "occupation_tax_rate_cny_per_m2": [40], column: [1]}
        found = derived(given_rate | {"occupation_tax_cut_pct": [50]})
        assert found["occupation_tax_cny"].tolist() == [10000 * 40 * times]
    scarce = {"arable_mu_per_head": [0.49], "occupation_tax_rate_cny_per_m2": [40], "taxed_arable_ha": [1]}
    raised = derived(scarce | {"occupation_tax_increase_pct": [50]})
    assert raised["occupation_tax_cny"].tolist() == [600000]


def test_the_price_of_farmland_from_other_provinces_and_the_wrong_example():
    """(base + capacity) x coefficient: 140 wan for Beijing's paddy of 2.5 t, and not (10 + 25) x 2 = 70 as printed."""
    printed = {row["item"]: row["value"] for row in read("crossprov_farmland_price").to_dict("records")}
    dry, paddy = (float(printed[name].split()[0]) for name in ("base dry land", "base paddy"))
    capacity = float(printed["capacity price"].split()[0]) / 100
    bought = {"bought_dry_mu": [1, 0, 0], "bought_paddy_mu": [0, 1, 1], "bought_capacity_kg": [0, 0, 2500]}
    found = derived(bought, "Beijing")["farmland_purchase_cny"] / 10000
    assert found.tolist() == [2 * dry, 2 * paddy, 2 * (paddy + 2500 * capacity)]
    assert found.iloc[2] == 140
    assert printed["printed example: Beijing, 2.5 t/yr paddy"] == "(10+25) x 2 = 70 wan/mu"
    assert found.iloc[2] != 70
    assert derived(bought, "Sichuan")["farmland_purchase_cny"].tolist() == [50000, 100000, 350000]
    assert derived(bought, "Hubei")["farmland_purchase_cny"].isna().all()  # its class is not printed: no guess


NORMS = {
    "planned total": ("urban-land-per-head", "planned_urban_m2_per_head"),
    "residential": ("homes-per-head", "planned_homes_m2_per_head"),
    "town (GB 50188-2007) planned total": ("town-land-per-head", "planned_town_m2_per_head"),
}


@pytest.mark.parametrize(
    "row", read("gb50137_partial").to_dict("records"), ids=lambda row: row["item"] + row["climate"]
)
def test_the_published_ranges_of_land_for_each_resident(row):
    """GB 50137-2011 and GB 50188-2007, explanations of the texts; both ends belong to the range."""
    low, high = float(row["min_m2_pc"]), float(row["max_m2_pc"])
    for climate in ["I"] if row["climate"] == "all" else row["climate"].split():
        norm, column = NORMS.get(row["item"], ("urban-land-change", "planned_urban_m2_per_head"))
        base = 80.0 if norm == "urban-land-change" else 0.0
        values = [base + low - 0.1, base + low, base + high, base + high + 0.1]
        known = derived({column: values, "climate_zone": climate, "present_urban_m2_per_head": 80.0})
        found = weigh_norms(known, NATIONAL)
        answers = found[found["norm"] == norm].sort_values("place")["answer"].tolist()
        assert answers == ["no", "yes", "yes", "no"]


def test_a_million_units_are_derived_in_whole_columns():
    """One pass over columns: as many rows of the table are asked for a million units as for four."""
    many = pd.DataFrame({"x": [5.0, 15.0, 25.0, 10.0] * 250_000})
    assert derive(many, rulebook(STEPS))["step"].sum() == 250_000 * (1 + 30 + 0 + 1)
