"""The grammar of ``measure``."""

from __future__ import annotations

import pytest

from layers.conditions import parse_formula
from layers.errors import ConditionError, StudyError


@pytest.mark.parametrize(
    ("text", "function", "argument", "kinds"),
    [
        ("mean(value)", "mean", "value", ("raster", "points")),
        ("min( slope )", "min", "slope", ("raster", "points")),
        ("std(relief)", "std", "relief", ("raster",)),
        ("median(aspect)", "median", "aspect", ("raster",)),
        ("quantile_10(value)", "quantile_10", "value", ("raster",)),
        ("majority(value)", "majority", "value", ("raster",)),
        ("share(slope > 25)", "share", "slope > 25", ("raster",)),
        ("share(value IN (12, 14))", "share", "value IN (12, 14)", ("raster",)),
        ("share()", "share", "", ("polygons",)),
        ("ha()", "ha", "", ("polygons",)),
        ("count()", "count", "", ("points", "lines", "polygons")),
        ("sum(capacity_mw)", "sum", "capacity_mw", ("points",)),
        ("max(Kapazität (MW))", "max", "Kapazität (MW)", ("points",)),
        ("length(km)", "length", "km", ("lines",)),
        ("nearest(km)", "nearest", "km", ("points", "lines", "polygons")),
    ],
)
def test_formulas_of_the_contract(text, function, argument, kinds):
    formula = parse_formula(text)
    assert (formula.text, formula.function, formula.argument, formula.kinds) == (text, function, argument, kinds)
    for kind in kinds:
        formula.check(kind, "layer")


def test_a_share_of_a_raster_has_a_condition():
    formula = parse_formula("share(value = 12 AND slope <= 15)")
    assert formula.condition is not None
    assert formula.condition.text == "value = 12 AND slope <= 15"
    assert formula.surfaces == {"value", "slope"}
    assert parse_formula("share()").condition is None


def test_a_mean_by_the_weight_of_a_layer():
    formula = parse_formula("mean( value , weight=people 2020 )")
    assert (formula.function, formula.argument, formula.weight) == ("mean", "value", "people 2020")
    assert (formula.kinds, formula.surfaces) == (("raster",), {"value"})


def test_surfaces_and_quantiles():
    assert parse_formula("mean(slope)").surfaces == {"slope"}
    assert parse_formula("sum(capacity_mw)").surfaces == frozenset()
    assert parse_formula("quantile_5(value)").quantile == 0.05
    assert parse_formula("quantile_90(value)").quantile == 0.9
    assert parse_formula("mean(value)").quantile is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("slope", "cannot read 'slope': a formula is written function(argument), such as mean(slope)"),
        ("mean slope", "a formula is written function(argument)"),
        ("mean(value) + 1", "a formula is written function(argument)"),
        ("", "a formula is written function(argument)"),
        ("men(slope)", "no function 'men'; did you mean mean or min?"),
        ("Mean(slope)", "no function 'Mean'; did you mean mean"),
        ("average(slope)", "no function 'average'; there are mean, min, max, sum, std, median, quantile_10"),
        ("quantile(value)", "no function 'quantile'; did you mean quantile_10?"),
        ("quantile_0(value)", "no function 'quantile_0'"),
        ("quantile_100(value)", "no function 'quantile_100'"),
        ("mean_10(value)", "no function 'mean_10'; did you mean mean"),
        ("mean()", "mean is of a column of points, or a raster's value, slope, aspect, relief"),
        ("std(capacity)", "std is of a raster's value, slope, aspect, relief"),
        ("majority(slope)", "write majority(value)"),
        ("share(TRUE)", "its condition reads nothing of the raster; it may read value, slope, aspect, relief"),
        ("share(1 = 1)", "its condition reads nothing of the raster"),
        ("count(x)", "write count()"),
        ("length(m)", "write length(km)"),
        ("nearest()", "write nearest(km)"),
        ("ha(x)", "write ha()"),
        ("max(value, weight = people)", "what is weighed by a layer is written mean(value, weight = LAYER)"),
    ],
)
def test_what_is_no_formula_says_what_would_be(text, message):
    with pytest.raises(StudyError) as caught:
        parse_formula(text)
    assert message in str(caught.value)
    assert caught.value.code == "formula"


def test_the_condition_of_a_share_reads_surfaces_only():
    with pytest.raises(
        ConditionError, match="a condition on a raster reads value, slope, aspect, relief, not 'height'"
    ):
        parse_formula("share(height > 5)")
    with pytest.raises(ConditionError, match=r"write = for 'equal' \(column 8\)"):
        parse_formula("share(value == 5)")


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        (
            "mean(slope)",
            "polygons",
            "'mean(slope)' is not known; it can be asked for share(), ha(), count(), nearest(km)",
        ),
        ("median(slope)", "points", "it can be asked for count(), sum(column), mean(column)"),
        ("sum(mw)", "raster", "layer 'plants' holds a raster, of which 'sum(mw)' is not known"),
        ("share()", "lines", "it can be asked for length(km), count()"),
    ],
)
def test_a_formula_refuses_a_kind_of_layer_that_it_does_not_fit(text, kind, message):
    with pytest.raises(StudyError) as caught:
        parse_formula(text).check(kind, "plants")
    assert message in str(caught.value)
    assert caught.value.layer == "plants"
