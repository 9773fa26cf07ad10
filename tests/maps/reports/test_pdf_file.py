"""The report as a PDF: by a browser where there is one, and with a remedy where nothing prints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from maps.errors import WriteError
from maps.reports import pdf_file, report, write_pdf

HEAD = b"%PDF"


@pytest.mark.browser
@pytest.mark.slow
def test_a_browser_prints_it_tagged_with_outline_and_fonts(toy_plan, tmp_path: Path) -> None:
    if pdf_file.find_browser() is None:
        pytest.skip("no browser by its name on the path")
    write_pdf(report(toy_plan), tmp_path / "report.pdf")
    printed = (tmp_path / "report.pdf").read_bytes()
    assert printed.startswith(HEAD)
    assert b"/StructTreeRoot" in printed
    assert b"/Outlines" in printed
    assert b"SourceSans3" in printed
    assert [one.name for one in tmp_path.iterdir()] == ["report.pdf"]


def test_where_nothing_prints_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pdf_file, "find_browser", lambda: None)
    monkeypatch.setattr(pdf_file, "find_spec", lambda _: None)
    with pytest.raises(WriteError, match=r"pip install 'zoneplan\[pdf\]'") as refused:
        write_pdf("<html>", tmp_path / "report.pdf")
    assert refused.value.exit_code == 5
    assert not list(tmp_path.iterdir())


def test_a_browser_that_fails_is_told_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho no display >&2\n", "utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr(pdf_file, "find_browser", lambda: str(broken))
    with pytest.raises(WriteError, match=r"did not print the report: no display"):
        write_pdf("<html>", tmp_path / "report.pdf")
    assert not (tmp_path / "report.pdf").exists()


def test_the_command_takes_pdf_and_annex(
    monkeypatch: pytest.MonkeyPatch, toy_run, tmp_path: Path, command: Callable
) -> None:
    from maps.run_folder import write_run

    folder = write_run(toy_run, tmp_path / "run")
    printed: list[str] = []
    monkeypatch.setattr(
        "maps.reports.write_pdf", lambda html, path: printed.append(html) or Path(path).write_bytes(HEAD)
    )
    said = command("report", folder, "--pdf", "--annex", "--out", tmp_path / "r.pdf")
    assert said.code == 0, said.err
    assert (tmp_path / "r.pdf").read_bytes() == HEAD
    assert 'class="with-annex"' in printed[0]
    said = command("report", folder, "--out", tmp_path / "r.html")
    assert said.code == 0
    assert 'class="with-annex"' not in (tmp_path / "r.html").read_text("utf-8")
