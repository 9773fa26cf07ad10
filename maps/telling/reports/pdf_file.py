"""A page as a PDF: by Chromium where there is one, else by WeasyPrint; tagged, with an outline and its fonts."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from layers.outputs import PDF, PDF_MARK, staged
from layers.phrases import Phrase
from maps.errors import WriteError

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
SECONDS = 300


def write_pdf(html: str, path: str | Path) -> None:
    """Print a page of ours to a PDF.

    Parameters
    ----------
    html : str
        A page that needs no network.
    path : str or Path
        The file to write; an older one that zoneplan wrote is replaced when the new one is whole.

    Raises
    ------
    WriteError
        There is neither a browser nor WeasyPrint, the printing failed, something else stands at the place, or it cannot
        be written to.
    """
    target = Path(path)
    with staged(target, PDF) as stage, tempfile.TemporaryDirectory(prefix="zoneplan-") as folder:
        page, printed = Path(folder) / "report.html", Path(folder) / "report.pdf"
        page.write_bytes(html.encode("utf-8"))
        browser = find_browser()
        if browser is not None:
            _print_by_browser(browser, page, printed)
        elif find_spec("weasyprint") is not None:
            _print_by_weasyprint(html, printed)
        else:
            raise WriteError(
                Phrase(
                    "{file}: nothing here prints a PDF: there is no Chromium, Chrome or Edge, and no WeasyPrint. "
                    "Install one of them, such as by pip install 'zoneplan[pdf]'; or open the report in any browser "
                    "and print it to a PDF",
                    file=target,
                )
            )
        stage.write_bytes(printed.read_bytes().rstrip() + b"\n" + PDF_MARK)


def find_browser() -> str | None:
    """A browser of the Chromium family on this machine; None where there is none."""
    return next(_browsers(), None)


def _browsers() -> Iterator[str]:
    for name in BROWSERS:
        path = shutil.which(name)
        if path is not None:
            yield path
    yield from (name for name in APPLICATIONS if Path(name).is_file())


def _print_by_browser(browser: str, page: Path, printed: Path) -> None:
    """Print by a browser without a window, with a profile of its own."""
    unboxed = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # a browser of root refuses else
    call = [
        browser,
        "--headless=new",
        *unboxed,
        "--disable-gpu",
        "--no-first-run",
        f"--user-data-dir={page.parent / 'profile'}",
        "--no-pdf-header-footer",
        "--export-tagged-pdf",
        "--generate-pdf-document-outline",
        f"--print-to-pdf={printed}",
        page.as_uri(),
    ]
    try:
        done = subprocess.run(call, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603  (our own arguments)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WriteError(
            Phrase(
                "{browser} did not print the report: {reason}; print it from a browser by hand",
                browser=browser,
                reason=str(error),
            )
        ) from error
    if not printed.is_file():
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise WriteError(
            Phrase(
                "{browser} did not print the report: {reason}; print it from a browser by hand",
                browser=browser,
                reason="".join(reason),
            )
        )


def _print_by_weasyprint(html: str, printed: Path) -> None:
    try:
        weasyprint = import_module("weasyprint")  # heavy, and an extra
    except OSError as error:  # its libraries of the system are missing
        raise WriteError(
            Phrase(
                "WeasyPrint cannot be used: {reason}. It needs Pango, which its own pages say how to install; or print "
                "the report from a browser",
                reason=str(error),
            )
        ) from error
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=("data",))  # a page of ours names no address
    with _quiet("weasyprint"):
        weasyprint.HTML(string=for_weasyprint(html), url_fetcher=fetcher).write_pdf(printed, pdf_tags=True)


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Without what a library logs: here of rules of style for browsers, which it skips."""
    logger = logging.getLogger(name)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def for_weasyprint(html: str) -> str:
    """A page of ours as WeasyPrint draws it like a browser.

    It draws the outline of a text over it whatever ``paint-order`` says, and gives a drawing none of the page's faces.
    So each text with a halo is drawn twice, and each drawing says its faces itself.

    Parameters
    ----------
    html : str

    Examples
    --------
    >>> for_weasyprint('<text x="1" stroke="#FFF" stroke-width="3" paint-order="stroke">Weld</text>')
    '<text x="1" stroke="#FFF" stroke-width="3" aria-hidden="true">Weld</text><text x="1">Weld</text>'
    """
    faces_by_language = {match["language"] or "": match["faces"].replace('"', "'") for match in _FACES.finditer(html)}
    language = re.search(r'<html lang="(\w+)', html)
    faces = faces_by_language.get(language[1] if language else "", faces_by_language.get("", "sans-serif"))
    drawn = html.replace("<svg ", f'<svg font-family="{faces}" ')
    return _HALO.sub(_with_halo_below, drawn)


_FACES = re.compile(r"(?::lang\((?P<language>\w+)\) )?\bsvg \{\s*font-family: (?P<faces>[^;}]+)")
_HALO = re.compile(r"<text\b([^>]*?) paint-order=\"stroke\"([^>]*)>(.*?)</text>", re.DOTALL)
_STROKE = re.compile(r' stroke(?:-width|-linejoin)?="[^"]*"')


def _with_halo_below(match: re.Match[str]) -> str:
    keys, text = match[1] + match[2], match[3]
    return f'<text{keys} aria-hidden="true">{text}</text><text{_STROKE.sub("", keys)}>{text}</text>'
