"""How often a verdict names a winner by chance, and how often a lane that is better; by simulation."""

import math

import numpy as np
import pytest

from lrlab.analysis import End, verdict

pytestmark = pytest.mark.proof
RACES = 10_000
SPREAD = 0.05  # of the logarithm of the final loss over seeds


def named(lanes, seeds, correlation, better=0.0, races=RACES):
    """The share of races that name a winner, and the share that names the first lane.

    The first lane is lower by `better` standard deviations of a paired difference.
    """
    dice = np.random.default_rng([lanes, seeds, round(10 * correlation), round(10 * better)])
    shared = math.sqrt(correlation) * dice.normal(size=(races, 1, seeds))
    logs = shared + math.sqrt(1 - correlation) * dice.normal(size=(races, lanes, seeds))
    logs[:, 0] -= better * math.sqrt(2 * (1 - correlation))
    winners = [
        verdict(
            {
                f"lane {number}": [End("completed", value, seed) for seed, value in enumerate(lane)]
                for number, lane in enumerate(race)
            }
        ).winner
        for race in np.exp(SPREAD * logs).tolist()
    ]
    return sum(winner is not None for winner in winners) / races, winners.count("lane 0") / races


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("seeds", [3, 5, 10])
@pytest.mark.parametrize("lanes", [2, 3, 6, 12])
def test_among_equal_lanes_chance_names_a_winner_in_at_most_one_race_of_twenty(lanes, seeds, correlation):
    share, _ = named(lanes, seeds, correlation)
    assert share <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / RACES)


@pytest.mark.parametrize("lanes", [2, 3, 6])
def test_a_lane_that_is_better_is_found_the_more_often_the_more_seeds(lanes):
    power = [named(lanes, seeds, 0.5, better=2.0, races=2000)[1] for seeds in (3, 5, 10)]
    assert power == sorted(power)
    assert power[2] >= 0.95
    if lanes == 2:
        assert power[1] >= 0.8


def test_lanes_of_a_race_gain_from_the_seeds_they_share():
    apart, together = (named(2, 5, correlation, better=1.0, races=2000)[1] for correlation in (0.0, 0.9))
    assert together == pytest.approx(apart, abs=0.05)  # both are measured in the paired spread
