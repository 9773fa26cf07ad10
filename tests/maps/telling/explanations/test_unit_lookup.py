"""A unit is found by whatever people call it; where that is not enough, they hear who is called so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from layers.errors import UnknownNameError
from maps.telling.explanations.explanation_content import explain
from maps.telling.explanations.point_queries import at, at_unit
from maps.telling.explanations.unit_lookup import find_unit
from zoning.pipeline.flow import run
from zoning.study import builtin_studies, read_study


@pytest.fixture(scope="module", params=builtin_studies())
def plan(request, plan_of):
    return plan_of(request.param)


@pytest.fixture
def toy_plan(toy_folder: Path):
    return run(read_study(toy_folder / "plan.toml"))


def test_every_unit_is_found_by_its_id_its_number_and_its_names(plan) -> None:
    """In both studies; a name that several bear lists them all."""
    names = plan.units["name"].astype(str)
    for unit, name in names.items():
        assert find_unit(plan, unit) == find_unit(plan, str(int(unit))) == find_unit(plan, int(unit)) == unit
        parts = name.rsplit(" ", 1) if re.search("[\u4e00-\u9fff]", name) else []
        for spelling in (name, name.upper(), *parts):
            same = [one for one, other in names.items() if other == name]
            if len(same) == 1:
                assert find_unit(plan, spelling) == unit
            else:
                with pytest.raises(UnknownNameError) as refused:
                    find_unit(plan, spelling)
                assert all(f"'{one}' is {name}" in str(refused.value) for one in same)
                assert refused.value.exit_code == 2


@pytest.mark.parametrize("name", ["Unit A1", "unit a1", "  UNIT  A1 ", "a1"])
def test_spelling_does_not_matter(toy_plan, name: str) -> None:
    assert explain(toy_plan, name).as_dict()["unit"]["unit_id"] == "a1"


def test_each_language_of_a_name_is_a_name_and_so_are_columns_of_names(toy_plan) -> None:
    names = ["Ford 津 (Old Town)" if unit == "a1" else "Mill" for unit in toy_plan.zones["unit_id"]]
    units = toy_plan.units.assign(name_zh=["磨坊" if unit == "b2" else None for unit in toy_plan.units.index])
    told = toy_plan.having(zones=toy_plan.zones.assign(name=names), units=units)
    assert [find_unit(told, one) for one in ("FÖRD", "津", "old town", "磨坊")] == ["a1", "a1", "a1", "b2"]


@pytest.mark.parametrize(
    ("name", "words"), [("Unit A9", "similar names: 'a2' is Unit A2"), ("", "no unit"), ("99", "no unit")]
)
def test_nobody_of_that_name(toy_plan, name: str, words: str) -> None:
    with pytest.raises(UnknownNameError, match=words):
        find_unit(toy_plan, name)


def test_a_unit_is_answered_for_as_a_whole(toy_plan) -> None:
    """Every policy of the unit or of one of its pieces, once, with the land on which it holds."""
    for unit in toy_plan.units.index:
        found = at_unit(toy_plan, unit).as_dict()
        rows = toy_plan.policies[toy_plan.policies["unit_id"] == unit]
        assert {one["policy"] for one in found["policies"]} == set(rows["policy"])
        settled = toy_plan.lines[(toy_plan.lines["unit_id"] == unit) & (toy_plan.lines["settled_ha"] > 0)]
        assert {one["line"]: one["area_ha"] for one in found["lines"]} == dict(
            zip(settled["line"], settled["settled_ha"], strict=True)
        )
        (point,) = toy_plan.units.loc[[unit]].representative_point().to_crs("EPSG:4326")
        place = at(toy_plan, point.x, point.y).as_dict()
        assert {key: place[key] for key in ("unit", "main", "overlays")} == {
            key: found[key] for key in ("unit", "main", "overlays")
        }
        assert set(place) - {"lines"} == set(found) - {"lines"}
        assert at_unit(toy_plan, unit).text().startswith("in ")
