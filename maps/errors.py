"""What can go wrong on the way out: the disk, another run, a damaged run folder."""

from __future__ import annotations

from layers import ZoneplanError


class WriteError(ZoneplanError):
    """The disk is full, read-only or not ours to write to; what stood there before is untouched."""

    exit_code = 5
    default_code = "write"


class BusyError(ZoneplanError):
    """Another zoneplan is writing to the same folder."""

    exit_code = 7
    default_code = "busy"


class DamagedRunError(ZoneplanError):
    """A folder that is no run, or whose files are not those of its manifest."""

    exit_code = 1
    default_code = "damaged_run"
