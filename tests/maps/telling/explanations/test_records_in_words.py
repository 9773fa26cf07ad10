"""Chains: every number that an explanation tells is that of the tables, and every link has the one form."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from layers.phrases import english
from maps.telling.explanations.explanation_content import MATTERS, explain, trace
from maps.telling.explanations.industry_query import items_at, lists_at
from maps.telling.explanations.records_in_words import LINK
from maps.words import LocalizedPlan, localize, render
from zoning.pipeline.flow import run
from zoning.plan import Plan
from zoning.study import builtin_studies, read_study

STUDIES = (*builtin_studies(), "toy")
LINKS = ("overlays", "other_claims", "lines", "quotas", "energy", "flows", "policies", "industries")
MORE = """
[[layers]]
name = "refuge"
source = "toy.gpkg"
layer = "land"
where = "kind = 'forest'"
role = "red_line"

[energy]
table = "energy.csv"
period = 2019

[[agreements]]
name = "River"
period = 2025
kind = "pool"
amount = 90
unit = "CNY"
pay = { west = 1, east = 2 }
receive = { a1 = 1, east = 2 }
reference = "Treaty, article 3"

[[transfers]]
name = "forest money"
period = 2025
budget = 1000
unit = "CNY"
when = "main = 'ecologically_fragile'"
by = "weighted"
weight = "population"

[[transfers]]
name = "hill money"
period = 2025
budget = 400
unit = "CNY"
when = "main = 'ecologically_fragile'"
by = "weighted"
weight = "population"

[[quotas.transfers]]
from = "b3"
to = "b4"
amount = 1
reason = "first"

[[quotas.transfers]]
from = "c3"
to = "c4"
amount = 2
reason = "second"
"""
SCHEME = """
[[schemes]]
code = "s"
title = { en = "Toy scheme" }
unit = "tce"
reference = "Toy Energy Act"
from = 2016-01-01

[[schemes.parameters]]
name = "light_margin_pct"
unit = "%"
reference = "Toy Energy Act, section 1"
values = [{ value = 10 }]
"""


@pytest.fixture(scope="module")
def toy(copy_toy: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The toy province with half of a2's farmland in a refuge, lights for west, an agreement and a transfer."""
    folder = copy_toy(tmp_path_factory.mktemp("traced") / "toy")
    (folder / "plan.toml").write_text((folder / "plan.toml").read_text("utf-8") + MORE, "utf-8")
    head = "region,intensity_target_pct,intensity_actual_pct,total_target_tce,total_actual_tce\n"
    (folder / "energy.csv").write_text(f"{head}west,10,9,100,90\n", "utf-8")
    (folder / "rules" / "energy.toml").write_text(SCHEME, "utf-8")
    return run(read_study(folder / "plan.toml"))


@pytest.fixture(params=STUDIES)
def traced(request: pytest.FixtureRequest) -> SimpleNamespace:
    """A plan and the chains of all its units."""
    toy = request.param == "toy"
    plan = request.getfixturevalue("toy") if toy else request.getfixturevalue("plan_of")(request.param)
    said = localize(plan)
    return SimpleNamespace(plan=plan, said=said, chains=dict(trace(said, plan.units.index)))


def walk(link: dict) -> Iterator[dict]:
    """A link and all below it."""
    yield link
    for below in link["links"]:
        yield from walk(below)


def below(link: dict, kind: str) -> list[dict]:
    """The links of a kind below a link."""
    return [one for one in walk(link) if one["kind"] == kind]


def test_all_links_have_one_form_and_every_number_is_that_of_the_tables(traced) -> None:
    plan, chains = traced.plan, traced.chains
    assert list(chains) == plan.zones["unit_id"].tolist()
    for unit, told in chains.items():
        for link in (told["main"], *(one for key in LINKS for one in told[key])):
            for one in walk(link):
                assert list(one)[: len(LINK)] == list(LINK)
                _check_parameters(plan, one)
        _check_claims(plan, unit, told)
        _check_lines(plan, unit, told["lines"])
        _check_quotas(plan, unit, told["quotas"])
        _check_flows(plan, unit, told["flows"])
        _check_policies(plan, unit, told["policies"])
        _check_lists(traced.said, unit, told["industries"])
    assert json.loads(json.dumps(chains, allow_nan=False)) == json.loads(json.dumps(chains))


def _check_parameters(plan: Plan, link: dict) -> None:
    """Values, units, days and references are those of the rulebook, and of what the condition reads."""
    for one in link["parameters"] if link["kind"] != "scheme" else ():
        known = plan.rulebook.parameters[one["name"]]
        days = [day.isoformat() if day else "" for day in (known.since, known.until)]
        assert (one["value"], one["unit"]) == (known.value, known.unit)
        assert [one["since"], one["until"]] == days
        assert (one["reference"], one["verified"]) == (english(known.reference), known.verified)


def _check_claims(plan: Plan, unit: str, told: dict) -> None:
    rows = plan.claims[plan.claims["unit_id"] == unit].set_index(["zone", "rule"])
    zone = plan.zones.set_index("unit_id").loc[unit]
    assert (told["main"]["zone"], told["main"]["rule"]) == (zone["main"], zone["rule"])
    for claim in (told["main"], *told["overlays"], *told["other_claims"]):
        row = rows.loc[claim["zone"], claim["rule"]]
        said = json.loads(row["values"])
        assert claim["values"] == said["values"]
        assert _bare(claim["clauses"]) == said["clauses"]
        for one in walk(claim):
            for name, value in one["values"].items():
                known = unit if name == "unit_id" else plan.measures.loc[unit, name]
                assert value is None or value == known, (unit, name)
        if claim["kind"] == "default" and said["clauses"]:
            parts = [clause for one in claim["links"] for clause in one["clauses"]]
            assert _bare(parts) == said["clauses"]


def _bare(clauses: list[dict]) -> list[dict]:
    """Clauses without what people read of them."""
    return [{key: value for key, value in one.items() if key != "sentence"} for one in clauses]


def _check_lines(plan: Plan, unit: str, lines: list[dict]) -> None:
    rows = plan.lines[plan.lines["unit_id"] == unit]
    assert [one["line"] for one in lines] == rows["line"].tolist()
    land = plan.pieces[plan.pieces["unit_id"] == unit]
    for one, row in zip(lines, rows.to_dict("records"), strict=True):
        assert (one["amount"], one["claimed_ha"]) == (row["settled_ha"], row["claimed_ha"])
        assert sum(part["amount"] for part in below(one, "taken")) == pytest.approx(
            row["claimed_ha"] - row["settled_ha"], abs=1e-9
        )
        for layer in below(one, "layer"):
            assert layer["amount"] == pytest.approx(land.loc[land[layer["id"]], "area_ha"].sum(), rel=1e-12)


def _check_quotas(plan: Plan, unit: str, quotas: list[dict]) -> None:
    rows = plan.quotas[plan.quotas["unit_id"] == unit]
    assert [one["quota"] for one in quotas] == rows["quota"].tolist()
    for one, row in zip(quotas, rows.to_dict("records"), strict=True):
        assert (Decimal(one["amount"]), one["unit"], one["binding"]) == (row["amount"], row["unit"], row["binding"])
        (weight,) = below(one, "weight")
        terms, factors = below(weight, "term"), below(weight, "priority")
        product = math.fsum(part["amount"] for part in terms) * math.prod(part["amount"] for part in factors)
        assert weight["amount"] == row["weight"] == pytest.approx(product, rel=1e-12)
        for part in (*terms, *below(one, "floor"), *below(one, "ceiling")):
            for name, value in part["values"].items():
                assert value == float(plan.measures.loc[unit, name])
        for part in factors:
            assert all(clause["answer"] == "yes" for clause in part["clauses"] if clause["decides"])
        for level in below(one, "level"):
            above = plan.quotas[(plan.quotas["unit_id"] == "") & (plan.quotas["name"] == level["id"])]
            assert Decimal(level["amount"]) == above["amount"].item()
        for part in below(one, "reserve"):
            held = plan.quotas[(plan.quotas["unit_id"] == "(reserve)") & (plan.quotas["name"] == part["id"])]
            assert Decimal(part["amount"]) == held["amount"].item()


def _check_flows(plan: Plan, unit: str, flows: list[dict]) -> None:
    key = ["instrument", "payer", "receiver", "amount", "reference"]
    places = {unit, *(str(plan.measures.loc[unit, level]) for level in plan.study.units.levels)}
    rows = plan.flows[plan.flows["payer"].isin(places) | plan.flows["receiver"].isin(places)]
    cited = [render(one, "en") for one in rows["reference"]]
    rows = rows.assign(amount=rows["amount"].astype(str), reference=cited)
    assert [[one[name] for name in key] for one in flows] == rows[key].to_numpy().tolist()
    for one in flows:
        for name in set(one["values"]) & set(plan.measures.columns):
            assert one["values"][name] == plan.measures.loc[unit, name]


def _check_policies(plan: Plan, unit: str, policies: list[dict]) -> None:
    rows = plan.policies[plan.policies["unit_id"] == unit]
    assert {(one["policy"], one["overruled_by"]) for one in policies} == set(
        map(tuple, rows[["policy", "overruled_by"]].to_numpy())
    )
    for one in policies:
        own = rows[(rows["policy"] == one["policy"]) & (rows["overruled_by"] == one["overruled_by"])]
        assert json.loads(own["parameters"].iloc[0]) == one["settings"]
        assert any(clause["answer"] == "yes" for clause in one["clauses"])
        assert (one["since"], one["until"]) == (own["since"].iloc[0], own["until"].iloc[0])
        assert one["written"].startswith("policies.toml, line ")
        if one["pieces"]:
            assert one["part_ha"] == pytest.approx(plan.pieces.loc[one["pieces"], "area_ha"].sum(), rel=1e-12)


def _check_lists(said: LocalizedPlan, unit: str, lists: list[dict]) -> None:
    items = items_at(said, unit)
    assert [one["list"] for one in lists] == [one.list for one in lists_at(said, unit)]
    for one in lists:
        part = items[items["list"] == one["list"]]
        for treatment in ("prohibited", "restricted"):
            assert one[treatment] == (part["treatment"] == treatment).sum()


# With a pencil, on the toy province.


def test_a_line_says_which_layer_draws_it_and_what_another_took(toy) -> None:
    """Farmland covers all 100 ha of a2; its western half is refuge, too, and the red line comes first."""
    farmland, red = explain(toy, "a2").as_dict()["lines"]
    assert [(one["kind"], one["id"], one["amount"]) for one in red["links"]] == [("layer", "refuge", 50.0)]
    assert [(one["kind"], one["id"], one["amount"]) for one in farmland["links"]] == [
        ("layer", "farmland", 100.0),
        ("taken", "red_line", 50.0),
    ]
    assert farmland["amount"] == 50.0


def test_lights_and_payments_say_by_which_numbers(toy) -> None:
    told = explain(toy, "a1").as_dict()
    (light,) = told["energy"]
    assert (light["kind"], light["id"], light["verdict"], light["written"]) == (
        "scheme",
        "s",
        "yellow",
        "energy.toml, line 2",
    )
    assert [(one["name"], one["value"]) for one in light["parameters"]] == [("light_margin_pct", 10.0)]
    kinds = [(one["kind"], one["receiver"], one["amount"]) for one in told["flows"]]
    assert ("agreement", "a1", "30.00") in kinds
    assert ("agreement", "(pool)", "30.00") in kinds
    money = next(one for one in told["flows"] if one["kind"] == "transfer")
    assert [clause["sentence"] for clause in money["clauses"]] == ["main function is Ecologically fragile"]
    assert money["values"]["population"] == 100.0


def test_what_is_one_of_several_names_its_own_line_of_the_plan(toy) -> None:
    lines = toy.study.document.text.splitlines()

    def line_of(table: str, text: str) -> str:
        """Of the table in which a text stands."""
        at = next(number for number, line in enumerate(lines) if line == text)
        return f"plan.toml, line {max(number for number in range(at) if lines[number] == table) + 1}"

    money = {one["instrument"]: one["written"] for one in explain(toy, "a1").as_dict()["flows"]}
    for name, table in (("River", "agreements"), ("forest money", "transfers"), ("hill money", "transfers")):
        assert money[name] == line_of(f"[[{table}]]", f'name = "{name}"')
    for giver, receiver, amount, reason in (("b3", "b4", 1, "first"), ("c3", "c4", 2, "second")):
        for unit, other, moved in ((giver, receiver, -amount), (receiver, giver, amount)):
            (link,) = below(explain(toy, unit).as_dict()["quotas"][0], "moved")
            assert (link["id"], Decimal(link["amount"])) == (other, moved)
            assert link["written"] == line_of("[[quotas.transfers]]", f'reason = "{reason}"')


def test_an_explanation_is_narrowed_to_some_matters(toy) -> None:
    whole = explain(toy, "a2")
    for matter, keys in MATTERS.items():
        told = whole.only([matter]).as_dict()
        assert set(told) == {"unit", "plan", "assumptions", *keys}
        assert all(told[key] == whole.as_dict()[key] for key in keys)
    text = whole.only(["lines"]).text()
    assert "Control lines" in text
    assert "Main function" not in text
    assert "Policies" not in text
    assert whole.only([]).text() == whole.text()


def test_no_such_matter_is_a_near_miss(toy) -> None:
    with pytest.raises(Exception, match="an explanation has no 'quota'; did you mean 'quotas'") as caught:
        explain(toy, "a2").only(["quota"])
    assert caught.value.exit_code == 2


def test_of_the_command_prints_the_same(command: Callable[..., SimpleNamespace], toy_result: Path) -> None:
    said = json.loads(command("explain", toy_result, "a2", "--of", "lines", "--json").out)
    assert [one["line"] for one in said["lines"]] == ["permanent_farmland"]
    assert "quotas" not in said
    wrong = command("explain", toy_result, "a2", "--of", "lins")
    assert (wrong.code, "did you mean 'lines'" in wrong.err) == (2, True)


def test_units_share_links_and_an_explanation_has_its_own(toy) -> None:
    chains = trace(localize(toy), toy.units.index)
    first, *others = ({one["policy"]: one for one in chain["policies"]} for chain in chains.values())
    assert any(one is other.get(name) for name, one in first.items() for other in others)
    explanation = explain(toy, next(iter(chains)))
    explanation.as_dict()["policies"][0]["links"].append("mine")
    assert "mine" not in explanation.content["policies"][0]["links"]
