"""The doctor: what it finds here, and what it would say of environments that are not well."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
import shapely

from layers.formats import ALLOWED
from zoneplan.cli import doctor
from zoneplan.cli.doctor import Diagnosis, Symptom, diagnose, judge_drivers, judge_holes, judge_owners, judge_reader

ROOT = Path(__file__).resolve().parents[3]


def texts(symptoms, level: str) -> list[str]:
    return [one.text for one in symptoms if one.level == level]


def test_this_environment_is_well() -> None:
    found = diagnose()
    assert texts(found.symptoms, "problem") == []
    assert found.exit_code == 0
    assert found.versions["geopandas"] == metadata.version("geopandas")
    assert shapely.geos_version_string in found.versions["shapely"]
    assert "GDAL 3" in found.versions["pyogrio"]
    assert "GDAL 3" in found.versions["rasterio"]
    assert "PROJ" in found.versions["pyproj"]


def test_text_and_dict_say_the_same() -> None:
    found = diagnose()
    told = json.loads(json.dumps(found.as_dict()))
    assert set(told) == {"versions", "symptoms"}
    for name, version in told["versions"].items():
        assert f"{version}\n" in found.text()
        assert f"\n{name} " in f"\n{found.text()}"
    for one in told["symptoms"]:
        assert set(one) == {"topic", "level", "text"}
        assert f"{one['level']}: {one['text']}" in found.text().splitlines()


def test_a_problem_is_exit_code_2_and_a_note_is_none() -> None:
    note, problem = Symptom("folder", "note", "read-only"), Symptom("names", "problem", "clash")
    assert Diagnosis({"python": "3"}, (note,)).exit_code == 0
    assert Diagnosis({"python": "3"}, (note, problem)).exit_code == 2


@pytest.mark.parametrize("other", ["layers", "Zoning_Tools"])
def test_a_second_owner_of_an_import_name(other: str) -> None:
    (told,) = texts(judge_owners({"layers": ["zoneplan"], "zoning": ["zoneplan", other], "maps": []}), "problem")
    assert f"'zoning' is also installed by the package {other}" in told
    assert "environment of its own" in told


def test_drivers_that_lack_or_are_too_many() -> None:
    (told,) = texts(judge_drivers(ALLOWED - {"GPKG"}), "problem")
    assert "lacks the drivers GPKG" in told
    (told,) = texts(judge_drivers([*ALLOWED, "VRT", "WMS"]), "note")
    assert "'VRT', 'WMS'" in told


def test_every_known_hole_is_told_only_where_it_is() -> None:
    assert texts(judge_holes(ALLOWED, (3, 15, 0), (3, 12, 0)), "note") == []
    for driver in ("VRT", "OGR_VRT", "MRF", "GDALG"):
        (told,) = texts(judge_holes([driver], (3, 15, 0), (3, 12, 0)), "note")
        assert told.startswith(f"{driver} (")
    (told,) = texts(judge_holes(["VRT"], (3, 15, 0), (3, 10, 3)), "note")
    assert "ignores the settings" in told
    (told,) = texts(judge_holes([], (3, 14, 1), (3, 12, 0)), "note")
    assert "GEOS 3.14.1" in told


def test_what_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_requirements", lambda: ["no-such-thing>=1", "numpy>=2", "other; extra == 'dev'"])
    monkeypatch.setattr(doctor, "LIBRARIES", {"leaflet": ("XStatic-Nothing", "data/leaflet.js")})
    told = texts(diagnose().symptoms, "problem")
    assert told[0].startswith("no-such-thing is not installed")
    assert told[1] == "the map needs leaflet.js of XStatic-Nothing: pip install --force-reinstall XStatic-Nothing."
    assert len(told) == 2


def test_a_folder_that_cannot_be_written_to_is_a_note(tmp_path: Path) -> None:
    found = diagnose(tmp_path / "nowhere")
    assert any("nowhere cannot be written to" in one for one in texts(found.symptoms, "note"))
    assert found.exit_code == 0


def test_without_chromium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert any(one.startswith("Chromium is not there") for one in texts(diagnose().symptoms, "note"))


def test_a_real_clash_is_seen(tmp_path: Path) -> None:
    """Another distribution, as pip would have installed it, that has a package 'layers'."""
    (tmp_path / "layers").mkdir()
    (tmp_path / "layers" / "__init__.py").touch()
    (elsewhere := tmp_path / "elsewhere").mkdir()
    about = tmp_path / "stacked_layers-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stacked-layers\nVersion: 1.0\n")
    (about / "RECORD").write_text("layers/__init__.py,,\n")
    program = "from zoneplan.cli.doctor import diagnose; d = diagnose(); print(d.text()); raise SystemExit(d.exit_code)"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}", "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=elsewhere, env=environment, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "problem: 'layers' is also installed by the package stacked-layers" in done.stdout


@pytest.mark.parametrize("means", [(), ("seccomp",), ("landlock",), ("seccomp", "landlock")])
def test_what_the_reader_is_not_kept_from(means: tuple[str, ...]) -> None:
    told = judge_reader(means, forks=True)
    lacking = {"seccomp", "landlock"} - set(means)
    assert told.level == ("note" if lacking else "ok")
    assert ("signalling" in told.text, "environment of your" in told.text) == (
        "seccomp" in lacking,
        "landlock" in lacking,
    )
    assert ("kept from" in told.text) is not bool(lacking)
