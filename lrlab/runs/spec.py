"""Everything that determines a training run, as one frozen value that is also JSON."""

import json
import math
from dataclasses import dataclass, fields, replace

from lrlab import article
from lrlab.datasets.catalogue import DataSet, data_from_record, data_set
from lrlab.datasets.own import LEAST_EXAMPLES, OwnData
from lrlab.errors import UserError
from lrlab.networks import ARTICLE_NETWORK, Network, network_from_record
from lrlab.optimizers import SGD, Optimizer, optimizer_from_record
from lrlab.parameters.record import Parametrised
from lrlab.runs.controllers import EarlyStopping, ReduceOnPlateau, controller_from_record
from lrlab.runs.plan import Plan, check_whole
from lrlab.schedules import Constant, Schedule, schedule_from_dict

MIN_TRAIN_IMAGES = LEAST_EXAMPLES
MAX_TRAIN_IMAGES = data_set("auto").train
MAX_SEED = 2**32 - 1


@dataclass(frozen=True)
class RunSpec:
    """What is trained, on which images, for how long and from which seed.

    The first share `1 - validation_split` of `train_images` is for training, the rest is for validation
    after every epoch, as with `keras.Model.fit(validation_split=...)`. `seed` sets the initial weights and
    the order of the batches. All seeds use the same images, so that runs can be compared. `data` is the
    name of a built-in set, a set of one's own, or "auto": Fashion-MNIST if it is available, otherwise the
    synthetic set; the store records which one was used.
    `plateau` reduces the rate and `early_stopping` ends the run, both by a metric. Raises UserError for
    anything unknown or out of range.
    """

    schedule: Schedule = Constant()
    clock: str = "epoch"
    optimizer: Optimizer = SGD()
    epochs: int = article.EPOCHS
    batch_size: int = article.BATCH_SIZE
    seed: int = article.SEED
    train_images: int = article.TRAIN_IMAGES
    validation_split: float = article.VALIDATION_SPLIT
    data: str | OwnData = "auto"
    network: Network = ARTICLE_NETWORK
    early_stopping: EarlyStopping | None = None
    plateau: ReduceOnPlateau | None = None

    def __post_init__(self):
        _check_type("optimizer", self.optimizer, Optimizer)
        _check_type("network", self.network, Network)
        _check_type("early_stopping", self.early_stopping, EarlyStopping, optional=True)
        _check_type("plateau", self.plateau, ReduceOnPlateau, optional=True)
        self.network.layers(self.data_set.shape, self.data_set.class_count)
        check_whole("seed", self.seed, 0, MAX_SEED)
        check_whole("train_images", self.train_images, MIN_TRAIN_IMAGES, self.data_set.train)
        split = self.validation_split
        if isinstance(split, bool) or not isinstance(split, float) or not 0.01 <= split <= 0.9:
            raise UserError(f"validation_split must be from 0.01 to 0.9, but it is {split!r}.")
        check_whole("batch_size", self.batch_size, 1, self.fit_images)
        _check_type("schedule", self.schedule, Schedule)
        _ = self.plan

    @property
    def data_set(self) -> DataSet:
        """What is known of the images without reading them; for "auto", what is true of each choice."""
        return data_set(self.data)

    @property
    def data_name(self) -> str:
        """The name of the data set, or "auto"."""
        return self.data if isinstance(self.data, str) else self.data.name

    @property
    def fit_images(self) -> int:
        """Number of images for training; the rest of `train_images` are for validation."""
        return math.floor(self.train_images * (1 - self.validation_split))

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer updates per epoch; the last batch may be smaller."""
        return math.ceil(self.fit_images / self.batch_size)

    @property
    def plan(self) -> Plan:
        """The rate of every update of the run."""
        return Plan(self.schedule, self.epochs, self.steps_per_epoch, self.clock)

    def with_data(self, data):
        """The same run on the data set of that name; a set of one's own, which is its own name, stays."""
        return self if isinstance(self.data, OwnData) else replace(self, data=data)

    def with_seed(self, seed):
        """The same run from another seed."""
        return replace(self, seed=seed)

    @property
    def recipe(self):
        """All fields but seed and data set: runs with equal recipes differ only in these two."""
        return tuple(getattr(self, f.name) for f in fields(self) if f.name not in ("seed", "data"))

    def to_json(self) -> str:
        """One JSON object with every field."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return json.dumps(
            {name: v.to_dict() if isinstance(v, Parametrised | OwnData) else v for name, v in values.items()}
        )

    @classmethod
    def from_json(cls, text):
        """The RunSpec that `to_json` wrote; raises UserError for unknown keys and bad values."""
        try:
            record = json.loads(text)
        except (TypeError, ValueError) as error:
            raise UserError(f"A run must be a JSON object, but this is not JSON: {error}.") from error
        if not isinstance(record, dict):
            raise UserError(f"A run must be a JSON object, but this is {text!r:.200}.")
        known = [f.name for f in fields(cls)]
        unknown = sorted(set(record) - set(known))
        if unknown:
            raise UserError(f"A run has no field {', '.join(unknown)}. Its fields are: {', '.join(known)}.")
        return cls(**{name: READERS.get(name, _as_it_is)(value) for name, value in record.items()})


def _as_it_is(value):
    return value


def _controller(record):
    return None if record is None else controller_from_record(record)


# Fields that are JSON objects themselves; runs of an earlier version lack some of them.
READERS = {
    "data": data_from_record,
    "schedule": schedule_from_dict,
    "optimizer": optimizer_from_record,
    "network": network_from_record,
    "early_stopping": _controller,
    "plateau": _controller,
}


def _check_type(name, value, cls, optional=False):
    if not isinstance(value, cls) and not (optional and value is None):
        some = f"an {cls.__name__}" if cls.__name__[0] in "AEIOU" else f"a {cls.__name__}"
        raise UserError(f"{name} must be {some}, but it is {value!r:.200}.")
