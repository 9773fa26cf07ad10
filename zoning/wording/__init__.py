"""Words of the engine, in English and Chinese, until each surface has its own catalogue."""

from zoning.wording.chapter_messages import (
    COLOURS,
    colour_in,
    finding_words,
    industry_words,
    siting_words,
    why_unplaced,
)
from zoning.wording.messages import engine_words, said_in, text_in
from zoning.wording.solution_messages import optimum_lines, price_words, rule_name, solution_words
from zoning.wording.terms import MEASURES, name_text, own_texts

__all__ = [
    "COLOURS",
    "MEASURES",
    "colour_in",
    "engine_words",
    "finding_words",
    "industry_words",
    "name_text",
    "optimum_lines",
    "own_texts",
    "price_words",
    "rule_name",
    "said_in",
    "siting_words",
    "solution_words",
    "text_in",
    "why_unplaced",
]
