"""Archives: one set of features inside a ZIP, unpacked within bounds to where drivers read files."""

from layers.formats.archived.unpacking_child import unpacked_ahead
from layers.formats.archived.zip_archives import take_unpacked, unpacked

__all__ = ["take_unpacked", "unpacked", "unpacked_ahead"]
