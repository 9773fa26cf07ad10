"""Archives: inputs and tables as bytes, as they are, handed over by a child process that reads the files of others."""

from __future__ import annotations

import datetime as dt
import json
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import shapely
from pyproj import CRS

from layers.conditions import Condition, parse_condition
from layers.errors import ZoneplanError, is_out_of_memory, raise_all
from layers.formats import Raster, load_libraries, parts_of, take_unpacked, unpacked_ahead
from layers.inputs import Inputs, Layer, LeftOut, Source
from layers.phrases import Phrase, Reworded
from layers.sandbox import Answer, ReadingChild, ReadingEnded, ask_child, reader_now

TREE = "tree.json"
PLACE = "path"
"""The field of a raster that is not written: where a study lies says nothing of what was read from it."""
NOUNS: Mapping[str, type[Inputs | Layer | LeftOut | Raster | Source]] = {
    noun.__name__: noun for noun in (Inputs, Layer, LeftOut, Raster, Source)
}
Nodes = Any
"""What JSON holds: texts, numbers and the like as they are, all else as an object with its ``kind``."""


def pack(value: object) -> dict[str, bytes]:
    """Inputs, tables, and tuples and mappings of them as files.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1.5, None], "b": ["x", None]}, index=pd.Index(["u", "v"], name="unit_id"))
    >>> files = pack((table, "done"))
    >>> sorted(files)
    ['0.arrow', 'tree.json']
    >>> back, said = unpack(files)
    >>> back.equals(table), said
    (True, 'done')
    """
    writer = _Writer()
    tree = json.dumps(writer.node(value), ensure_ascii=True, separators=(",", ":"))
    return {TREE: tree.encode("ascii"), **writer.files}


def unpack(files: Mapping[str, bytes], places: Mapping[str, Path] | None = None) -> Any:
    """What was packed.

    Examples
    --------
    >>> unpack(pack({"said": Phrase("{count:,} rows", count=1200)}))["said"].fields
    {'count': 1200}
    """
    try:
        return _Reader(files, places or {}).value(json.loads(files[TREE]))
    except (KeyError, TypeError, IndexError, AttributeError, RecursionError, OSError) as error:
        raise ValueError(f"no archive: {error!r}") from error


class _Writer:
    """Values on their way into files."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self._known: dict[int, tuple[pd.DataFrame, Nodes]] = {}

    def node(self, value: object) -> Nodes:
        """A value as JSON; tables become files."""
        if value is None or type(value) in (bool, int, float, str):
            return value
        if isinstance(value, np.bool_ | np.integer | np.floating):
            return value.item()
        if isinstance(value, pd.DataFrame):
            if id(value) not in self._known:
                self._known[id(value)] = (value, self._table(value))
            return self._known[id(value)][1]
        return self._collected(value)

    def _collected(self, value: object) -> Nodes:
        if isinstance(value, Phrase):
            return self._phrase(value)
        if type(value) in (tuple, list):
            return {
                "kind": type(value).__name__,
                "items": [self.node(node) for node in cast("Sequence[object]", value)],
            }
        if isinstance(value, Mapping):
            return {"kind": "dict", "items": [[self.node(key), self.node(node)] for key, node in value.items()]}
        if type(value) is NOUNS.get(type(value).__name__):
            return self._noun(value)
        return self._other(value)

    def _phrase(self, phrase: Phrase) -> Nodes:
        field_nodes = [[name, self.node(value)] for name, value in phrase.fields.items()]
        if type(phrase) is Reworded:
            return {"kind": "reworded", "fields": field_nodes}
        made = {"kind": "phrase", "template": phrase.template, "fields": field_nodes}
        if type(phrase) is not Phrase or str(Phrase(phrase.template, **dict(phrase.fields))) != str(phrase):
            raise TypeError(f"a phrase of its own kind: {type(phrase)}")
        return made

    def _noun(self, noun: Any) -> Nodes:
        field_values = {
            field.name: getattr(noun, field.name)
            for field in fields(noun)
            if field.name != PLACE or type(noun) is Source
        }
        return {"kind": type(noun).__name__, "fields": {name: self.node(value) for name, value in field_values.items()}}

    def _other(self, value: object) -> Nodes:
        if isinstance(value, CRS):
            if _crs(value.srs).to_wkt() != value.to_wkt():
                raise TypeError("a CRS that its own text does not give back")
            return {"kind": "crs", "text": value.srs}
        if isinstance(value, Condition):
            return {"kind": "condition", "text": value.text}
        if isinstance(value, Decimal):
            return {"kind": "decimal", "text": str(value)}
        if type(value) is bytes:
            return {"kind": "bytes", "text": value.hex()}
        if type(value) is dt.date:
            return {"kind": "date", "text": value.isoformat()}
        if type(value).__name__ == "Affine":
            return {
                "kind": "affine",
                "items": [float(coefficient) for coefficient in cast("Sequence[float]", value)[:6]],
            }
        raise TypeError(f"{type(value)} is not written")

    def _table(self, frame: pd.DataFrame) -> Nodes:
        if type(frame) not in (pd.DataFrame, gpd.GeoDataFrame) or not frame.columns.is_unique:
            raise TypeError("a table of its own kind")
        columns: list[pa.Array] = []
        column_nodes = [self._column(frame.iloc[:, position], columns) for position in range(frame.shape[1])]
        index = self._index(frame.index, columns)
        labels = self._labels(frame.columns)
        active = None
        if isinstance(frame, gpd.GeoDataFrame):
            active = frame.geometry.name
        node = {
            "kind": "table", "file": f"{len(self.files)}.arrow", "rows": len(frame), "columns": column_nodes,
            "index": index, "labels": labels, "geometry": self.node(active), "attrs": self.node(dict(frame.attrs)),
        }  # fmt: skip
        self.files[node["file"]] = _arrow(columns)
        return node

    def _labels(self, labels: pd.Index) -> Nodes:
        if labels.dtype != object and not isinstance(labels.dtype, pd.StringDtype):
            raise TypeError(f"columns are called by {labels.dtype}")
        return {
            "items": [self.node(label) for label in labels],
            "text": isinstance(labels.dtype, pd.StringDtype),
            "name": self.node(labels.name),
        }

    def _index(self, index: pd.Index, columns: list[pa.Array]) -> Nodes:
        if isinstance(index, pd.RangeIndex):
            return {"range": [index.start, index.stop, index.step], "name": self.node(index.name)}
        if isinstance(index, pd.MultiIndex):
            raise TypeError("an index of several levels")
        return {
            "values": self._column(index.to_series(index=range(len(index))), columns),
            "name": self.node(index.name),
        }

    def _column(self, values: pd.Series, columns: list[pa.Array]) -> Nodes:
        """How a column is written; what Arrow holds of it is added to others."""
        kind = values.dtype
        position = len(columns)
        if isinstance(kind, np.dtype) and kind.kind in "biuf" and kind.itemsize <= 8 and kind != np.float16:
            columns.append(pa.array(values.to_numpy(), from_pandas=False))
            return {"as": "numbers", "place": position}
        if isinstance(kind, np.dtype) and kind.kind == "M":
            columns.append(pa.array(values.to_numpy().view(np.int64)))
            return {"as": "times", "place": position, "type": kind.str}
        if isinstance(kind, pd.BooleanDtype):
            columns.append(pa.array(values.array, type=pa.bool_(), from_pandas=True))
            return {"as": "truths", "place": position}
        if isinstance(kind, pd.StringDtype) and kind == pd.StringDtype(na_value=np.nan):
            columns.append(pa.array(values.array, type=pa.large_string(), from_pandas=True))
            return {"as": "texts", "place": position}
        if isinstance(values, gpd.GeoSeries):
            columns.append(pa.array(shapely.to_wkb(np.asarray(values.array)), type=pa.large_binary()))
            return {"as": "shapes", "place": position, "crs": self.node(values.crs)}
        if isinstance(kind, np.dtype) and kind.kind == "O":
            return {"as": "cells", "items": [self.node(cell) for cell in values]}
        raise TypeError(f"a column of {kind}")


class _Reader:
    """Files on their way back into values."""

    def __init__(self, files: Mapping[str, bytes], places: Mapping[str, Path]) -> None:
        self.files, self.places = files, places
        self._known: dict[str, pd.DataFrame] = {}
        self._kinds: Mapping[str, Callable[[Any], object]] = {
            "tuple": lambda node: tuple(map(self.value, node["items"])),
            "list": lambda node: list(map(self.value, node["items"])),
            "dict": lambda node: self._pairs(node["items"]),
            "phrase": lambda node: Phrase(node["template"], **self._pairs(node["fields"])),
            "reworded": lambda node: Reworded(*self._pairs(node["fields"]).values()),
            "crs": lambda node: _crs(node["text"]),
            "condition": lambda node: parse_condition(node["text"]),
            "decimal": lambda node: Decimal(node["text"]),
            "bytes": lambda node: bytes.fromhex(node["text"]),
            "date": lambda node: dt.date.fromisoformat(node["text"]),
            "affine": _affine,
            "table": self._table,
        }

    def value(self, node: Nodes) -> Any:
        """What a node of the tree stands for."""
        if not isinstance(node, dict):
            return node
        kind = node["kind"]
        return self._noun(node) if kind in NOUNS else self._kinds[kind](node)

    def _pairs(self, items: Sequence[Sequence[Nodes]]) -> dict[Any, Any]:
        return {self.value(key): self.value(node) for key, node in items}

    def _noun(self, node: Nodes) -> object:
        field_values = {name: self.value(value) for name, value in node["fields"].items()}
        if node["kind"] == Raster.__name__:
            field_values[PLACE] = self.places[field_values["name"]]
        return NOUNS[node["kind"]](**field_values)

    def _table(self, node: Nodes) -> pd.DataFrame:
        if node["file"] not in self._known:
            self._known[node["file"]] = self._opened(node)
        return self._known[node["file"]]

    def _opened(self, node: Nodes) -> pd.DataFrame:
        held = _columns(self.files[node["file"]])
        index_node, labels = node["index"], node["labels"]
        index = (
            pd.RangeIndex(*index_node["range"])
            if "range" in index_node
            else self._values(index_node["values"], held, pd.Index)
        )
        index = index.rename(self.value(index_node["name"]))
        series = partial(pd.Series, index=index)
        frame = pd.DataFrame(
            {position: self._values(column, held, series) for position, column in enumerate(node["columns"])},
            index=index,
        )
        frame.columns = pd.Index(
            [self.value(label) for label in labels["items"]],
            dtype="str" if labels["text"] else object,
            name=self.value(labels["name"]),
        )
        if len(frame) != node["rows"]:
            raise ValueError("another number of rows")
        if node["geometry"] is not None:
            frame = gpd.GeoDataFrame(frame, geometry=node["geometry"])
        frame.attrs = self.value(node["attrs"])
        return frame

    def _values(self, node: Nodes, held: Sequence[pa.ChunkedArray], make: Callable[..., Any]) -> Any:
        """A column or an index; cells that are all texts are not taken for a column of texts."""
        return make(self._column(node, held), **({"dtype": object} if node["as"] == "cells" else {}))

    def _column(self, node: Nodes, held: Sequence[pa.ChunkedArray]) -> Any:
        if node["as"] == "cells":
            cells = np.empty(len(node["items"]), dtype=object)
            for row, cell in enumerate(node["items"]):
                cells[row] = self.value(cell)
            return cells
        column = held[node["place"]]
        if node["as"] == "texts":
            return pd.StringDtype(na_value=np.nan).__from_arrow__(column)
        if node["as"] == "truths":
            return pd.BooleanDtype().__from_arrow__(column)
        values: npt.NDArray[Any] = column.to_numpy()
        if node["as"] == "shapes":
            return gpd.array.GeometryArray(shapely.from_wkb(values), crs=self.value(node["crs"]))
        return values.view(node["type"]).copy() if node["as"] == "times" else values.copy()


@cache
def _crs(text: str) -> CRS:
    return CRS.from_user_input(text)


def _affine(node: Nodes) -> object:
    from affine import Affine  # noqa: PLC0415  (comes with rasterio, which is loaded where there are rasters)

    return Affine(*node["items"])


def _arrow(columns: Sequence[pa.Array]) -> bytes:
    table = pa.table({str(position): column for position, column in enumerate(columns)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return cast("bytes", sink.getvalue().to_pybytes())


def _columns(content: bytes) -> list[pa.ChunkedArray]:
    return list(pa.ipc.open_file(pa.BufferReader(content)).read_all().columns)


Found = TypeVar("Found")
ANSWER = f"{__name__}:answer"
"""What a child calls of this module."""
Node = tuple[str, str, Mapping[str, object]]
"""An error in plain values: its class, what it says, its attributes."""


def in_sandbox(job: Callable[..., Found], subject: object, files: Mapping[str, Path], *arguments: object) -> Found:
    """What a job gives that reads files of others; done by a child process where one reads.

    Examples
    --------
    >>> from layers.phrases import english
    >>> from layers.sandbox import sandboxed
    >>> with sandboxed("process"):
    ...     in_sandbox(english, {"zh": "互换", "en": "a swap"}, {})
    'a swap'
    """
    known = () if subject is None else (subject,)
    if reader_now() == "inline":
        return job(*known, *arguments)
    load_libraries(files.values())
    ahead = unpacked_ahead(files)
    parts = {
        name: tuple(part for part in (*parts_of(path), *_unpacked(ahead.get(str(path)))) if part.exists())
        for name, path in files.items()
    }
    return cast("Found", _read_in_child(job, subject, files, parts, arguments, ahead))


def _unpacked(inside: str | None) -> tuple[Path, ...]:
    """The parts of what an archive holds."""
    return parts_of(Path(inside)) if inside else ()


def _read_in_child(
    job: Callable[..., object],
    subject: object,
    files: Mapping[str, Path],
    parts: Mapping[str, tuple[Path, ...]],
    arguments: Sequence[object],
    ahead: Mapping[str, str],
) -> object:
    """What a child answers; one after another, until none ends at a source."""
    refused: dict[str, ZoneplanError] = {}
    while True:
        try:
            names, blocks = ask_child(
                lambda child: child.call(
                    ANSWER, job.__module__, job.__qualname__, subject is not None, arguments, ahead
                ),
                parts,
                subject,
                dict(refused),
            )
        except ReadingEnded as end:
            if not end.source or end.source in refused:
                raise end.error from end
            refused[end.source] = end.error
            continue
        kind, value = unpack(dict(zip(names, blocks, strict=True)), files)
        if kind == "errors":
            raise_all(map(_error, value))
        if kind == "fault":
            raise RuntimeError(value)
        return value


def answer(
    child: ReadingChild, module: str, name: str, knows: bool, arguments: Sequence[object], ahead: Mapping[str, str]
) -> Answer:
    """In a child: do a job, and hand over what comes of it, or what it refuses."""
    take_unpacked(ahead)
    known = (child.subject,) if knows else ()
    try:
        files = pack(("value", getattr(import_module(module), name)(*known, *arguments)))
    except ZoneplanError as error:
        files = pack(("errors", list(map(_node, error.parts))))
    except Exception as error:
        if is_out_of_memory(error):
            raise
        files = pack(("fault", "".join(traceback.format_exception(error))))
    return list(files), list(files.values())


def _node(error: ZoneplanError) -> Node:
    attributes = {name: value for name, value in vars(error).items() if _can_be_packed(value)}
    return type(error).__name__, _plain(error.said), attributes


def _can_be_packed(value: object) -> bool:
    try:
        pack(value)
    except TypeError:
        return False
    return True


def _plain(phrase: str) -> str:
    """A phrase whose fields can be packed: a path as its text, and what is of no known kind as it reads."""
    if not isinstance(phrase, Phrase):
        return str(phrase)
    fields = {name: _plain_field(value) for name, value in phrase.fields.items()}
    made: str = Reworded(*fields.values()) if isinstance(phrase, Reworded) else Phrase(phrase.template, **fields)
    return made if made == phrase and _can_be_packed(made) else Phrase("{said}", said=str(phrase))


def _plain_field(value: Any) -> Any:
    if isinstance(value, str):
        return _plain(value)
    return str(value) if isinstance(value, Path) else value


def _error(node: Node) -> ZoneplanError:
    """An error as it was raised in the child."""
    kind, phrase, attributes = node
    made = _known()[kind]
    error = made.__new__(made, phrase)
    error.args = (phrase,)
    vars(error).update(attributes)
    return error


def _known() -> dict[str, type[ZoneplanError]]:
    """The classes of errors, by name."""

    def below(error_class: type[ZoneplanError]) -> Iterator[type[ZoneplanError]]:
        yield error_class
        for each in error_class.__subclasses__():
            yield from below(each)

    return {error_class.__name__: error_class for error_class in below(ZoneplanError)}
