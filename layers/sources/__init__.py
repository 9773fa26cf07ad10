"""What a study reads: ``[study] [units] [[layers]] [[tables]]``, base models, and complaints with line and column."""

from layers.sources.base_models import Dated, Keys, Misfit, Section, Sourced, Text, Texts, Titled, misfit, require_one
from layers.sources.field_types import (
    Amount,
    ConditionText,
    EncodingText,
    Exact,
    ExactPct,
    ExactShare,
    ExactStep,
    Factor,
    NameText,
    Real,
    Several,
    Signed,
    SourceText,
    check_encoding,
    check_name,
)
from layers.sources.json_schema import TomlSchema
from layers.sources.sections import LayerSection, Pin, Placed, Sources, UnitsSection, read_sources, repeated
from layers.sources.source_paths import check_inside, resolve_source
from layers.sources.toml_documents import Document, parse_document, read_document
from layers.sources.toml_editing import set_beside
from layers.sources.toml_writing import to_toml

__all__ = [
    "Amount",
    "ConditionText",
    "Dated",
    "Document",
    "EncodingText",
    "Exact",
    "ExactPct",
    "ExactShare",
    "ExactStep",
    "Factor",
    "Keys",
    "LayerSection",
    "Misfit",
    "NameText",
    "Pin",
    "Placed",
    "Real",
    "Section",
    "Several",
    "Signed",
    "SourceText",
    "Sourced",
    "Sources",
    "Text",
    "Texts",
    "Titled",
    "TomlSchema",
    "UnitsSection",
    "check_encoding",
    "check_inside",
    "check_name",
    "misfit",
    "parse_document",
    "read_document",
    "read_sources",
    "repeated",
    "require_one",
    "resolve_source",
    "set_beside",
    "to_toml",
]
