"""Sandboxed jobs: what reads files of others, done by a child process, with its result or its errors handed back."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, cast

from layers.archives.packing import pack, unpack
from layers.errors import ZoneplanError, is_out_of_memory, raise_all
from layers.formats import load_libraries, parts_of, take_unpacked, unpacked_ahead
from layers.phrases import Phrase, Reworded
from layers.sandbox import Answer, ReadingChild, ReadingEnded, ask_child, reader_now

Found = TypeVar("Found")
ANSWER = f"{__name__}:answer"
"""What a child calls of this module."""
Node = tuple[str, str, Mapping[str, object]]
"""An error in plain values: its class, what it says, its attributes."""


def in_sandbox(job: Callable[..., Found], subject: object, files: Mapping[str, Path], *told: object) -> Found:
    """What a job gives that reads files of others; done by a child process where one reads.

    Examples
    --------
    >>> from layers.phrases import english
    >>> from layers.sandbox import sandboxed
    >>> with sandboxed("process"):
    ...     in_sandbox(english, {"zh": "互换", "en": "a swap"}, {})
    'a swap'
    """
    known = () if subject is None else (subject,)
    if reader_now() == "inline":
        return job(*known, *told)
    load_libraries(files.values())
    ahead = unpacked_ahead(files)
    parts = {
        name: tuple(part for part in (*parts_of(path), *_unpacked(ahead.get(str(path)))) if part.exists())
        for name, path in files.items()
    }
    return cast("Found", _asked(job, subject, files, parts, told, ahead))


def _unpacked(inside: str | None) -> tuple[Path, ...]:
    """The parts of what an archive holds."""
    return parts_of(Path(inside)) if inside else ()


def _asked(
    job: Callable[..., object],
    subject: object,
    files: Mapping[str, Path],
    parts: Mapping[str, tuple[Path, ...]],
    told: Sequence[object],
    ahead: Mapping[str, str],
) -> object:
    """What a child answers; one after another, until none ends at a source."""
    refused: dict[str, ZoneplanError] = {}
    while True:
        try:
            names, blocks = ask_child(
                lambda child: child.call(ANSWER, job.__module__, job.__qualname__, subject is not None, told, ahead),
                parts,
                subject,
                dict(refused),
            )
        except ReadingEnded as end:
            if not end.source or end.source in refused:
                raise end.error from end
            refused[end.source] = end.error
            continue
        kind, value = unpack(dict(zip(names, blocks, strict=True)), files)
        if kind == "errors":
            raise_all(map(_error, value))
        if kind == "fault":
            raise RuntimeError(value)
        return value


def answer(
    child: ReadingChild, module: str, name: str, knows: bool, told: Sequence[object], ahead: Mapping[str, str]
) -> Answer:
    """In a child: do a job, and hand over what comes of it, or what it refuses."""
    take_unpacked(ahead)
    known = (child.subject,) if knows else ()
    try:
        files = pack(("value", getattr(import_module(module), name)(*known, *told)))
    except ZoneplanError as error:
        files = pack(("errors", list(map(_node, error.parts))))
    except Exception as error:
        if is_out_of_memory(error):
            raise
        files = pack(("fault", "".join(traceback.format_exception(error))))
    return list(files), list(files.values())


def _node(error: ZoneplanError) -> Node:
    own = {name: value for name, value in vars(error).items() if _can_be_packed(value)}
    return type(error).__name__, _plain(error.said), own


def _can_be_packed(value: object) -> bool:
    try:
        pack(value)
    except TypeError:
        return False
    return True


def _plain(said: str) -> str:
    """A phrase whose fields can be packed: a path as its text, and what is of no known kind as it reads."""
    if not isinstance(said, Phrase):
        return str(said)
    fields = {name: _plain_field(value) for name, value in said.fields.items()}
    made: str = Reworded(*fields.values()) if isinstance(said, Reworded) else Phrase(said.template, **fields)
    return made if made == said and _can_be_packed(made) else Phrase("{said}", said=str(said))


def _plain_field(value: Any) -> Any:
    if isinstance(value, str):
        return _plain(value)
    return str(value) if isinstance(value, Path) else value


def _error(node: Node) -> ZoneplanError:
    """An error as it was raised in the child."""
    kind, said, own = node
    made = _known()[kind]
    error = made.__new__(made, said)
    error.args = (said,)
    vars(error).update(own)
    return error


def _known() -> dict[str, type[ZoneplanError]]:
    """The classes of errors, by name."""

    def below(one: type[ZoneplanError]) -> Iterator[type[ZoneplanError]]:
        yield one
        for each in one.__subclasses__():
            yield from below(each)

    return {one.__name__: one for one in below(ZoneplanError)}
