"""Negative lists as tables: how they are read, checked against their edition, and matched to a classification."""

from zoning.rulebook.industry_lists.list_tables import (
    in_known_words,
    item_faults,
    list_table_faults,
    listed_items,
    read_item_table,
)
from zoning.rulebook.industry_lists.title_matching import match_items

__all__ = [
    "in_known_words",
    "item_faults",
    "list_table_faults",
    "listed_items",
    "match_items",
    "read_item_table",
]
