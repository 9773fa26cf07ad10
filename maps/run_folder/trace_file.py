"""The trace of a run folder: the messages of its tables, in no language, so that any can be chosen later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from zoning.plan import Plan
from zoning.tables import TABLES, Table
from zoning.trace import Message, message_from_json

TRACE = "trace.json"


def trace_of(plan: Plan) -> dict[str, Any]:
    """The messages of all tables as plain values.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    dict
        ``messages``, each once, in the order in which tables first have them; and ``tables``: for each table and each
        column of messages the places in that list, row by row. A text of an older run stands as it is.
    """
    places: dict[str | Message, int] = {}
    tables = {
        table.name: {
            column: [places.setdefault(said, len(places)) for said in getattr(plan, table.name)[column]]
            for column in _columns(table)
        }
        for table in TABLES.values()
        if _columns(table)
    }
    return {"messages": [said if isinstance(said, str) else said.as_json() for said in places], "tables": tables}


def with_messages(tables: Mapping[str, pd.DataFrame], folder: Path) -> dict[str, pd.DataFrame]:
    """The tables of a run with messages in place of their words; an older run keeps the words that it has."""
    path = folder / TRACE
    if not path.exists():
        return dict(tables)
    content = json.loads(path.read_text("utf-8"))
    messages = [said if isinstance(said, str) else message_from_json(said) for said in content["messages"]]
    found = dict(tables)
    for name, columns in content["tables"].items():
        told = {column: [messages[place] for place in places] for column, places in columns.items()}
        frame = found[name]
        found[name] = frame.assign(**{key: pd.Series(one, frame.index, dtype=object) for key, one in told.items()})
    return found


def _columns(table: Table) -> list[str]:
    return [name for name, kind in table.columns.items() if kind == "message"]
