"""Archives: one set of features inside a ZIP, unpacked within bounds to where drivers read files."""

from layers.formats.archived.zip_archives import take_unpacked, unpacked, unpacked_ahead

__all__ = ["take_unpacked", "unpacked", "unpacked_ahead"]
