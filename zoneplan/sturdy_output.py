"""Output that never fails while a command works: what cannot be shown or delivered is no fault of what was done.

A reader may have gone (``| head -1``), a terminal may know ASCII only, a device may be full. The command goes on; in
the end a device that took nothing is named. Nothing but the standard library is imported.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Any, TextIO

DISK = 5
"""The exit code where the output could not be written."""


class _Sink(io.FileIO):
    """A file descriptor that takes all that is written to it, and remembers why it could not pass it on."""

    fault: OSError | None = None

    def write(self, data: Any, /) -> int:
        """As many bytes as it was given, delivered or not."""
        if self.fault is None:
            try:
                return super().write(data)
            except OSError as error:
                self.fault = error
        return len(data)


class SturdyOutput:
    r"""Standard output and error of this process, which take everything from now on.

    Characters that their encoding does not have are written as their codes (``\u56db``). One that is closed leads
    nowhere, so that no file that is opened later gets its number.
    """

    def __init__(self) -> None:
        for descriptor in range(3):
            try:
                os.fstat(descriptor)
            except OSError:
                os.open(os.devnull, os.O_RDWR)  # it takes the lowest number that is free
        self._out, sys.stdout = _sturdy(1, sys.stdout)
        _, sys.stderr = _sturdy(2, sys.stderr)

    def exit_code(self, code: int) -> int:
        """The exit code of a command, once all that it said is delivered."""
        sys.stdout.flush()
        fault = self._out.fault
        if fault is not None and fault.errno != errno.EPIPE:
            print(f"zoneplan: the output cannot be written: {fault.strerror}", file=sys.stderr)
            code = code or DISK
        sys.stderr.flush()
        return code


def _sturdy(descriptor: int, stream: TextIO | None) -> tuple[_Sink, TextIO]:
    sink = _Sink(descriptor, "w", closefd=False)
    text = io.TextIOWrapper(
        io.BufferedWriter(sink),
        encoding=getattr(stream, "encoding", None) or "utf-8",
        errors="backslashreplace",
        line_buffering=getattr(stream, "line_buffering", False),
        write_through=getattr(stream, "write_through", False),
    )
    return sink, text
