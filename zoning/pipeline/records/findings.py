"""What conditions found, as records have it, and where what they rest on is written in tables and rulebook."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import Clause, Evaluation
from layers.sources import Section
from zoning.reasons import Field, Message, Said
from zoning.rulebook import Rulebook
from zoning.study import Study


def each_row(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, read column by column, which is much faster than ``to_dict``.

    Examples
    --------
    >>> each_row(pd.DataFrame({"unit_id": ["a", "b"], "amount": [1, 2]}))
    [{'unit_id': 'a', 'amount': 1}, {'unit_id': 'b', 'amount': 2}]
    """
    names = [str(name) for name in table.columns]
    columns = [table[name].tolist() for name in table.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def rows_about(table: pd.DataFrame, units: Collection[str]) -> pd.DataFrame:
    """The part of a table that speaks of some units; the table itself where it speaks of no others.

    Examples
    --------
    >>> rows_about(pd.DataFrame({"unit_id": ["a", "b"], "amount": [1, 2]}), {"b"})["amount"].tolist()
    [2]
    """
    here = is_about(table["unit_id"], units)
    return table if here.all() else table[here]


def is_about(ids: pd.Series | pd.Index, units: Collection[str]) -> npt.NDArray[np.bool_]:
    """Which ids are those of some units; of columns of Arrow's texts much faster than ``isin``."""
    return np.array([unit in units for unit in ids.tolist()], bool)


def said_of(
    clauses: Iterable[Clause],
    rulebook: Rulebook,
    rules: Sequence[str] = (),
    *,
    reads: Mapping[str, Any] = MappingProxyType({}),
    names: Iterable[str] = (),
) -> Said:
    """Clauses, the values that they read, and the parameters that they compare with."""
    listed = tuple(clauses)
    values = {key: value for clause in listed for key, value in clause.values.items()}
    thresholds = {*names, *(name for clause in listed for name in clause.thresholds)}
    return Said(
        clauses=listed,
        rules=tuple(rules),
        values=values | dict(reads),
        parameters=parameters_of(thresholds, rulebook),
    )


def saids_at(evaluation: Evaluation, places: Collection[str], rulebook: Rulebook) -> dict[str, Said]:
    """What a condition found at some places, by the place; places at which it read the same share one."""
    by_clauses: dict[int, Said] = {}
    clauses_at = evaluation.clauses_at(places)
    for clauses in clauses_at.values():
        if id(clauses) not in by_clauses:
            by_clauses[id(clauses)] = said_of(clauses, rulebook)
    return {label: by_clauses[id(clauses)] for label, clauses in clauses_at.items()}


def parameters_of(names: Iterable[str], rulebook: Rulebook) -> tuple[str, ...]:
    """Those of some names that are parameters of the rulebook, sorted."""
    return tuple(sorted({*names} & set(rulebook.parameters)))


def claim_said(record: str | Message, written: Mapping[str, Any], rulebook: Rulebook) -> Said:
    """What a claim rests on."""
    if isinstance(record, str):
        parameters = parameters_of(written["thresholds"], rulebook)
        return Said(clauses=tuple(written["clauses"]), values=written["values"], parameters=parameters)
    pairs = list(_clauses_in(record))
    rules = [rule for rule, _ in pairs] if any(rule for rule, _ in pairs) else []
    return said_of((clause for _, clause in pairs), rulebook, rules)


def _clauses_in(field: Field, rule: str = "") -> Iterator[tuple[str, Clause]]:
    """The clauses in a message, each with the rule to which it belongs where the message names several."""
    match field:
        case Message(fields={"reason": Message() as claimant, "facts": tuple() as clauses}):
            yield from ((_rule_of(claimant), clause) for clause in clauses if isinstance(clause, Clause))
        case Message(fields=fields):
            for inner in fields.values():
                yield from _clauses_in(inner, rule)
        case Clause():
            yield rule, field
        case tuple():
            for member in field:
                yield from _clauses_in(member, rule)


def _rule_of(claimant: Message) -> str:
    inner = claimant.fields.get("reason")
    return _rule_of(inner) if isinstance(inner, Message) else str(claimant.fields["rule"])


def in_plan(study: Study, *keys: str | int) -> str:
    """File and line of something in a study file; every run folder has it by the name of plan.toml."""
    return f"plan.toml{_line(study.document.where(*keys))}"


def in_rulebook(rulebook: Rulebook, kind: str, entry: Section) -> str:
    """File and line of an entry of a rulebook; empty where it was not read from a file."""
    entries = getattr(rulebook.draft, kind, ())
    if rulebook.draft is None or entry not in entries:
        return ""
    location = rulebook.draft.where(kind, entries.index(entry))
    name, ending, _ = location.rpartition("/")[2].partition(".toml")  # a run folder has it as it is, changed or not
    return f"{name}{ending}{_line(location)}"


def _line(location: str) -> str:
    _, comma, rest = location.partition(", line ")
    return f"{comma}{rest.partition(',')[0]}"
