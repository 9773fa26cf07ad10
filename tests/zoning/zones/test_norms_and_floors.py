"""Norms: kept or not at every place, over the sums of its units, and unknown where a value is missing."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zoning.conftest import said
from zoning.measures import places_of
from zoning.rulebook import Norm, Rulebook
from zoning.tables import QUOTAS, tabulate
from zoning.zones import weigh_norms

UNITS = pd.DataFrame(
    {
        "state": ["n", "n", "s", "s"],
        "county": ["a", "b", "a", None],
        "area": ["x", None, "x", "y"],
        "taken_ha": [1.0, 2.0, 3.0, 4.0],
        "made_ha": [2.0, 1.0, 2.0, None],
        "forest_share": [0.5, 0.0, 1.0, 1.0],
        "area_ha": [100.0, 300.0, 100.0, 100.0],
    },
    index=pd.Index(["u1", "u2", "u3", "u4"], name="unit_id"),
)


def asked(holds: str, level: str = "unit", levels: tuple[str, ...] = ("state", "county"), **more) -> dict[str, str]:
    """Answers by place."""
    norm = Norm(id="norm", holds=holds, level=level, title={"en": "norm"}, reference="by hand")
    found = weigh_norms(UNITS, Rulebook("r", "", "", date(2025, 1, 1), norms=(norm,)), levels, **more)
    return dict(zip(found["place"], found["answer"], strict=True))


@pytest.mark.parametrize(
    ("level", "answers"),
    [
        ("unit", {"u1": "yes", "u2": "no", "u3": "no", "u4": "unknown"}),
        # north 3 = 3; south: u4 is missing; counties of one name in two states are two, and u4 has the state only
        ("jurisdiction", {"n": "yes", "s": "unknown", "n / a": "yes", "n / b": "no", "s / a": "no"}),
        ("study", {"": "unknown"}),
        ("area", {"x": "yes", "y": "unknown"}),  # 1 + 3 = 2 + 2
    ],
)
def test_places_and_sums(level, answers):
    assert asked("made_ha >= taken_ha", level) == answers


def test_facts_say_values_and_thresholds_over_the_sums():
    norm = Norm(id="n", holds="made_ha >= taken_ha", level="area", title={"en": "n"}, reference="by hand")
    found = weigh_norms(UNITS, Rulebook("r", "", "", date(2025, 1, 1), norms=(norm,)))
    assert [said(one) for one in found["facts"]] == ["made_ha 4 >= taken_ha 4", "made_ha: missing"]


def test_a_share_of_several_units_is_the_mean_by_area():
    """Pencil: (0.5 x 100 + 0 x 300) / 400 = 0.125 in the north."""
    assert asked("forest_share > 0.12 AND forest_share < 0.13", "jurisdiction", ("state",)) == {"n": "yes", "s": "no"}


def test_amounts_of_quotas_can_be_held_to_a_norm():
    rows = {"quota": "land", "period": 2025, "level": "unit", "unit_id": UNITS.index, "amount": [5, 5, 1, 1]}
    quotas = tabulate(QUOTAS, pd.DataFrame(rows).reindex(columns=list(QUOTAS.columns)))
    norm = {"holds": "quota_land <= taken_ha", "level": "jurisdiction", "levels": ("state",)}
    assert asked(**norm, quotas=quotas) == {"n": "no", "s": "yes"}
    assert asked(**norm) == {}  # nobody hands the quota out


def test_without_jurisdictions_there_is_no_place():
    assert asked("made_ha >= taken_ha", "jurisdiction", ()) == {}


@given(st.permutations(list(UNITS.index)))
def test_the_order_of_units_is_of_no_account(order):
    norm = Norm(id="n", holds="made_ha >= taken_ha", level="jurisdiction", title={"en": "n"}, reference="by hand")
    rulebook = Rulebook("r", "", "", date(2025, 1, 1), norms=(norm,))
    levels = ("state", "county")
    assert weigh_norms(UNITS.loc[order], rulebook, levels).equals(weigh_norms(UNITS, rulebook, levels))


def test_where_units_belong():
    assert places_of(UNITS, "county", ("state", "county")).tolist()[:3] == ["n / a", "n / b", "s / a"]
    assert places_of(UNITS, "area", ()).isna().tolist() == [False, True, False, False]
    assert places_of(UNITS, "study", ()).tolist() == [""] * 4


def test_a_balance_in_tenths_has_no_noise():
    """0.1 + 0.2 = 0.3, whatever binary floating point makes of it, and in any order."""
    norm = Norm(id="n", holds="taken_ha <= made_ha", level="study", title={"en": "n"}, reference="by hand")
    rulebook = Rulebook("r", "", "", date(2025, 1, 1), norms=(norm,))
    units = pd.DataFrame({"taken_ha": [0.1, 0.2, 0.3], "made_ha": [0.6, 0.0, 0.0]}, index=list("abc"))
    for order in (units, units[::-1]):
        (facts,) = weigh_norms(order, rulebook)["facts"]
        assert said(facts) == "taken_ha 0.6 <= made_ha 0.6"
        assert [clause.sides for clause in facts.fields["facts"]] == [(0.6, 0.6)]
