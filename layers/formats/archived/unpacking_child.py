"""Archives unpacked by a child process, which hands over what they hold through memory that both see.

A child that reads features may write nothing, so that what it reads must be there before. The child that unpacks may
write nothing either: this process writes the pieces, under names that it has looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from layers.formats.archived.zip_archives import add_piece, leads_elsewhere, pieces_of
from layers.formats.gdal_drivers import MAX_BYTES
from layers.sandbox import Answer, ReadingChild, ReadingEnded, ask_child, made_once

ANSWER = f"{__name__}:answer"
"""What a child calls of this module."""
_MOST_PARTS = 2

_OPEN: dict[str, Iterator[tuple[str, bytes]]] = {}
"""In a child the archives that it unpacks."""


def unpacked_ahead(files: Mapping[str, Path]) -> dict[str, str]:
    """The archives among some files, unpacked for a child that reads: once, and until the command or call is done."""
    archives = {path: name for name, path in files.items() if path.suffix.lower() == ".zip" and path.is_file()}
    return {str(path): _unpacked(path, name, archives) for path, name in archives.items()}


def _unpacked(path: Path, name: str, archives: Mapping[Path, str]) -> str:
    about = path.stat()
    version = ("archive", str(path), about.st_ino, about.st_mtime_ns, about.st_size)
    return made_once(version, lambda stack: _taken(path, name, archives, stack))


def _taken(path: Path, name: str, archives: Mapping[Path, str], stack: ExitStack) -> str:
    """What an archive holds, in a folder that goes with the stack; "" where it is refused."""
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="zoneplan-")))
    readable = {layer: (archive,) for archive, layer in archives.items()}
    inside, taken, step = "", 0, "begin"
    while True:
        try:
            reply, target, piece = ask_child(partial(_next_piece, path, name, step), readable)
        except ReadingEnded:
            return ""
        if reply != "piece":
            return inside if reply == "end" else ""
        taken += len(piece)
        if not _is_plain(target) or taken > MAX_BYTES:  # a child that was taken over may say anything
            return ""
        add_piece(folder, target, piece)
        inside, step = inside or str(folder / PurePosixPath(target).parts[0]), "go on"


def _is_plain(target: object) -> bool:
    return isinstance(target, str) and not leads_elsewhere(target) and len(PurePosixPath(target).parts) <= _MOST_PARTS


def _next_piece(path: Path, name: str, step: str, child: ReadingChild) -> tuple[str, str, bytes]:
    (reply, target, size), _ = child.call(ANSWER, str(path), name, step)
    return reply, target, child.shared[:size]


def answer(child: ReadingChild, path: str, name: str, step: str) -> Answer:
    """In a child: leave the next piece of an archive in the common memory."""
    try:
        with child.at_work(name):
            if step == "begin":
                _OPEN[path] = pieces_of(Path(path), name)
            target, piece = next(_OPEN[path], ("", None))
            if piece is None:
                return ["end", "", 0], ()
            child.shared[: len(piece)] = piece
            return ["piece", target, len(piece)], ()
    except Exception:  # noqa: BLE001  (who reads it finds it again, and tells of it)
        return ["refused", "", 0], ()
