"""Progress on stderr for people, silence for pipes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from layers.phrases import Phrase
from maps.cli.spoken_language import in_words
from maps.locale import STEP_PHRASES
from zoning.pipeline import SCENARIO, STEPS

PAGES = ("map.html", "report.html", "tables")


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function that announces steps; it moves a bar on stderr where stderr is a terminal, and is silent elsewhere.

    Examples
    --------
    >>> with progress() as announce:
    ...     announce("read")
    """
    steps, scenarios = (*STEPS, SCENARIO, *PAGES), count(1)
    with _bar() as move:

        def announce(step: str) -> None:
            counted = f" ({next(scenarios)})" if step == SCENARIO else ""
            move(steps.index(step), len(steps), in_words(STEP_PHRASES[step]) + counted)

        yield announce


@contextmanager
def count_cases() -> Iterator[Callable[[int, int], None]]:
    """A function that is told how many cases are done, and of how many; shown as by :func:`progress`.

    Examples
    --------
    >>> with count_cases() as announce:
    ...     announce(3, 176)
    """
    with _bar() as move:
        yield lambda done, of: move(
            done, of, in_words(Phrase("working through case {number} of {count}", number=done + 1, count=of))
        )


@contextmanager
def _bar() -> Iterator[Callable[[int, int, str], None]]:
    from rich.console import Console  # noqa: PLC0415  (who imports zoneplan for its functions needs no bar)
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415  (as above)

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of, words: bar.update(task, completed=done, total=of, description=words, refresh=True)
