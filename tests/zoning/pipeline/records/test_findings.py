"""Findings: what a condition found at places, shared where it read the same."""

from __future__ import annotations

from datetime import date

import pandas as pd

from layers.conditions import parse_condition
from zoning.pipeline.records.findings import saids_at
from zoning.rulebook import Rulebook

BOOK = Rulebook("r", "", "", date(2025, 1, 1))


def test_places_in_which_a_condition_reads_the_same_share_what_it_found() -> None:
    """The slope differs, and the condition does not read it; d was not asked for."""
    seen = pd.DataFrame(
        {"forest": [True, False, True, True], "slope": [1.0, 2.0, 3.0, 4.0]}, index=pd.Index([*"abcd"], name="unit_id")
    )
    told = saids_at(parse_condition("forest").evaluate(seen), {"a", "b", "c", "elsewhere"}, BOOK)
    assert told["a"] is told["c"]
    assert [told[unit].clauses[0].answer for unit in "abc"] == ["yes", "no", "yes"]
    assert set(told) == {"a", "b", "c"}


def test_a_condition_on_the_ids_themselves_found_something_else_at_each() -> None:
    seen = pd.DataFrame({"forest": True}, index=pd.Index([*"ab"], name="unit_id"))
    told = saids_at(parse_condition("unit_id = 'a'").evaluate(seen), {"a", "b"}, BOOK)
    assert [told[unit].clauses[0].answer for unit in "ab"] == ["yes", "no"]


def test_what_a_condition_found_does_not_follow_the_table() -> None:
    """It keeps what it read: a step may go on with its table."""
    seen = pd.DataFrame({"slope": [30.0]}, index=["a"])
    found = parse_condition("slope > 25").evaluate(seen)
    seen["slope"] = 0.0
    assert saids_at(found, {"a"}, BOOK)["a"].values == {"slope": 30}
