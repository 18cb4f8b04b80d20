"""How often findings and verdicts are said by chance, and how often what is true is found.

`python -m tests.simulation` prints the table that the README quotes. Its arguments are the number of runs per
case, and words of the statements to print. Each share is measured on simulated curves whose truth is known. A
situation has several cases, of which the worst one is given: lengths of the run, and kinds of noise. Noise
multiplies a curve, and its size is the standard deviation of the logarithm. If it is correlated by 0.9, nine
tenths of each deviation remain in the next epoch. Verdicts are simulated in five times as many races.
"""

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product
from typing import NamedTuple

import numpy as np

from lrlab.analysis import End, verdict
from lrlab.analysis.curves import findings_of
from lrlab.analysis.report import LearningStopped, Noisy, Overfitting

RUNS = 2000
LENGTHS = (30, 60, 100, 300)
CORRELATIONS = (0.0, 0.6, 0.9)
SPREAD = 0.05  # of the logarithm of the final loss, over seeds
HEADER = "| statement | on simulated curves | said in | limit | worst case |\n| --- | --- | --- | --- | --- |"


class Row(NamedTuple):
    """The share of runs in which a statement is made in a situation: its limit, and its worst case.

    The limit of a true statement is the least share, and that of a false one the most.
    """

    statement: str
    situation: str
    share: float
    limit: float
    is_true: bool
    case: str
    runs: int

    def __str__(self) -> str:
        limit = f"at {'least' if self.is_true else 'most'} {self.limit:.0%}"
        return f"| {self.statement} | {self.situation} | {self.share:.1%} | {limit} | {self.case} |"

    def holds(self) -> bool:
        """Whether the share is within the limit, with two standard errors allowed."""
        room = 2 * math.sqrt(self.limit * (1 - self.limit) / self.runs)
        return self.share >= self.limit - room if self.is_true else self.share <= self.limit + room


class Situation(NamedTuple):
    """Where a statement is true or false; each case measures its share in a number of runs."""

    statement: str
    situation: str
    is_true: bool
    cases: dict[str, Callable[[int], float]]
    limit: float
    times: int = 1

    def row(self, runs: int = RUNS) -> Row:
        runs *= self.times
        shares = {case: share(runs) for case, share in self.cases.items()}
        worst = (min if self.is_true else max)(shares, key=shares.__getitem__)
        return Row(self.statement, self.situation, shares[worst], self.limit, self.is_true, worst, runs)


def falls(epochs: int) -> np.ndarray:
    """An exponential fall that is flat in the second half."""
    return 0.3 + np.exp(-np.arange(epochs) / epochs * 8)


def falls_on(epochs: int) -> np.ndarray:
    """A loss that falls to the end."""
    return 0.05 + 2 * np.exp(-np.arange(epochs) / epochs * 5)


def tail(epochs: int) -> np.ndarray:
    return (1 + np.arange(epochs)) ** -0.5


def plateau(epochs: int, end: float) -> np.ndarray:
    """An exponential fall from 1 to `end` in the first half, and flat from then on."""
    return end ** np.minimum(np.arange(epochs) / (epochs / 2), 1)


def rises(epochs: int, fall: float) -> np.ndarray:
    """A fall in the first half, and a rise of 30 % in the second half, on a line."""
    time = np.arange(epochs) / (epochs / 2) - 1
    return 1 + fall * np.minimum(time, 0) ** 2 + 0.3 * np.maximum(time, 0) / time[-1]


def noise(rng: np.random.Generator, size: float, correlation: float, shape: tuple[int, int]) -> np.ndarray:
    """Factors of the shape (runs, epochs)."""
    factors = rng.normal(size=shape)
    for before, now in zip(factors.T, factors.T[1:], strict=False):
        now *= math.sqrt(1 - correlation**2)
        now += correlation * before
    return np.exp(size * factors)


def share(
    runs: int,
    kind: type,
    epochs: int,
    train: Callable[[int], np.ndarray],
    val: Callable[[int], np.ndarray],
    sizes: Sequence[float],
    correlation: float = 0.0,
) -> float:
    """The share of runs with this kind of finding; `sizes` are those of both losses' noise."""
    rng = np.random.default_rng([epochs, *(round(1000 * value) for value in (*sizes, correlation))])
    shape = runs, epochs
    losses = train(epochs) * noise(rng, sizes[0], 0.0, shape)
    val_losses = val(epochs) * noise(rng, sizes[1], correlation, shape)
    table = np.full((epochs, 6), 0.5)
    table[:, 0] = np.arange(epochs)
    found = 0
    for table[:, 2], table[:, 4] in zip(losses, val_losses, strict=True):
        found += findings_of(table).get(kind) is not None
    return found / runs


def winners(
    races: int, lanes: int, seeds: int, correlation: float = 0.5, better: float = 0.0
) -> list[str | None]:
    """The winner of each race; the first lane, "1", is better by so many standard deviations.

    The deviation is that of the difference between two lanes with the same seed. `correlation` is that of
    two lanes with the same seed.
    """
    rng = np.random.default_rng([lanes, seeds, round(10 * correlation), round(10 * better)])
    logs = math.sqrt(correlation) * rng.normal(size=(races, 1, seeds))
    logs = logs + math.sqrt(1 - correlation) * rng.normal(size=(races, lanes, seeds))
    logs[:, 0] -= better * math.sqrt(2 * (1 - correlation))
    return [
        verdict(
            {
                str(number): [End("completed", loss, seed) for seed, loss in enumerate(lane)]
                for number, lane in enumerate(race, 1)
            }
        ).winner
        for race in np.exp(SPREAD * logs).tolist()
    ]


def any_winner(races: int, lanes: int, seeds: int, correlation: float) -> float:
    return 1 - winners(races, lanes, seeds, correlation).count(None) / races


def better_lane_wins(races: int, lanes: int, seeds: int) -> float:
    return winners(races, lanes, seeds, better=2.0).count("1") / races


def situations() -> Iterator[Situation]:
    """Every row of the table, not yet measured."""
    often, rarely = {"is_true": True, "limit": 0.95}, {"is_true": False, "limit": 0.02}

    said = "Overfitting"
    for correlation in CORRELATIONS:
        what = f"noise correlated by {correlation:g}" if correlation else "independent noise"
        shapes = {"flat": np.ones, "falling": falls}
        cases = {
            f"{epochs} epochs, {shape}, noise {size:.0%}": partial(
                share,
                kind=Overfitting,
                epochs=epochs,
                train=falls_on,
                val=shapes[shape],
                sizes=(0.003, size),
                correlation=correlation,
            )
            for epochs, shape, size in product(LENGTHS, shapes, (0.03, 0.1))
        }
        yield Situation(said, f"validation loss is flat or falls, {what}", cases=cases, **rarely)
    for correlation in CORRELATIONS:
        what = f"noise of 3% correlated by {correlation:g}" if correlation else "independent noise of 3%"
        cases = {
            f"{epochs} epochs, {'falling' if fall else 'flat'} before": partial(
                share,
                kind=Overfitting,
                epochs=epochs,
                train=falls_on,
                val=partial(rises, fall=fall),
                sizes=(0.003, 0.03),
                correlation=correlation,
            )
            for epochs, fall in product(LENGTHS, (0, 1.5))
        }
        yield Situation(said, f"it rises by 30% in the second half, {what}", cases=cases, **often)

    said, sizes = "Training loss hardly fell", (0.0, 0.002, 0.005, 0.01, 0.02, 0.05)
    stopped = partial(share, kind=LearningStopped, val=falls)
    cases = {
        f"{epochs} epochs, noise {size:.1%}": partial(stopped, epochs=epochs, train=tail, sizes=(size, 0.03))
        for epochs, size in product(LENGTHS, sizes)
    }
    yield Situation(said, "it falls as 1 / √(1 + epoch), noise of 0 to 5%", cases=cases, **rarely)
    cases = {
        f"{epochs} epochs, flat at {end:.0%}, noise {size:.1%}": partial(
            stopped, epochs=epochs, train=partial(plateau, end=end), sizes=(size, 0.03)
        )
        for epochs, end, size in product(LENGTHS, (0.3, 0.05), sizes)
    }
    yield Situation(said, "it is flat from half the run on, noise of 0 to 5%", cases=cases, **often)

    said, noisy = "Validation loss is noisy", partial(share, kind=Noisy, train=falls_on)
    for size, kind in ((0.01, rarely), (0.1, often)):
        cases = {
            f"{epochs} epochs, {shape}": partial(noisy, epochs=epochs, val=shapes[shape], sizes=(0.003, size))
            for epochs, shape in product(LENGTHS, shapes)
        }
        yield Situation(said, f"independent noise of {size:.0%}", cases=cases, **kind)

    said, of_five = "A lane wins", {"is_true": False, "limit": 0.05, "times": 5}
    for seeds in (3, 5, 10):
        cases = {
            f"{lanes} lanes, correlated by {correlation:g}": partial(
                any_winner, lanes=lanes, seeds=seeds, correlation=correlation
            )
            for lanes, correlation in product((2, 3, 6, 12), (0.0, 0.5, 0.9))
        }
        yield Situation(said, f"all lanes are equal, {seeds} seeds", cases=cases, **of_five)
    for lanes, seeds, limit in ((2, 5, 0.8), (3, 5, 0.7), (6, 10, 0.95)):
        cases = {f"{lanes} lanes": partial(better_lane_wins, lanes=lanes, seeds=seeds)}
        situation = f"it is better by two standard deviations, {lanes} lanes, {seeds} seeds"
        yield Situation(said, situation, True, cases, limit)


if __name__ == "__main__":
    runs = next((int(word) for word in sys.argv[1:] if word.isdecimal()), RUNS)
    words = [word.lower() for word in sys.argv[1:] if not word.isdecimal()]
    print(HEADER)
    for situation in situations():
        if all(word in situation.statement.lower() for word in words):
            print(row := situation.row(runs), "" if row.holds() else "← not within the limit", flush=True)
