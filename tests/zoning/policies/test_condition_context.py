"""What policies see, and where they hold: units, pieces, jurisdictions, lights and money."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import geopandas as gpd
import pandas as pd
import pytest

from layers.errors import ZoneplanError
from layers.sources import Source
from zoneplan import assign
from zoning.policies import exceptions_of, join_texts, policy_texts, uncovered
from zoning.policies.applicability import condition_contexts
from zoning.rulebook import Exemption, Indicator, Line, Policy, Rulebook, read_rulebook
from zoning.rulebook.schema import Zone
from zoning.tables import PLACED_POLICIES, QUOTAS, tabulate

DAY = date(2025, 1, 1)
SEEN = Source(kind="official", read_on=date(2024, 12, 1))
NO_QUOTAS = tabulate(QUOTAS, pd.DataFrame())
ZONES = pd.DataFrame(
    {"main": ["x", "y", "x"], "overlays": ["near", "", ""]}, index=pd.Index(["a", "b", "c"], name="unit_id")
)
MEASURES = pd.DataFrame(
    {
        "nation": ["N", "N", "N"],
        "jurisdiction": ["west", "west", "east"],
        "area_ha": [100.0, 300.0, 100.0],
        "forest_share": [0.5, 0.1, 0.4],
        "forest_ha": [50.0, 30.0, 40.0],
        "height_m": [1.0, 2.0, 3.0],
    },
    index=ZONES.index,
)
LEVELS = ("nation", "jurisdiction")


def policy(policy_id: str, when: str, **more: object) -> Policy:
    told = {"instrument": "land", "title": {"en": policy_id}, "clause": "clause", "reference": "toy"}
    return Policy.model_validate({"id": policy_id, "when": when} | told | more)


def toy(*policies: Policy) -> Rulebook:
    mains = [Zone(code=code, kind="main", title={"en": code}, default=code == "x") for code in "xy"]
    lines = tuple(
        Line(code=code, roles=(code,), title={"en": code}) for code in ("red_line", "farmland", "growth_boundary")
    )
    zones = (*mains, Zone(code="near", kind="overlay", title={"en": "near"}))
    return Rulebook("toy", "", "", DAY, zones=zones, lines=lines, policies=policies)


def pieces(*rows: tuple[str, str, str]) -> gpd.GeoDataFrame:
    """Pieces of unit, control line, and the layers (by their roles) that cover them, of one hectare each."""
    roles = sorted({role for _, _, covered in rows for role in covered.split()})
    table = gpd.GeoDataFrame(
        {
            "unit_id": [unit for unit, *_ in rows],
            "area_ha": 1.0,
            "control_line": [line for _, line, _ in rows],
            **{f"layer_{role}": [role in covered.split() for *_, covered in rows] for role in roles},
        },
        index=pd.Index([f"{unit}-{number}" for number, (unit, *_) in enumerate(rows)], name="piece_id"),
        geometry=[None] * len(rows),
    )
    table.attrs = {"roles": {f"layer_{role}": role for role in roles}}
    return table


def given(rulebook: Rulebook, lights=None, flows=None, land=None) -> pd.DataFrame:
    return assign(ZONES, MEASURES, NO_QUOTAS, lights, flows, rulebook, pieces=land, levels=LEVELS)


def told(table: pd.DataFrame, *columns: str) -> list[tuple[str, ...]]:
    return [tuple(row) for row in table[["unit_id", "piece_id", "policy", *columns]].to_numpy()]


LAND = pieces(("a", "red_line", "red_line forest"), ("a", "", "forest"), ("b", "farmland", "farmland"), ("c", "", ""))


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("control_line = 'red_line'", ["a-0"]),
        ("control_line = ''", ["a-1", "c-3"]),
        ("on_forest", ["a-0", "a-1"]),
        ("on_forest AND NOT near", []),
        ("on_mine", []),  # no layer has this role
        ("main = 'x' AND height_m > 1", ["c-3"]),
    ],
)
def test_pieces_see_their_layers_line_and_all_of_their_unit(when: str, expected: list[str]) -> None:
    rows = given(toy(policy("p", when, scope="piece")), land=LAND)
    assert rows["piece_id"].tolist() == expected
    assert rows["unit_id"].tolist() == [piece[0] for piece in expected]


def test_without_pieces_policies_on_pieces_are_not_asked() -> None:
    rulebook = toy(policy("p", "TRUE", scope="piece"), policy("q", "TRUE"))
    assert set(given(rulebook)["policy"]) == {"q"}


def test_a_jurisdiction_is_asked_by_its_sums_and_its_units_inherit() -> None:
    policies = [
        policy("sum", "forest_ha >= 80", scope="jurisdiction", parameters={"forest": "forest_ha"}),
        policy("share", "forest_share < 0.3", scope="jurisdiction"),
        policy("name", "jurisdiction = 'east'", scope="jurisdiction"),
    ]
    rows = given(toy(*policies))
    assert told(rows, "inherited_from") == [
        ("a", "", "share", "N / west"),  # (0.5 * 100 + 0.1 * 300) / 400 = 0.2
        ("a", "", "sum", "N / west"),
        ("b", "", "share", "N / west"),
        ("b", "", "sum", "N / west"),
        ("c", "", "name", "N / east"),
    ]
    assert rows["zone"].eq("").all()


def test_rows_without_texts_get_them_back_with_what_each_place_sets() -> None:
    measured = [
        Indicator(name=name, type="number", unit=unit) for name, unit in (("forest_ha", "ha"), ("height_m", "m"))
    ]
    rulebook = replace(
        toy(
            policy("sum", "forest_ha >= 80", scope="jurisdiction", parameters={"forest": "forest_ha"}),
            policy("high", "height_m > 1", parameters={"height": "height_m", "beside": ["road", 3]}),
            policy("forest", "on_forest", scope="piece", parameters={"height": "height_m"}, subject="trees"),
            policy("plain", "TRUE", strictness=2, subject="trees"),
        ),
        indicators=tuple(measured),
    )
    rows = given(rulebook, land=LAND)
    settings = dict(zip(zip(rows["unit_id"], rows["policy"], strict=True), rows["parameters"], strict=True))
    assert settings["a", "sum"] == '{"forest": {"unit": "ha", "value": 80.0}}'
    assert settings["a", "forest"] == '{"height": {"unit": "m", "value": 1.0}}'
    placed = rows[list(PLACED_POLICIES.columns_in_memory)]
    again = join_texts(placed, ZONES, MEASURES, NO_QUOTAS, None, None, rulebook, LEVELS)
    pd.testing.assert_frame_equal(again, rows, check_dtype=False)  # ids are of the type of the zones
    none = join_texts(placed[:0], ZONES, MEASURES, NO_QUOTAS, None, None, rulebook, LEVELS)
    assert list(none.columns) == list(rows.columns)
    texts = policy_texts(rows, rulebook).set_index("policy")
    assert texts.loc["sum", "parameters"] == '{"forest": "forest_ha"}'
    assert texts.index.tolist() == ["forest", "high", "plain", "sum"]
    assert not texts["verified"].any()


def test_without_jurisdictions_policies_on_them_are_not_asked() -> None:
    both = toy(policy("warned", "intensity_light = 1", scope="jurisdiction"), policy("all", "TRUE"))
    alone = MEASURES.drop(columns=list(LEVELS))
    assert set(assign(ZONES, alone, NO_QUOTAS, None, None, both, levels=())["policy"]) == {"all"}
    assert set(assign(ZONES, alone, NO_QUOTAS, None, None, both)["policy"]) == {"all"}


def test_a_sum_with_a_gap_is_unknown_and_a_unit_without_jurisdiction_inherits_nothing() -> None:
    rulebook = toy(policy("p", "forest_ha > 0", scope="jurisdiction"))
    gap = MEASURES.assign(forest_ha=[50.0, float("nan"), 40.0])
    assert set(assign(ZONES, gap, NO_QUOTAS, None, None, rulebook, levels=LEVELS)["unit_id"]) == {"c"}
    nowhere = MEASURES.assign(nation="", jurisdiction=["west", "", ""])
    assert set(assign(ZONES, nowhere, NO_QUOTAS, None, None, rulebook, levels=LEVELS)["unit_id"]) == {"a"}
    assert assign(ZONES, MEASURES, NO_QUOTAS, None, None, rulebook, levels=()).empty


LIGHTS = pd.DataFrame(
    {
        "period": [2020, 2021, 2021, 2021],
        "region": ["west", "west", "b", "N"],
        "intensity_light": [3, 1, 2, 3],
        "total_light": [3, 1, 2, 3],
        "total_exempt": [False, False, True, False],
    }
)


@pytest.mark.parametrize(
    ("when", "scope", "units"),
    [
        ("intensity_light = 1", "unit", ["a"]),  # of the latest period of the nearest region
        ("intensity_light = 2", "unit", ["b"]),  # the unit is a region itself
        ("intensity_light = 3", "unit", ["c"]),  # no row of the east: the nation's
        ("total_exempt", "unit", ["b"]),
        ("intensity_light = 1", "jurisdiction", ["a", "b"]),  # b's own light is not that of its jurisdiction
        ("intensity_light = 3", "jurisdiction", ["c"]),
    ],
)
def test_lights_are_those_of_the_nearest_region(when: str, scope: str, units: list[str]) -> None:
    assert given(toy(policy("p", when, scope=scope)), LIGHTS)["unit_id"].tolist() == units


def test_without_lights_nobody_knows() -> None:
    rulebook = toy(policy("p", "intensity_light = 1 OR intensity_light <> 1"), policy("q", "NOT total_exempt"))
    assert given(rulebook).empty
    elsewhere = LIGHTS[LIGHTS["region"] == "b"].assign(region="beyond")
    assert given(rulebook, elsewhere).empty


def test_a_measure_of_the_study_hides_a_light_of_its_name() -> None:
    rulebook = toy(policy("p", "intensity_light = 9"))
    rows = assign(ZONES, MEASURES.assign(intensity_light=9), NO_QUOTAS, LIGHTS, None, rulebook, levels=LEVELS)
    assert rows["unit_id"].tolist() == ["a", "b", "c"]


def test_who_pays_and_who_receives() -> None:
    flows = pd.DataFrame({"payer": ["west", "pool"], "receiver": ["pool", "c"]})
    rulebook = toy(policy("p", "pays"), policy("r", "receives"), policy("n", "NOT pays AND NOT receives"))
    assert told(given(rulebook, flows=flows)) == [("a", "", "p"), ("b", "", "p"), ("c", "", "r")]
    assert given(rulebook).empty  # nobody has accounted for anything


EXCEPTIONS = (
    Exemption(when="near", reason={"en": "it is near", "zh": "邻近"}, reference="Act 1", source=SEEN),
    Exemption(when="main = 'x'", reason={"en": "it is x", "zh": "属于甲"}, reference="Act 2"),
)


def test_where_an_exception_holds_the_policy_is_listed_with_its_place() -> None:
    rulebook = toy(policy("p", "TRUE", exceptions=[one.model_dump() for one in EXCEPTIONS]))
    rows = given(rulebook)
    assert told(rows, "overruled_by") == [
        ("a", "", "p", "exception-1"),
        ("b", "", "p", ""),
        ("c", "", "p", "exception-2"),
    ]
    assert uncovered(rows, ZONES.index) == ("a", "c")
    assert dict(exceptions_of(rulebook.policies[0])) == dict(
        zip(("exception-1", "exception-2"), EXCEPTIONS, strict=True)
    )


def test_an_exception_that_cannot_be_answered_does_not_hold() -> None:
    unsure = {"when": "intensity_light = 1", "reason": {"en": "red"}, "reference": "Act 3"}
    assert given(toy(policy("p", "TRUE", exceptions=[unsure])))["overruled_by"].eq("").all()


def test_what_is_excepted_overrules_nothing() -> None:
    ban = policy("ban", "TRUE", subject="s", strictness=9, exceptions=[EXCEPTIONS[0].model_dump()])
    rows = given(toy(ban, policy("rule", "TRUE", subject="s"))).set_index(["unit_id", "policy"])["overruled_by"]
    assert rows[("a", "rule")] == ""
    assert rows[("b", "rule")] == "ban"


def test_the_old_call_still_works() -> None:
    rulebook = toy(policy("p", "near"))
    old = [
        assign(ZONES, MEASURES, NO_QUOTAS, rulebook),
        assign(ZONES, MEASURES, NO_QUOTAS, rulebook=rulebook),
    ]
    for table in old:
        assert table.equals(assign(ZONES, MEASURES, NO_QUOTAS, None, None, rulebook))
    with pytest.raises(TypeError, match="needs a rulebook"):
        assign(ZONES, MEASURES, NO_QUOTAS, None, None)  # type: ignore[call-overload]  # what it says


def test_parameters_of_a_jurisdiction_are_its_sums() -> None:
    from zoning.rulebook import Indicator

    rulebook = toy(policy("p", "TRUE", scope="jurisdiction", parameters={"forest": "forest_ha"}))
    rulebook = replace(rulebook, indicators=(Indicator(name="forest_ha", unit="ha"),))
    assert json.loads(given(rulebook)["parameters"].iloc[0]) == {"forest": {"unit": "ha", "value": 80.0}}


def test_sights_say_where_an_answer_holds() -> None:
    seen = condition_contexts(ZONES, MEASURES, NO_QUOTAS, None, None, toy(), LAND, LEVELS)
    assert seen["unit"].places["piece_id"].eq("").all()
    assert seen["piece"].places["unit_id"].tolist() == ["a", "a", "b", "c"]
    assert seen["jurisdiction"].places["unit_id"].tolist() == ["a", "b", "c"]
    assert seen["jurisdiction"].seen["area_ha"].to_dict() == {"N / east": 100.0, "N / west": 400.0}


PIECE_POLICY = """
[[policies]]
id = "on-land"
instrument = "land"
scope = "{scope}"
when = "{when}"
title = {{ en = "On land", zh = "地" }}
clause = "Something."
reference = "Small Act, section 13"
{more}
"""


@pytest.mark.parametrize(
    ("scope", "when", "more", "words"),
    [
        ("unit", "control_line = 'red_line'", "", "'control_line' stands neither in parameters.toml nor in"),
        ("unit", "on_protected", "", 'a policy of scope = "piece" sees it'),
        ("piece", "control_line = 'red_lime'", "", "there is no control line 'red_lime'; did you mean 'red_line'?"),
        ("piece", "on_protectd", "", "did you mean 'on_protected'?"),
        ("jurisdiction", "population > 0", "", "'population' stands neither in parameters.toml nor in indicators"),
        ("jurisdiction", "main = 'general'", "", "a jurisdiction has sums only"),
        ("region", "population > 0", "", "a region has its lights only"),
        (
            "region",
            "TRUE",
            'parameters = { people = "population" }',
            "'population' cannot be told of what is",
        ),
        ("province", "TRUE", "", "scope"),
        ("piece", "TRUE", 'effect = "ban"', "a ban of what? Give the policy a subject"),
        ("piece", "TRUE", 'effect = "forbid"', "effect"),
        (
            "piece",
            "TRUE",
            'exceptions = [{ when = "on_min", reason = { en = "a", zh = "b" }, reference = "r" }]',
            "'on_min' stands neither",
        ),
        (
            "piece",
            "TRUE",
            'exceptions = [{ when = "TRUE", reason = { en = "a" }, reference = "r" }]',
            "reason has no text in zh; give one",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(write_rulebook, scope: str, when: str, more: str, words: str) -> None:
    text = PIECE_POLICY.format(scope=scope, when=when, more=more)
    with pytest.raises(ZoneplanError) as caught:
        read_rulebook(write_rulebook(policies=lambda before: before + text), DAY)
    assert words in str(caught.value)
    assert "small/policies.toml, line " in str(caught.value)
    assert caught.value.exit_code == 2


def test_what_can_be_meant_is_read(write_rulebook) -> None:
    for scope, when in (
        ("piece", "control_line IN ('', 'red_line') AND on_protected AND main = 'general' AND energy_rich"),
        ("jurisdiction", "quota_construction_land > 0 AND ecologically_fragile_share < 1 AND intensity_light = 1"),
        ("unit", "pays OR receives OR total_exempt"),
    ):
        text = PIECE_POLICY.format(scope=scope, when=when, more="")
        folder = write_rulebook(policies=lambda before, text=text: before + text)
        assert read_rulebook(folder, DAY).policies[-1].scope == scope
    kept = PIECE_POLICY.format(scope="unit", when="TRUE", more="").replace('"on-land"', '"exception-1"')
    with pytest.raises(ZoneplanError, match="'exception-1' is kept for exceptions"):
        read_rulebook(write_rulebook(policies=lambda before: before + kept), DAY)
