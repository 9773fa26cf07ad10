"""The study file: ``plan.toml`` as written, its sections, and complaints with file, line and column."""

from layers.sources.compensation_sections import Agreement, Band, Part, Pollutant, ServicesSection, Transfer
from layers.sources.energy_section import EnergySection, EnergyShare
from layers.sources.quota_sections import Group, Limit, Lock, Priority, Quota, QuotaTransfer, Share, Within
from layers.sources.sections import Decision, IndustriesSection, LayerSection, UnitsSection, check_encoding, check_name
from layers.sources.siting_section import Nearness, Siting
from layers.sources.study_file import Study, builtin_studies, builtin_study, read_study, resolve_source, study_schema
from layers.sources.toml_documents import Document, read_document

__all__ = [
    "Agreement",
    "Band",
    "Decision",
    "Document",
    "EnergySection",
    "EnergyShare",
    "Group",
    "IndustriesSection",
    "LayerSection",
    "Limit",
    "Lock",
    "Nearness",
    "Part",
    "Pollutant",
    "Priority",
    "Quota",
    "QuotaTransfer",
    "ServicesSection",
    "Share",
    "Siting",
    "Study",
    "Transfer",
    "UnitsSection",
    "Within",
    "builtin_studies",
    "builtin_study",
    "check_encoding",
    "check_name",
    "read_document",
    "read_study",
    "resolve_source",
    "study_schema",
]
