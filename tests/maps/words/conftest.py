"""The small rulebook of the tests of the steps."""

from __future__ import annotations

from tests.zoning.conftest import write_rulebook

__all__ = ["write_rulebook"]
