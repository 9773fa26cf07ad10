"""The annex of a report: every chapter that has something to say, for those who check."""

from __future__ import annotations

from maps.telling.annex.annexes import assumptions, ledger, method, parameters, policies, quotas, sources, texts
from maps.telling.annex.compensation_chapter import flows
from maps.telling.annex.energy_chapter import energy
from maps.telling.annex.indices_chapter import indices
from maps.telling.annex.land_chapter import land, sites
from maps.telling.annex.negative_lists_chapter import industries, unit_list
from maps.telling.annex.open_questions import findings, open_units
from maps.telling.annex.report_context import ReportContext
from maps.telling.annex.zones_chapter import decisions, lines, overview, zones
from maps.telling.summaries.page_blocks import Chapter
from zoning.pipeline import derived_in


def annex_chapters(edition: ReportContext, *, each: bool) -> list[Chapter]:
    """The chapters in order; those that have nothing to say are left out.

    Parameters
    ----------
    edition : ReportContext
    each : bool
        Whether what is to be said of each unit is said.
    """
    plan = edition.plan
    chapters = [overview, findings, *([zones, open_units] if each else []), decisions]
    if each:
        chapters += [lines] if len(plan.lines) else []
        chapters += [quotas] if plan.study.quotas else []
        chapters += [sites] if any(quota.siting for quota in plan.study.quotas) else []
        chapters += [indices] if plan.study.indices else []
        chapters += [land] if derived_in(plan) or plan.rulebook.norms else []
    chapters += [energy] if len(plan.energy) else []
    chapters += [flows] if len(plan.flows) or plan.study.services else []
    chapters.append(policies)
    chapters += [industries] if plan.rulebook.classification else []
    chapters += [unit_list] if each else []
    return [part(edition) for part in (*chapters, assumptions, parameters, texts, ledger, sources, method)]
