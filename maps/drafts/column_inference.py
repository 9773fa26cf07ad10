"""What the columns of a user's own file seem to be, how sure that is, and why.

A guess is a proposal to a planner and always says its reason; nothing here decides anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import pandas as pd

from layers.errors import SourceError, shown
from layers.phrases import SEMICOLON, Phrase, phrase_list
from maps.words import catalogue

Sure = Literal["sure", "likely", "unsure"]

_ID_WORDS = (
    "id", "fips", "geoid", "adcode", "code", "gid", "nuts", "lau", "ags", "pac", "xzqdm", "dm", "代码", "编码", "编号",
    "区划",
)  # fmt: skip
_NAME_WORDS = ("name", "nom", "nome", "nombre", "label", "title", "mc", "xzqmc", "名")
_AMOUNT_WORDS = ("pop", "population", "people", "inhabitants", "residents", "人口")
_LEVEL_WORDS = (
    "nation", "country", "state", "province", "prov", "region", "county", "prefecture", "district", "department",
    "canton", "bloc", "jurisdiction", "省", "市", "州", "盟", "区域", "地区", "片区", "县",
)  # fmt: skip
_X_WORDS = ("longitude", "lon", "lng", "long", "x", "easting", "经度", "东经")
_Y_WORDS = ("latitude", "lat", "y", "northing", "纬度", "北纬")
_CODED = re.compile(r"[A-Za-z0-9._:-]*[0-9][A-Za-z0-9._:-]*")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_FEW = 20


class InferredColumn(NamedTuple):
    """What a column seems to be."""

    column: str
    sure: Sure
    why: str


def guess_id(frame: pd.DataFrame, file: str, language: str = "en") -> InferredColumn:
    """The column that identifies a unit: filled, without repeats, best a code of one width.

    Examples
    --------
    >>> frame = pd.DataFrame({"fid": [1, 2, 3], "fips": ["04001", "04003", "08001"], "kind": list("abc")})
    >>> guess_id(frame, "counties.gpkg")
    InferredColumn(column='fips', sure='sure', why='a value of its own in each of the 3 rows, 5 characters each')
    """
    fit = [column for column in _texts_and_integers(frame) if not _id_fault(frame[column])]
    if not fit:
        raise SourceError(
            Phrase(
                "layer 'units': no column of {file} has a value of its own in every row, so none can be the id of "
                "the units: {faults}. Fill one in, add a column of codes, or dissolve the parts of one unit.",
                file=file,
                faults=_faults(frame),
            ),
            code="id_missing",
            layer="units",
        )
    scores = {column: _id_score(column, frame[column]) for column in fit}
    best = max(fit, key=lambda column: scores[column])  # of equals the first
    widths = sorted({len(text) for text in frame[best].astype("str")})
    span = f"{widths[0]}" if len(widths) == 1 else f"{widths[0]}-{widths[-1]}"
    told = catalogue("draft", language)
    why = told["id_why"].format(rows=len(frame), width=span)
    sure: Sure = "sure" if scores[best] >= 5 else "likely" if scores[best] >= 3 else "unsure"
    if _hints(best, (*_NAME_WORDS, *_AMOUNT_WORDS)):  # what it holds now may be different, and what it means is another
        sure = "unsure"
    if pd.api.types.is_integer_dtype(frame[best]):
        why += told["id_number"]
        sure = "likely" if sure == "sure" else sure
    others = [column for column in fit if column != best and scores[column] >= 3]
    if others:
        why += told["id_others"].format(columns=told["and"].join(map(repr, others)))
    return InferredColumn(best, sure, why)


def guess_name(frame: pd.DataFrame, id_column: str, language: str = "en") -> InferredColumn | None:
    """The column with the units' names for people, if there is one.

    Examples
    --------
    >>> guess_name(pd.DataFrame({"code": ["a", "b"], "名称": ["昭通市", "毕节市"]}), "code").column
    '名称'
    """
    told = catalogue("draft", language)
    if "name" in frame.columns and id_column != "name" and not _blank(frame["name"]).all():
        return InferredColumn("name", "sure", told["name_why"])  # zoneplan gives every unit a column of that name
    own_script = _is_han(told["text"])
    found = []
    for column in frame.columns:
        values = frame[column].dropna()
        if column == id_column or not pd.api.types.is_string_dtype(values) or not len(values):
            continue
        texts = values.astype("str")
        lettered = texts.str.contains(r"[^\W\d_]{2}", regex=True).mean()
        apart = texts.nunique() / len(frame)
        if lettered < 0.5 or apart < 0.5:
            continue
        suits = (texts.map(_is_han).mean() > 0.5) == own_script
        found.append((2 * _hints(column, _NAME_WORDS) + suits + apart, column))
    if not found:
        return None
    _, column = max(found, key=lambda one: one[0])
    named = _hints(column, _NAME_WORDS)
    return InferredColumn(column, "likely" if named else "unsure", told["name_why" if named else "name_texts"])


def guess_jurisdictions(
    frame: pd.DataFrame, id_column: str, name_column: str | None, language: str = "en"
) -> tuple[tuple[InferredColumn, ...], tuple[str, ...]]:
    """The columns of jurisdictions, highest first, each nested in the one before; and others with few values.

    Examples
    --------
    >>> ids, states = ["0401", "0402", "0801", "0802"], ["AZ", "AZ", "CO", "CO"]
    >>> frame = pd.DataFrame({"id": ids, "state": states, "soil": list("abba")})
    >>> levels, others = guess_jurisdictions(frame, "id", None)
    >>> [level.column for level in levels], others
    (['state'], ('soil',))
    """
    told, ids = catalogue("draft", language), frame[id_column].astype("str")
    if "jurisdiction" in frame.columns and not _blank(frame["jurisdiction"]).any():
        return (InferredColumn("jurisdiction", "sure", told["level_word"]),), ()
    few = [
        column
        for column in _texts_and_integers(frame)
        if column not in {id_column, name_column}
        and not _blank(frame[column]).any()
        and 1 < frame[column].nunique() <= len(frame) / 2
    ]
    few.sort(key=lambda column: (frame[column].nunique(), pd.api.types.is_integer_dtype(frame[column])))
    levels: list[InferredColumn] = []
    for column in few:
        called, coded = _hints(column, _LEVEL_WORDS), _starts_ids(frame[column], ids)
        above = frame[levels[-1].column] if levels else None
        nested = above is None or (_nested(frame[column], above) and not _nested(above, frame[column]))
        if (called or coded) and nested:
            why = told["level_both" if called and coded else "level_word" if called else "level_code"]
            levels.append(InferredColumn(column, "sure" if called and coded else "likely", why))
    taken = {level.column for level in levels}
    return tuple(levels), tuple(column for column in few if column not in taken)


def guess_place(frame: pd.DataFrame) -> tuple[str, str, bool] | None:
    """The columns with the coordinates of points, and whether they are degrees.

    Examples
    --------
    >>> guess_place(pd.DataFrame({"mw": [1.0], "Longitude": [-109.5], "Latitude": [35.0]}))
    ('Longitude', 'Latitude', True)
    >>> guess_place(pd.DataFrame({"mw": [1.0], "x": [4012000.0], "y": [3001000.0]}))
    ('x', 'y', False)
    """
    numeric = [one for one in frame.columns if pd.api.types.is_numeric_dtype(frame[one]) and frame[one].notna().any()]
    pairs = zip(_X_WORDS[:6], ("latitude", "lat", "lat", "lat", "y", "northing"), strict=True)
    for east, north in [*pairs, *zip(_X_WORDS[6:], _Y_WORDS[4:], strict=True)]:
        xs = [one for one in numeric if _hints(one, (east,))]
        ys = [one for one in numeric if _hints(one, (north,))]
        if len(xs) == 1 and len(ys) == 1:
            degrees = bool(frame[xs[0]].abs().max() <= 180 and frame[ys[0]].abs().max() <= 90)
            return xs[0], ys[0], degrees
    return None


def guess_table_id(frame: pd.DataFrame, ids: Iterable[str]) -> tuple[str, float] | None:
    """The column of a table that holds the units' ids, and the share of its rows that are one.

    Examples
    --------
    >>> guess_table_id(pd.DataFrame({"pop": ["1", "2"], "code": ["01", "02"]}), ["01", "02", "03"])
    ('code', 1.0)
    """
    known = set(ids)
    shares = {
        column: float(frame[column].isin(known).mean()) for column in frame.columns if not _id_fault(frame[column])
    }
    best = max(shares, key=lambda column: shares[column], default=None)
    return None if best is None or not shares[best] else (best, shares[best])


def lost_zeros(frame: pd.DataFrame, ids: Iterable[str]) -> str | None:
    """The column of a table that would match the units' ids, had it not lost its leading zeros.

    Examples
    --------
    >>> lost_zeros(pd.DataFrame({"code": ["1", "2"]}), ["01", "02"])
    'code'
    """
    known = {one.lstrip("0") for one in ids if one.startswith("0")}
    return next((column for column in frame.columns if len(known) and frame[column].isin(known).mean() >= 0.5), None)


def few_values(frame: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """The text columns with few values, of which a condition could choose."""
    texts = [column for column in frame.columns if pd.api.types.is_string_dtype(frame[column])]
    values = {column: sorted(set(frame[column].dropna().astype("str"))) for column in texts}
    return {column: tuple(found) for column, found in values.items() if 1 < len(found) <= min(_FEW, len(frame) / 2)}


def _texts_and_integers(frame: pd.DataFrame) -> list[str]:
    kinds = (pd.api.types.is_string_dtype, pd.api.types.is_integer_dtype)
    return [column for column in frame.columns if any(kind(frame[column]) for kind in kinds)]


def _id_fault(values: pd.Series) -> str:
    empty = int(_blank(values).sum())
    twice = values[values.duplicated() & values.notna()].astype("str").unique()
    return (
        Phrase("it is empty in {empty} row(s)", empty=empty)
        if empty
        else Phrase("{ids} stand twice", ids=shown(twice))
        if len(twice)
        else ""
    )


def _blank(values: pd.Series) -> pd.Series:
    """Where nothing stands, or nothing but spaces."""
    return values.isna() | (values.astype("str").str.strip() == "")


def _faults(frame: pd.DataFrame) -> str:
    columns = _texts_and_integers(frame)
    likely = [column for column in columns if _hints(column, _ID_WORDS)] or columns
    told = [Phrase("of '{column}' {fault}", column=column, fault=_id_fault(frame[column])) for column in likely[:3]]
    return phrase_list(told, SEMICOLON) or Phrase("there is no column of texts or whole numbers")


def _id_score(column: str, values: pd.Series) -> int:
    texts = values.astype("str")
    number = bool(pd.api.types.is_integer_dtype(values))
    coded = all(_CODED.fullmatch(text) for text in texts)
    counted = number and len(values) > 1 and int(values.max()) - int(values.min()) == len(values) - 1
    hint = _hints(column, _ID_WORDS)
    return (
        3 * hint
        + (not number)
        + (len(set(texts.str.len())) == 1)
        + 2 * coded
        - 3 * counted  # a row number, which the next export changes
        - 4 * (number and not hint)  # inhabitants, for instance
        - 2 * _hints(column, _NAME_WORDS)
        - 4 * _hints(column, _AMOUNT_WORDS)
    )


def _starts_ids(values: pd.Series, ids: pd.Series) -> bool:
    """Whether a value goes with the beginning of the id and the other way round, as of nested codes."""
    longest = int(ids.str.len().min()) - 1
    return any(_nested(values, ids.str[:size]) and _nested(ids.str[:size], values) for size in range(1, longest + 1))


def _nested(inner: pd.Series, outer: pd.Series) -> bool:
    """Whether each value of one lies in one value of the other."""
    return bool(outer.groupby(inner.to_numpy()).nunique().max() == 1)


def _is_han(text: str) -> bool:
    """Whether a text has a Chinese character."""
    return _HAN.search(text) is not None


def _hints(column: str, words: Sequence[str]) -> bool:
    """Whether a column's name has one of the words in it.

    Examples
    --------
    >>> _hints("STATEFP", ["state"]), _hints("县级码", ["县"]), _hints("width", ["id"]), _hints("unit_id", ["id"])
    (True, True, False, True)
    """
    tokens = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column).lower())
    return any(
        word in column if not word.isascii() else
        any(token == word or (len(word) >= 4 and (token.startswith(word) or token.endswith(word))) for token in tokens)
        for word in words
    )  # fmt: skip
