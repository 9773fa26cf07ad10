"""The trace of a run folder: why each row of its tables is as it is, in no language, so any can be chosen later."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from math import isinf, isnan
from pathlib import Path
from typing import Any, TypedDict, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.inputs import LeftOut
from zoning.pipeline import OF_ROWS, OF_UNITS, row_records, unit_records
from zoning.plan import Assumption, Plan
from zoning.policies import GAP_COLUMNS, gaps_in
from zoning.reasons import (
    LISTS,
    ClauseMargin,
    Flips,
    Margins,
    Message,
    RecordWriter,
    Trace,
    WrittenRecords,
    plain_field,
)
from zoning.tables import TABLES, Table
from zoning.zones import floors_in, margins_in, norms_in

TRACE = "trace.json"
ROWS = ("zones", *OF_ROWS)
"""The tables of which each row has a record."""
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str)
FIGURES = ("settled_ha", "of_ha", "share", "at_least", "missing_ha")
"""The numbers of the floors."""


class WrittenParameter(TypedDict):
    """A parameter that a record names, as the trace has it."""

    value: bool | float | str
    unit: str
    since: str
    until: str
    reference: Mapping[str, str] | str
    verified: bool


def trace_of(plan: Plan) -> dict[str, Any]:
    """Why everything in a plan is as it is, as plain values."""
    writer = RecordWriter()
    tables = {
        table.name: {column: [*map(writer.message, getattr(plan, table.name)[column])] for column in _columns(table)}
        for table in TABLES.values()
        if _columns(table)
    }
    content = {
        "tables": tables,
        "assumptions": [writer.message(assumption.assumed) for assumption in plan.assumptions],
        **({"left_out": [writer.message(omission.said) for omission in plan.left_out]} if plan.left_out else {}),
        "rows": {name: [*map(writer.record, row_records(plan, name))] for name in ROWS},
        "units": {matter: _units(plan, matter, writer) for matter in OF_UNITS},
        "norms": {name: _column(column, writer) for name, column in norms_in(plan).items()},
        "floors": {name: _column(column, writer) for name, column in floors_in(plan).items()},
        "margins": plain_margins(margins_in(plan)),
        "gaps": plain_gaps(gaps_in(plan)),
    }
    named = {name for record in writer.records for name in record.get("parameters", ()) if isinstance(name, str)}
    parameters = {name: _parameter(plan, name) for name in sorted(named)}
    return content | {"parameters": parameters} | {name: getattr(writer, name) for name in LISTS}


def _units(plan: Plan, matter: str, writer: RecordWriter) -> dict[str, list[int]]:
    by_unit = unit_records(plan, matter, plan.units.index.tolist())
    return {unit: [*map(writer.record, records)] for unit, records in by_unit.items() if records}


def _column(column: pd.Series, writer: RecordWriter) -> list[Any]:
    """A column as JSON has it: messages by their place, missing numbers as null."""
    return [
        {"message": writer.message(cell)} if isinstance(cell, Message) else None if pd.isna(cell) else plain_field(cell)
        for cell in column.tolist()
    ]


def plain_gaps(gaps: pd.DataFrame) -> dict[str, dict[str, list[str]]]:
    """The instruments of which units have no policy: by instrument and place of the reason the units.

    Examples
    --------
    >>> gaps = pd.DataFrame({"unit_id": ["a", "b"], "instrument": ["tax", "tax"], "gap": [0, 0]})
    >>> plain_gaps(gaps), gaps_of(plain_gaps(gaps)).equals(gaps)
    ({'tax': {'0': ['a', 'b']}}, True)
    """
    return {
        str(instrument): {str(gap): rows["unit_id"].tolist() for gap, rows in group.groupby("gap", sort=True)}
        for instrument, group in gaps.groupby("instrument", sort=False)
    }


def gaps_of(plain: Mapping[str, Mapping[str, list[str]]]) -> pd.DataFrame:
    """What :func:`plain_gaps` wrote."""
    rows = [
        (unit, instrument, int(gap))
        for instrument, places in plain.items()
        for gap, units in places.items()
        for unit in units
    ]
    return pd.DataFrame(rows, columns=list(GAP_COLUMNS))


class PlainMargins(TypedDict):
    """Margins as JSON has them: of an array a list with an entry a unit; what is missing is null."""

    units: list[str]
    answers: dict[str, list[str]]
    values: dict[str, list[float | str | None]]
    truths: list[str]
    clauses: list[dict[str, object]]
    flips: dict[str, dict[str, list[Any]]]


def plain_margins(margins: Margins) -> PlainMargins:
    """How far units are from the thresholds of rules, as JSON has it.

    Examples
    --------
    >>> import numpy as np
    >>> none = Margins(pd.Index(["a"]), {}, {"people": np.array([np.inf])}, frozenset(), (), {})
    >>> plain_margins(none)["values"], margins_of(plain_margins(none)).values["people"].tolist()
    ({'people': ['inf']}, [inf])
    """
    return {
        "units": margins.units.tolist(),
        "answers": {rule: answers.tolist() for rule, answers in margins.answers.items()},
        "values": {name: _floats(numbers) for name, numbers in margins.values.items()},
        "truths": sorted(margins.truths),
        "clauses": [clause._asdict() | {"thresholds": _floats(clause.thresholds)} for clause in margins.clauses],
        "flips": {
            name: {"values": _floats(flips.values), "sides": flips.sides.tolist(), "zones": flips.zones.tolist()}
            for name, flips in margins.flips.items()
        },
    }


def margins_of(plain: Mapping[str, Any]) -> Margins:
    """What :func:`plain_margins` wrote."""
    return Margins(
        units=pd.Index(plain["units"], name="unit_id", dtype="str"),
        answers={rule: np.array(answers, dtype=object) for rule, answers in plain["answers"].items()},
        values={name: np.array(numbers, dtype=float) for name, numbers in plain["values"].items()},
        truths=frozenset(plain["truths"]),
        clauses=tuple(
            ClauseMargin(**clause | {"thresholds": np.array(clause["thresholds"], dtype=float)})
            for clause in plain["clauses"]
        ),
        flips={
            name: Flips(
                np.array(flips["values"], dtype=float),
                np.array(flips["sides"], dtype=object),
                np.array(flips["zones"], dtype=object),
            )
            for name, flips in plain["flips"].items()
        },
    )


def _floats(numbers: npt.NDArray[np.float64]) -> list[float | str | None]:
    """Numbers as JSON has them; what is not finite as text."""
    listed: list[float] = numbers.tolist()
    return [None if isnan(number) else str(number) if isinf(number) else number for number in listed]


def _parameter(plan: Plan, name: str) -> WrittenParameter:
    parameter = plan.rulebook.parameters[name]
    return {
        "value": parameter.value,
        "unit": parameter.unit,
        "since": parameter.since.isoformat() if parameter.since else "",
        "until": parameter.until.isoformat() if parameter.until else "",
        "reference": parameter.reference,
        "verified": parameter.verified,
    }


def write_trace(plan: Plan, path: Path) -> None:
    """Write the trace of a plan, an entry of each list on a line of its own."""
    parts = (f"{_json(name)}: {_lines(part)}" for name, part in trace_of(plan).items())
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")


def _lines(part: Any) -> str:
    """A list or an object with each of its entries on a line."""
    pairs = [(f"{_json(name)}: ", entry) for name, entry in part.items()] if isinstance(part, dict) else []
    entries = pairs or ([("", entry) for entry in part] if isinstance(part, list) else [])
    begin, end = "[]" if isinstance(part, list) else "{}"
    return "\n".join((begin, ",\n".join(f"{name}{_json(entry)}" for name, entry in entries), end))


def _json(value: Any) -> str:
    return _JSON.encode(value)


class WrittenTrace:
    """The trace of a run folder, read back; of a run from before there was one nothing."""

    def __init__(self, folder: Path) -> None:
        path = folder / TRACE
        self._content: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        self._records = WrittenRecords(self._content)

    def tables(self, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """The tables of the run with messages in place of their words; an older run keeps the words that it has."""
        restored = dict(tables)
        for name, columns in self._content.get("tables", {}).items():
            if name in restored:
                messages = {column: self._messages(places, restored[name].index) for column, places in columns.items()}
                restored[name] = restored[name].assign(**messages)
        return restored

    def assumptions(self, written: Iterable[Mapping[str, str]]) -> tuple[Assumption, ...]:
        """The assumptions of the run, like its tables with messages in place of words."""
        listed, places = [Assumption(**entry) for entry in written], self._content.get("assumptions")
        if not places:
            return tuple(listed)
        pairs = zip(listed, places, strict=True)
        return tuple(
            Assumption(assumption.name, assumption.kind, self._records.message(number)) for assumption, number in pairs
        )

    def left_out(self, written: Iterable[Mapping[str, Any]]) -> tuple[LeftOut, ...]:
        """What the run does without, with phrases in place of words."""
        phrases = map(self._records.message, self._content.get("left_out", ()))
        pairs = zip(written, phrases, strict=True)
        return tuple(
            LeftOut(entry["kind"], entry["name"], tuple(entry["measures"]), cast("str", phrase), entry["role"])
            for entry, phrase in pairs
        )

    def trace(self) -> Trace:
        """The records, and what was found of norms and floors."""
        if "rows" not in self._content:
            return Trace()
        norms, floors = (pd.DataFrame(self._content[name]) for name in ("norms", "floors"))
        norms["facts"] = self._messages([fact["message"] for fact in norms["facts"]], norms.index)
        floors = floors.astype(dict.fromkeys(FIGURES, float))
        margins = margins_of(self._content["margins"]) if "margins" in self._content else None
        gaps = gaps_of(self._content["gaps"]) if "gaps" in self._content else None
        return Trace(margins=margins, norms=norms, floors=floors, gaps=gaps, written=self._records)

    def _messages(self, places: Iterable[int], index: pd.Index) -> pd.Series:
        return pd.Series([self._records.message(number) for number in places], index, dtype=object)


def _columns(table: Table) -> list[str]:
    return [name for name, kind in table.columns.items() if kind == "message"]
