"""Tables: joined by id as text; what has no partner is told, what makes no sense is refused."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

from layers.errors import SourceError, UnknownNameError
from layers.formats import join_table, read_table

ORIGINS = {"population": "the units' file units.gpkg"}


def write(tmp_path, content, name="stats.csv"):
    path = tmp_path / name
    path.write_text(content)
    return path


def test_ids_keep_their_zeros_and_numbers_become_numbers(tmp_path):
    table, ledger = read_table(write(tmp_path, "fips,gdp,code\n010203,5.5,007\n010204,,008\n"), "stats.csv", "fips")
    assert list(table.index) == ["010203", "010204"]
    np.testing.assert_array_equal(table["gdp"], [5.5, np.nan])
    assert table["code"].tolist() == ["007", "008"]
    assert ledger.empty


@pytest.mark.parametrize("ending", ["csv", "gpkg", "parquet"])
def test_an_infinite_number_is_refused_with_its_rows(tmp_path, ending):
    path = tmp_path / f"stats.{ending}"
    plain = pd.DataFrame({"fips": ["a", "b", "c"], "gdp": [1.5, np.inf, -np.inf]})
    if ending == "csv":
        path.write_text("fips,gdp\na,1.5\nb,1e999\nc,-1e999\n")
    elif ending == "parquet":
        plain.to_parquet(path)
    else:
        gpd.GeoDataFrame(plain, geometry=[Point(0, 0)] * 3, crs="EPSG:3035").to_file(path)
    with pytest.raises(SourceError, match=r"table 'stats': column 'gdp' is infinite in 2 row\(s\): ") as caught:
        read_table(path, "stats", "fips")
    assert caught.value.code == "infinite"
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("ending", ["gpkg", "parquet"])
def test_other_formats_with_or_without_geometry(tmp_path, ending):
    plain = pd.DataFrame({"fips": pd.array([10203, 7], dtype="int64"), "gdp": [1.5, 2.5]})
    path = tmp_path / f"stats.{ending}"
    if ending == "parquet":
        plain.to_parquet(path)
    else:
        gpd.GeoDataFrame(plain, geometry=[Point(0, 0), None], crs="EPSG:3035").to_file(path)
    table, _ = read_table(path, "stats", "fips")
    assert list(table.index) == ["10203", "7"]
    assert table.columns.tolist() == ["gdp"]


def test_a_layer_without_geometry_in_a_geopackage(tmp_path):
    import pyogrio

    path = tmp_path / "stats.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"fips": ["01"], "gdp": [5]}), path, layer="gdp")
    assert read_table(path, "stats", "fips", layer="gdp")[0]["gdp"].tolist() == [5]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("fips,gdp\n1,2\n,3\n", r"1 row\(s\) have no id in column 'fips': rows '2'"),
        ("fips,gdp\n1,2\n ,3\n", r"1 row\(s\) have no id in column 'fips': rows '2'"),
        ("fips,gdp\n", r"stats.csv has no rows\. Leave the table out of the plan"),
        ("fips,gdp\n1,2\n1,3\n", r"1 id\(s\) of column 'fips' stand more than once: '1'"),
        ("code,gdp\n1,2\n", r"there is no column 'fips'; the columns are code, gdp"),
    ],
)
def test_bad_ids_are_refused(tmp_path, content, reason):
    with pytest.raises(SourceError, match=reason) as caught:
        read_table(write(tmp_path, content), "stats.csv", "fips")
    assert caught.value.exit_code == 3


def test_b26_partners_are_found_and_the_others_told(units):
    """B26: both ways, each row without a unit and each unit without a row."""
    table = pd.DataFrame({"gdp": [1, 2], "rich": [True, False]}, index=["b2", "zz"])
    joined, ledger = join_table(units, table, "stats.csv", ORIGINS)
    assert list(joined.index) == list(units.index)
    assert joined.loc["b2", ["gdp", "rich"]].tolist() == [1, True]
    assert joined["gdp"].notna().sum() == 1
    assert joined["rich"].dtype == "boolean"
    assert len(ledger) == 12
    assert ledger.set_index("feature").loc["zz", "action"] == "left out: no unit has this id"
    assert ledger.set_index("feature").loc["a1", "action"].startswith("the unit has no row here")
    assert set(ledger["finding"]) == {"unmatched"}
    assert "gdp" not in units


def test_two_sources_for_one_name(units):
    table = pd.DataFrame({"population": [1]}, index=["b2"])
    with pytest.raises(
        UnknownNameError, match=r"'population' is provided twice, by the units' file .* and by stats"
    ) as caught:
        join_table(units, table, "stats.csv", ORIGINS)
    assert (caught.value.exit_code, caught.value.code) == (2, "two_sources")


def test_lost_zeros_are_shown_and_not_guessed(units):
    """B18: codes that a spreadsheet took for numbers."""
    coded = units.set_axis([f"0{number}" for number in range(10101, 10113)])
    table = pd.DataFrame({"gdp": [1, 2]}, index=["10101", "10102"])
    with pytest.raises(
        SourceError,
        match=r"none of its 2 ids is.* like '10101', '10102' \(5 characters\).*'010101'.*\(6 characters\).*zeros",
    ):
        join_table(coded, table, "stats.csv", {})


def test_a_tables_file_is_told_as_a_tables(tmp_path):
    (tmp_path / "t.csv").write_text("code,x\na,1,2\n", "utf-8")
    with pytest.raises(SourceError, match=r"^table 't.csv': t.csv has 2 columns"):
        read_table(tmp_path / "t.csv", "t.csv", "code")
