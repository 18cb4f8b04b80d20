"""A run of a sweep as its charts and its analysis see it: where it stands in the grid, and how it ended."""

from collections.abc import Iterable
from dataclasses import dataclass

# The roles of runs that are in no race: of a range test, of a sweep, and of its confirming runs.
RANGE_TEST, SEARCH, CONFIRM = "range", "sweep", "confirm"
MEASURES = ("val_loss", "val_accuracy", "loss")


@dataclass(frozen=True)
class SweptRun:
    """A run of a sweep, with the values of the last of its `epochs` finished epochs; None if not known.

    `name` and `peak` are its place in the grid, `seed` is its seed, and `role` is SEARCH or CONFIRM.
    `seconds` is how long that epoch took.
    """

    id: int
    name: str
    peak: float
    seed: int
    role: str
    status: str
    epochs: int
    loss: float | None
    val_loss: float | None
    val_accuracy: float | None
    seconds: float | None = None

    @property
    def has_ended(self) -> bool:
        """Whether it counts: it was trained to its end, or diverged."""
        return self.status in ("completed", "diverged")

    def value(self, measure: str) -> float | None:
        """The final value of a run that has ended, the newest of another; None if it diverged."""
        found: float | None = getattr(self, measure)
        return None if self.status == "diverged" else found


def values(
    runs: Iterable[SweptRun], measure: str, role: str = SEARCH
) -> dict[tuple[str, float], dict[int, float | None]]:
    """The final values of the runs with that role that have ended, by name and peak, then by seed.

    None stands for a run that diverged.

    >>> run = SweptRun(1, "Step", 0.1, 7, SEARCH, "completed", 15, 0.3, 0.4, 0.85)
    >>> values([run], "val_loss")
    {('Step', 0.1): {7: 0.4}}
    """
    found: dict[tuple[str, float], dict[int, float | None]] = {}
    for run in runs:
        if run.role == role and run.has_ended:
            found.setdefault((run.name, run.peak), {})[run.seed] = run.value(measure)
    return found
