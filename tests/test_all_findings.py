"""Everything that is wrong with the inputs of a study is found at one reading: no fault hides another."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Polygon

from layers.errors import ZoneplanError
from layers.read.reading_step import read_inputs
from tests.conftest import ROOT
from zoning.study import builtin_studies, builtin_study, read_study

SHIPPED = {name: builtin_study(name) for name in builtin_studies()} | {
    folder.parent.name: folder for folder in sorted((ROOT / "examples").glob("*/plan.toml"))
}


def bow_tie(shape: Polygon) -> Polygon:
    """A figure that crosses itself where a shape is: no repair tells which half is meant."""
    west, south, east, north = shape.bounds
    return Polygon([(west, south), (east, north), (east, south), (west, north)])


def spoil(path: Path, layer: str | None, crossed: int) -> gpd.GeoDataFrame:
    """Empty the first feature of a file, and make those after it cross themselves."""
    kind = "GPKG" if path.suffix == ".gpkg" else "GeoJSON"
    frame = gpd.read_file(path, layer=layer) if layer else gpd.read_file(path)
    shapes = [None, *map(bow_tie, frame.geometry[1 : crossed + 1]), *frame.geometry[crossed + 1 :]]
    frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    frame.to_file(path, driver=kind, **({"layer": layer} if layer else {}))
    return frame


def refused(plan_file: Path) -> ZoneplanError:
    with pytest.raises(ZoneplanError) as error:
        read_inputs(read_study(plan_file))
    return error.value


@pytest.mark.parametrize("name", SHIPPED)
def test_an_empty_unit_hides_no_invalid_one_nor_a_table(name: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SHIPPED[name].parent, tmp_path / name, ignore=shutil.ignore_patterns("runs")))
    study = read_study(folder / "plan.toml")
    crossed = min(22, len(read_inputs(study).units) - 2)
    frame = spoil(folder / study.units.source, study.units.layer, crossed)
    ids = frame[study.units.id].astype(str).tolist()
    told = refused(folder / "plan.toml").findings
    by_code = {one.code: one for one in told if one.layer == "units"}
    assert by_code["empty"].features == (ids[0],)
    assert by_code["invalid"].count == crossed
    assert {*by_code["invalid"].features} <= {*ids[1 : crossed + 1]}
    assert {one.layer for one in told} == {"units"}
    if study.tables:
        (table, *_) = study.tables
        rows = pd.read_csv(folder / table.source, dtype=str)
        pd.concat([rows, rows.tail(1)]).to_csv(folder / table.source, index=False)
        again = {(one.layer, one.code) for one in refused(folder / "plan.toml").findings}
        assert again == {("units", "empty"), ("units", "invalid"), (table.source, "id_duplicate")}


FAULTS = """
[[tables]]
source = "more.csv"
id = "code"
[[layers]]
name = "woods"
source = "woods.gpkg"
role = "ecologically_fragile"
[[layers]]
name = "afar"
source = "afar.gpkg"
role = "energy_rich"
band = 2
"""


def test_all_faults_of_units_layers_and_tables_come_together(
    toy_folder: Path, command: Callable[..., SimpleNamespace]
) -> None:
    units = gpd.read_file(toy_folder / "toy.gpkg", layer="units")
    shapes = [*units.geometry]
    shapes[1], shapes[2], shapes[3] = None, bow_tie(shapes[2]), shapes[4]
    rows = [*range(12), 6]
    spoilt = gpd.GeoDataFrame(units.drop(columns="geometry"), geometry=shapes, crs=units.crs).iloc[rows]
    spoilt.to_file(toy_folder / "toy.gpkg", layer="units")
    (toy_folder / "more.csv").write_text("code,population\na1,1\na1,2\n,3\n", "utf-8")
    woods = [*map(bow_tie, units.geometry[:2]), units.geometry[5].centroid]
    gpd.GeoDataFrame({"n": [1, 2, 3]}, geometry=woods, crs=units.crs).to_file(toy_folder / "woods.gpkg")
    afar = [bow_tie(units.geometry[0]).buffer(0).envelope, bow_tie(units.geometry[0])]
    moved = gpd.GeoSeries(afar, crs=units.crs).translate(5e5, 5e5)
    gpd.GeoDataFrame({"n": [1, float("inf")]}, geometry=moved).to_file(toy_folder / "afar.gpkg")
    with (toy_folder / "plan.toml").open("a", encoding="utf-8") as plan:
        plan.write(FAULTS)
    told = command("check", toy_folder / "plan.toml", "--json")
    errors = [one for one in json.loads(told.out)["findings"] if one["level"] == "error"]
    assert told.code == 2
    assert {(one["layer"], one["code"]) for one in errors} >= {
        ("units", "id_duplicate"), ("units", "empty"), ("units", "invalid"), ("units", "overlap"),
        ("woods", "mixed_kinds"), ("woods", "invalid"),
        ("afar", "plan"), ("afar", "infinite"), ("afar", "far"),
        ("more.csv", "id_missing"), ("more.csv", "id_duplicate"), ("more.csv", "two_sources"),
    }  # fmt: skip
    assert len(errors) == len({one["text"] for one in errors})
    plan_file = toy_folder / "plan.toml"
    plan_file.write_text(
        plan_file.read_text("utf-8").replace('source = "toy.gpkg"', 'source = "toys.gpkg"', 1), "utf-8"
    )
    errors = [
        one for one in json.loads(command("check", plan_file, "--json").out)["findings"] if one["level"] == "error"
    ]
    assert {(one["layer"], one["code"]) for one in errors} >= {("woods", "mixed_kinds"), ("woods", "invalid")}
    assert [one["code"] for one in errors if one["layer"] == "units"] == ["source_missing"]
