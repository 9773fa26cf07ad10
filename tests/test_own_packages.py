"""Another's ``layers``, ``zoning`` or ``maps`` in the way: every call says whose it is and what to do, ``doctor`` too.

``site`` is what ``pip install`` makes: the packages and the record of the distribution, linked from the source tree.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from zoneplan.own_packages import PACKAGES, clashes

ROOT = Path(__file__).resolve().parent.parent
FOREIGN = '"""Draw maps."""\n'
COMMAND = "import sys; sys.argv[0] = 'zoneplan'; from zoneplan.__main__ import main; main()"

Call = Callable[..., subprocess.CompletedProcess[str]]


def record(site: Path, distribution: str, *files: str) -> None:
    about = site / f"{distribution}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    (about / "RECORD").write_text("".join(f"{file},,\n" for file in files))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    for name in ("zoneplan", *PACKAGES):
        (folder / name).symlink_to(ROOT / name)
    record(folder, "zoneplan", "zoneplan/__init__.py", *(f"{name}/__init__.py" for name in PACKAGES))
    return folder


@pytest.fixture
def call(site: Path, tmp_path: Path) -> Call:
    """Run Python in a folder of its own, which is first on the path as in a notebook."""
    (tmp_path / "here").mkdir()

    def run(*arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(filter(None, [path, str(site)]))}
        return subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path / "here",
            env=environment,
            check=False,
        )

    return run


def overwritten(package: str, site: Path, here: Path) -> str:
    """As by ``pip install <package>`` after zoneplan."""
    own = site / package
    own.unlink()
    own.mkdir()
    (own / "__init__.py").write_text(FOREIGN)
    record(site, f"nice-{package}", f"{package}/__init__.py")
    return f"nice-{package}"


def uninstalled(package: str, site: Path, here: Path) -> str:
    """As by ``pip uninstall <package>``, which takes our file with it."""
    (site / package).unlink()
    (site / package).mkdir()
    return f"'{package}' of zoneplan is not there"


def folder_beside(package: str, site: Path, here: Path) -> str:
    (here / package).mkdir()
    (here / package / "__init__.py").write_text(FOREIGN)
    return str(here / package)


def file_beside(package: str, site: Path, here: Path) -> str:
    (here / f"{package}.py").write_text(FOREIGN)
    return str(here / f"{package}.py")


def installed_elsewhere(package: str, site: Path, here: Path) -> str:
    """Another distribution earlier on the path."""
    folder_beside(package, site, here)
    record(here, f"nice-{package}", f"{package}/__init__.py")
    return f"nice-{package}"


WAYS = (overwritten, uninstalled, folder_beside, file_beside, installed_elsewhere)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("package", PACKAGES)
def test_every_call_says_what_stands_in_the_way(package: str, way, site: Path, call: Call, tmp_path: Path) -> None:
    """Without what else is installed here (``-S``): the guard needs the standard library alone."""
    named = way(package, site, tmp_path / "here")
    command = call("-S", "-c", COMMAND, "check", "plan.toml")
    doctor = call("-S", "-m", "zoneplan", "doctor")
    machine = call("-S", "-m", "zoneplan", "doctor", "--json")
    library = call("-S", "-c", "from zoneplan import run")
    assert (command.returncode, doctor.returncode, machine.returncode, library.returncode) == (2, 2, 2, 1)
    (symptom,) = json.loads(machine.stdout)["symptoms"]
    assert (symptom["topic"], symptom["level"]) == ("names", "problem")
    for said in (command.stderr, doctor.stdout, symptom["text"], library.stderr):
        assert named in said
        assert f"'{package}'" in said
        assert "pip " in said or "rename it" in said, "what to do"
    assert "zoneplan  1.0" in doctor.stdout
    for done in (command, doctor, machine):
        assert "Traceback" not in done.stderr
    assert library.stderr.splitlines()[-1].startswith("ImportError: ")


def test_what_was_imported_before_is_looked_at(site: Path, call: Call, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    named = folder_beside("maps", site, elsewhere)
    program = f"import sys; sys.path.insert(0, {str(elsewhere)!r}); import maps; sys.path.pop(0); import zoneplan"
    done = call("-c", f"{program}; zoneplan.run")
    assert named in done.stderr.splitlines()[-1]


def test_a_folder_of_files_called_maps_is_in_nobodys_way(site: Path, call: Call, tmp_path: Path) -> None:
    """Without an ``__init__`` it is no package while there is a real one."""
    (tmp_path / "here" / "maps").mkdir()
    (tmp_path / "here" / "maps" / "roads.py").write_text(FOREIGN)
    assert clashes() == ()
    done = call("-m", "zoneplan", "--version")
    assert done.returncode == 0, done.stderr
