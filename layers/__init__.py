"""Read and prepare the inputs: files, CRS, geometry, grids. Knows nothing of zones."""

from layers.errors import ConditionError as ConditionError
from layers.errors import CrsError as CrsError
from layers.errors import Finding as Finding
from layers.errors import GeometryError as GeometryError
from layers.errors import LimitError as LimitError
from layers.errors import SeveralErrors as SeveralErrors
from layers.errors import SourceError as SourceError
from layers.errors import StudyError as StudyError
from layers.errors import UnknownNameError as UnknownNameError
from layers.errors import ZoneplanError as ZoneplanError
from layers.errors import raise_all as raise_all
from layers.errors import shown as shown
from layers.study import Decision as Decision
from layers.study import LayerSection as LayerSection
from layers.study import Priority as Priority
from layers.study import Quota as Quota
from layers.study import Share as Share
from layers.study import Study as Study
from layers.stack import LEDGER_COLUMNS as LEDGER_COLUMNS
from layers.stack import Layer as Layer
from layers.stack import Raster as Raster
from layers.stack import Source as Source
from layers.stack import Stack as Stack
