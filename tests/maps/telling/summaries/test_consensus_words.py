"""A consensus in words: everything by the title that it has elsewhere, never by its id."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from maps.runs.comparison_folder import agreement
from maps.telling.summaries.comparison_words import ComparisonWords
from maps.telling.summaries.consensus_words import ConsensusWords
from maps.web.table_page import TableLook, drawn_table, table_content
from zoning.plan import Plan
from zoning.study import Share
from zoning.whatif import Consensus, compare, consensus
from zoning.whatif.differences import parts_of, remake

SHARES = (("base", 0.75), ("other", 0.5))

DECISION = {"unit": "a4", "main": "key_development", "reason": "a port", "by": "Ana", "date": date(2024, 12, 2)}


@pytest.fixture(scope="module")
def found(toy_run: Plan) -> Consensus:
    tried = toy_run.vary(parameters={"fragile_min": 0.6}, quotas={"construction_land": 60}, decisions=[DECISION])
    return consensus({"Ana": tried, "Rui": toy_run}, toy_run)


@pytest.mark.parametrize(("language", "decision"), [("en", "decision on"), ("zh", "决定"), ("pt", "decisão sobre")])
def test_differences_have_the_titles_of_a_comparison(found: Consensus, language: str, decision: str) -> None:
    told, other = (
        ConsensusWords(found, language),
        ComparisonWords(compare(found.voices["Rui"], found.voices["Ana"]), language),
    )
    unit = other.unit("a4")
    said = {key: told.difference(kind, key) for kind, key in found.differences[["kind", "id"]].itertuples(index=False)}
    assert decision in said["a4"]
    assert unit in said["a4"]
    assert said["quotas.construction_land"] == other.item("quota", "construction_land").capitalize()
    assert set(told.hangs["a4"].split("; ")) <= {*said.values()}


def test_values_are_numbers_of_the_language_and_titles(found: Consensus) -> None:
    told = ConsensusWords(found, "en")
    values = [row.values for row in told.rows]
    assert {"Ana": "60", "Rui": "120"} in values
    assert {"Ana": "60\xa0%", "Rui": "50\xa0%"} in [row.values for row in ConsensusWords(found, "pt").rows]
    assert {"Ana": told.zone("key_development"), "Rui": "–"} in values
    assert told.zone("key_development") != "key_development"


def test_several_together_are_each_named(found: Consensus) -> None:
    said = ConsensusWords(found, "en").difference("several", "a4; quotas.construction_land")
    assert said.startswith("together: ")
    assert "quotas." not in said
    hostile = replace(found, hangs=found.hangs.assign(id="<b>\u202e", kind="rule"))
    assert "\u202e" not in ConsensusWords(hostile, "en").hangs["a4"]


@pytest.mark.parametrize("language", ["en", "zh", "fr", "pt"])
def test_each_voice_says_the_same_keys_of_a_quota(toy_run: Plan, language: str) -> None:
    """One changes the total and another the weight: each says both, as people write them and never as Python does."""
    (quota,) = toy_run.study.quotas
    parts = {name: [Share(measure="population", share=n), Share(measure="plant_mw", share=1 - n)] for name, n in SHARES}
    plans = {
        "Ana": quota.model_copy(update={"total": Decimal(60), "weight": tuple(parts["base"])}),
        "Wei": quota.model_copy(update={"weight": tuple(parts["other"])}),
        "Rui": quota.model_copy(update={"weight": tuple(parts["base"])}),
    }
    voices = {
        name: remake(parts_of(toy_run)._replace(study=toy_run.study.model_copy(update={"quotas": (own,)})), toy_run)
        for name, own in plans.items()
    }
    found = consensus(voices, voices["Rui"])
    (ana, wei, rui) = (found.differences.set_index("voice").loc[name, "value"] for name in voices)
    assert ana == "total = 60; weight = population 0.75, plant_mw 0.25"
    assert wei == "total = 120; weight = population 0.5, plant_mw 0.5"
    assert rui == "total = 120; weight = population 0.75, plant_mw 0.25"
    totals, weights = ConsensusWords(found, language).rows
    assert [*totals.values.values()] == ["60", "120", "120"]
    assert weights.values["Ana"] == weights.values["Rui"] != weights.values["Wei"]
    assert all("75" in weights.values[name] and "_" not in weights.values[name] for name in ("Ana", "Rui"))
    assert weights.title.startswith(totals.title)
    assert totals.title != weights.title


@pytest.mark.parametrize("language", ["en", "zh", "fr", "pt"])
def test_the_page_has_names_and_sentences_of_its_language(found: Consensus, language: str) -> None:
    told = ConsensusWords(found, language)
    table = agreement(found, told)
    assert table[table.columns[0]].tolist() == [told.unit(unit) for unit in found.units["unit_id"]]
    assert len(told.sentences) == 1 + len(told.rows)
    look = TableLook(name=table.columns[0], notes=told.sentences)
    assert table_content(table, drawn_table(table), look, language).note.split("\n") == [*told.sentences]
