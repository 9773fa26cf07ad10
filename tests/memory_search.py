"""What stands in the memory of this process: for children that should know nothing of a secret."""

from __future__ import annotations

import os
import re
from pathlib import Path


def spelt_apart(secret: str) -> str:
    """A pattern that matches a secret and holds no copy of it."""
    return "".join(f"[{sign}]" for sign in secret)


def copies_of(pattern: str) -> list[str]:
    """Where this process has what a pattern matches: variables, what the system tells of it, and parts of memory."""
    wanted = re.compile(pattern.encode())
    found = [name for name, value in os.environ.items() if wanted.search(value.encode())]
    found += ["environ"] * bool(wanted.search(Path("/proc/self/environ").read_bytes()))
    with Path("/proc/self/mem").open("rb", buffering=0) as memory:
        for line in Path("/proc/self/maps").read_text().splitlines():
            first, last = (int(end, 16) for end in line.split()[0].split("-"))
            if " rw" in line:
                memory.seek(first)
                found += [line] * len(wanted.findall(memory.read(last - first)))
    return found
