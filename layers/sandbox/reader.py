"""Who reads: this process, or a child that is forked when it is first needed and asked until a block ends."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Literal, TypeVar, cast

from layers.errors import ZoneplanError
from layers.sandbox.child_process import can_fork
from layers.sandbox.reading_child import ReadingChild, this_child

if TYPE_CHECKING:
    from layers.sources import LimitsSection

Reader = Literal["process", "inline"]
"""Who reads the files of others: a child process with limits and without network, or this process."""
_KEPT = 4
"""Children that wait for the next question."""
_Heard = TypeVar("_Heard")


class _Sandbox:
    """Who reads inside a block, within which limits, the children that do, what they share, and what waits for that."""

    def __init__(
        self,
        reader: Reader,
        limits: LimitsSection | None,
        around: _Sandbox | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        self.reader, self.limits, self.owner = reader, limits, os.getpid()
        self.meanwhile: list[Callable[[], None]] = [] if around is None else around.meanwhile
        if meanwhile is not None:
            self.meanwhile = [meanwhile]
        self.children: list[ReadingChild] = [] if around is None else around.children
        self.shared: dict[object, tuple[object, ExitStack]] = {} if around is None else around.shared

    def close(self) -> None:
        """End all children, and what they shared; a copy of the process leaves both to the process itself."""
        while self.children:
            self.children.pop().close()
        while self.shared and self.owner == os.getpid():
            self.shared.popitem()[1][1].close()


_CURRENT: ContextVar[_Sandbox] = ContextVar("sandbox")
_FORKING = RLock()


@contextmanager
def sandboxed(
    reader: Reader | None, limits: LimitsSection | None = None, meanwhile: Callable[[], None] | None = None
) -> Iterator[None]:
    """Say who reads what is read inside a block.

    Examples
    --------
    >>> with sandboxed("process"), sandboxed(None):
    ...     reader_now() == ("process" if can_fork() else "inline")
    True
    """
    around = _CURRENT.get(None)
    known = limits if limits is not None or around is None else around.limits
    if reader is None:
        sandbox = _Sandbox("inline" if around is None else around.reader, known, around, meanwhile)
    else:
        sandbox = _Sandbox(reader, known, meanwhile=meanwhile)
    token = _CURRENT.set(sandbox)
    try:
        yield
    finally:
        _CURRENT.reset(token)
        if reader is not None or around is None:
            sandbox.close()


def reader_now() -> Reader:
    """Who reads here: a child, where that was asked for and this system forks."""
    around = _CURRENT.get(None)
    wants_child = around is not None and around.reader == "process"
    return "process" if wants_child and can_fork() and this_child() is None else "inline"


def current_limits() -> LimitsSection:
    """What one source may take, as the plan says it that is at work."""
    from layers.sources import LimitsSection  # noqa: PLC0415  (the command says who reads before it loads anything)

    around = _CURRENT.get(None)
    return LimitsSection() if around is None or around.limits is None else around.limits


def made_once(key: object, make: Callable[[ExitStack], _Heard]) -> _Heard:
    """What all children of a block share, such as an unpacked archive: made at its first use, gone with the block.

    Examples
    --------
    >>> with sandboxed("process"), sandboxed(None):
    ...     made_once("a", lambda _: 1), made_once("a", lambda _: 2)
    (1, 1)
    """
    shared = _CURRENT.get().shared
    with _FORKING:
        if key not in shared:
            with ExitStack() as stack:
                shared[key] = make(stack), stack.pop_all()
        return cast("_Heard", shared[key][0])


def ask_child(
    ask: Callable[[ReadingChild], _Heard],
    files: Mapping[str, tuple[Path, ...]],
    subject: object = None,
    refused: Mapping[str, ZoneplanError] | None = None,
) -> _Heard:
    """What a child answers that may read some files; it is forked where none waits."""
    child, waiting = _child(files, subject, refused or {}), _CURRENT.get().meanwhile
    with child.lock:
        if waiting:
            child.meanwhile = waiting.pop()
        return ask(child)


def _child(
    files: Mapping[str, tuple[Path, ...]], subject: object, refused: Mapping[str, ZoneplanError]
) -> ReadingChild:
    wanted = tuple(dict.fromkeys(part for each in files.values() for part in each))
    waiting, limits = _CURRENT.get().children, current_limits()
    with _FORKING:
        waiting[:] = [child for child in waiting if child.process and child.owner == os.getpid()]
        for child in reversed(waiting):
            knows = subject is None or (child.subject is subject and child.refused == refused)
            if knows and child.limits == limits and set(wanted) <= set(child.readable):
                return child
        part_sizes = {name: [*map(_size, each)] for name, each in files.items()}
        sizes = {
            name: sum(filter(None, each)) for name, each in part_sizes.items() if any(size is not None for size in each)
        }
        waiting.append(ReadingChild(subject, limits, sizes, wanted, refused))
        for child in waiting[:-_KEPT]:
            with child.lock:
                child.close()
        return waiting[-1]


def _size(path: Path) -> int | None:
    """Bytes of a file, or of all files in the folder of a source; None of a folder that is no source."""
    from layers.sources import FOLDERS  # noqa: PLC0415  (as above)

    if path.is_dir():
        inside = path.suffix.lower() in FOLDERS
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) if inside else None
    return path.stat().st_size
