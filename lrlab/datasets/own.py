"""A data set of one's own, as a frozen value: everything about it but its examples."""

import re
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from lrlab.errors import UserError
from lrlab.text import one_line

MOST_SIDE = 64
MOST_VALUES = 3 * MOST_SIDE**2
LEAST_EXAMPLES, MOST_EXAMPLES = 100, 1_000_000
LEAST_CLASSES, MOST_CLASSES = 2, 100
MAX_TITLE = 60
PIXELS, NUMBERS = "uint8", "float32"


@dataclass(frozen=True)
class OwnData:
    """A data set of one's own, without its examples: what checks, costs, networks and texts need.

    `digest` is the file's sha256 in hexadecimal, and `title` the file's name. `shape` is
    (height, width, channels) or (n,); `classes` is how many there are; `train` and `test` count examples;
    `dtype` is "uint8" or "float32". Sets that differ only in their title are equal. Raises UserError for
    anything else.
    """

    digest: str
    title: str = field(compare=False)
    shape: tuple[int, ...]
    classes: int
    train: int
    test: int
    dtype: str = PIXELS

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(self.shape) if isinstance(self.shape, list) else self.shape)
        title = self.title
        checks = {
            "digest": isinstance(self.digest, str) and re.fullmatch("[0-9a-f]{64}", self.digest),
            "title": isinstance(title, str) and title == one_line(title) and 1 <= len(title) <= MAX_TITLE,
            "shape": is_shape(self.shape) and (self.dtype != PIXELS or len(self.shape) == 3),
            "classes": _is_whole(self.classes, LEAST_CLASSES, MOST_CLASSES),
            "train": _is_whole(self.train, LEAST_EXAMPLES, MOST_EXAMPLES),
            "test": _is_whole(self.test, 1, MOST_EXAMPLES),
            "dtype": self.dtype in (PIXELS, NUMBERS),
        }
        for name, is_right in checks.items():
            if not is_right:
                value = getattr(self, name)
                raise UserError(f"The {name} of a data set of one's own cannot be {value!r:.80}.")

    @property
    def name(self) -> str:
        """The name by which its runs are known: "own:" and the digest."""
        return f"own:{self.digest}"

    @property
    def class_count(self) -> int:
        """How many classes there are."""
        return self.classes

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes by their numbers: the file has no names."""
        return tuple(map(str, range(self.classes)))

    def to_dict(self) -> dict[str, Any]:
        """Every field, as JSON types."""
        return asdict(self) | {"shape": [*self.shape]}


def own_from_record(record: dict[str, Any]) -> OwnData:
    """The OwnData that `to_dict` wrote; raises UserError for anything else."""
    known = [f.name for f in fields(OwnData)]
    if set(record) != set(known):
        raise UserError(
            f"A data set of one's own has the fields {', '.join(known)}, but these are "
            f"{', '.join(map(str, record))!s:.200}."
        )
    return OwnData(**record)


def titled(name: str) -> str:
    """A file's name as the title of its data set."""
    return one_line(name)[-MAX_TITLE:].strip() or "data.npz"


def is_shape(shape: object) -> bool:
    """Whether a data set of one's own can have examples of this shape."""
    if not isinstance(shape, tuple) or not all(_is_whole(size, 1, MOST_VALUES) for size in shape):
        return False
    return len(shape) == 1 or (len(shape) == 3 and max(shape[:2]) <= MOST_SIDE and shape[2] in (1, 3))


def _is_whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
