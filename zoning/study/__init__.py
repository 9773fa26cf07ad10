"""The study: what a plan says of quotas, siting, money, energy, lists and decisions, as it is written."""

from zoning.study.decisions import Decision
from zoning.study.energy import EnergySection, EnergyShare
from zoning.study.industries import IndustriesSection
from zoning.study.quotas import Group, Limit, Lock, Priority, Quota, QuotaTransfer, Share, Within
from zoning.study.services import ServicesSection
from zoning.study.siting import Nearness, Siting
from zoning.study.study_file import (
    Study,
    TitleKind,
    builtin_studies,
    builtin_study,
    is_builtin,
    read_study,
    study_schema,
)
from zoning.study.transfers import Part, Transfer

__all__ = [
    "Decision",
    "EnergySection",
    "EnergyShare",
    "Group",
    "IndustriesSection",
    "Limit",
    "Lock",
    "Nearness",
    "Part",
    "Priority",
    "Quota",
    "QuotaTransfer",
    "ServicesSection",
    "Share",
    "Siting",
    "Study",
    "TitleKind",
    "Transfer",
    "Within",
    "builtin_studies",
    "builtin_study",
    "is_builtin",
    "read_study",
    "study_schema",
]
