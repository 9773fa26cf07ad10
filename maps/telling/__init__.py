"""Telling: headline and summaries of a plan, explanations, figures, the sheets of report and dossier, the annex.

Its names load what they need when they are asked for: a question about a unit is answered without what draws sheets.
"""

from zoneplan.front_door import serve

__all__, __getattr__, __dir__ = serve(__name__, inside=True)
