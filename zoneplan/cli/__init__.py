"""The command: words in, exit code out; no traceback reaches a planner."""

from importlib import import_module
from typing import TYPE_CHECKING

from zoneplan.cli.commands import main
from zoneplan.cli.exit_codes import judge

if TYPE_CHECKING:
    from zoneplan.cli.progress_display import progress

__all__ = ["judge", "main", "progress"]


def __getattr__(name: str) -> object:
    """Load what loads the engine only when it is asked for: help does not wait for it."""
    if name != "progress":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("zoneplan.cli.progress_display"), name)
