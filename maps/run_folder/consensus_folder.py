"""The folder of a consensus: a map of agreement and the tables; written like that of a comparison."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from maps.locale import require_language
from maps.run_folder.table_folder import replace_own
from maps.summaries import ConsensusWords
from maps.web import draw
from zoning.scenario import Consensus

CONSENSUS_KIND = "zoneplan consensus"
"""What marks a folder as a consensus that zoneplan wrote, in its manifest."""


def write_consensus_folder(found: Consensus, folder: str | Path, language: str = "en") -> Path:
    """Write a consensus: ``map.html`` and its tables."""
    require_language(language)

    def draw_page(stage: Path) -> None:
        told = ConsensusWords(found, language)
        table, by = agreement(found, told), told.words["differ_of"].format(voices=len(found.voices))
        draw(table, language, by=by, name=table.columns[0], notes=told.sentences).save(str(stage / "map.html"))

    return replace_own(Path(folder), CONSENSUS_KIND, found.tables, draw_page)


def agreement(found: Consensus, told: ConsensusWords) -> gpd.GeoDataFrame:
    """The units with how many agree, what most and what each voice says, and on what it hangs; titles in a language."""
    words = told.words
    rows = found.units.set_index("unit_id")
    geometry = found.base.units.geometry.reindex(rows.index)
    for plan in found.voices.values():
        geometry = geometry.fillna(plan.units.geometry.to_crs(geometry.crs).reindex(rows.index))
    said = found.says.pivot(index="unit_id", columns="voice", values="main").reindex(rows.index)
    columns = {
        words["name"]: rows.index.map(told.unit),
        words["jurisdiction"]: rows["jurisdiction"],
        words["differ_of"].format(voices=len(found.voices)): rows["voices"] - rows["agree"],
        words["agreement"]: [
            words["agree_all" if agree == voices else "agree_some"].format(agree=agree, voices=voices)
            for agree, voices in zip(rows["agree"], rows["voices"], strict=True)
        ],
        words["main"]: rows["main"].map(told.zone),
        **{
            words["voice_says"].format(voice=told.voices[voice]): said[voice].map(told.zone, na_action="ignore")
            for voice in found.voices
        },
        words["hangs_on"]: rows.index.map(told.hangs).fillna(""),
    }
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=geometry.crs)
