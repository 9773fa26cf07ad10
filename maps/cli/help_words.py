"""The words of the command line: help and wrong calls in the language that is spoken, without loading what runs do.

English is what the commands say of themselves, and what typer says; catalogues have both, by their English texts,
beside the phrases.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

from layers.phrases import Phrase, template
from maps.cli.spoken_language import CATALOGUES, ENGLISH, language_of_plan, speak, spoken

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
        return command(args=list(arguments), standalone_mode=False)


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
    plans = (Path(one) for one in arguments if one.endswith(".toml"))
    said = [language for plan in plans if (language := language_of_plan(plan))]
    pairs = pairwise([*arguments, ""])
    asked = [after if one == "--lang" else one.removeprefix("--lang=") for one, after in pairs if _is_language(one)]
    for language in (*said[:1], *asked[-1:]):
        speak(language)


def wrong_call(said: str) -> str:
    """What typer says of a wrong call, as a phrase where it is known to be one.

    Examples
    --------
    >>> wrong_call("No such option: --foo (Possible options: --force)").fields
    {'name': '--foo', 'others': '--force'}
    >>> wrong_call("No such thing")
    'No such thing'
    """
    for text in WRONG_CALLS:
        if found := _pattern(text).fullmatch(said):
            return Phrase(text, **found.groupdict())
    return said


def texts_of_help(command: Any) -> Iterator[str]:
    """Every text that the help of a command and of those below it prints."""
    parts = [command, *command.params]
    yield from (one.help for one in parts if getattr(one, "help", None))
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
    own = {name: getattr(rich_utils, name) for name in TITLES if hasattr(rich_utils, name)}
    try:
        for name in own:
            setattr(rich_utils, name, put(TITLES[name]).replace("{value}", "{}"))
        yield
    finally:
        for name, text in own.items():
            setattr(rich_utils, name, text)


def _translate(command: Any, put: Any) -> None:
    for one in (command, *command.params):
        if getattr(one, "help", None):
            one.help = put(one.help)
    usage, option = command.get_usage, command.get_help_option

    def help_option(context: Any) -> Any:
        found = option(context)
        if found is not None:
            found.help = put(HELP)
        return found

    def words(context: Any) -> str:
        said: str = usage(context)
        for text in (USAGE, *PLACES):
            said = said.replace(text, put(text), 1)
        return said

    command.get_usage, command.get_help_option = words, help_option
    for below in getattr(command, "commands", {}).values():
        _translate(below, put)
