"""The list by which tests are sorted into tiers is about the tests that there are, and the first tier stays short."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.tiers import TIMES, tier_of

BUDGET_SECONDS = 480
"""Of processor time, by the list: four minutes on two cores."""


@pytest.fixture(scope="module")
def collected(request: pytest.FixtureRequest) -> dict[str, pytest.Item]:
    return {item.nodeid: item for item in request.session.items}


def listed(collected: dict[str, pytest.Item]) -> Iterator[str]:
    """The tests of the list that stand in a file of which tests were collected."""
    files = {name.partition("::")[0] for name in collected}
    return (name for name in TIMES if name.partition("::")[0] in files)


def test_nine_of_ten_measured_tests_are_still_there(collected: dict[str, pytest.Item]) -> None:
    """Else measure again: python -m tests.measure. Some go or are renamed with each change."""
    if len(collected) < 1000:
        pytest.skip("asked of a run of all tests")
    gone = [name for name in listed(collected) if name not in collected]
    assert len(gone) < len(TIMES) / 10, gone[:20]


def test_the_first_tier_is_within_its_budget(collected: dict[str, pytest.Item]) -> None:
    first = [name for name in listed(collected) if name in collected and tier_of(collected[name]) == "first"]
    assert sum(TIMES[name] for name in first) <= BUDGET_SECONDS
