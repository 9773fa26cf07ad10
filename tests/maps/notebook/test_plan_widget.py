"""The widget of a plan: what is chosen on its page is told to Python's side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import zoneplan as zp
from maps.notebook.noun_cards import _SCRIPT
from maps.web import draw

HARNESS = """<!DOCTYPE html><meta charset="utf-8"><div id="cell"></div><script>
const told = {{ page: {page}, height: 700 }};
const set = (key, value) => (told[key] = value);
const model = {{ get: key => told[key], set, save_changes: () => set("saved", 1) }};
{script}
render({{ model, el: document.getElementById("cell") }});
</script>"""


@pytest.mark.browser
def test_what_is_chosen_on_the_page_is_told(chromium, toy_plan, tmp_path: Path) -> None:
    page = json.dumps(draw(toy_plan).get_root().render()).replace("<", "\\u003c")
    script = _SCRIPT.replace("export default { render };", "")
    (tmp_path / "cell.html").write_text(HARNESS.format(page=page, script=script), "utf-8")
    tab = chromium.new_page(offline=True, viewport={"width": 1200, "height": 800})
    tab.goto((tmp_path / "cell.html").as_uri())
    frame = tab.frame_locator("iframe")
    frame.locator("html[data-zoneplan=ready]").wait_for()
    tab.wait_for_function("told.saved")
    assert tab.evaluate("told.unit") is None
    frame.locator("#zp-search").fill("b1")
    frame.locator("#zp-search").press("Enter")
    tab.wait_for_function("told.unit === 'b1'")
    assert tab.evaluate("told.filters") == {
        "view": "functions", "by": "", "main": None, "overlay": None, "jurisdiction": None,
    }  # fmt: skip
    tab.close()


def test_a_plan_makes_its_widget(toy_plan) -> None:
    pytest.importorskip("anywidget", reason="anywidget is not installed: pip install zoneplan[notebook]")
    zp.read_study  # noqa: B018  (the front door says who makes it)
    widget = toy_plan.widget(height=500)
    assert (widget.unit, widget.filters, widget.height) == (None, {}, 500)
    assert "zoneplan.open(" in widget.page
    widget.close()
