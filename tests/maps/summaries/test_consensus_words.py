"""A consensus in words: everything by the title that it has elsewhere, never by its id."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from maps.summaries import ComparisonWords, ConsensusWords
from zoning.pipeline import FreshPlan
from zoning.scenario import Consensus, compare, consensus

DECISION = {"unit": "a4", "main": "key_development", "reason": "a port", "by": "Ana", "date": date(2024, 12, 2)}


@pytest.fixture(scope="module")
def found(toy_run: FreshPlan) -> Consensus:
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
    land = "quotas.construction_land"
    assert told.value(land, "total = 60000") == told.value(land, "60000.0") == "60,000"
    assert ConsensusWords(found, "pt").value("fragile_min", "0.6") == "60\xa0%"
    assert told.value("a4", "key_development") == told.zone("key_development") != "key_development"
    assert told.value("a4", "") == "–"


def test_several_together_are_each_named(found: Consensus) -> None:
    said = ConsensusWords(found, "en").difference("several", "a4; quotas.construction_land")
    assert said.startswith("together: ")
    assert "quotas." not in said
    hostile = replace(found, hangs=found.hangs.assign(id="<b>\u202e", kind="rule"))
    assert "\u202e" not in ConsensusWords(hostile, "en").hangs["a4"]
