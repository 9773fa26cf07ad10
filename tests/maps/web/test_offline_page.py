"""Offline pages: all that a page needs stands in it, and its policy lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
import re

import folium
import pytest

from maps.web import LIBRARIES
from maps.web.offline_page import OfflineFigure, Verbatim, as_script, library, marker_icons

SKELETON = '<html lang="$language"><meta content="$policy">$head<body>$body</body><script>\n$script\n</script></html>'


def leave(*, pictures: bool) -> None:
    """Nothing hangs on whether there are pictures."""
    assert pictures in {True, False}


def page_with(*children: object) -> tuple[folium.Map, str]:
    """A folium map with some children on an offline page, and that page."""
    plain = folium.Map(tiles=None)
    plain.default_js = [link for link in folium.Map.default_js if link[0] in LIBRARIES]
    plain.default_css = [link for link in folium.Map.default_css if link[0] in LIBRARIES]
    for child in children:
        plain.add_child(child)
    figure = OfflineFigure(SKELETON, {"language": "en"}, leave)
    figure.add_child(plain)
    return plain, figure.render()


def policy(page: str) -> dict[str, str]:
    """The parts of the content security policy by their name."""
    (text,) = re.findall(r'<meta content="([^"]*)"', page)
    return dict(part.split(" ", 1) for part in text.split("; "))


def test_leaflet_and_jquery_stand_in_the_page() -> None:
    _, page = page_with()
    assert "Leaflet 1.9.3" in page
    assert "jQuery v3.7.1" in page
    assert not re.search(r"<link |<script src", page)


def test_each_script_is_named_by_its_hash_and_nothing_else_may_run() -> None:
    _, page = page_with()
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = {f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in scripts}
    rules = policy(page)
    assert set(rules["script-src"].split()) == hashes
    assert rules["default-src"] == rules["connect-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["img-src"] == "data: blob:"


def test_the_page_is_the_same_when_it_is_written_again() -> None:
    plain, page = page_with(folium.Marker([0, 0]))
    assert plain.get_root().render() == page


def test_folium_itself_is_left_as_it_was() -> None:
    before = (list(folium.Map.default_js), list(folium.Map.default_css))
    plain, _ = page_with()
    plain.add_js_link("mine", "https://example.org/mine.js")
    assert (folium.Map.default_js, folium.Map.default_css) == before


def test_what_folium_rendered_is_not_compiled_again() -> None:
    # branca would run the second template inside the planner's process
    name = "{{ cycler.__init__.__globals__.os.getpid() }} {# gone #}"
    _, page = page_with(folium.Marker([0, 0], tooltip=name), folium.Marker([0, 0], popup=name))
    assert page.count(name) == 2


def test_tiles_that_somebody_adds_are_let_in() -> None:
    _, page = page_with(folium.TileLayer("https://tiles.example.org/{z}/{x}/{y}.png", attr="Example"))
    rules = policy(page)
    assert rules["img-src"] == "data: blob: https:"
    assert "https:" not in rules["script-src"]


def test_a_script_that_somebody_links_is_let_in_by_its_address() -> None:
    plain, _ = page_with()
    plain.add_js_link("mine", "https://example.org/mine.js")
    page = plain.get_root().render()
    assert '<script src="https://example.org/mine.js"></script>' in page
    assert "https://example.org/mine.js" in policy(page)["script-src"].split()


def test_folium_icons_bring_what_they_need() -> None:
    _, page = page_with(folium.Marker([0, 0], icon=folium.Icon()))
    assert "leaflet.awesome-markers.js" in policy(page)["script-src"]
    _, page = page_with(folium.Marker([0, 0]))
    assert "awesome" not in policy(page)["script-src"]


def test_a_plain_marker_has_its_pictures_inside() -> None:
    icons = marker_icons()
    assert sorted(icons) == ["iconRetinaUrl", "iconUrl", "shadowUrl"]
    assert all(icon.startswith("data:image/png;base64,iVBORw0KGgo") for icon in icons.values())


@pytest.mark.parametrize("name", LIBRARIES)
def test_no_library_ends_its_element_or_loads_anything(name: str) -> None:
    text = library(name)
    assert "</script" not in text.lower()
    assert "<!--" not in text
    assert "sourceMappingURL" not in text
    assert not re.search(r"@import|url\((?!['\"]?(data:|#))", text) or name == "jquery"


def test_a_script_cannot_end_its_element() -> None:
    assert "</script" not in as_script('a = "</SCRIPT><script>alert(1)</script>"').lower()


def test_a_script_can_be_read_in_any_encoding() -> None:
    assert as_script("say('✓ 攀 😀')") == r"say('\u2713 \u6500 \ud83d\ude00')"


def test_verbatim_text_is_no_template() -> None:
    assert Verbatim("{{ 7*7 }}", "x").render() == "{{ 7*7 }}"
