"""Durations and schedules in words."""

import math

from lrlab.datasets import DataSet
from lrlab.runs.spec import RunSpec


def in_words(seconds: float) -> str:
    """A duration in words."""
    if seconds < 90:
        return f"{math.ceil(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def data_in_words(data: DataSet) -> str:
    """Sizes, shape and number of classes of a data set."""
    if len(data.shape) == 1:
        each = f"vectors of {data.shape[0]:,} numbers"
    else:
        height, width, channels = data.shape
        each = f"{'colour' if channels > 1 else 'grey'} images of {height} x {width} pixels"
    return f"{data.train:,} training and {data.test:,} test {each}, in {data.class_count} classes"


def recipe_in_words(spec: RunSpec) -> str:
    """Markdown of a schedule's formula with its values, its warm-up and cool-down, and its clock."""
    *wrappers, schedule = spec.schedule.layers()
    around = [f"with a {wrapper.title.lower()}: {_values(wrapper)}" for wrapper in wrappers]
    every = {"epoch": "epoch", "step": "step", "smooth": "step, in fractions of an epoch"}[spec.clock]
    formula = f"${schedule.latex}$ with {_values(schedule)}"
    return ", ".join([formula, *around, f"at each {every}"])


def _values(schedule):
    values = [
        f"${parameter.symbol} = {_value(getattr(schedule, name))}$"
        for name, parameter in schedule.parameters().items()
        if parameter.symbol and not parameter.optional
    ]
    return ", ".join(values)


def _value(value):
    return r",\ ".join(f"{v:.6g}" for v in (value if isinstance(value, tuple) else (value,)))
