"""The French region, run by the command: a plan whose zones hang on no number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLAN = ROOT / "examples" / "french_region" / "plan.toml"


@pytest.mark.slow
def test_a_plan_of_which_no_unit_hangs_on_a_number_is_written_and_explained(command: Callable, tmp_path: Path) -> None:
    """What decides its zones are texts and counts: no threshold is nearest to any unit."""
    run = tmp_path / "region"
    told = command("run", PLAN, "--out", run)
    assert told.code == 0, told.err
    assert (run / "report.html").is_file()
    why = command("explain", run, "Peyrelade-Haute")
    assert why.code == 0, why.err
    assert "a planning document was prescribed, adopted or approved in time" in why.out
