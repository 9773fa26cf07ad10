"""The parts of the page's evaluator in node, against Python: answers of conditions, exact sums, Webster's steps."""

from __future__ import annotations

import json
import math
import random
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layers.conditions import parse_condition
from layers.errors import ConditionError
from zoning.quotas.weights import product
from zoning.rulebook import read_rulebook
from zoning.solver import GroupTree, Step, apportion_groups, group_tree, make_contest

SCRIPT = Path(__file__).parent / "scripts" / "evaluate_parts.js"
DAYS = {"us_west": date(2025, 1, 1), "main_functional_areas": date(2020, 1, 1), "brazil": date(2025, 1, 1)}
ROWS = 60

pytestmark = pytest.mark.node


@pytest.fixture
def told(node, tmp_path: Path):
    """A function that gives what node makes of questions, of which there may be none of a kind."""

    def ask(**questions: Any) -> dict[str, Any]:
        every = {"tables": [], "sums": [], "products": [], "contests": []} | questions
        (tmp_path / "questions.json").write_text(json.dumps(every), "utf-8")
        return json.loads(node(SCRIPT, tmp_path / "questions.json"))

    return ask


def test_conditions_of_the_built_in_rulebooks_are_answered_alike(told) -> None:
    asked = [_rulebook_table(name, day) for name, day in DAYS.items()]
    _compare(told, asked)


def test_any_condition_is_answered_alike(told) -> None:
    rng = random.Random(20)
    table = _table(rng)
    texts = [_drawn(rng, 3) for _ in range(400)]
    _compare(told, [(table, {"p": 2.5, "word": "é%", "on": True}, texts)])


def test_patterns_fit_alike(told) -> None:
    words = ["", "a", "ab", "aab", "a%b", "a_b", "a\\b", "\U0001f332x", "bab\nb", "aaaaaaaaaaaaaaaaaaaaaaaac", None]
    table = pd.DataFrame({"t": pd.Series(words, dtype="str")})
    patterns = [
        "",
        "%",
        "_",
        "a%",
        "%b",
        "a%b%",
        "%a%b",
        "a\\%b",
        "a\\_b",
        "a\\\\b",
        "__",
        "%_%a%_%a%a%b",
        "_x",
        "%\n%",
    ]
    _compare(told, [(table, {}, [f"t LIKE '{one}'" for one in patterns] + [f"t NOT LIKE '{one}'" for one in patterns])])


def _compare(told, asked: list[tuple[pd.DataFrame, dict[str, Any], list[str]]]) -> None:
    tables = [
        {
            "rows": len(table),
            "columns": {name: _plain(table[name]) for name in table},
            "parameters": parameters,
            "asked": [parse_condition(text).as_cql2_json() for text in texts],
            "names": list(table)[::2],
        }
        for table, parameters, texts in asked
    ]
    found = told(tables=tables)["answers"]
    seen = set[int]()
    for (table, parameters, texts), answers in zip(asked, found, strict=True):
        for text, one in zip(texts, answers, strict=True):
            condition = parse_condition(text)
            own = condition.evaluate(table, parameters)
            words = np.where(own.yes, 2, np.where(own.known, 0, 1)).tolist()
            assert one["answers"] == words, text
            waiting = condition.waits_for(table, parameters)
            rows = np.zeros(len(table), dtype=bool)
            for name in list(table)[::2]:
                rows |= waiting.get(name, False)
            assert one["waits"] == rows.astype(int).tolist(), text
            seen |= set(words)
    assert seen == {0, 1, 2}


def _plain(column: pd.Series) -> list[Any]:
    return [None if pd.isna(one) else one for one in column.astype(object).tolist()]


def _table(rng: random.Random) -> pd.DataFrame:
    def some(values: list[Any]) -> list[Any]:
        return [rng.choice([*values, None]) for _ in range(ROWS)]

    return pd.DataFrame(
        {
            "a": pd.array(some([0.0, -0.0, 1.0, 2.5, 1e300, 0.1, 0.3]), dtype="Float64"),
            "b": some([0, 1, 3, -7]),
            "t": pd.Series(some(["x", "é%", "中", ""]), dtype="str"),
            "s": pd.Series(some(["x", "y"]), dtype="str"),
            "m": pd.array(some([True, False]), dtype="boolean"),
            "n": pd.Series([None] * ROWS, dtype="float64"),
            "c": [rng.random() for _ in range(ROWS)],
        }
    )


def _drawn(rng: random.Random, depth: int) -> str:
    """A condition over the columns of the table, and the parameters p, word and on."""
    if depth and rng.random() < 0.6:
        parts = [f"({_drawn(rng, depth - 1)})" for _ in range(rng.randint(1, 3))]
        return f"NOT {parts[0]}" if len(parts) == 1 else f" {rng.choice(['AND', 'OR'])} ".join(parts)
    one, other, third = (_number(rng, 2) for _ in range(3))
    return rng.choice(
        [
            f"{one} {rng.choice(['=', '<>', '<', '<=', '>', '>='])} {other}",
            f"{one} {rng.choice(['', 'NOT '])}BETWEEN {other} AND {third}",
            f"{rng.choice('abn')} {rng.choice(['', 'NOT '])}IN (1, 2.5, {other})",
            f"t {rng.choice(['', 'NOT '])}IN ('x', 'z', s, word)",
            f"t {rng.choice(['=', '<>'])} {rng.choice(['s', 'word', chr(39) + '中' + chr(39)])}",
            f"t {rng.choice(['', 'NOT '])}LIKE '{rng.choice(['%', '_', 'é%', 'é', '%x'])}'",
            f"{one} IS {rng.choice(['', 'NOT '])}NULL",
            rng.choice(["m", "on", "NOT m", "m = on", "m <> TRUE", "TRUE", "n = 'x'", "n LIKE 'x'", "n IS NULL"]),
        ]
    )


def _number(rng: random.Random, depth: int) -> str:
    if depth and rng.random() < 0.4:
        return f"({_number(rng, depth - 1)} {rng.choice('+-*/')} {_number(rng, depth - 1)})"
    return rng.choice(["a", "b", "c", "n", "p", "1", "0", "-a", "0.3"])


def _rulebook_table(name: str, day: date) -> tuple[pd.DataFrame, dict[str, Any], list[str]]:
    """The conditions of rules and policies, and a table of what they read."""
    rulebook, rng = read_rulebook(name, day), random.Random(name)
    zones = {zone.code for zone in rulebook.zones}
    kinds = {one.name: one.type for one in (*rulebook.indicators, *rulebook.derived)}
    conditions = [one.when for one in (*rulebook.rules, *rulebook.policies)]
    texts = [text for text in dict.fromkeys(conditions) if not parse_condition(text).names & {"control_line"}]
    read = sorted({name for text in texts for name in parse_condition(text).names} - rulebook.values.keys())
    mains = rulebook.codes("main")
    limits = sorted({one for one in rulebook.values.values() if isinstance(one, float)})

    def value(column: str) -> Any:
        if rng.random() < 0.15:
            return None
        if column in {"main", "jurisdiction", "unit_id", "state"}:
            return rng.choice([*mains, "1100015", "AZ"])
        if column in zones or column.startswith("on_") or kinds.get(column) == "boolean":
            return rng.random() < 0.5
        return rng.choice([0.0, rng.random(), rng.choice(limits)])

    columns = {column: [value(column) for _ in range(ROWS)] for column in read}
    table = pd.DataFrame({name: pd.Series(values).convert_dtypes() for name, values in columns.items()})
    fitting = [text for text in texts if _fits(text, table, rulebook.values)]
    assert len(fitting) > 0.8 * len(texts)
    return table, dict(rulebook.values), fitting


def _fits(text: str, table: pd.DataFrame, values: Any) -> bool:
    """Whether the table that was drawn holds kinds that a condition can read."""
    try:
        parse_condition(text).evaluate(table, values)
    except ConditionError:
        return False
    return True


def test_sums_and_products_are_rounded_once(told) -> None:
    rng = random.Random(7)
    sums = [[rng.uniform(-1, 1) * 10 ** rng.randint(-20, 20) for _ in range(rng.randint(0, 30))] for _ in range(300)]
    sums += [[1e16, 1.0, 1e-16], [0.1] * 10, [2**53, 1.0, 2.0**-60], [2**53, 1.0, -(2.0**-60)]]
    products = [[rng.random() * 10 ** rng.randint(-9, 9) for _ in range(rng.randint(1, 4))] for _ in range(300)]
    found = told(sums=sums, products=[*products, [3.0, 0.1]])
    assert list(map(float, found["sums"])) == [math.fsum(one) for one in sums]
    assert list(map(float, found["products"])) == [product(one) for one in [*products, [3.0, 0.1]]]


def test_steps_are_handed_out_alike_to_the_last_tie(told) -> None:
    rng = random.Random(11)
    contests, own = [], []
    while len(contests) < 400:
        count = rng.randint(1, 9)
        scale = rng.choice([0.1, 1, 3, 1e-7, 1e9])
        weights = [rng.choice([0, 1, 2, 3, 7, rng.random()]) * scale for _ in range(count)]
        floors = [rng.choice([0, 0, 1, 4]) for _ in range(count)]
        ceilings = [low + rng.choice([0, 2, 50, 10**6]) for low in floors]
        reach = [high if weight else low for weight, low, high in zip(weights, floors, ceilings, strict=True)]
        least, most = sum(floors), sum(reach)
        total = rng.randint(least, max(least, min(most, rng.choice([20, 300, 10**6]))))
        sizes = pd.Series(weights, dtype=float)
        arrays = np.array(floors), np.array(ceilings)
        contest = make_contest(sizes, sizes.to_numpy(), total, *arrays, Step.of(1))
        groups = _groups(rng, count)
        told_groups = None
        counts = contest.settle()
        if groups is not None:
            members, lower, upper = groups
            tree, nodes = group_tree([np.array(one, dtype=bool) for one in members], count)
            bounds = list(tree.lows), list(tree.highs)
            for node, low, high in zip(nodes, lower, upper, strict=True):
                bounds[0][node], bounds[1][node] = low, high
            tree = GroupTree(tree.parents, tree.homes, *map(tuple, bounds))
            lows, highs = tree.reach(contest.floors, contest.ceilings)
            if any(low > high for low, high in zip(lows, highs, strict=True)) or not lows[0] <= total <= highs[0]:
                continue
            counts = apportion_groups(contest, tree)[0]
            told_groups = [
                {"members": one, "low": low, "high": high} for one, low, high in zip(members, lower, upper, strict=True)
            ]
        contests.append(
            {"weights": weights, "total": total, "floors": floors, "ceilings": ceilings, "groups": told_groups}
        )
        own.append(counts.tolist())
    assert sum(one["groups"] is not None for one in contests) > 50
    assert told(contests=contests)["shared"] == own


def _groups(rng: random.Random, count: int) -> tuple[list[list[int]], list[int], list[int]] | None:
    """A group, one inside it and one beside it; None half of the time."""
    if rng.random() < 0.4:
        return None
    home = [rng.randint(0, 3) for _ in range(count)]
    members = [[int(one in inside) for one in home] for inside in ((1, 2), (2,), (3,))]
    return members, [rng.choice([0, 0, 2]) for _ in members], [rng.choice([3, 10, 10**7]) for _ in members]
