"""The folder of a comparison: a map, a page and tables; written whole, and only over an earlier one of its own."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from maps.locale import require_language
from maps.reports import write_comparison
from maps.run_folder.table_folder import replace_own
from maps.web import draw
from zoning.scenario import Comparison

COMPARISON_KIND = "zoneplan comparison"
"""What marks a folder as a comparison that zoneplan wrote, in its manifest."""


def write_comparison_folder(found: Comparison, folder: str | Path, language: str = "en") -> Path:
    """Write a comparison: ``map.html``, ``report.html``, tables ``moved``, ``transitions``, ``differences``."""
    require_language(language)
    told = [{"kind": one.kind, "id": one.id, "before": one.before, "after": one.after} for one in found.differences]
    tables = {
        "moved": found.moved,
        "transitions": found.transitions,
        "differences": pd.DataFrame(told, columns=["kind", "id", "before", "after"]),
    }

    def draw_pages(stage: Path) -> None:
        write_comparison(found, stage / "report.html", language)
        draw(found, language).save(stage / "map.html")

    return replace_own(Path(folder), COMPARISON_KIND, tables, draw_pages)
