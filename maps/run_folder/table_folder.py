"""Folders of tables and pages: written whole, and only over an earlier one of their kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from layers.formats import digest
from layers.outputs import MANIFEST, files_in, listed_folder, manifest_text, require_place, staged


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
