"""Ids that people take for the same and computers do not: blanks, full width, other alphabets, lost zeros."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from layers.errors import SourceError
from layers.ledger import entries
from layers.phrases import Phrase, phrase_list

_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_LOOKALIKES = str.maketrans("авекмнорстухѕіјһԁԛԝαβεζηικμνορτυχ", "abekmhopctyxsijhdqwabezhikmvoptyx")
"""Small Cyrillic and Greek letters, and the Latin ones for which they, or their capitals, are taken."""
_SHOWN = 5


def canonical(text: str) -> str:
    r"""An id as it is meant: NFKC, without blanks around it and without what nobody sees.

    Examples
    --------
    >>> canonical("\ufeff \uff10\uff14013\u200b ")
    '04013'
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    seen = "".join(one for one in text if unicodedata.category(one) not in _INVISIBLE)
    return unicodedata.normalize("NFKC", seen).strip()


def alike_ids(ids: Iterable[str]) -> list[list[str]]:
    """Ids that say the same in different characters, together; they are unique as they stand.

    Examples
    --------
    >>> alike_ids(["a1", "a1 ", "b2"])
    [['a1', 'a1 ']]
    """
    return [each for each in _by(canonical, ids).values() if len(each) > 1]


def settle_ids(table: pd.DataFrame, ids: pd.Index, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A table with the ids of units where its own say the same in other characters."""
    strangers = table.index[~table.index.isin(ids)]
    if strangers.empty:
        return table, entries(name, [], "spelling", "")
    free = ids[~ids.isin(table.index)]
    units = _by(canonical, ids)
    meant = {one: units[canonical(one)] for one in strangers if canonical(one) in units}
    taken = _by(lambda one: meant.get(one, [one])[0], [*meant, *table.index[table.index.isin(ids)]])
    twice = [spellings for spellings in taken.values() if len(spellings) > 1]
    if twice or any(len(unit) > 1 for unit in meant.values()):
        pairs = twice or [[one, *unit] for one, unit in meant.items() if len(unit) > 1]
        raise SourceError(
            Phrase(
                "table '{table}': {count} id(s) are written in several ways: {ids}. They differ in what nobody sees, "
                "such as blanks or full-width digits: keep one row for each unit.",
                table=name,
                count=len(pairs),
                ids=phrase_list(" / ".join(map(ascii, one)) for one in pairs[:_SHOWN]),
            ),
            code="id_duplicate",
            layer=name,
            features=[one for pair in pairs for one in pair],
        )
    renamed = {one: unit[0] for one, unit in meant.items()}
    _refuse_near(
        [one for one in strangers if one not in renamed], free.difference([*renamed.values()]), len(table), name
    )
    said = [
        Phrase("read as '{unit}': the file has {written}", unit=unit, written=ascii(one))
        for one, unit in renamed.items()
    ]
    note = entries(name, renamed.values(), "spelling", said)
    return table.rename(index=renamed), note


def _refuse_near(strangers: Iterable[str], free: pd.Index, rows: int, name: str) -> None:
    """Refuse ids that are nearly those of units without a row, unless it is all of them: then the column is another."""
    units = _by(_loosely, free)
    near = {one: units[_loosely(one)] for one in strangers if _loosely(one) in units}
    if not near or len(near) == rows:
        return
    listed = [
        Phrase("'{id}' (unit {units})", id=one, units=phrase_list(map(repr, units)))
        for one, units in [*near.items()][:_SHOWN]
    ]
    raise SourceError(
        Phrase(
            "table '{table}': {count} id(s) are no unit's, but nearly: {ids}. Write them as the units do. Spreadsheets "
            "take codes for numbers and leave out zeros in front: import that column as text. A letter may be of "
            "another alphabet.",
            table=name,
            count=len(near),
            ids=phrase_list(listed),
        ),
        code="id_near",
        layer=name,
        features=list(near),
    )


def _loosely(text: str) -> str:
    """An id without what gets lost or mistaken: alphabet, capital letters, zeros in front, ``.0`` behind."""
    return canonical(text).casefold().translate(_LOOKALIKES).removesuffix(".0").lstrip("0")


def _by(key: Callable[[str], str], ids: Iterable[str]) -> Mapping[str, list[str]]:
    found = defaultdict(list)
    for one in ids:
        found[key(one)].append(one)
    return found
