"""The scripts of the map in node: their own tests, and what they make of a block that Python wrote."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

import zoneplan as zp
from maps.drawing.map_context import Neighbourhood, study_outline
from maps.drawing.topology import plan_topology
from maps.web.geometry_encoding import encode_block, ground_of, place_on_grid
from maps.web.map_payload import measure_columns, page_of
from maps.web.page_model import as_json
from maps.words import languages

SCRIPTS = Path(__file__).parent / "scripts"

pytestmark = pytest.mark.node


@pytest.mark.parametrize("name", sorted(path.name for path in SCRIPTS.glob("*.test.js")))
def test_scripts_pass_their_own_tests(node, name: str) -> None:
    node("--test", SCRIPTS / name)


@pytest.mark.parametrize("language", languages())
def test_scripts_read_what_python_wrote(node, toy_plan, chain_lines, tmp_path: Path, language: str) -> None:
    """The same model, the same outlines, and on each card every line of the explanation."""
    borders = plan_topology(toy_plan.units, toy_plan.pieces)
    shapes = place_on_grid(borders, toy_plan.units)
    ground = ground_of(Neighbourhood(toy_plan), shapes, study_outline(borders.units), language)
    model = page_of(toy_plan, shapes, language, ground.model)
    page = as_json(model)
    listed = {one.name for one in model.measures}
    columns = [one for one in measure_columns(toy_plan) if one.name in listed]
    numbers = [*ground.numbers, *(one.steps for one in columns)]
    (tmp_path / "block").write_text(encode_block(page, shapes, numbers), "ascii")
    read = json.loads(node(SCRIPTS / "read_block.js", tmp_path / "block"))
    assert read["page"] == json.loads(page)
    land = read["ground"][0]
    assert land["kind"] == "land"
    assert np.diff(land["start"]).tolist() == ground.numbers[0].tolist()
    assert (min(land["x"]), max(land["x"])) == (0, ground.model.width)
    assert (min(land["y"]), max(land["y"])) == (0, ground.model.height)
    assert [one["name"] for one in read["page"]["measures"]] == [one.name for one in columns]
    for one, told in zip(columns, read["columns"], strict=True):
        values = np.array([np.nan if value is None else value for value in told])
        assert np.allclose(values, toy_plan.measures[one.name].to_numpy(float), atol=one.step / 2, equal_nan=True)
    assert [card["id"] for card in read["cards"]] == toy_plan.units.index.tolist()
    for card, own in zip(read["cards"], toy_plan.units.geometry, strict=True):
        (outline,) = card["outline"]
        drawn = shapely.transform(shapely.Polygon(outline), lambda xy: xy * shapes.step + (shapes.west, shapes.south))
        assert drawn.symmetric_difference(own).area < 0.002 * own.area
        assert chain_lines(toy_plan, card["id"], language) <= set(card["lines"])


def write_block(plan: zp.Plan, folder: Path, language: str) -> Path:
    """The block of a plan's map, without ground."""
    shapes = place_on_grid(plan_topology(plan.units, plan.pieces), plan.units)
    (folder / "block").write_text(encode_block(as_json(page_of(plan, shapes, language)), shapes), "ascii")
    return folder / "block"


def words_in(text: str) -> int:
    """Words, and two Chinese signs for one; that a title is in another language is said in signs, not in words.

    Spaces that do not break, as between the thousands of a French number, part no words.
    """
    signs = re.findall(r"[\u2e80-\u9fff]", text)
    joined = re.sub(r"[\u00a0\u202f]", "", text)
    return len(re.findall(r"\S*\w\S*", re.sub(r"[\u2e80-\u9fff]+|\(en\)", " ", joined))) + len(signs) // 2


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("study", ["us_mountain_west", "china_provinces"])
def test_a_card_says_all_in_120_words_before_it_is_unfolded(
    node, plan_of, tmp_path: Path, study: str, language: str
) -> None:
    plan = plan_of(study)
    read = json.loads(node(SCRIPTS / "read_block.js", write_block(plan, tmp_path, language)))
    counts = {card["id"]: words_in(card["folded"]) for card in read["cards"]}
    assert {unit: count for unit, count in counts.items() if count > 120} == {}


@pytest.mark.parametrize(("study", "least"), [("us_mountain_west", 100), ("china_provinces", 20)])
def test_other_values_of_its_own_make_of_a_unit_what_the_card_says(
    node, plan_of, tmp_path: Path, study: str, least: int
) -> None:
    """Each told value is given to a copy of its unit, and the rules are asked anew."""
    plan = plan_of(study)
    told = json.loads(node(SCRIPTS / "read_own_values.js", write_block(plan, tmp_path, "en")))
    whole = plan.measures.select_dtypes("int").columns
    table = plan.measures.loc[[one["unit"] for one in told]].astype(dict.fromkeys(whole, "float64"))
    beyond = {"own_below": 1 - 1e-9, "own_most": 1.0, "own_from": 1.0, "own_above": 1 + 1e-9}
    for row, one in enumerate(told):
        measure, _, divisor = one["measure"].partition(" / ")
        unit = table.iloc[row]
        value = one["limit"] * beyond[one["way"]] * (float(unit[divisor]) if divisor else 1.0)
        table.iloc[row, table.columns.get_loc(measure)] = value
    table.index = pd.Index([f"case {row}" for row in range(len(told))], name="unit_id")
    zones = zp.resolve(zp.classify(table, plan.rulebook), plan.rulebook)
    assert zones["main"][table.index].tolist() == [one["zone"] for one in told]
    assert len(told) > least
