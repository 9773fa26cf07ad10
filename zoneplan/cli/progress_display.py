"""Progress for people, on stderr or in a notebook; silence for pipes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from html import escape
from importlib import import_module
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING

from layers.phrases import Phrase
from maps.words import STEP_PHRASES
from zoneplan.cli.spoken_language import in_words
from zoning.pipeline import SCENARIO, STEPS

if TYPE_CHECKING:
    from rich.console import Console

PAGES = ("map.html", "report.html", "tables")
SURE = 0.02
"""The part of a run after which the time that it took tells of the time that is left."""
SHARES = {
    "read": 0.09, "overlay": 0.08, "measure": 0.06, "classify": 0.02, "allocate": 0.03, "site": 0.04, "account": 0.02,
    "assign": 0.06, SCENARIO: 0.02, "map.html": 0.26, "report.html": 0.17, "tables": 0.15,
}  # fmt: skip
"""The part of its time that a run spends in each step, of counties of whole countries; see benchmarks/README.md."""

Move = Callable[[float, float, str], None]
"""Called with how much is done, of how much, and what is being done."""


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function that announces the steps of :func:`zoneplan.run` by one bar, which is gone when all is done.

    The bar stands below the cell of a notebook, or on stderr where that is a terminal; elsewhere nothing is shown.

    Returns
    -------
    context manager of callable
        What ``with`` gives is the second argument of :func:`zoneplan.run`.

    Examples
    --------
    >>> import zoneplan as zp
    >>> study = zp.read_study(zp.builtin_study("us_mountain_west"))
    >>> with zp.progress() as announce:
    ...     plan = zp.run(study, announce)
    """
    steps, scenarios = (*STEPS, SCENARIO, *PAGES), count(1)
    with _bar() as move:

        def announce(step: str) -> None:
            counted = f" ({next(scenarios)})" if step == SCENARIO else ""
            before = steps[: steps.index(step)]
            move(sum(SHARES[earlier] for earlier in before), 1.0, in_words(STEP_PHRASES[step]) + counted)

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
            float(done),
            float(of),
            in_words(Phrase("working through case {number} of {count}", number=done + 1, count=of)),
        )


@contextmanager
def count_parameters() -> Iterator[Callable[[int, int], None]]:
    """A function that is told of how many numbers it is known whether a case moves them; as :func:`count_cases`."""
    with _bar() as move:
        yield lambda done, of: move(
            float(done), float(of), in_words(Phrase("trying number {number} of {count}", number=done + 1, count=of))
        )


@contextmanager
def _bar() -> Iterator[Move]:
    drawn = random.getstate()
    from rich.console import Console  # noqa: PLC0415  (who imports zoneplan for its functions needs no bar)

    random.setstate(drawn)  # rich draws a number when it is loaded, and a caller's own draws go on as they would
    with _bar_on(Console(stderr=True)) as move:
        yield move


def _bar_on(console: Console) -> AbstractContextManager[Move]:
    if console.is_jupyter:
        return _notebook_bar()
    return _terminal_bar(console) if console.is_terminal else nullcontext(_show_nothing)


def _show_nothing(_done: float, _of: float, _words: str) -> None:
    pass


@contextmanager
def _terminal_bar(console: Console) -> Iterator[Move]:
    """A line on stderr, which goes at the end."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415  (as above)

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
    )
    begun = monotonic()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, left="")

        def move(done: float, of: float, words: str) -> None:
            left = _time_left(done, of, monotonic() - begun)
            bar.update(task, completed=done, total=of, description=words, left=left, refresh=True)

        yield move


def _time_left(done: float, of: float, seconds: float) -> str:
    """What is left, as far as the work done so far tells; nothing at the beginning."""
    if done < of * SURE:
        return ""
    minutes, rest = divmod(round(seconds * (of - done) / done), 60)
    return f"-{minutes}:{rest:02}"


@contextmanager
def _notebook_bar() -> Iterator[Move]:
    """One output below the cell, written over at each step and taken away at the end."""
    display = import_module("IPython.display")  # a notebook has it
    shown = display.display(display.HTML(""), display_id=True)
    begun = monotonic()

    def move(done: float, of: float, words: str) -> None:
        bar = f'<progress value="{done}" max="{of}" style="vertical-align:middle"></progress>'
        passed = monotonic() - begun
        shown.update(display.HTML(f"<div>{bar} {escape(words)} · {passed:.0f} s {_time_left(done, of, passed)}</div>"))

    try:
        yield move
    finally:
        shown.update(display.HTML(""))
