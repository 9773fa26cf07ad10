"""The toy province from plan file to tables: every number can be checked with a pencil."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from shapely.affinity import translate

from layers.errors import SourceError
from tests.zoning.conftest import said
from zoning.pipeline.flow import STEPS, run
from zoning.plan import Plan
from zoning.study import read_study
from zoning.tables import TABLES, tabulate


@pytest.fixture
def plan(toy_run: Plan) -> Plan:
    return toy_run


def test_zones(plan) -> None:
    """Forest covers column 1 wholly and half of column 2; a decision makes c4 a new town; 900 MW stand in b4."""
    zones = plan.zones.set_index("unit_id")
    fragile = [f"{row}{column}" for row in "abc" for column in (1, 2)]
    assert sorted(zones.index[zones["main"] == "ecologically_fragile"]) == fragile
    assert list(zones.index[zones["main"] == "key_development"]) == ["c4"]
    assert zones.loc["c4", "status"] == "by_decision"
    assert list(zones.index[zones["overlays"] == "energy_rich"]) == ["b4"]
    assert zones["area_ha"].to_list() == [100.0] * 12
    assert said(zones.loc["b2", "reason"], plan.rulebook) == (
        "forest covers it: ecologically_fragile_share 50\xa0% >= 50\xa0% (fragile_min)"
    )


def test_measures(plan) -> None:
    measures = plan.measures
    assert measures["ecologically_fragile_ha"].groupby(measures["county"]).sum().to_dict() == {"east": 0, "west": 450}
    assert measures["energy_rich_share"].loc[["b3", "b4"]].to_list() == [0.5, 1.0]
    assert measures["plant_mw"].loc[["b3", "b4", "c4"]].to_list() == [50, 900, 0]
    assert measures["height_mean_m"].loc[["a1", "b1", "c1"]].to_list() == [4.5, 2.5, 0.5]
    assert measures["available_ha"].loc[["a1", "a2", "a3", "a4"]].to_list() == [100, 0, 0, 100]
    assert measures["income"].to_list() == [10, 20, 30, 40] * 3
    assert measures["available_in_boundary_ha"].isna().all(), "no layer draws a growth boundary"


def test_quotas(plan) -> None:
    """Population 100, 200 in the west and 300, 400 (c4 doubled) in the east: 900 to 2,500 of 120 ha."""
    quotas = plan.quotas
    counties = quotas[quotas["level"] == "county"].set_index("jurisdiction")["amount"]
    assert counties.to_dict() == {"west": Decimal(32), "east": Decimal(88)}
    units = quotas[quotas["level"] == "unit"]
    assert units.groupby("jurisdiction")["amount"].sum().to_dict() == counties.to_dict()
    amounts = units.set_index("unit_id")["amount"]
    assert amounts["a2"] == amounts["a3"] == 0, "their farmland leaves nothing to build on"
    assert units[units["unit_id"] == "(reserve)"].set_index("jurisdiction")["amount"].to_dict() == {
        "west": Decimal(1),
        "east": Decimal(4),
    }
    assert amounts["c4"] > amounts["b4"]


def test_lines_and_pieces(plan) -> None:
    lines = plan.lines.set_index(["unit_id", "line"])
    assert lines["settled_ha"].to_dict() == {("a2", "permanent_farmland"): 100.0, ("a3", "permanent_farmland"): 100.0}
    assert plan.pieces["area_ha"].sum() == pytest.approx(1200, rel=1e-12)
    assert plan.pieces.groupby("unit_id")["area_ha"].sum().to_list() == pytest.approx([100.0] * 12, rel=1e-9)


def test_policies_and_assumptions(plan) -> None:
    applied = plan.policies.groupby("policy")["unit_id"].agg(list).to_dict()
    assert len(applied["plan-first"]) == 12
    assert applied["energy-review"] == ["b4"]
    assert len(applied["forest-payment"]) == 6
    taken = {(assumption.kind, assumption.name) for assumption in plan.assumptions}
    assert {("deduction", "water"), ("role", "protected"), ("parameter", "plant_min_mw")} <= taken


def test_every_table_is_as_declared(plan) -> None:
    for name, table in TABLES.items():
        rows = getattr(plan, name)
        if name in {"measures", "pieces", "sites"}:  # the shapes of the last two follow their columns
            continue
        declared = list(table.columns_in_memory)
        assert list(rows.columns)[: len(declared)] == declared
        assert table.open or len(rows.columns) == len(declared)
        assert_frame_equal(tabulate(table, rows), rows)


def test_the_steps_are_announced_in_order(toy_folder: Path) -> None:
    heard: list[str] = []
    run(read_study(toy_folder / "plan.toml"), heard.append)
    assert tuple(heard) == STEPS


def test_pieces_are_told_of_once_before_anything_is_measured_or_decided(toy_folder: Path) -> None:
    heard: list[str] = []
    told: list[tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, str]] = []
    plan = run(
        read_study(toy_folder / "plan.toml"),
        heard.append,
        on_pieces=lambda units, pieces: told.append((units, pieces, heard[-1])),
    )
    ((units, pieces, step),) = told
    assert units is plan.units
    assert pieces is plan.pieces
    assert step == "overlay"


def test_an_input_that_changes_meanwhile_is_refused(toy_folder: Path) -> None:
    def meddle(step: str) -> None:
        if step == "assign":
            (toy_folder / "stats.csv").write_text("code,income\na1,1\n", "utf-8")

    with pytest.raises(SourceError, match=r"stats\.csv"):
        run(read_study(toy_folder / "plan.toml"), meddle)


@pytest.mark.parametrize("change", ["rows", "layers", "moved"])
def test_order_and_place_change_no_table(change: str, plan, toy_folder: Path) -> None:
    if change == "layers":
        text = (toy_folder / "plan.toml").read_text("utf-8")
        head, *layers = text.split("[[layers]]")
        last, tail = layers[-1].split("[[tables]]")
        turned = [last, *reversed(layers[:-1])]
        (toy_folder / "plan.toml").write_text("[[layers]]".join([head, *turned]) + "\n[[tables]]" + tail, "utf-8")
    else:
        for layer in ("units", "land"):
            frame = gpd.read_file(toy_folder / "toy.gpkg", layer=layer)
            if change == "rows":
                frame = frame.sample(frac=1, random_state=7)
            else:
                frame.geometry = frame.geometry.map(lambda shape: translate(shape, 64_000, -32_000))
            frame.to_file(toy_folder / "toy.gpkg", layer=layer, driver="GPKG")
        if change == "moved":
            plants = pd.read_csv(toy_folder / "plants.csv")
            plants.assign(x=plants["x"] + 64_000, y=plants["y"] - 32_000).to_csv(toy_folder / "plants.csv", index=False)
            text = (toy_folder / "plan.toml").read_text("utf-8")
            start = text.index('[[layers]]\nname = "height"')
            (toy_folder / "plan.toml").write_text(text[:start] + text[text.index("[[tables]]") :], "utf-8")
    again = run(read_study(toy_folder / "plan.toml"))
    for name in ("zones", "claims", "lines", "quotas", "policies"):
        assert_frame_equal(getattr(again, name), getattr(plan, name), obj=name)


@pytest.mark.parametrize("study", ["us_mountain_west", "china_provinces"])
def test_tables_of_units_join_with_units(plan_of, study: str) -> None:
    """What has one row a unit has its ids as index and as a column, which pandas finds by one name without doubt."""
    plan = plan_of(study)
    of_units = [table for table in TABLES.values() if table.key == ("unit_id",)]
    assert {one.name for one in of_units} == {"zones", "measures", "robustness"}
    assert plan.units.join(plan.zones["main"])["main"].notna().all()
    assert plan.measures.join(plan.zones["main"])["main"].notna().all()
    assert plan.zones.index.tolist() == plan.zones["unit_id"].tolist() == sorted(plan.units.index)
    assert plan.zones.merge(plan.quotas, on="unit_id")["amount"].notna().any()
    assert len(plan.zones.groupby("unit_id")) == len(plan.zones.set_index("unit_id")) == len(plan.units)
    assert plan.robustness.index.tolist() == plan.robustness["unit_id"].tolist()
    assert plan.quotas.index.equals(pd.RangeIndex(len(plan.quotas)))
