"""The language in which the command speaks: the one asked for or that of the plan or run, else the user's own."""

from __future__ import annotations

import json
import os
import re
from contextvars import ContextVar
from pathlib import Path

from layers.phrases import Phrase

ENGLISH = "en"
CATALOGUES = Path(__file__).parents[2] / "maps" / "words" / "catalogues"
"""Those of ``maps.words``, which loads more than help needs."""
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""What says the user's language, the strongest first."""
_READ_BYTES = 1_000_000
_OF_PLAN = re.compile(
    r"""^[ \t]*\[study\][^\n]*\n(?:(?![ \t]*\[)[^\n]*\n)*?[ \t]*language[ \t]*=[ \t]*["']([\w-]+)["']""", re.MULTILINE
)

_OF_TRY = re.compile(
    r"""^[ \t]*\[try\][^\n]*\n(?:(?![ \t]*\[)[^\n]*\n)*?[ \t]*plan[ \t]*=[ \t]*["']([^"'\n]+)["']""", re.MULTILINE
)
_PROVENANCE = "provenance.json"
"""Of a run folder; ``maps.runs``, which writes it, loads more than a first word needs."""

_SPOKEN: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


def speak(language: str | None = None) -> None:
    """Speak a language from here on; that of the user's environment where it is None.

    One that there is no catalogue of changes nothing: what refuses it says so in the language spoken until then.
    """
    wanted = own_language() if language is None else language
    if wanted == ENGLISH or _is_known(wanted):
        _SPOKEN.set(wanted)


def spoken() -> str:
    """The language that is spoken."""
    return _SPOKEN.get()


def own_language() -> str:
    """The language of the user's environment where zoneplan speaks it, else English.

    Examples
    --------
    >>> own_language() in ("en", "pt", "zh")
    True
    """
    locale = next(filter(None, map(os.environ.get, _LOCALE)), "")
    tag = re.split(r"[._@]", locale)[0].lower()
    return tag if tag not in ("", "c", "posix") and _is_known(tag) else ENGLISH


def language_of_plan(path: Path) -> str | None:
    """The language that a plan asks for, even of a file that cannot be read otherwise; None where it says none.

    A try asks for that of the plan which it tries.
    """
    text = _text_of(path)
    tried = _OF_TRY.search(text)
    match = _OF_PLAN.search(_text_of(path.parent / tried[1]) if tried else text)
    return match[1] if match else None


def language_of(target: Path) -> str | None:
    """The language of a run folder, or the one that a plan asks for; None where neither says one."""
    if not target.is_dir():
        return language_of_plan(target)
    try:
        content = json.loads(_text_of(target / _PROVENANCE))
    except ValueError:
        return None
    language = content.get("language") if isinstance(content, dict) else None
    return language if isinstance(language, str) else None


def _text_of(path: Path) -> str:
    """The beginning of a file; nothing of one that cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(_READ_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


def in_words(message: str) -> str:
    """What is said, in the language that is spoken."""
    if not isinstance(message, Phrase) or spoken() == ENGLISH:
        return str(message)  # without the catalogues, which take a while to load
    from maps.words import phrase_in  # noqa: PLC0415  (as said)

    return phrase_in(message, spoken())


def _is_known(language: str) -> bool:
    return language in {path.stem for path in CATALOGUES.glob("*.mo")}
