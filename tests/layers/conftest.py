"""Files for the tests of reading, written where a test asks for them; conditions in words and at random."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine

from layers.conditions import Clause, ClauseWording
from maps.words import catalogue

X0, Y0, KM = 4_000_000.0, 3_000_000.0, 1000.0


def said(clause: Clause, language: str = "en", titles: Mapping[str, str] | None = None) -> str:
    """What a clause says in the words of the catalogue."""
    return ClauseWording(clause.text, catalogue("clause", language), titles).in_words(clause)


@pytest.fixture
def write_grid(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a GeoTIFF over the toy province: 8 x 6 cells of 500 m unless told otherwise."""

    def write(values, name="grid.tif", *, crs="EPSG:3035", transform=None, scale=None, offset=None, **profile) -> Path:
        values = np.asarray(values)
        bands = values if values.ndim == 3 else values[None]
        about = {
            "driver": "GTiff",
            "count": len(bands),
            "height": bands.shape[1],
            "width": bands.shape[2],
            "dtype": str(values.dtype),
            "crs": crs,
            "transform": transform or Affine(500, 0, X0, 0, -500, Y0 + 3 * KM),
        }
        with rasterio.open(tmp_path / name, "w", **(about | profile)) as out:
            out.write(bands)
            if scale is not None:
                out.scales, out.offsets = (scale,), (offset,)
        return tmp_path / name

    return write


@pytest.fixture
def rows_grid(write_grid) -> Path:
    """The raster of the toy province: the value is the row, counted from the north (0..5)."""
    return write_grid(np.repeat(np.arange(6, dtype="float32")[:, None], 8, axis=1), "elevation.tif")


@pytest.fixture
def province(tmp_path: Path, units: gpd.GeoDataFrame) -> Path:
    """A folder with the twelve units in ``units.gpkg``, id column ``code``."""
    plain = units.drop(columns=["area_ha", "jurisdiction"]).rename_axis("code").reset_index()
    plain.to_file(tmp_path / "units.gpkg", layer="units")
    return tmp_path


class Writer:
    """Random conditions, each in CQL2 and in DuckDB's SQL.

    SQL differs in two things: its literals are decimals unless cast, and its division by zero is infinite.
    """

    def __init__(self, seed: int, *, minus: bool = True) -> None:
        self.random = random.Random(seed)
        self.minus = minus

    def number(self, depth: int) -> tuple[str, str]:
        if depth == 0 or self.random.random() < 0.4:
            if self.random.random() < 0.6:
                name = self.random.choice(["a", "b", "土地"])
                return name, name
            value = self.random.choice(["0", "1", "2", "0.5", "2.25"])
            return value, f"{value}::DOUBLE"
        kind = self.random.random()
        if self.minus and kind < 0.15:
            one = self.number(depth - 1)
            return f"-({one[0]})", f"-({one[1]})"
        operator = self.random.choice("+-*/")
        (one, one_sql), (other, other_sql) = self.number(depth - 1), self.number(0)
        if operator == "/":
            return f"({one}) / {other}", f"({one_sql}) / nullif({other_sql}, 0)"
        return f"{one} {operator} {other}", f"{one_sql} {operator} {other_sql}"

    def predicate(self) -> tuple[str, str]:
        (one, one_sql), (low, low_sql), (high, high_sql) = (self.number(2) for _ in range(3))
        no, text = self.random.choice(["", "NOT "]), self.random.choice(["t", "u"])
        order = self.random.choice(["=", "<>", "<", "<=", ">", ">="])
        pattern = self.random.choice(["a%", "%b", "_b", "%", "a_%", "ab"])
        same = [
            self.random.choice(["p", "q", "TRUE", "p = FALSE", "p = q"]),
            f"{text} {self.random.choice(['=', '<>'])} {self.random.choice(['t', 'u', repr('ab')])}",
            f"t {no}LIKE '{pattern}'",
            f"t {no}IN ('ab', 'b', u)",
        ]
        pairs = [
            (f"{one} {no}IN (1, {low}, 2)", f"{one_sql} {no}IN (1, {low_sql}, 2)"),
            (f"{one} {no}BETWEEN {low} AND {high}", f"{one_sql} {no}BETWEEN {low_sql} AND {high_sql}"),
            (f"{one} IS {no}NULL", f"({one_sql}) IS {no}NULL"),
            (f"{one} {order} {low}", f"{one_sql} {order} {low_sql}"),
        ]
        return self.random.choice([*((text, text) for text in same), *pairs])

    def condition(self, depth: int) -> tuple[str, str]:
        if depth == 0 or self.random.random() < 0.2:
            return self.predicate()
        (one, one_sql), (other, other_sql) = self.condition(depth - 1), self.condition(depth - 1)
        form = self.random.choice(
            ["({}) AND {}", "{} AND {}", "{} OR {}", "{} OR ({})", "NOT {} AND {}", "NOT ({} OR {})"]
        )
        return form.format(one, other), form.format(one_sql, other_sql)


@pytest.fixture
def writer_of() -> type[Writer]:
    """The writer of random conditions; call it with a seed."""
    return Writer


@pytest.fixture
def random_table() -> pd.DataFrame:
    """Forty rows with every mixture of values and gaps."""
    chance = random.Random(11)
    columns: dict[str, list[object]] = {
        "a": [0, 1, 2, -1, 0.5, None],
        "b": [0, 1, 2.25, None],
        "土地": [1, 2, 3, None],
        "t": ["ab", "b", "", "aab", None],
        "u": ["ab", "c", None],
        "p": [True, False, None],
        "q": [True, False, None],
    }
    rows = {name: [chance.choice(values) for _ in range(40)] for name, values in columns.items()}
    table = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in rows.items()})
    return table.astype({"a": float, "b": float, "土地": "Float64", "p": "boolean"})
