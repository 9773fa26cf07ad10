"""What a build makes: a wheel or an editable install has each catalogue compiled, the sources have none."""

from __future__ import annotations

import gettext
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hatchling.builders.sdist import SdistBuilder

from hatch_build import compile_catalogues

ROOT = Path(__file__).resolve().parents[1]
CATALOGUES = Path("maps/words/catalogues")
TEXTS = sorted(path.relative_to(ROOT) for path in (ROOT / CATALOGUES).rglob("*.po"))
COMPILED = {path.with_suffix(".mo") for path in TEXTS}
PARTS = ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "maps/NOTICES.md", "zoneplan/__init__.py")
TEXT = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "zone"\nmsgstr "{title}"\n'

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A function that writes a catalogue with one text."""

    def written(title: str, name: str = "pt.po") -> Path:
        path = tmp_path / CATALOGUES / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT.replace("{title}", title), "utf-8")
        return path.with_suffix(".mo")

    return written


def titled(path: Path) -> str:
    with path.open("rb") as file:
        return gettext.GNUTranslations(file).gettext("zone")


def holds_what_was_written(site: Path, text: Path) -> None:
    with (ROOT / text).open("rb") as file:
        entries = [entry for entry in read_po(file) if entry.id]
    with (site / text.with_suffix(".mo")).open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    expected = {}
    for entry in entries:
        if isinstance(entry.id, str):
            expected[entry.id] = entry.string
        else:
            expected |= {(entry.id[0], form): said for form, said in enumerate(entry.string)}
    assert {key: said for key, said in compiled.items() if key} == expected


def test_the_wheel_holds_each_catalogue_as_it_was_written(wheel_site: Path) -> None:
    assert {path.relative_to(wheel_site) for path in wheel_site.rglob("*.mo")} == COMPILED
    for text in TEXTS:
        holds_what_was_written(wheel_site, text)


def test_the_sources_hold_what_was_written_and_the_hook_but_nothing_compiled() -> None:
    files = {Path(included.distribution_path) for included in SdistBuilder(str(ROOT)).recurse_included_files()}
    assert {*TEXTS, Path("hatch_build.py")} <= files
    assert not COMPILED & files


def test_an_editable_install_compiles_where_the_text_stands(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for part in map(Path, PARTS):
        (source / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / part, source / part)
    shutil.copytree(ROOT / CATALOGUES, source / CATALOGUES, ignore=shutil.ignore_patterns("*.mo"))
    build = f"from hatchling.build import build_editable; build_editable({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    for text in TEXTS:
        holds_what_was_written(source, text)


def test_a_changed_text_is_compiled_anew_and_another_is_left_alone(tmp_path: Path, write: Write) -> None:
    compiled = [write("rural"), write("rural", "phrases/pt.po")]
    assert compile_catalogues(tmp_path) == sorted(compiled)
    before = [path.stat().st_ino for path in compiled]
    write("urban")
    compile_catalogues(tmp_path)
    assert [titled(path) for path in compiled] == ["urban", "rural"]
    assert [path.stat().st_ino == inode for path, inode in zip(compiled, before, strict=True)] == [False, True]


def test_an_older_text_is_compiled_too(tmp_path: Path, write: Write) -> None:
    """As another branch or an archive brings it, with a time of its own."""
    compiled = write("new")
    compile_catalogues(tmp_path)
    write("old")
    os.utime(compiled.with_suffix(".po"), (1, 1))
    compile_catalogues(tmp_path)
    assert titled(compiled) == "old"


def test_a_language_without_a_text_is_gone(tmp_path: Path, write: Write) -> None:
    compiled = write("rural")
    compile_catalogues(tmp_path)
    compiled.with_suffix(".po").unlink()
    assert compile_catalogues(tmp_path) == []
    assert not compiled.exists()


def test_a_text_that_cannot_be_read_leaves_what_was_there(tmp_path: Path, write: Write) -> None:
    compiled = write("rural")
    compile_catalogues(tmp_path)
    compiled.with_suffix(".po").write_text("msgid zone", "utf-8")
    with pytest.raises(ValueError, match=r"pt\.po, line"):
        compile_catalogues(tmp_path)
    assert [path.name for path in compiled.parent.iterdir() if path.is_file()] == ["pt.mo", "pt.po"]
    assert titled(compiled) == "rural"


def test_several_at_once_never_show_half_a_catalogue(tmp_path: Path) -> None:
    shutil.copytree(ROOT / CATALOGUES, tmp_path / CATALOGUES)
    shutil.copy(ROOT / "hatch_build.py", tmp_path)
    text, compiled = tmp_path / CATALOGUES / "zh.po", tmp_path / CATALOGUES / "zh.mo"
    sizes, deadline = set(), time.monotonic() + 60
    os.utime(text)
    running = [subprocess.Popen([sys.executable, tmp_path / "hatch_build.py"]) for _ in range(3)]
    while any(process.poll() is None for process in running) and time.monotonic() < deadline:
        sizes.add(compiled.stat().st_size)
    assert [process.wait() for process in running] == [0, 0, 0]
    assert sizes == {(ROOT / CATALOGUES / "zh.mo").stat().st_size}
    assert not list(tmp_path.rglob("*.part"))
