"""A run independent of the store: its settings and its measurements."""

from dataclasses import dataclass, field

from lrlab.datasets import title_of
from lrlab.runs.records import Epoch
from lrlab.runs.spec import RunSpec


@dataclass(frozen=True)
class Result:
    """A run with its epochs, trained on this machine, on another one, or by a program without LR Lab.

    `spec` and `data` are None if only the curves are known. `data` is the name of the data set, and
    `origin` says where it came from. `created` is in seconds since 1970. `versions` are the versions of
    Python and of the packages that trained the run, by name. `has_manual_rate` says whether its rate was
    ever set by hand.
    """

    name: str
    epochs: tuple[Epoch, ...]
    spec: RunSpec | None = None
    status: str = "completed"
    data: str | None = None
    origin: str = ""
    message: str = ""
    test_loss: float | None = None
    test_accuracy: float | None = None
    created: float | None = None
    tags: tuple[str, ...] = ()
    note: str = ""
    versions: dict[str, str] = field(default_factory=dict, hash=False)
    has_manual_rate: bool = False


def data_title(data: str | None, spec: RunSpec | None) -> str | None:
    """The title of a run's data set, by its name `data`; None if it is not known."""
    if data is None:
        return None
    return title_of(data, spec.data) if spec else title_of(data)
