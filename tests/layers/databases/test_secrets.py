"""A canary as password: after every command, right or wrong, it stands nowhere, nor does the rest of the address."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import traceback
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from layers.errors import ZoneplanError
from layers.read.reading_step import read_inputs
from tests.memory_search import spelt_apart
from tests.postgis_server import Server
from zoning.study import read_study

pytestmark = [pytest.mark.postgis]
ROOT = Path(__file__).resolve().parents[3]
WRONG = "wrong-canary-8f3a"


def secrets(server: Server) -> tuple[str, ...]:
    return ("canary", "swordfish", "127.0.0.1", f":{server.port}", "planner:", "postgresql://planner")


def texts(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, and what is packed into it."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    yield from ((f"{path}!{name}", archive.read(name)) for name in archive.namelist())


@pytest.mark.whole
def test_s34_the_address_of_a_database_is_written_and_said_nowhere(
    office: Server,
    office_folder: Path,
    command: Callable[..., object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name, place in (("ZONEPLAN_CACHE", "cache"), ("TMPDIR", "temporary")):
        (tmp_path / place).mkdir()
        monkeypatch.setenv(name, str(tmp_path / place))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    caplog.set_level(logging.DEBUG)
    plan, run = office_folder / "plan.toml", office_folder / "runs/plan"
    said = []
    calls = (
        ("check", plan), ("check", plan, "--json"), ("check", plan, "--pin"), ("estimate", plan), ("run", plan),
        ("run", plan, "--json"), ("explain", run, "a1", "--long"), ("report", run), ("verify", run, "--rerun"),
        ("export", run, "exported"), ("cache",), ("doctor",),
    )  # fmt: skip
    for call in calls:
        done = command(*call)
        assert done.code == (2 if call[0] == "doctor" and done.code else 0), (call, done.err)
        said += [done.out, done.err]
    for address in (
        office.url(password=WRONG),
        office.url().replace(str(office.port), "1"),
        f"nonsense {office.url()}",
    ):
        monkeypatch.setenv("OFFICE_DATABASE", address)
        for call in (
            ("check", plan),
            ("run", plan, "--keep-going"),
            ("check", plan, "--json"),
            ("export", run, "exported"),
        ):
            done = command(*call)
            assert done.code == 3, (call, done.err)
            said += [done.out, done.err]
        with pytest.raises(ZoneplanError) as caught:
            read_inputs(read_study(plan))
        said += traceback.format_exception(caught.value)
        cause = caught.value
        while cause := cause.__cause__ or cause.__context__:  # type: ignore[assignment]
            said.append(repr(cause))
    said += [caplog.text]
    for secret in secrets(office):
        assert [text for text in said if secret in text] == [], secret
        assert [name for name, content in texts(tmp_path) if secret.encode() in content] == [], secret
    assert list((tmp_path / "temporary").iterdir()) == [], "the extracts are gone"


PROBE = """
import json, sys
from pathlib import Path
import layers.databases.extracts as extracts, layers.read.reading_step, zoneplan as zp
from tests.memory_search import copies_of

def spy(module, name, where):
    function = getattr(module, name)
    def spying(*asked, **named):
        if copies_of(sys.argv[2]):
            raise ValueError(f"the password is in the child that {where}")
        return function(*asked, **named)
    setattr(module, name, spying)

spy(extracts, "read_features", "looks for the box of the units")
spy(layers.read.reading_step, "known_crs", "reads")
print(len(zp.read_inputs(zp.read_study(Path(sys.argv[1])), reader="process").units))
"""


def test_no_child_that_reads_has_the_password(office: Server, office_folder: Path) -> None:
    """One looks for the box of the units while the connection is open, one reads what was taken."""
    command = [sys.executable, "-c", PROBE, str(office_folder / "plan.toml"), spelt_apart("swordfish-")]
    address = os.environ | {"OFFICE_DATABASE": office.url()}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=address)
    assert (done.stdout, done.stderr) == ("12\n", "")
