"""Zones of many variants at once are those of classify and resolve, variant by variant, on small random plans."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import ZoneplanError
from zoneplan import classify
from zoning.rulebook import Indicator, Rule, Rulebook, Value
from zoning.rulebook.schema import Zone
from zoning.study import Decision
from zoning.zones import resolve, threshold_variants, zones_by_variant

DAY = date(2025, 1, 1)
ZONES = tuple(
    Zone(code=code, kind="overlay" if code == "o" else "main", default=code == "d", title={"en": code})
    for code in ("d", "x", "y", "o")
)
CONDITIONS = (
    "a >= t",
    "a > t AND b < s",
    "NOT a < t OR flag",
    "a BETWEEN t AND 2 * t",
    "b / t >= s",
    "coal > 3 OR a <= t",
    "coal < t AND a IS NOT NULL",
    "b >= s",
    "flag",
    "a * s >= t AND unit_id <> 'u1'",
)
NUMBERS = st.sampled_from([None, 0.0, 0.25, 0.5, 1.0, 4.0])
IDS = [f"u{place}" for place in range(6)]


@st.composite
def rulebooks(draw: st.DrawFn) -> Rulebook:
    rules = tuple(
        Rule(
            id=f"r{place}",
            zone=draw(st.sampled_from(["x", "y", "o"])),
            when=draw(st.sampled_from(CONDITIONS)),
            priority=draw(st.sampled_from([1, 2])),
            on_unknown=draw(st.sampled_from(["review", "review", "no", "error"])),
            refines=draw(st.booleans()),
            reason={"en": "so it is"},
            reference="none",
        )
        for place in range(draw(st.integers(0, 5)))
    )
    values = {name: Value(name=name, value=0.5, unit="1", title={"en": "t"}, reference="none") for name in ("t", "s")}
    coal = draw(st.sampled_from(["unknown", 0, 5]))
    known = (
        Indicator(name="a", whole="sum"),
        Indicator(name="b", whole="max"),
        Indicator(name="coal", when_absent=coal),
    )
    flag = Indicator(name="flag", type="boolean", whole="any")
    return Rulebook("r", "", "", DAY, zones=ZONES, rules=rules, indicators=(*known, flag), parameters=values)


def at(rulebook: Rulebook, values: dict[str, float]) -> Rulebook:
    own = {name: rulebook.parameters[name].model_copy(update={"value": one}) for name, one in values.items()}
    return replace(rulebook, parameters=own)


def made_of(
    measures: pd.DataFrame, rulebook: Rulebook, decisions: list[Decision], part_of: str | None
) -> pd.DataFrame | str:
    """The zones, or the words in which they are refused."""
    try:
        return resolve(classify(measures, rulebook, decisions, part_of=part_of), rulebook)
    except ZoneplanError as refused:
        return str(refused)


@settings(max_examples=30)
@given(data=st.data(), rulebook=rulebooks())
def test_each_variant_is_what_classify_and_resolve_make_of_it(data: st.DataObject, rulebook: Rulebook) -> None:
    numbers = st.lists(NUMBERS, min_size=6, max_size=6)
    flags = data.draw(st.lists(st.sampled_from([None, False, True]), min_size=6, max_size=6))
    measures = pd.DataFrame(
        {
            "a": pd.Series(data.draw(numbers), IDS, dtype=float),
            "b": pd.Series(data.draw(numbers), IDS, dtype=float),
            "flag": pd.Series(flags, IDS, dtype="boolean"),
            "area_ha": 1.0,
            "county": ["k", "k", "k", "m", "m", "u5"],
        },
        index=pd.Index(IDS, name="unit_id", dtype="str"),
    )
    part_of = data.draw(st.sampled_from([None, "county"]))
    said = {"reason": "so", "by": "we", "date": DAY}
    chosen = data.draw(st.sampled_from([None, {"unit": "u1", "main": "x"}, {"unit": "u2", "overlay": "o"}]))
    decisions = [] if chosen is None else [Decision(**chosen, **said)]
    tried = st.sampled_from([0.0, 0.25, 0.3, 0.5, 1.0, -1.0, 9.0])
    table = pd.DataFrame(data.draw(st.lists(st.tuples(tried, tried), min_size=1, max_size=3)), columns=["t", "s"])
    if isinstance(made_of(measures, rulebook, decisions, part_of), str):
        rules = tuple(one.model_copy(update={"on_unknown": "review"}) for one in rulebook.rules)
        rulebook = replace(rulebook, rules=rules)
    claims = classify(measures, rulebook, decisions, part_of=part_of)
    others = [at(rulebook, row) for row in table.to_dict("records")]
    made = [made_of(measures, other, decisions, part_of) for other in others]
    refusals = [one for one in made if isinstance(one, str)]
    if refusals:
        with pytest.raises(ZoneplanError) as refused:
            zones_by_variant(claims, measures, rulebook, table, part_of)
        assert str(refused.value) == refusals[0]
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threshold_variants, "AT_ONCE", data.draw(st.sampled_from([1, 13, 10_000])))
        outcomes, codes = zones_by_variant(claims, measures, rulebook, table, part_of)
    for number, zones in enumerate(made):
        assert isinstance(zones, pd.DataFrame)
        found = outcomes.iloc[codes[number]].set_axis(measures.index)
        assert found.equals(zones.loc[measures.index, list(outcomes.columns)])


def test_outcomes_are_listed_once_and_all_of_them_occur() -> None:
    rule = Rule(id="r", zone="x", when="a >= t", priority=1, reason={"en": "so"}, reference="none")
    values = {"t": Value(name="t", value=0.5, unit="1", title={"en": "t"}, reference="none")}
    rulebook = Rulebook(
        "r", "", "", DAY, zones=ZONES, rules=(rule,), indicators=(Indicator(name="a"),), parameters=values
    )
    measures = pd.DataFrame({"a": [0.2, 0.6, np.nan]}, index=pd.Index(["p", "q", "r"], name="unit_id"))
    claims = classify(measures, rulebook)
    outcomes, codes = zones_by_variant(claims, measures, rulebook, pd.DataFrame({"t": [0.1, 0.5, 0.9]}))
    assert outcomes.values.tolist() == [
        ["d", "", "decided", "default"],
        ["d", "", "review", "default"],
        ["x", "", "decided", "r"],
    ]
    assert codes.tolist() == [[2, 2, 1], [0, 2, 1], [0, 0, 1]]
