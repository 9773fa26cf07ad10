"""What must not matter, and what must hold whatever the input: promises of the whole flow.

Rows P of the catalogue of reliability; promises of a single step are tested beside that step.
"""

from __future__ import annotations

import ast
import dataclasses
import math
import os
import re
import xml.etree.ElementTree as ET
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.crs import project
from layers.errors import GeometryError
from maps.runs import write_run
from maps.runs.run_files import write_csv
from maps.words import localize
from zoneplan import account, allocate, assign, classify
from zoning.measures import measure
from zoning.money import known_parties, positions
from zoning.overlays import overlay
from zoning.overlays.planar_partition import partition
from zoning.pipeline.flow import run
from zoning.rulebook import read_rulebook
from zoning.study import Agreement, Transfer, builtin_study, read_study
from zoning.tables import CSV_TABLES
from zoning.zones import resolve

CRS = "EPSG:3035"
X0, Y0, KM = 4_000_000.0, 3_000_000.0, 1000.0
SHARED = Path(os.environ.get("ZONEPLAN_SHARED") or Path(__file__).resolve().parents[2] / "shared")
REFEREE = SHARED / "referee"
ONCE = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])

discs = st.lists(
    st.tuples(st.floats(-0.5, 4.5), st.floats(-0.5, 3.5), st.floats(0.05, 1.5)), min_size=1, max_size=5
).map(lambda found: [shapely.Point(X0 + x * KM, Y0 + y * KM).buffer(r * KM, quad_segs=4) for x, y, r in found])


def frame(shapes, crs=CRS) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=crs)


def measured(units, designations) -> pd.DataFrame:
    return measure(units, overlay(units, designations))


def tables_of(plan, folder: Path) -> dict[str, bytes]:
    """Every CSV table of a plan, byte for byte."""
    folder.mkdir(exist_ok=True)
    said = localize(plan)
    for table in CSV_TABLES:
        write_csv(table, getattr(said, table.name), folder / f"{table.name}.csv")
    return {table.name: (folder / f"{table.name}.csv").read_bytes() for table in CSV_TABLES}


def decided(plan_folder: Path):
    return run(read_study(plan_folder / "plan.toml"))


# P01, P02, P13, P23: land is neither lost nor made.


@ONCE
@given(discs, discs)
def test_p01_p02_p13_pieces_are_the_units(units, one, other) -> None:
    pieces = overlay(units, {"one": frame(one), "other": frame(other)})
    assert pieces.groupby("unit_id")["area_ha"].sum().to_numpy() == pytest.approx(np.full(12, 100.0), rel=1e-9)
    assert pieces["area_ha"].sum() == pytest.approx(1200, rel=1e-9)
    assert shapely.coverage_is_valid(pieces.geometry.to_numpy())
    for name, shapes in (("one", one), ("other", other)):
        land = shapely.intersection(shapely.union_all(shapes), shapely.union_all(units.geometry.to_numpy())).area / 1e4
        assert pieces.loc[pieces[name], "area_ha"].sum() == pytest.approx(land, rel=1e-9, abs=1e-6)


@ONCE
@given(discs, discs, st.sampled_from(["protected", "water", "built_up", "red_line", "permanent_farmland"]))
def test_p23_more_protection_never_leaves_more_land(units, forest, added, role) -> None:
    before = measured(units, {"ecologically_fragile": frame(forest), "water": frame(forest[:1])})
    designations = {"ecologically_fragile": frame(forest), "water": frame(forest[:1])}
    designations[role] = frame([*added, *forest[:1]] if role == "water" else added)
    after = measured(units, designations)
    assert (after["available_ha"] <= before["available_ha"] + 1e-6).all()
    assert after["available_ha"].between(0, 100 + 1e-6).all()


@ONCE
@given(discs, discs)
def test_p03_p10_shares_of_a_unit_are_one_and_pieces_dissolve_to_it(units, one, other) -> None:
    pieces = overlay(units, {"one": frame(one), "other": frame(other)})
    whole = units["area_ha"].reindex(pieces["unit_id"]).to_numpy()
    shares = (pieces["area_ha"] / whole).groupby(pieces["unit_id"]).agg(math.fsum)
    assert shares.to_numpy() == pytest.approx(np.ones(12), abs=1e-12)
    again = pieces.dissolve("unit_id").geometry.reindex(units.index)
    assert shapely.area(shapely.symmetric_difference(again.to_numpy(), units.geometry.to_numpy())).max() < 1e-6


def test_p09_units_laid_over_themselves_stay_as_they_are(units) -> None:
    pieces = overlay(units, {"self": units[["geometry"]].reset_index(drop=True)})
    assert pieces["unit_id"].tolist() == units.index.tolist()
    assert pieces["self"].all()
    assert pieces["area_ha"].to_numpy() == pytest.approx(units["area_ha"].to_numpy(), rel=1e-12)
    again = overlay(units, {"pieces": pieces[["geometry"]].reset_index(drop=True)})
    assert shapely.equals(again.geometry.to_numpy(), pieces.geometry.to_numpy()).all()


def test_p11_every_unit_and_feature_that_was_read_is_in_the_result_or_in_the_ledger(toy_folder: Path) -> None:
    """One feature lies outside of all units, and one is a bow tie."""
    land = gpd.read_file(toy_folder / "toy.gpkg", layer="land")
    x, y = X0 + 9 * KM, Y0 + 9 * KM
    bow = shapely.Polygon([(X0, Y0), (X0 + KM, Y0 + KM), (X0 + KM, Y0), (X0, Y0 + KM)])
    more = gpd.GeoDataFrame(
        {"kind": "forest"}, geometry=[shapely.box(x, y, x + KM, y + KM), bow], index=[0, 1], crs=CRS
    )
    pd.concat([land, more], ignore_index=True).to_file(toy_folder / "toy.gpkg", layer="land", driver="GPKG")
    file = toy_folder / "plan.toml"
    mended = file.read_text("utf-8").replace('name = "forest"', 'name = "forest"\nmax_repair_share = 1')
    file.write_text(mended, "utf-8")
    plan = decided(toy_folder)
    assert set(plan.zones["unit_id"]) == set(gpd.read_file(toy_folder / "toy.gpkg", layer="units")["code"])
    told = plan.ledger[plan.ledger["layer"] == "forest"]
    assert {"outside", "invalid"} <= set(told["finding"])


# P06, P07, P08: where the ground lies on paper does not matter.


@ONCE
@given(discs, st.sampled_from([-3_000_000.0, 38_500_000.0 - X0]), st.sampled_from([1e-3, 1.0, 100.0]))
def test_p06_p07_shares_do_not_depend_on_place_or_scale(units, forest, shift, scale) -> None:
    here = measured(units, {"forest": frame(forest)})["forest_share"]

    def move(table):
        moved = shapely.transform(
            table.geometry.to_numpy(), lambda at: (at - [X0, Y0]) * scale + [X0 + (shift if scale >= 1 else 0), Y0]
        )
        return table.set_geometry(gpd.GeoSeries(moved, index=table.index, crs=CRS)).drop(
            columns=["area_ha"], errors="ignore"
        )

    there = measured(move(units), {"forest": move(frame(forest))})["forest_share"]
    assert there.to_numpy() == pytest.approx(here.to_numpy(), abs=1e-6)


@pytest.mark.parametrize("crs", ["EPSG:6933", "EPSG:5070", "+proj=laea +lat_0=52 +lon_0=11 +datum=WGS84"])
def test_p08_the_crs_of_the_inputs_changes_shares_by_a_millionth(crs: str, toy_folder: Path) -> None:
    """Equal-area systems against the toy province in its own, with a point on its edges every 100 m."""
    own = decided(toy_folder).measures
    for name in ("units", "land"):
        table = gpd.read_file(toy_folder / "toy.gpkg", layer=name)
        dense = table.set_geometry(table.segmentize(100))
        project(dense, crs).to_file(toy_folder / "toy.gpkg", layer=name, driver="GPKG")
    moved = decided(toy_folder).measures
    for name in ("ecologically_fragile_share", "energy_rich_share", "permanent_farmland_share"):
        assert moved[name].to_numpy() == pytest.approx(own[name].to_numpy(), abs=1e-6)


# P04, P05, P28: order and format of the inputs do not matter.


def _shuffled(folder: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for name in ("units", "land"):
        table = gpd.read_file(folder / "toy.gpkg", layer=name)
        table.iloc[rng.permutation(len(table))].to_file(folder / "toy.gpkg", layer=name, driver="GPKG")
    for name in ("stats.csv", "plants.csv"):
        head, *rows = (folder / name).read_text("utf-8").splitlines()
        (folder / name).write_text("\n".join([head, *(rows[row] for row in rng.permutation(len(rows)))]) + "\n")
    head, *layers = (folder / "plan.toml").read_text("utf-8").split("[[layers]]")
    last, tail = layers[-1].split("[[tables]]")
    layers[-1] = last
    turned = [layers[place] for place in rng.permutation(len(layers))]
    (folder / "plan.toml").write_text("[[layers]]".join([head, *turned]) + "[[tables]]" + tail)


@pytest.mark.parametrize("seed", range(3))
def test_p04_p05_p21_rows_and_layers_in_any_order_give_the_same_tables(
    seed: int, toy_folder: Path, tmp_path: Path
) -> None:
    given_so = tables_of(decided(toy_folder), tmp_path / "one")
    _shuffled(toy_folder, seed)
    plan = decided(toy_folder)
    turned = tables_of(plan, tmp_path / "other")
    for table in given_so.keys() - {"measures", "ledger"}:
        assert turned[table] == given_so[table], table
    # columns of measures follow the plan, and features without an id are called by their row
    one, other = (pd.read_csv(tmp_path / name / "measures.csv", dtype=str) for name in ("one", "other"))
    assert other[one.columns].equals(one)


@pytest.mark.parametrize("ending", ["parquet", "fgb", "geojson", "shp"])
def test_p28_the_format_of_a_file_changes_no_table(ending: str, toy_folder: Path, tmp_path: Path) -> None:
    as_gpkg = tables_of(decided(toy_folder), tmp_path / "one")
    text = (toy_folder / "plan.toml").read_text("utf-8")
    for name in ("units", "land"):
        table = gpd.read_file(toy_folder / "toy.gpkg", layer=name)
        path = toy_folder / f"{name}.{ending}"
        if ending == "parquet":
            table.to_parquet(path)
        elif ending == "geojson":
            table.to_file(path, RFC7946="NO", COORDINATE_PRECISION=17)
        else:
            table.to_file(path)
        text = text.replace(f'source = "toy.gpkg"\nlayer = "{name}"', f'source = "{name}.{ending}"')
    (toy_folder / "plan.toml").write_text(text)
    assert tables_of(decided(toy_folder), tmp_path / "other") == as_gpkg


@pytest.mark.whole
def test_p28_a_second_run_and_the_built_in_study_have_the_same_bytes(plan_of, tmp_path: Path) -> None:
    plans = {"one": plan_of("us_mountain_west"), "other": run(read_study(builtin_study("us_mountain_west")))}
    one, other = (write_run(plan, tmp_path / name) for name, plan in plans.items())
    assert (one / "manifest.json").read_bytes() == (other / "manifest.json").read_bytes()


# P09, P12, P26: rules.


@pytest.fixture(scope="module")
def west(plan_of):
    """The built-in study, its whole rulebook, and its measures."""
    plan = plan_of("us_mountain_west")
    return plan.study, read_rulebook(plan.study.rulebook, plan.study.date), plan.measures


@settings(ONCE, max_examples=4)
@given(st.randoms(use_true_random=False))
def test_p04_p12_p26_counties_and_rules_in_any_order(west, random) -> None:
    """One main function each, whatever the order of rows and of rules and policies; quotas and policies follow."""
    study, written, measures = west

    def follow(table, rulebook=written):
        zones = resolve(classify(table, rulebook, study.decisions), rulebook)
        quotas = allocate(zones, table, study.quotas, rulebook.values, rulebook.codes("overlay"))
        return zones, quotas, assign(zones, table, quotas, rulebook)

    rows = random.sample(list(measures.index), len(measures))
    mixed = {
        kind: tuple(random.sample(list(one), len(one)))
        for kind in ("rules", "policies")
        for one in [getattr(written, kind)]
    }
    turned = follow(measures.loc[rows], dataclasses.replace(written, **mixed))
    for one, other in zip(follow(measures), turned, strict=True):
        columns = list(one.columns)
        keys = [name for name in ("quota", "level", "jurisdiction", "unit_id", "policy", "piece_id") if name in columns]
        if keys:
            one, other = (table.sort_values(keys).reset_index(drop=True) for table in (one, other))  # noqa: PLW2901
        pd.testing.assert_frame_equal(one, other[columns], check_exact=True)
    zones = follow(measures)[0]
    assert zones.index.is_unique
    assert zones["main"].isin(written.codes("main")).all()


@settings(ONCE, max_examples=4)
@given(st.integers(0, 10_000))
def test_a_rule_more_never_takes_a_claim_away(west, dropped) -> None:
    study, rulebook, measures = west
    place = dropped % len(rulebook.rules)
    fewer = dataclasses.replace(rulebook, rules=rulebook.rules[:place] + rulebook.rules[place + 1 :])
    keys = ["unit_id", "zone", "rule"]
    before = classify(measures, fewer, study.decisions)
    after = classify(measures, rulebook, study.decisions)
    assert set(map(tuple, before[keys].to_numpy())) <= set(map(tuple, after[keys].to_numpy()))


# P24: money.

SHARES = st.dictionaries(st.sampled_from(["AZ", "CO", "NM", "UT", "WY", "elsewhere"]), st.integers(1, 9), min_size=1)


@settings(ONCE, max_examples=8)
@given(st.lists(st.tuples(st.integers(1, 10**6), SHARES, SHARES), max_size=2), st.integers(1, 10**9))
def test_p24_what_is_paid_is_received_to_the_cent(west, pools, cents) -> None:
    """Pools between states and a budget to counties, in one account: each instrument nets to zero."""
    study, rulebook, measures = west
    zones = resolve(classify(measures, rulebook, study.decisions), rulebook)
    asked = study.model_copy(
        update={
            "agreements": tuple(
                Agreement(name=f"p{n}", period=2025, kind="pool", unit="USD", amount=amount, pay=pay, receive=receive)
                for n, (amount, pay, receive) in enumerate(pools)
            ),
            "transfers": (
                Transfer(
                    name="t", period=2025, unit="USD", by="weighted", weight="pop_2020", budget=Decimal(cents) / 100
                ),
            ),
        }
    )
    flows = account(zones, measures, asked, rulebook)
    for name, own in flows.groupby("instrument"):
        paid, got = (own.groupby(side)["amount"].sum() for side in ("payer", "receiver"))
        total = Decimal(cents) / 100 if name == "t" else Decimal(pools[int(name[1:])][0])
        assert paid.drop("(pool)", errors="ignore").sum() == got.drop("(pool)", errors="ignore").sum() == total
    assert positions(flows, known_parties(measures, ["state"]))["net"].sum() == 0


# Referees: cases that nobody here wrote.

absent = pytest.mark.skipif(not REFEREE.is_dir(), reason="the referees' cases are not beside the repository")


def _pairs() -> list[tuple[str, object, object]]:
    """Pairs of valid polygons of the GEOS suites."""
    found = []
    for path in sorted((REFEREE / "robust").rglob("*.xml")) if REFEREE.is_dir() else []:
        for number, case in enumerate(ET.parse(path).getroot().iter("case")):
            texts = ["".join((case.findtext(name) or "").split("\n")).strip() for name in ("a", "b")]
            shapes = [_shape(text) for text in texts if text]
            if len(shapes) == 2 and all(_is_land(shape) for shape in shapes):
                found.append((f"{path.stem}-{number}", *shapes))
    return found


def _shape(text: str):
    hexadecimal = all(char in "0123456789abcdefABCDEF" for char in text)
    try:
        return shapely.from_wkb(bytes.fromhex(text)) if hexadecimal else shapely.from_wkt(text)
    except (shapely.errors.GEOSException, ValueError):
        return None


def _is_land(shape) -> bool:
    return (
        shape is not None and shape.geom_type in {"Polygon", "MultiPolygon"} and shape.is_valid and not shape.is_empty
    )


SMALLER_THAN_COORDINATES = {"TestOverlay-geos-737", "TestOverlay-jts-798"}
"""Cases with borders nearer to each other than coordinates can tell, on less than a square metre."""


@absent
def test_b10_p01_hard_pairs_of_polygons_lose_no_land_or_are_refused_by_id() -> None:
    pairs = _pairs()
    assert len(pairs) > 100
    refused: dict[str, str] = {}
    for name, one, other in pairs:
        unit, shape = shapely.force_2d(one), shapely.force_2d(other)
        try:
            pieces = overlay(gpd.GeoDataFrame(index=["a"], geometry=[unit], crs=CRS), {"x": frame([shape])})
        except GeometryError as error:
            refused[name.rpartition("-")[0]] = str(error)
            continue
        assert pieces["area_ha"].sum() * 1e4 == pytest.approx(unit.area, rel=1e-9), name
        both = unit.area + shape.area - shapely.union(unit, shape).area
        found = pieces.loc[pieces["x"], "area_ha"].sum() * 1e4
        assert found == pytest.approx(both, abs=1e-9 * max(unit.area, shape.area)), name
    assert set(refused) <= SMALLER_THAN_COORDINATES
    assert all("('a')" in text for text in refused.values())


@absent
def test_intersections_are_those_of_qgis() -> None:
    folder = REFEREE / "overlay" / "nybb_qgis"
    boroughs, discs_ = (gpd.read_file(folder / f"{name}.shp") for name in ("polydf", "polydf2"))
    theirs = gpd.read_file(folder / "qgis-intersection.shp")
    for number in range(len(discs_)):
        faces = partition(boroughs.geometry.to_numpy(), [discs_.geometry.to_numpy()[[number]]])
        ours = shapely.area(faces.geometry)[faces.flags[:, 0]].sum()
        column = next(name for name in ("value1", "value2") if name in theirs.columns and name in discs_.columns)
        rows = theirs[theirs[column] == discs_[column].iloc[number]]
        assert ours == pytest.approx(rows.area.sum(), rel=1e-6)


# The catalogue itself.


def test_every_promise_of_the_catalogue_has_a_test_that_names_it() -> None:
    """P01 to P28: each stands in the name or the docstring of a test."""
    named: set[int] = set()
    for path in Path(__file__).parent.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                texts = (node.name.upper(), ast.get_docstring(node) or "")
                named |= {int(number) for text in texts for number in re.findall(r"(?<![A-Z0-9])P(\d\d)(?!\d)", text)}
    assert set(range(1, 29)) <= named
