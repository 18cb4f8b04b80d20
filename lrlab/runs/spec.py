"""Everything that determines a training run, as one frozen value that is also JSON."""

import json
import math
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Self

from lrlab import article
from lrlab.datasets.catalogue import DataSet, data_from_record, data_set
from lrlab.datasets.own import LEAST_EXAMPLES, MOST_EXAMPLES, OwnData
from lrlab.errors import UserError
from lrlab.networks import ARTICLE_NETWORK, Network, network_from_record
from lrlab.optimizers import SGD, Optimizer, optimizer_from_record
from lrlab.parameters.declare import declared, later, part
from lrlab.parameters.kinds import Parameter, Switch
from lrlab.parameters.record import Parametrised, Record
from lrlab.runs.controllers import EarlyStopping, ReduceOnPlateau, controller_from_record
from lrlab.runs.plan import BATCHES_PER_UPDATE, CLOCK, CLOCKS, EPOCHS, Plan
from lrlab.runs.summary import summary
from lrlab.schedules import Constant, Schedule, schedule_from_dict

MAX_SEED = 2**32 - 1
BATCH_SIZE = Parameter("", "How many images each batch has.", 1, MOST_EXAMPLES, (1, 1024), integer=True)
SEED = Parameter(
    "", "Sets the initial weights and the order of the batches.", 0, MAX_SEED, (0, 100), integer=True
)
TRAIN_SIZE = Parameter(
    "",
    "How many images are used, including the validation images.",
    LEAST_EXAMPLES,
    MOST_EXAMPLES,
    (LEAST_EXAMPLES, 60_000),
    integer=True,
)
RANGE_TEST = Switch(
    "End the run when its smoothed loss is over four times its lowest, as a learning-rate range test does."
)
VALIDATION_SPLIT = Parameter(
    "", "The share of these images that is used for validation, not for training.", 0.01, 0.9, (0.05, 0.5)
)


def _controller(record: Any) -> Parametrised | None:
    return None if record is None else controller_from_record(record)


@dataclass(frozen=True)
class RunSpec(Record):
    """What is trained, on which images, for how long and from which seed.

    The first share `1 - validation_split` of `train_images` is for training, the rest is for validation
    after every epoch, as with `keras.Model.fit(validation_split=...)`. `seed` sets the initial weights and
    the order of the batches. All seeds use the same images, so that runs can be compared. `data` is the
    name of a built-in set, a set of one's own, or "auto": Fashion-MNIST if it is available, otherwise the
    synthetic set; the store records which one was used.
    `plateau` reduces the rate and `early_stopping` ends the run, both by a metric. A `range_test` ends by its
    training loss, measures the gradient at every update, and is not tested; `lrlab.runs.range_test` makes
    one. Raises UserError for anything unknown or out of range.

    >>> spec = RunSpec(epochs=10, batch_size=32)
    >>> spec.steps_per_epoch
    500
    >>> RunSpec.from_json(spec.to_json()) == spec
    True
    """

    schedule: Schedule = part(Constant(), Schedule, schedule_from_dict)
    clock: str = declared(CLOCKS[0], CLOCK)
    optimizer: Optimizer = part(SGD(), Optimizer, optimizer_from_record)
    epochs: int = declared(article.EPOCHS, EPOCHS)
    batch_size: int = declared(article.BATCH_SIZE, BATCH_SIZE)
    seed: int = declared(article.SEED, SEED)
    train_images: int = declared(article.TRAIN_IMAGES, TRAIN_SIZE)
    validation_split: float = declared(article.VALIDATION_SPLIT, VALIDATION_SPLIT)
    data: str | OwnData = part("auto", object, data_from_record)
    network: Network = part(ARTICLE_NETWORK, Network, network_from_record)
    early_stopping: EarlyStopping | None = part(None, EarlyStopping, _controller, optional=True)
    plateau: ReduceOnPlateau | None = part(None, ReduceOnPlateau, _controller, optional=True)
    batches_per_update: int = later(declared(1, BATCHES_PER_UPDATE))
    range_test: bool = later(declared(False, RANGE_TEST))

    def __post_init__(self) -> None:
        super().__post_init__()
        known = self.data_set  # raises UserError if there is no such data set
        replace(TRAIN_SIZE, high=known.train).check("train_images", self.train_images)
        replace(BATCH_SIZE, high=self.fit_images).check("batch_size", self.batch_size)
        self.network.layers(known.shape, known.class_count)  # raises UserError if it cannot take the examples
        # Raises UserError if the schedule does not fit into the run, or cycles a momentum that is not there.
        _ = self.trained_optimizer
        if self.range_test:
            first, second = self.plan.at([0, 1])
            if not 0 < first < second:
                raise UserError(
                    f"In a range test the rate must grow with every update, but it begins with {first:.4g} "
                    f"and {second:.4g}. Use a growing schedule and the clock step."
                )

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
    def batches_per_epoch(self) -> int:
        """Batches per epoch; the last one may be smaller."""
        return math.ceil(self.fit_images / self.batch_size)

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer updates per epoch; the last one may have fewer batches."""
        return self.plan.steps_per_epoch

    @property
    def images_per_update(self) -> int:
        """Images per optimizer update; the last one of an epoch may have fewer."""
        return self.batch_size * self.batches_per_update

    @property
    def trained_optimizer(self) -> Optimizer:
        """The optimizer as training builds it: with a momentum above 0 if the schedule cycles it.

        Runs that differ in their momentum alone share a program; above 0, Keras keeps what momentum needs.
        """
        return self.optimizer.with_momentum(0.9) if self.plan.momentum else self.optimizer

    @cached_property
    def plan(self) -> Plan:
        """The rate of every update of the run."""
        return Plan(self.schedule, self.epochs, self.batches_per_epoch, self.clock, self.batches_per_update)

    def with_data(self, data: str) -> Self:
        """The same run on the data set of that name; a set of one's own, which is its own name, stays."""
        return self if isinstance(self.data, OwnData) else replace(self, data=data)

    def with_seed(self, seed: int) -> Self:
        """The same run from another seed."""
        return replace(self, seed=seed)

    def with_peak(self, peak: float) -> Self:
        """The same run with all of its rates scaled so that the highest is `peak`.

        Raises UserError if it cannot be scaled so, or if a rate leaves its range.
        """
        top = summary(self.plan).peak
        if not top > 0:
            raise UserError(
                f"A schedule whose highest rate is {top:g} cannot be scaled to a peak of {peak:g}."
            )
        return replace(self, schedule=self.schedule.scaled(peak / top))

    @property
    def recipe(self) -> tuple[object, ...]:
        """All fields but seed and data set: runs with equal recipes differ only in these two."""
        return tuple(getattr(self, f.name) for f in fields(self) if f.name not in ("seed", "data"))

    def to_json(self) -> str:
        """One JSON object with the fields that are `written`."""
        return json.dumps(
            {
                name: value.to_dict() if isinstance(value, Parametrised | OwnData) else value
                for name, value in self.written().items()
            }
        )

    @classmethod
    def from_json(cls, text: Any) -> Self:
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
        parts = cls.parts()
        return cls(
            **{
                name: parts[name].from_record(value) if name in parts else value
                for name, value in record.items()
            }
        )
