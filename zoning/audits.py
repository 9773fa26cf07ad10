"""Audits: what the check of a rulebook finds: worked cases, and the days on which it changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from layers import Finding, ZoneplanError
from zoning.calendars import calendar_faults
from zoning.cases import run_cases
from zoning.drafts import read_draft


def audit(name_or_path: str | Path) -> tuple[Finding, ...]:
    """Everything that the check of a rulebook finds, at once.

    Parameters
    ----------
    name_or_path : str or Path
        As for :func:`zoning.read_rulebook`.

    Returns
    -------
    tuple of Finding
        Errors: what cannot be read, and worked cases that do not come out as expected. Warnings of code ``day``: what
        cannot be meant on another day, in the order of the days; a plan of such a day would be refused.

    Examples
    --------
    >>> audit("us_west")
    ()
    """
    try:
        draft = read_draft(name_or_path)
    except ZoneplanError as error:
        return error.findings
    errors = tuple(_cases(name_or_path, draft.folder.name))
    told = {one.text for one in errors}
    warnings = (
        Finding("warning", "day", draft.folder.name, (), 0, f"on {day}: {fault}")
        for day, fault in calendar_faults(draft)
        if str(fault) not in told
    )
    return (*errors, *warnings)


def _cases(name_or_path: str | Path, name: str) -> Iterator[Finding]:
    """Cases that do not come out as expected, or what forbids to run them."""
    try:
        results = run_cases(name_or_path)
    except ZoneplanError as error:
        yield from error.findings
        return
    for result in results:
        if not result.passed:
            yield Finding("error", "case", name, (result.name,), 1, result.text, 2)
