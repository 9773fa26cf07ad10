"""Foreign keys: the table fits the entries, and each key that leads nowhere is told with its place."""

from __future__ import annotations

import pytest

from layers.phrases import Phrase
from zoning.rulebook import Draft, builtin_rulebooks, read_draft
from zoning.rulebook.clause_validation import FOREIGN_KEYS, ForeignKey, foreign_key_faults, names_of_sets

FLOOR = """
[[floors]]
line = "red_lime"
of = "area_km3"
at_least = "fragile_mix"
title = { en = "Floor", zh = "底线" }
reference = "Small Act, section 7"
"""
NORM = """
[[norms]]
id = "norm"
holds = "population > 0"
level = "studdy"
title = { en = "Norm", zh = "指标" }
reference = "Small Act, section 8"
"""
LOCKED = """
[[decisions]]
unit = "a"
overlay = "general"
locked = true
reason = { en = "listed", zh = "列入名录" }
by = "Assembly"
reference = "List 1"
"""


@pytest.fixture
def broken(write_rulebook) -> Draft:
    """The small rulebook with a name in each of its files that leads nowhere."""
    return read_draft(
        write_rulebook(
            rules=lambda text: text.replace('zone = "border"', 'zone = "bordr"'),
            lines=lambda text: text + FLOOR,
            policies=lambda text: text.replace('when = "energy_rich"', 'when = "energy_rich"\nlist = "none"'),
            land=NORM,
            decisions=LOCKED,
        )
    )


@pytest.mark.parametrize("key", FOREIGN_KEYS, ids=lambda key: f"{key.kind}-{key.key}")
def test_the_table_speaks_of_sets_that_there_are(broken: Draft, key: ForeignKey) -> None:
    assert key.names in names_of_sets(broken)
    said = Phrase(key.missing, name="x", near="; there is none", unit="u", jurisdiction="j", study="s")
    assert said.count("'x'") + key.missing.count('"{name}"') == 1


def test_every_name_that_leads_nowhere_is_told_with_its_place(broken: Draft) -> None:
    told = [str(fault).split(": ", 1) for fault in foreign_key_faults(broken)]
    assert [text for _, text in told] == [
        "there is no zone 'bordr'; did you mean 'border'?",
        "there is no overlay zone 'general'; there are 'border', 'energy_rich'",
        "there is no control line 'red_lime'; did you mean 'red_line'?",
        "'area_km3' does not stand in indicators.toml; did you mean 'area_km2'?",
        "'fragile_mix' does not stand in parameters.toml; did you mean 'fragile_min'?",
        (
            "there is no level 'studdy'; did you mean 'study'?; write one of unit, jurisdiction, study, or a text "
            "indicator that names the places"
        ),
        "industries.toml has no item of list 'none'",
    ]
    assert [at.split(",")[0] for at, _ in told] == [
        f"small/{file}.toml" for file in ("rules", "decisions", "lines", "lines", "lines", "land", "policies")
    ]


@pytest.mark.parametrize("name", builtin_rulebooks())
def test_a_built_in_rulebook_names_nothing_that_is_not_there(name: str) -> None:
    draft = read_draft(name)
    assert not list(foreign_key_faults(draft))
    assert draft.rules
