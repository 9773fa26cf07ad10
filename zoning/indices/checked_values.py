"""Values as indices take them: complete, finite, each beside the row that it belongs to; and arrays as rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.errors import StudyError, UnknownNameError, ZoneplanError, shown
from layers.numerals import floats_of
from layers.phrases import Phrase
from zoning.arguments import TAKES_ARRAYS
from zoning.errors import MissingValueError, near

Floats = npt.NDArray[np.float64]
ByLabel: TypeAlias = pd.Series | Mapping[Hashable, float] | Sequence[float] | Floats
"""Numbers for rows or columns: by label, or in their order."""

Function = TypeVar("Function", bound=Callable[..., object])

_UNIT_SUM = 1e-6
"""So far from 1 the sum of typed weights may be."""


def checked(
    values: pd.Series | Sequence[float] | Floats, name: str, *, least: float = -np.inf, above: float = -np.inf
) -> pd.Series:
    """The values as floats.

    Examples
    --------
    >>> checked(pd.Series({"a": 1, "b": 2}), "people", least=0).to_dict()
    {'a': 1.0, 'b': 2.0}
    """
    series = values if isinstance(values, pd.Series) else pd.Series(values)
    numbers = floats_of(series)
    refuse_rows(series.index, ~np.isfinite(numbers), name, missing=True)
    if not len(numbers):
        raise ZoneplanError(Phrase("{name}: there are no values", name=name), code="no_values")
    if (numbers < least).any():
        raise ZoneplanError(
            Phrase("{name}: values below {least:g}: {ids}", name=name, least=least, ids=_ids(series, numbers < least)),
            code="too_small",
        )
    if (numbers <= above).any():
        raise ZoneplanError(
            Phrase(
                "{name}: values that are not above {least:g}: {ids}",
                name=name,
                least=above,
                ids=_ids(series, numbers <= above),
            ),
            code="too_small",
        )
    return pd.Series(numbers, index=series.index, name=series.name)


def refuse_rows(index: pd.Index, wrong: npt.NDArray[np.bool_], name: str, *, missing: bool) -> None:
    """Refuse values that are missing, or all values of rows that another table has not."""
    if not wrong.any():
        return
    ids = [str(label) for label in index[wrong]]
    if missing:
        raise MissingValueError(
            Phrase(
                "{name}: {count:,} value(s) are missing or no finite numbers: {ids}. Fill them in, or leave these "
                "rows out of all that you give.",
                name=name,
                count=len(ids),
                ids=shown(ids),
            ),
            features=ids,
        )
    raise UnknownNameError(
        Phrase(
            "{name}: {count:,} row(s) are in one table only: {ids}. Give both tables the same rows.",
            name=name,
            count=len(ids),
            ids=shown(ids),
        ),
        features=ids,
    )


def checked_table(table: pd.DataFrame, *, least: float = -np.inf, above: float = -np.inf) -> pd.DataFrame:
    """The table as floats, each column of a name of its own."""
    twice = table.columns[table.columns.duplicated()]
    if len(twice) or not len(table.columns):
        fault = shown(str(name) for name in twice) if len(twice) else Phrase("there are none")
        raise ZoneplanError(
            Phrase("columns: give one or more, each of a name of its own ({fault})", fault=fault), code="columns"
        )
    columns = {name: checked(table[name], f"'{name}'", least=least, above=above) for name in table.columns}
    return pd.DataFrame(columns, index=table.index)


def beside(values: object, index: pd.Index, name: str) -> pd.Series:
    """What is given by label or in order, as a Series on an index.

    Examples
    --------
    >>> beside({"b": 2, "a": 1}, pd.Index(["a", "b"]), "people").tolist()
    [1, 2]
    """
    series = pd.Series(dict(values)) if isinstance(values, Mapping) else values
    if isinstance(series, pd.Series):
        if series.index.equals(index):
            return series
        for labels in (series.index, index):
            refuse_twice(labels, name)
        apart = series.index.symmetric_difference(index, sort=False)
        refuse_rows(apart, np.ones(len(apart), dtype=bool), name, missing=False)
        return series.reindex(index)
    if not isinstance(values, Iterable):
        raise StudyError(
            Phrase(
                "{name}: give a Series, a mapping or a sequence of numbers, and not a {given}",
                name=name,
                given=type(values).__name__,
            ),
            code="argument",
        )
    sequence = list(values)
    if len(sequence) != len(index):
        raise ZoneplanError(
            Phrase("{name}: {found:,} values for {wanted:,} rows", name=name, found=len(sequence), wanted=len(index)),
            code="length",
        )
    return pd.Series(sequence, index=index)


def by_unit(values: ByLabel | float, index: pd.Index, name: str, *, above: float = -np.inf) -> pd.Series:
    """Numbers by unit, from 0; one for all where one is given."""
    known = [values] * len(index) if isinstance(values, int | float) else values
    return checked(beside(known, index, name), name, least=0.0, above=above)


def refuse_twice(labels: pd.Index, name: str) -> None:
    """Refuse labels of which one stands twice."""
    if labels.has_duplicates:
        ids = shown(dict.fromkeys(str(label) for label in labels[labels.duplicated()]))
        raise ZoneplanError(Phrase("{name}: labels that stand twice: {ids}", name=name, ids=ids), code="twice")


def checked_groups(groups: object, index: pd.Index) -> pd.Series:
    """The group of each row, none missing."""
    labels = beside(groups, index, "groups")
    refuse_rows(index, labels.isna().to_numpy(), "groups", missing=True)
    return labels


def checked_people(weights: ByLabel | None, index: pd.Index, name: str = "weights") -> pd.Series:
    """Weights of rows, from 0 and not all 0; 1 each where none are given."""
    if weights is None:
        return pd.Series(1.0, index=index)
    people = checked(beside(weights, index, name), name, least=0.0)
    refuse_nothing(people, name)
    return people


def refuse_nothing(values: pd.Series, name: str) -> None:
    """Refuse values, none of which is below 0, that have no sum to take shares of."""
    if not (values > 0).any():  # their sum may be beyond all numbers
        raise ZoneplanError(Phrase("{name}: their sum is not above 0", name=name), code="no_sum")


def checked_weights(weights: ByLabel, columns: pd.Index) -> pd.Series:
    """A weight for each column, from 0, in sum 1."""
    by_column = checked(beside(weights, columns, "weights"), "weights", least=0.0)
    total = float(by_column.sum())
    if abs(total - 1) > _UNIT_SUM:
        raise ZoneplanError(
            Phrase("the weights add up to {total:g}, not to 1; divide each of them by their sum", total=total),
            code="weights",
        )
    return by_column / total


def refuse_absent(table: pd.DataFrame, names: Iterable[Hashable]) -> None:
    """Refuse a table without one of some columns."""
    for name in names:
        if name not in table.columns:
            hint = near(str(name), map(str, table.columns))
            raise UnknownNameError(Phrase("the table has no column '{name}'{hint}", name=name, hint=hint))


def checked_costs(cost: Iterable[Hashable], columns: pd.Index) -> npt.NDArray[np.bool_]:
    """Whether less is better, by column."""
    named = [cost] if isinstance(cost, str) else list(cost)
    for name in named:
        if name not in columns:
            raise UnknownNameError(
                Phrase("cost: there is no column '{name}'{hint}", name=name, hint=near(str(name), map(str, columns)))
            )
    return np.asarray(columns.isin(named))


def _ids(series: pd.Series, wrong: npt.NDArray[np.bool_]) -> str:
    return shown(str(label) for label in series.index[wrong])


def of_arrays(function: Function) -> Function:
    """A function of a table or column that also takes an ``xarray.Dataset`` or ``xarray.DataArray`` in its place."""

    @wraps(function)
    def on_arrays(first: Any, *more: Any, **named: Any) -> Any:
        if not _is_array(first):
            return function(first, *more, **named)
        arrays = [first, *(array for array in (*more, *named.values()) if _is_array(array))]
        tables = [_columns(array, first) for array in arrays]
        known = np.logical_and.reduce([table.notna().all(axis=1).to_numpy() for table in tables])
        index = pd.RangeIndex(int(known.sum()))

        def rows(argument: Any) -> Any:
            if not _is_array(argument):
                return argument
            table = _columns(argument, first)[known].set_axis(index)
            return table if hasattr(argument, "data_vars") else table.iloc[:, 0].rename(argument.name)

        result = function(rows(first), *map(rows, more), **{name: rows(argument) for name, argument in named.items()})
        return _placed(result, first, known)

    vars(on_arrays)[TAKES_ARRAYS] = True
    return cast("Function", on_arrays)


def _is_array(argument: object) -> bool:
    return hasattr(argument, "dims") and hasattr(argument, "coords")


def _columns(array: Any, first: Any) -> pd.DataFrame:
    """One row a cell, in the order of the first."""
    order = _like(first).dims
    if hasattr(array, "data_vars"):
        return pd.DataFrame({name: array[name].transpose(*order).values.ravel() for name in array.data_vars})
    return pd.DataFrame({"value": array.transpose(*order).values.ravel()})


def _like(first: Any) -> Any:
    """An array with the coordinates of what was given."""
    return next(iter(first.data_vars.values())) if hasattr(first, "data_vars") else first


def _placed(result: object, first: Any, known: np.ndarray) -> object:
    """What was said of the cells, in their places; what is no table as it is."""
    like = _like(first)
    if isinstance(result, pd.DataFrame):
        return first.assign({name: _array(result[name], like, known) for name in result})
    if isinstance(result, pd.Series) and len(result) == known.sum() and isinstance(result.index, pd.RangeIndex):
        return _array(result, like, known)
    return result


def _array(column: pd.Series, like: Any, known: np.ndarray) -> Any:
    numbers = pd.api.types.is_numeric_dtype(column.dtype)
    flat = np.full(len(known), np.nan if numbers else None, dtype=np.float64 if numbers else object)
    flat[known] = column.to_numpy()
    return like.copy(data=flat.reshape(like.shape))
