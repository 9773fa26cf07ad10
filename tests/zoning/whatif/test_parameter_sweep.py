"""A sweep is what ``vary`` makes of each variant, on the built-in studies and the toy, whatever is swept."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import StudyError, UnknownNameError
from tests.conftest import examples
from zoning.plan import Plan
from zoning.whatif.robustness import Sweep, sweep

COLUMNS = ["main", "overlays", "status", "rule"]


def assert_as_varied(plan: Plan, swept: Sweep) -> None:
    totals = swept.totals()
    for number, values in enumerate(swept.variants.to_dict("records")):
        zones = plan.vary(parameters=values).zones.set_index("unit_id")
        assert swept.zones(number).equals(zones[COLUMNS]), values
        held = [(code, area) for code, area in zip(zones["main"], zones["area_ha"], strict=True)]
        held += [
            (c, area)
            for some, area in zip(zones["overlays"], zones["area_ha"], strict=True)
            for c in some.split(";")
            if c
        ]
        expected = pd.DataFrame(held, columns=["zone", "area"]).groupby("zone")["area"].agg(["size", "sum"])
        own = totals.loc[number]
        assert own.loc[own["units"] > 0, "units"].to_dict() == expected["size"].to_dict()
        assert own["hectares"].to_dict() == pytest.approx(expected["sum"].reindex(own.index, fill_value=0).to_dict())


@pytest.mark.parametrize(
    ("study", "other"), [("us_mountain_west", "cropland_share_min"), ("china_provinces", "agricultural_share_min")]
)
def test_a_sweep_of_a_built_in_study_is_what_vary_makes_one_by_one(plan_of, study: str, other: str) -> None:
    plan = plan_of(study)
    names = ["fragile_share_min", other]
    values = np.random.default_rng(3).uniform(0, 1, (6, 2)).round(3)
    assert_as_varied(plan, sweep(plan, dict(zip(names, values.T.tolist(), strict=True))))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(8))
@given(
    rows=st.lists(
        st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.75, 1.0, 2.0]), st.sampled_from([0, 100.0, 300, 900.0, 5000.0])),
        min_size=1,
        max_size=4,
    )
)
def test_a_sweep_of_the_toy_is_what_vary_makes_one_by_one(toy_run: Plan, rows: list[tuple[float, float]]) -> None:
    fragile, populous = zip(*rows, strict=True)
    assert_as_varied(toy_run, sweep(toy_run, {"fragile_min": fragile, "populous_min": populous}))


def test_what_no_rule_asks_for_is_swept_by_plans_of_its_own(plan_of) -> None:
    plan = plan_of("us_mountain_west")
    slope = plan.rulebook.available_land.steeper_than
    assert_as_varied(plan, sweep(plan, {slope: [plan.rulebook.values[slope], 10.0], "fragile_share_min": [0.1, 0.4]}))


def test_a_table_of_variants_is_as_good_as_a_mapping(toy_run: Plan) -> None:
    values = pd.DataFrame({"fragile_min": [0.2, 0.9]}, index=[7, 3])
    one, other = sweep(toy_run, values), sweep(toy_run, {"fragile_min": [0.2, 0.9]})
    assert one.totals().equals(other.totals())
    assert "2 " in repr(one) or "variants" in repr(one)


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"fragile_mi": [0.1]}, UnknownNameError, "did you mean 'fragile_min'?"),
        ({"fragile_min": ["much"]}, StudyError, "is of another kind"),
        ({"fragile_min": [float("nan")]}, StudyError, "is of another kind"),
        ({"fragile_min": [0.1], "populous_min": [1, 2]}, StudyError, "fragile_min 1, populous_min 2"),
        ({"fragile_min": []}, StudyError, "at least one"),
        ({}, StudyError, "at least one"),
    ],
)
def test_what_cannot_be_swept_is_refused(toy_run: Plan, values: dict, error: type, words: str) -> None:
    with pytest.raises(error) as refused:
        sweep(toy_run, values)
    assert words in str(refused.value)
