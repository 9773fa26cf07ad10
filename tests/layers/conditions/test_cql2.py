"""CQL2-JSON: by pencil, by the standard's schema, and by the parser of another house in both directions."""

from __future__ import annotations

import json

import cql2
import pytest

from layers.conditions import parse_condition
from layers.conditions.condition import MAX_NESTED
from layers.conditions.grammar import MAX_DEPTH
from layers.errors import ConditionError
from tests.conftest import examples

A, B = {"property": "a"}, {"property": "b"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a > 25", {"op": ">", "args": [A, 25]}),
        ("a <> 0.5", {"op": "<>", "args": [A, 0.5]}),
        ("a NOT BETWEEN 1 AND b", {"op": "not", "args": [{"op": "between", "args": [A, 1, B]}]}),
        ("a IN (1, b, 'x')", {"op": "in", "args": [A, [1, B, "x"]]}),
        ("a NOT LIKE 'it''s%'", {"op": "not", "args": [{"op": "like", "args": [A, "it's%"]}]}),
        ("a IS NOT NULL", {"op": "not", "args": [{"op": "isNull", "args": [A]}]}),
        ("a = -5", {"op": "=", "args": [A, -5]}),
        ("-a < 3", {"op": "<", "args": [{"op": "*", "args": [-1, A]}, 3]}),
        ("a - b - 1 > 0", {"op": ">", "args": [{"op": "-", "args": [{"op": "-", "args": [A, B]}, 1]}, 0]}),
        ("a", {"op": "=", "args": [A, True]}),
        ("NOT a", {"op": "not", "args": [{"op": "=", "args": [A, True]}]}),
        ("TRUE", True),
        (
            "a = 1 AND (b = 2 AND 土地 = 3)",
            {
                "op": "and",
                "args": [
                    {"op": "=", "args": [A, 1]},
                    {"op": "=", "args": [B, 2]},
                    {"op": "=", "args": [{"property": "土地"}, 3]},
                ],
            },
        ),
        ('"a ""b""" > 1e300', {"op": ">", "args": [{"property": 'a "b"'}, 1e300]}),
    ],
)
def test_encodings_by_pencil(text, expected):
    assert parse_condition(text).as_cql2_json() == expected


def as_conditions(found, *, condition: bool = True):
    """What cql2 gives, with a name that is a condition by itself written as the standard's schema wants it."""
    if isinstance(found, dict) and "property" in found:
        return {"op": "=", "args": [found, True]} if condition else found
    if isinstance(found, dict):
        inner = found["op"] in ("and", "or", "not")
        return {"op": found["op"], "args": [as_conditions(one, condition=inner) for one in found["args"]]}
    return [as_conditions(one, condition=False) for one in found] if isinstance(found, list) else found


def test_cql2_says_the_same_in_both_directions_of_a_thousand_conditions(writer_of):
    writer = writer_of(21065, minus=False)  # that parser knows no minus between NOT and a parenthesis
    said = []
    for _ in range(examples(1000)):
        text = writer.condition(3)[0]
        ours = parse_condition(text).as_cql2_json()
        theirs = cql2.parse_text(text)
        assert ours == as_conditions(theirs.to_json()), text
        assert cql2.parse_json(json.dumps(ours)).to_json() == ours, text
        said.append(ours)
    for first in range(0, len(said), 250):  # the validator takes 20 ms a condition, and of all at once three gigabytes
        cql2.parse_json(json.dumps({"op": "or", "args": said[first : first + 50]})).validate()


def test_a_condition_that_cql2_writes_from_our_json_has_the_same_answers(writer_of, random_table):
    def ask(condition: str) -> list[object]:
        answer = parse_condition(condition).evaluate(random_table)
        return [answer.yes.tolist(), answer.known.tolist()]

    writer = writer_of(8)
    for _ in range(400):
        text = writer.condition(3)[0]
        written = cql2.parse_json(json.dumps(parse_condition(text).as_cql2_json())).to_text()
        try:
            assert ask(written) == ask(text), (text, written)
        except ConditionError:
            # cql2 writes NOT -1 * a ... and the like, which neither parser reads without parentheses
            with pytest.raises(cql2.ParseError):
                cql2.parse_text(written)


def test_sums_nest_only_so_deep_that_json_can_be_read_everywhere():
    sums = "+".join("a" * (MAX_NESTED - 1)) + " > 1"
    assert json.loads(json.dumps(parse_condition(sums).as_cql2_json(), indent=1))["op"] == ">"
    deep = "NOT " * (MAX_DEPTH - 2) + "a > 1"
    assert json.dumps(parse_condition(deep).as_cql2_json(), indent=1)
    with pytest.raises(ConditionError, match="402 operations inside each other; at most 100"):
        parse_condition("+".join("a" * 401) + " > 1").as_cql2_json()
