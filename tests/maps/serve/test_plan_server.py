"""The real server in a thread, asked over a socket as a browser and as strangers ask."""

from __future__ import annotations

import http.client
import json
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import pytest
import tomli_w
from shapely.geometry import mapping

from maps.serve import PlanServer, TriedPlans
from maps.serve.plan_server import KEPT, units_of
from tests.conftest import keep
from zoning.pipeline.flow import run
from zoning.plan import Plan
from zoning.study import read_study

pytest.importorskip("uvicorn", reason="the extra 'serve' is not installed")
DECISION = {"unit": "a4", "main": "key_development", "reason": "a port", "by": "the council", "date": date(2024, 12, 2)}


class Served(NamedTuple):
    """A running server and what it serves."""

    plan: Plan
    plans: TriedPlans
    port: int
    key: str
    cookie: str

    def ask(self, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, str], str]:
        """The status, headers and text of an answer; asked by the page, where no header says otherwise."""
        own = {"Host": f"127.0.0.1:{self.port}", "Cookie": self.cookie}
        if body is not None:
            own |= {"Origin": f"http://127.0.0.1:{self.port}", "Content-Type": "application/json"}
        own |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        content = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request("GET" if body is None else "POST", path, content, own)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8")
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text

    def scenario(self, *, sha256: str = "", decisions: tuple[object, ...] = (), **changes: object) -> str:
        """The file of a try, as the page saves it."""
        study = self.plan.study
        own = {"plan": study.path.name, "plan_sha256": sha256 or study.sha256, "by": "Ann"}
        said = {"name": "port", "set": {path.replace("__", "."): value for path, value in changes.items()}}
        return tomli_w.dumps({"try": own, "scenarios": [said | ({"decisions": decisions} if decisions else {})]})

    def work_out(self, wish: object) -> tuple[list[str], dict[str, Any]]:
        """The steps that a try was told of, and what came of it."""
        status, _, text = self.ask("/tries", wish)
        assert status == 200
        *steps, last = map(json.loads, text.splitlines())
        return [one["step"] for one in steps], last


@pytest.fixture(scope="module")
def served(copy_toy: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    plan = run(read_study(copy_toy(tmp_path_factory.mktemp("served") / "toy") / "plan.toml"))
    plans = TriedPlans(plan, "en")
    server = PlanServer(plans, "en")
    address, _, key = server.address.partition("/?key=")
    port = int(address.rpartition(":")[2])
    threading.Thread(target=server.serve, daemon=True).start()
    yield Served(plan, plans, port, key, f"zoneplan_{port}={key}")
    server.stop()


def test_the_key_opens_the_page_once_and_then_stands_in_a_cookie(served: Served) -> None:
    status, headers, _ = served.ask(f"/?key={served.key}", Cookie="")
    assert (status, headers["location"]) == (303, "/")
    assert {part.strip().lower() for part in headers["set-cookie"].split(";")} >= {"httponly", "samesite=strict"}
    status, headers, page = served.ask("/")
    assert status == 200
    assert page == served.plans.adopted
    assert "connect-src 'self';" in page
    assert "'unsafe-eval'" not in page
    assert served.key not in page
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/tries/1", "/tries", "/scenarios"])
@pytest.mark.parametrize("cookie", ["", "zoneplan={key}", "zoneplan_{port}=", "zoneplan_{port}={key}x"])
def test_nothing_opens_without_the_key(served: Served, path: str, cookie: str) -> None:
    body = {} if path in {"/tries", "/scenarios"} else None
    said = cookie.format(port=served.port, key=served.key)
    assert served.ask(path, body, Cookie=said)[0] == 403
    assert served.ask(f"{path}?key=wrong", body, Cookie=said)[0] == 403


@pytest.mark.parametrize(
    "host", ["evil.example:{port}", "127.0.0.1", "127.0.0.1.evil.example:{port}", "", "0.0.0.0:{port}"]
)
def test_another_name_of_the_machine_is_refused_even_with_the_key(served: Served, host: str) -> None:
    said = host.format(port=served.port)
    assert served.ask("/", Host=said)[0] == 400
    assert served.ask("/tries", {}, Host=said)[0] == 400
    assert served.ask("/", Host=f"localhost:{served.port}")[0] == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", ""])
def test_only_the_servers_own_page_may_ask_for_work(served: Served, origin: str) -> None:
    before = sorted(served.plan.study.folder.iterdir())
    assert served.ask("/tries", {}, Origin=origin)[0] == 403
    assert served.ask("/scenarios", {}, Origin=origin)[0] == 403
    assert served.ask("/tries", {}, Content_Type="text/plain")[0] == 415
    assert sorted(served.plan.study.folder.iterdir()) == before


def test_it_listens_on_this_machine_alone(served: Served) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing; says by which address this machine would go out
        own = probe.getsockname()[0]
    with socket.socket() as other:
        other.settimeout(2)
        assert other.connect_ex((own, served.port)) != 0


def test_too_long_a_wish_is_refused(served: Served) -> None:
    assert served.ask("/tries", b"x" * 4_100_000)[0] == 413


def test_a_try_is_the_varied_plan(served: Served) -> None:
    steps, made = served.work_out({"scenario": served.scenario(parameters__fragile_min=0.9, decisions=(DECISION,))})
    assert {"classify", "allocate", "assign", "map.html"} <= set(steps)
    varied = served.plan.vary(parameters={"fragile_min": 0.9}, decisions=[DECISION])
    assert made["units"] == json.loads(json.dumps(units_of(varied)))
    assert made["units"] != json.loads(json.dumps(units_of(served.plan)))
    status, _, page = served.ask(made["page"])
    assert status == 200
    assert "Try: port" in page
    assert "Try:" not in served.plans.adopted


def test_land_that_somebody_drew_is_a_further_layer(served: Served) -> None:
    unit = served.plan.units.geometry.iloc[[5]].buffer(-50).to_crs("EPSG:4326")
    feature = {"type": "Feature", "properties": {}, "geometry": mapping(unit.iloc[0])}
    features = {"type": "FeatureCollection", "features": [feature]}
    _, made = served.work_out(
        {"scenario": served.scenario(), "layers": {"drawn": {"role": "ecologically_fragile", "features": features}}}
    )
    drawn = gpd.GeoDataFrame(geometry=list(unit), crs="EPSG:4326")
    varied = served.plan.vary(layers={"drawn": {"role": "ecologically_fragile", "data": drawn}})
    assert made["units"] == json.loads(json.dumps(units_of(varied)))


@pytest.mark.parametrize(
    ("wish", "changes", "said"),
    [
        ({}, {"parameters__fragile": 1}, "no parameter 'fragile'"),
        ({}, {"quotas__construction_land__total": 1e9}, "construction_land"),
        ({}, {"sha256": "0" * 64}, "is not the plan that this is a try of"),
        ({"rules": {}}, {}, "rules"),
        ({"scenario": "[study]"}, {}, "try.toml"),
        ({"layers": {"drawn": {"role": "water", "features": {"features": [{"geometry": 7}]}}}}, {}, "no GeoJSON"),
        ({"layers": {"drawn": {"role": "water", "features": {"features": []}}}}, {}, "draw polygons"),
        ({"layers": {"../x": {"role": "water", "features": {}}}}, {}, "layers"),
        ({"layers": {"drawn": {"role": "water", "source": "/etc/passwd", "features": {}}}}, {}, "source"),
        ({"layers": {"forest": "forest.gpkg"}}, {}, "layers.forest"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_in_words(
    served: Served, wish: dict[str, object], changes: dict[str, Any], said: str
) -> None:
    _, made = served.work_out({"scenario": served.scenario(**changes)} | wish)
    assert said in made["error"]
    assert made["code"] in {2, 3, 4}


def test_old_tries_go(served: Served) -> None:
    wish = {"scenario": served.scenario()}
    _, first = served.work_out(wish)
    assert served.ask(first["page"])[0] == 200
    for _ in range(KEPT):
        served.plans.work_out(json.dumps(wish))
    status, headers, _ = served.ask(first["page"])
    assert (status, headers["location"]) == (303, "/")


def test_a_scenario_is_written_beside_the_plan_and_nothing_else_is(served: Served) -> None:
    folder = served.plan.study.folder
    before = {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    scenario = {"name": "port", "scenario": served.scenario(parameters__fragile_min=0.9)}
    status, _, text = served.ask("/scenarios", scenario)
    assert (status, json.loads(text)) == (201, {"file": "port.toml"})
    after = {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    assert after.keys() - before.keys() == {folder / "port.toml"}
    assert all(after[one] == content for one, content in before.items())
    assert served.ask("/scenarios", scenario)[0] == 409
    made = run(read_study(folder / "port.toml"))
    assert units_of(made) == units_of(served.plan.vary(parameters={"fragile_min": 0.9}))
    for name in ("../port", "a/b", "plan.toml", "", "plan"):
        assert served.ask("/scenarios", scenario | {"name": name})[0] == 409
    assert {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()} == after


def test_no_file_of_a_stranger_is_opened_while_a_try_is_worked_out(served: Served) -> None:
    opened: list[str] = []
    watching = True

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open" and isinstance(arguments[0], (str, bytes)):
            opened.append(str(Path(arguments[0] if isinstance(arguments[0], str) else arguments[0].decode()).resolve()))

    sys.addaudithook(watch)
    served.work_out({"scenario": served.scenario(parameters__fragile_min=0.8)})
    watching = False
    own = [
        Path(sys.prefix),
        Path(sys.base_prefix),
        Path(__file__).parents[3],
        served.plan.study.folder,
        Path(tempfile.gettempdir()),
    ]
    strange = [one for one in opened if not any(Path(one).is_relative_to(place.resolve()) for place in own)]
    assert strange == []


@pytest.mark.browser
def test_land_is_drawn_and_the_whole_plan_worked_out_in_a_browser(served: Served, chromium: Any) -> None:
    tab = chromium.new_page(viewport={"width": 1280, "height": 800})
    problems: list[str] = []
    tab.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    tab.on(
        "request", lambda asked: problems.append(asked.url) if f"//127.0.0.1:{served.port}/" not in asked.url else None
    )
    tab.goto(f"http://127.0.0.1:{served.port}/?key={served.key}")
    tab.wait_for_selector("html[data-zoneplan=ready]")
    assert served.key not in tab.url
    tab.click("#zp-tab-try")
    panel = tab.locator(".zp-server")
    panel.get_by_label("What the drawn land is").select_option("ecologically_fragile")
    panel.get_by_role("button", name="Draw land on the map").click()
    box = tab.locator("#map_plan").bounding_box()
    for right, down in ((0.64, 0.43), (0.91, 0.43), (0.91, 0.75), (0.64, 0.75)):
        tab.mouse.click(box["x"] + right * box["width"], box["y"] + down * box["height"])
    panel.get_by_role("button", name="Close the shape").click()
    assert "1 shape drawn" in panel.inner_text()
    keep("served_drawing.png", tab.screenshot())
    panel.get_by_role("button", name="Work out the whole plan").click()
    tab.wait_for_url("**/tries/*")
    tab.wait_for_selector("html[data-zoneplan=ready]")
    assert tab.locator("h1").inner_text().startswith("Try:")
    found = tab.evaluate("globalThis.zoneplan.plan")
    fragile = [unit for unit, one in found.items() if one["main"] == "ecologically_fragile"]
    before = units_of(served.plan)
    assert len(fragile) > sum(one["main"] == "ecologically_fragile" for one in before.values())
    keep("served_try.png", tab.screenshot())
    tab.click("#zp-tab-try")
    tab.get_by_role("button", name="Back to the plan that was tried").click()
    tab.wait_for_url(lambda address: "/tries/" not in address)
    tab.wait_for_selector("html[data-zoneplan=ready]")
    tab.click("#zp-tab-try")
    field = tab.get_by_label("Name of the file")
    field.fill("from_browser")
    tab.get_by_role("button", name="Write beside the plan").click()
    tab.get_by_text("from_browser.toml was written beside the plan").wait_for()
    made = run(read_study(served.plan.study.folder / "from_browser.toml"))
    assert units_of(made) == before
    assert problems == []
    tab.close()
