"""Floors of control lines: pencil numbers, the State Council's own quotas, and what nobody can say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.conftest import rulebook_on
from zoning.rulebook import read_rulebook
from zoning.zones import weigh_floors

PUBLISHED = Path(__file__).resolve().parents[2] / "data" / "published" / "provincial_farmland_2035.csv"
HA_OF_WAN_MU = 10_000 / 15
RULEBOOK = rulebook_on("main_functional_areas", date(2025, 1, 1))


def lines(**settled: float) -> pd.DataFrame:
    return pd.DataFrame(
        [{"unit_id": unit, "line": "permanent_farmland", "settled_ha": area} for unit, area in settled.items()]
        + [{"unit_id": next(iter(settled)), "line": "red_line", "settled_ha": 1e6}]
    )


def test_the_published_quotas_of_provinces() -> None:
    """The ratio is 78.5 per cent in Inner Mongolia, below the law's 80, and 91.7 in Guangdong."""
    table = pd.read_csv(PUBLISHED).set_index("region")
    measures = pd.DataFrame(
        {"arable_ha": table["arable_min_wan_mu"] * HA_OF_WAN_MU, "province": table.index}, index=table.index
    )
    settled = (table["permanent_basic_farmland_min_wan_mu"] * HA_OF_WAN_MU).to_dict()
    found = weigh_floors(lines(**settled), measures, RULEBOOK, ["province"]).set_index("place")
    assert (100 * found["share"]).round(1).agg(["min", "max"]).tolist() == [78.5, 91.7]
    assert found.index[found["missing_ha"] > 0].tolist() == ["内蒙古"]
    assert found.loc["内蒙古", "missing_ha"] == pytest.approx((0.8 * 17050 - 13382.82) * HA_OF_WAN_MU)
    assert found.loc["内蒙古", "missing_ha"] == pytest.approx(171_453.33, abs=0.01)
    assert found["at_least"].eq(0.8).all()


MEASURES = pd.DataFrame(
    {
        "nation": ["N"] * 4,
        "province": ["west", "west", "east", "east"],
        "arable_ha": [100.0, 50.0, 100.0, 0.0],
    },
    index=list("abcd"),
)


def test_every_level_is_asked_by_its_whole_path() -> None:
    found = weigh_floors(lines(a=90.0, b=30.0, c=70.0), MEASURES, RULEBOOK, ["nation", "province"])
    rows = found[["level", "place", "settled_ha", "of_ha", "missing_ha"]].to_numpy().tolist()
    assert rows == [
        ["nation", "N", 190.0, 250.0, 10.0],
        ["province", "N / east", 70.0, 100.0, 10.0],
        ["province", "N / west", 120.0, 150.0, 0.0],  # exactly 80 per cent is enough
    ]


@pytest.mark.parametrize(("level", "places"), [("unit", ["a", "b", "c", "d"]), ("study", [""])])
def test_other_levels(level: str, places: list[str]) -> None:
    from dataclasses import replace

    floor = RULEBOOK.floors[0].model_copy(update={"level": level})
    found = weigh_floors(lines(a=80.0), MEASURES, replace(RULEBOOK, floors=(floor,)))
    assert found["place"].tolist() == places
    assert found["missing_ha"].tolist() == ([0.0, 40.0, 80.0, 0.0] if level == "unit" else [120.0])
    if level == "unit":
        assert np.isnan(found["share"].iloc[3])  # of nothing there is no share, and nothing is missing


def test_what_nobody_can_say_is_missing_and_no_zero() -> None:
    gap = MEASURES.assign(arable_ha=[100.0, np.nan, 100.0, 0.0])
    found = weigh_floors(lines(a=1.0), gap, RULEBOOK, ["province"]).set_index("place")
    assert found["missing_ha"].isna().to_dict() == {"east": False, "west": True}
    absent = weigh_floors(lines(a=1.0), MEASURES.drop(columns="arable_ha"), RULEBOOK, ["province"])
    assert absent["missing_ha"].isna().all()


def test_no_floor_no_row() -> None:
    found = weigh_floors(lines(a=1.0), MEASURES, read_rulebook("us_west", date(2025, 1, 1)), ["province"])
    assert found.empty
    assert weigh_floors(lines(a=1.0), MEASURES, RULEBOOK).empty  # no level, no place
    before = read_rulebook("main_functional_areas", date(2019, 12, 31))
    assert weigh_floors(lines(a=1.0), MEASURES, before, ["province"]).empty


def test_a_unit_of_no_province_is_in_no_floor_of_provinces() -> None:
    stateless = MEASURES.assign(province=["west", "west", "east", None])
    found = weigh_floors(lines(a=1.0), stateless, RULEBOOK, ["province"])
    assert found["place"].tolist() == ["east", "west"]
