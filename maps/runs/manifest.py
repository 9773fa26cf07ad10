"""The manifest and the provenance of a run folder: its files, what it was made from, and where."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from layers.outputs import MANIFEST, Kind, files_in, manifest_text, read_listing
from zoning.study import Study, read_study
from zoning.tables import ASKED_TABLES

PROVENANCE = "provenance.json"
RULEBOOK_FOLDER = "rulebook"
FORMAT = 7
"""Of the run folders that are written."""
KIND = "zoneplan run"
"""What marks a folder as one that zoneplan wrote, under ``kind``, from format 2 on."""
_FIRST = (
    "map.html",
    "report.html",
    "units.parquet",
    "pieces.parquet",
    "claims.parquet",
    "plan.gpkg",
    "plan.xlsx",
    "zones.csv",
    "measures.csv",
    "lines.csv",
    "quotas.csv",
    "energy.csv",
    "flows.csv",
    "positions.csv",
    "policies.csv",
    "ledger.csv",
    "plan.toml",
    "provenance.json",
    "rulebook/rulebook.toml",
    "rulebook/zones.toml",
)
_LATER = (
    "conflicts.csv",
    "industries.csv",
    "solutions.csv",
    "quota_rules.csv",
    "sitings.csv",
    "sites.csv",
    "sites.parquet",
)


class Contents(NamedTuple):
    """The files of a format: those that a run must have, and others that it may have."""

    needed: frozenset[str]
    allowed: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ("rulebook/",)

    def has_place_for(self, name: str) -> bool:
        """Whether a file of this name belongs into a run."""
        return name in self.needed | self.allowed | {MANIFEST} or name.startswith(self.folders)


CONTENTS: Mapping[int, Contents] = {
    1: Contents(frozenset(_FIRST), frozenset(_LATER)),
    2: Contents(frozenset((*_FIRST, *_LATER))),
    3: Contents(frozenset((*_FIRST, *_LATER, "trace.json"))),
    4: Contents(frozenset((*_FIRST, *_LATER, "trace.json")), frozenset({"heights.tif"})),
    5: Contents(frozenset((*_FIRST, *_LATER, "trace.json", "plan.qgs")), frozenset({"heights.tif"})),
    6: Contents(
        frozenset((*_FIRST, *_LATER, "trace.json", "plan.qgs")),
        frozenset({"heights.tif", *(f"{table.name}.csv" for table in ASKED_TABLES)}),
    ),
    7: Contents(
        frozenset((*_FIRST, *_LATER, "trace.json", "plan.qgs", "policy_texts.csv")),
        frozenset({"heights.tif", *(f"{table.name}.csv" for table in ASKED_TABLES)}),
        ("rulebook/", "rasters/"),
    ),
}
"""The files of each format; a new file means a new format."""
SIGN_OF_OLD = "provenance.json"
"""Runs of format 1 have no mark; their manifest lists this file."""


class Manifest(NamedTuple):
    """What the manifest of a run says."""

    format: int
    files: Mapping[str, str]
    tried: str = ""

    def text(self) -> str:
        """As it is written."""
        return manifest_text(self.content())

    def content(self) -> Mapping[str, Any]:
        """What is written."""
        content = {"format": self.format, "files": dict(self.files)} | ({} if self.format == 1 else {"kind": KIND})
        return content | ({"try": self.tried} if self.tried else {})


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a run folder; None where the folder is not one that zoneplan wrote.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / MANIFEST).write_text('{"files": {"thesis.pdf": "0"}, "format": 1}')
    ...     read_manifest(Path(folder)) is None
    True
    """
    content = read_listing(folder)
    if content is None or not isinstance(number := content.get("format"), int):
        return None
    files = content["files"]
    ours = content.get("kind") == KIND if number > 1 else SIGN_OF_OLD in files
    return Manifest(number, files, str(content.get("try", ""))) if ours else None


RUN = Kind(
    lambda folder: [] if read_manifest(folder) is not None else [*files_in(folder)], is_folder=True, makes_parents=True
)
"""Runs are replaced with files of the user's in them, which are kept beside the new one."""


PLAN_FILE = "plan.toml"
"""What the plan of a run is called inside the run folder, whatever its own name."""
MADE_FROM = "made_from"
"""The file of the plan, as a path relative to the run folder: the only word of a run on where it was made."""


def read_provenance(folder: Path) -> Mapping[str, Any]:
    """All that a run says of what it was made from."""
    content: Mapping[str, Any] = json.loads((folder / PROVENANCE).read_text("utf-8"))
    return content


def write_provenance(content: Mapping[str, Any], folder: Path) -> None:
    """Write the provenance of a run, keys sorted."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, default=str)
    (folder / PROVENANCE).write_text(f"{text}\n", "utf-8")


def record_origin(stage: Path, study: Study, folder: Path) -> None:
    """Write down in a stage where the plan of a run is, seen from its folder; nothing on another drive."""
    content = dict(read_provenance(stage))
    content.pop(MADE_FROM, None)  # that of a kept run, which was made from the same bytes elsewhere
    with suppress(ValueError):
        seen = os.path.relpath(study.folder.resolve(), folder.resolve())
        content[MADE_FROM] = (Path(seen) / study.path.name).as_posix()
    write_provenance(content, stage)


def read_run_study(folder: Path) -> Study:
    """The study of a run, standing where the run was made, or above the folder of runs where that is gone or unsaid."""
    folder = folder.resolve()
    recorded = read_provenance(folder).get(MADE_FROM)
    known = isinstance(recorded, str) and not Path(recorded).is_absolute()
    made_from = folder / str(recorded) if known else folder.parent.parent / PLAN_FILE
    study_folder = made_from.parent.resolve()
    return read_study(folder / PLAN_FILE).standing_at(
        (study_folder if study_folder.is_dir() else folder.parent.parent) / made_from.name
    )
