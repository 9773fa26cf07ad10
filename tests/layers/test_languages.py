"""Languages: those of the house, and texts by their key."""

from __future__ import annotations

import pytest

from layers.errors import ZoneplanError
from layers.languages import require_language, words_in


def test_a_language_that_is_not_there_is_refused() -> None:
    with pytest.raises(ZoneplanError, match="no language 'fr': zoneplan speaks en, zh; choose one of these"):
        words_in("fr", {"no": ("no", "否")})
    with pytest.raises(ZoneplanError, match="no language 'zh': rulebook 'x' speaks en, fr"):
        require_language("zh", ("en", "fr"), "rulebook 'x'")


def test_words_come_by_their_key() -> None:
    assert words_in("en", {"no": ("no", "否")}) == {"no": "no"}
