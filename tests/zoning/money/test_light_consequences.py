"""A light has its consequences wherever the region is that it names: a unit, or a jurisdiction of any level.

Four regions have four pairs of lights, so that each consequence that the documentation names happens to somebody:

    north  intensity rose                      red and green
    south  2.7 where the target was 3          yellow and green
    west   a total of 112 where 100 was right  green and red
    east   beyond the incentive target         green, and a total that does not count
"""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from maps.telling.explanations.explanation_content import explain
from zoning.pipeline.flow import run
from zoning.plan import Plan
from zoning.study import read_study

DOCUMENT = Path(__file__).parents[3] / "docs" / "energy.md"
REGIONS = ("north", "south", "west", "east")
SHEET = """region,intensity_target_pct,intensity_incentive_pct,intensity_actual_pct,total_target_tce,total_actual_tce
north,3,3.5,-0.5,100,96
south,3,3.5,2.7,100,96
west,3,3.5,3.2,100,112
east,3,3.5,4,100,200
"""
STOP, FEW, MEASURES, TOTAL = (
    "red-light-review-stop",
    "behind-schedule-projects",
    "warning-measures",
    "total-energy-assessment",
)
EXPECTED = {
    "north": {STOP: "", FEW: STOP, MEASURES: "", TOTAL: ""},
    "south": {FEW: "", MEASURES: "", TOTAL: ""},
    "west": {MEASURES: "", TOTAL: ""},
    "east": {TOTAL: "exception-1"},
}
PLAN = """
[study]
name = "Lights"
date = 2024-01-01
rulebook = "main_functional_areas"

[units]
source = "units.gpkg"
id = "code"
{jurisdiction}

[energy]
table = "energy.csv"
period = 2022
"""
WAYS = {
    "provinces as units": ("", [{"code": one} for one in REGIONS]),
    "provinces as units, in blocs without a light": (
        'jurisdiction = "bloc"',
        [{"code": one, "bloc": "bloc of " + one[0]} for one in REGIONS],
    ),
    "blocs as regions": (
        'jurisdiction = "bloc"',
        [{"code": f"{one}-{part}", "bloc": one} for one in REGIONS for part in (1, 2)],
    ),
    "the higher level as regions": (
        'jurisdiction = ["bloc", "province"]',
        [
            {"code": f"{one}-{part}", "bloc": one, "province": f"province of {one}"}
            for one in REGIONS
            for part in (1, 2)
        ],
    ),
    "a province that is its own bloc": ('jurisdiction = "bloc"', [{"code": one, "bloc": one} for one in REGIONS]),
}


def plan_of_lights(folder: Path, jurisdiction: str, rows: list[dict[str, str]], sheet: str = SHEET) -> Plan:
    west = [4_000_000 + 1000 * place for place in range(len(rows))]
    squares = [box(x, 3_000_000, x + 1000, 3_001_000) for x in west]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    gpd.GeoDataFrame(columns, geometry=squares, crs="EPSG:3035").to_file(folder / "units.gpkg")
    (folder / "plan.toml").write_text(PLAN.format(jurisdiction=jurisdiction), "utf-8")
    (folder / "energy.csv").write_text(sheet, "utf-8")
    return run(read_study(folder / "plan.toml"))


def documented() -> set[str]:
    """The policies that the last table of the documentation names."""
    table = DOCUMENT.read_text("utf-8").split(". What follows")[1]
    return set(re.findall(r"^\|[^|]+\| `([a-z-]+)`", table, re.MULTILINE))


@pytest.mark.parametrize("way", WAYS)
def test_every_consequence_that_the_documentation_names_happens(way: str, tmp_path: Path) -> None:
    plan = plan_of_lights(tmp_path, *WAYS[way])
    assert {one for policies in EXPECTED.values() for one in policies} == documented()
    rows = plan.policies[plan.policies["policy"].isin(documented())]
    for unit in plan.zones["unit_id"]:
        own = rows[rows["unit_id"] == unit]
        region = next(one for one in REGIONS if unit.startswith(one))
        assert dict(zip(own["policy"], own["overruled_by"], strict=True)) == EXPECTED[region]
        assert len(own) == len(EXPECTED[region]), "each policy once"
        assert set(own["inherited_from"]) == {"" if unit == region else region}
    stop = next(one for one in explain(plan, WAYS[way][1][0]["code"]).as_dict()["policies"] if one["id"] == STOP)
    assert stop["values"] == {"intensity_light": 1}, "explained by the light of the region that was asked"


def test_of_two_regions_the_nearest_in_force_is_told(tmp_path: Path) -> None:
    """A county that does well lies in a province with a red light: the stop of the province holds there, too; its own
    exception does not free it from the assessment of the province."""
    sheet = SHEET.replace("east,", "north-1,")
    rows = [{"code": f"north-{part}", "bloc": "north"} for part in (1, 2)]
    plan = plan_of_lights(tmp_path, 'jurisdiction = "bloc"', rows, sheet)
    found = plan.policies[plan.policies["policy"].isin(documented())].set_index(["unit_id", "policy"])
    told = found[["overruled_by", "inherited_from"]].apply(tuple, axis=1).to_dict()
    expected = {policy: (overruled, "north") for policy, overruled in EXPECTED["north"].items()}
    assert told == {(unit, policy): row for unit in ("north-1", "north-2") for policy, row in expected.items()}
