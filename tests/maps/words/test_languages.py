"""Languages: those of the catalogues and those of the rulebook; another one is refused before anything is said."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from layers.conditions import parse_condition
from layers.errors import ZoneplanError
from maps.words import Renderer, languages, require_language, require_spoken
from zoning.rulebook import read_rulebook


def test_english_comes_first() -> None:
    assert languages()[0] == "en"
    assert list(languages()[1:]) == sorted(languages()[1:])


def test_a_language_that_is_not_there_is_refused() -> None:
    ((clause,),) = parse_condition("slope > 1").explain(pd.DataFrame({"slope": [2.0]}))
    with pytest.raises(ZoneplanError, match=f"no language 'xx': zoneplan speaks {', '.join(languages())}; choose one"):
        Renderer("xx").clause(clause)
    with pytest.raises(ZoneplanError, match=r"no language '\\u001b': zoneplan speaks en") as caught:
        require_language("\x1b")
    assert caught.value.code == "language"


def test_a_language_that_the_rulebook_does_not_speak_is_refused(write_rulebook) -> None:
    def other(text: str) -> str:
        return text.replace('zh = "', 'xx = "').replace('["en", "zh"]', '["en", "xx"]')

    files = ("rulebook", "zones", "indicators", "parameters", "rules", "lines", "policies", "terms", "cases")
    rulebook = read_rulebook(write_rulebook(**dict.fromkeys(files, other)), date(2025, 1, 1))
    require_spoken("en", rulebook)
    with pytest.raises(ZoneplanError, match="no language 'zh': rulebook 'small' speaks en, xx; choose one of these"):
        require_spoken("zh", rulebook)
    with pytest.raises(ZoneplanError, match="no language 'xx': zoneplan speaks en"):
        require_spoken("xx", rulebook)
