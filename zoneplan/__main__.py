"""The command, before anything is loaded: its first second goes into imports, and Ctrl-C may end that, too."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def main() -> None:
    """Load the command and run it; the entry point of ``zoneplan`` and of ``python -m zoneplan``."""
    try:
        from maps.cli import main as command  # noqa: PLC0415  (all that loads is to be inside)

        command()
    except KeyboardInterrupt:
        print("zoneplan: interrupted: no run folder was written", file=sys.stderr)
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
