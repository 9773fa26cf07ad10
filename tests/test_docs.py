"""The documentation does what it says: every block runs, the reference is the code's, the site asks for nothing.

How blocks are read, page by page, in order and in one empty folder:

- ``sh``: each line is a ``zoneplan`` call, or ``cp`` of files; ``# exit 2`` at its end says with which code it leaves.
  The section "Two commands" of README.md sets up environments and is left to ``.ci/run``.
- ``toml`` whose first line is ``# some/file.toml`` is written there, ``# some/file.toml, at the end`` is added there;
  any other must fit the study file or a file of a rulebook.
- ``python``: run with the names of the blocks before it. A table that it makes has no column that is missing in
  every row, but those of ``NEVER_THERE``: what was joined by ids that do not fit is missing without a word.
- ``text`` after one of these is what it printed; ``...`` stands for anything.
"""

from __future__ import annotations

import contextlib
import doctest
import functools
import importlib.util
import io
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from tests.conftest import remembering
from zoneplan.cli.commands import main
from zoning.rulebook.chapter_schemas import Cases
from zoning.rulebook.rulebook_folder import FILES
from zoning.rulebook.schema import Head
from zoning.study import read_study

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md"])
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LEFT_TO_CI = "## Two commands"
HEAD = '[study]\nname = "x"\ndate = 2025-01-01\nrulebook = "us_west"\n[units]\nsource = "x.gpkg"\nid = "x"\n'
PAGE = "<page>"
"""The name of a file that a block of Python bears."""
RULEBOOK = {"name": "x", "country": "x", "languages": ["en"], "description": "x"}


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """Language and content of each code block of a page."""
    text = page.read_text("utf-8")
    before, found, after = text.partition(f"{LEFT_TO_CI}\n")
    if found:
        text = before + after[after.index("\n## ") :]
    for match in BLOCK.finditer(text):
        yield match[1], match[2]


def call(line: str) -> str:
    """What a line of a shell prints, after its exit code was seen to be as announced."""
    line, _, announced = line.partition("# exit ")
    words = shlex.split(line)
    if words[0] == "cp":
        *sources, target = words[1:]
        for source in sources:
            shutil.copy(source, target)
        return ""
    assert words[0] == "zoneplan", f"no call of zoneplan or cp: {line}"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), pytest.raises(SystemExit) as left:
        main(words[1:])
    assert (left.value.code or 0) == int(announced or 0), f"{line}\n{printed.getvalue()}"
    return printed.getvalue()


def execute(code: str, names: dict[str, object]) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, PAGE, "exec"), names)
    return printed.getvalue()


@contextlib.contextmanager
def joins_that_fit() -> Iterator[None]:
    """Inside, a block that puts a column beside a table by ids of which none fit fails: pandas says nothing of it."""

    def watched(name: str, given: Callable[..., Iterator[tuple[object, pd.Series]]]) -> Callable[..., pd.DataFrame]:
        step = getattr(pd.DataFrame, name)

        @functools.wraps(step)
        def called(table: pd.DataFrame, *others: object, **words: object) -> pd.DataFrame:
            made: pd.DataFrame = step(table, *others, **words)
            if sys._getframe(1).f_code.co_filename == PAGE and len(made):
                lost = [one for one, column in given(*others, **words) if one in made and column.notna().any()]
                lost = [one for one in lost if made[one].isna().all()]
                assert not lost, f"{name}: none of the ids fit, {lost} is missing in every row"
            return made

        return called

    def columns(other: pd.DataFrame | pd.Series, *_: object, **__: object) -> Iterator[tuple[object, pd.Series]]:
        yield from (other.to_frame() if isinstance(other, pd.Series) else other).items()

    def assigned(**words: object) -> Iterator[tuple[object, pd.Series]]:
        yield from ((name, one) for name, one in words.items() if isinstance(one, pd.Series))

    with pytest.MonkeyPatch.context() as patch:
        for name, given in (("join", columns), ("merge", columns), ("assign", assigned)):
            patch.setattr(pd.DataFrame, name, watched(name, given))
        yield


@pytest.mark.parametrize("step", ["units.join(zones['main'])", "units.join(zones)", "units.assign(main=zones['main'])"])
def test_a_join_by_ids_that_do_not_fit_is_seen(step: str) -> None:
    units, zones = pd.DataFrame(index=["a", "b"]), pd.DataFrame({"main": ["general", "general"]})
    with joins_that_fit():
        execute(step, {"units": units, "zones": zones.set_axis(["b", "c"])})
        with pytest.raises(AssertionError, match="none of the ids fit"):
            execute(step, {"units": units, "zones": zones})


def place(text: str) -> None:
    """Write a block of TOML to where it says, or see that it fits."""
    first, _, rest = text.partition("\n")
    named = re.fullmatch(r"# (\S+\.toml)(, at the end)?", first)
    if named is None:
        fits(text)
        return
    path = Path(named[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    assert bool(named[2]) == path.exists(), f"{path} is there already, or is not there yet"
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{rest}" if named[2] else text)


def fits(text: str) -> None:
    keys = set(tomllib.loads(text))
    if "decisions" in keys and "locked" not in text:  # of a plan, which has decisions of its own
        keys.add("plan")
    if "agreements" in keys and "terms" not in text:  # as well
        keys.add("plan")
    if "[industries]" in text.splitlines():  # the plan's own list
        keys.add("plan")
    models = {kind: model for model in (*FILES.values(), Cases) for kind in model.model_fields}
    if keys <= set(models):
        for key in keys:
            needed = RULEBOOK if models[key] is Head else {}
            models[key].model_validate({**needed, key: tomllib.loads(text)[key]})
        return
    path = Path("some_plan.toml")
    path.write_text(text if "study" in keys else HEAD + text, "utf-8")
    read_study(path)


def as_pattern(expected: str) -> str:
    """What a text block asks for: spaces at the ends of lines do not count, and ``...`` is anything."""
    lines = "\n".join(line.rstrip() for line in expected.strip().splitlines())
    return re.escape(lines).replace(r"\.\.\.", "(?s:.*)")


@pytest.fixture(scope="module")
def one_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs that a page has made are there on the next, as they are for one reader: most begin with the same study."""
    return tmp_path_factory.mktemp("kept")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
@pytest.mark.usefixtures("cases_once")
def test_every_block_of_a_page_runs(page: Path, tmp_path: Path, one_cache: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZONEPLAN_CACHE", str(one_cache))
    monkeypatch.setenv("COLUMNS", "100")
    with remembering(), joins_that_fit():
        read(page)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_of_the_house_that_a_page_names_are_there(page: Path) -> None:
    """Those of its commands, too, such as what pytest is to run."""
    rooms = "tests|docs|layers|zoning|maps|benchmarks"
    named = re.findall(rf"[ `]((?:{rooms})(?:/[\w-]+)*/[\w-]+(?:\.[a-z.]+[a-z])?)", page.read_text("utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


def read(page: Path) -> None:
    """Do what each block of a page says."""
    names: dict[str, object] = {}
    printed = ""
    for language, text in blocks(page):
        if language == "sh":
            printed = "".join(call(line) for line in text.strip().splitlines())
        elif language == "python":
            printed = execute(text, names)
        elif language == "toml":
            place(text)
        elif language == "text":
            plain = printed.replace("\u00a0", " ")  # as the spaces of a page are
            found = "\n".join(line.rstrip() for line in plain.strip().splitlines())
            assert re.fullmatch(as_pattern(text), found), f"printed:\n{found}\n\nthe page says:\n{text}"
        else:
            pytest.fail(f"a block of '{language}', which nothing here can run")


@pytest.mark.whole
def test_the_rule_of_the_readme_works_where_it_says(tmp_path: Path) -> None:
    (rule,) = (text for language, text in blocks(ROOT / "README.md") if language == "toml" and "[[rules]]" in text)
    book = tmp_path / "rulebook"
    shutil.copytree(ROOT / "zoning" / "rulebooks" / "us_west", book)
    with (book / "rules.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{rule}")
    assert call(f"zoneplan check {book}").strip() == "0 errors, 0 warnings, 0 notes"


@pytest.fixture(scope="module")
def generate():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DOCS)
        yield importlib.import_module("generate")


def test_the_reference_is_what_the_code_says(generate) -> None:
    for name, text in generate.pages().items():
        written = (DOCS / "reference" / name).read_text("utf-8")
        assert written == text, f"the code has changed, and {name} with it: run python docs/generate.py"


def test_the_types_of_the_scripts_are_those_of_the_model(generate) -> None:
    written = generate.page_types.TYPES.read_text("utf-8")
    assert written == generate.page_types.page_types(), "the page's model has changed: run python docs/generate.py"


def test_the_architecture_is_what_the_imports_say(generate) -> None:
    page = (DOCS / "architecture.md").read_text("utf-8")
    assert page == generate.with_rooms(page), "the rooms have changed: run python docs/generate.py"
    assert (DOCS / "architecture.svg").read_text("utf-8") == generate.rooms.picture()


def test_the_picture_is_of_the_built_in_study() -> None:
    texts = "".join(ET.parse(DOCS / "map.svg").getroot().itertext())
    assert "Mountain West 2025" in texts
    assert "Ecologically fragile area" in texts


def test_pictures_are_small_and_linked_ones_exist() -> None:
    assert all(picture.stat().st_size < 200_000 for picture in DOCS.glob("*.png"))
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_citation_names_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text("utf-8").splitlines()
    assert f"version: {project['version']}" in citation
    assert f"license: {project['license']}" in citation
    assert [f"  - name: {author['name']}" for author in project["authors"]] == [
        line for line in citation if line.startswith("  - name: ")
    ]


def test_every_page_is_in_the_menu() -> None:
    menu = (ROOT / "mkdocs.yml").read_text("utf-8")
    for page in DOCS.rglob("*.md"):
        assert f": {page.relative_to(DOCS).as_posix()}\n" in menu


def test_the_examples_of_the_site_run(generate) -> None:
    pytest.importorskip("griffe", reason="mkdocstrings (extra docs) is not installed")
    for name in ("cross_references", "rooms", "generate"):
        assert doctest.testmod(sys.modules.get(name) or importlib.import_module(name)).failed == 0


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site as ``mkdocs build`` makes it, without a warning."""
    if importlib.util.find_spec("mkdocs") is None:
        pytest.skip("mkdocs (extra docs) is not installed")
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout + done.stderr == ""
    return folder


@pytest.mark.whole
def test_the_site_asks_no_server(site: Path) -> None:
    built = sorted(site.rglob("*.html"))
    assert len(built) >= len(list(DOCS.rglob("*.md")))
    for page in built:
        html = page.read_text("utf-8")
        loaded = re.findall(r"<(?!a\b)[^>]*?\b(?:src|href|srcset|action)=[\"']?((?:https?:)?//[^\"'\s>]+)", html)
        assert loaded == [], page.name
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", sheet.read_text("utf-8")), sheet.name


@pytest.mark.whole
def test_the_site_renders_docstrings_with_links(site: Path) -> None:
    pages = {page.name: page.read_text("utf-8") for page in (site / "reference").glob("*.html")}
    assert not [name for name, html in pages.items() if re.search(r":(?:func|class|meth|mod|attr):", html)]
    overlay = pages["overlay_and_measure.html"]
    for wanted in ("Parameters:", "Returns:", "Raises:", "Examples:", 'id="zoneplan.overlay"'):
        assert wanted in overlay
    assert 'href="errors.html#layers.errors.CrsError"' in overlay


@pytest.mark.browser
@pytest.mark.whole
def test_the_search_works_in_a_site_that_was_opened_from_the_disk(site: Path, open_tab) -> None:
    page = open_tab()
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto((site / "reference" / "zones.html").as_uri())
    page.get_by_text("Search").first.click()
    page.locator("#mkdocs-search-query").press_sequentially("read_inputs")
    found = page.locator("#mkdocs-search-results a").first
    found.wait_for()
    assert (found.inner_text(), found.get_attribute("href")) == (
        "read_inputs",
        "../reference/read_and_check.html#zoneplan.read_inputs",
    )
    page.close()
    assert failed == []
