"""Confinement: what a process of Linux gives up for good, so that a file which takes it over has gained nothing.

Three means of the kernel, each of them used where it is there: **seccomp** refuses system calls (sockets, programs and
new processes, signals to others and limits of others, every change of a file), **Landlock** refuses to open what is
neither the source nor a part of the program, and a **namespace** without network serves where seccomp does not. None
needs rights or an installation. What libraries would do is told them beside it: proxies that lead nowhere, and settings
of GDAL and PROJ. The environment is emptied before, as memory of this process: it may hold tokens and passwords.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

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

    for limit, asked in ((resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, open_files)):
        hard = resource.getrlimit(limit)[1]
        most = asked if hard == resource.RLIM_INFINITY else min(asked, hard)
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
    place = 0
    while pointers and (entry := pointers[place]):
        ctypes.memset(entry, 0, len(ctypes.string_at(entry)))
        place += 1
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
        kept = ctypes.create_string_buffer(struct.pack("=6I", _READ_ALL, _READ_ALL, 0, 0, 0, 0))
        libc.syscall(_SET_CAPABILITIES[platform.machine()], of_this_process, kept)


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
    found = ["seccomp"] if libc.prctl(21, 0, 0, 0, 0) >= 0 and platform.machine() in _MACHINES else []
    return (*found, *(["landlock"] if _landlock_version(libc) > 0 else []))


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
    tests = [(test, len(values) - place, 0, value) for place, value in enumerate(values)]
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
    asked = ctypes.create_string_buffer(struct.pack("=Q", rights))
    rules = libc.syscall(_CREATE_RULESET, asked, ctypes.c_size_t(8), 0)
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
        place = os.open(path, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
        try:
            own = rights if path.is_dir() else rights & _READ_FILE
            rule = ctypes.create_string_buffer(struct.pack("=Qi", own, place))
            libc.syscall(_ADD_RULE, rules, 1, rule, 0)
        finally:
            os.close(place)


def _own_folders() -> set[Path]:
    """Where Python, its packages, their data and the system's libraries stand, and what tells a process of itself."""
    here = Path.cwd()
    packages = {Path(one) for one in sys.path if one} - {here}
    data = {Path(one) for name in _DATA_FOLDERS if (one := os.environ.get(name))}
    system = (sys.prefix, sys.base_prefix, "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/proc/self",
              "/sys/devices/system/cpu", "/dev/null", "/dev/urandom", "/proc/meminfo", "/proc/cpuinfo")  # fmt: skip
    return {*packages, *data, Path(__file__).resolve().parents[2], *map(Path, system)}
