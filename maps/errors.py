"""What can go wrong on the way out: the disk, another run, a damaged run folder."""

from __future__ import annotations

from layers.errors import BusyError, Finding, WriteError, ZoneplanError
from layers.phrases import PARAGRAPHS, Phrase

__all__ = ["BusyError", "DamagedRunError", "DraftError", "WriteError"]


class DamagedRunError(ZoneplanError):
    """A run whose files are not those of its manifest; ``verify`` leaves with 1 as well where there is no run."""

    exit_code = 1
    default_code = "damaged_run"


class DraftError(ZoneplanError):
    """A user's files, as they are, make no plan that would pass ``check``; nothing was written."""

    default_code = "draft"

    def __init__(self, error: ZoneplanError, remedy: str) -> None:
        message = Phrase(PARAGRAPHS, first=error.said, rest=remedy)
        super().__init__(message, code=error.code, layer=error.layer, features=error.features)
        self.exit_code = error.exit_code
        self._findings = error.findings

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of what is wrong."""
        return self._findings
