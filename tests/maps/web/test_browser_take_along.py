"""What is taken along: a picture and a drawing with title, legend and scale, the table, and one sheet of paper."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from maps.web import draw

pytestmark = [pytest.mark.browser]
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = {"a1": '=HYPERLINK("http://x")', "a2": "+1, two", "a3": "</text><script>document.title='ran'</script>"}
SIGNIFICANT = {1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 8, 9}


def saved(tab, title: str, path: Path) -> Path:
    """The file that an entry of the menu saves."""
    tab.get_by_role("button", name="Save").click()
    with tab.expect_download() as download:
        tab.get_by_role("menuitem", name=title).click()
    download.value.save_as(path)
    assert download.value.suggested_filename == f"Toy-province{path.suffix}"
    return path


def test_the_drawing_has_title_legend_scale_north_and_credits(open_map, make_plan, tmp_path) -> None:
    tab = open_map(draw(make_plan(HOSTILE)))
    drawing = ET.fromstring(saved(tab, "Drawing", tmp_path / "map.svg").read_bytes())
    texts = ["".join(one.itertext()) for one in drawing.iter(f"{SVG}text")]
    for said in ("Toy province", "Ecologically fragile", "Energy-rich", "N", "Equal-area projection"):
        assert said in texts, said
    assert "Natural Earth" in " ".join(texts)
    assert [text for text in texts if re.fullmatch(r"\d+ k?m", text)]
    assert not list(drawing.iter(f"{SVG}script"))
    shapes = [one for one in drawing.iter(f"{SVG}path") if one.get("fill-rule") == "evenodd"]
    assert {one.get("fill") for one in shapes} >= {"#77BB77", "#993300"}
    assert "@font-face" in drawing.find(f"{SVG}style").text
    assert tab.title() != "ran"


def test_the_picture_is_twice_as_sharp_and_has_its_title(open_map, toy_plan, tmp_path) -> None:
    tab = open_map(draw(toy_plan))
    path = saved(tab, "Picture", tmp_path / "map.png")
    width, height, dark = tab.evaluate(
        """async bytes => {
            const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
            const pen = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
            pen.drawImage(picture, 0, 0);
            const { data } = pen.getImageData(picture.width - 540, 40, 500, 60);
            let dark = 0;
            for (let i = 0; i < data.length; i += 4) dark += data[i] < 80;
            return [picture.width, picture.height, dark];
        }""",
        list(path.read_bytes()),
    )
    size = tab.evaluate("[map_plan.getSize().x, map_plan.getSize().y]")
    assert width == 2 * (size[0] + 20 + 24 + 250 + 20)
    assert height >= 2 * (size[1] + 40)
    assert dark > 400


def test_the_table_is_saved_as_it_is_filtered_and_runs_nothing(open_map, make_plan, tmp_path) -> None:
    plan = make_plan(HOSTILE)
    tab = open_map(draw(plan))
    tab.locator("#zp-legend button.zp-row", has_text="Ecologically fragile").click()
    text = saved(tab, "Table", tmp_path / "map.csv").read_text("utf-8")
    assert text.startswith("\ufeff")
    head, *rows = csv.reader(text.removeprefix("\ufeff").splitlines())
    assert head[:4] == ["Id", "Name", "Jurisdiction", "Main function"]
    fragile = plan.zones.loc[plan.zones["main"] == "ecologically_fragile", "unit_id"].tolist()
    assert sorted(row[0] for row in rows) == sorted(fragile)
    names = {row[0]: row[1] for row in rows}
    assert names["a1"] == f"'{HOSTILE['a1']}"
    assert names["a2"] == f"'{HOSTILE['a2']}"
    area = head.index("Area, ha")
    assert {row[0]: float(row[area]) for row in rows}["a1"] == pytest.approx(100)


@pytest.mark.parametrize(("language", "projection"), [("en", "equal_area"), ("zh", "mercator")])
def test_paper_is_one_page_at_a_round_scale_that_is_true(open_map, toy_plan, tmp_path, language, projection) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (Debian package poppler-utils) is not installed")
    tab = open_map(draw(toy_plan, language, projection=projection))
    tab.pdf(path=tmp_path / "map.pdf", prefer_css_page_size=True, print_background=True)
    told = subprocess.run(["pdfinfo", tmp_path / "map.pdf"], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Pages:\s+1\n", told)
    assert "(A4)" in told
    text = subprocess.run(["pdftotext", tmp_path / "map.pdf", "-"], capture_output=True, text=True, check=True).stdout
    (ratio,) = (int(one.replace(",", "")) for one in re.findall(r"1:([\d,]+)", text))
    assert float(f"{ratio:e}".split("e")[0]) in SIGNIFICANT
    assert "Toy province" in text
    assert {"en": "Equal-area", "zh": "墨卡托"}[language] in text
    wide = tab.evaluate(
        """() => {
            document.querySelector("#zp-paper").style.display = "block";
            const fills = ["#77BB77", "#993300", "#F8F4EB"];
            const paths = [...document.querySelectorAll("#zp-paper path[fill-rule=evenodd]")];
            const shapes = paths.filter(one => fills.includes(one.getAttribute("fill"))).map(one => one.getBBox());
            return Math.max(...shapes.map(({ x, width }) => x + width)) - Math.min(...shapes.map(({ x }) => x));
        }"""
    )
    metres = wide * 0.0254 / 96 * ratio
    plane = toy_plan.units if projection == "equal_area" else toy_plan.units.to_crs(3857)
    bounds, middle = plane.total_bounds, toy_plan.units.to_crs(4326).total_bounds[[1, 3]].mean()
    stretched = 1 if projection == "equal_area" else 1 / np.cos(np.radians(middle))
    assert metres == pytest.approx((bounds[2] - bounds[0]) / stretched, rel=0.01)
    assert metres / ratio > 0.08  # it fills the sheet


def test_a_chosen_paper_is_laid_out(open_map, toy_plan) -> None:
    tab = open_map(draw(toy_plan))
    tab.evaluate("window.print = () => 0")
    tab.get_by_role("button", name="Save").click()
    tab.get_by_role("menuitem", name="Print, A3").click()
    signs = tab.eval_on_selector_all("#zp-legend .zp-sign path", "all => all.map(one => one.getAttribute('d'))")
    drawn = tab.eval_on_selector_all("#zp-paper path", "all => all.map(one => one.getAttribute('d'))")
    assert signs
    assert any(drawn.count(sign) > 1 for sign in signs), "in the legend and on the map"
    sides = {tab.locator("#zp-paper svg").get_attribute(side) for side in ("width", "height")}
    assert sides == {"420mm", "297mm"}


def test_a_unit_is_printed_by_itself_in_light_colours(open_map, toy_plan) -> None:
    tab = open_map(draw(toy_plan), color_scheme="dark")
    tab.get_by_role("button", name="Save").click()
    assert not tab.get_by_role("menuitem", name="Print this unit, A4").is_visible()
    tab.keyboard.press("Escape")
    tab.evaluate("location.hash = '#unit=a1'")
    tab.evaluate("window.print = () => { window.theme = document.documentElement.dataset.theme }")
    tab.get_by_role("button", name="Save").click()
    tab.get_by_role("menuitem", name="Print this unit, A4").click()
    assert [tab.evaluate(one) for one in ("theme", "document.documentElement.dataset.theme")] == ["light", "dark"]
    tab.emulate_media(media="print")
    paper = tab.locator("#zp-paper")
    text = paper.inner_text()
    assert text.startswith("Toy province")
    assert "Unit A1" in text
    assert "Show the working" not in text
    assert paper.locator("details:not([open])").count() == paper.locator(".zp-shift").count()
    assert paper.locator("svg").first.get_attribute("width") == "182mm"
    assert float(re.search(r"1:([\d,]+)", text)[1].replace(",", "").rstrip("0")) < 100
    tab.emulate_media(media="screen")
