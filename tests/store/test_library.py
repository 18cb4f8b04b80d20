"""The runs as a collection: scores that a plain loop agrees with, changes that can be undone, and imports."""

import math
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.errors import UserError
from lrlab.runs.records import Epoch, Outcome, last_validated
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec
from lrlab.store import CurvesOnly, Store
from tests.store.test_runs import by_hand

SPEC = RunSpec(train_images=300, epochs=5)
EPOCH = Epoch(0, 0.5, 0.4, 1.25, 0.5, 1.5, 0.25, 2.0, 3.0, 0.001)
VALUES = st.floats(0, 10, width=32) | st.sampled_from([math.nan, math.inf])


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def trained(store, *epochs, name="Mine", spec=SPEC, status="completed"):
    """A run of the store that has ended, with these epochs."""
    id = store.add(spec, name, "w")
    store.record(store.run(id), *epochs)
    store.finish(id, Outcome(status))
    return id


def same(one, other):
    return one == other or (math.isnan(one) and math.isnan(other))


@pytest.mark.slow
@given(
    losses=st.lists(VALUES, max_size=5),
    accuracies=st.lists(VALUES, min_size=5, max_size=5),
    status=st.sampled_from(["completed", "diverged"]),
)
def test_the_scores_are_those_of_the_epochs(tmp_path_factory, losses, accuracies, status):
    store = Store(tmp_path_factory.mktemp("store"))
    epochs = [
        replace(EPOCH, epoch=number, val_loss=loss, val_accuracy=accuracies[number])
        for number, loss in enumerate(losses)
    ]
    trained(store, *epochs, status=status)
    (entry,) = store.listed()
    known = [epoch.val_loss for epoch in epochs if not math.isnan(epoch.val_loss)]
    best = min(known, default=math.nan)
    assert entry.epochs == len(epochs)
    assert same(entry.best_val_loss, best)
    assert entry.best_epoch is None if not known else epochs[entry.best_epoch].val_loss == best
    final = (epochs[-1] if epochs else None) if status == "diverged" else last_validated(epochs)
    assert entry.final_epoch == (final and final.epoch)
    assert same(entry.final_val_loss, final.val_loss if final else math.nan)
    assert same(entry.final_val_accuracy, final.val_accuracy if final else math.nan)
    right = [epoch.val_accuracy for epoch in epochs if not math.isnan(epoch.val_accuracy)]
    assert same(entry.best_val_accuracy, max(right, default=math.nan))
    assert same(entry.seconds, 2.0 * len(epochs) if epochs else math.nan)


def test_pinned_runs_are_listed_first_and_then_the_newest(store):
    first, second, third = (trained(store, name=name) for name in "abc")
    store.pin(first, True)
    assert [entry.run.id for entry in store.listed()] == [first, third, second]
    assert [entry.run.id for entry in store.listed(limit=2)] == [first, third]
    store.pin(first, False)
    assert [entry.run.id for entry in store.listed()] == [third, second, first]


def test_a_result_is_all_that_is_known_of_a_run(store):
    id = store.add(SPEC, "Mine", "w")
    store.set_data(id, "synthetic", "drawn", {"keras": "3.15.1"})
    store.record(store.run(id), EPOCH)
    store.finish(id, Outcome("completed", "Done.", 0.5, 0.75))
    store.rename(id, "  Step,\n  twice ")
    store.tag(id, ["a", "b  c", "a"])
    store.write_note(id, "A note.")
    run = store.run(id)
    assert store.results([id, 99]) == {
        id: Result(
            "Step, twice",
            (EPOCH,),
            SPEC.with_data("synthetic"),
            "completed",
            "synthetic",
            "drawn",
            "Done.",
            0.5,
            0.75,
            run.created,
            ("a", "b c"),
            "A note.",
            {"keras": "3.15.1"},
        )
    }


def test_results_come_in_the_order_asked_for(store):
    ids = [trained(store) for _ in range(3)]
    assert [*store.results([ids[2], ids[0], ids[1]])] == [ids[2], ids[0], ids[1]]


@pytest.mark.parametrize(
    ("change", "value", "sentence"),
    [
        ("rename", " ", "A name must have 1 to 80 printable characters, not ' '"),
        ("rename", "x" * 81, "A name must have 1 to 80"),
        ("rename", "a\x00b", "A name must have 1 to 80"),
        ("rename", "a\u202eb", "A name must have 1 to 80"),
        ("rename", "\u00ad", "A name must have 1 to 80"),
        ("tag", ["x" * 25], "A tag must have 1 to 24"),
        ("tag", [f"tag {n}" for n in range(11)], "at most 10 tags, but these are 11"),
        ("write_note", "x" * 2001, "at most 2000 characters, but this one has 2,001"),
    ],
)
def test_what_does_not_fit_is_said_and_changes_nothing(store, change, value, sentence):
    id = trained(store)
    before = store.run(id)
    with pytest.raises(UserError, match=sentence):
        getattr(store, change)(id, value)
    assert store.run(id) == before


def test_a_deleted_run_is_in_no_list_until_it_is_restored(store):
    id, other = trained(store, EPOCH), trained(store)
    assert store.delete(id) == [id]
    assert store.delete(id) == []
    assert [entry.run.id for entry in store.listed()] == [other]
    assert [run.id for run in store.runs()] == [other]
    assert [*store.races()] == [other]
    assert store.race(id) == []
    assert store.results([id]) == {}
    store.restore(id)
    assert [entry.run.id for entry in store.listed()] == [other, id]
    assert store.epochs(id) == [EPOCH]


def test_a_run_that_waits_or_trains_is_not_deleted(store):
    waiting, training = store.add(SPEC, "waits"), store.add(SPEC, "trains", "w")
    assert store.delete(waiting, training) == []
    assert len(store.listed()) == 2


def test_what_was_deleted_a_day_ago_is_gone_with_all_of_it(store):
    id, other = trained(store, EPOCH), trained(store)
    store.delete(id)
    by_hand(store, "UPDATE runs SET deleted = ? WHERE id = ?", time.time() - 90_000, id)
    store.delete(other)
    store.restore(id, other)
    assert [entry.run.id for entry in store.listed()] == [other]
    assert store.epochs(id) == []


def test_a_result_that_is_taken_in_is_the_same_again(store, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    elsewhere = Store(tmp_path / "elsewhere")
    id = trained(elsewhere, EPOCH, replace(EPOCH, epoch=1, val_loss=math.inf), status="diverged")
    (result,) = elsewhere.results([id]).values()
    (added,) = store.add_results([result], ["class 7"])
    (again,) = store.results([added]).values()
    assert again == replace(result, tags=("class 7",))
    assert store.run(added).imported
    assert store.races() == {}, "what was not trained here is no race to go on with"
    assert [entry.run.id for entry in store.listed()] == [added]


def test_curves_alone_are_a_run_without_a_spec(store):
    (id,) = store.add_results([Result("My own", (EPOCH,))])
    run = store.run(id)
    assert isinstance(run, CurvesOnly)
    assert (run.data, run.status) == (None, "completed")
    assert store.listed()[0].final_val_loss == EPOCH.val_loss


def test_what_is_here_already_is_not_taken_in_twice(store):
    result = Result("My own", (EPOCH,))
    (id,) = store.add_results([result])
    assert store.add_results([result]) == []
    (own,) = store.results([trained(store, EPOCH)]).values()
    assert store.add_results([own]) == []
    store.delete(id)
    assert store.add_results([result]) == [id], "a deleted one comes back"
    assert len(store.listed()) == 2


def test_a_bad_tag_leaves_the_store_as_it_was(store):
    with pytest.raises(UserError, match="A tag must have"):
        store.add_results([Result("My own", (EPOCH,))], ["x" * 99])
    assert store.listed() == []


def test_a_result_that_cannot_be_stored_takes_the_others_with_it(store):
    twice = Result("Twice the same epoch", (EPOCH, EPOCH))
    with pytest.raises(UserError):
        store.add_results([Result("Good", (EPOCH,)), twice])
    assert store.listed() == []


def many(count, epochs=1000):
    return [
        Result(f"Run {at}", tuple(replace(EPOCH, epoch=epoch) for epoch in range(epochs)), created=at + 1.0)
        for at in range(count)
    ]


def test_others_write_while_many_runs_are_taken_in_which_are_seen_all_at_once(store, monkeypatch):
    held, seen = [], []
    transaction = Store._transaction

    @contextmanager
    def timed(self):
        with transaction(self) as connection:
            began = time.process_time()
            yield connection
            held.append(time.process_time() - began)
        seen.append(len(store.listed()))

    monkeypatch.setattr(Store, "_transaction", timed)
    assert len(store.add_results(many(20))) == 20
    assert len(held) > 3, "there are several transactions, and others get their turn"
    assert max(held) < sum(held) / 2
    assert seen == [0] * len(seen), "none is seen before all are written"
    assert len(store.listed()) == 20


def test_what_an_interrupted_import_has_written_is_never_seen_and_the_next_one_takes_it(store, monkeypatch):
    results = many(20)

    def interrupted(self, *_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.add_results(results)
    assert store.listed() == []
    assert len(store.add_results(results)) == len(store.listed()) == 20
    assert store.add_results(results) == []


def test_two_lanes_of_equal_spec_are_two_runs_elsewhere(store, tmp_path):
    race = store.add_race([[("One", SPEC), ("Two", SPEC)]], "w")
    for run in store.race(race):
        store.record(run, EPOCH)
        store.finish(run.id, Outcome("completed"))
    results = [*store.results([race, race + 1]).values()]
    (tmp_path / "elsewhere").mkdir()
    elsewhere = Store(tmp_path / "elsewhere")
    assert len(elsewhere.add_results(results)) == 2
    assert elsewhere.add_results(results) == []
    assert store.add_results(results) == [], "where they were trained they are known"


def test_a_longer_version_of_a_run_is_taken_in_after_a_shorter_one(store):
    whole = Result("A", (EPOCH, replace(EPOCH, epoch=1)), SPEC, created=5.0)
    (short,) = store.add_results([replace(whole, epochs=whole.epochs[:1])])
    (long,) = store.add_results([whole])
    assert [len(store.epochs(id)) for id in (short, long)] == [1, 2]


def test_names_and_tags_of_a_file_become_such_as_one_can_edit(store):
    (id,) = store.add_results([Result("a\nb\x00c\u202e" + "x" * 99, (EPOCH,), tags=("t" * 40, "\n", "a\tb"))])
    run = store.run(id)
    store.rename(id, run.name)
    store.tag(id, [*run.tags, "more"])
    assert run.tags == ("t" * 24, "a b")


def test_a_deleted_run_neither_goes_on_nor_is_claimed(store):
    id = trained(store, EPOCH, status="paused")
    store.delete(id)
    store.go_on(id)
    assert store.claim("w2") == []
    store.restore(id)
    store.go_on(id)
    assert [run.id for run in store.claim("w2")] == [id]
