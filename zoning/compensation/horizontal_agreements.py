"""Horizontal agreements of a study, those that are like one of the rulebook's written out."""

from __future__ import annotations

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from layers.errors import Attempts, StudyError, UnknownNameError, at_key, naming_the_layer
from layers.phrases import SEMICOLON, Phrase, phrase_list
from zoning.agreements import Agreement
from zoning.errors import near
from zoning.rulebook import Rulebook
from zoning.study import Study


def expand_agreements(study: Study, rulebook: Rulebook) -> tuple[Agreement, ...]:
    """The agreements of a study, those that are like one of the rulebook's written out."""
    found, attempts = list[Agreement](), Attempts()
    for place, one in enumerate(study.agreements):
        with (
            attempts.trying(),
            at_key("agreements", place, "like"),
            naming_the_layer(Phrase("agreement '{agreement}'", agreement=one.name)),
        ):
            found.append(complete_agreement(one, rulebook))
    attempts.finish()
    return tuple(found)


def complete_agreement(agreement: Agreement, rulebook: Rulebook) -> Agreement:
    """An agreement written out: with the terms of that of the rulebook that it is like."""
    if agreement.like is None:
        return agreement
    models = {model.id: model for model in rulebook.agreements}
    if agreement.like not in models:
        raise UnknownNameError(
            Phrase(
                "rulebook '{rulebook}' has no agreement '{agreement}'{hint}",
                rulebook=rulebook.name,
                agreement=agreement.like,
                hint=near(agreement.like, models),
            ),
            code="unknown_agreement",
        )
    model = models[agreement.like]
    try:
        return agreement.completed({"reference": model.reference, "source": model.source, **model.terms})
    except ValidationError as error:
        told = phrase_list(
            (
                Phrase("{place}: {said}", place=".".join(map(str, one["loc"])), said=_fault(one))
                if one["loc"]
                else _fault(one)
                for one in error.errors(include_url=False)
            ),
            SEMICOLON,
        )
        raise StudyError(
            Phrase("with the terms of '{agreement}': {told}", agreement=model.id, told=told), code="agreement"
        ) from None


def _fault(details: ErrorDetails) -> str:
    """What is wrong, as the house says it, or pydantic."""
    faults = details.get("ctx", {}).get("faults", ())
    return phrase_list((said for _, said in faults), SEMICOLON) or details["msg"]
