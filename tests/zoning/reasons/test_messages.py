"""Messages: values that compare, and come back from JSON as they were."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from layers.phrases import Phrase
from zoning.reasons import Message, say
from zoning.reasons.messages import plain_field, typed_field

PLAIN = st.one_of(
    st.text(max_size=5),
    st.integers(),
    st.floats(allow_nan=False),
    st.fractions(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.none(),
)
NAMES = st.text("abc", min_size=1, max_size=3)
MESSAGES = st.recursive(
    st.builds(Message, NAMES, st.dictionaries(NAMES, PLAIN, max_size=3)),
    lambda inner: st.builds(
        Message, NAMES, st.dictionaries(NAMES, st.one_of(inner, st.lists(inner, max_size=2).map(tuple)), max_size=2)
    ),
    max_leaves=6,
)


@given(MESSAGES)
def test_a_message_comes_back_from_json_as_it_was(said: Message) -> None:
    again = typed_field(json.loads(json.dumps(said.as_json())))
    assert again == said
    assert hash(again) == hash(said)
    assert [type(value) for value in again.fields.values()] == [type(value) for value in said.fields.values()]


def test_messages_are_values() -> None:
    one = say("light.red", day=date(2025, 1, 1), share=Fraction(1, 3), amount=Decimal("2.50"))
    assert one == say("light.red", day=date(2025, 1, 1), share=Fraction(1, 3), amount=Decimal("2.50"))
    assert one != say("light.red", day=date(2025, 1, 1), share=Fraction(1, 3), amount=Decimal("2.60"))
    assert len({one, say("light.red"), say("light.red")}) == 2


def test_a_phrase_is_kept_with_all_that_is_in_it() -> None:
    said = Phrase(
        "{place}: {count} of {share:.1f} ({reason}), {exact}",
        place=Phrase("line {line}", line=np.int64(3)),
        count=np.int64(2),
        share=np.float64(0.5),
        reason={"en": "a swap", "zh": "互换"},
        exact=Decimal("2.50"),
    )
    again = typed_field(json.loads(json.dumps(plain_field(said))))
    assert isinstance(again, Phrase)
    assert (again, again.template) == (said, said.template)
    assert (again.fields["reason"], again.fields["exact"]) == ({"en": "a swap", "zh": "互换"}, Decimal("2.50"))
    assert type(again.fields["count"]) is int
    assert plain_field(Phrase("{path}", path=Path("a.csv")))["phrase"]["fields"] == {"path": "a.csv"}
