"""Read and prepare the inputs: files, CRS, geometry, grids. Knows nothing of zones."""

from layers.errors import (
    CrsError,
    Finding,
    GeometryError,
    LimitError,
    SeveralErrors,
    SourceError,
    StudyError,
    UnknownNameError,
    ConditionError,
    ZoneplanError,
    raise_all,
    shown,
)
from layers.study import Decision, LayerSection, Priority, Quota, Share, Study
from layers.stack import LEDGER_COLUMNS, Layer, Raster, Source, Stack
