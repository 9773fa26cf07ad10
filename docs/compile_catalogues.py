# ruff: noqa: INP001  (a script, no package)
"""Make the catalogues that programs read (``.mo``) out of those that people write (``.po``).

    python docs/compile_catalogues.py

Both are committed; ``tests/maps/locale/test_messages.py`` holds the one to the other.
"""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).resolve().parent.parent / "maps" / "locale" / "catalogues"


def compiled(source: Path) -> bytes:
    """The catalogue of a ``.po`` file as gettext reads it."""
    with source.open("rb") as file:
        catalogue = read_po(file)
    made = io.BytesIO()
    write_mo(made, catalogue)
    return made.getvalue()


if __name__ == "__main__":
    for po in sorted(CATALOGUES.rglob("*.po")):
        po.with_suffix(".mo").write_bytes(compiled(po))
