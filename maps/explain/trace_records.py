"""What a matter of a unit rests on, in links of one form: rule, clauses, values, parameters, reference."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import Clause, Condition, parse_condition
from layers.errors import ConditionError
from layers.sources import Dated, Section
from maps.locale import LocalizedPlan, Renderer, texts_of
from zoning.rulebook import Rulebook
from zoning.study import Study
from zoning.trace import Field, Message

Content = dict[str, Any]

LINK = (
    "kind", "id", "reason", "amount", "unit", "when", "when_json", "clauses", "values", "parameters", "since", "until",
    "reference", "verified", "written", "links",
)  # fmt: skip
"""The keys of every link, in their order."""


def reason_record(
    kind: str,
    name: str,
    reason: str = "",
    *,
    amount: str | float | None = None,
    unit: str = "",
    when: str = "",
    said: Mapping[str, Any] | None = None,
    days: Dated | None = None,
    reference: str = "",
    verified: bool | None = None,
    written: str = "",
    links: Iterable[Content] = (),
) -> Content:
    """One link of a chain; every matter of an explanation is one, and has further ones below it.

    Parameters
    ----------
    kind : str
        What decides: "rule", "decision", "locked", "default", "line", "quota", "scheme", "agreement", "transfer",
        "policy", "list", "services", "derived", "norm"; and below these "layer", "taken", "least", "level", "reserve",
        "weight", "term", "priority", "floor", "ceiling", "within", "carried", "group", "lock", "moved", "site",
        "class", "exception", "overruled".
    name : str
        Which of them: an id, a code, a measure, a layer.
    reason : str
        In words, in the language of the explanation.
    amount : str or float, optional
        What it comes to, in ``unit``: text where it is a decimal, so that none is lost.
    unit : str
    when : str
        The condition that it was asked by, as written.
    said : mapping, optional
        ``clauses``, ``values``, ``parameters``, see :func:`chain`.
    days : Dated, optional
        What holds from one day until another.
    reference : str
    verified : bool, optional
        Somebody has seen it in the official text; None where nobody could.
    written : str
        File and line.
    links : iterable of dict
        What it is made of, links as well.

    Returns
    -------
    dict
        The keys of ``LINK``, ready for JSON.

    Examples
    --------
    >>> one = reason_record("floor", "0", "floor 2 ha", amount="2", unit="ha")
    >>> tuple(one) == LINK, one["clauses"], one["verified"]
    (True, [], None)
    """
    told = said or {}
    return {
        "kind": kind,
        "id": name,
        "reason": reason,
        "amount": amount,
        "unit": unit,
        "when": when,
        "when_json": condition_json(when) if when else None,
        "clauses": list(told.get("clauses", ())),
        "values": dict(told.get("values", {})),
        "parameters": list(told.get("parameters", ())),
        "since": days.since.isoformat() if days and days.since else "",
        "until": days.until.isoformat() if days and days.until else "",
        "reference": reference,
        "verified": verified,
        "written": written,
        "links": list(links),
    }


@lru_cache(maxsize=1024)
def condition_json(when: str) -> object:
    """A condition in the JSON of CQL2, None where that nests too deep; the same object for the same text."""
    try:
        return parse_condition(when).as_cql2_json()
    except ConditionError:
        return None


def clause_chain(said: Mapping[str, Any], rulebook: Rulebook) -> Content:
    """Clauses, the values that they read, and the parameters that they compare with.

    Parameters
    ----------
    said : mapping
        ``clauses``, ``values`` and ``thresholds``, as the claims hold them.
    rulebook : Rulebook
    """
    wanted = sorted({*said["thresholds"]} & set(rulebook.parameters))
    return {
        "clauses": said["clauses"],
        "values": said["values"],
        "parameters": [
            {
                "name": name,
                "title": dict(one.title) if one.title else {},
                "value": one.value,
                "unit": one.unit,
                "unit_title": texts_of(rulebook, "units", one.unit),
                "since": one.since.isoformat() if one.since else "",
                "until": one.until.isoformat() if one.until else "",
                "reference": one.reference,
                "verified": one.verified,
            }
            for name in wanted
            for one in [rulebook.parameters[name]]
        ],
    }


def rows_of(table: pd.DataFrame, units: Collection[str]) -> list[Content]:
    """The rows of a table that speak of some units, in their order.

    Examples
    --------
    >>> rows_of(pd.DataFrame({"unit_id": ["a", "b"], "amount": [1, 2]}), {"b"})
    [{'unit_id': 'b', 'amount': 2}]
    """
    return records(rows_about(table, units))


def records(table: pd.DataFrame) -> list[Content]:
    """The rows of a table, read column by column, which is much faster than ``to_dict``."""
    names = [str(name) for name in table.columns]
    columns = [table[name].tolist() for name in table.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def rows_about(table: pd.DataFrame, units: Collection[str]) -> pd.DataFrame:
    """The part of a table that speaks of some units."""
    return table[is_about(table["unit_id"], units)]


def is_about(ids: pd.Series | pd.Index, units: Collection[str]) -> npt.NDArray[np.bool_]:
    """Which ids are those of some units; of columns of Arrow's texts much faster than ``isin``."""
    return np.array([unit in units for unit in ids.tolist()], bool)


def condition_chains(
    condition: Condition,
    seen: pd.DataFrame,
    plan: LocalizedPlan,
    places: Collection[str] | None = None,
) -> dict[str, Content]:
    """The chain of a condition for each row of a table, or at some places of its index, which is unique; by the index.

    Rows in which the condition reads the same values share one.
    """
    read = seen[sorted(name for name in condition.names if name in seen.columns)]
    index = read.index.tolist()
    columns = [read[name].tolist() for name in read.columns] + [index] * (read.index.name in condition.names)
    rows = list(zip(index, zip(*columns, strict=True) if columns else [()] * len(index), strict=True))
    unlike = {row: number for number, (name, row) in enumerate(rows) if places is None or name in places}
    found = condition.explain(read.iloc[[*unlike.values()]], plan.rulebook.values)
    chains = {
        row: clause_chain(clauses_said(clauses, plan.renderer), plan.rulebook)
        for row, clauses in zip(unlike, found, strict=True)
    }
    return {str(name): chains[row] for name, row in rows if row in chains}


def clauses_said(clauses: Iterable[Clause], renderer: Renderer, rules: Sequence[str] = ()) -> Content:
    """Clauses with their sentences, the values that they read and the thresholds that they compare with.

    ``rules`` names the rule to which each clause belongs, where they are of several.
    """
    listed = tuple(clauses)
    told = [
        {"text": one.text, "answer": one.answer, "sentence": renderer.clause(one), "decides": one.decides}
        for one in listed
    ]
    return {
        "clauses": [one | {"rule": rule} for one, rule in zip(told, rules, strict=True)] if rules else told,
        "values": {key: value for one in listed for key, value in one.values.items()},
        "thresholds": {key: value for one in listed for key, value in one.thresholds.items()},
    }


def claim_said(record: str | Message, values: str, renderer: Renderer) -> Content:
    """What a claim rests on: clauses with their sentences, values, thresholds, and the decision that made it.

    Parameters
    ----------
    record : Message or str
        The reason of the claim; a text in a run from before there were messages.
    values : str
        The column ``values`` of the claim, JSON.
    renderer : Renderer
    """
    written: Content = json.loads(values)
    if isinstance(record, str):
        told = [{"sentence": one["text"]} | one for one in written["clauses"]]
        return written | {"clauses": told}
    pairs = list(_clauses_in(record))
    rules = [rule for rule, _ in pairs] if any(rule for rule, _ in pairs) else []
    said = clauses_said((clause for _, clause in pairs), renderer, rules)
    return said | {key: value for key, value in written.items() if key == "decision"}


def _clauses_in(said: Field, rule: str = "") -> Iterator[tuple[str, Clause]]:
    """The clauses in a message, each with the rule to which it belongs where the message names several."""
    match said:
        case Message(fields={"reason": Message() as claimant, "facts": tuple() as clauses}):
            yield from ((_rule_of(claimant), one) for one in clauses if isinstance(one, Clause))
        case Message(fields=fields):
            for one in fields.values():
                yield from _clauses_in(one, rule)
        case Clause():
            yield rule, said
        case tuple():
            for one in said:
                yield from _clauses_in(one, rule)


def _rule_of(claimant: Message) -> str:
    inner = claimant.fields.get("reason")
    return _rule_of(inner) if isinstance(inner, Message) else str(claimant.fields["rule"])


def in_plan(study: Study, *keys: str | int) -> str:
    """File and line of something in a study file; every run folder has it by the name of plan.toml."""
    return f"plan.toml{_line(study.where(*keys))}"


def in_rulebook(rulebook: Rulebook, kind: str, entry: Section) -> str:
    """File and line of an entry of a rulebook; empty where it was not read from a file."""
    entries = getattr(rulebook.draft, kind, ())
    if rulebook.draft is None or entry not in entries:
        return ""
    place = rulebook.draft.where(kind, entries.index(entry))
    return f"{place.rpartition('/')[2].partition(',')[0]}{_line(place)}"


def _line(place: str) -> str:
    _, comma, rest = place.partition(", line ")
    return f"{comma}{rest.partition(',')[0]}"
