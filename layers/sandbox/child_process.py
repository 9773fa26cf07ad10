"""A child process: forked from this one, confined, and heard through pipes; what it says is data and never runs.

It is forked at the moment of reading. So it has the study and all libraries as they are, and nothing has to be sent or
imported again; those that keep threads here (Arrow, the linear algebra of numpy, the system's allocator) set themselves
right in a forked process, and GDAL has none. What threads of somebody else's program may hold at that moment nobody
knows, so a library call forks only where it is asked to. A child that nothing is heard of is ended.
"""

from __future__ import annotations

import faulthandler
import gc
import json
import os
import select
import signal
import struct
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from layers.sandbox.confinement import END_WITH_PARENT, confine, limit_resources

SILENCE_S = 300
"""So long a child may neither compute nor answer: it waits for something that does not come."""
_LENGTH = struct.Struct("<Q")
_LOOK_S = 1.0
_LEFT_TO_US = frozenset({signal.SIGINT, signal.SIGTERM})
_TICKS = 11
"""Where times stand in /proc/PID/stat, after the name of the program."""
_MOST_SAID = 65_536
_OPEN_FILES = Path("/proc/self/fd")


class Ended(Exception):  # noqa: N818  (it tells of an end, which those who wait make an error of)
    """A child has ended without an answer."""

    def __init__(self, by: int, last_words: str = "", *, silent: bool = False) -> None:
        super().__init__(by)
        self.by, self.last_words, self.silent = by, last_words, silent


class ChildFault(Exception):  # noqa: N818  (it stands for any exception)
    """What was raised in a child, by the name of its class and its words."""

    def __init__(self, kind: str, said: str) -> None:
        super().__init__(said)
        self.kind = kind


def can_fork() -> bool:
    """Whether a process is copied safely here once libraries are loaded: on Linux alone.

    Examples
    --------
    >>> can_fork() == (sys.platform == "linux")
    True
    """
    return sys.platform == "linux"


class Channel:
    """Two pipes: messages are JSON, each with any number of blocks of bytes after it."""

    def __init__(self, hears: int, says: int) -> None:
        self.hears, self.says = hears, says

    def send(self, message: object, blocks: Sequence[bytes] = ()) -> None:
        """Say something."""
        head = json.dumps([message, [len(one) for one in blocks]]).encode("ascii")
        for part in (_LENGTH.pack(len(head)), head, *blocks):
            view = memoryview(part)
            while view:
                view = view[os.write(self.says, view) :]

    def receive(self, wait: Callable[[], None] = lambda: None) -> tuple[Any, list[bytes]]:
        """Hear something; raises EOFError where nobody speaks any more."""
        (length,) = _LENGTH.unpack(self._bytes(_LENGTH.size, wait))
        message, sizes = json.loads(self._bytes(length, wait))
        return message, [self._bytes(size, wait) for size in sizes]

    def _bytes(self, size: int, wait: Callable[[], None]) -> bytes:
        found = bytearray(size)
        view = memoryview(found)
        while view:
            wait()
            heard = os.readv(self.hears, [view])
            if not heard:
                raise EOFError
            view = view[heard:]
        return bytes(found)

    def messages(self) -> Iterator[tuple[Any, list[bytes]]]:
        """All that is said until nobody speaks any more."""
        with suppress(EOFError):
            while True:
                yield self.receive()


class Child:
    """A child process at work."""

    def __init__(self, work: Callable[[Channel], None], readable: Iterable[Path], open_files: int) -> None:
        self.owner, self.lock = os.getpid(), threading.Lock()
        asked, answered, errors = os.pipe(), os.pipe(), os.pipe()
        files, bound = list(readable), threading.current_thread() is threading.main_thread()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _LEFT_TO_US)  # until the child answers for itself
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", ".*multi-threaded.*fork", DeprecationWarning)
                self.process = os.fork()
            if self.process == 0:
                _live(work, Channel(asked[0], answered[1]), errors[1], files, open_files, bound=bound)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for end in (asked[0], answered[1], errors[1]):
            os.close(end)
        self.channel, self._errors = Channel(answered[0], asked[1]), errors[0]
        self._computed, self._silent_s = -1, 0.0

    def ask(self, message: object, meanwhile: Callable[[], None] = lambda: None) -> tuple[Any, list[bytes]]:
        """What it answers; what is to be done ``meanwhile`` is done here before it is waited for."""
        try:
            self.channel.send(message)
        except BrokenPipeError:
            raise self._ended() from None
        try:
            meanwhile()
        except BaseException:
            self.close()  # whoever asks the next would hear an answer that is not his
            raise
        return self.answer()

    def answer(self) -> tuple[Any, list[bytes]]:
        """The next thing that it says; errors are those of :meth:`ask`."""
        self._computed, self._silent_s = -1, 0.0
        try:
            return self.channel.receive(self._wait)
        except (EOFError, ValueError, OverflowError, MemoryError):
            raise self._ended() from None

    def _wait(self) -> None:
        """Wait until it speaks or ends; one that neither computes nor answers is ended."""
        while not select.select([self.channel.hears], [], [], _LOOK_S)[0]:
            computed = _computed(self.process)
            self._silent_s = self._silent_s + _LOOK_S if computed == self._computed else 0.0
            self._computed = computed
            if self._silent_s >= SILENCE_S:
                raise self._ended(silent=True)

    def _ended(self, *, silent: bool = False) -> Ended:
        os.set_blocking(self._errors, False)
        said = b""
        with suppress(OSError):
            said = os.read(self._errors, _MOST_SAID)
        status = self.close(wait=not silent)
        by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        return Ended(by, said.decode("utf-8", "replace"), silent=silent)

    def close(self, *, wait: bool = False) -> int:
        """End it, and give its status; left alone by a copy of the process that forked it."""
        if self.owner != os.getpid() or self.process == 0:
            return 0
        process, self.process = self.process, 0
        for end in (self.channel.says, self.channel.hears):
            os.close(end)
        status = 0
        with suppress(ChildProcessError, ProcessLookupError):
            if not wait:
                os.kill(process, signal.SIGKILL)
            _, status = os.waitpid(process, 0)
        os.close(self._errors)
        return status


def _computed(process: int) -> int:
    """Ticks of the clock for which a process has computed."""
    with suppress(OSError, ValueError, IndexError):
        after_name = Path(f"/proc/{process}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        return int(after_name[_TICKS]) + int(after_name[_TICKS + 1])
    return 0


def _live(
    work: Callable[[Channel], None],
    channel: Channel,
    errors: int,
    readable: Sequence[Path],
    open_files: int,
    *,
    bound: bool,
) -> None:
    """What a child does: it never comes back. One that is bound ends as soon as the thread that forked it."""
    code = 1
    try:
        gc.freeze()  # what was here before is not looked at, which would copy it
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # who is interrupted ends its children
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _LEFT_TO_US)
        faulthandler.disable()
        if bound:
            _end_with_parent()
        _take_streams(errors)
        _close_others({channel.hears, channel.says})
        limit_resources(open_files + len([*_OPEN_FILES.iterdir()]))
        confine(readable)
        work(channel)
        code = 0
    except BaseException as error:  # noqa: BLE001  (who waits hears that there is no answer, and the last words)
        with suppress(Exception):
            os.write(2, f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
    finally:
        os._exit(code)


def _end_with_parent() -> None:
    import ctypes  # noqa: PLC0415  (on Linux alone)

    ctypes.CDLL(None).prctl(END_WITH_PARENT, signal.SIGKILL, 0, 0, 0)


def _take_streams(errors: int) -> None:
    """Nothing to read, a bin for what is printed, and for errors a pipe that is never waited for."""
    os.set_blocking(errors, False)
    os.dup2(errors, 2)  # first, so that whoever waits hears of what fails from here on
    os.close(errors)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nothing, number)
    os.close(nothing)


def _close_others(own: set[int]) -> None:
    """Close every pipe and connection that the parent has; its files are left, some are data of libraries."""
    for one in [*_OPEN_FILES.iterdir()]:
        number = int(one.name)
        if number > 2 and number not in own:
            with suppress(OSError):
                if str(one.readlink()).startswith(("pipe:", "socket:")):
                    os.close(number)
