"""A try in the page: another threshold worked out and painted again, in headless Chromium.

    python benchmarks/try_in_page.py [--rounds 9] [--counties]

Of made-up plans of 2,877 and 100,000 units by 40 rules, with one quota handed down two levels, it times the evaluator
alone, as the page has it. With --counties it also runs the 3,235 counties of ``$ZONEPLAN_SHARED/data/large`` and times
a slider of their map, from the event until the next picture stands. Figures are medians.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from whole_run import copy_counties

import zoneplan as zp
from maps.web.offline_page import page_script

SOURCE = Path(zp.__file__).parent.parent / "maps" / "web" / "src"
SIZES = (2_877, 100_000)
MADE = """([units, rules, rounds]) => {
    const column = () => ({ kind: "number", values: Float64Array.from({ length: units }, Math.random) });
    const names = Array.from({ length: 12 }, (_, place) => `m${place}`);
    const parameters = Array.from({ length: rules }, (_, place) => ({ name: `p${place}`, value: 0.5, stale: [] }));
    const at = (measure, parameter) => ({ op: ">=", args: [{ property: measure }, { property: parameter }] });
    const asked = parameters.map(({ name }, place) => ({
        id: `r${place}`, zone: place % 6, refines: false, priority: place, of_parents: false, on_unknown: "review",
        when: { op: "and", args: [at(names[place % 12], name), at(names[(place * 5 + 1) % 12], "p0")] },
    }));
    const none = { number: "", measure: "" };
    const quota = {
        name: "land", weighted: true, total: String(10 * units), step: "1", levels: [0], reserve_pct: "5",
        weight: [{ measure: "m0", share: 0.6 }, { measure: "m1", share: 0.4 }],
        priority: [{ when: { op: "=", args: [{ property: "main" }, "z1"] }, factor: 1.5 }],
        floor: { number: "1", measure: "" }, ceiling: { number: "10000", measure: "" }, carried: none,
        groups: [], locked: [], transfers: [], within: [], reads: ["m0", "m1", "main"],
    };
    const model = {
        units: { rows: units, columns: [], derived: [] }, parents: null, parent_ids: [], derived: [], absent: [],
        rules: asked, default_zone: 0, by_code: [0, 1, 2, 3, 4, 5], decided: [], parameters,
        levels: [{ name: "state", texts: [] }], quotas: [quota], file: "", digest: "",
    };
    const exact = {
        model, units: new Map(names.map(name => [name, column()])), parents: new Map(), parentOf: new Int32Array(),
        levels: [Int32Array.from({ length: units }, (_, unit) => unit % 50)],
        order: Int32Array.from({ length: units }, (_, unit) => unit),
    };
    const kinds = ["main", "main", "main", "main", "overlay", "overlay"];
    const zones = kinds.map((kind, place) => ({ code: `z${place}`, kind }));
    const facts = { zones, units: { id: Array.from(Array(units).keys(), String) } };
    const evaluator = new zoneplan.PlanEvaluator(facts, exact);
    const times = [];
    for (let round = 0; round < rounds; round++) {
        const start = performance.now();
        const { quotas } = evaluator.outcome({ parameters: { p1: 0.4 + round / 100, p0: 0.3 + round / 100 } });
        if (typeof quotas[0] === "string") throw new Error(quotas[0]);
        times.push(performance.now() - start);
    }
    return times;
}"""
SLIDER = """async rounds => {
    const frames = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    const times = [];
    for (let round = 0; round < rounds; round++) {
        const slider = document.querySelector(".zp-try-range");
        slider.value = String(300 + 20 * round);
        const start = performance.now();
        slider.dispatchEvent(new Event("input"));
        const worked = performance.now() - start;
        await frames();
        times.push([worked, performance.now() - start]);
    }
    return times;
}"""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--counties", action="store_true")
    asked = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.add_script_tag(content=page_script(SOURCE, "plan_evaluator"))
        for units in SIZES:
            times = page.evaluate(MADE, [units, 40, asked.rounds])
            middle, worst = statistics.median(times), max(times)
            print(f"{units:>7,} units x 40 rules and a quota: {middle:6.1f} ms, worst {worst:.1f} ms")
        if asked.counties:
            _counties(browser.new_page(), asked.rounds)
        browser.close()


def _counties(page: Page, rounds: int) -> None:
    """The map of the counties, and its first slider."""
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "counties"
        copy_counties(study)
        start = time.perf_counter()
        plan = zp.run(zp.read_study(study / "plan.toml"))
        print(f"{len(plan.zones):>7,} counties run in {time.perf_counter() - start:.1f} s")
        zp.draw(plan).save(study / "map.html")
        print(f"        map.html {(study / 'map.html').stat().st_size / 1e6:.2f} MB")
        page.goto((study / "map.html").as_uri())
        page.wait_for_selector("html[data-zoneplan=ready]")
        page.click("#zp-tab-try")
        times = page.evaluate(SLIDER, rounds)
        worked, painted = (statistics.median(one) for one in zip(*times, strict=True))
        print(
            f"        a slider: {worked:.1f} ms until all is worked out and said, {painted:.1f} ms until it is painted"
        )


if __name__ == "__main__":
    main()
