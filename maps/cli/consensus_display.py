"""A consensus on the terminal, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from maps.telling import ConsensusWords
from maps.words import format_number

if TYPE_CHECKING:
    from zoning.whatif import Consensus

SHOWN = 20
"""Units that are listed; the table has all."""


def as_json(found: Consensus) -> dict[str, Any]:
    """What they agree on and what the rest hangs on, as plain values."""
    pairs = found.says.groupby("unit_id")
    says = {str(unit): dict(zip(rows["voice"], rows["main"], strict=True)) for unit, rows in pairs}
    units = [{**row, "says": says[row["unit_id"]]} for row in found.units.to_dict("records")]
    grouped, hangs = (table.groupby(["kind", "id"], sort=True) for table in (found.differences, found.hangs))
    told = [
        {
            "kind": kind,
            "id": name,
            "values": dict(zip(rows["voice"], rows["value"], strict=True)),
            "units": hangs.get_group((kind, name))["unit_id"].unique().tolist() if (kind, name) in hangs.groups else [],
        }
        for (kind, name), rows in grouped
    ]
    agreed = found.units.drop(found.disputed.index)
    return {
        "voices": list(found.voices),
        "agreed": {"units": len(agreed), "area_ha": float(agreed["area_ha"].sum())},
        "disputed": {"units": len(found.disputed), "area_ha": float(found.disputed["area_ha"].sum())},
        "units": units,
        "differences": told,
    }


def print_consensus(found: Consensus, language: str) -> None:
    """How far they agree, the units on which they do not, and in what they differ."""
    told, console, disputed = ConsensusWords(found, language), Console(), found.disputed
    words = told.words
    console.print(escape(told.verdict))
    if len(disputed):
        table = RichTable(title=words["disputed"], title_justify="left")
        for key in ("unit", "main", "agree", "hangs_on"):
            table.add_column(words[key])
        ranked = disputed.sort_values(["agree", "area_ha"], ascending=[True, False], kind="stable")
        for row in ranked.head(SHOWN).to_dict("records"):
            said = words["agree_value"].format(agree=row["agree"], voices=row["voices"])
            named = f"{told.unit(row['unit_id'])} ({row['unit_id']})"
            hangs = told.hangs.get(row["unit_id"], "")
            table.add_row(*map(escape, (named, told.zone(row["main"]), said, hangs)))
        console.print(table)
        if len(disputed) > SHOWN:
            console.print(escape(words["more"].format(count=format_number(len(disputed) - SHOWN, language))))
    if not len(found.differences):
        console.print(escape(words["none"]))
        return
    table = RichTable(title=words["differences"], title_justify="left")
    table.add_column(words["what"], overflow="fold")
    for voice in found.voices:
        table.add_column(escape(told.voices[voice]), overflow="fold")
    table.add_column(words["units"], justify="right")
    for row in told.rows:
        count = format_number(row.units, language)
        table.add_row(escape(row.title), *(escape(row.values[voice]) for voice in found.voices), count)
    console.print(table)
