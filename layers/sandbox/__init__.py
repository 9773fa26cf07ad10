"""The sandbox: files of strangers are opened by a child process with limits, without network, programs and writing."""

from layers.sandbox.child_process import ChildFault, can_fork, confinements
from layers.sandbox.reader import Reader, ask_child, current_limits, made_once, reader_now, sandboxed
from layers.sandbox.reading_child import (
    SHARED_BYTES,
    Answer,
    ReadingChild,
    ReadingEnded,
    limit_reached,
    refuse_limit,
    source_at_work,
    this_child,
)

__all__ = [
    "SHARED_BYTES",
    "Answer",
    "ChildFault",
    "Reader",
    "ReadingChild",
    "ReadingEnded",
    "ask_child",
    "can_fork",
    "confinements",
    "current_limits",
    "limit_reached",
    "made_once",
    "reader_now",
    "refuse_limit",
    "sandboxed",
    "source_at_work",
    "this_child",
]
