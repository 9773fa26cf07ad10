"""What the comments of a first plan say, in English and Chinese; the words stand in a file of their own."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from layers import LANGUAGES, ZoneplanError


@cache
def _plan_texts() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "assets" / "plan_words.toml").read_text("utf-8"))


def plan_word(language: str, key: str, **values: object) -> str:
    """One sentence or word in one language, its fields filled.

    Raises
    ------
    ZoneplanError
        The language is neither English nor Chinese.

    Examples
    --------
    >>> plan_word("zh", "id_match", share="90 %")
    '90 % 的行是单元的编号'
    """
    if language not in LANGUAGES:
        raise ZoneplanError(f"no language {language!r}: a plan is drafted in {' or '.join(LANGUAGES)}")
    return _plan_texts()[key][language].format_map(values)
