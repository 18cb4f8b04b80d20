"""Train, run by AppTest against a real store and a real worker process."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lrlab import jobs
from lrlab.optimizers import Adam, Nesterov
from lrlab.records import Epoch, Outcome
from lrlab.spec import RunSpec
from lrlab.store import Store

APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture
def page(home):
    yield AppTest.from_file(APP, default_timeout=30).run().switch_page("pages/lab/train.py").run()
    jobs.shut_down(Store())


def texts(page):
    kinds = (page.markdown, page.caption, page.info, page.warning, page.error)
    return "\n".join(element.value for kind in kinds for element in kind)


def train(page):
    next(button for button in page.button if button.label == "Train").click().run()


def wait(page, condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.3)
        page.run()
    assert condition(), texts(page)


def test_nothing_was_trained_yet(page):
    assert not page.exception
    assert "No run yet" in texts(page)
    assert "16,000 images train and 4,000 validate: 250 steps an epoch" in texts(page)


def test_trains_on_the_synthetic_set_to_the_end(page):
    page.selectbox(key="data").set_value("synthetic").run()
    page.selectbox(key="schedule").set_value("step").run()
    page.number_input(key="epochs.train").set_value(3).run()
    page.number_input(key="images.train").set_value(500).run()
    train(page)
    assert not page.exception
    assert page.query_params["run"] == "1"
    wait(page, lambda: "completed" in texts(page))
    assert {"Training loss", "Validation loss", "Validation accuracy", "Rate applied", "Test accuracy"} == {
        metric.label for metric in page.metric
    }
    assert "this run trains on the built-in synthetic set." in texts(page)
    assert "At the pace of run 1, about " in texts(page)
    page.number_input(key="epochs.train").set_value(1000).run()
    page.number_input(key="images.train").set_value(60_000).run()
    assert "in all. At the pace of run 1, about " in texts(page)
    (run,) = Store().runs()
    assert (run.name, run.status, len(Store().epochs(run.id))) == ("Step", "completed", 3)


def test_adam_runs_at_its_own_default(page):
    page.selectbox(key="schedule").set_value("adam").run()
    jobs.shut_down(Store())
    train(page)
    (run,) = Store().runs()
    assert (run.spec.optimizer, run.spec.schedule.initial_lr) == (Adam(), 0.001)


def test_an_optimizer_is_chosen_with_its_parameters(page):
    page.selectbox(key="optimizer").set_value("nesterov").run()
    page.number_input(key="optimizer.nesterov.momentum.train").set_value(0.5).run()
    page.selectbox(key="optimizer").set_value("adagrad").run()
    assert page.number_input(key="optimizer.adagrad.initial_accumulator_value.train").value == 0.1
    assert "mostly trained" not in texts(page)
    page.selectbox(key="optimizer").set_value("rmsprop").run()
    assert "RMSprop is mostly trained at about 0.001; this schedule goes up to 0.5" in texts(page)
    page.selectbox(key="optimizer").set_value("nesterov").run()
    jobs.shut_down(Store())
    train(page)
    (run,) = Store().runs()
    assert run.spec.optimizer == Nesterov(0.5)
    assert any("SGD with Nesterov momentum" in box.options[0] for box in page.selectbox if box.key == "run")


def test_a_run_that_cannot_be_is_refused_before_the_click(page):
    page.number_input(key="images.train").set_value(100).run()
    page.number_input(key="batch.train").set_value(99).run()
    assert "batch_size must be a whole number from 1 to 80, but it is 99." in texts(page)
    assert next(button for button in page.button if button.label == "Train").disabled


def test_a_failed_run_says_why_with_the_last_lines(page):
    store = Store()
    run = store.add(RunSpec(), "Mine", worker="gone")
    store.record(run, Epoch(0, 0.1, 0.1, 1.0, 0.5, 1.0, 0.5, 0.2))
    store.finish(run, Outcome("failed", "The machine ran out of memory.", details="line 1\nline 2"))
    page.run()
    assert "The machine ran out of memory." in texts(page)
    assert page.expander[0].label == "The last lines of the training process"
    assert page.code[0].value == "line 1\nline 2"


def test_a_diverged_run_is_a_result(page):
    store = Store()
    run = store.add(RunSpec(), "Hot", worker="gone")
    nan = float("nan")
    store.record(run, Epoch(0, 0.5, 0.5, nan, 0.1, nan, 0.1, 0.2))
    store.finish(run, Outcome("diverged", "The loss became NaN in epoch 1, step 9.", nan, 0.1))
    page.run()
    assert not page.exception
    assert "The loss became NaN in epoch 1, step 9." in texts(page)
    assert page.metric[0].value == "nan"


def test_a_link_opens_its_run_and_a_dead_link_says_so(home):
    store = Store()
    for name in ("First", "Second"):
        store.finish(store.add(RunSpec(), name, worker="gone"), Outcome("stopped", "Stopped."))
    for link, name, warned in (("1", "First", False), ("77", "Second", True), ("x'", "Second", True)):
        page = AppTest.from_file(APP, default_timeout=30).run()
        page.query_params["run"] = link
        page.switch_page("pages/lab/train.py").run()
        assert f"#### {name}" in texts(page)
        assert ("which is not here" in texts(page)) == warned
    jobs.shut_down(store)


def test_a_store_from_a_newer_version_is_said_not_raised(home):
    import sqlite3

    Store()
    with sqlite3.connect(Store().path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    page = AppTest.from_file(APP, default_timeout=30).run().switch_page("pages/lab/train.py").run()
    assert not page.exception
    assert "newer LR Lab" in page.error[0].value
