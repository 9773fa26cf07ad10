"""Weights of criteria: equal, by how much they tell units apart, or from judgements on pairs."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.errors import ZoneplanError
from layers.numerals import floats_of
from layers.phrases import Phrase
from zoning.indices.checked_values import checked_table, of_arrays, refuse_rows

RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
"""Mean consistency index of random matrices of 1 to 15 criteria, as Saaty printed it in 1980."""
_RECIPROCAL = 0.02
"""So far from 1 the product of a judgement and its reverse may be: 0.33 is written for a third."""


def equal_weights(table: pd.DataFrame) -> pd.Series:
    """The same weight for each criterion.

    Parameters
    ----------
    table : DataFrame
        One column a criterion.

    Returns
    -------
    Series of float
        By column, in sum 1.

    Raises
    ------
    ZoneplanError
        There are no columns.

    Notes
    -----
    w = 1 / m of m criteria.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> zp.indices.equal_weights(pd.DataFrame({"water": [1.0], "land": [2.0]})).to_dict()
    {'water': 0.5, 'land': 0.5}
    """
    columns = checked_table(table).columns
    return pd.Series(1.0 / len(columns), index=columns)


@of_arrays
def entropy_weights(table: pd.DataFrame) -> pd.Series:
    """Weights by information: the more unevenly a criterion is spread over units, the more it weighs.

    Parameters
    ----------
    table : DataFrame
        One row a unit, two or more; one column a criterion of positive values.

    Returns
    -------
    Series of float
        By column, in sum 1. A criterion that is the same everywhere weighs 0.

    Raises
    ------
    MissingValueError
        A value is missing or infinite.
    ZoneplanError
        A value is below 0, a column is 0 everywhere, there are fewer than two rows, or every criterion is the same
        everywhere.

    Notes
    -----
    Each value's part of its column's sum, p = x / sum x; the column's entropy as a part of the largest possible,
    e = -(sum p ln p) / ln n of n units, where 0 ln 0 is 0; weights in proportion to 1 - e. C. E. Shannon, 1948; C.-L.
    Hwang and K. Yoon, *Multiple Attribute Decision Making*, 1981.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> table = pd.DataFrame({"even": [5.0, 5.0], "uneven": [1.0, 9.0]})
    >>> zp.indices.entropy_weights(table).to_dict()
    {'even': 0.0, 'uneven': 1.0}
    """
    values = checked_table(table, least=0.0)
    if len(values) < 2 or (values.max() == 0).any():
        raise ZoneplanError(
            Phrase("entropy needs two rows or more, and in each column a value above 0"), code="entropy"
        )
    near_one = values / values.max()
    parts = (near_one / near_one.sum()).to_numpy()
    logs = np.log(parts, where=parts > 0, out=np.zeros_like(parts))
    sums = pd.Series((parts * logs).sum(axis=0), index=values.columns)
    return weights_by_entropy(sums, len(values), values.max() == values.min())


def weights_by_entropy(logs: pd.Series, count: int, same: pd.Series) -> pd.Series:
    """Weights from the sum of p ln p of each column, of so many rows; 0 for columns that are the same everywhere."""
    information = np.where(same, 0.0, np.maximum(0.0, 1 + logs.to_numpy() / math.log(count)))
    if not information.sum() > 0:
        raise ZoneplanError(
            Phrase("each criterion is the same everywhere, so entropy gives no weights"), code="entropy"
        )
    return pd.Series(information / information.sum(), index=logs.index)


def ahp_weights(matrix: pd.DataFrame | npt.ArrayLike, gate: float | None = 0.1) -> tuple[pd.Series, float]:
    """Weights from judgements on pairs of criteria (AHP), and how consistent the judgements are.

    Parameters
    ----------
    matrix : DataFrame or array of n x n
        How many times as important as the criterion of the column is that of the row: 1 on the diagonal, and of each
        pair one judgement the reciprocal of the other. At most 15 criteria.
    gate : float, optional
        Refuse judgements with a larger consistency ratio; None takes all.

    Returns
    -------
    weights : Series of float
        By row label, in sum 1.
    consistency_ratio : float
        0 where all judgements fit each other.

    Raises
    ------
    MissingValueError
        A judgement is missing.
    ZoneplanError
        The matrix is not square and reciprocal with positive numbers, is too large, or is less consistent than
        ``gate``.

    Notes
    -----
    The weights are the principal eigenvector of the matrix. Its eigenvalue L gives the consistency index
    CI = (L - n) / (n - 1), and the ratio is CI / RI with the mean index RI of random matrices. T. L. Saaty, *The
    Analytic Hierarchy Process*, 1980, where 0.1 is the gate.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> names = ["water", "land", "roads"]
    >>> judged = pd.DataFrame([[1, 2, 4], [1 / 2, 1, 2], [1 / 4, 1 / 2, 1]], index=names, columns=names)
    >>> weights, ratio = zp.indices.ahp_weights(judged)
    >>> weights.round(4).to_dict(), round(ratio, 6)
    ({'water': 0.5714, 'land': 0.2857, 'roads': 0.1429}, 0.0)
    """
    frame = matrix if isinstance(matrix, pd.DataFrame) else pd.DataFrame(np.atleast_2d(np.asarray(matrix)))
    size = len(frame)
    alike = frame.index.is_unique and set(frame.columns) == set(frame.index)
    if frame.shape != (size, size) or not 1 <= size <= len(RANDOM_INDEX) or not alike:
        raise ZoneplanError(
            Phrase(
                "a matrix of {rows} x {columns}: give as many columns as rows, with the same names, at most {most}",
                rows=size,
                columns=frame.shape[1],
                most=len(RANDOM_INDEX),
            ),
            code="matrix",
        )
    judged = np.column_stack([floats_of(frame[name]) for name in frame.index])
    refuse_rows(frame.index, np.any(~np.isfinite(judged), axis=1), "matrix", missing=True)
    if (judged <= 0).any() or (np.abs(judged * judged.T - 1) > _RECIPROCAL).any():
        raise ZoneplanError(
            Phrase("the matrix is not reciprocal: where a row is 3 times as important, the other has 1/3"),
            code="matrix",
        )
    values, vectors = np.linalg.eig(judged)
    principal = int(np.argmax(values.real))
    vector = np.abs(vectors[:, principal].real)
    ratio = 0.0
    if RANDOM_INDEX[size - 1]:
        ratio = max(0.0, float(values[principal].real) - size) / (size - 1) / RANDOM_INDEX[size - 1]
    if gate is not None and ratio > gate:
        raise ZoneplanError(
            Phrase(
                "the judgements contradict each other: consistency ratio {ratio:.3f}, and {gate:g} is the most. Judge "
                "the pairs again, or give gate=None",
                ratio=ratio,
                gate=gate,
            ),
            code="inconsistent",
        )
    return pd.Series(vector / vector.sum(), index=frame.index), ratio
