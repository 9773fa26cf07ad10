"""Robustness: what a loop over variants gives, the same with the same seed, and refused where it makes no sense."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layers.errors import SeveralErrors, StudyError, UnknownNameError
from maps.runs import read_run, write_run
from zoning.pipeline.flow import run
from zoning.plan import Plan
from zoning.study import read_study
from zoning.whatif import robustness, robustness_of
from zoning.zones import curve

WITHIN = {"fragile_min": (0.2, 0.8), "populous_min": (500.0, 3000.0)}


def test_shares_are_those_of_a_loop_over_variants(toy_run: Plan) -> None:
    found = robustness(toy_run, WITHIN, draws=40, seed=3)
    own = toy_run.zones.set_index("unit_id")["main"].sort_index()
    mains = [
        toy_run.vary(parameters=draw).zones.set_index("unit_id")["main"].reindex(own.index).to_numpy()
        for draw in found.draws.to_dict("records")
    ]
    kept = np.mean([one == own.to_numpy() for one in mains], axis=0)
    assert found.units.index.tolist() == own.index.tolist()
    assert found.units["share"].to_numpy() == pytest.approx(kept)
    for place, (unit, row) in enumerate(found.units.iterrows()):
        others = [one[place] for one in mains if one[place] != own[unit]]
        most = max((others.count(one) for one in set(others)), default=0)
        assert row["other_share"] == pytest.approx(most / 40)
        assert (row["other"] == "") == (not others)


def test_the_same_seed_gives_the_same_draws_and_another_does_not(toy_run: Plan) -> None:
    one, again = (robustness(toy_run, WITHIN, draws=25, seed=7) for _ in range(2))
    turned = robustness(toy_run, dict(reversed(WITHIN.items())), draws=25, seed=7)
    alone = robustness(toy_run, {"fragile_min": WITHIN["fragile_min"]}, draws=25, seed=7)
    assert one.draws.equals(again.draws)
    assert one.units.equals(again.units)
    assert one.draws.equals(turned.draws)
    assert one.draws["fragile_min"].equals(alone.draws["fragile_min"])
    assert not one.draws.equals(robustness(toy_run, WITHIN, draws=25, seed=8).draws)
    low, high = WITHIN["fragile_min"]
    assert one.draws["fragile_min"].between(low, high).all()


def test_inside_the_range_in_which_nothing_changes_every_unit_keeps_what_it_is(toy_run: Plan) -> None:
    low, high = curve(toy_run, "fragile_min").stable
    assert low is not None
    assert high is not None
    found = robustness(toy_run, {"fragile_min": (low + 1e-9, high)}, draws=30)
    assert (found.units["share"] == 1.0).all()
    (land,) = {one.stable_hectares == one.hectares for one in found.land}
    assert land
    assert sum(one.hectares for one in found.land) == pytest.approx(toy_run.zones["area_ha"].sum())


def test_land_is_stable_where_its_units_are(toy_run: Plan) -> None:
    found = robustness(toy_run, WITHIN, draws=60)
    area = toy_run.zones.set_index("unit_id")["area_ha"].reindex(found.units.index)
    assert sum(one.stable_hectares for one in found.land) == pytest.approx(area[found.units["share"] >= 0.95].sum())
    assert found.measured.measures["draws_kept_share"].tolist() == found.units["share"].tolist()
    assert "draws_kept_share" not in toy_run.measures


def test_amounts_spread_where_a_weight_is_drawn(plan_of: Any) -> None:
    plan = plan_of("china_provinces")
    (quota,) = [one for one in plan.study.quotas if not isinstance(one.weight, str)]
    name = f"quotas.{quota.name}.weight.population"
    steps: list[str] = []
    found = robustness(plan, {name: (0.3, 0.9)}, draws=5, announce=steps.append)
    assert steps == ["1", "2", "3", "4", "5"]
    assert (found.units["share"] == 1.0).all()
    amounts = []
    for draw in found.draws[name]:
        parts = [
            {"measure": part.measure, "share": draw if part.measure == "population" else part.share}
            for part in quota.weight
        ]
        rows = plan.vary(quotas={quota.name: {"weight": parts}}).quotas
        amounts.append(rows.set_index(["quota", "unit_id"])["amount"].astype(float))
    row = found.amounts.iloc[int((found.amounts["high"] - found.amounts["low"]).argmax())]
    own = [one[(row["quota"], row["unit_id"])] for one in amounts]
    assert (row["low"], row["high"]) == pytest.approx(tuple(np.quantile(own, [0.05, 0.95])))
    assert row["high"] > row["low"]


@pytest.mark.parametrize(
    ("within", "error", "words"),
    [
        ({}, StudyError, "at least one range"),
        ({"fragile_mi": (0, 1)}, UnknownNameError, "did you mean 'fragile_min'?"),
        ({"quotas.x.weight.y": (0, 1)}, UnknownNameError, "there is no parameter or weight 'quotas.x.weight.y'"),
        ({"fragile_min": (0.5, 0.2)}, StudyError, "no lowest and highest number"),
        ({"fragile_min": (0.5,)}, StudyError, "no lowest and highest number"),
        ({"fragile_min": (0.5, float("nan"))}, StudyError, "no lowest and highest number"),
    ],
)
def test_what_cannot_be_drawn_is_refused(toy_run: Plan, within: Any, error: type, words: str) -> None:
    with pytest.raises(error) as refused:
        robustness(toy_run, within, draws=2)
    assert words in str(refused.value)


def test_at_least_one_draw(toy_run: Plan) -> None:
    with pytest.raises(StudyError, match="at least one draw"):
        robustness(toy_run, WITHIN, draws=0)


def test_a_factor_is_refused_with_the_reason(plan_of: Any) -> None:
    with pytest.raises(StudyError, match="is no threshold of rules for zones"):
        robustness(plan_of("us_mountain_west"), {"buildable_slope_max_deg": (20, 30)}, draws=2)


SECTION = """
[robustness]
within = { populous_min = [500, 3000], fragile_min = [0.2, 0.8] }
draws = 40
seed = 3
"""


def with_section(folder: Path, text: str) -> Plan:
    plan = folder / "plan.toml"
    plan.write_text(f"{plan.read_text('utf-8')}\n{text}", "utf-8")
    return run(read_study(plan))


def test_a_plan_that_asks_for_draws_has_what_the_function_gives(
    toy_folder: Path, toy_run: Plan, tmp_path: Path
) -> None:
    plan, own = with_section(toy_folder, SECTION), robustness(toy_run, WITHIN, draws=40, seed=3)
    assert plan.robustness.set_index("unit_id").equals(own.units)
    found = robustness_of(plan)
    assert found is not None
    assert found.draws.equals(own.draws)
    assert (found.within, found.seed, found.land) == (own.within, own.seed, own.land)
    assert 0 < found.stable.sum() < len(found.stable)
    again = read_run(write_run(plan, tmp_path / "run"))
    assert again.robustness.equals(plan.robustness)
    assert robustness_of(toy_run) is None
    assert not (write_run(toy_run, tmp_path / "without") / "robustness.csv").exists()


def test_a_variant_draws_again_where_its_zones_may_be_others(toy_folder: Path) -> None:
    plan = with_section(toy_folder, SECTION)
    stricter = plan.vary(parameters={"fragile_min": 0.7})
    assert "robustness" in stricter.steps.done
    other = robustness(plan.vary(parameters={"fragile_min": 0.7}), WITHIN, draws=40, seed=3)
    assert stricter.robustness.set_index("unit_id").equals(other.units)
    assert (
        "robustness"
        not in plan.vary(quotas={plan.study.quotas[0].name: float(plan.study.quotas[0].total) / 2}).steps.done
    )


@pytest.mark.parametrize(
    ("within", "error", "words"),
    [
        ("fragile_mi = [0, 1]", UnknownNameError, "did you mean 'fragile_min'?"),
        ("fragile_min = [1, 0]", StudyError, "no lowest and highest number"),
        ("fragile_min = [1]", StudyError, "no lowest and highest number"),
        ("", StudyError, "give at least one range"),
        ('"quotas.construction_land.weight.people" = [0, 1]', StudyError, "by the command alone"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_its_place(
    toy_folder: Path, within: str, error: type[Exception], words: str
) -> None:
    with pytest.raises((error, SeveralErrors)) as refused:
        with_section(toy_folder, f"[robustness]\nwithin = {{ {within} }}\n")
    assert words in str(refused.value)
    assert "plan.toml, line" in str(refused.value)
