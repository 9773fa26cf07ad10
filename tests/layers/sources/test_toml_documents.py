"""TOML documents: positions by hand, every kind of broken file, and complaints that say where and what to do."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, model_validator

from layers.errors import LimitError, SeveralErrors, StudyError, ZoneplanError
from layers.sources import misfit, read_document
from layers.sources.toml_documents import Position, find_positions


class RuleError(ZoneplanError):
    """Stands for the error class of another package."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(Strict):
    id: str = Field(min_length=1)
    when: str = "TRUE"
    since: dt.date | None = Field(default=None, alias="from")
    kind: Literal["main", "overlay"] = "main"
    code: str = Field(default="a", pattern="^[a-z]+$")
    weight: float | str = 1.0
    count: int = 0


class Rules(Strict):
    title: dict[str, str] = Field(default_factory=dict)
    head: Rule | None = None
    rules: tuple[Rule, ...] = ()
    limit: Decimal = Decimal(0)

    @model_validator(mode="after")
    def _check(self) -> Rules:
        ids = [rule.id for rule in self.rules]
        twice = [number for number, one in enumerate(ids) if one in ids[:number]]
        if twice:
            raise misfit(*((("rules", number, "id"), f"'{ids[number]}' {{is}} there before") for number in twice))
        return self


def write(folder: Path, text: str | bytes, name: str = "rules.toml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def complaints(path: Path, error: type[ZoneplanError] = RuleError) -> list[str]:
    with pytest.raises(ZoneplanError) as caught:
        read_document(path, Rules, error)
    errors = caught.value.errors if isinstance(caught.value, SeveralErrors) else (caught.value,)
    assert all(type(one) in (error, LimitError) for one in errors)
    return [str(one) for one in errors]


TEXT = """\
limit = 0.1
title = { en = "West", "zh-Hans" = "西" }

[head]
id = "h"
weight = [
  1, # one
  { x = 2 },
]

[[rules]]
id = "浙江" ; when = 1
[[rules]]
id = "b"
title.en = "B"
  [rules.more]
  x = 1
  [[rules.parts]]
  y = 2
  [[rules.parts]]
  y = 3
""".replace(" ; when = 1", "")


@pytest.mark.parametrize(
    ("path", "position"),
    [
        (("limit",), (1, 9)),
        (("title",), (2, 9)),
        (("title", "en"), (2, 16)),
        (("title", "zh-Hans"), (2, 36)),
        (("head",), (4, 2)),
        (("head", "weight", 0), (7, 3)),
        (("head", "weight", 1, "x"), (8, 9)),
        (("rules",), (11, 3)),
        (("rules", 0), (11, 3)),
        (("rules", 0, "id"), (12, 6)),
        (("rules", 1), (13, 3)),
        (("rules", 1, "title", "en"), (15, 12)),
        (("rules", 1, "more", "x"), (17, 7)),
        (("rules", 1, "parts", 1, "y"), (21, 7)),
        (("rules", 1, "absent"), (13, 3)),
        (("rules", 0, "id", "deeper"), (12, 6)),
        (("absent", 3), (1, 1)),
    ],
)
def test_positions_by_hand(path, position):
    assert find_positions(TEXT).of(*path) == Position(*position)


def test_columns_count_characters_and_keys_have_places_too():
    positions = find_positions('a = { 北京 = 1, b = 2 }\n"x y".z = 3\n')
    assert positions.of("a", "b") == (1, 19)
    assert positions.of_key("a", "b") == (1, 15)
    assert positions.of_key("x y", "z") == (2, 1)
    assert positions.of_key("x y", "q") == (2, 1)
    assert positions.of_key("q") == (1, 1)


KEYS = st.text(alphabet="abü西-. \"'", min_size=1, max_size=4)
VALUES = st.recursive(
    st.integers(-9, 9) | st.booleans() | st.text(alphabet='a西"\\#]}', max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def toml(value: Any) -> str:
    """A value in TOML, tables inline."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[ " + ", ".join(map(toml, value)) + " ]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml(key)} = {toml(one)}" for key, one in value.items()) + " }"
    return str(value)


@given(st.dictionaries(KEYS, VALUES, max_size=3), st.lists(st.dictionaries(KEYS, VALUES, max_size=2), max_size=3))
def test_what_stands_at_a_position_is_the_value(table, entries):
    lines = [f"{toml(key)} = {toml(value)}" for key, value in table.items()]
    for entry in entries:
        lines += ["[[entries]]", *(f"{toml(key)} = {toml(value)}" for key, value in entry.items())]
    content = tomllib.loads("\n".join(lines))
    positions = find_positions("\n".join(lines))

    def look(value: Any, path: tuple[str | int, ...]) -> None:
        line, column = positions.values[path]
        rest = lines[line - 1][column - 1 :]
        if path[0] != "entries" or len(path) > 2:
            assert rest.startswith(toml(value)), path
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, one in inner:
            look(one, (*path, key))

    for key, value in content.items():
        look(value, (key,))


def test_a_good_file_gives_its_model_and_its_document(tmp_path):
    text = 'limit = 0.30\r\ntitle = { en = "A" }\r\n[[rules]]\r\nid = "a"\r\nfrom = 2020-01-01\r\n'
    rules, document = read_document(write(tmp_path, text), Rules, RuleError)
    assert rules.limit == Decimal("0.30")
    assert str(rules.limit) == "0.30"
    assert rules.rules[0].since == dt.date(2020, 1, 1)
    assert document.text == text
    assert document.path == tmp_path / "rules.toml"
    assert document.where("rules", 0, "from") == "rules.toml, line 5, column 8"
    assert document.where("rules", 0, "when") == "rules.toml, line 3, column 3"


def test_a_byte_order_mark_does_not_count(tmp_path):
    rules, document = read_document(write(tmp_path, b"\xef\xbb\xbflimit = 1"), Rules)
    assert rules.limit == 1
    assert document.where("limit") == "rules.toml, line 1, column 9"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[rules]]\nid = 5\n", "line 2, column 6: 'id': a text in quotes is needed, not the number 5"),
        ("[[rules]]\n", "line 1, column 3: key 'id' is missing in 'rules'"),
        ("[[rules]]\nid = ''\n", "line 2, column 6: 'id' must not be empty"),
        (
            "[[rules]]\nid = 'a'\nwhne = 'x'\n",
            "line 3, column 1: unknown key 'whne'; did you mean 'when'? (known here: id, when, from, kind, code,",
        ),
        (
            "[[rules]]\nid='a'\nsince = 2020-01-01\n",
            "line 3, column 1: unknown key 'since' (known here: id, when, from,",
        ),
        ("[head]\nid='a'\nxyz.a = 1", "line 3, column 1: unknown key 'xyz' (known here: id,"),
        ("other = 1\n", "line 1, column 1: unknown key 'other' (known here: title, head, rules, limit)"),
        ("[[rules]]\nid='a'\nfrom = '2020'\n", "'from': a date without quotes (such as 2025-01-01) is needed"),
        (
            "[[rules]]\nid='a'\nkind = 'mian'",
            "line 3, column 8: 'kind' must be 'main' or 'overlay', not the text 'mian'",
        ),
        ("[[rules]]\nid='a'\ncode = 'A'", "'code': the text 'A' does not fit the pattern ^[a-z]+$"),
        ("[[rules]]\nid='a'\nweight = [1]", "'weight': a number or a text in quotes is needed, not a list"),
        ("[[rules]]\nid='a'\ncount = 1.5", "'count': a whole number is needed, not the number 1.5"),
        ("[rules]\nid = 'a'\n", "line 1, column 2: 'rules' is a list of tables: write [[rules]]"),
        ("[[head]]\nid = 'a'\n", "line 1, column 3: 'head' is one table: write [head]"),
        ("title = 'x'", "line 1, column 9: 'title': a table is needed, not the text 'x'"),
        ("title = { en = 1 }", "line 1, column 16: 'en': a text in quotes is needed, not the number 1"),
        ("limit = nan", "line 1, column 9: 'limit' must be a finite number"),
        ("limit = true", "line 1, column 9: 'limit': a number is needed, not true"),
        ("limit = 2020-01-01", "'limit': a number is needed, not the date 2020-01-01"),
        ("limit = 'x'", "line 1, column 9: 'limit': a number is needed, not the text 'x'"),
    ],
)
def test_what_does_not_fit_the_model(tmp_path, text, expected):
    (complaint,) = complaints(write(tmp_path, text))
    assert complaint.startswith("rules.toml, line ")
    assert expected in complaint


def test_all_complaints_come_at_once_in_the_order_of_the_file(tmp_path):
    text = "limt = 1\n[[rules]]\nid = 1\n[[rules]]\n[[rules]]\nid = 'a'\nkind = 'x'\n"
    lines = [complaint.split(":")[0] for complaint in complaints(write(tmp_path, text))]
    assert lines == [f"rules.toml, line {line}, column {column}" for line, column in [(1, 1), (3, 6), (4, 3), (7, 8)]]


def test_a_validator_can_point_at_several_values_below_it(tmp_path):
    text = "[[rules]]\nid = 'a'\n[[rules]]\nid = 'b'\n[[rules]]\nid = 'a'\n[[rules]]\nid = 'b'\n"
    assert complaints(write(tmp_path, text)) == [
        "rules.toml, line 6, column 6: 'a' {is} there before",
        "rules.toml, line 8, column 6: 'b' {is} there before",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("limit = 1\nlimit = 2\n", "line 2, column 1: 'limit' stands here and on line 1; keep one of them"),
        ("[head]\nid = 'a'\n[title]\n[head]\n", "line 4, column 2: 'head' stands here and on line 1; keep one of them"),
        ("title = { en = 'a', en = 'b' }", "line 1, column 21: 'en' stands here and on line 1"),
        ("title = West", "line 1, column 9: invalid value; texts stand in double quotes"),
        ("title = “West”", 'line 1, column 9: invalid value; TOML does not know the sign “: write "'),
        (
            "limit ＝ 3",
            "column 7: expected '=' after a key in a key/value pair; TOML does not know the sign ＝: write =",
        ),
        ('list = ["a"， "b"]', "line 1, column 12: unclosed array; TOML does not know the sign ，: write ,"),
        ("limit = True", "line 1, column 9: invalid value; true and false are written in small letters"),
        ("limit =\n", "line 1, column 8: invalid value"),
        ("limit: 5\n", "TOML writes key = value"),
        (
            "größe = 1\n",
            "line 1, column 3: expected '=' after a key in a key/value pair; a key with other letters than a to z",
        ),
        (
            "西 = 1\n",
            "line 1, column 1: invalid statement; a key with other letters than a to z stands in double quotes",
        ),
        ("limit = 010203\n", "a number does not begin with 0: write an id in quotes"),
        ('title = "C:\\data"', "write paths with /, or put the text in single quotes"),
        ('limit = "abc\n', "the closing quote is missing"),
        ("limit = [1,\n", "is a quote or bracket open?"),
        ('title = """abc\n', "is a quote or bracket open?"),
        ("[a.b]\n[a]\nlimit = 1\nlimit = 1\n", "line 4, column 1: 'limit' stands here and on line 3"),
        ("[head\n", "line 1, column 6: expected ']'"),
        ("limit = 2020-13-45\n", "line 1"),
    ],
)
def test_what_is_no_toml(tmp_path, text, expected):
    (complaint,) = complaints(write(tmp_path, text))
    assert complaint.startswith("rules.toml, line ")
    assert expected in complaint


@pytest.mark.parametrize(
    "bomb",
    [
        "a = " + "[" * 100_000 + "]" * 100_000,
        "a = " + "[" * 100_000,
        "a = " + "{b=" * 50_000 + "1" + "}" * 50_000,
        "a." * 100_000 + "b = 1",
        "[" + "a." * 100_000 + "b]",
        "a." * 100_000 + "b = 1\n= =",
    ],
    ids=["lists", "open lists", "tables", "dotted key", "dotted header", "dotted key in a broken file"],
)
def test_deep_nesting_is_refused_at_once(tmp_path, bomb):
    (complaint,) = complaints(write(tmp_path, bomb))
    assert "rules.toml" in complaint


def test_files_that_are_too_large_are_a_limit(tmp_path):
    (complaint,) = complaints(write(tmp_path, "# " + "x" * 1_000_000))
    assert "1000002 bytes, and at most 1000000 are read" in complaint
    with pytest.raises(LimitError):
        read_document(tmp_path / "rules.toml", Rules)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            "title = { en = 'Zürich' }".encode("latin-1"),
            "rules.toml, line 1: byte 0xfc is not UTF-8; save the file as UTF-8",
        ),
        ("a = 1\n# 浙江".encode("gb18030"), "rules.toml, line 2: byte 0xd5 is not UTF-8"),
        ("limit = 1".encode("utf-16"), "the file is saved as UTF-16; save it as UTF-8"),
    ],
)
def test_other_encodings_are_refused(tmp_path, data, expected):
    (complaint,) = complaints(write(tmp_path, data))
    assert expected in complaint


def test_a_missing_file_names_its_neighbours(tmp_path):
    write(tmp_path, "", "plan.toml")
    (complaint,) = complaints(tmp_path / "plam.toml", StudyError)
    assert complaint.endswith("plam.toml: no such file; did you mean plan.toml?")
    (complaint,) = complaints(tmp_path / "nowhere" / "plan.toml")
    assert f"there is no folder {tmp_path / 'nowhere'} either" in complaint
    (tmp_path / "empty").mkdir()
    (complaint,) = complaints(tmp_path / "empty" / "plan.toml")
    assert "there is no .toml file in" in complaint


@pytest.mark.parametrize("name", ["plan.yaml", "plan.YML", "plan.json"])
def test_other_formats_are_refused_by_name(tmp_path, name):
    (complaint,) = complaints(write(tmp_path, "a: 1", name))
    assert "TOML is wanted" in complaint


def test_a_folder_a_pipe_and_an_impossible_name_are_refused(tmp_path):
    (complaint,) = complaints(tmp_path)
    assert "this is a folder; give the file itself, such as" in complaint
    os.mkfifo(tmp_path / "pipe.toml")
    (complaint,) = complaints(tmp_path / "pipe.toml")
    assert "this is no regular file" in complaint
    (complaint,) = complaints(Path("a\0b.toml"))
    assert "cannot be read" in complaint
    (complaint,) = complaints(write(tmp_path, "", "plan.toml") / "plan.toml")
    assert "cannot be read" in complaint
