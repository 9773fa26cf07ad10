"""Hostile inputs, from the plan to the pages: nothing runs, nothing outside is read, nothing asks without end.

Rows S of the catalogue of reliability; what a single module holds alone is tested beside that module.
"""

from __future__ import annotations

import ast
import json
import os
import struct
import unicodedata
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rasterio
from affine import Affine
from shapely import box

from layers.errors import LimitError, ZoneplanError
from layers.read.reading_step import read_inputs
from maps.errors import WriteError
from maps.runs import require_room, write_run
from tests.helpers import change_units, replace_in
from zoning.errors import RulebookError
from zoning.pipeline.flow import run
from zoning.rulebook import read_rulebook
from zoning.study import read_study

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("layers", "zoning", "maps", "zoneplan")
X0, Y0, KM, CRS = 4_000_000.0, 3_000_000.0, 1000.0, "EPSG:3035"
CANARY = "canary-7f3a"
PAYLOADS = (
    "{{ cycler.__init__.__globals__.os.getpid() }}",
    "{% for x in y %}",
    "{# gone #}",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "</title></style><svg onload=alert(1)>",
    "${alert(1)}",
    "`+alert(1)+`",
    "]]>--><!--",
    '" onmouseover="alert(1)',
    "\u202egpj.exe\u2066",
    "\x1b[2J\x07line",
)


# Pages: S01 to S04, S40, S41. Every text that a user can bring stands in them as written and does nothing.


class Tags(HTMLParser):
    """The elements of a page, and the names of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attributes)))


def tags(page: Path) -> list[tuple[str, tuple[str, ...]]]:
    reader = Tags()
    reader.feed(page.read_text("utf-8"))
    return reader.found


def hostile(folder: Path, payload: str) -> None:
    """Put one payload wherever a plan, its data or its rulebook may hold free text."""
    quoted = json.dumps(payload).replace("\x7f", "")
    replace_in(folder, '"Toy province"', quoted)
    replace_in(folder, '"The new town of the province"', quoted)
    replace_in(folder, '"Provincial assembly"', quoted)
    replace_in(folder, '"Resolution 7"', quoted)
    replace_in(folder, '"the new town first"', quoted)
    replace_in(folder, '"ha"', quoted)
    replace_in(folder, '"A rulebook for tests"', quoted, "rules/rulebook.toml")
    replace_in(folder, '"Toyland"', quoted, "rules/rulebook.toml")
    replace_in(folder, '"Key development"', quoted, "rules/zones.toml")
    replace_in(folder, '"Energy-rich"', quoted, "rules/zones.toml")
    replace_in(folder, '"forest covers it"', quoted, "rules/rules.toml")
    replace_in(folder, '"Toy Act, section 2"', quoted, "rules/rules.toml")
    replace_in(folder, '"Permanent farmland"', quoted, "rules/lines.toml")
    replace_in(folder, '"persons"', quoted, "rules/parameters.toml")
    replace_in(folder, '"Payment for standing forest"', quoted, "rules/policies.toml")
    replace_in(folder, '"Owners are paid for forest that they leave standing."', quoted, "rules/policies.toml")
    replace_in(folder, '"Toy Act, section 10"', quoted, "rules/policies.toml")
    change_units(
        folder,
        lambda units: units.assign(
            name=[f"{payload}{name}" for name in units["name"]],
            county=[f"{payload}{county}" for county in units["county"]],
            code=[f"{code}{payload if code in {'a1', 'b2'} else ''}" for code in units["code"]],
            **{"free text": payload},
        ),
    )
    replace_in(folder, "a1,10\n", "", "stats.csv")
    replace_in(folder, "b2,20\n", "", "stats.csv")


@pytest.mark.browser
def test_s01_s02_s03_s04_s38_s41_hostile_names_do_nothing_in_a_browser(
    toy_folder: Path, tmp_path: Path, open_tab
) -> None:
    """All payloads in one name: the pages open, show it, run nothing of it, and ask for nothing."""
    hostile(toy_folder, " ".join(PAYLOADS[:10]))
    folder = write_run(run(read_study(toy_folder / "plan.toml")), tmp_path / "run")
    for name in ("map.html", "report.html"):
        tab, opened = open_tab(), []
        tab.on("dialog", lambda dialog, opened=opened: (opened.append(dialog.message), dialog.dismiss()))
        page = (folder / name).as_uri()
        tab.goto(page)
        tab.wait_for_load_state()
        assert "<img src=x onerror=alert(1)>" in tab.locator("body").inner_text()
        assert opened == []
        assert tab.asked == [page]
        assert tab.complaints == []
        tab.close()


TOWN = ("circle", ("cx", "cy", "r", "fill"))
"""The dot of a town, which a map has where the names of units leave its name room."""


@pytest.fixture(scope="module")
def benign_tags() -> dict[str, list]:
    """Filled by the first test that needs it: the elements of the pages of the toy province."""
    return {}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_a_user_becomes_markup_script_or_template(
    payload: str, toy_folder: Path, tmp_path: Path, benign_tags: dict[str, list]
) -> None:
    if not benign_tags:
        replace_in(toy_folder, "a1,10\n", "", "stats.csv")
        replace_in(toy_folder, "b2,20\n", "", "stats.csv")
        plain = write_run(run(read_study(toy_folder / "plan.toml")), tmp_path / "plain")
        benign_tags |= {name: tags(plain / name) for name in ("map.html", "report.html")}
        (toy_folder / "stats.csv").write_text(
            (toy_folder / "stats.csv").read_text().replace("code,income\n", "code,income\na1,10\nb2,20\n")
        )
    hostile(toy_folder, payload)
    folder = write_run(run(read_study(toy_folder / "plan.toml")), tmp_path / "run")
    for name, plain_tags in benign_tags.items():
        found = tags(folder / name)
        assert set(found) <= {*plain_tags, TOWN}, f"{name} has elements that the plain page has not"
        for tag in ("script", "style", "svg", "link", "meta", "img", "iframe"):
            # rows that a longer text pushes off a sheet take their swatches along
            assert sum(one == tag for one, _ in found) <= sum(one == tag for one, _ in plain_tags)
        text = (folder / name).read_text("utf-8")
        kinds = {unicodedata.category(char) for char in text if char not in "\n\t"}
        assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}, f"{name} has characters that hide or reorder"
    names = pd.read_csv(folder / "zones.csv", dtype=str, encoding="utf-8-sig")["name"]
    assert names.str.startswith(payload).all(), "tables hold names exactly as read"


# Paths and drivers: S05 to S13, S25, S26.

PLACES = [
    "/etc/passwd",
    "../secret.csv",
    "sub/../../secret.csv",
    "~/secret.csv",
    "http://127.0.0.1:9/a.csv",
    "/vsicurl/http://127.0.0.1:9/a.tif",
    "/vsizip/a.zip/a.shp",
    "PG:dbname=x password=canary-7f3a",
    "WFS:http://127.0.0.1:9",
    "GTIFF_DIR:1:a.tif",
    '{"type": "FeatureCollection", "features": []}',
    "a.csv\u0000.tif",
    "C:\\secret.csv",
]


def test_s11_text_as_a_path_is_a_name_that_is_not_there(command, toy_folder: Path) -> None:
    replace_in(toy_folder, '"plants.csv"', "\"<VRTDataset rasterXSize='1' rasterYSize='1'/>\"")
    assert command("run", toy_folder / "plan.toml").code == 3


@pytest.mark.parametrize("place", PLACES)
def test_s11_only_plain_paths_inside_the_folder_are_sources(place: str, command, toy_folder: Path) -> None:
    (toy_folder.parent / "secret.csv").write_text(f"code,x\n{CANARY},1\n")
    replace_in(toy_folder, '"plants.csv"', json.dumps(place))
    done = command("run", toy_folder / "plan.toml")
    assert done.code == 2, done.err
    assert "line" in done.err
    assert not (toy_folder / "runs").exists()


DISGUISED = {
    "S05 raw band": (
        "elevation.tif",
        """<VRTDataset rasterXSize="4" rasterYSize="1"><VRTRasterBand dataType="Byte" band="1"
        subClass="VRTRawRasterBand"><SourceFilename relativetoVRT="1">secret.csv</SourceFilename></VRTRasterBand>
        </VRTDataset>""",
    ),
    "S06 remote": (
        "elevation.tif",
        """<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand band="1"><SimpleSource><SourceFilename>
        /vsicurl/http://127.0.0.1:9/a.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>""",
    ),
    "S07 function": (
        "elevation.tif",
        """<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand dataType="Byte" band="1"
        subClass="VRTDerivedRasterBand"><PixelFunctionType>f</PixelFunctionType>
        <PixelFunctionLanguage>Python</PixelFunctionLanguage><PixelFunctionCode>import os</PixelFunctionCode>
        </VRTRasterBand></VRTDataset>""",
    ),
    "S08 writes on reading": (
        "elevation.tif",
        "<MRF_META><Raster><Size x='4' y='4' c='1'/><DataFile>written.dat</DataFile></Raster></MRF_META>",
    ),
    "S09 vector": (
        "toy.gpkg",
        """<OGRVRTDataSource><OGRVRTLayer name="units"><SrcDataSource>secret.csv</SrcDataSource></OGRVRTLayer>
        </OGRVRTDataSource>""",
    ),
    "S10 pipeline": (
        "toy.gpkg",
        '{"type": "gdal_streamed_alg", "command_line": "gdal vector read secret.csv"}',
    ),
    "S16 entities": (
        "toy.gpkg",
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "secret.csv">]><gml>&e;</gml>',
    ),
    "S17 entities of entities": (
        "toy.gpkg",
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><gml>&b;</gml>',
    ),
    "S18 link to a network": (
        "toy.gpkg",
        "<kml><NetworkLink><Link><href>http://127.0.0.1:9/a.kml</href></Link></NetworkLink></kml>",
    ),
}


@pytest.mark.parametrize("disguise", DISGUISED)
def test_files_that_point_elsewhere_are_not_followed(disguise: str, command, toy_folder: Path) -> None:
    name, text = DISGUISED[disguise]
    (toy_folder / "secret.csv").write_text(f"code,x\n{CANARY},1\n")
    (toy_folder / name).write_text(text)
    before = sorted(toy_folder.rglob("*"))
    done = command("run", toy_folder / "plan.toml")
    assert done.code == 3
    assert "though its name says so" in done.err
    assert CANARY not in done.err + done.out
    assert sorted(toy_folder.rglob("*")) == before, "reading wrote something"


def _zip_that_leaves(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../slipped.csv", "code,x\n")
        archive.writestr("features.geojson", " " * 10_000_000, zipfile.ZIP_DEFLATED)


FOREIGN = {
    "S18 more.kml": lambda path: path.write_text("<kml><NetworkLink/></kml>"),
    "S18 more.gml": lambda path: path.write_text("<gml/>"),
    "S21 S27 more.zip": _zip_that_leaves,
}


SAID = {"more.kml": "links to another document (NetworkLink)", "more.zip": "its name leads elsewhere"}


@pytest.mark.parametrize("row", FOREIGN)
def test_formats_that_reach_elsewhere_or_unfold_are_not_opened(row: str, command, toy_folder: Path) -> None:
    name = row.rsplit(maxsplit=1)[-1]
    FOREIGN[row](toy_folder / name)
    with (toy_folder / "plan.toml").open("a") as plan:
        plan.write(f'[[layers]]\nname = "more"\nsource = "{name}"\nrole = "protected"\n')
    before = sorted(toy_folder.parent.rglob("*"))
    done = command("run", toy_folder / "plan.toml")
    assert done.code == 3
    assert SAID.get(name, f"{name} cannot be read here") in done.err
    assert sorted(toy_folder.parent.rglob("*")) == before, "something was unpacked"


@pytest.mark.parametrize("what", ["file", "folder", "dangling"])
def test_s26_links_out_of_the_folder_are_refused(what: str, command, toy_folder: Path) -> None:
    secret = toy_folder.parent / "outside"
    secret.mkdir()
    if what != "dangling":
        (secret / "stats.csv").write_text(f"code,income\n{CANARY},1\n")
    if what == "folder":
        (toy_folder / "sub").symlink_to(secret)
        replace_in(toy_folder, '"stats.csv"', '"sub/stats.csv"')
    else:
        (toy_folder / "stats.csv").unlink()
        (toy_folder / "stats.csv").symlink_to(secret / "stats.csv")
    done = command("run", toy_folder / "plan.toml")
    assert done.code == 2
    assert "leads out of the study's folder by a link" in done.err
    assert CANARY not in done.err


@pytest.mark.parametrize("name", ["README.md", "parameters.toml", "cases/zones.toml"])
def test_s25_s26_a_rulebook_is_its_own_files_and_no_link_or_pipe(name: str, toy_folder: Path) -> None:
    """What a rulebook holds is copied into every run."""
    secret = toy_folder.parent / "secret"
    secret.write_text(CANARY)
    path = toy_folder / "rules" / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(secret)
    with pytest.raises(RulebookError, match="is a link, or no regular file") as caught:
        read_rulebook(toy_folder / "rules", read_study(toy_folder / "plan.toml").date)
    assert CANARY not in str(caught.value)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(RulebookError, match="is a link, or no regular file"):
        read_rulebook(toy_folder / "rules", read_study(toy_folder / "plan.toml").date)


def test_s14_reading_never_writes(toy_folder: Path) -> None:
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in toy_folder.rglob("*") if path.is_file()}
    run(read_study(toy_folder / "plan.toml"))
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before} == before
    assert {path for path in toy_folder.rglob("*") if path.is_file()} == set(before)


# Bombs: S19 to S24, S29, S31.


def _huge(path: Path, cell: float) -> None:
    """A million cells each way from the corner of the province, 50 kB on disk."""
    with rasterio.open(
        path, "w", driver="GTiff", width=1_000_000, height=1_000_000, count=1, dtype="uint8", crs=CRS,
        transform=Affine(cell, 0, X0, 0, -cell, Y0 + 3 * KM), tiled=True, blockxsize=4096, blockysize=4096,
        sparse_ok=True, bigtiff="YES", compress="deflate",
    ):  # fmt: skip
        pass


def test_s19_of_a_huge_grid_only_what_lies_at_the_units_is_read(toy_folder: Path) -> None:
    _huge(toy_folder / "elevation.tif", 500.0)
    assert run(read_study(toy_folder / "plan.toml")).measures["height_mean_m"].tolist() == [0] * 12


def test_s19_s20_a_grid_of_too_many_cells_at_the_units_is_a_limit(command, toy_folder: Path) -> None:
    _huge(toy_folder / "elevation.tif", 0.003)
    done = command("run", toy_folder / "plan.toml")
    assert done.code == 6
    assert "1,000,000 x 1,000,000 cells around the units" in done.err


def test_s24_a_count_that_lies_is_refused_at_once(toy_folder: Path) -> None:
    frame = gpd.GeoDataFrame(geometry=[box(X0, Y0, X0 + 1, Y0 + 1)] * 3, crs=CRS)
    frame.to_parquet(toy_folder / "more.parquet")
    table = pq.read_table(toy_folder / "more.parquet")
    lies = [struct.pack("<BII", 1, kind, 4_000_000_000) for kind in (2, 3, 7)]
    pq.write_table(table.set_column(0, table.schema.field(0), pa.array(lies, pa.binary())), toy_folder / "more.parquet")
    with (toy_folder / "plan.toml").open("a") as file:
        file.write('\n[[layers]]\nname = "more"\nsource = "more.parquet"\nrole = "protected"\n')
    with pytest.raises(ZoneplanError, match="'1'"):
        read_inputs(read_study(toy_folder / "plan.toml"))


@pytest.mark.parametrize(
    "bomb",
    ["9**9**9 > 1", "(" * 5000 + "1" + ")" * 5000 + " > 0", "-" * 100_000 + "1 > 0", "kind = 'a' OR " * 500 + "1 = 1"],
    ids=["power", "brackets", "minus", "long"],
)
def test_s31_bombs_in_conditions_are_refused_with_their_place(bomb: str, command, toy_folder: Path) -> None:
    replace_in(toy_folder, "kind = 'coal'", bomb)
    done = command("run", toy_folder / "plan.toml")
    assert done.code == 2
    assert "plan.toml, line" in done.err
    assert len(done.err) < 2000


@pytest.mark.parametrize("text", ["x = " + "[" * 10_000, "a" * 2_000_000, "[" + "a." * 5000 + "b]\n"])
def test_s29_bombs_in_a_plan_are_refused(text: str, command, toy_folder: Path) -> None:
    (toy_folder / "plan.toml").write_text(text)
    done = command("check", toy_folder / "plan.toml")
    assert done.code in {2, 6}
    assert len(done.out) < 2000


def test_s28_objects_of_yaml_are_refused_unread(command, toy_folder: Path) -> None:
    (toy_folder / "plan.yaml").write_text(f'study: !!python/object/apply:os.system ["touch {toy_folder}/made"]\n')
    done = command("run", toy_folder / "plan.yaml")
    assert done.code == 2
    assert "TOML is wanted" in done.err
    assert not (toy_folder / "made").exists()


def test_s34_a_password_in_a_plan_is_not_said_aloud(command, toy_folder: Path) -> None:
    replace_in(toy_folder, '"plants.csv"', f'"PG:host=db user=planner password={CANARY}"')
    done = command("run", toy_folder / "plan.toml")
    assert done.code == 2
    assert CANARY not in done.err + done.out


def test_s35_a_key_that_a_map_gives_away_is_a_finding(command, toy_folder: Path) -> None:
    with (toy_folder / "plan.toml").open("a") as plan:
        plan.write('[map]\ntiles = "https://t.example/{z}/{x}/{y}.png?apikey=1f3a"\nattribution = "Tiles Ltd"\n')
    done = command("check", toy_folder / "plan.toml", "--json")
    (found,) = [one for one in json.loads(done.out)["findings"] if one["code"] == "key_in_tiles"]
    assert "apikey" in found["text"]
    assert "1f3a" not in done.out + done.err


def test_a_note_of_a_rulebook_has_a_limit(toy_folder: Path) -> None:
    (toy_folder / "rules" / "README.md").write_text("x" * 1_000_001)
    with pytest.raises(LimitError, match=r"README\.md has 1,000,001 bytes"):
        read_rulebook(toy_folder / "rules", read_study(toy_folder / "plan.toml").date)


# What comes out: S32, S36, S37, S39.

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]


def test_s32_formulas_are_text_in_every_table(toy_folder: Path, tmp_path: Path) -> None:
    import openpyxl

    change_units(toy_folder, lambda units: units.assign(name=FORMULAS * 2))
    folder = write_run(run(read_study(toy_folder / "plan.toml")), tmp_path / "run", excel_safe=True)
    zones = pd.read_csv(folder / "zones.csv", dtype=str, encoding="utf-8-sig")
    assert zones["name"].tolist() == [f"'{name}" for name in FORMULAS * 2]
    assert zones["area_ha"].astype(float).tolist() == pytest.approx([100] * 12)
    book = openpyxl.load_workbook(folder / "plan.xlsx")
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "b"}


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "x" * 250], ids=["nul", "too long", "no room for the lock"])
def test_s36_names_that_no_file_system_takes_are_refused_before_the_work(name: str, tmp_path: Path) -> None:
    with pytest.raises(WriteError, match=r"cannot hold a run|cannot be written: File name too long") as caught:
        require_room(tmp_path / name)
    assert caught.value.exit_code == 5
    assert list(tmp_path.iterdir()) == []


def test_s37_foreign_files_stay_and_the_work_is_not_begun(command, toy_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "result").mkdir()
    (tmp_path / "result" / "thesis.txt").write_text("mine")
    (toy_folder / "plants.csv").unlink()  # would be exit 3, had the work begun
    done = command("run", toy_folder / "plan.toml", "--out", tmp_path / "result")
    assert done.code == 5
    assert "thesis.txt" in done.err
    assert (tmp_path / "result" / "thesis.txt").read_text() == "mine"


EVIL = "a1\nzoneplan: all is well\x1b[2J\u202e\u2028"


def _twice(folder: Path) -> None:
    change_units(folder, lambda units: pd.concat([units.assign(code=EVIL)] * 2))


def _overlapping(folder: Path) -> None:
    change_units(folder, lambda units: units.assign(code=[EVIL, *units["code"][1:]]).set_geometry(units.buffer(400)))


def _inside(folder: Path) -> None:
    def nest(units):
        inner = units.iloc[[5]].assign(code="z" + EVIL).set_geometry(units.iloc[[5]].buffer(-490))
        return pd.concat([units, inner])

    change_units(folder, nest)


def _no_value(folder: Path) -> None:
    change_units(folder, lambda units: units.assign(code=[EVIL, *units["code"][1:]]))
    replace_in(folder, 'weight = "population"', 'weight = "income"')


def _decided(folder: Path) -> None:
    replace_in(folder, '"c4"', json.dumps(EVIL))


def _in_a_condition(folder: Path) -> None:
    replace_in(folder, "\"kind = 'coal'\"", json.dumps(f"kind = '{EVIL}"))


@pytest.mark.parametrize("damage", [_twice, _overlapping, _inside, _no_value, _decided, _in_a_condition])
@pytest.mark.parametrize("call", ["run", "check"])
def test_s39_s40_a_name_in_a_message_cannot_steer_a_terminal_or_pass_for_a_line(
    call: str, damage, command, toy_folder: Path
) -> None:
    damage(toy_folder)
    done = command(call, toy_folder / "plan.toml")
    said = done.err + done.out
    assert "\\u001b[2J" in said or "\\x1b[2J" in said or "is missing; write" in said
    kinds = {unicodedata.category(char) for char in said if char != "\n"}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not [line for line in said.splitlines() if line.startswith("zoneplan: all is well")]


def test_s39_an_unknown_unit_is_shown_escaped(command, toy_result: Path) -> None:
    done = command("explain", toy_result, EVIL)
    assert done.code == 2
    assert "a1\\nzoneplan" in done.err
    assert not set(done.err) & {"\x1b", "\u202e", "\u2028"}
    assert len(done.err.splitlines()) == 1


# Habits of the code that keep rows of the catalogue from coming back.


def trees() -> list[tuple[str, ast.AST]]:
    packages = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [(f"{path.parent.name}.{path.stem}", ast.parse(path.read_text("utf-8"))) for path in packages]


def test_s12_s30_s33_text_from_a_file_is_never_run() -> None:
    """No eval, no pandas expressions, no SQL of the user's, no pickles, no programs."""
    forbidden = {"eval", "exec", "compile", "query", "system", "popen", "read_sql", "read_pickle", "to_pickle"}
    found = []
    for name, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            owner = getattr(getattr(node.func, "value", None), "id", "")
            # a spatial tree or index is asked with .query, and patterns are compiled
            spatial = any(word in ast.unparse(node.func).lower() for word in ("tree", "sindex"))
            harmless = (owner, called) == ("re", "compile") or spatial
            if called in forbidden and not harmless:
                found.append(f"{name}: {ast.unparse(node.func)}")
            found += [f"{name}: {word.arg}=" for word in node.keywords if word.arg in {"sql", "shell", "allow_pickle"}]
    assert found == []


def test_s06_s11_nothing_reaches_for_a_network_or_a_program() -> None:
    forbidden = {"socket", "urllib", "http", "requests", "ftplib", "smtplib", "pickle", "joblib", "subprocess", "yaml"}
    # a browser that is here prints a report, where --pdf asks for it; `zoneplan serve` listens to this machine
    asked = {"reports.pdf_file: subprocess", "serve.plan_server: socket"}
    found = []
    for name, tree in trees():
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [f"{name}: {one}" for one in names if one.partition(".")[0] in forbidden]
    assert set(found) == asked


def test_s42_a_run_says_with_which_versions_it_was_made(toy_result: Path) -> None:
    made = json.loads((toy_result / "provenance.json").read_text("utf-8"))["versions"]
    assert {"zoneplan", "geopandas", "shapely", "pyogrio", "rasterio", "pyproj"} <= set(made)
