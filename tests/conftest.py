"""The toy province: every number of its tests can be checked with a pencil.

Twelve squares of 1 km (100 ha) in two counties, west and east, in an equal-area CRS (LAEA Europe):

        y=3   +----+----+----+----+
              | c1 | c2 | c3 | c4 |        forest   : x 0-1.5, y 0-3   (450 ha; all of a1 b1 c1, half of a2 b2 c2)
        y=2   +----+----+----+----+        energy   : x 2.5-4, y 1-2   (150 ha; half of b3, all of b4)
              | b1 | b2 | b3 | b4 |        farmland : x 1-3,   y 0-1   (200 ha; all of a2 a3)
        y=1   +----+----+----+----+        elevation: 8 x 6 cells of 500 m, value = row from the north (0..5)
              | a1 | a2 | a3 | a4 |
        y=0   +----+----+----+----+
             x=0    1    2    3    4
              west     | east
"""

from __future__ import annotations

import compileall
import fcntl
import functools
import gc
import inspect
import os
import pickle
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine
from hypothesis import settings
from shapely.geometry import box

from hatch_build import compile_catalogues
from tests.tiers import sort_by_tier

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import WorkStealingScheduling
    from xdist.workermanage import WorkerController

    from tests.postgis_server import Server
    from zoning.pipeline.worked_cases import Result
    from zoning.plan import Plan
    from zoning.rulebook import Rulebook
    from zoning.study import Study

collect_ignore = ["data"]  # scripts for other programs and files to be read
OBJECTS_BETWEEN_COLLECTIONS, YOUNG_COLLECTIONS = 1_000_000, 10
"""How often garbage is collected: seldom, as in the command; to look at all that is loaded took a tenth of a test."""
DATA = Path(__file__).resolve().parent / "data"
ROOT = Path(__file__).resolve().parent.parent
CRS = "EPSG:3035"
X0, Y0, KM = 4_000_000.0, 3_000_000.0, 1000.0

# Hypothesis: no test is about time; other examples in each run, on every machine, and a failure says how to repeat it.
settings.register_profile("zoneplan", deadline=None, derandomize=False, print_blob=True)
settings.load_profile("zoneplan")


def examples(count: int) -> int:
    """How many examples a property asks for that takes a whole run for each: others on every run of the tests.

    So many times as many where ZONEPLAN_EXAMPLES says a number.
    """
    return count * int(os.environ.get("ZONEPLAN_EXAMPLES", "1"))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Speak English; draw the seed of Hypothesis, so that it can be told; compile what catalogues have changed."""
    os.environ["ZONEPLAN_CACHE"] = os.devnull  # where nothing can be kept, of fixtures that many tests share
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, YOUNG_COLLECTIONS)
    os.environ["LC_ALL"] = "C.UTF-8"  # the command speaks the language of whoever runs it
    if hasattr(config, "workerinput"):
        one_core()
    else:  # before there are other processes of xdist
        compile_catalogues()
    config.pluginmanager.register(RememberedExamples())  # here, since docstrings do not lie below this folder
    if config.option.hypothesis_seed is None:
        of_first = getattr(config, "workerinput", {}).get("hypothesis_seed")
        config.option.hypothesis_seed = of_first or str(secrets.randbelow(2**32))


def one_core() -> None:
    """Write and cut with one worker by default in a process of xdist, where each core has such a process already.

    Copies of a process that has loaded so much take half as long again. Commands that are processes of their own have
    the workers that users have, and tests of workers ask for some.
    """
    os.sched_getaffinity = lambda _process: {0}


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Give a process of xdist the seed of the first, which is the one that is told."""
    node.workerinput["hypothesis_seed"] = node.config.option.hypothesis_seed


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> WorkStealingScheduling:
    """Give each process of xdist neighbouring tests, which share what is made once a module or a session."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


def pytest_report_header(config: pytest.Config) -> str:
    return f"hypothesis seed: {config.option.hypothesis_seed} (--hypothesis-seed gives it again)"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say again below the failures how to repeat them: a quiet run has no header."""
    if terminalreporter.stats.get("failed"):
        terminalreporter.write_line(f"repeat with --hypothesis-seed={config.option.hypothesis_seed}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    sort_by_tier(config, items)


def keep(name: str, content: bytes) -> None:
    """Keep what a test saw in the folder ZONEPLAN_ARTEFACTS, where somebody asked for it."""
    if folder := os.environ.get("ZONEPLAN_ARTEFACTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / name).write_bytes(content)


CLINICS = """
[[indices]]
name = "beds"
title = "Beds"
[indices.access]
table = "drive.csv"
origin = "home"
destination = "clinic"
time = "minutes"
facilities = "clinics.csv"
facility = "clinic"
supply = "beds"
people = "population"
reach = 15
per = 1000
standard = 10
more = 1
"""

CASE = """
[[cases]]
name = "a populous unit is for development"
date = 2025-01-01
source = "Toy Act, section 1"
given = { population = 1000, ecologically_fragile_share = 0.0 }
expect = { main = "key_development" }
"""
"""A worked case that the rulebook of the toy province passes, for a file in its folder `cases`."""


def add_clinics(folder: Path) -> None:
    """Give the toy province a ward with 8 beds and an empty site, and ways to them from a1, b1 and c1."""
    (folder / "drive.csv").write_text("home,clinic,minutes\na1,ward,5\nb1,ward,12\nc1,mill,10\n", "utf-8")
    (folder / "clinics.csv").write_text("clinic,beds\nward,8\nmill,0\n", "utf-8")
    with (folder / "plan.toml").open("a", encoding="utf-8") as plan:
        plan.write(CLINICS)


def rectangle(x0: float, y0: float, x1: float, y1: float):
    """A rectangle of the toy province, in kilometres from its south-west corner."""
    return box(X0 + x0 * KM, Y0 + y0 * KM, X0 + x1 * KM, Y0 + y1 * KM)


def frame(**columns) -> gpd.GeoDataFrame:
    """A GeoDataFrame in the CRS of the toy province."""
    return gpd.GeoDataFrame(columns, geometry="geometry", crs=CRS)


def make_units() -> gpd.GeoDataFrame:
    rows = [
        (
            f"{row}{column}",
            f"Unit {row.upper()}{column}",
            "west" if column <= 2 else "east",
            column * 100,
            x,
            y,
        )
        for y, row in enumerate("abc")
        for x, column in enumerate(range(1, 5))
    ]
    return frame(
        unit_id=[row[0] for row in rows],
        name=[row[1] for row in rows],
        county=[row[2] for row in rows],
        jurisdiction=[row[2] for row in rows],
        population=[row[3] for row in rows],
        area_ha=[100.0] * 12,
        geometry=[rectangle(x, y, x + 1, y + 1) for *_, x, y in rows],
    ).set_index("unit_id")


def make_designations() -> dict[str, gpd.GeoDataFrame]:
    return {
        "ecologically_fragile": frame(geometry=[rectangle(0, 0, 1.5, 3)]),
        "energy_rich": frame(geometry=[rectangle(2.5, 1, 4, 2)]),
        "permanent_farmland": frame(geometry=[rectangle(1, 0, 3, 1)]),
    }


@functools.cache
def rulebook_on(name: str, day: date) -> Rulebook:
    """A built-in rulebook as it stands on a day, read once for all modules whose tests ask it."""
    from zoning.rulebook import read_rulebook

    return read_rulebook(name, day)


def write_elevation(path: Path) -> Path:
    values = np.repeat(np.arange(6, dtype="float32")[:, None], 8, axis=1)
    transform = Affine(500, 0, X0, 0, -500, Y0 + 3 * KM)
    with rasterio.open(
        path, "w", driver="GTiff", width=8, height=6, count=1, dtype="float32", crs=CRS, transform=transform
    ) as out:
        out.write(values, 1)
    return path


def write_toy(folder: Path) -> Path:
    shutil.copytree(DATA / "toy", folder, dirs_exist_ok=True)
    write_elevation(folder / "elevation.tif")
    kinds = {"ecologically_fragile": "forest", "energy_rich": "coal", "permanent_farmland": "farmland"}
    land = [layer.assign(kind=kinds[role]) for role, layer in make_designations().items()]
    own = make_units().drop(columns=["jurisdiction", "area_ha"]).rename_axis("code").reset_index()
    own.to_file(folder / "toy.gpkg", layer="units", driver="GPKG")
    gpd.GeoDataFrame(pd.concat(land, ignore_index=True), crs=CRS).to_file(
        folder / "toy.gpkg", layer="land", driver="GPKG"
    )
    return folder


@pytest.fixture
def units() -> gpd.GeoDataFrame:
    """Twelve units: index unit_id; name, county, jurisdiction, population, area_ha, geometry."""
    return make_units()


@pytest.fixture
def designations() -> dict[str, gpd.GeoDataFrame]:
    """The three layers of the toy province, under the roles that they play."""
    return make_designations()


@pytest.fixture
def elevation_tif(tmp_path: Path) -> Path:
    """8 x 6 cells of 500 m over the province; the value is the row, counted from the north (0..5)."""
    return write_elevation(tmp_path / "elevation.tif")


@pytest.fixture(scope="session")
def copy_toy(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """A function that copies the study folder of the toy province, written once, to a place that is free."""
    written = write_toy(tmp_path_factory.mktemp("toy"))
    return lambda place: Path(shutil.copytree(written, place))


@pytest.fixture
def toy_folder(tmp_path: Path, copy_toy: Callable[[Path], Path]) -> Path:
    """A study folder of the toy province of one's own, ready for ``read_study(toy_folder / "plan.toml")``."""
    return copy_toy(tmp_path / "toy")


@pytest.fixture(scope="session")
def toy_run(copy_toy: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The plan of the toy province as it stands, made once; what changes it works on a copy."""
    from zoning.pipeline.flow import run
    from zoning.study import read_study

    return run(read_study(copy_toy(tmp_path_factory.mktemp("run") / "toy") / "plan.toml"))


@pytest.fixture(scope="session")
def toy_result(toy_run: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the toy province, written once, to be read."""
    from maps.runs import write_run

    return write_run(toy_run, tmp_path_factory.mktemp("written") / "result")


@pytest.fixture(scope="session")
def postgis() -> Iterator[Server]:
    """A PostgreSQL server with PostGIS, of which tests carry the marker ``postgis``."""
    from tests.postgis_server import missing, running

    if reason := missing():
        pytest.skip(reason)
    with TemporaryDirectory(prefix="zoneplan-postgis-") as folder, running(Path(folder)) as server:
        yield server


SHIPPED = {
    "us_mountain_west": ("en", "zh"),
    "china_provinces": ("en", "zh"),
    "french_region": ("en", "fr"),
    "chinese_pensions": ("en", "zh"),
}
"""The studies that are built in or stand under ``examples``, and the languages in which each is tried."""
SHIPPED_EDITIONS = [(study, language) for study, languages in SHIPPED.items() for language in languages]


def shipped_study(name: str) -> Path:
    """The plan.toml of a study that is built in, or of one of the examples."""
    from zoning.study import builtin_studies, builtin_study

    return builtin_study(name) if name in builtin_studies() else ROOT / "examples" / name / "plan.toml"


@functools.cache
def builtin_plan(name: str) -> Plan:
    """The finished plan of a built-in study, or of an example, made once."""
    from zoning.pipeline.flow import run
    from zoning.study import read_study

    really = inspect.unwrap(run)  # inside :func:`remembering`, too
    return really(read_study(shipped_study(name)))


@contextmanager
def remembering() -> Iterator[None]:
    """Inside, whoever runs a built-in study or a copy of it as it stands is given the plan that is there.

    What else ``run`` takes is who hears of the steps, and where these are kept.
    """
    from zoning import pipeline
    from zoning.study import builtin_studies, builtin_study, read_study

    run, studies = pipeline.run, {name: read_study(builtin_study(name)) for name in builtin_studies()}

    @functools.wraps(run)
    def remembered(study: Study, *others: object, **named: object) -> Plan:
        name = next((name for name, one in studies.items() if one == study and study.tried is None), None)
        return run(study, *others, **named) if name is None else builtin_plan(name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "run", remembered)
        yield


class RememberedExamples:
    """What gives the examples in docstrings the plans of built-in studies, which some 80 of them begin with."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        docstring = item.dtest.docstring if isinstance(item, pytest.DoctestItem) else ""
        with remembering() if "builtin_study(" in docstring else nullcontext():
            return (yield)


@pytest.fixture(scope="session")
def plan_of() -> Callable[[str], Plan]:
    """A function that gives the finished plan of a built-in study or an example, made once."""
    return builtin_plan


@pytest.fixture(scope="session")
def write_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """A function that has a file or folder written once for all processes of xdist, and gives its path, to be read."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "written"
    shared.mkdir(exist_ok=True)

    def written(name: str, write: Callable[[Path], object]) -> Path:
        path, done = shared / name / name, shared / f"{name}.done"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                path.parent.mkdir()
                write(path)
                done.touch()
        return path

    return written


@pytest.fixture(scope="session")
def run_of(
    plan_of: Callable[[str], Plan], write_once: Callable[[str, Callable[[Path], object]], Path]
) -> Callable[[str], Path]:
    """A function that gives the run folder of a shipped study, written once, to be read."""
    from maps.runs import write_run

    return lambda name: write_once(name, lambda folder: write_run(plan_of(name), folder))


@pytest.fixture(scope="session")
def results_of(
    write_once: Callable[[str, Callable[[Path], object]], Path],
) -> Callable[[str], tuple[Result, ...]]:
    """A function that gives the results of the worked cases of a built-in rulebook, which are run once."""
    from zoning.pipeline.worked_cases import run_cases

    def results(name: str) -> tuple[Result, ...]:
        path = write_once(f"{name}.cases", lambda path: path.write_bytes(pickle.dumps(run_cases(name))))
        return pickle.loads(path.read_bytes())

    return functools.cache(results)


@pytest.fixture
def cases_once(results_of: Callable[[str], tuple[Result, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    """A check of a built-in rulebook, or of a run by it, finds the results that are there."""
    from zoning.pipeline.worked_cases import run_cases
    from zoning.rulebook import builtin_rulebooks

    def results(name: str | Path, *others: object) -> tuple[Result, ...]:
        return results_of(name) if isinstance(name, str) and name in builtin_rulebooks() else run_cases(name, *others)

    monkeypatch.setattr("zoning.pipeline.rulebook_audit.run_cases", results)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test finds runs that another has kept, nor those of whoever runs the tests."""
    os.environ["ZONEPLAN_CACHE"] = str(tmp_path_factory.getbasetemp() / "caches" / secrets.token_hex(8))


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., SimpleNamespace]:
    """Call the command in this process; gives ``code``, ``out`` and ``err``."""
    from zoneplan.cli.commands import main

    def call(*arguments: object) -> SimpleNamespace:
        before = signal.getsignal(signal.SIGTERM)
        try:
            with pytest.raises(SystemExit) as left:
                main([str(one) for one in arguments])
        finally:
            signal.signal(signal.SIGTERM, before)
        return SimpleNamespace(code=left.value.code, **capsys.readouterr()._asdict())

    return call


@pytest.fixture(scope="session")
def wheel_site(tmp_path_factory) -> Path:
    """A folder with nothing but the unpacked wheel of this project."""
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "--wheel-dir", str(folder / "wheel"), str(ROOT)], check=True, cwd=folder)
    (wheel,) = (folder / "wheel").glob("zoneplan-*.whl")
    shutil.unpack_archive(wheel, folder / "site", "zip")
    compileall.compile_dir(folder / "site", quiet=2)  # as pip does; else each process compiles all that it imports
    return folder / "site"


@pytest.fixture
def zoneplan(wheel_site: Path, tmp_path: Path):
    """Call the command of the wheel in an empty folder; gives code, stdout, stderr."""

    def call(*arguments: object, code: int | None = None) -> subprocess.CompletedProcess[str]:
        program = "import sys; sys.argv[0] = 'zoneplan'; from zoneplan.__main__ import main; main()"
        environment = {**os.environ, "PYTHONPATH": str(wheel_site), "PYTHONWARNINGS": "error"}
        done = subprocess.run(
            [sys.executable, "-c", program, *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
            check=False,
        )
        assert "Traceback" not in done.stderr
        if code is not None:
            assert done.returncode == code, done.stderr
        return done

    return call


SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """Debian's Chromium; without it a test is skipped, with the reason."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium (Debian package chromium) is not installed")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright (extra dev) is not installed")
    with playwright.sync_playwright() as tools:
        opened = tools.chromium.launch(executable_path=program, args=list(SWITCHES))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def open_tab(chromium) -> Callable[..., object]:
    """A function that opens a tab, the network off, which lists what it has ``asked`` for and its ``complaints``."""

    def opened(**settings: object) -> object:
        tab = chromium.new_page(offline=True, **({"viewport": {"width": 1280, "height": 800}} | settings))
        tab.asked, tab.complaints = [], []
        tab.on("request", lambda request: tab.asked.append(request.url))
        tab.on("console", lambda message: tab.complaints.append(message.text))
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        return tab

    return opened
