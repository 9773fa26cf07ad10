"""Foreign keys: what entries of a rulebook name in other entries, and must find there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from layers.phrases import Phrase, template
from zoning.errors import RulebookError, near
from zoning.rulebook.rulebook_folder import Draft
from zoning.rulebook.schema import JURISDICTION, STUDY, UNIT


class ForeignKey(NamedTuple):
    """A key of all entries of a kind whose value is one of a set of names."""

    kind: str
    key: str
    names: str
    missing: str


FOREIGN_KEYS = (
    ForeignKey("rules", "zone", "zones", template("there is no zone '{name}'{near}")),
    ForeignKey("decisions", "main", "main zones", template("there is no main zone '{name}'{near}")),
    ForeignKey("decisions", "overlay", "overlay zones", template("there is no overlay zone '{name}'{near}")),
    ForeignKey("floors", "line", "lines", template("there is no control line '{name}'{near}")),
    ForeignKey("floors", "of", "indicators", template("'{name}' does not stand in indicators.toml{near}")),
    ForeignKey("floors", "at_least", "parameters", template("'{name}' does not stand in parameters.toml{near}")),
    ForeignKey(
        "norms",
        "level",
        "levels",
        template(
            "there is no level '{name}'{near}; write one of {unit}, {jurisdiction}, {study}, or a text "
            "indicator that names "
            "the places"
        ),
    ),
    ForeignKey("policies", "list", "lists with items", template("industries.toml has no item of list '{name}'{near}")),
    ForeignKey(
        "industries",
        "list",
        "lists in policies",
        template('no policy has list = "{name}", so that it holds nowhere{near}'),
    ),
    ForeignKey(
        "lists", "id", "lists in policies", template('no policy has list = "{name}", so that it holds nowhere{near}')
    ),
)
"""Every key of a rulebook that refers to one set of names, whatever the other keys of its entry say."""

_LEVELS = {"unit": UNIT, "jurisdiction": JURISDICTION, "study": STUDY}


def foreign_key_faults(draft: Draft) -> Iterator[RulebookError]:
    """The complaints about names that stand nowhere."""
    sets = names_of_sets(draft)
    for kind, key, names, missing in FOREIGN_KEYS:
        for place, entry in enumerate(getattr(draft, kind)):
            name = getattr(entry, key)
            if name is not None and name not in sets[names]:
                said = Phrase(missing, name=name, near=near(name, sets[names]), **_LEVELS)
                yield draft.fault(said, kind, place, key)


def names_of_sets(draft: Draft) -> Mapping[str, Collection[str]]:
    """The names that a rulebook gives, by what they are names of."""
    return {
        "zones": [one.code for one in draft.zones],
        "main zones": [one.code for one in draft.zones if one.kind == "main"],
        "overlay zones": [one.code for one in draft.zones if one.kind == "overlay"],
        "lines": [one.code for one in draft.lines],
        "indicators": [one.name for one in draft.indicators],
        "parameters": [one.name for one in draft.parameters],
        "levels": [UNIT, JURISDICTION, STUDY, *(one.name for one in draft.indicators if one.type == "text")],
        "lists with items": {one.list for one in draft.industries} | {one.id for one in draft.lists if one.table},
        "lists in policies": {one.list for one in draft.policies if one.list is not None},
    }
