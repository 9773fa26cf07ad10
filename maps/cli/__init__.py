"""The command: words in, exit code out; no traceback reaches a planner."""

import importlib
from typing import TYPE_CHECKING

from maps.cli.doctor import diagnose
from maps.cli.progress_display import count_cases, progress

if TYPE_CHECKING:
    from maps.cli.commands import main
    from maps.cli.exit_codes import judge

__all__ = [
    "count_cases",
    "diagnose",
    "judge",
    "main",
    "progress",
]


_LATER = {"judge": "maps.cli.exit_codes", "main": "maps.cli.commands"}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LATER[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *_LATER]
