"""The caller's ids of units come back from every step with their type, and what it gives joins with what it took."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
import pytest

import zoneplan as zp
from layers.errors import GeometryError
from zoneplan.front_door import homes
from zoneplan.old_names import LEFT
from zoning.measures import complete_measures
from zoning.money import positions
from zoning.zones import conflicts

NUMBERS = list(range(101, 113))
TEXTS = [f"u{one}" for one in NUMBERS]
KINDS = {
    "whole numbers": pd.Index(NUMBERS, name="gid"),
    "small numbers": pd.Index(NUMBERS, dtype="uint8"),
    "text": pd.Index(TEXTS, name="gid"),
    "objects": pd.Index(TEXTS, dtype=object),
    "text that may be missing": pd.Index(TEXTS, dtype="string"),
    "categories": pd.CategoricalIndex(TEXTS, categories=TEXTS[::-1], ordered=True),
    "categories of numbers": pd.CategoricalIndex(NUMBERS),
}
WITHOUT_UNITS = {
    "judge_energy": "its regions are text",
    "account": "its parties are text: jurisdictions, outsiders and units",
    "positions": "as account",
    "project": "geopandas keeps its index",
    "as_floats": "it changes columns of numbers alone",
}
"""Steps that give a table whose rows are no units of the caller, and why."""


def chain(plan: zp.Plan, index: pd.Index) -> dict[str, Any]:
    """What every step gives of the toy province under other ids; account and positions run along."""
    study, rulebook = plan.study.model_copy(update={"decisions": ()}), plan.rulebook
    inputs = zp.read_inputs(study)
    units = inputs.units.set_axis(index)
    made: dict[str, Any] = {"overlay": zp.overlay(units, inputs.designations)}
    made["area_shares"] = zp.area_shares(units, inputs.designations)
    made["settle_lines"] = pieces = zp.settle_lines(made["overlay"], rulebook)
    made["measure"] = measured = zp.measure(units, pieces, inputs.layers, rulebook)
    made["derive"] = zp.derive(measured, rulebook)
    made["complete_measures"] = measures = complete_measures(measured, rulebook).table
    made["classify"] = claims = zp.classify(measured, rulebook)
    made["resolve"] = zones = zp.resolve(claims, rulebook)
    made["conflicts"] = conflicts(claims, measures, rulebook, units=measures.index[:6])
    made["allocate"] = quotas = zp.allocate(zones, measures, study.quotas, overlays=rulebook.codes("overlay"))
    made["apportion"] = zp.apportion(measures["population"], 100, floor=measures["population"] * 0)
    made["site"] = zp.site(quotas, pieces, study.quotas, inputs.layers, rulebook)[0]
    flows = zp.account(zones, measures, study, rulebook)
    positions(flows, {}, zones)
    made["assign"] = zp.assign(zones, measures, quotas, flows=flows, rulebook=rulebook, levels=["county"])
    return made


def ids_of(made: pd.DataFrame | pd.Series) -> pd.Series:
    return (
        made["unit_id"]
        if "unit_id" in getattr(made, "columns", ())
        else pd.Series(made.index, index=made.index, dtype=made.index.dtype)
    )


@pytest.fixture(scope="module")
def as_text(toy_run: zp.Plan) -> dict[str, Any]:
    return chain(toy_run, pd.Index([str(one) for one in NUMBERS]))


@pytest.mark.parametrize("index", KINDS.values(), ids=KINDS)
def test_ids_come_back_with_their_type_from_every_step(toy_run: zp.Plan, as_text: dict[str, Any], index) -> None:
    own = dict(zip(map(str, index), index, strict=True))
    for name, made in chain(toy_run, index).items():
        ids, text = ids_of(made), ids_of(as_text[name]).tolist()
        marks = {one for one in text if not one.isdigit()}
        assert [str(one).removeprefix("u") for one in ids] == text, name
        assert all(own[str(one)] == one for one in ids if one not in marks), name
        if marks:  # the rows of jurisdictions and reserves
            assert ids.dtype in [np.dtype(object), index.dtype], name
        elif len(ids):
            assert ids.dtype == index.dtype, name
        of_units = ids[~ids.isin(list(marks))].rename("unit")
        joined = of_units.to_frame().merge(
            pd.DataFrame({"row": range(12)}, index=index), left_on="unit", right_index=True
        )
        assert len(joined) == len(of_units), name


def test_every_step_that_gives_a_table_is_among_them(as_text: dict[str, Any]) -> None:
    found = {
        name
        for name, home in (homes("zoneplan") | LEFT).items()
        if inspect.isfunction(function := getattr(import_module(home), name))
        if any(kind in str(inspect.signature(function).return_annotation) for kind in ("DataFrame", "Series"))
    }
    assert found == as_text.keys() | WITHOUT_UNITS.keys()


def test_ids_that_are_no_ids_are_refused_as_before(toy_run: zp.Plan) -> None:
    for wrong in ([1.5] * 12, [True] * 12, [None, *TEXTS[1:]], [1, *TEXTS[1:]]):
        units = toy_run.units.set_axis(pd.Index(wrong), axis=0)
        with pytest.raises(GeometryError):
            zp.overlay(units, {})
