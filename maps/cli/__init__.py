"""The command: words in, exit code out; no traceback reaches a planner."""

from maps.cli.commands import main

__all__ = ["main"]
