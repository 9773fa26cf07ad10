"""The chapter on what the plan leaves open, misses or does for nothing."""

from __future__ import annotations

from maps.lettering import format_number
from maps.report_editions import ReportContext
from maps.report_parts import Chapter, Paragraph, grid
from zoning import plan_findings_of


def findings(edition: ReportContext) -> Chapter:
    """Every finding on the plan, warnings before notes."""
    words, found = edition.words, plan_findings_of(edition.plan)
    columns = edition.columns(level_of="word", said="long", cases="number")
    rows = ((words[f"level_{one.level}"], one.text, format_number(one.count)) for one in found)
    leaves = (Paragraph(words["findings_intro"]), grid("", columns, rows)) if found else (Paragraph(words["none"]),)
    return Chapter("findings", words["findings"], leaves)
