"""The pipeline: a study is checked and becomes a plan step by step, each kept; records of why; what a run will take.

Its names load what they need when they are asked for: a check loads nothing of what a run computes with.
"""

from zoneplan.front_door import serve

__all__, __getattr__, __dir__ = serve(__name__, inside=True)
