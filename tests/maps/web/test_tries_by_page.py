"""Tries in the page: the page's own evaluator gives the zones and amounts that Python's steps give, to the last digit.

Python asks many tries at once: the units of each, under ids of its own, stand in one table, and what a try changes of
the rulebook's numbers stands beside them in columns. Amounts are handed out try by try.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import random
import re
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import zoneplan as zp
from tests.maps.drawn_study import drawn_plan
from zoning.pipeline.flow import NONE_OF
from zoning.rulebook import Indicator

Tries = Sequence[dict[str, Any]]
Evaluated = tuple[dict[str, Any], list[dict[str, Any]]]
"""The adopted plan as the page has it, and what it makes of each try."""
EVALUATE = Path(__file__).parent / "scripts" / "evaluate_plan.js"
READ_FILES = EVALUATE.with_name("read_tries.js")
EACH = 100
"""So many tries stand in one table."""

READ = ("people", "available_ha", "least_ha", "most_ha", "left_ha")
"""What the quotas read of the units, their level apart."""
ALL_QUOTAS = 10
"""One try in so many is asked for its second quota as well."""

STUDIES = {
    "us_west": [("2025-01-01", False, 1.0)],
    "main_functional_areas": [("2020-01-01", False, 0.5), ("2025-01-01", True, 0.5)],
    "brazil": [("2025-01-01", True, 1.0)],
}


@pytest.mark.browser
@pytest.mark.first
@pytest.mark.parametrize("count", [30, pytest.param(1000, marks=pytest.mark.long)])
@pytest.mark.parametrize("rulebook", STUDIES)
def test_tries_in_the_browser_give_what_python_gives(open_map, tmp_path_factory, rulebook: str, count: int) -> None:
    def in_browser(plan: zp.Plan, tries: Tries) -> Evaluated:
        tab = open_map(zp.draw(plan))
        adopted = tab.evaluate("globalThis.zoneplan.plan")
        evaluated = tab.evaluate("tries => tries.map(changes => globalThis.zoneplan.evaluate(changes))", [{}, *tries])
        assert tab.complaints == []
        assert all(url.startswith(("file:", "data:", "blob:")) for url in tab.asked)
        return adopted, evaluated

    compare_tries(in_browser, tmp_path_factory, rulebook, count)


@pytest.mark.node
@pytest.mark.first
@pytest.mark.parametrize("rulebook", STUDIES)
def test_tries_in_node_give_what_python_gives(node, tmp_path_factory, rulebook: str) -> None:
    """The same scripts without a browser, and a few tries more."""

    def in_node(plan: zp.Plan, tries: Tries) -> Evaluated:
        answer = asked_in_node(node, EVALUATE, tmp_path_factory.mktemp("node"), plan, [{}, *tries])
        return answer["plan"], answer["told"]

    compare_tries(in_node, tmp_path_factory, rulebook, 40)


def asked_in_node(node: Callable[..., str], script: Path, folder: Path, plan: zp.Plan, tries: Sequence[object]) -> Any:
    """What a script makes of tries with the page of a plan."""
    zp.draw(plan).save(folder / "map.html")
    page = (folder / "map.html").read_text("utf-8")
    (folder / "block").write_text(re.search(r'id="zoneplan-block">([^<]*)<', page)[1], "utf-8")
    (folder / "tries.json").write_text(json.dumps(tries), "utf-8")
    return json.loads(node(script, folder / "block", folder / "tries.json"))


FILE = """[try]
plan = "plan.toml"
plan_sha256 = "{sha256}"
by = "Ana"

[[scenarios]]
name = "ana"
title = "Ana's"
set = {{ "parameters.fragile_min" = 0.6 }}

[[scenarios.decisions]]
unit = "a3"
main = "ecologically_fragile"
reason = "so"
by = "Bea"
reference = "minutes"
date = 2025-01-01
"""
ANOTHER = (
    "[[scenarios.decisions]]",
    """[[scenarios.decisions]]
unit = "a3"
main = "key_development"
reason = "so"
by = "Bea"
date = 2025-01-01

[[scenarios.decisions]]""",
)
SPOILT = {
    "as it is": [("so", "so")],
    "by, by language": [('by = "Ana"', 'by = { zh = "王市长", en = "the mayor" }')],
    "by, by no language": [('by = "Ana"', 'by = { English = "Ana" }')],
    "by, by language, empty": [('by = "Ana"', 'by = { en = "" }')],
    "by, of no language": [('by = "Ana"', "by = {}")],
    "by, a number": [('by = "Ana"', "by = 1")],
    "no by": [('by = "Ana"\n', "")],
    "title, by language": [('"Ana\'s"', '{ en = "Ana\'s", pt-BR = "De Ana" }')],
    "title, empty": [('"Ana\'s"', '""')],
    "name, by language": [('name = "ana"', 'name = { en = "ana" }')],
    "reason, by language": [('"so"', '{ en = "so", zh = "因此" }')],
    "reason, empty": [('"so"', '""')],
    "reason, a space": [('"so"', '" "')],
    "decided by, by language": [('"Bea"', '{ en = "Bea", zh = "王" }')],
    "decided by nobody": [('by = "Bea"\n', "")],
    "reference, by language": [('"minutes"', '{ en = "minutes" }')],
    "reference, empty": [('"minutes"', '""')],
    "a later decision": [("2025-01-01", "2999-01-01")],
    "a later decision on no unit": [("2025-01-01", "2999-01-01"), ('"a3"', '"z9"')],
    "a later decision on no zone": [("2025-01-01", "2999-01-01"), ("ecologically", "nothing")],
    "a decision without a day": [("date = 2025-01-01\n", "")],
    "two decisions": [ANOTHER],
    "two decisions, one later": [("2025-01-01", "2999-01-01"), ANOTHER],
    "a unit by its name": [('"a3"', '"{called}"')],
    "another plan": [('plan_sha256 = "', 'plan_sha256 = "00')],
    "an unknown key": [("reason", "because")],
    "out of bounds": [("0.6", "1.6")],
}  # fmt: skip


@pytest.mark.node
@pytest.mark.whole
def test_page_and_command_take_and_refuse_the_same_files(node, toy_folder: Path, tmp_path: Path) -> None:
    plan = zp.run(zp.read_study(toy_folder / "plan.toml"))
    called = plan.zones.set_index("unit_id")["name"]["a3"]
    texts = {}
    for fault, changes in SPOILT.items():
        text = FILE.format(sha256=plan.study.sha256)
        for old, new in changes:
            assert old in text, fault
            text = text.replace(old, new.replace("{called}", called))
        texts[fault] = text
    read = dict(zip(texts, asked_in_node(node, READ_FILES, tmp_path, plan, [*texts.values()]), strict=True))
    by_command, by_page = {}, {}
    for fault, text in texts.items():
        (toy_folder / "ana.toml").write_text(text, "utf-8")
        by_command[fault] = all(finding.level != "error" for finding in zp.check(toy_folder / "ana.toml"))
        by_page[fault] = "error" not in read[fault]
    assert by_page == by_command
    assert set(by_page.values()) == {True, False}
    assert "a3" in read["a unit by its name"]["error"]
    for fault in ("by, by language", "reason, by language", "decided by, by language", "a later decision"):
        (toy_folder / "ana.toml").write_text(read[fault]["saved"], "utf-8")
        tried = zp.run(zp.read_study(toy_folder / "ana.toml"))
        (toy_folder / "ana.toml").write_text(texts[fault], "utf-8")
        own = zp.read_study(toy_folder / "ana.toml")
        assert (tried.study.tried.by, tried.study.decisions) == (own.tried.by, own.decisions)
        assert without_amounts(read[fault]["zones"]) == without_amounts(outcome(tried))


def compare_tries(
    evaluate: Callable[[zp.Plan, Tries], Evaluated], factory: pytest.TempPathFactory, rulebook: str, count: int
) -> None:
    """Hold what the page makes of drawn tries against Python's steps, on every day on which the rulebook is tried."""
    rng = random.Random(rulebook)
    compared = 0
    for day, parts, share in STUDIES[rulebook]:
        plan = drawn_plan(factory.mktemp(rulebook), rulebook, day, parts=parts)
        tries = [drawn_try(plan, rng) for _ in range(round(count * share))]
        adopted, (unchanged, *evaluated) = evaluate(plan, tries)
        assert adopted == unchanged == outcome(plan)
        for first in range(0, len(tries), EACH):
            some = slice(first, first + EACH)
            zones = stacked_zones(plan, tries[some])
            for number, (changes, by_python, by_page) in enumerate(
                zip(tries[some], zones, evaluated[some], strict=True)
            ):
                assert "best" not in by_page["u00"]["amounts"], "of an optimum nothing is known after a change"
                assert without_amounts(by_page) == by_python.to_dict("index"), json.dumps(changes)
                quotas = ("buildings", "roads") if number % ALL_QUOTAS == 0 else ("buildings",)
                amounts = handed_out(plan, changes, by_python, quotas)
                assert amounts_of(by_page, quotas) == amounts, json.dumps(changes)
                compared += bool(amounts["u00"])
    assert compared > count / 3, "most tries hand out nothing"


def outcome(plan: zp.Plan) -> dict[str, dict[str, Any]]:
    """The plan in the form of the page."""
    rows = plan.quotas[plan.quotas["level"] == "unit"]
    amounts: dict[str, dict[str, str]] = {unit: {} for unit in plan.zones["unit_id"]}
    for unit, quota, amount in zip(rows["unit_id"], rows["quota"], rows["amount"], strict=True):
        if unit in amounts:
            amounts[unit][quota] = f"{amount:f}"
    zones = plan.zones.set_index("unit_id")[["main", "overlays", "status"]].to_dict("index")
    return {unit: row | {"amounts": amounts[unit]} for unit, row in zones.items()}


def drawn_try(plan: zp.Plan, rng: random.Random) -> dict[str, Any]:
    """Other parameters, totals and decisions; at least one thing differs."""
    numbers = {name: one for name, one in plan.rulebook.values.items() if isinstance(one, float)}
    moved = rng.sample(sorted(numbers), rng.randint(1, 6))
    factors = [0.0, 0.1, 0.5, 0.9, 0.99, 1.01, 1.1, 2.0, 7.0, rng.uniform(0, 3)]
    parameters = {name: numbers[name] * rng.choice(factors) + rng.choice([0, 0, 1e-3]) for name in moved}
    quotas = {
        one.name: {"total": f"{one.step * int(one.total / one.step * Decimal(rng.choice([0.3, 0.8, 0.97, 1.1, 2])))}"}
        for one in plan.study.quotas
        if one.by == "weighted" and rng.random() < 0.4
    }
    units = rng.sample([*plan.units.index], rng.choice([0, 0, 1, 3]))
    if plan.study.units.part_of and rng.random() < 0.3:
        units.append(rng.choice([*plan.units["county"]]))
    decided = [
        {"unit": unit, (kind := rng.choice(["main", "main", "overlay"])): rng.choice(plan.rulebook.codes(kind))}
        for unit in units
    ]
    decisions = [one | {"reason": "drawn"} for one in decided]
    if not decisions and all(parameters[name] == numbers[name] for name in moved):
        parameters[moved[0]] += 1.0
    return {"parameters": parameters, "quotas": quotas, "decisions": decisions}


def stacked_zones(plan: Any, tries: Tries) -> list[pd.DataFrame]:
    """Main function, overlays and status of each try, by the steps of Python."""
    measured = plan.steps.made(NONE_OF)
    level = plan.study.units.part_of
    numbers = [name for name, one in plan.rulebook.values.items() if isinstance(one, float)]
    tables, decisions = [], []
    for place, one in enumerate(tries):
        named = f"try{place:04} "
        table = measured.rename(index=lambda unit, named=named: named + unit)
        values = {name: one["parameters"].get(name, plan.rulebook.values[name]) for name in numbers}
        if level:
            table = table.assign(**{level: named + table[level].astype(str)})
        tables.append(table.assign(**values))
        decisions += [item.model_copy(update={"unit": named + item.unit}) for item in decided(plan, one["decisions"])]
    read = tuple(Indicator(name=name, whole="same", unit="whatever") for name in numbers)
    left = {name: one for name, one in plan.rulebook.parameters.items() if name not in numbers}
    law = dataclasses.replace(plan.rulebook, parameters=left, indicators=(*plan.rulebook.indicators, *read))
    table = pd.concat(tables).rename_axis("unit_id")
    found = zp.resolve(zp.classify(table, law, decisions, part_of=level), law)[["main", "overlays", "status"]]
    own = found.index.str.split(" ", n=1)
    return [
        found[own.str[0] == f"try{place:04}"].rename(index=lambda unit: unit.split(" ", 1)[1])
        for place in range(len(tries))
    ]


def decided(plan: zp.Plan, tried: Sequence[dict[str, str]]) -> list[zp.Decision]:
    """The decisions of the plan and those of a try; of two on one main function the latter."""
    given = [zp.Decision(**one, by="us", date=plan.rulebook.day) for one in tried]
    mains = {one.unit for one in given if one.main is not None}
    return [*(one for one in plan.study.decisions if one.main is None or one.unit not in mains), *given]


def handed_out(
    plan: Any, one: dict[str, Any], zones: pd.DataFrame, names: Collection[str]
) -> dict[str, dict[str, str]]:
    """What each unit gets of the quotas that the page hands out again; none of one that cannot be handed out."""
    values = {**plan.rulebook.parameters}
    for name, value in one["parameters"].items():
        values[name] = values[name].model_copy(update={"value": value})
    law = dataclasses.replace(plan.rulebook, parameters=values)
    measures = plan.steps.made(NONE_OF)[["region", *READ]]
    totals = {name: Decimal(change["total"]) for name, change in one["quotas"].items()}
    quotas = [
        quota.model_copy(update={"total": totals.get(quota.name, quota.total)})
        for quota in plan.study.quotas
        if quota.name in names
    ]
    found: dict[str, dict[str, str]] = {unit: {} for unit in zones.index}
    for count in range(len(quotas), 0, -1):  # a quota that fails takes those behind it along, which read it
        with contextlib.suppress(zp.ZoneplanError):
            table = zp.allocate(zones, measures, quotas[:count], law.values, law.codes("overlay"))
            own = table[(table["level"] == "unit") & table["unit_id"].isin(found)]
            for unit, quota, amount in zip(own["unit_id"], own["quota"], own["amount"], strict=True):
                found[unit][quota] = f"{amount:f}"
            break
    return found


def without_amounts(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, str]]:
    """The zones alone."""
    return {unit: {key: row[key] for key in ("main", "overlays", "status")} for unit, row in found.items()}


def amounts_of(found: dict[str, dict[str, Any]], names: Collection[str]) -> dict[str, dict[str, str]]:
    """The amounts of some quotas."""
    return {
        unit: {name: row["amounts"][name] for name in names if name in row["amounts"]} for unit, row in found.items()
    }
