"""Progress on stderr for people, silence for pipes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from zoning import STEPS

PAGES = ("map.html", "report.html", "tables")

_WORDS = {
    "read": "reading and checking the layers",
    "overlay": "cutting the units by the designations",
    "measure": "measuring",
    "classify": "applying the rules",
    "allocate": "sharing out the quotas",
    "site": "siting the quotas",
    "account": "settling what flows between parties",
    "assign": "assigning the policies",
    "map.html": "drawing the map",
    "report.html": "writing the report",
    "tables": "writing the tables",
}


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function that announces steps; it moves a bar on stderr where stderr is a terminal, and is silent elsewhere.

    Examples
    --------
    >>> with progress() as announce:
    ...     announce("read")
    """
    from rich.console import Console  # noqa: PLC0415  (who imports zoneplan for its functions needs no bar)
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=len(STEPS) + len(PAGES))

        def announce(step: str) -> None:
            place = (*STEPS, *PAGES).index(step)
            bar.update(task, completed=place, description=_WORDS[step])

        yield announce
