"""What each step of a run is called while people wait for it."""

from __future__ import annotations

from layers.phrases import Phrase

STEP_PHRASES = {
    "read": Phrase("reading and checking the layers"),
    "overlay": Phrase("cutting the units by the designations"),
    "measure": Phrase("measuring"),
    "classify": Phrase("applying the rules"),
    "allocate": Phrase("sharing out the quotas"),
    "site": Phrase("siting the quotas"),
    "account": Phrase("settling what flows between parties"),
    "assign": Phrase("assigning the policies"),
    "scenario": Phrase("working out the scenarios"),
    "map.html": Phrase("drawing the map"),
    "report.html": Phrase("writing the report"),
    "tables": Phrase("writing the tables"),
}
"""By the name with which a step is announced, in the order of a run."""
