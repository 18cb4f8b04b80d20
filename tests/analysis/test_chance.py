"""A verdict has more power with more seeds, and gains from the seeds that lanes share; by simulation."""

import pytest

from tests.simulation import winners

pytestmark = pytest.mark.proof
RACES = 2000


@pytest.mark.parametrize("lanes", [2, 3, 6])
def test_a_lane_that_is_better_is_found_the_more_often_the_more_seeds(lanes):
    power = [winners(RACES, lanes, seeds, better=2.0).count("1") / RACES for seeds in (3, 5, 10)]
    assert power == sorted(power)


def test_only_the_spread_of_the_paired_difference_counts():
    power = [winners(RACES, 2, 5, correlation, 1.0).count("1") / RACES for correlation in (0.0, 0.9)]
    assert power[0] == pytest.approx(power[1], abs=0.05)
