"""Paths of sources: plain, relative, inside the folder of the study, whatever links lie there."""

from __future__ import annotations

import os
import re
import stat
from difflib import get_close_matches
from pathlib import Path

from layers.errors import SourceError, StudyError, ZoneplanError
from layers.phrases import OR, Phrase, phrase_list

FOLDERS = (".gdb", ".zarr")
"""Endings of sources that are folders, read as one: a File Geodatabase, an array."""


def check_source(source: str) -> None:
    """Refuse a path that is not a plain relative one, whatever lies there."""
    parts = re.split(r"[/\\]", source)
    reasons = {
        Phrase("it is absolute"): source.startswith(("/", "\\", "~")) or re.match(r"[A-Za-z]:[/\\]", source),
        Phrase("it leads upwards"): ".." in parts,
        Phrase("it has a scheme"): ":" in source,
        Phrase("it has a backslash; write /"): "\\" in source,
        Phrase("it has a name longer than file systems take"): any(
            len(one.encode("utf-8", "replace")) > 255 for one in parts
        ),
        Phrase("it has signs that no file name should have"): not source.isprintable() or not source.strip(),
    }
    for reason, holds in reasons.items():
        if holds:
            raise ZoneplanError(
                Phrase(
                    "{file!r} is no path inside the study's folder: {reason}; copy the file beside the plan",
                    file=hide_secrets(source),
                    reason=reason,
                )
            )


def hide_secrets(source: str) -> str:
    """A source as a message may quote it: without the password of a database, or the key of a server.

    Examples
    --------
    >>> hide_secrets("PG:host=db user=planner password=swordfish")
    'PG:host=db user=planner password=***'
    >>> hide_secrets("https://planner:swordfish@example.org/a.tif?token=1f3a&b=2")
    'https://planner:***@example.org/a.tif?token=***&b=2'
    """
    named = re.sub(r"(?i)(\w*(?:password|passwd|secret|token|key)\s*=\s*)('[^']*'|[^\s&;]+)", r"\1***", source)
    return re.sub(r"(//[^/@:]*:)[^/@]+@", r"\1***@", named)


def resolve_source(folder: Path | str, source: str) -> Path:
    """The file that a source of a study means."""
    try:
        check_source(source)
    except ZoneplanError as error:
        raise StudyError(error.said, code="source_outside") from None
    folder = Path(folder)
    path = folder / source
    try:
        found = path.stat()
    except FileNotFoundError:
        # a link that leads out is refused before it tells what is there
        check_inside(folder, path, source)
        raise SourceError(
            Phrase("no file {file} in {folder}{hint}", file=source, folder=folder, hint=_near(path)),
            code="source_missing",
        ) from None
    except OSError as error:
        raise SourceError(
            Phrase("{file} cannot be read ({cause})", file=source, cause=error.strerror), code="source_unreadable"
        ) from None
    check_inside(folder, path, source)
    is_source = stat.S_ISDIR(found.st_mode) and path.suffix.lower() in FOLDERS
    if not is_source and not stat.S_ISREG(found.st_mode):
        what = Phrase("a folder") if stat.S_ISDIR(found.st_mode) else Phrase("no regular file")
        raise SourceError(
            Phrase("{file} in {folder} is {kind}; name a file", file=source, folder=folder, kind=what),
            code="source_irregular",
        )
    return Path(os.path.realpath(path))


def check_inside(folder: Path, path: Path, source: str) -> None:
    """Refuse a path that leads out of the study's folder by a link."""
    root = os.path.realpath(folder)
    if os.path.commonpath([root, os.path.realpath(path)]) != root:
        raise StudyError(
            Phrase("{file!r} leads out of the study's folder by a link; copy the file beside the plan", file=source),
            code="source_outside",
        )


def _near(path: Path) -> str:
    """A hint at files of nearly that name."""
    try:
        names = sorted(one.name for one in path.parent.iterdir())
    except OSError:
        return ""
    near = get_close_matches(path.name, names, 3)
    return Phrase("; did you mean {names}?", names=phrase_list(near, OR)) if near else ""
