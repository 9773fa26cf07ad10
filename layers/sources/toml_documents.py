"""Documents: TOML files read into models, with file, line and column in every complaint, all complaints at once."""

from __future__ import annotations

import difflib
import re
import stat
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from layers.errors import LimitError, StudyError, ZoneplanError, raise_all
from layers.faults import Fault, find_faults
from layers.positions import Position, Positions, find_positions

MAX_BYTES = 1_000_000
INPUTS = {
    ".gpkg": "a GeoPackage",
    ".shp": "a shapefile",
    ".geojson": "GeoJSON",
    ".fgb": "a FlatGeobuf",
    ".parquet": "a Parquet file",
    ".tif": "a raster",
    ".tiff": "a raster",
    ".csv": "a table",
}
"""Endings of files that a plan names, for those who give one in its place."""
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Document:
    """A TOML file as it was read. Any two are equal: what was written is compared in the model.

    Attributes
    ----------
    path : Path
        Where the file stands.
    text : str
        All of it.
    positions : Positions
        Where each key and value stands.
    """

    path: Path = field(default=Path("plan.toml"), compare=False)
    text: str = field(default="", compare=False, repr=False)
    positions: Positions = field(default_factory=Positions, compare=False, repr=False)

    def where(self, *keys: str | int) -> str:
        r"""The place of a value, for messages; of a key that is not there, the place of what should hold it.

        Examples
        --------
        >>> Document(Path("plan.toml"), positions=find_positions("[study]\nname = 1")).where("study", "name")
        'plan.toml, line 2, column 8'
        """
        return self.at(self.positions.of(*keys))

    def at(self, position: Position) -> str:
        """A position as messages say it."""
        return f"{self.path.name}, line {position.line}, column {position.column}"


def read_document(
    path: Path | str, model: type[Model], error: type[ZoneplanError] = StudyError
) -> tuple[Model, Document]:
    """A TOML file as a model, and the document that knows where each part of it stands.

    Parameters
    ----------
    path : Path or str
        The file: UTF-8, at most 1 MB.
    model : subclass of pydantic.BaseModel
        Numbers with a decimal point reach it as ``decimal.Decimal``.
    error : subclass of ZoneplanError
        What to raise.

    Returns
    -------
    (model, Document)

    Raises
    ------
    ZoneplanError
        Of the class given: the file is missing, is no TOML, or does not fit the model; every fault of the model is
        reported at once, as :class:`SeveralErrors` where there are several.
    LimitError
        The file is larger than any such file needs to be.
    """
    path = Path(path)
    text = _read_text(path, error)
    document = Document(path, text, find_positions(text.removeprefix("\ufeff")))
    content = _parse(document, error)
    try:
        return model.model_validate(content), document
    except ValidationError as invalid:
        raise_all(_errors(document, find_faults(invalid, model, content), error))
        raise


def _errors(document: Document, faults: Iterable[Fault], error: type[ZoneplanError]) -> Iterator[ZoneplanError]:
    """The faults as errors, in the order of the file, each once."""
    positions = document.positions
    placed = {
        (positions.of_key(*fault.path) if fault.of_key else positions.of(*fault.path), fault.message)
        for fault in faults
    }
    for position, message in sorted(placed):
        yield error(f"{document.at(position)}: {message}")


def _read_text(path: Path, error: type[ZoneplanError]) -> str:
    """The file, byte for byte, as text."""
    if path.suffix.lower() in INPUTS:
        raise error(
            f"{path}: this is {INPUTS[path.suffix.lower()]} by its name, and a .toml file is wanted; zoneplan init "
            "writes a plan.toml from such files"
        )
    if path.suffix.lower() in (".yaml", ".yml", ".json"):
        raise error(
            f"{path}: this is {path.suffix[1:].upper()} by its name, and TOML is wanted: it tells texts from numbers "
            "(YAML reads an id 010203 as 4227, and 'no' as false); write it as a .toml file"
        )
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise error(f"{path}: this is a folder; give the file itself, such as {path / 'plan.toml'}")
        if not stat.S_ISREG(found.st_mode):
            raise error(f"{path}: this is no regular file")
        if found.st_size > MAX_BYTES:
            raise LimitError(
                f"{path}: {found.st_size} bytes, and at most {MAX_BYTES} are read; put long lists into tables"
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise error(f"{path}: no such file{_neighbours(path)}") from None
    except (OSError, ValueError) as reason:
        raise error(f"{path}: cannot be read ({getattr(reason, 'strerror', None) or reason})") from None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise error(f"{path.name}: the file is saved as UTF-16; save it as UTF-8")
    try:
        return data.decode()
    except UnicodeDecodeError as reason:
        line = data.count(b"\n", 0, reason.start) + 1
        raise error(
            f"{path.name}, line {line}: byte 0x{data[reason.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from None


def _neighbours(path: Path) -> str:
    """A hint at files of nearly that name."""
    try:
        names = sorted(one.name for one in path.parent.iterdir() if one.suffix == ".toml")
    except OSError:
        return f"; there is no folder {path.parent} either"
    near = difflib.get_close_matches(path.name, names, 3) or names[:3]
    return f"; did you mean {' or '.join(near)}?" if near else f"; there is no .toml file in {path.parent}"


def _parse(document: Document, error: type[ZoneplanError]) -> dict[str, Any]:
    if document.positions.too_deep:
        raise error(f"{document.path.name}: tables or lists are nested too deeply")
    try:
        return tomllib.loads(document.text.removeprefix("\ufeff"), parse_float=Decimal)
    except RecursionError:
        raise error(f"{document.path.name}: tables or lists are nested too deeply") from None
    except (tomllib.TOMLDecodeError, ArithmeticError, ValueError) as reason:
        raise_all(_syntax(document, str(reason), error))
        raise


def _syntax(document: Document, reason: str, error: type[ZoneplanError]) -> Iterator[ZoneplanError]:
    """What tomllib says, with a position that can be found and a remedy."""
    text = document.text.removeprefix("\ufeff")
    for path, second, first in document.positions.repeated:
        yield error(f"{document.at(second)}: '{path[-1]}' stands here and on line {first.line}; keep one of them")
    if document.positions.repeated:
        return
    found = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", reason, re.DOTALL)
    if found:
        position = Position(int(found[2]), int(found[3]))
        line = text.split("\n")[position.line - 1]
        hint = _remedy(found[1], line[position.column - 1 :], line)
        yield error(f"{document.at(position)}: {found[1][0].lower()}{found[1][1:]}{hint}")
    else:
        last = Position(text.rstrip().count("\n") + 1, len(text.rstrip().rpartition("\n")[2]) + 1)
        yield error(f"{document.at(last)}: {reason.removesuffix(' (at end of document)')}; is a quote or bracket open?")


def _remedy(reason: str, rest: str, line: str) -> str:
    """What a planner most likely has to do."""
    word = re.match(r"[^\W\d]\w*", rest)
    remedies = (
        (
            reason.startswith("Invalid value") and word and word[0].lower() in ("true", "false"),
            "true and false are written in small letters",
        ),
        (
            reason.startswith("Invalid value") and word,
            "texts stand in double quotes, and a key without a value is left out",
        ),
        (reason.startswith("Expected '='") and re.match(r"\s*[\w-]+\s*:", line), "TOML writes key = value"),
        (
            reason.startswith(("Expected '='", "Invalid statement")) and not rest[:1].isascii(),
            "a key with other letters than a to z stands in double quotes",
        ),
        (
            reason.startswith("Expected newline") and re.search(r"=\s*0\d", line),
            "a number does not begin with 0: write an id in quotes",
        ),
        ("escape" in reason.lower(), "write paths with /, or put the text in single quotes"),
        (reason.startswith("Illegal character") and "'\\n'" in reason, "the closing quote is missing"),
    )
    return next((f"; {remedy}" for fits, remedy in remedies if fits), "")
