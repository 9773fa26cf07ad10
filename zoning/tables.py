"""Every table of a run, declared once: its columns in order, their types, and its key.

Writers are held to these declarations by one test. A table without rows still has its columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Generic, Literal, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.ledger import LEDGER_COLUMNS

T = TypeVar("T")
R = TypeVar("R")
Type = Literal["text", "float", "int", "decimal", "bool", "json", "date", "geometry", "message", "rulebook", "measures"]


class Table(NamedTuple):
    """The declaration of one table.

    Attributes
    ----------
    name : str
    columns : dict of str to str
        Their types, in order.
    key : tuple of str
    open : bool
        Whether it has more columns than are declared.
    shown : tuple of str
        Columns that people read wherever they read of a row.
    qualified : dict of str to str
        By a column the one, of yes and no, that says what must be known beside its value.
    """

    name: str
    columns: dict[str, Type]
    key: tuple[str, ...]
    open: bool = False
    shown: tuple[str, ...] = ()
    qualified: Mapping[str, str] = MappingProxyType({})

    @property
    def columns_in_memory(self) -> tuple[str, ...]:
        """The columns in memory: all but the texts of the rulebook."""
        return tuple(name for name, kind in self.columns.items() if kind != "rulebook")


class Made(NamedTuple, Generic[T, R]):
    """What a step has made: its table, and why the rows are what they are; people at the front door get the table."""

    table: T
    reasons: R


ZONES = Table(
    "zones",
    {
        "unit_id": "text",
        "name": "text",
        "jurisdiction": "text",
        "area_ha": "float",
        "main": "text",
        "overlays": "text",
        "status": "text",
        "rule": "text",
        "reason": "message",
        "assumed": "measures",
        "part_of": "text",
        "main_of_whole": "text",
    },
    ("unit_id",),
    shown=("assumed",),
)
MEASURES = Table("measures", {"unit_id": "text"}, ("unit_id",), open=True)
PIECES = Table(
    "pieces",
    {"piece_id": "text", "unit_id": "text", "area_ha": "float", "control_line": "text"},
    ("piece_id",),
    open=True,
)
CLAIMS = Table(
    "claims",
    {
        "unit_id": "text",
        "zone": "text",
        "rule": "text",
        "reason": "message",
        "values": "json",
        "answer": "text",
        "assumed": "measures",
        "inherited_from": "text",
    },
    ("unit_id", "zone", "rule"),
)
CONFLICTS = Table(
    "conflicts",
    {
        "unit_id": "text",
        "zone": "text",
        "rule": "text",
        "answer": "text",
        "deciding": "bool",
        "clause": "text",
        "indicator": "text",
        "value": "float",
        "threshold": "float",
        "at_threshold": "text",
        "margin": "float",
        "margin_pct": "float",
        "near": "bool",
        "flip_value": "float",
        "flip_side": "text",
        "flip_zone": "text",
        "change": "float",
        "change_pct": "float",
        "smallest": "bool",
        "reason": "message",
    },
    ("unit_id", "rule", "clause", "indicator"),
)
LINES = Table(
    "lines",
    {"unit_id": "text", "line": "text", "claimed_ha": "float", "settled_ha": "float", "lost_to": "text"},
    ("unit_id", "line"),
    open=True,
)
QUOTAS = Table(
    "quotas",
    {
        "quota": "text",
        "period": "int",
        "level": "text",
        "jurisdiction": "text",
        "unit_id": "text",
        "name": "text",
        "amount": "decimal",
        "unit": "text",
        "floor": "decimal",
        "ceiling": "decimal",
        "weight": "float",
        "binding": "text",
        "shadow_price": "float",
        "carried": "decimal",
        "transferred": "decimal",
        "price_from": "decimal",
        "price_to": "decimal",
    },
    # two counties of one name in different states differ in ``name``, which for a jurisdiction is its whole path
    ("quota", "level", "jurisdiction", "unit_id", "name"),
    shown=("floor", "ceiling", "carried", "transferred"),
)
SOLUTIONS = Table(
    "solutions",
    {
        "quota": "text",
        "period": "int",
        "objective": "text",
        "method": "text",
        "value": "float",
        "bound": "float",
        "gap": "float",
        "gap_pct": "float",
        "parts": "json",
    },
    ("quota",),
)
QUOTA_RULES = Table(
    "quota_rules",
    {
        "quota": "text",
        "period": "int",
        "rule": "text",
        "jurisdiction": "text",
        "condition": "text",
        "unit": "text",
        "amount": "float",
        "least": "float",
        "most": "float",
        "shadow_price": "float",
        "price_from": "float",
        "price_to": "float",
    },
    ("quota", "rule", "jurisdiction"),
)
SITINGS = Table(
    "sitings",
    {
        "quota": "text",
        "period": "int",
        "unit_id": "text",
        "asked_ha": "float",
        "available_ha": "float",
        "suitable_ha": "float",
        "placed_ha": "float",
        "unplaced_ha": "float",
        "patches": "int",
        "plots": "int",
        "value_mean": "float",
        "score_mean": "float",
        "score_bound": "float",
        "gap_pct": "float",
        "unplaced_because": "text",
    },
    ("quota", "period", "unit_id"),
)
SITES = Table(
    "sites",
    {
        "quota": "text",
        "period": "int",
        "unit_id": "text",
        "patch": "int",
        "area_ha": "float",
        "plots": "int",
        "value_mean": "float",
        "score_mean": "float",
    },
    ("quota", "period", "unit_id", "patch"),
)
ENERGY = Table(
    "energy",
    {
        "period": "int",
        "region": "text",
        "intensity_light": "int",
        "total_light": "int",
        "total_exempt": "bool",
        "verdict": "text",
        "reason": "message",
    },
    ("period", "region"),
    qualified={"total_light": "total_exempt"},
)
FLOWS = Table(
    "flows",
    {
        "instrument": "text",
        "period": "int",
        "payer": "text",
        "receiver": "text",
        "amount": "decimal",
        "unit": "text",
        "rule": "message",
        "reference": "message",
    },
    ("instrument", "period", "payer", "receiver"),
)
POSITIONS = Table(
    "positions",
    {"kind": "text", "party": "text", "unit": "text", "paid": "decimal", "received": "decimal", "net": "decimal"},
    ("kind", "party", "unit"),
)
POLICIES = Table(
    "policies",
    {
        "unit_id": "text",
        "piece_id": "text",
        "policy": "text",
        "instrument": "text",
        "title": "rulebook",
        "strictness": "int",
        "parameters": "json",
        "zone": "text",
        "clause": "rulebook",
        "reference": "text",
        "since": "date",
        "until": "date",
        "overruled_by": "text",
        "inherited_from": "text",
        "exception": "rulebook",
    },
    ("unit_id", "piece_id", "policy"),
)
PLACED_POLICIES = Table(
    "policies",
    {
        name: POLICIES.columns[name]
        for name in ("unit_id", "piece_id", "policy", "zone", "overruled_by", "inherited_from", "exception")
    },
    POLICIES.key,
)
"""POLICIES as a run folder has them, where each text stands once, in POLICY_TEXTS."""
POLICY_TEXTS = Table(
    "policy_texts",
    {
        **{
            name: POLICIES.columns[name]
            for name in (
                "policy", "instrument", "title", "strictness", "parameters", "clause", "reference", "since", "until",
            )
        },
        "verified": "bool",
    },
    ("policy",),
)  # fmt: skip
"""What is the same wherever a policy applies; ``parameters`` has an indicator, which each unit has, by its name."""
INDUSTRIES = Table(
    "industries",
    {
        "list": "text",
        "item": "int",
        "code": "text",
        "treatment": "text",
        "state": "text",
        "unit_id": "text",
        "jurisdiction": "text",
        "conditions": "message",
        "note": "message",
        "provision": "message",
        "reference": "message",
        "verified": "bool",
        "reading": "text",
    },
    ("list", "item"),
)
LEDGER = Table(
    "ledger",
    {name: "float" if name.endswith("_ha") else "text" for name in LEDGER_COLUMNS} | {"action": "message"},
    ("layer", "feature", "finding"),
)

SCENARIOS = Table(
    "scenarios",
    {"scenario": "text", "unit_id": "text", "main": "text", "overlays": "text", "status": "text"},
    ("scenario", "unit_id"),
)
SCENARIO_QUOTAS = Table(
    "scenario_quotas",
    {"scenario": "text", "quota": "text", "unit_id": "text", "amount": "decimal"},
    ("scenario", "quota", "unit_id"),
)
ROBUSTNESS = Table(
    "robustness",
    {"unit_id": "text", "main": "text", "share": "float", "other": "text", "other_share": "float"},
    ("unit_id",),
)
FACILITIES = Table(
    "facilities",
    {
        "service": "text",
        "rank": "int",
        "site": "text",
        "people_gained": "float",
        "people_reached": "float",
        "bound": "float",
    },
    ("service", "rank"),
)
DIVERGENCE = Table(
    "divergence",
    {
        "series": "text",
        "grouping": "text",
        "region": "text",
        "indicator": "text",
        "since": "text",
        "year": "text",
        "value": "float",
        "unit": "text",
        "p": "float",
        "units": "int",
    },
    ("series", "grouping", "region", "indicator", "since", "year"),
)
DIVERGENCE_UNITS = Table(
    "divergence_units",
    {
        "series": "text",
        "unit_id": "text",
        "since": "text",
        "year": "text",
        "amount": "float",
        "unit": "text",
        "share": "float",
        "change": "float",
        "growth_pct": "float",
        "contribution_pct": "float",
        "reach_pct": "float",
        "a_head": "float",
        "compared": "text",
        "local_i": "float",
        "local_p": "float",
        "cluster": "text",
    },
    ("series", "unit_id"),
)
ASKED_TABLES = (SCENARIOS, SCENARIO_QUOTAS, ROBUSTNESS, DIVERGENCE, DIVERGENCE_UNITS, FACILITIES)
"""Tables that only plans have as files that ask for them: with scenarios, draws, regions to compare, or facilities."""

MOVED = Table(
    "moved",
    {
        "unit_id": "text",
        "what": "text",
        "item": "text",
        "before": "text",
        "after": "text",
        "cause_kind": "text",
        "cause_id": "text",
    },
    ("unit_id", "what", "item"),
)
TRANSITIONS = Table(
    "transitions", {"before": "text", "after": "text", "units": "int", "area_ha": "float"}, ("before", "after")
)
CONSENSUS = Table(
    "consensus",
    {
        "unit_id": "text",
        "name": "text",
        "jurisdiction": "text",
        "area_ha": "float",
        "main": "text",
        "agree": "int",
        "voices": "int",
        "overlays": "text",
        "overlays_agree": "int",
        "hangs_on": "text",
    },
    ("unit_id",),
)
CONSENSUS_VOICES = Table(
    "consensus_voices",
    {"unit_id": "text", "voice": "text", "main": "text", "overlays": "text", "status": "text"},
    ("unit_id", "voice"),
)
CONSENSUS_QUOTAS = Table(
    "consensus_quotas",
    {"quota": "text", "unit_id": "text", "least": "decimal", "most": "decimal"},
    ("quota", "unit_id"),
)
CONSENSUS_DIFFERENCES = Table(
    "consensus_differences",
    {"kind": "text", "id": "text", "voice": "text", "value": "text", "units": "int"},
    ("kind", "id", "voice"),
)
CONSENSUS_HANGS = Table(
    "consensus_hangs",
    {"unit_id": "text", "what": "text", "kind": "text", "id": "text"},
    ("unit_id", "what", "kind", "id"),
)
COMPARISON_TABLES = (MOVED, TRANSITIONS)
"""The tables of a comparison of two plans."""

TABLES = {
    table.name: table
    for table in (
        ZONES, MEASURES, PIECES, CLAIMS, CONFLICTS, LINES, QUOTAS, SOLUTIONS, QUOTA_RULES, SITINGS, SITES,
        ENERGY, FLOWS, POSITIONS, POLICIES, INDUSTRIES, LEDGER, SCENARIOS, SCENARIO_QUOTAS, ROBUSTNESS,
        DIVERGENCE, DIVERGENCE_UNITS, FACILITIES,
    )
}  # fmt: skip

CSV_TABLES = tuple(table for table in TABLES.values() if table not in (PIECES, CLAIMS))
"""The tables of a run folder that are written as CSV; claims and pieces are GeoParquet."""
AS_FILES = {POLICIES.name: (PLACED_POLICIES, POLICY_TEXTS)}
"""Tables that stand in files of another form, so that a text stands once."""

_DTYPES: Mapping[str, str | type] = {
    "text": "str",
    "float": "float64",
    "int": "int64",
    "bool": "bool",
    "json": "str",
    "date": "str",
    "message": object,
    "measures": "str",
}


def tabulate(table: Table, rows: pd.DataFrame, *, written: bool = False) -> pd.DataFrame:
    """Rows brought into the declared form: columns in order, types, sorted by key, a fresh index.

    Examples
    --------
    >>> rows = pd.DataFrame({"unit_id": ["b", "a"], "line": "red_line", "claimed_ha": [2, 1], "settled_ha": [2, 1]})
    >>> tabulate(LINES, rows.assign(lost_to="-", to_core_ha=0.0))
      unit_id      line  claimed_ha  settled_ha lost_to  to_core_ha
    0       a  red_line         1.0         1.0       -         0.0
    1       b  red_line         2.0         2.0       -         0.0
    >>> tabulate(FLOWS, pd.DataFrame()).columns[:3].tolist()
    ['instrument', 'period', 'payer']
    """
    declared = list(table.columns if written else table.columns_in_memory)
    named = [level for level in rows.index.names if level in table.columns and level not in rows.columns]
    frame = rows.reset_index(level=named) if named else rows
    if frame.empty:
        frame = frame.reindex(columns=[*declared, *(c for c in frame.columns if c not in table.columns)])
    missing = [column for column in declared if column not in frame.columns]
    if missing:
        raise ValueError(f"table {table.name}: no column {', '.join(missing)}")
    extra = [column for column in frame.columns if column not in table.columns] if table.open else []
    frame = frame[[*declared, *extra]]
    if frame.empty:
        return index_rows(table, frame)
    kinds = {column: _DTYPES[kind] for column, kind in table.columns.items() if kind in _DTYPES}
    frame = frame.astype({column: kind for column, kind in kinds.items() if frame[column].dtype != kind})
    ranks = np.array([_ranks(frame[column]) for column in table.key])
    order = np.lexsort(ranks[::-1])
    if (np.diff(ranks[:, order]) == 0).all(axis=0).any():
        raise ValueError(f"table {table.name}: the key {table.key} is not unique")
    return index_rows(table, frame.iloc[order])


def index_rows(table: Table, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with their index: the ids of a table that has one row a unit, so that it joins with units; else 0..n-1.

    The ids stay a column, too. The index has no name, for pandas refuses to group, sort and merge by a name that both
    a column and an index have.

    Examples
    --------
    >>> index_rows(ROBUSTNESS, pd.DataFrame({"unit_id": ["a", "b"], "share": [1.0, 0.5]}))["share"].to_dict()
    {'a': 1.0, 'b': 0.5}
    """
    if table.key != ("unit_id",):
        return rows.reset_index(drop=True)
    return rows.set_axis(pd.Index(rows["unit_id"]).rename(None))


def as_floats(rows: pd.DataFrame) -> pd.DataFrame:
    """A table with floats in place of exact decimals, for plots and statistics; the table itself keeps its decimals.

    Parameters
    ----------
    rows : DataFrame
        Any; of a plan, ``quotas``, ``flows`` and ``positions`` have decimals.

    Returns
    -------
    DataFrame
        A copy with the same index and columns. Columns of decimals are ``float64``, missing ones NaN.

    Examples
    --------
    >>> from decimal import Decimal
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> rows = pd.DataFrame({"unit_id": ["a", "b", "c"], "amount": [Decimal("0.1"), Decimal("0.2"), None]})
    >>> rows["amount"].sum(), float(zp.as_floats(rows)["amount"].sum())
    (Decimal('0.3'), 0.30000000000000004)
    """
    exact = [name for name in rows if rows[name].map(lambda value: isinstance(value, Decimal)).any()]
    return rows.assign(**{name: rows[name].astype("float64") for name in exact})


def _ranks(column: pd.Series) -> npt.NDArray[np.intp]:
    """The place of each value among the different ones, missing ones last."""
    codes, different = pd.factorize(column, sort=True)
    return np.where(codes < 0, len(different), codes)
