"""Whatever a plan holds or a reader raises, the command answers in words: nothing leads to exit 70.

Files that are broken are those of ``test_reliability_fuzz``.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import SourceError, ZoneplanError
from layers.read.reading_step import read_inputs
from tests.conftest import examples
from zoning.study import read_study

Keys = tuple[str | int, ...]
ALLOWED = {0, 2, 3, 4, 6}
MORE: dict[Keys, object] = {
    ("study", "note"): "",
    ("study", "none_of"): [],
    ("units", "crs"): "",
    ("units", "encoding"): "",
    ("units", "part_of"): "",
    ("units", "max_overlap_ha"): 0,
    ("layers", 0, "crs"): "",
    ("layers", 0, "id"): "",
    ("layers", 3, "encoding"): "",
    ("layers", 4, "nodata"): 0,
    ("layers", 4, "where"): "",
    ("layers", 4, "coarse"): False,
    ("tables", 0, "encoding"): "",
    ("quotas", 0, "floor"): 0,
    ("quotas", 0, "step"): 1,
    ("quotas", 0, "carried"): 0,
}
"""Keys that the plan of the toy province does not have."""
MARK = "@@@"
NASTY = (
    "1e300", "-1e300", "1e-300", "9e17", "1e-18", "1e400", "nan", "-inf", "-0.0", "0", "-1", "true",
    "0.12345678901234567890123456789012345678901234567890", "9223372036854775807", f"0x{'f' * 5000}", f"1{'0' * 400}",
    "0001-01-01", "9999-12-31", "1979-05-27T07:32:00Z", "07:32:00", "[]", "{}", '[""]', "[[1]]",
    '""', '" "', f'"{"x" * 5000}"', r'"\u0000"', r'"\u202e\u001b[2J"', r'"a\nb"', '"../x"', '"."', '"西"', '"value"',
    '"population * 1e300"', '"population / 0"', '"geometry"', '"EPSG:999999999999999999999"', '"hex"', '"utf-16"',
)  # fmt: skip
SCALARS = st.one_of(
    st.sampled_from(NASTY),
    st.floats(width=64).map(repr),
    st.integers(min_value=-(2**70), max_value=2**70).map(str),
    st.dates().map(str),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40).map(
        lambda text: '"' + "".join(f"\\U{ord(char):08x}" for char in text) + '"'
    ),
)


def paths(content: Any, path: Keys = ()) -> Iterator[Keys]:
    """The path of every key and item."""
    entries = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in entries:
        yield (*path, key)
        yield from paths(value, (*path, key))


def with_value(plan: dict[str, Any], path: Keys, value: str) -> str:
    """The TOML of a plan with a value, as it is written, at a path."""
    plan = copy.deepcopy(plan)
    place: Any = plan
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = MARK
    return tomli_w.dumps(plan).replace(f'"{MARK}"', value)


@pytest.fixture(scope="module")
def place(copy_toy: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_toy(tmp_path_factory.mktemp("values") / "toy")


PLAN = tomllib.loads((Path(__file__).parent / "data" / "toy" / "plan.toml").read_text("utf-8"))
PATHS = list(dict.fromkeys([*paths(PLAN), *MORE]))


def try_value(place: Path, path: Keys, value: str, command) -> None:
    (place / "plan.toml").write_text(with_value(PLAN, path, value), "utf-8")
    done = command("check", place / "plan.toml")
    said = done.out + done.err
    assert done.code in ALLOWED, (path, value[:60], said)
    assert "Traceback" not in said


@settings(max_examples=examples(50), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), value=SCALARS)
def test_no_value_of_a_plan_is_unforeseen(path: Keys, value: str, place: Path, command) -> None:
    try_value(place, path, value, command)


KNOWN: tuple[tuple[Keys, str, str], ...] = (
    (("quotas", 0, "total"), "1e300", "plan.toml, line 66, column 9: 'total' has more than 18 digits before the point"),
    (("quotas", 0, "step"), "1e-300", "'step' has more than 18 digits after the point before the first that counts"),
    (("quotas", 0, "period"), "1" + "0" * 30, "'period' has more than 18 digits before the point"),
    (("quotas", 0, "total"), f"0x{'f' * 5000}", "'total' has more than 18 digits before the point"),
    (("study", "rulebook"), f'"{"x" * 300}"', "it has a name longer than file systems take"),
)


@pytest.mark.parametrize(("path", "value", "words"), KNOWN)
def test_a_value_beyond_measure_is_refused_at_its_place(path: Keys, value: str, words: str, place, command) -> None:
    (place / "plan.toml").write_text(with_value(PLAN, path, value), "utf-8")
    done = command("check", place / "plan.toml")
    assert done.code == 2
    assert words in done.out
    assert "plan.toml, line " in done.out


READERS = {
    "layers.read.units.read_features": "units",
    "layers.read.reading_step.settle_units": "units",
    "layers.read.reading_step.read_features": "forest",
    "layers.read.reading_step.read_raster": "height",
    "layers.read.reading_step.read_table": "stats.csv",
    "layers.read.reading_step.join_table": "stats.csv",
    "layers.read.reading_step.project": "plants",
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("error", [RuntimeError, KeyError, RecursionError, PermissionError, OverflowError, IndexError])
def test_whatever_a_reader_raises_names_the_layer(error, reader: str, place: Path, monkeypatch) -> None:
    """One boundary around all reading: a fault of a library below it, wherever it comes, is the layer's."""

    def fail(*_arguments, **_words):
        raise error("no such thing")

    (place / "plan.toml").write_text(tomli_w.dumps(PLAN), "utf-8")
    monkeypatch.setattr(reader, fail)
    with pytest.raises(ZoneplanError, match=r"cannot be read: .*no such thing") as caught:
        read_inputs(read_study(place / "plan.toml"))
    assert all(isinstance(one, SourceError) for one in caught.value.parts)
    assert caught.value.parts[0].layer == READERS[reader]


@pytest.mark.parametrize("name", ["toy.gpkg", "stats.csv", "plants.csv", "elevation.tif"])
def test_a_file_that_may_not_be_read_is_an_input(name: str, toy_folder: Path, monkeypatch) -> None:
    opened = Path.open

    def refuse(path: Path, *arguments, **words):
        if path.name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments, **words)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ZoneplanError, match="Permission denied") as caught:
        read_inputs(read_study(toy_folder / "plan.toml"))
    assert caught.value.exit_code == 3
