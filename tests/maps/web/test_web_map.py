"""The web map: a folium map that saves itself as one file, the same every time, in which no name can do anything."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import folium
import pytest

from layers.errors import ZoneplanError
from maps.web import draw

HOSTILE = [
    "{{ cycler.__init__.__globals__.os.getpid() }}",
    "{% for x in y %}",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "${alert(1)}`",
    '=HYPERLINK("http://x")',
]


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.found if tag == name]


def page_of(plan, language: str = "en") -> str:
    return draw(plan, language).get_root().render()


def test_it_is_a_folium_map(toy_plan) -> None:
    assert isinstance(draw(toy_plan), folium.Map)


def test_the_same_plan_gives_the_same_bytes(make_plan, tmp_path) -> None:
    for name in ("one", "two"):
        draw(make_plan()).save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_the_file_asks_for_nothing(toy_plan) -> None:
    tags = Tags(page_of(toy_plan))
    assert [attrs for _, attrs in tags.found if {"src", "srcset", "data", "action"} & attrs.keys()] == []
    assert tags.named("link") == []
    assert [attrs["href"] for attrs in tags.named("a")] == ["#zp-table"]


def test_the_page_says_what_it_is(toy_plan) -> None:
    tags = Tags(page_of(toy_plan, "zh"))
    assert tags.named("html") == [{"lang": "zh"}]
    assert [attrs["content"] for attrs in tags.named("meta") if attrs.get("name") == "viewport"] == [
        "width=device-width, initial-scale=1"
    ]
    for landmark in ("title", "h1", "main", "header"):
        assert len(tags.named(landmark)) == 1
    assert "<title>Toy province：功能区划图</title>" in page_of(toy_plan, "zh")


def test_ids_on_the_page_are_unique(toy_plan) -> None:
    ids = [attrs["id"] for _, attrs in Tags(page_of(toy_plan)).found if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_no_name_stands_in_the_page_outside_the_block(make_plan) -> None:
    names = dict(zip(("a1", "a2", "a3", "a4", "b1", "b2"), HOSTILE, strict=True))
    page = page_of(make_plan(names))
    assert not [name for name in HOSTILE if name in page]
    assert len(re.findall("<script", page)) == len(re.findall("<script", page_of(make_plan())))


@pytest.mark.parametrize("name", HOSTILE)
def test_the_name_of_the_study_is_a_text(toy_plan, name: str) -> None:
    study = toy_plan.study.model_copy(update={"study": toy_plan.study.study.model_copy(update={"name": name})})
    page = page_of(toy_plan.having(study=study))
    (title,) = re.findall(r"<title>(.*?)</title>", page, re.DOTALL)
    assert "<" not in title
    assert len(re.findall("<script", page)) == len(re.findall("<script", page_of(toy_plan)))


def test_it_shows_itself_in_a_notebook(toy_plan) -> None:
    shown = draw(toy_plan)._repr_html_()
    assert shown.startswith("<iframe srcdoc=")
    assert "http" not in shown.split("srcdoc=")[0]


def test_the_page_has_our_scripts_without_comments(toy_plan) -> None:
    page = page_of(toy_plan)
    assert "class PlanPage{constructor(map,facts,{shapes,ground,relief},evaluator){" in page
    assert "// The page: header, map, legend and panel brought together." not in page


def test_further_layers_can_be_added(toy_plan) -> None:
    plan_map = draw(toy_plan)
    folium.GeoJson(toy_plan.units[["geometry"]].to_crs(4326).to_json(), name="mine").add_to(plan_map)
    page = plan_map.get_root().render()
    assert page.index("zoneplan.open(map_plan") < page.index("L.geoJson(")


def test_a_language_that_is_not_there_is_refused(toy_plan) -> None:
    with pytest.raises(ZoneplanError, match="no language"):
        draw(toy_plan, "de")


def test_a_map_of_a_plan_without_quotas_lines_and_policies(toy_plan) -> None:
    bare = {name: getattr(toy_plan, name).iloc[:0] for name in ("lines", "quotas", "policies")}
    study = toy_plan.study.model_copy(update={"quotas": ()})
    assert "zoneplan.open" in page_of(toy_plan.having(study=study, assumptions=(), **bare))


def test_tiles_bring_mercator_along(toy_plan) -> None:
    plan_map = draw(toy_plan)
    assert "crs: L.CRS.ZoneplanPlane" in plan_map.get_root().render()
    tiles = folium.TileLayer("https://tiles.example/{z}/{x}/{y}.png", attr="example").add_to(plan_map)
    assert "crs: L.CRS.EPSG3857" in plan_map.get_root().render()
    del plan_map._children[tiles.get_name()]
    assert "crs: L.CRS.ZoneplanPlane" in plan_map.get_root().render()


def test_tiles_that_a_plan_names_lie_under_it(toy_plan) -> None:
    named = {"tiles": "https://tiles.example/{z}/{x}/{y}.png", "attribution": "<script>alert(1)</script> & Co"}
    section = toy_plan.study.map.model_copy(update=named)
    plan = toy_plan.having(study=toy_plan.study.model_copy(update={"map": section}))
    page = page_of(plan)
    assert "crs: L.CRS.EPSG3857" in page
    assert page.count("tiles.example") == 1
    assert len(re.findall("<script", page)) == len(re.findall("<script", page_of(toy_plan)))
    assert page == page_of(plan)
    flat = draw(plan, projection="equal_area").get_root().render()
    for other in (page_of(toy_plan), flat):
        assert "L.tileLayer(" not in other.split("</style>")[-1].split("<body>")[-1]
        assert "tiles.example" not in other
        assert "https:" not in re.search('Content-Security-Policy" content="([^"]*)"', other)[1]


def test_tiles_on_a_map_that_was_asked_to_be_of_equal_area_are_refused(toy_plan) -> None:
    plan_map = draw(toy_plan, projection="equal_area")
    folium.TileLayer("https://tiles.example/{z}/{x}/{y}.png", attr="example").add_to(plan_map)
    with pytest.raises(ZoneplanError, match="Leave 'projection' out"):
        plan_map.get_root().render()


def test_a_projection_that_is_not_there_is_refused(toy_plan) -> None:
    with pytest.raises(ZoneplanError, match='say "equal_area" or "mercator"'):
        draw(toy_plan, projection="robinson")
