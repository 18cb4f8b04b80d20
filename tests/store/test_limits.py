"""How much the visitors of a public server may put into the store."""

import sqlite3
from contextlib import closing

import pytest

from lrlab.errors import UserError
from lrlab.networks import Dense
from lrlab.runs.records import Epoch, Outcome
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec
from lrlab.schedules import Constant
from lrlab.store import Store
from lrlab.store.limits import Limits
from tests.store.test_runs import by_hand

SPEC = RunSpec(Constant(0.1), epochs=3, train_images=300, batch_size=30, data="synthetic")
EPOCHS = tuple(Epoch(at, 0.5, 0.4, 1.25, 0.5, 1.5, 0.25, 2.0, 3.0, 0.001) for at in range(5))


@pytest.fixture
def limited(tmp_path):
    def store(owner="anna", **limits):
        return Store(tmp_path, owner, limits=Limits(**limits))

    return store


@pytest.mark.parametrize(
    ("limits", "spec", "said"),
    [
        ({"images": 900}, SPEC, None),
        (
            {"images": 899},
            SPEC,
            "at most 899 images here: its images times its epochs, but this would make 900",
        ),
        ({"updates": 24}, SPEC, None),
        ({"updates": 23}, SPEC, "at most 23 updates"),
        ({"batch": 30}, SPEC, None),
        ({"batch": 29}, SPEC, "at most 29 images here, but this would make 30"),
        ({"parameters": 795}, RunSpec(epochs=1, data="synthetic", network=Dense((1,))), "at most 795 param"),
        ({"parameters": 805}, RunSpec(epochs=1, data="synthetic", network=Dense((1,))), None),
    ],
)
def test_a_run_may_not_be_too_large(limited, limits, spec, said):
    store = limited(**limits)
    if said is None:
        store.add(spec, "A run")
        return
    with pytest.raises(UserError, match=said) as raised:
        store.add(spec, "A run")
    assert "On your own computer, LR Lab has no such limit." in str(raised.value)
    assert store.runs() == []


def test_a_race_has_only_so_many_runs(limited):
    store, lanes = limited(race_runs=4), [("One", SPEC), ("Two", SPEC)]
    race = store.add_race([lanes, lanes])
    with pytest.raises(UserError, match="at most 4 runs here: lanes times seeds, but this would make 6"):
        store.add_race([lanes] * 3)
    with pytest.raises(UserError, match="would make 6"):
        store.add_race([lanes], race=race)


def test_a_visitor_and_all_visitors_have_only_so_many_active_runs(limited):
    anna, ben = limited(active_runs=2, active_runs_of_all=3), limited("ben", active_runs_of_all=3)
    first = anna.add(SPEC, "One")
    anna.add(SPEC, "Two")
    with pytest.raises(UserError, match="You have 2 queued and running runs, and this would add 1; 2 are"):
        anna.add(SPEC, "Three")
    ben.add(SPEC, "His")
    with pytest.raises(UserError, match="All visitors together have 3"):
        ben.add(SPEC, "His second")
    anna.request_stop(first)
    ben.add(SPEC, "His second")
    with pytest.raises(UserError, match="All visitors together"):
        anna.go_on(first)
    assert anna.run(first).status == "stopped"


def test_a_rewound_run_counts_as_active(limited):
    store = limited(active_runs=0)
    free = Store(store.folder, "anna")
    id = free.add(SPEC, "A run", "w")
    by_hand(free, "INSERT INTO checkpoints VALUES (1, 0, x'00')")
    free.set_rate(id, 5.0)
    free.finish(id, Outcome("diverged"))
    with pytest.raises(UserError, match="queued and running"):
        store.rewind(free.run(id))
    assert free.run(id).status == "diverged"


def test_a_visitor_keeps_only_so_many_runs_and_deleted_ones_make_room(limited):
    store = limited(runs=2)
    first, second = (store.add(SPEC, "A run", "w") for _ in range(2))
    with pytest.raises(UserError, match="keeps at most 2 runs here, but this would make 3"):
        store.add(SPEC, "A run")
    with pytest.raises(UserError, match="keeps at most 2 runs"):
        store.add_results([Result("Mine", EPOCHS)])
    store.finish(first, Outcome("stopped"))
    store.delete(first)
    assert store.add(SPEC, "A run") == second + 1
    store.restore(first)
    assert store.run(first) is None, "there was no room for what was deleted"


def test_a_visitor_imports_only_so_many_epochs(limited):
    store = limited(imported_epochs=12)
    (id,) = store.add_results([Result("One", EPOCHS)])
    store.add_results([Result("Two", EPOCHS)])
    with pytest.raises(
        UserError, match="imports at most 12 epochs here, over all runs, but this would make 15"
    ):
        store.add_results([Result("Three", EPOCHS)])
    assert len(store.runs()) == 2
    limited("ben", imported_epochs=12).add_results([Result("Three", EPOCHS)])
    store.delete(id)
    with pytest.raises(UserError, match="imports at most 12"):
        store.add_results([Result("Three", EPOCHS)])


def test_old_runs_are_deleted_for_good_and_the_file_gets_smaller(limited):
    store = limited(days=30)
    others = Store(store.folder, "ben")
    many = tuple(Epoch(at, 0.5, 0.4, 1.25, 0.5, 1.5, 0.25, 2.0, 3.0, 0.001) for at in range(900))
    old = others.add_results([Result(f"Run {at}", many, created=1e9 + at) for at in range(5)])
    assert store.add_results([Result("Old, but new here", EPOCHS, created=1e9)])
    waits = others.add(SPEC, "It waits")
    by_hand(store, f"UPDATE runs SET ended = ended - 31 * 86400, created = 5 WHERE id IN {(*old, waits)}")
    with closing(sqlite3.connect(store.path)) as connection:
        before = connection.execute("PRAGMA page_count").fetchone()[0]
        newer = store.add(SPEC, "A run")
        assert connection.execute("PRAGMA page_count").fetchone()[0] < before / 2
    assert [run.id for run in others.runs()] == [waits]
    assert [run.name for run in store.runs()] == ["A run", "Old, but new here"]
    assert store.run(newer).is_own


def test_nothing_is_added_to_a_full_file(limited):
    store = limited(file_bytes=200_000)
    many = tuple(Epoch(at, 0.5, 0.4, 1.25, 0.5, 1.5, 0.25, 2.0, 3.0, 0.001) for at in range(900))
    ids = store.add_results([Result(f"Run {at}", many) for at in range(5)])
    for act in (lambda: store.add(SPEC, "A run"), lambda: store.add_results([Result("Another", EPOCHS)])):
        with pytest.raises(UserError, match="take 0 MB, which is all"):
            act()
    assert store.epochs(ids[0])


def test_a_public_server_has_limits_and_nobody_else(tmp_path, monkeypatch):
    assert Store(tmp_path).limits is None
    monkeypatch.setenv("LRLAB_PUBLIC", "1")
    assert Store(tmp_path).limits == Limits()
    assert Store(tmp_path).of_all_owners().limits is Store(tmp_path, owner=None).limits is None


def test_the_limits_leave_room_for_the_articles_races(limited):
    store = limited()
    store.add_race([[(f"Lane {lane}", RunSpec(seed=seed)) for lane in range(6)] for seed in range(5)])
    store.add_race([[("A whole set", RunSpec(epochs=100, train_images=60_000, batch_size=64))]])
