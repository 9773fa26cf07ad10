"""Names of version 0.1 that go with the next: until then each opens what stands there now, with a warning."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

LEFT = {
    "weight_intervals": "zoning.zones",
    "StudyError": "layers.errors",
    "SourceError": "layers.errors",
    "RulebookError": "zoning.errors",
    "builtin_studies": "zoning.study",
    "builtin_rulebooks": "zoning.rulebook",
    "study_schema": "zoning.study",
    "complete_measures": "zoning.measures",
    "conflicts": "zoning.zones",
    "positions": "zoning.money",
    "curve_amounts": "zoning.whatif",
    "run_cases": "zoning.pipeline",
    "Layer": "layers.inputs",
    "Scenario": "zoning.study",
    "Finding": "layers.errors",
    "SeveralErrors": "layers.errors",
    "ConditionError": "layers.errors",
    "UnknownNameError": "layers.errors",
    "CrsError": "layers.errors",
    "GeometryError": "layers.errors",
    "LimitError": "layers.errors",
    "MissingValueError": "zoning.errors",
    "WriteError": "maps.errors",
    "BusyError": "maps.errors",
    "DamagedRunError": "maps.errors",
}
"""Where names live that have left the front door; they were served by the package of their room, too."""

MOVED_ROOMS = {
    "zoning.agreements": "zoning.study",
    "zoning.compensation": "zoning.money",
    "zoning.energy": "zoning.money",
    "zoning.records": "zoning.pipeline",
    "zoning.audits": "zoning.pipeline",
    "zoning.scenario": "zoning.whatif",
    "zoning.siting": "zoning.quotas",
    "zoning.trace": "zoning.reasons",
    "maps.explain": "maps.telling",
    "maps.summaries": "maps.telling",
    "maps.init": "maps.drafts",
    "maps.locale": "maps.words",
    "maps.run_folder": "maps.runs",
    "maps.style": "maps.drawing",
    "maps.cli": "zoneplan.cli",
}
"""Where rooms stand that the documentation named."""


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
        new_name = ".".join([MOVED_ROOMS[f"{package}.{room}"], *inner])
        new = import_module(new_name)
        warnings.warn(f"{module.__name__} is {new_name} now", DeprecationWarning, stacklevel=2)
        module.__dict__["__getattr__"] = lambda name: getattr(new, name)


sys.meta_path.append(MovedRooms())
