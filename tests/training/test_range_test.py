"""A range test in training: it ends by its loss, whatever its pieces are, and measures every update."""

from dataclasses import replace

import numpy as np
import pytest

from lrlab.analysis import smoothed
from lrlab.networks import Dense
from lrlab.optimizers import SGD, Adam
from lrlab.runs.range_test import range_test_spec
from lrlab.runs.records import Control, Epoch, Outcome, Steps
from lrlab.runs.spec import RunSpec
from lrlab.training import lane
from lrlab.training.engine import race
from lrlab.training.lane import Start

pytestmark = pytest.mark.training

RUN = RunSpec(batch_size=32, train_images=1000, network=Dense((32,)), data="synthetic")


def ran(spec, dataset):
    """All updates of a range test, its epochs, and how it ended."""
    records = [record for _, record in race([Start(spec)], dataset, lambda: [Control()])]
    pieces = [record for record in records if isinstance(record, Steps)]
    names = ("losses", "rates", "gradients")
    steps = Steps(0, *(np.concatenate([getattr(piece, name) for piece in pieces]) for name in names))
    epochs = [record for record in records if isinstance(record, Epoch)]
    (outcome,) = (record for record in records if isinstance(record, Outcome))
    return steps, epochs, outcome


@pytest.mark.parametrize("optimizer", [SGD(), Adam()], ids=lambda optimizer: optimizer.kind)
def test_it_ends_where_its_smoothed_loss_says(dataset, optimizer):
    spec = range_test_spec(replace(RUN, optimizer=optimizer), updates=200, high=100.0)
    steps, epochs, outcome = ran(spec, dataset)
    assert 50 < len(steps.losses) < 200
    mean = smoothed(spec.plan.rates(), steps.losses.astype(float))
    assert len(mean) == len(steps.losses), "not an update before it, nor after"
    assert mean[-1] > 4 * mean[:-1].min() or not np.isfinite(mean[-1])
    np.testing.assert_array_equal(steps.rates, spec.plan.rates()[: len(steps.rates)].astype(np.float32))
    assert outcome.status == "completed"
    assert f"ended at update {len(steps.losses)} of 200" in outcome.message
    assert ("over 4 times" in outcome.message) == bool(np.isfinite(steps.losses[-1]))
    assert outcome.test_loss is None
    assert np.isnan(epochs[-1].val_loss), "its weights are those of some updates later"


def test_it_ends_at_the_same_update_whatever_its_pieces_are(dataset, monkeypatch):
    spec = range_test_spec(RUN, updates=200, high=100.0)
    whole, *_, outcome = ran(spec, dataset)
    monkeypatch.setattr(lane, "CHUNK_SECONDS", 1e-6)
    monkeypatch.setattr(lane, "FIRST_CHUNK", 1)
    pieces, *_, same = ran(spec, dataset)
    for name in ("losses", "rates", "gradients"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(pieces, name))
    assert outcome == same


def test_the_norm_of_each_gradient_is_measured(dataset):
    spec = range_test_spec(RUN, updates=100, low=1e-4, high=1e-2)
    steps, epochs, outcome = ran(spec, dataset)
    assert (outcome.status, outcome.message) == ("completed", "")
    assert np.isfinite(epochs[-1].val_loss)
    assert len(steps.gradients) == spec.plan.steps
    assert (steps.gradients > 0).all()
    firsts = steps.gradients[:: spec.steps_per_epoch]
    np.testing.assert_allclose(firsts, [epoch.grad_norm for epoch in epochs], rtol=1e-6)
    # With plain SGD the first update is the rate times the gradient.
    moved = [epoch.update_ratio for epoch in epochs]
    ratio = firsts * steps.rates[:: spec.steps_per_epoch]
    assert max(moved / ratio) == pytest.approx(min(moved / ratio), rel=0.02), "the weights hardly change"


def test_seeds_that_train_together_are_what_each_is_alone(dataset):
    specs = [range_test_spec(RUN, updates=200, high=100.0).with_seed(seed) for seed in (1, 2, 3)]
    together: dict[int, list[np.ndarray]] = {0: [], 1: [], 2: []}
    for lane_number, record in race(
        [Start(spec) for spec in specs], dataset, lambda: [Control()] * len(specs)
    ):
        if isinstance(record, Steps):
            together[lane_number].append(record.losses)
    for number, spec in enumerate(specs):
        np.testing.assert_array_equal(np.concatenate(together[number]), ran(spec, dataset)[0].losses)
