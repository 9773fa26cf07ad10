"""The ledger: what was wrong with the inputs, what was done about it, and the area before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from layers.phrases import SEMICOLON, Phrase, phrase_list

LEDGER_COLUMNS = ("layer", "feature", "finding", "action", "area_before_ha", "area_after_ha")
_KEY = list(LEDGER_COLUMNS[:3])


_WORDS: Mapping[str, str] = {
    phrase.template: phrase
    for phrase in (
        Phrase("crs"),
        Phrase("curves"),
        Phrase("datum"),
        Phrase("deleted"),
        Phrase("dimensions"),
        Phrase("duplicate"),
        Phrase("empty"),
        Phrase("encoding"),
        Phrase("gap"),
        Phrase("invalid"),
        Phrase("jurisdiction"),
        Phrase("name"),
        Phrase("nodata"),
        Phrase("number"),
        Phrase("outside"),
        Phrase("overlap"),
        Phrase("parts"),
        Phrase("shifted"),
        Phrase("spelling"),
        Phrase("unknown"),
        Phrase("unmatched"),
        Phrase("warning"),
    )
}


def finding_word(finding: str) -> str:
    """The word for a kind of finding, as people read it.

    Examples
    --------
    >>> finding_word("gap").template
    'gap'
    """
    return _WORDS.get(finding, finding)


def entries(
    layer: str,
    features: Iterable[Any],
    finding: str,
    action: str | Sequence[str],
    *,
    before_ha: Any = None,
    after_ha: Any = None,
) -> pd.DataFrame:
    """Rows of the ledger, one a feature.

    Examples
    --------
    >>> entries("forests", [7], "invalid", "repaired", before_ha=2.0, after_ha=1.5).to_dict("records")[0]["feature"]
    '7'
    """
    ids = [str(feature) for feature in features]
    if not ids:
        return _empty().copy(deep=False)
    actions = pd.Series([action] * len(ids) if isinstance(action, str) else [*action], dtype=object)
    rows = pd.DataFrame({"layer": layer, "feature": ids, "finding": finding, "action": actions})
    return _typed(rows.assign(area_before_ha=before_ha, area_after_ha=after_ha))


def gather(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """One ledger of many, sorted; one row a layer, feature and finding.

    Where several say the same of a feature, their actions are joined, the first area before and the last after hold.

    Examples
    --------
    >>> parts = [entries("b", [1], "invalid", "x"), entries("a", [2], "empty", "y"), entries("b", [1], "invalid", "z")]
    >>> gather(parts)[["layer", "feature", "action"]].to_numpy().tolist()
    [['a', '2', 'y'], ['b', '1', 'x; z']]
    """
    filled = [part for part in parts if len(part)]
    if not filled:
        return _empty().copy()
    if len(filled) == 1 and not filled[0].duplicated(_KEY).any():
        return filled[0].sort_values(_KEY, kind="stable", ignore_index=True)
    rows = pd.concat(filled, ignore_index=True).sort_values(_KEY, kind="stable", ignore_index=True)
    if rows.duplicated(_KEY).any():
        joined = {"action": lambda actions: phrase_list(dict.fromkeys(actions), SEMICOLON)}
        rows = rows.groupby(_KEY, as_index=False, sort=True).agg(
            {**joined, "area_before_ha": "first", "area_after_ha": "last"}
        )
    return _typed(rows)


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    kinds = {name: "float64" if name.endswith("_ha") else "str" for name in LEDGER_COLUMNS} | {"action": object}
    return rows.loc[:, list(LEDGER_COLUMNS)].astype(kinds).reset_index(drop=True)


@cache
def _empty() -> pd.DataFrame:
    """A ledger without rows; it is made when it is asked for, as the first column of texts takes megabytes."""
    return _typed(pd.DataFrame(columns=list(LEDGER_COLUMNS)))
