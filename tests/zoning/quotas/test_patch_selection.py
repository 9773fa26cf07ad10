"""Which plots are taken: by pencil, against all subsets, and by what must hold whatever the land."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from zoning.quotas.patch_selection import (
    Plots,
    UnknownScoreError,
    components,
    grow,
    patches,
    rank_plots,
    roomy,
    score_bound,
    threshold_score,
    threshold_scores,
)

NONE = np.empty((0, 2), np.int64)


def line(areas, scores):
    """Plots in a row, each beside the next."""
    count = len(areas)
    links = np.column_stack([np.arange(count - 1), np.arange(1, count)]) if count > 1 else NONE
    return Plots(np.array(areas, float), np.array(scores, float), links)


def board(scores):
    """Plots of a hectare on a board, connected by their edges."""
    scores = np.array(scores, float)
    place = np.arange(scores.size).reshape(scores.shape)
    down = np.column_stack([place[:-1].ravel(), place[1:].ravel()])
    right = np.column_stack([place[:, :-1].ravel(), place[:, 1:].ravel()])
    return Plots(np.ones(scores.size), scores.ravel(), np.concatenate([down, right]))


def worth(plots, taken):
    return float(np.sum(taken * plots.area * plots.score))


def best_in_patches(plots, count, least):
    """The highest sum of scores of so many whole plots in patches of at least ``least``, by trying all subsets."""
    found = -np.inf
    for chosen in itertools.combinations(range(len(plots.area)), count):
        taken = np.zeros(len(plots.area))
        taken[list(chosen)] = 1
        sizes = np.bincount(patches(plots, taken), taken)[1:]
        if (sizes >= least).all():
            found = max(found, worth(plots, taken))
    return found


def test_the_most_suitable_come_first_and_the_last_is_cut():
    plots = line([10, 20, 10, 10], [1, 5, 3, 5])
    assert rank_plots(plots, 35).tolist() == [0, 1, 0.5, 1]


def test_equals_are_taken_in_their_order():
    assert rank_plots(line([1, 1, 1, 1], [2, 2, 2, 2]), 2).tolist() == [1, 1, 0, 0]


@given(
    st.lists(st.tuples(st.floats(0.1, 50), st.floats(-1e3, 1e3) | st.sampled_from([0, 1, 1e300, -1e300])), max_size=60),
    st.floats(0, 1000),
)
def test_so_many_hectares_have_at_least_the_lowest_score(plots, amount):
    area, score = np.array(plots, float).reshape(-1, 2).T
    found = threshold_score(area, score, amount)
    assert found == -np.inf or area[score >= found].sum() >= amount


@given(
    st.lists(st.lists(st.tuples(st.floats(0.1, 50), st.floats(-10, 10)), max_size=20), min_size=1, max_size=4),
    st.lists(st.floats(0, 300), min_size=4, max_size=4),
)
def test_several_units_have_the_lowest_scores_of_each_alone(units, amounts):
    unit = np.repeat(np.arange(len(units)), [len(one) for one in units])
    area, score = np.array([plot for one in units for plot in one], float).reshape(-1, 2).T
    found = threshold_scores(unit, area, score, np.array(amounts[: len(units)]))
    for one, amount in enumerate(amounts[: len(units)]):
        assert found[one] == threshold_score(area[unit == one], score[unit == one], amount)


@pytest.mark.parametrize(("last", "placed"), [("cut", 15), ("under", 10), ("over", 20)])
def test_the_last_plot_is_cut_left_or_taken_whole(last, placed):
    plots = line([10, 10, 10], [3, 2, 1])
    assert rank_plots(plots, 15, last) @ plots.area == placed


@pytest.mark.parametrize("last", ["cut", "under", "over"])
def test_an_amount_met_by_whole_plots_cuts_none(last):
    plots = line([0.1] * 10, range(10))  # 0.1 + 0.1 + 0.1 is not 0.3
    assert rank_plots(plots, 0.3, last).tolist() == [0] * 7 + [1] * 3


def test_more_than_there_is_takes_all_that_there_is():
    assert rank_plots(line([1, 2], [0, 0]), 10).tolist() == [1, 1]
    assert rank_plots(line([], []), 10).tolist() == []


def test_patches_are_numbered_by_their_first_plots():
    plots = line([1] * 6, [0] * 6)
    assert patches(plots, np.array([0, 1, 1, 0, 1, 0.0])).tolist() == [0, 1, 1, 0, 2, 0]


def test_a_plot_taken_in_part_connects_no_two_patches():
    plots = line([1] * 3, [0] * 3)
    assert patches(plots, np.array([1, 0.5, 1])).tolist() == [1, 1, 2]


def test_connected_land_by_hand():
    assert components(6, np.array([[4, 5], [2, 4], [0, 1]])).tolist() == [0, 0, 2, 3, 2, 2]
    assert roomy(line([1, 1, 1], [0, 0, 0]), 3).tolist() == [True] * 3
    assert roomy(Plots(np.array([5.0, 1, 1]), np.zeros(3), np.array([[1, 2]])), 3).tolist() == [True, False, False]


def test_two_good_plots_apart_make_no_patch():
    """The best two are apart: as a patch of two the best is a good one with its better neighbour."""
    plots = line([1] * 5, [9, 1, 0, 3, 8])
    assert rank_plots(plots, 2).tolist() == [1, 0, 0, 0, 1]
    assert grow(plots, 2, 2).tolist() == [0, 0, 0, 1, 1]
    assert score_bound(plots, 2) == 17


def test_a_patch_that_is_large_enough_is_left_as_it_is():
    plots = line([1] * 4, [4, 3, 2, 1])
    assert grow(plots, 3, 2).tolist() == rank_plots(plots, 3).tolist()


def test_what_fits_into_no_patch_is_not_placed():
    """Two fields of five hectares each: seven hectares in patches of five leave two over."""
    plots = Plots(np.ones(10), np.zeros(10), np.array([[i, i + 1] for i in range(9) if i != 4]))
    assert grow(plots, 7, 5) @ plots.area == pytest.approx(5)
    assert grow(plots, 10, 5) @ plots.area == pytest.approx(10)


def test_a_plot_taken_in_part_completes_the_patch_that_needs_it():
    """Its half hectare lies beside the one that was grown for it, not beside the one that has enough."""
    plots = line([2, 2, 1], [0, -1, 0])
    taken = grow(plots, 4, 2)
    assert taken.tolist() == [1, 0.5, 1]
    assert patches(plots, taken).tolist() == [1, 2, 2]


def test_never_more_than_the_amount_also_in_patches():
    plots = Plots(np.full(6, 2.0), np.array([5, 1, 1, 1, 4, 1.0]), np.array([[i, i + 1] for i in range(5)]))
    assert grow(plots, 5, 4, "under") @ plots.area == 4
    assert grow(plots, 5, 4, "over") @ plots.area == 6
    assert grow(plots, 5, 4, "cut") @ plots.area == 5


scores_of_boards = st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=3, max_size=3)


@given(scores_of_boards, st.integers(1, 6))
def test_no_subset_is_better_than_the_ranking(scores, count):
    plots = board(scores)
    best = max(sum(plots.score[list(one)]) for one in itertools.combinations(range(12), count))
    assert worth(plots, rank_plots(plots, count)) == best == score_bound(plots, count)


@settings(max_examples=60)
@given(scores_of_boards, st.integers(2, 6), st.integers(2, 3))
def test_patches_lie_between_the_best_of_all_subsets_and_nothing(scores, count, least):
    """What is grown is feasible, no better than the best of all subsets, which is no better than the bound."""
    count = max(count, least)
    plots = board(scores)
    taken = grow(plots, count, least)
    sizes = np.bincount(patches(plots, taken), taken * plots.area)[1:]
    assert taken @ plots.area == pytest.approx(count)
    assert (sizes >= least - 1e-9).all()
    best = best_in_patches(plots, count, least)
    assert worth(plots, taken) <= best + 1e-9 <= score_bound(plots, count) + 2e-9


land = st.lists(st.tuples(st.floats(0.01, 50), st.floats(-20, 20)), min_size=1, max_size=30)


@given(land, st.floats(0.01, 200), st.floats(0, 100))
@example([(1.0, 0.0), (1.0, 5e-324)], 1.0, 0.0)
def test_a_larger_amount_takes_all_that_a_smaller_one_took(plots, amount, more):
    areas, scores = zip(*plots, strict=True)
    plots = line(areas, scores)
    assert (rank_plots(plots, amount + more) >= rank_plots(plots, amount) - 1e-9).all()


@given(land, st.floats(0.01, 200), st.sampled_from(["cut", "under", "over"]))
def test_the_amount_is_met_to_the_plot(plots, amount, last):
    areas, scores = zip(*plots, strict=True)
    plots = line(areas, scores)
    placed, most = rank_plots(plots, amount, last) @ plots.area, plots.area.sum()
    noise = 1e-6
    if last == "cut":
        assert placed == pytest.approx(min(amount, most))
    elif last == "under":
        assert placed <= min(amount, most) + noise
        assert placed > min(amount, most) - plots.area.max() - noise
    else:
        assert min(amount, most) - noise <= placed < amount + plots.area.max()


@settings(max_examples=80)
@given(land, st.floats(0.5, 60), st.floats(0.1, 20), st.sampled_from(["cut", "under", "over"]))
def test_patches_are_large_enough_and_no_more_than_asked(plots, amount, least, last):
    areas, scores = zip(*plots, strict=True)
    plots = line(areas, scores)
    if amount < least:
        return
    fits = roomy(plots, least)
    plots = plots.only(fits)
    taken = grow(plots, amount, least, last)
    sizes = np.bincount(patches(plots, taken), taken * plots.area)[1:]
    assert (sizes >= least * (1 - 1e-6)).all()
    assert last == "over" or taken @ plots.area <= amount * (1 + 1e-6)


@settings(max_examples=150)
@given(scores_of_boards, st.data(), st.floats(2, 6), st.floats(0.5, 3), st.sampled_from(["cut", "under", "over"]))
def test_scores_that_are_not_known_change_no_patches(scores, data, amount, least, last):
    """Where some scores are only the most that they may be, patches are those of the scores, or not told."""
    plots = board(scores)
    above = np.array(data.draw(st.lists(st.integers(0, 3), min_size=12, max_size=12)), float)
    low = np.array(data.draw(st.lists(st.booleans(), min_size=12, max_size=12))) & (plots.score < 5)
    most = replace(plots, score=plots.score + np.where(low, above, 0))
    wanted = grow(plots, amount, least, last)
    try:
        taken = grow(most, amount, least, last, known=~low)
    except UnknownScoreError:
        assert low.any()
    else:
        assert taken.tolist() == wanted.tolist()
        assert score_bound(most, taken @ plots.area) == score_bound(plots, taken @ plots.area)
