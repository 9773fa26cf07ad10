"""Shapefiles: whether their parts belong together, in which encoding their texts are, and which rows are deleted.

A shapefile that was cut short reads as one with fewer features, texts in an unstated encoding as other texts, and rows
that are marked as deleted not at all; GDAL says nothing of these.
"""

from __future__ import annotations

import codecs
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from layers.errors import SourceError, naming_the_layer
from layers.ledger import entries
from layers.phrases import AND, Phrase, phrase_list
from layers.sources import check_encoding

_GBK_MARK = 0x4D
_DELETED = ord("*")
_UTF8_NAMES = frozenset({"UTF8", "65001"})


def check_shapefile(path: Path, name: str) -> None:
    """Refuse a shapefile whose parts are missing or do not fit together."""
    index, table = companion_file(path, ".shx"), companion_file(path, ".dbf")
    missing = [one.name for one in (index, table) if not one.exists()]
    if missing:
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} lacks {missing}. A shapefile is several files of one name; copy them all.",
                layer=name,
                file=path.name,
                missing=phrase_list(missing, AND),
            ),
            code="shapefile_part",
            layer=name,
        )
    for one in (path, index):
        said, real = _said_bytes(one), one.stat().st_size
        if said != real:
            raise _cut(
                name,
                Phrase(
                    "{file} says that it has {stated} bytes, but it has {size}", file=one.name, stated=said, size=real
                ),
            )
    in_index = (index.stat().st_size - 100) // 8
    with table.open("rb") as stream:
        head = stream.read(12)
    in_table, start, width = struct.unpack_from("<IHH", head, 4) if len(head) == 12 else (0, 0, 0)
    if in_index != in_table:
        raise _cut(
            name,
            Phrase(
                "{file} tells of {count} features, {other} of {other_count}",
                file=index.name,
                count=in_index,
                other=table.name,
                other_count=in_table,
            ),
        )
    said, real = start + in_table * width, table.stat().st_size
    if real < said or not width:  # more is no harm: some programs write a mark of the end behind the rows, some do not
        raise _cut(
            name,
            Phrase(
                "{file} says that it has {rows} rows in {stated} bytes, but it has {size}",
                file=table.name,
                rows=in_table,
                stated=said,
                size=real,
            ),
        )


def _cut(name: str, what: str) -> SourceError:
    return SourceError(
        Phrase(
            "layer '{layer}': {fault}. The shapefile was cut short or its parts are not of one kind: copy it anew.",
            layer=name,
            fault=what,
        ),
        code="damaged",
        layer=name,
    )


def companion_file(path: Path, ending: str) -> Path:
    """The part of a shapefile with this ending, in the case of its .shp.

    Examples
    --------
    >>> companion_file(Path("UNITS.SHP"), ".dbf").name
    'UNITS.DBF'
    """
    return path.with_suffix(ending.upper() if path.suffix.isupper() else ending)


def _said_bytes(path: Path) -> int:
    with path.open("rb") as stream:
        head = stream.read(28)
    return 2 * int(struct.unpack_from(">i", head, 24)[0]) if len(head) == 28 else -1


def encoding_of(path: Path, name: str, asked: str | None = None) -> tuple[str, pd.DataFrame]:
    """The encoding of the texts, and a ledger row where the file does not state it or the plan says another."""
    if asked is not None:
        with naming_the_layer(Phrase("layer '{layer}'", layer=name)):
            check_encoding(asked)
    body = companion_file(path, ".dbf").read_bytes()
    stated = companion_file(path, ".cpg")
    nothing = entries(name, [], "encoding", "")
    if body.isascii() or all(byte < 0x80 for byte in body[32:]):
        return asked or "UTF-8", nothing
    text = stated.read_text("ascii", errors="replace").strip() if stated.exists() else None
    codec = None if text is None else _codec(text)
    if asked is not None:
        if not _reads(body, asked):
            raise _unsure(
                name, Phrase("the plan says {encoding}, but the texts are in another encoding", encoding=asked), body
            )
        other = text is not None and (codec is None or body.decode(codec, "replace") != body.decode(asked, "replace"))
        return codecs.lookup(asked).name, entries(  # GDAL does not know every name of it
            name,
            [""] if other else [],
            "encoding",
            Phrase(
                "read as {encoding} as the plan says: {file} says {other}", encoding=asked, file=stated.name, other=text
            ),
        )
    if text is not None:
        if codec is None or _reads(body, codec):
            return text if codec is None else codec, nothing
        raise _unsure(
            name,
            Phrase("{file} says {encoding}, but the texts are in another encoding", file=stated.name, encoding=text),
            body,
        )
    if body[29] == _GBK_MARK and _reads(body, "gb18030"):
        return "gb18030", nothing
    if _reads(body, "utf-8"):
        return "UTF-8", entries(
            name, [""], "encoding", Phrase("read as UTF-8: there is no .cpg, and all texts are valid UTF-8")
        )
    raise _unsure(
        name, Phrase("there is no .cpg that says in which encoding the texts are, and they are not UTF-8"), body
    )


def _codec(text: str) -> str | None:
    """What Python calls the encoding of a .cpg."""
    plain = re.sub(r"[^A-Z0-9]", "", text.upper().replace("ANSI", "").replace("OEM", ""))
    if plain in _UTF8_NAMES:
        return "utf-8"
    for candidate in (text, f"cp{plain}", f"iso-8859-{plain.removeprefix('ISO').removeprefix('8859')}"):
        try:
            return codecs.lookup(candidate).name
        except LookupError:
            continue
    return None


def _reads(body: bytes, codec: str) -> bool:
    """Whether all texts of a .dbf are valid in an encoding; a character cut at the end of a field is forgiven."""
    head, width = struct.unpack_from("<HH", body, 8)
    try:
        body[head:].decode(codec)
    except UnicodeDecodeError:
        pass  # cell by cell, then
    else:
        return True
    texts = [(start, end) for _, kind, start, end in _fields(body) if kind == "C"]
    for row in range(head, len(body) - width + 1, width):
        for start, end in texts:
            cell = body[row + start : row + end].rstrip(b" \0")
            try:
                codecs.getincrementaldecoder(codec)().decode(cell, final=len(cell) < end - start)
            except UnicodeDecodeError:
                return False
    return True


def _fields(body: bytes) -> Iterator[tuple[bytes, str, int, int]]:
    """The columns of a .dbf: name, kind, and where in a row each begins and ends."""
    at = 1
    for place in range(32, struct.unpack_from("<H", body, 8)[0] - 1, 32):
        size = body[place + 16]
        yield body[place : place + 11].split(b"\0")[0], chr(body[place + 11]), at, at + size
        at += size


def deleted_in(path: Path, name: str, column: str | None, encoding: str) -> pd.DataFrame:
    """A ledger row for each feature whose row in the .dbf is marked as deleted: GDAL passes over it."""
    table = companion_file(path, ".dbf")
    body = table.read_bytes()
    count, head, width = struct.unpack_from("<IHH", body, 4)
    rows = [row for row, mark in enumerate(body[head : head + count * width : width]) if mark == _DELETED]
    codec = _codec(encoding) or "utf-8"
    fields = {field.decode(codec, "replace"): slice(start, end) for field, _, start, end in _fields(body)}
    place = fields.get(column or "", slice(0))
    cells = [body[at : at + width][place] for at in (head + row * width for row in rows)]
    ids = [cell.decode(codec, "replace").strip(" \0") or str(row) for row, cell in zip(rows, cells, strict=True)]
    return entries(name, ids, "deleted", Phrase("left out: {table} marks its row as deleted", table=table.name))


def _unsure(name: str, what: str, body: bytes) -> SourceError:
    start = next(place for place, byte in enumerate(body) if byte > 0x7F and place >= 32)
    sample = body[start : start + 8]
    guess = sample.decode("gb18030", "replace")
    return SourceError(
        Phrase(
            'layer \'{layer}\': {fault}. Say encoding = "..." in the plan; "gb18030" would read the first of them '
            'as {guess!r}, "cp1252" as {other!r}.',
            layer=name,
            fault=what,
            guess=guess,
            other=sample.decode("cp1252", "replace"),
        ),
        code="encoding",
        layer=name,
    )
