"""What a child gives up: the network, programs, writing, and every file but those that it is to read."""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import shutil
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

import zoneplan as zp
from layers.archives import in_sandbox, pack
from layers.formats import reading
from layers.sandbox import can_fork, child_process, confinements, reader_now, sandboxed
from tests.memory_search import spelt_apart

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.skipif(not can_fork(), reason="this system copies no process safely")
needs_seccomp = pytest.mark.skipif("seccomp" not in confinements(), reason="this kernel has no seccomp")
needs_landlock = pytest.mark.skipif("landlock" not in confinements(), reason="this kernel has no Landlock")


@contextmanager
def trap() -> Iterator[tuple[int, list[str]]]:
    """A server on this machine that writes down who connects to it."""
    heard: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    heard.append(str(server.accept()[1]))
                except OSError:
                    return

        Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)


def what_fails(subject: tuple[str, ...]) -> list[str]:
    """In a child: try some things, and tell which of them the system refuses."""
    elsewhere, port = Path(subject[0]), int(subject[1])
    steps = {
        "connect": lambda: socket.create_connection(("127.0.0.1", port)),
        "listen": lambda: socket.create_server(("127.0.0.1", 0)),
        "program": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        "signal": lambda: os.kill(os.getppid(), 0),
        "create": (elsewhere / "new").touch,
        "write": lambda: (elsewhere / "canary").write_text("taken"),
        "truncate": lambda: os.truncate(elsewhere / "canary", 0),
        "delete": (elsewhere / "canary").unlink,
        "rename": lambda: (elsewhere / "canary").rename(elsewhere / "other"),
        "folder": (elsewhere / "folder").mkdir,
        "mode": lambda: (elsewhere / "canary").chmod(0o777),
        "read": (elsewhere / "canary").read_text,
        "list": lambda: list(elsewhere.iterdir()),
    }
    failed = []
    with reading("x"):
        for name, step in steps.items():
            try:
                step()
            except OSError:
                failed.append(name)
    return failed


@needs_seccomp
def test_s06_s08_a_child_reaches_neither_the_network_nor_programs_nor_files_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "canary").write_text("as it was")
    with trap() as (port, heard), sandboxed("process"):
        failed = in_sandbox(what_fails, (str(tmp_path), str(port)), {})
    wanted = ["connect", "listen", "program", "signal", "create", "write", "truncate", "delete", "rename", "folder",
              "mode"]  # fmt: skip
    assert failed[: len(wanted)] == wanted
    assert heard == []
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("canary", "as it was")]


@needs_landlock
def test_s05_s09_a_child_reads_its_files_and_no_other(tmp_path: Path) -> None:
    own, other = tmp_path / "own.csv", tmp_path / "other.csv"
    for path in (own, other):
        path.write_text("a\n1\n")
    with sandboxed("process"):
        assert in_sandbox(first_words, (str(own), str(other)), {"own": own}) == ["a", "PermissionError"]


def first_words(paths: tuple[str, ...]) -> list[str]:
    found = []
    for path in paths:
        try:
            found.append(Path(path).read_text().split()[0])
        except OSError as error:
            found.append(type(error).__name__)
    return found


def test_confinement_stays_in_the_child(tmp_path: Path) -> None:
    before = dict(os.environ)
    with sandboxed("process"):
        in_sandbox(first_words, (), {})
    assert dict(os.environ) == before
    (tmp_path / "a").touch()
    socket.create_server(("127.0.0.1", 0)).close()
    assert subprocess.run([shutil.which("true") or "true"], check=False).returncode == 0


@pytest.mark.skipif(platform.machine() != "x86_64" or sys.platform != "linux", reason="numbers of this machine")
def test_numbers_of_system_calls_are_those_of_this_system() -> None:
    from layers.sandbox.child_process import _X86_64, _X86_64_LOOKED_AT

    header = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
    if not header.is_file():
        pytest.skip("the headers of the kernel are not installed")
    lines = (line.split() for line in header.read_text().splitlines() if line.startswith("#define __NR_"))
    known = {name.removeprefix("__NR_"): int(number) for _, name, number in lines}
    numbers = _X86_64 | _X86_64_LOOKED_AT
    assert {name: known[name] for name in numbers} == numbers


def call(name: str, *arguments: object) -> int:
    """What the kernel answers to one of its calls by number: an error of the system as a negative number."""
    numbers = child_process._MACHINES[platform.machine()]
    libc = ctypes.CDLL(None, use_errno=True)
    done = libc.syscall((numbers[1] | numbers[2])[name], *arguments)
    return int(done) if done >= 0 else -ctypes.get_errno()


def told_by_queue() -> ctypes.Array[ctypes.c_char]:
    """What a process says of a signal that it sends by rt_sigqueueinfo."""
    return ctypes.create_string_buffer(struct.pack("=iii", signal.SIGUSR1, 0, -1), 128)


def owned_by(victim: int) -> int:
    """Have a file signal another process as soon as there is something to read."""
    reading_end, _ = os.pipe()
    return fcntl.fcntl(reading_end, fcntl.F_SETOWN, victim)


def copied_twice() -> int:
    """A copy of this process by a call that no filter can look into."""
    return call("clone3", ctypes.create_string_buffer(struct.pack("=8Q", 0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0)), 64)


OTHERS: dict[str, Callable[[int], object]] = {
    "kill": lambda victim: os.kill(victim, signal.SIGUSR1),
    "tkill": lambda victim: call("tkill", victim, signal.SIGUSR1),
    "tgkill": lambda victim: call("tgkill", victim, victim, signal.SIGUSR1),
    "rt_sigqueueinfo": lambda victim: call("rt_sigqueueinfo", victim, signal.SIGUSR1, told_by_queue()),
    "rt_tgsigqueueinfo": lambda victim: call("rt_tgsigqueueinfo", victim, victim, signal.SIGUSR1, told_by_queue()),
    "pidfd_open": lambda victim: call("pidfd_open", victim, 0),
    "pidfd_send_signal": lambda _: call("pidfd_send_signal", 0, signal.SIGUSR1, None, 0),
    "a file that signals": owned_by,
    "the numbers of x32": lambda victim: ctypes.CDLL(None).syscall(0x40000000 + 62, victim, signal.SIGUSR1),
    "fork": lambda _: os.fork(),
    "clone": lambda _: call("clone", signal.SIGCHLD, None, None, None, None),
    "clone3": lambda _: copied_twice(),
    "posix_spawn": lambda _: os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {}),
    "execve": lambda _: os.execv(sys.executable, [sys.executable, "-c", ""]),
    "a life after its parent": lambda _: call("prctl", 1, 0, 0, 0, 0),
    "a session of its own": lambda _: os.setsid(),
    "keys of the user": lambda _: call("keyctl", 0, -3, 0),
}


def try_it(name: str, victim: int) -> bool:
    """In a child: whether the system refuses a call that reaches other processes, or makes new ones."""
    first = os.getpid()
    try:
        answer = OTHERS[name](victim)
    except OSError:
        return True
    if os.getpid() != first:
        os._exit(0)  # a copy, which there should not be
    return isinstance(answer, int) and answer < 0


@needs_seccomp
@pytest.mark.parametrize("name", OTHERS)
def test_a_child_reaches_no_other_process_and_makes_none(name: str) -> None:
    with subprocess.Popen([shutil.which("sleep") or "sleep", "60"]) as victim:
        try:
            with sandboxed("process"):
                assert in_sandbox(try_it, None, {}, name, victim.pid)
            assert victim.poll() is None
        finally:
            victim.kill()


def signal_itself(_subject: str) -> list[int]:
    heard: list[int] = []
    signal.signal(signal.SIGUSR1, lambda number, _frame: heard.append(number))
    signal.raise_signal(signal.SIGUSR1)
    os.kill(os.getpid(), signal.SIGUSR1)
    thread = Thread(target=heard.append, args=(0,))
    thread.start()
    thread.join()
    return heard


@needs_seccomp
def test_a_child_signals_itself_and_has_threads() -> None:
    with sandboxed("process"):
        assert in_sandbox(signal_itself, "x", {}) == [signal.SIGUSR1, signal.SIGUSR1, 0]


ENVIRONMENT_PROBE = """
import sys
from layers.archives import in_sandbox
from layers.sandbox import sandboxed
from tests.memory_search import copies_of

with sandboxed("process"):
    print(in_sandbox(copies_of, None, {}, sys.argv[1]))
print(copies_of(sys.argv[1])[:2])
"""


def test_no_memory_of_a_child_has_the_environment() -> None:
    """The parent keeps it: there a database may be read."""
    secret = "canary-8431"
    done = subprocess.run(
        [sys.executable, "-c", ENVIRONMENT_PROBE, spelt_apart(secret)],
        capture_output=True, text=True, check=False, cwd=ROOT, env=os.environ | {"PGPASSWORD": secret},
    )  # fmt: skip
    assert (done.stdout.splitlines(), done.stderr) == (["[]", "['PGPASSWORD', 'environ']"], "")


def has_namespaces() -> bool:
    """Whether a process without rights gets a network of its own here."""
    tool = shutil.which("unshare")
    return tool is not None and subprocess.run([tool, "-Un", "true"], capture_output=True, check=False).returncode == 0


def failed_in_a_child(folder: Path) -> tuple[set[str], list[str]]:
    """What a child cannot do, and who reached a server of this machine."""
    (folder / "canary").write_text("as it was")
    with trap() as (port, heard), sandboxed("process"):
        failed = in_sandbox(what_fails, (str(folder), str(port)), {})
    return set(failed), heard


@needs_seccomp
def test_without_landlock_the_other_means_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "_landlock_version", lambda _libc: 0)
    assert confinements() == ("seccomp",)
    failed, heard = failed_in_a_child(tmp_path)
    assert {"connect", "listen", "program", "signal", "create", "write", "truncate", "delete", "rename"} <= failed
    assert not {"read", "list"} & failed
    assert (heard, (tmp_path / "canary").read_text()) == ([], "as it was")


@needs_landlock
def test_without_seccomp_a_namespace_and_the_other_means_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine whose numbers of system calls are not known here."""
    monkeypatch.setattr(child_process.platform, "machine", lambda: "unknown")
    assert confinements() == ("landlock",)
    failed, heard = failed_in_a_child(tmp_path)
    assert {"create", "write", "delete", "rename", "folder", "read", "list"} <= failed
    assert ("connect" in failed) == has_namespaces() == (heard == [])
    assert (tmp_path / "canary").exists()


def told(_subject: str) -> list[str]:
    with reading("x"):
        return [os.environ[name] for name in ("http_proxy", "HTTPS_PROXY", "PROJ_NETWORK", "GDAL_VRT_ENABLE_PYTHON")]


def test_without_any_means_libraries_are_told_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_process.platform, "machine", lambda: "unknown")
    monkeypatch.setattr(child_process, "_landlock_version", lambda _libc: 0)
    assert confinements() == ()
    failed, _ = failed_in_a_child(tmp_path)
    assert "write" in failed  # not a byte: the limit of the size of files
    with sandboxed("process"):
        assert in_sandbox(told, "x", {}) == [child_process.NOWHERE, child_process.NOWHERE, "OFF", "NO"]


def test_a_system_that_copies_no_process_reads_by_itself(toy_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = zp.read_study(toy_folder / "plan.toml")
    read = pack(zp.read_inputs(study, reader="process"))
    monkeypatch.setattr("layers.sandbox.reader.can_fork", lambda: False)
    monkeypatch.setattr("layers.sandbox.reader.ReadingChild", lambda *_: pytest.fail("a child was forked"))
    with sandboxed("process"):
        assert reader_now() == "inline"
        assert pack(zp.read_inputs(study)) == read
