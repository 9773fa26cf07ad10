"""Ceilings: classes of use are round, rise, and part the units."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from maps.web.map_payload import use_breaks


@given(st.lists(st.floats(0, 2), max_size=40))
def test_breaks_rise_between_nothing_and_all(uses: list[float]) -> None:
    breaks = use_breaks(uses)
    assert len(breaks) <= 4
    assert breaks == sorted(set(breaks))
    assert all(0 < limit < 1 and float(f"{limit:.1g}") == limit for limit in breaks)


def test_uses_that_lie_orders_of_magnitude_apart_are_told_apart() -> None:
    assert use_breaks(10.0**-power for power in range(1, 7)) == [1e-05, 0.0001, 0.001, 0.01]


def test_a_quota_has_the_classes_of_its_own_ceilings(map_page, toy_plan) -> None:
    """By population the toy's twelve squares get 3 to 31 of 100 ha; two have no land and are at their ceiling of 0."""
    (quota,) = map_page(toy_plan).quotas
    rows = toy_plan.quotas[(toy_plan.quotas["level"] == "unit") & (toy_plan.quotas["ceiling"] > 0)]
    uses = [float(amount / ceiling) for amount, ceiling in zip(rows["amount"], rows["ceiling"], strict=True)]
    assert quota.breaks == tuple(use_breaks(uses))
    assert quota.breaks
