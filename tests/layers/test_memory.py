"""The collector is off inside and as it was outside, also after an error and one inside another."""

from __future__ import annotations

import gc

import pytest

from layers.memory import uncollected


def test_it_is_off_inside_and_on_again_after_an_error():
    seen = []

    @uncollected()
    def failing() -> None:
        seen.append(gc.isenabled())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert (seen, gc.isenabled()) == ([False], True)


def test_one_inside_another_leaves_it_to_the_outer():
    with uncollected():
        with uncollected():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_who_has_it_off_keeps_it_off():
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_function_keeps_its_name_and_its_result():
    @uncollected()
    def collecting() -> bool:
        return gc.isenabled()

    assert (collecting(), collecting(), collecting.__name__) == (False, False, "collecting")
