"""A first rulebook: a small running one with comments, or a copy of another one, for people to rewrite."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from string import Template
from typing import NamedTuple

import pandas as pd

from layers.errors import UnknownNameError, ZoneplanError, shown
from layers.outputs import staged_in
from layers.phrases import Phrase, phrase_list
from layers.sources import check_name
from maps.drafts.plan_draft import comments, toml_value
from maps.errors import WriteError
from maps.words import capital, catalogue, languages, name_text, require_language
from zoning.rulebook import ELEVATION_ROLE, AvailableLand, read_draft

NAME = "rules"
"""The folder of the rulebook, beside the plan."""
HALF = 0.5
STEEP_DEG = 25.0
DRAFTED = "drafted by 'zoneplan init'; nobody's law"
MISSPELT = 0.85
"""How like a known role another one is, by difflib, where it is more likely misspelt than new."""


class KnownRole(NamedTuple):
    """A role that rulebooks read again and again: the colour of its zone, and what it is called in each language."""

    colour: str
    title: Mapping[str, str]


@cache
def known_roles() -> dict[str, KnownRole]:
    """The roles of ``known_roles.toml``, by their code.

    Examples
    --------
    >>> known_roles()["water"].title["fr"]
    'surfaces en eau'
    """
    written = tomllib.loads((Path(__file__).parent / "known_roles.toml").read_text("utf-8"))
    return {role["code"]: KnownRole(role["colour"], role["title"]) for role in written["roles"]}


def draft_rulebook(roles: Sequence[str], columns: pd.DataFrame) -> dict[str, str]:
    """The files of a rulebook with a zone for each role, and a default zone for the rest.

    Examples
    --------
    >>> files = draft_rulebook(["moor"], pd.DataFrame({"people": [1, 2]}))
    >>> sorted(files)
    ['indicators.toml', 'parameters.toml', 'rulebook.toml', 'rules.toml', 'zones.toml']
    >>> print(files["rules.toml"].partition(", ")[0])
    [[rules]]
    id = "moor-1"
    zone = "moor"
    when = "moor_share >= moor_share_min"
    priority = 10
    reason = { en = "half of the unit or more: moor"
    """
    zone_roles = [role for role in dict.fromkeys(roles) if role != ELEVATION_ROLE]
    for role in zone_roles:
        _check_role(role)
    deducted = [role for role in zone_roles if role in AvailableLand().roles()]
    files = {
        "rulebook.toml": [_head(deducted)],
        "zones.toml": [*map(_zone, zone_roles), _default(zone_roles)],
        "indicators.toml": [
            *map(_share, zone_roles),
            *(_indicator(name, columns[name]) for name in _numbers(columns, zone_roles)),
        ],
        "parameters.toml": [*map(_threshold, zone_roles), *([_steepest()] if ELEVATION_ROLE in roles else [])],
        "rules.toml": [_rule(role, 10 * rank) for rank, role in enumerate(zone_roles, start=1)],
    }
    return {name: "\n".join(entries) for name, entries in files.items() if entries}


def write_rulebook(folder: Path, files: dict[str, str]) -> Path:
    """Write the files of a rulebook into the folder ``NAME`` of another, which it makes."""
    home = folder / NAME
    home.mkdir(parents=True)
    for name, text in files.items():
        (home / name).write_text(text, "utf-8")
    return home


def _check_role(role: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", role):
        raise UnknownNameError(
            Phrase(
                "--layer {role}=...: a role is a word of small letters, figures and '_', such as 'forest' or "
                "'old_town'",
                role=role,
            ),
            code="unknown_role",
        )
    check_name(role)
    close = difflib.get_close_matches(role, known_roles(), 1, MISSPELT)
    if close and role not in known_roles():
        raise UnknownNameError(
            Phrase(
                "--layer {role}=...: did you mean '{known}'? That is a role which zoneplan knows; one of your own has "
                "a name less like it",
                role=role,
                known=close[0],
            ),
            code="unknown_role",
        )


def _entry(heading: str, /, **values: object) -> str:
    """One entry of a list of tables."""
    return "\n".join((f"[[{heading}]]", *_lines(values))) + "\n"


def _lines(values: Mapping[str, object]) -> Iterator[str]:
    for key, value in values.items():
        yield f"{key} = {_plain(value)}"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):  # a text by language
        return f"{{ {', '.join(f'{language} = {toml_value(text)}' for language, text in value.items())} }}"
    if isinstance(value, float):  # of a parameter, on every day
        return f"[{{ value = {value!r} }}]"
    return toml_value(value)


def _head(deducted: Sequence[str]) -> str:
    fields = {
        "name": NAME,
        "title": _texts("rulebook_title"),
        "country": _texts("rulebook_country"),
        "languages": list(languages()),
        "description": _texts("rulebook_description"),
    }
    land = ("", "[available_land]", f"deduct = {toml_value(list(deducted))}")
    return "\n".join((f"# {DRAFTED}", *_lines(fields), *land)) + "\n"


def _texts(key: str, role: str = "") -> dict[str, str]:
    """What the catalogues say, in every language, of a role."""
    known = known_roles().get(role)
    names = known.title if known else dict.fromkeys(languages(), name_text(role))
    return {language: catalogue("draft", language)[key].format(role=names[language]) for language in languages()}


def _zone(role: str) -> str:
    known = known_roles().get(role)
    colour = {"colour": known.colour} if known else {}
    title = {language: capital(text) for language, text in _texts("zone_title", role).items()}
    return _entry("zones", code=role, kind="main", **colour, title=title)


def _default(roles: Sequence[str]) -> str:
    code = next(code for code in ("other", "other_land", "remaining") if code not in roles)
    return _entry("zones", code=code, kind="main", default=True, title=_texts("zone_default"))


def _share(role: str) -> str:
    return _entry("indicators", name=f"{role}_share", title=_texts("share_title", role), when_absent="unknown")


def _numbers(columns: pd.DataFrame, roles: Sequence[str]) -> list[str]:
    """Columns of numbers and of truth values that rules can name."""
    taken = {f"{role}_{ending}" for role in roles for ending in ("share", "ha")}
    numbers = [str(column) for column in columns if pd.api.types.is_numeric_dtype(columns[column])]
    return [name for name in numbers if name.isidentifier() and name not in taken and columns[name].notna().any()]


def _indicator(name: str, values: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(values):
        return _entry("indicators", name=name, type="boolean", when_absent="unknown")
    entry = _entry("indicators", name=name, unit="1", when_absent="unknown")
    return entry.replace('unit = "1"', 'unit = "1"                              # write its unit of measure')


def _threshold(role: str) -> str:
    title = _texts("threshold_title", role)
    return _entry("parameters", name=f"{role}_share_min", unit="1", title=title, values=HALF, reference=DRAFTED)


def _steepest() -> str:
    name = AvailableLand().steeper_than
    return _entry("parameters", name=name, unit="deg", values=STEEP_DEG, reference=DRAFTED)


def _rule(role: str, priority: int) -> str:
    return _entry(
        "rules",
        id=f"{role}-1",
        zone=role,
        when=f"{role}_share >= {role}_share_min",
        priority=priority,
        reason=_texts("rule_reason", role),
        reference=DRAFTED,
    )


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
    >>> from zoning.pipeline import run_cases
    >>> with TemporaryDirectory() as folder:
    ...     written = write_first_rulebook(Path(folder) / "upland")
    ...     zp.read_rulebook(written).name, all(result.passed for result in run_cases(written))
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
    words = {code: catalogue("first_rulebook", code) for code in spoken}
    fields = {
        "name": name,
        "languages": toml_value(spoken),
        **{
            key: _comment(text) if key.startswith(ABOUT) else _by_language({code: words[code][key] for code in spoken})
            for key, text in words[language].items()
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
    kept_languages = spoken if language is None else tuple(dict.fromkeys(("en", language)))
    head = draft.files[HEAD].decode()
    for line in (f"name = {toml_value(name)}", f"languages = {toml_value(list(kept_languages))}"):
        key = line.partition(" ")[0]
        head = re.sub(rf"(?ms)^{key} = (\[.*?\]|[^\n]*)", line, head, count=1)
    return {**draft.files, HEAD: head.encode()}
