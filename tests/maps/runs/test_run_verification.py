"""What ``verify`` asks of a run folder: every file that it must have, as it was written, and no other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from layers.errors import SourceError, UnknownNameError
from layers.formats import digest
from layers.outputs import MANIFEST
from maps.errors import DamagedRunError
from maps.runs import require_whole, run_again, verify, write_run
from maps.runs.manifest import CONTENTS, FORMAT
from zoning.pipeline.flow import run
from zoning.study import read_study


@pytest.fixture
def folder(toy_result: Path, tmp_path: Path) -> Path:
    """A run of one's own."""
    return Path(shutil.copytree(toy_result, tmp_path / "run"))


def seal(folder: Path, **changes: object) -> None:
    """Write the manifest anew, as who wants to deceive would."""
    content = json.loads((folder / MANIFEST).read_text("utf-8")) | changes
    content["files"] = {
        path.relative_to(folder).as_posix(): digest(path)
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    (folder / MANIFEST).write_text(json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")


def test_a_run_has_the_files_of_its_format(folder: Path) -> None:
    listed = set(json.loads((folder / MANIFEST).read_text("utf-8"))["files"])
    assert {name for name in listed if not name.startswith("rulebook/")} == {
        name for name in CONTENTS[FORMAT].needed if not name.startswith("rulebook/")
    }
    assert verify(folder) == ("complete", (), (), (), ())


@pytest.mark.parametrize("name", sorted(CONTENTS[FORMAT].needed))
@pytest.mark.parametrize("sealed", [False, True], ids=["", "sealed anew"])
def test_every_file_is_missed(folder: Path, name: str, sealed: bool) -> None:
    (folder / name).unlink()
    if sealed and name != "provenance.json":
        seal(folder)
    assert verify(folder).missing == (name,)


@pytest.mark.parametrize("name", ["thesis.txt", "deep/notes.md", "zones.csv.bak", "plan.gpkg-wal"])
@pytest.mark.parametrize("sealed", [False, True], ids=["", "sealed anew"])
def test_what_does_not_belong_is_named(folder: Path, name: str, sealed: bool) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("x")
    if sealed:
        seal(folder)
    assert verify(folder) == ("damaged", (), (), (name,), ())


def test_a_manifest_that_is_not_as_written_is_named(folder: Path) -> None:
    with (folder / MANIFEST).open("a", encoding="utf-8") as file:
        file.write(" ")
    assert verify(folder).changed == (MANIFEST,)


def test_a_link_in_place_of_a_file_is_a_change(folder: Path) -> None:
    (folder / "map.html").rename(folder.parent / "map.html")
    (folder / "map.html").symlink_to(folder.parent / "map.html")
    assert verify(folder).changed == ("map.html",)


def test_an_older_format_is_held_to_its_own_list(folder: Path) -> None:
    for name in CONTENTS[FORMAT].needed - CONTENTS[1].needed:
        (folder / name).unlink()
    content = json.loads((folder / MANIFEST).read_text("utf-8"))
    content.pop("kind")
    (folder / MANIFEST).write_text(json.dumps(content), "utf-8")
    seal(folder, format=1)
    assert verify(folder).state == "complete"
    (folder / "zones.csv").unlink()
    assert verify(folder).missing == ("zones.csv",)


def test_a_newer_format_is_not_judged(folder: Path) -> None:
    seal(folder, format=FORMAT + 1)
    assert verify(folder).state == "newer"
    with pytest.raises(UnknownNameError, match="newer zoneplan"):
        require_whole(folder)


def test_any_changed_missing_or_strange_file_is_named(folder: Path) -> None:
    (folder / "zones.csv").write_text("x")
    (folder / "rulebook" / "zones.toml").unlink()
    (folder / "stranger.txt").write_text("x")
    verdict = verify(folder)
    assert verdict.state == "damaged"
    assert verdict.told == (
        "rulebook/zones.toml: missing",
        "stranger.txt: does not belong into a run",
        "zones.csv: changed",
    )
    assert verdict.damaged == ("rulebook/zones.toml", "stranger.txt", "zones.csv")
    with pytest.raises(DamagedRunError, match=r"zones\.csv") as caught:
        require_whole(folder)
    assert caught.value.exit_code == 1


def test_a_run_that_is_run_again_is_the_same(toy_folder: Path) -> None:
    folder = write_run(run(read_study(toy_folder / "plan.toml")), toy_folder / "runs" / "plan")
    assert run_again(folder) == ((), {})
    moved = folder.rename(toy_folder.parent / "elsewhere")
    with pytest.raises(SourceError, match=r": elevation\.tif, plants\.csv, stats\.csv, toy\.gpkg\. Say with --study"):
        run_again(moved)
    assert run_again(moved, toy_folder).differing == ()
    plants = (toy_folder / "plants.csv").read_text("utf-8")
    (toy_folder / "plants.csv").write_text(plants.replace(",600", ",500"), "utf-8")
    again = run_again(moved, toy_folder)
    assert {"measures.csv", "provenance.json"} <= set(again.differing)
    assert "plan.toml" not in again.differing


def test_a_run_by_tiles_has_the_same_bytes_but_says_so_and_is_run_again_the_same(toy_folder: Path) -> None:
    plan = run(read_study(toy_folder / "plan.toml")).having(origin=None)
    usual = write_run(plan, toy_folder / "runs" / "usual", workers=1)
    tiled = write_run(plan, toy_folder / "runs" / "tiled", by_tiles=True)
    files = {path.relative_to(usual) for path in usual.rglob("*") if path.is_file()}
    assert files == {path.relative_to(tiled) for path in tiled.rglob("*") if path.is_file()}
    differing = {str(name) for name in files if (usual / name).read_bytes() != (tiled / name).read_bytes()}
    assert differing == {"provenance.json", MANIFEST}
    assert json.loads((tiled / "provenance.json").read_text("utf-8"))["by_tiles"] is True
    assert run_again(tiled) == ((), {})


def test_versions_are_told_and_are_no_difference(toy_folder: Path) -> None:
    folder = write_run(run(read_study(toy_folder / "plan.toml")), toy_folder / "runs" / "plan")
    provenance = json.loads((folder / "provenance.json").read_text("utf-8"))
    now = provenance["versions"]["pandas"]
    provenance["versions"]["pandas"] = "0.1"
    (folder / "provenance.json").write_text(json.dumps(provenance), "utf-8")
    assert run_again(folder) == ((), {"pandas": ("0.1", now)})
