"""Folders of a comparison, a consensus and many draws: a map, a page and tables, only over an earlier one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from layers.formats import digest
from layers.outputs import MANIFEST, files_in, listed_folder, manifest_text, require_place, staged
from maps.telling import ConsensusWords, write_comparison, write_robustness
from maps.web import draw
from maps.words import require_language
from zoning.whatif import Comparison, Consensus, Robustness


def replace_own(
    folder: Path, kind: str, tables: Mapping[str, pd.DataFrame], draw_pages: Callable[[Path], None]
) -> Path:
    """Write a folder of tables and pages whole, with a manifest, and only over an earlier one of its kind."""
    folder = folder.absolute()
    with staged(folder, listed_folder(kind)) as stage:
        stage.mkdir()
        for name, table in tables.items():
            table.to_csv(stage / f"{name}.csv", index=False, lineterminator="\r\n", encoding="utf-8-sig")
        draw_pages(stage)
        files = {name: digest(stage / name) for name in files_in(stage)}
        (stage / MANIFEST).write_bytes(manifest_text({"files": files, "kind": kind}).encode())
    return folder


def require_own(folder: Path, kind: str) -> None:
    """Refuse a place where something else stands than a folder of a kind as zoneplan wrote it."""
    require_place(folder, listed_folder(kind))


COMPARISON_KIND = "zoneplan comparison"
"""What marks a folder as a comparison that zoneplan wrote, in its manifest."""


def write_comparison_folder(comparison: Comparison, folder: str | Path, language: str = "en") -> Path:
    """Write a comparison: ``map.html``, ``report.html``, tables ``moved``, ``transitions``, ``differences``."""
    require_language(language)
    differences = [
        {"kind": difference.kind, "id": difference.id, "before": difference.before, "after": difference.after}
        for difference in comparison.differences
    ]
    tables = {
        "moved": comparison.moved,
        "transitions": comparison.transitions,
        "differences": pd.DataFrame(differences, columns=["kind", "id", "before", "after"]),
    }

    def draw_pages(stage: Path) -> None:
        write_comparison(comparison, stage / "report.html", language)
        draw(comparison, language).save(stage / "map.html")

    return replace_own(Path(folder), COMPARISON_KIND, tables, draw_pages)


CONSENSUS_KIND = "zoneplan consensus"
"""What marks a folder as a consensus that zoneplan wrote, in its manifest."""


def write_consensus_folder(consensus: Consensus, folder: str | Path, language: str = "en") -> Path:
    """Write a consensus: ``map.html`` and its tables."""
    require_language(language)

    def draw_page(stage: Path) -> None:
        consensus_words = ConsensusWords(consensus, language)
        table, by = (
            agreement(consensus, consensus_words),
            consensus_words.words["differ_of"].format(voices=len(consensus.voices)),
        )
        draw(table, language, by=by, name=table.columns[0], notes=consensus_words.sentences).save(
            str(stage / "map.html")
        )

    return replace_own(Path(folder), CONSENSUS_KIND, consensus.tables, draw_page)


def agreement(consensus: Consensus, consensus_words: ConsensusWords) -> gpd.GeoDataFrame:
    """The units with how many agree, what most and what each voice says, and on what it hangs; titles in a language."""
    words = consensus_words.words
    rows = consensus.units.set_index("unit_id")
    geometry = consensus.base.units.geometry.reindex(rows.index)
    for plan in consensus.voices.values():
        geometry = geometry.fillna(plan.units.geometry.to_crs(geometry.crs).reindex(rows.index))
    mains = consensus.says.pivot(index="unit_id", columns="voice", values="main").reindex(rows.index)  # noqa: PD010  (each once)
    columns = {
        words["name"]: rows.index.map(consensus_words.unit),
        words["jurisdiction"]: rows["jurisdiction"],
        words["differ_of"].format(voices=len(consensus.voices)): rows["voices"] - rows["agree"],
        words["agreement"]: [
            words["agree_all" if agree == voices else "agree_some"].format(agree=agree, voices=voices)
            for agree, voices in zip(rows["agree"], rows["voices"], strict=True)
        ],
        words["main"]: rows["main"].map(consensus_words.zone),
        **{
            words["voice_says"].format(voice=consensus_words.voices[voice]): mains[voice].map(
                consensus_words.zone, na_action="ignore"
            )
            for voice in consensus.voices
        },
        words["hangs_on"]: rows.index.map(consensus_words.hangs).fillna(""),
    }
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=geometry.crs)


ROBUSTNESS_KIND = "zoneplan robustness"
"""What marks a folder as one of draws that zoneplan wrote, in its manifest."""


def write_robustness_folder(robustness: Robustness, folder: str | Path, language: str = "en") -> Path:
    """Write what many draws came to: ``map.html``, ``report.html``, tables ``units``, ``amounts``, ``draws``."""
    require_language(language)
    tables = {"units": robustness.units.reset_index(), "amounts": robustness.amounts, "draws": robustness.draws}

    def draw_pages(stage: Path) -> None:
        write_robustness(robustness, stage / "report.html", language)
        draw(robustness, language).save(stage / "map.html")

    return replace_own(Path(folder), ROBUSTNESS_KIND, tables, draw_pages)
