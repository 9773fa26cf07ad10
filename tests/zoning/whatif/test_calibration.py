"""Calibration: thresholds that agree best with a list, against every threshold tried one by one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd
import pytest

from layers.errors import StudyError, UnknownNameError
from zoneplan import classify
from zoning.plan import Plan
from zoning.whatif import calibrate, sweep
from zoning.whatif import calibration as module
from zoning.whatif.calibration import Agreement
from zoning.zones import resolve

TWO = ["density_min_per_km2", "cropland_share_min"]
STUDY = "us_mountain_west"


def mains(plan: Plan) -> pd.Series:
    return plan.zones.set_index("unit_id")["main"]


def by_rules(plan: Plan, **parameters: float) -> pd.Series:
    """The main functions that rules alone give."""
    changed = plan.vary(parameters=parameters)
    return resolve(classify(changed.measures, changed.rulebook), changed.rulebook)["main"].rename_axis("unit_id")


@pytest.fixture(scope="module")
def noisy(plan_of: Callable[[str], Plan]) -> pd.Series:
    """Other thresholds, and a few units that no threshold explains."""
    found = by_rules(plan_of(STUDY), density_min_per_km2=20.0, cropland_share_min=0.12).copy()
    found.iloc[[3, 40, 77, 120]] = ["general", "agricultural", "key_development", "ecologically_fragile"]
    return found


def test_kappa_of_a_table_in_every_textbook() -> None:
    """20 yes and 15 no of 50 agree; by chance half would: (0.7 - 0.5) / (1 - 0.5)."""
    decided = pd.Series(["yes"] * 25 + ["no"] * 25)
    found = pd.Series(["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15)
    agreement = Agreement.of(decided, found, ["yes", "no", "never"])
    assert agreement.confusion.to_numpy().tolist() == [[20, 5], [10, 15]]
    assert (agreement.share, agreement.kappa) == (0.7, 0.4)
    assert Agreement.of(decided[:25], decided[:25], ["yes"]).kappa is None


def test_thresholds_that_made_a_list_are_found_again(plan_of: Callable[[str], Plan]) -> None:
    plan = plan_of(STUDY)
    decided = by_rules(plan, density_min_per_km2=20.0, cropland_share_min=0.12)
    found = calibrate(plan, decided)
    assert found.method == "exact"
    assert found.within.share == 1.0 == found.within.kappa
    assert found.before.share < 1
    for name, value in (("density_min_per_km2", 20.0), ("cropland_share_min", 0.12)):
        one = found.fitted[name]
        assert one.low is not None
        assert one.high is not None
        assert one.low < one.value < one.high
        assert one.low <= value <= one.high
    assert found.fitted["fragile_share_min"].value == found.fitted["fragile_share_min"].adopted
    again = by_rules(plan, **{name: one.value for name, one in found.fitted.items()})
    assert again.equals(decided)


def test_no_other_thresholds_agree_better(plan_of: Callable[[str], Plan], noisy: pd.Series) -> None:
    """Against a sweep of all pairs of the cells' values."""
    plan = plan_of(STUDY)
    found = calibrate(plan, noisy, TWO)
    measures = plan.measures.loc[noisy.index]
    metro = measures[measures["metro"].astype(bool)]
    density = np.unique(metro["pop_2020"] / metro["area_km2"])
    crops = np.unique(measures["agricultural_share"])
    between = [np.r_[one[0] - 1, (one[1:] + one[:-1]) / 2, one[-1] + 1] for one in (density, crops)]
    pairs = pd.DataFrame(list(product(*between)), columns=TWO)
    swept = sweep(plan, pairs)
    agrees = swept.outcomes["main"].to_numpy()[swept.codes] == noisy.reindex(swept.area.index).to_numpy()
    by_hand = plan.zones.set_index("unit_id").loc[swept.area.index, "status"] == "by_decision"
    best = agrees[:, ~by_hand].sum(axis=1).max() / len(noisy)
    assert best <= found.within.share <= best + by_hand.sum() / len(noisy)
    assert found.within.share == np.trace(found.within.confusion) / len(noisy)


def test_a_search_finds_as_much_here(
    plan_of: Callable[[str], Plan], noisy: pd.Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(STUDY)
    exact = calibrate(plan, noisy, TWO)
    monkeypatch.setattr(module, "MOST_CELLS", 1)
    searched = calibrate(plan, noisy, TWO)
    assert (exact.method, searched.method) == ("exact", "search")
    assert exact.within.share - 1 / len(noisy) <= searched.within.share <= exact.within.share
    assert calibrate(plan, noisy, TWO).as_dict() == searched.as_dict()


def test_each_block_is_judged_by_thresholds_fitted_to_the_others(
    plan_of: Callable[[str], Plan], noisy: pd.Series
) -> None:
    plan = plan_of(STUDY)
    found = calibrate(plan, noisy, TWO, blocks=3)
    sizes = found.blocks.value_counts()
    assert sorted(sizes) == [54, 55, 55]
    right = 0
    for block in range(3):
        own = found.blocks.index[found.blocks == block]
        elsewhere = calibrate(plan, noisy.drop(own), TWO, blocks=2)
        values = {name: one.value for name, one in elsewhere.fitted.items()}
        right += int((by_rules(plan, **values)[own] == noisy[own]).sum())
    assert found.beyond.share == pytest.approx(right / len(noisy), abs=2 / len(noisy))
    middle = plan.units.geometry.representative_point()
    spread = [middle[found.blocks.index[found.blocks == block]].union_all().convex_hull for block in range(3)]
    assert sum(one.area for one in spread) < 1.2 * middle.union_all().convex_hull.area


def test_what_cannot_be_fitted_is_refused(plan_of: Callable[[str], Plan]) -> None:
    plan = plan_of(STUDY)
    decided = mains(plan)
    with pytest.raises(UnknownNameError, match="plan has not: 'nowhere'"):
        calibrate(plan, pd.concat([decided, pd.Series({"nowhere": "general"})]))
    with pytest.raises(UnknownNameError, match="'agriculture', which is no main function; did you mean 'agricultural'"):
        calibrate(plan, decided.replace("agricultural", "agriculture"))
    with pytest.raises(StudyError, match="twice: '04001'"):
        calibrate(plan, pd.concat([decided, decided.loc[["04001"]]]))
    with pytest.raises(StudyError, match="cannot be fitted"):
        calibrate(plan, decided, ["buildable_slope_max_deg"])
    with pytest.raises(UnknownNameError, match="density_min"):
        calibrate(plan, decided, ["density_minimum"])
    with pytest.raises(StudyError, match="2 blocks or more"):
        calibrate(plan, decided[:5])


def test_units_that_are_not_listed_have_no_say(plan_of: Callable[[str], Plan], noisy: pd.Series) -> None:
    plan = plan_of(STUDY)
    some = noisy[::2]
    found = calibrate(plan, some, TWO)
    assert found.units == len(some) == int(found.within.confusion.to_numpy().sum())
    shuffled = calibrate(plan, some.sample(frac=1, random_state=1), TWO)
    assert shuffled.as_dict() == found.as_dict()
    assert calibrate(plan, pd.concat([some, pd.Series({noisy.index[1]: None})]), TWO).as_dict() == found.as_dict()
