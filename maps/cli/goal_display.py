"""What a search for goals found, on the terminal: the values, how far they are, and what becomes of each goal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from layers.conditions import number_text
from maps.locale import catalogue, number_style

if TYPE_CHECKING:
    from zoning.scenario import Sought

DIGITS = 6
"""So many digits of a distance are printed; values of parameters are printed whole, so that they can be used."""


def print_sought(found: Sought, language: str) -> None:
    """One sentence, the parameters with both values, and the goals."""
    words, console, style = catalogue("seek", language), Console(), number_style(language)

    def written(number: float) -> str:
        return style.written(number_text(number))

    near = written(float(f"{found.distance:.{DIGITS}g}"))
    bound = "" if found.bound is None else written(float(f"{found.bound:.{DIGITS}g}"))
    proved = found.bound in (None, found.distance)
    key = ("met" if proved else "unproved") if found.met else ("unmet" if proved else "unfinished")
    said = words[key].format(distance=near, bound=bound, n=len(found.given_up))
    console.print(escape(said))
    parameters = RichTable()
    for heading in ("parameter", "adopted", "value"):
        parameters.add_column(words[heading], justify="left" if heading == "parameter" else "right")
    for name, value in found.values.items():
        moved = value != found.adopted[name]
        parameters.add_row(escape(name), written(found.adopted[name]), written(value), style="bold" if moved else None)
    console.print(parameters)
    goals = RichTable()
    for heading in ("goal", "reached", "is_met"):
        goals.add_column(words[heading], justify="right" if heading == "reached" else "left")
    for one in found.goals:
        reached = "" if one.value is None else written(float(f"{float(one.value):.{DIGITS + 4}g}"))
        goals.add_row(escape(one.goal.text), reached, words["yes" if one.met else "no"])
    console.print(goals)
