"""The way out of the command: what went wrong in a line or two, and the exit code that stands for it."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import typer

from layers.errors import ZoneplanError, escape_hidden, session_limit
from layers.phrases import Phrase
from maps.cli.help_words import wrong_call
from maps.cli.spoken_language import in_words

DISK, WRONG_CALL, INTERRUPTED, STOPPED, UNFORESEEN = 5, 2, 130, 143, 70

_SIGNALS = {INTERRUPTED: Phrase("interrupted"), STOPPED: Phrase("stopped")}


class Ended(BaseException):
    """A command that ended before its end, with what it had put on disk until then.

    No ``Exception``, so that nothing on the way takes it for its own: the library of the command line would take the
    interrupt itself.
    """

    def __init__(self, cause: BaseException, written: str) -> None:
        super().__init__(written)
        self.cause = cause
        self.written = written


@contextmanager
def telling_what_was_written(folder: Path) -> Iterator[None]:
    """Have whatever ends the block before its end say whether the run folder stands; the disk is asked."""
    before = _inode(folder)
    try:
        yield
    except ZoneplanError:
        raise
    except BaseException as error:
        stands = _inode(folder) not in {None, before}
        written = (
            Phrase("the run was written: {folder}", folder=folder) if stands else Phrase("no run folder was written")
        )
        raise Ended(error, written) from error


def _inode(folder: Path) -> int | None:
    """What tells a run from the one in whose place it is put: both stand on the disk at that moment."""
    try:
        return folder.stat().st_ino
    except (OSError, ValueError):
        return None


def judge(error: BaseException, written: str = "") -> int:  # noqa: PLR0911  (one line a kind of error)
    """Say on stderr what went wrong; no traceback unless ``ZONEPLAN_TRACEBACK`` is set."""
    if isinstance(error, Ended):
        return judge(error.cause, error.written)
    if isinstance(error, typer.Exit | SystemExit):
        return exit_code(error.exit_code if isinstance(error, typer.Exit) else error.code, written)
    if isinstance(error, KeyboardInterrupt):
        return exit_code(INTERRUPTED, written)
    if os.environ.get("ZONEPLAN_TRACEBACK"):
        traceback.print_exception(error)
    if isinstance(error, ZoneplanError):
        return _say(error.said, error.exit_code)
    more = Phrase("; {remedy}", remedy=written) if written else ""
    if limit := session_limit(error, more):
        return _say(limit.said, limit.exit_code)
    if isinstance(error, OSError):  # inputs are read behind a boundary of their own
        return _say(Phrase("cannot write: {error}{written}", error=error, written=more), DISK)
    if hasattr(error, "format_message"):  # typer's own: a wrong call; without words where it has just shown the help
        usage = wrong_call(error.format_message())
        if isinstance(error, typer.BadParameter) and isinstance(error.message, Phrase):
            usage = Phrase("Invalid value for {parameter}: {said}", parameter=error.param_hint, said=error.message)
        _, *names = getattr(getattr(error, "ctx", None), "command_path", "zoneplan").split()
        called = " ".join(("zoneplan", *names))
        said = Phrase("{usage}\nTry '{command} --help'.", usage=usage, command=called)
        return _say(said, WRONG_CALL) if usage else WRONG_CALL
    return _say(
        Phrase(
            "something unforeseen: {kind}: {error}{written}\nPlease report this; ZONEPLAN_TRACEBACK=1 in the "
            "environment shows where.",
            kind=type(error).__name__,
            error=error,
            written=more,
        ),
        UNFORESEEN,
    )


def exit_code(code: object, written: str = "") -> int:
    """The exit code that a command came to; where a signal ended it, that is said on stderr, with what was written."""
    number = code if isinstance(code, int) else 0
    if number not in _SIGNALS:
        return number
    ended = _SIGNALS[number]
    return _say(Phrase("{place}: {said}", place=ended, said=written) if written else ended, number)


def safe_message(text: str) -> str:
    r"""A message in which nothing can steer a terminal, and no line but the first can pass for a message of its own.

    Examples
    --------
    >>> print(safe_message("unit 'a\x1b[2J'\nzoneplan: all is well"))
    unit 'a\u001b[2J'
      zoneplan: all is well
    """
    first, *more = text.split("\n")
    return "\n".join([escape_hidden(first), *(f"  {escape_hidden(line)}".rstrip() for line in more)])


def terminate(number: int, _frame: FrameType | None) -> None:
    """Leave on a signal by way of the blocks that tidy up."""
    raise SystemExit(128 + number)


def say(text: str) -> None:
    """Tell the planner something that is no result, on stderr."""
    print(f"zoneplan: {safe_message(in_words(text))}", file=sys.stderr)


def _say(text: str, code: int) -> int:
    say(text)
    return code
