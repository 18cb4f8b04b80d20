"""What a run's curves say: on the recorded runs what a practitioner would say, and nothing on noise alone."""

import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.analysis import findings
from lrlab.lessons.recipes import RECIPES
from lrlab.lessons.reference import recorded
from lrlab.records import STATUSES, Epoch

ANY = st.floats(width=32) | st.sampled_from([math.nan, math.inf, -math.inf, 0.0])


def run(losses, val_losses=None, rates=None):
    val_losses = losses if val_losses is None else val_losses
    rates = np.full(len(losses), 0.1) if rates is None else rates
    triples = zip(losses, val_losses, rates, strict=True)
    return [Epoch(n, lr, lr, loss, 0.8, val, 0.8, 0.1) for n, (loss, val, lr) in enumerate(triples)]


def of(recipe):
    """The findings on every recorded seed of a recipe."""
    wanted = RECIPES[recipe][1].recipe
    return [findings(r.epochs, r.status) for r in recorded() if r.spec.recipe == wanted]


def falling(count=60, end=0.1):
    return end + np.exp(-np.arange(count) / 8)


def test_time_based_decay_as_coded_stops_learning_where_the_article_saw_it():
    for found in of("compounding"):
        assert 34 <= found.stopped_epoch <= 42
        assert found.rate_fell
        assert not found.falling
        assert "Training loss hardly fell after epoch" in found.text


@pytest.mark.parametrize("recipe", ["polynomial", "step", "adam", "cosine"])
def test_what_keeps_a_high_rate_overfits(recipe):
    for found in of(recipe):
        assert 3 <= found.overfitting_epoch <= 40
        assert "overfitting" in found.sentences[0]


@pytest.mark.parametrize("recipe", ["constant", "keras-decay", "exponential-fast"])
def test_what_learns_slowly_does_not_overfit(recipe):
    assert all(found.overfitting_epoch is None for found in of(recipe))


def test_a_rate_too_small_is_still_falling():
    for found in of("too-small"):
        assert found.falling
        assert found.stopped_epoch is None


def test_what_diverged_says_when():
    for found, result in zip(
        of("time-based"), [r for r in recorded() if r.name == "Time-based, as stated"], strict=True
    ):
        assert (found.diverged_epoch is not None) == (result.status == "diverged")
        if found.diverged_epoch is not None:
            assert found.diverged_epoch == result.epochs[-1].epoch
            assert found.sentences[0].startswith(f"Training diverged in epoch {found.diverged_epoch + 1}")


@given(st.integers(6, 80), st.integers(1, 60), st.floats(0.2, 3))
def test_a_v_of_validation_loss_is_overfitting_from_its_vertex(after, before, height):
    val = np.abs(np.arange(-before, after + 1)) / after * height + 0.5
    found = findings(run(falling(len(val), 0.01), val))
    expected = before if height > 0.1 else found.overfitting_epoch
    train = falling(len(val), 0.01)
    if train[before] - train[-1] > 0.05:  # training loss fell on
        assert found.overfitting_epoch == expected


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=80))
def test_a_falling_validation_loss_is_never_overfitting(steps):
    val = 100 - np.cumsum(steps)
    assert findings(run(falling(len(val)), val)).overfitting_epoch is None


@given(st.integers(0, 2**32 - 1), st.floats(0.001, 0.2))
def test_noise_around_a_level_is_no_finding(seed, size):
    noise = np.random.default_rng(seed).normal(0, size, 60)
    found = findings(run(falling(60, 0.5), 1 + noise))
    assert found.overfitting_epoch is None or size > 0.02


@given(st.floats(0.01, 100))
def test_the_unit_of_the_loss_changes_no_epoch(scale):
    losses, val = falling(), np.abs(np.arange(60) - 20) / 60 + 0.4
    one, other = findings(run(losses, val)), findings(run(scale * losses, scale * val))
    for name in ("best_epoch", "overfitting_epoch", "stopped_epoch", "falling"):
        assert getattr(one, name) == getattr(other, name)


def test_where_learning_stopped_the_rate_is_said_only_if_it_fell():
    losses = np.concatenate([np.linspace(1, 0.2, 20), np.full(40, 0.2)])
    constant = findings(run(losses))
    assert constant.stopped_epoch == pytest.approx(19, abs=2)
    assert not constant.rate_fell
    decayed = findings(run(losses, rates=0.5 * np.exp(-0.2 * np.arange(60))))
    assert decayed.stopped_epoch == constant.stopped_epoch
    assert "where the rate had fallen to" in decayed.text


def test_a_flat_run_has_learned_nothing():
    found = findings(run(np.full(30, 2.303) + 1e-3 * np.sin(np.arange(30))))
    assert found.flat
    assert "hardly fell at all" in found.text


def test_a_fall_that_was_lost_again_is_said():
    losses = np.concatenate([np.linspace(2, 0.5, 20), np.linspace(0.5, 1.9, 20)])
    found = findings(run(losses))
    assert found.lost_epoch == pytest.approx(19, abs=2)
    assert "what was learned is lost" in found.text


def test_gap_and_noise_are_numbers_of_the_end():
    val = 0.5 + 0.05 * (-1.0) ** np.arange(60)
    found = findings(run(falling(), val))
    assert found.loss_gap == pytest.approx(val[-1] - falling()[-1])
    assert found.noise > 0.05
    assert "jumped by about" in found.text


def test_curves_without_validation_say_what_they_can():
    found = findings(run(falling(), np.full(60, math.nan)))
    assert found.best_epoch is None
    assert found.loss_gap is None
    assert "validation loss is not known" in found.text
    assert found.text


@pytest.mark.parametrize("status", STATUSES)
def test_no_epoch_is_said(status):
    assert findings([], status).text in ("No epoch was finished.", "No epoch is finished yet.")


@given(st.lists(st.tuples(*[ANY] * 5), max_size=40), st.sampled_from(STATUSES))
def test_any_values_are_taken(rows, status):
    epochs = [
        Epoch(n, lr, lr, loss, acc, val_loss, val_acc, 0.1)
        for n, (lr, loss, acc, val_loss, val_acc) in enumerate(rows)
    ]
    found = findings(epochs, status)
    assert 0 <= len(found.sentences) <= 3
    assert "nan" not in found.text
    assert "inf" not in found.text
    for field in fields(found):
        value = getattr(found, field.name)
        assert not (isinstance(value, float) and math.isnan(value)), field.name
