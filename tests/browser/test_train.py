"""What a person sees who presses Train: points arrive one by one, and nothing is ever lost."""

import math
import os
import re
import signal
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
from playwright.sync_api import TimeoutError, expect

from lrlab.lessons.evidence import recipe_of
from lrlab.lessons.reference import recorded
from lrlab.runs.records import ACTIVE, Epoch, Outcome
from lrlab.runs.spec import RunSpec
from lrlab.store import Store
from tests.browser import conftest
from tests.browser.conftest import settle
from tests.test_jobs import wait_for, worker_of

pytestmark = pytest.mark.browser
EPOCHS = 10


@pytest.fixture(autouse=True)
def _nothing_trains_on(request):
    """What a test leaves running would fold the form of the next one."""
    yield
    for name in {"server", "server_with_data"} & {*request.fixturenames}:
        store = request.getfixturevalue(name).store
        store.request_stop(*(run.id for run in store.runs((*ACTIVE, "paused"))))
        wait_for(lambda store=store: not store.runs(ACTIVE), 60)


def go_to_train(page):
    page.get_by_role("link", name="Train", exact=True).first.click()
    page.get_by_role("heading", name="Train on Fashion-MNIST").wait_for()
    settle(page)


def type_number(page, label, value):
    field = page.get_by_label(label, exact=True)
    field.fill(str(value))
    field.press("Enter")
    settle(page)


def press_train(page, images, epochs, batch_size=64):
    type_number(page, "Epochs", epochs)
    type_number(page, "Batch size", batch_size)
    page.get_by_text(re.compile(r"^Images: ")).click()
    type_number(page, "Training images", images)
    before = run_in(page.url)
    start(page)
    page.wait_for_url(lambda address: run_in(address) not in (None, before))


def run_in(address):
    """The run that an address of Train names; None if it names none."""
    found = re.search(r"[?&]run=(\d+)", address)
    return found and found[1]


def start(page):
    """Press the button at the bottom of the window, which says what it starts."""
    page.get_by_role("button", name=re.compile("^(Train 1 schedule|Race)")).click()


def choose(page, label, *options):
    """Choose options in a list, which closes again if it moves in that moment, as in an opening expander."""
    for option in options:
        entry = page.get_by_role("option", name=option, exact=True)
        for _ in range(10):
            page.get_by_role("combobox", name=re.compile(label)).first.click()
            with suppress(TimeoutError):
                entry.click(timeout=5000)
                break
            page.keyboard.press("Escape")
        else:
            entry.click()
        page.keyboard.press("Escape")
        settle(page)


def points(page):
    """How many points the validation loss has on the chart."""
    return page.evaluate(
        "() => [...document.querySelectorAll('.lrlab-chart')]"
        ".filter(c => c.data?.length === 5).map(c => c.data[2].x.length)[0] ?? 0"
    )


def wait_for_points(page, count):
    page.wait_for_function(
        "count => [...document.querySelectorAll('.lrlab-chart')]"
        ".some(c => c.data?.length === 5 && c.data[2].x.length >= count)",
        arg=count,
    )


def newest(store):
    """The run that was queued last."""
    return store.runs(limit=1)[0]


def badge(page, status):
    return page.get_by_text(re.compile(rf"\b{status}\b")).first


def test_points_stream_in_and_survive_a_reload(server_with_data, open_page):
    address, process, store = server_with_data
    page = open_page(address)
    go_to_train(page)
    # So small a batch makes an epoch take longer than the second between two refreshes.
    press_train(page, images=8_000, epochs=EPOCHS, batch_size=3)
    wait_for_points(page, 1)
    seen = [points(page)]
    while seen[-1] < EPOCHS // 2:
        wait_for_points(page, seen[-1] + 1)
        seen.append(points(page))
    assert len(seen) > 2, f"the points came in lumps: {seen}"
    run = newest(store)
    assert f"run={run.id}" in page.url

    page.reload()
    settle(page)
    wait_for_points(page, seen[-1])
    page.get_by_role("link", name="Explore", exact=True).first.click()
    page.get_by_role("heading", name="Explore").wait_for()
    go_to_train(page)
    badge(page, "completed").wait_for()
    wait_for_points(page, EPOCHS)
    page.get_by_text("Test accuracy").wait_for()
    page.get_by_text("Data: Fashion-MNIST from").wait_for()
    assert store.manual_rates(run.id) == [], "nobody set the rate by hand"
    assert_quiet(page)
    if sys.platform == "linux":
        assert "tensorflow" not in Path(f"/proc/{process.pid}/maps").read_text()


def assert_quiet(page):
    """Nothing is sent once no run is active: from some moment on the script rests for three seconds."""
    settle(page)
    page.evaluate(
        "() => { window.lastRun = performance.now();"
        " new MutationObserver(() => { window.lastRun = performance.now(); }).observe("
        "document.querySelector('[data-test-script-state]'),"
        "{attributes: true, attributeFilter: ['data-test-script-state']}); }"
    )
    page.wait_for_function("() => performance.now() - window.lastRun > 3000")


def test_without_network_and_data_it_trains_on_the_synthetic_set_and_says_so(server, open_page):
    address = server.address
    page = open_page(address)
    go_to_train(page)
    page.get_by_text("Fashion-MNIST is not on this machine yet").first.wait_for()
    press_train(page, images=1000, epochs=5)
    badge(page, "completed").wait_for()
    wait_for_points(page, 5)
    page.get_by_text("Not Fashion-MNIST: this trains on the built-in synthetic set").wait_for()


def test_the_start_button_is_in_view_and_the_form_survives_a_reload(server, open_page):
    page = open_page(server.address, viewport={"width": 390, "height": 844})
    page.goto(f"{server.address}/train")
    settle(page)
    page.get_by_text(re.compile(r"^Images: ")).click()
    type_number(page, "Training images", 1000)
    page.get_by_text(re.compile(r"^Images: 1,000")).wait_for()
    assert page.get_by_label("Training images", exact=True).is_visible(), "a new title must not close it"
    type_number(page, "Epochs", 3)
    for _ in range(2):
        button = page.get_by_role("button", name="Train 1 schedule")
        box = button.bounding_box()
        assert box["y"] + box["height"] <= 844
        page.get_by_text("800 images for training and 200 for validation").wait_for()
        page.get_by_text("39 in all").wait_for()
        page.wait_for_url(re.compile(r"[?&]e=3\b"))
        page.reload()
        settle(page)


def test_ones_own_file_is_uploaded_and_trained(server, open_page, tmp_path):
    """Of 13 MB, because the limit of other uploads is 10 MB."""
    rng = np.random.default_rng(0)
    file = tmp_path / "digits.npz"
    labels = np.arange(4200) % 3
    np.savez(file, x_train=rng.integers(0, 256, (4200, 32, 32, 3), np.uint8), y_train=labels)
    assert file.stat().st_size > 12e6
    page = open_page(server.address)
    go_to_train(page)
    page.get_by_text(re.compile(r"^Images: ")).click()
    choose(page, "Data", "Your own .npz file")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text(
        "3,500 training and 700 test colour images of 32 x 32 pixels, in 3 classes."
    ).first.wait_for()
    page.get_by_role("heading", name="Train on digits.npz").wait_for()
    type_number(page, "Epochs", 2)
    start(page)
    page.get_by_text("Data: your own file digits.npz.").wait_for()


def test_stop_and_closing_the_browser(server_with_data, open_page):
    address = server_with_data.address
    page = open_page(address)
    go_to_train(page)
    press_train(page, images=60_000, epochs=500)
    wait_for_points(page, 2)
    before = points(page)
    page.close()

    page = open_page(address)
    go_to_train(page)
    wait_for_points(page, before + 2)
    page.get_by_role("button", name="Stop", exact=True).click()
    badge(page, "stopped").wait_for()
    page.get_by_text(re.compile(r"Stopped( in epoch \d+ of 500)?\.")).wait_for()
    assert_quiet(page)


def test_a_run_that_diverges_is_shown_and_breaks_nothing(server, open_page):
    page = open_page(f"{server.address}/?c=constant~3")
    page.get_by_role("button", name="Train this curve").click()
    page.get_by_role("heading", name="Train on Fashion-MNIST").wait_for()
    settle(page)
    press_train(page, images=2000, epochs=30)
    badge(page, "diverged").wait_for()
    page.get_by_text(re.compile("The loss became (NaN|infinite) in epoch")).wait_for()
    page.wait_for_selector(".lrlab-chart .main-svg", state="attached")


@pytest.mark.proof
def test_the_articles_six_runs_are_raced_and_are_where_they_were_recorded(server_with_data, open_page):
    """After 20 epochs of 100, within the range of the recorded seeds and a tenth of it."""
    address, _, store = server_with_data
    page = open_page(address)
    go_to_train(page)
    page.get_by_role("radio", name="The article's six runs").click()
    settle(page)
    page.get_by_role("button", name="Race 6 schedules").click()
    page.get_by_text("Race of 6 lanes").wait_for()
    race = newest(store).race

    def have_come_far():
        return all(len(store.epochs(run.id)) >= 20 or not run.active for run in store.race(race))

    wait_for(have_come_far, 900)
    page.get_by_role("button", name="Stop", exact=True).click()
    badge(page, "stopped").wait_for()
    page.get_by_text("Nothing is decided.").first.wait_for()
    assert_quiet(page)
    runs = store.race(race)
    names = ["Constant", "Time-based as coded", "Exponential", "Step", "Linear", "Adam"]
    assert [(run.name, run.data) for run in runs] == [(name, "fashion-mnist") for name in names]
    known = {recipe: [] for recipe in map(recipe_of, (run.spec for run in runs))}
    for result in recorded():
        known.get(recipe_of(result.spec), []).append(result.epochs)
    for run, seeds in zip(runs, known.values(), strict=True):
        epochs = store.epochs(run.id)
        if run.status == "diverged":  # a rate of 0.5 can do that, and it is a result too
            assert epochs[0].lr == 0.5
        else:
            losses = [epochs[19].val_loss for epochs in seeds]
            assert min(losses) / 1.1 <= epochs[19].val_loss <= max(losses) * 1.1, run.name


def test_the_ranking_is_sorted_by_each_of_its_heads(own_server, home, open_page):
    store = Store()
    race = store.add_race([[(f"Curve {lane}", RunSpec(epochs=2)) for lane in range(3)]], worker="w")
    for run, loss, rate in zip(store.race(race), (0.5, 0.4, math.nan), (0.3, 0.1, 0.2), strict=True):
        store.record(run, Epoch(0, rate, rate, 1.0, 0.5, loss, 0.5 + rate, 0.1))
        store.finish(run.id, Outcome("stopped", "Stopped."), "w")
    page = open_page(f"{own_server[0]}/?p")
    page.goto(f"{own_server[0]}/train")
    settle(page)
    table = page.get_by_role("table").first

    def lanes():
        return [text.split("Curve ")[1][0] for text in table.get_by_role("row").all_inner_texts()[1:]]

    table.get_by_role("columnheader", name="Rate").wait_for()
    assert lanes() == ["1", "0", "2"]
    assert "★ best" in table.get_by_role("row").nth(1).inner_text()
    orders = {"Rate": "021", "Val. loss": "102", "Accuracy": "021", "Lane": "012"}
    for head, order in orders.items():
        button = table.get_by_role("button", name=head)
        button.focus()
        page.keyboard.press("Enter")
        assert lanes() == [*order]
        expect(button).to_be_focused()
    column = table.get_by_role("columnheader", name="Lane")
    assert column.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert lanes() == ["2", "1", "0"]
    table.get_by_role("button", name="Val. loss").click()
    table.get_by_role("button", name="Val. loss").click()
    assert lanes() == ["0", "1", "2"], "what is not known is last, whatever the direction"
    table.get_by_role("button", name="Place").click()
    assert lanes() == ["1", "0", "2"]
    lane = table.get_by_role("button", name="Curve 1", exact=True)
    hidden = ".lrlab-chart text.end.hidden"
    assert page.locator(hidden).count() == 0
    lane.focus()
    page.keyboard.press("Enter")
    expect(lane).to_have_attribute("aria-pressed", "true")
    expect(page.locator(hidden)).to_have_text(re.compile("^Curve 1 "))
    page.get_by_role("radio", name="Accuracy").click()
    settle(page)
    expect(lane).to_have_attribute("aria-pressed", "true")
    expect(page.locator(hidden)).to_have_text([re.compile("Curve 1 0.6")])
    page.locator(hidden).click()
    expect(lane).to_have_attribute("aria-pressed", "false")
    expect(page.locator(hidden)).to_have_count(0)


def held_click(page, locator, seconds=0.12):
    """Press and let go as a hand does, not within a millisecond."""
    box = locator.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(1000 * seconds)
    page.mouse.up()


def test_no_click_is_lost_while_a_race_is_refreshed(server_with_data, open_page):
    """50 clicks at any time of a refresh."""
    page = open_page(server_with_data.address)
    go_to_train(page)
    press_train(page, images=8_000, epochs=1000)
    wait_for_points(page, 2)
    switch = page.get_by_role("switch", name="Show epoch 1")
    switched = page.get_by_text("Show epoch 1")
    for click in range(50):
        held_click(page, switched)
        expect(switch).to_be_checked(checked=click % 2 == 0, timeout=15_000)
        page.wait_for_timeout(37 * (click % 27))  # not in step with the refresh
    page.get_by_role("button", name="Stop", exact=True).click()
    badge(page, "stopped").wait_for()


def test_a_run_is_paused_goes_on_and_has_its_rate_set_by_hand(server_with_data, open_page):
    address, _, store = server_with_data
    page = open_page(address)
    go_to_train(page)
    press_train(page, images=60_000, epochs=500)
    wait_for_points(page, 2)
    page.get_by_role("button", name="Pause", exact=True).click()
    badge(page, "paused").wait_for()
    assert_quiet(page)
    before = points(page)
    page.reload()
    settle(page)
    page.get_by_role("button", name="Go on", exact=True).click()
    wait_for_points(page, before + 2)

    run = newest(store).id
    assert store.manual_rates(run) == []
    page.get_by_role("button", name="Set the rate by hand").click()
    slider = page.get_by_role("slider", name="Learning rate")
    slider.focus()
    for _ in range(5):
        slider.press("PageDown")
    page.wait_for_timeout(2000)  # a rate that is sent late would undo the return to the schedule
    settle(page)
    page.get_by_text(", set by hand").wait_for()
    wait_for(
        lambda: store.manual_rates(run) and store.manual_rates(run)[-1].rate == store.run(run).manual_rate
    )
    page.get_by_role("button", name="Return to the schedule").click()
    page.get_by_text(", from its schedule").wait_for()
    wait_for(lambda: store.manual_rates(run)[-1].rate is None)
    page.get_by_role("button", name="Stop", exact=True).click()
    badge(page, "stopped").wait_for()
    settle(page)  # until then the page has its former buttons too
    rates = store.steps(run).rates
    first, *_ = store.manual_rates(run)
    assert rates[first.step] == np.float32(first.rate)
    assert rates[first.step - 1] != rates[first.step]
    page.get_by_role("button", name="Save the rates of Exponential as a schedule").click()
    page.get_by_text("Saved as a piecewise schedule.").wait_for()
    page.get_by_role("button", name="Show the form").click()
    page.get_by_role("button", name=re.compile(f"Rates of run {run}$")).wait_for()


@pytest.mark.parametrize("ending", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.proof)])
def test_server_and_worker_end_within_five_seconds_whatever_is_open(own_server, home, contexts, ending):
    address, process = own_server
    store = Store()
    pages = [contexts().new_page() for _ in range(3)]  # that report a lost server, as they should
    for page in pages:
        page.set_default_timeout(conftest.PATIENCE)
        page.goto(address)
        settle(page)
    go_to_train(pages[0])
    press_train(pages[0], images=20_000, epochs=500)
    wait_for_points(pages[0], 1)
    pages[1].goto(f"{address}/compare?runs={newest(store).id}")
    pages[1].get_by_text("1 run chosen").wait_for()
    worker = worker_of(store)
    process.send_signal(ending)
    wait_for(lambda: process.poll() is not None and not psutil.pid_exists(worker), 5)
    assert newest(store).status == "paused"


@pytest.mark.proof
def test_a_worker_that_is_killed_is_replaced_and_the_page_shows_the_run_to_its_end(
    server_with_data, open_page
):
    address, _, store = server_with_data
    page = open_page(address)
    go_to_train(page)
    press_train(page, images=20_000, epochs=60)
    wait_for_points(page, 8)
    run = newest(store).id
    wait_for(lambda: store.checkpoint(run))
    os.kill(worker_of(store), signal.SIGKILL)
    badge(page, "completed").wait_for()
    wait_for_points(page, 60)
    assert [epoch.epoch for epoch in store.epochs(run)] == list(range(60))
