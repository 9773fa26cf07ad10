"""How many workers there are."""

from __future__ import annotations

import os

import pytest

from layers.errors import ZoneplanError
from layers.parallel import worker_count


def test_by_default_there_is_one_for_each_core_that_may_be_used(monkeypatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {2, 5}, raising=False)
    assert worker_count() == 2
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert worker_count() == 1
    assert worker_count(7) == 7


@pytest.mark.parametrize("asked", [0, -1, 1.5, "2", True])
def test_what_is_no_number_of_workers_is_refused(asked: object) -> None:
    with pytest.raises(ZoneplanError, match=r"workers = .* give a whole number, 1 or more"):
        worker_count(asked)
