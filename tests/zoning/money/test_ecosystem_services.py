"""Services of ecosystems: pencil, published, in a plan, errors."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from layers.errors import SourceError, UnknownNameError
from layers.read.reading_step import read_inputs
from maps.telling.explanations.explanation_content import explain
from maps.telling.reports.report_page import report
from maps.telling.reports.unit_dossier import dossier
from zoning.money import itemise_services, value_services
from zoning.pipeline.flow import check, run
from zoning.rulebook import read_rulebook
from zoning.study import ServicesSection, read_study

D = Decimal
VALUES = {
    "forest": {"wood": D(100), "water": D(900)},
    "grass": {"wood": D(0), "water": D(50)},
}
SERVICES = ServicesSection(unit="CNY", values=VALUES, market=("wood",), paid="paid_cny", output="gdp_cny")
LAND = pd.DataFrame(
    {
        "forest_ha": [10.0, 0.0, 1.0],
        "grass_ha": [5.0, 40.0, 0.0],
        "paid_cny": [1850.0, 4000.0, 0.0],
        "gdp_cny": [9250.0, 1000.0, 450.0],
    },
    index=["a", "b", "c"],
)
PLAN = """
[services]
unit = "CNY"
market = ["food"]
output = "income"
reference = "pencil"

[services.values.ecologically_fragile]
food = 0
water = 10.5

[services.values.permanent_farmland]
food = 20
water = 1

[[transfers]]
name = "for what the land gives"
period = 2025
unit = "CNY"
budget = 100
by = "weighted"
weight = "services_nonmarket_cny"
when = "services_rank = 1"

"""


def test_area_times_value_by_pencil() -> None:
    """a: 10 x 1,000 + 5 x 50 = 10,250, of which wood 1,000; over 1,850 paid is 5, over an output of 9,250 is 1.
    b: 40 x 50 = 2,000; 0.5 and 2. c: 900 of 1,000 have no market; nothing is paid, and 900 / 450 = 2 as b has."""
    found = value_services(LAND, SERVICES)
    assert found["services_value_cny"].tolist() == [10250, 2000, 1000]
    assert found["services_market_cny"].tolist() == [1000, 0, 100]
    assert found["services_nonmarket_cny"].tolist() == [9250, 2000, 900]
    assert found["services_benefit_cost"].tolist()[:2] == [5, 0.5]
    assert np.isnan(found["services_benefit_cost"]["c"])
    assert found["services_per_output"].tolist() == [1, 2, 2]
    assert found["services_rank"].to_dict() == {"b": 1, "c": 2, "a": 3}


def test_items_are_decimals_to_the_cent() -> None:
    """Equivalents of a standard hectare of 3,406.5: 0.123456 ha x (100 + 900) x 3,406.5 = 420,552.864."""
    equivalents = SERVICES.model_copy(update={"rate": D("3406.5")})
    items = itemise_services(pd.DataFrame({"forest_ha": [0.123456], "grass_ha": [0.0]}, index=["a"]), equivalents)
    (row,) = items.to_dict("records")
    assert (row["land_class"], row["value"]) == ("forest", D("420552.87"))
    assert (row["market_value"], row["nonmarket_value"]) == (D("42055.29"), D("378497.58"))


def test_a_missing_area_makes_the_value_missing_and_nothing_else() -> None:
    found = value_services(LAND.assign(grass_ha=[np.nan, 40.0, 0.0]), SERVICES)
    assert found["services_value_cny"].isna().tolist() == [True, False, False]
    assert found["services_rank"].to_dict() == pytest.approx({"a": np.nan, "b": 1, "c": 2}, nan_ok=True)


def test_a_share_of_the_unit_stands_for_hectares() -> None:
    """A raster of land cover gives shares: 0.4 of 25 ha and 0.1 of 50 ha are 10 and 5."""
    shares = pd.DataFrame({"forest_share": [0.4], "area_ha": [25.0], "grass_ha": [5.0]}, index=["a"])
    bare = SERVICES.model_copy(update={"paid": None, "output": None})
    assert value_services(shares, bare)["services_value_cny"].tolist() == [10250]


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), min_size=1, max_size=5), st.integers(0, 4))
def test_the_parts_add_up_and_more_land_is_never_worth_less(areas, more) -> None:
    land = pd.DataFrame(areas, columns=["forest_ha", "grass_ha"], index=[f"u{one}" for one in range(len(areas))])
    bare = SERVICES.model_copy(update={"paid": None, "output": None})
    items = itemise_services(land, bare)
    assert (items["market_value"] + items["nonmarket_value"] == items["value"]).all()
    value = value_services(land, bare)["services_value_cny"]
    assert value.sum() == pytest.approx(float(sum(items["value"], D(0))))
    assert (value_services(land.assign(forest_ha=land["forest_ha"] + more), bare)["services_value_cny"] >= value).all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"values": {"forest": {"wood": 1}, "grass": {"water": 1}}}, "class 'grass' has no value of 'wood'"),
        ({"market": ("food",)}, "no class has a service 'food'; there are wood, water"),
        ({"unit": "M CNY"}, "pattern"),
        ({"values": {}}, "at least 1"),
    ],
)
def test_sections_that_cannot_be_meant(changes, words) -> None:
    with pytest.raises(ValidationError, match=words):
        ServicesSection.model_validate({"unit": "CNY", "values": VALUES, **changes})


def test_data_that_cannot_be() -> None:
    with pytest.raises(UnknownNameError, match="nothing provides the measure 'grass_ha'; did you mean 'gras_ha'"):
        value_services(LAND.rename(columns={"grass_ha": "gras_ha"}), SERVICES)
    with pytest.raises(SourceError, match="'forest_ha' is negative for 1 unit: 'c'"):
        value_services(LAND.assign(forest_ha=[1.0, 0.0, -1.0]), SERVICES)
    with pytest.raises(
        UnknownNameError, match=r"'services_rank' comes from .services. and stands in the study already"
    ):
        value_services(LAND.assign(services_rank=1), SERVICES)


@pytest.fixture
def valued(toy_folder: Path) -> Path:
    """The toy province with what its protected land and its farmland give."""
    path = toy_folder / "plan.toml"
    path.write_text(path.read_text("utf-8").replace("[[decisions]]", f"{PLAN}[[decisions]]", 1), "utf-8")
    return path


def test_in_a_plan_they_are_measures_that_transfers_read(valued: Path) -> None:
    plan = run(read_study(valued))
    land = plan.measures
    gives = land["ecologically_fragile_ha"] * 10.5 + land["permanent_farmland_ha"]
    assert gives.max() > 0
    assert land["services_nonmarket_cny"].to_numpy() == pytest.approx(gives.to_numpy(), abs=0.02)
    (first,) = land.index[land["services_rank"] == 1]
    assert [(row["receiver"], row["amount"]) for row in plan.flows.to_dict("records")] == [(first, D(100))]
    told = explain(plan, first)
    (content,) = told.as_dict()["services"]
    assert content["measures"]["services_rank"] == 1
    assert sum(D(one["nonmarket_value"]) for one in content["classes"]) == D(
        str(content["measures"]["services_nonmarket_cny"])
    )
    assert "Value of ecosystem services, a year" in told.text()
    assert "生态系统服务价值" in explain(plan, first, "zh").text()
    assert "Of it without a market (CNY)" in dossier(plan, first)
    page = report(plan)
    assert "Value of a hectare and year (CNY)" in page
    assert "Without a market, for one of output" in page
    assert "单位产出的非市场价值" in report(plan, "zh")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("values.ecologically_fragile]", "values.ecologicaly_fragile]", "did you mean 'ecologically_fragile_ha'"),
        ('output = "income"', 'output = "incom"', "nothing provides the measure 'incom'; did you mean"),
        ('"services_nonmarket_cny"', '"services_nonmarket_eur"', "did you mean 'services_nonmarket_cny'"),
        ("services_rank = 1", "services_rnk = 1", "did you mean 'services_rank'"),
    ],
)
def test_names_that_nothing_provides_are_refused_with_their_place(
    valued: Path, command: Callable, old: str, new: str, words: str
) -> None:
    text = valued.read_text("utf-8")
    assert old in text
    valued.write_text(text.replace(old, new, 1), "utf-8")
    told = command("check", valued)
    assert told.code == 2
    assert words in told.out + told.err
    assert "plan.toml, line" in told.out + told.err


def test_texts_are_refused_with_their_units_by_the_check_as_well(toy_folder: Path) -> None:
    with pytest.raises(SourceError, match=r"'gdp_cny' holds texts, not numbers, as in .*, for 1 unit: 'b'"):
        value_services(LAND.assign(gdp_cny=["1", "x", "3"]), SERVICES)
    path = toy_folder / "plan.toml"
    path.write_text(path.read_text("utf-8") + PLAN.replace('"income"', '"name"'), "utf-8")
    study = read_study(path)
    found = check(study, read_rulebook(study.rulebook, study.date), read_inputs(study))
    (text,) = [one.text for one in found if one.level == "error"]
    assert text.startswith(
        "plan.toml, line 74, column 10: [services]: 'name' holds texts, not numbers, as in 'Unit A1'"
    )
