"""A child process: forked from this one, confined by the kernel, and heard through pipes as data that never runs.

It is forked at the moment of reading. So it has the study and all libraries as they are, and nothing has to be sent or
imported again; those that keep threads here (Arrow, the linear algebra of numpy, the system's allocator) set themselves
right in a forked process, and GDAL has none. What threads of somebody else's program may hold at that moment nobody
knows, so a library call forks only where it is asked to. A child that nothing is heard of is ended.
"""

from __future__ import annotations

import ctypes
import errno
import faulthandler
import gc
import json
import os
import platform
import select
import signal
import struct
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

NOWHERE = "http://127.0.0.1:9"
"""The port of the discard service, where nobody listens."""
_SETTINGS = {
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_PROXY": NOWHERE,
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
}
_VARIABLES = _SETTINGS | {
    "PROJ_NETWORK": "OFF",
    "http_proxy": NOWHERE,
    "https_proxy": NOWHERE,
    "ftp_proxy": NOWHERE,
    "all_proxy": NOWHERE,
    "no_proxy": "",
}
_DATA_FOLDERS = ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA")
_LEFT_VARIABLES = (*_DATA_FOLDERS, "GDAL_SKIP", "CPL_LOG", "ARROW_DEFAULT_MEMORY_POOL", "OPENBLAS_NUM_THREADS", "TZ")
"""All that is left of the environment: what libraries that are loaded later on find their data and drivers by."""
_ENVIRONMENT_AT = 47
"""Where its first and last byte stand in /proc/self/stat, after the name of the program."""

_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE, _UNKNOWN = 0x7FFF0000, 0x00050000 | errno.EACCES, 0x00050000 | errno.ENOSYS
_CALL_AT, _MACHINE_AT, _ARGUMENTS_AT = 0, 4, 16
_SECOND_NUMBERS = 0x40000000
"""From here on x86_64 has second numbers for its calls (x32)."""
_TO_CHANGE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC if sys.platform != "win32" else 0
_THREAD = 0x10000
"""The bit by which a new thread differs from a new process."""
_SIGNALS_BY_FILE = (8, 10, 15)
"""F_SETOWN, F_SETSIG, F_SETOWN_EX: whom a file signals that has something to read."""
_SIGNALS_BY_DEVICE = (0x8901, 0x8902, 0x5412)
"""FIOSETOWN and SIOCSPGRP do the same; TIOCSTI types into the terminal."""

_X86_64 = {
    "socket": 41, "connect": 42, "bind": 49, "fork": 57, "vfork": 58, "execve": 59, "truncate": 76, "rename": 82,
    "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86, "unlink": 87, "symlink": 88, "chmod": 90, "fchmod": 91,
    "chown": 92, "fchown": 93, "lchown": 94, "ptrace": 101, "setpgid": 109, "setsid": 112, "utime": 132, "mknod": 133,
    "mount": 165, "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190, "removexattr": 197, "utimes": 235,
    "add_key": 248, "request_key": 249, "keyctl": 250, "mkdirat": 258, "mknodat": 259, "fchownat": 260,
    "futimesat": 261, "unlinkat": 263, "renameat": 264, "linkat": 265, "symlinkat": 266, "fchmodat": 268,
    "unshare": 272, "utimensat": 280, "process_vm_readv": 310, "process_vm_writev": 311, "renameat2": 316, "bpf": 321,
    "execveat": 322, "userfaultfd": 323, "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426,
    "io_uring_register": 427, "pidfd_open": 434, "openat2": 437, "pidfd_getfd": 438,
}  # fmt: skip
_AARCH64 = {
    "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7, "removexattr": 14, "mknodat": 33, "mkdirat": 34, "unlinkat": 35,
    "symlinkat": 36, "linkat": 37, "renameat": 38, "mount": 40, "truncate": 45, "fchmod": 52, "fchmodat": 53,
    "fchownat": 54, "fchown": 55, "utimensat": 88, "unshare": 97, "ptrace": 117, "setpgid": 154, "setsid": 157,
    "socket": 198, "bind": 200, "connect": 203, "add_key": 217, "request_key": 218, "keyctl": 219, "execve": 221,
    "process_vm_readv": 270, "process_vm_writev": 271, "renameat2": 276, "bpf": 280, "execveat": 281,
    "userfaultfd": 282, "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426,
    "io_uring_register": 427, "pidfd_open": 434, "openat2": 437, "pidfd_getfd": 438,
}  # fmt: skip
_X86_64_LOOKED_AT = {
    "open": 2, "ioctl": 16, "clone": 56, "kill": 62, "fcntl": 72, "rt_sigqueueinfo": 129, "prctl": 157, "tkill": 200,
    "tgkill": 234, "openat": 257, "rt_tgsigqueueinfo": 297, "prlimit64": 302, "clone3": 435,
}  # fmt: skip
_AARCH64_LOOKED_AT = {
    "fcntl": 25, "ioctl": 29, "openat": 56, "kill": 129, "tkill": 130, "tgkill": 131, "rt_sigqueueinfo": 138,
    "prctl": 167, "clone": 220, "rt_tgsigqueueinfo": 240, "prlimit64": 261, "clone3": 435,
}  # fmt: skip
_MACHINES: Mapping[str, tuple[int, Mapping[str, int], Mapping[str, int]]] = {
    "x86_64": (0xC000003E, _X86_64, _X86_64_LOOKED_AT),
    "aarch64": (0xC00000B7, _AARCH64, _AARCH64_LOOKED_AT),
}
"""By machine: its mark in the kernel, system calls that are refused whatever they are to do, and those that are
refused by what stands among their arguments."""
END_WITH_PARENT = 1
"""What prctl sets of a process that ends with its parent; a child that takes it back might go on for ever."""
_CAPABILITIES_3, _SET_CAPABILITIES = 0x20080522, {"x86_64": 126, "aarch64": 91}
_READ_ALL = 1 << 1 | 1 << 2
"""What root may by its name alone: read where the permissions of a file do not say so."""

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_RIGHTS_BY_VERSION = (0, (1 << 13) - 1, (1 << 14) - 1, (1 << 15) - 1)
"""Rights to files that Landlock knows, by its version; later ones add rights of other kinds."""


def limit_resources(open_files: int) -> None:
    """Refuse this process every byte that it would write to a file, an image of its memory, and many open files."""
    import resource  # noqa: PLC0415  (Windows has none)

    for limit, wanted in ((resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, open_files)):
        hard = resource.getrlimit(limit)[1]
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))


def confine(readable: Iterable[Path]) -> None:
    """Give up, for good, the network, programs, writing, and reading what is neither given nor of the program."""
    libc = ctypes.CDLL(None, use_errno=True)
    _empty_environment(libc)
    os.environ.update(_VARIABLES | {name.upper(): value for name, value in _VARIABLES.items()})
    _tell_gdal()
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0:
        _refuse_files(libc, readable)
        if _refuse_calls(libc):
            _drop_capabilities(libc)
            return
    libc.unshare(_NEW_USER | _NEW_NETWORK)
    _drop_capabilities(libc)


def _empty_environment(libc: ctypes.CDLL) -> None:
    """Leave nothing of the environment in the memory of this process but a few variables that name no secret."""
    left = {name: os.environ[name] for name in _LEFT_VARIABLES if name in os.environ}
    in_python: dict[bytes, bytes] = os.environ._data  # type: ignore[attr-defined]  # noqa: SLF001  (asked, it copies)
    values = [value for value in in_python.values() if len(value) > 1]  # Python has shorter ones once for all
    in_python.clear()
    if sys.implementation.name == "cpython":
        for value in values:
            ctypes.memset(id(value) + bytes.__basicsize__ - 1, 0, len(value))
    pointers = ctypes.POINTER(ctypes.c_void_p).in_dll(libc, "environ")
    position = 0
    while pointers and (entry := pointers[position]):
        ctypes.memset(entry, 0, len(ctypes.string_at(entry)))
        position += 1
    libc.clearenv()
    with suppress(OSError, ValueError, IndexError):
        numbers = Path("/proc/self/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        first, last = map(int, numbers[_ENVIRONMENT_AT : _ENVIRONMENT_AT + 2])
        ctypes.memset(first, 0, last - first)
    os.environ.update(left)


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    """Have root raise no limit of its own any more, nor do anything else that others may not, but read."""
    if os.geteuid() == 0 and platform.machine() in _SET_CAPABILITIES:
        of_this_process = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITIES_3, 0))
        capabilities = ctypes.create_string_buffer(struct.pack("=6I", _READ_ALL, _READ_ALL, 0, 0, 0, 0))
        libc.syscall(_SET_CAPABILITIES[platform.machine()], of_this_process, capabilities)


def confinements() -> tuple[str, ...]:
    """What this system has of the means to confine a process: "seccomp", "landlock"; none but on Linux.

    Examples
    --------
    >>> set(confinements()) <= {"seccomp", "landlock"}
    True
    """
    if sys.platform != "linux":
        return ()
    libc = ctypes.CDLL(None, use_errno=True)
    available = ["seccomp"] if libc.prctl(21, 0, 0, 0, 0) >= 0 and platform.machine() in _MACHINES else []
    return (*available, *(["landlock"] if _landlock_version(libc) > 0 else []))


def _tell_gdal() -> None:
    """Settings of those of the two GDALs that are loaded: they read the environment once, as soon as that is done."""
    if "pyogrio" in sys.modules:
        sys.modules["pyogrio"].set_gdal_config_options(_SETTINGS)
    if "rasterio.env" in sys.modules:
        for name, value in _SETTINGS.items():
            sys.modules["rasterio.env"].set_gdal_config(name, value)


def _refuse_calls(libc: ctypes.CDLL) -> bool:
    """Have the kernel refuse system calls of this process and of all its threads, with "permission denied"."""
    if platform.machine() not in _MACHINES or struct.calcsize("P") != 8:
        return False
    mark, refused, looked_at = _MACHINES[platform.machine()]
    steps = [(_LOAD, 0, 0, _MACHINE_AT), (_EQUAL, 1, 0, mark), (_RETURN, 0, 0, _REFUSE), (_LOAD, 0, 0, _CALL_AT)]
    steps += [(_AT_LEAST, 0, 1, _SECOND_NUMBERS), (_RETURN, 0, 0, _REFUSE)]
    for number in refused.values():
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    rules = _rules()
    for name, number in looked_at.items():
        steps += _steps_of(number, *rules[name])
    steps.append((_RETURN, 0, 0, _ALLOW))
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    programme = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(code)))
    return bool(libc.prctl(_SET_SECCOMP, _FILTER, programme, 0, 0) == 0)


def _rules() -> dict[str, tuple[int, int, tuple[int, ...], int, int]]:
    """Of system calls the argument to look at, the test and its values, and the answers where it holds and does not."""
    to_itself = (0, _EQUAL, (os.getpid(),), _ALLOW, _REFUSE)
    return {
        "open": (1, _ANY_BIT, (_TO_CHANGE,), _REFUSE, _ALLOW),
        "openat": (2, _ANY_BIT, (_TO_CHANGE,), _REFUSE, _ALLOW),
        "clone": (0, _ANY_BIT, (_THREAD,), _ALLOW, _REFUSE),
        "clone3": (0, _EQUAL, (), _ALLOW, _UNKNOWN),  # its flags are not seen; a library then takes the older call
        "fcntl": (1, _EQUAL, _SIGNALS_BY_FILE, _REFUSE, _ALLOW),
        "ioctl": (1, _EQUAL, _SIGNALS_BY_DEVICE, _REFUSE, _ALLOW),
        "prctl": (0, _EQUAL, (END_WITH_PARENT,), _REFUSE, _ALLOW),
        "prlimit64": (0, _EQUAL, (0,), _ALLOW, _REFUSE),  # 0 is the process itself
        **dict.fromkeys(("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"), to_itself),
    }


def _steps_of(
    number: int, argument: int, test: int, values: tuple[int, ...], where_so: int, else_: int
) -> list[tuple[int, int, int, int]]:
    """The part of a filter that answers for one system call by one of its arguments."""
    tests = [(test, len(values) - position, 0, value) for position, value in enumerate(values)]
    body = [(_LOAD, 0, 0, _ARGUMENTS_AT + 8 * argument), *tests, (_RETURN, 0, 0, else_), (_RETURN, 0, 0, where_so)]
    return [(_EQUAL, 0, len(body), number), *body]


def _landlock_version(libc: ctypes.CDLL) -> int:
    return int(libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1))


def _refuse_files(libc: ctypes.CDLL, readable: Iterable[Path]) -> None:
    """Have the kernel refuse to open any file but some, and to make or take away any."""
    from layers.sources import FOLDERS  # noqa: PLC0415  (the command says who reads before it loads anything)

    version = _landlock_version(libc)
    if version < 1:
        return
    rights = _RIGHTS_BY_VERSION[min(version, len(_RIGHTS_BY_VERSION) - 1)]
    ruleset = ctypes.create_string_buffer(struct.pack("=Q", rights))
    rules = libc.syscall(_CREATE_RULESET, ruleset, ctypes.c_size_t(8), 0)
    if rules < 0:
        return
    try:
        for path in _own_folders():
            _allow_reading(libc, rules, path, _READ_FILE | _READ_FOLDER)
        for path in readable:
            whole = _READ_FILE | _READ_FOLDER if path.suffix.lower() in FOLDERS else _READ_FOLDER
            _allow_reading(libc, rules, path, whole if path.is_dir() else _READ_FILE)
        libc.syscall(_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def _allow_reading(libc: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    with suppress(OSError):
        descriptor = os.open(path, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
        try:
            allowed = rights if path.is_dir() else rights & _READ_FILE
            rule = ctypes.create_string_buffer(struct.pack("=Qi", allowed, descriptor))
            libc.syscall(_ADD_RULE, rules, 1, rule, 0)
        finally:
            os.close(descriptor)


def _own_folders() -> set[Path]:
    """Where Python, its packages, their data and the system's libraries stand, and what tells a process of itself."""
    here = Path.cwd()
    packages = {Path(folder) for folder in sys.path if folder} - {here}
    data = {Path(folder) for name in _DATA_FOLDERS if (folder := os.environ.get(name))}
    system = (sys.prefix, sys.base_prefix, "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/proc/self",
              "/sys/devices/system/cpu", "/dev/null", "/dev/urandom", "/proc/meminfo", "/proc/cpuinfo")  # fmt: skip
    return {*packages, *data, Path(__file__).resolve().parents[2], *map(Path, system)}


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

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
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
        head = json.dumps([message, [len(block) for block in blocks]]).encode("ascii")
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
        content = bytearray(size)
        view = memoryview(content)
        while view:
            wait()
            heard = os.readv(self.hears, [view])
            if not heard:
                raise EOFError
            view = view[heard:]
        return bytes(content)

    def messages(self) -> Iterator[tuple[Any, list[bytes]]]:
        """All that is said until nobody speaks any more."""
        with suppress(EOFError):
            while True:
                yield self.receive()


class Child:
    """A child process at work."""

    def __init__(self, work: Callable[[Channel], None], readable: Iterable[Path], open_files: int) -> None:
        self.owner, self.lock = os.getpid(), threading.Lock()
        requests, answered, errors = os.pipe(), os.pipe(), os.pipe()
        files, bound = list(readable), threading.current_thread() is threading.main_thread()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _LEFT_TO_US)  # until the child answers for itself
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", ".*multi-threaded.*fork", DeprecationWarning)
                self.process = os.fork()
            if self.process == 0:
                _live(work, Channel(requests[0], answered[1]), errors[1], files, open_files, bound=bound)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for end in (requests[0], answered[1], errors[1]):
            os.close(end)
        self.channel, self._errors = Channel(answered[0], requests[1]), errors[0]
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
        output = b""
        with suppress(OSError):
            output = os.read(self._errors, _MOST_SAID)
        status = self.close(wait=not silent)
        by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        return Ended(by, output.decode("utf-8", "replace"), silent=silent)

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


def _close_others(descriptors: set[int]) -> None:
    """Close every pipe and connection that the parent has; its files are left, some are data of libraries."""
    for entry in [*_OPEN_FILES.iterdir()]:
        number = int(entry.name)
        if number > 2 and number not in descriptors:
            with suppress(OSError):
                if str(entry.readlink()).startswith(("pipe:", "socket:")):
                    os.close(number)
