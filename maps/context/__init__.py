"""Context: land, water, borders and towns around and under a plan, from bundled world layers, and its relief."""

from maps.context.map_context import Context, Neighbourhood, Place, Surrounded, context_around, study_outline
from maps.context.shaded_relief import Relief, relief

__all__ = ["Context", "Neighbourhood", "Place", "Relief", "Surrounded", "context_around", "relief", "study_outline"]
