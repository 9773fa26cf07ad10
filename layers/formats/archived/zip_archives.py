"""ZIP archives of one shapefile or one File Geodatabase: sizes from the directory first, then what is read unpacked.

A small archive may unpack to gigabytes, and a name or link in it may lead elsewhere. What is unpacked stands under
names of our own in a folder that goes when it has been read; the sha256 of the archive tells all of it.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from layers.errors import LimitError, SourceError, shown
from layers.formats.gdal_drivers import GEODATABASE, SHAPEFILE_PARTS, Format, check_size, format_of
from layers.formats.reading_boundary import damaged
from layers.phrases import Phrase

MOST_MEMBERS = 10_000
"""Files that an archive may list."""
MOST_TIMES = 100
"""So many times its size a large part may unpack to."""
_LARGE_BYTES = 2**24
PIECE_BYTES = 2**24
"""What is unpacked at a time."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_SYSTEM = "__MACOSX"
"""Where macOS packs what it knows of each file, under the name of that file."""

_AHEAD: dict[str, str] = {}
"""In a process that may write nothing, what each archive holds, unpacked for it; "" where it is refused."""

Members = Mapping[str, zipfile.ZipInfo]
"""What is unpacked, by the name that it gets."""


@contextmanager
def unpacked(path: Path, name: str, allowed: tuple[str, ...]) -> Iterator[tuple[Path, Format]]:
    """A file and its format; of an archive what it holds, unpacked as long as it is read.

    Examples
    --------
    >>> from zoneplan import builtin_study
    >>> with unpacked(builtin_study("us_mountain_west").parent / "us_mountain_west.gpkg", "units", ("GPKG",)) as found:
    ...     found[0].name, found[1].name
    ('us_mountain_west.gpkg', 'GPKG')
    """
    outside = format_of(path, name, allowed)
    if outside.name != "ZIP":
        yield path, outside
        return
    ahead = _AHEAD.get(str(path))
    if ahead is not None:
        inside = Path(ahead) if ahead else _unpack(path, name, None)
        yield inside, format_of(inside, name, allowed)
        return
    with TemporaryDirectory(prefix="zoneplan-") as folder:
        inside = _unpack(path, name, Path(folder))
        yield inside, format_of(inside, name, allowed)


def take_unpacked(ahead: Mapping[str, str]) -> None:
    """Read archives from where they were unpacked, see :func:`layers.formats.unpacked_ahead`."""
    _AHEAD.clear()
    _AHEAD.update(ahead)


def _unpack(path: Path, name: str, folder: Path | None) -> Path:
    """What the archive holds, under its name, in a folder; without one it is only looked through."""
    inside = None
    for target, piece in pieces_of(path, name):
        inside = inside or PurePosixPath(target).parts[0]
        if folder is not None:
            add_piece(folder, target, piece)
    return (folder or path.parent) / (inside or path.name)


def add_piece(folder: Path, target: str, piece: bytes | memoryview) -> None:
    """Write the next piece of a file of an archive."""
    path = folder / target
    path.parent.mkdir(exist_ok=True)
    with path.open("ab") as free:
        free.write(piece)


def pieces_of(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """What is unpacked of an archive, piece by piece, each after the name that its file gets; the main file first."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(_files(archive, path, name), path, name)
            _check_sizes(members, path, name)
            for target, member in members.items():
                with archive.open(member) as packed:  # which ends at the size that the directory says
                    yield target, packed.read(PIECE_BYTES)
                    while piece := packed.read(PIECE_BYTES):
                        yield target, piece
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise damaged(path, name, error) from error


def _files(archive: zipfile.ZipFile, path: Path, name: str) -> list[zipfile.ZipInfo]:
    """The files of an archive of which none has a password, a link or a place elsewhere."""
    files = archive.infolist()
    if len(files) > MOST_MEMBERS:
        raise LimitError(
            Phrase(
                "layer '{layer}': {file} lists {count:,} files; the limit is {most:,}. Pack only those of the layer.",
                layer=name,
                file=path.name,
                count=len(files),
                most=MOST_MEMBERS,
            ),
            code="archive",
            layer=name,
        )
    reasons: dict[str, Callable[[zipfile.ZipInfo], bool]] = {
        Phrase("it has a password"): lambda member: bool(member.flag_bits & 0x1),
        Phrase("it is a link"): lambda member: stat.S_ISLNK(member.external_attr >> 16),
        Phrase("it is packed by another method than deflate"): lambda member: member.compress_type not in _METHODS,
        Phrase("its name leads elsewhere"): lambda member: leads_elsewhere(member.orig_filename),
    }
    for reason, holds in reasons.items():
        if wrong := [member.filename for member in files if holds(member)]:
            raise SourceError(
                Phrase(
                    "layer '{layer}': {file} holds {part}, which is not unpacked: {reason}. Pack the files of the "
                    "layer anew, or give them without an archive.",
                    layer=name,
                    file=path.name,
                    part=ascii(wrong[0]),
                    reason=reason,
                ),
                code="archive",
                layer=name,
            )
    return [member for member in files if not member.is_dir() and PurePosixPath(member.filename).parts[0] != _SYSTEM]


def leads_elsewhere(member: str) -> bool:
    r"""Whether the name of a member is no plain path downwards.

    Examples
    --------
    >>> [leads_elsewhere(one) for one in ("a/b.shp", "../b.shp", "/b.shp", "c:b.shp", "a\\\\b.shp", "")]
    [False, True, True, True, True, True]
    """
    return (
        not member
        or member.startswith("/")
        or ".." in member.split("/")
        or any(character in member for character in "\\:\0")
    )


def _members(files: list[zipfile.ZipInfo], path: Path, name: str) -> Members:
    """The files of the one shapefile, the .shp first, or of the one File Geodatabase that an archive holds."""
    places = {PurePosixPath(member.filename): member for member in files}
    mains = [member_path for member_path in places if member_path.suffix.lower() == SHAPEFILE_PARTS[0]]
    bases = sorted({member_path.parent for member_path in places if member_path.parent.suffix.lower() == GEODATABASE})
    if len(mains) + len(bases) != 1:
        held: str = shown(map(str, [*mains, *bases])) if mains or bases else Phrase("none")
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} holds {count} shapefiles or File Geodatabases ({names}); exactly one is read. "
                "Pack that of the layer into an archive of its own.",
                layer=name,
                file=path.name,
                count=len(mains) + len(bases),
                names=held,
            ),
            code="archive",
            layer=name,
        )
    stem = path.stem.removesuffix(GEODATABASE)
    if bases:
        targets = {
            member_path: f"{stem}{GEODATABASE}/{member_path.name}"
            for member_path in places
            if member_path.parent == bases[0]
        }
    else:
        siblings = [member_path for member_path in places if member_path.with_suffix("") == mains[0].with_suffix("")]
        parts = sorted(
            (SHAPEFILE_PARTS.index(member_path.suffix.lower()), member_path)
            for member_path in siblings
            if member_path.suffix.lower() in SHAPEFILE_PARTS
        )
        targets = {member_path: f"{stem}{SHAPEFILE_PARTS[rank]}" for rank, member_path in parts}
    twice = [target for target, count in Counter(targets.values()).items() if count > 1]
    if twice or len(places) < len(files):
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} holds a file twice: {names}. Pack the files of the layer anew.",
                layer=name,
                file=path.name,
                names=shown(
                    map(str, [member_path for member_path, target in targets.items() if target in twice] or targets)
                ),
            ),
            code="archive",
            layer=name,
        )
    return {target: places[member_path] for member_path, target in targets.items()}


def _check_sizes(members: Members, path: Path, name: str) -> None:
    """Refuse what unpacks to more than memory is meant to hold, or to many times its size."""
    check_size(sum(member.file_size for member in members.values()), path, name)
    for member in members.values():
        if member.file_size > max(_LARGE_BYTES, MOST_TIMES * member.compress_size):
            raise LimitError(
                Phrase(
                    "layer '{layer}': {file} holds {part}, which unpacks to {times:,} times its size; the limit is "
                    "{most}. No layer of people does: give the files without an archive.",
                    layer=name,
                    file=path.name,
                    part=ascii(member.filename),
                    times=member.file_size // max(member.compress_size, 1),
                    most=MOST_TIMES,
                ),
                code="unpacked_size",
                layer=name,
            )
