"""What the report and the picture say of themselves, in English and Chinese; the words stand in a file of their own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from layers import LANGUAGES, ZoneplanError
from maps.lettering import format_number


@cache
def _report_texts() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "assets" / "report_words.toml").read_text("utf-8"))


def report_words(language: str) -> dict[str, str]:
    """The words of one language by their key.

    Raises
    ------
    ZoneplanError
        The language is neither English nor Chinese.

    Examples
    --------
    >>> report_words("zh")["zones"]
    '分区'
    """
    if language not in LANGUAGES:
        raise ZoneplanError(
            f"no language {language!r}: reports and pictures are written in {' or '.join(LANGUAGES)}; "
            "titles of a rulebook fall back to English"
        )
    return {key: texts[language] for key, texts in _report_texts().items()}


def units_counted(count: int, words: Mapping[str, str]) -> str:
    """A number of units, in words that fit one and many.

    Examples
    --------
    >>> units_counted(1, report_words("en")), units_counted(1234, report_words("en"))
    ('1 unit', '1,234 units')
    """
    return words["one_unit"] if count == 1 else words["n_units"].format(n=format_number(count))
