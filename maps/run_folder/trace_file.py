"""The trace of a run folder: the messages of its tables, in no language, so that any can be chosen later."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from zoning.plan import Assumption, Plan
from zoning.tables import TABLES, Table
from zoning.trace import Message, said_from_json, said_json

TRACE = "trace.json"


def trace_of(plan: Plan) -> dict[str, Any]:
    """The messages of all tables and assumptions as plain values.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    dict
        ``messages``, each once, in the order in which tables first have them; ``tables``: for each table and each
        column of messages the places in that list, row by row; and ``assumptions``, their places. A text of an older
        run stands as it is.
    """
    places: dict[str | Message, int] = {}

    def placed(said: Iterable[str | Message]) -> list[int]:
        return [places.setdefault(one, len(places)) for one in said]

    tables = {
        table.name: {column: placed(getattr(plan, table.name)[column]) for column in _columns(table)}
        for table in TABLES.values()
        if _columns(table)
    }
    assumptions = placed(one.assumed for one in plan.assumptions)
    messages = list(map(said_json, places))
    return {"messages": messages, "tables": tables, "assumptions": assumptions}


def with_messages(tables: Mapping[str, pd.DataFrame], folder: Path) -> dict[str, pd.DataFrame]:
    """The tables of a run with messages in place of their words; an older run keeps the words that it has."""
    content = _read(folder)
    found = dict(tables)
    for name, columns in content["tables"].items():
        if name not in found:
            continue
        told = {column: [content["messages"][place] for place in places] for column, places in columns.items()}
        frame = found[name]
        found[name] = frame.assign(**{key: pd.Series(one, frame.index, dtype=object) for key, one in told.items()})
    return found


def read_assumptions(folder: Path, written: Iterable[Mapping[str, str]]) -> tuple[Assumption, ...]:
    """The assumptions of a run with messages in place of their words; an older run keeps the words that it has."""
    content, listed = _read(folder), [Assumption(**entry) for entry in written]
    messages = [content["messages"][place] for place in content.get("assumptions", ())]
    if not messages:
        return tuple(listed)
    return tuple(Assumption(one.name, one.kind, said) for one, said in zip(listed, messages, strict=True))


def _read(folder: Path) -> dict[str, Any]:
    """The trace of a run with its messages read; of an older one nothing."""
    path = folder / TRACE
    if not path.exists():
        return {"messages": [], "tables": {}}
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    messages = list(map(said_from_json, content["messages"]))
    return content | {"messages": messages}


def _columns(table: Table) -> list[str]:
    return [name for name, kind in table.columns.items() if kind == "message"]
