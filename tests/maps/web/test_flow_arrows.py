"""Arrows: what goes through a pool is passed on, nobody's balance changes, and too many arrows become amounts."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.web.map_payload import MOST_ARROWS, Flow, FlowMarks, draw_payments
from zoning.money import BUDGET, POOL, net_amounts

HERE = "abcd"


def flows(*told: tuple[str, str, int]) -> list[Flow]:
    return [(payer, receiver, Decimal(amount)) for payer, receiver, amount in told]


def test_the_chishui_of_2018() -> None:
    """Guizhou and Sichuan pay 20 million more than they receive, and Yunnan receives 40 million more than it pays."""
    paid = flows(("yunnan", POOL, 20), ("guizhou", POOL, 100), ("sichuan", POOL, 80))
    received = flows((POOL, "yunnan", 60), (POOL, "guizhou", 80), (POOL, "sichuan", 60))
    drawn = draw_payments([*paid, *received], ["guizhou", "sichuan", "yunnan"])
    assert drawn == FlowMarks({("guizhou", "yunnan"): Fraction(20), ("sichuan", "yunnan"): Fraction(20)})


def test_a_pool_is_passed_on_in_proportion() -> None:
    told = flows(("a", POOL, 60), ("b", POOL, 30), (POOL, "c", 70), (POOL, "d", 20))
    assert draw_payments(told, HERE).arrows == {
        ("a", "c"): Fraction(140, 3),
        ("a", "d"): Fraction(40, 3),
        ("b", "c"): Fraction(70, 3),
        ("b", "d"): Fraction(20, 3),
    }


def test_who_pay_each_other_have_an_arrow_each() -> None:
    drawn = draw_payments(flows(("a", "b", 3), ("b", "a", 5), ("a", "b", 1)), HERE)
    assert drawn == FlowMarks({("a", "b"): Fraction(4), ("b", "a"): Fraction(5)})


def test_a_budget_falls_as_drops_and_what_goes_outside_leaves_a_ring() -> None:
    drawn = draw_payments(flows((BUDGET, "a", 7), (BUDGET, "b", 2), ("b", "the sea", 3), ("x", "y", 9)), HERE)
    assert drawn == FlowMarks(
        {}, {"a": Fraction(7), "b": Fraction(2)}, {"b": Fraction(3)}, (BUDGET, "the sea", "x", "y")
    )


def test_somebody_outside_pays_into_a_pool() -> None:
    drawn = draw_payments(flows(("a", POOL, 6), ("x", POOL, 4), (POOL, "b", 10)), HERE)
    assert drawn == FlowMarks({("a", "b"): Fraction(6)}, {"b": Fraction(4)}, {}, ("x",))


def test_what_a_pool_keeps_is_paid_to_the_pool() -> None:
    drawn = draw_payments(flows(("a", POOL, 10), (POOL, "b", 8)), HERE)
    assert drawn == FlowMarks({("a", "b"): Fraction(8)}, {}, {"a": Fraction(2)}, (POOL,))


def test_too_many_arrows_become_the_net_amounts() -> None:
    many = [f"p{number:02}" for number in range(MOST_ARROWS)]
    pooled = [*flows(*((party, POOL, 1) for party in many)), *flows((POOL, "a", MOST_ARROWS))]
    assert len(draw_payments(pooled, [*many, "a"]).arrows) == MOST_ARROWS
    one_more = [*pooled, *flows(("a", "b", 10))]
    drawn = draw_payments(one_more, [*many, "a", "b"])
    assert drawn.many
    assert not drawn.arrows
    assert drawn.drops == {"a": Fraction(MOST_ARROWS - 10), "b": Fraction(10)}
    assert drawn.rings == dict.fromkeys(many, Fraction(1))


def test_a_budget_to_thousands_needs_no_arrow() -> None:
    units = [f"u{number}" for number in range(2000)]
    drawn = draw_payments(flows(*((BUDGET, unit, 1) for unit in units)), units)
    assert (len(drawn.drops), drawn.arrows, drawn.many) == (2000, {}, False)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "x", POOL, BUDGET]), st.sampled_from(["c", "d", "a", POOL]), st.integers(1, 99)
        ).filter(lambda one: one[0] != one[1]),
        max_size=12,
    ),
    st.sampled_from([0, 2, MOST_ARROWS]),
)
def test_what_is_drawn_of_a_party_sums_to_its_balance(told: list[tuple[str, str, int]], most: int) -> None:
    drawn = draw_payments(flows(*told), HERE, most)
    for party in HERE:
        received = sum(amount for (_, receiver), amount in drawn.arrows.items() if receiver == party)
        paid = sum(amount for (payer, _), amount in drawn.arrows.items() if payer == party)
        balance = received - paid + drawn.drops.get(party, 0) - drawn.rings.get(party, 0)
        assert balance == net_amounts(flows(*told)).get(party, 0)
    assert len(drawn.arrows) <= most


@pytest.mark.parametrize("placed", ["", "ab"])
def test_nothing_flows_nothing_is_drawn(placed: str) -> None:
    assert draw_payments([], placed) == FlowMarks()
