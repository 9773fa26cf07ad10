"""Tables as offices have them: numbers, ids, dates and headers are read as they are meant, or refused with the remedy.

Rows B17 to B26 and B61 of the catalogue of reliability. Each remedy is followed to the letter, and works.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from layers.conditions import parse_condition
from layers.errors import ConditionError, SourceError
from layers.formats import read_features, read_table

IDS = [f"{row}{column}" for row in "abc" for column in range(1, 5)]


def write_sheet(path: Path, rows: list[list[object]], separator: str = ",", encoding: str = "utf-8") -> None:
    """A CSV with quotes where a cell needs them, or an XLSX, by the name of the file."""
    if path.suffix == ".csv":
        cells = [[f'"{one}"' if separator in str(one) else str(one) for one in row] for row in rows]
        path.write_bytes("".join(separator.join(row) + "\n" for row in cells).encode(encoding))
        return
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)


def table_of(folder: Path, ending: str, cells: list[object], **keys):
    """A table of ids and one column, read."""
    path = folder / f"stats.{ending}"
    write_sheet(path, [["code", "income"], *([f"u{place}", cell] for place, cell in enumerate(cells))])
    return read_table(path, path.name, "code", **keys)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("cells", "remedy"),
    [
        (["1.234,5", "0,5"], 'decimal = ","'),
        (["1,234.5", "7"], 'decimal = "."'),
        (["1 234", "7"], "decimal = "),
        (["\uff11\uff12\uff13", "7"], "decimal = "),
        (["12 %", "7"], "without a unit"),
        (["34 ha", "7"], "without a unit"),
    ],
)
def test_b61_numbers_of_a_quota_are_refused_with_cells_column_and_remedy(ending, cells, remedy, command, toy_folder):
    """B61: where the plan needs numbers; what the message says, written into the plan, makes them numbers.

    Limits: 1.234,5, 1 234, digits of full width.

    Limits: Units in cells: 12 %, 34 ha.
    """
    (toy_folder / "stats.csv").unlink()
    rows = [["code", "income"], *([one, cells[place % 2]] for place, one in enumerate(IDS))]
    write_sheet(toy_folder / f"stats.{ending}", rows)
    plan = (toy_folder / "plan.toml").read_text("utf-8").replace("stats.csv", f"stats.{ending}")
    plan = plan.replace('weight = "population"', 'weight = "income"')
    (toy_folder / "plan.toml").write_text(plan, "utf-8")
    done = command("check", toy_folder / "plan.toml", "--json")
    said = next(one for one in json.loads(done.out)["findings"] if one["level"] == "error")
    assert done.code == 2
    assert not [word for word in ("income", cells[0], "a1", remedy) if word not in said["text"]], said["text"]
    if "decimal" in remedy:
        sign = re.search(r'decimal = "(.)"', said["text"])[0]
        (toy_folder / "plan.toml").write_text(
            plan.replace('id = "code"\n\n[[dec', f'id = "code"\n{sign}\n\n[[dec'), "utf-8"
        )
    else:
        rows = [[one, str(cell).split(" ")[0]] for one, cell in rows]
        write_sheet(toy_folder / f"stats.{ending}", rows)
    done = command("check", toy_folder / "plan.toml", "--json")
    assert done.code == 0, done.out


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_b61_the_decimal_sign_of_the_plan_holds_for_texts(ending, tmp_path: Path) -> None:
    table, ledger = table_of(tmp_path, ending, ["1.234,5", "0,5", "-7", "12.000"], decimal=",")
    assert table["income"].tolist() == [1234.5, 0.5, -7, 12000]
    assert ledger.empty


def test_b61_numbers_of_a_sheet_are_numbers_whatever_its_texts_are_written_like(tmp_path: Path) -> None:
    """B61: a number cell of 1.234 is no thousand; a text beside it is."""
    table, _ = table_of(tmp_path, "xlsx", [1.234, "1.234", 1234.5, 5], decimal=",")
    assert table["income"].tolist() == [1.234, 1234, 1234.5, 5]


def test_b61_a_file_of_an_office_that_writes_commas_is_read_as_it_is(tmp_path: Path) -> None:
    """B61: GB18030, a byte-order mark, semicolons, decimal commas, blanks around names, and rows of nothing."""
    text = "\ufeff code ; 收入 \r\nu1;1.234,5\nu2;0,5\r;;\n ;\t;\n"
    (tmp_path / "stats.csv").write_bytes(text.replace(" ;\t;", " ;\t").replace(";;", ";").encode("gb18030"))
    keys = {"encoding": "gb18030", "decimal": ",", "separator": ";"}
    table, _ = read_table(tmp_path / "stats.csv", "stats.csv", "code", **keys)
    assert table["收入"].to_dict() == {"u1": 1234.5, "u2": 0.5}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_b61_points_between_thousands_are_told_and_settled_by_the_plan(ending, tmp_path: Path) -> None:
    """B61: 35.842 residents or thirty-five: nobody can tell from the file, so that the ledger asks.

    Limits: 35.842 and 850: thousands, or a fraction?.
    """
    cells = ["35.842", "850", "12.034"]
    table, ledger = table_of(tmp_path, ending, cells)
    assert table["income"].tolist() == [35.842, 850, 12.034]
    assert ledger["finding"].tolist() == ["number"]
    assert "column 'income': 35.842 is read as 35.842, with a fraction" in str(ledger["action"].iloc[0])
    table, ledger = table_of(tmp_path, ending, cells, decimal=",")
    assert (table["income"].tolist(), len(ledger)) == ([35842, 850, 12034], 0)
    assert table_of(tmp_path, ending, cells, decimal=".")[1].empty


def test_keys_of_texts_are_refused_of_other_files(tmp_path: Path) -> None:
    pd.DataFrame({"code": ["a"], "n": [1]}).to_parquet(tmp_path / "a.parquet")
    for keys, words in [({"decimal": ","}, "CSV and XLSX"), ({"separator": ";"}, "separator is said of CSV")]:
        with pytest.raises(SourceError, match=words):
            read_table(tmp_path / "a.parquet", "a", "code", **keys)


BIG = [2**53 + 1, 2**63 + 5, 2**64 - 1, 7]


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "csv", "xlsx", "geojson"])
@pytest.mark.parametrize("absent", [False, True])
def test_b21_b22_whole_numbers_never_change_in_silence(ending: str, absent: bool, tmp_path: Path) -> None:
    """B19, B21, B22: as ids and as values, beyond 2^53, unsigned, and beside a missing one.

    Limits: Whole numbers beyond 2⁵³, unsigned ones too.
    """
    numbers = BIG if ending in ("parquet", "csv", "xlsx") else [2**53 + 1, -(2**53) - 1, 2**62 + 1, 7]
    values = [*numbers, None] if absent else numbers
    path = tmp_path / f"a.{ending}"
    rows = {"code": [*numbers, 5][: len(values)], "n": values}
    if ending in ("csv", "xlsx"):
        texts = [[one, "" if two is None else two] for one, two in zip(*rows.values(), strict=True)]
        if ending == "xlsx":  # a cell of a number keeps 15 digits; digits that count are typed as text
            texts = [[str(one), str(two)] for one, two in texts]
        write_sheet(path, [["code", "n"], *texts])
    elif ending == "parquet":
        pd.DataFrame({key: pd.array(one, dtype="UInt64") for key, one in rows.items()}).to_parquet(path)
    else:
        typed = {key: pd.array(one, dtype="Int64") for key, one in rows.items()}
        gpd.GeoDataFrame(typed, geometry=[Point(place, 40) for place in range(len(values))], crs=4326).to_file(path)
    read = read_features(path, "a", id="code")[0] if ending == "geojson" else read_table(path, "a", "code")[0]
    assert read.index.tolist() == [str(one) for one in rows["code"]]
    assert [None if pd.isna(one) else str(one) for one in read["n"]] == [
        None if one is None else str(one) for one in values
    ]
    with pytest.raises(ConditionError, match=r"a text is compared with a number.*so many digits"):
        parse_condition(f"n = {numbers[0]}").evaluate(pd.DataFrame({"n": read["n"][:3]}))
    assert parse_condition(f"n = '{numbers[0]}'").evaluate(pd.DataFrame({"n": read["n"]})).yes.sum() == 1


@settings(max_examples=25, deadline=None)
@given(numbers=st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=5, unique=True))
def test_b22_unsigned_numbers_come_back_digit_by_digit(numbers, tmp_path_factory: pytest.TempPathFactory) -> None:
    """B22: from Parquet, as ids and as values."""
    path = tmp_path_factory.getbasetemp() / "unsigned.parquet"
    pd.DataFrame({"code": np.array(numbers, dtype="uint64"), "n": np.array(numbers, dtype="uint64")}).to_parquet(path)
    table, _ = read_table(path, "a", "code")
    assert table.index.tolist() == list(map(str, numbers))
    assert [int(one) for one in table["n"]] == numbers


def test_b22_exact_decimals_are_ids_where_they_are_whole(tmp_path: Path) -> None:
    """B22: as databases export whole numbers of 18 digits."""
    rows = {"code": [Decimal(10**17 + 1), Decimal(2)], "n": [Decimal("0.25"), Decimal(4)]}
    pd.DataFrame(rows).to_parquet(tmp_path / "a.parquet")
    table, _ = read_table(tmp_path / "a.parquet", "a", "code")
    assert (table.index.tolist(), table["n"].tolist()) == (["100000000000000001", "2"], [0.25, 4])


def test_b22_numbers_that_gdal_rounds_beside_a_fraction_are_refused(tmp_path: Path) -> None:
    shape = {"type": "Point", "coordinates": [1, 40]}
    features = [{"type": "Feature", "properties": {"n": one}, "geometry": shape} for one in (2**53 + 1, 1.5)]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    with pytest.raises(
        SourceError, match=r"column 'n' has whole numbers beyond 2\^53 that would be rounded: '9007199254740993'"
    ):
        read_features(path, "a")
    features[0]["properties"]["n"], features[1]["properties"]["n"] = str(2**53 + 1), "1.5"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    assert read_features(path, "a")[0]["n"].tolist() == ["9007199254740993", "1.5"]


def test_numbers_beside_texts_are_texts(tmp_path: Path) -> None:
    """A column of a GeoJSON that holds both is no column that is lost; one of lists is left out."""
    shape = {"type": "Point", "coordinates": [1, 40]}
    rows = [{"n": 2**53 + 1, "list": [1]}, {"n": "x", "list": [2]}, {"n": 1.5, "list": None}]
    features = [{"type": "Feature", "properties": one, "geometry": shape} for one in rows]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    read, _ = read_features(path, "a")
    assert read["n"].tolist() == ["9007199254740993", "x", "1.5"]
    assert "list" not in read.columns


@pytest.mark.parametrize("written", ["3.30104E+17", "3,30104E+17", "3.30104199001011e+17", "1E+05"])
def test_b18_ids_that_a_spreadsheet_has_shortened_are_refused(written: str, tmp_path: Path) -> None:
    """B18: the digits that are gone cannot be guessed.

    Limits: Ids that a spreadsheet has shortened: 3.30104E+17.
    """
    write_sheet(tmp_path / "stats.csv", [["code", "n"], [written, 1]])
    with pytest.raises(SourceError, match="long numbers that a spreadsheet has shortened") as refused:
        read_table(tmp_path / "stats.csv", "stats.csv", "code")
    assert refused.value.features == (written,)


def test_dates_and_truths_of_a_sheet_are_those_that_are_seen(tmp_path: Path) -> None:
    """B61: a sheet keeps days as numbers and shows them as dates.

    Limits: Dates, times, true and false of a sheet.
    """
    rows = [
        ["code", "built", "at", "time", "open", "share"],
        ["u1", dt.date(2024, 12, 31), pd.Timestamp("2024-12-31 13:45").to_pydatetime(), dt.time(13, 45), True, 0.12],
        ["u2", dt.date(1900, 1, 1), None, None, False, None],
    ]
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.worksheets[0]["F2"].number_format = '[Red]0.0" d"%'
    book.save(tmp_path / "stats.xlsx")
    table, _ = read_table(tmp_path / "stats.xlsx", "stats.xlsx", "code")
    assert table["built"].tolist() == ["2024-12-31", "1900-01-01"]
    assert (table["at"].iloc[0], table["time"].iloc[0]) == ("2024-12-31 13:45:00", "13:45:00")
    assert table["open"].tolist() == [True, False]
    assert table["share"].iloc[0] == 0.12


@settings(max_examples=25, deadline=None)
@given(day=st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1)))
def test_a_day_of_a_sheet_comes_back(day: dt.date, tmp_path_factory: pytest.TempPathFactory) -> None:
    """B61: the day that never was, 29 February 1900, included in the count."""
    path = tmp_path_factory.getbasetemp() / "day.xlsx"
    write_sheet(path, [["code", "day"], ["u1", day]])
    assert read_table(path, "day", "code")[0]["day"].tolist() == [day.isoformat()]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_headers_are_names_without_what_is_around_them(ending: str, tmp_path: Path) -> None:
    """Limits: Columns that are named twice, or not."""
    write_sheet(tmp_path / f"a.{ending}", [[" code ", "\u200bpop\xa0"], ["u1", "5"], ["", ""], ["", ""]])
    table, _ = read_table(tmp_path / f"a.{ending}", "a", "code")
    assert table["pop"].to_dict() == {"u1": 5}
    write_sheet(tmp_path / f"a.{ending}", [["code", "pop", " pop"], ["u1", "5", "6"]])
    with pytest.raises(SourceError, match="these stand twice: 'pop'"):
        read_table(tmp_path / f"a.{ending}", "a", "code")


@pytest.mark.parametrize(
    ("ids", "words"), [(["a", ""], "no id in column 'code': rows '2'"), (["a", "a"], "more than once: 'a'")]
)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_b24_rows_need_an_id_of_their_own(ids, words, ending, tmp_path: Path) -> None:
    """B24: in a table of any kind.

    Limits: Ids that are missing or stand twice.
    """
    write_sheet(tmp_path / f"a.{ending}", [["code", "n"], *([one, 1] for one in ids)])
    with pytest.raises(SourceError, match=words):
        read_table(tmp_path / f"a.{ending}", "a", "code")
