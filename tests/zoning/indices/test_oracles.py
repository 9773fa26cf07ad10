"""The same figures as libraries that others keep; one that is not installed says so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from zoneplan import indices as ix

RANDOM = np.random.default_rng(20191126)
TABLE = pd.DataFrame(RANDOM.uniform(1, 9, (12, 4)), columns=list("abcd"))
WEIGHTS = np.array([0.1, 0.2, 0.3, 0.4])
TYPES = np.array([1, -1, 1, -1])
COST = ["b", "d"]


@pytest.mark.slow
def test_composites_are_those_of_pymcdm() -> None:
    pytest.importorskip("pymcdm", reason="pymcdm is not installed: pip install zoneplan[dev]")
    from pymcdm import helpers, methods, normalizations, weights

    values = TABLE.to_numpy()
    by_range = helpers.normalize_matrix(values, normalizations.minmax_normalization, TYPES)
    assert np.allclose(ix.minmax(TABLE, cost=COST), by_range)
    assert np.allclose(ix.entropy_weights(TABLE), weights.entropy_weights(values))
    known = methods.TOPSIS(normalizations.vector_normalization)(values, WEIGHTS, TYPES)
    ours = ix.topsis(TABLE, WEIGHTS, cost=COST)
    assert ours.rank().tolist() == pd.Series(known).rank().tolist()
    assert np.allclose(
        ix.topsis(TABLE[["a", "c"]], [0.5, 0.5]),
        methods.TOPSIS(normalizations.vector_normalization)(values[:, [0, 2]], np.array([0.5, 0.5]), np.ones(2)),
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Although TOPSIS")
def test_composites_are_those_of_scikit_criteria() -> None:
    skcriteria = pytest.importorskip("skcriteria", reason="scikit-criteria is not installed, nor an extra")
    from skcriteria.agg.topsis import TOPSIS
    from skcriteria.preprocessing.scalers import MinMaxScaler, StandarScaler, VectorScaler
    from skcriteria.preprocessing.weighters import EntropyWeighter

    matrix = skcriteria.mkdm(TABLE.to_numpy(), TYPES, weights=WEIGHTS)
    vector = VectorScaler(target="matrix").transform(matrix)
    assert np.allclose(ix.topsis(TABLE, WEIGHTS, cost=COST), TOPSIS().evaluate(vector).e_.similarity)
    alike = skcriteria.mkdm(TABLE.to_numpy(), [1] * 4)
    assert np.allclose(ix.minmax(TABLE), MinMaxScaler(target="matrix").transform(alike).matrix)
    assert np.allclose(ix.zscore(TABLE), StandarScaler(target="matrix").transform(alike).matrix)
    assert np.allclose(ix.entropy_weights(TABLE), EntropyWeighter().transform(alike).weights)


@pytest.mark.parametrize("size", [3, 5, 9])
def test_weights_of_pairs_are_the_eigenvector_of_numpy(size) -> None:
    raw = np.exp(RANDOM.uniform(-0.3, 0.3, (size, size)))
    judged = raw / raw.T
    values, vectors = np.linalg.eig(judged)
    vector = np.abs(vectors[:, np.argmax(values.real)])
    limit = np.linalg.matrix_power(judged / size, 200).sum(axis=1)  # of powers, another way to the same
    weights, ratio = ix.ahp_weights(judged)
    assert np.allclose(weights, vector / vector.sum())
    assert np.allclose(weights, limit / limit.sum())
    random = {3: 0.58, 5: 1.12, 9: 1.45}[size]
    assert ratio == pytest.approx((values.real.max() - size) / (size - 1) / random)
