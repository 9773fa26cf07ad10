"""What a plan says of the land that quotas take, and what a check finds before any is taken; on the toy province."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from layers.errors import SeveralErrors, SourceError, StudyError, UnknownNameError
from layers.read.reading_step import read_inputs
from maps.telling.explanations.explanation_content import explain
from maps.words import Renderer
from zoning.pipeline.flow import check, run
from zoning.pipeline.plan_findings import plan_findings_of
from zoning.plan import Plan
from zoning.rulebook import read_rulebook
from zoning.study import read_study

SITING = '\n[quotas.siting]\nlayer = "height"\nprefer = "low"\n'


def planned(folder: Path, siting: str = SITING, **changes: str) -> Path:
    """The toy study with its quota sited."""
    path = folder / "plan.toml"
    text = path.read_text("utf-8") + siting
    for old, new in changes.items():
        text = text.replace(f"{old} = ", f"{new} = ")
    path.write_text(text, "utf-8")
    return path


def faults(path: Path) -> list[str]:
    study = read_study(path)
    findings = check(study, read_rulebook(study.rulebook, study.date), read_inputs(study))
    return [finding.text for finding in findings if finding.level == "error"]


@pytest.fixture(scope="module")
def plan(copy_toy: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return run(read_study(planned(copy_toy(tmp_path_factory.mktemp("sited") / "toy"))))


def test_every_amount_of_a_unit_is_placed(plan) -> None:
    """Reserves are nobody's land: 120 ha less 1 ha and 4 ha."""
    units = plan.quotas[(plan.quotas["level"] == "unit") & (plan.quotas["unit_id"] != "(reserve)")]
    amounts = units.set_index("unit_id")["amount"].astype(float)
    placed = plan.sitings.set_index("unit_id")["placed_ha"]
    assert placed.to_dict() == amounts[amounts > 0].to_dict()
    assert placed.sum() == 115
    assert plan.sites["area_ha"].sum() == pytest.approx(115)
    assert plan.sites.crs == plan.units.crs


def test_a_plan_without_siting_has_empty_tables(toy_run: Plan) -> None:
    assert len(toy_run.sitings) == len(toy_run.sites) == 0
    assert explain(toy_run, "c4").as_dict()["quotas"][0]["siting"] is None


def test_an_explanation_tells_where_an_amount_goes(plan) -> None:
    """c4 lies in the two northern rows of the raster: its 31 ha in cells of the value 0."""
    explained = explain(plan, "c4")
    (quota,) = explained.as_dict()["quotas"]
    siting = quota["siting"]
    assert siting["placed_ha"] == float(quota["amount"])
    assert (siting["unplaced_ha"], siting["value_mean"], siting["gap_pct"], siting["why"]) == (0, 0, 0, "")
    assert (siting["layer"], siting["prefer"], len(siting["sites"])) == ("height", "low", 1)
    assert "placed: " in explained.text()
    assert "mean value of 'height' 0; mean score 0, at most 0 possible" in explained.text()


def test_it_speaks_chinese(plan) -> None:
    assert "已落地" in explain(plan, "c4", "zh").text()


@pytest.mark.parametrize(
    ("more", "because", "words"),
    [
        ("min_patch_ha = 20", "small", "smaller than the smallest patch of 20 ha; raise the floor of the quota"),
        ('where = "value > 99"', "suitable", "too little of the available land has a value on the raster and meets"),
        ('last = "under"', "last", "less than a cell is left out"),
    ],
)
def test_amounts_that_find_no_land_are_findings(toy_folder, more, because, words) -> None:
    plan = run(read_study(planned(toy_folder, SITING + more + "\n")))
    found = [
        one for one in map(Renderer("en", plan.rulebook).finding, plan_findings_of(plan)) if one.code == "unplaced"
    ]
    (one,) = [one for one in found if words in one.text]
    rows = plan.sitings[plan.sitings["unplaced_because"] == because]
    assert one.count == len(rows)
    assert set(one.features) <= set(rows["unit_id"])
    assert f"{rows['unplaced_ha'].sum():,.2f} ha" in one.text
    assert one.level == ("note" if because == "last" else "warning")
    unit = rows["unit_id"].iloc[0]
    assert f"not placed: {rows['unplaced_ha'].iloc[0]:,.2f} ha; " in explain(plan, unit).text()


def test_more_than_the_available_land_is_a_finding(toy_folder) -> None:
    """Without a ceiling a3, all of it farmland, gets an amount that it has no land for."""
    path = planned(toy_folder)
    path.write_text(path.read_text("utf-8").replace('ceiling = "available_ha"\n', ""), "utf-8")
    plan = run(read_study(path))
    rows = plan.sitings.set_index("unit_id")
    assert rows.loc["a3", "unplaced_because"] == "land"
    assert rows.loc["a3", "placed_ha"] == 0
    assert any(
        'set ceiling = "available_ha"' in one.text
        for one in map(Renderer("en", plan.rulebook).finding, plan_findings_of(plan))
    )


@pytest.mark.parametrize(
    ("siting", "told"),
    [
        ('layer = "heigth"', "there is no layer 'heigth'; did you mean 'height'?; name a raster layer"),
        ('layer = "forest"', "layer 'forest' holds polygons, and land is ranked by the cells of a raster"),
        ('layer = "height"\nsurface = "slope"\nprefer = "low"', "slope of layer 'height' is asked of cells of 500 m"),
        ('layer = "height"\nwhere = "forrest"', "reads 'forrest', which no land has; did you mean 'forest'?"),
        ('where = "value > 3"', "reads 'value', which no land has; only the cells of a raster have it"),
        ('beside = [{ role = "built_up", within_m = 9, points = 1 }]', "nothing has the role 'built_up' to lie beside"),
        ('beside = [{ layer = "plant", within_m = 9, points = 1 }]', "there is no layer 'plant' to lie beside"),
        ('beside = [{ layer = "height", within_m = 9, points = 1 }]', "layer 'height' is a raster, and land lies"),
        ("boundary = true", "no layer has the role 'growth_boundary'; add the layer, or leave 'boundary' out"),
    ],
)
def test_what_a_check_finds(toy_folder, siting, told) -> None:
    path = planned(toy_folder, f"\n[quotas.siting]\n{siting}\n")
    (text,) = faults(path)
    assert told in text
    assert "plan.toml, line " in text
    with pytest.raises((UnknownNameError, SourceError, SeveralErrors)):
        run(read_study(path))


def test_a_check_finds_a_quota_that_is_no_land(toy_folder) -> None:
    path = planned(toy_folder, SITING)
    path.write_text(path.read_text("utf-8").replace('unit = "ha"', 'unit = "houses"'), "utf-8")
    (text,) = faults(path)
    assert "column 8: 'houses' is no area that can be sited; give one of ha, km2, m2, or say in terms.toml" in text
    with pytest.raises(UnknownNameError):
        run(read_study(path))


@pytest.mark.parametrize(
    ("siting", "told"),
    [
        ("beside = [{ within_m = 9, points = 1 }]", "'beside' gives 'role' or 'layer', and this one gives neither"),
        ('beside = [{ role = "a", layer = "b", within_m = 9, points = 1 }]', "and this one gives both"),
        ("neighbours = 6", "neighbours"),
        ("min_patch_ha = -1", "min_patch_ha"),
        ('merits = [{ when = "forest AND", points = 1, reason = "r" }]', "the condition ends too early"),
    ],
)
def test_what_reading_refuses(toy_folder, siting, told) -> None:

    with pytest.raises((StudyError, SeveralErrors), match=told):
        read_study(planned(toy_folder, f"\n[quotas.siting]\n{siting}\n"))
