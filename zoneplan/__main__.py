"""The command, before anything is loaded: its first second goes into imports, and Ctrl-C may end that, too."""

from __future__ import annotations

import sys

from zoneplan.own_packages import clashes, report_clashes

INTERRUPTED = 130


def main() -> None:
    """Load the command and run it; the entry point of ``zoneplan`` and of ``python -m zoneplan``."""
    try:
        if found := clashes():
            sys.exit(report_clashes(found, sys.argv[1:]))
        from maps.cli import main as command  # noqa: PLC0415  (all that loads is to be inside, and the packages are our own)

        command()
    except KeyboardInterrupt:
        print("zoneplan: interrupted: no run folder was written", file=sys.stderr)
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
