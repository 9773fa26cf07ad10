"""The command ``zoneplan``: words in, exit code out. No traceback reaches a planner.

Its commands stand by family in modules of their own. Each loads what it needs when it is called, so that help and wrong
calls answer at once.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from importlib import metadata
from typing import Annotated

import typer

from layers.sandbox import sandboxed
from zoneplan.cli import ask, look, make, tries
from zoneplan.cli.exit_codes import exit_code, judge, listen, run_command, terminate

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Turn map layers into a functional-zoning plan: zones, lines, land quotas and policies on one offline map.",
)
for family in (make, ask, tries, look):  # as help lists them
    app.add_typer(family.app)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"zoneplan {metadata.version('zoneplan')}")
        raise typer.Exit


@app.callback()
def _zoneplan(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Options of the command as a whole."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave with one of the exit codes of the contract."""
    signal.signal(signal.SIGTERM, terminate)
    given = sys.argv[1:] if arguments is None else arguments
    listen(given)
    try:
        with sandboxed("process"):
            code = exit_code(run_command(app, given))
    except BaseException as error:  # noqa: BLE001  (the last stop before a planner's terminal)
        code = judge(error)
    sys.exit(code)
