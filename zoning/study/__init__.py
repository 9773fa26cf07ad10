"""The study: what a plan says of quotas, siting, money, energy, lists and decisions, as it is written."""

from zoning.study.changed_study import Changes, vary_study, with_scenario
from zoning.study.decisions import Decision
from zoning.study.indices import (
    AccessTerms,
    ArealTerms,
    CapacityTerms,
    DivergenceSection,
    PlanIndex,
    RasterTerms,
    RegionalSeries,
    RegionGroups,
)
from zoning.study.quotas import Group, Limit, Lock, Priority, Quota, QuotaTransfer, Share, Within
from zoning.study.scenarios import PARAMETERS, QUOTA_KEYS, QUOTAS, Scenario, place_in_scenario
from zoning.study.services import ServicesSection
from zoning.study.siting import Nearness, Siting
from zoning.study.study_file import (
    Study,
    TitleKind,
    builtin_studies,
    builtin_study,
    is_builtin,
    study_schema,
)
from zoning.study.study_reader import read_study, read_try
from zoning.study.table_sections import EnergySection, EnergyShare, IndustriesSection
from zoning.study.transfers import Part, Transfer

__all__ = [
    "PARAMETERS",
    "QUOTAS",
    "QUOTA_KEYS",
    "AccessTerms",
    "ArealTerms",
    "CapacityTerms",
    "Changes",
    "Decision",
    "DivergenceSection",
    "EnergySection",
    "EnergyShare",
    "Group",
    "IndustriesSection",
    "Limit",
    "Lock",
    "Nearness",
    "Part",
    "PlanIndex",
    "Priority",
    "Quota",
    "QuotaTransfer",
    "RasterTerms",
    "RegionGroups",
    "RegionalSeries",
    "Scenario",
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
    "place_in_scenario",
    "read_study",
    "read_try",
    "study_schema",
    "vary_study",
    "with_scenario",
]
