"""Conditions on a million rows beside DuckDB and pandas' own expressions, all in memory, on one thread: ratios.

    python benchmarks/conditions.py [--rounds 5]

Each answers the same condition over the same columns; the three answers are compared row by row before anything is
measured. DuckDB has the rows in a table of its own. pandas knows no third answer: its
expression is asked for the yes alone, and is left out where it has none (LIKE). The figures are medians of the rounds,
taken in turn.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable

import duckdb
import numpy as np
import pandas as pd
from turns import Spent, ratios, spent

from layers.conditions import parse_condition

ROWS = 1_000_000
CONDITIONS = {
    "one comparison": ("slope > 25", "slope > 25"),
    "a rule": (
        "people / area >= 50 AND NOT (slope > 25 OR metro)",
        "people / area >= 50 and not (slope > 25 or metro)",
    ),
    "bounds": ("slope BETWEEN 5 AND 25 AND people IN (1, 2, 3, 50)", "5 <= slope <= 25 and people in [1, 2, 3, 50]"),
    "texts": ("kind = 'water' OR kind LIKE 'f%t'", None),
}


def columns() -> pd.DataFrame:
    """A million units, one value in twenty missing."""
    chance = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "slope": chance.uniform(0, 60, ROWS),
            "people": chance.integers(0, 5000, ROWS).astype(float),
            "area": chance.uniform(1, 50, ROWS),
            "metro": chance.random(ROWS) < 0.3,
            "kind": pd.Series(chance.choice(["forest", "water", "rock", "field"], ROWS), dtype="str"),
        }
    )
    table.loc[chance.random(ROWS) < 0.05, "slope"] = np.nan
    return table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    table = columns()
    connection = duckdb.connect(config={"threads": 1})
    connection.register("frame", table)
    connection.execute("CREATE TABLE own AS SELECT * REPLACE (nullif(slope, 'nan'::DOUBLE) AS slope) FROM frame")
    print("| condition | zoneplan CPU s | DuckDB / zoneplan | wall | pandas / zoneplan | wall |\n" + "|---" * 6 + "|")
    for name, (text, frame_text) in CONDITIONS.items():
        condition = parse_condition(text)
        sql = f"SELECT ({text}) AS yes FROM own"
        theirs = connection.execute(sql).df()["yes"].astype("boolean")
        answer = condition.evaluate(table)
        assert (theirs.fillna(False).to_numpy(dtype=bool) == answer.yes).all(), name
        assert (theirs.notna().to_numpy() == answer.known).all(), name
        calls: dict[str, Callable[[], object]] = {
            "zoneplan": lambda one=condition: one.evaluate(table),
            "duckdb": lambda one=sql: connection.execute(one).fetchnumpy(),
        }
        if frame_text is not None:
            calls["pandas"] = lambda one=frame_text: table.eval(one)
        found: dict[str, list[Spent]] = {who: [] for who in calls}
        for _ in range(rounds):
            for who, call in calls.items():
                found[who].append(spent(call)[0])
        own = found["zoneplan"]
        beside = ratios(own, found["pandas"]) if "pandas" in found else " | "
        seconds = statistics.median(one.cpu for one in own)
        print(f"| {name} | {seconds:.3f} | {ratios(own, found['duckdb'])} | {beside} |")


if __name__ == "__main__":
    main()
