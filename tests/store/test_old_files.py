"""Stores of every older version, written by that version's own code (tests/fixtures/write.py)."""

import json
import math
import shutil
import sqlite3
from contextlib import closing
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest

from lrlab.exchange import read_runs, to_json
from lrlab.runs.records import Control, Outcome
from lrlab.runs.spec import RunSpec
from lrlab.store import CurvesOnly, Run, Store, spec_of
from lrlab.store.schema import MIGRATIONS
from tests.fixtures.write import COMMITS, some_rates
from tests.store.test_file import pragma

FIXTURES = Path(__file__).parents[1] / "fixtures"
READ_APART = ("spec", "rates", "epochs", "manual_rates", "losses", "applied", "checkpoint")
every_version = pytest.mark.parametrize("version", COMMITS)
versions_with_exports = pytest.mark.parametrize("version", [version for version in COMMITS if version >= 3])


def folder(version):
    return FIXTURES / f"version_{version}"


def told(version):
    return json.loads((folder(version) / "expected.json").read_text(encoding="utf-8"))


def open_copy(version, tmp_path):
    shutil.copy(folder(version) / "runs.sqlite3", tmp_path)
    return Store(tmp_path)


def within(old, new):
    """Whether all that an old record says is in the new one, which may say more."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(name in new and within(value, new[name]) for name, value in old.items())
    return old == new


def check(store, old):
    """That a run is as its own version read it."""
    run = store.run(old["id"])
    for name, value in old.items():
        if name not in READ_APART:
            found = getattr(run, name)
            assert (list(found) if isinstance(found, tuple) else found) == value, name
    width = len(old["epochs"][0]) if old["epochs"] else 0  # the first version knew no gradients
    assert repr([[*astuple(each)][:width] for each in store.epochs(run.id)]) == repr(old["epochs"])
    spec = spec_of(run)
    if old["spec"] is None:
        assert isinstance(run, CurvesOnly)
    else:
        assert spec == RunSpec.from_json(json.dumps(old["spec"]))
        assert within(old["spec"], json.loads(spec.to_json()))
        assert some_rates(spec.plan) == pytest.approx(old["rates"], rel=1e-12, abs=0)
    if "losses" in old:
        steps, checkpoint = store.steps(run.id), store.checkpoint(run.id)
        assert [list(astuple(each)) for each in store.manual_rates(run.id)] == old["manual_rates"]
        assert np.array_equal(steps.losses, np.float32(old["losses"]))
        assert np.array_equal(steps.rates, np.float32(old["applied"]))
        assert (checkpoint and [checkpoint.step, checkpoint.state.decode()]) == old["checkpoint"]


def test_every_older_version_has_its_files():
    assert [*COMMITS] == [*range(1, len(MIGRATIONS))]


@every_version
def test_an_old_store_opens_with_every_run_and_all_of_its_values(version, tmp_path):
    assert pragma(folder(version) / "runs.sqlite3", "user_version") == version
    store, old = open_copy(version, tmp_path), told(version)
    assert pragma(store.path, "user_version") == len(MIGRATIONS)
    assert [run.id for run in store.runs(limit=1000)] == [run["id"] for run in old["runs"]]
    for run in old["runs"]:
        check(store, run)
    assert len({run["spec"]["schedule"]["kind"] for run in old["runs"] if run["spec"]}) >= 18
    if "races" in old:
        races = {str(race): [run.id for run in runs] for race, runs in store.races().items()}
        assert races == old["races"]
    if "listed" in old:
        assert [entry.run.id for entry in store.listed()] == old["listed"]
    assert (store.worker_state("worker"), store.throughput()) == ("busy", 2e11 if version >= 2 else None)


@every_version
def test_the_records_of_an_old_run_go_with_it(version, tmp_path):
    store = open_copy(version, tmp_path)
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM runs")
        for table in ("epochs", "steps", "manual_rates", "checkpoints"):
            assert connection.execute(f"SELECT * FROM {table}").fetchall() == []


@every_version
def test_runs_that_were_deleted_in_an_old_store_can_be_restored(version, tmp_path):
    store, old = open_copy(version, tmp_path), told(version)
    assert len(old["deleted"]) == (2 if version >= 3 else 0)
    for run in old["deleted"]:
        assert store.run(run["id"]) is None
        store.restore(run["id"])
        check(store, run)


@every_version
def test_a_run_that_an_old_version_left_running_is_found_and_one_that_waits_is_trained(version, tmp_path):
    store = open_copy(version, tmp_path)
    named = {run.name: run for run in store.runs(limit=1000)}
    left = {"running", "stage", "asked to stop"} | ({"set now"} if version >= 2 else set())
    assert {run.name for run in store.abandoned()} == left
    assert store.controls([named["running"], named["asked to stop"]]) == [Control(), Control(stop=True)]
    for name in left:
        assert store.finish(named[name].id, Outcome("paused", "The training process of this run has ended."))
    waiting = {"queued", *left}
    store.go_on(*(named[name].id for name in left))
    assert {run.name for runs in store.waiting() for run in runs} == waiting
    claimed = []
    while runs := store.claim("now"):
        claimed += runs
    assert {run.name for run in claimed} == waiting
    assert all(isinstance(run, Run) and store.run(run.id).status == "running" for run in claimed)
    if version >= 2:
        assert store.controls([run for run in claimed if run.name == "set now"]) == [Control(rate=0.125)]


@versions_with_exports
def test_whether_a_rate_was_set_by_hand_is_kept_without_the_row_that_stood_for_it(version, tmp_path):
    store = open_copy(version, tmp_path)
    by_hand = {run.name for run in store.runs(limit=1000) if run.has_manual_rate}
    assert by_hand == {"Adam, by hand", "set by hand elsewhere"}
    with closing(sqlite3.connect(store.path)) as connection:
        rows = connection.execute("SELECT DISTINCT run FROM manual_rates").fetchall()
    assert {store.run(run).name for (run,) in rows} == {"Adam, by hand"}


@versions_with_exports
def test_an_old_export_is_read_with_every_run_tag_note_and_curve(version, tmp_path):
    store = open_copy(version, tmp_path)
    content = (folder(version) / "runs.json").read_bytes()
    read = read_runs("runs.json", content)
    own = [*store.results(sorted(entry.run.id for entry in store.listed())).values()]
    assert to_json(read) == to_json(own)
    assert {tag for result in read for tag in result.tags} == {"class 7b", "a", "theirs", "import"}
    assert {"A note\nwith two lines.", "Theirs."} <= {result.note for result in read}
    records = json.loads(content)["runs"]
    assert all(within(old, new) for old, new in zip(records, json.loads(to_json(read))["runs"], strict=True))


@versions_with_exports
def test_what_an_old_store_exported_is_known_in_that_store_and_new_elsewhere(version, tmp_path):
    store = open_copy(version, tmp_path)
    read = read_runs("runs.json", (folder(version) / "runs.json").read_bytes())
    ended = [result for result in read if result.message != "It had not ended when it was exported."]
    assert store.add_results(ended) == []
    (tmp_path / "elsewhere").mkdir()
    elsewhere = Store(tmp_path / "elsewhere")
    added = elsewhere.add_results(read)
    assert to_json([*elsewhere.results(added).values()]) == to_json(read)


@versions_with_exports
def test_an_old_table_is_read_with_every_curve(version):
    curves = read_runs("runs.csv", (folder(version) / "runs.csv").read_bytes())
    whole = read_runs("runs.json", (folder(version) / "runs.json").read_bytes())
    expected = [(result.name, result.epochs) for result in whole if result.epochs]
    assert repr([(result.name, result.epochs) for result in curves]) == repr(expected)
    assert any(math.isinf(epoch.val_loss) for result in curves for epoch in result.epochs)
