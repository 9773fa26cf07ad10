"""The picture: well-formed, still, to scale, and every text in it inert."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers.errors import ZoneplanError
from maps.drawing.legend import line_styles
from maps.drawing.map_context import Neighbourhood, context_around
from maps.drawing.map_names import map_names
from maps.drawing.palette import LIGHT, overlay_signs
from maps.drawing.static_map import WIDTH, picture
from maps.drawing.topology import Frame
from maps.words import width

RING = 'fill="#fff" stroke="#1D2428" stroke-width="1.6"'
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
    # 3 km and twice 200 m around them, down 600 px: a kilometre is 3000 / 17 px; 6 units, 5 units, 1 unit
    one = (3000 / 17) ** 2
    expected = {"ecologically_fragile": 6 * one, "general": 5 * one, "key_development": one}
    assert areas == pytest.approx(expected, rel=1e-3)


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
    assert "Open: contested or to be reviewed" not in said


def test_the_scale_bar_is_round_and_true(toy_plan):
    svg = picture(toy_plan)
    # 5.67 m a pixel: 130 px are 737 m, so the bar says 500 m and is 88.2 px long
    assert {"0", "0.25", "0.5 km"} <= set(texts(svg))
    assert '<rect x="34" y="682" width="88.2" height="5"' in svg


def test_the_arrow_points_to_true_north_away_from_the_middle_of_the_projection(toy_plan):
    turn = float(re.search(r"rotate\((-?[\d.]+)\)\"/>\n<rect", picture(toy_plan)).group(1))
    # the toy province lies 321 km west of 10° E; grid north there is 3.2 degrees off
    assert turn == pytest.approx(3.2, abs=0.3)


def test_a_control_line_has_the_dashes_of_the_rulebook(toy_plan):
    drawn = dict(re.findall(r'<path stroke="(#\w+)" stroke-width="\d+" stroke-dasharray="([^"]*)"', picture(toy_plan)))
    styles = {colour: dashes for colour, _, dashes in line_styles(toy_plan).values() if colour in drawn}
    tenths = {colour: [10 * float(dash) for dash in dashes.split()] for colour, dashes in styles.items()}
    told = {colour: [] if text == "none" else [*map(float, text.split())] for colour, text in drawn.items()}
    assert told == tenths != {}


def test_overlays_have_their_signs_and_decisions_are_marked(toy_plan):
    svg = picture(toy_plan)
    sign = overlay_signs(toy_plan.rulebook)["energy_rich"]
    assert sign.path in re.search(r'<g id="zp-sign-energy_rich">(.*?)</g>', svg).group(1)
    (place,) = re.findall(r'href="#zp-sign-energy_rich" transform="translate\(([\d. ]+)\)"', svg)
    assert place == "652.9 476.5"  # a4, at its middle
    assert "pattern" not in svg
    assert svg.count('<rect x="649.7"') == 1  # c4, at its middle


def test_no_sign_lies_on_another_one(toy_plan):
    """Twelve units of one pixel have room for a sign or two; the picture of the province has room for twelve."""
    plan = toy_plan.having(zones=toy_plan.zones.assign(overlays="energy_rich"))
    assert picture(plan).count('href="#zp-sign-energy_rich"') == 12
    places = re.findall(r'href="#zp-sign-energy_rich" transform="translate\(([\d.]+) ([\d.]+)\)"', crowded(plan))
    assert 1 < len(places) < 12
    for (x, y), (other_x, other_y) in itertools.combinations([map(float, one) for one in places], 2):
        assert abs(x - other_x) >= 16 or abs(y - other_y) >= 16


def crowded(plan):
    """The picture of a plan whose units lie together but for c4, which lies far away."""

    def moved(table, units):
        shrunk = table.geometry.affine_transform([0.01, 0, 0, 0.01, 0.99 * 4_000_000, 0.99 * 3_000_000])
        return table.set_geometry(shrunk.where(units != "c4", shrunk.translate(4000, 0)))

    units = moved(plan.units, plan.units.index.to_series())
    return picture(plan.having(units=units, pieces=moved(plan.pieces, plan.pieces["unit_id"])))


def test_waiting_units_get_a_ring(toy_plan):
    zones = toy_plan.zones.assign(status=np.where(toy_plan.zones["unit_id"] == "a1", "contested", "decided"))
    svg = picture(toy_plan.having(zones=zones))
    assert "Open: contested or to be reviewed" in texts(svg)
    assert '<circle cx="123.5" cy="476.5"' in svg


@pytest.mark.parametrize(("study", "language"), [("us_mountain_west", "en"), ("china_provinces", "zh")])
def test_no_two_names_touch_and_none_leaves_the_picture(plan_of, study, language):
    plan = plan_of(study)
    edge = 0.05 * max(np.ptp(plan.units.total_bounds[::2]), np.ptp(plan.units.total_bounds[1::2]))
    west, south, east, north = plan.units.total_bounds
    frame = Frame.around((west - edge, south - edge, east + edge, north + edge), 600, 700)
    context = context_around(
        Neighbourhood(plan), (west - edge, south - edge, east + edge, north + edge), 3000.0, language
    )
    places = dict(plan.units.dissolve("jurisdiction").geometry.items())
    labels = map_names(context, frame, LIGHT, places, [(300.0, 300.0, 340.0, 340.0)])
    boxes = np.array([shapely.box(300, 300, 340, 340), *(label.box for label in labels)])
    touching = shapely.STRtree(boxes).query(boxes, predicate="intersects")
    assert (touching[0] == touching[1]).all()
    assert shapely.within(boxes, shapely.box(0, 0, frame.width_px, frame.height_px)).all()
    assert 25 < len(labels) < 80
    for name, shape in places.items():
        own = [label for label in labels if label.text == name and label.lettering.spaced]
        assert len(own) <= 1
        for label in own:
            x = frame.west + label.spot.x * frame.metres_per_px
            y = frame.north - label.spot.y * frame.metres_per_px
            assert shapely.contains_xy(shape, x, y)


def test_the_ground_of_a_picture_has_land_water_towns_and_credits(plan_of):
    svg = picture(plan_of("us_mountain_west"))
    said = texts(svg)
    assert {"Denver", "Salt Lake City", "Phoenix", "Las Vegas", "NEVADA", "NEBRASKA"} <= set(said)
    assert svg.count(f'fill="{LIGHT.water}"') == 2  # the sea and the lakes
    assert svg.count(f'stroke="{LIGHT.neighbour}"') == 2  # states and countries
    assert svg.count("<image ") == 1
    assert "Made with Natural Earth. Places: GeoNames (CC BY 4.0)." in " ".join(said)


def test_a_picture_of_china_has_no_border_and_no_name_outside(plan_of):
    plan = plan_of("china_provinces")
    svg = picture(plan, "zh")
    assert f'stroke="{LIGHT.neighbour}"' not in svg
    assert LIGHT.outside_ink not in svg  # the ink of names outside
    assert "仅供参考" in "".join(texts(svg))


def test_the_same_plan_gives_the_same_picture_whatever_the_order_of_rows(toy_plan):
    turned = toy_plan.having(
        units=toy_plan.units.iloc[::-1], zones=toy_plan.zones.iloc[::-1], pieces=toy_plan.pieces.iloc[::-1]
    )
    assert picture(toy_plan) == picture(toy_plan)
    assert sorted(texts(picture(turned))) == sorted(texts(picture(toy_plan)))
    assert zone_area_px(picture(turned), "general") == zone_area_px(picture(toy_plan), "general")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stand_as_they_are_written(make_plan, name):
    plan = make_plan()
    study = plan.study.model_copy(update={"study": plan.study.study.model_copy(update={"name": name})})
    plan = plan.having(study=study, units=plan.units.assign(jurisdiction=[name] * 6 + ["east"] * 6))
    svg = picture(plan)
    assert name in texts(svg)
    assert not {node.tag for node in ET.fromstring(svg).iter()} & {f"{SVG}script", f"{SVG}img"}
    assert not any(key.startswith("on") for node in ET.fromstring(svg).iter() for key in node.attrib)


def test_hidden_characters_stand_as_their_code(make_plan):
    plan = make_plan()
    hidden = plan.study.study.model_copy(update={"name": "gpj.\u202eexe\n\x00"})
    svg = picture(plan.having(study=plan.study.model_copy(update={"study": hidden})))
    assert "gpj.\\u202eexe\\u000a\\u0000" in texts(svg)


def test_chinese_words_and_english_titles_where_there_is_no_other(toy_plan):
    svg = picture(toy_plan, "zh")
    said = texts(svg)
    assert ET.fromstring(svg).get("{http://www.w3.org/XML/1998/namespace}lang") == "zh"
    assert "主体功能" in said
    assert "Key development (en)" in said
    assert "6 个单元 · 600.00 公顷 · 50.0 %" in said


def test_an_unknown_language_is_refused(toy_plan):
    with pytest.raises(ZoneplanError, match="no language 'xx'"):
        picture(toy_plan, "xx")


def test_a_tall_province_has_its_legend_beside_it(toy_plan):
    def turn(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.set_geometry(frame.geometry.affine_transform([0, -1, 1, 0, 7_003_000, -999_000]))

    svg = picture(toy_plan.having(units=turn(toy_plan.units), pieces=turn(toy_plan.pieces)))
    place = re.search(r'<text x="([\d.]+)" y="[\d.]+"[^>]*>Main function<', svg).group(1)
    assert float(place) > 500
    ratio = zone_area_px(svg, "general") / zone_area_px(svg, "key_development")
    assert ratio == pytest.approx(5, rel=1e-3)


def test_rings_that_would_hide_the_colours_are_left_out_and_the_legend_says_so(toy_plan, monkeypatch):
    zones = toy_plan.zones.assign(status="review")
    plan = toy_plan.having(zones=zones)
    assert picture(plan).count(RING) == 13  # twelve units and the legend
    monkeypatch.setattr("maps.drawing.static_map.RING_PX", 40)
    svg = picture(plan)
    assert svg.count(RING) == 1
    assert "12 units · not drawn: so many rings would hide the colours" in " ".join(texts(svg))


def test_a_title_has_the_largest_letters_that_fit_on_the_page(make_plan):
    plan, letters = make_plan(), 1
    while 1.06 * 11 * width("n" * letters) <= WIDTH:
        letters += 1
    study = plan.study.study.model_copy(update={"name": "n" * letters})
    svg = picture(plan.having(study=plan.study.model_copy(update={"study": study})))
    (title,) = (node for node in ET.fromstring(svg).iter(f"{SVG}text") if node.text == "n" * letters)
    assert float(title.get("font-size")) == 10
