"""Archives: inputs and tables as bytes, exactly as they are, and back; so a child process hands over what it read."""

from layers.archives.packing import pack, unpack
from layers.archives.sandboxed_jobs import in_sandbox

__all__ = ["in_sandbox", "pack", "unpack"]
