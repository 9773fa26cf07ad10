"""The files of a folder that zoneplan wrote: those that its manifest lists, with the bytes that it lists."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from layers.formats import digest

MANIFEST = "manifest.json"


def files_in(folder: Path) -> Iterator[str]:
    """Everything in a folder but folders, the manifest included: paths inside it, sorted; no link is followed."""
    paths: list[str] = []
    for above, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(above) / name).is_symlink()]
        paths += [(Path(above) / name).relative_to(folder).as_posix() for name in (*files, *links)]
    yield from sorted(paths)


def manifest_text(content: Mapping[str, Any]) -> str:
    """A manifest as it is written."""
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read_listing(folder: Path) -> Mapping[str, Any] | None:
    """The manifest of a folder with the sha256 of its ``files``; None where there is none."""
    try:
        content = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    files = content.get("files") if isinstance(content, dict) else None
    return content if isinstance(files, dict) and all(isinstance(one, str) for one in files.values()) else None


def is_as_listed(folder: Path, name: str, listing: Mapping[str, Any]) -> bool:
    """Whether a file is a plain one with the bytes that the manifest lists, as far as it can be read."""
    path = folder / name
    with suppress(OSError):
        if path.is_symlink() or not path.is_file():
            return False
        if name == MANIFEST:
            return path.read_bytes() == manifest_text(listing).encode("utf-8")
        return name in listing["files"] and digest(path) == listing["files"][name]
    return False


def strange_files(folder: Path) -> list[str]:
    """Files of a folder that are new or changed since its manifest was written; none where it has no manifest."""
    listing = read_listing(folder)
    return [] if listing is None else [name for name in files_in(folder) if not is_as_listed(folder, name, listing)]
