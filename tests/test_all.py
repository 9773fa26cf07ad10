"""The stages of ``python -m tests.all``: what they copy, and what they say of skipped tests."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests import all as stages

ROOT = Path(__file__).resolve().parents[1]
RESULTS = """<testsuites><testsuite>
<testcase name="a"><skipped type="pytest.skip" message="Chromium (Debian package chromium) not here"/></testcase>
<testcase name="b"><skipped type="pytest.skip" message="Chromium (Debian package chromium) not here"/></testcase>
<testcase name="c"><skipped type="pytest.skip" message="takes many minutes: pytest -m long"/></testcase>
<testcase name="d"><skipped type="pytest.xfail" message="known"/></testcase>
<testcase name="e"/></testsuite></testsuites>"""


def test_the_commands_are_those_of_the_readme() -> None:
    install, tests = stages.readme_commands(ROOT)
    assert (install.split(" && ")[-1], tests.split("/")[-1]) == (".venv/bin/zoneplan demo", "pytest -n 2")


def test_a_copy_holds_what_is_changed_and_new_but_nothing_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, copy = tmp_path / "tree", tmp_path / "copy"
    tree.mkdir()
    subprocess.run(["git", "init", "-q", tree], check=True)
    for name in ("changed.py", "gone.py", ".gitignore"):
        (tree / name).write_text("*.mo\n", "utf-8")
    subprocess.run(["git", "-C", tree, "add", "."], check=True)
    (tree / "gone.py").unlink()
    for name in ("changed.py", "new.py", "zh.mo"):
        (tree / name).write_text("new", "utf-8")
    monkeypatch.setattr(stages, "ROOT", tree)
    stages.copy_tree(copy)
    assert {path.name: path.read_text("utf-8") for path in copy.iterdir()} == {
        ".gitignore": "*.mo\n", "changed.py": "new", "new.py": "new",
    }  # fmt: skip


def test_skipped_tests_are_counted_by_their_reason(tmp_path: Path) -> None:
    (tmp_path / "results.xml").write_text(RESULTS, "utf-8")
    reasons = stages.skip_reasons(tmp_path / "results.xml")
    assert reasons == Counter(
        {"Chromium (Debian package chromium) not here": 2, "takes many minutes: pytest -m long": 1}
    )
    assert [bool(stages.MISSING.search(reason)) for reason in reasons] == [True, False]


@pytest.mark.parametrize("complete", [True, False])
def test_what_should_be_there_fails_a_complete_run_alone(tmp_path: Path, complete: bool) -> None:
    work = stages.Work(tmp_path, tmp_path, fresh=False, complete=complete)

    def results() -> None:
        with stages.listed_skips(work) as env:
            Path(env["PYTEST_ADDOPTS"].rpartition("=")[2]).write_text(RESULTS, "utf-8")

    if complete:
        with pytest.raises(stages.StageError, match="chromium"):
            results()
    else:
        results()


def test_a_command_that_fails_fails_its_stage(tmp_path: Path) -> None:
    work = stages.Work(tmp_path, tmp_path, fresh=False, complete=False)
    with pytest.raises(stages.StageError, match="exit code 3"):
        work.shell("exit 3")
