"""Whether regions drift apart: the answer follows from the gaps by the stated rule."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

import zoneplan as zp
from zoning.measures import DRIFTING, DriftAnswer, Gap, drift_answer, regional_divergence
from zoning.pipeline.records.plan_records import row_records
from zoning.study import DivergenceSection

PEOPLE = pd.DataFrame({"2010": [10.0, 10, 10, 10], "2020": [10.0, 10, 10, 10]}, index=list("abcd"))
HALVES = pd.Series({"a": "east", "b": "east", "c": "west", "d": "west"}, name="half")
BEFORE = [100.0, 110, 90, 80]
WIDER, CLOSER, SWAPPED = [200.0, 220, 90, 80], [100.0, 104, 99, 97], [100.0, 300, 90, 310]


def answered(after: list[float], *, heads: bool = True, last: str = "2020", **keys: Any) -> DriftAnswer:
    years = {"2010": "x", last: "y"}
    section = DivergenceSection.model_validate(
        {
            "groups": [{"by": "half"}],
            "series": [{"name": "output", "unit": "EUR", "vintage": "first", "years": years} | keys],
        }
    )
    values = pd.DataFrame({"2010": BEFORE, last: after}, index=list("abcd"))
    people = PEOPLE.rename(columns={"2020": last}) if heads else None
    return drift_answer(regional_divergence(values, HALVES, people).assign(series="output"), section)


@pytest.mark.parametrize("heads", [True, False])
@pytest.mark.parametrize(("after", "answer"), [(WIDER, "yes"), (CLOSER, "no"), (BEFORE, "no")])
def test_all_gaps_or_none(after: list[float], answer: str, *, heads: bool) -> None:
    found = answered(after, heads=heads)
    assert found.answer == answer
    assert [gap.grouping for gap in found.gaps] == ["half", ""]
    assert {gap.indicator for gap in found.gaps} == ({"theil_between", "gini"} if heads else {"herfindahl"})


def test_without_people_a_gap_is_the_sum_of_squared_parts() -> None:
    """Pencil: the halves have 210 and 170 of 380, then 310 and 170 of 480; the units as in their lists."""
    halves, units = answered([200.0, 110, 90, 80], heads=False).gaps
    assert halves.before == pytest.approx((210**2 + 170**2) / 380**2)
    assert halves.after == pytest.approx((310**2 + 170**2) / 480**2)
    assert units.before == pytest.approx((100**2 + 110**2 + 90**2 + 80**2) / 380**2)


def test_units_may_drift_apart_while_regions_do_not() -> None:
    found = answered(SWAPPED)
    assert (found.answer, [gap.answer for gap in found.gaps]) == ("partly", ["no", "yes"])
    assert [clause.answer for clause in found.clauses] == ["yes", "no", "yes"]


def test_two_years_beside_each_other_say_nothing() -> None:
    found = answered(WIDER, last="2012")
    assert (found.answer, found.years, [clause.answer for clause in found.clauses]) == ("unsaid", 2, ["no"])


@pytest.mark.parametrize(
    ("before", "after", "answer"),
    [(0.2, 0.21, "yes"), (0.2, 0.2099, "no"), (0.0, 0.0, "no"), (0.0, 0.1, "yes"), (math.nan, 0.1, "unknown")],
)
def test_a_gap_is_wider_from_five_per_cent_on(before: float, after: float, answer: str) -> None:
    assert Gap("output", "", "gini", "2010", "2020", before, after).answer == answer


def test_a_gap_says_from_where_on_it_would_be_wider() -> None:
    clause = Gap("output", "", "gini", "2010", "2020", 0.4, 0.5).clause
    assert clause.sides == (0.5, pytest.approx(0.42))


def test_the_built_in_studies_are_answered_with_a_record() -> None:
    """Pencil: the north of China falls behind in both editions, blocs only as first published, by less than 5 %.

    The revised figures come first: they go to 2024.
    """
    plan = zp.run(zp.read_study(zp.builtin_study("china_provinces")))
    place = plan.divergence["indicator"].tolist().index(DRIFTING)
    assert plan.divergence["value"].iloc[place] == 0.5
    record = row_records(plan, "divergence")[place]
    assert (record.facts["answer"], record.facts["years"]) == ("partly", 12)
    told = {(gap["series"], gap["grouping"]): gap["wider"] for gap in record.facts["gaps"]}
    assert told == {
        ("gdp_first", "north"): "yes", ("gdp_first", "bloc"): "no", ("gdp_first", ""): "no",
        ("gdp_revised", "north"): "yes", ("gdp_revised", "bloc"): "no", ("gdp_revised", ""): "no",
    }  # fmt: skip
    assert [clause.answer for clause in record.evidence.clauses] == ["yes", "yes", "no", "no", "yes", "no", "no"]
