"""Choose, run by AppTest against a real store."""

from math import exp, log
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lrlab.analysis import answer_of, confirming_groups
from lrlab.exchange.sweep_file import read_sweep
from lrlab.export import source
from lrlab.optimizers import SGD, Adam
from lrlab.runs.range_test import range_test_spec
from lrlab.runs.records import Epoch, Outcome, Steps
from lrlab.runs.spec import RunSpec
from lrlab.runs.sweep import Candidate, Sweep, around
from lrlab.runs.swept import CONFIRM, RANGE_TEST, SEARCH
from lrlab.schedules import CosineDecay, StepDecay
from lrlab.store import Store
from tests.pages import TIMEOUT, as_read, link_of

pytestmark = pytest.mark.pages

APP = Path(__file__).parents[2] / "app.py"
PEAKS = (0.03, 0.1, 0.3, 1.0)
BEST = {"Cosine": (CosineDecay(), 0.30, 0.3), "Step <b>": (StepDecay(), 0.32, 0.1)}
SWEEP = Sweep(
    tuple(
        Candidate(name, RunSpec(each, epochs=3, train_images=500, data="synthetic"), PEAKS)
        for name, (each, *_) in BEST.items()
    ),
    seeds=(1, 2, 3),
)


def opened(query=""):
    page = AppTest.from_file(APP, default_timeout=TIMEOUT)
    for name, value in (pair.split("=") for pair in query.split("&") if pair):
        page.query_params[name] = value
    return page.run().switch_page("pages/lab/choose.py").run()


def texts(page):
    kinds = (page.markdown, page.caption, page.info, page.warning, page.error)
    return "\n".join(as_read(element.value) for kind in kinds for element in kind)


def tables(page):
    return "\n".join(part.proto.body for part in page.get("html"))


def labels(page):
    return [button.label for button in page.button]


def train(store, sweep, role):
    """End the runs of that role with losses of which the best are known; a rate of 1 diverges."""
    for run in store.sweep_runs(sweep):
        if run.role == role and run.status == "running":
            _, lowest, at = BEST[run.name]
            loss = lowest * exp(0.05 * log(run.peak / at) ** 2) * (1 + 0.002 * run.spec.seed)
            first = Steps(0, np.array([2.3], np.float32), np.array([0.1], np.float32))
            epochs = (Epoch(e, 0.1, 0.1, loss, 0.8, loss + 0.1 * (2 - e), 0.85, 0.2) for e in range(3))
            store.record(run, first, *epochs)
            store.finish(run.id, Outcome("diverged" if run.peak == 1.0 else "completed"))


@pytest.fixture
def swept(home):
    """A store with a sweep that has ended, and its id."""
    store = Store()
    sweep = store.add_sweep(SWEEP.groups(), worker="w")
    train(store, sweep, SEARCH)
    return store, sweep


@pytest.fixture
def confirmed(swept):
    store, sweep = swept
    specs = {run.id: run.spec for run in store.sweep_runs(sweep)}
    groups = confirming_groups(store.swept(sweep), specs.__getitem__)
    store.add_sweep(groups, CONFIRM, worker="w", sweep=sweep)
    train(store, sweep, CONFIRM)
    return swept


def test_at_first_it_offers_a_test_and_trains_nothing(home):
    page = opened()
    assert not page.exception
    assert {"Find a rate", "Sweep", "Confirm", "Test rates"} <= {*labels(page)}
    assert "Fashion-MNIST, 16,000 + 4,000 images · 506,530 weights · batch 64 · 15 epochs" in texts(page)
    assert Store().runs() == []


def ended_test(store, optimizer, valley):
    """A range test that has ended, whose loss flattens at that rate."""
    spec = range_test_spec(RunSpec(optimizer=optimizer, train_images=2000, data="synthetic"), 200)
    race = store.add_race([[("Test", spec.with_seed(seed))] for seed in (1, 2)], "w", role=RANGE_TEST)
    rates = spec.plan.rates()[:200]
    losses = 0.5 + 1.8 / (1 + (rates / valley * 4) ** 2) + (rates / valley / 20) ** 2
    for run in store.race(race):
        store.record(run, Steps(0, losses.astype(np.float32), rates.astype(np.float32)))
        store.finish(run.id, Outcome("completed", "Ended."))
    return race


def test_a_test_suggests_rates_and_one_is_taken_for_the_sweep_and_explore(home):
    ended_test(Store(), SGD(), 0.1)
    page = opened()
    assert not page.exception
    assert "Valley suggests 0.1" in texts(page)
    valley = float(texts(page).partition("Valley suggests ")[2].split(",")[0])
    page.button(key="choose.around").click().run()
    low, high = around(valley)
    assert page.number_input(key="choose.from.sgd.field").value == pytest.approx(low, rel=0.1)
    assert page.number_input(key="choose.to.sgd.field").value == pytest.approx(high, rel=0.1)
    assert float(link_of(page)["r"][0]) == valley


def test_earlier_tests_are_found_again_and_shown_over_each_other(home):
    first, second = ended_test(Store(), SGD(), 0.1), ended_test(Store(), Adam(), 0.001)
    page = opened()
    assert link_of(page)["test"] == [str(second)]
    page.session_state["choose_earlier"] = True
    page.run()
    page.multiselect(key="choose.earlier").set_value([first, second]).run()
    assert link_of(page)["test"] == [f"{first}.{second}"]
    assert "Valley suggests 0.1" in texts(page)
    again = opened(f"test={first}")
    assert link_of(again)["test"] == [str(first)]


def test_the_form_says_what_a_sweep_amounts_to(home):
    page = opened("choose.step=sweep")
    assert "4 schedules × 9 peak rates × 3 seeds = **108 runs**, 1,620 epochs" in texts(page)
    page.number_input(key="choose.points.field").set_value(2).run()
    page.multiselect(key="choose.optimizers").set_value(["sgd", "adam"]).run()
    assert "8 schedules × 2 peak rates × 3 seeds = **48 runs**, 720 epochs" in texts(page)
    page.number_input(key="choose.from.adam.field").set_value(5.0).run()
    assert "The peak rates of Adam must go up, but they go from 5 to 0.032." in texts(page)
    assert page.button(key="choose.sweep.start").disabled
    assert link_of(page)["choose.optimizers"] == ["sgd_adam"]


def test_a_link_brings_the_settings_back_and_says_what_is_wrong(home):
    page = opened("choose.step=sweep&choose.points=5&choose.seeds=99&sweep=nothing")
    assert page.number_input(key="choose.points.field").value == 5
    assert "choose.seeds must be a whole number from 1 to 10, but it is 99." in texts(page)
    assert "The link asks for sweep 'nothing', which is not a number." in texts(page)
    assert "There is no sweep 77 here." in texts(opened("choose.step=sweep&sweep=77"))


def test_a_sweep_beyond_the_limits_of_a_public_server_is_refused_before_the_click(home, monkeypatch):
    monkeypatch.setenv("LRLAB_PUBLIC", "1")
    page = opened("choose.step=sweep")
    assert "A sweep has at most 90 runs here, but this would make 108." in texts(page)
    assert page.button(key="choose.sweep.start").disabled


def test_a_sweep_is_shown_with_each_schedule_at_its_own_best(swept):
    _, sweep = swept
    page = opened(f"choose.step=sweep&sweep={sweep}")
    assert not page.exception
    assert "#### Here" in texts(page)
    assert "Over the 18 runs that did not diverge." in texts(page)
    table = tables(page)
    assert table.index("Cosine") < table.index("Step &lt;b&gt;")
    assert "<b" in table
    assert "Step <b>" not in table
    assert ">0.3</b>" in table
    assert ">0.1</b>" in table
    assert "Confirm the best of each" in labels(page)
    page.button_group(key="choose.view.view").set_value("Map").run()
    assert 'class="diverged"' in tables(page)
    ids = [run.id for run in Store().swept(sweep) if (run.name, run.peak) == ("Cosine", 0.3)]
    assert f"compare?runs={'.'.join(map(str, ids))}" in tables(page)


def test_a_sweep_that_still_trains_shows_what_has_ended(home):
    store = Store()
    sweep = store.add_sweep(SWEEP.groups(), worker="w")
    first, *others = store.sweep_runs(sweep)
    store.requeue(*(run.id for run in others[6:]))
    page = opened(f"choose.step=sweep&sweep={sweep}")
    assert "There is nothing to compare yet." in texts(page)
    store.record(first, Epoch(2, 0.1, 0.1, 0.4, 0.8, 0.4, 0.85, 0.2))
    store.finish(first.id, Outcome("completed"))
    page.run()
    assert "**1 of 24 runs done**" in texts(page)
    assert {"Pause", "Stop"} <= {*labels(page)}
    next(button for button in page.button if button.label == "Stop").click().run()
    assert {run.status for run in store.swept(sweep)} == {"completed", "running", "stopped"}


def test_the_best_of_each_is_confirmed_on_fresh_seeds(swept):
    store, sweep = swept
    page = opened(f"choose.step=sweep&sweep={sweep}")
    page.button(key="choose.confirm").click().run()
    fresh = [run for run in store.swept(sweep) if run.role == CONFIRM]
    assert [(run.name, run.peak, run.seed) for run in fresh] == [
        (name, peak, seed) for seed in range(4, 9) for name, peak in (("Cosine", 0.3), ("Step <b>", 0.1))
    ]
    store.request_stop(*(run.id for run in fresh))
    assert link_of(page)["choose.step"] == ["confirm"]


def test_the_answer_can_be_exported_and_reported(confirmed):
    store, sweep = confirmed
    page = opened(f"choose.step=confirm&sweep={sweep}")
    assert not page.exception
    told = answer_of(store.swept(sweep))
    assert (told.name, told.peak, told.beaten) == ("Cosine", 0.3, ("Step <b>",))
    assert "Cosine</span>, peak 0.3" in tables(page)
    assert "Beats **Step <b>** by **0.0" in texts(page)
    page.session_state["choose_export"] = True
    page.run()
    spec = SWEEP.runs["Cosine", 0.3, 1]
    code = source(spec.plan, "keras", "Cosine", spec.trained_optimizer)
    assert code.strip() in [shown.value for shown in page.code]


def test_the_sweep_as_a_file_is_the_same_sweep(swept):
    _, sweep = swept
    page = opened(f"choose.step=sweep&sweep={sweep}")
    page.session_state["choose_spec"] = True
    page.run()
    text = next(code.value for code in page.code if "peaks" in code.value)
    found = read_sweep(text)
    assert found.runs == SWEEP.runs


def test_a_sweep_is_deleted_and_restored(swept):
    store, sweep = swept
    page = opened(f"choose.step=sweep&sweep={sweep}")
    next(button for button in page.button if button.label.startswith("Delete all 24 runs")).click().run()
    assert store.sweeps() == {}
    next(button for button in page.button if button.label == "Undo: restore 24 runs").click().run()
    assert [*store.sweeps()] == [sweep]
    assert "#### Here" in texts(page)


def test_a_sweep_of_another_visitor_can_be_looked_at_but_not_changed(home, monkeypatch):
    sweep = Store(owner="anna").add_sweep(SWEEP.groups(), worker="w")
    train(Store(owner="anna"), sweep, SEARCH)
    page = opened(f"choose.step=sweep&sweep={sweep}")
    assert "#### Here" in texts(page)
    assert page.button(key="choose.confirm").disabled
    assert sweep not in Store().sweeps()


def test_the_recorded_sweep_needs_no_training(home):
    page = opened("choose.step=sweep&sweep=recorded")
    assert not page.exception
    assert "Exponential" in tables(page)
    page.button(key="choose.go.confirm").click().run()
    assert not page.exception
    assert "Answer, for this network, data and budget" in texts(page)


def test_a_link_that_is_followed_later_takes_the_place_of_the_settings(swept):
    _, sweep = swept
    page = opened("choose.step=sweep&choose.points=5")
    page.number_input(key="choose.points.field").set_value(6).run()  # the address still has the old number
    page.run()
    assert page.number_input(key="choose.points.field").value == 6
    page.query_params.clear()
    page.query_params["sweep"], page.query_params["choose.step"] = str(sweep), "sweep"
    page.run()
    assert "Cosine" in tables(page)
    assert link_of(page)["sweep"] == [str(sweep)]


def test_a_link_to_many_tests_shows_as_many_as_fit_and_one_to_a_race_none(home):
    store = Store()
    tests = [ended_test(store, SGD(), 0.1) for _ in range(6)]
    page = opened("test=" + ".".join(map(str, tests)))
    assert not page.exception
    assert link_of(page)["test"] == [".".join(map(str, tests[:4]))]
    page = opened(f"test={store.add(RunSpec(), 'A race', worker='w')}")
    assert not page.exception
    assert "Test rates" in labels(page)
