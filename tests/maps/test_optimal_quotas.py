"""A quota that is the best by an objective, from the plan file to everything that people see, in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from maps.runs import read_run
from maps.telling.explanations.explanation_content import explain, trace
from maps.telling.reports.report_page import report
from maps.telling.reports.unit_dossier import dossier
from maps.words import localize
from tests.helpers import exit_code_of
from zoning.pipeline.flow import run
from zoning.plan import Plan
from zoning.study import read_study

BEST = """
by = "optimal"
objective = "suitability"
limits = [
  { name = "water", per = "income", max = 3000, unit = "m3", reason = "the river has no more" },
  { name = "west", when = "county = 'west'", min_pct = 25 },
]
groups = [{ when = "income > 30", max_pct = 90 }, { when = "county = 'east'", max_pct = 80 }]
weight = [{ measure = "population", share = 0.002 }, { measure = "income", share = 0.001 }]
"""


def asked(folder: Path, text: str) -> Path:
    """The toy plan with another method."""
    plan = folder / "plan.toml"
    own = plan.read_text("utf-8").replace('by = "weighted"\nweight = "population"\n', text)
    assert text in own
    plan.write_text(own, "utf-8")
    return plan


@pytest.fixture(scope="module")
def solved(copy_toy: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The plan of the toy province with its land where most people and money are."""
    return run(read_study(asked(copy_toy(tmp_path_factory.mktemp("solved") / "toy"), BEST)))


def test_the_run_folder_has_solution_and_prices_and_the_same_bytes(toy_folder: Path, tmp_path: Path, capsys) -> None:
    plan = asked(toy_folder, BEST)
    for name in ("one", "two"):
        assert exit_code_of("run", plan, "--out", tmp_path / name) == 0
    assert (tmp_path / "one" / "manifest.json").read_bytes() == (tmp_path / "two" / "manifest.json").read_bytes()
    rules = pd.read_csv(tmp_path / "one" / "quota_rules.csv", encoding="utf-8-sig")
    assert rules["rule"].tolist() == ["group-1", "group-2", "limit-water", "limit-west-least", "total"]
    solution = pd.read_csv(tmp_path / "one" / "solutions.csv", encoding="utf-8-sig").iloc[0]
    assert solution["value"] <= solution["bound"]
    again = read_run(tmp_path / "one")
    assert again.quotas["shadow_price"].notna().sum() == len(again.quotas) - 2  # all but the reserves
    assert list(again.quota_rules["rule"]) == list(rules["rule"])
    assert exit_code_of("explain", tmp_path / "one", "c4", "--long") == 0
    assert "limit 'water'" in capsys.readouterr().out
    assert exit_code_of("explain", tmp_path / "one", "c4", "--json") == 0
    told = json.loads(capsys.readouterr().out)["quotas"][0]
    assert told["solution"]["objective"] == "suitability"
    assert [one["rule"] for one in told["limits"]] == ["limit-water"]


def test_rules_that_contradict_each_other_leave_nothing(toy_folder: Path, tmp_path: Path, capsys) -> None:
    plan = asked(toy_folder, BEST.replace("max = 3000", "max = 30"))
    assert exit_code_of("run", plan, "--out", tmp_path / "run") == 4
    told = capsys.readouterr().err
    assert "these rules cannot hold together" in told
    assert "limit 'water' asks for at most 30 m3: alone, " in told
    assert list(tmp_path.glob("*run*")) == []


def test_check_names_what_a_limit_needs_and_nothing_provides(toy_folder: Path, capsys) -> None:
    text = BEST.replace('per = "income"', 'per = "incme"').replace("county = 'west'", "conty = 'west'")
    assert exit_code_of("check", asked(toy_folder, text)) == 2
    told = capsys.readouterr()
    assert "nothing provides the measure 'incme'; did you mean 'income'" in told.out + told.err
    assert "nothing provides 'conty'; did you mean 'county'" in told.out + told.err


def test_the_explanation_adds_up_and_tells_prices_and_limits(solved) -> None:
    given = explain(solved, "c4").as_dict()["quotas"][0]
    weight = next(link for link in given["links"] if link["kind"] == "weight")
    terms = [link["amount"] for link in weight["links"] if link["kind"] == "term"]
    factors = [link["amount"] for link in weight["links"] if link["kind"] == "priority"]
    assert sum(terms) * factors[0] == pytest.approx(given["weight"])
    said = explain(solved, "c4").text()
    assert "limit 'water': " in said
    assert "the river has no more" in said
    assert "no plan has more than" in said
    assert "任何方案不超过" in explain(solved, "c4", "zh").text()
    assert trace(localize(solved), ["c4"])


@pytest.mark.parametrize(("language", "words"), [("en", "no plan has more than"), ("zh", "任何方案不超过")])
def test_report_card_and_dossier_tell_how_good_it_is(map_page, solved, language: str, words: str) -> None:
    page, rule = report(solved, language), {"en": "limit 'water'", "zh": "限额“water”"}[language]
    for text in (words, rule, "the river has no more", "3,000"):
        assert text in page.replace("&#39;", "'"), text
    assert words in dossier(solved, "c4", language)
    shown = map_page(solved, language)
    assert shown.quotas[0].objective == "suitability"
    assert words in shown.quotas[0].solution
    # a unit whose bound has a price tells it on its card
    rows = solved.quotas[(solved.quotas["shadow_price"] != 0) & solved.quotas["unit_id"].isin(solved.units.index)]
    place = list(solved.units.index).index(rows["unit_id"].iloc[0])
    assert shown.cards.quota_rows.groups[place][0].price_text


def test_an_even_share(toy_folder: Path) -> None:
    parts = [f'{{ measure = "{name}", share = 0.5 }}' for name in ("population", "income")]
    plan = asked(toy_folder, f'by = "optimal"\nobjective = "gini"\nweight = [{", ".join(parts)}]\n')
    own = plan.read_text("utf-8").splitlines()
    plan.write_text("\n".join(line for line in own if not line.startswith("priority")), "utf-8")
    solved = run(read_study(plan))
    assert solved.solutions["objective"].tolist() == ["gini"]
    assert "composite Gini" in explain(solved, "c4").text()
    assert "综合基尼系数" in report(solved, "zh")
