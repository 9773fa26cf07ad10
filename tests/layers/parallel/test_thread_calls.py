"""Calls in threads: their answers in order, the first error, and no thread left."""

from __future__ import annotations

import decimal
import threading
from functools import partial

import pytest

from layers.parallel import in_threads


@pytest.mark.parametrize("workers", [1, 2, 9])
def test_answers_stand_in_the_order_of_the_calls(workers: int) -> None:
    before = threading.active_count()
    assert in_threads([partial(pow, number, 2) for number in range(20)], workers) == [n * n for n in range(20)]
    assert in_threads([], workers) == []
    assert threading.active_count() == before


@pytest.mark.parametrize("workers", [1, 2, 9])
def test_the_first_error_is_raised(workers: int) -> None:
    with pytest.raises(ValueError, match="'b'"):
        in_threads([int, partial(int, "b"), partial(int, "c")], workers)


def test_calls_have_the_context_of_their_caller() -> None:
    with decimal.localcontext(prec=5):
        assert [one.prec for one in in_threads([decimal.getcontext, decimal.getcontext], 2)] == [5, 5]
