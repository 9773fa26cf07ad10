"""The way out of the command: what went wrong in a line or two, and the exit code that stands for it."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from types import FrameType

import typer

from layers.errors import ZoneplanError, escape_hidden

OUT_OF_MEMORY, DISK, WRONG_CALL, INTERRUPTED, STOPPED, UNFORESEEN = 6, 5, 2, 130, 143, 70

_SIGNALS = {INTERRUPTED: "interrupted", STOPPED: "stopped"}

_DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES}


def judge(error: BaseException) -> int:  # noqa: PLR0911  (one line a kind of error)
    """Say on stderr what went wrong; no traceback unless ``ZONEPLAN_TRACEBACK`` is set.

    Parameters
    ----------
    error : BaseException
        Whatever left the command.

    Returns
    -------
    int
        The exit code.
    """
    if isinstance(error, typer.Exit | SystemExit):
        return exit_code(error.exit_code if isinstance(error, typer.Exit) else error.code)
    if isinstance(error, KeyboardInterrupt):
        return exit_code(INTERRUPTED)
    if isinstance(error, ZoneplanError):
        return _say(str(error), error.exit_code)
    if isinstance(error, MemoryError) or "bad_alloc" in str(error):
        return _say("out of memory: close other programs, or plan a smaller territory at a time", OUT_OF_MEMORY)
    if isinstance(error, OSError) and error.errno in _DISK_ERRORS:
        return _say(f"cannot write: {error}", DISK)
    if hasattr(error, "format_message"):  # typer's own: a wrong call; without words where it has just shown the help
        said = error.format_message()
        return _say(f"{said}\nTry 'zoneplan --help'.", WRONG_CALL) if said else WRONG_CALL
    if os.environ.get("ZONEPLAN_TRACEBACK"):
        traceback.print_exception(error)
    return _say(
        f"something unforeseen: {type(error).__name__}: {error}\n"
        "Nothing was written. Please report this; ZONEPLAN_TRACEBACK=1 in the environment shows where.",
        UNFORESEEN,
    )


def exit_code(code: object) -> int:
    """The exit code that a command came to; where a signal ended it, that is said on stderr."""
    number = code if isinstance(code, int) else 0
    return _say(f"{_SIGNALS[number]}: no run folder was written", number) if number in _SIGNALS else number


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
    """Leave on a signal by way of the blocks that tidy up.

    Raises
    ------
    SystemExit
        128 and the number of the signal.
    """
    raise SystemExit(128 + number)


def say(text: str) -> None:
    """Tell the planner something that is no result, on stderr."""
    print(f"zoneplan: {safe_message(text)}", file=sys.stderr)


def _say(text: str, code: int) -> int:
    say(text)
    return code
