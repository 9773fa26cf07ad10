"""Indices of a plan that are made of layers: rasters cell by cell, written and read back, and other areas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from shapely import box

from layers.errors import Finding, UnknownNameError, ZoneplanError
from layers.read.reading_step import read_inputs
from maps.runs import read_run, verify, write_run
from maps.telling.explanations.explanation_content import explain
from zoning.indices.rasters import cell_functions
from zoning.pipeline.flow import check, run
from zoning.plan import Plan
from zoning.rulebook import read_rulebook
from zoning.study import read_study

LAYER = """
[[layers]]
name = "{name}"
source = "{name}.tif"
"""
FIT = """
[[indices]]
name = "fit"
title = {{ en = "Fitness of cells" }}
cost = ["slope"]
{more}
[indices.rasters]
layers = {{ slope = "steepness", water = "water" }}
{result}
"""
FARM = """
[[indices]]
name = "farm_cells"

[indices.rasters]
layers = { terrain_slope_deg = "steepness", rain_mm = "water", warmth_deg_day = "warmth" }
derive = "farm_grade"
measure = { fields_share = "share(value <= 2)", worst_share = "share(value = 5)" }
titles = { worst_share = { en = "Worst for farming" } }
"""


@pytest.fixture
def study_with(toy_folder: Path) -> Callable[..., Path]:
    """The plan file of the toy province with three rasters of its grid: columns, rows, and both together."""
    rows, columns = np.mgrid[0:6, 0:8].astype("float64")
    cells = {"steepness": columns * 4, "water": 200 + 200 * rows, "warmth": 6000 - 500 * rows}
    with rasterio.open(toy_folder / "elevation.tif") as like:
        profile = like.profile | {"dtype": "float64", "nodata": np.nan}
    for name, values in cells.items():
        with rasterio.open(toy_folder / f"{name}.tif", "w", **profile) as dataset:
            dataset.write(values, 1)

    def made(text: str, rulebook: str = "rules") -> Path:
        plan = (toy_folder / "plan.toml").read_text("utf-8").replace('rulebook = "rules"', f'rulebook = "{rulebook}"')
        layers = "".join(LAYER.format(name=name) for name in cells)
        before, quotas, after = plan.partition("[[quotas]]")
        after = after if rulebook == "rules" else ""
        (toy_folder / "plan.toml").write_text(before + layers + text + (quotas + after if after else ""), "utf-8")
        return toy_folder / "plan.toml"

    return made


def faults_of(path: Path) -> list[Finding]:
    """What the check of a plan says that it cannot run with."""
    study, own = read_study(path), path.parent / "rules"
    rulebook = read_rulebook(own if study.rulebook == own.name else study.rulebook, study.date)
    found = check(study, rulebook, read_inputs(study))
    return [one for one in found if one.level == "error"]


def test_a_score_of_cells_is_the_mean_of_the_unit_and_a_raster_of_the_run(study_with, tmp_path: Path) -> None:
    """Pencil: a1 has rows 4 and 5, columns 0 and 1: steepness 0 and 4 of 28, water 1,000 and 1,200 of 200 on."""
    plan = run(read_study(study_with(FIT.format(more="weights = { slope = 0.5, water = 0.5 }", result=""))))
    assert plan.measures.loc["a1", "fit"] == pytest.approx((1 + 6 / 7) / 2 / 2 + (0.8 + 1) / 2 / 2)
    folder = write_run(plan, tmp_path / "run")
    assert verify(folder).state == "complete"
    with rasterio.open(folder / "rasters" / "fit.tif") as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert dataset.read(1)[0, 0] == pytest.approx(0.5)
    again = write_run(read_run(folder), tmp_path / "again")
    for name in ("rasters/fit.tif", "trace.json", "map.html"):
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name
    told = explain(plan, "a1").text()
    assert "Fitness of cells" in told
    assert "layer water, from 200 to 1,200 over all cells, at weight 0.5" in told


def test_graded_cells_have_measures_of_their_own(study_with) -> None:
    """Pencil: of ranks 1 to 6 of rows, each of 8 cells; graded above 24.5, the middle: b is half good, a all."""
    result = 'classes = "<=24.5|>24.5"\ngrades = "5|1"\nmeasure = { good_share = "share(value = 1)" }'
    text = FIT.format(more='normalise = "rank"\nweights = { slope = 0, water = 1 }', result=result)
    plan = run(read_study(study_with(text)))
    assert plan.measures["good_share"].to_dict() == {
        unit: {"a": 1.0, "b": 0.5, "c": 0.0}[unit[0]] for unit in plan.measures.index
    }
    assert plan.measures.loc["b1", "fit"] == 3
    with rasterio.open(plan.rasters["fit"].path) as dataset:
        assert dataset.dtypes == ("uint8",)


def test_what_the_rulebook_derives_of_cells_gives_a_score(study_with) -> None:
    plan = run(read_study(study_with(FARM, "main_functional_areas")))
    with rasterio.open(plan.rasters["farm_cells"].path) as dataset:
        cells = dataset.read(1)
    assert set(np.unique(cells)) <= {1, 2, 3, 4, 5}
    corner = cells[4:, :2]
    assert plan.measures.loc["a1", "farm_cells"] == pytest.approx(corner.mean())
    assert plan.measures.loc["a1", "fields_share"] == pytest.approx((corner <= 2).mean())
    assert "Mean over the cells of what the rulebook derives for each" in explain(plan, "a1").text()


def test_how_far_ranks_may_be_off_is_said(study_with, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pencil: with two bins at the most 24 cells of each half of the water share a rank, 11.5 off at the ends."""
    monkeypatch.setattr(cell_functions, "_FIRST_BINS", 2)
    monkeypatch.setattr(cell_functions, "_CROWDED_PART", 2)
    text = FIT.format(more='normalise = "rank"\nweights = { slope = 0, water = 1 }', result="")
    plan = run(read_study(study_with(text)))
    assert "ranks of layer water are off by 11.5 of 48 cells at the most" in explain(plan, "a1").text()


def test_a_plan_that_is_varied_keeps_its_rasters(study_with) -> None:
    plan = run(read_study(study_with(FIT.format(more="", result=""))))
    other: Plan = plan.vary(quotas={plan.study.quotas[0].name: 1})
    assert other.rasters["fit"] is plan.rasters["fit"]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('water = "water"', 'water = "watr"', "there is no raster layer 'watr'; did you mean 'water'"),
        ('water = "water"', 'water = "units"', "there is no raster layer 'units'"),
        ('cost = ["slope"]', 'cost = ["steep"]', "'steep' is none of the measures"),
        ('cost = ["slope"]', 'of = ["population"]', "by one of 'of', 'access', 'capacity', 'rasters' and 'areal'"),
        ('water = "water" }', 'water = "water" }\nclasses = "<=3|>3"', "go together"),
        ('water = "water" }', 'water = "water" }\nderive = "farm"', "has no meaning with 'rasters'"),
        ('cost = ["slope"]', "opinions = { us = { slope = 1, water = 0 } }", "'opinions' has no meaning"),
    ],
)
def test_what_cannot_be_made_of_rasters_is_refused_with_its_place(study_with, before: str, after: str, says: str):
    path = study_with(FIT.format(more="", result="").replace(before, after))
    with pytest.raises(ZoneplanError, match=r"plan.toml, line \d+") as refused:
        run(read_study(path))
    assert says in str(refused.value)


def test_rasters_that_the_rulebook_needs_are_named(study_with) -> None:
    text = FARM.replace(', warmth_deg_day = "warmth"', "")
    path = study_with(text, "main_functional_areas")
    (fault,) = faults_of(path)
    assert "derives 'farm_grade' of warmth_deg_day as well" in fault.text
    path.write_text(path.read_text("utf-8").replace('"farm_grade"', '"farm_grad"'), "utf-8")
    with pytest.raises(UnknownNameError, match="derives no number 'farm_grad'; did you mean 'farm_grade'"):
        run(read_study(path))


def test_rasters_of_different_cells_are_refused(study_with, toy_folder: Path) -> None:
    path = study_with(FIT.format(more="", result=""))
    with rasterio.open(toy_folder / "water.tif") as dataset:
        profile, values = dataset.profile, dataset.read(1)
    profile |= {"width": 4, "transform": rasterio.Affine(1000, 0, 4e6, 0, -500, 3.003e6)}
    with rasterio.open(toy_folder / "water.tif", "w", **profile) as dataset:
        dataset.write(values[:, ::2], 1)
    (fault,) = faults_of(path)
    assert "have not the same cells" in fault.text


AREAS = """
[[layers]]
name = "districts"
source = "districts.gpkg"

[[indices]]
name = "pupils"
title = {{ en = "Pupils" }}

[indices.areal]
layer = "districts"
column = "pupils"
kind = "extensive"
{where}

[[indices]]
name = "earnings"

[indices.areal]
layer = "districts"
column = "earnings"
kind = "intensive"

[[indices]]
name = "hilly_share"

[indices.areal]
layer = "districts"
column = "cover"
kind = "categorical"
value = "hills"
"""


@pytest.fixture
def with_districts(study_with: Callable[..., Path], toy_folder: Path) -> Callable[..., Path]:
    """Three districts: one on the western half of the province, one on the eastern, and one that meets no unit."""
    x, y = 4_000_000, 3_000_000
    shapes = [box(x, y, x + 2000, y + 3000), box(x + 2000, y, x + 4000, y + 3000), box(x - 500, y, x, y + 9)]
    columns = {"pupils": [600.0, 1200.0, 50.0], "earnings": [10.0, 20.0, 99.0], "cover": ["hills", "plain", "plain"]}
    gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:3035").to_file(toy_folder / "districts.gpkg")
    return lambda where="": study_with(AREAS.format(where=where))


def test_columns_of_other_areas_come_to_the_units(with_districts) -> None:
    """Pencil: six units a district: 100 and 200 pupils each; rates and kinds as in the district."""
    plan = run(read_study(with_districts()))
    west = plan.measures.index.str[1].isin(["1", "2"])
    assert np.allclose(plan.measures["pupils"], np.where(west, 100, 200))
    assert plan.measures["pupils"].sum() == pytest.approx(1800)
    assert np.allclose(plan.measures["earnings"], np.where(west, 10, 20))
    assert np.allclose(plan.measures["hilly_share"], np.where(west, 1, 0))
    told = explain(plan, "a1").text()
    assert "Amount “pupils” of layer districts, divided by the land in common; areas met: 1" in told
    assert "Share of “hills” in “cover” of layer districts" in told
    assert "Pupils: 100\n" in told  # six digits, whatever the division leaves behind them


def test_amounts_stand_where_a_raster_has_something(with_districts) -> None:
    """Pencil: steepness counts: columns 0, 4, 8 and 12 in the west; a1 has 0 and 4 of 24 in each row of 3 x 2 cells."""
    plan = run(read_study(with_districts('dasymetric = "steepness"')))
    assert plan.measures.loc["a1", "pupils"] == pytest.approx(600 * 4 / 24 / 3)
    assert plan.measures["pupils"].sum() == pytest.approx(1800)
    assert "as far as layer steepness has it there" in explain(plan, "a1").text()


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('layer = "districts"', 'layer = "district"', "no layer 'district' of polygons; did you mean 'districts'"),
        ('column = "pupils"', 'column = "pupil"', "has no column 'pupil'; did you mean 'pupils'"),
        ('column = "pupils"', 'column = "pupils"\ndasymetric = "plants"', "'plants' of polygons or cells"),
        ('value = "hills"', "", "give 'value' with kind"),
    ],
)
def test_areas_that_are_not_there_are_named(with_districts, before: str, after: str, says: str) -> None:
    path = with_districts()
    path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")
    with pytest.raises(ZoneplanError, match=r"plan.toml, line \d+") as refused:
        run(read_study(path))
    assert says in str(refused.value)
