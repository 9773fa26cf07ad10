"""Without ``--rulebook`` a plan has rules from its own roles and columns, and no country's law."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from layers.errors import ZoneplanError
from maps.init import write_plan
from maps.init.column_inference import guess_id, guess_jurisdictions, guess_name
from maps.locale import localize
from maps.reports import report
from zoning.audits import audit
from zoning.pipeline import run
from zoning.rulebook import builtin_rulebooks, read_rulebook
from zoning.study import read_study

SHAPES = [box(10 + place / 10, 50, 10.1 + place / 10, 50.1) for place in range(4)]


@pytest.fixture
def units(tmp_path: Path) -> gpd.GeoDataFrame:
    columns = {"code": ["01", "02", "03", "04"], "NAME": list("pqrs"), "POP": [5, 6, 7, 9], "void": [None] * 4}
    return gpd.GeoDataFrame(columns, geometry=SHAPES, crs="EPSG:4326")


def drafted(tmp_path: Path, units: gpd.GeoDataFrame, *roles: str) -> Path:
    """A plan with one layer a role, each over one unit."""
    units.to_file(tmp_path / "units.gpkg")
    layers = []
    for place, role in enumerate(roles):
        path = tmp_path / f"layer_{place}.gpkg"
        units.iloc[[place]][["geometry"]].to_file(path)
        layers.append((role, path))
    return write_plan(tmp_path / "plan", tmp_path / "units.gpkg", layers)


@pytest.mark.slow
@pytest.mark.parametrize("roles", [(), ("moor",), ("other", "water", "general"), ("protected", "town", "built_up")])
def test_the_draft_is_valid_and_runs_for_any_roles(tmp_path: Path, units, roles: tuple[str, ...]) -> None:
    plan_file = drafted(tmp_path, units, *roles)
    study = read_study(plan_file)
    assert study.rulebook == plan_file.parent / "rules"
    assert not [one for one in audit(study.rulebook) if one.level == "error"]
    plan = run(study)
    assert plan.zones["main"].tolist()[: len(roles)] == list(roles)
    assert set(plan.zones["status"]) == {"decided"}
    assert "POP" in {one.name for one in plan.rulebook.indicators}
    assert "void" not in {one.name for one in plan.rulebook.indicators}


@pytest.mark.slow
def test_no_law_of_a_country_and_no_role_of_another_stands_in_a_text(tmp_path: Path, units) -> None:
    plan = run(read_study(drafted(tmp_path, units, "moor")))
    others = [read_rulebook(name, plan.rulebook.day) for name in builtin_rulebooks()]
    roles = {role for book in others for line in book.lines for role in line.roles} | {
        "elevation",
        "marine",
        "heritage",
    }
    told = " ".join(str(one.assumed) + one.name for one in localize(plan).assumptions) + report(plan)
    assert not [role for role in roles if role in told]
    assert not [book.name for book in others if book.name in told]


@pytest.mark.parametrize("role", ["Moor", "old town", "9lives", "and", "沼泽"])
def test_a_role_that_is_no_plain_word_is_refused_and_leaves_nothing(tmp_path: Path, units, role: str) -> None:
    with pytest.raises(ZoneplanError):
        drafted(tmp_path, units, role)
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize("column", ["NAME", "POP", "name_en", "Population", "人口"])
@pytest.mark.parametrize("values", [["1200", "3400", "5600"], [1200, 3400, 5600], ["Ash", "Elm", "Oak"]])
def test_names_and_amounts_are_never_more_than_unsure_as_ids(column: str, values: list) -> None:
    assert guess_id(pd.DataFrame({column: values}), "units.gpkg").sure == "unsure"


@pytest.mark.parametrize("nothing", [None, "", "  "])
@pytest.mark.parametrize("column", ["id", "name", "NAME", "jurisdiction", "state"])
def test_an_empty_column_is_never_proposed(nothing: str | None, column: str) -> None:
    frame = pd.DataFrame({"code": ["01", "02", "03", "04"], column: pd.Series([nothing] * 4, dtype="str")})
    assert guess_id(frame, "units.gpkg").column == "code"
    name = guess_name(frame, "code")
    assert name is None or name.column != column
    levels, others = guess_jurisdictions(frame, "code", None)
    assert column not in {*(one.column for one in levels), *others}
