"""The notebooks of ``examples`` run from top to bottom, offline, and are kept without what they print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest
from traitlets.config import Config

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


def cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cells"]
    return found


def test_there_are_three() -> None:
    names = [path.stem for path in NOTEBOOKS]
    assert names == ["access_to_services", "drifting_regions", "from_rasters_to_zones"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_a_text_with_code_in_it(path: Path) -> None:
    """It begins with a heading, has as much to read as to run, and holds nothing that it printed."""
    found = cells(path)
    assert found[0]["cell_type"] == "markdown"
    assert found[0]["source"][0].startswith("# ")
    words = {kind: sum(len("".join(one["source"]).split()) for one in found if one["cell_type"] == kind)
             for kind in ("markdown", "code")}  # fmt: skip
    assert words["markdown"] > 0.6 * words["code"]
    assert all(not one["outputs"] and one["execution_count"] is None for one in found if one["cell_type"] == "code")
    assert path.stat().st_size < 20_000
    assert "http" not in path.read_text("utf-8")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each cell in a kernel of its own, in an empty folder; every cell but definitions shows something."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    book = nbformat.read(path, as_version=4)
    by_files = Config({"KernelManager": {"transport": "ipc", "ip": str(tmp_path / "kernel")}})  # not by the network
    place = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(book, config=by_files, timeout=300, resources=place).execute()
    told = [one for one in book.cells if one.cell_type == "code" and one.outputs]
    assert len(told) >= 4
    assert not [out for one in told for out in one.outputs if out.output_type == "error" or out.get("name") == "stderr"]
