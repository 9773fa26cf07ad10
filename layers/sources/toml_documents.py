"""TOML files read into models: every complaint has file, line and column, and all complaints come at once.

A surveyor finds where each key and value stands in the text, and what a model says of a table that does not fit it is
put into words for planners.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import stat
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_args

import tree_sitter_toml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from tree_sitter import Language, Node, Parser

from layers.errors import LimitError, StudyError, ZoneplanError, raise_all
from layers.phrases import OR, Phrase, phrase_list
from layers.sources.base_models import Keys, keys_of

MAX_NESTING = 64
"""Levels of the syntax tree: about thirty tables or lists inside each other."""

_LANGUAGE = Language(tree_sitter_toml.language())
_LONG_KEY = re.compile(rf"(?:[\w\"'-]+[ \t]*\.[ \t]*){{{MAX_NESTING}}}")


class Position(NamedTuple):
    """A place in a text; both count from 1, columns in characters."""

    line: int
    column: int


@dataclass(frozen=True)
class Positions:
    r"""The places of a TOML text, looked for when one is asked for: most texts give no cause for complaint.

    Examples
    --------
    >>> positions = find_positions('[study]\nname = "West"\n')
    >>> positions.of("study", "name"), positions.of("study", "date"), positions.of_key("study", "name")
    (Position(line=2, column=8), Position(line=1, column=2), Position(line=2, column=1))
    """

    text: str = ""
    too_deep: bool = False

    @property
    def values(self) -> Mapping[Keys, Position]:
        """Where the value of a path such as ``("layers", 0, "role")`` stands; a table's place is its header."""
        return self._surveyor.values

    @property
    def keys(self) -> Mapping[Keys, Position]:
        """Where the key of a path stands."""
        return self._surveyor.keys

    @property
    def repeated(self) -> Sequence[tuple[Keys, Position, Position]]:
        """Keys that are written twice: the path, the second place, the first."""
        return self._surveyor.repeated

    @property
    def spans(self) -> Mapping[Keys, slice]:
        """Which bytes of the text the value of a key is, the key excepted; nothing of what tables are made of."""
        return self._surveyor.spans

    @cached_property
    def _surveyor(self) -> _Surveyor:
        data = self.text.encode()
        surveyor = _Surveyor(data)
        if not self.too_deep:
            surveyor.survey(_root(data))
        return surveyor

    def of(self, *path: str | int) -> Position:
        """Where the value of a path stands, or the nearest thing around it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Position(1, 1))

    def of_key(self, *path: str | int) -> Position:
        """Where the key of a path stands, or the nearest thing around it."""
        return self.keys[path] if path in self.keys else self.of(*path)


def find_positions(text: str) -> Positions:
    """The positions of a TOML text, as far as it can be read."""
    root = _root(text.encode())
    return Positions(text, too_deep=_is_deep(root) or bool(root.has_error and _LONG_KEY.search(text)))


def _root(data: bytes) -> Node:
    return Parser(_LANGUAGE).parse(data).root_node


def _is_deep(root: Node) -> bool:
    """Whether the tree is too deep, found without recursion."""
    cursor, depth = root.walk(), 0
    while depth <= MAX_NESTING:
        if cursor.goto_first_child():
            depth += 1
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return False
            depth -= 1
    return True


class _Surveyor:
    """Walks once through the tree of a text and writes down what stands where."""

    def __init__(self, data: bytes) -> None:
        self.lines = data.split(b"\n")
        self.values: dict[Keys, Position] = {}
        self.keys: dict[Keys, Position] = {}
        self.repeated: list[tuple[Keys, Position, Position]] = []
        self.spans: dict[Keys, slice] = {}
        self._entries: dict[Keys, int] = {}
        self._written: dict[Keys, Position] = {}

    def survey(self, root: Node) -> None:
        for node in root.named_children:
            if node.type == "pair":
                self._pair((), node)
            elif node.type in ("table", "table_array_element") and node.named_children:
                self._table(node, repeats=node.type == "table_array_element")

    def _table(self, node: Node, *, repeats: bool) -> None:
        header, *rest = node.named_children
        path, position = self._resolve(_key(header)), self._position(header)
        if repeats:
            number = self._entries.get(path, 0)
            self._entries[path] = number + 1
            self.values.setdefault(path, position)
            path = (*path, number)
        else:
            self._write(path, position)
        self._enter(path, position)
        self.values.setdefault(path, position)
        for child in rest:
            self._pair(path, child)

    def _resolve(self, names: tuple[str, ...]) -> Keys:
        """The path of a header; where it leads through a list of tables, the last table is meant."""
        path: Keys = ()
        for count, name in enumerate(names, 1):
            path = (*path, name)
            if count < len(names) and path in self._entries:
                path = (*path, self._entries[path] - 1)
        return path

    def _pair(self, base: Keys, node: Node) -> None:
        parts = [child for child in node.named_children if child.type != "comment"]
        if node.type != "pair" or len(parts) < 2:
            return
        key, value = parts[:2]
        path, position = (*base, *_key(key)), self._position(key)
        self._write(path, position)
        self._enter(path, position)
        self.spans[path] = slice(value.start_byte, value.end_byte)
        self._value(path, value)

    def _write(self, path: Keys, position: Position) -> None:
        """Remember a key that may be written once only."""
        if path in self._written:
            self.repeated.append((path, position, self._written[path]))
        self._written.setdefault(path, position)

    def _enter(self, path: Keys, position: Position) -> None:
        """The place of a key, and of the tables that it makes on its way."""
        for end in range(1, len(path)):
            self.keys.setdefault(path[:end], position)
            self.values.setdefault(path[:end], position)
        self.keys.setdefault(path, position)

    def _value(self, path: Keys, node: Node) -> None:
        self.values.setdefault(path, self._position(node))
        children = [child for child in node.named_children if child.type != "comment"]
        if node.type == "array":
            for number, child in enumerate(children):
                self._value((*path, number), child)
        elif node.type == "inline_table":
            for child in children:
                self._pair(path, child)

    def _position(self, node: Node) -> Position:
        row, column = node.start_point
        return Position(row + 1, len(self.lines[row][:column].decode(errors="replace")) + 1)


def _key(node: Node) -> tuple[str, ...]:
    """The names of a key such as ``a."b c"``."""
    if node.type == "dotted_key":
        return tuple(name for child in node.named_children for name in _key(child))
    text = (node.text or b"").decode(errors="replace")
    if node.type != "quoted_key":
        return (text,)
    try:
        return tuple(tomllib.loads(f"{text} = 1"))
    except tomllib.TOMLDecodeError:
        return (text,)


NEEDS = {
    "string": Phrase("a text in quotes"),
    "int": Phrase("a whole number"),
    "float": Phrase("a number"),
    "decimal": Phrase("a number"),
    "bool": Phrase("true or false"),
    "date": Phrase("a date without quotes (such as 2025-01-01)"),
    "tuple": Phrase("a list in [ ]"),
    "list": Phrase("a list in [ ]"),
    "dict": Phrase("a table"),
    "model": Phrase("a table"),
}
"""What the first word of a pydantic error type such as ``string_type`` asks for."""

BOUNDS = {
    "greater_than": (Phrase("more than"), "gt"),
    "greater_than_equal": (Phrase("at least"), "ge"),
    "less_than": (Phrase("less than"), "lt"),
    "less_than_equal": (Phrase("at most"), "le"),
}


class Fault(NamedTuple):
    """One thing that does not fit: the path of the value or, with ``of_key``, of the key, and what is wrong."""

    path: Keys
    message: str
    of_key: bool = False


def find_faults(invalid: ValidationError, model: type[BaseModel], content: dict[str, Any]) -> list[Fault]:
    """Every fault of a table."""
    groups: dict[Any, list[_Complaint]] = {}
    for number, details in enumerate(invalid.errors(include_url=False)):
        complaint = _locate(details, content)
        if complaint.idle:
            continue
        # where a value may be of several kinds, pydantic complains about each of them
        groups.setdefault(complaint.fork if complaint.branch else number, []).append(complaint)
    return [fault for group in groups.values() for fault in _of_group(group, model)]


class _Complaint(NamedTuple):
    """One complaint of pydantic.

    ``path`` leads to the value in the table; ``branch`` names the kind that was tried at ``fork``, "" where there is
    only one.
    """

    details: ErrorDetails
    path: Keys
    fork: Keys
    branch: str

    @property
    def wanted(self) -> str:
        """The kind of value that is needed, "" where the kind is right and the value is not."""
        word, _, rest = self.details["type"].partition("_")
        if rest == "instance_of":
            word = str(self.details.get("ctx", {}).get("class", "")).lower()
        return NEEDS.get(word, "") if rest.endswith(("type", "parsing", "inexact", "from_float", "instance_of")) else ""

    @property
    def mistaken(self) -> bool:
        """Whether the value was never meant to be of the kind that was tried."""
        return self.branch != "" and self.wanted != "" and self.path == self.fork

    @property
    def idle(self) -> bool:
        """Whether it only follows from others: a list is too short because its items were refused."""
        return self.details["type"] == "too_short" and len(self.details["input"]) > 0


def _locate(details: ErrorDetails, table: dict[str, Any]) -> _Complaint:
    """The path of a complaint in the table: names of kinds, which pydantic puts between, are taken out."""
    content: Any = table
    path: Keys = ()
    fork: Keys | None = None
    branch = ""
    for key in details["loc"]:
        listed = isinstance(content, list) and isinstance(key, int)
        if listed or (isinstance(content, dict) and key in content):
            path, content = (*path, key), content[key]
        elif fork is None and key != "[key]" and (key != details["loc"][-1] or details["type"] != "missing"):
            fork, branch = path, str(key)
    return _Complaint(details, path, path if fork is None else fork, branch)


def _of_group(group: Sequence[_Complaint], model: type[BaseModel]) -> list[Fault]:
    """The faults of one value: of the kind that it was meant to be, as far as that can be seen."""
    meant = [complaint for complaint in group if not complaint.mistaken]
    if not meant:
        needs = dict.fromkeys(complaint.wanted for complaint in group)
        return [Fault(group[0].path, _need(group[0], phrase_list(needs, OR)))]
    deepest = max(meant, key=lambda complaint: len(complaint.path)).branch
    return [fault for complaint in meant if complaint.branch == deepest for fault in _faults(complaint, model)]


def _faults(complaint: _Complaint, model: type[BaseModel]) -> list[Fault]:
    details, path = complaint.details, complaint.path
    name, context = _name(path), details.get("ctx", {})
    kind, given = details["type"], _given(details["input"])
    if complaint.wanted:
        return [Fault(path, _need(complaint, complaint.wanted))]
    if kind == "misfit":
        of_key = details["loc"][-1:] == ("[key]",)
        return [Fault((*path, *below), message, of_key) for below, message in context["faults"]]
    if kind == "missing":
        location = Phrase(" in {name}", name=name) if path else ""
        return [
            Fault(path, Phrase("key '{key}' is missing{place}", key=details["loc"][-1], place=location), of_key=True)
        ]
    if kind == "extra_forbidden":
        return [Fault(path, _unknown(str(path[-1]), _known(model, path[:-1])), of_key=True)]
    if kind in BOUNDS:
        words, key = BOUNDS[kind]
        return [
            Fault(
                path,
                Phrase(
                    "{name} must be {than} {bound:g}, not {given}",
                    name=name,
                    than=words,
                    bound=float(context[key]),
                    given=given,
                ),
            )
        ]
    messages = {
        "literal_error": Phrase(
            "{name} must be {wanted}, not {given}", name=name, wanted=_expected(context), given=given
        ),
        "value_error": Phrase("{place}: {said}", place=name, said=context.get("error")),
        "string_too_short": Phrase("{name} must not be empty", name=name),
        "too_short": Phrase("{name} must not be empty", name=name),
        "finite_number": Phrase("{name} must be a finite number", name=name),
        "string_pattern_mismatch": Phrase(
            "{name}: {given} does not fit the pattern {pattern}", name=name, given=given, pattern=context.get("pattern")
        ),
    }
    return [
        Fault(
            path,
            messages.get(
                kind,
                Phrase(
                    "{name}: {complaint}, not {given}",
                    name=name,
                    complaint=details["msg"][0].lower() + details["msg"][1:],
                    given=given,
                ),
            ),
        )
    ]


def _expected(context: Mapping[str, Any]) -> str:
    """The values that pydantic names, such as "'a', 'b' or 'c'"."""
    *others, last = str(context.get("expected")).split(" or ")
    return Phrase(OR, first=others[0], rest=last) if len(others) == 1 else " or ".join((*others, last))


def _need(complaint: _Complaint, needs: str) -> str:
    value, path = complaint.details["input"], complaint.path
    if isinstance(value, dict) and needs == NEEDS["tuple"]:
        if len(path) > 1:
            return Phrase("{name} is a list: write {key} = [...]", name=_name(path), key=path[-1])
        return Phrase("{name} is a list of tables: write [[{key}]]", name=_name(path), key=path[-1])
    if isinstance(value, list) and needs == NEEDS["model"]:
        return Phrase("{name} is one table: write [{key}]", name=_name(path), key=path[-1])
    return Phrase("{name}: {needs} is needed, not {given}", name=_name(path), needs=needs, given=_given(value))


def _name(path: Keys) -> str:
    names = [str(key) for key in path if isinstance(key, str)]
    return f"'{names[-1]}'" if names else Phrase("the file")


def _given(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return Phrase("the text {text!r}", text=value if len(value) <= 40 else value[:40] + "...")
    if isinstance(value, int | float | Decimal):
        return Phrase("the number {value}", value=value)
    if isinstance(value, dt.date):
        return Phrase("the date {value}", value=value)
    if isinstance(value, dict | list):
        return Phrase("a table") if isinstance(value, dict) else Phrase("a list")
    return Phrase("a {kind}", kind=type(value).__name__)


def _unknown(key: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, known, 2)
    hint = (
        Phrase("; did you mean {names}?", names=phrase_list((repr(candidate) for candidate in near), OR))
        if near
        else ""
    )
    listed = Phrase(" (known here: {known})", known=phrase_list(known)) if known else ""
    return Phrase("unknown key '{key}'{hint}{listed}", key=key, hint=hint, listed=listed)


def _known(model: type[BaseModel], path: Keys) -> list[str]:
    """The keys that a model knows at a path, in their order."""
    models = [model]
    for key in path:
        if isinstance(key, str):
            fields = [field for owner in models for name, field in keys_of(owner).items() if key in (name, field.alias)]
            models = [submodel for field in fields for submodel in _models(field.annotation)]
    return list(dict.fromkeys(field.alias or name for owner in models for name, field in keys_of(owner).items()))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models inside an annotation such as ``tuple[Layer, ...] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


MAX_BYTES = 1_000_000
MAX_DIGITS = 18
"""Of a number before its point, and of its zeros after it."""
INPUTS = {
    ".gpkg": Phrase("a GeoPackage"),
    ".shp": Phrase("a shapefile"),
    ".gdb": Phrase("a File Geodatabase"),
    ".zip": Phrase("an archive"),
    ".geojson": Phrase("GeoJSON"),
    ".geojsonl": Phrase("GeoJSON"),
    ".topojson": Phrase("TopoJSON"),
    ".kml": Phrase("KML"),
    ".fgb": Phrase("a FlatGeobuf"),
    ".parquet": Phrase("a Parquet file"),
    ".tif": Phrase("a raster"),
    ".tiff": Phrase("a raster"),
    ".nc": Phrase("a raster"),
    ".zarr": Phrase("a raster"),
    ".csv": Phrase("a table"),
}
"""Endings of files that a plan names, for those who give one in its place."""
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Document:
    """A TOML file as it was read. Any two are equal: what was written is compared in the model."""

    path: Path = field(default=Path("plan.toml"), compare=False)
    text: str = field(default="", compare=False, repr=False)
    positions: Positions = field(default_factory=Positions, compare=False, repr=False)
    head: Keys = field(default=(), compare=False)
    written: bool = field(default=False, compare=False)

    def below(self, *keys: str | int) -> Document:
        """The same file, asked about one of its sections."""
        return replace(self, head=(*self.head, *keys))

    def where(self, *keys: str | int) -> str:
        r"""The place of a value, for messages; of a key that is not there, the place of what should hold it.

        Examples
        --------
        >>> Document(Path("plan.toml"), positions=find_positions("[study]\nname = 1")).where("study", "name")
        'plan.toml, line 2, column 8'
        """
        return self.at(self.positions.of(*self.head, *keys))

    def at(self, position: Position) -> str:
        """A position as messages say it."""
        changed = Phrase(" as changed in memory") * self.written
        return Phrase(
            "{file}{changed}, line {line}, column {column}",
            file=self.path.name,
            changed=changed,
            line=position.line,
            column=position.column,
        )


def read_document(
    path: Path | str, model: type[Model], error: type[ZoneplanError] = StudyError
) -> tuple[Model, Document]:
    """A TOML file as a model, and the document that knows where each part of it stands."""
    path = Path(path)
    return parse_document(Document(path, read_toml_text(path, error)), model, error)


def parse_document(
    document: Document, model: type[Model], error: type[ZoneplanError] = StudyError
) -> tuple[Model, Document]:
    """The text of a document as a model, and the document with the place of each part of it."""
    document = replace(document, positions=find_positions(document.text.removeprefix("\ufeff")))
    content = _parse(document, error)
    raise_all(_errors(document, _beyond_measure(content), error))
    try:
        return model.model_validate(content), document
    except ValidationError as invalid:
        raise_all(_errors(document, find_faults(invalid, model, content), error))
        raise


def _beyond_measure(content: object, path: Keys = ()) -> Iterator[Fault]:
    """A fault for every number that is larger or finer than anything that is counted or measured.

    Arithmetic has an end (64 bits, 28 digits), wherever it comes; here the number still has its place.
    """
    if isinstance(content, dict):
        for key, value in content.items():
            yield from _beyond_measure(value, (*path, key))
    elif isinstance(content, list):
        for position, value in enumerate(content):
            yield from _beyond_measure(value, (*path, position))
    elif isinstance(content, int | Decimal) and not isinstance(content, bool):
        number = Decimal(content)
        if number.is_finite() and number and not -MAX_DIGITS <= number.adjusted() < MAX_DIGITS:
            what = (
                Phrase("before the point")
                if number.adjusted() > 0
                else Phrase("after the point before the first that counts")
            )
            yield Fault(
                path,
                Phrase(
                    "{name} has more than {most} digits {where}: no number of a plan needs that",
                    name=_name(path),
                    most=MAX_DIGITS,
                    where=what,
                ),
            )


def _errors(document: Document, faults: Iterable[Fault], error: type[ZoneplanError]) -> Iterator[ZoneplanError]:
    """The faults as errors, in the order of the file, each once."""
    positions = document.positions
    placed = {
        (positions.of_key(*fault.path) if fault.of_key else positions.of(*fault.path), fault.message)
        for fault in faults
    }
    for position, message in sorted(placed):
        yield error(Phrase("{place}: {said}", place=document.at(position), said=message))


def read_toml_text(path: Path, error: type[ZoneplanError] = StudyError) -> str:
    """A TOML file, byte for byte, as text; parameters and errors are those of :func:`read_document`."""
    if path.suffix.lower() in INPUTS:
        raise error(
            Phrase(
                "{path}: this is {kind} by its name, and a .toml file is wanted; zoneplan init writes a plan.toml "
                "from such files",
                path=path,
                kind=INPUTS[path.suffix.lower()],
            )
        )
    if path.suffix.lower() in (".yaml", ".yml", ".json"):
        raise error(
            Phrase(
                "{path}: this is {format} by its name, and TOML is wanted: it tells texts from numbers (YAML reads an "
                "id 010203 as 4227, and 'no' as false); write it as a .toml file",
                path=path,
                format=path.suffix[1:].upper(),
            )
        )
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise error(
                Phrase(
                    "{path}: this is a folder; give the file itself, such as {example}",
                    path=path,
                    example=path / "plan.toml",
                )
            )
        if not stat.S_ISREG(status.st_mode):
            raise error(Phrase("{path}: this is no regular file", path=path))
        if status.st_size > MAX_BYTES:
            raise LimitError(
                Phrase(
                    "{path}: {size} bytes, and at most {most} are read; put long lists into tables",
                    path=path,
                    size=status.st_size,
                    most=MAX_BYTES,
                )
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise error(Phrase("{path}: no such file{hint}", path=path, hint=_neighbours(path))) from None
    except (OSError, ValueError) as reason:
        raise error(
            Phrase("{path}: cannot be read ({cause})", path=path, cause=getattr(reason, "strerror", None) or reason)
        ) from None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise error(Phrase("{file}: the file is saved as UTF-16; save it as UTF-8", file=path.name))
    try:
        return data.decode()
    except UnicodeDecodeError as reason:
        line = data.count(b"\n", 0, reason.start) + 1
        raise error(
            Phrase(
                "{file}, line {line}: byte 0x{byte:02x} is not UTF-8; save the file as UTF-8",
                file=path.name,
                line=line,
                byte=data[reason.start],
            )
        ) from None


def _neighbours(path: Path) -> str:
    """A hint at files of nearly that name."""
    try:
        names = sorted(file.name for file in path.parent.iterdir() if file.suffix == ".toml")
    except OSError:
        return Phrase("; there is no folder {parent} either", parent=path.parent)
    near = difflib.get_close_matches(path.name, names, 3) or names[:3]
    return (
        Phrase("; did you mean {names}?", names=phrase_list(near, OR))
        if near
        else Phrase("; there is no .toml file in {parent}", parent=path.parent)
    )


def _parse(document: Document, error: type[ZoneplanError]) -> dict[str, Any]:
    if document.positions.too_deep:
        raise error(Phrase("{file}: tables or lists are nested too deeply", file=document.path.name))
    try:
        return tomllib.loads(document.text.removeprefix("\ufeff"), parse_float=Decimal)
    except RecursionError:
        raise error(Phrase("{file}: tables or lists are nested too deeply", file=document.path.name)) from None
    except (tomllib.TOMLDecodeError, ArithmeticError, ValueError) as reason:
        raise_all(_syntax(document, str(reason), error))
        raise


def _syntax(document: Document, reason: str, error: type[ZoneplanError]) -> Iterator[ZoneplanError]:
    """What tomllib says, with a position that can be found and a remedy."""
    text = document.text.removeprefix("\ufeff")
    for path, second, first in document.positions.repeated:
        yield error(
            Phrase(
                "{place}: '{key}' stands here and on line {line}; keep one of them",
                place=document.at(second),
                key=path[-1],
                line=first.line,
            )
        )
    if document.positions.repeated:
        return
    match = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", reason, re.DOTALL)
    if match:
        position = Position(int(match[2]), int(match[3]))
        line = text.split("\n")[position.line - 1]
        hint = _remedy(match[1], line[position.column - 1 :], line)
        yield error(Phrase("{place}: {said}{hint}", place=document.at(position), said=_phrase_of(match[1]), hint=hint))
    else:
        last = Position(text.rstrip().count("\n") + 1, len(text.rstrip().rpartition("\n")[2]) + 1)
        yield error(
            Phrase(
                "{place}: {reason}; is a quote or bracket open?",
                place=document.at(last),
                reason=_phrase_of(reason.removesuffix(" (at end of document)")),
            )
        )


_SYNTAX: Mapping[str, str] = {
    phrase.template: phrase
    for phrase in (
        Phrase("cannot overwrite a value"),
        Phrase("escaped character is not a Unicode scalar value"),
        Phrase("expected '=' after a key in a key/value pair"),
        Phrase("expected ']' at the end of a table declaration"),
        Phrase("expected ']]' at the end of an array declaration"),
        Phrase("expected newline or end of document after a statement"),
        Phrase("invalid date or datetime"),
        Phrase("invalid hex value"),
        Phrase("invalid initial character for a key part"),
        Phrase("invalid statement"),
        Phrase("invalid value"),
        Phrase("unclosed array"),
        Phrase("unclosed inline table"),
        Phrase("unescaped '\\' in a string"),
        Phrase("unterminated string"),
    )
}
"""What tomllib says without fields of its own."""


def _phrase_of(reason: str) -> str:
    """What tomllib says, as a phrase where there is one for it."""
    text = f"{reason[:1].lower()}{reason[1:]}"
    sign = re.fullmatch(r"illegal character (.*)", text, re.DOTALL)
    return Phrase("illegal character {sign}", sign=sign[1]) if sign else _SYNTAX.get(text, text)


_PLAIN_SIGNS = dict(zip("“”„‟«»＂‘’＇＝，、［］【】｛｝＃", '"""""""\'\'\'=,,[][]{}#', strict=True))
"""What TOML has for signs that word processors and keyboards of Chinese write in its place."""


def _remedy(reason: str, rest: str, line: str) -> str:
    """What a planner most likely has to do."""
    word = re.match(r"[^\W\d]\w*", rest)
    plain = _PLAIN_SIGNS.get(rest[:1])
    remedies = (
        (plain, Phrase("TOML does not know the sign {sign}: write {plain}", sign=rest[:1], plain=plain or "")),
        (
            reason.startswith("Invalid value") and word and word[0].lower() in ("true", "false"),
            Phrase("true and false are written in small letters"),
        ),
        (
            reason.startswith("Invalid value") and word,
            Phrase("texts stand in double quotes, and a key without a value is left out"),
        ),
        (reason.startswith("Expected '='") and re.match(r"\s*[\w-]+\s*:", line), Phrase("TOML writes key = value")),
        (
            reason.startswith(("Expected '='", "Invalid statement")) and not rest[:1].isascii(),
            Phrase("a key with other letters than a to z stands in double quotes"),
        ),
        (
            reason.startswith("Expected newline") and re.search(r"=\s*0\d", line),
            Phrase("a number does not begin with 0: write an id in quotes"),
        ),
        ("escape" in reason.lower(), Phrase("write paths with /, or put the text in single quotes")),
        (reason.startswith("Illegal character") and "'\\n'" in reason, Phrase("the closing quote is missing")),
    )
    return next((Phrase("; {remedy}", remedy=remedy) for fits, remedy in remedies if fits), "")
