"""Languages: catalogues of words, what puts records into them, and numbers as they are written."""

from layers.sources import name_text
from maps.locale.limit_numbers import DIGITS, decimals_of, inward, limit_number, number_beside, number_past, shifted
from maps.locale.localized_plan import RECORD, LocalizedPlan, localize, said_of_try
from maps.locale.messages import (
    UnitNoun,
    catalogue,
    languages,
    noun_of,
    number_style,
    require_language,
    require_spoken,
    sentence_gap,
)
from maps.locale.number_format import (
    NONE,
    amount,
    area_decimals,
    format_measure,
    format_number,
    hectares,
    percent,
    projection,
    share_text,
    short_amount,
    width,
    wrap,
    written,
)
from maps.locale.phrases import phrase_in
from maps.locale.policy_settings import describe_parameters
from maps.locale.rendering import Renderer, render
from maps.locale.solution_sentences import optimum_lines, price_words, rule_name, solution_words
from maps.locale.step_phrases import STEP_PHRASES
from maps.locale.terms import COVERED, Terms, assumption_title, coverage_text, texts_of
from maps.locale.texts import capital, extent_text, provision_text, reading_text, text_in

__all__ = [
    "COVERED",
    "DIGITS",
    "NONE",
    "RECORD",
    "STEP_PHRASES",
    "LocalizedPlan",
    "Renderer",
    "Terms",
    "UnitNoun",
    "amount",
    "area_decimals",
    "assumption_title",
    "capital",
    "catalogue",
    "coverage_text",
    "decimals_of",
    "describe_parameters",
    "extent_text",
    "format_measure",
    "format_number",
    "hectares",
    "inward",
    "languages",
    "limit_number",
    "localize",
    "name_text",
    "noun_of",
    "number_beside",
    "number_past",
    "number_style",
    "optimum_lines",
    "percent",
    "phrase_in",
    "price_words",
    "projection",
    "provision_text",
    "reading_text",
    "render",
    "require_language",
    "require_spoken",
    "rule_name",
    "said_of_try",
    "sentence_gap",
    "share_text",
    "shifted",
    "short_amount",
    "solution_words",
    "text_in",
    "texts_of",
    "width",
    "wrap",
    "written",
]
