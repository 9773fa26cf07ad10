"""Progress: one bar that is written over and taken away, in a notebook as on a terminal; nothing in a pipe."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest
from rich.console import Console

import zoneplan as zp


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a notebook shows, in its order; all in one output."""
    shown: list[str] = []
    module = ModuleType("IPython.display")
    module.HTML = lambda text: text

    def display(text: str, *, display_id: bool) -> SimpleNamespace:
        assert display_id
        assert shown == []
        shown.append(text)
        return SimpleNamespace(update=shown.append)

    module.display = display
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    monkeypatch.setattr(Console, "is_jupyter", True, raising=False)
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    return shown


def test_a_notebook_has_one_bar_that_goes_away(notebook: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    with zp.progress() as announce:
        for step in ("read", "overlay", "assign"):
            announce(step)
    first, *told, last = notebook
    assert (first, last) == ("", "")
    assert len(told) == 3
    assert all(one.count("<progress ") == 1 for one in told)
    assert 'value="0"' in told[0]
    assert capfd.readouterr() == ("", "")


def test_the_bar_goes_away_after_an_error_too(notebook: list[str]) -> None:
    with pytest.raises(ValueError, match="not in tuple"), zp.progress() as announce:
        announce("no such step")
    assert notebook == ["", ""]


def test_a_pipe_hears_nothing(toy_folder, capfd: pytest.CaptureFixture[str]) -> None:
    with zp.progress() as announce:
        zp.run(zp.read_study(toy_folder / "plan.toml"), announce)
    assert capfd.readouterr() == ("", "")
