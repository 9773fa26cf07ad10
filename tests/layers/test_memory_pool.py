"""Arrow takes the system's memory inside, and what it took before afterwards; a user's own choice stays."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

from layers.memory import unpooled


@pytest.fixture(autouse=True)
def _chosen(monkeypatch):
    monkeypatch.delenv("ARROW_DEFAULT_MEMORY_POOL", raising=False)


def test_it_is_the_systems_inside_and_as_before_after_an_error():
    before, seen = pa.default_memory_pool().backend_name, []

    @unpooled()
    def failing() -> None:
        seen.append(pa.default_memory_pool().backend_name)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert (seen, pa.default_memory_pool().backend_name) == (["system"], before)


def test_texts_made_inside_outlive_it():
    system = pa.system_memory_pool()
    held = system.bytes_allocated()
    with unpooled():
        names = pd.Series(["Boulder", "Denver"] * 500, dtype="str")
        assert system.bytes_allocated() > held
    assert (names + "!").iloc[-1] == "Denver!"


def test_a_users_choice_stays(monkeypatch):
    monkeypatch.setenv("ARROW_DEFAULT_MEMORY_POOL", "mimalloc")
    before = pa.default_memory_pool().backend_name
    with unpooled():
        assert pa.default_memory_pool().backend_name == before
