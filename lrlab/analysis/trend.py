"""The slope of a noisy curve, and how sure it is if each value resembles the one before it."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# Correlations of neighbouring noise that are considered.
CORRELATIONS = np.array([0.0, 0.2, 0.4, 0.55, 0.7, 0.8, 0.87, 0.93, 0.97])
ROUNDING = 1e-13  # share of the squared values: a smaller rest is not exact


@dataclass(frozen=True)
class Slope:
    """A fitted coefficient under each of CORRELATIONS: its value, its standard error and its weight.

    `free` is the number of values minus the number of coefficients.
    """

    values: Array
    errors: Array
    weights: Array
    free: int

    def chance_below(self, limit: float) -> float:
        """The probability that the true coefficient is below `limit`; 1 if there are too few values."""
        if self.free < 1:
            return 1.0
        t = (limit - self.values) / self.errors
        # Student's t as a standard normal value of nearly the same probability (Wallace, 1959).
        normal = (8 * self.free + 1) / (8 * self.free + 3) * np.sqrt(self.free * np.log1p(t * t / self.free))
        below = [0.5 * math.erfc(-z / math.sqrt(2)) for z in np.copysign(normal, t)]
        return float(np.dot(self.weights, below))


def slope(columns: Array, values: Array, correlations: Array = CORRELATIONS) -> Slope:
    """The coefficient of the last column in a linear regression.

    `columns`, of shape (p, n), and `values`, of shape (n,), are finite. The first column is constant. The
    noise is a first-order autoregressive process of unknown correlation: each of `correlations` has the
    weight of its restricted likelihood (Harville, 1977), under which short curves look no less correlated
    than they are.

    >>> time = np.arange(20.0)
    >>> rising = slope(np.stack([np.ones(20), time]), 1 + 0.1 * time + 0.01 * np.sin(time**2))
    >>> rising.chance_below(0) < 0.001 < 0.999 < rising.chance_below(0.11)
    True
    """
    free = len(values) - len(columns)
    if free < 1:
        return Slope(np.zeros(0), np.zeros(0), np.zeros(0), free)
    products = _products(np.vstack([columns, values - values.mean()]), correlations)
    normal, with_values, whole = products[:, :-1, :-1], products[:, :-1, -1], products[:, -1, -1]
    inverse = np.linalg.inv(normal)
    coefficients = (inverse @ with_values[:, :, None])[:, :, 0]
    squares = np.maximum(whole - (coefficients * with_values).sum(axis=1), ROUNDING * whole)
    squares += np.finfo(float).tiny
    likelihood = np.log1p(-(correlations**2)) - np.linalg.slogdet(normal)[1] - free * np.log(squares)
    weights = np.exp(0.5 * (likelihood - likelihood.max()))
    errors = np.sqrt(squares / free * inverse[:, -1, -1])
    return Slope(coefficients[:, -1], errors, weights / weights.sum(), free)


def _products(rows: Array, correlations: Array) -> Array:
    """The products of all rows without what each value shares with the one before it, per correlation."""
    share = correlations[:, None, None]
    shifted = rows[:, 1:] @ rows[:, :-1].T
    return rows @ rows.T - share * (shifted + shifted.T) + share**2 * (rows[:, 1:-1] @ rows[:, 1:-1].T)
