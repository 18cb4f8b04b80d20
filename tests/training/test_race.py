"""A race: lanes in lockstep, each bit for bit what it is alone, whatever befalls it or the others."""

from dataclasses import replace

import numpy as np
import pytest

from lrlab.networks import Dense
from lrlab.optimizers import SGD, Adam
from lrlab.runs.controllers import EarlyStopping, ReduceOnPlateau
from lrlab.runs.range_test import range_test_spec
from lrlab.runs.records import Checkpoint, Control, Epoch, ManualRate, Outcome, Steps
from lrlab.runs.spec import RunSpec
from lrlab.schedules import Constant, ExponentialDecay, StepDecay
from lrlab.training import engine, lane
from lrlab.training.engine import race
from lrlab.training.lane import Start
from tests.training.test_engine import diverging

pytestmark = pytest.mark.training

SMALL = Dense((32,), dropout=0.2)
SPEC = RunSpec(ExponentialDecay(0.3, 0.4), "smooth", epochs=6, batch_size=32, train_images=500)
SPECS = (
    SPEC,
    replace(SPEC, schedule=Constant(0.1), clock="epoch"),
    replace(SPEC, optimizer=Adam(), schedule=Constant(0.01)),
    replace(SPEC, network=SMALL),
    replace(SPEC, network=SMALL, schedule=StepDecay(0.4, 0.5, 2), plateau=ReduceOnPlateau(patience=1)),
    replace(SPEC, early_stopping=EarlyStopping(patience=2, restore_best=True), schedule=Constant(1.0)),
    replace(SPEC, optimizer=Adam(), schedule=ExponentialDecay(0.01, 0.4), batches_per_update=2),
    range_test_spec(SPEC, updates=100, high=100.0),
)


@pytest.fixture(autouse=True, scope="module")
def many_pieces():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lane, "CHUNK_SECONDS", 0.001)
        patch.setattr(engine, "CHECKPOINT_SECONDS", 0)
        patch.setattr(engine, "CHECKPOINT_SHARE", 1e9)
        yield


def run(starts, dataset, control=lambda lane: Control()):
    """What every lane yields in a race; `control` is asked with the number of the lane."""
    records = [[] for _ in starts]
    for number, record in race(starts, dataset, lambda: list(map(control, range(len(starts))))):
        records[number].append(record)
    return records


def essence(records):
    """All that a run computes: its epochs without their seconds, each update, and its end."""
    epochs = [repr(replace(record, seconds=0)) for record in records if isinstance(record, Epoch)]
    steps = [record for record in records if isinstance(record, Steps)]
    names = ("losses", "rates") if steps[0].gradients is None else ("losses", "rates", "gradients")
    arrays = [np.concatenate([getattr(piece, name) for piece in steps]) for name in names]
    (outcome,) = (record for record in records if isinstance(record, Outcome))
    return epochs, [array.tobytes() for array in arrays], outcome


@pytest.fixture(scope="module")
def undisturbed(dataset):
    """Each run of SPECS alone."""
    return [run([Start(spec)], dataset)[0] for spec in SPECS]


def test_a_lane_is_what_it_is_alone(dataset, undisturbed):
    together = run([Start(spec) for spec in SPECS], dataset)
    for mine, alone in zip(together, undisturbed, strict=True):
        assert essence(mine) == essence(alone)


@pytest.mark.proof
def test_lanes_are_in_lockstep(dataset):
    # The second lane has batches of another size, and so many more updates an epoch.
    specs = [SPECS[0], replace(SPECS[1], batch_size=2), SPECS[2]]
    done = [0, 0, 0]
    for number, record in race([Start(spec) for spec in specs], dataset, lambda: [Control()] * 3):
        if isinstance(record, Epoch):
            assert record.epoch == done[number]
            done[number] += 1
            assert max(done) - min(done) <= 1
    assert done == [SPEC.epochs] * 3


@pytest.mark.parametrize("number", range(len(SPECS)))
def test_a_run_goes_on_bit_for_bit_from_any_checkpoint(dataset, undisturbed, number):
    whole = undisturbed[number]
    places = [at for at, record in enumerate(whole) if isinstance(record, Checkpoint)]
    assert len(places) > 5
    for at in places[:: len(places) // 5]:
        done = tuple(record for record in whole[:at] if isinstance(record, Epoch))
        (rest,) = run([Start(SPECS[number], whole[at], done)], dataset)
        assert essence(whole[:at] + rest) == essence(whole)


def test_a_lane_that_diverges_or_stops_leaves_the_others_as_they_are(dataset, undisturbed):
    wild = diverging(dataset)
    starts = [Start(SPECS[0]), Start(wild), Start(SPECS[1]), Start(SPECS[2])]
    asked = []

    def control(number):
        asked.append(number)
        return Control(stop=number == 3 and asked.count(3) > 9)

    first, other, second, stopped = run(starts, dataset, control)
    assert essence(first) == essence(undisturbed[0])
    assert essence(second) == essence(undisturbed[1])
    assert other[-1].status == "diverged"
    assert stopped[-1].status == "stopped"
    assert stopped[-1].message.startswith("Stopped in epoch ")


def test_a_race_that_is_paused_goes_on_as_if_it_never_was(dataset, undisturbed):
    asked = 0

    def control(number):
        nonlocal asked
        asked += 1
        return Control(pause=asked > 60)

    paused = run([Start(spec) for spec in SPECS[:4]], dataset, control)
    starts = []
    for spec, records in zip(SPECS, paused, strict=False):
        *before, checkpoint, outcome = records
        assert outcome.status == "paused"
        starts.append(
            Start(spec, checkpoint, tuple(record for record in before if isinstance(record, Epoch)))
        )
    assert any(start.checkpoint.step for start in starts)
    rest = run(starts, dataset)
    for before, after, alone in zip(paused, rest, undisturbed, strict=False):
        assert essence(before[:-1] + after) == essence(alone)


def rates(records):
    return np.concatenate([record.rates for record in records if isinstance(record, Steps)])


def test_a_manual_rate_counts_at_once_is_recorded_and_ends_when_the_schedule_returns(dataset, undisturbed):
    asked = iter([None] * 8 + [0.05] * 6 + [0.2] * 6 + [None] * 10_000)
    (by_hand,) = run([Start(SPEC)], dataset, lambda number: Control(rate=next(asked)))
    manual_rates = [record for record in by_hand if isinstance(record, ManualRate)]
    assert [each.rate for each in manual_rates] == [0.05, 0.2, None]
    expected = rates(undisturbed[0]).copy()
    first, second, third = (each.step for each in manual_rates)
    assert 0 < first < second < third < len(expected)
    expected[first:second] = 0.05
    expected[second:third] = np.float32(0.2)
    np.testing.assert_array_equal(rates(by_hand), expected)

    # What was set by hand is set again by a run that goes on from before it.
    early = next(at for at, record in enumerate(by_hand) if isinstance(record, Checkpoint))
    assert by_hand[early].step < first
    done = tuple(record for record in by_hand[:early] if isinstance(record, Epoch))
    (again,) = run([Start(SPEC, by_hand[early], done, tuple(manual_rates))], dataset)
    kept = [record for record in by_hand if not isinstance(record, ManualRate)]
    assert essence(kept[:early] + again) == essence(kept)
    assert not any(isinstance(record, ManualRate) for record in again)


def test_a_lane_that_diverges_at_a_manual_rate_can_go_on_from_before_it(dataset, undisturbed):
    asked = iter([None] * 8 + [1e6] * 10_000)
    (by_hand,) = run([Start(SPEC)], dataset, lambda number: Control(rate=next(asked)))
    *before, back, outcome = by_hand
    (manual,) = (record for record in before if isinstance(record, ManualRate))
    assert (outcome.status, back.step) == ("diverged", manual.step)
    done = [r for r in before if isinstance(r, Epoch) and r.epoch < back.step // SPEC.steps_per_epoch]
    (again,) = run([Start(SPEC, back, tuple(done))], dataset)
    kept = before[: before.index(manual)]
    assert essence(kept + again) == essence(undisturbed[0])


def test_a_plateau_lowers_the_rate_of_the_next_epoch(dataset):
    plateau = ReduceOnPlateau(patience=1, min_delta=10.0, factor=0.5, min_lr=0.03)
    spec = replace(SPEC, schedule=Constant(0.1), clock="epoch", plateau=plateau)
    (records,) = run([Start(spec)], dataset)
    # With so large a min_delta nothing but the first epoch improves.
    applied = [record.lr for record in records if isinstance(record, Epoch)]
    assert applied == pytest.approx([0.1, 0.1, 0.05, 0.03, 0.03, 0.03])


def test_stopping_early_scores_the_best_weights(dataset):
    stopping = EarlyStopping("val_loss", patience=2, min_delta=0.0, restore_best=True)
    spec = replace(SPEC, schedule=Constant(0.3), clock="epoch", epochs=200, early_stopping=stopping, seed=1)
    (records,) = run([Start(spec)], dataset)
    epochs = [record for record in records if isinstance(record, Epoch)]
    losses = [epoch.val_loss for epoch in epochs]
    best = int(np.argmin(losses))
    assert (records[-1].status, len(epochs)) == ("completed", best + 3)
    assert records[-1].message == f"Stopped early: val_loss was best in epoch {best + 1}."
    (until_best,) = run([Start(replace(spec, epochs=best + 1, early_stopping=None))], dataset)
    assert records[-1].test_loss == until_best[-1].test_loss


def test_what_a_rate_does_is_measured_once_an_epoch(dataset):
    spec = replace(SPEC, optimizer=SGD(), schedule=Constant(0.1), clock="epoch")
    (small,), (large,) = (
        run([Start(replace(spec, schedule=Constant(rate), epochs=1))], dataset) for rate in (0.1, 0.2)
    )
    small, large = (next(r for r in records if isinstance(r, Epoch)) for records in (small, large))
    assert small.grad_norm == pytest.approx(large.grad_norm, rel=1e-5)
    assert large.update_ratio == pytest.approx(2 * small.update_ratio, rel=1e-3)
    assert 0 < small.update_ratio < 0.1


def test_a_network_too_large_to_be_kept_is_trained_without_checkpoints(dataset, monkeypatch):
    monkeypatch.setattr(lane, "MOST_BYTES", 1000)
    asked = iter([False, False, True])
    (records,) = run([Start(SPEC)], dataset, lambda number: Control(stop=next(asked)))
    assert not any(isinstance(record, Checkpoint) for record in records)
    assert records[-1].status == "stopped"
