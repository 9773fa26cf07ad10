"""Agreements: the kinds of horizontal compensation, each with its keys, its checks and what it makes flow."""

from zoning.agreements.agreement import KINDS, Agreement, parties_of, settle_agreement
from zoning.agreements.flow_rows import POOL, FlowRow, Row, Sides, flow_row, full_row

__all__ = [
    "KINDS",
    "POOL",
    "Agreement",
    "FlowRow",
    "Row",
    "Sides",
    "flow_row",
    "full_row",
    "parties_of",
    "settle_agreement",
]
