"""A first rulebook: a small running one with comments, or a copy of another one, for people to rewrite."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template

from layers.errors import ZoneplanError, shown
from layers.outputs import staged_in
from layers.phrases import Phrase, phrase_list
from layers.sources import check_name
from maps.errors import WriteError
from maps.init.plan_draft import comments, toml_value
from maps.locale import catalogue, require_language
from zoning.rulebook import read_draft

FORM = Path(__file__).parent / "rulebook_form"
"""The files of the small one; what stands after a ``$`` is a text of the catalogues."""
HEAD = "rulebook.toml"
"""The file that makes a folder a rulebook."""
ABOUT = "about_"
"""What the names of comments begin with; all others are texts by language."""


def write_first_rulebook(folder: str | Path, language: str | None = None, like: str | None = None) -> Path:
    """Write a rulebook that passes ``zoneplan check``, into a new folder or an empty one.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import zoneplan as zp
    >>> with TemporaryDirectory() as folder:
    ...     written = write_first_rulebook(Path(folder) / "upland")
    ...     zp.read_rulebook(written).name, all(result.passed for result in zp.run_cases(written))
    ('upland', True)
    """
    folder = Path(folder)
    files = _form(_name_of(folder), language or "en") if like is None else _copy(_name_of(folder), language, like)
    if folder.is_dir() and (there := sorted(path.name for path in folder.iterdir())):
        raise WriteError(
            Phrase(
                "{folder} holds {names}: nothing is overwritten. Name a new folder", folder=folder, names=shown(there)
            ),
            features=there,
        )
    with staged_in(folder, HEAD) as stage:
        for name, content in files.items():
            (stage / name).parent.mkdir(parents=True, exist_ok=True)
            (stage / name).write_bytes(content)
    return folder


def _name_of(folder: Path) -> str:
    """The name of the folder as rulebooks and conditions can be called."""
    plain = re.sub(r"\W+", "_", folder.resolve().name.lower()).lstrip("0123456789_").rstrip("_") or "rules"
    try:
        check_name(plain)
    except ZoneplanError:
        return f"{plain}_rules"
    return plain


def _form(name: str, language: str) -> dict[str, bytes]:
    """The files of the small rulebook, in English and the language."""
    require_language(language)
    spoken = list(dict.fromkeys(("en", language)))
    words = {one: catalogue("first_rulebook", one) for one in spoken}
    fields = {
        "name": name,
        "languages": toml_value(spoken),
        **{
            key: _comment(told) if key.startswith(ABOUT) else _by_language({one: words[one][key] for one in spoken})
            for key, told in words[language].items()
        },
    }
    return {
        path.relative_to(FORM).as_posix(): "".join(_filled(path, fields)).encode()
        for path in sorted(FORM.rglob("*.toml"))
    }


def _filled(path: Path, fields: Mapping[str, str]) -> Iterator[str]:
    """The lines of a file; a comment of its own is wrapped, one behind a key stays there."""
    for line in path.read_text("utf-8").splitlines():
        filled = Template(line).substitute(fields)
        whole = line.startswith(f"${ABOUT}")
        yield "\n".join(comments(filled)) + "\n" if whole else f"{filled}\n"


def _comment(text: str) -> str:
    return " ".join(text.split())


def _by_language(texts: Mapping[str, str]) -> str:
    return f"{{ {', '.join(f'{language} = {toml_value(text)}' for language, text in texts.items())} }}"


def _copy(name: str, language: str | None, like: str) -> dict[str, bytes]:
    """The files of another rulebook under a new name; with a language, in that one and English alone."""
    draft = read_draft(like)
    spoken = draft.head.languages
    if language is not None and language not in spoken:
        raise ZoneplanError(
            Phrase(
                "rulebook '{rulebook}' has no texts in '{language}'; it speaks {languages}",
                rulebook=draft.head.name,
                language=language,
                languages=phrase_list(spoken),
            )
        )
    kept = spoken if language is None else tuple(dict.fromkeys(("en", language)))
    head = draft.files[HEAD].decode()
    for line in (f"name = {toml_value(name)}", f"languages = {toml_value(list(kept))}"):
        key = line.partition(" ")[0]
        head = re.sub(rf"(?ms)^{key} = (\[.*?\]|[^\n]*)", line, head, count=1)
    return {**draft.files, HEAD: head.encode()}
