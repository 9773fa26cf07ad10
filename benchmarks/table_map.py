"""How long a map of a table without a plan takes to make, save, open and move, and what it weighs.

    python benchmarks/table_map.py [--polygons 100000] [--browser /usr/bin/chromium]

The polygons are hexagons that lie apart in rows, each with a number of people, a density and one of six uses.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from playwright.sync_api import sync_playwright

import zoneplan as zp

FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
PAN = "() => { map_plan.panBy([200, 0], { animate: false }); }"


def hexagons(count: int) -> gpd.GeoDataFrame:
    """So many small polygons with three columns."""
    numbers, width = np.random.default_rng(1), int(np.ceil(count**0.5))
    rows, columns = np.divmod(np.arange(count), width)
    turns = np.linspace(0, 2 * np.pi, 6, endpoint=False)
    radius = 450 * (0.6 + 0.4 * numbers.random((count, 6)))
    x = 4.2e6 + 1000.0 * columns[:, None] + radius * np.cos(turns)
    y = 2.7e6 + 1000.0 * rows[:, None] + radius * np.sin(turns)
    table = {
        "people": numbers.integers(0, 5000, count),
        "density": numbers.random(count).round(3),
        "use": numbers.choice(["farm", "forest", "meadow", "road", "town", "water"], count),
    }
    return gpd.GeoDataFrame(table, geometry=shapely.polygons(np.stack([x, y], axis=-1)), crs=3035)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--polygons", type=int, default=100_000)
    asked.add_argument("--browser", default="/usr/bin/chromium")
    chosen = asked.parse_args()
    table = hexagons(chosen.polygons)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        page = Path(folder) / "map.html"
        times = [time.perf_counter()]
        table_map = zp.draw(table, by="people")
        times.append(time.perf_counter())
        table_map.save(page)
        times.append(time.perf_counter())
        browser = play.chromium.launch(executable_path=chosen.browser, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 760})
        times.append(time.perf_counter())
        tab.goto(page.as_uri())
        tab.wait_for_selector("html[data-zoneplan=ready]", timeout=120_000, state="attached")
        tab.evaluate(FRAME)
        times.append(time.perf_counter())
        tab.evaluate(PAN)
        tab.evaluate(FRAME)
        times.append(time.perf_counter())
        browser.close()
        drawn, saved, _, opened, moved = np.diff(times)
        size = page.stat().st_size / 1e6
    print(f"{chosen.polygons:,} polygons: drawn in {drawn:.1f} s, saved in {saved:.1f} s, {size:.1f} MB;", end=" ")
    print(f"opened in {opened:.1f} s, moved in {moved:.1f} s")


if __name__ == "__main__":
    main()
