"""What a run's curves say: on the recorded runs what a practitioner would say, and nothing on noise alone."""

import json
import math
from dataclasses import astuple
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lrlab.analysis import findings
from lrlab.analysis.report import (
    Diverged,
    Flat,
    LearningStopped,
    Noisy,
    Overfitting,
    ProgressLost,
    Spike,
    StillFalling,
)
from lrlab.exchange import read_runs
from lrlab.lessons.recipes import RECIPES
from lrlab.lessons.reference import recorded
from lrlab.runs.records import ACTIVE, STATUSES, Epoch

CASES = Path(__file__).parents[1] / "fixtures" / "logs"
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
        stopped = found.get(LearningStopped)
        assert 34 <= stopped.epoch <= 42
        assert stopped.rate_fell
        assert not found.get(StillFalling)
        assert "Training loss hardly fell after epoch" in found.text


@pytest.mark.parametrize("recipe", ["polynomial", "step", "adam", "cosine", "compounding"])
def test_what_keeps_a_high_rate_overfits(recipe):
    for found in of(recipe):
        assert 3 <= found.get(Overfitting).epoch <= 40
        assert "overfitting" in found.sentences[0]


@pytest.mark.parametrize("recipe", ["constant", "keras-decay", "exponential-fast"])
def test_what_learns_slowly_does_not_overfit(recipe):
    assert not any(found.get(Overfitting) for found in of(recipe))


def test_a_rate_too_small_is_still_falling():
    for found in of("too-small"):
        assert found.get(StillFalling)
        assert not found.get(LearningStopped)


def test_what_diverged_says_when():
    for found, result in zip(
        of("time-based"), [r for r in recorded() if r.name == "Time-based, as stated"], strict=True
    ):
        diverged = found.get(Diverged)
        assert (diverged is not None) == (result.status == "diverged")
        if diverged:
            assert diverged.epoch == result.epochs[-1].epoch
            assert found.sentences[0].startswith(f"Training diverged in epoch {diverged.epoch + 1}")


@given(st.integers(6, 80), st.integers(1, 60), st.floats(0.2, 3))
def test_a_v_of_validation_loss_is_overfitting_from_its_vertex(after, before, height):
    val = np.abs(np.arange(-before, after + 1)) / after * height + 0.5
    train = falling(len(val), 0.01)
    found = findings(run(train, val))
    assume(train[before] - train[-1] > 0.05)  # training loss fell on
    assert found.get(Overfitting).epoch == before


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=80))
def test_a_falling_validation_loss_is_never_overfitting(steps):
    val = 100 - np.cumsum(steps)
    assert not findings(run(falling(len(val)), val)).get(Overfitting)


@given(st.integers(0, 2**32 - 1), st.floats(0.001, 0.2))
def test_noise_around_a_level_is_no_finding(seed, size):
    noise = np.random.default_rng(seed).normal(0, size, 60)
    found = findings(run(falling(60, 0.5), 1 + noise))
    assert not found.get(Overfitting) or size > 0.02


@given(st.floats(0.01, 100))
def test_the_unit_of_the_loss_changes_no_epoch(scale):
    losses, val = falling(), np.abs(np.arange(60) - 20) / 60 + 0.4
    one, other = findings(run(losses, val)), findings(run(scale * losses, scale * val))
    assert one.measured.best.epoch == other.measured.best.epoch
    for kind in (Overfitting, LearningStopped):
        assert one.get(kind).epoch == other.get(kind).epoch
    assert [type(finding) for finding in one.present] == [type(finding) for finding in other.present]


def test_where_learning_stopped_the_rate_is_said_only_if_it_fell():
    losses = np.concatenate([np.linspace(1, 0.2, 20), np.full(40, 0.2)])
    constant = findings(run(losses)).get(LearningStopped)
    assert constant.epoch == pytest.approx(19, abs=2)
    assert not constant.rate_fell
    decayed = findings(run(losses, rates=0.5 * np.exp(-0.2 * np.arange(60))))
    assert decayed.get(LearningStopped).epoch == constant.epoch
    assert "when the rate had fallen to" in decayed.text


def test_a_flat_run_has_learned_nothing():
    found = findings(run(np.full(30, 2.303) + 1e-3 * np.sin(np.arange(30))))
    assert found.get(Flat)
    assert "hardly fell at all" in found.text


def test_a_fall_that_was_lost_again_is_said():
    losses = np.concatenate([np.linspace(2, 0.5, 20), np.linspace(0.5, 1.9, 20)])
    found = findings(run(losses))
    assert found.get(ProgressLost).lowest.epoch == pytest.approx(19, abs=2)
    assert "most of the progress is lost" in found.text


def test_gap_and_noise_are_numbers_of_the_end():
    val = 0.5 + 0.05 * (-1.0) ** np.arange(60)
    found = findings(run(falling(), val))
    assert found.measured.loss_gap == pytest.approx(val[-1] - falling()[-1])
    assert found.get(Noisy).share > 0.05
    assert "changed by about" in found.text


def test_curves_without_validation_say_what_they_can():
    found = findings(run(falling(), np.full(60, math.nan)))
    assert found.measured.best is None
    assert found.measured.loss_gap is None
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
    for value in (found.measured, *found.present):
        assert not any(isinstance(number, float) and math.isnan(number) for number in flat(astuple(value)))


def flat(values):
    """The numbers of nested tuples."""
    for value in values:
        yield from flat(value) if isinstance(value, tuple) else (value,)


def one(recipe, seed=9125):
    """The findings on one recorded run."""
    wanted = RECIPES[recipe][1].recipe
    return next(
        findings(r.epochs, r.status) for r in recorded() if (r.spec.recipe, r.spec.seed) == (wanted, seed)
    )


def test_the_most_important_is_said_first_and_in_numbers():
    assert one("compounding").text == (
        "Validation loss was lowest at epoch 22 (0.3785) and has risen to 0.4069 while training loss fell: "
        "overfitting, but validation accuracy did not fall. Training loss hardly fell after epoch 38, when "
        "the rate had fallen to 0.0182. Accuracy ended at 96.5% in training and 88.3% in validation."
    )
    assert one("constant").text == (
        "Validation loss was lowest at epoch 85 (0.3746) and ended at 0.3869. Training loss was still "
        "falling at the end. In the last epochs, validation loss changed by about 3% from one measurement "
        "to the next."
    )


def test_a_loss_that_shot_up_is_said_first():
    found = one("polynomial-sqrt")
    assert found.get(Spike).epoch == 12
    assert found.get(Overfitting).epoch == found.measured.best.epoch
    assert found.sentences[0] == "Training loss jumped to 65.58 in epoch 13, at a rate of 0.469."


def test_losses_that_exploded_at_the_beginning_are_no_fall():
    found = findings(run([3e31, 2e4, *[2.306, 2.307] * 9], rates=[1.0] * 20))
    assert found.get(Flat)
    assert not found.get(LearningStopped)
    assert found.text == (
        "Training loss jumped to 3.000e+31 in epoch 1, at a rate of 1. Training loss hardly fell after "
        "that. It ended at 2.307."
    )


@pytest.mark.parametrize(
    "losses", [1 - np.arange(100) / 200, 1 / (1 + np.arange(100)), 0.9 ** np.arange(100)]
)
def test_what_is_still_falling_has_not_stopped(losses):
    found = findings(run(losses))
    assert not found.get(LearningStopped)
    assert found.get(StillFalling)
    assert "Training loss was still falling at the end." in found.text


def test_a_rate_that_comes_back_did_not_end_learning():
    losses = np.concatenate([np.linspace(1, 0.2, 20), np.full(40, 0.2)])
    rates = np.tile(0.5 * np.exp(-0.2 * np.arange(30)), 2)
    found = findings(run(losses, rates=rates))
    assert not found.get(LearningStopped).rate_fell
    assert "rate" not in found.text


def test_after_a_restart_only_what_rises_below_the_old_loss_is_overfitting():
    train = np.concatenate([np.linspace(1, 0.3, 20), np.linspace(0.9, 0.05, 40)])
    down, level, rising = np.linspace(1, 0.4, 20), np.full(40, 0.5), np.linspace(0.5, 1.1, 40)
    assert findings(run(train, np.append(down, level))).get(Overfitting) is None
    assert findings(run(train, np.append(down, rising))).get(Overfitting).epoch == 19


def test_a_lucky_epoch_is_the_best_but_not_the_turn():
    val = np.abs(np.arange(60) - 30) / 50 + 0.5
    val[10] = 0.49
    found = findings(run(falling(end=0.01), val))
    assert (found.measured.best.epoch, found.get(Overfitting).epoch) == (10, 30)
    assert found.sentences[0].startswith(
        "Validation loss was lowest at epoch 11 (0.4900); its curve has risen since epoch 31, to 1.080 while"
    )


@pytest.mark.parametrize("count", range(1, 6))
def test_a_short_run_is_not_judged_by_its_end(count):
    val = [0.5, 0.4, 0.41, 0.42, 0.4][:count]
    found = findings(run(falling(count), val))
    assert not found.get(LearningStopped)
    assert not found.get(Overfitting)
    assert bool(found.get(StillFalling)) == (count > 1)
    assert found.measured.best.epoch == int(np.argmin(val))


def test_a_gap_is_no_divergence_and_hides_nothing():
    losses, val = falling(), np.abs(np.arange(60) - 20) / 60 + 0.4
    whole = findings(run(losses, val))
    losses[[5, 30]] = math.nan
    val[1::2] = math.nan  # Keras's validation_freq=2
    found = findings(run(losses, val))
    assert not found.get(Diverged)
    assert (found.measured.best.epoch, found.get(Overfitting).epoch) == (20, 20)
    assert found.get(LearningStopped).epoch == pytest.approx(whole.get(LearningStopped).epoch, abs=1)
    assert (found.measured.val_epoch, found.measured.val_loss) == (58, val[58])
    assert found.measured.loss_gap == pytest.approx(val[58] - losses[58])
    assert "has risen to 1.033 in epoch 59 while training loss fell: overfitting" in found.text


@given(
    st.lists(st.floats(0, 1), min_size=6, max_size=80),
    st.floats(0, 1),
    st.lists(st.booleans(), min_size=80, max_size=80),
)
def test_a_curve_that_bends_to_one_side_is_not_noisy(bends, turn, measured):
    slopes = np.cumsum(bends)
    val = np.cumsum(slopes - turn * slopes[-1])  # convex: it falls, rises, or does one after the other
    val += 0.01 - val.min()
    val[~np.array(measured[: len(val)])] = math.nan  # also if validation is not measured in every epoch
    assert not findings(run(falling(len(val)), val)).get(Noisy)
    assert not findings(run(falling(len(val)), np.nanmax(val, initial=0) + 0.01 - val)).get(Noisy)


@given(
    st.integers(6, 300),
    st.floats(0.01, 10),
    st.floats(0.3, 0.999),
    st.floats(0, 1),
    st.sampled_from([1, 2, 5]),
)
def test_an_exponential_fall_is_not_noisy(count, height, factor, end, every):
    val = height * factor ** np.arange(count) + end
    val[np.arange(count) % every != every - 1] = math.nan
    assert not findings(run(falling(count), val)).get(Noisy)


def test_noise_does_not_grow_with_the_gaps_between_measurements():
    shares = []
    for every in (1, 5):
        found = []
        for seed in range(100):
            noise = np.random.default_rng(seed).normal(0, 0.1, 300)
            val = (0.3 + np.exp(-np.arange(300) / 40)) * np.exp(noise)
            val[np.arange(300) % every != every - 1] = math.nan
            noisy = findings(run(falling(300, 0.01), val)).get(Noisy)
            found.append(noisy.share if noisy else 0)
        shares.append(np.mean(found))
    assert shares[1] == pytest.approx(shares[0], rel=0.1)


def test_when_validation_is_measured_seldom_its_last_value_is_given_with_its_epoch():
    (result,) = read_runs("valfreq5_38.csv", (CASES / "valfreq5_38.csv").read_bytes())
    found = findings(result.epochs)
    assert (found.measured.last_epoch, found.measured.val_epoch) == (37, 34)
    assert found.measured.loss_gap == pytest.approx(0.3696 - 0.0612)
    assert found.sentences[0] == (
        "Validation loss was lowest when it was last measured, in epoch 35: 0.3696."
    )
    (result,) = read_runs("valfreq_40.csv", (CASES / "valfreq_40.csv").read_bytes())
    assert not findings(result.epochs).get(Noisy)


@pytest.mark.parametrize(
    ("end", "status", "epoch"),
    [
        ((math.nan, math.nan), "completed", 3),
        ((math.inf, math.nan), "stopped", 3),
        ((0.4, math.inf), "completed", 3),
        ((0.4, math.nan), "diverged", 3),
        ((0.4, math.nan), "completed", None),
        ((0.4, 0.5), "diverged", 3),
    ],
)
def test_divergence_is_the_first_epoch_without_a_loss(end, status, epoch):
    found = findings(run([1, 0.7, 0.5, end[0]], [1, 0.8, 0.7, end[1]]), status)
    diverged = found.get(Diverged)
    assert (diverged and diverged.epoch) == epoch
    if diverged:
        assert found.measured.last_epoch == 2
        assert found.text == (
            "Training diverged in epoch 4, at a rate of 0.1. Before that, validation loss was lowest at "
            "epoch 3 (0.7000)."
        )


def test_where_nothing_is_known_that_is_said():
    assert findings(run([math.nan] * 3)).text == "No loss is known."
    assert findings(run([math.nan] * 3, [0.5, 0.4, 0.45])).text.startswith("Validation loss was lowest at")


def test_a_run_that_diverged_at_once_has_nothing_before():
    found = findings(run([math.nan], rates=[2.0]), "diverged")
    assert (found.get(Diverged).epoch, found.measured.last_epoch) == (0, None)
    assert found.text == "Training diverged in epoch 1, at a rate of 2."


@pytest.mark.parametrize("status", [*ACTIVE, "paused"])
def test_a_run_that_goes_on_has_no_end(status):
    for result in recorded():
        for count in (0, 1, 3, 20, len(result.epochs)):
            text = findings(result.epochs[:count], status).text
            assert text
            assert "ended" not in text
            assert "at the end" not in text
    assert findings([], status).text == "No epoch is finished yet."


@given(st.integers(0, 20), st.sampled_from([0.25, 1.0, 64.0]))
def test_a_higher_loss_all_along_changes_no_epoch(more, scale):
    losses = np.round(falling(end=1) * 2**20) / 2**20
    val = np.abs(np.arange(60) - 20) / 64 + 0.5
    found = findings(run(scale * (losses + more), val))
    assert found.get(LearningStopped).epoch == findings(run(losses, val)).get(LearningStopped).epoch
    assert findings(run(losses, scale * (val + more))).measured.best.epoch == 20


@given(
    st.integers(0, 300),
    st.lists(st.tuples(st.integers(0, 299), st.integers(0, 3), st.floats()), max_size=30),
    st.sampled_from(STATUSES),
)
def test_any_values_in_a_long_run_are_taken(count, odd, status):
    columns = np.tile(falling(count), (4, 1))
    columns[3] = 0.1
    for at, column, value in odd:
        columns[column, at % max(count, 1) : at % max(count, 1) + 1] = value
    epochs = [
        Epoch(n, lr, lr, loss, accuracy, val, accuracy, 0.1)
        for n, (loss, val, accuracy, lr) in enumerate(columns.T)
    ]
    found = findings(epochs, status)
    assert found.text
    assert "nan" not in found.text
    for finding in found.present:
        points = [getattr(finding, name) for name in ("best", "lowest") if hasattr(finding, name)]
        assert {getattr(at, "epoch", 0) for at in (finding, *points)} <= {*range(max(count, 1))}


T = np.arange(60)
TRAINING = {
    "falls": falling(),
    "falls to near zero": falling(end=0.001),
    "stops": np.maximum(1 - T / 20, 0.2),
    "is flat": 2.303 + 1e-3 * np.sin(T),
    "comes back": 0.5 + np.abs(T - 20) / 25,
    "explodes first": np.where(T < 2, 1e9, falling()),
    "explodes and is flat": np.where(T < 1, 1e9, 2.3),
    "jumps": np.where(T == 12, 60, falling()),
    "is noisy": falling() + 0.1 * np.sin(T * T),
    "overflows": np.where(T < 40, falling(), math.inf),
    "is not known": np.full(60, math.nan),
}
VALIDATION = {
    "falls": 0.2 + falling(),
    "turns": 0.5 + np.abs(T - 20) / 60,
    "turns after a lucky epoch": np.where(T == 10, 0.49, 0.5 + np.abs(T - 30) / 50),
    "is noisy": 0.5 + 0.05 * np.sin(T * T),
    "is known at every other epoch": np.where(T % 2, math.nan, 0.5 + np.abs(T - 20) / 60),
    "is not known": np.full(60, math.nan),
}


def said():
    """The sentences on every pair of the curves above, of a run that ended and of one that continues."""
    for (one, train), (other, val) in product(TRAINING.items(), VALIDATION.items()):
        better = 1 - np.exp(-T / 10)
        for status, rates, worse in (
            ("completed", 0.5 * np.exp(-T / 10), better - T / 1000),
            ("running", np.full(60, 0.1), better - T / 100),
        ):
            columns = zip(T, rates, train, better, val, worse, strict=True)
            epochs = [
                Epoch(int(n), lr, lr, loss, accuracy, val_loss, val_accuracy, 0.1)
                for n, lr, loss, accuracy, val_loss, val_accuracy in columns
            ]
            key = f"Training loss {one}, validation loss {other}, {status}"
            yield key, list(findings(epochs, status).sentences)


def test_the_sentences_on_every_kind_of_curve_are_as_written_down():
    expected = json.loads((Path(__file__).parent / "sentences.json").read_text())
    assert dict(said()) == expected
