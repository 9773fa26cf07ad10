"""Archives: what is packed comes back as it was to the last bit, and what could not is not packed."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.archives import TREE, pack, unpack
from layers.inputs import Inputs
from layers.phrases import SEMICOLON, Phrase, Reworded, phrase_list
from layers.read.reading_step import read_inputs
from zoning.pipeline.plan_steps import same
from zoning.study import builtin_study, read_study

TEXTS = st.text(max_size=5)
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    TEXTS,
    st.dates(),
    st.just(Phrase("{n:,} of {of}", n=1200, of="x")),
)
COLUMNS = {
    "float64": st.floats(),
    "float32": st.floats(width=32),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "uint8": st.integers(0, 255),
    "bool": st.booleans(),
    "str": st.one_of(st.none(), TEXTS.filter(lambda text: not any("\ud800" <= one <= "\udfff" for one in text))),
    "object": CELLS,
    "datetime64[ms]": st.one_of(
        st.just(pd.NaT), st.integers(0, 10**12).map(lambda number: pd.Timestamp(number, unit="ms"))
    ),
}


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """A table of columns of all kinds, with or without geometry."""
    rows = draw(st.integers(0, 4))
    kinds = draw(st.lists(st.sampled_from(sorted(COLUMNS)), max_size=4))
    names = draw(
        st.lists(TEXTS, min_size=len(kinds), max_size=len(kinds), unique=True).filter(lambda n: "shape" not in n)
    )
    values = {
        name: pd.Series(draw(st.lists(COLUMNS[kind], min_size=rows, max_size=rows)), dtype=kind)
        for name, kind in zip(names, kinds, strict=True)
    }
    frame = pd.DataFrame(values, index=range(rows))
    frame.columns = pd.Index(names, dtype=draw(st.sampled_from(["object", "str"])))
    if draw(st.booleans()):
        points = draw(st.lists(st.tuples(st.floats(-1e7, 1e7), st.floats(-1e7, 1e7)), min_size=rows, max_size=rows))
        shapes = [shapely.Point(one).buffer(1, 2) for one in points]
        frame = gpd.GeoDataFrame(
            frame.assign(shape=gpd.GeoSeries(shapes, crs=draw(st.sampled_from([3035, None])))), geometry="shape"
        )
    if draw(st.booleans()):
        frame = frame.set_axis(pd.Index([f"u{place}" for place in range(rows)], dtype="str", name="unit_id"), axis=0)
    frame.attrs = draw(st.dictionaries(TEXTS, TEXTS, max_size=2))
    return frame


def kinds_of(table: pd.DataFrame) -> list[list[type]]:
    """The types of cells that a column of objects holds."""
    return [
        [type(one) for one in table.iloc[:, place]]
        for place in range(table.shape[1])
        if table.dtypes.iloc[place].kind == "O" and table.dtypes.iloc[place] != "str"
    ]


@settings(max_examples=300, deadline=None)
@given(tables())
def test_a_table_comes_back_to_the_last_bit(table: pd.DataFrame) -> None:
    back = unpack(pack(table))
    assert same(table, back)
    assert type(back) is type(table)
    assert kinds_of(table) == kinds_of(back)
    assert back.index.name == table.index.name
    if isinstance(table, gpd.GeoDataFrame):
        assert back.crs == table.crs
        assert shapely.to_wkb(back.geometry.array).tolist() == shapely.to_wkb(table.geometry.array).tolist()


PLAIN = st.recursive(
    st.one_of(CELLS, st.decimals(allow_nan=False)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.lists(inner, max_size=3).map(tuple), st.dictionaries(TEXTS, inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(PLAIN)
def test_plain_values_come_back(value: object) -> None:
    assert repr(unpack(pack(value))) == repr(value)


def test_phrases_keep_what_they_are_made_of() -> None:
    said = phrase_list([Phrase("{n} rows", n=3), Reworded("layer 'a'", "layer", Phrase("table")), "plain"], SEMICOLON)
    back = unpack(pack(said))
    assert (str(back), back.template) == (str(said), SEMICOLON)
    assert type(back.fields["first"]) is Phrase
    assert type(back.fields["rest"].fields["first"]) is Reworded


@pytest.mark.parametrize("name", ["us_mountain_west", "china_provinces"])
def test_inputs_come_back_with_their_rasters_where_the_study_lies_now(name: str) -> None:
    study = read_study(builtin_study(name))
    inputs = read_inputs(study)
    places = {layer.name: study.locate(layer.source) for layer in study.layers}
    back = unpack(pack(inputs), places)
    assert same(inputs, back)
    moved = unpack(pack(inputs), {layer: Path("/elsewhere") / path.name for layer, path in places.items()})
    rasters = [layer.raster for layer in moved.layers if layer.raster is not None]
    assert rasters
    assert {one.path.parent for one in rasters} == {Path("/elsewhere")}


def test_the_ledger_of_repairs_stays_whole(toy_folder: Path) -> None:
    study = read_study(toy_folder / "plan.toml")
    inputs, places = read_inputs(study), {layer.name: study.locate(layer.source) for layer in study.layers}
    noted = replace(inputs, ledger=inputs.ledger.iloc[:0])
    assert isinstance(unpack(pack(noted), places), Inputs)
    assert len(inputs.ledger) > 0
    actions = unpack(pack(inputs), places).ledger["action"]
    assert [repr(one) for one in actions] == [repr(one) for one in inputs.ledger["action"]]


@pytest.mark.parametrize(
    "value",
    [
        {1, 2},
        object(),
        1 + 2j,
        pd.DataFrame({"a": pd.Categorical(["x"])}),
        pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([(1, 2)])),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame([[1]], columns=[7]),
        pd.DataFrame({"a": [object()]}),
    ],
    ids=("set", "object", "complex", "categories", "two levels", "names twice", "number as name", "objects"),
)
def test_what_could_not_come_back_is_not_packed(value: object) -> None:
    with pytest.raises(TypeError):
        pack(value)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_what_is_no_archive_is_refused_and_never_a_crash(data: st.DataObject) -> None:
    table = pd.DataFrame({"a": [1.0, math.nan], "b": ["x", "y"], "c": np.array([Decimal(1), None], dtype=object)})
    files = pack((table, {"k": Phrase("{n}", n=1)}))
    name = data.draw(st.sampled_from(sorted(files)))
    place = data.draw(st.integers(0, len(files[name]) - 1))
    other = bytes([data.draw(st.integers(0, 255))])
    files[name] = data.draw(
        st.sampled_from(
            [files[name][:place], files[name][:place] + other + files[name][place + 1 :], b"", b"[]", b"{}"]
        )
    )
    with suppress(ValueError):
        unpack(files)
    with pytest.raises(ValueError, match="no archive"):
        unpack({TREE: b'{"kind":"code"}'})
