"""Classes of values: the scripts part them as mapclassify does, and say so in short numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.node
SCRIPT = Path(__file__).parent / "scripts" / "class_counts.js"
METHODS = {"quantile": "Quantiles", "natural": "FisherJenks", "equal": "EqualInterval"}


def columns() -> list[np.ndarray]:
    """Values of the kinds that measures have: even, long-tailed, shares with many zeros, counts, below zero."""
    random = np.random.default_rng(3)
    return [
        random.normal(50, 20, 200),
        random.lognormal(9, 1.4, 164),
        np.where(random.random(300) < 0.4, 0.0, random.beta(0.6, 4, 300)),
        random.poisson(1.2, 150).astype(float),
        random.normal(-3e6, 1e3, 120),
        np.array([1.0, 2.0, 3.0]),
        random.integers(0, 10**7, 90).astype(float),
    ]


@pytest.mark.filterwarnings("ignore:Numba not installed", "ignore:Not enough unique values")
def test_classes_are_those_of_mapclassify(node, tmp_path: Path) -> None:
    mapclassify = pytest.importorskip("mapclassify", reason="mapclassify (extra dev) is not installed")
    given = columns()
    (tmp_path / "columns").write_text(json.dumps([one.tolist() for one in given]), "utf-8")
    for values, told in zip(given, json.loads(node(SCRIPT, tmp_path / "columns")), strict=True):
        for method, name in METHODS.items():
            classes = min(5, len(np.unique(values))) if method == "natural" else 5
            # sums of squares of millions lose their digits in mapclassify
            centred = values - values.mean() if method == "natural" else values
            expected = [count for count in getattr(mapclassify, name)(centred, k=classes).counts.tolist() if count]
            assert [count for count in told[method]["counts"] if count] == expected, method
            assert sum(told[method]["counts"]) == len(values)
            assert told[method]["breaks"] == sorted(set(told[method]["breaks"]))
