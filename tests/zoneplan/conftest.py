"""What tests of the command share with those of what it shows."""

from tests.maps.conftest import make_plan

__all__ = ["make_plan"]
