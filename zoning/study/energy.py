"""Flow sections: what a study says of the flows between its regions, of energy first."""

from __future__ import annotations

from decimal import Decimal

from pydantic import PrivateAttr

from layers.sources.sections import EncodingText, Exact, ExactStep, Section, SourceText, Text
from layers.sources.toml_documents import Document


class EnergyShare(Section):
    """A total of energy that is split between the regions of the table, by what a tonne of it makes."""

    total: ExactStep
    """What all regions together may use at the end of the period, in the unit of the scheme."""
    step: ExactStep = Decimal(1)
    """The smallest amount."""
    least_pct: Exact = Decimal(0)
    """Nobody gets less than so many per cent of what it used in the base year."""
    most_pct: Exact | None = None
    """Nobody gets more than so many per cent of what it used in the base year."""


class EnergySection(Section):
    """Dual control of energy: the table of what the regions were to reach and what they reached."""

    table: SourceText
    """CSV with one row a region: region, intensity_target_pct, intensity_actual_pct, total_target_tce, ..."""
    period: int
    """The year, or the last year of the period, that is judged."""
    scheme: Text | None = None
    """Scheme of the rulebook to judge by; without it, the one in force at the end of the period."""
    share: EnergyShare | None = None
    """A total that is split between the regions; each share, less the use of the base year, is a region's target."""
    encoding: EncodingText | None = None
    """Encoding of the texts of the table, such as "gb18030"."""

    _document: Document = PrivateAttr(default_factory=Document)

    @property
    def document(self) -> Document:
        """The plan in which the section stands; the table is looked up beside it."""
        return self._document

    def stand_in(self, document: Document) -> None:
        """Tell the section in which plan it stands."""
        self._document = document

    def where(self, *keys: str | int) -> str:
        """The place of one of its values in the plan, for messages."""
        return self._document.where("energy", *keys)
