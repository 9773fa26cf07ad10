"""The report's page on basic services: who has less than the standard, and where one more facility would help."""

from __future__ import annotations

import pytest

from maps.telling.reports.report_page import report
from tests.conftest import add_clinics
from zoning.pipeline.flow import run
from zoning.study import read_study


@pytest.fixture
def plan(toy_folder):
    """The ward has 8 beds for 200 people of a1 and b1; those of c1 reach an empty site, the others nothing."""
    add_clinics(toy_folder)
    return run(read_study(toy_folder / "plan.toml"))


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
