"""The files of a folder that zoneplan wrote: those that its manifest lists, with the bytes that it lists."""

from __future__ import annotations

import json
import mmap
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from layers.formats import digest

GENERATOR = "zoneplan"
GDAL_MARK = {"GENERATOR": GENERATOR}
"""Metadata of a file that GDAL writes."""
GEODATABASE_MARK = f"<metadata><generator>{GENERATOR}</generator></metadata>"
"""The documentation of each layer of a geodatabase."""
PDF_MARK = f"% {GENERATOR}\n".encode()
"""A comment behind the end of the file, where a PDF may have one."""
_IN_GEODATABASE = re.compile(r"(a[0-9a-f]{8}\.[a-z]+|gdb|timestamps|.*\.lock)", re.IGNORECASE)
_CATALOGUE = "a00000004.gdbtable"
"""Where a geodatabase has the documentation of its layers."""
_IN_WORKBOOK = re.compile(rb'name="generator"><vt:lpwstr>' + GENERATOR.encode() + b"<")
"""A property of its own, which programs keep when they save a workbook."""
_MOST_BYTES = 1 << 16


class Kind(NamedTuple):
    """A kind of output."""

    strangers: Callable[[Path], Sequence[str]]
    is_folder: bool = False
    makes_parents: bool = False


def _file(is_ours: Callable[[Path], bool]) -> Kind:
    """Files with a mark; one with nothing in it is nobody's."""

    def strangers(path: Path) -> list[str]:
        ours = not path.is_symlink() and path.is_file() and (path.stat().st_size == 0 or is_ours(path))
        return [] if ours else [path.name]

    return Kind(strangers)


def _holding(mark: bytes) -> Kind:
    return _file(lambda path: _holds(path, mark))


def _holds(path: Path, mark: bytes) -> bool:
    """Whether a file has these bytes somewhere; nothing of it is parsed."""
    with suppress(OSError, ValueError):
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(mark) >= 0
    return False


def _is_our_workbook(path: Path) -> bool:
    no_workbook = (OSError, ValueError, KeyError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error)
    with (
        suppress(*no_workbook),
        zipfile.ZipFile(path) as packed,
        packed.open("docProps/custom.xml") as properties,
    ):
        return _IN_WORKBOOK.search(properties.read(_MOST_BYTES)) is not None
    return False


def _strange_in_geodatabase(path: Path) -> list[str]:
    names = [*files_in(path)]
    if names and not _holds(path / _CATALOGUE, GEODATABASE_MARK.encode()):
        return names
    return [name for name in names if not _IN_GEODATABASE.fullmatch(name)]


NEW = Kind(lambda path: [path.name])
NEW_FOLDER = Kind(lambda path: [path.name], is_folder=True, makes_parents=True)
"""Nothing is ever replaced."""
PAGE = _holding(f'<meta name="generator" content="{GENERATOR}">'.encode())
PDF = _holding(PDF_MARK)
GEOPACKAGE = _holding(f'<MDI key="GENERATOR">{GENERATOR}</MDI>'.encode())
GEOPARQUET = _holding(f'"generator": "{GENERATOR}"'.encode())
RASTER = _holding(f'<Item name="GENERATOR">{GENERATOR}</Item>'.encode())
WORKBOOK = _file(_is_our_workbook)
GEODATABASE = Kind(_strange_in_geodatabase, is_folder=True)


def csv_table(columns: Iterable[str]) -> Kind:
    """A table as CSV, which has no place for a mark: one that begins with the very columns is replaced."""
    head = ("\ufeff" + ",".join(columns) + "\n").encode()

    def begins_so(path: Path) -> bool:
        with path.open("rb") as stream:
            return stream.read(len(head)) == head

    return _file(begins_so)


def unchanged(before: bytes) -> Kind:
    """A file of the user's own that is written anew, as long as it is what it was when it was read."""
    return Kind(lambda path: [] if path.read_bytes() == before else [path.name])


def listed_folder(kind: str) -> Kind:
    """A folder with a manifest of a kind, in which everything is as the manifest lists it."""

    def strangers(folder: Path) -> list[str]:
        listing = read_listing(folder)
        if listing is None or listing.get("kind") != kind:
            return [*files_in(folder)]
        return [name for name in files_in(folder) if not is_as_listed(folder, name, listing)]

    return Kind(strangers, is_folder=True, makes_parents=True)


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
