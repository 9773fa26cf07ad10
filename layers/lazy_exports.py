"""Lazy exports: a package offers names without loading the rooms that hold them, and rooms by their old names."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

MOVED_ROOMS = {
    "zoning.agreements": "zoning.study",
    "zoning.compensation": "zoning.money",
    "zoning.energy": "zoning.money",
    "zoning.scenario": "zoning.whatif",
    "zoning.siting": "zoning.quotas",
    "zoning.trace": "zoning.reasons",
    "maps.init": "maps.drafts",
    "maps.locale": "maps.words",
    "maps.run_folder": "maps.runs",
    "maps.style": "maps.drawing",
}
"""Where rooms stand that the documentation named; imports by the old names go with the version after 0.1."""


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


class MovedRooms(MetaPathFinder, Loader):
    """Imports of moved rooms: the names of the new one, with a warning that says where it is."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """That of a room under its old name, and of a module in it."""
        del path, target
        room = ".".join(fullname.split(".")[:2])
        return ModuleSpec(fullname, self, is_package=True) if room in MOVED_ROOMS else None

    def exec_module(self, module: ModuleType) -> None:
        """Hand on what the new place has, as it is asked for."""
        package, room, *inner = module.__name__.split(".")
        place = ".".join([MOVED_ROOMS[f"{package}.{room}"], *inner])
        new = import_module(place)
        warnings.warn(f"{module.__name__} is {place} now", DeprecationWarning, stacklevel=2)
        module.__dict__["__getattr__"] = lambda name: getattr(new, name)


sys.meta_path.append(MovedRooms())
