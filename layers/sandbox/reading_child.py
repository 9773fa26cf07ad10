"""A child that reads sources when it is asked to, each of them within the limits of the plan."""

from __future__ import annotations

import mmap
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from layers.errors import LimitError, SourceError, ZoneplanError, is_out_of_files, is_out_of_memory, session_limit
from layers.phrases import Phrase
from layers.sandbox.child_process import SILENCE_S, Channel, Child, Ended

if TYPE_CHECKING:
    from layers.sources import LimitsSection

MB = 1024**2
USUAL_MEMORY_MB, TIMES_THE_FILE = 2048, 16
"""What a source may take of memory where the plan says nothing: so much, or so many times its size if that is more."""
USUAL_S, S_PER_MB, MOST_S = 60, 10, 900
"""What it may take of computing: so many seconds, for a large file more for each MB, and so many at most."""
SHARED_BYTES = 2**26
"""Memory for cells of grids on their way to the parent. What is never used of it takes no memory."""
_LONGEST_NAME = 4000
_LEAST_S = 60
"""For what is done between sources, however little each of them may take."""
Answer = tuple[object, Sequence[bytes]]
"""What a child says: plain values, and blocks of bytes."""


class ReadingEnded(Exception):  # noqa: N818  (it tells of an end, of which the error is told)
    """A child has ended while it read."""

    def __init__(self, source: str, error: LimitError | SourceError) -> None:
        super().__init__(source)
        self.source, self.error = source, error


class ReadingChild(Child):
    """A child that calls functions of ours, which read files."""

    def __init__(
        self,
        subject: object,
        limits: LimitsSection,
        sizes: Mapping[str, int],
        readable: tuple[Path, ...],
        refused: Mapping[str, ZoneplanError],
    ) -> None:
        self.subject, self.limits, self.sizes, self.readable, self.refused = subject, limits, sizes, readable, refused
        self.shared, self._name_block = mmap.mmap(-1, SHARED_BYTES), mmap.mmap(-1, _LONGEST_NAME + 2)
        self._name, self._began = "", 0.0
        self._spent: dict[str, float] = {}
        self.meanwhile: Callable[[], None] = _nothing
        super().__init__(self._serve, readable, limits.open_files)

    def call(self, function: str, *arguments: object) -> tuple[Any, list[bytes]]:
        """What a function gives in the child."""
        meanwhile, self.meanwhile = self.meanwhile, _nothing
        try:
            return self.ask([function, arguments], meanwhile)
        except Ended as end:
            name = self.source
            layer = name or next(iter(self.sizes), "")
            error = ended_reading(end, layer, self.limits, self.sizes.get(layer, 0))
            raise ReadingEnded(name, error) from end

    def _serve(self, channel: Channel) -> None:
        """What the child does."""
        _HERE.append(self)
        self._set_ceiling()
        for (function, arguments), _ in channel.messages():
            module, _, name = function.partition(":")
            channel.send(*getattr(import_module(module), name)(self, *arguments))

    @property
    def source(self) -> str:
        """The name of the source that it reads, or read when it ended; "" where it reads none."""
        return bytes(self._name_block[2 : 2 + int.from_bytes(self._name_block[:2], "little")]).decode(
            "utf-8", "replace"
        )

    @contextmanager
    def at_work(self, name: str) -> Iterator[None]:
        """In the child: hold what is done inside to the limits of a source, or refuse it as was found before."""
        if self._name:
            yield
            return
        if name in self.refused:
            raise self.refused[name]
        self._begin(name)
        try:
            yield
        except BaseException as error:
            self._end()
            limit = None if isinstance(error, LimitError) else self.limit_reached(error, name)
            if limit is not None:
                raise limit from error
            raise
        self._end()

    def _set_ceiling(self) -> None:
        """Limit for good what the child may take in all: twice what its sources may, one after another.

        Once for what is read of each, which stays until all is handed over, and once for what is made of that.
        """
        import resource  # noqa: PLC0415  (Windows has none)

        sizes = list(self.sizes.values()) or [0]
        memory = 2 * sum(memory_most(self.limits, size) for size in sizes)
        seconds = 2 * sum(seconds_most(self.limits, size) for size in sizes)
        for limit, most in (
            (resource.RLIMIT_DATA, _data_bytes() + memory),
            (resource.RLIMIT_CPU, _LEAST_S + seconds),
        ):
            hard = resource.getrlimit(limit)[1]
            ceiling = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(limit, (ceiling, ceiling))
        self._lift()

    def _begin(self, name: str) -> None:
        import resource  # noqa: PLC0415  (as above)

        self._tell(name)
        self._began = time.process_time()
        _limit(resource.RLIMIT_DATA, _data_bytes() + memory_most(self.limits, self.sizes.get(name, 0)))
        seconds = seconds_most(self.limits, self.sizes.get(name, 0))
        _limit(resource.RLIMIT_CPU, int(self._began + seconds - self._spent.get(name, 0.0)) + 1)

    @staticmethod
    def _lift() -> None:
        """As much as the child may take in all; of time a second less, for at the very end nobody hears why."""
        import resource  # noqa: PLC0415  (as above)

        _limit(resource.RLIMIT_DATA, resource.getrlimit(resource.RLIMIT_DATA)[1])
        _limit(resource.RLIMIT_CPU, resource.getrlimit(resource.RLIMIT_CPU)[1] - 1)

    def _end(self) -> None:
        self._lift()
        self._spent[self._name] = self._spent.get(self._name, 0.0) + time.process_time() - self._began
        self._tell("")

    def _tell(self, name: str) -> None:
        """Leave a name in memory that the parent sees."""
        self._name, body = name, name.encode("utf-8", "replace")[:_LONGEST_NAME]
        self._name_block[: 2 + len(body)] = len(body).to_bytes(2, "little") + body

    def limit_reached(self, error: BaseException, layer: str) -> LimitError | None:
        """The limit that an exception tells of; None where it tells of something else."""
        import resource  # noqa: PLC0415  (as above)

        for cause in _causes(error):
            if is_out_of_memory(cause):
                return refuse_memory(layer, self.limits, self.sizes.get(layer, 0))
            if is_out_of_files(cause):
                is_ours = resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= self.limits.open_files
                return refuse_limit("open_files", layer, self.limits) if is_ours else session_limit(cause)
        return None


_HERE: list[ReadingChild] = []
"""In a child itself; empty in a process that reads for itself."""


def this_child() -> ReadingChild | None:
    """The child that this process is."""
    return _HERE[0] if _HERE else None


@contextmanager
def source_at_work(name: str) -> Iterator[None]:
    """In a child: hold what is done inside to the limits of a source, or refuse it as was found before."""
    here = this_child()
    if here is None:
        yield
        return
    with here.at_work(name):
        yield


def limit_reached(error: BaseException, layer: str) -> LimitError | None:
    """In a child: the limit that an exception tells of; None where it tells of something else."""
    here = this_child()
    return None if here is None else here.limit_reached(error, layer)


def _nothing() -> None:
    pass


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An exception, what it was raised from, and so on."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _limit(limit: int, most: int) -> None:
    """Limit this process so that it can be lifted again."""
    import resource  # noqa: PLC0415  (as above)

    hard = resource.getrlimit(limit)[1]
    resource.setrlimit(limit, (min(most, hard), hard))


def _data_bytes() -> int:
    """Memory of its own that this process has."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[5]) * mmap.PAGESIZE


def memory_most(limits: LimitsSection, size: int) -> int:
    """Bytes of memory that reading a source may take.

    Examples
    --------
    >>> from layers.sources import LimitsSection
    >>> memory_most(LimitsSection(), 0) // 1024**2, memory_most(LimitsSection(memory_mb=100), 0) // 1024**2
    (2048, 100)
    """
    if limits.memory_mb is not None:
        return limits.memory_mb * MB
    return max(USUAL_MEMORY_MB * MB, TIMES_THE_FILE * size)


def seconds_most(limits: LimitsSection, size: int) -> int:
    """Seconds of computing that reading a source may take.

    A damaged file of a few kilobytes can send a library round in a circle for ever; who opens it shall not wait as
    long as for the largest.

    Examples
    --------
    >>> from layers.sources import LimitsSection
    >>> [seconds_most(LimitsSection(), size) for size in (0, 20_000, 30 * 1024**2, 1024**3)]
    [900, 60, 300, 900]
    >>> seconds_most(LimitsSection(cpu_s=7), 20_000)
    7
    """
    if limits.cpu_s is not None:
        return limits.cpu_s
    return min(MOST_S, max(USUAL_S, S_PER_MB * size // MB)) if size else MOST_S


def refuse_limit(
    key: Literal["memory_mb", "cpu_s", "open_files"], layer: str, limits: LimitsSection, size: int = 0
) -> LimitError:
    """The error of a source that takes more than it may."""
    most = {
        "memory_mb": memory_most(limits, size) // MB,
        "cpu_s": seconds_most(limits, size),
        "open_files": limits.open_files,
    }[key]
    what = {
        "memory_mb": Phrase("{most:,} MB of memory", most=most),
        "cpu_s": Phrase("{most:,} s of computing", most=most),
        "open_files": Phrase("{most:,} files open at a time", most=most),
    }[key]
    return LimitError(
        Phrase(
            "layer '{layer}': reading it takes more than {limit}, the limit for one source. The file may be damaged, "
            "or made to do harm; cut it to the study area, or simplify it. If it is what it should be, raise {key} "
            "under [limits] in the plan.",
            layer=layer,
            limit=what,
            key=key,
        ),
        code=key,
        layer=layer,
    )


def refuse_memory(layer: str, limits: LimitsSection, size: int) -> LimitError:
    """The error of a source for which memory has ended; it is not to blame where the session has less than it may."""
    import resource  # noqa: PLC0415  (as above)

    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    taken = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * mmap.PAGESIZE
    less = most != resource.RLIM_INFINITY and most - taken < memory_most(limits, size)
    if less and (limit := session_limit(MemoryError())):
        return limit
    return refuse_limit("memory_mb", layer, limits, size)


def ended_reading(end: Ended, layer: str, limits: LimitsSection, size: int = 0) -> LimitError | SourceError:
    """The error of a source at which the child that read it has ended."""
    if end.by == signal.SIGXCPU:
        return refuse_limit("cpu_s", layer, limits, size)
    if is_out_of_memory(RuntimeError(end.last_words)):
        return refuse_memory(layer, limits, size)
    if limit := session_limit(OSError(end.last_words)):  # it could not even begin
        return limit
    if end.silent:
        return SourceError(
            Phrase(
                "layer '{layer}': nothing has come of reading it for {seconds:,} s. The disk or the network that the "
                "file lies on may not answer: copy it to this machine, and run again.",
                layer=layer,
                seconds=SILENCE_S,
            ),
            code="silent",
            layer=layer,
        )
    if end.by == signal.SIGKILL:
        return LimitError(
            Phrase(
                "layer '{layer}': the system ended the process that read it, most likely because memory has run out. "
                "Cut the file to the study area, or simplify it.",
                layer=layer,
            ),
            code="memory",
            layer=layer,
        )
    return SourceError(
        Phrase(
            "layer '{layer}': its file made the library that reads it crash ({signal}); nothing else is affected. The "
            "file is damaged, or made to do harm: get it anew.",
            layer=layer,
            signal=signal.Signals(end.by).name if end.by else Phrase("no signal"),
        ),
        code="crash",
        layer=layer,
    )
