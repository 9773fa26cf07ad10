"""The report's page on basic services: who has less than the standard, and where one more facility would help."""

from __future__ import annotations

import pytest

from maps.reports import report
from zoning.pipeline import run
from zoning.study import read_study

CLINICS = """
[[indices]]
name = "beds"
title = "Beds"
[indices.access]
table = "drive.csv"
origin = "home"
destination = "clinic"
time = "minutes"
facilities = "clinics.csv"
facility = "clinic"
supply = "beds"
people = "population"
reach = 15
per = 1000
standard = 10
more = 1
"""


@pytest.fixture
def plan(toy_folder):
    """The ward has 8 beds for 200 people of a1 and b1; those of c1 reach an empty site, the others nothing."""
    (toy_folder / "drive.csv").write_text("home,clinic,minutes\na1,ward,5\nb1,ward,12\nc1,mill,10\n", "utf-8")
    (toy_folder / "clinics.csv").write_text("clinic,beds\nward,8\nmill,0\n", "utf-8")
    path = toy_folder / "plan.toml"
    path.write_text(path.read_text("utf-8") + CLINICS, "utf-8")
    return run(read_study(path))


@pytest.mark.slow
def test_who_has_less_is_told_by_function_and_unit(plan) -> None:
    measures = plan.measures
    assert measures.loc[["a1", "b1", "c1"], "beds"].tolist() == [40, 40, 0]
    below = measures["beds_people_below"]
    assert below[["a1", "b1", "c1"]].tolist() == [0, 0, 100]
    assert below.sum() == measures["population"].sum() - 200
    assert plan.facilities[["service", "site", "people_gained"]].to_numpy().tolist() == [["beds", "mill", 100.0]]
    page = report(plan)
    sheet = page[page.index('id="basic_services"') :]
    sheet = sheet[: sheet.index("</section>")]
    for said in ("Beds", "Unit C1", "mill"):
        assert said in sheet, said
    assert "Unit A1" not in sheet
