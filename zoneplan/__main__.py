"""The command, before anything is loaded: its first second goes into imports, and Ctrl-C may end that, too."""

from __future__ import annotations

import sys

from zoneplan.own_packages import clashes, report_clashes
from zoneplan.sturdy_output import SturdyOutput

INTERRUPTED = 130


def main() -> None:
    """Load the command and run it; the entry point of ``zoneplan`` and of ``python -m zoneplan``."""
    output = SturdyOutput()
    code: object = INTERRUPTED
    try:
        _run()
    except SystemExit as left:
        code = left.code
    except KeyboardInterrupt:  # a second one, while the first is being told
        print("zoneplan: interrupted", file=sys.stderr)
    sys.exit(output.exit_code(code if isinstance(code, int) else 0))


def _run() -> None:
    try:
        if found := clashes():
            sys.exit(report_clashes(found, sys.argv[1:]))
        from maps.cli import limit_drivers  # noqa: PLC0415  (all that loads is to be inside, and the packages are our own)
        from maps.cli import main as command  # noqa: PLC0415  (as above)
    except KeyboardInterrupt:
        print("zoneplan: interrupted: no run folder was written", file=sys.stderr)
        sys.exit(INTERRUPTED)
    limit_drivers()
    command()


if __name__ == "__main__":
    main()
