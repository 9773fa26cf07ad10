"""Cards of nouns: small, with a picture, and harmless whatever names they show."""

from __future__ import annotations

import pickle
import re
from xml.etree import ElementTree as ET

import folium
import geopandas as gpd
import numpy as np
import pytest
from shapely import box

import zoneplan as zp
from maps.drawing.palette import zone_fills
from maps.notebook import inputs_card, overview_card, plan_card, rulebook_card
from maps.notebook.noun_cards import SIZE_PX, thumbnail
from maps.words import localize

HOSTILE = '<img src=x onerror="alert(1)">\u202e'


def picture_of(card: str) -> ET.Element:
    return ET.fromstring(re.search(r"<svg.*</svg>", card)[0])


@pytest.mark.parametrize("noun", ["study", "rulebook"])
def test_parts_of_a_plan_show_themselves_in_few_lines(noun: str, toy_plan) -> None:
    shown = getattr(toy_plan, noun)
    assert 5 < len(repr(shown).splitlines()) < 30
    assert repr(shown).startswith(("Study 'Toy province'", "Rulebook 'toy'"))


def test_a_plan_shows_itself_in_few_lines(toy_plan) -> None:
    lines = repr(toy_plan).splitlines()
    assert len(lines) < 30
    assert lines[0] == "Plan 'Toy province'"
    assert "key_development 1" in next(line for line in lines if line.startswith("  main "))
    assert repr(localize(toy_plan)) == repr(toy_plan)


def test_a_plan_just_made_shows_itself_like_one_that_is_read(toy_run) -> None:
    assert len(repr(toy_run).splitlines()) < 30
    assert repr(toy_run) == repr(toy_run.having(origin=None))


def test_a_plan_has_a_card_with_its_units_in_their_colours(toy_plan) -> None:
    zp.read_study  # noqa: B018  (the front door says who draws)
    card = toy_plan._repr_html_()
    assert card == plan_card(toy_plan)
    drawn = [path.get("fill") for path in picture_of(card)]
    assert set(drawn) == set(zone_fills(toy_plan.rulebook).values())
    assert len(card) < 20_000
    assert not re.search(r"<script|https?://(?!www\.w3\.org/2000/svg)|url\(", card)


def test_inputs_have_a_card_with_their_units() -> None:
    inputs = zp.read_inputs(zp.read_study(zp.builtin_study("us_mountain_west")))
    assert len(repr(inputs).splitlines()) < 30
    card = inputs._repr_html_()
    assert card == inputs_card(inputs)
    assert len(picture_of(card)) == 1
    assert len(card) < 30_000


def test_a_rulebook_and_a_study_have_cards(toy_plan) -> None:
    assert toy_plan.rulebook._repr_html_() == rulebook_card(toy_plan.rulebook)
    assert all(fill in rulebook_card(toy_plan.rulebook) for fill in zone_fills(toy_plan.rulebook).values())
    assert "construction_land" in overview_card(toy_plan.study)


def test_a_trace_has_a_card(toy_plan) -> None:
    assert len(repr(toy_plan.trace).splitlines()) < 30
    assert toy_plan.trace._repr_html_() == overview_card(toy_plan.trace)


def test_a_plan_gives_its_map(toy_plan) -> None:
    assert isinstance(toy_plan.map(), folium.Map)


def test_names_are_text(toy_plan, make_plan) -> None:
    section = toy_plan.study.study.model_copy(update={"name": HOSTILE})
    plan = make_plan(study=toy_plan.study.model_copy(update={"study": section}))
    plan = plan.having(units=plan.units.assign(jurisdiction=HOSTILE), zones=plan.zones.assign(jurisdiction=HOSTILE))
    for shown in (plan_card(plan), overview_card(plan.study)):
        assert "<img" not in shown
        assert "\u202e" not in shown
        ET.fromstring(shown)


def test_a_thumbnail_of_many_units_is_small() -> None:
    side = 100
    squares = [box(x, y, x + 1, y + 1) for x in range(side) for y in range(side)]
    units = gpd.GeoDataFrame(geometry=squares, crs=3035)
    fills = np.where(np.arange(side**2) % 2, "#5FA383", "#A8401F").tolist()
    drawn = ET.fromstring(thumbnail(units, fills, "#2B3135"))
    assert [path.get("fill") for path in drawn] == ["#A8401F", "#5FA383"]
    assert float(drawn.get("width")) <= SIZE_PX


@pytest.mark.parametrize("language", ["en", "zh", "fr", "pt"])
@pytest.mark.parametrize("study", ["us_mountain_west", "china_provinces"])
def test_answers_have_cards_and_few_lines(plan_of, study: str, language: str) -> None:
    """Of a unit and of a place, in each language: the first line says where, and the main function is told."""
    plan = plan_of(study)
    unit = plan.units.index[0]
    point = plan.units.to_crs(4326).representative_point()[unit]
    for said in (zp.explain(plan, unit, language), zp.at(plan, point.x, point.y, language=language)):
        lines = repr(said).splitlines()
        assert lines[0] == said.text().splitlines()[0][: len(lines[0])]
        assert 3 < len(lines) < 30
        main = said.as_dict()["main"]["zone"]
        assert main in repr(said)
        assert said._repr_html_() == overview_card(said)
        assert main in said._repr_html_()


def test_what_was_sought_has_a_card(plan_of) -> None:
    goal, moves = "count(main = 'key_development') <= 12", {"density_min_per_km2": (50.0, 400.0)}
    found = zp.seek(plan_of("us_mountain_west"), goal, moves)
    lines = [" ".join(line.split()) for line in repr(found).splitlines()]
    assert lines[:3] == ["Goals met", "density_min_per_km2 50 to 132.172", f"{goal} met, 12"]
    assert found._repr_html_() == overview_card(found)


def test_pages_and_pictures_are_texts_that_do_not_print_themselves(plan_of) -> None:
    plan = plan_of("us_mountain_west")
    report, picture, dossier = zp.report(plan), zp.picture(plan), zp.dossier(plan, "08031")
    for page, start in ((report, "<!DOCTYPE html>"), (picture, "<svg "), (dossier, "<!DOCTYPE html>")):
        assert len(page) > 100 * len(repr(page))
        assert str(page).startswith(start)
        assert f"{page}" == "".join(page) == page + "" == pickle.loads(pickle.dumps(page))
        assert repr(pickle.loads(pickle.dumps(page))) == repr(page)
    assert len(report._repr_html_()) < 2000
    assert ET.fromstring(picture._repr_html_()).tag.endswith("svg")
