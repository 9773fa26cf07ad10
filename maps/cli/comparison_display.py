"""A comparison of two plans on the terminal, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from maps.telling import ComparisonWords
from maps.words import amount, format_number
from zoning.whatif import MOVES, UNKNOWN

if TYPE_CHECKING:
    from zoning.whatif import Comparison


def as_json(found: Comparison) -> dict[str, Any]:
    """What moved, why, and sums, as plain values."""
    rows = found.moved.rename(columns={"before": "from", "after": "to"}).to_dict("records")
    moved = [
        {**{key: row[key] for key in ("unit_id", "what", "item", "from", "to")},
         "cause": {"kind": row["cause_kind"], **({"id": row["cause_id"]} if row["cause_kind"] != UNKNOWN else {})}}
        for row in rows
    ]  # fmt: skip
    differences = [{"kind": one.kind, "id": one.id, "from": one.before, "to": one.after} for one in found.differences]
    return {
        "moved": moved,
        "differences": differences,
        "totals": found.totals,
        "transitions": found.transitions.rename(columns={"before": "from", "after": "to"}).to_dict("records"),
        "only_before": list(found.only_before),
        "only_after": list(found.only_after),
        **({"note": found.note} if found.note else {}),
    }


def print_comparison(found: Comparison, language: str) -> None:
    """The tables that people read: who became what, and how much moved because of which difference."""
    told, console = ComparisonWords(found, language), Console()
    words = told.words
    console.print(escape(told.verdict))
    if told.lead:
        console.print(escape(told.lead))
    if found.same:
        return
    if len(told.changed):
        table = RichTable(title=words["title"], title_justify="left")
        for heading in ("before", "after", "units", "hectares"):
            table.add_column(words[heading], justify="right" if heading in {"units", "hectares"} else "left")
        for row in told.changed.itertuples():
            table.add_row(
                escape(told.zone(str(row.before))),
                escape(told.zone(str(row.after))),
                format_number(int(str(row.units)), language),
                format_number(float(str(row.area_ha)), language),
            )
        console.print(table)
    causes = RichTable()
    causes.add_column(words["cause"])
    there = [what for what in MOVES if any(what in one.counts for one in told.causes)]
    for what in there:
        causes.add_column(words[what], justify="right")
    for one in told.causes:
        causes.add_row(escape(one.text), *(format_number(one.counts.get(what, 0), language) for what in there))
    console.print(causes)
    for key, lines in (("amounts", told.sums["quotas"]), ("amounts_paid", told.sums["flows"])):
        for line in lines:
            before, after = (f"{amount(side, language)} {line.unit}" for side in (line.before, line.after))
            said = words[key].format(quota=line.title, more=line.more, less=line.less, before=before, after=after)
            console.print(escape(said))
