"""Read and prepare: files, CRS, geometry, rasters, conditions. Knows nothing of zones, quotas or money."""

from typing import TYPE_CHECKING

from layers.lazy_exports import export_lazily

if TYPE_CHECKING:
    from layers.conditions import parse_condition
    from layers.crs import project, working_crs
    from layers.errors import (
        ConditionError,
        CrsError,
        Finding,
        GeometryError,
        LimitError,
        SeveralErrors,
        SourceError,
        StudyError,
        UnknownNameError,
        ZoneplanError,
    )
    from layers.inputs import Inputs, Layer
    from layers.read import read_inputs
    from zoning.study import read_study  # the one exception: whoever reads a plan found this name here before

__all__ = [
    # Read
    "read_study",
    "read_inputs",
    # Conditions and coordinates
    "parse_condition",
    "working_crs",
    "project",
    # Nouns
    "Inputs",
    "Layer",
    "Finding",
    # What is refused
    "ZoneplanError",
    "SeveralErrors",
    "StudyError",
    "ConditionError",
    "UnknownNameError",
    "SourceError",
    "CrsError",
    "GeometryError",
    "LimitError",
]

_ROOMS = {
    "read_study": "zoning.study",
    "read_inputs": "layers.read",
    "parse_condition": "layers.conditions",
    "working_crs": "layers.crs",
    "project": "layers.crs",
    "Inputs": "layers.inputs",
    "Layer": "layers.inputs",
    "Finding": "layers.errors",
    "ZoneplanError": "layers.errors",
    "SeveralErrors": "layers.errors",
    "StudyError": "layers.errors",
    "ConditionError": "layers.errors",
    "UnknownNameError": "layers.errors",
    "SourceError": "layers.errors",
    "CrsError": "layers.errors",
    "GeometryError": "layers.errors",
    "LimitError": "layers.errors",
}

__getattr__, __dir__ = export_lazily(__name__, _ROOMS)
