"""A run as anybody may hold it: what it was, and what it measured."""

from dataclasses import dataclass, field

from lrlab.records import Epoch
from lrlab.spec import RunSpec


@dataclass(frozen=True)
class Result:
    """A run with its epochs, whoever trained it: this machine, another one, or a program without LR Lab.

    `spec` is None, and `data` too, where nothing is known but the curves. `data` is the name of the data set
    and `origin` says where it came from. `created` is in seconds since 1970. `versions` are those of
    Python and the packages that trained it, by name. `has_manual_rate` says whether its rate was ever set
    by hand.
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
