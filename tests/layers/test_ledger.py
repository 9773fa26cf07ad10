from __future__ import annotations

from layers.ledger import LEDGER_COLUMNS, entries, gather


def test_an_empty_ledger_has_its_columns_and_types():
    for empty in (gather([]), entries("x", [], "invalid", "y"), gather([entries("x", [], "invalid", "y")])):
        assert tuple(empty.columns) == LEDGER_COLUMNS
        assert empty.dtypes.astype(str).tolist() == ["str"] * 3 + ["object"] + ["float64"] * 2


def test_rows_are_sorted_and_one_a_feature_and_finding():
    parts = [
        entries("b", ["2", "1"], "invalid", ["x", "y"], before_ha=[2.0, 1.0], after_ha=[3.0, 1.5]),
        entries("b", ["2"], "invalid", "z", before_ha=9.0, after_ha=4.0),
        entries("b", ["2"], "empty", "w"),
        entries("a", [7], "crs", "v"),
    ]
    ledger = gather(parts)
    assert ledger.iloc[:, :4].to_numpy().tolist() == [
        ["a", "7", "crs", "v"],
        ["b", "1", "invalid", "y"],
        ["b", "2", "empty", "w"],
        ["b", "2", "invalid", "x; z"],
    ]
    assert ledger.iloc[3, 4:].tolist() == [2.0, 4.0]
    assert gather([ledger]).equals(ledger)
    assert gather(parts[::-1]).iloc[:, :3].equals(ledger.iloc[:, :3])


def test_an_empty_ledger_is_nobody_elses():
    mine = entries("x", [], "invalid", "y")
    mine.loc[0] = ["x", "1", "invalid", "y", None, None]
    assert entries("x", [], "invalid", "y").empty
