"""The run folder: written whole or not at all, sealed by a manifest, read back as a plan.

Its names load what they need when they are asked for: a kept run is found without what draws maps.
"""

from zoneplan.front_door import serve

__all__, __getattr__, __dir__ = serve(__name__, inside=True)
