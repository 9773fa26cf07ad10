"""The small rulebook and the measures that the tests of the steps use."""

from __future__ import annotations

from tests.zoning.conftest import measures, rulebook, write_rulebook

__all__ = ["measures", "rulebook", "write_rulebook"]
