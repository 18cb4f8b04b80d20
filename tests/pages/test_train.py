"""Train, run by AppTest against a real store and a real worker process."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lrlab import article, jobs
from lrlab.networks import Convolutional
from lrlab.optimizers import Adam, Nesterov
from lrlab.runs.controllers import EarlyStopping, ReduceOnPlateau
from lrlab.runs.records import Epoch, ManualRate, Outcome, Steps
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec
from lrlab.schedules import Constant
from lrlab.store import Store
from lrlab.ui.shell.visitor import KEY, owner_of
from tests.datasets.npz import npz, whole
from tests.pages import TIMEOUT, as_read, link_of
from tests.test_jobs import wait_for

pytestmark = pytest.mark.training

APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture
def page(home):
    return AppTest.from_file(APP, default_timeout=TIMEOUT).run().switch_page("pages/lab/train.py").run()


def texts(page):
    written = [element.value for kind in (page.markdown, page.caption) for element in kind]
    said = [as_read(element.value) for kind in (page.info, page.warning, page.error) for element in kind]
    return "\n".join(written + said)


def train(page):
    page.button(key="start").click().run()


def schedules(page):
    return page.button_group(key="schedules")


def button(page, label):
    return next(button for button in page.button if button.label == label)


def wait(page, condition, seconds=TIMEOUT):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.3)
        page.run()
    assert condition(), texts(page)


def test_nothing_was_trained_yet(page):
    assert not page.exception
    assert page.button(key="start").label.startswith("Train 1 schedule")
    assert not page.get("progress")
    assert "What is learned: 10 kinds of images." in texts(page)
    assert (
        "Fashion-MNIST is not on this machine yet. These images are from the built-in synthetic set."
        in texts(page)
    )
    assert "16,000 images for training and 4,000 for validation: 250 steps per epoch" in texts(page)


def test_trains_on_the_synthetic_set_to_the_end(page):
    page.selectbox(key="data").set_value("synthetic").run()
    schedules(page).set_value(["step"]).run()
    page.number_input(key="epochs.train").set_value(3).run()
    page.number_input(key="images.train").set_value(500).run()
    train(page)
    assert not page.exception
    assert link_of(page)["run"] == ["1"]
    wait(page, lambda: "completed" in texts(page))
    assert [metric.label for metric in page.metric] == [
        *("Training loss", "Validation loss", "Validation accuracy", "Applied rate"),
        *("Seconds per epoch", "Test accuracy"),
    ]
    assert "this trains on the built-in synthetic set." in texts(page)
    (run,) = Store().runs()
    assert (run.name, run.status, len(Store().epochs(run.id))) == ("Step", "completed", 3)


def test_the_data_sets_are_listed_and_described(page):
    box = page.selectbox(key="data")
    assert box.options == [
        *("Fashion-MNIST, or the built-in synthetic set if it is unavailable", "The built-in synthetic set"),
        *("MNIST", "Your own .npz file"),
    ]
    assert page.title[0].value == "Train on Fashion-MNIST"
    box.set_value("mnist").run()
    assert page.title[0].value == "Train on MNIST"
    assert "60,000 training and 10,000 test grey images of 28 x 28 pixels, in 10 classes." in texts(page)
    assert "MNIST is not on this machine yet: the first run downloads it (11 MB)." in texts(page)


def choose_own(page):
    page.selectbox(key="data").set_value("own").run()
    assert "There is no data set of your own yet." in texts(page)
    assert page.button(key="start").disabled


def test_ones_own_set_is_uploaded_described_and_trained(page, home):
    choose_own(page)
    content = npz(**whole("grey", test=40))
    page.file_uploader(key="own.upload").set_value(("my_*digits*.npz", content, "")).run()
    assert not page.exception
    assert page.title[0].value == r"Train on my\_\*digits\*.npz"
    assert "240 training and 40 test grey images of 12 x 10 pixels, in 3 classes." in texts(page)
    assert page.number_input(key="images.train").value == 240
    page.number_input(key="epochs.train").set_value(2).run()
    train(page)
    assert not page.exception
    wait(page, lambda: "completed" in texts(page))
    (run,) = Store().runs()
    assert (run.status, run.data, run.spec.train_images) == ("completed", run.spec.data.name, 240)
    assert [file.name for file in (home / "own").iterdir()] == [f"{run.spec.data.digest}.npz"]
    assert r"Data: your own file my\_\*digits\*.npz." in texts(page)


def test_a_bad_file_is_said_and_the_one_before_stays(page, home):
    choose_own(page)
    page.file_uploader(key="own.upload").set_value(("bad.npz", b"no zip", "")).run()
    assert "must be a .npz file of NumPy, but it is no zip archive." in texts(page).replace("\\", "")
    assert page.button(key="start").disabled
    page.file_uploader(key="own.upload").set_value(("good.npz", npz(**whole()), "")).run()
    assert "no zip archive" not in texts(page)
    assert not page.button(key="start").disabled
    page.file_uploader(key="own.upload").set_value(("bad.npz", b"no zip", "")).run()
    assert page.title[0].value == "Train on good.npz"
    page.selectbox(key="data").set_value("auto").run()
    assert page.title[0].value == "Train on Fashion-MNIST"
    assert page.number_input(key="images.train").value == article.TRAIN_IMAGES
    assert len([*(home / "own").iterdir()]) == 1


def test_ones_own_set_is_chosen_by_its_path(page, tmp_path):
    choose_own(page)
    file = tmp_path / "words.npz"
    page.text_input(key="own.path").set_value(str(file)).run()
    assert "words.npz cannot be read: No such file" in texts(page).replace("\\", "")
    file.write_bytes(npz(**whole("vectors")))
    page.text_input(key="own.path").set_value(f" {file} ").run()
    assert "200 training and 40 test vectors of 20 numbers, in 3 classes." in texts(page)
    page.selectbox(key="network").set_value("convolutional").run()
    assert "A convolutional network needs images" in texts(page)
    assert page.button(key="start").disabled
    page.selectbox(key="network").set_value("dense").run()
    jobs.shut_down(Store())
    train(page)
    (run,) = Store().runs()
    assert (run.spec.data.title, run.spec.data_set.shape) == ("words.npz", (20,))


def test_on_a_public_server_there_is_no_path(page, monkeypatch):
    monkeypatch.setenv("LRLAB_PUBLIC", "1")
    choose_own(page)
    assert [box.label for box in page.text_input if "path" in box.label] == []
    page.file_uploader(key="own.upload").set_value(("good.npz", npz(**whole()), "")).run()
    assert not page.button(key="start").disabled


def test_on_a_public_server_training_starts_with_the_first_run(home, monkeypatch):
    monkeypatch.setenv("LRLAB_PUBLIC", "1")
    page = AppTest.from_file(APP, default_timeout=TIMEOUT).run()
    page.switch_page("pages/lab/train.py").run()
    assert jobs.worker_state(Store()) is None
    train(page)
    assert jobs.worker_state(Store()) is not None
    (run,) = Store(owner=owner_of(page.session_state[KEY])).runs()
    assert run.active
    assert Store().runs() == []


def test_adam_runs_at_its_own_default(page):
    schedules(page).set_value(["adam"]).run()
    jobs.shut_down(Store())
    train(page)
    (run,) = Store().runs()
    assert (run.spec.optimizer, run.spec.schedule.initial_lr) == (Adam(), 0.001)


def test_an_optimizer_is_chosen_with_its_parameters(page):
    page.multiselect(key="optimizers").set_value(["nesterov"]).run()
    page.number_input(key="option.nesterov.momentum.field").set_value(0.5).run()
    page.multiselect(key="optimizers").set_value(["adagrad"]).run()
    assert page.number_input(key="option.adagrad.initial_accumulator_value.field").value == 0.1
    assert "A usual rate for" not in texts(page)
    page.multiselect(key="optimizers").set_value(["rmsprop"]).run()
    assert "A usual rate for RMSprop is about 0.001. This schedule goes up to 0.5" in texts(page)
    page.multiselect(key="optimizers").set_value(["nesterov"]).run()
    jobs.shut_down(Store())
    train(page)
    (run,) = Store().runs()
    assert run.spec.optimizer == Nesterov(0.5)
    assert any("SGD with Nesterov momentum" in box.options[0] for box in page.selectbox if box.key == "run")


def test_a_run_that_cannot_be_is_refused_before_the_click(page):
    page.number_input(key="images.train").set_value(100).run()
    page.number_input(key="batch.train").set_value(99).run()
    assert "batch_size must be a whole number from 1 to 80, but it is 99." in texts(page)
    assert page.button(key="start").disabled


def test_a_failed_run_says_why_with_the_last_lines(page):
    store = Store()
    run = store.add(RunSpec(), "Mine", worker="gone")
    store.record(store.run(run), Epoch(0, 0.1, 0.1, 1.0, 0.5, 1.0, 0.5, 0.2))
    store.finish(run, Outcome("failed", "The machine ran out of memory.", details="line 1\nline 2"))
    page.run()
    assert "The machine ran out of memory." in texts(page)
    assert "The last lines of the training process" in [expander.label for expander in page.expander]
    assert page.code[0].value == "line 1\nline 2"


def test_a_diverged_run_is_a_result(page):
    store = Store()
    run = store.add(RunSpec(), "Hot", worker="gone")
    nan = float("nan")
    store.record(store.run(run), Epoch(0, 0.5, 0.5, nan, 0.1, nan, 0.1, 0.2))
    store.finish(run, Outcome("diverged", "The loss became NaN in epoch 1, step 9.", nan, 0.1))
    page.run()
    assert not page.exception
    assert "The loss became NaN in epoch 1, step 9." in texts(page)
    assert [metric.value for metric in page.metric[:3]] == ["–", "–", "10.00%"]


def test_a_run_that_diverged_at_a_rate_set_by_hand_says_this_rate(page):
    store = Store()
    run = store.add(RunSpec(), "Hot", worker="gone")
    store.set_rate(run, 3.0)
    store.record(
        store.run(run), ManualRate(0, 3.0), Epoch(0, 3.0, 3.0, float("nan"), 0.1, float("nan"), 0.1, 0.2)
    )
    store.finish(run, Outcome("diverged", "The loss became NaN in epoch 1, step 9.", float("nan"), 0.1))
    page.run()
    assert "The loss became NaN in epoch 1, step 9. Its rate was set by hand: 3." in texts(page)


def test_a_run_that_diverged_at_a_rate_set_by_hand_is_rewound_and_goes_on(page):
    store = Store()
    spec = RunSpec(Constant(0.01), epochs=1000, batch_size=4, train_images=1000, data="synthetic")
    run = store.add(spec, "Hot")
    jobs.ensure_worker(store)
    wait_for(lambda: len(store.epochs(run)) > 1)
    store.set_rate(run, 100.0)
    wait_for(lambda: store.run(run).status == "diverged")
    back = store.checkpoint_step(run)
    page.run()
    (rewind,) = (button for button in page.button if button.label.startswith("Rewind to "))
    rewind.click().run()
    assert not page.exception
    wait_for(lambda: store.steps(run).rates.size > back + spec.steps_per_epoch)
    store.request_stop(run)
    wait_for(lambda: store.run(run).status == "stopped")
    assert {*store.steps(run).rates.tolist()} == {np.float32(0.01)}
    assert not any(np.isnan([epoch.loss for epoch in store.epochs(run)]))
    assert not store.run(run).has_manual_rate


def test_a_link_opens_its_run_and_a_dead_link_says_so(home):
    store = Store()
    for name in ("First", "Second"):
        store.finish(store.add(RunSpec(), name, worker="gone"), Outcome("stopped", "Stopped."))
    dead = "which does not exist here"
    for link, name, warning in (
        *(("1", "First", None), ("77", "Second", dead), ("x'", "Second", dead)),
        (["1", "2"], "Second", "run= more than once"),
    ):
        page = AppTest.from_file(APP, default_timeout=TIMEOUT).run()
        page.query_params["run"] = link
        page.switch_page("pages/lab/train.py").run()
        assert f"#### {name}" in texts(page)
        assert [warning in shown.value for shown in page.warning] == ([True] if warning else [])
    jobs.shut_down(store)


def test_a_link_to_a_run_that_was_not_trained_here_says_so(home):
    store = Store()
    epochs = (Epoch(0, 0.1, 0.1, 0.5, 0.8, 0.6, 0.8, 1.0),)
    store.add_results([Result("Imported", epochs, RunSpec()), Result("Only curves", epochs)])
    for run in store.runs():
        page = AppTest.from_file(APP, default_timeout=TIMEOUT).run()
        page.query_params["run"] = str(run.id)
        page.switch_page("pages/lab/train.py").run()
        assert not page.exception
        (warning,) = page.warning
        assert warning.value.endswith("which does not exist here."), "and no other run is shown"
    assert store.race_of(run.id) is None


def test_a_store_from_a_newer_version_is_said_not_raised(home):
    import sqlite3

    Store()
    with sqlite3.connect(Store().path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    page = AppTest.from_file(APP, default_timeout=TIMEOUT).run().switch_page("pages/lab/train.py").run()
    assert not page.exception
    assert "newer LR Lab" in page.error[0].value


def test_the_articles_six_are_one_choice_and_one_race_and_leave_explore_alone(page):
    page.session_state["step.initial_lr"] = 0.3
    page.number_input(key="epochs.train").set_value(7).run()
    page.button_group(key="choose_source").set_value("article").run()
    assert not page.exception
    assert page.number_input(key="race.epochs.train").value == 100
    assert (page.session_state["step.initial_lr"], page.session_state["epochs"]) == (0.3, 7)
    assert "506,530 parameters. 16,000 images for training and 4,000 for validation" in texts(page)
    assert "250 steps per epoch, 25,000 per run, 150,000 in all." in texts(page)
    assert page.button(key="start").label.startswith("Race 6 schedules")
    page.number_input(key="seeds.train").set_value(3).run()
    assert "250 steps per epoch, 25,000 per run, 450,000 in all." in texts(page)
    assert page.button(key="start").label.startswith("Race 18 runs")
    jobs.shut_down(Store())
    train(page)
    runs = Store().race(1)
    assert [run.name for run in runs[:6]] == [
        *("Constant", "Time-based as coded", "Exponential", "Step", "Linear", "Adam"),
    ]
    assert [run.spec.seed for run in runs[::6]] == [9125, 9126, 9127]
    assert {run.spec.optimizer.kind for run in runs[:5]} == {"sgd"}
    assert runs[5].spec.optimizer == Adam()
    assert {(run.spec.epochs, run.spec.schedule.initial_lr) for run in runs[2:5]} == {(100, 0.5)}
    assert "6 lanes: Constant, Time-based as coded, " in page.selectbox(key="run").options[0]
    page.button(key="form").click().run()
    page.button_group(key="choose_source").set_value("explore").run()
    assert (schedules(page).value, page.number_input(key="seeds.train").value) == (["exponential"], 1)
    page.button_group(key="choose_source").set_value("article").run()
    assert page.number_input(key="seeds.train").value == 3, "each source keeps its own settings"
    page.button_group(key="choose_source").set_value("trial").run()
    assert page.button(key="start").label.startswith("Race 2 schedules")


def test_the_form_and_explore_keep_their_values_over_a_reload(page):
    page.session_state["step.initial_lr"] = 0.3
    schedules(page).set_value(["step", "adam"]).run()
    page.multiselect(key="optimizers").set_value(["sgd", "adamw"]).run()
    page.number_input(key="epochs.train").set_value(7).run()
    page.number_input(key="seeds.train").set_value(2).run()
    page.text_input(key="option.dense.widths.text").set_value("64, 32").run()
    page.toggle(key="stop_early").set_value(True).run()
    page.button_group(key="choose_source").set_value("trial").run()
    page.number_input(key="images.train").set_value(2000).run()
    page.button_group(key="choose_source").set_value("explore").run()
    link = link_of(page)
    assert {"run", "source"} & {*link} == set()
    again = AppTest.from_file(APP, default_timeout=TIMEOUT)
    for name, texts_of_name in link.items():
        again.query_params[name] = texts_of_name
    again.run().switch_page("pages/lab/train.py").run()
    assert not again.exception
    assert not again.warning
    assert schedules(again).value == ["step", "adam"]
    for key in ("optimizers", "seeds", "epochs", "step.initial_lr", "option.dense.widths", "stop_early"):
        assert again.session_state[key] == page.session_state[key]
    assert link_of(again) == link


def test_a_link_with_a_wrong_value_of_the_form_keeps_the_right_ones(home):
    page = AppTest.from_file(APP, default_timeout=TIMEOUT).run()
    for name, text in (("seed", "-3"), ("seeds", "2"), ("schedules", "step"), ("optimizers", "sgd_x")):
        page.query_params[name] = text
    page.switch_page("pages/lab/train.py").run()
    assert not page.exception
    (warning,) = page.warning
    assert "seed must be a whole number" in warning.value
    assert "each of optimizers must be one of" in warning.value
    assert (schedules(page).value, page.session_state["seeds"]) == (["step"], 2)
    assert (page.session_state["seed"], page.session_state["optimizers"]) == (article.SEED, ["sgd"])


def test_schedules_go_with_optimizers_and_can_have_one_peak(page):
    schedules(page).set_value(["step", "constant", "adam"]).run()
    page.multiselect(key="optimizers").set_value(["sgd", "adamw"]).run()
    page.toggle(key="same_peak").set_value(True).run()
    page.number_input(key="peak.field").set_value(0.02).run()
    jobs.shut_down(Store())
    assert page.button(key="start").label.startswith("Race 5 schedules")
    train(page)
    runs = Store().race(1)
    assert [run.name for run in runs] == [
        *("Step · SGD", "Step · AdamW", "Constant · SGD", "Constant · AdamW", "Adam"),
    ]
    assert [run.spec.plan.rates().max() for run in runs] == pytest.approx([0.02] * 5)
    page.button(key="form").click().run()
    schedules(page).set_value([]).run()
    assert "There is nothing to train" in texts(page)
    assert page.button(key="start").disabled


def test_network_images_and_controllers_are_options(page):
    page.selectbox(key="network").set_value("convolutional").run()
    page.text_input(key="option.convolutional.filters.text").set_value("8, 16").run()
    page.number_input(key="option.convolutional.dropout.field").set_value(0.25).run()
    page.number_input(key="split.train").set_value(0.5).run()
    page.toggle(key="stop_early").set_value(True).run()
    page.number_input(key="option.early-stopping.patience.field").set_value(3).run()
    page.toggle(key="on_plateau").set_value(True).run()
    page.number_input(key="batches_per_update.train").set_value(4).run()
    assert "40 steps per epoch" in texts(page)
    assert not page.exception
    jobs.shut_down(Store())
    train(page)
    (run,) = Store().runs()
    assert run.spec.network == Convolutional((8, 16), dropout=0.25)
    assert (run.spec.batches_per_epoch, run.spec.batches_per_update) == (157, 4)
    assert (run.spec.fit_images, run.spec.early_stopping, run.spec.plateau) == (
        *(10_000, EarlyStopping(patience=3), ReduceOnPlateau()),
    )


def test_what_would_not_fit_or_takes_long_is_said_before_the_click(page):
    Store().beat("w", 1, "idle", throughput=1e11)
    page.run()
    assert "25,000 in all. About 40 s." in texts(page)
    page.number_input(key="epochs.train").set_value(1000).run()
    page.number_input(key="seeds.train").set_value(10).run()
    assert "About 1 h 6 min: **over an hour**." in texts(page)
    page.text_input(key="option.dense.widths.text").set_value("4096, 4096, 4096, 4096").run()
    page.number_input(key="batch.train").set_value(16_000).run()
    assert "Not enough memory" not in texts(page)
    page.number_input(key="images.train").set_value(60_000).run()
    page.number_input(key="batch.train").set_value(48_000).run()
    page.selectbox(key="network").set_value("convolutional").run()
    page.text_input(key="option.convolutional.filters.text").set_value("128, 128, 128").run()
    assert "Not enough memory: this needs about " in texts(page)
    assert page.button(key="start").label.startswith("Race 10 runs")
    assert page.button(key="start").disabled


def running(store, name="Mine", lanes=1):
    """A race that a worker trains, with two epochs and some updates."""
    spec = RunSpec(epochs=5, train_images=640, data="synthetic")
    race = store.add_race([[(f"{name} {lane}", spec) for lane in range(lanes)]], worker="w")
    store.beat("w", 1, "busy")
    losses = np.linspace(2, 1, 8).astype(np.float32)
    for run in store.race(race):
        for epoch in range(2):
            store.record(
                run,
                Steps(8 * epoch, losses, np.full(8, 0.01, np.float32)),
                Epoch(epoch, 0.01, 0.01, 1.5, 0.5, 1.6, 0.45, 0.2, 3.0, 0.001),
            )
    return race


def ranking(page):
    """The texts of each column of the ranking."""
    sent = [json.loads(part.proto.json) for part in page.get("bidi_component")]
    (table,) = [data for data in sent if "rows" in data]
    keys = [column["key"] for column in table["columns"]]
    return {key: [row["cells"][at]["text"] for row in table["rows"]] for at, key in enumerate(keys)}


def test_a_race_is_paused_goes_on_and_stops(page):
    store = Store()
    jobs.shut_down(store)
    race = running(store, lanes=2)
    page.run()
    assert "#### Race of 2 lanes :blue-badge" in texts(page)
    button(page, "Pause").click().run()
    assert all(run.pause_requested for run in store.race(race))
    for run in store.race(race):
        store.finish(run.id, Outcome("paused", "Paused in epoch 3 of 5."), "w")
    page.run()
    assert "Paused in epoch 3 of 5." in texts(page)
    button(page, "Go on").click().run()
    assert {run.status for run in store.race(race)} == {"queued"}
    button(page, "Stop").click().run()
    assert {run.status for run in store.race(race)} == {"stopped"}
    assert "Stopped." in texts(page)


def test_after_the_click_the_form_folds_and_the_race_is_ranked_with_the_best_first(page):
    store = Store()
    jobs.shut_down(store)
    train(page)
    assert [box.key for box in page.number_input] == []
    page.button(key="form").click().run()
    assert page.number_input(key="epochs.train").value == 100
    page.button(key="form").click().run()
    race = running(store, lanes=3)
    nan = float("nan")
    for run, (loss, accuracy) in zip(store.race(race), ((0.5, 0.7), (0.4, 0.6), (nan, nan)), strict=True):
        store.record(run, Epoch(2, 0.01, 0.01, 1.5, 0.5, loss, accuracy, 0.2))
    page.run()
    page.selectbox(key="run").set_value(race).run()
    assert not page.exception
    assert not page.table, "the table of a folded part is not built"
    page.session_state[f"every_run.{race}"] = True
    every_run = page.run().table[0].value
    assert ranking(page)["gap"] == ["★ best", "+0.100", "–"]
    assert ranking(page)["loss"] == ["0.400", "0.500", "–"]
    assert ranking(page)["lane"] == ["Mine 1", "Mine 0", "Mine 2"]
    assert "status" not in ranking(page), "it is the same for all lanes, and above"
    assert list(every_run["Epoch"]) == ["3", "3", "3"]
    page.button_group(key="view.view").set_value("Accuracy").run()
    assert ranking(page)["gap"] == ["★ best", "-10.0%", "–"]
    assert "nan" not in str(ranking(page)) + page.table[0].value.to_string()
    store.finish(store.race(race)[2].id, Outcome("diverged", "The loss became NaN in epoch 3."), "w")
    page.run()
    assert ranking(page)["status"] == ["running", "running", "diverged"]


def test_every_view_draws_and_smoothing_is_off_at_first(page):
    store = Store()
    running(store, lanes=3)
    page.run()
    assert page.slider(key="smoothing").value == 0
    for view in ("Updates", "Gradients", "Accuracy", "Loss"):
        page.button_group(key="view.view").set_value(view).run()
        assert not page.exception
    page.slider(key="smoothing").set_value(0.5).run()
    page.toggle(key="training_curves").set_value(True).run()
    assert not page.exception


def test_a_rate_is_set_by_hand_returned_to_the_schedule_and_saved_as_one(page):
    store = Store()
    race = running(store)
    page.run()
    assert "rate 0.01, from its schedule" in texts(page)
    assert not page.select_slider, (
        "a slider that follows the schedule could be taken for a hand that moved it"
    )
    button(page, "Set the rate by hand").click().run()
    slider = page.select_slider(key=f"manual_rate.{race}")
    assert store.run(race).manual_rate == slider.value == 0.01
    slider.set_value(0.1).run()
    assert store.run(race).manual_rate == 0.1
    assert "rate 0.1, set by hand" in texts(page)
    assert "Marked: its schedule's own rates, 0.01 to 0.01." in texts(page)
    assert "Line: the largest rate that stayed stable in this race, 0.01." in texts(page)
    (marks,) = [part.value for part in page.get("html") if "style=" in part.value]
    assert marks.count("42.86%") == 3, "0.01 is three of the seven decades from 0.00001 to 100"
    assert [warning.value for warning in page.warning] == [
        "No lane of this race has stayed stable at this rate yet. It may diverge."
    ]
    rates = np.full(8, 0.1, np.float32)
    store.record(store.run(race), ManualRate(16, 0.1), Steps(16, rates * 10, rates))
    page.run()
    page.select_slider(key=f"manual_rate.{race}").set_value(1e-3)  # sent together by a slow browser
    button(page, "Return to the schedule").click().run()
    assert store.run(race).manual_rate is None
    assert not page.select_slider
    button(page, "Save the rates of Mine 0 as a schedule").click().run()
    assert not page.exception
    assert any(option.endswith(f"Rates of run {race}") for option in schedules(page).options)
    kept = schedules(page).value[-1]
    schedules(page).set_value([kept]).run()
    jobs.shut_down(store)
    train(page)
    schedule = store.runs()[0].spec.schedule
    assert schedule.boundaries == (16,)
    assert schedule.rates == pytest.approx((0.01, 0.1))


def test_what_waits_is_listed_moved_and_withdrawn(page):
    store = Store()
    jobs.shut_down(store)
    running(store)
    others = [store.add(RunSpec(epochs=2), name) for name in ("One", "Two")]
    page.query_params["run"] = "1"
    page.run()
    assert f"2. Race {others[1]}: Two, seed 9125" in texts(page)
    page.selectbox(key="run").set_value(others[1]).run()
    assert page.get("progress")[0].proto.text == "Waiting: number 2 in the queue"
    page.button(key=f"Up.{others[1]}.0").click().run()
    assert [seed_group[0].name for seed_group in store.waiting()] == ["Two", "One"]
    page.button(key=f"Withdraw.{others[0]}.0").click().run()
    assert [seed_group[0].name for seed_group in store.waiting()] == ["Two"]


def test_a_browser_that_says_no_view_is_chosen_gets_the_first(page):
    store = Store()
    running(store)
    page.run()
    page.button_group(key="view.view").set_value(None).run()
    assert not page.exception
    assert page.button_group(key="view.view").value == "Loss"


def test_what_is_not_decided_can_be_trained_from_more_seeds(page):
    store = Store()
    jobs.shut_down(store)
    specs = {"One": RunSpec(Constant(0.1), epochs=1), "Two": RunSpec(Constant(0.2), epochs=1)}
    race = store.add_race([[(n, s.with_seed(seed)) for n, s in specs.items()] for seed in (1, 2, 3)], "w")
    losses = (0.4, 0.405, 0.42, 0.43, 0.38, 0.395)
    for run, loss in zip(store.race(race), losses, strict=True):
        store.set_data(run.id, "synthetic", "here", {})
        store.record(run, Epoch(0, 0.1, 0.1, 0.9, 0.7, loss, 0.75, 1.0))
        store.finish(run.id, Outcome("completed"))
    page.run()
    assert "About 2 more seeds per lane would probably decide it." in texts(page)
    button(page, "Train 2 more seeds").click().run()
    assert not page.exception
    runs = store.race(race)
    assert [(run.name, run.spec.seed, run.seed_group) for run in runs[6:]] == [
        ("One", 4, 3),
        ("Two", 4, 3),
        ("One", 5, 4),
        ("Two", 5, 4),
    ]
    assert {run.spec.data for run in runs[6:]} == {"synthetic"}
    assert "#### Race of 2 lanes :gray-badge" in texts(page)
    jobs.shut_down(store)


def test_that_there_is_no_verdict_yet_is_said_once(page):
    store = Store()
    for run in store.race(running(store, lanes=2)):
        store.finish(run.id, Outcome("paused", "Paused."))
    page.run()
    assert texts(page).count("No verdict yet") == 1


@pytest.mark.proof  # tests/browser/test_walk.py does it too
def test_the_short_race_of_the_introduction_trains_two_schedules_at_once(home):
    page = AppTest.from_file(APP, default_timeout=TIMEOUT).run()
    button(page, "Race two schedules in 20 seconds").click().run()
    assert page.title[0].value.startswith("Train on")
    runs = Store().race(1)
    assert [run.name for run in runs] == ["Constant", "Exponential"]
    wait(page, lambda: "completed" in texts(page))
    assert {len(epochs) for epochs in Store().epochs_of([run.id for run in runs]).values()} == {15}
    assert page.session_state["epochs"] == article.EPOCHS, "the curves of Explore stay"
    page.switch_page("pages/lab/explore.py").run()
    assert button(page, "About LR Lab")
