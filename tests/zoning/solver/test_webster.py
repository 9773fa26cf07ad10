"""Webster's method inside bounds: pencil numbers, brute force, a certificate, and the promises of fairness."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import LimitError, SourceError, ZoneplanError
from zoning.errors import InfeasibleError, MissingValueError
from zoning.solver import apportion, find_binding

IDS = "abcdefgh"


def series(values, dtype=None) -> pd.Series:
    return pd.Series(list(values), index=list(IDS[: len(values)]), dtype=dtype)


def whole(amounts: pd.Series) -> list[int]:
    return [int(amount) for amount in amounts]


def hamilton(weights, total) -> list[int]:
    """Largest remainders, the method that zoneplan does not use."""
    exact = [Fraction(weight) * total / sum(weights) for weight in weights]
    seats = [math.floor(share) for share in exact]
    order = sorted(range(len(seats)), key=lambda one: (seats[one] - exact[one], one))
    for one in order[: total - sum(seats)]:
        seats[one] += 1
    return seats


def by_hand(weights, total, floors, ceilings) -> list[int]:
    """One step at a time to the largest weight / (steps + 1/2), in fractions; the first of equals."""
    steps = list(floors)
    for _ in range(total - sum(steps)):
        able = [one for one in range(len(steps)) if steps[one] < ceilings[one] and weights[one] > 0]
        best = max(able, key=lambda one: (Fraction(weights[one]) / (2 * steps[one] + 1), -one))
        steps[best] += 1
    return steps


@st.composite
def contests(draw, largest=60):
    """Weights, a total, floors and ceilings that agree with each other."""
    count = draw(st.integers(1, 6))
    weights = draw(st.lists(st.integers(0, largest), min_size=count, max_size=count).filter(any))
    floors = draw(st.lists(st.integers(0, 4), min_size=count, max_size=count))
    rooms = draw(st.lists(st.integers(0, 9), min_size=count, max_size=count))
    ceilings = [low + room for low, room in zip(floors, rooms, strict=True)]
    reach = sum(high if weight else low for weight, low, high in zip(weights, floors, ceilings, strict=True))
    total = draw(st.integers(sum(floors), reach))
    return weights, total, floors, ceilings


def settle(weights, total, floors, ceilings) -> list[int]:
    return whole(apportion(series(weights), total, floor=series(floors), ceiling=series(ceilings)))


def divisor_certificate(weights, steps, floors, ceilings) -> bool:
    """Whether one divisor gives everybody these steps: no step that nobody got comes before one that somebody got."""
    wanting = [Fraction(w, 2 * q + 1) for w, q, c in zip(weights, steps, ceilings, strict=True) if q < c and w]
    had = [Fraction(w, 2 * q - 1) for w, q, f in zip(weights, steps, floors, strict=True) if q > f]
    return not wanting or not had or max(wanting) <= min(had)


class TestPublished:
    """Balinski & Young, Fair Representation: on these populations the five classical divisor methods all differ."""

    def test_five_states(self):
        assert whole(apportion(series([9061, 7179, 5259, 3319, 1182]), 26)) == [9, 8, 5, 3, 1]

    def test_six_states(self):
        assert whole(apportion(series([27744, 25178, 19951, 14610, 9225, 3292]), 36)) == [10, 9, 8, 5, 3, 1]


class TestParadoxes:
    """What largest remainders do to people, and Webster does not."""

    def test_a_larger_total_takes_from_somebody_only_by_largest_remainders(self):
        weights = [57, 10, 60]
        assert [hamilton(weights, total) for total in (5, 6)] == [[2, 1, 2], [3, 0, 3]]
        assert [whole(apportion(series(weights), total)) for total in (5, 6)] == [[2, 0, 3], [3, 0, 3]]

    def test_a_faster_growing_unit_loses_to_a_slower_one_only_by_largest_remainders(self):
        before, after = [17, 215, 357], [17, 219, 382]
        assert [hamilton(weights, 18) for weights in (before, after)] == [[0, 7, 11], [1, 6, 11]]
        assert [whole(apportion(series(weights), 18)) for weights in (before, after)] == [[1, 6, 11], [1, 6, 11]]


class TestPencil:
    def test_floors_come_first_and_ceilings_stop(self):
        # free: 6, 3, 1; the floor lifts c to 2, the ceiling stops a at 5: b has the other 3
        assert settle([60, 30, 10], 10, [0, 0, 2], [5, 9, 9]) == [5, 3, 2]

    def test_amounts_have_the_decimals_of_the_step(self):
        amounts = apportion(series([2, 1]), Decimal("0.75"), step=Decimal("0.25"))
        assert [str(amount) for amount in amounts] == ["0.50", "0.25"]
        assert [str(amount) for amount in apportion(series([2, 1]), "300", step="1E+2")] == ["200", "100"]

    def test_floors_are_rounded_up_to_the_step_and_ceilings_down(self):
        amounts = apportion(series([1, 1, 8]), 10, floor=0.2, ceiling=series([9.0, 9.0, 7.9]))
        assert whole(amounts) == [2, 1, 7]

    def test_an_area_that_prints_as_whole_steps_holds_them_all(self):
        # in floating point 0.29 / 0.01 is 28.999999999999996
        amounts = apportion(series([1.0, 1.0]), 1, step=0.01, ceiling=series([0.29, 0.9]))
        assert amounts.tolist() == [Decimal("0.29"), Decimal("0.71")]

    def test_a_unit_without_weight_has_its_floor_only(self):
        assert settle([0, 5, 0], 9, [2, 0, 0], [9, 9, 9]) == [2, 7, 0]

    def test_ties_go_to_the_id_that_sorts_first_whatever_the_order_of_the_rows(self):
        weights = pd.Series({"c": 1, "a": 1, "b": 1})
        assert apportion(weights, 4).astype(int).to_dict() == {"c": 1, "a": 2, "b": 1}

    def test_ties_of_decimals_are_those_of_the_pencil(self):
        # 0.3 / 1.5 and 0.1 / 0.5 are equal, though 0.3 / 3 < 0.1 in floating point
        assert whole(apportion(series([0.1, 0.3]), 2)) == [1, 1]
        assert whole(apportion(series([Decimal("0.1"), Decimal("0.3")]), 2)) == [1, 1]

    def test_infinity_is_no_ceiling(self):
        assert whole(apportion(series([1, 1]), 9, ceiling=series([2.0, math.inf]))) == [2, 7]

    def test_yes_and_no_are_weights(self):
        assert whole(apportion(series([True, False, True]), 4)) == [2, 0, 2]

    @pytest.mark.parametrize(
        "weights",
        [
            pd.array([3, 1], dtype="Int64"),
            pd.array([3.0, 1.0], dtype="Float64"),
            [Decimal(3), Decimal(1)],
            [3e-200, 1e-200],
            [3e200, 1e200],
            [3 * 10**30, 10**30],
        ],
    )
    def test_kinds_of_numbers(self, weights):
        assert whole(apportion(series(weights), 4)) == [3, 1]

    def test_very_unequal_weights(self):
        assert settle([10**200, 1, 1], 10, [0, 0, 0], [4, 9, 9]) == [4, 3, 3]

    def test_nothing_to_share(self):
        assert whole(apportion(series([1, 2]), 0)) == [0, 0]
        assert apportion(series([], dtype=float), 0).empty
        assert whole(apportion(series([0, 0]), 3, floor=series([1, 2]))) == [1, 2]

    def test_large_totals_are_exact(self):
        amounts = apportion(series([1, 2]), 2**50)
        assert [int(amount) for amount in amounts] == [2**50 // 3, 2**50 - 2**50 // 3]

    def test_the_inputs_stay_as_they_were(self):
        weights, floors, ceilings = series([3, 1]), series([0, 1]), series([2, 2])
        apportion(weights, 3, floor=floors, ceiling=ceilings)
        pd.testing.assert_series_equal(weights, series([3, 1]))
        pd.testing.assert_series_equal(floors, series([0, 1]))
        pd.testing.assert_series_equal(ceilings, series([2, 2]))


class TestIndependentRoutes:
    @given(contests())
    def test_equal_to_handing_out_one_by_one(self, contest):
        assert settle(*contest) == by_hand(*contest)

    @settings(max_examples=40)
    @given(contests(largest=9))
    def test_best_of_all_whole_vectors(self, contest):
        """Webster's amounts minimise the sum of amount**2 / weight over all vectors inside the bounds."""
        weights, total, floors, ceilings = contest
        free = [one for one, weight in enumerate(weights) if weight]
        rest = total - sum(floors[one] for one in range(len(weights)) if not weights[one])
        vectors = itertools.product(*(range(floors[one], min(ceilings[one], rest) + 1) for one in free[:4]))
        if len(free) > 4:
            return

        def cost(vector) -> Fraction:
            return sum((Fraction(q * q, weights[one]) for one, q in zip(free, vector, strict=True)), Fraction(0))

        best = min(cost(vector) for vector in vectors if sum(vector) == rest)
        steps = settle(*contest)
        assert cost([steps[one] for one in free]) == best

    @given(contests(largest=10**9), st.sampled_from([1, 10**6, 10**12]))
    def test_a_divisor_stands_behind_the_amounts(self, contest, scale):
        weights, total, floors, ceilings = contest
        ceilings = [ceiling * scale for ceiling in ceilings]
        total += (sum(c if w else f for w, f, c in zip(weights, floors, ceilings, strict=True)) - total) // 2
        assert divisor_certificate(weights, settle(weights, total, floors, ceilings), floors, ceilings)

    @settings(max_examples=30)
    @given(st.integers(0, 10**6), st.integers(1, 3 * 10**6))
    def test_a_divisor_stands_behind_the_amounts_of_many_units(self, seed, total):
        weights = [(seed * 7919 + one * one * 104729) % 9973 + 1 for one in range(3000)]
        ids = [f"u{one:04}" for one in range(3000)]
        steps = whole(apportion(pd.Series(weights, index=ids), total))
        assert sum(steps) == total
        assert divisor_certificate(weights, steps, [0] * 3000, [total] * 3000)

    @given(
        st.lists(st.tuples(st.floats(1e-6, 1e9), st.integers(-2, 2)), min_size=1, max_size=6),
        st.integers(0, 10**15),
    )
    def test_a_divisor_stands_behind_weights_that_floating_point_can_hardly_tell_apart(self, weights, total):
        sizes = [size * (1 + nudge * 2.0**-52) for size, nudge in [*weights, (weights[0][0], 1)]]
        steps = whole(apportion(series(sizes), total))
        fractions = [Fraction(str(size)) for size in sizes]
        assert sum(steps) == total
        assert divisor_certificate(fractions, steps, [0] * len(steps), [total] * len(steps))

    @given(st.integers(1, 3000), st.integers(1, 400))
    def test_one_great_tie_is_decided_by_id(self, count, spare):
        # quotients of all places are equal: weight 2k + 1 at place k
        weights = pd.Series([2 * one + 1 for one in range(count)], index=[f"u{one:04}" for one in range(count)])
        spare = min(spare, count)
        steps = whole(apportion(weights, count * (count - 1) // 2 + spare))
        assert steps == [one + (one < spare) for one in range(count)]


class TestPromises:
    @given(contests())
    def test_sums_are_exact(self, contest):
        """P15: what is handed out is exactly the total, in whole steps."""
        assert sum(settle(*contest)) == contest[1]

    @given(contests())
    def test_bounds_are_kept(self, contest):
        """P16: nobody has less than the floor or more than the ceiling."""
        _, _, floors, ceilings = contest
        steps = settle(*contest)
        assert all(low <= q <= high for low, q, high in zip(floors, steps, ceilings, strict=True))

    @given(contests(), st.data())
    def test_more_own_weight_is_never_less(self, contest, data):
        """P17: raising a unit's own weight never lowers its amount."""
        weights, total, floors, ceilings = contest
        one = data.draw(st.sampled_from([place for place, weight in enumerate(weights) if weight]))
        more = [weight + (place == one) * data.draw(st.integers(1, 40)) for place, weight in enumerate(weights)]
        assert settle(more, total, floors, ceilings)[one] >= settle(*contest)[one]

    @given(contests(), st.data())
    def test_a_larger_total_is_never_less_for_anyone(self, contest, data):
        """P18: a larger total never means less for anyone."""
        weights, total, floors, ceilings = contest
        reach = sum(high if weight else low for weight, low, high in zip(weights, floors, ceilings, strict=True))
        larger = data.draw(st.integers(total, reach))
        pairs = zip(settle(*contest), settle(weights, larger, floors, ceilings), strict=True)
        assert all(before <= after for before, after in pairs)

    @given(st.lists(st.tuples(st.integers(1, 90), st.integers(1, 90)), min_size=2, max_size=5), st.integers(0, 30))
    def test_no_faster_growing_unit_loses_to_a_slower_one(self, growth, total):
        """P19: a unit that grows faster never loses to one that grows more slowly."""
        before = whole(apportion(series([old for old, _ in growth]), total))
        after = whole(apportion(series([new for _, new in growth]), total))
        for (one, (old, new)), (other, (was, now)) in itertools.permutations(enumerate(growth), 2):
            if Fraction(new, old) > Fraction(now, was):
                assert not (after[one] < before[one] and after[other] > before[other])

    @given(contests(), st.sampled_from([Decimal("0.1"), 2, 3, Decimal(10) ** 40, Decimal("1e-40"), Decimal("7.77")]))
    def test_the_scale_of_the_weights_does_not_matter(self, contest, factor):
        """P20: only the proportions of the weights count."""
        weights, *rest = contest
        assert settle([weight * factor for weight in weights], *rest) == settle(*contest)

    @given(contests(), st.randoms(use_true_random=False))
    def test_the_order_of_the_rows_does_not_matter(self, contest, random):
        """P21: ids break ties; the order of the rows never does."""
        weights, total, floors, ceilings = contest
        ids = list(IDS[: len(weights)])
        random.shuffle(ids)
        shuffled = apportion(series(weights)[ids], total, floor=series(floors), ceiling=series(ceilings))
        assert shuffled.index.tolist() == ids
        assert whole(shuffled.sort_index()) == settle(*contest)

    @given(st.integers(1, 8), st.integers(0, 40), st.integers(1, 9))
    def test_of_equal_weights_the_first_ids_get_what_is_over(self, count, total, weight):
        """P21: equal weights get equal amounts, and the spare steps go to the ids that sort first."""
        steps = settle([weight] * count, total, [0] * count, [total + 1] * count)
        assert steps == [total // count + (place < total % count) for place in range(count)]

    @given(contests(), st.data())
    def test_a_higher_own_ceiling_is_never_less(self, contest, data):
        """P22: raising a unit's own ceiling never lowers its amount."""
        weights, total, floors, ceilings = contest
        one = data.draw(st.integers(0, len(weights) - 1))
        higher = [ceiling + 3 * (place == one) for place, ceiling in enumerate(ceilings)]
        assert settle(weights, total, floors, higher)[one] >= settle(*contest)[one]


class TestBinding:
    @given(contests())
    def test_a_bound_binds_when_the_unit_alone_would_have_less_or_more_without_it(self, contest):
        weights, total, floors, ceilings = contest
        steps = settle(*contest)
        bindings = find_binding(series(weights), series(steps), floor=series(floors), ceiling=series(ceilings))
        for one, weight in enumerate(weights):
            unbound = [low * (place != one) for place, low in enumerate(floors)]
            others = sum(high for place, high in enumerate(ceilings) if place != one and weights[place])
            if weight and others + sum(low for low, of in zip(unbound, weights, strict=True) if not of) >= total:
                less = settle(weights, total, unbound, ceilings)[one] < steps[one]
                assert (bindings.iloc[one] == "floor") == less
            if weight:
                more = settle(weights, total, floors, [c + total * (p == one) for p, c in enumerate(ceilings)])[one]
                assert (bindings.iloc[one] == "ceiling") == (more > steps[one])

    def test_a_floor_without_a_weight_binds(self):
        weights, floors = series([0, 1]), series([1, 0])
        amounts = apportion(weights, 3, floor=floors)
        assert find_binding(weights, amounts, floor=floors).tolist() == ["floor", ""]
        assert find_binding(weights, amounts[::-1], floor=floors).tolist() == ["floor", ""]


class TestRefusals:
    """Each message names the constraint, the gap and the ids."""

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({"total": 3, "floor": series([2, 1, 1])}, "floors come to 4, which is 1 more than the total of 3"),
            ({"total": 10, "ceiling": 3}, "ceilings come to 9, which is 1 less than the total of 10"),
            ({"total": "10.5"}, "total of 10.5 is no whole multiple of the step 1: 0.5 are left over; take 10"),
            ({"total": -1}, "total of -1 is below 0"),
            (
                {"total": 9, "floor": series([0.0, 1.2, 0.0]), "ceiling": series([9.0, 1.9, 9.0])},
                "floor is above the ceiling for 1 unit: 'b'; the floor of 'b' is 2, its ceiling 1, a gap of 1",
            ),
        ],
    )
    def test_contradictions(self, arguments, words):
        with pytest.raises(InfeasibleError) as caught:
            apportion(series([1, 2, 3]), **arguments)
        assert words in str(caught.value)
        assert caught.value.exit_code == 4

    def test_no_weight(self):
        with pytest.raises(InfeasibleError, match="all weights are 0 and 5 of 7 are left to share"):
            apportion(series([0, 0]), 7, floor=series([2, 0]))

    def test_room_that_belongs_to_units_without_weight(self):
        with pytest.raises(InfeasibleError, match=r"2 less than the total of 7;.*their floor only: 1 unit: 'b'"):
            apportion(series([1, 0]), 7, ceiling=5)

    @pytest.mark.parametrize(
        ("weights", "bounds", "words"),
        [
            ([-1, 1, -2], {}, "weight is below 0 for 2 units: 'a', 'c'; give 0 or more"),
            ([1, 1, 1], {"floor": -1}, "floor is below 0 for 3 units: 'a', 'b', 'c'"),
            ([1, 1, 1], {"ceiling": series([9, -0.5, 9])}, "ceiling is below 0 for 1 unit: 'b'"),
        ],
    )
    def test_negative_numbers_are_bad_data(self, weights, bounds, words):
        with pytest.raises(SourceError, match=words) as caught:
            apportion(series(weights), 7, **bounds)
        assert caught.value.exit_code == 3

    @pytest.mark.parametrize("gap", [math.nan, math.inf, None, Decimal("NaN")])
    def test_missing_weights(self, gap):
        with pytest.raises(MissingValueError, match="weight is missing or not finite for 1 unit: 'b'") as caught:
            apportion(series([1, gap, 2], dtype=object), 7)
        assert caught.value.exit_code == 3
        assert caught.value.features == ("b",)

    @pytest.mark.parametrize("bound", ["floor", "ceiling"])
    def test_missing_bounds(self, bound):
        with pytest.raises(MissingValueError, match=f"{bound} is missing or not finite for 2 units: 'b', 'c'"):
            apportion(series([1, 1, 2]), 7, **{bound: pd.Series({"a": 1.0, "b": math.nan})})

    @pytest.mark.parametrize("dtype", ["float", "object", "str"])
    def test_a_column_that_is_empty_throughout_is_missing_whatever_its_type(self, dtype):
        empty = series([None, None], dtype)
        with pytest.raises(MissingValueError, match="weight is missing or not finite for 2 units: 'a', 'b'"):
            apportion(empty, 7)
        with pytest.raises(MissingValueError, match="floor is missing or not finite for 2 units: 'a', 'b'"):
            apportion(series([1, 1]), 7, floor=empty)

    @pytest.mark.parametrize("texts", [["1", "2"], ["x", "y"]])
    @pytest.mark.parametrize("dtype", ["object", "str"])
    def test_text(self, texts, dtype):
        with pytest.raises(ZoneplanError, match="weight is text, not a number"):
            apportion(series(texts, dtype), 7)
        with pytest.raises(ZoneplanError, match="ceiling is text, not a number"):
            apportion(series([1, 1]), 7, ceiling=series(texts, dtype))

    @pytest.mark.parametrize("dtype", ["object", "str"])
    def test_texts_among_numbers_are_named_with_their_units(self, dtype):
        with pytest.raises(ZoneplanError, match=r"as in 'n/a', '-', for 2 units: 'b', 'd'\. Write plain") as caught:
            apportion(series(["1", "n/a", "2", "-"], dtype), 7)
        assert caught.value.features == ("b", "d")

    def test_ids_that_repeat(self):
        with pytest.raises(SourceError, match="not unique: 'a'"):
            apportion(pd.Series([1, 2], index=["a", "a"]), 3)

    @pytest.mark.parametrize("step", [0, -1, "nan", "inf"])
    def test_steps(self, step):
        with pytest.raises(ZoneplanError, match="give a number above 0"):
            apportion(series([1]), 3, step=step)

    def test_what_is_no_number(self):
        with pytest.raises(ZoneplanError, match="'many' is not a number"):
            apportion(series([1]), "many")

    @pytest.mark.parametrize("total", ["inf", "nan"])
    def test_totals_that_are_not_finite(self, total):
        with pytest.raises(ZoneplanError, match="not a finite number"):
            apportion(series([1]), total)

    @pytest.mark.parametrize("bounds", [{"floor": "inf"}, {"floor": "nan"}, {"ceiling": "nan"}])
    def test_bounds_that_are_not_finite(self, bounds):
        with pytest.raises(ZoneplanError, match="is not a finite number"):
            apportion(series([1]), 5, **bounds)

    def test_a_floor_without_end(self):
        with pytest.raises(MissingValueError, match="floor is missing or not finite for 1 unit: 'a'"):
            apportion(series([1, 1]), 5, floor=series([math.inf, 0.0]))

    def test_too_many_steps(self):
        with pytest.raises(LimitError, match=r"too many steps of 0\.000001; take a larger step"):
            apportion(series([1, 1]), 10**12, step="0.000001")

    def test_weights_beyond_floating_point(self):
        with pytest.raises(LimitError, match="other than those of 1 unit: 'b'"):
            apportion(series([Decimal(1), Decimal("1e-300")]), 5)
