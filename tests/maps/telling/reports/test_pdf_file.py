"""The report as a PDF: by a browser where there is one, and with a remedy where nothing prints."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from maps.errors import WriteError
from maps.telling.reports import pdf_file
from maps.telling.reports.pdf_file import write_pdf
from maps.telling.reports.report_page import report

HEAD = b"%PDF"


@pytest.mark.browser
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


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh"])
def test_weasyprint_prints_what_a_browser_does(
    toy_plan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: str
) -> None:
    try:
        import weasyprint  # noqa: F401  (only whether it can be used here)
    except (ImportError, OSError) as error:
        pytest.skip(f"WeasyPrint, of the extra 'pdf', or its library Pango is not here: {error}")
    if pdf_file.find_browser() is None:
        pytest.skip("no browser by its name on the path")
    page = report(toy_plan, language)
    write_pdf(page, tmp_path / "browser.pdf")
    monkeypatch.setattr(pdf_file, "find_browser", lambda: None)
    write_pdf(page, tmp_path / "report.pdf")
    own, other = (readable((tmp_path / name).read_bytes()) for name in ("report.pdf", "browser.pdf"))
    assert own.startswith(HEAD)
    assert abs(len(PAGE.findall(own)) - len(PAGE.findall(other))) <= 1
    for mark in (
        b"/StructTreeRoot",
        b"/Outlines",
        b"/Lang",
        b"Noto-Sans-CJK-SC" if language == "zh" else b"Source-Sans-3",
    ):
        assert mark in own
    assert len(re.findall(rb"/FontFile[23] ", own)) >= 2
    assert b"DejaVu" not in own  # drawings have the face of the page


PAGE = re.compile(rb"/Type ?/Page\b")


def readable(printed: bytes) -> bytes:
    """A PDF with its compressed streams beside it."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", printed, re.DOTALL)
    plain = []
    for one in streams:
        with suppress(zlib.error):
            plain.append(zlib.decompress(one))
    return printed + b"\n".join(plain)


def test_a_page_for_weasyprint_reads_the_same() -> None:
    halo = '<text x="1" fill="#000" stroke="#FFF" stroke-width="3" paint-order="stroke">A & B</text>'
    style = '<style>:lang(zh) body, :lang(zh) svg { font-family: "Noto", serif; }</style>'
    page = f'<html lang="zh">{style}<svg x="1">{halo}</svg>'
    made = pdf_file.for_weasyprint(page)
    assert made.count("A & B") == 2
    assert made.count("aria-hidden") == 1
    assert """<svg font-family="'Noto', serif" x="1">""" in made
    assert pdf_file.for_weasyprint("<p>plain</p>") == "<p>plain</p>"


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
    from maps.runs import write_run

    folder = write_run(toy_run, tmp_path / "run")
    printed: list[str] = []
    monkeypatch.setattr(
        "maps.telling.write_pdf", lambda html, path: printed.append(html) or Path(path).write_bytes(HEAD)
    )
    said = command("report", folder, "--pdf", "--annex", "--out", tmp_path / "r.pdf")
    assert said.code == 0, said.err
    assert (tmp_path / "r.pdf").read_bytes() == HEAD
    assert 'class="with-annex"' in printed[0]
    said = command("report", folder, "--out", tmp_path / "r.html")
    assert said.code == 0
    assert 'class="with-annex"' not in (tmp_path / "r.html").read_text("utf-8")
