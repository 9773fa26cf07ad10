"""The bundled world: what of it is decoded, and that the boxes in its files are those of its shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

from maps.drawing import map_context
from maps.drawing.map_context import DATA, World, world_layer

SIDES = ("xmin", "ymin", "xmax", "ymax")
WHOLE = np.array([[-180.0, -90.0, 180.0, 90.0]])
WEST = np.array([[-114.8, 31.3, -102.0, 45.0]])


@pytest.mark.parametrize("name", ["land", "lakes", "rivers", "admin1_lines", "admin0_lines"])
def test_each_box_holds_its_shape_and_hardly_more(name):
    rows = pq.ParquetFile(DATA / f"{name}.parquet").read()
    boxes = np.column_stack([rows["bbox"].combine_chunks().field(side).to_numpy() for side in SIDES])
    own = shapely.bounds(shapely.from_wkb(rows["geometry"].to_numpy()))
    assert (boxes[:, :2] <= own[:, :2]).all()
    assert (boxes[:, 2:] >= own[:, 2:]).all()
    assert np.abs(boxes - own).max() < 1e-4


@pytest.mark.parametrize("name", ["land", "places", "regions"])
def test_a_part_of_a_layer_is_what_meets_its_boxes_in_the_same_order(name):
    whole = world_layer(name, WHOLE)
    chosen, part = whole.meeting(WEST), world_layer(name, WEST)
    assert 0 < len(part.shapes) < len(whole.shapes) / 10
    assert shapely.equals_exact(part.shapes, chosen.shapes).all()
    assert {key: one.tolist() for key, one in part.fields.items()} == {
        key: one.tolist() for key, one in chosen.fields.items()
    }


def test_what_was_read_for_a_wide_picture_serves_those_inside_it(monkeypatch):
    read = []
    monkeypatch.setattr(map_context, "world_layer", lambda *asked: read.append(asked) or world_layer(*asked))
    world, inside = World(), WEST + np.array([1.0, 1.0, -1.0, -1.0])
    world.near("lakes", WEST)
    assert len(world.near("lakes", inside).shapes) == len(world_layer("lakes", inside).shapes)
    assert len(read) == 1
    world.near("lakes", WHOLE)
    assert len(read) == 2


@pytest.mark.parametrize("name", ["land", "lakes", "places"])
def test_where_nothing_is_nothing_is_read(name):
    sea = world_layer(name, np.array([[-30.5, 40.2, -30.4, 40.3]]))
    assert len(sea.shapes) == 0
    assert {len(values) for values in sea.fields.values()} == {0}


NO_DIVISION = {
    1815463: "a second record of Changzhi",
    1809412: "a town",
    1793424: "a former district",
    9931406: "a village",
}
"""Of the 300 largest places of China those that are no division of today, and what they are."""
NOT_LISTED = {"松原市", "黑河市", "三沙市", "吴忠市"}
"""Cities of prefecture rank whose seat is not among the places."""


def test_chinese_names_of_places_are_those_of_the_table_of_divisions():
    layer = world_layer("places", WHOLE).fields
    places = pd.DataFrame({key: layer[key] for key in ("geonameid", "iso_a2", "population", "name_zh", "division")})
    china = places[places["iso_a2"] == "CN"].sort_values("population", ascending=False, kind="stable")
    known = pd.read_csv(Path(__file__).parents[2] / "data" / "china_divisions.csv", dtype=str).set_index("code")
    named = china[china["division"] != ""]
    assert named["division"].is_unique
    assert named["name_zh"].tolist() == known.loc[named["division"], "stem"].tolist()
    largest = china.head(300)
    assert set(largest.loc[largest["division"] == "", "geonameid"]) == set(NO_DIVISION)
    prefectures = known[known.index.str.endswith("00") & known["name"].str.endswith("市")]
    assert set(prefectures.loc[~prefectures.index.isin(named["division"]), "name"]) == NOT_LISTED
    assert all(name.startswith(stem) for name, stem in zip(known["name"], known["stem"], strict=True))
    by_division = named.set_index("division")["name_zh"]
    assert [by_division[code] for code in ("632801", "654301", "152502")] == ["格尔木", "阿勒泰", "锡林浩特"]
    assert not {"郭勒木德", "金山路", "希日塔拉"} & set(china["name_zh"])
