"""Verdicts: one sentence a unit that is true, is in one language, and says no expression, id or weight."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from maps.telling.summaries.unit_verdicts import Verdict, Verdicts, verdicts
from maps.telling.summaries.verdict_table import FAR, _distance
from maps.web.page_model import as_json
from maps.words import languages, localize, number_beside, number_past, number_style
from zoneplan import classify
from zoning.plan import Plan
from zoning.tables import CLAIMS, ZONES, tabulate
from zoning.zones import resolve

SCRIPTS = Path(__file__).parents[2] / "web" / "scripts"
STUDIES = ("us_mountain_west", "china_provinces")
TOLD = [(study, language) for study in STUDIES for language in ("en", "zh")]
CODE = re.compile(r"\w+_\w+|\b[a-z]+-\d\b|[<>=]=|\bAND\b|\bOR\b")
"""Names of columns, ids of rules, expressions."""


@pytest.fixture(scope="module")
def told(plan_of):
    """A function that gives the verdicts on a built-in study in a language."""
    return cache(lambda study, language: verdicts(localize(plan_of(study), language)))


def texts_of(one: Verdict) -> Iterator[str]:
    yield from (one.sentence, one.note, *one.changes, *(line.text for line in one.overlays))
    yield from (text for gauge in one.gauges for text in (gauge.title, gauge.value_text, gauge.needs))


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


def test_weld_farms_and_denver_grows(told) -> None:
    found = told("us_mountain_west", "en")
    weld, denver = found["08123"], found["08031"]
    assert plain(weld.sentence) == "Weld is an agricultural area: 24 % of it is cropland, and 5 % is enough."
    assert [line.text for line in weld.overlays] == ["Energy-rich: 3,314 MW of power stations."]
    assert [plain(one) for one in weld.changes] == [
        "Key development if the density needed fell from 50 to 32.14.",
        "General if the cropland share needed rose from 5 % above 24.29 %.",
    ]
    first, *_, last = weld.gauges
    assert (first.title, plain(first.value_text), plain(first.needs)) == ("Cropland", "24 %", "needs 5 % (unofficial)")
    assert (first.passed, first.decided, first.zone) == (True, True, "agricultural")
    assert (last.title, last.passed, last.decided) == ("National parks", False, False)
    assert denver.sentence.startswith("Denver is a key development area: it is metropolitan; it has 1,8")


def test_a_decision_says_why_and_what_the_rules_say(told) -> None:
    rio_grande = told("us_mountain_west", "en")["08105"]
    assert rio_grande.kind == "decision"
    assert rio_grande.sentence.startswith("Rio Grande is an agricultural area by decision: its people live from ")
    assert rio_grande.sentence.endswith(". By rule it would be an ecologically fragile area.")
    assert rio_grande.changes == ("Ecologically fragile if the decision were withdrawn.",)
    # first the test by which the rules would have it so
    assert (rio_grande.gauges[0].title, rio_grande.gauges[0].passed) == ("Fragile land", True)


def test_the_test_that_decided_is_the_first_gauge(told, plan_of) -> None:
    """Also where it asks for no number, and where it failed; then stand the other tests of its rule."""
    plan, found = plan_of("us_mountain_west"), told("us_mountain_west", "en")
    dense = plan.measures.eval("pop_2020 / area_km2 >= 50 and not metro")
    others = [one for unit, one in found.items() if dense[unit] and one.kind == "default"]
    assert others
    for one in others:
        assert "it is not metropolitan" in one.sentence
        assert (one.gauges[0].title, one.gauges[0].value_text, one.gauges[0].needs) == (
            "Metropolitan",
            "no",
            "needs yes",
        )
        assert (one.gauges[0].passed, one.gauges[0].decided) == (False, True)
        assert (one.gauges[1].title, one.gauges[1].passed) == ("People per km²", True)


@pytest.mark.parametrize("study", STUDIES)
def test_every_card_says_what_would_change_it_or_why_nothing_would(told, study: str) -> None:
    for unit, one in told(study, "en").items():
        assert one.changes, unit
        if one.kind in ("default", "rule", "decision"):
            assert one.gauges[0].decided, unit


def test_what_nothing_near_would_change_says_so(told) -> None:
    salt_lake = told("us_mountain_west", "en")["49035"]
    assert salt_lake.changes[0].startswith("Only far off: General if the density needed rose from 50 above ")
    assert salt_lake.changes[1] == "General if this were so: it is not metropolitan."
    beijing, yunnan = (told("china_provinces", "zh")[unit] for unit in ("110000", "530000"))
    assert beijing.changes == ("阈值在 0 以上时，单独变动任一规则阈值，结论都不变。",)
    assert yunnan.changes[0].startswith("须大幅变动：若农产品生产用地占比的标准由40%降至5.4")


def test_an_overlay_waits_and_says_why_unless_it_is_there(told) -> None:
    sichuan, hebei = (told("china_provinces", "zh")[unit] for unit in ("510000", "130000"))
    assert [(line.held, "原煤产量" in line.text) for line in sichuan.overlays] == [(True, False)]
    assert [(line.held, "原煤产量" in line.text) for line in hebei.overlays] == [(False, True)]


@pytest.mark.parametrize(("study", "language"), TOLD)
def test_every_verdict_reads_well(told, study: str, language: str) -> None:
    """No code, no id, no expression; one full stop at the end; none longer than a card has room for."""
    found = told(study, language)
    for unit, one in found.items():
        for text in texts_of(one):
            assert not CODE.search(text), (unit, text)
            assert "  " not in text, (unit, text)
            assert "\0" not in text, (unit, text)
        assert one.sentence.endswith("。" if language == "zh" else "."), unit
        assert len(one.sentence.split()) <= 60, unit


@pytest.mark.parametrize("study", STUDIES)
def test_printed_numbers_stand_to_their_limits_as_the_values_do(told, study: str) -> None:
    number = re.compile(r"[\d,]+(?:\.\d+)?")
    for one in told(study, "en").values():
        for gauge in one.gauges:
            if gauge.value is not None and number.search(gauge.needs):
                value, limit = (
                    Decimal(number.search(text)[0].replace(",", "")) for text in (gauge.value_text, gauge.needs)
                )
                exact = gauge.value - gauge.limit
                assert (value > limit, value < limit) == (exact > 0, exact < 0), gauge


@pytest.mark.parametrize("study", STUDIES)
def test_a_rule_that_decided_is_met_and_a_default_fails_all_of_them(told, plan_of, study: str) -> None:
    mains = {zone.code for zone in plan_of(study).rulebook.zones if zone.kind == "main"}
    for unit, one in told(study, "en").items():
        own = [gauge for gauge in one.gauges if gauge.decided and gauge.zone == one.zone]
        if one.kind == "rule":
            assert own, unit
            assert all(gauge.passed for gauge in own), unit
        if one.kind == "default":
            assert not any(gauge.passed for gauge in one.gauges if gauge.decided and gauge.zone in mains), unit


@pytest.mark.parametrize("study", STUDIES)
def test_what_is_said_to_change_a_unit_does(told, plan_of, study: str) -> None:
    """Each printed limit, put into the rulebook, gives the unit the main function that the sentence says."""
    plan, found = plan_of(study), told(study, "en")
    pattern = re.compile(r"from ([\d,.]+)(\s%)? (to|above|below) ([\d,.]+)(\s%)?\.$")
    shorts = {zone.short["en"]: zone.code for zone in plan.rulebook.zones if zone.short and zone.kind == "main"}
    tried: dict[tuple[str, float], dict[str, str]] = {}
    said = [(unit, text.removeprefix("Only far off: ")) for unit, one in found.items() for text in one.changes]
    said = [one for one in said if pattern.search(one[1])]
    assert said
    for unit, text in said[:: max(1, len(said) // 25)]:
        old, share, way, new, _ = pattern.search(text).groups()
        scale = 0.01 if share else 1.0
        limit, other = (float(one.replace(",", "")) * scale for one in (old, new))
        other *= {"to": 1.0, "above": 1 + 1e-9, "below": 1 - 1e-9}[way]
        others = set()
        for name, value in plan.rulebook.values.items():
            if value == pytest.approx(limit) and isinstance(value, float):
                if (name, other) not in tried:
                    moved = plan.rulebook.parameters[name].model_copy(update={"value": other})
                    rulebook = replace(plan.rulebook, parameters={**plan.rulebook.parameters, name: moved})
                    claims = classify(plan.measures, rulebook, plan.study.decisions)
                    tried[name, other] = resolve(claims, rulebook)["main"].to_dict()
                others.add(tried[name, other][unit])
        assert shorts[text.split(" if ")[0]] in others, (unit, text)


def with_shares(plan: Plan, shares: dict[str, float]) -> Plan:
    """The plan of the toy province with another share of fragile land in some units."""
    measures = plan.measures.copy()
    measures.loc[list(shares), "ecologically_fragile_share"] = list(shares.values())
    claims = classify(measures, plan.rulebook, plan.study.decisions)
    zones = tabulate(ZONES, plan.units[["name", "jurisdiction", "area_ha"]].join(resolve(claims, plan.rulebook)))
    return plan.having(measures=measures, claims=tabulate(CLAIMS, claims), zones=zones)


def test_what_no_rule_claims_is_told_the_limit_that_is_nearest_by_ratio(make_plan) -> None:
    """Pencil: 50 % of fragile land or 1,000 people; a3 has 40 % (1.25) and 300 (3.3), a4 10 % (5) and 400 (2.5)."""
    found = verdicts(localize(with_shares(make_plan(), {"a3": 0.4, "a4": 0.1}), "en"))
    assert [found[unit].kind for unit in ("a3", "a4")] == ["default", "default"]
    assert [found[unit].gauges[0].limit for unit in ("a3", "a4")] == [0.5, 1000]


def test_a_distance_from_a_limit_is_a_ratio_in_either_direction() -> None:
    apart = _distance(np.array([5.0, 20.0, 10.0, 0.0, -1.0, np.nan]), 10.0)
    assert apart.tolist() == pytest.approx([np.log(2), np.log(2), 0, FAR, FAR, FAR])


def test_a_unit_whose_value_is_missing_waits_for_review(make_plan) -> None:
    one = verdicts(localize(with_shares(make_plan(), {"a4": np.nan}), "en"))["a4"]
    assert one.kind == "review"
    assert one.sentence.endswith(" is not known.")
    assert one.note.startswith("Until then it is ")


def test_names_with_signs_of_fields_stay_names(make_plan) -> None:
    plan = make_plan({"a1": "{unit} \0=0\0 <b>{0}"})
    sentence = verdicts(localize(plan, "en"))["a1"].sentence
    assert sentence.startswith("{unit} ")
    assert "<b>{0} is " in sentence
    assert "\0" not in sentence


def test_verdicts_are_a_mapping_in_the_order_of_the_units(toy_plan) -> None:
    found = verdicts(localize(toy_plan, "en"))
    assert list(found) == toy_plan.units.index.tolist()
    assert len(found) == len(toy_plan.units)
    with pytest.raises(KeyError):
        found["nowhere"]


@pytest.mark.parametrize("places", range(5))
def test_numbers_never_lie_about_the_side(places: int) -> None:
    step = 10.0**-places
    for value in (20 - step, 20 + step, 20.0):
        text = float(number_beside(value, 20.0))
        assert (text > 20, text < 20) == (value > 20, value < 20)
        assert float(number_past(value, 50.0, up=True)) >= value >= float(number_past(value, 50.0, up=False))


# ----- the page of the map says the same


@pytest.fixture(scope="module")
def in_node(tmp_path_factory: pytest.TempPathFactory):
    """A function that gives the verdicts that the page's script makes of the table that Python hands to it."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("node (Debian package nodejs) is not installed")

    def read(found: Verdicts, names: list[str], language: str) -> list[dict[str, object]]:
        style = number_style(language)
        handed = json.loads(as_json(found.table))
        block = {"table": handed, "signs": {"thousands": style.thousands, "point": style.point}, "names": names}
        path = tmp_path_factory.mktemp("verdicts") / "table.json"
        path.write_text(json.dumps(block), "utf-8")
        arguments = [program, SCRIPTS / "read_verdicts.js", path]
        done = subprocess.run(arguments, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return read


def assert_same(found: Verdicts, plan, read: list[dict[str, object]]) -> None:
    zones = [zone.code for zone in plan.rulebook.zones]
    for (unit, one), told in zip(found.items(), read, strict=True):
        assert (told["kind"], zones[told["zone"]]) == (one.kind, one.zone), unit
        assert (told["sentence"], told["note"], told["changes"]) == (one.sentence, one.note, list(one.changes)), unit
        assert [(zones[line["zone"]], line["text"], line["held"]) for line in told["overlays"]] == list(one.overlays)
        assert [
            (
                gauge["title"], gauge["valueText"], gauge["needs"], gauge["value"], gauge["limit"], gauge["operator"],
                gauge["shift"], zones[gauge["zone"]], gauge["passed"], gauge["decided"],
            )
            for gauge in told["gauges"]
        ] == [tuple(gauge) for gauge in one.gauges], unit  # fmt: skip


@pytest.mark.node
@pytest.mark.parametrize(("study", "language"), TOLD)
def test_the_page_says_the_same_of_every_unit(in_node, told, plan_of, study: str, language: str) -> None:
    plan, found = localize(plan_of(study), language), told(study, language)
    names = plan.zones.set_index("unit_id")["name"].reindex(list(found)).tolist()
    assert_same(found, plan, in_node(found, names, language))


@pytest.mark.node
@pytest.mark.parametrize("language", languages())
def test_the_page_says_the_same_of_the_toy(in_node, toy_plan, language: str) -> None:
    plan = localize(toy_plan, language)
    found = verdicts(plan)
    names = plan.zones.set_index("unit_id")["name"].reindex(list(found)).tolist()
    assert_same(found, plan, in_node(found, names, language))
