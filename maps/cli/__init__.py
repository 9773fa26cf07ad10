"""The command: words in, exit code out; no traceback reaches a planner."""

from maps.cli.commands import main
from maps.cli.driver_wall import limit_drivers
from maps.cli.progress_display import progress

__all__ = ["limit_drivers", "main", "progress"]
