"""How much of the differences between the runs of a sweep comes from the peak rate, and from the shape."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lrlab.analysis.sweep import Values, finite

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int_]


@dataclass(frozen=True)
class Shares:
    """The shares of the peak rate, of the shape, of both together and of the seed, which sum to 1.

    `both` is what depends on their combination, such as a shape that needs a higher rate; `seed` is what
    differs between the runs of a cell. A share that the runs cannot tell is None and counts as 0. `runs` is
    the number of runs that did not diverge. `sentence` is the answer in one sentence, `caveats` are sentences
    that belong to it.
    """

    peak: float | None
    shape: float | None
    both: float | None
    seed: float | None
    runs: int
    sentence: str
    caveats: tuple[str, ...]


def shape_or_rate(values: Values, measure: str = "val_loss") -> Shares:
    """The shares of peak rate, shape and seed in the differences between the runs that did not diverge.

    It is a two-way analysis of variance, of the logarithms of losses and of accuracies as they are. A share
    is a sum of squares over the total. Where runs are missing, peak rate and shape have a part in common:
    each is fitted first and second, and its share is the mean of both (Lindeman, Merenda and Gold, 1980;
    Grömping, 2007, "Estimators of relative importance in linear regression based on variance decomposition").
    The interaction comes after both, the seed last.

    >>> losses = {"Cosine": (0.50, 0.34), "Step": (0.54, 0.36)}
    >>> values = {
    ...     (name, peak): {1: loss, 2: 1.01 * loss}
    ...     for name, each in losses.items()
    ...     for peak, loss in zip((0.01, 0.3), each)
    ... }
    >>> shape_or_rate(values).sentence
    'Here 97 % of the differences come from the peak rate, 3 % from the shape.'
    """
    total = sum(map(len, values.values()))
    runs = [(key, value) for key, seeds in values.items() for value in finite(seeds).values()]
    shapes, peaks = (len({key[part] for key, _ in runs}) for part in (0, 1))
    cells = len({key for key, _ in runs})
    caveats = _caveats(total, len(runs), shapes, peaks, cells)
    ends = np.array([value for _, value in runs])
    if cells < 2 or ends.min() == ends.max():
        why = "All runs ended alike." if cells > 1 else "There is nothing to compare yet."
        if total and not runs:
            why = "All runs diverged."
        return Shares(None, None, None, None, len(runs), why, caveats)
    if ends.min() > 0 and not measure.endswith("accuracy"):
        ends = np.log(ends)
    _, shape_numbers = np.unique([shape for (shape, _), _ in runs], return_inverse=True)
    _, peak_numbers = np.unique([peak for (_, peak), _ in runs], return_inverse=True)
    sums = _sums(peak_numbers, shape_numbers, ends)
    peak, shape, both, seed = (float(share) for share in sums / sums.sum())
    return Shares(
        peak if peaks > 1 else None,
        shape if shapes > 1 else None,
        both if min(peaks, shapes) > 1 else None,
        seed if len(runs) > cells else None,
        len(runs),
        _sentence(peak, shape, peaks, shapes),
        caveats,
    )


def _sums(peak: Numbers, shape: Numbers, values: Array) -> Array:
    """The sums of squares of peak, shape, both and seed; `peak` and `shape` number those of each run."""
    values = values - values.mean()
    counts, totals = np.zeros((2, peak.max() + 1, shape.max() + 1))
    np.add.at(counts, (peak, shape), 1)
    np.add.at(totals, (peak, shape), values)
    means = totals / np.maximum(counts, 1)
    by_peak = float((totals.sum(axis=1) ** 2 / counts.sum(axis=1)).sum())
    by_shape = float((totals.sum(axis=0) ** 2 / counts.sum(axis=0)).sum())
    # The normal equations of the least-squares fit with an effect per peak and per shape.
    normal = np.block([[np.diag(counts.sum(axis=1)), counts], [counts.T, np.diag(counts.sum(axis=0))]])
    right = np.concatenate([totals.sum(axis=1), totals.sum(axis=0)])
    by_each = float(right @ np.linalg.pinv(normal, rcond=1e-12, hermitian=True) @ right)
    sums = [
        (by_peak + by_each - by_shape) / 2,
        (by_shape + by_each - by_peak) / 2,
        float((totals * means).sum()) - by_each,
        float(((values - means[peak, shape]) ** 2).sum()),
    ]
    return np.maximum(sums, 0.0)


def _sentence(peak: float, shape: float, peaks: int, shapes: int) -> str:
    if shapes == 1:
        return f"With one shape, {_percent(peak)} of the differences come from the peak rate."
    if peaks == 1:
        return f"With one peak rate, {_percent(shape)} of the differences come from the shape."
    return (
        f"Here {_percent(peak)} of the differences come from the peak rate, {_percent(shape)} from the shape."
    )


def _percent(share: float) -> str:
    whole = round(100 * share)
    if whole == 0 < share:
        return "less than 1 %"
    return "over 99 %" if whole == 100 and share < 1 else f"{whole} %"


def _caveats(total: int, runs: int, shapes: int, peaks: int, cells: int) -> tuple[str, ...]:
    lost = total - runs
    found = {
        f"{lost} of {total} runs diverged and {'are' if lost > 1 else 'is'} left out.": lost > 0,
        "With one seed, chance counts as an effect of peak rate and shape.": runs == cells > 0,
        "With one shape, nothing can be said about shapes.": shapes == 1,
        "With one peak rate, nothing can be said about rates.": peaks == 1,
        "Not every shape ended at every peak rate: what both explain alike counts half for each.": cells
        < shapes * peaks,
        "Over a wider range of rates, the peak rate would usually have a larger share.": peaks > 1,
    }
    return tuple(sentence for sentence, holds in found.items() if holds)
