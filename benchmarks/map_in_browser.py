"""The map beside plain folium and geopandas.explore in a browser: size, first picture, worst frame of a drag.

    python benchmarks/map_in_browser.py [--rounds 5] [--beside OTHER.html]

All three draw the counties of the United States with the same simplified borders, from one file with its libraries
inside and the network off, so that times compare. zoneplan's page has the whole plan in it: cards, table, surroundings,
measures. The programs of a round run one after the other; figures are medians. The first picture is that of the
polygons, whose names may follow. ``--beside`` takes one more page, such as the map that an older version drew.
``explore`` needs matplotlib, and the counties the files of ``$ZONEPLAN_SHARED/data/large``; what is missing is left
out, with a word.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
from playwright.sync_api import Page, sync_playwright
from whole_run import LARGE, copy_counties

import zoneplan as zp
from maps.drawing.palette import zone_fills
from maps.drawing.topology import plan_topology
from maps.web import LIBRARIES
from maps.web.offline_page import OfflineFigure

SKELETON = """<!DOCTYPE html><html lang="$language"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="$policy"><title>map</title>$head
<style>.folium-map{position:absolute!important;inset:0}</style></head><body>$body<script>$script</script></body></html>
"""
FRAMES = """() => {
    window.frames_ = [];
    let last = performance.now();
    const tick = now => { window.frames_.push(now - last); last = now; window.ticking = requestAnimationFrame(tick); };
    window.ticking = requestAnimationFrame(tick);
}"""
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"


def inlined(plain: folium.Map) -> str:
    """The page of a folium map with its libraries inside; those that polygons do not need are left out."""
    plain.default_js = [link for link in folium.Map.default_js if link[0] in LIBRARIES]
    plain.default_css = [link for link in folium.Map.default_css if link[0] in LIBRARIES]
    figure = OfflineFigure(SKELETON, {"language": "en"}, lambda *, pictures: None)  # noqa: ARG005  (no pictures)
    figure.add_child(plain)
    return str(figure.render())


def pages(plan: zp.Plan) -> dict[str, tuple[str, float]]:
    """The page of each program, and the seconds that making it took."""
    fills = zone_fills(plan.rulebook)
    zones = plan.zones.set_index("unit_id")["main"]
    borders = plan_topology(plan.units, plan.pieces)
    units = gpd.GeoDataFrame(
        {"name": plan.units["name"], "zone": zones.reindex(plan.units.index)},
        geometry=borders.units,
        crs=plan.units.crs,
    ).to_crs(4326)

    def ours() -> str:
        return str(zp.draw(plan, borders=borders).get_root().render())

    def plain_folium() -> str:
        shown = folium.Map(tiles=None, prefer_canvas=True)

        def style(one: dict[str, Any]) -> dict[str, Any]:
            return {"fillColor": fills[one["properties"]["zone"]], "weight": 0.5, "fillOpacity": 1}

        layer = folium.GeoJson(units, style_function=style, tooltip=folium.GeoJsonTooltip(["name", "zone"]))
        layer.add_to(shown)
        shown.fit_bounds(layer.get_bounds())
        return inlined(shown)

    def explore() -> str:
        return inlined(units.explore(tiles=None, prefer_canvas=True, style_kwds={"weight": 0.5}))

    found = {}
    for name, make in {"zoneplan": ours, "folium": plain_folium, "geopandas.explore": explore}.items():
        begun = time.perf_counter()
        try:
            found[name] = (make(), time.perf_counter() - begun)
        except ImportError as error:
            print(f"{name} is left out: {error}")
    return found


def look(tab: Page, address: str) -> tuple[float, float]:
    """Seconds to the first picture, and the longest frame of a drag in milliseconds."""
    tab.goto(address)
    if "zoneplan" in address:
        tab.wait_for_selector("html[data-zoneplan=ready]")
    first = tab.evaluate(DRAWN)
    first = tab.evaluate("first => performance.getEntriesByName('zoneplan-picture')[0]?.startTime ?? first", first)
    tab.wait_for_timeout(500)
    tab.evaluate(FRAMES)
    tab.mouse.move(900, 500)
    tab.mouse.down()
    for step in range(40):
        tab.mouse.move(900 - 8 * step, 500 - 3 * step)
    tab.mouse.up()
    tab.wait_for_timeout(2500)
    frames = tab.evaluate("() => { cancelAnimationFrame(window.ticking); return window.frames_; }")
    return first / 1000, max(frames[1:])


def main() -> None:
    """Print one table, a row a program."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--beside", type=Path, help="one more page that is opened in each round")
    options = asked.parse_args()
    rounds = options.rounds
    if not LARGE.is_dir():
        raise SystemExit(f"There are no counties to draw: no {LARGE}")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as tools:
        folder = Path(name)
        made = pages(zp.run(zp.read_study(copy_counties(folder / "us_counties") / "plan.toml")))
        if options.beside:
            made["zoneplan, the other page"] = options.beside.read_text("utf-8"), float("nan")
        for program, (text, _) in made.items():
            (folder / f"{program}.html").write_text(text, "utf-8")
        browser = tools.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        seen: dict[str, list[tuple[float, float]]] = {program: [] for program in made}
        for _ in range(rounds):
            for program in made:
                tab = browser.new_page(viewport={"width": 1400, "height": 900}, offline=True)
                seen[program].append(look(tab, (folder / f"{program}.html").as_uri()))
                tab.close()
        browser.close()
    print(
        "| map of 3,235 counties | MB | made in s | first picture s | worst frame of a drag ms |\n|---|---|---|---|---|"
    )
    for program, (text, seconds) in made.items():
        first, worst = (statistics.median(column) for column in zip(*seen[program], strict=True))
        print(f"| {program} | {len(text.encode()) / 1e6:.2f} | {seconds:.1f} | {first:.2f} | {worst:.0f} |")


if __name__ == "__main__":
    main()
