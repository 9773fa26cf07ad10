"""A comparison of two plans on the terminal, as JSON and as tables in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from layers.errors import shown
from maps.locale import catalogue, format_number, text_in
from zoning.scenario import MOVES

if TYPE_CHECKING:
    from zoning.plan import Plan
    from zoning.scenario import Comparison


def as_json(found: Comparison) -> dict[str, Any]:
    """What moved, why, and sums, as plain values."""
    rows = found.moved.rename(columns={"before": "from", "after": "to"}).to_dict("records")
    moved = [
        {**{key: row[key] for key in ("unit_id", "what", "item", "from", "to")},
         "cause": {"kind": row["cause_kind"], "id": row["cause_id"]}}
        for row in rows
    ]  # fmt: skip
    return {
        "moved": moved,
        "totals": found.totals,
        "transitions": found.transitions.rename(columns={"before": "from", "after": "to"}).to_dict("records"),
        "only_before": list(found.only_before),
        "only_after": list(found.only_after),
    }


def print_comparison(found: Comparison, plan: Plan, language: str) -> None:
    """The tables that people read: who became what, and how much moved because of which difference."""
    words, console = catalogue("compare", language), Console()
    if found.same:
        console.print(words["same"])
        return
    changed = found.transitions[found.transitions["before"] != found.transitions["after"]]
    if len(changed):
        table = RichTable(title=words["title"], title_justify="left")
        for heading in ("before", "after", "units", "hectares"):
            table.add_column(words[heading], justify="right" if heading in {"units", "hectares"} else "left")
        for row in changed.itertuples():
            table.add_row(
                escape(_title(plan, str(row.before), language)),
                escape(_title(plan, str(row.after), language)),
                format_number(int(str(row.units)), language),
                format_number(float(str(row.area_ha)), language),
            )
        console.print(table)
    causes = RichTable()
    causes.add_column(words["cause"])
    counts = found.moved.pivot_table(
        index=["cause_kind", "cause_id"], columns="what", aggfunc="size", fill_value=0, sort=False
    )
    there = [what for what in MOVES if what in counts.columns]
    for what in there:
        causes.add_column(words[what], justify="right")
    for (kind, name), row in counts.iterrows():
        causes.add_row(
            escape(_cause(found, str(kind), str(name), words)),
            *(format_number(int(row[what]), language) for what in there),
        )
    console.print(causes)
    for line in (*_amounts(found, plan, language, words), *_lone(found, words)):
        console.print(escape(line))


def write_tables(found: Comparison, folder: Path) -> None:
    """The tables of a comparison as CSV: ``moved``, ``transitions`` and ``differences``."""
    folder.mkdir(parents=True, exist_ok=True)
    told = [{"kind": one.kind, "id": one.id, "before": one.before, "after": one.after} for one in found.differences]
    tables = {
        "moved": found.moved,
        "transitions": found.transitions,
        "differences": pd.DataFrame(told, columns=["kind", "id", "before", "after"]),
    }
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\r\n")


def _title(plan: Plan, code: str, language: str) -> str:
    titles = {zone.code: zone.title for zone in plan.rulebook.zones}
    return text_in(titles[code], language, code) if code in titles else code


def _cause(found: Comparison, kind: str, name: str, words: Any) -> str:
    told = next(((one.before, one.after) for one in found.differences if (one.kind, one.id) == (kind, name)), ("", ""))
    return str(words[f"kind_{kind or 'several'}"].format(id=name, before=told[0] or "–", after=told[1] or "–"))


def _amounts(found: Comparison, plan: Plan, language: str, words: Any) -> Iterator[str]:
    """What the units get of each quota, before and after, and how many get more or less."""
    rows = found.moved[found.moved["what"] == "quota"]
    for name, moved in rows.groupby("item", sort=False):
        before, after = (moved[side].map(lambda text: Decimal(text or 0)) for side in ("before", "after"))
        own = plan.quotas[(plan.quotas["quota"] == name) & plan.quotas["unit_id"].isin(plan.units.index)]
        total = sum(own["amount"], Decimal(0))
        yield str(
            words["amounts"].format(
                quota=text_in(plan.study.title_of("quotas", str(name)), language),
                before=total,
                after=total + sum(after - before, Decimal(0)),
                more=int((after > before).sum()),
                less=int((after < before).sum()),
            )
        )


def _lone(found: Comparison, words: Any) -> Iterator[str]:
    for key, units in (("only_before", found.only_before), ("only_after", found.only_after)):
        if units:
            yield str(words[key].format(units=shown(units)))
