from __future__ import annotations

import dataclasses
import json
import re
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from layers.conditions import Evaluator
from layers.errors import UnknownNameError, escape_hidden
from maps.telling.explanations.explanation_content import explain
from maps.telling.explanations.records_in_words import content_of
from maps.words import Renderer, languages
from zoneplan import classify
from zoning.measures import assumed, complete_measures
from zoning.plan import Plan
from zoning.policies import assign
from zoning.quotas import unit_context
from zoning.reasons import QuotaTrace, Record, Trace
from zoning.study import Decision, Group, Lock, Quota, QuotaTransfer, Study
from zoning.tables import ENERGY, FLOWS, LINES, PIECES, QUOTAS, ZONES, tabulate
from zoning.zones import resolve


class OneLine(Study):
    """A study of which everything stands in one line."""

    def where(self, *_keys: str | int) -> str:
        return "plan.toml, line 7, column 1"


HEAD = {"name": "Six units", "date": date(2025, 1, 1), "rulebook": "small"}
UNITS = {"source": "units.gpkg", "id": "code"}


def quota_row(unit: str, jurisdiction: str, amount: str, **more) -> dict:
    row = {
        "quota": "construction_land",
        "period": 2025,
        "level": "unit",
        "unit": "ha",
        "binding": "",
        "floor": Decimal(0),
    }
    return row | {"jurisdiction": jurisdiction, "unit_id": unit, "amount": Decimal(amount), "name": ""} | more


@pytest.fixture
def plan(measures, rulebook) -> Plan:
    """A plan of the six units: tables as a run makes them, lines and quotas written by hand."""
    decision = Decision(
        unit="e",
        main="key_development",
        reason="the new town",
        by="the council",
        reference="No. 7",
        date=date(2024, 6, 1),
    )
    measured = measures.drop(columns="at_border")
    full = complete_measures(measured, rulebook).table
    claims = classify(full, rulebook, [decision])
    zones = resolve(claims, rulebook)
    quotas = pd.DataFrame(
        [
            quota_row("", "west", "100", level="county"),
            quota_row("a", "west", "12.50", weight=600.0, ceiling=Decimal("12.5"), binding="ceiling"),
            quota_row("b", "west", "0", weight=100.0),
        ]
    )
    quotas = tabulate(QUOTAS, quotas.reindex(columns=list(QUOTAS.columns)))
    lines = [
        {"unit_id": "b", "line": "red_line", "claimed_ha": 50.0, "settled_ha": 40.0, "lost_to": "red_line_core"},
        {"unit_id": "c", "line": "red_line", "claimed_ha": 5.0, "settled_ha": 5.0, "lost_to": ""},
    ]
    policies, reasons = assign(zones, full, quotas, None, None, rulebook)
    names = pd.DataFrame(
        {"name": [f"Unit {one}" for one in "abcdef"], "jurisdiction": measures["jurisdiction"], "area_ha": 1000.0}
    )
    empty = pd.DataFrame()
    return Plan.of(
        study=OneLine(study=HEAD, units=UNITS | {"jurisdiction": "jurisdiction"}),
        rulebook=rulebook,
        units=names,
        pieces=tabulate(PIECES, empty).set_index("piece_id"),
        measures=full,
        claims=claims,
        zones=tabulate(ZONES, names.join(zones)),
        lines=tabulate(LINES, pd.DataFrame(lines)),
        quotas=quotas,
        energy=tabulate(ENERGY, empty),
        flows=tabulate(FLOWS, empty),
        positions=empty,
        policies=policies,
        ledger=empty,
        assumptions=assumed(measured, rulebook),
        roles={},
        sources=(),
        own_crs="EPSG:3035",
        trace=Trace(policies=reasons.evaluations),
    )


def quota_trace(plan: Plan, asked: Quota) -> QuotaTrace:
    """What a run would have found of a quota whose weight is the population."""
    context = Evaluator(unit_context(plan.zones.set_index("unit_id"), plan.measures), plan.rulebook.values)
    for one in (*asked.groups, *asked.locked):
        if one.when is not None:
            context.evaluate(one.when)
    return QuotaTrace(context.evaluations, plan.measures[["population"]].astype(float).set_axis([0], axis=1), {})


def test_the_chain_from_unit_to_reference(plan) -> None:
    told = explain(plan, "c").as_dict()
    assert told["unit"] == {
        "unit_id": "c",
        "name": "Unit c",
        "jurisdiction": "west",
        "jurisdiction_name": "west",
        "area_ha": 1000.0,
    }
    assert told["plan"] == {
        "name": "Six units",
        "title": "Six units",
        "date": "2025-01-01",
        "rulebook": "small",
        "rulebook_title": "small",
    }
    assert (told["status"], told["main"]["zone"], told["main"]["rule"]) == (
        "decided",
        "ecologically_fragile",
        "fragile-1",
    )
    (clause,) = told["main"]["clauses"]
    assert clause["sentence"] == "ecologically_fragile_share 90\xa0% >= 50\xa0% (fragile_min)"
    assert told["main"]["parameters"] == [
        {
            "name": "fragile_min",
            "title": {},
            "value": 0.5,
            "is_share": True,
            "unit": "1",
            "unit_title": {},
            "since": "2001-01-01",
            "until": "",
            "reference": "Small Act, section 2",
            "verified": False,
            "reading": "unnamed",
        }
    ]
    assert told["main"]["reference"] == "Small Act, section 2"
    assert [one["rule"] for one in told["overlays"]] == ["energy-1"]
    assert [one["rule"] for one in told["other_claims"]] == ["key-1"]
    assert told["lines"][0]["settled_ha"] == 5.0
    assert {one["policy"]: one["overruled_by"] for one in told["policies"]} == {
        "energy-review": "",
        "no-building": "",
        "plan-first": "no-building",
    }
    building = next(one for one in told["policies"] if one["policy"] == "no-building")
    assert building["settings"]["cap"] == {"value": 20.5, "unit": "%"}
    assert [clause["sentence"] for clause in building["clauses"]] == [
        "main function is Ecologically fragile",
        "Border: false",
    ]


def test_conditions_stand_in_the_json_of_cql2_beside_their_text(plan) -> None:
    told = explain(plan, "c").as_dict()
    assert told["main"]["when"] == "ecologically_fragile_share >= fragile_min"
    assert told["main"]["when_json"] == {
        "op": ">=",
        "args": [{"property": "ecologically_fragile_share"}, {"property": "fragile_min"}],
    }
    always = next(one for one in told["policies"] if one["policy"] == "plan-first")
    assert (always["when"], always["when_json"]) == ("TRUE", True)
    assert explain(plan, "d").as_dict()["main"]["when_json"] is None  # no rule, no condition


def test_margins_are_told_for_every_unit(plan) -> None:
    """All stand in the JSON; the text has those that would flip the unit, or lie on the threshold."""
    rows = {(one["rule"], one["indicator"]): one for one in explain(plan, "d").as_dict()["margins"]}
    assert set(rows) == {
        ("border-1", "at_border"),
        ("energy-1", "energy_mw"),
        ("fragile-1", "ecologically_fragile_share"),
        ("key-1", "area_km2"),
        ("key-1", "population"),
    }
    people = rows["key-1", "population"]
    assert (people["value"], people["threshold"], people["margin"], people["at_threshold"]) == (499, 500, -1, "yes")
    assert (people["flip_value"], people["flip_side"], people["flip_zone"]) == (500, "at", "key_development")
    assert (rows["energy-1", "energy_mw"]["flip_value"], rows["energy-1", "energy_mw"]["flip_zone"]) == (None, "")
    assert "energy-1: energy_mw" not in explain(plan, "d").text()


def test_the_explanation_is_plain_and_cannot_be_spoiled(plan) -> None:
    explanation = explain(plan, "a")
    told = explanation.as_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    told["unit"]["name"] = "changed"
    assert explanation.as_dict()["unit"]["name"] == "Unit a"
    (quota,) = told["quotas"]
    bare = Record(kind="quota", id="construction_land", amount=Decimal("12.50"), unit="ha")
    assert quota == content_of(bare, Renderer("en")) | {
        "quota": "construction_land",
        "title": "construction land",
        "period": 2025,
        "amount": "12.50",
        "floor": "0",
        "ceiling": "12.5",
        "unit": "ha",
        "unit_title": {one: "公顷" if one == "zh" else "ha" for one in languages()},
        "weight": 600.0,
        "binding": "ceiling",
        "jurisdiction": "west",
        "jurisdiction_name": "west",
        "jurisdiction_amount": "100",
        "carried": None,
        "transferred": None,
        "price_from": None,
        "price_to": None,
        "shadow_price": None,
        "solution": None,
        "siting": None,
        "groups": [],
        "limits": [],
        "locks": [],
        "transfers": [],
        "shown": [{"name": "ceiling", "title": "Ceiling", "text": "12.5 ha"}],
    }


def test_the_text_for_a_terminal(plan) -> None:
    assert (
        explain(plan, "a").text()
        == """\
Unit a (a), west: 1,000.00 ha
Plan 'Six units' of 2025-01-01, rulebook small

Main function: Key development (key_development) - decided by the rules
    rule key-1: many people live here
      yes     population / area_km2 = 60 >= 50 persons/km2 (density_min)
      density_min = 50 persons/km2, from 2020-01-01: Small Act, section 1
      reference: Small Act, section 1 [rules.toml, line 1]

Quotas
  construction land 2025: 12.50 ha, of 100 for west (weight 600, bound by ceiling)
    Ceiling: 12.5 ha

Policies
  Report on land (land-report; land, strictness 1)
    Whoever is given land reports on it.
      yes     quota_construction_land 12.5 > 0 ha
      reference: Small Act, section 12 (no reading noted) [policies.toml, line 32]
  No building without a plan (plan-first; land, strictness 1)
    Building needs a plan of the unit.
      yes     it always holds
      reference: Small Act, section 9, from 2001-01-01 (no reading noted) [policies.toml, line 1]

Margins
  fragile-1: ecologically_fragile_share at 0\xa0% is 50 percentage points below its threshold 50\xa0%, which itself \
counts as yes; at 50\xa0% it would be Ecologically fragile
  key-1: area_km2 at 10 km² is 2 below its threshold 12, which itself counts as yes; above 12 (+20 %) it would be \
General
  key-1: population at 600 persons is 100 above its threshold 500, which itself counts as yes; below 500 (-16.7 %) it \
would be General
"""
    )


def test_a_decision_is_told_beside_what_the_rules_say(plan) -> None:
    told = explain(plan, "e")
    content = told.as_dict()
    assert content["status"] == "by_decision"
    assert content["main"]["decision"] == {
        "by": "the council",
        "date": "2024-06-01",
        "reason": "the new town",
        "reference": "No. 7",
    }
    assert [(one["rule"], one["answer"]) for one in content["other_claims"]] == [("key-1", "unknown")]
    text = told.text()
    assert "decision-1: decided by the council on 2024-06-01: the new town (No. 7)" in text
    assert "by decision of the planners" in text
    assert "Also claimed\n  Key development (key_development): unknown" in text


def test_a_decision_without_a_reference_borrows_none_from_its_zone(plan) -> None:
    bare = plan.claims["values"].str.replace('"reference": "No. 7"', '"reference": ""')
    zones = tuple(zone.model_copy(update={"reference": "Zoning Act"}) for zone in plan.rulebook.zones)
    rulebook = dataclasses.replace(plan.rulebook, zones=zones)
    plan = plan.having(claims=plan.claims.assign(values=bare), rulebook=rulebook)
    main = explain(plan, "e").as_dict()["main"]
    assert (main["decision"]["reference"], main["reference"]) == ("", "")
    assert main["written"].startswith("plan.toml")
    assert explain(plan, "d").as_dict()["main"]["reference"] == "Zoning Act"  # the default rests on its zone


def test_the_default_zone_says_why_nothing_else_claims(plan) -> None:
    """Each rule that was asked in vain, with its own clauses, thresholds and references."""
    text = explain(plan, "d").text()
    assert "Main function: General (general) - decided by the rules\n    default: no rule for a main" in text
    assert (
        "      key-1 (Key development)\n"
        "        no      population / area_km2 = 49.9 < 50 persons/km2 (density_min)\n"
        "        density_min = 50 persons/km2, from 2020-01-01: Small Act, section 1\n"
        "        reference: Small Act, section 1 [rules.toml, line 1]\n"
    ) in text
    links = explain(plan, "d").as_dict()["main"]["links"]
    assert {one["id"]: one["values"] for one in links} == {
        "fragile-1": {"ecologically_fragile_share": 0.49},
        "key-1": {"population": 499, "area_km2": 10},
    }


def test_lines_say_what_was_lost_to_which(plan) -> None:
    told = explain(plan, "b")
    assert (
        "  Ecological red line: 40.00 ha of 50.00 ha claimed; 10.00 ha lost to red_line_core\n"
        "    layers of Ecological red line, protected areas draw it; it stands 1 of 1 in precedence; "
        "its land is not available\n"
        "      10.00 ha went to red_line_core, which comes first\n"
        "      reference: Small Act, section 6 [lines.toml, line 1]\n"
    ) in told.text()
    (line,) = told.as_dict()["lines"]
    assert [(one["kind"], one["id"], one["amount"], one["unit"]) for one in line["links"]] == [
        ("taken", "red_line_core", 10.0, "ha")
    ]


def test_what_was_assumed_about_a_value_is_told(plan) -> None:

    from zoning.plan import Assumption

    guess = Assumption("ecologically_fragile", "role", "no layer has the role: taken as 0")
    idle = Assumption("heritage", "role", "no layer has the role: taken as 0")
    told = explain(plan.having(assumptions=(guess, idle)), "d")
    assert [one["name"] for one in told.as_dict()["assumptions"]] == ["ecologically_fragile"]
    assert "Assumed\n  ecologically_fragile: no layer has the role: taken as 0" in told.text()


def test_no_unit_at_all_is_no_larger_unit(plan) -> None:
    with pytest.raises(UnknownNameError, match="the plan has no unit ''; there are 'a', 'b'"):
        explain(plan, "")


def test_an_unknown_unit_is_named_with_a_guess(plan) -> None:
    with pytest.raises(UnknownNameError, match="the plan has no unit 'aa'; did you mean 'a'") as caught:
        explain(plan, "aa")
    assert caught.value.exit_code == 2


def test_names_cannot_steer_a_terminal(plan) -> None:
    """S39, S40: control characters, and those that turn the direction of writing, are shown, not obeyed."""

    hostile = "\x1b[31mRed\nfake line \u202egnp.exe\u2066 \u2028end"
    zones = plan.zones.assign(name=hostile)
    text = explain(plan.having(zones=zones), "a").text()
    assert text.startswith("\\u001b[31mRed\\u000afake line \\u202egnp.exe\\u2066 \\u2028end (a), west")
    assert not set(text) & {"\x1b", "\u202e", "\u2066", "\u2028"}
    assert escape_hidden("浙江 é ½") == "浙江 é ½"


def test_every_unit_can_be_explained(plan) -> None:
    for unit in plan.zones["unit_id"]:
        assert explain(plan, unit).text().startswith(f"Unit {unit}")


def test_what_besides_weight_made_an_amount(plan) -> None:
    groups = (
        Group(when="main = 'ecologically_fragile'", max_pct=5, reason="fragile land"),
        Group(when="main = 'key_development'", max_pct=60, min_pct=20),
    )
    locks = (Lock(unit="b", amount=3, reason="as agreed"), Lock(when="population > 500", amount=2, reason="x"))
    pass_on = {"amount": 4, "reason": "the new station"}
    transfers = (
        QuotaTransfer(**{"from": "a", "to": "b"}, **pass_on, reference="Resolution 8"),
        QuotaTransfer(**{"from": "c", "to": "a"}, **pass_on),
    )
    asked = Quota(
        name="construction_land",
        period=2025,
        total=100,
        unit="ha",
        weight="population",
        groups=groups,
        locked=locks,
        transfers=transfers,
    )
    quotas = plan.quotas.assign(carried=Decimal(7), transferred=Decimal(0))
    plan = plan.having(
        study=OneLine(study=HEAD, units=UNITS, quotas=(asked,)),
        quotas=quotas,
        trace=dataclasses.replace(plan.trace, quotas={asked.name: quota_trace(plan, asked)}, made={}),
    )
    text = explain(plan, "a").text()
    assert "7 ha of it carried over" in text
    assert "locked at 2 ha: x" in text
    assert (
        "in the group main function = Key development: at most 60 % of the total, at least 20 % of the total [" in text
    )
    assert "hands 4 ha to b: the new station\n      reference: Resolution 8 [" in text
    assert "receives 4 ha from c: the new station" in text
    assert "fragile land" not in text
    assert (
        "in the group main function = Ecologically fragile: at most 5 % of the total; fragile land"
        in explain(plan, "b").text()
    )
    told = explain(plan, "a", "zh").text()
    assert "其中结转 7 公顷" in told
    assert "从 c 调入 4 公顷：the new station" in told


def test_an_amount_without_levels_can_be_followed_by_hand(plan_of) -> None:
    """The total by the unit's weight of all weights, less the thousandth that two provinces get by the floor."""
    plan = plan_of("china_provinces")
    (quota,) = explain(plan, "510000").as_dict()["quotas"]
    whole, weight = (next(link for link in quota["links"] if link["kind"] == kind) for kind in ("total", "weight"))
    said = re.fullmatch(r"([\d,]+) ha in all, for weights that come to ([\d.]+)", whole["reason"])
    assert said is not None
    total, weights = (float(one.replace(",", "")) for one in said.groups())
    assert total == float(whole["amount"]) == 520_000
    assert total * weight["amount"] / weights == pytest.approx(float(quota["amount"]), rel=1e-3)
