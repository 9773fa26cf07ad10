"""Samples: the cells inside each unit, every one with its weight, and the statistics of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_TIE = 1e-12


@dataclass(frozen=True)
class Sample:
    """Values of cells, each in one of ``count`` units.

    Attributes
    ----------
    owner : array of int
        Place of the unit, sorted.
    value : array of float
        No NaN.
    weight : array of float
        The true area of the cell inside the unit.
    share : array of float
        Of the cell inside the unit.
    count : int
        How many units there are; those without a cell get NaN.
    """

    owner: npt.NDArray[np.int64]
    value: Floats
    weight: Floats
    share: Floats
    count: int

    def of(self, chosen: Flags) -> Sample:
        """Some of the cells."""
        return Sample(self.owner[chosen], self.value[chosen], self.weight[chosen], self.share[chosen], self.count)

    def totals(self, amounts: Floats) -> Floats:
        """The sum of amounts in each unit; NaN for a unit without a cell."""
        sums = np.bincount(self.owner, amounts, self.count)
        return np.where(np.diff(self.starts) > 0, sums, np.nan)

    @property
    def starts(self) -> npt.NDArray[np.intp]:
        """Where the cells of each unit begin, and where the last ones end."""
        return np.searchsorted(self.owner, np.arange(self.count + 1))


def mean(sample: Sample) -> Floats:
    """The mean, weighted by area, of what each value has above the lowest: so one value alone comes out as it is."""
    base = minimum(sample)
    return base + sample.totals(sample.weight * (sample.value - base[sample.owner])) / sample.totals(sample.weight)


def fraction(sample: Sample) -> Floats:
    """The part of the land whose value is 1 where all others are 0."""
    return sample.totals(sample.weight * sample.value) / sample.totals(sample.weight)


def mean_direction(sample: Sample) -> Floats:
    """The mean of directions in degrees, 0 to 360: that of 350 and 10 is 0; NaN where they cancel out."""
    angle = np.radians(sample.value)
    area = sample.totals(sample.weight)
    east = sample.totals(sample.weight * np.sin(angle)) / area
    north = sample.totals(sample.weight * np.cos(angle)) / area
    direction = np.round(np.degrees(np.arctan2(east, north)) % 360.0, 9) % 360.0
    return np.where(np.hypot(east, north) > _TIE, direction, np.nan)


def std(sample: Sample) -> Floats:
    """The standard deviation of all the land, weighted by area."""
    off = sample.value - mean(sample)[sample.owner]
    return np.sqrt(sample.totals(sample.weight * off**2) / sample.totals(sample.weight))


def total(sample: Sample) -> Floats:
    """The sum of the values, each times the share of its cell inside the unit."""
    return sample.totals(sample.share * sample.value)


def minimum(sample: Sample) -> Floats:
    """The smallest value of all cells that the unit touches."""
    found = np.full(sample.count, np.inf)
    np.minimum.at(found, sample.owner, sample.value)
    return np.where(np.isinf(found), np.nan, found)


def maximum(sample: Sample) -> Floats:
    """The largest value of all cells that the unit touches."""
    found = np.full(sample.count, -np.inf)
    np.maximum.at(found, sample.owner, sample.value)
    return np.where(np.isinf(found), np.nan, found)


def quantile(sample: Sample, part: float) -> Floats:
    """The value that ``part`` of the unit's land does not exceed.

    Notes
    -----
    Cells are put in order; the value is that at which the area so far first reaches ``part`` of the whole. Where it
    reaches it exactly, the mean of this and the next value: so the median of two equal cells is their mean.
    """
    order = np.lexsort([sample.value, sample.owner])
    value, weight = sample.value[order], sample.weight[order]
    found = np.full(sample.count, np.nan)
    start = sample.starts
    for unit in np.flatnonzero(np.diff(start)):
        values, area = value[start[unit] : start[unit + 1]], np.cumsum(weight[start[unit] : start[unit + 1]])
        wanted, slack = part * area[-1], _TIE * area[-1]
        at, after = np.searchsorted(area, [wanted - slack, wanted + slack])
        last = len(values) - 1
        found[unit] = (values[min(at, last)] + values[min(after, last)]) / 2
    return found


def majority(sample: Sample) -> Floats:
    """The value of the largest area; of equals the smallest value."""
    order = np.lexsort([sample.value, sample.owner])
    owner, value, weight = sample.owner[order], sample.value[order], sample.weight[order]
    first = np.append(True, (owner[1:] != owner[:-1]) | (value[1:] != value[:-1]))[: len(owner)]
    area = np.bincount(np.cumsum(first) - 1, weight)
    owner, value = owner[first], value[first]
    most = np.zeros(sample.count)
    np.maximum.at(most, owner, area)
    found = np.full(sample.count, np.nan)
    level = np.flatnonzero(area >= most[owner] * (1 - _TIE))[::-1]
    found[owner[level]] = value[level]  # the last to be written is the smallest
    return found
