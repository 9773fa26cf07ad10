"""Case checks: what in a worked case cannot be meant, or would show nothing."""

from __future__ import annotations

from collections.abc import Iterator

from layers import ENERGY_COLUMNS, ZoneplanError, parse_condition
from zoning.case_entries import Case
from zoning.case_inputs import ENERGY_KEYS
from zoning.conditions import LIGHTS, PARTIES, roles_read
from zoning.drafts import Draft
from zoning.errors import RulebookError, near
from zoning.rulebook import Rulebook
from zoning.transfers import conditions_of, measures_of

LISTS = ("policies", "overruled", "excepted")
"""What a case expects of policies."""


def case_faults(draft: Draft, file: str, place: int, case: Case, rulebook: Rulebook) -> Iterator[RulebookError]:
    """The complaints about a case: names that the rulebook does not have, and what could show nothing.

    Parameters
    ----------
    draft : Draft
        Of the rulebook.
    file : str
        The file of the case.
    place : int
        Its place in the file, from 0.
    case : Case
    rulebook : Rulebook
        As it stands on the day of the case.

    Yields
    ------
    RulebookError
    """
    policies = [policy.id for policy in rulebook.policies]
    indicators = [one.name for one in rulebook.indicators]
    expected = case.expect
    money = _money_names(case)
    of_pieces = (
        ((("pieces", number, key), getattr(piece, key) or (), roles_read(draft) if key == "roles" else policies))
        for number, piece in enumerate(case.pieces)
        for key in ("roles", *LISTS)
    )
    for keys, names, known in (
        (("given",), case.given, [*indicators, *LIGHTS, *PARTIES, *money]),
        *((("others", unit), row, [*indicators, *money, "jurisdiction"]) for unit, row in case.others.items()),
        (("energy",), case.energy or (), [*ENERGY_KEYS, *ENERGY_COLUMNS]),
        (("whole",), case.whole or (), indicators),
        (("missing",), case.missing, indicators),
        (("expect", "main"), filter(None, (expected.main,)), rulebook.codes("main")),
        (("expect", "main_of_whole"), filter(None, (expected.main_of_whole,)), rulebook.codes("main")),
        (("expect", "overlays"), expected.overlays or (), rulebook.codes("overlay")),
        (("expect", "policies"), expected.policies or (), policies),
        (("expect", "overruled"), expected.overruled or (), policies),
        (("expect", "excepted"), expected.excepted or (), policies),
        (("expect", "measures"), expected.measures, [one.name for one in rulebook.derived]),
        (("expect", "norms"), expected.norms, [norm.id for norm in rulebook.norms]),
        *of_pieces,
    ):
        for name in sorted(set(names) - set(known)):
            text = f"case '{case.name}': rulebook has no '{name}' on {case.date}{near(name, known)}"
            yield draft.fault(text, "cases", place, *keys, file=file)
    for key in ("industries", "existing_industries"):
        for code in getattr(expected, key):
            try:
                rulebook.branches.path(code)
            except ZoneplanError as error:
                text = f"case '{case.name}': {error}"
                yield draft.fault(text, "cases", place, "expect", key, code, file=file)
    for text, keys in _idle(case):
        yield draft.fault(f"case '{case.name}': {text}", "cases", place, *keys, file=file)


def _money_names(case: Case) -> list[str]:
    """The measures that the transfers of a case read."""
    texts = (text for one in case.transfers for text in conditions_of(one).values())
    found = [name for one in case.transfers for name in measures_of(one)]
    return [*found, *(name for text in texts for name in sorted(parse_condition(text).names))]


def _idle(case: Case) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What of a case could show nothing, or two things at once."""
    if not case.expect.model_fields_set and not case.pieces:
        yield "it expects nothing; say in 'expect' what must come out", ("expect",)
    for name in sorted(set(case.given) & set(case.missing)):
        yield f"'{name}' is given and missing", ("missing",)
    if case.expect.energy and case.energy is None:
        yield "it expects lights of no energy; give the row of its region in 'energy'", ("expect", "energy")
    flowing = [*(one.name for one in case.agreements), *(one.name for one in case.transfers)]
    for name in sorted(set(case.expect.amounts) - set(flowing)):
        text = f"no agreement or transfer of the case is called '{name}'{near(name, flowing)}"
        yield text, ("expect", "amounts", name)
    if case.energy is not None and (twice := sorted(set(LIGHTS) & set(case.given))):
        yield f"'{twice[0]}' is given and follows from 'energy'; keep one of the two", ("given", twice[0])
    if (case.agreements or case.transfers) and (twice := sorted(set(PARTIES) & set(case.given))):
        yield f"'{twice[0]}' is given and follows from what flows; leave it out", ("given", twice[0])
    if case.whole is not None and case.others:
        yield "'whole' and 'others' do not go together; make two cases of it", ("others",)
