"""Audits: what a plan leaves open, what of a rulebook it uses, and the rulebook's worked cases."""

from zoning.audits.plan_findings import OPEN, plan_findings_of
from zoning.audits.rulebook_audit import RuleCoverage, audit, rule_coverage_of, usage_findings
from zoning.audits.worked_cases import Result, case_faults, case_flows, run_cases

__all__ = [
    "OPEN",
    "Result",
    "RuleCoverage",
    "audit",
    "case_faults",
    "case_flows",
    "plan_findings_of",
    "rule_coverage_of",
    "run_cases",
    "usage_findings",
]
