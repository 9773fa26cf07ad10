"""Pins: what a plan says of its sources is held to, whatever their format, and nothing else in the plan moves."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd
import pytest
import rasterio
from shapely import box

from layers.read.reading_step import read_inputs
from zoneplan.cli.commands import main
from zoning.study import builtin_study, read_study

X0, Y0, KM = 4_000_000.0, 3_000_000.0, 1000.0
FORMATS = ("a.gpkg", "b.geojson", "c.shp", "d.fgb", "e.parquet", "f.csv", "g.tif", "table")
PIN = re.compile(r"\n *pin = \{[^\n]*\}(?=\r?\n|$)")


def features(count: int) -> gpd.GeoDataFrame:
    """Squares of 4 ha in the south-west of the toy province."""
    shapes = [box(X0 + 300 * at, Y0, X0 + 300 * at + 200, Y0 + 200) for at in range(count)]
    return gpd.GeoDataFrame({"kind": [f"k{at}" for at in range(count)]}, geometry=shapes, crs="EPSG:3035")


def give(folder: Path, name: str, count: int = 2) -> Path:
    """Write a source of so many features, rows, or values that depend on it."""
    path = folder / name
    if name == "table":
        path = folder / "stats.csv"
        table = pd.read_csv(path, dtype=str)
        table.iloc[: len(table) + 2 - count].to_csv(path, index=False)
    elif name.endswith(".tif"):
        shutil.copyfile(folder / "elevation.tif", path)
        with rasterio.open(path, "r+") as grid:
            grid.write(grid.read(1) + count, 1)
    elif name.endswith(".csv"):
        points = features(count).centroid
        pd.DataFrame({"x": points.x, "y": points.y}).to_csv(path, index=False)
    elif name.endswith(".parquet"):
        features(count).to_parquet(path)
    else:
        features(count).to_file(path, **({"encoding": "utf-8"} if name.endswith(".shp") else {}))
    return path


def ask(folder: Path, name: str) -> None:
    """Name the source in the plan."""
    if name == "table":
        return
    more = {"f.csv": 'x = "x"\ny = "y"\ncrs = "EPSG:3035"\nmeasure = { more = "count()" }'}
    more["g.tif"] = 'measure = { more_mean = "mean(value)" }'
    said = more.get(name, 'role = "protected"')
    with (folder / "plan.toml").open("a", encoding="utf-8") as plan:
        plan.write(
            f'\n# one more\n[[layers]]\nname = "more_{Path(name).stem}"\nsource = "{name}"  # and its parts\n{said}\n'
        )


class Pinned(NamedTuple):
    """A study with a source of each format whose plan is pinned, the plan before that, and a run of it."""

    folder: Path
    before: bytes
    run: Path


@pytest.fixture(scope="module")
def pinned(copy_toy: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Pinned:
    place = tmp_path_factory.mktemp("pinned")
    folder = copy_toy(place / "toy")
    for name in FORMATS:
        give(folder, name)
        ask(folder, name)
    plan = folder / "plan.toml"
    before = plan.read_bytes()
    for arguments in (("check", plan, "--pin"), ("run", plan, "--out", place / "result")):
        with pytest.raises(SystemExit) as left:
            main([str(one) for one in arguments])
        assert left.value.code == 0
    return Pinned(folder, before, place / "result")


@pytest.fixture
def own(pinned: Pinned, tmp_path: Path) -> Path:
    """A copy of the study to change."""
    return Path(shutil.copytree(pinned.folder, tmp_path / "own"))


def test_sources_of_every_format_are_pinned_and_pinned_again(command, pinned: Pinned, own: Path) -> None:
    plan = own / "plan.toml"
    first = plan.read_bytes()
    assert PIN.sub("", first.decode()) == pinned.before.decode()
    assert first.count(b"pin = {") == 1 + pinned.before.count(b"[[layers]]") + pinned.before.count(b"[[tables]]")
    assert (pinned.run / "plan.toml").read_bytes() == first
    assert command("check", plan).code == 0

    for name in FORMATS:
        give(own, name, 3)
    assert command("check", plan, "--pin").code == 0
    again = plan.read_text("utf-8")
    assert PIN.sub("", again) == pinned.before.decode()
    moved = [now for was, now in zip(first.decode().splitlines(), again.splitlines(), strict=True) if was != now]
    assert len(moved) == len(FORMATS)
    assert command("check", plan).code == 0


@pytest.mark.parametrize("name", FORMATS)
def test_a_source_of_each_format_is_held_to_its_pin(
    name: str, command, pinned: Pinned, own: Path, tmp_path: Path
) -> None:
    path = give(own, name, 3)
    for done in (
        command("check", own / "plan.toml"),
        command("run", own / "plan.toml", "--out", tmp_path / "again"),
        command("verify", pinned.run, "--rerun", "--study", own),
    ):
        said = done.out + done.err
        assert done.code == 3, said
        assert f"{path.name} is not what was pinned: sha256 pinned " in said
        assert said.count("is not what was pinned") == 1
        assert name == "g.tif" or re.search(r"; rows pinned \d+, found \d+", said)
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("name", FORMATS)
def test_one_byte_of_any_part_of_a_source_is_noticed(name: str, command, own: Path) -> None:
    path = own / ("stats.csv" if name == "table" else name)
    parts = sorted(own.glob(f"{path.stem}.*"))
    assert parts
    for part in parts:
        whole = part.read_bytes()
        part.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        done = command("check", own / "plan.toml")
        assert done.code == 3, part
        assert f"{path.name} is not what was pinned: sha256 pinned " in done.out, part
        part.write_bytes(whole)
    if name == "c.shp":
        path.with_suffix(".cpg").unlink()
        assert "c.shp is not what was pinned: sha256 pinned " in command("check", own / "plan.toml").out


def test_a_pin_says_rows_box_and_area(command, toy_folder: Path) -> None:
    assert command("check", toy_folder / "plan.toml", "--pin").code == 0
    study = read_study(toy_folder / "plan.toml")
    pins = {layer.name: layer.pin for layer in study.layers}
    province = (X0, Y0, X0 + 4 * KM, Y0 + 3 * KM)
    assert study.units.pin is not None
    assert (study.units.pin.rows, study.units.pin.box, study.units.pin.area_ha) == (12, province, 1200.0)
    assert (pins["forest"].rows, pins["forest"].area_ha) == (3, 800.0)  # of the file, not of its where
    assert (pins["plants"].box is not None, pins["plants"].area_ha) == (True, None)
    assert (pins["height"].rows, pins["height"].box, pins["height"].area_ha) == (None, province, None)
    table = study.tables[0].pin
    assert table is not None
    assert (table.box, table.area_ha) == (None, None)
    assert len(read_inputs(study).units) == 12


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("rows = 12", "rows = 11", "; rows pinned 11, found 12"),
        ("area_ha = 1200.0", "area_ha = 1201.0", "area_ha pinned 1201.0, found 1200.0"),
        ("box = [4000000.0", "box = [4000000.5", "box pinned [4000000.5, "),
        ("area_ha = 1200.0", "area_ha = 1200.0000001", ""),
    ],
)
def test_each_number_of_a_pin_is_held_to(old: str, new: str, says: str, command, toy_folder: Path) -> None:
    plan = toy_folder / "plan.toml"
    command("check", plan, "--pin")
    text = plan.read_text("utf-8")
    plan.write_text(text.replace(old, new, 1), "utf-8")
    done = command("check", plan)
    assert done.code == (3 if says else 0)
    assert says.lstrip("; ") in done.out
    if says:
        assert "plan.toml, line 8, column 7: layer 'units': toy.gpkg is not what was pinned" in done.out


SHAPES = {
    "a comment before the next table": '[units]  # here\nsource = "a"  # why\nid = "x"\n\n# The layers\n',
    "line ends of Windows": '[units]\r\nid = "x"\r\nsource = "a"\r\n\r\n# c',
    "a byte-order mark and no line end": '\ufeff[units]\nid = "x"\nsource = "a"',
    "one line": 'units = { source = "a", id = "x" } # c\n',
    "dots": 'units.source = "a"\nunits.id = "x"\n# c\n',
    "a key in quotes, indented": '[units]\n  "source" = \'a\'\n\tid = "x"\n[other]\n',
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_pin_goes_beside_the_source_however_a_table_is_written(shape: str) -> None:
    import tomllib

    from layers.sources import Document, set_beside
    from layers.sources.toml_documents import find_positions

    text = SHAPES[shape]
    for value in ('{ sha256 = "00" }', "{ rows = 3, box = [1.0, 2.0] }"):  # new, and replaced
        document = Document(text=text, positions=find_positions(text.removeprefix("\ufeff")))
        text = set_beside(document, "pin", "source", {("units",): value})
        found = tomllib.loads(text.removeprefix("\ufeff"))
        assert found["units"] == {"source": "a", "id": "x", "pin": tomllib.loads(f"pin = {value}")["pin"]}
    before = SHAPES[shape]
    without = re.sub(r"(, |\r?\n[ \t]*(units\.)?)pin = \{[^}]*\}", "", text)
    assert without == before


def test_a_pin_written_by_hand_in_another_way_is_not_replaced(command, toy_folder: Path) -> None:
    plan = toy_folder / "plan.toml"
    text = plan.read_text("utf-8").replace('layer = "units"', f'layer = "units"\npin.sha256 = "{"0" * 64}"')
    plan.write_text(text, "utf-8")
    done = command("check", plan, "--pin")
    assert done.code == 2
    assert "'pin' is written as a table of its own, or with dots: delete it" in done.out
    assert plan.read_text("utf-8") == text


def test_a_plan_with_an_error_is_not_pinned(command, toy_folder: Path) -> None:
    plan = toy_folder / "plan.toml"
    plan.write_text(plan.read_text("utf-8").replace('weight = "population"', 'weight = "popularity"'), "utf-8")
    before = plan.read_bytes()
    done = command("check", plan, "--pin")
    assert (done.code, plan.read_bytes()) == (2, before)
    assert done.out.endswith("plan.toml: not pinned, as there is an error\n")


def test_only_a_plan_of_ones_own_is_pinned(command, toy_folder: Path) -> None:
    assert command("check", toy_folder / "rules", "--pin").code == 2
    done = command("check", builtin_study("us_mountain_west"), "--pin")
    assert done.code == 5
    assert "Copy the study with zoneplan demo" in done.out


def test_a_link_to_a_plan_stays_one_and_its_mode_too(command, toy_folder: Path) -> None:
    plan = toy_folder / "plan.toml"
    plan.rename(toy_folder / "real.toml")
    plan.symlink_to("real.toml")
    (toy_folder / "real.toml").chmod(0o640)
    assert command("check", plan, "--pin").code == 0
    assert plan.is_symlink()
    assert (toy_folder / "real.toml").stat().st_mode & 0o777 == 0o640
    assert "pin = {" in plan.read_text("utf-8")


def test_a_disk_that_is_full_leaves_the_plan_as_it_was(command, toy_folder: Path, monkeypatch) -> None:
    before = (toy_folder / "plan.toml").read_bytes()

    def full(*_arguments, **_words):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    done = command("check", toy_folder / "plan.toml", "--pin", "--json")
    assert done.code == 5
    told = json.loads(done.out)
    assert (told["findings"][0]["code"], told["pinned"]) == ("write", False)
    monkeypatch.undo()
    assert (toy_folder / "plan.toml").read_bytes() == before
    assert not list(toy_folder.glob(".*"))
