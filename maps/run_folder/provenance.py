"""Provenance: what a run was made from, and where; its file is read and written here."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from maps.run_folder.manifest import PROVENANCE
from zoning.study import Study, read_study

PLAN_FILE = "plan.toml"
"""What the plan of a run is called inside the run folder, whatever its own name."""
MADE_FROM = "made_from"
"""The file of the plan, as a path relative to the run folder: the only word of a run on where it was made."""


def read_provenance(folder: Path) -> dict[str, Any]:
    """All that a run says of what it was made from."""
    content: dict[str, Any] = json.loads((folder / PROVENANCE).read_text("utf-8"))
    return content


def write_provenance(content: Mapping[str, Any], folder: Path) -> None:
    """Write the provenance of a run, keys sorted."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, default=str)
    (folder / PROVENANCE).write_text(f"{text}\n", "utf-8")


def record_origin(stage: Path, study: Study, folder: Path) -> None:
    """Write down in a stage where the plan of a run is, seen from its folder; nothing on another drive."""
    content = read_provenance(stage)
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
    place = made_from.parent.resolve()
    return read_study(folder / PLAN_FILE).standing_at(
        (place if place.is_dir() else folder.parent.parent) / made_from.name
    )
