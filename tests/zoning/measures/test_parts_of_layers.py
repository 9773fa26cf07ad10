"""Of which part of a layer a measure is taken: the same file measured by three plans, which must agree."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from layers.errors import ZoneplanError
from layers.read.reading_step import read_inputs
from zoning.measures import measure
from zoning.overlays import overlay
from zoning.pipeline.flow import check
from zoning.rulebook import read_rulebook
from zoning.study import read_study

RASTER = 'source = "elevation.tif"'
POLYGONS = 'source = "toy.gpkg"\nlayer = "land"'
WHERE = {RASTER: 'where = "value >= 3"', POLYGONS: "where = \"kind = 'forest'\""}
ROLE = 'role = "water"'
FORMULAS = [(RASTER, one) for one in ("mean(value)", "max(value)", "sum(value)", "share(value > 4)")]
FORMULAS += [(POLYGONS, one) for one in ("share()", "ha()", "count()")]


def inputs_of(folder: Path, *lines: str):
    path = folder / "plan.toml"
    head, quotas = path.read_text("utf-8").split("[[tables]]")
    path.write_text("\n".join([head, "[[layers]]", 'name = "part"', *lines, f"\n[[tables]]{quotas}"]), "utf-8")
    study = read_study(path)
    try:
        return study, read_inputs(study)
    finally:
        path.write_text(f"{head}[[tables]]{quotas}", "utf-8")


def measured(folder: Path, *lines: str) -> pd.DataFrame:
    """What the layer's measure "x" comes to, and how much of it is covered."""
    _, inputs = inputs_of(folder, *lines)
    found = measure(inputs.units, overlay(inputs.units, inputs.designations), inputs.layers)
    return found[[name for name in ("x", "x_covered") if name in found]]


@pytest.mark.parametrize(("source", "formula"), FORMULAS)
def test_a_role_takes_the_whole_layer_and_selected_the_part(source: str, formula: str, toy_folder: Path) -> None:
    where, plain = WHERE[source], f'measure = {{ x = "{formula}" }}'
    whole, part = measured(toy_folder, source, plain), measured(toy_folder, source, where, plain)
    assert not whole.equals(part)
    for of, expected in (("whole", whole), ("selected", part)):
        asked = f'measure = {{ x = {{ of = "{of}", as = "{formula}" }} }}'
        found = measured(toy_folder, source, where, ROLE, asked)
        pd.testing.assert_frame_equal(found, expected, check_exact=False, rtol=1e-12)
    pd.testing.assert_frame_equal(measured(toy_folder, source, where, ROLE, plain), whole, rtol=1e-12)
    pd.testing.assert_frame_equal(measured(toy_folder, source, ROLE, plain), whole, rtol=1e-12)


def test_both_parts_of_a_layer_are_measured_side_by_side(toy_folder: Path) -> None:
    both = 'measure = { all = "max(value)", some = { of = "selected", as = "min(value)" } }'
    _, inputs = inputs_of(toy_folder, RASTER, WHERE[RASTER], ROLE, both)
    found = measure(inputs.units, overlay(inputs.units, inputs.designations), inputs.layers)
    assert found["all"].notna().all()
    assert (found["some"].dropna() >= 3).all()
    assert (found["water_share"] > 0).equals(found["some"].notna())


def test_a_measure_that_means_nothing_of_the_whole_says_how_to_ask_for_the_part(toy_folder: Path) -> None:
    study, inputs = inputs_of(toy_folder, RASTER, WHERE[RASTER], ROLE, 'measure = { x = "ha()" }')
    found = check(study, read_rulebook(study.rulebook, study.date), inputs)
    (text,) = (one.text for one in found if one.level == "error" and "ha()" in one.text)
    assert "holds a raster, of which 'ha()' is not known" in text
    assert text.endswith('of the part that designates, write { of = "selected", as = "ha()" }')


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ((WHERE[RASTER], ROLE, 'measure = { x = "mean(value)", y = "max(value)" }'), ("x", "y")),
        ((WHERE[RASTER], ROLE, 'measure = { x = "mean(value)", y = { of = "whole", as = "max(value)" } }'), ("x",)),
        ((WHERE[RASTER], ROLE, 'measure = { x = { of = "selected", as = "max(value)" } }'), ()),
        ((WHERE[RASTER], 'measure = { x = "mean(value)" }'), ()),
        ((ROLE.replace("water", "elevation"), 'measure = { x = "mean(value)" }'), ()),
    ],
)
def test_check_notes_what_is_measured_on_the_whole_without_a_word(lines, named, toy_folder: Path) -> None:
    study, inputs = inputs_of(toy_folder, RASTER, *lines)
    found = check(study, read_rulebook(study.rulebook, study.date), inputs)
    notes = [one for one in found if one.code == "measured_whole"]
    assert [(one.level, one.layer, one.features) for one in notes] == [("note", "part", named)] * bool(named)
    for one in notes:
        assert one.text.startswith(
            "plan.toml, line 53, column 11: layer 'part' has a role, so 'where' says what designates"
        )


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (
            (ROLE, 'measure = { x = { of = "selected", as = "mean(value)" } }'),
            "'of' needs a layer with 'role' and 'where'",
        ),
        ((WHERE[RASTER], 'measure = { x = { of = "whole", as = "mean(value)" } }'), "'of' needs a layer with 'role'"),
        (
            (WHERE[RASTER], ROLE, 'measure = { x = { of = "part", as = "mean(value)" } }'),
            "must be 'whole' or 'selected'",
        ),
        ((WHERE[RASTER], ROLE, 'measure = { x = { of = "whole" } }'), "key 'as' is missing"),
        ((WHERE[RASTER], ROLE, 'measure = { x = { of = "whole", as = "men(value)" } }'), "did you mean mean"),
        ((WHERE[RASTER], ROLE, 'measure = { x = "men(value)" }'), "did you mean mean"),
        ((WHERE[RASTER], ROLE, "measure = { x = 3 }"), "'x': a text in quotes or a table is needed"),
    ],
)
def test_a_measure_that_cannot_be_meant_is_refused_with_its_place(lines, words: str, toy_folder: Path) -> None:
    with pytest.raises(ZoneplanError) as refused:
        inputs_of(toy_folder, RASTER, *lines)
    assert refused.value.exit_code == 2
    assert words in str(refused.value)
    assert "plan.toml, line 5" in str(refused.value)
