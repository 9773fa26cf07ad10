"""The picture: well-formed, still, to scale, and every text in it inert."""

from __future__ import annotations

import dataclasses
import re
import xml.etree.ElementTree as ET

import geopandas as gpd
import numpy as np
import pytest

from layers.errors import ZoneplanError
from maps.style import picture

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "{{ 7*7 }}",
    "<script>alert(1)</script>",
    "</svg><img src=x onerror=alert(1)>",
    "${alert(1)}",
    '" onload="x',
    "]]>",
]


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter(f"{SVG}text")]


def zone_area_px(svg: str, code: str) -> float:
    """Area of the shapes of one main function, by the shoelace formula over the path, in px²."""
    path = next(node for node in ET.fromstring(svg).iter(f"{SVG}path") if node.get("id") == f"zp-zone-{code}")
    total = 0.0
    for part in path.get("d").split("z")[:-1]:
        numbers = np.array([int(one) for one in re.findall(r"-?\d+", part)]).reshape(-1, 2)
        x, y = np.cumsum(numbers, axis=0).T
        total += abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
    return total / 100


def test_the_picture_is_well_formed_and_needs_nothing(toy_plan):
    svg = picture(toy_plan)
    root = ET.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert "Map filled by main function, 12 units: Key development" in (root.findtext(f"{SVG}desc") or "")
    assert not {node.tag for node in root.iter()} & {
        f"{SVG}{tag}" for tag in ("script", "style", "image", "foreignObject")
    }
    targets = {node.get("href") for node in root.iter() if node.get("href")}
    assert targets <= {f"#{node.get('id')}" for node in root.iter() if node.get("id")}
    urls = set(re.findall(r"url\(([^)]*)\)", svg))
    assert urls <= {f"#{node.get('id')}" for node in root.iter() if node.get("id")}
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_areas_on_the_picture_are_those_of_the_plan(toy_plan):
    svg = picture(toy_plan)
    areas = {code: zone_area_px(svg, code) for code in ("ecologically_fragile", "general", "key_development")}
    # 4 km across 800 px: one square kilometre is 200 px squared; 6 units, 5 units, 1 unit
    assert areas == pytest.approx({"ecologically_fragile": 6 * 4e4, "general": 5 * 4e4, "key_development": 4e4})


def test_the_legend_gives_units_hectares_and_shares(toy_plan):
    said = texts(picture(toy_plan))
    assert "Ecologically fragile" in said
    assert "6 units · 600.00 ha · 50.0 %" in said
    assert "1 unit · 100.00 ha · 8.3 %" in said
    assert said.count("Energy-rich") == 1
    assert "Permanent farmland" in said
    assert "200.00 ha" in said
    assert "Ecological red line" not in said  # no land of the plan is under it
    assert "With a decision of planners" in said
    assert "Contested or to be reviewed" not in said


def test_the_scale_bar_is_round_and_true(toy_plan):
    svg = picture(toy_plan)
    # 5 m a pixel: 130 px are 650 m, so the bar says 500 m and is 100 px long
    assert {"0", "0.25", "0.5 km"} <= set(texts(svg))
    assert '<rect x="34" y="682" width="100" height="5"' in svg


def test_the_arrow_points_to_true_north_away_from_the_middle_of_the_projection(toy_plan):
    turn = float(re.search(r"rotate\((-?[\d.]+)\)\"/>\n<rect", picture(toy_plan)).group(1))
    # the toy province lies 321 km west of 10° E; grid north there is 3.2 degrees off
    assert turn == pytest.approx(3.2, abs=0.3)


def test_overlays_are_hatched_and_decisions_marked(toy_plan):
    svg = picture(toy_plan)
    assert svg.count('fill="url(#zp-hatch-energy_rich)"') == 1
    hatched = re.search(r'id="zp-overlay-energy_rich"[^>]* d="([^"]*)"', svg).group(1)
    assert hatched == "M6000 6000l0-2000 2000 0 0 2000z"  # a4, in tenths of a pixel
    assert svg.count('<rect x="696.8"') == 1  # c4, at its middle


def test_waiting_units_get_a_ring(toy_plan):
    zones = toy_plan.zones.assign(status=np.where(toy_plan.zones["unit_id"] == "a1", "contested", "decided"))
    svg = picture(dataclasses.replace(toy_plan, zones=zones))
    assert "Contested or to be reviewed" in texts(svg)
    assert '<circle cx="100" cy="500"' in svg


def test_the_same_plan_gives_the_same_picture_whatever_the_order_of_rows(toy_plan):
    turned = dataclasses.replace(
        toy_plan, units=toy_plan.units.iloc[::-1], zones=toy_plan.zones.iloc[::-1], pieces=toy_plan.pieces.iloc[::-1]
    )
    assert picture(toy_plan) == picture(toy_plan)
    assert sorted(texts(picture(turned))) == sorted(texts(picture(toy_plan)))
    assert zone_area_px(picture(turned), "general") == zone_area_px(picture(toy_plan), "general")


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stand_as_they_are_written(make_plan, name):
    plan = make_plan()
    study = plan.study.model_copy(update={"study": plan.study.study.model_copy(update={"name": name})})
    plan = dataclasses.replace(plan, study=study, units=plan.units.assign(jurisdiction=[name] * 6 + ["east"] * 6))
    svg = picture(plan)
    assert name in texts(svg)
    assert not {node.tag for node in ET.fromstring(svg).iter()} & {f"{SVG}script", f"{SVG}img"}
    assert not any(key.startswith("on") for node in ET.fromstring(svg).iter() for key in node.attrib)


def test_hidden_characters_stand_as_their_code(make_plan):
    plan = make_plan()
    hidden = plan.study.study.model_copy(update={"name": "gpj.\u202eexe\n\x00"})
    svg = picture(dataclasses.replace(plan, study=plan.study.model_copy(update={"study": hidden})))
    assert "gpj.\\u202eexe\\u000a\\u0000" in texts(svg)


def test_chinese_words_and_english_titles_where_there_is_no_other(toy_plan):
    svg = picture(toy_plan, "zh")
    said = texts(svg)
    assert ET.fromstring(svg).get("{http://www.w3.org/XML/1998/namespace}lang") == "zh"
    assert "主体功能" in said
    assert "Key development (en)" in said
    assert "6 个单元 · 600.00 公顷 · 50.0 %" in said


def test_an_unknown_language_is_refused(toy_plan):
    with pytest.raises(ZoneplanError, match="no language 'fr'"):
        picture(toy_plan, "fr")


def test_a_tall_province_has_its_legend_beside_it(toy_plan):
    def turn(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.set_geometry(frame.geometry.affine_transform([0, -1, 1, 0, 7_003_000, -999_000]))

    svg = picture(dataclasses.replace(toy_plan, units=turn(toy_plan.units), pieces=turn(toy_plan.pieces)))
    place = re.search(r'<text x="([\d.]+)" y="[\d.]+"[^>]*>Main function<', svg).group(1)
    assert float(place) > 500
    ratio = zone_area_px(svg, "general") / zone_area_px(svg, "key_development")
    assert ratio == pytest.approx(5, rel=1e-3)


def test_rings_that_would_hide_the_colours_are_left_out_and_the_legend_says_so(toy_plan, monkeypatch):
    zones = toy_plan.zones.assign(status="review")
    plan = dataclasses.replace(toy_plan, zones=zones)
    assert picture(plan).count("<circle") == 13  # twelve units and the legend
    monkeypatch.setattr("maps.style.static_map.RING_PX", 40)
    svg = picture(plan)
    assert svg.count("<circle") == 1
    assert "12 units · not drawn: so many rings would hide the colours" in " ".join(texts(svg))
