"""The same figures as libraries that others keep; one that is not installed says so."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from zoneplan import indices as ix

RANDOM = np.random.default_rng(20191126)
TABLE = pd.DataFrame(RANDOM.uniform(1, 9, (12, 4)), columns=list("abcd"))
WEIGHTS = np.array([0.1, 0.2, 0.3, 0.4])
TYPES = np.array([1, -1, 1, -1])
COST = ["b", "d"]


def test_composites_are_those_of_pymcdm() -> None:
    pytest.importorskip("pymcdm", reason="pymcdm is not installed: pip install zoneplan[dev]")
    from pymcdm import helpers, methods, normalizations, weights

    values = TABLE.to_numpy()
    by_range = helpers.normalize_matrix(values, normalizations.minmax_normalization, TYPES)
    assert np.allclose(ix.minmax(TABLE, cost=COST), by_range)
    assert np.allclose(ix.entropy_weights(TABLE), weights.entropy_weights(values))
    for ours, theirs in ((ix.weighted_sum, methods.WSM), (ix.geometric_mean, methods.WPM)):
        as_they_are = theirs(lambda table, cost: table)  # noqa: ARG005  (pymcdm calls it by this name)
        assert np.allclose(ours(TABLE, WEIGHTS), as_they_are(values, WEIGHTS, np.ones(values.shape[1])))
    known = methods.TOPSIS(normalizations.vector_normalization)(values, WEIGHTS, TYPES)
    ours = ix.topsis(TABLE, WEIGHTS, cost=COST)
    assert ours.rank().tolist() == pd.Series(known).rank().tolist()
    assert np.allclose(
        ix.topsis(TABLE[["a", "c"]], [0.5, 0.5]),
        methods.TOPSIS(normalizations.vector_normalization)(values[:, [0, 2]], np.array([0.5, 0.5]), np.ones(2)),
    )


@pytest.mark.filterwarnings("ignore:Although TOPSIS")
def test_composites_are_those_of_scikit_criteria() -> None:
    skcriteria = pytest.importorskip("skcriteria", reason="scikit-criteria is not installed: pip install zoneplan[dev]")
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


@pytest.mark.filterwarnings("ignore:Setting the shape on a NumPy array:DeprecationWarning")  # inequality does
def test_inequality_is_that_of_pysal() -> None:
    pytest.importorskip("inequality", reason="inequality is not installed: pip install zoneplan[dev]")
    from inequality.gini import Gini
    from inequality.theil import TheilD

    values, groups = TABLE["a"], np.repeat(["x", "y", "z"], 4)
    assert ix.gini(values) == pytest.approx(Gini(values.to_numpy()).g)
    known = TheilD(values.to_numpy(), groups)
    found = ix.theil(values, None, groups)
    assert (found.total, found.between, found.within) == tuple(
        pytest.approx(float(np.ravel(one)[0])) for one in (known.T, known.bg, known.wg)
    )


def test_autocorrelation_is_that_of_pysal() -> None:
    pytest.importorskip("esda", reason="esda is not installed: pip install zoneplan[dev]")
    from esda import Moran, Moran_Local
    from libpysal.weights import W

    values, n = TABLE["a"], len(TABLE)
    pairs = [(one, (one + step) % n) for one in range(n) for step in (1, 3)]
    around = {one: sorted({b for a, b in pairs if a == one} | {a for a, b in pairs if b == one}) for one in range(n)}
    known = Moran(values.to_numpy(), W(around), transformation="r", permutations=0)
    found = ix.moran(values, pairs)
    assert (found.i, found.expected) == (pytest.approx(known.I), pytest.approx(known.EI))
    assert (found.z, found.p) == (pytest.approx(known.z_rand), pytest.approx(known.p_rand))
    local = Moran_Local(values.to_numpy(), W(around), transformation="r", permutations=0)
    assert np.allclose(ix.local_moran(values, pairs)["i"], local.Is * n / (n - 1))


def hospitals() -> tuple[pd.Series, pd.Series, pd.DataFrame]:
    people = pd.Series(RANDOM.integers(1, 900, 9), index=[f"p{one}" for one in range(9)])
    beds = pd.Series(RANDOM.integers(1, 90, 5), index=[f"s{one}" for one in range(5)])
    return people, beds, pd.DataFrame(RANDOM.uniform(1, 40, (9, 5)), index=people.index, columns=beds.index)


@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.parametrize("bands", [None, {10: 1, 20: 0.68, 30: 0.22}])
def test_access_is_that_of_pysal(bands) -> None:
    pytest.importorskip("access", reason="access is not installed: pip install zoneplan[dev]")
    from access import fca, weights

    people, beds, minutes = hospitals()
    pairs = minutes.stack().rename_axis(["origin", "dest"]).rename("cost").reset_index()  # noqa: PD013  (as access has it)
    frames = (people.to_frame("demand").rename_axis("geoid"), beds.to_frame("supply").rename_axis("geoid"))
    weight = weights.step_fn(bands) if bands else None
    for ours, theirs in (
        (ix.two_step_floating_catchment, fca.two_stage_fca),
        (ix.three_step_floating_catchment, fca.three_stage_fca),
    ):
        if bands is None and theirs is fca.three_stage_fca:
            continue  # it needs weights there
        known = theirs(*frames, pairs.copy(), 30, weight_fn=weight)
        found = ours(people, beds, minutes, reach=30, decay=bands)
        assert np.allclose(found[known.index], known)


def test_areas_are_divided_as_by_tobler() -> None:
    pytest.importorskip("tobler", reason="tobler is not installed: pip install zoneplan[dev]")
    import geopandas as gpd
    from shapely import box
    from tobler.area_weighted import area_interpolate

    edges = [0, 3, 4, 9, 12]
    boxes = [box(a, c, b, d) for a, b in pairwise(edges) for c, d in pairwise(edges)]
    source = gpd.GeoDataFrame(
        {"people": RANDOM.uniform(1, 9, 16), "kind": list("xyzx") * 4}, geometry=boxes, crs="EPSG:3035"
    )
    target = gpd.GeoDataFrame(geometry=[box(a, b, a + 6, b + 6) for a in (0, 6) for b in (0, 6)], crs="EPSG:3035")
    target = target[:3]
    known = area_interpolate(source, target, ["people"], categorical_variables=["kind"])
    inside = source.intersects(target.union_all().buffer(-1e-9))
    found = ix.areal_interpolation(source[inside], target, ["people"], categorical=["kind"])
    assert np.allclose(found["people"], known["people"])
    assert np.allclose(found["kind_y"], known["kind_y"])
    rates = area_interpolate(source, target, intensive_variables=["people"])["people"]
    assert np.allclose(ix.areal_interpolation(source, target, intensive=["people"])["people"], rates)
