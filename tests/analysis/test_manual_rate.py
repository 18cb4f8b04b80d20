"""Rates set by hand come back as a schedule."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.analysis import manual_rate_schedule
from lrlab.schedules import PiecewiseConstant


def applied(pieces, boundaries, count):
    schedule = PiecewiseConstant(pieces, boundaries) if boundaries else None
    return schedule.at(np.arange(count)) if schedule else np.full(count, pieces[0])


RATES = st.floats(2**-16, 8, width=32) | st.just(0.0)
MANUAL_RATES = st.lists(st.tuples(RATES, st.integers(1, 30)), min_size=1, max_size=20).map(
    lambda parts: np.repeat(np.float32([rate for rate, _ in parts]), [length for _, length in parts])
)


@given(MANUAL_RATES)
def test_rates_come_back_exactly_where_the_pieces_suffice(rates):
    pieces, boundaries, error = manual_rate_schedule(rates, 20)
    assert error == 0
    assert len(boundaries) == len(pieces) - 1 == np.count_nonzero(np.diff(rates))
    np.testing.assert_array_equal(np.float32(applied(pieces, boundaries, len(rates))), rates)


@given(MANUAL_RATES, st.integers(1, 6))
def test_too_many_pieces_become_fewer_and_the_error_is_what_is_said(rates, most):
    pieces, boundaries, error = manual_rate_schedule(rates, most)
    assert len(pieces) <= most
    assert len(boundaries) == len(pieces) - 1
    assert list(boundaries) == sorted(set(boundaries))
    assert all(type(value) is float for value in pieces)
    assert all(type(value) is int for value in boundaries)
    made = applied(pieces, boundaries, len(rates))
    assert made.min() >= rates.min() * (1 - 1e-9)
    assert made.max() <= rates.max() * (1 + 1e-9) + 1e-30
    positive = rates > 0
    if positive.all():
        assert math.isclose(np.max(np.abs(made / rates - 1)), error, rel_tol=1e-6, abs_tol=1e-12)


def test_the_neighbours_that_differ_least_are_merged_by_their_lengths():
    rates = np.float32([1] * 10 + [0.5] * 10 + [0.4] * 30)
    pieces, boundaries, error = manual_rate_schedule(rates, 2)
    assert pieces == pytest.approx((1, (0.5**10 * 0.4**30) ** (1 / 40)), rel=1e-6)
    assert boundaries == (10,)
    assert error == pytest.approx(1 - pieces[1] / 0.5, rel=1e-6)


def test_a_long_smooth_curve_is_cut_into_close_pieces():
    pieces, _, error = manual_rate_schedule(np.geomspace(1, 0.01, 20_000).astype("float32"), 50)
    assert len(pieces) == 50
    assert error < 0.2
    assert manual_rate_schedule(np.empty(0, "float32"), 5) == ((), (), 0.0)
