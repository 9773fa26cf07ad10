"""Items of negative lists: what each says, and whether anybody read it."""

from __future__ import annotations

import pandas as pd

from zoning.pipeline.records.policy_records import item_records


def test_an_item_without_a_reading_of_its_own_is_read_where_it_was_verified(toy_run) -> None:
    names = ("list", "provision", "treatment", "state", "unit_id", "jurisdiction", "note", "conditions", "reference")
    rows = pd.DataFrame(dict.fromkeys(names, "x"), index=range(3)).assign(
        code=["B06", "B07", "B08"], verified=[True, False, True], reading=["", "", "summary"]
    )
    assert [one.reading for one in item_records(toy_run, rows)] == ["read", "unread", "summary"]
