"""Cards and contents: what the map says is what the plan says, checked with a pencil on the toy province."""

from __future__ import annotations

import json
from decimal import Decimal
from types import SimpleNamespace

import pandas as pd
import pytest

from layers.errors import ZoneplanError
from maps.telling.explanations.records_in_words import content_of
from maps.web import unit_details
from maps.web.page_model import (
    CardLine,
    Cards,
    LawText,
    LineRow,
    ParametersChecked,
    PoliciesChecked,
    QuotaRow,
    RuleEntry,
    Setting,
)
from maps.web.unit_details import ReasonTable, cards
from maps.words import Renderer, localize
from zoning.reasons import Record

FRAGILE, KEY, GENERAL, ENERGY = 1, 0, 2, 3


def of(said: Cards, unit_id: str) -> SimpleNamespace:
    """What is said of one unit."""
    place = [unit.id for unit in said.units.rows].index(unit_id)
    return SimpleNamespace(
        unit=said.units.rows[place],
        main_claim=said.main_claims.rows[place],
        claims=said.claims.groups[place],
        lines=said.line_rows.groups[place],
        quotas=said.quota_rows.groups[place],
    )


def test_a_unit_that_a_rule_claimed(toy_plan, told) -> None:
    said = cards(localize(toy_plan))
    found = of(said, "b2")
    unit, claim = found.unit, found.main_claim
    assert (unit.name, said.jurisdictions[unit.jurisdiction], unit.area_ha) == ("Unit B2", "west", 100)
    assert (unit.main, unit.overlays, unit.status) == (FRAGILE, (), "decided")
    assert said.rules[claim.rule] == RuleEntry("fragile-1", "rule")
    assert (claim.zone, claim.answer) == (FRAGILE, "yes")
    assert told(said, claim.reason) == [
        (0, "reason", "rule fragile-1: forest covers it"),
        (1, "yes", "ecologically_fragile_share 50\xa0% >= 50\xa0% (fragile_min)"),
        (1, "parameter", "fragile_min = 50\xa0%, from 2011-01-01: Toy Act, section 2"),
        (1, "reference", "reference: Toy Act, section 2 (no reading noted) [rules.toml, line 1]"),
    ]
    assert found.claims == []


def test_cards_say_the_same_however_many_units_are_told_together(toy_plan, told, monkeypatch) -> None:
    plan = localize(toy_plan)
    whole = cards(plan)
    monkeypatch.setattr(unit_details, "TOLD_TOGETHER", 5)
    parts = cards(plan)
    assert parts.policies == whole.policies
    for unit_id in toy_plan.units.index:
        one, other = of(whole, unit_id), of(parts, unit_id)
        assert told(parts, other.main_claim.reason) == told(whole, one.main_claim.reason)
        for rows, others in ((one.claims, other.claims), (one.lines, other.lines), (one.quotas, other.quotas)):
            assert [told(parts, row.reason) for row in others] == [told(whole, row.reason) for row in rows]
        assert [row._replace(reason=0) for row in other.quotas] == [row._replace(reason=0) for row in one.quotas]


def test_a_unit_that_no_rule_claimed_says_why(toy_plan, told) -> None:
    said = cards(localize(toy_plan))
    claim = of(said, "a4").main_claim
    assert (said.rules[claim.rule].kind, claim.zone) == ("default", GENERAL)
    lines = [(depth, text) for depth, kind, text in told(said, claim.reason) if kind in ("reason", "no")]
    assert lines == [
        (0, "default: no rule for a main function claims the unit"),
        (1, "fragile-1 (Ecologically fragile)"),
        (2, "ecologically_fragile_share 0\xa0% < 50\xa0% (fragile_min)"),
        (1, "key-1 (Key development)"),
        (2, "population 400 < 1,000 persons (populous_min)"),
    ]
    assert of(said, "a4").unit.overlays == (ENERGY,)


def test_a_decision_shows_by_whom_and_why(toy_plan, told) -> None:
    said = cards(localize(toy_plan))
    found = of(said, "c4")
    claim = found.main_claim
    assert (said.rules[claim.rule].kind, claim.zone, found.unit.status) == ("decision", KEY, "by_decision")
    because = "decided by Provincial assembly on 2024-06-01: The new town of the province (Resolution 7)"
    assert told(said, claim.reason)[0] == (0, "reason", f"decision-1: {because}")


def test_quotas_keep_their_exact_amounts(toy_plan, told) -> None:
    said = cards(localize(toy_plan))
    (key,), (farmland,) = of(said, "c4").quotas, of(said, "a2").quotas
    plain = QuotaRow(0, "31", "100", 800.0, "", "east", None, "", ("100 ha",), -1, key.reason)
    assert key == plain
    assert farmland == plain._replace(
        amount="0",
        ceiling="0",
        weight=200.0,
        binding="ceiling",
        jurisdiction="west",
        shown=("0 ha",),
        shift=-1,
        reason=farmland.reason,
    )
    assert [text for depth, _, text in told(said, farmland.reason) if depth == 0][-2:] == [
        "ceiling 0 ha: available land, in whole steps of 1 [plan.toml, line 68]",
        "it stands in plan.toml, line 59",
    ]


def test_a_quota_tells_price_and_balances_where_there_are_any(toy_plan) -> None:
    rows = toy_plan.quotas.assign(shadow_price=0.25)
    rows.loc[rows["unit_id"] == "c4", ["carried", "transferred"]] = Decimal("-1.5")
    told = cards(localize(toy_plan.having(quotas=rows)))
    (row,) = of(told, "c4").quotas
    shown = dict(zip(told.quota_titles, row.shown, strict=True))
    assert (row.price, shown["Carried over"], shown["Transferred"]) == (0.25, "-1.5 ha", "-1.5 ha")


def test_lines_say_what_was_claimed_and_settled(toy_plan, told) -> None:
    said = cards(localize(toy_plan))
    (line,) = of(said, "a2").lines
    assert line == LineRow(1, 100.0, 100.0, (), line.reason)
    assert (1, "reason", "layer farmland (Permanent farmland): 100.00 ha") in told(said, line.reason)
    assert of(said, "b2").lines == []


def test_a_line_that_lost_names_the_winner(toy_plan) -> None:
    lost = toy_plan.lines.assign(settled_ha=40.0, lost_to="red_line;hillside")
    (line,) = of(cards(localize(toy_plan.having(lines=lost))), "a2").lines
    assert (line.settled_ha, line.lost_to) == (40.0, ("Ecological red line", "hillside"))


def test_units_share_their_lists_of_policies(toy_plan) -> None:
    said = cards(localize(toy_plan))
    names = [[said.policies[row.policy].id for row in held] for held in said.policy_lists.groups]
    assert sorted(names) == [["energy-review", "plan-first"], ["forest-payment", "plan-first"], ["plan-first"]]
    first = next(one for one in said.policies if one.id == "plan-first")
    assert (first.title, first.doubt, first.since) == ("No building without a plan", "", "2011-01-01")
    assert [one.doubt for one in said.policies if one.id == "energy-review"] == ["no reading noted"]


def test_an_overruled_policy_names_the_stricter_one(toy_plan) -> None:
    over = toy_plan.policies["overruled_by"].where(toy_plan.policies["policy"] != "plan-first", "forest-payment")
    part = toy_plan.policies["piece_id"].where(toy_plan.policies["policy"] != "plan-first", "a1/1")
    policies = toy_plan.policies.assign(overruled_by=over, piece_id=part)
    said = cards(localize(toy_plan.having(policies=policies)))
    held = {said.policies[row.policy].id: row for row in said.policy_lists.groups[of(said, "a1").unit.policies]}
    whole, part = held["forest-payment"], held["plan-first"]
    assert (whole.holds, whole.over, whole.part_ha) == (True, None, None)
    assert (part.holds, said.policies[part.over].id, part.part_ha) == (False, "forest-payment", 100.0)


def test_parts_of_a_unit_are_one_entry_with_their_hectares_and_notes_are_kept(toy_plan) -> None:
    first, second, *_ = toy_plan.pieces.index[toy_plan.pieces["unit_id"] == "a2"]
    own = localize(toy_plan)
    row = own.policies[(own.policies["unit_id"] == "a2") & (own.policies["policy"] == "plan-first")]
    parts = [row.assign(piece_id=piece, policy="energy-review") for piece in (first, second)]
    excepted = row.assign(
        policy="forest-payment", overruled_by="exception-1", exception="a road", inherited_from="west"
    )
    policies = pd.concat([*parts, excepted, row])
    said = cards(own.having(policies=policies))
    held = said.policy_lists.groups[of(said, "a2").unit.policies]
    area = round(float(toy_plan.pieces.loc[[first, second], "area_ha"].sum()), 2)
    assert [(said.policies[one.policy].id, one.holds, one.over, *one[4:]) for one in held] == [
        ("forest-payment", False, None, None, "a road", "west", ()),
        ("plan-first", True, None, None, "", "", ()),
        ("energy-review", True, None, area, "", "", ()),
    ]


def test_settings_show_value_and_unit(toy_plan) -> None:
    text = json.dumps({"fee": {"value": 12.5, "unit": "CNY/ha"}, "share": {"value": 0.2, "unit": "1"}, "who": "county"})
    plan = toy_plan.having(policies=toy_plan.policies.assign(parameters=text))
    listed = [Setting("fee", "12.5 CNY/ha"), Setting("share", "0.2"), Setting("who", "county")]
    assert all(one == listed for one in cards(localize(plan)).settings.groups)


def test_hidden_characters_are_shown(make_plan) -> None:
    said = cards(localize(make_plan({"a1": "evil\u202etxt.exe"})))
    assert of(said, "a1").unit.name == "evil\\u202etxt.exe"


def test_the_legend_has_the_hectares_of_the_plan(map_page, toy_plan) -> None:
    said = map_page(toy_plan)
    assert [(zone.code, zone.units, zone.ha) for zone in said.zones] == [
        ("key_development", 1, 100),
        ("ecologically_fragile", 6, 600),
        ("general", 5, 500),
        ("energy_rich", 1, 100),
    ]
    assert [(line.code, line.ha) for line in said.lines] == [
        ("red_line", 0),
        ("permanent_farmland", 200),
        ("growth_boundary", 0),
    ]
    assert [(layer.name, layer.dashes, layer.ha) for layer in said.designations] == [
        ("coalfield", (), 150),
        ("farmland", (4, 2), 200),
        ("forest", (1, 2), 450),
    ]


def test_the_summary_says_what_was_read_and_where(map_page, toy_plan) -> None:
    plan = map_page(toy_plan).plan
    assert (plan.checked, plan.parameters) == (PoliciesChecked(3, 1, 1), ParametersChecked(3, 2))
    assert plan.deductions == ("built-up land", "water")
    assert plan.texts == (
        LawText("No building without a plan", "Toy Act, section 9, 2024-12-01", "read in the official text"),
        LawText("Payment for standing forest", "Toy Act, section 10", "no reading noted"),
        LawText("Energy review", "Toy Act, section 11", "no reading noted"),
    )
    (decided,) = plan.decisions
    assert (decided.unit_id, decided.name, decided.zone) == ("c4", "Unit C4", "Key development")


def test_a_quota_says_its_total_and_its_reserve(map_page, toy_plan) -> None:
    (quota,) = map_page(toy_plan).quotas
    assert (quota.total, quota.reserve) == ("120", "5")
    assert quota.jurisdictions == {"east": "84", "west": "31"}  # what units get, without the 5 in reserve


def test_a_language_that_is_not_there_is_refused(map_page, toy_plan) -> None:
    with pytest.raises(ZoneplanError, match="no language 'xx'"):
        map_page(toy_plan, "xx")


def test_each_card_has_every_line_of_the_explanation(toy_plan, chain_lines, told) -> None:
    """The toy plan has no energy, money or negative lists."""
    said = cards(localize(toy_plan))
    for unit_id in toy_plan.units.index:
        found = of(said, unit_id)
        rows = (found.main_claim, *found.claims, *found.lines, *found.quotas)
        reasons = [*(row.reason for row in rows), *said.reason_lists[found.unit.policy_reasons]]
        shown = {text for reason in reasons for _, kind, text in told(said, reason) if not kind.startswith("idle")}
        assert chain_lines(toy_plan, unit_id) <= shown


def test_units_share_the_text_of_a_chain_and_keep_their_numbers() -> None:
    """Two texts that differ in their numbers only are one; names with digits are no numbers."""
    reasons = ReasonTable("en")
    floors = [Record(kind="floor", id="x", reason=f"floor pop_2020 {number} of 1,234.50 ha") for number in (3, 14.5, 3)]
    places = [reasons.index_of(content_of(floor, Renderer("en"))) for floor in floors]
    assert places == [0, 1, 0]
    assert reasons.texts == ("floor pop_2020 \0 of \0 ha",)
    assert reasons.reasons.groups == (
        (CardLine(0, "reason", True, 0, ("3", "1,234.50")),),
        (CardLine(0, "reason", True, 0, ("14.5", "1,234.50")),),
    )


def test_a_link_that_units_share_is_told_once() -> None:
    """Another of the same content is told again, and found to be the same chain."""
    told = []

    def word(one: dict, _language: str) -> dict:
        told.append(one["id"])
        return one | {"reason": "in words"}

    reasons, one = ReasonTable("en"), content_of(Record(kind="rule", id="x", reason="as it is"), Renderer("en"))
    assert [reasons.index_of(link_, word) for link_ in (one, one, dict(one))] == [0, 0, 0]
    assert told == ["x", "x"]
    assert reasons.texts == ("in words",)
    assert reasons.index_of(one) == 1  # as it is, which is another chain
