"""Rule checks: larger units that are none, and rules that do not do without a value which a unit lacks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace

from layers import Study, ZoneplanError, naming_the_layer, raise_all
from zoning.foresights import ExpectedColumns
from zoning.questions import RuleEvaluation
from zoning.wholes import ParentUnits, gather_parents


def rule_faults(study: Study, foresight: ExpectedColumns) -> Iterator[ZoneplanError]:
    """The complaints that :func:`zoning.classify` will have, as far as they can be told before anything is measured.

    Parameters
    ----------
    study : Study
        Its ``part_of``.
    foresight : Foresight
        Of the units and the rulebook.

    Yields
    ------
    UnknownNameError, SourceError
        The column of the larger units is missing or has gaps, one has the id of a unit, or lies in two jurisdictions.
    MissingValueError
        A rule with ``on_unknown = "error"`` cannot be answered.
    """
    level, wholes = study.units.part_of, None
    if level is not None:
        try:
            with naming_the_layer(study.where("units", "part_of")):
                wholes = _wholes(foresight, level)
        except ZoneplanError as error:
            yield error
            return
    rulebook = foresight.rulebook
    for rule in rulebook.rules:
        if rule.on_unknown != "error" or (rule.refines and wholes is None) or not foresight.foresees(rule.when):
            continue
        draft = rulebook.draft
        place = (
            naming_the_layer(draft.where("rules", draft.rules.index(rule), "on_unknown")) if draft else nullcontext()
        )
        try:
            with place:
                asked = RuleEvaluation(rule, foresight.known, rulebook, "en", None if rule.refines else wholes)
                raise_all(asked.errors)
        except ZoneplanError as error:
            yield error


def _wholes(foresight: ExpectedColumns, level: str) -> ParentUnits:
    """The larger units, with what is known of their parts by now."""
    read = tuple(one for one in foresight.rulebook.indicators if one.name in foresight.known.columns)
    return gather_parents(foresight.known, replace(foresight.rulebook, indicators=read, derived=()), level)
