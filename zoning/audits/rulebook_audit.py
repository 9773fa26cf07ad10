"""Audits: what the check of a rulebook finds: worked cases, days on which it changes, what a plan uses of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from layers import Finding, ZoneplanError, shown
from zoning.calendars import calendar_faults
from zoning.cases import run_cases
from zoning.drafts import Draft, read_draft
from zoning.errors import RulebookError
from zoning.finding_words import finding_words
from zoning.plans import Plan
from zoning.usages import usage_findings


def audit(
    name_or_path: str | Path,
    plan: Plan | None = None,
    announce: Callable[[int, int], None] = lambda _done, _of: None,
) -> tuple[Finding, ...]:
    """Everything that the check of a rulebook finds, at once.

    Parameters
    ----------
    name_or_path : str or Path
        As for :func:`zoning.read_rulebook`.
    plan : Plan, optional
        One that was made with it; then what it uses of the rulebook is told, see :func:`zoning.usage_findings`.
    announce : callable, optional
        As for :func:`zoning.run_cases`.

    Returns
    -------
    tuple of Finding
        Errors: what cannot be read, and worked cases that do not come out as expected. Warnings of code ``day``: what
        cannot be meant on another day, in the order of the days; a plan of such a day would be refused. Notes: what the
        plan uses. A plan of another rulebook is an error of code ``rulebook``, one of another text of it a warning of
        code ``other_rulebook``.

    Examples
    --------
    >>> audit("us_west")
    ()
    """
    try:
        draft = read_draft(name_or_path)
    except ZoneplanError as error:
        return error.findings
    errors = tuple(_cases(name_or_path, draft.folder.name, announce))
    told = {one.text for one in errors}
    warnings = (
        Finding("warning", "day", draft.folder.name, (), 0, f"on {day}: {fault}")
        for day, fault in calendar_faults(draft)
        if str(fault) not in told
    )
    return (*errors, *warnings, *(_used(draft, plan) if plan is not None else ()))


def _used(draft: Draft, plan: Plan) -> Iterator[Finding]:
    """What a plan uses of a rulebook."""
    name, own = draft.head.name, plan.rulebook
    if name != own.name:
        text = f"the run was made with the rulebook '{own.name}', not with '{name}': give a run of this one"
        yield Finding("error", "rulebook", name, (), 0, text, RulebookError.exit_code)
        return
    files = sorted(file for file in {*draft.files, *own.files} if draft.files.get(file) != own.files.get(file))
    if files:
        text = finding_words(plan.language)["other_rulebook"].format(files=shown(files, plan.language))
        yield Finding("warning", "other_rulebook", name, tuple(files[:5]), len(files), text)
    yield from usage_findings(plan)


def _cases(name_or_path: str | Path, name: str, announce: Callable[[int, int], None]) -> Iterator[Finding]:
    """Cases that do not come out as expected, or what forbids to run them."""
    try:
        results = run_cases(name_or_path, announce)
    except ZoneplanError as error:
        yield from error.findings
        return
    for result in results:
        if not result.passed:
            yield Finding("error", "case", name, (result.name,), 1, result.text, 2)
