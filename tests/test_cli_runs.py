"""`lrlab runs`: which runs it lists, and the files that it writes."""

import csv
import shlex

import pytest

from lrlab.cli.main import main
from lrlab.exchange import read_runs, to_csv
from lrlab.runs.records import Outcome
from lrlab.runs.spec import RunSpec
from lrlab.runs.swept import CONFIRM
from lrlab.store import Store
from tests.store.test_sweeps import EPOCH, GROUPS
from tests.test_cli import lines

SPEC = RunSpec(epochs=3, train_images=300, data="synthetic")


@pytest.fixture
def store(home):
    """Runs 1 to 5: a race of two, one alone with a tag, a run of a sweep and one that confirms it."""
    store = Store()
    store.add_race([[("Cosine", SPEC), ("Step", SPEC)]], "w")
    store.add(SPEC, "Step, mine")
    store.add_sweep([GROUPS[0][:1]])
    store.add_sweep([GROUPS[1][:1]], CONFIRM, sweep=4)
    store.tag(3, ["exam"])
    for id in (1, 2):
        store.set_data(id, "synthetic", "the built-in synthetic set", {})
        store.record(store.run(id), EPOCH)
    store.finish(1, Outcome("completed"))
    return store


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("", [5, 4, 3, 2, 1]),
        ("--limit 2", [5, 4]),
        ("--status completed", [1]),
        ("--status completed --status running", [2, 1]),
        ("--name STEP", [5, 4, 3, 2]),
        ("--name mine", [3]),
        ("--tag exam", [3]),
        ("--tag exa", []),
        ("--data synthetic", [2, 1]),
        ("--data 'the built-in synthetic set' --status running", [2]),
        ("--race 1", [2, 1]),
        ("--race 4", []),
        ("--sweep 4", [5, 4]),
        ("--sweep 1", []),
        ("--sweep 4 --limit 1", [5]),
    ],
)
def test_runs_can_be_filtered(store, capsys, filters, found):
    assert main(["runs", "--json", *shlex.split(filters)]) == 0
    assert [run["id"] for run in lines(capsys.readouterr().out)] == found


def test_runs_are_written_to_files_that_can_be_read_again(store, capsys, tmp_path):
    table, record = tmp_path / "runs.csv", tmp_path / "runs.json"
    assert main(["runs", "--race", "1", "--csv", str(table), "--json", str(record)]) == 0
    assert f"2 runs are in {table}." in capsys.readouterr().out
    assert table.read_bytes().decode() == to_csv([*store.results([2, 1]).values()])
    with table.open(newline="") as file:
        assert [row["name"] for row in csv.DictReader(file)] == ["Step", "Cosine"]
    assert [run.name for run in read_runs("runs.json", record.read_bytes())] == ["Step", "Cosine"]


def test_what_cannot_be_written_is_said(store, capsys, tmp_path, monkeypatch):
    assert main(["runs", "--csv", str(tmp_path / "no" / "runs.csv")]) == 2
    assert "runs.csv cannot be written: No such file" in capsys.readouterr().err
    monkeypatch.setattr("lrlab.cli.runs.MOST_RUNS", 4)
    assert main(["runs", "--json", str(tmp_path / "runs.json")]) == 2
    assert "at most 4 runs at once, but these are 5. Use --limit 4" in capsys.readouterr().err


def test_all_epochs_are_read_at_once(store, capsys, monkeypatch):
    asked = []
    read = Store.epochs_of
    monkeypatch.setattr(Store, "epochs_of", lambda self, runs: asked.append(runs) or read(self, runs))
    assert main(["runs"]) == 0
    assert asked == [[5, 4, 3, 2, 1]]
    assert "val_loss 1.5000" in capsys.readouterr().out
