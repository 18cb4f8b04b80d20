"""A slope and how sure it is: against the textbook's formulas, and how often it is wrong on known curves."""

import numpy as np
import pytest

from lrlab.analysis.trend import CORRELATIONS, Slope, slope

TIME = np.arange(20.0)
LINE = np.stack([np.ones(20), TIME])


def values(seed=0):
    return 1 + 0.05 * TIME + np.random.default_rng(seed).normal(0, 0.1, 20)


def test_without_correlation_it_is_least_squares():
    known = values()
    fitted = slope(LINE, known, np.array([0.0]))
    (expected, _), covariance = np.polyfit(TIME, known, 1, cov=True)
    assert fitted.values == pytest.approx(expected)
    assert fitted.errors == pytest.approx(np.sqrt(covariance[0, 0]))


@pytest.mark.parametrize("correlation", CORRELATIONS)
def test_each_correlation_is_generalized_least_squares(correlation):
    known = values()
    fitted = slope(LINE, known, np.array([correlation]))
    alike = correlation ** abs(TIME[:, None] - TIME) / (1 - correlation**2)
    inverse = np.linalg.inv(alike)
    covariance = np.linalg.inv(LINE @ inverse @ LINE.T)
    found = covariance @ LINE @ inverse @ known
    rest = known - found @ LINE
    assert fitted.values == pytest.approx(found[1])
    assert fitted.errors == pytest.approx(np.sqrt(rest @ inverse @ rest / 18 * covariance[1, 1]))


@pytest.mark.parametrize(
    ("free", "t", "chance"), [(5, 2.571, 0.975), (10, 2.764, 0.99), (10, 3.169, 0.995), (30, -2.042, 0.025)]
)
def test_chances_are_those_of_students_t(free, t, chance):
    one = Slope(np.zeros(1), np.ones(1), np.ones(1), free)
    assert one.chance_below(t) == pytest.approx(chance, abs=0.001)


@pytest.mark.parametrize("correlation", [0.0, 0.6, 0.9])
def test_a_sure_slope_is_rarely_wrong_whatever_the_correlation(correlation):
    rng = np.random.default_rng(1)
    time = np.arange(100.0)
    wrong = 0
    for _ in range(400):
        noise = rng.normal(size=100)
        for at in range(1, 100):
            noise[at] = correlation * noise[at - 1] + np.sqrt(1 - correlation**2) * noise[at]
        wrong += slope(np.stack([np.ones(100), time]), noise).chance_below(0) < 0.05
    assert 0.01 < wrong / 400 < 0.09


def test_without_noise_it_is_exact_and_with_too_few_values_nothing_is_sure():
    exact = slope(LINE, 3 - 0.5 * TIME)
    assert exact.chance_below(-0.5001) < 1e-9
    assert exact.chance_below(-0.4999) > 1 - 1e-9
    assert slope(LINE[:, :2], TIME[:2]).chance_below(0) == 1
