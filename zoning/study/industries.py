"""Industries: where a plan has a negative list of its own."""

from __future__ import annotations

from layers.sources import EncodingText, Placed, Source, SourceText, Wording


class IndustriesSection(Placed):
    """The plan's own negative list of industries, which may only be stricter than those of the rulebook."""

    table: SourceText
    """CSV with one row an item: unit_id or jurisdiction, code, treatment, state, conditions, note, reference."""
    title: Wording | None = None
    """What people read, a text or a text by language; by default "the plan's own list"."""
    reference: Wording | None = None
    """The document of the list, a text or a text by language, for items that give none of their own."""
    source: Source | None = None
    """Where the list was read."""
    complete: bool = False
    """Every item that the list has is in the table, so that what none of them names is allowed by it."""
    encoding: EncodingText | None = None
    """Encoding of the texts of the table, such as "gb18030"."""
