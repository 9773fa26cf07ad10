"""A third country without a line of Python: the rulebook of Brazil on a made-up study.

Twelve squares of 100 ha as in ``tests/conftest.py``, two states of two columns each. Codes are those of IBGE: 51 is
Mato Grosso, which belongs to the Legal Amazon, 52 Goiás, which does not.

        y=3   +----+----+----+----+      park       all of c1
              | c1 | c2 | c3 | c4 |      indigenous x 0-0.6, y 1-2: 60 ha of b1
        y=2   +----+----+----+----+      bank       x 0-4, y 0.9-1.1: 10 ha of each square of rows a and b
              | b1 | b2 | b3 | b4 |      reserve    x 1-2, y 1.2-2: 80 ha of b2
        y=1   +----+----+----+----+      town       x 2.5-3.5, y 0-1: 50 ha of a3 and of a4
              | a1 | a2 | a3 | a4 |      forest     the west; native: b1 b2 c1 c2; farm: all other land
        y=0   +----+----+----+----+
              Mato Grosso | Goiás
"""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from maps.web.geometry_encoding import SIGNS
from maps.words.messages import templates
from tests.conftest import CRS, DATA, rectangle
from zoning.rulebook.rulebook_folder import LAWS

LAND = {
    "park": [(0, 2, 1, 3)],
    "indigenous": [(0, 1, 0.6, 2)],
    "bank": [(0, 0.9, 4, 1.1)],
    "reserve": [(1, 1.2, 2, 2)],
    "town": [(2.5, 0, 3.5, 1)],
    "forest": [(0, 0, 2, 3)],
    "native": [(0, 1, 2, 3)],
    "farm": [(0, 0, 4, 1), (2, 1, 4, 3)],
}
STATES = {"51": "Mato Grosso", "52": "Goiás"}


def code(square: str) -> str:
    """The made-up IBGE code of a square, such as 5100011 for b1."""
    row, column = "abc".index(square[0]), int(square[1])
    return f"{'51' if column <= 2 else '52'}{row:04}{column}"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The folder of the study, ready to be run."""
    folder = tmp_path / "brazil_study"
    shutil.copytree(DATA / "brazil", folder)
    squares = [f"{row}{column}" for row in "abc" for column in range(1, 5)]
    units = gpd.GeoDataFrame(
        {
            "code": [code(square) for square in squares],
            "name": [f"Município {square}" for square in squares],
            "state": [STATES[code(square)[:2]] for square in squares],
        },
        geometry=[
            rectangle(int(column) - 1, "abc".index(row), int(column), "abc".index(row) + 1) for row, column in squares
        ],
        crs=CRS,
    )
    units.to_file(folder / "land.gpkg", layer="units", driver="GPKG")
    parts = [(kind, rectangle(*part)) for kind, drawn in LAND.items() for part in drawn]
    kinds, shapes = zip(*parts, strict=True)
    gpd.GeoDataFrame({"kind": kinds}, geometry=list(shapes), crs=CRS).to_file(
        folder / "land.gpkg", layer="land", driver="GPKG"
    )
    return folder


def table(run: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(run / f"{name}.csv", dtype=str, encoding="utf-8-sig", keep_default_na=False)


def amounts(frame: pd.DataFrame, key: str, value: str) -> dict[str, float]:
    return frame.set_index(key)[value].astype(float).to_dict()


@pytest.fixture
def call(command: Callable[..., SimpleNamespace], cases_once: None) -> Callable[..., str]:
    """A function that calls the command in this process, finds that it succeeds, and gives what it prints."""

    def done(*arguments: object) -> str:
        told = command(*arguments)
        assert told.code == 0, told.err
        return told.out

    return done


@pytest.fixture
def run(call: Callable[..., str], study: Path) -> Path:
    call("run", study / "plan.toml", "--out", study.parent / "result")
    return study.parent / "result"


def test_zones_lines_quota_money_and_policies_come_out_as_by_pencil(zoneplan, study: Path) -> None:
    """From the installed wheel: nothing of the rulebook is left behind when it is built."""
    zoneplan("run", study / "plan.toml", "--out", "result", code=0)
    run = study.parent / "result"
    mains = table(run, "zones").set_index("unit_id")
    expected = {
        **dict.fromkeys(["b1", "c1"], "institutional"),
        **dict.fromkeys(["b2", "c2"], "sustainable_use"),
        **dict.fromkeys(["a3", "a4"], "urban"),
        **dict.fromkeys(["a1", "a2", "b3", "b4", "c3", "c4"], "consolidated_use"),
    }
    assert mains["main"].to_dict() == {code(square): main for square, main in expected.items()}
    assert set(mains["status"]) == {"assumed"}  # the study says nothing of semi-arid land, heritage, metropolises ...
    assert mains.loc[code("b1"), "overlays"] == "indigenous;legal_amazon"
    assert mains.loc[code("a3"), "overlays"] == ""

    # available: outside of the park, the territory, banks and reserves; b1 loses 60 and the 4 ha of bank outside them
    free = amounts(table(run, "measures"), "unit_id", "available_ha")
    assert {square: free[code(square)] for square in ("a1", "b1", "b2", "c1", "c4")} == pytest.approx(
        {"a1": 90, "b1": 36, "b2": 10, "c1": 0, "c4": 100}, abs=1e-6
    )
    lines = table(run, "lines").set_index(["unit_id", "line"])
    bank = lines.loc[(code("b1"), "permanent_preservation"), ["claimed_ha", "settled_ha"]].astype(float)
    assert bank.tolist() == pytest.approx([10, 4], abs=1e-6)

    # 30 ha of clearing by native vegetation: 100 ha in each of four squares, but nothing is available in the park
    granted = amounts(table(run, "quotas")[lambda rows: rows["unit_id"] != ""], "unit_id", "amount")
    assert {square: granted[code(square)] for square in ("b1", "b2", "c1", "c2", "a1")} == {
        "b1": 10, "b2": 10, "c1": 0, "c2": 10, "a1": 0,
    }  # fmt: skip

    # 95 % of 192,000 in twelve equal parts; 5 % by 1 and 0.6
    flows = table(run, "flows")
    got = amounts(flows[flows["instrument"] == "ICMS ecológico"], "receiver", "amount")
    assert (got[code("a1")], got[code("b1")], got[code("c1")]) == (15_200, 18_800, 21_200)
    paid = amounts(flows[flows["instrument"] == "Royalty of the river"], "receiver", "amount")
    assert (paid["municipalities"], paid["states"], paid["union"]) == (650, 250, 100)

    policies = table(run, "policies").merge(table(run, "policy_texts"), on="policy")
    assert set(policies["instrument"]) >= {
        "land", "compensation", "transfer", "negative_list", "services", "tax", "population",
    }  # fmt: skip
    measures = table(run, "measures")
    taxed = set(policies.loc[policies["policy"] == "rural-land-tax", "unit_id"])
    assert (
        taxed
        == set(measures.loc[measures["rural_property_share"].astype(float) > 0, "unit_id"])
        < set(measures["unit_id"])
    )
    reserve = policies[policies["policy"].str.startswith("reserve-in-") & (policies["overruled_by"] == "")]
    assert set(reserve["unit_id"].str[:2]) == {"51"}  # 80 % only in the Legal Amazon
    assert set(reserve["parameters"].map(lambda text: json.loads(text)["keep_pct"]["value"])) == {80}
    bans = policies[(policies["policy"] == "urban-land") & (policies["overruled_by"] != "")]
    assert set(bans["overruled_by"]) == {"preservation-area-land"}  # the bank inside the town


def test_it_explains_itself_and_answers_for_a_place(call: Callable[..., str], run: Path) -> None:
    assert "is an institutional area: 60\u00a0% of it" in call("explain", run, code("b1"))
    told = call("explain", run, code("b1"), "--long")
    assert "Institutional area" in told
    assert "0.6" in told
    assert "institutional_share_min" in told
    lon, lat = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(
        *rectangle(0.1, 1.4, 0.3, 1.6).centroid.coords[0]
    )
    mine = json.loads(call("at", run, lon, lat, "--industry", "B0710", "--json"))
    assert "restricted" in json.dumps(mine)
    assert "Congress" in json.dumps(mine)
    usage = call("check", run)
    assert "institutional_share_min" in usage  # notes say how much land hangs on numbers that nobody has verified


def test_the_folder_copied_beside_the_plan_works_the_same(call: Callable[..., str], run: Path, study: Path) -> None:
    """And a change to one number of the copy changes the zones: no program knows the rulebook.

    Of its worked cases one file is enough here; all of them are run under the rulebook's own name.
    """
    shutil.copytree(LAWS / "brazil", study / "ours")
    _, *others = sorted((study / "ours" / "cases").iterdir(), key=lambda path: path.stat().st_size)
    for path in others:
        path.unlink()
    plan = study / "plan.toml"
    plan.write_text(plan.read_text("utf-8").replace('rulebook = "brazil"', 'rulebook = "ours"'), "utf-8")
    call("check", study / "ours")
    call("check", plan)
    call("run", plan, "--out", study.parent / "copied")
    for name in ("zones", "lines", "quotas", "flows", "policies", "measures"):
        assert (study.parent / "copied" / f"{name}.csv").read_bytes() == (run / f"{name}.csv").read_bytes()
    numbers = study / "ours" / "parameters.toml"
    old = 'values = [{ value = 0.5, from = 2002-07-11 }]\nreference.en = "house\'s own threshold"\n'
    text = numbers.read_text("utf-8")
    assert old in text
    numbers.write_text(text.replace(old, old.replace("0.5", "0.7"), 1), "utf-8")
    call("run", plan, "--out", study.parent / "changed")
    zones = table(study.parent / "changed", "zones").set_index("unit_id")
    assert zones.loc[code("b1"), "main"] == "sustainable_use"  # 0.6 < 0.7, and native vegetation covers all of it
    assert zones.loc[code("c1"), "main"] == "institutional"


def sentences(language: str) -> set[str]:
    """What stands between the fields of the texts of a catalogue, where it has four words or more."""
    forms = (form for one in templates(language).values() for form in one.forms)
    parts = {part.strip() for form in forms for part in re.split(r"\{[^}]*\}", form)}
    return {part for part in parts if len(re.findall(r"[^\W\d_]{2,}", part)) >= 4}


def text_of(page: str) -> str:
    """What people read of a page, words in its drawings among them."""
    return html.unescape(re.sub(r"(?s)<style>.*?</style>|<[^>]*>", " ", page))


def block_of(page: str) -> str:
    """What the script of the map reads: all words and values of the plan, and its shapes."""
    (block,) = re.findall(r'id="zoneplan-block">([^<]*)<', page)
    places = np.array([SIGNS.index(sign) for sign in block + SIGNS[-1] * (-len(block) % 5)], np.uint64).reshape(-1, 5)
    packed = (places @ np.array([85**place for place in (4, 3, 2, 1, 0)], np.uint64)).astype(">u4").tobytes()
    return gzip.decompress(packed[: len(packed) - (-len(block) % 5)]).decode("utf-8", "replace")


def test_map_report_and_terminal_speak_portuguese(call: Callable[..., str], study: Path) -> None:
    """No sentence of the English catalogue is left; what stays English are names of the plan."""
    run = study.parent / "em_portugues"
    told = call("run", study / "plan.toml", "--lang", "pt", "--out", run)
    report_page, map_page = ((run / f"{name}.html").read_text("utf-8") for name in ("report", "map"))
    assert '<html lang="pt">' in report_page
    assert '<html lang="pt">' in map_page
    report_page, map_page = text_of(report_page), block_of(map_page)
    card = call("explain", run, code("b1"), "--lang", "pt") + call("explain", run, code("b1"), "--lang", "pt", "--long")
    own, other = sentences("pt"), sentences("en") - sentences("pt")
    for text, least in ((told, 1), (map_page, 40), (report_page, 40), (card, 5)):
        flat = " ".join(text.split())
        assert not {one for one in other if one in flat}
        assert sum(one in flat for one in own) >= least
    for page in (map_page, report_page):
        assert "Área institucional: unidades de conservação e terras indígenas" in page
        assert "unidades de conservação e terras indígenas cobrem a maior parte" in page
    assert '"0,6"' in map_page  # numbers stand apart from their sentences
    assert "= 0,6 >= 0,5 (" in report_page
    assert "20.000 habitantes" in report_page
    read = " ".join(report_page.split())
    assert "cada uma de 12 unidades em Goiás e Mato Grosso" in read
    assert "Terra 17 17 17 50 1.200,00 ha" in read
    assert "Orçamento BRL 192.000,00" in read
    assert not re.search(r"\d,\d{3}\.\d|\d\.\d+ %", report_page)
    assert "16,7 %" in told
    assert "referência: Constituição, artigo 231" in card


def test_whatever_asks_a_run_speaks_its_language(
    call: Callable[..., str], command: Callable[..., SimpleNamespace], study: Path
) -> None:
    """Nobody says --lang again: comparison, consensus, draws and curve speak as the run does, also on their pages."""
    plan, folder = study / "plan.toml", study.parent
    call("run", plan, "--lang", "pt", "--out", folder / "run")
    name, sha256 = "institutional_share_min", hashlib.sha256(plan.read_bytes()).hexdigest()
    head = f'[try]\nplan = "plan.toml"\nplan_sha256 = "{sha256}"\nby = "Ana"\n\n[[scenarios]]\nname = "ana"\n'
    (study / "ana.toml").write_text(f'{head}set = {{ "parameters.{name}" = 0.7 }}\n', "utf-8")
    told = [
        command("compare", folder / "run", study / "ana.toml", "--study", study, "--out", folder / "compared").out,
        call("consensus", plan, study / "ana.toml", "--lang", "pt", "--out", folder / "agreed"),
        call("robustness", folder / "run", "--within", f"{name}=0.4:0.7", "--draws", 20, "--study", study),
        call("curve", folder / "run", name),
    ]
    told += [text_of((folder / "compared" / "report.html").read_text("utf-8"))]
    told += [block_of((folder / one / "map.html").read_text("utf-8")) for one in ("compared", "agreed")]
    other = sentences("en") - sentences("pt")
    for text in told:
        flat = " ".join(text.split())
        assert not {one for one in other if one in flat}
    assert all("Proporção mínima" in text for text in (*told[:2], told[3]))


ENGLISH_NUMBER = re.compile(r"\d,\d{3}\.\d|(?<![\w./:-])\d+\.\d{1,2}(?![\w.])")
"""A number with English signs: thousands and a point, or up to two decimals behind one."""


def test_numbers_have_the_signs_of_the_language_wherever_they_are_printed(
    call: Callable[..., str], study: Path
) -> None:
    plan, run = study / "plan.toml", study.parent / "corrida"
    plan.write_text(plan.read_text("utf-8").replace("[study]\n", '[study]\nlanguage = "pt"\n', 1), "utf-8")
    centre = rectangle(0.1, 1.4, 0.3, 1.6).centroid.coords[0]
    lon, lat = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(*centre)
    told = {"run": call("run", plan, "--out", run), "check": call("check", plan), "check of a run": call("check", run)}
    for square in ("b1", "a3"):
        told[f"explain {square}"] = call("explain", run, code(square)) + call("explain", run, code(square), "--long")
    told["at a place"] = call("at", run, lon, lat, "--industry", "B0710")
    told["in a unit"], told["outside"] = call("at", run, code("a3")), call("at", run, lon + 1.5, lat)
    dossier = study.parent / "dossie.html"
    call("explain", run, code("b1"), "--html", dossier)
    told |= {page.name: text_of(page.read_text("utf-8")) for page in (dossier, run / "report.html")}
    for name, column in (("zones", "reason"), ("flows", "rule"), ("policy_texts", "clause")):
        told[f"{name}.csv"] = "\n".join(table(run, name)[column])
    found = {
        name: ENGLISH_NUMBER.findall(re.sub(r"CC BY \d\.\d|\b\d+\.\d+\.\d+", "", text)) for name, text in told.items()
    }
    assert {name: numbers for name, numbers in found.items() if numbers} == {}
    assert all(re.search(r"\d,\d", told[name]) for name in ("explain b1", "at a place", "outside", "report.html"))
    assert "1.200,00 ha" in told["report.html"]
    assert "18.800,00 BRL" in told["explain b1"]
    assert not ENGLISH_NUMBER.search("18.800,00 e 9,792")
    assert ENGLISH_NUMBER.search("1,234.5")
    assert ENGLISH_NUMBER.search("0.25")
