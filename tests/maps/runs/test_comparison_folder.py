"""The folder of a comparison: whole, and written over nothing but an earlier comparison as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from maps.errors import WriteError
from maps.runs import write_comparison_folder
from maps.runs.comparison_folder import COMPARISON_KIND, require_own
from zoning.plan import Plan
from zoning.whatif import Comparison, compare

FILES = ["differences.csv", "manifest.json", "map.html", "moved.csv", "report.html", "transitions.csv"]


@pytest.fixture(scope="module")
def found(toy_run: Plan) -> Comparison:
    return compare(toy_run, toy_run.vary(parameters={"fragile_min": 0.6}))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_it_replaces_its_own_earlier_output(found: Comparison, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "compared"
    assert write_comparison_folder(found, folder) == folder
    assert names(folder) == FILES
    first = {name: (folder / name).read_bytes() for name in FILES}
    write_comparison_folder(found, folder)
    assert {name: (folder / name).read_bytes() for name in FILES} == first
    assert names(folder.parent) == ["compared"]
    (folder / "moved.csv").write_text("mine", "utf-8")
    with pytest.raises(WriteError, match=r"holds moved\.csv, which is not as zoneplan wrote it there"):
        write_comparison_folder(found, folder)
    assert (folder / "moved.csv").read_text("utf-8") == "mine"


@pytest.mark.parametrize("manifest", ["", "{}", '{"kind": "zoneplan run", "files": {}}', "[", '{"kind": []}'])
def test_what_is_no_comparison_is_refused(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest, "utf-8")
    with pytest.raises(WriteError, match=r"holds manifest\.json"):
        require_own(tmp_path, COMPARISON_KIND)


def test_an_empty_folder_and_none_are_free_and_a_file_is_not(tmp_path: Path) -> None:
    require_own(tmp_path, COMPARISON_KIND)
    require_own(tmp_path / "new", COMPARISON_KIND)
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(WriteError, match="is not a folder"):
        require_own(tmp_path / "file", COMPARISON_KIND)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "notes.txt").write_text("x", "utf-8")
    with pytest.raises(WriteError, match=r"holds notes\.txt, which zoneplan did not write there"):
        require_own(tmp_path / "own", COMPARISON_KIND)


def test_a_run_is_not_replaced_by_a_comparison(toy_result: Path) -> None:
    with pytest.raises(WriteError, match="is of another command of zoneplan"):
        require_own(toy_result, COMPARISON_KIND)
