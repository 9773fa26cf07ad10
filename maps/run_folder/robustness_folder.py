"""The folder of many draws: a map, a page and tables; written whole, and only over an earlier one of its own."""

from __future__ import annotations

from pathlib import Path

from maps.locale import require_language
from maps.reports import write_robustness
from maps.run_folder.table_folder import replace_own
from maps.web import draw
from zoning.scenario import Robustness

ROBUSTNESS_KIND = "zoneplan robustness"
"""What marks a folder as one of draws that zoneplan wrote, in its manifest."""


def write_robustness_folder(found: Robustness, folder: str | Path, language: str = "en") -> Path:
    """Write what many draws came to: ``map.html``, ``report.html``, tables ``units``, ``amounts``, ``draws``."""
    require_language(language)
    tables = {"units": found.units.reset_index(), "amounts": found.amounts, "draws": found.draws}

    def draw_pages(stage: Path) -> None:
        write_robustness(found, stage / "report.html", language)
        draw(found, language).save(stage / "map.html")

    return replace_own(Path(folder), ROBUSTNESS_KIND, tables, draw_pages)
