"""The command: words in, exit code out; no traceback reaches a planner."""

from typing import TYPE_CHECKING

from layers.lazy_exports import export_lazily
from maps.cli.commands import main
from maps.cli.driver_wall import limit_drivers

if TYPE_CHECKING:
    from maps.cli.progress_display import progress

__all__ = ["limit_drivers", "main", "progress"]

_LATER = {"progress": "maps.cli.progress_display"}
"""What loads the engine, which help does not wait for."""

__getattr__, __dir__ = export_lazily(__name__, _LATER)
