# ruff: noqa: INP001  (a script, no package)
"""Photograph the map of the built-in study: ``docs/map.png``, the first picture of the README.

    python docs/photograph.py        needs Chromium and the extra [dev]

The map is opened with the network off, one county is chosen, and what a reader would see is kept. Fonts
differ between machines, and with them the bytes; the picture is made anew when the map looks different, by hand.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import zoneplan as zp

PICTURE = Path(__file__).resolve().parent / "map.png"
READY = "html[data-zoneplan=ready]"
WIDTH, HEIGHT = 1080, 660
UNIT = "08031"
STILL_MS = 1500
"""How long the map needs to come to rest after it was moved."""


def main() -> None:
    """Run the study, open its map, photograph it."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium (Debian package chromium) is not installed")
    plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as tools:
        page_file = Path(folder) / "map.html"
        zp.draw(plan).save(page_file)
        browser = tools.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(offline=True, viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(f"{page_file.as_uri()}#unit={UNIT}")
        page.wait_for_selector(READY)
        page.wait_for_timeout(STILL_MS)
        page.locator(".zp-home button").first.click()
        page.mouse.move(2, 2)
        page.wait_for_timeout(STILL_MS)
        page.screenshot(path=str(PICTURE))
        browser.close()


if __name__ == "__main__":
    main()
