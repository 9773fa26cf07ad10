"""The way out of the command: what went wrong in a line or two, its exit code, and help in the language asked."""

from __future__ import annotations

import gettext
import os
import re
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

import typer
from typer.main import get_command

from layers.errors import ZoneplanError, escape_hidden, half_of_session_is_used, session_limit
from layers.phrases import Phrase, template
from zoneplan.cli.spoken_language import CATALOGUES, ENGLISH, in_words, language_of_plan, speak, spoken

TITLES = {
    "ARGUMENTS_PANEL_TITLE": template("Arguments"),
    "OPTIONS_PANEL_TITLE": template("Options"),
    "COMMANDS_PANEL_TITLE": template("Commands"),
    "DEFAULT_STRING": template("[default: {value}]"),
    "REQUIRED_LONG_STRING": template("[required]"),
}
"""What typer prints around the help of a command, by the names that it has there."""
USAGE, HELP = template("Usage:"), template("Show this message and exit.")
PLACES = (template("[OPTIONS]"), template("COMMAND [ARGS]..."))
WRONG_CALLS = (
    template("Missing argument {name}."),
    template("Missing option {name}."),
    template("No such option: {name} (Possible options: {others})"),
    template("No such option: {name}"),
    template("No such command {name}. Did you mean {others}?"),
    template("No such command {name}."),
    template("Got unexpected extra argument(s) ({name})"),
    template("Option {name} requires an argument."),
    template("Option {name} does not take a value."),
    template("Invalid value for {parameter}: Value {value} is not a valid integer."),
    template("Invalid value for {parameter}: Value {value} is not a valid float."),
    template("Invalid value for {parameter}: {value} is not a valid integer range."),
    template("Invalid value for {parameter}: Input should be a valid integer, unable to parse string as an integer"),
    template("Invalid value for {parameter}: Input should be a valid number, unable to parse string as a number"),
    template("Invalid value for {parameter}: {said}"),
)
"""What typer says of a wrong call, the more exact first."""


def run_command(app: typer.Typer, arguments: Sequence[str]) -> object:
    """Run a command with help in the language that is spoken; what it returns."""
    command: Any = get_command(app)
    with _help_in(command, spoken()):
        return command(args=list(arguments), prog_name="zoneplan", standalone_mode=False)


def listen(arguments: Sequence[str]) -> None:
    """Speak the language that a call asks for by ``--lang``; else that of a plan that it names; else the user's own.

    Examples
    --------
    >>> listen(["run", "plan.toml", "--lang", "pt", "--help"])
    >>> spoken()
    'pt'
    >>> listen(["run", "--lang=en"])
    >>> spoken()
    'en'
    """
    speak()
    plans = (Path(argument) for argument in arguments if argument.endswith(".toml"))
    plan_languages = [language for plan in plans if (language := language_of_plan(plan))]
    pairs = pairwise([*arguments, ""])
    option_languages = [
        after if argument == "--lang" else argument.removeprefix("--lang=")
        for argument, after in pairs
        if _is_language(argument)
    ]
    for language in (*plan_languages[:1], *option_languages[-1:]):
        speak(language)


def wrong_call(message: str) -> str:
    """What typer says of a wrong call, as a phrase where it is known to be one.

    Examples
    --------
    >>> wrong_call("No such option: --foo (Possible options: --force)").fields
    {'name': '--foo', 'others': '--force'}
    >>> wrong_call("No such thing")
    'No such thing'
    """
    for text in WRONG_CALLS:
        if match := _pattern(text).fullmatch(message):
            return Phrase(text, **match.groupdict())
    return message


def texts_of_help(command: Any) -> Iterator[str]:
    """Every text that the help of a command and of those below it prints."""
    parts = [command, *command.params]
    yield from (part.help for part in parts if getattr(part, "help", None))
    for below in getattr(command, "commands", {}).values():
        yield from texts_of_help(below)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(text)), re.DOTALL)


def _is_language(argument: str) -> bool:
    return argument == "--lang" or argument.startswith("--lang=")


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    path = CATALOGUES / "phrases" / f"{language}.mo"
    if not path.exists():  # a language that is not there yet, as phrases have it
        return gettext.NullTranslations()
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)


@contextmanager
def _help_in(command: Any, language: str) -> Iterator[None]:
    """Have a command that was made for this call say its help in a language, and typer the words around it."""
    if language == ENGLISH:
        yield
        return
    from typer import rich_utils  # noqa: PLC0415  (rich takes a while to load, and only help needs it)

    put = _catalogue(language).gettext
    _translate(command, put)
    titles = {name: getattr(rich_utils, name) for name in TITLES if hasattr(rich_utils, name)}
    try:
        for name in titles:
            setattr(rich_utils, name, put(TITLES[name]).replace("{value}", "{}"))
        yield
    finally:
        for name, text in titles.items():
            setattr(rich_utils, name, text)


def _translate(command: Any, put: Any) -> None:
    for part in (command, *command.params):
        if getattr(part, "help", None):
            part.help = put(part.help)
    usage, option = command.get_usage, command.get_help_option

    def help_option(context: Any) -> Any:
        parameter = option(context)
        if parameter is not None:
            parameter.help = put(HELP)
        return parameter

    def words(context: Any) -> str:
        usage_line: str = usage(context)
        for text in (USAGE, *PLACES):
            usage_line = usage_line.replace(text, put(text), 1)
        return usage_line

    command.get_usage, command.get_help_option = words, help_option
    for below in getattr(command, "commands", {}).values():
        _translate(below, put)


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
    unforeseen = not (isinstance(error, OSError) or hasattr(error, "format_message"))
    cause = MemoryError() if unforeseen and half_of_session_is_used() else error
    if limit := session_limit(cause, more):
        return _say(limit.said, limit.exit_code)
    if isinstance(error, OSError):  # inputs are read behind a boundary of their own
        return _say(Phrase("cannot write: {error}{written}", error=error, written=more), DISK)
    if hasattr(error, "format_message"):  # typer's own: a wrong call; without words where it has just shown the help
        usage = wrong_call(error.format_message())
        if isinstance(error, typer.BadParameter) and isinstance(error.message, Phrase):
            usage = Phrase("Invalid value for {parameter}: {said}", parameter=error.param_hint, said=error.message)
        _, *names = getattr(getattr(error, "ctx", None), "command_path", "zoneplan").split()
        called = " ".join(("zoneplan", *names))
        message = Phrase("{usage}\nTry '{command} --help'.", usage=usage, command=called)
        return _say(message, WRONG_CALL) if usage else WRONG_CALL
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
