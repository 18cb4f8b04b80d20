"""Rates set by hand as a schedule."""

import heapq
import math

import numpy as np

TINY = float(np.finfo(np.float32).tiny)  # a rate of zero counts as this where a logarithm is taken


def manual_rate_schedule(rates: np.ndarray, most: int) -> tuple[tuple[float, ...], tuple[int, ...], float]:
    """The rates of every update of a run, float32 of shape (n,), as at most `most` pieces of one rate each.

    Returns the pieces' rates, the updates at which each but the first begins, and the largest relative
    error that an update's rate has. It is 0 where the pieces suffice. Where there are too many, the two
    neighbours whose rates differ least in their logarithms become one piece again and again, with the
    geometric mean of both rates, weighted by their lengths. No rates give no pieces.
    """
    rates = np.asarray(rates, dtype=float)
    if not len(rates):
        return (), (), 0.0
    starts = np.flatnonzero(np.append(True, rates[1:] != rates[:-1]))
    kept = _merged(starts, np.diff(np.append(starts, len(rates))), rates[starts], max(1, most))
    begins = [start for start, _ in kept]
    pieces = np.repeat([rate for _, rate in kept], np.diff([*begins, len(rates)]))
    errors = np.abs(pieces - rates) / np.maximum(rates, TINY)
    return tuple(rate for _, rate in kept), tuple(begins[1:]), float(errors.max())


def _merged(starts: np.ndarray, lengths: np.ndarray, rates: np.ndarray, most: int) -> list[tuple[int, float]]:
    """(start, rate) of the pieces that are left; a rate that was never merged is exactly as it was."""
    count = len(starts)
    lengths, exact = lengths.tolist(), rates.tolist()
    logs = np.log(np.maximum(rates, TINY)).tolist()
    after, before = list(range(1, count + 1)), list(range(-1, count - 1))
    age = [0] * count  # how often a piece has changed: what the heap says of it before is out of date
    gaps = [(abs(logs[at + 1] - logs[at]), at, 0, at + 1, 0) for at in range(count - 1)]
    heapq.heapify(gaps)
    left = count
    while left > most:
        _, one, its_age, other, other_age = heapq.heappop(gaps)
        if age[one] != its_age or age[other] != other_age:
            continue
        both = lengths[one] + lengths[other]
        if exact[one] != exact[other]:
            logs[one] = (logs[one] * lengths[one] + logs[other] * lengths[other]) / both
            exact[one] = math.exp(logs[one])
        lengths[one], lengths[other] = both, 0
        age[one], age[other] = age[one] + 1, -1
        after[one] = after[other]
        if after[one] < count:
            before[after[one]] = one
            gap = abs(logs[after[one]] - logs[one])
            heapq.heappush(gaps, (gap, one, age[one], after[one], age[after[one]]))
        if before[one] >= 0:
            gap = abs(logs[one] - logs[before[one]])
            heapq.heappush(gaps, (gap, before[one], age[before[one]], one, age[one]))
        left -= 1
    return [(int(starts[at]), exact[at]) for at in range(count) if lengths[at]]
