"""Every data set that LR Lab has by itself, and what a run's field `data` means."""

from lrlab.datasets.built_in import BuiltIn
from lrlab.datasets.fashion_mnist import FASHION_MNIST
from lrlab.datasets.mnist import MNIST
from lrlab.datasets.own import OwnData, own_from_record
from lrlab.datasets.synthetic import SYNTHETIC
from lrlab.errors import UserError

DataSet = BuiltIn | OwnData

BUILT_IN: list[BuiltIn] = [FASHION_MNIST, SYNTHETIC, MNIST]
# What "auto" means, in order of preference. They have the same shape, classes and sizes.
AUTO: tuple[BuiltIn, ...] = (FASHION_MNIST, SYNTHETIC)


def choices() -> tuple[str, ...]:
    """The names that a run's `data` can have, apart from one's own sets."""
    return ("auto", *(each.name for each in BUILT_IN))


def data_set(data: str | OwnData) -> DataSet:
    """What is known of a run's data set; for "auto", what is known of its first choice.

    Raises UserError for an unknown name.

    >>> data_set("mnist").class_names[:3]
    ('0', '1', '2')
    """
    if isinstance(data, OwnData):
        return data
    found = next((each for each in BUILT_IN if each.name == data), None)
    if data != "auto" and found is None:
        raise UserError(f"data must be one of {', '.join(choices())}, but it is {data!r:.60}.")
    return found or AUTO[0]


def data_from_record(record) -> str | OwnData:
    """A run's `data` from its JSON: a name, or one's own set as an object; raises UserError otherwise."""
    return own_from_record(record) if isinstance(record, dict) else record


def title_of(name: str, data: str | OwnData = "auto") -> str:
    """The title of the data set with that name, which a run has used that has this `data`."""
    return next((each.title for each in (data_set(data), *BUILT_IN) if each.name == name), name)
