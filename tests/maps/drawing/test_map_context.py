"""The surroundings of a plan: cut to the frame, by scale, in the plan's projection, and what may not be drawn."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers.crs import working_crs
from maps.drawing.map_context import Neighbourhood, context_around, study_outline
from zoning.rulebook import read_rulebook
from zoning.rulebook.schema import MapRules


@pytest.fixture(scope="module")
def somewhere(toy_plan):
    """The toy plan with one unit over a box of degrees; its CRS is the equal-area one of that box."""

    def placed(*boxes: tuple[float, float, float, float]):
        units = gpd.GeoDataFrame(geometry=[shapely.box(*box) for box in boxes], crs="EPSG:4326")
        crs = working_crs(units)
        ground = gpd.GeoSeries(shapely.segmentize(units.geometry.values, 0.2), crs="EPSG:4326").to_crs(crs)
        units = gpd.GeoDataFrame({"name": "x", "jurisdiction": "y"}, geometry=ground, index=range(len(boxes)))
        return toy_plan.having(units=units)

    return placed


def around(plan, metres_per_px=2000.0, language="en", share=0.5):
    west, south, east, north = plan.units.total_bounds
    side = share * max(east - west, north - south)
    return context_around(
        Neighbourhood(plan), (west - side, south - side, east + side, north + side), metres_per_px, language
    )


def shapes_of(context):
    return np.concatenate([context.land, context.lakes, context.rivers, context.provinces, context.countries])


def test_everything_lies_in_the_frame_and_is_valid(somewhere):
    context = around(somewhere((-114.8, 31.3, -102.0, 45.0)))
    frame = shapely.box(*context.bounds).buffer(1.0)
    assert shapely.within(shapes_of(context), frame).all()
    assert shapely.is_valid(context.land).all()
    assert shapely.is_valid(context.lakes).all()
    assert all(shapely.contains_xy(frame, place.x, place.y) for place in context.places)
    # each list that describes shapes has one entry a shape
    assert len(context.lake_names) == len(context.lakes)
    assert len(context.river_names) == len(context.river_ranks) == len(context.rivers)
    assert len(context.settled) == len(context.countries)


def test_places_and_land_are_where_they_are(somewhere):
    context = around(somewhere((-114.8, 31.3, -102.0, 45.0)))
    denver = next(place for place in context.places if place.name == "Denver")
    expected = gpd.GeoSeries.from_xy([-104.985], [39.739], crs="EPSG:4326").to_crs(context.crs)[0]
    assert expected.distance(shapely.Point(denver.x, denver.y)) < 3000
    assert denver.inside
    assert denver.capital == "admin1"
    los_angeles = next(place for place in context.places if place.name == "Los Angeles")
    assert not los_angeles.inside
    ground = shapely.union_all(context.land)
    assert ground.contains(expected)
    pacific = gpd.GeoSeries.from_xy([-121.0], [32.0], crs="EPSG:4326").to_crs(context.crs)[0]
    assert not ground.intersects(pacific)


def test_less_is_drawn_at_a_coarser_scale(somewhere):
    plan = somewhere((-114.8, 31.3, -102.0, 45.0))
    fine, coarse = around(plan, 300.0), around(plan, 5000.0)
    assert len(fine.lakes) > len(coarse.lakes) > 0
    assert len(fine.rivers) > len(coarse.rivers) > 0
    assert max(coarse.river_ranks) <= 5
    assert shapely.get_num_coordinates(fine.land).sum() > 2 * shapely.get_num_coordinates(coarse.land).sum()
    assert {place.name for place in coarse.places} < {place.name for place in fine.places}


def test_places_inside_are_all_there_and_the_most_important_comes_first(somewhere):
    coarse = around(somewhere((-114.8, 31.3, -102.0, 45.0)), 8000.0)
    inside = {place.name for place in coarse.places if place.inside}
    assert {"Denver", "Tucumcari", "Moab"} <= inside
    assert coarse.places[0].name in {"Los Angeles", "Phoenix", "Denver"}


def test_lines_of_provinces_leave_the_study_to_its_own(somewhere):
    plan = somewhere((-109.05, 37.0, -102.05, 41.0))
    context = around(plan)
    study = study_outline(plan.units.geometry.to_numpy())
    assert len(context.provinces)
    assert not shapely.intersects(study, context.provinces).any()


def test_disputed_lines_are_not_drawn_solid(somewhere):
    context = around(somewhere((76.0, 33.0, 79.0, 36.0)), 1000.0)
    assert False in context.settled
    mexico = around(somewhere((-109.0, 32.0, -104.0, 37.0)))
    assert set(mexico.settled) == {True}


@pytest.mark.parametrize("ban", ["rulebook", "plan"])
def test_a_ban_on_borders_leaves_land_water_and_towns_of_the_study(somewhere, ban):
    plan = somewhere((-114.8, 31.3, -102.0, 45.0))
    if ban == "rulebook":
        rules = MapRules(borders=False, note={"en": "Lines for reference only.", "zh": "仅供参考。"})
        plan = plan.having(rulebook=dataclasses.replace(plan.rulebook, map=rules))
    else:
        section = plan.study.map.model_copy(update={"borders": False})
        plan = plan.having(study=plan.study.model_copy(update={"map": section}))
    context = around(plan)
    assert not len(context.provinces)
    assert not len(context.countries)
    assert context.places
    assert all(place.inside for place in context.places)
    named = [shape for shape, name in zip(context.rivers, context.river_names, strict=True) if name]
    assert named
    assert shapely.intersects(study_outline(plan.units.geometry.to_numpy()), np.array(named)).all()
    assert len(context.land)
    assert len(context.lakes)
    assert ("Lines for reference only." in context.credits) == (ban == "rulebook")


def test_the_rulebook_of_china_draws_no_border_and_says_so():
    rules = read_rulebook("main_functional_areas").map
    assert rules.borders is False
    assert "reference only" in rules.note["en"]
    assert "仅供参考" in rules.note["zh"]
    assert read_rulebook("us_west").map == MapRules()


def test_names_are_in_the_language_of_the_reader(somewhere):
    plan = somewhere((113.0, 36.0, 119.0, 41.5))
    assert "Beijing" in {place.name for place in around(plan, 500.0).places}
    chinese = around(plan, 500.0, "zh")
    assert "北京" in {place.name for place in chinese.places}
    assert not any(chinese.river_names)  # the layers have these in Latin letters alone
    assert any(around(plan, 500.0).river_names)


@pytest.mark.parametrize(
    "boxes",
    [
        [(176.0, -20.0, 180.0, -15.0), (-180.0, -20.0, -177.0, -15.0)],
        [(-180.0, 70.0, 180.0, 89.9)],
        [(-180.0, -89.9, 180.0, -72.0)],
    ],
    ids=["across the date line", "north pole", "south pole"],
)
def test_no_frame_is_crossed_by_torn_shapes(somewhere, boxes):
    context = around(somewhere(*boxes), 6000.0, share=0.1)
    frame = shapely.box(*context.bounds)
    assert len(context.land)
    for shapes in (context.lakes, context.rivers):
        assert (shapely.length(shapes) < 8 * frame.length).all()
    lines = shapely.get_parts(shapely.boundary(context.land))
    points, line = shapely.get_coordinates(lines, return_index=True)
    inner = ~shapely.intersects(shapely.points(points), frame.boundary.buffer(1.0))
    edge = np.hypot(*np.diff(points, axis=0).T)
    real = (line[1:] == line[:-1]) & inner[1:] & inner[:-1]
    assert edge[real].max(initial=0) < 700_000


def test_fiji_lies_on_both_sides_of_the_date_line(somewhere):
    context = around(somewhere((176.0, -20.0, 180.0, -15.0), (-180.0, -20.0, -177.0, -15.0)), 800.0, share=0.1)
    taveuni = gpd.GeoSeries.from_xy([179.98], [-16.84], crs="EPSG:4326").to_crs(context.crs)[0]
    ground = shapely.union_all(context.land)
    assert ground.distance(taveuni) < 5_000
    assert ground.area == pytest.approx(18_300e6, rel=0.1)


def test_the_same_plan_has_the_same_surroundings(somewhere):
    plan = somewhere((5.0, 45.0, 12.0, 50.0))
    one, other = around(plan), around(plan)
    assert shapely.to_wkb(shapes_of(one)).tolist() == shapely.to_wkb(shapes_of(other)).tolist()
    assert one.places == other.places


def test_credits_name_both_sources(somewhere):
    plan = somewhere((5.0, 45.0, 12.0, 50.0))
    assert around(plan).credits == "Made with Natural Earth. Places: GeoNames (CC BY 4.0)."
    assert "Natural Earth" in around(plan, language="zh").credits


def test_a_map_of_another_projection_has_the_same_land(somewhere):
    plan = somewhere((5.0, 45.0, 12.0, 50.0))
    bounds = gpd.GeoSeries([shapely.box(4.0, 44.0, 13.0, 51.0)], crs="EPSG:4326").to_crs("EPSG:3857").total_bounds
    context = context_around(Neighbourhood(plan), tuple(bounds), 2000.0, crs="EPSG:3857")
    munich = next(place for place in context.places if place.name == "Munich")
    assert (munich.x, munich.y) == pytest.approx((1_288_000, 6_129_000), abs=5000)
    assert munich.inside


def test_neighbours_have_names_outside_of_the_study(somewhere):
    plan = somewhere((-111.0, 33.0, -102.0, 43.0))
    regions = {region.name: region for region in around(plan).regions}
    assert {"Nevada", "Idaho", "Kansas", "Mexico"} <= set(regions)
    assert not {"Colorado", "New Mexico", "United States"} & set(regions)
    assert regions["Mexico"].country
    assert not regions["Nevada"].country
    study = study_outline(plan.units.geometry.to_numpy())
    spots = np.array([spot for region in regions.values() for spot in region.spots])
    assert not shapely.contains_xy(study, *spots.T).any()
    assert {"内华达州", "墨西哥"} <= {region.name for region in around(plan, language="zh").regions}
    assert "México" in {region.name for region in around(plan, language="pt").regions}
    assert {"Californie", "Mexique"} & {region.name for region in around(plan, language="fr").regions}
    assert not {region.country for region in around(plan, 8000.0).regions} - {True}  # provinces have none so far out


def test_no_border_is_drawn_around_a_study_in_china_whatever_its_rulebook(somewhere):
    plan = somewhere((113.0, 36.0, 119.0, 41.5))
    assert plan.rulebook.map.borders
    context = around(plan)
    assert not len(context.provinces)
    assert not len(context.countries)
    assert not context.regions
    assert all(place.inside for place in context.places)
    assert context.credits.endswith("are not authoritative.")
    assert Neighbourhood(plan).credits("zh").endswith("不作为划界依据。")
    abroad = around(somewhere((100.0, 46.0, 108.0, 49.0)))  # its neighbour may be drawn from these layers
    assert len(abroad.countries)
    assert "China" in {region.name for region in around(somewhere((100.0, 43.0, 108.0, 49.0)), share=1.2).regions}
