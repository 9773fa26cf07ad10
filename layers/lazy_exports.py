"""Lazy exports: a package offers names without loading the rooms that hold them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module


def export_lazily(package: str, rooms: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """The ``__getattr__`` and ``__dir__`` of a package whose names lie in rooms that load when a name is asked for.

    Examples
    --------
    >>> getattr_, dir_ = export_lazily("toolbox", {"sqrt": "math"})
    >>> getattr_("sqrt")(9.0), dir_()
    (3.0, ['sqrt'])
    """

    def find(name: str) -> object:
        if name not in rooms:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(rooms[name]), name)

    return find, lambda: sorted(rooms)
