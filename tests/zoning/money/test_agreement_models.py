"""The agreements of the rulebook: each can be settled once a plan adds what is measured."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from layers.errors import StudyError, UnknownNameError
from tests.conftest import rulebook_on
from zoning.money import expand_agreements
from zoning.pipeline.flow import run
from zoning.reasons import as_message
from zoning.rulebook.chapter_schemas import AgreementModel
from zoning.study import Agreement, read_study, settle_agreement

D = Decimal
RULEBOOK = rulebook_on("main_functional_areas", date(2025, 1, 1))
WATER = tuple({"name": name, "base": D(2), "measured": D("1.8")} for name in ("CODMn", "NH3-N", "TN", "TP"))
LOADS = tuple({"name": name, "target": D(1), "measured": D(2)} for name in ("CODMn", "NH3-N", "TP"))
ADDED = {
    "xinanjiang": {"indicators": WATER},
    "jiuzhou": {"compliant_months": 12},
    "dongjiang": {"compliant_months": 12},
    "zhenjiang": {"indicators": LOADS, "flow_m3": D(1_000_000)},
    **{key: {} for key in ("chishui", "youshui", "lushui", "forest")},
}


def completed(like: str, **more: object) -> Agreement:
    """An agreement of a plan that is like one of the rulebook's, written out."""
    own = Agreement.model_validate({"name": like, "period": 2020, "like": like, **more})
    study = SimpleNamespace(agreements=(own,), where=lambda *_: "plan.toml, line 1, column 1")
    (whole,) = expand_agreements(study, RULEBOOK)  # type: ignore[arg-type]
    return whole


@pytest.mark.parametrize("model", RULEBOOK.agreements, ids=lambda model: model.id)
def test_each_settles_once_the_measurements_are_there(model: AgreementModel) -> None:
    first = model.id.split("-")[0]
    own = {} if model.id == "xinanjiang-4" else ADDED[first]
    rows = settle_agreement(completed(model.id, **own))
    assert rows
    assert all(row["reference"] == as_message(model.reference) for row in rows)
    assert model.verified == (model.id == "zhenjiang-taihu")  # of the others only news was read
    assert {"en", "zh"} <= set(model.seen)


def test_the_ten_schemes_and_their_rounds_are_there() -> None:
    assert [model.id for model in RULEBOOK.agreements] == [
        *("xinanjiang-1", "xinanjiang-2", "xinanjiang-3", "xinanjiang-4"),
        *("chishui-1", "chishui-2", "jiuzhou-2018", "jiuzhou-2019", "jiuzhou-2020", "dongjiang-1", "dongjiang-2"),
        *("youshui", "lushui-2019", "lushui-2020", "forest-quota", "zhenjiang-taihu"),
    ]


def test_the_rounds_of_xinanjiang_differ_as_their_rules_do() -> None:
    """Water at nine tenths of its base: P = 0.9 k0, which is 0.765, 0.801 and 0.81."""
    paid = {}
    for one in (1, 2, 3):
        rows = settle_agreement(completed(f"xinanjiang-{one}", indicators=WATER))
        paid[one] = {(row["payer"], row["receiver"]): row["amount"] for row in rows}
    assert paid[1] == {
        ("central government", "anhui"): 300_000_000,
        ("zhejiang", "anhui"): 100_000_000,
    }
    assert paid[2] == paid[3] == {("zhejiang", "anhui"): 200_000_000}


def test_parties_get_the_names_of_the_study() -> None:
    names = {"yunnan": "530000", "guizhou": "520000", "sichuan": "510000"}
    cut = {"section": "Qingshuipu", "met": False, "of": "530000", "pct": D(10), "to": {"520000": 1, "510000": 1}}
    whole = completed("chishui-1", parties=names, deductions=(cut,))
    assert whole.pay == {"530000": 1, "520000": 5, "510000": 4}
    received = {row["receiver"]: row["amount"] for row in settle_agreement(whole) if row["payer"] == "(pool)"}
    assert received == {"530000": 54_000_000, "520000": 83_000_000, "510000": 63_000_000}


def test_parties_may_have_the_names_of_sides() -> None:
    """Of a river's agreement whose model calls its parties by the sides on which they lie."""
    terms = {
        "kind": "compliance",
        "unit": "CNY",
        "upstream": "upstream",
        "downstream": "downstream",
        "bands": [{"at_least": 80, "payer": "downstream", "amount": 5}, {"payer": "upstream", "amount": 3}],
        "grants": [{"payer": "upstream", "receiver": "downstream", "amount": 1, "reason": "upstream pays"}],
    }
    names = {"upstream": "west", "downstream": "east"}
    own = {"name": "river", "period": 2025, "like": "river-1", "parties": names, "compliant_months": 12}
    whole = Agreement.model_validate(own).completed(terms)
    assert (whole.upstream, whole.downstream) == ("west", "east")
    assert [band.payer for band in whole.bands] == ["downstream", "upstream"]
    assert [(one.payer, one.receiver, one.reason) for one in whole.grants] == [("west", "east", "upstream pays")]


def test_the_plan_comes_first() -> None:
    assert completed("chishui-1", amount=D(100)).amount == 100
    assert completed("zhenjiang-taihu", **ADDED["zhenjiang"]).indicators[1].price == 100_000


def test_what_is_still_missing_is_said() -> None:
    with pytest.raises(
        StudyError, match=r"with the terms of 'xinanjiang-1': .*'base' is missing for indicator 'CODMn'"
    ):
        completed("xinanjiang-1", indicators=tuple({"name": one["name"], "measured": D(1)} for one in WATER))
    with pytest.raises(StudyError, match="needs 'compliant_months'"):
        completed("jiuzhou-2019")
    with pytest.raises(UnknownNameError, match=r"has no agreement 'chishui-3'; did you mean 'chishui-\d'"):
        completed("chishui-3")


OWN = """
[[agreements]]
id = "brook-1"
title = { en = "The brook" }
terms = { kind = "pool", unit = "CNY", amount = 10, pay = { upper = 1, lower = 1 }, receive = { upper = 1 } }
seen = { en = "all of it" }
reference = "a pencil"
source = { document = "a notebook", read_on = 2024-12-01, kind = "official" }
"""


def test_from_the_plan_file(toy_folder: Path, command: Callable) -> None:
    (toy_folder / "rules" / "agreements.toml").write_text(OWN, "utf-8")
    plan = toy_folder / "plan.toml"
    text = plan.read_text("utf-8") + '\n[[agreements]]\nname = "Brook"\nperiod = 2018\nlike = "brook-1"\n'
    plan.write_text(text + 'parties = { upper = "west", lower = "east" }\n', "utf-8")
    flows = run(read_study(plan)).flows
    assert flows.loc[flows["receiver"] == "west", "amount"].item() == 10
    plan.write_text(text.replace("brook-1", "brok-1"), "utf-8")
    said = command("check", plan)
    assert said.code == 2
    assert "agreement 'Brook': rulebook 'toy' has no agreement 'brok-1'; did you mean 'brook-1'?" in said.out


def test_a_term_that_means_nothing_is_refused_with_its_place(toy_folder: Path, command: Callable) -> None:
    (toy_folder / "rules" / "agreements.toml").write_text(OWN.replace("receive", "recieve"), "utf-8")
    said = command("check", toy_folder / "plan.toml")
    assert said.code == 2
    assert "rules/agreements.toml, line" in said.out
    assert "'recieve' is no key of [[agreements]]" in said.out


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"kind": "pool", "amont": 5}, "'amont' is no key of"),
        ({"kind": "pool", "amount": 5}, "needs 'pay'"),
        ({"kind": "lottery"}, "Input should be 'pool'"),
    ],
)
def test_models_that_could_never_be_settled(terms: dict, message: str) -> None:
    given = {"id": "a", "title": {"en": "A"}, "seen": {"en": "nothing"}, "reference": "r", "terms": terms}
    with pytest.raises(ValueError, match=message):
        AgreementModel.model_validate(given)
