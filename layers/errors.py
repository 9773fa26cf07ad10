"""What can go wrong with a study and its layers: one page, one root.

Every message says what is wrong, where, the likely cause and what to do. The attributes hold the same facts for
scripts; ``exit_code`` is what the command returns.
"""

from __future__ import annotations

import errno
import mmap
import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn, TypeVar, cast

from layers.phrases import PARAGRAPHS, Phrase, phrase_list, template

try:  # at once: later there may be no room for it
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]

if TYPE_CHECKING:
    import pandas as pd

PLACED = template("{place}: {said}")
"""What is wrong, after its place in a plan."""
Level = Literal["error", "warning", "note"]
Found = TypeVar("Found")

_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_NO_CHARACTERS = "\ufffe\uffff"


@dataclass(frozen=True)
class Finding:
    """One thing that ``zoneplan check`` has to say.

    Attributes
    ----------
    level : {"error", "warning", "note"}
    code : str
        A short name of the kind of finding, such as ``crs_missing``.
    layer : str
        The layer, table or file concerned, or "" for the plan as a whole.
    features : tuple of str
        The first five ids concerned.
    count : int
        How many are concerned.
    text : str
        What is wrong, where, why and what to do.
    exit_code : int
        What the command returns when this is the worst finding; 0 unless the level is "error".

    Examples
    --------
    >>> import zoneplan as zp
    >>> from layers.errors import SourceError
    >>> (finding,) = SourceError("layer 'forests': no file forests.gpkg", layer="forests").findings
    >>> finding.level, finding.layer, finding.exit_code
    ('error', 'forests', 3)
    """

    level: Level
    code: str
    layer: str
    features: tuple[str, ...]
    count: int
    text: str
    exit_code: int = 0


class ZoneplanError(Exception):
    """Root of everything that zoneplan refuses.

    Parameters
    ----------
    message : str
        What is wrong, where, the likely cause and what to do, for a planner to read.
    code : str, optional
        Short name of the kind; by default the class's own.
    layer : str, optional
        Name of the layer, table or file concerned.
    features : iterable of str, optional
        Ids concerned; all are counted, the first five are shown.
    keys : tuple of str and int, optional
        The value of the plan that is to blame, such as ``("quotas", 0, "weight")``, as far as the step knows it; see
        :func:`at_key`.

    Attributes
    ----------
    exit_code : int
        What the command returns.
    code, layer : str
        As given, or the kind's own and "".
    features : tuple of str
        The first five ids concerned.
    count : int
        How many are concerned.
    ids : tuple of str
        All of them.
    ledger : DataFrame or None
        What was done to the inputs before this was refused, where it was refused while reading them.
    rest : object
        What a reader has left without what it refuses, so that the rest is checked, too; no plan is made of it.
    findings : tuple of Finding
        The same as ``zoneplan check`` tells it; several where several errors came together.

    Examples
    --------
    >>> import zoneplan as zp
    >>> from layers.errors import SourceError
    >>> error = SourceError("layer 'forests': no file forests.gpkg", layer="forests", features=["b", "a"])
    >>> error.exit_code, error.features, error.count
    (3, ('b', 'a'), 2)
    """

    exit_code: int = 2
    default_code: ClassVar[str] = "refused"
    ledger: pd.DataFrame | None = None
    rest: Any = None

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        layer: str = "",
        features: Iterable[str] = (),
        keys: tuple[str | int, ...] = (),
    ) -> None:
        super().__init__(message)
        ids = tuple(str(feature) for feature in features)
        self.code = code or self.default_code
        self.layer = layer
        self.ids = ids
        self.features = ids[:5]
        self.count = len(ids)
        self.keys = keys

    @property
    def said(self) -> str:
        """What is wrong, as a phrase where it can be put into other languages."""
        message: str = self.args[0]
        return message

    @property
    def parts(self) -> tuple[ZoneplanError, ...]:
        """The error itself, or those that it collects."""
        return (self,)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The error as findings of ``zoneplan check``."""
        return (Finding("error", self.code, self.layer, self.features, self.count, self.said, self.exit_code),)


class StudyError(ZoneplanError):
    """The study file, or another TOML document, is not what it should be: file, line and column are in the message."""

    default_code = "plan"


class ConditionError(ZoneplanError):
    """A condition cannot be read or does not fit its table; the message has a caret under the place."""

    default_code = "condition"


class UnknownNameError(ZoneplanError):
    """A name that nothing provides, or that two sources provide."""

    default_code = "unknown_name"


class SourceError(ZoneplanError):
    """A file, layer or column that the study names is missing or unreadable."""

    exit_code = 3
    default_code = "source"


class CrsError(SourceError):
    """A coordinate reference system is missing, contradicts the file, or cannot serve."""

    default_code = "crs"


class GeometryError(SourceError):
    """Geometry that cannot be used and that nobody may repair in silence."""

    default_code = "geometry"


class LimitError(ZoneplanError):
    """A limit of size, memory or time."""

    exit_code = 6
    default_code = "limit"


class WriteError(ZoneplanError):
    """The disk is full, read-only or not ours to write to; what stood there before is untouched."""

    exit_code = 5
    default_code = "write"


class BusyError(ZoneplanError):
    """Another zoneplan is writing to the same place."""

    exit_code = 7
    default_code = "busy"


class SeveralErrors(ZoneplanError):  # noqa: N818  (it is a collection of errors)
    """All errors that one step found, so that a planner can mend them in one go.

    Parameters
    ----------
    errors : sequence of ZoneplanError
        At least two.

    Attributes
    ----------
    errors : tuple of ZoneplanError
        In the order in which they were found.

    Examples
    --------
    >>> import zoneplan as zp
    >>> from layers.errors import StudyError
    >>> from layers.errors import SourceError
    >>> from layers.errors import SeveralErrors
    >>> both = SeveralErrors([SourceError("no file a.gpkg"), StudyError("unknown key 'rolle'")])
    >>> both.exit_code, [finding.text for finding in both.findings]
    (2, ['no file a.gpkg', "unknown key 'rolle'"])
    """

    default_code = "several"

    def __init__(self, errors: Iterable[ZoneplanError]) -> None:
        self.errors = tuple(errors)
        super().__init__(phrase_list((error.said for error in self.errors), PARAGRAPHS))
        self.exit_code = min(error.exit_code for error in self.errors)

    def __str__(self) -> str:
        return self.said

    @property
    def said(self) -> str:
        """What all of them say, a paragraph each."""
        return phrase_list((error.said for error in self.errors), PARAGRAPHS)

    @property
    def parts(self) -> tuple[ZoneplanError, ...]:
        """The errors that came together."""
        return self.errors

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all errors, in order."""
        return tuple(finding for error in self.errors for finding in error.findings)


@contextmanager
def naming_the_layer(location: str, layer: str = "") -> Iterator[None]:
    """Put the place before the message of whatever is refused inside, and name the layer where nobody has.

    Examples
    --------
    >>> with naming_the_layer("plan.toml, line 3, column 10", "forests"):
    ...     raise SourceError("no file forests.gpkg")
    Traceback (most recent call last):
    ...
    layers.errors.SourceError: plan.toml, line 3, column 10: no file forests.gpkg
    """
    try:
        yield
    except ZoneplanError as error:
        for part in error.parts:
            part.args = (Phrase(PLACED, place=location, said=part.said),)
            part.layer = part.layer or layer
        raise


@contextmanager
def at_key(*keys: str | int) -> Iterator[None]:
    """Say of whatever is refused inside which value of the plan is to blame.

    Steps know the section that they work on, not the file in which it stands; who has the file turns the keys into a
    line and a column. Blocks one inside another put their keys together.

    Examples
    --------
    >>> try:
    ...     with at_key("quotas", 0), at_key("weight"):
    ...         raise SourceError("the weight is text")
    ... except SourceError as error:
    ...     error.keys
    ('quotas', 0, 'weight')
    """
    try:
        yield
    except ZoneplanError as error:
        for part in error.parts:
            part.keys = (*keys, *part.keys)
        raise


class Attempts:
    """Steps that do not depend on each other, each of them tried, so that all that is wrong is said at once.

    Examples
    --------
    >>> def refuse(name):
    ...     raise SourceError(f"no file {name}")
    >>> attempts = Attempts()
    >>> attempts.attempt(len, "ab"), attempts.attempt(refuse, "a.csv"), attempts.attempt(refuse, "b.csv")
    (2, None, None)
    >>> [str(error) for error in attempts.errors]
    ['no file a.csv', 'no file b.csv']
    """

    def __init__(self) -> None:
        self.errors: list[ZoneplanError] = []

    def attempt(self, step: Callable[..., Found], *inputs: object) -> Found | None:
        """What a step gives; where it refused, the rest that it could check no further, or None."""
        try:
            return step(*inputs)
        except ZoneplanError as error:
            self.errors += error.parts
            rest, error.rest = error.rest, None
            return cast("Found | None", rest)

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Keep what is refused inside; the block ends there, and the program goes on after it."""
        try:
            yield
        except ZoneplanError as error:
            self.errors += error.parts

    def finish(self, rest: object = None) -> None:
        """Raise what was refused, if anything was, with the rest that can be checked further."""
        raise_all(self.errors, rest)

    def stop(self) -> NoReturn:
        """Raise what was refused, where nothing is left to go on with."""
        raise_all(self.errors)
        raise AssertionError("nothing was refused")


def raise_all(errors: Iterable[ZoneplanError], rest: object = None) -> None:
    """Raise what was collected: nothing, the one error, or all of them together; with the rest that is left."""
    collected = list(errors)
    if collected:
        error = collected[0] if len(collected) == 1 else SeveralErrors(collected)
        error.rest = rest
        raise error


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory has ended, in Python or in a library under it.

    Examples
    --------
    >>> is_out_of_memory(MemoryError()), is_out_of_memory(RuntimeError("std::bad_alloc")), is_out_of_memory(OSError())
    (True, True, False)
    >>> is_out_of_memory(ImportError("libgdal.so: failed to map segment from shared object"))
    True
    >>> is_out_of_memory(FileNotFoundError(2, "No such file or directory", "out of memory.gpkg"))
    False
    """
    if isinstance(error, OSError) and error.errno:
        return error.errno == errno.ENOMEM
    message = f"{type(error).__name__}: {error}"
    return isinstance(error, MemoryError) or any(words in message for words in _NO_MEMORY)


_NO_MEMORY = (
    os.strerror(errno.ENOMEM),
    "MemoryError",
    "OutOfMemory",
    "ut of memory",  # SQLite under PROJ and GDAL
    "bad_alloc",
    "annot allocate memory",
    "failed to map segment",  # of a library that is loaded
    "can't start new thread",  # for want of a stack
    "error return without exception set",  # of a function in C that could not even make its error
)


def is_out_of_files(error: BaseException) -> bool:
    """Whether an error says that no more files can be open at a time."""
    return getattr(error, "errno", None) in _NO_FILES or any(os.strerror(code) in str(error) for code in _NO_FILES)


_NO_FILES = (errno.EMFILE, errno.ENFILE)


def session_limit(error: BaseException, written: str = "") -> LimitError | None:
    """The limit of the whole session, memory or open files, that an error tells of; no file is to blame for it.

    Examples
    --------
    >>> print(session_limit(MemoryError()), session_limit(OSError("disk full")))
    out of memory: close other programs, or plan a smaller territory at a time None
    """
    if is_out_of_memory(error):
        most = _most_of_session("RLIMIT_AS")
        if most is None:
            message = Phrase(
                "out of memory: close other programs, or plan a smaller territory at a time{written}", written=written
            )
        else:
            message = Phrase(
                "out of memory: this session may take {most:,} MB. Raise the limit before the command (ulimit -v "
                "unlimited), or plan a smaller territory at a time{written}",
                most=most // 1024**2,
                written=written,
            )
        return LimitError(message, code="memory")
    if is_out_of_files(error):
        message = Phrase(
            "too many files are open at a time: this session may open {most:,}. Raise the limit before the command "
            "(ulimit -n 1024), or close other programs{written}",
            most=_most_of_session("RLIMIT_NOFILE") or 0,
            written=written,
        )
        return LimitError(message, code="open_files")
    return None


def half_of_session_is_used() -> bool:
    """Whether this session has a limit of memory and less than half of it is free: then any error may come of that."""
    most = _most_of_session("RLIMIT_AS")
    try:
        mmap.mmap(-1, (most or 0) // 2 or 1).close()
    except OSError:
        return True
    return False


def _most_of_session(name: str) -> int | None:
    """A limit that the system sets this process; None where it sets none."""
    if resource is None:
        return None
    most = resource.getrlimit(getattr(resource, name))[0]
    return None if most == resource.RLIM_INFINITY else most


def escape_hidden(text: object) -> str:
    r"""A text with every character that would hide or reorder others written as its code.

    Examples
    --------
    >>> print(escape_hidden("攀枝花 <b>{{ 7*7 }}</b>"))
    攀枝花 <b>{{ 7*7 }}</b>
    >>> print(escape_hidden("evil\u202etxt.exe\n"))
    evil\u202etxt.exe\u000a
    """
    characters = str(text)
    if characters.isprintable():  # nearly every text; no character that hides counts as printable
        return characters
    return "".join(_code(char) if _hides(char) else char for char in characters)


def _hides(char: str) -> bool:
    return unicodedata.category(char) in _HIDDEN or char in _NO_CHARACTERS


def _code(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def shown(ids: Iterable[str]) -> str:
    """The first five ids and how many more, as messages show them.

    Examples
    --------
    >>> shown(["a", "b"])
    "'a', 'b'"
    >>> shown("abcdefg")
    "'a', 'b', 'c', 'd', 'e' and 2 more"
    """
    names = [str(identifier) for identifier in ids]
    text = ", ".join(repr(name) for name in names[:5])
    return text if len(names) <= 5 else Phrase("{ids} and {count:,} more", ids=text, count=len(names) - 5)
