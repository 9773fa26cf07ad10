"""Make the catalogues that programs read (``.mo``) out of those that people write (``.po``).

Whatever builds a wheel does so, that of an editable install too; so do the tests and ``python docs/generate.py``, where
a catalogue has changed. By hand it is ``python hatch_build.py``. Git holds what people write.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is no type of ours
    """The build hook of the wheel, which ``pyproject.toml`` names."""

    PLUGIN_NAME = "catalogues"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  (hatchling's signature)
        """Compile the catalogues, and have the wheel hold them though git ignores them."""
        made = compile_catalogues(Path(self.root))
        build_data["artifacts"] += [path.relative_to(self.root).as_posix() for path in made]


def compile_catalogues(root: Path = ROOT) -> list[Path]:
    """Compile each catalogue that has changed, and remove those of which the text is gone; gives all that there are.

    What was compiled bears the time of its text, so that another text is known by another time, be it an older one.
    Each appears in one step, since several processes may ask at once.
    """
    folder = root / "maps" / "words" / "catalogues"
    texts = {path.with_suffix(".mo"): path for path in sorted(folder.rglob("*.po"))}
    for path in set(folder.rglob("*.mo")) - set(texts):
        path.unlink(missing_ok=True)
    for path, text in texts.items():
        changed_ns = text.stat().st_mtime_ns
        if path.exists() and path.stat().st_mtime_ns == changed_ns:
            continue
        catalogue = read_text(text)
        with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
            write_mo(part, catalogue)
        Path(part.name).chmod(0o644)
        os.utime(part.name, ns=(changed_ns, changed_ns))
        Path(part.name).replace(path)
    return list(texts)


def read_text(path: Path) -> Catalog:
    """The catalogue that stands in a file."""
    with path.open("rb") as file:
        try:
            return read_po(file, abort_invalid=True)
        except PoFileError as error:
            raise ValueError(f"{path}, line {error.lineno + 1}: {error}") from error


if __name__ == "__main__":
    compile_catalogues()
