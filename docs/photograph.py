# ruff: noqa: INP001  (a script, no package)
"""Photograph the map and the reports of the built-in studies: ``map.png``, ``report.png`` and ``regions.png``.

    python docs/photograph.py        needs Chromium and the extra [dev]

All are opened with the network off; on the map one county is chosen, of one report the first page is shown, of the
other the chapter on regions. Fonts
differ between machines, and with them the bytes; the pictures are made anew when the pages look different, and packed
to 256 colours and 1,200 pixels across, by hand.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import zoneplan as zp

DOCS = Path(__file__).resolve().parent
READY = "html[data-zoneplan=ready]"
WIDTH, HEIGHT = 1440, 900
UNIT = "08123"
STILL_MS = 1500
"""How long the map needs to come to rest after it was moved."""


def main() -> None:
    """Run the studies, open their pages, photograph them."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium (Debian package chromium) is not installed")
    plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as tools:
        map_file, report_file = Path(folder) / "map.html", Path(folder) / "report.html"
        zp.draw(plan).save(map_file)
        zp.write_report(plan, report_file)
        browser = tools.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(offline=True, viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(map_file.as_uri())
        page.wait_for_selector(READY)
        page.locator("input[type=search]").fill(UNIT)
        page.keyboard.press("Enter")
        page.wait_for_timeout(STILL_MS)
        page.screenshot(path=str(DOCS / "map.png"))
        page.goto(report_file.as_uri())
        page.locator("main > section").first.screenshot(path=str(DOCS / "report.png"))
        zp.write_report(zp.run(zp.read_study(zp.builtin_study("china_provinces"))), report_file)
        page.goto(report_file.as_uri())
        page.locator("#divergence").screenshot(path=str(DOCS / "regions.png"))
        browser.close()


if __name__ == "__main__":
    main()
