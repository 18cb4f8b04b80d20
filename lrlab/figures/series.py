"""Prepare measured values for drawing: several seeds as one line and a band, smoothed, thinned."""

import numpy as np

from lrlab.runs.records import Epoch

TENS = 230  # e^-230 is about 1e-100: division by such a small weight does not overflow


def table(runs: tuple[list[Epoch], ...], metric: str) -> np.ndarray:
    """One metric of every epoch, float64 of shape (seeds, epochs): NaN if not known, inf if infinite."""
    values = np.full((len(runs), max((run[-1].epoch + 1 for run in runs if run), default=0)), np.nan)
    for row, run in zip(values, runs, strict=True):
        if run:
            row[[epoch.epoch for epoch in run]] = [getattr(epoch, metric) for epoch in run]
    return np.where(np.isneginf(values), np.inf, values)


def spread(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The lowest, the median and the highest finite value of each column.

    `values` is a `table` of shape (seeds, epochs), the results have the shape (epochs,). A column without a
    finite value gives inf, or NaN if no value is known.
    """
    if len(values) == 1:
        return values[0], values[0], values[0]
    if not values.size:
        return (np.empty(0),) * 3
    ordered = np.sort(values, axis=0)  # inf comes last, and NaN after it
    count = np.maximum(np.isfinite(ordered).sum(axis=0), 1)
    column = np.arange(values.shape[1])
    middle = (ordered[(count - 1) // 2, column] + ordered[count // 2, column]) / 2
    return ordered[0], middle, ordered[count - 1, column]


def smoothed(values: np.ndarray, weight: float) -> np.ndarray:
    """The exponential moving average of `values`, of shape (n,), as TensorBoard draws it.

    `weight`, from 0 to below 1, is the share of the old average that is kept at each value. The average is
    divided by the sum of its weights, so that it does not begin at zero. Values that are not finite become
    NaN, and the average skips them.
    """
    values = np.asarray(values, dtype=float)
    known = np.flatnonzero(np.isfinite(values))
    result = np.full(len(values), np.nan)
    if not weight or not len(known):
        result[known] = values[known]
        return result
    # Blocks: each is a running sum of its values over their weights, and begins with the sum before it.
    length = min(len(known), max(1, int(-TENS / np.log(weight))))
    padded = np.zeros(-(-len(known) // length) * length)
    padded[: len(known)] = values[known]
    blocks = padded.reshape(-1, length)
    weights = weight ** np.arange(1, length + 1)
    sums = (1 - weight) * np.cumsum(blocks / weights, axis=1) * weights
    before = [0.0]
    for end in sums[:-1, -1]:
        before.append(end + weights[-1] * before[-1])
    averages = (sums + weights * np.array(before)[:, None]).ravel()[: len(known)]
    result[known] = averages / -np.expm1(np.log(weight) * np.arange(1, len(known) + 1))
    return result


def bucket(count: int, points: int) -> int:
    """The number of values per bucket, so that two points per bucket are at most `points` in all.

    It is a power of two: while a run grows, its buckets do not change until they double.
    """
    size = 1
    while count > points and 2 * count > points * size:
        size *= 2
    return size


def extremes(values: np.ndarray, size: int, first: int = 0) -> np.ndarray:
    """The indices of the lowest and the highest value of each bucket of `size`, in increasing order.

    `first` is the number of the first value; buckets begin at multiples of `size`. The first value of a
    bucket that is not finite is kept too, so that a gap stays a gap. With a `size` of 1 all are kept.
    """
    count = len(values)
    if size == 1:
        return np.arange(count)
    lead = first % size
    padded = np.full(-(-(lead + count) // size) * size, np.nan)
    padded[lead : lead + count] = values
    known = np.isfinite(padded)
    starts = np.arange(0, len(padded), size) - lead
    lowest = starts + np.where(known, padded, np.inf).reshape(-1, size).argmin(axis=1)
    highest = starts + np.where(known, padded, -np.inf).reshape(-1, size).argmax(axis=1)
    unknown = np.flatnonzero(~known[lead : lead + count])
    unknown = unknown[np.unique((unknown + lead) // size, return_index=True)[1]]
    places = np.unique(np.concatenate([lowest, highest, unknown]))
    return places[(places >= 0) & (places < count)]
