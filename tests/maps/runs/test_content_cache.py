"""The cache on disk: what is kept comes back to the byte, what is damaged never does, and no command fails by it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maps.runs import ContentCache, cache_folder
from maps.runs.run_cache import ENDING, FORMAT, STEP

FILES = {"summary.json": b"{}", "run/map.html": "<p>中</p>\n".encode(), "run/empty": b"", "run/a\nb": bytes(range(256))}
KEY = "k" * 64


def entry(store: ContentCache) -> Path:
    (path,) = store.folder.glob(f"*{ENDING}")
    return path


@pytest.fixture
def store(tmp_path: Path) -> ContentCache:
    return ContentCache(tmp_path / "cache")


def test_what_is_kept_comes_back(store: ContentCache) -> None:
    assert store.find(KEY) is None
    assert store.stock()[1:] == (0, 0, 0)
    assert store.keep(KEY, FILES)
    assert store.find(KEY) == FILES
    assert store.find("other") is None
    assert store.stock()[1:] == (1, 0, entry(store).stat().st_size)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damaged_entry_is_used(store: ContentCache, data: st.DataObject) -> None:
    """One byte is another, or the end is missing, or something follows: the entry is refused and gone."""
    store.keep(KEY, FILES)
    content = entry(store).read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[place]))
    damaged = data.draw(
        st.sampled_from([content[:place], content[:place] + bytes([other]) + content[place + 1 :], content + b"x"])
    )
    entry(store).write_bytes(damaged)
    try:
        found = store.find(KEY)
    except ValueError:
        assert store.find(KEY) is None
    else:
        assert found is not None
        assert list(found.values()) == list(FILES.values())  # a name in the head was hit, no content


@pytest.mark.parametrize("change", [{"format": FORMAT + 1}, {"key": "x"}, {"files": 7}, {"files": [["a", "b", "c"]]}])
def test_an_entry_of_another_kind_is_not_used(store: ContentCache, change: dict) -> None:
    store.keep(KEY, FILES)
    head, _, rest = entry(store).read_bytes().partition(b"\n")
    entry(store).write_bytes(json.dumps(json.loads(head) | change).encode() + b"\n" + rest)
    with pytest.raises(ValueError, match=r".*"):
        store.find(KEY)
    assert store.stock().runs == 0


def test_the_oldest_go_where_there_is_no_more_room(tmp_path: Path) -> None:
    store = ContentCache(tmp_path, most=3_000)
    for place in range(4):
        assert store.keep(f"k{place}", {"a": bytes(800)})
        os.utime(tmp_path / f"k{place}{ENDING}", (place, place))
        if place == 2:
            store.find("k0")  # is used, and so is young again
    assert [store.find(f"k{place}") is None for place in range(4)] == [False, True, False, False]
    assert not store.keep("huge", {"a": bytes(4_000)})
    assert store.stock().size <= 3_000


def test_runs_and_steps_share_the_room_and_are_counted_apart(tmp_path: Path) -> None:
    runs, steps = ContentCache(tmp_path, most=3_000), ContentCache(tmp_path, most=3_000, kind=STEP)
    assert runs.keep("k", {"a": bytes(800)})
    assert steps.keep("k", {"a": bytes(700)})
    assert [len(store.find("k")["a"]) for store in (runs, steps)] == [800, 700]
    assert runs.stock() == steps.stock()
    assert runs.stock()[1:3] == (1, 1)
    os.utime(tmp_path / f"k{ENDING}", (1, 1))
    assert steps.keep("other", {"a": bytes(1_500)})  # the run was not used for the longest time
    assert runs.find("k") is None
    assert runs.stock()[1:3] == (0, 2)
    assert runs.clear().steps == 2


def test_clearing_takes_what_is_ours_and_nothing_else(store: ContentCache) -> None:
    store.keep(KEY, FILES)
    (store.folder / f"left{ENDING}.part").write_bytes(b"of a writer that was killed")
    (store.folder / "letter.txt").write_text("not ours")
    assert store.clear().runs == 1
    assert [one.name for one in store.folder.iterdir()] == ["letter.txt"]


def test_a_folder_that_cannot_be_used_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    store = ContentCache(tmp_path / "file" / "cache")
    assert not store.keep(KEY, FILES)
    assert store.find(KEY) is None
    assert store.clear().runs == 0


def test_two_processes_may_write_the_same_entry(store: ContentCache) -> None:
    program = (
        "import sys; from pathlib import Path; from maps.runs.run_cache import ContentCache\n"
        "store = ContentCache(Path(sys.argv[1]))\n"
        "for _ in range(40):\n"
        "    assert store.keep('k', {'a': bytes(100_000)})\n"
        "    assert store.find('k') == {'a': bytes(100_000)}\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", program, str(store.folder)]) for _ in range(2)]
    assert [one.wait() for one in writers] == [0, 0]
    assert store.stock().runs == len(list(store.folder.iterdir())) == 1


def test_the_folder_is_that_of_the_user_or_the_one_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ZONEPLAN_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("ZONEPLAN_CACHE")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "zoneplan"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # which the standard says to ignore
    assert cache_folder() == Path.home() / ".cache" / "zoneplan"
