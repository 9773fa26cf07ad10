"""Agreements: the kinds of horizontal compensation, each with its keys, its checks and what it makes flow."""

from zoning.agreements.agreement import KINDS, Agreement, parties_of, settle_agreement
from zoning.agreements.flow_rows import POOL, Row, Sides, flow_row

__all__ = [
    "KINDS",
    "POOL",
    "Agreement",
    "Row",
    "Sides",
    "flow_row",
    "parties_of",
    "settle_agreement",
]
