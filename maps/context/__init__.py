"""Context: land, water, borders and towns around and under a plan, from bundled world layers, and its relief."""

from maps.context.map_context import Context, Place, Surrounded, context_around, context_credits, study_outline
from maps.context.shaded_relief import Relief, relief

__all__ = ["Context", "Place", "Relief", "Surrounded", "context_around", "context_credits", "relief", "study_outline"]
