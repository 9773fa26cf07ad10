"""Paths of sources: plain, relative, inside the folder of the study, whatever links lie there."""

from __future__ import annotations

import os
import re
import stat
from difflib import get_close_matches
from pathlib import Path

from layers.errors import SourceError, StudyError, ZoneplanError


def check_source(source: str) -> None:
    """Refuse a path that is not a plain relative one, whatever lies there.

    Raises
    ------
    ZoneplanError
        The path is absolute, leads upwards, has a scheme or is one of GDAL's virtual file systems.
    """
    parts = re.split(r"[/\\]", source)
    reasons = {
        "it is absolute": source.startswith(("/", "\\", "~")) or re.match(r"[A-Za-z]:[/\\]", source),
        "it leads upwards": ".." in parts,
        "it has a scheme": ":" in source,
        "it has a backslash; write /": "\\" in source,
        "it has a name longer than file systems take": any(len(one.encode("utf-8", "replace")) > 255 for one in parts),
        "it has signs that no file name should have": not source.isprintable() or not source.strip(),
    }
    for reason, holds in reasons.items():
        if holds:
            raise ZoneplanError(
                f"{source!r} is no path inside the study's folder: {reason}; copy the file beside the plan"
            )


def resolve_source(folder: Path | str, source: str) -> Path:
    """The file that a source of a study means.

    Parameters
    ----------
    folder : Path or str
        The study's folder.
    source : str
        As written: a plain relative path.

    Returns
    -------
    Path
        Absolute, links followed; a regular file inside the folder.

    Raises
    ------
    StudyError
        The path is not plain, or leads out of the folder, be it by a link.
    SourceError
        There is no such file, or it is a folder, a pipe or a device.
    """
    try:
        check_source(source)
    except ZoneplanError as error:
        raise StudyError(str(error), code="source_outside") from None
    folder = Path(folder)
    path = folder / source
    try:
        found = path.stat()
    except FileNotFoundError:
        # a link that leads out is refused before it tells what is there
        check_inside(folder, path, source)
        raise SourceError(f"no file {source} in {folder}{_near(path)}", code="source_missing") from None
    except OSError as error:
        raise SourceError(f"{source} cannot be read ({error.strerror})", code="source_unreadable") from None
    check_inside(folder, path, source)
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "no regular file"
        raise SourceError(f"{source} in {folder} is {what}; name a file", code="source_irregular")
    return Path(os.path.realpath(path))


def check_inside(folder: Path, path: Path, source: str) -> None:
    """Refuse a path that leads out of the study's folder by a link.

    Raises
    ------
    StudyError
        With the source as it is written.
    """
    root = os.path.realpath(folder)
    if os.path.commonpath([root, os.path.realpath(path)]) != root:
        raise StudyError(
            f"{source!r} leads out of the study's folder by a link; copy the file beside the plan",
            code="source_outside",
        )


def _near(path: Path) -> str:
    """A hint at files of nearly that name."""
    try:
        names = sorted(one.name for one in path.parent.iterdir())
    except OSError:
        return ""
    near = get_close_matches(path.name, names, 3)
    return f"; did you mean {' or '.join(near)}?" if near else ""
