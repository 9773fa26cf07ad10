"""Calls in threads: their answers in order, the first error, and no thread left."""

from __future__ import annotations

import decimal
import threading
from functools import partial

import pytest

from layers.parallel import begin, in_threads


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


def test_a_call_that_is_begun_goes_on_by_itself_and_is_heard_when_it_is_asked_for() -> None:
    gate, done = threading.Event(), threading.Event()

    def work() -> int:
        gate.wait()
        done.set()
        return threading.get_ident()

    with decimal.localcontext(prec=5):
        found, context = begin(work), begin(decimal.getcontext)
    gate.set()
    done.wait()
    assert found() == found() != threading.get_ident()
    assert context().prec == 5


def test_the_error_of_a_call_that_was_begun_is_raised_where_it_is_asked_for() -> None:
    found = begin(partial(int, "b"))
    with pytest.raises(ValueError, match="'b'"):
        found()
