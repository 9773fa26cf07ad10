"""Without ``--rulebook`` a plan has rules from its own roles and columns, and no country's law."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from layers.errors import ZoneplanError
from maps.drafts import write_first_rulebook, write_plan
from maps.drafts.first_rulebook import known_roles
from maps.drafts.source_inspection import guess_id, guess_jurisdictions, guess_name
from maps.drawing.palette import FILLS, zone_fills
from maps.telling.reports.report_page import report
from maps.words import languages, localize
from zoning.pipeline.flow import run
from zoning.pipeline.plan_findings import plan_findings_of
from zoning.pipeline.rulebook_audit import audit
from zoning.rulebook import builtin_rulebooks, read_rulebook
from zoning.study import builtin_study, read_study

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


def shipped(name: str) -> tuple[Path, Path]:
    """The units of a shipped study, and a layer of its fragile or built-up land, as files of a user."""
    if name == "french_region":
        folder = Path(__file__).resolve().parents[3] / "examples" / name
        return folder / "communes.geojson", folder / "sols.geojson"
    source = builtin_study(name).with_name(f"{name}.gpkg")
    return Path(f"{source}:units"), Path(f"{source}:fragile_areas")


@pytest.mark.parametrize("name", ["us_mountain_west", "china_provinces", "french_region"])
def test_a_plan_of_shipped_data_is_drafted_and_runs_whatever_its_columns(tmp_path: Path, command, name: str) -> None:
    units, layer = shipped(name)
    plan_file = tmp_path / "my plan" / "plan.toml"
    roles = ("--layer", f"ecologically_fragile={layer}")
    done = command("init", plan_file.parent, "--units", units, *roles, "--lang", "en")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1].strip() == f"zoneplan run '{plan_file}'"
    assert "--layer" not in done.out
    study = read_study(plan_file)
    rulebook = read_rulebook(study.rulebook, study.date)
    booleans = {one.name for one in rulebook.indicators if one.type == "boolean"}
    assert booleans == {"us_mountain_west": {"metro"}, "china_provinces": {"north"}}.get(name, set())
    zone = next(one for one in rulebook.zones if one.code == "ecologically_fragile")
    assert set(zone.title) == set(languages())
    assert len(set(zone.title.values())) == len(languages())
    fills = zone_fills(rulebook)
    assert fills["ecologically_fragile"] == zone_fills(read_rulebook("us_west"))["ecologically_fragile"]
    plan = run(study)
    assert "no_role" not in {one.code for one in plan_findings_of(plan)}


def test_known_roles_have_the_colours_of_built_in_zones_and_titles_in_every_language() -> None:
    known = known_roles()
    assert {one.colour for one in known.values()} <= set(FILLS)
    assert len({one.colour for one in known.values()}) == len(known)
    assert {frozenset(one.title) for one in known.values()} == {frozenset(languages())}
    for name in builtin_rulebooks():
        coloured = {one.code: one.colour for one in read_rulebook(name).zones if one.colour and one.code in known}
        assert coloured == {code: known[code].colour for code in coloured}


def test_without_a_role_init_and_run_say_how_to_give_one(tmp_path: Path, units, command) -> None:
    units.to_file(tmp_path / "units.gpkg")
    done = command("init", tmp_path / "plan", "--units", tmp_path / "units.gpkg")
    assert "--layer ROLE=FILE" in done.out
    plan_file = tmp_path / "plan" / "plan.toml"
    assert [one.code for one in plan_findings_of(run(read_study(plan_file))) if one.code == "no_role"] == ["no_role"]
    assert "--layer ROLE=FILE" in command("run", plan_file).out


@pytest.mark.parametrize("role", ["ecologicaly_fragile", "agriculture", "waters", "builtup"])
def test_a_misspelt_role_is_refused_with_the_nearest_name(tmp_path: Path, units, role: str) -> None:
    nearest = {"ecologicaly_fragile": "ecologically_fragile", "agriculture": "agricultural"}
    with pytest.raises(ZoneplanError) as caught:
        drafted(tmp_path, units, role)
    assert caught.value.code == "unknown_role"
    assert f"'{nearest.get(role) or {'waters': 'water', 'builtup': 'built_up'}[role]}'" in str(caught.value)
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize("given", ["book", "./book", "absolute", "inside"])
def test_a_rulebook_is_named_as_given_and_stands_beside_the_plan(
    tmp_path: Path, units, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.chdir(tmp_path)
    units.to_file("units.gpkg")
    folder = Path("plan") / "book" if given == "inside" else Path("book")
    write_first_rulebook(folder, "en")
    named = {"absolute": str(tmp_path / "book"), "inside": "book"}.get(given, given)
    plan_file = write_plan("plan", "units.gpkg", (), named)
    study = read_study(plan_file)
    assert (study.study.rulebook, study.rulebook) == ("book", Path("plan") / "book")
    assert read_rulebook(study.rulebook).name
