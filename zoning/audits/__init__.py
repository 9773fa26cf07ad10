"""Audits: what a plan leaves open, what of a rulebook it uses, and the rulebook's worked cases."""

from zoning.audits.plan_findings import assume, assume_scheme, plan_findings_of
from zoning.audits.rulebook_audit import audit, rule_coverage_of
from zoning.audits.worked_cases import case_coverage, run_cases

__all__ = [
    "assume",
    "assume_scheme",
    "audit",
    "case_coverage",
    "plan_findings_of",
    "rule_coverage_of",
    "run_cases",
]
